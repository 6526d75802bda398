/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fills the frames of figures from a project and its data. */
#pragma once

#include "cj-metrics.h"
#include "cjl-project.h"
#include "cjv-figure.h"

G_BEGIN_DECLS

/* What a figure is drawn of. */
typedef struct
{
  const char *node;  /* id of a layer; NULL: the first that the figure can show */
  CjdSplit split;    /* whose samples are measured or chosen from */
  gsize sample;      /* for maps, units, bars: its number in the split */
  gboolean mistakes; /* contact-sheet: what got a wrong class, the surest first */
  const char
      *method; /* embedding, similarity, dissimilarity, attention, tuning: how; NULL: the first */
  gsize n_samples;   /* embedding, similarity, dissimilarity: at most; 0: the preset */
  const char *other; /* similarity, dissimilarity: path of a project to compare with; selectivity:
                      * layers; or NULL */
  gboolean run;      /* similarity, dissimilarity: along the run */
  gint64 query;      /* attention: the token that looks; -1: none is chosen */
  gint64 unit;       /* tuning, orientation-map, ideal: of the layer, from 0; -1: none is named */
  const char *direction; /* ideal, receptive-field: several units, "3 5:-1"; NULL: one */
  gboolean untrained;    /* tuning and its kin: with the weights that the seed begins with */
  gboolean before;       /* tuning, orientation-map, gabor: those beside the trained ones */
  const char *const
      *settings; /* of cjl_figure_get_settings, "jitter=4", NULL-terminated, or NULL */
  const char *const *concepts; /* concepts: as of CjlConceptOptions, or NULL */
  const char *target;          /* concepts, ideal, receptive-field: the class that is asked about */
} CjlFigureChoice;

/* The built-in figure whose frames draw figure `id`: itself; for one of a plugin that which wants the
 * same. NULL if there is none. */
const char *cjl_figure_find_like (const char *id);

/* Whether figure `id` is drawn from samples, so that the data set must be loaded. */
gboolean cjl_figure_needs_data (const char *id);

/* What may be set of how the numbers of figure `id` are found (how they are drawn is set by the figure's own
 * parameters); NULL if there is nothing. `size` (or NULL) is that of the struct. */
const CjParam *cjl_figure_get_settings (const char *id, gsize *size);

/* A sealed frame with what figure `id` wants; one of a plugin, too, if it wants weights or curves. `dataset` may be NULL for figures that need none. Slow
 * where samples must be run. You unref. Errors say what is missing. */
CjvFrame *cjl_figure_frame (CjlProject *project, CjdDataset *dataset, const char *id,
                            const CjlFigureChoice *choice, GError **error);

/* How the project's weights do on a split. Slow. NULL with the reason if the network cannot be run. You
 * free. */
CjMetrics *cjl_score_split (CjlProject *project, CjdDataset *dataset, CjdSplit split,
                            CjScore *score, GError **error);

/* A frame of curves from points and epochs of a run; `now` is the step that is looked at, NAN: the
 * last. */
CjvFrame *cjl_curves_frame (const GArray *points, const GArray *epochs, guint steps_per_epoch,
                            double now);

/* A frame of the decision surface: scores [1, K, H, W] over the plane of CJL_SURFACE_REACH, and samples
 * of a data set of two features, with those not trained on told apart. */
CjvFrame *cjl_decision_frame (const CjdDataset *dataset, const CjTensor *scores);

G_END_DECLS
