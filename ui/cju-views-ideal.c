/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a unit wants: pictures made to drive it, examples of the data, and the pixels that it hears. */
#include "cju-view-settings.h"
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cjl-ideal.h"
#include "cju-access.h"

#include <glib/gi18n-lib.h>

/* Whose wants are asked for, in the order of the list. */
typedef enum
{
  ASK_CLASS,
  ASK_UNIT,    /* the middle of a map */
  ASK_CHANNEL, /* the mean of it */
  ASK_UNITS,   /* a direction: a sum of several */
  ASK_CHANNELS
} Ask;

typedef struct
{
  CjuLayerChoice layer;
  GtkWidget *ask, *class, *unit, *direction, *drawing;
  char *classes; /* what the list of classes was made of */
  CjlIdealOptions options;
  CjuViewSettings settings;
  CjuViewJob job;
  gint64 seen;         /* the unit chosen in the window that was followed last */
  char *seen_node;     /* its layer */
  CjdDataset *dataset; /* that the answer is of; only compared */
  CjlIdeal *ideal;     /* or NULL */
  CjdSplit split;      /* of its examples */
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  g_clear_pointer (&state->ideal, cjl_ideal_free);
  cju_layer_choice_clear (&state->layer);
  g_free (state->seen_node);
  g_free (state->classes);
  g_free (state);
}

static Ask
get_ask (const State *state)
{
  return (Ask) MIN (gtk_drop_down_get_selected (GTK_DROP_DOWN (state->ask)), ASK_CHANNELS);
}

/* The layer whose units are the classes, or NULL. */
static const char *
find_classes (CjuDocument *document)
{
  const CjdDataset *dataset = cju_document_get_dataset (document);
  const CjNode *last = cju_document_find_prediction (document);

  return dataset != NULL && dataset->n_classes > 0 && last != NULL ? last->id : NULL;
}

/* --- what follows the network --- */

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
follow_classes (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const CjdDataset *dataset = cju_document_get_dataset (cju_view_get_document (view));
  const guint n = dataset != NULL ? dataset->n_classes : 0;
  g_autofree char *names = dataset != NULL && dataset->class_names != NULL
                               ? g_strjoinv ("\n", dataset->class_names)
                               : g_strdup_printf ("%u", n);
  g_autoptr (GtkStringList) list = NULL;

  if (g_strcmp0 (names, state->classes) == 0)
    return;
  g_free (state->classes);
  state->classes = g_steal_pointer (&names);
  list = gtk_string_list_new (NULL);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);

      gtk_string_list_append (list,
                              dataset->class_names != NULL ? dataset->class_names[i] : number);
    }
  gtk_drop_down_set_model (GTK_DROP_DOWN (state->class), G_LIST_MODEL (list));
  if (dataset != NULL && n == 0 && get_ask (state) == ASK_CLASS)
    gtk_drop_down_set_selected (GTK_DROP_DOWN (state->ask), ASK_UNIT);
}

/* The unit that is chosen in the window is asked about next. */
static void
follow_unit (CjuView *view)
{
  State *state = cju_view_get_state (view);
  const CjuUnit unit = cju_document_get_unit (cju_view_get_document (view));

  if (unit.node == NULL
      || (g_strcmp0 (unit.node, state->seen_node) == 0 && unit.unit == state->seen))
    return;
  state->seen = unit.unit;
  g_free (state->seen_node);
  state->seen_node = g_strdup (unit.node);
  for (guint i = 0; state->layer.nodes != NULL && state->layer.nodes[i] != NULL; i++)
    if (g_str_equal (state->layer.nodes[i], unit.node))
      {
        gtk_drop_down_set_selected (GTK_DROP_DOWN (state->layer.drop), i);
        follow_units (view);
        gtk_spin_button_set_value (GTK_SPIN_BUTTON (state->unit), (double) unit.unit);
        if (get_ask (state) != ASK_CHANNEL)
          gtk_drop_down_set_selected (GTK_DROP_DOWN (state->ask), ASK_UNIT);
      }
}

static void
show_controls (CjuView *view)
{
  const State *state = cju_view_get_state (view);
  const Ask ask = get_ask (state);

  gtk_widget_set_visible (state->layer.drop, ask != ASK_CLASS);
  gtk_widget_set_visible (state->class, ask == ASK_CLASS);
  gtk_widget_set_visible (state->unit, ask == ASK_UNIT || ask == ASK_CHANNEL);
  gtk_widget_set_visible (state->direction, ask == ASK_UNITS || ask == ASK_CHANNELS);
}

/* --- asking --- */

static void
begin (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  State *state = cju_view_get_state (view);
  const Ask ask = get_ask (state);
  g_autoptr (CjlNetwork) network = NULL;
  CjlIdealOptions *options = &state->options;

  options->node = ask == ASK_CLASS ? find_classes (document) : cju_layer_choice_get (&state->layer);
  if (options->node == NULL)
    {
      cju_view_tell (view, ask == ASK_CLASS ? _ ("The data have no classes. Ask for a unit.")
                                            : _ ("The network has no layer to look at."));
      return;
    }
  network = cju_view_dup_network (view);
  if (network == NULL)
    return;
  options->named = ask == ASK_CLASS;
  options->unit = ask == ASK_CLASS
                      ? (gint64) gtk_drop_down_get_selected (GTK_DROP_DOWN (state->class))
                      : gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (state->unit));
  options->mean = ask == ASK_CHANNEL || ask == ASK_CHANNELS;
  options->direction = ask == ASK_UNITS || ask == ASK_CHANNELS
                           ? gtk_editable_get_text (GTK_EDITABLE (state->direction))
                           : NULL;
  options->on = cju_document_get_split (document);
  options->sample = cju_document_get_sample (document);
  state->dataset = network->dataset;
  state->split = options->split;
  cju_view_job_take (&state->job,
                     cjl_ideal_start (network->graph, network->dataset, network->weights, options));
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlIdeal *fresh;

  cju_layer_choice_follow (&state->layer, view);
  follow_units (view);
  follow_classes (view);
  follow_unit (view);
  fresh = cju_view_job_poll (&state->job, view);
  if (fresh == NULL)
    return;
  g_clear_pointer (&state->ideal, cjl_ideal_free);
  state->ideal = fresh;
  cju_view_refresh (view);
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

