/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folders of reference explanations: every .npz is a small network with what explainers must find in it.
 * param.seq.K.weight and .bias are the K-th of a list of layers: four dimensions are a convolution, two a
 * dense layer; what is between two of them is a rectifier (or tanh, whichever gives the logits), and a
 * maximum of 2 × 2 or a flattening where there is room for it. param.layerK.wq, wk, wv and wo are the K-th
 * of a list of attentions, each added to what went in. N rows, D features. */
#include "cjl-verify-private.h"

#include "cj-attention-flow.h"
#include "cj-attention-map.h"
#include "cj-error.h"
#include "cj-explainer.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_PLACES 64
#define TIGHT 1e-5 /* of the largest number of the array, in single precision */
#define WIDE 1e-4  /* of differences of logits */

typedef struct
{
  const GPtrArray *arrays;
  const char *file; /* without ending */
  guint n_threads;
  CjExplained *network;
  gint64 n, d;
  float *x;        /* N × D */
  gint64 *targets; /* N */
  CjlVerifyFunc func;
  gpointer data;
  CjlVerifyCount *count;
} Case;

/* --- reading --- */

/* The numbers of an array as floats; NULL where it is not there or of another size. You free. */
static float *
dup_floats (const GPtrArray *arrays, const char *name, gint64 size)
{
  const CjdNpyArray *array = cjd_npz_find (arrays, name);
  float *values;

  if (array == NULL || array->size != size)
    return NULL;
  values = g_new (float, (gsize) MAX (size, 1));
  for (gint64 i = 0; i < size; i++)
    values[i] = (float) cjd_npy_array_get (array, i);
  return values;
}

static const CjdNpyArray *
find_param (const GPtrArray *arrays, int place, const char *what)
{
  g_autofree char *name = g_strdup_printf ("param.seq.%d.%s", place, what);

  return cjd_npz_find (arrays, name);
}

static int
find_next (const GPtrArray *arrays, int place)
{
  for (int k = place + 1; k < MAX_PLACES; k++)
    if (find_param (arrays, k, "weight") != NULL)
      return k;
  return -1;
}

/* Whether the list has any layers, and all of them are convolutions or dense layers with weights. */
static gboolean
can_chain (const GPtrArray *arrays)
{
  const int first = find_next (arrays, -1);

  for (int k = first; k >= 0; k = find_next (arrays, k))
    {
      const CjdNpyArray *weight = find_param (arrays, k, "weight");

      if (weight->size == 0 || (weight->shape.n_dims != 2 && weight->shape.n_dims != 4))
        return FALSE;
    }
  return first >= 0;
}

/* The list of layers as the text of a chain. */
static char *
print_chain (const GPtrArray *arrays, const char *function)
{
  GString *chain = g_string_new ("input");

  for (int k = find_next (arrays, -1); k >= 0; k = find_next (arrays, k))
    {
      const CjdNpyArray *weight = find_param (arrays, k, "weight");
      const int next = find_next (arrays, k);
      const gboolean conv = weight->shape.n_dims == 4;

      if (conv)
        g_string_append_printf (chain, ", conv-2d filters=%lld kernel=%lldx%lld padding=0",
                                (long long) weight->shape.dims[0],
                                (long long) weight->shape.dims[2],
                                (long long) weight->shape.dims[3]);
      else
        g_string_append_printf (chain, ", dense units=%lld", (long long) weight->shape.dims[0]);
      if (next < 0)
        break;
      g_string_append_printf (chain, ", %s", function);
      if (conv && find_param (arrays, next, "weight")->shape.n_dims == 2)
        g_string_append (chain, ", flatten");
      else if (next - k > 2)
        g_string_append (chain, ", max-pool-2d");
    }
  g_string_append (chain, ", cross-entropy");
  return g_string_free (chain, FALSE);
}

