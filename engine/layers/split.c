/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-axis.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int size, axis;
} Params;

static const CjPort outputs[] = { { "first", "First", "N …", CJ_PORT_REQUIRED },
                                  { "rest", "Rest", "N …", CJ_PORT_REQUIRED },
                                  { NULL } };

static const CjParam params[] = {
  { .name = "size",
    .title = "Size of the first",
    .blurb = "How many go to the first output; 0 halves",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, size),
    .max = 65536,
    .soft_max = 256,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "axis",
    .title = "Axis",
    .blurb = "The axis that is cut; 1 is the first of a sample, -1 the last",
    .offset = offsetof (Params, axis),
    .preset = 1,
    CJ_AXIS_NUMBER },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const int axis = cj_axis_find (x, p->axis, error);
  const gint64 all = axis > 0 ? x->dims[axis] : 0, size = p->size > 0 ? p->size : all / 2;
  const CjSliceAttrs first = { axis, 0, size }, rest = { axis, size, all - size };

  if (axis < 0)
    return FALSE;
  if (size < 1 || size >= all)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_SHAPE,
          _ ("cannot take %lld of %lld and leave a rest. Choose a smaller size or another axis."),
          (long long) size, (long long) all);
      return FALSE;
    }
  return cj_layer_build_emit (build, &cj_op_slice, &first, build->in, 1, &build->out[0], error)
         && cj_layer_build_emit (build, &cj_op_slice, &rest, build->in, 1, &build->out[1], error);
}

const CjLayerInfo cj_layer_split = {
  .abi = CJ_LAYER_ABI,
  .id = "split",
  .title = "Split",
  .category = "combine",
  .blurb = "Cuts the channels in two parts that go different ways",
  .formula = "[a, b] = x",
  .biology = "Divergence: the what and the where stream part after V1",
  .synonyms = "chunk slice",
  .version = 1,
  .outputs = outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
