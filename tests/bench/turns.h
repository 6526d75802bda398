/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The longest turn of the main loop, in processor time, in each part of a person's work: training and
 * looking, editing, saving, opening, loading data, explaining. Main thread. */
#pragma once

#include "bench.h"
#include "../ui/widgets.h"

#include "cju-window.h"

G_BEGIN_DECLS

typedef struct
{
  GtkApplication *application;
  BenchReport *to;
  CjuWindow *window; /* NULL: none is open */
  CjuDocument *document;
  GtkWidget *dock;
} Turns;

/* Opens a window with LeNet-5 that is going to train for long. */
void turns_open (Turns *turns);
/* Goes through everything with that window, and closes it. */
void turns_measure (Turns *turns);

G_END_DECLS
