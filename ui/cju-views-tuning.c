/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bench of Hubel and Wiesel: what the units of a layer answer to gratings and bars, and the Gabor
 * functions that describe its filters. */
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cjl-tuning.h"
#include "cju-access.h"

#include <glib/gi18n-lib.h>
#include <math.h>

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
  JOB_GABORS
} Kind;

typedef struct
{
  CjuLayerChoice layer;
  GtkWidget *shown, *drawing, *beside, *unit, *follow, *start, *progress;
  CjlJob *job;
  Kind kind;
  guint64 step;              /* of the weights of the job */
  CjdDataset *dataset;       /* that what is below is of; only compared */
  CjlTuning *tuning, *other; /* or NULL */
  CjlGaborFits *fits;        /* or NULL */
  gboolean setting;          /* the unit is set from here, not by a hand */
  gboolean stopped;          /* by a hand: nothing follows by itself */
} State;

static void
forget (State *state)
{
  g_clear_pointer (&state->tuning, cjl_tuning_free);
  g_clear_pointer (&state->other, cjl_tuning_free);
  g_clear_pointer (&state->fits, cjl_gabor_fits_free);
}

static void
free_state (gpointer data)
{
  State *state = data;

  g_clear_pointer (&state->job, cjl_job_abandon);
  forget (state);
  cju_layer_choice_clear (&state->layer);
  g_free (state);
}

static gboolean
has_pictures (CjuDocument *document)
{
  const CjdDataset *dataset = cju_document_get_dataset (document);

  return dataset != NULL && dataset->x_dtype != CJ_INT32
         && cjd_dataset_get_x_shape (dataset).n_dims == 3;
}

static Drawing
get_drawing (const State *state)
{
  return (Drawing) MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (state->drawing)), DRAW_GABORS);
}

/* The layer that the population is compared with; NULL: itself before training. */
static const char *
get_beside (const State *state)
{
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (state->beside));

  return at > 0 && state->layer.nodes != NULL && at <= g_strv_length (state->layer.nodes)
             ? state->layer.nodes[at - 1]
             : NULL;
}

/* Whether what is there beside is what is wanted. */
static gboolean
is_beside (const State *state)
{
  const char *beside = get_beside (state);

  return state->other != NULL && state->other->untrained == (beside == NULL)
         && g_str_equal (state->other->node, beside != NULL ? beside : state->tuning->node)
         && state->other->options.show == state->tuning->options.show;
}

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
  g_autofree char *beside = g_strdup (get_beside (state));
  g_autoptr (GtkStringList) others = NULL;
  GStrv nodes;

  if (!cju_layer_choice_follow (&state->layer, view))
    return;
  nodes = state->layer.nodes;
  others = gtk_string_list_new ((const char *[]){ _ ("Before training"), NULL });
  for (guint i = 0; nodes[i] != NULL; i++)
    gtk_string_list_append (others, nodes[i]);
  gtk_drop_down_set_model (GTK_DROP_DOWN (state->beside), G_LIST_MODEL (others));
  for (guint i = 0; beside != NULL && nodes[i] != NULL; i++)
    if (g_str_equal (nodes[i], beside))
      gtk_drop_down_set_selected (GTK_DROP_DOWN (state->beside), i + 1);
  gtk_widget_set_sensitive (state->start, nodes[0] != NULL);
}

static void
show_state (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const Drawing drawing = get_drawing (state);
  const gboolean busy = state->job != NULL;

  gtk_button_set_label (GTK_BUTTON (state->start), busy                     ? _ ("Stop")
                                                   : drawing == DRAW_GABORS ? _ ("Fit")
                                                                            : _ ("Show gratings"));
  gtk_widget_set_visible (state->progress, busy);
  gtk_widget_set_visible (state->unit, drawing == DRAW_CURVES && state->tuning != NULL);
  gtk_widget_set_visible (state->shown, drawing != DRAW_GABORS);
  gtk_widget_set_visible (state->beside, drawing == DRAW_POPULATION);
  if (busy)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (state->progress),
                                   cjl_job_get_progress (state->job));
}

