/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution with pixels side by side in the lanes of vectors, for few channels: with six channels in
 * the lanes most of a vector is empty. Bands of pictures are laid out as planes [channel, row, column]
 * in scratch, padded, so that what a tap reads for a row of results is a row of a matrix. What results
 * a vector has beyond the end of its row are left. In LeNet-5 on a thread of AVX-512 the first layer
 * went from 27 to 68 GFLOP/s and its weight from 5 to 60, the second layer's input from 17 to 76. */
#include "cj-kernel.h"
#include "cj-rows.h"
#include "conv2d-private.h"

/* Floats of scratch for planes: in the first cache, with what else is there, or in the second where
 * sums of lanes that a band is added to are too many to be fetched that often. */
#define BAND 8192
#define DEEP_BAND 65536
#define FEW_SUMS 512
#define MAX_LANES CJ_KERNEL_DOT /* of a vector */

/* Pictures that are laid out as planes. */
typedef struct
{
  gint64 channels, rows, columns; /* before padding */
  gint64 top, left;               /* padding */
  gint64 width;                   /* padded */
} Planes;

/* All rooms begin where a vector may, in the lines of the cache. */
static gint64
to_vectors (gint64 n)
{
  return (n + MAX_LANES - 1) / MAX_LANES * MAX_LANES;
}

/* Floats of a plane of `n` rows: whole vectors, with the three that turning may write too much. */
static gint64
count_plane (gint64 width, gint64 n)
{
  return to_vectors (n * width + 3);
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
  return to_vectors (to_four (columns) * channels + 4);
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
  return to_vectors (v->width + MAX_LANES);
}

/* Floats for `n` rows of results of `made` planes: these, the planes under them, and two rows of pixels
 * of both. */
static gint64
count_band (const CjConv *g, const Planes *v, gint64 made, gint64 columns, gint64 n)
{
  return to_four (v->channels) * count_plane (v->width, n + get_reach (g)) + get_slack (v)
         + to_four (made) * MAX (count_plane (v->width, n), (n + 1) * to_vectors (columns))
         + 2 * count_row (v->columns, v->channels) + 2 * count_row (columns, made);
}

