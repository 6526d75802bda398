/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a model takes in. A network has one x; a model of several inputs reads parts of it: a sample of x is the samples
 * of all inputs one behind the other, and a card named as the input cuts each out. */
#pragma once

#include "cjl-onnx-import-private.h"

G_BEGIN_DECLS

/* Which dimension of each input counts samples, by what the model says of its shapes; -1: none, it is the same for
 * all samples. As many ints as `infos` (CjdOnnxInfo); you free. */
int *cjl_onnx_find_batch_axes (const GPtrArray *infos);
/* Samples that the inputs hold; 0: none, or not all as many. */
gint64 cjl_onnx_count_samples (CjArray *const *inputs, const int *axes, guint n);
/* A sample more of each: the first one again. NULL: out of memory. An array that owns its CjArray. */
GPtrArray *cjl_onnx_one_more (CjArray *const *inputs, const int *axes, guint n);
/* All inputs as one x: the input itself if there is one, else [N, all numbers of a sample]. You unref. */
CjArray *cjl_onnx_join_inputs (CjArray *const *inputs, const int *axes, guint n, GError **error);

/* Adds the card of x, and those that cut the inputs out of it. */
gboolean cjl_onnx_add_inputs (CjlOnnxImport *import, GError **error);

G_END_DECLS
