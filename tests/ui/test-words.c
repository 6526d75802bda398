/* SPDX-License-Identifier: GPL-3.0-or-later */
/* No text of the window is cut off: at a usual size, a smaller one and a narrow one, in English and in
 * Spanish. What may be shortened has a name below, and says the whole in a tooltip. */
#include "cju-window-private.h"
#include "widgets.h"

#include "cjl-template.h"

#include <glib/gi18n-lib.h>
#include <locale.h>

static GtkApplication *application;

/* Titles of projects and names of data are a person's own words, of any length. */
static gboolean
may_be_short (GtkWidget *label)
{
  return gtk_widget_get_ancestor (label, ADW_TYPE_WINDOW_TITLE) != NULL
         || gtk_widget_get_ancestor (label, GTK_TYPE_MENU_BUTTON) != NULL
         || gtk_widget_get_ancestor (label, GTK_TYPE_DROP_DOWN) != NULL;
}

/* The labels below a widget that show less than their text; returns how many labels there are. */
static guint
look (GtkWidget *widget, GPtrArray *cut)
{
  guint n = 0;

  if (!gtk_widget_get_mapped (widget))
    return 0;
  if (GTK_IS_LABEL (widget) && gtk_label_get_text (GTK_LABEL (widget))[0] != '\0')
    {
      PangoLayout *layout = gtk_label_get_layout (GTK_LABEL (widget));
      int width, height;

      n++;
      pango_layout_get_pixel_size (layout, &width, &height);
      if (!may_be_short (widget)
          && (pango_layout_is_ellipsized (layout) || width > gtk_widget_get_width (widget) + 1
              || height > gtk_widget_get_height (widget) + 1))
        g_ptr_array_add (cut, g_strdup (gtk_label_get_text (GTK_LABEL (widget))));
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (!GTK_IS_NATIVE (child)) /* a tooltip under the pointer comes and goes */
      n += look (child, cut);
  return n;
}

/* At every size, with a project or without. */
static void
check_words (const char *template, const char *selected)
{
  static const int sizes[][2] = { { 1440, 880 }, { 1024, 600 }, { 640, 860 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GPtrArray) cut = g_ptr_array_new_with_free_func (g_free);
      g_autoptr (GError) error = NULL;
      GtkWidget *window = cju_window_new (application);
      guint n = 0;

      gtk_window_set_default_size (GTK_WINDOW (window), sizes[i][0], sizes[i][1]);
      gtk_window_present (GTK_WINDOW (window));
      if (template != NULL)
        {
          g_autoptr (CjlProject) project = cjl_template_make (cjl_template_find (template), &error);
          CjuDocument *document;

          g_assert_no_error (error);
          g_assert_true (cjl_project_set (project, "data.samples", "360", &error));
          cju_window_show_project (CJU_WINDOW (window), project);
          document = cju_window_get_document (CJU_WINDOW (window));
          while (cju_document_get_dataset (document) == NULL)
            g_main_context_iteration (NULL, TRUE);
          cju_document_select (document, selected);
        }
      /* the window is made piece by piece; a piece that has no size yet is not cut off */
      widgets_wait (700);
      for (guint tries = 0; tries < 100 && (n <= 10 || cut->len > 0); tries++)
        {
          widgets_wait (tries > 0 ? 100 : 0);
          g_ptr_array_set_size (cut, 0);
          n = look (window, cut);
        }
      g_assert_cmpuint (n, >, 10);
      for (guint k = 0; k < cut->len; k++)
        g_test_message ("%d by %d cuts off: %s", sizes[i][0], sizes[i][1], (char *) cut->pdata[k]);
      g_assert_cmpuint (cut->len, ==, 0);
      gtk_window_destroy (GTK_WINDOW (window));
      widgets_wait (50);
    }
}

static void
test_start (void)
{
  check_words (NULL, NULL);
}

static void
test_setup (void)
{
  check_words ("lenet-5", NULL);
}

static void
test_layer (void)
{
  check_words ("lenet-5", "conv1");
}

int
main (int argc, char **argv)
{
  const char *language = g_getenv ("CAJAL_TEST_LANGUAGE");
  g_autofree char *state = g_dir_make_tmp (NULL, NULL);

  if (language != NULL)
    {
      g_setenv ("LANGUAGE", language, TRUE);
      setlocale (LC_ALL, "C.UTF-8");
      bindtextdomain (GETTEXT_PACKAGE, g_getenv ("CAJAL_TEST_PO"));
      bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
      g_assert_cmpstr (_ ("Train"), !=, "Train");
    }
  g_setenv ("CAJAL_STATE_DIR", state, TRUE); /* nothing of the user's is offered */
  gtk_test_init (&argc, &argv, NULL);
  application = GTK_APPLICATION (adw_application_new (NULL, G_APPLICATION_NON_UNIQUE));
  g_assert_true (g_application_register (G_APPLICATION (application), NULL, NULL));
  g_test_add_func ("/ui/words/start", test_start);
  g_test_add_func ("/ui/words/setup", test_setup);
  g_test_add_func ("/ui/words/layer", test_layer);
  return g_test_run ();
}
