/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events of a camera that reports changes (address-event representation): the .bin files of N-MNIST
 * (Orchard et al. 2015), five bytes an event, x, y, then polarity and 23 bits of microseconds from the
 * highest bit; and .npz, .h5 and .hdf5 files with arrays x, y, t (microseconds) and p, which may stand in
 * a group "events" of the latter. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CJD_EVENTS_MAX 100000000 /* of a file */
#define CJD_EVENTS_MAX_SIDE 4096

typedef struct
{
  guint32 t; /* microseconds */
  guint16 x, y;
  guint8 on; /* 1: brighter, 0: darker */
} CjdEvent;

/* An array of CjdEvent, in the order of the file. The error has no file name. You unref. */
GArray *cjd_events_parse (GBytes *bytes, GError **error);

/* Reads a file by the end of its name; the error names it. You unref. */
GArray *cjd_events_load (const char *path, GError **error);

/* Whether a name ends as one of these files. */
gboolean cjd_events_is_name (const char *name);

G_END_DECLS
