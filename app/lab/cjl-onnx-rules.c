/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-onnx-rules.h"

#include <math.h>
#include <string.h>

gint64
cjl_onnx_get_int (const CjdOnnxNode *node, const char *name, gint64 preset)
{
  const CjAttr *attr = cj_extra_node_find (node->op, name);

  return attr != NULL && attr->kind == CJ_ATTR_INT ? attr->i : preset;
}

double
cjl_onnx_get_float (const CjdOnnxNode *node, const char *name, double preset)
{
  const CjAttr *attr = cj_extra_node_find (node->op, name);

  return attr != NULL && attr->kind == CJ_ATTR_FLOAT ? attr->f : preset;
}

gboolean
cjl_onnx_text_is (const CjdOnnxNode *node, const char *name, const char *preset, const char *text)
{
  const CjAttr *attr = cj_extra_node_find (node->op, name);

  return g_str_equal (attr != NULL && attr->kind == CJ_ATTR_TEXT ? attr->text : preset, text);
}

gboolean
cjl_onnx_is_op (const CjdOnnxNode *node, const char *op)
{
  return node != NULL && *node->domain == '\0' && g_str_equal (node->op->op, op);
}

guint
cjl_onnx_rank_of (const CjlOnnxImport *import, const char *name)
{
  const CjArray *value = cjl_onnx_value (import, name);

  return value != NULL ? value->dims.n : 0;
}

/* A constant of one number. */
gboolean
cjl_onnx_get_number (const CjlOnnxImport *import, const char *name, double *number)
{
  const CjArray *value = cjl_onnx_constant (import, name);

  if (value == NULL || value->size != 1)
    return FALSE;
  *number = cj_array_get (value, 0);
  return TRUE;
}

gboolean
cjl_onnx_is_number (const CjlOnnxImport *import, const char *name, double wanted)
{
  double number;

  return cjl_onnx_get_number (import, name, &number)
         && fabs (number - wanted) < 1e-3 * fabs (wanted);
}

/* The input of a node of two that is not `x`. */
const char *
cjl_onnx_other_input (const CjdOnnxNode *node, const char *x)
{
  return g_str_equal (cjl_onnx_input (node, 0), x) ? cjl_onnx_input (node, 1)
                                                   : cjl_onnx_input (node, 0);
}

/* The one node that reads a value, if it is of this kind. */
const CjdOnnxNode *
cjl_onnx_next_op (const CjlOnnxImport *import, const CjdOnnxNode *node, const char *op)
{
  const CjdOnnxNode *next = cjl_onnx_only_user (import, cjl_onnx_output (node, 0));

  return cjl_onnx_is_op (next, op) ? next : NULL;
}

void
cjl_onnx_take (CjlOnnxImport *import, const CjdOnnxNode *node)
{
  g_hash_table_add (import->done, (gpointer) node);
}

/* `node` makes the value now; *handled. */
gboolean
cjl_onnx_finish (CjlOnnxImport *import, const CjdOnnxNode *last, CjNode *made, gboolean *handled)
{
  if (made == NULL)
    return FALSE;
  cjl_onnx_take (import, last);
  cjl_onnx_note (import, cjl_onnx_output (last, 0), made, 0);
  *handled = TRUE;
  return TRUE;
}

/* The value of one name is that of another. */
gboolean
cjl_onnx_pass_on (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled)
{
  const CjlOnnxMade *made = g_hash_table_lookup (import->made, cjl_onnx_input (node, 0));

  if (made != NULL)
    {
      cjl_onnx_note (import, cjl_onnx_output (node, 0), made->node, made->port);
      *handled = TRUE;
    }
  return TRUE;
}

const CjdOnnxNode *
cjl_onnx_find_bias (const CjlOnnxImport *import, const CjdOnnxNode *node, gint64 units, guint rank,
                    CjArray **bias)
{
  const CjdOnnxNode *add = cjl_onnx_next_op (import, node, "Add");

  *bias = add != NULL
              ? cjl_onnx_constant (import, cjl_onnx_other_input (add, cjl_onnx_output (node, 0)))
              : NULL;
  if (*bias != NULL
      && ((*bias)->size != units || (*bias)->dims.n > rank
          || (*bias)->dims.d[(*bias)->dims.n - 1] != units))
    *bias = NULL;
  return *bias != NULL ? add : NULL;
}

/* A bias of one number a unit, or none; FALSE: it is of another kind. */
gboolean
cjl_onnx_read_bias (const CjlOnnxImport *import, const CjdOnnxNode *node, gint64 units,
                    CjArray **bias)
{
  *bias = NULL;
  if (*cjl_onnx_input (node, 2) == '\0')
    return TRUE;
  *bias = cjl_onnx_constant (import, cjl_onnx_input (node, 2));
  return *bias != NULL && (*bias)->size == units;
}

gint64
cjl_onnx_axis (const CjlOnnxImport *import, gint64 axis)
{
  return import->lift == NULL                         ? axis
         : strchr ("NMR", import->lift[axis]) != NULL ? 0
         : import->lift[axis] == 'T'                  ? 1
                                                      : 2;
}

gboolean
cjl_onnx_read_axes (const CjlOnnxImport *import, const CjdOnnxNode *node, guint rank, guint *bits)
{
  const CjAttr *attr = cj_extra_node_find (node->op, "axes");
  const CjArray *given = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  const gboolean listed = attr != NULL && attr->kind == CJ_ATTR_INTS;
  const gint64 n = listed ? attr->n : given != NULL ? given->size : 0;

  *bits = 0;
  for (gint64 i = 0; i < n; i++)
    {
      gint64 axis = listed ? attr->ints[i] : cj_array_get_int (given, i);

      axis += axis < 0 ? rank : 0;
      if (axis < 0 || axis >= rank)
        return FALSE;
      *bits |= 1u << axis;
    }
  return n > 0;
}
