/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int features, words, padding;
} Params;

static const CjParam params[] = {
  { .name = "features",
    .title = "Features",
    .blurb = "How many numbers stand for one word",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, features),
    .preset = 64,
    .min = 1,
    .max = 65536,
    .soft_max = 1024,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "words",
    .title = "Words",
    .blurb = "Size of the vocabulary; 0 takes as many as the data has",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, words),
    .max = 1 << 24,
    .soft_max = 65536,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "padding",
    .title = "Padding word",
    .blurb = "Number of the word that only fills up and never learns; -1: none",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, padding),
    .preset = -1,
    .min = -1,
    .max = 1 << 24,
    .soft_max = 255,
    .flags = CJ_PARAM_ADVANCED },
  { NULL },
};

static const CjPort inputs[] = { { "x", "Words", "N T", CJ_PORT_REQUIRED }, { NULL } };
static const CjPort outputs[] = { { "y", "Vectors", "N T E", CJ_PORT_REQUIRED }, { NULL } };

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjEmbeddingAttrs attrs = { p->padding };
  const gint64 known = build->n_words > 0 ? build->n_words : build->n_classes;
  const gint64 words = p->words > 0 ? p->words : known;
  const CjShape table = cj_shape2 (words, p->features);
  int in[2] = { build->in[0] };

  if (words == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("cannot tell the size of the vocabulary from the data. Set its words."));
      return FALSE;
    }
  /* of a piece of a sample it is not known; what is no word gives zeros there */
  if (words < (gint64) build->n_words
      && cj_builder_get_value (build->builder, build->in[0])->kind == CJ_VALUE_INPUT)
    {
      build->set = g_strdup_printf ("words=%u", build->n_words);
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("has %lld words, but the data has %u. Set its words to %u, or to 0 for as "
                      "many as there are."),
                   (long long) words, build->n_words, build->n_words);
      return FALSE;
    }
  in[1] = cj_layer_build_param (build, "weight", &table,
                                (CjInit){ .kind = CJ_INIT_NORMAL, .scale = 1 });
  return cj_layer_build_emit (build, &cj_op_embedding, &attrs, in, 2, &build->out[0], error);
}

const CjLayerInfo cj_layer_embedding = {
  .abi = CJ_LAYER_ABI,
  .id = "embedding",
  .title = "Embedding",
  .category = "sequence",
  .blurb = "Looks up a learned vector for every word or character",
  .formula = "y[t] = W[word[t]]",
  .biology = "A word is a pattern of activity over a population, and words that are used alike get "
             "patterns alike",
  .synonyms = "lookup table token words vocabulary",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
