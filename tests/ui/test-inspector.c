/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The inspector has a row for every parameter of every layer, sliders for the usual ranges, and finds
 * what is searched. */
#include "cju-inspector.h"
#include "widgets.h"

#include "cjl-template.h"

#include <adwaita.h>
#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

typedef struct
{
  CjlProject *project;
  CjuDocument *document;
  GtkWidget *inspector, *window;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) data;
  f->project = cjl_template_make (cjl_template_find ("mlp"), &error);
  g_assert_no_error (error);
  g_assert_true (cjl_project_set (f->project, "data.samples", "360", &error));
  f->document = cju_document_new (f->project);
  f->inspector = cju_inspector_new (f->document);
  f->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (f->window), 330, 900);
  gtk_window_set_child (GTK_WINDOW (f->window), f->inspector);
  gtk_window_present (GTK_WINDOW (f->window));
  while (cju_document_get_dataset (f->document) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  (void) data;
  gtk_window_destroy (GTK_WINDOW (f->window));
  g_clear_object (&f->document);
  cjl_project_unref (f->project);
}

/* The row of this title that is shown, or NULL. */
static GtkWidget *
find_row (GtkWidget *widget, const char *title)
{
  if (ADW_IS_PREFERENCES_ROW (widget) && gtk_widget_get_visible (widget)
      && g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (gtk_widget_get_visible (child))
      {
        GtkWidget *found = find_row (child, title);

        if (found != NULL)
          return found;
      }
  return NULL;
}

static char *
print_title (const CjParam *p)
{
  return p->unit != NULL ? g_strdup_printf ("%s (%s)", _ (p->title), p->unit)
                         : g_strdup (_ (p->title));
}

static void
test_layers (Fixture *f, gconstpointer data)
{
  (void) data;
  for (const CjLayerInfo *const *layer = cj_layers (); *layer != NULL; layer++)
    {
      g_autoptr (GError) error = NULL;
      CjNode *node;

      cjl_project_begin (f->project);
      node = cj_graph_add (f->project->graph, *layer, NULL, &error);
      g_assert_no_error (error);
      cjl_project_commit (f->project, "Add", NULL);
      cju_document_select (f->document, node->id);
      for (const CjParam *p = (*layer)->params; p != NULL && p->name != NULL; p++)
        {
          g_autofree char *title = print_title (p);

          if (cj_params_applies ((*layer)->params, p, node->params)
              && find_row (f->inspector, title) == NULL)
            g_error ("%s: no row “%s”", (*layer)->id, title);
        }
    }
}

/* Rows come in a few turns of the main loop. */
static GtkWidget *
wait_for_row (Fixture *f, const char *title)
{
  GtkWidget *row;

  for (guint i = 0; (row = find_row (f->inspector, title)) == NULL && i < 100; i++)
    widgets_wait (20);
  return row;
}

static void
test_slider (Fixture *f, gconstpointer data)
{
  GtkWidget *row, *scale, *spin;

  (void) data;
  cju_document_select (f->document, NULL);
  row = wait_for_row (f, _ ("Learning rate"));
  g_assert_nonnull (row);
  scale = widgets_find (row, "GtkScale");
  spin = widgets_find (row, "GtkSpinButton");
  g_assert_nonnull (scale);
  g_assert_cmpfloat_with_epsilon (gtk_range_get_value (GTK_RANGE (scale)),
                                  log10 (f->project->setup->learning_rate), 1e-6);
  gtk_range_set_value (GTK_RANGE (scale), -2);
  gtk_range_set_value (GTK_RANGE (scale), -1);
  g_assert_cmpfloat_with_epsilon (f->project->setup->learning_rate, 0.1, 1e-6);
  g_assert_cmpfloat_with_epsilon (gtk_spin_button_get_value (GTK_SPIN_BUTTON (spin)), 0.1, 1e-6);
  cjl_project_undo (f->project); /* a drag is one edit */
  g_assert_cmpfloat_with_epsilon (f->project->setup->learning_rate, 0.001, 1e-6);
  g_assert_cmpfloat_with_epsilon (gtk_range_get_value (GTK_RANGE (scale)), -3, 1e-6);
}

static void
test_search (Fixture *f, gconstpointer data)
{
  GtkWidget *search = widgets_find (f->inspector, "GtkSearchEntry");

  (void) data;
  cju_document_select (f->document, NULL);
  g_assert_nonnull (search);
  gtk_editable_set_text (GTK_EDITABLE (search), "patience");
  widgets_wait (600); /* the entry waits for the end of a word */
  g_assert_nonnull (find_row (f->inspector, _ ("Patience (epochs)")));
  g_assert_null (find_row (f->inspector, _ ("Batch size")));
  gtk_editable_set_text (GTK_EDITABLE (search), "");
  widgets_wait (600);
  g_assert_nonnull (find_row (f->inspector, _ ("Batch size")));
}

int
main (int argc, char **argv)
{
  if (!widgets_begin (&argc, &argv))
    return 0;
  g_test_add ("/ui/inspector/layers", Fixture, NULL, set_up, test_layers, tear_down);
  g_test_add ("/ui/inspector/slider", Fixture, NULL, set_up, test_slider, tear_down);
  g_test_add ("/ui/inspector/search", Fixture, NULL, set_up, test_search, tear_down);
  return g_test_run ();
}
