/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For the tables that say which layers a case is made of. A table maps the reference's module (or, for
 * cases made by hand, the case's name) to a function that draws the graph:
 *
 *   static void
 *   linear (CjlVerifyCase *c)
 *   {
 *     CjNode *x = cjl_verify_input (c, "in0");
 *     CjNode *y = cjl_verify_layer (c, "dense", x, "units=%d", (int) cjl_verify_dim (c, "out0", -1));
 *
 *     cjl_verify_param (c, y, "weight", "param.weight", 0);
 *     cjl_verify_output (c, 0, y, 0);
 *   }
 *   const CjlVerifyLayer cjl_verify_dense[] = { { "Linear", linear }, { NULL } };
 *
 * The first mistake (an unknown layer, a value refused) is kept in the case and fails it; later calls
 * then do nothing and return NULL, so tables need no checks. */
#pragma once

#include "cj-graph.h"
#include "cjl-verify.h"
#include "npz.h"

G_BEGIN_DECLS

typedef struct
{
  const char *name; /* of the case */
  const char *kind; /* "layer", "optimizer", "scheduler", "init" */
  const char *module;
  GVariant *meta;     /* a{sv} */
  GVariant *settings; /* a{sv}, its member "settings"; NULL if it has none */
  gboolean train;
  GPtrArray *arrays; /* CjdNpyArray */
  guint n_threads;

  /* The graph of a layer case and how it hangs on the arrays; made by cjl_verify_run_layer. */
  CjGraph *graph;
  GArray *inputs; /* of cjl-verify-layers.c */
  GArray *params;
  GArray *outputs;
  double tolerance; /* tables raise it to CJL_VERIFY_LOOSE */
  GError *mistake;
} CjlVerifyCase;

#define CJL_VERIFY_STRICT 1e-5
#define CJL_VERIFY_LOOSE 5e-5 /* recurrent layers, transformers, optimizers like Adam */

/* One kind of case. `run` compares whatever there is to compare and reports by cjl_verify_compare; FALSE
 * and an error if the case cannot be run. */
typedef struct
{
  const char *kind;
  gboolean (*run) (CjlVerifyCase *c, CjlVerifyRow *row, GError **error);
} CjlVerifyKind;

/* Compares `n` numbers with the array (with its float64 twin where there is one) and keeps the largest
 * error against its limit in the row. FALSE, with a note, on another number of elements. */
gboolean cjl_verify_compare (const CjlVerifyCase *c, CjlVerifyRow *row, const char *array,
                             const float *values, gint64 n, double tolerance);
/* The same for elements `offset` to `offset + n` of the array, and without asking for its size. */
gboolean cjl_verify_compare_part (const CjlVerifyCase *c, CjlVerifyRow *row, const char *array,
                                  gint64 offset, const float *values, gint64 n, double tolerance);

/* A row failed for a reason; takes the text. The first reason stays. */
void cjl_verify_fail (CjlVerifyRow *row, char *note);

/* --- settings and arrays --- */

/* A setting as a number; `index` picks from a list, and a single number stands for all of it. Text,
 * booleans and what is not there give `preset` (true is 1). */
double cjl_verify_number (const CjlVerifyCase *c, const char *setting, guint index, double preset);
int cjl_verify_int (const CjlVerifyCase *c, const char *setting, guint index, int preset);
gboolean cjl_verify_bool (const CjlVerifyCase *c, const char *setting, gboolean preset);
const char *cjl_verify_text (const CjlVerifyCase *c, const char *setting); /* or NULL */
guint cjl_verify_count (const CjlVerifyCase *c, const char *setting); /* of a list; 0: it is none */
/* The number that follows a word ("eps") in the note of the case. */
double cjl_verify_noted (const CjlVerifyCase *c, const char *word, double preset);
gboolean cjl_verify_has (const CjlVerifyCase *c, const char *array);
/* Size of a dimension, counted from the end if negative; 0 if there is none. */
gint64 cjl_verify_dim (const CjlVerifyCase *c, const char *array, int dim);
guint cjl_verify_n_dims (const CjlVerifyCase *c, const char *array);

/* --- the other kinds, in cjl-verify-train.c --- */

gboolean cjl_verify_run_optimizer (CjlVerifyCase *c, CjlVerifyRow *row, GError **error);
gboolean cjl_verify_run_schedule (CjlVerifyCase *c, CjlVerifyRow *row, GError **error);
gboolean cjl_verify_run_init (CjlVerifyCase *c, CjlVerifyRow *row, GError **error);

/* --- explanations, in cjl-verify-attributions.c --- */

/* Whether a .npz holds explanations; compares every one of them. */
gboolean cjl_verify_is_attributions (const GPtrArray *arrays);
void cjl_verify_run_attributions (const GPtrArray *arrays, const char *file, guint n_threads,
                                  CjlVerifyFunc func, gpointer data, CjlVerifyCount *count);

/* --- the graph of a layer case --- */

typedef struct
{
  const char *module; /* of meta, or the name of a case; names go before modules */
  void (*build) (CjlVerifyCase *c);
} CjlVerifyLayer;

/* One table a family, ending with NULL. */
extern const CjlVerifyLayer cjl_verify_losses[];    /* cjl-verify-losses.c */
extern const CjlVerifyLayer cjl_verify_norms[];     /* cjl-verify-norms.c */
extern const CjlVerifyLayer cjl_verify_shapes[];    /* cjl-verify-shapes.c */
extern const CjlVerifyLayer cjl_verify_pointwise[]; /* cjl-verify-pointwise.c */
extern const CjlVerifyLayer cjl_verify_sequences[]; /* cjl-verify-sequences.c */

gboolean cjl_verify_run_layer (CjlVerifyCase *c, CjlVerifyRow *row, GError **error);

/* An input node fed with an array ("in0", "buffer.weight"); its gradient is compared with grad.ARRAY if
 * there is one. */
CjNode *cjl_verify_input (CjlVerifyCase *c, const char *array);
/* An input node with numbers that are in no array; takes the tensor. */
CjNode *cjl_verify_constant (CjlVerifyCase *c, const char *id, CjTensor *tensor);
/* A node with parameters from "name=value name=value", printed from the format; wired to `from`, port
 * 0 to 0, unless that is NULL. */
CjNode *cjl_verify_layer (CjlVerifyCase *c, const char *layer, CjNode *from, const char *format,
                          ...) G_GNUC_PRINTF (4, 5);
/* The numbers of a buffer as text "1;2.5", for a parameter; "" if the case has no such buffer. It must
 * be unchanged afterwards. You free. */
char *cjl_verify_list (CjlVerifyCase *c, const char *array);
void cjl_verify_wire (CjlVerifyCase *c, CjNode *from, guint port, CjNode *to, guint to_port);
/* The node's tensor `name` is the part of `array` ("param.x" or "buffer.x") from element `offset` on:
 * it starts from there, its gradient is compared with grad.ARRAY, or a state with buffer_after.X. */
void cjl_verify_param (CjlVerifyCase *c, CjNode *node, const char *name, const char *array,
                       gint64 offset);
/* The node's output port is out<k>; it starts backward with cot<k>. */
void cjl_verify_output (CjlVerifyCase *c, guint k, CjNode *node, guint port);

G_END_DECLS
