/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nodes of a model that only lay numbers out anew make views (cjl-onnx-views.h) where they can. */
#include "cjl-onnx-rules.h"
#include "cjl-onnx-views.h"

#include <string.h>

typedef struct
{
  const char *axes;
  const CjDims *in, *out;
  gint64 batch;
  char *to;
} Match;

static gboolean match (const Match *m, guint i, guint j);

/* Samples and moments in one, in either order, or apart again; a single moment is flattened. */
static gboolean
match_rows (const Match *m, guint i, guint j)
{
  static const char apart[][3] = { "NT", "TN" };
  static const char joined[] = "MR";
  const gint64 *in = m->in->d + i, *out = m->out->d + j;

  for (guint k = 0; k < 2 && j < m->out->n; k++)
    {
      m->to[j] = joined[k];
      if (strncmp (m->axes + i, apart[k], 2) == 0 && in[1 - k] > 1 && in[0] * in[1] == out[0]
          && match (m, i + 2, j + 1))
        return TRUE;
      if (m->axes[i] != joined[k] || j + 1 >= m->out->n || out[k] != m->batch
          || out[0] * out[1] != in[0])
        continue;
      m->to[j] = apart[k][0];
      m->to[j + 1] = apart[k][1];
      if (match (m, i + 1, j + 2))
        return TRUE;
    }
  return FALSE;
}

/* Whether dimensions of `out` from `j` on are those of `in` from `i` on: with ones more or less, directions joined with
 * what each has, and samples with moments or apart again. */
static gboolean
match (const Match *m, guint i, guint j)
{
  const char axis = m->axes[i];
  const gboolean more = j < m->out->n;

  m->to[j] = axis;
  if (axis == '\0' && !more)
    return TRUE;
  if (axis != '\0' && more && m->in->d[i] == m->out->d[j] && match (m, i + 1, j + 1))
    return TRUE;
  if (match_rows (m, i, j))
    return TRUE;
  m->to[j] = 'F';
  if (axis == 'D' && m->axes[i + 1] == 'H' && more && m->in->d[i] * m->in->d[i + 1] == m->out->d[j]
      && match (m, i + 2, j + 1))
    return TRUE;
  if (axis == '1' && match (m, i + 1, j))
    return TRUE;
  if (!more || m->out->d[j] != 1 || !match (m, i, j + 1))
    return FALSE;
  m->to[j] = '1';
  return TRUE;
}

/* Letters of a reshaped view; FALSE: it is another kind of reshaping. */
static gboolean
reshape_axes (const CjlOnnxImport *import, const CjdOnnxNode *node, const char *axes,
              const CjDims *in, const CjDims *out, char *to)
{
  const Match m = { axes, in, out, import->batch, to };
  guint bits, n = 0;

  if (out->n + 1 > CJL_ONNX_VIEW_AXES)
    return FALSE;
  if (cjl_onnx_is_op (node, "Squeeze") && cjl_onnx_read_axes (import, node, in->n, &bits))
    {
      for (guint k = 0; axes[k] != '\0'; k++)
        if ((bits >> k & 1) == 0)
          to[n++] = axes[k];
        else if (axes[k] != '1')
          return FALSE;
      to[n] = '\0';
      return TRUE;
    }
  if (cjl_onnx_is_op (node, "Unsqueeze") && cjl_onnx_read_axes (import, node, out->n, &bits))
    {
      for (guint k = 0; k < out->n; k++)
        to[k] = (bits >> k & 1) != 0 ? '1' : axes[n++];
      to[out->n] = '\0';
      return TRUE;
    }
  return match (&m, 0, 0);
}

