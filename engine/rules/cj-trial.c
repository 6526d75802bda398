/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-trial.h"

#include <glib/gi18n-lib.h>

static CjStep *
get_step (const CjRulePass *pass, guint i)
{
  return &g_array_index (pass->lowered->builder->steps, CjStep, i);
}

typedef struct
{
  GArray *units; /* CjTrialUnit */
  double noise;
} Trial;

/* Puts noise on a product that was made again. */
static int
add_noise (CjRulePass *pass, guint i, int out, gpointer data)
{
  const Trial *trial = data;
  const CjNoiseAttrs attrs = { CJ_NOISE_GAUSSIAN, trial->noise };
  CjTrialUnit unit = { .mean = out };

  if (cj_rule_get_product (pass, i) == NULL)
    return out;
  cj_builder_set_stops (pass->lowered->builder, out, 1u << 0);
  unit.sent = cj_rule_emit (pass, out, &cj_op_noise, &attrs, &out, 1);
  g_array_append_val (trial->units, unit);
  return unit.sent;
}

/* Products before which there is no noise: made again all the same, on the same numbers. */
static void
begin (CjRulePass *pass, guint n_steps, int *at, Trial *trial)
{
  g_autofree gboolean *noisy = g_new0 (gboolean, pass->lowered->builder->values->len + 1);

  for (guint i = 0; i < n_steps; i++)
    {
      const CjStep step = *get_step (pass, i);
      const gboolean product = cj_rule_get_product (pass, i) != NULL;
      gboolean any = FALSE;

      for (guint j = 0; j < step.op.n_in; j++)
        any |= step.in[j] != CJ_NO_VALUE && noisy[step.in[j]];
      for (guint k = 0; k < step.op.n_out; k++)
        noisy[step.out + (int) k] = any || product;
      if (any || !product)
        continue;
      at[step.out] = add_noise (
          pass, i,
          cj_rule_emit (pass, step.out, step.op.info, step.op.attrs, step.in, step.op.n_in), trial);
    }
}

GArray *
cj_trial_run (CjRulePass *pass, double noise, int *at)
{
  const guint n_steps = pass->lowered->builder->steps->len;
  g_autoptr (GArray) units = g_array_new (FALSE, FALSE, sizeof (CjTrialUnit));
  Trial trial = { units, noise };

  begin (pass, n_steps, at, &trial);
  if (!cj_rule_run_again (pass, n_steps, CJ_ROLE_LAYER, at, add_noise, &trial))
    return NULL;
  for (guint i = 0; i < n_steps; i++)
    if (cj_rule_get_product (pass, i) != NULL)
      get_step (pass, i)->stops |= 1u << 1 | 1u << 2;
  return g_steal_pointer (&units);
}

static CjReduction
get_reduction (const CjStep *step)
{
  if (step->op.info == &cj_op_cross_entropy)
    return ((const CjCrossEntropyAttrs *) step->op.attrs)->reduction;
  if (step->op.info == &cj_op_pair_loss)
    return ((const CjPairLossAttrs *) step->op.attrs)->reduction;
  return ((const CjRowLossAttrs *) step->op.attrs)->reduction;
}

/* The same loss, a number for each row or element. */
static int
emit_apart (CjRulePass *pass, const CjStep *step, const int *in)
{
  CjCrossEntropyAttrs classes;
  CjPairLossAttrs pair;
  CjRowLossAttrs row;

  if (step->op.info == &cj_op_cross_entropy)
    {
      classes = *(const CjCrossEntropyAttrs *) step->op.attrs;
      classes.reduction = CJ_REDUCTION_NONE;
      return cj_rule_emit (pass, step->out, step->op.info, &classes, in, step->op.n_in);
    }
  if (step->op.info == &cj_op_pair_loss)
    {
      pair = *(const CjPairLossAttrs *) step->op.attrs;
      pair.reduction = CJ_REDUCTION_NONE;
      return cj_rule_emit (pass, step->out, step->op.info, &pair, in, step->op.n_in);
    }
  row = *(const CjRowLossAttrs *) step->op.attrs;
  row.reduction = CJ_REDUCTION_NONE;
  return cj_rule_emit (pass, step->out, step->op.info, &row, in, step->op.n_in);
}

