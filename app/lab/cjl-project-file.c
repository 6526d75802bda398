/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The .cajal container: mimetype, project.json, weights.safetensors, masks.safetensors where anything is
 * pruned, normalisation.safetensors, plate.npz, and what lies under run/. */
#include "cjl-project-private.h"

#include "cj-error.h"
#include "cj-file.h"
#include "cj-variant.h"
#include "cjl-archive.h"
#include "cjl-figure-file.h"
#include "zip.h"
#include "cjl-json.h"
#include "safetensors.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define MIMETYPE "application/vnd.cajal.project+zip"
#define FORMAT 1
#define PLATE "plate.npz"
#define MASKS "masks.safetensors"
#define MAX_FILE (G_GUINT64_CONSTANT (4) << 30)

static GVariant *
save_json (CjlProject *self)
{
  g_autoptr (GVariant) rest = g_variant_ref_sink (cjl_project_save_rest (self));
  GVariantDict dict;

  g_variant_dict_init (&dict, self->kept);
  for (guint i = 0; i < 4; i++)
    {
      static const char *const keys[] = { "title", "data", "training", "runs" };
      g_autoptr (GVariant) value = g_variant_lookup_value (rest, keys[i], NULL);

      if (value != NULL)
        g_variant_dict_insert_value (&dict, keys[i], value);
    }
  g_variant_dict_insert (&dict, "format", "x", (gint64) FORMAT);
  g_variant_dict_insert (&dict, "uuid", "s", self->uuid);
  g_variant_dict_insert_value (&dict, "graph", cj_graph_save (self->graph));
  if (self->graph->blocks->len > 0)
    g_variant_dict_insert_value (&dict, "blocks", cj_graph_save_blocks (self->graph));
  g_variant_dict_insert_value (&dict, "history", self->history);
  if (self->learned != NULL)
    g_variant_dict_insert_value (&dict, "learned", self->learned);
  if (self->views != NULL)
    g_variant_dict_insert_value (&dict, "views", self->views);
  return cj_variant_settle (g_variant_ref_sink (g_variant_dict_end (&dict)));
}

static GBytes *
print_root (gconstpointer root)
{
  char *json = cjl_json_print ((GVariant *) root, TRUE);

  return g_bytes_new_take (json, strlen (json));
}

static GPtrArray *
list_pieces (CjlProject *self)
{
  GPtrArray *pieces = cjd_pieces_new ();

  cjd_pieces_add (pieces, "mimetype", g_bytes_new_static (MIMETYPE, strlen (MIMETYPE)));
  cjd_pieces_add_later (pieces, "project.json", 0, print_root, save_json (self),
                        (GDestroyNotify) g_variant_unref);
  return pieces;
}

GBytes *
cjl_project_print_bare (CjlProject *self)
{
  g_autoptr (GPtrArray) pieces = list_pieces (self);

  return cjd_zip_print (pieces, NULL);
}

static GBytes *
print_tensors (gconstpointer tensors)
{
  return cjd_safetensors_print (tensors);
}

static void
add_tensors (GPtrArray *pieces, const char *name, GPtrArray *tensors)
{
  if (tensors->len > 0)
    cjd_pieces_add_later (pieces, name, 0, print_tensors, g_ptr_array_ref (tensors),
                          (GDestroyNotify) g_ptr_array_unref);
}

static GBytes *
print_learned (gconstpointer checkpoint)
{
  g_autoptr (GPtrArray) weights = cjl_checkpoint_view_weights (checkpoint);

  return cjd_safetensors_print (weights);
}

static GBytes *
print_masks (gconstpointer checkpoint)
{
  g_autoptr (GPtrArray) masks = cjl_checkpoint_dup_masks (checkpoint);

  return cjd_safetensors_print (masks);
}

