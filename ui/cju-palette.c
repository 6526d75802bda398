/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-palette.h"

#include "cju-access.h"
#include "cj-layer.h"
#include "cju-canvas.h"
#include "cju-help.h"
#include "cju-picture.h"

#include <glib/gi18n-lib.h>
#include <string.h>

struct _CjuPalette
{
  GtkWidget parent;
  GtkWidget *box, *search, *list;
};

G_DEFINE_FINAL_TYPE (CjuPalette, cju_palette, GTK_TYPE_WIDGET)

static guint add_signal;

static const CjLayerInfo *
get_layer (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), "layer");
}

static void
draw_dot (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  const GdkRGBA color = cju_category_color (((const CjLayerInfo *) data)->category);

  (void) area;
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_rectangle (cr, (width - 9) / 2.0, (height - 9) / 2.0, 9, 9);
  cairo_fill (cr);
}

static GdkContentProvider *
on_drag (GtkDragSource *source, double x, double y, gpointer data)
{
  const CjLayerInfo *layer = data;
  g_autofree char *text = g_strconcat (CJU_CANVAS_DRAG_PREFIX, layer->id, NULL);

  (void) source;
  (void) x;
  (void) y;
  return gdk_content_provider_new_typed (G_TYPE_STRING, text);
}

static GtkWidget *
make_row (const CjLayerInfo *layer)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *dot = gtk_drawing_area_new (), *label = gtk_label_new (_ (layer->title));
  GtkDragSource *source = gtk_drag_source_new ();
  g_autofree char *topic = g_strconcat ("layer/", layer->id, NULL);
  g_autofree char *tip = g_strdup_printf ("%s\n%s%s%s", _ (layer->blurb), layer->formula,
                                          layer->biology != NULL ? "\n" : "",
                                          layer->biology != NULL ? _ (layer->biology) : "");

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (dot), 12);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (dot), draw_dot, (gpointer) layer, NULL);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), dot);
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_tooltip_text (row, tip);
  cju_access_name (row, _ (layer->title));
  g_object_set_data (G_OBJECT (row), "layer", (gpointer) layer);
  cju_help_set_topic (row, topic);
  g_signal_connect (source, "prepare", G_CALLBACK (on_drag), (gpointer) layer);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (source));
  return row;
}

char *
cju_palette_dup_category (const CjLayerInfo *layer)
{
  g_autofree char *title = g_strdup (layer->category);

  title[0] = g_ascii_toupper (title[0]);
  return g_strdup (_ (title));
}

static void
set_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  const CjLayerInfo *layer = get_layer (row);
  g_autofree char *title = NULL;
  GtkWidget *label;

  (void) data;
  if (before != NULL && g_str_equal (get_layer (before)->category, layer->category))
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  title = cju_palette_dup_category (layer);
  label = gtk_label_new (title);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_widget_add_css_class (label, "palette-heading");
  gtk_list_box_row_set_header (row, label);
}

static int
get_rank (const CjLayerInfo *layer)
{
  static const char *const order[] = { "data",          "feature",        "dense", "activation",
                                       "normalisation", "regularisation", "shape", "loss" };

  for (int i = 0; i < (int) G_N_ELEMENTS (order); i++)
    if (g_str_equal (order[i], layer->category))
      return i;
  return 100;
}

int
cju_palette_compare (const CjLayerInfo *a, const CjLayerInfo *b)
{
  const int by_rank = get_rank (a) - get_rank (b);
  const int by_category = strcmp (a->category, b->category);

  if (by_rank != 0)
    return by_rank;
  return by_category != 0 ? by_category : g_utf8_collate (_ (a->title), _ (b->title));
}

static int
compare (GtkListBoxRow *a, GtkListBoxRow *b, gpointer data)
{
  (void) data;
  return cju_palette_compare (get_layer (a), get_layer (b));
}

static gboolean
matches (GtkListBoxRow *row, gpointer data)
{
  CjuPalette *self = data;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  return cj_layer_match (get_layer (row), text) != CJ_LAYER_MATCH_NONE;
}

static void
on_row (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  (void) list;
  g_signal_emit (data, add_signal, 0, get_layer (row)->id);
}

static void
on_search_enter (GtkSearchEntry *entry, gpointer data)
{
  CjuPalette *self = data;

  (void) entry;
  for (int i = 0;; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), i);

      if (row == NULL)
        return;
      if (gtk_widget_get_child_visible (GTK_WIDGET (row)))
        {
          on_row (GTK_LIST_BOX (self->list), row, self);
          return;
        }
    }
}

static void
cju_palette_dispose (GObject *object)
{
  g_clear_pointer (&CJU_PALETTE (object)->box, gtk_widget_unparent);
  G_OBJECT_CLASS (cju_palette_parent_class)->dispose (object);
}

static void
cju_palette_class_init (CjuPaletteClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_palette_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  add_signal = g_signal_new ("add", CJU_TYPE_PALETTE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                             G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cju_palette_init (CjuPalette *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->search = gtk_search_entry_new ();
  self->list = gtk_list_box_new ();
  gtk_widget_set_margin_start (self->search, 8);
  gtk_widget_set_margin_end (self->search, 8);
  gtk_widget_set_margin_top (self->search, 8);
  g_object_set (self->search, "placeholder-text", _ ("Search layers…"), NULL);
  cju_access_name_search (self->search, _ ("Search layers"));
  cju_access_name (self->list, _ ("Layers"));
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "navigation-sidebar");
  gtk_list_box_set_sort_func (GTK_LIST_BOX (self->list), compare, NULL, NULL);
  gtk_list_box_set_header_func (GTK_LIST_BOX (self->list), set_header, NULL, NULL);
  gtk_list_box_set_filter_func (GTK_LIST_BOX (self->list), matches, self, NULL);
  for (const CjLayerInfo *const *layer = cj_layers (); *layer != NULL; layer++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), make_row (*layer));
  g_signal_connect (self->list, "row-activated", G_CALLBACK (on_row), self);
  g_signal_connect (self->search, "activate", G_CALLBACK (on_search_enter), self);
  g_signal_connect_swapped (self->search, "search-changed",
                            G_CALLBACK (gtk_list_box_invalidate_filter), self->list);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->list);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (self->box), self->search);
  gtk_box_append (GTK_BOX (self->box), scroller);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
cju_palette_new (void)
{
  return g_object_new (CJU_TYPE_PALETTE, NULL);
}
