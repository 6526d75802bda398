/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-blocks.h"

#include "cj-error.h"
#include "cj-file.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_BYTES (4 << 20)
#define MAX_FILES 500

void
cjl_own_block_free (gpointer data)
{
  CjlOwnBlock *own = data;

  g_free (own->path);
  g_free (own->title);
  g_free (own->trouble);
  g_clear_pointer (&own->part, cj_graph_free);
  g_free (own);
}

char *
cjl_blocks_dup_folder (void)
{
  return g_build_filename (g_get_user_data_dir (), "cajal", "blocks", NULL);
}

/* The one card of a part on the outermost level, if that is a block. */
static CjBlock *
find_outermost (const CjGraph *part)
{
  g_autoptr (CjlScene) scene = cjl_scene_new (part, NULL);

  return scene->cards->len == 1 ? cjl_scene_get (scene, 0)->block : NULL;
}

/* The text of a plain file that is not too long. */
static char *
read_text (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInfo) info = g_file_query_info (
      file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE, 0, NULL, error);
  g_autofree char *text = NULL;
  gsize length;

  if (info == NULL)
    return NULL;
  if (g_file_info_get_file_type (info) != G_FILE_TYPE_REGULAR
      || g_file_info_get_size (info) > MAX_BYTES)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("This is no plain file of at most 4 MiB."));
      return NULL;
    }
  if (!g_file_load_contents (file, NULL, &text, &length, NULL, error))
    return NULL;
  if (g_utf8_validate_len (text, length, NULL))
    return g_steal_pointer (&text);
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("This is no text."));
  return NULL;
}

CjGraph *
cjl_block_load (const char *path, GError **error)
{
  g_autofree char *text = read_text (path, error);
  g_autoptr (CjGraph) part = text != NULL ? cjl_arrange_parse (text, error) : NULL;
  g_autofree char *name = g_path_get_basename (path);
  const CjNode *missing = NULL;

  for (guint i = 0; part != NULL && i < part->nodes->len; i++)
    if (((const CjNode *) part->nodes->pdata[i])->kept != NULL)
      missing = part->nodes->pdata[i];
  if (missing != NULL)
    {
      const char *layer = "";

      g_variant_lookup (missing->kept, "layer", "&s", &layer);
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("The layer “%s” is not installed. Install the plugin that brings it."),
                   layer);
      g_clear_pointer (&part, cj_graph_free);
    }
  else if (part != NULL && find_outermost (part) == NULL)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_FILE,
          _ ("There is not one block in it with everything inside. Save the block again."));
      g_clear_pointer (&part, cj_graph_free);
    }
  if (part == NULL)
    g_prefix_error (error, "%s: ", name);
  return g_steal_pointer (&part);
}

static CjlOwnBlock *
read_own (const char *path)
{
  CjlOwnBlock *own = g_new0 (CjlOwnBlock, 1);
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_path_get_basename (path);

  own->path = g_strdup (path);
  own->part = cjl_block_load (path, &error);
  if (own->part != NULL)
    own->title = g_strdup (find_outermost (own->part)->title);
  else
    own->trouble = g_strdup (error->message);
  if (own->title == NULL || *own->title == '\0')
    {
      g_free (own->title);
      own->title = g_strndup (name, strlen (name) - strlen (".json"));
    }
  return own;
}

static gint
compare_titles (gconstpointer a, gconstpointer b)
{
  const CjlOwnBlock *m = *(CjlOwnBlock *const *) a, *n = *(CjlOwnBlock *const *) b;
  const gint order = g_utf8_collate (m->title, n->title);

  return order != 0 ? order : strcmp (m->path, n->path);
}

GPtrArray *
cjl_blocks_list (void)
{
  g_autofree char *folder = cjl_blocks_dup_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  GPtrArray *all = g_ptr_array_new_with_free_func (cjl_own_block_free);
  const char *name;

  while (dir != NULL && all->len < MAX_FILES && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".json") && g_utf8_validate (name, -1, NULL))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        g_ptr_array_add (all, read_own (path));
      }
  g_ptr_array_sort (all, compare_titles);
  return all;
}

