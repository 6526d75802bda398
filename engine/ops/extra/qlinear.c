/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators on numbers of few bits that onnxruntime's quantiser writes (domain com.microsoft, its documentation
 * docs/ContribOperators.md): what the numbers stand for is computed with, and the result rounded again. A number
 * halfway between two may fall to the other side than where whole numbers are rescaled. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

#define OPSET 22 /* of what they are made of */

static gboolean
give (CjExtraCall *call, CjArray *value)
{
  return value != NULL && cj_extra_give (call, 0, cj_array_ref (value));
}

/* What the numbers of input i stand for; scale and zero point, which need not be given, stand behind it. You unref. */
static CjArray *
real_of (const CjExtraCall *call, guint i, GError **error)
{
  CjArray *const in[3]
      = { cj_extra_in (call, i), cj_extra_in (call, i + 1), cj_extra_in (call, i + 2) };

  if (in[0] == NULL || in[1] == NULL || in[1]->size != 1)
    {
      cj_extra_refuse_shapes (error);
      return NULL;
    }
  return cj_extra_apply ("DequantizeLinear", OPSET, NULL, 3, in, error);
}

/* `x` rounded by the scale of input i and the zero point behind it, which is 0 of type `type` unless it is given. */
static CjArray *
round_by (const CjExtraCall *call, CjArray *x, guint i, CjArrayType type, GError **error)
{
  CjArray *zero = cj_extra_in (call, i + 1);
  g_autoptr (CjArray) none = NULL;
  CjArray *in[3] = { x, cj_extra_in (call, i), zero };

  if (x == NULL)
    return NULL;
  if (in[1] == NULL || in[1]->size != 1)
    {
      cj_extra_refuse_shapes (error);
      return NULL;
    }
  if (zero == NULL)
    in[2] = none = cj_array_new (type, &in[1]->dims, error);
  return in[2] != NULL ? cj_extra_apply ("QuantizeLinear", OPSET, NULL, 3, in, error) : NULL;
}

/* Channels from the second place to the last, or back. You unref; NULL if `x` is. */
static CjArray *
move_channels (CjArray *x, gboolean to_last, GError **error)
{
  guint order[CJ_ARRAY_MAX_DIMS];

  if (x == NULL)
    return NULL;
  for (guint k = 0; k < x->dims.n; k++)
    order[k] = k == 0    ? 0
               : to_last ? (k + 1 == x->dims.n ? 1 : k + 1)
               : k == 1  ? x->dims.n - 1
                         : k - 1;
  return cj_array_permute (x, order, error);
}

/* QLinearAdd and QLinearMul. */
static gboolean
run_pair (CjExtraCall *call, GError **error)
{
  const char *op = g_str_has_suffix (call->node->op, "Add") ? "Add" : "Mul";
  g_autoptr (CjArray) a = real_of (call, 0, error);
  g_autoptr (CjArray) b = a != NULL ? real_of (call, 3, error) : NULL;
  g_autoptr (CjArray) y = b != NULL ? cj_extra_apply_pair (op, a, b, error) : NULL;
  g_autoptr (CjArray) q = round_by (call, y, 6, call->in[0]->type, error);

  return give (call, q);
}

/* A function of one tensor: sigmoid, leaky rectifier, mean over axes. */
static gboolean
run_one (CjExtraCall *call, GError **error)
{
  const char *op = g_str_has_suffix (call->node->op, ".QLinearSigmoid")     ? "Sigmoid"
                   : g_str_has_suffix (call->node->op, ".QLinearLeakyRelu") ? "LeakyRelu"
                                                                            : "ReduceMean";
  g_autoptr (CjArray) x = real_of (call, 0, error);
  /* axes were an attribute before version 18 */
  g_autoptr (CjArray) y
      = x != NULL ? cj_extra_apply (op, 13, call->node->attrs, 1, &x, error) : NULL;
  g_autoptr (CjArray) q = round_by (call, y, 3, call->in[0]->type, error);

  return give (call, q);
}

