/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layers get targets, not errors: the last hidden one a step down the loss, those before it what weights of the way
 * back make of the target behind, which learn to undo the way there. */
#include "cj-rule.h"

#include <math.h>
#include <stddef.h>

typedef struct
{
  double step, noise, scale;
} Params;

static const CjParam params[] = {
  { .name = "step",
    .title = "Target step",
    .blurb
    = "How far the target of the last hidden layer lies from its activity, in gradients of the "
      "loss of a sample",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, step),
    .preset = 0.5,
    .min = 1e-3,
    .max = 1000,
    .soft_max = 2,
    .digits = 3,
    .flags = CJ_PARAM_LOG },
  { .name = "noise",
    .title = "Noise",
    .blurb
    = "Deviation of what is added to an activity that the way back learns to restore, so that it "
      "knows about what is near",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, noise),
    .preset = 0.1,
    .max = 100,
    .soft_max = 1,
    .digits = 3 },
  { .offset = offsetof (Params, scale), CJ_RULE_FEEDBACK_SCALE },
  { NULL },
};

/* A layer that hands a target to the one before it. */
typedef struct
{
  guint dense;            /* step */
  int sent;               /* value, behind its function */
  CjChainFunction before; /* of the layer before */
} Layer;

static CjStep *
get_step (const CjRulePass *pass, guint i)
{
  return &g_array_index (pass->lowered->builder->steps, CjStep, i);
}

static guint
find_maker (const CjRulePass *pass, int value)
{
  guint i = 0;

  while (get_step (pass, i)->out != value)
    i++;
  return i;
}

