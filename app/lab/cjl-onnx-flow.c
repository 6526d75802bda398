/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators with graphs inside: If, Loop and Scan. */
#include "cjl-onnx-private.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

#define MAX_ROUNDS 100000000 /* of a loop */

static void
unref_value (gpointer value)
{
  cj_array_unref (value);
}

const CjdOnnxGraph *
cjl_onnx_graph_of (const CjExtraNode *op, const char *name, GError **error)
{
  const CjAttr *attr = cj_extra_node_find (op, name);

  if (attr != NULL && attr->kind == CJ_ATTR_GRAPH)
    return attr->graph;
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("%s has no graph “%s”"), op->op, name);
  return NULL;
}

gboolean
cjl_onnx_give (GPtrArray *results, guint first, CjArray **out, guint n)
{
  for (guint k = 0; k < n && first + k < results->len; k++)
    out[k] = cj_array_ref (results->pdata[first + k]);
  return TRUE;
}

static gboolean
run_if (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in, guint n_in, CjArray **out,
        guint n_out, GError **error)
{
  const gboolean yes = n_in > 0 && in[0] != NULL && in[0]->size > 0 && cj_array_get (in[0], 0) != 0;
  const CjdOnnxGraph *graph = cjl_onnx_graph_of (op, yes ? "then_branch" : "else_branch", error);
  g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func (unref_value);

  return graph != NULL && cjl_onnx_run_graph (scope, graph, NULL, 0, results, error)
         && cjl_onnx_give (results, 0, out, n_out);
}

/* Values of the rounds, one behind the other along a new axis. You unref. */
static CjArray *
stack_up (GPtrArray *rounds, gint64 axis, gboolean backwards, GError **error)
{
  g_autoptr (CjExtraNode) concat = cj_extra_node_new ("Concat", 13);
  g_autoptr (GPtrArray) views = g_ptr_array_new_with_free_func (unref_value);
  CjAttr *attr = cj_attr_new ("axis", CJ_ATTR_INT);
  CjArray *all = NULL;

  g_ptr_array_add (concat->attrs, attr);
  for (guint i = 0; i < rounds->len; i++)
    {
      CjArray *one = rounds->pdata[backwards ? rounds->len - 1 - i : i];
      CjDims dims = { .n = one->dims.n + 1 };

      if (!cj_array_is_tensor (one) || dims.n > CJ_ARRAY_MAX_DIMS || axis < -(gint64) dims.n
          || axis >= (gint64) dims.n)
        {
          g_set_error_literal (error, CJ_ERROR, CJ_ERROR_SHAPE,
                               _ ("an index or an axis lies outside its tensor"));
          return NULL;
        }
      attr->i = axis < 0 ? axis + dims.n : axis;
      for (guint k = 0; k < dims.n; k++)
        dims.d[k] = k < attr->i ? one->dims.d[k] : k == attr->i ? 1 : one->dims.d[k - 1];
      g_ptr_array_add (views, cj_array_reshape (one, &dims));
    }
  if (views->len == 0)
    {
      const CjDims none = { 1, { 0 } };

      return cj_array_new (CJ_ARRAY_F32, &none, error);
    }
  cj_extra_run (concat, views->len, (CjArray *const *) views->pdata, 1, &all, error);
  return all;
}

/* What a loop carries along: its own values, and lists of those that are stacked. */
typedef struct
{
  GPtrArray *state; /* CjArray */
  GPtrArray *scans; /* GPtrArray of CjArray */
} Carried;

static void
unref_list (gpointer list)
{
  g_ptr_array_unref (list);
}

static void
carried_init (Carried *c, guint n_scans)
{
  c->state = g_ptr_array_new_with_free_func (unref_value);
  c->scans = g_ptr_array_new_with_free_func (unref_list);
  for (guint i = 0; i < n_scans; i++)
    g_ptr_array_add (c->scans, g_ptr_array_new_with_free_func (unref_value));
}

