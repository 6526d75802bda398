/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench of Hubel and Wiesel: what the units of a layer answer to gratings and bars, and the Gabor
 * functions that describe its filters. */
#include "cju-view-settings.h"
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cjl-tuning.h"
#include "cju-access.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* In the order of the list. */
typedef enum
{
  DRAW_CURVES,
  DRAW_ORIENTATIONS,
  DRAW_POPULATION,
  DRAW_GABORS
} Drawing;

static const char *const figures[] = { "tuning", "orientation-map", "selectivity", "gabor", NULL };

/* What a job is for. */
typedef enum
{
  JOB_TUNING,
  JOB_BESIDE, /* what it is compared with: the same layer, untrained, or another one */
  JOB_GABORS,
  JOB_GABORS_BESIDE
} Kind;

/* Behind these in the list of what a population is compared with are the layers. */
enum
{
  BESIDE_BEFORE,
  BESIDE_OTHERS,
  BESIDE_LAYERS
};

#define MOST_OTHERS 3 /* layers beside the first */

typedef struct
{
  CjuLayerChoice layer;
  GtkWidget *shown, *drawing, *beside, *before, *unit, *follow;
  CjlTuningOptions options;
  CjuViewSettings settings;
  CjuViewJob job;
  Kind kind;
  guint64 step;                 /* of the weights of the job */
  CjdDataset *dataset;          /* that what is below is of; only compared */
  CjlTuning *tuning;            /* or NULL */
  GPtrArray *others;            /* CjlTuning: what there is to compare it with */
  CjlGaborFits *fits, *initial; /* of these weights and of those before training; or NULL */
  gboolean setting;             /* the unit is set from here, not by a hand */
} State;

static void
forget (State *state)
{
  g_clear_pointer (&state->tuning, cjl_tuning_free);
  g_clear_pointer (&state->fits, cjl_gabor_fits_free);
  g_clear_pointer (&state->initial, cjl_gabor_fits_free);
  g_ptr_array_set_size (state->others, 0);
}

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  forget (state);
  g_ptr_array_unref (state->others);
  cju_layer_choice_clear (&state->layer);
  g_free (state);
}

static Drawing
get_drawing (const State *state)
{
  return (Drawing) MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (state->drawing)), DRAW_GABORS);
}

static gboolean
wants_before (const State *state)
{
  return gtk_check_button_get_active (GTK_CHECK_BUTTON (state->before));
}

/* --- what it is compared with --- */

/* Layers of the network that learn, but for the one that is tested, at most MOST_OTHERS; borrowed. */
static guint
list_others (CjuView *view, const char **out)
{
  const State *state = cju_view_get_state (view);
  const CjGraph *graph = cju_document_get_project (cju_view_get_document (view))->graph;
  guint n = 0;

  for (guint i = 0; state->layer.nodes[i] != NULL && n < MOST_OTHERS; i++)
    {
      const CjNode *node = cj_graph_find (graph, state->layer.nodes[i]);

      if (node != NULL && !g_str_equal (node->id, state->tuning->node)
          && (g_str_equal (node->layer->id, "conv-2d") || g_str_equal (node->layer->id, "dense")))
        out[n++] = state->layer.nodes[i];
    }
  return n;
}

/* The layers that are wanted beside the one that is tested, and whether untrained; how many. */
static guint
list_wanted (CjuView *view, const char **nodes, gboolean *untrained)
{
  const State *state = cju_view_get_state (view);
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (state->beside));
  const gboolean population = get_drawing (state) == DRAW_POPULATION;

  *untrained = !population || at == BESIDE_BEFORE;
  nodes[0] = state->tuning->node;
  if (!population)
    return wants_before (state);
  if (at == BESIDE_OTHERS)
    return list_others (view, nodes);
  if (at >= BESIDE_LAYERS && at - BESIDE_LAYERS < g_strv_length (state->layer.nodes))
    nodes[0] = state->layer.nodes[at - BESIDE_LAYERS];
  return 1;
}

