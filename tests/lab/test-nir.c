/* SPDX-License-Identifier: GPL-3.0-or-later */
/* NIR graphs as projects, against loops that follow the equations. */
#include "hdf5.h"
#include "nir.h"
#include "run-nir.h"

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
  const CjlNirOptions options = run_nir_options (0.1, CJL_NIR_EXACT);
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
  program = run_nir (project, x, (gint64) rows, 1);
  s = run_nir_get_output (project, program, "lif-1", 0);
  v = run_nir_get_output (project, program, "lif-1", 1);
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
  const CjlNirOptions options = run_nir_options (0.1, method);
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
  program = run_nir (project, x, T, IN);
  first = run_nir_get_output (project, program, "lif1-lif", 0);
  second = run_nir_get_output (project, program, "lif2", 0);
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

/* --- graphs made here --- */

/* A graph under way: wires in turn. */
typedef struct
{
  CjdHdf5Out *out;
  GPtrArray *ends;
} Graph;

static Graph
graph_new (void)
{
  return (Graph){ cjd_hdf5_out_new (), g_ptr_array_new_with_free_func (g_free) };
}

static void
graph_add (Graph *graph, const char *name, const char *type)
{
  g_autofree char *path = g_strconcat ("node/nodes/", name, "/type", NULL);

  cjd_hdf5_out_add_texts (graph->out, path, 0, 0, &type);
}

static void
graph_set (Graph *graph, const char *name, const char *field, CjShape shape, const double *numbers)
{
  g_autofree char *path = g_strconcat ("node/nodes/", name, "/", field, NULL);

  cjd_hdf5_out_add_doubles (graph->out, path, &shape, numbers);
}

/* "a>b b>c" */
static void
graph_wire (Graph *graph, const char *wires)
{
  g_auto (GStrv) pairs = g_strsplit (wires, " ", -1);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto (GStrv) ends = g_strsplit (pairs[i], ">", 2);

      g_ptr_array_add (graph->ends, g_strdup (ends[0]));
      g_ptr_array_add (graph->ends, g_strdup (ends[1]));
    }
}

static CjlProject *
graph_finish (Graph *graph, const CjlNirOptions *options, char **note, GError **error)
{
  const char *type = "NIRGraph";
  g_autoptr (GBytes) bytes = NULL;

  cjd_hdf5_out_add_texts (graph->out, "node/type", 0, 0, &type);
  cjd_hdf5_out_add_texts (graph->out, "node/edges", graph->ends->len / 2, 2,
                          (const char *const *) graph->ends->pdata);
  bytes = cjd_hdf5_out_print (graph->out, error);
  cjd_hdf5_out_free (graph->out);
  g_ptr_array_unref (graph->ends);
  return cjl_nir_parse (bytes, "made", options, note, error);
}

#define NUMBERS(...) ((const double[]){ __VA_ARGS__ })

/* Ends of a graph that takes in and gives `in` and `out` numbers. */
static void
graph_add_ends (Graph *graph, double in, double out)
{
  graph_add (graph, "input", "Input");
  graph_set (graph, "input", "shape", cj_shape1 (1), &in);
  graph_add (graph, "output", "Output");
  graph_set (graph, "output", "shape", cj_shape1 (1), &out);
}

/* Neurons that differ: time constants, resistances, rests and thresholds of their own; a delay in front, a
 * readout that does not fire behind, and a sum of two ways. */
