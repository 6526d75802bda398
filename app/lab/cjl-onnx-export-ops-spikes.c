/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Moments [N, T, ...]: what steps through time is written moment by moment, in operators that every program
 * has; Loop and Scan are few programs'. U units of a moment. A step at 0, which is 1 above it and 0 from it
 * down, is Relu (Sign (x)). */
#include "cjl-onnx-export-private.h"

#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_MOMENTS 1024

/* --- moments apart and together --- */

static gboolean
check_moments (CjlOnnxExport *e, gint64 t, GError **error)
{
  return t <= MAX_MOMENTS
         || cjl_onnx_refuse (e, error,
                             _ ("runs over more than %d time steps, which are written one by one. "
                                "Give it fewer."),
                             MAX_MOMENTS);
}

static gint64
get_units (const CjShape *x)
{
  return cj_shape_size (x) / MAX (x->dims[0] * x->dims[1], 1);
}

/* Input [N, T, ...] as T names of [N, 1, U]; you free the array. */
static const char **
split_moments (CjlOnnxExport *e, const CjStep *step, guint index)
{
  const CjShape *shape = &step->op.in_shape[index];
  const gint64 t = shape->dims[1];
  const CjShape flat = cj_shape3 (CJD_ONNX_FREE, t, get_units (shape));
  const char **moments = g_new (const char *, MAX (t, 1)), *x = cjl_onnx_in (e, step, index);

  if (shape->n_dims != 3)
    x = cjl_onnx_reshape (e, x, &flat, NULL);
  if (t == 1)
    {
      moments[0] = x;
      return moments;
    }
  for (gint64 i = 0; i < t; i++)
    moments[i] = cjl_onnx_name (e, "moment");
  cjl_onnx_add_many (e, "Split", &x, 1, moments, (guint) t);
  cjd_onnx_out_set_int (e->out, "axis", 1);
  return moments;
}

/* The other way, as result `index` of the step, if anything reads it. */
static void
join_moments (CjlOnnxExport *e, const CjStep *step, guint index, const char *const *moments)
{
  const CjShape shape = cjl_onnx_get_shape (e, step->out + (int) index);
  const char *result, *flat;

  if (!e->needed[step->out + (int) index])
    return;
  result = cjl_onnx_result (e, step, index);
  flat = shape.n_dims == 3 ? result : cjl_onnx_name (e, "moments");
  cjl_onnx_add_many (e, "Concat", moments, (guint) shape.dims[1], &flat, 1);
  cjd_onnx_out_set_int (e->out, "axis", 1);
  if (shape.n_dims != 3)
    cjl_onnx_reshape (e, flat, &shape, result);
}

/* --- small sums --- */

static const char *
add (CjlOnnxExport *e, const char *a, const char *b)
{
  return a == NULL ? b : b == NULL ? a : cjl_onnx_add (e, "Add", NULL, a, b, NULL);
}

static const char *
subtract (CjlOnnxExport *e, const char *a, const char *b)
{
  return cjl_onnx_add (e, "Sub", NULL, a, b, NULL);
}

static const char *
multiply (CjlOnnxExport *e, const char *a, const char *b)
{
  return a == NULL || b == NULL ? NULL : cjl_onnx_add (e, "Mul", NULL, a, b, NULL);
}

/* factor · x; NULL: 0 */
static const char *
scale (CjlOnnxExport *e, const char *x, double factor)
{
  return x == NULL || factor == 0 ? NULL
         : factor == 1            ? x
                                  : multiply (e, x, cjl_onnx_number (e, factor));
}

/* 1 − x */
static const char *
without (CjlOnnxExport *e, const char *x)
{
  return subtract (e, cjl_onnx_number (e, 1), x);
}

/* 1 above 0, else 0 */
static const char *
above (CjlOnnxExport *e, const char *x)
{
  return cjl_onnx_add (e, "Relu", NULL, cjl_onnx_add (e, "Sign", NULL, x, NULL), NULL);
}

