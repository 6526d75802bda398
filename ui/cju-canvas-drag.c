/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mouse and touch: panning, zooming, dragging cards and wires, the rubber band, context menus. */
#include "cju-canvas-private.h"

#include "cjl-arrange.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static gboolean
is_modified (GtkGesture *gesture, GdkModifierType keys)
{
  const GdkModifierType state
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));

  return (state & keys) != 0;
}

/* A wire starts at an output port, or is drawn off the input port where it ends. */
static gboolean
begin_wire (CjuCanvas *self, double x, double y)
{
  CjlProject *project = cju_document_get_project (self->document);
  guint port;
  const CjlCard *card = cju_canvas_find_in_port (self, x, y, &port);
  const CjWire to = card != NULL ? g_array_index (card->in, CjWire, port) : (CjWire){ NULL, 0 };
  CjWire from = to.node != NULL ? to.node->from[to.port] : (CjWire){ NULL, 0 };

  if (from.node != NULL)
    {
      cjl_project_begin (project);
      cj_graph_disconnect (project->graph, to.node, to.port);
      cjl_project_commit (project, _ ("Disconnect"), NULL);
    }
  else
    {
      card = cju_canvas_find_out_port (self, x, y, &port);
      if (card != NULL)
        from = g_array_index (card->out, CjWire, port);
    }
  if (from.node != NULL)
    cju_canvas_begin_wire (self, from);
  return from.node != NULL;
}

/* Dragging a card that is selected moves the whole selection. */
static gboolean
begin_cards (CjuCanvas *self, GtkGesture *gesture, double x, double y)
{
  const CjlCard *card = cju_canvas_find_card (self, x, y);
  const char *const *ids;

  if (card == NULL)
    return FALSE;
  if (is_modified (gesture, GDK_SHIFT_MASK | GDK_CONTROL_MASK))
    cju_document_toggle (self->document, card->id);
  else
    {
      if (!cju_document_is_selected (self->document, card->id))
        cju_document_select (self->document, card->id);
      gtk_widget_grab_focus (g_hash_table_lookup (self->cards, card->id));
    }
  g_free (self->drag_id);
  self->drag_id = g_strdup (card->id);
  g_array_set_size (self->origins, 0);
  ids = cju_document_get_selection (self->document);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      double place[2];

      cjl_arrange_get_place (cju_canvas_get_graph (self), ids[i], &place[0], &place[1]);
      g_array_append_vals (self->origins, place, 2);
    }
  cjl_project_begin (cju_document_get_project (self->document));
  return TRUE;
}

/* A button on a card, which has its own mind. */
static gboolean
is_on_button (CjuCanvas *self, double x, double y)
{
  GtkWidget *at = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);

  return at != NULL
         && (GTK_IS_BUTTON (at) || gtk_widget_get_ancestor (at, GTK_TYPE_BUTTON) != NULL);
}

static void
on_drag_begin (GtkGestureDrag *gesture, double x, double y, gpointer data)
{
  CjuCanvas *self = data;
  const guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));

  cju_canvas_end_glide (self);
  cju_canvas_end_wire (self);
  if (button == GDK_BUTTON_SECONDARY || is_on_button (self, x, y))
    {
      gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_DENIED);
      return;
    }
  self->start_x = self->at_x = x;
  self->start_y = self->at_y = y;
  self->from_x = self->x;
  self->from_y = self->y;
  if (button != GDK_BUTTON_PRIMARY || self->space)
    self->drag = CJU_DRAG_PAN;
  else if (begin_wire (self, x, y))
    gtk_widget_grab_focus (GTK_WIDGET (self)); /* for Escape */
  else if (begin_cards (self, GTK_GESTURE (gesture), x, y))
    self->drag = CJU_DRAG_CARDS;
  else
    {
      self->drag = CJU_DRAG_BAND;
      if (!is_modified (GTK_GESTURE (gesture), GDK_SHIFT_MASK | GDK_CONTROL_MASK))
        cju_document_select (self->document, NULL);
      gtk_widget_grab_focus (GTK_WIDGET (self));
    }
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
move_cards (CjuCanvas *self, double dx, double dy)
{
  const char *const *ids = cju_document_get_selection (self->document);

  for (guint i = 0; ids[i] != NULL && 2 * i + 1 < self->origins->len; i++)
    {
      const double *from = &g_array_index (self->origins, double, 2 * i);

      cjl_arrange_move (cju_canvas_get_graph (self), ids[i], round (from[0] + dx / self->zoom),
                        round (from[1] + dy / self->zoom));
    }
}

