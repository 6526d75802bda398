/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-neuron.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define DURATION 200 /* ms, of a model that names no pattern */

CjlNeuron *
cjl_neuron_new (const CjNeuronInfo *info, const CjFiringPattern *pattern)
{
  CjlNeuron *self = g_new0 (CjlNeuron, 1);

  if (pattern == NULL && info->patterns != NULL && info->patterns[0].id != NULL)
    pattern = &info->patterns[0];
  self->info = info;
  self->pattern = pattern;
  self->params = cj_neuron_new_params (info, pattern);
  self->dt = pattern != NULL ? pattern->dt : info->dt;
  self->duration = pattern != NULL ? pattern->duration : DURATION;
  if (pattern != NULL)
    self->current = pattern->current;
  return self;
}

CjlNeuron *
cjl_neuron_dup (const CjlNeuron *self)
{
  CjlNeuron *copy = g_memdup2 (self, sizeof *self);

  copy->params = g_memdup2 (self->params, self->info->params_size);
  return copy;
}

void
cjl_neuron_free (CjlNeuron *self)
{
  if (self == NULL)
    return;
  g_free (self->params);
  g_free (self);
}

void
cjl_neuron_get_pulse (const CjlNeuron *self, double *amplitude, double *begin, double *end)
{
  const CjCurrentPiece none = { 0 };
  const CjCurrentPiece *first = self->current.n_pieces > 0 ? &self->current.pieces[0] : &none;

  *amplitude = first->last;
  *begin = CLAMP (first->begin, 0, self->duration);
  *end = CLAMP (first->end, *begin, self->duration);
}

void
cjl_neuron_set_pulse (CjlNeuron *self, double amplitude, double begin, double end)
{
  self->current.n_pieces = 1;
  self->current.noise = 0;
  self->current.pieces[0] = (CjCurrentPiece){ begin, MAX (begin, end), amplitude, amplitude };
}

const char *const cjl_current_shapes[] = { "step", "ramp", "pulses", "noise", NULL };

void
cjl_neuron_set_current (CjlNeuron *self, CjlCurrentShape shape, double amplitude, double begin,
                        double end)
{
  const double each = MAX (end - begin, 0) / (2 * CJ_NEURON_MAX_PIECES - 1);

  cjl_neuron_set_pulse (self, amplitude, begin, end);
  if (shape == CJL_CURRENT_RAMP)
    self->current.pieces[0].first = self->current.rest;
  if (shape == CJL_CURRENT_NOISE)
    self->current.noise = fabs (amplitude) / 2;
  if (shape != CJL_CURRENT_PULSES)
    return;
  self->current.n_pieces = CJ_NEURON_MAX_PIECES;
  for (guint i = 0; i < CJ_NEURON_MAX_PIECES; i++)
    self->current.pieces[i] = (CjCurrentPiece){ begin + 2 * i * each, begin + (2 * i + 1) * each,
                                                amplitude, amplitude };
}

CjNeuronTrace *
cjl_neuron_run (const CjlNeuron *self, GError **error)
{
  const double *start = self->pattern != NULL ? self->pattern->start : NULL;
  CjNeuronTrace *trace = cj_neuron_run (self->info, self->params, start, &self->current, self->dt,
                                        self->duration, error);
  const gsize n = trace != NULL ? (gsize) trace->n * trace->n_state : 0;

  for (gsize i = 0; i < n; i++)
    if (!(fabs (trace->state[i]) < 1e30))
      {
        g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                     _ ("%s leaves all bounds after %g ms with these numbers. Choose a step of at "
                        "most %g ms, or milder parameters."),
                     _ (self->info->title), (double) (i / trace->n_state) * trace->dt,
                     self->info->dt);
        cj_neuron_trace_free (trace);
        return NULL;
      }
  return trace;
}

CjlFiring
cjl_neuron_measure (const CjNeuronTrace *trace)
{
  g_autoptr (GArray) spikes = cj_neuron_trace_dup_spikes (trace);
  const double *t = (const double *) (gpointer) spikes->data;
  CjlFiring firing = { spikes->len, spikes->len * 1000 / (trace->n * trace->dt), NAN, NAN };
  double mean, sum = 0;

  if (spikes->len > 0)
    firing.first = t[0];
  if (spikes->len < 3)
    return firing;
  mean = (t[spikes->len - 1] - t[0]) / (spikes->len - 1);
  for (guint i = 1; i < spikes->len; i++)
    sum += (t[i] - t[i - 1] - mean) * (t[i] - t[i - 1] - mean);
  firing.cv = sqrt (sum / (spikes->len - 1)) / mean;
  return firing;
}

/* --- frames --- */

/* "a=0.02 b=0.2 ..." You free. */
static char *
print_settings (const CjlNeuron *self)
{
  GString *text = g_string_new (NULL);

  for (const CjParam *p = self->info->params; p->name != NULL; p++)
    {
      g_autofree char *value = cj_params_print (p, self->params);

      g_string_append_printf (text, "%s%s=%s", text->len > 0 ? " " : "", p->name, value);
    }
  return g_string_free (text, FALSE);
}

