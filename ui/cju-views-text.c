/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a network that guesses letters writes, again and again while it learns. */
#include "cju-view-state.h"

#include "cju-access.h"
#include "cjl-attention.h"
#include "cjl-write.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  GtkWidget *prompt, *temperature, *top_k, *look, *layer;
  CjlJob *job;
  CjlWriting *writing;
  CjdDataset *dataset; /* that it was written from */
  guint n_layers;      /* with attention, as the list has them */
  guint64 begun;       /* step of the weights that it was last begun with */
  gboolean anew;       /* something was changed by hand */
  char *failure;       /* that has been told */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  g_clear_pointer (&state->job, cjl_job_abandon);
  g_clear_pointer (&state->writing, cjl_writing_free);
  g_clear_pointer (&state->dataset, cjd_dataset_unref);
  g_free (state->failure);
  g_free (state);
}

static gboolean
has_text (CjuDocument *document)
{
  const CjdDataset *dataset = cju_document_get_dataset (document);

  return dataset != NULL && cjl_write_suits (dataset);
}

/* As the list has them. */
static CjlWriteLook
get_look (const State *state)
{
  return (CjlWriteLook) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->look));
}

/* With the newest weights, once they are newer or something was changed. */
static void
start (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  State *state = cju_view_get_state (view);
  CjlSession *session = cju_document_get_session (document);
  g_autoptr (CjCheckpoint) weights = NULL;
  CjlWriteOptions options;

  if (session == NULL || !has_text (document))
    return;
  weights = cj_runner_dup_snapshot (cjl_session_get_runner (session));
  if (weights == NULL || (weights->at.step == state->begun && !state->anew))
    return;
  cjl_write_options_init (&options);
  options.prompt = gtk_editable_get_text (GTK_EDITABLE (state->prompt));
  options.temperature = gtk_spin_button_get_value (GTK_SPIN_BUTTON (state->temperature));
  options.top_k = (guint) gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (state->top_k));
  options.look = get_look (state);
  state->begun = weights->at.step;
  state->anew = FALSE;
  g_clear_pointer (&state->dataset, cjd_dataset_unref);
  state->dataset = cjd_dataset_ref (cju_document_get_dataset (document));
  state->job = cjl_write_start (cju_document_get_project (document)->graph,
                                cju_document_get_dataset (document), weights, &options);
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlWriting *fresh;
  gboolean done;

  if (state->job == NULL)
    {
      start (view);
      return;
    }
  if (state->anew)
    cjl_job_cancel (state->job);
  done = cjl_job_is_done (state->job);
  fresh = cjl_job_take_result (state->job);
  /* the old text stays until the new one is as long as can be read at a glance */
  if (fresh != NULL
      && (done || state->writing == NULL || get_look (state) != CJL_WRITE_TEXT
          || fresh->n - fresh->n_given >= 32))
    {
      g_clear_pointer (&state->writing, cjl_writing_free);
      state->writing = fresh;
      cju_view_refresh (view);
    }
  else
    g_clear_pointer (&fresh, cjl_writing_free);
  if (done)
    {
      g_autoptr (GError) error = cjl_job_dup_error (state->job);

      if (error != NULL && g_strcmp0 (error->message, state->failure) != 0)
        {
          g_free (state->failure);
          state->failure = g_strdup (error->message);
          cju_view_tell (view, error->message);
        }
      g_clear_pointer (&state->job, cjl_job_abandon);
    }
}

/* The layers whose attention can be shown, the last chosen to begin with. */
static void
follow_layers (State *state)
{
  const GPtrArray *layers = state->writing != NULL ? state->writing->attention : NULL;
  g_autoptr (GtkStringList) list = NULL;

  gtk_widget_set_visible (state->layer, layers != NULL);
  if (layers == NULL || layers->len == state->n_layers)
    return;
  list = gtk_string_list_new (NULL);
  for (guint i = 0; i < layers->len; i++)
    gtk_string_list_append (list, ((const CjlAttentionLayer *) layers->pdata[i])->name);
  state->n_layers = layers->len;
  gtk_drop_down_set_model (GTK_DROP_DOWN (state->layer), G_LIST_MODEL (list));
  gtk_drop_down_set_selected (GTK_DROP_DOWN (state->layer), layers->len - 1);
}

