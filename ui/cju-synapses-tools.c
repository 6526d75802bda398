/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a hand does to neurons and synapses: look closer and move on, choose a unit, change weights. Whatever
 * changes numbers is one edit of the project and can be undone. */
#include "cju-synapses-private.h"

#include "cju-access.h"
#include "cjl-acting.h"
#include "cjl-synapses.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define REACH 5.0       /* px from a synapse that is still on it */
#define BRUSH 9.0       /* px, of what the brushes take */
#define DRAG_FULL 120.0 /* px for as much as the strongest weight */
#define ZOOM_STEP 1.2
#define LEAST_PITCH 0.12 /* em: one step out from there leads back to the layers */

/* --- looking --- */

static void
set_view (CjuSynapses *self, CjvSynapseView view)
{
  self->view = view;
  cju_synapses_changed (self);
}

/* Units get closer or farther while what is at y stays there; far enough out one is back among layers. */
static void
zoom (CjuSynapses *self, double factor, double y)
{
  CjvSynapseView view = self->view;
  CjvSynapsePlot before, after;

  if (!cju_synapses_place (self, &before))
    return;
  if (factor < 1 && view.pitch <= LEAST_PITCH)
    {
      g_signal_emit_by_name (self, "leave");
      return;
    }
  self->view.pitch = MAX (view.pitch, LEAST_PITCH) * factor;
  if (cju_synapses_place (self, &after))
    {
      view = self->view;
      view.from_at
          = (y - before.from.top) / before.from.pitch - (y - after.area.y) / after.from.pitch;
      view.to_at = (y - before.to.top) / before.to.pitch - (y - after.area.y) / after.to.pitch;
    }
  set_view (self, view);
}

static void
pan (CjuSynapses *self, double units)
{
  CjvSynapseView view = self->view;
  CjvSynapsePlot plot;

  if (!cju_synapses_place (self, &plot))
    return;
  view.from_at += units;
  view.to_at += units * plot.from.pitch / plot.to.pitch;
  set_view (self, view);
}

/* The synapses of one unit alone; of it again: those of all. Other views follow. */
static void
choose (CjuSynapses *self, gboolean to, gint64 unit)
{
  CjvSynapseView view = self->view;
  const gint64 was = to ? view.only_to : view.only_from;

  view.only_from = view.only_to = -1;
  if (unit != was)
    *(to ? &view.only_to : &view.only_from) = unit;
  if (to && unit >= 0 && unit != was)
    cju_document_choose_unit (self->document, self->node, unit, 0, 0);
  set_view (self, view);
}

/* --- changing --- */

/* The numbers of the tensor as they are, to be changed and put back; NULL: there is no run. */
static CjTensor *
read_weights (CjuSynapses *self)
{
  CjlSession *session = cju_document_get_session (self->document);

  return session != NULL && self->param != NULL ? cjl_session_dup_param (session, self->param)
                                                : NULL;
}

static void
put_weights (CjuSynapses *self, CjTensor *weights, const char *title)
{
  CjlSession *session = cju_document_get_session (self->document);
  g_autofree char *merge = g_strdup_printf ("synapses-%u-%d", self->drag.number, (int) self->tool);
  g_autoptr (GError) error = NULL;

  if (!cjl_session_put (session, self->param, cj_tensor_f32 (weights),
                        (gsize) cj_shape_size (&weights->shape), title, merge, &error))
    g_signal_emit_by_name (self, "message", error->message);
}

/* Makes the strength of one synapse what is said; a kernel keeps its form. FALSE: the layer makes it of more
 * than one number. */
static gboolean
set_strength (CjuSynapses *self, CjTensor *weights, guint32 from, guint32 to, float was,
              float strength)
{
  gint64 n;
  const gint64 at = cjl_synapses_locate (&weights->shape, from, to, &n);
  float *w = cj_tensor_f32 (weights) + at;

  if (n == 1)
    return cjl_acting_put (cju_document_get_lowered (self->document), self->param, weights, at,
                           strength);
  for (gint64 i = 0; i < n; i++)
    w[i] = was != 0 ? w[i] * strength / was : strength / sqrtf ((float) n);
  return TRUE;
}

