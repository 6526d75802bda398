/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One neuron on the bench: a current is injected, its parameters are turned by hand, and its membrane answers at
 * once. It needs no data and no network. */
#include "cju-view-settings.h"
#include "cju-view-tools.h"

#include "cjl-neuron.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MODEL "izhikevich" /* to begin with: it fires in all ways */

typedef struct
{
  CjlNeuron *neuron;
  GtkWidget *model, *pattern, *amplitude, *begin, *end;
  CjuViewSettings settings;
  char *told;       /* why it could not be computed, or NULL */
  gboolean filling; /* the controls are set, not by a person */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  g_clear_pointer (&state->neuron, cjl_neuron_free);
  g_free (state->told);
  g_free (state);
}

/* What cannot be computed is told once, not at every turn. */
static void
tell_once (CjuView *view, State *state, const char *text)
{
  if (g_strcmp0 (state->told, text) != 0)
    cju_view_tell (view, text);
  g_free (state->told);
  state->told = g_strdup (text);
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjNeuronTrace) trace = cjl_neuron_run (state->neuron, &error);

  if (trace == NULL)
    {
      tell_once (view, state, error->message);
      return NULL;
    }
  g_clear_pointer (&state->told, g_free);
  return cjl_neuron_frame_traces (state->neuron, trace);
}

/* --- controls --- */

/* The controls of the current as the neuron has it. */
static void
show_current (State *state)
{
  double amplitude, begin, end, reach;

  cjl_neuron_get_pulse (state->neuron, &amplitude, &begin, &end);
  reach = amplitude != 0 ? 2 * fabs (amplitude) : 10;
  gtk_range_set_range (GTK_RANGE (state->amplitude), -reach, reach);
  gtk_range_set_increments (GTK_RANGE (state->amplitude), reach / 100, reach / 10);
  gtk_scale_set_digits (GTK_SCALE (state->amplitude),
                        CLAMP (3 - (int) floor (log10 (reach)), 0, 4));
  gtk_range_set_value (GTK_RANGE (state->amplitude), amplitude);
  gtk_spin_button_set_range (GTK_SPIN_BUTTON (state->begin), 0, state->neuron->duration);
  gtk_spin_button_set_range (GTK_SPIN_BUTTON (state->end), 0, state->neuron->duration);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (state->begin), begin);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (state->end), end);
}

/* Takes another neuron to the bench. */
static void
take_neuron (CjuView *view, CjlNeuron *neuron)
{
  State *state = cju_view_get_state (view);
  CjlNeuron *old = state->neuron;

  state->neuron = neuron;
  state->filling = TRUE;
  cju_view_settings_set_table (&state->settings, neuron->info->params, neuron->params);
  show_current (state);
  state->filling = FALSE;
  cjl_neuron_free (old);
  cju_view_refresh (view);
}

static GtkStringList *
list_patterns (const CjNeuronInfo *info)
{
  GtkStringList *list = gtk_string_list_new (NULL);

  for (const CjFiringPattern *p = info->patterns; p != NULL && p->id != NULL; p++)
    gtk_string_list_append (list, _ (p->title));
  return list;
}

static void
on_model (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const CjNeuronInfo *info
      = cj_neurons ()[gtk_drop_down_get_selected (GTK_DROP_DOWN (state->model))];
  g_autoptr (GtkStringList) patterns = list_patterns (info);

  state->filling = TRUE;
  gtk_drop_down_set_model (GTK_DROP_DOWN (state->pattern), G_LIST_MODEL (patterns));
  gtk_widget_set_visible (state->pattern, info->patterns != NULL);
  take_neuron (view, cjl_neuron_new (info, NULL));
}

static void
on_pattern (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const CjNeuronInfo *info = state->neuron->info;
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (state->pattern));

  if (!state->filling && at != GTK_INVALID_LIST_POSITION)
    take_neuron (view, cjl_neuron_new (info, &info->patterns[at]));
}

/* A current of one's own takes the place of the pattern's. */
static void
on_current (CjuView *view)
{
  State *state = cju_view_get_state (view);

  if (state->filling)
    return;
  cjl_neuron_set_pulse (state->neuron, gtk_range_get_value (GTK_RANGE (state->amplitude)),
                        gtk_spin_button_get_value (GTK_SPIN_BUTTON (state->begin)),
                        gtk_spin_button_get_value (GTK_SPIN_BUTTON (state->end)));
  cju_view_refresh (view);
}