/* Weights into the nodes that have any, in the order of the list. */
static gboolean
load_params (const Case *c, GError **error)
{
  CjProgram *program = cj_explained_get_program (c->network);
  int place = -1;

  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      const gboolean is_weight = g_str_has_suffix (param->name, ".weight");
      g_autofree char *name = NULL;
      g_autofree float *values = NULL;

      if (is_weight)
        place = find_next (c->arrays, place);
      name = g_strdup_printf ("param.seq.%d.%s", place, is_weight ? "weight" : "bias");
      values = dup_floats (c->arrays, name, param->size);
      if (values == NULL)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("%s is missing or of another size"),
                       name);
          return FALSE;
        }
      memcpy (cj_program_get_param_data (program, param), values,
              sizeof (float) * (gsize) param->size);
    }
  return TRUE;
}

static gboolean
open_network (Case *c, const char *function, GError **error)
{
  const CjdNpyArray *x = cjd_npz_find (c->arrays, "x"),
                    *logits = cjd_npz_find (c->arrays, "logits");
  g_autofree char *text = print_chain (c->arrays, function);
  g_autoptr (CjGraph) graph = cj_graph_new ();
  CjDataSpec spec = { .batch = 1, .x_dtype = CJ_FLOAT32, .y_dtype = CJ_INT32, .has_y = TRUE };

  spec.x_shape.n_dims = x->shape.n_dims - 1;
  memcpy (spec.x_shape.dims, x->shape.dims + 1, sizeof (gint64) * spec.x_shape.n_dims);
  spec.n_classes = (guint) (logits->size / MAX (c->n, 1));
  if (cj_graph_add_chain (graph, NULL, text, error) == NULL)
    return FALSE;
  g_clear_pointer (&c->network, cj_explained_free);
  c->network = cj_explained_new (graph, &spec, c->n_threads, error);
  if (c->network != NULL && cj_explained_get_n_scores (c->network) != spec.n_classes)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("%s is missing or of another size"),
                   "logits");
      return FALSE;
    }
  return c->network != NULL && load_params (c, error);
}

/* --- comparing --- */

static void
report (Case *c, const char *array, const float *values, gint64 size, double tolerance)
{
  const CjdNpyArray *r = cjd_npz_find (c->arrays, array);
  g_autofree char *name = g_strconcat (c->file, "/", array, NULL);
  CjlVerifyRow row = { .name = name, .array = g_strdup (array), .pass = TRUE };
  double largest = 0;

  if (r->size != size)
    cjl_verify_fail (&row, g_strdup_printf (_ ("%s has %lld numbers, the engine makes %lld"), array,
                                            (long long) r->size, (long long) size));
  for (gint64 i = 0; i < r->size; i++)
    largest = MAX (largest, fabs (cjd_npy_array_get (r, i)));
  row.limit = tolerance * largest;
  for (gint64 i = 0; i < size && i < r->size; i++)
    {
      const double difference = fabs ((double) values[i] - cjd_npy_array_get (r, i));

      row.error = isfinite (difference) ? MAX (row.error, difference) : INFINITY;
    }
  if (!isfinite (row.error) || !(row.error <= row.limit)) /* neither may be no number */
    cjl_verify_fail (&row, g_strdup_printf (_ ("%s is off"), array));
  c->func (&row, c->data);
  c->count->n_passed += row.pass;
  c->count->n_failed += !row.pass;
  g_free (row.array);
  g_free (row.note);
}

static void
fail (Case *c, const char *array, const char *note)
{
  g_autofree char *name = g_strconcat (c->file, "/", array, NULL);
  CjlVerifyRow row = { .name = name, .note = g_strdup (note) };

  c->func (&row, c->data);
  c->count->n_failed++;
  g_free (row.note);
}

/* --- explaining --- */

/* What stands in an array: an explainer with its settings. */
typedef struct
{
  const char *array, *explainer, *settings; /* "name=value name=value" */
  double tolerance;
  gboolean own; /* against the array “baseline” */
  gboolean coarse;
} Method;

