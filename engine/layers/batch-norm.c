/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-norm-params.h"
#include "cj-window.h"

#include <stddef.h>

typedef struct
{
  double momentum, eps;
  gboolean affine, fixed;
  int channels; /* of three dimensions: 0 last, 1 second */
  gboolean moments;
} Params;

static const char *const places[] = { "last", "second", NULL };

static const CjParam params[] = {
  { .name = "momentum",
    .title = "Momentum",
    .blurb = "How far the running mean and variance move towards those of each batch",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, momentum),
    .preset = 0.1,
    .max = 1,
    .soft_max = 0.5,
    .digits = 3 },
  { .offset = offsetof (Params, eps), CJ_NORM_EPS },
  { .offset = offsetof (Params, affine), CJ_NORM_AFFINE },
  { .name = "fixed",
    .title = "Fixed statistics",
    .blurb = "Uses the running mean and variance in training as well and leaves them alone",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, fixed),
    .max = 1,
    .flags = CJ_PARAM_ADVANCED },
  { .name = "channels",
    .title = "Channels",
    .blurb = "Which dimension of a sequence holds the features: last of N T C, second of N C L",
    .kind = CJ_PARAM_CHOICE,
    .choices = places,
    .offset = offsetof (Params, channels),
    .max = 1,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { .name = "moments",
    .title = "Each time step",
    .blurb = "Takes the first axis of a film for time, as Conv 2D does, and one mean and deviation "
             "a channel over all time steps; else for channels, as Conv 3D leaves them",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, moments),
    .max = 1,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gboolean rows = x->n_dims == 3 && p->channels == 0;
  const gboolean film = x->n_dims == 5 && p->moments;
  const CjShape c = cj_shape1 (x->n_dims < 2 ? 1 : x->dims[rows || film ? 2 : 1]);
  const CjBatchNormAttrs attrs = { p->eps, p->momentum, p->fixed };
  gint64 moments = 0;
  int in[5] = { build->in[0] };

  if (film && !cj_window_fold (build, &in[0], &moments, error))
    return FALSE;
  cj_norm_build_affine (build, &c, p->affine, p->affine, in);
  in[3] = cj_builder_add_state (build->builder, build->node, "running_mean", &c,
                                (CjInit){ .kind = CJ_INIT_ZEROS });
  in[4] = cj_builder_add_state (build->builder, build->node, "running_var", &c,
                                (CjInit){ .kind = CJ_INIT_ONES });
  return cj_layer_build_emit (build, rows ? &cj_op_batch_norm_rows : &cj_op_batch_norm, &attrs, in,
                              5, &build->out[0], error)
         && cj_window_unfold (build, moments, &build->out[0], error);
}

const CjLayerInfo cj_layer_batch_norm = {
  .abi = CJ_LAYER_ABI,
  .id = "batch-norm",
  .title = "Batch norm",
  .category = "normalisation",
  .blurb = "Gives every channel mean 0 and deviation 1 over the batch, then a learned scale",
  .formula = "y = w · (x − mean) / √(var + ε) + b, mean and var a channel over the batch; the "
             "running ones outside training",
  .biology = "Homeostasis: neurons adjust their gain and threshold to keep their usual firing rate",
  .synonyms = "bn batchnorm batch-norm-1d batch-norm-2d normalization",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
