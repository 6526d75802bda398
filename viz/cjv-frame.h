/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a figure draws: named arrays, numbers, texts and lists of names. Filled by one thread, sealed,
 * then immutable: any thread may read it. It has one owner. Names are those of the `wants` table of a figure. */
#pragma once

#include "cj-tensor.h"

G_BEGIN_DECLS

typedef struct _CjvFrame CjvFrame;

CjvFrame *cjv_frame_new (void);
void cjv_frame_free (CjvFrame *frame);

/* Ends the filling: from here on the setters refuse. Returns `frame`. */
CjvFrame *cjv_frame_seal (CjvFrame *frame);

/* The frame keeps its own reference of the tensor, whose values must not change any more. */
void cjv_frame_set_array (CjvFrame *frame, const char *name, CjTensor *tensor);
void cjv_frame_take_array (CjvFrame *frame, const char *name, CjTensor *tensor);

/* Copies `n` values into a float32 array [n]. */
void cjv_frame_set_values (CjvFrame *frame, const char *name, const float *values, gsize n);

/* What stands along dimension `axis` of an array, as "channel" or "time in ms". */
void cjv_frame_set_axis_label (CjvFrame *frame, const char *name, guint axis, const char *label);

void cjv_frame_set_scalar (CjvFrame *frame, const char *name, double value);
void cjv_frame_set_text (CjvFrame *frame, const char *name, const char *text);
void cjv_frame_set_strings (CjvFrame *frame, const char *name, const char *const *strings);

/* Where the numbers come from, as "run 3, step 1200, validation split"; goes into exported files. */
void cjv_frame_set_provenance (CjvFrame *frame, const char *text);

/* All of these return NULL, FALSE or the fallback for what is not there. Borrowed. */
const CjTensor *cjv_frame_get_array (const CjvFrame *frame, const char *name);
const char *cjv_frame_get_axis_label (const CjvFrame *frame, const char *name, guint axis);
double cjv_frame_get_scalar (const CjvFrame *frame, const char *name, double fallback);
const char *cjv_frame_get_text (const CjvFrame *frame, const char *name);
const char *const *cjv_frame_get_strings (const CjvFrame *frame, const char *name, guint *n);
const char *cjv_frame_get_provenance (const CjvFrame *frame);

/* String `i` of a list, or NULL where the list is shorter or missing. Borrowed. */
const char *cjv_frame_get_string (const CjvFrame *frame, const char *name, gint64 i);

/* Names of all there is, in alphabetical order, ending with NULL. The strings are borrowed; you g_free the list. */
const char **cjv_frame_list_names (const CjvFrame *frame);

/* A sealed copy, which shares the arrays. Any thread for a sealed frame. You free. */
CjvFrame *cjv_frame_dup (const CjvFrame *frame);

/* Element `i` (row-major) of an array of any type as a number; NaN outside of the array or if
 * `tensor` is NULL. */
double cjv_tensor_at (const CjTensor *tensor, gint64 i);
gint64 cjv_tensor_size (const CjTensor *tensor); /* 0 for NULL */

/* The values as float32, the tensor itself where it is that already. You free. */
CjTensor *cjv_tensor_to_float (const CjTensor *tensor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjvFrame, cjv_frame_free)

G_END_DECLS