static void
drag_weight (CjuSynapses *self, double dy)
{
  const CjvSynapse *synapse = &self->drag.synapse;
  g_autoptr (CjTensor) weights = read_weights (self);
  const float strength = synapse->weight - (float) (dy / DRAG_FULL) * self->painted.pick.strongest;
  g_autofree char *title = NULL;
  const CjTensor *now;

  if (weights == NULL || self->frame == NULL || cju_document_get_lowered (self->document) == NULL)
    return;
  now = cjv_frame_get_array (self->frame, "weights");
  title = g_strdup_printf (_ ("Weight of %s"), self->node);
  if (set_strength (
          self, weights, synapse->from, synapse->to,
          (float) cjv_tensor_at (now, (gint64) synapse->to * now->shape.dims[1] + synapse->from),
          strength))
    put_weights (self, weights, title);
  else
    g_signal_emit_by_name (self, "message",
                           _ ("The layer makes this weight of several numbers that it learns: it "
                              "cannot be changed by hand."));
}

/* What is held about a tensor, to be changed and put back; you unref. NULL: there is no such tensor. */
static CjTensor *
read_flags (CjuSynapses *self, const char *param)
{
  CjlSession *session = cju_document_get_session (self->document);

  if (param == NULL)
    g_signal_emit_by_name (self, "message",
                           _ ("Weights of attention are made anew for every sample: they cannot be "
                              "changed by hand. Choose the tensors that make them."));
  return session != NULL && param != NULL ? cjl_session_dup_flags (session, param) : NULL;
}

static void
put_flags (CjuSynapses *self, const char *param, CjTensor *flags, const char *title)
{
  CjlSession *session = cju_document_get_session (self->document);
  g_autofree char *merge = g_strdup_printf ("synapses-%u-%d", self->drag.number, (int) self->tool);
  g_autoptr (GError) error = NULL;

  if (!cjl_session_put_flags (session, param, flags->data, (gsize) cj_shape_size (&flags->shape),
                              title, merge, &error))
    g_signal_emit_by_name (self, "message", error->message);
}

/* All weights of a synapse are pruned, or free again. */
static void
set_pruned (CjTensor *flags, gint64 from, gint64 to, gboolean pruned)
{
  gint64 n;
  guint8 *f = (guint8 *) flags->data + cjl_synapses_locate (&flags->shape, from, to, &n);

  for (gint64 i = 0; i < n; i++)
    f[i] = (guint8) (pruned ? f[i] | CJ_MASK_PRUNED : f[i] & ~CJ_MASK_PRUNED);
}

/* The brushes: the nearest synapse under the pointer goes, or comes back with weight 0. */
static void
brush (CjuSynapses *self, double x, double y)
{
  const gboolean prunes = self->tool == CJU_TOOL_PRUNE;
  g_autoptr (CjTensor) flags = NULL;
  g_autofree char *title = NULL;
  CjvSynapse *synapse;
  CjvSynapsePlot plot;

  if (!cju_synapses_place (self, &plot) || self->painted.pick.shown == NULL)
    return;
  synapse = (CjvSynapse *) cjv_synapses_find (&self->painted.pick, &plot.from, &plot.to,
                                              prunes ? CJV_SYNAPSE_KEPT : CJV_SYNAPSE_PRUNED, x, y,
                                              BRUSH);
  flags = synapse != NULL ? read_flags (self, self->param) : NULL;
  if (flags == NULL)
    return;
  set_pruned (flags, synapse->from, synapse->to, prunes);
  synapse->pruned = prunes; /* the brush goes on to the next */
  title = g_strdup_printf (prunes ? _ ("Prune %s") : _ ("Regrow %s"), self->node);
  put_flags (self, self->param, flags, title);
}

/* Cuts all synapses of a unit, and the bias of one that receives: it is silent from here on. Or lets them
 * grow again. */
static void
set_lesion (CjuSynapses *self, const CjvSynapsePlot *plot, gboolean to, gint64 unit, gboolean cut)
{
  g_autofree char *name = g_strconcat (self->node, ".bias", NULL), *words = NULL, *title = NULL;
  g_autoptr (CjTensor) flags = read_flags (self, self->param);
  g_autoptr (CjTensor) bias = to ? read_flags (self, name) : NULL;
  const gint64 n = to ? plot->all.n_from : plot->all.n_to;

  if (flags == NULL)
    return;
  for (gint64 i = 0; i < n; i++)
    set_pruned (flags, to ? i : unit, to ? unit : i, cut);
  words = cjv_synapse_plot_dup_name (plot, to, unit);
  title = g_strdup_printf (cut ? _ ("Lesion %s of %s") : _ ("Regrow %s of %s"), words,
                           to ? self->node : _ ("the senders"));
  put_flags (self, self->param, flags, title);
  if (bias != NULL && bias->shape.n_dims == 1 && unit < bias->shape.dims[0])
    {
      guint8 *f = (guint8 *) bias->data + unit;

      *f = (guint8) (cut ? *f | CJ_MASK_PRUNED : *f & ~CJ_MASK_PRUNED);
      put_flags (self, name, bias, title);
    }
}