static const Method methods[] = {
  { "gradient", "gradient", "", TIGHT, FALSE, FALSE },
  { "saliency", "gradient", "absolute=true", TIGHT, FALSE, FALSE },
  { "input_x_gradient", "gradient-x-input", "", TIGHT, FALSE, FALSE },
  { "ig", "integrated-gradients", "steps=50 rule=midpoint baseline=mean", TIGHT, FALSE, FALSE },
  { "ig_base", "integrated-gradients", "steps=50 rule=midpoint baseline=own", TIGHT, TRUE, FALSE },
  { "guided", "guided-backprop", "", TIGHT, FALSE, FALSE },
  { "deconv", "deconvnet", "", TIGHT, FALSE, FALSE },
  { "gradcam_raw", "grad-cam", "signed=true", TIGHT, FALSE, TRUE },
  { "gradcam", "grad-cam", "", TIGHT, FALSE, TRUE },
  { "occlusion", "occlusion", "window=3 stride=1 baseline=mean", WIDE, FALSE, FALSE },
  { "ablation", "occlusion", "window=1 stride=1 baseline=mean", WIDE, FALSE, FALSE },
  { "shapley", "kernel-shap", "segments=512 baseline=mean", TIGHT, FALSE, FALSE },
  { "deeplift", "deep-lift", "baseline=mean", TIGHT, FALSE, FALSE },
  { "lrp_eps", "lrp", "rule=epsilon epsilon=1e-9", TIGHT, FALSE, FALSE },
  { "lrp_zplus", "lrp", "rule=alpha-beta alpha=1", TIGHT, FALSE, FALSE },
};

static gboolean
apply_settings (const CjExplainerInfo *info, const char *settings, gpointer params, GError **error)
{
  g_auto (GStrv) pairs = g_strsplit (settings, " ", -1);

  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);

      if (*pairs[i] != '\0' && !cj_params_parse (info->params, params, pair[0], pair[1], error))
        return FALSE;
    }
  return TRUE;
}

static void
run_method (Case *c, const Method *method)
{
  const CjExplainerInfo *info = cj_explainer_find (method->explainer);
  g_autofree gpointer params = cj_explainer_new_params (info);
  g_autofree float *baseline = method->own ? dup_floats (c->arrays, "baseline", c->d) : NULL;
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GError) error = NULL;

  if (!apply_settings (info, method->settings, params, &error))
    {
      fail (c, method->array, error->message);
      return;
    }
  for (gint64 i = 0; i < c->n; i++)
    {
      const CjExplainCall call = { .network = c->network,
                                   .x = c->x + i * c->d,
                                   .target = { CJ_NO_VALUE, c->targets[i] },
                                   .layer = CJ_NO_VALUE,
                                   .baseline = baseline,
                                   .params = params };
      g_auto (CjExplanation) explanation = { 0 };
      const CjTensor *map;

      if (!cj_explainer_run (info, &call, &explanation, &error))
        {
          fail (c, method->array, error->message);
          return;
        }
      map = method->coarse ? explanation.coarse : explanation.map;
      g_array_append_vals (values, map->data, (guint) cj_shape_size (&map->shape));
    }
  report (c, method->array, (const float *) values->data, values->len, method->tolerance);
}

/* Gradients at the places that the reference's noise leads to. */
static void
run_smoothgrad (Case *c)
{
  const CjdNpyArray *noise = cjd_npz_find (c->arrays, "noise");
  const gint64 size = c->n * c->d, copies = noise != NULL ? noise->size / MAX (size, 1) : 0;
  g_autofree float *values = g_new0 (float, (gsize) size), *row = g_new (float, (gsize) c->d);
  g_autofree float *slope = g_new (float, (gsize) c->d);

  for (gint64 k = 0; k < copies; k++)
    for (gint64 i = 0; i < c->n; i++)
      {
        const CjExplainTarget target = { CJ_NO_VALUE, c->targets[i] };

        for (gint64 j = 0; j < c->d; j++)
          row[j] = c->x[i * c->d + j] + (float) cjd_npy_array_get (noise, k * size + i * c->d + j);
        cj_explained_slope (c->network, row, 1, &target, NULL, slope, NULL);
        for (gint64 j = 0; j < c->d; j++)
          values[i * c->d + j] += slope[j] / (float) copies;
      }
  report (c, "smoothgrad", values, size, TIGHT);
}

/* --- a file --- */

