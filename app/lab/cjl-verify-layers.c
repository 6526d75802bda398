/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases of kind "layer": draws the graph by a table, compiles it, feeds it, compares. */
#include "cjl-verify-private.h"

#include "cj-error.h"
#include "cj-program.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const CjlVerifyLayer *const tables[]
    = { cjl_verify_losses, cjl_verify_norms, cjl_verify_pointwise, cjl_verify_sequences,
        cjl_verify_shapes };

typedef struct
{
  char *array; /* NULL: constant */
  CjNode *node;
  CjTensor *tensor;
} Input;

typedef struct
{
  CjNode *node; /* NULL: given as text, by cjl_verify_list */
  char *name, *array;
  gint64 offset;
} Param;

typedef struct
{
  guint k;
  CjNode *node;
  guint port;
} Output;

static void
clear_input (gpointer data)
{
  Input *input = data;

  g_free (input->array);
  g_clear_pointer (&input->tensor, cj_tensor_unref);
}

static void
clear_param (gpointer data)
{
  Param *param = data;

  g_free (param->name);
  g_free (param->array);
}

/* --- for the tables --- */

static CjNode *
add_input (CjlVerifyCase *c, const char *array, const char *id, CjTensor *tensor)
{
  Input input = { g_strdup (array), NULL, tensor };

  input.node = cj_graph_add (c->graph, cj_layer_find ("input"), id, &c->mistake);
  g_array_append_val (c->inputs, input);
  return input.node;
}

CjNode *
cjl_verify_input (CjlVerifyCase *c, const char *array)
{
  const CjdNpyArray *a = cjd_npz_find (c->arrays, array);
  g_autofree char *id = g_strdelimit (g_strdup (array), ".", '_');
  CjTensor *tensor;

  if (c->mistake != NULL)
    return NULL;
  if (a == NULL)
    {
      g_set_error (&c->mistake, CJ_ERROR, CJ_ERROR_FILE, _ ("%s is missing"), array);
      return NULL;
    }
  tensor = cjd_npy_array_dup_tensor (a, &c->mistake);
  return tensor != NULL ? add_input (c, array, id, tensor) : NULL;
}

CjNode *
cjl_verify_constant (CjlVerifyCase *c, const char *id, CjTensor *tensor)
{
  if (c->mistake == NULL)
    return add_input (c, NULL, id, tensor);
  cj_tensor_unref (tensor);
  return NULL;
}

CjNode *
cjl_verify_layer (CjlVerifyCase *c, const char *layer, CjNode *from, const char *format, ...)
{
  const CjLayerInfo *info = cj_layer_find (layer);
  g_autofree char *text = NULL;
  g_auto (GStrv) words = NULL;
  CjNode *node;
  va_list list;

  if (c->mistake != NULL)
    return NULL;
  if (info == NULL)
    {
      g_set_error (&c->mistake, CJ_ERROR, CJ_ERROR_GRAPH, _ ("not supported: there is no layer %s"),
                   layer);
      return NULL;
    }
  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  words = g_strsplit (text, " ", -1);
  node = cj_graph_add (c->graph, info, NULL, &c->mistake);
  for (guint i = 0; words[i] != NULL && c->mistake == NULL; i++)
    {
      char *value = strchr (words[i], '=');

      if (value == NULL)
        continue;
      *value++ = '\0';
      cj_graph_set_param (c->graph, node, words[i], value, &c->mistake);
    }
  cjl_verify_wire (c, from, 0, node, 0);
  return node;
}

void
cjl_verify_wire (CjlVerifyCase *c, CjNode *from, guint port, CjNode *to, guint to_port)
{
  if (c->mistake == NULL && from != NULL)
    cj_graph_connect (c->graph, from, port, to, to_port, &c->mistake);
}

void
cjl_verify_param (CjlVerifyCase *c, CjNode *node, const char *name, const char *array,
                  gint64 offset)
{
  const Param param = { node, g_strdup (name), g_strdup (array), offset };

  g_array_append_val (c->params, param);
}

