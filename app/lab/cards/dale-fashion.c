/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network of neurons that excite and neurons that inhibit on Fashion-MNIST, beside one of the same size that
 * may have any sign. Pixels and units excite the next layer; linear interneurons, one for every four
 * units, hear the same and inhibit it (J. Cornford et al., "Learning to live with Dale's principle", ICLR
 * 2021). After every update the weights that act are computed from what has been learned, by plain loops of
 * their own, and each is compared with the sign that its sender had before training. */
#include "cjl-card-rig.h"
#include "cj-acting.h"

#include <math.h>
#include <string.h>

#define UPDATES 100000
#define N_POINTS 10
#define TWIN 0.3 /* of a seed's progress */

static const double updates[N_POINTS] = { 10, 20, 30, 40, 50, 60, 70, 80, 90, 100 };

static const CjlCardValue values[] = {
  { "twin", "Accuracy with any sign", TRUE, NAN, 0.87, 1 },
  { "dale", "Accuracy under Dale’s law", TRUE, NAN, 0.87, 1 },
  { "gap", "What the law costs", TRUE, NAN, -INFINITY, 0.01 },
  { "updates", "Updates after which signs were looked at", FALSE, NAN, UPDATES, INFINITY },
  { "signs", "Signs that were looked at, millions", FALSE, NAN, 1, INFINITY },
  { "violations", "Signs that were violated", FALSE, 0, 0, 0 },
  { NULL },
};

static const CjlCardLine lines[]
    = { { "twin", "any sign", NULL }, { "dale", "under Dale’s law", NULL }, { NULL } };

static const char *const twin_network
    = "input, flatten, dense 100 relu, dense 100 relu, dense 10, cross-entropy";

/* --- signs --- */

/* One tensor of a layer under Dale's law. */
typedef struct
{
  CjActing *acting;
  gint64 units, senders;
  float *signs; /* of every sender at first: 1, -1, or 0 where nothing acts */
} Law;

static void
law_clear (gpointer data)
{
  Law *law = data;

  cj_acting_free (law->acting);
  g_free (law->signs);
}

static const float *
read_param (const char *name, gpointer data)
{
  CjProgram *program = data;
  const CjProgramParam *param = cj_program_find_param (program, name);

  return param != NULL ? cj_program_get_param_data (program, param) : NULL;
}

/* The sign of a sender is that of the sum of what it sends. */
static void
note_signs (Law *law, CjProgram *program)
{
  const float *w = cj_acting_run (law->acting, read_param, program);

  for (gint64 u = 0; u < law->units; u++)
    for (gint64 i = 0; i < law->senders; i++)
      law->signs[i] += w[u * law->senders + i];
  for (gint64 i = 0; i < law->senders; i++)
    law->signs[i] = (float) ((law->signs[i] > 0) - (law->signs[i] < 0));
}

static GArray *
list_laws (const CjLowered *lowered, CjProgram *program)
{
  GArray *laws = g_array_new (FALSE, FALSE, sizeof (Law));

  g_array_set_clear_func (laws, law_clear);
  for (guint p = 0; p < cj_program_get_n_params (program); p++)
    {
      const CjProgramParam *param = cj_program_get_param (program, p);
      Law law = { .acting = cj_acting_new (lowered, param->name) };

      if (law.acting == NULL)
        continue;
      law.units = param->shape.dims[0];
      law.senders = param->shape.dims[1];
      law.signs = g_new0 (float, law.senders);
      note_signs (&law, program);
      g_array_append_val (laws, law);
    }
  return laws;
}

/* How many weights now have the sign that their sender had not. */
static gint64
count_violations (const Law *law, CjProgram *program)
{
  const float *w = cj_acting_run (law->acting, read_param, program);
  gint64 n = 0;

  for (gint64 u = 0; u < law->units; u++, w += law->senders)
    {
      int wrong = 0;

      for (gint64 i = 0; i < law->senders; i++)
        wrong += law->signs[i] == 0 ? w[i] != 0 : w[i] * law->signs[i] < 0;
      n += wrong;
    }
  return n;
}

/* --- training --- */

typedef struct
{
  GArray *laws;
  double updates, signs, violations;
} Watch;

