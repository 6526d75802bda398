/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-trail.h"

#include "cju-access.h"
#include <glib/gi18n-lib.h>

#define BELOW_PILL 42 /* pixels: the status of the run is on the same height as the path */

struct _CjuTrail
{
  GtkWidget parent;
  CjuCanvas *canvas;
  CjuDocument *document;
  GtkWidget *box, *path, *hint;
  char *shown; /* ids and titles of the path, as one text */
};

G_DEFINE_FINAL_TYPE (CjuTrail, cju_trail, GTK_TYPE_WIDGET)

static void
on_clicked (GtkButton *button, gpointer data)
{
  CjuTrail *self = data;

  cju_canvas_enter (self->canvas, g_object_get_data (G_OBJECT (button), "block"));
  gtk_widget_grab_focus (GTK_WIDGET (self->canvas));
}

static void
add_step (CjuTrail *self, const CjBlock *block, gboolean last)
{
  const char *title = block != NULL ? block->title : _ ("Network");
  GtkWidget *step = last ? gtk_label_new (title) : gtk_button_new_with_label (title);
  GtkWidget *label = last ? step : gtk_button_get_child (GTK_BUTTON (step));
  g_autofree char *tip = g_strdup_printf (_ ("Go out to %s"), title);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 20);
  if (last)
    {
      gtk_widget_add_css_class (step, "heading");
      gtk_widget_set_margin_end (step, 8);
    }
  else
    {
      gtk_widget_add_css_class (step, "flat");
      cju_access_tip (step, tip);
      gtk_accessible_update_property (GTK_ACCESSIBLE (step), GTK_ACCESSIBLE_PROPERTY_LABEL, tip,
                                      -1);
      g_object_set_data_full (G_OBJECT (step), "block", block != NULL ? g_strdup (block->id) : NULL,
                              g_free);
      g_signal_connect (step, "clicked", G_CALLBACK (on_clicked), self);
    }
  gtk_box_append (GTK_BOX (self->path), step);
  if (!last)
    {
      GtkWidget *arrow = gtk_image_new_from_icon_name ("go-next-symbolic");

      gtk_widget_add_css_class (arrow, "dim-label");
      gtk_box_append (GTK_BOX (self->path), arrow);
    }
}

/* Only where something else is to be shown: the canvas moves with every turn of the wheel. */
static void
update (CjuTrail *self)
{
  const CjGraph *graph = cju_document_get_project (self->document)->graph;
  const CjBlock *at = cj_graph_find_block (graph, cju_canvas_get_level (self->canvas));
  g_autoptr (GPtrArray) around = g_ptr_array_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  GtkWidget *child;

  for (; at != NULL && around->len < graph->blocks->len;
       at = cj_graph_find_block (graph, at->parent))
    {
      g_ptr_array_insert (around, 0, (gpointer) at);
      g_string_append_printf (text, "%s %s\n", at->id, at->title);
    }
  if (g_strcmp0 (text->str, self->shown) == 0)
    return;
  g_free (self->shown);
  self->shown = g_strdup (text->str);
  while ((child = gtk_widget_get_first_child (self->path)) != NULL)
    gtk_box_remove (GTK_BOX (self->path), child);
  add_step (self, NULL, around->len == 0);
  for (guint i = 0; i < around->len; i++)
    add_step (self, around->pdata[i], i + 1 == around->len);
  gtk_widget_set_visible (self->path, around->len > 0);
  gtk_widget_set_visible (GTK_WIDGET (self),
                          around->len > 0 || gtk_widget_get_visible (self->hint));
}

static void
on_hint (CjuTrail *self, const char *text)
{
  gtk_label_set_text (GTK_LABEL (self->hint), text != NULL ? text : "");
  gtk_widget_set_visible (self->hint, text != NULL);
  gtk_widget_set_margin_top (self->hint, gtk_widget_get_visible (self->path) ? 4 : BELOW_PILL);
  gtk_widget_set_visible (GTK_WIDGET (self), text != NULL || gtk_widget_get_visible (self->path));
}

static void
cju_trail_dispose (GObject *object)
{
  CjuTrail *self = CJU_TRAIL (object);

  if (self->canvas != NULL)
    g_signal_handlers_disconnect_by_data (self->canvas, self);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->canvas);
  g_clear_object (&self->document);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->shown, g_free);
  G_OBJECT_CLASS (cju_trail_parent_class)->dispose (object);
}

static void
cju_trail_class_init (CjuTrailClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_trail_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
cju_trail_init (CjuTrail *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  self->path = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
  self->hint = g_object_new (GTK_TYPE_LABEL, "accessible-role", GTK_ACCESSIBLE_ROLE_STATUS, NULL);
  gtk_label_set_xalign (GTK_LABEL (self->hint), 0);
  gtk_label_set_wrap (GTK_LABEL (self->hint), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->hint), 44);
  gtk_widget_set_visible (self->hint, FALSE);
  gtk_box_append (GTK_BOX (self->box), self->path);
  gtk_box_append (GTK_BOX (self->box), self->hint);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_add_css_class (self->path, "trail");
  gtk_widget_add_css_class (self->hint, "trail");
  gtk_widget_set_halign (self->path, GTK_ALIGN_START);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->path), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Blocks around what is seen"), -1);
}

GtkWidget *
cju_trail_new (CjuCanvas *canvas, CjuDocument *document)
{
  CjuTrail *self = g_object_new (CJU_TYPE_TRAIL, NULL);

  self->canvas = g_object_ref (canvas);
  self->document = g_object_ref (document);
  g_signal_connect_swapped (canvas, "moved", G_CALLBACK (update), self);
  g_signal_connect_swapped (canvas, "hint", G_CALLBACK (on_hint), self);
  update (self);
  return GTK_WIDGET (self);
}