/* Weights and what is held about them, of the newest checkpoint or as they were read. */
static void
add_learned (const CjlProjectFull *full, GPtrArray *pieces)
{
  CjCheckpoint *from = full->learned_by;

  if (from == NULL)
    {
      add_tensors (pieces, "weights.safetensors", full->weights);
      add_tensors (pieces, MASKS, full->masks);
      return;
    }
  cjd_pieces_add_later (pieces, "weights.safetensors", 0, print_learned, cj_checkpoint_ref (from),
                        (GDestroyNotify) cj_checkpoint_unref);
  if (from->flags != NULL)
    cjd_pieces_add_later (pieces, MASKS, 0, print_masks, cj_checkpoint_ref (from),
                          (GDestroyNotify) cj_checkpoint_unref);
}

static GBytes *
print_plate (gconstpointer plate)
{
  GBytes *bytes = cjl_figure_print (plate, NULL, NULL);

  return bytes != NULL ? bytes : g_bytes_new (NULL, 0);
}

static void
free_plate (gpointer plate)
{
  cjv_plate_free (plate);
}

/* A plate is worth less than the project: one that cannot be read is no reason to refuse that. */
static void
read_plate (CjlProject *self, const GPtrArray *pieces)
{
  g_autoptr (GBytes) bytes = cjd_pieces_dup (pieces, PLATE);

  if (bytes == NULL)
    return;
  self->plate = cjl_figure_parse (bytes, NULL, NULL);
  if (self->plate == NULL)
    self->plate_kept = g_steal_pointer (&bytes);
}

/* Everything that goes into the file, shared and not copied: what the project has of it may be replaced
 * meanwhile, but does not change. */
static GPtrArray *
list_all (CjlProject *self)
{
  const CjlProjectFull *full = cjl_project_full (self);
  GPtrArray *pieces = list_pieces (self);

  add_learned (full, pieces);
  add_tensors (pieces, "normalisation.safetensors", self->norm);
  for (guint i = 0; i < self->run->len; i++)
    {
      const CjdPiece *piece = self->run->pdata[i];

      cjd_pieces_share (pieces, piece->name, piece);
    }
  cjl_archive_print (self, pieces);
  if (self->plate != NULL)
    cjd_pieces_add_later (pieces, PLATE, 0, print_plate, cjv_plate_dup (self->plate), free_plate);
  else if (self->plate_kept != NULL)
    cjd_pieces_add (pieces, PLATE, g_bytes_ref (self->plate_kept));
  return pieces;
}

GBytes *
cjl_project_print (CjlProject *self, GError **error)
{
  g_autoptr (GPtrArray) pieces = list_all (self);

  return cjd_zip_print (pieces, error);
}

static gboolean
read_tensors (const GPtrArray *pieces, const char *name, GPtrArray **tensors, GError **error)
{
  g_autoptr (GBytes) bytes = cjd_pieces_dup (pieces, name);
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
  static const char *const known[] = { "format", "uuid",    "title", "data",    "training", "graph",
                                       "blocks", "history", "runs",  "learned", "views",    NULL };
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
  g_autoptr (GVariant) graph = NULL, blocks = NULL, history = NULL;
  const char *uuid;
  gint64 format = 0;

  if (root == NULL)
    return FALSE;
  cjl_project_full (self)->digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  if (!g_variant_is_of_type (root, G_VARIANT_TYPE_VARDICT)
      || !g_variant_lookup (root, "format", "x", &format) || format < 1)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("The project does not say of what format it is. Was it made by Cajal?"));
      return FALSE;
    }
  if (format > FORMAT)
    cjl_project_full (self)->read_only = g_strdup_printf (
        _ ("A newer Cajal wrote this project (format %lld, this one writes %d). It is open for "
           "reading only, so that nothing is lost that only the newer one knows."),
        (long long) format, FORMAT);
  graph = g_variant_lookup_value (root, "graph", G_VARIANT_TYPE ("av"));
  if (graph == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("The project has no network in it."));
      return FALSE;
    }
  blocks = g_variant_lookup_value (root, "blocks", G_VARIANT_TYPE ("av"));
  if (!cj_graph_load (self->graph, graph, error)
      || !cj_graph_load_blocks (self->graph, blocks, error)
      || !cjl_project_load_rest (self, root, error))
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
  self->learned = g_variant_lookup_value (root, "learned", G_VARIANT_TYPE_VARDICT);
  self->views = g_variant_lookup_value (root, "views", G_VARIANT_TYPE_VARDICT);
  self->kept = keep_unknown (root);
  return TRUE;
}

