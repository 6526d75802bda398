/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digits and capital letters written by a shaky pen: the strokes of glyph-strokes.c, bent, smoothed
 * and drawn by the distance of every pixel from the line.
 *
 * A stroke is walked into points; then the whole glyph is warped, slanted, turned and scaled. */
#include "cjd-gen.h"
#include "glyph-strokes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIDE 28
#define N_DIGITS 10 /* the first glyphs */
#define MAX_POINTS 512
#define SPACING 0.04 /* of points along a stroke, in heights of the glyph */

typedef struct
{
  int samples, seed;
  int signs; /* of signs */
  double variation, noise, clutter;
} Params;

typedef enum
{
  ALL,
  DIGITS,
  LETTERS
} Signs;

static const char *const signs[] = { "all", "digits", "letters", NULL };

static const CjParam params[] = {
  CJD_GEN_SAMPLES (Params, 24000, 500000),
  CJD_GEN_SEED (Params),
  { .name = "signs",
    .title = "Signs",
    .blurb = "Digits and letters, the ten digits alone, or the 26 letters alone",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, signs),
    .choices = signs,
    .max = LETTERS },
  { .name = "variation",
    .title = "Variation",
    .blurb = "How much the handwriting varies: 0 is print, 1 a class of pupils, 2 a doctor",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, variation),
    .preset = 1,
    .max = 3,
    .soft_max = 2,
    .digits = 2 },
  { .name = "noise",
    .title = "Noise",
    .blurb = "Deviation of the noise on every pixel, where 1 is white",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, noise),
    .preset = 0.03,
    .max = 1,
    .soft_max = 0.3,
    .digits = 2 },
  { .name = "clutter",
    .title = "Clutter",
    .blurb = "Share of the pictures that carry a stray thin stroke",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, clutter),
    .preset = 0.1,
    .max = 1,
    .digits = 2 },
  { NULL },
};

typedef struct
{
  double x, y;
  gboolean down; /* a line leads here from the point before */
} Point;

typedef struct
{
  CjRng *rng;
  double variation;
  Point points[MAX_POINTS];
  guint n;
  double x, y;             /* where the pen is */
  double shift_x, shift_y; /* of the present stroke */
} Pen;

static void
put (Pen *pen, double x, double y, gboolean down)
{
  if (pen->n < MAX_POINTS)
    pen->points[pen->n++] = (Point){ x + pen->shift_x, y + pen->shift_y, down };
}

static guint
steps_for (double length)
{
  return (guint) CLAMP (length / SPACING + 1, 1, 60);
}

/* A quadratic curve from where the pen is. */
static void
curve (Pen *pen, double cx, double cy, double x, double y)
{
  const double x0 = pen->x, y0 = pen->y;
  const guint steps = steps_for (sqrt ((cx - x0) * (cx - x0) + (cy - y0) * (cy - y0))
                                 + sqrt ((x - cx) * (x - cx) + (y - cy) * (y - cy)));

  for (guint i = 1; i <= steps; i++)
    {
      const double t = (double) i / steps, s = 1 - t;

      put (pen, s * s * x0 + 2 * s * t * cx + t * t * x, s * s * y0 + 2 * s * t * cy + t * t * y,
           TRUE);
    }
  pen->x = x;
  pen->y = y;
}

/* No hand draws a straight line: it bows to one side by a few hundredths of its length. */
static void
line (Pen *pen, double x, double y)
{
  const double bow = 0.045 * pen->variation * cjd_gen_normal (pen->rng);
  const double mx = (pen->x + x) / 2 + (y - pen->y) * bow;
  const double my = (pen->y + y) / 2 - (x - pen->x) * bow;

  curve (pen, mx, my, x, y);
}

static void
arc (Pen *pen, const double *v)
{
  const double wobble = 0.045 * pen->variation;
  const double rx = v[2] * (1 + wobble * cjd_gen_normal (pen->rng));
  const double ry = v[3] * (1 + wobble * cjd_gen_normal (pen->rng));
  const double open = 9 * pen->variation * cjd_gen_normal (pen->rng);
  const guint steps = steps_for (fabs (v[5]) * (G_PI / 180) * MAX (rx, ry));

  for (guint i = 0; i <= steps; i++)
    {
      const double turns = (v[4] + (v[5] + open) * i / steps) / 360;

      pen->x = v[0] + rx * cjd_gen_cos (turns);
      pen->y = v[1] + ry * cjd_gen_sin (turns);
      put (pen, pen->x, pen->y, TRUE);
    }
}

/* Walks one way of writing a glyph; the first four numbers come in hundredths, the last two of an arc
 * are degrees. Each point is put down a bit off. */
