/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-energy.h"

#include "cj-quant.h"

#include <math.h>
#include <stddef.h>

#define FLOAT_BYTES 4
#define LEVEL_BYTES 1

/* --- prices --- */

static const char *const memories[]
    = { "smallest", "sram-8k", "sram-32k", "sram-1m", "dram", NULL };

/* clang-format off */
#define PRICE(field, id, heading, words, value)                                                    \
  { .name = id, .title = heading, .blurb = words, .unit = "pJ", .kind = CJ_PARAM_FLOAT,            \
    .offset = offsetof (CjEnergyTable, field), .preset = value, .max = 1e6, .digits = 3 }
#define MEMORY(field, id, heading, words)                                                          \
  { .name = id, .title = heading, .blurb = words, .kind = CJ_PARAM_CHOICE, .choices = memories,    \
    .offset = offsetof (CjEnergyTable, field), .max = CJ_MEMORY_DRAM }
/* clang-format on */

const CjParam cj_energy_params[] = {
  PRICE (float_multiply, "float-multiply", "Float multiplication",
         "One product of numbers of 32 bits", 3.7),
  PRICE (float_add, "float-add", "Float addition", "One sum of numbers of 32 bits", 0.9),
  PRICE (int8_multiply, "int8-multiply", "8-bit multiplication", "One product of whole numbers",
         0.2),
  PRICE (int8_add, "int8-add", "8-bit addition", "One sum of whole numbers of 8 bits", 0.03),
  PRICE (int32_add, "int32-add", "32-bit addition",
         "One sum of whole numbers of 32 bits, in which products of 8 bits add up", 0.1),
  PRICE (sram_8k, "sram-8k", "SRAM of 8 KB", "64 bits read or written", 10),
  PRICE (sram_32k, "sram-32k", "SRAM of 32 KB", "64 bits read or written", 20),
  PRICE (sram_1m, "sram-1m", "SRAM of 1 MB", "64 bits read or written", 100),
  PRICE (dram, "dram", "DRAM", "64 bits read or written; published as 1,300 to 2,600", 1300),
  MEMORY (weights_in, "weights-in", "Weights in",
          "The memory that holds the weights of a layer; smallest: the smallest that can"),
  MEMORY (activations_in, "activations-in", "Activations in",
          "The memory that holds what goes into a layer and leaves it; smallest: the smallest that "
          "can"),
  { .name = "skip-zeros",
    .title = "Skip pruned weights",
    .blurb = "Weights that are 0 are not stored, moved or multiplied, where that is less",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (CjEnergyTable, skip_zeros),
    .preset = TRUE,
    .max = 1 },
  { .name = "index-bits",
    .title = "Bits of an index",
    .blurb = "How many bits say where a weight stands, if those that are 0 are left out",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjEnergyTable, index_bits),
    .preset = 16,
    .min = 0,
    .max = 32 },
  { NULL },
};

void
cj_energy_table_init (CjEnergyTable *table)
{
  cj_params_reset (cj_energy_params, table);
}

/* pJ a byte of a memory that has to hold `size` of them. */
static double
get_byte_price (const CjEnergyTable *table, int memory, double size)
{
  if (memory == CJ_MEMORY_FIT)
    memory = size <= 8 * 1024      ? CJ_MEMORY_8K
             : size <= 32 * 1024   ? CJ_MEMORY_32K
             : size <= 1024 * 1024 ? CJ_MEMORY_1M
                                   : CJ_MEMORY_DRAM;
  return (memory == CJ_MEMORY_8K    ? table->sram_8k
          : memory == CJ_MEMORY_32K ? table->sram_32k
          : memory == CJ_MEMORY_1M  ? table->sram_1m
                                    : table->dram)
         / 8;
}

CjEnergyCost
cj_energy_price (const CjEnergyTable *table, const CjEnergyCount *count, gint64 n)
{
  const double each = 1 / (double) MAX (n, 1);
  const double weights = get_byte_price (table, table->weights_in, count->stored_bytes);
  const double others = get_byte_price (table, table->activations_in, count->working_bytes);
  const double compute = count->multiply_adds * (table->float_multiply + table->float_add)
                         + count->int8_multiply_adds * (table->int8_multiply + table->int32_add)
                         + (count->additions + count->operations) * table->float_add
                         + count->int8_additions * table->int32_add
                         + count->int8_operations * table->int8_add;

  return (CjEnergyCost){ compute * each, count->weight_bytes * weights * each,
                         (count->activation_bytes + count->state_bytes) * others * each };
}

