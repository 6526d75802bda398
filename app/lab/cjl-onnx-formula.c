/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums, products and functions of numbers that no layer of its own does become a formula: as many operators in a row as
 * nobody reads in between. */
#include "cjl-onnx-rules.h"
#include "cjl-onnx-views.h"

#include "cj-formula.h"

#include <math.h>
#include <string.h>

#define MAX_DEPTH 12     /* operators in a row */
#define LETTERS "abcdfg" /* of learned numbers; e is one */
#define MAX_LEARNED (sizeof LETTERS - 1)

static const struct
{
  const char *op;
  guint n;          /* inputs */
  const char *sign; /* between two, */
  const char *name; /* or a function of one or two */
} known[] = {
  { "Add", 2, " + ", NULL }, { "Sub", 2, " - ", NULL },   { "Mul", 2, " * ", NULL },
  { "Div", 2, " / ", NULL }, { "Pow", 2, "^", NULL },     { "Max", 2, NULL, "max" },
  { "Min", 2, NULL, "min" }, { "Neg", 1, NULL, "-" },     { "Abs", 1, NULL, "abs" },
  { "Exp", 1, NULL, "exp" }, { "Log", 1, NULL, "log" },   { "Sin", 1, NULL, "sin" },
  { "Cos", 1, NULL, "cos" }, { "Sqrt", 1, NULL, "sqrt" }, { "Reciprocal", 1, NULL, "1 / " },
};

/* What is read of the row of operators. */
typedef struct
{
  const CjlOnnxImport *import;
  const CjDims *dims; /* of all values in it, but for those that are stretched */
  const char *roots[CJ_FORMULA_MAX_INPUTS];
  const CjArray *learned[MAX_LEARNED];
  guint n_roots, n_learned;
} Row;

static int
find_known (const CjdOnnxNode *node)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (cjl_onnx_is_op (node, known[i].op))
      return (int) i;
  return -1;
}

/* --- what is read --- */

static guint
get_channel_axis (guint rank)
{
  return rank >= 4 ? 1 : rank - 1;
}

/* Whether a constant has one number a channel, as it lies along values of these dimensions. */
static gboolean
is_per_channel (const CjArray *value, const CjDims *dims)
{
  const guint axis = get_channel_axis (dims->n);

  if (value->dims.n > dims->n || value->dims.n < dims->n - axis || value->size != dims->d[axis])
    return FALSE;
  for (guint k = 0; k < value->dims.n; k++)
    if (value->dims.d[k] != (k + dims->n - value->dims.n == axis ? value->size : 1))
      return FALSE;
  return TRUE;
}

static char *
print_constant (Row *row, const char *name)
{
  const CjArray *value = cjl_onnx_constant (row->import, name);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (value == NULL || value->dims.n > row->dims->n || !cj_array_type_is_float (value->type))
    return NULL;
  if (value->size == 1)
    {
      const double is = cj_array_get (value, 0);

      g_ascii_formatd (number, sizeof number, "%.9g", is);
      return isfinite (is) ? g_strdup_printf (is < 0 ? "(%s)" : "%s", number) : NULL;
    }
  if (row->n_learned == MAX_LEARNED || !is_per_channel (value, row->dims))
    return NULL;
  row->learned[row->n_learned++] = value;
  return g_strdup_printf ("%c", LETTERS[row->n_learned - 1]);
}

/* A value that goes into the row; NULL: one too many, or of other dimensions. */
static char *
print_root (Row *row, const char *name)
{
  const CjArray *value = cjl_onnx_value (row->import, name);
  guint at = 0;

  if (value == NULL || !cj_array_type_is_float (value->type) || value->dims.n != row->dims->n)
    return NULL;
  for (guint k = 0; k < value->dims.n; k++)
    if (value->dims.d[k] != row->dims->d[k] && (k == 0 || value->dims.d[k] != 1))
      return NULL;
  while (at < row->n_roots && !g_str_equal (row->roots[at], name))
    at++;
  if (at == G_N_ELEMENTS (row->roots))
    return NULL;
  row->roots[at] = name;
  row->n_roots = MAX (row->n_roots, at + 1);
  return g_strdup_printf ("%c", "xyz"[at]);
}

