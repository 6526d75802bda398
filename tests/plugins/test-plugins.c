/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plugins that are shipped: before they are loaded their layer is kept as it is, then it computes,
 * has the right gradients and learns, and the figure draws what a matrix with known values has. */
#include "../engine/network.h"

#include "cjl-plugins.h"
#include "cjv-figure.h"

#include <cairo.h>
#include <math.h>
#include <string.h>

static const char saved[]
    = "[<{'extra': <'kept'>, 'from': <{'0': <'input1:0'>}>, 'frozen': <false>, 'id': <'naka1'>, "
      "'layer': <'cajal:naka-rushton'>, 'muted': <false>, 'params': <{'exponent': <'2.5'>, 'pool': "
      "<'channels'>}>, 'rate': <1.0>, 'version': <int64 1>, 'x': <216.0>, 'y': <0.0>}>, "
      "<{'id': <'input1'>, 'layer': <'input'>}>]";

static GVariant *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  GVariant *data = g_variant_parse (G_VARIANT_TYPE ("av"), text, NULL, NULL, &error);

  g_assert_no_error (error);
  return data;
}

static char *
print_node (const CjGraph *graph, const char *id)
{
  g_autoptr (GVariant) data = g_variant_ref_sink (cj_graph_save (graph));

  for (gsize i = 0; i < g_variant_n_children (data); i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (data, i);
      g_autoptr (GVariant) node = g_variant_get_variant (boxed);
      const char *name = NULL;

      if (g_variant_lookup (node, "id", "&s", &name) && g_str_equal (name, id))
        {
          GVariantDict dict;
          g_autoptr (GVariant) sorted = NULL;
          GString *text = g_string_new (NULL);
          static const char *const keys[] = { "extra",  "from", "frozen",  "id", "layer", "muted",
                                              "params", "rate", "version", "x",  "y" };

          g_variant_dict_init (&dict, node);
          for (guint k = 0; k < G_N_ELEMENTS (keys); k++)
            {
              g_autoptr (GVariant) value = g_variant_dict_lookup_value (&dict, keys[k], NULL);
              g_autofree char *words
                  = value != NULL ? g_variant_print (value, TRUE) : g_strdup ("none");

              g_string_append_printf (text, "%s: %s\n", keys[k], words);
            }
          g_variant_dict_clear (&dict);
          return g_string_free (text, FALSE);
        }
    }
  return NULL;
}

/* Nothing of it is lost, and it is said what is missing; it can be moved, renamed and cut off. */
static void
test_missing (void)
{
  g_autoptr (GVariant) data = parse (saved);
  g_autoptr (CjGraph) graph = cj_graph_new (), again = cj_graph_new ();
  g_autofree char *before = NULL, *after = NULL;
  g_autoptr (GVariant) second = NULL;
  g_autoptr (GError) error = NULL;
  const CjDataSpec spec = { .batch = 2, .x_shape = cj_shape1 (3) };
  g_autoptr (CjLowered) lowered = NULL;
  g_autoptr (CjPatch) patch = NULL;

  g_assert_null (cj_layer_find ("cajal:naka-rushton"));
  g_assert_true (cj_graph_load (graph, data, &error));
  g_assert_no_error (error);
  before = print_node (graph, "naka1");
  g_assert_cmpstr (before, ==,
                   "extra: 'kept'\nfrom: {'0': <'input1:0'>}\nfrozen: false\nid: 'naka1'\n"
                   "layer: 'cajal:naka-rushton'\nmuted: false\n"
                   "params: {'exponent': <'2.5'>, 'pool': <'channels'>}\nrate: 1.0\n"
                   "version: int64 1\nx: 216.0\ny: 0.0\n");
  lowered = cj_lower (graph, &spec);
  g_assert_cmpstr (cj_lowered_get_error (lowered)->sentence, ==,
                   "“naka1” is a layer “cajal:naka-rushton”, which is not installed. Install its "
                   "plugin, or delete the card.");
  cj_graph_begin (graph);
  cj_graph_remove (graph, cj_graph_find (graph, "input1"));
  g_assert_true (cj_graph_rename (graph, cj_graph_find (graph, "naka1"), "other", &error));
  patch = cj_graph_commit (graph);
  second = g_variant_ref_sink (cj_graph_save (graph));
  g_assert_true (cj_graph_load (again, second, &error)); /* no wire from a node that is gone */
  g_assert_no_error (error);
  g_assert_nonnull (cj_graph_find (again, "other"));
  g_assert_true (cj_graph_apply (graph, patch, TRUE, &error));
  after = print_node (graph, "naka1");
  g_assert_cmpstr (before, ==, after);
}

