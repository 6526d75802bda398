/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blocks: grouping, going inside and out, names, and keeping them for other networks. */
#include "cju-canvas-private.h"

#include "cjl-arrange.h"

#include <glib/gi18n-lib.h>

const CjlCard *
cju_canvas_get_selected (CjuCanvas *self)
{
  const char *const *ids = cju_document_get_selection (self->document);
  const guint n = g_strv_length ((char **) ids);

  return n > 0 ? cjl_scene_find (self->scene, ids[n - 1]) : NULL;
}

const char *
cju_canvas_get_level (CjuCanvas *self)
{
  return self->path->len > 0 ? self->path->pdata[self->path->len - 1] : NULL;
}

static const char *
get_key (CjuCanvas *self)
{
  const char *level = cju_canvas_get_level (self);

  return level != NULL ? level : "";
}

static void
keep_view (CjuCanvas *self)
{
  const CjuCamera view = { self->zoom, self->x, self->y };

  if (self->fitted)
    g_hash_table_replace (self->views, g_strdup (get_key (self)), g_memdup2 (&view, sizeof view));
}

/* Where the level was left, or all of it. */
static void
bring_view (CjuCanvas *self)
{
  const CjuCamera *view = g_hash_table_lookup (self->views, get_key (self));

  if (view == NULL)
    {
      cju_canvas_fit (self);
      return;
    }
  self->zoom = view->zoom;
  self->x = view->x;
  self->y = view->y;
  cju_canvas_moved (self);
}

/* The blocks around and the block itself, outermost first. */
static void
set_path (CjuCanvas *self, const char *block)
{
  const CjGraph *graph = cju_canvas_get_graph (self);
  const CjBlock *at = cj_graph_find_block (graph, block);

  g_ptr_array_set_size (self->path, 0);
  for (; at != NULL && self->path->len < graph->blocks->len;
       at = cj_graph_find_block (graph, at->parent))
    g_ptr_array_insert (self->path, 0, g_strdup (at->id));
}

void
cju_canvas_enter (CjuCanvas *self, const char *block)
{
  g_autofree char *id = g_strdup (block);

  if (g_strcmp0 (id, cju_canvas_get_level (self)) == 0)
    return;
  cju_canvas_end_glide (self);
  cju_canvas_end_wire (self);
  keep_view (self);
  set_path (self, id);
  cju_canvas_sync (self);
  bring_view (self);
}

void
cju_canvas_trim_path (CjuCanvas *self)
{
  const CjGraph *graph = cju_canvas_get_graph (self);
  g_autofree char *level = NULL;
  guint n = 0;

  while (n < self->path->len && cj_graph_find_block (graph, self->path->pdata[n]) != NULL)
    n++;
  if (n == self->path->len)
    {
      /* the block may have come into another */
      level = g_strdup (cju_canvas_get_level (self));
      set_path (self, level);
      return;
    }
  level = n > 0 ? g_strdup (self->path->pdata[n - 1]) : NULL;
  set_path (self, level);
  self->came_out = TRUE;
}

/* Keys that were meant for a wire go there; else a block is entered, and of a card its units are seen, then its
 * synapses. */
static void
enter_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  const CjlCard *card = cju_canvas_get_selected (self);

  (void) name;
  (void) parameter;
  if (cju_canvas_wire_key (self, 0) || card == NULL)
    return;
  if (card->block != NULL)
    {
      cju_canvas_enter (self, card->id); /* the card is gone with that */
      if (self->scene->cards->len > 0)
        gtk_widget_grab_focus (g_hash_table_lookup (self->cards, cju_canvas_get_first (self)->id));
    }
  else if (self->close)
    cju_canvas_go_inside (self, card);
  else
    {
      cju_canvas_keep_glide (self);
      cju_canvas_zoom_to (self, card);
      cju_canvas_glide (self);
    }
}

static void
synapses_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const CjlCard *card = cju_canvas_get_selected (CJU_CANVAS (widget));

  (void) name;
  (void) parameter;
  if (card != NULL)
    cju_canvas_go_inside (CJU_CANVAS (widget), card);
}

/* Out of the block one is in; the block is then what is selected. */
static void
leave_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  const guint depth = self->path->len;
  g_autofree char *left = g_strdup (cju_canvas_get_level (self));

  (void) name;
  (void) parameter;
  cju_canvas_keep_glide (self);
  if (cju_canvas_zoom_back (self))
    {
      cju_canvas_glide (self);
      return;
    }
  if (depth == 0)
    return;
  cju_canvas_enter (self, depth > 1 ? self->path->pdata[depth - 2] : NULL);
  cju_document_select (self->document, left);
  gtk_widget_grab_focus (left != NULL && g_hash_table_contains (self->cards, left)
                             ? g_hash_table_lookup (self->cards, left)
                             : widget);
}

/* Only cards that are seen can be grouped: the selection may hold others. */
static GPtrArray *
find_seen (CjuCanvas *self)
{
  const char *const *ids = cju_document_get_selection (self->document);
  GPtrArray *seen = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; ids[i] != NULL; i++)
    if (cjl_scene_find (self->scene, ids[i]) != NULL)
      g_ptr_array_add (seen, g_strdup (ids[i]));
  g_ptr_array_add (seen, NULL);
  return seen;
}

static void
group_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  CjlProject *project = cju_document_get_project (self->document);
  g_autoptr (GPtrArray) seen = find_seen (self);
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  (void) name;
  (void) parameter;
  cjl_project_begin (project);
  id = g_strdup (cjl_arrange_group (project->graph, (const char *const *) seen->pdata,
                                    cju_canvas_get_level (self), &error));
  cjl_project_commit (project, _ ("Group"), NULL);
  if (id == NULL)
    {
      cju_canvas_say (self, error->message);
      return;
    }
  cju_document_select (self->document, id);
  gtk_widget_grab_focus (g_hash_table_lookup (self->cards, id));
}