static gboolean
is_same_title (const char *a, const char *b)
{
  g_autofree char *one = g_utf8_casefold (a, -1), *two = g_utf8_casefold (b, -1);

  return g_str_equal (one, two);
}

static const CjlOwnBlock *
find_own (const GPtrArray *all, const char *title)
{
  for (guint i = 0; i < all->len; i++)
    if (is_same_title (((const CjlOwnBlock *) all->pdata[i])->title, title))
      return all->pdata[i];
  return NULL;
}

/* A name for a file, of letters and digits of any script. */
static char *
make_name (const char *title)
{
  GString *name = g_string_new (NULL);

  for (const char *at = title; *at != '\0'; at = g_utf8_next_char (at))
    {
      const gunichar c = g_utf8_get_char (at);

      if (g_unichar_isalnum (c))
        g_string_append_unichar (name, g_unichar_tolower (c));
      else if (name->len > 0 && name->str[name->len - 1] != '-')
        g_string_append_c (name, '-');
    }
  return g_string_free (name, FALSE);
}

static char *
make_path (const char *folder, const char *title)
{
  g_autofree char *name = make_name (title);

  for (guint n = 1;; n++)
    {
      g_autofree char *file = n == 1 ? g_strdup_printf ("%s.json", *name != '\0' ? name : "block")
                                     : g_strdup_printf ("%s-%u.json", name, n);
      char *path = g_build_filename (folder, file, NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return path;
      g_free (path);
    }
}

gboolean
cjl_blocks_save (const CjGraph *graph, const CjBlock *block, char **title, GError **error)
{
  g_autoptr (CjGraph) copy = cj_graph_dup (graph);
  g_autoptr (GPtrArray) all = cjl_blocks_list ();
  g_autofree char *folder = cjl_blocks_dup_folder (), *free_title = g_strdup (block->title);
  g_autofree char *path = NULL, *text = NULL;
  const char *const ids[] = { block->id, NULL };

  for (guint n = 2; find_own (all, free_title) != NULL; n++)
    {
      g_free (free_title);
      free_title = g_strdup_printf (
          "%.*s %u",
          (int) (g_utf8_offset_to_pointer (
                     block->title, MIN (g_utf8_strlen (block->title, -1), CJ_BLOCK_TITLE_MAX - 5))
                 - block->title),
          block->title, n);
    }
  if (!cj_graph_rename_block (copy, cj_graph_find_block (copy, block->id), free_title, error))
    return FALSE;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "%s: %s", folder, g_strerror (errno));
      return FALSE;
    }
  path = make_path (folder, free_title);
  text = cjl_arrange_copy (copy, ids);
  if (!cj_file_write (path, text, strlen (text), NULL, NULL, error))
    return FALSE;
  if (title != NULL)
    *title = g_steal_pointer (&free_title);
  return TRUE;
}

/* Where a removed file waits: no name that is listed. */
static GFile *
get_removed (const char *path)
{
  g_autofree char *name = g_strconcat (path, "~", NULL);

  return g_file_new_for_path (name);
}

gboolean
cjl_blocks_remove (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path), removed = get_removed (path);

  return g_file_move (file, removed, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, error);
}

gboolean
cjl_blocks_put_back (const char *path, GError **error)
{
  g_autoptr (GFile) removed = get_removed (path), file = NULL;
  g_autofree char *folder = g_path_get_dirname (path), *name = g_path_get_basename (path);
  g_autofree char *free_path = NULL;

  if (g_str_has_suffix (name, ".json"))
    name[strlen (name) - strlen (".json")] = '\0';
  free_path = g_file_test (path, G_FILE_TEST_EXISTS) ? make_path (folder, name) : g_strdup (path);
  file = g_file_new_for_path (free_path);
  return g_file_move (removed, file, G_FILE_COPY_NONE, NULL, NULL, NULL, error);
}

void
cjl_blocks_forget (const char *path)
{
  g_autoptr (GFile) removed = get_removed (path);

  g_file_delete (removed, NULL, NULL);
}

/* The input that a block is waiting for; its node is NULL if there is none. */
static CjWire
find_free_input (const CjGraph *graph, const char *level, const char *id)
{
  g_autoptr (CjlScene) scene = cjl_scene_new (graph, level);
  const CjlCard *card = cjl_scene_find (scene, id);

  for (guint i = 0; card != NULL && i < card->in->len; i++)
    {
      const CjWire *port = &g_array_index (card->in, CjWire, i);

      if (port->node->from[port->port].node == NULL)
        return *port;
    }
  return (CjWire){ NULL, 0 };
}