static gboolean
run_softmax (CjExtraCall *call, GError **error)
{
  const gint64 opset = CLAMP (cj_extra_int (call, "opset", 13), 1, OPSET);
  const gboolean said = opset >= 13 || cj_extra_node_find (call->node, "axis") != NULL;
  g_autoptr (CjArray) x = real_of (call, 0, error);
  g_autoptr (CjArray) y
      = x != NULL ? cj_extra_apply ("Softmax", opset, call->node->attrs, 1, &x, error) : NULL;
  g_autoptr (CjArray) q = round_by (call, y, 3, call->in[0]->type, error);

  /* the last axis here, and another one in the old operator */
  if (q != NULL && !said)
    return cj_extra_refuse_attr ("axis", error);
  return give (call, q);
}

/* The largest of each window, with channels last. */
static gboolean
run_max_pool (CjExtraCall *call, GError **error)
{
  g_autoptr (CjArray) first = move_channels (call->in[0], FALSE, error), back = NULL;
  g_autoptr (CjArray) y
      = first != NULL ? cj_extra_apply ("MaxPool", OPSET, call->node->attrs, 1, &first, error)
                      : NULL;

  back = move_channels (y, TRUE, error);
  return give (call, back);
}

/* Means of windows or of all of space. */
static gboolean
run_pool (CjExtraCall *call, GError **error)
{
  const char *op = strstr (call->node->op, "Global") != NULL ? "GlobalAveragePool" : "AveragePool";
  const gboolean last = cj_extra_int (call, "channels_last", 0) != 0;
  g_autoptr (CjArray) x = real_of (call, 0, error), y = NULL, back = NULL, q = NULL;
  g_autoptr (CjArray) first = last        ? move_channels (x, FALSE, error)
                              : x != NULL ? cj_array_ref (x)
                                          : NULL;

  y = first != NULL ? cj_extra_apply (op, OPSET, call->node->attrs, 1, &first, error) : NULL;
  back = last ? move_channels (y, TRUE, error) : y != NULL ? cj_array_ref (y) : NULL;
  q = round_by (call, back, 3, call->in[0]->type, error);
  return give (call, q);
}

/* The result's scale and zero point, then a tensor with its own for each part. */
static gboolean
run_concat (CjExtraCall *call, GError **error)
{
  const guint n = call->n_in >= 5 ? (call->n_in - 2) / 3 : 0;
  g_autofree CjArray **parts = g_new0 (CjArray *, n + 1);
  g_autoptr (CjArray) y = NULL, q = NULL;
  gboolean done = n > 0 && (call->n_in - 2) % 3 == 0;

  if (!done)
    cj_extra_refuse_shapes (error);
  for (guint i = 0; done && i < n; i++)
    done = (parts[i] = real_of (call, 2 + 3 * i, error)) != NULL;
  if (done)
    y = cj_extra_apply ("Concat", OPSET, call->node->attrs, n, parts, error);
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&parts[i], cj_array_unref);
  q = y != NULL ? round_by (call, y, 0, call->in[2]->type, error) : NULL;
  return give (call, q);
}

/* Condition, two tensors and the result, each with scale and zero point. */
static gboolean
run_where (CjExtraCall *call, GError **error)
{
  g_autoptr (CjArray) a = real_of (call, 1, error);
  g_autoptr (CjArray) b = a != NULL ? real_of (call, 4, error) : NULL;
  CjArray *const in[3] = { call->in[0], a, b };
  g_autoptr (CjArray) y = b != NULL ? cj_extra_apply ("Where", OPSET, NULL, 3, in, error) : NULL;
  g_autoptr (CjArray) q = round_by (call, y, 7, call->in[1]->type, error);

  return give (call, q);
}