/* --- what the values of a program are --- */

typedef enum
{
  KIND_NUMBERS,
  KIND_SPIKES, /* 0 or 1, or ±1 */
  KIND_LEVELS  /* whole multiples of a scale, of 8 bits or fewer */
} Kind;

typedef struct
{
  const CjProgram *program;
  const CjGraph *graph;
  const CjEnergyTable *table;
  CjBuilder *builder;
  gint64 n, batch;
  gboolean *fixed;  /* by value: comes from parameters alone */
  gboolean *needed; /* by value: the prediction or a loss comes from it */
  guint8 *kind;     /* by value */
  int *root;        /* by value: whose numbers these are, in another order */
  GHashTable *read; /* (root, node) that were counted */
  CjEnergyCount *counts;
} Count;

static const CjStep *
get_step (const Count *c, guint i)
{
  return &g_array_index (c->builder->steps, CjStep, i);
}

static const CjValue *
get_value (const Count *c, int value)
{
  return cj_builder_get_value (c->builder, value);
}

/* The same numbers in another order or shape. */
static gboolean
is_view (const CjOpInfo *op)
{
  const CjOpInfo *const views[]
      = { &cj_op_reshape,   &cj_op_permute, &cj_op_slice,    &cj_op_to_picture,
          &cj_op_to_tokens, &cj_op_to_last, &cj_op_to_plain, &cj_op_noise };

  for (guint i = 0; i < G_N_ELEMENTS (views); i++)
    if (op == views[i])
      return TRUE;
  return FALSE;
}

/* Copies numbers and computes none. */
static gboolean
is_copy (const CjOpInfo *op)
{
  return is_view (op) || op == &cj_op_concat || op == &cj_op_prepend || op == &cj_op_embedding
         || op == &cj_op_remap2d || op == &cj_op_shortcut || op == &cj_op_unfold_depth;
}

static gboolean
is_product (const CjOpInfo *op)
{
  return op == &cj_op_dense || op == &cj_op_conv2d;
}

/* Whether both bounds of a clamp before a rounding are at most `most` levels apart. */
static gboolean
is_of_levels (const Count *c, const CjStep *round, guint i)
{
  const double most = (1 << CJ_QUANT_MAX_BITS) - 1 + 0.5;

  while (i-- > 0)
    {
      const CjStep *cut = get_step (c, i);
      const CjUnaryAttrs *a = cut->op.attrs, *r = round->op.attrs;

      if (cut->out == round->in[0])
        return cut->op.info == &cj_op_unary && a->kind == CJ_UNARY_CLAMP && r->a > 0
               && (a->b - a->a) / r->a < most;
    }
  return FALSE;
}

static Kind
find_kind (const Count *c, guint i)
{
  const CjStep *step = get_step (c, i);
  const CjOpInfo *op = step->op.info;

  if (op == &cj_op_spikes)
    return ((const CjSpikesAttrs *) step->op.attrs)->silent ? KIND_NUMBERS : KIND_SPIKES;
  if (op == &cj_op_rivals || op == &cj_op_conductance)
    return KIND_SPIKES;
  if (op == &cj_op_encode)
    return ((const CjEncodeAttrs *) step->op.attrs)->kind == CJ_ENCODE_REPEAT ? KIND_NUMBERS
                                                                              : KIND_SPIKES;
  if (op == &cj_op_synapse)
    return ((const CjSynapseAttrs *) step->op.attrs)->kind == CJ_SYNAPSE_CHANGES ? KIND_SPIKES
                                                                                 : KIND_NUMBERS;
  if (op == &cj_op_unary && ((const CjUnaryAttrs *) step->op.attrs)->kind == CJ_UNARY_ROUND)
    return is_of_levels (c, step, i) ? KIND_LEVELS : KIND_NUMBERS;
  if (is_view (op) || op == &cj_op_max_pool2d)
    return (Kind) c->kind[step->in[0]];
  return KIND_NUMBERS;
}

