/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A day of use in a minute or two: windows are opened, networks edited, trained, undone, looked at, saved,
 * closed and opened again. After the first rounds, in which caches fill, anonymous memory stays where it
 * is; a critical on the log ends the program. */
#include "bench.h"
#include "widgets.h"

#include "cjl-recovery.h"
#include "cjl-template.h"
#include "cju-canvas.h"
#include "cju-view.h"
#include "cju-window.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 50
#define EDITS 20   /* a round */
#define WARM_UP 12 /* rounds before memory is compared */

/* MiB that all rounds after them may add: arenas of threads, caches of fonts; with the sanitizer their
 * shadows, and what was freed and is kept for a while. What is lost it tells itself, at the end. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#define MARGIN 60.0
#else
#define MARGIN 12.0
#endif

typedef struct
{
  GtkApplication *application;
  CjuWindow *window;
  CjuDocument *document;
  GtkWidget *canvas, *dock;
  GRand *rand;
  char *path;
} Day;

#ifdef __SANITIZE_ADDRESS__
/* MiB that was freed and is kept to catch who uses it: little, so that growth is seen; whole stacks, so that
 * what the toolkit loses is known by its name. */
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "quarantine_size_mb=16:fast_unwind_on_malloc=0";
}
#endif

static double
read_memory (void)
{
  g_autofree char *text = NULL;
  const char *line;

  malloc_trim (0);
  if (!g_file_get_contents ("/proc/self/smaps_rollup", &text, NULL, NULL)
      || (line = strstr (text, "Anonymous:")) == NULL)
    return 0;
  return atof (line + strlen ("Anonymous:")) / 1024;
}

static gboolean
is_loaded (gpointer data)
{
  return cju_document_get_dataset (((Day *) data)->document) != NULL;
}

static gboolean
is_open (gpointer data)
{
  return cju_window_get_document (((Day *) data)->window) != NULL;
}

static gboolean
is_still (gpointer data)
{
  return cju_document_get_state (((Day *) data)->document).status != CJ_RUN_TRAINING;
}

static gboolean
is_gone (gpointer data)
{
  return ((Day *) data)->window == NULL && ((Day *) data)->document == NULL;
}

/* A template with little data, or what was saved in the round before. */
static void
open_window (Day *self, guint round)
{
  static const char *const templates[] = { "lenet-5", "playground", "mlp" };
  const char *id = templates[round % G_N_ELEMENTS (templates)];

  self->window = CJU_WINDOW (cju_window_new (self->application));
  gtk_window_present (GTK_WINDOW (self->window));
  if (round % 4 == 3)
    g_assert_true (cju_window_open_path (self->window, self->path));
  else
    {
      g_autoptr (CjlProject) project = cjl_template_make (cjl_template_find (id), NULL);

      cjl_project_set (project, "data.samples", "600", NULL);
      cju_window_open (self->window, project);
    }
  g_assert_true (bench_wait_for (60, is_open, self)); /* a file is read by a thread */
  self->document = cju_window_get_document (self->window);
  self->canvas = widgets_find (GTK_WIDGET (self->window), "CjuCanvas");
  self->dock = widgets_find (GTK_WIDGET (self->window), "CjuDock");
  g_assert_true (bench_wait_for (60, is_loaded, self));
  bench_wait (0.1);
}

static void
select_some (Day *self)
{
  const CjGraph *graph = cju_document_get_project (self->document)->graph;
  const CjNode *node
      = graph->nodes->len > 0
            ? graph->nodes->pdata[g_rand_int_range (self->rand, 0, (gint32) graph->nodes->len)]
            : NULL;

  cju_document_select (self->document, node != NULL ? node->id : NULL);
}

static void
set_something (Day *self)
{
  static const char *const names[][2] = { { "learning-rate", "0.003" },
                                          { "learning-rate", "0.001" },
                                          { "batch", "16" },
                                          { "batch", "32" },
                                          { "title", "A day" },
                                          { "dense1.units", "24" },
                                          { "dense1.units", "40" },
                                          { "conv1.filters", "5" },
                                          { "seed", "7" } };
  const int i = g_rand_int_range (self->rand, 0, G_N_ELEMENTS (names));

  cjl_project_set (cju_document_get_project (self->document), names[i][0], names[i][1], NULL);
}

