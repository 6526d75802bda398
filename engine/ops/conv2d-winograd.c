/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Winograd's convolution over spans of samples, and as a way of doing the three passes of the op.
 *
 * Measured on an AVX-512 Xeon, one thread, in GFLOP/s of plain loops, the direct way against this one:
 * 16 channels 140 and 210, 32 channels 155 and 320, 64 channels 155 and 390, 128 channels 160 and 370.
 * With 8 channels it is 130 and 70, for the transforms cost more than the products then.
 *
 * Errors over the root mean square of the result, for evenly drawn x and w of 32 to 128 channels, this
 * way and (the direct one): forward 1.0 to 1.5e-6 (2.3 to 3.8e-7), gradient of the input 1.2 to 2.3e-6
 * (3.0 to 5.9e-7), of the weight 1.3 to 1.7e-6 (1.4 to 5.6e-7). The largest of 100,000 is 10 to 15 times
 * that in both. */
#include "cj-winograd.h"
#include "cj-switch.h"
#include "conv2d-private.h"

#include <string.h>

#define POINTS CJ_WINOGRAD_POINTS
#define ROOM (192 * 1024) /* floats for the tiles of a stripe, of a cache of 2 MiB; but */
#define LEAST_RUN 36      /* tiles to make products worth their panels of weights, and */
#define LEAST_WEIGHT 48   /* tiles to make sums worth their stores */
#define BLOCK 48          /* channels of the weight's gradient that are made at once */

extern const CjWinogradTile cj_winograd_baseline;
#if defined(__x86_64__)
extern const CjWinogradTile cj_winograd_avx2, cj_winograd_avx512;
#endif

/* Tiles that are transformed together, and how the results lie: [point, tile, channel]. Points are an
 * odd number of cache lines apart, or they would fall into the same few sets of the cache. */
typedef struct
{
  gint64 tiles;         /* of a stripe */
  gint64 c, o, width;   /* floats from tile to tile: of x, of y, of a panel of y */
  gint64 x, y, y_panel; /* floats from point to point */
  const CjKernel *kernel;
  const CjWinogradTile *tile;
} Stripe;

/* The transforms whose vectors are as wide as the kernel's. */
static const CjWinogradTile *
get_tile (const CjKernel *kernel)
{
#if defined(__x86_64__)
  if (kernel->lanes == 16)
    return &cj_winograd_avx512;
  if (kernel->lanes == 8)
    return &cj_winograd_avx2;
#endif
  (void) kernel;
  return &cj_winograd_baseline;
}

static gint64
whole (gint64 n, gint64 of)
{
  return (n + of - 1) / of * of;
}

/* `tiles` rows of `row` floats, as a distance between points. */
static gint64
point_step (gint64 tiles, gint64 row)
{
  return whole (tiles * row, 16) | 16;
}

gint64
cj_winograd_tiles (const CjWinograd *g)
{
  return (g->oh + 3) / 4 * ((g->ow + 3) / 4);
}

static Stripe
make_stripe (const CjWinograd *g, gint64 tiles)
{
  Stripe s = {
    .tiles = tiles, .c = whole (g->c, 16), .o = whole (g->o, 16), .kernel = cj_kernel_get (g->o)
  };

  s.tile = get_tile (s.kernel);
  s.width = MIN (cj_kernel_pad (s.kernel, g->o), 2 * s.kernel->lanes);
  s.x = point_step (tiles, s.c);
  s.y = point_step (tiles, s.o);
  s.y_panel = point_step (tiles, s.width);
  return s;
}

/* The most tiles of a stripe that has all of y, or else a panel of it. It depends on the shapes alone,
 * not on the kernel, for sums are made over it. */
static gint64
most_tiles (const CjWinograd *g, gboolean all)
{
  const gint64 c = whole (g->c, 16), o = whole (g->o, 16);
  const gint64 room = POINTS * (c + (all ? o : MIN (o, CJ_KERNEL_MAX_PANEL)));

  return MAX (ROOM / room / 12 * 12, all ? LEAST_WEIGHT : LEAST_RUN);
}

/* Stripes of much the same size for `n` samples, in whole tiles of the product. */
static Stripe
get_stripe (const CjWinograd *g, gint64 n, gboolean all)
{
  const gint64 total = n * cj_winograd_tiles (g), most = most_tiles (g, all);
  const gint64 stripes = (total + most - 1) / most;

  return make_stripe (g, MIN (whole ((total + stripes - 1) / stripes, 12), total));
}

