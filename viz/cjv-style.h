/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How figures look: fonts, lengths and colours. A plain value: copy it, change it, hand it over.
 * Every length of a figure follows the font size, so large text needs no further setting. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* sRGB, 0..1, not premultiplied. */
typedef struct
{
  double r, g, b, a;
} CjvColor;

typedef enum
{
  CJV_INK,     /* text that is read first */
  CJV_INK_DIM, /* axis numbers, notes; at least 4.5:1 on the background */
  CJV_GRID,
  CJV_BACKGROUND,
  CJV_SURFACE, /* a step off the background: empty cells, tracks of bars */
  CJV_ACCENT,
  CJV_GOOD,
  CJV_BAD,
  CJV_WARN, /* not a number, out of range */
  CJV_N_ROLES
} CjvRole;

/* Which colours stand for numbers. */
typedef enum
{
  CJV_COLORS_PRESET,
  CJV_COLORS_PRINT, /* the same order of lightness and of numbers, so that grey copies can be read */
  CJV_COLORS_GREY   /* no colours at all */
} CjvColors;

typedef struct
{
  gboolean dark;
  gboolean high_contrast; /* stronger grid, no dim text */
  gboolean transparent;   /* draws no background */
  gboolean bare;          /* no headings, axes and scales: the drawing fills its place, small */
  const char *font;       /* families as pango takes them: "Cantarell, sans-serif"; borrowed */
  double font_size;       /* px */
  double line_width;      /* px, of the main lines */
  double scale;           /* device pixels a px; PNG files are that much larger */
  CjvColors colors;       /* of maps; a figure asks for them with cjv_style_map */
} CjvStyle;

/* Light, 12 px, lines of 2 px, one device pixel a px. */
void cjv_style_init (CjvStyle *style, gboolean dark);

CjvColor cjv_style_color (const CjvStyle *style, CjvRole role);

/* Colour of class or series `i`; 10 that are told apart with any kind of colour blindness where the
 * marker of cjv_draw_marker goes with them, then again from the start. Based on M. Okabe, K. Ito,
 * "Color Universal Design" (2008), darkened or lightened for the background. */
CjvColor cjv_style_category (const CjvStyle *style, guint i);

/* Positive and negative ends of the signed palette as lines and text are drawn. */
CjvColor cjv_style_signed_ink (const CjvStyle *style, double sign);

#define CJV_MAP_SIZE 256

typedef enum
{
  CJV_MAP_SEQUENTIAL,   /* low dark blue, high yellow */
  CJV_MAP_SIGNED,       /* negative red, zero as the background, positive blue */
  CJV_MAP_GREY,         /* low black, high white */
  CJV_MAP_SIGNED_PRINT, /* negative dark red, zero grey, positive light blue */
  CJV_MAP_SIGNED_GREY   /* negative black, zero grey, positive white */
} CjvMap;

/* The map that stands for `map` in this style; a figure uses it for pixels and colour bar alike. */
CjvMap cjv_style_map (const CjvStyle *style, CjvMap map);

/* Whether zero is the middle of the map. */
gboolean cjv_map_is_signed (CjvMap map);

/* CJV_MAP_SIZE colours 0xAARRGGBB, opaque. Constant; any thread. */
const guint32 *cjv_map_table (CjvMap map, gboolean dark);

/* Colour at `t`, 0..1 along the table (0.5 is zero in the signed map); NaN gives CJV_WARN. */
CjvColor cjv_map_color (CjvMap map, const CjvStyle *style, double t);

CjvColor cjv_color_hex (guint32 rgb); /* 0xRRGGBB */
CjvColor cjv_color_mix (CjvColor a, CjvColor b, double t);
CjvColor cjv_color_alpha (CjvColor color, double alpha);

/* Relative luminance of WCAG 2, 0..1. */
double cjv_color_luminance (CjvColor color);

/* Black or white, whichever is read better on `color`. */
CjvColor cjv_color_ink_on (CjvColor color);

G_END_DECLS
