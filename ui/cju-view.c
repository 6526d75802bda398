/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-view.h"

#include "cjl-figures.h"
#include "cju-view-state.h"

#include <string.h>

#define CALM (G_USEC_PER_SEC / 8)

struct _CjuView
{
  GtkWidget parent;
  const CjuViewInfo *info;
  CjuDocument *document;
  GtkWidget *box, *bar, *figure;
  gpointer state;
  GDestroyNotify free_state;
  gint64 refreshed; /* monotonic */
  gboolean built;
};

G_DEFINE_FINAL_TYPE (CjuView, cju_view, GTK_TYPE_WIDGET)

static guint message_signal;

static const CjuViewInfo *const built_in[] = {
  &cju_view_curves,    &cju_view_decision,  &cju_view_activations,      &cju_view_explain,
  &cju_view_confusion, &cju_view_spikes,    &cju_view_predictions,      &cju_view_weights,
  &cju_view_histogram, &cju_view_attention, &cju_view_tuning,           &cju_view_ideal,
  &cju_view_trust,     &cju_view_embedding, &cju_view_similarity,       &cju_view_layers,
  &cju_view_concepts,  &cju_view_landscape, &cju_view_alignment,        &cju_view_robustness,
  &cju_view_pruning,   &cju_view_roc,       &cju_view_precision_recall, &cju_view_scatter,
  &cju_view_text,      &cju_view_neuron,    &cju_view_forgetting,       &cju_view_energy,
  &cju_view_balance,
};

/* A figure of a plugin has a view of its own, filled as that of the built-in figure that wants the same;
 * NULL if there is none. Lives as long as the program, as plugins do. */
static CjuViewInfo *
view_plugin (const CjvFigureInfo *figure)
{
  const char *like = cjl_figure_find_like (figure->id);
  CjuViewInfo *info;

  for (guint i = 0; i < G_N_ELEMENTS (built_in) && like != NULL; i++)
    if (g_str_equal (built_in[i]->figure, like))
      {
        info = g_new (CjuViewInfo, 1);
        *info = *built_in[i];
        info->id = info->figure = figure->id;
        info->title = figure->title;
        info->blurb = figure->blurb;
        return info;
      }
  return NULL;
}

const CjuViewInfo *const *
cju_views (void)
{
  static const CjuViewInfo *const *views;
  GPtrArray *all;

  if (views != NULL)
    return views;
  all = g_ptr_array_new ();
  for (guint i = 0; i < G_N_ELEMENTS (built_in); i++)
    g_ptr_array_add (all, (gpointer) built_in[i]);
  for (const CjvFigureInfo *const *figure = cjv_figures (); *figure != NULL; figure++)
    {
      CjuViewInfo *info = strchr ((*figure)->id, ':') != NULL ? view_plugin (*figure) : NULL;

      if (info != NULL)
        g_ptr_array_add (all, info);
    }
  g_ptr_array_add (all, NULL);
  views = (const CjuViewInfo *const *) g_ptr_array_free (all, FALSE);
  return views;
}

static void
refresh_on (CjuView *self, CjuViewTriggers trigger)
{
  if ((self->info->triggers & trigger) != 0)
    cju_view_refresh (self);
}

static void
on_ticked (CjuView *self)
{
  const CjRunState state = cju_document_get_state (self->document);

  if (!gtk_widget_get_mapped (GTK_WIDGET (self))
      || (self->info->calm && state.status == CJ_RUN_TRAINING
          && g_get_monotonic_time () - self->refreshed < CALM))
    return;
  if ((self->info->triggers & CJU_VIEW_ON_EVALUATED) != 0)
    cju_document_get_evaluation (self->document); /* somebody looks */
  refresh_on (self, CJU_VIEW_ON_TICK);
}

static void
on_selected (CjuView *self)
{
  refresh_on (self, CJU_VIEW_ON_SELECTED);
}

static void
on_evaluated (CjuView *self)
{
  refresh_on (self, CJU_VIEW_ON_EVALUATED);
}

static gboolean
on_frame_clock (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  CjuView *self = CJU_VIEW (widget);

  (void) clock;
  (void) data;
  if (gtk_widget_get_mapped (widget))
    self->info->tick (self);
  return G_SOURCE_CONTINUE;
}

static void
on_picked (CjuView *self, const CjvHit *hit)
{
  if (self->info->picked != NULL)
    self->info->picked (self, hit);
}

