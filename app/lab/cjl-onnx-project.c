/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A project around an imported model: data in the shape that it takes in, a loss where its answer can be a class,
 * weights, places of cards. */
#include "cjl-onnx-import-private.h"

#include "cj-error.h"
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

/* Two samples (or as many as the model is written for) of small numbers; `size` stands for a free dimension. */
static CjArray *
make_sample (const CjdOnnxInfo *info, gint64 size, GError **error)
{
  CjDims dims = { .n = MAX (info->n, 1) };
  gint64 all = 1;
  CjArray *x;

  for (guint k = 0; k < dims.n; k++)
    {
      dims.d[k] = k >= info->n || info->d[k] < 0 ? (k == 0 ? 2 : size) : info->d[k];
      all = dims.d[k] > 0 && all <= MAX_FEATURES / dims.d[k] ? all * dims.d[k] : -1;
      if (all < 0)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("It takes in more than %d numbers."),
                       MAX_FEATURES);
          return NULL;
        }
    }
  x = cj_array_new (info->has_type ? info->type : CJ_ARRAY_F32, &dims, error);
  for (gint64 i = 0; x != NULL && i < x->size; i++)
    cj_array_set (x, i, cj_array_type_is_float (x->type) ? (double) (i * 7919 % 101) / 101 : i % 2);
  return x;
}

/* How many values of the model come out for a sample. */
static guint
count_values (const CjdOnnx *model, CjArray *x)
{
  g_autoptr (GHashTable) values = cjl_onnx_trace (model, &x, 1, NULL);

  return values != NULL ? g_hash_table_size (values) : 0;
}

/* Whether a dimension behind the batch is free. */
static gboolean
is_open (const CjdOnnxInfo *info)
{
  for (guint k = 1; k < info->n; k++)
    if (info->d[k] < 0)
      return TRUE;
  return FALSE;
}

/* Free dimensions get the size with which most of the model runs. */
static CjArray *
find_sample (const CjdOnnx *model, const CjdOnnxInfo *info, GError **error)
{
  static const gint64 sizes[] = { 16, 32, 64, 224 };
  CjArray *best = NULL;
  guint most = 0;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      CjArray *x = make_sample (info, sizes[i], i == 0 ? error : NULL);
      const guint n = x != NULL ? count_values (model, x) : 0;

      if (best == NULL || n > most)
        {
          g_clear_pointer (&best, cj_array_unref);
          best = g_steal_pointer (&x);
          most = n;
        }
      g_clear_pointer (&x, cj_array_unref);
      if (best == NULL || !is_open (info))
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
  char *front; /* as in CjlOnnxImport; owned */
} Data;

static void
add_setting (Data *data, const char *name, gint64 value)
{
  g_variant_builder_add (&data->settings, "{sv}", name,
                         g_variant_new_take_string (g_strdup_printf ("%lld", (long long) value)));
}

static void
choose_data (Data *data, const CjArray *x, int classes)
{
  const gint64 features = x->size / x->dims.d[0];
  const gint64 steps = x->dims.n > 2 ? x->dims.d[1] : 1, fibres = features / MAX (steps, 1);
  GString *shape = g_string_new (NULL);

  for (guint k = 1; k < x->dims.n; k++)
    g_string_append_printf (shape, "%s%lld", k > 1 ? "x" : "", (long long) x->dims.d[k]);
  g_variant_builder_init (&data->settings, G_VARIANT_TYPE_VARDICT);
  if (!cj_array_type_is_float (x->type) && x->dims.n == 2)
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
fill (CjlOnnxImport *import, CjlProject *project, CjArray *x, char **note, GError **error)
{
  g_autoptr (GHashTable) values = cjl_onnx_trace (import->model, &x, 1, error);
  g_autoptr (CjCheckpoint) weights = NULL;
  g_autofree char *front = NULL;
  Data data = { 0 };
  gboolean done;

  if (values == NULL)
    return FALSE;
  import->values = g_steal_pointer (&values);
  choose_data (&data, x, count_classes (import));
  g_clear_pointer (&import->values, g_hash_table_unref);
  import->front = front = data.front;
  done = cjl_onnx_import_convert (import, x, error) && add_loss (import, error)
         && cjl_placeholders_put (import->graph, import->unknown, error);
  if (note != NULL)
    *note = cjl_placeholders_print (import->unknown);
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
  g_autoptr (GPtrArray) inputs = NULL;
  g_autoptr (CjArray) x = NULL;
  g_auto (CjlOnnxImport) import = { 0 };

  if (note != NULL)
    *note = NULL;
  if (model == NULL || !cjl_onnx_import_check (model, error))
    return NULL;
  inputs = cjl_onnx_list_inputs (model->graph);
  x = find_sample (model, inputs->pdata[0], error);
  if (x == NULL)
    return NULL;
  cjl_onnx_import_init (&import, model, project->graph);
  cjl_project_set_title (project, title);
  return fill (&import, project, x, note, error) ? g_steal_pointer (&project) : NULL;
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
