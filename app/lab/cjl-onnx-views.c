/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-onnx-views.h"

#include "cjl-onnx-rules.h"

#include <string.h>

const CjlOnnxView *
cjl_onnx_find_view (const CjlOnnxImport *import, const char *name)
{
  return *name != '\0' && g_hash_table_lookup (import->made, name) == NULL
             ? g_hash_table_lookup (import->views, name)
             : NULL;
}

/* The letters that are no 1, those of two dimensions in one apart. */
static void
strip (const char *axes, char *to)
{
  for (; *axes != '\0'; axes++)
    if (*axes == 'M' || *axes == 'R')
      {
        *to++ = *axes == 'M' ? 'N' : 'T';
        *to++ = *axes == 'M' ? 'T' : 'N';
      }
    else if (*axes != '1')
      *to++ = *axes;
  *to = '\0';
}

void
cjl_onnx_take_view (CjlOnnxImport *import, const char *name, const CjlOnnxView *view)
{
  const gboolean plain = g_str_equal (view->axes, "NTF") || g_str_equal (view->axes, "NF");

  if (plain && view->base.node != NULL && view->from == 0 && view->n == view->all)
    {
      const char *lift = import->lift;

      import->lift = NULL;
      cjl_onnx_note (import, name, view->base.node, view->base.port);
      import->lift = lift;
    }
  else
    g_hash_table_replace (import->views, (gpointer) name, g_memdup2 (view, sizeof *view));
}

void
cjl_onnx_note_view (CjlOnnxImport *import, const char *name, const CjdOnnxNode *node,
                    CjlOnnxMade base, const char *axes)
{
  const CjArray *value = cjl_onnx_value (import, name);
  CjlOnnxView view
      = { .base = base, .dirs = 1, .node = node != NULL ? node : cjl_onnx_maker (import, name) };

  g_strlcpy (view.axes, axes, sizeof view.axes);
  for (guint k = 0; value != NULL && k < value->dims.n && axes[k] != '\0'; k++)
    if (axes[k] == 'F')
      view.n = view.all = value->dims.d[k];
  cjl_onnx_take_view (import, name, &view);
}

/* --- layers that lay out --- */

/* A layer on a value; NULL: an error. */
static CjNode *
put_on (CjlOnnxImport *import, const char *layer, const CjdOnnxNode *node, CjlOnnxMade x,
        GError **error)
{
  CjNode *made = node != NULL ? cjl_onnx_put (import, layer, node, NULL, error, NULL)
                              : cjl_onnx_put_named (import, layer, layer, error);

  return made != NULL && cj_graph_connect (import->graph, x.node, x.port, made, 0, error) ? made
                                                                                          : NULL;
}

/* Features before or behind `at` of a value; one Split for both. */
static gboolean
split_at (CjlOnnxImport *import, const CjdOnnxNode *node, CjlOnnxMade x, gint64 at, guint side,
          CjlOnnxMade *part, GError **error)
{
  g_autofree char *key = g_strdup_printf ("split %s %u %lld", x.node->id, x.port, (long long) at);
  const CjlOnnxMade *known = g_hash_table_lookup (import->turned, key);
  CjNode *made = known != NULL ? known->node : put_on (import, "split", node, x, error);

  if (made == NULL
      || (known == NULL
          && (!cjl_onnx_set (import, made, error, "size", "%lld", (long long) at)
              || !cjl_onnx_set (import, made, error, "axis", "%d", -1))))
    return FALSE;
  *part = (CjlOnnxMade){ made, side };
  if (known == NULL)
    g_hash_table_insert (import->turned, g_steal_pointer (&key), g_memdup2 (part, sizeof *part));
  return TRUE;
}

static gboolean
cut (CjlOnnxImport *import, const CjlOnnxView *view, CjlOnnxMade *base, GError **error)
{
  const gint64 end = view->from + view->n;

  if (end < view->all && !split_at (import, view->node, *base, end, 0, base, error))
    return FALSE;
  return view->from == 0 || split_at (import, view->node, *base, view->from, 1, base, error);
}

static gboolean
pick (CjlOnnxImport *import, const CjdOnnxNode *node, CjlOnnxMade x, gint64 index,
      CjlOnnxMade *token, GError **error)
{
  CjNode *made = put_on (import, "pick-token", node, x, error);

  *token = (CjlOnnxMade){ made, 0 };
  return made != NULL && cjl_onnx_set (import, made, error, "index", "%lld", (long long) index);
}

/* [L D, N, H] of a port as [N, D H] of the top layer: by a card, for no layer moves the samples. */
static gboolean
make_cells (CjlOnnxImport *import, const CjlOnnxView *view, const CjlOnnxCell *cell,
            CjlOnnxMade *state, GError **error)
{
  const gint64 own = cell->dirs * cell->units;
  CjNode *card, *flat;

  card = put_on (import, "onnx-operator", view->node, (CjlOnnxMade){ view->cell, view->port },
                 error);
  if (card == NULL || !cjl_onnx_set (import, card, error, "operator", "%s", "Transpose@13/1")
      || !cjl_onnx_set (import, card, error, "attributes", "%s", "perm:I=1,0,2"))
    return FALSE;
  flat = put_on (import, "flatten", view->node, (CjlOnnxMade){ card, 0 }, error);
  *state = (CjlOnnxMade){ flat, 0 };
  return flat != NULL
         && (cell->layers == 1
             || split_at (import, view->node, *state, (cell->layers - 1) * own, 1, state, error));
}