char *
cjl_verify_list (CjlVerifyCase *c, const char *array)
{
  const CjdNpyArray *a = cjd_npz_find (c->arrays, array);
  GString *text = g_string_new (NULL);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (gint64 i = 0; a != NULL && i < a->size; i++)
    g_string_append_printf (
        text, "%s%s", i > 0 ? ";" : "",
        g_ascii_formatd (number, sizeof number, "%.9g", cjd_npy_array_get (a, i)));
  if (a != NULL)
    cjl_verify_param (c, NULL, "", array, 0);
  return g_string_free (text, FALSE);
}

void
cjl_verify_output (CjlVerifyCase *c, guint k, CjNode *node, guint port)
{
  const Output output = { k, node, port };

  g_array_append_val (c->outputs, output);
}

/* --- running --- */

static gboolean
draw (CjlVerifyCase *c, GError **error)
{
  const CjlVerifyLayer *found = NULL;

  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    for (const CjlVerifyLayer *i = tables[t]; i->module != NULL; i++)
      if (g_str_equal (i->module, c->name) || (found == NULL && g_str_equal (i->module, c->module)))
        found = i;
  if (found == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("not supported: no layer stands for %s"),
                   c->module);
      return FALSE;
    }
  found->build (c);
  if (c->mistake == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&c->mistake));
  return FALSE;
}

static CjProgram *
compile (const CjlVerifyCase *c, GError **error)
{
  g_autofree CjInputSpec *specs = g_new0 (CjInputSpec, c->inputs->len + 1);
  CjDataSpec spec = { .batch = 1, .inputs = specs, .n_inputs = c->inputs->len };
  g_autoptr (CjProgram) program = NULL;
  const CjProblem *problem;

  for (guint i = 0; i < c->inputs->len; i++)
    {
      const Input *input = &g_array_index (c->inputs, Input, i);
      g_autofree char *gradient = g_strconcat ("grad.", input->array, NULL);

      specs[i] = (CjInputSpec){ input->node->id, input->tensor->shape, input->tensor->dtype,
                                input->array != NULL && cjl_verify_has (c, gradient) };
      if (i == 0 && input->tensor->shape.n_dims > 0)
        spec.batch = MAX (input->tensor->shape.dims[0], 1);
    }
  program = cj_program_new (c->graph, CJ_PURPOSE_EXPLAIN, &spec, c->n_threads, error);
  problem = program != NULL ? cj_lowered_get_error (cj_program_get_lowered (program)) : NULL;
  if (problem == NULL)
    return g_steal_pointer (&program);
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, "%s", problem->sentence);
  return NULL;
}

/* The program's tensor of a mapping, or NULL and a reason. */
static const CjProgramParam *
find_param (const CjProgram *program, const Param *param, GError **error)
{
  g_autofree char *full = g_strdup_printf ("%s.%s", param->node->id, param->name);
  const CjProgramParam *found = cj_program_find_param (program, full);

  if (found == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("the layer has no tensor “%s” for %s"),
                 param->name, param->array);
  return found;
}

static gboolean
feed (const CjlVerifyCase *c, CjProgram *program, GError **error)
{
  for (guint i = 0; i < c->inputs->len; i++)
    {
      const Input *input = &g_array_index (c->inputs, Input, i);

      memcpy (cj_program_get_input (program, i)->data, input->tensor->data,
              cj_tensor_bytes (input->tensor));
    }
  for (guint i = 0; i < c->params->len; i++)
    {
      const Param *param = &g_array_index (c->params, Param, i);
      const CjdNpyArray *a = cjd_npz_find (c->arrays, param->array);
      const CjProgramParam *to;

      if (param->node == NULL)
        continue;
      to = find_param (program, param, error);
      if (to == NULL)
        return FALSE;
      if (a == NULL || param->offset < 0 || param->offset + to->size > a->size)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE, _ ("%s is missing or too small"),
                       param->array);
          return FALSE;
        }
      for (gint64 j = 0; j < to->size; j++)
        cj_program_get_param_data (program, to)[j]
            = (float) cjd_npy_array_get (a, param->offset + j);
    }
  return TRUE;
}

