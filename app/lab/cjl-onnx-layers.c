/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which layers of the catalogue stand for which operators, alone or several in a row. A rule looks at a node and
 * those behind it, and either makes a layer or leaves the node alone. */
#include "cjl-onnx-rules.h"
#include "cjl-onnx-views.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* --- products --- */

static gboolean
add_dense (CjlOnnxImport *import, const CjdOnnxNode *node, const CjdOnnxNode *last,
           const CjArray *weight, gboolean turned, const CjArray *bias, gboolean *handled,
           GError **error)
{
  const gint64 units = weight->dims.d[turned ? 0 : 1];
  const CjShape shape = cj_shape1 (units);
  CjNode *made;

  if (units > 65536)
    return TRUE;
  made = cjl_onnx_put (import, "dense", node, cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, "units", "%lld", (long long) units)
      || !cjl_onnx_set (import, made, error, "bias", "%s", bias != NULL ? "true" : "false"))
    return FALSE;
  if (turned)
    cjl_onnx_weight (import, made, "weight", weight, NULL);
  else
    cjl_onnx_weight_turned (import, made, "weight", weight);
  if (bias != NULL)
    cjl_onnx_weight (import, made, "bias", bias, &shape);
  cjl_onnx_take (import, node);
  return cjl_onnx_finish (import, last, made, handled);
}

static gboolean
rule_gemm (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const CjArray *weight = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  const gboolean turned = cjl_onnx_get_int (node, "transB", 0) != 0;
  CjArray *bias;

  if (weight == NULL || weight->dims.n != 2 || cjl_onnx_get_int (node, "transA", 0) != 0
      || cjl_onnx_get_float (node, "alpha", 1) != 1 || cjl_onnx_get_float (node, "beta", 1) != 1
      || !cjl_onnx_flows (import, node, 0)
      || !cjl_onnx_read_bias (import, node, weight->dims.d[turned ? 0 : 1], &bias))
    return TRUE;
  return add_dense (import, node, node, weight, turned, bias, handled, error);
}

/* With the Add behind it, if that adds one number a unit. */
static gboolean
rule_matmul (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const CjArray *weight = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  const CjdOnnxNode *add = cjl_onnx_next_op (import, node, "Add");
  const guint rank = cjl_onnx_rank_of (import, cjl_onnx_input (node, 0));
  CjArray *bias = NULL;

  if (!cjl_onnx_flows (import, node, 0))
    return TRUE;
  if (weight == NULL && cjl_onnx_flows (import, node, 1) && rank >= 3 && rank <= 4
      && rank == cjl_onnx_rank_of (import, cjl_onnx_input (node, 1)))
    return TRUE;
  if (weight == NULL || weight->dims.n != 2 || rank < 2 || rank > 3)
    return TRUE;
  if (add != NULL)
    bias = cjl_onnx_constant (import, cjl_onnx_other_input (add, cjl_onnx_output (node, 0)));
  if (bias != NULL
      && (bias->size != weight->dims.d[1] || bias->dims.n > rank
          || bias->dims.d[bias->dims.n - 1] != bias->size))
    bias = NULL;
  return add_dense (import, node, bias != NULL ? add : node, weight, FALSE, bias, handled, error);
}

/* --- functions of one number --- */

static gboolean
rule_function (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  static const char *const layers[][2] = {
    { "Relu", "relu" },         { "Sigmoid", "sigmoid" },     { "Tanh", "tanh" },
    { "Softsign", "softsign" }, { "HardSwish", "hardswish" }, { "Mish", "mish" },
    { "Gelu", "gelu" },
  };
  const CjdOnnxNode *mul;
  const char *layer = NULL, *x = cjl_onnx_input (node, 0);
  CjNode *made;

  for (guint i = 0; i < G_N_ELEMENTS (layers); i++)
    if (cjl_onnx_is_op (node, layers[i][0]))
      layer = layers[i][1];
  if (cjl_onnx_is_op (node, "Gelu") && !cjl_onnx_text_is (node, "approximate", "none", "none"))
    return TRUE;
  /* x · sigmoid (x) */
  mul = cjl_onnx_is_op (node, "Sigmoid") ? cjl_onnx_next_op (import, node, "Mul") : NULL;
  if (mul != NULL && g_str_equal (cjl_onnx_other_input (mul, cjl_onnx_output (node, 0)), x))
    {
      made = cjl_onnx_put (import, "silu", node, x, error, NULL);
      return cjl_onnx_finish (import, mul, made, handled);
    }
  made = cjl_onnx_put (import, layer, node, x, error, NULL);
  return cjl_onnx_finish (import, node, made, handled);
}

