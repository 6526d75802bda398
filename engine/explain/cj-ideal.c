/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-ideal.h"

#include <math.h>
#include <string.h>

#define BLUR_EVERY 4
#define START 0.05       /* deviation of u at the start */
#define MAX_CHANNELS 512 /* of a node whose answers are kept apart */
#define BETA1 0.9        /* of Adam (D. P. Kingma, J. Ba, ICLR 2015) */
#define BETA2 0.999

void
cj_ideal_options_init (CjIdealOptions *options)
{
  *options = (CjIdealOptions){
    .n_steps = 128, .rate = 0.05, .jitter = 2, .variation = 0.02, .spectral = TRUE, .seed = 1
  };
}

/* out = rows of x times the cas matrix of n. */
static void
transform_rows (const float *x, gint64 rows, gint64 n, const float *cas, float *out)
{
  for (gint64 r = 0; r < rows; r++)
    for (gint64 k = 0; k < n; k++)
      {
        double sum = 0;

        for (gint64 i = 0; i < n; i++)
          sum += x[r * n + i] * cas[k * i % n];
        out[r * n + k] = (float) sum;
      }
}

static float *
make_cas (gint64 n)
{
  float *cas = g_new (float, n);

  for (gint64 i = 0; i < n; i++)
    cas[i] = (float) ((cos (2 * G_PI * (double) i / (double) n)
                       + sin (2 * G_PI * (double) i / (double) n))
                      / sqrt ((double) n));
  return cas;
}

void
cj_hartley (const float *x, gint64 h, gint64 w, float *out)
{
  g_autofree float *across = make_cas (w), *down = make_cas (h);
  g_autofree float *turned = g_new (float, h *w), *again = g_new (float, h *w);

  transform_rows (x, h, w, across, again);
  for (gint64 i = 0; i < h; i++)
    for (gint64 j = 0; j < w; j++)
      turned[j * h + i] = again[i * w + j];
  transform_rows (turned, w, h, down, again);
  for (gint64 i = 0; i < h; i++)
    for (gint64 j = 0; j < w; j++)
      out[i * w + j] = again[j * h + i];
}

/* While it climbs. D = C H W. */
typedef struct
{
  const CjIdealCall *call;
  gint64 n, c, h, w, d;
  gint64 a;           /* numbers of the node's answer */
  float *scale, *low; /* [H, W]: what a wave counts; what a blur leaves of it */
  float *z, *m, *v;   /* [N, D]: parameters and Adam's moments */
  float *x;           /* [N, D] pictures */
  float *seed;        /* [N, A] gradient at the answer */
  CjRng rng;
} Climb;

/* Frequency of an element of the transform, in cycles a pixel. */
static double
get_frequency (gint64 i, gint64 j, gint64 h, gint64 w)
{
  const double fy = (double) MIN (i, h - i) / (double) h;
  const double fx = (double) MIN (j, w - j) / (double) w;

  return hypot (fx, fy);
}

static void
climb_init (Climb *s, const CjIdealCall *call, const CjShape *x, gint64 answer)
{
  const CjIdealOptions *o = call->options;
  double energy = 0;

  *s = (Climb){ .call = call, .n = x->dims[0], .c = x->dims[1], .h = x->dims[2], .w = x->dims[3] };
  s->d = s->c * s->h * s->w;
  s->a = answer;
  s->scale = g_new (float, s->h * s->w);
  s->low = g_new (float, s->h * s->w);
  s->z = g_new (float, s->n * s->d);
  s->m = g_new0 (float, s->n * s->d);
  s->v = g_new0 (float, s->n * s->d);
  s->x = g_new (float, s->n * s->d);
  s->seed = g_new (float, s->n * s->a);
  for (gint64 i = 0; i < s->h * s->w; i++)
    {
      const double f = get_frequency (i / s->w, i % s->w, s->h, s->w);
      const double least = 1 / sqrt ((double) (s->h * s->w));

      s->scale[i] = o->spectral ? (float) (1 / MAX (f, least)) : 1;
      s->low[i] = (float) exp (-2 * G_PI * G_PI * f * f * o->blur * o->blur);
      energy += s->scale[i] * s->scale[i];
    }
  /* the mean square of all scales is 1, so that the rate means the same for both */
  for (gint64 i = 0; i < s->h * s->w; i++)
    s->scale[i] = (float) (s->scale[i] / sqrt (energy / (double) (s->h * s->w)));
  cj_rng_init (&s->rng, (guint64) o->seed, CJ_RNG_INIT, 0);
  for (gint64 i = 0; i < s->n * s->d; i++)
    s->z[i] = (float) START * cj_rng_normal (&s->rng);
}

