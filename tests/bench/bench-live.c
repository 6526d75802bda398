/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What it costs to watch: the same network trained by turns with nobody looking and in the window with
 * every card live, so that other work on the machine meets both alike. And the longest turn of the main
 * loop while a person works, in processor time. */
#include "bench.h"
#include "../ui/widgets.h"

#include "cju-settings.h"
#include "cju-view.h"
#include "cju-window.h"

#include <math.h>

#define ROUNDS 5
#define ROUND_SECONDS 2.0
#define LOOK_SECONDS 1.0 /* at each view */

typedef struct
{
  CjuWindow *window;
  CjuDocument *document;
  CjlProbeFrame *painted; /* borrowed: only compared */
  guint n_painted;        /* frames of the probe that came to the screen */
  GtkWidget *dock;
} Bench;

static void
on_painted (GdkFrameClock *clock, gpointer data)
{
  Bench *self = data;
  CjlProbeFrame *frame = self->document != NULL ? cju_document_get_frame (self->document) : NULL;

  (void) clock;
  self->n_painted += frame != self->painted;
  self->painted = frame;
}

static gboolean
has_frame (gpointer data)
{
  return cju_document_get_frame (((Bench *) data)->document) != NULL;
}

static gboolean
is_still (gpointer data)
{
  return cju_document_get_state (((Bench *) data)->document).status != CJ_RUN_TRAINING;
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
open_template (Bench *self, BenchReport *to, GtkApplication *application, const char *id)
{
  double begin = bench_thread_seconds ();
  GdkFrameClock *clock;

  self->window = CJU_WINDOW (cju_window_new (application));
  gtk_window_present (GTK_WINDOW (self->window));
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (self->window));
  g_signal_connect (clock, "after-paint", G_CALLBACK (on_painted), self);
  bench_note_turn (1e3 * (bench_thread_seconds () - begin));
  bench_wait (1);
  bench_report_add (to, "longest turn: window opened", bench_take_longest_turn (), NAN, "ms",
                    BENCH_TOLD, 0);
  begin = bench_thread_seconds ();
  cju_window_open_template (self->window, id);
  bench_note_turn (1e3 * (bench_thread_seconds () - begin));
  self->document = cju_window_get_document (self->window);
  cjl_project_set (cju_document_get_project (self->document), "epochs", "1000", NULL);
  gtk_window_fullscreen (GTK_WINDOW (self->window));
  bench_wait_for (30, has_frame, self);
  bench_wait (1);
  self->dock = widgets_find (GTK_WIDGET (self->window), "CjuDock");
}

static void
measure_throughput (Bench *self, BenchReport *to)
{
  CjlProject *project = cju_document_get_project (self->document);
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
  alone = cjl_session_new (copy, cju_document_get_dataset (self->document),
                           cju_settings_get_threads (), NULL);
  cj_runner_watch (cjl_session_get_runner (alone), FALSE);
  for (guint round = 0; round < ROUNDS; round++)
    {
      double wall, bare, live, c, n, ratio, margin;

      cjl_session_train (alone, G_MAXUINT64);
      bare = train (cjl_session_get_runner (alone), &wall);
      cj_runner_pause (cjl_session_get_runner (alone));
      cj_runner_wait (cjl_session_get_runner (alone));
      cju_document_train (self->document, G_MAXUINT64);
      c = read_costs ();
      self->n_painted = 0;
      live = train (cjl_session_get_runner (cju_document_get_session (self->document)), &wall);
      c = (read_costs () - c) / wall;
      n = self->n_painted / wall;
      cju_document_pause (self->document);
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

static void
report_turn (BenchReport *to, const char *while_)
{
  g_autofree char *name = g_strdup_printf ("longest turn: %s", while_);

  bench_report_add (to, name, bench_take_longest_turn (), NAN, "ms", BENCH_AT_MOST, 50);
}

/* Every view of the dock for a while, as training goes on. */
static void
look_around (Bench *self, BenchReport *to)
{
  for (guint i = 0; cju_views ()[i] != NULL; i++)
    {
      const char *id = cju_views ()[i]->id;
      g_autofree char *name = g_strdup_printf ("view %s", id);
      const double begin = bench_thread_seconds ();

      gtk_widget_activate_action (self->dock, "dock.show", "s", id);
      bench_note_turn (1e3 * (bench_thread_seconds () - begin));
      bench_wait (LOOK_SECONDS);
      report_turn (to, name);
    }
  gtk_widget_activate_action (self->dock, "dock.show", "s", "curves");
}

static void
edit (Bench *self, BenchReport *to, const char *name, const char *value, const char *words)
{
  const double begin = bench_thread_seconds ();

  cjl_project_set (cju_document_get_project (self->document), name, value, NULL);
  bench_note_turn (1e3 * (bench_thread_seconds () - begin));
  bench_wait (1);
  report_turn (to, words);
}

static void
measure_turns (Bench *self, BenchReport *to)
{
  CjlProject *project = cju_document_get_project (self->document);
  g_autofree char *path = g_build_filename (g_get_home_dir (), "bench.cajal", NULL);
  double begin;

  cju_document_train (self->document, G_MAXUINT64);
  bench_wait (1);
  bench_take_longest_turn ();
  bench_wait (4);
  report_turn (to, "training");
  look_around (self, to);
  edit (self, to, "learning-rate", "0.0015", "live value edited");
  edit (self, to, "conv1.filters", "8", "layer edited");
  g_free (project->path);
  project->path = g_strdup (path);
  begin = bench_thread_seconds ();
  gtk_widget_activate_action (GTK_WIDGET (self->window), "win.save", NULL);
  bench_note_turn (1e3 * (bench_thread_seconds () - begin));
  bench_wait (2);
  report_turn (to, "saving");
}

static int
run (GtkApplication *application, gboolean json)
{
  Bench self = { 0 };
  g_autoptr (BenchReport) to = bench_report_new ("live: LeNet-5 on glyphs, every card live");
  gboolean good;

  open_template (&self, to, application, "lenet-5");
  report_turn (to, "template opened, data loaded");
  measure_throughput (&self, to);
  measure_turns (&self, to);
  good = bench_report_print (to, json);
  gtk_window_destroy (GTK_WINDOW (self.window));
  return good ? 0 : 1;
}

int
main (int argc, char **argv)
{
  return bench_run (run, argc, argv);
}
