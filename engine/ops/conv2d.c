/* SPDX-License-Identifier: GPL-3.0-or-later */
/* y[o] = b[o] + sum over c in o's group, i, j of w[o, c, i, j] x[c, row s + i d - p, ...]. N batch, C
 * channels, O output channels, H W picture, Q = kh · kw · C/groups. Data is channels last, the weight
 * [O, C/groups, kh, kw]. A product whose rows are the patches under the kernel, read where they lie
 * ("implicit GEMM"): nothing is unrolled, only pictures that need padding are copied, a band of rows
 * at a time into a thread's own scratch. The gradient of the input is a convolution of the padded
 * gradient of the output, spread by the stride, with the weight turned round. */
#include "cj-error.h"
#include "cj-gemm.h"
#include "cj-kernel.h"
#include "cj-math.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>

#define MAX_SLICES                                                                                 \
  8 /* the weight gradient is summed in this many slices of the batch, then in order */
#define MAX_RUNS 1024 /* offsets kept on the stack at once */
#define SCRATCH CJ_GEMM_SCRATCH

/* Columns of a packed matrix of `n` columns: [panel, Q, width]. */
typedef struct
{
  const CjKernel *kernel;
  gint64 width; /* of a panel */
  gint64 n_panels;
} Panels;

typedef struct
{
  gint64 n, c, h, w, o, oh, ow, cg, og, q, taps;
  Panels out, in; /* of og and cg columns */
  gint64 hp, wp;  /* padded picture */
  gint64 hz, wz;  /* padded and spread gradient of the output */
  CjConv2dAttrs a;
  gboolean relu;
} Geometry;

/* A picture as it is read under the kernel. */
typedef struct
{
  gint64 rows, columns, channels; /* whole */
  gint64 span;                    /* rows under the kernel */
  gint64 step_h, step_w;          /* from one output to the next */
  gint64 out_rows, out_columns;
} View;

static Panels
get_panels (gint64 columns)
{
  Panels p = { .kernel = cj_kernel_get (columns) };

  p.width = MIN (cj_kernel_pad (p.kernel, columns), 2 * p.kernel->lanes);
  p.n_panels = (columns + p.width - 1) / p.width;
  return p;
}

static Geometry
get_geometry (const CjOp *op)
{
  const gint64 *x = op->in_shape[0].dims, *w = op->in_shape[1].dims, *y = op->out_shape[0].dims;
  Geometry g = { .n = x[0], .c = x[1], .h = x[2], .w = x[3], .o = w[0], .oh = y[2], .ow = y[3] };

  g.a = *(const CjConv2dAttrs *) op->attrs;
  g.cg = g.c / g.a.groups;
  g.og = g.o / g.a.groups;
  g.out = get_panels (g.og);
  g.in = get_panels (g.cg);
  g.taps = (gint64) g.a.kernel_h * g.a.kernel_w;
  g.q = g.taps * g.cg;
  g.hp = g.h + g.a.pad_top + g.a.pad_bottom;
  g.wp = g.w + g.a.pad_left + g.a.pad_right;
  g.hz = g.h + (gint64) g.a.dilation_h * (g.a.kernel_h - 1);
  g.wz = g.w + (gint64) g.a.dilation_w * (g.a.kernel_w - 1);
  g.relu = op->info == &cj_op_conv2d_relu;
  return g;
}

static gboolean
is_padded (const Geometry *g)
{
  return g->hp != g->h || g->wp != g->w;
}

static View
view_picture (const Geometry *g)
{
  return (View){ .rows = g->hp,
                 .columns = g->wp,
                 .channels = g->c,
                 .span = (gint64) g->a.dilation_h * (g->a.kernel_h - 1) + 1,
                 .step_h = g->a.stride_h,
                 .step_w = g->a.stride_w,
                 .out_rows = g->oh,
                 .out_columns = g->ow };
}

static View
view_spread (const Geometry *g)
{
  return (View){ .rows = g->hz,
                 .columns = g->wz,
                 .channels = g->o,
                 .span = (gint64) g->a.dilation_h * (g->a.kernel_h - 1) + 1,
                 .step_h = 1,
                 .step_w = 1,
                 .out_rows = g->h,
                 .out_columns = g->w };
}

/* Rows of the view under `n` rows of outputs. */
static gint64
rows_under (const View *v, gint64 n)
{
  return (n - 1) * v->step_h + v->span;
}