static void
climb_clear (Climb *s)
{
  g_free (s->scale);
  g_free (s->low);
  g_free (s->z);
  g_free (s->m);
  g_free (s->v);
  g_free (s->x);
  g_free (s->seed);
}

/* z to pictures. */
static void
paint (Climb *s)
{
  const gint64 plane = s->h * s->w;
  g_autofree float *waves = g_new (float, plane);

  for (gint64 i = 0; i < s->n * s->c; i++)
    {
      const float *z = s->z + i * plane;
      float *x = s->x + i * plane;
      const float ground = s->call->ground[i % s->c], reach = s->call->reach[i % s->c];

      for (gint64 k = 0; k < plane; k++)
        waves[k] = z[k] * s->scale[k];
      if (s->call->options->spectral)
        cj_hartley (waves, s->h, s->w, x);
      else
        memcpy (x, waves, sizeof *x * (gsize) plane);
      for (gint64 k = 0; k < plane; k++)
        x[k] = ground + reach * tanhf (x[k]);
    }
}

/* Every picture shifted round its edges. */
static void
shift (const Climb *s, const float *from, gint64 down, gint64 right, float *to)
{
  for (gint64 i = 0; i < s->n * s->c; i++)
    for (gint64 y = 0; y < s->h; y++)
      for (gint64 x = 0; x < s->w; x++)
        to[(i * s->h + (y + down + s->h) % s->h) * s->w + (x + right + s->w) % s->w]
            = from[(i * s->h + y) * s->w + x];
}

/* Makes the slope of every picture one long, in units of the reach. */
static void
level (const Climb *s, float *gradient)
{
  for (gint64 i = 0; i < s->n; i++)
    {
      float *g = gradient + i * s->d;
      double squares = 0;

      for (gint64 e = 0; e < s->d; e++)
        squares += (double) g[e] * g[e] * s->call->reach[e / (s->h * s->w)]
                   * s->call->reach[e / (s->h * s->w)];
      for (gint64 e = 0; e < s->d && squares > 0; e++)
        g[e] = (float) (g[e] / sqrt (squares));
    }
}

/* Adds the slope of -weight · total variation, in units of the reach. */
static void
smooth (const Climb *s, float *gradient)
{
  const double weight = s->call->options->variation;

  for (gint64 i = 0; i < s->n * s->c && weight > 0; i++)
    {
      const float *x = s->x + i * s->h * s->w;
      float *g = gradient + i * s->h * s->w;
      const double reach = s->call->reach[i % s->c];

      for (gint64 y = 0; y < s->h; y++)
        for (gint64 k = 0; k < s->w; k++)
          {
            const gint64 at = y * s->w + k;
            const gint64 right = k + 1 < s->w ? at + 1 : at, below = y + 1 < s->h ? at + s->w : at;
            const double dx = (x[right] - x[at]) / reach, dy = (x[below] - x[at]) / reach;
            const double size = sqrt (dx * dx + dy * dy + 1e-6);

            g[right] -= (float) (weight * dx / size / reach);
            g[below] -= (float) (weight * dy / size / reach);
            g[at] += (float) (weight * (dx + dy) / size / reach);
          }
    }
}

/* Gram matrix [K, K] of answers [K, P], of unit norm; FALSE if all are 0. */
static gboolean
find_gram (const float *answer, gint64 k, gint64 p, float *gram, double *norm)
{
  double sum = 0;

  for (gint64 a = 0; a < k; a++)
    for (gint64 b = 0; b < k; b++)
      {
        double dot = 0;

        for (gint64 i = 0; i < p; i++)
          dot += answer[a * p + i] * answer[b * p + i];
        gram[a * k + b] = (float) dot;
        sum += dot * dot;
      }
  *norm = sqrt (sum);
  for (gint64 i = 0; i < k * k && sum > 0; i++)
    gram[i] = (float) (gram[i] / *norm);
  return sum > 0;
}

