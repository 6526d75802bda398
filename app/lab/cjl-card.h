/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Result cards: a published result as an experiment that is run again. A card is a template (network, data,
 * setup) and a procedure that trains and measures; what it finds stands beside what was published, and
 * says whether the result was reproduced. V values, L lines of P points, S seeds. */
#pragma once

#include "cjl-job.h"
#include "cjl-network.h"
#include "cjl-template.h"
#include "cjv-plate.h"

G_BEGIN_DECLS

#define CJL_CARD_ABI 1
#define CJL_CARD_MAX_SEEDS 100

/* A number that a card measures once for every seed. */
typedef struct
{
  const char *name;  /* kebab-case, never changes; NULL ends the table */
  const char *title; /* a few words */
  gboolean share;    /* from 0 to 1, shown in per cent; else a plain number */
  double published;  /* NAN: there is none */
  double low, high;  /* the result is reproduced if all medians lie in here; infinite: no bound */
} CjlCardValue;

/* A curve that a card measures once for every seed, at the points of the card. */
typedef struct
{
  const char *name; /* kebab-case, never changes; NULL ends the table */
  const char *title;
  const double *published; /* P numbers, NAN: none at this point; NULL: none at all */
} CjlCardLine;

typedef struct _CjlCardRun CjlCardRun;

typedef struct
{
  guint abi;     /* CJL_CARD_ABI */
  gsize size;    /* sizeof (CjlResultCard); new fields come last */
  guint version; /* raised when the same seed gives other numbers */

  /* Its category is CJL_CARD_CATEGORY; its blurb is the claim, in one sentence; `network` NULL: the card
   * is of numbers alone. Of data in files `source` is NULL. */
  CjlTemplate experiment;
  const char *data_set; /* folder of the data, see cjl_card_find_data; NULL: they are made */
  const char *paper;    /* where the claim and the published numbers are from */
  const char *passes;   /* what counts as reproduced, in words */
  const CjlCardValue *values;

  const CjlCardLine *lines; /* NULL: no curves */
  const char *x_title, *y_title;
  gboolean y_share; /* the curves are shares from 0 to 1 */
  const double *x;  /* P points, growing */
  guint n_points;

  guint n_seeds;  /* as a preset; seeds are 1, 2 ... */
  double seconds; /* that one seed takes on two cores, about */

  /* Trains and measures with one seed, on the job's thread. TRUE also when it was cancelled. */
  gboolean (*run) (CjlCardRun *run, guint64 seed, GError **error);
} CjlResultCard;

#define CJL_CARD_CATEGORY "Results"

/* All of them, ended by NULL; one by id or NULL. */
const CjlResultCard *const *cjl_cards (void);
const CjlResultCard *cjl_card_find (const char *id);

/* Where the data of a card lie: `folder` itself, or the folder of their name in it; NULL: in
 * CAJAL_DATA_DIR. Refuses with CJ_ERROR_FILE and a sentence on what is missing and how to get it. You free; NULL
 * without an error for data that are made. */
char *cjl_card_find_data (const CjlResultCard *card, const char *folder, GError **error);
/* The same of a data set by the name of its folder, "mnist"; `title` is of what needs it. You free. */
char *cjl_card_find_data_set (const char *name, const char *title, const char *folder,
                              GError **error);

/* The card's project, untrained, on the data found as above. You unref. Refuses cards without a
 * network. */
CjlProject *cjl_card_make_project (const CjlResultCard *card, const char *folder, GError **error);

/* The frame of the figure "card" before anything is measured: what was published. Sealed; you free. */
CjvFrame *cjl_card_new_frame (const CjlResultCard *card);

/* --- running --- */

/* What a card found, so far. Immutable but for the project, which is the taker's. */
typedef struct
{
  const CjlResultCard *card;
  guint n_done, n_seeds; /* seeds that are done, and that were asked for */
  gboolean reproduced;   /* all seeds are done, and all medians lie within their bounds */
  double *medians;       /* V: over the seeds that are done; NAN: none yet */
  CjvPlate *plate;       /* the figure "card", and beside it what the card draws of its own */
  GVariant *record; /* a{sv}: what made it: cjl_source_new, and card, plan, seeds, data, values */
  CjlProject *project; /* of the first seed, as the procedure left it; in the last result only */
  double seconds;
} CjlCardResult;

void cjl_card_result_free (CjlCardResult *result);

/* A job whose results are CjlCardResult. `folder` as for cjl_card_find_data; on `n_threads` threads. You free. */
CjlJob *cjl_card_start (const CjlResultCard *card, const char *folder, guint n_seeds,
                        guint n_threads);

/* --- for procedures, on the job's thread --- */

gboolean cjl_card_run_is_cancelled (CjlCardRun *run);
/* How much of this seed is done, 0 to 1. */
void cjl_card_run_progress (CjlCardRun *run, double share);
/* The same of a part of it, for what tells its own progress from 0 to 1; FALSE: it is cancelled. */
typedef struct
{
  CjlCardRun *run;
  double begin, share;
} CjlCardPart;

gboolean cjl_card_part_go_on (double progress, gpointer part);

const CjlResultCard *cjl_card_run_get_card (CjlCardRun *run);
/* The data, borrowed: loaded once. NULL for cards without a network. */
CjdDataset *cjl_card_run_get_dataset (CjlCardRun *run);
/* Data in its place for what follows of this seed. References them. */
void cjl_card_run_take_dataset (CjlCardRun *run, CjdDataset *dataset);
/* The project of this seed, borrowed; may be edited. NULL for cards without a network. */
CjlProject *cjl_card_run_get_project (CjlCardRun *run);
guint cjl_card_run_get_n_threads (CjlCardRun *run);

/* Trains the project of this seed from new weights, but for those of frozen layers, to the end of its setup; progress goes from `from` to `to`.
 * The trained network, NULL without an error when cancelled. You free. */
CjlNetwork *cjl_card_run_train (CjlCardRun *run, double from, double to, GError **error);

/* Notes what was measured with this seed, and leaves it as a partial result. */
void cjl_card_run_set (CjlCardRun *run, const char *value, double number);
void cjl_card_run_set_point (CjlCardRun *run, const char *line, guint point, double number);
/* A figure of the card's own choice, shown beside; takes the sealed frame. The first seed's stays. */
void cjl_card_run_take_figure (CjlCardRun *run, const char *figure, CjvFrame *frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlCardResult, cjl_card_result_free)

G_END_DECLS
