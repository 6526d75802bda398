/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cross-correlation over pictures, as the field's frameworks define convolution. N batch, C input
 * channels, O output channels, H W picture, Q = kh · kw · C/groups. Data is channels last, the weight
 * [O, C/groups, kh, kw]. Pictures are padded once and weights packed once a call, so that the kernels
 * of conv2d-kernel.c test nothing; nothing is unrolled. The gradient of the input is a convolution of
 * the padded gradient of the output, spread by the stride, with the weight turned round. */
#include "conv2d-kernel.h"

#include "cj-error.h"
#include "cj-gemm.h"
#include "cj-ops.h"

#include <string.h>

#define MAX_SLICES                                                                                 \
  8 /* the weight gradient is summed in this many slices of the batch, then in order */
#define MAX_RUNS 1024 /* offsets kept on the stack at once */

typedef struct
{
  gint64 n, c, h, w, o, oh, ow, cg, og, q;
  gint64 cgp, ogp; /* cg and og padded to whole vectors */
  gint64 hp, wp;   /* padded picture */
  gint64 hz, wz;   /* padded and spread gradient of the output */
  CjConv2dAttrs a;
} Geometry;

static gint64
whole_vectors (gint64 n)
{
  return (n + CJ_CONV_LANES - 1) / CJ_CONV_LANES * CJ_CONV_LANES;
}

static Geometry
get_geometry (const CjOp *op)
{
  const gint64 *x = op->in_shape[0].dims, *w = op->in_shape[1].dims, *y = op->out_shape[0].dims;
  Geometry g = { .n = x[0], .c = x[1], .h = x[2], .w = x[3], .o = w[0], .oh = y[2], .ow = y[3] };

  g.a = *(const CjConv2dAttrs *) op->attrs;
  g.cg = g.c / g.a.groups;
  g.og = g.o / g.a.groups;
  g.cgp = whole_vectors (g.cg);
  g.ogp = whole_vectors (g.og);
  g.q = (gint64) g.a.kernel_h * g.a.kernel_w * g.cg;
  g.hp = g.h + g.a.pad_top + g.a.pad_bottom;
  g.wp = g.w + g.a.pad_left + g.a.pad_right;
  g.hz = g.h + (gint64) g.a.dilation_h * (g.a.kernel_h - 1);
  g.wz = g.w + (gint64) g.a.dilation_w * (g.a.kernel_w - 1);
  return g;
}

static gint64
n_slices (const CjOp *op)
{
  return MIN (op->in_shape[0].dims[0], MAX_SLICES);
}

/* Workspace of forward: padded pictures, packed weight. Of backward: spread gradients, padded pictures,
 * packed weight, slices of the weight's gradient with the bias'. */
static gint64
count_pictures (const Geometry *g)
{
  return g->n * g->hp * g->wp * g->c;
}

static gint64
count_spread (const Geometry *g)
{
  return g->n * g->hz * g->wz * g->o;
}

static gint64
count_packed (const Geometry *g)
{
  const gint64 taps = (gint64) g->a.kernel_h * g->a.kernel_w;

  return g->a.groups * taps * MAX (g->cg * g->ogp, g->og * g->cgp);
}

static gint64
count_slice (const Geometry *g)
{
  return g->a.groups * (g->q + 1) * g->ogp;
}

static gint64
count_workspace (const CjOp *op)
{
  const Geometry g = get_geometry (op);

  return count_spread (&g) + count_pictures (&g) + count_packed (&g)
         + n_slices (op) * count_slice (&g);
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjConv2dAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  gint64 oh, ow;

  if (x->n_dims != 4)
    {
      g_autofree char *got = cj_shape_print_sample (x);

      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   "expects pictures of channels × height × width, got %s.", got);
      return FALSE;
    }
  oh = x->dims[2] + a->pad_top + a->pad_bottom - (gint64) a->dilation_h * (a->kernel_h - 1);
  ow = x->dims[3] + a->pad_left + a->pad_right - (gint64) a->dilation_w * (a->kernel_w - 1);
  if ((gint64) a->kernel_h * a->kernel_w > MAX_RUNS)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   "has a kernel of %d×%d; it may have %d points at most.", a->kernel_h,
                   a->kernel_w, MAX_RUNS);
      return FALSE;
    }
  if (oh < 1 || ow < 1)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   "has a kernel of %d×%d, larger than its padded input of %" G_GINT64_FORMAT
                   "×%" G_GINT64_FORMAT ". Make the kernel smaller or add padding.",
                   a->kernel_h, a->kernel_w, x->dims[2] + a->pad_top + a->pad_bottom,
                   x->dims[3] + a->pad_left + a->pad_right);
      return FALSE;
    }
  op->out_shape[0] = cj_shape4 (x->dims[0], op->in_shape[1].dims[0], (oh - 1) / a->stride_h + 1,
                                (ow - 1) / a->stride_w + 1);
  op->macs = cj_shape_size (&op->out_shape[0]) * cj_shape_size (&op->in_shape[1])
             / op->in_shape[1].dims[0];
  op->workspace_bytes = sizeof (float) * (gsize) count_workspace (op);
  return TRUE;
}

