/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawing: a pen with a soft edge, an eraser, and digits centred as those of MNIST are. */
#include "cjd-ink.h"

#include <stdlib.h>

#define N 28

static void
measure (const float *out, double *x, double *y, int *height)
{
  double mass = 0;
  int top = N, bottom = 0;

  *x = *y = 0;
  for (int i = 0; i < N * N; i++)
    {
      mass += (double) out[i];
      *x += (double) out[i] * (i % N + 0.5);
      *y += (double) out[i] * (i / N + 0.5);
      if (out[i] > 0.3f)
        {
          top = MIN (top, i / N);
          bottom = MAX (bottom, i / N + 1);
        }
    }
  *x /= mass;
  *y /= mass;
  *height = bottom - top;
}

static void
test_pen (void)
{
  g_autoptr (CjdInk) ink = cjd_ink_new (100);
  const float *at = cjd_ink_get (ink);

  g_assert_true (cjd_ink_is_empty (ink));
  cjd_ink_stroke (ink, 0.2, 0.505, 0.8, 0.505, 0.05, 0.02, FALSE);
  g_assert_false (cjd_ink_is_empty (ink));
  g_assert_cmpfloat ((double) at[50 * 100 + 50], ==, 1);
  g_assert_cmpfloat ((double) at[40 * 100 + 50], ==, 0);
  g_assert_cmpfloat_with_epsilon ((double) at[55 * 100 + 50], 0.5, 0.01);
  g_assert_cmpfloat ((double) at[50 * 100 + 5], ==, 0);
  cjd_ink_stroke (ink, 0.5, 0.505, 0.5, 0.505, 0.05, 0.01, TRUE);
  g_assert_cmpfloat ((double) at[50 * 100 + 50], ==, 0);
  g_assert_cmpfloat ((double) at[50 * 100 + 30], ==, 1);
  cjd_ink_clear (ink);
  g_assert_true (cjd_ink_is_empty (ink));
}

/* A small stroke in a corner becomes 20 pixels high, with its centre of mass in the middle. */
static void
test_centred (void)
{
  g_autoptr (CjdInk) ink = cjd_ink_new (224);
  float out[N * N];
  double x, y;
  int height;

  cjd_ink_stroke (ink, 0.8, 0.1, 0.8, 0.4, 0.02, 0.01, FALSE);
  cjd_ink_stroke (ink, 0.8, 0.4, 0.9, 0.4, 0.02, 0.01, FALSE);
  cjd_ink_print (ink, TRUE, N, N, out);
  measure (out, &x, &y, &height);
  g_assert_cmpfloat_with_epsilon (x, N / 2.0, 0.05);
  g_assert_cmpfloat_with_epsilon (y, N / 2.0, 0.05);
  g_assert_cmpint (abs (height - 20), <=, 1);
  cjd_ink_print (ink, FALSE, N, N, out);
  measure (out, &x, &y, &height);
  g_assert_cmpfloat (x, >, 20);
  g_assert_cmpfloat (y, <, 10);
}

/* Ink on the very edge, an empty sheet, and pictures that are no squares stay within bounds. */
static void
test_edges (void)
{
  g_autoptr (CjdInk) ink = cjd_ink_new (64);
  float out[8 * 40];

  cjd_ink_print (ink, TRUE, 8, 40, out);
  for (int i = 0; i < 8 * 40; i++)
    g_assert_cmpfloat ((double) out[i], ==, 0);
  cjd_ink_stroke (ink, -3, -3, 5, 9, 0.1, 0, FALSE);
  cjd_ink_stroke (ink, 1, 1, 1, 1, 0.5, 0, TRUE);
  cjd_ink_print (ink, TRUE, 8, 40, out);
  for (int i = 0; i < 8 * 40; i++)
    g_assert_true (out[i] >= 0 && out[i] <= 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/ink/pen", test_pen);
  g_test_add_func ("/data/ink/centred", test_centred);
  g_test_add_func ("/data/ink/edges", test_edges);
  return g_test_run ();
}