/* What there is of a layer that was shown the same as the one that is tested, or NULL. */
static CjlTuning *
find_other (const State *state, const char *node, gboolean untrained)
{
  for (guint i = 0; i < state->others->len; i++)
    {
      CjlTuning *other = state->others->pdata[i];

      if (g_str_equal (other->node, node) && other->untrained == untrained
          && (untrained || other->step == state->tuning->step)
          && cjl_tuning_is_like (other, state->tuning))
        return other;
    }
  return NULL;
}

/* The first that is wanted and not there yet, or NULL. */
static const char *
find_missing (CjuView *view, gboolean *untrained)
{
  const State *state = cju_view_get_state (view);
  const char *nodes[MOST_OTHERS];
  const guint n = list_wanted (view, nodes, untrained);

  for (guint i = 0; i < n; i++)
    if (find_other (state, nodes[i], *untrained) == NULL)
      return nodes[i];
  return NULL;
}

/* --- the lists --- */

/* The first that learns filters. */
static guint
find_preset (CjuDocument *document, GStrv nodes)
{
  const CjGraph *graph = cju_document_get_project (document)->graph;

  for (guint i = 0; nodes[i] != NULL; i++)
    {
      const CjNode *node = cj_graph_find (graph, nodes[i]);

      if (node != NULL && g_str_equal (node->layer->id, "conv-2d"))
        return i;
    }
  return 0;
}

/* What can be compared with is listed anew where the layers are. */
static void
follow_layers (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (state->beside));
  g_autofree char *chosen = state->layer.nodes != NULL && at >= BESIDE_LAYERS
                                    && at - BESIDE_LAYERS < g_strv_length (state->layer.nodes)
                                ? g_strdup (state->layer.nodes[at - BESIDE_LAYERS])
                                : NULL;
  g_autoptr (GtkStringList) others = NULL;
  GStrv nodes;

  if (!cju_layer_choice_follow (&state->layer, view))
    return;
  nodes = state->layer.nodes;
  others = gtk_string_list_new (
      (const char *[]){ _ ("Before training"), _ ("Other layers"), NULL }); /* as BESIDE_… */
  for (guint i = 0; nodes[i] != NULL; i++)
    gtk_string_list_append (others, nodes[i]);
  gtk_drop_down_set_model (GTK_DROP_DOWN (state->beside), G_LIST_MODEL (others));
  if (at == BESIDE_OTHERS)
    gtk_drop_down_set_selected (GTK_DROP_DOWN (state->beside), at);
  for (guint i = 0; chosen != NULL && nodes[i] != NULL; i++)
    if (g_str_equal (nodes[i], chosen))
      gtk_drop_down_set_selected (GTK_DROP_DOWN (state->beside), BESIDE_LAYERS + i);
  gtk_widget_set_sensitive (state->job.start, nodes[0] != NULL);
}

static void
show_state (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const Drawing drawing = get_drawing (state);

  cju_view_job_set_label (&state->job, drawing == DRAW_GABORS ? _ ("Fit") : _ ("Show gratings"));
  gtk_widget_set_visible (state->unit, drawing == DRAW_CURVES && state->tuning != NULL);
  gtk_widget_set_visible (gtk_widget_get_parent (state->shown), drawing != DRAW_GABORS);
  gtk_widget_set_visible (state->beside, drawing == DRAW_POPULATION);
  gtk_widget_set_visible (state->before, drawing != DRAW_POPULATION);
}

/* --- jobs --- */

