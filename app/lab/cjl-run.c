/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-run.h"

#include "cj-error.h"
#include "cj-variant.h"
#include "cjl-json.h"
#include "safetensors.h"
#include "zip.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define LOG "run/log.json"
#define MAX_SLOTS                                                                                  \
  (CJ_OPTIMIZER_MAX_SLOTS + CJ_SLOT_N_KINDS) /* the optimizer's, and one of each kind */

static void
put (GPtrArray *tensors, const char *kind, const CjTableEntry *entry, float *data)
{
  g_autofree char *name = g_strconcat (kind, "/", entry->name, NULL);

  g_ptr_array_add (tensors, cjd_named_tensor_new_view (name, &entry->shape, data));
}

/* What is held about the weights of a tensor, where it is anything. */
static void
put_flags (GPtrArray *tensors, const CjCheckpoint *checkpoint, const CjTableEntry *entry)
{
  g_autofree char *name = g_strconcat ("mask/", entry->name, NULL);

  if (cj_checkpoint_has_flags (checkpoint, entry))
    g_ptr_array_add (tensors,
                     cjd_named_tensor_new (name, cj_checkpoint_dup_flags (checkpoint, entry)));
}

static GBytes *
print_checkpoint (gconstpointer data)
{
  const CjCheckpoint *checkpoint = data;
  g_autoptr (GPtrArray) tensors = cjd_named_tensors_new ();

  for (guint i = 0; i < checkpoint->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (checkpoint->table, i);

      put (tensors, entry->state ? "state" : "weight", entry,
           cj_checkpoint_get_data (checkpoint, entry));
      for (guint slot = 0; slot < checkpoint->n_slots && !entry->state; slot++)
        {
          g_autofree char *kind = g_strdup_printf ("%u", slot);

          put (tensors, kind, entry, cj_checkpoint_get_slot (checkpoint, entry, slot));
        }
      put_flags (tensors, checkpoint, entry);
    }
  return cjd_safetensors_print (tensors);
}

/* Names and shapes in the order of the file. */
static CjTable *
make_table (const GPtrArray *tensors)
{
  CjTable *table = cj_table_new_empty ();

  for (guint i = 0; i < tensors->len; i++)
    {
      const CjdNamedTensor *named = tensors->pdata[i];
      const gboolean weight = g_str_has_prefix (named->name, "weight/");
      const gboolean state = g_str_has_prefix (named->name, "state/");

      if ((weight || state) && named->tensor->dtype == CJ_FLOAT32)
        cj_table_append (table, strchr (named->name, '/') + 1, &named->tensor->shape, state);
    }
  return table;
}

static gboolean
take (const GPtrArray *tensors, const char *kind, const CjTableEntry *entry, float *to)
{
  g_autofree char *name = g_strconcat (kind, "/", entry->name, NULL);
  const CjTensor *tensor = cjd_named_tensors_find (tensors, name);

  if (tensor == NULL || tensor->dtype != CJ_FLOAT32
      || !cj_shape_equal (&tensor->shape, &entry->shape))
    return FALSE;
  memcpy (to, tensor->data, cj_tensor_bytes (tensor));
  return TRUE;
}

/* A mask that does not fit is a damaged one. */
static gboolean
take_flags (const GPtrArray *tensors, CjCheckpoint *checkpoint, const CjTableEntry *entry)
{
  g_autofree char *name = g_strconcat ("mask/", entry->name, NULL);
  const CjTensor *tensor = cjd_named_tensors_find (tensors, name);

  return tensor == NULL || cj_checkpoint_take_flags (checkpoint, entry, tensor);
}

static CjCheckpoint *
parse_checkpoint (GBytes *bytes, GVariant *place, GError **error)
{
  g_autoptr (GPtrArray) tensors = cjd_safetensors_parse (bytes, error);
  g_autoptr (CjTable) table = tensors != NULL ? make_table (tensors) : NULL;
  g_autoptr (CjCheckpoint) checkpoint = NULL;
  const CjSlotKinds kinds = cj_checkpoint_load_kinds (place);
  gboolean good;
  gint64 n_slots = 0;

  if (table == NULL)
    return NULL;
  g_variant_lookup (place, "slots", "x", &n_slots);
  good = n_slots >= cj_slots_count (kinds) && n_slots <= MAX_SLOTS;
  if (good)
    checkpoint = cj_checkpoint_new (table, (guint) n_slots, kinds);
  for (guint i = 0; good && i < table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (table, i);

      good = take (tensors, entry->state ? "state" : "weight", entry,
                   cj_checkpoint_get_data (checkpoint, entry));
      for (guint slot = 0; good && slot < n_slots && !entry->state; slot++)
        {
          g_autofree char *kind = g_strdup_printf ("%u", slot);

          good = take (tensors, kind, entry, cj_checkpoint_get_slot (checkpoint, entry, slot));
        }
      good = good && take_flags (tensors, checkpoint, entry);
    }
  if (!good)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("A kept checkpoint lacks a part of its optimizer's memory."));
      return NULL;
    }
  cj_checkpoint_load_place (checkpoint, place);
  return g_steal_pointer (&checkpoint);
}

CjCheckpoint *
cjl_run_store (CjlProject *project, CjRunner *runner, gsize budget)
{
  g_autoptr (CjRunLog) log = NULL;
  g_autoptr (CjRing) ring = NULL;
  guint64 step;

  cj_runner_dup_run (runner, budget, &log, &ring, &step);
  cjl_run_put (project, log, ring);
  return cj_ring_find (ring, step, G_MAXUINT);
}

/* A checkpoint in the file. */
typedef struct
{
  GPtrArray *pieces; /* of one */
  GVariant *place;
} Stored;