/* Those with a number. */
static gboolean
rule_slope (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const gboolean leaky = cjl_onnx_is_op (node, "LeakyRelu"), elu = cjl_onnx_is_op (node, "Elu");
  const double alpha = cjl_onnx_get_float (node, "alpha", leaky ? 0.01 : 1);
  CjNode *made;

  if (alpha < (elu ? 0 : leaky ? 0 : 0.01) || alpha > (leaky ? 1 : 10))
    return TRUE;
  made = cjl_onnx_put (import,
                       leaky ? "leaky-relu"
                       : elu ? "elu"
                             : "celu",
                       node, cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, leaky ? "slope" : "depth", "%.9g", alpha))
    return FALSE;
  return cjl_onnx_finish (import, node, made, handled);
}

static gboolean
rule_clip (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  double low = cjl_onnx_get_float (node, "min", -1), high = cjl_onnx_get_float (node, "max", -1);

  if (node->op->opset >= 11
      && (!cjl_onnx_get_number (import, cjl_onnx_input (node, 1), &low)
          || !cjl_onnx_get_number (import, cjl_onnx_input (node, 2), &high)))
    return TRUE;
  if (low != 0 || high != 6)
    return TRUE;
  return cjl_onnx_finish (
      import, node, cjl_onnx_put (import, "relu6", node, cjl_onnx_input (node, 0), error, NULL),
      handled);
}

static gboolean
rule_hard_sigmoid (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                   GError **error)
{
  if (fabs (cjl_onnx_get_float (node, "alpha", 0.2) - 1.0 / 6) > 1e-4
      || fabs (cjl_onnx_get_float (node, "beta", 0.5) - 0.5) > 1e-6)
    return TRUE;
  return cjl_onnx_finish (
      import, node,
      cjl_onnx_put (import, "hardsigmoid", node, cjl_onnx_input (node, 0), error, NULL), handled);
}

static gboolean
rule_softmax (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const gboolean old = node->op->opset < 13;
  const guint rank = cjl_onnx_rank_of (import, cjl_onnx_input (node, 0));
  gint64 axis = cjl_onnx_get_int (node, "axis", old ? 1 : -1);
  CjNode *made;

  axis = axis < 0 ? axis + rank : axis;
  if (axis < 0 || axis >= rank || (old && axis + 1 != rank))
    return TRUE;
  axis = cjl_onnx_axis (import, axis);
  if (axis < 1 || axis > 5)
    return TRUE;
  made = cjl_onnx_put (import, cjl_onnx_is_op (node, "Softmax") ? "softmax" : "log-softmax", node,
                       cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, "axis", "%d", (int) axis))
    return FALSE;
  return cjl_onnx_finish (import, node, made, handled);
}

/* x / √2 → erf → + 1 → · x → · 0.5, or with the half before: Hendrycks and Gimpel (2016). */
static gboolean
rule_gelu (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const char *x = cjl_onnx_input (node, 0);
  const CjdOnnxNode *wave = cjl_onnx_next_op (import, node, "Erf"), *add, *mul, *half;
  const CjdOnnxNode *const *chain[] = { &wave, &add, &mul, &half };
  CjNode *made;

  if (!cjl_onnx_is_number (import, cjl_onnx_input (node, 1),
                           cjl_onnx_is_op (node, "Div") ? G_SQRT2 : 1 / G_SQRT2)
      || wave == NULL || (add = cjl_onnx_next_op (import, wave, "Add")) == NULL
      || !cjl_onnx_is_number (import, cjl_onnx_other_input (add, cjl_onnx_output (wave, 0)), 1)
      || (mul = cjl_onnx_next_op (import, add, "Mul")) == NULL
      || !g_str_equal (cjl_onnx_other_input (mul, cjl_onnx_output (add, 0)), x)
      || (half = cjl_onnx_next_op (import, mul, "Mul")) == NULL
      || !cjl_onnx_is_number (import, cjl_onnx_other_input (half, cjl_onnx_output (mul, 0)), 0.5))
    return TRUE;
  made = cjl_onnx_put (import, "gelu", wave, x, error, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (chain); i++)
    cjl_onnx_take (import, *chain[i]);
  cjl_onnx_take (import, node);
  return cjl_onnx_finish (import, half, made, handled);
}

