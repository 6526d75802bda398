/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-rng.h"

#include <math.h>

#define ROUNDS 10

void
cj_philox4x32 (const guint32 counter[4], const guint32 key[2], guint32 out[4])
{
  guint32 c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  guint32 k0 = key[0], k1 = key[1];

  for (int round = 0; round < ROUNDS; round++)
    {
      const guint64 p0 = (guint64) 0xD2511F53u * c0;
      const guint64 p1 = (guint64) 0xCD9E8D57u * c2;
      const guint32 n0 = (guint32) (p1 >> 32) ^ c1 ^ k0;
      const guint32 n2 = (guint32) (p0 >> 32) ^ c3 ^ k1;

      c1 = (guint32) p1;
      c3 = (guint32) p0;
      c0 = n0;
      c2 = n2;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

void
cj_rng_init (CjRng *rng, guint64 seed, CjRngPurpose purpose, guint64 index)
{
  rng->key[0] = (guint32) seed;
  rng->key[1] = (guint32) (seed >> 32);
  rng->counter[0] = 0;
  rng->counter[1] = (guint32) purpose;
  rng->counter[2] = (guint32) index;
  rng->counter[3] = (guint32) (index >> 32);
  rng->used = 4;
}

guint32
cj_rng_next (CjRng *rng)
{
  if (rng->used == 4)
    {
      cj_philox4x32 (rng->counter, rng->key, rng->block);
      rng->counter[0]++;
      rng->used = 0;
    }
  return rng->block[rng->used++];
}

float
cj_rng_uniform (CjRng *rng)
{
  return (float) (cj_rng_next (rng) >> 8) * 0x1p-24f;
}

float
cj_rng_range (CjRng *rng, float low, float high)
{
  return low + (high - low) * cj_rng_uniform (rng);
}

float
cj_rng_normal (CjRng *rng)
{
  const double u = ((double) (cj_rng_next (rng) >> 8) + 1.0) * 0x1p-24;
  const double v = (double) (cj_rng_next (rng) >> 8) * 0x1p-24;

  return (float) (sqrt (-2.0 * log (u)) * cos (2.0 * G_PI * v));
}

guint32
cj_rng_below (CjRng *rng, guint32 n)
{
  const guint32 limit = G_MAXUINT32 - G_MAXUINT32 % n;
  guint32 value;

  do
    value = cj_rng_next (rng);
  while (value >= limit);
  return value % n;
}

void
cj_rng_shuffle (CjRng *rng, guint32 *values, gsize n)
{
  for (gsize i = n; i > 1; i--)
    {
      const guint32 j = cj_rng_below (rng, (guint32) i);
      const guint32 swap = values[i - 1];

      values[i - 1] = values[j];
      values[j] = swap;
    }
}
