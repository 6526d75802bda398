/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The time of a run under the views: drag back and every view shows the network as it was; arrow keys go
 * step by step, Home and End to the ends. With the speed of training, and a step, an epoch and a branch
 * at hand. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Not seen before the first step. Acts through win.epoch, win.branch and win.now as well. */
GtkWidget *cju_scrubber_new (CjuDocument *document);

G_END_DECLS
