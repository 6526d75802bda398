/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators that onnxruntime's optimiser writes where several stood (domain com.microsoft, its documentation
 * docs/ContribOperators.md): products with what comes behind them, and kinds of the Gaussian error linear unit. They
 * are made of the operators that they stand for. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

#define OPSET 22 /* of what they are made of */

static gboolean
give (CjExtraCall *call, CjArray *value)
{
  return value != NULL && cj_extra_give (call, 0, cj_array_ref (value));
}

/* An operator of one input and up to two numbers. You unref; NULL if `x` is. */
static CjArray *
apply_numbers (const char *op, CjArray *x, const char *const *names, const double *numbers, guint n,
               GError **error)
{
  CjAttr attrs[2] = { { 0 } };
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  for (guint i = 0; i < n; i++)
    {
      attrs[i] = (CjAttr){ .name = (char *) names[i], .kind = CJ_ATTR_FLOAT, .f = numbers[i] };
      g_ptr_array_add (list, &attrs[i]);
    }
  return x != NULL ? cj_extra_apply (op, OPSET, list, 1, &x, error) : NULL;
}

/* --- activations behind a product --- */

typedef struct
{
  const char *op;
  const char *names[2]; /* of its numbers */
  double presets[2];
} Activation;

static const Activation activations[] = {
  { "Elu", { "alpha" }, { 1 } },    { "HardSigmoid", { "alpha", "beta" }, { 0.2, 0.5 } },
  { "HardSwish", { NULL }, { 0 } }, { "LeakyRelu", { "alpha" }, { 0.01 } },
  { "Relu", { NULL }, { 0 } },      { "Sigmoid", { NULL }, { 0 } },
  { "Softplus", { NULL }, { 0 } },  { "Softsign", { NULL }, { 0 } },
  { "Tanh", { NULL }, { 0 } },
};

/* Its numbers in a list, of which there may be too few. */
static CjArray *
activate (CjArray *x, const char *name, const double *given, guint n_given, GError **error)
{
  static const char *const bounds[] = { "min", "max" };

  if (x == NULL)
    return NULL;
  if (*name == '\0')
    return cj_array_ref (x);
  /* bounds were attributes before version 11 */
  if (g_str_equal (name, "Clip") && n_given == 2)
    {
      CjAttr low = { .name = (char *) bounds[0], .kind = CJ_ATTR_FLOAT, .f = given[0] };
      CjAttr high = { .name = (char *) bounds[1], .kind = CJ_ATTR_FLOAT, .f = given[1] };
      g_autoptr (GPtrArray) list = g_ptr_array_new ();

      g_ptr_array_add (list, &low);
      g_ptr_array_add (list, &high);
      return cj_extra_apply ("Clip", 6, list, 1, &x, error);
    }
  for (guint i = 0; i < G_N_ELEMENTS (activations); i++)
    if (g_str_equal (activations[i].op, name))
      {
        const Activation *a = &activations[i];
        const guint n = a->names[1] != NULL ? 2 : a->names[0] != NULL ? 1 : 0;
        double numbers[2];

        for (guint k = 0; k < n; k++)
          numbers[k] = k < n_given ? given[k] : a->presets[k];
        return apply_numbers (a->op, x, a->names, numbers, n, error);
      }
  cj_extra_refuse_attr ("activation", error);
  return NULL;
}

/* A convolution, what is added to it, and an activation. */
static gboolean
run_conv (CjExtraCall *call, GError **error)
{
  const CjAttr *given = cj_extra_node_find (call->node, "activation_params");
  const gboolean some = given != NULL && given->kind == CJ_ATTR_FLOATS;
  CjArray *z = cj_extra_in (call, 3);
  g_autoptr (CjArray) y
      = cj_extra_apply ("Conv", OPSET, call->node->attrs, MIN (call->n_in, 3), call->in, error);
  g_autoptr (CjArray) sum = NULL, done = NULL;

  if (y == NULL)
    return FALSE;
  sum = z != NULL ? cj_extra_apply_pair ("Add", y, z, error) : cj_array_ref (y);
  done = activate (sum, cj_extra_text (call, "activation", ""), some ? given->floats : NULL,
                   some ? given->n : 0, error);
  return give (call, done);
}

static gboolean
run_gemm (CjExtraCall *call, GError **error)
{
  const CjAttr *alpha = cj_extra_node_find (call->node, "activation_alpha");
  const char *name = cj_extra_text (call, "activation", "");
  const double numbers[2] = { cj_extra_float (call, "activation_alpha", 0),
                              cj_extra_float (call, "activation_beta", 0) };
  g_autoptr (CjArray) y
      = cj_extra_apply ("Gemm", OPSET, call->node->attrs, call->n_in, call->in, error);
  g_autoptr (CjArray) done = activate (y, name, numbers, alpha != NULL ? 2 : 0, error);

  return give (call, done);
}

/* The order of the n dimensions of a factor, at least two: `batched` ones come as row, batch, column, and `turned`
 * swaps row and column. */
static void
factor_order (guint n, gboolean turned, gboolean batched, guint *order)
{
  const guint row = batched ? 0 : n - 2;

  for (guint k = 0; k + 2 < n; k++)
    order[k] = batched ? k + 1 : k;
  order[n - 2] = turned ? n - 1 : row;
  order[n - 1] = turned ? row : n - 1;
}

