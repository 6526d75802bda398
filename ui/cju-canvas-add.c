/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Adding layers: the quick-add entry with its list of layers that match, and drops from the palette. */
#include "cju-canvas-private.h"

#include "cjl-arrange.h"
#include "cjl-fit.h"
#include "cju-picture.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_FOUND 7

/* Where a card whose first port is at a point of the widget stands in the world. */
static void
find_place (CjuCanvas *self, double x, double y, double *left, double *top)
{
  *left = round ((x - self->x) / self->zoom - CJU_CARD_WIDTH / 2.0);
  *top = round ((y - self->y) / self->zoom - CJU_CARD_PORT_Y);
}

static gboolean
is_taken (CjuCanvas *self, double x, double y)
{
  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      const CjlCard *card = cjl_scene_get (self->scene, i);

      if (fabs (cjl_card_get_x (card) - x) < CJU_CARD_WIDTH
          && fabs (cjl_card_get_y (card) - y) < CJL_CARD_STEP_Y - 1)
        return TRUE;
    }
  return FALSE;
}

/* What a new chain is wired to, and where it begins: what quick add was opened for, else the selected
 * card, else nothing and the pointer. */
static CjWire
find_start (CjuCanvas *self, double *x, double *y)
{
  const CjlCard *card = cju_canvas_get_selected (self);
  CjWire from = self->quick_from;

  find_place (self, self->pointer_x, self->pointer_y, x, y);
  if (from.node != NULL)
    return from;
  if (card == NULL && self->scene->cards->len == 1) /* the input of an empty canvas comes first */
    card = cjl_scene_get (self->scene, 0);
  if (card == NULL || card->out->len == 0)
    return (CjWire){ NULL, 0 };
  *x = cjl_card_get_x (card) + CJL_CARD_STEP_X;
  *y = cjl_card_get_y (card);
  while (is_taken (self, *x, *y)) /* below what stands there */
    *y += CJL_CARD_STEP_Y;
  return g_array_index (card->out, CjWire, 0);
}

/* The block of one's own in a file, added; NULL and the reason. */
static CjBlock *
add_own (CjuCanvas *self, const char *path, CjWire from, double x, double y, GError **error)
{
  g_autoptr (GPtrArray) all = cjl_blocks_list ();

  for (guint i = 0; i < all->len; i++)
    if (g_str_equal (((const CjlOwnBlock *) all->pdata[i])->path, path))
      return cjl_blocks_add (cju_canvas_get_graph (self), all->pdata[i],
                             cju_canvas_get_level (self), from, x, y, error);
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT, _ ("%s: the block is gone."), path);
  return NULL;
}

gboolean
cju_canvas_add (CjuCanvas *self, const char *chain)
{
  CjlProject *project = cju_document_get_project (self->document);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  double x, y;
  CjWire from;

  cju_canvas_end_glide (self);
  from = find_start (self, &x, &y);
  cjl_project_begin (project);
  if (g_str_has_prefix (chain, CJU_CANVAS_BLOCK_PREFIX))
    {
      const CjBlock *block
          = add_own (self, chain + strlen (CJU_CANVAS_BLOCK_PREFIX), from, x, y, &error);

      id = block != NULL ? g_strdup (block->id) : NULL;
    }
  else
    id = cjl_blocks_add_chain (project->graph, chain, cju_canvas_get_level (self), from, x, y,
                               &error);
  cjl_project_commit (project, _ ("Add layers"), NULL);
  if (id == NULL)
    {
      cju_canvas_say (self, error->message);
      return FALSE;
    }
  cju_document_select (self->document, id);
  cju_canvas_reveal (self, id);
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

static void
add_row (CjuCanvas *self, const char *name, const char *title, const char *blurb)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *first = gtk_label_new (title), *second = gtk_label_new (blurb);

  gtk_label_set_xalign (GTK_LABEL (first), 0);
  gtk_label_set_xalign (GTK_LABEL (second), 0);
  gtk_label_set_ellipsize (GTK_LABEL (second), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (second), 44);
  gtk_widget_add_css_class (second, "dim-label");
  gtk_widget_add_css_class (second, "caption");
  gtk_box_append (GTK_BOX (box), first);
  gtk_box_append (GTK_BOX (box), second);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data_full (G_OBJECT (row), "name", g_strdup (name), g_free);
  gtk_list_box_append (GTK_LIST_BOX (self->found), row);
}

/* What the network takes behind the output that a wire was drawn from; NULL: quick add is for anything. */
static CjlFit *
make_fit (CjuCanvas *self, CjDataSpec *spec)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  const CjLowered *lowered = dataset != NULL ? cju_document_get_lowered (self->document) : NULL;

  if (lowered != NULL)
    *spec = cjl_data_spec (dataset, 1);
  return self->quick_from.node != NULL
             ? cjl_fit_new (cju_canvas_get_graph (self), lowered, spec, self->quick_from)
             : NULL;
}

/* The layers that match best, best first; with no word yet, those that fit the wire. */
static guint
add_layers (CjuCanvas *self, const char *word, CjlFit *fit)
{
  guint n = 0;

  for (int quality = CJ_LAYER_MATCH_ID; quality >= 0; quality--)
    for (const CjLayerInfo *const *layer = cj_layers (); *layer != NULL && n < MAX_FOUND; layer++)
      {
        const int match = *word != '\0' ? (int) cj_layer_match (*layer, word) : 0;

        if (match != quality || (match == 0 && (*word != '\0' || fit == NULL))
            || (fit != NULL && !cjl_fit_layer (fit, *layer, NULL)))
          continue;
        add_row (self, (*layer)->id, _ ((*layer)->title), _ ((*layer)->blurb));
        n++;
      }
  return n;
}