/* Of a unit that was cut all grow again. */
static void
lesion (CjuSynapses *self, gboolean to, gint64 unit)
{
  gboolean cut = FALSE;
  CjvSynapsePlot plot;
  gint64 n;

  if (!cju_synapses_place (self, &plot))
    return;
  n = to ? plot.all.n_from : plot.all.n_to;
  for (gint64 i = 0; i < n; i++)
    cut = cut || plot.all.kept == NULL
          || plot.all.kept[to ? unit * plot.all.n_from + i : i * plot.all.n_from + unit] != 0;
  set_lesion (self, &plot, to, unit, cut);
}

/* Every unit under the drag goes. */
static void
brush_units (CjuSynapses *self, double x, double y)
{
  CjvSynapsePlot plot;
  gboolean to = FALSE;
  gint64 unit;

  if (!cju_synapses_place (self, &plot))
    return;
  unit = cjv_synapse_plot_find_unit (&plot, x, y, &to);
  if (unit < 0 || (unit == self->drag.unit && to == self->drag.to))
    return;
  self->drag.unit = unit;
  self->drag.to = to;
  set_lesion (self, &plot, to, unit, TRUE);
}

static void
on_drag_begin (GtkGestureDrag *drag, double x, double y, gpointer data)
{
  CjuSynapses *self = data;
  const CjvSynapse *synapse = NULL;
  CjvSynapsePlot plot;

  (void) drag;
  gtk_widget_grab_focus (GTK_WIDGET (self));
  self->drag.x = x - CJU_SYNAPSES_LEFT;
  self->drag.y = y - CJU_SYNAPSES_TOP;
  self->drag.from_at = self->view.from_at;
  self->drag.to_at = self->view.to_at;
  self->drag.moved = self->drag.holds = FALSE;
  self->drag.number++;
  self->drag.unit = -1;
  if (self->tool == CJU_TOOL_WEIGHT && cju_synapses_place (self, &plot)
      && self->painted.pick.shown != NULL)
    synapse = cjv_synapses_find (&self->painted.pick, &plot.from, &plot.to, CJV_SYNAPSE_ANY,
                                 self->drag.x, self->drag.y, REACH);
  if (synapse != NULL && !synapse->pruned)
    {
      self->drag.synapse = *synapse;
      self->drag.holds = TRUE;
    }
}

static void
on_drag_update (GtkGestureDrag *drag, double dx, double dy, gpointer data)
{
  CjuSynapses *self = data;
  CjvSynapseView view = self->view;
  CjvSynapsePlot plot;

  (void) drag;
  if (!self->drag.moved && hypot (dx, dy) < 4)
    return;
  self->drag.moved = TRUE;
  if (self->tool == CJU_TOOL_PRUNE || self->tool == CJU_TOOL_REGROW)
    brush (self, self->drag.x + dx, self->drag.y + dy);
  else if (self->tool == CJU_TOOL_LESION)
    brush_units (self, self->drag.x + dx, self->drag.y + dy);
  else if (self->drag.holds)
    drag_weight (self, dy);
  else if (cju_synapses_place (self, &plot))
    {
      view.from_at = self->drag.from_at - dy / plot.from.pitch;
      view.to_at = self->drag.to_at - dy / plot.to.pitch;
      set_view (self, view);
    }
}

static void
on_drag_end (GtkGestureDrag *drag, double dx, double dy, gpointer data)
{
  CjuSynapses *self = data;
  CjvSynapsePlot plot;
  gboolean to = FALSE;
  gint64 unit;

  (void) drag;
  (void) dx;
  (void) dy;
  if (self->drag.moved || !cju_synapses_place (self, &plot))
    return;
  unit = cjv_synapse_plot_find_unit (&plot, self->drag.x, self->drag.y, &to);
  if (unit >= 0 && self->tool == CJU_TOOL_LESION)
    lesion (self, to, unit);
  else if (unit < 0 && (self->tool == CJU_TOOL_PRUNE || self->tool == CJU_TOOL_REGROW))
    brush (self, self->drag.x, self->drag.y);
  else
    choose (self, to, unit);
}

