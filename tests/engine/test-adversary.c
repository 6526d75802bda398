/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Training against an attack: the network withstands it better than one that was trained without, the bits
 * do not depend on threads, and a run goes on from a checkpoint as if it had not stopped. */
#include "cj-rig.h"
#include "network.h"

#include <string.h>

#define STEPS 60

static CjRig *
rig_new (const char *attack, guint threads)
{
  CjFeed *feed = network_get_prototypes ();
  g_autofree char *chain
      = g_strdup_printf ("flatten, dense 24 relu, dense %u, cross-entropy", feed->n_classes);
  g_autoptr (CjGraph) graph = network_new_graph (chain);
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_autoptr (GError) error = NULL;
  CjRig *rig;

  cj_train_setup_set (setup, "batch", "20", NULL);
  cj_train_setup_set (setup, "epochs", "1000", NULL);
  cj_train_setup_set (setup, "learning-rate", "0.01", NULL);
  g_assert_true (cj_train_setup_set (setup, "attack", attack, NULL));
  g_assert_true (cj_train_setup_set (setup, "attack-strength", "0.3", NULL));
  g_assert_true (cj_train_setup_set (setup, "attack-steps", "4", NULL));
  rig = cj_rig_new (graph, setup, feed, threads, &error);
  g_assert_no_error (error);
  g_assert_cmpint (rig->adversary != NULL, ==, !g_str_equal (attack, "none"));
  return rig;
}

static void
train (CjRig *rig, guint n)
{
  CjStepReport report;

  for (guint i = 0; i < n; i++)
    g_assert_true (cj_trainer_step (rig->trainer, &report, NULL));
}

/* Loss of a batch of the feed under the attack. */
static double
measure (CjRig *rig)
{
  CjFeed *feed = rig->feed;
  g_autoptr (CjTrainSetup) setup = cj_train_setup_dup (cj_trainer_get_setup (rig->trainer));
  g_autoptr (CjAdversary) adversary = NULL;
  guint32 indices[20];

  cj_train_setup_set (setup, "attack", "pgd", NULL);
  adversary = cj_adversary_new (rig->graph, setup, feed, 1, NULL);
  for (guint i = 0; i < 20; i++)
    indices[i] = i;
  feed->fill (feed, indices, 20, 0, 0, cj_program_get_x (rig->program),
              cj_program_get_y (rig->program));
  cj_adversary_attack (adversary, rig->program, setup, 1);
  return (double) cj_program_forward (rig->program, FALSE, 20, 0, 0);
}

static void
test_withstands (void)
{
  g_autoptr (CjRig) plain = rig_new ("none", 1), hard = rig_new ("pgd", 1),
                    once = rig_new ("fgsm", 1);

  train (plain, STEPS);
  train (hard, STEPS);
  train (once, STEPS);
  g_test_message ("loss under attack: %g plain, %g against pgd, %g against fgsm", measure (plain),
                  measure (hard), measure (once));
  g_assert_cmpfloat (measure (hard), <, measure (plain));
  g_assert_cmpfloat (measure (once), <, measure (plain));
}

static void
test_same (void)
{
  g_autoptr (CjRig) one = rig_new ("pgd", 1), three = rig_new ("pgd", 3), late = rig_new ("pgd", 1);
  g_autoptr (CjCheckpoint) a = NULL, b = NULL, half = NULL, c = NULL;

  train (one, 10);
  half = cj_trainer_save (one->trainer);
  train (one, 10);
  train (three, 20);
  a = cj_trainer_save (one->trainer);
  b = cj_trainer_save (three->trainer);
  network_assert_same (a, b);
  g_assert_true (cj_trainer_load (late->trainer, half, NULL));
  train (late, 10);
  c = cj_trainer_save (late->trainer);
  network_assert_same (a, c);
}

static void
test_refuses (void)
{
  CjFeed feed = *network_get_prototypes ();
  g_autoptr (CjGraph) graph = network_new_graph ("flatten, dense 3, mse");
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_autoptr (GError) error = NULL;

  feed.y_dtype = CJ_FLOAT32;
  feed.y_shape = cj_shape1 (3);
  feed.n_classes = 0;
  cj_train_setup_set (setup, "attack", "fgsm", NULL);
  g_assert_null (cj_rig_new (graph, setup, &feed, 1, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "one class"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/adversary/withstands", test_withstands);
  g_test_add_func ("/engine/adversary/same", test_same);
  g_test_add_func ("/engine/adversary/refuses", test_refuses);
  return g_test_run ();
}
