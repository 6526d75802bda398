/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every op and every layer there is: written as C with the same answers, or refused by name. */
#include "cj-error.h"
#include "cj-ops.h"
#include "run-c.h"

#include <string.h>

#define SAMPLES 12
#define NEAR 2e-5

/* Data of one kind. */
typedef struct
{
  const char *name;
  CjShape shape; /* with the samples */
  CjDtype dtype;
  gboolean spikes; /* 0 and 1 */
} Kind;

static const Kind kinds[] = {
  { "picture", { 4, { SAMPLES, 3, 9, 8 } }, CJ_FLOAT32, FALSE },
  { "row", { 2, { SAMPLES, 12 } }, CJ_FLOAT32, FALSE },
  { "sequence", { 3, { SAMPLES, 6, 8 } }, CJ_FLOAT32, FALSE },
  { "spikes", { 3, { SAMPLES, 7, 8 } }, CJ_FLOAT32, TRUE },
  { "words", { 2, { SAMPLES, 7 } }, CJ_INT32, FALSE },
  { "volume", { 5, { SAMPLES, 2, 5, 6, 4 } }, CJ_FLOAT32, FALSE },
};

static CjdDataset *
make_data (const Kind *kind)
{
  CjTensor *x = cj_tensor_new (kind->dtype, &kind->shape);
  const CjShape row = cj_shape1 (SAMPLES);
  CjTensor *y = cj_tensor_new (CJ_INT32, &row);
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  CjdDataset *dataset;

  for (gint64 i = 0; i < cj_shape_size (&kind->shape); i++)
    if (kind->dtype == CJ_INT32)
      cj_tensor_i32 (x)[i] = g_rand_int_range (rand, 0, 9);
    else
      cj_tensor_f32 (x)[i] = kind->spikes ? (float) (g_rand_double (rand) > 0.6)
                                          : (float) g_rand_double_range (rand, -1, 2);
  for (int i = 0; i < SAMPLES; i++)
    cj_tensor_i32 (y)[i] = i % 3;
  dataset = cjd_dataset_new ("test", x, y, 3, NULL);
  dataset->n_words = kind->dtype == CJ_INT32 ? 9 : 0;
  return dataset;
}

/* The layer between the data and three units; FALSE: it does not go there. */
static gboolean
draw (CjGraph *graph, const char *text, const Kind *kind)
{
  g_autofree char *chain = g_strdup_printf (
      "input, %s%s, flatten, dense 3",
      kind->dtype == CJ_INT32 && !g_str_has_prefix (text, "embedding") ? "embedding 4, " : "",
      text);
  CjNode *last = cj_graph_add_chain (graph, NULL, chain, NULL);

  if (last == NULL)
    return FALSE;
  for (guint i = 0; i < graph->nodes->len;
       i++) /* what wants several inputs gets one several times */
    {
      CjNode *node = graph->nodes->pdata[i];

      for (guint port = 1; port < CJ_LAYER_MAX_IN && node->from[0].node != NULL; port++)
        {
          const CjPort *input = cj_layer_get_input (node->layer, port);

          if (input == NULL || (input->kind == CJ_PORT_MANY && port > 1)
              || input->kind == CJ_PORT_OPTIONAL)
            break;
          cj_graph_connect (graph, node->from[0].node, node->from[0].port, node, port, NULL);
        }
    }
  return TRUE;
}

