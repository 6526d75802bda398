/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/* IEEE 754 binary16 to binary32 by arithmetic on the exponent. */
static inline float
cjd_half_to_float (guint16 half)
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

G_END_DECLS
