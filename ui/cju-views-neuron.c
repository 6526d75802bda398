/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One neuron on the bench: a current is injected, its parameters are turned by hand, and its membrane answers at
 * once. It needs no data and no network. */
#include "cju-view-settings.h"
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cjl-neuron-figures.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MODEL "izhikevich" /* to begin with: it fires in all ways */

typedef enum
{
  SHOW_TRACES,
  SHOW_PLANE,
  SHOW_RATES,
  SHOW_INTERVALS,
  SHOW_WINDOW,
  N_SHOWN
} Shown; /* as cjl_neuron_figures */

typedef struct
{
  CjlNeuron *neuron;
  CjStdp stdp;
  CjlRates *rates;
  CjuViewJob job;    /* that finds them */
  gboolean outdated; /* they are of another neuron */
  GtkWidget *shown, *model, *pattern, *shape, *amplitude, *times, *begin, *end, *rule;
  CjuViewSettings settings, stdp_settings;
  char *told;           /* why it could not be computed, or NULL */
  gboolean own_current; /* set by hand, in place of that of the pattern */
  gboolean filling;     /* the controls are set, not by a person */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  g_clear_pointer (&state->neuron, cjl_neuron_free);
  g_clear_pointer (&state->rates, cjl_rates_free);
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

static Shown
get_shown (const State *state)
{
  return (Shown) MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (state->shown)), N_SHOWN - 1);
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const Shown shown = get_shown (state);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjNeuronTrace) trace = NULL;

  cju_figure_view_set_figure (cju_view_get_figure (view), cjl_neuron_figures[shown]);
  if (shown == SHOW_WINDOW)
    return cjl_stdp_frame (&state->stdp);
  if (shown == SHOW_RATES)
    return state->rates != NULL ? cjl_rates_frame (state->rates) : NULL;
  trace = cjl_neuron_run (state->neuron, &error);
  if (trace == NULL)
    {
      tell_once (view, state, error->message);
      return NULL;
    }
  g_clear_pointer (&state->told, g_free);
  return shown == SHOW_PLANE       ? cjl_neuron_frame_plane (state->neuron, trace)
         : shown == SHOW_INTERVALS ? cjl_neuron_frame_intervals (state->neuron, trace)
                                   : cjl_neuron_frame_traces (state->neuron, trace);
}

/* --- rates --- */

static void
begin_rates (CjuView *view)
{
  State *state = cju_view_get_state (view);

  state->outdated = FALSE;
  cju_view_job_take (&state->job, cjl_neuron_start_rates (state->neuron));
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlRates *fresh = cju_view_job_poll (&state->job, view);

  if (fresh != NULL)
    {
      g_clear_pointer (&state->rates, cjl_rates_free);
      state->rates = fresh;
      cju_view_refresh (view);
    }
  if (state->outdated && get_shown (state) == SHOW_RATES)
    begin_rates (view);
}

/* Something was turned. */
static void
on_turned (CjuView *view)
{
  State *state = cju_view_get_state (view);

  state->outdated = TRUE;
  cju_view_refresh (view);
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
  state->own_current = FALSE;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (state->shape), CJL_CURRENT_STEP);
  cju_view_settings_set_table (&state->settings, neuron->info->params, neuron->params);
  show_current (state);
  state->filling = FALSE;
  cjl_neuron_free (old);
  on_turned (view);
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
  state->own_current = TRUE;
  cjl_neuron_set_current (
      state->neuron, (CjlCurrentShape) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->shape)),
      gtk_range_get_value (GTK_RANGE (state->amplitude)),
      gtk_spin_button_get_value (GTK_SPIN_BUTTON (state->begin)),
      gtk_spin_button_get_value (GTK_SPIN_BUTTON (state->end)));
  on_turned (view);
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
  const char *const shapes[] = { _ ("Step"), _ ("Ramp"), _ ("Pulses"), _ ("Noise"), NULL };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  state->shape = cju_view_add_list (view, shapes, _ ("Shape of the injected current"));
  g_signal_connect_object (state->shape, "notify::selected", G_CALLBACK (on_current), view,
                           G_CONNECT_SWAPPED);
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
  state->times = box;
}

/* What belongs to what is shown. */
static void
on_shown (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const gboolean window = get_shown (state) == SHOW_WINDOW;
  GtkWidget *const of_neuron[]
      = { gtk_widget_get_parent (state->model), state->shape, state->amplitude, state->times };

  for (guint i = 0; i < G_N_ELEMENTS (of_neuron); i++)
    gtk_widget_set_visible (of_neuron[i], !window);
  gtk_widget_set_visible (state->pattern, !window && state->neuron->info->patterns != NULL);
  gtk_widget_set_visible (gtk_widget_get_parent (state->rule), window);
  state->outdated = state->outdated || state->rates == NULL;
  cju_view_refresh (view);
}

/* --- for files --- */

static void
save (CjuView *view, GVariantDict *controls)
{
  State *state = cju_view_get_state (view);
  GVariantDict stdp;

  cju_view_settings_save (&state->settings, controls);
  g_variant_dict_insert (controls, "amplitude", "d",
                         gtk_range_get_value (GTK_RANGE (state->amplitude)));
  g_variant_dict_insert (controls, "own-current", "b", state->own_current);
  g_variant_dict_init (&stdp, NULL);
  cju_view_settings_save (&state->stdp_settings, &stdp);
  g_variant_dict_insert_value (controls, "stdp", g_variant_dict_end (&stdp));
}

