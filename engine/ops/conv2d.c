/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cross-correlation over pictures, as the field's frameworks define convolution. N batch, C input
 * channels, O output channels, H W picture, Q = kh · kw · C/groups. Data is channels last, the weight
 * [O, C/groups, kh, kw]; the products are implicit: a packer gathers patches, nothing is unrolled. */
#include "cj-error.h"
#include "cj-gemm.h"
#include "cj-op.h"

#include <string.h>

#define MAX_SLICES                                                                                 \
  8 /* the weight gradient is summed in this many slices of the batch, then in order */

typedef struct
{
  gint64 n, c, h, w, o, oh, ow, cg, og, q;
  CjConv2dAttrs a;
} Geometry;

/* One image, one group, as seen by the packers. */
typedef struct
{
  const Geometry *g;
  const float *data;    /* picture or its gradient: [H, W, C] */
  const float *weight;  /* of this group: [og, cg, kh, kw] */
  gint64 first_channel; /* of this group within data */
} Patch;

static Geometry
get_geometry (const CjOp *op)
{
  const gint64 *x = op->in_shape[0].dims, *w = op->in_shape[1].dims, *y = op->out_shape[0].dims;
  Geometry g = { .n = x[0], .c = x[1], .h = x[2], .w = x[3], .o = w[0], .oh = y[2], .ow = y[3] };

  g.a = *(const CjConv2dAttrs *) op->attrs;
  g.cg = g.c / g.a.groups;
  g.og = g.o / g.a.groups;
  g.q = (gint64) g.a.kernel_h * g.a.kernel_w * g.cg;
  return g;
}

static gint64
n_slices (const CjOp *op)
{
  return MIN (op->in_shape[0].dims[0], MAX_SLICES);
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjConv2dAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  gint64 oh, ow;

  if (x->n_dims != 4)
    {
      g_autofree char *got = cj_shape_print (x);

      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   "expects pictures of channels × height × width, got %s.", got);
      return FALSE;
    }
  oh = x->dims[2] + a->pad_top + a->pad_bottom - (gint64) a->dilation_h * (a->kernel_h - 1);
  ow = x->dims[3] + a->pad_left + a->pad_right - (gint64) a->dilation_w * (a->kernel_w - 1);
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
  op->workspace_bytes = sizeof (float) * n_slices (op)
                        * (cj_shape_size (&op->in_shape[1]) + op->in_shape[1].dims[0]);
  return TRUE;
}

/* rows: output pixels, k: (kernel row, kernel column, channel) of the patch under it */
static void
pack_patches (gconstpointer source, gint64 first, int count, int width, gint64 k, int depth,
              float *panel)
{
  const Patch *p = source;
  const Geometry *g = p->g;
  const CjConv2dAttrs *a = &g->a;

  for (int d = 0; d < depth; d++)
    {
      const gint64 channel = (k + d) % g->cg, tap = (k + d) / g->cg;
      const gint64 dy = tap / a->kernel_w * a->dilation_h - a->pad_top;
      const gint64 dx = tap % a->kernel_w * a->dilation_w - a->pad_left;
      const float *from = p->data + p->first_channel + channel;
      gint64 row = first / g->ow, column = first % g->ow;
      float *to = panel + (gsize) d * width;

      for (int i = 0; i < width; i++)
        {
          const gint64 y = row * a->stride_h + dy, x = column * a->stride_w + dx;
          const gboolean inside = i < count && y >= 0 && y < g->h && x >= 0 && x < g->w;

          to[i] = inside ? from[(y * g->w + x) * g->c] : 0;
          if (++column == g->ow)
            {
              column = 0;
              row++;
            }
        }
    }
}

