/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a layer writes into: a list of ops over values. Values are numbered; shapes are known at once,
 * changes of memory layout are put in where two ops disagree. */
#pragma once

#include "cj-op.h"

G_BEGIN_DECLS

typedef enum
{
  CJ_VALUE_INPUT, /* filled by the feed */
  CJ_VALUE_PARAM, /* learned */
  CJ_VALUE_RESULT /* computed by an op */
} CjValueKind;

typedef struct
{
  CjValueKind kind;
  CjShape shape; /* logical, with the batch */
  CjDtype dtype;
  CjLayout layout;
  char *name;    /* of a parameter, "conv1.weight" */
  gint64 fan_in; /* of a parameter; 0: starts at zero */
  int twin;      /* the same numbers in the other layout, -1 if none yet */
} CjValue;

typedef struct
{
  CjOp op; /* attrs owned */
  int in[CJ_OP_MAX_IN];
  int out;
} CjStep;

typedef struct
{
  GArray *values; /* CjValue */
  GArray *steps;  /* CjStep, in order of execution */
} CjBuilder;

CjBuilder *cj_builder_new (void);
void cj_builder_free (CjBuilder *builder);

CjValue *cj_builder_get_value (CjBuilder *builder, int value);

/* New value numbers. A parameter with fan_in starts uniform in ±1/sqrt (fan_in), the default of the
 * field for dense and convolution layers; 0 starts it at zero. */
int cj_builder_add_input (CjBuilder *builder, CjDtype dtype, const CjShape *shape);
int cj_builder_add_param (CjBuilder *builder, const char *node, const char *name,
                          const CjShape *shape, gint64 fan_in);

/* Appends an op with a copy of `attrs`; the number of its result, or -1 and the op's refusal. */
int cj_builder_emit (CjBuilder *builder, const CjOpInfo *info, gconstpointer attrs, const int *in,
                     guint n_in, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjBuilder, cj_builder_free)

G_END_DECLS