/* The last state [N, D H] out of the sequence: forwards it stands at the end, backwards at the beginning. */
static gboolean
make_state (CjlOnnxImport *import, const CjlOnnxView *view, CjlOnnxMade *state, GError **error)
{
  CjlOnnxCell *cell = g_hash_table_lookup (import->cells, view->cell);
  const CjlOnnxMade y = { view->cell, 0 };
  CjlOnnxMade end, begin;
  CjNode *both;

  *state = cell->state[view->port];
  if (state->node != NULL)
    return TRUE;
  if (view->port != 1)
    {
      if (!make_cells (import, view, cell, state, error))
        return FALSE;
    }
  else if (cell->ends)
    *state = y;
  else if (!pick (import, view->node, y, -1, state, error))
    return FALSE;
  else if (cell->dirs == 2)
    {
      if (!split_at (import, view->node, *state, cell->units, 0, &end, error)
          || !pick (import, view->node, y, 0, &begin, error)
          || !split_at (import, view->node, begin, cell->units, 1, &begin, error)
          || (both = put_on (import, "concat", view->node, end, error)) == NULL
          || !cj_graph_connect (import->graph, begin.node, begin.port, both, 1, error))
        return FALSE;
      *state = (CjlOnnxMade){ both, 0 };
    }
  cell->state[view->port] = *state;
  return TRUE;
}

gboolean
cjl_onnx_view_base (CjlOnnxImport *import, const CjlOnnxView *view, CjlOnnxMade *base,
                    GError **error)
{
  g_assert (view != NULL);
  *base = view->base;
  return (base->node != NULL || make_state (import, view, base, error))
         && cut (import, view, base, error);
}

/* Sizes of a value behind the first dimension, as a layer takes them. */
static gboolean
set_shape (CjlOnnxImport *import, CjNode *made, const gint64 *sizes, guint n, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint k = 0; k < n; k++)
    g_string_append_printf (text, "%s%lld", k > 0 ? "x" : "", (long long) sizes[k]);
  return cjl_onnx_set (import, made, error, "shape", "%s", text->str);
}

/* Features as D directions of H numbers. */
static gboolean
take_apart (CjlOnnxImport *import, const CjlOnnxView *view, const CjDims *dims, CjlOnnxMade *x,
            GError **error)
{
  gint64 sizes[3];
  guint n = 0;
  CjNode *made;

  for (const char *letter = "TDH"; *letter != '\0'; letter++)
    if (strchr (view->axes, *letter) != NULL)
      sizes[n++] = dims->d[strchr (view->axes, *letter) - view->axes];
  made = put_on (import, "reshape", view->node, *x, error);
  *x = (CjlOnnxMade){ made, 0 };
  return made != NULL && set_shape (import, made, sizes, n, error);
}

static gboolean
reorder (CjlOnnxImport *import, const CjlOnnxView *view, const char *from, const char *to,
         CjlOnnxMade *x, GError **error)
{
  const gboolean layer = *to == 'N';
  g_autoptr (GString) order = g_string_new (layer ? NULL : "perm:I=");
  CjNode *made;

  if (g_str_equal (from, to))
    return TRUE;
  for (guint k = layer ? 1 : 0; to[k] != '\0'; k++)
    g_string_append_printf (order, "%s%d", layer || k == 0 ? "" : ",",
                            (int) (strchr (from, to[k]) - from));
  made = put_on (import, layer ? "permute" : "onnx-operator", view->node, *x, error);
  *x = (CjlOnnxMade){ made, 0 };
  return made != NULL
         && (layer ? cjl_onnx_set (import, made, error, "order", "%s", order->str)
                   : cjl_onnx_set (import, made, error, "operator", "%s", "Transpose@13/1")
                         && cjl_onnx_set (import, made, error, "attributes", "%s", order->str));
}

/* Dimensions of one where the value has them. */
static gboolean
add_ones (CjlOnnxImport *import, const CjlOnnxView *view, const CjDims *dims, CjlOnnxMade *x,
          GError **error)
{
  const gboolean layer = *view->axes == 'N';
  g_autoptr (GString) axes = g_string_new (NULL);
  CjNode *made;

  for (guint k = 0; view->axes[k] != '\0'; k++)
    if (view->axes[k] == '1')
      g_string_append_printf (axes, "%s%u", axes->len > 0 ? "," : "axes:I=", k);
  if (axes->len == 0)
    return TRUE;
  made = put_on (import, layer ? "reshape" : "onnx-operator", view->node, *x, error);
  *x = (CjlOnnxMade){ made, 0 };
  return made != NULL
         && (layer ? set_shape (import, made, dims->d + 1, dims->n - 1, error)
                   : cjl_onnx_set (import, made, error, "operator", "%s", "Unsqueeze@11/1")
                         && cjl_onnx_set (import, made, error, "attributes", "%s", axes->str));
}

