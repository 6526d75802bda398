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

/* Where a view is: its row of tabs. */
static GtkWidget *
get_row (GtkWidget *dock, const char *id)
{
  return gtk_widget_get_ancestor (find_view (dock, id), GTK_TYPE_NOTEBOOK);
}

/* A window with the dock of a template, once its data are there; `early`: they are before the dock is. */
static GtkWidget *
open_dock (const char *template, gboolean early)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = cjl_template_make (cjl_template_find (template), &error);
  g_autoptr (CjuDocument) document = NULL;
  GtkWidget *window = gtk_window_new ();

  g_assert_no_error (error);
  g_assert_true (cjl_project_set (project, "data.samples", "360", &error));
  g_assert_no_error (error);
  document = cju_document_new (project);
  while (early && cju_document_get_dataset (document) == NULL)
    g_main_context_iteration (NULL, TRUE);
  gtk_window_set_default_size (GTK_WINDOW (window), 1400, 500);
  gtk_window_set_child (GTK_WINDOW (window), cju_dock_new (document));
  g_assert_cmpint (cju_document_get_dataset (document) != NULL, ==, early);
  gtk_window_present (GTK_WINDOW (window));
  while (cju_document_get_dataset (document) == NULL)
    g_main_context_iteration (NULL, TRUE);
  widgets_wait (500);
  return window;
}

static void
test_loaded (void)
{
  GtkWidget *window = open_dock ("mlp", FALSE), *dock = gtk_window_get_child (GTK_WINDOW (window));

  g_assert_true (has_tab (dock, "curves"));
  g_assert_true (has_tab (dock, "confusion"));
  g_assert_true (has_tab (dock, "predictions"));
  g_assert_false (has_tab (dock, "decision"));
  g_assert_false (has_tab (dock, "text"));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* What a network is about is seen together with its curves. */
static void
test_beside (gconstpointer early)
{
  static const char *const about[][2] = { { "playground", "decision" }, { "char-gpt", "text" } };

  for (guint i = 0; i < G_N_ELEMENTS (about); i++)
    {
      GtkWidget *window = open_dock (about[i][0], GPOINTER_TO_INT (early));
      GtkWidget *dock = gtk_window_get_child (GTK_WINDOW (window));

      g_assert_true (has_tab (dock, about[i][1]));
      g_assert_true (has_tab (dock, "curves"));
      g_assert_true (get_row (dock, about[i][1]) != get_row (dock, "curves"));
      g_assert_true (gtk_widget_get_mapped (find_view (dock, about[i][1])));
      g_assert_true (gtk_widget_get_mapped (find_view (dock, "curves")));
      gtk_window_destroy (GTK_WINDOW (window));
    }
}

/* A network that draws its input tells no classes, though its samples have some. */
static void
test_no_classes (void)
{
  GtkWidget *window = open_dock ("autoencoder", FALSE);
  GtkWidget *dock = gtk_window_get_child (GTK_WINDOW (window));

  g_assert_true (has_tab (dock, "curves"));
  g_assert_false (has_tab (dock, "confusion"));
  g_assert_false (has_tab (dock, "roc"));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Changes what is chosen in every list below a widget. */
static void
change_lists (GtkWidget *root)
{
  if (GTK_IS_DROP_DOWN (root))
    {
      GListModel *items = gtk_drop_down_get_model (GTK_DROP_DOWN (root));

      if (items != NULL && g_list_model_get_n_items (items) > 1)
        gtk_drop_down_set_selected (GTK_DROP_DOWN (root), g_list_model_get_n_items (items) - 1);
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    change_lists (child);
}

/* Every view is looked at, set otherwise, and closed with the window: nothing that its controls tell of
 * themselves on their way reaches a state that is gone, as the sanitizers would say. */
static void
test_closed (void)
{
  GtkWidget *window = open_dock ("tiny-vit", TRUE);
  GtkWidget *dock = gtk_window_get_child (GTK_WINDOW (window));

  for (const CjuViewInfo *const *info = cju_views (); *info != NULL; info++)
    if (has_tab (dock, (*info)->id))
      {
        GtkWidget *view = find_view (dock, (*info)->id);

        g_assert_true (gtk_widget_activate_action (dock, "dock.show", "s", (*info)->id));
        widgets_wait (60);
        g_assert_true (gtk_widget_get_mapped (view));
        change_lists (view);
      }
  widgets_wait (60);
  gtk_window_destroy (GTK_WINDOW (window));
  widgets_wait (60);
}

int
main (int argc, char **argv)
{
  if (!widgets_begin (&argc, &argv))
    return 0;
  g_test_add_func ("/ui/dock/loaded", test_loaded);
  g_test_add_data_func ("/ui/dock/beside", GINT_TO_POINTER (FALSE), test_beside);
  g_test_add_data_func ("/ui/dock/beside-early", GINT_TO_POINTER (TRUE), test_beside);
  g_test_add_func ("/ui/dock/no-classes", test_no_classes);
  g_test_add_func ("/ui/dock/closed", test_closed);
  return g_test_run ();
}
