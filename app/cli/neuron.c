/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli neuron: one neuron, patched with a current. */
#include "cli.h"

#include "cj-error.h"
#include "cjl-figure-file.h"
#include "cjl-neuron-figures.h"
#include "cjl-plate.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

typedef struct
{
  char *pattern, *output, *shape, *figure;
  char **settings;
  double current, from, until, duration, dt; /* NAN: not given */
  gboolean json, dark;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->pattern);
  g_free (options->output);
  g_free (options->shape);
  g_free (options->figure);
  g_strfreev (options->settings);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* --- what there is --- */

static void
list_pattern (const CjNeuronInfo *info, const CjFiringPattern *pattern, gboolean json)
{
  GVariantDict dict;

  if (!json)
    {
      g_print ("  %-22s %s\n", pattern->id, _ (pattern->blurb));
      return;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "neuron", "s", info->id);
  g_variant_dict_insert (&dict, "pattern", "s", pattern->id);
  g_variant_dict_insert (&dict, "title", "s", pattern->title);
  g_variant_dict_insert (&dict, "blurb", "s", pattern->blurb);
  cli_print_json (g_variant_dict_end (&dict));
}

static void
list_all (gboolean json)
{
  for (const CjNeuronInfo *const *i = cj_neurons (); *i != NULL; i++)
    {
      if (!json)
        g_print ("%s: %s\n", (*i)->id, _ ((*i)->blurb));
      for (const CjFiringPattern *p = (*i)->patterns; p != NULL && p->id != NULL; p++)
        list_pattern (*i, p, json);
    }
}

/* --- one neuron --- */

static gboolean
apply_settings (CjlNeuron *neuron, char **settings, GError **error)
{
  for (guint i = 0; settings != NULL && settings[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (settings[i], "=", 2); /* "" has no parts at all */

      if (pair[0] == NULL || pair[1] == NULL)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                       _ ("“%s” sets nothing. Write --set NAME=VALUE."), settings[i]);
          return FALSE;
        }
      if (!cj_params_parse (neuron->info->params, neuron->params, pair[0], pair[1], error))
        return FALSE;
    }
  return TRUE;
}

/* The current as the pattern has it, unless a person asks for one of their own. */
static gboolean
apply_current (CjlNeuron *neuron, const Options *options, GError **error)
{
  double amplitude, begin, end;
  guint shape = 0;

  if (!isnan (options->duration))
    neuron->duration = options->duration;
  if (!isnan (options->dt))
    neuron->dt = options->dt;
  if (isnan (options->current) && isnan (options->from) && isnan (options->until)
      && options->shape == NULL)
    return TRUE;
  cjl_neuron_get_pulse (neuron, &amplitude, &begin, &end);
  if (!isnan (options->from))
    begin = options->from;
  if (!isnan (options->until))
    end = options->until;
  if (end <= begin)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("The current cannot begin at %g ms and end at %g ms. Set --from before "
                      "--until, within the %g ms of --duration."),
                   begin, end, neuron->duration);
      return FALSE;
    }
  while (options->shape != NULL && cjl_current_shapes[shape] != NULL
         && !g_str_equal (cjl_current_shapes[shape], options->shape))
    shape++;
  if (cjl_current_shapes[shape] == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no current “%s”. Choose step, ramp, pulses or noise."),
                   options->shape);
      return FALSE;
    }
  cjl_neuron_set_current (neuron, (CjlCurrentShape) shape,
                          isnan (options->current) ? amplitude : options->current, begin, end);
  return TRUE;
}

/* A neuron as it was asked for; NULL with the reason. */
static CjlNeuron *
make_neuron (const char *id, const Options *options, GError **error)
{
  const CjNeuronInfo *info = cj_neuron_find (id);
  const CjFiringPattern *pattern = info != NULL && options->pattern != NULL
                                       ? cj_neuron_find_pattern (info, options->pattern)
                                       : NULL;
  g_autoptr (CjlNeuron) neuron = NULL;

  if (info == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("There is no neuron “%s”. “cajal-cli neuron” lists them."), id);
  else if (pattern == NULL && options->pattern != NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("%s has no pattern “%s”. “cajal-cli neuron” lists them."), info->id,
                 options->pattern);
  else
    {
      neuron = cjl_neuron_new (info, pattern);
      if (apply_settings (neuron, options->settings, error)
          && apply_current (neuron, options, error))
        return g_steal_pointer (&neuron);
    }
  return NULL;
}

static void
print_firing (const CjlNeuron *neuron, const CjlFiring *firing, gboolean json)
{
  GVariantDict dict;

  if (json)
    {
      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "neuron", "s", neuron->info->id);
      if (neuron->pattern != NULL)
        g_variant_dict_insert (&dict, "pattern", "s", neuron->pattern->id);
      g_variant_dict_insert (&dict, "spikes", "x", (gint64) firing->n);
      g_variant_dict_insert (&dict, "rate", "d", firing->rate);
      if (isfinite (firing->first))
        g_variant_dict_insert (&dict, "first", "d", firing->first);
      if (isfinite (firing->cv))
        g_variant_dict_insert (&dict, "cv", "d", firing->cv);
      cli_print_json (g_variant_dict_end (&dict));
      return;
    }
  g_print ("%s\n", _ (neuron->info->title));
  g_print (g_dngettext (GETTEXT_PACKAGE, "%u spike in %g ms: %.4g per second\n",
                        "%u spikes in %g ms: %.4g per second\n", firing->n),
           firing->n, neuron->duration, firing->rate);
  if (isfinite (firing->first))
    g_print (_ ("The first after %.6g ms\n"), firing->first);
  if (isfinite (firing->cv))
    g_print (_ ("Coefficient of variation of the intervals: %.3f\n"), firing->cv);
}

