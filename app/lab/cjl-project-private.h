/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cjl-project.c, cjl-project-edit.c, cjl-project-file.c and cjl-recovery.c. */
#pragma once

#include "cjl-journal.h"
#include "cjl-moment.h"
#include "cjl-project.h"

G_BEGIN_DECLS

/* One entry of the undo stack. */
typedef struct
{
  char *title, *merge;
  CjPatch *graph;                    /* NULL: the drawing did not change */
  GVariant *before, *after;          /* the rest: setup, data, title, earlier runs */
  CjlMoment *run_before, *run_after; /* NULL: none, or not known */
  gint64 reverts; /* place in the stack of the edit that this one took back while training; -1 */
} CjlEdit;

/* What a session does for the project that it runs. */
typedef struct
{
  CjlMoment *(*capture) (
      gpointer session); /* the run as it is, or was before training; you unref */
  gboolean (*is_training) (gpointer session);
  gboolean (*settle) (gpointer session); /* makes the entry of training that has ended */
  void (*rest) (gpointer session);       /* ends training, and makes its entry of the stack */
  void (*restore) (gpointer session, CjlMoment *moment);
  void (*archive) (gpointer session, GVariant *settings); /* keeps the run that ends */
} CjlRunHooks;

typedef struct
{
  CjlProjectChanged changed;
  gpointer data;
} CjlWatch;

typedef struct
{
  CjlProject project;
  GPtrArray *undo, *redo; /* CjlEdit */
  guint depth;            /* of begin */
  GVariant *at_begin;
  CjlMoment *at_begin_run;
  gboolean run_changed;     /* since begin: commit makes an entry, whatever else changed */
  CjlMoment *pending;       /* where the next session is to start */
  const CjlRunHooks *hooks; /* of the session, NULL: none runs */
  gpointer session;
  GPtrArray *weights; /* CjdNamedTensor: parameters and state by name; empty before training */
  GPtrArray *masks;   /* CjdNamedTensor: what is held about them, by parameter; empty: nothing */
  CjCheckpoint *learned_by; /* newer ones, not copied yet; NULL: those above */
  gint64 reverting;         /* the edit that the commit under way takes back; -1 */
  gint64 saved;  /* length of the undo stack when the file was written; -1: it cannot be reached */
  gint64 saving; /* the same of the save under way */
  gboolean stored;       /* weights changed since the file was written */
  guint n_stored;        /* how often they did */
  GArray *watches;       /* CjlWatch */
  char *digest;          /* SHA-256 of project.json in the file, NULL until saved */
  char *etag;            /* of the file when it was last read or written */
  gboolean restored;     /* from the journal, whose edits are on the stacks already */
  struct _CjlKeep *keep; /* ties to the journal, NULL: none */
  char *unkept;          /* why there are none, NULL: nobody wanted any */
  char *read_only;       /* why it may not be written, NULL: it may */
} CjlProjectFull;

static inline CjlProjectFull *
cjl_project_full (CjlProject *project)
{
  return (CjlProjectFull *) project;
}

void cjl_edit_free (gpointer edit);
/* As bytes, and back; NULL for bytes that are no edit. */
GBytes *cjl_edit_print (const CjlEdit *edit);
CjlEdit *cjl_edit_parse (GBytes *bytes);

/* Everything but the drawing and the weights, as a{sv}; and back. */
GVariant *cjl_project_save_rest (CjlProject *project);
gboolean cjl_project_load_rest (CjlProject *project, GVariant *data, GError **error);

/* Between begin and commit: weights or course of the run are not what they were. */
void cjl_project_mark_run (CjlProject *project);
/* An entry of the stack that is nothing but a run that went on since a moment. */
void cjl_project_push_run (CjlProject *project, const char *title, CjlMoment *before);
/* The folder with the files of the project's moments; made if need be. You free. */
char *cjl_project_dup_moments (CjlProject *project);

void cjl_project_notify (CjlProject *project);

/* The weights of a checkpoint that are to be used, and its state, as CjdNamedTensor where they lie. You
 * unref before the checkpoint goes. */
GPtrArray *cjl_checkpoint_view_weights (const CjCheckpoint *checkpoint);
/* What is held about them, as CjdNamedTensor of CJ_UINT8 where it is anything. You unref. */
GPtrArray *cjl_checkpoint_dup_masks (const CjCheckpoint *checkpoint);

/* The container without weights; what the journal keeps. */
GBytes *cjl_project_print_bare (CjlProject *project);

/* Brings the project to an edit of its stacks; FALSE: it did not fit, then both stacks are empty. */
gboolean cjl_project_travel (CjlProject *project, gboolean back);

/* Tell the journal that an edit was made or merged, that the place in the stack moved, that the file
 * was written (`moved`: to another path, under a new uuid), that the project goes. */
void cjl_keep_edited (CjlProject *project);
void cjl_keep_moved (CjlProject *project, const CjlEdit *edit, gint64 number);
void cjl_keep_saved (CjlProject *project, gboolean moved);
void cjl_keep_end (CjlProject *project);

/* A note of what a save that is about to be written will have been: digests of the file before (NULL: none)
 * and after, and the state that was `position` edits high with `top` of print_top on it; it is forgotten when the journal knows, and a record is brought in
 * step with a save that was killed in between. The last one wants the lock of the project. */
char *cjl_saving_print_top (CjlProject *project);
void cjl_saving_note (const char *uuid, const char *path, const char *before, const char *digest,
                      gint64 position, const char *top);
void cjl_saving_forget (const char *uuid);
void cjl_saving_finish (CjlJournal *journal, CjlRecord *record);

/* Puts the edits (GBytes) on the stacks, `position` of them done. FALSE, and nothing, if they are no
 * edits. And a record back to what the file holds. */
gboolean cjl_keep_fill_stacks (CjlProject *project, const GPtrArray *edits, gint64 position);
gboolean cjl_keep_settle (CjlJournal *journal, CjlRecord *record, GError **error);

/* A file of the journal's folder: its kind and the project. You free. */
char *cjl_keep_dup_place (const char *kind, const char *uuid);
/* The lock of a project, a descriptor to be closed; it ends with the process, however that ends. -1:
 * another has it. */
int cjl_keep_lock (const char *uuid);
/* Weights and run as they were last left in the journal's folder; NULL: none. */
CjlProject *cjl_keep_load_run (const char *uuid);
/* Steps of the project's run as it is stored, 0: none. */
gint64 cjl_keep_get_last_step (CjlProject *project);

G_END_DECLS
