/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-placeholders.h"

#include <glib/gi18n-lib.h>

/* A saved node with another layer, if it is one of them. */
static GVariant *
alter (GVariant *item, const GPtrArray *unknown)
{
  g_autoptr (GVariant) inside
      = g_variant_is_of_type (item, G_VARIANT_TYPE_VARIANT) ? g_variant_get_variant (item) : NULL;
  g_autofree char *id = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, inside != NULL ? inside : item);
  g_variant_dict_lookup (&dict, "id", "s", &id);
  for (guint k = 0; id != NULL && k + 1 < unknown->len; k += 2)
    if (g_str_equal (unknown->pdata[k], id))
      {
        g_variant_dict_insert (&dict, "layer", "s", unknown->pdata[k + 1]);
        g_variant_dict_remove (&dict, "params");
      }
  return inside != NULL ? g_variant_new_variant (g_variant_dict_end (&dict))
                        : g_variant_dict_end (&dict);
}

gboolean
cjl_placeholders_put (CjGraph *graph, const GPtrArray *unknown, GError **error)
{
  g_autoptr (GVariant) nodes = NULL, altered = NULL;
  GVariantBuilder builder;

  if (unknown->len == 0)
    return TRUE;
  nodes = g_variant_ref_sink (cj_graph_save (graph));
  g_variant_builder_init (&builder, g_variant_get_type (nodes));
  for (gsize i = 0; i < g_variant_n_children (nodes); i++)
    {
      g_autoptr (GVariant) item = g_variant_get_child_value (nodes, i);

      g_variant_builder_add_value (&builder, alter (item, unknown));
    }
  altered = g_variant_ref_sink (g_variant_builder_end (&builder));
  return cj_graph_load (graph, altered, error);
}

char *
cjl_placeholders_print (const GPtrArray *unknown)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint k = 0; k + 1 < unknown->len; k += 2)
    g_string_append_printf (names, "%s“%s” (%s)", names->len > 0 ? ", " : "",
                            (const char *) unknown->pdata[k], (const char *) unknown->pdata[k + 1]);
  if (names->len == 0)
    return NULL;
  return g_strdup_printf (_ ("Nodes of kinds that are not known are placeholders: %s. The rest "
                             "is there; delete them or put other layers in their place."),
                          names->str);
}
