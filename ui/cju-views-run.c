/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Views of the run as a whole: curves, and the plane of two-feature data. */
#include "cju-view-state.h"

#include "cju-access.h"
#include "cjl-figures.h"
#include "cjl-runs.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_POINTS 6000 /* of a curve; a screen has fewer columns */

/* Earlier runs, which stay the same until the project is edited. */
typedef struct
{
  GtkWidget *toggle;
  GPtrArray *past; /* CjlPastRun, or NULL: to be read */
} Compared;

static void
free_compared (gpointer data)
{
  g_clear_pointer (&((Compared *) data)->past, g_ptr_array_unref);
  g_free (data);
}

static CjvFrame *
make_curves (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  CjlSession *session = cju_document_get_session (document);
  const CjRunState run = cju_document_get_state (document);
  const double now = run.target < run.last ? (double) run.target : NAN;
  Compared *compared = cju_view_get_state (view);
  g_autoptr (GArray) points = NULL;
  const GArray *epochs;

  if (session == NULL)
    return NULL;
  if (compared->past == NULL)
    compared->past = cjl_archive_list (cju_document_get_project (document));
  gtk_widget_set_visible (gtk_widget_get_parent (compared->toggle), compared->past->len > 0);
  points = cjl_thin_points (cjl_session_read_points (session), MAX_POINTS);
  epochs = cjl_session_read_epochs (session);
  return compared->past->len > 0
                 && gtk_check_button_get_active (GTK_CHECK_BUTTON (compared->toggle))
             ? cjl_runs_frame (points, epochs, compared->past, run.steps_per_epoch, now)
             : cjl_curves_frame (points, epochs, run.steps_per_epoch, now);
}

static void
forget_past (CjuView *view)
{
  g_clear_pointer (&((Compared *) cju_view_get_state (view))->past, g_ptr_array_unref);
  cju_view_refresh (view);
}

static void
build_curves (CjuView *view)
{
  Compared *compared = g_new0 (Compared, 1);

  compared->toggle = gtk_check_button_new_with_label (_ ("Earlier runs"));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (compared->toggle), TRUE);
  cju_access_tip (compared->toggle, _ ("Lay the runs of the history over this one"));
  cju_view_take_state (view, compared, free_compared);
  cju_view_add_control (view, compared->toggle);
  cju_view_keep (view, "earlier-runs", compared->toggle, NULL);
  gtk_widget_set_visible (gtk_widget_get_parent (compared->toggle), FALSE);
  g_signal_connect_object (compared->toggle, "toggled", G_CALLBACK (cju_view_refresh), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (cju_view_get_document (view), "edited", G_CALLBACK (forget_past), view,
                           G_CONNECT_SWAPPED);
}

const CjuViewInfo cju_view_curves = {
  .id = "curves",
  .title = N_ ("Curves"),
  .blurb = N_ ("Loss and accuracy over the run; drag or turn the wheel to zoom"),
  .figure = "curves",
  .triggers = CJU_VIEW_ON_TICK,
  .calm = TRUE,
  .make = make_curves,
  .build = build_curves,
  .formula = "L = 1/B Σ loss (f (xᵢ), yᵢ) over a batch; smoothed: sₜ = Σ β^(t−k) Lₖ / Σ β^(t−k)",
  .source
  = "L. Bottou, F. Curtis, J. Nocedal, “Optimization methods for large-scale machine learning”, "
    "SIAM Review 60 (2018); D. Kingma, J. Ba (2015), section 3, for the mean without bias",
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
  .formula = "colour: argmaxₖ p (k | x), the paler the nearer its p to 1/K; p = softmax (f (x))",
  .source = "R. Duda, P. Hart, D. Stork, “Pattern Classification”, 2nd ed. (2001), 2.4",
};