static void
find_values (Count *c)
{
  for (guint v = 0; v < c->builder->values->len; v++)
    {
      const CjValueKind kind = get_value (c, (int) v)->kind;

      c->fixed[v] = kind == CJ_VALUE_PARAM || kind == CJ_VALUE_STATE;
      c->root[v] = (int) v;
    }
  for (guint i = 0; i < c->builder->steps->len; i++)
    {
      const CjStep *step = get_step (c, i);
      gboolean fixed = step->op.n_in > 0;

      for (guint k = 0; k < step->op.n_in; k++)
        fixed = fixed && (step->in[k] == CJ_NO_VALUE || c->fixed[step->in[k]]);
      for (guint k = 0; k < step->op.n_out; k++)
        {
          c->fixed[step->out + (int) k] = fixed;
          c->kind[step->out + (int) k] = k == 0 ? (guint8) find_kind (c, i) : KIND_NUMBERS;
        }
      if (is_view (step->op.info))
        c->root[step->out] = c->root[step->in[0]];
    }
}

static void
find_needed (Count *c)
{
  const CjLowered *lowered = cj_program_get_lowered (c->program);

  if (lowered->prediction != CJ_NO_VALUE)
    c->needed[lowered->prediction] = TRUE;
  for (guint i = 0; i < lowered->losses->len; i++)
    c->needed[g_array_index (lowered->losses, int, i)] = TRUE;
  for (guint i = c->builder->steps->len; i-- > 0;)
    {
      const CjStep *step = get_step (c, i);
      gboolean needed = FALSE;

      for (guint k = 0; k < step->op.n_out; k++)
        needed = needed || c->needed[step->out + (int) k];
      for (guint k = 0; needed && k < step->op.n_in; k++)
        if (step->in[k] != CJ_NO_VALUE)
          c->needed[step->in[k]] = TRUE;
    }
}

/* --- products --- */

static double
count_nonzero (const float *x, gint64 n)
{
  gint64 found = 0;

  for (gint64 i = 0; i < n; i++)
    found += x[i] != 0;
  return (double) found;
}

/* Events of a dense layer: for each spike as many as there are weights from it that count. */
static double
count_dense_events (const CjStep *step, const float *x, const float *w, gboolean skip, gint64 rows)
{
  const gint64 units = step->op.in_shape[1].dims[0], inputs = step->op.in_shape[1].dims[1];
  g_autofree gint64 *fan = g_new0 (gint64, inputs);
  double events = 0;

  for (gint64 u = 0; u < units; u++)
    for (gint64 i = 0; i < inputs; i++)
      fan[i] += !skip || w[u * inputs + i] != 0;
  for (gint64 r = 0; r < rows; r++)
    for (gint64 i = 0; i < inputs; i++)
      if (x[r * inputs + i] != 0)
        events += (double) fan[i];
  return events;
}

/* How many places of the result look at place `at` of an axis. */
static gint64
count_looks (gint64 at, int kernel, int stride, int pad, int dilation, gint64 out)
{
  gint64 n = 0;

  for (int k = 0; k < kernel; k++)
    {
      const gint64 from = at + pad - (gint64) k * dilation;

      n += from >= 0 && from % stride == 0 && from / stride < out;
    }
  return n;
}

/* Events of a convolution: the places that look at a spike, times the maps of its group. */
static double
count_conv_events (const Count *c, const CjStep *step, const float *x, gint64 n)
{
  const CjConv2dAttrs *a = step->op.attrs;
  const gint64 *in = step->op.in_shape[0].dims, *out = step->op.out_shape[0].dims;
  const gboolean last = get_value (c, step->in[0])->layout == CJ_LAYOUT_LAST;
  const double maps = (double) out[1] / MAX (a->groups, 1);
  g_autofree gint64 *rows = g_new (gint64, in[2]), *columns = g_new (gint64, in[3]);
  double events = 0;

  for (gint64 y = 0; y < in[2]; y++)
    rows[y] = count_looks (y, a->kernel_h, a->stride_h, a->pad_top, a->dilation_h, out[2]);
  for (gint64 i = 0; i < in[3]; i++)
    columns[i] = count_looks (i, a->kernel_w, a->stride_w, a->pad_left, a->dilation_w, out[3]);
  for (gint64 i = 0; i < n * in[1] * in[2] * in[3]; i++)
    if (x[i] != 0)
      {
        const gint64 place = last ? i / in[1] : i;

        events += (double) (rows[place / in[3] % in[2]] * columns[place % in[3]]) * maps;
      }
  return events;
}

