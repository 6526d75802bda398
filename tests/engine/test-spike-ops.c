/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spiking neurons, encoders, readouts and synapses: against slow twins, PyTorch, eligibility traces and
 * what is known of them. The slope of a spike is a surrogate, so gradients are compared with central
 * differences where spikes are replaced by its integral, and with PyTorch where they are spikes. */
#include "op-check.h"

#include "cj-gemm.h"
#include "dense-events.h"

#include <math.h>
#include <string.h>

#include "spikes-reference.h"

#define SIZE (REFERENCE_N * REFERENCE_T * REFERENCE_U)

static OpCheckInput
floats (CjShape shape, double low, double high)
{
  return (OpCheckInput){ .shape = shape, .given = TRUE, .low = low, .high = high };
}

/* Currents that make about every third moment a spike; weights, decays, thresholds. */
static void
make_inputs (gint64 n, gint64 t, gint64 u, OpCheckInput in[4])
{
  in[0] = floats (cj_shape3 (n, t, u), -0.6, 1.6);
  in[1] = floats (cj_shape2 (u, u), -0.4, 0.4);
  in[2] = floats (cj_shape1 (u), 0.3, 0.95);
  in[3] = floats (cj_shape1 (u), 0.5, 1.5);
}

static const CjSpikesAttrs plain
    = { .decay = 0.9, .threshold = 1, .attached = TRUE, .slope = 2, .height = 0.7 };

static void
check (CjSpikesAttrs attrs, gint64 n, gint64 t, gint64 u, const char *given)
{
  /* hard spikes are not smooth: of them only what forward gives is compared */
  CjOpInfo info = cj_op_spikes;
  OpCheckInput in[4];

  make_inputs (n, t, u, in);
  for (guint i = 1; i < 4; i++)
    in[i].given = strchr (given, "xwdt"[i]) != NULL;
  if (!attrs.soft)
    memset (info.backward, 0, sizeof info.backward);
  op_check (given, &info, &attrs, in, 4, (guint64) (n + t + u));
}

static void
check_sizes (CjSpikesAttrs attrs, const char *given)
{
  check (attrs, 1, 1, 1, given);
  check (attrs, 2, 5, 7, given);
  check (attrs, 11, 4, 35, given);
}

static void
test_twin (void)
{
  for (int soft = 0; soft < 2; soft++)
    for (int kind = 0; kind <= CJ_RESET_NONE; kind++)
      {
        CjSpikesAttrs attrs = plain;

        attrs.soft = soft;
        attrs.reset = (CjReset) kind;
        check_sizes (attrs, "");
        check_sizes (attrs, "wdt");
        attrs.scaled = TRUE;
        attrs.synapse = 0.6;
        check_sizes (attrs, "d");
        attrs.adapt_decay = 0.8;
        attrs.adapt_jump = 0.3;
        attrs.refractory = 2;
        check_sizes (attrs, "w");
        check_sizes (attrs, "dt");
      }
}

static void
test_surrogates (void)
{
  for (int kind = 0; kind <= CJ_SURROGATE_STRAIGHT; kind++)
    {
      CjSpikesAttrs attrs = plain;

      attrs.soft = TRUE;
      attrs.surrogate = (CjSurrogate) kind;
      check_sizes (attrs, "wt");
    }
}

static void
test_silent (void)
{
  CjSpikesAttrs attrs = plain;

  attrs.silent = attrs.soft = TRUE;
  attrs.reset = CJ_RESET_NONE;
  check_sizes (attrs, "d");
}

/* An op with room of its own, run by hand. */
typedef struct
{
  CjOp op;
  CjOpCall call;
} Hand;

static void
hand_init (Hand *hand, const CjOpInfo *info, gconstpointer attrs, const CjShape *x, guint n_in)
{
  CjOp op = { .info = info, .attrs = (gpointer) attrs, .n_in = n_in };

  memset (hand, 0, sizeof *hand);
  hand->op = op;
  hand->op.in_shape[0] = *x;
  hand->op.has_in[0] = TRUE;
  hand->call.op = &hand->op;
  hand->call.training = TRUE;
}

