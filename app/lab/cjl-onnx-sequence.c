/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators on sequences of tensors and on optional values (https://onnx.ai/onnx/operators). An optional value that is
 * there is the value itself. */
#include "cjl-onnx-private.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

#define MAX_ITEMS 65536 /* of a sequence */
#define OPSET 18        /* of the operators that these are made of */

static void
unref_value (gpointer value)
{
  cj_array_unref (value);
}

static gboolean
refuse (const CjExtraNode *op, const char *sentence, GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, "%s: %s", op->op, sentence);
  return FALSE;
}

static gboolean
refuse_index (const CjExtraNode *op, GError **error)
{
  return refuse (op, _ ("an index or an axis lies outside its tensor"), error);
}

static CjArray *
input_of (CjArray *const *in, guint n_in, guint i)
{
  return i < n_in ? in[i] : NULL;
}

/* The items of an input that is a sequence; NULL and an error if it is none. Borrowed. */
static GPtrArray *
items_of (const CjExtraNode *op, CjArray *const *in, guint n_in, guint i, GError **error)
{
  CjArray *value = input_of (in, n_in, i);

  if (value == NULL || value->items == NULL)
    refuse (op, _ ("an input of it is no sequence"), error);
  return value != NULL ? value->items : NULL;
}

static CjArray *
tensor_of (const CjExtraNode *op, CjArray *const *in, guint n_in, guint i, GError **error)
{
  CjArray *value = input_of (in, n_in, i);

  if (value != NULL && cj_array_is_tensor (value))
    return value;
  refuse (op, _ ("an input of it is no tensor"), error);
  return NULL;
}

static gint64
int_of (const CjExtraNode *op, const char *name, gint64 preset)
{
  const CjAttr *attr = cj_extra_node_find (op, name);

  return attr != NULL && attr->kind == CJ_ATTR_INT ? attr->i : preset;
}

/* Result 0; takes the value. */
static gboolean
give (CjArray *value, CjArray **out, guint n_out)
{
  if (value == NULL)
    return FALSE;
  if (n_out > 0)
    out[0] = value;
  else
    cj_array_unref (value);
  return TRUE;
}

static gboolean
give_number (CjArrayType type, gint64 number, CjArray **out, guint n_out)
{
  CjArray *value = cj_array_new (type, &(CjDims){ 0 }, NULL);

  cj_array_set_int (value, 0, number);
  return give (value, out, n_out);
}

static GPtrArray *
new_list (void)
{
  return g_ptr_array_new_with_free_func (unref_value);
}

/* As a sequence, if it is not too long and all of one type. */
static gboolean
give_list (const CjExtraNode *op, GPtrArray *items, CjArrayType type, CjArray **out, guint n_out,
           GError **error)
{
  for (guint i = 0; i < items->len; i++)
    if (!cj_array_is_tensor (items->pdata[i]) || ((CjArray *) items->pdata[i])->type != type)
      return refuse (op, _ ("a sequence holds tensors of one type"), error);
  if (items->len > MAX_ITEMS)
    return refuse (op, _ ("its sequence is longer than what is taken"), error);
  return give (cj_array_new_sequence (type, g_ptr_array_ref (items)), out, n_out);
}

/* A place in a list of `n` from an input, which may count from the end; without the input it is `preset`. */
static gboolean
read_place (const CjExtraNode *op, const CjArray *value, gint64 n, gint64 preset, guint *place,
            GError **error)
{
  gint64 at = preset;

  if (value != NULL)
    {
      if (!cj_array_is_tensor (value) || value->size != 1 || cj_array_type_is_float (value->type))
        return refuse_index (op, error);
      at = cj_array_get_int (value, 0);
      at = at < 0 ? at + n : at;
    }
  /* behind the last is the preset of what is put in */
  if (at < 0 || (at >= n && at != preset))
    return refuse_index (op, error);
  *place = (guint) at;
  return TRUE;
}

/* --- sequences --- */

