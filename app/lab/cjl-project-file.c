/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The .cajal container: mimetype, project.json, weights.safetensors,
 * normalisation.safetensors, and what lies under run/. */
#include "cjl-project-private.h"

#include "cj-error.h"
#include "zip.h"
#include "cjl-json.h"
#include "safetensors.h"

#include <gio/gio.h>
#include <string.h>

#define MIMETYPE "application/vnd.cajal.project+zip"
#define FORMAT 1
#define MAX_FILE (G_GUINT64_CONSTANT (4) << 30)

static char *
print_json (CjlProject *self)
{
  g_autoptr (GVariant) rest = g_variant_ref_sink (cjl_project_save_rest (self));
  g_autoptr (GVariant) root = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, self->kept);
  for (guint i = 0; i < 3; i++)
    {
      static const char *const keys[] = { "title", "data", "training" };
      g_autoptr (GVariant) value = g_variant_lookup_value (rest, keys[i], NULL);

      g_variant_dict_insert_value (&dict, keys[i], value);
    }
  g_variant_dict_insert (&dict, "format", "x", (gint64) FORMAT);
  g_variant_dict_insert (&dict, "uuid", "s", self->uuid);
  g_variant_dict_insert_value (&dict, "graph", cj_graph_save (self->graph));
  g_variant_dict_insert_value (&dict, "history", self->history);
  root = g_variant_ref_sink (g_variant_dict_end (&dict));
  return cjl_json_print (root, TRUE);
}

GBytes *
cjl_project_print (CjlProject *self, GError **error)
{
  g_autoptr (GPtrArray) pieces = cjd_pieces_new ();
  char *json = print_json (self);

  cjd_pieces_add (pieces, "mimetype", g_bytes_new_static (MIMETYPE, strlen (MIMETYPE)));
  cjd_pieces_add (pieces, "project.json", g_bytes_new_take (json, strlen (json)));
  if (self->weights->len > 0)
    cjd_pieces_add (pieces, "weights.safetensors", cjd_safetensors_print (self->weights));
  if (self->norm->len > 0)
    cjd_pieces_add (pieces, "normalisation.safetensors", cjd_safetensors_print (self->norm));
  for (guint i = 0; i < self->run->len; i++)
    {
      const CjdPiece *piece = self->run->pdata[i];

      cjd_pieces_add (pieces, piece->name, g_bytes_ref (piece->bytes));
    }
  return cjd_zip_print (pieces, error);
}

static gboolean
read_tensors (const GPtrArray *pieces, const char *name, GPtrArray **tensors, GError **error)
{
  GBytes *bytes = cjd_pieces_find (pieces, name);
  GPtrArray *read;

  if (bytes == NULL)
    return TRUE;
  read = cjd_safetensors_parse (bytes, error);
  if (read == NULL)
    {
      g_prefix_error (error, "%s: ", name);
      return FALSE;
    }
  g_ptr_array_unref (*tensors);
  *tensors = read;
  return TRUE;
}

/* Keys that this version does not know are kept and written back. */
static GVariant *
keep_unknown (GVariant *root)
{
  static const char *const known[]
      = { "format", "uuid", "title", "data", "training", "graph", "history", NULL };
  GVariantDict dict;

  g_variant_dict_init (&dict, root);
  for (guint i = 0; known[i] != NULL; i++)
    g_variant_dict_remove (&dict, known[i]);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

static gboolean
read_json (CjlProject *self, GBytes *bytes, GError **error)
{
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  g_autoptr (GVariant) root = cjl_json_parse (text, (gssize) size, error);
  g_autoptr (GVariant) graph = NULL, history = NULL;
  const char *uuid;
  gint64 format = 0;

  if (root == NULL)
    return FALSE;
  if (!g_variant_is_of_type (root, G_VARIANT_TYPE_VARDICT)
      || !g_variant_lookup (root, "format", "x", &format) || format < 1 || format > FORMAT)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   "The project is of format %" G_GINT64_FORMAT
                   "; this version reads formats up to %d. A newer Cajal can open it.",
                   format, FORMAT);
      return FALSE;
    }
  graph = g_variant_lookup_value (root, "graph", G_VARIANT_TYPE ("av"));
  if (graph == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "The project has no network in it.");
      return FALSE;
    }
  if (!cj_graph_load (self->graph, graph, error) || !cjl_project_load_rest (self, root, error))
    return FALSE;
  if (g_variant_lookup (root, "uuid", "&s", &uuid) && g_uuid_string_is_valid (uuid))
    {
      g_free (self->uuid);
      self->uuid = g_strdup (uuid);
    }
  history = g_variant_lookup_value (root, "history", G_VARIANT_TYPE ("av"));
  if (history != NULL)
    {
      g_variant_unref (self->history);
      self->history = g_steal_pointer (&history);
    }
  self->kept = keep_unknown (root);
  return TRUE;
}

CjlProject *
cjl_project_parse (GBytes *bytes, GError **error)
{
  g_autoptr (CjlProject) self = cjl_project_new ();
  g_autoptr (GPtrArray) pieces = cjd_zip_parse (bytes, MAX_FILE, error);
  GBytes *mimetype, *json;

  if (pieces == NULL)
    return NULL;
  mimetype = cjd_pieces_find (pieces, "mimetype");
  json = cjd_pieces_find (pieces, "project.json");
  if (mimetype == NULL || json == NULL || g_bytes_get_size (mimetype) != strlen (MIMETYPE)
      || memcmp (g_bytes_get_data (mimetype, NULL), MIMETYPE, strlen (MIMETYPE)) != 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "This is a zip file, but no Cajal project.");
      return NULL;
    }
  if (!read_json (self, json, error)
      || !read_tensors (pieces, "weights.safetensors", &self->weights, error)
      || !read_tensors (pieces, "normalisation.safetensors", &self->norm, error))
    return NULL;
  for (guint i = 0; i < pieces->len; i++)
    {
      const CjdPiece *piece = pieces->pdata[i];

      if (g_str_has_prefix (piece->name, "run/"))
        cjd_pieces_add (self->run, piece->name, g_bytes_ref (piece->bytes));
    }
  return g_steal_pointer (&self);
}

CjlProject *
cjl_project_load (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autoptr (GBytes) bytes = g_file_load_bytes (file, NULL, NULL, error);
  CjlProject *self = bytes != NULL ? cjl_project_parse (bytes, error) : NULL;

  if (self == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  self->path = g_strdup (path);
  return self;
}

gboolean
cjl_project_save (CjlProject *self, const char *path, GError **error)
{
  CjlProjectFull *full = cjl_project_full (self);
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autoptr (GBytes) bytes = cjl_project_print (self, error);
  g_autoptr (CjlProject) read_back = bytes != NULL ? cjl_project_parse (bytes, error) : NULL;
  char *copy;

  if (read_back == NULL
      || !g_file_replace_contents (file, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                   NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL, error))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  copy = g_strdup (path);
  g_free (self->path);
  self->path = copy;
  full->saved = full->undo->len > 0 ? full->undo->pdata[full->undo->len - 1] : NULL;
  full->stored = FALSE;
  cjl_project_notify (self);
  return TRUE;
}
