/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Formulas that a person types: "a * tanh (b * x) + c where a = 0.5 per channel, c = 0".
 *
 *   formula = sum ["where" setting {"," setting}]
 *   setting = name "=" ["-"] number ["per" ("channel" | "unit")]
 *   sum     = product {("+" | "-") product}
 *   product = sign {("*" | "/") sign}
 *   sign    = ("-" | "+") sign | power
 *   power   = atom ["^" sign]
 *   atom    = number | name | function "(" sum {"," sum} ["," axis] ")" | "(" sum ")"
 *
 * x, y and z are inputs, pi and e are numbers, every other name is learned. Equal parts are one term,
 * so they are computed once. Length, depth and the number of names are bounded. */
#pragma once

#include "cj-ops.h"

G_BEGIN_DECLS

#define CJ_FORMULA_MAX_TERMS 255
#define CJ_FORMULA_MAX_DEPTH 40
#define CJ_FORMULA_MAX_LEARNED 16
#define CJ_FORMULA_MAX_NAME 24
#define CJ_FORMULA_MAX_INPUTS 3 /* x y z */

typedef enum
{
  CJ_TERM_NUMBER,  /* number */
  CJ_TERM_INPUT,   /* number `index` */
  CJ_TERM_LEARNED, /* number `index` */
  CJ_TERM_UNARY,   /* unary, of a */
  CJ_TERM_BINARY,  /* binary, of a and b; one of them may be a number */
  CJ_TERM_REDUCE,  /* mean or sum of a along an axis, which stays with size 1 */
  CJ_TERM_SOFTMAX  /* of a along an axis */
} CjTermKind;

typedef enum
{
  CJ_ALONG_CHANNEL, /* the features: axis 1 of N C H W, the last of N T C */
  CJ_ALONG_SPACE,
  CJ_ALONG_TIME,
  CJ_ALONG_ALL /* everything in a sample */
} CjAlong;

typedef enum
{
  CJ_PER_NETWORK, /* one number */
  CJ_PER_CHANNEL,
  CJ_PER_UNIT
} CjPer;

typedef struct
{
  CjTermKind kind;
  int a, b; /* terms before this one */
  guint index;
  double number;
  CjUnaryAttrs unary;
  CjBinaryKind binary;
  CjReduceKind reduce;
  gboolean log; /* of a softmax */
  CjAlong along;
  gboolean of_input; /* made of an input, so it has a batch */
  guint column;      /* where it stands in the text, from 1 */
} CjTerm;

typedef struct
{
  char name[CJ_FORMULA_MAX_NAME];
  double start;
  CjPer per;
  guint column;
  gboolean set; /* named behind "where" */
} CjLearned;

/* Every term refers to earlier ones only. */
typedef struct
{
  guint n_terms, n_learned, n_inputs; /* inputs are used from x on */
  int result;
  CjTerm terms[CJ_FORMULA_MAX_TERMS];
  CjLearned learned[CJ_FORMULA_MAX_LEARNED];
} CjFormula;

/* Reads a formula. On refusal NULL and one sentence that begins with the column. You free with g_free.
 * Any thread. */
CjFormula *cj_formula_parse (const char *text, GError **error);

/* Whether cj_formula_parse would read it; the check of a CJ_PARAM_FORMULA. */
gboolean cj_formula_check (const char *text, GError **error);

G_END_DECLS
