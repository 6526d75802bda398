/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every layer of a network costs in energy for one answer (cj-energy.h), measured on samples, of which the
 * rates of spikes depend. L layers, N samples. */
#pragma once

#include "cj-energy.h"
#include "cjl-job.h"
#include "cjl-network.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

#define CJL_ENERGY_SAMPLES 64 /* that tell rates well enough */

/* Which samples; one, or some of a split. */
typedef struct
{
  CjdSplit split;
  gsize n;      /* at most, evenly spaced; 0: only `sample` */
  gsize sample; /* its number in the split */
} CjlEnergySamples;

/* Immutable. */
typedef struct
{
  CjEnergyTable table;
  GStrv layers;          /* L, from the input on; those that cost anything */
  guint n_layers;        /* L */
  CjEnergyCount *counts; /* L, of N samples together */
  CjEnergyCost *costs;   /* L, pJ of one sample */
  CjEnergyCost total;
  gsize n;         /* N */
  double accuracy; /* of them; NAN where nothing is right or wrong */
  CjlEnergySamples samples;
  guint64 step; /* of the weights */
  CjdDataset *dataset;
} CjlEnergy;

/* Runs the samples. Slow: for a worker; `job` may be NULL, its progress goes from `from` to `to`. NULL if it
 * was stopped, or with the reason. You free. */
CjlEnergy *cjl_energy_measure (const CjlNetwork *network, const CjEnergyTable *table,
                               const CjlEnergySamples *samples, CjlJob *job, double from, double to,
                               GError **error);
/* A job whose result is a CjlEnergy. Takes the network; copies the others. You free. */
CjlJob *cjl_energy_start (CjlNetwork *network, const CjEnergyTable *table,
                          const CjlEnergySamples *samples);
void cjl_energy_free (CjlEnergy *energy);

/* pJ of one answer, compute and memory. */
double cjl_energy_get_total (const CjlEnergy *energy);

/* Sealed frame of the figure "energy". You unref. */
CjvFrame *cjl_energy_frame (const CjlEnergy *energy);

/* Another table, kept as text: "dram=2600, skip-zeros=false"; what is not readable stays as published.
 * You free what is printed; NULL: all is as published. */
void cjl_energy_table_parse (CjEnergyTable *table, const char *text);
char *cjl_energy_table_print (const CjEnergyTable *table);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlEnergy, cjl_energy_free)

G_END_DECLS