/* One update after another until `step`, with a look at all signs behind each. */
static gboolean
train_watched (CjlCardRun *run, CjlCardRig *rig, guint64 step, Watch *watch, GError **error)
{
  CjTrainer *trainer = cjl_card_rig_get_trainer (rig);
  const CjPlace *at = cj_trainer_get_place (trainer);
  CjStepReport report;

  while (at->step < step)
    {
      if (!cj_trainer_step (trainer, &report, error))
        return FALSE;
      for (guint i = 0; i < watch->laws->len; i++)
        {
          const Law *law = &g_array_index (watch->laws, Law, i);

          watch->violations += (double) count_violations (law, cjl_card_rig_get_program (rig));
          watch->signs += (double) (law->units * law->senders);
        }
      watch->updates++;
      if (at->step % 50 != 0)
        continue;
      cjl_card_run_progress (run, TWIN + (1 - TWIN) * (double) at->step / UPDATES);
      if (cjl_card_run_is_cancelled (run))
        return FALSE;
    }
  return TRUE;
}

static gboolean
run_twin (CjlCardRun *run, double *accuracy, GError **error)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (CjlCardRig) rig = NULL;

  if (!cjl_graph_add_text (graph, twin_network, error))
    return FALSE;
  rig = cjl_card_rig_new_graph (run, graph, "", error);
  for (guint i = 0; rig != NULL && i < N_POINTS; i++)
    {
      if (!cjl_card_rig_train (rig, UPDATES / N_POINTS * (i + 1), TWIN * i / N_POINTS,
                               TWIN * (i + 1) / N_POINTS, error))
        return FALSE;
      *accuracy = cjl_card_rig_test (rig);
      cjl_card_run_set_point (run, "twin", i, *accuracy);
    }
  return rig != NULL;
}

static gboolean
run_dale (CjlCardRun *run, CjlCardRig *rig, Watch *watch, double *accuracy, GError **error)
{
  for (guint i = 0; i < N_POINTS; i++)
    {
      if (!train_watched (run, rig, UPDATES / N_POINTS * (i + 1), watch, error))
        return FALSE;
      *accuracy = cjl_card_rig_test (rig);
      cjl_card_run_set_point (run, "dale", i, *accuracy);
      cjl_card_run_set (run, "updates", watch->updates);
      cjl_card_run_set (run, "signs", watch->signs / 1e6);
      cjl_card_run_set (run, "violations", watch->violations);
    }
  return TRUE;
}

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  const CjGraph *graph = cjl_card_run_get_project (run)->graph;
  g_autoptr (CjlCardRig) rig = NULL;
  g_autoptr (CjFeed) feed = NULL;
  g_autoptr (CjLowered) lowered = NULL;
  g_autoptr (GArray) laws = NULL;
  Watch watch = { NULL };
  double twin, dale;
  CjDataSpec spec;

  (void) seed; /* it is in the setup */
  if (!run_twin (run, &twin, error))
    return cjl_card_run_is_cancelled (run);
  cjl_card_run_set (run, "twin", twin);
  rig = cjl_card_rig_new (run, "", error);
  if (rig == NULL)
    return FALSE;
  feed = cjd_dataset_new_training_feed (cjl_card_run_get_dataset (run));
  spec = cj_feed_get_spec (feed, 1);
  lowered = cj_lower (graph, &spec);
  watch.laws = laws = list_laws (lowered, cjl_card_rig_get_program (rig));
  if (!run_dale (run, rig, &watch, &dale, error))
    return cjl_card_run_is_cancelled (run);
  cjl_card_run_set (run, "dale", dale);
  cjl_card_run_set (run, "gap", twin - dale);
  cjl_card_rig_store (rig);
  return TRUE;
}

const CjlResultCard cjl_card_dale_fashion = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "dale-fashion",
    .title = "Excite or inhibit",
    .category = CJL_CARD_CATEGORY,
    .blurb = "Neurons that only excite or only inhibit learn clothes as well as neurons that may "
             "do both, and no update ever turns a sign",
    .teaches = "Look at the synapses of a layer: what a sender sends has one colour",
    .expected = "within 1 point",
    .network = "input, flatten, dale-dense 100 inhibition=interneurons activation=relu, "
               "dale-dense 100 inhibition=interneurons activation=relu, "
               "dale-dense 10 inhibition=interneurons, cross-entropy",
    .data = "normalise=as-is validation-share=0",
    .setup = "epochs=25 batch=15 learning-rate=0.00025 schedule=cosine",
  },
  .data_set = "fashion-mnist",
  .paper = "After Cornford et al., 2021: Learning to live with Dale’s principle, and Song, Yang and "
           "Wang, 2016: Training excitatory-inhibitory recurrent neural networks",
  .passes = "At most 1 point below the same network with any sign, and no sign violated in 100,000 "
            "updates",
  .values = values,
  .lines = lines,
  .x_title = "thousand updates",
  .y_title = "accuracy",
  .y_share = TRUE,
  .x = updates,
  .n_points = N_POINTS,
  .n_seeds = 3,
  .seconds = 600,
  .run = run,
};
