/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the network of a project takes in: samples as its weights learned them, or as its data are. C
 * channels. */
#pragma once

#include "cjl-project.h"

G_BEGIN_DECLS

typedef struct
{
  GVariant *learned; /* as cjl_learned_print gives it */
  CjDataSpec spec;   /* what a program is compiled with, but for the batch */
  CjShape shape;     /* of a sample */
  CjDtype dtype;     /* as it is stored; pixels are CJ_UINT8 */
  guint n_channels;  /* C; 0: samples go in as they are */
  float *mean, *std; /* C: of pixels from 0 to 1, or of values */
} CjlIntake;

/* Main thread; slow only if the project does not say what its weights were learned from, for then the data
 * set is loaded. On refusal there is nothing to clear. */
gboolean cjl_intake_read (CjlIntake *intake, CjlProject *project, GError **error);
void cjl_intake_clear (CjlIntake *intake);

/* The name of class `k`, or NULL; you free. */
char *cjl_intake_dup_class (const CjlIntake *intake, guint k);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjlIntake, cjl_intake_clear)

G_END_DECLS
