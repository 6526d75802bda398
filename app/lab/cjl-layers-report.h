/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layers of a network side by side: what can be read off each, in how many dimensions, with how many of
 * its units, and how far its classes have collapsed. L layers, M measures. */
#pragma once

#include "cjl-responses.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

#define CJL_REPORT_SAMPLES 500 /* of training and of validation, at most */
#define CJL_REPORT_ALIKE 0.99  /* |r| of units that count as duplicates */

typedef enum
{
  CJL_MEASURE_PROBE,      /* accuracy of a linear probe on validation samples */
  CJL_MEASURE_DIMENSIONS, /* participation ratio */
  CJL_MEASURE_UNITS,
  CJL_MEASURE_LIFETIME,   /* sparseness of a unit over samples, mean of the units */
  CJL_MEASURE_POPULATION, /* sparseness of a sample over units, mean of the samples */
  CJL_MEASURE_DEAD,       /* share of units that answer the same to everything */
  CJL_MEASURE_DUPLICATES, /* share of units that say what one before them says */
  CJL_MEASURE_NC1,
  CJL_MEASURE_NC2_NORMS,
  CJL_MEASURE_NC2_ANGLES,
  CJL_MEASURE_NC3,
  CJL_MEASURE_NC4,
  CJL_N_MEASURES
} CjlMeasure;

/* Immutable. */
typedef struct
{
  GStrv layers;
  CjTensor *values; /* [L, M]; NAN where it cannot be told */
  guint n_done;     /* layers that are measured; the others are NAN throughout */
  char *origin;
  CjdDataset *dataset;
} CjlLayersReport;

/* A job whose results are CjlLayersReport: one after each layer. Takes the network. You free. */
CjlJob *cjl_layers_report_start (CjlNetwork *network);
/* The same at once; slow. NULL with the reason. You free. */
CjlLayersReport *cjl_layers_report_measure (const CjlNetwork *network, GError **error);
void cjl_layers_report_free (CjlLayersReport *self);

/* Sealed frame of the figure "layers". You unref. */
CjvFrame *cjl_layers_report_frame (const CjlLayersReport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlLayersReport, cjl_layers_report_free)

G_END_DECLS
