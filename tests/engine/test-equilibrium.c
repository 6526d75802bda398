/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that compare two states at rest: what they change weights by, against their equations in loops of
 * doubles; against the gradient of the loss at rest, by differences of whole settlings; against that of one pass
 * forward, for weak feedback; the same bits for any number of threads. */
#include "network.h"

#include "cj-rule.h"

#include <math.h>
#include <string.h>

enum
{
  N = 13,
  CLASSES = 4,
  LAYERS = 3,
  MOST = 41
};

static const gint64 sizes[LAYERS + 1] = { 6, MOST, 35, CLASSES };

#define CHAIN                                                                                      \
  "dense units=41 activation=tanh, dense units=35 activation=sigmoid, dense units=4, "             \
  "cross-entropy"

/* A rule with its parameters, "contrastive-hebbian feedback=0.2". */
static CjProgram *
compile (const CjGraph *graph, const char *rule, guint threads)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  g_auto (GStrv) words = g_strsplit (rule, " ", -1);
  g_autoptr (GError) error = NULL;
  CjDataSpec spec = { .batch = N,
                      .x_shape = cj_shape1 (sizes[0]),
                      .has_y = TRUE,
                      .y_dtype = CJ_INT32,
                      .n_classes = CLASSES };
  CjLearning learning;
  CjProgram *program;

  cj_train_setup_set (setup, "rule", words[0], &error);
  for (guint i = 1; words[i] != NULL && error == NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (words[i], "=", 2);
      g_autofree char *name = g_strconcat ("rule.", pair[0], NULL);

      cj_train_setup_set (setup, name, pair[1], &error);
    }
  g_assert_no_error (error);
  learning = cj_train_setup_get_learning (setup);
  spec.learning = &learning;
  program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, threads, &error);
  g_assert_no_error (error);
  cj_program_init (program, 5);
  network_fill (program, CLASSES);
  return program;
}

static CjProgram *
learn (const CjGraph *graph, const char *rule, guint64 step)
{
  CjProgram *program = compile (graph, rule, 2);

  cj_program_forward (program, TRUE, N, 1, step);
  cj_program_backward (program);
  return program;
}

static float *
get (CjProgram *program, guint layer, const char *name, gboolean gradient)
{
  g_autofree char *whole = g_strdup_printf ("dense%u.%s", layer, name);
  const CjProgramParam *param = cj_program_find_param (program, whole);

  g_assert_nonnull (param);
  return gradient ? cj_program_get_param_gradient (program, param)
                  : cj_program_get_param_data (program, param);
}

/* --- the equations, one sample --- */

typedef struct
{
  double w[LAYERS + 1][MOST][MOST], b[LAYERS + 1][MOST];
  double feedback, rate, push;
  int steps, nudged_steps;
  gboolean held;
} Network;

typedef struct
{
  double x[LAYERS + 1][MOST];
} State;

static void
read_weights (CjProgram *program, Network *net)
{
  for (guint l = 1; l <= LAYERS; l++)
    for (gint64 u = 0; u < sizes[l]; u++)
      {
        net->b[l][u] = get (program, l, "bias", FALSE)[u];
        for (gint64 i = 0; i < sizes[l - 1]; i++)
          net->w[l][u][i] = get (program, l, "weight", FALSE)[u * sizes[l - 1] + i];
      }
}

/* One layer on its way to rest; `nudge` may be NULL. */
static void
relax (const Network *net, State *s, guint l, const double *nudge, double feedback, double rate)
{
  for (gint64 u = 0; u < sizes[l]; u++)
    {
      double a = net->b[l][u] - (l == LAYERS && nudge != NULL ? nudge[u] : 0), to;

      for (gint64 i = 0; i < sizes[l - 1]; i++)
        a += net->w[l][u][i] * s->x[l - 1][i];
      for (gint64 k = 0; l < LAYERS && k < sizes[l + 1]; k++)
        a += feedback * net->w[l + 1][k][u] * s->x[l + 1][k];
      to = l == 1 ? tanh (a) : l == 2 ? 1 / (1 + exp (-a)) : a;
      s->x[l][u] += rate * (to - s->x[l][u]);
    }
}