/* With the weights as they are now; `node`: the layer, with the weights before training if `untrained`. */
static void
start (CjuView *view, Kind kind, const char *node, gboolean untrained)
{
  State *state = cju_view_get_state (view);
  CjuDocument *document = cju_view_get_document (view);
  const guint64 seed = (guint64) cju_document_get_project (document)->setup->seed;
  CjlNetwork *network = node != NULL ? cju_view_dup_network (view) : NULL;
  CjlTuningOptions options = state->options;

  if (network == NULL)
    return;
  state->kind = kind;
  state->step = network->weights->at.step;
  state->dataset = network->dataset;
  if (kind == JOB_GABORS || kind == JOB_GABORS_BESIDE)
    {
      cju_view_job_take (&state->job, cjl_gabor_start (network, node, seed, untrained));
      return;
    }
  if (kind == JOB_BESIDE) /* shown the same */
    options = state->tuning->options;
  else
    options.show
        = (CjlShow) MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (state->shown)), CJL_SHOW_BARS);
  options.node = node;
  options.untrained = untrained;
  cju_view_job_take (&state->job, cjl_tuning_start (network->graph, network->dataset,
                                                    network->weights, seed, &options));
  cjl_network_free (network);
}

static void
begin (CjuView *view)
{
  State *state = cju_view_get_state (view);

  start (view, get_drawing (state) == DRAW_GABORS ? JOB_GABORS : JOB_TUNING,
         cju_layer_choice_get (&state->layer), FALSE);
}

/* The unit whose curves are drawn: that which is chosen in the window, else the most selective. */
static guint
find_unit (CjuView *view)
{
  const State *state = cju_view_get_state (view);
  const CjuUnit chosen = cju_document_get_unit (cju_view_get_document (view));

  if (chosen.node != NULL && g_str_equal (chosen.node, state->tuning->node) && chosen.unit >= 0
      && chosen.unit < (gint64) state->tuning->n_units)
    return (guint) chosen.unit;
  return cjl_tuning_find_unit (state->tuning);
}

static void
choose_unit (CjuView *view, gint64 unit)
{
  CjuDocument *document = cju_view_get_document (view);
  const State *state = cju_view_get_state (view);

  if (cj_graph_find (cju_document_get_project (document)->graph, state->tuning->node) == NULL)
    return;
  cju_document_select (document, state->tuning->node);
  cju_document_choose_unit (document, state->tuning->node, unit, 0, 0);
}

static void
on_unit (CjuView *view)
{
  const State *state = cju_view_get_state (view);

  if (!state->setting && state->tuning != NULL)
    choose_unit (view, gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (state->unit)));
}

/* Puts what is compared with in place of what there was of the same. */
static void
take_other (State *state, CjlTuning *fresh)
{
  for (guint i = state->others->len; i-- > 0;)
    {
      const CjlTuning *old = state->others->pdata[i];

      if (g_str_equal (old->node, fresh->node) && old->untrained == fresh->untrained)
        g_ptr_array_remove_index (state->others, i);
    }
  g_ptr_array_add (state->others, fresh);
}

static void
take_result (CjuView *view, gpointer fresh)
{
  State *state = cju_view_get_state (view);
  CjlTuning *tuning = fresh;

  if (state->kind == JOB_GABORS)
    {
      g_clear_pointer (&state->fits, cjl_gabor_fits_free);
      state->fits = fresh;
    }
  else if (state->kind == JOB_GABORS_BESIDE)
    {
      g_clear_pointer (&state->initial, cjl_gabor_fits_free);
      state->initial = fresh;
    }
  else if (state->kind == JOB_BESIDE)
    take_other (state, tuning);
  else
    {
      g_clear_pointer (&state->tuning, cjl_tuning_free);
      state->tuning = tuning;
      state->setting = TRUE;
      gtk_spin_button_set_range (GTK_SPIN_BUTTON (state->unit), 0, tuning->n_units - 1);
      state->setting = FALSE;
    }
  show_state (view);
  cju_view_refresh (view);
}

/* "conv1" of the fits "conv1.weight"; you free. */
static char *
get_fitted (const State *state)
{
  return g_strndup (state->fits->name, strlen (state->fits->name) - strlen (".weight"));
}

