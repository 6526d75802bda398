/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A project around an imported model: data in the shape that it takes in, a loss where its answer can be a class,
 * weights, places of cards. */
#include "cjl-onnx-inputs.h"

#include "cj-error.h"
#include "cjd-source.h"
#include "cjl-arrange.h"
#include "cjl-placeholders.h"
#include "file.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define DATA_BYTES (64 << 20) /* of the data that are made up, about */
#define SAMPLES 1000          /* of them at most */
#define MAX_FEATURES 10000000 /* that a model takes in */
#define MAX_CLASSES 1000

gboolean
cjl_onnx_is_file (const char *path)
{
  return g_str_has_suffix (path, ".onnx");
}

static CjCheckpoint *
make_weights (const CjlOnnxImport *import)
{
  g_autoptr (CjTable) table = cj_table_new_empty ();
  CjCheckpoint *weights;

  for (guint i = 0; i < import->weights->len; i++)
    {
      const CjdNamedTensor *named = import->weights->pdata[i];

      cj_table_append (table, named->name, &named->tensor->shape, FALSE);
    }
  weights = cj_checkpoint_new (table, 0, 0);
  for (guint i = 0; i < import->weights->len; i++)
    {
      const CjdNamedTensor *named = import->weights->pdata[i];
      const CjTableEntry *entry = cj_table_find (table, named->name);

      memcpy (cj_checkpoint_get_data (weights, entry), named->tensor->data,
              (gsize) entry->size * sizeof (float));
    }
  return weights;
}

/* --- samples to try the model with --- */

/* Samples of small numbers, zeros where it has none; `size` stands for a free dimension. */
static CjArray *
make_sample (const CjdOnnxInfo *info, int axis, gint64 batch, gint64 size, GError **error)
{
  CjDims dims = { .n = info->has_shape ? info->n : 1 };
  gint64 all = 1;
  CjArray *x;

  for (guint k = 0; k < dims.n; k++)
    {
      const gint64 free = (int) k == axis ? batch : axis < 0 ? 1 : size;

      dims.d[k] = k >= info->n || info->d[k] < 0 ? free : info->d[k];
      all = dims.d[k] > 0 && all <= MAX_FEATURES / dims.d[k] ? all * dims.d[k] : -1;
      if (all < 0)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("It takes in more than %d numbers."),
                       MAX_FEATURES);
          return NULL;
        }
    }
  x = cj_array_new (info->has_type ? info->type : CJ_ARRAY_F32, &dims, error);
  for (gint64 i = 0; x != NULL && axis >= 0 && i < x->size; i++)
    cj_array_set (x, i, cj_array_type_is_float (x->type) ? (double) (i * 7919 % 101) / 101 : i % 2);
  return x;
}

/* Two samples of every input, or as many as the model is written for. */
static GPtrArray *
make_samples (const GPtrArray *infos, const int *axes, gint64 size, GError **error)
{
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_array_unref);
  gint64 batch = 2, all = 0;

  for (guint i = infos->len; i > 0; i--)
    {
      const CjdOnnxInfo *info = infos->pdata[i - 1];

      if (axes[i - 1] >= 0 && (guint) axes[i - 1] < info->n && info->d[axes[i - 1]] > 0)
        batch = info->d[axes[i - 1]];
    }
  for (guint i = 0; i < infos->len; i++)
    {
      CjArray *x = make_sample (infos->pdata[i], axes[i], batch, size, error);

      if (x == NULL)
        return NULL;
      g_ptr_array_add (samples, x);
      all += x->size;
      if (all > MAX_FEATURES)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("It takes in more than %d numbers."),
                       MAX_FEATURES);
          return NULL;
        }
    }
  return g_steal_pointer (&samples);
}

/* How many values of the model come out for samples. */
static guint
count_values (const CjdOnnx *model, const GPtrArray *samples)
{
  g_autoptr (GHashTable) values
      = cjl_onnx_trace (model, (CjArray *const *) samples->pdata, samples->len, NULL);

  return values != NULL ? g_hash_table_size (values) : 0;
}

/* Whether a dimension other than the batch is free. */
static gboolean
is_open (const GPtrArray *infos, const int *axes)
{
  for (guint i = 0; i < infos->len; i++)
    for (guint k = 0; k < ((const CjdOnnxInfo *) infos->pdata[i])->n; k++)
      if ((int) k != axes[i] && ((const CjdOnnxInfo *) infos->pdata[i])->d[k] < 0)
        return TRUE;
  return FALSE;
}

