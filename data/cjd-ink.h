/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sheet to draw on: ink from 0 (none) to 1 on a square of side × side points, and what the digits of
 * MNIST would have made of it. Coordinates on the sheet run from 0 to 1, from the upper left. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CjdInk CjdInk;

CjdInk *cjd_ink_new (guint side); /* 16 to 1024; empty. You free */
void cjd_ink_free (CjdInk *ink);
void cjd_ink_clear (CjdInk *ink);
gboolean cjd_ink_is_empty (const CjdInk *ink);
const float *cjd_ink_get (const CjdInk *ink); /* side × side, rows from the top; borrowed */

/* A straight stroke of a round pen whose edge fades over `soft` around `radius`, both in sides; the eraser
 * takes ink away in the same way. */
void cjd_ink_stroke (CjdInk *ink, double x0, double y0, double x1, double y1, double radius,
                     double soft, gboolean erase);

/* The sheet as a picture of h × w, each pixel the mean of what it covers. `centred`: the ink is scaled so
 * that its longer side takes 20 of 28 parts of the shorter side of the picture, and moved so that its
 * centre of mass stands in the middle (LeCun, Cortes, Burges: the MNIST database). Any thread. */
void cjd_ink_print (const CjdInk *ink, gboolean centred, guint h, guint w, float *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdInk, cjd_ink_free)

G_END_DECLS