/* The weights of a product, as they are stored. */
typedef struct
{
  double kept;   /* share that counts */
  double bytes;  /* of all that are stored */
  double each;   /* bytes of one that is read alone */
  gboolean int8; /* whole numbers of 8 bits */
} Weights;

/* Whether a product goes through the excitatory or the inhibitory synapses alone. */
static gboolean
is_one_sided (const Count *c, const CjStep *product)
{
  for (guint i = 0; i < c->builder->steps->len; i++)
    {
      const CjStep *step = get_step (c, i);

      if (step->op.info == &cj_op_conductance
          && (step->in[0] == product->out || step->in[1] == product->out))
        return TRUE;
    }
  return FALSE;
}

static Weights
look_at_weights (const Count *c, const CjStep *step, const float *w, guint index)
{
  const CjShape *shape = &step->op.in_shape[index];
  const gint64 size = cj_shape_size (shape);
  const double share = count_nonzero (w, size) / (double) MAX (size, 1);
  const gboolean levels
      = index == 1 && is_product (step->op.info)
        && cj_quant_find_scales (w, (gsize) shape->dims[0],
                                 (gsize) (size / MAX (shape->dims[0], 1)), CJ_QUANT_MAX_BITS, NULL);
  Weights found = { .kept = 1 };
  const Kind kind = (Kind) c->kind[step->in[0]];
  double sparse;

  found.int8 = levels && (kind == KIND_LEVELS || kind == KIND_SPIKES);
  found.each = found.int8 ? LEVEL_BYTES : FLOAT_BYTES;
  found.bytes = found.each * (double) size;
  if (is_one_sided (c, step)) /* a weight is stored once and is a synapse of its sign */
    {
      found.kept = share;
      found.bytes *= share;
      return found;
    }
  if (!c->table->skip_zeros || share == 1)
    return found;
  found.kept = share;
  sparse = (found.each + c->table->index_bits / 8.0) * share * (double) size;
  if (sparse < found.bytes)
    {
      found.bytes = sparse;
      found.each += c->table->index_bits / 8.0;
    }
  return found;
}

/* A product with weights; `share` of the batch is counted. */
static void
count_product (const Count *c, const CjStep *step, const CjOpCall *call, CjEnergyCount *to)
{
  const Weights w = look_at_weights (c, step, call->in[1], 1);
  const gint64 inputs = cj_shape_size (&step->op.in_shape[0]) / c->batch * c->n;
  const double macs = (double) step->op.macs / (double) c->batch * (double) c->n * w.kept;
  double events;

  to->stored_bytes += w.bytes;
  if (c->kind[step->in[0]] != KIND_SPIKES)
    {
      *(w.int8 ? &to->int8_multiply_adds : &to->multiply_adds) += macs;
      to->weight_bytes += w.bytes * (double) c->n;
      return;
    }
  to->inputs += (double) inputs;
  to->spikes += count_nonzero (call->in[0], inputs);
  events = step->op.info == &cj_op_dense ? count_dense_events (
               step, call->in[0], call->in[1], w.kept < 1, inputs / step->op.in_shape[1].dims[1])
                                         : count_conv_events (c, step, call->in[0], c->n) * w.kept;
  *(w.int8 ? &to->int8_additions : &to->additions) += events;
  to->weight_bytes += events * w.each;
}

