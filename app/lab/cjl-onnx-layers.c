/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which layers of the catalogue stand for which operators, alone or several in a row. A rule looks at a node and
 * those behind it, and either makes a layer or leaves the node alone. */
#include "cjl-onnx-rules.h"
#include "cjl-onnx-views.h"

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
    cjl_onnx_weight_turned (import, made, "weight", weight, NULL);
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
  const guint rank = cjl_onnx_rank_of (import, cjl_onnx_input (node, 0));
  const CjdOnnxNode *add;
  CjArray *bias;

  if (!cjl_onnx_flows (import, node, 0))
    return TRUE;
  if (weight == NULL && cjl_onnx_flows (import, node, 1) && rank >= 3 && rank <= 4
      && rank == cjl_onnx_rank_of (import, cjl_onnx_input (node, 1)))
    return TRUE;
  if (weight == NULL || weight->dims.n != 2 || rank < 2 || rank > 3)
    return TRUE;
  add = cjl_onnx_find_bias (import, node, weight->dims.d[1], rank, &bias);
  return add_dense (import, node, add != NULL ? add : node, weight, FALSE, bias, handled, error);
}

/* --- functions of one number --- */

#define MOST 1e6 /* that a layer can be told */

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
  double low = cjl_onnx_get_float (node, "min", -MOST),
         high = cjl_onnx_get_float (node, "max", MOST);
  CjNode *made;

  if (node->op->opset >= 11
      && (!cjl_onnx_get_number (import, cjl_onnx_input (node, 1), &low)
          || !cjl_onnx_get_number (import, cjl_onnx_input (node, 2), &high)))
    return TRUE;
  if (!(low >= -MOST && low < high && high <= MOST))
    return TRUE;
  made = cjl_onnx_put (import, "hardtanh", node, cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, "lowest", "%.9g", low)
      || !cjl_onnx_set (import, made, error, "highest", "%.9g", high))
    return FALSE;
  return cjl_onnx_finish (import, node, made, handled);
}

/* One slope for all, or one a channel. */
static gboolean
rule_prelu (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const CjArray *slope = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  const guint rank = x != NULL ? x->dims.n : 0;
  const guint axis = rank == 4 || g_strcmp0 (import->lift, "NFT") == 0 ? 1 : MAX (rank, 1) - 1;
  const CjShape shape = cj_shape1 (slope != NULL ? slope->size : 1);
  CjNode *made;

  if (slope == NULL || rank < 2 || rank > 4 || slope->dims.n > rank
      || (slope->size != 1
          && (slope->size != x->dims.d[axis] || slope->dims.n < rank - axis
              || slope->dims.d[slope->dims.n - (rank - axis)] != slope->size)))
    return TRUE;
  made = cjl_onnx_put (import, "prelu", node, cjl_onnx_input (node, 0), error,
                       slope->size == 1 ? "shared=true" : NULL, NULL);
  if (made == NULL)
    return FALSE;
  cjl_onnx_weight (import, made, "weight", slope, &shape);
  return cjl_onnx_finish (import, node, made, handled);
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

/* --- shapes --- */

/* Whether a Reshape changes nothing. */
static gboolean
keeps_shape (const CjlOnnxImport *import, const CjdOnnxNode *node)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const CjArray *y = cjl_onnx_value (import, cjl_onnx_output (node, 0));

  return x != NULL && y != NULL && cj_dims_equal (&x->dims, &y->dims);
}

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
  if (keeps_shape (import, node))
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

const char *
cjl_onnx_find_order (const CjlOnnxImport *import, const char *name, CjlOnnxMade *from)
{
  const CjlOnnxMade *made = g_hash_table_lookup (import->made, name);
  const CjNode *node = made != NULL ? made->node : NULL;

  if (node == NULL || !g_str_equal (node->layer->id, "permute") || node->from[0].node == NULL)
    return NULL;
  *from = (CjlOnnxMade){ node->from[0].node, node->from[0].port };
  return (const char *) node->params + cj_params_find (node->layer->params, "order")->offset;
}

