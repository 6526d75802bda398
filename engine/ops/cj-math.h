/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Elementary functions in plain arithmetic, so that a loop over them becomes vector code. Errors are
 * a few units in the last place of a float. */
#pragma once

#include <glib.h>
#include <math.h>
#include <string.h>

/* Compiles a function for AVX-512, for AVX2 with FMA and for any machine, and picks at start. (An arch=
 * of a model would be picked on that very model only.) The first two give the same bits: what is added
 * in which order is written down, not left to the width. The thread sanitizer is not ready when the
 * choice is made. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define CJ_CLONES __attribute__ ((target_clones ("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CJ_CLONES
#endif

#define CJ_INLINE static inline __attribute__ ((always_inline))

/* e^x; polynomial of Moshier's Cephes, expf. Saturates instead of overflowing. */
CJ_INLINE float
cj_exp (float x)
{
  const float clamped = x > 88.3f ? 88.3f : x < -87.3f ? -87.3f : x;
  const float whole
      = clamped * 1.44269504f + 12582912.0f; /* the power of two, in the lowest bits */
  const float n = whole - 12582912.0f;
  const float r = (clamped - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f, scale;
  guint32 bits;

  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  memcpy (&bits, &whole, sizeof bits);
  bits = (bits + 127) << 23;
  memcpy (&scale, &bits, sizeof scale);
  return (p * r * r + r + 1.0f) * scale;
}

/* Natural logarithm of a normal number above 0; polynomial of Cephes, logf. */
CJ_INLINE float
cj_log (float x)
{
  guint32 bits;
  gint32 power;
  float m, z, p;

  memcpy (&bits, &x, sizeof bits);
  /* x = m 2^power with m from sqrt (1/2) to sqrt (2) */
  power = (gint32) ((bits - 0x3f3504f3) >> 23 & 0x1ff);
  power = (power ^ 0x100) - 0x100;
  bits -= (guint32) power << 23;
  memcpy (&m, &bits, sizeof m);
  m -= 1;
  z = m * m;
  p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  p = p * m * z - 2.12194440e-4f * (float) power - 0.5f * z;
  return m + p + 0.693359375f * (float) power;
}

/* 1 / (1 + e^-x) */
CJ_INLINE float
cj_sigmoid (float x)
{
  return 1.0f / (1.0f + cj_exp (-x));
}

/* x within -most and most. One after the other, which is a comparison and a choice each. */
CJ_INLINE float
cj_cut (float x, float most)
{
  const float below = x > most ? most : x;

  return below < -most ? -most : below;
}

/* The smaller of two numbers of 0 and more, as whole numbers: a compiler that sees them compared as floats
 * goes separate ways with masks for all that is computed from them. What is no number is above all. */
CJ_INLINE float
cj_smaller (float x, float most)
{
  gint32 bits, top;

  memcpy (&bits, &x, sizeof bits);
  memcpy (&top, &most, sizeof top);
  bits = MIN (bits, top);
  memcpy (&x, &bits, sizeof bits);
  return x;
}

/* x times a ratio of polynomials of degree 4 in x², the best for the relative error up to 9, 2e-8, from
 * where on a float knows nothing below 1; with roundings 3e-7. Beyond, it grows with x and is cut at 1.
 * All coefficients are above 0, so that nothing cancels. A third of the instructions of an exponential
 * and a polynomial near 0. */
CJ_INLINE float
cj_tanh (float x)
{
  const float z = cj_smaller (x * x, 81.0f);
  float p = 1.33527038e-8f, q = 7.77577440e-7f;

  p = p * z + 2.06077351e-5f;
  p = p * z + 3.49551045e-3f;
  p = p * z + 1.33809622e-1f;
  p = p * z + 1.0f;
  q = q * z + 3.28550454e-4f;
  q = q * z + 2.58766923e-2f;
  q = q * z + 4.67142779e-1f;
  q = q * z + 1.0f;
  return cj_cut (x * p / q, 1.0f);
}

/* The odd polynomial of degree 29 that is best for the relative error up to 3.84, 8e-8; beyond, it grows
 * with x and is cut at 1. In u, that runs from -1 to 1 with x², for there its terms do not cancel. Twice
 * as fast as an exponential and a division. */
CJ_INLINE float
cj_erf (float x)
{
  const float z = x * x, u = (z > 14.7456f ? 14.7456f : z) * 0.135633681f - 1.0f;
  float p = 1.33734918909e-3f;

  p = p * u + -3.26446687851e-3f;
  p = p * u + 2.26192677396e-3f;
  p = p * u + -3.15870563175e-3f;
  p = p * u + 1.12296557391e-2f;
  p = p * u + -2.00719646858e-2f;
  p = p * u + 2.77831719878e-2f;
  p = p * u + -3.99842700548e-2f;
  p = p * u + 5.62074042461e-2f;
  p = p * u + -7.31988468821e-2f;
  p = p * u + 9.08216909585e-2f;
  p = p * u + -1.10537143069e-1f;
  p = p * u + 1.36517199912e-1f;
  p = p * u + -1.83765804951e-1f;
  p = p * u + 3.68239476153e-1f;
  return cj_cut (p * x, 1.0f);
}
