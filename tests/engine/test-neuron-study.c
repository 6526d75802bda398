/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Phase planes against fixed points that can be computed by hand, rates against the closed solution. */
#include "cj-neuron-study.h"

#include <math.h>

static CjPhasePlane *
make_plane (const char *model, double current, double v_low, double v_high, double w_low,
            double w_high)
{
  const CjNeuronInfo *info = cj_neuron_find (model);
  g_autofree gpointer params = cj_neuron_new_params (info, NULL);

  return cj_phase_plane_new (info, params, current, v_low, v_high, w_low, w_high, 60);
}

static const CjFixedPoint *
get_fixed (const CjPhasePlane *plane, guint i)
{
  return &g_array_index (plane->fixed, CjFixedPoint, i);
}

/* 0.04 v² + 4.8 v + 140 + I = 0: at I = 0 v is −70 and −50, at I = 4 both are −60, beyond there is none. */
static void
test_izhikevich (void)
{
  g_autoptr (CjPhasePlane) rest = make_plane ("izhikevich", 0, -90, -30, -30, 10);
  g_autoptr (CjPhasePlane) fires = make_plane ("izhikevich", 4.5, -90, -30, -30, 10);

  g_assert_cmpuint (rest->fixed->len, ==, 2);
  g_assert_cmpfloat_with_epsilon (get_fixed (rest, 0)->v, -70, 1e-6);
  g_assert_cmpfloat_with_epsilon (get_fixed (rest, 0)->w, -14, 1e-6);
  g_assert_cmpint (get_fixed (rest, 0)->kind, ==, CJ_FIXED_STABLE_NODE);
  g_assert_cmpfloat_with_epsilon (get_fixed (rest, 1)->v, -50, 1e-6);
  g_assert_cmpint (get_fixed (rest, 1)->kind, ==, CJ_FIXED_SADDLE);
  g_assert_cmpuint (fires->fixed->len, ==, 0);
  g_assert_cmpuint (fires->v_null->len, >, 20);
}

/* Stretches lie on u = 0.04 v² + 5 v + 140 and u = 0.2 v, as near as the cells are small. */
static void
test_nullclines (void)
{
  g_autoptr (CjPhasePlane) plane = make_plane ("izhikevich", 0, -90, -30, -30, 10);

  for (guint i = 0; i < plane->v_null->len; i++)
    {
      const CjNullStretch *s = &g_array_index (plane->v_null, CjNullStretch, i);

      g_assert_cmpfloat_with_epsilon (s->w0, 0.04 * s->v0 * s->v0 + 5 * s->v0 + 140, 0.03);
      g_assert_cmpfloat_with_epsilon (s->w1, 0.04 * s->v1 * s->v1 + 5 * s->v1 + 140, 0.03);
    }
  g_assert_cmpuint (plane->w_null->len, >, 20);
  for (guint i = 0; i < plane->w_null->len; i++)
    {
      const CjNullStretch *s = &g_array_index (plane->w_null, CjNullStretch, i);

      g_assert_cmpfloat_with_epsilon (s->w0, 0.2 * s->v0, 1e-9);
    }
}

/* The squid's axon rests near −65 mV; with much current it only turns around an unstable point. */
static void
test_squid (void)
{
  g_autoptr (CjPhasePlane) rest = make_plane ("hodgkin-huxley", 0, -80, 40, 0.2, 0.9);
  g_autoptr (CjPhasePlane) fires = make_plane ("hodgkin-huxley", 30, -80, 40, 0.2, 0.9);
  guint stable = 0;

  g_assert_cmpuint (rest->fixed->len, >=, 1);
  g_assert_cmpfloat_with_epsilon (get_fixed (rest, 0)->v, -65, 0.1);
  g_assert_cmpint (get_fixed (rest, 0)->kind, <=, CJ_FIXED_STABLE_FOCUS);
  for (guint i = 0; i < fires->fixed->len; i++)
    stable += get_fixed (fires, i)->kind <= CJ_FIXED_STABLE_FOCUS;
  g_assert_cmpuint (fires->fixed->len, ==, 1);
  g_assert_cmpuint (stable, ==, 0);
}

/* A model of one variable has no plane. */
static void
test_no_plane (void)
{
  g_assert_false (cj_neuron_has_plane (cj_neuron_find ("lif")));
  g_assert_null (make_plane ("lif", 0, -90, -30, 0, 1));
  g_assert_true (cj_neuron_has_plane (cj_neuron_find ("adex")));
}

static void
find_rates (const char *model, double current, double dt, double *onset, double *steady)
{
  const CjNeuronInfo *info = cj_neuron_find (model);
  g_autofree gpointer params = cj_neuron_new_params (info, NULL);

  cj_neuron_find_rates (info, params, current, dt, 1000, onset, steady);
}

/* 1000 / (2 + 10 ln (R I / (R I − 15))), and nothing up to R I = 15. */
static void
test_lif (void)
{
  double onset, steady;

  find_rates ("lif", 2, 0.01, &onset, &steady);
  g_assert_cmpfloat_with_epsilon (steady, 1000 / (2 + 10 * log (20 / 5.0)), 0.2);
  g_assert_cmpfloat_with_epsilon (onset, steady, 0.2);
  find_rates ("lif", 1.49, 0.01, &onset, &steady);
  g_assert_cmpfloat (onset, ==, 0);
  g_assert_cmpfloat (steady, ==, 0);
}

/* One that adapts begins faster than it goes on; one that is blocked falls silent. */
static void
test_adapts (void)
{
  double onset, steady;

  find_rates ("izhikevich", 10, 0.25, &onset, &steady);
  g_assert_cmpfloat (onset, >, 1.5 * steady);
  g_assert_cmpfloat (steady, >, 5);
  find_rates ("hodgkin-huxley", 200, 0.01, &onset, &steady);
  g_assert_cmpfloat (steady, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/neuron-study/izhikevich", test_izhikevich);
  g_test_add_func ("/engine/neuron-study/nullclines", test_nullclines);
  g_test_add_func ("/engine/neuron-study/squid", test_squid);
  g_test_add_func ("/engine/neuron-study/no-plane", test_no_plane);
  g_test_add_func ("/engine/neuron-study/lif", test_lif);
  g_test_add_func ("/engine/neuron-study/adapts", test_adapts);
  return g_test_run ();
}
