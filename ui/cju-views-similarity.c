/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How alike layers see the validation samples, and which samples a layer tells apart. */
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cjl-similarity.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  GtkWidget *with, *kind, *apart;
  CjuLayerChoice layer;
  CjuViewJob job;
  CjlSimilarity *similarity;
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  cju_layer_choice_clear (&state->layer);
  g_clear_pointer (&state->similarity, cjl_similarity_free);
  g_free (state);
}

static CjlCompare
get_way (const State *state)
{
  return (CjlCompare) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->with));
}

static void
start (CjuView *view, const char *other)
{
  CjuDocument *document = cju_view_get_document (view);
  State *state = cju_view_get_state (view);
  CjlNetwork *network = cju_view_dup_network (view);
  CjlSession *session = cju_document_get_session (document);
  CjlSimilarityOptions options;
  CjRunLog *log = NULL;
  CjRing *ring = NULL;

  if (network == NULL)
    return;
  cjl_similarity_options_init (&options);
  options.with = get_way (state);
  options.kind = (CjSimilarity) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->kind));
  options.apart = (CjDissimilarity) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->apart));
  options.node = cju_layer_choice_get (&state->layer);
  options.other = other;
  if (options.with == CJL_COMPARE_RUN)
    cj_runner_dup_run (cjl_session_get_runner (session), G_MAXSIZE, &log, &ring, NULL);
  cju_view_job_take (&state->job, cjl_similarity_start (network, log, ring, &options));
}

static void
on_answer (GtkNativeDialog *dialog, int response, gpointer data)
{
  CjuView *view = data;

  if (response == GTK_RESPONSE_ACCEPT && cju_view_get_state (view) != NULL)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      g_autofree char *path = g_file_get_path (file);

      if (path != NULL)
        start (view, path);
    }
  g_object_unref (dialog);
}

static void
ask_other (CjuView *view)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (view)));
  GtkFileChooserNative *dialog
      = gtk_file_chooser_native_new (_ ("Project to Compare With"), GTK_WINDOW (root),
                                     GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Compare"), _ ("_Cancel"));
  GtkFileFilter *filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Cajal projects"));
  gtk_file_filter_add_suffix (filter, "cajal");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (dialog), filter);
  g_object_unref (filter);
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_answer), view, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
begin (CjuView *view)
{
  if (get_way (cju_view_get_state (view)) == CJL_COMPARE_OTHER)
    ask_other (view);
  else
    start (view, NULL);
}

/* Another project is asked for by hand: a figure does not say where it lies. */
static void
again (CjuView *view)
{
  if (get_way (cju_view_get_state (view)) != CJL_COMPARE_OTHER)
    start (view, NULL);
}

static void
show_controls (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const gboolean samples = get_way (state) == CJL_COMPARE_SAMPLES;

  gtk_widget_set_visible (state->kind, !samples);
  gtk_widget_set_visible (state->apart, samples);
  gtk_widget_set_visible (state->layer.drop, samples);
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlSimilarity *fresh;

  cju_layer_choice_follow (&state->layer, view);
  fresh = cju_view_job_poll (&state->job, view);
  if (fresh == NULL)
    return;
  g_clear_pointer (&state->similarity, cjl_similarity_free);
  state->similarity = fresh;
  cju_figure_view_set_figure (cju_view_get_figure (view), cjl_similarity_get_figure (fresh));
  cju_view_refresh (view);
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);

  /* what other data showed says nothing of this */
  if (state->similarity != NULL
      && state->similarity->dataset != cju_document_get_dataset (cju_view_get_document (view)))
    g_clear_pointer (&state->similarity, cjl_similarity_free);
  return state->similarity != NULL ? cjl_similarity_frame (state->similarity) : NULL;
}

/* The layer of a column, or the sample of a row. */
static void
pick (CjuView *view, const CjvHit *hit)
{
  CjuDocument *document = cju_view_get_document (view);
  const State *state = cju_view_get_state (view);
  const CjlSimilarity *similarity = state->similarity;

  if (similarity == NULL || hit->index < 0 || hit->series < 0)
    return;
  if (similarity->samples != NULL && hit->series < similarity->samples->len)
    cju_document_choose_sample (document,
                                (gsize) g_array_index (similarity->samples, float, hit->series));
  else if (similarity->with != CJL_COMPARE_OTHER && similarity->columns != NULL
           && hit->index < (gint64) g_strv_length (similarity->columns)
           && cj_graph_find (cju_document_get_project (document)->graph,
                             similarity->columns[hit->index])
                  != NULL)
    cju_document_select (document, similarity->columns[hit->index]);
}

static void
build (CjuView *view)
{
  static const char *const with_ids[] = { "layers", "run", "project", "samples", NULL };
  static const char *const kind_ids[] = { "cka", "cka-unbiased", "rsa", NULL };
  static const char *const apart_ids[] = { "correlation", "euclidean", NULL };
  const char *kinds[CJ_SIMILARITY_N_KINDS + 1] = { NULL };
  const char *apart[CJ_DISSIMILARITY_N_KINDS + 1] = { NULL };
  const char *const ways[]
      = { _ ("One another"), _ ("Over the run"), _ ("Another project"), _ ("Samples"), NULL };
  State *state = g_new0 (State, 1);

  cju_view_take_state (view, state, free_state);
  for (guint i = 0; i < CJ_SIMILARITY_N_KINDS; i++)
    kinds[i] = _ (cjl_similarity_get_title ((CjSimilarity) i));
  for (guint i = 0; i < CJ_DISSIMILARITY_N_KINDS; i++)
    apart[i] = _ (cjl_dissimilarity_get_title ((CjDissimilarity) i));
  state->with = cju_view_add_list (view, ways, _ ("With what the layers are compared"));
  state->kind = cju_view_add_list (view, kinds, _ ("How layers are compared"));
  state->apart = cju_view_add_list (view, apart, _ ("How samples are compared"));
  cju_layer_choice_build (&state->layer, view, _ ("Layer that sees the samples"));
  cju_view_keep (view, "with", state->with, with_ids);
  cju_view_keep (view, "method", state->kind, kind_ids);
  cju_view_keep (view, "distance", state->apart, apart_ids);
  cju_view_keep (view, "node", state->layer.drop, NULL);
  cju_view_job_build (&state->job, view, _ ("Compare"),
                      _ ("Compare on validation samples, with these weights"), begin);
  g_signal_connect_object (state->with, "notify::selected", G_CALLBACK (show_controls), view,
                           G_CONNECT_SWAPPED);
  show_controls (view);
}

const CjuViewInfo cju_view_similarity = {
  .id = "similarity",
  .title = N_ ("Similarity"),
  .blurb = N_ ("How alike layers see the samples: one another, over the run, in another project; "
               "and which samples a layer tells apart. Click a cell to choose its layer or sample"),
  .figure = "similarity",
  .make = make,
  .picked = pick,
  .build = build,
  .tick = tick,
  .again = again,
  .formula = "CKA (X, Y) = |Yᵀ X|² / (|Xᵀ X| |Yᵀ Y|), X and Y centred; RSA: Spearman's rank "
             "correlation of 1 − r of all pairs of samples",
  .source = "S. Kornblith, M. Norouzi, H. Lee, G. Hinton, “Similarity of neural network "
            "representations revisited” (2019); unbiased: L. Song et al. (2012), T. Nguyen, M. "
            "Raghu, S. Kornblith (2021); N. Kriegeskorte, M. Mur, P. Bandettini, "
            "“Representational similarity analysis” (2008)",
};