static gboolean
joins_rows (const char *axes)
{
  return strpbrk (axes, "MR") != NULL;
}

/* Samples and moments in one dimension: by a card, for layers keep the samples. */
static gboolean
join_rows (CjlOnnxImport *import, const CjlOnnxView *view, const CjDims *dims, CjlOnnxMade *x,
           GError **error)
{
  g_autoptr (GString) inputs = g_string_new (NULL);
  CjNode *card = put_on (import, "onnx-operator", view->node, *x, error);

  g_string_printf (inputs, "x:float int64[%u]=", dims->n);
  for (guint k = 0; k < dims->n; k++)
    g_string_append_printf (inputs, "%s%lld", k > 0 ? "," : "",
                            strchr ("MR", view->axes[k]) != NULL ? -1LL : (long long) dims->d[k]);
  *x = (CjlOnnxMade){ card, 0 };
  return card != NULL && cjl_onnx_set (import, card, error, "operator", "%s", "Reshape@13/1")
         && cjl_onnx_set (import, card, error, "inputs", "%s", inputs->str);
}

gboolean
cjl_onnx_lay_out (CjlOnnxImport *import, const char *name, GError **error)
{
  const CjlOnnxView *view = cjl_onnx_find_view (import, name);
  const CjArray *value = cjl_onnx_value (import, name);
  const CjlOnnxCell *cell
      = view != NULL && view->cell != NULL ? g_hash_table_lookup (import->cells, view->cell) : NULL;
  const char *lift = import->lift;
  char to[CJL_ONNX_VIEW_AXES];
  CjlOnnxMade x;

  if (view == NULL || value == NULL)
    return TRUE;
  strip (view->axes, to);
  if (view->base.node == NULL && cell != NULL && cell->layers == 1 && view->from == 0
      && view->n == view->all
      && (g_str_equal (view->axes, "DNH") || g_str_equal (view->axes, "1NF")))
    x = (CjlOnnxMade){ view->cell, view->port };
  else
    {
      const gboolean timed = strchr (to, 'T') != NULL, apart = strchr (to, 'D') != NULL;

      if (!cjl_onnx_view_base (import, view, &x, error)
          || (apart && !take_apart (import, view, &value->dims, &x, error))
          || !reorder (import, view, timed ? (apart ? "NTDH" : "NTF") : (apart ? "NDH" : "NF"), to,
                       &x, error)
          || !(joins_rows (view->axes) ? join_rows (import, view, &value->dims, &x, error)
                                       : add_ones (import, view, &value->dims, &x, error)))
        return FALSE;
    }
  import->lift = NULL;
  cjl_onnx_note (import, name, x.node, x.port);
  import->lift = lift;
  return TRUE;
}

gboolean
cjl_onnx_turn (CjlOnnxImport *import, const CjdOnnxNode *node, const char *name, CjlOnnxMade *base,
               GError **error)
{
  const CjlOnnxView *view = cjl_onnx_find_view (import, name);
  const CjlOnnxMade *known = g_hash_table_lookup (import->turned, name);
  char axes[CJL_ONNX_VIEW_AXES] = "";

  if (view != NULL)
    strip (view->axes, axes);
  if (g_str_equal (axes, "NFT"))
    return cjl_onnx_view_base (import, view, base, error);
  if (known == NULL)
    {
      CjNode *made = cjl_onnx_put (import, "permute", node, name, error, "order=21", NULL);

      if (made == NULL)
        return FALSE;
      *base = (CjlOnnxMade){ made, 0 };
      g_hash_table_insert (import->turned, g_strdup (name), g_memdup2 (base, sizeof *base));
      return TRUE;
    }
  *base = *known;
  return TRUE;
}

/* --- nodes that lay out --- */

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

  if (x == NULL || rank != strlen (axes) || joins_rows (axes) || (view == NULL && made == NULL)
      || (perm != NULL && !given) || (view == NULL && x->dims.d[0] != import->batch))
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
          || !pick (import, node, next.base, index == size - 1 ? -1 : index, &next.base, error))
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
  return view_one (import, node, view, (guint) axis, x->dims.d[axis], cj_array_get_int (index, 0),
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
  gint64 start, size;
  guint axis;

  if (view == NULL || x == NULL || y == NULL
      || !read_slice (import, node, x->dims.n, &axis, &start))
    return TRUE;
  size = x->dims.d[axis];
  if (y->dims.d[axis] == 1)
    return view_one (import, node, view, axis, size, start, TRUE, handled, error);
  if (view->axes[axis] != 'F' || y->dims.d[axis] < 1)
    return TRUE;
  next = *view;
  next.from += start < 0 ? start + size : start;
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
  made = put_on (import, cjl_onnx_is_op (node, "ReduceMean") ? "mean" : "sum", node, next.base,
                 error);
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
