/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph compiled for a fixed batch size and a purpose: a flat list of ops over one arena. Nothing is
 * allocated once it exists. N batch. Used by one thread at a time, which may be any. */
#pragma once

#include "cj-lower.h"
#include "cj-pool.h"

G_BEGIN_DECLS

#define CJ_PROGRAM_ALIGN 16 /* floats of a cache line: where each tensor begins */

typedef struct _CjProgram CjProgram;

typedef enum
{
  CJ_PURPOSE_TRAIN,  /* forward and backward; memory is used again as soon as it can be */
  CJ_PURPOSE_INFER,  /* forward only */
  CJ_PURPOSE_PROBE,  /* forward only, every node, everything kept to look at */
  CJ_PURPOSE_EXPLAIN /* forward and backward, nothing fused, everything kept, gradients everywhere */
} CjPurpose;

/* One named tensor of the network in the logical layout, learned or state. */
typedef struct
{
  const char *name; /* "conv1.weight" */
  CjShape shape;
  gboolean state;      /* not learned: running means */
  gboolean frozen;     /* gets no gradient */
  double rate;         /* factor on the learning rate */
  gint64 offset, size; /* in cj_program_get_weights, or cj_program_get_states */
  CjInit init;
} CjProgramParam;

typedef struct
{
  gint64 n_params;
  gint64 macs;       /* multiply-adds of one sample, forward */
  gint64 peak_bytes; /* weights, gradients, activations, workspace, batch, scratch of the threads */
} CjProgramCost;

/* Compiles. Training needs a valid path to a loss; other purposes need anything valid. The error is
 * the first problem of the graph, or says that memory would not do, with the numbers. You free. */
CjProgram *cj_program_new (const CjGraph *graph, CjPurpose purpose, const CjDataSpec *spec,
                           guint n_threads, GError **error);
/* The same without memory, however much it would take: to be asked for cost and parameters, and for
 * nothing that has numbers. You free. */
CjProgram *cj_program_new_sketch (const CjGraph *graph, CjPurpose purpose, const CjDataSpec *spec,
                                  guint n_threads, GError **error);
void cj_program_free (CjProgram *program);

/* Draws the initial weights from `seed`: a stream for every name, so that one layer more or less
 * changes no other. */
void cj_program_init (CjProgram *program, guint64 seed);
/* The same for one of them. */
void cj_program_init_param (CjProgram *program, const CjProgramParam *param, guint64 seed);

guint cj_program_get_n_params (const CjProgram *program);
const CjProgramParam *cj_program_get_param (const CjProgram *program, guint index);
const CjProgramParam *cj_program_find_param (const CjProgram *program, const char *name);
/* To read or to write. A program that only answers packs its weights once, and anew in the forward after
 * this or one of the next three was asked; so ask again for what you write later. */
float *cj_program_get_param_data (CjProgram *program, const CjProgramParam *param);
/* NULL for state and frozen parameters. */
float *cj_program_get_param_gradient (CjProgram *program, const CjProgramParam *param);

/* All learned tensors one after another (each begins on a cache line), and all state. */
float *cj_program_get_weights (CjProgram *program, gint64 *size);
float *cj_program_get_gradients (CjProgram *program);
float *cj_program_get_states (CjProgram *program, gint64 *size);

CjProgramCost cj_program_get_cost (const CjProgram *program);
/* Names the choices that the bits of results depend on: instruction set and kernels. Stored with every
 * checkpoint; two programs of the same plan compute the same bits. Interned. */
const char *cj_program_get_plan (const CjProgram *program);
CjPool *cj_program_get_pool (CjProgram *program);
gint64 cj_program_get_batch (const CjProgram *program);

/* Where the feed writes: x [N, ...] and y [N, ...]; NULL if no node uses them. Borrowed. */
CjTensor *cj_program_get_x (CjProgram *program);
CjTensor *cj_program_get_y (CjProgram *program);
/* The tensor of spec->inputs[index]; NULL if the node is not in the graph. Borrowed. */
CjTensor *cj_program_get_input (CjProgram *program, guint index);

/* What the first loss looks at after a forward, [N, K]. Borrowed; shape may be NULL. */
const float *cj_program_get_prediction (const CjProgram *program, CjShape *shape);