/* 1 where a whole number that counts down has reached 0, else 0; NULL: everywhere. */
static const char *
is_over (CjlOnnxExport *e, const char *rest)
{
  return rest == NULL ? NULL : cjl_onnx_add (e, "Relu", NULL, without (e, rest), NULL);
}

/* rest counts down, and begins at `from` where `fires` is 1. */
static const char *
count_down (CjlOnnxExport *e, const char *rest, const char *fires, double from)
{
  const char *left = rest == NULL ? NULL
                                  : cjl_onnx_add (e, "Relu", NULL,
                                                  subtract (e, rest, cjl_onnx_number (e, 1)), NULL);

  return add (e, left, scale (e, fires, from)); /* where it fires, nothing was left */
}

/* --- neurons (spikes.c) --- */

/* What a neuron keeps from moment to moment; NULL: 0. */
typedef struct
{
  const char *current, *raised, *rest, *membrane, *fires;
  const char *live; /* 1 where nothing is left of its rest, else 0; NULL: 1 everywhere */
} Unit;

/* Numbers of the layer, or of each unit. */
typedef struct
{
  const CjSpikesAttrs *a;
  const char *weight;          /* [U, U], turned; NULL: none */
  const char *decay, *come_in; /* of the membrane; of the current, NULL: all of it */
  const char *threshold;
} Neurons;

static Neurons
read_neurons (CjlOnnxExport *e, const CjStep *step)
{
  static const gint64 turn[] = { 1, 0 };
  const CjSpikesAttrs *a = step->op.attrs;
  Neurons n = { .a = a };

  if (cjl_onnx_has_in (step, 1))
    n.weight = cjl_onnx_transpose (e, cjl_onnx_in (e, step, 1), 2, turn, NULL);
  n.decay = cjl_onnx_has_in (step, 2) ? cjl_onnx_in (e, step, 2) : cjl_onnx_number (e, a->decay);
  if (a->scaled)
    n.come_in
        = cjl_onnx_has_in (step, 2) ? without (e, n.decay) : cjl_onnx_number (e, 1 - a->decay);
  n.threshold
      = cjl_onnx_has_in (step, 3) ? cjl_onnx_in (e, step, 3) : cjl_onnx_number (e, a->threshold);
  return n;
}

/* The membrane before its reset. */
static const char *
step_membrane (CjlOnnxExport *e, const Neurons *n, Unit *unit, const char *x)
{
  const char *held = unit->membrane, *v;

  unit->live = is_over (e, unit->rest);
  if (n->weight != NULL && unit->fires != NULL)
    x = add (e, x, cjl_onnx_add (e, "MatMul", NULL, unit->fires, n->weight, NULL));
  unit->current = add (e, scale (e, unit->current, n->a->synapse), x);
  v = add (e, multiply (e, held, n->decay),
           n->come_in != NULL ? multiply (e, unit->current, n->come_in) : unit->current);
  if (unit->live == NULL)
    return v;
  v = multiply (e, v, unit->live);
  return held == NULL ? v : add (e, v, multiply (e, held, without (e, unit->live)));
}

/* Whether it fires, and what is left of the membrane. */
static void
step_spike (CjlOnnxExport *e, const Neurons *n, Unit *unit, const char *v)
{
  const CjSpikesAttrs *a = n->a;
  const char *u = subtract (e, v, n->threshold);

  unit->raised
      = a->adapt_jump == 0 ? NULL : add (e, scale (e, unit->raised, a->adapt_decay), unit->fires);
  if (unit->raised != NULL)
    u = subtract (e, u, scale (e, unit->raised, a->adapt_jump));
  unit->fires = above (e, u);
  if (unit->live != NULL)
    unit->fires = multiply (e, unit->fires, unit->live);
  if (a->refractory > 0)
    unit->rest = count_down (e, unit->rest, unit->fires, a->refractory);
  unit->membrane = a->reset == CJ_RESET_SUBTRACT
                       ? subtract (e, v, multiply (e, unit->fires, n->threshold))
                   : a->reset == CJ_RESET_ZERO ? multiply (e, v, without (e, unit->fires))
                                               : v;
}

