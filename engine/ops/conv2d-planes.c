/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution with pixels side by side in the lanes of vectors, for few channels: with six channels in
 * the lanes most of a vector is empty. Bands of pictures are laid out as planes [channel, row, column]
 * in scratch, padded, so that what a tap reads for neighbouring pixels is one row of a matrix whose
 * columns are all pixels of the band. The few pixels between the end of a row of results and the next row are
 * computed too, and left. */
#include "cj-kernel.h"
#include "cj-rows.h"
#include "conv2d-private.h"

#define BAND 8192 /* floats of scratch for planes: in the first cache, with what else is there */
#define MAX_LANES CJ_KERNEL_DOT /* of a vector */

/* Pictures that are laid out as planes. */
typedef struct
{
  gint64 channels, rows, columns; /* before padding */
  gint64 top, left;               /* padding */
  gint64 width;                   /* padded */
} Planes;

/* Floats of a plane of `n` rows: whole vectors, with the three that turning may write too much. */
static gint64
count_plane (gint64 width, gint64 n)
{
  return (n * width + 3 + MAX_LANES - 1) / MAX_LANES * MAX_LANES;
}

static gint64
to_four (gint64 n)
{
  return (n + 3) / 4 * 4;
}

/* Floats of a row of pixels of which whole fours are turned. */
static gint64
count_row (gint64 columns, gint64 channels)
{
  return to_four (columns) * channels + 4;
}

static Planes
planes_of_picture (const CjConv *g)
{
  return (Planes){ .channels = g->c,
                   .rows = g->h,
                   .columns = g->w,
                   .top = g->a.pad_top,
                   .left = g->a.pad_left,
                   .width = g->wp };
}

/* The gradient of the output, padded for the kernel turned round. */
static Planes
planes_of_gradient (const CjConv *g)
{
  const gint64 wide = (gint64) g->a.dilation_w * (g->a.kernel_w - 1);

  return (Planes){ .channels = g->o,
                   .rows = g->oh,
                   .columns = g->ow,
                   .top = (gint64) g->a.dilation_h * (g->a.kernel_h - 1) - g->a.pad_top,
                   .left = wide - g->a.pad_left,
                   .width = g->w + wide };
}

/* Rows between the first and the last under the kernel. */
static gint64
get_reach (const CjConv *g)
{
  return (gint64) g->a.dilation_h * (g->a.kernel_h - 1);
}

/* What vectors may read beyond the last plane, for results that nobody looks at. */
static gint64
get_slack (const Planes *v)
{
  return v->width + MAX_LANES;
}

/* Floats for `n` rows of results: planes of them, the planes under them, and rows of pixels of both. */
static gint64
count_band (const CjConv *g, const Planes *v, gint64 out_channels, gint64 n)
{
  return to_four (v->channels) * count_plane (v->width, n + get_reach (g)) + get_slack (v)
         + to_four (out_channels) * count_plane (v->width, n) + count_row (v->columns, v->channels)
         + count_row (v->width, out_channels);
}

static gint64
find_band (const CjConv *g, const Planes *v, gint64 out_channels, gint64 out_rows)
{
  gint64 n = out_rows;

  while (n > 1 && count_band (g, v, out_channels, n) > BAND)
    n = (n + 1) / 2;
  return n;
}

CJ_CLONES static void
copy_above (const float *x, const float *y, gint64 n, float *to)
{
  for (gint64 i = 0; i < n; i++)
    to[i] = y[i] > 0 ? x[i] : 0;
}

CJ_CLONES static void
finish_row (const float *from, const float *bias, gint64 n, gboolean relu, gboolean add, float *to)
{
  if (add)
    for (gint64 i = 0; i < n; i++)
      to[i] += from[i];
  else if (bias == NULL)
    memcpy (to, from, sizeof (float) * (gsize) n);
  else if (relu)
    for (gint64 i = 0; i < n; i++)
      to[i] = from[i] + bias[i] > 0 ? from[i] + bias[i] : 0;
  else
    for (gint64 i = 0; i < n; i++)
      to[i] = from[i] + bias[i];
}

/* Rows [first, first + n) of a padded picture as planes; where `y` is given only what is where y is
 * above 0. `row` is room for a row of pixels. */
static void
lay_out (const CjKernel *kernel, const Planes *v, const float *x, const float *y, gint64 first,
         gint64 n, float *row, float *to)
{
  const gint64 plane = count_plane (v->width, n), line = v->columns * v->channels;

  memset (to, 0, sizeof (float) * (gsize) (v->channels * plane));
  memset (row + line, 0, sizeof (float) * (gsize) (count_row (v->columns, v->channels) - line));
  for (gint64 i = 0; i < n; i++)
    {
      const gint64 from = first + i - v->top;
      const float *pixels = x + from * line;
      float *at = to + i * v->width + v->left;

      if (from < 0 || from >= v->rows)
        continue;
      if (v->channels == 1 && y == NULL)
        memcpy (at, pixels, sizeof (float) * (gsize) line);
      else if (v->channels == 1)
        copy_above (pixels, y + from * line, line, at);
      else
        {
          if (y == NULL)
            memcpy (row, pixels, sizeof (float) * (gsize) line);
          else
            copy_above (pixels, y + from * line, line, row);
          kernel->turn (row, v->channels, v->columns, v->channels, at, plane);
        }
    }
}

