/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loss around the weights of a network, measured on samples: along the line from the initial weights,
 * on a random plane, on the plane of the run, and as curvature and gradient noise. */
#pragma once

#include "cj-landscape.h"
#include "cjl-job.h"
#include "cjl-network.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

typedef enum
{
  CJL_LANDSCAPE_LINE,  /* I. Goodfellow, O. Vinyals, A. Saxe, "Qualitatively characterizing neural
                              network optimization problems" (2015) */
  CJL_LANDSCAPE_SLICE, /* filter-normalised random plane, see cj-landscape.h, with what of the run's
                              path lies in it */
  CJL_LANDSCAPE_RUN,   /* plane of the kept checkpoints, with the path of the run */
  CJL_LANDSCAPE_CURVATURE, /* eigenvalues of the Hessian, noise scale of the gradient */
  CJL_LANDSCAPE_N_KINDS
} CjlLandscapeKind;

typedef struct
{
  CjlLandscapeKind kind;
  gsize n_samples; /* of the training samples, at most */
  guint side;      /* points along each axis of a plane; 4 n + 1 */
  double reach;    /* of a random plane on each side, in lengths of the filters */
  guint64 seed;    /* of random directions */
} CjlLandscapeOptions;

/* 256 samples, 17 points, 1. */
void cjl_landscape_options_init (CjlLandscapeOptions *options, CjlLandscapeKind kind);

/* Immutable. What belongs to other kinds is NULL. */
typedef struct
{
  CjlLandscapeKind kind;
  guint64 step; /* of the weights */
  CjdDataset *dataset;
  gsize n_samples;

  CjTensor *x;            /* [C]: share of the way, or place along the first direction */
  CjTensor *loss;         /* [C] or [R, C], NAN: not measured yet */
  CjTensor *held;         /* [C]: of validation samples, for the line; NULL if there are too few */
  CjTensor *y;            /* [R] */
  CjTensor *path, *steps; /* [P, 2], [P]: places of the kept checkpoints */
  double shares[2];       /* of the path that the directions hold */

  CjTensor *values, *errors; /* [K]: eigenvalues; NAN: not found yet */
  CjGradientNoise noise;     /* n_groups 0: not measured yet */
} CjlLandscape;

void cjl_landscape_free (CjlLandscape *landscape);

/* Whether the run's log and kept checkpoints are looked at: a path is drawn. */
gboolean cjl_landscape_has_path (CjlLandscapeKind kind);

/* A job whose results are CjlLandscape, coarse to begin with. Takes the network, and the run's log and kept
 * checkpoints, which may be NULL for other kinds than RUN; `init_seed` drew the initial weights. You
 * free. */
CjlJob *cjl_landscape_start (CjlNetwork *network, CjRunLog *log, CjRing *ring, guint64 init_seed,
                             const CjlLandscapeOptions *options);
/* The same at once, of a project at rest. Slow. Main thread. You free. */
CjlLandscape *cjl_landscape_project (CjlProject *project, CjdDataset *dataset,
                                     const CjlLandscapeOptions *options, GError **error);

/* "interpolation", "landscape" or "curvature": the figure that shows it, and its sealed frame. */
const char *cjl_landscape_get_figure (CjlLandscapeKind kind);
CjvFrame *cjl_landscape_frame (const CjlLandscape *landscape);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlLandscape, cjl_landscape_free)

G_END_DECLS
