/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-synapses-private.h"

#include "cju-access.h"
#include "cjl-acting.h"
#include "cjl-synapses.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

G_DEFINE_FINAL_TYPE (CjuSynapses, cju_synapses, GTK_TYPE_WIDGET)

CjvScene
cju_synapses_scene (CjuSynapses *self, CjvStyle *style)
{
  GtkWidget *widget = GTK_WIDGET (self);

  cjv_style_init (style, adw_style_manager_get_dark (adw_style_manager_get_default ()));
  style->high_contrast = adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
  style->font_size *= cju_access_grow_text (widget);
  style->scale = gtk_widget_get_scale_factor (widget);
  return (CjvScene){ .frame = self->frame,
                     .style = style,
                     .pango = self->pango,
                     .width = gtk_widget_get_width (widget) - CJU_SYNAPSES_LEFT,
                     .height = gtk_widget_get_height (widget) - CJU_SYNAPSES_TOP };
}

gboolean
cju_synapses_place (CjuSynapses *self, CjvSynapsePlot *plot)
{
  CjvStyle style;
  CjvScene scene = cju_synapses_scene (self, &style);
  const gboolean placed = self->frame != NULL && cjv_synapse_plot_init (plot, &scene, &self->view);

  return placed;
}

void
cju_synapses_changed (CjuSynapses *self)
{
  cju_synapses_paint (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- what is shown --- */

static CjTensor *
find_output (CjuSynapses *self, const CjNode *node)
{
  CjlProbeFrame *probe = cju_document_get_frame (self->document);

  return probe != NULL && node != NULL ? cjl_probe_frame_find (probe, node->id) : NULL;
}

/* 0 where a synapse is pruned, or NULL: none is. */
static CjTensor *
find_kept (CjlSession *session, const char *param)
{
  CjTensor *flags = cjl_session_dup_flags (session, param);
  CjTensor *kept = flags != NULL ? cj_tensor_new (CJ_UINT8, &flags->shape) : NULL;
  gboolean any = FALSE;

  for (gint64 i = 0; flags != NULL && i < cj_shape_size (&flags->shape); i++)
    {
      const gboolean pruned = (((const guint8 *) flags->data)[i] & CJ_MASK_PRUNED) != 0;

      ((guint8 *) kept->data)[i] = !pruned;
      any = any || pruned;
    }
  g_clear_pointer (&flags, cj_tensor_unref);
  if (!any)
    g_clear_pointer (&kept, cj_tensor_unref);
  return kept;
}

/* The attention of the layer in what the probe saw, or NULL: none, or nobody has asked yet. */
static const CjlAttentionLayer *
find_attention (CjuSynapses *self)
{
  const CjlProbeFrame *probe = cju_document_get_frame (self->document);

  for (guint i = 0; probe != NULL && probe->attention != NULL && i < probe->attention->len; i++)
    {
      const CjlAttentionLayer *layer = probe->attention->pdata[i];

      if (g_str_equal (layer->node, self->node))
        return layer;
    }
  return NULL;
}

static CjvFrame *
make_head_frame (CjuSynapses *self)
{
  const CjlAttentionLayer *layer = find_attention (self);
  const CjlProbeFrame *probe = cju_document_get_frame (self->document);
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  g_auto (GStrv) tokens = NULL;

  if (layer == NULL || self->head >= layer->maps->shape.dims[1])
    return NULL;
  if (dataset != NULL && probe->x != NULL)
    tokens = cjl_attention_name_tokens (dataset, probe->x);
  return cjl_synapses_of_head (layer, self->head, (const char *const *) tokens);
}

static CjvFrame *
make_frame (CjuSynapses *self)
{
  CjlSession *session = cju_document_get_session (self->document);
  const CjGraph *graph = cju_document_get_project (self->document)->graph;
  const CjNode *node = cj_graph_find (graph, self->node);
  g_autoptr (CjTensor) weights
      = session != NULL && node != NULL && self->param != NULL ? cjl_session_dup_acting (
            session, cju_document_get_lowered (self->document), self->param)
                                                               : NULL;
  g_autoptr (CjTensor) kept = NULL;

  if (self->param == NULL)
    return make_head_frame (self);
  if (weights == NULL)
    return NULL;
  kept = find_kept (session, self->param);
  return cjl_synapses_frame (
      &(CjlSynapses){ .node = node->id,
                      .sender = node->from[0].node != NULL ? node->from[0].node->id : NULL,
                      .weights = weights,
                      .kept = kept,
                      .from = find_output (self, node->from[0].node),
                      .to = find_output (self, node),
                      .dataset = cju_document_get_dataset (self->document),
                      .answers = node == cju_document_find_prediction (self->document) });
}

static void
tell (CjuSynapses *self)
{
  const CjvFigureInfo *info = cjv_figure_find ("synapses");
  g_autofree char *words = cjv_figure_print_words (info, self->frame, NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (info->title), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
}

static void
take_frame (CjuSynapses *self)
{
  g_clear_pointer (&self->frame, cjv_frame_free);
  self->frame = make_frame (self);
  cju_synapses_changed (self);
}

/* The layer's tensors by what follows its name, then its heads. */
static void
list_choices (CjuSynapses *self)
{
  GtkStringList *list = gtk_string_list_new (NULL);
  const guint shown = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->what));

  for (guint i = 0; self->params != NULL && self->params[i] != NULL; i++)
    gtk_string_list_append (list, self->params[i] + strlen (self->node) + 1);
  for (gint64 h = 0; h < self->n_heads; h++)
    {
      g_autofree char *title = g_strdup_printf (_ ("attention, head %d"), (int) h + 1);

      gtk_string_list_append (list, title);
    }
  self->listing = TRUE;
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->what), G_LIST_MODEL (list));
  if (shown < g_list_model_get_n_items (G_LIST_MODEL (list)))
    gtk_drop_down_set_selected (GTK_DROP_DOWN (self->what), shown);
  self->listing = FALSE;
  gtk_widget_set_visible (self->what, g_list_model_get_n_items (G_LIST_MODEL (list)) > 1);
  g_object_unref (list);
}

