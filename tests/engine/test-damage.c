/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every damage does nothing at dose 0 and the same for the same seed; lesions are progressive and hit whom
 * they say; samples change as much as the dose says. */
#include "cj-damage.h"

#include <math.h>
#include <string.h>

#define N 40
#define SIDE 20
#define D (SIDE * SIDE)
#define U 50

/* Numbers for all that may be damaged. */
typedef struct
{
  float x[N * D], low[D], high[D], unit[D], weights[1000], gain[U], offset[U], importance[U];
} Case;

static const CjShape picture = { 3, { 1, SIDE, SIDE } };

static Case *
case_new (void)
{
  Case *c = g_new0 (Case, 1);
  CjRng rng;

  cj_rng_init (&rng, 1, CJ_RNG_TEST, 0);
  for (guint i = 0; i < N * D; i++)
    c->x[i] = cj_rng_uniform (&rng);
  for (guint i = 0; i < 1000; i++)
    c->weights[i] = cj_rng_normal (&rng);
  for (guint j = 0; j < D; j++)
    {
      c->high[j] = 1;
      c->unit[j] = 1;
    }
  for (guint u = 0; u < U; u++)
    {
      c->gain[u] = 1;
      c->importance[u] = (float) ((u * 7) % U);
    }
  return c;
}

/* `order` as a choice of its table, where it has one. */
static void
damage (Case *c, const CjDamageInfo *info, double dose, const char *order, guint64 seed)
{
  g_autofree gpointer params = cj_damage_new_params (info);
  CjDamageCall call = { .dose = dose,
                        .params = params,
                        .seed = seed,
                        .x = c->x,
                        .n = N,
                        .sample = &picture,
                        .low = c->low,
                        .high = c->high,
                        .unit = c->unit,
                        .weights = c->weights,
                        .size = 1000,
                        .gain = c->gain,
                        .offset = c->offset,
                        .n_units = U,
                        .importance = c->importance,
                        .scale = 0.5f };

  if (order != NULL)
    g_assert_true (cj_params_parse (info->params, params, "order", order, NULL));
  info->run (&call);
}

static void
test_every (void)
{
  for (const CjDamageInfo *const *i = cj_damages (); *i != NULL; i++)
    {
      g_autofree Case *before = case_new (), *none = case_new (), *much = case_new ();
      g_autofree Case *again = case_new ();

      g_test_message ("%s", (*i)->id);
      g_assert_cmpuint ((*i)->abi, ==, CJ_DAMAGE_ABI);
      g_assert_cmpuint ((*i)->size, ==, sizeof (CjDamageInfo));
      g_assert_nonnull ((*i)->title);
      g_assert_nonnull ((*i)->blurb);
      g_assert_nonnull ((*i)->formula);
      g_assert_nonnull ((*i)->source);
      g_assert_nonnull ((*i)->dose);
      g_assert_cmpfloat ((*i)->most, >, 0);
      damage (none, *i, 0, NULL, 3);
      g_assert_cmpmem (before->weights, sizeof before->weights, none->weights,
                       sizeof none->weights);
      g_assert_cmpmem (before->gain, sizeof before->gain, none->gain, sizeof none->gain);
      for (guint k = 0; k < N * D; k++)
        g_assert_cmpfloat_with_epsilon (before->x[k], none->x[k], 1e-6);
      damage (much, *i, (*i)->most, NULL, 3);
      damage (again, *i, (*i)->most, NULL, 3);
      g_assert_cmpint (memcmp (before, much, sizeof *much), !=, 0);
      g_assert_cmpint (memcmp (much, again, sizeof *much), ==, 0);
      for (guint k = 0; k < N * D; k++) /* samples stay what samples can be */
        {
          g_assert_cmpfloat (much->x[k], >=, -1e-6);
          g_assert_cmpfloat (much->x[k], <=, 1 + 1e-6);
        }
    }
}

static guint
count_silent (const Case *c)
{
  guint n = 0;

  for (guint u = 0; u < U; u++)
    n += c->gain[u] == 0;
  return n;
}

static void
test_lesions (void)
{
  const CjDamageInfo *loss = cj_damage_find ("unit-loss");
  g_autofree Case *few = case_new (), *many = case_new (), *other = case_new ();
  g_autofree Case *strong = case_new (), *weak = case_new (), *near = case_new ();
  guint edges = 0;

  damage (few, loss, 0.3, NULL, 1);
  damage (many, loss, 0.6, NULL, 1);
  damage (other, loss, 0.3, NULL, 2);
  g_assert_cmpuint (count_silent (few), ==, 15);
  g_assert_cmpuint (count_silent (many), ==, 30);
  for (guint u = 0; u < U; u++) /* progressive */
    g_assert_true (few->gain[u] == 1 || many->gain[u] == 0);
  g_assert_cmpint (memcmp (few->gain, other->gain, sizeof few->gain), !=, 0);
  damage (strong, loss, 0.2, "strongest first", 1);
  damage (weak, loss, 0.2, "weakest first", 1);
  damage (near, loss, 0.2, "clustered", 1);
  for (guint u = 0; u < U; u++)
    {
      g_assert_cmpint (strong->gain[u] == 0, ==, strong->importance[u] >= 40);
      g_assert_cmpint (weak->gain[u] == 0, ==, weak->importance[u] < 10);
      edges += near->gain[u] != near->gain[(u + 1) % U];
    }
  g_assert_cmpuint (edges, ==, 2); /* one run */
  g_assert_cmpuint (count_silent (near), ==, 10);
}