static CjWire
find_output (const CjGraph *graph, const char *level, const char *id)
{
  g_autoptr (CjlScene) scene = cjl_scene_new (graph, level);
  const CjlCard *card = cjl_scene_find (scene, id);

  return card != NULL && card->out->len > 0 ? g_array_index (card->out, CjWire, 0)
                                            : (CjWire){ NULL, 0 };
}

CjBlock *
cjl_blocks_add (CjGraph *graph, const CjlOwnBlock *own, const char *level, CjWire after, double x,
                double y, GError **error)
{
  const CjBlock *outermost;
  g_auto (GStrv) ids = NULL;
  CjWire into;

  if (own->part == NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, own->trouble);
      return NULL;
    }
  outermost = find_outermost (own->part);
  ids = cjl_arrange_put (graph, own->part, level, x - outermost->x, y - outermost->y, error);
  if (ids == NULL)
    return NULL;
  into = after.node != NULL ? find_free_input (graph, level, ids[0]) : (CjWire){ NULL, 0 };
  if (into.node != NULL)
    cj_graph_connect (graph, after.node, after.port, into.node, into.port, NULL);
  return cj_graph_find_block (graph, ids[0]);
}

/* A word that names a layer means that, whatever a person has called a block. */
static gboolean
is_layer (const char *word)
{
  for (const CjLayerInfo *const *layer = cj_layers (); *layer != NULL; layer++)
    if (cj_layer_match (*layer, word) >= CJ_LAYER_MATCH_SYNONYM)
      return TRUE;
  return FALSE;
}

/* One link; its output is left in `after`. The id of its card, you free. */
static char *
add_link (CjGraph *graph, const GPtrArray *all, const char *text, const char *level, CjWire *after,
          double x, double y, GError **error)
{
  const CjlOwnBlock *own = is_layer (text) ? NULL : find_own (all, text);
  CjNode *node;

  if (own != NULL)
    {
      const CjBlock *block = cjl_blocks_add (graph, own, level, *after, x, y, error);

      if (block == NULL)
        return NULL;
      *after = find_output (graph, level, block->id);
      return g_strdup (block->id);
    }
  node = cj_graph_add_chain (graph, NULL, text, error);
  if (node == NULL)
    return NULL;
  cj_graph_put_node (graph, node, level);
  cj_graph_move (graph, node, x, y);
  if (after->node != NULL && node->layer->role != CJ_ROLE_INPUT
      && !cj_graph_connect (graph, after->node, after->port, node, 0, error))
    return NULL;
  *after = node->layer->role != CJ_ROLE_LOSS ? (CjWire){ node, 0 } : (CjWire){ NULL, 0 };
  return g_strdup (node->id);
}

static char *
add_links (CjGraph *graph, const GPtrArray *all, const char *text, const char *level, CjWire after,
           double x, double y, GError **error)
{
  const gboolean one = find_own (all, text) != NULL; /* a title may have a comma in it */
  g_auto (GStrv) links = g_strsplit (text, ",", one ? 1 : -1);
  char *last = NULL;

  for (guint i = 0; links[i] != NULL; i++)
    {
      g_free (last);
      last = add_link (graph, all, g_strstrip (links[i]), level, &after, x + i * CJL_CARD_STEP_X, y,
                       error);
      if (last == NULL)
        return NULL;
    }
  return last;
}

char *
cjl_blocks_add_chain (CjGraph *graph, const char *text, const char *level, CjWire after, double x,
                      double y, GError **error)
{
  g_autoptr (GPtrArray) all = cjl_blocks_list ();
  g_autoptr (CjGraph) trial = cj_graph_dup (graph);
  const CjWire begin
      = { after.node != NULL ? cj_graph_find (trial, after.node->id) : NULL, after.port };
  g_autofree char *tried = add_links (trial, all, text, level, begin, x, y, error);

  return tried != NULL ? add_links (graph, all, text, level, after, x, y, error) : NULL;
}
