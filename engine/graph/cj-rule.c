/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-rule.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static CjValue *
get_value (const CjLowered *lowered, int value)
{
  return cj_builder_get_value (lowered->builder, value);
}

static CjStep *
get_step (const CjLowered *lowered, guint i)
{
  return &g_array_index (lowered->builder->steps, CjStep, i);
}

static guint
count_steps (const CjLowered *lowered)
{
  return lowered->builder->steps->len;
}

const CjRuleInfo *
cj_rule_of_node (const CjNode *node, const CjLearning *learning)
{
  return node->rule > 0 ? cj_rule_find (cj_rule_names[node->rule]) : learning->rule;
}

const CjNode *
cj_rule_get_node (const CjRulePass *pass, int value)
{
  return pass->graph->nodes->pdata[get_value (pass->lowered, value)->node];
}

CjStep *
cj_rule_get_product (const CjRulePass *pass, guint i)
{
  CjStep *step = get_step (pass->lowered, i);
  const CjOpInfo *info = step->op.info;

  return (info == &cj_op_dense || info == &cj_op_conv2d)
                 && pass->nodes[get_value (pass->lowered, step->out)->node]
             ? step
             : NULL;
}

static gboolean
is_taken (const CjRulePass *pass, const char *name)
{
  for (guint i = 0; i < pass->lowered->builder->values->len; i++)
    if (g_strcmp0 (get_value (pass->lowered, (int) i)->name, name) == 0)
      return TRUE;
  return FALSE;
}

static int
add_named (CjRulePass *pass, int value, const char *name, const CjShape *shape, CjInit init,
           gboolean learned)
{
  CjBuilder *builder = pass->lowered->builder;
  const char *id = cj_rule_get_node (pass, value)->id;
  g_autofree char *free_name = g_strdup (name);

  for (guint i = 2;; i++)
    {
      g_autofree char *whole = g_strdup_printf ("%s.%s", id, free_name);

      if (!is_taken (pass, whole))
        break;
      g_free (free_name);
      free_name = g_strdup_printf ("%s-%u", name, i);
    }
  builder->node = get_value (pass->lowered, value)->node;
  return learned ? cj_builder_add_param (builder, id, free_name, shape, init)
                 : cj_builder_add_state (builder, id, free_name, shape, init);
}

int
cj_rule_add_state (CjRulePass *pass, int value, const char *name, const CjShape *shape, CjInit init)
{
  return add_named (pass, value, name, shape, init, FALSE);
}

int
cj_rule_add_param (CjRulePass *pass, int value, const char *name, const CjShape *shape, CjInit init)
{
  return add_named (pass, value, name, shape, init, TRUE);
}

int
cj_rule_emit (CjRulePass *pass, int value, const CjOpInfo *info, gconstpointer attrs, const int *in,
              guint n_in)
{
  int out;

  pass->lowered->builder->node = get_value (pass->lowered, value)->node;
  out = cj_builder_emit (pass->lowered->builder, info, attrs, in, n_in, NULL);
  g_assert (out != CJ_NO_VALUE);
  return out;
}

CjInit
cj_rule_init_feedback (const CjStep *product, double scale)
{
  const CjShape *weight = &product->op.in_shape[1];
  const gint64 fan_in = cj_shape_size (weight) / MAX (weight->dims[0], 1);

  return (CjInit){ .kind = CJ_INIT_UNIFORM, .scale = scale / sqrt ((double) MAX (fan_in, 1)) };
}

void
cj_rule_refuse (CjRulePass *pass, const CjNode *node, char *sentence)
{
  cj_lowered_add_problem (pass->lowered, CJ_PROBLEM_ERROR, node, 0, sentence);
  g_array_set_size (pass->lowered->losses, 0); /* so that nothing trains */
}

void
cj_rule_note_others (CjRulePass *pass)
{
  const CjLowered *lowered = pass->lowered;
  g_autofree gboolean *noted = g_new0 (gboolean, pass->graph->nodes->len + 1);

  for (guint i = 0; i < count_steps (lowered); i++)
    {
      const CjStep *step = get_step (lowered, i);
      const CjNode *node = cj_rule_get_node (pass, step->out);
      const guint at = get_value (lowered, step->out)->node;

      /* products over time are one op, with weights inside */
      if (!pass->nodes[at] || noted[at] || strcmp (step->op.info->id, "recurrent") != 0)
        continue;
      noted[at] = TRUE;
      cj_lowered_add_problem (
          pass->lowered, CJ_PROBLEM_NOTE, node, 0,
          /* Translators: kind of a layer, its name, a learning rule */
          g_strdup_printf (
              _ ("%s “%s” passes errors back in time through its own weights, as "
                 "backpropagation does: %s is for dense and convolution layers. Choose "
                 "backprop as its learning rule to say so."),
              _ (node->layer->title), node->id, _ (pass->rule->title)));
    }
}

/* Whether something that learns lies before each value. */
static gboolean *
find_depends (const CjLowered *lowered, const CjGraph *graph)
{
  gboolean *depends = g_new0 (gboolean, lowered->builder->values->len + 1);

  for (guint i = 0; i < lowered->builder->values->len; i++)
    {
      const CjValue *v = get_value (lowered, (int) i);

      depends[i]
          = v->kind == CJ_VALUE_PARAM && !((const CjNode *) graph->nodes->pdata[v->node])->frozen;
    }
  for (guint i = 0; i < count_steps (lowered); i++)
    {
      const CjStep *step = get_step (lowered, i);

      for (guint j = 0; j < step->op.n_in; j++)
        for (guint k = 0; k < step->op.n_out && step->in[j] != CJ_NO_VALUE; k++)
          depends[step->out + (int) k] |= depends[step->in[j]];
    }
  return depends;
}

