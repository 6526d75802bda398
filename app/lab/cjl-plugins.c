/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-plugins.h"

#include "cj-error.h"
#include "cj-layer.h"
#include "cjl-journal.h"
#include "cjv-figure.h"
#include "file.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <gmodule.h>
#include <stddef.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* What every descriptor that a plugin may bring begins with. */
typedef struct
{
  guint abi;
  gsize size;
  const char *id, *title;
} Head;

G_STATIC_ASSERT (offsetof (CjLayerInfo, id) == offsetof (Head, id));
G_STATIC_ASSERT (offsetof (CjvFigureInfo, id) == offsetof (Head, id));
G_STATIC_ASSERT (offsetof (CjLayerInfo, title) == offsetof (Head, title));
G_STATIC_ASSERT (offsetof (CjvFigureInfo, title) == offsetof (Head, title));

static GPtrArray *plugins; /* CjlPlugin, for the life of the program */

const char *
cjl_plugin_get_id (const CjPluginItem *item)
{
  return ((const Head *) item->info)->id;
}

static void
free_plugin (gpointer data)
{
  CjlPlugin *plugin = data;

  g_free (plugin->path);
  g_free (plugin->name);
  g_free (plugin->sentence);
  g_free (plugin);
}

/* --- the mark --- */

/* A file that is there and locked while a plugin is being loaded, and there without a lock after that
 * crashed the program. It holds what tells one state of the plugin's file from another. */
typedef struct
{
  char *path;
  int file; /* −1: none could be made */
} Mark;

static char *
dup_mark_path (const char *name)
{
  g_autofree char *folder = cjl_journal_dup_folder ();
  g_autofree char *file = g_strconcat (name, ".loading", NULL);

  return g_build_filename (folder, "plugins", file, NULL);
}

static char *
dup_stamp (const char *path)
{
  GStatBuf info;

  if (g_stat (path, &info) != 0)
    return g_strdup (path);
  return g_strdup_printf ("%s\n%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", path,
                          (gint64) info.st_mtime, (gint64) info.st_size);
}

/* Whether this very file crashed a program that is gone. */
static gboolean
has_crashed (const CjlPlugin *plugin)
{
  g_autofree char *path = dup_mark_path (plugin->name);
  g_autofree char *stamp = dup_stamp (plugin->path), *marked = NULL;
  const int file = g_open (path, O_RDWR | O_CLOEXEC, 0);
  gboolean crashed;

  if (file < 0)
    return FALSE;
  crashed = flock (file, LOCK_EX | LOCK_NB) == 0 && g_file_get_contents (path, &marked, NULL, NULL)
            && g_str_equal (marked, stamp);
  close (file);
  return crashed;
}

