/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values that are cut into pieces: by layers that make two of one, one behind the other. */
#include "cjl-onnx-rules.h"
#include "cjl-onnx-views.h"

#include <string.h>

#define MOST 65536   /* of a piece, of the layer */
#define MAX_PAD 4096 /* of the layer that also cuts off */

/* Numbers [from, end) along an axis of a value. */
typedef struct
{
  const char *x;
  gint64 axis, from, end, all;
} Piece;

/* A list that a node is told, by an attribute or an input; FALSE: it is none, or of more than four. */
static gboolean
read_numbers (const CjlOnnxImport *import, const CjdOnnxNode *node, const char *name, guint input,
              gint64 *to, guint *n)
{
  const CjAttr *attr = cj_extra_node_find (node->op, name);
  const CjArray *given = cjl_onnx_constant (import, cjl_onnx_input (node, input));
  const gboolean listed = attr != NULL && attr->kind == CJ_ATTR_INTS;

  *n = listed ? (guint) attr->n : given != NULL ? (guint) given->size : 0;
  if (*n < 1 || *n > 4)
    return FALSE;
  for (guint i = 0; i < *n; i++)
    to[i] = listed ? attr->ints[i] : cj_array_get_int (given, i);
  return TRUE;
}

/* What a Slice takes of each of at most four axes, all numbers of which it takes one after another or every step-th;
 * FALSE: it is of another kind. */
static gboolean
read_slice (const CjlOnnxImport *import, const CjdOnnxNode *node, Piece *pieces, gint64 *steps,
            guint *n)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  gint64 starts[4], ends[4], axes[4] = { 0, 1, 2, 3 };
  guint count;

  if (node == NULL || !cjl_onnx_is_op (node, "Slice") || x == NULL
      || !read_numbers (import, node, "starts", 1, starts, n)
      || !read_numbers (import, node, "ends", 2, ends, &count) || count != *n)
    return FALSE;
  if ((*cjl_onnx_input (node, 3) != '\0' || cj_extra_node_find (node->op, "axes") != NULL)
      && (!read_numbers (import, node, "axes", 3, axes, &count) || count != *n))
    return FALSE;
  for (guint i = 0; i < *n; i++)
    steps[i] = 1;
  if (*cjl_onnx_input (node, 4) != '\0'
      && (!read_numbers (import, node, "steps", 4, steps, &count) || count != *n))
    return FALSE;
  for (guint i = 0; i < *n; i++)
    {
      const gint64 axis = axes[i] + (axes[i] < 0 ? x->dims.n : 0);
      const gint64 all = axis >= 0 && axis < x->dims.n ? x->dims.d[axis] : 0;
      const gint64 from = starts[i] + (starts[i] < 0 ? all : 0),
                   end = ends[i] + (ends[i] < 0 ? all : 0);

      pieces[i] = (Piece){ cjl_onnx_input (node, 0), axis, CLAMP (from, 0, all),
                           CLAMP (end, 0, all), all };
      if (axis < 1 || steps[i] < 1 || pieces[i].from >= pieces[i].end)
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_piece (const CjlOnnxImport *import, const CjdOnnxNode *node, Piece *piece)
{
  gint64 steps[4];
  Piece pieces[4];
  guint n;

  if (!read_slice (import, node, pieces, steps, &n) || n != 1 || steps[0] != 1)
    return FALSE;
  *piece = pieces[0];
  return TRUE;
}

/* --- in two --- */

/* What lies before `at` (side 0) or behind it; one layer for both. */
static gboolean
split_at (CjlOnnxImport *import, const CjdOnnxNode *node, gint64 axis, gint64 at, guint side,
          CjlOnnxMade *part, GError **error)
{
  g_autofree char *key = g_strdup_printf ("split %s %u %lld on %lld", part->node->id, part->port,
                                          (long long) at, (long long) axis);
  const CjlOnnxMade *known = g_hash_table_lookup (import->turned, key);
  CjNode *made
      = known != NULL ? known->node : cjl_onnx_put (import, "split", node, NULL, error, NULL);

  if (made == NULL
      || (known == NULL
          && (!cj_graph_connect (import->graph, part->node, part->port, made, 0, error)
              || !cjl_onnx_set (import, made, error, "size", "%lld", (long long) at)
              || !cjl_onnx_set (import, made, error, "axis", "%lld", (long long) axis))))
    return FALSE;
  *part = (CjlOnnxMade){ made, side };
  if (known == NULL)
    g_hash_table_insert (import->turned, g_steal_pointer (&key), g_memdup2 (part, sizeof *part));
  return TRUE;
}

/* Where the last of the pieces that end here begins, of those that are cut out of the same value; 0: there is none. */
static gint64
find_before (const CjlOnnxImport *import, const Piece *piece, gint64 end)
{
  const GPtrArray *users = g_hash_table_lookup (import->users, piece->x);
  gint64 from = 0;
  Piece other;

  for (guint i = 0; users != NULL && i < users->len; i++)
    if (read_piece (import, users->pdata[i], &other) && other.axis == piece->axis
        && other.end == end && g_str_equal (other.x, piece->x))
      from = MAX (from, other.from);
  return from;
}

/* Everything from `from` on, by the layers that cut the pieces before it. */
static gboolean
take_rest (CjlOnnxImport *import, const CjdOnnxNode *node, const Piece *piece, gint64 from,
           CjlOnnxMade *part, GError **error)
{
  const gint64 before = from > 0 ? find_before (import, piece, from) : 0;

  if (from == 0)
    return TRUE;
  return take_rest (import, node, piece, before, part, error)
         && split_at (import, node, piece->axis, from - before, 1, part, error);
}

/* The piece on the canvas. */
static gboolean
take_piece (CjlOnnxImport *import, const CjdOnnxNode *node, const Piece *piece, CjlOnnxMade *part,
            GError **error)
{
  return take_rest (import, node, piece, piece->from, part, error)
         && (piece->end == piece->all
             || split_at (import, node, piece->axis, piece->end - piece->from, 0, part, error));
}

/* What is on the canvas as it is in the model: samples first. NULL: nothing is, or it cannot be cut there. */
static const CjlOnnxMade *
find_whole (CjlOnnxImport *import, const CjdOnnxNode *node)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));

  if (x == NULL || x->dims.n < 2 || x->dims.n > CJ_MAX_DIMS || x->dims.d[0] != import->batch
      || !cjl_onnx_flows (import, node, 0) || import->lift != NULL)
    return NULL;
  return g_hash_table_lookup (import->made, cjl_onnx_input (node, 0));
}