static void
hand_give (Hand *hand, guint port, CjShape shape, float *data, float *gradient)
{
  hand->op.in_shape[port] = shape;
  hand->op.has_in[port] = TRUE;
  hand->call.in[port] = data;
  hand->call.d_in[port] = gradient;
}

static void
hand_prepare (Hand *hand)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (hand->op.info->infer (&hand->op, &error));
  g_assert_no_error (error);
  hand->call.saved = g_malloc0 (hand->op.saved_bytes + 4);
  hand->call.workspace = g_malloc0 (hand->op.workspace_bytes + 4);
  hand->call.scratch = g_aligned_alloc0 (
      MAX (CJ_GEMM_SCRATCH, hand->op.scratch_bytes / sizeof (float) + 1), sizeof (float), 64);
}

static void
hand_run (const Hand *hand, const CjPhase *phases)
{
  for (guint i = 0; i < CJ_OP_MAX_PHASES && phases[i].run != NULL; i++)
    for (guint k = 0; k < (phases[i].n_chunks != NULL ? phases[i].n_chunks (&hand->op) : 1); k++)
      phases[i].run (&hand->call, k);
}

static void
hand_clear (Hand *hand)
{
  g_free (hand->call.saved);
  g_free (hand->call.workspace);
  g_aligned_free (hand->call.scratch);
}

static void
assert_near (const char *what, guint row, const float *found, const float *expected, guint n)
{
  for (guint i = 0; i < n; i++)
    if (fabsf (found[i] - expected[i]) > 2e-5f * (1 + fabsf (expected[i])))
      g_error ("case %u: %s[%u] is %g, not %g", row, what, i, (double) found[i],
               (double) expected[i]);
}

/* Spikes, membranes and every gradient of PyTorch's autograd through the same equations. */
static void
test_reference (void)
{
  const CjShape x = cj_shape3 (REFERENCE_N, REFERENCE_T, REFERENCE_U);
  const CjShape unit = cj_shape1 (REFERENCE_U), square = cj_shape2 (REFERENCE_U, REFERENCE_U);

  for (guint i = 0; i < G_N_ELEMENTS (references); i++)
    {
      float spikes[SIZE], membrane[SIZE], d_x[SIZE], d_weight[REFERENCE_U * REFERENCE_U];
      float d_decay[REFERENCE_U], d_threshold[REFERENCE_U];
      Hand h;

      hand_init (&h, &cj_op_spikes, &references[i].attrs, &x, 4);
      hand_give (&h, 0, x, (float *) references[i].x, d_x);
      if (references[i].recurrent)
        hand_give (&h, 1, square, (float *) references[i].weight, d_weight);
      hand_give (&h, 2, unit, (float *) references[i].decay, d_decay);
      hand_give (&h, 3, unit, (float *) references[i].threshold, d_threshold);
      h.call.out[0] = spikes;
      h.call.out[1] = membrane;
      h.call.d_out[0] = references[i].d_spikes;
      h.call.d_out[1] = references[i].d_membrane;
      hand_prepare (&h);
      hand_run (&h, cj_op_spikes.forward);
      hand_run (&h, cj_op_spikes.backward);
      assert_near ("spike", i, spikes, references[i].spikes, SIZE);
      assert_near ("membrane", i, membrane, references[i].membrane, SIZE);
      assert_near ("d current", i, d_x, references[i].d_x, SIZE);
      if (references[i].recurrent)
        assert_near ("d weight", i, d_weight, references[i].d_weight, G_N_ELEMENTS (d_weight));
      assert_near ("d decay", i, d_decay, references[i].d_decay, REFERENCE_U);
      assert_near ("d threshold", i, d_threshold, references[i].d_threshold, REFERENCE_U);
      hand_clear (&h);
    }
}

/* Bellec et al. 2020, eqs. 4, 22-25: the gradient of an input weight is Σ L[t] e[t] with the trace e = ψ
 * (ε_v - b ε_a), ε_v = β ε_v + x, ε_a = ψ ε_v + (ρ - ψ b) ε_a, which run forward in time; and of the
 * weight between neurons the same with spikes of the moment before. */