/* Neurons: an update of the membrane a moment, and what their own spikes set going. */
static void
count_neurons (const Count *c, const CjStep *step, const CjOpCall *call, CjEnergyCount *to)
{
  const gboolean rivals = step->op.info == &cj_op_rivals;
  const gboolean opens = step->op.info == &cj_op_conductance;
  const CjSpikesAttrs *a = step->op.info == &cj_op_spikes ? step->op.attrs : NULL;
  const gint64 moments = cj_shape_size (&step->op.in_shape[0]) / c->batch;
  const gint64 units = moments / MAX (step->op.in_shape[0].dims[1], 1);
  const int states = a != NULL ? 1 + (a->synapse != 0) + (a->adapt_jump != 0) : opens ? 3 : 1;

  to->multiply_adds += (opens    ? CJ_CONDUCTANCE_MACS
                        : rivals ? 3.0
                                 : 1.0)
                       * (double) (moments * c->n);
  to->state_bytes += 2.0 * FLOAT_BYTES * states * (double) (moments * c->n);
  to->working_bytes += FLOAT_BYTES * states * (double) units;
  if (a != NULL && step->op.n_in > 1 && step->op.has_in[1] && call->out[0] != NULL)
    {
      const Weights w = look_at_weights (c, step, call->in[1], 1);
      const double spikes = count_nonzero (call->out[0], moments * c->n);

      to->stored_bytes += w.bytes;
      to->inputs += (double) (moments * c->n);
      to->spikes += spikes;
      to->additions += spikes * (double) units * w.kept;
      to->weight_bytes += spikes * (double) units * w.kept * w.each;
    }
}

/* Cells run moment after moment, so their weights move in each. */
static void
count_cells (const Count *c, const CjStep *step, const CjOpCall *call, CjEnergyCount *to)
{
  const double moments = (double) (step->op.in_shape[0].dims[1] * c->n);
  const int states = ((const CjRecurrentAttrs *) step->op.attrs)->cell == CJ_CELL_LSTM ? 2 : 1;
  const double units = (double) step->op.out_shape[0].dims[2];
  const Weights w = look_at_weights (c, step, call->in[1], 1);

  to->multiply_adds += (double) step->op.macs / (double) c->batch * (double) c->n * w.kept;
  to->stored_bytes += w.bytes;
  to->weight_bytes += w.bytes * moments;
  to->state_bytes += 2.0 * FLOAT_BYTES * states * units * moments;
  to->working_bytes += FLOAT_BYTES * states * units;
}

/* Parameters besides the weights of products: offsets, gains, tables. */
static void
count_parameters (const Count *c, const CjStep *step, CjEnergyCount *to)
{
  const gboolean has_weights = is_product (step->op.info) || step->op.info == &cj_op_recurrent
                               || step->op.info == &cj_op_spikes;

  for (guint k = 0; k < step->op.n_in; k++)
    {
      const int v = step->in[k];
      double size, moved;

      if (v == CJ_NO_VALUE || !c->fixed[v] || (has_weights && k == 1))
        continue;
      size = FLOAT_BYTES * (double) cj_shape_size (&step->op.in_shape[k]);
      moved
          = step->op.info == &cj_op_embedding
                ? FLOAT_BYTES * (double) cj_shape_size (&step->op.out_shape[0]) / (double) c->batch
                : size;
      to->stored_bytes += size;
      to->weight_bytes += moved * (double) c->n;
    }
}

static void
count_step (const Count *c, guint i, CjEnergyCount *to)
{
  const CjStep *step = get_step (c, i);
  const CjOpInfo *op = step->op.info;
  const CjOpCall *call = cj_program_get_call (c->program, i);
  const double macs = (double) step->op.macs / (double) c->batch * (double) c->n;

  if (is_product (op) && c->fixed[step->in[1]])
    count_product (c, step, call, to);
  else if (op == &cj_op_spikes || op == &cj_op_rivals || op == &cj_op_conductance)
    count_neurons (c, step, call, to);
  else if (op == &cj_op_recurrent)
    count_cells (c, step, call, to);
  else if (macs > 0)
    to->multiply_adds += macs;
  else if (!is_copy (op))
    {
      const double numbers = (double) MAX (cj_shape_size (&step->op.in_shape[0]),
                                           cj_shape_size (&step->op.out_shape[0]))
                             / (double) c->batch * (double) c->n;

      *(c->kind[step->in[0]] == KIND_LEVELS ? &to->int8_operations : &to->operations) += numbers;
    }
  count_parameters (c, step, to);
}

/* --- what moves between layers --- */

