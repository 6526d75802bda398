/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names, constants and nodes of a model that is being written. */
#include "cjl-onnx-export-private.h"

#include "cj-error.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const CjNode *
get_node (const CjlOnnxExport *e, guint32 index)
{
  return e->project->graph->nodes->pdata[index];
}

/* The node that a step belongs to: that of what it makes. */
static const CjNode *
get_owner (const CjlOnnxExport *e, const CjStep *step)
{
  return get_node (e, cjl_onnx_get_value (e, step->out)->node);
}

gboolean
cjl_onnx_refuse (CjlOnnxExport *e, GError **error, const char *format, ...)
{
  const CjNode *node = get_owner (e, e->step);
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  /* Translators: kind of a layer, its name, why it cannot be written, as “forgets nothing …” */
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("%s “%s” %s"), _ (node->layer->title), node->id,
               sentence);
  return FALSE;
}

const CjValue *
cjl_onnx_get_value (const CjlOnnxExport *e, int value)
{
  return &g_array_index (e->lowered->builder->values, CjValue, value);
}

CjShape
cjl_onnx_get_shape (const CjlOnnxExport *e, int value)
{
  const CjValue *more = &g_array_index (e->more->builder->values, CjValue, value);
  CjShape shape = cjl_onnx_get_value (e, value)->shape;

  for (guint i = 0; i < shape.n_dims; i++)
    if (shape.dims[i] != more->shape.dims[i])
      shape.dims[i] = CJD_ONNX_FREE;
  return shape;
}

/* --- names --- */

static const char *
keep (CjlOnnxExport *e, char *name)
{
  g_ptr_array_add (e->kept, name);
  return name;
}

/* The name, or with a number behind it if it is taken. */
static const char *
take_name (CjlOnnxExport *e, char *name)
{
  g_autofree char *owned = name;
  char *free_name = g_strdup (name);

  for (guint i = 2; g_hash_table_contains (e->used, free_name); i++)
    {
      g_free (free_name);
      free_name = g_strdup_printf ("%s_%u", name, i);
    }
  keep (e, free_name);
  g_hash_table_add (e->used, free_name);
  return free_name;
}

const char *
cjl_onnx_name (CjlOnnxExport *e, const char *what)
{
  return take_name (e, e->step != NULL ? g_strdup_printf ("%s/%s", get_owner (e, e->step)->id, what)
                                       : g_strdup (what));
}

/* What a value is called: what its layer gives by the id of the layer, what is within by its op. */
static const char *
name_value (CjlOnnxExport *e, int value, const char *op)
{
  const CjValue *v = cjl_onnx_get_value (e, value);
  const CjNode *node = get_node (e, v->node);
  const CjLoweredNode *lowered = &e->lowered->nodes[v->node];

  if (v->name != NULL)
    return take_name (e, g_strdup (v->name));
  for (guint port = 0; port < lowered->n_out; port++)
    if (lowered->out[port] == value)
      return take_name (
          e, port == 0 ? g_strdup (node->id)
                       : g_strdup_printf ("%s.%s", node->id, node->layer->outputs[port].name));
  return take_name (e, g_strdup_printf ("%s/%s", node->id, op));
}

/* --- constants --- */

CjTensor *
cjl_onnx_dup_constant (const CjlOnnxExport *e, int value)
{
  const CjValue *v = cjl_onnx_get_value (e, value);
  const CjProgramParam *param
      = v->kind != CJ_VALUE_RESULT ? cj_program_find_param (e->program, v->name) : NULL;
  CjTensor *tensor;

  if (param == NULL)
    return cj_program_dup_value (e->program, value);
  tensor = cj_tensor_new (CJ_FLOAT32, &v->shape);
  memcpy (tensor->data, cj_program_get_param_data (e->program, param), cj_tensor_bytes (tensor));
  return tensor;
}

const char *
cjl_onnx_floats (CjlOnnxExport *e, const char *what, const CjShape *shape, const float *data)
{
  const char *name = cjl_onnx_name (e, what);

  cjd_onnx_out_add_constant (e->out, name, CJD_ONNX_FLOAT, shape, data);
  return name;
}

const char *
cjl_onnx_whole (CjlOnnxExport *e, const char *what, const CjShape *shape, const gint64 *data)
{
  const char *name = cjl_onnx_name (e, what);

  cjd_onnx_out_add_constant (e->out, name, CJD_ONNX_INT64, shape, data);
  return name;
}

const char *
cjl_onnx_number (CjlOnnxExport *e, double value)
{
  const CjShape shape = cj_shape1 (1);
  const float number = (float) value;
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *name = NULL;
  const char *kept;

  g_ascii_formatd (text, sizeof text, "%.9g", value);
  name = g_strdup_printf ("number/%s", text);
  kept = g_hash_table_lookup (e->used, name);
  if (kept != NULL)
    return kept;
  kept = take_name (e, g_steal_pointer (&name));
  cjd_onnx_out_add_constant (e->out, kept, CJD_ONNX_FLOAT, &shape, &number);
  return kept;
}

