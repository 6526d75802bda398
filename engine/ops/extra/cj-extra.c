/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

/* --- nodes --- */

CjAttr *
cj_attr_new (const char *name, CjAttrKind kind)
{
  CjAttr *attr = g_new0 (CjAttr, 1);

  attr->name = g_strdup (name);
  attr->kind = kind;
  return attr;
}

void
cj_attr_free (CjAttr *attr)
{
  for (guint i = 0; attr->texts != NULL && i < attr->n; i++)
    g_free (attr->texts[i]);
  g_free (attr->texts);
  g_free (attr->ints);
  g_free (attr->floats);
  if (attr->value != NULL)
    cj_array_unref (attr->value);
  if (attr->free_graph != NULL)
    attr->free_graph (attr->graph);
  g_free (attr->ref);
  g_free (attr->text);
  g_free (attr->name);
  g_free (attr);
}

static void
free_attr (gpointer attr)
{
  cj_attr_free (attr);
}

CjExtraNode *
cj_extra_node_new (const char *op, gint64 opset)
{
  CjExtraNode *node = g_new0 (CjExtraNode, 1);

  node->op = g_strdup (op);
  node->opset = opset;
  node->attrs = g_ptr_array_new_with_free_func (free_attr);
  return node;
}

void
cj_extra_node_free (CjExtraNode *node)
{
  g_ptr_array_unref (node->attrs);
  g_free (node->op);
  g_free (node);
}

const CjAttr *
cj_extra_node_find (const CjExtraNode *node, const char *name)
{
  for (guint i = 0; i < node->attrs->len; i++)
    {
      const CjAttr *attr = node->attrs->pdata[i];

      if (g_str_equal (attr->name, name))
        return attr;
    }
  return NULL;
}

/* --- running --- */

static const CjExtraInfo *const families[] = {
  cj_extra_pointwise, cj_extra_pair,     cj_extra_select,  cj_extra_shape,  cj_extra_move,
  cj_extra_index,     cj_extra_sort,     cj_extra_reduce,  cj_extra_rows,   cj_extra_linear,
  cj_extra_einsum,    cj_extra_conv,     cj_extra_pool,    cj_extra_norm,   cj_extra_recurrent,
  cj_extra_resize,    cj_extra_quantise, cj_extra_vision,  cj_extra_signal, cj_extra_loss,
  cj_extra_grid,      cj_extra_fused,    cj_extra_qlinear, cj_extra_embed,  cj_extra_heads,
  cj_extra_old,       cj_extra_rotary,
};

const CjExtraInfo *
cj_extra_find (const char *op, gint64 opset)
{
  if (opset > CJ_EXTRA_MAX_OPSET)
    opset = CJ_EXTRA_MAX_OPSET;
  for (guint f = 0; f < G_N_ELEMENTS (families); f++)
    for (const CjExtraInfo *info = families[f]; info->op != NULL; info++)
      if (g_str_equal (info->op, op) && opset >= info->since
          && (info->before == 0 || opset < info->before))
        return info;
  return NULL;
}

static gboolean
check_inputs (const CjExtraCall *call, GError **error)
{
  gboolean there = call->n_in <= call->info->most;

  for (guint i = 0; there && i < call->info->least; i++)
    there = cj_extra_in (call, i) != NULL;
  for (guint i = 0; i < call->n_in; i++)
    if (call->in[i] != NULL && !cj_array_is_tensor (call->in[i])
        && !g_str_equal (call->node->op, "Identity"))
      {
        g_set_error_literal (error, CJ_ERROR, CJ_ERROR_PARAM,
                             _ ("it is not done for sequences and optional values"));
        return FALSE;
      }
  if (!there)
    g_set_error_literal (error, CJ_ERROR, CJ_ERROR_GRAPH,
                         _ ("it has not as many inputs as it takes"));
  return there;
}

gboolean
cj_extra_run (const CjExtraNode *node, guint n_in, CjArray *const *in, guint n_out, CjArray **out,
              GError **error)
{
  CjExtraCall call = { node, cj_extra_find (node->op, node->opset), n_in, in, n_out, out };

  for (guint k = 0; k < n_out; k++)
    out[k] = NULL;
  if (call.info == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("%s of operator set %lld is not among the operators here"), node->op,
                   (long long) node->opset);
      return FALSE;
    }
  if (check_inputs (&call, error) && call.info->run (&call, error))
    return TRUE;
  g_prefix_error (error, "%s: ", node->op);
  for (guint k = 0; k < n_out; k++)
    g_clear_pointer (&out[k], cj_array_unref);
  return FALSE;
}

