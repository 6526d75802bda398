/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The convolution as an op: shapes, which way is taken, and the phases. */
#include "conv2d-private.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

#define MANY_PIXELS 1024 /* of a row that is still copied at once */

/* Whether every pixel is for itself and rows are short: then the picture may as well be a single row,
 * which fills tiles better. */
static gboolean
is_product (const CjConv *g)
{
  const CjConv2dAttrs *a = &g->a;

  return a->kernel_h == 1 && a->kernel_w == 1 && a->stride_h == 1 && a->stride_w == 1
         && g->h == g->oh && g->w == g->ow && g->h * g->w <= MANY_PIXELS;
}

CjConv
cj_conv_get (const CjOp *op)
{
  const gint64 *x = op->in_shape[0].dims, *w = op->in_shape[1].dims, *y = op->out_shape[0].dims;
  CjConv g = { .n = x[0], .c = x[1], .h = x[2], .w = x[3], .o = w[0], .oh = y[2], .ow = y[3] };

  g.a = *(const CjConv2dAttrs *) op->attrs;
  if (is_product (&g))
    {
      g.w *= g.h;
      g.ow *= g.oh;
      g.h = g.oh = 1;
    }
  g.cg = g.c / g.a.groups;
  g.og = g.o / g.a.groups;
  g.taps = (gint64) g.a.kernel_h * g.a.kernel_w;
  g.q = g.taps * g.cg;
  g.hp = g.h + g.a.pad_top + g.a.pad_bottom;
  g.wp = g.w + g.a.pad_left + g.a.pad_right;
  g.block = (g.n + cj_op_blocks (op) - 1) / cj_op_blocks (op);
  g.relu = op->info == &cj_op_conv2d_relu;
  return g;
}

/* Fewer channels than this leave the lanes of a vector empty enough that pixels fill them better. */
#define FEW_CHANNELS 12
#define VERY_FEW 4 /* of either side: all products of two planes are worth laying both out */

/* Whether planes can make pictures of `made` channels from `read` channels. */
static gboolean
fits_planes (const CjConv *conv, gint64 made, gint64 read)
{
  const CjConv2dAttrs *a = &conv->a;

  return made <= FEW_CHANNELS && a->groups == 1 && a->stride_h == 1 && a->stride_w == 1
         && read * conv->taps <= CJ_CONV_MAX_TAPS;
}

/* Which way each pass takes; by shapes alone, so that the bits stay the same. */
static const CjConvWay *
choose_forward (const CjConv *conv)
{
  return cj_conv_fits_winograd (conv, FALSE)    ? &cj_conv_winograd_forward
         : fits_planes (conv, conv->o, conv->c) ? &cj_conv_planes_forward
                                                : &cj_conv_direct_forward;
}

static const CjConvWay *
choose_input (const CjConv *conv)
{
  const CjConv2dAttrs *a = &conv->a;
  const gint64 high = (gint64) a->dilation_h * (a->kernel_h - 1);
  const gint64 wide = (gint64) a->dilation_w * (a->kernel_w - 1);

  if (cj_conv_fits_winograd (conv, FALSE))
    return &cj_conv_winograd_input;
  return fits_planes (conv, conv->c, conv->o) && MAX (a->pad_top, a->pad_bottom) <= high
                 && MAX (a->pad_left, a->pad_right) <= wide
             ? &cj_conv_planes_input
             : &cj_conv_direct_input;
}

static const CjConvWay *
choose_weight (const CjConv *conv)
{
  if (cj_conv_fits_winograd (conv, TRUE))
    return &cj_conv_winograd_weight;
  return fits_planes (conv, conv->o, conv->c) && MIN (conv->c, conv->o) <= VERY_FEW
             ? &cj_conv_planes_weight
             : &cj_conv_direct_weight;
}

/* Forward: the packed weight. Backward: the weight packed for the way back, then the gradients of the
 * weight of each block. */
static gint64
count_workspace (const CjConv *conv, gint64 blocks)
{
  return MAX (cj_conv_room (conv, choose_forward (conv)),
              cj_conv_room (conv, choose_input (conv))
                  + blocks * cj_conv_room (conv, choose_weight (conv)));
}

