/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file of a moment is a zip with moment.json (place, epochs), points.safetensors and the run as in a
 * project's file, with its newest checkpoint; a moment with a base leaves the checkpoints out. */
#include "cjl-moment.h"

#include "cj-file.h"
#include "cjl-json.h"
#include "cjl-project.h"
#include "cjl-run.h"
#include "safetensors.h"
#include "zip.h"

#include <pthread.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_FILE (G_GUINT64_CONSTANT (4) << 30)
#define POINT_FLOATS 6 /* step, epoch, loss, accuracy, rate, norm */

CjlMoment *
cjl_moment_new (CjMoment *run, CjlMoment *base)
{
  CjlMoment *self = g_new0 (CjlMoment, 1);
  g_autofree char *uuid = g_uuid_string_random ();

  self->ref_count = 1;
  self->run = run;
  self->base = base != NULL ? cjl_moment_ref (base) : NULL;
  self->id = base != NULL ? g_strconcat (uuid, "@", base->id, NULL) : g_strdup (uuid);
  return self;
}

CjlMoment *
cjl_moment_new_kept (const char *id)
{
  CjlMoment *self = g_new0 (CjlMoment, 1);
  const char *at = strchr (id, '@');

  self->ref_count = 1;
  self->id = g_strdup (id);
  self->base = at != NULL ? cjl_moment_new_kept (at + 1) : NULL;
  self->kept = TRUE;
  return self;
}

CjlMoment *
cjl_moment_ref (CjlMoment *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
cjl_moment_unref (CjlMoment *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_free (self->id);
  g_clear_pointer (&self->run, cj_moment_unref);
  g_clear_pointer (&self->base, cjl_moment_unref);
  g_free (self);
}

/* Without the base's name. */
static char *
dup_path (const char *id, const char *folder)
{
  const char *at = strchr (id, '@');
  g_autofree char *name = at != NULL ? g_strndup (id, (gsize) (at - id)) : g_strdup (id);

  return g_build_filename (folder, name, NULL);
}

/* --- as pieces of a container --- */

static CjTensor *
print_points (const GArray *points)
{
  const CjShape shape = cj_shape2 (points->len, POINT_FLOATS);
  CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &shape);

  for (guint i = 0; i < points->len; i++)
    {
      const CjRunPoint *p = &g_array_index (points, CjRunPoint, i);
      const float row[POINT_FLOATS]
          = { (float) p->step, p->epoch, p->loss, p->accuracy, p->rate, p->norm };

      memcpy (cj_tensor_f32 (tensor) + POINT_FLOATS * i, row, sizeof row);
    }
  return tensor;
}

static GArray *
parse_points (GBytes *bytes)
{
  GArray *points = g_array_new (FALSE, FALSE, sizeof (CjRunPoint));
  g_autoptr (GPtrArray) tensors = bytes != NULL ? cjd_safetensors_parse (bytes, NULL) : NULL;
  const CjTensor *tensor = tensors != NULL ? cjd_named_tensors_find (tensors, "points") : NULL;

  if (tensor == NULL || tensor->dtype != CJ_FLOAT32 || tensor->shape.n_dims != 2
      || tensor->shape.dims[1] != POINT_FLOATS)
    return points;
  for (gint64 i = 0; i < tensor->shape.dims[0]; i++)
    {
      const float *row = (const float *) tensor->data + POINT_FLOATS * i;
      const CjRunPoint point
          = { row[0] > 0 ? (guint64) row[0] : 0, row[1], row[2], row[3], row[4], row[5] };

      g_array_append_val (points, point);
    }
  return points;
}