static void
test_units (void)
{
  static const double tau[] = { 2e-3, 5e-3 }, r[] = { 3, 0.5 }, rest[] = { 0.1, -0.2 };
  static const double threshold[] = { 0.6, 0.1 }, delay[] = { 0, 2e-3 }, scale[] = { 1.5, 2 };
  static const double syn[] = { 1e-3, 4e-3 }, reset[] = { 0.1, -0.2 };
  enum
  {
    T = 80
  };
  const CjShape two = cj_shape1 (2);
  const CjlNirOptions options = run_nir_options (1, CJL_NIR_EXACT);
  double v[2] = { 0.1, -0.2 }, c[2] = { 0 }, li[2] = { 0.1, -0.2 };
  float x[2 * T];
  Graph graph = graph_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjTensor) s = NULL, y = NULL;
  guint fired = 0;
  CjRng rng;

  graph_add_ends (&graph, 2, 2);
  graph_add (&graph, "d", "Delay");
  graph_set (&graph, "d", "delay", two, delay);
  graph_add (&graph, "s", "Scale");
  graph_set (&graph, "s", "scale", two, scale);
  graph_add (&graph, "n", "CubaLIF");
  graph_set (&graph, "n", "tau_mem", two, tau);
  graph_set (&graph, "n", "tau_syn", two, syn);
  graph_set (&graph, "n", "r", two, r);
  graph_set (&graph, "n", "w_in", cj_shape1 (1), NUMBERS (4));
  graph_set (&graph, "n", "v_leak", two, rest);
  graph_set (&graph, "n", "v_reset", two, reset);
  graph_set (&graph, "n", "v_threshold", two, threshold);
  graph_add (&graph, "l", "LI");
  graph_set (&graph, "l", "tau", two, tau);
  graph_set (&graph, "l", "r", two, r);
  graph_set (&graph, "l", "v_leak", two, rest);
  graph_wire (&graph, "input>d d>n input>s s>n n>l l>output");
  project = graph_finish (&graph, &options, NULL, &error);
  g_assert_no_error (error);
  cj_rng_init (&rng, 3, CJ_RNG_TEST, 0);
  for (guint i = 0; i < 2 * T; i++)
    x[i] = cj_rng_uniform (&rng) < 0.5f;
  program = run_nir (project, x, T, 2);
  s = run_nir_get_output (project, program, "n-1", 0); /* behind the current of the same node */
  y = run_nir_get_output (project, program, "l-1", 0);
  for (guint t = 0; t < T; t++)
    for (guint k = 0; k < 2; k++)
      {
        const double beta = exp (-1e-3 / tau[k]), alpha = exp (-1e-3 / syn[k]);
        const guint late = k == 0 ? 0 : 2;
        const double in = scale[k] * x[2 * t + k] + (t >= late ? x[2 * (t - late) + k] : 0);
        double spike;

        c[k] = alpha * c[k] + (1 - alpha) * 4 * in;
        v[k] = beta * v[k] + (1 - beta) * (rest[k] + r[k] * c[k]);
        spike = v[k] > threshold[k];
        v[k] = spike != 0 ? rest[k] : v[k];
        li[k] = beta * li[k] + (1 - beta) * (rest[k] + r[k] * spike);
        fired += spike != 0;
        g_assert_cmpfloat (cj_tensor_f32 (s)[2 * t + k], ==, spike);
        g_assert_cmpfloat (fabs (cj_tensor_f32 (y)[2 * t + k] - li[k]), <, 1e-5);
      }
  g_assert_cmpuint (fired, >, 10);
  g_assert_cmpuint (fired, <, 150);
}

