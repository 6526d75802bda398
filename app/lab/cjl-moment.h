/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A moment of a run that an edit can be undone to, in memory or in a file of the journal's folder. For
 * the main thread; files are written by a thread. */
#pragma once

#include "cj-moment.h"

G_BEGIN_DECLS

typedef struct _CjlMoment CjlMoment;

struct _CjlMoment
{
  gint ref_count;
  char *id;        /* names its file; "ID@BASE" where the checkpoints lie in the file of BASE */
  CjMoment *run;   /* NULL: in the file */
  CjlMoment *base; /* whose newest checkpoint is the newest of this one as well, or NULL */
  gboolean kept;   /* the file is written, or will be */
};

/* Takes the run; references the base. You unref. */
CjlMoment *cjl_moment_new (CjMoment *run, CjlMoment *base);
/* One that lies in the file `id`. */
CjlMoment *cjl_moment_new_kept (const char *id);
CjlMoment *cjl_moment_ref (CjlMoment *moment);
void cjl_moment_unref (CjlMoment *moment);

/* Reads the file if need be, from the folder of files of one project. FALSE: it is gone or damaged. */
gboolean cjl_moment_read (CjlMoment *moment, const char *folder);

/* Writes moments into their files, in order, on one thread. You free; that waits for the last. */
typedef struct _CjlMomentWriter CjlMomentWriter;
CjlMomentWriter *cjl_moment_writer_new (void);
void cjl_moment_writer_free (CjlMomentWriter *writer);
/* Writes the moment, and before it its base, unless they are. */
void cjl_moment_writer_push (CjlMomentWriter *writer, CjlMoment *moment, const char *folder);

#define CJL_MOMENTS_ON_DISK (G_GUINT64_CONSTANT (1) << 30) /* bytes of one project's files */

/* Deletes files that none of the ids (a set of strings) needs, and the oldest when all together are too
 * large: undo then ends there. How many of the oldest. */
guint cjl_moment_sweep (const char *folder, GHashTable *ids);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlMoment, cjl_moment_unref)

G_END_DECLS
