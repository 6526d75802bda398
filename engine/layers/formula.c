/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The formula that a person types, term by term, as ops; so gradients come by themselves. */
#include "cj-error.h"
#include "cj-formula.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  char formula[CJ_PARAM_TEXT_SIZE];
} Params;

static const CjParam params[] = {
  { .name = "formula",
    .title = "Formula",
    .blurb
    = "Of the inputs x, y, z and learned names: a * tanh(b * x) + c where a = 0.5 per channel, "
      "c = 0. Signs: + - * / ^. Functions: abs, celu, clamp, cos, elu, exp, gelu, hardsigmoid, "
      "hardswish, leaky_relu, ln, log, log_sigmoid, max, min, mish, pow, relu, selu, sigmoid, "
      "silu, sin, softplus, softsign, sqrt, square, tanh; along channel, space, time or all: "
      "log_softmax, mean, softmax, sum",
    .kind = CJ_PARAM_FORMULA,
    .offset = offsetof (Params, formula),
    .text = "a * tanh(b * x) + c where c = 0",
    .flags = CJ_PARAM_RESHAPES,
    .check = cj_formula_check },
  { NULL },
};

static const CjPort inputs[] = {
  { "x", "x", "N …", CJ_PORT_REQUIRED },
  { "y", "y", "N …", CJ_PORT_REQUIRED },
  { "z", "z", "N …", CJ_PORT_REQUIRED },
  { NULL },
};

static guint
count_in (gconstpointer data)
{
  g_autofree CjFormula *formula = cj_formula_parse (((const Params *) data)->formula, NULL);

  return formula != NULL ? formula->n_inputs : 1;
}

/* Values of the terms so far, CJ_NO_VALUE for numbers. */
typedef struct
{
  CjLayerBuild *build;
  const CjFormula *formula;
  CjShape frame; /* N and the sizes that inputs and learned numbers are stretched to */
  int values[CJ_FORMULA_MAX_TERMS];
} Emission;

static const CjShape *
get_shape (const Emission *e, int term)
{
  return cj_builder_get_shape (e->build->builder, e->values[term]);
}

/* Where the features lie: N C H W, N T C. */
static guint
get_channel_axis (const CjShape *frame)
{
  return frame->n_dims >= 4 ? 1 : frame->n_dims - 1;
}

/* One number a channel, [N, C], is stretched over pictures or moments. */
static gboolean
lift (Emission *e, int *value, GError **error)
{
  const CjShape shape = *cj_builder_get_shape (e->build->builder, *value);
  CjReshapeAttrs attrs = { .shape = e->frame };

  if (shape.n_dims == e->frame.n_dims)
    return TRUE;
  for (guint axis = 1; axis < attrs.shape.n_dims; axis++)
    attrs.shape.dims[axis] = axis == get_channel_axis (&e->frame) ? shape.dims[1] : 1;
  return cj_layer_build_emit (e->build, &cj_op_reshape, &attrs, value, 1, value, error);
}

/* The common frame of the inputs. */
static gboolean
begin (Emission *e, int *inputs_of, GError **error)
{
  CjShape widest = *cj_layer_build_shape (e->build, 0);

  for (guint i = 1; i < e->formula->n_inputs; i++)
    if (cj_layer_build_shape (e->build, i)->n_dims > widest.n_dims)
      widest = *cj_layer_build_shape (e->build, i);
  e->frame = widest;
  for (guint i = 0; i < e->formula->n_inputs; i++)
    {
      const CjShape *shape = cj_layer_build_shape (e->build, i);

      inputs_of[i] = e->build->in[i];
      if (shape->n_dims != widest.n_dims && shape->n_dims != 2)
        {
          g_autofree char *a = cj_shape_print_sample (shape);
          g_autofree char *b = cj_shape_print_sample (&widest);

          g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                       _ ("has inputs of %s and %s. Give them as many dimensions, or one number a "
                          "channel."),
                       a, b);
          return FALSE;
        }
      if (!lift (e, &inputs_of[i], error))
        return FALSE;
      shape = cj_builder_get_shape (e->build->builder, inputs_of[i]);
      for (guint axis = 1; axis < widest.n_dims; axis++)
        widest.dims[axis] = MAX (widest.dims[axis], shape->dims[axis]);
    }
  e->frame = widest;
  return TRUE;
}

