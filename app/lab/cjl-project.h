/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person works on: a network, its data, how it is trained, what it has learned, and every edit
 * that led here. For the main thread. */
#pragma once

#include "cj-graph.h"
#include "cj-trainer.h"
#include "cjd-dataset.h"

G_BEGIN_DECLS

/* Where samples come from. */
typedef struct
{
  char *source;      /* id of a generated source, or a path */
  GVariant *params;  /* a{sv} of strings: parameters of a generated source, and cjd_read_params */
  char *augment;     /* chain of augmentations of the training samples, "flip, shift amount=3" */
  char *edits;       /* what was changed about single samples, as cjd_edits_parse reads it */
  double val_share;  /* of the training samples, for data without validation samples of its own */
  double test_share; /* of all samples, for data without test samples of its own */
  int seed;          /* of the split */
} CjlDataChoice;

typedef struct _CjlProject CjlProject;

typedef void (*CjlProjectChanged) (CjlProject *project, gpointer data);

struct _CjlProject
{
  gint ref_count;
  char *uuid;
  char *title;
  char *path; /* NULL until saved */
  CjGraph *graph;
  CjTrainSetup *setup;
  CjlDataChoice data;
  GPtrArray *run;     /* CjdPiece "run/...": the run's log and kept checkpoints, see cjl-run.h */
  GVariant *history;  /* av: one dictionary an epoch of the run: epoch, step, loss ... */
  GPtrArray *norm;    /* CjdNamedTensor "mean", "std": normalisation that the weights expect */
  GVariant *runs;     /* av: what is known of earlier runs, see cjl-archive.h */
  GPtrArray *archive; /* CjdPiece "runs/...": those runs themselves */
  GVariant *learned;  /* a{sv}: what data the weights expect, see cjl-predict.h; NULL: not said */
  GVariant *views;    /* a{sv}, by the id of a view what it is set to, a{sv}; NULL: nothing kept */
  GVariant *kept;     /* unknown keys of the file, written back */
  struct _CjvPlate *plate; /* figures put together for a page; NULL: none */
  GBytes *plate_kept;      /* one that this version cannot read, written back */
};

CjlProject *cjl_project_new (void); /* empty: no nodes, data "glyphs" */
CjlProject *cjl_project_ref (CjlProject *project);
void cjl_project_unref (CjlProject *project);

/* What a worker needs of a project: network, setup, choice of data, weights, run. What does not change is
 * shared, so that this is quick, and the project may go on meanwhile. You unref. */
CjlProject *cjl_project_dup_for_worker (CjlProject *project);

/* Opens and saves .cajal files. Saving replaces the file as a whole, after reading back what was
 * written. Errors name the file. */
CjlProject *cjl_project_load (const char *path, GError **error);
gboolean cjl_project_save (CjlProject *project, const char *path, GError **error);

/* The same in three steps, so that the slow one may be another thread's: takes the project as it is now
 * (main thread), writes the file (any thread, the project goes on meanwhile), and tells the project that
 * it was written (main thread). One at a time for a project. You free the save. */
typedef struct _CjlSave CjlSave;
CjlSave *cjl_save_new (CjlProject *project, const char *path);
gboolean cjl_save_write (CjlSave *save, GError **error);
void cjl_save_end (CjlSave *save, CjlProject *project);
void cjl_save_free (CjlSave *save);

/* Why the project may be looked at and trained but not written: a newer version made the file, and what this
 * one does not know of it would be lost. NULL: it may be. Saving refuses with this sentence. Borrowed. */
const char *cjl_project_get_read_only (CjlProject *project);

/* Whether another program changed the file since it was read or written here; then save refuses, until
 * forget says that what is there may go. */
gboolean cjl_project_is_changed_elsewhere (CjlProject *project);
void cjl_project_forget_file (CjlProject *project);

/* As bytes, for files behind portals and for autosaves. */
GBytes *cjl_project_print (CjlProject *project, GError **error);
CjlProject *cjl_project_parse (GBytes *bytes, GError **error);

/* Every change stands between begin and commit (calls nest); commit makes one entry of the undo stack
 * out of what changed in graph, setup, data choice and title. Commits in a row with the same `merge`
 * key that is not NULL become one entry (dragging a slider). */
void cjl_project_begin (CjlProject *project);
void cjl_project_commit (CjlProject *project, const char *title, const char *merge);

/* Undo and redo go back to the run and the weights of then as well, and count a burst of training as one
 * entry. While a session trains they take back the last edit by a new one, and weights stay. */
gboolean cjl_project_undo (CjlProject *project);
gboolean cjl_project_redo (CjlProject *project);
const char *cjl_project_get_undo_title (CjlProject *project); /* NULL: nothing to undo */
const char *cjl_project_get_redo_title (CjlProject *project);
gboolean cjl_project_is_modified (CjlProject *project);