static gboolean
run_empty (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in, guint n_in,
           CjArray **out, guint n_out, GError **error)
{
  /* a type by the standard's number, as Cast takes it */
  CjAttr attr = { .name = (char *) "to", .kind = CJ_ATTR_INT, .i = int_of (op, "dtype", 1) };
  g_autoptr (GPtrArray) attrs = g_ptr_array_new (), items = new_list ();
  const CjExtraNode cast = { (char *) "Cast", OPSET, attrs };
  g_autoptr (CjArray) zero = cj_array_new (CJ_ARRAY_F32, &(CjDims){ 0 }, NULL), typed = NULL;

  (void) scope;
  (void) in;
  (void) n_in;
  g_ptr_array_add (attrs, &attr);
  return cj_extra_run (&cast, 1, &zero, 1, &typed, error)
         && give_list (op, items, typed->type, out, n_out, error);
}

static gboolean
run_construct (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in, guint n_in,
               CjArray **out, guint n_out, GError **error)
{
  g_autoptr (GPtrArray) items = new_list ();

  (void) scope;
  for (guint i = 0; i < n_in; i++)
    {
      CjArray *item = tensor_of (op, in, n_in, i, error);

      if (item == NULL)
        return FALSE;
      g_ptr_array_add (items, cj_array_ref (item));
    }
  if (n_in == 0)
    return refuse (op, _ ("it has not as many inputs as it takes"), error);
  return give_list (op, items, in[0]->type, out, n_out, error);
}

/* SequenceInsert and SequenceErase: the list with one item more or less. */
static gboolean
run_change (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in, guint n_in,
            CjArray **out, guint n_out, GError **error)
{
  const gboolean more = g_str_equal (op->op, "SequenceInsert");
  const GPtrArray *old = items_of (op, in, n_in, 0, error);
  CjArray *added = more && old != NULL ? tensor_of (op, in, n_in, 1, error) : NULL;
  const CjArray *at = input_of (in, n_in, more ? 2 : 1);
  g_autoptr (GPtrArray) items = new_list ();
  guint place;

  (void) scope;
  if (old == NULL || (more && added == NULL)
      || !read_place (op, at, old->len, more ? (gint64) old->len : (gint64) old->len - 1, &place,
                      error))
    return FALSE;
  for (guint i = 0; i < old->len; i++)
    if (more || i != place)
      g_ptr_array_add (items, cj_array_ref (old->pdata[i]));
  if (more)
    g_ptr_array_insert (items, (gint) place, cj_array_ref (added));
  return give_list (op, items, old->len > 0 || !more ? in[0]->type : added->type, out, n_out,
                    error);
}

static gboolean
run_at (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in, guint n_in, CjArray **out,
        guint n_out, GError **error)
{
  const GPtrArray *items = items_of (op, in, n_in, 0, error);
  const CjArray *at = items != NULL ? tensor_of (op, in, n_in, 1, error) : NULL;
  guint place;

  (void) scope;
  return at != NULL && read_place (op, at, items->len, -1, &place, error)
         && give (cj_array_ref (items->pdata[place]), out, n_out);
}

static gboolean
run_length (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in, guint n_in,
            CjArray **out, guint n_out, GError **error)
{
  const GPtrArray *items = items_of (op, in, n_in, 0, error);

  (void) scope;
  return items != NULL && give_number (CJ_ARRAY_I64, items->len, out, n_out);
}

/* Lengths of the parts: one for all, one each, or 1. */
static GArray *
read_lengths (const CjExtraNode *op, const CjArray *split, gint64 whole, GError **error)
{
  g_autoptr (GArray) lengths = g_array_new (FALSE, FALSE, sizeof (gint64));
  const gint64 step = split != NULL && split->dims.n == 0 ? cj_array_get_int (split, 0) : 1;
  gint64 sum = 0;

  if (split != NULL && cj_array_type_is_float (split->type))
    {
      refuse_index (op, error);
      return NULL;
    }
  if (step < 1 || (split != NULL && split->dims.n > 1) || whole / step > MAX_ITEMS
      || (split != NULL && split->size > MAX_ITEMS))
    {
      refuse_index (op, error);
      return NULL;
    }
  for (gint64 i = 0; split != NULL && split->dims.n == 1 && i < split->size; i++)
    {
      const gint64 one = cj_array_get_int (split, i);

      if (one < 0 || one > whole - sum)
        {
          refuse_index (op, error);
          return NULL;
        }
      sum += one;
      g_array_append_val (lengths, one);
    }
  while ((split == NULL || split->dims.n == 0) && sum < whole)
    {
      const gint64 one = MIN (step, whole - sum);

      sum += one;
      g_array_append_val (lengths, one);
    }
  if (sum != whole)
    {
      refuse_index (op, error);
      return NULL;
    }
  return g_steal_pointer (&lengths);
}