static void
start (CjuView *view, Kind kind)
{
  CjuDocument *document = cju_view_get_document (view);
  State *state = cju_view_get_state (view);
  CjlSession *session = cju_document_get_session (document);
  const CjlProject *project = cju_document_get_project (document);
  const char *layer = cju_layer_choice_get (&state->layer);
  g_autoptr (CjCheckpoint) weights = NULL;
  g_autofree char *name = NULL;
  g_autoptr (CjTensor) kernels = NULL;
  CjlTuningOptions options;

  if (session != NULL)
    weights = cj_runner_dup_snapshot (cjl_session_get_runner (session));
  if (weights == NULL || layer == NULL)
    {
      cju_view_tell (view, _ ("There are no weights yet. Wait until the data is loaded."));
      return;
    }
  state->stopped = FALSE;
  state->kind = kind;
  state->step = weights->at.step;
  state->dataset = cju_document_get_dataset (document);
  if (kind == JOB_GABORS)
    {
      name = g_strconcat (layer, ".weight", NULL);
      kernels = cjl_session_dup_param (session, name);
      if (kernels == NULL || kernels->shape.n_dims != 4)
        cju_view_tell (view, _ ("This layer has no filters. Choose a convolution."));
      else
        state->job = cjl_gabor_start (kernels, name, weights->at.step);
      return;
    }
  cjl_tuning_options_init (&options);
  options.node = kind == JOB_BESIDE && get_beside (state) != NULL ? get_beside (state) : layer;
  options.untrained = kind == JOB_BESIDE && get_beside (state) == NULL;
  options.show
      = (CjlShow) MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (state->shown)), CJL_SHOW_BARS);
  state->job = cjl_tuning_start (project->graph, state->dataset, weights,
                                 (guint64) project->setup->seed, &options);
}

static void
on_start (CjuView *view)
{
  State *state = cju_view_get_state (view);

  if (state->job != NULL)
    {
      gtk_check_button_set_active (GTK_CHECK_BUTTON (state->follow), FALSE);
      cjl_job_cancel (state->job); /* what there is stays */
      state->stopped = TRUE;
    }
  else
    start (view, get_drawing (state) == DRAW_GABORS ? JOB_GABORS : JOB_TUNING);
  show_state (view);
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

static void
take_result (CjuView *view)
{
  State *state = cju_view_get_state (view);
  gpointer fresh = cjl_job_take_result (state->job);
  CjlTuning *tuning = fresh;

  if (fresh == NULL)
    return;
  if (state->kind == JOB_GABORS)
    {
      g_clear_pointer (&state->fits, cjl_gabor_fits_free);
      state->fits = fresh;
    }
  else if (state->kind == JOB_BESIDE)
    {
      g_clear_pointer (&state->other, cjl_tuning_free);
      state->other = tuning;
    }
  else
    {
      g_clear_pointer (&state->tuning, cjl_tuning_free);
      state->tuning = tuning;
      state->setting = TRUE;
      gtk_spin_button_set_range (GTK_SPIN_BUTTON (state->unit), 0, tuning->n_units - 1);
      state->setting = FALSE;
    }
  cju_view_refresh (view);
}

/* After one job another: what to compare with, or newer weights. */
static void
go_on (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const Drawing drawing = get_drawing (state);
  const guint64 now = cju_document_get_state (cju_view_get_document (view)).step;

  if (state->job != NULL || state->layer.nodes == NULL)
    return;
  if (drawing == DRAW_POPULATION && state->tuning != NULL && !is_beside (state))
    start (view, JOB_BESIDE);
  else if (gtk_check_button_get_active (GTK_CHECK_BUTTON (state->follow)) && now != state->step)
    start (view, drawing == DRAW_GABORS ? JOB_GABORS : JOB_TUNING);
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);

  follow_layers (view);
  if (state->job != NULL)
    {
      const gboolean done = cjl_job_is_done (state->job);

      take_result (view);
      if (done)
        {
          g_autoptr (GError) error = cjl_job_dup_error (state->job);

          g_clear_pointer (&state->job, cjl_job_abandon);
          if (error != NULL)
            {
              gtk_check_button_set_active (GTK_CHECK_BUTTON (state->follow), FALSE);
              cju_view_tell (view, error->message);
            }
          else if (!state->stopped)
            go_on (view);
        }
    }
  else if (gtk_check_button_get_active (GTK_CHECK_BUTTON (state->follow)))
    go_on (view);
  show_state (view);
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const Drawing drawing = get_drawing (state);
  const CjlTuning *both[2] = { state->tuning, state->other };
  guint unit;

  if (state->dataset != cju_document_get_dataset (cju_view_get_document (view)))
    forget (state); /* it says nothing of other data */
  cju_figure_view_set_figure (cju_view_get_figure (view), figures[drawing]);
  if (drawing == DRAW_GABORS)
    return state->fits != NULL ? cjl_gabor_frame (state->fits) : NULL;
  if (state->tuning == NULL)
    return NULL;
  unit = find_unit (view);
  state->setting = TRUE;
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (state->unit), unit);
  state->setting = FALSE;
  if (drawing == DRAW_CURVES)
    return cjl_tuning_frame (state->tuning, unit);
  if (drawing == DRAW_ORIENTATIONS)
    return cjl_orientation_frame (state->tuning, unit);
  return cjl_selectivity_frame (both, is_beside (state) ? 2 : 1);
}