/* "refused", "same" or NULL: it does not go there. */
static const char *
try_layer (const char *text, const Kind *kind)
{
  g_autoptr (CjdDataset) dataset = make_data (kind);
  g_autoptr (CjlProject) drawn = cjl_project_new (), project = NULL;
  const CjDataSpec spec = cjl_data_spec (dataset, 1);
  const CjlCOptions options = { FALSE };
  g_autoptr (CjLowered) lowered = NULL;
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjlC) c = NULL;
  g_autofree float *x = NULL, *wanted = NULL, *got = NULL;
  GError *error = NULL;

  if (!draw (drawn->graph, text, kind))
    return NULL;
  lowered = cj_lower (drawn->graph, &spec);
  if (cj_lowered_get_error (lowered) != NULL || lowered->prediction == CJ_NO_VALUE)
    return NULL;
  project = run_c_make (drawn, dataset);
  c = cjl_c_new (project, &options, &error);
  if (c == NULL)
    {
      g_test_message ("%s of %s: %s", text, kind->name, error->message);
      g_assert_error (error, CJ_ERROR, CJ_ERROR_GRAPH);
      g_assert_true (g_str_has_prefix (error->message, "“"));
      g_error_free (error);
      return "refused";
    }
  x = g_new (float, cjl_c_get_n_in (c));
  wanted = g_new (float, cjl_c_get_n_out (c));
  got = g_new (float, cjl_c_get_n_out (c));
  program = run_c_compile (c, project);
  for (guint i = 0; i < 3; i++)
    {
      double worst;

      run_c_ask (c, program, dataset, i, x, wanted);
      cjl_c_run (c, x, got);
      worst = run_c_compare (wanted, got, cjl_c_get_n_out (c));
      if (!(worst < NEAR))
        g_test_message ("%s of %s: off by %g", text, kind->name, worst);
      g_assert_cmpfloat (worst, <, NEAR);
    }
  return "same";
}

static void
test_layer (gconstpointer data)
{
  const char *text = data;
  gboolean goes = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    goes |= try_layer (text, &kinds[i]) != NULL;
  if (!goes)
    g_test_skip ("It wants other data than are made here.");
}

/* With parameters that change what is computed. */
static const char *const variants[] = {
  "conv-2d 4 kernel=3 stride=2 padding=1",
  "conv-2d 6 kernel=3 groups=3",
  "conv-2d 4 kernel=3 dilation=2, batch-norm, relu",
  "conv-2d 4 kernel=2x3",
  "conv-2d 4 kernel=3 activation=tanh",
  "dense 7 activation=gelu, batch-norm",
  "lstm 5, lstm 4",
  "gru 5",
  "conv-2d 4, adaptive-avg-pool-2d 2",
  "batch-norm",
  "multi-head-attention heads=2",
  NULL,
};

/* --- ops --- */

/* By the names of cj-ops.h. */
static const char *const refused[] = {
  "stdp",       "dense_relu",  "conv2d_relu",     "dense_chain",    "local",
  "predictive", "equilibrium", "label",           "goodness",       "reward",
  "signs",      "heads",       "batch_norm_relu", "batch_norm_add", "batch_norm_add_relu",
  "propagate",  "adjacency",   "cross_entropy",   "pair_loss",      "row_loss",
  NULL,
};
static const char *const nothing[] = { "noise", "to_last", "to_plain", "target", "feedback", NULL };

/* Every op is in the table, does nothing when a network answers, or is none that an answer needs. */
static void
test_ops (void)
{
  g_autofree char *path
      = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "engine", "ops", "cj-ops.h", NULL);
  g_autofree char *text = NULL;
  guint n_written = 0, n_table = 0;
  gsize length = strlen ("extern const CjOpInfo cj_op_");

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  while (cjl_c_ops ()[n_table].op != NULL)
    n_table++;
  for (const char *at = strstr (text, "extern const CjOpInfo cj_op_"); at != NULL;
       at = strstr (at + 1, "extern const CjOpInfo cj_op_"))
    {
      g_autofree char *name = g_strndup (at + length, strcspn (at + length, ";"));

      if (!g_strv_contains (refused, name) && !g_strv_contains (nothing, name))
        {
          g_test_message ("%s", name);
          n_written++;
        }
    }
  g_assert_cmpuint (n_written, ==, n_table);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/c/ops", test_ops);
  for (const CjLayerInfo *const *layer = cj_layers (); *layer != NULL; layer++)
    {
      g_autofree char *path = g_strdup_printf ("/lab/c/layers/%s", (*layer)->id);

      if ((*layer)->role == CJ_ROLE_LAYER)
        g_test_add_data_func (path, (*layer)->id, test_layer);
    }
  for (guint i = 0; variants[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("/lab/c/variants/%u", i);

      g_test_add_data_func (path, variants[i], test_layer);
    }
  return g_test_run ();
}