static void
cju_view_dispose (GObject *object)
{
  CjuView *self = CJU_VIEW (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  if (gtk_widget_get_parent (self->box) != NULL)
    gtk_widget_unparent (self->box);
  if (self->state != NULL && self->free_state != NULL)
    self->free_state (self->state);
  self->state = NULL;
  g_clear_object (&self->document);
  G_OBJECT_CLASS (cju_view_parent_class)->dispose (object);
}

/* The controls go last, when nothing that they could tell of their end hears it any more: handlers for the
 * view are gone since it was disposed of, and the state they read with it. */
static void
cju_view_finalize (GObject *object)
{
  CjuView *self = CJU_VIEW (object);

  g_clear_object (&self->box);
  G_OBJECT_CLASS (cju_view_parent_class)->finalize (object);
}

/* Figure and controls are made when the view is first seen: most views never are. */
static void
ensure_built (CjuView *self)
{
  if (self->built)
    return;
  self->built = TRUE;
  self->figure = cju_figure_view_new (self->info->figure);
  gtk_widget_set_vexpand (self->figure, TRUE);
  gtk_widget_set_hexpand (self->figure, TRUE);
  cju_figure_view_set_pickable (CJU_FIGURE_VIEW (self->figure), self->info->picked != NULL);
  gtk_box_append (GTK_BOX (self->box), self->figure);
  g_signal_connect_swapped (self->figure, "picked", G_CALLBACK (on_picked), self);
  if (self->info->build != NULL)
    self->info->build (self);
  if (self->info->stays)
    cju_view_take_from_project (self);
  if (self->info->tick != NULL)
    gtk_widget_add_tick_callback (GTK_WIDGET (self), on_frame_clock, NULL, NULL);
}

static void
cju_view_map (GtkWidget *widget)
{
  CjuView *self = CJU_VIEW (widget);

  ensure_built (self);
  GTK_WIDGET_CLASS (cju_view_parent_class)->map (widget);
  cju_view_refresh (self);
}

static void
cju_view_class_init (CjuViewClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_view_dispose;
  G_OBJECT_CLASS (class)->finalize = cju_view_finalize;
  GTK_WIDGET_CLASS (class)->map = cju_view_map;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  message_signal = g_signal_new ("message", CJU_TYPE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cju_view_init (CjuView *self)
{
  /* the dock is wide and low */
  self->box = g_object_ref_sink (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0));
  self->bar = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_add_css_class (self->bar, "view-bar");
  gtk_widget_set_hexpand (self->bar, FALSE); /* whatever stands in it */
  gtk_widget_set_visible (self->bar, FALSE);
  gtk_box_append (GTK_BOX (self->box), self->bar);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
cju_view_new (const CjuViewInfo *info, CjuDocument *document)
{
  CjuView *self = g_object_new (CJU_TYPE_VIEW, NULL);

  self->info = info;
  self->document = g_object_ref (document);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (on_ticked), self);
  g_signal_connect_swapped (document, "selected", G_CALLBACK (on_selected), self);
  g_signal_connect_swapped (document, "unit", G_CALLBACK (on_selected), self);
  g_signal_connect_swapped (document, "evaluated", G_CALLBACK (on_evaluated), self);
  g_signal_connect_swapped (document, "cell", G_CALLBACK (on_evaluated), self);
  return GTK_WIDGET (self);
}

const CjuViewInfo *
cju_view_get_info (CjuView *self)
{
  return self->info;
}

CjuDocument *
cju_view_get_document (CjuView *self)
{
  return self->document;
}

CjuFigureView *
cju_view_get_figure (CjuView *self)
{
  ensure_built (self);
  return CJU_FIGURE_VIEW (self->figure);
}

gboolean
cju_view_belongs (CjuView *self)
{
  return self->info->belongs == NULL || self->info->belongs (self->document);
}

void
cju_view_refresh (CjuView *self)
{
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  self->refreshed = g_get_monotonic_time ();
  cju_figure_view_take_frame (CJU_FIGURE_VIEW (self->figure), self->info->make (self));
  if (self->info->stays)
    cju_view_keep_with_project (self);
}

void
cju_view_add_control (CjuView *self, GtkWidget *control)
{
  gtk_box_append (GTK_BOX (self->bar), control);
  gtk_widget_set_visible (self->bar, TRUE);
}

void
cju_view_take_state (CjuView *self, gpointer state, GDestroyNotify free_state)
{
  self->state = state;
  self->free_state = free_state;
}

gpointer
cju_view_get_state (CjuView *self)
{
  return self->state;
}

void
cju_view_tell (CjuView *self, const char *text)
{
  g_signal_emit (self, message_signal, 0, text);
}