static gboolean
on_scroll (GtkEventControllerScroll *scroll, double dx, double dy, gpointer data)
{
  CjuSynapses *self = data;
  const GdkModifierType state
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (scroll));

  (void) dx;
  if (state & GDK_SHIFT_MASK)
    pan (self, dy * 3);
  else if (dy != 0)
    zoom (self, dy < 0 ? ZOOM_STEP : 1 / ZOOM_STEP, self->y);
  return TRUE;
}

static void
on_motion (GtkEventControllerMotion *motion, double x, double y, gpointer data)
{
  CjuSynapses *self = data;

  (void) motion;
  self->x = x - CJU_SYNAPSES_LEFT;
  self->y = y - CJU_SYNAPSES_TOP;
}

void
cju_synapses_add_gestures (CjuSynapses *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *scroll
      = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_VERTICAL);

  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (on_drag_end), self);
  g_signal_connect (motion, "motion", G_CALLBACK (on_motion), self);
  g_signal_connect (scroll, "scroll", G_CALLBACK (on_scroll), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), scroll);
}

/* --- actions --- */

static void
view_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuSynapses *self = CJU_SYNAPSES (widget);
  const double middle = (gtk_widget_get_height (widget) - CJU_SYNAPSES_TOP) / 2.0;
  CjvSynapseView view;

  (void) parameter;
  if (g_str_equal (name, "synapses.leave"))
    g_signal_emit_by_name (self, "leave");
  else if (g_str_equal (name, "synapses.zoom-in"))
    zoom (self, ZOOM_STEP, middle);
  else if (g_str_equal (name, "synapses.zoom-out"))
    zoom (self, 1 / ZOOM_STEP, middle);
  else if (g_str_equal (name, "synapses.up"))
    pan (self, -3);
  else if (g_str_equal (name, "synapses.down"))
    pan (self, 3);
  else
    {
      cjv_synapse_view_init (&view);
      view.pitch = 0;
      set_view (self, view);
    }
}

/* The next unit of a column, its synapses alone; the view follows it. */
static void
unit_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuSynapses *self = CJU_SYNAPSES (widget);
  const int by = g_variant_get_int32 (parameter);
  CjvSynapseView view;
  CjvSynapsePlot plot;
  gboolean to;
  gint64 unit, n;

  (void) name;
  if (!cju_synapses_place (self, &plot))
    return;
  view = self->view;
  to = view.only_from < 0;
  if (ABS (by) > 1)
    to = !to;
  n = to ? plot.all.n_to : plot.all.n_from;
  unit = to ? view.only_to : view.only_from;
  if (ABS (by) == 1)
    unit = unit < 0 ? 0 : (unit + by + n) % n;
  else
    unit = 0;
  view.only_from = to ? -1 : unit;
  view.only_to = to ? unit : -1;
  if (unit < (to ? plot.to_begin : plot.from_begin)
      || unit >= (to ? plot.to_end : plot.from_end) - 1)
    *(to ? &view.to_at : &view.from_at) = (double) unit - 2;
  if (to)
    cju_document_choose_unit (self->document, self->node, unit, 0, 0);
  set_view (self, view);
  {
    g_autofree char *words = cjv_synapse_plot_print_unit (&plot, to, unit);

    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    words, -1);
  }
}

static const struct
{
  const char *icon, *name, *tip;
} tools[CJU_N_TOOLS] = {
  { "find-location-symbolic", N_ ("Select"),
    N_ ("Select: click a unit to see its synapses alone; drag to move (1)") },
  { "object-flip-vertical-symbolic", N_ ("Weight"),
    N_ ("Weight: drag a synapse up or down to make it stronger or weaker (2)") },
  { "edit-cut-symbolic", N_ ("Prune"),
    N_ ("Prune: brush over synapses to cut them; what is cut stays 0 while the network learns "
        "(3)") },
  { "list-add-symbolic", N_ ("Regrow"),
    N_ ("Regrow: brush over dotted synapses to let them grow again, from 0 (4)") },
  { "action-unavailable-symbolic", N_ ("Lesion"),
    N_ ("Lesion: click a unit to cut all its synapses, and again to let them grow; drag over "
        "several to cut all of them (5)") },
};

static void
tool_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuSynapses *self = CJU_SYNAPSES (widget);
  const int tool = g_variant_get_int32 (parameter);

  (void) name;
  if (tool >= 0 && tool < CJU_N_TOOLS)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->buttons[tool]), TRUE);
}