/* Shaped so that it is stretched over the frame, counted from the last axis. */
static int
add_learned (Emission *e, const CjLearned *learned)
{
  const CjShape *frame = &e->frame;
  const guint channel = get_channel_axis (frame);
  CjShape shape = cj_shape1 (1);

  if (learned->per == CJ_PER_UNIT && frame->n_dims > 1)
    shape = cj_shape (frame->n_dims - 1, frame->dims + 1);
  if (learned->per == CJ_PER_CHANNEL && frame->n_dims > 1)
    {
      shape = cj_shape (frame->n_dims - channel, frame->dims + channel);
      for (guint i = 1; i < shape.n_dims; i++)
        shape.dims[i] = 1;
    }
  return cj_layer_build_param (e->build, learned->name, &shape,
                               (CjInit){ .kind = CJ_INIT_CONSTANT, .scale = learned->start });
}

static gboolean
emit_unary (Emission *e, CjUnaryAttrs attrs, int of, int *out, GError **error)
{
  return cj_layer_build_emit (e->build, &cj_op_unary, &attrs, &of, 1, out, error);
}

/* `number` is on the left where `left`. A number needs no room of its own: a x + b, x^a, a border. */
static gboolean
emit_with_number (Emission *e, CjBinaryKind kind, double number, gboolean left, int of, int *out,
                  GError **error)
{
  CjUnaryAttrs attrs = { CJ_UNARY_AFFINE, 1, 0 };

  switch (kind)
    {
    case CJ_BINARY_ADD:
      attrs.b = number;
      break;
    case CJ_BINARY_SUBTRACT:
      attrs.a = left ? -1 : 1;
      attrs.b = left ? number : -number;
      break;
    case CJ_BINARY_MULTIPLY:
      attrs.a = number;
      break;
    case CJ_BINARY_DIVIDE:
      attrs.a = left ? number : 1 / number;
      if (left && !emit_unary (e, (CjUnaryAttrs){ CJ_UNARY_POWER, -1, 0 }, of, &of, error))
        return FALSE;
      break;
    case CJ_BINARY_MAXIMUM:
      attrs = (CjUnaryAttrs){ CJ_UNARY_CLAMP, number, INFINITY };
      break;
    case CJ_BINARY_MINIMUM:
      attrs = (CjUnaryAttrs){ CJ_UNARY_CLAMP, -INFINITY, number };
      break;
    case CJ_BINARY_POWER:
      if (left
          && !emit_unary (e, (CjUnaryAttrs){ CJ_UNARY_AFFINE, log (number), 0 }, of, &of, error))
        return FALSE;
      attrs = (CjUnaryAttrs){ left            ? CJ_UNARY_EXP
                              : number == 2   ? CJ_UNARY_SQUARE
                              : number == 0.5 ? CJ_UNARY_SQRT
                                              : CJ_UNARY_POWER,
                              number, 0 };
      break;
    }
  return emit_unary (e, attrs, of, out, error);
}

static gboolean
emit_binary (Emission *e, const CjTerm *t, int *out, GError **error)
{
  const CjTerm *a = &e->formula->terms[t->a], *b = &e->formula->terms[t->b];
  const CjBinaryAttrs attrs = { t->binary };
  const int pair[2] = { e->values[t->a], e->values[t->b] };
  gboolean equal;

  if (a->kind == CJ_TERM_NUMBER)
    return emit_with_number (e, t->binary, a->number, TRUE, pair[1], out, error);
  if (b->kind == CJ_TERM_NUMBER)
    return emit_with_number (e, t->binary, b->number, FALSE, pair[0], out, error);
  equal = cj_shape_equal (get_shape (e, t->a), get_shape (e, t->b));
  return cj_layer_build_emit (e->build, equal ? &cj_op_binary : &cj_op_broadcast, &attrs, pair, 2,
                              out, error);
}

/* First axis and number of neighbouring axes; 0 and a refusal where there are none. */
static guint
find_axes (const CjShape *shape, CjAlong along, guint *first, GError **error)
{
  const guint n = shape->n_dims;
  g_autofree char *sample = cj_shape_print_sample (shape);

  *first = 1;
  if (along == CJ_ALONG_ALL && n > 1)
    return n - 1;
  if (along == CJ_ALONG_SPACE && n > 3)
    {
      *first = 2;
      return n - 2;
    }
  if (along == CJ_ALONG_CHANNEL && n > 1)
    {
      *first = get_channel_axis (shape);
      return 1;
    }
  if (along == CJ_ALONG_TIME && n == 3)
    return 1;
  g_set_error (
      error, CJ_ERROR, CJ_ERROR_SHAPE,
      _ ("has no such axis in %s. Pictures have channel and space, sequences channel and time, "
         "and everything has all."),
      sample);
  return 0;
}