/* --- rules --- */

gboolean
cjl_onnx_rule_split (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                     GError **error)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const guint rank = cjl_onnx_rank_of (import, cjl_onnx_input (node, 0));
  const CjlOnnxMade *whole;
  gint64 axis = cjl_onnx_get_int (node, "axis", 0);
  CjlOnnxMade rest;

  axis += axis < 0 ? rank : 0;
  if (axis < 1 || axis >= rank || node->outputs->len < 2)
    return TRUE;
  for (guint k = 0; k < node->outputs->len; k++)
    {
      const CjArray *piece = cjl_onnx_value (import, cjl_onnx_output (node, k));

      if (piece == NULL || piece->dims.d[axis] < 1 || piece->dims.d[axis] > MOST)
        return TRUE;
    }
  if (!cjl_onnx_lay_out (import, cjl_onnx_input (node, 0), error))
    return FALSE;
  whole = find_whole (import, node);
  if (whole == NULL || x == NULL)
    return TRUE;
  rest = *whole;
  for (guint k = 0; k < node->outputs->len; k++)
    {
      const CjArray *piece = cjl_onnx_value (import, cjl_onnx_output (node, k));
      CjlOnnxMade part = rest;

      if (k + 1 < node->outputs->len
          && (!split_at (import, node, axis, piece->dims.d[axis], 0, &part, error)
              || !split_at (import, node, axis, piece->dims.d[axis], 1, &rest, error)))
        return FALSE;
      cjl_onnx_note (import, cjl_onnx_output (node, k), part.node, part.port);
    }
  cjl_onnx_take (import, node);
  *handled = TRUE;
  return TRUE;
}

/* Rows and columns that are cut off a picture, as padding below 0. */
static gboolean
put_cut (CjlOnnxImport *import, const CjdOnnxNode *node, const Piece *pieces, guint n,
         gboolean *handled, GError **error)
{
  static const char *const sides[] = { "top", "left", "bottom", "right" };
  CjNode *made = cjl_onnx_put (import, "pad-2d", node, cjl_onnx_input (node, 0), error, NULL);
  gint64 pads[4] = { 0 };

  for (guint i = 0; i < n; i++)
    {
      pads[pieces[i].axis - 2] = -pieces[i].from;
      pads[pieces[i].axis] = pieces[i].end - pieces[i].all;
    }
  for (guint k = 0; k < 4; k++)
    if (made == NULL || !cjl_onnx_set (import, made, error, sides[k], "%lld", (long long) pads[k]))
      return FALSE;
  return cjl_onnx_finish (import, node, made, handled);
}