/* Values of a node's output port in the logical layout, as a new tensor; probe and explain programs
 * only. NULL if the node was not built. `index` is the node's place in graph->nodes. */
CjTensor *cj_program_dup_output (const CjProgram *program, guint index, guint port);
/* The gradient at spec->inputs[index] that wanted one, or NULL. */
CjTensor *cj_program_dup_input_gradient (const CjProgram *program, guint index);

/* Makes backward start from here as well, with `gradient` in the logical layout (NULL: nothing); for
 * explain programs, before each backward. */
void cj_program_seed_gradient (CjProgram *program, guint index, guint port, const float *gradient);

/* Values and their gradients by number, as cj_program_get_lowered knows them, in the logical layout, as
 * new tensors; NULL where there is none. Probe and explain programs only. */
CjTensor *cj_program_dup_value (const CjProgram *program, int value);
CjTensor *cj_program_dup_value_gradient (const CjProgram *program, int value);

/* --- stepping in: explain programs only --- */

/* How gradients pass the ops of one kind in place of their own backward: `call` is what that would get,
 * and cj_program_run_op (program, TRUE, call) would be the same. */
typedef struct
{
  const CjOpInfo *op; /* NULL ends a table */
  void (*run) (CjProgram *program, const CjOpCall *call, gpointer data);
} CjBackwardRule;

/* For every backward from here on; NULL: back to the gradient. The table is borrowed. */
void cj_program_set_rules (CjProgram *program, const CjBackwardRule *rules, gpointer data);
/* Runs the phases of one op with a call of one's own, as one whose pointers were altered. */
void cj_program_run_op (CjProgram *program, gboolean back, const CjOpCall *call);
/* Backward finds gradients of values only, which is faster; those of parameters are left as they are. */
void cj_program_skip_parameters (CjProgram *program, gboolean skip);
/* In every forward from here on `value` (a result) is what stands in `values`, in the logical layout,
 * whatever its op would make; NULL: its op's again. `values` is borrowed until then. */
void cj_program_hold (CjProgram *program, int value, const float *values);

/* Runs forward; the sum of the losses, each a mean over the first `n_valid` rows. (seed, step) choose
 * masks and noise when `training`. */
float cj_program_forward (CjProgram *program, gboolean training, gint64 n_valid, guint64 seed,
                          guint64 step);

/* --- the border: training programs whose first layers are frozen --- */

/* Floats a sample that ops which neither learn nor are by chance make for those behind them; 0: there is no such
 * border, or too little before it. */
gint64 cj_program_get_border (const CjProgram *program);
/* SHA-256, in hexadecimal digits, of all that the numbers at the border depend on but for the samples: the layers
 * before it, the batch, their weights and state as they are now, and the plan. You free. */
char *cj_program_digest_border (const CjProgram *program);
/* Copies what the last forward made at the border, or what a forward from the border finds there:
 * [N, cj_program_get_border]. */
void cj_program_read_border (const CjProgram *program, float *rows);
void cj_program_write_border (CjProgram *program, float *rows);
/* As cj_program_forward, with the same bits, but what is before the border is not computed: it was written there. */
float cj_program_forward_from_border (CjProgram *program, gboolean training, gint64 n_valid,
                                      guint64 seed, guint64 step);

/* Gradients of the losses of the last forward, into cj_program_get_gradients. */
void cj_program_backward (CjProgram *program);

/* The graph position and op of the first value that is not finite after a forward (probe and explain
 * programs), or -1. */
int cj_program_find_bad_node (const CjProgram *program);

/* After a backward: the learned tensor nearest to the loss whose gradient is not finite, where the
 * trouble arose, or NULL. */
const CjProgramParam *cj_program_find_bad_gradient (const CjProgram *program);

const CjLowered *cj_program_get_lowered (const CjProgram *program);

/* Where a step of cj_program_get_lowered ()->builder->steps finds its numbers, laid out as its op has
 * them; probe and explain programs only, where they stay until the next forward or backward. Borrowed,
 * to be read. */
const CjOpCall *cj_program_get_call (const CjProgram *program, guint step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjProgram, cj_program_free)

G_END_DECLS
