/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attention as one operator, of the standard since version 23 and of onnxruntime (domain com.microsoft, its
 * documentation docs/ContribOperators.md). Vaswani et al. (2017), "Attention is all you need"; several heads of queries
 * may share one of keys and values, Ainslie et al. (2023), "GQA". Letters: B batch, H heads, S queries, T keys, D
 * numbers of a head. Computed in float32. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

#define OPSET 22 /* of what they are made of */

typedef struct
{
  CjArray *q, *k, *v; /* B H S D, B H T D, B H T D; float32 */
  CjArray *bias;      /* added to the scores B H S T, stretched to them; float32 or NULL */
  double scale;       /* of the scores */
  double cap;         /* scores are held softly within ± this, before the bias; 0: they are not */
  gboolean causal;    /* query i sees keys up to i + past */
  gint64 past;
} Heads;

static void
heads_clear (Heads *h)
{
  g_clear_pointer (&h->q, cj_array_unref);
  g_clear_pointer (&h->k, cj_array_unref);
  g_clear_pointer (&h->v, cj_array_unref);
  g_clear_pointer (&h->bias, cj_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Heads, heads_clear)

/* --- the sum itself --- */

/* Scores of one head become weights: row i of [S, T]. */
static void
weigh (const Heads *h, float *row, gint64 i, gint64 n, const float *bias, gint64 step)
{
  const gint64 seen = h->causal ? CLAMP (i + h->past + 1, 0, n) : n;
  double top = -INFINITY, sum = 0;

  for (gint64 t = 0; t < n; t++)
    {
      double one = (double) row[t] * h->scale;

      one = h->cap != 0 ? h->cap * tanh (one / h->cap) : one;
      one += bias != NULL ? (double) bias[t * step] : 0;
      row[t] = (float) (t < seen ? one : -INFINITY);
      top = fmax (top, (double) row[t]);
    }
  /* whoever sees nothing is told nothing */
  for (gint64 t = 0; isinf (top) && top < 0 && t < n; t++)
    row[t] = 0;
  if (isinf (top) && top < 0)
    return;
  for (gint64 t = 0; t < n; t++)
    sum += exp ((double) row[t] - top);
  for (gint64 t = 0; t < n; t++)
    row[t] = (float) (exp ((double) row[t] - top) / sum);
}

/* How far apart the numbers of the bias lie along each dimension of the scores; 0: it is stretched. */
static gboolean
find_strides (const Heads *h, gint64 *strides, GError **error)
{
  const gint64 d[4] = { h->q->dims.d[0], h->q->dims.d[1], h->q->dims.d[2], h->k->dims.d[2] };
  const CjDims scores = cj_dims (4, d);
  CjDims both;

  memset (strides, 0, 4 * sizeof *strides);
  if (h->bias == NULL)
    return TRUE;
  if (h->bias->dims.n > 4 || !cj_dims_broadcast (&h->bias->dims, &scores, &both)
      || !cj_dims_equal (&both, &scores))
    return cj_extra_refuse_shapes (error);
  for (guint k = 0; k < h->bias->dims.n; k++)
    if (h->bias->dims.d[k] != 1)
      strides[4 - h->bias->dims.n + k] = cj_dims_size (&h->bias->dims, k + 1, h->bias->dims.n);
  return TRUE;
}

static gboolean
check_heads (const Heads *h, GError **error)
{
  const gint64 *q = h->q->dims.d, *k = h->k->dims.d, *v = h->v->dims.d;

  if (h->q->dims.n != 4 || h->k->dims.n != 4 || h->v->dims.n != 4 || k[1] < 1 || k[0] != q[0]
      || v[0] != q[0] || v[1] != k[1] || q[1] % k[1] != 0 || k[3] != q[3] || v[2] != k[2])
    return cj_extra_refuse_shapes (error);
  return TRUE;
}

/* softmax (scale · Q · K' + bias) · V: B H S D. You unref. */
static CjArray *
attend (const Heads *h, GError **error)
{
  g_autoptr (CjArray) scores = NULL;
  gint64 strides[4];
  gint64 heads, shared, s, t, d, d_v;
  CjArray *y;

  if (!check_heads (h, error) || !find_strides (h, strides, error))
    return NULL;
  heads = h->q->dims.d[1];
  shared = heads / h->k->dims.d[1];
  s = h->q->dims.d[2];
  t = h->k->dims.d[2];
  d = h->q->dims.d[3];
  d_v = h->v->dims.d[3];
  scores = cj_array_new (CJ_ARRAY_F32, &(CjDims){ 2, { s, t } }, error);
  if (scores == NULL)
    return NULL;
  y = cj_array_new (CJ_ARRAY_F32, &(CjDims){ 4, { h->q->dims.d[0], heads, s, d_v } }, error);
  for (gint64 i = 0; y != NULL && y->size > 0 && t > 0 && i < h->q->dims.d[0] * heads; i++)
    {
      const gint64 b = i / heads, own = i % heads, from = b * h->k->dims.d[1] + own / shared;
      const float *bias
          = h->bias != NULL ? cj_array_f32 (h->bias) + b * strides[0] + own * strides[1] : NULL;
      float *weights = scores->data;

      cj_extra_multiply (s, t, d, cj_array_f32 (h->q) + i * s * d, d, 1,
                         cj_array_f32 (h->k) + from * t * d, 1, d, weights, t);
      for (gint64 r = 0; r < s; r++)
        weigh (h, weights + r * t, r, t, bias != NULL ? bias + r * strides[2] : NULL, strides[3]);
      cj_extra_multiply (s, d_v, t, weights, t, 1, cj_array_f32 (h->v) + from * t * d_v, d_v, 1,
                         cj_array_f32 (y) + i * s * d_v, d_v);
    }
  return y;
}

/* --- to heads and back --- */

/* B S (H · D) as B H S D in float32; what has four dimensions has that shape. You unref. */
static CjArray *
split_heads (CjArray *x, gint64 heads, GError **error)
{
  static const guint order[] = { 0, 2, 1, 3 };
  g_autoptr (CjArray) wide = cj_array_cast (x, CJ_ARRAY_F32, error), view = NULL;
  CjDims dims = { 4, { 0 } };

  if (wide == NULL || x->dims.n == 4)
    return g_steal_pointer (&wide);
  if (x->dims.n != 3 || heads < 1 || x->dims.d[2] % heads != 0)
    {
      cj_extra_refuse_shapes (error);
      return NULL;
    }
  dims = (CjDims){ 4, { x->dims.d[0], x->dims.d[1], heads, x->dims.d[2] / heads } };
  view = cj_array_reshape (wide, &dims);
  return cj_array_permute (view, order, error);
}

/* The other way round. You unref; NULL if `x` is. */
static CjArray *
join_heads (CjArray *x, GError **error)
{
  static const guint order[] = { 0, 2, 1, 3 };
  g_autoptr (CjArray) turned = x != NULL ? cj_array_permute (x, order, error) : NULL;
  CjDims dims = { 3, { 0 } };

  if (turned == NULL)
    return NULL;
  dims = (CjDims){ 3, { x->dims.d[0], x->dims.d[2], x->dims.d[1] * x->dims.d[3] } };
  return cj_array_reshape (turned, &dims);
}

/* Keys or values of before, in front of those of now, *x. */
static gboolean
put_past (CjArray **x, CjArray *past, GError **error)
{
  CjAttr attr = { .name = (char *) "axis", .kind = CJ_ATTR_INT, .i = 2 };
  g_autoptr (GPtrArray) attrs = g_ptr_array_new ();
  g_autoptr (CjArray) wide = cj_array_cast (past, CJ_ARRAY_F32, error);
  CjArray *in[2] = { wide, *x }, *both;

  g_ptr_array_add (attrs, &attr);
  both = wide != NULL ? cj_extra_apply ("Concat", OPSET, attrs, 2, in, error) : NULL;
  if (both == NULL)
    return FALSE;
  cj_array_unref (*x);
  *x = both;
  return TRUE;
}

static gboolean
add_bias (Heads *h, CjArray *bias, GError **error)
{
  CjArray *sum = h->bias != NULL ? cj_extra_apply_pair ("Add", h->bias, bias, error)
                                 : cj_array_cast (bias, CJ_ARRAY_F32, error);

  g_clear_pointer (&h->bias, cj_array_unref);
  h->bias = sum;
  return sum != NULL;
}

/* A mask of what is seen, with -infinity or another number for what is not; or of numbers to add. */
static gboolean
add_mask (Heads *h, CjArray *mask, double hidden, GError **error)
{
  g_autoptr (CjArray) bias = NULL;

  if (cj_array_type_is_float (mask->type))
    bias = cj_array_cast (mask, CJ_ARRAY_F32, error);
  else
    bias = cj_array_new (CJ_ARRAY_F32, &mask->dims, error);
  for (gint64 i = 0; bias != NULL && !cj_array_type_is_float (mask->type) && i < mask->size; i++)
    cj_array_f32 (bias)[i] = cj_array_get (mask, i) != 0 ? 0 : (float) hidden;
  return bias != NULL && add_bias (h, bias, error);
}

/* Of each sample, only keys [start, end) are seen; starts NULL: from the first on. Numbers of starts lie `first` on in
 * the same list. */
static gboolean
add_lengths (Heads *h, const CjArray *ends, gint64 first, double hidden, GError **error)
{
  const gint64 batch = h->q->dims.d[0], keys = h->k->dims.d[2];
  const CjDims dims = { 4, { batch, 1, 1, keys } };
  g_autoptr (CjArray) bias = cj_array_new (CJ_ARRAY_F32, &dims, error);

  for (gint64 i = 0; bias != NULL && i < bias->size; i++)
    {
      const gint64 b = i / keys, t = i % keys;
      const gint64 start = first > 0 ? cj_array_get_int (ends, first + b) : 0;

      cj_array_f32 (bias)[i] = t >= start && t < cj_array_get_int (ends, b) ? 0 : (float) hidden;
    }
  return bias != NULL && add_bias (h, bias, error);
}

/* --- of the standard --- */

/* A mask that ends before the keys do: those behind it are not seen. */
static gboolean
widen_mask (Heads *h, GError **error)
{
  const gint64 keys = h->k->dims.d[2];
  const gint64 n = h->bias->dims.n > 0 ? h->bias->dims.d[h->bias->dims.n - 1] : 0;
  CjDims dims = h->bias->dims;
  CjArray *wide;

  if (n < 1 || n >= keys)
    return TRUE;
  dims.d[dims.n - 1] = keys;
  wide = cj_array_new (CJ_ARRAY_F32, &dims, error);
  if (wide == NULL)
    return FALSE;
  for (gint64 i = 0; i < wide->size; i++)
    cj_array_f32 (wide)[i]
        = i % keys < n ? cj_array_f32 (h->bias)[i / keys * n + i % keys] : -INFINITY;
  cj_array_unref (h->bias);
  h->bias = wide;
  return TRUE;
}

static gboolean
give_float (CjExtraCall *call, guint k, CjArray *value, GError **error)
{
  return cj_extra_give_as (call, k, value, call->in[0]->type, error);
}

/* The result of the heads, as B S (H · D) where `flat`. */
static gboolean
give_heads (CjExtraCall *call, const Heads *h, gboolean flat, GError **error)
{
  g_autoptr (CjArray) y = attend (h, error);

  return y != NULL && give_float (call, 0, flat ? join_heads (y, error) : cj_array_ref (y), error);
}

/* Q K V, mask, past keys and values, and since version 24 how many keys there are. */
static gboolean
run_attention (CjExtraCall *call, GError **error)
{
  CjArray *mask = cj_extra_in (call, 3), *lengths = cj_extra_in (call, 6);
  CjArray *past_k = cj_extra_in (call, 4), *past_v = cj_extra_in (call, 5);
  const gint64 q_heads = cj_extra_int (call, "q_num_heads", 0);
  const gint64 kv_heads = cj_extra_int (call, "kv_num_heads", 0);
  g_auto (Heads) h = { .causal = cj_extra_int (call, "is_causal", 0) != 0,
                       .cap = cj_extra_float (call, "softcap", 0) };

  if (call->n_out > 3)
    return cj_extra_refuse_attr ("qk_matmul_output_mode", error);
  if ((past_k != NULL) != (past_v != NULL) || (lengths != NULL && (h.causal || past_k != NULL)))
    return cj_extra_refuse_shapes (error);
  h.q = split_heads (call->in[0], q_heads, error);
  h.k = h.q != NULL ? split_heads (call->in[1], kv_heads, error) : NULL;
  h.v = h.k != NULL ? split_heads (call->in[2], kv_heads, error) : NULL;
  if (h.v == NULL)
    return FALSE;
  if (past_k != NULL && (past_k->dims.n != 4 || past_v->dims.n != 4))
    return cj_extra_refuse_shapes (error);
  h.past = past_k != NULL ? past_k->dims.d[2] : 0;
  if (past_k != NULL && (!put_past (&h.k, past_k, error) || !put_past (&h.v, past_v, error)))
    return FALSE;
  if (!check_heads (&h, error))
    return FALSE;
  h.scale = cj_extra_float (call, "scale", 1 / sqrt ((double) MAX (h.q->dims.d[3], 1)));
  if (mask != NULL && !add_mask (&h, mask, -INFINITY, error))
    return FALSE;
  if (lengths != NULL && lengths->size != h.q->dims.d[0])
    return cj_extra_refuse_shapes (error);
  if (lengths != NULL && h.bias != NULL && !widen_mask (&h, error))
    return FALSE;
  if (lengths != NULL && !add_lengths (&h, lengths, 0, -INFINITY, error))
    return FALSE;
  return give_heads (call, &h, call->in[0]->dims.n == 3, error)
         && (call->n_out < 2 || give_float (call, 1, cj_array_ref (h.k), error))
         && (call->n_out < 3 || give_float (call, 2, cj_array_ref (h.v), error));
}

/* --- of onnxruntime --- */

/* A mask in one of its forms: how many keys are seen of each sample, [B]; up to where and from where on, [2 B]; or
 * which, [B, T] or [B, S, T]. */
static gboolean
add_index (Heads *h, CjArray *mask, double hidden, GError **error)
{
  const gint64 batch = h->q->dims.d[0];
  g_autoptr (CjArray) view = NULL;

  if (cj_array_type_is_float (mask->type))
    return cj_extra_refuse_type (mask->type, error);
  if (mask->dims.n == 1 && (mask->size == batch || mask->size == 2 * batch))
    return add_lengths (h, mask, mask->size == batch ? 0 : batch, hidden, error);
  if (mask->dims.n == 2)
    view = cj_array_reshape (mask, &(CjDims){ 4, { mask->dims.d[0], 1, 1, mask->dims.d[1] } });
  else if (mask->dims.n == 3)
    view = cj_array_reshape (
        mask, &(CjDims){ 4, { mask->dims.d[0], 1, mask->dims.d[1], mask->dims.d[2] } });
  else
    return cj_extra_refuse_shapes (error);
  return add_mask (h, view, hidden, error);
}

/* What both of its operators read; heads, mask and bias are the inputs of these numbers. */
static gboolean
give_with (CjExtraCall *call, Heads *h, guint mask, guint bias, GError **error)
{
  const double hidden = cj_extra_float (call, "mask_filter_value", -10000);
  CjArray *index = cj_extra_in (call, mask), *more = cj_extra_in (call, bias);

  if (!check_heads (h, error))
    return FALSE;
  h->causal = cj_extra_int (call, "unidirectional", 0) != 0;
  h->scale = cj_extra_float (call, "scale", 0);
  if (h->scale == 0)
    h->scale = 1 / sqrt ((double) MAX (h->q->dims.d[3], 1));
  return (index == NULL || add_index (h, index, hidden, error))
         && (more == NULL || add_bias (h, more, error)) && give_heads (call, h, TRUE, error);
}

/* Columns [from, from + n) of a row of numbers, [.., C]. You unref; NULL if `x` is. */
static CjArray *
take_columns (CjArray *x, gint64 from, gint64 n, GError **error)
{
  CjArray *const in[4]
      = { x, cj_array_new_ints (&from, 1), cj_array_new_ints ((const gint64[]){ from + n }, 1),
          cj_array_new_ints ((const gint64[]){ -1 }, 1) };
  CjArray *y = x != NULL ? cj_extra_apply ("Slice", OPSET, NULL, 4, in, error) : NULL;

  for (guint i = 1; i < 4; i++)
    cj_array_unref (in[i]);
  return y;
}

/* Queries, keys and values as heads, with columns of a bias added where they come as B S C. */
static CjArray *
split_biased (CjArray *x, CjArray *bias, gint64 from, gint64 heads, GError **error)
{
  g_autoptr (CjArray) part = NULL, sum = NULL;

  if (x->dims.n != 3 || bias == NULL)
    return split_heads (x, heads, error);
  part = take_columns (bias, from, x->dims.d[2], error);
  sum = part != NULL ? cj_extra_apply_pair ("Add", x, part, error) : NULL;
  return sum != NULL ? split_heads (sum, heads, error) : NULL;
}

/* Query, key, value, bias, mask, bias of the scores, past keys and values. */
static gboolean
run_multi_head (CjExtraCall *call, GError **error)
{
  CjArray *const *in = call->in, *bias = cj_extra_in (call, 3);
  CjArray *past_k = cj_extra_in (call, 6), *past_v = cj_extra_in (call, 7);
  const gint64 heads = cj_extra_int (call, "num_heads", 0);
  gint64 hidden, k_hidden;
  g_auto (Heads) h = { 0 };

  /* packed in one tensor, or a buffer that is longer than what is in it: not done */
  if (cj_extra_in (call, 1) == NULL || cj_extra_in (call, 2) == NULL || in[0]->dims.n != 3
      || cj_extra_in (call, 8) != NULL || cj_extra_in (call, 9) != NULL || call->n_out > 3
      || in[1]->dims.n == 5 || in[1]->dims.n != in[2]->dims.n)
    return cj_extra_refuse_shapes (error);
  if (heads < 1)
    return cj_extra_refuse_attr ("num_heads", error);
  if ((past_k != NULL) != (past_v != NULL))
    return cj_extra_refuse_shapes (error);
  hidden = in[0]->dims.d[2];
  k_hidden = in[1]->dims.n == 3 ? in[1]->dims.d[2] : hidden;
  if (bias != NULL
      && (bias->dims.n != 1
          || bias->size != hidden + k_hidden + (in[2]->dims.n == 3 ? in[2]->dims.d[2] : hidden)))
    return cj_extra_refuse_shapes (error);
  h.q = split_biased (in[0], bias, 0, heads, error);
  h.k = h.q != NULL ? split_biased (in[1], bias, hidden, heads, error) : NULL;
  h.v = h.k != NULL ? split_biased (in[2], bias, hidden + k_hidden, heads, error) : NULL;
  if (h.v == NULL)
    return FALSE;
  if (past_k != NULL)
    {
      if (past_k->dims.n != 4 || past_v->dims.n != 4)
        return cj_extra_refuse_shapes (error);
      h.past = past_k->dims.d[2];
      if (!put_past (&h.k, past_k, error) || !put_past (&h.v, past_v, error))
        return FALSE;
    }
  return give_with (call, &h, 4, 5, error)
         && (call->n_out < 2 || give_float (call, 1, cj_array_ref (h.k), error))
         && (call->n_out < 3 || give_float (call, 2, cj_array_ref (h.v), error));
}

/* Half `k` of a state [2, B, H, P, D]. */
static CjArray *
half_of (CjArray *past, gint64 k, GError **error)
{
  CjArray *index = cj_array_new (CJ_ARRAY_I64, &(CjDims){ 0 }, error), *half;

  if (index == NULL)
    return NULL;
  cj_array_set_int (index, 0, k);
  half = cj_extra_apply_pair ("Gather", past, index, error);
  cj_array_unref (index);
  return half;
}

/* Keys and values of before; the state is [2, B, H, P, D]. */
static gboolean
put_state (Heads *h, CjArray *past, GError **error)
{
  g_autoptr (CjArray) k = NULL, v = NULL;

  if (past->dims.n != 5 || past->dims.d[0] != 2)
    return cj_extra_refuse_shapes (error);
  h->past = past->dims.d[3];
  k = half_of (past, 0, error);
  v = k != NULL ? half_of (past, 1, error) : NULL;
  return v != NULL && put_past (&h->k, k, error) && put_past (&h->v, v, error);
}

/* The state that the next call goes on from. */
static gboolean
give_state (CjExtraCall *call, const Heads *h, GError **error)
{
  const gsize bytes = (gsize) h->k->size * sizeof (float);
  CjDims dims = { .n = 5, .d = { 2 } };
  CjArray *state;

  if (call->n_out < 2)
    return TRUE;
  if (!cj_dims_equal (&h->k->dims, &h->v->dims))
    return cj_extra_refuse_shapes (error);
  memcpy (dims.d + 1, h->k->dims.d, 4 * sizeof *dims.d);
  state = cj_array_new (CJ_ARRAY_F32, &dims, error);
  if (state == NULL)
    return FALSE;
  memcpy (state->data, h->k->data, bytes);
  memcpy ((guint8 *) state->data + bytes, h->v->data, bytes);
  return give_float (call, 1, state, error);
}

/* Input times weights [I, Q + K + V] as heads; widths of the three in `sizes`, or equal. */
static gboolean
project (const CjExtraCall *call, CjArray *x, CjArray *weights, CjArray *bias, Heads *h,
         GError **error)
{
  const gint64 heads = cj_extra_int (call, "num_heads", 0);
  g_autoptr (CjArray) wide = cj_array_cast (x, CJ_ARRAY_F32, error), w = NULL, sums = NULL;
  g_autoptr (CjArray) all = NULL;
  CjArray *parts[3] = { NULL };
  gint64 sizes[3], from = 0;
  gboolean done;
  guint n;

  if (wide == NULL || !cj_extra_ints (call, "qkv_hidden_sizes", 3, sizes, &n, error))
    return FALSE;
  if (x->dims.n != 3 || weights->dims.n != 2 || (n != 0 && n != 3)
      || (n == 0 && weights->dims.d[1] % 3 != 0))
    return cj_extra_refuse_shapes (error);
  for (guint i = 0; n == 0 && i < 3; i++)
    sizes[i] = weights->dims.d[1] / 3;
  for (guint i = 0; i < 3; i++)
    if (sizes[i] < 1 || sizes[i] > weights->dims.d[1])
      return cj_extra_refuse_shapes (error);
  if (sizes[0] + sizes[1] + sizes[2] != weights->dims.d[1])
    return cj_extra_refuse_shapes (error);
  w = cj_array_cast (weights, CJ_ARRAY_F32, error);
  sums = w != NULL ? cj_extra_apply_pair ("MatMul", wide, w, error) : NULL;
  all = sums == NULL   ? NULL
        : bias != NULL ? cj_extra_apply_pair ("Add", sums, bias, error)
                       : cj_array_ref (sums);
  done = all != NULL && (cj_dims_equal (&all->dims, &sums->dims) || cj_extra_refuse_shapes (error));
  for (guint i = 0; done && i < 3; from += sizes[i++])
    {
      CjArray **const to[] = { &h->q, &h->k, &h->v };

      parts[i] = take_columns (all, from, sizes[i], error);
      *to[i] = parts[i] != NULL ? split_heads (parts[i], heads, error) : NULL;
      done = *to[i] != NULL;
    }
  for (guint i = 0; i < 3; i++)
    g_clear_pointer (&parts[i], cj_array_unref);
  return done;
}

/* Input, weights, bias, mask, state and bias of the scores. */
static gboolean
run_fused (CjExtraCall *call, GError **error)
{
  CjArray *past = cj_extra_in (call, 4);
  g_auto (Heads) h = { 0 };

  if (cj_extra_int (call, "do_rotary", 0) != 0)
    return cj_extra_refuse_attr ("do_rotary", error);
  if (cj_extra_int (call, "past_present_share_buffer", 0) != 0)
    return cj_extra_refuse_attr ("past_present_share_buffer", error);
  return project (call, call->in[0], call->in[1], cj_extra_in (call, 2), &h, error)
         && (past == NULL || put_state (&h, past, error)) && give_with (call, &h, 3, 5, error)
         && give_state (call, &h, error);
}

/* The same of whole numbers: input, weights, bias, scales of both, mask, zero points of both, state. */
static gboolean
run_quantised (CjExtraCall *call, GError **error)
{
  CjAttr attr = { .name = (char *) "axis", .kind = CJ_ATTR_INT, .i = 1 };
  g_autoptr (GPtrArray) attrs = g_ptr_array_new ();
  CjArray *const x_in[3] = { call->in[0], call->in[3], cj_extra_in (call, 6) };
  CjArray *const w_in[3] = { call->in[1], call->in[4], cj_extra_in (call, 7) };
  CjArray *past = cj_extra_in (call, 8);
  g_autoptr (CjArray) x = NULL, w = NULL;
  g_auto (Heads) h = { 0 };
  CjArray *in[6] = { NULL };
  CjExtraCall inner = *call;

  g_ptr_array_add (attrs, &attr);
  if (cj_extra_int (call, "do_rotary", 0) != 0
      || cj_extra_int (call, "past_present_share_buffer", 0) != 0)
    return cj_extra_refuse_attr ("do_rotary", error);
  x = cj_extra_apply ("DequantizeLinear", OPSET, NULL, 3, x_in, error);
  w = x != NULL ? cj_extra_apply ("DequantizeLinear", OPSET, attrs, 3, w_in, error) : NULL;
  if (w == NULL || !project (call, x, w, call->in[2], &h, error)
      || (past != NULL && !put_state (&h, past, error)))
    return FALSE;
  in[0] = x;
  in[3] = cj_extra_in (call, 5);
  inner.in = in;
  inner.n_in = 6;
  return give_with (&inner, &h, 3, 5, error) && give_state (&inner, &h, error);
}

/* --- shared keys, of onnxruntime --- */

/* Queries, keys and values by themselves or side by side in the first input, as heads. */
static gboolean
split_groups (const CjExtraCall *call, Heads *h, GError **error)
{
  const gint64 heads = cj_extra_int (call, "num_heads", 0);
  const gint64 shared = cj_extra_int (call, "kv_num_heads", 0), most = 1 << 20;
  CjArray *x = call->in[0], *k = cj_extra_in (call, 1), *v = cj_extra_in (call, 2);
  CjArray **const to[] = { &h->q, &h->k, &h->v };
  gint64 size, from = 0;

  if (heads < 1 || heads > most || shared < 1 || shared > most)
    return cj_extra_refuse_attr ("num_heads", error);
  if (x->dims.n != 3 || (k != NULL) != (v != NULL)
      || (k == NULL && x->dims.d[2] % (heads + 2 * shared) != 0))
    return cj_extra_refuse_shapes (error);
  if (k != NULL)
    {
      h->q = split_heads (x, heads, error);
      h->k = h->q != NULL ? split_heads (k, shared, error) : NULL;
      h->v = h->k != NULL ? split_heads (v, shared, error) : NULL;
      return h->v != NULL;
    }
  size = x->dims.d[2] / (heads + 2 * shared);
  for (guint i = 0; i < 3; i++)
    {
      const gint64 own = i == 0 ? heads : shared;
      g_autoptr (CjArray) part = take_columns (x, from, own * size, error);

      *to[i] = part != NULL ? split_heads (part, own, error) : NULL;
      if (*to[i] == NULL)
        return FALSE;
      from += own * size;
    }
  return TRUE;
}

/* Turns *x [B, H, S, D] from place `first` on. */
static gboolean
turn_from (const CjExtraCall *call, CjArray **x, gint64 first, GError **error)
{
  const CjArray *cosines = cj_extra_in (call, 7), *sines = cj_extra_in (call, 8);
  const gboolean interleaved = cj_extra_int (call, "rotary_interleaved", 0) != 0;
  CjArray *y;

  if (cosines == NULL || sines == NULL || cj_extra_in (call, 9) != NULL)
    return cj_extra_refuse_shapes (error);
  y = cj_extra_turn (*x, cosines, sines, first, interleaved, error);
  if (y == NULL)
    return FALSE;
  cj_array_unref (*x);
  *x = y;
  return TRUE;
}

/* The first `n` keys or values of before, which may lie in a longer list, in front of those of now. */
static gboolean
put_first (CjArray **x, CjArray *past, gint64 n, GError **error)
{
  const gint64 axis = 2, start = 0;
  CjArray *const in[4] = { past, cj_array_new_ints (&start, 1), cj_array_new_ints (&n, 1),
                           cj_array_new_ints (&axis, 1) };
  CjArray *cut = cj_extra_apply ("Slice", OPSET, NULL, 4, in, error);
  const gboolean done = cut != NULL && put_past (x, cut, error);

  for (guint i = 1; i < 4; i++)
    cj_array_unref (in[i]);
  g_clear_pointer (&cut, cj_array_unref);
  return done;
}

/* All samples are as long as each other; *total: tokens of before and of now. */
static gboolean
read_total (const CjExtraCall *call, const Heads *h, gint64 *total, GError **error)
{
  const CjArray *lasts = call->in[5];

  *total = 0;
  if (lasts->size != h->q->dims.d[0] || lasts->size < 1)
    return cj_extra_refuse_shapes (error);
  for (gint64 b = 0; b < lasts->size; b++)
    {
      const gint64 last = cj_array_get_int (lasts, b);

      if (last < 0 || last >= G_MAXINT32 || (b > 0 && last + 1 != *total))
        return cj_extra_refuse_shapes (error);
      *total = last + 1;
    }
  return *total >= h->q->dims.d[2] || cj_extra_refuse_shapes (error);
}

/* What is not done here. */
static gboolean
check_groups (const CjExtraCall *call, GError **error)
{
  static const char *const none[]
      = { "smooth_softmax", "qk_output", "k_quant_type", "v_quant_type", "kv_cache_bit_width" };

  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    if (cj_extra_int (call, none[i], 0) > 0 || !cj_extra_text_is (call, none[i], "NONE", "NONE"))
      return cj_extra_refuse_attr (none[i], error);
  if (cj_extra_int (call, "local_window_size", -1) != -1)
    return cj_extra_refuse_attr ("local_window_size", error);
  if (call->n_out > 3 || (cj_extra_in (call, 3) != NULL) != (cj_extra_in (call, 4) != NULL)
      || cj_extra_in (call, 5) == NULL)
    return cj_extra_refuse_shapes (error);
  for (guint i = 11; i < call->n_in; i++)
    if (call->in[i] != NULL)
      return cj_extra_refuse_shapes (error);
  return TRUE;
}

/* Query, key, value, past keys and values, places of the last tokens, length, cosines, sines, places, bias. */
static gboolean
run_group_query (CjExtraCall *call, GError **error)
{
  CjArray *past_k = cj_extra_in (call, 3), *past_v = cj_extra_in (call, 4);
  CjArray *bias = cj_extra_in (call, 10);
  const gboolean rotates = cj_extra_int (call, "do_rotary", 0) != 0;
  g_auto (Heads) h = { .causal = TRUE, .cap = cj_extra_float (call, "softcap", 0) };
  gint64 total = 0;

  if (!check_groups (call, error) || !split_groups (call, &h, error)
      || !read_total (call, &h, &total, error))
    return FALSE;
  h.past = total - h.q->dims.d[2];
  if ((rotates
       && (!turn_from (call, &h.q, h.past, error) || !turn_from (call, &h.k, h.past, error))))
    return FALSE;
  /* a list that is longer than what is in it is handed on whole, which is not done */
  if ((past_k == NULL && h.past > 0)
      || (past_k != NULL
          && (past_k->dims.n != 4 || past_v->dims.n != 4 || past_k->dims.d[2] < h.past
              || past_v->dims.d[2] < h.past || (call->n_out > 1 && past_k->dims.d[2] > total))))
    return cj_extra_refuse_shapes (error);
  if (h.past > 0
      && (!put_first (&h.k, past_k, h.past, error) || !put_first (&h.v, past_v, h.past, error)))
    return FALSE;
  if (!check_heads (&h, error))
    return FALSE;
  h.scale = cj_extra_float (call, "scale", 0);
  if (h.scale == 0)
    h.scale = 1 / sqrt ((double) MAX (h.q->dims.d[3], 1));
  return (bias == NULL || add_bias (&h, bias, error)) && give_heads (call, &h, TRUE, error)
         && (call->n_out < 2 || give_float (call, 1, cj_array_ref (h.k), error))
         && (call->n_out < 3 || give_float (call, 2, cj_array_ref (h.v), error));
}

const CjExtraInfo cj_extra_heads[] = {
  { "Attention", 23, 0, 3, 7, run_attention },
  { CJ_EXTRA_MS "Attention", 1, 0, 2, 7, run_fused },
  { CJ_EXTRA_MS "GroupQueryAttention", 1, 0, 1, 16, run_group_query },
  { CJ_EXTRA_MS "MultiHeadAttention", 1, 0, 1, 10, run_multi_head },
  { CJ_EXTRA_MS "QAttention", 1, 0, 5, 9, run_quantised },
  { NULL, 0, 0, 0, 0, NULL },
};
