/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks every layer: words, parameters as text, graphs with it, gradients against central differences
 * at sizes of one and odd ones, and the same bits for any number of threads. */
#include "cj-program.h"
#include "cj-error.h"

#include <math.h>
#include <string.h>

#define MAX_PORTS 4

/* What is put on the ports. `below` over 0: whole numbers from 0 to below − 1 (int32 or float). */
typedef struct
{
  CjShape shape;
  CjDtype dtype;
  int below;
  float low, high; /* floats are drawn evenly from here; both 0: normal */
} Feed;

/* clang-format off */
#define FLOATS(...) { .shape = __VA_ARGS__ }
#define SCORES(n, k) { .shape = { 2, { n, k } } }
#define SHARES(n, k) { .shape = { 2, { n, k } }, .low = 0.05f, .high = 0.95f }
#define CLASSES(n, k) { .shape = { 1, { n } }, .dtype = CJ_INT32, .below = k }
#define SIGNS(n) { .shape = { 1, { n } }, .below = 2 }
/* clang-format on */

typedef struct
{
  guint n; /* ports; the last stands for all further ones */
  Feed ports[MAX_PORTS];
} Feeds;

/* Shapes that most layers take some of; all ports get the same. */
static const CjShape shapes[] = {
  { 2, { 1, 1 } },          { 2, { 1, 6 } },          { 2, { 5, 7 } },
  { 2, { 8, 4 } },          { 3, { 1, 1, 1 } },       { 3, { 1, 7, 4 } },
  { 3, { 2, 5, 6 } },       { 3, { 3, 3, 3 } },       { 4, { 1, 1, 1, 1 } },
  { 4, { 1, 4, 7, 5 } },    { 4, { 3, 3, 4, 9 } },    { 4, { 2, 8, 6, 6 } },
  { 5, { 1, 1, 1, 1, 1 } }, { 5, { 1, 2, 3, 3, 3 } }, { 5, { 2, 3, 5, 4, 7 } },
};

/* Layers whose gradient is not that of what they give, on purpose: the slope of a spike is a surrogate,
 * that of a draw the one of its chance, and those that learn without gradients pass none.
 * tests/engine/test-spike-ops.c and test-stdp-ops.c have what they are held against. */
static const char *const surrogate[] = { "integrate-and-fire", "lif",
                                         "adaptive-lif",       "cuba-lif",
                                         "recurrent-lif",      "poisson-encoder",
                                         "delta-encoder",      "latency-encoder",
                                         "competing-lif",      "class-vote",
                                         "conductance-lif",    "quantise",
                                         "onnx-operator",      NULL };