/* The view of a name, or that of a sequence [N, T, F] that is on the canvas as it is, in *plain; else NULL. */
static const CjlOnnxView *
find_sequence (const CjlOnnxImport *import, const CjdOnnxNode *node, CjlOnnxView *plain)
{
  const char *name = cjl_onnx_input (node, 0);
  const CjlOnnxView *view = cjl_onnx_find_view (import, name);
  const CjlOnnxMade *made = g_hash_table_lookup (import->made, name);
  const CjArray *x = cjl_onnx_value (import, name);

  if (view != NULL || made == NULL || x == NULL || x->dims.n != 3 || x->dims.d[0] != import->batch)
    return view;
  *plain = (CjlOnnxView){
    .base = *made, .axes = "NTF", .dirs = 1, .n = x->dims.d[2], .all = x->dims.d[2], .node = node
  };
  return plain;
}

static gboolean
view_reshape (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled)
{
  CjlOnnxView next, plain;
  const CjlOnnxView *view = find_sequence (import, node, &plain);
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const CjArray *y = cjl_onnx_value (import, cjl_onnx_output (node, 0));

  if (view == NULL || x == NULL || y == NULL)
    return TRUE;
  next = *view;
  if (!reshape_axes (import, node, view->axes, &x->dims, &y->dims, next.axes)
      || (view == &plain && next.axes[0] != 'M')) /* the others are layers */
    return TRUE;
  cjl_onnx_take_view (import, cjl_onnx_output (node, 0), &next);
  *handled = TRUE;
  return TRUE;
}

static gboolean
view_transpose (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled)
{
  const char *name = cjl_onnx_input (node, 0);
  const CjlOnnxView *view = cjl_onnx_find_view (import, name);
  const CjlOnnxMade *made = g_hash_table_lookup (import->made, name);
  const CjArray *x = cjl_onnx_value (import, name);
  const CjAttr *perm = cj_extra_node_find (node->op, "perm");
  const guint rank = x != NULL ? x->dims.n : 0;
  const gboolean given = perm != NULL && perm->kind == CJ_ATTR_INTS && perm->n == rank;
  const char *axes = view != NULL ? view->axes : "NTF";
  char to[CJL_ONNX_VIEW_AXES] = "";

  if (x == NULL || rank != strlen (axes) || cjl_onnx_joins_rows (axes)
      || (view == NULL && made == NULL) || (perm != NULL && !given)
      || (view == NULL && x->dims.d[0] != import->batch))
    return TRUE;
  for (guint k = 0; k < rank; k++)
    {
      const gint64 from = given ? perm->ints[k] : rank - 1 - k;

      if (from < 0 || from >= rank)
        return TRUE;
      to[k] = axes[from];
    }
  if (view != NULL)
    {
      CjlOnnxView next = *view;

      memcpy (next.axes, to, sizeof to);
      cjl_onnx_take_view (import, cjl_onnx_output (node, 0), &next);
    }
  else
    cjl_onnx_note_view (import, cjl_onnx_output (node, 0), node, *made, to);
  *handled = TRUE;
  return TRUE;
}

/* Element `index` (from the end if negative) along dimension `axis` of a view, which goes or stays as one. */
static gboolean
view_one (CjlOnnxImport *import, const CjdOnnxNode *node, const CjlOnnxView *view, guint axis,
          gint64 size, gint64 index, gboolean keep, gboolean *handled, GError **error)
{
  CjlOnnxView next = *view;
  char *letter = &next.axes[axis];

  index += index < 0 ? size : 0;
  if (index < 0 || index >= size)
    return TRUE;
  if (*letter == 'T')
    {
      if (!cjl_onnx_view_base (import, view, &next.base, error)
          || !cjl_onnx_pick_moment (import, node, next.base, index == size - 1 ? -1 : index,
                                    &next.base, error))
        return FALSE;
      next.all = next.n;
      next.from = 0;
    }
  else if (*letter == 'D')
    {
      next.n /= next.dirs;
      next.from += index * next.n;
      *strchr (next.axes, 'H') = 'F';
    }
  else if (*letter != '1')
    return TRUE;
  *letter = '1';
  next.node = node;
  if (!keep)
    memmove (letter, letter + 1, strlen (letter));
  cjl_onnx_take_view (import, cjl_onnx_output (node, 0), &next);
  *handled = TRUE;
  return TRUE;
}