/* Free dimensions get the size with which most of the model runs. */
static GPtrArray *
find_samples (const CjdOnnx *model, GError **error)
{
  static const gint64 sizes[] = { 16, 32, 64, 224 };
  g_autoptr (GPtrArray) infos = cjl_onnx_list_inputs (model->graph);
  g_autofree int *axes = cjl_onnx_find_batch_axes (infos);
  GPtrArray *best = NULL;
  guint most = 0;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      GPtrArray *x = make_samples (infos, axes, sizes[i], i == 0 ? error : NULL);
      const guint n = x != NULL && is_open (infos, axes) ? count_values (model, x) : 0;

      if (x != NULL && (best == NULL || n > most))
        {
          g_clear_pointer (&best, g_ptr_array_unref);
          best = g_steal_pointer (&x);
          most = n;
        }
      g_clear_pointer (&x, g_ptr_array_unref);
      if (best == NULL || !is_open (infos, axes))
        break;
    }
  return best;
}

/* --- data --- */

/* Numbers that the first output gives for a sample, 0 where it is no row of them. */
static int
count_classes (const CjlOnnxImport *import)
{
  const CjdOnnxGraph *graph = import->model->graph;
  const CjArray *y = graph->outputs->len > 0
                         ? cjl_onnx_value (import, ((CjdOnnxInfo *) graph->outputs->pdata[0])->name)
                         : NULL;

  return y != NULL && y->dims.n == 2 && y->dims.d[1] >= 2 && y->dims.d[1] <= MAX_CLASSES
             ? (int) y->dims.d[1]
             : 0;
}

/* What is made up for a model: a source, its settings, and how a sample must be laid out. */
typedef struct
{
  const char *source;
  GVariantBuilder settings;
  gboolean channels_last; /* as in CjlOnnxImport, and */
  char *front;            /* owned */
} Data;

static void
add_setting (Data *data, const char *name, gint64 value)
{
  g_variant_builder_add (&data->settings, "{sv}", name,
                         g_variant_new_take_string (g_strdup_printf ("%lld", (long long) value)));
}

/* Whether these are pictures with their channels last. */
static gboolean
has_channels_last (const CjDims *dims)
{
  return dims->n == 4 && (dims->d[3] == 1 || dims->d[3] == 3) && dims->d[1] > 3 && dims->d[2] > 3;
}

/* Whether a setting of the sequences that are made up can have a value. */
static gboolean
is_setting (const char *name, gint64 value)
{
  const CjParam *param = cj_params_find (cjd_source_find ("sequences")->params, name);

  return (double) value >= param->min && (double) value <= param->max;
}

static void
choose_data (Data *data, const CjArray *x, int classes)
{
  const gint64 features = x->size / x->dims.d[0];
  const gint64 steps = x->dims.n > 2 ? x->dims.d[1] : 1, fibres = features / MAX (steps, 1);
  GString *shape = g_string_new (NULL);

  data->channels_last = has_channels_last (&x->dims);
  if (data->channels_last)
    g_string_append_printf (shape, "%lldx", (long long) x->dims.d[3]);
  for (guint k = 1; k < x->dims.n - (data->channels_last ? 1 : 0); k++)
    g_string_append_printf (shape, "%s%lld", k > 1 ? "x" : "", (long long) x->dims.d[k]);
  g_variant_builder_init (&data->settings, G_VARIANT_TYPE_VARDICT);
  if (!cj_array_type_is_float (x->type) && x->dims.n == 2 && is_setting ("symbols", classes)
      && is_setting ("length", features))
    {
      data->source = "sequences";
      g_variant_builder_add (&data->settings, "{sv}", "task", g_variant_new_string ("most"));
      add_setting (data, "length", features);
      add_setting (data, "symbols", classes);
      add_setting (data, "samples", SAMPLES);
    }
  else if (!cj_array_type_is_float (x->type) && x->dims.n == 2)
    {
      data->source = "text";
      add_setting (data, "length", features);
    }
  else if (features == 784 && (classes == 10 || classes == 0))
    {
      data->source = "glyphs";
      g_variant_builder_add (&data->settings, "{sv}", "signs", g_variant_new_string ("digits"));
      if (x->dims.n != 4)
        data->front = x->dims.n == 2 ? g_strdup ("") : g_strdup (shape->str);
    }
  else
    {
      data->source = "rate-patterns";
      add_setting (data, "steps", MAX (steps, 1));
      add_setting (data, "fibres", MAX (fibres, 1));
      add_setting (data, "classes", MAX (classes, 1));
      add_setting (data, "samples",
                   CLAMP (DATA_BYTES / MAX (4 * features, 1), 4 * MAX (classes, 1), SAMPLES));
      if (x->dims.n != 3)
        data->front = x->dims.n <= 2 ? g_strdup ("") : g_strdup (shape->str);
    }
  g_string_free (shape, TRUE);
}