/* Another program that is loading the same plugin now has its mark; then this one goes without. */
static Mark
begin_mark (const CjlPlugin *plugin)
{
  Mark mark = { dup_mark_path (plugin->name), -1 };
  g_autofree char *folder = g_path_get_dirname (mark.path), *stamp = dup_stamp (plugin->path);
  const gsize length = strlen (stamp);

  g_mkdir_with_parents (folder, 0700);
  mark.file = g_open (mark.path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (mark.file < 0)
    return mark;
  if (flock (mark.file, LOCK_EX | LOCK_NB) == 0 && ftruncate (mark.file, 0) == 0
      && write (mark.file, stamp, length) == (gssize) length)
    return mark;
  close (mark.file);
  mark.file = -1;
  return mark;
}

static void
end_mark (Mark *mark)
{
  if (mark->file >= 0)
    {
      g_unlink (mark->path);
      close (mark->file);
    }
  g_free (mark->path);
}

/* --- looking at what a module brings --- */

static gboolean
refuse (GError **error, const char *id, const char *what)
{
  g_set_error (
      error, CJ_ERROR,
      CJ_ERROR_FILE, /* Translators: an item of a plugin, and what is wrong, as “lacks its category” */
      _ ("“%s” %s. Ask who made the plugin to mend it."), id, what);
  return FALSE;
}

/* Parts of kebab-case on both sides of one colon. */
static gboolean
is_id (const char *id)
{
  return id != NULL && strlen (id) <= 64
         && g_regex_match_simple ("^[a-z0-9]+(-[a-z0-9]+)*:[a-z0-9]+(-[a-z0-9]+)*$", id, 0, 0);
}

static gsize
get_field_size (CjParamKind kind)
{
  if (kind == CJ_PARAM_FLOAT)
    return sizeof (double);
  if (kind == CJ_PARAM_PAIR)
    return 2 * sizeof (int);
  return kind == CJ_PARAM_TEXT || kind == CJ_PARAM_FORMULA ? CJ_PARAM_TEXT_SIZE : sizeof (int);
}

static gboolean
check_params (const char *id, const CjParam *table, gsize size, GError **error)
{
  for (const CjParam *p = table; p != NULL && p->name != NULL; p++)
    if (p->title == NULL || p->blurb == NULL || p->kind > CJ_PARAM_FORMULA
        || p->offset + get_field_size (p->kind) > size
        || (p->kind == CJ_PARAM_CHOICE && p->choices == NULL)
        || (p->kind == CJ_PARAM_FORMULA && p->check == NULL))
      return refuse (error, id, _ ("has a parameter that is not described whole"));
  return TRUE;
}

static gboolean
check_layer (const CjLayerInfo *layer, GError **error)
{
  if (layer->category == NULL || layer->blurb == NULL || layer->build == NULL || layer->version < 1)
    return refuse (error, layer->id,
                   _ ("lacks its category, its blurb, its version or what builds it"));
  for (const CjPort *p = layer->inputs; p != NULL && p->name != NULL; p++)
    if (p - layer->inputs >= CJ_LAYER_MAX_IN || p->title == NULL)
      return refuse (error, layer->id, _ ("has too many inputs, or one without a title"));
  for (const CjPort *p = layer->outputs; p != NULL && p->name != NULL; p++)
    if (p - layer->outputs >= CJ_LAYER_MAX_OUT || p->title == NULL)
      return refuse (error, layer->id, _ ("has too many outputs, or one without a title"));
  return check_params (layer->id, layer->params, layer->params_size, error);
}

static gboolean
check_figure (const CjvFigureInfo *figure, GError **error)
{
  if (figure->blurb == NULL || figure->empty == NULL || figure->wants == NULL
      || figure->draw == NULL || figure->csv == NULL || figure->words == NULL
      || figure->preset_width < 1 || figure->preset_height < 1)
    return refuse (error, figure->id, _ ("lacks a text, its size or a function"));
  return check_params (figure->id, figure->params, figure->params_size, error);
}

/* A descriptor as this program knows it: itself, or a copy with nothing in the fields that were added
 * after the plugin was made, which stays for ever. NULL and the reason if it cannot be used. */
static gconstpointer
adopt (const CjPluginItem *item, GError **error)
{
  const gboolean layer = item->kind == CJ_PLUGIN_LAYER;
  const Head *head = item->info;
  const gsize whole = layer ? sizeof (CjLayerInfo) : sizeof (CjvFigureInfo);
  const gsize least = layer ? offsetof (CjLayerInfo, count_in) : offsetof (CjvFigureInfo, zoom);
  gpointer info;

  if ((item->kind != CJ_PLUGIN_LAYER && item->kind != CJ_PLUGIN_FIGURE) || head == NULL
      || head->abi != (layer ? CJ_LAYER_ABI : CJV_FIGURE_ABI) || head->size < least
      || head->size > whole)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_FILE,
          _ ("It brings an item for another version of Cajal. Get or build it for this one."));
      return NULL;
    }
  if (!is_id (head->id) || head->title == NULL)
    {
      refuse (error, head->id != NULL ? head->id : "", _ ("is no id of the form vendor:name"));
      return NULL;
    }
  if (head->size == whole)
    return head;
  info = g_malloc0 (whole);
  memcpy (info, head, head->size);
  return info;
}

