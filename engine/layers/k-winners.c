/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int k;
  int among;
} Params;

enum
{
  AMONG_ALL,
  AMONG_CHANNELS
};

static const char *const amongs[] = { "all", "channels", NULL };

static const CjParam params[] = {
  { .name = "k",
    .title = "Winners",
    .blurb = "How many units stay active; of equal ones the first",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, k),
    .preset = 10,
    .min = 1,
    .max = 65536,
    .soft_min = 1,
    .soft_max = 100,
    .flags = CJ_PARAM_LOG },
  { .name = "among",
    .title = "Among",
    .blurb = "Who competes: all units of a sample, or the channels at each place",
    .kind = CJ_PARAM_CHOICE,
    .choices = amongs,
    .offset = offsetof (Params, among),
    .max = 1 },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gint64 sample = cj_shape_size (x) / MAX (x->n_dims > 0 ? x->dims[0] : 1, 1);
  CjWinnersAttrs attrs = { .k = p->k, .row = sample, .per = 1 };

  if (p->among == AMONG_CHANNELS && x->n_dims > 3)
    {
      attrs.row = x->dims[1];
      attrs.per = sample / MAX (attrs.row, 1);
    }
  else if (p->among == AMONG_CHANNELS && x->n_dims == 3)
    attrs.row = x->dims[2];
  if (p->k >= attrs.row)
    build->note
        = g_strdup_printf (_ ("has %d winners among %d: nobody loses."), p->k, (int) attrs.row);
  return cj_layer_build_simple (build, &cj_op_winners, &attrs, error);
}

const CjLayerInfo cj_layer_k_winners = {
  .abi = CJ_LAYER_ABI,
  .id = "k-winners",
  .title = "K winners",
  .category = "circuit",
  .blurb = "Only the k most active units stay, all others fall silent",
  .formula = "y = x where x is among the k largest, else 0 (Maass 2000; Makhzani and Frey 2014)",
  .biology
  = "Winner-take-all: cells excite shared interneurons whose inhibition only the strongest "
    "overcome; so few granule cells of hippocampus and cerebellum fire at a time",
  .synonyms = "kwta winner-take-all wta k-sparse topk top-k competition sparse",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
