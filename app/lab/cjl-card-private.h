/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between cjl-card.c, which runs a card, and cjl-card-result.c, which says what it found. */
#pragma once

#include "cjl-card.h"
#include "cjl-session.h"

G_BEGIN_DECLS

/* S = n_seeds. */
struct _CjlCardRun
{
  const CjlResultCard *card;
  CjlJob *job;
  char *folder; /* or NULL */
  guint n_seeds, n_threads, n_values, n_lines;
  gint64 begin; /* monotonic */

  guint seed; /* under way, from 0 */
  CjdDataset *dataset;
  CjlProject *project; /* of this seed */
  CjlProject *first;   /* of the first, once that is done */
  guint64 step;        /* of the last training */
  float *measured;     /* [V, S]; NAN: not yet */
  float *curves;       /* [L, S, P] */
  const CjvFigureInfo *figure;
  CjvFrame *frame; /* of the card's own figure, or NULL */
};

/* The figure "card" with what there is after `n_done` seeds; sealed, you free. */
CjvFrame *cjl_card_run_frame (const CjlCardRun *run, guint n_done, gboolean reproduced);

/* What there is after `n_done` seeds; takes the first project if all are done. You free. */
CjlCardResult *cjl_card_run_report (CjlCardRun *run, guint n_done);

G_END_DECLS
