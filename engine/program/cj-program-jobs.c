/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cutting a program into jobs. Neighbouring phases of samples become one job: each block of samples goes
 * through all of them on one thread, so that what one op writes is in that thread's cache when the next
 * reads it, and no thread waits for another in between. What prepares goes before everything else, what
 * finishes goes along with the next job that waits for everybody anyway. */
#include "cj-program-private.h"

#include <stddef.h>

#define SMALL 20000 /* multiply-adds and results of a job below which one thread is done sooner */

typedef struct
{
  CjProgram *program;
  gboolean back;
  const gboolean *from_data; /* by value: not the same for every batch */
  GArray *finish;            /* CjJobPhase: put off */
} Cutter;

static const CjPhase *
get_phases (const CjOp *op, gboolean back)
{
  return back ? op->info->backward : op->info->forward;
}

static CjJob *
get_last_job (const CjProgram *self)
{
  return &g_array_index (self->jobs, CjJob, self->jobs->len - 1);
}

/* What depends on the data that a network is given; the rest are weights, and what is made of them. */
static gboolean *
find_from_data (const CjProgram *self)
{
  const CjLowered *lowered = self->lowered;
  gboolean *from_data = g_new0 (gboolean, lowered->builder->values->len + 1);

  for (guint i = 0; i < lowered->builder->values->len; i++)
    from_data[i] = cj_builder_get_value (lowered->builder, (int) i)->kind == CJ_VALUE_INPUT;
  for (guint i = 0; i < lowered->builder->steps->len; i++)
    {
      const CjStep *step = cj_program_get_step (self, i);
      gboolean any = FALSE;

      for (guint j = 0; j < step->op.n_in; j++)
        any |= step->in[j] != CJ_NO_VALUE && from_data[step->in[j]];
      for (guint k = 0; k < step->op.n_out; k++)
        from_data[step->out + (int) k] = any;
    }
  return from_data;
}

/* Whether an op reads weights that another op makes, as those of DropConnect. */
static gboolean
reads_made_weights (const Cutter *cutter, guint step)
{
  const CjStep *s = cj_program_get_step (cutter->program, step);

  for (guint j = 0; j < s->op.n_in; j++)
    if (s->in[j] != CJ_NO_VALUE && !cutter->from_data[s->in[j]]
        && cj_builder_get_value (cutter->program->lowered->builder, s->in[j])->kind
               == CJ_VALUE_RESULT)
      return TRUE;
  return FALSE;
}

/* A phase is what it says, but where rows are no samples (weights may have as many), where an op mixes
 * samples, and where weights are made: their packing and their gradient have their place among the
 * other ops. */
static CjPhaseKind
get_kind (const Cutter *cutter, guint step, const CjPhase *phase)
{
  const CjStep *s = cj_program_get_step (cutter->program, step);
  const gboolean samples = !s->op.mixes && s->in[0] != CJ_NO_VALUE && cutter->from_data[s->in[0]];

  if (phase->kind == CJ_PHASE_SAMPLES ? !samples : reads_made_weights (cutter, step))
    return CJ_PHASE_WHOLE;
  return phase->kind;
}

static CjJobPhase
make_phase (const Cutter *cutter, guint step, const CjPhase *phase)
{
  const CjOp *op = &cj_program_get_step (cutter->program, step)->op;

  return (CjJobPhase){ .call = { .op = op },
                       .run = phase->run,
                       .kind = get_kind (cutter, step, phase),
                       .step = step,
                       .back = cutter->back,
                       .n_chunks = phase->n_chunks != NULL ? phase->n_chunks (op) : 1 };
}

/* Whether a phase is before the border: such jobs hold nothing else. */
static gboolean
is_skipped (const Cutter *cutter, guint step)
{
  return !cutter->back && cutter->program->border.skipped[step];
}

static void
begin_job (Cutter *cutter, gboolean samples, guint step)
{
  const guint at = cutter->program->phases->len;
  const CjJob job
      = { .begin = at, .end = at, .samples = samples, .skipped = is_skipped (cutter, step) };

  g_array_append_val (cutter->program->jobs, job);
}

/* Notes in the span of the phase's op that it runs in the last job. */
static void
note (Cutter *cutter, const CjJobPhase *phase, guint at)
{
  CjSpan *span = &cutter->program->spans[phase->back][phase->step];
  const guint job = cutter->program->jobs->len - 1;

  span->work_first = MIN (span->work_first, job);
  span->work_last = MAX (span->work_last, job);
  if (phase->kind == CJ_PHASE_PREPARE || phase->kind == CJ_PHASE_FINISH)
    return;
  span->one = phase->kind == CJ_PHASE_SAMPLES
              && (span->first == G_MAXUINT || (span->one && span->first == job));
  span->first = MIN (span->first, job);
  span->last = MAX (span->last, job);
  span->phase_first = MIN (span->phase_first, at);
  span->phase_last = MAX (span->phase_last, at);
}