CjWinograd
cj_winograd_turn (const CjWinograd *g)
{
  return (CjWinograd){ .c = g->o,
                       .h = g->oh,
                       .w = g->ow,
                       .top = 2 - g->top,
                       .left = 2 - g->left,
                       .o = g->c,
                       .oh = g->h,
                       .ow = g->w };
}

guint
cj_winograd_panels (const CjWinograd *g)
{
  const Stripe s = make_stripe (g, 1);

  return (guint) ((g->o + s.width - 1) / s.width);
}

gint64
cj_winograd_count_weight (const CjWinograd *g)
{
  const Stripe s = make_stripe (g, 1);

  return cj_winograd_panels (g) * POINTS * g->c * s.width;
}

/* Zeros to read and a place to write for what is outside of pictures. */
static gint64
count_outside (const CjWinograd *g)
{
  return 2 * whole (MAX (g->c, g->o), 16);
}

/* Blocks of channels by panels, in which the weight's gradient is made: the 36 products of one stay
 * near until they are turned into 9 gradients. */
static gint64
n_blocks (const CjWinograd *g, const Stripe *s)
{
  return (g->c + BLOCK - 1) / BLOCK * ((g->o + s->width - 1) / s->width);
}

gint64
cj_winograd_count_run (const CjWinograd *g, gint64 n)
{
  const Stripe s = make_stripe (g, MIN (n * cj_winograd_tiles (g), most_tiles (g, FALSE)));

  return count_outside (g) + POINTS * (s.x + s.y_panel);
}

gint64
cj_winograd_count_run_weight (const CjWinograd *g, gint64 n)
{
  const gint64 total = n * cj_winograd_tiles (g);
  const Stripe s = make_stripe (g, MIN (total, most_tiles (g, TRUE)));
  const gint64 blocks = s.tiles < total ? n_blocks (g, &s) : 1;

  return count_outside (g) + POINTS * (s.x + s.y + blocks * point_step (BLOCK, s.width));
}

void
cj_winograd_pack (const CjWinograd *g, const float *w, gboolean turned, guint panel, float *packed,
                  float *scratch)
{
  const Stripe s = make_stripe (g, 1);
  const gint64 first = panel * s.width, step = g->c * s.width;
  const int count = (int) MIN (s.width, g->o - first), width = (int) s.width;
  float *to = packed + panel * POINTS * step;

  for (gint64 c = 0; c < g->c; c += CJ_WINOGRAD_WEIGHTS)
    {
      const gint64 n = MIN (CJ_WINOGRAD_WEIGHTS, g->c - c);

      if (!turned)
        s.kernel->transpose (w + (first * g->c + c) * 9, g->c * 9, count, width, (int) n * 9,
                             scratch);
      else
        for (gint64 k = 0; k < n; k++)
          s.kernel->transpose (w + ((c + k) * g->o + first) * 9, 9, count, width, 9,
                               scratch + k * 9 * width);
      for (gint64 k = 0; k < n; k++)
        s.tile->weight (scratch + k * 9 * width, width, width, turned, to + (c + k) * width, step);
    }
}

/* Where a tile is. */
typedef struct
{
  gint64 sample, row, column; /* of its first output */
} Place;

static Place
find_place (const CjWinograd *g, gint64 tile)
{
  const gint64 across = (g->ow + 3) / 4, tiles = cj_winograd_tiles (g);

  return (Place){ tile / tiles, tile % tiles / across * 4, tile % across * 4 };
}

static void
go_on (const CjWinograd *g, Place *p)
{
  p->column += 4;
  if (p->column < g->ow)
    return;
  p->column = 0;
  p->row += 4;
  if (p->row < g->oh)
    return;
  p->row = 0;
  p->sample++;
}

/* The addresses of size × size pixels from (row, column) on; `outside` where there is no picture. */
static inline __attribute__ ((always_inline)) void
find_pixels (const float *picture, gint64 h, gint64 w, gint64 c, gint64 row, gint64 column,
             const int size, float *outside, float **pixels)
{
  float *all = (float *) picture;

  if (row >= 0 && column >= 0 && row + size <= h && column + size <= w)
    {
      for (int i = 0; i < size; i++)
        for (int j = 0; j < size; j++)
          *pixels++ = all + ((row + i) * w + column + j) * c;
      return;
    }
  for (int i = 0; i < size; i++)
    for (int j = 0; j < size; j++)
      {
        const gint64 y = row + i, x = column + j;

        *pixels++ = y >= 0 && y < h && x >= 0 && x < w ? all + (y * w + x) * c : outside;
      }
}

