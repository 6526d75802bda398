/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-help.h"

#include "cju-access.h"
#include "cju-help-page.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#define TOPIC "cju-help-topic"
#define WINDOW "cju-help-window"

typedef struct
{
  GtkWidget *window, *search, *list, *list_scroller, *scroller, *flap, *back, *forward, *nothing;
  guint reveal;     /* source, 0: none */
  GPtrArray *trail; /* CjuHelpPage, as they were read */
  guint at;         /* in the trail */
} Help;

void
cju_help_set_topic (GtkWidget *widget, const char *topic)
{
  g_object_set_data_full (G_OBJECT (widget), TOPIC, g_strdup (topic), g_free);
}

const char *
cju_help_find_topic (GtkWidget *widget)
{
  for (GtkWidget *w = widget; w != NULL; w = gtk_widget_get_parent (w))
    {
      const char *topic = g_object_get_data (G_OBJECT (w), TOPIC);

      if (topic != NULL)
        return topic;
    }
  return NULL;
}

static void
free_help (gpointer data)
{
  Help *help = data;

  g_clear_handle_id (&help->reveal, g_source_remove);
  g_ptr_array_unref (help->trail);
  g_free (help);
}

static const CjuHelpPage *
get_page (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), "page");
}

/* --- turning pages --- */

static void go_to (Help *help, const CjuHelpPage *page);

static gboolean
on_link (GtkLabel *label, const char *id, gpointer data)
{
  const CjuHelpPage *page = cju_help_find (id);

  (void) label;
  if (page != NULL)
    go_to (data, page);
  return page != NULL;
}

/* Once it has a place: brings the selected row into view. */
static gboolean
reveal_row (gpointer data)
{
  Help *help = data;
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (help->list));
  GtkAdjustment *adjustment
      = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (help->list_scroller));
  graphene_rect_t bounds;

  help->reveal = 0;
  if (row != NULL && gtk_widget_compute_bounds (GTK_WIDGET (row), help->list, &bounds))
    gtk_adjustment_clamp_page (adjustment, bounds.origin.y - 40,
                               bounds.origin.y + bounds.size.height + 40);
  return G_SOURCE_REMOVE;
}

static void
select_row (Help *help, const CjuHelpPage *page)
{
  GtkListBoxRow *row;

  if (help->reveal == 0)
    help->reveal = g_timeout_add (60, reveal_row, help);

  for (int i = 0; (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (help->list), i)) != NULL; i++)
    if (get_page (row) == page)
      {
        gtk_list_box_select_row (GTK_LIST_BOX (help->list), row);
        return;
      }
}

static void
show (Help *help)
{
  const CjuHelpPage *page = help->trail->pdata[help->at];
  GtkAdjustment *adjustment
      = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (help->scroller));

  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (help->scroller),
                                 cju_help_page_new (page, G_CALLBACK (on_link), help));
  gtk_adjustment_set_value (adjustment, 0);
  gtk_window_set_title (GTK_WINDOW (help->window), page->title);
  gtk_widget_set_sensitive (help->back, help->at > 0);
  gtk_widget_set_sensitive (help->forward, help->at + 1 < help->trail->len);
  select_row (help, page);
}

static void
go_to (Help *help, const CjuHelpPage *page)
{
  if (help->trail->len > 0 && help->trail->pdata[help->at] == page)
    return;
  if (help->trail->len > 0)
    g_ptr_array_set_size (help->trail, (int) ++help->at);
  g_ptr_array_add (help->trail, (gpointer) page);
  show (help);
}

static void
step (Help *help, int by)
{
  const gint64 to = (gint64) help->at + by;

  if (to < 0 || to >= help->trail->len)
    return;
  help->at = (guint) to;
  show (help);
}

static void
on_back (Help *help)
{
  step (help, -1);
}

static void
on_forward (Help *help)
{
  step (help, 1);
}

/* --- the list --- */

static gboolean
is_searching (Help *help)
{
  return gtk_editable_get_text (GTK_EDITABLE (help->search))[0] != '\0';
}

/* How well a page fits what was typed: 0 not at all, more for a word of its title. */
static int
rate (Help *help, const CjuHelpPage *page)
{
  g_autofree char *needle
      = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (help->search)), -1);
  g_autofree char *title = g_utf8_casefold (page->title, -1);
  g_auto (GStrv) words = g_strsplit (needle, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (page->haystack, words[i]) == NULL)
      return 0;
  if (g_str_has_prefix (title, needle))
    return 3;
  return strstr (title, needle) != NULL ? 2 : 1;
}

