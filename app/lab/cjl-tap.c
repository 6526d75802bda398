/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-tap.h"

#include <math.h>

gboolean
cjl_tap_suits (const CjNode *node)
{
  static const char *const rearrange[] = { "flatten", "reshape", "permute", NULL };

  return node->layer->role == CJ_ROLE_LAYER && !node->muted
         && !g_str_equal (node->layer->category, "regularisation")
         && !g_strv_contains (rearrange, node->layer->id);
}

gboolean
cjl_tap_init (CjlTap *self, guint node, const CjTensor *values, gint64 batch)
{
  const gint64 *d = values != NULL ? values->shape.dims : NULL;
  const guint n_dims = values != NULL ? values->shape.n_dims : 0;

  if (n_dims < 2 || values->dtype != CJ_FLOAT32 || d[0] != batch)
    return FALSE;
  *self = (CjlTap){
    .node = node, .units = n_dims == 3 ? d[2] : d[1], .h = 1, .w = 1, .tokens = n_dims == 3
  };
  if (self->tokens)
    self->h = d[1];
  for (guint i = 2; i < n_dims && !self->tokens; i++)
    {
      self->h *= self->w;
      self->w = d[i];
    }
  self->keep_h = self->h;
  self->keep_w = self->w;
  return cjl_tap_get_width (self) > 0;
}

void
cjl_tap_limit (CjlTap *self, double limit)
{
  const double whole = (double) (self->units * self->h * self->w);
  const double side = limit < whole ? sqrt (limit / whole) : 1;

  self->keep_w = CLAMP ((gint64) ((double) self->w * side), 1, self->w);
  self->keep_h = CLAMP ((gint64) (limit / (double) (self->units * self->keep_w)), 1, self->h);
}

gint64
cjl_tap_get_width (const CjlTap *self)
{
  return self->units * self->keep_h * self->keep_w;
}

/* Limits all and says whether they fit. */
static gboolean
try_limit (CjlTap *taps, guint n, gsize rows, double floats, double limit)
{
  double whole = 0;

  for (guint i = 0; i < n; i++)
    {
      cjl_tap_limit (&taps[i], limit);
      whole += (double) cjl_tap_get_width (&taps[i]);
    }
  return whole * (double) rows <= floats;
}

void
cjl_taps_limit (CjlTap *taps, guint n, gsize rows, double floats)
{
  double low = 1, high = floats;

  if (try_limit (taps, n, rows, floats, high))
    return;
  for (int tries = 0; tries < 40; tries++)
    {
      const double middle = (low + high) / 2;

      if (try_limit (taps, n, rows, floats, middle))
        low = middle;
      else
        high = middle;
    }
  try_limit (taps, n, rows, floats, low);
}

/* The kept places of one unit, whose first number is `from` and whose next place is `stride` further. */
static void
read_unit (const CjlTap *self, const float *from, gint64 stride, gboolean slopes, float *to)
{
  for (gint64 r = 0; r < self->keep_h; r++)
    for (gint64 c = 0; c < self->keep_w; c++)
      {
        const gint64 top = r * self->h / self->keep_h, bottom = (r + 1) * self->h / self->keep_h;
        const gint64 left = c * self->w / self->keep_w, right = (c + 1) * self->w / self->keep_w;
        double sum = 0;

        for (gint64 y = top; y < bottom; y++)
          for (gint64 x = left; x < right; x++)
            sum += from[(y * self->w + x) * stride];
        *to++ = (float) (slopes ? sum : sum / (double) ((bottom - top) * (right - left)));
      }
}

void
cjl_tap_read (const CjlTap *self, const CjTensor *values, gsize n, gboolean slopes, float *rows)
{
  const gint64 places = self->h * self->w, kept = self->keep_h * self->keep_w;

  for (gint64 i = 0; i < (gint64) n; i++)
    for (gint64 u = 0; u < self->units; u++)
      {
        const float *sample = cj_tensor_f32 (values) + i * self->units * places;

        read_unit (self, self->tokens ? sample + u : sample + u * places,
                   self->tokens ? self->units : 1, slopes, rows + (i * self->units + u) * kept);
      }
}
