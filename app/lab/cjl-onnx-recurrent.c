/* SPDX-License-Identifier: GPL-3.0-or-later */
/* RNN, LSTM and GRU as layers. X [T, N, I] (or [N, T, I] with layout 1), W [D, G H, I], R [D, G H, H],
 * B [D, 2 G H]; Y [T, D, N, H], the last states [D, N, H]. What lies behind and before a cell to lay out its sequence is
 * a view (cjl-onnx-views.h); cells on top of cells become one layer, and so do two that read in opposite
 * directions. */
#include "cjl-onnx-rules.h"
#include "cjl-onnx-views.h"

#include <string.h>

#define MAX_UNITS 16384 /* of the layers */
#define MAX_LAYERS 16
#define MAX_READERS 32 /* of one value, among which halves are looked for */
#define MAX_BETWEEN 64 /* nodes that lay out between two cells */

/* Ours are i f g o and r z n; those of the standard i o f c and z r h: which of theirs each of ours is. */
static const guint lstm_gates[] = { 0, 2, 3, 1 }, gru_gates[] = { 1, 0, 2 }, one_gate[] = { 0 };

typedef struct
{
  const CjdOnnxNode *node, *back; /* back: the other direction as a node of its own, or NULL */
  const char *x;                  /* the name that is read */
  const char *layer;
  const guint *order;
  gint64 gates, units, dirs, width; /* width: I */
  gboolean relu, bias, samples_first;
} Cell;

/* --- what it is told --- */

