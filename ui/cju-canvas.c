/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-canvas-private.h"

#include "cjl-arrange.h"
#include "cju-access.h"
#include "cju-help.h"
#include "cju-settings.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define BORDER 100 /* pixels at 100 % */

G_DEFINE_FINAL_TYPE (CjuCanvas, cju_canvas, GTK_TYPE_WIDGET)

static guint message_signal, moved_signal, hint_signal, inside_signal;

void
cju_canvas_redraw (CjuCanvas *self)
{
  gtk_widget_queue_draw (self->world);
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
cju_canvas_place (CjuCanvas *self)
{
  gtk_widget_queue_allocate (self->world);
  cju_canvas_forget_far (self);
  cju_canvas_moved (self);
}

void
cju_canvas_say (CjuCanvas *self, const char *text)
{
  g_signal_emit (self, message_signal, 0, text);
}

void
cju_canvas_hint (CjuCanvas *self, const char *text)
{
  g_signal_emit (self, hint_signal, 0, text);
}

static void
cju_canvas_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (cju_canvas_parent_class)->css_changed (widget, change);
  if (CJU_CANVAS (widget)->world != NULL)
    cju_canvas_forget_drawn (CJU_CANVAS (widget));
}

CjGraph *
cju_canvas_get_graph (CjuCanvas *self)
{
  return cju_document_get_project (self->document)->graph;
}

/* Cards for what is on the level, and no others; each where it stands. */
void
cju_canvas_sync (CjuCanvas *self)
{
  GHashTableIter iter;
  gpointer id, card;

  if (self->scene != NULL)
    cjl_scene_free (self->scene);
  self->scene = cjl_scene_new (cju_canvas_get_graph (self), cju_canvas_get_level (self));
  g_hash_table_iter_init (&iter, self->cards);
  while (g_hash_table_iter_next (&iter, &id, &card))
    if (cjl_scene_find (self->scene, id) == NULL)
      {
        gtk_widget_unparent (card);
        g_hash_table_iter_remove (&iter);
      }
  g_ptr_array_set_size (self->widgets, 0);
  self->tallest = 0;
  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      const CjlCard *seen = cjl_scene_get (self->scene, i);
      GtkWidget *widget = g_hash_table_lookup (self->cards, seen->id);

      if (widget == NULL)
        {
          widget = cju_card_new (self->document, seen);
          gtk_widget_set_parent (widget, self->world);
          g_hash_table_insert (self->cards, g_strdup (seen->id), widget);
          cju_card_set_selected (CJU_CARD (widget),
                                 cju_document_is_selected (self->document, seen->id));
        }
      cju_card_update (CJU_CARD (widget), seen);
      g_ptr_array_add (self->widgets, widget);
      self->tallest = MAX (self->tallest, cju_card_get_height (CJU_CARD (widget)));
    }
  cju_canvas_forget_drawn (self);
  cju_canvas_place (self);
}

static void
on_edited (CjuCanvas *self)
{
  self->came_out = FALSE;
  cju_canvas_end_glide (self);
  cju_canvas_end_wire (self);
  cju_canvas_trim_path (self);
  cju_canvas_sync (self);
  if (self->came_out)
    cju_canvas_fit (self);
}

gboolean
cju_canvas_is_in_view (CjuCanvas *self, const CjlCard *seen)
{
  const double x = self->x + self->zoom * cjl_card_get_x (seen);
  const double y = self->y + self->zoom * cjl_card_get_y (seen);

  return x < self->width && y < self->height && x + self->zoom * CJU_CARD_WIDTH > 0
         && y + self->zoom * self->tallest > 0;
}

static void
update_pictures (CjuCanvas *self)
{
  if (cju_document_get_state (self->document).status == CJ_RUN_TRAINING
      && !cju_settings_get_flag ("live-cards"))
    return;
  for (guint i = 0; i < self->scene->cards->len; i++)
    if (cju_canvas_is_in_view (self, cjl_scene_get (self->scene, i)))
      cju_card_update_picture (self->widgets->pdata[i]);
}

/* A node that was selected elsewhere, in a list of problems or in a view, is shown. */
static void
update_selection (CjuCanvas *self)
{
  GHashTableIter iter;
  gpointer id, card;

  g_hash_table_iter_init (&iter, self->cards);
  while (g_hash_table_iter_next (&iter, &id, &card))
    cju_card_set_selected (card, cju_document_is_selected (self->document, id));
  if (self->zoom < CJU_CANVAS_FAR)
    {
      cju_canvas_forget_far (self);
      cju_canvas_redraw (self);
    }
  if (cju_document_get_selected (self->document) != NULL && cju_canvas_get_selected (self) == NULL)
    cju_canvas_reveal (self, cju_document_get_selected (self->document)->id);
}