static void
carried_clear (Carried *c)
{
  g_clear_pointer (&c->state, g_ptr_array_unref);
  g_clear_pointer (&c->scans, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Carried, carried_clear)

/* The results of a round from `first` on: state, then one for each list. */
static gboolean
carry (Carried *c, GPtrArray *results, guint first, GError **error)
{
  const guint n = c->state->len;

  if (results->len != first + n + c->scans->len)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_GRAPH,
                           _ ("a graph inside it has another number of results"));
      return FALSE;
    }
  g_ptr_array_set_size (c->state, 0);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (c->state, cj_array_ref (results->pdata[first + i]));
  for (guint i = 0; i < c->scans->len; i++)
    g_ptr_array_add (c->scans->pdata[i], cj_array_ref (results->pdata[first + n + i]));
  return TRUE;
}

static gboolean
run_loop (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in, guint n_in, CjArray **out,
          guint n_out, GError **error)
{
  const CjdOnnxGraph *body = cjl_onnx_graph_of (op, "body", error);
  gint64 most
      = n_in > 0 && in[0] != NULL && in[0]->size > 0 ? cj_array_get_int (in[0], 0) : G_MAXINT64;
  gboolean goes = n_in < 2 || in[1] == NULL || in[1]->size == 0 || cj_array_get (in[1], 0) != 0;
  const guint n_state = n_in > 2 ? n_in - 2 : 0;
  g_auto (Carried) c = { 0 };

  if (body == NULL)
    return FALSE;
  carried_init (&c, body->outputs->len > n_state + 1 ? body->outputs->len - 1 - n_state : 0);
  for (guint i = 0; i < n_state; i++)
    g_ptr_array_add (c.state,
                     in[2 + i] != NULL ? cj_array_ref (in[2 + i]) : cj_array_new_absent ());
  for (gint64 i = 0; goes && i < most; i++)
    {
      g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func (unref_value);
      g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func (unref_value);
      const CjDims scalar = { 0 };
      CjArray *round = cj_array_new (CJ_ARRAY_I64, &scalar, NULL);
      CjArray *on = cj_array_new (CJ_ARRAY_BOOL, &scalar, NULL);

      cj_array_set_int (round, 0, i);
      cj_array_set_int (on, 0, 1);
      g_ptr_array_add (inputs, round);
      g_ptr_array_add (inputs, on);
      for (guint k = 0; k < c.state->len; k++)
        g_ptr_array_add (inputs, cj_array_ref (c.state->pdata[k]));
      if (i == MAX_ROUNDS)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                       _ ("Loop: it goes round more than %d times"), MAX_ROUNDS);
          return FALSE;
        }
      if (!cjl_onnx_run_graph (scope, body, (CjArray *const *) inputs->pdata, inputs->len, results,
                               error)
          || !carry (&c, results, 1, error))
        return FALSE;
      goes = ((CjArray *) results->pdata[0])->size > 0 && cj_array_get (results->pdata[0], 0) != 0;
    }
  cjl_onnx_give (c.state, 0, out, n_out);
  for (guint i = 0; i < c.scans->len && c.state->len + i < n_out; i++)
    if ((out[c.state->len + i] = stack_up (c.scans->pdata[i], 0, FALSE, error)) == NULL)
      return FALSE;
  return TRUE;
}

/* Element i of a list of whole numbers in an attribute. */
static gint64
int_at (const CjExtraNode *op, const char *name, guint i)
{
  const CjAttr *attr = cj_extra_node_find (op, name);

  return attr != NULL && attr->kind == CJ_ATTR_INTS && i < attr->n ? attr->ints[i] : 0;
}

/* Slice `t` along an axis, without the axis. You unref. */
static CjArray *
slice (CjArray *x, gint64 axis, gint64 t, GError **error)
{
  g_autoptr (CjExtraNode) gather = cj_extra_node_new ("Gather", 13);
  g_autoptr (CjArray) index = cj_array_new (CJ_ARRAY_I64, &(CjDims){ 0 }, NULL);
  CjAttr *attr = cj_attr_new ("axis", CJ_ATTR_INT);
  CjArray *in[2] = { x, index }, *out = NULL;

  cj_array_set_int (index, 0, t);
  attr->i = axis;
  g_ptr_array_add (gather->attrs, attr);
  cj_extra_run (gather, 2, in, 1, &out, error);
  return out;
}

