/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The units that mattered at a place of a sample: which of every layer that learns passed on what stands
 * there. */
#pragma once

#include "cjl-explain.h"

G_BEGIN_DECLS

typedef struct
{
  char *node;
  gint64 unit;        /* or map */
  gint64 row, column; /* of the map; of answers for every moment the row is the moment; else -1 */
  double share;       /* of the answer; see cj-explain-units.h */
} CjlUnitShare;

#define CJL_UNITS_SIDE 3 /* px: of the square that is taken for a pixel */
#define CJL_UNITS_MOST 3 /* of a layer */

/* What the sample is without place `place` of its map [H, W], [T] or [I]: black in a square of
 * CJL_UNITS_SIDE around it, no word, or the mean of the number. Layers in their order, the strongest unit
 * of each first. You unref: CjlUnitShare. */
GArray *cjl_units_find (CjExplained *network, const CjGraph *graph, const CjdDataset *dataset,
                        const CjlExplainedRow *row, gint64 place);

/* A job whose result is such an array. Takes the network; copies of the row what it needs. You free. */
CjlJob *cjl_units_start (CjlNetwork *network, const CjlExplainedRow *row, gint64 place);

/* "conv2, map 5 at 3, 4", as people read it. You free. */
char *cjl_unit_print (const CjlUnitShare *unit);

G_END_DECLS
