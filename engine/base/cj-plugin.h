/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a plugin exports: a module NAME.so in a plugin folder with the function cj_plugin_entry. It finds
 * the functions of the public headers in the program that loads it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of everything that the public headers declare; raised when something in them changes its layout. The
 * structs with {abi, size} in front may grow at their end without that. */
#define CJ_PLUGIN_ABI 1
#define CJ_PLUGIN_ENTRY "cj_plugin_entry"

typedef enum
{
  CJ_PLUGIN_END,   /* of the table */
  CJ_PLUGIN_LAYER, /* info: CjLayerInfo of cj-layer.h */
  CJ_PLUGIN_FIGURE /* info: CjvFigureInfo of cjv-figure.h */
} CjPluginKind;

typedef struct
{
  CjPluginKind kind;
  gconstpointer info; /* with an id "vendor:name" that never changes */
} CjPluginItem;

typedef struct
{
  guint abi;           /* CJ_PLUGIN_ABI */
  gsize size;          /* sizeof (CjPlugin) */
  const char *name;    /* kebab-case, as of the file */
  const char *title;   /* for people */
  const char *version; /* "1.2" */
  const char *licence; /* SPDX: "GPL-3.0-or-later" */
  const CjPluginItem *items;
} CjPlugin;

/* Called once, on the main thread, before anything runs. The table and all it points to stay as they are
 * for ever. */
__attribute__ ((visibility ("default"))) const CjPlugin *cj_plugin_entry (void);

G_END_DECLS
