/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Buffers and calls as ops are written. */
#include "cjl-c-private.h"

#include "cj-error.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static int
add_buffer (CjlC *c, CjlCBuffer buffer)
{
  g_array_append_val (c->buffers, buffer);
  return (int) c->buffers->len - 1;
}

static guint
get_node (const CjlC *c, const CjlCStep *step)
{
  return cj_builder_get_value (cj_program_get_lowered (c->program)->builder, step->step->out)->node;
}

int
cjl_c_add_room (CjlC *c, CjlCType type, gint64 n)
{
  const char *id = "input";

  if (c->step < c->steps->len)
    id = ((CjNode *) c->project->graph->nodes->pdata[get_node (c, cjl_c_step (c, c->step))])->id;
  else if (c->steps->len > 0)
    id = "scores";
  return add_buffer (
      c, (CjlCBuffer){ CJL_C_ROOM, type, n, g_strdup (id), NULL, { 0 }, -1, -1, 0, 0, NULL });
}

int
cjl_c_add_const (CjlC *c, CjlCType type, gint64 n, const char *title, gpointer data)
{
  return add_buffer (
      c, (CjlCBuffer){ CJL_C_CONST, type, n, g_strdup (title), data, { 0 }, -1, -1, 0, 0, NULL });
}

int
cjl_c_add_part (CjlC *c, CjlCType type, gint64 n, int whole, const char *part, gpointer data)
{
  const char *title = cjl_c_buffer (c, whole)->title, *point = strrchr (title, '.');
  g_autofree char *name = g_strdup_printf (
      "%.*s.%s", (int) (point != NULL ? point - title : (gssize) strlen (title)), title, part);

  return cjl_c_add_const (c, type, n, name, data);
}

static void
add_call (CjlC *c, const char *name, gconstpointer shape, gconstpointer more, va_list buffers)
{
  CjlCCall call = { .kernel = cjl_c_kernel_find (name), .node = -1 };

  g_assert (call.kernel != NULL);
  call.shapes[0] = g_memdup2 (shape, call.kernel->sizes[0]);
  call.shapes[1] = more != NULL ? g_memdup2 (more, call.kernel->sizes[1]) : NULL;
  for (guint i = 0; i < call.kernel->n; i++)
    call.buffers[i] = va_arg (buffers, int);
  if (c->step < c->steps->len)
    call.node = (int) get_node (c, cjl_c_step (c, c->step));
  g_array_append_val (c->calls, call);
}

void
cjl_c_call (CjlC *c, const char *kernel, gconstpointer shape, ...)
{
  va_list buffers;

  va_start (buffers, shape);
  add_call (c, kernel, shape, NULL, buffers);
  va_end (buffers);
}

void
cjl_c_call2 (CjlC *c, const char *kernel, gconstpointer shape, gconstpointer more, ...)
{
  va_list buffers;

  va_start (buffers, more);
  add_call (c, kernel, shape, more, buffers);
  va_end (buffers);
}

/* --- values --- */

/* Calls a buffer something else than the node under way. */
static void
call_it (CjlC *c, int buffer, const char *title)
{
  g_free (cjl_c_buffer (c, buffer)->title);
  cjl_c_buffer (c, buffer)->title = g_strdup (title);
}

const float *
cjl_c_numbers (const CjlC *c, int value)
{
  const CjlCBuffer *buffer
      = value >= 0 && c->values[value] >= 0 ? cjl_c_buffer (c, c->values[value]) : NULL;

  return buffer != NULL && buffer->place == CJL_C_CONST && buffer->type == CJL_C_FLOAT
             ? buffer->data
             : NULL;
}

/* The data as the network learned from them: less the mean, divided by the deviation. */
static int
normalise (CjlC *c)
{
  const CjlIntake *x = &c->intake;
  const gint64 n = cj_shape_size (&x->shape);
  const struct
  {
    int outer, channels, inner;
  } shape = { 1, (int) x->n_channels, (int) (n / x->n_channels) };
  float *gain = g_new (float, x->n_channels), *shift = g_new (float, x->n_channels);
  const int to = cjl_c_add_room (c, CJL_C_FLOAT, n);

  call_it (c, to, "normal");
  for (guint i = 0; i < x->n_channels; i++)
    {
      gain[i] = 1 / x->std[i];
      shift[i] = -x->mean[i] / x->std[i];
    }
  cjl_c_call (c, "scale_channels", &shape, c->input,
              cjl_c_add_const (c, CJL_C_FLOAT, x->n_channels, "input.gain", gain),
              cjl_c_add_const (c, CJL_C_FLOAT, x->n_channels, "input.shift", shift), to);
  return to;
}

int
cjl_c_value (CjlC *c, int value)
{
  const int buffer = c->values[value];
  const CjlCBuffer *b = cjl_c_buffer (c, buffer);
  struct
  {
    int n;
    float a, b;
  } shape;

  if (c->floats[value] != CJL_C_NONE)
    return c->floats[value];
  if (b->place == CJL_C_INPUT && b->type == CJL_C_FLOAT && c->intake.n_channels > 0)
    return c->floats[value] = normalise (c);
  if (b->type != CJL_C_INT8)
    return c->floats[value] = buffer;
  shape.n = (int) b->n;
  shape.a = (float) b->quant.scale;
  shape.b = (float) (b->quant.zero - 128);
  c->floats[value] = cjl_c_add_room (c, CJL_C_FLOAT, shape.n);
  cjl_c_call (c, "dequantise", &shape, buffer, c->floats[value]);
  return c->floats[value];
}

