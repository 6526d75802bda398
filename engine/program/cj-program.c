/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-program-private.h"
#include "cj-program-sparse.h"

#include "cj-blas.h"
#include "cj-error.h"
#include "cj-gemm.h"
#include "cj-isa.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static CjValue *
get_value (const CjProgram *self, int value)
{
  return cj_builder_get_value (self->lowered->builder, value);
}

static gboolean
check_ready (const CjProgram *self, GError **error)
{
  return (self->purpose != CJ_PURPOSE_TRAIN && self->lowered->prediction != CJ_NO_VALUE)
         || cj_lowered_can_train (self->lowered, error);
}

static CjProgram *
make (const CjGraph *graph, CjPurpose purpose, const CjDataSpec *spec, guint n_threads,
      gboolean sketch, const char *const *sparse, GError **error)
{
  g_autoptr (CjProgram) self = g_new0 (CjProgram, 1);
  CjDataSpec bare = *spec;

  if (purpose != CJ_PURPOSE_TRAIN) /* looked at, a network is what was drawn */
    bare.learning = NULL;
  self->purpose = purpose;
  self->sketch = sketch;
  self->n_threads = n_threads;
  self->batch = spec->batch;
  self->params = g_array_new (FALSE, TRUE, sizeof (CjProgramParam));
  self->lowered = cj_lower (graph, &bare);
  if (!check_ready (self, error))
    return NULL;
  cj_program_join_chains (self);
  cj_program_fuse (self);
  cj_program_use_rows (self, sparse);
  if (!cj_program_plan (self, graph, spec, error))
    return NULL;
  if (!sketch)
    self->pool = cj_pool_new (n_threads);
  return g_steal_pointer (&self);
}

CjProgram *
cj_program_new (const CjGraph *graph, CjPurpose purpose, const CjDataSpec *spec, guint n_threads,
                GError **error)
{
  return make (graph, purpose, spec, n_threads, FALSE, NULL, error);
}

CjProgram *
cj_program_new_sparse (const CjGraph *graph, const CjDataSpec *spec, guint n_threads,
                       const char *const *sparse, GError **error)
{
  return make (graph, CJ_PURPOSE_INFER, spec, n_threads, FALSE, sparse, error);
}

CjProgram *
cj_program_new_sketch (const CjGraph *graph, CjPurpose purpose, const CjDataSpec *spec,
                       guint n_threads, GError **error)
{
  return make (graph, purpose, spec, n_threads, TRUE, NULL, error);
}

void
cj_program_free (CjProgram *self)
{
  g_clear_pointer (&self->pool, cj_pool_free);
  g_clear_pointer (&self->x, cj_tensor_unref);
  g_clear_pointer (&self->y, cj_tensor_unref);
  for (guint i = 0; i < self->n_inputs; i++)
    g_clear_pointer (&self->inputs[i], cj_tensor_unref);
  g_clear_pointer (&self->params, g_array_unref);
  g_clear_pointer (&self->lowered, cj_lowered_free);
  free (self->weights);
  free (self->gradients);
  free (self->states);
  free (self->arena);
  free (self->scratch);
  free (self->local);
  g_clear_pointer (&self->jobs, g_array_unref);
  g_clear_pointer (&self->phases, g_array_unref);
  g_clear_pointer (&self->shifts, g_array_unref);
  g_clear_pointer (&self->order, g_array_unref);
  g_free (self->spans[0]);
  g_free (self->spans[1]);
  g_free (self->is_local);
  g_free (self->is_local_d);
  g_free (self->inputs);
  g_free (self->data);
  g_free (self->d_data);
  g_free (self->needed);
  g_free (self->live);
  g_free (self->backward);
  g_free (self->resting);
  g_free (self->seeded);
  g_free (self->given);
  g_clear_pointer (&self->seeds, g_array_unref);
  g_free (self->stepwise.held);
  cj_program_clear_border (self);
  g_free (self->calls);
  g_free (self);
}

/* FNV-1a, 64 bits: the stream of a parameter's name. */
static guint64
hash_name (const char *name)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (; *name != '\0'; name++)
    hash = (hash ^ (guchar) *name) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

void
cj_program_init_param (CjProgram *self, const CjProgramParam *param, guint64 seed)
{
  CjRng rng;

  cj_rng_init (&rng, seed, CJ_RNG_INIT, hash_name (param->name));
  cj_init_fill (&param->init, &param->shape, &rng, cj_program_get_param_data (self, param));
}

void
cj_program_init (CjProgram *self, guint64 seed)
{
  for (guint i = 0; i < self->params->len; i++)
    cj_program_init_param (self, cj_program_get_param (self, i), seed);
}

guint
cj_program_get_n_params (const CjProgram *self)
{
  return self->params->len;
}