/* The most rows of outputs whose rows of the view, and `more` floats for each, fit into the scratch;
 * 0 if not even one does. */
static gint64
find_band (const View *v, gint64 more)
{
  const gint64 line = v->columns * v->channels;
  gint64 n = (SCRATCH - (v->span - v->step_h) * line) / (v->step_h * line + more);

  n = CLAMP (n, 0, v->out_rows);
  return n > 0 && rows_under (v, n) * line + n * more <= SCRATCH ? n : 0;
}

static gint64
n_slices (const CjOp *op)
{
  return MIN (op->in_shape[0].dims[0], MAX_SLICES);
}

/* Floats of a row of the output's gradient, padded for the kernel. */
static gint64
gradient_line (const Geometry *g)
{
  return g->ow * g->a.groups * g->out.width * g->out.n_panels;
}

/* The workspace: packed weight, slices of the weight's gradient with the bias', and where bands do not
 * fit into the scratch a whole picture for each chunk. */
static gint64
count_packed (const Geometry *g)
{
  return g->a.groups * g->taps
         * MAX (g->cg * g->out.width * g->out.n_panels, g->og * g->in.width * g->in.n_panels);
}

static gint64
count_slice (const Geometry *g)
{
  return g->a.groups * (g->q + 1) * g->out.width * g->out.n_panels;
}

static gint64
count_spare (const Geometry *g)
{
  const View picture = view_picture (g), spread = view_spread (g);
  const gint64 pixels = g->hp * g->wp * g->c, gradient = g->oh * gradient_line (g);
  gint64 spare = 0;

  if (find_band (&picture, 0) == 0)
    spare = g->n * pixels;
  if (find_band (&spread, 0) == 0)
    spare = MAX (spare, g->n * g->hz * g->wz * g->o);
  if (find_band (&picture, gradient_line (g)) == 0)
    spare = MAX (spare, MIN (g->n, MAX_SLICES) * (pixels + gradient));
  return spare;
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjConv2dAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  gint64 oh, ow;
  Geometry g;

  if (x->n_dims != 4)
    {
      g_autofree char *got = cj_shape_print_sample (x);

      g_set_error (
          error, CJ_ERROR, CJ_ERROR_SHAPE,
          _ ("expects pictures of channels × height × width, got %s. Put it before Flatten, "
             "or Reshape before it."),
          got);
      return FALSE;
    }
  oh = x->dims[2] + a->pad_top + a->pad_bottom - (gint64) a->dilation_h * (a->kernel_h - 1);
  ow = x->dims[3] + a->pad_left + a->pad_right - (gint64) a->dilation_w * (a->kernel_w - 1);
  if ((gint64) a->kernel_h * a->kernel_w > MAX_RUNS)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("has a kernel of %d×%d; it may have %d points at most."), a->kernel_h,
                   a->kernel_w, MAX_RUNS);
      return FALSE;
    }
  if (oh < 1 || ow < 1)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("has a kernel that reaches over %d×%d, larger than its padded input of "
                      "%lld×%lld. Make kernel or dilation smaller, or add padding."),
                   (a->kernel_h - 1) * a->dilation_h + 1, (a->kernel_w - 1) * a->dilation_w + 1,
                   (long long) (x->dims[2] + a->pad_top + a->pad_bottom),
                   (long long) (x->dims[3] + a->pad_left + a->pad_right));
      return FALSE;
    }
  op->out_shape[0] = cj_shape4 (x->dims[0], op->in_shape[1].dims[0], (oh - 1) / a->stride_h + 1,
                                (ow - 1) / a->stride_w + 1);
  op->macs = cj_shape_size (&op->out_shape[0]) * cj_shape_size (&op->in_shape[1])
             / op->in_shape[1].dims[0];
  g = get_geometry (op);
  op->workspace_bytes
      = sizeof (float)
        * (gsize) (count_packed (&g) + n_slices (op) * count_slice (&g) + count_spare (&g));
  return TRUE;
}

static float *
get_packed (const CjOpCall *call)
{
  return call->workspace;
}

static float *
get_slice (const CjOpCall *call, const Geometry *g, gint64 slice)
{
  return call->workspace + count_packed (g) + slice * count_slice (g);
}

static float *
get_spare (const CjOpCall *call, const Geometry *g)
{
  return get_slice (call, g, n_slices (call->op));
}

/* Packs a weight seen as [rows (tap, channel), columns] for one panel a chunk. */
static guint
out_panels (const CjOp *op)
{
  const Geometry g = get_geometry (op);

  return (guint) (g.a.groups * g.out.n_panels);
}