/* As soon as the probe tells of attention its heads are there to choose. */
static void
follow_attention (CjuSynapses *self)
{
  const CjlAttentionLayer *layer = find_attention (self);
  const gint64 n = layer != NULL ? layer->maps->shape.dims[1] : 0;

  cju_document_wish_attention (self->document, 0, -1);
  if (n == 0 || n == self->n_heads)
    return;
  self->n_heads = n;
  list_choices (self);
}

/* There may be newer weights, or another sample. */
static void
on_ticked (CjuSynapses *self)
{
  CjlSession *session = cju_document_get_session (self->document);
  CjlProbe *probe = session != NULL ? cjl_session_get_probe (session) : NULL;
  const guint count = probe != NULL ? cjl_probe_get_count (probe) : 0;

  if (self->node == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  follow_attention (self);
  if (self->frame != NULL && count == self->count)
    return;
  self->count = count;
  take_frame (self);
}

/* The network is another: the layer may be gone. */
static void
on_edited (CjuSynapses *self)
{
  const CjGraph *graph = cju_document_get_project (self->document)->graph;

  if (self->node == NULL)
    return;
  if (cj_graph_find (graph, self->node) == NULL)
    g_signal_emit_by_name (self, "leave");
  else
    take_frame (self);
}

/* Another tensor or head. */
static void
on_what (CjuSynapses *self)
{
  const guint n = self->params != NULL ? g_strv_length (self->params) : 0;
  const guint chosen = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->what));
  const char *param = chosen < n ? self->params[chosen] : NULL;
  const gint64 head = chosen >= n ? (gint64) chosen - n : 0;

  if (self->listing || self->node == NULL || chosen == GTK_INVALID_LIST_POSITION
      || (param == self->param && head == self->head))
    return;
  self->param = param;
  self->head = head;
  cju_painting_clear (&self->painted);
  cjv_synapse_view_init (&self->view);
  take_frame (self);
  tell (self);
}

gboolean
cju_synapses_show (CjuSynapses *self, const char *node)
{
  CjlSession *session = cju_document_get_session (self->document);
  const CjLowered *lowered = cju_document_get_lowered (self->document);
  g_auto (GStrv) params = session != NULL && lowered != NULL && node != NULL
                              ? cjl_synapses_list (lowered, node)
                              : NULL;
  g_autofree char *id = g_strdup (node);

  if (node != NULL && (params == NULL || params[0] == NULL))
    return FALSE;
  g_clear_pointer (&self->node, g_free);
  g_clear_pointer (&self->params, g_strfreev);
  self->param = NULL;
  self->n_heads = 0;
  g_clear_pointer (&self->frame, cjv_frame_free);
  cju_painting_clear (&self->painted);
  if (self->painting != NULL)
    g_cancellable_cancel (self->painting);
  if (node == NULL)
    return TRUE;
  self->node = g_steal_pointer (&id);
  self->params = g_steal_pointer (&params);
  self->param = self->params[0];
  self->head = 0;
  list_choices (self);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->what), 0);
  cjv_synapse_view_init (&self->view);
  gtk_label_set_text (GTK_LABEL (self->title), self->node);
  take_frame (self);
  tell (self);
  return self->frame != NULL;
}

