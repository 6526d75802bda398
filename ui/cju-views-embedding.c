/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map of what a layer makes of the validation samples. */
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cjl-embedding.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  CjuLayerChoice layer;
  CjuViewJob job;
  GtkWidget *method;
  CjlEmbedding *embedding;
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  cju_layer_choice_clear (&state->layer);
  g_clear_pointer (&state->embedding, cjl_embedding_free);
  g_free (state);
}

static void
begin (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const char *layer = cju_layer_choice_get (&state->layer);
  CjlNetwork *network = layer != NULL ? cju_view_dup_network (view) : NULL;
  CjlEmbedOptions options;

  if (network == NULL)
    return;
  cjl_embed_options_init (&options);
  options.node = layer;
  options.n_samples = CJL_EMBED_MAX;
  options.method = (CjlEmbedMethod) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->method));
  cju_view_job_take (&state->job, cjl_embedding_start (network, &options));
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlEmbedding *fresh;

  cju_layer_choice_follow (&state->layer, view);
  gtk_widget_set_sensitive (state->job.start, cju_layer_choice_get (&state->layer) != NULL);
  fresh = cju_view_job_poll (&state->job, view);
  if (fresh == NULL)
    return;
  g_clear_pointer (&state->embedding, cjl_embedding_free);
  state->embedding = fresh;
  cju_view_refresh (view);
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);

  /* a map of other data says nothing of this */
  if (state->embedding != NULL
      && state->embedding->dataset != cju_document_get_dataset (cju_view_get_document (view)))
    g_clear_pointer (&state->embedding, cjl_embedding_free);
  return state->embedding != NULL ? cjl_embedding_frame (state->embedding) : NULL;
}

static void
pick_sample (CjuView *view, const CjvHit *hit)
{
  const State *state = cju_view_get_state (view);

  if (state->embedding != NULL && hit->index >= 0 && hit->index < (gint64) state->embedding->n)
    cju_document_choose_sample (cju_view_get_document (view), state->embedding->place[hit->index]);
}

static void
build (CjuView *view)
{
  static const char *const ids[] = { "pca", "t-sne", "umap", NULL }; /* as CjlEmbedMethod */
  const char *methods[CJL_EMBED_N_METHODS + 1] = { NULL };
  State *state = g_new0 (State, 1);

  cju_view_take_state (view, state, free_state);
  for (guint i = 0; i < CJL_EMBED_N_METHODS; i++)
    methods[i] = cjl_embed_method_get_name ((CjlEmbedMethod) i);
  cju_layer_choice_build (&state->layer, view, _ ("Layer whose answers are laid out"));
  state->method = cju_view_add_list (view, methods, _ ("How they are laid out"));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (state->method), CJL_EMBED_TSNE);
  cju_view_keep (view, "node", state->layer.drop, NULL);
  cju_view_keep (view, "method", state->method, ids);
  cju_view_job_build (&state->job, view, _ ("Embed"),
                      _ ("Lay out validation samples with these weights"), begin);
}

const CjuViewInfo cju_view_embedding = {
  .id = "embedding",
  .title = N_ ("Embedding"),
  .blurb = N_ ("Samples that a layer takes for alike lie near one another; click one to choose it"),
  .figure = "embedding",
  .make = make,
  .picked = pick_sample,
  .build = build,
  .tick = tick,
  .again = begin,
  .formula = "t-SNE: least KL (P ‖ Q), qᵢⱼ ∝ 1 / (1 + |yᵢ − yⱼ|²); UMAP: least cross-entropy of "
             "vᵢⱼ and 1 / (1 + a |yᵢ − yⱼ|²ᵇ)",
  .source
  = "L. van der Maaten, G. Hinton, “Visualizing data using t-SNE” (2008); L. McInnes, J. "
    "Healy, J. Melville, “UMAP” (2018); N. Halko, P.-G. Martinsson, J. Tropp (2011) for PCA",
};