/* Layers whose ports are not alike. An id may have several rows; they replace the shapes above. */
static const struct
{
  const char *id;
  Feeds feeds;
} special[] = {
  { "matrix-product", { 2, { FLOATS ({ 3, { 2, 3, 3 } }) } } },
  { "matrix-product", { 2, { FLOATS ({ 3, { 1, 1, 1 } }), FLOATS ({ 3, { 1, 1, 1 } }) } } },
  { "matrix-product", { 2, { FLOATS ({ 4, { 2, 3, 5, 5 } }), FLOATS ({ 4, { 2, 3, 5, 5 } }) } } },
  { "bilinear", { 2, { FLOATS ({ 2, { 1, 1 } }), FLOATS ({ 2, { 1, 1 } }) } } },
  { "bilinear", { 2, { FLOATS ({ 2, { 3, 5 } }), FLOATS ({ 2, { 3, 7 } }) } } },
  { "embedding", { 1, { { { 2, { 1, 1 } }, CJ_INT32, 5 } } } },
  { "embedding", { 1, { { { 2, { 3, 7 } }, CJ_INT32, 5 } } } },
  { "multi-head-attention", { 1, { FLOATS ({ 3, { 1, 1, 4 } }) } } },
  { "multi-head-attention",
    { 4,
      { FLOATS ({ 3, { 2, 3, 8 } }),
        FLOATS ({ 3, { 2, 5, 8 } }),
        FLOATS ({ 3, { 2, 5, 8 } }),
        { { 2, { 2, 5 } }, CJ_INT32, 2 } } } },
  { "transformer-block", { 1, { FLOATS ({ 3, { 1, 1, 4 } }) } } },
  { "transformer-block", { 2, { FLOATS ({ 3, { 2, 5, 8 } }), { { 2, { 2, 5 } }, CJ_INT32, 2 } } } },
  { "transformer-decoder", { 2, { FLOATS ({ 3, { 1, 1, 4 } }), FLOATS ({ 3, { 1, 2, 4 } }) } } },
  { "transformer-decoder", { 2, { FLOATS ({ 3, { 2, 5, 8 } }), FLOATS ({ 3, { 2, 3, 8 } }) } } },
  { "gcn-conv", { 2, { FLOATS ({ 2, { 1, 1 } }), { { 2, { 1, 2 } }, CJ_INT32, 1 } } } },
  { "gcn-conv", { 2, { FLOATS ({ 2, { 7, 5 } }), { { 2, { 9, 2 } }, CJ_INT32, 7 } } } },
  { "gat-conv", { 2, { FLOATS ({ 2, { 1, 1 } }), { { 2, { 1, 2 } }, CJ_INT32, 1 } } } },
  { "gat-conv", { 2, { FLOATS ({ 2, { 7, 5 } }), { { 2, { 9, 2 } }, CJ_INT32, 7 } } } },
  { "gain", { 2, { FLOATS ({ 2, { 1, 1 } }), FLOATS ({ 2, { 1, 1 } }) } } },
  { "gain", { 2, { FLOATS ({ 4, { 3, 5, 2, 4 } }), FLOATS ({ 4, { 3, 5, 2, 4 } }) } } },
  { "gain", { 2, { FLOATS ({ 4, { 3, 5, 2, 4 } }), FLOATS ({ 2, { 3, 5 } }) } } },
  { "gain", { 2, { FLOATS ({ 3, { 3, 2, 7 } }), FLOATS ({ 2, { 3, 1 } }) } } },
  { "class-vote", { 2, { SHARES (1, 1), CLASSES (1, 10) } } },
  { "class-vote", { 2, { SHARES (7, 5), CLASSES (7, 10) } } },
  { "class-vote", { 1, { SHARES (7, 5) } } },
  { "cross-entropy", { 2, { SCORES (1, 3), CLASSES (1, 3) } } },
  { "cross-entropy", { 2, { SCORES (7, 5), CLASSES (7, 5) } } },
  { "nll", { 2, { SCORES (1, 3), CLASSES (1, 3) } } },
  { "nll", { 2, { SCORES (7, 5), CLASSES (7, 5) } } },
  { "multi-class-hinge", { 2, { SCORES (1, 3), CLASSES (1, 3) } } },
  { "multi-class-hinge", { 2, { SCORES (7, 5), CLASSES (7, 5) } } },
  { "bce", { 2, { SHARES (1, 1), SHARES (1, 1) } } },
  { "bce", { 2, { SHARES (5, 7), SHARES (5, 7) } } },
  { "kl-divergence", { 2, { SHARES (1, 1), SHARES (1, 1) } } },
  { "kl-divergence", { 2, { SHARES (5, 7), SHARES (5, 7) } } },
  { "cross-entropy", { 2, { SCORES (3, 5), SHARES (3, 5) } } },
  { "cross-entropy",
    { 2, { FLOATS ({ 4, { 4, 3, 3, 2 } }), { { 3, { 4, 3, 2 } }, CJ_INT32, 3 } } } },
  { "cosine-embedding", { 3, { SCORES (1, 3), SCORES (1, 3), SIGNS (1) } } },
  { "cosine-embedding", { 3, { SCORES (7, 5), SCORES (7, 5), SIGNS (7) } } },
};

typedef struct
{
  const CjLayerInfo *layer;
  CjGraph *graph;
  CjNode *node;
  guint n_in;
  Feed feeds[CJ_LAYER_MAX_IN];
  CjTensor *x[CJ_LAYER_MAX_IN];
} Bench;

static void
bench_clear (Bench *b)
{
  g_clear_pointer (&b->graph, cj_graph_free);
  for (guint i = 0; i < b->n_in; i++)
    g_clear_pointer (&b->x[i], cj_tensor_unref);
}

static void
draw (CjTensor *tensor, const Feed *feed, guint64 stream)
{
  CjRng rng;

  cj_rng_init (&rng, 23, CJ_RNG_TEST, stream);
  for (gint64 i = 0; i < cj_shape_size (&tensor->shape); i++)
    if (tensor->dtype == CJ_INT32)
      cj_tensor_i32 (tensor)[i] = (gint32) cj_rng_below (&rng, (guint32) MAX (feed->below, 1));
    else if (feed->below > 0)
      cj_tensor_f32 (tensor)[i] = (float) cj_rng_below (&rng, (guint32) feed->below);
    else if (feed->high > feed->low)
      cj_tensor_f32 (tensor)[i]
          = feed->low + (feed->high - feed->low) * (float) cj_rng_uniform (&rng);
    else
      cj_tensor_f32 (tensor)[i] = cj_rng_normal (&rng);
}