/* Pictures at each moment: a convolution, neurons, a sum over windows, a row, a threshold. */
static void
test_pictures (void)
{
  enum
  {
    T = 12,
    H = 5,
    O = 2
  };
  const CjlNirOptions options = run_nir_options (1, CJL_NIR_EXACT);
  double weight[O * 9], v[O][H][H] = { { { 0 } } };
  float x[T * H * H];
  Graph graph = graph_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjTensor) y = NULL;
  guint above = 0;
  CjRng rng;

  cj_rng_init (&rng, 5, CJ_RNG_TEST, 0);
  for (guint i = 0; i < O * 9; i++)
    weight[i] = (double) cj_rng_range (&rng, -0.5f, 1);
  for (guint i = 0; i < T * H * H; i++)
    x[i] = cj_rng_uniform (&rng) < 0.3f;
  graph_add (&graph, "input", "Input");
  graph_set (&graph, "input", "shape", cj_shape1 (3), NUMBERS (1, H, H));
  graph_add (&graph, "output", "Output");
  graph_set (&graph, "output", "shape", cj_shape1 (1), NUMBERS (O * 4));
  graph_add (&graph, "c", "Conv2d");
  graph_set (&graph, "c", "weight", cj_shape4 (O, 1, 3, 3), weight);
  graph_set (&graph, "c", "stride", cj_shape1 (2), NUMBERS (1, 1));
  graph_set (&graph, "c", "padding", cj_shape1 (2), NUMBERS (1, 1));
  graph_set (&graph, "c", "bias", cj_shape1 (2), NUMBERS (0.05, -0.05));
  graph_add (&graph, "i", "IF");
  graph_set (&graph, "i", "r", cj_shape (0, NULL), NUMBERS (1000));
  graph_set (&graph, "i", "v_threshold", cj_shape (0, NULL), NUMBERS (1));
  graph_add (&graph, "p", "SumPool2d");
  graph_set (&graph, "p", "kernel_size", cj_shape1 (2), NUMBERS (2, 2));
  graph_set (&graph, "p", "stride", cj_shape1 (2), NUMBERS (2, 2));
  graph_add (&graph, "f", "Flatten");
  graph_add (&graph, "t", "Threshold");
  graph_set (&graph, "t", "threshold", cj_shape1 (1), NUMBERS (1.5));
  graph_wire (&graph, "input>c c>i i>p p>f f>t t>output");
  project = graph_finish (&graph, &options, NULL, &error);
  g_assert_no_error (error);
  program = run_nir (project, x, T, H * H);
  y = run_nir_get_output (project, program, "t", 0);
  g_assert_true (cj_shape_equal (&y->shape, &(CjShape){ 3, { 1, T, O * 4 } }));
  for (gint64 t = 0; t < T; t++)
    {
      double sum[O * 4] = { 0 };

      for (gint64 o = 0; o < O; o++)
        for (gint64 i = 0; i < H * H; i++)
          {
            const gint64 row = i / H, column = i % H;
            double *at = &v[o][row][column];

            *at += o == 0 ? 0.05 : -0.05;
            for (gint64 k = 0; k < 9; k++)
              if (row + k / 3 - 1 >= 0 && row + k / 3 - 1 < H && column + k % 3 - 1 >= 0
                  && column + k % 3 - 1 < H)
                *at += weight[o * 9 + k]
                       * x[t * H * H + (row + k / 3 - 1) * H + column + k % 3 - 1];
            if (*at > 1)
              {
                *at = 0;
                if (row < 4 && column < 4)
                  sum[o * 4 + row / 2 * 2 + column / 2] += 1;
              }
          }
      for (gint64 k = 0; k < O * 4; k++)
        {
          g_assert_cmpfloat (cj_tensor_f32 (y)[t * O * 4 + k], ==, sum[k] > 1.5);
          above += sum[k] > 1.5;
        }
    }
  g_assert_cmpuint (above, >, 5);
}

/* Rows at each moment: a convolution along one axis, in steps of two and with a border of zeros, whose neurons add up
 * what it gives; and the same goes out again as such. */