/* Part [from, from + n) along an axis, without the axis unless it is kept. You unref. */
static CjArray *
cut (CjArray *x, gint64 axis, gint64 from, gint64 n, gboolean keep, GError **error)
{
  g_autoptr (CjExtraNode) slice = cj_extra_node_new ("Slice", OPSET);
  g_autoptr (CjArray) start = cj_array_new_ints (&from, 1), along = cj_array_new_ints (&axis, 1);
  g_autoptr (CjArray) end = cj_array_new_ints ((const gint64[]){ from + n }, 1), part = NULL;
  CjArray *in[4] = { x, start, end, along };
  CjDims dims = { 0 };

  if (!cj_extra_run (slice, 4, in, 1, &part, error) || keep)
    return g_steal_pointer (&part);
  for (guint k = 0; k < part->dims.n; k++)
    if (k != axis)
      dims.d[dims.n++] = part->dims.d[k];
  return cj_array_reshape (part, &dims);
}

static gboolean
run_split (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in, guint n_in,
           CjArray **out, guint n_out, GError **error)
{
  CjArray *x = tensor_of (op, in, n_in, 0, error);
  const CjArray *split = input_of (in, n_in, 1);
  const gboolean keep = split != NULL || int_of (op, "keepdims", 1) != 0;
  g_autoptr (GPtrArray) items = new_list ();
  g_autoptr (GArray) lengths = NULL;
  gint64 axis = int_of (op, "axis", 0), from = 0;

  (void) scope;
  if (x == NULL)
    return FALSE;
  axis += axis < 0 ? x->dims.n : 0;
  if (axis < 0 || axis >= x->dims.n || (split != NULL && !cj_array_is_tensor (split)))
    return refuse_index (op, error);
  lengths = read_lengths (op, split, x->dims.d[axis], error);
  for (guint i = 0; lengths != NULL && i < lengths->len; i++)
    {
      const gint64 n = g_array_index (lengths, gint64, i);
      CjArray *part = cut (x, axis, from, n, keep, error);

      if (part == NULL)
        return FALSE;
      g_ptr_array_add (items, part);
      from += n;
    }
  return lengths != NULL && give_list (op, items, x->type, out, n_out, error);
}

/* The items one behind the other along an axis, or along a new one. */
static gboolean
run_concat (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in, guint n_in,
            CjArray **out, guint n_out, GError **error)
{
  const GPtrArray *items = items_of (op, in, n_in, 0, error);
  const gboolean fresh = int_of (op, "new_axis", 0) != 0;
  g_autoptr (CjExtraNode) concat = cj_extra_node_new ("Concat", OPSET);
  CjAttr *attr = cj_attr_new ("axis", CJ_ATTR_INT);
  g_autoptr (GPtrArray) views = new_list ();
  CjArray *all = NULL;

  (void) scope;
  g_ptr_array_add (concat->attrs, attr);
  attr->i = int_of (op, "axis", 0);
  if (items == NULL)
    return FALSE;
  if (items->len == 0)
    return refuse (op, _ ("there is nothing in its sequence"), error);
  for (guint i = 0; i < items->len; i++)
    {
      CjArray *item = items->pdata[i];
      const gint64 rank = item->dims.n + (fresh ? 1 : 0), at = attr->i + (attr->i < 0 ? rank : 0);
      CjDims dims = { .n = (guint) rank };

      if (rank > CJ_ARRAY_MAX_DIMS || at < 0 || at >= rank)
        return refuse_index (op, error);
      for (guint k = 0; fresh && k < dims.n; k++)
        dims.d[k] = k < at ? item->dims.d[k] : k == at ? 1 : item->dims.d[k - 1];
      g_ptr_array_add (views, fresh ? cj_array_reshape (item, &dims) : cj_array_ref (item));
    }
  return cj_extra_run (concat, views->len, (CjArray *const *) views->pdata, 1, &all, error)
         && give (all, out, n_out);
}