/* After one job another: what to compare with, or newer weights. */
static void
go_on (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const Drawing drawing = get_drawing (state);
  const guint64 now = cju_document_get_state (cju_view_get_document (view)).step;
  gboolean untrained;
  const char *missing;

  if (state->job.job != NULL || state->job.halted || state->layer.nodes == NULL)
    return;
  if (drawing == DRAW_GABORS && state->fits != NULL && wants_before (state)
      && (state->initial == NULL || !g_str_equal (state->initial->name, state->fits->name)))
    {
      g_autofree char *node = get_fitted (state);

      start (view, JOB_GABORS_BESIDE, node, TRUE);
    }
  else if (drawing != DRAW_GABORS && state->tuning != NULL
           && (missing = find_missing (view, &untrained)) != NULL)
    start (view, JOB_BESIDE, missing, untrained);
  else if (gtk_check_button_get_active (GTK_CHECK_BUTTON (state->follow)) && now != state->step)
    begin (view);
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const gboolean busy = state->job.job != NULL;
  gpointer fresh;

  follow_layers (view);
  fresh = cju_view_job_poll (&state->job, view);
  if (fresh != NULL)
    take_result (view, fresh);
  if (state->job.job != NULL)
    return;
  if (busy && state->job.halted)
    gtk_check_button_set_active (GTK_CHECK_BUTTON (state->follow), FALSE);
  else if (busy || gtk_check_button_get_active (GTK_CHECK_BUTTON (state->follow)))
    go_on (view);
}

/* --- drawing --- */

static CjvFrame *
make_population (CjuView *view)
{
  const State *state = cju_view_get_state (view);
  const CjlTuning *all[MOST_OTHERS + 1] = { state->tuning };
  const char *nodes[MOST_OTHERS];
  gboolean untrained;
  const guint n = list_wanted (view, nodes, &untrained);
  guint found = 1;

  for (guint i = 0; i < n; i++)
    {
      all[found] = find_other (state, nodes[i], untrained);
      found += all[found] != NULL;
    }
  return cjl_selectivity_frame (all, found);
}

static CjvFrame *
make_gabors (const State *state)
{
  if (state->fits == NULL)
    return NULL;
  return cjl_gabor_frame (state->fits,
                          wants_before (state) && state->initial != NULL
                                  && g_str_equal (state->initial->name, state->fits->name)
                              ? state->initial
                              : NULL);
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const Drawing drawing = get_drawing (state);
  const CjlTuning *before;
  guint unit;

  if (state->dataset != cju_document_get_dataset (cju_view_get_document (view)))
    forget (state); /* it says nothing of other data */
  cju_figure_view_set_figure (cju_view_get_figure (view), figures[drawing]);
  if (drawing == DRAW_GABORS)
    return make_gabors (state);
  if (state->tuning == NULL)
    return NULL;
  unit = find_unit (view);
  state->setting = TRUE;
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (state->unit), unit);
  state->setting = FALSE;
  if (drawing == DRAW_POPULATION)
    return make_population (view);
  before = wants_before (state) ? find_other (state, state->tuning->node, TRUE) : NULL;
  return drawing == DRAW_CURVES ? cjl_tuning_frame (state->tuning, before, unit)
                                : cjl_orientation_frame (state->tuning, before, unit);
}

static void
pick (CjuView *view, const CjvHit *hit)
{
  State *state = cju_view_get_state (view);

  if (get_drawing (state) == DRAW_ORIENTATIONS && state->tuning != NULL && hit->index >= 0)
    choose_unit (view, hit->index);
}

/* --- controls --- */

static void
on_drawing (CjuView *view)
{
  State *state = cju_view_get_state (view);

  state->job.halted = FALSE;
  go_on (view);
  show_state (view);
  cju_view_refresh (view);
}

static void
add_signals (CjuView *view, State *state)
{
  g_signal_connect_object (state->drawing, "notify::selected", G_CALLBACK (on_drawing), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->beside, "notify::selected", G_CALLBACK (on_drawing), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->before, "toggled", G_CALLBACK (on_drawing), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->unit, "value-changed", G_CALLBACK (on_unit), view,
                           G_CONNECT_SWAPPED);
}

