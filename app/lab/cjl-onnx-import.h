/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ONNX models on the canvas: what layers of the catalogue stand for becomes those layers, all else a card of one
 * operator (onnx-operator), which answers but does not learn. What does not depend on the input is computed once, an If
 * whose condition is known becomes one of its graphs, and functions of the model become what they are made of. Weights
 * and names are kept. Of a model with several inputs a sample of x holds those of all, one behind the other. */
#pragma once

#include "cjl-onnx-run.h"
#include "cjl-project.h"

G_BEGIN_DECLS

/* Whether a path ends as one of these files. */
gboolean cjl_onnx_is_file (const char *path);

/* A new project of a model whose inputs hold samples: in their first dimension, or in the second of a
 * sequence or a state. Its data are made up in the shape that the model takes in. *note (may be NULL;
 * NULL where nothing is to be said) names placeholders of operators that are not known, how several
 * inputs lie in a sample, and what became of few bits; you free. Any thread, as long as it is one at a
 * time. Errors name the file. You unref. */
CjlProject *cjl_onnx_load (const char *path, char **note, GError **error);
CjlProject *cjl_onnx_parse (GBytes *bytes, const char *folder, const char *title, char **note,
                            GError **error);

/* Answers as cjl_onnx_run does, by way of the canvas: layers are made for these inputs, compiled and run. */
GPtrArray *cjl_onnx_answer_on_canvas (const CjdOnnx *model, CjArray *const *inputs, guint n_inputs,
                                      GError **error);

G_END_DECLS
