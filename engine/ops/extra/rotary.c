/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads that are turned by where their token stands, of the standard since version 23 and of onnxruntime (domain
 * com.microsoft). Su et al. (2021), "RoFormer: enhanced transformer with rotary position embedding". */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

/* What turns: heads lie in the second dimension, or in the third among the numbers of a token. */
typedef struct
{
  const CjArray *x, *cos, *sin, *places;
  gint64 batch, heads, tokens, size, half; /* half: pairs that turn */
  gboolean interleaved, split;
} Rotary;

static gint64
start_of (const Rotary *r, gint64 b, gint64 head, gint64 token)
{
  return r->split ? ((b * r->heads + head) * r->tokens + token) * r->size
                  : ((b * r->tokens + token) * r->heads + head) * r->size;
}

/* Where the angles of a token lie; -1: they do not. */
static gint64
angle_of (const Rotary *r, gint64 b, gint64 token)
{
  gint64 place;

  if (r->places == NULL)
    return (b * r->tokens + token) * r->half;
  place = cj_array_get_int (r->places, r->places->size == 1 ? 0 : b * r->tokens + token);
  if (place < 0 || place >= r->cos->dims.d[0])
    return -1;
  place += r->places->size == 1 ? token : 0;
  return place < r->cos->dims.d[0] ? place * r->half : -1;
}

/* Su et al. (2021), "RoFormer", equation 34. */
static gboolean
turn (const Rotary *r, CjArray *y, GError **error)
{
  memcpy (y->data, r->x->data, (gsize) y->size * cj_array_type_size (y->type));
  for (gint64 i = 0; y->size > 0 && i < r->batch * r->tokens; i++)
    {
      const gint64 angle = angle_of (r, i / r->tokens, i % r->tokens);

      if (angle < 0)
        return cj_extra_refuse_index (error);
      for (gint64 head = 0; head < r->heads; head++)
        for (gint64 k = 0; k < r->half; k++)
          {
            const gint64 from = start_of (r, i / r->tokens, head, i % r->tokens);
            const gint64 a = from + (r->interleaved ? 2 * k : k);
            const gint64 b = r->interleaved ? a + 1 : a + r->half;
            const double c = cj_array_get (r->cos, angle + k), s = cj_array_get (r->sin, angle + k);
            const double x = cj_array_get (r->x, a), z = cj_array_get (r->x, b);

            cj_array_set (y, a, c * x - s * z);
            cj_array_set (y, b, s * x + c * z);
          }
    }
  return TRUE;
}

/* Sizes from the shapes; `places` have been set. */
static gboolean
measure (const CjExtraCall *call, Rotary *r, GError **error)
{
  const CjArray *x = r->x;
  const gint64 turned = cj_extra_int (call, "rotary_embedding_dim", 0);
  gint64 heads = cj_extra_int (call, "num_heads", 0);

  r->split = x->dims.n == 4;
  r->half = r->cos->dims.n > 0 ? r->cos->dims.d[r->cos->dims.n - 1] : 0;
  if ((x->dims.n != 3 && x->dims.n != 4) || r->half < 1 || r->half > G_MAXINT32
      || !cj_dims_equal (&r->cos->dims, &r->sin->dims))
    return cj_extra_refuse_shapes (error);
  r->batch = x->dims.d[0];
  r->tokens = x->dims.d[r->split ? 2 : 1];
  if (!r->split && heads == 0 && turned == 0 && x->dims.d[2] % (2 * r->half) == 0)
    heads = x->dims.d[2] / (2 * r->half);
  if (!r->split && (heads < 1 || x->dims.d[2] % heads != 0))
    return cj_extra_refuse_attr ("num_heads", error);
  r->heads = r->split ? x->dims.d[1] : heads;
  r->size = r->split ? x->dims.d[3] : x->dims.d[2] / heads;
  if (2 * r->half > r->size || 2 * r->half != (turned > 0 ? turned : r->size)
      || r->cos->dims.n != (r->places != NULL ? 2 : 3)
      || (r->places == NULL && (r->cos->dims.d[0] != r->batch || r->cos->dims.d[1] != r->tokens))
      || (r->places != NULL && r->places->size != 1 && r->places->size != r->batch * r->tokens))
    return cj_extra_refuse_shapes (error);
  r->interleaved = cj_extra_int (call, "interleaved", 0) != 0;
  return TRUE;
}

/* The standard's: x, cosines, sines, places; onnxruntime's: x, places, cosines, sines. */
static gboolean
run_rotary (CjExtraCall *call, GError **error)
{
  const gboolean theirs = g_str_has_prefix (call->node->op, CJ_EXTRA_MS);
  Rotary r = { .x = call->in[0],
               .cos = call->in[theirs ? 2 : 1],
               .sin = call->in[theirs ? 3 : 2],
               .places = theirs ? call->in[1] : cj_extra_in (call, 3) };
  CjArray *y;

  if (theirs && cj_extra_float (call, "scale", 1) != 1)
    return cj_extra_refuse_attr ("scale", error);
  if (theirs && cj_extra_int (call, "is_packed_batching", 0) != 0)
    return cj_extra_refuse_attr ("is_packed_batching", error);
  /* one place is where the first token stands for onnxruntime only */
  if (!theirs && r.places != NULL && r.places->dims.n != 2)
    return cj_extra_refuse_shapes (error);
  if (!cj_array_type_is_float (r.x->type))
    return cj_extra_refuse_type (r.x->type, error);
  if (!measure (call, &r, error))
    return FALSE;
  y = cj_extra_out (call, 0, r.x->type, &r.x->dims, error);
  return y != NULL && turn (&r, y, error);
}

CjArray *
cj_extra_turn (CjArray *x, const CjArray *cosines, const CjArray *sines, gint64 first,
               gboolean interleaved, GError **error)
{
  g_autoptr (CjArray) place = cj_array_new_ints (&first, 1), y = NULL;
  const gint64 *d = x->dims.d;
  Rotary r = { .x = x, .cos = cosines, .sin = sines, .places = place, .split = TRUE };

  if (x->dims.n != 4 || cosines->dims.n != 2 || !cj_dims_equal (&cosines->dims, &sines->dims)
      || cosines->dims.d[1] < 1 || cosines->dims.d[1] > d[3] / 2)
    {
      cj_extra_refuse_shapes (error);
      return NULL;
    }
  r.batch = d[0];
  r.heads = d[1];
  r.tokens = d[2];
  r.size = d[3];
  r.half = cosines->dims.d[1];
  r.interleaved = interleaved;
  y = cj_array_new (x->type, &x->dims, error);
  return y != NULL && turn (&r, y, error) ? g_steal_pointer (&y) : NULL;
}

const CjExtraInfo cj_extra_rotary[] = {
  { "RotaryEmbedding", 23, 0, 3, 4, run_rotary },
  { CJ_EXTRA_MS "RotaryEmbedding", 1, 0, 4, 4, run_rotary },
  { NULL, 0, 0, 0, 0, NULL },
};
