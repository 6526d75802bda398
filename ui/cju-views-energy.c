/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the layers cost in energy, followed live for the chosen sample, and what smaller versions of the network
 * get right and cost. */
#include "cju-view-settings.h"
#include "cju-view-tools.h"

#include "cjl-versions.h"
#include "cju-access.h"
#include "cju-settings.h"

#include <glib/gi18n-lib.h>

#define PAUSE_US 400000 /* between two measurements, which take a processor from the training */

enum
{
  SHOW_SAMPLE,
  SHOW_MEAN,
  SHOW_VERSIONS
};

typedef struct
{
  GtkWidget *shown, *sparsity;
  CjEnergyTable table;
  CjuViewSettings settings;
  CjuViewJob compare;
  CjlVersions *versions; /* or NULL */
  CjlJob *live;          /* under way, or NULL */
  CjlEnergy *energy;     /* or NULL */
  gint64 rested;         /* when the last one ended, monotonic us */
  /* what was asked last */
  guint64 step;
  gsize sample;
  CjdSplit split;
  guint asked; /* as `shown`; SHOW_VERSIONS: nothing yet */
  const CjLowered *lowered;
  char *told; /* why it cannot be measured, or NULL */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->compare);
  g_clear_pointer (&state->live, cjl_job_abandon);
  g_clear_pointer (&state->versions, cjl_versions_free);
  g_clear_pointer (&state->energy, cjl_energy_free);
  g_free (state->told);
  g_free (state);
}

static guint
get_shown (const State *state)
{
  return gtk_drop_down_get_selected (GTK_DROP_DOWN (state->shown));
}

/* --- layers, live --- */

static void
measure (CjuView *view, guint64 step)
{
  CjuDocument *document = cju_view_get_document (view);
  State *state = cju_view_get_state (view);
  g_autoptr (CjCheckpoint) weights
      = cj_runner_dup_snapshot (cjl_session_get_runner (cju_document_get_session (document)));
  CjlEnergySamples samples;

  if (weights == NULL)
    return;
  state->step = step;
  state->sample = cju_document_get_sample (document);
  state->split = cju_document_get_split (document);
  state->asked = get_shown (state);
  state->lowered = cju_document_get_lowered (document);
  samples = (CjlEnergySamples){ state->split, state->asked == SHOW_MEAN ? CJL_ENERGY_SAMPLES : 0,
                                state->sample };
  state->live = cjl_energy_start (cjl_network_new (cju_document_get_project (document)->graph,
                                                   cju_document_get_dataset (document), weights),
                                  &state->table, &samples);
}

static gboolean
is_new (CjuDocument *document, const State *state, guint64 step)
{
  return get_shown (state) != SHOW_VERSIONS
         && (state->asked != get_shown (state) || state->step != step
             || state->lowered != cju_document_get_lowered (document)
             || state->split != cju_document_get_split (document)
             || (state->asked == SHOW_SAMPLE
                 && state->sample != cju_document_get_sample (document)));
}

/* A failure is told once, not at every turn. */
static void
take_live (CjuView *view, State *state)
{
  CjlEnergy *fresh;
  g_autoptr (GError) error = NULL;

  if (!cjl_job_is_done (state->live))
    return;
  fresh = cjl_job_take_result (state->live);
  error = cjl_job_dup_error (state->live);
  g_clear_pointer (&state->live, cjl_job_abandon);
  state->rested = g_get_monotonic_time ();
  if (error != NULL && g_strcmp0 (error->message, state->told) != 0)
    {
      g_free (state->told);
      state->told = g_strdup (error->message);
      cju_view_tell (view, error->message);
    }
  if (fresh == NULL)
    return;
  g_clear_pointer (&state->energy, cjl_energy_free);
  state->energy = fresh;
  cju_view_refresh (view);
}

/* --- versions --- */

static void
begin (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlNetwork *network = cju_view_dup_network (view);
  CjlVersionsOptions options;

  if (network == NULL)
    return;
  cjl_versions_options_init (&options);
  options.table = state->table;
  cjl_versions_options_add_sparsity (&options, gtk_range_get_value (GTK_RANGE (state->sparsity)));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (state->shown), SHOW_VERSIONS);
  cju_view_job_take (&state->compare, cjl_versions_start (network, &options));
}

/* --- the view --- */

static void
tick (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  CjlSession *session = cju_document_get_session (document);
  State *state = cju_view_get_state (view);
  CjlVersions *fresh = cju_view_job_poll (&state->compare, view);

  if (fresh != NULL)
    {
      g_clear_pointer (&state->versions, cjl_versions_free);
      state->versions = fresh;
      cju_view_refresh (view);
    }
  if (state->live != NULL)
    take_live (view, state);
  else if (session != NULL && cju_document_get_dataset (document) != NULL
           && g_get_monotonic_time () - state->rested > PAUSE_US)
    {
      const guint64 step = cj_runner_get_state (cjl_session_get_runner (session)).step;

      if (is_new (document, state, step))
        measure (view, step);
    }
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const CjdDataset *dataset = cju_document_get_dataset (cju_view_get_document (view));
  const gboolean versions = get_shown (state) == SHOW_VERSIONS;

  /* what other data showed says nothing of this */
  if (state->versions != NULL && state->versions->dataset != dataset)
    g_clear_pointer (&state->versions, cjl_versions_free);
  if (state->energy != NULL && state->energy->dataset != dataset)
    g_clear_pointer (&state->energy, cjl_energy_free);
  cju_figure_view_set_figure (cju_view_get_figure (view), versions ? "accuracy-energy" : "energy");
  if (versions)
    return state->versions != NULL ? cjl_versions_frame (state->versions) : NULL;
  return state->energy != NULL ? cjl_energy_frame (state->energy) : NULL;
}

