/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attention of a small network on made-up text: the lens, the worth of heads, what the probe tells, and
 * the frames of figures. */
#include "cj-error.h"
#include "cjl-attention.h"
#include "cjl-figures.h"
#include "cjl-heads.h"
#include "cjl-lens.h"
#include "cjl-network.h"
#include "cjl-probe.h"
#include "cjl-template.h"
#include "cjl-write.h"
#include "cjv-figure.h"
#include "safetensors.h"

#include <math.h>
#include <string.h>

#define T 6
#define K 4

static const char *const letters[] = { "a", "b", " ", "\n", NULL };

/* Texts that go round a, b, space, end of line. */
static CjdDataset *
new_text (void)
{
  const CjShape shape = cj_shape2 (24, T);
  CjTensor *x = cj_tensor_new (CJ_INT32, &shape), *y = cj_tensor_new (CJ_INT32, &shape);
  CjdDataset *dataset;

  for (gint32 i = 0; i < 24 * T; i++)
    {
      cj_tensor_i32 (x)[i] = (i / T + i % T) % K;
      cj_tensor_i32 (y)[i] = (i / T + i % T + 1) % K;
    }
  dataset = cjd_dataset_new ("rounds", x, y, K, letters);
  dataset->n_words = K;
  cjd_dataset_split (dataset, CJD_SPLIT_VAL, 0.5, 1);
  return dataset;
}

#define STACK                                                                                      \
  "input, embedding 8, learned-position, transformer-block heads=2 hidden=8 causal=true, "         \
  "transformer-block heads=4 hidden=8 causal=true, layer-norm, dense 4, cross-entropy"

static CjlProject *
new_project (const char *network)
{
  CjlProject *project = cjl_project_new ();

  g_assert_true (cjl_graph_add_text (project->graph, network, NULL));
  return project;
}

static CjProgram *
run_probe (CjlProject *project, CjdDataset *dataset)
{
  g_autoptr (GError) error = NULL;
  CjProgram *program = cjl_network_compile_project (project, dataset, CJ_PURPOSE_PROBE, 1, &error);

  g_assert_no_error (error);
  for (gint32 t = 0; t < T; t++)
    cj_tensor_i32 (cj_program_get_x (program))[t] = t % K;
  cj_program_forward (program, FALSE, 1, 0, 0);
  return program;
}

/* The last place answers as the network does; the first as if there were no blocks. */
static void
test_lens (void)
{
  g_autoptr (CjdDataset) dataset = new_text ();
  g_autoptr (CjlProject) project = new_project (STACK);
  g_autoptr (CjlProject) bare
      = new_project ("input, embedding 8, learned-position, layer-norm, dense 4, cross-entropy");
  const CjDataSpec spec = cjl_data_spec (dataset, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlLens) lens = cjl_lens_new (project->graph, &spec, &error);
  CjlProject *const ends[] = { bare, project };
  g_autoptr (CjProgram) program = run_probe (project, dataset);
  g_autoptr (CjlLensReading) reading = NULL;

  g_assert_no_error (error);
  cjl_lens_apply_project (lens, project);
  reading = cjl_lens_read (lens, cj_program_get_x (program), G_MAXINT64);
  g_assert_cmpuint (reading->n_places, ==, 3);
  g_assert_cmpint (reading->n_tokens, ==, T);
  g_assert_cmpstr (reading->places[0], ==, "learned1");
  g_assert_cmpstr (reading->places[2], ==, "transformer2");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (CjProgram) whole = run_probe (ends[i], dataset);
      const float *scores = cj_program_get_prediction (whole, NULL);

      for (gint64 t = 0; t < T; t++)
        {
          const gint64 at = (i == 0 ? 0 : 2) * T + t;
          double sum = 0;

          for (int k = 0; k < K; k++)
            {
              g_assert_cmpfloat (scores[t * K + k], <=,
                                 scores[t * K + reading->guesses[at]] + 1e-5);
              sum += exp (scores[t * K + k] - scores[t * K + reading->guesses[at]]);
            }
          g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (reading->shares)[at], 1 / sum, 1e-5);
        }
    }
}