/* --- the project --- */

static gboolean
add_loss (CjlOnnxImport *import, GError **error)
{
  const CjdOnnxInfo *info = import->model->graph->outputs->pdata[0];
  CjNode *loss;

  if (count_classes (import) == 0 || !g_hash_table_contains (import->made, info->name))
    return TRUE;
  loss = cj_graph_add (import->graph, cj_layer_find ("cross-entropy"), NULL, error);
  return loss != NULL && cjl_onnx_wire (import, info->name, loss, 0, error);
}

static gboolean
fill (CjlOnnxImport *import, CjlProject *project, const GPtrArray *samples, char **note,
      GError **error)
{
  CjArray *const *inputs = (CjArray *const *) samples->pdata;
  g_autoptr (GHashTable) values = cjl_onnx_trace (import->model, inputs, samples->len, error);
  g_autoptr (GPtrArray) infos = cjl_onnx_list_inputs (import->model->graph);
  g_autofree int *axes = cjl_onnx_find_batch_axes (infos);
  g_autoptr (CjArray) x = NULL;
  g_autoptr (CjCheckpoint) weights = NULL;
  g_autofree char *front = NULL;
  Data data = { 0 };
  gboolean done;

  if (values == NULL || cjl_onnx_count_samples (inputs, axes, samples->len) < 1
      || (x = cjl_onnx_join_inputs (inputs, axes, samples->len, error)) == NULL || x->dims.n < 1)
    {
      if (error != NULL && *error == NULL)
        g_set_error_literal (error, CJ_ERROR, CJ_ERROR_PARAM,
                             _ ("Its input has no dimension for the samples of a batch."));
      return FALSE;
    }
  import->values = g_steal_pointer (&values);
  choose_data (&data, x, count_classes (import));
  g_clear_pointer (&import->values, g_hash_table_unref);
  import->front = front = data.front;
  import->channels_last = data.channels_last;
  done = cjl_onnx_import_convert (import, inputs, samples->len, error) && add_loss (import, error)
         && cjl_placeholders_put (import->graph, import->unknown, error);
  if (note != NULL)
    *note = cjl_onnx_import_print (import);
  if (!done)
    {
      g_variant_builder_clear (&data.settings);
      return FALSE;
    }
  weights = make_weights (import);
  cjl_arrange_levels (import->graph);
  cjl_project_set_data (project, data.source, g_variant_builder_end (&data.settings));
  cjl_project_store (project, weights);
  return TRUE;
}

CjlProject *
cjl_onnx_parse (GBytes *bytes, const char *folder, const char *title, char **note, GError **error)
{
  g_autoptr (CjdOnnx) model = cjd_onnx_parse (bytes, folder, error);
  g_autoptr (CjlProject) project = cjl_project_new ();
  g_autoptr (GPtrArray) samples = NULL;
  g_auto (CjlOnnxImport) import = { 0 };
  GError *own = NULL;

  if (note != NULL)
    *note = NULL;
  if (model == NULL || !cjl_onnx_import_check (model, error))
    return NULL;
  samples = find_samples (model, error);
  if (samples == NULL)
    return NULL;
  cjl_onnx_import_init (&import, model, project->graph);
  cjl_project_set_title (project, title);
  if (fill (&import, project, samples, note, &own))
    return g_steal_pointer (&project);
  if (note != NULL)
    g_clear_pointer (note, g_free);
  g_propagate_error (error, own);
  return NULL;
}

CjlProject *
cjl_onnx_load (const char *path, char **note, GError **error)
{
  g_autoptr (GBytes) bytes = cjd_file_read (path, CJD_ONNX_MAX_FILE, error);
  g_autofree char *title = g_path_get_basename (path), *folder = g_path_get_dirname (path);
  CjlProject *project;

  if (bytes == NULL)
    return NULL;
  if (cjl_onnx_is_file (title))
    title[strlen (title) - strlen (".onnx")] = '\0';
  project = cjl_onnx_parse (bytes, folder, title, note, error);
  if (project == NULL)
    g_prefix_error (error, "%s: ", path);
  return project;
}