/* Transforms tiles [first, first + n) of x. */
static void
read_tiles (const CjWinograd *g, const Stripe *s, const float *x, const float *mask, gint64 first,
            gint64 n, float *outside, float *to)
{
  const gint64 size = g->h * g->w * g->c;
  Place p = find_place (g, first);
  float *pixels[36], *masks[36];

  for (gint64 i = 0; i < n; i++, go_on (g, &p))
    {
      const gint64 row = p.row - g->top, column = p.column - g->left;

      find_pixels (x + p.sample * size, g->h, g->w, g->c, row, column, 6, outside, pixels);
      if (mask != NULL)
        find_pixels (mask + p.sample * size, g->h, g->w, g->c, row, column, 6, outside, masks);
      s->tile->input (pixels, mask != NULL ? masks : NULL, g->c, to + i * s->c, s->x);
    }
}

/* Finishes channels [channel, channel + s->width) of tiles [first, first + n) of y. */
static void
write_tiles (const CjWinograd *g, const Stripe *s, const CjWinogradRun *run, gint64 channel,
             gint64 first, gint64 n, const float *from, float *sink)
{
  const float *bias = run->bias != NULL ? run->bias + channel : NULL;
  Place p = find_place (g, first);
  float *pixels[16];

  for (gint64 i = 0; i < n; i++, go_on (g, &p))
    {
      float *y = run->y + p.sample * g->oh * g->ow * g->o + channel;

      find_pixels (y, g->oh, g->ow, g->o, p.row, p.column, 4, sink, pixels);
      s->tile->output (from + i * s->width, s->y_panel, MIN (s->width, g->o - channel), bias,
                       run->relu, run->add, pixels);
    }
}

void
cj_winograd_run (const CjWinograd *g, const CjWinogradRun *run, gint64 n, float *scratch)
{
  const Stripe s = get_stripe (g, n, FALSE);
  const gint64 total = n * cj_winograd_tiles (g), outside = count_outside (g);
  float *x = scratch + outside, *y = x + POINTS * s.x;

  memset (scratch, 0, sizeof (float) * (gsize) outside);
  for (gint64 first = 0; first < total; first += s.tiles)
    {
      CjProduct p = { .a_row = s.c,
                      .a_step = 1,
                      .n_runs = 1,
                      .run = g->c,
                      .b = run->packed,
                      .b_step = s.width,
                      .c_row = s.width,
                      .m = MIN (s.tiles, total - first) };

      read_tiles (g, &s, run->x, run->mask, first, p.m, scratch, x);
      for (gint64 channel = 0; channel < g->o; channel += s.width)
        {
          p.n = MIN (s.width, cj_kernel_pad (s.kernel, g->o) - channel);
          for (int point = 0; point < POINTS; point++, p.b += g->c * s.width)
            {
              p.a = x + point * s.x;
              p.c = y + point * s.y_panel;
              s.kernel->multiply (&p);
            }
          write_tiles (g, &s, run, channel, first, p.m, y, scratch + outside / 2);
        }
    }
}

/* Transforms tiles [first, first + n) of the gradient of y and adds them up. */
static void
read_gradients (const CjWinograd *g, const Stripe *s, const float *dy, const float *mask,
                gint64 first, gint64 n, float *outside, float *to, float *sums)
{
  const gint64 size = g->oh * g->ow * g->o;
  Place p = find_place (g, first);
  float *pixels[16], *masks[16];

  for (gint64 i = 0; i < n; i++, go_on (g, &p))
    {
      find_pixels (dy + p.sample * size, g->oh, g->ow, g->o, p.row, p.column, 4, outside, pixels);
      if (mask != NULL)
        find_pixels (mask + p.sample * size, g->oh, g->ow, g->o, p.row, p.column, 4, outside,
                     masks);
      s->tile->gradient (pixels, mask != NULL ? masks : NULL, g->o, to + i * s->o, s->y, sums);
    }
}

