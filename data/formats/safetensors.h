/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named tensors in the safetensors format: eight bytes with the length of a JSON header, the header,
 * the numbers. */
#pragma once

#include "cj-tensor.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;
  CjTensor *tensor;
  gboolean view; /* the numbers lie elsewhere: no reference to the tensor may be taken */
} CjdNamedTensor;

CjdNamedTensor *cjd_named_tensor_new (const char *name, CjTensor *tensor); /* takes the tensor */
/* Of float32 numbers that outlive it and stay where they are, so that printing copies nothing. */
CjdNamedTensor *cjd_named_tensor_new_view (const char *name, const CjShape *shape, float *data);
void cjd_named_tensor_free (CjdNamedTensor *named);

/* An array that owns its CjdNamedTensor; the tensor of a name in it, or NULL. */
GPtrArray *cjd_named_tensors_new (void);
CjTensor *cjd_named_tensors_find (const GPtrArray *tensors, const char *name);

/* The file's bytes: names in the order given, little-endian. You free. */
GBytes *cjd_safetensors_print (const GPtrArray *tensors);
/* The same with "__metadata__": names and texts in turn, ending with NULL. */
GBytes *cjd_safetensors_print_noted (const GPtrArray *tensors, const char *const *notes);

/* Reads F32, F64, F16, BF16 (all to float32), I8 to I64 and U16 to U64 (to int32, and a tensor of which one
 * does not fit to the nearest floats), U8 and BOOL; other types are refused by name. Sizes are checked against the bytes there are before anything is allocated;
 * tensors that overlap, holes and bytes left over are refused. */
GPtrArray *cjd_safetensors_parse (GBytes *bytes, GError **error);

G_END_DECLS
