/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many small steps from a random start, each brought back to the neighbourhood of the sample: equation of
 * section 2.1 of the paper. */
#include "cj-attack.h"
#include "cj-rng.h"

#include <stddef.h>

typedef struct
{
  double epsilon, step;
  int steps;
  gboolean random_start;
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
  { .name = "steps",
    .title = "Steps",
    .blurb = "How often the slope is asked for; more steps find worse samples",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, steps),
    .preset = 40,
    .min = 1,
    .max = 1000,
    .soft_max = 100,
    .flags = CJ_PARAM_LIVE },
  { .name = "step",
    .title = "Step",
    .blurb = "How far one step goes, as a share of the strength",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, step),
    .preset = 0.1,
    .min = 0.001,
    .max = 2,
    .soft_max = 1,
    .digits = 3,
    .flags = CJ_PARAM_LIVE },
  { .name = "random-start",
    .title = "Random start",
    .blurb = "Begins anywhere within reach instead of at the sample, where slopes may be flat",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, random_start),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

/* Anywhere within reach; the numbers of a sample depend on its place alone. */
static void
start (const CjAttackCall *call, const Params *p, gint64 begin, gint64 n, float *rows)
{
  const gint64 d = cj_attack_get_n_features (call);

  for (gint64 i = 0; i < n; i++)
    {
      CjRng rng;

      cj_rng_init (&rng, call->seed, CJ_RNG_ATTACK, (guint64) (begin + i));
      for (gint64 j = 0; j < d; j++)
        {
          const float far = p->random_start ? (float) p->epsilon * call->unit[j] : 0;

          rows[i * d + j] = call->x[(begin + i) * d + j] + cj_rng_range (&rng, -far, far);
        }
    }
}

static gboolean
run (const CjAttackCall *call, float *out)
{
  const Params *p = call->params;
  const gint64 d = cj_attack_get_n_features (call), batch = cj_program_get_batch (call->program);
  g_autofree float *slopes = g_new (float, batch *d);

  for (gint64 begin = 0; begin < call->n; begin += batch)
    {
      const gint64 n = MIN (batch, call->n - begin);
      float *rows = out + begin * d;

      start (call, p, begin, n, rows);
      cj_attack_project (call, p->epsilon, begin, n, rows);
      for (int k = 0; k < p->steps; k++)
        {
          cj_attack_slopes (call, rows, begin, n, slopes);
          for (gint64 i = 0; i < n * d; i++)
            {
              const float step = (float) (p->epsilon * p->step) * call->unit[i % d];

              rows[i] += slopes[i] > 0 ? step : slopes[i] < 0 ? -step : 0;
            }
          cj_attack_project (call, p->epsilon, begin, n, rows);
          if (call->go_on != NULL
              && !call->go_on (((double) begin + (double) n * (k + 1) / p->steps)
                                   / (double) call->n,
                               call->data))
            return FALSE;
        }
    }
  return TRUE;
}

const CjAttackInfo cj_attack_pgd = {
  .abi = CJ_ATTACK_ABI,
  .size = sizeof (CjAttackInfo),
  .id = "pgd",
  .title = "Projected gradient",
  .blurb = "Many small steps that each hurt, never further than the strength from the sample",
  .formula = "x ← clip (x + α · sign (∂L / ∂x)), |x − x₀| ≤ ε",
  .source = "Madry et al., 2017: Towards deep learning models resistant to adversarial attacks",
  .version = 1,
  .params = params,
  .params_size = sizeof (Params),
  .run = run,
};
