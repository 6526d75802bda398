/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an answer of a network costs in energy, counted in operations and bytes and priced by a table that can
 * be edited. Its presets are those measured in 45 nm at 0.9 V (M. Horowitz, "Computing's energy problem (and
 * what we can do about it)", ISSCC 2014, figure 1.1.9). What is counted, for one sample:
 *   multiply-adds  as the operations of the program declare them, of weights that are not 0 if these are
 *                  skipped; between integers where the input passed Quantise with 8 bits or fewer and the
 *                  weights are of levels (cj-quant.h)
 *   additions      one for each weight that a spike meets (synaptic event), where the input is spikes
 *   operations     what declares no multiply-adds (activations, pooling): an addition for every number
 *   weights        each moves once; in a recurrent layer once a moment; behind spikes once an event;
 *                  of an embedding the rows that are looked up
 *   activations    what goes into a layer and what leaves it move once; what stays within a layer does not
 *                  move. A spike is a bit, a quantised number a byte
 *   state          membranes, conductances and hidden states are read and written once a moment
 * It is the ideal of a machine that moves everything once. What reorders numbers, and parameters computed
 * from parameters alone, cost nothing. Energies in picojoules, sizes in bytes; L nodes. */
#pragma once

#include "cj-param.h"
#include "cj-program.h"

G_BEGIN_DECLS

typedef enum
{
  CJ_MEMORY_FIT, /* the smallest that holds it */
  CJ_MEMORY_8K,
  CJ_MEMORY_32K,
  CJ_MEMORY_1M,
  CJ_MEMORY_DRAM
} CjMemory;

/* Prices: pJ an operation, pJ for 64 bits of a memory. */
typedef struct
{
  double float_multiply, float_add, int8_multiply, int8_add, int32_add;
  double sram_8k, sram_32k, sram_1m, dram;
  int weights_in, activations_in; /* CjMemory */
  gboolean skip_zeros;            /* weights that are 0 are not stored, moved or multiplied */
  int index_bits;                 /* that say where a weight stands, of those that are stored so */
} CjEnergyTable;

extern const CjParam cj_energy_params[];
/* As published. */
void cj_energy_table_init (CjEnergyTable *table);

/* Counts of one node, of all samples that were counted. */
typedef struct
{
  double multiply_adds, int8_multiply_adds, additions, int8_additions, operations, int8_operations;
  double weight_bytes, activation_bytes, state_bytes; /* that move */
  double stored_bytes,
      working_bytes; /* of one sample: what has to be held of weights; of the others */
  double inputs,
      spikes; /* places for spikes, and how many there were, in what goes into products */
} CjEnergyCount;

/* What they cost. */
typedef struct
{
  double compute, weights, activations; /* the last with state */
} CjEnergyCost;

/* Adds to counts [L] what the first n samples of the last forward of a probe program cost; `graph` is that
 * which was compiled. Nodes that nothing reads on the way to a loss or the prediction, inputs and losses cost
 * nothing. Any thread. */
void cj_energy_count (const CjProgram *program, const CjGraph *graph, const CjEnergyTable *table,
                      gint64 n, CjEnergyCount *counts);

/* The price of counts of `n` samples, for one of them. */
CjEnergyCost cj_energy_price (const CjEnergyTable *table, const CjEnergyCount *count, gint64 n);

G_END_DECLS
