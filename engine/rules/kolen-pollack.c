/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way back has weights of its own that learn by the same product of activity and error as those of the
 * way there: their difference never grows, and with weight decay it fades. */
#include "cj-rule.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  double scale;
} Params;

static const CjParam params[] = {
  { .offset = offsetof (Params, scale), CJ_RULE_FEEDBACK_SCALE },
  { NULL },
};

static void
apply (CjRulePass *pass)
{
  const Params *p = pass->params;

  for (guint i = 0; i < pass->lowered->builder->steps->len; i++)
    {
      CjStep *step = cj_rule_get_product (pass, i);

      if (step == NULL || !pass->depends[step->in[0]])
        continue;
      if (step->op.info != &cj_op_dense)
        {
          const CjNode *node = cj_rule_get_node (pass, step->out);

          cj_rule_refuse (
              pass, node,
              g_strdup_printf (_ ("%s “%s” cannot learn its feedback: the rule of Kolen "
                                  "and Pollack is for dense layers. Choose feedback "
                                  "alignment as its learning rule."),
                               _ (node->layer->title), node->id));
          return;
        }
      cj_builder_set_in (pass->lowered->builder, step, 3,
                         cj_rule_add_param (pass, step->out, "feedback", &step->op.in_shape[1],
                                            cj_rule_init_feedback (step, p->scale)));
    }
  cj_rule_note_others (pass);
}

const CjRuleInfo cj_rule_kolen_pollack = {
  .abi = CJ_RULE_ABI,
  .id = "kolen-pollack",
  .title = "Kolen–Pollack",
  .blurb
  = "Hands errors back through weights of their own, which learn as the forward ones do and, with "
    "weight decay, come to equal them",
  .formula = "ΔW = ΔB = −η (δ xᵀ + λ ·), δ = (B₊ᵀ δ₊) ⊙ f′(a)",
  .source
  = "Kolen and Pollack, Backpropagation without weight transport, ICNN, 1994; Akrout et al., "
    "Deep learning without weight transport, NeurIPS, 2019",
  .local
  = "Both synapses of a pair know the activity before and the error behind, and neither knows "
    "the other's weight",
  .distant = "Every layer waits for the error of the layer behind it",
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
};
