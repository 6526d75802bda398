/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NIR graphs as projects, against loops that follow the equations, and back. */
#include "cj-program.h"
#include "cj-rng.h"
#include "cjl-nir.h"
#include "hdf5.h"
#include "nir.h"

#include <math.h>
#include <string.h>

/* A file of the data folder; NULL and the test is skipped where it is not there. */
static char *
find_file (const char *name)
{
  const char *folder = g_getenv ("CAJAL_DATA_DIR");
  char *path = folder != NULL ? g_build_filename (folder, "nir", name, NULL) : NULL;

  if (path != NULL && g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return path;
  g_free (path);
  g_test_skip ("CAJAL_DATA_DIR has no folder nir");
  return NULL;
}

static CjlNirOptions
get_options (double dt, CjlNirMethod method)
{
  CjlNirOptions options;

  cjl_nir_options_init (&options);
  options.dt = dt;
  options.method = method;
  return options;
}

/* The project's network with its weights on `t` moments of `f` numbers, run once. */
static CjProgram *
run (CjlProject *project, const float *x, gint64 t, gint64 f)
{
  const CjDataSpec spec = { .batch = 1,
                            .x_shape = cj_shape2 (t, f),
                            .x_dtype = CJ_FLOAT32,
                            .y_shape = cj_shape (0, NULL),
                            .y_dtype = CJ_INT32,
                            .has_y = TRUE };
  g_autoptr (GError) error = NULL;
  CjProgram *program = cj_program_new (project->graph, CJ_PURPOSE_PROBE, &spec, 1, &error);

  g_assert_no_error (error);
  cj_program_init (program, 1);
  g_assert_cmpuint (cjl_project_apply_weights (project, program), ==,
                    cj_program_get_n_params (program));
  memcpy (cj_program_get_x (program)->data, x, sizeof (float) * (gsize) (t * f));
  cj_program_forward (program, FALSE, 1, 1, 1);
  return program;
}

static CjTensor *
get_output (CjlProject *project, const CjProgram *program, const char *id, guint port)
{
  const CjNode *node = cj_graph_find (project->graph, id);

  g_assert_nonnull (node);
  return cj_program_dup_output (program, (guint) cj_graph_get_index (project->graph, node), port);
}

/* --- the files of others --- */

/* Columns of the exact trace: current, voltage, spike. */
static double *
read_trace (const char *path, gsize *rows)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  double *trace;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  lines = g_strsplit (g_strstrip (text), "\n", -1);
  *rows = g_strv_length (lines);
  trace = g_new (double, 3 * *rows);
  for (gsize i = 0; i < *rows; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], ",", 3);

      for (guint k = 0; k < 3; k++)
        trace[3 * i + k] = g_ascii_strtod (cells[k], NULL);
    }
  return trace;
}

/* The neuron of lif_norse.nir spikes when the closed form does, and has its voltage up to the first. */
static void
test_exact (void)
{
  static const gsize spikes[] = { 460, 510, 710, 760 };
  g_autofree char *path = find_file ("lif_norse.nir"), *csv = find_file ("lif_exact.csv");
  const CjlNirOptions options = get_options (0.1, CJL_NIR_EXACT);
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjTensor) s = NULL, v = NULL;
  g_autofree double *trace = NULL;
  g_autofree float *x = NULL;
  g_autoptr (GError) error = NULL;
  gsize rows, found = 0;

  if (path == NULL || csv == NULL)
    return;
  trace = read_trace (csv, &rows);
  x = g_new (float, rows);
  for (gsize i = 0; i < rows; i++)
    x[i] = (float) trace[3 * i];
  project = cjl_nir_load (path, &options, NULL, &error);
  g_assert_no_error (error);
  program = run (project, x, (gint64) rows, 1);
  s = get_output (project, program, "lif-1", 0);
  v = get_output (project, program, "lif-1", 1);
  for (gsize i = 0; i < rows; i++)
    {
      g_assert_cmpint (cj_tensor_f32 (s)[i] != 0, ==, trace[3 * i + 2] != 0);
      if (cj_tensor_f32 (s)[i] != 0)
        g_assert_cmpuint (i, ==, spikes[found++]);
      if (found == 0)
        g_assert_cmpfloat (fabs (cj_tensor_f32 (v)[i] - trace[3 * i + 1]), <, 1e-6);
    }
  g_assert_cmpuint (found, ==, G_N_ELEMENTS (spikes));
}

static double
get (const CjdNirNode *node, const char *name, gint64 i)
{
  const CjdNpyArray *array = cjd_nir_node_find (node, name);

  g_assert_nonnull (array);
  return cjd_npy_array_get (array, i);
}