/* Whether a value is made by a formula that nobody else reads. */
static gboolean
is_formula (const CjlOnnxImport *import, const char *name)
{
  const CjlOnnxMade *made = g_hash_table_lookup (import->made, name);
  const CjlOnnxView *view = made == NULL ? g_hash_table_lookup (import->views, name) : NULL;
  const CjNode *node = made != NULL ? made->node : view != NULL ? view->base.node : NULL;

  return node != NULL && g_str_equal (node->layer->id, "formula")
         && find_known (cjl_onnx_maker (import, name)) >= 0
         && cjl_onnx_only_user (import, name) != NULL;
}

static char *print_node (Row *row, const CjdOnnxNode *node, guint depth);

static char *
print_input (Row *row, const CjdOnnxNode *node, guint i, guint depth)
{
  const char *name = cjl_onnx_input (node, i);

  if (!cjl_onnx_flows (row->import, node, i))
    return print_constant (row, name);
  return depth > 0 && is_formula (row->import, name)
             ? print_node (row, cjl_onnx_maker (row->import, name), depth - 1)
             : print_root (row, name);
}

/* What a node does, in brackets; NULL: it cannot be said. You free. */
static char *
print_node (Row *row, const CjdOnnxNode *node, guint depth)
{
  const int kind = find_known (node);
  const gboolean two = kind >= 0 && known[kind].n == 2;
  double power;
  g_autofree char *first = NULL, *second = NULL;

  /* only numbers are sure to mean the same as powers */
  if (kind < 0 || node->inputs->len != known[kind].n
      || (cjl_onnx_is_op (node, "Pow")
          && !cjl_onnx_get_number (row->import, cjl_onnx_input (node, 1), &power)))
    return NULL;
  first = print_input (row, node, 0, depth);
  second = two && first != NULL ? print_input (row, node, 1, depth) : NULL;
  if (first == NULL || (two && second == NULL)
      || strlen (first) + (two ? strlen (second) : 0) >= CJ_PARAM_TEXT_SIZE)
    return NULL;
  if (known[kind].sign != NULL)
    return g_strdup_printf ("(%s%s%s)", first, known[kind].sign, second);
  if (two)
    return g_strdup_printf ("%s(%s, %s)", known[kind].name, first, second);
  /* a sign takes no brackets of its own */
  return g_ascii_isalpha (*known[kind].name) ? g_strdup_printf ("%s(%s)", known[kind].name, first)
                                             : g_strdup_printf ("(%s%s)", known[kind].name, first);
}

/* --- the layer --- */

/* The formula of a node, and in *row what goes into it; NULL: there is none. You free. */
static char *
print_formula (const CjlOnnxImport *import, const CjdOnnxNode *node, guint depth, Row *row)
{
  const CjArray *y = cjl_onnx_value (import, cjl_onnx_output (node, 0));
  g_autofree char *text = NULL;
  GString *formula;
  CjDims dims;

  *row = (Row){ .import = import, .dims = y != NULL ? &y->dims : NULL };
  if (y == NULL || y->dims.n < 2 || y->dims.n > CJ_MAX_DIMS || !cj_array_type_is_float (y->type))
    return NULL;
  text = print_node (row, node, depth);
  if (text == NULL || row->n_roots == 0)
    return NULL;
  /* what goes in has to be as large as what comes out */
  dims = cjl_onnx_value (import, row->roots[0])->dims;
  for (guint i = 1; i < row->n_roots; i++)
    for (guint k = 0; k < dims.n; k++)
      dims.d[k] = MAX (dims.d[k], cjl_onnx_value (import, row->roots[i])->dims.d[k]);
  if (!cj_dims_equal (&dims, &y->dims))
    return NULL;
  formula = g_string_new (text);
  if (*text == '(') /* those around all of it */
    {
      g_string_erase (formula, 0, 1);
      g_string_truncate (formula, formula->len - 1);
    }
  for (guint i = 0; i < row->n_learned; i++)
    g_string_append_printf (formula, "%s%c = 1 per channel", i == 0 ? " where " : ", ", LETTERS[i]);
  if (formula->len < CJ_PARAM_TEXT_SIZE)
    return g_string_free (formula, FALSE);
  g_string_free (formula, TRUE);
  return NULL;
}

