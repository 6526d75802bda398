/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Floats of 16 bits: IEEE 754 binary16, and bfloat16, the upper half of a binary32. */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* By arithmetic on the exponent. */
static inline float
cj_half_to_float (guint16 half)
{
  const guint32 exponent = half >> 10 & 31, fraction = half & 1023;
  const float sign = half >> 15 ? -1.0f : 1.0f;
  guint32 bits;
  float value;

  if (exponent == 0)
    return sign * (float) fraction / 16777216.0f;
  bits = (exponent == 31 ? 255u : exponent + 112) << 23 | fraction << 13;
  memcpy (&value, &bits, sizeof value);
  return sign * value;
}

/* The nearest, of two the even one; too large is infinite. */
static inline guint16
cj_half_from_float (float value)
{
  guint32 bits, rest, half, shift;

  memcpy (&bits, &value, sizeof bits);
  half = bits >> 16 & 0x8000;
  bits &= 0x7fffffff;
  if (bits > 0x7f800000)
    return (guint16) (half | 0x7e00);
  if (bits >= 0x47800000)
    return (guint16) (half | 0x7c00);
  if (bits >= 0x38800000)
    {
      rest = bits & 0x1fff;
      bits = (bits >> 13) - (112 << 10);
      return (guint16) ((half | bits) + (rest > 0x1000 || (rest == 0x1000 && (bits & 1))));
    }
  shift = 126 - (bits >> 23);
  if (shift > 24)
    return (guint16) half;
  bits = (bits & 0x7fffff) | 0x800000;
  rest = bits & ((1u << shift) - 1);
  bits >>= shift;
  return (guint16) ((half | bits)
                    + (rest > 1u << (shift - 1) || (rest == 1u << (shift - 1) && (bits & 1))));
}

static inline float
cj_bfloat_to_float (guint16 half)
{
  const guint32 bits = (guint32) half << 16;
  float value;

  memcpy (&value, &bits, sizeof value);
  return value;
}

/* The nearest, of two the even one. */
static inline guint16
cj_bfloat_from_float (float value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  if ((bits & 0x7fffffff) > 0x7f800000)
    return (guint16) (bits >> 16 | 0x40);
  return (guint16) ((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

G_END_DECLS