/* The layer with an input node on every port (a port for many gets two). */
static void
bench_init (Bench *b, const CjLayerInfo *layer, const Feeds *feeds)
{
  g_autoptr (GError) error = NULL;

  *b = (Bench){ .layer = layer, .graph = cj_graph_new () };
  b->node = cj_graph_add (b->graph, layer, "it", &error);
  g_assert_no_error (error);
  b->n_in = cj_node_get_n_in (b->node) + (cj_layer_takes_many (layer) ? 1 : 0);
  if (feeds->n < b->n_in && cj_layer_get_input (layer, feeds->n)->kind == CJ_PORT_OPTIONAL)
    b->n_in = feeds->n;
  for (guint i = 0; i < b->n_in; i++)
    {
      g_autofree char *id = g_strdup_printf ("in%u", i);
      CjNode *input = cj_graph_add (b->graph, cj_layer_find ("input"), id, &error);

      g_assert_no_error (error);
      b->feeds[i] = feeds->ports[MIN (i, feeds->n - 1)];
      cj_graph_connect (b->graph, input, 0, b->node, i, &error);
      g_assert_no_error (error);
      b->x[i] = cj_tensor_new (b->feeds[i].dtype, &b->feeds[i].shape);
      draw (b->x[i], &b->feeds[i], i);
    }
}

static guint
get_index (const Bench *b)
{
  return (guint) cj_graph_get_index (b->graph, b->node);
}

/* NULL if the layer refuses, which it must do with a sentence that begins with its title. */
static CjProgram *
bench_compile (const Bench *b, guint threads)
{
  static const char *const ids[] = { "in0", "in1", "in2", "in3", "in4", "in5", "in6", "in7" };
  CjInputSpec specs[CJ_LAYER_MAX_IN];
  const CjDataSpec spec = {
    .batch = b->feeds[0].shape.dims[0], .inputs = specs, .n_inputs = b->n_in, .n_classes = 5
  };
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (GError) error = NULL;
  const CjProblem *problem;

  for (guint i = 0; i < b->n_in; i++)
    specs[i] = (CjInputSpec){ ids[i], b->feeds[i].shape, b->feeds[i].dtype,
                              b->feeds[i].dtype == CJ_FLOAT32 && b->feeds[i].below == 0 };
  program = cj_program_new (b->graph, CJ_PURPOSE_EXPLAIN, &spec, threads, &error);
  g_assert_true ((program != NULL) == (error == NULL));
  problem = program != NULL ? cj_lowered_get_error (cj_program_get_lowered (program)) : NULL;
  if (problem != NULL)
    {
      g_assert_true (g_str_has_prefix (problem->sentence, b->layer->title));
      g_assert_true (g_str_has_suffix (problem->sentence, "."));
    }
  if (program == NULL || problem != NULL
      || !cj_program_get_lowered (program)->nodes[get_index (b)].valid)
    return NULL;
  cj_program_init (program, 7);
  for (guint i = 0; i < b->n_in; i++)
    memcpy (cj_program_get_input (program, i)->data, b->x[i]->data, cj_tensor_bytes (b->x[i]));
  return g_steal_pointer (&program);
}

/* Outputs that are floats, each with a cotangent of its own. */
static CjTensor *
get_output (const Bench *b, const CjProgram *program, guint port, CjTensor **cotangent)
{
  CjTensor *y = cj_program_dup_output (program, get_index (b), port);

  g_assert_nonnull (y);
  *cotangent = cj_tensor_new (CJ_FLOAT32, &y->shape);
  draw (*cotangent, &(Feed){ 0 }, 100 + port);
  return y;
}

/* States as they were come back behind a step, so that the same inputs give the same numbers again. */
static void
step_forward (CjProgram *program)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);

      if (param->state)
        g_ptr_array_add (kept, g_memdup2 (cj_program_get_param_data (program, param),
                                          sizeof (float) * (gsize) param->size));
    }
  cj_program_forward (program, TRUE, cj_program_get_batch (program), 3, 4);
  for (guint i = 0, k = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);

      if (param->state)
        memcpy (cj_program_get_param_data (program, param), kept->pdata[k++],
                sizeof (float) * (gsize) param->size);
    }
}

