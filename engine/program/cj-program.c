/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-program.h"

#include "cj-error.h"
#include "cj-gemm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN 16 /* floats: one cache line */

struct _CjProgram
{
  CjBuilder *builder;
  CjPool *pool;
  GArray *params; /* CjProgramParam */
  CjTensor *x, *y;
  int logits, loss; /* values */
  gint64 batch;

  gint64 n_weights;
  float *weights, *gradients, *arena;
  gint64 arena_floats;
  float **data;    /* by value */
  float **d_data;  /* by value, NULL where no gradient is wanted */
  CjOpCall *calls; /* by step */
  guint64 seed, step;
};

static gint64
aligned (gint64 floats)
{
  return (floats + ALIGN - 1) / ALIGN * ALIGN;
}

static gboolean
build_ops (CjProgram *program, const CjGraph *graph, const CjShape *x_shape, GError **error)
{
  const CjShape x = cj_shape_batched (x_shape, program->batch), y = cj_shape1 (program->batch);
  const int x_value = cj_builder_add_input (program->builder, CJ_FLOAT32, &x);
  const int y_value = cj_builder_add_input (program->builder, CJ_INT32, &y);
  g_autofree int *order = cj_graph_sort (graph);
  g_autofree int *out = g_new0 (int, graph->nodes->len + 1);
  int last[2] = { x_value, y_value };

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[order[i]];
      int in[CJ_NODE_MAX_IN];

      for (guint port = 0; port < node->layer->n_inputs; port++)
        if (node->from[port] == CJ_FROM_NOTHING)
          {
            g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                         "%s “%s” has nothing on its input. Wire it to a layer or to the data.",
                         node->layer->title, node->id);
            return FALSE;
          }
        else
          in[port] = node->from[port] == CJ_FROM_DATA ? x_value : out[node->from[port]];
      out[order[i]] = node->layer->build (program->builder, node->id, node->params, in, error);
      if (out[order[i]] < 0)
        {
          g_prefix_error (error, "%s “%s” ", node->layer->title, node->id);
          return FALSE;
        }
      last[0] = out[order[i]];
    }
  program->logits = last[0];
  program->loss = cj_builder_emit (program->builder, &cj_op_cross_entropy, NULL, last, 2, error);
  if (program->loss < 0)
    g_prefix_error (error, "The loss ");
  return program->loss >= 0;
}

static float *
new_floats (gint64 n)
{
  const gsize bytes = sizeof (float) * (gsize) aligned (MAX (n, 1));
  float *data = aligned_alloc (64, bytes);

  if (data == NULL)
    g_error ("out of memory: %" G_GSIZE_FORMAT " bytes for a program", bytes);
  memset (data, 0, bytes);
  return data;
}

static void
place_params (CjProgram *program)
{
  for (guint i = 0; i < program->builder->values->len; i++)
    {
      const CjValue *v = cj_builder_get_value (program->builder, (int) i);
      const CjProgramParam param
          = { v->name, v->shape, program->n_weights, cj_shape_size (&v->shape), v->fan_in };

      if (v->kind != CJ_VALUE_PARAM)
        continue;
      g_array_append_val (program->params, param);
      program->n_weights += aligned (param.size);
    }
  program->weights = new_floats (program->n_weights);
  program->gradients = new_floats (program->n_weights);
}

/* Whether a gradient is wanted for a value: a parameter, or computed from one that is. */
static gboolean *
find_wanted (CjProgram *program)
{
  gboolean *wanted = g_new0 (gboolean, program->builder->values->len);

  for (guint i = 0; i < program->builder->values->len; i++)
    wanted[i] = cj_builder_get_value (program->builder, (int) i)->kind == CJ_VALUE_PARAM;
  for (guint i = 0; i < program->builder->steps->len; i++)
    {
      const CjStep *step = &g_array_index (program->builder->steps, CjStep, i);

      for (guint j = 0; j < step->op.n_in; j++)
        wanted[step->out] |= wanted[step->in[j]];
    }
  return wanted;
}

