/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is not written, and why. A reason reads on from the name of the layer. */
#include "cjl-onnx-export-private.h"

#include "cj-card.h"
#include "cj-dense-rows.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>

#define LEARNS N_ ("is there to learn, not to answer. Wire the answer past it.")
#define LOSS                                                                                       \
  N_ ("gives a loss, which is no answer of the network. Wire the answer to what it looks at.")
#define EDGES                                                                                      \
  N_ ("works on the edges of a graph, which are no samples that run one by one. Export its "       \
      "weights as .safetensors.")
#define SETTLES                                                                                    \
  N_ ("settles to its answer in steps, which is a way to learn. Choose backpropagation as the "    \
      "rule; the answer is the same.")
#define JOINED N_ ("is joined for speed, which what is drawn is not.")

const CjlOnnxOp cjl_onnx_ops_refused[] = {
  { &cj_op_propagate, NULL, EDGES },
  { &cj_op_adjacency, NULL, EDGES },
  { &cj_op_signs, NULL,
    N_ ("gives weights their signs by numbers that depend on its input. Use a dense layer.") },
  { &cj_op_label, NULL,
    N_ ("writes labels into samples, and a model has no labels. Mute it for the export.") },
  { &cj_op_card, NULL,
    N_ ("is an operator of a model that was opened. Pass on the file it came from, or put a layer "
        "in its place.") },
  { &cj_op_heads, NULL, LEARNS },
  { &cj_op_local, NULL, LEARNS },
  { &cj_op_stdp, NULL, LEARNS },
  { &cj_op_goodness, NULL, LEARNS },
  { &cj_op_reward, NULL, LEARNS },
  { &cj_op_target, NULL, LEARNS },
  { &cj_op_feedback, NULL, LEARNS },
  { &cj_op_predictive, NULL, SETTLES },
  { &cj_op_equilibrium, NULL, SETTLES },
  { &cj_op_cross_entropy, NULL, LOSS },
  { &cj_op_pair_loss, NULL, LOSS },
  { &cj_op_row_loss, NULL, LOSS },
  { &cj_op_dense_relu, NULL, JOINED },
  { &cj_op_dense_chain, NULL, JOINED },
  { &cj_op_dense_rows, NULL, JOINED },
  { &cj_op_dense_rows_relu, NULL, JOINED },
  { &cj_op_conv2d_relu, NULL, JOINED },
  { &cj_op_batch_norm_relu, NULL, JOINED },
  { &cj_op_batch_norm_add, NULL, JOINED },
  { &cj_op_batch_norm_add_relu, NULL, JOINED },
  { NULL },
};
