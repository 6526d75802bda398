/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays of any element type and up to eight dimensions, empty ones among them: what imported models
 * compute with where no layer of the catalogue stands for it. Row-major. Training knows CjTensor only. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CJ_ARRAY_MAX_DIMS 8
#define CJ_ARRAY_MAX_BYTES ((gsize) 1 << 31) /* of one array */

typedef enum
{
  CJ_ARRAY_F32,
  CJ_ARRAY_F64,
  CJ_ARRAY_F16,
  CJ_ARRAY_BF16,
  CJ_ARRAY_I8,
  CJ_ARRAY_I16,
  CJ_ARRAY_I32,
  CJ_ARRAY_I64,
  CJ_ARRAY_U8,
  CJ_ARRAY_U16,
  CJ_ARRAY_U32,
  CJ_ARRAY_U64,
  CJ_ARRAY_BOOL,
  CJ_ARRAY_I4, /* a byte each, like the next */
  CJ_ARRAY_U4
} CjArrayType;

/* n 0: a scalar. */
typedef struct
{
  guint n;
  gint64 d[CJ_ARRAY_MAX_DIMS];
} CjDims;

/* With an atomic reference count. */
typedef struct _CjArray CjArray;
struct _CjArray
{
  gint ref_count;
  CjArrayType type;
  CjDims dims;
  gint64 size; /* elements */
  void *data;
  CjArray *base; /* whose data it is, or NULL: its own */
  /* What is no tensor is empty, and operators on tensors refuse it: */
  GPtrArray *items; /* a sequence of these, CjArray, or NULL */
  gboolean absent;  /* an optional value that is not there; one that is there is the value itself */
};

/* "float", "int64": the names of the ONNX standard. */
const char *cj_array_type_get_name (CjArrayType type);
gsize cj_array_type_size (CjArrayType type);
gboolean cj_array_type_is_float (CjArrayType type);

CjDims cj_dims (guint n, const gint64 *d);
gboolean cj_dims_equal (const CjDims *a, const CjDims *b);
/* Product of the dimensions [from, to), which were checked before. */
gint64 cj_dims_size (const CjDims *dims, guint from, guint to);
/* The shape of both together as NumPy has it; FALSE: there is none. */
gboolean cj_dims_broadcast (const CjDims *a, const CjDims *b, CjDims *out);
/* "2×3", "scalar". You free. */
char *cj_dims_print (const CjDims *dims);

/* New, zeroed; refuses negative dimensions and more than CJ_ARRAY_MAX_BYTES with a sentence. */
CjArray *cj_array_new (CjArrayType type, const CjDims *dims, GError **error);
CjArray *cj_array_new_ints (const gint64 *ints, guint n); /* int64 [n] */
/* A sequence of tensors of a type; takes the list, which owns them. */
CjArray *cj_array_new_sequence (CjArrayType type, GPtrArray *items);
CjArray *cj_array_new_absent (void);
gboolean cj_array_is_tensor (const CjArray *value);
CjArray *cj_array_ref (CjArray *value);
void cj_array_unref (CjArray *value);

/* The same numbers in another shape of the same size; nothing is copied. */
CjArray *cj_array_reshape (CjArray *value, const CjDims *dims);

/* As another type: floats are cut to whole numbers and held within bounds, whole numbers wrap; the value
 * itself if it has that type. */
CjArray *cj_array_cast (CjArray *value, CjArrayType type, GError **error);

/* Dimension k of the result is dimension order[k]. */
CjArray *cj_array_permute (CjArray *value, const guint *order, GError **error);

/* `n` elements from `start` on, `step` apart, as numbers; unsigned ones of 64 bits come as their bits when
 * they are read as whole numbers. Whole numbers of floats are cut. */
void cj_array_read (const CjArray *value, gint64 start, gint64 step, gint64 n, double *out);
void cj_array_read_ints (const CjArray *value, gint64 start, gint64 step, gint64 n, gint64 *out);
/* Elements [start, start + n). */
void cj_array_write (CjArray *value, gint64 start, gint64 n, const double *in);
void cj_array_write_ints (CjArray *value, gint64 start, gint64 n, const gint64 *in);

double cj_array_get (const CjArray *value, gint64 index);
gint64 cj_array_get_int (const CjArray *value, gint64 index);
void cj_array_set (CjArray *value, gint64 index, double number);
void cj_array_set_int (CjArray *value, gint64 index, gint64 number);

static inline float *
cj_array_f32 (const CjArray *value)
{
  g_assert (value->type == CJ_ARRAY_F32);
  return value->data;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjArray, cj_array_unref)

G_END_DECLS