static void
test_load (void)
{
  const GPtrArray *plugins = cjl_plugins_load ();
  g_autoptr (GVariant) data = parse (saved);
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  const CjNode *node;

  g_assert_cmpuint (plugins->len, ==, 2);
  for (guint i = 0; i < plugins->len; i++)
    {
      const CjlPlugin *plugin = plugins->pdata[i];

      g_assert_cmpstr (plugin->sentence, ==, NULL);
      g_assert_cmpint (plugin->state, ==, CJL_PLUGIN_LOADED);
      g_assert_cmpstr (plugin->name, ==, plugin->plugin->name);
    }
  g_assert_true (cjl_plugins_load () == plugins);
  /* the layer that was missing is there with its values */
  g_assert_true (cj_graph_load (graph, data, &error));
  g_assert_no_error (error);
  node = cj_graph_find (graph, "naka1");
  g_assert_null (node->kept);
  text = cj_params_print (cj_params_find (node->layer->params, "exponent"), node->params);
  g_assert_cmpstr (text, ==, "2.5");
  g_assert_true (node->from[0].node == cj_graph_find (graph, "input1"));
}

/* Half of the most at half-saturation; nothing for what is below 0. */
static void
test_values (void)
{
  g_autoptr (CjGraph) graph = network_new_graph ("naka-rushton half=2 exponent=3 most=5");
  const CjInputSpec input = { "input1", cj_shape2 (1, 4), CJ_FLOAT32, TRUE };
  const CjDataSpec spec = { .batch = 1, .inputs = &input, .n_inputs = 1 };
  static const float x[] = { -1, 2, 4, 1000 };
  static const double y[] = { 0, 2.5, 5.0 * 64 / (64 + 8), 5 };
  g_autoptr (GError) error = NULL;
  g_autoptr (CjProgram) program = cj_program_new (graph, CJ_PURPOSE_EXPLAIN, &spec, 1, &error);
  g_autoptr (CjTensor) out = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (cj_graph_find (graph, "naka1"));
  cj_program_init (program, 1);
  memcpy (cj_tensor_f32 (cj_program_get_input (program, 0)), x, sizeof x);
  cj_program_forward (program, TRUE, 1, 0, 0);
  out = cj_program_dup_output (program, 1, 0);
  for (guint i = 0; i < 4; i++)
    g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (out)[i], y[i], 1e-4);
}

static void
test_gradients (void)
{
  static const char *const chains[] = {
    "dense 6, naka-rushton, dense 4, cross-entropy",
    "dense 6, naka-rushton pool=channels exponent=1.5, dense 4, cross-entropy",
    "dense 6, naka-rushton per-channel=false most=-2, dense 4, cross-entropy",
  };
  static const char *const pictures[] = {
    "conv-2d 5, naka-rushton pool=channels half=0.5, flatten, dense 4, cross-entropy",
    "conv-2d 5, naka-rushton, flatten, dense 4, cross-entropy",
  };

  for (guint i = 0; i < G_N_ELEMENTS (chains) + G_N_ELEMENTS (pictures); i++)
    {
      const gboolean flat = i < G_N_ELEMENTS (chains);
      const char *chain = flat ? chains[i] : pictures[i - G_N_ELEMENTS (chains)];
      g_autoptr (CjProgram) program = network_compile (
          chain, CJ_PURPOSE_TRAIN, flat ? cj_shape1 (5) : cj_shape3 (1, 7, 7), 6, 4, 2);

      cj_program_init (program, 3);
      network_fill (program, 4);
      network_check_gradients (program, chain, 4e-3);
    }
}

static void
test_training (void)
{
  g_autoptr (CjCheckpoint) first = NULL;

  for (guint threads = 1; threads <= 3; threads++)
    {
      g_autoptr (CjGraph) graph = network_new_graph (
          "flatten, dense 12, naka-rushton pool=channels, dense 4, cross-entropy");
      g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
      CjFeed *feed = network_get_prototypes ();
      g_autoptr (GError) error = NULL;
      g_autoptr (CjRunner) runner = NULL;
      g_autoptr (CjCheckpoint) end = NULL;
      CjRunEpoch epochs[6];

      setup->epochs = 6;
      setup->batch = 10;
      g_assert_true (cj_train_setup_set (setup, "learning-rate", "0.01", NULL));
      runner = cj_runner_new (graph, setup, threads, feed, feed, &error);
      g_assert_no_error (error);
      cj_runner_train (runner, G_MAXUINT64);
      cj_runner_wait (runner);
      end = cj_runner_save (runner);
      g_assert_cmpuint (cj_runner_read_epochs (runner, 0, epochs, 6), ==, 6);
      g_assert_cmpfloat (epochs[5].val.accuracy, >, 0.95);
      if (first == NULL)
        first = g_steal_pointer (&end);
      else
        network_assert_same (first, end);
    }
}

/* --- the figure --- */