static gboolean
matches (GtkListBoxRow *row, gpointer data)
{
  return rate (data, get_page (row)) > 0;
}

static int
get_place (GtkListBoxRow *row)
{
  return GPOINTER_TO_INT (g_object_get_data (G_OBJECT (row), "place"));
}

/* Reading order; while something is typed, the best first. */
static int
compare (GtkListBoxRow *a, GtkListBoxRow *b, gpointer data)
{
  const int by_rate
      = is_searching (data) ? rate (data, get_page (b)) - rate (data, get_page (a)) : 0;

  return by_rate != 0 ? by_rate : get_place (a) - get_place (b);
}

static void
set_header (GtkListBoxRow *row, GtkListBoxRow *before, gpointer data)
{
  GtkWidget *label;

  if (is_searching (data)
      || (before != NULL && g_str_equal (get_page (before)->section, get_page (row)->section)))
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  label = gtk_label_new (get_page (row)->section);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_list_box_row_set_header (row, label);
}

static GtkListBoxRow *
find_first (Help *help)
{
  GtkListBoxRow *row;

  for (int i = 0; (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (help->list), i)) != NULL; i++)
    if (gtk_widget_get_child_visible (GTK_WIDGET (row)))
      return row;
  return NULL;
}

static void
on_search (Help *help)
{
  gtk_list_box_invalidate_filter (GTK_LIST_BOX (help->list));
  gtk_list_box_invalidate_sort (GTK_LIST_BOX (help->list));
  gtk_list_box_invalidate_headers (GTK_LIST_BOX (help->list));
}

static void
on_search_enter (Help *help)
{
  GtkListBoxRow *row = find_first (help);

  if (row != NULL)
    go_to (help, get_page (row));
}

static void
on_row (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  Help *help = data;

  (void) list;
  go_to (help, get_page (row));
  if (adw_flap_get_folded (ADW_FLAP (help->flap)))
    adw_flap_set_reveal_flap (ADW_FLAP (help->flap), FALSE);
}

static GtkWidget *
make_row (const CjuHelpPage *page, int place)
{
  GtkWidget *row = gtk_list_box_row_new (), *label = gtk_label_new (page->title);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, page->title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, page->section, -1);
  g_object_set_data (G_OBJECT (row), "page", (gpointer) page);
  g_object_set_data (G_OBJECT (row), "place", GINT_TO_POINTER (place));
  return row;
}

static GtkWidget *
make_list (Help *help)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6),
            *scroller = gtk_scrolled_window_new ();
  const GPtrArray *pages = cju_help_pages ();

  help->list_scroller = scroller;
  help->search = gtk_search_entry_new ();
  help->list = gtk_list_box_new ();
  help->nothing = gtk_label_new (_ ("Nothing was found"));
  g_object_set (help->search, "placeholder-text", _ ("Search help…"), NULL);
  cju_access_name_search (help->search, _ ("Search help"));
  cju_access_name (help->list, _ ("Pages"));
  gtk_widget_set_margin_top (help->search, 8);
  gtk_widget_set_margin_start (help->search, 8);
  gtk_widget_set_margin_end (help->search, 8);
  gtk_widget_add_css_class (help->list, "navigation-sidebar");
  gtk_widget_add_css_class (help->list, "help-list");
  gtk_widget_add_css_class (help->nothing, "dim-label");
  gtk_list_box_set_placeholder (GTK_LIST_BOX (help->list), help->nothing);
  for (guint i = 0; i < pages->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (help->list), make_row (pages->pdata[i], (int) i));
  gtk_list_box_set_filter_func (GTK_LIST_BOX (help->list), matches, help, NULL);
  gtk_list_box_set_sort_func (GTK_LIST_BOX (help->list), compare, help, NULL);
  gtk_list_box_set_header_func (GTK_LIST_BOX (help->list), set_header, help, NULL);
  g_signal_connect (help->list, "row-activated", G_CALLBACK (on_row), help);
  g_signal_connect_swapped (help->search, "search-changed", G_CALLBACK (on_search), help);
  g_signal_connect_swapped (help->search, "activate", G_CALLBACK (on_search_enter), help);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), help->list);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (box), help->search);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_widget_set_size_request (box, 250, -1);
  return box;
}