static double
run_forward (const Bench *b, CjProgram *program, gboolean keep)
{
  double loss = 0;

  if (keep)
    step_forward (program);
  else
    cj_program_forward (program, TRUE, cj_program_get_batch (program), 3, 4);
  for (guint port = 0; port < cj_layer_get_n_out (b->layer); port++)
    {
      g_autoptr (CjTensor) cotangent = NULL;
      g_autoptr (CjTensor) y = get_output (b, program, port, &cotangent);

      for (gint64 i = 0; i < cj_shape_size (&y->shape); i++)
        loss += (double) cj_tensor_f32 (y)[i] * (double) cj_tensor_f32 (cotangent)[i];
    }
  g_assert_true (isfinite (loss));
  return loss;
}

static void
run_backward (const Bench *b, CjProgram *program)
{
  for (guint port = 0; port < cj_layer_get_n_out (b->layer); port++)
    {
      g_autoptr (CjTensor) cotangent = NULL;
      g_autoptr (CjTensor) y = get_output (b, program, port, &cotangent);

      cj_program_seed_gradient (program, get_index (b), port, cotangent->data);
    }
  cj_program_backward (program);
}

/* Along a random direction, the loss' change against the gradient. */
static void
check_direction (const Bench *b, CjProgram *program, const char *what, float *data, gint64 n,
                 const float *gradient)
{
  g_autofree float *start = g_memdup2 (data, sizeof (float) * (gsize) n);
  g_autofree float *v = g_new (float, n);
  double expected = 0, size = 0, above, below, best = INFINITY;
  CjRng rng;

  cj_rng_init (&rng, 5, CJ_RNG_TEST, (guint64) n);
  for (gint64 i = 0; i < n; i++)
    {
      v[i] = cj_rng_normal (&rng) / sqrtf ((float) n);
      expected += (double) v[i] * (double) gradient[i];
      size += fabs ((double) v[i] * (double) gradient[i]);
    }
  /* a kink within the step spoils it, rounding the smaller one */
  for (float h = 4e-3f; h > 5e-5f; h /= 2.5f)
    {
      for (gint64 i = 0; i < n; i++)
        data[i] = start[i] + h * v[i];
      above = run_forward (b, program, TRUE);
      for (gint64 i = 0; i < n; i++)
        data[i] = start[i] - h * v[i];
      below = run_forward (b, program, TRUE);
      best = MIN (best, fabs ((above - below) / (2 * (double) h) - expected));
    }
  memcpy (data, start, sizeof (float) * (gsize) n);
  if (best > 1e-2 * (1 + size))
    g_test_fail_printf ("%s: gradient of %s is off by %g of %g", b->layer->id, what, best, size);
}

static void
check_gradients (const Bench *b, CjProgram *program)
{
  run_forward (b, program, TRUE);
  run_backward (b, program);
  if (g_strv_contains (surrogate, b->layer->id))
    return;
  for (guint i = 0; i < b->n_in; i++)
    {
      g_autoptr (CjTensor) gradient = cj_program_dup_input_gradient (program, i);
      const CjPort *port = cj_layer_get_input (b->layer, i);

      if (gradient != NULL)
        check_direction (b, program, port->name, cj_program_get_input (program, i)->data,
                         cj_shape_size (&gradient->shape), gradient->data);
    }
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      g_autofree float *gradient = NULL;

      if (param->state)
        continue;
      run_forward (b, program, TRUE);
      run_backward (b, program);
      gradient = g_memdup2 (cj_program_get_param_gradient (program, param),
                            sizeof (float) * (gsize) param->size);
      check_direction (b, program, param->name, cj_program_get_param_data (program, param),
                       param->size, gradient);
    }
}

/* Outputs and gradients, as bytes. */
static GByteArray *
get_bits (const Bench *b, guint threads)
{
  g_autoptr (CjProgram) program = bench_compile (b, threads);
  GByteArray *bits = g_byte_array_new ();

  g_assert_nonnull (program);
  run_forward (b, program, FALSE);
  run_backward (b, program);
  for (guint port = 0; port < cj_layer_get_n_out (b->layer); port++)
    {
      g_autoptr (CjTensor) y = cj_program_dup_output (program, get_index (b), port);

      g_byte_array_append (bits, y->data, (guint) cj_tensor_bytes (y));
    }
  for (guint i = 0; i < b->n_in; i++)
    {
      g_autoptr (CjTensor) gradient = cj_program_dup_input_gradient (program, i);

      if (gradient != NULL)
        g_byte_array_append (bits, gradient->data, (guint) cj_tensor_bytes (gradient));
    }
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);

      g_byte_array_append (bits,
                           (const guint8 *) (param->state
                                                 ? cj_program_get_param_data (program, param)
                                                 : cj_program_get_param_gradient (program, param)),
                           (guint) param->size * 4);
    }
  return bits;
}

