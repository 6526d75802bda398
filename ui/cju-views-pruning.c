/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left of the synapses of each layer, followed while the network trains. */
#include "cju-view-tools.h"

#include "cjl-pruning.h"
#include "cjv-draw.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Earlier runs, which stay the same until the project is edited. */
typedef struct
{
  GPtrArray *past; /* CjlPastRun; NULL: to be read */
} State;

static void
free_state (gpointer data)
{
  g_clear_pointer (&((State *) data)->past, g_ptr_array_unref);
  g_free (data);
}

static CjvFrame *
make (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  CjlSession *session = cju_document_get_session (document);
  State *state = cju_view_get_state (view);
  g_autoptr (CjCheckpoint) weights
      = session != NULL ? cj_runner_dup_snapshot (cjl_session_get_runner (session)) : NULL;

  if (weights == NULL)
    return NULL;
  if (state->past == NULL)
    state->past = cjl_archive_list (cju_document_get_project (document));
  return cjl_pruning_frame (weights, cjl_session_read_epochs (session), state->past);
}

static void
forget_past (CjuView *view)
{
  g_clear_pointer (&((State *) cju_view_get_state (view))->past, g_ptr_array_unref);
}

static void
build (CjuView *view)
{
  cju_view_take_state (view, g_new0 (State, 1), free_state);
  g_signal_connect_object (cju_view_get_document (view), "edited", G_CALLBACK (forget_past), view,
                           G_CONNECT_SWAPPED);
}

/* A click on a layer selects its card. */
static void
pick (CjuView *view, const CjvHit *hit)
{
  CjuDocument *document = cju_view_get_document (view);
  g_autoptr (CjvFrame) frame = make (view);
  g_autofree char *id = NULL;

  if (frame == NULL || hit->index < 0 || hit->series >= 0)
    return;
  id = cjv_class_dup (frame, "layers", hit->index);
  id[strcspn (id, ".")] = '\0'; /* of a layer with several tensors */
  if (cj_graph_find (cju_document_get_project (document)->graph, id) != NULL)
    cju_document_select (document, id);
}

const CjuViewInfo cju_view_pruning = {
  .id = "pruning",
  .title = N_ ("Pruning"),
  .blurb
  = N_ ("How many synapses of each layer are left, while the network trains and is pruned as its "
        "training says, or by hand, and what it gets right at what share of them, epoch by epoch; "
        "runs before this one that pruned otherwise stand beside it. A click on a layer selects "
        "it"),
  .figure = "pruning",
  .triggers = CJU_VIEW_ON_TICK,
  .make = make,
  .build = build,
  .picked = pick,
  .formula = "kept = 1 − |{w : pruned}| / |{w}|, of all synapses of a layer",
  .source
  = "S. Han, J. Pool, J. Tran, W. Dally, “Learning both weights and connections for efficient "
    "neural networks”, NeurIPS (2015)",
};
