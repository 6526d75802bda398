/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a unit wants: pictures made to drive it, examples of the data, and the pixels that it hears. */
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cjl-ideal.h"
#include "cju-access.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  CjuLayerChoice layer;
  GtkWidget *unit, *place, *drawing, *start, *progress;
  CjlJob *job;
  CjdDataset *dataset; /* that the answer is of; only compared */
  CjlIdeal *ideal;     /* or NULL */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  g_clear_pointer (&state->job, cjl_job_abandon);
  g_clear_pointer (&state->ideal, cjl_ideal_free);
  cju_layer_choice_clear (&state->layer);
  g_free (state);
}

static gboolean
has_pictures (CjuDocument *document)
{
  const CjdDataset *dataset = cju_document_get_dataset (document);

  return dataset != NULL && dataset->x_dtype != CJ_INT32
         && cjd_dataset_get_x_shape (dataset).n_dims == 3;
}

/* That whose units are the classes. */
static guint
find_preset (CjuDocument *document, GStrv nodes)
{
  const CjNode *last = cju_document_find_prediction (document);
  guint preset = 0;

  for (guint i = 0; nodes[i] != NULL; i++)
    if (last != NULL && g_str_equal (nodes[i], last->id))
      preset = i;
  return preset;
}

/* As many units as the layer has: its channels, or the last dimension of sequences. */
static void
follow_units (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjuDocument *document = cju_view_get_document (view);
  const CjLowered *lowered = cju_document_get_lowered (document);
  const char *layer = cju_layer_choice_get (&state->layer);
  const CjGraph *graph = cju_document_get_project (document)->graph;
  CjNode *node = layer != NULL ? cj_graph_find (graph, layer) : NULL;
  const int index = node != NULL ? cj_graph_get_index (graph, node) : -1;
  const CjShape *shape;

  if (lowered == NULL || index < 0 || index >= (int) lowered->n_nodes
      || !lowered->nodes[index].valid)
    return;
  shape = cj_builder_get_shape (lowered->builder, lowered->nodes[index].out[0]);
  gtk_spin_button_set_range (GTK_SPIN_BUTTON (state->unit), 0,
                             (double) MAX (shape->dims[shape->n_dims == 3 ? 2 : 1] - 1, 0));
}

static void
show_state (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const gboolean busy = state->job != NULL;

  gtk_button_set_label (GTK_BUTTON (state->start), busy ? _ ("Stop") : _ ("Make"));
  gtk_widget_set_visible (state->progress, busy);
  if (busy)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (state->progress),
                                   cjl_job_get_progress (state->job));
}

static void
start (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  State *state = cju_view_get_state (view);
  CjlSession *session = cju_document_get_session (document);
  g_autoptr (CjCheckpoint) weights = NULL;
  CjlIdealOptions options;

  if (session != NULL)
    weights = cj_runner_dup_snapshot (cjl_session_get_runner (session));
  if (weights == NULL || cju_layer_choice_get (&state->layer) == NULL)
    {
      cju_view_tell (view, _ ("There are no weights yet. Wait until the data is loaded."));
      return;
    }
  cjl_ideal_options_init (&options);
  options.node = cju_layer_choice_get (&state->layer);
  options.unit = gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (state->unit));
  options.mean = gtk_drop_down_get_selected (GTK_DROP_DOWN (state->place)) == 1;
  state->dataset = cju_document_get_dataset (document);
  state->job = cjl_ideal_start (cju_document_get_project (document)->graph, state->dataset, weights,
                                &options);
}

static void
on_start (CjuView *view)
{
  State *state = cju_view_get_state (view);

  if (state->job != NULL)
    cjl_job_cancel (state->job); /* what there is stays */
  else
    start (view);
  show_state (view);
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlIdeal *fresh;
  gboolean done;

  if (cju_layer_choice_follow (&state->layer, view))
    gtk_widget_set_sensitive (state->start, state->layer.nodes[0] != NULL);
  follow_units (view);
  if (state->job == NULL)
    return;
  done = cjl_job_is_done (state->job);
  fresh = cjl_job_take_result (state->job);
  if (fresh != NULL)
    {
      g_clear_pointer (&state->ideal, cjl_ideal_free);
      state->ideal = fresh;
      cju_view_refresh (view);
    }
  if (done)
    {
      g_autoptr (GError) error = cjl_job_dup_error (state->job);

      if (error != NULL)
        cju_view_tell (view, error->message);
      g_clear_pointer (&state->job, cjl_job_abandon);
    }
  show_state (view);
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const gboolean field = gtk_drop_down_get_selected (GTK_DROP_DOWN (state->drawing)) == 1;

  if (state->dataset != cju_document_get_dataset (cju_view_get_document (view)))
    g_clear_pointer (&state->ideal, cjl_ideal_free); /* it says nothing of other data */
  cju_figure_view_set_figure (cju_view_get_figure (view), field ? "receptive-field" : "ideal");
  if (state->ideal == NULL)
    return NULL;
  return field ? cjl_field_frame (state->ideal) : cjl_ideal_frame (state->ideal);
}

