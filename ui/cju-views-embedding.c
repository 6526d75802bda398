/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map of what a layer makes of the validation samples. */
#include "cju-view.h"

#include "cju-access.h"
#include "cjl-embedding.h"

#include <glib/gi18n-lib.h>
#include <math.h>

typedef struct
{
  GtkWidget *layer, *method, *start, *progress;
  GStrv nodes; /* ids, as the list of layers has them */
  CjlJob *job;
  CjlEmbedding *embedding;
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  g_clear_pointer (&state->job, cjl_job_free);
  g_clear_pointer (&state->embedding, cjl_embedding_free);
  g_strfreev (state->nodes);
  g_free (state);
}

/* Layers that give numbers for each sample. */
static GStrv
list_layers (CjuDocument *document)
{
  const CjGraph *graph = cju_document_get_project (document)->graph;
  const CjLowered *lowered = cju_document_get_lowered (document);
  GStrvBuilder *builder = g_strv_builder_new ();
  GStrv names;

  for (guint i = 0; lowered != NULL && i < MIN (graph->nodes->len, lowered->n_nodes); i++)
    {
      const CjNode *node = graph->nodes->pdata[i];

      if (lowered->nodes[i].valid && node->layer->role != CJ_ROLE_LOSS
          && cj_builder_get_shape (lowered->builder, lowered->nodes[i].out[0])->n_dims >= 2)
        g_strv_builder_add (builder, node->id);
    }
  names = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return names;
}

/* What goes into the last layer tells most: it is the choice to begin with. */
static guint
find_preset (CjuDocument *document, GStrv nodes)
{
  const CjNode *last = cju_document_find_prediction (document);
  const CjNode *before = last != NULL ? last->from[0].node : NULL;

  for (guint i = 0; before != NULL && nodes[i] != NULL; i++)
    if (g_str_equal (nodes[i], before->id))
      return i;
  return 0;
}

static void
follow_layers (CjuView *view)
{
  State *state = cju_view_get_state (view);
  GStrv nodes = list_layers (cju_view_get_document (view));
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (state->layer));
  const guint n = state->nodes != NULL ? g_strv_length (state->nodes) : 0;
  g_autofree char *chosen = at < n ? g_strdup (state->nodes[at]) : NULL;
  guint preset;

  if (state->nodes != NULL
      && g_strv_equal ((const char *const *) state->nodes, (const char *const *) nodes))
    {
      g_strfreev (nodes);
      return;
    }
  g_strfreev (state->nodes);
  state->nodes = nodes;
  preset = find_preset (cju_view_get_document (view), nodes);
  for (guint i = 0; chosen != NULL && nodes[i] != NULL; i++)
    if (g_str_equal (nodes[i], chosen))
      preset = i;
  {
    g_autoptr (GtkStringList) list = gtk_string_list_new ((const char *const *) nodes);

    gtk_drop_down_set_model (GTK_DROP_DOWN (state->layer), G_LIST_MODEL (list));
    gtk_drop_down_set_selected (GTK_DROP_DOWN (state->layer), preset);
  }
  gtk_widget_set_sensitive (state->start, nodes[0] != NULL);
}

static void
show_progress (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const gboolean busy = state->job != NULL;
  const double left = busy ? cjl_job_get_seconds_left (state->job) : NAN;
  g_autofree char *text = isfinite (left) ? g_strdup_printf (_ ("%.0f s left"), ceil (left)) : NULL;

  gtk_button_set_label (GTK_BUTTON (state->start), busy ? _ ("Stop") : _ ("Embed"));
  gtk_widget_set_visible (state->progress, busy);
  if (!busy)
    return;
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (state->progress),
                                 cjl_job_get_progress (state->job));
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (state->progress),
                             text != NULL ? text : _ ("reading samples"));
}

static void
start (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  State *state = cju_view_get_state (view);
  CjlSession *session = cju_document_get_session (document);
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (state->layer));
  g_autoptr (CjCheckpoint) weights = NULL;
  CjlEmbedOptions options;

  if (session != NULL)
    weights = cj_runner_dup_snapshot (cjl_session_get_runner (session));
  if (weights == NULL || state->nodes == NULL || at >= g_strv_length (state->nodes))
    {
      cju_view_tell (view, _ ("There are no weights yet. Wait until the data is loaded."));
      return;
    }
  cjl_embed_options_init (&options);
  options.node = state->nodes[at];
  options.method = (CjlEmbedMethod) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->method));
  state->job = cjl_embedding_start (cju_document_get_project (document)->graph,
                                    cju_document_get_dataset (document), weights, &options);
  show_progress (view);
}

static void
on_start (CjuView *view)
{
  State *state = cju_view_get_state (view);

  if (state->job != NULL)
    cjl_job_cancel (state->job); /* what there is stays */
  else
    start (view);
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlEmbedding *fresh;
  gboolean done;

  follow_layers (view);
  if (state->job == NULL)
    return;
  done = cjl_job_is_done (state->job);
  fresh = cjl_job_take_result (state->job);
  if (fresh != NULL)
    {
      g_clear_pointer (&state->embedding, cjl_embedding_free);
      state->embedding = fresh;
      cju_view_refresh (view);
    }
  if (done)
    {
      g_autoptr (GError) error = cjl_job_dup_error (state->job);

      if (error != NULL)
        cju_view_tell (view, error->message);
      g_clear_pointer (&state->job, cjl_job_free);
    }
  show_progress (view);
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
name_control (GtkWidget *control, const char *words)
{
  cju_access_tip (control, words);
  cju_access_name (control, words);
}

static void
build (CjuView *view)
{
  const char *methods[CJL_EMBED_N_METHODS + 1] = { NULL };
  State *state = g_new0 (State, 1);

  for (guint i = 0; i < CJL_EMBED_N_METHODS; i++)
    methods[i] = cjl_embed_method_get_name ((CjlEmbedMethod) i);
  state->layer = gtk_drop_down_new (NULL, NULL);
  state->method = gtk_drop_down_new_from_strings (methods);
  state->start = gtk_button_new_with_label (_ ("Embed"));
  state->progress = gtk_progress_bar_new ();
  gtk_drop_down_set_selected (GTK_DROP_DOWN (state->method), CJL_EMBED_TSNE);
  name_control (state->layer, _ ("Layer whose answers are laid out"));
  name_control (state->method, _ ("How they are laid out"));
  cju_access_tip (state->start, _ ("Lay out validation samples with these weights"));
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (state->progress), TRUE);
  name_control (state->progress, _ ("Progress of the embedding"));
  gtk_widget_set_visible (state->progress, FALSE);
  cju_view_take_state (view, state, free_state);
  cju_view_add_control (view, state->layer);
  cju_view_add_control (view, state->method);
  cju_view_add_control (view, state->start);
  cju_view_add_control (view, state->progress);
  g_signal_connect_object (state->start, "clicked", G_CALLBACK (on_start), view, G_CONNECT_SWAPPED);
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
};
