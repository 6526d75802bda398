/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What layers make of many samples: answers, similarities, the report. */
#include "cjl-concepts.h"
#include "cjl-layers-report.h"
#include "cjl-similarity.h"

#include "../data/files.h"
#include "cj-error.h"

#include <math.h>
#include <string.h>

static CjlProject *
make_project (const char *chain, const char *data)
{
  CjlProject *project = cjl_project_new ();

  cj_graph_add_chain (project->graph, NULL, chain, NULL);
  cjl_project_set (project, "data", data, NULL);
  return project;
}

static CjlNetwork *
make_network (const char *chain, const char *data)
{
  g_autoptr (CjlProject) project = make_project (chain, data);
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  GError *error = NULL;
  CjlNetwork *network = cjl_network_new_project (project, dataset, &error);

  g_assert_no_error (error);
  return network;
}

/* Every kept number against what the program itself gives for that sample. */
static void
test_responses (void)
{
  g_autoptr (CjlNetwork) network = make_network (
      "input, conv 3 5, relu, pool, flatten, dense 5, dropout, dense 36, cross-entropy", "glyphs");
  g_autoptr (CjProgram) program
      = cjl_network_compile (network, CJ_PURPOSE_PROBE, CJL_RESPONSES_BATCH, NULL);
  g_autoptr (CjlResponses) r = cjl_responses_collect (program, network->graph, network->dataset,
                                                      CJD_SPLIT_VAL, 37, NULL, 0, 1, NULL);
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (network->dataset, CJD_SPLIT_VAL);
  const CjlLayerResponses *conv = cjl_responses_find (r, "conv1");

  g_assert_cmpuint (r->n, ==, 37);
  g_assert_nonnull (conv);
  g_assert_null (cjl_responses_find (r, "flatten1"));
  g_assert_null (cjl_responses_find (r, "dropout1"));
  g_assert_cmpint (conv->n_units, ==, 3);
  g_assert_cmpint (conv->n_places, ==, conv->of_places);
  for (guint i = 0; i < 37; i += 9)
    {
      guint32 indices[CJL_RESPONSES_BATCH] = { r->place[i] };
      g_autoptr (CjTensor) out = NULL;

      feed->fill (feed, indices, CJL_RESPONSES_BATCH, 0, 0, cj_program_get_x (program),
                  cj_program_get_y (program));
      cj_program_forward (program, FALSE, 1, 0, 0);
      out = cj_program_dup_output (
          program,
          (guint) cj_graph_get_index (network->graph, cj_graph_find (network->graph, "conv1")), 0);
      for (gint64 k = 0; k < conv->x->shape.dims[1]; k++)
        {
          g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (conv->x)[i * conv->x->shape.dims[1] + k],
                                          cj_tensor_f32 (out)[k], 1e-5);
          g_assert_cmpfloat (cj_tensor_f32 (out)[k], <=, conv->high[k / conv->n_places] + 1e-5);
          g_assert_cmpfloat (cj_tensor_f32 (out)[k], >=, conv->low[k / conv->n_places] - 1e-5);
        }
      g_assert_cmpint (r->classes[i], ==, cjd_dataset_get_class (network->dataset, r->index[i]));
    }
}

/* Of maps too wide for the memory that there is the mean stays what it was. */
static void
test_averaged (void)
{
  g_autoptr (CjlNetwork) network
      = make_network ("input, conv 64 3, conv 64 3, flatten, dense 36, cross-entropy", "glyphs");
  g_autoptr (CjProgram) program
      = cjl_network_compile (network, CJ_PURPOSE_PROBE, CJL_RESPONSES_BATCH, NULL);
  /* as many as would be asked for of a large set: only a few are there to be collected */
  g_autoptr (CjlResponses) r = cjl_responses_collect (program, network->graph, network->dataset,
                                                      CJD_SPLIT_VAL, 600, NULL, 0, 1, NULL);
  const CjlLayerResponses *wide = cjl_responses_find (r, "conv1");
  g_autofree char *origin = cjl_responses_print_origin (r);
  gint64 floats = 0;

  for (guint i = 0; i < r->layers->len; i++)
    floats += cj_shape_size (&cjl_responses_get (r, i)->x->shape);
  g_assert_cmpint (floats, <=, CJL_RESPONSES_FLOATS);
  g_assert_cmpint (wide->n_places, <, wide->of_places);
  g_assert_cmpint (wide->n_places, >, 50);
  g_assert_nonnull (strstr (origin, "conv1"));
}

