/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Actions on the selected cards: each is a key, an entry of the context menu and an action. */
#include "cju-canvas-private.h"

#include "cjl-arrange.h"
#include "cju-intake.h"
#include "cju-transfer.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define NUDGE 10

static const char *const *
get_ids (CjuCanvas *self)
{
  return cju_document_get_selection (self->document);
}

static void
delete_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  CjlProject *project = cju_document_get_project (self->document);
  g_auto (GStrv) ids = g_strdupv ((char **) get_ids (self));
  g_autofree char *title = ids[0] != NULL && ids[1] == NULL
                               ? g_strdup_printf (_ ("Delete %s"), ids[0])
                               : g_strdup (_ ("Delete layers"));

  (void) name;
  (void) parameter;
  if (ids[0] == NULL)
    return;
  cjl_project_begin (project);
  cjl_arrange_remove (project->graph, (const char *const *) ids);
  cjl_project_commit (project, title, NULL);
  gtk_widget_grab_focus (widget);
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  g_autofree char *text = NULL;

  if (get_ids (self)[0] == NULL)
    return;
  text = cjl_arrange_copy (cju_canvas_get_graph (self), get_ids (self));
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  if (g_str_equal (name, "canvas.cut"))
    delete_action (widget, name, parameter);
}

static void
paste (CjuCanvas *self, const char *text, const char *title)
{
  CjlProject *project = cju_document_get_project (self->document);
  g_auto (GStrv) ids = NULL;
  g_autoptr (GError) error = NULL;

  cjl_project_begin (project);
  ids = cjl_arrange_paste (project->graph, text, cju_canvas_get_level (self), CJU_CANVAS_GRID,
                           CJU_CARD_PORT_Y * 2, &error);
  cjl_project_commit (project, title, NULL);
  if (ids != NULL)
    cju_document_select_all (self->document, (const char *const *) ids);
  else
    cju_canvas_say (self, error->message);
}

static void
duplicate_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  g_autofree char *text = NULL;

  (void) name;
  (void) parameter;
  if (get_ids (self)[0] == NULL)
    return;
  text = cjl_arrange_copy (cju_canvas_get_graph (self), get_ids (self));
  paste (self, text, _ ("Duplicate"));
}

static void
on_text (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (CjuCanvas) self = data;
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (object), result, NULL);

  if (self->document != NULL)
    paste (self, text != NULL ? text : "", _ ("Paste"));
}

static void
paste_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GdkClipboard *clipboard = gtk_widget_get_clipboard (widget);

  (void) name;
  (void) parameter;
  if (cju_intake_has_picture (clipboard))
    gtk_widget_activate_action (widget, "win.paste-picture", NULL);
  else
    gdk_clipboard_read_text_async (clipboard, NULL, on_text, g_object_ref (widget));
}

static void
select_all_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  (void) name;
  (void) parameter;
  for (guint i = 0; i < self->scene->cards->len; i++)
    g_ptr_array_add (ids, (char *) cjl_scene_get (self->scene, i)->id);
  g_ptr_array_add (ids, NULL);
  cju_document_select_all (self->document, (const char *const *) ids->pdata);
}

/* All selected cards take the state that the last one does not have. */
static void
flag_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  CjlProject *project = cju_document_get_project (self->document);
  g_autoptr (GPtrArray) nodes = cjl_arrange_find_nodes (project->graph, get_ids (self));
  const CjlCard *card = cju_canvas_get_selected (self);
  const CjNode *last = card != NULL     ? card->last
                       : nodes->len > 0 ? nodes->pdata[nodes->len - 1]
                                        : NULL;
  const gboolean mute = g_str_equal (name, "canvas.mute");
  const gboolean lesion = g_str_equal (name, "canvas.lesion");
  gboolean on;

  (void) parameter;
  if (last == NULL)
    return;
  on = mute ? !last->muted : lesion ? !last->lesioned : !last->frozen;
  cjl_project_begin (project);
  for (guint i = 0; i < nodes->len; i++)
    {
      CjNode *node = nodes->pdata[i];

      if (mute)
        cj_graph_set_muted (project->graph, node, on);
      else if (lesion)
        cj_graph_set_lesioned (project->graph, node, on && node->layer->role == CJ_ROLE_LAYER);
      else
        cj_graph_set_frozen (project->graph, node, on);
    }
  cjl_project_commit (project,
                      mute     ? _ ("Mute")
                      : lesion ? (on ? _ ("Lesion layers") : _ ("Restore layers"))
                               : _ ("Freeze"),
                      NULL);
}