static CjCheckpoint *
load_stored (gpointer data)
{
  const Stored *stored = data;
  g_autoptr (GBytes) bytes = cjd_piece_dup (stored->pieces->pdata[0]);

  return parse_checkpoint (bytes, stored->place, NULL);
}

static void
free_stored (gpointer data)
{
  Stored *stored = data;

  g_ptr_array_unref (stored->pieces);
  g_variant_unref (stored->place);
  g_free (stored);
}

/* What the file says of the run. */
typedef struct
{
  CjRunLog *log;
  GVariant *places;
} Log;

static GBytes *
print_log (gconstpointer data)
{
  const Log *log = data;
  g_autoptr (GVariant) root = NULL;
  GVariantDict dict;
  char *json;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "log", cj_run_log_save (log->log));
  g_variant_dict_insert_value (&dict, "checkpoints", log->places);
  root = g_variant_ref_sink (g_variant_dict_end (&dict));
  json = cjl_json_print (root, FALSE);
  return g_bytes_new_take (json, strlen (json));
}

static void
free_log (gpointer data)
{
  Log *log = data;

  cj_run_log_free (log->log);
  g_variant_unref (log->places);
  g_free (log);
}

/* One checkpoint, and what the log is to say of it: shared with the run, or with the file where it lies. */
static gboolean
put_checkpoint (GPtrArray *pieces, CjRing *ring, guint i, const char *name, GVariantDict *place)
{
  const Stored *stored = cj_ring_peek_later (ring, i, load_stored);
  CjCheckpoint *checkpoint = stored == NULL ? cj_ring_dup (ring, i) : NULL;
  g_autoptr (GVariant) at = NULL;

  if (stored != NULL)
    {
      cjd_pieces_share (pieces, name, stored->pieces->pdata[0]);
      g_variant_dict_init (place, stored->place);
      return TRUE;
    }
  if (checkpoint == NULL)
    return FALSE;
  at = g_variant_ref_sink (cj_checkpoint_save_place (checkpoint));
  g_variant_dict_init (place, at);
  cjd_pieces_add_later (pieces, name, cj_checkpoint_get_bytes (checkpoint), print_checkpoint,
                        checkpoint, (GDestroyNotify) cj_checkpoint_unref);
  return TRUE;
}

void
cjl_run_put (CjlProject *project, const CjRunLog *run_log, CjRing *ring)
{
  g_autoptr (GPtrArray) pieces = cjd_pieces_new ();
  Log *log = g_new0 (Log, 1);
  GVariantBuilder places;

  g_variant_builder_init (&places, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < cj_ring_get_n (ring); i++)
    {
      g_autofree char *name = g_strdup_printf ("run/%u.safetensors", i);
      GVariantDict place;

      if (!put_checkpoint (pieces, ring, i, name, &place))
        continue;
      g_variant_dict_insert (&place, "file", "s", name);
      g_variant_builder_add (&places, "v", g_variant_dict_end (&place));
    }
  log->log = cj_run_log_dup (run_log);
  log->places = cj_variant_settle (g_variant_ref_sink (g_variant_builder_end (&places)));
  cjd_pieces_add_later (pieces, LOG, 0, print_log, log, free_log);
  g_ptr_array_unref (project->run);
  project->run = g_steal_pointer (&pieces);
}

static void
add_stored (CjRing *ring, const GPtrArray *pieces, GVariant *place)
{
  const CjdPiece *piece;
  CjPlace at = { 0 };
  gint64 step = -1, n_commands = 0;
  const char *name;
  Stored *stored;

  if (!g_variant_is_of_type (place, G_VARIANT_TYPE_VARDICT)
      || !g_variant_lookup (place, "file", "&s", &name)
      || !g_variant_lookup (place, "step", "x", &step)
      || !g_variant_lookup (place, "commands", "x", &n_commands) || step < 0 || n_commands < 1
      || n_commands > CJ_RUN_LOG_MAX || (piece = cjd_pieces_find (pieces, name)) == NULL)
    return;
  stored = g_new0 (Stored, 1);
  stored->pieces = cjd_pieces_new ();
  cjd_pieces_share (stored->pieces, name, piece);
  stored->place = g_variant_ref (place);
  at.step = (guint64) step;
  at.n_commands = (guint) n_commands;
  cj_ring_add_later (ring, &at, cjd_piece_get_size (piece), load_stored, stored, free_stored);
}

gboolean
cjl_run_load (CjlProject *project, CjRunLog **log, CjRing **ring, GError **error)
{
  g_autoptr (GBytes) json = cjd_pieces_dup (project->run, LOG);
  g_autoptr (GVariant) root = NULL, data = NULL, places = NULL;

  *log = NULL;
  *ring = NULL;
  if (json == NULL)
    return FALSE;
  root = cjl_json_parse (g_bytes_get_data (json, NULL), (gssize) g_bytes_get_size (json), error);
  if (root == NULL)
    return FALSE;
  if (g_variant_is_of_type (root, G_VARIANT_TYPE_VARDICT))
    {
      data = g_variant_lookup_value (root, "log", G_VARIANT_TYPE_VARDICT);
      places = g_variant_lookup_value (root, "checkpoints", G_VARIANT_TYPE ("av"));
    }
  if (data == NULL || places == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("%s says nothing of a run."), LOG);
      return FALSE;
    }
  *log = cj_run_log_load (data, error);
  if (*log == NULL)
    return FALSE;
  *ring = cj_ring_new (CJ_RUNNER_BUDGET);
  for (gsize i = 0; i < g_variant_n_children (places); i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (places, i);
      g_autoptr (GVariant) place = g_variant_get_variant (boxed);

      add_stored (*ring, project->run, place);
    }
  return TRUE;
}