/* A card has few ports: a value that is cut into more pieces is cut by a card a piece. */
static gboolean
rule_split (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const gint64 rank = cjl_onnx_rank_of (import, cjl_onnx_input (node, 0));
  gint64 axis = cjl_onnx_get_int (node, "axis", 0), at = 0;

  axis += axis < 0 ? rank : 0;
  if (node->outputs->len <= CJ_LAYER_MAX_OUT || axis < 1 || axis >= rank)
    return TRUE;
  for (guint k = 0; k < node->outputs->len; k++)
    if (cjl_onnx_value (import, cjl_onnx_output (node, k)) == NULL)
      return TRUE;
  for (guint k = 0; k < node->outputs->len; k++)
    {
      const CjArray *piece = cjl_onnx_value (import, cjl_onnx_output (node, k));
      const gint64 end = at + piece->dims.d[axis];
      CjNode *made = cjl_onnx_put (import, "onnx-operator", node, cjl_onnx_input (node, 0), error,
                                   "operator=Slice@1/1", NULL);

      if (made == NULL
          || !cjl_onnx_set (import, made, error, "attributes",
                            "axes:I=%lld starts:I=%lld ends:I=%lld", (long long) axis,
                            (long long) at, (long long) end)
          || !cjl_onnx_set (import, made, error, "inputs", "x:%s",
                            cj_array_type_get_name (piece->type)))
        return FALSE;
      cjl_onnx_note (import, cjl_onnx_output (node, k), made, 0);
      at = end;
    }
  *handled = TRUE;
  return TRUE;
}

/* --- norms --- */

#define LEAST_EPS 1e-12 /* of the layers; what is less makes no difference in float32 */

/* The node's epsilon as the layers take it; FALSE: they take none so large. */
static gboolean
read_eps (const CjdOnnxNode *node, double *eps)
{
  *eps = MAX (cjl_onnx_get_float (node, "epsilon", 1e-5), LEAST_EPS);
  return *eps <= 1;
}

static gboolean
rule_batch_norm (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  static const char *const names[] = { "weight", "bias", "running_mean", "running_var" };
  const guint rank = cjl_onnx_rank_of (import, cjl_onnx_input (node, 0));
  CjNode *made;
  double eps;

  if (rank < 2 || rank > 4 || !read_eps (node, &eps)
      || cjl_onnx_get_int (node, "training_mode", 0) != 0
      || cjl_onnx_get_int (node, "spatial", 1) == 0)
    return TRUE;
  for (guint i = 0; i < 4; i++)
    if (cjl_onnx_constant (import, cjl_onnx_input (node, 1 + i)) == NULL)
      return TRUE;
  made = cjl_onnx_put (import, "batch-norm", node, cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, "eps", "%.9g", eps)
      || (rank == 3 && import->lift == NULL
          && !cjl_onnx_set (import, made, error, "channels", "%s", "second")))
    return FALSE;
  for (guint i = 0; i < 4; i++)
    cjl_onnx_weight (import, made, names[i],
                     cjl_onnx_constant (import, cjl_onnx_input (node, 1 + i)), NULL);
  return cjl_onnx_finish (import, node, made, handled);
}

static gboolean
add_layer_norm (CjlOnnxImport *import, const CjdOnnxNode *node, const CjdOnnxNode *last,
                const CjArray *scale, const CjArray *bias, double eps, gboolean *handled,
                GError **error)
{
  const CjShape shape = cj_shape1 (scale != NULL ? scale->size : 1);
  CjNode *made = cjl_onnx_put (import, "layer-norm", node, cjl_onnx_input (node, 0), error, NULL);

  if (made == NULL || !cjl_onnx_set (import, made, error, "eps", "%.9g", eps)
      || (scale == NULL && !cjl_onnx_set (import, made, error, "affine", "%s", "false")))
    return FALSE;
  if (scale != NULL)
    {
      g_autoptr (CjArray) zeros = cj_array_new (CJ_ARRAY_F32, &scale->dims, error);

      cjl_onnx_weight (import, made, "weight", scale, &shape);
      cjl_onnx_weight (import, made, "bias", bias != NULL ? bias : zeros, &shape);
    }
  return cjl_onnx_finish (import, last, made, handled);
}