static guint
in_panels (const CjOp *op)
{
  const Geometry g = get_geometry (op);

  return (guint) (g.a.groups * g.in.n_panels);
}

/* [O, C/groups, kh, kw] to [group, panel, tap, C/groups, width] */
static void
pack_weight (const CjOpCall *call, guint chunk)
{
  const Geometry g = get_geometry (call->op);
  const gint64 width = g.out.width, group = chunk / g.out.n_panels;
  const gint64 first = chunk % g.out.n_panels * width, count = MIN (width, g.og - first);
  const float *weight = (const float *) call->in[1] + (group * g.og + first) * g.q;
  float *to = get_packed (call) + chunk * g.q * width;

  for (gint64 tap = 0; tap < g.taps; tap++)
    for (gint64 c = 0; c < g.cg; c++, to += width)
      for (gint64 o = 0; o < width; o++)
        to[o] = o < count ? weight[o * g.q + c * g.taps + tap] : 0;
}

/* The same for the way back: [group, panel, tap turned round, O/groups, width] */
static void
pack_weight_back (const CjOpCall *call, guint chunk)
{
  const Geometry g = get_geometry (call->op);
  const gint64 width = g.in.width, group = chunk / g.in.n_panels;
  const gint64 first = chunk % g.in.n_panels * width, count = MIN (width, g.cg - first);
  const float *weight = (const float *) call->in[1] + (group * g.og * g.cg + first) * g.taps;
  float *to = get_packed (call) + chunk * g.taps * g.og * width;

  if (call->d_in[0] == NULL)
    return;
  for (gint64 tap = g.taps; tap-- > 0;)
    for (gint64 o = 0; o < g.og; o++, to += width)
      for (gint64 c = 0; c < width; c++)
        to[c] = c < count ? weight[o * g.q + c * g.taps + tap] : 0;
}

/* Runs of a patch in a view: a whole kernel row where its pixels are neighbours, else a pixel each.
 * The number of runs; their length goes to *run. */
static gint64
find_runs (const CjConv2dAttrs *a, const View *v, gint64 group_channels, gint64 *offsets,
           gint64 *run)
{
  const gboolean rows = a->dilation_w == 1 && group_channels == v->channels;
  gint64 n = 0;

  *run = rows ? group_channels * a->kernel_w : group_channels;
  for (int ky = 0; ky < a->kernel_h; ky++)
    for (int kx = 0; kx < (rows ? 1 : a->kernel_w); kx++)
      offsets[n++]
          = ((gint64) ky * a->dilation_h * v->columns + (gint64) kx * a->dilation_w) * v->channels;
  return n;
}

/* Rows [first, first + n) of a padded picture. */
static void
pad_rows (const Geometry *g, const float *x, gint64 first, gint64 n, float *to)
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

/* Copies a gradient; where `y` is given only that of units that were above 0. */
CJ_CLONES static void
copy_gradient (const float *dy, const float *y, gint64 n, float *to)
{
  if (y == NULL)
    memcpy (to, dy, sizeof (float) * (gsize) n);
  else
    for (gint64 i = 0; i < n; i++)
      to[i] = y[i] > 0 ? dy[i] : 0;
}

/* Rows [first, first + n) of the gradient of the output put where its pixels came from, in a picture
 * with zeros between and around. */
static void
spread_rows (const Geometry *g, const float *dy, const float *y, gint64 first, gint64 n, float *to)
{
  const gint64 top = (gint64) g->a.dilation_h * (g->a.kernel_h - 1) - g->a.pad_top;
  const gint64 left = (gint64) g->a.dilation_w * (g->a.kernel_w - 1) - g->a.pad_left;
  const gint64 line = g->ow * g->o;

  for (gint64 z = first - top; n > 0; n--, z++, to += g->wz * g->o)
    {
      const gint64 row = z / g->a.stride_h;
      gint64 column = 0;

      memset (to, 0, sizeof (float) * (gsize) (g->wz * g->o));
      if (z < 0 || z % g->a.stride_h != 0 || row >= g->oh)
        continue;
      while (column * g->a.stride_w + left < 0)
        column++;
      if (g->a.stride_w == 1 && column < g->ow && left < g->wz)
        copy_gradient (
            dy + row * line + column * g->o, y != NULL ? y + row * line + column * g->o : NULL,
            MIN (g->ow - column, g->wz - left - column) * g->o, to + (column + left) * g->o);
      else
        for (; column < g->ow && column * g->a.stride_w + left < g->wz; column++)
          copy_gradient (dy + row * line + column * g->o,
                         y != NULL ? y + row * line + column * g->o : NULL, g->o,
                         to + (column * g->a.stride_w + left) * g->o);
    }
}

