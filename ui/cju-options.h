/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows for the parameters of a figure, made from its table. */
#pragma once

#include "cju-figure-view.h"

G_BEGIN_DECLS

/* A list of rows that change `figure` at once; NULL if it has no parameter for people. The figure must
 * outlive it. */
GtkWidget *cju_options_new (CjuFigureView *figure);

G_END_DECLS
