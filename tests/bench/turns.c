/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "turns.h"

#include "cjl-recovery.h"
#include "cju-data.h"
#include "cju-predict.h"
#include "cju-view.h"

#include <cairo.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define PATIENCE 60.0    /* s, for what takes as long as it takes */
#define LOOK_SECONDS 1.0 /* at each view */
#define REST 1.0         /* s, in which what comes after is noticed */
#define BAR 50           /* ms */
#define N_FOLDERS 4      /* of pictures */
#define N_PICTURES 250   /* in each */
#define N_ROWS 20000     /* pictures of an IDX file */

static void
report (Turns *self, const char *while_)
{
  g_autofree char *name = g_strdup_printf ("longest turn: %s", while_);

  bench_report_add (self->to, name, bench_take_longest_turn (), NAN, "ms", BENCH_AT_MOST, BAR);
}

/* What a person does in a turn of its own is timed by hand. */
static double
begin (void)
{
  return bench_thread_seconds ();
}

static void
end (double since)
{
  bench_note_turn (1e3 * (bench_thread_seconds () - since));
}

static void
activate (GtkWidget *widget, const char *action, const char *parameter)
{
  const double since = begin ();

  gtk_widget_activate_action (widget, action, parameter != NULL ? "s" : NULL, parameter);
  end (since);
}

/* --- windows --- */

static gboolean
has_frame (gpointer data)
{
  Turns *self = data;

  self->document = cju_window_get_document (self->window);
  return self->document != NULL && cju_document_get_frame (self->document) != NULL;
}

static void
open_window (Turns *self)
{
  const double since = begin ();

  self->window = CJU_WINDOW (cju_window_new (self->application));
  gtk_window_present (GTK_WINDOW (self->window));
  end (since);
  bench_wait (REST);
}

static void
open_template (Turns *self, const char *id)
{
  const double since = begin ();

  cju_window_open_template (self->window, id);
  end (since);
  bench_wait_for (PATIENCE, has_frame, self);
  cjl_project_set (cju_document_get_project (self->document), "epochs", "1000", NULL);
  self->dock = widgets_find (GTK_WIDGET (self->window), "CjuDock");
  bench_wait (REST);
}

static gboolean
is_gone (gpointer data)
{
  return ((Turns *) data)->window == NULL;
}

static void
close_window (Turns *self)
{
  double since;

  cjl_project_forget_unsaved (cju_document_get_project (self->document));
  g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
  self->document = NULL;
  since = begin ();
  gtk_window_destroy (GTK_WINDOW (self->window));
  end (since);
  bench_wait_for (PATIENCE, is_gone, self);
  bench_wait (REST);
}

void
turns_open (Turns *self)
{
  open_window (self);
  /* the first one, with everything that the toolkit reads once: that is the start of the program */
  bench_report_add (self->to, "longest turn: first window", bench_take_longest_turn (), NAN, "ms",
                    BENCH_TOLD, 0);
  open_template (self, "lenet-5");
  gtk_window_fullscreen (GTK_WINDOW (self->window));
  bench_wait (REST);
  report (self, "template opened, data loaded");
}

/* --- training, looking, editing --- */

/* Every view of the dock for a while, as training goes on. */
static void
look_around (Turns *self)
{
  for (guint i = 0; cju_views ()[i] != NULL; i++)
    {
      g_autofree char *name = g_strdup_printf ("view %s", cju_views ()[i]->id);

      activate (self->dock, "dock.show", cju_views ()[i]->id);
      bench_wait (LOOK_SECONDS);
      report (self, name);
    }
  activate (self->dock, "dock.show", "curves");
}

static void
edit (Turns *self, const char *name, const char *value, const char *words)
{
  const double since = begin ();

  cjl_project_set (cju_document_get_project (self->document), name, value, NULL);
  end (since);
  bench_wait (REST);
  report (self, words);
}

static gboolean
is_still (gpointer data)
{
  return cju_document_get_state (((Turns *) data)->document).status != CJ_RUN_TRAINING;
}

static void
measure_training (Turns *self)
{
  cju_document_train (self->document, G_MAXUINT64);
  bench_wait (REST);
  bench_take_longest_turn ();
  bench_wait (4 * REST);
  report (self, "training");
  look_around (self);
  edit (self, "learning-rate", "0.0015", "live value edited");
  edit (self, "conv1.filters", "8", "layer edited");
}