static void
cju_canvas_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  GtkWidget *const popovers[] = { self->popover, self->menu, self->naming };
  GskTransform *transform;

  (void) baseline;
  if (width != self->width || height != self->height)
    g_clear_pointer (&self->grid, gsk_render_node_unref);
  self->width = width;
  self->height = height;
  if (!self->fitted && width > 50 && height > 50 && self->scene->cards->len > 0)
    {
      self->fitted = TRUE;
      cju_canvas_fit (self);
    }
  for (guint i = 0; self->zoom >= CJU_CANVAS_FAR && i < self->scene->cards->len; i++)
    if (cju_canvas_is_in_view (self, cjl_scene_get (self->scene, i)))
      cju_card_set_zoom (self->widgets->pdata[i], self->zoom);
  transform = gsk_transform_translate (
      NULL, &GRAPHENE_POINT_INIT ((float) round (self->x), (float) round (self->y)));
  transform = gsk_transform_scale (transform, (float) self->zoom, (float) self->zoom);
  gtk_widget_allocate (self->world, width, height, -1, transform);
  for (guint i = 0; i < G_N_ELEMENTS (popovers); i++)
    if (popovers[i] != NULL)
      gtk_popover_present (GTK_POPOVER (popovers[i]));
}

static void
cju_canvas_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CjuCanvas *self = CJU_CANVAS (widget);

  cju_canvas_draw_ground (self, snapshot);
  if (self->zoom < CJU_CANVAS_FAR)
    cju_canvas_draw_far (self, snapshot);
  else
    cju_canvas_draw_world (self, snapshot);
  cju_canvas_draw_top (self, snapshot);
}

void
cju_canvas_zoom_at (CjuCanvas *self, double factor, double x, double y)
{
  double zoom;

  cju_canvas_end_glide (self);
  if (factor > 1 && self->zoom >= CJU_CANVAS_MAX_ZOOM)
    {
      const CjlCard *card = cju_canvas_find_card (self, x, y);

      if (card != NULL)
        cju_canvas_go_inside (self, card);
      return;
    }
  zoom = CLAMP (self->zoom * factor, CJU_CANVAS_MIN_ZOOM, CJU_CANVAS_MAX_ZOOM);
  self->x = x - (x - self->x) * zoom / self->zoom;
  self->y = y - (y - self->y) * zoom / self->zoom;
  self->zoom = zoom;
  self->close = FALSE;
  cju_canvas_moved (self);
}

/* A block's inside, or the synapses of a layer. */
void
cju_canvas_go_inside (CjuCanvas *self, const CjlCard *card)
{
  if (card->block != NULL)
    cju_canvas_enter (self, card->id);
  else
    g_signal_emit (self, inside_signal, 0, card->id);
}

/* Shows all cards, or only those that are selected. */
static void
fit (CjuCanvas *self, gboolean selected, double most)
{
  const double width = gtk_widget_get_width (GTK_WIDGET (self));
  const double height = gtk_widget_get_height (GTK_WIDGET (self));
  double left = INFINITY, top = INFINITY, right = -INFINITY, bottom = -INFINITY;

  cju_canvas_end_glide (self);
  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      const CjlCard *card = cjl_scene_get (self->scene, i);
      const double x = cjl_card_get_x (card), y = cjl_card_get_y (card);

      if (selected && !cju_document_is_selected (self->document, card->id))
        continue;
      left = MIN (left, x);
      top = MIN (top, y);
      right = MAX (right, x + CJU_CARD_WIDTH);
      bottom = MAX (bottom, y + 155);
    }
  if (left > right || width < 1 || height < 1)
    return;
  if (self->scene->level != NULL) /* room for wires that go beyond the border, and their words */
    {
      left -= BORDER;
      right += BORDER;
    }
  self->zoom = CLAMP (MIN ((width - 60) / (right - left), (height - 110) / (bottom - top)),
                      CJU_CANVAS_MIN_ZOOM, most);
  self->x = round ((width - self->zoom * (left + right)) / 2);
  self->y = round ((height + 40 - self->zoom * (top + bottom)) / 2);
  self->close = FALSE;
  cju_canvas_moved (self);
}

void
cju_canvas_fit (CjuCanvas *self)
{
  fit (self, FALSE, 1 / cju_access_fit_text (GTK_WIDGET (self)));
}

