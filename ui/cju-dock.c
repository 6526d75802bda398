/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-dock.h"

#include "cju-access.h"
#include "cju-help.h"
#include "cju-history.h"
#include "cju-later.h"
#include "cju-plate.h"
#include "cju-problems.h"
#include "cju-view-actions.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#define N_SLOTS 2

struct _CjuDock
{
  GtkWidget parent;
  CjuDocument *document;
  GtkWidget *paned, *problems;
  GtkWidget *slots[N_SLOTS]; /* GtkNotebook; the second is there while it holds something */
  GtkWidget *options[N_SLOTS], *exports[N_SLOTS];
  GPtrArray *pages; /* every page, wherever it is */
  CjuLater *later;  /* until they are made */
  gboolean filling;
  guint active; /* slot that was used last */
};

G_DEFINE_FINAL_TYPE (CjuDock, cju_dock, GTK_TYPE_WIDGET)

static guint message_signal;

/* --- pages --- */

static const char *
get_id (GtkWidget *page)
{
  return g_object_get_data (G_OBJECT (page), "id");
}

static const char *
get_title (GtkWidget *page)
{
  return g_object_get_data (G_OBJECT (page), "title");
}

static GtkWidget *
find_page (CjuDock *self, const char *id)
{
  for (guint i = 0; i < self->pages->len; i++)
    if (g_str_equal (get_id (self->pages->pdata[i]), id))
      return self->pages->pdata[i];
  return NULL;
}

static GtkNotebook *
get_slot (GtkWidget *page)
{
  return GTK_NOTEBOOK (gtk_widget_get_ancestor (page, GTK_TYPE_NOTEBOOK));
}

static GtkWidget *
get_current (CjuDock *self, guint slot)
{
  GtkNotebook *book = GTK_NOTEBOOK (self->slots[slot]);

  return gtk_notebook_get_nth_page (book, gtk_notebook_get_current_page (book));
}

/* The view that actions mean, or NULL. */
static CjuView *
get_view (CjuDock *self)
{
  GtkWidget *page = get_current (self, self->active);

  return page != NULL && CJU_IS_VIEW (page) ? CJU_VIEW (page) : NULL;
}

static guint
count_visible (GtkNotebook *book)
{
  guint n = 0;

  for (int i = 0; i < gtk_notebook_get_n_pages (book); i++)
    n += gtk_widget_get_visible (gtk_notebook_get_nth_page (book, i));
  return n;
}

static void
update_slots (CjuDock *self)
{
  gtk_widget_set_visible (self->slots[1], count_visible (GTK_NOTEBOOK (self->slots[1])) > 0);
  if (!gtk_widget_get_visible (self->slots[1]))
    self->active = 0;
  for (guint i = 0; i < N_SLOTS; i++)
    {
      GtkWidget *page = get_current (self, i);
      const gboolean view = page != NULL && CJU_IS_VIEW (page);

      gtk_widget_set_visible (self->options[i], view);
      gtk_widget_set_visible (self->exports[i], view);
    }
}

static void
put_page (CjuDock *self, GtkWidget *page, GtkNotebook *book)
{
  GtkWidget *label = gtk_label_new (get_title (page));
  int at;

  cju_access_tip (label, g_object_get_data (G_OBJECT (page), "blurb"));
  at = gtk_notebook_append_page (book, page, label);
  cju_access_name_tab (label,
                       GTK_WIDGET (book) == self->slots[0] ? _ ("Views") : _ ("Views beside"));
  gtk_notebook_set_tab_detachable (book, page, TRUE);
  gtk_notebook_set_tab_reorderable (book, page, TRUE);
  if (gtk_widget_get_root (GTK_WIDGET (self)) != NULL && !self->filling)
    gtk_notebook_set_current_page (book, at);
  update_slots (self);
}