static void
on_drag_update (GtkGestureDrag *gesture, double dx, double dy, gpointer data)
{
  CjuCanvas *self = data;

  (void) gesture;
  self->at_x = self->start_x + dx;
  self->at_y = self->start_y + dy;
  if (self->drag == CJU_DRAG_PAN)
    {
      self->x = self->from_x + dx;
      self->y = self->from_y + dy;
      cju_canvas_moved (self);
    }
  else if (self->drag == CJU_DRAG_CARDS)
    {
      move_cards (self, dx, dy);
      cju_canvas_place (self);
    }
  else
    cju_canvas_redraw (self);
}

/* All cards the band touches, with those selected before where a key was held. */
static void
end_band (CjuCanvas *self)
{
  const double left = (MIN (self->start_x, self->at_x) - self->x) / self->zoom;
  const double right = (MAX (self->start_x, self->at_x) - self->x) / self->zoom;
  const double top = (MIN (self->start_y, self->at_y) - self->y) / self->zoom;
  const double bottom = (MAX (self->start_y, self->at_y) - self->y) / self->zoom;
  const char *const *before = cju_document_get_selection (self->document);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  if (hypot (self->at_x - self->start_x, self->at_y - self->start_y) < 4)
    return;
  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      const CjlCard *seen = cjl_scene_get (self->scene, i);
      CjuCard *card = g_hash_table_lookup (self->cards, seen->id);
      const double x = cjl_card_get_x (seen), y = cjl_card_get_y (seen);
      const gboolean touched = x < right && x + CJU_CARD_WIDTH > left && y < bottom
                               && y + cju_card_get_height (card) > top;

      if (touched || g_strv_contains (before, seen->id))
        g_ptr_array_add (ids, g_strdup (seen->id));
    }
  g_ptr_array_add (ids, NULL);
  cju_document_select_all (self->document, (const char *const *) ids->pdata);
}

/* The input that a wire dropped on a card goes to: one that it fits, a free one first. */
static const CjWire *
choose_input (CjuCanvas *self, const CjlCard *card)
{
  const CjWire *best = NULL;
  int most = -1;

  for (guint port = 0; port < card->in->len; port++)
    {
      const CjWire *input = &g_array_index (card->in, CjWire, port);
      const int worth = (cju_canvas_fits (self, input) ? 2 : 0)
                        + (input->node->from[input->port].node == NULL ? 1 : 0);

      if (worth > most)
        {
          most = worth;
          best = input;
        }
    }
  return best;
}

static void
end_wire (CjuCanvas *self, double dx, double dy)
{
  const double x = self->start_x + dx, y = self->start_y + dy;
  guint port = 0;
  const CjlCard *at = cju_canvas_find_in_port (self, x, y, &port);
  const CjWire *to = at != NULL ? &g_array_index (at->in, CjWire, port) : NULL;
  const CjWire from = self->drag_from;

  if (at == NULL)
    {
      at = cju_canvas_find_card (self, x, y);
      to = at != NULL ? choose_input (self, at) : NULL;
    }
  if (to != NULL && to->node != from.node)
    {
      const CjWire target = *to;

      cju_canvas_end_wire (self);
      cju_canvas_connect (self, target.node, target.port);
      return;
    }
  cju_canvas_end_wire (self);
  if (at == NULL && hypot (dx, dy) > 30)
    {
      self->pointer_x = x;
      self->pointer_y = y;
      cju_canvas_quick_add_after (self, from);
    }
}

static gboolean
is_unwired (CjuCanvas *self, const CjlCard *card)
{
  guint place = 0;

  g_ptr_array_find (self->scene->cards, card, &place);
  for (guint i = 0; i < self->scene->lines->len; i++)
    {
      const CjlLine *line = &g_array_index (self->scene->lines, CjlLine, i);

      if (line->from_card == (int) place || line->to_card == (int) place)
        return FALSE;
    }
  return TRUE;
}

/* A card without wires that is let go over a wire is put on it. */
static void
end_cards (CjuCanvas *self)
{
  CjlProject *project = cju_document_get_project (self->document);
  const CjlCard *card = cjl_scene_find (self->scene, self->drag_id);
  const CjlLine *line = card != NULL && is_unwired (self, card)
                            ? cju_canvas_find_wire (self, self->at_x, self->at_y)
                            : NULL;
  const gboolean put
      = line != NULL && cjl_arrange_insert (project->graph, card, line->to, line->port, NULL);

  cjl_project_commit (project, put ? _ ("Insert layer") : _ ("Move cards"), NULL);
}

/* A card that was pressed and not moved: what of its picture is under the pointer is chosen. */
static void
pick (CjuCanvas *self)
{
  const CjlCard *seen = cju_canvas_find_card (self, self->start_x, self->start_y);

  if (seen != NULL)
    cju_card_pick (g_hash_table_lookup (self->cards, seen->id),
                   (self->start_x - self->x) / self->zoom - cjl_card_get_x (seen),
                   (self->start_y - self->y) / self->zoom - cjl_card_get_y (seen));
}