static void
test_similarity (void)
{
  g_autoptr (CjlNetwork) network
      = make_network ("input, dense 8 tanh, dense 4 tanh, dense 2, cross-entropy", "spirals");
  CjlSimilarityOptions options;
  GError *error = NULL;

  cjl_similarity_options_init (&options);
  for (guint kind = 0; kind < CJ_SIMILARITY_N_KINDS; kind++)
    {
      g_autoptr (CjlSimilarity) s = NULL;

      options.kind = (CjSimilarity) kind;
      s = cjl_similarity_measure (network, NULL, NULL, &options, &error);
      g_assert_no_error (error);
      g_assert_cmpint (s->matrix->shape.dims[0], ==, 3);
      g_assert_cmpstr (s->rows[0], ==, "dense1");
      for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++)
          {
            const float v = cj_tensor_f32 (s->matrix)[3 * i + j];

            g_assert_cmpfloat_with_epsilon (v, cj_tensor_f32 (s->matrix)[3 * j + i], 1e-6);
            g_assert_cmpfloat (v, <=, 1);
            if (i == j)
              g_assert_cmpfloat_with_epsilon (v, 1, 1e-4);
          }
    }
  options.node = "dense1";
  for (guint way = 0; way < CJL_COMPARE_N_WAYS; way++) /* there is no run */
    if (cjl_compare_get_needs ((CjlCompare) way) & CJL_NEEDS_RUN)
      {
        options.with = (CjlCompare) way;
        g_assert_null (cjl_similarity_measure (network, NULL, NULL, &options, &error));
        g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
        g_clear_error (&error);
      }
}

static void
scale (CjCheckpoint *weights, const char *name, float by)
{
  const CjTableEntry *entry = cj_table_find (weights->table, name);

  for (gint64 i = 0; i < entry->size; i++)
    cj_checkpoint_get_data (weights, entry)[i] *= by;
}

/* Three moments before the end: the second layer says nothing at the first of them, and at the second
 * the third layer is twice as loud, which no measure minds. */
static CjRing *
make_ring (const CjlNetwork *network)
{
  CjRing *ring = cj_ring_new (1 << 20);
  CjCheckpoint *now = network->weights;

  now->at.step = 30;
  now->at.epoch = 3;
  now->at.n_commands = 1;
  for (guint i = 0; i < 3; i++)
    {
      CjCheckpoint *then = cj_checkpoint_new (now->table, 0, FALSE);

      memcpy (then->weights, now->weights, sizeof (float) * (gsize) now->table->n_weights);
      if (i == 0)
        scale (then, "dense2.weight", 0);
      if (i == 1)
        scale (then, "dense3.weight", 2);
      then->at = now->at;
      then->at.step = 10 * i;
      then->at.epoch = i;
      cj_ring_add (ring, then);
      cj_checkpoint_unref (then);
    }
  return ring;
}

