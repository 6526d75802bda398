/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Views of the run as a whole: curves, and the plane of two-feature data. */
#include "cju-view.h"

#include "cjl-figures.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static CjvFrame *
make_curves (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  CjlSession *session = cju_document_get_session (document);
  const CjRunState state = cju_document_get_state (document);

  return session == NULL
             ? NULL
             : cjl_curves_frame (cjl_session_read_points (session),
                                 cjl_session_read_epochs (session), state.steps_per_epoch,
                                 state.target < state.last ? (double) state.target : NAN);
}

const CjuViewInfo cju_view_curves = {
  .id = "curves",
  .title = N_ ("Curves"),
  .blurb = N_ ("Loss and accuracy over the run; drag or turn the wheel to zoom"),
  .figure = "curves",
  .triggers = CJU_VIEW_ON_TICK,
  .make = make_curves,
};

static gboolean
has_plane (CjuDocument *document)
{
  const CjdDataset *dataset = cju_document_get_dataset (document);

  return dataset != NULL && dataset->x_shape.n_dims == 2 && dataset->x_shape.dims[1] == 2
         && dataset->n_classes > 0;
}

static CjvFrame *
make_decision (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  const CjlProbeFrame *frame = cju_document_get_frame (document);
  const CjNode *node = cju_document_find_prediction (document);
  const CjTensor *scores
      = frame != NULL && node != NULL ? cjl_probe_frame_find_surface (frame, node->id) : NULL;

  return scores != NULL ? cjl_decision_frame (cju_document_get_dataset (document), scores) : NULL;
}

const CjuViewInfo cju_view_decision = {
  .id = "decision",
  .title = N_ ("Decision"),
  .blurb = N_ ("The plane as the network divides it"),
  .figure = "decision",
  .triggers = CJU_VIEW_ON_TICK,
  .belongs = has_plane,
  .make = make_decision,
};
