/* SPDX-License-Identifier: GPL-3.0-or-later */
/* torch-cases FOLDER [TEMPLATE | F.cajal | NAME=DATA=NETWORK]…: exports networks as modules of PyTorch and writes what they answer here,
 * to be compared by test-torch.py. Without templates every layer has a network of its own, on samples by
 * chance; NAME.py and its companions, and NAME-answers.npz with x, y, the prediction and the loss. */
#include "cj-rng.h"
#include "cjl-format.h"
#include "cjl-template.h"
#include "cjl-torch.h"
#include "npz.h"
#include "safetensors.h"

#include <string.h>

#define BATCH 4

/* A network behind an input of `shape`, ended as `end` says. */
typedef struct
{
  const char *name, *shape, *network;
  const char *set; /* "dense2.muted=true", or NULL */
} Case;

#include "torch-cases.h"

/* Samples by chance: pictures and features of floats, or words below 7. */
static void
write_samples (const char *path, const char *shape)
{
  const gboolean words = *shape == 'w';
  g_auto (GStrv) sizes = g_strsplit (shape + words, "x", -1);
  CjShape x = { .n_dims = 1, .dims = { 40 } };
  const CjShape labels = cj_shape1 (40);
  g_autoptr (GPtrArray) arrays = cjd_named_tensors_new ();
  g_autoptr (GBytes) bytes = NULL;
  GError *error = NULL;
  CjTensor *samples, *y;
  CjRng rng;

  for (guint i = 0; sizes[i] != NULL; i++)
    x.dims[x.n_dims++] = g_ascii_strtoll (sizes[i], NULL, 10);
  samples = cj_tensor_new (words ? CJ_INT32 : CJ_FLOAT32, &x);
  y = cj_tensor_new (CJ_INT32, words ? &x : &labels);
  cj_rng_init (&rng, 3, CJ_RNG_TEST, 0);
  for (gint64 i = 0; i < cj_shape_size (&x); i++)
    if (words)
      cj_tensor_i32 (samples)[i] = (gint32) cj_rng_below (&rng, 7);
    else
      cj_tensor_f32 (samples)[i] = 0.5f + 0.7f * cj_rng_normal (&rng);
  for (gint64 i = 0; i < cj_shape_size (&y->shape); i++)
    cj_tensor_i32 (y)[i] = (gint32) (i % 5);
  g_ptr_array_add (arrays, cjd_named_tensor_new ("x", samples));
  g_ptr_array_add (arrays, cjd_named_tensor_new ("y", y));
  bytes = cjd_npz_print (arrays, &error);
  g_assert_no_error (error);
  g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                       &error);
  g_assert_no_error (error);
}

/* What the network says of the first samples, and what it was given. */
static void
write_answers (CjlProject *project, const char *path)
{
  GError *error = NULL;
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, &error);
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjFeed) feed = NULL;
  g_autoptr (GPtrArray) arrays = cjd_named_tensors_new ();
  g_autoptr (GBytes) bytes = NULL;
  guint32 rows[BATCH];
  CjDataSpec spec;
  CjShape shape, one = cj_shape1 (1);
  CjTensor *answers, *loss = cj_tensor_new (CJ_FLOAT32, &one);

  g_assert_no_error (error);
  spec = cjl_data_spec (dataset, BATCH);
  spec.heads = NULL;
  program = cj_program_new (project->graph, CJ_PURPOSE_EXPLAIN, &spec, 1, &error);
  g_assert_no_error (error);
  cj_program_init (program, (guint64) project->setup->seed);
  cjl_project_apply_weights (project, program);
  feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  for (guint i = 0; i < BATCH; i++)
    rows[i] = i;
  feed->fill (feed, rows, BATCH, 0, 1, cj_program_get_x (program), cj_program_get_y (program));
  cj_tensor_f32 (loss)[0] = cj_program_forward (program, FALSE, BATCH, 0, 0);
  memcpy (&shape, &one, sizeof shape);
  {
    const float *prediction = cj_program_get_prediction (program, &shape);

    answers = cj_tensor_new (CJ_FLOAT32, &shape);
    memcpy (answers->data, prediction, cj_tensor_bytes (answers));
  }
  g_ptr_array_add (arrays, cjd_named_tensor_new ("answers", answers));
  g_ptr_array_add (arrays, cjd_named_tensor_new ("loss", loss));
  bytes = cjd_npz_print (arrays, &error);
  g_assert_no_error (error);
  g_file_set_contents (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes),
                       &error);
  g_assert_no_error (error);
}