/* Blocks of one's own whose title has the word in it. */
static guint
add_blocks (CjuCanvas *self, const char *word)
{
  g_autofree char *needle = g_utf8_casefold (word, -1);
  guint n = 0;

  for (guint i = 0; i < self->own->len && *word != '\0'; i++)
    {
      const CjlOwnBlock *own = self->own->pdata[i];
      g_autofree char *title = g_utf8_casefold (own->title, -1);

      if (own->part == NULL || strstr (title, needle) == NULL || n == MAX_FOUND)
        continue;
      add_row (self, own->title, own->title, _ ("A block of your own"));
      n++;
    }
  return n;
}

static void
update_found (CjuCanvas *self)
{
  g_autofree char *word = dup_word (self);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  CjDataSpec spec = { 0 };
  CjlFit *fit = strchr (text, ',') == NULL ? make_fit (self, &spec) : NULL;
  GtkWidget *row;
  guint n;

  while ((row = gtk_widget_get_first_child (self->found)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->found), row);
  n = add_blocks (self, word);
  n += add_layers (self, word, fit);
  if (*word != '\0')
    gtk_list_box_select_row (GTK_LIST_BOX (self->found),
                             gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->found), 0));
  gtk_widget_set_visible (self->found, n > 0);
  g_clear_pointer (&fit, cjl_fit_free);
}

/* The text with the word that names the last layer replaced by what was chosen. */
static char *
complete (CjuCanvas *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->found));
  const char *name = row != NULL ? g_object_get_data (G_OBJECT (row), "name") : NULL;
  g_autofree char *word = dup_word (self);
  const char *comma = strrchr (text, ','), *at;

  if (name == NULL)
    return g_strdup (text);
  if (word[0] == '\0')
    return g_strconcat (text, name, NULL);
  at = strstr (comma != NULL ? comma : text, word);
  return g_strdup_printf ("%.*s%s%s", (int) (at - text), text, name, at + strlen (word));
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
on_closed (CjuCanvas *self)
{
  self->quick_from = (CjWire){ NULL, 0 };
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
  g_signal_connect_swapped (self->popover, "closed", G_CALLBACK (on_closed), self);
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
  g_clear_pointer (&self->own, g_ptr_array_unref);
  self->own = cjl_blocks_list ();
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  update_found (self);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), &at);
  gtk_popover_popup (GTK_POPOVER (self->popover));
  gtk_widget_grab_focus (self->entry);
}

void
cju_canvas_quick_add_after (CjuCanvas *self, CjWire from)
{
  self->quick_from = from;
  cju_canvas_quick_add (self);
}

/* --- drops --- */

/* The id of the card of what was dropped; NULL and why not. */
static char *
add_dropped (CjuCanvas *self, const char *text, double x, double y, GError **error)
{
  CjGraph *graph = cju_canvas_get_graph (self);
  const char *level = cju_canvas_get_level (self);
  CjNode *node;

  if (g_str_has_prefix (text, CJU_CANVAS_BLOCK_PREFIX))
    {
      const CjBlock *block = add_own (self, text + strlen (CJU_CANVAS_BLOCK_PREFIX),
                                      (CjWire){ NULL, 0 }, x, y, error);

      return block != NULL ? g_strdup (block->id) : NULL;
    }
  node = cj_graph_add (graph, cj_layer_find (text + strlen (CJU_CANVAS_DRAG_PREFIX)), NULL, error);
  if (node == NULL)
    return NULL;
  cj_graph_put_node (graph, node, level);
  cj_graph_move (graph, node, x, y);
  return g_strdup (node->id);
}

/* A layer or block from the palette: onto a wire, else where it falls. */
static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, gpointer data)
{
  CjuCanvas *self = data;
  CjlProject *project = cju_document_get_project (self->document);
  const char *text = g_value_get_string (value);
  const CjlLine *line;
  g_autofree char *id = NULL;
  g_autoptr (GError) error = NULL;
  double left, top;

  (void) target;
  cju_canvas_end_glide (self);
  line = cju_canvas_find_wire (self, x, y);
  if (!g_str_has_prefix (text, CJU_CANVAS_BLOCK_PREFIX)
      && (!g_str_has_prefix (text, CJU_CANVAS_DRAG_PREFIX)
          || cj_layer_find (text + strlen (CJU_CANVAS_DRAG_PREFIX)) == NULL))
    return FALSE;
  find_place (self, x, y, &left, &top);
  cjl_project_begin (project);
  id = add_dropped (self, text, left, top, &error);
  if (id != NULL && line != NULL)
    {
      g_autoptr (CjlScene) scene = cjl_scene_new (project->graph, cju_canvas_get_level (self));

      cjl_arrange_insert (project->graph, cjl_scene_find (scene, id), line->to, line->port, NULL);
    }
  cjl_project_commit (project, _ ("Add layer"), NULL);
  if (id == NULL)
    {
      cju_canvas_say (self, error->message);
      return TRUE;
    }
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