static void
measure_undo (Turns *self)
{
  cju_document_pause (self->document);
  bench_wait_for (PATIENCE, is_still, self);
  bench_wait (REST);
  bench_take_longest_turn ();
  activate (GTK_WIDGET (self->window), "win.undo", NULL);
  bench_wait (REST);
  activate (GTK_WIDGET (self->window), "win.redo", NULL);
  bench_wait (REST);
  report (self, "training undone and redone");
}

/* --- saving and opening --- */

static char *
dup_path (const char *name)
{
  return g_build_filename (g_get_home_dir (), name, NULL);
}

static void
measure_file (Turns *self)
{
  CjlProject *project = cju_document_get_project (self->document);
  g_autofree char *path = dup_path ("bench.cajal");
  double since;

  g_free (project->path);
  project->path = g_strdup (path);
  cju_document_train (self->document, G_MAXUINT64);
  bench_wait (REST);
  bench_take_longest_turn ();
  activate (GTK_WIDGET (self->window), "win.save", NULL);
  bench_wait (2 * REST);
  report (self, "saving");
  close_window (self);
  report (self, "window closed");
  open_window (self);
  report (self, "another window");
  since = begin ();
  cju_window_open_path (self->window, path);
  end (since);
  bench_wait_for (PATIENCE, has_frame, self);
  bench_wait (REST);
  self->dock = widgets_find (GTK_WIDGET (self->window), "CjuDock");
  report (self, "project opened");
}

/* --- data --- */

/* A grey picture that tells its class by a bar. */
static void
draw_picture (const char *folder, guint class, guint number)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 28, 28);
  cairo_t *cr = cairo_create (surface);
  g_autofree char *name = g_strdup_printf ("%u.png", number);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_rectangle (cr, 4 + 5 * class, number % 8, 4, 16);
  cairo_fill (cr);
  cairo_destroy (cr);
  cairo_surface_write_to_png (surface, path);
  cairo_surface_destroy (surface);
}

static char *
make_folder (void)
{
  char *folder = dup_path ("pictures");

  for (guint class = 0; class < N_FOLDERS; class ++)
    {
      g_autofree char *name = g_strdup_printf ("class %u", class);
      g_autofree char *inner = g_build_filename (folder, name, NULL);

      g_mkdir_with_parents (inner, 0700);
      for (guint i = 0; i < N_PICTURES; i++)
        draw_picture (inner, class, i);
    }
  return folder;
}

/* An IDX file: 0, 0, 8 for bytes, the number of sizes, these, the bytes. */
static void
write_idx (const char *folder, const char *name, guint n_dims, guint seed)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  const guint8 magic[] = { 0, 0, 8, (guint8) n_dims };
  const guint32 sizes[] = { GUINT32_TO_BE (N_ROWS), GUINT32_TO_BE (28), GUINT32_TO_BE (28) };
  const guint length = N_ROWS * (n_dims == 3 ? 28 * 28 : 1);

  g_byte_array_append (bytes, magic, sizeof magic);
  g_byte_array_append (bytes, (const guint8 *) sizes, 4 * n_dims);
  for (guint i = 0; i < length; i++)
    {
      const guint8 byte = n_dims == 3 ? (guint8) (i * seed >> 8) : (guint8) (i % 10);

      g_byte_array_append (bytes, &byte, 1);
    }
  g_file_set_contents (path, (const char *) bytes->data, bytes->len, NULL);
}

static char *
make_idx (void)
{
  char *folder = dup_path ("idx");

  g_mkdir_with_parents (folder, 0700);
  write_idx (folder, "train-images-idx3-ubyte", 3, 2654435761u);
  write_idx (folder, "train-labels-idx1-ubyte", 1, 0);
  write_idx (folder, "t10k-images-idx3-ubyte", 3, 2246822519u);
  write_idx (folder, "t10k-labels-idx1-ubyte", 1, 0);
  return folder;
}

typedef struct
{
  Turns *turns;
  const char *path;
} Expected;

static gboolean
is_loaded (gpointer data)
{
  const Expected *expected = data;
  CjuDocument *document = expected->turns->document;

  return g_str_equal (cju_document_get_project (document)->data.source, expected->path)
         && cju_document_get_dataset (document) != NULL
         && cju_document_get_frame (document) != NULL;
}

