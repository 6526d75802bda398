/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normalisations, as operators of their own or spelled by several. */
#include "cjl-onnx-rules.h"

#include <string.h>

#define LEAST_EPS 1e-12 /* of the layers; what is less makes no difference in float32 */

/* The node's epsilon as the layers take it; FALSE: they take none so large. */
static gboolean
read_eps (const CjdOnnxNode *node, double *eps)
{
  *eps = MAX (cjl_onnx_get_float (node, "epsilon", 1e-5), LEAST_EPS);
  return *eps <= 1;
}

gboolean
cjl_onnx_rule_batch_norm (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                          GError **error)
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

/* --- groups of channels --- */

/* Channels of a picture in groups, each laid out as one row of [N, groups, ..], and what they come back in. */
typedef struct
{
  const char *x; /* the picture [N, C, H, W] */
  const CjdOnnxNode
      *last; /* makes a picture again, and then perhaps times and plus a number a channel: */
  gint64 channels, groups;
  const CjArray *scale, *bias; /* or both NULL */
} Groups;

/* The constant [C, 1, 1] that the node behind adds or multiplies by: that node, or NULL. */
static const CjdOnnxNode *
find_channels (const CjlOnnxImport *import, const CjdOnnxNode *node, const char *op,
               gint64 channels, const CjArray **value)
{
  const CjdOnnxNode *next = cjl_onnx_next_op (import, node, op);

  *value = next != NULL
               ? cjl_onnx_constant (import, cjl_onnx_other_input (next, cjl_onnx_output (node, 0)))
               : NULL;
  return *value != NULL && (*value)->dims.n >= 3 && (*value)->dims.n <= 4
                 && (*value)->size == channels && (*value)->dims.d[(*value)->dims.n - 3] == channels
             ? next
             : NULL;
}

/* What is around a normalisation of rows `from` .. `last`; FALSE: it is not of groups of channels. */
static gboolean
find_groups (const CjlOnnxImport *import, const CjdOnnxNode *from, const CjdOnnxNode *last,
             Groups *g)
{
  const CjdOnnxNode *before = cjl_onnx_maker (import, cjl_onnx_input (from, 0)), *next;
  const CjArray *rows = cjl_onnx_value (import, cjl_onnx_input (from, 0)), *x, *y;

  *g = (Groups){ .last = cjl_onnx_next_op (import, last, "Reshape") };
  if (!cjl_onnx_is_op (before, "Reshape") || g->last == NULL || rows == NULL || rows->dims.n != 3
      || import->lift != NULL)
    return FALSE;
  g->x = cjl_onnx_input (before, 0);
  x = cjl_onnx_value (import, g->x);
  y = cjl_onnx_value (import, cjl_onnx_output (g->last, 0));
  if (x == NULL || y == NULL || x->dims.n != 4 || !cj_dims_equal (&x->dims, &y->dims)
      || !g_hash_table_contains (import->flows, g->x) || x->dims.d[0] != import->batch
      || rows->dims.d[0] != import->batch || rows->dims.d[1] < 1
      || x->dims.d[1] % rows->dims.d[1] != 0)
    return FALSE;
  g->channels = x->dims.d[1];
  g->groups = rows->dims.d[1];
  next = find_channels (import, g->last, "Mul", g->channels, &g->scale);
  if (next == NULL)
    {
      g->scale = NULL;
      return TRUE;
    }
  g->last = next;
  next = find_channels (import, g->last, "Add", g->channels, &g->bias);
  g->last = next != NULL ? next : g->last;
  g->bias = next != NULL ? g->bias : NULL;
  return TRUE;
}

/* What was made for parts of it goes, unless somebody reads it. */
static gboolean
put_groups (CjlOnnxImport *import, const CjdOnnxNode *node, const Groups *g, double eps,
            gboolean *handled, GError **error)
{
  const gboolean single = g->groups == g->channels;
  const CjShape shape = cj_shape1 (g->channels);
  CjNode *made = cjl_onnx_put (import, single ? "instance-norm" : "group-norm", node, g->x, error,
                               g->scale == NULL ? "affine=false" : NULL, NULL);

  if (made == NULL || !cjl_onnx_set (import, made, error, "eps", "%.9g", eps)
      || (!single && !cjl_onnx_set (import, made, error, "groups", "%lld", (long long) g->groups)))
    return FALSE;
  if (g->scale != NULL)
    {
      g_autoptr (CjArray) zeros = cj_array_new (CJ_ARRAY_F32, &g->scale->dims, error);

      if (zeros == NULL)
        return FALSE;
      cjl_onnx_weight (import, made, "weight", g->scale, &shape);
      cjl_onnx_weight (import, made, "bias", g->bias != NULL ? g->bias : zeros, &shape);
    }
  if (!cjl_onnx_finish (import, g->last, made, handled))
    return FALSE;
  *handled = FALSE;
  return TRUE;
}

