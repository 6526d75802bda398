/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The k largest of every row stay, the others become 0: what competition through shared inhibition leaves
 * (W. Maass, "On the computational power of winner-take-all", Neural Computation 12, 2000; A. Makhzani, B. Frey,
 * "k-sparse autoencoders", ICLR 2014). Exactly k stay: of equal numbers the first ones. The gradient goes to
 * those that stay. The k-th largest is found by its bits, eight at a time from the highest on, in four
 * looks at the row whatever is in it. D numbers of a row, O rows outside, `per` inside. */
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  gint64 k, d, per, rows; /* rows: of a sample */
} Sizes;

static Sizes
get_sizes (const CjOp *op)
{
  const CjWinnersAttrs *a = op->attrs;
  const gint64 sample = cj_shape_size (&op->in_shape[0]) / MAX (op->in_shape[0].dims[0], 1);

  return (Sizes){ MIN (a->k, a->row), a->row, a->per, sample / a->row };
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjWinnersAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  const gint64 sample = cj_shape_size (x) / MAX (x->dims[0], 1);

  if (x->n_dims < 2 || a->k < 1 || a->row < 1 || a->per < 1 || sample % (a->row * a->per) != 0)
    return cj_op_refuse (op, _ ("units of samples"), _ ("Put it behind a layer of units."), error);
  op->out_shape[0] = *x;
  op->saved_bytes = (gsize) cj_shape_size (x); /* 1: stays */
  op->macs = 4 * cj_shape_size (x);
  return TRUE;
}

/* Whole numbers in the order of the floats; both zeros are one. */
static guint32
get_key (float x)
{
  const float plain = x + 0.0f;
  guint32 bits;

  memcpy (&bits, &plain, sizeof bits);
  return bits >> 31 != 0 ? ~bits : bits | 1u << 31;
}

/* The key of the k-th largest; how many of that very key are among the k goes to *n_equal. */
static guint32
find_least (const Sizes *s, const float *x, gint64 *n_equal)
{
  guint32 found = 0, known = 0;
  gint64 left = s->k;

  for (int shift = 24; shift >= 0; shift -= 8)
    {
      gint64 counts[256] = { 0 };
      int digit = 255;

      for (gint64 i = 0; i < s->d; i++)
        {
          const guint32 key = get_key (x[i * s->per]);

          if ((key & known) == found)
            counts[key >> shift & 255]++;
        }
      while (counts[digit] < left)
        left -= counts[digit--];
      found |= (guint32) digit << shift;
      known |= 255u << shift;
    }
  *n_equal = left;
  return found;
}

static void
choose (const Sizes *s, const float *x, float *y, guint8 *stays)
{
  gint64 n_equal;
  const guint32 least = find_least (s, x, &n_equal);

  for (gint64 i = 0; i < s->d * s->per; i += s->per)
    {
      const float value = x[i];
      const guint32 key = get_key (value);

      stays[i] = key > least || (key == least && n_equal-- > 0);
      y[i] = stays[i] ? value : 0;
    }
}

static void
forward (const CjOpCall *call, guint block)
{
  const Sizes s = get_sizes (call->op);
  const CjSamples samples = cj_op_samples (call->op, block);

  for (gint64 r = samples.begin * s.rows; r < samples.end * s.rows; r++)
    {
      const gint64 at = r / s.per * s.per * s.d + r % s.per;

      choose (&s, (const float *) call->in[0] + at, call->out[0] + at, (guint8 *) call->saved + at);
    }
}

static void
backward (const CjOpCall *call, guint block)
{
  const guint8 *stays = call->saved;
  gint64 n;
  const gint64 begin = cj_op_range (call->op, block, &n);

  for (gint64 i = begin; call->d_in[0] != NULL && i < begin + n; i++)
    call->d_in[0][i]
        = (call->add_in[0] ? call->d_in[0][i] : 0) + (stays[i] ? call->d_out[0][i] : 0);
}

/* A number stays if fewer than k others are larger, or equal and before it. */
static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const Sizes s = get_sizes (op);

  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    {
      const gint64 place = i / s.per % s.d;
      const float *x = (const float *) in[0] + i - place * s.per;
      gint64 ahead = 0;

      for (gint64 j = 0; j < s.d; j++)
        ahead += x[j * s.per] > x[place * s.per] || (j < place && x[j * s.per] == x[place * s.per]);
      out[0][i] = ahead < s.k ? x[place * s.per] : 0;
    }
}

const CjOpInfo cj_op_winners = {
  .id = "winners",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjWinnersAttrs),
  .infer = infer,
  .forward = { { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },
  .backward = { { cj_op_blocks, backward, CJ_PHASE_SAMPLES } },
  .free_in = 1,
  .free_out = 1,
  .twin = twin,
};
