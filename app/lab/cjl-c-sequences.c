/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ops of words, moments and spikes. */
#include "cjl-c-private.h"

#include "cj-error.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define LEAST 1e-3 /* votes that every class has, as in cj_op_vote */

static int
count (const CjShape *shape)
{
  return (int) cj_shape_size (shape);
}

/* Words, as they come from the caller. */
static gboolean
are_words (const CjlC *c, int buffer)
{
  return buffer != CJL_C_NONE && cjl_c_buffer (c, buffer)->type == CJL_C_INT32;
}

gboolean
cjl_c_write_embedding (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjShape *table = &step->step->op.in_shape[1];
  const embedding_shape shape
      = { count (&step->step->op.in_shape[0]), (int) table->dims[0], (int) table->dims[1] };
  const int words = cjl_c_in (c, 0), rows = cjl_c_in (c, 1);

  if (!are_words (c, words))
    return cjl_c_refuse (c, step, error,
                         _ ("takes words that were computed. Wire it to the data."));
  cjl_c_call (c, "embedding", &shape, words, rows, cjl_c_out (c, 0));
  return TRUE;
}

/* A table of what is added, learned or of waves. */
gboolean
cjl_c_write_places (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const each_shape shape = { count (&op->out_shape[0]), 0, 0 };
  const int x = cjl_c_in (c, 0);
  int table;

  (void) error;
  if (op->info == &cj_op_sinusoid)
    {
      g_autofree float *nothing = g_new0 (float, shape.n);
      float *waves = g_new (float, shape.n);

      op->info->twin (op, (const void *const[]){ nothing }, (float *const[]){ waves });
      table = cjl_c_add_const (c, CJL_C_FLOAT, shape.n, "waves", waves);
    }
  else
    table = cjl_c_in (c, 1);
  cjl_c_call (c, "both_add", &shape, x, table, cjl_c_out (c, 0));
  return TRUE;
}

gboolean
cjl_c_write_attention (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const CjAttentionAttrs *a = op->attrs;
  const int q = cjl_c_in (c, 0), hidden = cjl_c_in (c, 3);
  const gboolean packed = cjl_c_in (c, 1) == CJL_C_NONE;
  const int row = (int) op->in_shape[0].dims[2], e = packed ? row / 3 : row;
  const attention_shape shape = { .t = (int) op->in_shape[0].dims[1],
                                  .m = (int) op->in_shape[packed ? 0 : 1].dims[1],
                                  .heads = a->heads,
                                  .d = e / a->heads,
                                  .q_row = row,
                                  .k_row = row,
                                  .k = packed ? e : 0,
                                  .v = packed ? 2 * e : 0,
                                  .causal = a->causal,
                                  .word = a->word };
  const int k = packed ? q : cjl_c_in (c, 1), v = packed ? q : cjl_c_in (c, 2);
  int room;

  if (hidden != CJL_C_NONE && (!a->by_word || !are_words (c, hidden)))
    return cjl_c_refuse (
        c, step, error,
        _ ("hides time steps by numbers that were computed. Hide them by a word of "
           "the data."));
  room = cjl_c_add_room (c, CJL_C_FLOAT, shape.m);
  cjl_c_call (c, "attention", &shape, q, k, v, hidden, cjl_c_out (c, 0), room);
  return TRUE;
}

gboolean
cjl_c_write_recurrent (CjlC *c, const CjlCStep *step, GError **error)
{
  static const char *const kernels[]
      = { "recurrent_tanh", "recurrent_relu", "recurrent_lstm", "recurrent_gru" };
  static const int gates[] = { 1, 1, 4, 3 };
  const CjOp *op = &step->step->op;
  const CjRecurrentAttrs *a = op->attrs;
  const gint64 *x = op->in_shape[0].dims;
  const recurrent_shape shape = { (int) x[1], (int) x[2], (int) x[2] / gates[a->cell],
                                  (int) op->in_shape[1].dims[1], a->reverse };
  int in[6], y, room;

  for (guint i = 0; i < G_N_ELEMENTS (in); i++)
    in[i] = cjl_c_in (c, i);
  if (c->uses[step->step->out + 1] > 0 || c->uses[step->step->out + 2] > 0)
    return cjl_c_refuse (c, step, error,
                         _ ("gives its last state on, which the C export does not know. Wire its "
                            "time steps."));
  y = cjl_c_out (c, 0);
  room = cjl_c_add_room (c, CJL_C_FLOAT, shape.p + 2 * shape.h);
  cjl_c_call (c, kernels[a->cell], &shape, in[0], in[1], in[2], in[3], in[4], in[5], y, room);
  return TRUE;
}

/* --- spikes --- */