/* A matrix with the singular values 3, 2, 1, seen from bases turned at random. */
static CjvFrame *
new_frame (gint64 rows, gint64 columns)
{
  const CjShape shape = cj_shape2 (rows, columns),
                square[] = { cj_shape2 (rows, rows), cj_shape2 (columns, columns) };
  g_autofree float *left = g_new (float, rows *rows), *right = g_new (float, columns *columns);
  const CjInit turn = { .kind = CJ_INIT_ORTHOGONAL };
  CjTensor *weights = cj_tensor_new (CJ_FLOAT32, &shape);
  CjvFrame *frame = cjv_frame_new ();
  CjRng rng;

  cj_rng_init (&rng, 5, CJ_RNG_TEST, 1);
  cj_init_fill (&turn, &square[0], &rng, left);
  cj_init_fill (&turn, &square[1], &rng, right);
  for (gint64 i = 0; i < rows; i++)
    for (gint64 j = 0; j < columns; j++)
      for (gint64 k = 0; k < 3; k++)
        cj_tensor_f32 (weights)[i * columns + j]
            += left[i * rows + k] * (float) (3 - k) * right[k * columns + j];
  cjv_frame_take_array (frame, "weights", weights);
  return cjv_frame_seal (frame);
}

static void
test_spectrum (void)
{
  const CjvFigureInfo *info = cjv_figure_find ("cajal:weight-spectrum");
  static const gint64 sides[][2] = { { 5, 9 }, { 9, 5 }, { 3, 40 }, { 40, 3 }, { 30, 30 } };
  CjvStyle style;

  g_assert_nonnull (info);
  cjv_style_init (&style, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      g_autoptr (CjvFrame) frame = new_frame (sides[i][0], sides[i][1]);
      g_autofree char *csv = cjv_figure_print_csv (info, frame, NULL);
      g_autofree char *words = cjv_figure_print_words (info, frame, NULL);
      g_auto (GStrv) lines = g_strsplit (csv, "\r\n", -1);
      const gint64 n = MIN (sides[i][0], sides[i][1]);
      cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 500, 300);
      cairo_t *cr = cairo_create (surface);
      CjvHit hit;

      g_assert_cmpuint (g_strv_length (lines), ==, n + 2);
      for (gint64 k = 0; k < n; k++)
        g_assert_cmpfloat_with_epsilon (g_ascii_strtod (strchr (lines[k + 1], ',') + 1, NULL),
                                        MAX (3.0 - (double) k, 0), 2e-3);
      g_assert_nonnull (strstr (words, "from 3"));
      cjv_figure_draw (info, frame, NULL, &style, cr, 500, 300);
      g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
      g_assert_true (cjv_figure_hit (info, frame, NULL, &style, 500, 300, 250, 150, &hit));
      g_assert_true (g_str_has_prefix (hit.text, "Singular value "));
      cjv_hit_clear (&hit);
      cairo_destroy (cr);
      cairo_surface_destroy (surface);
    }
}

/* Too large, not finite, one number a unit: a sentence instead of a picture, and no crash. */
static void
test_spectrum_refuses (void)
{
  const CjvFigureInfo *info = cjv_figure_find ("cajal:weight-spectrum");
  const CjShape large = cj_shape2 (513, 513), flat = cj_shape1 (7), one = cj_shape2 (2, 2);
  CjvFrame *frames[3] = { cjv_frame_new (), cjv_frame_new (), cjv_frame_new () };
  CjTensor *bad = cj_tensor_new (CJ_FLOAT32, &one);
  static const char *const sentences[]
      = { "*more than 512*", "*Choose a layer*", "*Choose a layer*" };

  cj_tensor_f32 (bad)[1] = NAN;
  cjv_frame_take_array (frames[0], "weights", cj_tensor_new (CJ_FLOAT32, &large));
  cjv_frame_take_array (frames[1], "weights", cj_tensor_new (CJ_FLOAT32, &flat));
  cjv_frame_take_array (frames[2], "weights", bad);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *words = cjv_figure_print_words (info, cjv_frame_seal (frames[i]), NULL);

      g_assert_true (g_pattern_match_simple (sentences[i], words));
      cjv_frame_free (frames[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugins/1-missing", test_missing); /* before they are loaded */
  g_test_add_func ("/plugins/2-load", test_load);
  g_test_add_func ("/plugins/naka-rushton/values", test_values);
  g_test_add_func ("/plugins/naka-rushton/gradients", test_gradients);
  g_test_add_func ("/plugins/naka-rushton/training", test_training);
  g_test_add_func ("/plugins/weight-spectrum/values", test_spectrum);
  g_test_add_func ("/plugins/weight-spectrum/refuses", test_spectrum_refuses);
  return g_test_run ();
}