static void
save (CjuView *view, GVariantDict *controls)
{
  cju_view_settings_save (&((State *) cju_view_get_state (view))->settings, controls);
}

static gboolean
load (CjuView *view, GVariant *controls)
{
  cju_view_settings_load (&((State *) cju_view_get_state (view))->settings, controls);
  return TRUE;
}

static void
build (CjuView *view)
{
  static const char *const beside_ids[] = { "before", "others", NULL };
  const char *const shows[]
      = { _ ("Drifting gratings"), _ ("Static gratings"), _ ("Bars"), NULL }; /* as CjlShow */
  const char *const drawings[] = { _ ("Curves of a unit"), _ ("Preferred orientations"),
                                   _ ("Population"), _ ("Gabor fits"), NULL }; /* as Drawing */
  State *state = g_new0 (State, 1);

  state->others = g_ptr_array_new_with_free_func ((GDestroyNotify) cjl_tuning_free);
  cjl_tuning_options_init (&state->options);
  cju_view_take_state (view, state, free_state);
  state->layer.no_input = TRUE;
  state->layer.preset = find_preset;
  cju_layer_choice_build (&state->layer, view, _ ("Layer whose units are tested"));
  state->shown = gtk_drop_down_new_from_strings (shows);
  cju_view_name_control (state->shown, _ ("What is shown to the network; spots come with each"));
  cju_view_settings_build (&state->settings, view, state->shown, cjl_tuning_params, &state->options,
                           _ ("Settings of what is shown: contrast, how many of each"));
  state->drawing = cju_view_add_list (view, drawings, _ ("What is drawn of it"));
  state->beside = cju_view_add_list (view, (const char *const[]){ NULL },
                                     _ ("What the population is compared with"));
  state->unit = gtk_spin_button_new_with_range (0, 1, 1);
  cju_view_name_control (state->unit, _ ("Number of the unit"));
  cju_view_add_control (view, state->unit);
  state->before = gtk_check_button_new_with_label (_ ("Before training, too"));
  cju_access_tip (state->before, _ ("Draws what was there before training beside what is now"));
  cju_view_add_control (view, state->before);
  state->follow = gtk_check_button_new_with_label (_ ("Follow training"));
  cju_access_tip (state->follow, _ ("Begin again with newer weights as soon as one round is done"));
  cju_view_add_control (view, state->follow);
  cju_view_job_build (&state->job, view, _ ("Show gratings"),
                      _ ("Test the layer with these weights"), begin);
  cju_view_keep (view, "node", state->layer.drop, NULL);
  cju_view_keep (view, "method", state->shown, cjl_show_names);
  cju_view_keep (view, "show", state->drawing, figures);
  cju_view_keep (view, "beside", state->beside, beside_ids);
  cju_view_keep (view, "before", state->before, NULL);
  add_signals (view, state);
  show_state (view);
}

const CjuViewInfo cju_view_tuning = {
  .id = "tuning",
  .title = N_ ("Tuning"),
  .blurb = N_ ("What the units of a layer answer to gratings and bars, as Hubel and Wiesel asked "
               "cells of visual cortex; and the Gabor functions that describe its filters"),
  .figure = "tuning",
  .triggers = CJU_VIEW_ON_SELECTED,
  .belongs = cju_view_has_pictures,
  .make = make,
  .picked = pick,
  .build = build,
  .tick = tick,
  .save = save,
  .load = load,
  .again = begin,
  .formula
  = "selectivity = |Σ r(θ) exp 2iθ| / Σ r(θ) = 1 − circular variance; simple where F1/F0 > 1, "
    "F0 = mean, F1 = 2/P |Σ r(p) exp −2πi p/P| over a cycle; "
    "Gabor: A exp(−u²/2σu² − v²/2σv²) cos(2πfu + φ)",
  .source = "Hubel and Wiesel, J. Physiol. 148, 1959; Skottun et al., Vision Res. 31, 1991; "
            "Ringach et al., J. Neurosci. 22, 2002; Jones and Palmer, J. Neurophysiol. 58, 1987",
};
