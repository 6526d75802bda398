/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-damage.h"

#include <math.h>
#include <string.h>

/* Along one axis: `n` numbers `stride` apart, with the edge repeated. */
static void
blur_line (float *x, gint64 n, gint64 stride, const float *kernel, gint64 reach, float *line)
{
  for (gint64 i = 0; i < n; i++)
    line[i] = x[i * stride];
  for (gint64 i = 0; i < n; i++)
    {
      float sum = 0;

      for (gint64 k = -reach; k <= reach; k++)
        sum += kernel[k + reach] * line[CLAMP (i + k, 0, n - 1)];
      x[i * stride] = sum;
    }
}

/* Pictures only; a row of features has no neighbours. */
static void
run (CjDamageCall *call)
{
  const CjShape *s = call->sample;
  const gint64 reach = (gint64) ceil (3 * call->dose);
  g_autofree float *kernel = g_new (float, 2 * reach + 1);
  g_autofree float *line = NULL;
  double sum = 0;

  if (s->n_dims != 3 || call->dose <= 0)
    return;
  line = g_new (float, MAX (s->dims[1], s->dims[2]));
  for (gint64 k = -reach; k <= reach; k++)
    sum += exp (-0.5 * (double) (k * k) / (call->dose * call->dose));
  for (gint64 k = -reach; k <= reach; k++)
    kernel[k + reach] = (float) (exp (-0.5 * (double) (k * k) / (call->dose * call->dose)) / sum);
  for (gint64 plane = 0; plane < call->n * s->dims[0]; plane++)
    {
      float *x = call->x + plane * s->dims[1] * s->dims[2];

      for (gint64 i = 0; i < s->dims[1]; i++)
        blur_line (x + i * s->dims[2], s->dims[2], 1, kernel, reach, line);
      for (gint64 i = 0; i < s->dims[2]; i++)
        blur_line (x + i, s->dims[1], s->dims[2], kernel, reach, line);
    }
}

const CjDamageInfo cj_damage_blur = {
  .abi = CJ_DAMAGE_ABI,
  .size = sizeof (CjDamageInfo),
  .id = "blur",
  .title = "Blur",
  .blurb = "Blurs pictures with a Gaussian kernel",
  .formula = "x' = G (σ) * x",
  .source
  = "Hendrycks and Dietterich, 2019: Benchmarking neural network robustness to common corruptions",
  .target = CJ_DAMAGE_SAMPLES,
  .dose = "deviation of the kernel, pixels",
  .share = FALSE,
  .most = 3,
  .version = 1,
  .run = run,
};
