/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A strip of validation samples; the chosen one drives every card. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_SAMPLES (cju_samples_get_type ())
G_DECLARE_FINAL_TYPE (CjuSamples, cju_samples, CJU, SAMPLES, GtkWidget)

GtkWidget *cju_samples_new (CjuDocument *document);

/* A few samples of a data set as one picture, `columns` by `rows`. NULL if they are no pictures. */
GdkTexture *cju_samples_draw (const CjdDataset *dataset, int columns, int rows, int tile);

G_END_DECLS
