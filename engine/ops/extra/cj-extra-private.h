/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the families of operators share. Every function that returns FALSE has set the error. */
#pragma once

#include "cj-extra.h"

#include "cj-error.h"

#include <math.h>
#include <string.h>

G_BEGIN_DECLS

/* The families; each list ends with an op of NULL. */
extern const CjExtraInfo cj_extra_pointwise[];
extern const CjExtraInfo cj_extra_pair[];
extern const CjExtraInfo cj_extra_select[];
extern const CjExtraInfo cj_extra_shape[];
extern const CjExtraInfo cj_extra_move[];
extern const CjExtraInfo cj_extra_index[];
extern const CjExtraInfo cj_extra_sort[];
extern const CjExtraInfo cj_extra_reduce[];
extern const CjExtraInfo cj_extra_rows[];
extern const CjExtraInfo cj_extra_linear[];
extern const CjExtraInfo cj_extra_einsum[];
extern const CjExtraInfo cj_extra_conv[];
extern const CjExtraInfo cj_extra_pool[];
extern const CjExtraInfo cj_extra_norm[];
extern const CjExtraInfo cj_extra_recurrent[];
extern const CjExtraInfo cj_extra_resize[];
extern const CjExtraInfo cj_extra_quantise[];
extern const CjExtraInfo cj_extra_vision[];
extern const CjExtraInfo cj_extra_signal[];
extern const CjExtraInfo cj_extra_loss[];
extern const CjExtraInfo cj_extra_grid[];
extern const CjExtraInfo cj_extra_fused[];
extern const CjExtraInfo cj_extra_qlinear[];
extern const CjExtraInfo cj_extra_embed[];
extern const CjExtraInfo cj_extra_heads[];
extern const CjExtraInfo cj_extra_old[];
extern const CjExtraInfo cj_extra_rotary[];

#define CJ_EXTRA_MS "com.microsoft." /* before the names of onnxruntime's own operators */

/* Sentences. All return FALSE. */
gboolean cj_extra_refuse_shapes (GError **error);                 /* inputs do not fit together */
gboolean cj_extra_refuse_index (GError **error);                  /* outside a tensor */
gboolean cj_extra_refuse_attr (const char *name, GError **error); /* a value that is not done */
gboolean cj_extra_refuse_type (CjArrayType type, GError **error); /* a type that is not done */

/* Attributes, or what they are unless given. */
gint64 cj_extra_int (const CjExtraCall *call, const char *name, gint64 preset);
double cj_extra_float (const CjExtraCall *call, const char *name, double preset);
const char *cj_extra_text (const CjExtraCall *call, const char *name, const char *preset);
gboolean cj_extra_text_is (const CjExtraCall *call, const char *name, const char *preset,
                           const char *text);
/* An element type by the standard's number. */
gboolean cj_extra_type (const CjExtraCall *call, const char *name, CjArrayType preset,
                        CjArrayType *type, GError **error);
/* Whole numbers in an attribute; TRUE with *n 0 if it is not given. At most `most`. */
gboolean cj_extra_ints (const CjExtraCall *call, const char *name, guint most, gint64 *ints,
                        guint *n, GError **error);
/* The same of an input; of input `input` or, if that is not given, of the attribute. */
gboolean cj_extra_ints_in (const CjExtraCall *call, guint input, guint most, gint64 *ints, guint *n,
                           GError **error);
gboolean cj_extra_ints_of (const CjExtraCall *call, guint input, const char *name, guint most,
                           gint64 *ints, guint *n, GError **error);

/* The one result of an operator of the standard of version `opset`, which other operators are made of; its
 * attributes are borrowed, NULL: none. An input that is NULL is not given. You unref; NULL on failure. */
CjArray *cj_extra_apply (const char *op, gint64 opset, GPtrArray *attrs, guint n_in,
                         CjArray *const *in, GError **error);
/* The same of two inputs and no attributes; NULL, and no error is set, if `a` is NULL: it has failed before. */
CjArray *cj_extra_apply_pair (const char *op, CjArray *a, CjArray *b, GError **error);

/* The input, or NULL. Borrowed. */
CjArray *cj_extra_in (const CjExtraCall *call, guint input);

/* Makes result k; NULL on failure. Borrowed. */
CjArray *cj_extra_out (CjExtraCall *call, guint k, CjArrayType type, const CjDims *dims,
                       GError **error);
