/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-predict.h"

#include "cj-error.h"
#include "cj-metrics.h"
#include "cjd-reader.h"
#include "cjl-intake.h"
#include "picture.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define BATCH 32
#define MAX_DEPTH 16       /* of folders in folders */
#define MAX_FILES 10000000 /* of a folder */

struct _CjlPredictor
{
  CjProgram *program;
  CjlIntake intake;
  guint n; /* K */
  gboolean classes;
  GPtrArray *names; /* K */
  float *scores;    /* BATCH × K */
  guint *order;     /* K */
};

/* --- what the weights were learned from --- */

static GVariant *
print_dims (const CjShape *shape)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < shape->n_dims; i++)
    g_variant_builder_add (&list, "v", g_variant_new_int64 (shape->dims[i]));
  return g_variant_builder_end (&list);
}

static GVariant *
print_names (const CjdDataset *dataset)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint i = 0; dataset->class_names != NULL && i < dataset->n_classes; i++)
    g_variant_builder_add (&list, "v", g_variant_new_string (dataset->class_names[i]));
  return g_variant_builder_end (&list);
}

GVariant *
cjl_learned_print (const CjdDataset *dataset, gint64 began)
{
  const CjDataSpec spec = cjl_data_spec (dataset, 1);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "shape", print_dims (&spec.x_shape));
  g_variant_dict_insert (&dict, "type", "x", (gint64) dataset->x_dtype);
  g_variant_dict_insert_value (&dict, "target-shape", print_dims (&spec.y_shape));
  g_variant_dict_insert (&dict, "target-type", "x", (gint64) spec.y_dtype);
  g_variant_dict_insert (&dict, "n-classes", "x", (gint64) spec.n_classes);
  g_variant_dict_insert_value (&dict, "classes", print_names (dataset));
  if (began > 0)
    g_variant_dict_insert (&dict, "began", "x", began);
  return g_variant_dict_end (&dict);
}

static void
take_names (CjlPredictor *self)
{
  self->names = g_ptr_array_new_full (self->n, g_free);
  for (guint k = 0; k < self->n; k++)
    {
      char *name = self->classes ? cjl_intake_dup_class (&self->intake, k) : NULL;

      if (name == NULL)
        name = self->classes ? g_strdup_printf ("%u", k) : g_strdup_printf (_ ("value %u"), k + 1);
      g_ptr_array_add (self->names, name);
    }
}

static gboolean
compile (CjlPredictor *self, CjlProject *project, const CjDataSpec *spec, guint n_threads,
         GError **error)
{
  g_autoptr (CjMetrics) metrics = NULL;
  CjShape shape;

  self->program = cj_program_new (project->graph, CJ_PURPOSE_INFER, spec, n_threads, error);
  if (self->program == NULL)
    return FALSE;
  metrics = cj_metrics_new (self->program);
  self->classes = metrics->task == CJ_TASK_CLASSES;
  if (cj_program_get_prediction (self->program, &shape) == NULL || shape.n_dims != 2
      || cj_program_get_x (self->program) == NULL || metrics->task == CJ_TASK_SEQUENCE)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The network does not give one row of numbers a sample. End it with Dense."));
      return FALSE;
    }
  self->n = (guint) shape.dims[1];
  cj_program_init (self->program, (guint64) project->setup->seed);
  if (cjl_project_apply_weights (project, self->program) > 0)
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               _ ("The weights are of another network. Train it for a step."));
  return FALSE;
}

CjlPredictor *
cjl_predictor_new (CjlProject *project, guint n_threads, GError **error)
{
  g_autoptr (CjlPredictor) self = g_new0 (CjlPredictor, 1);
  CjDataSpec spec;

  if (cjl_project_get_weights (project)->len == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The project has no weights yet. Train it first."));
      return NULL;
    }
  if (!cjl_intake_read (&self->intake, project, error))
    return NULL;
  spec = self->intake.spec;
  spec.batch = BATCH;
  if (!compile (self, project, &spec, n_threads, error))
    return NULL;
  take_names (self);
  self->scores = g_new0 (float, (gsize) BATCH * self->n);
  self->order = g_new0 (guint, self->n);
  return g_steal_pointer (&self);
}

void
cjl_predictor_free (CjlPredictor *self)
{
  g_clear_pointer (&self->program, cj_program_free);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  cjl_intake_clear (&self->intake);
  g_free (self->scores);
  g_free (self->order);
  g_free (self);
}

guint
cjl_predictor_get_n (const CjlPredictor *self)
{
  return self->n;
}

