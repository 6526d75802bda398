/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What it costs to watch: the same network trained by turns with nobody looking and in the window with
 * every card live, so that other work on the machine meets both alike. And the longest turn of the main
 * loop while a person works. */
#include "turns.h"

#include "cju-settings.h"

#include <math.h>

#define ROUNDS 5
#define ROUND_SECONDS 2.0

typedef struct
{
  Turns turns;
  CjlProbeFrame *painted; /* borrowed: only compared */
  guint n_painted;        /* frames of the probe that came to the screen */
} Bench;

static void
on_painted (GdkFrameClock *clock, gpointer data)
{
  Bench *self = data;
  CjlProbeFrame *frame = cju_document_get_frame (self->turns.document);

  (void) clock;
  self->n_painted += frame != self->painted;
  self->painted = frame;
}

static gboolean
is_still (gpointer data)
{
  return cju_document_get_state (((Bench *) data)->turns.document).status != CJ_RUN_TRAINING;
}

/* Steps a second of a run during one round. */
static double
train (CjRunner *runner, double *wall)
{
  const guint64 from = cj_runner_get_state (runner).step;
  const gint64 begin = g_get_monotonic_time ();

  bench_wait (ROUND_SECONDS);
  *wall = (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  return (double) (cj_runner_get_state (runner).step - from) / *wall;
}

/* Cores used by everything but training: the rest of this process, and the display server. */
static double
read_costs (void)
{
  const double server = bench_other_seconds (bench_server_pid ());

  return bench_process_seconds () - bench_named_seconds ("cj-train")
         + (isnan (server) ? 0 : server);
}

static void
measure_throughput (Bench *self, BenchReport *to)
{
  CjlProject *project = cju_document_get_project (self->turns.document);
  g_autoptr (CjlProject) copy = cjl_project_new ();
  g_autoptr (GVariant) graph = g_variant_ref_sink (cj_graph_save (project->graph));
  g_autoptr (GVariant) setup = g_variant_ref_sink (cj_train_setup_save (project->setup));
  g_autoptr (GArray) ratios = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) cores = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) updates = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) margins = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (CjlSession) alone = NULL;

  cj_graph_load (copy->graph, graph, NULL);
  cj_train_setup_load (copy->setup, setup, NULL);
  alone = cjl_session_new (copy, cju_document_get_dataset (self->turns.document),
                           cju_settings_get_threads (), NULL);
  cj_runner_watch (cjl_session_get_runner (alone), FALSE);
  for (guint round = 0; round < ROUNDS; round++)
    {
      double wall, bare, live, c, n, ratio, margin;

      cjl_session_train (alone, G_MAXUINT64);
      bare = train (cjl_session_get_runner (alone), &wall);
      cj_runner_pause (cjl_session_get_runner (alone));
      cj_runner_wait (cjl_session_get_runner (alone));
      cju_document_train (self->turns.document, G_MAXUINT64);
      c = read_costs ();
      self->n_painted = 0;
      live
          = train (cjl_session_get_runner (cju_document_get_session (self->turns.document)), &wall);
      c = (read_costs () - c) / wall;
      n = self->n_painted / wall;
      cju_document_pause (self->turns.document);
      bench_wait_for (5, is_still, self);
      ratio = live / bare;
      margin = ratio / (0.95 * (1 - c / 2));
      g_array_append_val (ratios, ratio);
      g_array_append_val (cores, c);
      g_array_append_val (updates, n);
      g_array_append_val (margins, margin);
    }
  bench_report_add_samples (to, "throughput live ÷ headless", ratios, "", BENCH_TOLD, 0);
  bench_report_add_samples (to, "that ÷ 0.95 (1 − c/2)", margins, "", BENCH_AT_LEAST, 1);
  bench_report_add_samples (to, "c: window and display server", cores, "cores", BENCH_AT_MOST,
                            0.35);
  bench_report_add_samples (to, "updates of every visible card", updates, "a second",
                            BENCH_AT_LEAST, 10);
}

static int
run (GtkApplication *application, gboolean json)
{
  g_autoptr (BenchReport) to = bench_report_new ("live: LeNet-5 on glyphs, every card live");
  Bench self = { .turns = { .application = application, .to = to } };
  GdkFrameClock *clock;
  gboolean good;

  turns_open (&self.turns);
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (self.turns.window));
  g_signal_connect (clock, "after-paint", G_CALLBACK (on_painted), &self);
  measure_throughput (&self, to);
  g_signal_handlers_disconnect_by_data (clock, &self);
  turns_measure (&self.turns);
  good = bench_report_print (to, json);
  return good ? 0 : 1;
}

int
main (int argc, char **argv)
{
  return bench_run (run, argc, argv);
}
