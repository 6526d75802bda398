/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-canvas-private.h"
#include "cju-help.h"
#include "cju-settings.h"

#include <glib/gi18n-lib.h>
#include <math.h>

G_DEFINE_FINAL_TYPE (CjuCanvas, cju_canvas, GTK_TYPE_WIDGET)

static guint message_signal, moved_signal;

void
cju_canvas_redraw (CjuCanvas *self)
{
  g_clear_pointer (&self->below, gsk_render_node_unref);
  g_clear_pointer (&self->above, gsk_render_node_unref);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
cju_canvas_moved (CjuCanvas *self)
{
  gtk_widget_queue_allocate (GTK_WIDGET (self));
  cju_canvas_redraw (self);
  g_signal_emit (self, moved_signal, 0);
}

void
cju_canvas_say (CjuCanvas *self, const char *text)
{
  g_signal_emit (self, message_signal, 0, text);
}

static void
cju_canvas_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (cju_canvas_parent_class)->css_changed (widget, change);
  cju_canvas_redraw (CJU_CANVAS (widget));
}

CjGraph *
cju_canvas_get_graph (CjuCanvas *self)
{
  return cju_document_get_project (self->document)->graph;
}

/* Cards for nodes, and no others; each where its node stands. */
static void
sync_cards (CjuCanvas *self)
{
  CjGraph *graph = cju_canvas_get_graph (self);
  GHashTableIter iter;
  gpointer id, card;

  g_hash_table_iter_init (&iter, self->cards);
  while (g_hash_table_iter_next (&iter, &id, &card))
    if (cj_graph_find (graph, id) == NULL)
      {
        gtk_widget_unparent (card);
        g_hash_table_iter_remove (&iter);
      }
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      GtkWidget *widget = g_hash_table_lookup (self->cards, node->id);

      if (widget == NULL)
        {
          widget = cju_card_new (self->document, node->id);
          gtk_widget_set_parent (widget, GTK_WIDGET (self));
          g_hash_table_insert (self->cards, g_strdup (node->id), widget);
        }
      cju_card_update (CJU_CARD (widget));
    }
  cju_canvas_moved (self);
}

static gboolean
in_view (CjuCanvas *self, const CjNode *node, CjuCard *card)
{
  const double w = gtk_widget_get_width (GTK_WIDGET (self));
  const double h = gtk_widget_get_height (GTK_WIDGET (self));
  const double x = self->x + self->zoom * node->x, y = self->y + self->zoom * node->y;

  return x < w && y < h && x + self->zoom * CJU_CARD_WIDTH > 0
         && y + self->zoom * cju_card_get_height (card) > 0;
}

static void
update_pictures (CjuCanvas *self)
{
  CjGraph *graph = cju_canvas_get_graph (self);

  if (cju_document_get_state (self->document).status == CJ_RUN_TRAINING
      && !cju_settings_get_flag ("live-cards"))
    return;
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      CjuCard *card = g_hash_table_lookup (self->cards, node->id);

      if (card != NULL && in_view (self, node, card))
        cju_card_update_picture (card);
    }
}

static void
update_selection (CjuCanvas *self)
{
  GHashTableIter iter;
  gpointer id, card;

  g_hash_table_iter_init (&iter, self->cards);
  while (g_hash_table_iter_next (&iter, &id, &card))
    cju_card_set_selected (card, cju_document_is_selected (self->document, id));
  if (self->link != NULL)
    cju_canvas_redraw (self);
}

static void
cju_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  CjGraph *graph = cju_canvas_get_graph (self);

  (void) baseline;
  if (!self->fitted && width > 50 && height > 50 && graph->nodes->len > 0)
    {
      self->fitted = TRUE;
      cju_canvas_fit (self);
    }
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      CjuCard *card = g_hash_table_lookup (self->cards, node->id);
      GskTransform *transform;

      if (card == NULL)
        continue;
      transform = gsk_transform_translate (
          NULL, &GRAPHENE_POINT_INIT ((float) round (self->x + self->zoom * node->x),
                                      (float) round (self->y + self->zoom * node->y)));
      transform = gsk_transform_scale (transform, (float) self->zoom, (float) self->zoom);
      gtk_widget_allocate (GTK_WIDGET (card), CJU_CARD_WIDTH, cju_card_get_height (card), -1,
                           transform);
    }
  if (width != self->width || height != self->height)
    cju_canvas_redraw (self);
  self->width = width;
  self->height = height;
  if (self->popover != NULL)
    gtk_popover_present (GTK_POPOVER (self->popover));
  gtk_popover_present (GTK_POPOVER (self->menu));
}

