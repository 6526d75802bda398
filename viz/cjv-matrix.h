/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A matrix of numbers as coloured cells, with names along its sides. Shared by figures. R rows, C columns;
 * a name may stand for several rows in a run: a band. */
#pragma once

#include "cjv-draw.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 end; /* the first row or column after it */
  char *name;
} CjvBand;

typedef struct
{
  CjTensor *values; /* float32 [R, C] */
  gint64 rows, columns;
  GArray *row_bands, *column_bands; /* CjvBand */
  CjvMap map;
  double low, high; /* ends of the colours */

  CjvRect cells, bar; /* px; bar 0 wide: no room for it */
  double cell_w, cell_h, row_room, column_room, heading;
  gboolean turned; /* names of columns stand upright */
} CjvMatrix;

/* Reads an array [R, C] of the frame. FALSE if it is not that or has no cell. Fill low, high, map and the
 * bands, then place; clear it when done, in any case. */
gboolean cjv_matrix_init (CjvMatrix *matrix, const CjvFrame *frame, const char *name);
/* The same of one of several matrices [P, R, C]; an array [R, C] is the only one. */
gboolean cjv_matrix_init_part (CjvMatrix *matrix, const CjvFrame *frame, const char *name,
                               gint64 part);
void cjv_matrix_clear (CjvMatrix *matrix);

/* One band for every row (column) with its name from a list, or its number. */
void cjv_matrix_name (CjvMatrix *matrix, const CjvFrame *frame, const char *rows,
                      const char *columns);
/* A band for every run of equal numbers `labels` [R], along both sides, with the names of classes. */
void cjv_matrix_band (CjvMatrix *matrix, const CjvFrame *frame, const char *labels,
                      const char *classes);

double cjv_matrix_at (const CjvMatrix *matrix, gint64 row, gint64 column);
const char *cjv_matrix_get_row_name (const CjvMatrix *matrix, gint64 row);
const char *cjv_matrix_get_column_name (const CjvMatrix *matrix, gint64 column);

void cjv_matrix_place (CjvMatrix *matrix, const CjvScene *scene);
/* All of it; `numbers`: in the cells, where there is room. */
void cjv_matrix_draw (const CjvMatrix *matrix, const CjvScene *scene, cairo_t *cr, gboolean numbers,
                      const char *title, const char *note);
/* The cell under a point, as index (column) and series (row); the text is yours to set. */
gboolean cjv_matrix_hit (const CjvMatrix *matrix, double x, double y, CjvHit *out);

G_END_DECLS
