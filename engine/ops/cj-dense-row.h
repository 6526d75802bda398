/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What ops share that settle: dense layers in a row as one op, whose samples pass through them many times with
 * the same weights. Inputs: x [N, U[0]], then weight [U[l], U[l-1]] and bias [U[l]] (optional) of layers l
 * of L from 1 on; attributes begin with CjDenseChainAttrs, out[0] is [N, U[L]]. The weights of the layers
 * from the second on are turned round once a step, so that products read them where they lie; what comes to
 * the first layer from the input, which stays, is made once as well. */
#pragma once

#include "cj-ops.h"

G_BEGIN_DECLS

/* Fills in widths, the shape of the result and the multiply-adds of one pass. */
void cj_dense_row_infer (CjOp *op);

/* Units of all layers before `l`, from the first on. */
gint64 cj_dense_row_count (const CjDenseChainAttrs *row, guint l);
/* Units of the widest layer. */
gint64 cj_dense_row_count_widest (const CjDenseChainAttrs *row);
/* Floats that the turned weights take. */
gint64 cj_dense_row_count_turned (const CjDenseChainAttrs *row);

/* Chunks of all layers, a few units each; the layer and the units [begin, end) of one. */
guint cj_dense_row_panels (const CjOp *op);
guint cj_dense_row_find (const CjOp *op, guint chunk, CjSamples *units);

/* A chunk of the panels: turns weights, or makes W[1] x + b[1] of all samples, [N, U[1]]. */
void cj_dense_row_begin (const CjOpCall *call, guint chunk, float *turned, float *drive);

/* y [n, U[l]] = [y +] W[l] x + b[l], x [n, U[l-1]], of a layer from the second on. */
void cj_dense_row_send (const CjOpCall *call, const float *turned, guint l, const float *x,
                        gint64 n, gboolean add, float *y);
/* to [n, U[l-1]] = [to +] W[l]ᵀ from, from [n, U[l]]. */
void cj_dense_row_send_back (const CjOpCall *call, guint l, const float *from, gint64 n,
                             gboolean add, float *to);

/* The largest singular value of W[l], by so many rounds of the power method that it is rarely found too small by
 * more than some per cent. Room for U[l] + U[l-1] floats. */
float cj_dense_row_find_norm (const CjOpCall *call, guint l, float *room);

/* y = f (y) */
void cj_dense_row_apply (CjChainFunction function, gint64 n, float *y);

/* f (a) of one number, by libm: for twins. */
double cj_dense_row_apply_one (CjChainFunction function, double a);

G_END_DECLS
