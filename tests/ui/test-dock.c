/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The dock has the views that the data have something for, as soon as the data are there. */
#include "cju-dock.h"
#include "widgets.h"
#include "cju-view.h"

#include "cjl-template.h"

#include <adwaita.h>

/* The view with this id below `widget`, or NULL. */
static GtkWidget *
find_view (GtkWidget *widget, const char *id)
{
  if (CJU_IS_VIEW (widget) && g_str_equal (cju_view_get_info (CJU_VIEW (widget))->id, id))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_view (child, id);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* Whether a person sees its tab. */
static gboolean
has_tab (GtkWidget *dock, const char *id)
{
  GtkWidget *view = find_view (dock, id);
  GtkNotebook *book;

  g_assert_nonnull (view);
  book = GTK_NOTEBOOK (gtk_widget_get_ancestor (view, GTK_TYPE_NOTEBOOK));
  return gtk_widget_get_mapped (gtk_notebook_get_tab_label (book, view));
}

static void
test_loaded (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = cjl_template_make (cjl_template_find ("mlp"), &error);
  g_autoptr (CjuDocument) document = NULL;
  GtkWidget *dock, *window;

  g_assert_no_error (error);
  g_assert_true (cjl_project_set (project, "data.samples", "360", &error));
  g_assert_no_error (error);
  document = cju_document_new (project);
  dock = cju_dock_new (document);
  window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (window), 1400, 500);
  gtk_window_set_child (GTK_WINDOW (window), dock);
  g_assert_null (cju_document_get_dataset (document));
  gtk_window_present (GTK_WINDOW (window));
  while (cju_document_get_dataset (document) == NULL)
    g_main_context_iteration (NULL, TRUE);
  widgets_wait (500);
  g_assert_true (has_tab (dock, "curves"));
  g_assert_true (has_tab (dock, "confusion"));
  g_assert_true (has_tab (dock, "predictions"));
  g_assert_false (has_tab (dock, "decision"));
  g_assert_false (has_tab (dock, "text"));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  if (!widgets_begin (&argc, &argv))
    return 0;
  g_test_add_func ("/ui/dock/loaded", test_loaded);
  return g_test_run ();
}