/* One number a sample, of which the loss is the mean. */
static int
emit_costs (CjRulePass *pass, const CjStep *step, const int *at)
{
  const CjReduction reduction = get_reduction (step);
  int in[CJ_OP_MAX_IN], apart;
  CjShape shape;

  for (guint j = 0; j < step->op.n_in; j++)
    in[j] = at != NULL && step->in[j] != CJ_NO_VALUE ? at[step->in[j]] : step->in[j];
  apart = emit_apart (pass, step, in);
  shape = *cj_builder_get_shape (pass->lowered->builder, apart);
  if (shape.n_dims > 1)
    {
      const CjReduceAttrs all
          = { .kind = reduction == CJ_REDUCTION_MEAN ? CJ_REDUCE_MEAN : CJ_REDUCE_SUM,
              .axes = (1u << shape.n_dims) - 2 };

      apart = cj_rule_emit (pass, step->out, &cj_op_reduce, &all, &apart, 1);
    }
  if (reduction == CJ_REDUCTION_SUM)
    {
      const CjUnaryAttrs times = { CJ_UNARY_AFFINE, (double) shape.dims[0], 0 };

      apart = cj_rule_emit (pass, step->out, &cj_op_unary, &times, &apart, 1);
    }
  return apart;
}

/* The step that makes a loss, if samples can be told apart in it. */
static const CjStep *
find_loss (const CjRulePass *pass, int value)
{
  for (guint i = 0; i < pass->lowered->builder->steps->len; i++)
    {
      const CjOpInfo *info = get_step (pass, i)->op.info;

      if (get_step (pass, i)->out == value)
        return info == &cj_op_cross_entropy || info == &cj_op_pair_loss || info == &cj_op_row_loss
                   ? get_step (pass, i)
                   : NULL;
    }
  return NULL;
}

int
cj_trial_find_costs (CjRulePass *pass, const int *at)
{
  const CjBinaryAttrs plus = { CJ_BINARY_ADD };
  int sum[2] = { CJ_NO_VALUE };

  for (guint i = 0; i < pass->lowered->losses->len; i++)
    {
      const int loss = g_array_index (pass->lowered->losses, int, i);
      const CjStep *found = find_loss (pass, loss);
      const CjStep step = found != NULL ? *found : (CjStep){ 0 };
      const CjNode *node = cj_rule_get_node (pass, loss);

      if (found == NULL)
        {
          cj_rule_refuse (
              pass, node,
              /* Translators: kind of a layer, its name, a learning rule */
              g_strdup_printf (
                  _ ("%s “%s” does not say what a single sample costs, as the rule “%s” "
                     "needs. Choose another loss, or another rule."),
                  _ (node->layer->title), node->id, _ (pass->rule->title)));
          return CJ_NO_VALUE;
        }
      sum[1] = emit_costs (pass, &step, at);
      sum[0] = sum[0] == CJ_NO_VALUE ? sum[1]
                                     : cj_rule_emit (pass, loss, &cj_op_binary, &plus, sum, 2);
    }
  return sum[0];
}

void
cj_trial_learn (CjRulePass *pass, const GArray *units, double noise, int worse)
{
  const CjBinaryAttrs minus = { CJ_BINARY_SUBTRACT }, times = { CJ_BINARY_MULTIPLY };
  const CjUnaryAttrs square = { CJ_UNARY_SQUARE };
  const CjUnaryAttrs scale = { CJ_UNARY_AFFINE, -1 / (2 * noise * noise), 0 };
  const CjReduceAttrs mean = { .kind = CJ_REDUCE_MEAN, .axes = 1 };
  CjBuilder *builder = pass->lowered->builder;

  for (guint i = 0; i < units->len; i++)
    {
      const CjTrialUnit unit = g_array_index (units, CjTrialUnit, i);
      const CjReduceAttrs all
          = { .kind = CJ_REDUCE_SUM,
              .axes = (1u << cj_builder_get_shape (builder, unit.mean)->n_dims) - 2 };
      int away = cj_rule_emit (pass, unit.mean, &cj_op_binary, &minus,
                               (int[]){ unit.sent, unit.mean }, 2);

      cj_builder_set_stops (builder, away, 1u << 0);
      away = cj_rule_emit (pass, unit.mean, &cj_op_unary, &square, &away, 1);
      away = cj_rule_emit (pass, unit.mean, &cj_op_reduce, &all, &away, 1);
      away = cj_rule_emit (pass, unit.mean, &cj_op_binary, &times, (int[]){ away, worse }, 2);
      cj_builder_set_stops (builder, away, 1u << 1);
      away = cj_rule_emit (pass, unit.mean, &cj_op_unary, &scale, &away, 1);
      away = cj_rule_emit (pass, unit.mean, &cj_op_reduce, &mean, &away, 1);
      g_array_append_val (pass->lowered->locals, away);
    }
}
