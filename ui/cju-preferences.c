/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-preferences.h"

#include "cju-access.h"
#include "cju-settings.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

/* Rows of switches and numbers: key, title, subtitle; a number has a range. */
typedef struct
{
  const char *key, *title, *subtitle;
  double min, max; /* both 0: a switch */
} Row;

static const Row look[] = {
  { "live-cards", N_ ("_Live Pictures on Cards"),
    N_ ("Off: cards are drawn again only when training stops, which saves processor time"), 0, 0 },
  { "animations", N_ ("_Animations"), N_ ("Off: nothing moves by itself, whatever the system says"),
    0, 0 },
};

static const Row training[] = {
  { "threads", N_ ("_Threads"),
    N_ ("0: one for each processor core. The results do not depend on it; it counts for projects "
        "opened from now on."),
    0, 64 },
  { "autosave-interval", N_ ("Seconds Between _Checkpoints"),
    N_ ("After a crash a run goes on from the last one"), 1, 600 },
  { "notify", N_ ("_Notify When a Long Run Ends"),
    N_ ("A message, if the window is not in use at that moment"), 0, 0 },
};

static void
on_switch (GObject *object, GParamSpec *pspec, gpointer data)
{
  (void) pspec;
  cju_settings_set_flag (data, gtk_switch_get_active (GTK_SWITCH (object)));
}

static void
on_spin (GtkSpinButton *spin, gpointer data)
{
  cju_settings_set_number (data, gtk_spin_button_get_value_as_int (spin));
}

static GtkWidget *
make_row (const char *title, const char *subtitle, GtkWidget *control)
{
  GtkWidget *row = adw_action_row_new ();
  g_auto (GStrv) pieces = g_strsplit (title, "_", -1);
  g_autofree char *plain = g_strjoinv (NULL, pieces);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_preferences_row_set_use_underline (ADW_PREFERENCES_ROW (row), TRUE);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), control);
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  cju_access_name (control, plain);
  return row;
}

static void
add_rows (AdwPreferencesGroup *group, const Row *rows, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      const Row *row = &rows[i];
      const gboolean flag = row->min == 0 && row->max == 0;
      GtkWidget *control
          = flag ? gtk_switch_new () : gtk_spin_button_new_with_range (row->min, row->max, 1);

      if (flag)
        {
          gtk_switch_set_active (GTK_SWITCH (control), cju_settings_get_flag (row->key));
          g_signal_connect (control, "notify::active", G_CALLBACK (on_switch), (gpointer) row->key);
        }
      else
        {
          gtk_spin_button_set_value (GTK_SPIN_BUTTON (control), cju_settings_get_number (row->key));
          g_signal_connect (control, "value-changed", G_CALLBACK (on_spin), (gpointer) row->key);
        }
      adw_preferences_group_add (group, make_row (_ (row->title), _ (row->subtitle), control));
    }
}

static void
on_style (GObject *object, GParamSpec *pspec, gpointer data)
{
  (void) pspec;
  (void) data;
  cju_settings_set_style ((CjuStyle) gtk_drop_down_get_selected (GTK_DROP_DOWN (object)));
}

static GtkWidget *
make_style (void)
{
  const char *const styles[]
      = { _ ("As the system"), C_ ("style", "Light"), C_ ("style", "Dark"), NULL };
  GtkWidget *control = gtk_drop_down_new_from_strings (styles);

  gtk_drop_down_set_selected (GTK_DROP_DOWN (control), cju_settings_get_style ());
  g_signal_connect (control, "notify::selected", G_CALLBACK (on_style), NULL);
  return make_row (_ ("_Style"), NULL, control);
}

static void
show_folder (GtkWidget *button)
{
  g_autofree char *folder = cju_settings_dup_text ("data-folder");
  g_autofree char *name = folder[0] != '\0' ? g_path_get_basename (folder) : NULL;

  gtk_button_set_label (GTK_BUTTON (button), name != NULL ? name : _ ("As the system"));
  cju_access_tip (button, folder[0] != '\0' ? folder : NULL);
}

static void
on_folder (GtkNativeDialog *dialog, int response, gpointer data)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (file);

      if (path != NULL)
        cju_settings_set_text ("data-folder", path);
      show_folder (data);
    }
  g_object_unref (dialog);
}

static void
choose_folder (GtkWidget *button)
{
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Choose folder"), GTK_WINDOW (gtk_widget_get_root (button)),
      GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Choose"), _ ("_Cancel"));

  g_signal_connect_object (dialog, "response", G_CALLBACK (on_folder), button, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static GtkWidget *
make_folder (void)
{
  GtkWidget *button = gtk_button_new ();

  show_folder (button);
  g_signal_connect (button, "clicked", G_CALLBACK (choose_folder), NULL);
  return make_row (_ ("_Folder of Data and Projects"), _ ("Where dialogs for files begin"), button);
}

static AdwPreferencesGroup *
add_group (AdwPreferencesPage *page, const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (group));
  return ADW_PREFERENCES_GROUP (group);
}

void
cju_preferences_present (GtkWindow *parent)
{
  GtkWidget *window = adw_preferences_window_new (), *page = adw_preferences_page_new ();
  AdwPreferencesPage *into = ADW_PREFERENCES_PAGE (page);
  AdwPreferencesGroup *group;

  adw_preferences_page_set_title (into, _ ("General"));
  adw_preferences_page_set_icon_name (into, "preferences-system-symbolic");
  group = add_group (into, _ ("Appearance"));
  adw_preferences_group_add (group, make_style ());
  add_rows (group, look, G_N_ELEMENTS (look));
  group = add_group (into, _ ("Training"));
  add_rows (group, training, G_N_ELEMENTS (training));
  group = add_group (into, _ ("Files"));
  adw_preferences_group_add (group, make_folder ());
  adw_preferences_window_add (ADW_PREFERENCES_WINDOW (window), into);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_window_present (GTK_WINDOW (window));
}
