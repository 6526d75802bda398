/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases of losses. */
#include "cjl-verify-private.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

static const char *
get_reduction (const CjlVerifyCase *c)
{
  const char *text = cjl_verify_text (c, "reduction");

  if (text == NULL) /* the one made by hand is a sum over the code, a mean over the batch */
    return "batch-mean";
  return g_str_equal (text, "batchmean") ? "batch-mean" : text;
}

/* A loss on in0 and in1, and in2 if the case has one. */
static CjNode *
add_loss (CjlVerifyCase *c, const char *layer, const char *params)
{
  CjNode *y = cjl_verify_layer (c, layer, cjl_verify_input (c, "in0"), "reduction=%s %s",
                                get_reduction (c), params);

  cjl_verify_wire (c, cjl_verify_input (c, "in1"), 0, y, 1);
  if (cjl_verify_has (c, "in2"))
    cjl_verify_wire (c, cjl_verify_input (c, "in2"), 0, y, 2);
  cjl_verify_output (c, 0, y, 0);
  return y;
}

static void
classes (CjlVerifyCase *c, const char *layer, const char *more)
{
  const int ignore = cjl_verify_int (c, "ignore_index", 0, -1);
  g_autofree char *weights = cjl_verify_list (c, "buffer.weight");
  g_autofree char *params
      = g_strdup_printf ("ignore=%d weights=%s %s", MAX (ignore, -1), weights, more);

  add_loss (c, layer, params);
}

static void
cross_entropy (CjlVerifyCase *c)
{
  g_autofree char *smoothing
      = g_strdup_printf ("smoothing=%.17g", cjl_verify_number (c, "label_smoothing", 0, 0));

  classes (c, "cross-entropy", smoothing);
}

static void
nll (CjlVerifyCase *c)
{
  classes (c, "nll", "");
}

static void
bce_logits (CjlVerifyCase *c)
{
  g_autofree char *weights = cjl_verify_list (c, "buffer.pos_weight");
  g_autofree char *params = g_strdup_printf ("weights=%s", weights);

  add_loss (c, "bce-logits", params);
}

/* A loss with one number that both sides know, under one name or two. */
static void
with_number (CjlVerifyCase *c, const char *layer, const char *name, double preset)
{
  g_autofree char *params
      = g_strdup_printf ("%s=%.17g", name, cjl_verify_number (c, name, 0, preset));

  add_loss (c, layer, params);
}

static void
bce (CjlVerifyCase *c)
{
  add_loss (c, "bce", "");
}

static void
mse (CjlVerifyCase *c)
{
  add_loss (c, "mse", "");
}

static void
l1 (CjlVerifyCase *c)
{
  add_loss (c, "l1", "");
}

static void
huber (CjlVerifyCase *c)
{
  with_number (c, "huber", "delta", 1);
}

static void
smooth_l1 (CjlVerifyCase *c)
{
  with_number (c, "smooth-l1", "beta", 1);
}

static void
kl_divergence (CjlVerifyCase *c)
{
  if (cjl_verify_bool (c, "log_target", FALSE) && c->mistake == NULL)
    g_set_error (&c->mistake, CJ_ERROR, CJ_ERROR_GRAPH,
                 _ ("not supported: a KL divergence whose targets are logarithms"));
  add_loss (c, "kl-divergence", "");
}

static void
gaussian_kl (CjlVerifyCase *c)
{
  add_loss (c, "gaussian-kl", "");
}

static void
cosine_embedding (CjlVerifyCase *c)
{
  with_number (c, "cosine-embedding", "margin", 0);
}

static void
triplet (CjlVerifyCase *c)
{
  with_number (c, "triplet", "margin", 1);
}

static void
multi_margin (CjlVerifyCase *c)
{
  with_number (c, "multi-class-hinge", "margin", 1);
}

const CjlVerifyLayer cjl_verify_losses[] = {
  { "CrossEntropyLoss", cross_entropy },
  { "NLLLoss", nll },
  { "BCEWithLogitsLoss", bce_logits },
  { "BCELoss", bce },
  { "MSELoss", mse },
  { "L1Loss", l1 },
  { "HuberLoss", huber },
  { "SmoothL1Loss", smooth_l1 },
  { "KLDivLoss", kl_divergence },
  { "loss_gaussian_kl_vae", gaussian_kl },
  { "CosineEmbeddingLoss", cosine_embedding },
  { "TripletMarginLoss", triplet },
  { "MultiMarginLoss", multi_margin },
  { NULL },
};