/* Whether what the gates do is what they do in the layers. */
static gboolean
read_functions (const CjdOnnxNode *node, Cell *cell)
{
  static const char *const usual[] = { "sigmoid", "tanh", "tanh" };
  const CjAttr *names = cj_extra_node_find (node->op, "activations");
  const gboolean lstm = g_str_equal (cell->layer, "lstm");
  const guint each = lstm ? 3 : g_str_equal (cell->layer, "gru") ? 2 : 1;

  cell->relu = FALSE;
  if (names == NULL)
    return TRUE;
  if (names->kind != CJ_ATTR_TEXTS || names->n < each * cell->dirs)
    return FALSE;
  for (guint k = 0; k < each * cell->dirs; k++)
    {
      const char *wanted = each == 1 ? usual[1] : usual[k % each];

      if (each == 1 && g_ascii_strcasecmp (names->texts[k], "relu") == 0 && (k == 0 || cell->relu))
        cell->relu = TRUE;
      else if (cell->relu || g_ascii_strcasecmp (names->texts[k], wanted) != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_whole (const CjlOnnxImport *import, const CjdOnnxNode *node, gint64 steps)
{
  const CjArray *lengths = cjl_onnx_constant (import, cjl_onnx_input (node, 4));

  if (*cjl_onnx_input (node, 4) == '\0')
    return TRUE;
  for (gint64 i = 0; lengths != NULL && i < lengths->size; i++)
    if (cj_array_get_int (lengths, i) != steps)
      return FALSE;
  return lengths != NULL;
}

/* FALSE: no layer stands for it. */
static gboolean
read_cell (const CjlOnnxImport *import, const CjdOnnxNode *node, Cell *cell)
{
  const CjArray *w = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  const CjArray *r = cjl_onnx_constant (import, cjl_onnx_input (node, 2));
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const gboolean lstm = cjl_onnx_is_op (node, "LSTM"), gru = cjl_onnx_is_op (node, "GRU");
  const char *bias = cjl_onnx_input (node, 3);
  const CjArray *b = cjl_onnx_constant (import, bias);

  *cell
      = (Cell){ .node = node,
                .x = cjl_onnx_input (node, 0),
                .layer = lstm  ? "lstm"
                         : gru ? "gru"
                               : "rnn",
                .order = lstm  ? lstm_gates
                         : gru ? gru_gates
                               : one_gate,
                .gates = lstm  ? 4
                         : gru ? 3
                               : 1,
                .bias = *bias != '\0',
                .samples_first = cjl_onnx_get_int (node, "layout", 0) != 0,
                .dirs = cjl_onnx_text_is (node, "direction", "forward", "bidirectional") ? 2 : 1 };
  if (w == NULL || r == NULL || x == NULL || w->dims.n != 3 || r->dims.n != 3 || x->dims.n != 3
      || (cell->bias && b == NULL))
    return FALSE;
  cell->units = r->dims.d[2];
  cell->width = w->dims.d[2];
  return cell->units >= 1 && cell->units <= MAX_UNITS && cell->width == x->dims.d[2]
         && r->dims.d[0] == cell->dirs && w->dims.d[0] == cell->dirs
         && r->dims.d[1] == cell->gates * cell->units && w->dims.d[1] == r->dims.d[1]
         && (b == NULL || b->size == 2 * cell->dirs * r->dims.d[1]) && read_functions (node, cell)
         && cj_extra_node_find (node->op, "clip") == NULL
         && cjl_onnx_get_int (node, "input_forget", 0) == 0
         && (!gru || cjl_onnx_get_int (node, "linear_before_reset", 0) != 0)
         && *cjl_onnx_input (node, 7) == '\0'
         && is_whole (import, node, x->dims.d[cell->samples_first ? 1 : 0]);
}

/* --- two directions as two nodes --- */

/* What a value is before it is laid out with moments first. */
static const char *
find_source (const CjlOnnxImport *import, const char *name, gboolean *turned)
{
  const CjdOnnxNode *maker = cjl_onnx_maker (import, name);
  const CjAttr *perm = maker != NULL ? cj_extra_node_find (maker->op, "perm") : NULL;

  *turned = cjl_onnx_is_op (maker, "Transpose") && perm != NULL && perm->kind == CJ_ATTR_INTS
            && perm->n == 3 && perm->ints[0] == 1 && perm->ints[1] == 0;
  return *turned ? cjl_onnx_input (maker, 0) : name;
}

/* The cells of a kind that read a value, as it is or turned, in one direction; none if there are too many. You unref. */
static GPtrArray *
list_readers (const CjlOnnxImport *import, const char *source, const char *op,
              const char *direction)
{
  GPtrArray *cells = g_ptr_array_new (), *names = g_ptr_array_new ();

  g_ptr_array_add (names, (gpointer) source);
  for (guint at = 0; at < names->len && cells->len <= MAX_READERS; at++)
    {
      const GPtrArray *users = g_hash_table_lookup (import->users, names->pdata[at]);

      for (guint i = 0; users != NULL && i < users->len && cells->len <= MAX_READERS; i++)
        if (cjl_onnx_is_op (users->pdata[i], "Transpose") && at == 0)
          g_ptr_array_add (names, (gpointer) cjl_onnx_output (users->pdata[i], 0));
        else if (cjl_onnx_is_op (users->pdata[i], op)
                 && cjl_onnx_text_is (users->pdata[i], "direction", "forward", direction)
                 && !g_hash_table_contains (import->done, users->pdata[i]))
          g_ptr_array_add (cells, users->pdata[i]);
    }
  g_ptr_array_unref (names);
  g_ptr_array_set_size (cells, cells->len > MAX_READERS ? 0 : (int) cells->len);
  return cells;
}

/* The cell that reads the same the other way round, if it is like this one, or NULL. */
static const CjdOnnxNode *
find_back (const CjlOnnxImport *import, const Cell *cell)
{
  gboolean turned, other_turned;
  const char *source = find_source (import, cjl_onnx_input (cell->node, 0), &turned);
  g_autoptr (GPtrArray) cells = list_readers (import, source, cell->node->op->op, "reverse");

  for (guint i = 0; i < cells->len; i++)
    {
      const CjdOnnxNode *node = cells->pdata[i];
      Cell other;

      find_source (import, cjl_onnx_input (node, 0), &other_turned);
      if (turned == other_turned && read_cell (import, node, &other) && other.units == cell->units
          && other.relu == cell->relu && other.bias == cell->bias
          && other.samples_first == cell->samples_first)
        return node;
    }
  return NULL;
}

/* --- states --- */

/* A state that is left out is zero. */
static gboolean
is_zero (const CjlOnnxImport *import, const CjdOnnxNode *node, guint i)
{
  return *cjl_onnx_input (node, i) == '\0' || cjl_onnx_is_zero (import, node, i);
}

static gboolean
begins_at_zero (const CjlOnnxImport *import, const CjdOnnxNode *node)
{
  return is_zero (import, node, 5) && is_zero (import, node, 6);
}

/* Whether a first state can come by a wire: all of it, as the layer has it. */
static gboolean
can_wire (const CjlOnnxImport *import, const Cell *cell)
{
  for (guint i = 5; i < 7; i++)
    {
      const char *name = cjl_onnx_input (cell->node, i);

      if (i < cell->node->inputs->len && !is_zero (import, cell->node, i)
          && (!cjl_onnx_flows (import, cell->node, i) || cell->samples_first
              || (g_hash_table_lookup (import->made, name) == NULL
                  && cjl_onnx_find_view (import, name) == NULL)))
        return FALSE;
    }
  return cell->back == NULL;
}

/* --- weights --- */

/* Rows of direction `d` in the order of the layer: [G H, width] of `value` from element `at` on. */
static void
put_gates (CjlOnnxImport *import, const CjNode *made, const char *name, const Cell *cell,
           const CjArray *value, gint64 at, gint64 width)
{
  const gint64 part = cell->units * width;
  const CjDims dims = { width > 0 && strstr (name, "weight") != NULL ? 2u : 1u,
                        { cell->gates * cell->units, width } };
  g_autoptr (CjArray) sorted = cj_array_new (CJ_ARRAY_F32, &dims, NULL);

  for (gint64 i = 0; sorted != NULL && i < cell->gates * part; i++)
    cj_array_set (
        sorted, i,
        value == NULL ? 0 : cj_array_get (value, at + cell->order[i / part] * part + i % part));
  if (sorted != NULL)
    cjl_onnx_weight (import, made, name, sorted, NULL);
}

static void
put_direction (CjlOnnxImport *import, const CjNode *made, const Cell *cell, const CjdOnnxNode *node,
               gint64 from, int layer, int direction)
{
  static const char *const names[] = { "weight_ih", "weight_hh", "bias_ih", "bias_hh" };
  const gint64 rows = cell->gates * cell->units;

  for (guint k = 0; k < (cell->bias ? 4u : 2u); k++)
    {
      const CjArray *value = cjl_onnx_constant (import, cjl_onnx_input (node, MIN (k + 1, 3)));
      const gint64 width = k == 0 ? cell->width : k == 1 ? cell->units : 1;
      const gint64 at = k < 2 ? from * rows * width : (2 * from + k - 2) * rows;
      g_autofree char *name
          = g_strdup_printf ("%s_l%d%s", names[k], layer, direction == 1 ? "_reverse" : "");

      put_gates (import, made, name, cell, value, at, width);
    }
}

static void
put_weights (CjlOnnxImport *import, const CjNode *made, const Cell *cell, int layer)
{
  put_direction (import, made, cell, cell->node, 0, layer, 0);
  if (cell->back != NULL)
    put_direction (import, made, cell, cell->back, 0, layer, 1);
  else if (cell->dirs == 2)
    put_direction (import, made, cell, cell->node, 1, layer, 1);
}

/* --- layers --- */

/* Whether a value reaches nothing but a cell (and its other half), through nodes that lay out. */
static gboolean
leads_only_to (const CjlOnnxImport *import, const char *name, const Cell *cell, guint *left)
{
  static const char *const through[]
      = { "Transpose", "Squeeze", "Reshape", "Unsqueeze", "Identity", "Dropout", "Concat" };
  const GPtrArray *users = g_hash_table_lookup (import->users, name);

  if (users == NULL || g_hash_table_contains (import->ends, name) || *left == 0)
    return FALSE;
  --*left;
  for (guint i = 0; i < users->len; i++)
    {
      const CjdOnnxNode *node = users->pdata[i];
      gboolean known = node == cell->node || node == cell->back;

      for (guint k = 0; !known && k < G_N_ELEMENTS (through); k++)
        if (cjl_onnx_is_op (node, through[k]))
          known = leads_only_to (import, cjl_onnx_output (node, 0), cell, left);
      if (!known)
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_read (const CjlOnnxImport *import, const CjdOnnxNode *node, guint i)
{
  const char *name = node != NULL ? cjl_onnx_output (node, i) : "";

  return *name != '\0'
         && (g_hash_table_contains (import->users, name)
             || g_hash_table_contains (import->ends, name));
}

/* Whether a state goes only among others of which somebody picks another one. */
static gboolean
is_passed_over (const CjlOnnxImport *import, const char *name, const CjdOnnxNode *concat)
{
  const char *all = cjl_onnx_output (concat, 0);
  const GPtrArray *users = g_hash_table_lookup (import->users, all);

  if (!cjl_onnx_is_op (concat, "Concat") || users == NULL
      || g_hash_table_contains (import->ends, all))
    return FALSE;
  for (guint i = 0; i < users->len; i++)
    {
      const CjdOnnxNode *gather = users->pdata[i];
      const CjArray *index = cjl_onnx_constant (import, cjl_onnx_input (gather, 1));
      gint64 at = index != NULL && index->size == 1 ? cj_array_get_int (index, 0) : 0;
      const char *picked;

      if (!cjl_onnx_is_op (gather, "Gather") || index == NULL || index->size != 1
          || cjl_onnx_get_int (gather, "axis", 0) != 0
          || (picked = cjl_onnx_find_joined (import, concat, &at)) == NULL
          || g_str_equal (picked, name))
        return FALSE;
    }
  return TRUE;
}

/* Whether somebody reads the last states of a cell. */
static gboolean
reads_states (const CjlOnnxImport *import, const CjdOnnxNode *node)
{
  for (guint i = 1; i < 3; i++)
    {
      const char *name = cjl_onnx_output (node, i);
      const GPtrArray *users = g_hash_table_lookup (import->users, name);

      if (*name != '\0' && g_hash_table_contains (import->ends, name))
        return TRUE;
      for (guint k = 0; *name != '\0' && users != NULL && k < users->len; k++)
        if (!is_passed_over (import, name, users->pdata[k]))
          return TRUE;
    }
  return FALSE;
}

/* The layer whose sequence a cell reads and nobody else, if both can be one: else NULL. */
static CjNode *
find_below (const CjlOnnxImport *import, const Cell *cell, const CjlOnnxMade *x)
{
  const CjlOnnxCell *below = g_hash_table_lookup (import->cells, x->node);
  guint left = MAX_BETWEEN;
  Cell under;

  if (below == NULL || x->port != 0 || !read_cell (import, below->last, &under)
      || below->units != cell->units || below->dirs != cell->dirs || below->bias != cell->bias
      || below->layers >= MAX_LAYERS || !g_str_equal (x->node->layer->id, cell->layer)
      || under.relu != cell->relu || reads_states (import, below->last)
      || (below->last_back != NULL && reads_states (import, below->last_back))
      || !begins_at_zero (import, cell->node) || x->node->from[1].node != NULL
      || x->node->from[2].node != NULL)
    return NULL;
  return leads_only_to (import, cjl_onnx_output (below->last, 0), cell, &left)
                 && (below->last_back == NULL
                     || leads_only_to (import, cjl_onnx_output (below->last_back, 0), cell, &left))
             ? x->node
             : NULL;
}

static CjNode *
put_cell (CjlOnnxImport *import, const Cell *cell, const CjlOnnxMade *x, GError **error)
{
  CjNode *made = cjl_onnx_put (import, cell->layer, cell->node, NULL, error, NULL);
  CjlOnnxCell *known;

  if (made == NULL || !cj_graph_connect (import->graph, x->node, x->port, made, 0, error)
      || !cjl_onnx_set (import, made, error, "units", "%lld", (long long) cell->units)
      || !cjl_onnx_set (import, made, error, "bias", "%s", cell->bias ? "true" : "false")
      || !cjl_onnx_set (import, made, error, "bidirectional", "%s",
                        cell->dirs == 2 ? "true" : "false")
      || (cell->relu && !cjl_onnx_set (import, made, error, "activation", "%s", "relu")))
    return NULL;
  for (guint i = 5; i < 7; i++)
    if (i < cell->node->inputs->len && !is_zero (import, cell->node, i)
        && !cjl_onnx_wire (import, cjl_onnx_input (cell->node, i), made, i - 4, error))
      return NULL;
  known = g_new0 (CjlOnnxCell, 1);
  *known = (CjlOnnxCell){ .first = cell->node,
                          .back = cell->back,
                          .units = cell->units,
                          .dirs = cell->dirs,
                          .bias = cell->bias };
  g_hash_table_insert (import->cells, made, known);
  return made;
}

/* Notes what a node of one or both directions makes: features from `from` on. */
static void
note_results (CjlOnnxImport *import, const Cell *cell, const CjdOnnxNode *node, CjNode *made,
              gint64 from)
{
  const gboolean apart = cell->dirs == 2 && cell->back == NULL;
  const char *const axes[2][2] = { { apart ? "TDNH" : "T1NF", apart ? "DNH" : "1NF" },
                                   { apart ? "NTDH" : "NT1F", apart ? "NDH" : "N1F" } };
  CjlOnnxView view = { .dirs = cell->dirs,
                       .from = from,
                       .n = apart ? 2 * cell->units : cell->units,
                       .all = cell->dirs * cell->units,
                       .node = node };

  for (guint k = 0; k < node->outputs->len && k < 3; k++)
    {
      view.base = (CjlOnnxMade){ k == 0 ? made : NULL, 0 };
      view.cell = k > 0 ? made : NULL;
      view.port = k;
      g_strlcpy (view.axes, axes[cell->samples_first ? 1 : 0][k > 0 ? 1 : 0], sizeof view.axes);
      if (*cjl_onnx_output (node, k) != '\0')
        cjl_onnx_take_view (import, cjl_onnx_output (node, k), &view);
    }
  cjl_onnx_take (import, node);
}

/* X as [N, T, I]; FALSE in *fits: it is not laid out in samples. */
static gboolean
find_x (CjlOnnxImport *import, const Cell *cell, CjlOnnxMade *x, gboolean *fits, GError **error)
{
  const CjlOnnxView *view = cjl_onnx_find_view (import, cell->x);
  const CjlOnnxMade *made = g_hash_table_lookup (import->made, cell->x);
  CjlOnnxMade base;
  CjNode *turned;

  *fits = TRUE;
  if (view != NULL && !cell->samples_first && g_str_equal (view->axes, "TNF"))
    return cjl_onnx_view_base (import, view, x, error);
  /* channels before moments, as convolutions of pictures leave them: moments are what comes last there */
  if (view != NULL && !cell->samples_first && g_str_equal (view->axes, "FNT"))
    {
      if (!cjl_onnx_view_base (import, view, &base, error))
        return FALSE;
      turned = cjl_onnx_put_on (import, "permute", cell->node, base, error);
      *x = (CjlOnnxMade){ turned, 0 };
      return turned != NULL && cjl_onnx_set (import, turned, error, "order", "%s", "21");
    }
  if (made != NULL && cell->samples_first)
    *x = *made;
  else
    *fits = FALSE;
  return TRUE;
}

/* The cell that reads forwards what `back` reads backwards. */
static const CjdOnnxNode *
find_forth (const CjlOnnxImport *import, const CjdOnnxNode *back)
{
  gboolean turned;
  const char *source = find_source (import, cjl_onnx_input (back, 0), &turned);
  g_autoptr (GPtrArray) cells = list_readers (import, source, back->op->op, "forward");

  for (guint i = 0; i < cells->len; i++)
    {
      Cell cell;

      if (read_cell (import, cells->pdata[i], &cell) && find_back (import, &cell) == back)
        return cells->pdata[i];
    }
  return NULL;
}

/* Reads a cell with its other half; FALSE: no layer stands for it. */
static gboolean
read_both (const CjlOnnxImport *import, const CjdOnnxNode *node, Cell *cell)
{
  const char *x = cjl_onnx_input (node, 0);

  if (cjl_onnx_text_is (node, "direction", "forward", "reverse")
      && (node = find_forth (import, node)) == NULL)
    return FALSE;
  if (!read_cell (import, node, cell))
    return FALSE;
  cell->x = x;
  if (cell->dirs == 1 && begins_at_zero (import, node))
    cell->back = find_back (import, cell);
  if (cell->back != NULL && !begins_at_zero (import, cell->back))
    cell->back = NULL;
  cell->dirs = cell->back != NULL ? 2 : cell->dirs;
  return begins_at_zero (import, node) || can_wire (import, cell);
}

gboolean
cjl_onnx_rule_recurrent (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                         GError **error)
{
  CjlOnnxCell *known;
  gboolean fits;
  CjlOnnxMade x;
  Cell cell;
  CjNode *made;

  if (!read_both (import, node, &cell))
    return TRUE;
  if (!find_x (import, &cell, &x, &fits, error))
    return FALSE;
  if (!fits)
    return TRUE;
  made = find_below (import, &cell, &x);
  if (made == NULL && (made = put_cell (import, &cell, &x, error)) == NULL)
    return FALSE;
  known = g_hash_table_lookup (import->cells, made);
  put_weights (import, made, &cell, known->layers++);
  known->ends = !is_read (import, cell.node, 0) && !is_read (import, cell.back, 0);
  if (!cjl_onnx_set (import, made, error, "layers", "%d", known->layers)
      || !cjl_onnx_set (import, made, error, "output", "%s", known->ends ? "last" : "sequence"))
    return FALSE;
  known->last = cell.node;
  known->last_back = cell.back;
  note_results (import, &cell, cell.node, made, 0);
  if (cell.back != NULL)
    note_results (import, &cell, cell.back, made, cell.units);
  *handled = g_hash_table_contains (import->done, node);
  return TRUE;
}
