/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The spikes of a layer: who fires when for the chosen sample, the membranes behind it, and what a recording of many
 * samples tells. */
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cjl-spike-figures.h"

#include <glib/gi18n-lib.h>

#define EVERY (3 * G_USEC_PER_SEC) /* while the network learns */

/* What is shown. The first two are of the sample that is seen now, the others of a recording. */
typedef enum
{
  SHOW_RASTER,
  SHOW_MEMBRANE,
  SHOW_INTERVALS,
  SHOW_CORRELOGRAM,
  SHOW_AVERAGE,
  N_SHOWN
} Shown;

static const char *const figures[N_SHOWN + 1]
    = { "raster", "membrane", "isi", "cross-correlogram", "spike-triggered-average", NULL };

typedef struct
{
  GtkWidget *shown, *units, *other, *repeats;
  CjuLayerChoice layer;
  CjuViewJob job;
  CjlSpikeRecord *record;
  guint64 step;    /* of the weights that were recorded */
  gint64 recorded; /* monotonic time */
  char *asked;     /* layer that is being recorded */
  guint64 asked_step;
  guint asked_repeats;
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  cju_layer_choice_clear (&state->layer);
  g_clear_pointer (&state->record, cjl_spike_record_free);
  g_free (state->asked);
  g_free (state);
}

static Shown
get_shown (const State *state)
{
  return (Shown) MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (state->shown)), N_SHOWN - 1);
}

static CjlUnits
get_units (const State *state)
{
  return (CjlUnits) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->units));
}

static const CjNode *
find_node (CjuView *view)
{
  const State *state = cju_view_get_state (view);
  const char *id = cju_layer_choice_get (&state->layer);

  return id != NULL
             ? cj_graph_find (cju_document_get_project (cju_view_get_document (view))->graph, id)
             : NULL;
}

/* Layers with spikes, the neurons before the encoders. */
static GStrv
list_layers (CjuView *view)
{
  const CjGraph *graph = cju_document_get_project (cju_view_get_document (view))->graph;
  g_autoptr (GPtrArray) order = cj_graph_sort (graph);
  GStrvBuilder *builder = g_strv_builder_new ();
  GStrv names;

  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < order->len; i++)
      {
        const CjNode *node = order->pdata[i];

        if (cjl_spikes_suits (node)
            && (cjl_spikes_find_inside (node, CJL_INSIDE_MEMBRANE) > 0) == (pass == 0))
          g_strv_builder_add (builder, node->id);
      }
  names = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return names;
}

static guint
find_preset (CjuDocument *document, GStrv nodes)
{
  (void) document;
  (void) nodes;
  return 0;
}

static gboolean
belongs (CjuDocument *document)
{
  const GPtrArray *nodes = cju_document_get_project (document)->graph->nodes;

  for (guint i = 0; i < nodes->len; i++)
    if (cjl_spikes_suits (nodes->pdata[i]))
      return TRUE;
  return FALSE;
}

/* Whether what is shown takes a recording. */
static gboolean
needs_record (const State *state)
{
  return get_shown (state) >= SHOW_INTERVALS
         || (get_shown (state) == SHOW_RASTER && get_units (state) == CJL_UNITS_CLASSES);
}

static guint
get_repeats (const State *state)
{
  return (guint) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (state->repeats));
}

/* The recording, if it is of this layer, these data and so many repeats. Borrowed, or NULL. */
static const CjlSpikeRecord *
get_record (CjuView *view)
{
  const State *state = cju_view_get_state (view);
  const char *node = cju_layer_choice_get (&state->layer);

  return state->record != NULL && node != NULL && g_str_equal (state->record->node, node)
                 && state->record->repeats == (gint64) get_repeats (state)
                 && state->record->dataset
                        == cju_document_get_dataset (cju_view_get_document (view))
             ? state->record
             : NULL;
}

static void
begin (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const char *node = cju_layer_choice_get (&state->layer);
  CjlNetwork *network = node != NULL ? cju_view_dup_network (view) : NULL;

  if (network == NULL)
    return;
  g_free (state->asked);
  state->asked = g_strdup (node);
  state->asked_step = network->weights->at.step;
  state->asked_repeats = get_repeats (state);
  cju_view_job_take (&state->job, cjl_spike_record_start (network, node, CJD_SPLIT_VAL,
                                                          CJL_SPIKE_SAMPLES, get_repeats (state)));
}

/* A recording is made again when the layer was changed, or the weights were: one at a time, so that a run is
 * followed as fast as that goes. */