static void
move_page (CjuDock *self, GtkWidget *page, GtkNotebook *to)
{
  GtkNotebook *from = get_slot (page);

  g_object_ref (page);
  if (from != NULL)
    gtk_notebook_detach_tab (from, page);
  put_page (self, page, to);
  g_object_unref (page);
}

CjuView *
cju_dock_find_view (CjuDock *self, const char *id)
{
  GtkWidget *page;

  cju_later_finish (self->later);
  page = find_page (self, id);
  return page != NULL && CJU_IS_VIEW (page) ? CJU_VIEW (page) : NULL;
}

void
cju_dock_show (CjuDock *self, const char *id)
{
  GtkWidget *page;
  GtkNotebook *book;

  cju_later_finish (self->later);
  page = find_page (self, id);
  book = page != NULL ? get_slot (page) : NULL;
  if (book != NULL)
    gtk_notebook_set_current_page (book, gtk_notebook_page_num (book, page));
}

static void
on_switched (CjuDock *self)
{
  update_slots (self);
}

/* A notebook of GTK 4.8 does not measure its tabs again when a page comes into view, and a tab that
 * was hidden has nothing to say upwards, for it never had a size. */
static void
measure_tabs (GtkWidget *page)
{
  GtkNotebook *book = get_slot (page);
  GtkWidget *widget = book != NULL ? gtk_notebook_get_tab_label (book, page) : NULL;

  for (; widget != NULL && widget != GTK_WIDGET (book); widget = gtk_widget_get_parent (widget))
    gtk_widget_queue_resize (widget);
}

/* What some networks are about stands beside the curves: the plane that they divide, or the text that
 * they write. */
static gboolean
stands_beside (GtkWidget *page)
{
  return g_str_equal (get_id (page), "decision") || g_str_equal (get_id (page), "text");
}

/* Lines of text are longer than curves need: they get more than half, once both sides have a size. */
static gboolean
give_room (GtkWidget *paned, GdkFrameClock *clock, gpointer slot)
{
  const int width = gtk_widget_get_width (paned);

  (void) clock;
  if (width == 0 || gtk_widget_get_width (slot) == 0)
    return G_SOURCE_CONTINUE;
  gtk_paned_set_position (GTK_PANED (paned), width * 2 / 5);
  return G_SOURCE_REMOVE;
}

static void
update_pages (CjuDock *self)
{
  for (guint i = 0; i < self->pages->len; i++)
    {
      GtkWidget *page = self->pages->pdata[i];
      const gboolean was = gtk_widget_get_visible (page);
      const gboolean is = !CJU_IS_VIEW (page) || cju_view_belongs (CJU_VIEW (page));

      if (is == was)
        continue;
      gtk_widget_set_visible (page, is);
      if (is && stands_beside (page))
        move_page (self, page, GTK_NOTEBOOK (self->slots[1]));
      if (is && g_str_equal (get_id (page), "text"))
        gtk_widget_add_tick_callback (self->paned, give_room, self->slots[1], NULL);
      if (is)
        measure_tabs (page);
    }
  update_slots (self);
}

static void
on_edited (CjuDock *self)
{
  if (self->problems == NULL) /* not made yet */
    return;
  update_pages (self);
  cju_problems_update (CJU_PROBLEMS (self->problems));
}

static void
on_message (CjuDock *self, const char *text)
{
  g_signal_emit (self, message_signal, 0, text);
}

/* --- windows of their own --- */

static gboolean
on_window_closed (GtkWindow *window, gpointer data)
{
  CjuDock *self = data;
  GtkWidget *page = g_object_get_data (G_OBJECT (window), "page");

  adw_window_set_content (ADW_WINDOW (window), NULL);
  if (self->slots[0] != NULL)
    put_page (self, page, GTK_NOTEBOOK (self->slots[0]));
  return FALSE;
}