static CjvFrame *
make (CjuView *view)
{
  static const char *const figures[] = { "text", "attention-arcs", "logit-lens" };
  State *state = cju_view_get_state (view);
  const CjlWriteLook look = get_look (state);

  cju_figure_view_set_figure (cju_view_get_figure (view), figures[look]);
  follow_layers (state);
  if (state->writing == NULL)
    return NULL;
  switch (look)
    {
    case CJL_WRITE_ATTENTION:
      return cjl_writing_arcs_frame (state->writing,
                                     gtk_drop_down_get_selected (GTK_DROP_DOWN (state->layer)));
    case CJL_WRITE_LENS:
      return cjl_writing_lens_frame (state->writing, state->dataset);
    default:
      return cjl_writing_frame (state->writing);
    }
}

static void
on_changed (CjuView *view)
{
  ((State *) cju_view_get_state (view))->anew = TRUE;
}

static void
on_look (CjuView *view)
{
  on_changed (view);
  cju_view_refresh (view);
}

static GtkWidget *
make_number (CjuView *view, double max, double step, guint digits, double value, const char *title,
             const char *words)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4), *label = gtk_label_new (title);
  GtkWidget *spin = gtk_spin_button_new_with_range (0, max, step);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), digits);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), value);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 4);
  cju_access_tip (spin, words);
  cju_access_name (spin, title);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), spin);
  cju_view_add_control (view, box);
  g_signal_connect_object (spin, "value-changed", G_CALLBACK (on_changed), view, G_CONNECT_SWAPPED);
  return spin;
}

/* Lists of what is looked at while it writes. */
static void
build_looks (CjuView *view, State *state)
{
  const char *const looks[] = { _ ("Text"), _ ("Attention"), _ ("Logit lens"), NULL };

  state->look = gtk_drop_down_new_from_strings (looks);
  state->layer = gtk_drop_down_new (NULL, NULL);
  cju_access_tip (state->look, _ ("What it writes; slowly, what each head looks at to choose a "
                                  "letter; or what it would choose after each block"));
  cju_access_name (state->look, _ ("What is shown"));
  cju_access_tip (state->layer, _ ("Whose attention is shown"));
  cju_access_name (state->layer, _ ("Layer"));
  gtk_widget_set_visible (state->layer, FALSE);
  cju_view_add_control (view, state->look);
  cju_view_add_control (view, state->layer);
  g_signal_connect_object (state->look, "notify::selected", G_CALLBACK (on_look), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->layer, "notify::selected", G_CALLBACK (cju_view_refresh), view,
                           G_CONNECT_SWAPPED);
}

static void
build (CjuView *view)
{
  static const char *const look_ids[] = { "text", "attention", "logit-lens", NULL };
  State *state = g_new0 (State, 1);
  CjlWriteOptions options;

  cjl_write_options_init (&options);
  state->begun = G_MAXUINT64;
  cju_view_take_state (view, state, free_state);
  state->prompt = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (state->prompt), _ ("What it begins from"));
  gtk_editable_set_width_chars (GTK_EDITABLE (state->prompt), 16);
  cju_access_name (state->prompt, _ ("Prompt"));
  cju_view_add_control (view, state->prompt);
  g_signal_connect_object (state->prompt, "changed", G_CALLBACK (on_changed), view,
                           G_CONNECT_SWAPPED);
  state->temperature = make_number (view, 3, 0.1, 1, options.temperature, _ ("Temperature"),
                                    _ ("Below 1 bolder, above 1 wilder, 0: always the likeliest"));
  state->top_k = make_number (view, 1000, 1, 0, options.top_k, _ ("Top-k"),
                              _ ("Draws from that many of the likeliest letters alone; 0: all"));
  build_looks (view, state);
  cju_view_keep (view, "prompt", state->prompt, NULL);
  cju_view_keep (view, "temperature", state->temperature, NULL);
  cju_view_keep (view, "top-k", state->top_k, NULL);
  cju_view_keep (view, "show", state->look, look_ids);
  cju_view_keep (view, "layer", state->layer, NULL);
}

const CjuViewInfo cju_view_text = {
  .id = "text",
  .title = N_ ("Text"),
  .blurb
  = N_ ("What the network writes, letter by letter, with the newest weights; and what it looks "
        "at and thinks block by block while it writes"),
  .figure = "text",
  .belongs = has_text,
  .make = make,
  .build = build,
  .tick = tick,
  .formula = "p = softmax (z / temperature); lens: z = output (norm (x after a block))",
  .source = "Fan, Lewis and Dauphin, “Hierarchical neural story generation”, 2018; nostalgebraist, "
            "“interpreting GPT: the logit lens”, 2020",
};
