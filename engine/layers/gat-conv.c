/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Veličković et al., "Graph attention networks", ICLR 2018, equations 3 to 5. V vertices, F features
 * in, U out. */
#include "cj-layer.h"

#include <stddef.h>

typedef struct
{
  int features, heads;
  double slope;
} Params;

static const CjParam params[] = {
  { .name = "features",
    .title = "Features",
    .blurb = "How many numbers a head gives every vertex",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, features),
    .preset = 8,
    .min = 1,
    .max = 65536,
    .soft_max = 256,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "heads",
    .title = "Heads",
    .blurb = "How many independent patterns of looking; their features are put side by side",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, heads),
    .preset = 1,
    .min = 1,
    .max = 8,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "slope",
    .title = "Slope",
    .blurb = "Share of a negative score that counts",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, slope),
    .preset = 0.2,
    .max = 1,
    .digits = 2,
    .flags = CJ_PARAM_ADVANCED },
  { NULL },
};

static const CjPort inputs[] = { { "x", "Vertices", "V F", CJ_PORT_REQUIRED },
                                 { "edges", "Edges", "E 2", CJ_PORT_REQUIRED },
                                 { NULL } };
static const CjPort outputs[] = { { "y", "Vertices", "V U", CJ_PORT_REQUIRED },
                                  { "weights", "Weights", "V V", CJ_PORT_REQUIRED },
                                  { NULL } };

/* One number a vertex: features of the head times its vector; [V, 1], or [1, V] if `lying`. */
static gboolean
score (CjLayerBuild *build, int h, int vector, int head, gboolean lying, int *out, GError **error)
{
  static const CjMatmulAttrs turned = { .transpose_b = TRUE };
  const CjSliceAttrs row = { 0, head, 1 };
  int in[2] = { h };

  if (!cj_layer_build_emit (build, &cj_op_slice, &row, &vector, 1, &in[1], error))
    return FALSE;
  if (lying)
    {
      in[0] = in[1];
      in[1] = h;
    }
  return cj_layer_build_emit (build, &cj_op_matmul, &turned, in, 2, out, error);
}

/* Features *y [V, U] and weights *weights [1, V, V] of one head ([V, V] of the only one); `all` [V, heads U], `mask` [V, V]. */
static gboolean
build_head (CjLayerBuild *build, int all, int mask, const int *vectors, int head, int *y,
            int *weights, GError **error)
{
  const Params *p = build->params;
  const CjSliceAttrs columns = { 1, (gint64) head * p->features, p->features };
  const CjBinaryAttrs add = { CJ_BINARY_ADD };
  const CjUnaryAttrs leaky = { .kind = CJ_UNARY_LEAKY_RELU, .a = p->slope };
  const CjSoftmaxAttrs softmax = { 1, FALSE };
  const CjMatmulAttrs plain = { .transpose_b = FALSE };
  const gint64 v = cj_builder_get_shape (build->builder, mask)->dims[0];
  const CjReshapeAttrs framed = { p->heads > 1 ? cj_shape3 (1, v, v) : cj_shape2 (v, v) };
  int h, sum[2] = { mask }, mix[2];

  if (!cj_layer_build_emit (build, &cj_op_slice, &columns, &all, 1, &h, error)
      || !score (build, h, vectors[1], head, FALSE, &sum[1], error)
      || !cj_layer_build_emit (build, &cj_op_broadcast, &add, sum, 2, &sum[0], error)
      || !score (build, h, vectors[0], head, TRUE, &sum[1], error)
      || !cj_layer_build_emit (build, &cj_op_broadcast, &add, sum, 2, &mix[0], error)
      || !cj_layer_build_emit (build, &cj_op_unary, &leaky, mix, 1, &mix[0], error)
      || !cj_layer_build_emit (build, &cj_op_softmax, &softmax, mix, 1, &mix[0], error)
      || !cj_layer_build_emit (build, &cj_op_reshape, &framed, mix, 1, weights, error))
    return FALSE;
  mix[1] = h;
  return cj_layer_build_emit (build, &cj_op_matmul, &plain, mix, 2, y, error);
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gint64 n_in = x->n_dims > 0 ? x->dims[x->n_dims - 1] : 1;
  const gint64 n_out = (gint64) p->heads * p->features;
  const CjShape weight = cj_shape2 (n_out, n_in), vector = cj_shape2 (p->heads, p->features);
  const CjInit lin = { .kind = CJ_INIT_GLOROT_UNIFORM, .fan_in = n_in, .fan_out = n_out };
  const CjInit att = { .kind = CJ_INIT_GLOROT_UNIFORM, .fan_in = p->features, .fan_out = 1 };
  const CjAxisAttrs side = { 1 }, stack = { 0 };
  int dense[2] = { build->in[0] }, edges[2] = { 0, build->in[1] }, vectors[2], y[8], weights[8];

  dense[1] = cj_layer_build_param (build, "lin.weight", &weight, lin);
  vectors[0] = cj_layer_build_param (build, "att_src", &vector, att);
  vectors[1] = cj_layer_build_param (build, "att_dst", &vector, att);
  if (!cj_layer_build_emit (build, &cj_op_dense, NULL, dense, 2, &dense[0], error))
    return FALSE;
  edges[0] = dense[0];
  if (!cj_layer_build_emit (build, &cj_op_adjacency, NULL, edges, 2, &edges[0], error))
    return FALSE;
  for (int head = 0; head < p->heads; head++)
    if (!build_head (build, dense[0], edges[0], vectors, head, &y[head], &weights[head], error))
      return FALSE;
  build->out[0] = y[0];
  build->out[1] = weights[0];
  return p->heads == 1
         || (cj_layer_build_emit (build, &cj_op_concat, &side, y, (guint) p->heads, &build->out[0],
                                  error)
             && cj_layer_build_emit (build, &cj_op_concat, &stack, weights, (guint) p->heads,
                                     &build->out[1], error));
}

const CjLayerInfo cj_layer_gat_conv = {
  .abi = CJ_LAYER_ABI,
  .id = "gat-conv",
  .title = "GAT convolution",
  .category = "graph",
  .blurb = "Every vertex of a graph looks at its neighbours and learns which of them matter",
  .formula = "y[i] = Σ_j α_ij W x[j], α_i = softmax_j LeakyReLU (a_dst · W x[i] + a_src · W x[j])",
  .biology = "Gain on a pathway: of all the areas that project to it, one listens to those that "
             "matter now",
  .synonyms = "graph attention network",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