static gboolean
rule_layer_norm (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const CjArray *scale = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  const guint rank = cjl_onnx_rank_of (import, cjl_onnx_input (node, 0));
  const gint64 axis = cjl_onnx_get_int (node, "axis", -1);
  CjArray *bias;
  double eps;

  if (scale == NULL || !read_eps (node, &eps) || scale->dims.n != 1
      || (axis != -1 && axis + 1 != rank) || rank < 2
      || !cjl_onnx_read_bias (import, node, scale->size, &bias)
      || *cjl_onnx_output (node, 1) != '\0')
    return TRUE;
  return add_layer_norm (import, node, node, scale, bias, eps, handled, error);
}

/* Whether a mean is that of the last dimension, which stays. */
static gboolean
is_last_mean (const CjlOnnxImport *import, const CjdOnnxNode *node)
{
  const CjArray *value = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const CjArray *given = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  const CjAttr *attr
      = cjl_onnx_is_op (node, "ReduceMean") ? cj_extra_node_find (node->op, "axes") : NULL;
  gint64 axis;

  if (!cjl_onnx_is_op (node, "ReduceMean") || value == NULL
      || cjl_onnx_get_int (node, "keepdims", 1) == 0)
    return FALSE;
  if (attr != NULL && attr->n == 1)
    axis = attr->ints[0];
  else if (given != NULL && given->size == 1)
    axis = cj_array_get_int (given, 0);
  else
    return FALSE;
  return axis == -1 || axis + 1 == value->dims.n;
}

/* The two of a value's users that are of these kinds. */
static gboolean
find_users (const CjlOnnxImport *import, const char *name, const char *a, const char *b,
            const CjdOnnxNode **first, const CjdOnnxNode **second)
{
  const GPtrArray *users = g_hash_table_lookup (import->users, name);

  *first = *second = NULL;
  for (guint i = 0; users != NULL && i < users->len; i++)
    if (cjl_onnx_is_op (users->pdata[i], a))
      *first = users->pdata[i];
    else if (cjl_onnx_is_op (users->pdata[i], b))
      *second = users->pdata[i];
  return *first != NULL && *second != NULL && !g_hash_table_contains (import->ends, name);
}

/* mean → − → ² → mean → + ε → √ → /, then · and +, as exporters write what has no operator of its own. */
static gboolean
rule_spelled_norm (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                   GError **error)
{
  const CjdOnnxNode *sub = cjl_onnx_next_op (import, node, "Sub"), *pow, *div, *mean, *add, *root,
                    *last;
  const CjArray *scale = NULL, *bias = NULL;
  const CjdOnnxNode *mul, *plus = NULL;
  double eps;

  if (!is_last_mean (import, node) || sub == NULL
      || cjl_onnx_rank_of (import, cjl_onnx_input (node, 0)) < 2
      || !g_str_equal (cjl_onnx_input (sub, 0), cjl_onnx_input (node, 0))
      || !find_users (import, cjl_onnx_output (sub, 0), "Pow", "Div", &pow, &div)
      || !cjl_onnx_is_number (import, cjl_onnx_input (pow, 1), 2)
      || (mean = cjl_onnx_next_op (import, pow, "ReduceMean")) == NULL
      || !is_last_mean (import, mean) || (add = cjl_onnx_next_op (import, mean, "Add")) == NULL
      || !cjl_onnx_get_number (import, cjl_onnx_other_input (add, cjl_onnx_output (mean, 0)), &eps)
      || eps < 1e-12 || (root = cjl_onnx_next_op (import, add, "Sqrt")) == NULL
      || cjl_onnx_next_op (import, root, "Div") != div)
    return TRUE;
  last = div;
  mul = cjl_onnx_next_op (import, div, "Mul");
  if (mul != NULL)
    scale = cjl_onnx_constant (import, cjl_onnx_other_input (mul, cjl_onnx_output (div, 0)));
  if (scale != NULL && scale->dims.n == 1)
    {
      last = mul;
      plus = cjl_onnx_next_op (import, mul, "Add");
      if (plus != NULL)
        bias = cjl_onnx_constant (import, cjl_onnx_other_input (plus, cjl_onnx_output (mul, 0)));
      if (bias != NULL && bias->size == scale->size)
        last = plus;
      else
        bias = NULL;
    }
  else
    scale = NULL;
  cjl_onnx_take (import, sub);
  cjl_onnx_take (import, pow);
  cjl_onnx_take (import, mean);
  cjl_onnx_take (import, add);
  cjl_onnx_take (import, root);
  cjl_onnx_take (import, div);
  cjl_onnx_take (import, node);
  if (last == plus)
    cjl_onnx_take (import, mul);
  return add_layer_norm (import, node, last, scale, bias, eps, handled, error);
}