/* Outputs of `n` rows of a view that begins at x: for each group and panel of columns all rows, so that
 * the panel of weights stays near. `all` is the number of output channels of all groups. */
static void
convolve (const Geometry *g, const View *v, const float *x, const Panels *panels, gint64 from_group,
          gint64 to_group, const float *weight, const float *bias, gint64 n, float *y,
          gboolean relu, gboolean add)
{
  gint64 offsets[MAX_RUNS];
  CjProduct p = { .a_row = v->step_w * v->channels,
                  .a_step = 1,
                  .offsets = offsets,
                  .b_step = panels->width,
                  .c_row = to_group * g->a.groups,
                  .m = v->out_columns,
                  .add = add,
                  .relu = relu };

  p.n_runs = find_runs (&g->a, v, from_group, offsets, &p.run);
  for (gint64 i = 0; i < g->a.groups * panels->n_panels; i++)
    {
      const gint64 group = i / panels->n_panels, first = i % panels->n_panels * panels->width;
      const gint64 at = group * to_group + first;

      p.n = MIN (panels->width, to_group - first);
      p.b = weight + i * p.n_runs * p.run * panels->width;
      p.bias = bias != NULL ? bias + at : NULL;
      for (gint64 row = 0; row < n; row++)
        {
          p.a = x + row * v->step_h * v->columns * v->channels + group * from_group;
          p.c = y + row * v->out_columns * p.c_row + at;
          panels->kernel->multiply (&p);
        }
    }
}

static void
forward (const CjOpCall *call, guint sample)
{
  const Geometry g = get_geometry (call->op);
  const View v = view_picture (&g);
  const float *bias = call->op->n_in > 2 ? call->in[2] : NULL;
  const float *x = (const float *) call->in[0] + sample * g.h * g.w * g.c;
  const gint64 band = find_band (&v, 0), step = band > 0 && is_padded (&g) ? band : g.oh;
  float *to = band > 0 ? call->scratch : get_spare (call, &g) + sample * g.hp * g.wp * g.c;

  for (gint64 row = 0; row < g.oh; row += step)
    {
      const gint64 n = MIN (step, g.oh - row);
      const float *from = x;

      if (is_padded (&g))
        {
          pad_rows (&g, x, row * g.a.stride_h, rows_under (&v, n), to);
          from = to;
        }
      convolve (&g, &v, from, &g.out, g.cg, g.og, get_packed (call), bias, n,
                call->out[0] + (sample * g.oh + row) * g.ow * g.o, g.relu, FALSE);
    }
}

static void
backward_input (const CjOpCall *call, guint sample)
{
  const Geometry g = get_geometry (call->op);
  const View v = view_spread (&g);
  const gint64 at = sample * g.oh * g.ow * g.o;
  const gint64 band = find_band (&v, 0), step = band > 0 ? band : g.h;
  float *to = band > 0 ? call->scratch : get_spare (call, &g) + sample * g.hz * g.wz * g.o;

  for (gint64 row = 0; call->d_in[0] != NULL && row < g.h; row += step)
    {
      const gint64 n = MIN (step, g.h - row);

      spread_rows (&g, call->d_out[0] + at, g.relu ? call->out[0] + at : NULL, row,
                   rows_under (&v, n), to);
      convolve (&g, &v, to, &g.in, g.og, g.cg, get_packed (call), NULL, n,
                call->d_in[0] + (sample * g.h + row) * g.w * g.c, FALSE, call->add_in[0]);
    }
}

static guint
slice_chunks (const CjOp *op)
{
  return (guint) n_slices (op);
}

