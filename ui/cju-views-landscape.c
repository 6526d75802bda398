/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loss around the weights as they are: along a line, on planes, as curvature. */
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cjl-landscape.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  GtkWidget *kind;
  CjuViewJob job;
  CjlLandscape *results[CJL_LANDSCAPE_N_KINDS]; /* the last of each kind, or NULL */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  for (int i = 0; i < CJL_LANDSCAPE_N_KINDS; i++)
    g_clear_pointer (&state->results[i], cjl_landscape_free);
  g_free (state);
}

static CjlLandscapeKind
get_kind (const State *state)
{
  return (CjlLandscapeKind) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->kind));
}

static void
begin (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  State *state = cju_view_get_state (view);
  CjlNetwork *network = cju_view_dup_network (view);
  CjlLandscapeOptions options;
  CjRunLog *log = NULL;
  CjRing *ring = NULL;

  if (network == NULL)
    return;
  cjl_landscape_options_init (&options, get_kind (state));
  if (cjl_landscape_has_path (options.kind))
    cj_runner_dup_run (cjl_session_get_runner (cju_document_get_session (document)), G_MAXSIZE,
                       &log, &ring, NULL);
  cju_view_job_take (
      &state->job,
      cjl_landscape_start (network, log, ring,
                           (guint64) cju_document_get_project (document)->setup->seed, &options));
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlLandscape *fresh = cju_view_job_poll (&state->job, view);

  if (fresh == NULL)
    return;
  g_clear_pointer (&state->results[fresh->kind], cjl_landscape_free);
  state->results[fresh->kind] = fresh;
  if (fresh->kind == get_kind (state))
    cju_view_refresh (view);
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const CjlLandscapeKind kind = get_kind (state);
  CjlLandscape **result = &state->results[kind];

  cju_figure_view_set_figure (cju_view_get_figure (view), cjl_landscape_get_figure (kind));
  /* what other data showed says nothing of this */
  if (*result != NULL
      && (*result)->dataset != cju_document_get_dataset (cju_view_get_document (view)))
    g_clear_pointer (result, cjl_landscape_free);
  return *result != NULL ? cjl_landscape_frame (*result) : NULL;
}

/* A click on the way of the run goes there. */
static void
pick (CjuView *view, const CjvHit *hit)
{
  const State *state = cju_view_get_state (view);
  const CjlLandscape *result = state->results[get_kind (state)];

  if (result != NULL && result->steps != NULL && hit->series == 1 && hit->index >= 0
      && hit->index < cj_shape_size (&result->steps->shape))
    cju_document_seek (cju_view_get_document (view),
                       (guint64) cj_tensor_f32 (result->steps)[hit->index]);
}

static void
build (CjuView *view)
{
  static const char *const ids[]
      = { "line", "slice", "run", "curvature", NULL }; /* as CjlLandscapeKind */
  State *state = g_new0 (State, 1);
  const char *const kinds[] = { _ ("From the initial weights"), _ ("Random slice"),
                                _ ("Plane of the run"), _ ("Curvature and noise"), NULL };

  cju_view_take_state (view, state, free_state);
  state->kind = cju_view_add_list (view, kinds, _ ("What is measured of the loss"));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (state->kind), CJL_LANDSCAPE_SLICE);
  cju_view_keep (view, "method", state->kind, ids);
  cju_view_job_build (&state->job, view, _ ("Measure"),
                      _ ("Measure the loss of training samples around these weights"), begin);
  g_signal_connect_object (state->kind, "notify::selected", G_CALLBACK (cju_view_refresh), view,
                           G_CONNECT_SWAPPED);
}

const CjuViewInfo cju_view_landscape = {
  .id = "landscape",
  .title = N_ ("Landscape"),
  .blurb
  = N_ ("The loss around the weights: on the line from the initial ones, on a random plane and on "
        "the plane of the run, both with its way, where a click goes back to that step; how "
        "steeply it curves and how noisy its gradient is"),
  .figure = "landscape",
  .make = make,
  .picked = pick,
  .build = build,
  .tick = tick,
  .again = begin,
  .formula
  = "line L ((1 − t) w₀ + t w); slice L (w + a δ + b η) with |δᵢ| = |wᵢ| filter by filter; "
    "H v ≈ (g (w + h v) − g (w − h v)) / 2h, λ by Lanczos' form of power "
    "iteration; noise scale tr (Σ) / |G|²",
  .source
  = "I. Goodfellow, O. Vinyals, A. Saxe, “Qualitatively characterizing neural network "
    "optimization problems” (2015); H. Li et al., “Visualizing the loss landscape of neural "
    "nets” (2018); S. McCandlish et al., “An empirical model of large-batch training” (2018); "
    "G. Golub, C. van Loan, “Matrix Computations”, 10.1",
};
