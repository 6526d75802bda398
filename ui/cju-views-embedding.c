/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map of what a layer makes of the validation samples. */
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cju-access.h"
#include "cju-options.h"
#include "cjl-embedding.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  CjuLayerChoice layer;
  CjuViewJob job;
  GtkWidget *method, *list; /* of the settings */
  CjlEmbedOptions options;
  CjuOptions settings; /* rows that change the options */
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

  if (network == NULL)
    return;
  state->options.node = layer;
  cju_view_job_take (&state->job, cjl_embedding_start (network, &state->options));
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

/* The sample that is shown elsewhere, if it can be on the map. */
static gsize
find_chosen (CjuView *view, const CjlEmbedding *embedding)
{
  CjuDocument *document = cju_view_get_document (view);

  return cju_document_get_split (document) == embedding->split
                 && cju_document_get_own (document) == NULL
             ? cju_document_get_sample (document)
             : G_MAXSIZE;
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);

  /* a map of other data says nothing of this */
  if (state->embedding != NULL
      && state->embedding->dataset != cju_document_get_dataset (cju_view_get_document (view)))
    g_clear_pointer (&state->embedding, cjl_embedding_free);
  return state->embedding != NULL
             ? cjl_embedding_frame (state->embedding, find_chosen (view, state->embedding))
             : NULL;
}

static void
pick_sample (CjuView *view, const CjvHit *hit)
{
  const State *state = cju_view_get_state (view);

  if (state->embedding != NULL && hit->index >= 0 && hit->index < (gint64) state->embedding->n)
    cju_document_choose_sample (cju_view_get_document (view), state->embedding->place[hit->index]);
}

/* --- settings --- */

static void
set_setting (gpointer data, const char *name, const char *text)
{
  cj_params_parse (cjl_embed_params, data, name, text, NULL); /* a control offers nothing wrong */
}

static char *
print_setting (gpointer data, const char *name)
{
  return cj_params_print (cj_params_find (cjl_embed_params, name), data);
}

/* A method has its own settings. */
static void
on_method (CjuView *view)
{
  State *state = cju_view_get_state (view);
  GtkWidget *row = gtk_widget_get_first_child (state->list);

  state->options.method = (int) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->method));
  for (const CjParam *p = cjl_embed_params + 1; p->name != NULL; p++)
    {
      gtk_widget_set_visible (row, cj_params_applies (cjl_embed_params, p, &state->options));
      row = gtk_widget_get_next_sibling (row);
    }
  gtk_widget_set_sensitive (gtk_widget_get_ancestor (state->list, GTK_TYPE_MENU_BUTTON),
                            state->options.method != CJL_EMBED_PCA);
}

static void
fill_settings (State *state)
{
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (state->list)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (state->list), row);
  for (const CjParam *p = cjl_embed_params + 1; p->name != NULL; p++) /* the method has a list */
    gtk_list_box_append (GTK_LIST_BOX (state->list), cju_options_make_row (&state->settings, p));
}

static void
add_settings (CjuView *view, State *state)
{
  GtkWidget *button = gtk_menu_button_new (), *popover = gtk_popover_new ();

  state->settings = (CjuOptions){ set_setting, print_setting, &state->options };
  state->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (state->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (state->list, "boxed-list");
  gtk_widget_set_size_request (state->list, 360, -1);
  fill_settings (state);
  gtk_popover_set_child (GTK_POPOVER (popover), state->list);
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_menu_button_set_label (GTK_MENU_BUTTON (button), _ ("Settings"));
  cju_access_tip (button, _ ("How the method is set"));
  cju_view_add_control (view, button);
}

static void
save (CjuView *view, GVariantDict *controls)
{
  State *state = cju_view_get_state (view);

  for (const CjParam *p = cjl_embed_params + 1; p->name != NULL; p++)
    if (cj_params_applies (cjl_embed_params, p, &state->options))
      {
        g_autofree char *text = cj_params_print (p, &state->options);

        g_variant_dict_insert (controls, p->name, "s", text);
      }
}

static gboolean
load (CjuView *view, GVariant *controls)
{
  State *state = cju_view_get_state (view);
  const char *text;

  for (const CjParam *p = cjl_embed_params + 1; p->name != NULL; p++)
    if (g_variant_lookup (controls, p->name, "&s", &text))
      cj_params_parse (cjl_embed_params, &state->options, p->name, text, NULL);
  fill_settings (state);
  on_method (view);
  return TRUE;
}

static void
build (CjuView *view)
{
  static const char *const ids[] = { "pca", "t-sne", "umap", NULL }; /* as CjlEmbedMethod */
  const char *methods[CJL_EMBED_N_METHODS + 1] = { NULL };
  State *state = g_new0 (State, 1);

  cju_view_take_state (view, state, free_state);
  cjl_embed_options_init (&state->options);
  state->options.n_samples = CJL_EMBED_MAX;
  for (guint i = 0; i < CJL_EMBED_N_METHODS; i++)
    methods[i] = cjl_embed_method_get_name ((CjlEmbedMethod) i);
  cju_layer_choice_build (&state->layer, view, _ ("Layer whose answers are laid out"));
  state->method = cju_view_add_list (view, methods, _ ("How they are laid out"));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (state->method), (guint) state->options.method);
  add_settings (view, state);
  cju_view_keep (view, "node", state->layer.drop, NULL);
  cju_view_keep (view, "method", state->method, ids);
  cju_view_job_build (&state->job, view, _ ("Embed"),
                      _ ("Lay out validation samples with these weights"), begin);
  g_signal_connect_object (state->method, "notify::selected", G_CALLBACK (on_method), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (cju_view_get_document (view), "sample", G_CALLBACK (cju_view_refresh),
                           view, G_CONNECT_SWAPPED);
  on_method (view);
}

const CjuViewInfo cju_view_embedding = {
  .id = "embedding",
  .title = N_ ("Embedding"),
  .blurb
  = N_ ("Samples that a layer takes for alike lie near one another; click one to choose it, and "
        "the one that is chosen is ringed"),
  .figure = "embedding",
  .make = make,
  .picked = pick_sample,
  .build = build,
  .tick = tick,
  .save = save,
  .load = load,
  .again = begin,
  .formula = "t-SNE: least KL (P ‖ Q), qᵢⱼ ∝ 1 / (1 + |yᵢ − yⱼ|²); UMAP: least cross-entropy of "
             "vᵢⱼ and 1 / (1 + a |yᵢ − yⱼ|²ᵇ)",
  .source
  = "L. van der Maaten, G. Hinton, “Visualizing data using t-SNE” (2008); L. McInnes, J. "
    "Healy, J. Melville, “UMAP” (2018); N. Halko, P.-G. Martinsson, J. Tropp (2011) for PCA",
};