/* --- the window --- */

static gboolean
on_key (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
        gpointer data)
{
  Help *help = data;

  (void) controller;
  (void) code;
  if (key == GDK_KEY_Escape && !is_searching (help))
    gtk_window_close (GTK_WINDOW (help->window));
  else if (key == GDK_KEY_Escape)
    gtk_editable_set_text (GTK_EDITABLE (help->search), "");
  else if ((state & GDK_ALT_MASK) != 0 && (key == GDK_KEY_Left || key == GDK_KEY_Right))
    step (help, key == GDK_KEY_Left ? -1 : 1);
  else if ((state & GDK_CONTROL_MASK) != 0 && key == GDK_KEY_f)
    {
      adw_flap_set_reveal_flap (ADW_FLAP (help->flap), TRUE);
      gtk_widget_grab_focus (help->search);
    }
  else
    return FALSE;
  return TRUE;
}

static GtkWidget *
make_button (Help *help, const char *icon, const char *tip, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  cju_access_tip (button, tip);
  cju_access_name (button, tip);
  g_signal_connect_swapped (button, "clicked", callback, help);
  return button;
}

static void
on_list (Help *help)
{
  AdwFlap *flap = ADW_FLAP (help->flap);

  adw_flap_set_reveal_flap (flap, !adw_flap_get_reveal_flap (flap));
}

static GtkWidget *
make_header (Help *help)
{
  GtkWidget *header = adw_header_bar_new ();
  AdwHeaderBar *bar = ADW_HEADER_BAR (header);

  help->back
      = make_button (help, "go-previous-symbolic", _ ("Back (Alt+Left)"), G_CALLBACK (on_back));
  help->forward
      = make_button (help, "go-next-symbolic", _ ("Forward (Alt+Right)"), G_CALLBACK (on_forward));
  adw_header_bar_pack_start (bar, make_button (help, "sidebar-show-symbolic",
                                               _ ("Show the list of pages"), G_CALLBACK (on_list)));
  adw_header_bar_pack_start (bar, help->back);
  adw_header_bar_pack_start (bar, help->forward);
  return header;
}

static Help *
make_help (GtkApplication *application)
{
  Help *help = g_new0 (Help, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkEventController *key = gtk_event_controller_key_new ();

  help->trail = g_ptr_array_new ();
  help->window = adw_window_new ();
  help->flap = adw_flap_new ();
  help->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (help->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_hexpand (help->scroller, TRUE);
  adw_flap_set_flap (ADW_FLAP (help->flap), make_list (help));
  adw_flap_set_separator (ADW_FLAP (help->flap), gtk_separator_new (GTK_ORIENTATION_VERTICAL));
  adw_flap_set_content (ADW_FLAP (help->flap), help->scroller);
  gtk_widget_set_vexpand (help->flap, TRUE);
  gtk_box_append (GTK_BOX (box), make_header (help));
  gtk_box_append (GTK_BOX (box), help->flap);
  adw_window_set_content (ADW_WINDOW (help->window), box);
  gtk_window_set_default_size (GTK_WINDOW (help->window), 920, 700);
  gtk_window_set_application (GTK_WINDOW (help->window), application);
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), help);
  gtk_widget_add_controller (help->window, key);
  gtk_search_entry_set_key_capture_widget (GTK_SEARCH_ENTRY (help->search), help->window);
  g_object_set_data_full (G_OBJECT (help->window), "help", help, free_help);
  return help;
}

static void
on_destroy (GtkApplication *application)
{
  g_object_set_data (G_OBJECT (application), WINDOW, NULL);
}

void
cju_help_present (GtkApplication *application, const char *topic)
{
  GtkWidget *window = g_object_get_data (G_OBJECT (application), WINDOW);
  const CjuHelpPage *page = cju_help_find (topic);
  Help *help;

  if (window == NULL)
    {
      help = make_help (application);
      g_object_set_data (G_OBJECT (application), WINDOW, help->window);
      g_signal_connect_swapped (help->window, "destroy", G_CALLBACK (on_destroy), application);
      window = help->window;
    }
  help = g_object_get_data (G_OBJECT (window), "help");
  go_to (help, page != NULL ? page : cju_help_pages ()->pdata[0]);
  gtk_window_present (GTK_WINDOW (window));
  gtk_widget_grab_focus (help->search);
}
