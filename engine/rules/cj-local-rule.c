/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-local-rule.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* Whether the loss looks at what the step at `i` makes, with nothing but functions and changes of shape
 * between. */
static gboolean
makes_scores (const CjRulePass *pass, guint i)
{
  const GArray *steps = pass->lowered->builder->steps;
  int value = g_array_index (steps, CjStep, i).out;

  for (guint k = i + 1; k < steps->len && value != pass->lowered->prediction; k++)
    {
      const CjStep *step = &g_array_index (steps, CjStep, k);

      if (step->in[0] == value
          && (step->op.info == &cj_op_unary || step->op.info == &cj_op_reshape
              || step->op.info == &cj_op_softmax))
        value = step->out;
    }
  return value == pass->lowered->prediction;
}

/* What a layer sends on: its output, if that has a number for each unit. */
static int
find_post (const CjRulePass *pass, const CjStep *step)
{
  const CjLoweredNode *node
      = &pass->lowered->nodes[cj_builder_get_value (pass->lowered->builder, step->out)->node];

  return node->n_out > 0
                 && cj_shape_equal (cj_builder_get_shape (pass->lowered->builder, node->out[0]),
                                    &step->op.out_shape[0])
             ? node->out[0]
             : step->out;
}

static gboolean
check (CjRulePass *pass, const CjStep *step)
{
  const CjNode *node = cj_rule_get_node (pass, step->out);

  if (step->op.info == &cj_op_dense && step->op.in_shape[0].n_dims == 2
      && cj_builder_get_value (pass->lowered->builder, step->in[1])->kind == CJ_VALUE_PARAM)
    return TRUE;
  cj_rule_refuse (pass, node,
                  g_strdup_printf (_ ("%s “%s” cannot learn by the rule “%s”, which is for dense "
                                      "layers of one vector a sample. Choose another rule for it."),
                                   _ (node->layer->title), node->id, _ (pass->rule->title)));
  return FALSE;
}

void
cj_local_rule_apply (CjRulePass *pass, const CjLocalAttrs *attrs)
{
  const CjLocalParams *p = pass->params;
  CjBuilder *builder = pass->lowered->builder;
  const guint n_steps = builder->steps->len;

  for (guint i = 0; i < n_steps; i++)
    {
      CjStep *step = cj_rule_get_product (pass, i);
      CjLocalAttrs own = *attrs;
      CjShape shape;
      int in[4], out, value;

      if (step == NULL || makes_scores (pass, i))
        continue;
      if (!check (pass, step))
        return;
      out = step->out;
      shape = cj_shape1 (step->op.in_shape[1].dims[0]);
      step->stops = (p->passes ? 0 : 1u << 0) | 1u << 1 | 1u << 2;
      in[0] = step->in[0];
      in[1] = find_post (pass, step);
      in[2] = step->in[1];
      if (own.columns == 0)
        own.columns = (gint64) ceil (sqrt ((double) shape.dims[0]));
      if (own.kind == CJ_LOCAL_BCM)
        in[3]
            = cj_rule_add_state (pass, out, "threshold", &shape, (CjInit){ .kind = CJ_INIT_ONES });
      value = cj_rule_emit (pass, out, &cj_op_local, &own, in, own.kind == CJ_LOCAL_BCM ? 4 : 3);
      cj_builder_set_stops (builder, value, 1u << 0 | 1u << 1);
      g_array_append_val (pass->lowered->locals, value);
    }
}
