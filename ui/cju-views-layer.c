/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Views of one layer: what it answers, its weights, how its numbers are spread. The selected layer, or
 * the first that has something to show. */
#include "cju-view-state.h"

#include "cju-access.h"
#include "cjl-acting.h"
#include "cjl-layer-figures.h"
#include "cju-checker.h"
#include "cju-unit-menu.h"

#include <glib/gi18n-lib.h>

typedef gboolean (*Fits) (CjuDocument *document, const CjNode *node);

static const CjNode *
find_node (CjuDocument *document, Fits fits)
{
  const CjNode *selected = cju_document_get_selected (document);
  const CjGraph *graph = cju_document_get_project (document)->graph;

  if (selected != NULL && fits (document, selected))
    return selected;
  for (guint i = 0; i < graph->nodes->len; i++)
    if (fits (document, graph->nodes->pdata[i]))
      return graph->nodes->pdata[i];
  return NULL;
}

/* --- activations --- */

static gboolean
has_answer (CjuDocument *document, const CjNode *node)
{
  const CjlProbeFrame *frame = cju_document_get_frame (document);
  const CjTensor *tensor = frame != NULL ? cjl_probe_frame_find (frame, node->id) : NULL;

  return tensor != NULL && tensor->shape.n_dims >= 2 && tensor->shape.n_dims <= 4
         && tensor->dtype == CJ_FLOAT32 && node->layer->role == CJ_ROLE_LAYER;
}

static CjvFrame *
make_activations (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  const CjNode *node = find_node (document, has_answer);
  const CjuUnit chosen = cju_document_get_unit (document);
  CjlActivations what = { .lowered = cju_document_get_lowered (document),
                          .graph = cju_document_get_project (document)->graph,
                          .probe = cju_document_get_frame (document),
                          .node = node,
                          .unit = -1 };

  if (node == NULL)
    return NULL;
  if (chosen.node != NULL && g_str_equal (chosen.node, node->id))
    {
      what.unit = chosen.unit;
      what.row = chosen.row;
      what.column = chosen.column;
    }
  cju_figure_view_set_figure (cju_view_get_figure (view), cjl_activations_get_figure (&what));
  return cjl_activations_frame (&what);
}

static void
pick_unit (CjuView *view, const CjvHit *hit)
{
  CjuDocument *document = cju_view_get_document (view);
  const CjNode *node = find_node (document, has_answer);
  const CjlProbeFrame *frame = cju_document_get_frame (document);
  const CjTensor *tensor;
  gint64 width;

  if (node == NULL || hit->index < 0)
    return;
  tensor = cjl_probe_frame_find_surface (frame, node->id);
  if (tensor == NULL)
    tensor = cjl_probe_frame_find (frame, node->id);
  width = tensor->shape.n_dims >= 3 ? tensor->shape.dims[tensor->shape.n_dims - 1] : 1;
  cju_document_select (document, node->id);
  cju_document_choose_unit (document, node->id, hit->index, MAX (hit->series, 0) / width,
                            MAX (hit->series, 0) % width);
}

static void
build_menu (CjuView *view)
{
  cju_unit_menu_attach (cju_view_get_figure (view), cju_view_get_document (view));
}

const CjuViewInfo cju_view_activations = {
  .id = "activations",
  .title = N_ ("Activations"),
  .blurb
  = N_ ("What the selected layer makes of the sample; click a place to see the pixels it saw"),
  .figure = "maps",
  .triggers = CJU_VIEW_ON_TICK | CJU_VIEW_ON_SELECTED,
  .make = make_activations,
  .picked = pick_unit,
  .build = build_menu,
  .formula = "a = layer (… (x)) of the chosen sample, a map for each channel c; colour a / max |a|",
  .source = "J. Yosinski et al., “Understanding neural networks through deep visualization” (2015)",
};

/* --- weights --- */

/* Which of the layer's tensors is shown; most have one. */
typedef struct
{
  GtkWidget *list; /* GtkDropDown */
  GStrv names;     /* of all, as the list has them */
} Choice;

static void
free_choice (gpointer data)
{
  g_strfreev (((Choice *) data)->names);
  g_free (data);
}

/* Full names of the layer's tensors of two dimensions or more. */
static GStrv
list_weights (CjuDocument *document, const CjNode *node)
{
  CjlSession *session = cju_document_get_session (document);

  return session != NULL ? cjl_layer_list_params (session, node->id, 2) : g_new0 (char *, 1);
}

static gboolean
has_weights (CjuDocument *document, const CjNode *node)
{
  g_auto (GStrv) names = list_weights (document, node);

  return names[0] != NULL;
}

/* Brings the list in line with what there is; takes the names. The one that is chosen, or NULL.
 * Borrowed. */
static const char *
follow_choice (CjuView *view, GStrv names)
{
  Choice *choice = cju_view_get_state (view);
  guint at;

  if (choice->names == NULL
      || !g_strv_equal ((const char *const *) choice->names, (const char *const *) names))
    {
      g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

      for (guint i = 0; names[i] != NULL; i++)
        gtk_string_list_append (list, names[i]);
      g_strfreev (choice->names);
      choice->names = g_steal_pointer (&names);
      gtk_drop_down_set_model (GTK_DROP_DOWN (choice->list), G_LIST_MODEL (list));
      gtk_widget_set_visible (gtk_widget_get_parent (choice->list),
                              g_strv_length (choice->names) > 1);
    }
  g_strfreev (names);
  at = gtk_drop_down_get_selected (GTK_DROP_DOWN (choice->list));
  return at < g_strv_length (choice->names) ? choice->names[at] : choice->names[0];
}

