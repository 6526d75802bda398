/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The views Tuning and Wants: what is asked is answered, with what is set; what was there before training
 * stands beside it. */
#include "cju-view.h"
#include "widgets.h"

#include "cjl-template.h"

#include <string.h>

static GtkWidget *
open_view (const CjuViewInfo *info, CjuDocument **document)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = cjl_template_make (cjl_template_find ("lenet-5"), &error);
  GtkWidget *window = gtk_window_new ();

  g_assert_no_error (error);
  g_assert_true (cjl_project_set (project, "data.samples", "360", &error));
  *document = cju_document_new (project);
  gtk_window_set_default_size (GTK_WINDOW (window), 1100, 420);
  gtk_window_set_child (GTK_WINDOW (window), cju_view_new (info, *document));
  gtk_window_present (GTK_WINDOW (window));
  while (cju_document_get_session (*document) == NULL)
    g_main_context_iteration (NULL, TRUE);
  widgets_wait (300); /* the lists follow the network */
  return window;
}

static CjuView *
get_view (GtkWidget *window)
{
  return CJU_VIEW (gtk_window_get_child (GTK_WINDOW (window)));
}

/* The visible widget of a type below `widget` for which `fits` holds of the words; NULL: there is none. */
static GtkWidget *
find (GtkWidget *widget, GType type, const char *words,
      gboolean (*fits) (GtkWidget *widget, const char *words))
{
  GtkWidget *found = NULL;

  if (!gtk_widget_get_visible (widget))
    return NULL;
  if (g_type_is_a (G_OBJECT_TYPE (widget), type) && fits (widget, words))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find (child, type, words, fits);
  return found;
}

static gboolean
has_label (GtkWidget *button, const char *words)
{
  return g_strcmp0 (gtk_button_get_label (GTK_BUTTON (button)), words) == 0;
}

static gboolean
has_check (GtkWidget *button, const char *words)
{
  return g_strcmp0 (gtk_check_button_get_label (GTK_CHECK_BUTTON (button)), words) == 0;
}

/* Whether the list has this item; it is chosen. */
static gboolean
takes_item (GtkWidget *list, const char *words)
{
  GListModel *model = gtk_drop_down_get_model (GTK_DROP_DOWN (list));

  for (guint i = 0; model != NULL && i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (GtkStringObject) item = g_list_model_get_item (model, i);

      if (g_str_equal (gtk_string_object_get_string (item), words))
        {
          gtk_drop_down_set_selected (GTK_DROP_DOWN (list), i);
          return TRUE;
        }
    }
  return FALSE;
}

static void
choose (CjuView *view, const char *item)
{
  g_assert_nonnull (find (GTK_WIDGET (view), GTK_TYPE_DROP_DOWN, item, takes_item));
}

/* Presses the button with this label, once no job runs any more. */
static void
press (CjuView *view, const char *label)
{
  GtkWidget *button = NULL;

  for (int i = 0; i < 300 && button == NULL; i++)
    {
      widgets_wait (100);
      button = find (GTK_WIDGET (view), GTK_TYPE_BUTTON, label, has_label);
    }
  g_assert_nonnull (button);
  g_signal_emit_by_name (button, "clicked");
}

/* What the view shows: its title, where it comes from, its numbers and its words; you free. */
static char *
print_shown (CjuView *view)
{
  g_autoptr (CjvPlate) plate = cju_figure_view_dup_plate (cju_view_get_figure (view));
  const CjvPanel *panel = plate != NULL ? plate->panels->pdata[0] : NULL;
  g_autofree char *csv = NULL, *words = NULL;

  if (panel == NULL || panel->frame == NULL)
    return g_strdup ("");
  csv = cjv_figure_print_csv (panel->info, panel->frame, panel->params);
  words = cjv_figure_print_words (panel->info, panel->frame, panel->params);
  return g_strdup_printf ("%s: %s; %s\n%s%s", panel->info->id,
                          cjv_frame_get_text (panel->frame, "title"),
                          cjv_frame_get_provenance (panel->frame), csv, words);
}

