/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that a run needs to go on from a step, with the names of what is in it, so that it can be
 * read without the program that made it. */
#pragma once

#include "cj-mask.h"
#include "cj-train-setup.h"

G_BEGIN_DECLS

typedef struct
{
  double loss;     /* mean over the samples seen */
  double accuracy; /* share that is right; R² where targets are values */
} CjScore;

/* One tensor of a checkpoint. */
typedef struct
{
  char *name; /* "conv1.weight" */
  CjShape shape;
  gboolean state;      /* not learned */
  gint64 offset, size; /* in weights, or in states */
} CjTableEntry;

/* What lies where in a checkpoint. Immutable, atomic reference count; shared by all of one program. */
typedef struct
{
  gint ref_count;
  GArray *entries; /* CjTableEntry */
  gint64 n_weights, n_states;
} CjTable;

/* The table of a program; or of tensors in an order of one's own, each on a cache line. */
CjTable *cj_table_new (const CjProgram *program);
CjTable *cj_table_new_empty (void);
void cj_table_append (CjTable *table, const char *name, const CjShape *shape, gboolean state);
CjTable *cj_table_ref (CjTable *table);
void cj_table_unref (CjTable *table);
const CjTableEntry *cj_table_get (const CjTable *table, guint index);
const CjTableEntry *cj_table_find (const CjTable *table, const char *name); /* or NULL */
gboolean cj_table_equal (const CjTable *a, const CjTable *b);

/* Where a run is, apart from its tensors. Random numbers are counted by step and epoch. */
typedef struct
{
  guint64 step; /* steps done */
  guint64
      origin;  /* step that optimizer and schedule count from: where weights were last put back */
  guint epoch; /* epochs done */
  guint position;   /* steps done in this epoch */
  guint n_commands; /* of the run's log that are in effect; they name the revision of the graph */
  double scalars[CJ_OPTIMIZER_MAX_SCALARS];
  double schedule[CJ_SCHEDULE_MAX_STATE];
  CjScore sum;     /* of the steps of this epoch */
  double val_loss; /* of the last validation, NAN before the first */
  gboolean validated;
  double best_loss; /* of all validations, infinite before the first */
  guint64 best_step;
  guint n_worse;          /* validations since the best */
  double sparsity;        /* that was pruned to by the setup */
  guint task, task_epoch; /* that is learned, and epochs of it that are done */
} CjPlace;

/* Immutable once shared, atomic reference count. */
typedef struct
{
  gint ref_count;
  CjTable *table;
  CjPlace at;
  const char *plan;  /* of the program, interned; NULL: not known */
  guint n_slots;     /* arrays as long as the weights */
  CjSlotKinds kinds; /* that are not the optimizer's */
  float *weights, *states, *slots;
  guint8 *flags; /* CjMaskFlags, one a weight; NULL: nothing is pruned */
} CjCheckpoint;

/* Zeroed, at the start of a run. References the table. */
CjCheckpoint *cj_checkpoint_new (CjTable *table, guint n_slots, CjSlotKinds kinds);
/* Gives it a mask in which nothing is pruned, if it has none; borrowed. Before it is shared. */
guint8 *cj_checkpoint_add_flags (CjCheckpoint *checkpoint);
/* Whether anything is held about the weights of a tensor; its bytes as a new CJ_UINT8 tensor; and back,
 * FALSE: not of its type and shape. */
gboolean cj_checkpoint_has_flags (const CjCheckpoint *checkpoint, const CjTableEntry *entry);
CjTensor *cj_checkpoint_dup_flags (const CjCheckpoint *checkpoint, const CjTableEntry *entry);
gboolean cj_checkpoint_take_flags (CjCheckpoint *checkpoint, const CjTableEntry *entry,
                                   const CjTensor *flags);
CjCheckpoint *cj_checkpoint_ref (CjCheckpoint *checkpoint);
void cj_checkpoint_unref (CjCheckpoint *checkpoint);
gsize cj_checkpoint_get_bytes (const CjCheckpoint *checkpoint);

/* The numbers of a tensor; its place in slot `slot`. Borrowed. */
float *cj_checkpoint_get_data (const CjCheckpoint *checkpoint, const CjTableEntry *entry);
float *cj_checkpoint_get_slot (const CjCheckpoint *checkpoint, const CjTableEntry *entry,
                               guint slot);

/* The first number of slot `kind` of all weights, NULL: it has none. Borrowed. */
float *cj_checkpoint_get_kind (const CjCheckpoint *checkpoint, CjSlotKinds kind);

/* The weights that are to be used: the moving average where there is one. Borrowed. */
const float *cj_checkpoint_get_best_weights (const CjCheckpoint *checkpoint);

/* Copies weights and states into a program for any purpose and batch; FALSE, and nothing of use in it,
 * if it has a tensor that the checkpoint lacks or has in another shape. */
gboolean cj_checkpoint_apply (const CjCheckpoint *checkpoint, CjProgram *program);

/* The first tensor with a number that is not finite, or NULL. */
const CjTableEntry *cj_checkpoint_find_bad (const CjCheckpoint *checkpoint);

/* Place, plan and slots as a{sv}, and back into a checkpoint that has its table and slots; keys that
 * are missing keep their start values. */
GVariant *cj_checkpoint_save_place (const CjCheckpoint *checkpoint);
void cj_checkpoint_load_place (CjCheckpoint *checkpoint, GVariant *data);
/* Which slots such a place says that its checkpoint has. */
CjSlotKinds cj_checkpoint_load_kinds (GVariant *place);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjTable, cj_table_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjCheckpoint, cj_checkpoint_unref)

G_END_DECLS
