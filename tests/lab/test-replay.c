/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A run is its seed, the revisions of its graph and its commands, also through project files: taken
 * down and put up again after any step, operated on, and gone back in, it keeps every bit. */
#include "cj-error.h"
#include "cjl-session.h"
#include "cjl-template.h"
#include "../engine/network.h"

#include <string.h>

typedef struct
{
  const char *name, *source, *data, *network, *setup;
} Case;

#define SMALL "samples=200"

static const Case mlp = { "mlp", "moons", SMALL,
                          "input, dense 9, batch-norm, relu, dropout 0.2, dense 2, cross-entropy",
                          "batch=20 average=0.9 epochs=4" };

static const Case cases[] = {
  { "cnn", "gratings", SMALL,
    "input, conv-2d 4 kernel=5 stride=3, batch-norm, relu, max-pool-2d, spatial-dropout 0.2, "
    "flatten, dropout 0.3, dense 8, cross-entropy",
    "batch=40 average=0.9 epochs=4 schedule=cosine" },
  { "transformer", "text", "samples=60 length=12",
    "input, embedding 8, learned-position, transformer-block heads=2 hidden=16 dropout=0.1 "
    "causal=true, layer-norm, dense 8, cross-entropy",
    "batch=12 epochs=4 clip-norm=1 optimizer=adamw schedule=plateau" },
  { "lstm", "sequences", "samples=60 length=8",
    "input, embedding 4, lstm 6 layers=2 dropout=0.2 bidirectional=true, dense 2, cross-entropy",
    "batch=12 epochs=4 optimizer=rmsprop optimizer.momentum=0.5" },
};

/* The last layer is given as many units as the data has classes. */
static void
fit (CjlProject *project, const CjdDataset *dataset)
{
  const CjDataSpec spec = cjl_data_spec (dataset, project->setup->batch);
  g_autoptr (CjLowered) lowered = cj_lower (project->graph, &spec);
  const CjProblem *problem = cj_lowered_get_error (lowered);
  g_auto (GStrv) pair = NULL;
  g_autofree char *name = NULL;

  if (problem == NULL)
    return;
  g_assert_nonnull (problem->set);
  pair = g_strsplit (problem->set, "=", 2);
  name = g_strconcat (problem->node, ".", pair[0], NULL);
  g_assert_true (cjl_project_set (project, name, pair[1], NULL));
}

static CjlProject *
make (const Case *c, CjdDataset **dataset)
{
  const CjlTemplate template = { .id = "test",
                                 .title = "Test",
                                 .source = c->source,
                                 .data = c->data,
                                 .network = c->network,
                                 .setup = c->setup };
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_template_make (&template, &error);

  g_assert_no_error (error);
  *dataset = cjl_data_load (&project->data, &error);
  g_assert_no_error (error);
  fit (project, *dataset);
  return project;
}

static CjlSession *
open_session (CjlProject *project, CjdDataset *dataset, guint threads)
{
  g_autoptr (GError) error = NULL;
  CjlSession *session = cjl_session_new (project, dataset, threads, &error);

  g_assert_no_error (error);
  return session;
}

static void
run (CjlSession *session, guint64 n_steps)
{
  CjRunner *runner = cjl_session_get_runner (session);

  cj_runner_train (runner, n_steps);
  cj_runner_wait (runner);
}

static CjCheckpoint *
save (CjlSession *session)
{
  return cj_runner_save (cjl_session_get_runner (session));
}

/* What is left of a project when it was written to a file and read again. */
static CjlProject *
through_file (CjlProject *project)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = cjl_project_print (project, &error);
  CjlProject *again = cjl_project_parse (bytes, &error);

  g_assert_no_error (error);
  return again;
}

#define N_STEPS 10

static void
test_every_step (gconstpointer data)
{
  g_autoptr (CjdDataset) dataset = NULL, same = NULL;
  g_autoptr (CjlProject) whole = make (data, &dataset);
  CjlProject *project = make (data, &same);
  g_autoptr (CjlSession) straight = open_session (whole, dataset, 1);
  g_autoptr (CjCheckpoint) a = NULL, b = NULL;

  run (straight, N_STEPS);
  a = save (straight);
  for (guint step = 1; step <= N_STEPS; step++)
    {
      CjlSession *session = open_session (project, dataset, 1 + step % 4);
      CjlProject *next;

      run (session, 1);
      cjl_session_store (session, FALSE);
      g_clear_pointer (&b, cj_checkpoint_unref);
      b = save (session);
      g_assert_cmpuint (b->at.step, ==, step);
      cjl_session_free (session);
      next = through_file (project);
      cjl_project_unref (project);
      project = next;
    }
  network_assert_same (a, b);
  cjl_project_unref (project);
}