/* The standard's, or with channels last. */
static gboolean
run_conv (CjExtraCall *call, GError **error)
{
  const gboolean last = cj_extra_int (call, "channels_last", 0) != 0;
  g_autoptr (CjArray) first = last ? move_channels (call->in[0], FALSE, error) : NULL, y = NULL;
  g_autoptr (CjArray) back = NULL;
  CjArray *in[9];

  if (last && first == NULL)
    return FALSE;
  for (guint i = 0; i < call->n_in; i++)
    in[i] = call->in[i];
  in[0] = last ? first : in[0];
  y = cj_extra_apply ("QLinearConv", OPSET, call->node->attrs, call->n_in, in, error);
  back = last ? move_channels (y, TRUE, error) : NULL;
  return give (call, last ? back : y);
}

/* --- products --- */

static CjArray *
turn (CjArray *x, gboolean turned, GError **error)
{
  static const guint order[] = { 1, 0 };

  if (x->dims.n != 2)
    {
      cj_extra_refuse_shapes (error);
      return NULL;
    }
  return turned ? cj_array_permute (x, order, error) : cj_array_ref (x);
}

/* Whole sums [.., N] as the numbers that they stand for: times the scales of both sides, of which b's may be one a
 * column, times alpha. You unref; NULL if `sums` is. */
static CjArray *
scale_sums (CjArray *sums, const CjArray *a_scale, const CjArray *b_scale, double alpha,
            GError **error)
{
  const gint64 n = sums != NULL && sums->dims.n > 0 ? sums->dims.d[sums->dims.n - 1] : 1;
  CjArray *y;

  if (sums == NULL)
    return NULL;
  if (a_scale->size != 1 || (b_scale->size != 1 && b_scale->size != n))
    {
      cj_extra_refuse_shapes (error);
      return NULL;
    }
  y = cj_array_new (CJ_ARRAY_F32, &sums->dims, error);
  for (gint64 i = 0; y != NULL && i < y->size; i++)
    cj_array_set (y, i,
                  alpha * cj_array_get (sums, i) * cj_array_get (a_scale, 0)
                      * cj_array_get (b_scale, b_scale->size == 1 ? 0 : i % n));
  return y;
}

/* A, scale, zero point, B, the same, C in whole numbers, scale and zero point of the result; without those it stays
 * a float. */
static gboolean
run_gemm (CjExtraCall *call, GError **error)
{
  CjArray *const *in = call->in, *c = cj_extra_in (call, 6);
  g_autoptr (CjArray) a = turn (in[0], cj_extra_int (call, "transA", 0) != 0, error), b = NULL;
  g_autoptr (CjArray) product = NULL, sums = NULL, y = NULL, q = NULL;
  CjArray *factors[4];

  b = a != NULL ? turn (in[3], cj_extra_int (call, "transB", 0) != 0, error) : NULL;
  if (b == NULL)
    return FALSE;
  factors[0] = a;
  factors[1] = b;
  factors[2] = in[2];
  factors[3] = in[5];
  product = cj_extra_apply ("MatMulInteger", OPSET, NULL, 4, factors, error);
  sums = product == NULL ? NULL
         : c != NULL     ? cj_extra_apply_pair ("Add", product, c, error)
                         : cj_array_ref (product);
  y = scale_sums (sums, in[1], in[4], cj_extra_float (call, "alpha", 1), error);
  if (cj_extra_in (call, 7) == NULL)
    return give (call, y);
  q = round_by (call, y, 7, in[0]->type, error);
  return give (call, q);
}

/* A product of whole numbers as floats, and a bias; zero points may be missing. */
static gboolean
give_product (CjExtraCall *call, CjArray *const *factors, const CjArray *a_scale,
              const CjArray *b_scale, CjArray *bias, GError **error)
{
  g_autoptr (CjArray) sums = cj_extra_apply ("MatMulInteger", OPSET, NULL, 4, factors, error);
  g_autoptr (CjArray) y = scale_sums (sums, a_scale, b_scale, 1, error);
  g_autoptr (CjArray) moved
      = y != NULL && bias != NULL ? cj_extra_apply_pair ("Add", y, bias, error) : NULL;

  return give (call, bias != NULL ? moved : y);
}

