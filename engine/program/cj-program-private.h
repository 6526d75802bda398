/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cj-program.c (running) and cj-program-plan.c (compiling). */
#pragma once

#include "cj-program.h"

G_BEGIN_DECLS

#define CJ_PROGRAM_ALIGN 16 /* floats: one cache line */

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
  gboolean *seeded;   /* by value: backward may start here */
  gboolean *given;    /* by value: seeded by the caller for the next backward */
  CjOpCall *calls;    /* by step */
};

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
         + program->n_weights * (cj_program_goes_back (program) ? 2 : 1);
}

/* Joins ops of `lowered`, before the plan. */
void cj_program_fuse (CjProgram *program);

/* Fills everything above from `lowered`; FALSE if it does not fit into memory. */
gboolean cj_program_plan (CjProgram *program, const CjGraph *graph, const CjDataSpec *spec,
                          GError **error);

G_END_DECLS