static void
detach (CjuDock *self, GtkWidget *page)
{
  GtkWidget *window;

  g_object_ref (page);
  if (get_slot (page) != NULL)
    gtk_notebook_detach_tab (get_slot (page), page);
  window = cju_view_window_new (page, get_title (page),
                                GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))));
  g_object_set_data_full (G_OBJECT (window), "page", page, g_object_unref);
  g_signal_connect_object (window, "close-request", G_CALLBACK (on_window_closed), self, 0);
  update_slots (self);
  gtk_window_present (GTK_WINDOW (window));
}

static void
place_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuDock *self = CJU_DOCK (widget);
  GtkWidget *page = get_current (self, self->active);

  (void) parameter;
  if (page == NULL)
    return;
  if (g_str_equal (name, "dock.detach"))
    detach (self, page);
  else
    {
      self->active = 1 - self->active;
      move_page (self, page, GTK_NOTEBOOK (self->slots[self->active]));
    }
}

static void
show_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  (void) name;
  cju_dock_show (CJU_DOCK (widget), g_variant_get_string (parameter, NULL));
}

/* dock.export, dock.publish, dock.add-to-plate, dock.zoom and dock.copy, of the view that was used last. */
static void
figure_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuView *view = get_view (CJU_DOCK (widget));

  if (view == NULL) /* history and problems */
    g_signal_emit_by_name (
        widget, "message",
        _ ("This page is a list and no figure. Choose the view that is to be exported."));
  else if (g_str_equal (name, "dock.export"))
    cju_view_export (view, g_variant_get_string (parameter, NULL));
  else if (g_str_equal (name, "dock.publish"))
    cju_plate_present_view (view, GTK_WINDOW (gtk_widget_get_root (widget)));
  else if (g_str_equal (name, "dock.add-to-plate"))
    cju_plate_add_view (view);
  else if (g_str_equal (name, "dock.zoom"))
    cju_view_zoom (view, g_variant_get_string (parameter, NULL));
  else
    cju_view_copy (view);
}

/* --- buttons at the end of each row of tabs --- */

static void
name_button (GtkWidget *button, const char *words)
{
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  cju_access_tip (button, words);
  cju_access_name (button, words);
}

static GMenuModel *
make_export_menu (void)
{
  g_autoptr (GMenu) places = g_menu_new ();
  GMenu *menu = cju_view_new_menu ();

  g_menu_append (places, _ ("Move to Other _Side"), "dock.beside");
  g_menu_append (places, _ ("Open in Own _Window"), "dock.detach");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (places));
  return G_MENU_MODEL (menu);
}

static guint
find_slot (CjuDock *self, GtkWidget *widget)
{
  return widget != NULL && (gtk_widget_is_ancestor (widget, self->slots[1])) ? 1 : 0;
}

/* The options of the view that is seen, made when they are asked for. */
static void
make_popup (GtkMenuButton *button, gpointer data)
{
  CjuDock *self = data;

  self->active = find_slot (self, GTK_WIDGET (button));
  gtk_menu_button_set_popover (button, cju_view_new_options (get_view (self)));
}

static void
make_export_popup (GtkMenuButton *button, gpointer data)
{
  CjuDock *self = data;

  self->active = find_slot (self, GTK_WIDGET (button));
}

/* All views of the row by name: its tabs may be more than there is room for. */
static void
make_list_popup (GtkMenuButton *button, gpointer data)
{
  CjuDock *self = data;
  GtkNotebook *book = GTK_NOTEBOOK (self->slots[find_slot (self, GTK_WIDGET (button))]);
  g_autoptr (GMenu) menu = g_menu_new ();

  for (int i = 0; i < gtk_notebook_get_n_pages (book); i++)
    {
      GtkWidget *page = gtk_notebook_get_nth_page (book, i);
      g_autoptr (GMenuItem) item = NULL;

      if (!gtk_widget_get_visible (page))
        continue;
      item = g_menu_item_new (_ (g_object_get_data (G_OBJECT (page), "title")), NULL);
      g_menu_item_set_action_and_target (item, "dock.show", "s",
                                         (const char *) g_object_get_data (G_OBJECT (page), "id"));
      g_menu_append_item (menu, item);
    }
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}

