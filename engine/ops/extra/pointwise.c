/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Functions of one number: y = f (x), element by element, in double precision. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *op;
  double (*f) (double x, const double *p);
  const char *names[2]; /* of parameters */
  double presets[2];
} Function;

static double
f_abs (double x, const double *p)
{
  (void) p;
  return fabs (x);
}

static double
f_acos (double x, const double *p)
{
  (void) p;
  return acos (x);
}

static double
f_acosh (double x, const double *p)
{
  (void) p;
  return acosh (x);
}

static double
f_asin (double x, const double *p)
{
  (void) p;
  return asin (x);
}

static double
f_asinh (double x, const double *p)
{
  (void) p;
  return asinh (x);
}

static double
f_atan (double x, const double *p)
{
  (void) p;
  return atan (x);
}

static double
f_atanh (double x, const double *p)
{
  (void) p;
  return atanh (x);
}

static double
f_ceil (double x, const double *p)
{
  (void) p;
  return ceil (x);
}

static double
f_celu (double x, const double *p)
{
  return x > 0 ? x : p[0] * expm1 (x / p[0]);
}

static double
f_cos (double x, const double *p)
{
  (void) p;
  return cos (x);
}

static double
f_cosh (double x, const double *p)
{
  (void) p;
  return cosh (x);
}

static double
f_elu (double x, const double *p)
{
  return x > 0 ? x : p[0] * expm1 (x);
}

static double
f_erf (double x, const double *p)
{
  (void) p;
  return erf (x);
}

static double
f_exp (double x, const double *p)
{
  (void) p;
  return exp (x);
}

static double
f_floor (double x, const double *p)
{
  (void) p;
  return floor (x);
}

static double
f_hard_sigmoid (double x, const double *p)
{
  return fmax (0, fmin (1, p[0] * x + p[1]));
}

static double
f_hard_swish (double x, const double *p)
{
  (void) p;
  return x * fmax (0, fmin (1, x / 6 + 0.5));
}

static double
f_leaky_relu (double x, const double *p)
{
  return x < 0 ? p[0] * x : x;
}

static double
f_log (double x, const double *p)
{
  (void) p;
  return log (x);
}

static double
f_softplus (double x, const double *p)
{
  (void) p;
  return x > 0 ? x + log1p (exp (-x)) : log1p (exp (x));
}

static double
f_mish (double x, const double *p)
{
  return x * tanh (f_softplus (x, p));
}

static double
f_neg (double x, const double *p)
{
  (void) p;
  return -x;
}

static double
f_reciprocal (double x, const double *p)
{
  (void) p;
  return 1 / x;
}

static double
f_relu (double x, const double *p)
{
  (void) p;
  return x < 0 ? 0 : x;
}

static double
f_round (double x, const double *p)
{
  (void) p;
  return nearbyint (x);
}

static double
f_selu (double x, const double *p)
{
  return p[1] * (x > 0 ? x : p[0] * expm1 (x));
}

static double
f_shrink (double x, const double *p)
{
  return x < -p[1] ? x + p[0] : x > p[1] ? x - p[0] : 0;
}

static double
f_sigmoid (double x, const double *p)
{
  (void) p;
  return 1 / (1 + exp (-x));
}

static double
f_sign (double x, const double *p)
{
  (void) p;
  return (x > 0) - (x < 0);
}

static double
f_sin (double x, const double *p)
{
  (void) p;
  return sin (x);
}

static double
f_sinh (double x, const double *p)
{
  (void) p;
  return sinh (x);
}

static double
f_softsign (double x, const double *p)
{
  (void) p;
  return x / (1 + fabs (x));
}

static double
f_sqrt (double x, const double *p)
{
  (void) p;
  return sqrt (x);
}

static double
f_swish (double x, const double *p)
{
  return x / (1 + exp (-p[0] * x));
}

static double
f_tan (double x, const double *p)
{
  (void) p;
  return tan (x);
}

static double
f_tanh (double x, const double *p)
{
  (void) p;
  return tanh (x);
}

static double
f_thresholded_relu (double x, const double *p)
{
  return x > p[0] ? x : 0;
}

