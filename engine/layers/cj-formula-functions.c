/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The functions that a formula may call. */
#include "cj-formula-private.h"

#include <math.h>
#include <string.h>

static const CjFormulaFunction functions[] = {
  { "abs", CJ_CALL_UNARY, CJ_UNARY_ABS, 0, 0, fabs },
  { "celu", CJ_CALL_UNARY, CJ_UNARY_CELU, 1, 0, NULL },
  { "clamp", CJ_CALL_CLAMP, CJ_UNARY_CLAMP, 0, 0, NULL },
  { "cos", CJ_CALL_UNARY, CJ_UNARY_COS, 0, 0, cos },
  { "elu", CJ_CALL_UNARY, CJ_UNARY_ELU, 1, 0, NULL },
  { "exp", CJ_CALL_UNARY, CJ_UNARY_EXP, 0, 0, exp },
  { "gelu", CJ_CALL_UNARY, CJ_UNARY_GELU, 0, 0, NULL },
  { "hardsigmoid", CJ_CALL_UNARY, CJ_UNARY_HARDSIGMOID, 0, 0, NULL },
  { "hardswish", CJ_CALL_UNARY, CJ_UNARY_HARDSWISH, 0, 0, NULL },
  { "leaky_relu", CJ_CALL_LEAKY, CJ_UNARY_LEAKY_RELU, 0.01, 0, NULL },
  { "ln", CJ_CALL_UNARY, CJ_UNARY_LOG, 0, 0, log },
  { "log", CJ_CALL_UNARY, CJ_UNARY_LOG, 0, 0, log },
  { "log_sigmoid", CJ_CALL_UNARY, CJ_UNARY_LOG_SIGMOID, 0, 0, NULL },
  { "log_softmax", CJ_CALL_SOFTMAX, TRUE, 0, 0, NULL },
  { "max", CJ_CALL_BINARY, CJ_BINARY_MAXIMUM, 0, 0, NULL },
  { "mean", CJ_CALL_REDUCE, CJ_REDUCE_MEAN, 0, 0, NULL },
  { "min", CJ_CALL_BINARY, CJ_BINARY_MINIMUM, 0, 0, NULL },
  { "mish", CJ_CALL_UNARY, CJ_UNARY_MISH, 0, 0, NULL },
  { "pow", CJ_CALL_POWER, CJ_BINARY_POWER, 0, 0, NULL },
  { "relu", CJ_CALL_UNARY, CJ_UNARY_RELU, 0, 0, NULL },
  { "selu", CJ_CALL_UNARY, CJ_UNARY_SELU, 0, 0, NULL },
  { "sigmoid", CJ_CALL_UNARY, CJ_UNARY_SIGMOID, 0, 0, NULL },
  { "silu", CJ_CALL_UNARY, CJ_UNARY_SILU, 0, 0, NULL },
  { "sin", CJ_CALL_UNARY, CJ_UNARY_SIN, 0, 0, sin },
  { "softmax", CJ_CALL_SOFTMAX, FALSE, 0, 0, NULL },
  { "softplus", CJ_CALL_UNARY, CJ_UNARY_SOFTPLUS, 1, 20, NULL },
  { "softsign", CJ_CALL_UNARY, CJ_UNARY_SOFTSIGN, 0, 0, NULL },
  { "sqrt", CJ_CALL_UNARY, CJ_UNARY_SQRT, 0, 0, sqrt },
  { "square", CJ_CALL_UNARY, CJ_UNARY_SQUARE, 0, 0, NULL },
  { "sum", CJ_CALL_REDUCE, CJ_REDUCE_SUM, 0, 0, NULL },
  { "tanh", CJ_CALL_UNARY, CJ_UNARY_TANH, 0, 0, tanh },
};

guint
cj_formula_count_functions (void)
{
  return G_N_ELEMENTS (functions);
}

const CjFormulaFunction *
cj_formula_find_function (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    if (g_str_equal (functions[i].name, name))
      return &functions[i];
  return NULL;
}

/* Insertions, deletions and replacements that turn one word into the other (Levenshtein, 1966). */
static guint
distance (const char *a, const char *b)
{
  guint row[2 * CJ_FORMULA_MAX_NAME];
  const guint n = (guint) strlen (b);

  g_assert (n < G_N_ELEMENTS (row));
  for (guint j = 0; j <= n; j++)
    row[j] = j;
  for (guint i = 0; a[i] != '\0'; i++)
    {
      guint before = row[0]++;

      for (guint j = 0; j < n; j++)
        {
          const guint replaced = before + (a[i] == b[j] ? 0 : 1);

          before = row[j + 1];
          row[j + 1] = MIN (replaced, MIN (row[j], before) + 1);
        }
    }
  return row[n];
}

const char *
cj_formula_find_nearest (const char *name)
{
  const char *best = NULL;
  guint least = 3; /* letters, more is another word */

  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    {
      const guint d = distance (name, functions[i].name);

      if (d < least && d < strlen (name))
        {
          least = d;
          best = functions[i].name;
        }
    }
  return best;
}
