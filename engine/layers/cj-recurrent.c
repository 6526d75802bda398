/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-recurrent.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>

const char *const cj_recurrent_outputs[] = { "sequence", "last", NULL };

const CjPort cj_recurrent_inputs[] = { { "x", "Sequence", "N T I", CJ_PORT_REQUIRED },
                                       { "h0", "First state", "L N H", CJ_PORT_OPTIONAL },
                                       { NULL } };
const CjPort cj_recurrent_outs[] = { { "y", "Output", "N T H", CJ_PORT_REQUIRED },
                                     { "h", "Last state", "L N H", CJ_PORT_REQUIRED },
                                     { NULL } };

typedef struct
{
  CjLayerBuild *build;
  CjCell cell;
  const CjRecurrentParams *p;
  gint64 n, gates, heard; /* heard: P */
  int last[2];            /* h of the top layer, by direction */
  int h, c;               /* joined so far */
} Stack;

static int
add_param (const Stack *s, const char *name, int layer, int direction, const CjShape *shape)
{
  const CjInit init = { .kind = CJ_INIT_UNIFORM, .scale = 1 / sqrt ((double) s->p->units) };
  g_autofree char *full
      = g_strdup_printf ("%s_l%d%s", name, layer, direction == 1 ? "_reverse" : "");

  return cj_layer_build_param (s->build, full, shape, init);
}

/* First state number `index` of a port, [N, size]; CJ_NO_VALUE if none is wired. */
static gboolean
get_state (const Stack *s, guint port, int index, gint64 size, int *out, GError **error)
{
  const CjSliceAttrs slice = { 0, index, 1 };
  const CjReshapeAttrs flat = { cj_shape2 (s->n, size) };
  int value;

  *out = CJ_NO_VALUE;
  if (s->build->in[port] == CJ_NO_VALUE)
    return TRUE;
  if (cj_shape_size (cj_layer_build_shape (s->build, port))
      != s->p->layers * (s->p->bidirectional ? 2 : 1) * s->n * size)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("expects a first state of %lld numbers for every layer, direction and "
                      "sample. Wire it to the last state of a layer like this one."),
                   (long long) size);
      return FALSE;
    }
  return cj_layer_build_emit (s->build, &cj_op_slice, &slice, &s->build->in[port], 1, &value, error)
         && cj_layer_build_emit (s->build, &cj_op_reshape, &flat, &value, 1, out, error);
}

/* Puts a state [N, size] behind those that are joined. */
static gboolean
join_state (const Stack *s, int *joined, int state, GError **error)
{
  const CjShape *shape = cj_builder_get_shape (s->build->builder, state);
  const CjReshapeAttrs row = { cj_shape3 (1, shape->dims[0], shape->dims[1]) };
  const CjAxisAttrs axis = { 0 };
  int in[2] = { *joined };

  if (!cj_layer_build_emit (s->build, &cj_op_reshape, &row, &state, 1, &in[1], error))
    return FALSE;
  if (*joined != CJ_NO_VALUE)
    return cj_layer_build_emit (s->build, &cj_op_concat, &axis, in, 2, joined, error);
  *joined = in[1];
  return TRUE;
}

/* One direction of one layer on x; *out [N, T, P]. */
static gboolean
build_direction (Stack *s, int x, int layer, int direction, int *out, GError **error)
{
  const CjShape *x_shape = cj_builder_get_shape (s->build->builder, x);
  const CjRecurrentAttrs attrs = { s->cell, direction == 1 };
  const int index = layer * (s->p->bidirectional ? 2 : 1) + direction;
  const gint64 rows = s->gates * s->p->units;
  const CjShape ih = cj_shape2 (rows, x_shape->dims[x_shape->n_dims - 1]);
  const CjShape hh = cj_shape2 (rows, s->heard), bias = cj_shape1 (rows);
  const CjShape hr = cj_shape2 (s->heard, s->p->units);
  int dense[3] = { x }, in[6] = { 0, 0, CJ_NO_VALUE, 0, CJ_NO_VALUE, CJ_NO_VALUE };

  dense[1] = add_param (s, "weight_ih", layer, direction, &ih);
  in[1] = add_param (s, "weight_hh", layer, direction, &hh);
  if (s->p->bias)
    {
      dense[2] = add_param (s, "bias_ih", layer, direction, &bias);
      in[2] = add_param (s, "bias_hh", layer, direction, &bias);
    }
  if (s->heard != s->p->units)
    in[5] = add_param (s, "weight_hr", layer, direction, &hr);
  if (!get_state (s, 1, index, s->heard, &in[3], error)
      || (s->cell == CJ_CELL_LSTM && !get_state (s, 2, index, s->p->units, &in[4], error))
      || !cj_layer_build_emit (s->build, &cj_op_dense, NULL, dense, s->p->bias ? 3 : 2, &in[0],
                               error)
      || !cj_layer_build_emit (s->build, &cj_op_recurrent, &attrs, in, 6, out, error))
    return FALSE;
  s->last[direction] = *out + 1;
  return join_state (s, &s->h, *out + 1, error)
         && (s->cell != CJ_CELL_LSTM || join_state (s, &s->c, *out + 2, error));
}

/* Values of two directions side by side. */
static gboolean
join_directions (const Stack *s, const int *values, int axis, int *out, GError **error)
{
  const CjAxisAttrs attrs = { axis };

  *out = values[0];
  return !s->p->bidirectional
         || cj_layer_build_emit (s->build, &cj_op_concat, &attrs, values, 2, out, error);
}

static gboolean
build_layer (Stack *s, int layer, int *x, GError **error)
{
  const CjNoiseAttrs noise = { CJ_NOISE_DROPOUT, s->p->dropout };
  int y[2];

  if (layer > 0 && s->p->dropout > 0
      && !cj_layer_build_emit (s->build, &cj_op_noise, &noise, x, 1, x, error))
    return FALSE;
  for (int direction = 0; direction <= s->p->bidirectional; direction++)
    if (!build_direction (s, *x, layer, direction, &y[direction], error))
      return FALSE;
  return join_directions (s, y, 2, x, error);
}

gboolean
cj_recurrent_build (CjLayerBuild *build, CjCell cell, GError **error)
{
  const CjRecurrentParams *p = build->params;
  const CjShape *shape = cj_layer_build_shape (build, 0);
  Stack s = { .build = build,
              .cell = cell,
              .p = p,
              .n = shape->dims[0],
              .gates = cell == CJ_CELL_LSTM  ? 4
                       : cell == CJ_CELL_GRU ? 3
                                             : 1,
              .heard = p->projection > 0 ? p->projection : p->units,
              .h = CJ_NO_VALUE,
              .c = CJ_NO_VALUE };
  int x = build->in[0];

  if (shape->n_dims != 3)
    return cj_layer_build_refuse_sequence (build, 0, error);
  for (int layer = 0; layer < p->layers; layer++)
    if (!build_layer (&s, layer, &x, error))
      return FALSE;
  build->out[1] = s.h;
  build->out[2] = s.c;
  build->out[0] = x;
  return p->output == CJ_RECURRENT_SEQUENCE
         || join_directions (&s, s.last, 1, &build->out[0], error);
}
