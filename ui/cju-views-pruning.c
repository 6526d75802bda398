/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left of the synapses of each layer, followed while the network trains. */
#include "cju-view-tools.h"

#include "cjl-pruning.h"
#include "cjv-draw.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static CjvFrame *
make (CjuView *view)
{
  CjlSession *session = cju_document_get_session (cju_view_get_document (view));
  g_autoptr (CjCheckpoint) weights
      = session != NULL ? cj_runner_dup_snapshot (cjl_session_get_runner (session)) : NULL;

  return weights != NULL ? cjl_pruning_frame (weights) : NULL;
}

/* A click on a layer selects its card. */
static void
pick (CjuView *view, const CjvHit *hit)
{
  CjuDocument *document = cju_view_get_document (view);
  CjlSession *session = cju_document_get_session (document);
  g_autoptr (CjCheckpoint) weights
      = session != NULL ? cj_runner_dup_snapshot (cjl_session_get_runner (session)) : NULL;
  g_autoptr (CjvFrame) frame = weights != NULL ? cjl_pruning_frame (weights) : NULL;
  g_autofree char *id = NULL;

  if (frame == NULL || hit->index < 0)
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
        "training says, or by hand; a click on a layer selects it"),
  .figure = "pruning",
  .triggers = CJU_VIEW_ON_TICK,
  .make = make,
  .picked = pick,
  .formula = "kept = 1 − |{w : pruned}| / |{w}|, of all synapses of a layer",
  .source
  = "S. Han, J. Pool, J. Tran, W. Dally, “Learning both weights and connections for efficient "
    "neural networks”, NeurIPS (2015)",
};
