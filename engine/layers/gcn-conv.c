/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kipf and Welling, "Semi-supervised classification with graph convolutional networks", ICLR 2017,
 * equation 2. */
#include "cj-activation.h"

#include <stddef.h>

typedef struct
{
  int features, activation;
  gboolean bias;
} Params;

static const CjParam params[] = {
  { .name = "features",
    .title = "Features",
    .blurb = "How many numbers every vertex gets",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, features),
    .preset = 16,
    .min = 1,
    .max = 65536,
    .soft_max = 256,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "activation",
    .title = "Activation",
    .blurb = "What every vertex does with its sums",
    .offset = offsetof (Params, activation),
    CJ_ACTIVATION_CHOICES },
  { .name = "bias",
    .title = "Bias",
    .blurb = "Adds one learned offset a feature",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, bias),
    .preset = TRUE,
    .max = 1,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

static const CjPort inputs[] = { { "x", "Vertices", "V F", CJ_PORT_REQUIRED },
                                 { "edges", "Edges", "E 2", CJ_PORT_REQUIRED },
                                 { NULL } };
static const CjPort outputs[] = { { "y", "Vertices", "V U", CJ_PORT_REQUIRED }, { NULL } };

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gint64 n_in = x->n_dims > 0 ? x->dims[x->n_dims - 1] : 1;
  const CjShape weight = cj_shape2 (p->features, n_in), bias = cj_shape1 (p->features);
  const CjInit init = { .kind = CJ_INIT_GLOROT_UNIFORM, .fan_in = n_in, .fan_out = p->features };
  int dense[3] = { build->in[0] }, in[2] = { 0, build->in[1] };

  dense[1] = cj_layer_build_param (build, "weight", &weight, init);
  if (p->bias)
    dense[2] = cj_layer_build_param (build, "bias", &bias, (CjInit){ .kind = CJ_INIT_ZEROS });
  return cj_layer_build_emit (build, &cj_op_dense, NULL, dense, p->bias ? 3 : 2, &in[0], error)
         && cj_layer_build_emit (build, &cj_op_propagate, NULL, in, 2, &build->out[0], error)
         && cj_activation_emit (build, p->activation, &build->out[0], error);
}

const CjLayerInfo cj_layer_gcn_conv = {
  .abi = CJ_LAYER_ABI,
  .id = "gcn-conv",
  .title = "GCN convolution",
  .category = "graph",
  .blurb = "Every vertex of a graph takes a learned mixture of its own features and its "
           "neighbours', each weighted by how many neighbours both have",
  .formula = "y = D^−½ (A + I) D^−½ (x Wᵀ + b)",
  .biology = "Diffusion over a connectome: activity spreads along anatomical connections",
  .synonyms = "graph convolution kipf network",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