static gboolean
write_spikes (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjSpikesAttrs *a = step->op.attrs;
  const gint64 t = step->op.in_shape[0].dims[1];
  g_autofree const char **x = NULL, **spikes = NULL, **membranes = NULL;
  Unit unit = { NULL };
  Neurons n;

  if (!check_moments (e, t, error))
    return FALSE;
  x = split_moments (e, step, 0);
  spikes = g_new (const char *, MAX (t, 1));
  membranes = g_new (const char *, MAX (t, 1));
  n = read_neurons (e, step);
  for (gint64 i = 0; i < t; i++)
    {
      membranes[i] = step_membrane (e, &n, &unit, x[i]);
      unit.membrane = membranes[i];
      if (!a->silent)
        step_spike (e, &n, &unit, membranes[i]);
      spikes[i] = a->silent ? multiply (e, membranes[i], cjl_onnx_number (e, 0)) : unit.fires;
    }
  join_moments (e, step, 0, spikes);
  join_moments (e, step, 1, membranes);
  return TRUE;
}

/* --- neurons whose synapses are conductances (conductance.c) --- */

/* e, i [N, T, U]: what excites and inhibits; results: spikes, membrane and both conductances. */
static gboolean
write_conductance (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjConductanceAttrs *a = step->op.attrs;
  const gint64 t = step->op.in_shape[0].dims[1];
  const char *current = cjl_onnx_has_in (step, 2) ? cjl_onnx_in (e, step, 2) : NULL;
  const char *held = NULL, *rest = NULL, *g_e = NULL, *g_i = NULL;
  g_autofree const char **excites = NULL, **inhibits = NULL;
  const char **y[4];

  if (!check_moments (e, t, error))
    return FALSE;
  excites = split_moments (e, step, 0);
  inhibits = split_moments (e, step, 1);
  for (guint k = 0; k < 4; k++)
    y[k] = g_new (const char *, MAX (t, 1));
  for (gint64 k = 0; k < t; k++)
    {
      const char *live = is_over (e, rest), *all, *end, *left, *v, *fires;

      g_e = add (e, scale (e, g_e, a->decay_e), cjl_onnx_add (e, "Relu", NULL, excites[k], NULL));
      left = cjl_onnx_add (e, "Neg", NULL, inhibits[k], NULL);
      g_i = add (e, scale (e, g_i, a->decay_i), cjl_onnx_add (e, "Relu", NULL, left, NULL));
      all = add (e, add (e, g_e, g_i), cjl_onnx_number (e, 1));
      end = add (e, add (e, scale (e, g_e, a->reversal_e), scale (e, g_i, a->reversal_i)), current);
      end = end != NULL ? cjl_onnx_add (e, "Div", NULL, end, all, NULL)
                        : multiply (e, all, cjl_onnx_number (e, 0));
      left = cjl_onnx_add (e, "Exp", NULL, scale (e, all, -a->step), NULL);
      v = held != NULL ? subtract (e, held, end) : cjl_onnx_add (e, "Neg", NULL, end, NULL);
      v = add (e, end, multiply (e, v, left));
      if (live != NULL) /* what rests is held */
        v = add (e, multiply (e, v, live), multiply (e, held, without (e, live)));
      fires = above (e, subtract (e, v, cjl_onnx_number (e, a->threshold)));
      if (live != NULL)
        fires = multiply (e, fires, live);
      if (a->refractory > 0)
        rest = count_down (e, rest, fires, a->refractory);
      held = add (e, multiply (e, v, without (e, fires)), scale (e, fires, a->reset));
      y[0][k] = fires;
      y[1][k] = v;
      y[2][k] = g_e;
      y[3][k] = g_i;
    }
  for (guint k = 0; k < 4; k++)
    {
      join_moments (e, step, k, y[k]);
      g_free (y[k]);
    }
  return TRUE;
}

