/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-transformer.h"

static const CjParam params[] = {
  { .offset = G_STRUCT_OFFSET (CjTransformerParams, heads), CJ_ATTENTION_HEADS },
  { CJ_TRANSFORMER_HIDDEN },
  { .offset = G_STRUCT_OFFSET (CjTransformerParams, causal), CJ_ATTENTION_CAUSAL },
  { CJ_TRANSFORMER_DROPOUT },
  { CJ_TRANSFORMER_ACTIVATION },
  { CJ_TRANSFORMER_NORM_FIRST },
  { CJ_TRANSFORMER_EPS },
  { .offset = G_STRUCT_OFFSET (CjTransformerParams, padding_word), CJ_ATTENTION_PADDING },
  { .offset = G_STRUCT_OFFSET (CjTransformerParams, head_width), CJ_ATTENTION_HEAD_WIDTH },
  { NULL },
};

static const CjPort inputs[] = { { "x", "Tokens", "N T E", CJ_PORT_REQUIRED },
                                 { "padding", "Padding marks", "N T", CJ_PORT_OPTIONAL },
                                 { NULL } };
static const CjPort outputs[] = { { "y", "Tokens", "N T E", CJ_PORT_REQUIRED },
                                  { "weights", "Weights", "N heads T T", CJ_PORT_REQUIRED },
                                  { NULL } };

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjAttentionParts parts
      = { .prefix = "self_attn.",
          .k = CJ_NO_VALUE,
          .v = CJ_NO_VALUE,
          .padding = build->in[1],
          .padding_word = ((const CjTransformerParams *) build->params)->padding_word,
          .causal = ((const CjTransformerParams *) build->params)->causal };

  build->out[0] = build->in[0];
  return cj_transformer_attend (build, parts, "norm1", &build->out[0], &build->out[1], error)
         && cj_transformer_feed (build, "norm2", &build->out[0], error);
}

const CjLayerInfo cj_layer_transformer_block = {
  .abi = CJ_LAYER_ABI,
  .id = "transformer-block",
  .title = "Transformer block",
  .category = "attention",
  .blurb = "Tokens look at each other, then each thinks for itself; what they were is added back",
  .formula = "x ← x + attention (norm x), y = x + W₂ f (W₁ norm x)",
  .biology = "Lateral exchange across columns, then processing within each column",
  .synonyms = "encoder layer gpt vit bert",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .params_size = sizeof (CjTransformerParams),
  .params = params,
  .build = build,
};