/* Gives every value, gradient and saved buffer its place in the arena; twice: to count, to place. */
static gint64
place_arena (CjProgram *program, const gboolean *wanted, float *arena)
{
  gint64 at = 0, workspace = 0;
  guint param = 0;

  for (guint i = 0; i < program->builder->values->len; i++)
    {
      const CjValue *v = cj_builder_get_value (program->builder, (int) i);
      const gint64 size = aligned (cj_shape_size (&v->shape));

      if (v->kind == CJ_VALUE_PARAM)
        {
          const gint64 offset = g_array_index (program->params, CjProgramParam, param++).offset;

          program->data[i] = program->weights + offset;
          program->d_data[i] = program->gradients + offset;
          continue;
        }
      if (v->kind == CJ_VALUE_RESULT)
        {
          program->data[i] = arena != NULL ? arena + at : NULL;
          at += size;
        }
      if (wanted[i])
        {
          program->d_data[i] = arena != NULL ? arena + at : NULL;
          at += size;
        }
    }
  for (guint i = 0; i < program->builder->steps->len; i++)
    {
      const CjOp *op = &g_array_index (program->builder->steps, CjStep, i).op;

      program->calls[i].saved = arena != NULL ? arena + at : NULL;
      at += aligned ((gint64) (op->saved_bytes + sizeof (float) - 1) / (gint64) sizeof (float));
      workspace = MAX (workspace, (gint64) op->workspace_bytes / (gint64) sizeof (float));
    }
  for (guint i = 0; i < program->builder->steps->len; i++)
    program->calls[i].workspace = arena != NULL ? arena + at : NULL;
  return at + aligned (workspace);
}

static void
fill_calls (CjProgram *program)
{
  g_autofree gboolean *written = g_new0 (gboolean, program->builder->values->len);

  for (guint i = 0; i < program->builder->steps->len; i++)
    {
      CjStep *step = &g_array_index (program->builder->steps, CjStep, i);

      program->calls[i].op = &step->op;
      program->calls[i].out = program->data[step->out];
      program->calls[i].d_out = program->d_data[step->out];
      for (guint j = 0; j < step->op.n_in; j++)
        program->calls[i].in[j] = program->data[step->in[j]];
    }
  /* Backward goes from the last op to the first: the first writer sets, the others add. */
  for (guint i = program->builder->steps->len; i-- > 0;)
    {
      const CjStep *step = &g_array_index (program->builder->steps, CjStep, i);

      for (guint j = 0; j < step->op.n_in; j++)
        {
          program->calls[i].d_in[j] = program->d_data[step->in[j]];
          program->calls[i].add_in[j] = written[step->in[j]];
          written[step->in[j]] = TRUE;
        }
    }
}

CjProgram *
cj_program_new (const CjGraph *graph, const CjShape *x_shape, gint64 batch, guint n_threads,
                GError **error)
{
  g_autoptr (CjProgram) program = g_new0 (CjProgram, 1);
  g_autofree gboolean *wanted = NULL;

  program->batch = batch;
  program->builder = cj_builder_new ();
  program->params = g_array_new (FALSE, TRUE, sizeof (CjProgramParam));
  if (!build_ops (program, graph, x_shape, error))
    return NULL;
  program->pool = cj_pool_new (n_threads);
  program->x = cj_tensor_new (CJ_FLOAT32, &cj_builder_get_value (program->builder, 0)->shape);
  program->y = cj_tensor_new (CJ_INT32, &cj_builder_get_value (program->builder, 1)->shape);
  program->data = g_new0 (float *, program->builder->values->len);
  program->d_data = g_new0 (float *, program->builder->values->len);
  program->calls = g_new0 (CjOpCall, program->builder->steps->len);
  program->data[0] = program->x->data;
  program->data[1] = program->y->data;
  place_params (program);
  wanted = find_wanted (program);
  program->arena_floats = place_arena (program, wanted, NULL);
  program->arena = new_floats (program->arena_floats);
  place_arena (program, wanted, program->arena);
  fill_calls (program);
  return g_steal_pointer (&program);
}

