/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors go back through fixed random weights: the product's own feedback, in[3] of the op. */
#include "cj-rule.h"

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

      if (step != NULL && pass->depends[step->in[0]])
        cj_builder_set_in (pass->lowered->builder, step, 3,
                           cj_rule_add_state (pass, step->out, "feedback", &step->op.in_shape[1],
                                              cj_rule_init_feedback (step, p->scale)));
    }
  cj_rule_note_others (pass);
}

const CjRuleInfo cj_rule_feedback_alignment = {
  .abi = CJ_RULE_ABI,
  .id = "feedback-alignment",
  .title = "Feedback alignment",
  .blurb
  = "Hands errors back through fixed random weights; the forward weights learn to agree with them",
  .formula = "ΔW = −η δ xᵀ, δ = (B₊ᵀ δ₊) ⊙ f′(a), B random and fixed",
  .source = "Lillicrap, Cownden, Tweed and Akerman, Random synaptic feedback weights support error "
            "backpropagation for deep learning, Nature Communications, 2016",
  .local
  = "A synapse knows what came in over it and the error of its unit, and no synapse needs to "
    "know the weight of another",
  .distant = "Every layer still waits for the error of the layer behind it",
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
};
