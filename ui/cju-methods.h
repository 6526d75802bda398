/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which explainers are asked, and how each is set: a button with a list behind it. */
#pragma once

#include "cjl-explain.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_METHODS (cju_methods_get_type ())
G_DECLARE_FINAL_TYPE (CjuMethods, cju_methods, CJU, METHODS, GtkWidget)

/* Signal: "changed" after every choice and every setting. */
GtkWidget *cju_methods_new (void);

/* Shows only what suits the network and its data. */
void cju_methods_follow (CjuMethods *self, const CjLowered *lowered, const CjdDataset *dataset);

/* What is chosen, a{sv}: the parameters of each by its id, a{sv} of texts. Floating. And back: every other
 * method is left out; ids that nobody knows are passed over. Also takes ids with commas, as figures of the
 * command line have them. */
GVariant *cju_methods_save (CjuMethods *self);
void cju_methods_load (CjuMethods *self, GVariant *chosen);

/* Adds what is chosen and suits. */
void cju_methods_add_to (CjuMethods *self, CjlExplainRequest *request);

G_END_DECLS