static void
cju_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  const int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  CjGraph *graph = cju_canvas_get_graph (self);
  GdkRGBA ink, ground = { 1, 1, 1, 1 };
  cairo_t *cr;

  gtk_style_context_get_color (style, &ink);
  gtk_style_context_lookup_color (style, "card_bg_color", &ground);
  if (ink.red > 0.5)
    ground = (GdkRGBA){ 0.21f, 0.21f, 0.22f, 1 };
  if (self->below == NULL)
    {
      self->below = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, width, height));
      cr = gsk_cairo_node_get_draw_context (self->below);
      cju_canvas_draw_below (self, cr, &ink, width, height);
      cairo_destroy (cr);
    }
  if (self->above == NULL)
    {
      self->above = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, width, height));
      cr = gsk_cairo_node_get_draw_context (self->above);
      cju_canvas_draw_above (self, cr, &ink, &ground);
      cairo_destroy (cr);
    }
  gtk_snapshot_append_node (snapshot, self->below);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      CjuCard *card = g_hash_table_lookup (self->cards, node->id);

      if (card != NULL && in_view (self, node, card))
        gtk_widget_snapshot_child (widget, GTK_WIDGET (card), snapshot);
    }
  gtk_snapshot_append_node (snapshot, self->above);
}

void
cju_canvas_zoom_at (CjuCanvas *self, double factor, double x, double y)
{
  const double zoom = CLAMP (self->zoom * factor, CJU_CANVAS_MIN_ZOOM, CJU_CANVAS_MAX_ZOOM);

  self->x = x - (x - self->x) * zoom / self->zoom;
  self->y = y - (y - self->y) * zoom / self->zoom;
  self->zoom = zoom;
  cju_canvas_moved (self);
}

void
cju_canvas_fit (CjuCanvas *self)
{
  CjGraph *graph = cju_canvas_get_graph (self);
  const double width = gtk_widget_get_width (GTK_WIDGET (self));
  const double height = gtk_widget_get_height (GTK_WIDGET (self));
  double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];

      left = MIN (left, node->x);
      top = MIN (top, node->y);
      right = MAX (right, node->x + CJU_CARD_WIDTH);
      bottom = MAX (bottom, node->y + 155);
    }
  if (graph->nodes->len == 0 || width < 1 || height < 1)
    return;
  self->zoom = CLAMP (MIN ((width - 60) / (right - left), (height - 110) / (bottom - top)),
                      CJU_CANVAS_MIN_ZOOM, 1);
  self->x = round ((width - self->zoom * (left + right)) / 2);
  self->y = round ((height + 40 - self->zoom * (top + bottom)) / 2);
  cju_canvas_moved (self);
}

void
cju_canvas_reveal (CjuCanvas *self, const char *id)
{
  const CjNode *node = cj_graph_find (cju_canvas_get_graph (self), id);
  const double w = gtk_widget_get_width (GTK_WIDGET (self));
  const double h = gtk_widget_get_height (GTK_WIDGET (self));
  double x, y, cx, cy;

  if (node == NULL)
    return;
  x = self->x + self->zoom * node->x;
  y = self->y + self->zoom * node->y;
  cx = CLAMP (x, 10, MAX (w - self->zoom * CJU_CARD_WIDTH - 10, 10));
  cy = CLAMP (y, 10, MAX (h - self->zoom * CJU_CARD_WIDTH - 10, 10));
  self->x += cx - x;
  self->y += cy - y;
  cju_canvas_moved (self);
}

double
cju_canvas_get_zoom (CjuCanvas *self)
{
  return self->zoom;
}

void
cju_canvas_get_view (CjuCanvas *self, graphene_rect_t *view)
{
  graphene_rect_init (view, (float) (-self->x / self->zoom), (float) (-self->y / self->zoom),
                      (float) (gtk_widget_get_width (GTK_WIDGET (self)) / self->zoom),
                      (float) (gtk_widget_get_height (GTK_WIDGET (self)) / self->zoom));
}

void
cju_canvas_center (CjuCanvas *self, double x, double y)
{
  self->x = round (gtk_widget_get_width (GTK_WIDGET (self)) / 2.0 - self->zoom * x);
  self->y = round (gtk_widget_get_height (GTK_WIDGET (self)) / 2.0 - self->zoom * y);
  cju_canvas_moved (self);
}

void
cju_canvas_zoom (CjuCanvas *self, double factor)
{
  cju_canvas_zoom_at (self, factor > 0 ? factor : 1 / self->zoom,
                      gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
                      gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
}

static void
view_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);

  (void) parameter;
  if (g_str_equal (name, "canvas.fit"))
    cju_canvas_fit (self);
  else if (g_str_equal (name, "canvas.add"))
    cju_canvas_quick_add (self);
  else
    cju_canvas_zoom (self, g_str_equal (name, "canvas.zoom-in")    ? 1.25
                           : g_str_equal (name, "canvas.zoom-out") ? 0.8
                                                                   : 0);
}