/* Takes the slope of Σ cos (G_a, G_b) over pairs off the seed. G = A Aᵀ, so ∂/∂A = 2 ∂/∂G A with
 * ∂ cos / ∂G_a = (Ĝ_b - cos Ĝ_a) / |G_a|. Answers [N, K, P]. */
static void
part (Climb *s, const float *answers, gint64 k, gint64 p)
{
  const double weight = s->call->options->diversity;
  g_autofree float *grams = g_new (float, s->n *k *k), *slope = g_new (float, k *k);
  g_autofree double *norms = g_new (double, s->n);
  g_autofree gboolean *known = g_new (gboolean, s->n);

  for (gint64 i = 0; i < s->n; i++)
    known[i] = find_gram (answers + i * k * p, k, p, grams + i * k * k, &norms[i]);
  for (gint64 i = 0; i < s->n; i++)
    {
      memset (slope, 0, sizeof *slope * (gsize) (k * k));
      for (gint64 j = 0; j < s->n; j++)
        {
          double cosine = 0;

          if (i == j || !known[i] || !known[j])
            continue;
          for (gint64 e = 0; e < k * k; e++)
            cosine += grams[i * k * k + e] * grams[j * k * k + e];
          for (gint64 e = 0; e < k * k; e++)
            slope[e] += (float) ((grams[j * k * k + e] - cosine * grams[i * k * k + e]) / norms[i]);
        }
      for (gint64 a = 0; a < k; a++)
        for (gint64 q = 0; q < p; q++)
          {
            double sum = 0;

            for (gint64 b = 0; b < k; b++)
              sum += slope[a * k + b] * answers[(i * k + b) * p + q];
            s->seed[(i * k + a) * p + q] -= (float) (2 * weight * sum);
          }
    }
}

/* Forward with the pictures shifted; what the node answers. You unref. */
static CjTensor *
ask (Climb *s, gint64 down, gint64 right)
{
  CjProgram *program = s->call->program;

  shift (s, s->x, down, right, cj_tensor_f32 (cj_program_get_x (program)));
  cj_program_forward (program, FALSE, s->n, 0, 0);
  return cj_program_dup_output (program, s->call->node, 0);
}

/* The gradient at the pictures, [N, D]; FALSE if there is none. */
static gboolean
find_slope (Climb *s, float *gradient)
{
  const CjIdealOptions *o = s->call->options;
  const guint32 span = 2 * (guint32) o->jitter + 1;
  const gint64 down = (gint64) cj_rng_below (&s->rng, span) - o->jitter;
  const gint64 right = (gint64) cj_rng_below (&s->rng, span) - o->jitter;
  CjProgram *program = s->call->program;
  g_autoptr (CjTensor) answer = ask (s, down % s->h, right % s->w), slope = NULL;
  const gint64 k = answer->shape.n_dims >= 2 ? answer->shape.dims[1] : 1;

  for (gint64 i = 0; i < s->n; i++)
    memcpy (s->seed + i * s->a, s->call->weights, sizeof *s->seed * (gsize) s->a);
  if (o->diversity > 0 && s->n > 1 && k <= MAX_CHANNELS)
    part (s, cj_tensor_f32 (answer), k, s->a / k);
  cj_program_seed_gradient (program, s->call->node, 0, s->seed);
  cj_program_backward (program);
  slope = cj_program_dup_value_gradient (program, cj_program_get_lowered (program)->x);
  if (slope == NULL)
    return FALSE;
  shift (s, cj_tensor_f32 (slope), -(down % s->h), -(right % s->w), gradient);
  return TRUE;
}

