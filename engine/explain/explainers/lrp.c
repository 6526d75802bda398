/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-rules.h"
#include "cj-explain-tools.h"

#include <stddef.h>
#include <string.h>

static const char *const rules[] = { "epsilon", "gamma", "alpha-beta", "composite", NULL };

static const CjParam params[] = {
  { .name = "rule",
    .title = "Rule",
    .blurb = "How the relevance of a unit is shared among those below it; composite: gamma in "
             "convolutions, epsilon in dense layers",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (CjLrp, rule),
    .preset = CJ_LRP_COMPOSITE,
    .max = CJ_LRP_COMPOSITE,
    .choices = rules },
  { .name = "epsilon",
    .title = "Epsilon",
    .blurb
    = "Swallows relevance where little arrives, so that weak and contradictory parts fade; a share "
      "of what usually arrives",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjLrp, epsilon),
    .preset = 0.1,
    .min = 1e-9,
    .max = 10,
    .soft_max = 1,
    .digits = 9,
    .flags = CJ_PARAM_LOG },
  { .name = "gamma",
    .title = "Gamma",
    .blurb = "How much more what speaks for a unit counts than what speaks against it",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjLrp, gamma),
    .preset = 0.25,
    .min = 0,
    .max = 100,
    .soft_max = 1,
    .digits = 2 },
  { .name = "alpha",
    .title = "Alpha",
    .blurb = "Share of what speaks for a unit; beta = alpha − 1 is that of what speaks against it",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjLrp, alpha),
    .preset = 1,
    .min = 1,
    .max = 10,
    .soft_max = 3,
    .digits = 1,
    .when = "rule=alpha-beta" },
  { NULL },
};

/* The relevance of the target is its value: the rules are fed 1 and the result is scaled. */
static gboolean
run (const CjExplainCall *call, CjExplanation *explanation, GError **error)
{
  const CjExplainPass pass = { cj_rules_lrp, (gpointer) call->params };
  const gint64 n = cj_explained_get_n_features (call->network);

  (void) error;
  explanation->map = cj_explain_slope (call, &pass, &explanation->answer);
  for (gint64 i = 0; i < n; i++)
    cj_tensor_f32 (explanation->map)[i] *= (float) explanation->answer;
  return TRUE;
}

const CjExplainerInfo cj_explainer_lrp = {
  .abi = CJ_EXPLAINER_ABI,
  .size = sizeof (CjExplainerInfo),
  .id = "lrp",
  .title = "Relevance propagation",
  .blurb = "Shares the answer out among the units of every layer, down to the features",
  .formula = "R_i = Σ_j x_i w_ij / (ε ± Σ_k x_k w_kj + b_j) · R_j",
  .source
  = "Bach, Binder, Montavon, Klauschen, Müller and Samek, 2015: On pixel-wise explanations; "
    "Montavon et al., 2019, for gamma and the composite; Ali, Schnake, Eberle, Montavon, Müller "
    "and "
    "Wolf, 2022: XAI for transformers, for attention and layer norm; Achtibat et al., 2024: "
    "AttnLRP, for softmax",
  .traits = CJ_EXPLAIN_SIGNED,
  .version = 1,
  .params = params,
  .params_size = sizeof (CjLrp),
  .run = run,
};
