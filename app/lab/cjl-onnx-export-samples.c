/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Samples beside a model, with the answers that the project itself gives: test_data_set_0/input_0.pb and so
 * on, the layout in which models of ONNX are passed on to be checked. */
#include "cjl-onnx-export-private.h"

#include "cj-error.h"
#include "cj-ops.h"
#include "file.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* Where samples go: as the model takes them in, and as the program does. */
typedef struct
{
  const CjlOnnxExport *e;
  CjdDataset *dataset;
  CjProgram *program;
  guint n;
  CjTensor *raw;
} Samples;

static void
clear_samples (Samples *s)
{
  g_clear_pointer (&s->dataset, cjd_dataset_unref);
  g_clear_pointer (&s->program, cj_program_free);
  g_clear_pointer (&s->raw, cj_tensor_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Samples, clear_samples)

/* Test samples where there are any; else of those that training never saw, or of all. */
static GArray *
choose (const CjdDataset *dataset, guint most)
{
  static const CjdSplit order[] = { CJD_SPLIT_TEST, CJD_SPLIT_VAL, CJD_SPLIT_TRAIN };
  GArray *chosen = g_array_new (FALSE, FALSE, sizeof (gsize));

  for (guint k = 0; k < G_N_ELEMENTS (order) && chosen->len == 0; k++)
    for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset) && chosen->len < most; i++)
      if (dataset->split[i] == order[k])
        g_array_append_val (chosen, i);
  return chosen;
}

/* One sample as it is stored. */
static void
put (Samples *s, guint row, const void *sample)
{
  const CjlIntake *in = &s->e->intake;
  const gint64 size = cj_shape_size (&in->shape);
  CjTensor *x = cj_program_get_x (s->program);

  for (gint64 i = 0; i < size; i++)
    {
      const gint64 c = in->n_channels > 0 ? i / (size / in->n_channels) : 0, at = size * row + i;
      float value;

      if (in->dtype == CJ_INT32)
        {
          ((gint32 *) s->raw->data)[at] = ((const gint32 *) sample)[i];
          cj_tensor_i32 (x)[at] = ((const gint32 *) sample)[i];
          continue;
        }
      value = in->dtype == CJ_UINT8 ? (float) ((const guint8 *) sample)[i]
                                    : ((const float *) sample)[i];
      cj_tensor_f32 (s->raw)[at] = value;
      value = in->dtype == CJ_UINT8 ? value / 255.0f : value;
      cj_tensor_f32 (x)[at] = in->n_channels > 0 ? (value - in->mean[c]) / in->std[c] : value;
    }
}

static gboolean
read_samples (Samples *s, guint most, GError **error)
{
  const CjlIntake *in = &s->e->intake;
  g_autoptr (GArray) chosen = NULL;
  g_autofree guint8 *sample = NULL;
  CjDataSpec spec = in->spec;
  CjShape shape;

  s->dataset = cjl_data_load (&s->e->project->data, error);
  if (s->dataset == NULL)
    return FALSE;
  shape = cjd_dataset_get_x_shape (s->dataset);
  if (s->dataset->x_dtype != in->dtype || !cj_shape_equal (&shape, &in->shape))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("The data of “%s” are not of the shape that its weights learned from. Train "
                      "it for a step, or export without samples."),
                   s->e->project->title);
      return FALSE;
    }
  chosen = choose (s->dataset, most);
  s->n = chosen->len;
  spec.batch = MAX (s->n, 1);
  s->program = cj_program_new (s->e->project->graph, CJ_PURPOSE_INFER, &spec, 1, error);
  if (s->program == NULL)
    return FALSE;
  cj_program_init (s->program, (guint64) s->e->project->setup->seed);
  cjl_project_apply_weights (s->e->project, s->program);
  shape = cj_shape_batched (&in->shape, spec.batch);
  s->raw = cj_tensor_new (in->dtype == CJ_INT32 ? CJ_INT32 : CJ_FLOAT32, &shape);
  sample = g_malloc (cjd_dataset_sample_bytes (s->dataset) + 1);
  for (guint i = 0; i < s->n; i++)
    {
      if (!cjd_dataset_read (s->dataset, g_array_index (chosen, gsize, i), sample, error))
        return FALSE;
      put (s, i, sample);
    }
  return TRUE;
}

/* --- files --- */

static gboolean
write_tensor (const char *folder, const char *kind, guint index, const char *name, CjdOnnxType type,
              const CjShape *shape, gconstpointer data, GError **error)
{
  g_autofree char *file = g_strdup_printf ("%s_%u.pb", kind, index);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GBytes) bytes = cjd_onnx_tensor_print (name, type, shape, data);

  return cjd_file_write (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
}