/* Gives the project weights of which none is 0 or 1, as if it had learned. */
static void
learn (CjlProject *project)
{
  GPtrArray *weights = cjl_project_get_weights (project);
  g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, NULL);
  const CjDataSpec spec = cjl_data_spec (dataset, BATCH);
  GError *error = NULL;
  g_autoptr (CjProgram) program
      = cj_program_new (project->graph, CJ_PURPOSE_EXPLAIN, &spec, 1, &error);
  const CjProblem *problem
      = program != NULL ? cj_lowered_get_error (cj_program_get_lowered (program)) : NULL;
  CjRng rng;

  if (problem != NULL)
    g_print ("refused %s: %s\n", project->title, problem->sentence);
  g_assert_no_error (error);
  cj_program_init (program, 5);
  cj_rng_init (&rng, 4, CJ_RNG_TEST, 0);
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &param->shape);

      for (gint64 k = 0; k < param->size; k++)
        cj_tensor_f32 (tensor)[k]
            = cj_program_get_param_data (program, param)[k] + 0.1f * cj_rng_uniform (&rng);
      g_ptr_array_add (weights, cjd_named_tensor_new (param->name, tensor));
    }
}

static void export(CjlProject *project, const char *folder, const char *name)
{
  g_autofree char *module = g_strdup_printf ("%s/%s.py", folder, name);
  g_autofree char *answers = g_strdup_printf ("%s/%s-answers.npz", folder, name);
  g_auto (CjlExported) done = { 0 };
  GError *error = NULL;

  if (!cjl_export (project, module, NULL, &done, &error))
    {
      g_print ("refused %s: %s\n", name, error->message);
      g_error_free (error);
      return;
    }
  write_answers (project, answers);
  g_print ("%s\n", name);
}

static void
run_case (const Case *c, const char *folder)
{
  g_autofree char *samples = g_strdup_printf ("%s/%s-samples.npz", folder, c->name);
  g_autofree char *title = g_strdup_printf ("Case %s", c->name);
  g_autoptr (CjlProject) project = cjl_project_new ();
  GError *error = NULL;

  write_samples (samples, c->shape);
  cjl_project_begin (project);
  cjl_project_set_title (project, title);
  cjl_project_set_data (project, samples, project->data.params);
  if (!cjl_graph_add_text (project->graph, c->network, &error))
    {
      g_print ("refused %s: %s\n", c->name, error->message);
      g_error_free (error);
      return;
    }
  cjl_project_commit (project, "Draw", NULL);
  if (c->set != NULL)
    {
      g_auto (GStrv) words = g_strsplit (c->set, "=", 2);

      cjl_project_set (project, words[0], words[1], &error);
      g_assert_no_error (error);
    }
  learn (project);
  export(project, folder, c->name);
}

/* "NAME=DATA=NETWORK" */
static void
run_data (const char *text, const char *folder)
{
  g_auto (GStrv) words = g_strsplit (text, "=", 3);
  g_autoptr (CjlProject) project = cjl_project_new ();
  GError *error = NULL;

  cjl_project_begin (project);
  cjl_project_set_data (project, words[1], project->data.params);
  cjl_graph_add_text (project->graph, words[2], &error);
  g_assert_no_error (error);
  cjl_project_commit (project, "Draw", NULL);
  export(project, folder, words[0]);
}

/* The id of a template, or a file. */
static void
run_project (const char *text, const char *folder)
{
  const gboolean file = g_str_has_suffix (text, ".cajal");
  g_autofree char *name = g_path_get_basename (text);
  GError *error = NULL;
  g_autoptr (CjlProject) project = file ? cjl_project_load (text, &error)
                                        : cjl_template_make (cjl_template_find (text), &error);

  g_assert_no_error (error);
  if (file)
    name[strlen (name) - strlen (".cajal")] = '\0';
  else /* a module of many samples is no other */
    cjl_project_set (project, "data.samples", "200", NULL);
  export(project, folder, name);
}

int
main (int argc, char **argv)
{
  g_return_val_if_fail (argc > 1, 2);
  for (guint i = 0; argc == 2 && i < G_N_ELEMENTS (cases); i++)
    run_case (&cases[i], argv[1]);
  for (int i = 2; i < argc; i++)
    if (strchr (argv[i], '=') != NULL)
      run_data (argv[i], argv[1]);
    else
      run_project (argv[i], argv[1]);
  return 0;
}