static gboolean
read_rows (Case *c)
{
  const CjdNpyArray *x = cjd_npz_find (c->arrays, "x"),
                    *target = cjd_npz_find (c->arrays, "target");
  const CjdNpyArray *logits = cjd_npz_find (c->arrays, "logits");
  gint64 k;

  if (x == NULL || target == NULL || logits == NULL || x->shape.n_dims < 2
      || x->shape.n_dims > CJ_MAX_DIMS || x->size == 0 || target->size != x->shape.dims[0]
      || logits->size % target->size != 0 || !can_chain (c->arrays))
    return FALSE;
  c->n = x->shape.dims[0];
  c->d = x->size / c->n;
  k = logits->size / c->n;
  c->x = dup_floats (c->arrays, "x", x->size);
  c->targets = g_new (gint64, (gsize) c->n);
  for (gint64 i = 0; i < c->n; i++)
    {
      const double one = cjd_npy_array_get (target, i);

      if (!(one >= 0 && one < (double) k))
        return FALSE;
      c->targets[i] = (gint64) one;
    }
  return TRUE;
}

/* How far the network's scores are from the logits. */
static double
find_distance (const Case *c)
{
  const CjdNpyArray *logits = cjd_npz_find (c->arrays, "logits");
  g_autofree float *scores = g_new (float, (gsize) logits->size);
  double error = 0;

  cj_explained_score (c->network, c->x, c->n, scores);
  for (gint64 i = 0; i < logits->size; i++)
    error = MAX (error, fabs (scores[i] - cjd_npy_array_get (logits, i)));
  return error;
}

static void
run_list (Case *c)
{
  static const char *const functions[] = { "relu", "tanh" };
  const CjdNpyArray *logits;
  g_autofree float *scores = NULL;
  g_autoptr (GError) error = NULL;

  if (!read_rows (c))
    {
      fail (c, "x", _ ("x, target and logits do not fit one another"));
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      if (!open_network (c, functions[i], &error))
        {
          fail (c, "param", error->message);
          return;
        }
      if (find_distance (c) < 1e-3)
        break;
    }
  logits = cjd_npz_find (c->arrays, "logits");
  scores = g_new (float, (gsize) logits->size);
  cj_explained_score (c->network, c->x, c->n, scores);
  report (c, "logits", scores, logits->size, TIGHT);
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (cjd_npz_find (c->arrays, methods[i].array) != NULL)
      run_method (c, &methods[i]);
  if (cjd_npz_find (c->arrays, "smoothgrad") != NULL)
    run_smoothgrad (c);
}

/* --- attention --- */

/* The matrix of a part of layer `l`, or NULL. */
static const CjdNpyArray *
find_matrix (const Case *c, guint l, const char *part)
{
  g_autofree char *name = g_strdup_printf ("param.layer%u.%s", l, part);

  return cjd_npz_find (c->arrays, name);
}

static void
copy_matrix (const CjdNpyArray *from, float *to)
{
  for (gint64 i = 0; i < from->size; i++)
    to[i] = (float) cjd_npy_array_get (from, i);
}

/* Attentions in a row, with the number of heads that the maps tell. NULL: it cannot be built. */
static CjProgram *
compile_attentions (const Case *c, guint n_layers, GError **error)
{
  const CjdNpyArray *x = cjd_npz_find (c->arrays, "x");
  const CjdNpyArray *map = cjd_npz_find (c->arrays, "attention0");
  const CjDataSpec spec
      = { .batch = x->shape.dims[0], .x_shape = cj_shape2 (x->shape.dims[1], x->shape.dims[2]) };
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autofree char *text = g_strdup_printf ("multi-head-attention heads=%lld bias=false",
                                           (long long) map->shape.dims[1]);
  CjNode *from = cj_graph_add_chain (graph, NULL, "input", error);
  g_autoptr (CjProgram) program = NULL;

  for (guint l = 0; l < n_layers && from != NULL; l++)
    {
      CjNode *layer = cj_graph_add_chain (graph, from, text, error);
      CjNode *sum = layer != NULL ? cj_graph_add_chain (graph, layer, "add", error) : NULL;

      if (sum == NULL || !cj_graph_connect (graph, from, 0, sum, 1, error))
        return NULL;
      from = sum;
    }
  program
      = from != NULL ? cj_program_new (graph, CJ_PURPOSE_PROBE, &spec, c->n_threads, error) : NULL;
  for (guint l = 0; l < n_layers && program != NULL; l++)
    {
      const CjProgramParam *in = cj_program_get_param (program, 2 * l);
      const CjProgramParam *out = cj_program_get_param (program, 2 * l + 1);
      const gint64 part = in->size / 3;
      static const char *const parts[] = { "wq", "wk", "wv" };

      for (guint k = 0; k < 3; k++)
        copy_matrix (find_matrix (c, l, parts[k]),
                     cj_program_get_param_data (program, in) + k * part);
      copy_matrix (find_matrix (c, l, "wo"), cj_program_get_param_data (program, out));
    }
  return g_steal_pointer (&program);
}

