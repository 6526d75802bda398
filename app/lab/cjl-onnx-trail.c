/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-onnx-trail.h"

#include "cjl-onnx-rules.h"

#include <string.h>

#define MAX_LENGTH 24 /* nodes in a row */

/* Nodes whose first input comes out again in another order or shape, or a part of it. */
gboolean
cjl_onnx_moves (const CjlOnnxImport *import, const CjdOnnxNode *node)
{
  static const char *const ops[]
      = { "Reshape", "Transpose", "Squeeze",  "Unsqueeze", "Flatten", "Slice",
          "Gather",  "Split",     "Identity", "Dropout",   "Cast" };

  for (guint k = 0; k < G_N_ELEMENTS (ops); k++)
    if (cjl_onnx_is_op (node, ops[k]))
      {
        const CjArray *y = cjl_onnx_value (import, cjl_onnx_output (node, 0));
        gboolean alone = cjl_onnx_flows (import, node, 0);

        for (guint i = 1; i < node->inputs->len; i++)
          alone = alone && !cjl_onnx_flows (import, node, i);
        return alone && y != NULL && cj_array_type_is_float (y->type);
      }
  return FALSE;
}

/* A product with one number: which input goes on, and the factor. */
static gboolean
is_scaled (const CjlOnnxImport *import, const CjdOnnxNode *node, const char **x, double *factor)
{
  const gboolean divides = cjl_onnx_is_op (node, "Div");

  for (guint i = 0; i < (divides ? 1u : 2u); i++)
    if ((divides || cjl_onnx_is_op (node, "Mul")) && cjl_onnx_flows (import, node, i)
        && cjl_onnx_get_number (import, cjl_onnx_input (node, 1 - i), factor))
      {
        *x = cjl_onnx_input (node, i);
        *factor = divides ? 1 / *factor : *factor;
        return TRUE;
      }
  return FALSE;
}

GArray *
cjl_onnx_walk_back (const CjlOnnxImport *import, const char *name)
{
  GArray *stages = g_array_new (FALSE, FALSE, sizeof (CjlOnnxStage));
  CjlOnnxStage stage = { name, NULL, 1 };

  for (guint i = 0; i < MAX_LENGTH && cjl_onnx_value (import, stage.name) != NULL; i++)
    {
      const CjdOnnxNode *node = cjl_onnx_maker (import, stage.name);
      double factor = 1;

      g_array_append_val (stages, stage);
      if (node == NULL)
        break;
      stage.through = NULL;
      if (cjl_onnx_moves (import, node))
        {
          stage.through = node;
          stage.name = cjl_onnx_input (node, 0);
        }
      else if (is_scaled (import, node, &stage.name, &factor))
        stage.factor *= factor;
      else
        break;
    }
  return stages;
}

/* Runs one node on numbers of elements. */
static CjArray *
replay (const CjlOnnxImport *import, const CjdOnnxNode *node, CjArray *x, const char *wanted)
{
  g_autofree CjArray **in = g_new0 (CjArray *, node->inputs->len + 1);
  g_autofree CjArray **out = g_new0 (CjArray *, node->outputs->len + 1);
  CjArray *y = NULL;

  if (cjl_onnx_is_op (node, "Cast") || cjl_onnx_is_op (node, "Identity")
      || cjl_onnx_is_op (node, "Dropout"))
    return cj_array_ref (x);
  in[0] = x;
  for (guint i = 1; i < node->inputs->len; i++)
    in[i] = cjl_onnx_value (import, cjl_onnx_input (node, i));
  cj_extra_run (node->op, node->inputs->len, in, node->outputs->len, out, NULL);
  for (guint k = 0; k < node->outputs->len; k++)
    if (out[k] != NULL && y == NULL && g_str_equal (cjl_onnx_output (node, k), wanted))
      y = out[k];
    else if (out[k] != NULL)
      cj_array_unref (out[k]);
  return y;
}

/* 0, 1, 2 ... in the shape of a value. */
static CjArray *
count_up (const CjlOnnxImport *import, const char *name)
{
  const CjArray *value = cjl_onnx_value (import, name);
  CjArray *numbers = value != NULL ? cj_array_new (CJ_ARRAY_I64, &value->dims, NULL) : NULL;

  for (gint64 i = 0; numbers != NULL && i < numbers->size; i++)
    cj_array_set_int (numbers, i, i);
  return numbers;
}

