/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-palette.h"

#include "cju-access.h"
#include "cj-layer.h"
#include "cjl-blocks.h"
#include "cju-canvas.h"
#include "cju-help.h"
#include "cju-later.h"
#include "cju-picture.h"
#include "cju-trouble.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#define ROWS_A_TURN 16 /* as many as are seen at first */
#define UNDO_SECONDS 15

struct _CjuPalette
{
  GtkWidget parent;
  GtkWidget *box, *search, *list, *menu;
  CjuLater *later;       /* rows that are still to be made */
  guint n_rows;          /* of layers, so far */
  GFileMonitor *monitor; /* of the folder of one's own blocks */
};

G_DEFINE_FINAL_TYPE (CjuPalette, cju_palette, GTK_TYPE_WIDGET)

static guint add_signal;

/* NULL: a block of one's own. */
static const CjLayerInfo *
get_layer (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), "layer");
}

/* NULL: a layer. */
static const CjlOwnBlock *
get_own (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), "own");
}

static const char *
get_title (GtkListBoxRow *row)
{
  return get_own (row) != NULL ? get_own (row)->title : _ (get_layer (row)->title);
}

static void
draw_dot (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  const GdkRGBA color = cju_category_color (data);

  (void) area;
  gdk_cairo_set_source_rgba (cr, &color);
  cairo_rectangle (cr, (width - 9) / 2.0, (height - 9) / 2.0, 9, 9);
  cairo_fill (cr);
}

/* What the canvas takes for this row. You free. */
static char *
dup_text (GtkListBoxRow *row)
{
  const CjlOwnBlock *own = get_own (row);

  return own != NULL ? g_strconcat (CJU_CANVAS_BLOCK_PREFIX, own->path, NULL)
                     : g_strconcat (CJU_CANVAS_DRAG_PREFIX, get_layer (row)->id, NULL);
}

static GdkContentProvider *
on_drag (GtkDragSource *source, double x, double y, gpointer data)
{
  g_autofree char *text = dup_text (data);

  (void) source;
  (void) x;
  (void) y;
  return gdk_content_provider_new_typed (G_TYPE_STRING, text);
}

static GtkWidget *
make_row (const char *title, const char *category, const char *tip, const char *topic)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *dot = gtk_drawing_area_new (), *label = gtk_label_new (title);
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (dot), 12);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (dot), draw_dot, (gpointer) category, NULL);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), dot);
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  cju_access_tip (row, tip);
  cju_access_name (row, title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, tip,
                                  -1);
  cju_help_set_topic (row, topic);
  g_signal_connect (source, "prepare", G_CALLBACK (on_drag), row);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (source));
  return row;
}

static GtkWidget *
make_layer_row (const CjLayerInfo *layer)
{
  g_autofree char *topic = g_strconcat ("layer/", layer->id, NULL);
  g_autofree char *tip = g_strdup_printf ("%s\n%s%s%s", _ (layer->blurb), layer->formula,
                                          layer->biology != NULL ? "\n" : "",
                                          layer->biology != NULL ? _ (layer->biology) : "");
  GtkWidget *row = make_row (_ (layer->title), layer->category, tip, topic);

  g_object_set_data (G_OBJECT (row), "layer", (gpointer) layer);
  return row;
}

/* --- blocks of one's own --- */

static void
show_menu (CjuPalette *self, GtkListBoxRow *row)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  GMenuItem *item = g_menu_item_new (_ ("_Remove from Palette"), NULL);
  graphene_rect_t at;

  if (get_own (row) == NULL
      || !gtk_widget_compute_bounds (GTK_WIDGET (row), GTK_WIDGET (self), &at))
    return;
  g_menu_item_set_action_and_target (item, "palette.remove", "s", get_own (row)->path);
  g_menu_append_item (menu, item);
  g_object_unref (item);
  gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->menu), G_MENU_MODEL (menu));
  gtk_popover_set_pointing_to (
      GTK_POPOVER (self->menu),
      &(GdkRectangle){ (int) at.origin.x + 60, (int) at.origin.y, 1, (int) at.size.height });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
on_pressed (GtkGestureClick *gesture, int n, double x, double y, gpointer data)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));

  (void) n;
  (void) x;
  (void) y;
  show_menu (data, GTK_LIST_BOX_ROW (row));
}