gboolean
cjl_onnx_order_axes (CjlOnnxImport *import, const CjdOnnxNode *node, const char *name,
                     const char *order, CjlOnnxMade *made, GError **error)
{
  char whole[CJ_MAX_DIMS + 1];
  CjlOnnxMade from = { NULL, 0 };
  const char *before = cjl_onnx_find_order (import, name, &from);

  g_strlcpy (whole, order, sizeof whole);
  for (guint k = 0; before != NULL && whole[k] != '\0'; k++)
    whole[k] = before[whole[k] - '1'];
  *made = from;
  if (before != NULL && g_str_has_prefix ("123456789", whole))
    return TRUE;
  *made = (CjlOnnxMade){
    cjl_onnx_put (import, "permute", node, before != NULL ? NULL : name, error, NULL), 0
  };
  return made->node != NULL
         && (before == NULL
             || cj_graph_connect (import->graph, from.node, from.port, made->node, 0, error))
         && cjl_onnx_set (import, made->node, error, "order", "%s", whole);
}

static gboolean
rule_transpose (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const CjAttr *perm = cj_extra_node_find (node->op, "perm");
  char order[CJ_MAX_DIMS + 1] = "";
  CjlOnnxMade made;

  if (perm == NULL || perm->kind != CJ_ATTR_INTS || perm->n < 3 || perm->n > CJ_MAX_DIMS
      || perm->ints[0] != 0)
    return TRUE;
  for (guint k = 1; k < perm->n; k++)
    {
      if (perm->ints[k] < 1 || perm->ints[k] >= perm->n)
        return TRUE;
      order[k - 1] = (char) ('0' + perm->ints[k]);
    }
  if (!cjl_onnx_order_axes (import, node, cjl_onnx_input (node, 0), order, &made, error))
    return FALSE;
  cjl_onnx_take (import, node);
  cjl_onnx_note (import, cjl_onnx_output (node, 0), made.node, made.port);
  *handled = TRUE;
  return TRUE;
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
  if (!global)
    return cjl_onnx_rule_spelled_norm (import, node, handled, error);
  if (largest || cjl_onnx_rank_of (import, x) != 4)
    return TRUE;
  return cjl_onnx_finish (
      import, node, cjl_onnx_put (import, "mean", node, x, error, "axes=2 3", "keep=true", NULL),
      handled);
}

/* The largest of a picture, without the dimensions it was looked for in, or over time. */
static gboolean
rule_largest (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const char *x = cjl_onnx_input (node, 0);
  const guint rank = cjl_onnx_rank_of (import, x);
  guint bits;

  if (rank < 3 || rank > 4 || (rank == 4 && cjl_onnx_get_int (node, "keepdims", 1) != 0)
      || !cjl_onnx_flows (import, node, 0) || !cjl_onnx_read_axes (import, node, rank, &bits))
    return TRUE;
  if (rank == 4 && bits == 0xC)
    return cjl_onnx_finish (
        import, node, cjl_onnx_put (import, "global-max-pool", node, x, error, NULL), handled);
  return rank == 3 && bits == 4 ? cjl_onnx_rule_pool_all (import, node, handled, error) : TRUE;
}

/* Means and sums over dimensions of a sample. */
static gboolean
rule_reduce (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const gboolean keep = cjl_onnx_get_int (node, "keepdims", 1) != 0;
  g_autoptr (GString) axes = g_string_new (NULL);
  CjNode *made;
  guint bits;

  if (x == NULL || x->dims.n < 2 || x->dims.n > CJ_MAX_DIMS || import->lift != NULL
      || x->dims.d[0] != import->batch || !cjl_onnx_read_axes (import, node, x->dims.n, &bits)
      || (bits & 1) != 0)
    return TRUE;
  for (guint k = 1; k < x->dims.n; k++)
    if ((bits >> k & 1) != 0)
      g_string_append_printf (axes, "%s%u", axes->len > 0 ? " " : "", k);
  made = cjl_onnx_put (import, cjl_onnx_is_op (node, "ReduceMean") ? "mean" : "sum", node,
                       cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, "axes", "%s", axes->str)
      || !cjl_onnx_set (import, made, error, "keep", "%s", keep ? "true" : "false"))
    return FALSE;
  return cjl_onnx_finish (import, node, made, handled);
}

/* --- several --- */

