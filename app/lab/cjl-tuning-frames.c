/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the bench found, as frames of figures. */
#include "cjl-settings.h"
#include "cjl-tuning.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const char *const shows[CJL_SHOW_N_KINDS]
    = { N_ ("drifting gratings"), N_ ("static gratings"), N_ ("bars") };

/* "conv1, drifting gratings, step 1200"; you free. */
static char *
print_place (const CjlTuning *self)
{
  g_autofree char *step = self->untrained
                              ? g_strdup (_ ("untrained"))
                              : g_strdup_printf (_ ("step %llu"), (unsigned long long) self->step);

  g_autofree char *settings
      = cjl_settings_print (cjl_tuning_params, &self->options, sizeof self->options);
  /* Translators: name of the data set, what is shown ("drifting gratings"), "step 1200" */
  g_autofree char *place
      = g_strdup_printf (_ ("%s, %s, %s"), self->data, _ (shows[self->options.show]), step);

  return settings != NULL ? g_strdup_printf ("%s, %s", place, settings) : g_steal_pointer (&place);
}

static void
put_doubles (CjvFrame *frame, const char *name, const double *values, guint n)
{
  g_autofree float *copy = g_new (float, n + 1);

  for (guint i = 0; i < n; i++)
    copy[i] = (float) values[i];
  cjv_frame_set_values (frame, name, copy, n);
}

/* The grating or bar that the unit answers best to. */
static void
put_stimulus (CjvFrame *frame, const CjlTuning *self, const CjlUnitTuning *u)
{
  static const float ground = 0, reach = 1;
  const CjScreen screen = { 1, self->h, self->w, &ground, &reach };
  const CjShape shape = cj_shape2 (self->h, self->w);
  const CjStimulus best
      = { .kind = self->options.show == CJL_SHOW_BARS ? CJ_STIMULUS_BAR : CJ_STIMULUS_GRATING,
          .orientation = 180.0 * u->best_orientation / self->options.n_orientations,
          .frequency = self->frequencies[u->best_frequency],
          .phase = (double) u->best_phase / self->options.n_phases,
          .contrast = self->options.contrast,
          .x = self->x,
          .y = self->y };
  CjTensor *picture;

  if (!(u->response > 0))
    return;
  picture = cj_tensor_new (CJ_FLOAT32, &shape);
  cj_stimulus_draw (&best, &screen, cj_tensor_f32 (picture));
  cjv_frame_take_array (frame, "stimulus", picture);
}

/* The curves of a unit; `names` are those of the arrays: orientation, frequency, phase, size. */
static void
put_curves (CjvFrame *frame, const CjlTuning *self, guint unit, const char *const *names)
{
  const CjlTuningOptions *o = &self->options;
  const CjlUnitTuning *u = &self->units[unit];
  g_autofree double *orientations = g_new (double, o->n_orientations);
  g_autofree double *frequencies = g_new (double, o->n_frequencies);

  cjl_tuning_get_orientations (self, unit, orientations);
  cjl_tuning_get_frequencies (self, unit, frequencies);
  put_doubles (frame, names[0], orientations, o->n_orientations);
  put_doubles (frame, names[1], frequencies, self->n_done);
  cjv_frame_set_values (
      frame, names[2],
      self->rates
          + (((gsize) unit * o->n_frequencies + u->best_frequency) * o->n_orientations
             + u->best_orientation)
                * o->n_phases,
      o->n_phases);
  if (self->sized)
    cjv_frame_set_values (frame, names[3], self->size_curves + (gsize) unit * o->n_sizes,
                          o->n_sizes);
}

gboolean
cjl_tuning_is_like (const CjlTuning *a, const CjlTuning *b)
{
  return a->options.show == b->options.show && a->options.mean == b->options.mean
         && a->options.contrast == b->options.contrast
         && a->options.n_orientations == b->options.n_orientations
         && a->options.n_frequencies == b->options.n_frequencies
         && a->options.n_phases == b->options.n_phases && a->options.n_sizes == b->options.n_sizes;
}

/* Whether every unit of one can be laid over that of the other. */
static gboolean
are_alike (const CjlTuning *a, const CjlTuning *b)
{
  return b != NULL && a->n_units == b->n_units && a->n_done == b->n_done
         && cjl_tuning_is_like (a, b);
}

