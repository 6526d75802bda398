/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One filled shape before a textured ground with stray lines. Colours, place, size, turn and light
 * are drawn without regard to the class, so only the outline tells. */
#include "cjd-gen.h"

#include <math.h>

#define SIDE 32
#define GRID 4u /* points a pixel side at which the outline is asked */
#define MAX_LINES 20
#define LEAST_CONTRAST 0.8 /* distance of the colours of shape and ground, of at most 1.73 */

typedef struct
{
  int samples, seed, lines;
  double texture, noise;
} Params;

static const CjParam params[] = {
  CJD_GEN_SAMPLES (Params, 16000, 200000),
  CJD_GEN_SEED (Params),
  { .name = "lines",
    .title = "Stray lines",
    .blurb = "The most lines that cross the ground behind the shape",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, lines),
    .preset = 3,
    .max = MAX_LINES },
  { .name = "texture",
    .title = "Texture",
    .blurb = "How strongly the ground is mottled",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, texture),
    .preset = 0.05,
    .max = 1,
    .soft_max = 0.3,
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
  { NULL },
};

typedef double Picture[3][SIDE * SIDE];
typedef double Colour[3];

/* The outlines: whether x, y lies inside; the shapes fill about the unit disc, y pointing down. */

static gboolean
in_circle (double x, double y)
{
  return x * x + y * y < 0.85 * 0.85;
}

static gboolean
in_square (double x, double y)
{
  return fabs (x) < 0.75 && fabs (y) < 0.75;
}

static gboolean
in_triangle (double x, double y)
{
  /* Equilateral, on the unit circle; 0.866 is half the root of three. */
  return y < 0.5 && 0.8660254037844386 * fabs (x) - 0.5 * y < 0.5;
}

/* Five points: inside if not beyond more than one of the five lines of the pentagram. */
static gboolean
in_star (double x, double y)
{
  static const double away[5][2] = { { 0, 1 },
                                     { -0.9510565162951535, 0.30901699437494745 },
                                     { -0.5877852522924731, -0.8090169943749475 },
                                     { 0.5877852522924731, -0.8090169943749475 },
                                     { 0.9510565162951535, 0.30901699437494745 } };
  guint beyond = 0;

  for (guint i = 0; i < 5; i++)
    beyond += x * away[i][0] + y * away[i][1] > 0.36;
  return beyond <= 1;
}

static gboolean
in_cross (double x, double y)
{
  return MAX (fabs (x), fabs (y)) < 0.92 && MIN (fabs (x), fabs (y)) < 0.28;
}

static gboolean
in_ring (double x, double y)
{
  const double square = x * x + y * y;

  return square < 0.9 * 0.9 && square > 0.5 * 0.5;
}

static gboolean
in_crescent (double x, double y)
{
  return x * x + y * y < 0.95 * 0.95 && (x - 0.42) * (x - 0.42) + y * y > 0.74 * 0.74;
}

/* Two discs over a wedge that touches them. */
static gboolean
in_heart (double x, double y)
{
  const double side = fabs (x);
  const double dx = side - 0.43, dy = y + 0.35;

  return dx * dx + dy * dy < 0.46 * 0.46
         || (y > -0.35 && y < 0.95 && side + 0.69 * (y + 0.05) < 0.69 && side < 0.86);
}

typedef struct
{
  const char *name;
  gboolean (*inside) (double x, double y);
} Shape;

static const Shape shapes[] = {
  { "circle", in_circle },     { "square", in_square }, { "triangle", in_triangle },
  { "star", in_star },         { "cross", in_cross },   { "ring", in_ring },
  { "crescent", in_crescent }, { "heart", in_heart },
};

static void
choose_colour (CjRng *rng, Colour colour)
{
  for (guint c = 0; c < 3; c++)
    colour[c] = cjd_gen_range (rng, 0.05, 0.95);
}

static void
choose_other (CjRng *rng, const Colour than, Colour colour)
{
  double square = 0;

  for (guint i = 0; i < 50 && square < LEAST_CONTRAST * LEAST_CONTRAST; i++)
    {
      choose_colour (rng, colour);
      square = 0;
      for (guint c = 0; c < 3; c++)
        square += (colour[c] - than[c]) * (colour[c] - than[c]);
    }
}

/* Adds a wave of random direction: sin (a + b) = sin a cos b + cos a sin b, so that a row and a column
 * of sines are enough for all pixels. */
static void
add_wave (CjRng *rng, double strength, double *plane)
{
  const double height = strength * cjd_gen_range (rng, 0.2, 1);
  const double fx = cjd_gen_range (rng, -0.14, 0.14), fy = cjd_gen_range (rng, -0.14, 0.14);
  const double phase = cjd_gen_range (rng, 0, 1);
  double sine[SIDE], cosine[SIDE];

  for (guint x = 0; x < SIDE; x++)
    {
      sine[x] = height * cjd_gen_sin (fx * x + phase);
      cosine[x] = height * cjd_gen_cos (fx * x + phase);
    }
  for (guint y = 0; y < SIDE; y++)
    {
      const double s = cjd_gen_sin (fy * y), c = cjd_gen_cos (fy * y);

      for (guint x = 0; x < SIDE; x++)
        plane[y * SIDE + x] += sine[x] * c + cosine[x] * s;
    }
}