CjlProject *
cjl_project_parse (GBytes *bytes, GError **error)
{
  g_autoptr (CjlProject) self = cjl_project_new ();
  g_autoptr (GPtrArray) pieces = cjd_zip_parse (bytes, MAX_FILE, error);
  g_autoptr (GBytes) mimetype = NULL, json = NULL;

  if (pieces == NULL)
    return NULL;
  mimetype = cjd_pieces_dup (pieces, "mimetype");
  json = cjd_pieces_dup (pieces, "project.json");
  if (mimetype == NULL || json == NULL || g_bytes_get_size (mimetype) != strlen (MIMETYPE)
      || memcmp (g_bytes_get_data (mimetype, NULL), MIMETYPE, strlen (MIMETYPE)) != 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("This is a zip file, but no Cajal project."));
      return NULL;
    }
  if (!read_json (self, json, error))
    {
      if (cjl_project_full (self)->read_only != NULL)
        g_prefix_error (error, "%s ", _ ("A newer Cajal wrote this project, which can open it."));
      return NULL;
    }
  if (!read_tensors (pieces, "weights.safetensors", &cjl_project_full (self)->weights, error)
      || !read_tensors (pieces, MASKS, &cjl_project_full (self)->masks, error)
      || !read_tensors (pieces, "normalisation.safetensors", &self->norm, error))
    return NULL;
  read_plate (self, pieces);
  for (guint i = 0; i < pieces->len; i++)
    {
      const CjdPiece *piece = pieces->pdata[i];

      if (g_str_has_prefix (piece->name, "run/"))
        cjd_pieces_share (self->run, piece->name, piece);
      if (g_str_has_prefix (piece->name, "runs/"))
        cjd_pieces_share (self->archive, piece->name, piece);
    }
  return g_steal_pointer (&self);
}

/* Why it failed: GIO names the file again, and its own steps. */
static const char *
get_reason (const GError *error)
{
  static const struct
  {
    GIOErrorEnum code;
    int number;
  } reasons[] = { { G_IO_ERROR_NOT_FOUND, ENOENT },
                  { G_IO_ERROR_PERMISSION_DENIED, EACCES },
                  { G_IO_ERROR_IS_DIRECTORY, EISDIR },
                  { G_IO_ERROR_NOT_DIRECTORY, ENOTDIR },
                  { G_IO_ERROR_NO_SPACE, ENOSPC },
                  { G_IO_ERROR_READ_ONLY, EROFS },
                  { G_IO_ERROR_FILENAME_TOO_LONG, ENAMETOOLONG } };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_error_matches (error, G_IO_ERROR, (int) reasons[i].code))
      return g_strerror (reasons[i].number);
  return error->message;
}

static void
refuse_reading (GError *local, GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("The file cannot be opened: %s."),
               get_reason (local));
  g_error_free (local);
}

/* The bytes of a file, which may lie behind a portal; endless and overlong ones are refused. */
static GBytes *
read_file (GFile *file, char **etag, GError **error)
{
  GError *local = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info (
      file, G_FILE_ATTRIBUTE_STANDARD_SIZE "," G_FILE_ATTRIBUTE_STANDARD_TYPE, 0, NULL, &local);
  GBytes *bytes;

  if (info == NULL)
    {
      refuse_reading (local, error);
      return NULL;
    }
  if (g_file_info_get_file_type (info) == G_FILE_TYPE_REGULAR
      && (guint64) g_file_info_get_size (info) <= MAX_FILE)
    {
      bytes = g_file_load_bytes (file, NULL, etag, &local);
      if (bytes == NULL)
        refuse_reading (local, error);
      return bytes;
    }
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("This is no plain file of at most 4 GiB."));
  return NULL;
}