static const Function functions[] = {
  { "Abs", f_abs, { NULL }, { 0 } },
  { "Acos", f_acos, { NULL }, { 0 } },
  { "Acosh", f_acosh, { NULL }, { 0 } },
  { "Asin", f_asin, { NULL }, { 0 } },
  { "Asinh", f_asinh, { NULL }, { 0 } },
  { "Atan", f_atan, { NULL }, { 0 } },
  { "Atanh", f_atanh, { NULL }, { 0 } },
  { "Ceil", f_ceil, { NULL }, { 0 } },
  { "Celu", f_celu, { "alpha" }, { 1 } },
  { "Cos", f_cos, { NULL }, { 0 } },
  { "Cosh", f_cosh, { NULL }, { 0 } },
  { "Elu", f_elu, { "alpha" }, { 1 } },
  { "Erf", f_erf, { NULL }, { 0 } },
  { "Exp", f_exp, { NULL }, { 0 } },
  { "Floor", f_floor, { NULL }, { 0 } },
  { "HardSigmoid", f_hard_sigmoid, { "alpha", "beta" }, { 0.2, 0.5 } },
  { "HardSwish", f_hard_swish, { NULL }, { 0 } },
  { "LeakyRelu", f_leaky_relu, { "alpha" }, { 0.01 } },
  { "Log", f_log, { NULL }, { 0 } },
  { "Mish", f_mish, { NULL }, { 0 } },
  { "Neg", f_neg, { NULL }, { 0 } },
  { "Reciprocal", f_reciprocal, { NULL }, { 0 } },
  { "Relu", f_relu, { NULL }, { 0 } },
  { "Round", f_round, { NULL }, { 0 } },
  /* as the standard has them, to all digits of a float */
  { "Selu",
    f_selu,
    { "alpha", "gamma" },
    { 1.67326319217681884765625, 1.05070102214813232421875 } },
  { "Shrink", f_shrink, { "bias", "lambd" }, { 0, 0.5 } },
  { "Sigmoid", f_sigmoid, { NULL }, { 0 } },
  { "Sign", f_sign, { NULL }, { 0 } },
  { "Sin", f_sin, { NULL }, { 0 } },
  { "Sinh", f_sinh, { NULL }, { 0 } },
  { "Softplus", f_softplus, { NULL }, { 0 } },
  { "Softsign", f_softsign, { NULL }, { 0 } },
  { "Sqrt", f_sqrt, { NULL }, { 0 } },
  { "Swish", f_swish, { "alpha" }, { 1 } },
  { "Tan", f_tan, { NULL }, { 0 } },
  { "Tanh", f_tanh, { NULL }, { 0 } },
  { "ThresholdedRelu", f_thresholded_relu, { "alpha" }, { 1 } },
};

static gboolean
map (CjExtraCall *call, double (*f) (double x, const double *p), const double *p, CjArrayType type,
     GError **error)
{
  const CjArray *x = call->in[0];
  CjArray *y = cj_extra_out (call, 0, type, &x->dims, error);
  double block[CJ_EXTRA_BLOCK];

  if (y == NULL)
    return FALSE;
  for (gint64 i = 0; i < x->size; i += CJ_EXTRA_BLOCK)
    {
      const gint64 n = MIN (CJ_EXTRA_BLOCK, x->size - i);

      cj_array_read (x, i, 1, n, block);
      for (gint64 k = 0; k < n; k++)
        block[k] = f (block[k], p);
      cj_array_write (y, i, n, block);
    }
  return TRUE;
}

static gboolean
run_function (CjExtraCall *call, GError **error)
{
  const Function *function = functions;
  double p[2] = { 0 };

  while (!g_str_equal (function->op, call->node->op))
    function++;
  for (guint i = 0; i < 2; i++)
    if (function->names[i] != NULL)
      p[i] = cj_extra_float (call, function->names[i], function->presets[i]);
  return map (call, function->f, p, call->in[0]->type, error);
}

/* Whole numbers of 64 bits are more exact than a double. */
static gboolean
run_whole (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  const gboolean turns = g_str_equal (call->node->op, "Neg");
  CjArray *y;

  if (x->type != CJ_ARRAY_I64 && x->type != CJ_ARRAY_U64)
    return run_function (call, error);
  y = cj_extra_out (call, 0, x->type, &x->dims, error);
  if (y == NULL)
    return FALSE;
  for (gint64 i = 0; i < x->size; i++)
    {
      const gint64 one = cj_array_get_int (x, i);

      if (turns || (one < 0 && x->type == CJ_ARRAY_I64))
        cj_array_set_int (y, i, (gint64) (0 - (guint64) one));
      else
        cj_array_set_int (y, i, one);
    }
  return TRUE;
}

static double
f_gelu (double x, const double *p)
{
  (void) p;
  return 0.5 * x * (1 + erf (x * G_SQRT2 / 2));
}

/* Hendrycks and Gimpel (2016), "Gaussian error linear units". */
static double
f_gelu_tanh (double x, const double *p)
{
  (void) p;
  return 0.5 * x * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x)));
}