int
cjl_c_in (CjlC *c, guint i)
{
  const CjlCStep *step = cjl_c_step (c, c->step);

  return i < step->step->op.n_in && step->in[i] != CJ_NO_VALUE ? cjl_c_value (c, step->in[i])
                                                               : CJL_C_NONE;
}

int
cjl_c_in_s8 (CjlC *c, guint i)
{
  const int value = cjl_c_step (c, c->step)->in[i], from = c->values[value];
  const CjQuant *quant = &c->quants[value];
  const gboolean raw = cjl_c_buffer (c, from)->place == CJL_C_INPUT && c->intake.n_channels > 0;
  const guint channels = raw ? c->intake.n_channels : 1;
  const gint64 n = cjl_c_buffer (c, from)->n;
  const struct
  {
    int outer, channels, inner;
  } shape = { 1, (int) channels, (int) (n / channels) };
  float *gain, *shift;
  int to;

  if (cjl_c_buffer (c, from)->type == CJL_C_INT8)
    return from;
  gain = g_new (float, channels);
  shift = g_new (float, channels);
  for (guint k = 0; k < channels; k++)
    {
      const double std = raw ? c->intake.std[k] : 1, mean = raw ? c->intake.mean[k] : 0;

      gain[k] = (float) (1 / (std * quant->scale));
      shift[k] = (float) (-mean / (std * quant->scale) + quant->zero - 128);
    }
  to = cjl_c_add_room (c, CJL_C_INT8, n);
  call_it (c, to, raw ? "normal" : "levels");
  cjl_c_buffer (c, to)->quant = *quant;
  cjl_c_call (
      c, "quantise", &shape, from,
      cjl_c_add_const (c, CJL_C_FLOAT, channels, raw ? "input.gain" : "level.gain", gain),
      cjl_c_add_const (c, CJL_C_FLOAT, channels, raw ? "input.shift" : "level.shift", shift), to);
  c->floats[value] = c->floats[value] != CJL_C_NONE || raw ? c->floats[value] : from;
  c->values[value] = to;
  if (raw) /* who wants floats later gets those of the levels */
    c->floats[value] = CJL_C_NONE;
  return to;
}

int
cjl_c_out (CjlC *c, guint i)
{
  const int to = cjl_c_add_room (c, CJL_C_FLOAT,
                                 cj_shape_size (&cjl_c_step (c, c->step)->step->op.out_shape[i]));

  cjl_c_set (c, i, to);
  return to;
}

void
cjl_c_set (CjlC *c, guint i, int buffer)
{
  c->values[cjl_c_step (c, c->step)->step->out + (int) i] = buffer;
}

CjlCStep *
cjl_c_follower (const CjlC *c, int value)
{
  if (c->uses[value] != 1)
    return NULL;
  for (guint i = c->step + 1; i < c->steps->len; i++)
    {
      CjlCStep *step = cjl_c_step (c, i);

      for (guint k = 0; k < step->step->op.n_in && step->needed && !step->done; k++)
        if (step->in[k] == value)
          return step;
    }
  return NULL;
}

/* --- batch norms --- */

static const float *
get_numbers (const CjlC *c, const CjlCStep *step, guint i)
{
  return i < step->step->op.n_in && step->in[i] != CJ_NO_VALUE ? cjl_c_numbers (c, step->in[i])
                                                               : NULL;
}

void
cjl_c_norm_line (const CjlC *c, const CjlCStep *norm, float **gain, float **shift)
{
  const CjBatchNormAttrs *a = norm->step->op.attrs;
  const float *weight = get_numbers (c, norm, 1), *bias = get_numbers (c, norm, 2);
  const float *mean = get_numbers (c, norm, 3), *variance = get_numbers (c, norm, 4);
  const gint64 n = cj_shape_size (&norm->step->op.in_shape[3]);

  *gain = g_new (float, n);
  *shift = g_new (float, n);
  for (gint64 i = 0; i < n; i++)
    {
      const double g
          = (weight != NULL ? (double) weight[i] : 1) / sqrt ((double) variance[i] + a->eps);

      (*gain)[i] = (float) g;
      (*shift)[i] = (float) ((bias != NULL ? (double) bias[i] : 0) - (double) mean[i] * g);
    }
}

const CjlCStep *
cjl_c_take_norm (CjlC *c, const CjlCStep *product, int *out)
{
  CjlCStep *norm = cjl_c_follower (c, product->step->out);

  *out = product->step->out;
  if (norm == NULL || norm->in[0] != product->step->out
      || (norm->step->op.info != &cj_op_batch_norm
          && norm->step->op.info != &cj_op_batch_norm_rows))
    return NULL;
  norm->done = TRUE;
  *out = norm->step->out;
  return norm;
}

gboolean
cjl_c_refuse (const CjlC *c, const CjlCStep *step, GError **error, const char *sentence)
{
  const CjNode *node = c->project->graph->nodes->pdata[get_node (c, step)];

  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, "“%s” %s", node->id, sentence);
  return FALSE;
}