static void
test_rows (void)
{
  enum
  {
    T = 9,
    C = 2,
    L = 7,
    O = 3,
    OUT = 4
  };
  const CjlNirOptions options = run_nir_options (1, CJL_NIR_EXACT);
  double weight[O * C * 3], v[O * OUT] = { 0 };
  float x[T * C * L];
  Graph graph = graph_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjTensor) y = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (CjdNirGraph) again = NULL;
  const CjdNirNode *written;
  guint fired = 0;
  CjRng rng;

  cj_rng_init (&rng, 8, CJ_RNG_TEST, 0);
  for (guint i = 0; i < G_N_ELEMENTS (weight); i++)
    weight[i] = (double) cj_rng_range (&rng, -0.5f, 1);
  for (guint i = 0; i < G_N_ELEMENTS (x); i++)
    x[i] = cj_rng_uniform (&rng) < 0.4f;
  graph_add (&graph, "input", "Input");
  graph_set (&graph, "input", "shape", cj_shape1 (2), NUMBERS (C, L));
  graph_add (&graph, "output", "Output");
  graph_set (&graph, "output", "shape", cj_shape1 (2), NUMBERS (O, OUT));
  graph_add (&graph, "c", "Conv1d");
  graph_set (&graph, "c", "weight", cj_shape3 (O, C, 3), weight);
  graph_set (&graph, "c", "stride", cj_shape1 (1), NUMBERS (2));
  graph_set (&graph, "c", "padding", cj_shape1 (1), NUMBERS (1));
  graph_set (&graph, "c", "dilation", cj_shape1 (1), NUMBERS (1));
  graph_set (&graph, "c", "bias", cj_shape1 (O), NUMBERS (0.05, -0.05, 0.1));
  graph_add (&graph, "i", "IF");
  graph_set (&graph, "i", "r", cj_shape (0, NULL), NUMBERS (1000));
  graph_set (&graph, "i", "v_threshold", cj_shape (0, NULL), NUMBERS (1));
  graph_wire (&graph, "input>c c>i i>output");
  project = graph_finish (&graph, &options, NULL, &error);
  g_assert_no_error (error);
  program = run_nir (project, x, T, C * L);
  y = run_nir_get_output (project, program, "i", 0);
  g_assert_true (cj_shape_equal (&y->shape, &(CjShape){ 5, { 1, T, O, 1, OUT } }));
  for (gint64 t = 0; t < T; t++)
    for (gint64 i = 0; i < O * OUT; i++)
      {
        v[i] += NUMBERS (0.05, -0.05, 0.1)[i / OUT];
        for (gint64 k = 0; k < C * 3; k++)
          {
            const gint64 at = i % OUT * 2 + k % 3 - 1;

            if (at >= 0 && at < L)
              v[i] += weight[i / OUT * C * 3 + k] * x[(t * C + k / 3) * L + at];
          }
        g_assert_cmpfloat (cj_tensor_f32 (y)[t * O * OUT + i], ==, v[i] > 1);
        fired += v[i] > 1;
        v[i] = v[i] > 1 ? 0 : v[i];
      }
  g_assert_cmpuint (fired, >, 5);

  bytes = cjl_nir_print (project, &options, &error);
  g_assert_no_error (error);
  again = cjd_nir_parse (bytes, &error);
  g_assert_no_error (error);
  written = find_node (again, "c");
  g_assert_cmpstr (written->type, ==, "Conv1d");
  g_assert_cmpfloat (get (written, "input_shape", 0), ==, L);
  g_assert_cmpfloat (get (written, "stride", 0), ==, 2);
  g_assert_true (
      cj_shape_equal (&cjd_nir_node_find (written, "weight")->shape, &(CjShape){ 3, { O, C, 3 } }));
  for (guint i = 0; i < G_N_ELEMENTS (weight); i++)
    g_assert_cmpfloat_with_epsilon (get (written, "weight", i), weight[i], 1e-6);
  g_assert_cmpint (cjd_nir_node_find (find_node (again, "input"), "shape")->size, ==, 2);
}