CjvFrame *
cjl_tuning_frame (const CjlTuning *self, const CjlTuning *before, guint unit)
{
  static const char *const names[] = { "orientation", "frequency", "phase", "size" };
  static const char *const others[]
      = { "before-orientation", "before-frequency", "before-phase", "before-size" };
  const CjlTuningOptions *o = &self->options;
  const gsize at = MIN (unit, self->n_units - 1);
  const CjlUnitTuning *u = &self->units[at];
  g_autofree char *title = g_strdup_printf (_ ("%s, unit %u"), self->node, (guint) at);
  g_autofree char *place = print_place (self);
  CjvFrame *frame = cjv_frame_new ();

  put_curves (frame, self, (guint) at, names);
  put_doubles (frame, "frequencies", self->frequencies, self->n_done);
  if (are_alike (self, before))
    put_curves (frame, before, (guint) at, others);
  if (self->sized)
    {
      const float *spots = self->spots + at * 2 * o->n_sizes;

      put_doubles (frame, "sizes", self->sizes, o->n_sizes);
      cjv_frame_set_values (frame, "light", spots, o->n_sizes);
      cjv_frame_set_values (frame, "dark", spots + o->n_sizes, o->n_sizes);
    }
  put_stimulus (frame, self, u);
  cjv_frame_set_scalar (frame, "preferred", u->orientation.preferred);
  cjv_frame_set_scalar (frame, "selectivity", u->orientation.selectivity);
  cjv_frame_set_scalar (frame, "index", u->orientation.index);
  cjv_frame_set_scalar (frame, "width", u->orientation.width);
  cjv_frame_set_scalar (frame, "best-frequency", u->frequency);
  cjv_frame_set_scalar (frame, "best-phase", u->phase);
  cjv_frame_set_scalar (frame, "best-size", u->size);
  if (o->show != CJL_SHOW_BARS) /* F1/F0 is that of gratings */
    cjv_frame_set_scalar (frame, "modulation", u->modulation);
  cjv_frame_set_scalar (frame, "unit", (double) at);
  cjv_frame_set_text (frame, "title", title);
  cjv_frame_set_provenance (frame, place);
  return cjv_frame_seal (frame);
}

/* One number of every unit of all layers, one after another. */
static void
put_units (CjvFrame *frame, const char *name, const CjlTuning *const *tunings, guint n,
           gsize offset)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (float));

  for (guint i = 0; i < n; i++)
    for (guint u = 0; u < tunings[i]->n_units; u++)
      {
        const float value
            = (float) *(const double *) ((const char *) &tunings[i]->units[u] + offset);

        g_array_append_val (values, value);
      }
  cjv_frame_set_values (frame, name, (const float *) values->data, values->len);
}

static void
put_population (CjvFrame *frame, const CjlTuning *const *tunings, guint n)
{
  put_units (frame, "preferred", tunings, n, offsetof (CjlUnitTuning, orientation.preferred));
  put_units (frame, "selectivity", tunings, n, offsetof (CjlUnitTuning, orientation.selectivity));
  put_units (frame, "index", tunings, n, offsetof (CjlUnitTuning, orientation.index));
  put_units (frame, "frequency", tunings, n, offsetof (CjlUnitTuning, frequency));
  put_units (frame, "phase", tunings, n, offsetof (CjlUnitTuning, phase));
  put_units (frame, "size", tunings, n, offsetof (CjlUnitTuning, size));
  put_units (frame, "width", tunings, n, offsetof (CjlUnitTuning, orientation.width));
  put_units (frame, "response", tunings, n, offsetof (CjlUnitTuning, response));
  if (tunings[0]->options.show != CJL_SHOW_BARS)
    put_units (frame, "modulation", tunings, n, offsetof (CjlUnitTuning, modulation));
}

CjvFrame *
cjl_orientation_frame (const CjlTuning *self, const CjlTuning *before, gint64 unit)
{
  g_autofree char *place = print_place (self);
  CjvFrame *frame = cjv_frame_new ();

  put_population (frame, &self, 1);
  if (are_alike (self, before))
    {
      put_units (frame, "before-preferred", &before, 1,
                 offsetof (CjlUnitTuning, orientation.preferred));
      put_units (frame, "before-selectivity", &before, 1,
                 offsetof (CjlUnitTuning, orientation.selectivity));
    }
  if (unit >= 0)
    cjv_frame_set_scalar (frame, "unit", (double) unit);
  cjv_frame_set_text (frame, "title", self->node);
  cjv_frame_set_provenance (frame, place);
  return cjv_frame_seal (frame);
}

CjvFrame *
cjl_selectivity_frame (const CjlTuning *const *tunings, guint n)
{
  g_autoptr (GArray) series = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autofree char *place = print_place (tunings[0]);
  g_auto (GStrv) list = NULL;
  CjvFrame *frame = cjv_frame_new ();

  put_population (frame, tunings, n);
  for (guint i = 0; i < n; i++)
    {
      const float number = (float) i;
      g_autofree char *name = tunings[i]->untrained
                                  ? g_strdup_printf (_ ("%s, untrained"), tunings[i]->node)
                                  : g_strdup_printf (_ ("%s, step %llu"), tunings[i]->node,
                                                     (unsigned long long) tunings[i]->step);

      g_strv_builder_add (names, name);
      for (guint u = 0; u < tunings[i]->n_units; u++)
        g_array_append_val (series, number);
    }
  list = g_strv_builder_end (names);
  cjv_frame_set_values (frame, "series", (const float *) series->data, series->len);
  cjv_frame_set_strings (frame, "names", (const char *const *) list);
  cjv_frame_set_text (frame, "title", tunings[0]->node);
  cjv_frame_set_provenance (frame, place);
  return cjv_frame_seal (frame);
}
