/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-transformer.h"

static const CjParam params[] = {
  { .offset = G_STRUCT_OFFSET (CjTransformerParams, heads), CJ_ATTENTION_HEADS },
  { CJ_TRANSFORMER_HIDDEN },
  { .offset = G_STRUCT_OFFSET (CjTransformerParams, causal), CJ_ATTENTION_CAUSAL, .preset = TRUE },
  { CJ_TRANSFORMER_DROPOUT },
  { CJ_TRANSFORMER_ACTIVATION },
  { CJ_TRANSFORMER_NORM_FIRST },
  { CJ_TRANSFORMER_EPS },
  { .offset = G_STRUCT_OFFSET (CjTransformerParams, head_width), CJ_ATTENTION_HEAD_WIDTH },
  { NULL },
};

static const CjPort inputs[] = { { "x", "Tokens", "N T E", CJ_PORT_REQUIRED },
                                 { "memory", "Memory", "N S E", CJ_PORT_REQUIRED },
                                 { NULL } };
static const CjPort outputs[] = { { "y", "Tokens", "N T E", CJ_PORT_REQUIRED },
                                  { "weights", "Weights", "N heads T S", CJ_PORT_REQUIRED },
                                  { NULL } };

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjAttentionParts own = { .prefix = "self_attn.",
                                 .k = CJ_NO_VALUE,
                                 .v = CJ_NO_VALUE,
                                 .padding = CJ_NO_VALUE,
                                 .padding_word = -1,
                                 .causal = ((const CjTransformerParams *) build->params)->causal };
  const CjAttentionParts cross = { .prefix = "multihead_attn.",
                                   .k = build->in[1],
                                   .v = build->in[1],
                                   .padding = CJ_NO_VALUE,
                                   .padding_word = -1 };

  build->out[0] = build->in[0];
  return cj_transformer_attend (build, own, "norm1", &build->out[0], NULL, error)
         && cj_transformer_attend (build, cross, "norm2", &build->out[0], &build->out[1], error)
         && cj_transformer_feed (build, "norm3", &build->out[0], error);
}

const CjLayerInfo cj_layer_transformer_decoder = {
  .abi = CJ_LAYER_ABI,
  .id = "transformer-decoder",
  .title = "Transformer decoder",
  .category = "attention",
  .blurb = "Tokens look at each other, then at another sequence, then each thinks for itself",
  .formula = "x ← x + attention (norm x), x ← x + attention (norm x, memory), "
             "y = x + W₂ f (W₁ norm x)",
  .biology = "Recall: what is being said is compared with what was perceived before",
  .synonyms = "decoder layer cross-attention translation",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .params_size = sizeof (CjTransformerParams),
  .params = params,
  .build = build,
};
