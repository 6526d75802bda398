/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of an answer as what a map holds most of goes, and as it comes back: a small strip. */
#pragma once

#include "cjv-draw.h"

G_BEGIN_DECLS

/* The array "curves" of a frame, if it has two curves for each of `n` maps: [..., 2, S]; else NULL. Borrowed. */
const CjTensor *cjv_fate_find (const CjvFrame *frame, gint64 n);

/* Curves `which` of [..., 2, S]: deletion, dashed, and insertion, over S places from none to all; from 0 to
 * 1, or as far as they go. Nothing where one of the numbers is none. */
void cjv_fate_draw (const CjvScene *scene, cairo_t *cr, const CjvRect *at, const CjTensor *curves,
                    gint64 which);

G_END_DECLS