/* The card chosen last and all before it; again: nothing. */
static void
freeze_up_to_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  const CjlCard *card = cju_canvas_get_selected (self);

  (void) name;
  (void) parameter;
  if (card != NULL && card->last != NULL)
    cju_transfer_freeze_up_to (self->document, card->last->id);
}

static void
nudge_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  CjlProject *project = cju_document_get_project (self->document);
  int dx, dy;

  (void) name;
  g_variant_get (parameter, "(ii)", &dx, &dy);
  cjl_project_begin (project);
  for (guint i = 0; get_ids (self)[i] != NULL; i++)
    {
      double x, y;

      if (cjl_arrange_get_place (project->graph, get_ids (self)[i], &x, &y))
        cjl_arrange_move (project->graph, get_ids (self)[i], x + dx, y + dy);
    }
  cjl_project_commit (project, _ ("Move cards"), "nudge");
}

static void
arrange_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  static const char *const kinds[] = { "left", "top", "across", "down" }; /* as CjlAlign */
  CjuCanvas *self = CJU_CANVAS (widget);
  CjlProject *project = cju_document_get_project (self->document);

  cju_canvas_keep_glide (self);
  cjl_project_begin (project);
  if (g_str_equal (name, "canvas.layout"))
    cjl_arrange_layers (project->graph, cju_canvas_get_level (self));
  for (guint i = 0; i < G_N_ELEMENTS (kinds) && parameter != NULL; i++)
    if (g_str_equal (g_variant_get_string (parameter, NULL), kinds[i]))
      cjl_arrange_align (project->graph, get_ids (self), (CjlAlign) i);
  cjl_project_commit (project, _ ("Arrange cards"), NULL);
  if (g_str_equal (name, "canvas.layout"))
    cju_canvas_fit (self);
  cju_canvas_glide (self);
}

const CjlCard *
cju_canvas_get_first (CjuCanvas *self)
{
  const CjlCard *first = NULL;

  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      const CjlCard *card = cjl_scene_get (self->scene, i);

      if (first == NULL
          || cjl_card_get_x (card) + cjl_card_get_y (card)
                 < cjl_card_get_x (first) + cjl_card_get_y (first))
        first = card;
    }
  return first;
}

/* The card nearest in a direction from the one selected last, or the first; NULL: there is none. */
static const CjlCard *
find_next (CjuCanvas *self, int dx, int dy)
{
  const CjlCard *from = cju_canvas_get_selected (self), *best = NULL;
  double least = INFINITY;

  if (from == NULL)
    return cju_canvas_get_first (self);
  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      const CjlCard *card = cjl_scene_get (self->scene, i);
      const double right = cjl_card_get_x (card) - cjl_card_get_x (from);
      const double down = cjl_card_get_y (card) - cjl_card_get_y (from);
      const double along = dx * right + dy * down;
      const double aside = fabs (dy * right) + fabs (dx * down);

      if (card != from && along > 1 && along + 2 * aside < least)
        {
          least = along + 2 * aside;
          best = card;
        }
    }
  return best;
}

/* The next card takes the focus, and with Shift is selected besides the others; while a wire is drawn, the
 * next place for it is chosen. */
static void
focus_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  const CjlCard *next;
  int dx, dy;

  g_variant_get (parameter, "(ii)", &dx, &dy);
  if (cju_canvas_wire_key (self, dx + dy))
    return;
  next = find_next (self, dx, dy);
  if (next == NULL)
    return;
  if (g_str_equal (name, "canvas.extend"))
    {
      if (cju_document_is_selected (self->document, next->id))
        cju_document_toggle (self->document, next->id);
      cju_document_toggle (self->document, next->id); /* is the last now */
      gtk_widget_grab_focus (g_hash_table_lookup (self->cards, next->id));
    }
  else
    {
      gtk_widget_grab_focus (g_hash_table_lookup (self->cards, next->id));
      cju_document_select (self->document, next->id);
    }
  cju_canvas_reveal (self, next->id);
}

