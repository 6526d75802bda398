/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trained network of ReLUs becomes one of integrate-and-fire neurons, without training anything anew:
 * their rates are what the ReLUs gave (Cao, Chen and Khosla 2015). So that no neuron fires more than once
 * a moment, thresholds are balanced by what the units gave at most to training samples (Diehl et al.
 * 2015, data-based normalisation; Rueckauer et al. 2017 for the percentile). */
#pragma once

#include "cjl-network.h"

G_BEGIN_DECLS

typedef struct
{
  int steps; /* T, moments for which a sample is shown */
  double
      percentile; /* of all units of a layer and samples, which is its threshold; 100: the largest */
} CjlSpikingOptions;

#define CJL_SPIKING_MAX_STEPS 10000

/* The network with neurons in place of ReLUs and the weights behind them scaled by their thresholds; the
 * answer is the mean current of the last layer. Takes chains of dense layers; the error names what it
 * cannot take. Slow: for a worker. You free. */
CjlNetwork *cjl_spiking_new (const CjlNetwork *network, const CjlSpikingOptions *options,
                             GError **error);

/* The same for a project at rest, as a new project on the same data. Main thread. You unref. */
CjlProject *cjl_spiking_new_project (CjlProject *project, const CjlSpikingOptions *options,
                                     GError **error);

G_END_DECLS
