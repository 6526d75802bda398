/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-spiking.h"

#include <stddef.h>

enum
{
  RATE,
  COUNT,
  FIRST,
  LAST,
  MOST
};

typedef struct
{
  int measure;
} Params;

static const char *const measures[] = { "rate", "count", "first-spike", "last", "max", NULL };

static const CjParam params[] = {
  { .name = "measure",
    .title = "Measure",
    .blurb = "Mean or sum over time, how soon the first spike comes, or the last or largest value "
             "of a membrane",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, measure),
    .choices = measures,
    .preset = COUNT,
    .max = MOST },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjReduceAttrs sum
      = { .kind = p->measure == RATE ? CJ_REDUCE_MEAN : CJ_REDUCE_SUM, .axes = 1u << 1 };
  const CjMomentAttrs moment = { p->measure == FIRST  ? CJ_MOMENT_FIRST
                                 : p->measure == LAST ? CJ_MOMENT_LAST
                                                      : CJ_MOMENT_MAX };

  if (cj_layer_build_shape (build, 0)->n_dims < 3)
    return cj_spiking_refuse (build, error);
  return p->measure <= COUNT ? cj_layer_build_simple (build, &cj_op_reduce, &sum, error)
                             : cj_layer_build_simple (build, &cj_op_moment, &moment, error);
}

static const CjPort inputs[]
    = { { "x", "Spikes or membrane", "N T …", CJ_PORT_REQUIRED }, { NULL } };
static const CjPort outputs[] = { { "y", "Scores", "N …", CJ_PORT_REQUIRED }, { NULL } };

const CjLayerInfo cj_layer_spike_readout = {
  .abi = CJ_LAYER_ABI,
  .id = "spike-readout",
  .title = "Spike readout",
  .category = "spiking",
  .blurb = "One number for every neuron of a sequence of spikes, as scores of classes",
  .formula = "rate: mean of x[t]; count: Σ x[t]; first-spike: max of x[t] (T − t) / T, t from 0",
  .biology = "How a brain reads spikes is open: by their number, or by who fires first",
  .synonyms = "rate count decode first spike membrane snn",
  .version = 1,
  .inputs = inputs,
  .outputs = outputs,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
