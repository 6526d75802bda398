/* SPDX-License-Identifier: GPL-3.0-or-later */
/* J. Frankle, M. Carbin (2019), sections 1 and 2, figures 1 and 3: LeNet-300-100 on MNIST, weakest fifth of
 * the hidden synapses and tenth of the last layer's away in each round, then back to the first weights. The
 * paper shows curves and few numbers, so what stands as published was measured once with a program of its
 * own in plain C, with the same settings as here: 5 000 steps a round, batches of 60, Adam 1.2e-3. */
#include "cjl-card-rig.h"

#include <math.h>

#define ROUNDS 15
#define N_POINTS (ROUNDS + 1)
#define STEPS 5000 /* of a round; 5 epochs of 1 000 */
#define EARLY 1000 /* steps after which learning is compared */
#define N_DRAWN 5  /* how often the mask is given new weights */

static const double rounds[N_POINTS] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
static const double tickets[N_POINTS] = { 0.9780, NAN, NAN, 0.9806, NAN,    NAN, NAN, 0.9813,
                                          NAN,    NAN, NAN, NAN,    0.9829, NAN, NAN, 0.9809 };
static const double drawn[N_POINTS] = { NAN, NAN,    NAN, 0.9796, NAN,    NAN, 0.9751, NAN,
                                        NAN, 0.9709, NAN, NAN,    0.9714, NAN, NAN,    0.9623 };

static const CjlCardValue values[] = {
  { "dense", "Dense network", TRUE, 0.9780, 0.97, 1 },
  { "ticket", "Ticket of 3.6 %", TRUE, 0.9809, 0.97, 1 },
  { "drawn", "The same mask, new weights", TRUE, 0.9623, -INFINITY, INFINITY },
  { "over-dense", "Ticket over dense", TRUE, 0.0029, 0, INFINITY },
  { "over-drawn", "Ticket over new weights", TRUE, 0.0186, 0.01, INFINITY },
  { "ticket-early", "Ticket after 1 000 steps", TRUE, 0.9697, -INFINITY, INFINITY },
  { "drawn-early", "New weights after 1 000 steps", TRUE, 0.9270, -INFINITY, INFINITY },
  { "kept", "Weights that are left", TRUE, 0.036, 0.035, 0.037 },
  { NULL },
};

static const CjlCardLine lines[]
    = { { "ticket", "first weights", tickets }, { "drawn", "new weights", drawn }, { NULL } };

/* The share of the synapses that is left. */
static double
count_kept (const CjCheckpoint *at)
{
  gint64 n = 0, gone = 0;

  for (guint i = 0; i < at->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (at->table, i);

      if (entry->state || entry->shape.n_dims < 2)
        continue;
      n += entry->size;
      gone += at->flags != NULL ? cj_mask_count (at->flags + entry->offset, entry->size) : 0;
    }
  return 1 - (double) gone / (double) MAX (n, 1);
}

/* A network of new weights under the mask. */
static gboolean
train_drawn (CjlCardRun *run, const CjCheckpoint *mask, guint round, guint64 seed, double *early,
             double *late, double from, double to, GError **error)
{
  g_autofree char *settings = g_strdup_printf ("pruning.method=none epochs=5 seed=%u",
                                               (guint) (seed + 1000 * round) % 100000 + 100000);
  g_autoptr (CjlCardRig) rig = cjl_card_rig_new (run, settings, error);

  if (rig == NULL)
    return FALSE;
  cjl_card_rig_take_mask (rig, mask);
  if (!cjl_card_rig_train (rig, EARLY, from, from + (to - from) * EARLY / STEPS, error))
    return FALSE;
  *early = cjl_card_rig_test (rig);
  if (!cjl_card_rig_train (rig, STEPS, from + (to - from) * EARLY / STEPS, to, error))
    return FALSE;
  *late = cjl_card_rig_test (rig);
  cjl_card_run_set_point (run, "drawn", round, *late);
  return TRUE;
}

