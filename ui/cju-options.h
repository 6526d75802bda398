/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows for parameters, made from their table: of a figure, or of anything that has one. */
#pragma once

#include "cju-figure-view.h"

G_BEGIN_DECLS

/* Whose parameters they are: `set` puts a value in, as text; you free what `print` gives. */
typedef struct
{
  void (*set) (gpointer data, const char *name, const char *text);
  char *(*print) (gpointer data, const char *name);
  gpointer data;
} CjuOptions;

/* A row that changes one parameter at once; `options` must outlive it. */
GtkWidget *cju_options_make_row (CjuOptions *options, const CjParam *param);

/* A list of rows that change `figure` at once; NULL if it has no parameter for people. The figure must
 * outlive it. */
GtkWidget *cju_options_new (CjuFigureView *figure);

G_END_DECLS