static char *
print_amplitude (GtkScale *scale, double value, gpointer data)
{
  const State *state = data;
  const char *unit = state->neuron->info->current_unit;

  return g_strdup_printf ("%.*f%s%s", MIN (gtk_scale_get_digits (scale), 2), value,
                          unit != NULL ? " " : "", unit != NULL ? unit : "");
}

static GtkWidget *
add_time (CjuView *view, GtkWidget *box, const char *words)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (0, 1, 1);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), 1);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 5);
  cju_view_name_control (spin, words);
  gtk_box_append (GTK_BOX (box), spin);
  g_signal_connect_object (spin, "value-changed", G_CALLBACK (on_current), view, G_CONNECT_SWAPPED);
  return spin;
}

static void
add_current (CjuView *view, State *state)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  state->amplitude = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, -1, 1, 0.1);
  gtk_scale_set_draw_value (GTK_SCALE (state->amplitude), TRUE);
  gtk_scale_set_value_pos (GTK_SCALE (state->amplitude), GTK_POS_LEFT);
  gtk_scale_set_has_origin (GTK_SCALE (state->amplitude), FALSE);
  gtk_scale_set_format_value_func (GTK_SCALE (state->amplitude), print_amplitude, state, NULL);
  cju_view_name_control (state->amplitude, _ ("The injected current"));
  g_signal_connect_object (state->amplitude, "value-changed", G_CALLBACK (on_current), view,
                           G_CONNECT_SWAPPED);
  cju_view_add_control (view, state->amplitude);
  state->begin = add_time (view, box, _ ("When the current begins, ms"));
  state->end = add_time (view, box, _ ("When the current ends, ms"));
  cju_view_add_control (view, box);
}

static void
build (CjuView *view)
{
  State *state = g_new0 (State, 1);
  g_autoptr (GtkStringList) models = gtk_string_list_new (NULL);
  g_autoptr (GtkStringList) patterns = NULL;
  guint chosen = 0;

  cju_view_take_state (view, state, free_state);
  for (guint i = 0; cj_neurons ()[i] != NULL; i++)
    {
      gtk_string_list_append (models, _ (cj_neurons ()[i]->title));
      if (g_str_equal (cj_neurons ()[i]->id, MODEL))
        chosen = i;
    }
  state->neuron = cjl_neuron_new (cj_neurons ()[chosen], NULL);
  patterns = list_patterns (state->neuron->info);
  state->model = gtk_drop_down_new (G_LIST_MODEL (g_object_ref (models)), NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (state->model), chosen);
  cju_view_name_control (state->model, _ ("Model of the neuron"));
  state->settings.changed = cju_view_refresh;
  cju_view_settings_build (&state->settings, view, state->model, state->neuron->info->params,
                           state->neuron->params, _ ("Turn the parameters of the neuron"));
  state->pattern = gtk_drop_down_new (G_LIST_MODEL (g_object_ref (patterns)), NULL);
  cju_view_name_control (state->pattern, _ ("Way to fire"));
  cju_view_add_control (view, state->pattern);
  state->filling = TRUE;
  add_current (view, state);
  show_current (state);
  state->filling = FALSE;
  g_signal_connect_object (state->model, "notify::selected", G_CALLBACK (on_model), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->pattern, "notify::selected", G_CALLBACK (on_pattern), view,
                           G_CONNECT_SWAPPED);
}

const CjuViewInfo cju_view_neuron = {
  .id = "neuron",
  .title = N_ ("Neuron"),
  .blurb = N_ (
      "One neuron, patched with a current: its membrane, what drives it, and its spikes. A way to "
      "fire sets parameters and current as they are published; any of them can be turned by hand, "
      "and the membrane answers at once. It stands beside the network and is no part of it"),
  .figure = "traces",
  .make = make,
  .build = build,
  .formula = "C v' = I − Σ I_ion (v, …); at a spike v ← v_reset (Hodgkin–Huxley: none). Each model "
             "has a page of its own",
  .source = "E. Izhikevich, “Which model to use for cortical spiking neurons?”, IEEE Transactions "
            "on Neural Networks 15 (2004)",
};