/* One round of the ticket, and every third of them one of new weights. */
static gboolean
run_round (CjlCardRun *run, CjlCardRig *rig, guint round, guint64 seed, GError **error)
{
  const double whole = N_POINTS + N_DRAWN, from = (round + (round - MIN (round, 1)) / 3) / whole;
  const guint64 begin = (guint64) round * STEPS;
  double early = NAN, late = NAN, drawn_early = NAN, drawn_late = NAN;
  g_autoptr (CjCheckpoint) at = NULL;

  if (!cjl_card_rig_train (rig, begin + EARLY, from, from + 0.2 / whole, error))
    return FALSE;
  early = round == ROUNDS ? cjl_card_rig_test (rig) : NAN;
  if (!cjl_card_rig_train (rig, begin + STEPS, from + 0.2 / whole, from + 1 / whole, error))
    return FALSE;
  late = cjl_card_rig_test (rig);
  cjl_card_run_set_point (run, "ticket", round, late);
  if (round == 0)
    cjl_card_run_set (run, "dense", late);
  if (round == 0 || round % 3 != 0)
    return TRUE;
  at = cj_trainer_save (cjl_card_rig_get_trainer (rig));
  if (!train_drawn (run, at, round, seed, &drawn_early, &drawn_late, from + 1 / whole,
                    from + 2 / whole, error))
    return FALSE;
  if (round < ROUNDS)
    return TRUE;
  cjl_card_run_set (run, "ticket", late);
  cjl_card_run_set (run, "drawn", drawn_late);
  cjl_card_run_set (run, "over-drawn", late - drawn_late);
  cjl_card_run_set (run, "ticket-early", early);
  cjl_card_run_set (run, "drawn-early", drawn_early);
  cjl_card_run_set (run, "kept", count_kept (at));
  return TRUE;
}

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  g_autoptr (CjlCardRig) rig = cjl_card_rig_new (run, "", error);
  double dense = NAN;

  for (guint round = 0; rig != NULL && round <= ROUNDS; round++)
    {
      if (!run_round (run, rig, round, seed, error))
        return cjl_card_run_is_cancelled (run);
      if (round == 0)
        dense = cjl_card_rig_test (rig);
    }
  if (rig == NULL)
    return FALSE;
  cjl_card_run_set (run, "over-dense", cjl_card_rig_test (rig) - dense);
  cjl_card_rig_store (rig);
  return TRUE;
}

const CjlResultCard cjl_card_lottery_ticket = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "lottery-ticket",
    .title = "A winning ticket",
    .category = CJL_CARD_CATEGORY,
    .blurb = "A network hides a small one that learns as well alone, but only from the weights "
             "that it was born with",
    .teaches = "Which synapses are there is not enough; what they began as matters",
    .expected = "as good with 3.6 %",
    .network = "input, flatten, dense 300 relu, dense 100 relu, dense 10, cross-entropy",
    .data = "normalise=as-is validation-share=0",
    .setup = "epochs=80 batch=60 learning-rate=0.0012 pruning.method=magnitude "
             "pruning.schedule=rounds pruning.scope=layer pruning.sparsity=0.9648 "
             "pruning.last-share=0.5 pruning.rounds=15 pruning.begin=5 pruning.every=5 "
             "pruning.rewind=start",
  },
  .data_set = "mnist",
  .paper = "Frankle and Carbin, ICLR 2019: The lottery ticket hypothesis; the numbers are of a "
           "measurement of one run",
  .passes = "With 3.6 %, the ticket is as good as the dense network, and at least a point better than "
            "the same mask with new weights",
  .values = values,
  .lines = lines,
  .x_title = "round, of which each takes a fifth of the synapses",
  .y_title = "accuracy",
  .y_share = TRUE,
  .x = rounds,
  .n_points = N_POINTS,
  .n_seeds = 3,
  .seconds = 150,
  .run = run,
};