static gboolean
write_figure (const CjlNeuron *neuron, const CjNeuronTrace *trace, const Options *options,
              GError **error)
{
  const char *id = options->figure != NULL ? options->figure : "traces";
  const CjvFigureInfo *info = cjv_figure_find (id);
  CjvFrame *frame = cjl_neuron_frame (neuron, trace, id, error);
  g_autoptr (GVariant) source = g_variant_ref_sink (cjl_neuron_print_source (neuron));
  g_autoptr (CjvPlate) plate = NULL;
  CjvStyle style;

  if (frame == NULL)
    return FALSE;
  cjv_style_init (&style, options->dark);
  style.scale = 2;
  plate = cjv_plate_new (&style, info->preset_width, info->preset_height);
  cjv_plate_add (plate, info, frame, NULL);
  if (!cjl_figure_save (plate, source, options->output, error))
    return FALSE;
  cli_print_file (options->output, options->json);
  return TRUE;
}

static gboolean
run_one (const char *id, const Options *options, GError **error)
{
  g_autoptr (CjlNeuron) neuron = NULL;
  g_autoptr (CjNeuronTrace) trace = NULL;
  CjlFiring firing;

  if (options->output != NULL && !cjd_file_can_write (options->output, error))
    return FALSE;
  neuron = make_neuron (id, options, error);
  trace = neuron != NULL ? cjl_neuron_run (neuron, error) : NULL;
  if (trace == NULL)
    return FALSE;
  firing = cjl_neuron_measure (trace);
  print_firing (neuron, &firing, options->json);
  return options->output == NULL || write_figure (neuron, trace, options, error);
}

static int
run_neuron (int argc, char **argv)
{
  g_auto (Options) options
      = { .current = NAN, .from = NAN, .until = NAN, .duration = NAN, .dt = NAN };
  const GOptionEntry entries[]
      = { { "pattern", 'p', 0, G_OPTION_ARG_STRING, &options.pattern,
            N_ ("A way to fire that has a name; none: the first of the model"), "ID" },
          { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options.settings,
            N_ ("A parameter of the model; “cajal-cli describe MODEL” names them"), "NAME=VALUE" },
          { "current", 'I', 0, G_OPTION_ARG_DOUBLE, &options.current,
            N_ ("Injects a pulse of this much, in the unit of the model"), "A" },
          { "from", 0, 0, G_OPTION_ARG_DOUBLE, &options.from, N_ ("When the pulse begins"), "MS" },
          { "until", 0, 0, G_OPTION_ARG_DOUBLE, &options.until, N_ ("When the pulse ends"), "MS" },
          { "shape", 0, 0, G_OPTION_ARG_STRING, &options.shape,
            N_ ("Of the current: step, ramp, pulses or noise"), "SHAPE" },
          { "figure", 0, 0, G_OPTION_ARG_STRING, &options.figure,
            N_ ("What is drawn: traces, phase-plane, f-i-curve, isi or stdp-window"), "ID" },
          { "duration", 0, 0, G_OPTION_ARG_DOUBLE, &options.duration, N_ ("How long it is watched"),
            "MS" },
          { "dt", 0, 0, G_OPTION_ARG_DOUBLE, &options.dt, N_ ("Step of the computation"), "MS" },
          { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
            N_ ("Draws the figure, or writes its numbers"), "X.{svg,pdf,png,csv,npz}" },
          { "dark", 0, 0, G_OPTION_ARG_NONE, &options.dark, N_ ("Light ink on a dark ground"),
            NULL },
          { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON object a line"), NULL },
          { NULL } };
  int status = 0;
  GError *error = NULL;

  if (!cli_parse_words (&cli_neuron, entries, &argc, &argv, 0, 1, &status))
    return status;
  if (argc < 2)
    list_all (options.json);
  else if (!run_one (argv[1], &options, &error))
    return cli_fail (error);
  return 0;
}

const CliCommand cli_neuron = {
  "neuron",
  "[MODEL]",
  N_ ("Patches one neuron with a current, and counts its spikes"),
  run_neuron,
  N_ ("Without MODEL the models and their ways to fire are listed. Any of --current, --from and\n"
      "--until replaces the current of the pattern by one pulse; what is not given is as the\n"
      "pattern has it.\n\n"
      "  cajal-cli neuron izhikevich --pattern tonic-bursting -o bursts.pdf\n"
      "  cajal-cli neuron adex --pattern initial-burst --figure phase-plane -o plane.pdf\n"
      "  cajal-cli neuron lif --set tau=20 --current 1.6 --duration 500\n"
      "  cajal-cli neuron hodgkin-huxley --current 10 --from 20 --until 120 -o spikes.csv"),
};