/* --- neurons of which one fires (rivals.c) --- */

static const char *
write_iota (CjlOnnxExport *e, gint64 u)
{
  const CjShape shape = cj_shape1 (u);
  g_autofree float *numbers = g_new (float, MAX (u, 1));

  for (gint64 i = 0; i < u; i++)
    numbers[i] = (float) i;
  return cjl_onnx_floats (e, "numbers", &shape, numbers);
}

/* 1 where the first largest of [N, 1, U] is, if it is above 0. */
static const char *
find_winner (CjlOnnxExport *e, const char *x, const char *numbers)
{
  const gint64 axis = 2;
  const char *most = cjl_onnx_add (e, "ReduceMax", NULL, x, NULL), *at;

  cjd_onnx_out_set_ints (e->out, "axes", &axis, 1);
  cjd_onnx_out_set_int (e->out, "keepdims", 1);
  at = cjl_onnx_add (e, "ArgMax", NULL, x, NULL);
  cjd_onnx_out_set_int (e->out, "axis", axis);
  cjd_onnx_out_set_int (e->out, "keepdims", 1);
  at = cjl_onnx_add (e, "Cast", NULL, at, NULL);
  cjd_onnx_out_set_int (e->out, "to", CJD_ONNX_FLOAT);
  at = cjl_onnx_add (e, "Abs", NULL, subtract (e, numbers, at), NULL);
  return multiply (e, cjl_onnx_add (e, "Relu", NULL, without (e, at), NULL), above (e, most));
}

static gboolean
write_rivals (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjRivalsAttrs *a = step->op.attrs;
  const gint64 t = step->op.in_shape[0].dims[1], u = get_units (&step->op.in_shape[0]);
  g_autofree const char **x = NULL, **spikes = NULL, **membranes = NULL;
  const char *held = NULL, *rest = NULL, *numbers, *border;

  if (!check_moments (e, t, error))
    return FALSE;
  x = split_moments (e, step, 0);
  spikes = g_new (const char *, MAX (t, 1));
  membranes = g_new (const char *, MAX (t, 1));
  numbers = write_iota (e, u);
  border = add (e, cjl_onnx_in (e, step, 1), cjl_onnx_number (e, a->threshold));
  for (gint64 i = 0; i < t; i++)
    {
      const char *live = is_over (e, rest), *over, *fires, *others, *inhibited;

      membranes[i]
          = add (e, scale (e, held, a->decay), live != NULL ? multiply (e, live, x[i]) : x[i]);
      over = subtract (e, membranes[i], border);
      if (live != NULL) /* what rests is never above */
        over = multiply (e, cjl_onnx_add (e, "Relu", NULL, over, NULL), live);
      spikes[i] = fires = find_winner (e, over, numbers);
      /* without a winner all stay; else it is at 0 and the others are held down */
      others
          = cjl_onnx_add (e, "ReduceSum", NULL, fires, cjl_onnx_list (e, 1, (gint64[]){ 2 }), NULL);
      cjd_onnx_out_set_int (e->out, "keepdims", 1);
      inhibited = subtract (e, cjl_onnx_add (e, "Relu", NULL, membranes[i], NULL),
                            cjl_onnx_number (e, a->inhibition));
      inhibited = multiply (e, inhibited, without (e, fires));
      held = add (e, multiply (e, membranes[i], without (e, others)),
                  multiply (e, inhibited, others));
      if (a->refractory > 0)
        rest = count_down (e, rest, fires, a->refractory);
    }
  join_moments (e, step, 0, spikes);
  join_moments (e, step, 1, membranes);
  return TRUE;
}

/* --- votes (vote.c) --- */