/* A factor as it is multiplied; one of less than two dimensions stays as it is. You unref. */
static CjArray *
turn_factor (const CjExtraCall *call, guint i, const char *turns, const char *batches,
             GError **error)
{
  CjArray *x = call->in[i];
  guint order[CJ_ARRAY_MAX_DIMS];

  if (x->dims.n < 2)
    return cj_array_ref (x);
  factor_order (x->dims.n, cj_extra_int (call, turns, 0) != 0,
                cj_extra_int (call, batches, 0) != 0 && x->dims.n > 2, order);
  return cj_array_permute (x, order, error);
}

/* alpha · A' · B' */
static gboolean
run_matmul (CjExtraCall *call, GError **error)
{
  const double alpha = cj_extra_float (call, "alpha", 1);
  g_autoptr (CjArray) a = turn_factor (call, 0, "transA", "transBatchA", error);
  g_autoptr (CjArray) b = a != NULL ? turn_factor (call, 1, "transB", "transBatchB", error) : NULL;
  g_autoptr (CjArray) y = b != NULL ? cj_extra_apply_pair ("MatMul", a, b, error) : NULL;
  CjArray *scaled;

  if (y == NULL || alpha == 1)
    return give (call, y);
  scaled = cj_extra_out (call, 0, y->type, &y->dims, error);
  for (gint64 i = 0; scaled != NULL && i < y->size; i++)
    cj_array_set (scaled, i, alpha * cj_array_get (y, i));
  return scaled != NULL;
}

/* --- pointwise --- */

/* Gelu, FastGelu and BiasGelu: exact or by tanh, of what a bias may be added to. */
static gboolean
run_gelu (CjExtraCall *call, GError **error)
{
  const gboolean near = g_str_has_suffix (call->node->op, ".FastGelu");
  CjArray *bias = cj_extra_in (call, 1);
  CjAttr attr = { .name = (char *) "approximate", .kind = CJ_ATTR_TEXT, .text = (char *) "tanh" };
  g_autoptr (GPtrArray) attrs = g_ptr_array_new ();
  g_autoptr (CjArray) x = bias != NULL ? cj_extra_apply_pair ("Add", call->in[0], bias, error)
                                       : cj_array_ref (call->in[0]);

  if (near)
    g_ptr_array_add (attrs, &attr);
  return x != NULL && cj_extra_give (call, 0, cj_extra_apply ("Gelu", OPSET, attrs, 1, &x, error));
}

/* x · sigmoid (alpha · x) */
static gboolean
run_quick_gelu (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const double alpha = cj_extra_float (call, "alpha", 1.702);
  CjArray *y = cj_extra_out (call, 0, x->type, &x->dims, error);

  for (gint64 i = 0; y != NULL && i < y->size; i++)
    {
      const double one = cj_array_get (x, i);

      cj_array_set (y, i, one / (1 + exp (-alpha * one)));
    }
  return y != NULL;
}

/* Softmax of a sum, over all dimensions from the axis on; a bias that has fewer is stretched from the end. */
static gboolean
run_bias_softmax (CjExtraCall *call, GError **error)
{
  g_autoptr (CjArray) x = NULL;

  if (cj_extra_int (call, "is_inner_broadcast", 1) == 0)
    return cj_extra_refuse_attr ("is_inner_broadcast", error);
  x = cj_extra_apply_pair ("Add", call->in[0], call->in[1], error);
  return x != NULL
         && cj_extra_give (call, 0,
                           cj_extra_apply ("Softmax", 11, call->node->attrs, 1, &x, error));
}

/* Those that the standard took over under the same name. */
static gboolean
run_same (CjExtraCall *call, GError **error)
{
  return cj_extra_give (call, 0,
                        cj_extra_apply (strrchr (call->node->op, '.') + 1, OPSET, call->node->attrs,
                                        call->n_in, call->in, error));
}

const CjExtraInfo cj_extra_fused[] = {
  { CJ_EXTRA_MS "BiasGelu", 1, 0, 2, 2, run_gelu },
  { CJ_EXTRA_MS "BiasSoftmax", 1, 0, 2, 2, run_bias_softmax },
  { CJ_EXTRA_MS "FastGelu", 1, 0, 1, 2, run_gelu },
  { CJ_EXTRA_MS "FusedConv", 1, 0, 2, 4, run_conv },
  { CJ_EXTRA_MS "FusedGemm", 1, 0, 2, 3, run_gemm },
  { CJ_EXTRA_MS "FusedMatMul", 1, 0, 2, 2, run_matmul },
  { CJ_EXTRA_MS "GatherND", 1, 0, 2, 2, run_same },
  { CJ_EXTRA_MS "Gelu", 1, 0, 1, 1, run_gelu },
  { CJ_EXTRA_MS "GridSample", 1, 0, 2, 2, run_same },
  { CJ_EXTRA_MS "QuickGelu", 1, 0, 1, 1, run_quick_gelu },
  { CJ_EXTRA_MS "Range", 1, 0, 3, 3, run_same },
  { CJ_EXTRA_MS "TransposeMatMul", 1, 0, 2, 2, run_matmul },
  { CJ_EXTRA_MS "Trilu", 1, 0, 1, 2, run_same },
  { NULL, 0, 0, 0, 0, NULL },
};