/* Which input of a Concat along the first dimension element `*index` comes from, and there which: NULL: none. */
const char *
cjl_onnx_find_joined (const CjlOnnxImport *import, const CjdOnnxNode *concat, gint64 *index)
{
  const CjArray *all = cjl_onnx_value (import, cjl_onnx_output (concat, 0));

  if (all == NULL || all->dims.n < 1 || cjl_onnx_get_int (concat, "axis", 1) != 0)
    return NULL;
  *index += *index < 0 ? all->dims.d[0] : 0;
  for (guint i = 0; i < concat->inputs->len && *index >= 0; i++)
    {
      const CjArray *one = cjl_onnx_value (import, cjl_onnx_input (concat, i));

      if (one == NULL || one->dims.n < 1)
        return NULL;
      if (*index < one->dims.d[0])
        return cjl_onnx_input (concat, i);
      *index -= one->dims.d[0];
    }
  return NULL;
}

/* One of several states that were joined. */
static gboolean
view_joined (CjlOnnxImport *import, const CjdOnnxNode *node, gint64 index, gboolean keep,
             gboolean *handled, GError **error)
{
  const char *name
      = cjl_onnx_find_joined (import, cjl_onnx_maker (import, cjl_onnx_input (node, 0)), &index);
  /* also where it was laid out for the Concat, which goes if nobody else reads it */
  const CjlOnnxView *view = name != NULL ? g_hash_table_lookup (import->views, name) : NULL;

  return view == NULL
         || view_one (import, node, view, 0, cjl_onnx_value (import, name)->dims.d[0], index, keep,
                      handled, error);
}

/* view_one of a view or of what is plain: along its last dimension the latter is a sequence with its channels before its
 * moments, [N, F, T]. */
static gboolean
view_one_of (CjlOnnxImport *import, const CjdOnnxNode *node, const CjlOnnxView *view,
             CjlOnnxView *plain, guint axis, gint64 index, gboolean keep, gboolean *handled,
             GError **error)
{
  const char *name = cjl_onnx_input (node, 0);
  const CjDims *dims = &cjl_onnx_value (import, name)->dims;

  if (view == plain && axis == 2)
    {
      plain->n = plain->all = dims->d[1];
      g_strlcpy (plain->axes, "NFT", sizeof plain->axes);
      if (!cjl_onnx_turn (import, node, name, &plain->base, error))
        return FALSE;
    }
  return view_one (import, node, view, axis, dims->d[axis], index, keep, handled, error);
}

static gboolean
view_gather (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const CjArray *index = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  gint64 axis = cjl_onnx_get_int (node, "axis", 0);
  CjlOnnxView plain;
  const CjlOnnxView *view;

  if (x == NULL || index == NULL || index->size != 1 || index->dims.n > 1)
    return TRUE;
  axis += axis < 0 ? x->dims.n : 0;
  if (axis == 0 && cjl_onnx_is_op (cjl_onnx_maker (import, cjl_onnx_input (node, 0)), "Concat"))
    return view_joined (import, node, cj_array_get_int (index, 0), index->dims.n == 1, handled,
                        error);
  view = find_sequence (import, node, &plain);
  if (view == NULL || axis < 0 || axis >= x->dims.n)
    return TRUE;
  return view_one_of (import, node, view, &plain, (guint) axis, cj_array_get_int (index, 0),
                      index->dims.n == 1, handled, error);
}

