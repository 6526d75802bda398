/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small button in the controls of a view that opens the settings of what it measures: rows made from their
 * table (cj-param.h). A part of the state of a view; main thread. */
#pragma once

#include "cju-options.h"
#include "cju-view.h"

G_BEGIN_DECLS

typedef struct
{
  const CjParam *table;
  gpointer values; /* the struct that the table is of, in the state of the view */
  CjuOptions options;
  GtkWidget *popover;
} CjuViewSettings;

/* Puts `control`, which gets the room, and the button beside each other into the column. `values` is as
 * `table` has it and outlives the view's controls; it changes as a person sets something. `words` say what is
 * set. */
void cju_view_settings_build (CjuViewSettings *self, CjuView *view, GtkWidget *control,
                              const CjParam *table, gpointer values, const char *words);

/* Adds all that is set to what a view says of itself for its files, and back. */
void cju_view_settings_save (CjuViewSettings *self, GVariantDict *controls);
void cju_view_settings_load (CjuViewSettings *self, GVariant *controls);

G_END_DECLS