void
cju_canvas_zoom_to (CjuCanvas *self, const CjlCard *card)
{
  const double width = gtk_widget_get_width (GTK_WIDGET (self));
  const double height = gtk_widget_get_height (GTK_WIDGET (self));
  CjuCard *widget = g_hash_table_lookup (self->cards, card->id);
  const double high = cju_card_get_height (widget);

  if (!self->close)
    {
      self->was_zoom = self->zoom;
      self->was_x = self->x;
      self->was_y = self->y;
    }
  self->close = TRUE;
  self->zoom = CLAMP (MIN ((width - 80) / CJU_CARD_WIDTH, (height - 110) / high),
                      CJU_CANVAS_MIN_ZOOM, CJU_CANVAS_MAX_ZOOM);
  self->x = round ((width - self->zoom * CJU_CARD_WIDTH) / 2 - self->zoom * cjl_card_get_x (card));
  self->y = round ((height + 40 - self->zoom * high) / 2 - self->zoom * cjl_card_get_y (card));
  cju_canvas_moved (self);
}

gboolean
cju_canvas_zoom_back (CjuCanvas *self)
{
  if (!self->close)
    return FALSE;
  self->close = FALSE;
  self->zoom = self->was_zoom;
  self->x = self->was_x;
  self->y = self->was_y;
  cju_canvas_moved (self);
  return TRUE;
}

/* A node within a block is shown inside of it. */
void
cju_canvas_reveal (CjuCanvas *self, const char *id)
{
  const CjNode *node = cj_graph_find (cju_canvas_get_graph (self), id);
  const double w = gtk_widget_get_width (GTK_WIDGET (self));
  const double h = gtk_widget_get_height (GTK_WIDGET (self));
  double left, top, x, y, cx, cy;

  cju_canvas_end_glide (self);
  if (node != NULL)
    cju_canvas_enter (self, node->block);
  if (!cjl_arrange_get_place (cju_canvas_get_graph (self), id, &left, &top))
    return;
  x = self->x + self->zoom * left;
  y = self->y + self->zoom * top;
  cx = CLAMP (x, 10, MAX (w - self->zoom * CJU_CARD_WIDTH - 10, 10));
  cy = CLAMP (y, 10, MAX (h - self->zoom * CJU_CARD_WIDTH - 10, 10));
  self->x += cx - x;
  self->y += cy - y;
  cju_canvas_moved (self);
}

const CjlScene *
cju_canvas_get_scene (CjuCanvas *self)
{
  return self->scene;
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
  cju_canvas_end_glide (self);
  self->x = round (gtk_widget_get_width (GTK_WIDGET (self)) / 2.0 - self->zoom * x);
  self->y = round (gtk_widget_get_height (GTK_WIDGET (self)) / 2.0 - self->zoom * y);
  cju_canvas_moved (self);
}

void
cju_canvas_zoom (CjuCanvas *self, double factor)
{
  const gboolean at_pointer
      = gtk_event_controller_motion_contains_pointer (GTK_EVENT_CONTROLLER_MOTION (self->motion));

  cju_canvas_end_glide (self);
  cju_canvas_zoom_at (self, factor > 0 ? factor : 1 / self->zoom,
                      at_pointer ? self->pointer_x : gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
                      at_pointer ? self->pointer_y
                                 : gtk_widget_get_height (GTK_WIDGET (self)) / 2.0);
}

static void
view_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);

  (void) parameter;
  if (g_str_equal (name, "canvas.fit") || g_str_equal (name, "canvas.selection"))
    {
      cju_canvas_keep_glide (self);
      if (g_str_equal (name, "canvas.fit"))
        cju_canvas_fit (self);
      else
        fit (self, TRUE, 1.6);
      cju_canvas_glide (self);
    }
  else if (g_str_equal (name, "canvas.add"))
    cju_canvas_quick_add (self);
  else
    cju_canvas_zoom (self, g_str_equal (name, "canvas.zoom-in")    ? 1.25
                           : g_str_equal (name, "canvas.zoom-out") ? 0.8
                                                                   : 0);
}

/* Tab goes to the card that is selected, and from any card out of the canvas: arrows go from card to
 * card. */