static void
test_eligibility (void)
{
  enum
  {
    T = 40,
    U = 5
  };
  const CjSpikesAttrs attrs = { .decay = 0.9,
                                .threshold = 1,
                                .adapt_decay = 0.95,
                                .adapt_jump = 0.2,
                                .surrogate = CJ_SURROGATE_TRIANGLE,
                                .slope = 1,
                                .height = 0.3,
                                .eprop = TRUE };
  const CjShape shape = cj_shape3 (1, T, U);
  float x[T * U], s[T * U], v[T * U], d_s[T * U], d_x[T * U], w[U * U], d_w[U * U];
  CjRng rng;
  Hand h;

  cj_rng_init (&rng, 3, CJ_RNG_TEST, 1);
  for (guint i = 0; i < T * U; i++)
    {
      x[i] = 0.5f + 0.4f * cj_rng_normal (&rng);
      d_s[i] = cj_rng_normal (&rng);
    }
  for (guint i = 0; i < U * U; i++)
    w[i] = 0.2f * cj_rng_normal (&rng);
  hand_init (&h, &cj_op_spikes, &attrs, &shape, 2);
  hand_give (&h, 0, shape, x, d_x);
  hand_give (&h, 1, cj_shape2 (U, U), w, d_w);
  h.call.out[0] = s;
  h.call.out[1] = v;
  h.call.d_out[0] = d_s;
  hand_prepare (&h);
  hand_run (&h, cj_op_spikes.forward);
  hand_run (&h, cj_op_spikes.backward);
  for (guint to = 0; to < U; to++)
    for (guint from = 0; from < U; from++)
      {
        double trace_v = 0, trace_a = 0, a = 0, sum = 0, current = 0, by_current = 0;

        for (guint t = 0; t < T; t++)
          {
            const double before = t > 0 ? (double) s[(t - 1) * U + from] : 0;
            double slope;

            a = attrs.adapt_decay * a + (t > 0 ? (double) s[(t - 1) * U + to] : 0);
            slope = attrs.height
                    * MAX (0, 1 - fabs ((double) v[t * U + to] - 1 - attrs.adapt_jump * a));
            trace_v = attrs.decay * trace_v + before;
            sum += (double) d_s[t * U + to] * slope * (trace_v - attrs.adapt_jump * trace_a);
            trace_a = slope * trace_v + (attrs.adapt_decay - slope * attrs.adapt_jump) * trace_a;
            by_current += (double) d_x[t * U + to] * before;
            current += fabs (before);
          }
        g_assert_cmpfloat (current, >, 0);
        g_assert_cmpfloat_with_epsilon ((double) d_w[to * U + from], sum, 1e-4 * (1 + fabs (sum)));
        g_assert_cmpfloat_with_epsilon (by_current, sum, 1e-4 * (1 + fabs (sum)));
      }
  hand_clear (&h);
}

/* With a window of 3, nothing after moment 2 is blamed on moments 0 to 2. */
static void
test_window (void)
{
  CjSpikesAttrs attrs = plain;
  const CjShape shape = cj_shape3 (1, 6, 2);
  float x[12], s[12], v[12], d_s[12] = { 0 }, d_x[12], w[4] = { 0.5f, -0.3f, 0.2f, 0.4f }, d_w[4];
  Hand h;

  for (guint i = 0; i < 12; i++)
    x[i] = 0.4f + 0.1f * (float) (i % 5);
  d_s[10] = d_s[11] = 1;
  attrs.attached = FALSE;
  for (attrs.window = 0; attrs.window <= 3; attrs.window += 3)
    {
      hand_init (&h, &cj_op_spikes, &attrs, &shape, 2);
      hand_give (&h, 0, shape, x, d_x);
      hand_give (&h, 1, cj_shape2 (2, 2), w, d_w);
      h.call.out[0] = s;
      h.call.out[1] = v;
      h.call.d_out[0] = d_s;
      hand_prepare (&h);
      hand_run (&h, cj_op_spikes.forward);
      hand_run (&h, cj_op_spikes.backward);
      for (guint i = 0; i < 12; i++)
        if (attrs.window == 3 && i < 6)
          g_assert_cmpfloat (d_x[i], ==, 0);
        else
          g_assert_cmpfloat (d_x[i], !=, 0);
      hand_clear (&h);
    }
}

