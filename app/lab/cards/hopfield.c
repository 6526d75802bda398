/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random patterns in a network of 1,000 neurons. D. Amit, H. Gutfreund, H. Sompolinsky, "Storing infinite
 * numbers of patterns in a spin-glass model of neural networks" (1985): above 0.138 patterns a neuron they are
 * forgotten all at once, and at that load the overlap of a state with its pattern is 0.967. The capacity
 * measured here is the load at which the mean overlap, of states that begin at their patterns, falls below
 * that; in a network of a finite size it falls steeply but not at once. The dense memory has 100 neurons, and
 * every fifth of them is flipped at the start. */
#include "cj-recall.h"
#include "cjl-card.h"

#include <math.h>
#include <string.h>

#define N 1000
#define N_DENSE 100
#define TESTS 20 /* patterns that are asked for at every load */
#define SWEEPS 100
#define END 0.967 /* overlap at the capacity, in the theory */
#define N_POINTS 11

static const double loads[N_POINTS]
    = { 0.05, 0.08, 0.1, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17, 0.18, 0.2 };

static const CjlCardValue values[] = {
  { "capacity", "Patterns a neuron that are held", FALSE, 0.138, 0.128, 0.148 },
  { "held", "Overlap at 0.10 patterns a neuron", FALSE, NAN, 0.96, 1 },
  { "lost", "Overlap at 0.20 patterns a neuron", FALSE, NAN, 0, 0.6 },
  { "dense", "Dense memory: 10 patterns a neuron", TRUE, NAN, 0.99, 1 },
  { NULL },
};

static const CjlCardLine lines[] = { { "overlap", "overlap with the pattern", NULL }, { NULL } };

/* Mean overlap of `n` neurons with p patterns; every `flip`th neuron is wrong at the start, 0: none. */
static double
recall (CjRecallKind kind, gint64 n, gint64 p, gint64 flip, guint64 seed)
{
  g_autofree gint8 *patterns = g_new (gint8, p * n), *state = g_new (gint8, n);
  const gint64 tests = MIN (TESTS, p);
  double sum = 0;

  cj_recall_draw (patterns, p, n, seed);
  for (gint64 k = 0; k < tests; k++)
    {
      memcpy (state, patterns + k * n, (gsize) n);
      for (gint64 i = 0; i < n && flip > 0; i += flip)
        state[i] = (gint8) -state[i];
      cj_recall_settle (kind, patterns, p, n, state, SWEEPS, seed);
      sum += cj_recall_overlap (state, patterns + k * n, n) / (double) tests;
    }
  return sum;
}

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  double before = 1, capacity = NAN;

  (void) error;
  for (guint i = 0; i < N_POINTS; i++)
    {
      const double overlap = recall (CJ_RECALL_HEBBIAN, N, (gint64) (loads[i] * N + 0.5), 0, seed);

      if (cjl_card_run_is_cancelled (run))
        return TRUE;
      cjl_card_run_progress (run, (i + 1) / (N_POINTS + 1.0));
      cjl_card_run_set_point (run, "overlap", i, overlap);
      if (isnan (capacity) && i > 0 && overlap < END)
        capacity = loads[i - 1] + (loads[i] - loads[i - 1]) * (before - END) / (before - overlap);
      if (loads[i] == 0.1)
        cjl_card_run_set (run, "held", overlap);
      if (loads[i] == 0.2)
        cjl_card_run_set (run, "lost", overlap);
      before = overlap;
    }
  cjl_card_run_set (run, "capacity", capacity);
  cjl_card_run_set (run, "dense", recall (CJ_RECALL_DENSE, N_DENSE, 10 * N_DENSE, 5, seed));
  return TRUE;
}

const CjlResultCard cjl_card_hopfield = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "hopfield",
    .title = "A memory overflows",
    .category = CJL_CARD_CATEGORY,
    .blurb = "A Hopfield network holds 0.138 random patterns a neuron, and forgets all of them at "
             "once beyond; a dense memory holds many more",
    .teaches = "The overlap falls off a cliff: memory with Hebbian weights has a capacity",
    .expected = "0.138 a neuron",
  },
  .paper = "Amit, Gutfreund and Sompolinsky, 1985; Krotov and Hopfield, 2016; Demircigil et al., "
           "2017",
  .passes = "The overlap falls below 0.967 between 0.128 and 0.148 patterns a neuron, and a dense "
            "memory of 100 neurons recalls 1,000 patterns",
  .values = values,
  .lines = lines,
  .x_title = "patterns a neuron",
  .y_title = "overlap",
  .x = loads,
  .n_points = N_POINTS,
  .n_seeds = 5,
  .seconds = 2,
  .run = run,
};