static gboolean
is_all (const CjArray *value, double number)
{
  for (gint64 i = 0; i < value->size; i++)
    if (cj_array_get (value, i) != number)
      return FALSE;
  return TRUE;
}

/* Channel by channel; or of rows that are groups of channels (Wu and He, 2018), as PyTorch writes it. */
gboolean
cjl_onnx_rule_instance_norm (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                             GError **error)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const CjArray *scale = cjl_onnx_constant (import, cjl_onnx_input (node, 1)),
                *bias = cjl_onnx_constant (import, cjl_onnx_input (node, 2));
  CjNode *made;
  double eps;
  Groups g;

  if (x == NULL || scale == NULL || bias == NULL || import->lift != NULL || !read_eps (node, &eps)
      || x->dims.d[0] != import->batch || !cjl_onnx_flows (import, node, 0))
    return TRUE;
  if (is_all (scale, 1) && is_all (bias, 0) && find_groups (import, node, node, &g))
    return put_groups (import, node, &g, eps, handled, error);
  if (x->dims.n != 4)
    return TRUE;
  made = cjl_onnx_put (import, "instance-norm", node, cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, "eps", "%.9g", eps))
    return FALSE;
  cjl_onnx_weight (import, made, "weight", scale, NULL);
  cjl_onnx_weight (import, made, "bias", bias, NULL);
  return cjl_onnx_finish (import, node, made, handled);
}

/* --- rows --- */

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
  if (!cjl_onnx_finish (import, last, made, handled))
    return FALSE;
  *handled = last == node; /* else what is between is made too, and goes unless somebody reads it */
  return TRUE;
}

