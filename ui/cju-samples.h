/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A strip of validation samples; the chosen one drives every card. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_SAMPLES (cju_samples_get_type ())
G_DECLARE_FINAL_TYPE (CjuSamples, cju_samples, CJU, SAMPLES, GtkWidget)

GtkWidget *cju_samples_new (CjuDocument *document);

G_END_DECLS
