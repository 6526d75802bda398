/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-attention.h"

#include <stddef.h>

typedef struct
{
  int heads, padding_word, head_width;
  gboolean causal, bias;
} Params;

static const CjParam params[] = {
  { .offset = offsetof (Params, heads), CJ_ATTENTION_HEADS },
  { .offset = offsetof (Params, causal), CJ_ATTENTION_CAUSAL },
  { .name = "bias",
    .title = "Bias",
    .blurb = "Adds learned offsets in the projections",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, bias),
    .preset = TRUE,
    .max = 1,
    .flags = CJ_PARAM_RESHAPES },
  { .offset = offsetof (Params, padding_word), CJ_ATTENTION_PADDING },
  { .offset = offsetof (Params, head_width), CJ_ATTENTION_HEAD_WIDTH },
  { NULL },
};

static const CjPort inputs[] = { { "x", "Query", "N T E", CJ_PORT_REQUIRED },
                                 { "key", "Key", "N S E", CJ_PORT_OPTIONAL },
                                 { "value", "Value", "N S E", CJ_PORT_OPTIONAL },
                                 { "padding", "Padding marks", "N S", CJ_PORT_OPTIONAL },
                                 { NULL } };
static const CjPort outputs[] = { { "y", "Output", "N T E", CJ_PORT_REQUIRED },
                                  { "weights", "Weights", "N heads T S", CJ_PORT_REQUIRED },
                                  { NULL } };

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjAttentionParts parts = { .prefix = "",
                                   .q = build->in[0],
                                   .k = build->in[1],
                                   .v = build->in[2],
                                   .padding = build->in[3],
                                   .padding_word = p->padding_word,
                                   .heads = p->heads,
                                   .head_width = p->head_width,
                                   .causal = p->causal,
                                   .bias = p->bias };

  return cj_attention_emit (build, &parts, &build->out[0], &build->out[1], error);
}

const CjLayerInfo cj_layer_multi_head_attention = {
  .abi = CJ_LAYER_ABI,
  .id = "multi-head-attention",
  .title = "Multi-head attention",
  .category = "attention",
  .blurb = "Every token gathers from the tokens that matter to it; with a key wired, from another "
           "sequence",
  .formula = "head = softmax (Q Kᵀ / √d) V with Q = x W_q, K = k W_k, V = v W_v; y = [heads] W_o",
  .biology = "Feature-based attention: what matches the current goal is amplified, all else fades",
  .synonyms = "self-attention cross-attention mha transformer",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
