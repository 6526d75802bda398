/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Edits of the undo stack as bytes, for the journal. */
#include "cjl-project-private.h"

/* Title; patch of the graph; the rest before and after; ids of the moments before and after; the edit
 * that it took back. */
#define EDIT_TYPE "(sa{sv}a{sv}a{sv}ssx)"

static GVariant *
no_entries (void)
{
  return g_variant_new ("a{sv}", NULL);
}

GBytes *
cjl_edit_print (const CjlEdit *edit)
{
  g_autoptr (GVariant) data = g_variant_ref_sink (
      g_variant_new ("(s@a{sv}@a{sv}@a{sv}ssx)", edit->title,
                     edit->graph != NULL ? edit->graph->changes : no_entries (), edit->before,
                     edit->after, edit->run_before != NULL ? edit->run_before->id : "",
                     edit->run_after != NULL ? edit->run_after->id : "", edit->reverts));

  return g_variant_get_data_as_bytes (data);
}

CjlEdit *
cjl_edit_parse (GBytes *bytes)
{
  g_autoptr (GVariant) data
      = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (EDIT_TYPE), bytes, FALSE));
  g_autoptr (GVariant) changes = NULL;
  const char *run_before, *run_after;
  GVariantIter iter;
  GVariant *pair;
  CjlEdit *edit;

  if (!g_variant_is_normal_form (data))
    return NULL;
  edit = g_new0 (CjlEdit, 1);
  g_variant_get (data, "(s@a{sv}@a{sv}@a{sv}&s&sx)", &edit->title, &changes, &edit->before,
                 &edit->after, &run_before, &run_after, &edit->reverts);
  if (*run_before != '\0')
    edit->run_before = cjl_moment_new_kept (run_before);
  if (*run_after != '\0')
    edit->run_after = cjl_moment_new_kept (run_after);
  g_variant_iter_init (&iter, changes);
  while (g_variant_iter_next (&iter, "{&sv}", NULL, &pair))
    {
      const gboolean fits = g_variant_is_of_type (pair, G_VARIANT_TYPE ("(a{sv}a{sv})"));

      g_variant_unref (pair);
      if (!fits)
        {
          cjl_edit_free (edit);
          return NULL;
        }
    }
  if (g_variant_n_children (changes) > 0)
    edit->graph = cj_patch_new (changes);
  return edit;
}
