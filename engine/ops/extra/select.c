/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values that pass, are held within bounds, or change their type. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

static gboolean
run_where (CjExtraCall *call, GError **error)
{
  CjArray *const *in = call->in;
  const gsize bytes = cj_array_type_size (in[1]->type);
  CjDims dims;
  CjArray *out;
  CjWalk walk;

  if (in[0]->type != CJ_ARRAY_BOOL)
    return cj_extra_refuse_type (in[0]->type, error);
  if (in[1]->type != in[2]->type || !cj_dims_broadcast (&in[1]->dims, &in[2]->dims, &dims)
      || !cj_dims_broadcast (&in[0]->dims, &dims, &dims))
    return cj_extra_refuse_shapes (error);
  out = cj_extra_out (call, 0, in[1]->type, &dims, error);
  if (out == NULL)
    return FALSE;
  cj_walk_init (&walk, &dims, 3, in);
  while (cj_walk_next (&walk))
    for (gint64 i = 0; i < walk.row; i++)
      {
        const guint8 *test = in[0]->data;
        const guint from = test[walk.offset[0] + i * walk.step[0]] != 0 ? 1 : 2;
        const gint64 at = walk.offset[from] + i * walk.step[from];

        memcpy ((guint8 *) out->data + (gsize) (walk.done + i) * bytes,
                (const guint8 *) in[from]->data + (gsize) at * bytes, bytes);
      }
  return TRUE;
}

static gboolean
run_clip_ints (CjExtraCall *call, const CjArray *low, const CjArray *high, GError **error)
{
  const CjArray *x = call->in[0];
  const gboolean positive = x->type == CJ_ARRAY_U64;
  CjArray *y = cj_extra_out (call, 0, x->type, &x->dims, error);

  for (gint64 i = 0; y != NULL && i < x->size; i++)
    {
      gint64 one = cj_array_get_int (x, i);
      const gint64 least = low != NULL ? cj_array_get_int (low, 0) : one;
      const gint64 most = high != NULL ? cj_array_get_int (high, 0) : one;

      if (positive ? (guint64) one < (guint64) least : one < least)
        one = least;
      if (high != NULL && (positive ? (guint64) one > (guint64) most : one > most))
        one = most;
      cj_array_set_int (y, i, one);
    }
  return y != NULL;
}

/* Bounds were attributes before version 11. */
static gboolean
run_clip (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *low = cj_extra_in (call, 1), *high = cj_extra_in (call, 2);
  const double least = low != NULL && low->size > 0 ? cj_array_get (low, 0)
                                                    : cj_extra_float (call, "min", -INFINITY);
  const double most = high != NULL && high->size > 0 ? cj_array_get (high, 0)
                                                     : cj_extra_float (call, "max", INFINITY);
  CjArray *y;

  if ((low != NULL && low->size != 1) || (high != NULL && high->size != 1))
    return cj_extra_refuse_shapes (error);
  if (!cj_array_type_is_float (x->type))
    return run_clip_ints (call, low, high, error);
  y = cj_extra_out (call, 0, x->type, &x->dims, error);
  if (y == NULL)
    return FALSE;
  for (gint64 i = 0; i < x->size; i++)
    {
      double one = cj_array_get (x, i);

      one = one < least ? least : one;
      cj_array_set (y, i, one > most ? most : one);
    }
  return TRUE;
}

/* The standard's numbers of element types. */
static gboolean
find_type (gint64 number, CjArrayType *type)
{
  static const gint8 numbers[]
      = { -1,           CJ_ARRAY_F32,  CJ_ARRAY_U8,  CJ_ARRAY_I8,  CJ_ARRAY_U16,
          CJ_ARRAY_I16, CJ_ARRAY_I32,  CJ_ARRAY_I64, -1,           CJ_ARRAY_BOOL,
          CJ_ARRAY_F16, CJ_ARRAY_F64,  CJ_ARRAY_U32, CJ_ARRAY_U64, -1,
          -1,           CJ_ARRAY_BF16, -1,           -1,           -1,
          -1,           CJ_ARRAY_U4,   CJ_ARRAY_I4 };

  if (number < 0 || number >= (gint64) G_N_ELEMENTS (numbers) || numbers[number] < 0)
    return FALSE;
  *type = (CjArrayType) numbers[number];
  return TRUE;
}

gboolean
cj_extra_type (const CjExtraCall *call, const char *name, CjArrayType preset, CjArrayType *type,
               GError **error)
{
  const gint64 number = cj_extra_int (call, name, 0);

  *type = preset;
  if (number == 0 || find_type (number, type))
    return TRUE;
  return cj_extra_refuse_attr (name, error);
}

static gboolean
run_cast (CjExtraCall *call, GError **error)
{
  CjArrayType type;

  if (!cj_extra_type (call, "to", CJ_ARRAY_F32, &type, error))
    return FALSE;
  return cj_extra_give (call, 0, cj_array_cast (call->in[0], type, error));
}

static gboolean
run_cast_like (CjExtraCall *call, GError **error)
{
  return cj_extra_give (call, 0, cj_array_cast (call->in[0], call->in[1]->type, error));
}

static gboolean
run_identity (CjExtraCall *call, GError **error)
{
  (void) error;
  return cj_extra_give (call, 0, cj_array_ref (call->in[0]));
}

/* Nothing is dropped unless the operator is told that it trains; the mask then keeps everything. */
static gboolean
run_dropout (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *trains = cj_extra_in (call, 2), *ratio = cj_extra_in (call, 1);
  const double share = ratio != NULL && ratio->size == 1 ? cj_array_get (ratio, 0) : 0.5;
  const CjArrayType type = call->node->opset < 10 ? x->type : CJ_ARRAY_BOOL;
  CjArray *mask;

  if (trains != NULL && trains->size == 1 && cj_array_get (trains, 0) != 0 && share > 0)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_PARAM,
                           _ ("it draws by chance, and would answer otherwise every time"));
      return FALSE;
    }
  if (call->n_out > 1)
    {
      mask = cj_extra_out (call, 1, type, &x->dims, error);
      if (mask == NULL)
        return FALSE;
      for (gint64 i = 0; i < mask->size; i++)
        cj_array_set (mask, i, 1);
    }
  return run_identity (call, error);
}

const CjExtraInfo cj_extra_select[] = {
  { "Cast", 1, 0, 1, 1, run_cast },
  { "CastLike", 15, 0, 2, 2, run_cast_like },
  { "Clip", 1, 0, 1, 3, run_clip },
  { "Dropout", 1, 0, 1, 3, run_dropout },
  { "Identity", 1, 0, 1, 1, run_identity },
  { "Where", 9, 0, 3, 3, run_where },
  { NULL, 0, 0, 0, 0, NULL },
};