static void
menu_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (widget));
  GtkWidget *row = focus != NULL ? gtk_widget_get_ancestor (focus, GTK_TYPE_LIST_BOX_ROW) : NULL;

  (void) name;
  (void) parameter;
  if (row != NULL && gtk_widget_is_ancestor (row, widget))
    show_menu (CJU_PALETTE (widget), GTK_LIST_BOX_ROW (row));
}

static void
tell (GtkWidget *palette, AdwToast *toast)
{
  GtkWidget *toasts = gtk_widget_get_ancestor (palette, ADW_TYPE_TOAST_OVERLAY);

  if (toasts != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (toasts), toast);
  else
    g_object_unref (toast);
}

static void
on_put_back (AdwToast *toast, gpointer palette)
{
  g_autoptr (GError) error = NULL;

  if (!cjl_blocks_put_back (g_object_get_data (G_OBJECT (toast), "path"), &error))
    tell (palette, cju_trouble_new_toast (error->message));
}

static void
on_dismissed (AdwToast *toast)
{
  cjl_blocks_forget (g_object_get_data (G_OBJECT (toast), "path"));
}

/* As long as it is told the block can be put back. */
static void
remove_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const char *path = g_variant_get_string (parameter, NULL);
  g_autoptr (GError) error = NULL;
  AdwToast *toast;

  (void) name;
  if (!cjl_blocks_remove (path, &error))
    {
      tell (widget, cju_trouble_new_toast (error->message));
      return;
    }
  toast = cju_trouble_new_toast (
      _ ("The block is no longer in the palette. Networks that have it keep it."));
  adw_toast_set_timeout (toast, UNDO_SECONDS);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH); /* before what else is to be told */
  adw_toast_set_button_label (toast, _ ("Undo"));
  g_object_set_data_full (G_OBJECT (toast), "path", g_strdup (path), g_free);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (on_put_back), widget, 0);
  g_signal_connect (toast, "dismissed", G_CALLBACK (on_dismissed), NULL);
  tell (widget, toast);
}

static GtkWidget *
make_own_row (CjuPalette *self, CjlOwnBlock *own)
{
  GtkWidget *row
      = make_row (own->title, own->trouble != NULL ? "placeholder" : "block",
                  own->trouble != NULL ? own->trouble : _ ("A block of your own"), "guide/blocks");
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  g_object_set_data_full (G_OBJECT (row), "own", own, cjl_own_block_free);
  if (own->trouble != NULL)
    gtk_widget_add_css_class (row, "dim-label");
  return row;
}

/* Reads the folder again: rows of blocks are made anew. */
static void
update_own (CjuPalette *self)
{
  g_autoptr (GPtrArray) all = cjl_blocks_list ();
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), i)) != NULL;)
    if (get_own (row) != NULL)
      gtk_list_box_remove (GTK_LIST_BOX (self->list), GTK_WIDGET (row));
    else
      i++;
  while (all->len > 0)
    gtk_list_box_append (GTK_LIST_BOX (self->list),
                         make_own_row (self, g_ptr_array_steal_index (all, all->len - 1)));
  gtk_list_box_invalidate_headers (GTK_LIST_BOX (self->list));
}

static void
watch_own (CjuPalette *self)
{
  g_autofree char *path = cjl_blocks_dup_folder ();
  g_autoptr (GFile) folder = g_file_new_for_path (path);

  g_mkdir_with_parents (path, 0700); /* what is not there cannot be watched */
  self->monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect_swapped (self->monitor, "changed", G_CALLBACK (update_own), self);
  update_own (self);
}

/* --- the list --- */

char *
cju_palette_dup_category (const CjLayerInfo *layer)
{
  g_autofree char *title = g_strdup (layer->category);

  title[0] = g_ascii_toupper (title[0]);
  return g_strdup (_ (title));
}

static char *
dup_header (GtkListBoxRow *row)
{
  return get_own (row) != NULL ? g_strdup (_ ("Your Blocks"))
                               : cju_palette_dup_category (get_layer (row));
}

static void
set_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  g_autofree char *title = dup_header (row);
  g_autofree char *above = before != NULL ? dup_header (before) : NULL;
  GtkWidget *label;

  (void) data;
  if (g_strcmp0 (title, above) == 0)
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
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

/* What nearly every network has is found without looking for it. */
static int
get_use (const CjLayerInfo *layer)
{
  static const char *const everyday[]
      = { "conv-2d", "max-pool-2d",   "dense",      "relu",
          "gelu",    "batch-norm",    "layer-norm", "dropout",
          "flatten", "cross-entropy", "mse",        "multi-head-attention",
          "add",     "lstm",          "embedding",  "transformer-block" };

  for (int i = 0; i < (int) G_N_ELEMENTS (everyday); i++)
    if (g_str_equal (everyday[i], layer->id))
      return i;
  return 100;
}