/* --- shapes --- */

/* As a layer that lays out each sample anew, if samples stay what they are. */
static gboolean
rule_reshape (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const CjArray *y = cjl_onnx_value (import, cjl_onnx_output (node, 0));
  CjNode *made;

  if (x == NULL || y == NULL || x->dims.n < 2 || y->dims.n < 2 || y->dims.n > CJ_MAX_DIMS
      || x->dims.n > CJ_MAX_DIMS || x->dims.d[0] != y->dims.d[0] || x->dims.d[0] != import->batch
      || !cjl_onnx_flows (import, node, 0))
    return TRUE;
  if (cj_dims_equal (&x->dims, &y->dims))
    {
      cjl_onnx_take (import, node);
      return cjl_onnx_pass_on (import, node, handled);
    }
  if (y->dims.n == 2)
    made = cjl_onnx_put (import, "flatten", node, cjl_onnx_input (node, 0), error, NULL);
  else
    {
      GString *text = g_string_new (NULL);
      gboolean good;

      for (guint k = 1; k < y->dims.n; k++)
        g_string_append_printf (text, "%s%lld", k > 1 ? "x" : "", (long long) y->dims.d[k]);
      made = cjl_onnx_put (import, "reshape", node, cjl_onnx_input (node, 0), error, NULL);
      good = made != NULL && cjl_onnx_set (import, made, error, "shape", "%s", text->str);
      g_string_free (text, TRUE);
      if (!good)
        return FALSE;
    }
  return cjl_onnx_finish (import, node, made, handled);
}

static gboolean
rule_pass (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  (void) error;
  if (*cjl_onnx_output (node, 1) != '\0'
      && g_hash_table_contains (import->users, cjl_onnx_output (node, 1)))
    return TRUE;
  return cjl_onnx_pass_on (import, node, handled);
}

static gboolean
rule_transpose (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const CjAttr *perm = cj_extra_node_find (node->op, "perm");
  char order[CJ_MAX_DIMS + 1] = "";
  CjNode *made;

  if (perm == NULL || perm->kind != CJ_ATTR_INTS || perm->n < 3 || perm->n > CJ_MAX_DIMS
      || perm->ints[0] != 0)
    return TRUE;
  for (guint k = 1; k < perm->n; k++)
    {
      if (perm->ints[k] < 1 || perm->ints[k] >= perm->n)
        return TRUE;
      order[k - 1] = (char) ('0' + perm->ints[k]);
    }
  made = cjl_onnx_put (import, "permute", node, cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, "order", "%s", order))
    return FALSE;
  return cjl_onnx_finish (import, node, made, handled);
}

/* Global pools and means over dimensions other than the batch; one that is flattened at once is a layer of its
 * own. */