static void
check_threads (const Bench *b)
{
  g_autoptr (GByteArray) one = get_bits (b, 1);

  for (guint threads = 2; threads <= 4; threads++)
    {
      g_autoptr (GByteArray) more = get_bits (b, threads);

      if (one->len != more->len || memcmp (one->data, more->data, one->len) != 0)
        g_test_fail_printf ("%s: other bits with %u threads", b->layer->id, threads);
    }
}

/* Calls `func` with everything the layer can be fed with. */
static void
for_all_feeds (const CjLayerInfo *layer, void (*func) (Bench *b, gpointer data), gpointer data)
{
  gboolean found = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (special); i++)
    if (g_str_equal (special[i].id, layer->id))
      {
        Bench b;

        bench_init (&b, layer, &special[i].feeds);
        func (&b, data);
        bench_clear (&b);
        found = TRUE;
      }
  for (guint i = 0; i < G_N_ELEMENTS (shapes) && !found; i++)
    {
      const Feeds feeds = { CJ_LAYER_MAX_IN, { { .shape = shapes[i] } } };
      Feeds same = feeds;
      Bench b;

      same.n = 1;
      for (guint port = 1; port < cj_layer_get_n_in (layer) && port < MAX_PORTS; port++)
        if (cj_layer_get_input (layer, port)->kind == CJ_PORT_REQUIRED
            || layer->role == CJ_ROLE_LOSS)
          same.ports[same.n++] = same.ports[0];
      bench_init (&b, layer, &same);
      func (&b, data);
      bench_clear (&b);
    }
}

static void
try_gradients (Bench *b, gpointer data)
{
  g_autoptr (CjProgram) program = bench_compile (b, 2);
  guint *n_built = data;

  if (program == NULL)
    return;
  check_gradients (b, program);
  check_threads (b);
  (*n_built)++;
}

static void
test_gradients (gconstpointer data)
{
  guint n_built = 0;

  for_all_feeds (data, try_gradients, &n_built);
  if (n_built < 2)
    g_test_fail_printf (
        "%s: only %u of the inputs tried suit it; add rows to the table of this test",
        ((const CjLayerInfo *) data)->id, n_built);
}

/* --- parameters --- */

static const char *const formulas[] = {
  "2 * x",
  "a / (1 + exp(-b * x)) - c where a = 2 per channel, b = 0.5 per unit, c = -1",
  "(x - mean(x, all)) / sqrt(mean((x - mean(x, all))^2, all) + 1)",
  "(x^2 + 0.3)^n - 3^x + max(a, x) - min(x, b, 0.2) where n = 1.3, a = 0.1 per channel",
  "softmax(a * x) * log_softmax(x, all) + sum(gelu(x)) + clamp(x, -1, 1)",
};

/* Texts worth trying for a parameter; ends with NULL. You free. */
static char **
get_texts (const CjParam *param)
{
  GPtrArray *texts = g_ptr_array_new ();

  for (guint i = 0; param->choices != NULL && param->choices[i] != NULL; i++)
    g_ptr_array_add (texts, g_strdup (param->choices[i]));
  if (param->kind == CJ_PARAM_BOOL)
    {
      g_ptr_array_add (texts, g_strdup ("false"));
      g_ptr_array_add (texts, g_strdup ("true"));
    }
  if (param->kind == CJ_PARAM_INT || param->kind == CJ_PARAM_PAIR)
    for (int i = -1; i <= 3; i++)
      if (i >= param->min && i <= param->max)
        g_ptr_array_add (texts, g_strdup_printf ("%d", i));
  if (param->kind == CJ_PARAM_PAIR && param->min <= 2 && param->max >= 3)
    g_ptr_array_add (texts, g_strdup ("3x2"));
  if (param->kind == CJ_PARAM_FLOAT)
    {
      const double low
          = MAX (param->soft_max > param->soft_min ? param->soft_min : param->min, param->min);
      const double high = param->soft_max > param->soft_min ? param->soft_max : param->max;
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      for (guint i = 0; i <= 2; i++)
        g_ptr_array_add (texts,
                         g_strdup (g_ascii_dtostr (text, sizeof text, low + (high - low) * i / 2)));
    }
  for (guint i = 0; param->kind == CJ_PARAM_FORMULA && i < G_N_ELEMENTS (formulas); i++)
    g_ptr_array_add (texts, g_strdup (formulas[i]));
  g_ptr_array_add (texts, NULL);
  return (char **) g_ptr_array_free (texts, FALSE);
}

