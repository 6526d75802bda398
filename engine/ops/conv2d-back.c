/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The gradient of the input as products. An input pixel y gets w[k] dy[r] from every tap k and row r with
 * r s + k d - p = y. Pixels of the same y mod s, a phase, meet the same taps, a regular few of all: each
 * phase is a convolution of the output's gradient, padded, with these taps turned round, and writes
 * every s-th pixel. With zeros put between the pixels of the gradient instead, a stride of two does
 * four times the work: 71 µs a picture where this takes 19, from 16 to 32 channels on 32×32. */
#include "cj-kernel.h"
#include "cj-rows.h"
#include "conv2d-private.h"

#include <string.h>

#define BAND 8192 /* floats of scratch for rows of the gradient: in the first cache */

/* What one phase does along one axis: output i of it sees the padded rows lead + i + t jump, for t <
 * count, through the taps last - t step. */
typedef struct
{
  gint64 count, last, step;
  gint64 lead, jump;
  gint64 n; /* outputs */
} Phase;

/* One axis. */
typedef struct
{
  gint64 size, stride, dilation, kernel, pad;
  gint64 before; /* padding of the gradient */
  gint64 reach;  /* padded rows under the first outputs of all phases */
  gint64 n;      /* the most outputs of a phase */
} Axis;

static gint64
greatest_divisor (gint64 a, gint64 b)
{
  return b == 0 ? a : greatest_divisor (b, a % b);
}

/* `lead` counts from the first row, before padding. */
static Phase
find_phase (const Axis *axis, gint64 phase)
{
  const gint64 divisor = greatest_divisor (axis->stride, axis->dilation);
  const gint64 at = phase + axis->pad;
  gint64 first = 0;
  Phase p = { .step = axis->stride / divisor,
              .jump = axis->dilation / divisor,
              .n = (axis->size - phase + axis->stride - 1) / axis->stride };

  while (first < MIN (axis->kernel, p.step) && (at - first * axis->dilation) % axis->stride != 0)
    first++;
  if (first >= MIN (axis->kernel, p.step))
    return p;
  p.count = (axis->kernel - 1 - first) / p.step + 1;
  p.last = first + (p.count - 1) * p.step;
  p.lead = (at - first * axis->dilation) / axis->stride - (p.count - 1) * p.jump + axis->before;
  return p;
}

static Axis
find_axis (gint64 size, gint64 stride, gint64 dilation, gint64 kernel, gint64 pad)
{
  Axis axis
      = { .size = size, .stride = stride, .dilation = dilation, .kernel = kernel, .pad = pad };

  for (gint64 k = 0; k < MIN (stride, size); k++)
    axis.before = MAX (axis.before, axis.before - find_phase (&axis, k).lead);
  for (gint64 k = 0; k < MIN (stride, size); k++)
    {
      const Phase p = find_phase (&axis, k);

      if (p.count > 0)
        axis.reach = MAX (axis.reach, p.lead + (p.count - 1) * p.jump + 1);
    }
  axis.n = (size - 1) / stride + 1;
  return axis;
}

static Axis
axis_of_rows (const CjConv *g)
{
  return find_axis (g->h, g->a.stride_h, g->a.dilation_h, g->a.kernel_h, g->a.pad_top);
}

static Axis
axis_of_columns (const CjConv *g)
{
  return find_axis (g->w, g->a.stride_w, g->a.dilation_w, g->a.kernel_w, g->a.pad_left);
}

/* Floats of a padded row of the gradient. */
static gint64
count_line (const CjConv *g, const Axis *columns)
{
  return (columns->n - 1 + columns->reach) * g->o;
}

/* The rows of outputs of a phase whose rows of the gradient fit into a band, at least one. */
static gint64
find_band (const Axis *rows, gint64 line)
{
  return CLAMP (BAND / MAX (line, 1) - rows->reach + 1, 1, MAX (rows->n, 1));
}

static gint64
count_room (const CjConv *g)
{
  const CjConvPanels panels = cj_conv_panels (g->cg);

  return g->a.groups * g->taps * g->og * panels.width * panels.n_panels;
}

static gint64
count_scratch (const CjConv *g)
{
  const Axis rows = axis_of_rows (g), columns = axis_of_columns (g);
  const gint64 line = count_line (g, &columns);

  return (find_band (&rows, line) - 1 + rows.reach) * line;
}

static guint
count_panels (const CjConv *g)
{
  return (guint) (g->a.groups * cj_conv_panels (g->cg).n_panels);
}

/* [O, C/groups, kh, kw] to [phase, group, panel, tap of the phase turned round, O/groups, width] */
static void
pack (const CjConv *g, const CjOpCall *call, guint chunk, float *room)
{
  const CjConvPanels panels = cj_conv_panels (g->cg);
  const Axis rows = axis_of_rows (g), columns = axis_of_columns (g);
  const gint64 width = panels.width, group = chunk / panels.n_panels;
  const gint64 first = chunk % panels.n_panels * width, count = MIN (width, g->cg - first);
  const float *weight = cj_conv_get_back (call) + (group * g->og * g->cg + first) * g->taps;

  for (gint64 py = 0; py < MIN (rows.stride, rows.size); py++)
    for (gint64 px = 0; px < MIN (columns.stride, columns.size); px++)
      {
        const Phase y = find_phase (&rows, py), x = find_phase (&columns, px);
        const gint64 size = y.count * x.count * g->og * width;
        float *to = room + chunk * size;

        for (gint64 t = 0; t < y.count * x.count; t++)
          for (gint64 o = 0; o < g->og; o++, to += width)
            {
              const gint64 tap
                  = (y.last - t / x.count * y.step) * g->a.kernel_w + x.last - t % x.count * x.step;

              for (gint64 c = 0; c < width; c++)
                to[c] = c < count ? weight[o * g->q + c * g->taps + tap] : 0;
            }
        room += count_panels (g) * size;
      }
}