/* What an answer of each unit counts for each class, [U, K]. */
static float *
make_counts (const CjStep *step, const float *usual)
{
  const CjVoteAttrs *a = step->op.attrs;
  const gint64 k = step->op.in_shape[1].dims[0], u = step->op.in_shape[1].dims[1];
  g_autofree double *members = g_new0 (double, MAX (k, 1));
  float *counts = g_new0 (float, MAX (k * u, 1));

  for (gint64 i = 0; i < u; i++)
    {
      gint64 best = 0;
      double sum = 0;

      for (gint64 c = 0; c < k; c++)
        {
          sum += (double) usual[c * u + i];
          best = usual[c * u + i] > usual[best * u + i] ? c : best;
        }
      if (!(sum > 0))
        continue;
      members[best]++;
      for (gint64 c = 0; c < k; c++)
        counts[i * k + c] = a->by_class ? (float) (c == best) : (float) (usual[c * u + i] / sum);
    }
  for (gint64 i = 0; i < u * k && a->by_class; i++)
    counts[i] /= (float) MAX (members[i % k], 1);
  return counts;
}

static gboolean
write_vote (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjShape shape = cj_shape2 (step->op.in_shape[1].dims[1], step->op.in_shape[1].dims[0]);
  g_autoptr (CjTensor) usual = cjl_onnx_dup_constant (e, step->in[1]);
  g_autofree float *counts = make_counts (step, usual->data);
  const char *votes = cjl_onnx_add (e, "MatMul", NULL, cjl_onnx_in (e, step, 0),
                                    cjl_onnx_floats (e, "votes", &shape, counts), NULL);
  const char *all;

  (void) error;
  votes = add (e, votes, cjl_onnx_number (e, 1e-3));
  all = cjl_onnx_add (e, "ReduceSum", NULL, votes, cjl_onnx_list (e, 1, (gint64[]){ 1 }), NULL);
  cjd_onnx_out_set_int (e->out, "keepdims", 1);
  votes = cjl_onnx_add (e, "Div", NULL, votes, all, NULL);
  votes = cjl_onnx_add (e, "Max", NULL, votes, cjl_onnx_number (e, 1e-12), NULL);
  cjl_onnx_add (e, "Log", cjl_onnx_result (e, step, 0), votes, NULL);
  return TRUE;
}

/* --- encoders (encode.c) --- */

/* x [N, F], brought to 0 .. 1 and cut there. */
static const char *
write_line (CjlOnnxExport *e, const CjEncodeAttrs *a, const char *x)
{
  const gint64 axis = 1;
  const char *low, *range, *some;

  if (!a->each)
    {
      const float span = a->high > a->low ? 1 / ((float) a->high - (float) a->low) : 0;

      x = cjl_onnx_add (e, "Mul", NULL, x, cjl_onnx_number (e, (double) span), NULL);
      x = cjl_onnx_add (e, "Add", NULL, x, cjl_onnx_number (e, (double) (-(float) a->low * span)),
                        NULL);
    }
  else
    {
      low = cjl_onnx_add (e, "ReduceMin", NULL, x, NULL);
      cjd_onnx_out_set_ints (e->out, "axes", &axis, 1);
      range = cjl_onnx_add (e, "ReduceMax", NULL, x, NULL);
      cjd_onnx_out_set_ints (e->out, "axes", &axis, 1);
      range = subtract (e, range, low);
      some = above (e, range); /* where all are alike, all are 0 */
      range = add (e, range, without (e, some));
      low = cjl_onnx_add (e, "Div", NULL, cjl_onnx_add (e, "Neg", NULL, low, NULL), range, NULL);
      range = cjl_onnx_add (e, "Div", NULL, cjl_onnx_number (e, 1), range, NULL);
      /* rounded as there: a border between two moments is no place for another order */
      x = multiply (e, add (e, multiply (e, x, range), low), some);
    }
  x = cjl_onnx_add (e, "Relu", NULL, x, NULL);
  return subtract (e, x,
                   cjl_onnx_add (e, "Relu", NULL, subtract (e, x, cjl_onnx_number (e, 1)), NULL));
}

/* Numbers that are drawn by chance are not the model's: they are an input, [N, T, F], uniform from 0 to 1, so
 * that whoever runs it can run it again. */
