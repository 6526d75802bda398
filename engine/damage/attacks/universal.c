/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One change for all samples: it climbs the loss of batch after batch, and stays within reach. The stochastic
 * form of Shafahi et al., "Universal adversarial training" (2020), algorithm 1, with signs of the mean
 * slope. */
#include "cj-attack.h"

#include <stddef.h>

typedef struct
{
  double epsilon;
  int passes;
} Params;

static const CjParam params[] = {
  { .name = "epsilon",
    .title = "Strength",
    .blurb
    = "The most that any feature is changed by, in units of the data: a pixel is from 0 to 1",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, epsilon),
    .preset = 0.1,
    .max = 1,
    .digits = 3,
    .flags = CJ_PARAM_LIVE },
  { .name = "passes",
    .title = "Passes",
    .blurb = "How often it goes through the samples",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, passes),
    .preset = 4,
    .min = 1,
    .max = 100,
    .soft_max = 20,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

/* The samples with the change, within bounds. */
static void
put (const CjAttackCall *call, const Params *p, const float *change, gint64 begin, gint64 n,
     float *rows)
{
  const gint64 d = cj_attack_get_n_features (call);

  for (gint64 i = 0; i < n * d; i++)
    rows[i] = call->x[begin * d + i] + change[i % d];
  cj_attack_project (call, p->epsilon, begin, n, rows);
}

static gboolean
run (const CjAttackCall *call, float *out)
{
  const Params *p = call->params;
  const gint64 d = cj_attack_get_n_features (call), batch = cj_program_get_batch (call->program);
  const gint64 n_batches = (call->n + batch - 1) / batch;
  g_autofree float *change = g_new0 (float, d), *slopes = g_new (float, batch *d);
  /* so that the change can cross its whole reach twice in a pass */
  const double step = p->epsilon * 4 / (double) MAX (n_batches, 4);

  for (gint64 k = 0; k < p->passes * n_batches; k++)
    {
      const gint64 begin = k % n_batches * batch, n = MIN (batch, call->n - begin);

      put (call, p, change, begin, n, out + begin * d);
      cj_attack_slopes (call, out + begin * d, begin, n, slopes);
      for (gint64 j = 0; j < d; j++)
        {
          const float reach = (float) p->epsilon * call->unit[j];
          float sum = 0;

          for (gint64 i = 0; i < n; i++)
            sum += slopes[i * d + j];
          change[j] += (sum > 0 ? 1 : sum < 0 ? -1 : 0) * (float) step * call->unit[j];
          change[j] = CLAMP (change[j], -reach, reach);
        }
      if (call->go_on != NULL
          && !call->go_on ((double) (k + 1) / (double) (p->passes * n_batches), call->data))
        return FALSE;
    }
  put (call, p, change, 0, call->n, out);
  return TRUE;
}

const CjAttackInfo cj_attack_universal = {
  .abi = CJ_ATTACK_ABI,
  .size = sizeof (CjAttackInfo),
  .id = "universal",
  .title = "Universal perturbation",
  .blurb
  = "One and the same change for all samples that makes the network wrong about many of them",
  .formula = "x' = clip (x + δ), δ ← clip (δ + α · sign Σ ∂L / ∂x), |δ| ≤ ε",
  .source = "Moosavi-Dezfooli et al., 2017: Universal adversarial perturbations",
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .together = TRUE,
  .run = run,
};
