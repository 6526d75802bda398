/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a unit wants: pictures made to drive it, the places of the data that drive it most and least, and
 * the part of the picture that it hears. N pictures, K examples, C channels, H W picture, h w crop. */
#pragma once

#include "cj-ideal.h"
#include "cj-param.h"
#include "cjl-job.h"
#include "cjl-project.h"
#include "cjl-receptive.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

/* What is asked for. */
typedef struct
{
  const char *node;      /* id of the layer; the last one's units are the classes */
  gint64 unit;           /* from 0 */
  const char *direction; /* instead of one unit a sum of several, "3 5:-1"; NULL: one unit */
  gboolean named;        /* the units are the classes of the data, which are called by name */
  gboolean mean;         /* of the whole map, the channel; else its middle, a unit */
  int n_pictures;        /* each from another start */
  CjIdealOptions climb;
  CjdSplit split; /* of the examples */
  int n_samples;  /* that are looked through for them, at most; 0: no examples */
  int n_examples; /* most driving and as many least driving */
  CjdSplit on;    /* and `sample`, its number there: the picture below the receptive field */
  gsize sample;
} CjlIdealOptions;

/* What a person may set of them: the pictures, their regularisers, the examples. */
extern const CjParam cjl_ideal_params[];

void cjl_ideal_options_init (CjlIdealOptions *options); /* unit 0, 4 pictures, 8 of 500 samples */

/* Immutable. Pictures are as the data has them, before normalisation; pixels 0..1. */
typedef struct
{
  guint64 step;                        /* of the weights */
  char *node, *data, *target;          /* the layer, the data set, "unit 3", "class dog" or so */
  char *settings;                      /* those that are not preset, "jitter=4"; or NULL */
  gboolean pixels;                     /* 0..1; else numbers of any size */
  CjTensor *pictures;                  /* [N, C, H, W], or NULL as long as there are none */
  float *answers;                      /* [N] */
  CjTensor *most, *least;              /* [K, C, h, w]: what the unit saw there; NULL: none */
  float *most_answers, *least_answers; /* [K] */
  guint32 *most_places, *least_places; /* [K]: number of the sample in its split */
  CjTensor *field; /* [H, W]: mean squared slope of the middle unit, largest 1; NULL: none */
  CjTensor *input; /* [C, H, W]: the picture that the field is drawn on; NULL: none */
  CjlField box;    /* what it can depend on at all */
  double radius;   /* px: within it lies half of the field's sum */
} CjlIdeal;

void cjl_ideal_free (CjlIdeal *ideal);

/* A job whose results are CjlIdeal: the pictures, with the examples, with the field. Copies the graph,
 * references data and weights. The error says what is wrong with the choice. You free. */
CjlJob *cjl_ideal_start (const CjGraph *graph, CjdDataset *dataset, CjCheckpoint *weights,
                         const CjlIdealOptions *options);
/* The same at once, with the weights of a project. Slow. Main thread. You free. */
CjlIdeal *cjl_ideal_project (CjlProject *project, CjdDataset *dataset,
                             const CjlIdealOptions *options, GError **error);

/* Weights [n] of units from a text as "3 5:-1 7:0.5". An error says what is wrong with it. You free. */
float *cjl_direction_parse (const char *text, gint64 n, GError **error);

/* Sealed frames of the figures "ideal" and "receptive-field"; the latter NULL if there is none. You
 * unref. */
CjvFrame *cjl_ideal_frame (const CjlIdeal *ideal);
CjvFrame *cjl_field_frame (const CjlIdeal *ideal);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlIdeal, cjl_ideal_free)

G_END_DECLS