static gint64
count_scratch (const CjConv *conv)
{
  const gint64 input = choose_input (conv)->count_scratch (conv);
  const gint64 weight = choose_weight (conv)->count_scratch (conv);

  return MAX (choose_forward (conv)->count_scratch (conv), MAX (input, weight));
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjConv2dAttrs *a = op->attrs;
  const CjShape *x = &op->in_shape[0];
  gint64 oh, ow;
  CjConv conv;

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
  if ((gint64) a->kernel_h * a->kernel_w > CJ_CONV_MAX_TAPS)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("has a kernel of %d×%d; it may have %d points at most."), a->kernel_h,
                   a->kernel_w, CJ_CONV_MAX_TAPS);
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
  conv = cj_conv_get (op);
  op->workspace_bytes = sizeof (float) * (gsize) count_workspace (&conv, cj_op_blocks (op));
  op->scratch_bytes = sizeof (float) * (gsize) count_scratch (&conv);
  return TRUE;
}

/* --- phases --- */

static guint
forward_turns (const CjOp *op)
{
  const CjConv conv = cj_conv_get (op);

  return choose_forward (&conv)->n_turns (&conv);
}

static void
turn_forward (const CjOpCall *call, guint chunk)
{
  const CjConv conv = cj_conv_get (call->op);

  choose_forward (&conv)->turn (&conv, call, chunk, call->workspace);
}

static void
forward (const CjOpCall *call, guint block)
{
  const CjConv conv = cj_conv_get (call->op);

  choose_forward (&conv)->run (&conv, call, cj_op_samples (call->op, block), call->workspace);
}

static guint
input_turns (const CjOp *op)
{
  const CjConv conv = cj_conv_get (op);

  return choose_input (&conv)->n_turns (&conv);
}

static void
turn_input (const CjOpCall *call, guint chunk)
{
  const CjConv conv = cj_conv_get (call->op);

  if (call->d_in[0] != NULL)
    choose_input (&conv)->turn (&conv, call, chunk, call->workspace);
}

static void
backward_input (const CjOpCall *call, guint block)
{
  const CjConv conv = cj_conv_get (call->op);

  if (call->d_in[0] != NULL)
    choose_input (&conv)->run (&conv, call, cj_op_samples (call->op, block), call->workspace);
}

/* Where the gradient of the weight of a block is summed. */
static float *
weight_room (const CjOpCall *call, const CjConv *conv, gint64 block)
{
  return call->workspace + cj_conv_room (conv, choose_input (conv))
         + block * cj_conv_room (conv, choose_weight (conv));
}

static gboolean
wants_weight (const CjOpCall *call)
{
  return call->d_in[1] != NULL || (call->op->n_in > 2 && call->d_in[2] != NULL);
}

static void
backward_weight (const CjOpCall *call, guint block)
{
  const CjConv conv = cj_conv_get (call->op);

  if (wants_weight (call))
    choose_weight (&conv)->run (&conv, call, cj_op_samples (call->op, block),
                                weight_room (call, &conv, block));
}

static guint
weight_turns (const CjOp *op)
{
  const CjConv conv = cj_conv_get (op);

  return choose_weight (&conv)->n_turns (&conv);
}

static void
turn_weight (const CjOpCall *call, guint chunk)
{
  const CjConv conv = cj_conv_get (call->op);

  if (wants_weight (call))
    choose_weight (&conv)->turn (&conv, call, chunk, weight_room (call, &conv, 0));
}

static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const CjConv g = cj_conv_get (op);
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

/* What all forms of the op have in common. */
#define PHASES                                                                                     \
  .forward = { { forward_turns, turn_forward, CJ_PHASE_PREPARE },                                  \
               { cj_op_blocks, forward, CJ_PHASE_SAMPLES } },                                      \
  .backward = { { input_turns, turn_input, CJ_PHASE_PREPARE },                                     \
                { cj_op_blocks, backward_weight, CJ_PHASE_SAMPLES },                               \
                { cj_op_blocks, backward_input, CJ_PHASE_SAMPLES },                                \
                { weight_turns, turn_weight, CJ_PHASE_FINISH } }

const CjOpInfo cj_op_conv2d = {
  .id = "conv2d",
  .layout = CJ_LAYOUT_LAST,
  .plain_in = 1u << 1 | 1u << 3,
  .attrs_size = sizeof (CjConv2dAttrs),
  .infer = infer,
  PHASES,
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
  .plain_in = 1u << 1 | 1u << 3,
  .attrs_size = sizeof (CjConv2dAttrs),
  .infer = infer,
  PHASES,
  .twin = relu_twin,
};