static CjCatalogue *
get_catalogue (CjPluginKind kind)
{
  return kind == CJ_PLUGIN_LAYER ? &cj_layer_catalogue : &cjv_figure_catalogue;
}

/* Every item is looked at before the first is taken. */
static gboolean
register_items (const CjPlugin *plugin, GError **error)
{
  g_autoptr (GPtrArray) infos = g_ptr_array_new ();
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  for (const CjPluginItem *i = plugin->items; i->kind != CJ_PLUGIN_END; i++)
    {
      gconstpointer info = adopt (i, error);
      const Head *head = info;

      if (info == NULL
          || !(i->kind == CJ_PLUGIN_LAYER ? check_layer (info, error) : check_figure (info, error)))
        return FALSE;
      if (!g_hash_table_add (ids, (gpointer) head->id)
          || cj_catalogue_find (get_catalogue (i->kind), head->id) != NULL)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       _ ("It brings “%s”, which is there already. Remove one of the two plugins."),
                       head->id);
          return FALSE;
        }
      g_ptr_array_add (infos, (gpointer) info);
    }
  for (guint i = 0; i < infos->len; i++)
    if (!cj_catalogue_add (get_catalogue (plugin->items[i].kind), infos->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
check_plugin (const CjPlugin *plugin, GError **error)
{
  if (plugin == NULL || plugin->abi != CJ_PLUGIN_ABI || plugin->size < sizeof (CjPlugin))
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_FILE,
          _ ("It was built for another version of Cajal (interface %u, this one has %u). Get "
             "or build it for this one."),
          plugin != NULL ? plugin->abi : 0, CJ_PLUGIN_ABI);
      return FALSE;
    }
  if (plugin->name == NULL || plugin->title == NULL || plugin->version == NULL
      || plugin->licence == NULL || plugin->items == NULL)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_FILE,
          _ ("It does not say its name, title, version, licence and items. Ask who made it to "
             "mend it."));
      return FALSE;
    }
  return register_items (plugin, error);
}

/* A library that is cut off, as by a download that was, would end the program when it is loaded: what lies
 * beyond the end of a mapped file cannot be read. Whatever else is wrong is told by who loads it. */
static gboolean
is_cut_off (const char *path)
{
  g_autoptr (GBytes) start = cjd_file_read_start (path, 1 << 16, NULL);
  gsize n = 0;
  const guint8 *bytes = start != NULL ? g_bytes_get_data (start, &n) : NULL;
  GStatBuf info;
  Elf64_Ehdr head;

  if (n < sizeof head || g_stat (path, &info) != 0)
    return FALSE;
  memcpy (&head, bytes, sizeof head);
  if (memcmp (head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64
      || head.e_phentsize != sizeof (Elf64_Phdr))
    return FALSE;
  for (guint i = 0; i < head.e_phnum; i++)
    {
      const guint64 at = head.e_phoff + i * sizeof (Elf64_Phdr);
      Elf64_Phdr part;

      if (head.e_phoff > n || at + sizeof part > n)
        return TRUE;
      memcpy (&part, bytes + at, sizeof part);
      if (part.p_type == PT_LOAD
          && (part.p_filesz > (guint64) info.st_size
              || part.p_offset > (guint64) info.st_size - part.p_filesz))
        return TRUE;
    }
  return FALSE;
}

static GModule *
load_module (const char *path, GError **error)
{
  GModule *module = NULL;

  if (is_cut_off (path))
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                 _ ("The file is cut off. Get or build it for this Cajal."));
  else if ((module = g_module_open (path, G_MODULE_BIND_LOCAL)) == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("%s. Get or build it for this Cajal."),
                 g_module_error ());
  return module;
}