/* Waits until what is shown has these words, at most 60 s. */
static gboolean
wait_for (CjuView *view, const char *words)
{
  for (int i = 0; i < 600; i++)
    {
      g_autofree char *text = NULL;

      widgets_wait (100);
      text = print_shown (view);
      if (strstr (text, words) != NULL)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_set_by (GtkWidget *scale, const char *words)
{
  GtkAdjustment *adjustment = gtk_range_get_adjustment (GTK_RANGE (scale));
  const CjParam *param = g_object_get_data (G_OBJECT (adjustment), "param");

  return param != NULL && g_str_equal (param->name, words);
}

/* Puts a value into the row of the popover of settings. */
static void
set (CjuView *view, const char *name, double value)
{
  GtkWidget *button = widgets_find (GTK_WIDGET (view), "GtkMenuButton"), *scale;

  g_assert_nonnull (button);
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  widgets_wait (200);
  scale = find (GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button))), GTK_TYPE_SCALE,
                name, is_set_by);
  g_assert_nonnull (scale);
  gtk_range_set_value (GTK_RANGE (scale), value);
  gtk_menu_button_popdown (GTK_MENU_BUTTON (button));
}

/* A class, a channel and a direction are asked for, with settings. */
static void
test_wants (void)
{
  g_autoptr (CjuDocument) document = NULL;
  GtkWidget *window = open_view (&cju_view_ideal, &document);
  CjuView *view = get_view (window);
  GtkWidget *entry;

  set (view, "steps", 16);
  set (view, "jitter", 4);
  choose (view, "B");
  press (view, "Make");
  g_assert_true (wait_for (view, "ideal: dense3, class B; "));
  g_assert_true (wait_for (view, "steps=16, jitter=4\n"));
  g_assert_true (wait_for (view, "least,7,"));
  choose (view, "Channel");
  choose (view, "conv2");
  press (view, "Make");
  g_assert_true (wait_for (view, "ideal: conv2, channel 0; "));
  choose (view, "Direction of units");
  entry = widgets_find (GTK_WIDGET (view), "GtkEntry");
  g_assert_true (gtk_widget_get_visible (entry));
  gtk_editable_set_text (GTK_EDITABLE (entry), "2 3:-1");
  g_signal_emit_by_name (entry, "activate");
  g_assert_true (wait_for (view, "ideal: conv2, 2 3:-1; "));
  choose (view, "Receptive field");
  g_assert_true (wait_for (view, "receptive-field: conv2, 2 3:-1; "));
  /* the unit that is chosen in the window is asked about next */
  cju_document_choose_unit (document, "conv1", 4, 0, 0);
  widgets_wait (300);
  press (view, "Make");
  g_assert_true (wait_for (view, "receptive-field: conv1, unit 4; "));
  gtk_window_destroy (GTK_WINDOW (window));
}

/* Curves, fits and the population of now, with those of before training or of the other layers. */
static void
test_tuning (void)
{
  g_autoptr (CjuDocument) document = NULL;
  GtkWidget *window = open_view (&cju_view_tuning, &document);
  CjuView *view = get_view (window);
  GtkWidget *before;

  set (view, "frequencies", 4);
  set (view, "phases", 4);
  choose (view, "Static gratings");
  press (view, "Show gratings");
  g_assert_true (wait_for (view, "static gratings, step 0, frequencies=4, phases=4\n"));
  g_assert_true (wait_for (view, "\nlight-spot,"));
  before = find (GTK_WIDGET (view), GTK_TYPE_CHECK_BUTTON, "Before training, too", has_check);
  g_assert_nonnull (before);
  /* weights that were never trained are those of before training */
  choose (view, "Population");
  g_assert_true (wait_for (view, "\"conv1, untrained\",5,"));
  choose (view, "Other layers");
  g_assert_true (wait_for (view, "\"dense2, step 0\",83,"));
  choose (view, "Gabor fits");
  gtk_check_button_set_active (GTK_CHECK_BUTTON (before), TRUE);
  press (view, "Fit");
  g_assert_true (wait_for (view, "gabor: conv1.weight; "));
  g_assert_true (wait_for (view, "before training 0"));
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  if (!widgets_begin (&argc, &argv))
    return 0;
  g_test_add_func ("/ui/units/wants", test_wants);
  g_test_add_func ("/ui/units/tuning", test_tuning);
  return g_test_run ();
}
