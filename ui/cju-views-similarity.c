/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How alike layers see the validation samples, and which samples a layer tells apart. */
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cjl-similarity.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  GtkWidget *with, *kind, *pair;
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
  options.pair = (CjPair) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->pair));
  options.node = cju_layer_choice_get (&state->layer);
  options.other = other;
  if (cjl_compare_get_needs (options.with) & CJL_NEEDS_RUN)
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
  if (cjl_compare_get_needs (get_way (cju_view_get_state (view))) & CJL_NEEDS_OTHER)
    ask_other (view);
  else
    start (view, NULL);
}

/* Another project is asked for by hand: a figure does not say where it lies. */
static void
again (CjuView *view)
{
  if (!(cjl_compare_get_needs (get_way (cju_view_get_state (view))) & CJL_NEEDS_OTHER))
    start (view, NULL);
}

static void
show_controls (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const CjlCompareNeeds needs = cjl_compare_get_needs (get_way (state));

  gtk_widget_set_visible (state->kind, (needs & CJL_NEEDS_SAMPLES) == 0);
  gtk_widget_set_visible (state->pair, (needs & CJL_NEEDS_SAMPLES) != 0);
  gtk_widget_set_visible (state->layer.drop, (needs & CJL_NEEDS_NODE) != 0);
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

static void
pick_layer (CjuDocument *document, const char *id)
{
  if (cj_graph_find (cju_document_get_project (document)->graph, id) != NULL)
    cju_document_select (document, id);
}

/* The sample of a row; or its moment, unless the run goes on, and the layer of the column. */
static void
pick (CjuView *view, const CjvHit *hit)
{
  CjuDocument *document = cju_view_get_document (view);
  const State *state = cju_view_get_state (view);
  const CjlSimilarity *s = state->similarity;

  if (s == NULL || hit->index < 0 || hit->series < 0)
    return;
  if (s->samples != NULL)
    {
      if (hit->series < s->samples->len)
        cju_document_choose_sample (document,
                                    (gsize) g_array_index (s->samples, float, hit->series));
      return;
    }
  if (s->steps != NULL && hit->series < s->steps->len
      && cju_document_get_state (document).status != CJ_RUN_TRAINING)
    cju_document_seek (document, g_array_index (s->steps, guint64, hit->series));
  if (s->with == CJL_COMPARE_MOMENTS)
    pick_layer (document, s->node);
  else if (s->with != CJL_COMPARE_OTHER && hit->index < (gint64) g_strv_length (s->columns))
    pick_layer (document, s->columns[hit->index]);
}

static void
build (CjuView *view)
{
  static const char *const with_ids[CJL_COMPARE_N_WAYS + 1] = {
    [CJL_COMPARE_LAYERS] = "layers",           [CJL_COMPARE_RUN] = "run",
    [CJL_COMPARE_MOMENTS] = "moments",         [CJL_COMPARE_OTHER] = "project",
    [CJL_COMPARE_SAMPLES] = "samples",         [CJL_COMPARE_SAMPLES_LAYERS] = "samples-layers",
    [CJL_COMPARE_SAMPLES_RUN] = "samples-run", [CJL_COMPARE_SAMPLES_OTHER] = "samples-project",
  };
  static const char *const kind_ids[] = { "cka", "cka-unbiased", "rsa", NULL };
  static const char *const pair_ids[] = { "correlation", "euclidean", "similarity", NULL };
  const char *kinds[CJ_SIMILARITY_N_KINDS + 1] = { NULL };
  const char *pairs[CJ_PAIR_N_KINDS + 1] = { NULL };
  const char *const ways[CJL_COMPARE_N_WAYS + 1] = {
    [CJL_COMPARE_LAYERS] = _ ("Layers, one another"),
    [CJL_COMPARE_RUN] = _ ("Layers, over the run"),
    [CJL_COMPARE_MOMENTS] = _ ("One layer, over the run"),
    [CJL_COMPARE_OTHER] = _ ("Layers, another project"),
    [CJL_COMPARE_SAMPLES] = _ ("Samples, one layer"),
    [CJL_COMPARE_SAMPLES_LAYERS] = _ ("Samples, layer by layer"),
    [CJL_COMPARE_SAMPLES_RUN] = _ ("Samples, over the run"),
    [CJL_COMPARE_SAMPLES_OTHER] = _ ("Samples, another project"),
  };
  State *state = g_new0 (State, 1);

  cju_view_take_state (view, state, free_state);
  for (guint i = 0; i < CJ_SIMILARITY_N_KINDS; i++)
    kinds[i] = _ (cjl_similarity_get_title ((CjSimilarity) i));
  for (guint i = 0; i < CJ_PAIR_N_KINDS; i++)
    pairs[i] = _ (cjl_pair_get_title ((CjPair) i));
  state->with = cju_view_add_list (view, ways, _ ("What is compared, and with what"));
  state->kind = cju_view_add_list (view, kinds, _ ("How layers are compared"));
  state->pair = cju_view_add_list (view, pairs, _ ("How samples are compared"));
  cju_layer_choice_build (&state->layer, view, _ ("Layer that is compared"));
  cju_view_keep (view, "with", state->with, with_ids);
  cju_view_keep (view, "method", state->kind, kind_ids);
  cju_view_keep (view, "pair", state->pair, pair_ids);
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
  .blurb = N_ ("How alike layers see the samples: one another, at every moment of the run, in "
               "another project; and which samples they tell apart. Click a cell to choose its "
               "layer, moment or sample"),
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
