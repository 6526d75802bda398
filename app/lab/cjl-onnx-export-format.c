/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ONNX among the formats of export: its options, its files, and what there is to say about 8 bits. */
#include "cjl-format.h"
#include "cjl-onnx-export.h"
#include "cjl-quantise.h"

#include "cjl-evaluation.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

const CjParam cjl_onnx_params[] = {
  { .name = "int8",
    .title = "8 bits",
    .blurb = "Products of 8-bit whole numbers, with ranges from 500 training samples: a quarter of "
             "the size",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (CjlOnnxOptions, int8),
    .max = 1 },
  { .name = "samples",
    .title = "Samples",
    .blurb = "How many samples to put beside the model, with the right answers, so that another "
             "program can be checked",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjlOnnxOptions, samples),
    .max = 10000,
    .soft_max = 100 },
  { NULL },
};

/* Accuracy on test samples, or validation samples where there are none; NAN where it has none. */
static double
measure (CjlProject *project, CjdDataset *dataset)
{
  const CjdSplit split
      = cjd_dataset_count (dataset, CJD_SPLIT_TEST) > 0 ? CJD_SPLIT_TEST : CJD_SPLIT_VAL;
  g_autoptr (CjlEvaluation) evaluation = cjd_dataset_count (dataset, split) > 0
                                             ? cjl_evaluate_project (project, dataset, split, NULL)
                                             : NULL;

  return evaluation != NULL && evaluation->predicted != NULL ? evaluation->score.accuracy : NAN;
}

/* "Accuracy 98.2 % instead of 98.4 %; 70 kB instead of 258 kB." You free. */
static char *
compare (CjlProject *project, CjlProject *small, gsize size)
{
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  g_autoptr (GBytes) bytes = cjl_onnx_print (project, NULL);
  const double before = dataset != NULL ? measure (project, dataset) : NAN;
  const double after = dataset != NULL ? measure (small, dataset) : NAN;
  g_autofree char *was = g_format_size (bytes != NULL ? g_bytes_get_size (bytes) : 0);
  g_autofree char *is = g_format_size (size);

  if (isnan (before) || isnan (after))
    /* Translators: two sizes of files */
    return g_strdup_printf (_ ("8 bits: %s instead of %s."), is, was);
  /* Translators: two shares in percent, two sizes of files */
  return g_strdup_printf (_ ("8 bits: accuracy %.2f %% instead of %.2f %%, %s instead of %s."),
                          100 * after, 100 * before, is, was);
}

static gboolean
save (CjlProject *project, const char *path, gconstpointer options, CjlExported *done,
      GError **error)
{
  const CjlOnnxOptions *o = options;
  CjlQuantiseOptions bits;
  g_autoptr (CjlProject) small = NULL;
  g_autoptr (GBytes) bytes = NULL;
  CjlProject *written = project;

  cjl_quantise_options_init (&bits);
  if (!cjd_file_can_write (path, error))
    return FALSE;
  if (o->int8)
    {
      written = small = cjl_quantise_new_project (project, &bits, error);
      if (small == NULL)
        return FALSE;
    }
  bytes = cjl_onnx_print (written, error);
  if (bytes == NULL
      || (o->samples > 0
          && !cjl_onnx_write_samples (written, path, (guint) o->samples, done, error))
      || !cjd_file_write (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error))
    return FALSE;
  if (o->int8)
    done->note = compare (project, small, g_bytes_get_size (bytes));
  return TRUE;
}

const CjlFormat cjl_format_onnx = {
  .id = "onnx",
  .title = N_ ("_ONNX Model…"),
  .heading = N_ ("Export ONNX Model"),
  .blurb = N_ ("The network with its weights, which most programs for neural networks run: ONNX "
               "Runtime, OpenCV, PyTorch and others. It takes in samples as they are, and "
               "normalises them itself."),
  .files = { { ".onnx", N_ ("Network as ONNX") } },
  .params = cjl_onnx_params,
  .options_size = sizeof (CjlOnnxOptions),
  .save = save,
};