/* The view that the one value which goes in lies in, if it does not matter to the formula; NULL: there is none. */
static const CjlOnnxView *
find_lying (const CjlOnnxImport *import, const Row *row)
{
  const CjlOnnxView *view = row->n_roots == 1 && row->n_learned == 0
                                ? cjl_onnx_find_view (import, row->roots[0])
                                : NULL;

  return view != NULL && strchr (view->axes, 'F') != NULL ? view : NULL;
}

static gboolean
put_formula (CjlOnnxImport *import, const CjdOnnxNode *node, const Row *row, const char *formula,
             gboolean *handled, GError **error)
{
  const CjlOnnxView *view = find_lying (import, row);
  const guint axis = get_channel_axis (row->dims->n);
  CjShape shape = cj_shape1 (1);
  CjNode *made;
  CjlOnnxMade base;

  if (view != NULL && !cjl_onnx_view_base (import, view, &base, error))
    return FALSE;
  made = cjl_onnx_put (import, "formula", node, NULL, error, NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, "formula", "%s", formula))
    return FALSE;
  for (guint i = 0; i < row->n_roots && view == NULL; i++)
    if (!cjl_onnx_wire (import, row->roots[i], made, i, error))
      return FALSE;
  for (guint i = 0; i < row->n_learned; i++)
    {
      const char name[] = { LETTERS[i], '\0' };

      shape.n_dims = row->dims->n - axis;
      shape.dims[0] = row->learned[i]->size;
      for (guint k = 1; k < shape.n_dims; k++)
        shape.dims[k] = 1;
      cjl_onnx_weight (import, made, name, row->learned[i], &shape);
    }
  if (view == NULL)
    return cjl_onnx_finish (import, node, made, handled);
  if (!cj_graph_connect (import->graph, base.node, base.port, made, 0, error))
    return FALSE;
  cjl_onnx_note_view (import, cjl_onnx_output (node, 0), node, (CjlOnnxMade){ made, 0 },
                      view->axes);
  cjl_onnx_take (import, node);
  *handled = TRUE;
  return TRUE;
}

/* Values that lie as the layer takes them: samples first, unless there is one that lies otherwise and may. */
static gboolean
are_samples (const CjlOnnxImport *import, const Row *row)
{
  return find_lying (import, row) != NULL
         || (row->dims->d[0] == import->batch
             && (import->others == NULL
                 || g_hash_table_lookup (import->others, row->roots[0]) == NULL
                 || ((const CjArray *) g_hash_table_lookup (import->others, row->roots[0]))
                            ->dims.d[0]
                        == import->batch + 1));
}

gboolean
cjl_onnx_rule_formula (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                       GError **error)
{
  if (find_known (node) < 0)
    return TRUE;
  for (guint k = 0; k < 2; k++) /* the whole row, or this node alone */
    {
      Row row;
      g_autofree char *formula = print_formula (import, node, k == 0 ? MAX_DEPTH : 0, &row);

      if (formula != NULL && are_samples (import, &row) && cj_formula_check (formula, NULL))
        return put_formula (import, node, &row, formula, handled, error);
    }
  return TRUE;
}

gboolean
cjl_onnx_rule_formula_row (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                           GError **error)
{
  g_autofree char *formula = NULL;
  Row row;

  if (import->lift != NULL || node->inputs->len != 2
      || (!is_formula (import, cjl_onnx_input (node, 0))
          && !is_formula (import, cjl_onnx_input (node, 1))))
    return TRUE;
  formula = print_formula (import, node, MAX_DEPTH, &row);
  if (formula == NULL || row.n_roots != 1 || !are_samples (import, &row)
      || !cj_formula_check (formula, NULL))
    return TRUE;
  return put_formula (import, node, &row, formula, handled, error);
}
