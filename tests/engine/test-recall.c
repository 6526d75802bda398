/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Associative memories: against fields computed the plain way, and what the papers promise of them. */
#include "cj-recall.h"

#include <math.h>
#include <string.h>

#define N 120

/* Every neuron of a state that settled agrees with its field, Hebbian weights written out. */
static void
test_fixed_point (void)
{
  enum
  {
    P = 14
  };
  g_autofree gint8 *patterns = g_new (gint8, P * N);
  gint8 state[N];

  cj_recall_draw (patterns, P, N, 3);
  for (int start = 0; start < 6; start++)
    {
      CjRng rng;

      memcpy (state, patterns + start * N, N);
      cj_rng_init (&rng, 9, CJ_RNG_TEST, (guint64) start);
      for (int i = 0; i < N / 5; i++)
        state[cj_rng_below (&rng, N)] *= -1;
      g_assert_cmpuint (cj_recall_settle (CJ_RECALL_HEBBIAN, patterns, P, N, state, 200, 1), <,
                        200);
      for (int i = 0; i < N; i++)
        {
          double field = 0;

          for (int j = 0; j < N; j++)
            {
              double w = 0;

              for (int k = 0; k < P; k++)
                w += patterns[k * N + i] * patterns[k * N + j];
              field += i != j ? w * state[j] : 0;
            }
          g_assert_cmpfloat (field * state[i], >=, 0);
        }
    }
}

/* The same of the exponential energy: no single flip lowers −Σ exp (x · s). */
static void
test_dense (void)
{
  enum
  {
    P = 400
  };
  g_autofree gint8 *patterns = g_new (gint8, P * N);
  gint8 state[N];
  double energy = 0;

  cj_recall_draw (patterns, P, N, 5);
  memcpy (state, patterns, N);
  for (int i = 0; i < N / 5; i++)
    state[i * 5] *= -1;
  cj_recall_settle (CJ_RECALL_DENSE, patterns, P, N, state, 200, 1);
  g_assert_cmpfloat (cj_recall_overlap (state, patterns, N), ==, 1); /* more than 3 N patterns */
  for (int k = 0; k < P; k++)
    energy -= exp (cj_recall_overlap (state, patterns + k * N, N) * N - N);
  for (int i = 0; i < N; i++)
    {
      double flipped = 0;

      state[i] *= -1;
      for (int k = 0; k < P; k++)
        flipped -= exp (cj_recall_overlap (state, patterns + k * N, N) * N - N);
      state[i] *= -1;
      g_assert_cmpfloat (flipped, >=, energy);
    }
}

/* Few patterns are recalled from half of their neurons' worth of noise, too many are not. */
static void
test_load (void)
{
  static const int loads[] = { 5, 60 };
  double overlap[2] = { 0, 0 };

  for (int l = 0; l < 2; l++)
    {
      const int p = loads[l];
      g_autofree gint8 *patterns = g_new (gint8, p * N);
      gint8 state[N];

      cj_recall_draw (patterns, p, N, 7);
      for (int k = 0; k < 5; k++)
        {
          memcpy (state, patterns + k * N, N);
          for (int i = 0; i < N; i += 5)
            state[i] *= -1;
          cj_recall_settle (CJ_RECALL_HEBBIAN, patterns, p, N, state, 200, 1);
          overlap[l] += cj_recall_overlap (state, patterns + k * N, N) / 5;
        }
    }
  g_assert_cmpfloat (overlap[0], >, 0.98);
  g_assert_cmpfloat (overlap[1], <, 0.7);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/recall/fixed-point", test_fixed_point);
  g_test_add_func ("/engine/recall/dense", test_dense);
  g_test_add_func ("/engine/recall/load", test_load);
  return g_test_run ();
}