gboolean
cjl_predictor_has_classes (const CjlPredictor *self)
{
  return self->classes;
}

const char *
cjl_predictor_get_name (const CjlPredictor *self, guint k)
{
  return self->names->pdata[k];
}

/* --- answering --- */

/* One call of cjl_predict. */
typedef struct
{
  CjlPredictor *predictor;
  CjlJob *job; /* or NULL */
  CjlPredictFunc func;
  gpointer data;
  CjlPredictCount *count;
  char *names[BATCH]; /* of the samples that wait in the program's x */
  guint n;
  guint path, n_paths; /* the one under way, and all */
} Work;

/* `i` of `n` samples of a path are done. */
static void
tell (const Work *work, gsize i, gsize n)
{
  cjl_job_set_progress (work->job, (work->path + (double) i / (double) MAX (n, 1))
                                       / (double) MAX (work->n_paths, 1));
}

static void
fail (Work *work, const char *file, const char *problem)
{
  const CjlPrediction prediction = { .file = file, .problem = problem };

  work->count->n_failed++;
  work->func (&prediction, work->data);
}

static gint
compare_scores (gconstpointer a, gconstpointer b, gpointer data)
{
  const float *scores = data;
  const guint i = *(const guint *) a, k = *(const guint *) b;

  return scores[i] > scores[k] ? -1 : scores[i] < scores[k] ? 1 : i < k ? -1 : 1;
}

/* Scores become probabilities; the order of the classes. */
static void
rank (CjlPredictor *self, float *row)
{
  float largest = row[0];
  double sum = 0;

  for (guint k = 1; k < self->n; k++)
    largest = MAX (largest, row[k]);
  for (guint k = 0; k < self->n; k++)
    sum += row[k] = expf (row[k] - largest);
  for (guint k = 0; k < self->n; k++)
    {
      row[k] = (float) (row[k] / sum);
      self->order[k] = k;
    }
  g_qsort_with_data (self->order, (int) self->n, sizeof *self->order, compare_scores, row);
}

/* Runs the samples that wait. */
static void
answer (Work *work)
{
  CjlPredictor *self = work->predictor;

  if (work->n == 0)
    return;
  cj_program_forward (self->program, FALSE, work->n, 0, 0);
  memcpy (self->scores, cj_program_get_prediction (self->program, NULL),
          sizeof (float) * work->n * self->n);
  for (guint i = 0; i < work->n; i++)
    {
      float *row = self->scores + (gsize) i * self->n;
      CjlPrediction prediction = { .file = work->names[i], .scores = row };

      if (self->classes)
        {
          rank (self, row);
          prediction.order = self->order;
        }
      work->count->n_answered++;
      work->func (&prediction, work->data);
      g_clear_pointer (&work->names[i], g_free);
    }
  work->n = 0;
}

/* Puts a sample, stored as in the training data, into the next row; takes the name. */
static void
put (Work *work, const void *sample, char *name)
{
  CjlPredictor *self = work->predictor;
  CjTensor *x = cj_program_get_x (self->program);
  const gint64 size = cj_shape_size (&self->intake.shape);
  float *to = cj_tensor_f32 (x) + size * work->n;

  if (self->intake.dtype == CJ_INT32)
    memcpy (cj_tensor_i32 (x) + size * work->n, sample, sizeof (gint32) * (gsize) size);
  for (gint64 j = 0; j < size && self->intake.dtype != CJ_INT32; j++)
    {
      const gint64 c = j / (size / self->intake.n_channels);
      const float value = self->intake.dtype == CJ_UINT8 ? ((const guint8 *) sample)[j] / 255.0f
                                                         : ((const float *) sample)[j];

      to[j] = (value - self->intake.mean[c]) / self->intake.std[c];
    }
  work->names[work->n++] = name;
  if (work->n == BATCH)
    answer (work);
}

static gboolean
takes_pictures (const CjlPredictor *self)
{
  return self->intake.shape.n_dims == 3
         && (self->intake.shape.dims[0] == 1 || self->intake.shape.dims[0] == 3)
         && self->intake.dtype != CJ_INT32;
}

