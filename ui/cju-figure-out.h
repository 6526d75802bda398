/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures that leave the window: a plate with what it was made of, written by a thread. Main thread. */
#pragma once

#include "cju-view.h"

G_BEGIN_DECLS

/* What a picture is to come from. */
typedef struct
{
  CjlProject *project; /* a copy for a worker, with title and uuid; NULL: `source` says it */
  GVariant *source;
  gint64 step;
} CjuOrigin;

/* The document's network as it is now. Clear it with cju_origin_clear. */
CjuOrigin cju_origin_new (CjuDocument *document);
void cju_origin_clear (CjuOrigin *origin);

/* Told when it is written (`error` NULL) or cannot be. */
typedef void (*CjuWritten) (gpointer object, const char *path, const char *error);

/* Writes the plate to `path` as it ends, and with `data` its numbers beside it. Takes plate and origin.
 * `object` is a GObject; nothing is told after its end. */
void cju_figure_write (CjvPlate *plate, CjuOrigin origin, const char *path, gboolean data,
                       gpointer object, CjuWritten written);

/* What a view shows as a plate of one panel of that size, on white ground; NULL: nothing is shown. You
 * free. */
CjvPlate *cju_view_dup_plate (CjuView *view);

G_END_DECLS