/* From the slope at the pictures to parameters. */
static void
climb (Climb *s, const float *gradient, int step)
{
  const CjIdealOptions *o = s->call->options;
  const gint64 plane = s->h * s->w;
  g_autofree float *slope = g_new (float, s->d), *waves = g_new (float, plane);
  const double even1 = 1 - pow (BETA1, step + 1), even2 = 1 - pow (BETA2, step + 1);

  for (gint64 i = 0; i < s->n; i++)
    {
      for (gint64 e = 0; e < s->d; e++)
        {
          const float ground = s->call->ground[e / plane], reach = s->call->reach[e / plane];
          const float t = (s->x[i * s->d + e] - ground) / reach;

          slope[e] = gradient[i * s->d + e] * reach * (1 - t * t);
        }
      for (gint64 c = 0; c < s->c; c++)
        {
          float *z = s->z + i * s->d + c * plane;

          if (o->spectral)
            cj_hartley (slope + c * plane, s->h, s->w, waves);
          else
            memcpy (waves, slope + c * plane, sizeof *waves * (gsize) plane);
          for (gint64 e = 0; e < plane; e++)
            {
              const double g = waves[e] * s->scale[e];
              float *m = s->m + i * s->d + c * plane + e, *v = s->v + i * s->d + c * plane + e;

              *m = (float) (BETA1 * *m + (1 - BETA1) * g);
              *v = (float) (BETA2 * *v + (1 - BETA2) * g * g);
              z[e] += (float) (o->rate * (*m / even1) / (sqrt (*v / even2) + 1e-8));
            }
        }
    }
}

/* A blur of u: waves lose what the bell takes; pixels go there and back. */
static void
blur (Climb *s)
{
  const gint64 plane = s->h * s->w;
  g_autofree float *waves = g_new (float, plane);

  for (gint64 i = 0; i < s->n * s->c; i++)
    {
      float *z = s->z + i * plane;

      if (!s->call->options->spectral)
        cj_hartley (z, s->h, s->w, waves);
      else
        memcpy (waves, z, sizeof *waves * (gsize) plane);
      for (gint64 e = 0; e < plane; e++)
        waves[e] *= s->low[e];
      if (!s->call->options->spectral)
        cj_hartley (waves, s->h, s->w, z);
      else
        memcpy (z, waves, sizeof *waves * (gsize) plane);
    }
}

gboolean
cj_ideal_run (const CjIdealCall *call, float *pictures, float *answers)
{
  const CjIdealOptions *o = call->options;
  const CjTensor *x = cj_program_get_x (call->program);
  g_autoptr (CjTensor) shape = cj_program_dup_output (call->program, call->node, 0);
  g_autoptr (CjTensor) last = NULL;
  g_autofree float *gradient = NULL;
  gboolean good = TRUE;
  Climb s;

  if (x == NULL || x->dtype != CJ_FLOAT32 || x->shape.n_dims != 4 || shape == NULL
      || shape->dtype != CJ_FLOAT32 || shape->shape.n_dims < 2
      || shape->shape.dims[0] != x->shape.dims[0])
    return FALSE;
  climb_init (&s, call, &x->shape, cj_shape_size (&shape->shape) / x->shape.dims[0]);
  gradient = g_new (float, s.n *s.d);
  cj_program_skip_parameters (call->program, TRUE);
  for (int step = 0; step < o->n_steps && good; step++)
    {
      if (call->go_on != NULL && !call->go_on ((double) step / o->n_steps, call->data))
        break;
      paint (&s);
      good = find_slope (&s, gradient);
      if (!good)
        break;
      level (&s, gradient);
      smooth (&s, gradient);
      climb (&s, gradient, step);
      if (o->blur > 0 && (step + 1) % BLUR_EVERY == 0)
        blur (&s);
    }
  paint (&s);
  last = ask (&s, 0, 0);
  memcpy (pictures, s.x, sizeof *pictures * (gsize) (s.n * s.d));
  for (gint64 i = 0; i < s.n; i++)
    {
      double sum = 0;

      for (gint64 e = 0; e < s.a; e++)
        sum += call->weights[e] * cj_tensor_f32 (last)[i * s.a + e];
      answers[i] = (float) sum;
    }
  climb_clear (&s);
  return good;
}