CjArray *
cjl_onnx_trace_back (const CjlOnnxImport *import, const GArray *stages, guint stage)
{
  CjArray *x = count_up (import, g_array_index (stages, CjlOnnxStage, stage).name);

  for (guint i = stage; i > 0 && x != NULL; i--)
    {
      const CjlOnnxStage *here = &g_array_index (stages, CjlOnnxStage, i);
      CjArray *next;

      if (here->through == NULL)
        continue;
      next = replay (import, here->through, x, g_array_index (stages, CjlOnnxStage, i - 1).name);
      cj_array_unref (x);
      x = next;
    }
  return x;
}

CjArray *
cjl_onnx_trace_on (const CjlOnnxImport *import, const char *name, CjlOnnxWanted wanted,
                   gpointer data)
{
  CjArray *x = count_up (import, name);

  for (guint i = 0; x != NULL && i < MAX_LENGTH; i++)
    {
      const GPtrArray *users = g_hash_table_lookup (import->users, name);
      const CjdOnnxNode *next = NULL;
      CjArray *y;

      if (wanted (import, name, x, data))
        return x;
      for (guint k = 0; users != NULL && k < users->len && next == NULL; k++)
        if (cjl_onnx_moves (import, users->pdata[k]) && !cjl_onnx_is_op (users->pdata[k], "Split"))
          next = users->pdata[k];
      y = next != NULL ? replay (import, next, x, cjl_onnx_output (next, 0)) : NULL;
      cj_array_unref (x);
      x = y;
      name = next != NULL ? cjl_onnx_output (next, 0) : name;
    }
  g_clear_pointer (&x, cj_array_unref);
  return NULL;
}

gboolean
cjl_onnx_read_linear (const CjlOnnxImport *import, const char *name, CjlOnnxLinear *linear)
{
  const CjdOnnxNode *node = cjl_onnx_maker (import, name);
  gboolean gemm;

  *linear = (CjlOnnxLinear){ .y = name };
  for (guint i = 0; i < 2 && cjl_onnx_is_op (node, "Add"); i++)
    {
      const CjdOnnxNode *before = cjl_onnx_maker (import, cjl_onnx_input (node, i));

      linear->bias = cjl_onnx_constant (import, cjl_onnx_input (node, 1 - i));
      if (linear->bias != NULL && cjl_onnx_is_op (before, "MatMul"))
        {
          node = before;
          break;
        }
    }
  gemm = cjl_onnx_is_op (node, "Gemm");
  if (!gemm && !cjl_onnx_is_op (node, "MatMul"))
    return FALSE;
  linear->node = node;
  linear->x = cjl_onnx_input (node, 0);
  linear->weight = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  linear->turned = gemm && cjl_onnx_get_int (node, "transB", 0) != 0;
  if (linear->weight == NULL || linear->weight->dims.n != 2 || !cjl_onnx_flows (import, node, 0)
      || cjl_onnx_value (import, linear->x) == NULL || cjl_onnx_value (import, name) == NULL)
    return FALSE;
  linear->n_in = linear->weight->dims.d[linear->turned ? 1 : 0];
  linear->n_out = linear->weight->dims.d[linear->turned ? 0 : 1];
  if (linear->n_in < 1 || linear->n_out < 1)
    return FALSE;
  if (!gemm)
    return linear->bias == NULL
           || (linear->bias->size == linear->n_out
               && linear->bias->dims.d[linear->bias->dims.n - 1] == linear->n_out);
  return cjl_onnx_get_int (node, "transA", 0) == 0 && cjl_onnx_get_float (node, "alpha", 1) == 1
         && cjl_onnx_get_float (node, "beta", 1) == 1
         && cjl_onnx_read_bias (import, node, linear->n_out, &linear->bias);
}

double
cjl_onnx_linear_get (const CjlOnnxLinear *linear, gint64 out, gint64 in)
{
  return cj_array_get (linear->weight,
                       linear->turned ? out * linear->n_in + in : in * linear->n_out + out);
}
