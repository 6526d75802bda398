/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolution as a product whose rows are the patches under the kernel, read where they lie ("implicit
 * GEMM"): nothing is unrolled, only pictures that need padding are copied, a band of rows at a time
 * into a thread's own scratch. And the gradient of the weight, whose rows are what one place of a patch
 * sees over the batch. */
#include "cj-gemm.h"
#include "cj-kernel.h"
#include "cj-rows.h"
#include "conv2d-private.h"

#define SHORT_RUN 8 /* of neighbours in a patch */

/* Floats of scratch for a band of rows, more only if a single row needs it: in the first cache, or in
 * the second where the sums that a band is added to are too many to be fetched that often. */
#define BAND 8192
#define DEEP_BAND CJ_GEMM_SCRATCH
#define FEW_SUMS 4096

CjConvPanels
cj_conv_panels (gint64 columns)
{
  CjConvPanels p = { .kernel = cj_kernel_get (columns) };

  p.width = MIN (cj_kernel_pad (p.kernel, columns), 2 * p.kernel->lanes);
  p.n_panels = (columns + p.width - 1) / p.width;
  return p;
}

static gboolean
is_padded (const CjConv *g)
{
  return g->hp != g->h || g->wp != g->w;
}

/* Rows of the padded picture under `n` rows of outputs. */
static gint64
rows_under (const CjConv *g, gint64 n)
{
  return (n - 1) * g->a.stride_h + (gint64) g->a.dilation_h * (g->a.kernel_h - 1) + 1;
}

/* Floats of these, and `more` for each row of outputs. */
static gint64
count_band (const CjConv *g, gint64 n, gint64 more)
{
  return rows_under (g, n) * g->wp * g->c + n * more;
}

/* The most rows of outputs whose band fits into the room; at least one. */
static gint64
find_band (const CjConv *g, gint64 room, gint64 more)
{
  const gint64 next = g->a.stride_h * g->wp * g->c + more;

  return CLAMP ((room - count_band (g, 1, more)) / next + 1, 1, g->oh);
}

/* Floats of a row of the output's gradient, padded for the kernel. */
static gint64
gradient_line (const CjConv *g)
{
  const CjConvPanels panels = cj_conv_panels (g->og);

  return g->ow * g->a.groups * panels.width * panels.n_panels;
}

static gint64
count_forward_room (const CjConv *g)
{
  const CjConvPanels panels = cj_conv_panels (g->og);

  return g->a.groups * g->q * panels.width * panels.n_panels;
}

/* The last row is the bias'. */
static gint64
count_weight_room (const CjConv *g)
{
  const CjConvPanels panels = cj_conv_panels (g->og);

  return g->a.groups * (g->q + 1) * panels.width * panels.n_panels;
}

static gint64
count_forward_scratch (const CjConv *g)
{

  return is_padded (g) ? count_band (g, find_band (g, BAND, 0), 0) : 0;
}

static gint64
weight_band (const CjConv *g)
{
  return g->q * cj_conv_panels (g->og).width <= FEW_SUMS ? BAND : DEEP_BAND;
}

static gint64
count_weight_scratch (const CjConv *g)
{
  const gint64 line = gradient_line (g);

  return MAX (weight_band (g), count_band (g, 1, line));
}

/* A chunk of turning is a panel of a group. */
static guint
out_panels (const CjConv *g)
{
  return (guint) (g->a.groups * cj_conv_panels (g->og).n_panels);
}

/* [O, C/groups, kh, kw] to [group, panel, tap, C/groups, width] */
static void
pack_forward (const CjConv *g, const CjOpCall *call, guint chunk, float *room)
{
  const CjConvPanels panels = cj_conv_panels (g->og);
  const gint64 width = panels.width, group = chunk / panels.n_panels;
  const gint64 first = chunk % panels.n_panels * width, count = MIN (width, g->og - first);
  const float *weight = (const float *) call->in[1] + (group * g->og + first) * g->q;
  float *to = room + chunk * g->q * width;

  for (gint64 tap = 0; tap < g->taps; tap++)
    for (gint64 c = 0; c < g->cg; c++, to += width)
      for (gint64 o = 0; o < width; o++)
        to[o] = o < count ? weight[o * g->q + c * g->taps + tap] : 0;
}

/* Runs of a patch in the padded picture: a whole kernel row where its pixels are neighbours, else a
 * pixel each. The number of runs; their length goes to *run. */
static gint64
find_runs (const CjConv *g, gint64 *offsets, gint64 *run)
{
  const CjConv2dAttrs *a = &g->a;
  const gboolean rows = a->dilation_w == 1 && a->groups == 1;
  gint64 n = 0;

  *run = rows ? g->cg * a->kernel_w : g->cg;
  for (int ky = 0; ky < a->kernel_h; ky++)
    for (int kx = 0; kx < (rows ? 1 : a->kernel_w); kx++)
      offsets[n++] = ((gint64) ky * a->dilation_h * g->wp + (gint64) kx * a->dilation_w) * g->c;
  return n;
}

/* Rows [first, first + n) of a padded picture. */
static void
pad_rows (const CjConv *g, const float *x, gint64 first, gint64 n, float *to)
{
  const gint64 left = g->a.pad_left * g->c, right = g->a.pad_right * g->c, line = g->w * g->c;

  for (gint64 y = first - g->a.pad_top; n > 0; n--, y++, to += g->wp * g->c)
    if (y < 0 || y >= g->h)
      memset (to, 0, sizeof (float) * (gsize) (g->wp * g->c));
    else
      {
        memset (to, 0, sizeof (float) * (gsize) left);
        memcpy (to + left, x + y * line, sizeof (float) * (gsize) line);
        memset (to + left + line, 0, sizeof (float) * (gsize) right);
      }
}

/* `n` rows of results from rows of the padded picture: for each group and panel of columns all rows, so that the
 * panel of weights stays near. */
static void
convolve (const CjConv *g, const float *x, const float *weight, const float *bias, gint64 n,
          float *y)
{
  const CjConvPanels panels = cj_conv_panels (g->og);
  gint64 offsets[CJ_CONV_MAX_TAPS];
  CjProduct p = { .a_row = g->a.stride_w * g->c,
                  .a_step = 1,
                  .offsets = offsets,
                  .b_step = panels.width,
                  .c_row = g->o,
                  .m = g->ow,
                  .relu = g->relu };

  p.n_runs = find_runs (g, offsets, &p.run);
  for (gint64 i = 0; i < g->a.groups * panels.n_panels; i++)
    {
      const gint64 group = i / panels.n_panels, first = i % panels.n_panels * panels.width;
      const gint64 at = group * g->og + first;

      p.n = MIN (panels.width, g->og - first);
      p.b = weight + i * g->q * panels.width;
      p.bias = bias != NULL ? bias + at : NULL;
      for (gint64 row = 0; row < n; row++)
        {
          p.a = x + row * g->a.stride_h * g->wp * g->c + group * g->cg;
          p.c = y + row * g->ow * g->o + at;
          panels.kernel->multiply (&p);
        }
    }
}

static void
forward (const CjConv *g, const CjOpCall *call, CjSamples samples, float *room)
{
  const float *bias = call->op->n_in > 2 ? call->in[2] : NULL;
  const gint64 step = is_padded (g) ? find_band (g, BAND, 0) : g->oh;

  for (gint64 sample = samples.begin; sample < samples.end; sample++)
    for (gint64 row = 0; row < g->oh; row += step)
      {
        const gint64 n = MIN (step, g->oh - row);
        const float *x = (const float *) call->in[0] + sample * g->h * g->w * g->c;

        if (is_padded (g))
          {
            pad_rows (g, x, row * g->a.stride_h, rows_under (g, n), call->scratch);
            x = call->scratch;
          }
        convolve (g, x, room, bias, n, call->out[0] + (sample * g->oh + row) * g->ow * g->o);
      }
}

/* to[j] += the sum of column j of `rows` rows, for n columns, a multiple of four. */
CJ_CLONES static void
add_columns (const float *from, gint64 step, gint64 rows, gint64 n, float *to)
{
  gint64 j = 0;

  for (; j + CJ_LANES <= n; j += CJ_LANES)
    {
      CjLanes sum[4] = { 0 };
      gint64 k = 0;

      for (; k + 4 <= rows; k += 4)
        for (int i = 0; i < 4; i++)
          sum[i] += *(const CjLanes *) (from + (k + i) * step + j);
      for (; k < rows; k++)
        sum[0] += *(const CjLanes *) (from + k * step + j);
      *(CjLanes *) (to + j) += (sum[0] + sum[1]) + (sum[2] + sum[3]);
    }
  for (gint64 k = 0; k < rows; k++)
    for (gint64 i = j; i < n; i++)
      to[i] += from[k * step + i];
}

/* A stretch of pixels whose share of the weight's gradient is added at once: rows of one picture, or
 * several whole pictures. */
typedef struct
{
  const float *x;  /* of the first row under the kernel */
  gint64 x_sample; /* floats from one picture to the next */
  const float *dy; /* [group, panel, pixel, width], or as it lies */
  gint64 dy_step;  /* floats from a pixel to the next */
  gint64 dy_panel; /* from a panel to the next */
  gint64 samples, rows;
  gboolean first; /* nothing is there to add to */
} Stretch;

/* Which rows of a patch one product takes: the neighbours of a run, or where runs are short the whole
 * patch, whose places go to `patch`. Tiles of 3 or 5 rows are half as fast as those of 12. */
static gboolean
find_patch (const gint64 *taps, gint64 n_taps, gint64 run, gint64 *patch)
{
  if (run >= SHORT_RUN || n_taps * run > CJ_CONV_MAX_TAPS)
    return FALSE;
  for (gint64 i = 0; i < n_taps * run; i++)
    patch[i] = taps[i / run] + i % run;
  return TRUE;
}

/* dw [group, panel, Q + 1, width] (+)= patches times gradients; the last row is the bias'. */
static void
add_stretch (const CjConv *g, const CjConvPanels *panels, const Stretch *s, float *dw)
{
  gint64 taps[CJ_CONV_MAX_TAPS], rows[CJ_CONV_MAX_TAPS], patch[CJ_CONV_MAX_TAPS], run;
  gint64 n_taps = find_runs (g, taps, &run);
  CjProduct p = { .a_row = 1,
                  .a_step = g->a.stride_w * g->c,
                  .offsets = rows,
                  .n_runs = s->samples * s->rows,
                  .run = g->ow,
                  .b_step = s->dy_step,
                  .c_row = panels->width,
                  .m = run,
                  .add = !s->first };

  if (find_patch (taps, n_taps, run, patch))
    {
      p.a_rows = patch;
      p.m = n_taps * run;
      n_taps = 1;
    }
  for (gint64 i = 0; i < p.n_runs; i++)
    rows[i] = i / s->rows * s->x_sample + i % s->rows * g->a.stride_h * g->wp * g->c;
  for (gint64 i = 0; i < g->a.groups * panels->n_panels; i++, dw += (g->q + 1) * panels->width)
    {
      float *bias = dw + g->q * panels->width;

      p.b = s->dy + i * s->dy_panel;
      p.n = MIN (panels->width,
                 cj_kernel_pad (panels->kernel, g->og) - i % panels->n_panels * panels->width);
      for (gint64 tap = 0; tap < n_taps; tap++)
        {
          p.a = s->x + taps[tap] + i / panels->n_panels * g->cg;
          p.c = dw + tap * p.m * panels->width;
          panels->kernel->multiply (&p);
        }
      if (s->first)
        memset (bias, 0, sizeof (float) * (gsize) panels->width);
      add_columns (p.b, s->dy_step, p.n_runs * g->ow, p.n, bias);
    }
}

/* Gradients of `pixels` pixels for the kernel: [group, panel, pixel, width]. */
static void
copy_panels (const CjConv *g, const CjConvPanels *panels, const float *dy, const float *y,
             gint64 pixels, float *to)
{
  const gint64 width = panels->width;

  for (gint64 i = 0; i < g->a.groups * panels->n_panels; i++)
    {
      const gint64 first = i % panels->n_panels * width, count = MIN (width, g->og - first);
      const gint64 at = i / panels->n_panels * g->og + first;

      for (gint64 k = 0; k < pixels; k++, to += width)
        {
          cj_row_copy_above (dy + k * g->o + at, y != NULL ? y + k * g->o + at : NULL, count, to);
          for (gint64 o = count; o < width; o++)
            to[o] = 0;
        }
    }
}

/* As many rows or pictures at once as fit. */
static void
backward_weight (const CjConv *g, const CjOpCall *call, CjSamples samples, float *sums)
{
  const CjConvPanels panels = cj_conv_panels (g->og);
  const gint64 line = gradient_line (g), picture = g->hp * g->wp * g->c + g->oh * line;
  const gboolean direct = g->a.groups == 1 && g->og % panels.kernel->lanes == 0;
  const gint64 room = weight_band (g);
  const gint64 step = MIN (find_band (g, room, line), CJ_CONV_MAX_TAPS);
  const gint64 bundle = step == g->oh ? CLAMP (MIN (room / picture, CJ_CONV_MAX_TAPS / g->oh), 1,
                                               samples.end - samples.begin)
                                      : 1;

  for (gint64 sample = samples.begin; sample < samples.end; sample += bundle)
    for (gint64 row = 0; row < g->oh; row += step)
      {
        const gint64 at = (sample * g->oh + row) * g->ow * g->o;
        const gint64 n = MIN (step, g->oh - row), under = rows_under (g, n);
        float *gradients = call->scratch;
        Stretch s = { .x = (const float *) call->in[0]
                           + (sample * g->h + row * g->a.stride_h) * g->w * g->c,
                      .x_sample = g->h * g->w * g->c,
                      .dy = call->d_out[0] + at,
                      .dy_step = g->o,
                      .dy_panel = panels.width,
                      .samples = MIN (bundle, samples.end - sample),
                      .rows = n,
                      .first = sample == samples.begin && row == 0 };

        if (is_padded (g))
          {
            s.x = call->scratch;
            s.x_sample = under * g->wp * g->c;
            gradients += s.samples * s.x_sample;
            for (gint64 k = 0; k < s.samples; k++)
              pad_rows (g, (const float *) call->in[0] + (sample + k) * g->h * g->w * g->c,
                        row * g->a.stride_h, under, call->scratch + k * s.x_sample);
          }
        if (!direct)
          {
            s.dy_step = panels.width;
            s.dy_panel = s.samples * n * g->ow * panels.width;
            copy_panels (g, &panels, s.dy, g->relu ? call->out[0] + at : NULL,
                         s.samples * n * g->ow, gradients);
          }
        else if (g->relu)
          cj_row_copy_above (s.dy, call->out[0] + at, s.samples * n * g->ow * g->o, gradients);
        if (!direct || g->relu)
          s.dy = gradients;
        add_stretch (g, &panels, &s, sums);
      }
}

/* Adds the rooms of the blocks in order and turns one panel of [tap, C/groups, width] into the weight's order. */
static void
add_rooms (const CjConv *g, const CjOpCall *call, guint chunk, float *room)
{
  const CjConvPanels panels = cj_conv_panels (g->og);
  const gint64 blocks = cj_op_blocks (call->op), size = cj_conv_room (g, &cj_conv_direct_weight);
  const gint64 width = panels.width;
  const float *from = room + chunk * (g->q + 1) * width;
  const gint64 first = chunk % panels.n_panels * width, count = MIN (width, g->og - first);
  const gint64 o0 = chunk / panels.n_panels * g->og + first;
  float sum[CJ_KERNEL_MAX_PANEL];

  for (gint64 q = 0; q <= g->q; q++, from += width)
    {
      const gboolean weight = q < g->q, add = weight ? call->add_in[1] : call->add_in[2];
      float *to = weight ? call->d_in[1] : call->op->n_in > 2 ? call->d_in[2] : NULL;
      const gint64 stride = weight ? g->q : 1;
      const gint64 at = o0 * stride + (weight ? q % g->cg * g->taps + q / g->cg : 0);

      if (to == NULL)
        continue;
      memcpy (sum, from, sizeof (float) * (gsize) width);
      for (gint64 s = 1; s < blocks; s++)
        cj_row_add (from + s * size, width, sum);
      for (gint64 o = 0; o < count; o++)
        to[at + o * stride] = sum[o] + (add ? to[at + o * stride] : 0);
    }
}

const CjConvWay cj_conv_direct_forward
    = { count_forward_room, count_forward_scratch, out_panels, pack_forward, forward };
const CjConvWay cj_conv_direct_weight
    = { count_weight_room, count_weight_scratch, out_panels, add_rooms, backward_weight };
