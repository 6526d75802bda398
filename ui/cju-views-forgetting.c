/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left of tasks that are learned one after another, followed while the network trains, and beside it
 * what earlier runs made of the same number of tasks. */
#include "cju-view-state.h"

#include "cju-access.h"
#include "cjl-archive.h"
#include "cjl-forgetting.h"

#include <glib/gi18n-lib.h>

#define MOST_RUNS 6 /* that are shown beside each other */

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

static gboolean
has_tasks (CjuDocument *document)
{
  const CjdDataset *dataset = cju_document_get_dataset (document);

  return dataset != NULL && dataset->tasks != NULL;
}

static CjvFrame *
make (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  CjlSession *session = cju_document_get_session (document);
  Compared *compared = cju_view_get_state (view);
  const GArray *runs[MOST_RUNS];
  const char *names[MOST_RUNS];
  guint n = 1, n_past = 0;

  if (session == NULL)
    return NULL;
  if (compared->past == NULL)
    compared->past = cjl_archive_list (cju_document_get_project (document));
  runs[0] = cjl_session_read_epochs (session);
  names[0] = _ ("This run");
  for (guint i = 0; i < compared->past->len; i++)
    {
      const CjlPastRun *past = compared->past->pdata[i];

      if (cjl_forgetting_count_tasks (past->epochs) == 0)
        continue;
      n_past++;
      if (n == MOST_RUNS || !gtk_check_button_get_active (GTK_CHECK_BUTTON (compared->toggle)))
        continue;
      runs[n] = past->epochs;
      names[n++] = past->name;
    }
  gtk_widget_set_visible (gtk_widget_get_parent (compared->toggle), n_past > 0);
  return cjl_forgetting_frame_of_runs (runs, names, n);
}

static void
forget_past (CjuView *view)
{
  g_clear_pointer (&((Compared *) cju_view_get_state (view))->past, g_ptr_array_unref);
  cju_view_refresh (view);
}

static void
build (CjuView *view)
{
  Compared *compared = g_new0 (Compared, 1);

  compared->toggle = gtk_check_button_new_with_label (_ ("Earlier runs"));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (compared->toggle), TRUE);
  cju_access_tip (compared->toggle, _ ("Put the runs of the history beside this one"));
  cju_view_take_state (view, compared, free_compared);
  cju_view_add_control (view, compared->toggle);
  cju_view_keep (view, "earlier-runs", compared->toggle, NULL);
  gtk_widget_set_visible (gtk_widget_get_parent (compared->toggle), FALSE);
  g_signal_connect_object (compared->toggle, "toggled", G_CALLBACK (cju_view_refresh), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (cju_view_get_document (view), "edited", G_CALLBACK (forget_past), view,
                           G_CONNECT_SWAPPED);
}

const CjuViewInfo cju_view_forgetting = {
  .id = "forgetting",
  .title = N_ ("Forgetting"),
  .blurb = N_ ("How well each task of the data is still done after every later one; a row fills "
               "while a task is learned"),
  .figure = "forgetting",
  .triggers = CJU_VIEW_ON_TICK,
  .calm = TRUE,
  .belongs = has_tasks,
  .make = make,
  .build = build,
  .formula = "aᵢⱼ = accuracy on task j after task i; mean accuracy 1/T Σⱼ aᵀⱼ; backward transfer "
             "1/(T − 1) Σⱼ (aᵀⱼ − aⱼⱼ); forgetting 1/(T − 1) Σⱼ (maxₗ aₗⱼ − aᵀⱼ), l < T, j < T",
  .source
  = "D. Lopez-Paz, M. Ranzato, “Gradient episodic memory for continual learning”, NeurIPS (2017); "
    "A. Chaudhry et al., “Riemannian walk for incremental learning”, ECCV (2018)",
};
