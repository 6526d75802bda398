/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adding layers: the quick-add entry with its list of layers that match, and drops from the palette. */
#include "cju-canvas-private.h"

#include "cjl-arrange.h"
#include "cju-picture.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_FOUND 7

/* Moves nodes so that the first stands at a point of the widget. */
static void
place_at (CjuCanvas *self, CjNode *node, double x, double y)
{
  cj_graph_move (cju_canvas_get_graph (self), node,
                 round ((x - self->x) / self->zoom - CJU_CARD_WIDTH / 2.0),
                 round ((y - self->y) / self->zoom - CJU_CARD_PORT_Y));
}

gboolean
cju_canvas_add (CjuCanvas *self, const char *chain)
{
  CjlProject *project = cju_document_get_project (self->document);
  CjNode *selected = cju_document_get_selected (self->document), *last;
  g_autoptr (GError) error = NULL;
  const guint before = project->graph->nodes->len;
  g_autofree char *id = NULL;

  if (selected == NULL && before == 1) /* the input on an empty canvas is what comes first */
    selected = project->graph->nodes->pdata[0];
  if (selected != NULL && selected->layer->role == CJ_ROLE_LOSS)
    selected = NULL;
  cjl_project_begin (project);
  last = cj_graph_add_chain (project->graph, selected, chain, &error);
  if (last != NULL && selected == NULL && project->graph->nodes->len == before + 1)
    place_at (self, last, self->pointer_x, self->pointer_y);
  id = last != NULL ? g_strdup (last->id) : NULL;
  cjl_project_commit (project, _ ("Add layers"), NULL);
  if (id == NULL)
    {
      cju_canvas_say (self, error->message);
      return FALSE;
    }
  cju_document_select (self->document, id);
  return TRUE;
}

/* --- quick add --- */

/* The first word of the last link that is being typed. */
static char *
dup_word (CjuCanvas *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  const char *comma = strrchr (text, ',');
  g_autofree char *link = g_strstrip (g_strdup (comma != NULL ? comma + 1 : text));
  g_auto (GStrv) words = g_strsplit (link, " ", 2);

  return g_strdup (words[0] != NULL ? words[0] : "");
}

static const CjLayerInfo *
get_row_layer (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), "layer");
}

static void
add_row (CjuCanvas *self, const CjLayerInfo *layer)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *title = gtk_label_new (_ (layer->title)), *blurb = gtk_label_new (_ (layer->blurb));

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_xalign (GTK_LABEL (blurb), 0);
  gtk_label_set_ellipsize (GTK_LABEL (blurb), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (blurb), 44);
  gtk_widget_add_css_class (blurb, "dim-label");
  gtk_widget_add_css_class (blurb, "caption");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), blurb);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data (G_OBJECT (row), "layer", (gpointer) layer);
  gtk_list_box_append (GTK_LIST_BOX (self->found), row);
}

/* The layers that match best, best first. */
static void
update_found (CjuCanvas *self)
{
  g_autofree char *word = dup_word (self);
  GtkWidget *row;
  guint n = 0;

  while ((row = gtk_widget_get_first_child (self->found)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->found), row);
  for (guint quality = CJ_LAYER_MATCH_ID; quality > 0 && word[0] != '\0'; quality--)
    for (const CjLayerInfo *const *layer = cj_layers (); *layer != NULL && n < MAX_FOUND; layer++)
      if (cj_layer_match (*layer, word) == quality)
        {
          add_row (self, *layer);
          n++;
        }
  gtk_list_box_select_row (GTK_LIST_BOX (self->found),
                           gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->found), 0));
  gtk_widget_set_visible (self->found, n > 0);
}

/* The text with the word that names the last layer replaced by the chosen layer's id. */
static char *
complete (CjuCanvas *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->found));
  g_autofree char *word = dup_word (self);
  const char *comma = strrchr (text, ','), *at;

  if (row == NULL || word[0] == '\0')
    return g_strdup (text);
  at = strstr (comma != NULL ? comma : text, word);
  return g_strdup_printf ("%.*s%s%s", (int) (at - text), text, get_row_layer (row)->id,
                          at + strlen (word));
}

static void
on_entry (CjuCanvas *self)
{
  g_autofree char *text = complete (self);

  if (text[0] != '\0' && cju_canvas_add (self, text))
    gtk_popover_popdown (GTK_POPOVER (self->popover));
}