CJ_CLONES static void
add_row (const float *from, gint64 n, float *to)
{
  for (gint64 i = 0; i < n; i++)
    to[i] += from[i];
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

/* dw [group, panel, Q + 1, width] (+)= patches times gradients; the last row is the bias'. */
static void
add_stretch (const Geometry *g, const Stretch *s, float *dw)
{
  const View v = view_picture (g);
  const Panels *panels = &g->out;
  gint64 taps[MAX_RUNS], rows[MAX_RUNS], run;
  const gint64 n_taps = find_runs (&g->a, &v, g->cg, taps, &run);
  CjProduct p = { .a_row = 1,
                  .a_step = v.step_w * g->c,
                  .offsets = rows,
                  .n_runs = s->samples * s->rows,
                  .run = g->ow,
                  .b_step = s->dy_step,
                  .c_row = panels->width,
                  .m = run,
                  .add = !s->first };

  for (gint64 i = 0; i < p.n_runs; i++)
    rows[i] = i / s->rows * s->x_sample + i % s->rows * v.step_h * g->wp * g->c;
  for (gint64 i = 0; i < g->a.groups * panels->n_panels; i++, dw += (g->q + 1) * panels->width)
    {
      float *bias = dw + g->q * panels->width;

      p.b = s->dy + i * s->dy_panel;
      p.n = MIN (panels->width,
                 cj_kernel_pad (panels->kernel, g->og) - i % panels->n_panels * panels->width);
      for (gint64 tap = 0; tap < n_taps; tap++)
        {
          p.a = s->x + taps[tap] + i / panels->n_panels * g->cg;
          p.c = dw + tap * run * panels->width;
          panels->kernel->multiply (&p);
        }
      if (s->first)
        memset (bias, 0, sizeof (float) * (gsize) panels->width);
      for (gint64 k = 0; k < p.n_runs * g->ow; k++)
        add_row (p.b + k * s->dy_step, p.n, bias);
    }
}

/* Gradients of `pixels` pixels for the kernel: [group, panel, pixel, width]. */
static void
copy_panels (const Geometry *g, const float *dy, const float *y, gint64 pixels, float *to)
{
  const gint64 width = g->out.width;

  for (gint64 i = 0; i < g->a.groups * g->out.n_panels; i++)
    {
      const gint64 first = i % g->out.n_panels * width, count = MIN (width, g->og - first);
      const gint64 at = i / g->out.n_panels * g->og + first;

      for (gint64 k = 0; k < pixels; k++, to += width)
        {
          copy_gradient (dy + k * g->o + at, y != NULL ? y + k * g->o + at : NULL, count, to);
          for (gint64 o = count; o < width; o++)
            to[o] = 0;
        }
    }
}

/* Sums the gradient of one slice of the batch, as many rows or pictures at once as fit. */
static void
backward_weight (const CjOpCall *call, guint slice)
{
  const Geometry g = get_geometry (call->op);
  const View v = view_picture (&g);
  const gint64 slices = n_slices (call->op), line = gradient_line (&g);
  const gint64 begin = g.n * slice / slices, end = g.n * (slice + 1) / slices;
  const gint64 pixels = g.hp * g.wp * g.c, area = g.oh * line;
  const gboolean direct = g.a.groups == 1 && g.og % g.out.kernel->lanes == 0 && !g.relu;
  const gint64 band = find_band (&v, line);
  const gint64 whole = band == g.oh ? MAX (SCRATCH / (pixels + area), 1) : 1;
  const gint64 bundle = CLAMP (MIN (whole, MAX_RUNS / g.oh), 1, end - begin);
  const gint64 step = CLAMP (band > 0 ? band : g.oh, 1, MAX_RUNS);
  float *padded = band > 0 ? call->scratch : get_spare (call, &g) + slice * (pixels + area);

  for (gint64 sample = begin; sample < end; sample += bundle)
    for (gint64 row = 0; row < g.oh; row += step)
      {
        const gint64 at = (sample * g.oh + row) * g.ow * g.o;
        const gint64 n = MIN (step, g.oh - row), under = rows_under (&v, n);
        Stretch s
            = { .x = (const float *) call->in[0] + (sample * g.h + row * g.a.stride_h) * g.w * g.c,
                .x_sample = g.h * g.w * g.c,
                .dy = call->d_out[0] + at,
                .dy_step = g.o,
                .dy_panel = g.out.width,
                .samples = MIN (bundle, end - sample),
                .rows = n,
                .first = sample == begin && row == 0 };
        float *gradients = padded;

        if (is_padded (&g))
          {
            s.x = padded;
            s.x_sample = under * g.wp * g.c;
            gradients += s.samples * s.x_sample;
            for (gint64 k = 0; k < s.samples; k++)
              pad_rows (&g, (const float *) call->in[0] + (sample + k) * g.h * g.w * g.c,
                        row * g.a.stride_h, under, padded + k * s.x_sample);
          }
        if (!direct)
          {
            s.dy = gradients;
            s.dy_step = g.out.width;
            s.dy_panel = s.samples * n * g.ow * g.out.width;
            copy_panels (&g, call->d_out[0] + at, g.relu ? call->out[0] + at : NULL,
                         s.samples * n * g.ow, gradients);
          }
        add_stretch (&g, &s, get_slice (call, &g, slice));
      }
}

/* Adds the slices in order and turns one panel of [tap, C/groups, width] into the weight's order. */
static void
backward_reduce (const CjOpCall *call, guint chunk)
{
  const Geometry g = get_geometry (call->op);
  const gint64 slices = n_slices (call->op), size = count_slice (&g), width = g.out.width;
  const float *from = get_slice (call, &g, 0) + chunk * (g.q + 1) * width;
  const gint64 first = chunk % g.out.n_panels * width, count = MIN (width, g.og - first);
  const gint64 o0 = chunk / g.out.n_panels * g.og + first;
  float sum[CJ_KERNEL_MAX_PANEL];

  for (gint64 q = 0; q <= g.q; q++, from += width)
    {
      const gboolean weight = q < g.q, add = weight ? call->add_in[1] : call->add_in[2];
      float *to = weight ? call->d_in[1] : call->op->n_in > 2 ? call->d_in[2] : NULL;
      const gint64 stride = weight ? g.q : 1;
      const gint64 at = o0 * stride + (weight ? q % g.cg * g.taps + q / g.cg : 0);

      if (to == NULL)
        continue;
      memcpy (sum, from, sizeof (float) * (gsize) width);
      for (gint64 s = 1; s < slices; s++)
        add_row (from + s * size, width, sum);
      for (gint64 o = 0; o < count; o++)
        to[at + o * stride] = sum[o] + (add ? to[at + o * stride] : 0);
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const Geometry g = get_geometry (op);
  const float *x = in[0], *w = in[1], *b = op->n_in > 2 ? in[2] : NULL;

  for (gint64 i = 0; i < g.n * g.o * g.oh * g.ow; i++)
    {
      const gint64 column = i % g.ow, row = i / g.ow % g.oh, o = i / g.ow / g.oh % g.o;
      const gint64 n = i / g.ow / g.oh / g.o, group = o / g.og;
      double sum = b != NULL ? b[o] : 0;

      for (gint64 j = 0; j < g.q; j++)
        {
          const gint64 channel = j / g.taps, ky = j % g.taps / g.a.kernel_w, kx = j % g.a.kernel_w;
          const gint64 y = row * g.a.stride_h + ky * g.a.dilation_h - g.a.pad_top;
          const gint64 z = column * g.a.stride_w + kx * g.a.dilation_w - g.a.pad_left;

          if (y >= 0 && y < g.h && z >= 0 && z < g.w)
            sum += (double) w[o * g.q + j]
                   * x[((n * g.c + group * g.cg + channel) * g.h + y) * g.w + z];
        }
      out[0][i] = (float) sum;
    }
}

const CjOpInfo cj_op_conv2d = {
  .id = "conv2d",
  .layout = CJ_LAYOUT_LAST,
  .plain_in = 1u << 1,
  .attrs_size = sizeof (CjConv2dAttrs),
  .infer = infer,
  .forward = { { out_panels, pack_weight }, { cj_op_chunk_samples, forward } },
  .backward = { { slice_chunks, backward_weight },
                { out_panels, backward_reduce },
                { in_panels, pack_weight_back },
                { cj_op_chunk_samples, backward_input } },
  .free_out = 1,
  .twin = twin,
};

static void
relu_twin (const CjOp *op, const void *const *in, float *const *out)
{
  twin (op, in, out);
  for (gint64 i = 0; i < cj_shape_size (&op->out_shape[0]); i++)
    out[0][i] = MAX (out[0][i], 0);
}

const CjOpInfo cj_op_conv2d_relu = {
  .id = "conv2d-relu",
  .layout = CJ_LAYOUT_LAST,
  .plain_in = 1u << 1,
  .attrs_size = sizeof (CjConv2dAttrs),
  .infer = infer,
  .forward = { { out_panels, pack_weight }, { cj_op_chunk_samples, forward } },
  .backward = { { slice_chunks, backward_weight },
                { out_panels, backward_reduce },
                { in_panels, pack_weight_back },
                { cj_op_chunk_samples, backward_input } },
  .twin = relu_twin,
};