static const char *
write_draws (CjlOnnxExport *e, gint64 t, gint64 f)
{
  const CjShape shape = cj_shape3 (CJD_ONNX_FREE, t, f);
  const char *name = cjl_onnx_name (e, "draws");

  cjd_onnx_out_add_input (e->out, name, CJD_ONNX_FLOAT, &shape,
                          "random numbers, uniform from 0 to 1, drawn anew for every sample; a "
                          "spike comes where one is below its probability");
  g_ptr_array_add (e->draws, (char *) name);
  return name;
}

static gboolean
write_encode (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjEncodeAttrs *a = step->op.attrs;
  const CjShape whole = cjl_onnx_get_shape (e, step->out);
  const gint64 t = a->steps, f = get_units (&step->op.out_shape[0]);
  const CjShape flat = cj_shape2 (CJD_ONNX_FREE, f), lying = cj_shape3 (CJD_ONNX_FREE, 1, f),
                moments = cj_shape3 (1, t, 1);
  const gboolean plain = whole.n_dims == 3;
  const char *result = cjl_onnx_result (e, step, 0), *x = cjl_onnx_in (e, step, 0), *y;
  g_autofree float *times = g_new (float, MAX (t, 1));

  if (!check_moments (e, t, error))
    return FALSE;
  for (gint64 i = 0; i < t; i++)
    times[i] = (float) i;
  if (a->kind != CJ_ENCODE_REPEAT)
    x = write_line (e, a, plain ? x : cjl_onnx_reshape (e, x, &flat, NULL));
  if (a->kind == CJ_ENCODE_POISSON)
    {
      x = cjl_onnx_reshape (e, scale (e, x, a->rate), &lying, NULL);
      y = above (e, subtract (e, x, write_draws (e, t, f)));
    }
  else if (a->kind == CJ_ENCODE_LATENCY)
    {
      const char *some = cjl_onnx_reshape (e, above (e, x), &lying, NULL);

      x = cjl_onnx_add (e, "Round", NULL, scale (e, without (e, x), (double) (t - 1)), NULL);
      x = cjl_onnx_reshape (e, x, &lying, NULL);
      y = subtract (e, cjl_onnx_floats (e, "times", &moments, times), x);
      y = without (e, cjl_onnx_add (e, "Abs", NULL, y, NULL));
      y = multiply (e, cjl_onnx_add (e, "Relu", NULL, y, NULL), some);
    }
  else
    y = cjl_onnx_add (e, "Expand", plain ? result : NULL, cjl_onnx_reshape (e, x, &lying, NULL),
                      cjl_onnx_list (e, 3, moments.dims), NULL);
  if (!plain)
    cjl_onnx_reshape (e, y, &whole, result);
  else if (a->kind != CJ_ENCODE_REPEAT)
    cjl_onnx_pass (e, step, 0, y);
  return TRUE;
}

/* --- one moment of many (moment.c) --- */

static gboolean
write_moment (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjMomentKind kind = ((const CjMomentAttrs *) step->op.attrs)->kind;
  const CjShape *shape = &step->op.in_shape[0], y = cjl_onnx_get_shape (e, step->out);
  const gint64 t = shape->dims[1], axis = 1;
  const char *result = cjl_onnx_result (e, step, 0), *x = cjl_onnx_in (e, step, 0);
  CjShape weights = *shape;
  g_autofree float *soon = g_new (float, MAX (t, 1));

  (void) error;
  if (kind == CJ_MOMENT_LAST)
    {
      cjl_onnx_reshape (e, cjl_onnx_slice (e, x, 1, t - 1, t, NULL), &y, result);
      return TRUE;
    }
  for (guint i = 0; i < weights.n_dims; i++)
    weights.dims[i] = i == 1 ? t : 1;
  for (gint64 i = 0; i < t; i++)
    soon[i] = (float) (t - i) / (float) t;
  if (kind == CJ_MOMENT_FIRST)
    x = multiply (e, x, cjl_onnx_floats (e, "soon", &weights, soon));
  cjl_onnx_add (e, "ReduceMax", result, x, NULL);
  cjd_onnx_out_set_ints (e->out, "axes", &axis, 1);
  cjd_onnx_out_set_int (e->out, "keepdims", 0);
  return TRUE;
}