static void
change (CjlProject *project, CjlSession *session, const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;

  cjl_project_set (project, name, value, &error);
  g_assert_no_error (error);
  g_assert_true (cjl_session_refresh (session, &error));
  g_assert_no_error (error);
  cj_runner_wait (cjl_session_get_runner (session));
}

/* Puts a new layer behind a node. */
static void
deepen (CjlProject *project, CjlSession *session, const char *behind, const char *chain)
{
  CjNode *node = cj_graph_find (project->graph, behind), *fresh, *next = NULL;

  for (guint i = 0; i < project->graph->nodes->len; i++)
    if (((CjNode *) project->graph->nodes->pdata[i])->from[0].node == node)
      next = project->graph->nodes->pdata[i];
  cjl_project_begin (project);
  fresh = cj_graph_add_chain (project->graph, node, chain, NULL);
  g_assert_nonnull (fresh);
  g_assert_true (cj_graph_connect (project->graph, fresh, 0, next, 0, NULL));
  cjl_project_commit (project, "Insert", NULL);
  g_assert_true (cjl_session_refresh (session, NULL));
  cj_runner_wait (cjl_session_get_runner (session));
}

/* Everything that can be done to a network while it learns. */
static void
live (CjlProject *project, CjlSession *session)
{
  run (session, 4);
  change (project, session, "learning-rate", "0.004");
  run (session, 3);
  change (project, session, "dense1.units", "12"); /* wider */
  run (session, 3);
  deepen (project, session, "relu1", "dense 12, relu"); /* an identity */
  run (session, 3);
  g_assert_true (cjl_session_delete_unit (session, "dense1", 5, NULL));
  cj_runner_wait (cjl_session_get_runner (session));
  run (session, 3);
  change (project, session, "dense1.frozen", "true");
  run (session, 2);
  change (project, session, "dense2.rate-factor", "0.3");
  change (project, session, "optimizer.beta1", "0.8");
  run (session, 2);
  change (project, session, "dropout1.muted", "true");
  cjl_project_begin (project); /* wire past it */
  g_assert_true (cj_graph_connect (project->graph, cj_graph_find (project->graph, "batch1"), 0,
                                   cj_graph_find (project->graph, "dense3"), 0, NULL));
  cjl_project_commit (project, "Rewire", NULL);
  g_assert_true (cjl_session_refresh (session, NULL));
  cj_runner_wait (cjl_session_get_runner (session));
  run (session, 3);
  change (project, session, "optimizer", "sgd");
  change (project, session, "batch", "16");
  run (session, 4);
}

#define LAST 27

static void
test_surgery (void)
{
  g_autoptr (CjdDataset) dataset = NULL, same = NULL;
  g_autoptr (CjlProject) project = make (&mlp, &dataset), again = NULL, straight = NULL;
  g_autoptr (CjlSession) session = open_session (project, dataset, 2), later = NULL, twin = NULL;
  g_autoptr (CjCheckpoint) end = NULL, also = NULL;
  CjRunner *runner, *other;

  live (project, session);
  end = save (session);
  g_assert_cmpuint (end->at.step, ==, LAST);
  straight = make (&mlp, &same);
  twin = open_session (straight, same, 4);
  live (straight, twin);
  also = save (twin);
  network_assert_same (end, also);
  cjl_session_store (session, FALSE);
  again = through_file (project);
  later = open_session (again, dataset, 3);
  runner = cjl_session_get_runner (session);
  other = cjl_session_get_runner (later);
  g_assert_cmpuint (cj_runner_get_state (other).revision, ==,
                    cj_runner_get_state (runner).revision);
  for (guint64 k = 0; k <= LAST; k += 3)
    {
      g_autoptr (CjCheckpoint) there = NULL, here = NULL, after = NULL;

      cj_runner_seek (runner, k);
      cj_runner_wait (runner);
      here = cj_runner_save (runner);
      cj_runner_seek (other, k);
      cj_runner_wait (other);
      there = cj_runner_save (other);
      network_assert_same (here, there);
      cj_runner_train (other, LAST - k);
      cj_runner_wait (other);
      after = cj_runner_save (other);
      network_assert_same (end, after);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/lab/replay/every-step/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_every_step);
    }
  g_test_add_func ("/lab/replay/surgery", test_surgery);
  return g_test_run ();
}