/* Neurons that feed themselves back have one time constant of their synapses; others are named. */
static void
test_feedback (void)
{
  const CjlNirOptions options = run_nir_options (1, CJL_NIR_EXACT);

  for (guint differ = 0; differ < 2; differ++)
    {
      Graph graph = graph_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (CjlProject) project = NULL;

      graph_add_ends (&graph, 2, 2);
      graph_add (&graph, "n", "CubaLIF");
      graph_set (&graph, "n", "tau_mem", cj_shape1 (2), NUMBERS (5e-3, 9e-3));
      graph_set (&graph, "n", "tau_syn", cj_shape1 (2), NUMBERS (2e-3, differ ? 4e-3 : 2e-3));
      graph_set (&graph, "n", "v_threshold", cj_shape1 (1), NUMBERS (0.5));
      graph_add (&graph, "w", "Linear");
      graph_set (&graph, "w", "weight", cj_shape2 (2, 2), NUMBERS (0, 0.5, -0.5, 0));
      graph_wire (&graph, "input>n n>w w>n n>output");
      project = graph_finish (&graph, &options, NULL, &error);
      if (differ)
        {
          g_assert_null (project);
          g_test_message ("%s", error->message);
          g_assert_nonnull (strstr (error->message, "“n” (CubaLIF) feeds itself back"));
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpstr (cj_graph_find (project->graph, "n")->layer->id, ==, "recurrent-lif");
    }
}

/* A graph within the graph is a block, and a kind that is not known a placeholder that is named. */
static void
test_parts (void)
{
  const CjlNirOptions options = run_nir_options (1, CJL_NIR_EXACT);
  const char *type = "NIRGraph", *ends[] = { "input", "a", "a", "output" };
  Graph graph = graph_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = NULL;
  g_autofree char *note = NULL;

  graph_add_ends (&graph, 2, 2);
  cjd_hdf5_out_add_texts (graph.out, "node/nodes/g/type", 0, 0, &type);
  cjd_hdf5_out_add_texts (graph.out, "node/nodes/g/edges", 2, 2, ends);
  graph_add (&graph, "g/nodes/input", "Input");
  graph_add (&graph, "g/nodes/output", "Output");
  graph_add (&graph, "g/nodes/a", "Linear");
  graph_set (&graph, "g/nodes/a", "weight", cj_shape2 (2, 2), NUMBERS (1, 2, 3, 4));
  graph_add (&graph, "odd", "Sinus");
  graph_wire (&graph, "input>g g>odd odd>output");
  project = graph_finish (&graph, &options, &note, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (note, "“odd” (nir:sinus)"));
  g_assert_cmpuint (project->graph->blocks->len, ==, 1);
  g_assert_cmpstr (((CjBlock *) project->graph->blocks->pdata[0])->title, ==, "g");
  g_assert_nonnull (cj_graph_find (project->graph, "g-a")->block);
  g_assert_nonnull (cj_graph_find (project->graph, "odd")->kept);
  g_assert_true (cj_graph_find (project->graph, "odd")->from[0].node
                 == cj_graph_find (project->graph, "g-a"));
}

/* Sentences that name the node. */
static void
test_refused (void)
{
  static const struct
  {
    const char *wires, *words;
    double tau, reset, units;
  } cases[] = {
    { "input>n n>b b>n n>output", "loop in or before", 1e-3, 0, 2 },
    { "input>n n>nothing", "“nothing”, but there is no such node", 1e-3, 0, 2 },
    { "a>n n>output", "has no node of the type Input", 1e-3, 0, 2 },
    { "input>n n>output", "“n” (LIF) has a time constant that is not above 0", -1, 0, 2 },
    { "input>n n>output", "is not finite", NAN, 0, 2 },
    { "input>n n>output", "is reset to 0.25, but rests at 0", 1e-3, 0.25, 2 },
    { "input>n n>output", "parameters of different length", 1e-3, 0, 3 },
    { "input>n n>output", "has no shape of at most", 1e-3, 0, 2000000 },
    { "b>n n>output", "“b” (Scale) hears nothing", 1e-3, 0, 2 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const CjlNirOptions options = run_nir_options (0.1, CJL_NIR_EXACT);
      const double units = cases[i].units;
      Graph graph = graph_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (CjlProject) project = NULL;

      if (i == 2)
        graph_add (&graph, "a", "Scale");
      else
        graph_add_ends (&graph, units > 3 ? units : 2, 2);
      if (i == 2)
        graph_add (&graph, "output", "Output");
      if (strchr (cases[i].wires, 'b') != NULL)
        graph_add (&graph, "b", "Scale");
      graph_add (&graph, "n", "LIF");
      graph_set (&graph, "n", "tau", cj_shape1 (1), &cases[i].tau);
      graph_set (&graph, "n", "r", cj_shape1 (2), NUMBERS (1, 1));
      graph_set (&graph, "n", "v_reset", cj_shape1 (1), &cases[i].reset);
      graph_set (&graph, "n", "v_threshold", cj_shape1 (units == 3 ? 3 : 2), NUMBERS (1, 2, 3));
      graph_wire (&graph, cases[i].wires);
      project = graph_finish (&graph, &options, NULL, &error);
      g_test_message ("%u: %s", i, error != NULL ? error->message : "taken");
      g_assert_null (project);
      g_assert_nonnull (strstr (error->message, cases[i].words));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/nir/exact", test_exact);
  g_test_add_func ("/lab/nir/braille", test_braille);
  g_test_add_func ("/lab/nir/units", test_units);
  g_test_add_func ("/lab/nir/pictures", test_pictures);
  g_test_add_func ("/lab/nir/rows", test_rows);
  g_test_add_func ("/lab/nir/feedback", test_feedback);
  g_test_add_func ("/lab/nir/parts", test_parts);
  g_test_add_func ("/lab/nir/refused", test_refused);
  return g_test_run ();
}