/* --- synapses (synapse.c) --- */

/* x [N, T, U] k moments later. */
static const char *
write_later (CjlOnnxExport *e, const char *x, gint64 t, gint64 k)
{
  const gint64 pads[] = { 0, k, 0, 0, 0, 0 };

  return k == 0 ? x
                : cjl_onnx_add (e, "Pad", NULL, cjl_onnx_slice (e, x, 1, 0, t - k, NULL),
                                cjl_onnx_list (e, 6, pads), NULL);
}

/* Of every delay in whole moments, the share that each unit has in it. */
static const char *
write_delay (CjlOnnxExport *e, const CjStep *step, const char *x, gint64 t, gint64 u)
{
  const CjSynapseAttrs *a = step->op.attrs;
  g_autoptr (CjTensor) delays = cjl_onnx_dup_constant (e, step->in[1]);
  const CjShape shape = cj_shape1 (u);
  g_autofree float *shares = g_new (float, MAX (u, 1));
  const char *sum = NULL;

  for (gint64 k = 0; k <= a->most && k < t; k++)
    {
      gboolean some = FALSE;

      for (gint64 i = 0; i < u; i++)
        {
          const double delay = CLAMP ((double) cj_tensor_f32 (delays)[i], 0, a->most);

          shares[i] = (float) MAX (0, 1 - fabs ((double) k - delay));
          some |= shares[i] > 0;
        }
      if (some)
        sum = add (
            e, sum,
            multiply (e, write_later (e, x, t, k), cjl_onnx_floats (e, "share", &shape, shares)));
    }
  return sum != NULL ? sum : multiply (e, x, cjl_onnx_number (e, 0));
}

/* 1 where x is at least as large as the moment before by the threshold. */
static const char *
write_changes (CjlOnnxExport *e, const CjSynapseAttrs *a, const char *x, gint64 t)
{
  const char *change, *rise, *border = cjl_onnx_number (e, a->threshold);
  const gint64 pads[] = { 0, 1, 0, 0, 0, 0 };

  if (t < 2)
    return multiply (e, x, cjl_onnx_number (e, 0));
  change = subtract (e, cjl_onnx_slice (e, x, 1, 1, t, NULL),
                     cjl_onnx_slice (e, x, 1, 0, t - 1, NULL));
  rise = without (e, above (e, subtract (e, border, change)));
  if (a->both)
    rise = subtract (e, rise, without (e, above (e, add (e, border, change))));
  return cjl_onnx_add (e, "Pad", NULL, rise, cjl_onnx_list (e, 6, pads), NULL);
}

/* Depression and facilitation: u of what is at hand goes with a spike. */
static void
write_plastic (CjlOnnxExport *e, const CjSynapseAttrs *a, const char *const *x, gint64 t,
               const char **y)
{
  const char *u = NULL, *gone = NULL; /* gone: 1 − what is at hand; NULL: 0 */

  for (gint64 i = 0; i < t; i++)
    {
      const char *left = scale (e, u, a->facilitate), *more, *sent;

      more = scale (e, x[i], a->use);
      u = left == NULL ? more : add (e, left, multiply (e, more, without (e, left)));
      gone = scale (e, gone, a->recover);
      sent = multiply (e, u, x[i]);
      if (gone != NULL)
        y[i] = multiply (e, sent, without (e, gone));
      else
        y[i] = sent;
      /* 1 − (1 − gone) (1 − sent) = gone + y */
      gone = add (e, gone, y[i]);
      y[i] = scale (e, y[i], 1 / a->use);
    }
}