static CjvFrame *
make_weights (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  const CjNode *node = find_node (document, has_weights);
  const CjuUnit chosen = cju_document_get_unit (document);
  const CjGraph *graph = cju_document_get_project (document)->graph;
  const CjLowered *lowered = cju_document_get_lowered (document);
  const char *name = node != NULL ? follow_choice (view, list_weights (document, node)) : NULL;
  g_autoptr (CjTensor) weights = NULL;

  if (name == NULL)
    return NULL;
  weights = cjl_session_dup_acting (cju_document_get_session (document), lowered, name);
  if (weights == NULL)
    return NULL;
  cju_figure_view_set_figure (cju_view_get_figure (view),
                              cjl_weights_get_figure (weights, graph, node, lowered));
  return cjl_weights_frame (
      weights, name, chosen.node != NULL && g_str_equal (chosen.node, node->id) ? chosen.unit : -1,
      graph, node, lowered);
}

static void
pick_row (CjuView *view, const CjvHit *hit)
{
  CjuDocument *document = cju_view_get_document (view);
  const CjNode *node = find_node (document, has_weights);

  if (node == NULL || hit->index < 0)
    return;
  cju_document_select (document, node->id);
  cju_document_choose_unit (document, node->id, hit->index, 0, 0);
}

static void
build_choice (CjuView *view)
{
  Choice *choice = g_new0 (Choice, 1);

  choice->list = gtk_drop_down_new (NULL, NULL);
  cju_access_tip (choice->list, _ ("Which weights of the layer are shown"));
  cju_access_name (choice->list, _ ("Weights shown"));
  cju_view_take_state (view, choice, free_choice);
  cju_view_add_control (view, choice->list);
  cju_view_keep (view, "tensor", choice->list, NULL);
  gtk_widget_set_visible (gtk_widget_get_parent (choice->list), FALSE);
  g_signal_connect_object (choice->list, "notify::selected", G_CALLBACK (cju_view_refresh), view,
                           G_CONNECT_SWAPPED);
}

static void
build_weights (CjuView *view)
{
  build_choice (view);
  build_menu (view);
}

const CjuViewInfo cju_view_weights = {
  .id = "weights",
  .title = N_ ("Weights"),
  .blurb = N_ ("Filters or weights of the selected layer; blue excites, red inhibits"),
  .figure = "filters",
  .triggers = CJU_VIEW_ON_TICK | CJU_VIEW_ON_SELECTED,
  .make = make_weights,
  .picked = pick_row,
  .build = build_weights,
  .formula = "w of each unit, as its inputs lie; colour w / max |w|, blue w > 0, red w < 0",
  .source
  = "A. Krizhevsky, I. Sutskever, G. Hinton, “ImageNet classification with deep convolutional "
    "neural networks” (2012), figure 3",
};

/* --- how numbers are spread --- */

static gboolean
has_numbers (CjuDocument *document, const CjNode *node)
{
  return node->layer->role == CJ_ROLE_LAYER
         && (has_weights (document, node) || has_answer (document, node));
}

/* The tensors of the layer and, last, its activations. */
static GStrv
list_numbers (CjuDocument *document, const CjNode *node)
{
  CjlSession *session = cju_document_get_session (document);
  GStrv names = session != NULL ? cjl_layer_list_params (session, node->id, 1) : NULL;
  GStrvBuilder *builder = g_strv_builder_new ();
  GStrv all;

  if (names != NULL)
    g_strv_builder_addv (builder, (const char **) names);
  g_strv_builder_add (builder, _ ("activations"));
  all = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  g_strfreev (names);
  return all;
}

static CjvFrame *
make_histogram (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  CjlSession *session = cju_document_get_session (document);
  const CjNode *node = find_node (document, has_numbers);
  const CjlCheckup *checkup = cju_checker_get_checkup (cju_checker_get (document));
  g_autoptr (CjTensor) tensor = NULL;
  const char *name;

  if (node == NULL || session == NULL)
    return NULL;
  name = follow_choice (view, list_numbers (document, node));
  tensor = cjl_session_dup_acting (session, cju_document_get_lowered (document), name);
  if (tensor != NULL)
    return cjl_spread_frame (tensor, name, checkup);
  return checkup != NULL ? cjl_answers_frame (checkup, node->id) : NULL;
}

const CjuViewInfo cju_view_histogram = {
  .id = "histogram",
  .title = N_ ("Histogram"),
  .blurb = N_ ("How weights, gradients and activations of the selected layer are spread"),
  .figure = "histogram",
  .triggers = CJU_VIEW_ON_TICK | CJU_VIEW_ON_SELECTED,
  .make = make_histogram,
  .build = build_choice,
  .formula
  = "share of the numbers in each of n bins of equal width between the least and the greatest",
  .source
  = "X. Glorot, Y. Bengio, “Understanding the difficulty of training deep feedforward neural "
    "networks” (2010), for activations and gradients layer by layer",
};
