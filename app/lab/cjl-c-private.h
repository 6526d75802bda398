/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a network becomes C: the ops of its inference, for one sample, become calls of kernels on buffers. Kernels are
 * the plain functions of the files c/; they are compiled into the lab as well, so that what is written can be run
 * before it is written. Calls are first collected, then given room, then run or printed. One thread at a time. */
#pragma once

#include <glib-object.h>

#include "c/shapes.h"
#include "cj-program.h"
#include "cj-quant.h"
#include "cjl-c.h"
#include "cjl-intake.h"

G_BEGIN_DECLS

#define CJL_C_POINTERS 8 /* of a kernel at most */
#define CJL_C_SHAPES 2
#define CJL_C_NONE (-1)
#define CJL_C_MOST_BYTES ((gint64) 64 << 20) /* of the numbers of a network */

typedef enum
{
  CJL_C_FLOAT,
  CJL_C_INT8,
  CJL_C_INT32
} CjlCType;

typedef enum
{
  CJL_C_ROOM,  /* in the arena */
  CJL_C_CONST, /* weights and tables */
  CJL_C_INPUT, /* the caller's */
  CJL_C_OUTPUT
} CjlCPlace;

typedef struct
{
  CjlCPlace place;
  CjlCType type;
  gint64 n;
  char *title;   /* what it holds: "conv1.weight", or the id of the node that made it */
  void *data;    /* of a constant, n numbers */
  CjQuant quant; /* of activations in int8, whose level q is stored as q − 128 */
  /* filled in by cjl_c_plan */
  int first, last; /* calls that write it first and use it last; -1: none */
  int group;       /* the buffer whose room it shares */
  gint64 offset;   /* of the room, bytes */
  char *name;      /* in the text */
} CjlCBuffer;

typedef struct
{
  const char *name;
  GCallback run; /* (const shape *..., pointers ...) */
  const char *shapes[CJL_C_SHAPES];
  gsize sizes[CJL_C_SHAPES];
  guint n;        /* pointers */
  guint writes;   /* bits of pointers that are written, the first of them the result */
  guint in_place; /* bits of pointers that the result may lie over */
} CjlCKernel;

typedef struct
{
  const CjlCKernel *kernel;
  gpointer shapes[CJL_C_SHAPES];
  int buffers[CJL_C_POINTERS]; /* CJL_C_NONE: NULL */
  int node;                    /* position in the graph, -1: none */
} CjlCCall;

/* A step of the inference, after what only rearranges memory was taken out. */
typedef struct
{
  const CjStep *step;
  int in[CJ_OP_MAX_IN];
  gboolean needed; /* for the answer */
  gboolean done;   /* another step does its work */
} CjlCStep;

struct _CjlC
{
  CjlProject *project;
  CjlIntake intake;
  CjProgram *program; /* for one sample, which knows ops and weights */
  gboolean int8;      /* products in whole numbers, as far as ops have such a form */
  GArray *steps;      /* CjlCStep */
  GArray *buffers;    /* CjlCBuffer */
  GArray *calls;      /* CjlCCall */
  guint n_values;
  int *values;       /* buffer of every value, CJL_C_NONE: not yet */
  int *floats;       /* the same as floats, where it is in int8 */
  guint *uses;       /* of every value, by steps that are needed */
  CjQuant *quants;   /* in int8: the levels of every value; bits 0: not measured */
  guint step;        /* being written */
  int input, output; /* buffers */
  int prediction;    /* value */
  gboolean classes;  /* the answer is shares of classes */
  gint64 arena;      /* bytes, by cjl_c_plan */
  gint64 macs;
  GPtrArray *left; /* in int8: ids of ops that stay in floats, in order, each once */
  CjlCFacts facts;
};

/* --- kernels (cjl-c-kernels.c, cjl-c-text.c) --- */

/* NULL: there is none. */
const CjlCKernel *cjl_c_kernel_find (const char *name);
const CjlCKernel *cjl_c_kernels (guint *n);
/* The texts of everything that these kernels (names, ended by NULL) are made of, in order. You free. */
char *cjl_c_text_print (const char *const *names);
/* ".n = 1, .c = 3, ...": the numbers of a shape. You free. */
char *cjl_c_text_print_shape (const char *type, gconstpointer shape);
/* How many bytes the text says a shape has. */
gsize cjl_c_text_get_size (const char *type);
/* Whether a kernel file declares that name, which nothing else can have then. */
gboolean cjl_c_text_has (const char *name);

/* --- writing calls (cjl-c-write.c) --- */

static inline CjlCBuffer *
cjl_c_buffer (const CjlC *c, int buffer)
{
  return &g_array_index (c->buffers, CjlCBuffer, buffer);
}

static inline CjlCStep *
cjl_c_step (const CjlC *c, guint step)
{
  return &g_array_index (c->steps, CjlCStep, step);
}

/* New buffers. A constant takes its data. Room is named by the node under way. */
int cjl_c_add_room (CjlC *c, CjlCType type, gint64 n);
int cjl_c_add_const (CjlC *c, CjlCType type, gint64 n, const char *title, gpointer data);
/* The same, called as another constant but for what follows the last point: "conv1.bias" beside "conv1.weight". */
int cjl_c_add_part (CjlC *c, CjlCType type, gint64 n, int whole, const char *part, gpointer data);
/* Appends a call; `shape` is copied, buffers follow, as many as the kernel has pointers. */
void cjl_c_call (CjlC *c, const char *kernel, gconstpointer shape, ...);
/* The same with two shapes. */
void cjl_c_call2 (CjlC *c, const char *kernel, gconstpointer shape, gconstpointer more, ...);

