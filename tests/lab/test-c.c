/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks as C: the calls are run here as the C would run, and compared with the program that answers; the texts are
 * compiled and run in test-cli-c.sh. */
#include "cj-ops.h"
#include "cjl-c-private.h"
#include "cjl-network.h"
#include "cjl-template.h"

#include <math.h>
#include <string.h>

/* A project with the weights its seed gives, as if it had been trained. */
static CjlProject *
make_project (const char *id)
{
  CjlProject *project = cjl_template_make (cjl_template_find (id), NULL);
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  g_autoptr (CjlNetwork) network = NULL;
  GError *error = NULL;

  g_assert_nonnull (dataset);
  network = cjl_network_new_project (project, dataset, &error);
  g_assert_no_error (error);
  cjl_project_unref (project);
  project = cjl_template_make (cjl_template_find (id), NULL);
  {
    CjlProject *made = cjl_network_make_project (network, project, "Test", &error);

    g_assert_no_error (error);
    cjl_project_unref (project);
    return made;
  }
}

/* The largest difference of an answer, relative to the largest number of it. */
static double
compare_answer (const CjlC *c, CjProgram *program, CjdDataset *dataset, guint32 index)
{
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_VAL);
  const gint64 n = cjl_c_get_n_in (c), k = cjl_c_get_n_out (c);
  g_autofree float *x = g_new (float, n), *got = g_new (float, k), *wanted = g_new (float, k);
  const CjTensor *norm;
  double most = 1, worst = 0, sum = 0;

  feed->fill (feed, &index, 1, 0, 0, cj_program_get_x (program), cj_program_get_y (program));
  norm = cj_program_get_x (program);
  memcpy (x, norm->data, sizeof (float) * (gsize) n);
  for (gint64 i = 0; i < n && c->expected.n_channels > 0; i++)
    x[i] = cj_tensor_f32 (norm)[i] * c->expected.std[i / (n / c->expected.n_channels)]
           + c->expected.mean[i / (n / c->expected.n_channels)];
  cjl_c_run (c, x, got);
  cj_program_forward (program, FALSE, 1, 0, 0);
  memcpy (wanted, cj_program_get_prediction (program, NULL), sizeof (float) * (gsize) k);
  for (gint64 i = 0; i < k && c->classes; i++)
    sum += wanted[i] = expf (wanted[i]);
  for (gint64 i = 0; i < k; i++)
    {
      wanted[i] /= c->classes ? (float) sum : 1;
      most = MAX (most, fabs ((double) wanted[i]));
      worst = MAX (worst, fabs ((double) wanted[i] - (double) got[i]));
    }
  return worst / most;
}

static void
test_template (gconstpointer data)
{
  const char *id = data;
  g_autoptr (CjlProject) project = make_project (id);
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  const CjlCOptions options = { FALSE };
  GError *error = NULL;
  g_autoptr (CjlC) c = cjl_c_new (project, &options, &error);
  g_autoptr (CjProgram) program = NULL;

  if (c == NULL)
    {
      g_test_skip (error->message);
      g_error_free (error);
      return;
    }
  program = cj_program_new (project->graph, CJ_PURPOSE_INFER, &c->expected.spec, 1, &error);
  g_assert_no_error (error);
  cj_program_init (program, (guint64) project->setup->seed);
  cjl_project_apply_weights (project, program);
  for (guint32 i = 0; i < 3; i++)
    g_assert_cmpfloat (compare_answer (c, program, dataset, i), <, 1e-5);
}

/* What the texts say of shapes is what the compiler says. */
static void
test_shapes (void)
{
  guint n;
  const CjlCKernel *kernels = cjl_c_kernels (&n);

  for (guint i = 0; i < n; i++)
    {
      g_assert_true (cjl_c_text_has (kernels[i].name));
      for (guint k = 0; k < CJL_C_SHAPES && kernels[i].shapes[k] != NULL; k++)
        g_assert_cmpuint (cjl_c_text_get_size (kernels[i].shapes[k]), ==, kernels[i].sizes[k]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/c/shapes", test_shapes);
  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    {
      g_autofree char *path = g_strdup_printf ("/lab/c/template/%s", t->id);

      g_test_add_data_func (path, t->id, test_template);
    }
  return g_test_run ();
}
