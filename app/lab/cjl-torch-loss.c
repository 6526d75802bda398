/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses as expressions of what the network gives and its targets. */
#include "cjl-torch-private.h"

#include "cj-loss-params.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* {0} .. are the ports, {r} the reduction. */
typedef struct
{
  const char *layer;
  const char *text;
  const char *options;
} Loss;

static const Loss losses[] = {
  { "cross-entropy", "F.cross_entropy({0}, {1}{weights}{options}{r})",
    "smoothing:label_smoothing=0.0 ignore:ignore_index=-1" },
  { "nll", "F.nll_loss({0}, {1}{weights}{options}{r})", "ignore:ignore_index=-1" },
  { "bce-logits", "F.binary_cross_entropy_with_logits({0}, {1}{weights}{r})", NULL },
  { "bce", "F.binary_cross_entropy({0}, {1}{r})", NULL },
  { "mse", "F.mse_loss({0}, {1}{r})", NULL },
  { "l1", "F.l1_loss({0}, {1}{r})", NULL },
  { "huber", "F.huber_loss({0}, {1}{options}{r})", "delta=1.0" },
  { "smooth-l1", "F.smooth_l1_loss({0}, {1}{options}{r})", "beta=1.0" },
  { "kl-divergence", "F.kl_div({0}, {1}{r})", NULL },
  { "multi-class-hinge", "F.multi_margin_loss({0}, {1}{options}{r})", "margin=1.0" },
  { "cosine-embedding", "F.cosine_embedding_loss({0}, {1}, {2}{options}{r})", "margin=0.0" },
  { "triplet", "F.triplet_margin_loss({0}, {1}, {2}{options}{r})", "margin=1.0" },
  /* of numbers, without a function of PyTorch's */
  { "hinge", "F.relu({margin} - {0} * torch.where({1} > 0, 1.0, -1.0))", NULL },
  { "gaussian-kl", "(-0.5 * {weight} * (1 + {1} - {0} ** 2 - {1}.exp()))", NULL },
};

/* One number a class: ", weight=torch.tensor([1.0, 2.5], device=x.device)". */
static char *
print_weights (CjlTorchNode *node)
{
  const gboolean logits = g_str_equal (node->node->layer->id, "bce-logits");
  CjWeights weights;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!cjl_torch_has (node, "weights")
      || !cj_weights_parse (cjl_torch_get_text (node, "weights"), &weights, NULL) || weights.n == 0)
    return g_strdup ("");
  for (guint i = 0; i < (guint) weights.n; i++)
    {
      g_autofree char *number = cjl_torch_print_number (weights.w[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", number);
    }
  return g_strdup_printf (", %s=torch.tensor([%s], device=x.device)",
                          logits ? "pos_weight" : "weight", text->str);
}

/* Classes are the last dimension of sequences; PyTorch wants them second. */
static gboolean
is_flat (const CjlTorchNode *node, const char *layer)
{
  return (g_str_equal (layer, "cross-entropy") || g_str_equal (layer, "nll")) && node->x.n_dims != 2
         && node->x.n_dims != 4;
}

/* Text of a port, which may be said in another shape. */
static void
take_ports (CjlTorchNode *node, const char *const *ports)
{
  const char *layer = node->node->layer->id;

  for (guint k = 0; k < 3; k++)
    {
      char word[2] = { (char) ('0' + k), '\0' };
      const int value = node->lowered->in[k];
      const CjShape *shape
          = value != CJ_NO_VALUE ? cj_builder_get_shape (node->e->lowered->builder, value) : NULL;

      if (is_flat (node, layer) && k < 2)
        cjl_torch_take_word (
            node, word, g_strconcat (ports[k], k == 0 ? ".flatten(0, -2)" : ".flatten()", NULL));
      else if (k == 0 && shape != NULL && shape->n_dims == 2 && shape->dims[1] == 1
               && node->lowered->in[1] != CJ_NO_VALUE
               && cj_builder_get_shape (node->e->lowered->builder, node->lowered->in[1])->n_dims
                      == 1)
        cjl_torch_take_word (node, word, g_strconcat (ports[k], "[:, 0]", NULL));
      else
        cjl_torch_take_word (node, word, g_strdup (ports[k]));
    }
}

/* A mean over all is the habit of PyTorch, but for KL. */
static char *
finish (char *text, const char *reduction, gboolean by_hand)
{
  g_autofree char *owned = text;

  if (by_hand && g_str_equal (reduction, "mean"))
    return g_strconcat (text, ".mean()", NULL);
  if (by_hand)
    return g_str_equal (reduction, "sum") ? g_strconcat (text, ".sum()", NULL)
                                          : g_strconcat (text, ".sum() / len(x)", NULL);
  return g_str_equal (reduction, "batch-mean") ? g_strconcat (text, " / len(x)", NULL)
                                               : g_steal_pointer (&owned);
}

char *
cjl_torch_print_loss (CjlTorchNode *node, const char *const *ports, GError **error)
{
  const char *layer = node->node->layer->id, *reduction;
  const Loss *loss = NULL;
  CjlTorchRow row = { .layer = layer };
  gboolean by_hand, batch;

  for (guint i = 0; i < G_N_ELEMENTS (losses); i++)
    if (g_str_equal (losses[i].layer, layer))
      loss = &losses[i];
  if (loss == NULL)
    {
      cjl_torch_refuse (node->node, error, _ ("is a loss that PyTorch has nothing for."));
      return NULL;
    }
  reduction = cjl_torch_get_choice (node, "reduction");
  by_hand = strstr (loss->text, "{r}") == NULL;
  batch = g_str_equal (reduction, "batch-mean");
  if (g_str_equal (reduction, "none"))
    {
      cjl_torch_refuse (node->node, error,
                        _ ("makes no number of its losses. Set its reduction to mean."));
      return NULL;
    }
  take_ports (node, ports);
  cjl_torch_take_word (node, "weights", print_weights (node));
  cjl_torch_take_word (
      node, "r", g_strdup (batch || g_str_equal (reduction, "sum") ? ", reduction=\"sum\"" : ""));
  row.options = loss->options;
  node->row = &row;
  return finish (cjl_torch_fill (node, loss->text), reduction, by_hand);
}