/* The same matrix transposed: rows are (tap, channel), k are pixels. */
static void
pack_patches_across (gconstpointer source, gint64 first, int count, int width, gint64 k, int depth,
                     float *panel)
{
  const Patch *p = source;
  const Geometry *g = p->g;
  const CjConv2dAttrs *a = &g->a;

  for (int i = 0; i < width; i++)
    {
      const gint64 channel = (first + i) % g->cg, tap = (first + i) / g->cg;
      const gint64 dy = tap / a->kernel_w * a->dilation_h - a->pad_top;
      const gint64 dx = tap % a->kernel_w * a->dilation_w - a->pad_left;
      const float *from = p->data + p->first_channel + channel;
      gint64 row = k / g->ow, column = k % g->ow;

      for (int d = 0; d < depth; d++)
        {
          const gint64 y = row * a->stride_h + dy, x = column * a->stride_w + dx;
          const gboolean inside = i < count && y >= 0 && y < g->h && x >= 0 && x < g->w;

          panel[(gsize) d * width + i] = inside ? from[(y * g->w + x) * g->c] : 0;
          if (++column == g->ow)
            {
              column = 0;
              row++;
            }
        }
    }
}

/* columns: output channels, k: (tap, channel) */
static void
pack_weight (gconstpointer source, gint64 first, int count, int width, gint64 k, int depth,
             float *panel)
{
  const Patch *p = source;
  const gint64 taps = p->g->q / p->g->cg;

  for (int d = 0; d < depth; d++)
    for (int i = 0; i < width; i++)
      {
        const gint64 channel = (k + d) % p->g->cg, tap = (k + d) / p->g->cg;

        panel[(gsize) d * width + i]
            = i < count ? p->weight[((first + i) * p->g->cg + channel) * taps + tap] : 0;
      }
}

/* rows: input pixels, k: (tap, output channel) of the outputs that saw the pixel */
static void
pack_gradient (gconstpointer source, gint64 first, int count, int width, gint64 k, int depth,
               float *panel)
{
  const Patch *p = source;
  const Geometry *g = p->g;
  const CjConv2dAttrs *a = &g->a;

  for (int d = 0; d < depth; d++)
    {
      const gint64 channel = (k + d) % g->og, tap = (k + d) / g->og;
      const gint64 dy = tap / a->kernel_w * a->dilation_h - a->pad_top;
      const gint64 dx = tap % a->kernel_w * a->dilation_w - a->pad_left;
      const float *from = p->data + p->first_channel + channel;
      gint64 row = first / g->w, column = first % g->w;
      float *to = panel + (gsize) d * width;

      for (int i = 0; i < width; i++)
        {
          const gint64 y = row - dy, x = column - dx;
          const gboolean inside = i < count && y >= 0 && x >= 0 && y % a->stride_h == 0
                                  && x % a->stride_w == 0 && y / a->stride_h < g->oh
                                  && x / a->stride_w < g->ow;

          to[i] = inside ? from[(y / a->stride_h * g->ow + x / a->stride_w) * g->o] : 0;
          if (++column == g->w)
            {
              column = 0;
              row++;
            }
        }
    }
}

/* columns: input channels, k: (tap, output channel) */
static void
pack_weight_across (gconstpointer source, gint64 first, int count, int width, gint64 k, int depth,
                    float *panel)
{
  const Patch *p = source;
  const gint64 taps = p->g->q / p->g->cg;

  for (int d = 0; d < depth; d++)
    for (int i = 0; i < width; i++)
      {
        const gint64 channel = (k + d) % p->g->og, tap = (k + d) / p->g->og;

        panel[(gsize) d * width + i]
            = i < count ? p->weight[(channel * p->g->cg + first + i) * taps + tap] : 0;
      }
}

static void
forward (const CjOpCall *call, guint sample)
{
  const Geometry g = get_geometry (call->op);
  const float *bias = call->op->n_in > 2 ? call->in[2] : NULL;
  float *y = call->out[0] + sample * g.oh * g.ow * g.o;

  for (gint64 group = 0; group < g.a.groups; group++)
    {
      const Patch patch = {
        .g = &g,
        .data = (const float *) call->in[0] + sample * g.h * g.w * g.c,
        .weight = (const float *) call->in[1] + group * g.og * g.q,
        .first_channel = group * g.cg,
      };

      cj_gemm (g.oh * g.ow, g.og, g.q, (CjGemmOperand){ pack_patches, &patch },
               (CjGemmOperand){ pack_weight, &patch }, y + group * g.og, g.o, FALSE, call->scratch);
    }
  for (gint64 i = 0; bias != NULL && i < g.oh * g.ow; i++)
    for (gint64 o = 0; o < g.o; o++)
      y[i * g.o + o] += bias[o];
}

