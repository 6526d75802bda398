/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data choice of a project: loading it, telling the compiler about it. */
#include "cj-error.h"
#include "cjl-project.h"

#include "cjd-augment.h"
#include "cjd-edits.h"
#include "cjd-reader.h"
#include "cjd-source.h"
#include "cjd-tasks.h"

#include <glib/gi18n-lib.h>

CjlDataChoice
cjl_data_choice_copy (const CjlDataChoice *choice)
{
  CjlDataChoice copy = *choice;

  copy.source = g_strdup (choice->source);
  copy.augment = g_strdup (choice->augment);
  copy.edits = g_strdup (choice->edits);
  copy.params = g_variant_ref (choice->params);
  return copy;
}

void
cjl_data_choice_clear (CjlDataChoice *choice)
{
  g_clear_pointer (&choice->source, g_free);
  g_clear_pointer (&choice->augment, g_free);
  g_clear_pointer (&choice->edits, g_free);
  g_clear_pointer (&choice->params, g_variant_unref);
}

/* Parameters that belong to `table`; a parameter that none of the tables has is refused. */
static gboolean
read_params (const CjParam *table, const CjParam *other, GVariant *params, gpointer values,
             GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, params);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value;

      if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
          || (cj_params_find (table, name) == NULL && other != NULL
              && cj_params_find (other, name) != NULL))
        continue;
      if (!cj_params_parse (table, values, name, g_variant_get_string (value, NULL), error))
        return FALSE;
    }
  return TRUE;
}

/* A generated source, at the size and channels asked for. */
static CjdDataset *
make (const CjdSourceInfo *source, const CjlDataChoice *choice, const CjdReadOptions *options,
      GError **error)
{
  g_autofree gpointer values = g_malloc0 (MAX (source->params_size, 1));
  CjdDataset *dataset;

  cj_params_reset (source->params, values);
  if (!read_params (source->params, cjd_read_params, choice->params, values, error))
    return NULL;
  dataset = source->make (values, error);
  return dataset != NULL
             ? cjd_dataset_fit (dataset, options->size, (CjdChannels) options->channels, error)
             : NULL;
}

static gboolean
read_options (const CjlDataChoice *choice, CjdReadOptions *options, GError **error)
{
  const CjdSourceInfo *source = cjd_source_find (choice->source);

  cjd_read_options_init (options);
  options->val_share = choice->val_share;
  options->test_share = choice->test_share;
  options->seed = (guint64) choice->seed;
  return read_params (cjd_read_params, source != NULL ? source->params : NULL, choice->params,
                      options, error);
}

CjdDataset *
cjl_data_load_base (const CjlDataChoice *choice, GError **error)
{
  const CjdSourceInfo *source = cjd_source_find (choice->source);
  CjdReadOptions options;

  if (!read_options (choice, &options, error))
    return NULL;
  return source != NULL ? make (source, choice, &options, error)
                        : cjd_load (choice->source, &options, error);
}

CjdDataset *
cjl_data_dress (CjdDataset *base, const CjlDataChoice *choice, GError **error)
{
  g_autoptr (CjdDataset) dataset = cjd_dataset_new_view (base);
  g_autoptr (GArray) edits = cjd_edits_parse (choice->edits, error);
  const CjShape sample = cjd_dataset_get_x_shape (dataset);
  CjdReadOptions options;

  if (edits == NULL || !read_options (choice, &options, error)
      || !cjd_dataset_edit (dataset, edits, error)
      || !cjd_dataset_normalise (dataset, &options, error))
    return NULL;
  if (*choice->augment != '\0' && dataset->x_dtype == CJ_INT32)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("%s holds characters or symbols, which cannot be augmented."), dataset->name);
      return NULL;
    }
  if (*choice->augment != '\0')
    {
      dataset->augmenter = cjd_augmenter_parse (choice->augment, &sample, error);
      if (dataset->augmenter == NULL)
        return NULL;
    }
  return cjd_dataset_set_tasks (dataset, &options, error) ? g_steal_pointer (&dataset) : NULL;
}

CjdDataset *
cjl_data_load (const CjlDataChoice *choice, GError **error)
{
  g_autoptr (CjdDataset) base = cjl_data_load_base (choice, error);

  return base != NULL ? cjl_data_dress (base, choice, error) : NULL;
}

gboolean
cjl_data_choice_equal (const CjlDataChoice *a, const CjlDataChoice *b)
{
  return g_str_equal (a->source, b->source) && g_str_equal (a->augment, b->augment)
         && g_str_equal (a->edits, b->edits) && g_variant_equal (a->params, b->params)
         && a->val_share == b->val_share && a->test_share == b->test_share && a->seed == b->seed;
}

/* Whether `b` has what `a` has, but for those that concern a view only. */
static gboolean
covers (GVariant *a, GVariant *b)
{
  static const char *const dress[]
      = { "normalise", "mean", "deviation", "tasks", "task-count", "task-seed", "heads", NULL };
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, a);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value, other = g_variant_lookup_value (b, name, NULL);

      if (!g_strv_contains (dress, name) && (other == NULL || !g_variant_equal (value, other)))
        return FALSE;
    }
  return TRUE;
}

gboolean
cjl_data_choice_same_base (const CjlDataChoice *a, const CjlDataChoice *b)
{
  return g_str_equal (a->source, b->source) && covers (a->params, b->params)
         && covers (b->params, a->params) && a->val_share == b->val_share
         && a->test_share == b->test_share && a->seed == b->seed;
}

CjLowered *
cjl_project_lower (const CjlProject *project, const CjdDataset *dataset, gint64 batch)
{
  const CjLearning learning = cj_train_setup_get_learning (project->setup);
  CjDataSpec spec = cjl_data_spec (dataset, batch);
  CjLowered *lowered = cj_lower (project->graph, &spec);
  g_autoptr (CjLowered) trained = NULL;
  GPtrArray *problems = lowered->problems;

  spec.learning = &learning;
  trained = cj_lower (project->graph, &spec);
  lowered->problems = trained->problems;
  trained->problems = problems;
  if (trained->losses->len == 0)
    g_array_set_size (lowered->losses, 0);
  cj_train_setup_check (project->setup, project->graph, lowered);
  return lowered;
}

const char *
cjl_split_get_title (CjdSplit split)
{
  static const char *const titles[CJD_N_SPLITS]
      = { N_ ("training"), N_ ("validation"), N_ ("test") };

  return _ (titles[split]);
}

CjDataSpec
cjl_data_spec (const CjdDataset *dataset, gint64 batch)
{
  const CjShape *y = &dataset->y->shape;

  return (CjDataSpec){
    .batch = batch,
    .x_shape = cjd_dataset_get_x_shape (dataset),
    .y_shape = cj_shape (y->n_dims - 1, y->dims + 1),
    .x_dtype = dataset->x_dtype == CJ_INT32 ? CJ_INT32 : CJ_FLOAT32,
    .y_dtype = dataset->y->dtype,
    .n_classes = dataset->n_classes,
    .n_words = dataset->n_words,
    .heads = cjd_dataset_get_heads (dataset),
    .has_y = TRUE,
  };
}
