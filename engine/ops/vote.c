/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A label for units that learned without one: how much each of them answers to each class is noted while labels
 * go by, and a later answer counts for the classes that it came with. R holds the usual activity of unit u for
 * samples of class k, which in training follows every sample of that class, R = R + share (x − R); votes are
 *   class    v_k = mean over the units u whose largest R is that of k of x_u (P. Diehl, M. Cook, 2015)
 *   shares   v_k = Σ x_u R_ku / Σ_j R_ju (H. Hazan, D. Saunders et al., "BindsNET: a machine learning-oriented
 *            spiking neural networks library in Python", Frontiers in Neuroinformatics 12, 2018)
 * and what comes out is log ((v_k + ε) / Σ_j (v_j + ε)), so that a softmax gives the shares of the votes.
 * Labels change nothing but R: no gradient passes to what is before. N samples, U units, K classes. */
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define LEAST 1e-3 /* ε */

enum
{
  X,
  USUAL,
  LABELS
};

typedef struct
{
  const CjVoteAttrs *a;
  gint64 n, u, k;
} Sizes;

static Sizes
get_sizes (const CjOp *op)
{
  return (Sizes){ op->attrs, op->in_shape[X].dims[0], op->in_shape[X].dims[1],
                  op->in_shape[USUAL].dims[0] };
}

static gboolean
infer (CjOp *op, GError **error)
{
  const CjShape *x = &op->in_shape[X];

  if (x->n_dims != 2)
    return cj_op_refuse (op, _ ("one number of every unit"),
                         _ ("Put Spike readout before it, or Flatten."), error);
  if (op->n_in > LABELS && op->has_in[LABELS]
      && (op->in_dtype[LABELS] != CJ_INT32 || op->in_shape[LABELS].n_dims != 1))
    return cj_op_refuse (op, _ ("samples with one class each"),
                         _ ("Choose data with classes, or a dense layer instead."), error);
  op->out_shape[0] = cj_shape2 (x->dims[0], op->in_shape[USUAL].dims[0]);
  /* [K, U] what an answer of a unit counts for each class, [K] how many units a class has */
  op->workspace_bytes = sizeof (float) * (gsize) (op->in_shape[USUAL].dims[0] * (x->dims[1] + 1));
  op->macs = cj_shape_size (&op->out_shape[0]) * x->dims[1];
  return TRUE;
}

/* What an answer of each unit counts for each class, w [K, U]; room [K]. */
static void
find_counts (const Sizes *s, const float *usual, float *w, float *room)
{
  for (gint64 k = 0; k < s->k; k++)
    room[k] = 0;
  for (gint64 u = 0; u < s->u; u++)
    {
      gint64 best = 0;
      double sum = 0;

      for (gint64 k = 0; k < s->k; k++)
        {
          sum += usual[k * s->u + u];
          best = usual[k * s->u + u] > usual[best * s->u + u] ? k : best;
        }
      for (gint64 k = 0; k < s->k; k++)
        w[k * s->u + u] = !(sum > 0)       ? 0
                          : s->a->by_class ? (float) (k == best)
                                           : (float) (usual[k * s->u + u] / sum);
      room[best] += sum > 0 ? 1 : 0;
    }
  for (gint64 k = 0; k < s->k && s->a->by_class; k++)
    for (gint64 u = 0; u < s->u; u++)
      w[k * s->u + u] /= MAX (room[k], 1);
}

static void
prepare (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);

  (void) chunk;
  find_counts (&s, call->in[USUAL], call->workspace, call->workspace + s.k * s.u);
}

static void
count_votes (const Sizes *s, const float *w, const float *x, float *y)
{
  double all = 0;

  for (gint64 k = 0; k < s->k; k++)
    {
      double votes = LEAST;

      for (gint64 u = 0; u < s->u; u++)
        votes += (double) x[u] * w[k * s->u + u];
      y[k] = (float) votes;
      all += votes;
    }
  for (gint64 k = 0; k < s->k; k++)
    y[k] = (float) log (MAX ((double) y[k] / all, 1e-12));
}

static void
forward (const CjOpCall *call, guint block)
{
  const Sizes s = get_sizes (call->op);
  const CjSamples samples = cj_op_samples (call->op, block);

  for (gint64 n = samples.begin; n < samples.end; n++)
    count_votes (&s, call->workspace, (const float *) call->in[X] + n * s.u,
                 call->out[0] + n * s.k);
}

static void
follow (const CjOpCall *call, guint chunk)
{
  const Sizes s = get_sizes (call->op);
  const gint32 *labels = call->op->n_in > LABELS ? call->in[LABELS] : NULL;

  (void) chunk;
  for (gint64 n = 0; n < s.n && call->training && labels != NULL; n++)
    {
      const float *x = (const float *) call->in[X] + n * s.u;
      float *usual = (float *) call->in[USUAL] + labels[n] * s.u;

      for (gint64 u = 0; u < s.u && labels[n] >= 0 && labels[n] < s.k; u++)
        usual[u] += (float) s.a->share * (x[u] - usual[u]);
    }
}

/* The state stays as it is. */
static void
twin (const CjOp *op, const void *const *in, float *const *out)
{
  const Sizes s = get_sizes (op);
  const float *x = in[X], *usual = in[USUAL];
  g_autofree double *sums = g_new0 (double, s.u), *members = g_new0 (double, s.k);
  g_autofree gint64 *class = g_new0 (gint64, s.u);

  for (gint64 u = 0; u < s.u; u++)
    {
      for (gint64 k = 0; k < s.k; k++)
        {
          sums[u] += usual[k * s.u + u];
          if (usual[k * s.u + u] > usual[class[u] * s.u + u])
            class[u] = k;
        }
      members[class[u]] += sums[u] > 0;
    }
  for (gint64 n = 0; n < s.n; n++)
    {
      double all = 0;

      for (gint64 k = 0; k < s.k; k++)
        {
          double votes = LEAST;

          for (gint64 u = 0; u < s.u; u++)
            if (sums[u] > 0 && (!s.a->by_class || class[u] == k))
              votes += x[n * s.u + u]
                       * (s.a->by_class ? 1 / members[k] : usual[k * s.u + u] / sums[u]);
          out[0][n * s.k + k] = (float) votes;
          all += votes;
        }
      for (gint64 k = 0; k < s.k; k++)
        out[0][n * s.k + k] = (float) log (MAX (out[0][n * s.k + k] / all, 1e-12));
    }
}

const CjOpInfo cj_op_vote = {
  .id = "vote",
  .layout = CJ_LAYOUT_PLAIN,
  .attrs_size = sizeof (CjVoteAttrs),
  .infer = infer,
  .forward = { { cj_op_chunk_one, prepare, CJ_PHASE_WHOLE },
               { cj_op_blocks, forward, CJ_PHASE_SAMPLES },
               { cj_op_chunk_one, follow, CJ_PHASE_WHOLE } },
  .whole_in = 1u << LABELS,
  .twin = twin,
};
