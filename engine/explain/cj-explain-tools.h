/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What explainers share. D features of a row; C H W picture. */
#pragma once

#include "cj-explainer.h"

G_BEGIN_DECLS

/* Features as a picture; what is no picture is one row of pixels: [T, E] has T of them with E channels,
 * [I] has I. */
typedef struct
{
  gint64 c, h, w;
  gint64 channel, pixel; /* steps in the row of features */
  gboolean is_picture;
} CjExplainGrid;

CjExplainGrid cj_explain_grid (const CjExplained *network);
static inline gint64
cj_explain_at (const CjExplainGrid *grid, gint64 channel, gint64 pixel)
{
  return channel * grid->channel + pixel * grid->pixel;
}

/* What stands for nothing. */
typedef enum
{
  CJ_BASELINE_MEAN, /* the mean of the training data, which is 0 where it was normalised */
  CJ_BASELINE_BLACK,
  CJ_BASELINE_BLUR,
  CJ_BASELINE_NOISE,
  CJ_BASELINE_OWN
} CjBaseline;

extern const char *const cj_baseline_names[]; /* for parameter tables: choices of CJ_PARAM_CHOICE */
#define CJ_BASELINE_MAX CJ_BASELINE_OWN

/* The row of it in a table; .blurb and .offset are the table's own. */
#define CJ_BASELINE_ROW                                                                            \
  .name = "baseline", .title = "Baseline", .kind = CJ_PARAM_CHOICE, .preset = CJ_BASELINE_BLACK,   \
  .max = CJ_BASELINE_MAX, .choices = cj_baseline_names

/* Fills baseline [D]. Refuses CJ_BASELINE_OWN where none was given. */
gboolean cj_explain_baseline (const CjExplainCall *call, CjBaseline kind, float *baseline,
                              GError **error);

/* Gaussian blur of pictures [C, H, W], deviation `sigma` pixels, edges repeated. */
void cj_explain_blur (const CjExplainGrid *grid, float sigma, const float *x, float *blurred);

#define CJ_EXPLAIN_TOGETHER 32 /* rows that are asked about at once */

/* Many questions that differ little: what is masked, hidden, left out. */
typedef struct
{
  void (*make) (gint64 k, float *x, gpointer data); /* writes row k over the sample, [D] */
  /* What the network answers to it: the target, or with `all` every score [K]. In the order of k, and all
   * rows from the last multiple of CJ_EXPLAIN_TOGETHER on were made before. */
  void (*take) (gint64 k, const float *answers, gpointer data);
  gpointer data;
  gboolean all;
} CjExplainRows;

/* FALSE: stopped; progress goes from `from` to `to`. */
gboolean cj_explain_ask (const CjExplainCall *call, const CjExplainRows *rows, gint64 n,
                         double from, double to);

/* Whether to go on. */
gboolean cj_explain_go_on (const CjExplainCall *call, double progress);

/* A map shaped as the features, zeroed. You free. */
CjTensor *cj_explain_new_map (const CjExplained *network);
/* map[i] = x[i] - base[i] times slope[i]; base may be NULL for 0. */
void cj_explain_weigh (const float *x, const float *base, float *map, gint64 n);

/* Where the classes stand among which the target is one: score first + i × step is class i of k, in answers
 * [K], [T, K] or [K, H, W]. */
typedef struct
{
  gint64 k, first, step;
} CjExplainRivals;

CjExplainRivals cj_explain_rivals (const CjExplainCall *call);

/* The slope at x itself into a new map, with the answer. */
CjTensor *cj_explain_slope (const CjExplainCall *call, const CjExplainPass *pass, double *answer);

/* The layer whose maps are looked at: call->layer or the last value [C, H, W] that is a node's answer and
 * has more than one pixel. Refuses a network without. */
gboolean cj_explain_find_layer (const CjExplainCall *call, int *layer, GError **error);

/* Maps [h, w] enlarged to [1, H, W] of the picture, bilinearly, with pixels as areas. */
CjTensor *cj_explain_enlarge (const CjExplainGrid *grid, const CjTensor *coarse);

G_END_DECLS
