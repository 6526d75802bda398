/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attacks: against the slope of softmax regression in closed form, within their bounds, worse for the
 * network the longer they try, and the same whatever else is attacked beside. */
#include "cj-attack.h"
#include "network.h"

#include <math.h>
#include <string.h>

#define D 12
#define K 4
#define N 21 /* more than two batches, and not full */
#define BATCH 8

typedef struct
{
  CjProgram *program;
  float x[N * D], low[D], high[D], unit[D];
  gint32 y[N];
} Case;

static void
case_init (Case *c, const char *chain)
{
  CjRng rng;

  c->program = network_compile (chain, CJ_PURPOSE_EXPLAIN, cj_shape1 (D), BATCH, K, 1);
  cj_program_init (c->program, 3);
  cj_rng_init (&rng, 5, CJ_RNG_TEST, 0);
  for (guint i = 0; i < N * D; i++)
    c->x[i] = cj_rng_uniform (&rng);
  for (guint i = 0; i < N; i++)
    c->y[i] = (gint32) cj_rng_below (&rng, K);
  for (guint j = 0; j < D; j++)
    {
      c->low[j] = 0;
      c->high[j] = 1;
      c->unit[j] = 1;
    }
}

/* `text` is "epsilon=0.1 steps=10"; the result is [N, D] and to be freed. */
static float *
attack (const Case *c, const char *id, const char *text, gint64 first, gint64 n)
{
  const CjAttackInfo *info = cj_attack_find (id);
  g_autofree gpointer params = cj_attack_new_params (info);
  g_auto (GStrv) pairs = g_strsplit (text, " ", -1);
  const CjAttackCall call
      = { c->program, c->x + first * D, c->y + first, n, c->low, c->high, c->unit, params, 1, NULL,
          NULL };
  float *out = g_new (float, n *D);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      char *value = strchr (pairs[i], '=');
      g_autoptr (GError) error = NULL;

      *value++ = '\0';
      cj_params_parse (info->params, params, pairs[i], value, &error);
      g_assert_no_error (error);
    }
  g_assert_true (info->run (&call, out));
  return out;
}

static double
get_loss (const Case *c, const float *x)
{
  double sum = 0;

  for (guint i = 0; i < N; i++) /* one at a time: the plain way */
    {
      for (guint k = 0; k < BATCH; k++)
        {
          memcpy (cj_tensor_f32 (cj_program_get_x (c->program)) + k * D, x + i * D,
                  sizeof (float) * D);
          cj_tensor_i32 (cj_program_get_y (c->program))[k] = c->y[i];
        }
      sum += (double) cj_program_forward (c->program, FALSE, BATCH, 0, 0);
    }
  return sum / N;
}

/* dL/dx = W' (p − 1y) of softmax regression, by hand. */
static void
test_softmax (void)
{
  Case c;
  g_autofree float *out = NULL;
  const float *w, *b;
  guint flat = 0;

  case_init (&c, "dense 4, cross-entropy");
  out = attack (&c, "fgsm", "epsilon=0.05", 0, N);
  w = cj_program_get_param_data (c.program, cj_program_find_param (c.program, "dense1.weight"));
  b = cj_program_get_param_data (c.program, cj_program_find_param (c.program, "dense1.bias"));
  for (guint i = 0; i < N; i++)
    {
      double p[K], sum = 0;

      for (guint k = 0; k < K; k++)
        {
          double z = (double) b[k];

          for (guint j = 0; j < D; j++)
            z += (double) w[k * D + j] * c.x[i * D + j];
          sum += p[k] = exp (z);
        }
      for (guint j = 0; j < D; j++)
        {
          const double x = (double) c.x[i * D + j];
          double slope = 0, wanted;

          for (guint k = 0; k < K; k++)
            slope += (double) w[k * D + j] * (p[k] / sum - (c.y[i] == (gint32) k));
          flat += fabs (slope) < 1e-6;
          wanted = CLAMP (x + (slope > 0 ? 0.05 : -0.05), 0, 1);
          if (fabs (slope) >= 1e-6)
            g_assert_cmpfloat_with_epsilon ((double) out[i * D + j], wanted, 1e-6);
        }
    }
  g_assert_cmpuint (flat, <, 3);
  cj_program_free (c.program);
}

static void
assert_within (const Case *c, const float *out, float epsilon)
{
  for (guint i = 0; i < N * D; i++)
    {
      g_assert_cmpfloat (out[i], >=, c->low[i % D]);
      g_assert_cmpfloat (out[i], <=, c->high[i % D]);
      g_assert_cmpfloat (fabsf (out[i] - c->x[i]), <=, epsilon * c->unit[i % D] + 1e-6f);
    }
}

static void
test_bounds (void)
{
  Case c;
  double clean, once, often, longer;

  case_init (&c, "dense 16 tanh, dense 4, cross-entropy");
  c.unit[3] = 0.25f; /* a feature that is divided by 4 */
  clean = get_loss (&c, c.x);
  g_autofree float *none = attack (&c, "fgsm", "epsilon=0", 0, N);
  g_autofree float *fgsm = attack (&c, "fgsm", "epsilon=0.2", 0, N);
  g_autofree float *pgd = attack (&c, "pgd", "epsilon=0.2 steps=20", 0, N);
  g_autofree float *more = attack (&c, "pgd", "epsilon=0.4 steps=40", 0, N);

  g_assert_cmpmem (none, sizeof c.x, c.x, sizeof c.x);
  assert_within (&c, fgsm, 0.2f);
  assert_within (&c, pgd, 0.2f);
  assert_within (&c, more, 0.4f);
  once = get_loss (&c, fgsm);
  often = get_loss (&c, pgd);
  longer = get_loss (&c, more);
  g_assert_cmpfloat (once, >, clean + 0.05);
  g_assert_cmpfloat (often, >=, once - 1e-4); /* nearly the worst there is, the first is a guess */
  g_assert_cmpfloat (longer, >, often + 0.05);
  cj_program_free (c.program);
}

/* What becomes of the first samples does not depend on those behind them. */
static void
test_alone (void)
{
  Case c;

  case_init (&c, "dense 16 tanh, dense 4, cross-entropy");
  g_autofree float *all = attack (&c, "pgd", "epsilon=0.1 steps=5", 0, N);
  g_autofree float *few = attack (&c, "pgd", "epsilon=0.1 steps=5", 0, 3);
  g_autofree float *again = attack (&c, "pgd", "epsilon=0.1 steps=5", 0, N);

  g_assert_cmpmem (all, sizeof c.x, again, sizeof c.x);
  g_assert_cmpmem (all, sizeof (float) * 3 * D, few, sizeof (float) * 3 * D);
  cj_program_free (c.program);
}

static void
test_refused (void)
{
  g_autoptr (CjProgram) program
      = network_compile ("dense 4, cross-entropy", CJ_PURPOSE_EXPLAIN, cj_shape1 (D), BATCH, K, 1);
  g_autoptr (CjProgram) values
      = network_compile ("dense 12, mse", CJ_PURPOSE_EXPLAIN, cj_shape1 (D), BATCH, 0, 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (cj_attack_check (program, &error));
  g_assert_no_error (error);
  g_assert_false (cj_attack_check (values, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/attack/softmax", test_softmax);
  g_test_add_func ("/engine/attack/bounds", test_bounds);
  g_test_add_func ("/engine/attack/alone", test_alone);
  g_test_add_func ("/engine/attack/refused", test_refused);
  return g_test_run ();
}