/* By key: the unit whose synapses alone are shown. */
static void
lesion_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuSynapses *self = CJU_SYNAPSES (widget);

  (void) name;
  (void) parameter;
  self->drag.number++;
  if (self->view.only_to >= 0)
    lesion (self, TRUE, self->view.only_to);
  else if (self->view.only_from >= 0)
    lesion (self, FALSE, self->view.only_from);
  else
    g_signal_emit_by_name (self, "message", _ ("Choose a unit first, with the arrow keys."));
}

/* What the network gets right as more and more units of the layer fall silent. */
static void
dose_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuSynapses *self = CJU_SYNAPSES (widget);

  (void) name;
  (void) parameter;
  cju_document_select (self->document, self->node);
  gtk_widget_activate_action (widget, "win.measure-lesions", NULL);
}

void
cju_synapses_install_tools (GtkWidgetClass *widget)
{
  static const struct
  {
    guint key;
    const char *action;
  } keys[] = { { GDK_KEY_BackSpace, "synapses.leave" }, { GDK_KEY_Escape, "synapses.leave" },
               { GDK_KEY_plus, "synapses.zoom-in" },    { GDK_KEY_minus, "synapses.zoom-out" },
               { GDK_KEY_Home, "synapses.fit" },        { GDK_KEY_Page_Up, "synapses.up" },
               { GDK_KEY_Page_Down, "synapses.down" } };
  static const struct
  {
    guint key;
    int by;
  } arrows[]
      = { { GDK_KEY_Up, -1 }, { GDK_KEY_Down, 1 }, { GDK_KEY_Left, -2 }, { GDK_KEY_Right, 2 } };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      gtk_widget_class_install_action (widget, keys[i].action, NULL, view_action);
      gtk_widget_class_add_binding_action (widget, keys[i].key, 0, keys[i].action, NULL);
    }
  gtk_widget_class_add_binding_action (widget, GDK_KEY_plus, GDK_CONTROL_MASK, "synapses.zoom-in",
                                       NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_minus, GDK_CONTROL_MASK, "synapses.zoom-out",
                                       NULL);
  gtk_widget_class_install_action (widget, "synapses.unit", "i", unit_action);
  gtk_widget_class_install_action (widget, "synapses.tool", "i", tool_action);
  gtk_widget_class_install_action (widget, "synapses.lesion", NULL, lesion_action);
  gtk_widget_class_install_action (widget, "synapses.dose", NULL, dose_action);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_Delete, 0, "synapses.lesion", NULL);
  for (int i = 0; i < CJU_N_TOOLS; i++)
    gtk_widget_class_add_binding_action (widget, GDK_KEY_1 + (guint) i, 0, "synapses.tool", "i", i);
  for (guint i = 0; i < G_N_ELEMENTS (arrows); i++)
    gtk_widget_class_add_binding_action (widget, arrows[i].key, 0, "synapses.unit", "i",
                                         arrows[i].by);
}

static void
on_tool (GtkToggleButton *button, gpointer data)
{
  CjuSynapses *self = data;

  for (int i = 0; i < CJU_N_TOOLS; i++)
    if (self->buttons[i] == GTK_WIDGET (button) && gtk_toggle_button_get_active (button))
      self->tool = (CjuTool) i;
}

GtkWidget *
cju_synapses_new_bar (CjuSynapses *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *dose = gtk_button_new_from_icon_name ("utilities-system-monitor-symbolic");

  for (int i = 0; i < CJU_N_TOOLS; i++)
    {
      GtkWidget *button = gtk_toggle_button_new ();

      gtk_button_set_icon_name (GTK_BUTTON (button), tools[i].icon);
      gtk_widget_add_css_class (button, "flat");
      cju_access_tip (button, _ (tools[i].tip));
      cju_access_name (button, _ (tools[i].name));
      if (i > 0)
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button),
                                     GTK_TOGGLE_BUTTON (self->buttons[0]));
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), i == 0);
      g_signal_connect (button, "toggled", G_CALLBACK (on_tool), self);
      self->buttons[i] = button;
      gtk_box_append (GTK_BOX (box), button);
    }
  gtk_widget_add_css_class (dose, "flat");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (dose), "synapses.dose");
  cju_access_tip (dose, _ ("Dose and response: what the network gets right as more and more units "
                           "of this layer are lesioned"));
  cju_access_name (dose, _ ("Dose and response"));
  gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (box), dose);
  gtk_widget_add_css_class (box, "trail");
  return box;
}
