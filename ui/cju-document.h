/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A project with everything a window needs of it: its data loaded by a worker, its network checked,
 * its training polled. Main thread. */
#pragma once

#include "cjl-evaluation.h"
#include "cjl-session.h"

#include <glib-object.h>

G_BEGIN_DECLS

#define CJU_TYPE_DOCUMENT (cju_document_get_type ())
G_DECLARE_FINAL_TYPE (CjuDocument, cju_document, CJU, DOCUMENT, GObject)

/* Signals: "edited" after every change of the project, and when its run fails or is over that; "loaded" when data came or failed; "ticked" when
 * the run or what the probe saw moved on; "selected" when the selection changed; "sample" when another
 * sample was chosen; "evaluated" when the validation samples were run through newer weights; "unit" and
 * "cell", see there; "notice" (text, whether undo takes it back) when a person should be told of
 * something that was done; "reading" (name, or NULL when that is over) when other data are on their way. */
CjuDocument *cju_document_new (CjlProject *project);

CjlProject *cju_document_get_project (CjuDocument *self);
CjlSession *cju_document_get_session (CjuDocument *self); /* NULL: still loading, or cannot train */
CjdDataset *cju_document_get_dataset (CjuDocument *self); /* NULL: still loading, or failed */
const CjLowered *cju_document_get_lowered (CjuDocument *self); /* NULL without data */
CjlProbeFrame *cju_document_get_frame (CjuDocument *self);     /* borrowed, NULL before the first */
/* Makes the frames tell what the heads of attention do, and what the answer is with one silenced (head -1:
 * none; layer counts the attentions), as long as anyone calls this a few times a second. */
void cju_document_wish_attention (CjuDocument *self, int layer, int head);
CjRunState cju_document_get_state (CjuDocument *self);
/* Why there is no training, or NULL. Borrowed. */
const char *cju_document_get_trouble (CjuDocument *self);

/* Result of a node for the network as drawn, "6×28×28", or NULL. You free. */
char *cju_document_dup_shape (CjuDocument *self, const CjNode *node);
/* What is wrong with the node as drawn, or where numbers went wrong; NULL: nothing. Borrowed. */
const CjProblem *cju_document_find_problem (CjuDocument *self, const CjNode *node);
/* The run stopped because a number was none: which node, tensor and step; NULL: it did not. Borrowed. */
const CjProblem *cju_document_get_failure (CjuDocument *self);

/* Learned numbers of nodes (CjNode) for the network as drawn; -1 without data. */
gint64 cju_document_count_parameters (CjuDocument *self, const GPtrArray *nodes);

/* "Insert Flatten", "Set units=10", "Go back to step 120", or NULL where nothing is offered. You free. */
char *cju_document_print_mend (CjuDocument *self, const CjProblem *problem);
/* Does what the problem offers: puts a layer in, sets a parameter, or goes back to the last good
 * checkpoint. One edit. */
void cju_document_mend (CjuDocument *self, const CjProblem *problem);

/* The node that the loss looks at, or NULL. */
const CjNode *cju_document_find_prediction (CjuDocument *self);

/* Puts the weights and the run as they are now into the project, for a file. Or without waiting for the
 * step under way: FALSE, call again soon. */
void cju_document_store (CjuDocument *self);
gboolean cju_document_try_store (CjuDocument *self);

/* Without a session as yet, training to the end begins when it is there. */
void cju_document_train (CjuDocument *self, guint64 n_steps);
void cju_document_pause (CjuDocument *self);
/* One edit; the old run goes to the history. */
void cju_document_reset (CjuDocument *self);

/* Shows the run as it was at a step; it stays there, and training repeats what was done from there. */
void cju_document_seek (CjuDocument *self, guint64 step);
/* Makes the step that is shown the last of the run, as one edit; the run as it was goes to the
 * history. */
gboolean cju_document_branch (CjuDocument *self, GError **error);
/* How fast it trains at most, to be watched; 0: no limit. */
void cju_document_set_speed (CjuDocument *self, double steps_per_second);

/* The selection is a set of nodes and blocks; the one chosen last is what the inspector shows. */
void cju_document_select (CjuDocument *self, const char *id); /* that alone; NULL: nothing */
void cju_document_select_all (CjuDocument *self, const char *const *ids);
void cju_document_toggle (CjuDocument *self, const char *id);
gboolean cju_document_is_selected (CjuDocument *self, const char *id);
CjNode *cju_document_get_selected (CjuDocument *self);             /* the last, or NULL */
CjBlock *cju_document_get_selected_block (CjuDocument *self);      /* the last if it is one */
const char *const *cju_document_get_selection (CjuDocument *self); /* borrowed, ends with NULL */

/* The sample shown: a number within the samples of a split, the validation samples unless said
 * otherwise. */
void cju_document_choose_sample (CjuDocument *self, gsize index);
void cju_document_choose_from (CjuDocument *self, CjdSplit split, gsize index);
gsize cju_document_get_sample (CjuDocument *self);
CjdSplit cju_document_get_split (CjuDocument *self);
/* Its number in the data set; FALSE for a sample of one's own, or without data. */
gboolean cju_document_find_sample (CjuDocument *self, gsize *sample);

/* A sample of one's own in place of one of the data, until another is chosen: float [1, C, H, W] of the
 * shape of the data, pixels 0..1. Takes the tensor; `name` is for people. */
void cju_document_take_own (CjuDocument *self, CjTensor *x, const char *name);
CjTensor *cju_document_get_own (CjuDocument *self);        /* borrowed, NULL: none */
const char *cju_document_get_own_name (CjuDocument *self); /* borrowed */

/* The chosen picture as float [1, C, H, W], pixels 0..1; NULL: there is none. You unref. */
CjTensor *cju_document_dup_picture (CjuDocument *self);

/* Data that were read already: the next choice that needs nothing else is there at once. */
void cju_document_put_base (CjuDocument *self, const CjlDataChoice *choice, CjdDataset *base);

void cju_document_notice (CjuDocument *self, const char *text, gboolean undoable);
void cju_document_tell_reading (CjuDocument *self, const char *name);

/* What the network says of all validation samples: borrowed, NULL before the first. As long as anyone
 * calls this a worker makes a new one after each epoch, and whenever training stops. */
const CjlEvaluation *cju_document_get_evaluation (CjuDocument *self);

/* One unit of a layer - a filter, a neuron - and, where the layer makes maps, a place on its map. Signal
 * "unit" when another one was chosen. */
typedef struct
{
  const char *node; /* borrowed; NULL: none is chosen */
  gint64 unit, row, column;
} CjuUnit;

void cju_document_choose_unit (CjuDocument *self, const char *node, gint64 unit, gint64 row,
                               gint64 column); /* NULL: none */
CjuUnit cju_document_get_unit (CjuDocument *self);
/* Takes the chosen unit out of its layer, as one edit; says so where that cannot be. */
void cju_document_delete_unit (CjuDocument *self);

/* A cell of the confusion matrix that is looked into: samples of class `row` taken for `column`; -1: none.
 * Signal "cell". */
void cju_document_choose_cell (CjuDocument *self, gint64 row, gint64 column);
void cju_document_get_cell (CjuDocument *self, gint64 *row, gint64 *column);

G_END_DECLS