/* Takes the value as result k; TRUE unless it is NULL. Of a result nobody asked for it lets go. */
gboolean cj_extra_give (CjExtraCall *call, guint k, CjArray *value);

/* An axis from -rank to rank - 1 as one from 0. */
gboolean cj_extra_axis (gint64 axis, guint rank, guint *at, GError **error);
/* Bits of axes; each at most once. */
gboolean cj_extra_axes (const gint64 *axes, guint n, guint rank, guint *bits, GError **error);

/* The order in which the axes of the bits come last. */
void cj_extra_order_last (guint rank, guint bits, guint *order);

/* Walks through a shape row by row, over several values that are stretched to it. Neighbouring dimensions
 * in which all of them lie alike are walked as one. */
typedef struct
{
  guint n_values, n;
  gint64 d[CJ_ARRAY_MAX_DIMS];
  gint64 strides[CJ_ARRAY_MAX_DIMS][4];
  gint64 at[CJ_ARRAY_MAX_DIMS];
  gint64 row;       /* elements of a row */
  gint64 step[4];   /* of each value within a row */
  gint64 offset[4]; /* of each value where the row begins */
  gint64 done;      /* elements of the shape before the row */
  gint64 size;
} CjWalk;

void cj_walk_init (CjWalk *walk, const CjDims *dims, guint n, CjArray *const *values);
gboolean cj_walk_next (
    CjWalk *walk); /* to the next row, the first at first; FALSE: there is none */

#define CJ_EXTRA_BLOCK 256 /* numbers that are handled at once */

/* A windowed operator: spatial dimensions, up to three. */
#define CJ_EXTRA_MAX_SPACE 3

typedef struct
{
  guint n;                       /* spatial dimensions */
  gint64 in[CJ_EXTRA_MAX_SPACE]; /* all of these hold 1 or 0 beyond n, so that three loops do */
  gint64 out[CJ_EXTRA_MAX_SPACE];
  gint64 kernel[CJ_EXTRA_MAX_SPACE];
  gint64 stride[CJ_EXTRA_MAX_SPACE];
  gint64 dilation[CJ_EXTRA_MAX_SPACE];
  gint64 before[CJ_EXTRA_MAX_SPACE]; /* padding */
  gint64 after[CJ_EXTRA_MAX_SPACE];
} CjWindow;

/* Reads kernel_shape (or takes `kernel`, n of them), strides, dilations, pads, auto_pad and ceil_mode for an
 * input N C space, and gives the sizes of the output. */
gboolean cj_window_init (CjWindow *window, const CjExtraCall *call, const CjArray *x,
                         const gint64 *kernel, GError **error);
/* The same of one that goes the other way: output_shape, output_padding; fills `in`, `out` and padding. */
gboolean cj_window_init_transposed (CjWindow *window, const CjExtraCall *call, const CjArray *x,
                                    const gint64 *kernel, GError **error);
/* N, C and the spatial sizes. */
CjDims cj_window_dims (const CjWindow *window, gint64 n, gint64 c, const gint64 *space);

/* C [m, n] = A · B in float32, by rows of whatever stride. */
void cj_extra_multiply (gint64 m, gint64 n, gint64 k, const float *a, gint64 a_row, gint64 a_step,
                        const float *b, gint64 b_row, gint64 b_step, float *c, gint64 c_row);

/* The product of matrices or of batches of them as NumPy has it, a new value; NULL on failure. */
CjArray *cj_extra_matmul (CjArray *a, CjArray *b, CjArrayType type, GError **error);

/* The convolution of float32 values by one call: y N F space, of x and weight; `b` may be NULL. */
void cj_extra_convolve (const CjWindow *w, gint64 n, gint64 channels, gint64 filters, gint64 groups,
                        const float *x, const float *weight, const float *b, float *y);

/* Adds columns [channels and taps, places of the result] to where in the input (C space) they come from. */
void cj_extra_add_columns (const CjWindow *w, const float *columns, gint64 rows, float *y);

/* Heads [B, H, S, D] turned by the angles of their tokens, the first of which stands at place `first` of tables [places,
 * D / 2 or less]. You unref; NULL on failure. */
CjArray *cj_extra_turn (CjArray *x, const CjArray *cosines, const CjArray *sines, gint64 first,
                        gboolean interleaved, GError **error);

/* As float32, float16 and double through it: results of type `type` are cast back. */
gboolean cj_extra_give_as (CjExtraCall *call, guint k, CjArray *value, CjArrayType type,
                           GError **error);

G_END_DECLS
