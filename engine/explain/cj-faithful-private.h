/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the measures of explanations share. P pixels. */
#pragma once

#include "cj-faithful.h"

G_BEGIN_DECLS

/* The map [P], channels added up. You free. */
double *cj_faithful_sum_pixels (const CjExplained *network, const CjTensor *map, gboolean absolute);

/* A part of the work of a call, as shares of its progress. */
typedef struct
{
  const CjExplainCall *call;
  double from, to;
  gboolean stopped; /* set where the call was asked and said so */
} CjFaithfulPart;

/* The explainer on other features, or on another state of the network. As cj_explainer_run. */
gboolean cj_faithful_run_again (const CjExplainerInfo *info, CjFaithfulPart *part, const float *x,
                                CjExplanation *explanation, GError **error);

G_END_DECLS