/* Changes the data choice; between begin and commit. A path is kept from the root. */
void cjl_project_set_data (CjlProject *project, const char *source, GVariant *params);
void cjl_project_set_title (CjlProject *project, const char *title);

/* Keeps a plate (CjvPlate) with the project, NULL: none; takes it, and nobody may alter it then. It is no
 * edit, but the file is no longer that on the disk. */
void cjl_project_take_plate (CjlProject *project, struct _CjvPlate *plate);

/* Keeps what a view of the window is set to with the project, a{sv} in the words of the view,
 * and gives it back; NULL: nothing is kept. It is no edit, but the file is no longer that on the
 * disk. Sinks a floating one. You unref what is given back. */
void cjl_project_put_view (CjlProject *project, const char *view, GVariant *controls);
GVariant *cjl_project_dup_view (CjlProject *project, const char *view);

/* Called after every commit, undo, redo, save, store of weights and change of the plate or of a
 * view. */
void cjl_project_watch (CjlProject *project, CjlProjectChanged changed, gpointer data);
void cjl_project_unwatch (CjlProject *project, CjlProjectChanged changed, gpointer data);

/* Sets "node.param", "title", "data", "data.augment", "data.augment.shift.amount",
 * "data.size" and their like, or a name of the training setup, as one edit. */
gboolean cjl_project_set (CjlProject *project, const char *name, const char *text, GError **error);

/* Loads the data set of the choice, split. Slow: for a worker. `choice` is not altered. */
CjdDataset *cjl_data_load (const CjlDataChoice *choice, GError **error);
/* The same in two steps: what is read or made, and a view of it with normalisation, changes of single
 * samples and augmentation, which is quick. Whether two choices differ in the second step at most. */
CjdDataset *cjl_data_load_base (const CjlDataChoice *choice, GError **error);
CjdDataset *cjl_data_dress (CjdDataset *base, const CjlDataChoice *choice, GError **error);
gboolean cjl_data_choice_same_base (const CjlDataChoice *a, const CjlDataChoice *b);
CjlDataChoice cjl_data_choice_copy (const CjlDataChoice *choice);
gboolean cjl_data_choice_equal (const CjlDataChoice *a, const CjlDataChoice *b);
void cjl_data_choice_clear (CjlDataChoice *choice);

/* “training”, “validation” or “test”, translated, as the start of “test samples”. Borrowed. */
const char *cjl_split_get_title (CjdSplit split);

/* What the compiler needs to know of a data set. */
CjDataSpec cjl_data_spec (const CjdDataset *dataset, gint64 batch);

/* The ops of the network as it is drawn, with the problems that training it by its rules has: where one of
 * these is an error, there are no losses. You free. */
CjLowered *cjl_project_lower (const CjlProject *project, const CjdDataset *dataset, gint64 batch);

/* Takes the weights that are to be used from a checkpoint, and state, by reference; puts them into a
 * program, where names that do not fit are skipped, and says how many tensors were taken. */
void cjl_project_store (CjlProject *project, CjCheckpoint *checkpoint);
/* CjdNamedTensor: parameters and state by name; empty before training. Borrowed until weights are stored
 * or forgotten. */
GPtrArray *cjl_project_get_weights (CjlProject *project);
/* What is held about them (CjMaskFlags, cj-mask.h): CjdNamedTensor of CJ_UINT8 by parameter, of those where it
 * is anything; so empty where nothing is pruned. Borrowed as above. */
GPtrArray *cjl_project_get_masks (CjlProject *project);
guint cjl_project_apply_weights (CjlProject *project, CjProgram *program);
/* Forgets what was learned: weights, run and history; or run and history only, so that the next run
 * begins with these weights. */
void cjl_project_forget (CjlProject *project);
void cjl_project_forget_run (CjlProject *project);

/* Forgets what a new run is to find out anew: all but the weights of frozen layers. Where weights were given to the
 * project (cjl-weights.h, cjl-transfer.h) and no step was trained since, all of them are where the run begins. */
void cjl_project_begin_anew (CjlProject *project);
/* Whether a parameter or state, "conv1.weight", is of a frozen layer. */
gboolean cjl_project_is_tensor_frozen (const CjlProject *project, const char *name);

/* Gives the last layers as many units as the data have classes, as the compiler says; TRUE if anything
 * changed. Within begin and commit, or as an edit of its own. */
gboolean cjl_project_refit (CjlProject *project, const CjdDataset *dataset);

/* The epochs (CjRunEpoch) of the project's run, and back. You unref. */
GArray *cjl_project_read_history (CjlProject *project);
void cjl_project_write_history (CjlProject *project, const GArray *epochs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlProject, cjl_project_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlSave, cjl_save_free)

G_END_DECLS
