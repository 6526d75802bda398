/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Errors go back through weights that share only their signs with the forward ones. */
#include "cj-rule.h"

#include <math.h>
#include <stddef.h>

typedef enum
{
  SIZE_RANDOM,
  SIZE_EQUAL
} Size;

typedef struct
{
  int size;
  double scale;
} Params;

static const char *const sizes[] = { "random", "equal", NULL };

static const CjParam params[] = {
  { .name = "size",
    .title = "Feedback sizes",
    .blurb = "Whether all feedback weights are of one size, or each has a random one of its own",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, size),
    .max = 1,
    .choices = sizes },
  { .offset = offsetof (Params, scale), CJ_RULE_FEEDBACK_SCALE },
  { NULL },
};

static void
apply (CjRulePass *pass)
{
  const Params *p = pass->params;
  const guint n_steps = pass->lowered->builder->steps->len;

  for (guint i = 0; i < n_steps; i++)
    {
      const CjStep *step = cj_rule_get_product (pass, i);
      CjInit init;
      CjShape shape;
      int in[2], out, signs;

      if (step == NULL || !pass->depends[step->in[0]])
        continue;
      init = cj_rule_init_feedback (step, p->scale);
      if (p->size == SIZE_EQUAL) /* as large as the mean of the random ones */
        init = (CjInit){ .kind = CJ_INIT_CONSTANT, .scale = init.scale / 2 };
      shape = step->op.in_shape[1];
      in[0] = step->in[1];
      out = step->out;
      in[1] = cj_rule_add_state (pass, out, "feedback", &shape, init);
      signs = cj_rule_emit (pass, out, &cj_op_signs, NULL, in, 2);
      cj_builder_set_in (pass->lowered->builder, cj_rule_get_product (pass, i), 3, signs);
    }
  cj_rule_note_others (pass);
}

const CjRuleInfo cj_rule_sign_symmetric = {
  .abi = CJ_RULE_ABI,
  .id = "sign-symmetric",
  .title = "Sign-symmetric feedback",
  .blurb
  = "Hands errors back through weights that share nothing but their signs with the forward ones",
  .formula = "ΔW = −η δ xᵀ, δ = (B₊ᵀ δ₊) ⊙ f′(a), B = |R| ⊙ sign W",
  .source = "Liao, Leibo and Poggio, How important is weight symmetry in backpropagation?, AAAI, "
            "2016",
  .local = "A synapse knows what came in over it and the error of its unit",
  .distant = "A synapse of the way back knows whether its partner of the way there excites or "
             "inhibits, and every layer waits for the error of the layer behind it",
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
};
