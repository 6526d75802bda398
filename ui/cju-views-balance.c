/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Excitation and inhibition of the layers, followed live for the chosen sample. */
#include "cju-view-tools.h"

#include "cjl-balance.h"

#include <glib/gi18n-lib.h>

#define PAUSE_US 300000 /* between two measurements, which take a processor from the training */

typedef struct
{
  CjlJob *job;        /* under way, or NULL */
  CjlBalance *result; /* or NULL */
  gint64 rested;      /* when the last one ended, monotonic us */
  gboolean asked;     /* and then of what */
  guint64 step;
  gsize sample;
  CjdSplit split;
  const CjLowered *lowered;
  char *told; /* why it cannot be measured, or NULL */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  g_clear_pointer (&state->job, cjl_job_abandon);
  g_clear_pointer (&state->result, cjl_balance_free);
  g_free (state->told);
  g_free (state);
}

static void
measure (CjuView *view, guint64 step)
{
  CjuDocument *document = cju_view_get_document (view);
  State *state = cju_view_get_state (view);
  g_autoptr (CjCheckpoint) weights
      = cj_runner_dup_snapshot (cjl_session_get_runner (cju_document_get_session (document)));

  if (weights == NULL)
    return;
  state->asked = TRUE;
  state->step = step;
  state->sample = cju_document_get_sample (document);
  state->split = cju_document_get_split (document);
  state->lowered = cju_document_get_lowered (document);
  state->job = cjl_balance_start (cjl_network_new (cju_document_get_project (document)->graph,
                                                   cju_document_get_dataset (document), weights),
                                  state->split, state->sample);
}

/* A failure is told once, not at every turn. */
static void
take (CjuView *view, State *state)
{
  CjlBalance *fresh;
  g_autoptr (GError) error = NULL;

  if (!cjl_job_is_done (state->job))
    return;
  fresh = cjl_job_take_result (state->job);
  error = cjl_job_dup_error (state->job);
  g_clear_pointer (&state->job, cjl_job_abandon);
  state->rested = g_get_monotonic_time ();
  if (error != NULL && g_strcmp0 (error->message, state->told) != 0)
    {
      g_free (state->told);
      state->told = g_strdup (error->message);
      cju_view_tell (view, error->message);
    }
  if (fresh == NULL)
    return;
  g_clear_pointer (&state->result, cjl_balance_free);
  state->result = fresh;
  cju_view_refresh (view);
}

static void
tick (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  CjlSession *session = cju_document_get_session (document);
  State *state = cju_view_get_state (view);
  guint64 step;

  if (state->job != NULL)
    {
      take (view, state);
      return;
    }
  if (session == NULL || cju_document_get_dataset (document) == NULL
      || g_get_monotonic_time () - state->rested < PAUSE_US)
    return;
  step = cj_runner_get_state (cjl_session_get_runner (session)).step;
  if (!state->asked || step != state->step || state->sample != cju_document_get_sample (document)
      || state->split != cju_document_get_split (document)
      || state->lowered != cju_document_get_lowered (document))
    measure (view, step);
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
             "over units, places and moments; what does not cancel: mean |E − I| / mean (E + I)",
  .source
  = "C. van Vreeswijk, H. Sompolinsky, “Chaos in neuronal networks with balanced excitatory and "
    "inhibitory activity”, Science 274 (1996); S. Denève, C. Machens, “Efficient codes and "
    "balanced networks”, Nature Neuroscience 19 (2016)",
};