/* A dense layer of the region that sends `value`. */
static gboolean
is_sent (const CjRulePass *pass, int value)
{
  for (guint i = 0; i < pass->lowered->builder->steps->len; i++)
    {
      const CjStep *step = cj_rule_get_product (pass, i);

      if (step != NULL && step->op.info == &cj_op_dense
          && cj_rule_find_sent (pass, step->out) == value)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_read_by_dense (const CjRulePass *pass, int value)
{
  for (guint i = 0; i < pass->lowered->builder->steps->len; i++)
    {
      const CjStep *step = cj_rule_get_product (pass, i);

      if (step != NULL && step->op.info == &cj_op_dense && step->in[0] == value)
        return TRUE;
    }
  return FALSE;
}

/* The layers between the first and the last of a row; others that should hand an error on are named. */
static GArray *
find_layers (CjRulePass *pass)
{
  GArray *layers = g_array_new (FALSE, FALSE, sizeof (Layer));

  for (guint i = 0; i < pass->lowered->builder->steps->len; i++)
    {
      const CjStep *step = cj_rule_get_product (pass, i);
      Layer layer = { .dense = i };

      if (step == NULL || !pass->depends[step->in[0]])
        continue;
      layer.sent = cj_rule_find_sent (pass, step->out);
      if (step->op.info != &cj_op_dense || step->op.in_shape[0].n_dims != 2 || step->op.n_in > 3
          || !is_sent (pass, step->in[0]))
        cj_rule_note_product (pass, i);
      else if (is_read_by_dense (pass, layer.sent))
        {
          layer.before = cj_rule_get_function (get_step (pass, find_maker (pass, step->in[0])));
          g_array_append_val (layers, layer);
        }
    }
  return layers;
}

static int
stop (CjRulePass *pass, guint i, int out, gpointer data)
{
  (void) i;
  (void) data;
  cj_builder_set_stops (pass->lowered->builder, out, 7);
  return out;
}

/* One more number to lower: how well the way back restores what came to the layer, with noise on it. */
static void
learn_back (CjRulePass *pass, const Layer *layer, const int *back)
{
  const Params *p = pass->params;
  const CjNoiseAttrs noise = { CJ_NOISE_GAUSSIAN, p->noise };
  const CjPairLossAttrs square = { .kind = CJ_PAIR_SQUARE, .reduction = CJ_REDUCTION_BATCH_MEAN };
  CjBuilder *builder = pass->lowered->builder;
  const int x = get_step (pass, layer->dense)->in[0];
  g_autofree int *at = cj_rule_new_map (pass);
  int in[3], restored, local;

  at[x] = cj_rule_emit (pass, back[0], &cj_op_noise, &noise, &x, 1);
  cj_builder_set_stops (builder, at[x], 1);
  if (!cj_rule_run_again (pass, find_maker (pass, layer->sent) + 1, CJ_ROLE_LAYER, at, stop, NULL))
    return;
  in[0] = at[layer->sent];
  in[1] = back[0];
  in[2] = back[1];
  restored = cj_rule_emit (pass, back[0], &cj_op_dense, NULL, in, 3);
  cj_builder_set_stops (builder, restored, 1);
  if (layer->before != CJ_CHAIN_NONE)
    {
      const CjUnaryAttrs function = { layer->before == CJ_CHAIN_RELU   ? CJ_UNARY_RELU
                                      : layer->before == CJ_CHAIN_TANH ? CJ_UNARY_TANH
                                                                       : CJ_UNARY_SIGMOID };

      restored = cj_rule_emit (pass, back[0], &cj_op_unary, &function, &restored, 1);
    }
  local = cj_rule_emit (pass, back[0], &cj_op_pair_loss, &square, (int[]){ restored, at[x] }, 2);
  cj_builder_set_stops (builder, local, 1u << 1);
  g_array_append_val (pass->lowered->locals, local);
}

/* The layers behind read what a layer sends from where its target is known. */
static void
set_target (CjRulePass *pass, const Layer *layer, const int *back, guint n_steps)
{
  const CjTargetAttrs attrs = { layer->before, ((const Params *) pass->params)->step };
  const int in[4] = { layer->sent, get_step (pass, layer->dense)->in[0], back[0], back[1] };
  const int out = cj_rule_emit (pass, back[0], &cj_op_target, &attrs, in, 4);

  for (guint i = 0; i < n_steps; i++)
    for (guint j = 0; j < get_step (pass, i)->op.n_in; j++)
      if (get_step (pass, i)->in[j] == layer->sent)
        get_step (pass, i)->in[j] = out;
  get_step (pass, layer->dense)->stops |= 1u << 0;
}

static void
apply (CjRulePass *pass)
{
  const guint n_steps = pass->lowered->builder->steps->len;
  g_autoptr (GArray) layers = find_layers (pass);

  for (guint i = 0; i < layers->len; i++)
    {
      const Layer *layer = &g_array_index (layers, Layer, i);
      const CjStep *step = get_step (pass, layer->dense);
      const CjShape w = step->op.in_shape[1], inputs = cj_shape1 (w.dims[1]);
      const CjShape matrix = cj_shape2 (w.dims[1], w.dims[0]);
      const int value = step->out;
      const CjInit init
          = { .kind = CJ_INIT_UNIFORM,
              .scale = ((const Params *) pass->params)->scale / sqrt ((double) w.dims[0]) };
      const int back[2] = { cj_rule_add_param (pass, value, "feedback", &matrix, init),
                            cj_rule_add_param (pass, value, "feedback-bias", &inputs,
                                               (CjInit){ CJ_INIT_ZEROS }) };

      learn_back (pass, layer, back);
      set_target (pass, layer, back, n_steps);
    }
  cj_rule_note_others (pass);
}

const CjRuleInfo cj_rule_target_propagation = {
  .abi = CJ_RULE_ABI,
  .id = "target-propagation",
  .title = "Difference target propagation",
  .blurb
  = "Hidden layers get targets to come nearer to instead of errors: each is the activity, moved by "
    "what weights of the way back, which learn to undo the way there, make of the step to the "
    "target behind",
  .formula = "t = h + g(t₊) − g(h₊), ΔW = −η (h − t) ⊙ f′(a) xᵀ; g lowers |g(f(h + ξ)) − (h + ξ)|²",
  .source = "Lee, Zhang, Fischer and Bengio, Difference target propagation, ECML, 2015",
  .local
  = "A synapse of the way there knows the activity before it, that of its unit and its target; one "
    "of the way back what it should have restored",
  .distant
  = "Targets come layer by layer from behind; the last hidden layer has its own from the gradient "
    "of the loss",
  .params_size = sizeof (Params),
  .params = params,
  .apply = apply,
};