/* A click on an example shows its sample to the network. */
static void
pick (CjuView *view, const CjvHit *hit)
{
  const State *state = cju_view_get_state (view);

  if (gtk_drop_down_get_selected (GTK_DROP_DOWN (state->drawing)) == 0 && hit->index >= 0
      && hit->series > 0 && state->ideal != NULL)
    cju_document_choose_from (cju_view_get_document (view), state->split, (gsize) hit->index);
}

/* --- controls --- */

static void
save (CjuView *view, GVariantDict *controls)
{
  cju_view_settings_save (&((State *) cju_view_get_state (view))->settings, controls);
}

/* The range of the units follows the layer before the number is set. */
static gboolean
load (CjuView *view, GVariant *controls)
{
  State *state = cju_view_get_state (view);
  double unit;

  cju_view_settings_load (&state->settings, controls);
  follow_units (view);
  if (g_variant_lookup (controls, "unit", "d", &unit))
    gtk_spin_button_set_value (GTK_SPIN_BUTTON (state->unit), unit);
  return TRUE;
}

static void
build (CjuView *view)
{
  static const char *const ask_ids[]
      = { "class", "unit", "channel", "direction", "direction-of-channels", NULL }; /* as Ask */
  static const char *const drawing_ids[] = { "pictures", "receptive-field", NULL };
  const char *const asks[] = {
    _ ("Class"), _ ("Unit"), _ ("Channel"), _ ("Direction of units"), _ ("Direction of channels"),
    NULL
  }; /* as Ask */
  const char *const drawings[] = { _ ("Pictures"), _ ("Receptive field"), NULL };
  State *state = g_new0 (State, 1);

  cju_view_take_state (view, state, free_state);
  cjl_ideal_options_init (&state->options);
  state->ask = cju_view_add_list (view, asks,
                                  _ ("Whose wants: a class; a unit, which is the middle of a map; "
                                     "a channel, which is the mean of one; or a sum of several"));
  state->layer.no_input = TRUE;
  cju_layer_choice_build (&state->layer, view, _ ("Layer whose unit is asked"));
  state->class = cju_view_add_list (view, (const char *const[]){ NULL }, _ ("Class"));
  state->unit = gtk_spin_button_new_with_range (0, 1, 1);
  cju_view_name_control (state->unit, _ ("Number of the unit or the channel"));
  cju_view_add_control (view, state->unit);
  state->direction = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (state->direction), "0 1:-1");
  gtk_editable_set_width_chars (GTK_EDITABLE (state->direction), 8);
  cju_view_name_control (state->direction,
                         _ ("Numbers of units with weights: “3 5:-1” is unit 3 less unit 5"));
  cju_view_add_control (view, state->direction);
  state->drawing = gtk_drop_down_new_from_strings (drawings);
  cju_view_name_control (state->drawing, _ ("What is drawn of it"));
  cju_view_settings_build (&state->settings, view, state->drawing, cjl_ideal_params,
                           &state->options,
                           _ ("Settings of the pictures: jitter, blur, diversity and others"));
  cju_view_job_build (&state->job, view, _ ("Make"),
                      _ ("Make pictures that drive the unit, and look for some in the data"),
                      begin);
  g_signal_connect_object (state->ask, "notify::selected", G_CALLBACK (show_controls), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->drawing, "notify::selected", G_CALLBACK (cju_view_refresh), view,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (state->direction, "activate", G_CALLBACK (begin), view,
                           G_CONNECT_SWAPPED);
  cju_view_keep (view, "ask", state->ask, ask_ids);
  cju_view_keep (view, "node", state->layer.drop, NULL);
  cju_view_keep (view, "class", state->class, NULL);
  cju_view_keep (view, "unit", state->unit, NULL);
  cju_view_keep (view, "direction", state->direction, NULL);
  cju_view_keep (view, "show", state->drawing, drawing_ids);
  show_controls (view);
}

const CjuViewInfo cju_view_ideal = {
  .id = "ideal",
  .title = N_ ("Wants"),
  .blurb
  = N_ ("What a unit, a channel, a class or a sum of several wants: pictures made to drive it "
        "by climbing its slope, the places of the data that drive it most and least, and the "
        "pixels that it hears"),
  .figure = "ideal",
  .belongs = cju_view_has_pictures,
  .make = make,
  .picked = pick,
  .build = build,
  .tick = tick,
  .save = save,
  .load = load,
  .again = begin,
  .formula
  = "x* = argmax a(x + shift) − λ Σ √(∂x² + ∂y²) − δ Σ cos (Gᵢ, Gⱼ), x = ground + reach · tanh "
    "H(z / f), H the Hartley transform, G the Gram matrix of the layer; receptive field: mean "
    "(∂a/∂x)²",
  .source = "Erhan et al., 2009; Mahendran and Vedaldi, CVPR 2015; Olah, Mordvintsev and Schubert, "
            "Distill 2017; Luo et al., NIPS 2016",
};