/* Puts the steps where everything that they read was made, and else leaves them in their order. */
static void
sort_steps (CjLowered *lowered)
{
  GArray *steps = lowered->builder->steps;
  const guint n = steps->len;
  g_autofree CjStep *sorted = g_new (CjStep, n + 1);
  g_autofree gboolean *made = g_new (gboolean, lowered->builder->values->len + 1),
                      *done = g_new0 (gboolean, n + 1);

  for (guint i = 0; i < lowered->builder->values->len; i++)
    made[i] = get_value (lowered, (int) i)->kind != CJ_VALUE_RESULT;
  for (guint next = 0; next < n; next++)
    {
      guint at = 0;
      gboolean ready = FALSE;

      for (guint i = 0; i < n && !ready; i++)
        {
          const CjStep *step = get_step (lowered, i);

          ready = !done[i];
          for (guint j = 0; j < step->op.n_in && ready; j++)
            ready = step->in[j] == CJ_NO_VALUE || made[step->in[j]];
          at = ready ? i : at;
        }
      g_assert (ready);
      done[at] = TRUE;
      sorted[next] = *get_step (lowered, at);
      for (guint k = 0; k < sorted[next].op.n_out; k++)
        made[sorted[next].out + (int) k] = TRUE;
    }
  if (n > 0)
    memcpy (steps->data, sorted, sizeof (CjStep) * n);
}

/* By value, whether a gradient comes to it; `stopped`: where rules stop it, it does not. */
static gboolean *
find_reached (const CjLowered *lowered, gboolean stopped)
{
  gboolean *reached = g_new0 (gboolean, lowered->builder->values->len + 1);

  for (guint i = 0; i < lowered->losses->len; i++)
    reached[g_array_index (lowered->losses, int, i)] = TRUE;
  for (guint i = 0; i < lowered->locals->len; i++)
    reached[g_array_index (lowered->locals, int, i)] = TRUE;
  for (guint i = count_steps (lowered); i-- > 0;)
    {
      const CjStep *step = get_step (lowered, i);
      gboolean any = FALSE;

      for (guint k = 0; k < step->op.n_out; k++)
        any |= reached[step->out + (int) k];
      for (guint j = 0; j < step->op.n_in && any && step->op.info->backward[0].run != NULL; j++)
        if (step->in[j] != CJ_NO_VALUE && (!stopped || (step->stops & 1u << j) == 0))
          reached[step->in[j]] = TRUE;
    }
  return reached;
}

/* Names the nodes that learn nothing because a rule behind them passes no error back. */
static void
note_cut_off (CjLowered *lowered, const CjGraph *graph)
{
  g_autofree gboolean *with = find_reached (lowered, TRUE),
                      *without = find_reached (lowered, FALSE);

  for (guint n = 0; n < graph->nodes->len; n++)
    {
      const CjNode *node = graph->nodes->pdata[n];
      gboolean learns = FALSE, would = FALSE;

      for (guint i = 0; i < lowered->builder->values->len; i++)
        if (get_value (lowered, (int) i)->kind == CJ_VALUE_PARAM
            && get_value (lowered, (int) i)->node == n)
          {
            learns |= with[i];
            would |= without[i];
          }
      if (would && !learns && !node->frozen)
        cj_lowered_add_problem (
            lowered, CJ_PROBLEM_NOTE, node, 0,
            g_strdup_printf (_ ("%s “%s” does not learn: the rules of the layers behind it pass no "
                                "error back to it. Give it a rule that needs none, or freeze it."),
                             _ (node->layer->title), node->id));
    }
}

/* TRUE if any node learns by the rule. */
static gboolean
find_region (CjRulePass *pass, const CjLearning *learning)
{
  gboolean any = FALSE;

  for (guint i = 0; i < pass->graph->nodes->len; i++)
    {
      pass->nodes[i] = pass->lowered->nodes[i].valid
                       && cj_rule_of_node (pass->graph->nodes->pdata[i], learning) == pass->rule;
      any |= pass->nodes[i];
    }
  return any;
}

void
cj_rules_apply (CjLowered *lowered, const CjGraph *graph, const CjLearning *learning)
{
  g_autofree gboolean *depends = find_depends (lowered, graph);
  g_autofree gboolean *nodes = g_new0 (gboolean, graph->nodes->len + 1);
  gboolean changed = FALSE;

  for (const CjRuleInfo *const *rule = cj_rules (); *rule != NULL; rule++)
    {
      g_autofree gpointer presets = g_malloc0 (MAX ((*rule)->params_size, 1));
      CjRulePass pass = { lowered, graph, *rule, presets, nodes, depends };

      cj_params_reset ((*rule)->params, presets);
      if (*rule == learning->rule && learning->params != NULL)
        pass.params = learning->params;
      if ((*rule)->apply == NULL || lowered->losses->len == 0 || !find_region (&pass, learning))
        continue;
      (*rule)->apply (&pass);
      changed = TRUE;
    }
  if (!changed)
    return;
  sort_steps (lowered);
  note_cut_off (lowered, graph);
}