/* The number of layers whose matrices and maps fit the rows; 0: none, or they do not. */
static guint
count_attentions (const Case *c)
{
  static const char *const parts[] = { "wq", "wk", "wv", "wo" };
  const CjdNpyArray *x = cjd_npz_find (c->arrays, "x");
  guint n = 0;

  if (x == NULL || x->shape.n_dims != 3 || x->size == 0)
    return 0;
  for (; n < MAX_PLACES; n++)
    {
      g_autofree char *name = g_strdup_printf ("attention%u", n);
      const CjdNpyArray *map = cjd_npz_find (c->arrays, name);
      gboolean fits = map != NULL && map->shape.n_dims == 4
                      && map->shape.dims[0] == x->shape.dims[0] && map->shape.dims[1] > 0
                      && map->shape.dims[2] == x->shape.dims[1]
                      && map->shape.dims[3] == x->shape.dims[1];

      for (guint k = 0; k < G_N_ELEMENTS (parts) && fits; k++)
        {
          const CjdNpyArray *matrix = find_matrix (c, n, parts[k]);

          fits = matrix != NULL && matrix->size == x->shape.dims[2] * x->shape.dims[2];
        }
      if (!fits)
        break;
    }
  return n;
}

static void
run_attentions (Case *c)
{
  const guint n_layers = count_attentions (c);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjProgram) program = n_layers > 0 ? compile_attentions (c, n_layers, &error) : NULL;
  g_autoptr (GPtrArray) layers = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_tensor_unref);
  g_autoptr (GArray) all = NULL;
  g_autoptr (CjTensor) rollout = NULL;

  if (program == NULL)
    {
      fail (c, "rollout",
            error != NULL ? error->message : _ ("x, matrices and maps do not fit one another"));
      return;
    }
  copy_matrix (cjd_npz_find (c->arrays, "x"), cj_tensor_f32 (cj_program_get_x (program)));
  cj_program_forward (program, FALSE, cj_program_get_batch (program), 0, 0);
  all = cj_attention_find (program);
  for (guint l = 0; l < all->len; l++)
    {
      g_autofree char *name = g_strdup_printf ("attention%u", l);
      CjTensor *map = cj_attention_dup_weights (program, &g_array_index (all, CjAttention, l));

      g_ptr_array_add (layers, map);
      report (c, name, cj_tensor_f32 (map), cj_shape_size (&map->shape), TIGHT);
    }
  if (cjd_npz_find (c->arrays, "out") != NULL)
    {
      CjShape shape;
      const float *out = cj_program_get_prediction (program, &shape);

      report (c, "out", out, cj_shape_size (&shape), TIGHT);
    }
  rollout = cj_attention_rollout ((CjTensor *const *) layers->pdata, layers->len);
  report (c, "rollout", cj_tensor_f32 (rollout), cj_shape_size (&rollout->shape), TIGHT);
}

gboolean
cjl_verify_is_attributions (const GPtrArray *arrays)
{
  return cjd_npz_find (arrays, "gradient") != NULL || cjd_npz_find (arrays, "rollout") != NULL;
}

void
cjl_verify_run_attributions (const GPtrArray *arrays, const char *file, guint n_threads,
                             CjlVerifyFunc func, gpointer data, CjlVerifyCount *count)
{
  Case c = { .arrays = arrays,
             .file = file,
             .n_threads = n_threads,
             .func = func,
             .data = data,
             .count = count };

  if (cjd_npz_find (arrays, "rollout") != NULL)
    run_attentions (&c);
  else
    run_list (&c);
  g_clear_pointer (&c.network, cj_explained_free);
  g_free (c.x);
  g_free (c.targets);
}