/* Where a Slice along one axis begins; FALSE: it is of another kind. */
static gboolean
read_slice (const CjlOnnxImport *import, const CjdOnnxNode *node, guint rank, guint *axis,
            gint64 *start)
{
  static const char *const words[] = { "starts", "axes" };
  gint64 numbers[2] = { 0, 0 };

  for (guint k = 0; k < 2; k++)
    {
      const CjAttr *attr = cj_extra_node_find (node->op, words[k]);
      const CjArray *given = cjl_onnx_constant (import, cjl_onnx_input (node, k == 0 ? 1 : 3));

      if (attr != NULL && attr->kind == CJ_ATTR_INTS && attr->n == 1)
        numbers[k] = attr->ints[0];
      else if (given != NULL && given->size == 1)
        numbers[k] = cj_array_get_int (given, 0);
      else
        return FALSE;
    }
  if (*cjl_onnx_input (node, 4) != '\0'
      && !cjl_onnx_is_number (import, cjl_onnx_input (node, 4), 1))
    return FALSE;
  numbers[1] += numbers[1] < 0 ? rank : 0;
  *axis = (guint) numbers[1];
  *start = numbers[0];
  return numbers[1] >= 0 && numbers[1] < rank;
}

static gboolean
view_slice (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  CjlOnnxView next, plain;
  const CjlOnnxView *view = find_sequence (import, node, &plain);
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const CjArray *y = cjl_onnx_value (import, cjl_onnx_output (node, 0));
  gint64 start;
  guint axis;

  if (x == NULL || y == NULL || !read_slice (import, node, x->dims.n, &axis, &start))
    return TRUE;
  if (axis == 0 && y->dims.d[0] == 1
      && cjl_onnx_is_op (cjl_onnx_maker (import, cjl_onnx_input (node, 0)), "Concat"))
    return view_joined (import, node, start, TRUE, handled, error);
  if (view == NULL)
    return TRUE;
  if (y->dims.d[axis] == 1)
    return view_one_of (import, node, view, &plain, axis, start, TRUE, handled, error);
  if (view->axes[axis] != 'F' || y->dims.d[axis] < 1)
    return TRUE;
  next = *view;
  next.from += start < 0 ? start + x->dims.d[axis] : start;
  next.n = y->dims.d[axis];
  cjl_onnx_take_view (import, cjl_onnx_output (node, 0), &next);
  *handled = TRUE;
  return TRUE;
}

/* The view that the first input is, if the node's axis is its features; NULL: it is not. */
static const CjlOnnxView *
find_features (const CjlOnnxImport *import, const CjdOnnxNode *node, gint64 otherwise, gint64 *axis)
{
  const CjlOnnxView *view = cjl_onnx_find_view (import, cjl_onnx_input (node, 0));
  const guint rank = cjl_onnx_rank_of (import, cjl_onnx_input (node, 0));

  *axis = cjl_onnx_get_int (node, "axis", otherwise);
  *axis += *axis < 0 ? rank : 0;
  return view != NULL && *axis >= 0 && *axis < rank && view->axes[*axis] == 'F' ? view : NULL;
}

static gboolean
view_split (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled)
{
  gint64 axis;
  const CjlOnnxView *view = find_features (import, node, 0, &axis);
  CjlOnnxView next;

  if (view == NULL)
    return TRUE;
  for (guint k = 0; k < node->outputs->len; k++)
    if (cjl_onnx_value (import, cjl_onnx_output (node, k)) == NULL)
      return TRUE;
  next = *view;
  for (guint k = 0; k < node->outputs->len; k++)
    {
      next.n = cjl_onnx_value (import, cjl_onnx_output (node, k))->dims.d[axis];
      cjl_onnx_take_view (import, cjl_onnx_output (node, k), &next);
      next.from += next.n;
    }
  *handled = TRUE;
  return TRUE;
}