const CjProgramParam *
cj_program_get_param (const CjProgram *self, guint index)
{
  return &g_array_index (self->params, CjProgramParam, index);
}

const CjProgramParam *
cj_program_find_param (const CjProgram *self, const char *name)
{
  for (guint i = 0; i < self->params->len; i++)
    if (g_str_equal (cj_program_get_param (self, i)->name, name))
      return cj_program_get_param (self, i);
  return NULL;
}

/* Only ever set in programs that one thread uses; others may ask from many at once. */
static void
forget_prepared (CjProgram *self)
{
  if (self->prepared)
    self->prepared = FALSE;
}

float *
cj_program_get_param_data (CjProgram *self, const CjProgramParam *param)
{
  forget_prepared (self);
  return (param->state ? self->states : self->weights) + param->offset;
}

float *
cj_program_get_param_gradient (CjProgram *self, const CjProgramParam *param)
{
  return param->state || param->frozen ? NULL : self->gradients + param->offset;
}

float *
cj_program_get_weights (CjProgram *self, gint64 *size)
{
  if (size != NULL)
    *size = self->n_weights;
  forget_prepared (self);
  return self->weights;
}

float *
cj_program_get_gradients (CjProgram *self)
{
  return self->gradients;
}

float *
cj_program_get_states (CjProgram *self, gint64 *size)
{
  if (size != NULL)
    *size = self->n_states;
  forget_prepared (self);
  return self->states;
}

CjProgramCost
cj_program_get_cost (const CjProgram *self)
{
  CjProgramCost cost = { 0 };

  for (guint i = 0; i < self->params->len; i++)
    if (!cj_program_get_param (self, i)->state)
      cost.n_params += cj_program_get_param (self, i)->size;
  for (guint i = 0; i < self->lowered->builder->steps->len; i++)
    if (self->live[i])
      cost.macs += g_array_index (self->lowered->builder->steps, CjStep, i).op.macs;
  cost.macs /= MAX (self->batch, 1);
  cost.peak_bytes = (gint64) sizeof (float) * cj_program_count_floats (self);
  for (guint i = 0; i < self->lowered->builder->values->len; i++)
    {
      const CjValue *v = get_value (self, (int) i);

      if (v->kind == CJ_VALUE_INPUT)
        cost.peak_bytes += cj_shape_size (&v->shape) * (gint64) cj_dtype_size (v->dtype);
    }
  return cost;
}

static const char *
get_kernels (void)
{
#if defined(__x86_64__)
  const gboolean fused = cj_isa_is_there (CJ_ISA_AVX2);

  /* products with AVX-512 add in the order of those with AVX2 */
  if (fused && cj_isa_get () != CJ_ISA_BASELINE)
    return "kernels-3 x86-64 avx2 fma";
  if (fused)
    return "kernels-3 x86-64 avx2 fma, baseline products";
  return "kernels-3 x86-64";
#else
  return "kernels-3 plain";
#endif
}

const char *
cj_program_get_plan (const CjProgram *self)
{
  g_autofree char *plan = NULL;
  const CjBlas *blas = NULL;
  gboolean winograd = FALSE;

  for (guint i = 0; i < self->lowered->builder->steps->len; i++)
    {
      const CjOp *op = &g_array_index (self->lowered->builder->steps, CjStep, i).op;

      winograd |= self->live[i] && cj_conv2d_is_winograd (op);
      blas = op->blas != NULL ? op->blas : blas;
    }
  plan = g_strconcat (get_kernels (), winograd ? ", winograd" : "",
                      cj_program_has_rows (self) ? ", sparse rows" : "", blas != NULL ? ", " : NULL,
                      blas != NULL ? cj_blas_get_name (blas) : NULL, NULL);
  return g_intern_string (plan);
}

CjPool *
cj_program_get_pool (CjProgram *self)
{
  return self->pool;
}

gint64
cj_program_get_batch (const CjProgram *self)
{
  return self->batch;
}

CjTensor *
cj_program_get_x (CjProgram *self)
{
  return self->x;
}

CjTensor *
cj_program_get_y (CjProgram *self)
{
  return self->y;
}

CjTensor *
cj_program_get_input (CjProgram *self, guint index)
{
  g_return_val_if_fail (index < self->n_inputs, NULL);
  return self->inputs[index];
}

const float *
cj_program_get_prediction (const CjProgram *self, CjShape *shape)
{
  if (shape != NULL)
    *shape = get_value (self, self->lowered->prediction)->shape;
  return self->data[self->lowered->prediction];
}

const CjLowered *
cj_program_get_lowered (const CjProgram *self)
{
  return self->lowered;
}

const CjOpCall *
cj_program_get_call (const CjProgram *self, guint step)
{
  g_return_val_if_fail (step < self->lowered->builder->steps->len, NULL);
  g_return_val_if_fail (self->purpose == CJ_PURPOSE_PROBE || self->purpose == CJ_PURPOSE_EXPLAIN,
                        NULL);
  return &self->calls[step];
}