static gboolean
run_integer_to_float (CjExtraCall *call, GError **error)
{
  CjArray *const factors[4]
      = { call->in[0], call->in[1], cj_extra_in (call, 4), cj_extra_in (call, 5) };

  return give_product (call, factors, call->in[2], call->in[3], cj_extra_in (call, 6), error);
}

/* A is rounded to eight bits by its own range first. */
static gboolean
run_dynamic (CjExtraCall *call, GError **error)
{
  const CjExtraNode node = { (char *) "DynamicQuantizeLinear", OPSET, call->node->attrs };
  CjArray *rounded[3] = { NULL };
  gboolean done = cj_extra_run (&node, 1, call->in, 3, rounded, error);

  if (done)
    {
      CjArray *const factors[4] = { rounded[0], call->in[1], rounded[2], cj_extra_in (call, 3) };

      done = give_product (call, factors, rounded[1], call->in[2], cj_extra_in (call, 4), error);
    }
  for (guint i = 0; i < 3; i++)
    g_clear_pointer (&rounded[i], cj_array_unref);
  return done;
}

/* --- weights of 2, 4 or 8 bits in blocks --- */

typedef struct
{
  gint64 rows, columns; /* N and K of the standard's product */
  gint64 bits, block, blocks;
  gint64 zero_bytes; /* of a row of packed zero points */
} Blocks;

static gboolean
read_blocks (const CjExtraCall *call, Blocks *b, GError **error)
{
  const CjArray *weights = call->in[1], *scales = call->in[2], *zeros = cj_extra_in (call, 3);
  const gint64 most = (gint64) 1 << 31;

  *b = (Blocks){ .rows = cj_extra_int (call, "N", 0),
                 .columns = cj_extra_int (call, "K", 0),
                 .bits = cj_extra_int (call, "bits", 4),
                 .block = cj_extra_int (call, "block_size", 0) };
  if (b->bits != 4 && b->bits != 8 && b->bits != 2)
    return cj_extra_refuse_attr ("bits", error);
  if (b->block < 8 || b->block > most)
    return cj_extra_refuse_attr ("block_size", error);
  if (b->rows < 1 || b->columns < 1 || b->rows > most || b->columns > most
      || cj_extra_in (call, 4) != NULL)
    return cj_extra_refuse_shapes (error);
  b->blocks = (b->columns - 1) / b->block + 1;
  b->zero_bytes = (b->blocks * b->bits + 7) / 8;
  if (weights->type != CJ_ARRAY_U8 || b->block * b->bits % 8 != 0
      || weights->size != b->rows * b->blocks * (b->block * b->bits / 8)
      || scales->size != b->rows * b->blocks)
    return cj_extra_refuse_shapes (error);
  if (zeros != NULL
      && zeros->size
             != (zeros->type == CJ_ARRAY_U8 ? b->rows * b->zero_bytes : b->rows * b->blocks))
    return cj_extra_refuse_shapes (error);
  return TRUE;
}

/* Number `i` of those that lie packed from byte `from` on. */
static gint64
packed_at (const CjArray *bytes, gint64 from, gint64 i, gint64 bits)
{
  const gint64 byte = cj_array_get_int (bytes, from + i * bits / 8);

  return byte >> i * bits % 8 & ((1 << bits) - 1);
}

/* The weights [K, N], as float32. */
static CjArray *
unpack (const CjExtraCall *call, const Blocks *b, GError **error)
{
  const CjArray *weights = call->in[1], *scales = call->in[2], *zeros = cj_extra_in (call, 3);
  const CjDims dims = { 2, { b->columns, b->rows } };
  CjArray *w = cj_array_new (CJ_ARRAY_F32, &dims, error);

  for (gint64 r = 0; w != NULL && r < b->rows; r++)
    for (gint64 k = 0; k < b->columns; k++)
      {
        const gint64 block = k / b->block, at = r * b->blocks + block;
        const double zero = zeros == NULL ? (double) (1 << (b->bits - 1))
                            : zeros->type == CJ_ARRAY_U8
                                ? (double) packed_at (zeros, r * b->zero_bytes, block, b->bits)
                                : cj_array_get (zeros, at);
        const gint64 q = packed_at (weights, at * (b->block * b->bits / 8), k % b->block, b->bits);

        cj_array_f32 (w)[k * b->rows + r]
            = (float) (((double) q - zero) * cj_array_get (scales, at));
      }
  return w;
}

