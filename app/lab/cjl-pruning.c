/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-pruning.h"

#include "cj-mask.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_RUNS 8 /* lines of a plot */

/* Columns of the figure, a row a tensor that connects units. */
typedef struct
{
  GArray *kept, *synapses, *units, *silent; /* float */
  GStrvBuilder *names;
} Columns;

static Columns
columns_new (void)
{
  return (Columns){ g_array_new (FALSE, FALSE, sizeof (float)),
                    g_array_new (FALSE, FALSE, sizeof (float)),
                    g_array_new (FALSE, FALSE, sizeof (float)),
                    g_array_new (FALSE, FALSE, sizeof (float)), g_strv_builder_new () };
}

/* "dense1" for "dense1.weight"; `flags` NULL: nothing is pruned. */
static void
add (Columns *self, const char *name, const CjShape *shape, const guint8 *flags)
{
  const gint64 size = cj_shape_size (shape), units = shape->n_dims > 0 ? shape->dims[0] : 0;
  const gint64 width = size / MAX (units, 1);
  const float all = (float) size, of = (float) units;
  float kept, silent = 0;
  g_autofree char *layer = g_str_has_suffix (name, ".weight")
                               ? g_strndup (name, strlen (name) - strlen (".weight"))
                               : g_strdup (name);

  if (shape->n_dims < 2 || size == 0)
    return;
  kept = flags != NULL ? (float) (1 - (double) cj_mask_count (flags, size) / (double) size) : 1;
  for (gint64 u = 0; flags != NULL && u < units; u++)
    silent += cj_mask_count (flags + u * width, width) == width;
  g_array_append_val (self->kept, kept);
  g_array_append_val (self->synapses, all);
  g_array_append_val (self->units, of);
  g_array_append_val (self->silent, silent);
  g_strv_builder_add (self->names, layer);
}

/* --- what is right at what sparsity --- */

static gboolean
has_pruned (const GArray *epochs)
{
  for (guint i = 0; epochs != NULL && i < epochs->len; i++)
    if (g_array_index (epochs, CjRunEpoch, i).sparsity > 0)
      return TRUE;
  return FALSE;
}

/* "random, one-shot", with the name that a person gave to the run. You free. */
static char *
name_run (const CjlPastRun *run)
{
  const char *method = cjl_past_run_get_setting (run, "pruning.method");
  const char *schedule = cjl_past_run_get_setting (run, "pruning.schedule");
  g_autofree char *how = g_strdup_printf ("%s, %s", method != NULL ? _ (method) : _ ("by hand"),
                                          schedule != NULL ? _ (schedule) : _ ("one-shot"));

  return run->name != NULL && *run->name != '\0' ? g_strdup_printf ("%s: %s", run->name, how)
                                                 : g_strdup (how);
}

/* Share that is left and share that is right, of one run, in row `line` of both. */
static void
put_run (const GArray *epochs, guint line, CjTensor *left, CjTensor *right)
{
  const gint64 p = left->shape.dims[1];

  for (gint64 i = 0; i < p; i++)
    {
      const CjRunEpoch *epoch = &g_array_index (epochs, CjRunEpoch, MIN (i, epochs->len - 1));
      const gboolean there = i < epochs->len && isfinite (epoch->sparsity);
      const double share
          = isfinite (epoch->val.accuracy) ? epoch->val.accuracy : epoch->train.accuracy;

      cj_tensor_f32 (left)[line * p + i] = there ? (float) (1 - epoch->sparsity) : NAN;
      cj_tensor_f32 (right)[line * p + i] = there ? (float) share : NAN;
    }
}

static void
put_runs (CjvFrame *frame, const GArray *epochs, const GPtrArray *past)
{
  g_autoptr (GPtrArray) runs = g_ptr_array_new ();
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  CjTensor *left, *right;
  CjShape shape;
  gint64 most = 0;

  if (has_pruned (epochs))
    {
      g_ptr_array_add (runs, (gpointer) epochs);
      g_ptr_array_add (names, g_strdup (_ ("this run")));
    }
  for (guint i = 0; past != NULL && i < past->len && runs->len < MAX_RUNS; i++)
    {
      const CjlPastRun *run = past->pdata[i];

      if (!has_pruned (run->epochs))
        continue;
      g_ptr_array_add (runs, run->epochs);
      g_ptr_array_add (names, name_run (run));
    }
  if (runs->len == 0)
    return;
  g_ptr_array_add (names, NULL);
  for (guint i = 0; i < runs->len; i++)
    most = MAX (most, ((const GArray *) runs->pdata[i])->len);
  shape = cj_shape2 (runs->len, most);
  left = cj_tensor_new (CJ_FLOAT32, &shape);
  right = cj_tensor_new (CJ_FLOAT32, &shape);
  for (guint i = 0; i < runs->len; i++)
    put_run (runs->pdata[i], i, left, right);
  cjv_frame_take_array (frame, "left", left);
  cjv_frame_take_array (frame, "right", right);
  cjv_frame_set_strings (frame, "runs", (const char *const *) names->pdata);
}

/* Takes the columns. */
static CjvFrame *
finish (Columns *self, const GArray *epochs, const GPtrArray *past)
{
  CjvFrame *frame = cjv_frame_new ();
  g_auto (GStrv) names = g_strv_builder_end (self->names);
  const struct
  {
    const char *name;
    GArray *values;
  } columns[] = { { "kept", self->kept },
                  { "synapses", self->synapses },
                  { "units", self->units },
                  { "silent", self->silent } };

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      if (columns[i].values->len > 0)
        cjv_frame_set_values (frame, columns[i].name, (const float *) columns[i].values->data,
                              columns[i].values->len);
      g_array_unref (columns[i].values);
    }
  cjv_frame_set_strings (frame, "layers", (const char *const *) names);
  g_strv_builder_unref (self->names);
  put_runs (frame, epochs, past);
  return cjv_frame_seal (frame);
}

CjvFrame *
cjl_pruning_frame (const CjCheckpoint *weights, const GArray *epochs, const GPtrArray *past)
{
  Columns columns = columns_new ();

  for (guint i = 0; i < weights->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (weights->table, i);

      if (!entry->state)
        add (&columns, entry->name, &entry->shape,
             weights->flags != NULL ? weights->flags + entry->offset : NULL);
    }
  return finish (&columns, epochs, past);
}

CjvFrame *
cjl_pruning_frame_of_project (CjlProject *project)
{
  const GPtrArray *weights = cjl_project_get_weights (project);
  const GPtrArray *masks = cjl_project_get_masks (project);
  g_autoptr (GArray) epochs = cjl_project_read_history (project);
  g_autoptr (GPtrArray) past = cjl_archive_list (project);
  Columns columns = columns_new ();

  for (guint i = 0; i < weights->len; i++)
    {
      const CjdNamedTensor *named = weights->pdata[i];
      const CjTensor *mask = cjd_named_tensors_find (masks, named->name);
      const gboolean fits = mask != NULL && mask->dtype == CJ_UINT8
                            && cj_shape_equal (&mask->shape, &named->tensor->shape);

      add (&columns, named->name, &named->tensor->shape, fits ? mask->data : NULL);
    }
  return finish (&columns, epochs, past);
}
