/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models with the inputs and outputs they should have, run one after another: the ONNX standard's own tests, and
 * models of other programs. A case is a folder with model.onnx and test_data_set_K/input_J and output_J, each as
 * .pb or .npy. */
#pragma once

#include "cjl-onnx-run.h"

G_BEGIN_DECLS

typedef enum
{
  CJL_ONNX_PASSED,
  CJL_ONNX_FAILED,
  CJL_ONNX_UNSUPPORTED
} CjlOnnxVerdict;

/* How far apart two numbers x and r (the one that should be) may lie. */
typedef enum
{
  CJL_ONNX_BY_NUMBER, /* |x - r| <= 1e-5 + 1e-3 |r|, types and shapes the same */
  CJL_ONNX_BY_TENSOR  /* |x - r| <= 1e-4 (1e-2 + max |r|), shapes the same */
} CjlOnnxLimit;

typedef struct
{
  const char *name; /* of the case, from the folder that was given */
  CjlOnnxVerdict verdict;
  gboolean compared; /* whether there is a difference */
  double difference; /* the largest, |x - r| */
  const char *note;  /* what is wrong or not done, or NULL */
  /* the same of the model after it was put on the canvas, if that was asked for */
  gboolean on_canvas;
  CjlOnnxVerdict canvas_verdict;
  gboolean canvas_compared;
  double canvas_difference;
  const char *canvas_note;
} CjlOnnxRow;

typedef struct
{
  guint n_passed, n_failed, n_unsupported;
} CjlOnnxCount;

typedef void (*CjlOnnxReport) (const CjlOnnxRow *row, gpointer data);

/* Answers with the outputs of a model for inputs, as cjl_onnx_run. */
typedef GPtrArray *(*CjlOnnxAnswer) (const CjdOnnx *model, CjArray *const *inputs, guint n_inputs,
                                     GError **error);

/* Runs all cases in a folder, in folders inside it, and in archives (.tar.gz) right in it, and reports each;
 * `canvas` (or NULL) answers a second time, which is counted apart in count[1]. FALSE if there is none. */
gboolean cjl_onnx_test (const char *folder, CjlOnnxLimit limit, CjlOnnxAnswer canvas,
                        CjlOnnxReport report, gpointer data, CjlOnnxCount count[2], GError **error);

G_END_DECLS