CjlProject *
cjl_project_load (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autofree char *etag = NULL;
  g_autoptr (GBytes) bytes = read_file (file, &etag, error);
  CjlProject *self = bytes != NULL ? cjl_project_parse (bytes, error) : NULL;

  if (self == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  self->path = g_strdup (path);
  cjl_project_full (self)->etag = g_steal_pointer (&etag);
  return self;
}

static void
refuse_etag (GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("Another program changed the file since it was opened. Save under another "
                  "name, or open it again."));
}

static char *
dup_etag (GFile *file)
{
  g_autoptr (GFileInfo) info
      = g_file_query_info (file, G_FILE_ATTRIBUTE_ETAG_VALUE, G_FILE_QUERY_INFO_NONE, NULL, NULL);

  return info != NULL ? g_strdup (g_file_info_get_etag (info)) : NULL;
}

typedef struct
{
  GFile *file;
  const char *path, *etag; /* etag NULL: whatever is there may go */
} Place;

/* A file that is gone has nothing to lose. */
static gboolean
may_replace (gpointer data, GError **error)
{
  const Place *place = data;
  g_autofree char *there = place->etag != NULL ? dup_etag (place->file) : NULL;

  if (there == NULL || g_str_equal (there, place->etag))
    return TRUE;
  refuse_etag (error);
  g_prefix_error (error, "%s: ", place->path);
  return FALSE;
}

/* Where files have no path, as on a server, GIO replaces them as well as can be done there. */
static gboolean
replace_remote (GFile *file, GBytes *bytes, const char *etag, char **fresh, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) there = NULL;
  g_autofree char *name = g_file_get_parse_name (file);

  if (!g_file_replace_contents (file, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                etag, FALSE, G_FILE_CREATE_NONE, fresh, NULL, &local))
    {
      if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WRONG_ETAG))
        refuse_etag (error);
      else
        g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("The file cannot be written: %s."),
                     get_reason (local));
      g_prefix_error (error, "%s: ", name);
      return FALSE;
    }
  there = g_file_load_bytes (file, NULL, NULL, error);
  if (there == NULL || g_bytes_equal (there, bytes))
    return there != NULL;
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("%s: What was read back is not what was written. Save on another disk."), name);
  return FALSE;
}

/* Puts the bytes in the place of the file, unless another program changed it since it was read here.
 * `etag` is replaced by the new one. */
static gboolean
replace (const char *path, GBytes *bytes, char **etag, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  const char *local = g_str_has_prefix (path, "file:") || g_file_peek_path (file) == NULL
                          ? g_file_peek_path (file)
                          : path;
  Place place = { file, path, *etag };
  char *fresh = NULL;
  const gboolean done = local != NULL
                            ? cj_file_write (local, g_bytes_get_data (bytes, NULL),
                                             g_bytes_get_size (bytes), may_replace, &place, error)
                            : replace_remote (file, bytes, *etag, &fresh, error);

  if (!done)
    return FALSE;
  if (local != NULL)
    fresh = dup_etag (file);
  g_free (*etag);
  *etag = fresh;
  return TRUE;
}

struct _CjlSave
{
  char *path, *uuid, *etag, *digest;
  char *refusal;   /* NULL: it may be written */
  char *before;    /* the digest of the file that is replaced, NULL: there was none */
  char *top;       /* of the stack, for the note; NULL: the journal knows nothing of the project */
  gint64 position; /* on the stack */
  gboolean moved;  /* a copy is a project of its own, with a journal of its own */
  GPtrArray *pieces;
  guint n_stored;
};

