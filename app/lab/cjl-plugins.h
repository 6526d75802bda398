/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plugins: modules in the installed folder and in the user's, ~/.local/share/cajal/plugins; or in those
 * of CAJAL_PLUGIN_PATH instead. For the main thread, before anything runs. */
#pragma once

#include "cj-plugin.h"

G_BEGIN_DECLS

typedef enum
{
  CJL_PLUGIN_LOADED,
  CJL_PLUGIN_REFUSED, /* it does not fit this program */
  CJL_PLUGIN_CRASHED  /* it was being loaded when the program ended the last time */
} CjlPluginState;

typedef struct
{
  char *path;
  char *name; /* of the file, without its end */
  CjlPluginState state;
  char *sentence;         /* why it is not loaded, with the way out; NULL if it is */
  const CjPlugin *plugin; /* NULL unless loaded */
} CjlPlugin;

/* Loads what lies in the folders, in the order of their names; a second call only answers. A plugin that
 * crashes leaves a mark in the state folder and is passed over the next time, until its file changes or
 * it is retried. Array of CjlPlugin, borrowed. */
const GPtrArray *cjl_plugins_load (void);

/* The id of an item of a loaded plugin. Borrowed. */
const char *cjl_plugin_get_id (const CjPluginItem *item);

/* Loads a plugin that was passed over because it crashed. FALSE and the reason if it cannot be. */
gboolean cjl_plugins_retry (const char *name, GError **error);

G_END_DECLS
