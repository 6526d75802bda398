/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nir.h"

#include "cj-error.h"
#include "file.h"
#include "hdf5.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_FIELDS 64 /* of a node */

static void
free_node (gpointer data)
{
  CjdNirNode *node = data;

  g_free (node->name);
  g_free (node->type);
  g_ptr_array_unref (node->arrays);
  g_ptr_array_unref (node->texts);
  g_free (node);
}

CjdNirGraph *
cjd_nir_graph_new (void)
{
  CjdNirGraph *graph = g_new0 (CjdNirGraph, 1);

  graph->nodes = g_ptr_array_new_with_free_func (free_node);
  graph->edges = g_array_new (FALSE, TRUE, sizeof (CjdNirEdge));
  return graph;
}

void
cjd_nir_graph_free (CjdNirGraph *graph)
{
  g_ptr_array_unref (graph->nodes);
  g_array_unref (graph->edges);
  g_free (graph);
}

const CjdNpyArray *
cjd_nir_node_find (const CjdNirNode *node, const char *name)
{
  return cjd_npz_find (node->arrays, name);
}

const char *
cjd_nir_node_find_text (const CjdNirNode *node, const char *name)
{
  for (guint i = 0; i + 1 < node->texts->len; i += 2)
    if (g_str_equal (node->texts->pdata[i], name))
      return node->texts->pdata[i + 1];
  return NULL;
}

/* --- reading --- */

/* A graph under way. */
typedef struct
{
  CjdHdf5 *file;
  CjdNirGraph *graph;
  GHashTable *places; /* name of a node to its place + 1 */
  GHashTable *graphs; /* names of graphs within the graph */
  GPtrArray *ends;    /* char *: names of both ends of edges, in turn */
} Reading;

static char *
read_text (CjdHdf5 *file, const char *group, const char *name, GError **error)
{
  g_autofree char *path = g_strconcat (group, "/", name, NULL);
  const CjdHdf5Set *set = cjd_hdf5_get_set (file, path, error);

  return set != NULL ? cjd_hdf5_set_dup_text (set, 0, error) : NULL;
}

/* One parameter; what is a group, as remarks are, is passed over. */
static gboolean
read_field (Reading *r, CjdNirNode *node, const char *group, const char *name, GError **error)
{
  g_autofree char *path = g_strconcat (group, "/", name, NULL);
  const CjdHdf5Set *set;
  CjdNpyArray *array;
  char *text;

  if (g_str_equal (name, "type") || cjd_hdf5_get_kind (r->file, path) == CJD_HDF5_GROUP)
    return TRUE;
  set = cjd_hdf5_get_set (r->file, path, error);
  if (set == NULL)
    return FALSE;
  if (cjd_hdf5_set_get_content (set) == CJD_HDF5_TEXTS)
    {
      if (cj_shape_size (cjd_hdf5_set_get_shape (set)) != 1)
        return TRUE;
      text = cjd_hdf5_set_dup_text (set, 0, error);
      if (text == NULL)
        return FALSE;
      g_ptr_array_add (node->texts, g_strdup (name));
      g_ptr_array_add (node->texts, text);
      return TRUE;
    }
  array = cjd_hdf5_set_dup_array (set, error);
  if (array == NULL)
    return FALSE;
  g_free (array->name);
  array->name = g_strdup (name);
  g_ptr_array_add (node->arrays, array);
  return TRUE;
}

