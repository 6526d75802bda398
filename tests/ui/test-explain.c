/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view Explain: maps of the chosen sample appear, follow what is chosen, and answer a click. */
#include "cju-view.h"
#include "widgets.h"

#include "cjl-template.h"

#include <string.h>

static GtkWidget *
open_view (const char *template, CjuDocument **document)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = cjl_template_make (cjl_template_find (template), &error);
  GtkWidget *window = gtk_window_new ();

  g_assert_no_error (error);
  g_assert_true (cjl_project_set (project, "data.samples", "360", &error));
  *document = cju_document_new (project);
  gtk_window_set_default_size (GTK_WINDOW (window), 1100, 420);
  gtk_window_set_child (GTK_WINDOW (window), cju_view_new (&cju_view_explain, *document));
  gtk_window_present (GTK_WINDOW (window));
  while (cju_document_get_session (*document) == NULL)
    g_main_context_iteration (NULL, TRUE);
  return window;
}

static CjuView *
get_view (GtkWidget *window)
{
  return CJU_VIEW (gtk_window_get_child (GTK_WINDOW (window)));
}

/* The numbers that the view shows; nothing as long as it shows none. You free. */
static char *
print_shown (CjuView *view)
{
  g_autoptr (CjvPlate) plate = cju_figure_view_dup_plate (cju_view_get_figure (view));
  const CjvPanel *panel = plate != NULL ? plate->panels->pdata[0] : NULL;

  return panel != NULL ? cjv_figure_print_csv (panel->info, panel->frame, panel->params)
                       : g_strdup ("");
}

/* Waits until what is shown has a word in it, at most 30 s. */
static gboolean
wait_for (CjuView *view, const char *word)
{
  for (int i = 0; i < 300; i++)
    {
      g_autofree char *text = NULL;

      widgets_wait (100);
      text = print_shown (view);
      if (strstr (text, word) != NULL)
        return TRUE;
    }
  return FALSE;
}

/* The button below `widget` with this label. */
static GtkWidget *
find_button (GtkWidget *widget, const char *label)
{
  if (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_button (child, label);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* Closes what a click opened below `widget`, as a person does before the window goes. */
static void
close_popovers (GtkWidget *widget)
{
  if (GTK_IS_POPOVER (widget))
    gtk_popover_popdown (GTK_POPOVER (widget));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    close_popovers (child);
}

/* The labels below `widget`, one a line. */
static void
gather_labels (GtkWidget *widget, GString *text)
{
  if (GTK_IS_LABEL (widget))
    g_string_append_printf (text, "%s\n", gtk_label_get_text (GTK_LABEL (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    gather_labels (child, text);
}

/* Maps of the presets are there, also those of another sample, and those of the one that is held. */
static void
test_samples (void)
{
  g_autoptr (CjuDocument) document = NULL;
  GtkWidget *window = open_view ("lenet-5", &document);
  CjuView *view = get_view (window);
  g_autofree char *text = NULL;

  g_assert_true (wait_for (view, "\"sample 0\",\"Occlusion\""));
  text = print_shown (view);
  g_assert_nonnull (strstr (text, "\"sample 0\",\"Gradient\",27,27"));
  g_assert_nonnull (strstr (text, "\"sample 0\",\"Grad-CAM\""));
  g_assert_null (strstr (text, "Attention")); /* there is none in this network */
  g_signal_emit_by_name (find_button (GTK_WIDGET (view), "Hold"), "clicked");
  cju_document_choose_sample (document, 2);
  g_assert_true (wait_for (view, "\"sample 2\",\"Occlusion\""));
  g_clear_pointer (&text, g_free);
  text = print_shown (view);
  g_assert_nonnull (strstr (text, "\"sample 0\",\"Gradient\""));
  g_signal_emit_by_name (find_button (GTK_WIDGET (view), "Release"), "clicked");
  widgets_wait (2000);
  g_clear_pointer (&text, g_free);
  text = print_shown (view);
  g_assert_null (strstr (text, "\"sample 0\",\"Gradient\""));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* A click on a map chooses the unit that mattered most there, and lists those of every layer that did. */
static void
test_click (void)
{
  g_autoptr (CjuDocument) document = NULL;
  GtkWidget *window = open_view ("lenet-5", &document);
  CjuView *view = get_view (window);
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean hit = FALSE;

  g_assert_true (wait_for (view, "\"sample 0\",\"Occlusion\""));
  for (int y = 60; y < 300 && !hit; y += 20)
    hit = cju_figure_view_pick (cju_view_get_figure (view), 340, y); /* the middle of a map */
  g_assert_true (hit);
  for (int i = 0; i < 100 && cju_document_get_unit (document).node == NULL; i++)
    widgets_wait (100);
  g_assert_nonnull (cju_document_get_unit (document).node);
  gather_labels (GTK_WIDGET (view), text);
  g_assert_nonnull (strstr (text->str, "What mattered there, sample 0"));
  g_assert_nonnull (strstr (text->str, "conv1, map "));
  g_assert_nonnull (strstr (text->str, "dense1, unit "));
  close_popovers (GTK_WIDGET (view));
  widgets_wait (300);
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Numbers of a table are explained as well, by the methods that can. */
static void
test_table (void)
{
  g_autoptr (CjuDocument) document = NULL;
  GtkWidget *window = open_view ("playground", &document);
  CjuView *view = get_view (window);
  g_autofree char *text = NULL;

  g_assert_true (wait_for (view, "\"sample 0\",\"Occlusion\""));
  text = print_shown (view);
  g_assert_nonnull (strstr (text, "\"Integrated gradients\",0,1"));
  g_assert_null (strstr (text, "Grad-CAM"));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Other data: nothing that was said of those before is left, nor held beside them. */
static void
test_other_data (void)
{
  g_autoptr (CjuDocument) document = NULL;
  g_autoptr (GError) error = NULL;
  GtkWidget *window = open_view ("playground", &document);
  CjuView *view = get_view (window);
  g_autofree char *before = NULL, *after = NULL;

  cju_document_choose_sample (document, 2);
  g_assert_true (wait_for (view, "\"sample 2\",\"Occlusion\""));
  g_signal_emit_by_name (find_button (GTK_WIDGET (view), "Hold"), "clicked");
  cju_document_choose_sample (document, 0);
  g_assert_true (wait_for (view, "\"sample 0\",\"Occlusion\""));
  before = print_shown (view);
  g_assert_nonnull (strstr (before, "\"sample 2\""));
  g_assert_true (
      cjl_project_set (cju_document_get_project (document), "data.samples", "240", &error));
  widgets_wait (2000);
  g_assert_true (wait_for (view, "\"sample 0\",\"Occlusion\""));
  after = print_shown (view);
  g_assert_null (strstr (after, "\"sample 2\""));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  if (!widgets_begin (&argc, &argv))
    return 0;
  g_test_add_func ("/ui/explain/samples", test_samples);
  g_test_add_func ("/ui/explain/click", test_click);
  g_test_add_func ("/ui/explain/table", test_table);
  g_test_add_func ("/ui/explain/other-data", test_other_data);
  return g_test_run ();
}
