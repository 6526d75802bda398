/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dense layers in a row, for rules that work on all of them together. */
#include "cj-rule.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Dense layers of the region, each followed by a function or by nothing: steps. */
typedef struct
{
  guint n_layers;
  guint dense[CJ_CHAIN_MAX_LAYERS];
  int after[CJ_CHAIN_MAX_LAYERS]; /* the function's step, -1: none */
  CjChainFunction functions[CJ_CHAIN_MAX_LAYERS];
  int out; /* value */
} Row;

static CjStep *
get_step (const CjRulePass *pass, guint i)
{
  return &g_array_index (pass->lowered->builder->steps, CjStep, i);
}

int
cj_rule_find_reader (const CjRulePass *pass, int value)
{
  int reader = -1;

  if (value == pass->lowered->prediction)
    return -1;
  for (guint i = 0; i < pass->lowered->builder->steps->len; i++)
    for (guint j = 0; j < get_step (pass, i)->op.n_in; j++)
      if (get_step (pass, i)->in[j] == value)
        {
          if (reader >= 0)
            return -1;
          reader = (int) i;
        }
  return reader;
}

static gboolean
is_layer (const CjRulePass *pass, guint i)
{
  const CjStep *step = cj_rule_get_product (pass, i);

  return step != NULL && step->op.info == &cj_op_dense && step->op.n_in <= 3 && step->stops == 0
         && step->op.in_shape[0].n_dims == 2
         && cj_builder_get_value (pass->lowered->builder, step->in[1])->kind == CJ_VALUE_PARAM;
}

CjChainFunction
cj_rule_get_function (const CjStep *step)
{
  if (step->op.info != &cj_op_unary)
    return CJ_CHAIN_NONE;
  switch (((const CjUnaryAttrs *) step->op.attrs)->kind)
    {
    case CJ_UNARY_RELU:
      return CJ_CHAIN_RELU;
    case CJ_UNARY_TANH:
      return CJ_CHAIN_TANH;
    case CJ_UNARY_SIGMOID:
      return CJ_CHAIN_SIGMOID;
    default:
      return CJ_CHAIN_NONE;
    }
}

/* The row that begins with the dense layer at `i`. */
static Row
find_row (const CjRulePass *pass, guint i)
{
  Row row = { .n_layers = 0 };

  while (is_layer (pass, i) && row.n_layers < CJ_CHAIN_MAX_LAYERS)
    {
      int reader;

      row.dense[row.n_layers] = i;
      row.after[row.n_layers] = -1;
      row.out = get_step (pass, i)->out;
      reader = cj_rule_find_reader (pass, row.out);
      if (reader >= 0 && cj_rule_get_function (get_step (pass, (guint) reader)) != CJ_CHAIN_NONE)
        {
          row.functions[row.n_layers] = cj_rule_get_function (get_step (pass, (guint) reader));
          row.after[row.n_layers] = reader;
          row.out = get_step (pass, (guint) reader)->out;
          reader = cj_rule_find_reader (pass, row.out);
        }
      row.n_layers++;
      if (reader < 0)
        break;
      i = (guint) reader;
    }
  return row;
}

/* The rows of two layers and more. */
static GArray *
find_rows (const CjRulePass *pass)
{
  const guint n = pass->lowered->builder->steps->len;
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_autofree gboolean *taken = g_new0 (gboolean, n + 1);

  for (guint i = 0; i < n; i++)
    {
      const Row row = taken[i] ? (Row){ .n_layers = 0 } : find_row (pass, i);

      for (guint l = 0; l < row.n_layers; l++)
        taken[row.dense[l]] = TRUE;
      if (row.n_layers >= 2)
        g_array_append_val (rows, row);
    }
  return rows;
}

static void
rewire (CjRulePass *pass, int from, int to)
{
  CjLowered *lowered = pass->lowered;

  for (guint i = 0; i < lowered->builder->steps->len; i++)
    for (guint j = 0; j < get_step (pass, i)->op.n_in; j++)
      if (get_step (pass, i)->in[j] == from)
        get_step (pass, i)->in[j] = to;
  for (guint i = 0; i < lowered->n_nodes; i++)
    for (guint k = 0; k < lowered->nodes[i].n_out; k++)
      if (lowered->nodes[i].valid && lowered->nodes[i].out[k] == from)
        lowered->nodes[i].out[k] = to;
  if (lowered->prediction == from)
    lowered->prediction = to;
}

/* The steps that made the row are left: nothing reads what they make, so they do not run. */
static void
replace_row (CjRulePass *pass, const Row *row, const CjOpInfo *info, gconstpointer attrs)
{
  int in[CJ_OP_MAX_IN] = { get_step (pass, row->dense[0])->in[0] }, out;

  for (guint l = 0; l < row->n_layers; l++)
    {
      const CjStep *step = get_step (pass, row->dense[l]);

      in[2 * l + 1] = step->in[1];
      in[2 * l + 2] = step->op.n_in > 2 ? step->in[2] : CJ_NO_VALUE;
    }
  out = cj_rule_emit (pass, row->out, info, attrs, in, 2 * row->n_layers + 1);
  rewire (pass, row->out, out);
  for (guint l = 0; l < row->n_layers; l++)
    get_step (pass, row->dense[l])->replaced = TRUE;
}

void
cj_rule_note_product (CjRulePass *pass, guint i)
{
  const CjNode *node = cj_rule_get_node (pass, get_step (pass, i)->out);

  cj_lowered_add_problem (
      pass->lowered, CJ_PROBLEM_NOTE, node, 0,
      /* Translators: kind of a layer, its name, a learning rule */
      g_strdup_printf (_ ("%s “%s” learns by backpropagation: %s is for dense layers in a row, "
                          "with nothing but a function between them. Choose backprop as its "
                          "learning rule to say so."),
                       _ (node->layer->title), node->id, _ (pass->rule->title)));
}

/* Says of every product of the region that is not replaced that it learns by backpropagation. */
static void
note_products (CjRulePass *pass)
{
  for (guint i = 0; i < pass->lowered->builder->steps->len; i++)
    {
      const CjStep *step = cj_rule_get_product (pass, i);

      if (step != NULL && !step->replaced)
        cj_rule_note_product (pass, i);
    }
}

void
cj_rule_replace_rows (CjRulePass *pass, const CjOpInfo *info, gpointer attrs)
{
  g_autoptr (GArray) rows = find_rows (pass);

  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);
      CjDenseChainAttrs *head = attrs;

      head->n_layers = row->n_layers;
      memcpy (head->functions, row->functions, sizeof head->functions);
      replace_row (pass, row, info, attrs);
    }
  note_products (pass);
  cj_rule_note_others (pass);
}