static gboolean
write_raw (const Samples *s, const char *folder, GError **error)
{
  const gint64 size = cj_shape_size (&s->raw->shape);
  g_autofree gint64 *words = NULL;

  if (s->raw->dtype != CJ_INT32)
    return write_tensor (folder, "input", 0, "input", CJD_ONNX_FLOAT, &s->raw->shape, s->raw->data,
                         error);
  words = g_new (gint64, MAX (size, 1));
  for (gint64 i = 0; i < size; i++)
    words[i] = cj_tensor_i32 (s->raw)[i];
  return write_tensor (folder, "input", 0, "input", CJD_ONNX_INT64, &s->raw->shape, words, error);
}

/* The random numbers that the program drew (encode.c), as the model wants them. */
static gboolean
write_draws (const Samples *s, const char *folder, GError **error)
{
  const GArray *steps = cj_program_get_lowered (s->program)->builder->steps;
  guint n = 0;

  for (guint i = 0; i < steps->len; i++)
    {
      const CjStep *step = &g_array_index (steps, CjStep, i);
      const CjEncodeAttrs *a = step->op.attrs;
      const CjShape *y = &step->op.out_shape[0];
      CjShape shape;
      g_autofree guint32 *words = NULL;
      g_autofree float *draws = NULL;
      gint64 size;
      CjRng rng;

      if (step->op.info != &cj_op_encode || a->kind != CJ_ENCODE_POISSON || n >= s->e->draws->len)
        continue;
      size = cj_shape_size (y);
      shape = cj_shape3 (y->dims[0], y->dims[1], size / (y->dims[0] * y->dims[1]));
      words = g_new (guint32, size + 4);
      draws = g_new (float, size + 1);
      cj_rng_init (&rng, 0, CJ_RNG_DROPOUT, step->op.stream << 40);
      cj_rng_fill (&rng, 0, (gsize) size, words);
      for (gint64 k = 0; k < size; k++)
        draws[k] = (float) (words[k] >> 8) * 0x1p-24f;
      n++;
      if (!write_tensor (folder, "input", n, s->e->draws->pdata[n - 1], CJD_ONNX_FLOAT, &shape,
                         draws, error))
        return FALSE;
    }
  return TRUE;
}

/* Scores [..., K, ...] become probabilities. */
static void
finish (CjlOnnxEnd end, int axis, const CjShape *shape, float *y)
{
  gint64 inner = 1, k;

  for (guint i = (guint) axis + 1; end == CJL_ONNX_SOFTMAX && i < shape->n_dims; i++)
    inner *= shape->dims[i];
  k = end == CJL_ONNX_SOFTMAX ? shape->dims[axis] : 1;
  for (gint64 i = 0; i < cj_shape_size (shape); i++)
    {
      float *row = y + i;
      double most = -INFINITY, sum = 0;

      if (end == CJL_ONNX_SIGMOID)
        *row = (float) (1 / (1 + exp (-(double) *row)));
      if (end != CJL_ONNX_SOFTMAX || i / inner % k != 0)
        continue;
      for (gint64 c = 0; c < k; c++)
        most = MAX (most, (double) row[c * inner]);
      for (gint64 c = 0; c < k; c++)
        sum += exp ((double) row[c * inner] - most);
      for (gint64 c = 0; c < k; c++)
        row[c * inner] = (float) (exp ((double) row[c * inner] - most) / sum);
    }
}

static gboolean
write_answers (const Samples *s, const char *folder, GError **error)
{
  CjShape shape;
  const float *scores;
  int axis = -1;
  const CjlOnnxEnd end = cjl_onnx_find_end (s->e, &axis);
  g_autofree float *y = NULL;

  cj_program_forward (s->program, FALSE, s->n, 0, 0);
  scores = cj_program_get_prediction (s->program, &shape);
  y = g_memdup2 (scores, sizeof (float) * (gsize) cj_shape_size (&shape));
  if (end == CJL_ONNX_VALUES)
    return write_tensor (folder, "output", 0, "output", CJD_ONNX_FLOAT, &shape, y, error);
  if (!write_tensor (folder, "output", 1, "scores", CJD_ONNX_FLOAT, &shape, y, error))
    return FALSE;
  finish (end, axis, &shape, y);
  return write_tensor (folder, "output", 0, "probabilities", CJD_ONNX_FLOAT, &shape, y, error);
}

gboolean
cjl_onnx_put_samples (const CjlOnnxExport *e, const char *path, guint n, CjlExported *done,
                      GError **error)
{
  g_auto (Samples) s = { .e = e };
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *folder = g_build_filename (parent, "test_data_set_0", NULL);

  if (!read_samples (&s, n, error))
    return FALSE;
  if (g_mkdir_with_parents (folder, 0755) != 0)
    {
      const int saved = errno;

      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "%s: %s", folder, g_strerror (saved));
      return FALSE;
    }
  cjl_exported_add (done, folder);
  return write_raw (&s, folder, error) && write_draws (&s, folder, error)
         && write_answers (&s, folder, error);
}