static void
on_drag_end (GtkGestureDrag *gesture, double dx, double dy, gpointer data)
{
  CjuCanvas *self = data;
  const CjuDrag drag = self->drag;

  (void) gesture;
  if (drag != CJU_DRAG_WIRE)
    self->drag = CJU_DRAG_NONE;
  if (drag == CJU_DRAG_CARDS)
    end_cards (self);
  if (drag == CJU_DRAG_CARDS && hypot (dx, dy) < 4)
    pick (self);
  if (drag == CJU_DRAG_WIRE)
    end_wire (self, dx, dy);
  else if (drag == CJU_DRAG_BAND)
    end_band (self);
  cju_canvas_redraw (self);
}

static void
on_pressed (GtkGestureClick *gesture, int n, double x, double y, gpointer data)
{
  CjuCanvas *self = data;
  const guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));
  const CjlCard *card = cju_canvas_find_card (self, x, y);

  self->pointer_x = x;
  self->pointer_y = y;
  if (button == GDK_BUTTON_PRIMARY && n == 2 && !is_on_button (self, x, y))
    {
      if (card == NULL)
        cju_canvas_quick_add (self);
      else
        gtk_widget_activate_action (GTK_WIDGET (self), "canvas.enter", NULL);
    }
  if (button != GDK_BUTTON_SECONDARY)
    return;
  if (card == NULL)
    cju_document_select (self->document, NULL);
  else if (!cju_document_is_selected (self->document, card->id))
    cju_document_select (self->document, card->id);
  cju_canvas_show_menu (self, x, y);
}

static void
on_motion (GtkEventControllerMotion *controller, double x, double y, gpointer data)
{
  CjuCanvas *self = data;

  (void) controller;
  self->pointer_x = x;
  self->pointer_y = y;
}

static gboolean
on_scroll (GtkEventControllerScroll *scroll, double dx, double dy, gpointer data)
{
  CjuCanvas *self = data;
  const GdkModifierType keys
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));

  if (gtk_event_controller_scroll_get_unit (scroll) == GDK_SCROLL_UNIT_WHEEL
      || (keys & GDK_CONTROL_MASK) != 0)
    cju_canvas_zoom_at (self, pow (1.15, -dy), self->pointer_x, self->pointer_y);
  else
    {
      cju_canvas_end_glide (self);
      self->x -= dx;
      self->y -= dy;
      cju_canvas_moved (self);
    }
  return TRUE;
}

static void
on_pinch (GtkGestureZoom *gesture, double scale, gpointer data)
{
  CjuCanvas *self = data;
  double x, y;

  if (gtk_gesture_get_bounding_box_center (GTK_GESTURE (gesture), &x, &y))
    cju_canvas_zoom_at (self, self->from_x * scale / self->zoom, x, y);
}

static void
on_pinch_begin (GtkGesture *gesture, GdkEventSequence *sequence, gpointer data)
{
  CjuCanvas *self = data;

  (void) gesture;
  (void) sequence;
  cju_canvas_end_glide (self);
  self->from_x = self->zoom; /* zoom at the start of the pinch */
}

static gboolean
on_key (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
        gpointer data)
{
  CjuCanvas *self = data;

  (void) controller;
  (void) code;
  (void) state;
  if (key == GDK_KEY_space)
    self->space = TRUE;
  return key == GDK_KEY_space;
}

static void
on_key_released (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
                 gpointer data)
{
  CjuCanvas *self = data;

  (void) controller;
  (void) code;
  (void) state;
  if (key == GDK_KEY_space)
    self->space = FALSE;
}

void
cju_canvas_add_gestures (CjuCanvas *self)
{
  GtkGesture *drag = gtk_gesture_drag_new (), *click = gtk_gesture_click_new ();
  GtkGesture *pinch = gtk_gesture_zoom_new ();
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);

  self->motion = gtk_event_controller_motion_new ();
  self->origins = g_array_new (FALSE, FALSE, sizeof (double));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (drag), 0);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), 0);
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (on_drag_end), self);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), self);
  g_signal_connect (pinch, "begin", G_CALLBACK (on_pinch_begin), self);
  g_signal_connect (pinch, "scale-changed", G_CALLBACK (on_pinch), self);
  g_signal_connect (self->motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (on_scroll), self);
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), self);
  g_signal_connect (key, "key-released", G_CALLBACK (on_key_released), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (pinch));
  gtk_widget_add_controller (GTK_WIDGET (self), self->motion);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
}