static void
walk (Pen *pen, const char *way)
{
  const double jitter = 0.019 * pen->variation;

  while (*way != '\0')
    {
      const char verb = *way++;
      const guint count = verb == 'Q' ? 4 : verb == 'A' ? 6 : 2;
      double v[6];

      for (guint i = 0; i < count; i++)
        {
          char *end;

          v[i] = (double) strtol (way, &end, 10);
          if (i < 4)
            v[i] /= 100;
          if (i < (verb == 'A' ? 2 : count))
            v[i] += jitter * cjd_gen_normal (pen->rng);
          way = end;
        }
      while (*way == ' ')
        way++;
      if (verb == 'M')
        {
          pen->shift_x = 0.018 * pen->variation * cjd_gen_normal (pen->rng);
          pen->shift_y = 0.018 * pen->variation * cjd_gen_normal (pen->rng);
          pen->x = v[0];
          pen->y = v[1];
          put (pen, v[0], v[1], FALSE);
        }
      else if (verb == 'L')
        line (pen, v[0], v[1]);
      else if (verb == 'Q')
        curve (pen, v[0], v[1], v[2], v[3]);
      else
        arc (pen, v);
    }
}

/* Rounds the corners: each inner point moves half-way to the middle of its neighbours. */
static void
smooth (Pen *pen, guint passes)
{
  for (guint pass = 0; pass < passes; pass++)
    {
      Point before = pen->points[0];

      for (guint i = 1; i + 1 < pen->n; i++)
        {
          Point *p = &pen->points[i];
          const Point here = *p, *after = p + 1;

          if (here.down && after->down)
            {
              p->x = here.x / 2 + (before.x + after->x) / 4;
              p->y = here.y / 2 + (before.y + after->y) / 4;
            }
          before = here;
        }
    }
}

/* From the unit box to pixels: a smooth warp, slant, turn, scale and shift. */
static void
place (Pen *pen)
{
  CjRng *rng = pen->rng;
  const double much = pen->variation;
  const double height = 20 * (1 + 0.06 * much * CLAMP (cjd_gen_normal (rng), -2, 2));
  const double width = height * 0.86 * (1 + 0.12 * much * CLAMP (cjd_gen_normal (rng), -2, 2));
  const double slant = 0.12 * much * CLAMP (cjd_gen_normal (rng), -2.2, 2.2);
  const double turn = 0.016 * much * CLAMP (cjd_gen_normal (rng), -2, 2);
  const double cosine = cjd_gen_cos (turn), sine = cjd_gen_sin (turn);
  const double to_x = SIDE / 2.0 + 1.1 * much * CLAMP (cjd_gen_normal (rng), -2, 2);
  const double to_y = SIDE / 2.0 + 1.1 * much * CLAMP (cjd_gen_normal (rng), -2, 2);
  double warp[2][4];

  for (guint i = 0; i < 2; i++)
    {
      warp[i][0] = 0.03 * much * cjd_gen_normal (rng);
      warp[i][1] = cjd_gen_range (rng, -0.9, 0.9);
      warp[i][2] = cjd_gen_range (rng, -0.9, 0.9);
      warp[i][3] = cjd_gen_range (rng, 0, 1);
    }
  for (guint i = 0; i < pen->n; i++)
    {
      Point *p = &pen->points[i];
      double moved[2];

      for (guint k = 0; k < 2; k++)
        moved[k] = warp[k][0] * cjd_gen_sin (warp[k][1] * p->x + warp[k][2] * p->y + warp[k][3]);
      const double x = (p->x + moved[0] - 0.5) * width;
      const double y = (p->y + moved[1] - 0.5) * height;
      const double leaning = x - slant * y;

      p->x = to_x + leaning * cosine - y * sine;
      p->y = to_y + leaning * sine + y * cosine;
    }
}

/* Adds a line from a to b whose half width goes from ra to rb; the brightest ink wins. */
static void
ink (double *canvas, const Point *a, const Point *b, double ra, double rb, double bright)
{
  const double dx = b->x - a->x, dy = b->y - a->y, square = dx * dx + dy * dy;
  const double reach = MAX (ra, rb) + 1;
  const int left = (int) CLAMP (MIN (a->x, b->x) - reach, 0, SIDE - 1);
  const int right = (int) CLAMP (MAX (a->x, b->x) + reach, 0, SIDE - 1);
  const int top = (int) CLAMP (MIN (a->y, b->y) - reach, 0, SIDE - 1);
  const int bottom = (int) CLAMP (MAX (a->y, b->y) + reach, 0, SIDE - 1);

  for (int row = top; row <= bottom; row++)
    for (int column = left; column <= right; column++)
      {
        const double px = column + 0.5 - a->x, py = row + 0.5 - a->y;
        const double t = square > 0 ? CLAMP ((px * dx + py * dy) / square, 0.0, 1.0) : 0;
        const double ex = px - t * dx, ey = py - t * dy;
        const double inside = ra + t * (rb - ra) + 0.5 - sqrt (ex * ex + ey * ey);
        double *pixel = &canvas[row * SIDE + column];

        *pixel = MAX (*pixel, bright * CLAMP (inside, 0.0, 1.0));
      }
}