static void
test_stuck (void)
{
  g_autofree Case *c = case_new ();

  damage (c, cj_damage_find ("stuck-units"), 0.5, NULL, 1);
  g_assert_cmpuint (count_silent (c), ==, 25);
  for (guint u = 0; u < U; u++)
    g_assert_cmpfloat (c->offset[u], ==, c->gain[u] == 0 ? 1 : 0);
}

static void
test_weights (void)
{
  g_autofree Case *before = case_new (), *noisy = case_new (), *coarse = case_new ();
  g_autofree Case *sign = case_new (), *cut = case_new ();
  double squares = 0, mean = 0, most = 0;
  guint n = 0;

  damage (noisy, cj_damage_find ("weight-noise"), 0.5, NULL, 1);
  damage (coarse, cj_damage_find ("quantise"), 6, NULL, 1); /* 2 bits: −most, 0, most */
  damage (sign, cj_damage_find ("quantise"), 7, NULL, 1);
  damage (cut, cj_damage_find ("synapse-loss"), 0.4, "weakest first", 1);
  for (guint i = 0; i < 1000; i++)
    {
      const double w = (double) before->weights[i];

      squares += pow ((double) noisy->weights[i] - w, 2) / 1000;
      mean += fabs (w) / 1000;
      most = MAX (most, fabs (w));
      n += cut->weights[i] == 0;
    }
  g_assert_cmpfloat_with_epsilon (sqrt (squares), 0.5, 0.05); /* the weights are normal */
  g_assert_cmpuint (n, ==, 400);
  for (guint i = 0; i < 1000; i++)
    {
      const double w = (double) before->weights[i], q = (double) coarse->weights[i];

      g_assert_true (q == 0 || fabs (fabs (q) - most) < 1e-5);
      g_assert_cmpfloat (fabs (q - w), <=, most / 2 + 1e-5);
      g_assert_cmpfloat_with_epsilon ((double) sign->weights[i], w > 0 ? mean : -mean, 1e-5);
      for (guint k = 0; k < 1000 && cut->weights[i] == 0; k++) /* none that is cut is stronger */
        g_assert_true (cut->weights[k] == 0 || fabs ((double) cut->weights[k]) >= fabs (w));
    }
}

static void
test_samples (void)
{
  g_autofree Case *before = case_new (), *salt = case_new (), *grey = case_new ();
  g_autofree Case *covered = case_new (), *blurred = case_new (), *noisy = case_new ();
  double n_salt = 0, n_covered = 0, rough = 0, smooth = 0, inside = 0, squares = 0;

  damage (salt, cj_damage_find ("salt"), 0.2, NULL, 1);
  damage (grey, cj_damage_find ("contrast"), 1, NULL, 1);
  damage (covered, cj_damage_find ("occlusion"), 0.25, NULL, 1);
  damage (blurred, cj_damage_find ("blur"), 1.5, NULL, 1);
  for (guint i = 0; i < N * D; i++)
    if (before->x[i] > 0.4f && before->x[i] < 0.6f)
      noisy->x[i] = 0.5f;
  memcpy (before->x, noisy->x, sizeof before->x);
  damage (noisy, cj_damage_find ("pixel-noise"), 0.1, NULL, 1);
  for (guint i = 0; i < N * D; i++)
    {
      n_salt += (salt->x[i] == 0 || salt->x[i] == 1) / (double) (N * D);
      n_covered += (covered->x[i] == 0.5f) / (double) (N * D);
      if (i % D > 0)
        {
          rough += fabs ((double) before->x[i] - (double) before->x[i - 1]);
          smooth += fabs ((double) blurred->x[i] - (double) blurred->x[i - 1]);
          g_assert_cmpfloat_with_epsilon (grey->x[i], grey->x[i - 1], 1e-5);
        }
      if (before->x[i] == 0.5f)
        {
          inside++;
          squares += pow ((double) noisy->x[i] - 0.5, 2);
        }
    }
  g_assert_cmpfloat_with_epsilon (n_salt, 0.2, 0.02);
  g_assert_cmpfloat_with_epsilon (n_covered, 0.25, 0.01);
  g_assert_cmpfloat (smooth, <, rough / 3);
  g_assert_cmpfloat_with_epsilon (sqrt (squares / inside), 0.1, 0.01);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/damage/every", test_every);
  g_test_add_func ("/engine/damage/lesions", test_lesions);
  g_test_add_func ("/engine/damage/stuck", test_stuck);
  g_test_add_func ("/engine/damage/weights", test_weights);
  g_test_add_func ("/engine/damage/samples", test_samples);
  return g_test_run ();
}
