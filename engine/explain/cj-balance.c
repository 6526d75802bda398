/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-balance.h"

#include "cj-ops.h"

#include <math.h>

void
cj_balance_free (CjBalance *self)
{
  g_free (self->unit);
  g_free (self->excitation);
  g_free (self->inhibition);
  g_free (self);
}

static const CjStep *
get_step (const CjProgram *program, guint i)
{
  return &g_array_index (cj_program_get_lowered (program)->builder->steps, CjStep, i);
}

static gboolean
is_product (const CjOpInfo *op)
{
  return op == &cj_op_dense || op == &cj_op_conv2d;
}

/* The products whose sums, after whatever is done number by number, are what a node gives. Those that only feed
 * another product, as interneurons, are not: they act through it. */
static GArray *
find_products (const CjProgram *program, guint node)
{
  const CjLowered *lowered = cj_program_get_lowered (program);
  CjBuilder *b = lowered->builder;
  g_autofree gboolean *wanted = g_new0 (gboolean, b->values->len + 1);
  GArray *products = g_array_new (FALSE, FALSE, sizeof (guint));

  if (node >= lowered->n_nodes || !lowered->nodes[node].valid)
    return products;
  for (guint k = 0; k < lowered->nodes[node].n_out; k++)
    wanted[lowered->nodes[node].out[k]] = TRUE;
  for (guint i = b->steps->len; i-- > 0;)
    {
      const CjStep *step = get_step (program, i);

      if (!wanted[step->out] || cj_builder_get_value (b, step->out)->node != node)
        continue;
      if (is_product (step->op.info))
        g_array_append_val (products, i);
      else
        for (guint k = 0; k < step->op.n_in; k++)
          if (step->in[k] != CJ_NO_VALUE)
            wanted[step->in[k]] = TRUE;
    }
  return products;
}

/* How many pairs a product has for one sample. */
static gint64
count_pairs (const CjStep *step)
{
  return cj_shape_size (&step->op.out_shape[0]) / MAX (step->op.out_shape[0].dims[0], 1);
}

static void
add_current (CjBalance *self, gint64 pair, double current)
{
  if (current > 0)
    self->excitation[pair] += (float) current;
  else
    self->inhibition[pair] -= (float) current;
}

/* Pair number `at` of all: row after row, unit by unit. */
static void
add_dense (CjBalance *self, gint64 pair, gint64 at, const CjStep *step, const CjOpCall *call)
{
  const gint64 inputs = step->op.in_shape[1].dims[1], units = step->op.in_shape[1].dims[0];
  const float *x = (const float *) call->in[0] + at / units * inputs;
  const float *w = (const float *) call->in[1] + at % units * inputs;
  double sums[2] = { 0, 0 };

  for (gint64 i = 0; i < inputs; i++)
    sums[w[i] * x[i] < 0] += (double) (w[i] * x[i]);
  self->unit[pair] = (guint32) (at % units);
  add_current (self, pair, sums[0]);
  add_current (self, pair, sums[1]);
}

/* Map by map, place by place. */
static void
add_conv (CjBalance *self, gint64 pair, gint64 at, const CjStep *step, const CjOpCall *call,
          gboolean last)
{
  const CjConv2dAttrs *a = step->op.attrs;
  const gint64 *in = step->op.in_shape[0].dims, *out = step->op.out_shape[0].dims;
  const gint64 channels = step->op.in_shape[1].dims[1], unit = at / (out[2] * out[3]);
  const gint64 y0 = at / out[3] % out[2] * a->stride_h - a->pad_top;
  const gint64 x0 = at % out[3] * a->stride_w - a->pad_left;
  const gint64 first = unit / (out[1] / MAX (a->groups, 1)) * channels;
  const float *w = (const float *) call->in[1] + unit * channels * a->kernel_h * a->kernel_w;
  const float *x = call->in[0];
  double sums[2] = { 0, 0 };

  for (gint64 c = 0; c < channels; c++)
    for (int ky = 0; ky < a->kernel_h; ky++)
      for (int kx = 0; kx < a->kernel_w; kx++)
        {
          const gint64 y = y0 + (gint64) ky * a->dilation_h, i = x0 + (gint64) kx * a->dilation_w;
          const gint64 channel = first + c;
          double current;

          if (y < 0 || y >= in[2] || i < 0 || i >= in[3])
            continue;
          current
              = (double) w[(c * a->kernel_h + ky) * a->kernel_w + kx]
                * (double)
                    x[last ? (y * in[3] + i) * in[1] + channel : (channel * in[2] + y) * in[3] + i];
          sums[current < 0] += current;
        }
  self->unit[pair] = (guint32) unit;
  add_current (self, pair, sums[0]);
  add_current (self, pair, sums[1]);
}

