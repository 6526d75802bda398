/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of the figures about the spikes of a layer: of one sample as it is seen now, and of a recording. T
 * moments, U units. */
#pragma once

#include "cjl-spike-record.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

#define CJL_MEMBRANES 8 /* units at most whose membranes are shown */

/* Which units are drawn together in a raster. */
typedef enum
{
  CJL_UNITS_POPULATIONS, /* those that excite and inhibit under Dale's law; else neurons that stand for classes */
  CJL_UNITS_CLASSES, /* by the class that they fire most for, which takes a recording */
  CJL_UNITS_TOGETHER
} CjlUnits;

/* What a layer did for one sample. Borrows all. */
typedef struct
{
  const CjGraph *graph;
  const CjNode *node;
  const CjTensor *spikes;               /* [1, T, ...] */
  const CjTensor *inside[CJL_N_INSIDE]; /* shaped so; NULL: not known */
  const float *thresholds;              /* [U], learned; NULL: the layer's parameter */
  const CjdDataset *dataset;            /* for the names of classes; may be NULL */
  const CjlSpikeRecord *record;         /* of the same layer, for classes; may be NULL */
  CjlUnits units;
  gint64 unit; /* to be marked, -1: none */
} CjlSpikes;

/* Sealed frames; NULL if there is nothing to show. You free. */
CjvFrame *cjl_spikes_raster (const CjlSpikes *what);
/* The unit that is marked, then those that fire most. */
CjvFrame *cjl_spikes_membranes (const CjlSpikes *what);

/* The same of a recording. Intervals: of a unit, or -1 of all together. Correlogram: from `unit` to `other`, -1:
 * those that fire most. Average: `unit` first, then those that fire most. */
CjvFrame *cjl_spike_record_intervals (const CjlSpikeRecord *self, gint64 unit);
CjvFrame *cjl_spike_record_correlogram (const CjlSpikeRecord *self, gint64 unit, gint64 other);
CjvFrame *cjl_spike_record_average (const CjlSpikeRecord *self, gint64 unit);

G_END_DECLS