static const CjdNirNode *
find_node (const CjdNirGraph *graph, const char *name)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    if (g_str_equal (((const CjdNirNode *) graph->nodes->pdata[i])->name, name))
      return graph->nodes->pdata[i];
  g_assert_not_reached ();
}

/* One moment of a layer of CubaLIF neurons by NIR's equations, in double, from what the file says. */
static void
step_cuba (const CjdNirNode *node, double dt, CjlNirMethod method, gint64 n, const double *in,
           double *current, double *v, double *spike)
{
  for (gint64 i = 0; i < n; i++)
    {
      const double hs = dt / get (node, "tau_syn", i), hm = dt / get (node, "tau_mem", i);
      const double alpha = method == CJL_NIR_EULER ? 1 - hs : exp (-hs);
      const double beta = method == CJL_NIR_EULER ? 1 - hm : exp (-hm);
      const double leak = get (node, "v_leak", i);

      current[i] = alpha * current[i] + (1 - alpha) * get (node, "w_in", i) * in[i];
      v[i] = beta * v[i] + (1 - beta) * (leak + get (node, "r", i) * current[i]);
      spike[i] = v[i] > get (node, "v_threshold", i);
      if (spike[i] != 0)
        v[i] = 0;
    }
}

static void
add_product (const CjdNirNode *node, gint64 inputs, gint64 units, const double *x, double *y)
{
  for (gint64 i = 0; i < units; i++)
    {
      y[i] += get (node, "bias", i);
      for (gint64 k = 0; k < inputs; k++)
        y[i] += get (node, "weight", i * inputs + k) * x[k];
    }
}

/* The Braille reader of 12, 38 and 7 on random spikes. */
static void
check_braille (const char *path, CjlNirMethod method)
{
  enum
  {
    T = 600,
    IN = 12,
    HIDDEN = 38,
    OUT = 7
  };
  const CjlNirOptions options = get_options (0.1, method);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdNirGraph) graph = cjd_nir_load (path, &error);
  g_autoptr (CjlProject) project = cjl_nir_load (path, &options, NULL, &error);
  double c1[HIDDEN] = { 0 }, v1[HIDDEN] = { 0 }, s1[HIDDEN] = { 0 };
  double c2[OUT] = { 0 }, v2[OUT] = { 0 }, s2[OUT] = { 0 };
  float x[T * IN];
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjTensor) first = NULL, second = NULL;
  guint fired = 0, answered = 0;
  CjRng rng;

  g_assert_no_error (error);
  cj_rng_init (&rng, 7, CJ_RNG_TEST, 0);
  for (guint i = 0; i < T * IN; i++)
    x[i] = cj_rng_uniform (&rng) < 0.15f;
  program = run (project, x, T, IN);
  first = get_output (project, program, "lif1-lif", 0);
  second = get_output (project, program, "lif2", 0);
  for (guint t = 0; t < T; t++)
    {
      double in[IN], h[HIDDEN] = { 0 }, y[OUT] = { 0 };

      for (guint k = 0; k < IN; k++)
        in[k] = x[t * IN + k];
      add_product (find_node (graph, "fc1"), IN, HIDDEN, in, h);
      add_product (find_node (graph, "lif1.w_rec"), HIDDEN, HIDDEN, s1, h);
      step_cuba (find_node (graph, "lif1.lif"), 1e-4, method, HIDDEN, h, c1, v1, s1);
      add_product (find_node (graph, "fc2"), HIDDEN, OUT, s1, y);
      step_cuba (find_node (graph, "lif2"), 1e-4, method, OUT, y, c2, v2, s2);
      for (guint k = 0; k < HIDDEN; k++)
        {
          g_assert_cmpfloat (cj_tensor_f32 (first)[t * HIDDEN + k], ==, s1[k]);
          fired += s1[k] != 0;
        }
      for (guint k = 0; k < OUT; k++)
        {
          g_assert_cmpfloat (cj_tensor_f32 (second)[t * OUT + k], ==, s2[k]);
          answered += s2[k] != 0;
        }
    }
  g_assert_cmpuint (fired, >, 50);
  g_assert_cmpuint (answered, >, 500);
}

static void
test_braille (void)
{
  g_autofree char *path = find_file ("braille_noDelay_bias_zero.nir");

  if (path == NULL)
    return;
  check_braille (path, CJL_NIR_EULER);
  check_braille (path, CJL_NIR_EXACT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/nir/exact", test_exact);
  g_test_add_func ("/lab/nir/braille", test_braille);
  return g_test_run ();
}