gboolean
cjl_c_write_encode (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjEncodeAttrs *a = step->step->op.attrs;
  const int n = count (&step->step->op.in_shape[0]);
  const int x = a->kind != CJ_ENCODE_POISSON ? cjl_c_in (c, 0) : CJL_C_NONE;
  const move_shape repeat
      = { .size = { 1, 1, 1, 1, a->steps, n }, .from = { [5] = 1 }, .to = { [4] = n, [5] = 1 } };
  const latency_shape latency = { n, a->steps, a->each, (float) a->low, (float) a->high };

  if (a->kind == CJ_ENCODE_POISSON)
    return cjl_c_refuse (c, step, error,
                         _ ("draws its spikes by chance, so no two answers would be the same. Put "
                            "Direct current or a latency code in its place."));
  if (a->kind == CJ_ENCODE_REPEAT)
    cjl_c_call (c, "move", &repeat, x, cjl_c_out (c, 0));
  else
    cjl_c_call (c, "latency", &latency, x, cjl_c_out (c, 0));
  return TRUE;
}

/* Room for a further result that somebody hears. */
static int
get_more (CjlC *c, const CjlCStep *step, guint i)
{
  return c->uses[step->step->out + (int) i] > 0 ? cjl_c_out (c, i) : CJL_C_NONE;
}

gboolean
cjl_c_write_spikes (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const CjSpikesAttrs *a = op->attrs;
  const int t = (int) op->in_shape[0].dims[1];
  const spikes_shape shape = { .t = t,
                               .u = count (&op->in_shape[0]) / t,
                               .scaled = a->scaled,
                               .silent = a->silent,
                               .pause = a->refractory,
                               .to_zero = a->reset == CJ_RESET_ZERO,
                               .by_threshold = a->reset == CJ_RESET_SUBTRACT,
                               .decay = (float) a->decay,
                               .threshold = (float) a->threshold,
                               .synapse = (float) a->synapse,
                               .adapt_decay = (float) a->adapt_decay,
                               .adapt_jump = (float) a->adapt_jump };
  int in[4], y, v, room;

  if (a->soft)
    return cjl_c_refuse (c, step, error, _ ("has soft spikes, which are for checks only."));
  for (guint i = 0; i < G_N_ELEMENTS (in); i++)
    in[i] = cjl_c_in (c, i);
  y = cjl_c_out (c, 0);
  v = get_more (c, step, 1);
  room = cjl_c_add_room (c, CJL_C_FLOAT, 4 * shape.u);
  cjl_c_call (c, "spikes", &shape, in[0], in[1], in[2], in[3], y, v, room);
  return TRUE;
}

gboolean
cjl_c_write_conductance (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const CjConductanceAttrs *a = op->attrs;
  const int t = (int) op->in_shape[0].dims[1];
  const conductance_shape shape = { .t = t,
                                    .u = count (&op->in_shape[0]) / t,
                                    .pause = a->refractory,
                                    .step = (float) a->step,
                                    .decay_e = (float) a->decay_e,
                                    .decay_i = (float) a->decay_i,
                                    .reversal_e = (float) a->reversal_e,
                                    .reversal_i = (float) a->reversal_i,
                                    .threshold = (float) a->threshold,
                                    .reset = (float) a->reset };
  const int excites = cjl_c_in (c, 0), inhibits = cjl_c_in (c, 1), current = cjl_c_in (c, 2);
  int out[4];

  if (a->soft)
    return cjl_c_refuse (c, step, error, _ ("has soft spikes, which are for checks only."));
  out[0] = cjl_c_out (c, 0);
  for (guint i = 1; i < G_N_ELEMENTS (out); i++)
    out[i] = get_more (c, step, i);
  cjl_c_call (c, "conductance", &shape, excites, inhibits, current, out[0], out[1], out[2], out[3],
              cjl_c_add_room (c, CJL_C_FLOAT, 4 * shape.u));
  return TRUE;
}

gboolean
cjl_c_write_rivals (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const CjRivalsAttrs *a = op->attrs;
  const int t = (int) op->in_shape[0].dims[1];
  const rivals_shape shape = { t,
                               count (&op->in_shape[0]) / t,
                               a->refractory,
                               (float) a->decay,
                               (float) a->threshold,
                               (float) a->inhibition };
  const int x = cjl_c_in (c, 0), raised = cjl_c_in (c, 1);
  const int y = cjl_c_out (c, 0), v = get_more (c, step, 1);

  (void) error;
  cjl_c_call (c, "rivals", &shape, x, raised, y, v, cjl_c_add_room (c, CJL_C_FLOAT, 2 * shape.u));
  return TRUE;
}

gboolean
cjl_c_write_moment (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const CjMomentKind kind = ((const CjMomentAttrs *) op->attrs)->kind;
  const int t = (int) op->in_shape[0].dims[1], n = count (&op->in_shape[0]) / t;
  const moments_shape shape = { t, n };
  const move_shape last
      = { .x = (t - 1) * n, .size = { 1, 1, 1, 1, 1, n }, .from = { [5] = 1 }, .to = { [5] = 1 } };
  const int x = cjl_c_in (c, 0);

  (void) error;
  if (kind == CJ_MOMENT_LAST)
    cjl_c_call (c, "move", &last, x, cjl_c_out (c, 0));
  else
    cjl_c_call (c, kind == CJ_MOMENT_FIRST ? "moment_first" : "moment_largest", &shape, x,
                cjl_c_out (c, 0));
  return TRUE;
}