int
cju_palette_compare (const CjLayerInfo *a, const CjLayerInfo *b)
{
  const int by_rank = get_rank (a) - get_rank (b);
  const int by_category = strcmp (a->category, b->category);
  const int by_use = get_use (a) - get_use (b);

  if (by_rank != 0 || by_category != 0)
    return by_rank != 0 ? by_rank : by_category;
  return by_use != 0 ? by_use : g_utf8_collate (_ (a->title), _ (b->title));
}

static int
compare_layers (gconstpointer a, gconstpointer b)
{
  return cju_palette_compare (*(const CjLayerInfo *const *) a, *(const CjLayerInfo *const *) b);
}

static int
compare (GtkListBoxRow *a, GtkListBoxRow *b, gpointer data)
{
  const CjlOwnBlock *m = get_own (a), *n = get_own (b);

  (void) data;
  if (m != NULL && n != NULL)
    return g_utf8_collate (m->title, n->title);
  if (m != NULL || n != NULL) /* one's own come first */
    return m != NULL ? -1 : 1;
  return cju_palette_compare (get_layer (a), get_layer (b));
}

static gboolean
matches (GtkListBoxRow *row, gpointer data)
{
  CjuPalette *self = data;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  g_autofree char *needle = g_utf8_casefold (text, -1);
  g_autofree char *title = g_utf8_casefold (get_title (row), -1);

  if (get_own (row) != NULL)
    return strstr (title, needle) != NULL;
  return cj_layer_match (get_layer (row), text) != CJ_LAYER_MATCH_NONE;
}

static void
on_row (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  g_autofree char *text = get_own (row) != NULL ? dup_text (row) : g_strdup (get_layer (row)->id);

  (void) list;
  g_signal_emit (data, add_signal, 0, text);
}

static void
on_search_enter (GtkSearchEntry *entry, gpointer data)
{
  CjuPalette *self = data;

  (void) entry;
  cju_later_finish (self->later);
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
  CjuPalette *self = CJU_PALETTE (object);

  if (self->monitor != NULL)
    g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_clear_object (&self->monitor);
  g_clear_pointer (&self->later, cju_later_free);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (cju_palette_parent_class)->dispose (object);
}

static void
cju_palette_class_init (CjuPaletteClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = cju_palette_dispose;
  gtk_widget_class_set_layout_manager_type (widget, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget, "palette.menu", NULL, menu_action);
  gtk_widget_class_install_action (widget, "palette.remove", "s", remove_action);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_Menu, 0, "palette.menu", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_F10, GDK_SHIFT_MASK, "palette.menu", NULL);
  add_signal = g_signal_new ("add", CJU_TYPE_PALETTE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                             G_TYPE_NONE, 1, G_TYPE_STRING);
}

/* Some more rows, in the order in which they stand. */
static gboolean
add_rows (gpointer data)
{
  CjuPalette *self = data;
  g_autoptr (GPtrArray) layers = g_ptr_array_new ();

  for (const CjLayerInfo *const *layer = cj_layers (); *layer != NULL; layer++)
    g_ptr_array_add (layers, (gpointer) *layer);
  g_ptr_array_sort (layers, compare_layers);
  for (guint i = 0; i < ROWS_A_TURN && self->n_rows < layers->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), make_layer_row (layers->pdata[self->n_rows++]));
  return self->n_rows < layers->len;
}

static gboolean
add_own (gpointer data)
{
  watch_own (data);
  return FALSE;
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
  self->later = cju_later_new (self);
  cju_later_add (self->later, add_rows);
  cju_later_add (self->later, add_own);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (on_row), self);
  g_signal_connect (self->search, "activate", G_CALLBACK (on_search_enter), self);
  g_signal_connect_swapped (self->search, "search-changed",
                            G_CALLBACK (gtk_list_box_invalidate_filter), self->list);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->list);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (self->box), self->search);
  gtk_box_append (GTK_BOX (self->box), scroller);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  self->menu = gtk_popover_menu_new_from_model (NULL);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
}

GtkWidget *
cju_palette_new (void)
{
  return g_object_new (CJU_TYPE_PALETTE, NULL);
}