void
cj_winograd_run_weight (const CjWinograd *g, const float *x, const float *dy, const float *mask,
                        gint64 n, float *dw, float *scratch)
{
  const Stripe s = get_stripe (g, n, TRUE);
  const gint64 total = n * cj_winograd_tiles (g), outside = count_outside (g);
  const gint64 panel_size = (9 * g->c + 1) * s.width, step = point_step (BLOCK, s.width);
  const gint64 panels = cj_winograd_panels (g);
  float *v = scratch + outside, *z = v + POINTS * s.x, *products = z + POINTS * s.y;
  float *sums = scratch + outside / 2;

  memset (scratch, 0, sizeof (float) * (gsize) outside);
  for (gint64 first = 0; first < total; first += s.tiles)
    {
      CjProduct p = { .a_row = 1,
                      .a_step = s.c,
                      .n_runs = 1,
                      .run = MIN (s.tiles, total - first),
                      .b_step = s.o,
                      .c_row = s.width,
                      .add = first > 0 };

      read_tiles (g, &s, x, NULL, first, p.run, scratch, v);
      read_gradients (g, &s, dy, mask, first, p.run, scratch, z, sums);
      for (gint64 i = 0; i < n_blocks (g, &s); i++)
        {
          const gint64 channel = i % panels * s.width, c0 = i / panels * BLOCK;
          float *at = products + (s.tiles < total ? i * POINTS * step : 0);
          float *to = dw + i % panels * panel_size + c0 * s.width;

          p.m = MIN (BLOCK, g->c - c0);
          p.n = MIN (s.width, cj_kernel_pad (s.kernel, g->o) - channel);
          for (int point = 0; point < POINTS; point++)
            {
              p.a = v + point * s.x + c0;
              p.b = z + point * s.y + channel;
              p.c = at + point * step;
              s.kernel->multiply (&p);
            }
          for (gint64 c = 0; c < p.m && first + p.run == total; c++)
            s.tile->weight_gradient (at + c * s.width, step, p.n, to + c * s.width, g->c * s.width);
        }
    }
  for (gint64 channel = 0; channel < g->o; channel += s.width, dw += panel_size)
    memcpy (dw + 9 * g->c * s.width, sums + channel,
            sizeof (float) * (gsize) MIN (s.width, s.o - channel));
}

/* --- as ways of doing a convolution --- */

#define LEAST_CHANNELS 16 /* fewer leave the products too short */
/* Tiles of a block of samples: the weight is 36 matrices to read instead of 9, and its gradient as many
 * to transform. With 4 tiles the gradient takes 1.3 times as long as the direct way, with 8 0.7 times. */
#define LEAST_TILES 4
#define LEAST_TILES_WEIGHT 8
#define MOST_CHANNELS 512 /* on average: more would not be worth the room of the weight */

static CjSwitch allowed = { "CAJAL_WINOGRAD", -1 };

gboolean
cj_conv2d_allows_winograd (void)
{
  return cj_switch_is_on (&allowed);
}

void
cj_conv2d_allow_winograd (gboolean allow)
{
  cj_switch_set (&allowed, allow);
}

static CjWinograd
get_forward (const CjConv *conv)
{
  return (CjWinograd){ .c = conv->c,
                       .h = conv->h,
                       .w = conv->w,
                       .top = conv->a.pad_top,
                       .left = conv->a.pad_left,
                       .o = conv->o,
                       .oh = conv->oh,
                       .ow = conv->ow };
}

static CjWinograd
get_input (const CjConv *conv)
{
  const CjWinograd forward = get_forward (conv);

  return cj_winograd_turn (&forward);
}

gboolean
cj_conv_fits_winograd (const CjConv *conv, gboolean weight)
{
  const CjConv2dAttrs *a = &conv->a;
  const CjWinograd g = get_forward (conv);
  const gint64 tiles = cj_winograd_tiles (&g);

  return cj_conv2d_allows_winograd () && a->kernel_h == 3 && a->kernel_w == 3 && a->stride_h == 1
         && a->stride_w == 1 && a->dilation_h == 1 && a->dilation_w == 1 && a->groups == 1
         && MIN (conv->c, conv->o) >= LEAST_CHANNELS
         && conv->c * conv->o <= MOST_CHANNELS * MOST_CHANNELS
         && conv->block * tiles >= (weight ? LEAST_TILES_WEIGHT : LEAST_TILES)
         && tiles * 8 <= conv->oh * conv->ow; /* at least half of what tiles make is wanted */
}

gboolean
cj_conv2d_is_winograd (const CjOp *op)
{
  CjConv conv;

  if (op->info != &cj_op_conv2d && op->info != &cj_op_conv2d_relu)
    return FALSE;
  conv = cj_conv_get (op);
  return cj_conv_fits_winograd (&conv, FALSE); /* what fits the weight fits here */
}

