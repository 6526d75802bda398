/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int index;
} Params;

static const CjParam params[] = {
  { .name = "index",
    .title = "Index",
    .blurb = "Which token, from 0; negative numbers count from the last, which is -1",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, index),
    .min = -(1 << 20),
    .max = 1 << 20,
    .soft_min = -16,
    .soft_max = 15 },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const int index = ((const Params *) build->params)->index;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gint64 t = x->n_dims == 3 ? x->dims[1] : 0, at = index < 0 ? t + index : index;
  const CjSliceAttrs slice = { 1, at, 1 };
  const CjReshapeAttrs flat = { cj_shape2 (x->dims[0], x->n_dims == 3 ? x->dims[2] : 1) };
  int value;

  if (x->n_dims != 3)
    return cj_layer_build_refuse_sequence (build, 0, error);
  if (at < 0 || at >= t)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_SHAPE,
          _ ("finds no token number %d in its input of %lld tokens. Choose another index."), index,
          (long long) t);
      return FALSE;
    }
  return cj_layer_build_emit (build, &cj_op_slice, &slice, build->in, 1, &value, error)
         && cj_layer_build_emit (build, &cj_op_reshape, &flat, &value, 1, &build->out[0], error);
}

static const CjPort inputs[] = { { "x", "Sequence", "N T E", CJ_PORT_REQUIRED }, { NULL } };
static const CjPort outputs[] = { { "y", "Token", "N E", CJ_PORT_REQUIRED }, { NULL } };

const CjLayerInfo cj_layer_pick_token = {
  .abi = CJ_LAYER_ABI,
  .id = "pick-token",
  .title = "Pick token",
  .category = "sequence",
  .blurb = "Passes on one token of a sequence alone: the class token, or the last time step",
  .formula = "y = x[index]",
  .synonyms = "select last time step class cls",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
