/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names for the units of a network, so that two networks can be compared. Every axis of every value
 * has one label an element; equal labels in two networks mean the same unit. */
#pragma once

#include "cj-lower.h"

G_BEGIN_DECLS

/* Labels of one axis; NULL: its elements are told apart by their place only (pixels, moments). */
typedef const guint64 *CjAxisLabels;

/* How the numbers of one parameter or state tensor are found again. */
typedef struct
{
  const CjValue *value;
  char *key; /* its name, with the id that its node had in the network before */
  gboolean labelled;
  CjAxisLabels axis[CJ_MAX_DIMS];
  guint n_blocks;  /* of axis 0: gates, or query, key and value */
  gboolean inputs; /* axis 1 (and the taps that follow) hears; a new input is given weight 0 */
  gint64 n_passed; /* rows that start by passing input on: a new dense or convolution layer between
                       units and those that heard them before */
  gint64 tap[2];   /* of the kernel, over the middle */
} CjParamLabels;

typedef struct
{
  CjLowered *lowered;
  CjParamLabels *params; /* by value */
  guint n_values;
  CjAxisLabels *axes; /* by value and axis */
  GHashTable *known;  /* all labels */
  GPtrArray *owned;
} CjLabels;

/* The label of element i. */
static inline guint64
cj_label (CjAxisLabels axis, gint64 i)
{
  return axis != NULL ? axis[i] : (guint64) i;
}

/* Labels of a network. `ids` (node id to the id it had before) and `cuts` describe how it came from
 * another one, `before`; all NULL for that one itself. You free. */
CjLabels *cj_labels_new (const CjGraph *graph, const CjDataSpec *spec, GHashTable *ids,
                         const GArray *cuts, const CjLabels *before);
void cj_labels_free (CjLabels *labels);

/* The labels of a parameter by key, or NULL. */
const CjParamLabels *cj_labels_find (const CjLabels *labels, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjLabels, cj_labels_free)

G_END_DECLS