static GBytes *
print_moment (const CjMoment *run, gboolean with_checkpoints)
{
  g_autoptr (CjlProject) carrier = cjl_project_new ();
  g_autoptr (CjRing) ring = cj_ring_thin (run->ring, 0);
  g_autoptr (CjRing) none = cj_ring_new (0);
  g_autoptr (GPtrArray) pieces = cjd_pieces_new (), tensors = cjd_named_tensors_new ();
  g_autoptr (GVariant) root = NULL;
  GVariantDict dict;
  char *json;

  cjl_run_put (carrier, run->log, with_checkpoints ? ring : none);
  cjl_project_write_history (carrier, run->epochs);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "step", "x", (gint64) run->step);
  g_variant_dict_insert (&dict, "last", "x", (gint64) run->last);
  g_variant_dict_insert_value (&dict, "history", carrier->history);
  root = g_variant_ref_sink (g_variant_dict_end (&dict));
  json = cjl_json_print (root, FALSE);
  cjd_pieces_add (pieces, "moment.json", g_bytes_new_take (json, strlen (json)));
  g_ptr_array_add (tensors, cjd_named_tensor_new ("points", print_points (run->points)));
  cjd_pieces_add (pieces, "points.safetensors", cjd_safetensors_print (tensors));
  for (guint i = 0; i < carrier->run->len; i++)
    {
      const CjdPiece *piece = carrier->run->pdata[i];

      cjd_pieces_share (pieces, piece->name, piece);
    }
  return cjd_zip_print (pieces, NULL);
}

/* NULL for what is no moment. */
static CjMoment *
parse_moment (GBytes *bytes)
{
  g_autoptr (GPtrArray) pieces = cjd_zip_parse (bytes, MAX_FILE, NULL);
  g_autoptr (GBytes) json = pieces != NULL ? cjd_pieces_dup (pieces, "moment.json") : NULL;
  g_autoptr (GBytes) points = pieces != NULL ? cjd_pieces_dup (pieces, "points.safetensors") : NULL;
  g_autoptr (CjlProject) carrier = cjl_project_new ();
  g_autoptr (GVariant) root = NULL, history = NULL;
  gint64 step = -1, last = -1;
  CjRunLog *log;
  CjRing *ring;

  if (json != NULL)
    root = cjl_json_parse (g_bytes_get_data (json, NULL), (gssize) g_bytes_get_size (json), NULL);
  if (root == NULL || !g_variant_is_of_type (root, G_VARIANT_TYPE_VARDICT)
      || !g_variant_lookup (root, "step", "x", &step)
      || !g_variant_lookup (root, "last", "x", &last) || step < 0 || last < step)
    return NULL;
  history = g_variant_lookup_value (root, "history", G_VARIANT_TYPE ("av"));
  if (history != NULL)
    {
      g_variant_unref (carrier->history);
      carrier->history = g_steal_pointer (&history);
    }
  g_ptr_array_unref (carrier->run);
  carrier->run = g_ptr_array_ref (pieces);
  if (!cjl_run_load (carrier, &log, &ring, NULL))
    return NULL;
  return cj_moment_new (log, ring, (guint64) step, (guint64) last, parse_points (points),
                        cjl_project_read_history (carrier));
}

gboolean
cjl_moment_read (CjlMoment *self, const char *folder)
{
  g_autofree char *path = dup_path (self->id, folder), *data = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gsize size;

  if (self->run != NULL)
    return TRUE;
  if ((self->base != NULL && !cjl_moment_read (self->base, folder))
      || !g_file_get_contents (path, &data, &size, NULL))
    return FALSE;
  bytes = g_bytes_new_take (g_steal_pointer (&data), size);
  self->run = parse_moment (bytes);
  if (self->run == NULL || self->base == NULL)
    return self->run != NULL;
  cj_ring_free (self->run->ring); /* an empty one */
  self->run->ring = cj_ring_thin (self->base->run->ring, 0);
  return TRUE;
}

/* --- writing --- */

struct _CjlMomentWriter
{
  pthread_t thread;
  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t wake;
  GQueue jobs;
  gboolean quit;
};

typedef struct
{
  CjMoment *run;
  char *path;
  gboolean with_checkpoints;
} Job;