/* A number for every moment and feature, the same for all samples. */
static gboolean
rule_places (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const char *axes = import->lift != NULL ? import->lift : "NTF";
  const guint i = cjl_onnx_flows (import, node, 0) ? 0 : 1;
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, i));
  const CjArray *places = cjl_onnx_constant (import, cjl_onnx_input (node, 1 - i));
  g_autoptr (CjArray) slice = NULL;
  guint back;
  CjShape shape;
  CjNode *made;

  if (places == NULL && axes[0] == 'N') /* as many as samples, and all alike */
    places = slice = cjl_onnx_dup_slice (import, node, 1 - i);
  if (x == NULL || places == NULL || x->dims.n != 3 || axes[2] != 'F' || places->dims.n > 3
      || !cj_array_type_is_float (places->type)
      || (import->lift == NULL && x->dims.d[0] != import->batch))
    return TRUE;
  for (guint k = 0; k < 3; k++)
    {
      back = 3 - places->dims.n;
      if ((k < back ? 1 : places->dims.d[k - back]) != (axes[k] == 'N' ? 1 : x->dims.d[k]))
        return TRUE;
    }
  shape = cj_shape2 (x->dims.d[strchr (axes, 'T') - axes], x->dims.d[2]);
  made = cjl_onnx_put (import, "learned-position", node, cjl_onnx_input (node, i), error, NULL);
  if (made == NULL)
    return FALSE;
  cjl_onnx_weight (import, made, "weight", places, &shape);
  return cjl_onnx_finish (import, node, made, handled);
}

/* One token before all others, the same for all samples. */
static gboolean
rule_token (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 1));
  g_autoptr (CjArray) token = NULL;
  CjShape shape;
  CjNode *made;

  if (node->inputs->len != 2 || cjl_onnx_get_int (node, "axis", 1) != 1 || import->lift != NULL
      || cjl_onnx_flows (import, node, 0) || !cjl_onnx_flows (import, node, 1) || x == NULL
      || x->dims.n != 3 || x->dims.d[0] != import->batch)
    return TRUE;
  token = cjl_onnx_dup_slice (import, node, 0);
  if (token == NULL || token->dims.n != 3 || token->size != x->dims.d[2]
      || !cj_array_type_is_float (token->type))
    return TRUE;
  shape = cj_shape2 (1, token->size);
  made = cjl_onnx_put (import, "class-token", node, cjl_onnx_input (node, 1), error, NULL);
  if (made == NULL)
    return FALSE;
  cjl_onnx_weight (import, made, "weight", token, &shape);
  return cjl_onnx_finish (import, node, made, handled);
}

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

static gboolean
rule_concat (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const guint rank = cjl_onnx_rank_of (import, cjl_onnx_input (node, 0));
  gint64 axis = cjl_onnx_get_int (node, "axis", 1);
  CjNode *made;

  axis = axis < 0 ? axis + rank : axis;
  if (node->inputs->len == 1)
    return cjl_onnx_pass_on (import, node, handled);
  if (axis < 0 || axis >= rank || node->inputs->len > CJ_LAYER_MAX_IN
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
  made = cjl_onnx_put (import, "concat", node, cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, "axis", "%d", (int) axis))
    return FALSE;
  for (guint i = 1; i < node->inputs->len; i++)
    if (!cjl_onnx_wire (import, cjl_onnx_input (node, i), made, i, error))
      return FALSE;
  return cjl_onnx_finish (import, node, made, handled);
}

/* Whether a port gives the numbers of words that go into the network: all of them, or a piece that was split off. */
static gboolean
is_words (const CjNode *node)
{
  while (node != NULL && g_str_equal (node->layer->id, "split"))
    node = node->from[0].node;
  return node != NULL && g_str_equal (node->layer->id, "input");
}