static GtkWidget *
make_end (CjuDock *self, guint slot)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *options = gtk_menu_button_new (), *export = gtk_menu_button_new ();
  GtkWidget *list = gtk_menu_button_new ();
  g_autoptr (GMenuModel) menu = make_export_menu ();

  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (list), "view-list-symbolic");
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (list), make_list_popup, self, NULL);
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (list), GTK_ARROW_UP);
  name_button (list, _ ("All views"));
  gtk_box_append (GTK_BOX (box), list);
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (options), "emblem-system-symbolic");
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (options), make_popup, self, NULL);
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (options), GTK_ARROW_UP);
  name_button (options, _ ("How this view is drawn"));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (export), "view-more-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (export), menu);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (export), make_export_popup, self, NULL);
  gtk_menu_button_set_direction (GTK_MENU_BUTTON (export), GTK_ARROW_UP);
  name_button (export, _ ("Export or move this view"));
  gtk_box_append (GTK_BOX (box), options);
  gtk_box_append (GTK_BOX (box), export);
  self->options[slot] = options;
  self->exports[slot] = export;
  return box;
}

static void
on_pressed (GtkGestureClick *click, int n, double x, double y, gpointer data)
{
  CjuDock *self = data;
  GtkWidget *widget = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (click));

  (void) n;
  (void) x;
  (void) y;
  self->active = widget == self->slots[1] ? 1 : 0;
}

