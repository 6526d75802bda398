/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the layers cost in energy, followed live for the chosen sample, and what smaller versions of the network
 * get right and cost. */
#include "cju-view-live.h"
#include "cju-view-settings.h"
#include "cju-view-tools.h"

#include "cjl-versions.h"
#include "cju-access.h"
#include "cju-settings.h"

#include <glib/gi18n-lib.h>

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
  CjuViewLive live;
  CjlEnergy *energy; /* or NULL */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->compare);
  cju_view_live_clear (&state->live);
  g_clear_pointer (&state->versions, cjl_versions_free);
  g_clear_pointer (&state->energy, cjl_energy_free);
  g_free (state);
}

static guint
get_shown (const State *state)
{
  return gtk_drop_down_get_selected (GTK_DROP_DOWN (state->shown));
}

/* --- layers, live --- */

static CjlJob *
start (CjuView *view, CjlNetwork *network)
{
  CjuDocument *document = cju_view_get_document (view);
  State *state = cju_view_get_state (view);
  const CjlEnergySamples samples = { cju_document_get_split (document),
                                     get_shown (state) == SHOW_MEAN ? CJL_ENERGY_SAMPLES : 0,
                                     cju_document_get_sample (document) };

  return cjl_energy_start (network, &state->table, &samples);
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
  State *state = cju_view_get_state (view);
  const guint shown = get_shown (state);
  CjlVersions *versions = cju_view_job_poll (&state->compare, view);
  CjlEnergy *energy = cju_view_live_follow (&state->live, view, shown == SHOW_SAMPLE,
                                            shown != SHOW_VERSIONS ? start : NULL);

  if (versions != NULL)
    {
      g_clear_pointer (&state->versions, cjl_versions_free);
      state->versions = versions;
    }
  if (energy != NULL)
    {
      g_clear_pointer (&state->energy, cjl_energy_free);
      state->energy = energy;
    }
  if (versions != NULL || energy != NULL)
    cju_view_refresh (view);
}

static void
on_shown (CjuView *view)
{
  cju_view_live_forget (&((State *) cju_view_get_state (view))->live);
  cju_view_refresh (view);
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
  cju_view_live_forget (&state->live);
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
  state->shown = gtk_drop_down_new_from_strings (shown);
  cju_view_name_control (state->shown, _ ("What is shown"));
  g_signal_connect_object (state->shown, "notify::selected", G_CALLBACK (on_shown), view,
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
