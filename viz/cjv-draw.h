/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What figures draw with: text that never runs out of its place, markers, bars, numbers as text. */
#pragma once

#include "cjv-figure.h"

G_BEGIN_DECLS

typedef struct
{
  double x, y, width, height;
} CjvRect;

typedef enum
{
  CJV_TEXT_BOLD = 1 << 0,
  CJV_TEXT_RIGHT = 1 << 1,  /* x is the right edge */
  CJV_TEXT_CENTER = 1 << 2, /* x is the centre */
  CJV_TEXT_MIDDLE = 1 << 3, /* y is the centre of the line, else its top */
  CJV_TEXT_WRAP = 1 << 4,   /* lines instead of an ellipsis */
  CJV_TEXT_UP = 1 << 5 /* turned a quarter to the left; x is the top of the line, y the centre */
} CjvTextFlags;

/* Sizes of text as shares of the font size of the style. */
#define CJV_SIZE_BODY 1.0
#define CJV_SIZE_NOTE 0.84
#define CJV_SIZE_TINY 0.72

/* A PangoContext for this thread that measures the same whatever the surface. You unref. */
PangoContext *cjv_text_context_new (void);

/* Draws `text` in at most `room` px (0: no bound), with an ellipsis where it is longer. Digits have
 * the same width. */
void cjv_text_draw (const CjvScene *scene, cairo_t *cr, double x, double y, double room,
                    double size, CjvTextFlags flags, CjvColor color, const char *text);

/* Width and height in px of one line; of lines of at most `room` px if wrapped. */
void cjv_text_measure (const CjvScene *scene, double room, double size, CjvTextFlags flags,
                       const char *text, double *width, double *height);
double cjv_text_width (const CjvScene *scene, double size, const char *text);
double cjv_text_widest (const CjvScene *scene, double size, const char *const *texts);
double cjv_text_height (const CjvScene *scene, double size);

void cjv_draw_set_color (cairo_t *cr, CjvColor color);
void cjv_draw_round_rect (cairo_t *cr, double x, double y, double width, double height,
                          double radius);

/* One of 8 shapes of about the same weight, centre at x, y: the second carrier of a class. */
void cjv_draw_marker (cairo_t *cr, guint shape, double x, double y, double radius);

/* A cross or a tick in a disk: right and wrong without colour. */
void cjv_draw_mark (const CjvScene *scene, cairo_t *cr, gboolean right, double x, double y,
                    double radius);

/* A bold title and a dim note behind it, on one line in `room` px. */
void cjv_draw_heading (const CjvScene *scene, cairo_t *cr, double x, double y, double room,
                       const char *title, const char *note);
double cjv_heading_height (
    const CjvScene *scene); /* with the gap below; 0 in a small or bare one */

/* A message in the middle of the figure. */
void cjv_draw_empty (const CjvScene *scene, cairo_t *cr, const char *title, const char *text);

/* A bar of colour from `low` to `high` with its numbers; upright in `rect`. */
void cjv_draw_color_bar (const CjvScene *scene, cairo_t *cr, const CjvRect *rect, CjvMap map,
                         double low, double high);
double cjv_color_bar_width (const CjvScene *scene, double low, double high); /* with its numbers */

/* Rounds to whole device pixels, so that thin lines are sharp. */
double cjv_snap (const CjvStyle *style, double v);

gboolean cjv_rect_contains (const CjvRect *rect, double x, double y);

/* `value` with about `digits` significant figures, in the locale, "−" for minus and "×10ⁿ" where it
 * would be too long; "not a number", "∞". You free. */
char *cjv_number_print (double value, int digits);
char *cjv_count_print (gint64 value);               /* 18 496 with the separator of the locale */
char *cjv_percent_print (double share, int digits); /* 0.904 -> "90.4 %" */

/* Writes a CSV field or number, without the comma. */
void cjv_csv_text (GString *out, const char *text);
void cjv_csv_number (GString *out, double value);

/* Name of class `i`: from the strings `name`, else its number. You free. */
char *cjv_class_dup (const CjvFrame *frame, const char *name, gint64 i);

G_END_DECLS