/* A value, or its part that is read, comes into a node or leaves it. */
static void
move (const Count *c, int value, const CjShape *shape, CjEnergyCount *to)
{
  const Kind kind = (Kind) c->kind[value];
  const double each = kind == KIND_SPIKES   ? 1.0 / 8
                      : kind == KIND_LEVELS ? LEVEL_BYTES
                                            : FLOAT_BYTES;
  const double bytes = each * (double) cj_shape_size (shape) / (double) c->batch;

  to->activation_bytes += bytes * (double) c->n;
  to->working_bytes += bytes;
}

/* Whether (value, node) is met for the first time. */
static gboolean
is_first (const Count *c, int value, guint32 node)
{
  gint64 *key = g_new (gint64, 1);

  *key = (gint64) node << 32 | (guint32) value;
  return g_hash_table_add (c->read, key);
}

static gboolean
is_layer (const Count *c, guint32 node)
{
  return node < c->graph->nodes->len
         && ((const CjNode *) c->graph->nodes->pdata[node])->layer->role == CJ_ROLE_LAYER;
}

/* What a step reads of other nodes, and what these have to write for it. Views are read where their numbers
 * are used. */
static void
count_reads (const Count *c, const CjStep *step, guint32 node)
{
  for (guint k = 0; k < step->op.n_in; k++)
    {
      const int v = step->in[k], from = v != CJ_NO_VALUE ? c->root[v] : v;

      if (v == CJ_NO_VALUE || c->fixed[v] || get_value (c, from)->node == node
          || (get_value (c, from)->kind == CJ_VALUE_INPUT
              && from == cj_program_get_lowered (c->program)->y))
        continue;
      if (is_layer (c, node) && is_first (c, v, node))
        move (c, v, &step->op.in_shape[k], &c->counts[node]);
      if (get_value (c, from)->kind == CJ_VALUE_RESULT && is_layer (c, get_value (c, from)->node)
          && is_first (c, from, get_value (c, from)->node))
        move (c, from, &get_value (c, from)->shape, &c->counts[get_value (c, from)->node]);
    }
}

/* The answer leaves the network even if no loss reads it. */
static void
count_answer (const Count *c)
{
  const int answer = cj_program_get_lowered (c->program)->prediction;
  const int from = answer != CJ_NO_VALUE ? c->root[answer] : answer;

  if (from != CJ_NO_VALUE && get_value (c, from)->kind == CJ_VALUE_RESULT
      && is_layer (c, get_value (c, from)->node) && is_first (c, from, get_value (c, from)->node))
    move (c, from, &get_value (c, from)->shape, &c->counts[get_value (c, from)->node]);
}

void
cj_energy_count (const CjProgram *program, const CjGraph *graph, const CjEnergyTable *table,
                 gint64 n, CjEnergyCount *counts)
{
  CjBuilder *builder = cj_program_get_lowered (program)->builder;
  const guint n_values = builder->values->len;
  g_autofree gboolean *fixed = g_new0 (gboolean, n_values + 1);
  g_autofree gboolean *needed = g_new0 (gboolean, n_values + 1);
  g_autofree guint8 *kind = g_new0 (guint8, n_values + 1);
  g_autofree int *root = g_new0 (int, n_values + 1);
  g_autoptr (GHashTable) read = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  Count c = { program, graph,  table, builder, n,    cj_program_get_batch (program),
              fixed,   needed, kind,  root,    read, counts };

  g_return_if_fail (n >= 1 && n <= c.batch);
  find_values (&c);
  find_needed (&c);
  for (guint i = 0; i < graph->nodes->len; i++) /* of one sample: not summed */
    counts[i].stored_bytes = counts[i].working_bytes = 0;
  for (guint i = 0; i < builder->steps->len; i++)
    {
      const CjStep *step = get_step (&c, i);
      const guint32 node = get_value (&c, step->out)->node;
      gboolean runs = !c.fixed[step->out];

      for (guint k = 0, some = 0; k < step->op.n_out; k++)
        {
          some |= needed[step->out + (int) k];
          if (k + 1 == step->op.n_out)
            runs = runs && some;
        }
      if (!runs)
        continue;
      if (!is_view (step->op.info))
        count_reads (&c, step, node);
      if (is_layer (&c, node))
        count_step (&c, i, &counts[node]);
    }
  count_answer (&c);
}