const char *
cju_synapses_get_node (CjuSynapses *self)
{
  return self->node;
}

/* --- drawing --- */

/* Synapses as they were painted, moved along with the units until they are painted anew. */
static void
snapshot_painting (CjuSynapses *self, GtkSnapshot *snapshot, const CjvSynapsePlot *plot)
{
  const CjuPainting *p = &self->painted;
  const double from = (p->view.from_at - self->view.from_at) * plot->from.pitch;
  const double to = (p->view.to_at - self->view.to_at) * plot->to.pitch;
  const float moved = (float) (fabs (from) > fabs (to) ? from : to);

  if (p->texture == NULL)
    return;
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, (float) plot->area.y, (float) p->width,
                                                         (float) plot->area.height));
  gtk_snapshot_append_texture (snapshot, p->texture,
                               &GRAPHENE_RECT_INIT (0, moved, (float) p->width, (float) p->height));
  gtk_snapshot_pop (snapshot);
}

static void
snapshot_empty (GtkSnapshot *snapshot, const CjvScene *scene)
{
  const CjvFigureInfo *info = cjv_figure_find ("synapses");
  cairo_t *cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) scene->width, (float) scene->height));

  cjv_figure_draw (info, NULL, NULL, scene->style, cr, scene->width, scene->height);
  cairo_destroy (cr);
}

static void
cju_synapses_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CjuSynapses *self = CJU_SYNAPSES (widget);
  CjvStyle style;
  CjvScene scene = cju_synapses_scene (self, &style);
  CjvSynapsePlot plot;

  style.transparent = TRUE;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (CJU_SYNAPSES_LEFT, CJU_SYNAPSES_TOP));
  if (scene.width >= 50 && scene.height >= 50 && self->frame != NULL
      && cjv_synapse_plot_init (&plot, &scene, &self->view))
    {
      cairo_t *cr;

      snapshot_painting (self, snapshot, &plot);
      if (self->painted.pick.shown != NULL)
        {
          cr = gtk_snapshot_append_cairo (
              snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) scene.width, (float) scene.height));
          cjv_synapse_plot_draw (&plot, &scene, &self->view, &self->painted.pick, cr);
          cairo_destroy (cr);
        }
    }
  else if (scene.width >= 50 && scene.height >= 50)
    snapshot_empty (snapshot, &scene);
  gtk_snapshot_restore (snapshot);
  GTK_WIDGET_CLASS (cju_synapses_parent_class)->snapshot (widget, snapshot);
}

static void
cju_synapses_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CjuSynapses *self = CJU_SYNAPSES (widget);
  GtkRequisition size;

  (void) baseline;
  gtk_widget_get_preferred_size (self->trail, NULL, &size);
  gtk_widget_size_allocate (
      self->trail, &(GtkAllocation){ 12, 12, MIN (size.width, width - 24), size.height }, -1);
  if (gtk_widget_get_visible (self->what))
    {
      gtk_widget_get_preferred_size (self->what, NULL, &size);
      gtk_widget_size_allocate (
          self->what,
          &(GtkAllocation){ MAX (width - size.width - 12, 12), 12, size.width, size.height }, -1);
    }
  gtk_widget_get_preferred_size (self->bar, NULL, &size);
  gtk_widget_size_allocate (
      self->bar,
      &(GtkAllocation){ 12, MAX ((height - size.height) / 2, 0), size.width, size.height }, -1);
  cju_synapses_changed (self);
}

static void
cju_synapses_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                      int *natural, int *minimum_baseline, int *natural_baseline)
{
  CjuSynapses *self = CJU_SYNAPSES (widget);
  int bar, trail;

  (void) for_size;
  gtk_widget_measure (self->bar, orientation, -1, &bar, NULL, NULL, NULL);
  gtk_widget_measure (self->trail, orientation, -1, &trail, NULL, NULL, NULL);
  *minimum = *natural = MAX (bar, trail) + 24;
  *minimum_baseline = *natural_baseline = -1;
}