/* Where the pixels under each (channel, tap) begin. */
static void
find_rows (const CjConv *g, const Planes *v, gint64 plane, gint64 *rows)
{
  for (gint64 c = 0; c < v->channels; c++)
    for (gint64 ky = 0; ky < g->a.kernel_h; ky++)
      for (gint64 kx = 0; kx < g->a.kernel_w; kx++)
        *rows++ = c * plane + ky * g->a.dilation_h * v->width + kx * g->a.dilation_w;
}

/* A picture of results: [out channel, (channel, tap)] `weight` times what lies under the taps. */
typedef struct
{
  gint64 channels, rows, columns;
  const float *weight, *bias; /* bias [columns, channels] or NULL */
  gboolean relu, add;
  float *data;
} Results;

/* `x` planes of one picture; `above` as y of lay_out. */
static void
convolve (const CjConv *g, const Planes *v, const float *x, const float *above, const Results *to,
          float *scratch)
{
  const CjKernel *kernel = cj_kernel_get (CJ_KERNEL_MAX_PANEL);
  const gint64 step = find_band (g, v, to->channels, to->rows), line = to->columns * to->channels;
  gint64 rows[CJ_CONV_MAX_TAPS];
  float *row = scratch + count_row (v->columns, v->channels);
  float *planes = row + count_row (v->width, to->channels);
  CjProduct p = { .a = to->weight,
                  .a_row = v->channels * g->taps,
                  .a_step = 1,
                  .n_runs = 1,
                  .run = v->channels * g->taps,
                  .b = planes,
                  .b_rows = rows,
                  .b_panel = 2 * kernel->lanes,
                  .m = to->channels };

  for (gint64 first = 0; first < to->rows; first += step)
    {
      const gint64 n = MIN (step, to->rows - first), under = n + get_reach (g);
      const gint64 plane = count_plane (v->width, under);

      lay_out (kernel, v, x, above, first, under, scratch, planes);
      find_rows (g, v, plane, rows);
      p.c = planes + to_four (v->channels) * plane + get_slack (v);
      p.c_row = p.n = count_plane (v->width, n);
      kernel->multiply (&p);
      for (gint64 i = 0; i < n; i++)
        {
          kernel->turn (p.c + i * v->width, p.c_row, to->channels, to->columns, row, to->channels);
          finish_row (row, to->bias, line, to->relu, to->add, to->data + (first + i) * line);
        }
    }
}

/* --- forward --- */

static guint
one_turn (const CjConv *g)
{
  (void) g;
  return 1;
}

static gint64
count_biases (const CjConv *g)
{
  return g->ow * g->o;
}

static gint64
count_forward_scratch (const CjConv *g)
{
  const Planes v = planes_of_picture (g);

  return count_band (g, &v, g->o, find_band (g, &v, g->o, g->oh));
}

/* A bias for each number of a row of the result. The weight is taken as it lies. */
static void
repeat_bias (const CjConv *g, const CjOpCall *call, guint chunk, float *room)
{
  const float *bias = call->op->n_in > 2 ? call->in[2] : NULL;

  (void) chunk;
  for (gint64 i = 0; i < g->ow * g->o; i++)
    room[i] = bias != NULL ? bias[i % g->o] : 0;
}

static void
forward (const CjConv *g, const CjOpCall *call, CjSamples samples, float *room)
{
  const Planes v = planes_of_picture (g);

  for (gint64 s = samples.begin; s < samples.end; s++)
    {
      const Results to = { .channels = g->o,
                           .rows = g->oh,
                           .columns = g->ow,
                           .weight = call->in[1],
                           .bias = room,
                           .relu = g->relu,
                           .data = call->out[0] + s * g->oh * g->ow * g->o };

      convolve (g, &v, (const float *) call->in[0] + s * g->h * g->w * g->c, NULL, &to,
                call->scratch);
    }
}

/* --- gradient of the input --- */

static gint64
count_turned (const CjConv *g)
{
  return g->o * g->q;
}

static gint64
count_input_scratch (const CjConv *g)
{
  const Planes v = planes_of_gradient (g);

  return count_band (g, &v, g->c, find_band (g, &v, g->c, g->h));
}

/* [O, C, kh, kw] to [C, O, kh, kw turned round] */
static void
turn_weight (const CjConv *g, const CjOpCall *call, guint chunk, float *room)
{
  const float *weight = call->in[1];

  (void) chunk;
  for (gint64 c = 0; c < g->c; c++)
    for (gint64 o = 0; o < g->o; o++)
      for (gint64 tap = 0; tap < g->taps; tap++)
        room[(c * g->o + o) * g->taps + tap] = weight[(o * g->c + c + 1) * g->taps - 1 - tap];
}

