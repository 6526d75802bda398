/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other data for a network: what has to change so that it can learn from them, and which templates
 * suit them. */
#pragma once

#include "cjl-template.h"

G_BEGIN_DECLS

/* What was changed to fit data; `problem` says why the network cannot learn from them all the same. */
typedef struct
{
  gboolean resized;  /* pictures, to the size and channels of the data before */
  CjShape shape;     /* of a sample, as the network gets it */
  gboolean refitted; /* the last layer, to the classes */
  int batch;         /* new batch size, 0: as it was */
  char *problem;     /* or NULL; you free */
} CjlAdoption;

/* Makes the batch no larger than there are training samples; the new size, 0 if it was not. */
int cjl_project_fit_batch (CjlProject *project, const CjdDataset *dataset);

/* The pictures that a network lays its samples out as, by a Reshape behind its input to 1×H×W or 3×H×W, as one that was
 * imported does; FALSE: it does not. */
gboolean cjl_find_pictures (const CjGraph *graph, CjShape *shape);

/* Gives the project a source or path that was read as `base`, as one edit. Pictures of a size or with
 * channels that the network cannot take, or much larger than those before (sample shape `before`, NULL:
 * unknown; then, and where it is no pictures, cjl_find_pictures says), are resized to those; the last layer
 * gets as many units as there are classes; the batch no more samples than there are; augmentations that mean nothing for the data go. */
void cjl_project_adopt (CjlProject *project, const char *source, const CjdDataset *base,
                        const CjShape *before, CjlAdoption *adoption);

/* The same for a network whose layers are to keep what they learned, as in any case where some are frozen: pictures get
 * the channels of those before, for a first layer has weights for each. */
void cjl_project_adopt_for_body (CjlProject *project, const char *source, const CjdDataset *base,
                                 const CjShape *before, CjlAdoption *adoption);

/* Templates that can learn from data, best suited first, ended by NULL. You free the array. */
const CjlTemplate **cjl_templates_for (const CjdDataset *base);

/* A new project from a template with other data, named after them. You unref. */
CjlProject *cjl_template_make_for (const CjlTemplate *info, const char *source,
                                   const CjdDataset *base, GError **error);

/* Paths in the folder CAJAL_DATA_DIR that a reader recognises, sorted; you free. Reads names and first
 * bytes. */
GStrv cjl_data_list_stored (void);

G_END_DECLS