CjlSave *
cjl_save_new (CjlProject *project, const char *path)
{
  CjlProjectFull *full = cjl_project_full (project);
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autoptr (GFile) old
      = project->path != NULL ? g_file_new_for_commandline_arg (project->path) : NULL;
  CjlSave *self = g_new0 (CjlSave, 1);
  char *uuid = project->uuid;

  self->path = g_strdup (path);
  self->moved = old != NULL && !g_file_equal (file, old);
  self->uuid = self->moved ? g_uuid_string_random () : g_strdup (uuid);
  self->etag = self->moved ? NULL : g_strdup (full->etag);
  project->uuid = self->uuid; /* as it will be in the file */
  self->pieces = list_all (project);
  project->uuid = uuid;
  self->n_stored = full->n_stored;
  full->saving = self->position = full->undo->len;
  self->refusal = g_strdup (full->read_only);
  self->before = g_strdup (full->digest);
  if (full->keep != NULL && !self->moved)
    self->top = cjl_saving_print_top (project);
  return self;
}

gboolean
cjl_save_write (CjlSave *self, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (CjlProject) read_back = NULL;

  if (self->refusal != NULL)
    g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, self->refusal);
  else
    bytes = cjd_zip_print (self->pieces, error);
  if (bytes != NULL)
    read_back = cjl_project_parse (bytes, error);
  if (read_back == NULL)
    {
      g_prefix_error (error, "%s: ", self->path);
      return FALSE;
    }
  if (self->top != NULL)
    cjl_saving_note (self->uuid, self->path, self->before, cjl_project_full (read_back)->digest,
                     self->position, self->top);
  if (!replace (self->path, bytes, &self->etag, error))
    return FALSE;
  self->digest = g_strdup (cjl_project_full (read_back)->digest);
  return TRUE;
}

void
cjl_save_end (CjlSave *self, CjlProject *project)
{
  CjlProjectFull *full = cjl_project_full (project);

  g_return_if_fail (self->digest != NULL);
  g_free (project->uuid);
  project->uuid = g_steal_pointer (&self->uuid);
  g_free (project->path);
  project->path = g_steal_pointer (&self->path);
  g_free (full->etag);
  full->etag = g_steal_pointer (&self->etag);
  g_free (full->digest);
  full->digest = g_steal_pointer (&self->digest);
  full->saved = full->saving;
  full->saving = -1;
  if (full->n_stored == self->n_stored)
    full->stored = FALSE;
  cjl_keep_saved (project, self->moved);
  cjl_project_notify (project);
}

void
cjl_save_free (CjlSave *self)
{
  g_free (self->path);
  g_free (self->uuid);
  g_free (self->etag);
  g_free (self->digest);
  g_free (self->top);
  g_free (self->refusal);
  g_free (self->before);
  g_ptr_array_unref (self->pieces);
  g_free (self);
}

gboolean
cjl_project_save (CjlProject *self, const char *path, GError **error)
{
  g_autoptr (CjlSave) save = cjl_save_new (self, path);

  if (!cjl_save_write (save, error))
    return FALSE;
  cjl_save_end (save, self);
  return TRUE;
}

const char *
cjl_project_get_read_only (CjlProject *self)
{
  return cjl_project_full (self)->read_only;
}

gboolean
cjl_project_is_changed_elsewhere (CjlProject *self)
{
  const char *etag = cjl_project_full (self)->etag;
  g_autoptr (GFile) file = self->path != NULL ? g_file_new_for_commandline_arg (self->path) : NULL;
  g_autoptr (GFileInfo) info = file != NULL && etag != NULL
                                   ? g_file_query_info (file, G_FILE_ATTRIBUTE_ETAG_VALUE,
                                                        G_FILE_QUERY_INFO_NONE, NULL, NULL)
                                   : NULL;

  return info != NULL && g_strcmp0 (g_file_info_get_etag (info), etag) != 0;
}

void
cjl_project_forget_file (CjlProject *self)
{
  g_clear_pointer (&cjl_project_full (self)->etag, g_free);
}