static void
append (Cutter *cutter, CjJobPhase phase)
{
  CjProgram *self = cutter->program;
  CjJob *job = get_last_job (self);

  job->n_chunks = job->samples ? phase.n_chunks : job->n_chunks + phase.n_chunks;
  job->end++;
  note (cutter, &phase, self->phases->len);
  g_array_append_val (self->phases, phase);
}

/* Whether two ops read the same parameter, so that both add to its gradient. */
static gboolean
share_param (const CjProgram *self, guint a, guint b)
{
  const CjStep *x = cj_program_get_step (self, a), *y = cj_program_get_step (self, b);

  for (guint i = 0; i < x->op.n_in; i++)
    for (guint j = 0; j < y->op.n_in; j++)
      if (x->in[i] != CJ_NO_VALUE && x->in[i] == y->in[j]
          && cj_builder_get_value (self->lowered->builder, x->in[i])->kind == CJ_VALUE_PARAM)
        return TRUE;
  return FALSE;
}

/* What was put off, in a job of its own or together with what the caller appends. */
static void
append_finish (Cutter *cutter)
{
  for (guint i = 0; i < cutter->finish->len; i++)
    append (cutter, g_array_index (cutter->finish, CjJobPhase, i));
  g_array_set_size (cutter->finish, 0);
}

static void
flush_finish (Cutter *cutter)
{
  if (cutter->finish->len == 0)
    return;
  begin_job (cutter, FALSE, g_array_index (cutter->finish, CjJobPhase, 0).step);
  append_finish (cutter);
}

static gboolean
clashes (const Cutter *cutter, guint step)
{
  for (guint i = 0; i < cutter->finish->len; i++)
    if (g_array_index (cutter->finish, CjJobPhase, i).step != step
        && share_param (cutter->program, g_array_index (cutter->finish, CjJobPhase, i).step, step))
      return TRUE;
  return FALSE;
}

static void
add (Cutter *cutter, guint step, const CjPhase *phase, gboolean *open)
{
  const CjProgram *self = cutter->program;
  const CjJobPhase p = make_phase (cutter, step, phase);
  const CjOp *op = &cj_program_get_step (self, step)->op;

  if (p.n_chunks == 0)
    return;
  if (*open && get_last_job (self)->skipped != is_skipped (cutter, step))
    *open = FALSE;
  if (p.kind != CJ_PHASE_SAMPLES && p.kind != CJ_PHASE_PREPARE && clashes (cutter, step))
    {
      flush_finish (cutter);
      *open = FALSE;
    }
  if (p.kind == CJ_PHASE_FINISH || p.kind == CJ_PHASE_LATE)
    g_array_append_val (cutter->finish, p);
  else if (p.kind == CJ_PHASE_WHOLE)
    {
      begin_job (cutter, FALSE, step);
      append (cutter, p);
      append_finish (cutter);
      *open = FALSE;
    }
  else if (p.kind == CJ_PHASE_SAMPLES)
    {
      const CjOp *before
          = *open ? g_array_index (self->phases, CjJobPhase, self->phases->len - 1).call.op : NULL;

      if (before == NULL || before->in_shape[0].dims[0] != op->in_shape[0].dims[0])
        begin_job (cutter, TRUE, step);
      append (cutter, p);
      *open = TRUE;
    }
}

typedef gboolean (*Runs) (const CjProgram *self, guint step);

/* The job of all that prepares, before the border (`skipped`) or behind it. */
static void
cut_prepares (Cutter *cutter, Runs runs, gboolean skipped)
{
  const CjProgram *self = cutter->program;
  const guint n = self->lowered->builder->steps->len;
  gboolean prepares = FALSE;

  for (guint k = 0; k < n; k++)
    for (guint j = 0; runs (self, k) && is_skipped (cutter, k) == skipped && j < CJ_OP_MAX_PHASES;
         j++)
      {
        const CjPhase *phase = &get_phases (&cj_program_get_step (self, k)->op, cutter->back)[j];

        if (phase->run == NULL)
          break;
        if (get_kind (cutter, k, phase) != CJ_PHASE_PREPARE
            || make_phase (cutter, k, phase).n_chunks == 0)
          continue;
        if (!prepares)
          begin_job (cutter, FALSE, k);
        prepares = TRUE;
        get_last_job (self)->prepares = TRUE;
        append (cutter, make_phase (cutter, k, phase));
      }
}

static void
cut (Cutter *cutter, Runs runs)
{
  const CjProgram *self = cutter->program;
  const guint n = self->lowered->builder->steps->len;
  gboolean open = FALSE;

  cut_prepares (cutter, runs, TRUE);
  cut_prepares (cutter, runs, FALSE);
  for (guint k = 0; k < n; k++)
    {
      const guint step = cutter->back ? n - 1 - k : k;
      const CjPhase *phases = get_phases (&cj_program_get_step (self, step)->op, cutter->back);

      for (guint j = 0; runs (self, step) && j < CJ_OP_MAX_PHASES && phases[j].run != NULL; j++)
        add (cutter, step, &phases[j], &open);
    }
  flush_finish (cutter);
}