/* --- what the operators share --- */

#define COMPOSED_OPSET 22 /* of what operators are made of */

CjArray *
cj_extra_apply (const char *op, gint64 opset, GPtrArray *attrs, guint n_in, CjArray *const *in,
                GError **error)
{
  g_autoptr (GPtrArray) none = attrs == NULL ? g_ptr_array_new () : NULL;
  const CjExtraNode node = { (char *) op, opset, attrs != NULL ? attrs : none };
  CjArray *out = NULL;

  return cj_extra_run (&node, n_in, in, 1, &out, error) ? out : NULL;
}

CjArray *
cj_extra_apply_pair (const char *op, CjArray *a, CjArray *b, GError **error)
{
  CjArray *const in[2] = { a, b };

  return a != NULL ? cj_extra_apply (op, COMPOSED_OPSET, NULL, 2, in, error) : NULL;
}

gboolean
cj_extra_refuse_shapes (GError **error)
{
  g_set_error_literal (error, CJ_ERROR, CJ_ERROR_SHAPE,
                       _ ("the shapes of its inputs do not fit together"));
  return FALSE;
}

gboolean
cj_extra_refuse_index (GError **error)
{
  g_set_error_literal (error, CJ_ERROR, CJ_ERROR_SHAPE,
                       _ ("an index or an axis lies outside its tensor"));
  return FALSE;
}

gboolean
cj_extra_refuse_attr (const char *name, GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("this value of its attribute “%s” is not done"),
               name);
  return FALSE;
}

gboolean
cj_extra_refuse_type (CjArrayType type, GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("it is not done for elements of type %s"),
               cj_array_type_get_name (type));
  return FALSE;
}

gint64
cj_extra_int (const CjExtraCall *call, const char *name, gint64 preset)
{
  const CjAttr *attr = cj_extra_node_find (call->node, name);

  return attr != NULL && attr->kind == CJ_ATTR_INT ? attr->i : preset;
}

double
cj_extra_float (const CjExtraCall *call, const char *name, double preset)
{
  const CjAttr *attr = cj_extra_node_find (call->node, name);

  return attr != NULL && attr->kind == CJ_ATTR_FLOAT ? attr->f : preset;
}

const char *
cj_extra_text (const CjExtraCall *call, const char *name, const char *preset)
{
  const CjAttr *attr = cj_extra_node_find (call->node, name);

  return attr != NULL && attr->kind == CJ_ATTR_TEXT ? attr->text : preset;
}

gboolean
cj_extra_text_is (const CjExtraCall *call, const char *name, const char *preset, const char *text)
{
  return g_str_equal (cj_extra_text (call, name, preset), text);
}

gboolean
cj_extra_ints (const CjExtraCall *call, const char *name, guint most, gint64 *ints, guint *n,
               GError **error)
{
  const CjAttr *attr = cj_extra_node_find (call->node, name);

  *n = 0;
  if (attr == NULL)
    return TRUE;
  if (attr->kind != CJ_ATTR_INTS || attr->n > most)
    return cj_extra_refuse_attr (name, error);
  *n = attr->n;
  for (guint i = 0; i < attr->n; i++)
    ints[i] = attr->ints[i];
  return TRUE;
}

gboolean
cj_extra_ints_in (const CjExtraCall *call, guint input, guint most, gint64 *ints, guint *n,
                  GError **error)
{
  const CjArray *value = cj_extra_in (call, input);

  *n = 0;
  if (value == NULL)
    return TRUE;
  if (value->size > most || value->dims.n > 1)
    return cj_extra_refuse_shapes (error);
  if (cj_array_type_is_float (value->type))
    return cj_extra_refuse_type (value->type, error);
  *n = (guint) value->size;
  cj_array_read_ints (value, 0, 1, value->size, ints);
  return TRUE;
}

gboolean
cj_extra_ints_of (const CjExtraCall *call, guint input, const char *name, guint most, gint64 *ints,
                  guint *n, GError **error)
{
  if (cj_extra_in (call, input) != NULL)
    return cj_extra_ints_in (call, input, most, ints, n, error);
  return cj_extra_ints (call, name, most, ints, n, error);
}

