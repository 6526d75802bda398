/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network of a project as a model of ONNX, op by op, so that whatever a layer is made of goes along. The
 * model takes in samples as they are stored (pixels from 0 to 255, numbers as in their file, words) and
 * normalises them itself; N samples at once, as many as whoever runs it likes. Whole weights are
 * initialisers by the names that cjl_export_weights gives them; what only depends on weights is
 * worked out before. Networks whose numbers are levels of 8 bits (cjl-quantise.h) become QuantizeLinear
 * and DequantizeLinear pairs with weights of int8. */
#pragma once

#include "cjl-format.h"

G_BEGIN_DECLS

#define CJL_ONNX_OPSET 13 /* what OpenCV, ONNX Runtime and others have long read */

typedef struct
{
  gboolean int8; /* quantised before, by cjl-quantise.h */
  int samples;   /* to put beside the model, with the answers that are right */
} CjlOnnxOptions;

/* The same as a table, for commands and dialogs. */
extern const CjParam cjl_onnx_params[];

/* The network of a project with its weights, those of its seed where it has learned nothing. Refuses by name
 * what ONNX has no word for. Main thread, or any that has the project for itself. You unref. The format
 * "onnx" of cjl-format.h writes it to a file. */
GBytes *cjl_onnx_print (CjlProject *project, GError **error);
/* Puts `n` samples at most and what the project answers to them into the folder test_data_set_0 beside the
 * model at `path`, as input_0.pb, output_0.pb and so on, and says so in *done. */
gboolean cjl_onnx_write_samples (CjlProject *project, const char *path, guint n, CjlExported *done,
                                 GError **error);

/* What becomes of an op: "exported", the reason why it is refused, or NULL for one that is not known. */
const char *cjl_onnx_find_op (const char *id);

G_END_DECLS
