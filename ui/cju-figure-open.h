/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures that Cajal exported, opened again: the figure as it is in the file, and the way back to the
 * project that it comes from. Main thread. */
#pragma once

#include "cju-window.h"

G_BEGIN_DECLS

/* A thread reads the picture (cjl_figure_is_file); then a window shows it, or the reason is said. */
void cju_figure_open (CjuWindow *window, const char *path);

/* Shows in a project what a figure showed, a{sv} as the panels of a view are described: view or figure, its
 * params, step, split and sample, node, unit. As soon as the data are there. */
void cju_figure_open_apply (CjuDocument *document, GtkWidget *dock, GVariant *state);

G_END_DECLS
