/* SPDX-License-Identifier: GPL-3.0-or-later */
/* J. Yosinski et al., "How transferable are features in deep neural networks?" (2014) and many since: features learned
 * from much carry over to few samples of another kind. The network and the data are those of the zoo (cjl-zoo.c), so
 * nothing was published of these numbers; the bound is a promise of this program. */
#include "cjl-card-tools.h"
#include "cjl-transfer.h"
#include "cjl-zoo.h"

#include "cjd-edits.h"

#include <math.h>

#define EACH 20 /* training samples a class */
#define LONGER "240"

static const CjlCardValue values[] = {
  { "scratch", "From scratch", TRUE, NAN, -INFINITY, INFINITY },
  { "scratch-longer", "From scratch, four times as long", TRUE, NAN, -INFINITY, INFINITY },
  { "transfer", "With a frozen body that knows letters", TRUE, NAN, -INFINITY, INFINITY },
  { "gain", "Gain over the better of the two", TRUE, NAN, 0.15, 1 },
  { NULL },
};

/* Leaves out all training and validation samples but EACH of every class, chosen by the seed. You free. */
static char *
choose (const CjdDataset *dataset, guint64 seed)
{
  const gsize n = cjd_dataset_get_n_samples (dataset);
  g_autofree guint32 *order = g_new (guint32, n + 1);
  g_autofree guint *taken = g_new0 (guint, dataset->n_classes + 1);
  g_autoptr (GArray) edits = g_array_new (FALSE, FALSE, sizeof (CjdEdit));
  CjRng rng;

  for (gsize i = 0; i < n; i++)
    order[i] = (guint32) i;
  cj_rng_init (&rng, seed, CJ_RNG_SHUFFLE, 0);
  cj_rng_shuffle (&rng, order, n);
  for (gsize i = 0; i < n; i++)
    {
      const gint32 class = cjd_dataset_get_class (dataset, order[i]);
      const CjdEdit out = { order[i], -1, TRUE };

      if (dataset->split[order[i]] == CJD_SPLIT_TEST)
        continue;
      if (dataset->split[order[i]] == CJD_SPLIT_VAL || class < 0 || taken[class]++ >= EACH)
        cjd_edits_set (edits, out);
    }
  return cjd_edits_print (edits);
}

/* The data of this seed: few to learn from, all to be tested on. */
static gboolean
take_few (CjlCardRun *run, guint64 seed, GError **error)
{
  CjlProject *project = cjl_card_run_get_project (run);
  g_autoptr (CjdDataset) base = cjl_data_load_base (&project->data, error), few = NULL;
  g_autofree char *edits = NULL;

  if (base == NULL)
    return FALSE;
  edits = choose (base, seed);
  if (!cjl_project_set (project, "data.edits", edits, error))
    return FALSE;
  few = cjl_data_dress (base, &project->data, error);
  if (few == NULL)
    return FALSE;
  cjl_card_run_take_dataset (run, few);
  return TRUE;
}

/* Error: NAN, or with nothing in *error where it was cancelled. */
static double
measure (CjlCardRun *run, double from, double to, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_card_run_train (run, from, to, error);

  return network != NULL ? cjl_card_measure_accuracy (network, error) : (double) NAN;
}

static gboolean
freeze (CjlCardRun *run, GError **error)
{
  CjlProject *project = cjl_card_run_get_project (run);
  g_autoptr (CjLowered) lowered
      = cjl_project_lower (project, cjl_card_run_get_dataset (run), project->setup->batch);

  return cjl_project_freeze_all_but (project, lowered, 1, error)
         && cjl_zoo_give (cjl_zoo_find ("zoo-letters"), project, error);
}

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  CjlProject *project = cjl_card_run_get_project (run);
  double scratch, longer, transfer;

  if (!take_few (run, seed, error))
    return FALSE;
  scratch = measure (run, 0, 0.18, error);
  if (isnan (scratch) || !cjl_project_set (project, "epochs", LONGER, error))
    return cjl_card_run_is_cancelled (run);
  cjl_card_run_set (run, "scratch", scratch);
  longer = measure (run, 0.18, 0.9, error);
  if (isnan (longer) || !cjl_project_set (project, "epochs", "60", error) || !freeze (run, error))
    return cjl_card_run_is_cancelled (run);
  cjl_card_run_set (run, "scratch-longer", longer);
  transfer = measure (run, 0.9, 1, error);
  if (isnan (transfer))
    return cjl_card_run_is_cancelled (run);
  cjl_card_run_set (run, "transfer", transfer);
  cjl_card_run_set (run, "gain", transfer - MAX (scratch, longer));
  return TRUE;
}

const CjlResultCard cjl_card_transfer = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "transfer",
    .title = "What letters teach about digits",
    .category = CJL_CARD_CATEGORY,
    .blurb = "A network that knows letters learns ten digits from 20 samples each, of which the same "
             "network from scratch makes far less",
    .teaches = "Its body is frozen: only the last layer learns, from strokes that letters share",
    .expected = "15 points more",
    .source = "glyphs",
    .network = "input, conv-2d 16 kernel=3 padding=1 bias=false, batch-norm, relu, max-pool-2d, "
               "conv-2d 32 kernel=3 padding=1 bias=false, batch-norm, relu, max-pool-2d, "
               "conv-2d 64 kernel=3 padding=1 bias=false, batch-norm, relu, max-pool-2d, "
               "flatten, dense 10, cross-entropy",
    .data = "signs=digits samples=12000 variation=2.5 clutter=1 seed=2",
    .setup = "epochs=60 batch=20 learning-rate=0.003 schedule=cosine",
  },
  .paper = "After Yosinski et al., 2014; the networks and the data are this program's own",
  .passes = "At least 15 points more than the better of two networks from scratch",
  .values = values,
  .n_seeds = 3,
  .seconds = 15,
  .run = run,
};
