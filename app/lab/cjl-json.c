/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-json.h"

#include "cj-error.h"
#include "cj-variant.h"
#include "json.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#define MAX_DEPTH 64

static JsonNode *to_node (GVariant *data);

static JsonNode *
object_to_node (GVariant *data)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (GList) sorted = NULL;
  GVariantIter iter;
  const char *key;

  g_variant_iter_init (&iter, data);
  while (g_variant_iter_next (&iter, "{&sv}", &key, NULL))
    sorted = g_list_insert_sorted (sorted, (gpointer) key, (GCompareFunc) strcmp);
  for (GList *l = sorted; l != NULL; l = l->next)
    {
      g_autoptr (GVariant) item = g_variant_lookup_value (data, l->data, NULL);

      json_object_set_member (object, l->data, to_node (item));
    }
  json_node_take_object (node, object);
  return node;
}

static JsonNode *
array_to_node (GVariant *data)
{
  JsonArray *array = json_array_new ();
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  GVariantIter iter;
  GVariant *item;

  g_variant_iter_init (&iter, data);
  while (g_variant_iter_next (&iter, "v", &item))
    {
      json_array_add_element (array, to_node (item));
      g_variant_unref (item);
    }
  json_node_take_array (node, array);
  return node;
}

static JsonNode *
to_node (GVariant *data)
{
  JsonNode *node;

  if (g_variant_is_of_type (data, G_VARIANT_TYPE_VARDICT))
    return object_to_node (data);
  if (g_variant_is_of_type (data, G_VARIANT_TYPE ("av")))
    return array_to_node (data);
  node = json_node_new (JSON_NODE_VALUE);
  if (g_variant_is_of_type (data, G_VARIANT_TYPE_STRING))
    json_node_set_string (node, g_variant_get_string (data, NULL));
  else if (g_variant_is_of_type (data, G_VARIANT_TYPE_BOOLEAN))
    json_node_set_boolean (node, g_variant_get_boolean (data));
  else if (g_variant_is_of_type (data, G_VARIANT_TYPE_INT64))
    json_node_set_int (node, g_variant_get_int64 (data));
  else if (g_variant_is_of_type (data, G_VARIANT_TYPE_DOUBLE)
           && isfinite (g_variant_get_double (data)))
    json_node_set_double (node, g_variant_get_double (data));
  else
    json_node_init_null (node);
  return node;
}

/* Takes the ".0" off numbers like 1e+22.0: the generator appends it where it sees no point, and no parser
 * reads it. */
static void
mend_exponents (char *text)
{
  gboolean in_string = FALSE, in_exponent = FALSE;
  char *to = text;

  for (const char *from = text; *from != '\0'; from++)
    {
      if (in_exponent && from[0] == '.' && from[1] == '0')
        {
          in_exponent = FALSE;
          from++;
          continue;
        }
      if (in_string && *from == '\\')
        *to++ = *from++;
      else if (*from == '"')
        in_string = !in_string;
      in_exponent = !in_string
                    && (in_exponent ? g_ascii_isdigit (*from) || *from == '+' || *from == '-'
                                    : *from == 'e' && from > text && g_ascii_isdigit (from[-1]));
      *to++ = *from;
    }
  *to = '\0';
}

char *
cjl_json_print (GVariant *data, gboolean pretty)
{
  g_autoptr (JsonNode) root = to_node (data);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  char *text;

  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, pretty);
  text = json_generator_to_data (generator, NULL);
  mend_exponents (text);
  return text;
}

static GVariant *
from_node (JsonNode *node, guint depth)
{
  GVariantBuilder builder;

  if (depth > MAX_DEPTH)
    return NULL;
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObjectIter iter;
      const char *key;
      JsonNode *member;

      g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
      json_object_iter_init_ordered (&iter, json_node_get_object (node));
      while (json_object_iter_next_ordered (&iter, &key, &member))
        {
          GVariant *value = from_node (member, depth + 1);

          if (value != NULL)
            g_variant_builder_add (&builder, "{sv}", key, value);
        }
      return g_variant_builder_end (&builder);
    }
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
      for (guint i = 0; i < json_array_get_length (array); i++)
        {
          GVariant *value = from_node (json_array_get_element (array, i), depth + 1);

          if (value != NULL)
            g_variant_builder_add (&builder, "v", value);
        }
      return g_variant_builder_end (&builder);
    }
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      return g_variant_new_string (json_node_get_string (node));
    case G_TYPE_BOOLEAN:
      return g_variant_new_boolean (json_node_get_boolean (node));
    case G_TYPE_INT64:
      return g_variant_new_int64 (json_node_get_int (node));
    case G_TYPE_DOUBLE:
      return g_variant_new_double (json_node_get_double (node));
    default:
      return NULL;
    }
}

GVariant *
cjl_json_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  GVariant *data;

  if (!cjd_json_check (text, length < 0 ? strlen (text) : (gsize) length, error)
      || !json_parser_load_from_data (parser, text, length, error))
    return NULL;
  data
      = json_parser_get_root (parser) != NULL ? from_node (json_parser_get_root (parser), 0) : NULL;
  if (data == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("There is nothing in the JSON text."));
      return NULL;
    }
  return cj_variant_settle (g_variant_ref_sink (data)); /* some of it goes to threads */
}