static gboolean
rule_mean (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const gboolean global = !cjl_onnx_is_op (node, "ReduceMean"),
                 largest = cjl_onnx_is_op (node, "GlobalMaxPool");
  const char *x = cjl_onnx_input (node, 0);
  const CjdOnnxNode *next = cjl_onnx_only_user (import, cjl_onnx_output (node, 0));
  const CjArray *after = next != NULL ? cjl_onnx_value (import, cjl_onnx_output (next, 0)) : NULL;
  const gboolean flat = next != NULL && after != NULL && after->dims.n == 2
                        && (cjl_onnx_is_op (next, "Flatten") || cjl_onnx_is_op (next, "Reshape")
                            || cjl_onnx_is_op (next, "Squeeze"));

  if (global && cjl_onnx_rank_of (import, x) == 4 && flat)
    {
      cjl_onnx_take (import, node);
      return cjl_onnx_finish (import, next,
                              cjl_onnx_put (import, largest ? "global-max-pool" : "global-avg-pool",
                                            node, x, error, NULL),
                              handled);
    }
  if (global && cjl_onnx_rank_of (import, x) == 3)
    return cjl_onnx_rule_pool_all (import, node, handled, error);
  if (largest || !global || cjl_onnx_rank_of (import, x) != 4)
    return global ? TRUE : rule_spelled_norm (import, node, handled, error);
  return cjl_onnx_finish (
      import, node, cjl_onnx_put (import, "mean", node, x, error, "axes=2 3", "keep=true", NULL),
      handled);
}

/* --- several --- */

#define MAX_JOINED 4096 /* by one Concat */

/* Two wires of one shape. */
static gboolean
rule_pair (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const CjArray *a = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const CjArray *b = cjl_onnx_value (import, cjl_onnx_input (node, 1));
  CjNode *made;

  if (a == NULL || b == NULL || a->dims.n < 2 || node->inputs->len != 2
      || !cjl_onnx_flows (import, node, 0) || !cjl_onnx_flows (import, node, 1)
      || !cj_dims_equal (&a->dims, &b->dims) || !cj_array_type_is_float (a->type)
      || g_str_equal (cjl_onnx_input (node, 0), cjl_onnx_input (node, 1)))
    return TRUE;
  made = cjl_onnx_put (import, cjl_onnx_is_op (node, "Mul") ? "multiply" : "add", node,
                       cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !cjl_onnx_wire (import, cjl_onnx_input (node, 1), made, 1, error))
    return FALSE;
  return cjl_onnx_finish (import, node, made, handled);
}

/* Inputs [from, from + n) side by side; more than a layer takes by layers before it, as few as will do. */
static CjNode *
join (CjlOnnxImport *import, const CjdOnnxNode *node, int axis, guint from, guint n, GError **error)
{
  guint part = 1, port = 0;
  CjNode *made = cjl_onnx_put (import, "concat", node, NULL, error, NULL);

  if (made == NULL || !cjl_onnx_set (import, made, error, "axis", "%d", axis))
    return NULL;
  while (part * CJ_LAYER_MAX_IN < n)
    part *= CJ_LAYER_MAX_IN;
  for (guint i = 0; i < n; i += part, port++)
    {
      const guint m = MIN (part, n - i);
      CjNode *before = m > 1 ? join (import, node, axis, from + i, m, error) : NULL;

      if (m > 1 ? before == NULL || !cj_graph_connect (import->graph, before, 0, made, port, error)
                : !cjl_onnx_wire (import, cjl_onnx_input (node, from + i), made, port, error))
        return NULL;
    }
  return made;
}

static gboolean
rule_concat (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const guint rank = cjl_onnx_rank_of (import, cjl_onnx_input (node, 0));
  gint64 axis = cjl_onnx_get_int (node, "axis", 1);
  CjNode *made;

  axis = axis < 0 ? axis + rank : axis;
  if (axis < 0 || axis >= rank || node->inputs->len < 2 || node->inputs->len > MAX_JOINED
      || (axis = cjl_onnx_axis (import, axis)) < 1)
    return TRUE;
  for (guint i = 0; i < node->inputs->len; i++)
    {
      const CjArray *value = cjl_onnx_value (import, cjl_onnx_input (node, i));

      if (!cjl_onnx_flows (import, node, i) || value == NULL
          || !cj_array_type_is_float (value->type))
        return TRUE;
      for (guint k = 0; k < i; k++)
        if (g_str_equal (cjl_onnx_input (node, i), cjl_onnx_input (node, k)))
          return TRUE;
    }
  made = join (import, node, (int) axis, 0, node->inputs->len, error);
  return cjl_onnx_finish (import, node, made, handled);
}