/* What GTK 4.8 allocates when the clipboard is read is never freed, and not looked for. */
static void
act (GtkWidget *canvas, const char *action)
{
#ifdef __SANITIZE_ADDRESS__
  __lsan_disable ();
#endif
  gtk_widget_activate_action (canvas, action, NULL);
#ifdef __SANITIZE_ADDRESS__
  __lsan_enable ();
#endif
}

static void
edit (Day *self)
{
  static const char *const canvas_actions[]
      = { "canvas.duplicate", "canvas.delete", "canvas.mute",     "canvas.freeze",
          "canvas.layout",    "canvas.fit",    "canvas.zoom-in",  "canvas.zoom-out",
          "canvas.copy",      "canvas.paste",  "canvas.zoom-100", "canvas.select-all" };
  const int what = g_rand_int_range (self->rand, 0, 20);
  guint n = 0;

  select_some (self);
  while (cju_views ()[n] != NULL)
    n++;
  if (what < 6)
    act (self->canvas,
         canvas_actions[g_rand_int_range (self->rand, 0, G_N_ELEMENTS (canvas_actions))]);
  else if (what < 9)
    set_something (self);
  else if (what < 11)
    cju_canvas_add (CJU_CANVAS (self->canvas), what == 9 ? "dense 12 relu" : "dropout");
  else if (what < 14)
    gtk_widget_activate_action (GTK_WIDGET (self->window), "win.undo", NULL);
  else if (what < 16)
    gtk_widget_activate_action (GTK_WIDGET (self->window), "win.redo", NULL);
  else if (what < 18)
    cju_document_choose_sample (self->document, (gsize) g_rand_int_range (self->rand, 0, 50));
  else
    gtk_widget_activate_action (self->dock, "dock.show", "s",
                                cju_views ()[g_rand_int_range (self->rand, 0, (gint32) n)]->id);
  bench_wait (0.02);
}

static void
close_window (Day *self, guint round)
{
  CjlProject *project = cju_document_get_project (self->document);

  if (round % 4 == 2)
    {
      g_free (project->path);
      project->path = g_strdup (self->path);
      cjl_project_forget_file (project);
      gtk_widget_activate_action (GTK_WIDGET (self->window), "win.save", NULL);
      bench_wait (0.5);
    }
  cjl_project_forget_unsaved (project);
  g_object_add_weak_pointer (G_OBJECT (self->document), (gpointer *) &self->document);
  g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
  gtk_window_destroy (GTK_WINDOW (self->window));
  if (!bench_wait_for (10, is_gone, self)) /* whatever was under way ends */
    g_error ("round %u: %s is still there", round,
             self->window != NULL ? "the window" : "the document");
}

static int
run (GtkApplication *application, gboolean json)
{
  Day self = { .application = application,
               .rand = g_rand_new_with_seed (20),
               .path = g_build_filename (g_get_home_dir (), "day.cajal", NULL) };
  double first = 0, last;

  (void) json;
  printf ("1..1\n");
  for (guint round = 0; round < ROUNDS; round++)
    {
      open_window (&self, round);
      for (guint i = 0; i < EDITS / 2; i++)
        edit (&self);
      cju_document_train (self.document, 40);
      bench_wait (0.3);
      cju_document_pause (self.document);
      bench_wait_for (10, is_still, &self);
      for (guint i = 0; i < EDITS / 2; i++)
        edit (&self);
      close_window (&self, round);
      if (round + 1 == WARM_UP)
        first = read_memory ();
      if (round % 10 == 9)
        printf ("# after %u rounds: %.1f MiB\n", round + 1, read_memory ());
      fflush (stdout);
    }
  last = read_memory ();
  g_rand_free (self.rand);
  g_free (self.path);
  printf ("%s 1 a day: %.1f MiB, then %.1f MiB; at most %.0f MiB more\n",
          last - first <= MARGIN ? "ok" : "not ok", first, last, MARGIN);
  return 0;
}

int
main (int argc, char **argv)
{
  (void) argc;
  return bench_run (run, 1, argv);
}