static gboolean
seed (const CjlVerifyCase *c, CjProgram *program, GError **error)
{
  for (guint i = 0; i < c->outputs->len; i++)
    {
      const Output *output = &g_array_index (c->outputs, Output, i);
      const guint index = (guint) cj_graph_get_index (c->graph, output->node);
      g_autofree char *name = g_strdup_printf ("cot%u", output->k);
      const CjdNpyArray *a = cjd_npz_find (c->arrays, name);
      g_autoptr (CjTensor) values = cj_program_dup_output (program, index, output->port);
      g_autoptr (CjTensor) cotangent = NULL;

      if (a == NULL)
        continue;
      if (values == NULL || cj_shape_size (&values->shape) != a->size)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE, _ ("%s is not shaped as the output"), name);
          return FALSE;
        }
      cotangent = cjd_npy_array_dup_tensor (a, error);
      if (cotangent == NULL)
        return FALSE;
      cj_program_seed_gradient (program, index, output->port, cotangent->data);
    }
  return TRUE;
}

static void
compare_outputs (const CjlVerifyCase *c, CjProgram *program, CjlVerifyRow *row, GHashTable *seen)
{
  for (guint i = 0; i < c->outputs->len; i++)
    {
      const Output *output = &g_array_index (c->outputs, Output, i);
      g_autofree char *name = g_strdup_printf ("out%u", output->k);
      const CjdNpyArray *a = cjd_npz_find (c->arrays, name);
      g_autoptr (CjTensor) values = cj_program_dup_output (
          program, (guint) cj_graph_get_index (c->graph, output->node), output->port);

      if (a != NULL && values != NULL && !cj_shape_equal (&a->shape, &values->shape))
        {
          g_autofree char *wanted = cj_shape_print (&a->shape);
          g_autofree char *got = cj_shape_print (&values->shape);

          cjl_verify_fail (row,
                           g_strdup_printf ("%s is %s, the engine makes %s", name, wanted, got));
        }
      else if (values != NULL)
        cjl_verify_compare (c, row, name, values->data, cj_shape_size (&values->shape),
                            c->tolerance);
      g_hash_table_add (seen, g_steal_pointer (&name));
    }
}

static void
compare_inputs (const CjlVerifyCase *c, CjProgram *program, CjlVerifyRow *row, GHashTable *seen)
{
  for (guint i = 0; i < c->inputs->len; i++)
    {
      const Input *input = &g_array_index (c->inputs, Input, i);
      g_autofree char *name = g_strconcat ("grad.", input->array, NULL);
      g_autoptr (CjTensor) gradient = NULL;

      if (input->array == NULL || !cjl_verify_has (c, name))
        continue;
      gradient = cj_program_dup_input_gradient (program, i);
      if (gradient == NULL)
        cjl_verify_fail (row, g_strdup_printf (_ ("no gradient reaches %s"), input->array));
      else
        cjl_verify_compare (c, row, name, gradient->data, cj_shape_size (&gradient->shape),
                            c->tolerance);
      g_hash_table_add (seen, g_steal_pointer (&name));
    }
}

/* Numbers given as text cannot have changed; the reference's must not have either. */
static void
compare_given (const CjlVerifyCase *c, const Param *param, CjlVerifyRow *row, GHashTable *seen)
{
  const CjdNpyArray *a = cjd_npz_find (c->arrays, param->array);
  g_autofree char *name = g_strconcat ("buffer_after.", param->array + strlen ("buffer."), NULL);
  g_autofree float *values = g_new (float, a->size + 1);

  for (gint64 i = 0; i < a->size; i++)
    values[i] = (float) cjd_npy_array_get (a, i);
  cjl_verify_compare (c, row, name, values, a->size, c->tolerance);
  g_hash_table_add (seen, g_steal_pointer (&name));
}