static void
ungroup_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  CjlProject *project = cju_document_get_project (self->document);
  g_autoptr (GPtrArray) seen = find_seen (self);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_free);

  (void) name;
  (void) parameter;
  cjl_project_begin (project);
  for (guint i = 0; seen->pdata[i] != NULL; i++)
    {
      CjBlock *block = cj_graph_find_block (project->graph, seen->pdata[i]);
      g_auto (GStrv) ids = block != NULL ? cjl_arrange_ungroup (project->graph, block) : NULL;

      for (guint k = 0; ids != NULL && ids[k] != NULL; k++)
        g_ptr_array_add (all, g_strdup (ids[k]));
    }
  cjl_project_commit (project, _ ("Ungroup"), NULL);
  if (all->len == 0)
    {
      cju_canvas_say (self, _ ("There is no block to ungroup. Select one first."));
      return;
    }
  g_ptr_array_add (all, NULL);
  cju_document_select_all (self->document, (const char *const *) all->pdata);
  gtk_widget_grab_focus (widget);
}

/* --- names --- */

static CjBlock *
get_block (CjuCanvas *self)
{
  const CjlCard *card = cju_canvas_get_selected (self);

  return card != NULL
             ? card->block
             : cj_graph_find_block (cju_canvas_get_graph (self), cju_canvas_get_level (self));
}

static void
on_named (GtkEntry *entry, gpointer data)
{
  CjuCanvas *self = data;
  CjlProject *project = cju_document_get_project (self->document);
  CjBlock *block = cj_graph_find_block (project->graph, self->renamed);
  g_autoptr (GError) error = NULL;

  cjl_project_begin (project);
  if (block != NULL)
    cj_graph_rename_block (project->graph, block, gtk_editable_get_text (GTK_EDITABLE (entry)),
                           &error);
  cjl_project_commit (project, _ ("Rename block"), NULL);
  if (error != NULL)
    cju_canvas_say (self, error->message);
  else
    gtk_popover_popdown (GTK_POPOVER (self->naming));
}

static void
make_naming (CjuCanvas *self)
{
  self->naming = gtk_popover_new ();
  self->name_entry = gtk_entry_new ();
  gtk_editable_set_width_chars (GTK_EDITABLE (self->name_entry), 24);
  gtk_entry_set_max_length (GTK_ENTRY (self->name_entry), CJ_BLOCK_TITLE_MAX);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->name_entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Name of the block"), -1);
  gtk_popover_set_child (GTK_POPOVER (self->naming), self->name_entry);
  gtk_widget_set_parent (self->naming, GTK_WIDGET (self));
  g_signal_connect (self->name_entry, "activate", G_CALLBACK (on_named), self);
}

static void
rename_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  const CjBlock *block = get_block (self);
  const CjlCard *card = block != NULL ? cjl_scene_find (self->scene, block->id) : NULL;
  GdkRectangle at = { 80, 20, 1, 1 }; /* at the path, from inside */

  (void) name;
  (void) parameter;
  if (block == NULL)
    {
      cju_canvas_say (self, _ ("Only blocks have names to change. Select one first."));
      return;
    }
  if (self->naming == NULL)
    make_naming (self);
  if (card != NULL)
    at = (GdkRectangle){ (int) (self->x + self->zoom * (block->x + CJU_CARD_WIDTH / 2.0)),
                         (int) (self->y + self->zoom * (block->y + CJU_CARD_PORT_Y)), 1, 1 };
  g_free (self->renamed);
  self->renamed = g_strdup (block->id);
  gtk_editable_set_text (GTK_EDITABLE (self->name_entry), block->title);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->naming), &at);
  gtk_popover_popup (GTK_POPOVER (self->naming));
  gtk_widget_grab_focus (self->name_entry);
}

static void
keep_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuCanvas *self = CJU_CANVAS (widget);
  const CjBlock *block = get_block (self);
  g_autofree char *title = NULL, *words = NULL;
  g_autoptr (GError) error = NULL;

  (void) name;
  (void) parameter;
  if (block == NULL)
    {
      cju_canvas_say (self, _ ("Only blocks go to the palette. Group some cards first (Ctrl+G)."));
      return;
    }
  if (cjl_blocks_save (cju_canvas_get_graph (self), block, &title, &error))
    words = g_strdup_printf (_ ("“%s” is in the palette now."), title);
  cju_canvas_say (self, words != NULL ? words : error->message);
}

void
cju_canvas_install_blocks (GtkWidgetClass *widget)
{
  static const struct
  {
    const char *name;
    GtkWidgetActionActivateFunc run;
    guint key;
    GdkModifierType state;
  } actions[] = {
    { "canvas.group", group_action, GDK_KEY_g, GDK_CONTROL_MASK },
    { "canvas.ungroup", ungroup_action, GDK_KEY_G, GDK_CONTROL_MASK | GDK_SHIFT_MASK },
    { "canvas.enter", enter_action, GDK_KEY_KP_Enter, 0 },
    { "canvas.enter", enter_action, GDK_KEY_Return, 0 }, /* the last is the one that menus show */
    { "canvas.synapses", synapses_action, GDK_KEY_s, 0 },
    { "canvas.leave", leave_action, GDK_KEY_BackSpace, 0 },
    { "canvas.rename", rename_action, GDK_KEY_F2, 0 },
    { "canvas.keep-block", keep_action, 0, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    {
      gtk_widget_class_install_action (widget, actions[i].name, NULL, actions[i].run);
      if (actions[i].key != 0)
        gtk_widget_class_add_binding_action (widget, actions[i].key, actions[i].state,
                                             actions[i].name, NULL);
    }
}
