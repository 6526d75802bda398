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

CjNode *
cjl_onnx_put_on (CjlOnnxImport *import, const char *layer, const CjdOnnxNode *node, CjlOnnxMade x,
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
  CjNode *made = known != NULL ? known->node : cjl_onnx_put_on (import, "split", node, x, error);

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

gboolean
cjl_onnx_pick_moment (CjlOnnxImport *import, const CjdOnnxNode *node, CjlOnnxMade x, gint64 index,
                      CjlOnnxMade *token, GError **error)
{
  CjNode *made = cjl_onnx_put_on (import, "pick-token", node, x, error);

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

  card = cjl_onnx_put_on (import, "onnx-operator", view->node,
                          (CjlOnnxMade){ view->cell, view->port }, error);
  if (card == NULL || !cjl_onnx_set (import, card, error, "operator", "%s", "Transpose@13/1")
      || !cjl_onnx_set (import, card, error, "attributes", "%s", "perm:I=1,0,2"))
    return FALSE;
  flat = cjl_onnx_put_on (import, "flatten", view->node, (CjlOnnxMade){ card, 0 }, error);
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
  else if (!cjl_onnx_pick_moment (import, view->node, y, -1, state, error))
    return FALSE;
  else if (cell->dirs == 2)
    {
      if (!split_at (import, view->node, *state, cell->units, 0, &end, error)
          || !cjl_onnx_pick_moment (import, view->node, y, 0, &begin, error)
          || !split_at (import, view->node, begin, cell->units, 1, &begin, error)
          || (both = cjl_onnx_put_on (import, "concat", view->node, end, error)) == NULL
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
  made = cjl_onnx_put_on (import, "reshape", view->node, *x, error);
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
  made = cjl_onnx_put_on (import, layer ? "permute" : "onnx-operator", view->node, *x, error);
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
  made = cjl_onnx_put_on (import, layer ? "reshape" : "onnx-operator", view->node, *x, error);
  *x = (CjlOnnxMade){ made, 0 };
  return made != NULL
         && (layer ? set_shape (import, made, dims->d + 1, dims->n - 1, error)
                   : cjl_onnx_set (import, made, error, "operator", "%s", "Unsqueeze@11/1")
                         && cjl_onnx_set (import, made, error, "attributes", "%s", axes->str));
}

gboolean
cjl_onnx_joins_rows (const char *axes)
{
  return strpbrk (axes, "MR") != NULL;
}

/* Samples and moments in one dimension: by a card, for layers keep the samples. */
static gboolean
join_rows (CjlOnnxImport *import, const CjlOnnxView *view, const CjDims *dims, CjlOnnxMade *x,
           GError **error)
{
  g_autoptr (GString) inputs = g_string_new (NULL);
  CjNode *card = cjl_onnx_put_on (import, "onnx-operator", view->node, *x, error);

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
          || !(cjl_onnx_joins_rows (view->axes) ? join_rows (import, view, &value->dims, &x, error)
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
