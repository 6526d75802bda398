/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "dense-events.h"

#include "cj-math.h"
#include "cj-rows.h"

#define ROWS 64  /* of a tile, and inputs of a chunk: a word of bits */
#define GROUP 8  /* vectors of units that stay in registers */
#define PANEL 32 /* units of a panel of weights, two vectors */

typedef float Vec __attribute__ ((vector_size (64), aligned (4), may_alias));

/* Bits of the numbers that are not zero: first 0 or 1 in a byte each, then eight bytes become eight bits
 * by a product that moves them side by side. */
CJ_INLINE guint64
find_bits (const float *x, int count)
{
  guint8 bytes[ROWS];
  guint64 bits = 0;

  if (count == ROWS)
    for (int i = 0; i < ROWS; i++)
      bytes[i] = x[i] != 0;
  else
    for (int i = 0; i < ROWS; i++)
      bytes[i] = i < count && x[i] != 0;
  for (int i = 0; i < ROWS / 8; i++)
    {
      guint64 eight;

      memcpy (&eight, bytes + 8 * i, 8);
      bits |= (GUINT64_FROM_LE (eight) * G_GUINT64_CONSTANT (0x0102040810204080) >> 56) << 8 * i;
    }
  return bits;
}

/* masks [rows, words] of x [rows, I]. */
CJ_CLONES static void
find_masks (const float *x, gint64 rows, gint64 ni, gint64 words, guint64 *masks)
{
  for (gint64 r = 0; r < rows; r++)
    for (gint64 w = 0; w < words; w++)
      masks[r * words + w] = find_bits (x + r * ni + w * ROWS, (int) MIN (ROWS, ni - w * ROWS));
}

static gint64
count_words (gint64 ni)
{
  return (ni + ROWS - 1) / ROWS;
}

/* A wide layer gains from a quarter on, measured; a narrow one spends its time on finding numbers. */
gboolean
cj_events_pay (const float *x, gint64 n, gint64 ni, gint64 nu)
{
  const gint64 share = nu > 2 * PANEL ? 4 : 10;
  gint64 found = 0, seen = 0;

  if (ni > CJ_EVENTS_MAX_INPUTS || ni < 2 * ROWS || nu < CJ_EVENTS_STEP)
    return FALSE;
  /* every eighth row tells */
  for (gint64 r = 0; r < n; r += 8)
    {
      for (gint64 i = 0; i < ni; i++)
        found += x[r * ni + i] != 0;
      seen += ni;
      if (r == 0 && 2 * found > seen)
        return FALSE;
    }
  return share * found <= seen;
}

/* to [g vectors] += x times the rows of `from` that have a bit, which lie `step` apart; x lies `x_step`
 * apart. Panels: the vectors of a row lie by two in panels that are `panel` apart; 0: side by side. */
CJ_INLINE void
add_events_of (const int g, guint64 bits, const float *x, gint64 x_step, const float *from,
               gint64 step, gint64 panel, float *to)
{
  Vec acc[GROUP];

#pragma GCC unroll 8
  for (int k = 0; k < g; k++)
    acc[k] = *(const Vec *) (to + k * CJ_EVENTS_STEP);
  while (bits != 0)
    {
      const int i = __builtin_ctzll (bits);
      const float *row = from + i * step;
      const float value = x[i * x_step];

      bits &= bits - 1;
#pragma GCC unroll 8
      for (int k = 0; k < g; k++)
        acc[k] += value
                  * *(const Vec *) (row
                                    + (panel > 0 ? k / 2 * panel + k % 2 * CJ_EVENTS_STEP
                                                 : k * CJ_EVENTS_STEP));
    }
#pragma GCC unroll 8
  for (int k = 0; k < g; k++)
    *(Vec *) (to + k * CJ_EVENTS_STEP) = acc[k];
}

/* Rows of a tile, or inputs of a chunk: one after the other. */
typedef struct
{
  const guint64 *bits;
  gint64 bits_step;
  gint64 count;
  const float *x;
  gint64 x_row, x_step; /* to the next of them, and to the next number of a bit */
  const float *from;
  gint64 step, panel;
  float *to;
  gint64 to_row;
} Events;

CJ_INLINE void
add_all_of (const int g, const Events *e)
{
  for (gint64 r = 0; r < e->count; r++)
    if (e->bits[r * e->bits_step] != 0)
      add_events_of (g, e->bits[r * e->bits_step], e->x + r * e->x_row, e->x_step, e->from, e->step,
                     e->panel, e->to + r * e->to_row);
}

CJ_CLONES static void
add_all (int g, const Events *e)
{
  switch (g)
    {
    case 1:
      add_all_of (1, e);
      break;
    case 2:
      add_all_of (2, e);
      break;
    case 3:
      add_all_of (3, e);
      break;
    case 4:
      add_all_of (4, e);
      break;
    case 5:
      add_all_of (5, e);
      break;
    case 6:
      add_all_of (6, e);
      break;
    case 7:
      add_all_of (7, e);
      break;
    default:
      add_all_of (8, e);
    }
}

