/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small random networks of several kinds, opened for questions. */
#pragma once

#include "cj-explain-tools.h"

/* One sort of network. `chain` may leave a residual to new_graph. */
typedef struct
{
  const char *name, *chain;
  CjShape x;
  guint n_classes, n_words;
  gboolean residual;       /* what "relu1" gives is added to what "conv2" gives */
  const char *formulas[2]; /* of "formula1" and "formula2" */
} ExplainKind;

enum
{
  EXPLAIN_PICTURE,
  EXPLAIN_TABLE,
  EXPLAIN_TOKENS,
  EXPLAIN_TEXT,
  EXPLAIN_MEMORY,
  EXPLAIN_PATCHES,
  EXPLAIN_GATES,
  EXPLAIN_N_KINDS
};

extern const ExplainKind explain_kinds[EXPLAIN_N_KINDS];

/* Weights as drawn, but no number is what it was initialised with: running means move, too. You free. */
CjExplained *explain_open (const ExplainKind *kind, guint threads);
float *explain_new_sample (CjExplained *network, const ExplainKind *kind, guint64 stream);
CjExplainCall explain_make_call (CjExplained *network, const float *x, gint64 target);

/* Runs a method with "name=value name=value"; fails the test if it refuses. */
void explain_run (const char *id, const char *settings, CjExplainCall call,
                  CjExplanation *explanation);
double explain_sum (const CjExplanation *explanation);