/* Draws all strokes; the pressure of the pen swells and fades along the way. */
static void
draw (Pen *pen, double *canvas)
{
  CjRng *rng = pen->rng;
  const double much = pen->variation;
  const double radius = MAX (0.5, 1.15 + 0.25 * much * CLAMP (cjd_gen_normal (rng), -1.8, 2.2));
  const double swell = 0.1 * much * fabs (cjd_gen_normal (rng));
  const double pace = cjd_gen_range (rng, 0.01, 0.035), phase = cjd_gen_range (rng, 0, 1);
  const double bright = 1 - 0.3 * CLAMP (much, 0, 1) * cjd_gen_range (rng, 0, 1);
  double before = radius;

  for (guint i = 0; i < pen->n; i++)
    {
      const double r = radius * MAX (0.4, 1 + swell * cjd_gen_sin (pace * i + phase));

      if (pen->points[i].down)
        ink (canvas, &pen->points[i - 1], &pen->points[i], before, r, bright);
      before = r;
    }
}

static void
scratch (CjRng *rng, double *canvas)
{
  const Point a = { cjd_gen_range (rng, 0, SIDE), cjd_gen_range (rng, 0, SIDE), FALSE };
  const double turns = cjd_gen_range (rng, 0, 1), length = cjd_gen_range (rng, 5, 16);
  const Point b = { a.x + length * cjd_gen_cos (turns), a.y + length * cjd_gen_sin (turns), TRUE };

  ink (canvas, &a, &b, 0.15, 0.15, cjd_gen_range (rng, 0.25, 0.6));
}

static void
write_glyph (const Params *p, const CjdGlyph *glyph, guint64 index, guint8 *pixels)
{
  double canvas[SIDE * SIDE] = { 0 };
  CjRng rng;
  Pen pen = { .rng = &rng, .variation = p->variation };
  guint ways = 0;

  cjd_gen_start (&rng, p->seed, index);
  while (ways < CJD_GLYPH_WAYS && glyph->ways[ways] != NULL)
    ways++;
  walk (&pen, glyph->ways[cj_rng_below (&rng, ways)]);
  smooth (&pen, p->variation > 0 ? cj_rng_below (&rng, 4) : 0);
  place (&pen);
  draw (&pen, canvas);
  if (cjd_gen_chance (&rng, p->clutter))
    scratch (&rng, canvas);
  for (guint i = 0; i < SIDE * SIDE; i++)
    pixels[i] = cjd_gen_byte (canvas[i] + p->noise * cjd_gen_grain (&rng));
}

static CjdDataset *
make (gconstpointer data, GError **error)
{
  const Params *p = data;
  const guint first = p->signs == LETTERS ? N_DIGITS : 0;
  const guint n = (p->signs == DIGITS ? N_DIGITS : CJD_N_GLYPHS) - first;
  const CjShape shape = cj_shape4 (p->samples, 1, SIDE, SIDE), labels = cj_shape1 (p->samples);
  const char *names[CJD_N_GLYPHS + 1] = { NULL };
  CjTensor *x = cjd_gen_tensor (CJ_UINT8, &shape, error), *y;

  if (x == NULL)
    return NULL;
  y = cj_tensor_new (CJ_INT32, &labels);
  for (guint i = 0; i < n; i++)
    names[i] = cjd_glyphs[first + i].name;
  for (gsize i = 0; i < (gsize) p->samples; i++)
    {
      const guint class = i % n;

      write_glyph (p, &cjd_glyphs[first + class], i, (guint8 *) x->data + i * SIDE * SIDE);
      cj_tensor_i32 (y)[i] = (gint32) class;
    }
  return cjd_gen_finish ("glyphs", x, y, n, names, p->seed);
}

const CjdSourceInfo cjd_source_glyphs = {
  .id = "glyphs",
  .title = "Glyphs",
  .blurb
  = "Handwritten digits and capital letters, 28×28 pixels, 36 classes; one layer reads 87 % of "
    "them, LeNet-5 99 %",
  .params_size = sizeof (Params),
  .params = params,
  .make = make,
};
