/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Explain programs run op by op where someone steps in: values that are held, gradients that pass an op
 * by another rule than its own, parameters whose gradients nobody wants. */
#include "cj-program-private.h"

#include <string.h>

void
cj_program_set_rules (CjProgram *self, const CjBackwardRule *rules, gpointer data)
{
  g_return_if_fail (self->purpose == CJ_PURPOSE_EXPLAIN);
  self->stepwise.rules = rules;
  self->stepwise.rule_data = data;
}

void
cj_program_skip_parameters (CjProgram *self, gboolean skip)
{
  g_return_if_fail (self->purpose == CJ_PURPOSE_EXPLAIN);
  self->stepwise.skips_params = skip;
}

void
cj_program_hold (CjProgram *self, int value, const float *values)
{
  const guint n = self->lowered->builder->values->len;

  g_return_if_fail (self->purpose == CJ_PURPOSE_EXPLAIN && value >= 0 && (guint) value < n);
  if (self->stepwise.held == NULL)
    self->stepwise.held = g_new0 (const float *, n);
  self->stepwise.n_held += (values != NULL) - (self->stepwise.held[value] != NULL);
  self->stepwise.held[value] = values;
}

/* Where the phases of an op work in a direction; NULL: they need no room, or it does not run. */
static float *
find_workspace (const CjProgram *self, guint step, gboolean back)
{
  for (guint i = 0; i < self->phases->len; i++)
    {
      const CjJobPhase *phase = &g_array_index (self->phases, CjJobPhase, i);

      if (phase->step == step && phase->back == back && phase->call.workspace != NULL)
        return phase->call.workspace;
    }
  return NULL;
}

typedef struct
{
  const CjProgram *program;
  const CjPhase *phase;
  const CjOpCall *call;
} PhaseRun;

static void
run_chunk (gpointer context, guint chunk, guint thread)
{
  const PhaseRun *run = context;
  CjOpCall call = *run->call;

  call.scratch = run->program->scratch + thread * run->program->scratch_floats;
  run->phase->run (&call, chunk);
}

void
cj_program_run_op (CjProgram *self, gboolean back, const CjOpCall *call)
{
  const CjOpInfo *info = call->op->info;
  const CjPhase *phases = back ? info->backward : info->forward;

  for (guint i = 0; i < CJ_OP_MAX_PHASES && phases[i].run != NULL; i++)
    {
      const PhaseRun run = { self, &phases[i], call };
      const guint n_chunks = phases[i].n_chunks != NULL ? phases[i].n_chunks (call->op) : 1;

      cj_pool_run (self->pool, n_chunks, run_chunk, (gpointer) &run);
    }
}

static CjOpCall
make_call (const CjProgram *self, guint step, gboolean back)
{
  CjOpCall call = self->calls[step];

  call.workspace = find_workspace (self, step, back);
  call.training = self->now.training && !self->resting[step];
  call.n_valid = self->now.n_valid;
  call.seed = self->now.seed;
  call.step = self->now.step;
  return call;
}

gboolean
cj_program_is_forward_stepwise (const CjProgram *self)
{
  return self->stepwise.n_held > 0;
}

gboolean
cj_program_is_backward_stepwise (const CjProgram *self)
{
  return self->stepwise.rules != NULL || self->stepwise.skips_params || self->stepwise.n_held > 0;
}

void
cj_program_forward_stepwise (CjProgram *self)
{
  const CjLowered *lowered = self->lowered;

  for (guint i = 0; i < lowered->builder->steps->len; i++)
    {
      const CjStep *step = cj_program_get_step (self, i);
      const CjOpCall call = make_call (self, i, FALSE);
      gboolean all_held = TRUE;

      if (!self->live[i])
        continue;
      for (guint k = 0; k < step->op.n_out; k++)
        all_held = all_held && self->stepwise.held[step->out + (int) k] != NULL;
      if (!all_held)
        cj_program_run_op (self, FALSE, &call);
      for (guint k = 0; k < step->op.n_out; k++)
        {
          const int out = step->out + (int) k;

          if (self->stepwise.held[out] != NULL && self->data[out] != NULL)
            cj_program_relayout (self, out, self->stepwise.held[out], self->data[out], FALSE);
        }
    }
}

static const CjBackwardRule *
find_rule (const CjProgram *self, const CjOpInfo *info)
{
  for (const CjBackwardRule *rule = self->stepwise.rules; rule != NULL && rule->op != NULL; rule++)
    if (rule->op == info)
      return rule;
  return NULL;
}

void
cj_program_backward_stepwise (CjProgram *self)
{
  for (guint i = self->lowered->builder->steps->len; i-- > 0;)
    {
      const CjStep *step = cj_program_get_step (self, i);
      const CjBackwardRule *rule = find_rule (self, step->op.info);
      CjOpCall call = make_call (self, i, TRUE);

      if (!self->backward[i])
        continue;
      for (guint j = 0; j < step->op.n_in && self->stepwise.skips_params; j++)
        if (step->in[j] != CJ_NO_VALUE
            && cj_builder_get_value (self->lowered->builder, step->in[j])->kind == CJ_VALUE_PARAM)
          call.d_in[j] = NULL;
      if (rule != NULL)
        rule->run (self, &call, self->stepwise.rule_data);
      else
        cj_program_run_op (self, TRUE, &call);
    }
}