static void
follow (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjuDocument *document = cju_view_get_document (view);
  const char *node = cju_layer_choice_get (&state->layer);
  const guint64 step = cju_document_get_state (document).step;
  const gboolean tried = g_strcmp0 (state->asked, node) == 0 && state->asked_step == step
                         && state->asked_repeats == get_repeats (state);

  if (!needs_record (state) || node == NULL || state->job.job != NULL
      || cju_document_get_session (document) == NULL || cju_document_get_dataset (document) == NULL
      || cju_document_get_frame (document) == NULL
      || (tried && (get_record (view) != NULL || state->job.halted))
      || (get_record (view) != NULL && g_get_monotonic_time () - state->recorded < EVERY))
    return;
  begin (view);
  state->asked_step = step;
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlSpikeRecord *fresh;

  if (cju_layer_choice_follow (&state->layer, view))
    cju_view_refresh (view);
  fresh = cju_view_job_poll (&state->job, view);
  if (fresh != NULL)
    {
      g_clear_pointer (&state->record, cjl_spike_record_free);
      state->record = fresh;
      state->recorded = g_get_monotonic_time ();
      cju_view_refresh (view);
    }
  follow (view);
}

/* Thresholds that were learned, [U], of the latest weights; NULL: there are none. You free. */
static float *
dup_thresholds (CjuView *view, const CjNode *node)
{
  CjlSession *session = cju_document_get_session (cju_view_get_document (view));
  g_autoptr (CjCheckpoint) weights
      = session != NULL ? cj_runner_dup_snapshot (cjl_session_get_runner (session)) : NULL;
  g_autofree char *name = g_strconcat (node->id, ".threshold", NULL);
  const CjTableEntry *entry = weights != NULL ? cj_table_find (weights->table, name) : NULL;

  return entry != NULL ? g_memdup2 (cj_checkpoint_get_data (weights, entry),
                                    sizeof (float) * (gsize) entry->size)
                       : NULL;
}

static gint64
get_unit (CjuView *view, const CjNode *node)
{
  const CjuUnit chosen = cju_document_get_unit (cju_view_get_document (view));

  return chosen.node != NULL && g_str_equal (chosen.node, node->id) ? chosen.unit : -1;
}

static CjvFrame *
make_now (CjuView *view, const CjNode *node)
{
  State *state = cju_view_get_state (view);
  CjuDocument *document = cju_view_get_document (view);
  const CjlProbeFrame *probe = cju_document_get_frame (document);
  const gboolean membrane = get_shown (state) == SHOW_MEMBRANE;
  g_autofree float *thresholds = membrane ? dup_thresholds (view, node) : NULL;
  CjlSpikes what = { .graph = cju_document_get_project (document)->graph,
                     .node = node,
                     .spikes = probe != NULL ? cjl_probe_frame_find (probe, node->id) : NULL,
                     .thresholds = thresholds,
                     .dataset = cju_document_get_dataset (document),
                     .record = get_record (view),
                     .units = get_units (state),
                     .unit = get_unit (view, node) };

  for (guint k = 0; probe != NULL && k < CJL_N_INSIDE; k++)
    what.inside[k] = cjl_probe_frame_find_inside (probe, (CjlInside) k, node->id);
  return membrane ? cjl_spikes_membranes (&what) : cjl_spikes_raster (&what);
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const CjNode *node = find_node (view);
  const CjlSpikeRecord *record = get_record (view);
  const Shown shown = get_shown (state);
  gint64 unit;

  cju_figure_view_set_figure (cju_view_get_figure (view), figures[shown]);
  if (node == NULL)
    return NULL;
  if (shown <= SHOW_MEMBRANE)
    return make_now (view, node);
  if (record == NULL)
    return NULL;
  unit = get_unit (view, node);
  if (shown == SHOW_INTERVALS)
    return cjl_spike_record_intervals (record, unit);
  if (shown == SHOW_CORRELOGRAM)
    return cjl_spike_record_correlogram (
        record, unit, gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (state->other)));
  return cjl_spike_record_average (record, unit);
}

/* A unit of the raster, of the membranes, or of the averages; again: none. */
static void
pick (CjuView *view, const CjvHit *hit)
{
  const State *state = cju_view_get_state (view);
  const CjNode *node = find_node (view);
  const Shown shown = get_shown (state);

  if (node == NULL || hit->index < 0 || shown == SHOW_INTERVALS || shown == SHOW_CORRELOGRAM)
    return;
  cju_document_choose_unit (cju_view_get_document (view), node->id,
                            hit->index == get_unit (view, node) ? -1 : hit->index, 0, 0);
  cju_view_refresh (view);
}

