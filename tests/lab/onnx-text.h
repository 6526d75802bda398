/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ONNX models out of a few lines of text, for tests. Statements end with “;”:
 *   in NAME 3,4,20      an input; “-” for a free dimension, a word for one with a name; “in:int64”, “in:bool” for its type
 *   out NAME
 *   w NAME 8,4,3        weights by chance, the same in every run
 *   zeros NAME 1,3,6 · ones NAME 4
 *   int8 NAME 4,2       whole numbers by chance
 *   n NAME 0.5          one number · u8 NAME 3 · i8 NAME 3 · b NAME 1 (bool) · l NAME 1,-1,4 (a list of int64)
 *   mask NAME 7         [7, 7], 0 up to the diagonal and −∞ behind it
 *   Op a,b,- > y,z key=value ...      a node; “-” is an input that is not given; values: 1 (int), 0.5 (float),
 *                                     1,2 or 3, (ints), words; names of nodes are those of their first result
 *   domain.Op ...       the same in another domain
 *   function NAME a,b > y { statements }   · If c > y { statements | statements }, the first for yes
 *   Loop n,-,a > b { statements } */
#pragma once

#include "onnx.h"

G_BEGIN_DECLS

/* The bytes of a model of that text, operator set 13. You unref. */
GBytes *onnx_text_print (const char *text);
/* The model; its numbers are valid. You free. */
CjdOnnx *onnx_text_parse (const char *text);
/* Values for its inputs, `samples` for free dimensions, 5 for those with other names than N: an array that owns its
 * CjArray. You unref. */
GPtrArray *onnx_text_inputs (const CjdOnnx *model, gint64 samples);

G_END_DECLS
