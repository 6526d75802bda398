/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A list of descriptors that grows at run time, when plugins are loaded. Reading takes no lock: the
 * list is replaced as a whole and lists that were read before stay valid for ever. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gpointer items;  /* of a `const T *const *` that ends with NULL; atomic */
  gsize id_offset; /* of the field `const char *id` of T */
} CjCatalogue;

/* All of these: any thread, at any time. What is returned is borrowed, for ever. */
gconstpointer const *cj_catalogue_get (CjCatalogue *self);
gconstpointer cj_catalogue_find (CjCatalogue *self, const char *id); /* NULL if there is none */

/* Appends an item, which must stay as it is for ever. Refuses an id that is there already. */
gboolean cj_catalogue_add (CjCatalogue *self, gconstpointer item, GError **error);

G_END_DECLS