static gboolean
on_query_tooltip (GtkWidget *widget, int x, int y, gboolean keyboard, GtkTooltip *tooltip,
                  gpointer data)
{
  CjuSynapses *self = CJU_SYNAPSES (widget);
  g_autofree char *text = NULL;
  const CjvSynapse *synapse;
  CjvSynapsePlot plot;
  gboolean to;
  gint64 unit;

  (void) keyboard;
  (void) data;
  if (!cju_synapses_place (self, &plot) || self->painted.pick.shown == NULL)
    return FALSE;
  x -= CJU_SYNAPSES_LEFT;
  y -= CJU_SYNAPSES_TOP;
  unit = cjv_synapse_plot_find_unit (&plot, x, y, &to);
  synapse = unit < 0 ? cjv_synapses_find (&self->painted.pick, &plot.from, &plot.to,
                                          CJV_SYNAPSE_ANY, x, y, 5)
                     : NULL;
  if (unit >= 0)
    text = cjv_synapse_plot_print_unit (&plot, to, unit);
  else if (synapse != NULL)
    text = cjv_synapse_plot_print_synapse (&plot, synapse);
  gtk_tooltip_set_text (tooltip, text);
  return text != NULL;
}

static void
cju_synapses_dispose (GObject *object)
{
  CjuSynapses *self = CJU_SYNAPSES (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  self->again = FALSE;
  if (self->painting != NULL)
    g_cancellable_cancel (self->painting);
  g_clear_object (&self->document);
  g_clear_object (&self->pango);
  g_clear_pointer (&self->bar, gtk_widget_unparent);
  g_clear_pointer (&self->trail, gtk_widget_unparent);
  g_clear_pointer (&self->what, gtk_widget_unparent);
  cju_painting_clear (&self->painted);
  g_clear_pointer (&self->frame, cjv_frame_free);
  g_clear_pointer (&self->node, g_free);
  g_clear_pointer (&self->params, g_strfreev);
  G_OBJECT_CLASS (cju_synapses_parent_class)->dispose (object);
}

static void
cju_synapses_class_init (CjuSynapsesClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = cju_synapses_dispose;
  widget->snapshot = cju_synapses_snapshot;
  widget->size_allocate = cju_synapses_size_allocate;
  widget->measure = cju_synapses_measure;
  gtk_widget_class_set_css_name (widget, "synapses");
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_IMG);
  g_signal_new ("leave", CJU_TYPE_SYNAPSES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("message", CJU_TYPE_SYNAPSES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                1, G_TYPE_STRING);
  cju_synapses_install_tools (widget);
}

static GtkWidget *
make_trail (CjuSynapses *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *out = gtk_button_new_with_label (_ ("Network"));
  GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

  self->title = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->title, "heading");
  gtk_widget_add_css_class (arrow, "dim-label");
  gtk_widget_add_css_class (out, "flat");
  gtk_widget_add_css_class (box, "trail");
  gtk_widget_set_margin_end (self->title, 8);
  gtk_label_set_max_width_chars (GTK_LABEL (self->title), 20);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (out), "synapses.leave");
  cju_access_tip (out, _ ("Return to the layers (Backspace, or zoom out)"));
  cju_access_name (out, _ ("Return to the layers"));
  gtk_box_append (GTK_BOX (box), out);
  gtk_box_append (GTK_BOX (box), arrow);
  gtk_box_append (GTK_BOX (box), self->title);
  return box;
}

static void
cju_synapses_init (CjuSynapses *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  self->pango = cjv_text_context_new ();
  cjv_synapse_view_init (&self->view);
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_has_tooltip (widget, TRUE);
  g_signal_connect (widget, "query-tooltip", G_CALLBACK (on_query_tooltip), NULL);
  self->trail = make_trail (self);
  self->bar = cju_synapses_new_bar (self);
  self->what = gtk_drop_down_new (NULL, NULL);
  cju_access_tip (self->what, _ ("Which weights of the layer are shown"));
  cju_access_name (self->what, _ ("Weights"));
  g_signal_connect_swapped (self->what, "notify::selected", G_CALLBACK (on_what), self);
  gtk_widget_set_parent (self->what, widget);
  gtk_widget_set_parent (self->trail, widget);
  gtk_widget_set_parent (self->bar, widget);
  cju_synapses_add_gestures (self);
}

GtkWidget *
cju_synapses_new (CjuDocument *document)
{
  CjuSynapses *self = g_object_new (CJU_TYPE_SYNAPSES, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (on_ticked), self);
  g_signal_connect_swapped (document, "edited", G_CALLBACK (on_edited), self);
  return GTK_WIDGET (self);
}