void
cj_program_relayout (const CjProgram *self, int value, const float *from, float *to,
                     gboolean to_logical)
{
  const CjValue *v = get_value (self, value);
  const gint64 n = v->shape.dims[0], c = v->shape.n_dims > 2 ? v->shape.dims[1] : 1;
  const gint64 plane = cj_shape_size (&v->shape) / MAX (n * c, 1);

  if (v->layout != CJ_LAYOUT_LAST || v->shape.n_dims < 3)
    {
      memcpy (to, from, sizeof (float) * (gsize) cj_shape_size (&v->shape));
      return;
    }
  for (gint64 i = 0; i < n; i++)
    for (gint64 k = 0; k < c; k++)
      for (gint64 p = 0; p < plane; p++)
        {
          const gint64 logical = (i * c + k) * plane + p, stored = (i * plane + p) * c + k;

          if (to_logical)
            to[logical] = from[stored];
          else
            to[stored] = from[logical];
        }
}

static CjTensor *
dup_value (const CjProgram *self, int value, float *const *data)
{
  const CjValue *v = get_value (self, value);
  CjTensor *tensor;

  if (data[value] == NULL)
    return NULL;
  tensor = cj_tensor_new (v->dtype, &v->shape);
  cj_program_relayout (self, value, data[value], tensor->data, TRUE);
  return tensor;
}

CjTensor *
cj_program_dup_value (const CjProgram *self, int value)
{
  return dup_value (self, value, self->data);
}

CjTensor *
cj_program_dup_value_gradient (const CjProgram *self, int value)
{
  return dup_value (self, value, self->d_data);
}

CjTensor *
cj_program_dup_output (const CjProgram *self, guint index, guint port)
{
  const CjLoweredNode *node = &self->lowered->nodes[index];

  g_return_val_if_fail (index < self->lowered->n_nodes, NULL);
  return node->valid && port < node->n_out ? dup_value (self, node->out[port], self->data) : NULL;
}

CjTensor *
cj_program_dup_input_gradient (const CjProgram *self, guint index)
{
  g_return_val_if_fail (index < self->n_inputs, NULL);
  return self->lowered->inputs[index] != CJ_NO_VALUE
             ? dup_value (self, self->lowered->inputs[index], self->d_data)
             : NULL;
}

void
cj_program_seed_gradient (CjProgram *self, guint index, guint port, const float *gradient)
{
  const CjLoweredNode *node = &self->lowered->nodes[index];
  const CjValue *v;

  g_return_if_fail (index < self->lowered->n_nodes && node->valid && port < node->n_out);
  if (self->d_data[node->out[port]] == NULL)
    return;
  v = get_value (self, node->out[port]);
  self->given[node->out[port]] = self->seeded[node->out[port]];
  if (gradient != NULL)
    cj_program_relayout (self, node->out[port], gradient, self->d_data[node->out[port]], FALSE);
  else
    memset (self->d_data[node->out[port]], 0, sizeof (float) * (gsize) cj_shape_size (&v->shape));
}

typedef struct
{
  const CjProgram *program;
  const CjJob *job;
} JobRun;

static void
run_phase (const CjProgram *self, const CjJobPhase *phase, guint chunk, guint thread)
{
  CjOpCall call;

  if (thread == 0 && (chunk == 0 || phase->n_shifts == 0))
    {
      phase->run (&phase->call, chunk);
      return;
    }
  call = phase->call;
  call.scratch += thread * self->scratch_floats;
  if (phase->n_shifts > 0)
    {
      const CjShift *shifts = (const CjShift *) self->shifts->data + phase->first_shift;
      const gint64 begin = cj_op_samples (call.op, chunk).begin;
      const guint room = cj_op_blocks (call.op) <= self->n_locals ? chunk : thread;

      /* the room begins with the first sample of the block */
      for (guint i = 0; i < phase->n_shifts; i++)
        {
          float **pointer = (float **) ((char *) &call + shifts[i].field);

          *pointer += room * self->local_floats - begin * shifts[i].row;
        }
    }
  phase->run (&call, chunk);
}

static void
run_chunk (gpointer context, guint chunk, guint thread)
{
  const JobRun *run = context;
  const CjJobPhase *phases = (const CjJobPhase *) run->program->phases->data;

  if (run->job->samples)
    for (guint i = run->job->begin; i < run->job->end; i++)
      run_phase (run->program, &phases[i], chunk, thread);
  else
    {
      const CjJobChunk at
          = g_array_index (run->program->order, CjJobChunk, run->job->order + chunk);

      run_phase (run->program, &phases[at.phase], at.chunk, thread);
    }
}

