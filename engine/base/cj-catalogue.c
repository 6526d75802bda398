/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-catalogue.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const char *
get_id (const CjCatalogue *self, gconstpointer item)
{
  return *(const char *const *) ((const char *) item + self->id_offset);
}

static gconstpointer
find (const CjCatalogue *self, gconstpointer const *items, const char *id)
{
  for (; *items != NULL; items++)
    if (g_str_equal (get_id (self, *items), id))
      return *items;
  return NULL;
}

gconstpointer const *
cj_catalogue_get (CjCatalogue *self)
{
  return g_atomic_pointer_get (&self->items);
}

gconstpointer
cj_catalogue_find (CjCatalogue *self, const char *id)
{
  g_return_val_if_fail (id != NULL, NULL);

  return find (self, cj_catalogue_get (self), id);
}

gboolean
cj_catalogue_add (CjCatalogue *self, gconstpointer item, GError **error)
{
  gconstpointer const *before;
  gconstpointer *block = NULL;

  do
    {
      gsize n = 0;

      before = cj_catalogue_get (self);
      g_free (block);
      if (find (self, before, get_id (self, item)) != NULL)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                       _ ("“%s” is there already. Take one of the two away."), get_id (self, item));
          return FALSE;
        }
      while (before[n] != NULL)
        n++;
      /* the first place holds on to the list before, which someone may still read */
      block = g_new (gconstpointer, n + 3);
      block[0] = before;
      memcpy (block + 1, before, n * sizeof *block);
      block[n + 1] = item;
      block[n + 2] = NULL;
    }
  while (!g_atomic_pointer_compare_and_exchange (&self->items, (gpointer) before, block + 1));
  return TRUE;
}
