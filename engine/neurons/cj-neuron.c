/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-neuron.h"

#include "cj-error.h"
#include "cj-rng.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_SAMPLES 10000000

const CjFiringPattern *
cj_neuron_find_pattern (const CjNeuronInfo *info, const char *id)
{
  for (const CjFiringPattern *p = info->patterns; p != NULL && p->id != NULL; p++)
    if (g_str_equal (p->id, id))
      return p;
  return NULL;
}

/* Of the millisecond that t lies in: the same one whatever the steps. */
static double
get_noise (double t)
{
  CjRng rng;

  cj_rng_init (&rng, 1, CJ_RNG_SPIKES, (guint64) t);
  return (double) cj_rng_normal (&rng);
}

double
cj_current_get (const CjCurrent *current, double t)
{
  for (guint i = 0; i < current->n_pieces; i++)
    {
      const CjCurrentPiece *p = &current->pieces[i];

      if (t > p->begin && t <= p->end)
        return (p->first == p->last
                    ? p->first
                    : p->first + (p->last - p->first) * (t - p->begin) / (p->end - p->begin))
               + (current->noise > 0 ? current->noise * get_noise (t) : 0);
    }
  return current->rest;
}

void
cj_neuron_runge_kutta (const CjNeuronInfo *info, gconstpointer params, double *state,
                       double current, double dt)
{
  double k[4][CJ_NEURON_MAX_STATE], at[CJ_NEURON_MAX_STATE];

  memcpy (at, state, sizeof *at * info->n_state);
  for (int i = 0; i < 4; i++)
    {
      info->slope (params, at, current, k[i]);
      for (guint s = 0; s < info->n_state && i < 3; s++)
        at[s] = state[s] + (i < 2 ? dt / 2 : dt) * k[i][s];
    }
  for (guint s = 0; s < info->n_state; s++)
    state[s] += dt * (k[0][s] + 2 * k[1][s] + 2 * k[2][s] + k[3][s]) / 6;
}

gpointer
cj_neuron_new_params (const CjNeuronInfo *info, const CjFiringPattern *pattern)
{
  gpointer params = g_malloc0 (info->params_size);
  g_auto (GStrv) settings
      = g_strsplit (pattern != NULL && pattern->settings != NULL ? pattern->settings : "", " ", -1);

  cj_params_reset (info->params, params);
  for (guint i = 0; settings[i] != NULL; i++)
    {
      char *value = strchr (settings[i], '=');

      if (value == NULL)
        continue;
      *value++ = '\0';
      g_assert (pattern != NULL);
      if (!cj_params_parse (info->params, params, settings[i], value, NULL))
        g_warning ("%s: pattern %s cannot set %s", info->id, pattern->id, settings[i]);
    }
  return params;
}

CjNeuronTrace *
cj_neuron_run (const CjNeuronInfo *info, gconstpointer params, const double *start,
               const CjCurrent *current, double dt, double duration, GError **error)
{
  double state[CJ_NEURON_MAX_STATE] = { 0 };
  CjNeuronTrace *trace;
  double n;

  n = dt > 0 ? floor (duration / dt + 0.5) : NAN;
  if (!(n >= 1 && n <= MAX_SAMPLES))
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          _ ("%g ms in steps of %g ms cannot be computed. Choose a step over 0 and at most "
             "%d steps."),
          duration, dt, MAX_SAMPLES);
      return NULL;
    }
  trace = g_new0 (CjNeuronTrace, 1);
  trace->n = (guint) n;
  trace->n_state = info->n_state;
  trace->dt = dt;
  trace->current = g_new (double, trace->n);
  trace->state = g_new (double, (gsize) trace->n * info->n_state);
  trace->spiked = g_new (gboolean, trace->n);
  if (start != NULL)
    memcpy (state, start, sizeof *state * info->n_state);
  else
    info->rest (params, state);
  for (guint i = 0; i < trace->n; i++)
    {
      trace->current[i] = cj_current_get (current, i * dt);
      trace->spiked[i] = info->step (params, state, trace->current[i], dt);
      memcpy (trace->state + (gsize) i * info->n_state, state, sizeof *state * info->n_state);
    }
  return trace;
}

CjNeuronTrace *
cj_neuron_run_pattern (const CjNeuronInfo *info, const CjFiringPattern *pattern)
{
  g_autofree gpointer params = cj_neuron_new_params (info, pattern);

  return cj_neuron_run (info, params, pattern->start, &pattern->current, pattern->dt,
                        pattern->duration, NULL);
}

void
cj_neuron_trace_free (CjNeuronTrace *trace)
{
  if (trace == NULL)
    return;
  g_free (trace->current);
  g_free (trace->state);
  g_free (trace->spiked);
  g_free (trace);
}

GArray *
cj_neuron_trace_dup_spikes (const CjNeuronTrace *trace)
{
  GArray *spikes = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < trace->n; i++)
    if (trace->spiked[i])
      {
        const double t = i * trace->dt;

        g_array_append_val (spikes, t);
      }
  return spikes;
}