static void
on_shown (CjuView *view)
{
  State *state = cju_view_get_state (view);

  gtk_widget_set_visible (state->units, get_shown (state) == SHOW_RASTER);
  gtk_widget_set_visible (gtk_widget_get_parent (state->other),
                          get_shown (state) == SHOW_CORRELOGRAM);
  gtk_widget_set_visible (gtk_widget_get_parent (state->repeats),
                          get_shown (state) == SHOW_CORRELOGRAM
                              || get_shown (state) == SHOW_INTERVALS);
  cju_view_refresh (view);
}

static void
build (CjuView *view)
{
  static const char *const unit_ids[] = { "populations", "classes", "together", NULL };
  const char *const titles[] = { _ ("Raster"),
                                 _ ("Membranes"),
                                 _ ("Intervals"),
                                 _ ("Cross-correlogram"),
                                 _ ("Spike-triggered average"),
                                 NULL };
  const char *const kinds[]
      = { _ ("By population"), _ ("By preferred class"), _ ("All together"), NULL };
  State *state = g_new0 (State, 1);

  cju_view_take_state (view, state, free_state);
  state->layer.list = list_layers;
  state->layer.preset = find_preset;
  state->shown = cju_view_add_list (view, titles, _ ("What is shown of the spikes"));
  cju_layer_choice_build (&state->layer, view, _ ("Layer whose spikes are shown"));
  state->units = cju_view_add_list (view, kinds, _ ("Which units stand together"));
  state->other
      = cju_view_add_number (view, _ ("Other"),
                             _ ("The second unit of the correlogram; −1: one that fires much. The "
                                "first is the unit that is chosen"),
                             -1, 1e7, 1);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (state->other), -1);
  state->repeats
      = cju_view_add_number (view, _ ("Repeats"),
                             _ ("How often every sample is shown; with a Poisson encoder the Fano "
                                "factor is then that of one stimulus"),
                             1, CJL_SPIKE_REPEATS, 1);
  cju_view_job_build (&state->job, view, NULL, _ ("Recording spikes"), begin);
  cju_view_keep (view, "figure", state->shown, figures);
  cju_view_keep (view, "node", state->layer.drop, NULL);
  cju_view_keep (view, "units", state->units, unit_ids);
  cju_view_keep (view, "other", state->other, NULL);
  cju_view_keep (view, "repeats", state->repeats, NULL);
  g_signal_connect_object (state->shown, "notify::selected", G_CALLBACK (on_shown), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->units, "notify::selected", G_CALLBACK (cju_view_refresh), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->layer.drop, "notify::selected", G_CALLBACK (cju_view_refresh),
                           view, G_CONNECT_SWAPPED);
  g_signal_connect_object (state->other, "value-changed", G_CALLBACK (cju_view_refresh), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->repeats, "value-changed", G_CALLBACK (cju_view_refresh), view,
                           G_CONNECT_SWAPPED);
  on_shown (view);
}

const CjuViewInfo cju_view_spikes = {
  .id = "spikes",
  .title = N_ ("Spikes"),
  .blurb = N_ ("Which neuron of a spiking layer fires when, for the chosen sample and live while "
               "the network "
               "learns, with the rates of units and populations; the membranes and conductances "
               "behind it; and of a "
               "recording "
               "of 200 validation samples the intervals, who fires after whom, and what units fire "
               "for. Click "
               "a unit to choose it; the recording follows the weights"),
  .figure = "raster",
  .triggers = CJU_VIEW_ON_TICK | CJU_VIEW_ON_SELECTED,
  .calm = TRUE,
  .belongs = belongs,
  .make = make,
  .picked = pick,
  .build = build,
  .tick = tick,
  .formula = "CV = σ (ISI) / mean (ISI), a Poisson process: 1; CV₂ = mean 2 |b − a| / (a + b) of "
             "neighbours; Fano factor = variance / mean of counts over repeats of a sample, or "
             "samples of a class; chance "
             "n_a n_b Δ (1 − |k| Δ / T) / T; STA = mean stimulus before a spike − mean stimulus",
  .source
  = "D. Perkel, G. Gerstein, G. Moore, “Neuronal spike trains and stochastic point "
    "processes” (1967); G. Holt et al. (1996); E. de Boer, P. Kuyper, “Triggered "
    "correlation” (1968); P. Dayan, L. Abbott, “Theoretical Neuroscience” (2001), chapter 1",
};