static const CjPlugin *
open_module (const char *path, GError **error)
{
  GModule *module = load_module (path, error);
  const CjPlugin *(*entry) (void) = NULL;
  gpointer symbol = NULL;
  const CjPlugin *plugin;

  if (module == NULL)
    return NULL;
  if (!g_module_symbol (module, CJ_PLUGIN_ENTRY, &symbol) || symbol == NULL)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_FILE,
          _ ("It is no plugin of Cajal: the function %s is missing. Move it out of the folder."),
          CJ_PLUGIN_ENTRY);
      g_module_close (module);
      return NULL;
    }
  memcpy (&entry, &symbol, sizeof entry);
  plugin = entry ();
  if (!check_plugin (plugin, error))
    {
      g_module_close (module);
      return NULL;
    }
  g_module_make_resident (module);
  return plugin;
}

/* --- loading --- */

static gboolean
load (CjlPlugin *plugin, GError **error)
{
  Mark mark = begin_mark (plugin);

  plugin->plugin = open_module (plugin->path, error);
  end_mark (&mark);
  plugin->state = plugin->plugin != NULL ? CJL_PLUGIN_LOADED : CJL_PLUGIN_REFUSED;
  return plugin->plugin != NULL;
}

static void
load_or_skip (CjlPlugin *plugin)
{
  g_autoptr (GError) error = NULL;

  if (has_crashed (plugin))
    {
      plugin->state = CJL_PLUGIN_CRASHED;
      plugin->sentence = g_strdup_printf (
          _ ("The program ended while it was being loaded the last time. Try again with “cajal-cli "
             "plugins --retry %s”, or remove it."),
          plugin->name);
    }
  else if (!load (plugin, &error))
    plugin->sentence = g_strdup (error->message);
}

static gint
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
load_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, "." G_MODULE_SUFFIX))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_paths);
  for (guint i = 0; i < paths->len; i++)
    {
      CjlPlugin *plugin = g_new0 (CjlPlugin, 1);

      plugin->path = g_canonicalize_filename (paths->pdata[i], NULL);
      plugin->name = g_path_get_basename (plugin->path);
      plugin->name[strlen (plugin->name) - strlen ("." G_MODULE_SUFFIX)] = '\0';
      load_or_skip (plugin);
      g_ptr_array_add (plugins, plugin);
    }
}

const GPtrArray *
cjl_plugins_load (void)
{
  const char *path = g_getenv ("CAJAL_PLUGIN_PATH");
  g_autofree char *own = g_build_filename (g_get_user_data_dir (), "cajal", "plugins", NULL);
  const char *const usual[] = { CAJAL_PLUGIN_DIR, own, NULL };
  g_auto (GStrv) folders = path != NULL ? g_strsplit (path, G_SEARCHPATH_SEPARATOR_S, -1)
                                        : g_strdupv ((char **) usual);

  if (plugins != NULL)
    return plugins;
  plugins = g_ptr_array_new_with_free_func (free_plugin);
  for (guint i = 0; folders[i] != NULL; i++)
    if (folders[i][0] != '\0')
      load_folder (folders[i]);
  return plugins;
}

gboolean
cjl_plugins_retry (const char *name, GError **error)
{
  cjl_plugins_load ();
  for (guint i = 0; i < plugins->len; i++)
    {
      CjlPlugin *plugin = plugins->pdata[i];

      if (!g_str_equal (plugin->name, name))
        continue;
      if (plugin->state == CJL_PLUGIN_CRASHED)
        {
          g_autoptr (GError) reason = NULL;

          g_clear_pointer (&plugin->sentence, g_free);
          if (!load (plugin, &reason))
            plugin->sentence = g_strdup (reason->message);
        }
      if (plugin->state == CJL_PLUGIN_LOADED)
        return TRUE;
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "%s: %s", plugin->path, plugin->sentence);
      return FALSE;
    }
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("There is no plugin “%s”. “cajal-cli plugins” names those that were found."),
               name);
  return FALSE;
}