static void
on_row (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  gtk_list_box_select_row (list, row);
  on_entry (data);
}

static gboolean
on_entry_key (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
              gpointer data)
{
  CjuCanvas *self = data;
  GtkListBox *list = GTK_LIST_BOX (self->found);
  GtkListBoxRow *row = gtk_list_box_get_selected_row (list);
  const int at = row != NULL ? gtk_list_box_row_get_index (row) : -1;

  (void) controller;
  (void) code;
  (void) state;
  if (key != GDK_KEY_Down && key != GDK_KEY_Up)
    return FALSE;
  row = gtk_list_box_get_row_at_index (list, MAX (at + (key == GDK_KEY_Down ? 1 : -1), 0));
  if (row != NULL)
    gtk_list_box_select_row (list, row);
  return TRUE;
}

static void
make_popover (CjuCanvas *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkEventController *key = gtk_event_controller_key_new ();

  self->popover = gtk_popover_new ();
  self->entry = gtk_entry_new ();
  self->found = gtk_list_box_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), "conv 6 5, relu, pool, dense 120");
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), 38);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Layers to add"), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->found), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Layers that match"), -1);
  gtk_widget_add_css_class (self->found, "navigation-sidebar");
  gtk_widget_set_focusable (self->found, FALSE);
  gtk_box_append (GTK_BOX (box), self->entry);
  gtk_box_append (GTK_BOX (box), self->found);
  gtk_popover_set_child (GTK_POPOVER (self->popover), box);
  gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_entry_key), self);
  gtk_widget_add_controller (self->entry, key);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (on_entry), self);
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (update_found), self);
  g_signal_connect (self->found, "row-activated", G_CALLBACK (on_row), self);
}

void
cju_canvas_quick_add (CjuCanvas *self)
{
  const int width = gtk_widget_get_width (GTK_WIDGET (self));
  const int height = gtk_widget_get_height (GTK_WIDGET (self));
  const GdkRectangle at
      = { CLAMP ((int) self->pointer_x, 0, width), CLAMP ((int) self->pointer_y, 0, height), 1, 1 };

  if (self->popover == NULL)
    make_popover (self);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  update_found (self);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &at);
  gtk_popover_popup (GTK_POPOVER (self->popover));
  gtk_widget_grab_focus (self->entry);
}

/* --- drops --- */

/* A layer from the palette: onto a wire, else where it falls. */
static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, gpointer data)
{
  CjuCanvas *self = data;
  CjlProject *project = cju_document_get_project (self->document);
  const char *text = g_value_get_string (value);
  const CjLayerInfo *layer = g_str_has_prefix (text, CJU_CANVAS_DRAG_PREFIX)
                                 ? cj_layer_find (text + strlen (CJU_CANVAS_DRAG_PREFIX))
                                 : NULL;
  guint port = 0;
  CjNode *to, *node;
  g_autofree char *id = NULL;

  (void) target;
  if (layer == NULL)
    return FALSE;
  to = cju_canvas_find_wire (self, x, y, &port);
  cjl_project_begin (project);
  node = cj_graph_add (project->graph, layer, NULL, NULL);
  place_at (self, node, x, y);
  if (to != NULL)
    cjl_arrange_insert (project->graph, node, to, port, NULL);
  id = g_strdup (node->id);
  cjl_project_commit (project, _ ("Add layer"), NULL);
  cju_document_select (self->document, id);
  gtk_widget_grab_focus (GTK_WIDGET (self));
  return TRUE;
}

/* Files can come as text as well; they are for the window. */
static gboolean
on_accept (GtkDropTarget *target, GdkDrop *drop, gpointer data)
{
  const GdkContentFormats *formats = gdk_drop_get_formats (drop);

  (void) target;
  (void) data;
  return !gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST)
         && !gdk_content_formats_contain_mime_type (formats, "text/uri-list")
         && (gdk_content_formats_contain_gtype (formats, G_TYPE_STRING)
             || gdk_content_formats_contain_mime_type (formats, "text/plain;charset=utf-8"));
}

void
cju_canvas_add_drops (CjuCanvas *self)
{
  GtkDropTarget *target = gtk_drop_target_new (G_TYPE_STRING, GDK_ACTION_COPY);

  g_signal_connect (target, "accept", G_CALLBACK (on_accept), self);
  g_signal_connect (target, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