static GtkWidget *
make_slot (CjuDock *self, guint slot)
{
  GtkWidget *book = gtk_notebook_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->slots[slot] = book;
  gtk_notebook_set_scrollable (GTK_NOTEBOOK (book), TRUE);
  gtk_notebook_set_show_border (GTK_NOTEBOOK (book), FALSE);
  gtk_notebook_set_group_name (GTK_NOTEBOOK (book), "cajal-dock");
  gtk_widget_add_css_class (book, "dock");
  gtk_notebook_set_action_widget (GTK_NOTEBOOK (book), make_end (self, slot), GTK_PACK_END);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (click, "pressed", G_CALLBACK (on_pressed), self);
  gtk_widget_add_controller (book, GTK_EVENT_CONTROLLER (click));
  g_signal_connect_swapped (book, "page-added", G_CALLBACK (on_switched), self);
  g_signal_connect_swapped (book, "page-removed", G_CALLBACK (on_switched), self);
  g_signal_connect_data (book, "switch-page", G_CALLBACK (on_switched), self, NULL,
                         G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  return book;
}

/* --- the widget --- */

void
cju_dock_add_page (CjuDock *self, GtkWidget *page, const char *id, const char *title,
                   const char *blurb)
{
  g_object_set_data (G_OBJECT (page), "id", (gpointer) id);
  g_object_set_data (G_OBJECT (page), "title", (gpointer) title);
  g_object_set_data (G_OBJECT (page), "blurb", (gpointer) blurb);
  g_ptr_array_add (self->pages, g_object_ref_sink (page));
  put_page (self, page, GTK_NOTEBOOK (self->slots[0]));
}

static const CjuDockView history_view
    = { "history", N_ ("History"),
        N_ ("Every run with its settings, to compare and to go back to") };

gboolean
cju_dock_describe (guint i, CjuDockView *view)
{
  const CjuViewInfo *const *info = cju_views ();
  guint n = 0;

  while (info[n] != NULL && n < i)
    n++;
  if (info[n] != NULL)
    *view = (CjuDockView){ info[n]->id, info[n]->title, info[n]->blurb, info[n]->formula,
                           info[n]->source };
  else if (i == n)
    *view = history_view;
  else
    return FALSE;
  return TRUE;
}

static gboolean
add_pages (gpointer data)
{
  CjuDock *self = data;
  GtkWidget *history;

  self->filling = TRUE;

  for (const CjuViewInfo *const *info = cju_views (); *info != NULL; info++)
    {
      GtkWidget *view = cju_view_new (*info, self->document);
      g_autofree char *topic = g_strconcat ("view/", (*info)->id, NULL);

      cju_help_set_topic (view, topic);
      g_signal_connect_swapped (view, "message", G_CALLBACK (on_message), self);
      cju_dock_add_page (self, view, (*info)->id, _ ((*info)->title), _ ((*info)->blurb));
      /* update_pages shows it in its place */
      gtk_widget_set_visible (view, cju_view_belongs (CJU_VIEW (view)) && !stands_beside (view));
    }
  self->problems = cju_problems_new (self->document);
  cju_help_set_topic (self->problems, "guide/problems");
  cju_dock_add_page (self, self->problems, "problems", _ ("Problems"),
                     _ ("What keeps the network from training, with what would help"));
  history = cju_history_new (self->document);
  g_signal_connect_swapped (history, "message", G_CALLBACK (on_message), self);
  cju_help_set_topic (history, "view/history");
  cju_dock_add_page (self, history, history_view.id, _ (history_view.title),
                     _ (history_view.blurb));
  self->filling = FALSE;
  update_pages (self);
  return FALSE;
}

static void
cju_dock_dispose (GObject *object)
{
  CjuDock *self = CJU_DOCK (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  for (guint i = 0; i < N_SLOTS; i++)
    if (self->slots[i] != NULL)
      {
        g_signal_handlers_disconnect_by_data (self->slots[i], self);
        self->slots[i] = NULL;
      }
  g_clear_pointer (&self->later, cju_later_free);
  g_clear_pointer (&self->paned, gtk_widget_unparent);
  g_clear_pointer (&self->pages, g_ptr_array_unref);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (cju_dock_parent_class)->dispose (object);
}

static void
cju_dock_class_init (CjuDockClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = cju_dock_dispose;
  gtk_widget_class_set_layout_manager_type (widget, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget, "dock.export", "s", figure_action);
  gtk_widget_class_install_action (widget, "dock.publish", NULL, figure_action);
  gtk_widget_class_install_action (widget, "dock.add-to-plate", NULL, figure_action);
  gtk_widget_class_install_action (widget, "dock.copy", NULL, figure_action);
  gtk_widget_class_install_action (widget, "dock.zoom", "s", figure_action);
  gtk_widget_class_install_action (widget, "dock.show", "s", show_action);
  gtk_widget_class_install_action (widget, "dock.beside", NULL, place_action);
  gtk_widget_class_install_action (widget, "dock.detach", NULL, place_action);
  message_signal = g_signal_new ("message", CJU_TYPE_DOCK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
cju_dock_init (CjuDock *self)
{
  self->later = cju_later_new (self);
  self->pages = g_ptr_array_new_with_free_func (g_object_unref);
  self->paned = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);
  gtk_widget_set_parent (self->paned, GTK_WIDGET (self));
}

GtkWidget *
cju_dock_new (CjuDocument *document)
{
  CjuDock *self = g_object_new (CJU_TYPE_DOCK, NULL);

  self->document = g_object_ref (document);
  cju_help_set_topic (GTK_WIDGET (self), "guide/figures");
  gtk_paned_set_start_child (GTK_PANED (self->paned), make_slot (self, 0));
  gtk_paned_set_end_child (GTK_PANED (self->paned), make_slot (self, 1));
  gtk_paned_set_shrink_start_child (GTK_PANED (self->paned), FALSE);
  gtk_widget_set_visible (self->slots[1], FALSE);
  cju_later_add (self->later, add_pages);
  g_signal_connect_swapped (document, "edited", G_CALLBACK (on_edited), self);
  return GTK_WIDGET (self);
}