static void
settle (const Network *net, State *s, const double *nudge, int steps)
{
  const gboolean held = net->held && nudge != NULL;

  for (int step = 0; step < steps; step++)
    for (guint l = held ? LAYERS - 1 : LAYERS; l >= 1; l--)
      relax (net, s, l, nudge, net->feedback, net->rate);
  if (!held)
    relax (net, s, LAYERS, nudge, net->feedback, net->rate);
}

/* The free state of a sample; its loss, and what the nudge is: β times the slope of the loss. */
static double
rest (const Network *net, const float *x, int class, State *s, double *nudge)
{
  double sum = 0;

  memset (s, 0, sizeof *s);
  for (int i = 0; i < sizes[0]; i++)
    s->x[0][i] = x[i];
  for (guint l = 1; l <= LAYERS; l++)
    relax (net, s, l, NULL, 0, 1);
  settle (net, s, NULL, net->steps);
  for (int k = 0; k < CLASSES; k++)
    sum += exp (s->x[LAYERS][k]);
  for (int k = 0; k < CLASSES; k++)
    nudge[k] = net->push * (exp (s->x[LAYERS][k]) / sum - (k == class));
  return log (sum) - s->x[LAYERS][class];
}

static State
move (const Network *net, const State *free, const double *nudge, double by)
{
  State s = *free;
  double scaled[CLASSES];

  for (int k = 0; k < CLASSES; k++)
    {
      scaled[k] = by * nudge[k];
      s.x[LAYERS][k] -= net->held ? scaled[k] : 0;
    }
  settle (net, &s, scaled, net->nudged_steps);
  return s;
}

/* What the change of a weight, or of a bias for i = −1, is in all: of two states of each sample. */
static double
contrast (const Network *net, const State *a, const State *b, double apart, guint l, gint64 u,
          gint64 i)
{
  double sum = 0;

  for (int n = 0; n < N; n++)
    sum += a[n].x[l][u] * (i < 0 ? 1 : a[n].x[l - 1][i])
           - b[n].x[l][u] * (i < 0 ? 1 : b[n].x[l - 1][i]);
  return -pow (net->feedback, (double) l - LAYERS) * sum / (apart * net->push * N);
}

/* Nudged to one side, to a side drawn by chance, to both, and held. */
static void
test_equations (void)
{
  static const struct
  {
    const char *rule;
    gboolean both, held;
  } rows[] = { { "equilibrium-propagation nudge=one-sided nudged-steps=3", FALSE, FALSE },
               { "equilibrium-propagation nudge=symmetric nudged-steps=3", TRUE, FALSE },
               { "contrastive-hebbian held-steps=3", FALSE, TRUE } };

  for (guint r = 0; r < G_N_ELEMENTS (rows); r++)
    {
      g_autofree char *rule
          = g_strconcat (rows[r].rule, " steps=4 rate=0.8 feedback=0.4 push=0.9", NULL);
      g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
      g_autoptr (CjProgram) program = learn (graph, rule, 1);
      const float *x = cj_tensor_f32 (cj_program_get_x (program));
      g_autofree Network *net = g_new0 (Network, 1);
      State a[N], b[N];

      net->feedback = 0.4;
      net->rate = 0.8;
      net->push = 0.9;
      net->steps = 4;
      net->nudged_steps = 3;
      net->held = rows[r].held;
      read_weights (program, net);
      for (int n = 0; n < N; n++)
        {
          double nudge[CLASSES];

          rest (net, x + n * sizes[0], cj_tensor_i32 (cj_program_get_y (program))[n], &b[n], nudge);
          a[n] = move (net, &b[n], nudge, 1);
          if (rows[r].both)
            b[n] = move (net, &b[n], nudge, -1);
        }
      for (guint l = 1; l <= LAYERS; l++)
        for (gint64 u = 0; u < sizes[l]; u++)
          for (gint64 i = -1; i < sizes[l - 1]; i++)
            g_assert_cmpfloat_with_epsilon (
                i < 0 ? get (program, l, "bias", TRUE)[u]
                      : get (program, l, "weight", TRUE)[u * sizes[l - 1] + i],
                contrast (net, a, b, rows[r].both ? 2 : 1, l, u, i), 1e-5);
    }
}

