/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cjl-onnx-export.c (the model), cjl-onnx-export-nodes.c (names, constants, nodes) and
 * cjl-onnx-export-ops-*.c (what becomes of each op). Shapes are logical, as ONNX has them, with N, the
 * batch, as CJD_ONNX_FREE. */
#pragma once

#include "cj-program.h"
#include "cjl-format.h"
#include "cjl-intake.h"
#include "cjl-onnx-export.h"
#include "onnx-out.h"

G_BEGIN_DECLS

typedef struct
{
  CjlProject *project;
  CjlIntake intake;
  CjProgram *program;       /* of two samples, with the weights; it has run once */
  CjLowered *more;          /* the same of three, by which the batch is known from other sizes */
  const CjLowered *lowered; /* of the program */
  CjdOnnxOut *out;
  int prediction;     /* value */
  gboolean *needed;   /* by value: the prediction depends on it */
  gboolean *constant; /* by value: it depends on nothing but weights */
  gboolean *live;     /* by step: it has to be written */
  gboolean *skipped;  /* by step: another one writes what it does */
  char **names;       /* by value: where it is in the model; NULL: not there yet */
  GHashTable *used;   /* names of values and nodes */
  GPtrArray *kept;    /* names that last as long as this */
  const CjStep *step; /* under way */
  GPtrArray *draws;   /* names of inputs that are drawn at random, in order; GPtrArray */
} CjlOnnxExport;

/* What stands behind the scores where the network is used, as its loss has it. */
typedef enum
{
  CJL_ONNX_VALUES,
  CJL_ONNX_SOFTMAX,
  CJL_ONNX_SIGMOID
} CjlOnnxEnd;

/* And the axis of the classes. */
CjlOnnxEnd cjl_onnx_find_end (const CjlOnnxExport *e, int *axis);

/* Test data beside a model that was written to `path` (cjl-onnx-export-samples.c). */
gboolean cjl_onnx_put_samples (const CjlOnnxExport *e, const char *path, guint n, CjlExported *done,
                               GError **error);

/* Writes the nodes of a step. Refuses with cjl_onnx_refuse. */
typedef gboolean (*CjlOnnxWrite) (CjlOnnxExport *e, const CjStep *step, GError **error);

typedef struct
{
  const CjOpInfo *op; /* NULL ends a table */
  CjlOnnxWrite write; /* NULL: refused */
  const char *reason; /* of a refusal: reads on from the layer's name */
} CjlOnnxOp;

extern const CjlOnnxOp cjl_onnx_ops_dense[], cjl_onnx_ops_pictures[], cjl_onnx_ops_numbers[],
    cjl_onnx_ops_order[], cjl_onnx_ops_sequences[], cjl_onnx_ops_spikes[], cjl_onnx_ops_refused[];

/* --- cjl-onnx-export-nodes.c --- */

/* Refuses the layer of the step under way: a sentence that reads on from its name, with a %s for a value
 * or none. Always FALSE. */
gboolean cjl_onnx_refuse (CjlOnnxExport *e, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);

const CjValue *cjl_onnx_get_value (const CjlOnnxExport *e, int value);
/* The shape of a value with CJD_ONNX_FREE where it grows with the batch; of a multiple of N as well. */
CjShape cjl_onnx_get_shape (const CjlOnnxExport *e, int value);
/* The numbers of a value that depends on weights only. You unref. */
CjTensor *cjl_onnx_dup_constant (const CjlOnnxExport *e, int value);

/* Names of the values that a step reads and makes, in the model; "" for what is not given. A constant that
 * is read becomes an initialiser. Borrowed. */
const char *cjl_onnx_in (CjlOnnxExport *e, const CjStep *step, guint index);
const char *cjl_onnx_result (CjlOnnxExport *e, const CjStep *step, guint index);
gboolean cjl_onnx_has_in (const CjStep *step, guint index);

/* A new name below that of the layer of the step under way, "conv1/what". Borrowed. */
const char *cjl_onnx_name (CjlOnnxExport *e, const char *what);

/* Initialisers, new below the layer's name but for small ones, of which one of each will do: a number, a
 * list of whole numbers. Names, borrowed. */
const char *cjl_onnx_floats (CjlOnnxExport *e, const char *what, const CjShape *shape,
                             const float *data);
const char *cjl_onnx_whole (CjlOnnxExport *e, const char *what, const CjShape *shape,
                            const gint64 *data);
const char *cjl_onnx_number (CjlOnnxExport *e, double value);
const char *cjl_onnx_list (CjlOnnxExport *e, guint n, const gint64 *values);

/* Appends a node that makes `result` (NULL: a new name) of the inputs, NULL ends them; its result.
 * Attributes may follow by cjd_onnx_out_set. */
const char *cjl_onnx_add (CjlOnnxExport *e, const char *op, const char *result,
                          ...) G_GNUC_NULL_TERMINATED;

/* The same for as many inputs and results as there are; names are needed. */
void cjl_onnx_add_many (CjlOnnxExport *e, const char *op, const char *const *inputs, guint n_inputs,
                        const char *const *results, guint n_results);

/* Common nodes; `result` may be NULL. */
const char *cjl_onnx_reshape (CjlOnnxExport *e, const char *x, const CjShape *shape,
                              const char *result);
const char *cjl_onnx_transpose (CjlOnnxExport *e, const char *x, guint n, const gint64 *axes,
                                const char *result);
const char *cjl_onnx_slice (CjlOnnxExport *e, const char *x, gint64 axis, gint64 begin, gint64 end,
                            const char *result);
/* Names x the result of the step, without a node where that will do. */
void cjl_onnx_pass (CjlOnnxExport *e, const CjStep *step, guint index, const char *x);

/* The step that makes a value, or NULL; the same before it was put into another layout; and whether nothing but one
 * step reads it. */
const CjStep *cjl_onnx_find_maker (const CjlOnnxExport *e, int value);
const CjStep *cjl_onnx_find_source (const CjlOnnxExport *e, int value);
gboolean cjl_onnx_is_read_once (const CjlOnnxExport *e, int value);

/* The step before that is written together with this one, or NULL: the input's share of the gates of a
 * recurrent layer; the range of what is rounded to its levels; what a transposed convolution spreads. */
const CjStep *cjl_onnx_find_share (const CjlOnnxExport *e, const CjStep *step);
const CjStep *cjl_onnx_find_range (const CjlOnnxExport *e, const CjStep *step);
const CjStep *cjl_onnx_find_spread (const CjlOnnxExport *e, const CjStep *step);

G_END_DECLS