/* Whether nothing but words goes into the network; else all of it is measured values. */
static gboolean
takes_words (const CjlOnnxImport *import)
{
  for (guint i = 0; i < import->inputs->len; i++)
    if (import->input_axes[i] >= 0
        && cj_array_type_is_float (((const CjArray *) import->inputs->pdata[i])->type))
      return FALSE;
  return TRUE;
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
      || words == NULL || words->dims.n != 2 || made_of == NULL || !is_words (made_of->node)
      || !takes_words (import) || table->dims.d[1] > 65536 || !cj_array_type_is_float (table->type))
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
  { "Add", rule_places },
  { "Add", cjl_onnx_rule_formula_row },
  { "Add", rule_pair },
  { "AveragePool", cjl_onnx_rule_pool },
  { "BatchNormalization", cjl_onnx_rule_batch_norm },
  { "Celu", rule_slope },
  { "Clip", rule_clip },
  { "Concat", rule_token },
  { "Concat", rule_concat },
  { "Conv", cjl_onnx_rule_conv },
  { "Conv", cjl_onnx_rule_conv_3d },
  { "ConvTranspose", cjl_onnx_rule_conv_transpose },
  { "DepthToSpace", cjl_onnx_rule_pixel_shuffle },
  { "Dropout", rule_pass },
  { "Elu", rule_slope },
  { "Flatten", rule_reshape },
  { "Gather", rule_embedding },
  { "Gather", cjl_onnx_rule_gather_rows },
  { "Gather", cjl_onnx_rule_largest_of },
  { "Gemm", rule_gemm },
  { "GlobalAveragePool", rule_mean },
  { "GRU", cjl_onnx_rule_recurrent },
  { "GlobalMaxPool", rule_mean },
  { "Identity", rule_pass },
  { "InstanceNormalization", cjl_onnx_rule_instance_norm },
  { "LRN", cjl_onnx_rule_lrn },
  { "LSTM", cjl_onnx_rule_recurrent },
  { "LayerNormalization", cjl_onnx_rule_layer_norm },
  { "LeakyRelu", rule_slope },
  { "LogSoftmax", rule_softmax },
  { "MatMul", cjl_onnx_rule_attention },
  { "MatMul", rule_matmul },
  { "MatMul", cjl_onnx_rule_pixels },
  { "MatMul", cjl_onnx_rule_axes },
  { "MaxPool", cjl_onnx_rule_pool },
  { "Mul", cjl_onnx_rule_rms_norm },
  { "Mul", cjl_onnx_rule_glu },
  { "Mul", cjl_onnx_rule_channel_scale },
  { "Mul", cjl_onnx_rule_formula_row },
  { "Mul", rule_pair },
  { "PRelu", rule_prelu },
  { "Pad", cjl_onnx_rule_pad },
  { "Pow", cjl_onnx_rule_rms_norm },
  { "QuantizeLinear", cjl_onnx_rule_quantise },
  { "RNN", cjl_onnx_rule_recurrent },
  { "ReduceMax", rule_largest },
  { "ReduceMean", rule_mean },
  { "ReduceMean", rule_reduce },
  { "ReduceSum", rule_reduce },
  { "Reshape", rule_reshape },
  { "Resize", cjl_onnx_rule_resize },
  { "Slice", cjl_onnx_rule_slice },
  { "Softmax", rule_softmax },
  { "Split", cjl_onnx_rule_split },
  { "Squeeze", rule_reshape },
  { "Transpose", rule_transpose },
  { "Unsqueeze", rule_reshape },
  { "Upsample", cjl_onnx_rule_resize },
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
  /* layers compute with floats; what counts stays a card, unless it is what it was */
  if (x != NULL && !cj_array_type_is_float (x->type) && !cjl_onnx_is_op (node, "Gather"))
    return cjl_onnx_is_op (node, "Reshape") && keeps_shape (import, node)
               ? cjl_onnx_pass_on (import, node, handled)
               : TRUE;
  if (!cjl_onnx_rule_view (import, node, handled, error)
      || (!*handled && !cjl_onnx_rule_pointwise (import, node, handled, error)))
    return FALSE;
  lift = *handled ? NULL : cjl_onnx_find_lift (import, node);
  if (lift != NULL)
    {
      const gboolean done
          = cjl_onnx_lift (import, node, lift, error) && try_rules (import, node, handled, error);

      cjl_onnx_unlift (import);
      if (!done)
        return FALSE;
    }
  return *handled
         || (try_rules (import, node, handled, error)
             && (*handled || cjl_onnx_rule_formula (import, node, handled, error)));
}
