/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every product's input is cut off from what is behind it and gets the error of the scores instead,
 * through a matrix of its own. The function between two products keeps its slope. */
#include "cj-rule.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  double scale;
} Params;

static const CjParam params[] = {
  { .offset = offsetof (Params, scale), CJ_RULE_FEEDBACK_SCALE },
  { NULL },
};

/* Whether what the rule delivers can come to the numbers before a product: [rows, ...]. */
static gboolean
fits (const CjShape *scores, const CjShape *x)
{
  const gint64 k = scores->n_dims > 1 ? scores->dims[scores->n_dims - 1] : 0;
  const gint64 rows = k > 0 ? cj_shape_size (scores) / k : 0;

  return rows > 0 && scores->n_dims < 4 && x->dims[0] == scores->dims[0]
         && cj_shape_size (x) % rows == 0;
}

/* The values before products of the region whose error is to come directly, each once. */
static GArray *
cut (CjRulePass *pass)
{
  GArray *cuts = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; i < pass->lowered->builder->steps->len; i++)
    {
      CjStep *step = cj_rule_get_product (pass, i);
      gboolean known = FALSE;

      if (step == NULL || !pass->depends[step->in[0]])
        continue;
      step->stops |= 1u << 0;
      for (guint j = 0; j < cuts->len; j++)
        known |= g_array_index (cuts, int, j) == step->in[0];
      if (!known)
        g_array_append_val (cuts, step->in[0]);
    }
  return cuts;
}

/* What losses read of the scores, they read behind the feedback. */
static void
rewire_losses (CjRulePass *pass, int from, int to, guint n_steps)
{
  for (guint i = 0; i < n_steps; i++)
    {
      CjStep *step = &g_array_index (pass->lowered->builder->steps, CjStep, i);

      for (guint j = 0; j < step->op.n_in; j++)
        if (step->in[j] == from && cj_rule_get_node (pass, step->out)->layer->role == CJ_ROLE_LOSS)
          step->in[j] = to;
    }
}

static void
apply (CjRulePass *pass)
{
  const Params *p = pass->params;
  const int scores = pass->lowered->prediction;
  const guint n_steps = pass->lowered->builder->steps->len;
  const CjShape shape = *cj_builder_get_shape (pass->lowered->builder, scores);
  const gint64 k = shape.n_dims > 0 ? shape.dims[shape.n_dims - 1] : 0;
  g_autoptr (GArray) cuts = cut (pass);
  int last = scores;

  for (guint i = 0; i < cuts->len; i++)
    {
      const int x = g_array_index (cuts, int, i);
      const CjShape sx = *cj_builder_get_shape (pass->lowered->builder, x);
      CjShape matrix;
      int in[3] = { last, x };

      if (!fits (&shape, &sx))
        {
          const CjNode *node = cj_rule_get_node (pass, x);

          cj_rule_refuse (
              pass, node,
              g_strdup_printf (_ ("The error of the scores cannot come directly to %s “%s”, whose "
                                  "samples lie otherwise. Choose backprop as the learning rule of "
                                  "the layer behind it."),
                               _ (node->layer->title), node->id));
          return;
        }
      matrix = cj_shape2 (k, cj_shape_size (&sx) / MAX (cj_shape_size (&shape) / k, 1));
      in[2] = cj_rule_add_state (
          pass, x, "feedback", &matrix,
          (CjInit){ .kind = CJ_INIT_UNIFORM, .scale = p->scale / sqrt ((double) k) });
      last = cj_rule_emit (pass, scores, &cj_op_feedback, NULL, in, 3);
    }
  rewire_losses (pass, scores, last, n_steps);
  cj_rule_note_others (pass);
}

const CjRuleInfo cj_rule_direct_feedback_alignment = {
  .abi = CJ_RULE_ABI,
  .id = "direct-feedback-alignment",
  .title = "Direct feedback alignment",
  .blurb = "Hands the error of the scores to every layer at once, through fixed random weights",
  .formula = "ΔW = −η δ xᵀ, δ = (Bᵀ e) ⊙ f′(a), e the error of the scores, B random and fixed",
  .source = "Nøkland, Direct feedback alignment provides learning in deep neural networks, NIPS, "
            "2016",
  .local = "A synapse knows what came in over it and the error of its unit; layers learn side by "
           "side, without waiting for each other",
  .distant = "The error of the scores is broadcast to every layer",
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
};
