/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An op is a primitive of the machine: shapes, kernels, gradient. A program is a list of them.
 * Kernels work on numbered chunks that are fixed by the shapes; a phase is a kernel that may run all
 * its chunks at once. Phases of one op run one after another, and what a phase touches decides how far
 * the program may join it with its neighbours (CjPhaseKind). */
#pragma once

#include "cj-rng.h"
#include "cj-tensor.h"

G_BEGIN_DECLS

#define CJ_OP_MAX_IN 10
#define CJ_OP_MAX_OUT 4
#define CJ_OP_MAX_PHASES 8

/* How pictures lie in memory inside a program. */
typedef enum
{
  CJ_LAYOUT_ANY,   /* element-wise: takes what comes, all inputs as in[0] */
  CJ_LAYOUT_PLAIN, /* row-major in the logical order N C H W */
  CJ_LAYOUT_LAST   /* channels last: N H W C; the same as plain below three dimensions */
} CjLayout;

typedef struct _CjOp CjOp;

/* Where one op finds its data in a step. d_in[i] is NULL where no gradient is wanted, d_out[i] where
 * none comes from. in[i] is NULL for an optional input that is not given, out[k] for an optional
 * output that nobody reads. */
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
  float *scratch;   /* a thread's own: CJ_GEMM_SCRATCH floats, or scratch_bytes if that is more */
  gboolean training;
  gint64 n_valid; /* rows of the batch that count in a loss; the rest is filling */
  guint64 seed;   /* with the step: the stream of dropout masks */
  guint64 step;
} CjOpCall;

/* What a phase reads and writes. The program runs neighbouring phases of CJ_PHASE_SAMPLES one after
 * another on the same samples, so that what one writes is still in the cache of its thread when the
 * next reads it, and without waiting for other threads in between. */
typedef enum
{
  CJ_PHASE_WHOLE, /* anything: all chunks of what is before it are done, and nothing after has begun */
  /* Chunks are blocks of samples, cj_op_blocks: block b reads and writes the rows cj_op_samples (op, b)
   * of inputs, results and their gradients and of `saved`, and of the workspace only what no other
   * block writes. Parameters and their gradients: read only. */
  CJ_PHASE_SAMPLES,
  CJ_PHASE_PREPARE, /* reads parameters, writes workspace: may run before the phases ahead of it */
  CJ_PHASE_FINISH, /* reads workspace, writes gradients of parameters: may run after those behind it */
  CJ_PHASE_LATE    /* the same, and reads values and their gradients, which are kept for it */
} CjPhaseKind;

/* A phase without n_chunks runs once, one of no chunks not at all: so an op chooses by its shapes. */
typedef struct
{
  guint (*n_chunks) (const CjOp *op);
  void (*run) (const CjOpCall *call, guint chunk);
  CjPhaseKind kind;
} CjPhase;

typedef struct
{
  const char *id;
  CjLayout layout; /* wanted of inputs of three dimensions and more */
  guint
      plain_in; /* bits of inputs that are read in the logical order whatever the layout: weights */
  CjLayout makes; /* of the results; CJ_LAYOUT_ANY: the same */
  gsize attrs_size;

  /* Fills out_shape (and n_out, out_dtype if not one float32), saved_bytes, workspace_bytes and macs
   * from the inputs, or refuses with a sentence that reads on from the layer's name. */
  gboolean (*infer) (CjOp *op, GError **error);
  CjPhase forward[CJ_OP_MAX_PHASES];  /* ends with a run of NULL */
  CjPhase backward[CJ_OP_MAX_PHASES]; /* ends with a run of NULL; none: no gradient passes */
  /* Bits of inputs and outputs whose numbers backward does not read, so that their room can be used
   * again. 0 keeps everything. */
  guint free_in, free_out;
  /* Bits of outputs that are not worth their room unless someone looks: out[k] is NULL then. */
  guint optional_out;
  /* Bits of inputs that may hold whole numbers: words, classes, edges. */
  guint whole_in;
  /* The slow, obvious twin of forward: plain loops in the logical layout, for tests. */
  void (*twin) (const CjOp *op, const void *const *in, float *const *out);
  /* What it gives for a sample is not the same bits each time: by chance, also when nothing is trained, or
   * by what stands beside the sample in the batch or where it stands itself, unless that is said by `mixes`. */
  gboolean varies;
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
  gsize scratch_bytes; /* of every thread; 0: CJ_GEMM_SCRATCH floats will do */
  guint blocks; /* of samples at most, set by the program before infer; 0: CJ_OP_MAX_BLOCKS */
  /* For the products of a large op (cj-blas.h), set by the program before infer; NULL: none. */
  const struct _CjBlas *blas;
  gboolean
      answers; /* set by the program before infer: it never trains, so nothing is kept for that */
  gboolean mixes; /* set by infer: samples meet, phases of samples are for all of them at once */
  gint64 macs;    /* multiply-adds of forward */
  guint64 stream; /* separates the random numbers of two dropouts */
};

#define CJ_OP_BLOCK 8192 /* elements of a block; a multiple of the four numbers of a Philox block */

#define CJ_OP_MAX_BLOCKS 8 /* of samples: enough to share, few enough to sum gradients over */

/* Samples [begin, end). */
typedef struct
{
  gint64 begin, end;
} CjSamples;

guint cj_op_blocks (const CjOp *op); /* of samples of in[0], for CJ_PHASE_SAMPLES */
CjSamples cj_op_samples (const CjOp *op, guint block);

/* The rows of a block, of `rows` that all samples have together. */
CjSamples cj_op_rows (const CjOp *op, guint block, gint64 rows);
/* The first element of the samples of a block of in[0]; the number of elements goes to *n. */
gint64 cj_op_range (const CjOp *op, guint block, gint64 *n);

guint cj_op_chunk_one (const CjOp *op);     /* 1 */
guint cj_op_chunk_samples (const CjOp *op); /* N of in[0] */
guint cj_op_chunk_blocks (const CjOp *op);  /* blocks of CJ_OP_BLOCK elements of out[0] */

/* First element of a block of out[0]; the number of elements goes to *n. */
gint64 cj_op_block (const CjOp *op, guint chunk, gint64 *n);

/* For element-wise ops: out[0] is shaped as in[0]. */
gboolean cj_op_infer_same (CjOp *op, GError **error);

/* Refuses: "expects WANTED, got SHAPE of in[0]. MEND". Always FALSE. */
gboolean cj_op_refuse (const CjOp *op, const char *wanted, const char *mend, GError **error);

G_END_DECLS