/* `from_border`: but for those before it. */
static void
run_jobs (CjProgram *self, guint begin, guint end, gboolean from_border)
{
  for (guint i = begin; i < end; i++)
    {
      const CjJob *job = &g_array_index (self->jobs, CjJob, i);
      JobRun run = { self, job };

      if (job->skipped && from_border)
        continue;
      if (job->small)
        for (guint chunk = 0; chunk < job->n_chunks; chunk++)
          run_chunk (&run, chunk, 0);
      else
        cj_pool_run (self->pool, job->n_chunks, run_chunk, &run);
    }
}

/* What is so for this time goes into every call, which then need not be copied to be run. */
static void
tell_phases (CjProgram *self)
{
  for (guint i = 0; i < self->phases->len; i++)
    {
      CjJobPhase *phase = &g_array_index (self->phases, CjJobPhase, i);
      CjOpCall *call = &phase->call;

      call->training = self->now.training && !self->resting[phase->step];
      call->n_valid = self->now.n_valid;
      call->seed = self->now.seed;
      call->step = self->now.step;
    }
}

static void
begin_forward (CjProgram *self, gboolean training, gint64 n_valid, guint64 seed, guint64 step)
{
  self->now.training = training;
  self->now.n_valid = n_valid;
  self->now.seed = seed;
  self->now.step = step;
  tell_phases (self);
}

static float
sum_losses (const CjProgram *self)
{
  float loss = 0;

  for (guint i = 0; i < self->lowered->losses->len; i++)
    loss += self->data[g_array_index (self->lowered->losses, int, i)][0];
  return loss;
}

float
cj_program_forward (CjProgram *self, gboolean training, gint64 n_valid, guint64 seed, guint64 step)
{
  begin_forward (self, training, n_valid, seed, step);
  if (cj_program_is_forward_stepwise (self))
    cj_program_forward_stepwise (self);
  else
    run_jobs (self, self->prepared ? 1 : 0, self->n_forward, FALSE);
  self->prepared = cj_program_keeps_prepared (self) && !training && self->jobs->len > 0
                   && g_array_index (self->jobs, CjJob, 0).prepares;
  return sum_losses (self);
}

float
cj_program_forward_from_border (CjProgram *self, gboolean training, gint64 n_valid, guint64 seed,
                                guint64 step)
{
  g_return_val_if_fail (self->border.floats > 0, NAN);

  begin_forward (self, training, n_valid, seed, step);
  run_jobs (self, 0, self->n_forward, TRUE);
  return sum_losses (self);
}

/* Where backward may start: what was given for this time, 1 at the losses, else nothing. */
static void
start_backward (CjProgram *self)
{
  for (guint i = 0; i < self->seeds->len; i++)
    {
      const CjSeed *seed = &g_array_index (self->seeds, CjSeed, i);

      if (!self->given[seed->value])
        memset (self->d_data[seed->value], 0, seed->bytes);
    }
  for (guint i = 0; i < self->lowered->losses->len; i++)
    {
      const int loss = g_array_index (self->lowered->losses, int, i);

      if (self->d_data[loss] != NULL && !self->given[loss])
        *self->d_data[loss] = 1;
    }
  for (guint i = 0; i < self->lowered->locals->len; i++)
    {
      float *d_local = self->d_data[g_array_index (self->lowered->locals, int, i)];

      if (d_local != NULL) /* else all that it is of is frozen */
        *d_local = 1;
    }
  for (guint i = 0; i < self->seeds->len; i++)
    self->given[g_array_index (self->seeds, CjSeed, i).value] = FALSE;
}

void
cj_program_backward (CjProgram *self)
{
  start_backward (self);
  if (cj_program_is_backward_stepwise (self))
    cj_program_backward_stepwise (self);
  else
    run_jobs (self, self->n_forward, self->jobs->len, FALSE);
}

int
cj_program_find_bad_node (const CjProgram *self)
{
  for (guint i = 0; i < self->lowered->builder->steps->len; i++)
    {
      const CjStep *step = &g_array_index (self->lowered->builder->steps, CjStep, i);
      const CjValue *v = get_value (self, step->out);
      const gint64 size = cj_shape_size (&v->shape);

      for (gint64 j = 0; self->live[i] && v->dtype == CJ_FLOAT32 && j < size; j++)
        if (!isfinite (self->data[step->out][j]))
          return (int) v->node;
    }
  return -1;
}

const CjProgramParam *
cj_program_find_bad_gradient (const CjProgram *self)
{
  for (guint i = self->params->len; i-- > 0;)
    {
      const CjProgramParam *param = cj_program_get_param (self, i);

      for (gint64 j = 0; !param->state && !param->frozen && j < param->size; j++)
        if (!isfinite (self->gradients[param->offset + j]))
          return param;
    }
  return NULL;
}