static gboolean
run_gelu (CjExtraCall *call, GError **error)
{
  const gboolean near = cj_extra_text_is (call, "approximate", "none", "tanh");

  return map (call, near ? f_gelu_tanh : f_gelu, NULL, call->in[0]->type, error);
}

static double
f_is_nan (double x, const double *p)
{
  (void) p;
  return isnan (x);
}

static double
f_is_inf (double x, const double *p)
{
  return isinf (x) && (x < 0 ? p[0] : p[1]) != 0;
}

static double
f_not (double x, const double *p)
{
  (void) p;
  return x == 0;
}

static gboolean
run_is_nan (CjExtraCall *call, GError **error)
{
  return map (call, f_is_nan, NULL, CJ_ARRAY_BOOL, error);
}

static gboolean
run_is_inf (CjExtraCall *call, GError **error)
{
  const double p[2] = { (double) cj_extra_int (call, "detect_negative", 1),
                        (double) cj_extra_int (call, "detect_positive", 1) };

  return map (call, f_is_inf, p, CJ_ARRAY_BOOL, error);
}

static gboolean
run_not (CjExtraCall *call, GError **error)
{
  return map (call, f_not, NULL, CJ_ARRAY_BOOL, error);
}

static gboolean
run_bitwise_not (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0];
  CjArray *y;

  if (cj_array_type_is_float (x->type))
    return cj_extra_refuse_type (x->type, error);
  y = cj_extra_out (call, 0, x->type, &x->dims, error);
  for (gint64 i = 0; y != NULL && i < x->size; i++)
    cj_array_set_int (y, i, ~cj_array_get_int (x, i));
  return y != NULL;
}

const CjExtraInfo cj_extra_pointwise[] = {
  { "Abs", 1, 0, 1, 1, run_whole },
  { "Acos", 7, 0, 1, 1, run_function },
  { "Acosh", 9, 0, 1, 1, run_function },
  { "Asin", 7, 0, 1, 1, run_function },
  { "Asinh", 9, 0, 1, 1, run_function },
  { "Atan", 7, 0, 1, 1, run_function },
  { "Atanh", 9, 0, 1, 1, run_function },
  { "BitwiseNot", 18, 0, 1, 1, run_bitwise_not },
  { "Ceil", 1, 0, 1, 1, run_function },
  { "Celu", 12, 0, 1, 1, run_function },
  { "Cos", 7, 0, 1, 1, run_function },
  { "Cosh", 9, 0, 1, 1, run_function },
  { "Elu", 1, 0, 1, 1, run_function },
  { "Erf", 9, 0, 1, 1, run_function },
  { "Exp", 1, 0, 1, 1, run_function },
  { "Floor", 1, 0, 1, 1, run_function },
  { "Gelu", 20, 0, 1, 1, run_gelu },
  { "HardSigmoid", 1, 0, 1, 1, run_function },
  { "HardSwish", 14, 0, 1, 1, run_function },
  { "IsInf", 10, 0, 1, 1, run_is_inf },
  { "IsNaN", 9, 0, 1, 1, run_is_nan },
  { "LeakyRelu", 1, 0, 1, 1, run_function },
  { "Log", 1, 0, 1, 1, run_function },
  { "Mish", 18, 0, 1, 1, run_function },
  { "Neg", 1, 0, 1, 1, run_whole },
  { "Not", 1, 0, 1, 1, run_not },
  { "Reciprocal", 1, 0, 1, 1, run_function },
  { "Relu", 1, 0, 1, 1, run_function },
  { "Round", 11, 0, 1, 1, run_function },
  { "Selu", 1, 0, 1, 1, run_function },
  { "Shrink", 9, 0, 1, 1, run_function },
  { "Sigmoid", 1, 0, 1, 1, run_function },
  { "Sign", 9, 0, 1, 1, run_function },
  { "Sin", 7, 0, 1, 1, run_function },
  { "Sinh", 9, 0, 1, 1, run_function },
  { "Softplus", 1, 0, 1, 1, run_function },
  { "Softsign", 1, 0, 1, 1, run_function },
  { "Sqrt", 1, 0, 1, 1, run_function },
  { "Swish", 24, 0, 1, 1, run_function },
  { "Tan", 7, 0, 1, 1, run_function },
  { "Tanh", 1, 0, 1, 1, run_function },
  { "ThresholdedRelu", 1, 0, 1, 1, run_function },
  { NULL, 0, 0, 0, 0, NULL },
};
