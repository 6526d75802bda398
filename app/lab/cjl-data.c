/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data choice of a project: loading it and telling the compiler about it. */
#include "cj-error.h"
#include "cjl-project.h"

#include "cjd-source.h"
#include "idx.h"

CjlDataChoice
cjl_data_choice_copy (const CjlDataChoice *choice)
{
  CjlDataChoice copy = *choice;

  copy.source = g_strdup (choice->source);
  copy.params = g_variant_ref (choice->params);
  return copy;
}

void
cjl_data_choice_clear (CjlDataChoice *choice)
{
  g_clear_pointer (&choice->source, g_free);
  g_clear_pointer (&choice->params, g_variant_unref);
}

static CjdDataset *
make (const CjdSourceInfo *source, GVariant *params, GError **error)
{
  g_autofree gpointer values = g_malloc0 (MAX (source->params_size, 1));
  GVariantIter iter;
  const char *name;
  GVariant *value;

  cj_params_reset (source->params, values);
  g_variant_iter_init (&iter, params);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
          && !cj_params_parse (source->params, values, name, g_variant_get_string (value, NULL),
                               error))
        return NULL;
    }
  return source->make (values, error);
}

CjdDataset *
cjl_data_load (const CjlDataChoice *choice, GError **error)
{
  const CjdSourceInfo *source = cjd_source_find (choice->source);
  CjdDataset *dataset;

  if (source != NULL)
    return make (source, choice->params, error);
  dataset = cjd_idx_load (choice->source, error);
  if (dataset != NULL)
    {
      const gboolean has_val = cjd_dataset_count (dataset, CJD_SPLIT_VAL) > 0;

      cjd_dataset_split (dataset, CJD_SPLIT_VAL, has_val ? 0 : choice->val_share,
                         (guint64) choice->seed);
    }
  return dataset;
}

CjDataSpec
cjl_data_spec (const CjdDataset *dataset, gint64 batch)
{
  const CjShape *y = &dataset->y->shape;

  return (CjDataSpec){
    .batch = batch,
    .x_shape = cjd_dataset_get_x_shape (dataset),
    .y_shape = cj_shape (y->n_dims - 1, y->dims + 1),
    .x_dtype = dataset->x->dtype == CJ_INT32 ? CJ_INT32 : CJ_FLOAT32,
    .y_dtype = dataset->y->dtype,
    .n_classes = dataset->n_classes,
    .has_y = TRUE,
  };
}
