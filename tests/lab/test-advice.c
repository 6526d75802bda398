/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ways to train that do not go with how a network learns are told, each with a value that mends it. */
#include "cjl-template.h"

#include <string.h>

/* How many notes of the project have a value of the training that would help; that of the first is in *set. */
static guint
count_advice (CjlProject *project, const CjdDataset *dataset, char **set)
{
  g_autoptr (CjLowered) lowered = cjl_project_lower (project, dataset, project->setup->batch);
  guint n = 0;

  g_clear_pointer (set, g_free);
  g_assert_true (cj_lowered_can_train (lowered, NULL));
  for (guint i = 0; i < lowered->problems->len; i++)
    {
      const CjProblem *problem = lowered->problems->pdata[i];

      if (problem->node != NULL || problem->set == NULL)
        continue;
      g_assert_cmpint (problem->kind, ==, CJ_PROBLEM_NOTE);
      g_test_message ("%s", problem->sentence);
      if (n++ == 0)
        *set = g_strdup (problem->set);
    }
  return n;
}

/* Sets one value after the other, and counts notes; mending what they tell leaves none. */
static void
check (CjlProject *project, const char *settings, guint expected)
{
  g_auto (GStrv) words = g_strsplit (settings, " ", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, &error);
  g_autofree char *set = NULL;

  g_assert_no_error (error);
  for (guint i = 0; words[i] != NULL && *words[i] != '\0'; i++)
    {
      g_auto (GStrv) pair = g_strsplit (words[i], "=", 2);

      cjl_project_set (project, pair[0], pair[1], &error);
      g_assert_no_error (error);
    }
  g_assert_cmpuint (count_advice (project, dataset, &set), ==, expected);
  /* plain sgd begins with momentum, which is told then */
  for (guint i = 0; i < expected + 1 && set != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (set, "=", 2);

      cjl_project_set (project, pair[0], pair[1], &error);
      g_assert_no_error (error);
      count_advice (project, dataset, &set);
    }
  g_assert_null (set);
}

static void
test_stdp (void)
{
  const CjlTemplate template
      = { .id = "test",
          .title = "Test",
          .source = "glyphs",
          .data = "samples=200",
          .network = "input, flatten, poisson-encoder 20, dense 36 bias=false, competing-lif, "
                     "spike-readout rate, cross-entropy",
          .setup = "optimizer=sgd optimizer.momentum=0 learning-rate=1 rule=stdp" };
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = cjl_template_make (&template, &error);

  g_assert_no_error (error);
  check (project, "", 0);
  check (project, "learning-rate=0.1", 1);
  check (project, "optimizer.momentum=0.9", 1);
  check (project, "optimizer=adam learning-rate=0.001", 2);
  check (project, "rule=backprop optimizer=adam learning-rate=0.001", 0);
}

static void
test_settling (void)
{
  static const struct
  {
    const char *function, *settings;
    guint expected;
  } cases[] = {
    { "relu", "rule=equilibrium-propagation rule.feedback=0.95", 1 },
    { "relu", "rule=contrastive-hebbian rule.feedback=1", 1 },
    { "none", "rule=equilibrium-propagation rule.feedback=0.95", 1 },
    { "relu", "rule=equilibrium-propagation rule.feedback=0.2", 0 },
    { "tanh", "rule=equilibrium-propagation rule.feedback=1", 0 },
    { "relu", "rule=backprop", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *network = g_strdup_printf (
          "input, flatten, dense 12 %s, dense 36, cross-entropy", cases[i].function);
      const CjlTemplate template = { .id = "test",
                                     .title = "Test",
                                     .source = "glyphs",
                                     .data = "samples=200",
                                     .network = network,
                                     .setup = "learning-rate=0.05" };
      g_autoptr (GError) error = NULL;
      g_autoptr (CjlProject) project = cjl_template_make (&template, &error);

      g_assert_no_error (error);
      check (project, cases[i].settings, cases[i].expected);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/advice/stdp", test_stdp);
  g_test_add_func ("/lab/advice/settling", test_settling);
  return g_test_run ();
}
