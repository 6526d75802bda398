/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files that fill the frames of figures from a project at rest. */
#pragma once

#include "cjl-figures.h"

G_BEGIN_DECLS

typedef struct
{
  CjlProject *project;
  CjdDataset *dataset;
  const CjlFigureChoice *choice;
  const char *id; /* of the figure */
} CjlFigureRequest;

/* The network, for probing, after it has seen the chosen sample. You free. */
CjProgram *cjl_figure_run_sample (const CjlFigureRequest *request, GError **error);

/* The picture that the sample is, [1, C, H, W], or NULL. You unref. */
CjTensor *cjl_figure_find_picture (const CjlFigureRequest *request, const CjProgram *program);

/* "glyphs, validation split, sample 3". You free. */
char *cjl_figure_print_place (const CjlFigureRequest *request);

/* The layer before the last one: where the classes lie apart. NULL if there is none. */
const char *cjl_figure_find_hidden (const CjGraph *graph);

/* cjl-figures-represent.c: what layers make of many samples. */
CjvFrame *cjl_figure_of_map (const CjlFigureRequest *request, GError **error);
CjvFrame *cjl_figure_of_similarity (const CjlFigureRequest *request, GError **error);
CjvFrame *cjl_figure_of_layers (const CjlFigureRequest *request, GError **error);
CjvFrame *cjl_figure_of_concepts (const CjlFigureRequest *request, GError **error);

/* cjl-figures-attention.c: "attention", "attention-arcs", "attention-patches"; "attention-heads"; and
 * "logit-lens". */
CjvFrame *cjl_figure_of_attention (const CjlFigureRequest *request, GError **error);
CjvFrame *cjl_figure_of_heads (const CjlFigureRequest *request, GError **error);
CjvFrame *cjl_figure_of_lens (const CjlFigureRequest *request, GError **error);

/* cjl-figures-robustness.c: "robustness", "retraining". */
CjvFrame *cjl_figure_of_robustness (const CjlFigureRequest *request, GError **error);
CjvFrame *cjl_figure_of_retraining (const CjlFigureRequest *request, GError **error);

/* cjl-figures-energy.c: "energy", "accuracy-energy", "balance". */
CjvFrame *cjl_figure_of_balance (const CjlFigureRequest *request, GError **error);
CjvFrame *cjl_figure_of_energy (const CjlFigureRequest *request, GError **error);
CjvFrame *cjl_figure_of_versions (const CjlFigureRequest *request, GError **error);

/* cjl-figures-loss.c: "landscape", "interpolation", "curvature". */
CjvFrame *cjl_figure_of_landscape (const CjlFigureRequest *request, GError **error);

/* cjl-figures-rules.c: "alignment". */
CjvFrame *cjl_figure_of_alignment (const CjlFigureRequest *request, GError **error);

/* cjl-figures-spikes.c: "raster", "membrane", "isi", "cross-correlogram", "spike-triggered-average". */
CjvFrame *cjl_figure_of_spikes (const CjlFigureRequest *request, GError **error);

G_END_DECLS