gboolean
cjl_onnx_rule_layer_norm (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                          GError **error)
{
  const CjArray *scale = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  const guint rank = cjl_onnx_rank_of (import, cjl_onnx_input (node, 0));
  const gint64 axis = cjl_onnx_get_int (node, "axis", -1);
  CjArray *bias;
  double eps;

  if (scale == NULL || !read_eps (node, &eps) || scale->dims.n != 1
      || (axis != -1 && axis != (gint64) rank - 1) || rank < 2
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
  if (attr != NULL && attr->kind == CJ_ATTR_INTS && attr->n == 1)
    axis = attr->ints[0];
  else if (given != NULL && given->size == 1)
    axis = cj_array_get_int (given, 0);
  else
    return FALSE;
  return axis == -1 || axis == (gint64) value->dims.n - 1;
}

/* Whether a node squares a value: x² or x · x. */
static gboolean
is_square (const CjlOnnxImport *import, const CjdOnnxNode *node, const char *x)
{
  return (cjl_onnx_is_op (node, "Pow") && g_str_equal (cjl_onnx_input (node, 0), x)
          && cjl_onnx_is_number (import, cjl_onnx_input (node, 1), 2))
         || (cjl_onnx_is_op (node, "Mul") && g_str_equal (cjl_onnx_input (node, 0), x)
             && g_str_equal (cjl_onnx_input (node, 1), x));
}

static const CjdOnnxNode *
find_square (const CjlOnnxImport *import, const char *x)
{
  const GPtrArray *users = g_hash_table_lookup (import->users, x);

  for (guint i = 0; users != NULL && i < users->len; i++)
    if (is_square (import, users->pdata[i], x))
      return users->pdata[i];
  return NULL;
}

/* From the square of x on: mean → + ε → √, and what divides x by that, NULL: it is something else. */
static const CjdOnnxNode *
find_division (const CjlOnnxImport *import, const CjdOnnxNode *square, const char *x, double *eps)
{
  const CjdOnnxNode *mean = cjl_onnx_next_op (import, square, "ReduceMean"), *add, *root, *over;

  if (mean == NULL || !is_last_mean (import, mean)
      || (add = cjl_onnx_next_op (import, mean, "Add")) == NULL
      || !cjl_onnx_get_number (import, cjl_onnx_other_input (add, cjl_onnx_output (mean, 0)), eps)
      || !(*eps >= 0 && *eps <= 1) || (root = cjl_onnx_next_op (import, add, "Sqrt")) == NULL)
    return NULL;
  *eps = MAX (*eps, LEAST_EPS);
  over = cjl_onnx_next_op (import, root, "Div");
  if (over != NULL && g_str_equal (cjl_onnx_input (over, 0), x))
    return over;
  if (over == NULL || !cjl_onnx_is_number (import, cjl_onnx_input (over, 0), 1))
    over = cjl_onnx_next_op (import, root, "Reciprocal");
  over = over != NULL ? cjl_onnx_next_op (import, over, "Mul") : NULL;
  return over != NULL
                 && (g_str_equal (cjl_onnx_input (over, 0), x)
                     || g_str_equal (cjl_onnx_input (over, 1), x))
             ? over
             : NULL;
}

/* The constant [features] that the node behind adds or multiplies by: that node, or NULL. */
static const CjdOnnxNode *
find_affine (const CjlOnnxImport *import, const CjdOnnxNode *node, const char *op, gint64 features,
             const CjArray **value)
{
  const CjdOnnxNode *next = cjl_onnx_next_op (import, node, op);

  *value = next != NULL
               ? cjl_onnx_constant (import, cjl_onnx_other_input (next, cjl_onnx_output (node, 0)))
               : NULL;
  return *value != NULL && (*value)->dims.n >= 1 && (*value)->size == features
                 && (*value)->dims.d[(*value)->dims.n - 1] == features
             ? next
             : NULL;
}

static gint64
count_last (const CjlOnnxImport *import, const char *name)
{
  const CjArray *x = cjl_onnx_value (import, name);

  return x != NULL && x->dims.n >= 2 ? x->dims.d[x->dims.n - 1] : 0;
}

/* mean → − → ² → mean → + ε → √ → /, then · and +, as exporters write what has no operator of its own. What was made
 * for parts of it is not read by anybody. */
gboolean
cjl_onnx_rule_spelled_norm (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                            GError **error)
{
  const char *x = cjl_onnx_input (node, 0);
  const CjdOnnxNode *sub = cjl_onnx_next_op (import, node, "Sub"), *square, *last, *next;
  const CjArray *scale = NULL, *bias = NULL;
  Groups groups;
  double eps;

  if (!is_last_mean (import, node) || sub == NULL || count_last (import, x) == 0
      || !g_str_equal (cjl_onnx_input (sub, 0), x)
      || (square = find_square (import, cjl_onnx_output (sub, 0))) == NULL
      || (last = find_division (import, square, cjl_onnx_output (sub, 0), &eps)) == NULL)
    return TRUE;
  next = find_affine (import, last, "Mul", count_last (import, x), &scale);
  if (next != NULL)
    {
      last = next;
      next = find_affine (import, last, "Add", scale->size, &bias);
      last = next != NULL ? next : last;
      bias = next != NULL ? bias : NULL;
    }
  else
    scale = NULL;
  if (g_hash_table_contains (import->done, last))
    return TRUE; /* there is one already */
  if (scale == NULL && find_groups (import, node, last, &groups))
    return g_hash_table_contains (import->done, groups.last)
           || put_groups (import, node, &groups, eps, handled, error);
  return add_layer_norm (import, node, last, scale, bias, eps, handled, error);
}

/* x² → mean → + ε → √, x / that, then · (Zhang and Sennrich, 2019). */
gboolean
cjl_onnx_rule_rms_norm (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                        GError **error)
{
  const char *x = cjl_onnx_input (node, 0);
  const CjdOnnxNode *last, *next;
  const CjArray *scale = NULL;
  CjNode *made;
  double eps;

  if (!is_square (import, node, x) || count_last (import, x) == 0
      || (import->lift != NULL && !g_str_has_suffix (import->lift, "F"))
      || (last = find_division (import, node, x, &eps)) == NULL)
    return TRUE;
  next = find_affine (import, last, "Mul", count_last (import, x), &scale);
  if (g_hash_table_contains (import->done, next != NULL ? next : last))
    return TRUE; /* a part of another norm */
  made = cjl_onnx_put (import, "rms-norm", node, x, error, next == NULL ? "affine=false" : NULL,
                       NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, "eps", "%.9g", eps))
    return FALSE;
  if (next != NULL)
    {
      const CjShape shape = cj_shape1 (scale->size);

      cjl_onnx_weight (import, made, "weight", scale, &shape);
    }
  if (!cjl_onnx_finish (import, next != NULL ? next : last, made, handled))
    return FALSE;
  *handled = FALSE;
  return TRUE;
}