static gboolean
read_node (Reading *r, const char *group, const char *name, const char *type, gboolean inner,
           GError **error)
{
  CjdNirNode *node = g_new0 (CjdNirNode, 1);
  g_auto (GStrv) fields = cjd_hdf5_list (r->file, group, error);

  node->name = g_strdup (name);
  node->type = g_strdup (type);
  node->inner = inner;
  node->arrays = g_ptr_array_new_with_free_func ((GDestroyNotify) cjd_npy_array_free);
  node->texts = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (r->graph->nodes, node);
  g_hash_table_insert (r->places, node->name, GUINT_TO_POINTER (r->graph->nodes->len));
  if (fields == NULL)
    return FALSE;
  if (g_strv_length (fields) > MAX_FIELDS || r->graph->nodes->len > CJD_NIR_MAX_NODES)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("It has more than %d nodes, or a node with more than %d parameters."),
                   CJD_NIR_MAX_NODES, MAX_FIELDS);
      return FALSE;
    }
  for (guint i = 0; fields[i] != NULL; i++)
    if (!read_field (r, node, group, fields[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
read_edges (Reading *r, const char *group, const char *prefix, GError **error)
{
  g_autofree char *path = g_strconcat (group, "/edges", NULL);
  const CjdHdf5Set *set = cjd_hdf5_get_set (r->file, path, error);
  const CjShape *shape = set != NULL ? cjd_hdf5_set_get_shape (set) : NULL;
  const gint64 n = shape != NULL ? cj_shape_size (shape) : 0;

  if (set == NULL)
    return FALSE;
  if (n > 0
      && (shape->n_dims != 2 || shape->dims[1] != 2
          || r->ends->len / 2 + n / 2 > CJD_NIR_MAX_EDGES))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("“%s” is no list of pairs of names, or one of more than %d."), path,
                   CJD_NIR_MAX_EDGES);
      return FALSE;
    }
  for (gint64 i = 0; i < n; i++)
    {
      g_autofree char *name = cjd_hdf5_set_dup_text (set, i, error);

      if (name == NULL)
        return FALSE;
      g_ptr_array_add (r->ends, g_strconcat (prefix, name, NULL));
    }
  return TRUE;
}

/* The nodes of a graph, and those of graphs within it, whose names begin with `prefix`. */
static gboolean
read_graph (Reading *r, const char *group, const char *prefix, guint depth, GError **error)
{
  g_autofree char *folder = g_strconcat (group, "/nodes", NULL);
  g_auto (GStrv) names = cjd_hdf5_list (r->file, folder, error);

  if (names == NULL)
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *path = g_strconcat (folder, "/", names[i], NULL);
      g_autofree char *name = g_strconcat (prefix, names[i], NULL);
      g_autofree char *within = g_strconcat (name, ".", NULL);
      g_autofree char *type = read_text (r->file, path, "type", error);

      if (type == NULL)
        {
          g_prefix_error (error, "“%s”: ", name);
          return FALSE;
        }
      if (!g_str_equal (type, "NIRGraph"))
        {
          if (!read_node (r, path, name, type, depth > 0, error))
            return FALSE;
          continue;
        }
      if (depth == CJD_NIR_MAX_DEPTH)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       _ ("“%s” is a graph within more than %d others."), name, CJD_NIR_MAX_DEPTH);
          return FALSE;
        }
      g_hash_table_add (r->graphs, g_strdup (name));
      if (!read_graph (r, path, within, depth + 1, error))
        return FALSE;
    }
  return read_edges (r, group, prefix, error);
}

/* The node that an end of an edge means. */
static gboolean
find_end (const Reading *r, const char *name, gboolean is_source, guint *place, GError **error)
{
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (r->places, name));

  if (found == 0 && g_hash_table_contains (r->graphs, name))
    {
      g_autofree char *prefix = g_strconcat (name, ".", NULL);

      for (guint i = 0; i < r->graph->nodes->len && found == 0; i++)
        {
          const CjdNirNode *node = r->graph->nodes->pdata[i];

          if (g_str_has_prefix (node->name, prefix)
              && strchr (node->name + strlen (prefix), '.') == NULL
              && g_str_equal (node->type, is_source ? "Output" : "Input"))
            found = i + 1;
        }
    }
  if (found == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("A wire goes from or to “%s”, but there is no such node."), name);
      return FALSE;
    }
  *place = found - 1;
  return TRUE;
}

static gboolean
read_file (Reading *r, GError **error)
{
  g_autofree char *type = NULL;

  if (cjd_hdf5_get_kind (r->file, "node") != CJD_HDF5_GROUP)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("It is an HDF5 file without a group “node”, so it is no NIR graph."));
      return FALSE;
    }
  type = read_text (r->file, "node", "type", error);
  if (type == NULL)
    return FALSE;
  if (!g_str_equal (type, "NIRGraph"))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("Its outermost node is a “%s”. A NIR file begins with a NIRGraph."), type);
      return FALSE;
    }
  if (!read_graph (r, "node", "", 0, error))
    return FALSE;
  for (guint i = 0; i + 1 < r->ends->len; i += 2)
    {
      CjdNirEdge edge;

      if (!find_end (r, r->ends->pdata[i], TRUE, &edge.from, error)
          || !find_end (r, r->ends->pdata[i + 1], FALSE, &edge.to, error))
        return FALSE;
      g_array_append_val (r->graph->edges, edge);
    }
  return TRUE;
}

CjdNirGraph *
cjd_nir_parse (GBytes *bytes, GError **error)
{
  g_autoptr (CjdHdf5) file = cjd_hdf5_parse (bytes, error);
  g_autoptr (CjdNirGraph) graph = NULL;
  Reading r = { .file = file };
  gboolean good;

  if (file == NULL)
    return NULL;
  graph = r.graph = cjd_nir_graph_new ();
  r.places = g_hash_table_new (g_str_hash, g_str_equal);
  r.graphs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  r.ends = g_ptr_array_new_with_free_func (g_free);
  good = read_file (&r, error);
  g_hash_table_unref (r.places);
  g_hash_table_unref (r.graphs);
  g_ptr_array_unref (r.ends);
  return good ? g_steal_pointer (&graph) : NULL;
}

CjdNirGraph *
cjd_nir_load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = cjd_file_read (path, CJD_HDF5_MAX_BYTES, error);
  CjdNirGraph *graph = bytes != NULL ? cjd_nir_parse (bytes, error) : NULL;

  if (bytes != NULL && graph == NULL)
    g_prefix_error (error, "%s: ", path);
  return graph;
}
