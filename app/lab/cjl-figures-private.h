/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files that fill the frames of figures from a project at rest. */
#pragma once

#include "cjl-figures.h"

typedef struct
{
  CjlProject *project;
  CjdDataset *dataset;
  const CjlFigureChoice *choice;
  const char *id; /* of the figure */
} CjlFigureRequest;

/* The layer before the last one: where the classes lie apart. NULL if there is none. */
const char *cjl_figure_find_hidden (const CjGraph *graph);

/* cjl-figures-represent.c: what layers make of many samples. */
CjvFrame *cjl_figure_of_map (const CjlFigureRequest *request, GError **error);
CjvFrame *cjl_figure_of_similarity (const CjlFigureRequest *request, GError **error);
CjvFrame *cjl_figure_of_layers (const CjlFigureRequest *request, GError **error);
CjvFrame *cjl_figure_of_concepts (const CjlFigureRequest *request, GError **error);