/* A slope of light from one side to the other, and waves in every colour. */
static void
paint_ground (const Params *p, CjRng *rng, const Colour colour, Picture picture)
{
  const double slope_x = cjd_gen_range (rng, -0.15, 0.15) / SIDE;
  const double slope_y = cjd_gen_range (rng, -0.15, 0.15) / SIDE;

  for (guint c = 0; c < 3; c++)
    {
      for (guint y = 0; y < SIDE; y++)
        for (guint x = 0; x < SIDE; x++)
          picture[c][y * SIDE + x]
              = colour[c] + slope_x * (x - SIDE / 2.0) + slope_y * (y - SIDE / 2.0);
      for (guint i = 0; i < 3; i++)
        add_wave (rng, p->texture, picture[c]);
    }
}

static void
mix (Picture picture, guint pixel, const Colour colour, double share)
{
  for (guint c = 0; c < 3; c++)
    picture[c][pixel] += share * (colour[c] - picture[c][pixel]);
}

static void
paint_line (CjRng *rng, Picture picture)
{
  const double ax = cjd_gen_range (rng, 0, SIDE), ay = cjd_gen_range (rng, 0, SIDE);
  const double dx = cjd_gen_range (rng, -SIDE, SIDE), dy = cjd_gen_range (rng, -SIDE, SIDE);
  const double half = cjd_gen_range (rng, 0.2, 0.9), square = MAX (dx * dx + dy * dy, 1);
  Colour colour;

  choose_colour (rng, colour);
  for (guint row = 0; row < SIDE; row++)
    for (guint column = 0; column < SIDE; column++)
      {
        const double px = column + 0.5 - ax, py = row + 0.5 - ay;
        const double t = CLAMP ((px * dx + py * dy) / square, 0.0, 1.0);
        const double ex = px - t * dx, ey = py - t * dy;
        const double inside = half + 0.5 - sqrt (ex * ex + ey * ey);

        if (inside > 0)
          mix (picture, row * SIDE + column, colour, MIN (inside, 1.0));
      }
}

static void
paint_shape (CjRng *rng, const Shape *shape, const Colour colour, Picture picture)
{
  const double radius = cjd_gen_range (rng, 9, 13), turns = cjd_gen_range (rng, -0.1, 0.1);
  const double room = SIDE / 2.0 - radius;
  const double cx = SIDE / 2.0 + room * cjd_gen_range (rng, -1, 1);
  const double cy = SIDE / 2.0 + room * cjd_gen_range (rng, -1, 1);
  const double wide = radius * cjd_gen_range (rng, 0.85, 1), high = radius;
  const double cosine = cjd_gen_cos (turns), sine = cjd_gen_sin (turns);
  const double light = cjd_gen_range (rng, -0.12, 0.12); /* across the shape */

  for (guint row = 0; row < SIDE; row++)
    for (guint column = 0; column < SIDE; column++)
      {
        const double px = column - cx, py = row - cy;
        guint hits = 0;
        Colour lit;

        if (px * px + py * py > (radius + 2) * (radius + 2))
          continue;
        for (guint k = 0; k < GRID * GRID; k++)
          {
            const double x = px + (k % GRID + 0.5) / GRID, y = py + (k / GRID + 0.5) / GRID;

            hits += shape->inside ((x * cosine + y * sine) / wide, (y * cosine - x * sine) / high);
          }
        for (guint c = 0; c < 3; c++)
          lit[c] = colour[c] + light * (px + py) / radius;
        mix (picture, row * SIDE + column, lit, (double) hits / (GRID * GRID));
      }
}

static void
draw (const Params *p, const Shape *shape, guint64 index, guint8 *pixels)
{
  Picture picture;
  Colour ground, colour;
  CjRng rng;

  cjd_gen_start (&rng, p->seed, index);
  choose_colour (&rng, ground);
  choose_other (&rng, ground, colour);
  paint_ground (p, &rng, ground, picture);
  for (guint i = cj_rng_below (&rng, (guint) p->lines + 1); i > 0; i--)
    paint_line (&rng, picture);
  paint_shape (&rng, shape, colour, picture);
  for (guint c = 0; c < 3; c++)
    for (guint i = 0; i < SIDE * SIDE; i++)
      pixels[c * SIDE * SIDE + i] = cjd_gen_byte (picture[c][i] + p->noise * cjd_gen_grain (&rng));
}

static CjdDataset *
make (gconstpointer data, GError **error)
{
  const Params *p = data;
  const CjShape shape = cj_shape4 (p->samples, 3, SIDE, SIDE), labels = cj_shape1 (p->samples);
  const char *names[G_N_ELEMENTS (shapes) + 1] = { NULL };
  CjTensor *x = cjd_gen_tensor (CJ_UINT8, &shape, error), *y;

  if (x == NULL)
    return NULL;
  y = cj_tensor_new (CJ_INT32, &labels);
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    names[i] = shapes[i].name;
  for (gsize i = 0; i < (gsize) p->samples; i++)
    {
      const guint class = i % G_N_ELEMENTS (shapes);

      draw (p, &shapes[class], i, (guint8 *) x->data + i * 3 * SIDE * SIDE);
      cj_tensor_i32 (y)[i] = (gint32) class;
    }
  return cjd_gen_finish ("shapes", x, y, G_N_ELEMENTS (shapes), names, p->seed);
}

const CjdSourceInfo cjd_source_shapes = {
  .id = "shapes",
  .title = "Shapes",
  .blurb
  = "Coloured shapes before a busy ground, 32×32 pixels, where the colour says nothing; LeNet-5 "
    "tells 91 % of them, six convolutions 99 %",
  .params_size = sizeof (Params),
  .params = params,
  .make = make,
};
