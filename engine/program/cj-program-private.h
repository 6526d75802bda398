/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cj-program.c (running), cj-program-plan.c (compiling), cj-program-jobs.c and
 * cj-program-fuse.c. */
#pragma once

#include "cj-program.h"

G_BEGIN_DECLS

/* A pointer of a call that each thread has a room of its own for: where it lies in CjOpCall, and the
 * floats of one sample. */
typedef struct
{
  guint16 field;
  gint64 row;
} CjShift;

/* A value whose gradient is there before backward begins. */
typedef struct
{
  int value;
  gsize bytes;
} CjSeed;

/* A phase of one op in its place. Its call is as the first thread has it for the first block. */
typedef struct
{
  CjOpCall call;
  void (*run) (const CjOpCall *call, guint chunk);
  CjPhaseKind kind;
  guint step;
  gboolean back;
  guint n_chunks;
  guint first_shift, n_shifts;
} CjJobPhase;

/* What the pool runs at a time: phases [begin, end). With `samples` every chunk is a block of samples
 * that goes through all of them, else each phase has chunks of its own, in any order. */
typedef struct
{
  guint begin, end, n_chunks;
  guint order;      /* where the job's chunks begin, unless they are of samples */
  gboolean skipped; /* before the border */
  gboolean samples;
  gboolean prepares;
  gboolean small; /* not worth waking anyone */
} CjJob;

typedef struct
{
  guint phase, chunk;
} CjJobChunk;

/* When an op runs in one direction, counted in jobs and in phases. */
typedef struct
{
  guint first, last;           /* jobs that touch values */
  guint work_first, work_last; /* jobs that touch the workspace */
  guint phase_first, phase_last;
  gboolean one; /* the values are touched in one job of samples only */
} CjSpan;

struct _CjProgram
{
  CjPurpose purpose;
  gboolean sketch; /* planned only */
  guint n_threads;
  CjLowered *lowered;
  CjPool *pool;
  GArray *params; /* CjProgramParam, learned and state, in order of values */
  CjTensor *x, *y, **inputs;
  guint n_inputs;
  gint64 batch;

  gint64 n_weights, n_states, arena_floats;
  gint64 scratch_floats; /* of each thread */
  float *weights, *gradients, *states, *arena, *scratch;
  float **data;       /* by value */
  float **d_data;     /* by value, NULL where no gradient is wanted */
  gboolean *needed;   /* by value: an op that runs, a loss or the prediction reads it */
  gboolean *live;     /* by step: does anything for the purpose */
  gboolean *backward; /* by step: its backward runs */
  gboolean *resting;  /* by step: of a frozen layer, does as when nothing is trained */
  gboolean *seeded;   /* by value: backward may start here */
  gboolean *given;    /* by value: seeded by the caller for the next backward */
  GArray *seeds;      /* CjSeed */
  CjOpCall *calls;    /* by step */

  gboolean prepared;      /* the first job of forward need not run: the weights are as they were */
  GArray *jobs, *phases;  /* CjJob, CjJobPhase: forward, then backward */
  GArray *order, *shifts; /* CjJobChunk, of jobs; CjShift, of phases */
  guint n_forward;        /* jobs */
  CjSpan *spans[2];       /* forward, backward; by step */
  gint64 local_floats;    /* of each of n_locals: values that live for a block of samples only */
  guint n_locals; /* one a thread, or one a block where there are fewer blocks than threads */
  float *local;
  gboolean *is_local, *is_local_d; /* by value: data and gradient lie there */
  struct
  {
    gboolean training;
    gint64 n_valid;
    guint64 seed, step;
  } now; /* of the forward under way and the backward after it */
  struct
  {
    const CjBackwardRule *rules;
    gpointer rule_data;
    gboolean skips_params;
    const float **held; /* by value; NULL as long as nothing was ever held */
    int n_held;
  } stepwise; /* of explain programs */
  struct
  {
    GArray *values;    /* int: what ops before the border make and those behind it read */
    GArray *numbers;   /* int: parameters and state that are read before it */
    gboolean *skipped; /* by step: it is before the border */
    gint64 floats;     /* of a sample, of all values; 0: there is no border */
    char *network;     /* what is before it, but for the numbers */
  } border;            /* of training programs */
};

static inline CjStep *
cj_program_get_step (const CjProgram *program, guint i)
{
  return &g_array_index (program->lowered->builder->steps, CjStep, i);
}

static inline gint64
cj_program_aligned (gint64 floats)
{
  return (floats + CJ_PROGRAM_ALIGN - 1) / CJ_PROGRAM_ALIGN * CJ_PROGRAM_ALIGN;
}

static inline gboolean
cj_program_goes_back (const CjProgram *program)
{
  return program->purpose == CJ_PURPOSE_TRAIN || program->purpose == CJ_PURPOSE_EXPLAIN;
}

/* Floats of arena, weights, their gradients where there are any, and state. */
static inline gint64
cj_program_count_floats (const CjProgram *program)
{
  return program->arena_floats + program->n_states
         + program->scratch_floats * MAX (program->n_threads, 1)
         + program->local_floats * program->n_locals
         + program->n_weights * (cj_program_goes_back (program) ? 2 : 1);
}

/* Who reads a value. */
typedef struct
{
  guint n;  /* ops, each as often as it does, and one for all ends of the program */
  int only; /* the step, where there is no other and the program does not end there; else -1 */
} CjReaders;

/* By value; good until steps are taken out, but `n` stays right where a step takes the place of what it
 * joins. You free. */
CjReaders *cj_program_find_readers (const CjProgram *program);

/* Joins small dense layers of `lowered`, before anything else is joined. */
void cj_program_join_chains (CjProgram *program);

/* Joins ops of `lowered`, before the plan. */
void cj_program_fuse (CjProgram *program);

/* Does the dense layers whose weights are named by sparse rows, after that (cj-program-sparse.h); and whether any
 * is. */
void cj_program_use_rows (CjProgram *program, const char *const *sparse);
gboolean cj_program_has_rows (const CjProgram *program);

/* Programs that only answer keep what they prepared until someone asks for their weights. */
static inline gboolean
cj_program_keeps_prepared (const CjProgram *program)
{
  return program->purpose == CJ_PURPOSE_INFER;
}

/* Finds where learning begins, from `live` and `resting`. */
void cj_program_find_border (CjProgram *program, const CjGraph *graph);
gboolean cj_program_is_border (const CjProgram *program, int value);
void cj_program_clear_border (CjProgram *program);

/* Cuts the ops into jobs, from `live` and `backward`; fills jobs, phases and spans. */
void cj_program_make_jobs (CjProgram *program);

/* Tells the phases where values of their own lie, once rooms are given and calls filled. */
void cj_program_place_jobs (CjProgram *program);

/* Copies a value between channels last, as stored, and the logical order. */
void cj_program_relayout (const CjProgram *program, int value, const float *from, float *to,
                          gboolean to_logical);

/* Op by op, for explain programs that are stepped into. */
gboolean cj_program_is_forward_stepwise (const CjProgram *program);
gboolean cj_program_is_backward_stepwise (const CjProgram *program);
void cj_program_forward_stepwise (CjProgram *program);
void cj_program_backward_stepwise (CjProgram *program);

/* Fills everything above from `lowered`; FALSE if it does not fit into memory. */
gboolean cj_program_plan (CjProgram *program, const CjGraph *graph, const CjDataSpec *spec,
                          GError **error);

G_END_DECLS