/* Rows [first, first + n) of the padded gradient. */
static void
pad_rows (const CjConv *g, const Axis *rows, const Axis *columns, const float *dy, const float *y,
          gint64 first, gint64 n, float *to)
{
  const gint64 line = count_line (g, columns), left = columns->before * g->o;
  const gint64 there = CLAMP (line - left, 0, g->ow * g->o);

  for (gint64 r = first - rows->before; n > 0; n--, r++, to += line)
    if (r < 0 || r >= g->oh || there == 0)
      memset (to, 0, sizeof (float) * (gsize) line);
    else
      {
        const gint64 at = r * g->ow * g->o;

        memset (to, 0, sizeof (float) * (gsize) left);
        cj_row_copy_above (dy + at, y != NULL ? y + at : NULL, there, to + left);
        memset (to + left + there, 0, sizeof (float) * (gsize) (line - left - there));
      }
}

/* Whether there are inputs that no output sees. */
static gboolean
has_holes (const Axis *axis)
{
  for (gint64 k = 0; k < MIN (axis->stride, axis->size); k++)
    if (find_phase (axis, k).count == 0)
      return TRUE;
  return FALSE;
}

/* Outputs [first, first + n) of one phase of rows and columns, from the padded rows from `first` on. */
static void
convolve (const CjConv *g, const Phase *y, const Phase *x, const float *dy, gint64 line,
          const float *weight, gint64 n, gboolean add, float *dx)
{
  const CjConvPanels panels = cj_conv_panels (g->cg);
  const gboolean whole = x->jump == 1 && g->a.groups == 1;
  const gint64 row = g->a.stride_h * g->w * g->c, size = y->count * x->count * g->og;
  gint64 offsets[CJ_CONV_MAX_TAPS];
  CjProduct p = { .a_row = g->o,
                  .a_step = 1,
                  .offsets = offsets,
                  .run = whole ? x->count * g->o : g->og,
                  .b_step = panels.width,
                  .c_row = g->a.stride_w * g->c,
                  .m = x->n,
                  .add = add };

  for (gint64 ty = 0; ty < y->count; ty++)
    for (gint64 tx = 0; tx < (whole ? MIN (x->count, 1) : x->count); tx++)
      offsets[p.n_runs++] = (y->lead + ty * y->jump) * line + (x->lead + tx * x->jump) * g->o;
  for (gint64 i = 0; size > 0 && i < g->a.groups * panels.n_panels; i++)
    {
      const gint64 group = i / panels.n_panels, first = i % panels.n_panels * panels.width;

      p.n = MIN (panels.width, g->cg - first);
      p.b = weight + i * size * panels.width;
      for (gint64 k = 0; k < n; k++)
        {
          p.a = dy + k * line + group * g->og;
          p.c = dx + k * row + group * g->cg + first;
          panels.kernel->multiply (&p);
        }
    }
}

static void
run (const CjConv *g, const CjOpCall *call, CjSamples samples, float *room)
{
  const Axis rows = axis_of_rows (g), columns = axis_of_columns (g);
  const gint64 line = count_line (g, &columns), step = find_band (&rows, line);
  const CjConvPanels panels = cj_conv_panels (g->cg);
  const gint64 picture = g->h * g->w * g->c;
  /* no padding and nothing to be masked */
  const gboolean direct = !g->relu && rows.before == 0 && rows.n - 1 + rows.reach <= g->oh
                          && columns.before == 0 && line == g->ow * g->o;

  if (!call->add_in[0] && (has_holes (&rows) || has_holes (&columns)))
    memset (call->d_in[0] + samples.begin * picture, 0,
            sizeof (float) * (gsize) ((samples.end - samples.begin) * picture));
  for (gint64 s = samples.begin; s < samples.end; s++)
    for (gint64 first = 0; first < rows.n; first += step)
      {
        const gint64 at = s * g->oh * g->ow * g->o;
        const gint64 n = MIN (step, rows.n - first);
        const float *weight = room, *dy = call->d_out[0] + at + first * line;

        if (!direct)
          {
            pad_rows (g, &rows, &columns, call->d_out[0] + at, g->relu ? call->out[0] + at : NULL,
                      first, n - 1 + rows.reach, call->scratch);
            dy = call->scratch;
          }
        for (gint64 py = 0; py < MIN (rows.stride, rows.size); py++)
          for (gint64 px = 0; px < MIN (columns.stride, columns.size); px++)
            {
              const Phase y = find_phase (&rows, py), x = find_phase (&columns, px);

              convolve (g, &y, &x, dy, line, weight, MIN (n, y.n - first), call->add_in[0],
                        call->d_in[0]
                            + ((s * g->h + first * g->a.stride_h + py) * g->w + px) * g->c);
              weight += y.count * x.count * g->a.groups * g->og * panels.width * panels.n_panels;
            }
      }
}

const CjConvWay cj_conv_direct_input = { count_room, count_scratch, count_panels, pack, run };