/* A constant current I charges a leaky membrane to I / (1 - β) (1 - β^t): known times of spikes. */
static void
test_known_spikes (void)
{
  const CjSpikesAttrs attrs = { .decay = 0.5, .threshold = 1.7, .reset = CJ_RESET_ZERO };
  const CjShape shape = cj_shape3 (1, 9, 1);
  /* 1, 1.5, 1.75: fires at the third moment, and every third from there */
  static const float expected[9] = { 0, 0, 1, 0, 0, 1, 0, 0, 1 };
  float x[9], s[9], v[9];
  Hand h;

  for (guint i = 0; i < 9; i++)
    x[i] = 1;
  hand_init (&h, &cj_op_spikes, &attrs, &shape, 1);
  hand_give (&h, 0, shape, x, NULL);
  h.call.out[0] = s;
  h.call.out[1] = v;
  hand_prepare (&h);
  hand_run (&h, cj_op_spikes.forward);
  g_assert_cmpmem (s, sizeof s, expected, sizeof expected);
  g_assert_cmpfloat (v[2], ==, 1.75f);
  hand_clear (&h);
}

/* Mostly zeros, as spikes are, take another way through a dense layer. */
static void
check_events (gint64 n, gint64 t, gint64 ni, gint64 nu)
{
  const CjShape x_shape = cj_shape3 (n, t, ni), w_shape = cj_shape2 (nu, ni);
  const gint64 rows = n * t;
  g_autofree float *x = g_new0 (float, rows *ni), *w = g_new (float, nu *ni);
  g_autofree float *b = g_new (float, nu), *y = g_new (float, rows *nu);
  g_autofree float *slow = g_new (float, rows *nu), *dy = g_new (float, rows *nu);
  g_autofree float *dw = g_new (float, nu *ni), *db = g_new (float, nu);
  const void *const in[3] = { x, w, b };
  CjRng rng;
  Hand h;

  cj_rng_init (&rng, 9, CJ_RNG_TEST, (guint64) (n + ni));
  for (gint64 i = 0; i < rows * ni; i++)
    if (cj_rng_uniform (&rng) < 0.08f)
      x[i] = cj_rng_uniform (&rng) < 0.5f ? 1 : cj_rng_normal (&rng);
  for (gint64 i = 0; i < nu * ni; i++)
    w[i] = cj_rng_normal (&rng);
  for (gint64 i = 0; i < nu; i++)
    b[i] = cj_rng_normal (&rng);
  for (gint64 i = 0; i < rows * nu; i++)
    dy[i] = cj_rng_normal (&rng);
  g_assert_true (cj_events_pay (x, rows, ni, nu));
  hand_init (&h, &cj_op_dense, NULL, &x_shape, 3);
  hand_give (&h, 0, x_shape, x, NULL);
  hand_give (&h, 1, w_shape, w, dw);
  hand_give (&h, 2, cj_shape1 (nu), b, db);
  h.call.out[0] = y;
  h.call.d_out[0] = dy;
  hand_prepare (&h);
  hand_run (&h, cj_op_dense.forward);
  hand_run (&h, cj_op_dense.backward);
  cj_op_dense.twin (&h.op, in, (float *const[]){ slow });
  for (gint64 i = 0; i < rows * nu; i++)
    g_assert_cmpfloat_with_epsilon (y[i], slow[i], 1e-4);
  for (gint64 u = 0; u < nu; u++)
    {
      double bias = 0;

      for (gint64 r = 0; r < rows; r++)
        bias += (double) dy[r * nu + u];
      g_assert_cmpfloat_with_epsilon ((double) db[u], bias, 1e-3);
      for (gint64 i = 0; i < ni; i++)
        {
          double sum = 0;

          for (gint64 r = 0; r < rows; r++)
            sum += (double) dy[r * nu + u] * (double) x[r * ni + i];
          g_assert_cmpfloat_with_epsilon ((double) dw[u * ni + i], sum, 1e-3);
        }
    }
  hand_clear (&h);
}

static void
test_events (void)
{
  check_events (2, 5, 128, 16);
  check_events (3, 25, 203, 100);
  check_events (9, 70, 150, 131);
}

