/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli plugins: what was found, and what became of it. */
#include "cjl-plugins.h"

#include "cli.h"

#include <glib/gi18n-lib.h>

static const char *const states[] = { "loaded", "refused", "crashed" }; /* as CjlPluginState */

static void
print_plugin (const CjlPlugin *plugin, gboolean json)
{
  const CjPluginItem *items = plugin->plugin != NULL ? plugin->plugin->items : NULL;
  GVariantBuilder ids;
  GVariantDict dict;

  if (!json)
    {
      g_print ("%-8s %-20s %s\n", states[plugin->state], plugin->name, plugin->path);
      if (plugin->sentence != NULL)
        g_print ("         %s\n", plugin->sentence);
      else if (plugin->plugin != NULL)
        g_print ("         %s %s, %s:", plugin->plugin->title, plugin->plugin->version,
                 plugin->plugin->licence);
      for (const CjPluginItem *i = items; i != NULL && i->kind != CJ_PLUGIN_END; i++)
        g_print (" %s", cjl_plugin_get_id (i));
      if (items != NULL)
        g_print ("\n");
      return;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", plugin->name);
  g_variant_dict_insert (&dict, "path", "s", plugin->path);
  g_variant_dict_insert (&dict, "state", "s", states[plugin->state]);
  if (plugin->sentence != NULL)
    g_variant_dict_insert (&dict, "sentence", "s", plugin->sentence);
  if (plugin->plugin != NULL)
    {
      g_variant_dict_insert (&dict, "title", "s", plugin->plugin->title);
      g_variant_dict_insert (&dict, "version", "s", plugin->plugin->version);
      g_variant_dict_insert (&dict, "licence", "s", plugin->plugin->licence);
      g_variant_builder_init (&ids, G_VARIANT_TYPE ("av"));
      for (const CjPluginItem *i = items; i->kind != CJ_PLUGIN_END; i++)
        g_variant_builder_add (&ids, "v", g_variant_new_string (cjl_plugin_get_id (i)));
      g_variant_dict_insert_value (&dict, "items", g_variant_builder_end (&ids));
    }
  cli_print_json (g_variant_dict_end (&dict));
}

static int
run_plugins (int argc, char **argv)
{
  g_autofree char *retry = NULL;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "retry", 0, 0, G_OPTION_ARG_STRING, &retry, N_ ("Load one that crashed once more"), "NAME" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object a plugin"), NULL },
    { NULL },
  };
  const GPtrArray *plugins;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_plugins, entries, &argc, &argv, 0, 0, &status))
    return status;
  if (retry != NULL && !cjl_plugins_retry (retry, &error))
    return cli_fail (error);
  plugins = cjl_plugins_load ();
  for (guint i = 0; i < plugins->len; i++)
    print_plugin (plugins->pdata[i], json);
  if (plugins->len == 0 && !json)
    g_print (_ ("There are no plugins. They go into ~/.local/share/cajal/plugins.\n"));
  return 0;
}

const CliCommand cli_plugins = {
  "plugins",
  "",
  N_ ("Names the plugins that were found, and why one was not loaded"),
  run_plugins,
  N_ ("Plugins lie in the installed folder and in ~/.local/share/cajal/plugins;\n"
      "CAJAL_PLUGIN_PATH names other folders instead. One that crashed while it was loaded is\n"
      "passed over until its file changes or it is retried."),
};