/* Neighbouring features of one value side by side again. */
static gboolean
view_concat (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled)
{
  gint64 axis;
  const CjlOnnxView *first = find_features (import, node, 1, &axis);
  CjlOnnxView next;

  if (first == NULL)
    return TRUE;
  next = *first;
  for (guint i = 1; i < node->inputs->len; i++)
    {
      const CjlOnnxView *view = cjl_onnx_find_view (import, cjl_onnx_input (node, i));

      if (view == NULL || !g_str_equal (view->axes, next.axes) || view->base.node != next.base.node
          || view->base.port != next.base.port || view->cell != next.cell || view->port != next.port
          || view->from != next.from + next.n)
        return TRUE;
      next.n += view->n;
    }
  cjl_onnx_take_view (import, cjl_onnx_output (node, 0), &next);
  *handled = TRUE;
  return TRUE;
}

/* A mean or a sum over the moments of a view. */
static gboolean
view_reduce (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled, GError **error)
{
  const CjlOnnxView *view = cjl_onnx_find_view (import, cjl_onnx_input (node, 0));
  const guint rank = cjl_onnx_rank_of (import, cjl_onnx_input (node, 0));
  CjlOnnxView next;
  guint bits, axis = 0;
  CjNode *made;

  if (view == NULL || !cjl_onnx_read_axes (import, node, rank, &bits))
    return TRUE;
  while (axis < rank && bits != 1u << axis)
    axis++;
  if (axis >= rank || view->axes[axis] != 'T' || strchr (view->axes, 'F') == NULL)
    return TRUE;
  next = *view;
  if (!cjl_onnx_view_base (import, view, &next.base, error))
    return FALSE;
  made = cjl_onnx_put_on (import, cjl_onnx_is_op (node, "ReduceMean") ? "mean" : "sum", node,
                          next.base, error);
  if (made == NULL)
    return FALSE;
  next.base = (CjlOnnxMade){ made, 0 };
  next.all = next.n;
  next.from = 0;
  next.axes[axis] = '1';
  if (cjl_onnx_get_int (node, "keepdims", 1) == 0)
    memmove (next.axes + axis, next.axes + axis + 1, strlen (next.axes + axis));
  cjl_onnx_take_view (import, cjl_onnx_output (node, 0), &next);
  *handled = TRUE;
  return TRUE;
}

static gboolean
view_pass (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled)
{
  const CjlOnnxView *view = cjl_onnx_find_view (import, cjl_onnx_input (node, 0));
  const CjArray *y = cjl_onnx_value (import, cjl_onnx_output (node, 0));

  if (view == NULL || y == NULL || !cj_array_type_is_float (y->type))
    return TRUE;
  cjl_onnx_take_view (import, cjl_onnx_output (node, 0), view);
  *handled = TRUE;
  return TRUE;
}

gboolean
cjl_onnx_rule_view (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                    GError **error)
{
  if (cjl_onnx_is_op (node, "Transpose"))
    return view_transpose (import, node, handled);
  if (cjl_onnx_is_op (node, "Reshape") || cjl_onnx_is_op (node, "Squeeze")
      || cjl_onnx_is_op (node, "Unsqueeze") || cjl_onnx_is_op (node, "Flatten"))
    return view_reshape (import, node, handled);
  if (cjl_onnx_is_op (node, "Gather"))
    return view_gather (import, node, handled, error);
  if (cjl_onnx_is_op (node, "Slice"))
    return view_slice (import, node, handled, error);
  if (cjl_onnx_is_op (node, "Split"))
    return view_split (import, node, handled);
  if (cjl_onnx_is_op (node, "Concat") && node->inputs->len > 1)
    return view_concat (import, node, handled);
  if (cjl_onnx_is_op (node, "ReduceMean") || cjl_onnx_is_op (node, "ReduceSum"))
    return view_reduce (import, node, handled, error);
  if (cjl_onnx_is_op (node, "Identity") || cjl_onnx_is_op (node, "Cast")
      || cjl_onnx_is_op (node, "Concat")
      || (cjl_onnx_is_op (node, "Dropout")
          && !g_hash_table_contains (import->users, cjl_onnx_output (node, 1))))
    return view_pass (import, node, handled);
  return TRUE;
}
