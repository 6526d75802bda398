/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-pruning.h"

#include "cj-mask.h"
#include "safetensors.h"

#include <string.h>

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

/* Takes the columns. */
static CjvFrame *
finish (Columns *self)
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
  return cjv_frame_seal (frame);
}

CjvFrame *
cjl_pruning_frame (const CjCheckpoint *weights)
{
  Columns columns = columns_new ();

  for (guint i = 0; i < weights->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (weights->table, i);

      if (!entry->state)
        add (&columns, entry->name, &entry->shape,
             weights->flags != NULL ? weights->flags + entry->offset : NULL);
    }
  return finish (&columns);
}

CjvFrame *
cjl_pruning_frame_of_project (CjlProject *project)
{
  const GPtrArray *weights = cjl_project_get_weights (project);
  const GPtrArray *masks = cjl_project_get_masks (project);
  Columns columns = columns_new ();

  for (guint i = 0; i < weights->len; i++)
    {
      const CjdNamedTensor *named = weights->pdata[i];
      const CjTensor *mask = cjd_named_tensors_find (masks, named->name);
      const gboolean fits = mask != NULL && mask->dtype == CJ_UINT8
                            && cj_shape_equal (&mask->shape, &named->tensor->shape);

      add (&columns, named->name, &named->tensor->shape, fits ? mask->data : NULL);
    }
  return finish (&columns);
}