static gint64
forward_room (const CjConv *conv)
{
  const CjWinograd g = get_forward (conv);

  return cj_winograd_count_weight (&g);
}

static gint64
input_room (const CjConv *conv)
{
  const CjWinograd g = get_input (conv);

  return cj_winograd_count_weight (&g);
}

static gint64
weight_room (const CjConv *conv)
{
  return cj_conv_direct_weight.count_room (conv);
}

static gint64
forward_scratch (const CjConv *conv)
{
  const CjWinograd g = get_forward (conv);

  return cj_winograd_count_run (&g, conv->block);
}

static gint64
input_scratch (const CjConv *conv)
{
  const CjWinograd g = get_input (conv);

  return cj_winograd_count_run (&g, conv->block);
}

static gint64
weight_scratch (const CjConv *conv)
{
  const CjWinograd g = get_forward (conv);

  return cj_winograd_count_run_weight (&g, conv->block);
}

static guint
forward_panels (const CjConv *conv)
{
  const CjWinograd g = get_forward (conv);

  return cj_winograd_panels (&g);
}

static guint
input_panels (const CjConv *conv)
{
  const CjWinograd g = get_input (conv);

  return cj_winograd_panels (&g);
}

static void
turn_forward (const CjConv *conv, const CjOpCall *call, guint chunk, float *room)
{
  const CjWinograd g = get_forward (conv);

  cj_winograd_pack (&g, call->in[1], FALSE, chunk, room, call->scratch);
}

static void
turn_input (const CjConv *conv, const CjOpCall *call, guint chunk, float *room)
{
  const CjWinograd g = get_input (conv);

  cj_winograd_pack (&g, cj_conv_get_back (call), TRUE, chunk, room, call->scratch);
}

/* The sums of blocks lie as those of the direct way. */
static void
turn_weight (const CjConv *conv, const CjOpCall *call, guint chunk, float *room)
{
  cj_conv_direct_weight.turn (conv, call, chunk, room);
}

static guint
weight_turns (const CjConv *conv)
{
  return cj_conv_direct_weight.n_turns (conv);
}

/* First pixel of the samples, in x and in y. */
static gint64
at_x (const CjConv *conv, CjSamples samples)
{
  return samples.begin * conv->h * conv->w * conv->c;
}

static gint64
at_y (const CjConv *conv, CjSamples samples)
{
  return samples.begin * conv->oh * conv->ow * conv->o;
}

static void
forward (const CjConv *conv, const CjOpCall *call, CjSamples samples, float *room)
{
  const CjWinograd g = get_forward (conv);
  const CjWinogradRun run = { .x = (const float *) call->in[0] + at_x (conv, samples),
                              .packed = room,
                              .bias = call->op->n_in > 2 ? call->in[2] : NULL,
                              .relu = conv->relu,
                              .y = call->out[0] + at_y (conv, samples) };

  cj_winograd_run (&g, &run, samples.end - samples.begin, call->scratch);
}

static void
backward_input (const CjConv *conv, const CjOpCall *call, CjSamples samples, float *room)
{
  const CjWinograd g = get_input (conv);
  const CjWinogradRun run = { .x = call->d_out[0] + at_y (conv, samples),
                              .mask = conv->relu ? call->out[0] + at_y (conv, samples) : NULL,
                              .packed = room,
                              .add = call->add_in[0],
                              .y = call->d_in[0] + at_x (conv, samples) };

  cj_winograd_run (&g, &run, samples.end - samples.begin, call->scratch);
}

static void
backward_weight (const CjConv *conv, const CjOpCall *call, CjSamples samples, float *room)
{
  const CjWinograd g = get_forward (conv);

  cj_winograd_run_weight (&g, (const float *) call->in[0] + at_x (conv, samples),
                          call->d_out[0] + at_y (conv, samples),
                          conv->relu ? call->out[0] + at_y (conv, samples) : NULL,
                          samples.end - samples.begin, room, call->scratch);
}

const CjConvWay cj_conv_winograd_forward
    = { forward_room, forward_scratch, forward_panels, turn_forward, forward };
const CjConvWay cj_conv_winograd_input
    = { input_room, input_scratch, input_panels, turn_input, backward_input };
const CjConvWay cj_conv_winograd_weight
    = { weight_room, weight_scratch, weight_turns, turn_weight, backward_weight };
