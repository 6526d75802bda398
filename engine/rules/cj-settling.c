/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-settling.h"

#include <glib/gi18n-lib.h>

/* Strength of the feedback from which on hidden layers without an upper bound are spoken of: their activities have a
 * state of least energy only while γ times the square of the largest gain of the weights between two of them is
 * below 1, and weights that learn pass a gain of √2 easily. */
#define STRONG 0.5

static void
note_growth (CjRulePass *pass)
{
  const CjSettlingParams *p = pass->params;
  const GArray *steps = pass->lowered->builder->steps;

  for (guint i = 0; p->feedback > STRONG && i < steps->len; i++)
    {
      const CjStep *step = &g_array_index (steps, CjStep, i);
      const CjEquilibriumAttrs *a = step->op.attrs;
      CjProblem *problem;

      if (step->op.info != &cj_op_equilibrium)
        continue;
      for (guint l = 0; l + 1 < a->row.n_layers; l++)
        if (a->row.functions[l] == CJ_CHAIN_RELU || a->row.functions[l] == CJ_CHAIN_NONE)
          {
            problem = cj_lowered_add_problem (
                pass->lowered, CJ_PROBLEM_NOTE, NULL, 0,
                g_strdup_printf (_ ("Hidden layers without an upper bound, as ReLU, and a feedback "
                                    "of %g can drive each other up without end as they settle. Set "
                                    "the feedback to 0.1, or give these layers tanh."),
                                 p->feedback));
            problem->set = g_strdup ("rule.feedback=0.1");
            return;
          }
    }
}

void
cj_settling_apply (CjRulePass *pass, CjNudge nudge)
{
  const CjSettlingParams *p = pass->params;
  CjEquilibriumAttrs attrs = { .nudge = nudge,
                               .free_steps = p->steps,
                               .nudged_steps = p->moved_steps,
                               .rate = p->rate,
                               .push = p->push,
                               .feedback = p->feedback };

  cj_rule_replace_rows (pass, &cj_op_equilibrium, &attrs);
  note_growth (pass);
}