static void
write_job (Job *job)
{
  g_autoptr (GBytes) bytes = print_moment (job->run, job->with_checkpoints);

  if (bytes != NULL) /* on a full disk undo ends with the program */
    cj_file_write (job->path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL, NULL,
                   NULL);
  cj_moment_unref (job->run);
  g_free (job->path);
  g_free (job);
}

/* Writes what comes, and before it ends what is left. */
static gpointer
write_jobs (gpointer data)
{
  CjlMomentWriter *self = data;

  pthread_mutex_lock (&self->lock);
  while (!self->quit || !g_queue_is_empty (&self->jobs))
    {
      Job *job = g_queue_pop_head (&self->jobs);

      if (job == NULL)
        {
          pthread_cond_wait (&self->wake, &self->lock);
          continue;
        }
      pthread_mutex_unlock (&self->lock);
      write_job (job);
      pthread_mutex_lock (&self->lock);
    }
  pthread_mutex_unlock (&self->lock);
  return NULL;
}

CjlMomentWriter *
cjl_moment_writer_new (void)
{
  CjlMomentWriter *self = g_new0 (CjlMomentWriter, 1);

  g_queue_init (&self->jobs);
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->wake, NULL);
  if (pthread_create (&self->thread, NULL, write_jobs, self) != 0)
    g_error ("no thread could be made for writing");
  return self;
}

void
cjl_moment_writer_free (CjlMomentWriter *self)
{
  pthread_mutex_lock (&self->lock);
  self->quit = TRUE;
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->lock);
  pthread_join (self->thread, NULL);
  pthread_cond_destroy (&self->wake);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

void
cjl_moment_writer_push (CjlMomentWriter *self, CjlMoment *moment, const char *folder)
{
  Job *job;

  if (moment->kept || moment->run == NULL)
    return;
  if (moment->base != NULL)
    cjl_moment_writer_push (self, moment->base, folder);
  moment->kept = TRUE;
  job = g_new0 (Job, 1);
  job->run = cj_moment_ref (moment->run);
  job->path = dup_path (moment->id, folder);
  job->with_checkpoints = moment->base == NULL;
  pthread_mutex_lock (&self->lock);
  g_queue_push_tail (&self->jobs, job);
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->lock);
}

/* A file in the folder. */
typedef struct
{
  char *path;
  guint64 bytes;
  gint64 when;
} Lying;

static void
clear_lying (gpointer data)
{
  g_free (((Lying *) data)->path);
}

static int
compare_ages (gconstpointer a, gconstpointer b)
{
  const gint64 x = ((const Lying *) a)->when, y = ((const Lying *) b)->when;

  return (x > y) - (x < y);
}

guint
cjl_moment_sweep (const char *folder, GHashTable *ids)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GHashTable) needed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GArray) files = g_array_new (FALSE, FALSE, sizeof (Lying));
  GHashTableIter iter;
  gpointer id;
  const char *name;
  guint64 bytes = 0;
  guint n = 0;

  g_array_set_clear_func (files, clear_lying);
  g_hash_table_iter_init (&iter, ids);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      g_auto (GStrv) parts = g_strsplit (id, "@", -1);

      for (guint i = 0; parts[i] != NULL; i++)
        g_hash_table_add (needed, g_strdup (parts[i]));
    }
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      Lying lying;
      GStatBuf status;

      if (!g_hash_table_contains (needed, name))
        g_unlink (path);
      else if (g_stat (path, &status) == 0)
        {
          lying = (Lying){ g_steal_pointer (&path), (guint64) status.st_size, status.st_mtime };
          g_array_append_val (files, lying);
          bytes += lying.bytes;
        }
    }
  g_array_sort (files, compare_ages);
  for (; n < files->len && bytes > CJL_MOMENTS_ON_DISK; n++)
    {
      g_unlink (g_array_index (files, Lying, n).path);
      bytes -= g_array_index (files, Lying, n).bytes;
    }
  return n;
}