/* After the lists of model and pattern, which set everything anew. */
static gboolean
load (CjuView *view, GVariant *controls)
{
  State *state = cju_view_get_state (view);
  g_autoptr (GVariant) stdp = g_variant_lookup_value (controls, "stdp", G_VARIANT_TYPE_VARDICT);
  gboolean own = FALSE;
  double amplitude;

  cju_view_settings_load (&state->settings, controls);
  if (stdp != NULL)
    cju_view_settings_load (&state->stdp_settings, stdp);
  if (g_variant_lookup (controls, "own-current", "b", &own) && own
      && g_variant_lookup (controls, "amplitude", "d", &amplitude))
    {
      const double reach = MAX (fabs (amplitude), 1e-9) * 2;

      gtk_range_set_range (GTK_RANGE (state->amplitude), -reach, reach);
      gtk_range_set_value (GTK_RANGE (state->amplitude), amplitude);
      on_current (view);
    }
  on_turned (view);
  return TRUE;
}

static void
build (CjuView *view)
{
  static const char *model_ids[64];
  const char *const titles[] = { _ ("Traces"),    _ ("Phase plane"), _ ("f–I curve"),
                                 _ ("Intervals"), _ ("STDP window"), NULL };
  State *state = g_new0 (State, 1);
  g_autoptr (GtkStringList) models = gtk_string_list_new (NULL);
  g_autoptr (GtkStringList) patterns = NULL;
  guint chosen = 0;

  cju_view_take_state (view, state, free_state);
  cj_params_reset (cj_stdp_params, &state->stdp);
  state->shown = cju_view_add_list (view, titles, _ ("What is shown of the neuron"));
  for (guint i = 0; cj_neurons ()[i] != NULL; i++)
    {
      gtk_string_list_append (models, _ (cj_neurons ()[i]->title));
      if (i + 1 < G_N_ELEMENTS (model_ids))
        model_ids[i] = cj_neurons ()[i]->id;
      if (g_str_equal (cj_neurons ()[i]->id, MODEL))
        chosen = i;
    }
  state->neuron = cjl_neuron_new (cj_neurons ()[chosen], NULL);
  patterns = list_patterns (state->neuron->info);
  state->model = gtk_drop_down_new (G_LIST_MODEL (g_object_ref (models)), NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (state->model), chosen);
  cju_view_name_control (state->model, _ ("Model of the neuron"));
  state->settings.changed = on_turned;
  cju_view_settings_build (&state->settings, view, state->model, state->neuron->info->params,
                           state->neuron->params, _ ("Turn the parameters of the neuron"));
  state->pattern = gtk_drop_down_new (G_LIST_MODEL (g_object_ref (patterns)), NULL);
  cju_view_name_control (state->pattern, _ ("Way to fire"));
  cju_view_add_control (view, state->pattern);
  state->filling = TRUE;
  add_current (view, state);
  show_current (state);
  state->filling = FALSE;
  state->rule = gtk_label_new (_ ("Pair rule"));
  state->stdp_settings.changed = cju_view_refresh;
  cju_view_settings_build (&state->stdp_settings, view, state->rule, cj_stdp_params, &state->stdp,
                           _ ("Turn the parameters of the rule"));
  cju_view_job_build (&state->job, view, NULL, _ ("Finding rates"), begin_rates);
  cju_view_keep (view, "figure", state->shown, cjl_neuron_figures);
  cju_view_keep (view, "model", state->model, model_ids);
  cju_view_keep (view, "pattern", state->pattern, NULL);
  cju_view_keep (view, "shape", state->shape, cjl_current_shapes);
  cju_view_keep (view, "begin", state->begin, NULL);
  cju_view_keep (view, "end", state->end, NULL);
  g_signal_connect_object (state->shown, "notify::selected", G_CALLBACK (on_shown), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->model, "notify::selected", G_CALLBACK (on_model), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->pattern, "notify::selected", G_CALLBACK (on_pattern), view,
                           G_CONNECT_SWAPPED);
  on_shown (view);
}

const CjuViewInfo cju_view_neuron = {
  .id = "neuron",
  .title = N_ ("Neuron"),
  .blurb = N_ ("One neuron, patched with a current: its membrane, what drives it, and its spikes; "
               "the plane of "
               "its two variables, how its rate follows the current, its intervals, and how a "
               "synapse learns "
               "from pairs of spikes. A way to fire sets parameters and current as they are "
               "published; any of "
               "them can be turned by hand, and the neuron answers at once. It stands beside the "
               "network and "
               "is no part of it; what is set stays with the project"),
  .figure = "traces",
  .make = make,
  .build = build,
  .tick = tick,
  .save = save,
  .load = load,
  .stays = TRUE,
  .formula
  = "C v' = I − Σ I_ion (v, …); at a spike v ← v_reset (Hodgkin–Huxley: none). Each model "
    "has a page of its own. "
    "Plane: v' = 0 and w' = 0 with the strongest current; a fixed point is stable where "
    "the trace of its Jacobian is negative and the determinant positive. STDP: Δw = A₊ e^(−Δt "
    "/ τ₊) for Δt ≥ 0, else −A₋ e^(Δt / τ₋)",
  .source
  = "E. Izhikevich, “Which model to use for cortical spiking neurons?”, IEEE Transactions "
    "on Neural Networks 15 (2004), and “Dynamical Systems in Neuroscience” (2007); G. Bi, M. "
    "Poo (1998); S. Song, K. Miller, L. Abbott (2000)",
};