static float *
get_spread (const CjOpCall *call, const Geometry *g)
{
  (void) g;
  return call->workspace;
}

static float *
get_pictures (const CjOpCall *call, const Geometry *g)
{
  return call->workspace + count_spread (g);
}

static float *
get_packed (const CjOpCall *call, const Geometry *g)
{
  return get_pictures (call, g) + count_pictures (g);
}

static float *
get_slice (const CjOpCall *call, const Geometry *g, gint64 slice)
{
  return get_packed (call, g) + count_packed (g) + slice * count_slice (g);
}

static void
pad_picture (const CjOpCall *call, guint sample)
{
  const Geometry g = get_geometry (call->op);
  const float *from = (const float *) call->in[0] + sample * g.h * g.w * g.c;
  float *to = get_pictures (call, &g) + sample * g.hp * g.wp * g.c;
  const gint64 left = g.a.pad_left * g.c, right = g.a.pad_right * g.c, line = g.w * g.c;

  memset (to, 0, sizeof (float) * (gsize) (g.a.pad_top * g.wp * g.c));
  to += g.a.pad_top * g.wp * g.c;
  for (gint64 y = 0; y < g.h; y++, from += line, to += g.wp * g.c)
    {
      memset (to, 0, sizeof (float) * (gsize) left);
      memcpy (to + left, from, sizeof (float) * (gsize) line);
      memset (to + left + line, 0, sizeof (float) * (gsize) right);
    }
  memset (to, 0, sizeof (float) * (gsize) (g.a.pad_bottom * g.wp * g.c));
}

/* [O, C/groups, kh, kw] to [group, tap, C/groups, OGP] */
static void
pack_weight (const CjOpCall *call, guint chunk)
{
  const Geometry g = get_geometry (call->op);
  const float *weight = call->in[1];
  float *to = get_packed (call, &g);
  const gint64 taps = g.q / g.cg;

  (void) chunk;
  for (gint64 group = 0; group < g.a.groups; group++)
    for (gint64 tap = 0; tap < taps; tap++)
      for (gint64 c = 0; c < g.cg; c++, to += g.ogp)
        for (gint64 o = 0; o < g.ogp; o++)
          to[o] = o < g.og ? weight[((group * g.og + o) * g.cg + c) * taps + tap] : 0;
}

/* The same for the way back: [group, tap turned round, O/groups, CGP] */
static void
pack_weight_back (const CjOpCall *call, guint chunk)
{
  const Geometry g = get_geometry (call->op);
  const float *weight = call->in[1];
  float *to = get_packed (call, &g);
  const gint64 taps = g.q / g.cg;

  (void) chunk;
  if (call->d_in[0] == NULL)
    return;
  for (gint64 group = 0; group < g.a.groups; group++)
    for (gint64 tap = taps; tap-- > 0;)
      for (gint64 o = 0; o < g.og; o++, to += g.cgp)
        for (gint64 c = 0; c < g.cgp; c++)
          to[c] = c < g.cg ? weight[((group * g.og + o) * g.cg + c) * taps + tap] : 0;
}

/* Runs of a patch in a picture of `width` pixels with `channels` in all and `cg` in a group: a whole
 * kernel row where its pixels are neighbours, else a pixel each. */
