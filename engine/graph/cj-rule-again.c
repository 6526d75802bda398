/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network a second time within one list of ops, on other numbers, for rules that compare the two. */
#include "cj-rule.h"

#include <glib/gi18n-lib.h>
#include <string.h>

int *
cj_rule_new_map (const CjRulePass *pass)
{
  const guint n = pass->lowered->builder->values->len;
  int *at = g_new (int, n + 1);

  for (guint i = 0; i < n; i++)
    at[i] = (int) i;
  return at;
}

/* Emits `step` on the inputs `in`; FALSE after a problem was noted. */
static gboolean
emit_again (CjRulePass *pass, const CjStep *step, const int *in, int *out)
{
  g_autoptr (GError) error = NULL;
  const CjNode *node = cj_rule_get_node (pass, step->out);

  pass->lowered->builder->node = cj_builder_get_value (pass->lowered->builder, step->out)->node;
  *out = cj_builder_emit (pass->lowered->builder, step->op.info, step->op.attrs, in, step->op.n_in,
                          &error);
  if (*out != CJ_NO_VALUE)
    return TRUE;
  cj_rule_refuse (
      pass, node,
      /* Translators: kind of a layer, its name, a learning rule, what is wrong, as “expects pictures …” */
      g_strdup_printf (_ ("%s “%s”, run once more for the rule “%s”, %s"), _ (node->layer->title),
                       node->id, _ (pass->rule->title), error->message));
  return FALSE;
}

gboolean
cj_rule_run_again (CjRulePass *pass, guint end, CjLayerRole role, int *at, CjRuleAgainFunc func,
                   gpointer data)
{
  for (guint i = 0; i < end; i++)
    {
      const CjStep step = g_array_index (pass->lowered->builder->steps, CjStep, i);
      int in[CJ_OP_MAX_IN], out;
      gboolean reached = FALSE;

      if (step.replaced || cj_rule_get_node (pass, step.out)->layer->role != role
          || at[step.out] != step.out)
        continue;
      for (guint j = 0; j < step.op.n_in; j++)
        {
          in[j] = step.in[j] != CJ_NO_VALUE ? at[step.in[j]] : CJ_NO_VALUE;
          reached |= in[j] != step.in[j];
        }
      if (!reached)
        continue;
      if (step.op.info == &cj_op_to_last || step.op.info == &cj_op_to_plain) /* as it is needed */
        {
          at[step.out] = in[0];
          continue;
        }
      if (!emit_again (pass, &step, in, &out))
        return FALSE;
      for (guint k = 0; k < step.op.n_out; k++)
        at[step.out + (int) k] = out + (int) k;
      if (func != NULL)
        at[step.out] = func (pass, i, out, data);
    }
  return TRUE;
}

int
cj_rule_find_sent (const CjRulePass *pass, int value)
{
  const CjNode *node = cj_rule_get_node (pass, value);

  for (;;)
    {
      const int reader = cj_rule_find_reader (pass, value);
      const CjStep *step
          = reader >= 0 ? &g_array_index (pass->lowered->builder->steps, CjStep, reader) : NULL;
      const CjNode *next = step != NULL ? cj_rule_get_node (pass, step->out) : NULL;

      if (step == NULL || step->op.info != &cj_op_unary
          || (next != node && strcmp (next->layer->category, "activation") != 0))
        return value;
      value = step->out;
    }
}
