/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cj-formula.c and cj-formula-functions.c. */
#pragma once

#include "cj-formula.h"

G_BEGIN_DECLS

typedef enum
{
  CJ_CALL_UNARY,
  CJ_CALL_BINARY, /* two arguments or more, from left to right */
  CJ_CALL_POWER,
  CJ_CALL_CLAMP,
  CJ_CALL_LEAKY,
  CJ_CALL_REDUCE,
  CJ_CALL_SOFTMAX
} CjCallKind;

typedef struct
{
  const char *name;
  CjCallKind call;
  int kind; /* of the op; of a softmax: whether its logarithm */
  double a, b;
  double (*of_number) (double x); /* NULL: not of a number alone */
} CjFormulaFunction;

guint cj_formula_count_functions (void);

/* NULL if there is none. */
const CjFormulaFunction *cj_formula_find_function (const char *name);

/* The name of the function that a word of less than CJ_FORMULA_MAX_NAME letters may have meant, or NULL. */
const char *cj_formula_find_nearest (const char *name);

G_END_DECLS
