/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph compiled for a fixed batch size: a flat list of ops over one arena. Nothing is allocated
 * once it exists. N batch. Used by one thread at a time, which may be any. */
#pragma once

#include "cj-graph.h"
#include "cj-pool.h"

G_BEGIN_DECLS

typedef struct _CjProgram CjProgram;

/* One learned tensor; data and gradient lie in the program's arrays, in the logical layout. */
typedef struct
{
  const char *name; /* "conv1.weight" */
  CjShape shape;
  gint64 offset, size; /* in cj_program_get_weights */
  gint64 fan_in;
} CjProgramParam;

typedef struct
{
  gint64 n_params;
  gint64 macs;       /* multiply-adds of one sample, forward */
  gint64 peak_bytes; /* weights, gradients, activations, workspace */
} CjProgramCost;

/* Compiles for classification of `n_classes` with cross-entropy on the last node of the graph.
 * `x_shape` is of one sample. Errors name the node. You free. */
CjProgram *cj_program_new (const CjGraph *graph, const CjShape *x_shape, gint64 batch,
                           guint n_threads, GError **error);
void cj_program_free (CjProgram *program);

/* Draws the initial weights from `seed`. */
void cj_program_init (CjProgram *program, guint64 seed);

guint cj_program_get_n_params (const CjProgram *program);
const CjProgramParam *cj_program_get_param (const CjProgram *program, guint index);
float *cj_program_get_weights (CjProgram *program, gint64 *size);
float *cj_program_get_gradients (CjProgram *program);
CjProgramCost cj_program_get_cost (const CjProgram *program);
CjPool *cj_program_get_pool (CjProgram *program);

/* Where the feed writes: x [N, ...] and y int32 [N]. Borrowed. */
CjTensor *cj_program_get_x (CjProgram *program);
CjTensor *cj_program_get_y (CjProgram *program);

/* Scores of the last forward, [N, K]. Borrowed. */
const float *cj_program_get_logits (const CjProgram *program, gint64 *k);

/* Runs forward; the mean loss. (seed, step) choose dropout masks when `training`. */
float cj_program_forward (CjProgram *program, gboolean training, guint64 seed, guint64 step);

/* Gradients of the loss of the last training forward, into cj_program_get_gradients. */
void cj_program_backward (CjProgram *program);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjProgram, cj_program_free)

G_END_DECLS
