/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What learning rules change against the gradient, followed while the network trains. */
#include "cju-view-tools.h"

#include "cjl-alignment.h"

#include <glib/gi18n-lib.h>

#define PAUSE_US 700000 /* between two measurements, which take a processor from the training */

typedef struct
{
  CjlJob *job;
  CjlAlignment *result; /* or NULL */
  guint64 asked;        /* the step that was measured last; G_MAXUINT64: none */
  gint64 rested;        /* when the last job ended, monotonic us */
  char *told;           /* why it cannot be measured, or NULL */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  g_clear_pointer (&state->job, cjl_job_abandon);
  g_clear_pointer (&state->result, cjl_alignment_free);
  g_free (state->told);
  g_free (state);
}

/* Starts to measure the network as it is now: with its past, unless that is known. */
static void
measure (CjuView *view, CjlSession *session, guint64 step)
{
  CjuDocument *document = cju_view_get_document (view);
  CjRunner *runner = cjl_session_get_runner (session);
  State *state = cju_view_get_state (view);
  g_autoptr (CjCheckpoint) weights = cj_runner_dup_snapshot (runner);
  const gboolean anew = state->result == NULL || state->asked == G_MAXUINT64 || step < state->asked;
  CjRunLog *log = NULL;
  CjRing *ring = NULL;

  if (weights == NULL)
    return;
  if (anew)
    cj_runner_dup_run (runner, G_MAXSIZE, &log, &ring, NULL);
  state->asked = step;
  state->job = cjl_alignment_start (cjl_network_new (cju_document_get_project (document)->graph,
                                                     cju_document_get_dataset (document), weights),
                                    cju_document_get_project (document)->setup, log, ring,
                                    anew ? NULL : state->result);
}

/* A failure is told once, not at every turn. */
static void
take_error (CjuView *view, State *state)
{
  g_autoptr (GError) error = cjl_job_dup_error (state->job);

  if (error != NULL && g_strcmp0 (error->message, state->told) != 0)
    {
      g_free (state->told);
      state->told = g_strdup (error->message);
      cju_view_tell (view, error->message);
    }
  g_clear_pointer (&state->job, cjl_job_abandon);
  state->rested = g_get_monotonic_time ();
}

static void
tick (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  CjlSession *session = cju_document_get_session (document);
  State *state = cju_view_get_state (view);

  if (state->job != NULL)
    {
      const gboolean done = cjl_job_is_done (state->job);
      CjlAlignment *fresh = cjl_job_take_result (state->job);

      if (fresh != NULL)
        {
          g_clear_pointer (&state->result, cjl_alignment_free);
          state->result = fresh;
          cju_view_refresh (view);
        }
      if (done)
        take_error (view, state);
    }
  else if (session != NULL && cju_document_get_dataset (document) != NULL
           && g_get_monotonic_time () - state->rested > PAUSE_US)
    {
      const guint64 step = cj_runner_get_state (cjl_session_get_runner (session)).step;

      if (step != state->asked)
        measure (view, session, step);
    }
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);

  if (state->result != NULL
      && state->result->dataset != cju_document_get_dataset (cju_view_get_document (view)))
    {
      g_clear_pointer (&state->result, cjl_alignment_free);
      state->asked = G_MAXUINT64;
    }
  return state->result != NULL ? cjl_alignment_frame (state->result) : NULL;
}

/* A click on a moment goes there. */
static void
pick (CjuView *view, const CjvHit *hit)
{
  const State *state = cju_view_get_state (view);

  if (state->result != NULL && hit->index >= 0 && hit->index < (gint64) state->result->steps->len)
    cju_document_seek (cju_view_get_document (view),
                       (guint64) g_array_index (state->result->steps, double, hit->index));
}

static void
build (CjuView *view)
{
  State *state = g_new0 (State, 1);

  state->asked = G_MAXUINT64;
  cju_view_take_state (view, state, free_state);
}

const CjuViewInfo cju_view_alignment = {
  .id = "alignment",
  .title = N_ ("Alignment"),
  .blurb
  = N_ ("How far what the learning rule changes points along the gradient, for each layer over the "
        "run: 0° is the gradient itself, and under 90° a small step lowers the loss. Measured on "
        "samples of training with the weights of the moment; a click on a moment goes there. The "
        "gradient is that of one pass forward: equilibrium propagation and contrastive Hebbian "
        "learning follow that of the state at rest, which weak feedback brings near it"),
  .figure = "alignment",
  .make = make,
  .picked = pick,
  .build = build,
  .tick = tick,
  .formula = "angle = arccos (ΔW · ∇L / (|ΔW| |∇L|)), of all weights of a layer together",
  .source = "T. Lillicrap et al., “Random synaptic feedback weights support error backpropagation "
            "for deep learning”, Nature Communications (2016), figure 2",
};