static void
test_no_stack (void)
{
  g_autoptr (CjdDataset) dataset = new_text ();
  g_autoptr (CjlProject) project
      = new_project ("input, embedding 8, lstm 8, dense 4, cross-entropy");
  const CjDataSpec spec = cjl_data_spec (dataset, 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (cjl_lens_new (project->graph, &spec, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_GRAPH);
  g_clear_error (&error);
  g_assert_null (cjl_heads_project (project, dataset, CJD_SPLIT_VAL, 8, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_GRAPH);
}

/* The loss with all heads is that of the split; a head whose way out is 0 already is worth nothing. */
static void
test_heads (void)
{
  g_autoptr (CjdDataset) dataset = new_text ();
  g_autoptr (CjlProject) project = new_project (STACK);
  g_autoptr (CjProgram) program
      = cjl_network_compile_project (project, dataset, CJ_PURPOSE_PROBE, 1, NULL);
  g_autoptr (GArray) all = cj_attention_find (program);
  g_autoptr (CjlHeads) heads = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (CjMetrics) metrics = NULL;
  CjScore score;

  g_assert_true (cj_attention_silence (program, &g_array_index (all, CjAttention, 1), 2));
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &param->shape);

      memcpy (tensor->data, cj_program_get_param_data (program, param), cj_tensor_bytes (tensor));
      g_ptr_array_add (cjl_project_get_weights (project),
                       cjd_named_tensor_new (param->name, tensor));
    }
  metrics = cjl_score_split (project, dataset, CJD_SPLIT_VAL, &score, &error);
  g_assert_no_error (error);
  heads = cjl_heads_project (project, dataset, CJD_SPLIT_VAL, 100, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (heads->n, ==, 6);
  g_assert_cmpuint (heads->n_done, ==, 6);
  g_assert_cmpfloat_with_epsilon (heads->whole, score.loss, 1e-5);
  g_assert_cmpfloat (cj_tensor_f32 (heads->change)[4 + 2], ==, 0);
  for (guint i = 0; i < 8; i++)
    {
      g_assert_cmpint (isnan (cj_tensor_f32 (heads->change)[i]) != 0, ==, i == 2 || i == 3);
      g_assert_true (i == 2 || i == 3 || i == 6 || cj_tensor_f32 (heads->change)[i] != 0);
    }
}

static CjCheckpoint *
new_weights (CjProgram *program)
{
  CjTable *table = cj_table_new (program);
  CjCheckpoint *weights = cj_checkpoint_new (table, 0, FALSE);
  gint64 n;
  const float *from = cj_program_get_weights (program, &n);

  memcpy (weights->weights, from, sizeof (float) * (gsize) n);
  cj_table_unref (table);
  return weights;
}

/* Waits for a frame that tells of attention as wished. */
static CjlProbeFrame *
wait_frame (CjlProbe *probe, CjTensor *x, CjCheckpoint *weights, CjlProbeWish wish)
{
  cjl_probe_wish (probe, wish);
  cjl_probe_ask (probe, x, weights, 0);
  for (;;)
    {
      g_autoptr (CjlProbeFrame) frame = cjl_probe_dup_frame (probe);

      if (frame != NULL && memcmp (&frame->wish, &wish, sizeof wish) == 0)
        return g_steal_pointer (&frame);
      g_usleep (1000);
    }
}

static void
test_probe (void)
{
  g_autoptr (CjdDataset) dataset = new_text ();
  g_autoptr (CjlProject) project = new_project (STACK);
  const CjDataSpec spec = cjl_data_spec (dataset, 1);
  g_autoptr (CjProgram) program = run_probe (project, dataset);
  CjCheckpoint *weights = new_weights (program);
  CjlProbe *probe = cjl_probe_new (project->graph, &spec);
  CjTensor *x = cj_program_get_x (program);
  g_autoptr (CjlProbeFrame) plain = NULL, whole = NULL, silenced = NULL, again = NULL;

  plain = wait_frame (probe, x, weights, (CjlProbeWish){ FALSE, 0, 0 });
  whole = wait_frame (probe, x, weights, (CjlProbeWish){ TRUE, 0, -1 });
  silenced = wait_frame (probe, x, weights, (CjlProbeWish){ TRUE, 1, 3 });
  again = wait_frame (probe, x, weights, (CjlProbeWish){ TRUE, 5, 0 });
  cjl_probe_free (probe);
  g_assert_null (plain->attention);
  g_assert_null (plain->answer);
  g_assert_cmpuint (whole->attention->len, ==, 2);
  g_assert_null (whole->silenced);
  g_assert_nonnull (silenced->silenced);
  g_assert_null (again->silenced); /* there is no sixth layer */
  /* what was silenced once is not so in the next frame, nor in the first answer */
  g_assert_cmpmem (whole->answer->data, cj_tensor_bytes (whole->answer), silenced->answer->data,
                   cj_tensor_bytes (silenced->answer));
  g_assert_cmpmem (whole->answer->data, cj_tensor_bytes (whole->answer), again->answer->data,
                   cj_tensor_bytes (again->answer));
  g_assert_cmpint (
      memcmp (whole->answer->data, silenced->silenced->data, cj_tensor_bytes (whole->answer)), !=,
      0);
  cj_checkpoint_unref (weights);
}

/* What is looked at while it writes is of the letter that was written: without chance that is the last
 * block's guess, and the attention is that of the text before it. */
static void
test_writing (void)
{
  g_autoptr (CjdDataset) dataset = new_text ();
  g_autoptr (CjlProject) project = new_project (STACK);
  g_autoptr (CjProgram) program = run_probe (project, dataset);
  CjCheckpoint *weights = new_weights (program);
  const CjlWriteLook looks[] = { CJL_WRITE_ATTENTION, CJL_WRITE_LENS };

  for (guint i = 0; i < G_N_ELEMENTS (looks); i++)
    {
      const CjlWriteOptions options = { .prompt = "ab", .length = 3, .look = looks[i] };
      CjlJob *job = cjl_write_start (project->graph, dataset, weights, &options);
      g_autoptr (CjlWriting) writing = NULL;
      g_autoptr (CjvFrame) frame = NULL;
      g_autoptr (GError) error = NULL;

      cjl_job_wait (job);
      error = cjl_job_dup_error (job);
      g_assert_no_error (error);
      writing = cjl_job_take_result (job);
      cjl_job_free (job);
      g_assert_cmpuint (writing->n, ==, 5);
      g_assert_cmpuint (g_strv_length (writing->seen), ==, 4);
      g_assert_cmpstr (writing->seen[0], ==, "a");
      g_assert_cmpint (writing->attention != NULL, ==, i == 0);
      g_assert_cmpint (writing->lens != NULL, ==, i == 1);
      if (i == 0)
        {
          const CjlAttentionLayer *layer = writing->attention->pdata[1];

          g_assert_cmpint (layer->maps->shape.dims[2], ==, 4);
          frame = cjl_writing_arcs_frame (writing, 1);
          g_assert_cmpfloat (cjv_frame_get_scalar (frame, "query", -1), ==, 3);
        }
      else
        {
          g_assert_cmpint (writing->lens->guesses[2 * 4 + 3], ==, writing->after[3]);
          frame = cjl_writing_lens_frame (writing, dataset);
          g_assert_nonnull (cjv_frame_get_array (frame, "probability"));
        }
    }
  cj_checkpoint_unref (weights);
}

/* Of the first tokens of a causal network is left what they looked at. */
static void
test_crop (void)
{
  g_autoptr (CjdDataset) dataset = new_text ();
  g_autoptr (CjlProject) project = new_project (STACK);
  g_autoptr (CjProgram) program = run_probe (project, dataset);
  g_autoptr (GPtrArray) layers = cjl_attention_read (project->graph, program);
  g_autoptr (GPtrArray) few = cjl_attention_crop (layers, 3);
  const CjlAttentionLayer *from = layers->pdata[1], *to = few->pdata[1];

  g_assert_cmpint (to->maps->shape.dims[1], ==, 4);
  g_assert_cmpint (to->maps->shape.dims[2], ==, 3);
  for (gint64 h = 0; h < 4; h++)
    for (gint64 i = 0; i < 3; i++)
      {
        double sum = 0;

        for (gint64 j = 0; j < 3; j++)
          {
            const float w = cj_tensor_f32 (to->maps)[(h * 3 + i) * 3 + j];

            g_assert_cmpfloat (w, ==, cj_tensor_f32 (from->maps)[(h * T + i) * T + j]);
            sum += w;
          }
        g_assert_cmpfloat_with_epsilon (sum, 1, 1e-5);
      }
}

static void
test_place (void)
{
  const CjShape shape = cj_shape4 (1, 3, 32, 16);
  g_autoptr (CjTensor) picture = cj_tensor_new (CJ_FLOAT32, &shape);
  CjAttentionPlace place;

  g_assert_true (cjl_attention_find_place (picture, 33, &place));
  g_assert_cmpint (place.first, ==, 1);
  g_assert_cmpint (place.columns, ==, 4);
  g_assert_true (cjl_attention_find_place (picture, 32, &place));
  g_assert_cmpint (place.first, ==, 0);
  g_assert_false (cjl_attention_find_place (picture, 30, &place));
  g_assert_false (cjl_attention_find_place (NULL, 32, &place));
}

/* Every figure comes out of a project, with letters for tokens; what cannot be is refused. */
static void
test_figures (void)
{
  static const char *const ids[]
      = { "attention", "attention-arcs", "attention-heads", "logit-lens" };
  g_autoptr (CjdDataset) dataset = new_text ();
  g_autoptr (CjlProject) project = new_project (STACK);
  CjlFigureChoice choice = { .split = CJD_SPLIT_VAL, .query = -1 };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (CjvFrame) frame = cjl_figure_frame (project, dataset, ids[i], &choice, &error);

      g_assert_no_error (error);
      g_assert_null (cjv_figure_get_missing (cjv_figure_find (ids[i]), frame));
      if (i != 2)
        g_assert_nonnull (cjv_frame_get_string (frame, "tokens", 0));
    }
  for (guint i = 0; cjl_attention_kinds[i] != NULL; i++)
    {
      g_autoptr (CjvFrame) frame = NULL;

      choice.method = cjl_attention_kinds[i];
      frame = cjl_figure_frame (project, dataset, "attention", &choice, &error);
      g_assert_no_error (error);
      g_assert_cmpint (cjv_frame_get_array (frame, "weights")->shape.dims[0], ==, i == 0 ? 4 : 1);
    }
  choice.method = "tea leaves";
  g_assert_null (cjl_figure_frame (project, dataset, "attention", &choice, &error));
  g_assert_nonnull (strstr (error->message, "tea leaves"));
  g_clear_error (&error);
  choice.method = NULL;
  choice.node = "dense1";
  g_assert_null (cjl_figure_frame (project, dataset, "attention", &choice, &error));
  g_assert_nonnull (strstr (error->message, "dense1"));
  g_clear_error (&error);
  choice.node = NULL;
  g_assert_null (cjl_figure_frame (project, dataset, "attention-patches", &choice, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/attention/lens", test_lens);
  g_test_add_func ("/lab/attention/no-stack", test_no_stack);
  g_test_add_func ("/lab/attention/heads", test_heads);
  g_test_add_func ("/lab/attention/probe", test_probe);
  g_test_add_func ("/lab/attention/writing", test_writing);
  g_test_add_func ("/lab/attention/crop", test_crop);
  g_test_add_func ("/lab/attention/place", test_place);
  g_test_add_func ("/lab/attention/figures", test_figures);
  return g_test_run ();
}