/* The conductances of neurons that have them, as results 2 and 3 of their op; NULL if it is not one of the node. */
static const CjOpCall *
find_conductances (const CjProgram *program, guint node)
{
  CjBuilder *b = cj_program_get_lowered (program)->builder;

  for (guint i = 0; i < b->steps->len; i++)
    {
      const CjStep *step = get_step (program, i);

      if (step->op.info == &cj_op_conductance && cj_builder_get_value (b, step->out)->node == node)
        return cj_program_get_call (program, i);
    }
  return NULL;
}

static void
summarise (CjBalance *self)
{
  double e = 0, i = 0, ee = 0, ii = 0, ei = 0, rest = 0;
  const double n = (double) self->n;

  for (gint64 p = 0; p < self->n; p++)
    {
      e += (double) self->excitation[p] / n;
      i += (double) self->inhibition[p] / n;
      rest += fabs ((double) (self->excitation[p] - self->inhibition[p])) / n;
    }
  for (gint64 p = 0; p < self->n; p++)
    {
      const double de = (double) self->excitation[p] - e, di = (double) self->inhibition[p] - i;

      ee += de * de;
      ii += di * di;
      ei += de * di;
    }
  self->mean[0] = e;
  self->mean[1] = i;
  self->ratio = e > 0 ? i / e : NAN;
  self->correlation = ee > 0 && ii > 0 ? ei / sqrt (ee * ii) : NAN;
  self->rest = e + i > 0 ? rest / (e + i) : NAN;
}

static CjBalance *
new_balance (gint64 pairs, gint64 n_units)
{
  CjBalance *self = g_new0 (CjBalance, 1);

  self->n = MIN (pairs, CJ_BALANCE_MAX_POINTS);
  self->n_units = n_units;
  self->unit = g_new0 (guint32, self->n);
  self->excitation = g_new0 (float, self->n);
  self->inhibition = g_new0 (float, self->n);
  return self;
}

static CjBalance *
look_at_conductances (const CjOpCall *call)
{
  const CjShape *x = &call->op->in_shape[0];
  const gint64 all = cj_shape_size (x) / x->dims[0], n_units = all / x->dims[1];
  CjBalance *self = new_balance (all, n_units);

  for (gint64 p = 0; p < self->n; p++)
    {
      const gint64 at = p * all / self->n;

      self->unit[p] = (guint32) (at % n_units);
      self->excitation[p] = call->out[2][at];
      self->inhibition[p] = call->out[3][at];
    }
  summarise (self);
  return self;
}

CjBalance *
cj_balance_measure (const CjProgram *program, guint node)
{
  CjBuilder *b = cj_program_get_lowered (program)->builder;
  const CjOpCall *opened = find_conductances (program, node);
  g_autoptr (GArray) products = NULL;
  const CjStep *main;
  CjBalance *self;
  gint64 all;

  if (opened != NULL)
    return look_at_conductances (opened);
  products = find_products (program, node);
  main = products->len > 0 ? get_step (program, g_array_index (products, guint, products->len - 1))
                           : NULL;
  all = main != NULL ? count_pairs (main) : 0;
  if (all < 1)
    return NULL;
  self = new_balance (all, main->op.in_shape[1].dims[0]);
  for (guint k = 0; k < products->len; k++)
    {
      const guint i = g_array_index (products, guint, k);
      const CjStep *step = get_step (program, i);
      const CjOpCall *call = cj_program_get_call (program, i);
      const gboolean last = cj_builder_get_value (b, step->in[0])->layout == CJ_LAYOUT_LAST;

      if (count_pairs (step) != all || step->op.info != main->op.info)
        continue;
      for (gint64 p = 0; p < self->n; p++)
        {
          const gint64 at = p * all / self->n;

          if (step->op.info == &cj_op_dense)
            add_dense (self, p, at, step, call);
          else
            add_conv (self, p, at, step, call, last);
        }
    }
  summarise (self);
  return self;
}
