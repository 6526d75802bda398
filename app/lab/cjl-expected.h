/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the weights of a project expect to see: shape, type and normalisation of a sample, and what its classes
 * are called. C channels (features of tables). */
#pragma once

#include "cjl-project.h"

G_BEGIN_DECLS

/* The shape, type and classes of a data set, as they travel with the weights learned from it
 * (project->learned); and when the run that learned them began, seconds since 1970, 0: not known.
 * Floating. */
GVariant *cjl_learned_print (const CjdDataset *dataset, gint64 began);

typedef struct
{
  GVariant *learned; /* a{sv}, as cjl_learned_print makes it */
  CjDataSpec spec;   /* for the compiler */
  CjShape shape;     /* of a sample */
  CjDtype dtype;     /* as it is stored; CJ_UINT8 stands for 0 .. 1 */
  guint n_channels;  /* C; 0: samples go in as they are */
  float *mean, *std; /* C */
} CjlExpected;

/* What a project says its weights were learned from; if it does not, what its data are like now. Main thread.
 * FALSE with the reason if neither is known, and then all is cleared. */
gboolean cjl_expected_init (CjlExpected *self, CjlProject *project, gint64 batch, GError **error);
void cjl_expected_clear (CjlExpected *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjlExpected, cjl_expected_clear)

G_END_DECLS
