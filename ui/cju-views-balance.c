/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Excitation and inhibition of the layers, followed live for the chosen sample. */
#include "cju-view-live.h"

#include "cjl-balance.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  CjuViewLive live;
  CjlBalance *result; /* or NULL */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_live_clear (&state->live);
  g_clear_pointer (&state->result, cjl_balance_free);
  g_free (state);
}

static CjlJob *
start (CjuView *view, CjlNetwork *network)
{
  CjuDocument *document = cju_view_get_document (view);

  return cjl_balance_start (network, cju_document_get_split (document),
                            cju_document_get_sample (document));
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlBalance *fresh = cju_view_live_follow (&state->live, view, TRUE, start);

  if (fresh == NULL)
    return;
  g_clear_pointer (&state->result, cjl_balance_free);
  state->result = fresh;
  cju_view_refresh (view);
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjuDocument *document = cju_view_get_document (view);
  const CjNode *node = cju_document_get_selected (document);

  /* what other data showed says nothing of this */
  if (state->result != NULL && state->result->dataset != cju_document_get_dataset (document))
    g_clear_pointer (&state->result, cjl_balance_free);
  return state->result != NULL ? cjl_balance_frame (state->result, node != NULL ? node->id : NULL)
                               : NULL;
}

/* A click on a layer selects its card, and its units are shown. */
static void
pick (CjuView *view, const CjvHit *hit)
{
  CjuDocument *document = cju_view_get_document (view);
  const State *state = cju_view_get_state (view);

  if (hit->series == 0 && state->result != NULL && hit->index >= 0
      && hit->index < (gint64) state->result->balances->len
      && cj_graph_find (cju_document_get_project (document)->graph,
                        state->result->layers[hit->index])
             != NULL)
    cju_document_select (document, state->result->layers[hit->index]);
}

static void
build (CjuView *view)
{
  cju_view_take_state (view, g_new0 (State, 1), free_state);
}

const CjuViewInfo cju_view_balance = {
  .id = "balance",
  .title = N_ ("Balance"),
  .blurb
  = N_ ("What excites and what inhibits the units of each layer, for the chosen sample: weights "
        "times activity, split by sign; of a Conductance-based LIF its conductances. Points on the "
        "diagonal are units in which both cancel. A "
        "click on a layer shows its units"),
  .figure = "balance",
  .triggers = CJU_VIEW_ON_SELECTED,
  .make = make,
  .picked = pick,
  .build = build,
  .tick = tick,
  .formula = "E = Σ max (w x, 0), I = Σ max (−w x, 0); I / E of the means; correlation of E and I "
             "over units, places and time steps; what does not cancel: mean |E − I| / mean (E + I)",
  .source
  = "C. van Vreeswijk, H. Sompolinsky, “Chaos in neuronal networks with balanced excitatory and "
    "inhibitory activity”, Science 274 (1996); S. Denève, C. Machens, “Efficient codes and "
    "balanced networks”, Nature Neuroscience 19 (2016)",
};