/* Layers and samples at every kept moment. */
static void
test_run (void)
{
  const char *chain = "input, dense 8 tanh, dense 4 tanh, dense 2, cross-entropy";
  g_autoptr (CjlProject) project = make_project (chain, "spirals");
  g_autoptr (CjlNetwork) network = make_network (chain, "spirals");
  g_autoptr (GVariant) graph = g_variant_ref_sink (cj_graph_save (project->graph));
  g_autoptr (GVariant) setup = g_variant_ref_sink (cj_train_setup_save (project->setup));
  g_autoptr (CjRunLog) log = cj_run_log_new ();
  g_autoptr (CjRing) ring = make_ring (network);
  g_autoptr (CjlSimilarity) layer = NULL, layers = NULL, samples = NULL, each = NULL;
  CjlSimilarityOptions options;
  GError *error = NULL;

  cj_run_log_add_network (log, 0, graph, setup, NULL);
  cjl_similarity_options_init (&options);
  options.node = "dense3";
  options.with = CJL_COMPARE_MOMENTS;
  layer = cjl_similarity_measure (network, log, ring, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpint (layer->matrix->shape.dims[0], ==, 4);
  g_assert_cmpint (layer->matrix->shape.dims[1], ==, 4);
  g_assert_cmpuint (g_array_index (layer->steps, guint64, 2), ==, 20);
  g_assert_cmpstr (layer->rows[2], ==, "epoch 2");
  for (int i = 0; i < 16; i++)
    if (i < 4 || i % 4 == 0) /* of nothing, nothing can be said */
      g_assert_true (isnan (cj_tensor_f32 (layer->matrix)[i]));
    else
      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (layer->matrix)[i], 1, 1e-4);

  options.with = CJL_COMPARE_RUN;
  layers = cjl_similarity_measure (network, log, ring, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpint (layers->matrix->shape.dims[1], ==, 3);
  for (int i = 0; i < 12; i++)
    if (i == 1 || i == 2)
      g_assert_true (isnan (cj_tensor_f32 (layers->matrix)[i]));
    else
      g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (layers->matrix)[i], 1, 1e-4);

  options.with = CJL_COMPARE_SAMPLES_RUN;
  options.pair = CJ_PAIR_CORRELATION;
  options.node = "dense2";
  samples = cjl_similarity_measure (network, log, ring, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpint (samples->matrix->shape.dims[0], ==, 4);
  g_assert_cmpint (samples->matrix->shape.dims[1], ==, samples->samples->len);
  g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (samples->matrix)[1], 1, 1e-4); /* biases alone */
  options.with = CJL_COMPARE_SAMPLES_LAYERS;
  each = cjl_similarity_measure (network, NULL, NULL, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpint (each->matrix->shape.dims[0], ==, 3);
  g_assert_cmpstr (each->rows[1], ==, "dense2");
  { /* the second layer now is the last moment of the run */
    const gsize size = (gsize) each->samples->len * each->samples->len;

    g_assert_cmpmem (cj_tensor_f32 (each->matrix) + size, 4 * size,
                     cj_tensor_f32 (samples->matrix) + 3 * size, 4 * size);
  }
}

/* Samples stand in the order of their classes, each with its number. */
static void
test_samples (void)
{
  g_autoptr (CjlNetwork) network
      = make_network ("input, dense 8 tanh, dense 2, cross-entropy", "spirals");
  g_autoptr (CjlSimilarity) s = NULL;
  CjlSimilarityOptions options;
  GError *error = NULL;

  cjl_similarity_options_init (&options);
  options.with = CJL_COMPARE_SAMPLES;
  options.node = "dense1";
  s = cjl_similarity_measure (network, NULL, NULL, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (cjl_similarity_get_figure (s), ==, "dissimilarity");
  g_assert_cmpint (s->matrix->shape.dims[0], ==, 1);
  g_assert_cmpuint (s->samples->len, ==, s->matrix->shape.dims[1]);
  for (guint i = 0; i < s->samples->len; i++)
    {
      g_assert_true (i == 0
                     || g_array_index (s->classes, float, i)
                            >= g_array_index (s->classes, float, i - 1));
      g_assert_cmpfloat (cj_tensor_f32 (s->matrix)[i * (s->samples->len + 1)], ==, 0);
    }
  options.node = "nobody";
  g_assert_null (cjl_similarity_measure (network, NULL, NULL, &options, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_GRAPH);
  g_clear_error (&error);
}

static void
test_job (void)
{
  CjlSimilarityOptions options;
  CjlSimilarity *s;
  CjlJob *job;

  cjl_similarity_options_init (&options);
  job = cjl_similarity_start (make_network ("input, dense 2, cross-entropy", "spirals"), NULL, NULL,
                              &options);
  cjl_job_wait (job);
  s = cjl_job_take_result (job);
  g_assert_nonnull (s);
  g_assert_cmpfloat (cjl_job_get_progress (job), ==, 1);
  cjl_similarity_free (s);
  cjl_job_free (job);
}

/* A network whose second layer is silent has all units dead there, and nothing else to say of it. */
static void
test_report (void)
{
  g_autoptr (CjlNetwork) network
      = make_network ("input, dense 6 tanh, dense 5 relu, dense 2, cross-entropy", "spirals");
  const CjTableEntry *bias = cj_table_find (network->weights->table, "dense2.bias");
  const CjTableEntry *weight = cj_table_find (network->weights->table, "dense2.weight");
  g_autoptr (CjlLayersReport) report = NULL;
  g_autoptr (CjvFrame) frame = NULL;
  const float *values;
  GError *error = NULL;

  for (gint64 i = 0; i < bias->size; i++)
    cj_checkpoint_get_data (network->weights, bias)[i] = -1;
  for (gint64 i = 0; i < weight->size; i++)
    cj_checkpoint_get_data (network->weights, weight)[i] = 0;
  report = cjl_layers_report_measure (network, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (report->n_done, ==, 3);
  values = cj_tensor_f32 (report->values);
  g_assert_cmpfloat (values[CJL_MEASURE_UNITS], ==, 6);
  g_assert_cmpfloat (values[CJL_MEASURE_DEAD], ==, 0);
  g_assert_cmpfloat (values[CJL_MEASURE_PROBE], >, 0.3);
  g_assert_cmpfloat (values[CJL_MEASURE_DIMENSIONS], >=, 1);
  g_assert_cmpfloat (values[CJL_MEASURE_DIMENSIONS], <=, 6);
  g_assert_true (isnan (values[CJL_MEASURE_NC3]));
  values += CJL_N_MEASURES;
  g_assert_cmpfloat (values[CJL_MEASURE_DEAD], ==, 1);
  g_assert_cmpfloat (values[CJL_MEASURE_DUPLICATES], ==, 0);
  g_assert_true (isnan (values[CJL_MEASURE_DIMENSIONS]));
  g_assert_true (isnan (values[CJL_MEASURE_PROBE]));
  frame = cjl_layers_report_frame (report);
  g_assert_cmpint (cjv_tensor_size (cjv_frame_get_array (frame, "percents")), ==, CJL_N_MEASURES);
}

/* A network whose score of a class is the projection on the mean of the class: its own samples speak for
 * it in the layer before, and what lies on the other side against it. */
static void
test_concepts (void)
{
  g_autoptr (CjlProject) project = make_project ("input, dense 2, dense 2, cross-entropy", "blobs");
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlNetwork) network = NULL;
  g_autoptr (CjlConcepts) answer = NULL, again = NULL;
  CjlConceptOptions options;
  GError *error = NULL;
  double mean[2][2] = { { 0 } };
  float *w, *v;

  g_assert_true (cjl_project_set (project, "data.blobs", "2", NULL));
  dataset = cjl_data_load (&project->data, NULL);
  network = cjl_network_new_project (project, dataset, NULL);
  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset); i++)
    {
      float x[2];

      cjd_dataset_read (dataset, i, x, NULL);
      for (int k = 0; k < 2; k++)
        mean[cjd_dataset_get_class (dataset, i)][k]
            += (x[k] - dataset->mean[k]) / dataset->std[k] / 100;
    }
  w = cj_checkpoint_get_data (network->weights,
                              cj_table_find (network->weights->table, "dense1.weight"));
  v = cj_checkpoint_get_data (network->weights,
                              cj_table_find (network->weights->table, "dense2.weight"));
  for (int i = 0; i < 4; i++)
    {
      w[i] = i % 3 == 0;
      v[i] = (float) mean[i / 2][i % 2];
    }
  cjl_concept_options_init (&options);
  options.concepts = (const char *const *) dataset->class_names;
  options.target = dataset->class_names[0];
  answer = cjl_concepts_measure (network, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (answer->n_done, ==, 1); /* of the answer itself nothing is asked */
  g_assert_cmpstr (answer->layers[0], ==, "dense1");
  g_assert_cmpfloat (cj_tensor_f32 (answer->scores)[0], ==, 1);
  g_assert_cmpfloat (cj_tensor_f32 (answer->scores)[1], ==, 0);
  g_assert_cmpfloat (cj_tensor_f32 (answer->p)[0], <, 0.01);
  g_assert_cmpfloat (cj_tensor_f32 (answer->accuracy)[0], >, 0.6);
  again = cjl_concepts_measure (network, &options, &error);
  g_assert_cmpmem (answer->chance->data, cj_tensor_bytes (answer->chance), again->chance->data,
                   cj_tensor_bytes (again->chance));
  options.target = "nobody";
  g_assert_null (cjl_concepts_measure (network, &options, &error));
  g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
  g_clear_error (&error);
}

/* Samples that were picked one by one are the set that they are; and what is wrong with such a set. */
static void
test_concept_samples (void)
{
  static const char *const wrong[]
      = { "few=val:0,1,2", "odd=val:0,1,x,3,4", "far=train:0,1,2,3,99999999", "none=" };
  g_autoptr (CjlNetwork) network
      = make_network ("input, conv 3 5, relu, flatten, dense 36, cross-entropy", "glyphs");
  g_autoptr (GString) set = g_string_new ("own=");
  g_autoptr (CjlConcepts) answer = NULL;
  const char *concepts[] = { NULL, NULL };
  CjlConceptOptions options;
  GError *error = NULL;

  cjl_concept_options_init (&options);
  options.concepts = concepts;
  options.target = "A";
  options.n_random = 4;
  for (guint i = 0; i < 12; i++)
    g_string_append_printf (set, "%s%s%u", i > 0 ? "," : "", i % 3 == 0 ? "val:" : "", i);
  concepts[0] = set->str;
  answer = cjl_concepts_measure (network, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer->concepts[0], ==, "own");
  g_assert_true (isfinite (cj_tensor_f32 (answer->scores)[0]));
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      concepts[0] = wrong[i];
      g_assert_null (cjl_concepts_measure (network, &options, &error));
      g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
      g_clear_error (&error);
    }
}

/* Pictures of a folder, and a folder with too few. */
static void
test_concept_folder (void)
{
  char *folder = files_new_folder ();
  const char *const concepts[] = { folder, NULL };
  g_autoptr (CjlNetwork) network
      = make_network ("input, conv 3 5, relu, flatten, dense 36, cross-entropy", "glyphs");
  g_autoptr (CjlConcepts) answer = NULL;
  g_autofree char *name = g_path_get_basename (folder);
  CjlConceptOptions options;
  GError *error = NULL;

  cjl_concept_options_init (&options);
  options.concepts = concepts;
  options.target = "A";
  options.n_random = 4;
  for (guint k = 0; k < 8; k++)
    {
      g_autofree char *file = g_strdup_printf ("%u.png", k);

      if (k == 3)
        {
          g_assert_null (cjl_concepts_measure (network, &options, &error));
          g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
          g_clear_error (&error);
        }
      files_write_grey (folder, file, 8, 8, (guint8) (200 + 5 * k));
    }
  answer = cjl_concepts_measure (network, &options, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (answer->concepts[0], ==, name);
  g_assert_cmpfloat (cj_tensor_f32 (answer->accuracy)[0], >, 0.9);
  files_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/represent/responses", test_responses);
  g_test_add_func ("/lab/represent/averaged", test_averaged);
  g_test_add_func ("/lab/represent/similarity", test_similarity);
  g_test_add_func ("/lab/represent/run", test_run);
  g_test_add_func ("/lab/represent/samples", test_samples);
  g_test_add_func ("/lab/represent/job", test_job);
  g_test_add_func ("/lab/represent/report", test_report);
  g_test_add_func ("/lab/represent/concepts", test_concepts);
  g_test_add_func ("/lab/represent/concepts/samples", test_concept_samples);
  g_test_add_func ("/lab/represent/concepts/folder", test_concept_folder);
  return g_test_run ();
}
