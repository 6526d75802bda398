/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions of one number that are spelled by several operators, each exporter in its own way: what a row of them does
 * is computed for some numbers and compared with what the layers do. */
#include "cjl-onnx-rules.h"
#include "cjl-onnx-views.h"

#include <math.h>
#include <string.h>

#define MAX_NODES 16 /* in a row */
#define NEAR 43      /* points in a row, and some far out */
#define FAR 6
#define FIRST (-8.3)
#define STEP 0.391   /* 0 and the corners at 1, 3 and 6 are no points */
#define OUTMOST 79   /* the farthest: what exp still has numbers for */
#define ENDLESS 1e30 /* a bound that is none */

static const char *const known[]
    = { "Abs",         "Add",       "Clip",     "Div",  "Elu",       "Erf",      "Exp",      "Gelu",
        "HardSigmoid", "HardSwish", "Identity", "Log",  "Max",       "Min",      "Mish",     "Mul",
        "Neg",         "Pow",       "Relu",     "Selu", "Sigmoid",   "Softplus", "Softsign", "Sqrt",
        "Sub",         "Sum",       "Tanh",     "Celu", "Reciprocal" };

/* Without one of them, a row of operators is a polynomial at best. */
static const char *const bends[]
    = { "Abs",      "Clip",     "Elu",  "Erf",  "Exp",       "HardSigmoid",
        "Log",      "Max",      "Min",  "Relu", "Selu",      "Sigmoid",
        "Softplus", "Softsign", "Tanh", "Gelu", "HardSwish", "Mish" };

static gboolean
is_among (const CjdOnnxNode *node, const char *const *ops, guint n)
{
  for (guint i = 0; i < n; i++)
    if (cjl_onnx_is_op (node, ops[i]))
      return TRUE;
  return FALSE;
}

/* --- functions of layers --- */

static double
sigmoid (double x)
{
  return 1 / (1 + exp (-x));
}

static double
softplus (double x)
{
  return fmax (x, 0) + log1p (exp (-fabs (x)));
}

static double
gelu (double x)
{
  return x * 0.5 * (1 + erf (x / G_SQRT2));
}

static double
gelu_tanh (double x)
{
  return x * 0.5 * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x)));
}

static double
silu (double x)
{
  return x * sigmoid (x);
}

static double
mish (double x)
{
  return x * tanh (softplus (x));
}

static double
hardsigmoid (double x)
{
  return fmin (fmax (x / 6 + 0.5, 0), 1);
}

static double
hardswish (double x)
{
  return x * hardsigmoid (x);
}

static double
log_sigmoid (double x)
{
  return -softplus (-x);
}

static double
tanhshrink (double x)
{
  return x - tanh (x);
}

static double
softsign (double x)
{
  return x / (1 + fabs (x));
}

/* Klambauer et al. (2017) */
static double
selu (double x)
{
  return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1 (x));
}

static double
relu (double x)
{
  return fmax (x, 0);
}

static double
relu6 (double x)
{
  return fmin (fmax (x, 0), 6);
}

static const struct
{
  const char *layer, *setting; /* setting: or NULL */
  double (*f) (double x);
} functions[] = {
  { "gelu", NULL, gelu },
  { "gelu", "form=tanh", gelu_tanh },
  { "silu", NULL, silu },
  { "mish", NULL, mish },
  { "hardswish", NULL, hardswish },
  { "hardsigmoid", NULL, hardsigmoid },
  { "softplus", NULL, softplus },
  { "log-sigmoid", NULL, log_sigmoid },
  { "tanhshrink", NULL, tanhshrink },
  { "softsign", NULL, softsign },
  { "selu", NULL, selu },
  { "sigmoid", NULL, sigmoid },
  { "tanh", NULL, tanh },
  { "relu", NULL, relu },
  { "relu6", NULL, relu6 },
};

/* Point k. */
static double
point (gint64 k)
{
  static const double far[FAR] = { -OUTMOST, -33.3, -15.7, 15.7, 33.3, OUTMOST };

  return k < NEAR ? FIRST + STEP * (double) k : far[k - NEAR];
}

/* Which of them has these values; -1: none. */
static int
find_function (const CjArray *y)
{
  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      gboolean same = y->size == NEAR + FAR;

      for (gint64 k = 0; same && k < y->size; k++)
        {
          const double wanted = functions[i].f (point (k));

          same = fabs (cj_array_get (y, k) - wanted) <= 3e-6 + 3e-5 * fabs (wanted);
        }
      if (same)
        return (int) i;
    }
  return -1;
}

/* --- rows of operators --- */

/* Whether what a number does would show at the points: a bound farther out would not. */
static gboolean
is_seen (double number)
{
  return fabs (number) < OUTMOST || fabs (number) >= ENDLESS;
}

/* The numbers of a value if that of `root` were the points; NULL: it hangs on something else, or is too long.
 * Borrowed from `seen`. */