/* The mean loss at rest, of weights as they are in `net`. */
static double
find_loss (const Network *net, CjProgram *program)
{
  double loss = 0, nudge[CLASSES];
  State s;

  for (int n = 0; n < N; n++)
    loss += rest (net, cj_tensor_f32 (cj_program_get_x (program)) + n * sizes[0],
                  cj_tensor_i32 (cj_program_get_y (program))[n], &s, nudge);
  return loss / N;
}

/* How far the changes of some weights of all layers are from the slope of the loss at rest, as a share. */
static double
find_distance (CjProgram *program, Network *net)
{
  double distance = 0, size = 0;

  read_weights (program, net);
  for (guint l = 1; l <= LAYERS; l++)
    for (gint64 k = 0; k < 8; k++)
      {
        const gint64 u = k * 5 % sizes[l], i = k * 7 % sizes[l - 1];
        const double found = get (program, l, "weight", TRUE)[u * sizes[l - 1] + i], h = 1e-4;
        double *w = &net->w[l][u][i], slope;

        *w += h;
        slope = find_loss (net, program);
        *w -= 2 * h;
        slope = (slope - find_loss (net, program)) / (2 * h);
        *w += h;
        distance += (found - slope) * (found - slope);
        size += slope * slope;
      }
  g_assert_cmpfloat (size, >, 1e-4);
  return sqrt (distance / size);
}

/* With feedback as strong as it gets: the less the push, the nearer, in proportion where one side is compared
 * with the free state, and sooner where both sides are. */
static void
test_gradient (void)
{
  static const char *const nudges[] = { "one-sided", "symmetric" };
  static const double pushes[] = { 1, 0.3, 0.1 };
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  g_autofree Network *net = g_new0 (Network, 1);
  double found[2][G_N_ELEMENTS (pushes)];

  net->feedback = net->rate = net->push = 1;
  net->steps = 60;
  for (guint k = 0; k < G_N_ELEMENTS (nudges); k++)
    for (guint i = 0; i < G_N_ELEMENTS (pushes); i++)
      {
        g_autofree char *rule
            = g_strdup_printf ("equilibrium-propagation feedback=1 steps=60 nudged-steps=60 "
                               "nudge=%s push=%g",
                               nudges[k], pushes[i]);
        g_autoptr (CjProgram) program = learn (graph, rule, 1);

        found[k][i] = find_distance (program, net);
        g_test_message ("%s, push %g: off by %g", nudges[k], pushes[i], found[k][i]);
      }
  for (guint i = 1; i < G_N_ELEMENTS (pushes); i++)
    g_assert_cmpfloat (found[0][i], <, 0.5 * found[0][i - 1]);
  g_assert_cmpfloat (found[1][0], <, found[0][0]);
  g_assert_cmpfloat (found[1][2], <, 0.1 * found[0][2]);
  g_assert_cmpfloat (found[1][2], <, 1e-3);
}

static double
find_cosine (CjProgram *a, CjProgram *b, guint layer)
{
  const float *x = get (a, layer, "weight", TRUE), *y = get (b, layer, "weight", TRUE);
  double dot = 0, xx = 0, yy = 0;

  for (gint64 i = 0; i < sizes[layer] * sizes[layer - 1]; i++)
    {
      dot += (double) x[i] * y[i];
      xx += (double) x[i] * x[i];
      yy += (double) y[i] * y[i];
    }
  return dot / sqrt (xx * yy);
}

/* The weaker the feedback, the nearer to backpropagation through one pass forward, which the state at rest then
 * is. */
