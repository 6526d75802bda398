/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person changed about single samples: another class, or left out. A line of text beside the
 * data, which stay as they are: "17=3 42=- 100..199=- 7=2-". Samples are numbered from 0 as the reader
 * or generator gives them; "-" leaves out. */
#pragma once

#include "cjd-dataset.h"

G_BEGIN_DECLS

#define CJD_EDITS_MAX 10000000 /* samples changed */

/* One changed sample. */
typedef struct
{
  guint32 sample;
  gint32 class; /* -1: as it was */
  gboolean out;
} CjdEdit;

/* CjdEdit in order of `sample`, each once. You free. */
GArray *cjd_edits_parse (const char *text, GError **error);
char *cjd_edits_print (const GArray *edits);

/* The edit of a sample; one that changes nothing if it has none. */
CjdEdit cjd_edits_get (const GArray *edits, guint32 sample);
/* Sets the edit of a sample, in place of the one before; removes one that changes nothing. */
void cjd_edits_set (GArray *edits, CjdEdit edit);

/* Changes targets and splits of a data set that nobody else has yet and measures it anew. Refuses
 * samples and classes that are not there, and to leave nothing for training. */
gboolean cjd_dataset_edit (CjdDataset *dataset, const GArray *edits, GError **error);

G_END_DECLS