static void
backward_input (const CjOpCall *call, guint sample)
{
  const Geometry g = get_geometry (call->op);
  const gint64 taps = g.q / g.cg;

  if (call->d_in[0] == NULL)
    return;
  for (gint64 group = 0; group < g.a.groups; group++)
    {
      const Patch patch = {
        .g = &g,
        .data = call->d_out[0] + sample * g.oh * g.ow * g.o,
        .weight = (const float *) call->in[1] + group * g.og * g.q,
        .first_channel = group * g.og,
      };

      cj_gemm (g.h * g.w, g.cg, taps * g.og, (CjGemmOperand){ pack_gradient, &patch },
               (CjGemmOperand){ pack_weight_across, &patch },
               call->d_in[0] + sample * g.h * g.w * g.c + group * g.cg, g.c, call->add_in[0],
               call->scratch);
    }
}

static guint
slice_chunks (const CjOp *op)
{
  return (guint) n_slices (op);
}

/* Sums the gradient of one slice of the batch into the workspace: [O, Q] and [O]. */
static void
backward_weight (const CjOpCall *call, guint slice)
{
  const Geometry g = get_geometry (call->op);
  const gint64 slices = n_slices (call->op);
  const gint64 begin = g.n * slice / slices, end = g.n * (slice + 1) / slices;
  float *dw = call->workspace + slice * (g.o * g.q + g.o);
  float *db = dw + g.o * g.q;

  memset (db, 0, sizeof (float) * g.o);
  for (gint64 sample = begin; sample < end; sample++)
    {
      const float *dy = call->d_out[0] + sample * g.oh * g.ow * g.o;

      for (gint64 group = 0; group < g.a.groups; group++)
        {
          const Patch patch = {
            .g = &g,
            .data = (const float *) call->in[0] + sample * g.h * g.w * g.c,
            .first_channel = group * g.cg,
          };
          const CjGemmMatrix gradient = { dy + group * g.og, 1, g.o };

          cj_gemm (g.og, g.q, g.oh * g.ow, (CjGemmOperand){ cj_gemm_pack_matrix, &gradient },
                   (CjGemmOperand){ pack_patches_across, &patch }, dw + group * g.og * g.q, g.q,
                   sample > begin, call->scratch);
        }
      for (gint64 i = 0; i < g.oh * g.ow; i++)
        for (gint64 o = 0; o < g.o; o++)
          db[o] += dy[i * g.o + o];
    }
}

/* Adds the slices in order and turns (tap, channel) into the weight's (channel, tap). */
static void
backward_reduce (const CjOpCall *call, guint chunk)
{
  const Geometry g = get_geometry (call->op);
  const gint64 slices = n_slices (call->op), taps = g.q / g.cg, size = g.o * g.q + g.o;

  (void) chunk;
  for (gint64 o = 0; o < g.o; o++)
    {
      for (gint64 q = 0; call->d_in[1] != NULL && q < g.q; q++)
        {
          float *dw = call->d_in[1] + o * g.q + q % g.cg * taps + q / g.cg;
          float sum = 0;

          for (gint64 s = 0; s < slices; s++)
            sum += call->workspace[s * size + o * g.q + q];
          *dw = sum + (call->add_in[1] ? *dw : 0);
        }
      if (call->op->n_in > 2 && call->d_in[2] != NULL)
        {
          float sum = call->add_in[2] ? call->d_in[2][o] : 0;

          for (gint64 s = 0; s < slices; s++)
            sum += call->workspace[s * size + g.o * g.q + o];
          call->d_in[2][o] = sum;
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
  .attrs_size = sizeof (CjConv2dAttrs),
  .infer = infer,
  .forward = { { cj_op_chunk_samples, forward } },
  .backward = { { cj_op_chunk_samples, backward_input },
                { slice_chunks, backward_weight },
                { cj_op_chunk_one, backward_reduce } },
  .twin = twin,
};
