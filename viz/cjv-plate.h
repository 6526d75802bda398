/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plate: figures in a grid, with letters and captions, as a page of a journal has them. One figure by
 * itself is a plate of one panel without either. It is filled by one thread; then any thread may draw it.
 * Lengths are px, 96 an inch. */
#pragma once

#include "cjv-figure.h"

G_BEGIN_DECLS

#define CJV_PLATE_MAX 24 /* panels: letters a to x */
#define CJV_PLATE_MAX_COLUMNS 6
#define CJV_PLATE_MAX_SIDE 32000.0 /* px */

/* One figure of a plate. */
typedef struct
{
  const CjvFigureInfo *info;
  CjvFrame *frame; /* sealed; NULL: the empty state */
  gpointer params; /* of the figure's own table; NULL: the presets */
  char *caption;   /* below it; NULL: none */
  guint span;      /* columns it takes, at least 1 */
  double ratio;    /* height of the drawing by its width; 0: that of the figure's preset size */
  GVariant *about; /* a{sv}: what it was made of, for who made it; NULL: not said */
} CjvPanel;

typedef struct _CjvPlate CjvPlate;

struct _CjvPlate
{
  CjvStyle style; /* its font is that below */
  char *font;
  double width;
  double height; /* 0: what the panels need */
  guint columns; /* at least 1 */
  gboolean letters;
  GPtrArray *panels; /* CjvPanel */
};

/* Without panels, of one column, without letters. The font of the style is copied. */
CjvPlate *cjv_plate_new (const CjvStyle *style, double width, double height);
void cjv_plate_free (CjvPlate *plate);
CjvPlate *cjv_plate_dup (const CjvPlate *plate); /* shares arrays; you free */

/* Adds a panel at the end; takes the frame and the parameters. The plate keeps the panel. */
CjvPanel *cjv_plate_add (CjvPlate *plate, const CjvFigureInfo *info, CjvFrame *frame,
                         gpointer params);

void cjv_plate_set_font (CjvPlate *plate, const char *font);

/* The height that is drawn: that of the plate, or what its panels need, at most CJV_PLATE_MAX_SIDE. */
double cjv_plate_get_height (const CjvPlate *plate);

/* Draws into 0,0 .. width,height px of `cr`, whose state is kept. */
void cjv_plate_draw (const CjvPlate *plate, cairo_t *cr);

/* The panel drawn at x, y, or -1. */
int cjv_plate_find (const CjvPlate *plate, double x, double y);

/* As cjv_figure_hit, in the panel drawn there; places are px of the plate. */
gboolean cjv_plate_hit (const CjvPlate *plate, double x, double y, CjvHit *hit);

/* Takes panel `i` out of a plate and puts it at the end of another, which has room for it. */
void cjv_plate_move_panel (CjvPlate *from, guint i, CjvPlate *to);

/* "a", "b" ...; "" in a plate without letters. Static. */
const char *cjv_plate_get_letter (const CjvPlate *plate, guint panel);

/* What all panels say in words, and the caption of each. You free. */
char *cjv_plate_print_words (const CjvPlate *plate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjvPlate, cjv_plate_free)

G_END_DECLS