void
cj_program_free (CjProgram *program)
{
  g_clear_pointer (&program->pool, cj_pool_free);
  g_clear_pointer (&program->x, cj_tensor_unref);
  g_clear_pointer (&program->y, cj_tensor_unref);
  g_clear_pointer (&program->params, g_array_unref);
  g_clear_pointer (&program->builder, cj_builder_free);
  free (program->weights);
  free (program->gradients);
  free (program->arena);
  g_free (program->data);
  g_free (program->d_data);
  g_free (program->calls);
  g_free (program);
}

void
cj_program_init (CjProgram *program, guint64 seed)
{
  for (guint i = 0; i < program->params->len; i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      const float limit = param->fan_in > 0 ? 1 / sqrtf ((float) param->fan_in) : 0;
      CjRng rng;

      cj_rng_init (&rng, seed, CJ_RNG_INIT, i);
      for (gint64 j = 0; j < param->size; j++)
        program->weights[param->offset + j] = cj_rng_range (&rng, -limit, limit);
    }
}

guint
cj_program_get_n_params (const CjProgram *program)
{
  return program->params->len;
}

const CjProgramParam *
cj_program_get_param (const CjProgram *program, guint index)
{
  return &g_array_index (program->params, CjProgramParam, index);
}

float *
cj_program_get_weights (CjProgram *program, gint64 *size)
{
  if (size != NULL)
    *size = program->n_weights;
  return program->weights;
}

float *
cj_program_get_gradients (CjProgram *program)
{
  return program->gradients;
}

CjProgramCost
cj_program_get_cost (const CjProgram *program)
{
  CjProgramCost cost = { 0 };

  for (guint i = 0; i < program->params->len; i++)
    cost.n_params += cj_program_get_param (program, i)->size;
  for (guint i = 0; i < program->builder->steps->len; i++)
    cost.macs += g_array_index (program->builder->steps, CjStep, i).op.macs;
  cost.macs /= program->batch;
  cost.peak_bytes = (gint64) sizeof (float) * (program->arena_floats + 2 * program->n_weights)
                    + (gint64) (cj_tensor_bytes (program->x) + cj_tensor_bytes (program->y));
  return cost;
}

CjPool *
cj_program_get_pool (CjProgram *program)
{
  return program->pool;
}

CjTensor *
cj_program_get_x (CjProgram *program)
{
  return program->x;
}

CjTensor *
cj_program_get_y (CjProgram *program)
{
  return program->y;
}

const float *
cj_program_get_logits (const CjProgram *program, gint64 *k)
{
  const CjValue *v = cj_builder_get_value (program->builder, program->logits);

  if (k != NULL)
    *k = v->shape.dims[1];
  return program->data[program->logits];
}

typedef struct
{
  const CjOpCall *call;
  void (*run) (const CjOpCall *call, guint chunk);
} PhaseRun;

static void
run_chunk (gpointer context, guint chunk)
{
  static _Thread_local float scratch[CJ_GEMM_SCRATCH] __attribute__ ((aligned (64)));
  const PhaseRun *phase = context;
  CjOpCall call = *phase->call;

  call.scratch = scratch;
  phase->run (&call, chunk);
}

static void
run_phases (CjProgram *program, const CjPhase *phases, const CjOpCall *call)
{
  for (guint i = 0; i < CJ_OP_MAX_PHASES && phases[i].run != NULL; i++)
    {
      PhaseRun run = { call, phases[i].run };

      cj_pool_run (program->pool, phases[i].n_chunks (call->op), run_chunk, &run);
    }
}

float
cj_program_forward (CjProgram *program, gboolean training, guint64 seed, guint64 step)
{
  for (guint i = 0; i < program->builder->steps->len; i++)
    {
      CjOpCall *call = &program->calls[i];

      call->training = training;
      call->seed = seed;
      call->step = step;
      run_phases (program, call->op->info->forward, call);
    }
  return program->data[program->loss][0];
}

void
cj_program_backward (CjProgram *program)
{
  program->d_data[program->loss][0] = 1;
  for (guint i = program->builder->steps->len; i-- > 0;)
    {
      const CjOpCall *call = &program->calls[i];

      if (call->d_out != NULL)
        run_phases (program, call->op->info->backward, call);
    }
}
