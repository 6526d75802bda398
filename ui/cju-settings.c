/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-settings.h"

#include "cjl-language.h"

#include <adwaita.h>

#define SCHEMA "org.cajal.Cajal"

static const char *const presets[] = {
  "window-width",
  "1400",
  "window-height",
  "880",
  "window-maximized",
  "false",
  "style",
  "'system'",
  "live-cards",
  "true",
  "animations",
  "true",
  "autosave-interval",
  "9",
  "data-folder",
  "''",
  "results-folder",
  "''",
  "threads",
  "0",
  "notify",
  "true",
  "energy-prices",
  "''",
  NULL,
};

static GHashTable *values; /* key to GVariant, where there is no schema */

const char *const *
cju_settings_presets (void)
{
  return presets;
}

/* The schema beside a program in its build folder, else the one that is installed: a new key is there
 * before it is installed anew. */
static GSettingsSchema *
find_schema (void)
{
  GSettingsSchemaSource *system = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchemaSource) own = NULL;
  g_autofree char *folder = cjl_language_find_built ("desktop");

  if (folder != NULL)
    own = g_settings_schema_source_new_from_directory (folder, system, TRUE, NULL);
  if (own == NULL && system == NULL)
    return NULL;
  return g_settings_schema_source_lookup (own != NULL ? own : system, SCHEMA, TRUE);
}

GSettings *
cju_settings_get (void)
{
  static gsize once;
  static GSettings *settings; /* lives as long as the program */

  if (g_once_init_enter (&once))
    {
      g_autoptr (GSettingsSchema) schema = find_schema ();

      if (schema != NULL)
        settings = g_settings_new_full (schema, NULL, NULL);
      else
        values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                        (GDestroyNotify) g_variant_unref);
      g_once_init_leave (&once, 1);
    }
  return settings;
}

/* You unref. */
static GVariant *
get_value (const char *key)
{
  GSettings *settings = cju_settings_get ();
  GVariant *value;

  if (settings != NULL)
    return g_settings_get_value (settings, key);
  value = g_hash_table_lookup (values, key);
  if (value != NULL)
    return g_variant_ref (value);
  for (guint i = 0; presets[i] != NULL; i += 2)
    if (g_str_equal (presets[i], key))
      return g_variant_parse (NULL, presets[i + 1], NULL, NULL, NULL);
  g_assert_not_reached ();
}

/* Takes a floating value. A key that may not be written keeps its value. */
static void
set_value (const char *key, GVariant *value)
{
  GSettings *settings = cju_settings_get ();
  g_autoptr (GVariant) owned = g_variant_ref_sink (value);

  if (settings != NULL)
    g_settings_set_value (settings, key, owned);
  else
    g_hash_table_replace (values, (gpointer) g_intern_string (key), g_steal_pointer (&owned));
}

gboolean
cju_settings_get_flag (const char *key)
{
  g_autoptr (GVariant) value = get_value (key);

  return g_variant_get_boolean (value);
}

int
cju_settings_get_number (const char *key)
{
  g_autoptr (GVariant) value = get_value (key);

  return g_variant_get_int32 (value);
}

char *
cju_settings_dup_text (const char *key)
{
  g_autoptr (GVariant) value = get_value (key);

  return g_variant_dup_string (value, NULL);
}

void
cju_settings_set_flag (const char *key, gboolean value)
{
  set_value (key, g_variant_new_boolean (value));
}

void
cju_settings_set_number (const char *key, int value)
{
  set_value (key, g_variant_new_int32 (value));
}

void
cju_settings_set_text (const char *key, const char *value)
{
  set_value (key, g_variant_new_string (value));
}

static const char *const styles[] = { "system", "light", "dark" };

CjuStyle
cju_settings_get_style (void)
{
  g_autofree char *name = cju_settings_dup_text ("style");

  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    if (g_str_equal (styles[i], name))
      return (CjuStyle) i;
  return CJU_STYLE_SYSTEM;
}

static void
put_style_in_force (void)
{
  static const AdwColorScheme schemes[]
      = { ADW_COLOR_SCHEME_DEFAULT, ADW_COLOR_SCHEME_FORCE_LIGHT, ADW_COLOR_SCHEME_FORCE_DARK };

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      schemes[cju_settings_get_style ()]);
}

/* Off is said to GTK; on gives the word back to the system. */
static void
put_animations_in_force (void)
{
  GtkSettings *gtk = gtk_settings_get_default ();

  if (gtk == NULL)
    return;
  if (cju_settings_get_flag ("animations"))
    gtk_settings_reset_property (gtk, "gtk-enable-animations");
  else
    g_object_set (gtk, "gtk-enable-animations", FALSE, NULL);
}

void
cju_settings_set_style (CjuStyle style)
{
  cju_settings_set_text ("style", styles[style]);
  put_style_in_force ();
}

guint
cju_settings_get_threads (void)
{
  const int set = cju_settings_get_number ("threads");

  return (guint) CLAMP (set > 0 ? set : (int) g_get_num_processors (), 1, 64);
}

void
cju_settings_give_size (GtkWindow *window)
{
  gtk_window_set_default_size (window, cju_settings_get_number ("window-width"),
                               cju_settings_get_number ("window-height"));
  if (cju_settings_get_flag ("window-maximized"))
    gtk_window_maximize (window);
}

void
cju_settings_keep_size (GtkWindow *window)
{
  int width, height;

  gtk_window_get_default_size (window, &width, &height);
  cju_settings_set_flag ("window-maximized", gtk_window_is_maximized (window));
  if (gtk_window_is_maximized (window) || gtk_window_is_fullscreen (window))
    return;
  cju_settings_set_number ("window-width", MAX (width, 360));
  cju_settings_set_number ("window-height", MAX (height, 300));
}

void
cju_settings_begin_in_folder (GtkFileChooser *chooser)
{
  g_autofree char *path = cju_settings_dup_text ("data-folder");
  g_autoptr (GFile) folder = path[0] != '\0' ? g_file_new_for_path (path) : NULL;

  if (folder != NULL && g_file_query_exists (folder, NULL))
    gtk_file_chooser_set_current_folder (chooser, folder, NULL);
}

void
cju_settings_keep_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  cju_settings_set_text ("data-folder", folder);
}

void
cju_settings_follow (void)
{
  GSettings *settings = cju_settings_get ();

  put_style_in_force ();
  put_animations_in_force ();
  if (settings == NULL)
    return;
  g_signal_connect (settings, "changed::style", G_CALLBACK (put_style_in_force), NULL);
  g_signal_connect (settings, "changed::animations", G_CALLBACK (put_animations_in_force), NULL);
}