/* Learned tensors: their gradients; states: what they became. Parts of one array add up in `seen`. */
static gboolean
compare_params (const CjlVerifyCase *c, CjProgram *program, CjlVerifyRow *row, GHashTable *seen,
                GError **error)
{
  g_autoptr (GHashTable) covered = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < c->params->len; i++)
    {
      const Param *param = &g_array_index (c->params, Param, i);
      const CjdNpyArray *a = cjd_npz_find (c->arrays, param->array);
      const CjProgramParam *of;
      g_autofree char *name = NULL;
      gint64 done;

      if (param->node == NULL)
        {
          compare_given (c, param, row, seen);
          continue;
        }
      of = find_param (program, param, error);
      if (of == NULL)
        return FALSE;
      name = g_str_has_prefix (param->array, "buffer.")
                 ? g_strconcat ("buffer_after.", param->array + strlen ("buffer."), NULL)
                 : g_strconcat ("grad.", param->array, NULL);
      if (cjl_verify_has (c, name))
        cjl_verify_compare_part (c, row, name, param->offset,
                                 of->state ? cj_program_get_param_data (program, of)
                                           : cj_program_get_param_gradient (program, of),
                                 of->size, c->tolerance);
      done = (gint64) GPOINTER_TO_SIZE (g_hash_table_lookup (covered, param->array)) + of->size;
      g_hash_table_insert (covered, param->array, GSIZE_TO_POINTER (done));
      if (done >= a->size)
        g_hash_table_add (seen, g_steal_pointer (&name));
    }
  return TRUE;
}

/* Every number of the reference must have met one of ours. */
static void
check_all_seen (const CjlVerifyCase *c, CjlVerifyRow *row, GHashTable *seen)
{
  for (guint i = 0; i < c->arrays->len; i++)
    {
      const CjdNpyArray *a = c->arrays->pdata[i];
      const gboolean expected = g_str_has_prefix (a->name, "out")
                                || g_str_has_prefix (a->name, "grad.")
                                || g_str_has_prefix (a->name, "buffer_after.");

      if (expected && a->type <= CJD_NPY_FLOAT64 && !g_str_has_suffix (a->name, "_f64")
          && !g_hash_table_contains (seen, a->name))
        cjl_verify_fail (row, g_strdup_printf (_ ("nothing gives %s"), a->name));
    }
}

static gboolean
run (CjlVerifyCase *c, CjlVerifyRow *row, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (CjProgram) program = NULL;

  if (!draw (c, error))
    return FALSE;
  program = compile (c, error);
  if (program == NULL || !feed (c, program, error))
    return FALSE;
  cj_program_forward (program, c->train, cj_program_get_batch (program), 0, 0);
  if (!seed (c, program, error))
    return FALSE;
  cj_program_backward (program);
  compare_outputs (c, program, row, seen);
  compare_inputs (c, program, row, seen);
  if (!compare_params (c, program, row, seen, error))
    return FALSE;
  check_all_seen (c, row, seen);
  return TRUE;
}

gboolean
cjl_verify_run_layer (CjlVerifyCase *c, CjlVerifyRow *row, GError **error)
{
  gboolean done;

  c->graph = cj_graph_new ();
  c->inputs = g_array_new (FALSE, FALSE, sizeof (Input));
  g_array_set_clear_func (c->inputs, clear_input);
  c->params = g_array_new (FALSE, FALSE, sizeof (Param));
  g_array_set_clear_func (c->params, clear_param);
  c->outputs = g_array_new (FALSE, FALSE, sizeof (Output));
  done = run (c, row, error);
  g_clear_error (&c->mistake);
  g_clear_pointer (&c->outputs, g_array_unref);
  g_clear_pointer (&c->params, g_array_unref);
  g_clear_pointer (&c->inputs, g_array_unref);
  g_clear_pointer (&c->graph, cj_graph_free);
  return done;
}