static CjArray *
compute (const CjlOnnxImport *import, const char *name, GHashTable *seen, guint depth)
{
  const CjdOnnxNode *node = cjl_onnx_maker (import, name);
  CjArray *in[4] = { NULL }, *out = NULL, *value = g_hash_table_lookup (seen, name);

  if (value != NULL)
    return value;
  if (!g_hash_table_contains (import->flows, name))
    {
      const CjDims one = { 1, { 1 } };

      value = cjl_onnx_constant (import, name);
      if (value == NULL || value->size != 1 || !is_seen (cj_array_get (value, 0)))
        return NULL;
      value = cj_array_reshape (value, &one);
      g_hash_table_insert (seen, (gpointer) name, value);
      return value;
    }
  if (depth == 0 || node == NULL || !is_among (node, known, G_N_ELEMENTS (known))
      || (cjl_onnx_is_op (node, "Clip")
          && (!is_seen (cjl_onnx_get_float (node, "min", 0))
              || !is_seen (cjl_onnx_get_float (node, "max", 0))))
      || node->inputs->len > G_N_ELEMENTS (in))
    return NULL;
  for (guint i = 0; i < node->inputs->len; i++)
    if (*cjl_onnx_input (node, i) != '\0'
        && (in[i] = compute (import, cjl_onnx_input (node, i), seen, depth - 1)) == NULL)
      return NULL;
  if (!cj_extra_run (node->op, node->inputs->len, in, 1, &out, NULL) || out == NULL)
    return NULL;
  g_hash_table_insert (seen, (gpointer) name, out);
  return out;
}

static CjArray *
new_points (void)
{
  const CjDims dims = { 1, { NEAR + FAR } };
  CjArray *x = cj_array_new (CJ_ARRAY_F32, &dims, NULL);

  for (gint64 i = 0; x != NULL && i < x->size; i++)
    cj_array_set (x, i, point (i));
  return x;
}

static int
try_root (const CjlOnnxImport *import, const char *name, const char *root)
{
  g_autoptr (GHashTable) seen
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) cj_array_unref);
  CjArray *points = new_points (), *y;

  if (points == NULL)
    return -1;
  g_hash_table_insert (seen, (gpointer) root, points);
  y = compute (import, name, seen, MAX_NODES);
  return y != NULL ? find_function (y) : -1;
}

/* What a value is made of by operators on single numbers, the nearest first: names. FALSE in *bent: all of them are
 * products and sums. */
static GPtrArray *
list_roots (const CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *bent)
{
  GPtrArray *names = g_ptr_array_new ();
  guint at = 0;

  *bent = FALSE;
  while (node != NULL)
    {
      *bent = *bent || is_among (node, bends, G_N_ELEMENTS (bends));
      for (guint i = 0; i < node->inputs->len && names->len < MAX_NODES; i++)
        if (cjl_onnx_flows (import, node, i)
            && !g_ptr_array_find_with_equal_func (names, cjl_onnx_input (node, i), g_str_equal,
                                                  NULL))
          g_ptr_array_add (names, (gpointer) cjl_onnx_input (node, i));
      node = NULL;
      while (node == NULL && at < names->len)
        {
          node = cjl_onnx_maker (import, names->pdata[at++]);
          node = is_among (node, known, G_N_ELEMENTS (known)) ? node : NULL;
        }
    }
  return names;
}

/* A layer on what it is a function of, in whatever layout that lies. */
static gboolean
put_function (CjlOnnxImport *import, const CjdOnnxNode *node, const char *x, int function,
              gboolean *handled, GError **error)
{
  CjlOnnxMade base;
  const CjlOnnxView *view = cjl_onnx_find_view (import, x);
  const char *order = cjl_onnx_find_order (import, x, &base);
  CjNode *made, *turned;

  if (order != NULL) /* before the axes are turned, so that what turns them back can go */
    {
      made = cjl_onnx_put (import, functions[function].layer, node, NULL, error,
                           functions[function].setting, NULL);
      if (made == NULL || !cj_graph_connect (import->graph, base.node, base.port, made, 0, error))
        return FALSE;
      turned = cjl_onnx_put_on (import, "permute", node, (CjlOnnxMade){ made, 0 }, error);
      return turned != NULL && cjl_onnx_set (import, turned, error, "order", "%s", order)
             && cjl_onnx_finish (import, node, turned, handled);
    }
  if (view == NULL || strchr (view->axes, 'F') == NULL)
    {
      made = cjl_onnx_put (import, functions[function].layer, node, x, error,
                           functions[function].setting, NULL);
      return cjl_onnx_finish (import, node, made, handled);
    }
  if (!cjl_onnx_view_base (import, view, &base, error))
    return FALSE;
  made = cjl_onnx_put (import, functions[function].layer, node, NULL, error,
                       functions[function].setting, NULL);
  if (made == NULL || !cj_graph_connect (import->graph, base.node, base.port, made, 0, error))
    return FALSE;
  cjl_onnx_note_view (import, cjl_onnx_output (node, 0), node, (CjlOnnxMade){ made, 0 },
                      view->axes);
  cjl_onnx_take (import, node);
  *handled = TRUE;
  return TRUE;
}

gboolean
cjl_onnx_rule_pointwise (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                         GError **error)
{
  const CjArray *y = cjl_onnx_value (import, cjl_onnx_output (node, 0));
  g_autoptr (GPtrArray) roots = NULL;
  gboolean bent;

  if (!is_among (node, known, G_N_ELEMENTS (known)))
    return TRUE;
  roots = list_roots (import, node, &bent);
  for (guint i = 0; bent && i < roots->len; i++)
    {
      const CjArray *x = cjl_onnx_value (import, roots->pdata[i]);
      /* behind what is not known there are no values: then a node by itself */
      const gboolean alike = x != NULL && y != NULL
                                 ? cj_dims_equal (&x->dims, &y->dims)
                                 : g_str_equal (roots->pdata[i], cjl_onnx_input (node, 0));
      const int function
          = alike ? try_root (import, cjl_onnx_output (node, 0), roots->pdata[i]) : -1;

      if (function >= 0)
        return put_function (import, node, roots->pdata[i], function, handled, error);
    }
  return TRUE;
}
