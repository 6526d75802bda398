/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which layers models become on the canvas, and whether these answer as the evaluator does. */
#pragma once

#include "cjl-project.h"

G_BEGIN_DECLS

/* A model in the words of onnx-text.h, and the kinds of layers that it becomes. */
typedef struct
{
  const char *name, *text, *kinds;
} OnnxCase;

/* The kinds of layers but input and losses, "conv-1d 2 relu"; of cards their operators, "[Concat]". You free. */
char *onnx_canvas_list_kinds (const CjGraph *graph);
/* A network trains if nothing that learns lies before a card. */
gboolean onnx_canvas_can_train (CjlProject *project, GError **error);
/* The model of these bytes becomes these layers (NULL: whatever), and answers by them as by itself. The layers; you
 * free. */
char *onnx_canvas_check_bytes (const char *name, GBytes *bytes, const char *kinds);
void onnx_canvas_check_cases (const OnnxCase *cases, guint n);
/* The same of a network that is exported: data and their settings, "samples=60 length=7", and what is on them. */
void onnx_canvas_check_exported (const char *source, const char *params, const char *network,
                                 const char *kinds);

G_END_DECLS
