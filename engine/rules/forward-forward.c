/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hidden part of the network is run twice more, on samples with the right label drawn in and with a wrong one;
 * each dense layer lowers a loss of its own that tells the two apart, and passes nothing back. The layer that
 * makes the scores learns by the error from what the others send for the samples as they are. */
#include "cj-rule.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>
#include <string.h>

typedef struct
{
  double threshold;
} Params;

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
  { NULL },
};

/* One run of the hidden part: where each value stands in it. */
typedef struct
{
  int *at; /* by value of the drawn network; itself where the samples do not reach it */
} Stream;

static CjStep *
get_step (const CjRulePass *pass, guint i)
{
  return &g_array_index (pass->lowered->builder->steps, CjStep, i);
}

/* The last product of the region before the scores: what is behind it learns by the error. */
static int
find_scorer (const CjRulePass *pass)
{
  int scorer = -1;

  for (guint i = 0; i < pass->lowered->builder->steps->len; i++)
    if (cj_rule_get_product (pass, i) != NULL
        && cj_rule_get_node (pass, get_step (pass, i)->out)->layer->role == CJ_ROLE_LAYER)
      scorer = (int) i;
  return scorer;
}

/* Runs the steps before `end` once more on another input. */
static Stream
run_again (CjRulePass *pass, guint end, int x)
{
  const guint n_values = pass->lowered->builder->values->len;
  Stream stream = { g_new (int, n_values + 1) };

  for (guint i = 0; i < n_values; i++)
    stream.at[i] = (int) i;
  stream.at[pass->lowered->x] = x;
  for (guint i = 0; i < end; i++)
    {
      const CjStep step = *get_step (pass, i);
      int in[CJ_OP_MAX_IN], out;
      gboolean reached = FALSE;

      for (guint j = 0; j < step.op.n_in; j++)
        {
          in[j] = step.in[j] != CJ_NO_VALUE ? stream.at[step.in[j]] : CJ_NO_VALUE;
          reached |= in[j] != step.in[j];
        }
      if (!reached)
        continue;
      if (step.op.info == &cj_op_to_last || step.op.info == &cj_op_to_plain) /* as it is needed */
        {
          stream.at[step.out] = in[0];
          continue;
        }
      out = cj_rule_emit (pass, step.out, step.op.info, step.op.attrs, in, step.op.n_in);
      for (guint k = 0; k < step.op.n_out; k++)
        stream.at[step.out + (int) k] = out + (int) k;
      if (cj_rule_get_product (pass, i) != NULL)
        cj_builder_set_stops (pass->lowered->builder, out, 1u << 0);
    }
  return stream;
}

static gboolean
check (CjRulePass *pass, int scorer)
{
  const CjLowered *lowered = pass->lowered;
  const CjValue *y
      = lowered->y != CJ_NO_VALUE ? cj_builder_get_value (lowered->builder, lowered->y) : NULL;

  if (scorer >= 0 && lowered->x != CJ_NO_VALUE && y != NULL && y->dtype == CJ_INT32
      && y->shape.n_dims == 1
      && cj_builder_get_value (lowered->builder, lowered->x)->dtype == CJ_FLOAT32)
    return TRUE;
  cj_rule_refuse (
      pass, NULL,
      g_strdup (_ ("Forward–forward learns from samples with a class, drawn into their first "
                   "numbers. Choose data with classes, or another learning rule.")));
  return FALSE;
}

/* What a layer sends: its output, or the product itself. */
static int
find_sent (const CjRulePass *pass, const CjStep *step)
{
  const CjLoweredNode *node
      = &pass->lowered->nodes[cj_builder_get_value (pass->lowered->builder, step->out)->node];

  return node->n_out > 0 ? node->out[0] : step->out;
}

static void
apply (CjRulePass *pass)
{
  const Params *p = pass->params;
  const CjGoodnessAttrs goodness = { p->threshold };
  const int scorer = find_scorer (pass), x = pass->lowered->x, y = pass->lowered->y;
  const CjShape *scores = cj_builder_get_shape (pass->lowered->builder, pass->lowered->prediction);
  CjLabelAttrs label = { .n_classes = scores->dims[MAX (scores->n_dims, 1) - 1] };
  Stream right, wrong;

  if (!check (pass, scorer))
    return;
  right = run_again (pass, (guint) scorer,
                     cj_rule_emit (pass, x, &cj_op_label, &label, (int[]){ x, y }, 2));
  label.wrong = TRUE;
  wrong = run_again (pass, (guint) scorer,
                     cj_rule_emit (pass, x, &cj_op_label, &label, (int[]){ x, y }, 2));
  for (guint i = 0; i <= (guint) scorer; i++)
    {
      CjStep *step = cj_rule_get_product (pass, i);
      int sent, local;

      if (step == NULL)
        continue;
      step->stops |= 1u << 0;
      if (i == (guint) scorer)
        continue;
      step->stops |= 1u << 1 | 1u << 2;
      sent = find_sent (pass, step);
      local = cj_rule_emit (pass, step->out, &cj_op_goodness, &goodness,
                            (int[]){ right.at[sent], wrong.at[sent] }, 2);
      g_array_append_val (pass->lowered->locals, local);
    }
  g_free (right.at);
  g_free (wrong.at);
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
