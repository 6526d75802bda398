/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which explainer to trust on this network: the report over samples, as a table or as the lines of the
 * sanity check. */
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cjl-explain-report.h"

#include <glib/gi18n-lib.h>

static const guint counts[] = { 8, 16, 64 };

typedef struct
{
  GtkWidget *shown, *samples;
  CjuViewJob job;
  CjlReport *report;
  CjdDataset *dataset; /* that the report was begun with, or NULL */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  g_clear_pointer (&state->report, cjl_report_free);
  g_clear_pointer (&state->dataset, cjd_dataset_unref);
  g_free (state);
}

static gboolean
has_answers (CjuDocument *document)
{
  const CjLowered *lowered = cju_document_get_lowered (document);

  return lowered == NULL || lowered->prediction != CJ_NO_VALUE;
}

static void
begin (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlNetwork *network = cju_view_dup_network (view);
  CjlReportOptions options;

  if (network == NULL)
    return;
  cjl_report_options_init (&options);
  options.n_samples = counts[gtk_drop_down_get_selected (GTK_DROP_DOWN (state->samples))];
  g_clear_pointer (&state->dataset, cjd_dataset_unref);
  state->dataset = cjd_dataset_ref (network->dataset);
  cju_view_job_take (&state->job, cjl_report_start (network, &options));
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlReport *fresh = cju_view_job_poll (&state->job, view);

  if (fresh == NULL)
    return;
  g_clear_pointer (&state->report, cjl_report_free);
  state->report = fresh;
  cju_view_refresh (view);
}

static gboolean
shows_sanity (const State *state)
{
  return gtk_drop_down_get_selected (GTK_DROP_DOWN (state->shown)) == 1;
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);

  /* what was measured on other data says nothing of this */
  if (state->dataset != cju_document_get_dataset (cju_view_get_document (view)))
    g_clear_pointer (&state->report, cjl_report_free);
  if (state->report == NULL)
    return NULL;
  return shows_sanity (state) ? cjl_report_sanity_frame (state->report)
                              : cjl_report_trust_frame (state->report);
}

static void
show (CjuView *view)
{
  const State *state = cju_view_get_state (view);

  cju_figure_view_set_figure (cju_view_get_figure (view),
                              shows_sanity (state) ? "sanity" : "trust");
  cju_view_refresh (view);
}

static void
build (CjuView *view)
{
  static const char *const shown_ids[] = { "faithful", "sanity", NULL };
  static const char *const count_ids[] = { "8", "16", "64", NULL }; /* as counts */
  const char *const shown[] = { _ ("How faithful"), _ ("Sanity check"), NULL };
  g_auto (GStrv) samples = g_new0 (char *, G_N_ELEMENTS (counts) + 1);
  State *state = g_new0 (State, 1);

  cju_view_take_state (view, state, free_state);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    samples[i] = g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "%u sample", "%u samples", counts[i]), counts[i]);
  state->shown = cju_view_add_list (view, shown, _ ("What is shown of the explainers"));
  state->samples = cju_view_add_list (view, (const char *const *) samples,
                                      _ ("How many validation samples are explained"));
  cju_view_keep (view, "show", state->shown, shown_ids);
  cju_view_keep (view, "samples", state->samples, count_ids);
  cju_view_job_build (
      &state->job, view, _ ("Measure"),
      _ ("Hold the maps of every explainer against the network, with these weights"), begin);
  g_signal_connect_object (state->shown, "notify::selected", G_CALLBACK (show), view,
                           G_CONNECT_SWAPPED);
}

const CjuViewInfo cju_view_trust = {
  .id = "trust",
  .title = N_ ("Trust"),
  .blurb = N_ ("Which explainer to trust on this network: how faithful the maps of each are, and "
               "whether they change as what was learned is taken away"),
  .figure = "trust",
  .belongs = has_answers,
  .make = make,
  .build = build,
  .tick = tick,
  .again = begin,
  .formula
  = "Deletion, insertion: ∫ p (target) as the highest pixels go, or come; infidelity: E [(β s "
    "− Δf)²] / E [Δf²]; sensitivity: max |Φ (y) − Φ (x)| / |Φ (x)|; cascade: mean rank "
    "correlation of Φ with that of networks whose top layers are drawn anew",
  .source
  = "V. Petsiuk, A. Das, K. Saenko, “RISE” (2018); C.-K. Yeh, C.-Y. Hsieh, A. Suggala, D. "
    "Inouye, P. Ravikumar, “On the (in)fidelity and sensitivity of explanations” (2019); J. "
    "Adebayo et al., “Sanity checks for saliency maps” (2018); Z. Wang et al. (2004) for SSIM",
};