const char *
cjl_onnx_list (CjlOnnxExport *e, guint n, const gint64 *values)
{
  const CjShape shape = cj_shape1 (n);
  GString *text = g_string_new ("list/");
  const char *kept;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%lld", i > 0 ? "," : "", (long long) values[i]);
  kept = g_hash_table_lookup (e->used, text->str);
  if (kept != NULL)
    {
      g_string_free (text, TRUE);
      return kept;
    }
  kept = take_name (e, g_string_free (text, FALSE));
  cjd_onnx_out_add_constant (e->out, kept, CJD_ONNX_INT64, &shape, values);
  return kept;
}

/* --- what a step reads and makes --- */

gboolean
cjl_onnx_has_in (const CjStep *step, guint index)
{
  return index < step->op.n_in && step->in[index] != CJ_NO_VALUE;
}

const char *
cjl_onnx_in (CjlOnnxExport *e, const CjStep *step, guint index)
{
  const int value = cjl_onnx_has_in (step, index) ? step->in[index] : CJ_NO_VALUE;

  if (value == CJ_NO_VALUE)
    return "";
  if (e->names[value] == NULL)
    {
      g_autoptr (CjTensor) tensor = cjl_onnx_dup_constant (e, value);
      const CjStep *maker = cjl_onnx_find_maker (e, value);

      e->names[value] = (char *) name_value (e, value, maker != NULL ? maker->op.info->id : "");
      cjd_onnx_out_add_constant (e->out, e->names[value], CJD_ONNX_FLOAT, &tensor->shape,
                                 tensor->data);
    }
  return e->names[value];
}

const char *
cjl_onnx_result (CjlOnnxExport *e, const CjStep *step, guint index)
{
  const int value = step->out + (int) index;

  if (e->names[value] == NULL)
    e->names[value] = (char *) name_value (e, value, step->op.info->id);
  return e->names[value];
}

void
cjl_onnx_pass (CjlOnnxExport *e, const CjStep *step, guint index, const char *x)
{
  const int value = step->out + (int) index;

  if (e->names[value] == NULL) /* else it is what the model gives, by that name */
    e->names[value] = (char *) x;
  else
    cjl_onnx_add (e, "Identity", e->names[value], x, NULL);
}

const CjStep *
cjl_onnx_find_maker (const CjlOnnxExport *e, int value)
{
  const GArray *steps = e->lowered->builder->steps;

  for (guint i = 0; i < steps->len; i++)
    {
      const CjStep *step = &g_array_index (steps, CjStep, i);

      if (value >= step->out && value < step->out + (int) step->op.n_out)
        return step;
    }
  return NULL;
}

const CjStep *
cjl_onnx_find_source (const CjlOnnxExport *e, int value)
{
  const CjStep *step = cjl_onnx_find_maker (e, value);

  while (step != NULL && (step->op.info == &cj_op_to_last || step->op.info == &cj_op_to_plain))
    step = cjl_onnx_find_maker (e, step->in[0]);
  return step;
}

gboolean
cjl_onnx_is_read_once (const CjlOnnxExport *e, int value)
{
  const GArray *steps = e->lowered->builder->steps;
  guint n = value == e->prediction;

  for (guint i = 0; i < steps->len; i++)
    {
      const CjStep *step = &g_array_index (steps, CjStep, i);

      for (guint k = 0; k < step->op.n_in && e->live[i]; k++)
        n += step->in[k] == value;
    }
  return n == 1;
}

/* --- nodes --- */

void
cjl_onnx_add_many (CjlOnnxExport *e, const char *op, const char *const *inputs, guint n_inputs,
                   const char *const *results, guint n_results)
{
  const char *node = take_name (e, g_strdup_printf ("%s:%s", results[0], op));

  while (n_inputs > 0
         && *inputs[n_inputs - 1] == '\0') /* what is left out at the end is not there */
    n_inputs--;
  cjd_onnx_out_add_node (e->out, op, node, inputs, n_inputs, results, n_results);
}

const char *
cjl_onnx_add (CjlOnnxExport *e, const char *op, const char *result, ...)
{
  const char *inputs[CJ_OP_MAX_IN], *input;
  guint n = 0;
  va_list args;

  va_start (args, result);
  while ((input = va_arg (args, const char *)) != NULL)
    {
      g_assert (n < G_N_ELEMENTS (inputs));
      inputs[n++] = input;
    }
  va_end (args);
  if (result == NULL)
    {
      g_autofree char *low = g_ascii_strdown (op, -1);

      result = cjl_onnx_name (e, low);
    }
  cjl_onnx_add_many (e, op, inputs, n, &result, 1);
  return result;
}

const char *
cjl_onnx_reshape (CjlOnnxExport *e, const char *x, const CjShape *shape, const char *result)
{
  return cjl_onnx_add (e, "Reshape", result, x, cjl_onnx_list (e, shape->n_dims, shape->dims),
                       NULL);
}

const char *
cjl_onnx_transpose (CjlOnnxExport *e, const char *x, guint n, const gint64 *axes,
                    const char *result)
{
  result = cjl_onnx_add (e, "Transpose", result, x, NULL);
  cjd_onnx_out_set_ints (e->out, "perm", axes, n);
  return result;
}

const char *
cjl_onnx_slice (CjlOnnxExport *e, const char *x, gint64 axis, gint64 begin, gint64 end,
                const char *result)
{
  return cjl_onnx_add (e, "Slice", result, x, cjl_onnx_list (e, 1, &begin),
                       cjl_onnx_list (e, 1, &end), cjl_onnx_list (e, 1, &axis), NULL);
}