/* Delays within what they can be. */
static int
add_delays (CjlC *c, const CjlCStep *step, int n, int most)
{
  const float *delays = cjl_c_numbers (c, step->in[1]);
  float *cut = g_new (float, n);

  for (int i = 0; i < n; i++)
    cut[i] = delays[i] > 0 ? MIN (delays[i], (float) most) : 0;
  return cjl_c_add_const (c, CJL_C_FLOAT, n, cjl_c_buffer (c, c->values[step->in[1]])->title, cut);
}

gboolean
cjl_c_write_synapse (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const CjSynapseAttrs *a = op->attrs;
  const int t = (int) op->in_shape[0].dims[1], n = count (&op->in_shape[0]) / t;
  const moments_shape moments = { t, n };
  const plastic_shape plastic = { t, n, (float) a->use, (float) a->recover, (float) a->facilitate };
  const changes_shape changes = { t, n, a->both, (float) a->threshold };
  const int x = cjl_c_in (c, 0);

  if (a->kind == CJ_SYNAPSE_DELAY && cjl_c_numbers (c, step->in[1]) == NULL)
    return cjl_c_refuse (c, step, error, _ ("has delays that were computed. Let them be its own."));
  if (a->kind == CJ_SYNAPSE_DELAY)
    cjl_c_call (c, "delay", &moments, x, add_delays (c, step, n, a->most), cjl_c_out (c, 0));
  else if (a->kind == CJ_SYNAPSE_PLASTIC)
    cjl_c_call (c, "plastic", &plastic, x, cjl_c_out (c, 0));
  else
    cjl_c_call (c, "changes", &changes, x, cjl_c_out (c, 0));
  return TRUE;
}

gboolean
cjl_c_write_winners (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjWinnersAttrs *a = step->step->op.attrs;
  const winners_shape shape
      = { count (&step->step->op.out_shape[0]), (int) a->row, (int) a->per, (int) a->k };
  const int x = cjl_c_in (c, 0);

  (void) error;
  cjl_c_call (c, "winners", &shape, x, cjl_c_out (c, 0));
  return TRUE;
}

/* A gain of each unit, as it has become. */
gboolean
cjl_c_write_homeostasis (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const CjShape *x = &op->in_shape[0];
  const int units = count (&op->in_shape[2]);
  const gboolean last = x->n_dims <= 3;
  const int inner = last ? 1 : count (x) / ((int) x->dims[0] * units);
  const channels_shape shape = { count (x) / (units * inner), units, inner };
  const int from = cjl_c_in (c, 0), gain = cjl_c_in (c, 2);
  const int none = cjl_c_add_const (c, CJL_C_FLOAT, units, "none", g_new0 (float, units));

  (void) error;
  cjl_c_call (c, "scale_channels", &shape, from, gain, none, cjl_c_out (c, 0));
  return TRUE;
}

/* What each unit gives each class is known, so the votes are one product: the op is asked what they are. */
gboolean
cjl_c_write_vote (CjlC *c, const CjlCStep *step, GError **error)
{
  const CjOp *op = &step->step->op;
  const CjVoteAttrs *a = op->attrs;
  const int k = (int) op->in_shape[1].dims[0], u = (int) op->in_shape[1].dims[1];
  const float *usual = cjl_c_numbers (c, step->in[1]);
  const dense_shape product = { 1, u, k };
  const each_shape all = { k, 0, 0 };
  float *weight = g_new0 (float, k *u), *bias = g_new (float, k);
  g_autofree int *class = g_new0 (int, u), *members = g_new0 (int, k);
  g_autofree double *sums = g_new0 (double, u);
  const int x = cjl_c_in (c, 0);
  int votes;

  (void) error;
  for (int i = 0; i < u; i++)
    {
      for (int j = 0; j < k; j++)
        {
          sums[i] += (double) usual[j * u + i];
          if (usual[j * u + i] > usual[class[i] * u + i])
            class[i] = j;
        }
      members[class[i]] += sums[i] > 0;
    }
  for (int i = 0; i < k * u; i++)
    if (sums[i % u] > 0)
      weight[i] = (float) (!a->by_class            ? (double) usual[i] / sums[i % u]
                           : class[i % u] == i / u ? 1.0 / members[i / u]
                                                   : 0);
  for (int j = 0; j < k; j++)
    bias[j] = (float) LEAST;
  votes = cjl_c_out (c, 0);
  cjl_c_call (c, "dense", &product, x, cjl_c_add_const (c, CJL_C_FLOAT, k * u, "votes", weight),
              cjl_c_add_const (c, CJL_C_FLOAT, k, "votes.least", bias), votes);
  cjl_c_call (c, "log_shares", &all, votes, votes);
  return TRUE;
}