/* Rows of a table by the words of the input. */
static gboolean
rule_embedding (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const CjArray *table = cjl_onnx_constant (import, cjl_onnx_input (node, 0));
  const CjArray *words = cjl_onnx_value (import, cjl_onnx_input (node, 1));
  const CjlOnnxMade *made_of = g_hash_table_lookup (import->made, cjl_onnx_input (node, 1));
  CjNode *made;

  if (table == NULL || table->dims.n != 2 || cjl_onnx_get_int (node, "axis", 0) != 0
      || words == NULL || words->dims.n != 2 || made_of == NULL
      || !g_str_equal (made_of->node->layer->id, "input") || table->dims.d[1] > 65536
      || !cj_array_type_is_float (table->type))
    return TRUE;
  made = cjl_onnx_put (import, "embedding", node, cjl_onnx_input (node, 1), error, NULL);
  if (made == NULL
      || !cjl_onnx_set (import, made, error, "features", "%lld", (long long) table->dims.d[1])
      || !cjl_onnx_set (import, made, error, "words", "%lld", (long long) table->dims.d[0]))
    return FALSE;
  cjl_onnx_weight (import, made, "weight", table, NULL);
  return cjl_onnx_finish (import, node, made, handled);
}

/* --- the table --- */

static const struct
{
  const char *op;
  CjlOnnxRule rule;
} rules[] = {
  { "Add", rule_pair },
  { "AveragePool", cjl_onnx_rule_pool },
  { "BatchNormalization", rule_batch_norm },
  { "Celu", rule_slope },
  { "Clip", rule_clip },
  { "Concat", rule_concat },
  { "Conv", cjl_onnx_rule_conv },
  { "ConvTranspose", cjl_onnx_rule_conv_transpose },
  { "Div", rule_gelu },
  { "Dropout", rule_pass },
  { "Elu", rule_slope },
  { "Flatten", rule_reshape },
  { "Gather", rule_embedding },
  { "Gelu", rule_function },
  { "Gemm", rule_gemm },
  { "GlobalAveragePool", rule_mean },
  { "GRU", cjl_onnx_rule_recurrent },
  { "GlobalMaxPool", rule_mean },
  { "HardSigmoid", rule_hard_sigmoid },
  { "HardSwish", rule_function },
  { "Identity", rule_pass },
  { "LSTM", cjl_onnx_rule_recurrent },
  { "LayerNormalization", rule_layer_norm },
  { "LeakyRelu", rule_slope },
  { "LogSoftmax", rule_softmax },
  { "MatMul", cjl_onnx_rule_attention },
  { "MatMul", rule_matmul },
  { "MaxPool", cjl_onnx_rule_pool },
  { "Mish", rule_function },
  { "Mul", rule_gelu },
  { "Mul", rule_pair },
  { "RNN", cjl_onnx_rule_recurrent },
  { "ReduceMean", rule_mean },
  { "Relu", rule_function },
  { "Reshape", rule_reshape },
  { "Sigmoid", rule_function },
  { "Softmax", rule_softmax },
  { "Softsign", rule_function },
  { "Split", rule_split },
  { "Squeeze", rule_reshape },
  { "Tanh", rule_function },
  { "Transpose", rule_transpose },
  { "Unsqueeze", rule_reshape },
};

static gboolean
try_rules (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules) && !*handled; i++)
    if (cjl_onnx_is_op (node, rules[i].op) && !rules[i].rule (import, node, handled, error))
      return FALSE;
  return TRUE;
}

gboolean
cjl_onnx_add_layer (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                    GError **error)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const char *lift;

  *handled = FALSE;
  /* layers compute with floats; what counts stays a card */
  if (x != NULL && !cj_array_type_is_float (x->type) && !cjl_onnx_is_op (node, "Gather"))
    return TRUE;
  if (!cjl_onnx_rule_view (import, node, handled, error))
    return FALSE;
  lift = *handled ? NULL : cjl_onnx_find_lift (import, node);
  if (lift != NULL)
    {
      const gboolean done
          = cjl_onnx_lift (import, node, lift, error) && try_rules (import, node, handled, error);

      cjl_onnx_unlift (import, node);
      if (!done)
        return FALSE;
    }
  return *handled || try_rules (import, node, handled, error);
}
