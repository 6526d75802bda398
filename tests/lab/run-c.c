/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-c.h"

#include "cjl-predict.h"
#include "safetensors.h"

#include <math.h>
#include <string.h>

/* What the data are like, as a session notes it with the weights. */
static void
note_data (CjlProject *project, const CjdDataset *dataset)
{
  const CjShape shape = cj_shape1 (dataset->n_channels);

  project->learned = g_variant_ref_sink (cjl_learned_print (dataset, 0));
  for (guint i = 0; i < 2 && dataset->n_channels > 0; i++)
    {
      CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &shape);

      memcpy (tensor->data, i == 0 ? dataset->mean : dataset->std, cj_tensor_bytes (tensor));
      g_ptr_array_add (project->norm, cjd_named_tensor_new (i == 0 ? "mean" : "std", tensor));
    }
}

CjlProject *
run_c_make (CjlProject *project, CjdDataset *dataset)
{
  GError *error = NULL;
  g_autoptr (CjlNetwork) network = cjl_network_new_project (project, dataset, &error);
  CjlProject *made;

  g_assert_no_error (error);
  made = cjl_network_make_project (network, project, "Test */ \n network", &error);
  g_assert_no_error (error);
  note_data (made, dataset);
  return made;
}

CjProgram *
run_c_compile (const CjlC *c, CjlProject *project)
{
  GError *error = NULL;
  CjProgram *program
      = cj_program_new (project->graph, CJ_PURPOSE_INFER, &c->intake.spec, 1, &error);

  g_assert_no_error (error);
  cj_program_init (program, (guint64) project->setup->seed);
  cjl_project_apply_weights (project, program);
  return program;
}

void
run_c_ask (const CjlC *c, CjProgram *program, CjdDataset *dataset, guint32 index, float *x,
           float *answer)
{
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  const gint64 n = cjl_c_get_n_in (c), k = cjl_c_get_n_out (c), channels = c->intake.n_channels;
  double sum = 0;

  feed->fill (feed, &index, 1, 0, 0, cj_program_get_x (program), cj_program_get_y (program));
  memcpy (x, cj_program_get_x (program)->data, sizeof (float) * (gsize) n);
  for (gint64 i = 0; i < n && channels > 0; i++)
    x[i] = x[i] * c->intake.std[i / (n / channels)] + c->intake.mean[i / (n / channels)];
  cj_program_forward (program, FALSE, 1, 0, 0);
  memcpy (answer, cj_program_get_prediction (program, NULL), sizeof (float) * (gsize) k);
  for (gint64 i = 0; i < k && c->classes; i++)
    sum += answer[i] = expf (answer[i]);
  for (gint64 i = 0; i < k && c->classes; i++)
    answer[i] /= (float) sum;
}

double
run_c_compare (const float *a, const float *b, gint64 n)
{
  double most = 1, worst = 0;

  for (gint64 i = 0; i < n; i++)
    {
      const double difference = fabs ((double) a[i] - (double) b[i]);

      most = MAX (most, fabs ((double) a[i]));
      worst = !(difference <= worst) ? difference : worst; /* also of what is no number */
    }
  return worst / most;
}