static gboolean
emit_reduce (Emission *e, const CjTerm *t, int *out, GError **error)
{
  CjReduceAttrs attrs = { .kind = t->reduce, .keep = TRUE };
  guint first;
  const guint n = find_axes (get_shape (e, t->a), t->along, &first, error);

  attrs.axes = ((1u << n) - 1) << first;
  return n > 0
         && cj_layer_build_emit (e->build, &cj_op_reduce, &attrs, &e->values[t->a], 1, out, error);
}

/* Along several axes at once they are made one, and put back. */
static gboolean
emit_softmax (Emission *e, const CjTerm *t, int *out, GError **error)
{
  const CjReshapeAttrs back = { *get_shape (e, t->a) };
  CjReshapeAttrs flat = back;
  CjSoftmaxAttrs attrs = { .log = t->log };
  int value = e->values[t->a];
  guint first;
  const guint n = find_axes (&back.shape, t->along, &first, error);

  attrs.axis = (int) first;
  if (n == 0)
    return FALSE;
  if (n == 1)
    return cj_layer_build_emit (e->build, &cj_op_softmax, &attrs, &value, 1, out, error);
  flat.shape.n_dims = first + 1;
  for (guint axis = first + 1; axis < first + n; axis++)
    flat.shape.dims[first] *= back.shape.dims[axis];
  return cj_layer_build_emit (e->build, &cj_op_reshape, &flat, &value, 1, &value, error)
         && cj_layer_build_emit (e->build, &cj_op_softmax, &attrs, &value, 1, &value, error)
         && cj_layer_build_emit (e->build, &cj_op_reshape, &back, &value, 1, out, error);
}

static gboolean
emit (Emission *e, const CjTerm *t, const int *inputs_of, const int *learned, int *out,
      GError **error)
{
  switch (t->kind)
    {
    case CJ_TERM_NUMBER:
      *out = CJ_NO_VALUE;
      return TRUE;
    case CJ_TERM_INPUT:
      *out = inputs_of[t->index];
      return TRUE;
    case CJ_TERM_LEARNED:
      *out = learned[t->index];
      return TRUE;
    case CJ_TERM_UNARY:
      return emit_unary (e, t->unary, e->values[t->a], out, error);
    case CJ_TERM_BINARY:
      return emit_binary (e, t, out, error);
    case CJ_TERM_REDUCE:
      return emit_reduce (e, t, out, error);
    case CJ_TERM_SOFTMAX:
      return emit_softmax (e, t, out, error);
    }
  return FALSE;
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  g_autofree CjFormula *formula = cj_formula_parse (p->formula, error);
  Emission e = { .build = build, .formula = formula };
  int inputs_of[CJ_FORMULA_MAX_INPUTS], learned[CJ_FORMULA_MAX_LEARNED];

  if (formula == NULL)
    {
      /* Translators: goes before “column 3: …” */
      g_prefix_error (error, _ ("cannot be read, "));
      return FALSE;
    }
  if (!begin (&e, inputs_of, error))
    return FALSE;
  for (guint i = 0; i < formula->n_learned; i++)
    learned[i] = add_learned (&e, &formula->learned[i]);
  for (guint i = 0; i < formula->n_terms; i++)
    if (!emit (&e, &formula->terms[i], inputs_of, learned, &e.values[i], error))
      {
        /* Translators: goes before what is wrong there, as “has no such axis …” */
        g_prefix_error (error, _ ("at column %u "), formula->terms[i].column);
        return FALSE;
      }
  build->out[0] = e.values[formula->result];
  return TRUE;
}

const CjLayerInfo cj_layer_formula = {
  .abi = CJ_LAYER_ABI,
  .id = "formula",
  .title = "Formula",
  .category = "activation",
  .blurb = "Computes what you type, and learns the numbers that you name",
  .formula = "y = f (x, …), as a · tanh (b · x) + c",
  .biology = "Any measured input-output curve of a cell can be written down and fitted",
  .synonyms = "expression equation function custom",
  .version = 1,
  .inputs = inputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
  .count_in = count_in,
};
