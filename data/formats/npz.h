/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrays of NumPy: .npy, one array behind a text header, and .npz, a zip of them. Read are booleans,
 * whole numbers of 8 to 64 bits and floats of 16 to 64, of either byte order, in C and Fortran order,
 * format versions 1 to 3; written are tensors, version 1. */
#pragma once

#include "cj-tensor.h"

G_BEGIN_DECLS

#define CJD_NPZ_MAX_BYTES ((gsize) 1 << 31) /* of a file, and of what it unpacks to */

/* Floats come first. */
typedef enum
{
  CJD_NPY_FLOAT16,
  CJD_NPY_FLOAT32,
  CJD_NPY_FLOAT64,
  CJD_NPY_INT8,
  CJD_NPY_INT16,
  CJD_NPY_INT32,
  CJD_NPY_INT64,
  CJD_NPY_UINT16,
  CJD_NPY_UINT32,
  CJD_NPY_UINT64,
  CJD_NPY_UINT8,
  CJD_NPY_BOOL
} CjdNpyType;

/* Immutable. */
typedef struct
{
  char *name; /* of the member without ".npy" */
  CjdNpyType type;
  gboolean big;     /* bytes of a number from the highest */
  gboolean columns; /* Fortran order: the first dimension runs fastest */
  CjShape shape;
  gint64 size;        /* elements */
  GBytes *bytes;      /* the whole member */
  const guint8 *data; /* of element 0, inside bytes, at any alignment */
} CjdNpyArray;

/* Reads one array of the bytes of a .npy file; the sizes are checked against the bytes there are. */
CjdNpyArray *cjd_npy_parse (const char *name, GBytes *bytes, GError **error);
void cjd_npy_array_free (CjdNpyArray *array);

/* Element `index` in row-major order as a number; exact but for 64-bit whole numbers beyond 2^53. */
double cjd_npy_array_get (const CjdNpyArray *array, gint64 index);

/* As a new tensor: floats as float32, whole numbers as int32 (refused where one does not fit), uint8
 * and bool as uint8. */
CjTensor *cjd_npy_array_dup_tensor (const CjdNpyArray *array, GError **error);
/* As a new float32 tensor, whatever its type: the nearest float. */
CjTensor *cjd_npy_array_dup_floats (const CjdNpyArray *array);

/* Reads a .npy file, named "array"; a .npz file: an array that owns its CjdNpyArray. The error names
 * the file. */
CjdNpyArray *cjd_npy_load (const char *path, GError **error);
GPtrArray *cjd_npz_load (const char *path, GError **error);

/* The array of a name, or NULL. */
const CjdNpyArray *cjd_npz_find (const GPtrArray *arrays, const char *name);

/* The bytes of a .npy file of the tensor, and of a .npz file of CjdNamedTensor. You free. */
GBytes *cjd_npy_print (const CjTensor *tensor);
GBytes *cjd_npz_print (const GPtrArray *tensors, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdNpyArray, cjd_npy_array_free)

G_END_DECLS
