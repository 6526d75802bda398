/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench of Hubel and Wiesel: every unit of a layer is shown gratings or bars of all orientations, of
 * widths from the picture down to two pixels and at places over one cycle, then its best ones in windows
 * of growing size, and spots. U units, F spatial frequencies, O orientations over half a turn, P phases
 * over a cycle, S sizes. */
#pragma once

#include "cj-gabor.h"
#include "cj-param.h"
#include "cj-stimulus.h"
#include "cj-tuning.h"
#include "cjl-job.h"
#include "cjl-network.h"
#include "cjl-project.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

typedef enum
{
  CJL_SHOW_DRIFTING, /* gratings; the response is F0, of a simple unit F1 */
  CJL_SHOW_STATIC,   /* gratings; the response is that to the best phase */
  CJL_SHOW_BARS,     /* of light; that at the best place */
  CJL_SHOW_N_KINDS
} CjlShow;

/* Ids for the command line, in the order of CjlShow, ended by NULL. */
extern const char *const cjl_show_names[];

/* What is asked for. */
typedef struct
{
  const char *node; /* id of the layer */
  CjlShow show;
  gboolean mean;      /* a channel's answer is the mean of its map, not the middle of it */
  gboolean untrained; /* with the weights that the seed of the training setup begins with */
  double contrast;    /* 0..1 */
  guint n_orientations, n_frequencies, n_phases, n_sizes;
} CjlTuningOptions;

/* What a person may set of them: how much is shown. */
extern const CjParam cjl_tuning_params[];

void cjl_tuning_options_init (CjlTuningOptions *options); /* drifting, 12 × 8 × 8, 7 sizes */

/* One unit. Its rate is what it answers more than to the even ground; what is below counts 0. */
typedef struct
{
  CjOrientationTuning orientation; /* at its best frequency */
  double frequency;  /* the best, cycles a pixel, between the measured ones; NAN: silent */
  double modulation; /* F1/F0 at its best grating, 0..2; NAN: silent */
  double phase;      /* of its best grating, degrees, 0 <= φ < 360: that of the first harmonic */
  double size; /* px: the best of the round windows, between the measured ones; NAN: not shown */
  double response;                                    /* to its best */
  guint best_frequency, best_orientation, best_phase; /* places in the lists */
} CjlUnitTuning;

/* Immutable. */
typedef struct
{
  guint64 step; /* of the weights */
  gboolean untrained;
  char *node, *data;        /* the layer; name of the data set */
  CjlTuningOptions options; /* node is the one above */
  guint n_units, n_done;    /* frequencies that were shown so far */
  gboolean sized;           /* sizes were shown as well */
  gint64 h, w;              /* of the picture */
  double x, y;              /* px: the middle of the stimuli, that of the receptive field */
  double *frequencies;      /* [F] cycles a pixel */
  double *sizes;            /* [S] px */
  float *rates;             /* [U, F, O, P] */
  float *size_curves;       /* [U, S] of the best grating or bar in round windows */
  float *spots;             /* [U, 2, S] of light and dark spots */
  CjlUnitTuning *units;     /* [U] */
} CjlTuning;

void cjl_tuning_free (CjlTuning *tuning);

/* A job whose results are CjlTuning: one after every frequency, and the whole. Copies the graph,
 * references data and weights. The error says why the layer cannot be tested. You free. */
CjlJob *cjl_tuning_start (const CjGraph *graph, CjdDataset *dataset, CjCheckpoint *weights,
                          guint64 seed, const CjlTuningOptions *options);
/* The same at once, with the weights of a project. Slow. Main thread. You free. */
CjlTuning *cjl_tune_project (CjlProject *project, CjdDataset *dataset,
                             const CjlTuningOptions *options, GError **error);

/* The response of a unit to each orientation at its best frequency [O], and to each frequency at its best
 * orientation [F]. */
void cjl_tuning_get_orientations (const CjlTuning *tuning, guint unit, double *out);
void cjl_tuning_get_frequencies (const CjlTuning *tuning, guint unit, double *out);

/* The unit that is tuned to orientation most of those that answer at least a tenth as strongly as the
 * strongest. */
guint cjl_tuning_find_unit (const CjlTuning *tuning);

/* Whether two layers were shown the same. */
gboolean cjl_tuning_is_like (const CjlTuning *a, const CjlTuning *b);

/* Sealed frames of the figures "tuning", "orientation-map" and "selectivity" (a layer or several, to be
 * compared). `before` is the same layer untrained, shown the same, or NULL; it is left out where it has not
 * as many units. You unref. */
CjvFrame *cjl_tuning_frame (const CjlTuning *tuning, const CjlTuning *before, guint unit);
CjvFrame *cjl_orientation_frame (const CjlTuning *tuning, const CjlTuning *before, gint64 unit);
CjvFrame *cjl_selectivity_frame (const CjlTuning *const *tunings, guint n);

/* --- fits --- */

/* Filters with the Gabor function that describes each best; immutable. */
typedef struct
{
  char *name; /* of the tensor */
  guint64 step;
  gboolean untrained;
  CjTensor *planes; /* [N, H, W]: the filters, along their main direction in channel space */
  CjTensor *fits;   /* [N, H, W] */
  CjGabor *gabors;  /* [N]; r2 NAN: could not be fitted */
} CjlGaborFits;

#define CJL_GABOR_GOOD 0.6  /* r2 from which on a filter counts as one */
#define CJL_GABOR_MOST 1024 /* filters that are fitted */

void cjl_gabor_fits_free (CjlGaborFits *fits);

/* Fits kernels [N, C, H, W] of at least 3 × 3; a job may be NULL. NULL if it was stopped, or with an error.
 * Any thread. You free. */
CjlGaborFits *cjl_fit_gabors (CjTensor *kernels, const char *name, CjlJob *job, GError **error);
/* A job whose results are CjlGaborFits of the kernels of a node, with the weights of the network or with
 * those that a seed begins with. Takes the network. The error says why there are none. You free. */
CjlJob *cjl_gabor_start (CjlNetwork *network, const char *node, guint64 seed, gboolean untrained);
/* The same at once, of a project. Main thread. You free. */
CjlGaborFits *cjl_gabor_project (CjlProject *project, CjdDataset *dataset, const char *node,
                                 gboolean untrained, GError **error);

/* The share of filters with r2 >= CJL_GABOR_GOOD. */
double cjl_gabor_fits_get_share (const CjlGaborFits *fits);

/* Sealed frame of the figure "gabor"; `before` are the fits of the same filters untrained, or NULL. You
 * unref. */
CjvFrame *cjl_gabor_frame (const CjlGaborFits *fits, const CjlGaborFits *before);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlTuning, cjl_tuning_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlGaborFits, cjl_gabor_fits_free)

G_END_DECLS