static void
backward_input (const CjConv *g, const CjOpCall *call, CjSamples samples, float *room)
{
  const Planes v = planes_of_gradient (g);

  for (gint64 s = samples.begin; s < samples.end; s++)
    {
      const gint64 at = s * g->oh * g->ow * g->o;
      const Results to = { .channels = g->c,
                           .rows = g->h,
                           .columns = g->w,
                           .weight = room,
                           .add = call->add_in[0],
                           .data = call->d_in[0] + s * g->h * g->w * g->c };

      convolve (g, &v, call->d_out[0] + at, g->relu ? call->out[0] + at : NULL, &to, call->scratch);
    }
}

/* --- gradient of the weight --- */

/* [O, Q + 1], the last of a row is the bias'. */
static gint64
count_sums (const CjConv *g)
{
  return g->o * (g->q + 1);
}

/* The sums of each lane, then planes, with one of ones among those of the gradient. */
static gint64
count_weight_scratch (const CjConv *g)
{
  const Planes v = planes_of_picture (g);

  return MAX_LANES * count_sums (g)
         + count_band (g, &v, g->o + 1, find_band (g, &v, g->o + 1, g->oh));
}

/* Both pictures as planes, and every product of a plane of the gradient with one of x seen from a tap;
 * the planes of the gradient are 0 between its rows. */
static void
add_picture (const CjConv *g, const Planes *v, const float *x, const float *dy, const float *above,
             float *sums, float *scratch)
{
  const CjKernel *kernel = cj_kernel_get (CJ_KERNEL_MAX_PANEL);
  const Planes gradient = { .channels = g->o, .rows = g->oh, .columns = g->ow, .width = v->width };
  const gint64 step = find_band (g, v, g->o + 1, g->oh);
  gint64 rows[CJ_CONV_MAX_TAPS + 1];
  float *row = scratch + count_row (v->columns, v->channels);
  float *planes = row + count_row (v->width, g->o + 1);
  CjDots d = { .b = planes, .b_rows = rows, .m = g->o, .n = g->q + 1, .c = sums };

  for (gint64 first = 0; first < g->oh; first += step)
    {
      const gint64 n = MIN (step, g->oh - first), under = n + get_reach (g);
      const gint64 plane = count_plane (v->width, under), slack = get_slack (v);
      float *ones = planes + to_four (v->channels) * plane + slack, *gradients;

      d.a_row = d.depth = count_plane (v->width, n);
      gradients = ones + d.depth;
      lay_out (kernel, v, x, NULL, first, under, scratch, planes);
      memset (ones - slack, 0, sizeof (float) * (gsize) slack);
      for (gint64 i = 0; i < d.depth; i++)
        ones[i] = 1;
      lay_out (kernel, &gradient, dy, above, first, n, row, gradients);
      find_rows (g, v, plane, rows);
      rows[g->q] = ones - planes;
      d.a = gradients;
      kernel->dots (&d);
    }
}

static void
backward_weight (const CjConv *g, const CjOpCall *call, CjSamples samples, float *room)
{
  const Planes v = planes_of_picture (g);
  float *sums = call->scratch;

  memset (sums, 0, sizeof (float) * (gsize) (MAX_LANES * count_sums (g)));
  for (gint64 s = samples.begin; s < samples.end; s++)
    {
      const gint64 at = s * g->oh * g->ow * g->o;

      add_picture (g, &v, (const float *) call->in[0] + s * g->h * g->w * g->c, call->d_out[0] + at,
                   g->relu ? call->out[0] + at : NULL, sums, sums + MAX_LANES * count_sums (g));
    }
  for (gint64 i = 0; i < count_sums (g); i++, sums += MAX_LANES)
    {
      room[i] = sums[0];
      for (int k = 1; k < MAX_LANES; k++)
        room[i] += sums[k];
    }
}

static void
add_rooms (const CjConv *g, const CjOpCall *call, guint chunk, float *room)
{
  const gint64 blocks = cj_op_blocks (call->op), size = cj_conv_room (g, &cj_conv_planes_weight);

  (void) chunk;
  for (gint64 i = 0; i < count_sums (g); i++)
    {
      const gint64 o = i / (g->q + 1), k = i % (g->q + 1);
      const int input = k < g->q ? 1 : 2;
      float *to = input == 2 && call->op->n_in <= 2 ? NULL : call->d_in[input];
      float sum = room[i];

      if (to == NULL)
        continue;
      to += input == 1 ? o * g->q + k : o;
      for (gint64 b = 1; b < blocks; b++)
        sum += room[b * size + i];
      *to = sum + (call->add_in[input] ? *to : 0);
    }
}

const CjConvWay cj_conv_planes_forward
    = { count_biases, count_forward_scratch, one_turn, repeat_bias, forward };
const CjConvWay cj_conv_planes_input
    = { count_turned, count_input_scratch, one_turn, turn_weight, backward_input };
const CjConvWay cj_conv_planes_weight
    = { count_sums, count_weight_scratch, one_turn, add_rooms, backward_weight };
