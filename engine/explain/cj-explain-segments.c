/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-explain-segments.h"

#include <math.h>
#include <string.h>

#define ROUNDS 10
#define COMPACTNESS 1.0 /* of a step of the grid against a deviation of the colours */

/* A middle of a superpixel: place and mean colour. */
typedef struct
{
  double row, column;
  double n;
  double *colour; /* grid.c */
} Middle;

static void
start_middles (const CjExplainGrid *g, const float *x, gint64 rows, gint64 columns, Middle *middles,
               double *colours)
{
  for (gint64 i = 0; i < rows * columns; i++)
    {
      Middle *m = &middles[i];

      m->row = ((double) (i / columns) + 0.5) * (double) g->h / (double) rows - 0.5;
      m->column = ((double) (i % columns) + 0.5) * (double) g->w / (double) columns - 0.5;
      m->colour = colours + i * g->c;
      for (gint64 c = 0; c < g->c; c++)
        m->colour[c]
            = x[cj_explain_at (g, c,
                               (gint64) CLAMP (m->row + 0.5, 0, (double) (g->h - 1)) * g->w
                                   + (gint64) CLAMP (m->column + 0.5, 0, (double) (g->w - 1)))];
    }
}

/* Every pixel to the nearest middle within two steps. */
static void
assign (const CjExplainGrid *g, const float *x, const Middle *middles, gint64 n, double step,
        double scale, guint *labels)
{
  g_autofree double *best = g_new (double, (gsize) (g->h * g->w));

  for (gint64 i = 0; i < g->h * g->w; i++)
    best[i] = INFINITY;
  for (gint64 k = 0; k < n; k++)
    {
      const Middle *m = &middles[k];
      const gint64 top = MAX ((gint64) (m->row - 2 * step), 0);
      const gint64 bottom = MIN ((gint64) (m->row + 2 * step) + 1, g->h - 1);
      const gint64 left = MAX ((gint64) (m->column - 2 * step), 0);
      const gint64 right = MIN ((gint64) (m->column + 2 * step) + 1, g->w - 1);

      for (gint64 r = top; r <= bottom; r++)
        for (gint64 c = left; c <= right; c++)
          {
            const double y = ((double) r - m->row) / step, z = ((double) c - m->column) / step;
            double distance = COMPACTNESS * (y * y + z * z);

            for (gint64 k2 = 0; k2 < g->c; k2++)
              {
                const double d = (x[cj_explain_at (g, k2, r * g->w + c)] - m->colour[k2]) * scale;

                distance += d * d;
              }
            if (distance < best[r * g->w + c])
              {
                best[r * g->w + c] = distance;
                labels[r * g->w + c] = (guint) k;
              }
          }
    }
}

static void
move_middles (const CjExplainGrid *g, const float *x, const guint *labels, Middle *middles,
              gint64 n)
{
  for (gint64 k = 0; k < n; k++)
    {
      middles[k].n = middles[k].row = middles[k].column = 0;
      memset (middles[k].colour, 0, sizeof (double) * (gsize) g->c);
    }
  for (gint64 i = 0; i < g->h * g->w; i++)
    {
      Middle *m = &middles[labels[i]];

      m->n++;
      m->row += (double) (i / g->w);
      m->column += (double) (i % g->w);
      for (gint64 c = 0; c < g->c; c++)
        m->colour[c] += x[cj_explain_at (g, c, i)]; /* NOLINT: every middle was begun with one */
    }
  for (gint64 k = 0; k < n; k++)
    {
      Middle *m = &middles[k];
      const double share = m->n > 0 ? 1 / m->n : 0;

      m->row = m->n > 0 ? m->row * share : -1e9; /* nothing is near one without pixels */
      m->column *= share;
      for (gint64 c = 0; c < g->c; c++)
        m->colour[c] *= share;
    }
}

/* Numbers the labels that are in use from 0 on; their number. */
static guint
number_labels (guint *labels, gint64 pixels, gint64 most)
{
  g_autofree guint *names = g_new0 (guint, (gsize) most);
  guint n = 0;

  for (gint64 i = 0; i < pixels; i++)
    {
      if (names[labels[i]] == 0)
        names[labels[i]] = ++n;
      labels[i] = names[labels[i]] - 1;
    }
  return n;
}