static CjConvPatch
find_runs (const CjConv2dAttrs *a, gint64 width, gint64 channels, gint64 cg, gint64 *offsets)
{
  CjConvPatch patch = { .offsets = offsets };
  const gboolean rows = a->dilation_w == 1 && cg == channels;

  patch.run = rows ? cg * a->kernel_w : cg;
  for (int ky = 0; ky < a->kernel_h; ky++)
    for (int kx = 0; kx < (rows ? 1 : a->kernel_w); kx++)
      offsets[patch.n_runs++]
          = ((gint64) ky * a->dilation_h * width + (gint64) kx * a->dilation_w) * channels;
  return patch;
}

static void
forward (const CjOpCall *call, guint sample)
{
  const Geometry g = get_geometry (call->op);
  const float *bias = call->op->n_in > 2 ? call->in[2] : NULL;
  const float *x = get_pictures (call, &g) + sample * g.hp * g.wp * g.c;
  const float *weight = get_packed (call, &g);
  float *y = call->out[0] + sample * g.oh * g.ow * g.o;
  gint64 offsets[MAX_RUNS];
  CjConvPatch patch = find_runs (&g.a, g.wp, g.c, g.cg, offsets);

  patch.step = g.a.stride_w * g.c;
  for (gint64 group = 0; group < g.a.groups; group++)
    for (gint64 row = 0; row < g.oh; row++)
      cj_conv_row (&patch, x + row * g.a.stride_h * g.wp * g.c + group * g.cg,
                   weight + group * g.q * g.ogp, g.ogp, g.og,
                   bias != NULL ? bias + group * g.og : NULL, g.ow,
                   y + row * g.ow * g.o + group * g.og, g.o, FALSE);
}

/* Puts the gradient of the output where its pixels came from, in a picture with zeros between and
 * around. */
static void
spread_gradient (const CjOpCall *call, guint sample)
{
  const Geometry g = get_geometry (call->op);
  const float *from = call->d_out[0] + sample * g.oh * g.ow * g.o;
  float *to = get_spread (call, &g) + sample * g.hz * g.wz * g.o;
  const gint64 top = (gint64) g.a.dilation_h * (g.a.kernel_h - 1) - g.a.pad_top;
  const gint64 left = (gint64) g.a.dilation_w * (g.a.kernel_w - 1) - g.a.pad_left;

  if (call->d_in[0] == NULL)
    return;
  memset (to, 0, sizeof (float) * (gsize) (g.hz * g.wz * g.o));
  for (gint64 row = 0; row < g.oh; row++)
    for (gint64 column = 0; column < g.ow; column++)
      {
        const gint64 y = row * g.a.stride_h + top, x = column * g.a.stride_w + left;

        if (y >= 0 && y < g.hz && x >= 0 && x < g.wz)
          memcpy (to + (y * g.wz + x) * g.o, from + (row * g.ow + column) * g.o,
                  sizeof (float) * (gsize) g.o);
      }
}

static void
backward_input (const CjOpCall *call, guint sample)
{
  const Geometry g = get_geometry (call->op);
  const float *dy = get_spread (call, &g) + sample * g.hz * g.wz * g.o;
  const float *weight = get_packed (call, &g);
  gint64 offsets[MAX_RUNS];
  CjConvPatch patch = find_runs (&g.a, g.wz, g.o, g.og, offsets);

  if (call->d_in[0] == NULL)
    return;
  patch.step = g.o;
  for (gint64 group = 0; group < g.a.groups; group++)
    for (gint64 row = 0; row < g.h; row++)
      cj_conv_row (&patch, dy + row * g.wz * g.o + group * g.og,
                   weight + group * (g.q / g.cg) * g.og * g.cgp, g.cgp, g.cg, NULL, g.w,
                   call->d_in[0] + (sample * g.h + row) * g.w * g.c + group * g.cg, g.c,
                   call->add_in[0]);
}

static guint
slice_chunks (const CjOp *op)
{
  return (guint) n_slices (op);
}

/* `width` pixels of the output's gradient, one group, with zeros up to OGP; `db` takes their sum. */
static void
copy_row (const float *dy, const Geometry *g, gint64 width, float *row, float *db)
{
  for (gint64 i = 0; i < width; i++, dy += g->o, row += g->ogp)
    for (gint64 o = 0; o < g->ogp; o++)
      {
        row[o] = o < g->og ? dy[o] : 0;
        db[o] += row[o];
      }
}