static gboolean
cju_canvas_focus (GtkWidget *widget, GtkDirectionType direction)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  const GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  const gboolean within
      = focus != NULL && (focus == widget || gtk_widget_is_ancestor ((GtkWidget *) focus, widget));
  const CjlCard *card = cju_canvas_get_selected (self);

  if (direction != GTK_DIR_TAB_FORWARD && direction != GTK_DIR_TAB_BACKWARD)
    return GTK_WIDGET_CLASS (cju_canvas_parent_class)->focus (widget, direction);
  if (within)
    return FALSE;
  return gtk_widget_grab_focus (card != NULL ? g_hash_table_lookup (self->cards, card->id)
                                             : widget);
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
  g_clear_pointer (&self->scene, cjl_scene_free);
  g_clear_pointer (&self->path, g_ptr_array_unref);
  g_clear_pointer (&self->views, g_hash_table_unref);
  g_clear_pointer (&self->naming, gtk_widget_unparent);
  g_clear_pointer (&self->renamed, g_free);
  g_clear_pointer (&self->own, g_ptr_array_unref);
  g_clear_pointer (&self->drag_id, g_free);
  g_clear_pointer (&self->fits, g_array_unref);
  g_clear_pointer (&self->widgets, g_ptr_array_unref);
  g_clear_pointer (&self->wires, g_array_unref);
  g_clear_pointer (&self->looks, g_array_unref);
  g_clear_pointer (&self->grid, gsk_render_node_unref);
  cju_canvas_forget_far (self);
  g_clear_pointer (&self->world, gtk_widget_unparent);
  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->origins, g_array_unref);
  cju_canvas_clear_glide (self);
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
  widget->focus = cju_canvas_focus;
  gtk_widget_class_set_css_name (widget, "networkcanvas");
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_install_action (widget, "canvas.fit", NULL, view_action);
  gtk_widget_class_install_action (widget, "canvas.selection", NULL, view_action);
  gtk_widget_class_install_action (widget, "canvas.add", NULL, view_action);
  gtk_widget_class_install_action (widget, "canvas.zoom-in", NULL, view_action);
  gtk_widget_class_install_action (widget, "canvas.zoom-out", NULL, view_action);
  gtk_widget_class_install_action (widget, "canvas.zoom-100", NULL, view_action);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_Home, 0, "canvas.fit", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_period, 0, "canvas.selection", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_slash, 0, "canvas.add", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_A, GDK_SHIFT_MASK, "canvas.add", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_plus, GDK_CONTROL_MASK, "canvas.zoom-in",
                                       NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_minus, GDK_CONTROL_MASK, "canvas.zoom-out",
                                       NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_0, GDK_CONTROL_MASK, "canvas.zoom-100",
                                       NULL);
  cju_canvas_install_edits (widget);
  cju_canvas_install_blocks (widget);
  cju_canvas_install_wires (widget);
  inside_signal = g_signal_new ("inside", CJU_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
  hint_signal = g_signal_new ("hint", CJU_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                              G_TYPE_NONE, 1, G_TYPE_STRING);
  moved_signal = g_signal_new ("moved", CJU_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
  message_signal = g_signal_new ("message", CJU_TYPE_CANVAS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
}

/* Of a menu within a menu the keyboard stays behind when that is closed. */
static void
on_menu_closed (CjuCanvas *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (root != NULL && (focus == NULL || gtk_widget_is_ancestor (focus, self->menu)))
    gtk_widget_grab_focus (GTK_WIDGET (self));
}

static void
cju_canvas_init (CjuCanvas *self)
{
  self->zoom = 1;
  self->target = -1;
  self->path = g_ptr_array_new_with_free_func (g_free);
  self->views = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->fits = g_array_new (FALSE, FALSE, sizeof (CjWire));
  self->cards = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->widgets = g_ptr_array_new ();
  self->world = cju_canvas_new_world (self);
  self->menu = gtk_popover_menu_new_from_model (NULL);
  g_signal_connect_swapped (self->menu, "closed", G_CALLBACK (on_menu_closed), self);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_direction (GTK_WIDGET (self), GTK_TEXT_DIR_LTR); /* as data flow */
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  cju_canvas_add_gestures (self);
  cju_canvas_add_drops (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Network"), -1);
}

GtkWidget *
cju_canvas_new (CjuDocument *document)
{
  CjuCanvas *self = g_object_new (CJU_TYPE_CANVAS, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_swapped (document, "edited", G_CALLBACK (on_edited), self);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (update_pictures), self);
  cju_help_set_topic (GTK_WIDGET (self), "guide/canvas");
  g_signal_connect_swapped (document, "selected", G_CALLBACK (update_selection), self);
  cju_canvas_sync (self);
  return GTK_WIDGET (self);
}
