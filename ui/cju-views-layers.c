/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The layers of the network side by side, each a row of measures. */
#include "cju-view-tools.h"

#include "cjl-layers-report.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  CjuViewJob job;
  CjlLayersReport *report;
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  g_clear_pointer (&state->report, cjl_layers_report_free);
  g_free (state);
}

static void
begin (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlNetwork *network = cju_view_dup_network (view);

  if (network != NULL)
    cju_view_job_take (&state->job, cjl_layers_report_start (network));
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlLayersReport *fresh = cju_view_job_poll (&state->job, view);

  if (fresh == NULL)
    return;
  g_clear_pointer (&state->report, cjl_layers_report_free);
  state->report = fresh;
  cju_view_refresh (view);
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);

  /* what other data showed says nothing of this */
  if (state->report != NULL
      && state->report->dataset != cju_document_get_dataset (cju_view_get_document (view)))
    g_clear_pointer (&state->report, cjl_layers_report_free);
  return state->report != NULL ? cjl_layers_report_frame (state->report) : NULL;
}

static void
pick_layer (CjuView *view, const CjvHit *hit)
{
  CjuDocument *document = cju_view_get_document (view);
  const State *state = cju_view_get_state (view);

  if (state->report != NULL && hit->index >= 0
      && hit->index < (gint64) g_strv_length (state->report->layers)
      && cj_graph_find (cju_document_get_project (document)->graph,
                        state->report->layers[hit->index])
             != NULL)
    cju_document_select (document, state->report->layers[hit->index]);
}

static void
build (CjuView *view)
{
  State *state = g_new0 (State, 1);

  cju_view_take_state (view, state, free_state);
  cju_view_job_build (&state->job, view, _ ("Measure"),
                      _ ("Measure every layer on training and validation samples, with these "
                         "weights"),
                      begin);
}

const CjuViewInfo cju_view_layers = {
  .id = "layers",
  .title = N_ ("Layers"),
  .blurb
  = N_ ("What a linear probe reads off each layer, in how many dimensions samples spread, how "
        "sparse its answers are, which units are dead or double, and how far classes have "
        "collapsed. Click a row to choose its layer"),
  .figure = "layers",
  .make = make,
  .picked = pick_layer,
  .build = build,
  .tick = tick,
  .again = begin,
  .formula
  = "dimensions (Σ λ)² / Σ λ²; sparseness (1 − (Σ r / n)² / (Σ r² / n)) / (1 − 1 / n); NC1 "
    "tr (S_W S_B⁺) / C; NC2 σ (|μ|) / mean (|μ|) and mean |cos (μ, μ′) + 1 / (C − 1)|; NC3 "
    "|W / |W| − M / |M||²; NC4 share of samples whose nearest mean is of another class",
  .source
  = "G. Alain, Y. Bengio, “Understanding intermediate layers using linear classifier "
    "probes” (2016), by ridge regression, its strength chosen by samples left out; P. Gao et "
    "al. (2017); W. Vinje, J. Gallant (2000); V. Papyan, X. Han, D. Donoho, “Prevalence of "
    "neural collapse during the terminal phase of deep learning training” (2020)",
};
