/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-ink.h"

#include <math.h>
#include <string.h>

#define LEAST 0.05f /* ink that counts where its box is measured */

struct _CjdInk
{
  guint side;
  float *ink;
};

CjdInk *
cjd_ink_new (guint side)
{
  CjdInk *self = g_new0 (CjdInk, 1);

  self->side = CLAMP (side, 16, 1024);
  self->ink = g_new0 (float, (gsize) self->side * self->side);
  return self;
}

void
cjd_ink_free (CjdInk *self)
{
  g_free (self->ink);
  g_free (self);
}

void
cjd_ink_clear (CjdInk *self)
{
  memset (self->ink, 0, sizeof (float) * self->side * self->side);
}

gboolean
cjd_ink_is_empty (const CjdInk *self)
{
  for (gsize i = 0; i < (gsize) self->side * self->side; i++)
    if (self->ink[i] >= LEAST)
      return FALSE;
  return TRUE;
}

const float *
cjd_ink_get (const CjdInk *self)
{
  return self->ink;
}

/* Distance of a point from the line between two others. */
static double
distance (double x, double y, double x0, double y0, double x1, double y1)
{
  const double dx = x1 - x0, dy = y1 - y0, square = dx * dx + dy * dy;
  const double t = square > 0 ? CLAMP (((x - x0) * dx + (y - y0) * dy) / square, 0, 1) : 0;

  return hypot (x - x0 - t * dx, y - y0 - t * dy);
}

void
cjd_ink_stroke (CjdInk *self, double x0, double y0, double x1, double y1, double radius,
                double soft, gboolean erase)
{
  const double n = self->side, reach = radius + soft;
  const int left = (int) CLAMP (floor ((MIN (x0, x1) - reach) * n), 0, n);
  const int right = (int) CLAMP (ceil ((MAX (x0, x1) + reach) * n), 0, n);
  const int top = (int) CLAMP (floor ((MIN (y0, y1) - reach) * n), 0, n);
  const int bottom = (int) CLAMP (ceil ((MAX (y0, y1) + reach) * n), 0, n);

  for (int row = top; row < bottom; row++)
    for (int column = left; column < right; column++)
      {
        float *ink = self->ink + (gsize) row * self->side + column;
        const double d = distance ((column + 0.5) / n, (row + 0.5) / n, x0, y0, x1, y1);
        const float here = (float) CLAMP (0.5 + (radius - d) / (2 * MAX (soft, 1e-6)), 0, 1);

        *ink = erase ? MIN (*ink, 1 - here) : MAX (*ink, here);
      }
}

/* Where a picture of h × w is taken from: its upper left corner on the sheet and points a pixel. */
typedef struct
{
  double x, y, step;
} Frame;

static Frame
find_whole (const CjdInk *self, guint h, guint w)
{
  const double step = (double) self->side / MIN (h, w);

  return (Frame){ (self->side - step * w) / 2, (self->side - step * h) / 2, step };
}

static Frame
find_centred (const CjdInk *self, guint h, guint w)
{
  guint left = self->side, right = 0, top = self->side, bottom = 0;
  double mass = 0, x = 0, y = 0, step;

  for (guint row = 0; row < self->side; row++)
    for (guint column = 0; column < self->side; column++)
      {
        const float ink = self->ink[(gsize) row * self->side + column];

        mass += (double) ink;
        x += (double) ink * (column + 0.5);
        y += (double) ink * (row + 0.5);
        if (ink < LEAST)
          continue;
        left = MIN (left, column);
        right = MAX (right, column + 1);
        top = MIN (top, row);
        bottom = MAX (bottom, row + 1);
      }
  if (right <= left || mass <= 0)
    return find_whole (self, h, w);
  step = MAX (right - left, bottom - top) / (MIN (h, w) * 20 / 28.0);
  return (Frame){ x / mass - step * w / 2, y / mass - step * h / 2, step };
}

static float
get_ink (const CjdInk *self, double x, double y)
{
  const int column = (int) floor (x), row = (int) floor (y), side = (int) self->side;

  return column >= 0 && row >= 0 && column < side && row < side ? self->ink[row * side + column]
                                                                : 0;
}

void
cjd_ink_print (const CjdInk *self, gboolean centred, guint h, guint w, float *out)
{
  const Frame frame = centred ? find_centred (self, h, w) : find_whole (self, h, w);
  const int n = (int) CLAMP (ceil (3 * frame.step), 2, 16); /* looks a pixel and direction */

  for (guint row = 0; row < h; row++)
    for (guint column = 0; column < w; column++)
      {
        double sum = 0;

        for (int i = 0; i < n * n; i++)
          sum += (double) get_ink (self, frame.x + frame.step * (column + (i % n + 0.5) / n),
                                   frame.y + frame.step * (row + (i / n + 0.5) / n));
        out[(gsize) row * w + column] = (float) (sum / (n * n));
      }
}
