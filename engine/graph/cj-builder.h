/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a layer writes into: a list of ops over values. Values are numbered; shapes are known at once,
 * changes of memory layout are put in where two ops disagree. */
#pragma once

#include "cj-init.h"
#include "cj-op.h"

G_BEGIN_DECLS

#define CJ_NO_VALUE (-1)

typedef enum
{
  CJ_VALUE_INPUT, /* filled from outside before a step */
  CJ_VALUE_PARAM, /* learned */
  CJ_VALUE_STATE, /* kept from step to step but not learned, as running means */
  CJ_VALUE_RESULT /* computed by an op */
} CjValueKind;

typedef struct
{
  CjValueKind kind;
  CjShape shape; /* logical, with the batch */
  CjDtype dtype;
  CjLayout layout;
  char *name;   /* of a parameter or state, "conv1.weight" */
  CjInit init;  /* of a parameter or state */
  guint32 node; /* position of the node that made it */
  int twin;     /* the same numbers in the other layout, CJ_NO_VALUE if none yet */
} CjValue;

typedef struct
{
  CjOp op;              /* attrs owned */
  int in[CJ_OP_MAX_IN]; /* CJ_NO_VALUE: not given */
  int out;              /* the first result; the others follow it */
  guint stops;          /* bits of inputs that get no gradient from here */
  gboolean replaced;    /* another step does what this one did; it does not run */
} CjStep;

typedef struct
{
  GArray *values; /* CjValue */
  GArray *steps;  /* CjStep, in order of execution */
  guint32 node;   /* being built */
} CjBuilder;

CjBuilder *cj_builder_new (void);
void cj_builder_free (CjBuilder *builder);

CjValue *cj_builder_get_value (CjBuilder *builder, int value);

/* Shape of a value; borrowed until the next value is added. */
const CjShape *cj_builder_get_shape (CjBuilder *builder, int value);

/* New value numbers. */
int cj_builder_add_input (CjBuilder *builder, CjDtype dtype, const CjShape *shape);
int cj_builder_add_param (CjBuilder *builder, const char *node, const char *name,
                          const CjShape *shape, CjInit init);
int cj_builder_add_state (CjBuilder *builder, const char *node, const char *name,
                          const CjShape *shape, CjInit init);

/* Appends an op with a copy of `attrs`; the number of its first result (the others follow), or
 * CJ_NO_VALUE and the op's refusal. An `in` of CJ_NO_VALUE is an optional input left out. */
int cj_builder_emit (CjBuilder *builder, const CjOpInfo *info, gconstpointer attrs, const int *in,
                     guint n_in, GError **error);

/* Gives a step another input, or one more; those between are not given. The shapes must do: nothing is
 * inferred anew. */
void cj_builder_set_in (CjBuilder *builder, CjStep *step, guint index, int value);

/* Adds bits of inputs to which the step that makes `value` passes no gradient. */
void cj_builder_set_stops (CjBuilder *builder, int value, guint stops);

/* Forgets the values and steps from the given numbers on: a layer that refused half way. */
void cj_builder_truncate (CjBuilder *builder, guint n_values, guint n_steps);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjBuilder, cj_builder_free)

G_END_DECLS