static gint64
find_band (const CjConv *g, const Planes *v, gint64 room, gint64 made, gint64 columns, gint64 rows)
{
  gint64 n = rows;

  while (n > 1 && count_band (g, v, made, columns, n) > room)
    n = (n + 1) / 2;
  return n;
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
 * above 0. `row` is room for two rows of pixels: one is turned when the next is there, for what has
 * just been written in other pieces than it is read in takes its time to arrive. */
static void
lay_out (const CjKernel *kernel, const Planes *v, const float *x, const float *y, gint64 first,
         gint64 n, float *row, float *to)
{
  const gint64 plane = count_plane (v->width, n), line = v->columns * v->channels;
  const gint64 size = count_row (v->columns, v->channels);
  const gint64 begin = MAX (v->top - first, 0), end = MIN (v->rows + v->top - first, n);
  float *at = to + begin * v->width + v->left;

  x += (first + begin - v->top) * line;
  y = y != NULL ? y + (first + begin - v->top) * line : NULL;
  memset (to, 0, sizeof (float) * (gsize) (v->channels * plane));
  for (gint64 k = 0; k < 2; k++)
    memset (row + k * size + line, 0, sizeof (float) * (gsize) (size - line));
  for (gint64 i = 0; i < end - begin && v->channels == 1; i++)
    cj_row_copy_above (x + i * line, y != NULL ? y + i * line : NULL, line, at + i * v->width);
  for (gint64 i = 0; i <= end - begin && v->channels > 1; i++)
    {
      if (i < end - begin)
        cj_row_copy_above (x + i * line, y != NULL ? y + i * line : NULL, line, row + i % 2 * size);
      if (i > 0)
        kernel->turn (row + (i - 1) % 2 * size, v->channels, v->columns, v->channels,
                      at + (i - 1) * v->width, plane);
    }
}

/* Where the pixels under each (row of the kernel, channel, column of the kernel) begin, in planes so
 * many floats long. */
typedef struct
{
  gint64 plane;
  gint64 rows[CJ_CONV_MAX_TAPS + 1];
} Taps;

static void
find_taps (const CjConv *g, const Planes *v, gint64 plane, Taps *taps)
{
  gint64 *rows = taps->rows;

  if (taps->plane == plane)
    return;
  taps->plane = plane;
  for (gint64 ky = 0; ky < g->a.kernel_h; ky++)
    for (gint64 c = 0; c < v->channels; c++)
      for (gint64 kx = 0; kx < g->a.kernel_w; kx++)
        *rows++ = c * plane + ky * g->a.dilation_h * v->width + kx * g->a.dilation_w;
}

/* The place of such a one in a weight [channel, row, column]. */
static gint64
find_weight (const CjConv *g, gint64 channels, gint64 k)
{
  const gint64 kx = k % g->a.kernel_w, c = k / g->a.kernel_w % channels;

  return (c * g->a.kernel_h + k / g->a.kernel_w / channels) * g->a.kernel_w + kx;
}

/* A picture of results: [channel, ky, channel before, kx] `weight` times what lies under the taps. */
typedef struct
{
  gint64 channels, rows, columns;
  const float *weight, *bias; /* bias [columns, channels] or NULL */
  gboolean relu, add;
  float *data;
} Results;

/* A division takes as long as fifty multiplications of vectors. */
static gint64
divide_up (gint64 n, gint64 by)
{
  return by == 1 ? n : (n + by - 1) / by;
}

/* Rows [first, first + n) of results, from planes of what is under them. Two rows go together where
 * one is no more than a vector; rows of the kernel that are all in the padding are left out. */
static void
multiply_rows (const CjConv *g, const Planes *v, const Results *to, gint64 first, gint64 n,
               const float *planes, const Taps *taps, float *results)
{
  const CjKernel *kernel = cj_kernel_get (CJ_KERNEL_MAX_PANEL);
  const gint64 pitch = to_vectors (to->columns), high = g->a.dilation_h;
  const gint64 pair = pitch == kernel->lanes ? 2 : 1, line = v->channels * g->a.kernel_w;
  CjProduct p = { .a_row = v->channels * g->taps,
                  .a_step = 1,
                  .n_runs = 1,
                  .b_panel = 2 * kernel->lanes,
                  .b_second = pair == 2 ? v->width : kernel->lanes,
                  .c_row = (n + 1) / 2 * 2 * pitch,
                  .m = to->channels,
                  .n = pair * pitch };

  for (gint64 i = 0; i < n; i += pair)
    {
      const gint64 above = v->top - first - MIN (i + pair, n) + 1;
      const gint64 below = v->top + v->rows - first - i;
      const gint64 begin = CLAMP (divide_up (above, high), 0, g->a.kernel_h);
      const gint64 end = CLAMP (divide_up (below, high), begin, g->a.kernel_h);

      p.a = to->weight + begin * line;
      p.b = planes + i * v->width;
      p.b_rows = taps->rows + begin * line;
      p.run = (end - begin) * line;
      p.c = results + i * pitch;
      kernel->multiply (&p);
    }
}

/* `x` planes of one picture; `above` as y of lay_out. */
static void
convolve (const CjConv *g, const Planes *v, const float *x, const float *above, const Results *to,
          Taps *taps, float *scratch)
{
  const CjKernel *kernel = cj_kernel_get (CJ_KERNEL_MAX_PANEL);
  const gint64 step = find_band (g, v, BAND, to->channels, to->columns, to->rows);
  const gint64 line = to->columns * to->channels, pitch = to_vectors (to->columns);
  const gint64 size = count_row (to->columns, to->channels);
  float *row = scratch + 2 * count_row (v->columns, v->channels), *planes = row + 2 * size;

  for (gint64 first = 0; first < to->rows; first += step)
    {
      const gint64 n = MIN (step, to->rows - first), under = n + get_reach (g);
      const gint64 plane = count_plane (v->width, under);
      float *results = planes + to_four (v->channels) * plane + get_slack (v);

      lay_out (kernel, v, x, above, first, under, scratch, planes);
      find_taps (g, v, plane, taps);
      multiply_rows (g, v, to, first, n, planes, taps, results);
      for (gint64 i = 0; i <= n; i++)
        {
          if (i < n)
            kernel->turn (results + i * pitch, (n + 1) / 2 * 2 * pitch, to->channels, to->columns,
                          row + i % 2 * size, to->channels);
          if (i > 0)
            finish_row (row + (i - 1) % 2 * size, to->bias, line, to->relu, to->add,
                        to->data + (first + i - 1) * line);
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

/* The weight, and a bias for each number of a row of the result. */
static gint64
count_forward_room (const CjConv *g)
{
  return g->o * g->q + g->ow * g->o;
}

static gint64
count_forward_scratch (const CjConv *g)
{
  const Planes v = planes_of_picture (g);

  return count_band (g, &v, g->o, g->ow, find_band (g, &v, BAND, g->o, g->ow, g->oh));
}

static void
pack_forward (const CjConv *g, const CjOpCall *call, guint chunk, float *room)
{
  const float *weight = call->in[1], *bias = call->op->n_in > 2 ? call->in[2] : NULL;

  (void) chunk;
  for (gint64 o = 0; o < g->o; o++, weight += g->q)
    for (gint64 k = 0; k < g->q; k++)
      *room++ = weight[find_weight (g, g->c, k)];
  for (gint64 i = 0; i < g->ow * g->o; i++)
    room[i] = bias != NULL ? bias[i % g->o] : 0;
}

static void
forward (const CjConv *g, const CjOpCall *call, CjSamples samples, float *room)
{
  const Planes v = planes_of_picture (g);
  Taps taps;

  taps.plane = -1; /* none yet */

  for (gint64 s = samples.begin; s < samples.end; s++)
    {
      const Results to = { .channels = g->o,
                           .rows = g->oh,
                           .columns = g->ow,
                           .weight = room,
                           .bias = room + g->o * g->q,
                           .relu = g->relu,
                           .data = call->out[0] + s * g->oh * g->ow * g->o };

      convolve (g, &v, (const float *) call->in[0] + s * g->h * g->w * g->c, NULL, &to, &taps,
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

  return count_band (g, &v, g->c, g->w, find_band (g, &v, BAND, g->c, g->w, g->h));
}

/* The weight of the way back with the kernel turned round. */
static void
pack_input (const CjConv *g, const CjOpCall *call, guint chunk, float *room)
{
  const float *weight = cj_conv_get_back (call);

  (void) chunk;
  for (gint64 c = 0; c < g->c; c++)
    for (gint64 k = 0; k < g->o * g->taps; k++)
      {
        const gint64 at = find_weight (g, g->o, k), o = at / g->taps;

        *room++ = weight[(o * g->c + c + 1) * g->taps - 1 - at % g->taps];
      }
}

static void
backward_input (const CjConv *g, const CjOpCall *call, CjSamples samples, float *room)
{
  const Planes v = planes_of_gradient (g);
  Taps taps;

  taps.plane = -1; /* none yet */

  for (gint64 s = samples.begin; s < samples.end; s++)
    {
      const gint64 at = s * g->oh * g->ow * g->o;
      const Results to = { .channels = g->c,
                           .rows = g->h,
                           .columns = g->w,
                           .weight = room,
                           .add = call->add_in[0],
                           .data = call->d_in[0] + s * g->h * g->w * g->c };

      convolve (g, &v, call->d_out[0] + at, g->relu ? call->out[0] + at : NULL, &to, &taps,
                call->scratch);
    }
}

/* --- gradient of the weight --- */

/* [O, Q + 1], the last of a row is the bias'. */
static gint64
count_sums (const CjConv *g)
{
  return g->o * (g->q + 1);
}

static gint64
weight_band (const CjConv *g)
{
  return count_sums (g) <= FEW_SUMS ? BAND : DEEP_BAND;
}

/* The sums of each lane, then planes, with one of ones among those of the gradient. */
static gint64
count_weight_scratch (const CjConv *g)
{
  const Planes v = planes_of_picture (g);

  return MAX_LANES * count_sums (g)
         + count_band (g, &v, g->o + 1, g->ow,
                       find_band (g, &v, weight_band (g), g->o + 1, g->ow, g->oh));
}

/* Both pictures as planes, and every product of a plane of the gradient with one of x seen from a tap;
 * the planes of the gradient are 0 between its rows. */
static void
add_picture (const CjConv *g, const Planes *v, const float *x, const float *dy, const float *above,
             float *sums, Taps *taps, float *scratch)
{
  const CjKernel *kernel = cj_kernel_get (CJ_KERNEL_MAX_PANEL);
  const Planes gradient = { .channels = g->o, .rows = g->oh, .columns = g->ow, .width = v->width };
  const gint64 step = find_band (g, v, weight_band (g), g->o + 1, g->ow, g->oh);
  float *row = scratch + 2 * count_row (v->columns, v->channels);
  float *planes = row + 2 * count_row (g->ow, g->o + 1);
  CjDots d = { .b = planes, .b_rows = taps->rows, .m = g->o, .n = g->q + 1, .c = sums };

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
      find_taps (g, v, plane, taps);
      taps->rows[g->q] = ones - planes;
      d.a = gradients;
      kernel->dots (&d);
    }
}

static void
backward_weight (const CjConv *g, const CjOpCall *call, CjSamples samples, float *room)
{
  const Planes v = planes_of_picture (g);
  float *sums = call->scratch;
  Taps taps;

  taps.plane = -1; /* none yet */
  memset (sums, 0, sizeof (float) * (gsize) (MAX_LANES * count_sums (g)));
  for (gint64 s = samples.begin; s < samples.end; s++)
    {
      const gint64 at = s * g->oh * g->ow * g->o;

      add_picture (g, &v, (const float *) call->in[0] + s * g->h * g->w * g->c, call->d_out[0] + at,
                   g->relu ? call->out[0] + at : NULL, sums, &taps,
                   sums + MAX_LANES * count_sums (g));
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
      to += input == 1 ? o * g->q + find_weight (g, g->c, k) : o;
      for (gint64 b = 1; b < blocks; b++)
        sum += room[b * size + i];
      *to = sum + (call->add_in[input] ? *to : 0);
    }
}

const CjConvWay cj_conv_planes_forward
    = { count_forward_room, count_forward_scratch, one_turn, pack_forward, forward };
const CjConvWay cj_conv_planes_input
    = { count_turned, count_input_scratch, one_turn, pack_input, backward_input };
const CjConvWay cj_conv_planes_weight
    = { count_sums, count_weight_scratch, one_turn, add_rooms, backward_weight };
