/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An imported model answers by way of the canvas. */
#include "cjl-onnx-inputs.h"

#include "cj-error.h"
#include "cj-program.h"
#include "cjl-placeholders.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static CjDataSpec
make_spec (const CjArray *x)
{
  const CjShape whole = cjl_onnx_shape_of (&x->dims);

  return (CjDataSpec){ .batch = x->dims.d[0],
                       .x_shape = cj_shape (whole.n_dims - 1, whole.dims + 1),
                       .y_shape = cj_shape (0, NULL),
                       .x_dtype = cj_array_type_is_float (x->type) ? CJ_FLOAT32 : CJ_INT32,
                       .y_dtype = CJ_INT32 };
}

static void
put_weights (const CjlOnnxImport *import, CjProgram *program)
{
  for (guint i = 0; i < import->weights->len; i++)
    {
      const CjdNamedTensor *named = import->weights->pdata[i];
      const CjProgramParam *param = cj_program_find_param (program, named->name);

      if (param != NULL && param->size == cj_shape_size (&named->tensor->shape))
        memcpy (cj_program_get_param_data (program, param), named->tensor->data,
                (gsize) param->size * sizeof (float));
    }
}

/* The nodes that are placeholders or read, however far back, from one: those cannot be right. */
static GHashTable *
find_doubtful (const CjlOnnxImport *import)
{
  GHashTable *doubtful = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) order = cj_graph_sort (import->graph);

  for (guint i = 0; i < order->len && import->unknown->len > 0; i++)
    {
      CjNode *node = order->pdata[i];
      gboolean doubt = FALSE;

      for (guint k = 0; k < import->unknown->len; k += 2)
        doubt = doubt || g_str_equal (import->unknown->pdata[k], node->id);
      for (guint k = 0; k < CJ_LAYER_MAX_IN; k++)
        doubt = doubt
                || (node->from[k].node != NULL
                    && g_hash_table_contains (doubtful, node->from[k].node));
      if (doubt)
        g_hash_table_add (doubtful, node);
    }
  return doubtful;
}

/* The results of the model as arrays: from the program, or constants. */
static GPtrArray *
collect (const CjlOnnxImport *import, const CjProgram *program, GError **error)
{
  const CjdOnnxGraph *graph = import->model->graph;
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_array_unref);
  g_autoptr (GHashTable) doubtful = find_doubtful (import);

  for (guint i = 0; i < graph->outputs->len; i++)
    {
      const char *name = ((const CjdOnnxInfo *) graph->outputs->pdata[i])->name;
      const CjlOnnxMade *made = g_hash_table_lookup (import->made, name);
      CjArray *value = cjl_onnx_value (import, name), *result;
      g_autoptr (CjTensor) tensor = NULL;

      if (made == NULL && value != NULL && !g_hash_table_contains (import->flows, name))
        {
          g_ptr_array_add (results, cj_array_ref (value));
          continue;
        }
      if (made != NULL && !g_hash_table_contains (doubtful, made->node))
        tensor = cj_program_dup_output (
            program, (guint) cj_graph_get_index (import->graph, made->node), made->port);
      if (tensor == NULL || value == NULL || cj_shape_size (&tensor->shape) != value->size)
        {
          const CjProblem *problem = cj_lowered_get_error (cj_program_get_lowered (program));
          g_autofree char *places = cjl_placeholders_print (import->unknown);

          /* what a card refuses is not done; what comes out wrong is wrong */
          g_set_error (error, CJ_ERROR,
                       problem != NULL || places != NULL ? CJ_ERROR_PARAM : CJ_ERROR_GRAPH,
                       _ ("The canvas does not make “%s”. %s"), name,
                       places != NULL    ? places
                       : problem != NULL ? problem->sentence
                                         : "");
          return NULL;
        }
      result = cj_array_new (CJ_ARRAY_F32, &value->dims, error);
      if (result == NULL)
        return NULL;
      memcpy (result->data, tensor->data, (gsize) result->size * sizeof (float));
      g_ptr_array_add (results, result);
    }
  return g_steal_pointer (&results);
}

GPtrArray *
cjl_onnx_answer_on_canvas (const CjdOnnx *model, CjArray *const *inputs, guint n_inputs,
                           GError **error)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_auto (CjlOnnxImport) import = { 0 };
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjArray) all = NULL;
  CjDataSpec spec;
  CjTensor *x;

  if (!cjl_onnx_import_check (model, error))
    return NULL;
  cjl_onnx_import_init (&import, model, graph);
  if (!cjl_onnx_import_convert (&import, inputs, n_inputs, error))
    return NULL;
  all = cjl_onnx_join_inputs (inputs, import.input_axes, n_inputs, error);
  if (all == NULL)
    return NULL;
  spec = make_spec (all);
  program = cj_program_new (graph, CJ_PURPOSE_PROBE, &spec, 1, error);
  if (program == NULL)
    return NULL;
  put_weights (&import, program);
  x = cj_program_get_x (program);
  for (gint64 i = 0; x != NULL && i < all->size; i++)
    if (x->dtype == CJ_FLOAT32)
      cj_tensor_f32 (x)[i] = (float) cj_array_get (all, i);
    else
      cj_tensor_i32 (x)[i] = (gint32) cj_array_get_int (all, i);
  cj_program_forward (program, FALSE, all->dims.d[0], 1, 1);
  return collect (&import, program, error);
}