static void
use (Turns *self, const char *path, const char *words)
{
  Expected expected = { self, path };
  const double since = begin ();

  cju_data_use (self->document, path);
  end (since);
  if (!bench_wait_for (PATIENCE, is_loaded, &expected))
    g_printerr ("%s was not loaded\n", path);
  bench_wait (REST);
  report (self, words);
}

static void
measure_data (Turns *self)
{
  g_autofree char *pictures = make_folder (), *idx = make_idx ();

  bench_take_longest_turn ();
  use (self, pictures, "folder of 1,000 pictures loaded");
  use (self, idx, "IDX of 40,000 pictures loaded");
}

/* --- explaining --- */

static GtkWidget *
find_button (GtkWidget *root, const char *label)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (root) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (root)), label) == 0)
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_button (child, label);
  return found;
}

typedef struct
{
  Turns *turns;
  const char *label;
} Pressed;

static gboolean
is_idle (gpointer data)
{
  const Pressed *pressed = data;

  /* while it runs the button stops it, and says so */
  return find_button (pressed->turns->dock, pressed->label) != NULL;
}

/* A view whose button starts a job. */
static void
press (Turns *self, const char *view, const char *label, const char *name)
{
  Pressed pressed = { self, label };
  GtkWidget *start;
  double since;

  activate (self->dock, "dock.show", view);
  bench_wait (REST / 4);
  start = find_button (self->dock, label);
  if (start == NULL)
    return;
  since = begin ();
  g_signal_emit_by_name (start, "clicked");
  end (since);
  if (!bench_wait_for (2 * PATIENCE, is_idle, &pressed))
    g_printerr ("%s did not come to its end\n", name);
  bench_wait (REST / 4);
  report (self, name);
}

/* Each layer chosen in turn: its maps, its inspector with the health of its units, what a unit saw. */
static void
choose_layers (Turns *self)
{
  const CjGraph *graph = cju_document_get_project (self->document)->graph;

  activate (self->dock, "dock.show", "activations");
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const char *id = ((const CjNode *) graph->nodes->pdata[i])->id;
      double since = begin ();

      cju_document_select (self->document, id);
      end (since);
      bench_wait (REST / 2);
      since = begin ();
      cju_document_choose_unit (self->document, id, 0, 2, 2);
      end (since);
      bench_wait (REST / 4);
    }
  cju_document_select (self->document, NULL);
  report (self, "layers, activations, receptive fields");
}

static gboolean
is_alone (gpointer data)
{
  return g_list_length (gtk_application_get_windows (((Turns *) data)->application)) == 1
         && g_list_model_get_n_items (gtk_window_get_toplevels ()) == 1;
}

static void
predict (Turns *self)
{
  g_autofree char *folder = dup_path ("pictures"), *output = dup_path ("predictions.csv");
  const double since = begin ();

  cju_predict_folder (self->document, GTK_WINDOW (self->window), folder, output);
  end (since);
  bench_wait (REST / 4);
  if (!bench_wait_for (PATIENCE, is_alone, self))
    g_printerr ("the predictions did not come to their end\n");
  report (self, "predictions on a folder");
}

static void
measure_explaining (Turns *self)
{
  press (self, "embedding", "Embed", "t-SNE");
  press (self, "similarity", "Compare", "similarity");
  press (self, "layers", "Measure", "layers");
  choose_layers (self);
  predict (self);
}

/* Other networks, and what only they have: the plane of two features, text that is written. */
static void
measure_others (Turns *self)
{
  static const struct
  {
    const char *id, *view, *opened, *trained;
  } others[] = {
    { "playground", "decision", "playground opened", "decision surface" },
    { "resnet-20", "curves", "deep network opened", "deep network trained" },
    { "char-gpt", "text", "transformer opened", "text written" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      open_window (self);
      bench_take_longest_turn ();
      open_template (self, others[i].id);
      report (self, others[i].opened);
      cju_document_train (self->document, G_MAXUINT64);
      activate (self->dock, "dock.show", others[i].view);
      bench_wait (3 * REST);
      report (self, others[i].trained);
      close_window (self);
      bench_take_longest_turn ();
    }
}

void
turns_measure (Turns *self)
{
  measure_training (self);
  measure_undo (self);
  measure_file (self);
  measure_data (self);
  measure_explaining (self);
  close_window (self);
  measure_others (self);
}