/* The range of the units follows the layer before the number is set. */
static gboolean
load (CjuView *view, GVariant *controls)
{
  State *state = cju_view_get_state (view);
  g_autoptr (GVariant) unit = g_variant_lookup_value (controls, "unit", NULL);

  follow_units (view);
  if (unit != NULL && g_variant_is_of_type (unit, G_VARIANT_TYPE_DOUBLE))
    gtk_spin_button_set_value (GTK_SPIN_BUTTON (state->unit), g_variant_get_double (unit));
  else if (unit != NULL && g_variant_is_of_type (unit, G_VARIANT_TYPE_INT64))
    gtk_spin_button_set_value (GTK_SPIN_BUTTON (state->unit), (double) g_variant_get_int64 (unit));
  return TRUE;
}

static void
again (CjuView *view)
{
  if (((State *) cju_view_get_state (view))->job == NULL)
    on_start (view);
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
  static const char *const place_ids[] = { "middle", "mean", NULL };
  static const char *const drawing_ids[] = { "pictures", "receptive-field", NULL };
  const char *const places[] = { _ ("Middle of the map"), _ ("Mean of the map"), NULL };
  const char *const drawings[] = { _ ("Pictures"), _ ("Receptive field"), NULL };
  State *state = g_new0 (State, 1);

  state->unit = gtk_spin_button_new_with_range (0, 1, 1);
  state->place = gtk_drop_down_new_from_strings (places);
  state->drawing = gtk_drop_down_new_from_strings (drawings);
  state->start = gtk_button_new_with_label (_ ("Make"));
  state->progress = gtk_progress_bar_new ();
  name_control (state->unit, _ ("Number of the unit or the class"));
  name_control (state->place, _ ("Where on the map the unit is"));
  name_control (state->drawing, _ ("What is drawn of it"));
  cju_access_tip (state->start,
                  _ ("Make pictures that drive the unit, and look for some in the data"));
  name_control (state->progress, _ ("Progress of the pictures"));
  cju_view_take_state (view, state, free_state);
  state->layer.no_input = TRUE;
  state->layer.preset = find_preset;
  cju_layer_choice_build (&state->layer, view, _ ("Layer whose unit is asked"));
  cju_view_add_control (view, state->unit);
  cju_view_add_control (view, state->place);
  cju_view_add_control (view, state->drawing);
  cju_view_keep (view, "node", state->layer.drop, NULL);
  cju_view_keep (view, "unit", state->unit, NULL);
  cju_view_keep (view, "method", state->place, place_ids);
  cju_view_keep (view, "show", state->drawing, drawing_ids);
  cju_view_add_control (view, state->start);
  cju_view_add_control (view, state->progress);
  g_signal_connect_object (state->start, "clicked", G_CALLBACK (on_start), view, G_CONNECT_SWAPPED);
  g_signal_connect_object (state->drawing, "notify::selected", G_CALLBACK (cju_view_refresh), view,
                           G_CONNECT_SWAPPED);
  show_state (view);
}

const CjuViewInfo cju_view_ideal = {
  .id = "ideal",
  .title = N_ ("Wants"),
  .blurb = N_ ("What a unit or a class wants: pictures made to drive it by climbing its slope, the "
               "places of the data that drive it most and least, and the pixels that it hears"),
  .figure = "ideal",
  .belongs = has_pictures,
  .make = make,
  .build = build,
  .tick = tick,
  .load = load,
  .again = again,
  .formula
  = "x* = argmax a(x + shift) − λ Σ √(∂x² + ∂y²), x = ground + reach · tanh H(z / f), H the "
    "Hartley transform; receptive field: mean (∂a/∂x)²",
  .source = "Erhan et al., 2009; Mahendran and Vedaldi, CVPR 2015; Olah, Mordvintsev and Schubert, "
            "Distill 2017; Luo et al., NIPS 2016",
};