/* "0 nA; 2 nA from 20 to 180 ms". You free. */
static char *
print_current (const CjlNeuron *self)
{
  const char *unit = self->info->current_unit != NULL ? self->info->current_unit : "";
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%g %s", self->current.rest, unit);
  for (guint i = 0; i < self->current.n_pieces; i++)
    {
      const CjCurrentPiece *p = &self->current.pieces[i];
      const double end = MIN (p->end, self->duration);

      if (p->first == p->last)
        /* Translators: a current, its unit, and when it flows */
        g_string_append_printf (text, _ ("; %g %s from %g to %g ms"), p->first, unit, p->begin,
                                end);
      else
        g_string_append_printf (text, _ ("; rising from %g to %g %s from %g to %g ms"), p->first,
                                p->last, unit, p->begin, p->end);
    }
  if (self->current.noise > 0)
    g_string_append_printf (text, _ (", with noise of %g %s"), self->current.noise, unit);
  return g_string_free (text, FALSE);
}

static char *
print_name (const char *name, const char *unit)
{
  return unit != NULL ? g_strdup_printf ("%s (%s)", name, unit) : g_strdup (name);
}

/* Whether the model has a number parameter of this name, and its value. */
static gboolean
find_number (const CjlNeuron *self, const char *name, double *value)
{
  const CjParam *p = cj_params_find (self->info->params, name);

  if (p == NULL || p->kind != CJ_PARAM_FLOAT)
    return FALSE;
  *value = *(const double *) (gconstpointer) ((const char *) self->params + p->offset);
  return TRUE;
}

void
cjl_neuron_put_words (const CjlNeuron *self, CjvFrame *frame)
{
  const CjNeuronInfo *info = self->info;
  g_autofree char *settings = print_settings (self), *current = print_current (self);
  g_autofree char *current_name = print_name ("I", info->current_unit);
  g_autofree char *origin = g_strdup_printf (_ ("%s: %s; current %s; in steps of %g ms"),
                                             _ (info->title), settings, current, self->dt);

  cjv_frame_set_text (frame, "current-name", current_name);
  cjv_frame_set_text (frame, "title", _ (info->title));
  cjv_frame_set_provenance (frame, origin);
}

static guint
count_shown (const CjNeuronInfo *info)
{
  guint n = 0;

  while (n < info->n_state && info->state_names[n] != NULL)
    n++;
  return n;
}

CjvFrame *
cjl_neuron_frame_traces (const CjlNeuron *self, const CjNeuronTrace *trace)
{
  CjvFrame *frame = cjv_frame_new ();
  const guint n_shown = count_shown (self->info);
  const CjShape shape = { .n_dims = 2, .dims = { n_shown, trace->n } };
  CjTensor *states = cj_tensor_new (CJ_FLOAT32, &shape);
  g_autofree float *current = g_new (float, trace->n);
  g_autoptr (GArray) spikes = cj_neuron_trace_dup_spikes (trace);
  g_autofree float *times = g_new (float, MAX (spikes->len, 1));
  g_auto (GStrv) names = g_new0 (char *, self->info->n_state + 1);
  double threshold, peak = self->info->peak;

  for (guint i = 0; i < trace->n; i++)
    {
      current[i] = (float) trace->current[i];
      for (guint v = 0; v < n_shown; v++)
        cj_tensor_f32 (states)[(gsize) v * trace->n + i]
            = (float) trace->state[(gsize) i * trace->n_state + v];
    }
  for (guint i = 0; i < spikes->len; i++)
    times[i] = (float) g_array_index (spikes, double, i);
  cjv_frame_take_array (frame, "states", states);
  cjv_frame_set_values (frame, "current", current, trace->n);
  if (spikes->len > 0)
    cjv_frame_set_values (frame, "spikes", times, spikes->len);
  cjv_frame_set_scalar (frame, "dt", trace->dt);
  if (find_number (self, "threshold", &threshold))
    cjv_frame_set_scalar (frame, "threshold", threshold);
  find_number (self, "peak", &peak); /* a person may have moved it */
  if (isfinite (peak))
    cjv_frame_set_scalar (frame, "peak", peak);
  for (guint v = 0; v < n_shown; v++)
    names[v] = print_name (self->info->state_names[v], self->info->state_units[v]);
  cjv_frame_set_strings (frame, "names", (const char *const *) names);
  cjl_neuron_put_words (self, frame);
  return cjv_frame_seal (frame);
}

GVariant *
cjl_neuron_print_source (const CjlNeuron *self)
{
  g_autofree char *settings = print_settings (self), *current = print_current (self);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "neuron", "s", self->info->id);
  g_variant_dict_insert (&dict, "settings", "s", settings);
  g_variant_dict_insert (&dict, "current", "s", current);
  g_variant_dict_insert (&dict, "dt", "d", self->dt);
  g_variant_dict_insert (&dict, "duration", "d", self->duration);
  g_variant_dict_insert (&dict, "cajal", "s", CAJAL_VERSION);
  return g_variant_dict_end (&dict);
}
