/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long a person waits who drags back through a run of LeNet-300-100 with views open, and who takes
 * back a burst of training of a million weights. What is waited for is work of several threads one after
 * the other, so this is time on the clock: on a busy machine it says little. */
#include "bench.h"
#include "../ui/widgets.h"

#include "cjl-recovery.h"
#include "cju-window.h"

#include <math.h>

#define TRAINED 1500 /* steps */
#define SEEKS 24
#define BURSTS 5

typedef struct
{
  CjuWindow *window;
  CjuDocument *document;
  guint64 step;    /* that is waited for */
  guint64 counted; /* what the evaluation has to be of */
} Bench;

static gboolean
has_frame (gpointer data)
{
  return cju_document_get_frame (((Bench *) data)->document) != NULL;
}

static gboolean
is_still (gpointer data)
{
  const CjRunStatus status = cju_document_get_state (((Bench *) data)->document).status;

  return status != CJ_RUN_TRAINING && status != CJ_RUN_SEEKING;
}

/* Cards show weights of that step. */
static gboolean
is_seen (gpointer data)
{
  const Bench *self = data;
  const CjlProbeFrame *frame = cju_document_get_frame (self->document);

  return frame != NULL && frame->step == self->step;
}

static gboolean
is_counted (gpointer data)
{
  const Bench *self = data;
  const CjlEvaluation *evaluation = cju_document_get_evaluation (self->document);

  return is_seen (data) && evaluation != NULL && evaluation->step == self->step;
}

static double
wait_ms (gboolean (*done) (gpointer), Bench *self)
{
  const gint64 begin = g_get_monotonic_time ();

  return bench_wait_for (20, done, self) ? 1e-3 * (double) (g_get_monotonic_time () - begin) : NAN;
}

static void
open_network (Bench *self, GtkApplication *application, const char *chain, const char *batch)
{
  g_autoptr (CjlProject) project = cjl_project_new ();
  g_autoptr (GError) error = NULL;

  cjl_project_begin (project);
  if (cj_graph_add_chain (project->graph, NULL, chain, &error) == NULL)
    g_error ("%s", error->message);
  cjl_project_commit (project, "Network", NULL);
  cjl_project_set (project, "batch", batch, NULL);
  cjl_project_set (project, "epochs", "1000", NULL);
  self->window = CJU_WINDOW (cju_window_new (application));
  gtk_window_present (GTK_WINDOW (self->window));
  cju_window_open (self->window, project);
  self->document = cju_window_get_document (self->window);
  gtk_window_fullscreen (GTK_WINDOW (self->window));
  if (!bench_wait_for (60, has_frame, self))
    g_error ("%s", cju_document_get_trouble (self->document));
}

static void
close_network (Bench *self)
{
  cjl_project_forget_unsaved (cju_document_get_project (self->document));
  gtk_window_destroy (GTK_WINDOW (self->window));
  bench_wait (0.5);
}

static void
train (Bench *self, guint64 n)
{
  cju_document_train (self->document, n);
  bench_wait (0.1);
  bench_wait_for (60, is_still, self);
  bench_wait (0.3);
}

static void
scrub (Bench *self, BenchReport *to)
{
  CjRunner *runner = cjl_session_get_runner (cju_document_get_session (self->document));
  g_autoptr (GArray) kept = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) exact = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  train (self, TRAINED);
  gtk_widget_activate_action (widgets_find (GTK_WIDGET (self->window), "CjuDock"), "dock.show", "s",
                              "confusion");
  bench_wait (1);
  for (guint i = 0; i < SEEKS; i++)
    {
      const guint64 step = (guint64) g_rand_int_range (rand, 1, TRAINED);
      g_autoptr (CjCheckpoint) nearest = cj_runner_dup_kept (runner, step);
      double first, ms;

      self->step = nearest != NULL ? nearest->at.step : step;
      cju_document_seek (self->document, self->step);
      first = wait_ms (is_counted, self);
      self->step = step;
      cju_document_seek (self->document, step);
      ms = wait_ms (is_counted, self);
      g_array_append_val (kept, first);
      g_array_append_val (exact, ms);
    }
  bench_report_add_samples (to, "dragged to a kept step, until all views are there", kept, "ms",
                            BENCH_AT_MOST, 100);
  bench_report_add_samples (to, "let go: until the exact step is computed", exact, "ms", BENCH_TOLD,
                            0);
}

static void
undo (Bench *self, BenchReport *to)
{
  g_autoptr (GArray) waits = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) turns = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < BURSTS; i++)
    {
      double begin, ms, turn;
      gint64 start;

      self->step = cju_document_get_state (self->document).step;
      train (self, 20);
      begin = bench_thread_seconds ();
      start = g_get_monotonic_time ();
      cjl_project_undo (cju_document_get_project (self->document));
      turn = 1e3 * (bench_thread_seconds () - begin);
      wait_ms (is_seen, self);
      ms = 1e-3 * (double) (g_get_monotonic_time () - start);
      g_array_append_val (waits, ms);
      g_array_append_val (turns, turn);
    }
  bench_report_add_samples (to, "training of a million weights undone and shown", waits, "ms",
                            BENCH_AT_MOST, 200);
  bench_report_add_samples (to, "of that processor time of the main thread", turns, "ms",
                            BENCH_AT_MOST, 50);
}

static int
run (GtkApplication *application, gboolean json)
{
  Bench self = { 0 };
  g_autoptr (BenchReport) to = bench_report_new ("scrub: time on the clock");
  gboolean good;

  open_network (&self, application,
                "input, flatten, dense 300 relu, dense 100 relu, dense 36, cross-entropy", "64");
  scrub (&self, to);
  close_network (&self);
  open_network (&self, application,
                "input, flatten, dense 1000 relu, dense 200 relu, dense 36, cross-entropy", "16");
  undo (&self, to);
  close_network (&self);
  good = bench_report_print (to, json);
  return good ? 0 : 1;
}

int
main (int argc, char **argv)
{
  return bench_run (run, argc, argv);
}