/* The buffer of input `i` of the step under way: floats, or whole numbers if the value is of those; CJL_C_NONE if
 * it is not given. */
int cjl_c_in (CjlC *c, guint i);
/* The same as the levels of c->quants, in int8. */
int cjl_c_in_s8 (CjlC *c, guint i);
/* A value as floats. */
int cjl_c_value (CjlC *c, int value);
/* Room of floats for result `i` of the step, which is noted. */
int cjl_c_out (CjlC *c, guint i);
/* Result `i` of the step is in a buffer. */
void cjl_c_set (CjlC *c, guint i, int buffer);

/* Numbers of a value that does not depend on the input: weights, state, what was computed of them; NULL: it
 * depends. Borrowed. */
const float *cjl_c_numbers (const CjlC *c, int value);
/* The one step that uses a value, or NULL: none, several, or the answer itself. */
CjlCStep *cjl_c_follower (const CjlC *c, int value);

/* Gain and shift of each channel that a batch norm is. You free both. */
void cjl_c_norm_line (const CjlC *c, const CjlCStep *norm, float **gain, float **shift);
/* The batch norm behind a product, to be made part of it, or NULL; then it is done, and *out is its result. */
const CjlCStep *cjl_c_take_norm (CjlC *c, const CjlCStep *product, int *out);

/* --- ops --- */

typedef struct
{
  const CjOpInfo *op;
  gboolean (*write) (CjlC *c, const CjlCStep *step, GError **error);
  /* In whole numbers; FALSE: not this one, and nothing was written. */
  gboolean (*write_s8) (CjlC *c, const CjlCStep *step);
} CjlCOp;

/* The table of what can be written, ended by NULL. */
const CjlCOp *cjl_c_ops (void);
/* "“conv1” ...": refuses the step's node; the sentence reads on from its name. Always FALSE. */
gboolean cjl_c_refuse (const CjlC *c, const CjlCStep *step, GError **error, const char *sentence);

gboolean cjl_c_write_dense (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_conv2d (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_matmul (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_pool (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_unary (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_binary (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_batch_norm (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_row_norm (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_local_norm (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_softmax (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_reduce (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_reshape (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_permute (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_slice (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_concat (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_prepend (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_tokens (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_unfold (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_shortcut (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_remap (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_bilinear (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_embedding (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_places (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_attention (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_recurrent (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_encode (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_spikes (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_conductance (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_rivals (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_moment (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_synapse (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_winners (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_homeostasis (CjlC *c, const CjlCStep *step, GError **error);
gboolean cjl_c_write_vote (CjlC *c, const CjlCStep *step, GError **error);

gboolean cjl_c_write_dense_s8 (CjlC *c, const CjlCStep *step);
gboolean cjl_c_write_conv2d_s8 (CjlC *c, const CjlCStep *step);
gboolean cjl_c_write_pool_s8 (CjlC *c, const CjlCStep *step);
gboolean cjl_c_write_unary_s8 (CjlC *c, const CjlCStep *step);
gboolean cjl_c_write_binary_s8 (CjlC *c, const CjlCStep *step);
gboolean cjl_c_write_reduce_s8 (CjlC *c, const CjlCStep *step);
gboolean cjl_c_write_concat_s8 (CjlC *c, const CjlCStep *step);
gboolean cjl_c_write_move_s8 (CjlC *c, const CjlCStep *step);

/* What floats and whole numbers have in common. Weight and bias of a product, with the batch norm behind it if there is
 * one; the value that it makes then. */
int cjl_c_fold (CjlC *c, const CjlCStep *step, int *weight, int *bias);
void cjl_c_get_conv2d (const CjOp *op, conv2d_shape *shape);
void cjl_c_get_pool (const CjOp *op, pool_shape *shape);
/* Of an op that is one move of all its numbers; FALSE: it is none. */
gboolean cjl_c_get_move (const CjOp *op, move_shape *move);
/* Where input `i` of a concatenation goes; *begin moves on. */
void cjl_c_get_part (const CjOp *op, guint i, int *begin, move_shape *move);
/* These write into whole numbers or floats, as the buffer is. */
void cjl_c_move (CjlC *c, const move_shape *shape, int from, int to);
void cjl_c_put_shortcut (CjlC *c, const CjOp *op, int from, int to);
void cjl_c_put_remap (CjlC *c, const CjOp *op, int from, int to);

/* --- the whole --- */

/* Lifetimes, room shared in place, offsets. */
void cjl_c_plan (CjlC *c);
/* Measures the levels of all values on training samples. */
gboolean cjl_c_calibrate (CjlC *c, const CjdDataset *dataset, GError **error);
/* Fills in what is known of the network and how well it does. */
void cjl_c_find_facts (CjlC *c, const CjdDataset *dataset);
/* The two texts for a base name ("lenet5"). You free. */
char *cjl_c_print_header (const CjlC *c, const char *base);
char *cjl_c_print_source (const CjlC *c, const char *base);

G_END_DECLS