/* One round of a map: item i of inputs that are sequences, the others whole; results go to the end of lists. */
static gboolean
map_one (CjlOnnxScope *scope, const CjExtraNode *op, const CjdOnnxGraph *body, CjArray *const *in,
         guint n_in, guint i, GPtrArray **lists, GError **error)
{
  g_autoptr (GPtrArray) inputs = new_list (), results = new_list ();

  for (guint k = 0; k < n_in; k++)
    {
      if (in[k] == NULL || (in[k]->items != NULL && i >= in[k]->items->len))
        return refuse (op, _ ("its sequences are not of one length"), error);
      g_ptr_array_add (inputs,
                       cj_array_ref (in[k]->items != NULL ? in[k]->items->pdata[i] : in[k]));
    }
  if (!cjl_onnx_run_graph (scope, body, (CjArray *const *) inputs->pdata, inputs->len, results,
                           error))
    return FALSE;
  for (guint k = 0; k < results->len; k++)
    g_ptr_array_add (lists[k], cj_array_ref (results->pdata[k]));
  return TRUE;
}

static gboolean
run_map (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in, guint n_in, CjArray **out,
         guint n_out, GError **error)
{
  const CjdOnnxGraph *body = cjl_onnx_graph_of (op, "body", error);
  const GPtrArray *first = body != NULL ? items_of (op, in, n_in, 0, error) : NULL;
  const guint n = body != NULL ? body->outputs->len : 0;
  g_autofree GPtrArray **lists = g_new0 (GPtrArray *, n + 1);
  gboolean done = first != NULL;

  for (guint k = 0; k < n; k++)
    lists[k] = new_list ();
  for (guint i = 0; done && i < first->len; i++)
    done = map_one (scope, op, body, in, n_in, i, lists, error);
  for (guint k = 0; k < n; k++)
    {
      const CjdOnnxInfo *info = body->outputs->pdata[k];
      const CjArrayType type = lists[k]->len > 0 ? ((CjArray *) lists[k]->pdata[0])->type
                               : info->has_type  ? info->type
                                                 : CJ_ARRAY_F32;

      if (done && k < n_out)
        done = give_list (op, lists[k], type, out + k, 1, error);
      g_ptr_array_unref (lists[k]);
    }
  return done;
}

/* --- optional values --- */

static gboolean
run_optional (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in, guint n_in,
              CjArray **out, guint n_out, GError **error)
{
  CjArray *value = input_of (in, n_in, 0);

  (void) scope;
  (void) op;
  (void) error;
  return give (value != NULL ? cj_array_ref (value) : cj_array_new_absent (), out, n_out);
}

static gboolean
run_has_element (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in, guint n_in,
                 CjArray **out, guint n_out, GError **error)
{
  const CjArray *value = input_of (in, n_in, 0);

  (void) scope;
  (void) op;
  (void) error;
  return give_number (CJ_ARRAY_BOOL, value != NULL && !value->absent, out, n_out);
}

static gboolean
run_get_element (CjlOnnxScope *scope, const CjExtraNode *op, CjArray *const *in, guint n_in,
                 CjArray **out, guint n_out, GError **error)
{
  CjArray *value = input_of (in, n_in, 0);

  (void) scope;
  if (value == NULL || value->absent)
    return refuse (op, _ ("its optional value is not there"), error);
  return give (cj_array_ref (value), out, n_out);
}

static const struct
{
  const char *op;
  CjlOnnxFlow flow;
} flows[] = {
  { "ConcatFromSequence", run_concat },
  { "Optional", run_optional },
  { "OptionalGetElement", run_get_element },
  { "OptionalHasElement", run_has_element },
  { "SequenceAt", run_at },
  { "SequenceConstruct", run_construct },
  { "SequenceEmpty", run_empty },
  { "SequenceErase", run_change },
  { "SequenceInsert", run_change },
  { "SequenceLength", run_length },
  { "SequenceMap", run_map },
  { "SplitToSequence", run_split },
};

CjlOnnxFlow
cjl_onnx_find_sequence (const char *op)
{
  for (guint i = 0; i < G_N_ELEMENTS (flows); i++)
    if (g_str_equal (flows[i].op, op))
      return flows[i].flow;
  return NULL;
}