static void
try_param (Bench *b, gpointer data)
{
  const CjParam *param = data;
  g_auto (GStrv) texts = get_texts (param);

  /* withholds a gradient that exists; tests of the op say which */
  if (g_str_equal (b->layer->id, "embedding") && g_str_equal (param->name, "padding"))
    return;
  for (guint i = 0; texts[i] != NULL; i++)
    {
      g_autoptr (CjProgram) program = NULL;
      g_autoptr (GError) error = NULL;

      /* |V| has no slope at 0; the layer takes the one to its right, so that synapses can grow again */
      if (g_str_equal (b->layer->id, "dale-dense") && g_str_equal (texts[i], "zeros"))
        continue;
      cj_graph_set_param (b->graph, b->node, param->name, texts[i], &error);
      g_assert_no_error (error);
      g_test_message ("%s %s=%s", b->layer->id, param->name, texts[i]);
      program = bench_compile (b, 1);
      if (program != NULL)
        check_gradients (b, program);
    }
}

static void
test_params (gconstpointer data)
{
  const CjLayerInfo *layer = data;

  for (const CjParam *param = layer->params; param != NULL && param->name != NULL; param++)
    for_all_feeds (layer, try_param, (gpointer) param);
}

/* Words, and every text reads back to itself, also through a saved graph. */
static void
test_words (gconstpointer data)
{
  const CjLayerInfo *layer = data;
  g_autoptr (CjGraph) graph = cj_graph_new (), again = cj_graph_new ();
  g_autoptr (GError) error = NULL;
  CjNode *node = cj_graph_add (graph, layer, "it", &error);
  g_autoptr (GVariant) saved = NULL, twice = NULL;

  g_assert_no_error (error);
  g_assert_cmpint (layer->abi, ==, CJ_LAYER_ABI);
  g_assert_cmpint (layer->version, >=, 1);
  g_assert_true (g_ascii_islower (layer->id[0]));
  g_assert_cmpint (strlen (layer->title), >, 1);
  g_assert_cmpint (strlen (layer->blurb), >, 20);
  g_assert_false (g_str_has_suffix (layer->blurb, "."));
  g_assert_cmpint (strlen (layer->category), >, 1);
  g_assert_nonnull (layer->formula);
  for (const CjParam *param = layer->params; param != NULL && param->name != NULL; param++)
    {
      g_auto (GStrv) texts = get_texts (param);

      g_assert_cmpint (strlen (param->title), >, 1);
      g_assert_cmpint (strlen (param->blurb), >, 5);
      g_assert_false (g_str_has_suffix (param->blurb, "."));
      g_assert_cmpfloat (param->soft_max, <=, MAX (param->max, 0));
      g_assert_cmpfloat (param->soft_min, >=, MIN (param->min, 0));
      for (guint i = 0; texts[i] != NULL; i++)
        {
          g_autofree char *read = NULL;

          cj_graph_set_param (graph, node, param->name, texts[i], &error);
          g_assert_no_error (error);
          read = cj_params_print (param, node->params);
          if (param->kind == CJ_PARAM_FLOAT)
            g_assert_cmpfloat (g_ascii_strtod (read, NULL), ==, g_ascii_strtod (texts[i], NULL));
          else
            g_assert_cmpstr (read, ==, texts[i]);
        }
    }
  saved = g_variant_ref_sink (cj_graph_save (graph));
  g_assert_true (cj_graph_load (again, saved, &error));
  twice = g_variant_ref_sink (cj_graph_save (again));
  g_assert_true (g_variant_equal (saved, twice));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (const CjLayerInfo *const *layer = cj_layers (); *layer != NULL; layer++)
    {
      g_autofree char *words = g_strdup_printf ("/every/layers/%s/words", (*layer)->id);
      g_autofree char *gradients = g_strdup_printf ("/every/layers/%s/gradients", (*layer)->id);
      g_autofree char *params = g_strdup_printf ("/every/layers/%s/parameters", (*layer)->id);

      g_test_add_data_func (words, *layer, test_words);
      if ((*layer)->role == CJ_ROLE_INPUT)
        continue;
      g_test_add_data_func (gradients, *layer, test_gradients);
      g_test_add_data_func (params, *layer, test_params);
    }
  return g_test_run ();
}
