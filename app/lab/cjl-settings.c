/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-settings.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

gboolean
cjl_settings_apply (const CjParam *table, gpointer values, const char *const *settings,
                    GError **error)
{
  for (guint i = 0; settings != NULL && settings[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (settings[i], "=", 2);
      const char *name = pair[0] != NULL ? pair[0] : "";

      if (cj_params_find (table, name) == NULL)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("There is no setting “%s” here."), name);
          return FALSE;
        }
      if (!cj_params_parse (table, values, name, pair[1] != NULL ? pair[1] : "", error))
        return FALSE;
    }
  return TRUE;
}

char *
cjl_settings_print (const CjParam *table, gconstpointer values, gsize size)
{
  g_autofree gpointer presets = g_malloc0 (size);
  g_autoptr (GString) text = g_string_new (NULL);

  cj_params_reset (table, presets);
  for (const CjParam *p = table; p->name != NULL; p++)
    {
      g_autofree char *preset = cj_params_print (p, presets);
      g_autofree char *value = cj_params_print (p, values);

      if (!g_str_equal (preset, value))
        g_string_append_printf (text, "%s%s=%s", text->len > 0 ? ", " : "", p->name, value);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