static gboolean
check_scan (const CjExtraNode *op, const CjdOnnxGraph *body, CjArray *const *in, guint n_in,
            gint64 n_scans, GError **error)
{
  gboolean fits
      = op->opset >= 9 && n_scans >= 1 && n_scans <= n_in && body->outputs->len >= n_in - n_scans;

  for (guint i = 0; fits && i < n_in; i++)
    fits = in[i] != NULL;
  for (guint i = n_in - (guint) (fits ? n_scans : 0); fits && i < n_in; i++)
    {
      const gint64 axis = int_at (op, "scan_input_axes", i - (n_in - (guint) n_scans));

      fits = axis >= -(gint64) in[i]->dims.n && axis < (gint64) in[i]->dims.n;
    }
  if (!fits)
    g_set_error_literal (error, CJ_ERROR, op->opset < 9 ? CJ_ERROR_PARAM : CJ_ERROR_GRAPH,
                         _ ("Scan: it is not done with these inputs, or before version 9"));
  return fits;
}

static gboolean
run_scan (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in, guint n_in, CjArray **out,
          guint n_out, GError **error)
{
  const CjdOnnxGraph *body = cjl_onnx_graph_of (op, "body", error);
  const CjAttr *count = cj_extra_node_find (op, "num_scan_inputs");
  const gint64 n_scans = count != NULL ? count->i : 0;
  guint n_state;
  g_auto (Carried) c = { 0 };
  gint64 length, axis;

  if (body == NULL || !check_scan (op, body, in, n_in, n_scans, error))
    return FALSE;
  n_state = n_in - (guint) n_scans;
  carried_init (&c, body->outputs->len - n_state);
  for (guint i = 0; i < n_state; i++)
    g_ptr_array_add (c.state, cj_array_ref (in[i]));
  axis = int_at (op, "scan_input_axes", 0);
  length = in[n_state]->dims.d[axis < 0 ? axis + in[n_state]->dims.n : axis];
  for (gint64 t = 0; t < length; t++)
    {
      g_autoptr (GPtrArray) results = g_ptr_array_new_with_free_func (unref_value);
      g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func (unref_value);

      for (guint k = 0; k < n_state; k++)
        g_ptr_array_add (inputs, cj_array_ref (c.state->pdata[k]));
      for (guint k = 0; k < n_scans; k++)
        {
          const gboolean back = int_at (op, "scan_input_directions", k) != 0;
          CjArray *one = slice (in[n_state + k], int_at (op, "scan_input_axes", k),
                                back ? length - 1 - t : t, error);

          if (one == NULL)
            return FALSE;
          g_ptr_array_add (inputs, one);
        }
      if (!cjl_onnx_run_graph (scope, body, (CjArray *const *) inputs->pdata, inputs->len, results,
                               error)
          || !carry (&c, results, 0, error))
        return FALSE;
    }
  cjl_onnx_give (c.state, 0, out, n_out);
  for (guint i = 0; i < c.scans->len && n_state + i < n_out; i++)
    if ((out[n_state + i] = stack_up (c.scans->pdata[i], int_at (op, "scan_output_axes", i),
                                      int_at (op, "scan_output_directions", i) != 0, error))
        == NULL)
      return FALSE;
  return TRUE;
}

static const struct
{
  const char *op;
  CjlOnnxFlow flow;
} flows[] = {
  { "If", run_if },
  { "Loop", run_loop },
  { "Scan", run_scan },
};

CjlOnnxFlow
cjl_onnx_find_flow (const char *op)
{
  for (guint i = 0; i < G_N_ELEMENTS (flows); i++)
    if (g_str_equal (flows[i].op, op))
      return flows[i].flow;
  return cjl_onnx_find_sequence (op);
}