/* A click on a layer selects its card. */
static void
pick (CjuView *view, const CjvHit *hit)
{
  CjuDocument *document = cju_view_get_document (view);
  const State *state = cju_view_get_state (view);

  if (get_shown (state) != SHOW_VERSIONS && state->energy != NULL && hit->index >= 0
      && hit->index < (gint64) state->energy->n_layers
      && cj_graph_find (cju_document_get_project (document)->graph,
                        state->energy->layers[hit->index])
             != NULL)
    cju_document_select (document, state->energy->layers[hit->index]);
}

/* Prices are kept from one start to the next. */
static void
on_prices (CjuView *view)
{
  State *state = cju_view_get_state (view);
  g_autofree char *text = cjl_energy_table_print (&state->table);

  cju_settings_set_text ("energy-prices", text != NULL ? text : "");
  state->asked = SHOW_VERSIONS;
}

static char *
print_share (GtkScale *scale, double value, gpointer data)
{
  (void) scale;
  (void) data;
  return g_strdup_printf ("%.0f %%", value * 100);
}

static void
build (CjuView *view)
{
  const char *const shown[] = { _ ("Layers, for the chosen sample"), _ ("Layers, for many samples"),
                                _ ("Versions of the network"), NULL };
  g_autofree char *prices = cju_settings_dup_text ("energy-prices");
  State *state = g_new0 (State, 1);

  cju_view_take_state (view, state, free_state);
  cjl_energy_table_parse (&state->table, prices);
  state->asked = SHOW_VERSIONS;
  state->shown = gtk_drop_down_new_from_strings (shown);
  cju_view_name_control (state->shown, _ ("What is shown"));
  g_signal_connect_object (state->shown, "notify::selected", G_CALLBACK (cju_view_refresh), view,
                           G_CONNECT_SWAPPED);
  cju_view_settings_build (&state->settings, view, state->shown, cj_energy_params, &state->table,
                           _ ("Prices of operations and memories"));
  state->settings.changed = on_prices;
  state->sparsity = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, 0.01, 0.99, 0.01);
  gtk_range_set_value (GTK_RANGE (state->sparsity), 0.9);
  gtk_scale_set_draw_value (GTK_SCALE (state->sparsity), TRUE);
  gtk_scale_set_value_pos (GTK_SCALE (state->sparsity), GTK_POS_LEFT);
  gtk_scale_set_format_value_func (GTK_SCALE (state->sparsity), print_share, NULL, NULL);
  cju_access_name (state->sparsity, _ ("Sparsity"));
  cju_access_tip (state->sparsity,
                  _ ("A share of the weights that is pruned in one version, beside 50, 80, 90, 95 "
                     "and 98 %"));
  cju_view_add_control (view, state->sparsity);
  cju_view_job_build (
      &state->compare, view, _ ("Compare Versions"),
      _ ("Measure what the network gets right and costs as it is, pruned, in 8 bits "
         "and in spikes; the network itself stays as it is"),
      begin);
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
again (CjuView *view)
{
  if (get_shown (cju_view_get_state (view)) == SHOW_VERSIONS)
    begin (view);
}

const CjuViewInfo cju_view_energy = {
  .id = "energy",
  .title = N_ ("Energy"),
  .blurb
  = N_ ("What an answer costs, layer by layer: operations, and moving weights and activations "
        "between memory and processor, at prices published for 45 nm, which can be changed. "
        "Compare Versions measures the network as it is, pruned, in 8 bits and in spikes. It is "
        "the ideal of a machine that moves every number once; this computer takes far more"),
  .figure = "energy",
  .make = make,
  .picked = pick,
  .build = build,
  .tick = tick,
  .save = save,
  .load = load,
  .again = again,
  .formula
  = "E = MACs (3.7 + 0.9 pJ) + spikes × fan-out × 0.9 pJ + bytes × price of the smallest memory "
    "that holds them; int8: MACs (0.2 + 0.1 pJ)",
  .source
  = "M. Horowitz, “Computing's energy problem (and what we can do about it)”, ISSCC (2014); "
    "S. Han et al., “Learning both weights and connections for efficient neural networks” (2015); "
    "B. Jacob et al., “Quantization and training of neural networks for efficient "
    "integer-arithmetic-only inference” (2018); P. Diehl et al., “Fast-classifying, high-accuracy "
    "spiking deep networks through weight and threshold balancing” (2015)",
};