static void
menu_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  const CjlCard *card = cju_canvas_get_selected (self);
  const double x = card != NULL
                       ? self->x + self->zoom * (cjl_card_get_x (card) + CJU_CARD_WIDTH / 2.0)
                       : gtk_widget_get_width (widget) / 2.0;
  const double y = card != NULL ? self->y + self->zoom * (cjl_card_get_y (card) + CJU_CARD_PORT_Y)
                                : gtk_widget_get_height (widget) / 2.0;

  (void) name;
  (void) parameter;
  cju_canvas_show_menu (self, x, y);
}

static void
deselect_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);

  (void) name;
  (void) parameter;
  if (self->drag == CJU_DRAG_WIRE)
    {
      cju_canvas_end_wire (self);
      return;
    }
  cju_document_select (self->document, NULL);
  gtk_widget_grab_focus (widget);
}

void
cju_canvas_install_edits (GtkWidgetClass *widget)
{
  static const struct
  {
    const char *name, *type;
    GtkWidgetActionActivateFunc run;
    guint key;
    GdkModifierType state;
  } actions[] = {
    { "canvas.delete", NULL, delete_action, GDK_KEY_Delete, 0 },
    { "canvas.cut", NULL, copy_action, GDK_KEY_x, GDK_CONTROL_MASK },
    { "canvas.copy", NULL, copy_action, GDK_KEY_c, GDK_CONTROL_MASK },
    { "canvas.paste", NULL, paste_action, GDK_KEY_v, GDK_CONTROL_MASK },
    { "canvas.duplicate", NULL, duplicate_action, GDK_KEY_d, GDK_CONTROL_MASK },
    { "canvas.select-all", NULL, select_all_action, GDK_KEY_a, GDK_CONTROL_MASK },
    { "canvas.deselect", NULL, deselect_action, GDK_KEY_Escape, 0 },
    { "canvas.mute", NULL, flag_action, GDK_KEY_m, 0 },
    { "canvas.freeze", NULL, flag_action, GDK_KEY_f, 0 },
    { "canvas.freeze-up-to", NULL, freeze_up_to_action, GDK_KEY_F, GDK_SHIFT_MASK },
    { "canvas.lesion", NULL, flag_action, GDK_KEY_l, 0 },
    { "canvas.layout", NULL, arrange_action, GDK_KEY_L, GDK_CONTROL_MASK | GDK_SHIFT_MASK },
    { "canvas.align", "s", arrange_action, 0, 0 },
    { "canvas.menu", NULL, menu_action, GDK_KEY_F10, GDK_SHIFT_MASK },
    { "canvas.menu", NULL, menu_action, GDK_KEY_Menu, 0 },
    { "canvas.nudge", "(ii)", nudge_action, 0, 0 },
    { "canvas.focus", "(ii)", focus_action, 0, 0 },
    { "canvas.extend", "(ii)", focus_action, 0, 0 },
  };
  static const struct
  {
    guint key;
    int dx, dy;
  } arrows[] = {
    { GDK_KEY_Left, -1, 0 }, { GDK_KEY_Right, 1, 0 }, { GDK_KEY_Up, 0, -1 }, { GDK_KEY_Down, 0, 1 }
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      gtk_widget_class_install_action (widget, actions[i].name, actions[i].type, actions[i].run);
      if (actions[i].key != 0)
        gtk_widget_class_add_binding_action (widget, actions[i].key, actions[i].state,
                                             actions[i].name, NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (arrows); i++)
    {
      gtk_widget_class_add_binding_action (widget, arrows[i].key, 0, "canvas.focus", "(ii)",
                                           arrows[i].dx, arrows[i].dy);
      gtk_widget_class_add_binding_action (widget, arrows[i].key, GDK_SHIFT_MASK, "canvas.extend",
                                           "(ii)", arrows[i].dx, arrows[i].dy);
      gtk_widget_class_add_binding_action (widget, arrows[i].key, GDK_CONTROL_MASK, "canvas.nudge",
                                           "(ii)", NUDGE * arrows[i].dx, NUDGE * arrows[i].dy);
    }
}