CjArray *
cj_extra_in (const CjExtraCall *call, guint input)
{
  return input < call->n_in ? call->in[input] : NULL;
}

CjArray *
cj_extra_out (CjExtraCall *call, guint k, CjArrayType type, const CjDims *dims, GError **error)
{
  g_assert (k < call->n_out);
  return call->out[k] = cj_array_new (type, dims, error);
}

gboolean
cj_extra_give (CjExtraCall *call, guint k, CjArray *value)
{
  if (value == NULL)
    return FALSE;
  if (k < call->n_out)
    call->out[k] = value;
  else
    cj_array_unref (value);
  return TRUE;
}

gboolean
cj_extra_give_as (CjExtraCall *call, guint k, CjArray *value, CjArrayType type, GError **error)
{
  g_autoptr (CjArray) owned = value;

  return owned != NULL && cj_extra_give (call, k, cj_array_cast (owned, type, error));
}

gboolean
cj_extra_axis (gint64 axis, guint rank, guint *at, GError **error)
{
  if (axis < -(gint64) rank || axis >= (gint64) rank)
    return cj_extra_refuse_index (error);
  *at = (guint) (axis < 0 ? axis + rank : axis);
  return TRUE;
}

gboolean
cj_extra_axes (const gint64 *axes, guint n, guint rank, guint *bits, GError **error)
{
  guint at;

  *bits = 0;
  for (guint i = 0; i < n; i++)
    {
      if (!cj_extra_axis (axes[i], rank, &at, error))
        return FALSE;
      if (*bits & 1u << at)
        return cj_extra_refuse_index (error);
      *bits |= 1u << at;
    }
  return TRUE;
}

void
cj_extra_order_last (guint rank, guint bits, guint *order)
{
  guint n = 0;

  for (guint pass = 0; pass < 2; pass++)
    for (guint k = 0; k < rank; k++)
      if ((bits >> k & 1) == pass)
        order[n++] = k;
}

/* --- walking --- */

/* Whether a value lies in dimension k + 1 of the walk right behind dimension k. */
static gboolean
joins (const CjWalk *walk, guint k, const gint64 *next, gint64 size)
{
  for (guint v = 0; v < walk->n_values; v++)
    if (walk->strides[k][v] != next[v] * size)
      return FALSE;
  return TRUE;
}

void
cj_walk_init (CjWalk *walk, const CjDims *dims, guint n, CjArray *const *values)
{
  guint kept = 0;

  *walk = (CjWalk){ .n_values = n, .size = cj_dims_size (dims, 0, dims->n) };
  for (guint k = 0; k < dims->n; k++)
    {
      gint64 next[4] = { 0 };

      if (dims->d[k] == 1)
        continue;
      for (guint v = 0; v < n; v++)
        {
          const CjDims *own = &values[v]->dims;
          const guint lacks = dims->n - own->n;

          if (k >= lacks && own->d[k - lacks] != 1)
            next[v] = cj_dims_size (own, k - lacks + 1, own->n);
        }
      if (kept > 0 && joins (walk, kept - 1, next, dims->d[k]))
        walk->d[kept - 1] *= dims->d[k];
      else
        walk->d[kept++] = dims->d[k];
      memcpy (walk->strides[kept - 1], next, sizeof next);
    }
  walk->n = kept;
  walk->row = kept > 0 ? walk->d[kept - 1] : 1;
  for (guint v = 0; v < n; v++)
    walk->step[v] = kept > 0 ? walk->strides[kept - 1][v] : 0;
  walk->done = -walk->row;
}

gboolean
cj_walk_next (CjWalk *walk)
{
  if (walk->size == 0)
    return FALSE;
  walk->done += walk->row;
  if (walk->done == 0)
    return TRUE;
  for (guint k = walk->n > 0 ? walk->n - 1 : 0; k-- > 0;)
    {
      walk->at[k]++;
      for (guint v = 0; v < walk->n_values; v++)
        walk->offset[v] += walk->strides[k][v];
      if (walk->at[k] < walk->d[k])
        return TRUE;
      for (guint v = 0; v < walk->n_values; v++)
        walk->offset[v] -= walk->at[k] * walk->strides[k][v];
      walk->at[k] = 0;
    }
  return FALSE;
}