static void
find_superpixels (CjSegments *self, const float *x, guint wanted)
{
  const CjExplainGrid *g = &self->grid;
  const double area = (double) (g->h * g->w), side = MAX (sqrt (area / wanted), 1);
  /* the shorter side first: of a strip that is narrower than a square would be, the longer one is cut into
   * all that are wanted */
  const gint64 shorter = MIN (g->h, g->w), longer = MAX (g->h, g->w);
  const gint64 few = CLAMP ((gint64) ((double) shorter / side + 0.5), 1, MIN (shorter, wanted));
  const gint64 many
      = CLAMP ((gint64) ((double) longer / side + 0.5), 1, MIN (longer, wanted / few));
  const gint64 rows = g->h <= g->w ? few : many, columns = g->h <= g->w ? many : few;
  const gint64 n = rows * columns;
  const double step = MAX ((double) g->h / (double) rows, (double) g->w / (double) columns);
  g_autofree Middle *middles = g_new0 (Middle, (gsize) n);
  g_autofree double *colours = g_new0 (double, (gsize) (n * g->c));
  double sum = 0, square = 0, deviation;

  for (gint64 i = 0; i < g->c * g->h * g->w; i++)
    {
      sum += x[i];
      square += (double) x[i] * x[i];
    }
  sum /= area * (double) g->c;
  deviation = sqrt (MAX (square / (area * (double) g->c) - sum * sum, 1e-12));
  start_middles (g, x, rows, columns, middles, colours);
  for (int i = 0; i < ROUNDS; i++)
    {
      assign (g, x, middles, n, step, 1 / deviation, self->labels);
      move_middles (g, x, self->labels, middles, n);
    }
  self->n = number_labels (self->labels, g->h * g->w, n);
}

void
cj_segments_init (CjSegments *self, const CjExplainCall *call, guint wanted)
{
  gint64 pixels;

  self->grid = cj_explain_grid (call->network);
  pixels = self->grid.h * self->grid.w;
  self->labels = g_new0 (guint, (gsize) pixels);
  if (self->grid.is_picture)
    {
      find_superpixels (self, call->x, wanted);
      return;
    }
  self->n = (guint) MIN (pixels, wanted);
  for (gint64 i = 0; i < pixels; i++)
    self->labels[i] = (guint) (i * self->n / pixels);
}

void
cj_segments_clear (CjSegments *self)
{
  g_clear_pointer (&self->labels, g_free);
}

typedef struct
{
  const CjSegments *segments;
  const float *base;
  const guint8 *shown;
  float *answers;
} Masks;

static void
make_masked (gint64 k, float *x, gpointer data)
{
  const Masks *masks = data;
  const CjSegments *self = masks->segments;

  for (gint64 i = 0; i < self->grid.h * self->grid.w; i++)
    for (gint64 c = 0; c < self->grid.c && !masks->shown[k * self->n + self->labels[i]]; c++)
      {
        const gint64 at = cj_explain_at (&self->grid, c, i);

        x[at] = masks->base[at];
      }
}

static void
take_masked (gint64 k, const float *answers, gpointer data)
{
  ((Masks *) data)->answers[k] = *answers;
}

gboolean
cj_segments_ask (const CjSegments *self, const CjExplainCall *call, const float *base,
                 const guint8 *shown, gint64 n, double from, double to, float *answers)
{
  Masks masks = { self, base, shown, answers };
  const CjExplainRows rows = { make_masked, take_masked, &masks, FALSE };

  return cj_explain_ask (call, &rows, n, from, to);
}

#define GATHERED 256 /* masks between two questions whether to go on */

gboolean
cj_segments_gather (const CjSegments *self, const CjExplainCall *call, const guint8 *shown,
                    gint64 n, const double *weights, const float *answers, double base,
                    gboolean intercept, double from, double to, double *a, double *b)
{
  const gint64 m = self->n + (intercept ? 1 : 0);
  g_autofree gint64 *here = g_new (gint64, (gsize) m);

  for (gint64 i = 0; i < n; i++)
    {
      const double answer = weights[i] * (answers[i] - base);
      gint64 count = 0;

      for (gint64 j = 0; j < m; j++)
        if (j == self->n || shown[i * self->n + j])
          here[count++] = j;
      for (gint64 j = 0; j < count; j++)
        {
          b[here[j]] += answer;
          for (gint64 k = 0; k < count; k++)
            a[here[j] * m + here[k]] += weights[i];
        }
      if ((i + 1) % GATHERED == 0
          && !cj_explain_go_on (call, from + (to - from) * (double) (i + 1) / (double) n))
        return FALSE;
    }
  return TRUE;
}

CjTensor *
cj_segments_spread (const CjSegments *self, const double *values, gboolean divide)
{
  const gint64 pixels = self->grid.h * self->grid.w;
  const CjShape picture = cj_shape3 (1, self->grid.h, self->grid.w), row = cj_shape1 (pixels);
  CjTensor *map = cj_tensor_new (CJ_FLOAT32, self->grid.is_picture ? &picture : &row);
  g_autofree gint64 *sizes = g_new0 (gint64, self->n);

  for (gint64 i = 0; i < pixels; i++)
    sizes[self->labels[i]]++;
  for (gint64 i = 0; i < pixels; i++)
    cj_tensor_f32 (map)[i]
        = (float) (values[self->labels[i]] / (divide ? (double) sizes[self->labels[i]] : 1));
  return map;
}