static void
test_weak (void)
{
  static const char *const rules[]
      = { "equilibrium-propagation push=1", "contrastive-hebbian push=1" };
  static const double feedbacks[] = { 1, 0.1, 0.01 };
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  g_autoptr (CjProgram) plain = learn (graph, "backprop", 1);

  for (guint r = 0; r < G_N_ELEMENTS (rules); r++)
    {
      double before = -1, last = 0;

      for (guint i = 0; i < G_N_ELEMENTS (feedbacks); i++)
        {
          g_autofree char *rule = g_strdup_printf ("%s feedback=%g", rules[r], feedbacks[i]);
          g_autoptr (CjProgram) program = learn (graph, rule, 1);

          last = 1;
          for (guint l = 1; l <= LAYERS; l++)
            last = MIN (last, find_cosine (program, plain, l));
          g_test_message ("%s: %g", rule, last);
          g_assert_cmpfloat (last, >, before);
          before = last;
          if (i == 2)
            {
              const float *y = cj_program_get_prediction (program, NULL);
              const float *expected = cj_program_get_prediction (plain, NULL);

              for (int k = 0; k < N * CLASSES; k++)
                g_assert_cmpfloat_with_epsilon (y[k], expected[k], 0.02);
            }
        }
      g_assert_cmpfloat (last, >, 0.999);
    }
}

/* A side drawn by chance: the changes of one or of the other, and both come up. */
static void
test_random (void)
{
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  g_autoptr (CjProgram) against
      = learn (graph, "equilibrium-propagation feedback=0.5 nudge=one-sided", 1);
  g_autoptr (CjProgram) both
      = learn (graph, "equilibrium-propagation feedback=0.5 nudge=symmetric", 1);
  guint n_against = 0, n_along = 0;

  for (guint64 step = 1; step <= 16; step++)
    {
      g_autoptr (CjProgram) program
          = learn (graph, "equilibrium-propagation feedback=0.5 nudge=random-sign", step);
      const float *g = get (program, 1, "weight", TRUE);
      const float *a = get (against, 1, "weight", TRUE), *m = get (both, 1, "weight", TRUE);
      const gsize size = sizeof (float) * (gsize) (sizes[0] * sizes[1]);

      if (memcmp (g, a, size) == 0)
        n_against++;
      else
        {
          /* what both sides give is the mean of the two */
          for (gint64 i = 0; i < sizes[0] * sizes[1]; i++)
            g_assert_cmpfloat_with_epsilon (g[i], 2 * m[i] - a[i], 1e-5);
          n_along++;
        }
    }
  g_assert_cmpuint (n_against, >, 0);
  g_assert_cmpuint (n_along, >, 0);
}

/* The error goes on to what is before the settling layers, and comes from what is behind them. */
static void
test_border (void)
{
  static const char *const borders[] = { "dense1", "dense3" };

  for (guint i = 0; i < G_N_ELEMENTS (borders); i++)
    {
      g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
      g_autoptr (CjProgram) plain = learn (graph, "backprop", 1), program = NULL;

      cj_graph_set_param (graph, cj_graph_find (graph, borders[i]), "rule", "backprop", NULL);
      program = learn (graph, "equilibrium-propagation push=1 feedback=0.01", 1);
      for (guint l = 1; l <= LAYERS; l++)
        g_assert_cmpfloat (find_cosine (program, plain, l), >, 0.999);
    }
}

static void
test_threads (void)
{
  g_autoptr (CjGraph) graph = network_new_graph (CHAIN);
  g_autoptr (CjProgram) one = compile (graph, "equilibrium-propagation", 1);
  g_autoptr (CjProgram) three = compile (graph, "equilibrium-propagation", 3);
  CjProgram *const both[] = { one, three };
  gint64 size;

  for (guint i = 0; i < G_N_ELEMENTS (both); i++)
    {
      cj_program_forward (both[i], TRUE, N, 1, 1);
      cj_program_backward (both[i]);
    }
  for (guint l = 1; l <= LAYERS; l++)
    {
      size = sizes[l] * sizes[l - 1];
      g_assert_cmpmem (get (one, l, "weight", TRUE), sizeof (float) * (gsize) size,
                       get (three, l, "weight", TRUE), sizeof (float) * (gsize) size);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/equilibrium/equations", test_equations);
  g_test_add_func ("/engine/equilibrium/gradient", test_gradient);
  g_test_add_func ("/engine/equilibrium/weak", test_weak);
  g_test_add_func ("/engine/equilibrium/random", test_random);
  g_test_add_func ("/engine/equilibrium/border", test_border);
  g_test_add_func ("/engine/equilibrium/threads", test_threads);
  return g_test_run ();
}