static gboolean
write_synapse (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjSynapseAttrs *a = step->op.attrs;
  const CjShape shape = cjl_onnx_get_shape (e, step->out);
  const gint64 t = shape.dims[1], u = get_units (&step->op.in_shape[0]);
  const CjShape flat = cj_shape3 (CJD_ONNX_FREE, t, u);
  const char *x, *y;

  if (a->kind == CJ_SYNAPSE_PLASTIC)
    {
      g_autofree const char **in = NULL, **out = g_new (const char *, MAX (t, 1));

      if (!check_moments (e, t, error))
        return FALSE;
      in = split_moments (e, step, 0);
      write_plastic (e, a, in, t, out);
      join_moments (e, step, 0, out);
      return TRUE;
    }
  x = cjl_onnx_in (e, step, 0);
  if (shape.n_dims != 3)
    x = cjl_onnx_reshape (e, x, &flat, NULL);
  y = a->kind == CJ_SYNAPSE_DELAY ? write_delay (e, step, x, t, u) : write_changes (e, a, x, t);
  if (shape.n_dims != 3)
    cjl_onnx_reshape (e, y, &shape, cjl_onnx_result (e, step, 0));
  else
    cjl_onnx_pass (e, step, 0, y);
  return TRUE;
}

/* --- circuits --- */

/* The k largest of rows that lie `per` apart, of equal ones the first: their numbers are put back into
 * nothing. */
static gboolean
write_winners (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  const CjWinnersAttrs *a = step->op.attrs;
  const CjShape whole = cjl_onnx_get_shape (e, step->out);
  const gint64 sample
      = cj_shape_size (&step->op.in_shape[0]) / MAX (step->op.in_shape[0].dims[0], 1);
  const CjShape apart = cj_shape4 (CJD_ONNX_FREE, sample / (a->row * a->per), a->row, a->per);
  const gint64 k = MIN (a->k, a->row);
  const char *x = cjl_onnx_reshape (e, cjl_onnx_in (e, step, 0), &apart, NULL);
  const char *in[] = { x, cjl_onnx_list (e, 1, &k) };
  const char *top[] = { cjl_onnx_name (e, "largest"), cjl_onnx_name (e, "places") }, *y;

  (void) error;
  cjl_onnx_add_many (e, "TopK", in, 2, top, 2);
  cjd_onnx_out_set_int (e->out, "axis", 2);
  y = multiply (e, x, cjl_onnx_number (e, 0));
  y = cjl_onnx_add (e, "ScatterElements", NULL, y, top[1], top[0], NULL);
  cjd_onnx_out_set_int (e->out, "axis", 2);
  cjl_onnx_reshape (e, y, &whole, cjl_onnx_result (e, step, 0));
  return TRUE;
}

/* x times the gain of its unit, which learns no more. */
static gboolean
write_homeostasis (CjlOnnxExport *e, const CjStep *step, GError **error)
{
  CjShape shape = step->op.in_shape[0];
  const guint axis = shape.n_dims > 3 ? 1 : shape.n_dims - 1;
  const char *gain = cjl_onnx_in (e, step, 2);

  (void) error;
  for (guint i = 0; i < shape.n_dims; i++)
    shape.dims[i] = i == axis ? shape.dims[i] : 1;
  if (axis != shape.n_dims - 1)
    gain = cjl_onnx_reshape (e, gain, &shape, NULL);
  cjl_onnx_add (e, "Mul", cjl_onnx_result (e, step, 0), cjl_onnx_in (e, step, 0), gain, NULL);
  return TRUE;
}

const CjlOnnxOp cjl_onnx_ops_spikes[] = {
  { &cj_op_spikes, write_spikes, NULL },           { &cj_op_conductance, write_conductance, NULL },
  { &cj_op_rivals, write_rivals, NULL },           { &cj_op_vote, write_vote, NULL },
  { &cj_op_encode, write_encode, NULL },           { &cj_op_moment, write_moment, NULL },
  { &cj_op_synapse, write_synapse, NULL },         { &cj_op_winners, write_winners, NULL },
  { &cj_op_homeostasis, write_homeostasis, NULL }, { NULL },
};
