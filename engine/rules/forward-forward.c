/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hidden part of the network is run twice more, on samples with the right label drawn in and with a wrong one;
 * each dense layer lowers a loss of its own that tells the two apart, and passes nothing back. The layer that
 * makes the scores learns by the error from what the others send for the samples as they are. */
#include "cj-rule.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>
#include <string.h>

enum
{
  NEGATIVES_RANDOM,
  NEGATIVES_LIKELY
};

typedef struct
{
  double threshold;
  int negatives;
} Params;

static const char *const negatives[] = { "random", "likely", NULL };

static const CjParam params[] = {
  { .name = "threshold",
    .title = "Threshold",
    .blurb
    = "Mean square of a layer's activity that right samples should exceed and wrong ones not",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, threshold),
    .preset = 2,
    .max = 1000,
    .soft_max = 10,
    .digits = 2 },
  { .name = "negatives",
    .title = "Wrong labels",
    .blurb
    = "random: any of the other classes; likely: drawn by how likely the network holds them, so "
      "that it learns most from what it confuses",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, negatives),
    .preset = NEGATIVES_RANDOM,
    .choices = negatives },
  { NULL },
};

static CjStep *
get_step (const CjRulePass *pass, guint i)
{
  return &g_array_index (pass->lowered->builder->steps, CjStep, i);
}

/* The layer that writes labels; -1: none is drawn, the samples themselves get them. */
static int
find_overlay (const CjRulePass *pass)
{
  for (guint i = 0; i < pass->lowered->builder->steps->len; i++)
    if (get_step (pass, i)->op.info == &cj_op_label)
      return (int) i;
  return -1;
}

/* Where every label has a copy of its own, how active layers are is the score. Else the last product makes it,
 * which learns by the error; -1: none. */
static int
find_scorer (const CjRulePass *pass, const CjStep *overlay)
{
  int scorer = -1;

  if (overlay != NULL && ((const CjLabelAttrs *) overlay->op.attrs)->kind == CJ_LABEL_EVERY)
    return -1;
  for (guint i = 0; i < pass->lowered->builder->steps->len; i++)
    if (cj_rule_get_product (pass, i) != NULL
        && cj_rule_get_node (pass, get_step (pass, i)->out)->layer->role == CJ_ROLE_LAYER)
      scorer = (int) i;
  return scorer;
}

static int
stop (CjRulePass *pass, guint i, int out, gpointer data)
{
  (void) data;
  if (cj_rule_get_product (pass, i) != NULL)
    cj_builder_set_stops (pass->lowered->builder, out, 1u << 0);
  return out;
}

/* Runs the hidden part, the steps before `end`, once more on samples with one kind of label. NULL after a problem.
 * You free. */
static int *
run_labelled (CjRulePass *pass, guint end, const CjStep *overlay, CjLabelKind kind)
{
  const CjLowered *lowered = pass->lowered;
  const CjShape *scores = cj_builder_get_shape (lowered->builder, lowered->prediction);
  const CjLabelAttrs *drawn = overlay != NULL ? overlay->op.attrs : NULL;
  const gint64 k = scores->dims[MAX (scores->n_dims, 1) - 1];
  const CjLabelAttrs attrs = { .kind = kind,
                               .n_classes = drawn != NULL ? drawn->n_classes : k,
                               .apart = drawn != NULL && drawn->kind == CJ_LABEL_EVERY };
  const gboolean likely = kind == CJ_LABEL_WRONG && scores->n_dims == 2 && k == attrs.n_classes
                          && ((const Params *) pass->params)->negatives == NEGATIVES_LIKELY;
  const int in[3]
      = { overlay != NULL ? overlay->in[0] : lowered->x, lowered->y, lowered->prediction };
  const int from = overlay != NULL ? overlay->out : lowered->x;
  int *at = cj_rule_new_map (pass);

  at[from] = cj_rule_emit (pass, from, &cj_op_label, &attrs, in, likely ? 3 : 2);
  if (!cj_rule_run_again (pass, end, CJ_ROLE_LAYER, at, stop, NULL))
    g_clear_pointer (&at, g_free);
  return at;
}

static gboolean
check (CjRulePass *pass, const CjStep *overlay, int scorer)
{
  const CjLowered *lowered = pass->lowered;
  const CjValue *y
      = lowered->y != CJ_NO_VALUE ? cj_builder_get_value (lowered->builder, lowered->y) : NULL;

  if ((overlay != NULL || scorer >= 0) && lowered->x != CJ_NO_VALUE && y != NULL
      && y->dtype == CJ_INT32 && y->shape.n_dims == 1
      && cj_builder_get_value (lowered->builder, lowered->x)->dtype == CJ_FLOAT32)
    return TRUE;
  cj_rule_refuse (
      pass, NULL,
      g_strdup (_ ("Forward–forward learns from samples with a class, drawn into their first "
                   "numbers. Choose data with classes, or another learning rule.")));
  return FALSE;
}

/* The product at `i` lowers a loss of its own, if its layer sees the label. */
static void
learn (CjRulePass *pass, guint i, const int *right, const int *wrong)
{
  const CjGoodnessAttrs goodness = { ((const Params *) pass->params)->threshold };
  CjStep *step = get_step (pass, i);
  const int sent = cj_rule_find_sent (pass, step->out);
  int local;

  step->stops |= 1u << 0;
  if (right[sent] == sent)
    return;
  step->stops |= 1u << 1 | 1u << 2;
  local = cj_rule_emit (pass, step->out, &cj_op_goodness, &goodness,
                        (int[]){ right[sent], wrong[sent] }, 2);
  g_array_append_val (pass->lowered->locals, local);
}

static void
apply (CjRulePass *pass)
{
  const guint n_steps = pass->lowered->builder->steps->len;
  const int seat = find_overlay (pass);
  const CjStep copy = seat >= 0 ? *get_step (pass, (guint) seat) : (CjStep){ 0 };
  const CjStep *overlay = seat >= 0 ? &copy : NULL;
  const int scorer = find_scorer (pass, overlay);
  const guint end = scorer >= 0 ? (guint) scorer : n_steps;
  g_autofree int *right = NULL, *wrong = NULL;

  if (!check (pass, overlay, scorer))
    return;
  right = run_labelled (pass, end, overlay, CJ_LABEL_RIGHT);
  wrong = right != NULL ? run_labelled (pass, end, overlay, CJ_LABEL_WRONG) : NULL;
  for (guint i = 0; i < end && wrong != NULL; i++)
    if (cj_rule_get_product (pass, i) != NULL)
      learn (pass, i, right, wrong);
  if (scorer >= 0)
    get_step (pass, (guint) scorer)->stops |= 1u << 0;
}

const CjRuleInfo cj_rule_forward_forward = {
  .abi = CJ_RULE_ABI,
  .id = "forward-forward",
  .title = "Forward–forward",
  .blurb
  = "Each hidden layer learns to be more active for samples with the right label drawn into their "
    "first numbers than for ones with a wrong label; put RMS norm behind each, so that the next "
    "cannot read off its activity alone",
  .formula = "lower log (1 + exp (θ − g⁺)) + log (1 + exp (g⁻ − θ)) layer by layer, g = mean y²",
  .source = "Hinton, The forward-forward algorithm: some preliminary investigations, 2022",
  .local = "A synapse knows the activity on its two sides, how active its layer is, and whether "
           "the sample "
           "is a right or a wrong one",
  .distant
  = "Only that last bit: whether the sample is right or wrong; the layer of scores alone learns "
    "by its error",
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
};
