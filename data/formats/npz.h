/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays of NumPy: .npy, one array behind a text header, and .npz, a zip of them. Little-endian
 * float32, float64, int32, int64, uint8 and bool in C order. */
#pragma once

#include "cj-tensor.h"

G_BEGIN_DECLS

#define CJD_NPZ_MAX_BYTES ((gsize) 1 << 31) /* of a file, and of what it unpacks to */

typedef enum
{
  CJD_NPY_FLOAT32,
  CJD_NPY_FLOAT64,
  CJD_NPY_INT32,
  CJD_NPY_INT64,
  CJD_NPY_UINT8,
  CJD_NPY_BOOL
} CjdNpyType;

/* Immutable. */
typedef struct
{
  char *name; /* of the member without ".npy" */
  CjdNpyType type;
  CjShape shape;
  gint64 size;        /* elements */
  GBytes *bytes;      /* the whole member */
  const guint8 *data; /* of element 0, inside bytes, at any alignment */
} CjdNpyArray;

/* Reads one array of the bytes of a .npy file; the sizes are checked against the bytes there are. */
CjdNpyArray *cjd_npy_parse (const char *name, GBytes *bytes, GError **error);
void cjd_npy_array_free (CjdNpyArray *array);

/* Element `index` in row-major order as a number; exact but for int64 beyond 2^53. */
double cjd_npy_array_get (const CjdNpyArray *array, gint64 index);

/* As a new tensor: floats as float32, integers as int32 (refused where one does not fit), uint8 and
 * bool as uint8. */
CjTensor *cjd_npy_array_dup_tensor (const CjdNpyArray *array, GError **error);

/* Reads a .npz file: an array that owns its CjdNpyArray. The error names the file. */
GPtrArray *cjd_npz_load (const char *path, GError **error);

/* The array of a name, or NULL. */
const CjdNpyArray *cjd_npz_find (const GPtrArray *arrays, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdNpyArray, cjd_npy_array_free)

G_END_DECLS