/* Sums the gradient of one slice of the batch: [group, Q + 1, OGP], the last row the bias'. */
static void
backward_weight (const CjOpCall *call, guint slice)
{
  const Geometry g = get_geometry (call->op);
  const gint64 slices = n_slices (call->op);
  const gint64 begin = g.n * slice / slices, end = g.n * (slice + 1) / slices;
  const gint64 most = CJ_GEMM_SCRATCH / g.ogp; /* pixels of a row that fit into the scratch */
  float *dw = get_slice (call, &g, slice);
  gint64 offsets[MAX_RUNS];
  CjConvPatch patch = find_runs (&g.a, g.wp, g.c, g.cg, offsets);

  patch.step = g.a.stride_w * g.c;
  memset (dw, 0, sizeof (float) * (gsize) count_slice (&g));
  for (gint64 sample = begin; sample < end; sample++)
    {
      const float *x = get_pictures (call, &g) + sample * g.hp * g.wp * g.c;
      const float *dy = call->d_out[0] + sample * g.oh * g.ow * g.o;

      for (gint64 row = 0; row < g.oh; row++)
        for (gint64 group = 0; group < g.a.groups; group++)
          {
            float *to = dw + group * (g.q + 1) * g.ogp;

            for (gint64 i = 0; i < g.ow; i += most)
              {
                const gint64 width = MIN (most, g.ow - i);

                copy_row (dy + (row * g.ow + i) * g.o + group * g.og, &g, width, call->scratch,
                          to + g.q * g.ogp);
                cj_conv_row_gradient (
                    &patch, x + row * g.a.stride_h * g.wp * g.c + i * patch.step + group * g.cg,
                    call->scratch, g.ogp, width, to);
              }
          }
    }
}

/* Adds the slices in order and turns [group, tap, C/groups, OGP] into the weight's order. */
static void
backward_reduce (const CjOpCall *call, guint chunk)
{
  const Geometry g = get_geometry (call->op);
  const gint64 slices = n_slices (call->op), taps = g.q / g.cg, size = count_slice (&g);
  const float *first = get_slice (call, &g, 0);

  (void) chunk;
  for (gint64 o = 0; o < g.o; o++)
    {
      const float *column = first + o / g.og * (g.q + 1) * g.ogp + o % g.og;

      for (gint64 q = 0; q <= g.q; q++)
        {
          float *to = q < g.q ? call->d_in[1] : call->op->n_in > 2 ? call->d_in[2] : NULL;
          const gboolean add = q < g.q ? call->add_in[1] : call->add_in[2];
          const gint64 at = q < g.q ? o * g.q + q % g.cg * taps + q / g.cg : o;
          float sum = 0;

          if (to == NULL)
            continue;
          for (gint64 s = 0; s < slices; s++)
            sum += column[s * size + q * g.ogp];
          to[at] = sum + (add ? to[at] : 0);
        }
    }
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const Geometry g = get_geometry (op);
  const float *x = in[0], *w = in[1], *b = op->n_in > 2 ? in[2] : NULL;
  const gint64 taps = g.q / g.cg;

  for (gint64 i = 0; i < g.n * g.o * g.oh * g.ow; i++)
    {
      const gint64 column = i % g.ow, row = i / g.ow % g.oh, o = i / g.ow / g.oh % g.o;
      const gint64 n = i / g.ow / g.oh / g.o, group = o / g.og;
      double sum = b != NULL ? b[o] : 0;

      for (gint64 j = 0; j < g.q; j++)
        {
          const gint64 channel = j / taps, ky = j % taps / g.a.kernel_w, kx = j % g.a.kernel_w;
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
  .forward = { { cj_op_chunk_samples, pad_picture },
               { cj_op_chunk_one, pack_weight },
               { cj_op_chunk_samples, forward } },
  .backward = { { cj_op_chunk_samples, pad_picture },
                { slice_chunks, backward_weight },
                { cj_op_chunk_one, backward_reduce },
                { cj_op_chunk_samples, spread_gradient },
                { cj_op_chunk_one, pack_weight_back },
                { cj_op_chunk_samples, backward_input } },
  .free_out = 1,
  .twin = twin,
};
