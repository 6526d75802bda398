/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cja-application.h"

#include "cja-about.h"
#include "cja-startup.h"
#include "cjl-plugins.h"
#include "cju-commands.h"
#include "cju-help.h"
#include "cju-preferences.h"
#include "cju-press.h"
#include "cju-settings.h"
#include "cju-window.h"

#include <glib/gi18n-lib.h>

struct _CjaApplication
{
  AdwApplication parent;
  gboolean benchmark;
};

G_DEFINE_FINAL_TYPE (CjaApplication, cja_application, ADW_TYPE_APPLICATION)

static const GOptionEntry options[] = {
  { "new", 0, 0, G_OPTION_ARG_STRING, NULL, N_ ("Start from a template"), N_ ("TEMPLATE") },
  { "train", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Train at once"), NULL },
  { "new-window", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Open a new window"), NULL },
  { "open", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Ask for a project to open"), NULL },
  { "benchmark-startup", 0, 0, G_OPTION_ARG_NONE, NULL,
    N_ ("Print how long the first frame takes, and quit"), NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Print the version, and quit"), NULL },
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
new_window (gpointer application)
{
  GtkWidget *window = cju_window_new (GTK_APPLICATION (application));

  tell_plugins (CJU_WINDOW (window));
  gtk_window_present (GTK_WINDOW (window));
  return CJU_WINDOW (window);
}

/* The window in use if it shows no project yet, else a new one. */
static CjuWindow *
get_empty_window (gpointer application)
{
  GtkWindow *window = gtk_application_get_active_window (application);

  if (window == NULL || !CJU_IS_WINDOW (window) || cju_window_has_project (CJU_WINDOW (window)))
    return new_window (application);
  gtk_window_present (window);
  return CJU_WINDOW (window);
}

static void
open_file (gpointer application, GFile *file, gboolean train)
{
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *uri = path == NULL ? g_file_get_uri (file) : NULL;
  CjuWindow *window = get_empty_window (application);

  if (cju_window_open_path (window, path != NULL ? path : uri) && train)
    cju_window_train (window);
}

static void
cja_application_activate (GApplication *application)
{
  CjaApplication *self = CJA_APPLICATION (application);
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (application));
  GtkWidget *fresh;

  if (window != NULL)
    {
      gtk_window_present (window);
      return;
    }
  fresh = cju_window_new (GTK_APPLICATION (application));
  if (self->benchmark)
    cja_startup_measure (fresh);
  gtk_window_present (GTK_WINDOW (fresh));
}

static void
cja_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  (void) hint;
  for (int i = 0; i < n_files; i++)
    open_file (application, files[i], FALSE);
}

static int
cja_application_command_line (GApplication *application, GApplicationCommandLine *line)
{
  GVariantDict *given = g_application_command_line_get_options_dict (line);
  g_autofree const char **files = NULL;
  const char *template = NULL;
  const gboolean train = g_variant_dict_contains (given, "train");

  g_variant_dict_lookup (given, "new", "&s", &template);
  g_variant_dict_lookup (given, G_OPTION_REMAINING, "^a&ay", &files);
  if (g_variant_dict_contains (given, "new-window"))
    new_window (application);
  else if (template == NULL && files == NULL)
    g_application_activate (application);
  if (g_variant_dict_contains (given, "open"))
    g_action_group_activate_action (G_ACTION_GROUP (application), "open-project", NULL);
  for (guint i = 0; files != NULL && files[i] != NULL; i++)
    {
      g_autoptr (GFile) file = g_application_command_line_create_file_for_arg (line, files[i]);

      open_file (application, file, train);
    }
  if (template != NULL)
    {
      CjuWindow *window = get_empty_window (application);

      if (cju_window_open_template (window, template) && train)
        cju_window_train (window);
    }
  return 0;
}

/* What needs no running program. */
static int
cja_application_handle_local_options (GApplication *application, GVariantDict *given)
{
  if (g_variant_dict_contains (given, "version"))
    {
      g_print ("cajal %s\n", CAJAL_VERSION);
      return 0;
    }
  if (g_variant_dict_contains (given, "benchmark-startup"))
    {
      CJA_APPLICATION (application)->benchmark = TRUE;
      g_application_set_flags (application,
                               g_application_get_flags (application) | G_APPLICATION_NON_UNIQUE);
    }
  return -1;
}

/* --- actions --- */

static void
new_window_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void) action;
  (void) parameter;
  new_window (data);
}

static void
open_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void) action;
  (void) parameter;
  gtk_widget_activate_action (GTK_WIDGET (get_empty_window (data)), "win.open", NULL);
}

/* From a notification: the window with that id comes to the front. */
static void
show_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *window = gtk_application_get_window_by_id (data, g_variant_get_uint32 (parameter));

  (void) action;
  if (window != NULL)
    gtk_window_present (window);
  else
    g_application_activate (data);
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
  cja_about_present (gtk_application_get_active_window (data));
}

static void
preferences_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void) action;
  (void) parameter;
  cju_preferences_present (gtk_application_get_active_window (data));
}

/* With a topic, "layer/conv-2d"; an empty one shows the first page. */
static void
help_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  (void) action;
  cju_help_present (data, g_variant_get_string (parameter, NULL));
}

static void
cja_application_window_added (GtkApplication *application, GtkWindow *window)
{
  GTK_APPLICATION_CLASS (cja_application_parent_class)->window_added (application, window);
  cju_press_keep (window);
}

static void
cja_application_startup (GApplication *application)
{
  static const GActionEntry actions[] = {
    { "new-window", new_window_action, NULL, NULL, NULL, { 0 } },
    { "open-project", open_action, NULL, NULL, NULL, { 0 } },
    { "show-window", show_action, "u", NULL, NULL, { 0 } },
    { "preferences", preferences_action, NULL, NULL, NULL, { 0 } },
    { "help", help_action, "s", NULL, NULL, { 0 } },
    { "about", about_action, NULL, NULL, NULL, { 0 } },
    { "quit", quit_action, NULL, NULL, NULL, { 0 } },
  };

  G_APPLICATION_CLASS (cja_application_parent_class)->startup (application);
  g_action_map_add_action_entries (G_ACTION_MAP (application), actions, G_N_ELEMENTS (actions),
                                   application);
  gtk_window_set_default_icon_name (g_application_get_application_id (application));
  cju_settings_follow ();
  cju_commands_set_keys (GTK_APPLICATION (application));
}

static void
cja_application_class_init (CjaApplicationClass *class)
{
  GTK_APPLICATION_CLASS (class)->window_added = cja_application_window_added;
  G_APPLICATION_CLASS (class)->startup = cja_application_startup;
  G_APPLICATION_CLASS (class)->activate = cja_application_activate;
  G_APPLICATION_CLASS (class)->open = cja_application_open;
  G_APPLICATION_CLASS (class)->command_line = cja_application_command_line;
  G_APPLICATION_CLASS (class)->handle_local_options = cja_application_handle_local_options;
}

static void
cja_application_init (CjaApplication *self)
{
  g_application_add_main_option_entries (G_APPLICATION (self), options);
  g_application_set_option_context_summary (
      G_APPLICATION (self), _ ("Build neural networks, train them and see what every layer does."));
}

CjaApplication *
cja_application_new (void)
{
  return g_object_new (CJA_TYPE_APPLICATION, "application-id", "org.cajal.Cajal",
                       "resource-base-path", "/org/cajal/Cajal", "flags",
                       G_APPLICATION_HANDLES_COMMAND_LINE | G_APPLICATION_HANDLES_OPEN, NULL);
}