static gboolean
runs_forward (const CjProgram *self, guint step)
{
  return self->live[step];
}

static gboolean
runs_backward (const CjProgram *self, guint step)
{
  return self->backward[step];
}

/* A job of several phases goes through them side by side, an eighth of each at a time: a thread's share
 * then holds the same part of every phase, step after step, and finds it in its cache. */
static void
mix_phases (CjProgram *self)
{
  for (guint i = 0; i < self->jobs->len; i++)
    {
      CjJob *job = &g_array_index (self->jobs, CjJob, i);

      job->order = self->order->len;
      for (guint share = 0; share < CJ_POOL_PARTS && !job->samples; share++)
        for (guint j = job->begin; j < job->end; j++)
          {
            const CjJobPhase *phase = &g_array_index (self->phases, CjJobPhase, j);
            const guint64 n = phase->n_chunks;

            for (guint k = (guint) (n * share / CJ_POOL_PARTS); k < n * (share + 1) / CJ_POOL_PARTS;
                 k++)
              {
                const CjJobChunk chunk = { j, k };

                g_array_append_val (self->order, chunk);
              }
          }
    }
}

static void
find_small (CjProgram *self)
{
  for (guint i = 0; i < self->jobs->len; i++)
    {
      CjJob *job = &g_array_index (self->jobs, CjJob, i);
      gint64 cost = 0;

      for (guint j = job->begin; j < job->end; j++)
        {
          const CjOp *op = g_array_index (self->phases, CjJobPhase, j).call.op;

          cost += op->macs + cj_shape_size (&op->out_shape[0]) + cj_shape_size (&op->in_shape[0]);
        }
      job->small = cost < SMALL;
    }
}

void
cj_program_make_jobs (CjProgram *self)
{
  const guint n = self->lowered->builder->steps->len;
  g_autoptr (GArray) finish = g_array_new (FALSE, FALSE, sizeof (CjJobPhase));
  g_autofree gboolean *from_data = find_from_data (self);

  self->jobs = g_array_new (FALSE, FALSE, sizeof (CjJob));
  self->phases = g_array_new (FALSE, TRUE, sizeof (CjJobPhase));
  self->order = g_array_new (FALSE, FALSE, sizeof (CjJobChunk));
  self->shifts = g_array_new (FALSE, FALSE, sizeof (CjShift));
  for (guint i = 0; i < n; i++)
    {
      CjStep *step = &g_array_index (self->lowered->builder->steps, CjStep, i);

      self->calls[i].op = &step->op;
    }
  for (guint back = 0; back < 2; back++)
    {
      self->spans[back] = g_new0 (CjSpan, n + 1);
      for (guint i = 0; i < n; i++)
        self->spans[back][i]
            = (CjSpan){ .first = G_MAXUINT, .work_first = G_MAXUINT, .phase_first = G_MAXUINT };
      cut (&(Cutter){ self, back == 1, from_data, finish }, back ? runs_backward : runs_forward);
      if (back == 0)
        self->n_forward = self->jobs->len;
    }
  mix_phases (self);
  find_small (self);
}

static void
add_shift (CjProgram *self, CjJobPhase *phase, gsize field, const CjShape *shape)
{
  const CjShift shift = { (guint16) field, cj_shape_size (shape) / MAX (shape->dims[0], 1) };

  g_array_append_val (self->shifts, shift);
  phase->n_shifts++;
}

void
cj_program_place_jobs (CjProgram *self)
{
  for (guint i = 0; i < self->phases->len; i++)
    {
      CjJobPhase *phase = &g_array_index (self->phases, CjJobPhase, i);
      const CjStep *step = cj_program_get_step (self, phase->step);

      if (phase->kind != CJ_PHASE_SAMPLES)
        continue;
      phase->first_shift = self->shifts->len;
      for (guint j = 0; j < step->op.n_in; j++)
        {
          const CjShape *shape = &step->op.in_shape[j];

          if (step->in[j] == CJ_NO_VALUE)
            continue;
          if (self->is_local[step->in[j]])
            add_shift (self, phase, offsetof (CjOpCall, in) + j * sizeof (void *), shape);
          if (self->is_local_d[step->in[j]] && (step->stops & 1u << j) == 0)
            add_shift (self, phase, offsetof (CjOpCall, d_in) + j * sizeof (float *), shape);
        }
      for (guint k = 0; k < step->op.n_out; k++)
        {
          const CjShape *shape = &step->op.out_shape[k];

          if (self->is_local[step->out + (int) k])
            add_shift (self, phase, offsetof (CjOpCall, out) + k * sizeof (float *), shape);
          if (self->is_local_d[step->out + (int) k])
            add_shift (self, phase, offsetof (CjOpCall, d_out) + k * sizeof (float *), shape);
        }
    }
}