static void
pick (CjuView *view, const CjvHit *hit)
{
  State *state = cju_view_get_state (view);

  if (get_drawing (state) == DRAW_ORIENTATIONS && state->tuning != NULL && hit->index >= 0)
    choose_unit (view, hit->index);
}

static void
on_drawing (CjuView *view)
{
  State *state = cju_view_get_state (view);

  if (get_drawing (state) == DRAW_POPULATION && state->tuning != NULL)
    go_on (view);
  show_state (view);
  cju_view_refresh (view);
}

static void
again (CjuView *view)
{
  if (((State *) cju_view_get_state (view))->job == NULL)
    on_start (view);
}

static void
name_control (GtkWidget *control, const char *words)
{
  cju_access_tip (control, words);
  cju_access_name (control, words);
}

static void
add_signals (CjuView *view, State *state)
{
  g_signal_connect_object (state->start, "clicked", G_CALLBACK (on_start), view, G_CONNECT_SWAPPED);
  g_signal_connect_object (state->drawing, "notify::selected", G_CALLBACK (on_drawing), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->beside, "notify::selected", G_CALLBACK (on_drawing), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->unit, "value-changed", G_CALLBACK (on_unit), view,
                           G_CONNECT_SWAPPED);
}

static void
build (CjuView *view)
{
  static const char *const beside_ids[] = { "untrained", NULL };
  const char *const shows[]
      = { _ ("Drifting gratings"), _ ("Static gratings"), _ ("Bars"), NULL }; /* as CjlShow */
  const char *const drawings[] = { _ ("Curves of a unit"), _ ("Preferred orientations"),
                                   _ ("Population"), _ ("Gabor fits"), NULL }; /* as Drawing */
  State *state = g_new0 (State, 1);

  state->shown = gtk_drop_down_new_from_strings (shows);
  state->drawing = gtk_drop_down_new_from_strings (drawings);
  state->beside = gtk_drop_down_new (NULL, NULL);
  state->unit = gtk_spin_button_new_with_range (0, 1, 1);
  state->follow = gtk_check_button_new_with_label (_ ("Follow training"));
  state->start = gtk_button_new_with_label (_ ("Show gratings"));
  state->progress = gtk_progress_bar_new ();
  name_control (state->shown, _ ("What is shown to the network"));
  name_control (state->drawing, _ ("What is drawn of it"));
  name_control (state->beside, _ ("What the population is compared with"));
  name_control (state->unit, _ ("Number of the unit"));
  cju_access_tip (state->follow, _ ("Begin again with newer weights as soon as one round is done"));
  cju_access_tip (state->start, _ ("Test the layer with these weights"));
  name_control (state->progress, _ ("Progress of the test"));
  cju_view_take_state (view, state, free_state);
  state->layer.no_input = TRUE;
  state->layer.preset = find_preset;
  cju_layer_choice_build (&state->layer, view, _ ("Layer whose units are tested"));
  cju_view_add_control (view, state->shown);
  cju_view_add_control (view, state->drawing);
  cju_view_add_control (view, state->beside);
  cju_view_add_control (view, state->unit);
  cju_view_add_control (view, state->follow);
  cju_view_keep (view, "node", state->layer.drop, NULL);
  cju_view_keep (view, "method", state->shown, cjl_show_names);
  cju_view_keep (view, "show", state->drawing, figures);
  cju_view_keep (view, "beside", state->beside, beside_ids);
  cju_view_add_control (view, state->start);
  cju_view_add_control (view, state->progress);
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
  .belongs = has_pictures,
  .make = make,
  .picked = pick,
  .build = build,
  .tick = tick,
  .again = again,
  .formula
  = "selectivity = |Σ r(θ) exp 2iθ| / Σ r(θ) = 1 − circular variance; simple where F1/F0 > 1, "
    "F0 = mean, F1 = 2/P |Σ r(p) exp −2πi p/P| over a cycle; "
    "Gabor: A exp(−u²/2σu² − v²/2σv²) cos(2πfu + φ)",
  .source = "Hubel and Wiesel, J. Physiol. 148, 1959; Skottun et al., Vision Res. 31, 1991; "
            "Ringach et al., J. Neurosci. 22, 2002; Jones and Palmer, J. Neurophysiol. 58, 1987",
};