static void
answer_picture (Work *work, const char *path)
{
  const CjlPredictor *self = work->predictor;
  const gint64 *d = self->intake.shape.dims;
  const gsize size = (gsize) cj_shape_size (&self->intake.shape);
  g_autofree guint8 *bytes = g_new (guint8, size + 1);
  g_autoptr (GError) error = NULL;
  CjdPicture picture;

  if (!cjd_picture_load (path, TRUE, &picture, &error))
    {
      fail (work, path, error->message);
      return;
    }
  cjd_picture_fit (&picture, (guint) d[0], (guint) d[1], (guint) d[2], bytes);
  cjd_picture_clear (&picture);
  if (self->intake.dtype == CJ_UINT8)
    put (work, bytes, g_strdup (path));
  else
    {
      g_autofree float *values = g_new (float, size + 1);

      for (gsize i = 0; i < size; i++)
        values[i] = bytes[i] / 255.0f;
      put (work, values, g_strdup (path));
    }
}

static gint
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Adds the pictures in a folder and below it. */
static void
find_pictures (const char *folder, guint depth, GPtrArray *paths)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL && paths->len < MAX_FILES)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (*name == '.')
        continue;
      if (cjd_picture_is_name (name))
        g_ptr_array_add (paths, g_steal_pointer (&path));
      else if (depth < MAX_DEPTH && g_file_test (path, G_FILE_TEST_IS_DIR))
        find_pictures (path, depth + 1, paths);
    }
}

static gboolean
is_cancelled (const Work *work)
{
  return cjl_job_is_cancelled (work->job);
}

/* All samples of a data set that is stored as the training data was. */
static void
answer_dataset (Work *work, const char *path)
{
  const CjlPredictor *self = work->predictor;
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  g_autofree gpointer sample = NULL;
  CjdReadOptions options;
  CjShape shape;

  cjd_read_options_init (&options);
  if (takes_pictures (self))
    {
      options.size[0] = (int) self->intake.shape.dims[1];
      options.size[1] = (int) self->intake.shape.dims[2];
      options.channels = self->intake.shape.dims[0] == 1 ? CJD_CHANNELS_GREY : CJD_CHANNELS_COLOUR;
    }
  dataset = cjd_load (path, &options, &error);
  if (dataset == NULL)
    {
      fail (work, path, error->message);
      return;
    }
  shape = cjd_dataset_get_x_shape (dataset);
  if (dataset->x_dtype != self->intake.dtype || !cj_shape_equal (&shape, &self->intake.shape))
    {
      g_autofree char *got = cj_shape_print (&shape),
                      *wanted = cj_shape_print (&self->intake.shape);
      g_autofree char *problem
          = cj_shape_equal (&shape, &self->intake.shape)
                ? g_strdup_printf (_ ("%s: Its numbers are of another kind than those the network "
                                      "learned from."),
                                   path)
                : g_strdup_printf (_ ("%s: Its samples are %s, the network takes %s."), path, got,
                                   wanted);

      fail (work, path, problem);
      return;
    }
  sample = g_malloc (cjd_dataset_sample_bytes (dataset) + 1);
  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset) && !is_cancelled (work); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s:%" G_GSIZE_FORMAT, path, i + 1);

      tell (work, i, cjd_dataset_get_n_samples (dataset));
      if (cjd_dataset_read (dataset, i, sample, &error))
        put (work, sample, g_steal_pointer (&name));
      else
        fail (work, name, error->message);
      g_clear_error (&error);
    }
}

static void
answer_path (Work *work, const char *path)
{
  const gboolean pictures = takes_pictures (work->predictor);
  g_autofree char *place = NULL;
  g_autoptr (GPtrArray) found = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      place = pictures ? cjd_find (path, NULL, NULL) : NULL;
      if (pictures && (cjd_picture_is_name (path) || place == NULL))
        answer_picture (work, path);
      else
        answer_dataset (work, path);
      return;
    }
  found = g_ptr_array_new_with_free_func (g_free);
  if (pictures)
    find_pictures (path, 0, found);
  g_ptr_array_sort (found, compare_paths);
  for (guint i = 0; i < found->len && !is_cancelled (work); i++)
    {
      tell (work, i, found->len);
      answer_picture (work, found->pdata[i]);
    }
  if (found->len == 0)
    answer_dataset (work, path);
}

gboolean
cjl_predict (CjlPredictor *self, const char *const *paths, CjlJob *job, CjlPredictFunc func,
             gpointer data, CjlPredictCount *count)
{
  Work work = { .predictor = self, .job = job, .func = func, .data = data, .count = count };

  while (paths[work.n_paths] != NULL)
    work.n_paths++;
  for (; work.path < work.n_paths && !is_cancelled (&work); work.path++)
    answer_path (&work, paths[work.path]);
  if (!is_cancelled (&work))
    answer (&work);
  for (guint i = 0; i < work.n; i++)
    g_free (work.names[i]);
  return !is_cancelled (&work);
}
