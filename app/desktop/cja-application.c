/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cja-application.h"

#include "cjl-plugins.h"
#include "cju-commands.h"
#include "cju-window.h"

#include <glib/gi18n-lib.h>

struct _CjaApplication
{
  AdwApplication parent;
};

G_DEFINE_FINAL_TYPE (CjaApplication, cja_application, ADW_TYPE_APPLICATION)

static const GOptionEntry options[] = {
  { "new", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Start from a template"), "TEMPLATE" },
  { "train", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Train at once"), NULL },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, NULL, NULL, N_ ("[FILE…]") },
  { NULL },
};

/* What is wrong with the plugins; the first window says it. */
static void
tell_plugins (CjuWindow *window)
{
  static gboolean told;
  const GPtrArray *plugins = cjl_plugins_load ();

  for (guint i = 0; i < plugins->len && !told; i++)
    {
      const CjlPlugin *plugin = plugins->pdata[i];
      g_autofree char *text = plugin->sentence != NULL
                                  ? g_strdup_printf (_ ("Plugin “%s” is not loaded. %s"),
                                                     plugin->name, plugin->sentence)
                                  : NULL;

      if (text != NULL)
        cju_window_tell (window, text);
    }
  told = TRUE;
}

static CjuWindow *
new_window (GApplication *application)
{
  GtkWidget *window = cju_window_new (GTK_APPLICATION (application));

  tell_plugins (CJU_WINDOW (window));
  gtk_window_present (GTK_WINDOW (window));
  return CJU_WINDOW (window);
}

static void
cja_application_activate (GApplication *application)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));

  if (window != NULL)
    gtk_window_present (window);
  else
    new_window (application);
}

static int
cja_application_command_line (GApplication *application, GApplicationCommandLine *line)
{
  GVariantDict *given = g_application_command_line_get_options_dict (line);
  g_autofree const char **files = NULL;
  const char *template = NULL;
  const gboolean train = g_variant_dict_contains (given, "train");
  CjuWindow *window;

  g_variant_dict_lookup (given, "new", "&s", &template);
  g_variant_dict_lookup (given, G_OPTION_REMAINING, "^a&ay", &files);
  if (template == NULL && files == NULL)
    {
      g_application_activate (application);
      return 0;
    }
  for (guint i = 0; files != NULL && files[i] != NULL; i++)
    {
      g_autoptr (GFile) file = g_application_command_line_create_file_for_arg (line, files[i]);
      g_autofree char *path = g_file_get_path (file);

      window = new_window (application);
      if (cju_window_open_path (window, path) && train)
        cju_window_train (window);
    }
  if (template != NULL)
    {
      window = new_window (application);
      if (cju_window_open_template (window, template) && train)
        cju_window_train (window);
    }
  return 0;
}

static void
new_window_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void) action;
  (void) parameter;
  new_window (data);
}

static void
quit_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GList *windows = g_list_copy (gtk_application_get_windows (data));

  (void) action;
  (void) parameter;
  for (GList *l = windows; l != NULL; l = l->next)
    gtk_window_close (l->data);
  g_list_free (windows);
}

static void
about_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void) action;
  (void) parameter;
  adw_show_about_window (gtk_application_get_active_window (data), "application-name", "Cajal",
                         "version", "0.1.0", "license-type", GTK_LICENSE_GPL_3_0, "comments",
                         _ ("A lab for neural networks that you can see into"), NULL);
}

static void
cja_application_startup (GApplication *application)
{
  static const GActionEntry actions[] = {
    { "new-window", new_window_action, NULL, NULL, NULL, { 0 } },
    { "quit", quit_action, NULL, NULL, NULL, { 0 } },
    { "about", about_action, NULL, NULL, NULL, { 0 } },
  };

  G_APPLICATION_CLASS (cja_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions),
                                   application);
  cju_commands_set_keys (GTK_APPLICATION (application));
}

static void
cja_application_class_init (CjaApplicationClass *class)
{
  G_APPLICATION_CLASS (class)->startup = cja_application_startup;
  G_APPLICATION_CLASS (class)->activate = cja_application_activate;
  G_APPLICATION_CLASS (class)->command_line = cja_application_command_line;
}

static void
cja_application_init (CjaApplication *self)
{
  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

CjaApplication *
cja_application_new (void)
{
  return g_object_new (CJA_TYPE_APPLICATION, "application-id", "org.cajal.Cajal", "flags",
                       G_APPLICATION_HANDLES_COMMAND_LINE, NULL);
}