static gboolean
run_n_bits (CjExtraCall *call, GError **error)
{
  const CjArrayType type = call->in[0]->type;
  CjArray *bias = cj_extra_in (call, 5);
  g_autoptr (CjArray) w = NULL, x = NULL, y = NULL, wide = NULL, moved = NULL;
  Blocks b;

  if (!cj_array_type_is_float (type))
    return cj_extra_refuse_type (type, error);
  if (!read_blocks (call, &b, error))
    return FALSE;
  w = unpack (call, &b, error);
  x = w != NULL ? cj_array_cast (call->in[0], CJ_ARRAY_F32, error) : NULL;
  y = x != NULL ? cj_extra_apply_pair ("MatMul", x, w, error) : NULL;
  if (y == NULL)
    return FALSE;
  wide = bias != NULL ? cj_array_cast (bias, CJ_ARRAY_F32, error) : NULL;
  moved = bias == NULL   ? cj_array_ref (y)
          : wide != NULL ? cj_extra_apply_pair ("Add", y, wide, error)
                         : NULL;
  return cj_extra_give_as (call, 0, g_steal_pointer (&moved), type, error);
}

/* Those that the standard took over under the same name. */
static gboolean
run_same (CjExtraCall *call, GError **error)
{
  return cj_extra_give (call, 0,
                        cj_extra_apply (strrchr (call->node->op, '.') + 1, OPSET, call->node->attrs,
                                        call->n_in, call->in, error));
}

const CjExtraInfo cj_extra_qlinear[] = {
  { CJ_EXTRA_MS "DequantizeLinear", 1, 0, 2, 3, run_same },
  { CJ_EXTRA_MS "DynamicQuantizeMatMul", 1, 0, 3, 5, run_dynamic },
  { CJ_EXTRA_MS "MatMulIntegerToFloat", 1, 0, 4, 7, run_integer_to_float },
  { CJ_EXTRA_MS "MatMulNBits", 1, 0, 3, 6, run_n_bits },
  { CJ_EXTRA_MS "NhwcMaxPool", 1, 0, 1, 1, run_max_pool },
  { CJ_EXTRA_MS "QGemm", 1, 0, 6, 9, run_gemm },
  { CJ_EXTRA_MS "QLinearAdd", 1, 0, 2, 8, run_pair },
  { CJ_EXTRA_MS "QLinearAveragePool", 1, 0, 2, 5, run_pool },
  { CJ_EXTRA_MS "QLinearConcat", 1, 0, 1, G_MAXUINT, run_concat },
  { CJ_EXTRA_MS "QLinearConv", 1, 0, 8, 9, run_conv },
  { CJ_EXTRA_MS "QLinearGlobalAveragePool", 1, 0, 2, 5, run_pool },
  { CJ_EXTRA_MS "QLinearLeakyRelu", 1, 0, 2, 5, run_one },
  { CJ_EXTRA_MS "QLinearMul", 1, 0, 2, 8, run_pair },
  { CJ_EXTRA_MS "QLinearReduceMean", 1, 0, 2, 5, run_one },
  { CJ_EXTRA_MS "QLinearSigmoid", 1, 0, 2, 5, run_one },
  { CJ_EXTRA_MS "QLinearSoftmax", 1, 0, 2, 5, run_softmax },
  { CJ_EXTRA_MS "QLinearWhere", 1, 0, 5, 9, run_where },
  { CJ_EXTRA_MS "QuantizeLinear", 1, 0, 2, 3, run_same },
  { NULL, 0, 0, 0, 0, NULL },
};
