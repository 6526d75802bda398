/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An op is a primitive of the machine: shapes, kernels, gradient. A program is a list of them.
 * Kernels work on numbered chunks that are fixed by the shapes; a phase is a kernel that may run all
 * its chunks at once. Phases of one op run one after another. */
#pragma once

#include "cj-rng.h"
#include "cj-tensor.h"

G_BEGIN_DECLS

#define CJ_OP_MAX_IN 10
#define CJ_OP_MAX_OUT 4
#define CJ_OP_MAX_PHASES 6

/* How pictures lie in memory inside a program. */
typedef enum
{
  CJ_LAYOUT_ANY,   /* element-wise: takes what comes, all inputs as in[0] */
  CJ_LAYOUT_PLAIN, /* row-major in the logical order N C H W */
  CJ_LAYOUT_LAST   /* channels last: N H W C; the same as plain below three dimensions */
} CjLayout;

typedef struct _CjOp CjOp;

/* Where one op finds its data in a step. d_in[i] is NULL where no gradient is wanted, d_out[i] where
 * none comes from. in[i] is NULL for an optional input that is not given. */
typedef struct
{
  const CjOp *op;
  void *in[CJ_OP_MAX_IN]; /* read only, but for state (running means), which forward may alter */
  float *out[CJ_OP_MAX_OUT];
  float *d_in[CJ_OP_MAX_IN]; /* written, or added to where `add_in` says so */
  gboolean add_in[CJ_OP_MAX_IN];
  const float *d_out[CJ_OP_MAX_OUT];
  void *saved;      /* kept from forward to backward, saved_bytes */
  float *workspace; /* workspace_bytes, shared by the phases of one op, not kept */
  float *scratch;   /* a thread's own, CJ_GEMM_SCRATCH floats */
  gboolean training;
  gint64 n_valid; /* rows of the batch that count in a loss; the rest is filling */
  guint64 seed;   /* with the step: the stream of dropout masks */
  guint64 step;
} CjOpCall;

/* A phase without n_chunks runs once. */
typedef struct
{
  guint (*n_chunks) (const CjOp *op);
  void (*run) (const CjOpCall *call, guint chunk);
} CjPhase;

typedef struct
{
  const char *id;
  CjLayout layout; /* wanted of inputs of three dimensions and more, and produced */
  gsize attrs_size;

  /* Fills out_shape (and n_out, out_dtype if not one float32), saved_bytes, workspace_bytes and macs
   * from the inputs, or refuses with a sentence that reads on from the layer's name. */
  gboolean (*infer) (CjOp *op, GError **error);
  CjPhase forward[CJ_OP_MAX_PHASES];  /* ends with a run of NULL */
  CjPhase backward[CJ_OP_MAX_PHASES]; /* ends with a run of NULL; none: no gradient passes */
  /* Bits of inputs and outputs whose numbers backward does not read, so that their room can be used
   * again. 0 keeps everything. */
  guint free_in, free_out;
  /* The slow, obvious twin of forward: plain loops in the logical layout, for tests. */
  void (*twin) (const CjOp *op, const void *const *in, float *const *out);
} CjOpInfo;

struct _CjOp
{
  const CjOpInfo *info;
  gpointer attrs; /* owned, info->attrs_size bytes */
  guint n_in, n_out;
  CjShape in_shape[CJ_OP_MAX_IN]; /* logical */
  CjDtype in_dtype[CJ_OP_MAX_IN];
  gboolean has_in[CJ_OP_MAX_IN]; /* FALSE: optional and not given */
  CjLayout in_layout;            /* of in[0], for ops that take any */
  CjShape out_shape[CJ_OP_MAX_OUT];
  CjDtype out_dtype[CJ_OP_MAX_OUT];
  gsize saved_bytes;
  gsize workspace_bytes;
  gint64 macs;    /* multiply-adds of forward */
  guint64 stream; /* separates the random numbers of two dropouts */
};

guint cj_op_chunk_one (const CjOp *op);     /* 1 */
guint cj_op_chunk_samples (const CjOp *op); /* N of in[0] */

/* Attributes of the ops below. */
typedef struct
{
  int kernel_h, kernel_w, stride_h, stride_w;
  int pad_top, pad_bottom, pad_left, pad_right;
  int dilation_h, dilation_w;
  int groups;
} CjConv2dAttrs;

typedef struct
{
  double rate;
} CjDropoutAttrs;

/* in: x [N, I], weight [U, I], bias [U] (optional); out [N, U]. */
extern const CjOpInfo cj_op_dense;
/* in: x [N, C, H, W], weight [O, C/groups, kh, kw], bias [O] (optional); out [N, O, H', W']. */
extern const CjOpInfo cj_op_conv2d;
/* in: x [N, C, H, W]; out [N, C, H', W']; attributes as conv2d. Ties go to the first in row order. */
extern const CjOpInfo cj_op_max_pool2d;
extern const CjOpInfo cj_op_relu;    /* any shape */
extern const CjOpInfo cj_op_dropout; /* any shape; inverted dropout, identity outside training */
extern const CjOpInfo cj_op_flatten; /* [N, ...] to [N, I], in logical order */
extern const CjOpInfo cj_op_to_last; /* changes of layout, put in by the builder */
extern const CjOpInfo cj_op_to_plain;
/* in: logits [N, K], target int32 [N]; out: scalar mean of -log softmax. */
extern const CjOpInfo cj_op_cross_entropy;

G_END_DECLS