static void
test_encoders (void)
{
  static const gint64 sizes[][2] = { { 1, 1 }, { 3, 7 }, { 9, 1030 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const OpCheckInput in = floats (cj_shape2 (sizes[i][0], sizes[i][1]), -1.5, 1.5);
      const CjEncodeAttrs repeat = { .kind = CJ_ENCODE_REPEAT, .steps = 3 };
      CjEncodeAttrs latency
          = { .kind = CJ_ENCODE_LATENCY, .steps = 6, .low = -1, .high = 1, .rate = 1 };
      CjOpInfo info = cj_op_encode;

      memset (info.backward, 0, sizeof info.backward);
      op_check ("repeat", &cj_op_encode, &repeat, &in, 1, i);
      op_check ("latency", &info, &latency, &in, 1, i);
      latency.each = TRUE;
      op_check ("latency", &info, &latency, &in, 1, i);
    }
}

/* As often as it should be, the same in the same step, another in another; and the gradient of what is
 * expected. */
static void
test_poisson (void)
{
  enum
  {
    T = 4000,
    F = 5
  };
  const CjEncodeAttrs attrs
      = { .kind = CJ_ENCODE_POISSON, .steps = T, .low = -1, .high = 3, .rate = 0.5 };
  const CjShape shape = cj_shape2 (1, F);
  float x[F] = { -2, -1, 0, 1, 4 }, d_x[F];
  static const double rates[F] = { 0, 0, 0.125, 0.25, 0.5 };
  static const float slopes[F] = { 0, 0, T * 0.125f, T * 0.125f, 0 };
  g_autofree float *y = g_new (float, T *F), *again = g_new (float, T *F);
  g_autofree float *d_y = g_new (float, T *F);
  Hand h;

  hand_init (&h, &cj_op_encode, &attrs, &shape, 1);
  hand_give (&h, 0, shape, x, d_x);
  h.call.out[0] = y;
  h.call.d_out[0] = d_y;
  hand_prepare (&h);
  hand_run (&h, cj_op_encode.forward);
  for (guint i = 0; i < F; i++)
    {
      double sum = 0;

      for (guint t = 0; t < T; t++)
        {
          g_assert_true (y[t * F + i] == 0 || y[t * F + i] == 1);
          sum += (double) y[t * F + i];
          d_y[t * F + i] = 1;
        }
      g_assert_cmpfloat_with_epsilon (sum / T, rates[i], 0.03);
    }
  hand_run (&h, cj_op_encode.backward);
  for (guint i = 0; i < F; i++)
    g_assert_cmpfloat_with_epsilon (d_x[i], slopes[i], 1e-2);
  h.call.out[0] = again;
  hand_run (&h, cj_op_encode.forward);
  g_assert_cmpmem (y, sizeof (float) * T * F, again, sizeof (float) * T * F);
  h.call.step = 1;
  hand_run (&h, cj_op_encode.forward);
  g_assert_true (memcmp (y, again, sizeof (float) * T * F) != 0);
  hand_clear (&h);
}

static void
test_moments (void)
{
  for (int kind = 0; kind <= CJ_MOMENT_LAST; kind++)
    {
      const CjMomentAttrs attrs = { (CjMomentKind) kind };
      const OpCheckInput one = floats (cj_shape3 (1, 1, 1), -1, 1);
      const OpCheckInput some = floats (cj_shape3 (3, 5, 7), -1, 1);
      const OpCheckInput pictures = floats (cj_shape4 (11, 4, 3, 6), -1, 1);

      op_check ("moment", &cj_op_moment, &attrs, &one, 1, 1);
      op_check ("moment", &cj_op_moment, &attrs, &some, 1, 2);
      op_check ("moment", &cj_op_moment, &attrs, &pictures, 1, 3);
    }
}

/* First spikes at moments 0, 2 and never, of 4. */
static void
test_first_spike (void)
{
  const CjMomentAttrs attrs = { CJ_MOMENT_FIRST };
  const CjShape shape = cj_shape3 (1, 4, 3);
  float x[12] = { 1, 0, 0, /**/ 1, 0, 0, /**/ 0, 1, 0, /**/ 1, 1, 0 }, y[3];
  static const float expected[3] = { 1, 0.5f, 0 };
  Hand h;

  hand_init (&h, &cj_op_moment, &attrs, &shape, 1);
  hand_give (&h, 0, shape, x, NULL);
  h.call.out[0] = y;
  hand_prepare (&h);
  hand_run (&h, cj_op_moment.forward);
  g_assert_cmpmem (y, sizeof y, expected, sizeof expected);
  hand_clear (&h);
}

static void
test_synapses (void)
{
  static const gint64 sizes[][3] = { { 1, 1, 1 }, { 2, 9, 3 }, { 11, 6, 5 } };
  const CjSynapseAttrs delay = { .kind = CJ_SYNAPSE_DELAY, .most = 5 };
  const CjSynapseAttrs plastic
      = { .kind = CJ_SYNAPSE_PLASTIC, .use = 0.4, .recover = 0.7, .facilitate = 0.5 };
  const CjSynapseAttrs changes = { .kind = CJ_SYNAPSE_CHANGES, .threshold = 0.3, .both = TRUE };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      const CjShape x = cj_shape3 (sizes[i][0], sizes[i][1], sizes[i][2]);
      const OpCheckInput in[2] = { floats (x, 0, 1), floats (cj_shape1 (sizes[i][2]), 0.2, 6) };
      CjOpInfo info = cj_op_synapse;

      op_check ("delay", &cj_op_synapse, &delay, in, 2, i);
      op_check ("plastic", &cj_op_synapse, &plastic, in, 1, i);
      memset (info.backward, 0, sizeof info.backward);
      op_check ("changes", &info, &changes, in, 1, i);
    }
}