CJ_CLONES static void
end_rows (const float *tile, gint64 rows, gint64 units, const float *bias, gboolean relu, float *y,
          gint64 y_row)
{
  for (gint64 r = 0; r < rows; r++)
    for (gint64 u = 0; u < units; u++)
      {
        const float sum = tile[r * GROUP * CJ_EVENTS_STEP + u] + (bias != NULL ? bias[u] : 0);

        y[r * y_row + u] = relu && !(sum > 0) ? 0 : sum;
      }
}

void
cj_events_forward (const float *x, gint64 n, gint64 ni, const float *panels, gint64 nu,
                   const float *bias, gboolean relu, float *y, float *scratch)
{
  const gint64 words = count_words (ni), width = GROUP * CJ_EVENTS_STEP;
  float *tile = scratch;
  guint64 *masks = (guint64 *) (scratch + ROWS * width);

  for (gint64 r0 = 0; r0 < n; r0 += ROWS)
    {
      const gint64 rows = MIN (ROWS, n - r0);

      find_masks (x + r0 * ni, rows, ni, words, masks);
      for (gint64 u0 = 0; u0 < nu; u0 += width)
        {
          const gint64 units = MIN (width, nu - u0);

          memset (tile, 0, sizeof (float) * (gsize) (rows * width));
          for (gint64 w = 0; w < words; w++)
            add_all ((int) (cj_events_pad (units) / CJ_EVENTS_STEP),
                     &(Events){ .bits = masks + w,
                                .bits_step = words,
                                .count = rows,
                                .x = x + r0 * ni + w * ROWS,
                                .x_row = ni,
                                .x_step = 1,
                                .from = panels + u0 * ni + w * ROWS * PANEL,
                                .step = PANEL,
                                .panel = ni * PANEL,
                                .to = tile,
                                .to_row = width });
          end_rows (tile, rows, units, bias != NULL ? bias + u0 : NULL, relu, y + r0 * nu + u0, nu);
        }
    }
}

/* 64 words of 64 bits turned round: bit c of word r and bit r of word c change places (Warren, "Hacker's
 * Delight", 7-3, with the lowest bit first). */
static void
turn_bits (guint64 bits[ROWS])
{
  guint64 mask = G_GUINT64_CONSTANT (0x00000000ffffffff);

  for (guint j = 32; j != 0; j >>= 1, mask ^= mask << j)
    for (guint k = 0; k < ROWS; k = (k + j + 1) & ~j)
      {
        const guint64 t = (bits[k] >> j ^ bits[k + j]) & mask;

        bits[k] ^= t << j;
        bits[k + j] ^= t;
      }
}

void
cj_events_gradient (const float *x, const float *dy, gint64 n, gint64 ni, gint64 nu, float *dw,
                    float *scratch)
{
  const gint64 words = count_words (ni), width = GROUP * CJ_EVENTS_STEP, pad = cj_events_pad (nu);
  float *tile = scratch;
  guint64 *masks = (guint64 *) (scratch + ROWS * width);

  memset (dw, 0, sizeof (float) * (gsize) (ni * pad));
  for (gint64 r0 = 0; r0 < n; r0 += ROWS)
    {
      const gint64 rows = MIN (ROWS, n - r0);

      find_masks (x + r0 * ni, rows, ni, words, masks);
      for (gint64 u0 = 0; u0 < nu; u0 += width)
        {
          const gint64 units = MIN (width, nu - u0);

          memset (tile, 0, sizeof (float) * (gsize) (rows * width));
          for (gint64 r = 0; r < rows; r++)
            memcpy (tile + r * width, dy + (r0 + r) * nu + u0, sizeof (float) * (gsize) units);
          for (gint64 w = 0; w < words; w++)
            {
              guint64 bits[ROWS] = { 0 };

              for (gint64 r = 0; r < rows; r++)
                bits[r] = masks[r * words + w];
              turn_bits (bits);
              add_all ((int) (cj_events_pad (units) / CJ_EVENTS_STEP),
                       &(Events){ .bits = bits,
                                  .bits_step = 1,
                                  .count = MIN (ROWS, ni - w * ROWS),
                                  .x = x + r0 * ni + w * ROWS,
                                  .x_row = 1,
                                  .x_step = ni,
                                  .from = tile,
                                  .step = width,
                                  .to = dw + w * ROWS * pad + u0,
                                  .to_row = pad });
            }
        }
    }
}

CJ_CLONES void
cj_events_add (const float *const *slices, guint n_slices, gint64 ni, gint64 nu, gint64 u0,
               gint64 units, float *to)
{
  const gint64 pad = cj_events_pad (nu);

  for (gint64 i0 = 0; i0 < ni; i0 += CJ_LANES)
    for (gint64 u = 0; u < units; u += CJ_LANES)
      {
        const gint64 rows = MIN (CJ_LANES, ni - i0), columns = MIN (CJ_LANES, units - u);
        CjLanes v[CJ_LANES] = { { 0 } };

        for (guint s = 0; s < n_slices; s++)
          for (gint64 i = 0; i < rows; i++)
            v[i] += *(const CjLanes *) (slices[s] + (i0 + i) * pad + u0 + u);
        cj_lanes_transpose (v);
        for (gint64 k = 0; k < columns; k++)
          for (gint64 i = 0; i < rows; i++)
            to[(u + k) * ni + i0 + i] += v[k][i];
      }
}