gboolean
cjl_onnx_rule_slice (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                     GError **error)
{
  const guint rank = cjl_onnx_rank_of (import, cjl_onnx_input (node, 0));
  gboolean sides = rank == 4, plain = TRUE, all = TRUE;
  const CjlOnnxMade *whole;
  gint64 steps[4];
  CjlOnnxMade part;
  Piece pieces[4];
  guint n;

  if (!read_slice (import, node, pieces, steps, &n))
    return TRUE;
  if (!cjl_onnx_lay_out (import, cjl_onnx_input (node, 0), error))
    return FALSE;
  whole = find_whole (import, node);
  for (guint i = 0; i < n; i++)
    {
      plain = plain && steps[i] == 1;
      all = all && pieces[i].from == 0 && pieces[i].end == pieces[i].all;
      sides = sides && pieces[i].axis >= 2 && pieces[i].from <= MAX_PAD
              && pieces[i].all - pieces[i].end <= MAX_PAD
              && (i == 0 || pieces[i].axis != pieces[i - 1].axis);
    }
  if (whole == NULL)
    return TRUE;
  if (sides && all && n == 2 && steps[0] == steps[1] && steps[0] > 1)
    return cjl_onnx_put_shortcut (import, node, node, steps[0], 0, 0, handled, error);
  if (!plain)
    return TRUE;
  if (sides && n <= 2)
    return put_cut (import, node, pieces, n, handled, error);
  if (n != 1 || pieces[0].end - pieces[0].from > MOST || pieces[0].from > MOST)
    return TRUE;
  part = *whole;
  if (!take_piece (import, node, &pieces[0], &part, error))
    return FALSE;
  cjl_onnx_take (import, node);
  cjl_onnx_note (import, cjl_onnx_output (node, 0), part.node, part.port);
  *handled = TRUE;
  return TRUE;
}

/* --- gates --- */

/* Output `k` of the two that a value is cut into, or a Slice that is as much: which half; 0: it is none. */
static guint
find_half (const CjlOnnxImport *import, const char *name, const char **x, gint64 *axis)
{
  const CjdOnnxNode *node = cjl_onnx_maker (import, name);
  const guint rank = node != NULL ? cjl_onnx_rank_of (import, cjl_onnx_input (node, 0)) : 0;
  Piece piece;

  *x = node != NULL ? cjl_onnx_input (node, 0) : "";
  if (node != NULL && cjl_onnx_is_op (node, "Split") && node->outputs->len == 2)
    {
      const CjArray *value = cjl_onnx_value (import, *x), *half = cjl_onnx_value (import, name);

      *axis = cjl_onnx_get_int (node, "axis", 0);
      *axis += *axis < 0 ? rank : 0;
      if (value == NULL || half == NULL || *axis < 1 || *axis >= rank
          || value->dims.d[*axis] != 2 * half->dims.d[*axis])
        return 0;
      return g_str_equal (name, cjl_onnx_output (node, 0)) ? 1 : 2;
    }
  if (!cjl_onnx_is_op (node, "Slice") || !read_piece (import, node, &piece)
      || piece.all != 2 * (piece.end - piece.from) || (piece.from != 0 && piece.end != piece.all))
    return 0;
  *axis = piece.axis;
  return piece.from == 0 ? 1 : 2;
}

/* The first half times the logistic function of the second (Dauphin et al., 2017). */
gboolean
cjl_onnx_rule_glu (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                   GError **error)
{
  const char *halves[2] = { "", "" };
  gint64 axes[2] = { 0, 0 };
  CjNode *made;

  for (guint i = 0; i < 2; i++)
    {
      const CjdOnnxNode *gate = cjl_onnx_maker (import, cjl_onnx_input (node, 1 - i));
      const CjArray *x;

      if (!cjl_onnx_is_op (gate, "Sigmoid")
          || find_half (import, cjl_onnx_input (node, i), &halves[0], &axes[0]) != 1
          || find_half (import, cjl_onnx_input (gate, 0), &halves[1], &axes[1]) != 2
          || !g_str_equal (halves[0], halves[1]) || axes[0] != axes[1])
        continue;
      x = cjl_onnx_value (import, halves[0]);
      if (import->lift != NULL || x == NULL || x->dims.d[0] != import->batch || x->dims.n > 4
          || !g_hash_table_contains (import->flows, halves[0]) || !cj_array_type_is_float (x->type))
        return TRUE;
      made = cjl_onnx_put (import, "glu", node, halves[0], error, NULL);
      if (made == NULL || !cjl_onnx_set (import, made, error, "axis", "%lld", (long long) axes[0]))
        return FALSE;
      return cjl_onnx_finish (import, node, made, handled);
    }
  return TRUE;
}