static void
cju_canvas_dispose (GObject *object)
{
  CjuCanvas *self = CJU_CANVAS (object);
  GHashTableIter iter;
  gpointer card;

  if (self->cards != NULL)
    {
      g_hash_table_iter_init (&iter, self->cards);
      while (g_hash_table_iter_next (&iter, NULL, &card))
        gtk_widget_unparent (card);
    }
  g_clear_pointer (&self->cards, g_hash_table_unref);
  g_clear_pointer (&self->below, gsk_render_node_unref);
  g_clear_pointer (&self->above, gsk_render_node_unref);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->origins, g_array_unref);
  g_clear_pointer (&self->link, g_free);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (cju_canvas_parent_class)->dispose (object);
}

static void
cju_canvas_class_init (CjuCanvasClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = cju_canvas_dispose;
  widget->size_allocate = cju_canvas_size_allocate;
  widget->snapshot = cju_canvas_snapshot;
  widget->css_changed = cju_canvas_css_changed;
  gtk_widget_class_set_css_name (widget, "networkcanvas");
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_install_action (widget, "canvas.fit", NULL, view_action);
  gtk_widget_class_install_action (widget, "canvas.add", NULL, view_action);
  gtk_widget_class_install_action (widget, "canvas.zoom-in", NULL, view_action);
  gtk_widget_class_install_action (widget, "canvas.zoom-out", NULL, view_action);
  gtk_widget_class_install_action (widget, "canvas.zoom-100", NULL, view_action);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_Home, 0, "canvas.fit", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_slash, 0, "canvas.add", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_A, GDK_SHIFT_MASK, "canvas.add", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_plus, GDK_CONTROL_MASK, "canvas.zoom-in",
                                       NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_minus, GDK_CONTROL_MASK, "canvas.zoom-out",
                                       NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_0, GDK_CONTROL_MASK, "canvas.zoom-100",
                                       NULL);
  cju_canvas_install_edits (widget);
  cju_canvas_install_keys (widget);
  moved_signal = g_signal_new ("moved", CJU_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
  message_signal = g_signal_new ("message", CJU_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
}

static GtkWidget *
make_menu (void)
{
  static const char *const entries[][2] = {
    { N_ ("_Add Layers…"), "canvas.add" },
    { NULL, NULL },
    { N_ ("Cu_t"), "canvas.cut" },
    { N_ ("_Copy"), "canvas.copy" },
    { N_ ("_Paste"), "canvas.paste" },
    { N_ ("_Duplicate"), "canvas.duplicate" },
    { N_ ("De_lete"), "canvas.delete" },
    { NULL, NULL },
    { N_ ("_Mute"), "canvas.mute" },
    { N_ ("_Freeze"), "canvas.freeze" },
    { NULL, NULL },
    { N_ ("Align to the Le_ft"), "canvas.align::left" },
    { N_ ("Align at the T_op"), "canvas.align::top" },
    { N_ ("Distribute Ac_ross"), "canvas.align::across" },
    { N_ ("Distribute Do_wn"), "canvas.align::down" },
    { N_ ("Lay O_ut Everything"), "canvas.layout" },
    { NULL, NULL },
    { N_ ("Select A_ll"), "canvas.select-all" },
  };
  g_autoptr (GMenu) menu = g_menu_new (), section = g_menu_new ();

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      if (entries[i][0] != NULL)
        {
          g_menu_append (section, _ (entries[i][0]), entries[i][1]);
          continue;
        }
      g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
      g_object_unref (section);
      section = g_menu_new ();
    }
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
  return gtk_popover_menu_new_from_model (G_MENU_MODEL (menu));
}

static void
cju_canvas_init (CjuCanvas *self)
{
  self->zoom = 1;
  self->cards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->menu = make_menu ();
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_direction (GTK_WIDGET (self), GTK_TEXT_DIR_LTR); /* as data flow */
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  cju_canvas_add_gestures (self);
  cju_canvas_add_drops (self);
  cju_canvas_add_keys (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Network"), -1);
}

GtkWidget *
cju_canvas_new (CjuDocument *document)
{
  CjuCanvas *self = g_object_new (CJU_TYPE_CANVAS, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_swapped (document, "edited", G_CALLBACK (sync_cards), self);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (update_pictures), self);
  cju_help_set_topic (GTK_WIDGET (self), "guide/canvas");
  g_signal_connect_swapped (document, "selected", G_CALLBACK (update_selection), self);
  sync_cards (self);
  return GTK_WIDGET (self);
}