/* A depressing synapse without facilitation, driven at every moment, settles where what is used up
 * recovers: x = (1 - r) / (1 - r (1 - U)) of its first answer (Tsodyks and Markram 1997, in moments). */
static void
test_depression (void)
{
  const CjSynapseAttrs attrs = { .kind = CJ_SYNAPSE_PLASTIC, .use = 0.5, .recover = 0.9 };
  const CjShape shape = cj_shape3 (1, 200, 1);
  float x[200], y[200];
  Hand h;

  for (guint i = 0; i < 200; i++)
    x[i] = 1;
  hand_init (&h, &cj_op_synapse, &attrs, &shape, 1);
  hand_give (&h, 0, shape, x, NULL);
  h.call.out[0] = y;
  hand_prepare (&h);
  hand_run (&h, cj_op_synapse.forward);
  g_assert_cmpfloat (y[0], ==, 1);
  g_assert_cmpfloat_with_epsilon (y[199], (1 - 0.9f) / (1 - 0.9f * 0.5f), 1e-5);
  hand_clear (&h);
}

static void
test_refusals (void)
{
  const OpCheckInput flat = floats (cj_shape2 (3, 4), 0, 1);
  OpCheckInput in[2] = { floats (cj_shape3 (2, 3, 4), 0, 1), floats (cj_shape2 (3, 4), 0, 1) };

  op_check_refuses (&cj_op_spikes, &plain, &flat, 1, "expects a sequence of currents, got 4*");
  op_check_refuses (&cj_op_spikes, &plain, in, 2, "expects one weight from every unit*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/ops/spikes/twin", test_twin);
  g_test_add_func ("/engine/ops/spikes/surrogates", test_surrogates);
  g_test_add_func ("/engine/ops/spikes/silent", test_silent);
  g_test_add_func ("/engine/ops/spikes/reference", test_reference);
  g_test_add_func ("/engine/ops/spikes/eligibility", test_eligibility);
  g_test_add_func ("/engine/ops/spikes/window", test_window);
  g_test_add_func ("/engine/ops/spikes/known", test_known_spikes);
  g_test_add_func ("/engine/ops/spikes/refusals", test_refusals);
  g_test_add_func ("/engine/ops/dense/events", test_events);
  g_test_add_func ("/engine/ops/encode/twin", test_encoders);
  g_test_add_func ("/engine/ops/encode/poisson", test_poisson);
  g_test_add_func ("/engine/ops/moment/twin", test_moments);
  g_test_add_func ("/engine/ops/moment/first", test_first_spike);
  g_test_add_func ("/engine/ops/synapse/twin", test_synapses);
  g_test_add_func ("/engine/ops/synapse/depression", test_depression);
  return g_test_run ();
}
