/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a tensor looks like on a card. */
#pragma once

#include "cjd-dataset.h"

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* [1, C, H, W] as feature maps (`image`: as a grey or colour picture), [1, U] as disks, at most width
 * by height pixels; `all`: down to tiles too small to tell much from. NULL where there is nothing to
 * draw. You unref. */
GdkPaintable *cju_picture_new (const CjTensor *tensor, gboolean image, gboolean dark, int width,
                               int height, gboolean all);

/* A sample of a data set as float [1, C, H, W], pixels 0..1 and other numbers as they are; NULL if it is
 * no picture or cannot be read. You unref. */
CjTensor *cju_picture_read (const CjdDataset *dataset, gsize index);
/* Pictures [N, C, H, W], 0 black and 1 white, in rows of `columns` tiles of `tile` pixels. You unref. */
GdkPaintable *cju_picture_sheet (const CjTensor *pictures, int columns, int tile);
/* What of the tensor is at x, y of that picture (not an image): the map or unit, and the place on the map. FALSE where
 * there is nothing. */
gboolean cju_picture_find (const CjTensor *tensor, int width, int height, gboolean all, double x,
                           double y, gint64 *unit, gint64 *row, gint64 *column);
/* Where a map or unit is in that picture; FALSE if it is not shown. */
gboolean cju_picture_place (const CjTensor *tensor, int width, int height, gboolean all,
                            gint64 unit, int *x, int *y, int *side_x, int *side_y);

/* Colour of a layer's category. */
GdkRGBA cju_category_color (const char *category);

G_END_DECLS
