/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-browser.h"

#include "cju-access.h"
#include "cjd-edits.h"
#include "cju-data.h"
#include "cju-sample-list.h"
#include "cju-tile.h"

#include <glib/gi18n-lib.h>

struct _CjuBrowser
{
  AdwWindow parent;
  CjuDocument *document;
  CjuSampleList *list;
  GtkSelectionModel *selection;
  GPtrArray *tiles; /* those that show a sample now, borrowed */
  GtkWidget *grid, *split, *search, *balance, *facts, *count, *relabel, *out, *in, *look, *title;
  int class;         /* filtered by; -1: all */
  gboolean filling;  /* controls are being brought in line */
  guint n_classes;   /* that the list of balance has rows for */
  GStrv class_names; /* the same, of the drop-down to relabel with */
};

G_DEFINE_FINAL_TYPE (CjuBrowser, cju_browser, ADW_TYPE_WINDOW)

enum
{
  SHOW_ALL,
  SHOW_TRAIN,
  SHOW_VAL,
  SHOW_TEST,
  SHOW_OUT
};

static gboolean
has_classes (const CjdDataset *dataset)
{
  return dataset != NULL && dataset->n_classes > 0 && dataset->y->dtype == CJ_INT32
         && dataset->y->shape.n_dims == 1;
}

static void
update_count (CjuBrowser *self)
{
  g_autoptr (GtkBitset) chosen = gtk_selection_model_get_selection (self->selection);
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (self->list));
  const guint n_chosen = (guint) gtk_bitset_get_size (chosen);
  g_autofree char *text = g_strdup_printf (
      n_chosen > 0 ? _ ("%'u of %'u samples · %'u selected") : _ ("%'u of %'u samples"), n,
      dataset != NULL ? (guint) cjd_dataset_get_n_samples (dataset) : 0, n_chosen);

  gtk_label_set_text (GTK_LABEL (self->count), text);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "browser.out", n_chosen > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "browser.in", n_chosen > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "browser.look", n_chosen > 0);
  gtk_widget_set_sensitive (self->relabel, n_chosen > 0 && has_classes (dataset));
}

/* --- which samples --- */

static void
refill (CjuBrowser *self)
{
  const guint chosen = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->split));
  const CjuSampleFilter filter = {
    .split = chosen == SHOW_ALL || chosen > SHOW_OUT ? -1
             : chosen == SHOW_OUT                    ? CJD_SPLIT_OUT
                                                     : (int) (chosen - SHOW_TRAIN),
    .class = self->class,
    .text = gtk_editable_get_text (GTK_EDITABLE (self->search)),
  };

  cju_sample_list_fill (self->list, cju_document_get_dataset (self->document), &filter);
  update_count (self);
}

static void
on_filter (CjuBrowser *self)
{
  if (!self->filling)
    refill (self);
}

static void
on_class (GtkListBox *box, GtkListBoxRow *row, gpointer data)
{
  CjuBrowser *self = data;
  const int class = row != NULL ? gtk_list_box_row_get_index (row) - 1 : -1;

  (void) box;
  if (self->filling || class == self->class)
    return;
  self->class = class;
  refill (self);
}

/* --- class balance --- */

static GtkWidget *
make_balance_row (const char *name)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (name), *count = gtk_label_new (NULL);
  GtkWidget *bar = gtk_progress_bar_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (count, "numeric");
  gtk_widget_add_css_class (count, "dim-label");
  gtk_box_append (GTK_BOX (line), label);
  gtk_box_append (GTK_BOX (line), count);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data_full (G_OBJECT (row), "name", g_strdup (name), g_free);
  g_object_set_data (G_OBJECT (row), "count", count);
  g_object_set_data (G_OBJECT (row), "bar", bar);
  return row;
}

static void
show_balance_row (CjuBrowser *self, int index, gsize n, gsize most)
{
  GtkWidget *row = GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->balance), index));
  g_autofree char *text = g_strdup_printf ("%'u", (guint) n);
  g_autofree char *words = g_strdup_printf (
      _ ("%s, %u samples"), (const char *) g_object_get_data (G_OBJECT (row), "name"), (guint) n);

  gtk_label_set_text (g_object_get_data (G_OBJECT (row), "count"), text);
  gtk_progress_bar_set_fraction (g_object_get_data (G_OBJECT (row), "bar"),
                                 (double) n / (double) MAX (most, 1));
  cju_access_name (row, words);
}

/* One row a class, and the names to relabel with. */
static void
make_classes (CjuBrowser *self, const CjdDataset *dataset)
{
  const guint n = has_classes (dataset) ? dataset->n_classes : 0;
  GStrvBuilder *names = g_strv_builder_new ();
  g_autoptr (GtkStringList) strings = NULL;
  GtkListBoxRow *row;

  g_strv_builder_add (names, _ ("Relabel…"));
  while ((row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->balance), 0)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->balance), GTK_WIDGET (row));
  gtk_list_box_append (GTK_LIST_BOX (self->balance), make_balance_row (_ ("All classes")));
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);
      const char *name = dataset->class_names != NULL ? dataset->class_names[i] : number;

      g_strv_builder_add (names, name);
      gtk_list_box_append (GTK_LIST_BOX (self->balance), make_balance_row (name));
    }
  g_strfreev (self->class_names);
  self->class_names = g_strv_builder_end (names);
  g_strv_builder_unref (names);
  strings = gtk_string_list_new ((const char *const *) self->class_names);
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->relabel), G_LIST_MODEL (strings));
  self->n_classes = n;
  self->class = -1;
  gtk_list_box_select_row (GTK_LIST_BOX (self->balance),
                           gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->balance), 0));
}

static gboolean
same_classes (CjuBrowser *self, const CjdDataset *dataset)
{
  if (self->class_names == NULL
      || self->n_classes != (has_classes (dataset) ? dataset->n_classes : 0))
    return FALSE;
  for (guint i = 0; i < self->n_classes && dataset->class_names != NULL; i++)
    if (!g_str_equal (dataset->class_names[i], self->class_names[i + 1]))
      return FALSE;
  return TRUE;
}

static void
show_balance (CjuBrowser *self, const CjdDataset *dataset)
{
  g_autofree gsize *counts = g_new0 (gsize, self->n_classes + 1);
  gsize all = 0, most = 0;

  for (gsize i = 0; dataset != NULL && i < cjd_dataset_get_n_samples (dataset); i++)
    {
      const gint32 class = cjd_dataset_get_class (dataset, i);

      if (dataset->split[i] == CJD_SPLIT_OUT)
        continue;
      all++;
      if (class >= 0 && (guint) class < self->n_classes)
        {
          counts[class]++;
          most = MAX (most, counts[class]);
        }
    }
  show_balance_row (self, 0, all, MAX (all, 1));
  for (guint i = 0; i < self->n_classes; i++)
    show_balance_row (self, (int) i + 1, counts[i], most);
}

static void
show_facts (CjuBrowser *self, const CjdDataset *dataset)
{
  g_autofree char *found = dataset != NULL ? cju_data_describe (dataset) : NULL;
  g_autoptr (GString) text = g_string_new (found != NULL ? found : _ ("Loading…"));

  if (dataset != NULL && dataset->n_channels > 0)
    {
      g_autofree char *norm = cju_data_print_norm (dataset);

      g_string_append_printf (text, "\n%s", norm);
    }
  gtk_label_set_text (GTK_LABEL (self->facts), text->str);
  if (dataset != NULL)
    adw_window_title_set_subtitle (ADW_WINDOW_TITLE (self->title), dataset->name);
}

/* The data are others, or the same with changes: then what is selected stays selected, and where a
 * sample left the list the next one is. */
static void
on_loaded (CjuBrowser *self)
{
  CjdDataset *dataset = cju_document_get_dataset (self->document);
  g_autoptr (GtkBitset) chosen = gtk_selection_model_get_selection (self->selection);
  const guint first = gtk_bitset_is_empty (chosen) ? 0 : gtk_bitset_get_minimum (chosen);
  const guint before = g_list_model_get_n_items (G_LIST_MODEL (self->list));
  guint n;

  self->filling = TRUE;
  if (!same_classes (self, dataset))
    make_classes (self, dataset);
  show_balance (self, dataset);
  show_facts (self, dataset);
  self->filling = FALSE;
  for (guint i = 0; i < self->tiles->len && dataset != NULL; i++)
    {
      CjuTile *tile = self->tiles->pdata[i];

      if (cju_tile_get_sample (tile) < cjd_dataset_get_n_samples (dataset))
        cju_tile_show (tile, dataset, cju_tile_get_sample (tile));
    }
  refill (self);
  n = g_list_model_get_n_items (G_LIST_MODEL (self->list));
  if (n == before || first == 0 || n == 0)
    return;
  gtk_selection_model_select_item (self->selection, MIN (first, n - 1), TRUE);
  gtk_widget_activate_action (self->grid, "list.scroll-to-item", "u", MIN (first, n - 1));
}

/* --- changes --- */

#define KEEP_CLASS -2

/* Gives the selected samples a class, or leaves them out or takes them in (`out` -1: as they are). */
static void
change (CjuBrowser *self, gint32 class, int out, const char *title)
{
  CjlProject *project = cju_document_get_project (self->document);
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  g_autoptr (GtkBitset) chosen = gtk_selection_model_get_selection (self->selection);
  g_autoptr (GArray) edits = cjd_edits_parse (project->data.edits, NULL);
  g_autofree char *text = NULL;
  GtkBitsetIter iter;
  guint position;

  if (dataset == NULL || dataset->base == NULL || edits == NULL)
    return;
  for (gboolean more = gtk_bitset_iter_init_first (&iter, chosen, &position); more;
       more = gtk_bitset_iter_next (&iter, &position))
    {
      const guint32 sample = (guint32) cju_sample_list_get_sample (self->list, position);
      CjdEdit edit = cjd_edits_get (edits, sample);

      if (class != KEEP_CLASS)
        edit.class = class == cjd_dataset_get_class (dataset->base, sample) ? -1 : class;
      if (out >= 0)
        edit.out = out;
      cjd_edits_set (edits, edit);
    }
  text = cjd_edits_print (edits);
  cjl_project_begin (project);
  cjl_project_set (project, "data.edits", text, NULL);
  cjl_project_commit (project, title, NULL);
}

static void
on_relabel (CjuBrowser *self)
{
  const guint chosen = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->relabel));
  g_autofree char *title = NULL;

  if (self->filling || chosen == 0 || chosen > self->n_classes)
    return;
  title = g_strdup_printf (_ ("Relabel as %s"), self->class_names[chosen]);
  change (self, (gint32) chosen - 1, -1, title);
  self->filling = TRUE;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->relabel), 0);
  self->filling = FALSE;
}

static void
change_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const gboolean out = g_str_equal (name, "browser.out");

  (void) parameter;
  change (CJU_BROWSER (widget), KEEP_CLASS, out,
          out ? _ ("Leave Samples Out") : _ ("Take Samples In"));
}

static void
undo_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjlProject *project = cju_document_get_project (CJU_BROWSER (widget)->document);

  (void) parameter;
  if (g_str_equal (name, "browser.undo"))
    cjl_project_undo (project);
  else
    cjl_project_redo (project);
}

/* The number of a sample within its split. */
static void
look_at (CjuBrowser *self, gsize sample)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  gsize number = 0;

  if (dataset == NULL || dataset->split[sample] == CJD_SPLIT_OUT)
    return;
  for (gsize i = 0; i < sample; i++)
    number += dataset->split[i] == dataset->split[sample];
  cju_document_choose_from (self->document, (CjdSplit) dataset->split[sample], number);
}

static void
look_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuBrowser *self = CJU_BROWSER (widget);
  g_autoptr (GtkBitset) chosen = gtk_selection_model_get_selection (self->selection);

  (void) name;
  (void) parameter;
  if (!gtk_bitset_is_empty (chosen))
    look_at (self, cju_sample_list_get_sample (self->list, gtk_bitset_get_minimum (chosen)));
}

static void
on_activate (GtkGridView *grid, guint position, gpointer data)
{
  CjuBrowser *self = data;

  (void) grid;
  look_at (self, cju_sample_list_get_sample (self->list, position));
}

static void
search_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  (void) name;
  (void) parameter;
  gtk_widget_grab_focus (CJU_BROWSER (widget)->search);
}

/* --- making --- */

static void
on_setup (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  (void) factory;
  (void) data;
  gtk_list_item_set_child (item, cju_tile_new ());
}

static void
on_bind (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  CjuBrowser *self = data;
  CjuTile *tile = CJU_TILE (gtk_list_item_get_child (item));
  CjuSample *sample = gtk_list_item_get_item (item);

  (void) factory;
  g_ptr_array_add (self->tiles, tile);
  cju_tile_show (tile, cju_document_get_dataset (self->document), cju_sample_get_index (sample));
}

static void
on_unbind (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  CjuBrowser *self = data;

  (void) factory;
  if (self->tiles != NULL)
    g_ptr_array_remove_fast (self->tiles, gtk_list_item_get_child (item));
}

static GtkWidget *
make_grid (CjuBrowser *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), self);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), self);
  self->list = cju_sample_list_new ();
  self->selection
      = GTK_SELECTION_MODEL (gtk_multi_selection_new (G_LIST_MODEL (g_object_ref (self->list))));
  self->grid = gtk_grid_view_new (g_object_ref (self->selection), factory);
  gtk_grid_view_set_max_columns (GTK_GRID_VIEW (self->grid), 40);
  gtk_grid_view_set_min_columns (GTK_GRID_VIEW (self->grid), 3);
  gtk_grid_view_set_enable_rubberband (GTK_GRID_VIEW (self->grid), TRUE);
  cju_access_name (self->grid, _ ("Samples"));
  g_signal_connect (self->grid, "activate", G_CALLBACK (on_activate), self);
  g_signal_connect_swapped (self->selection, "selection-changed", G_CALLBACK (update_count), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->grid);
  gtk_widget_set_hexpand (scroller, TRUE);
  gtk_widget_set_vexpand (scroller, TRUE);
  return scroller;
}

static GtkWidget *
make_side (CjuBrowser *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 10);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->balance = gtk_list_box_new ();
  self->facts = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->balance, "navigation-sidebar");
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->balance), GTK_SELECTION_BROWSE);
  cju_access_name (self->balance, _ ("Class balance"));
  g_signal_connect (self->balance, "row-selected", G_CALLBACK (on_class), self);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->balance);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->facts), 0);
  gtk_label_set_wrap (GTK_LABEL (self->facts), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->facts), 26);
  gtk_widget_add_css_class (self->facts, "caption");
  gtk_widget_add_css_class (self->facts, "numeric");
  gtk_widget_add_css_class (self->facts, "dim-label");
  gtk_widget_set_margin_start (self->facts, 14);
  gtk_widget_set_margin_end (self->facts, 14);
  gtk_widget_set_margin_bottom (self->facts, 12);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_box_append (GTK_BOX (box), self->facts);
  gtk_widget_set_size_request (box, 220, -1);
  return box;
}

static GtkWidget *
make_button (const char *text, const char *action, const char *tip)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (text);

  cju_access_name_mnemonic (button, text);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  cju_access_tip (button, tip);
  return button;
}

static GtkWidget *
make_bar (CjuBrowser *self)
{
  GtkWidget *bar = gtk_action_bar_new ();

  self->count = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->count, "numeric");
  self->relabel = gtk_drop_down_new (NULL, NULL);
  self->out = make_button (_ ("Leave _Out"), "browser.out",
                           _ ("The network does not see the selected samples any more (Delete)"));
  self->in = make_button (_ ("Take _In"), "browser.in",
                          _ ("The network sees the selected samples again (Insert)"));
  self->look = make_button (_ ("_Look at It"), "browser.look",
                            _ ("Shows the first selected sample to the network (Return)"));
  cju_access_tip (self->relabel, _ ("Gives the selected samples another class"));
  cju_access_name (self->relabel, _ ("Class of the selected samples"));
  g_signal_connect_swapped (self->relabel, "notify::selected", G_CALLBACK (on_relabel), self);
  gtk_action_bar_pack_start (GTK_ACTION_BAR (bar), self->count);
  gtk_action_bar_pack_end (GTK_ACTION_BAR (bar), self->look);
  gtk_action_bar_pack_end (GTK_ACTION_BAR (bar), self->in);
  gtk_action_bar_pack_end (GTK_ACTION_BAR (bar), self->out);
  gtk_action_bar_pack_end (GTK_ACTION_BAR (bar), self->relabel);
  return bar;
}

static GtkWidget *
make_header (CjuBrowser *self)
{
  static const char *const splits[]
      = { N_ ("All samples"), N_ ("Training"), N_ ("Validation"), N_ ("Test"), N_ ("Left out") };
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *undo = gtk_button_new_from_icon_name ("edit-undo-symbolic");

  for (guint i = 0; i < G_N_ELEMENTS (splits); i++)
    gtk_string_list_append (names, _ (splits[i]));
  self->split = gtk_drop_down_new (G_LIST_MODEL (g_steal_pointer (&names)), NULL);
  self->search = gtk_search_entry_new ();
  self->title = adw_window_title_new (_ ("Samples"), NULL);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (undo), "browser.undo");
  cju_access_tip (undo, _ ("Undo (Ctrl+Z)"));
  cju_access_name (undo, _ ("Undo"));
  cju_access_name (self->split, _ ("Split shown"));
  cju_access_name_search (self->search, _ ("Search samples"));
  g_object_set (self->search, "placeholder-text", _ ("Class, or #number"), NULL);
  g_signal_connect_swapped (self->split, "notify::selected", G_CALLBACK (on_filter), self);
  g_signal_connect_swapped (self->search, "search-changed", G_CALLBACK (on_filter), self);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (header), self->title);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), undo);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), self->split);
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), self->search);
  return header;
}

static void
cju_browser_dispose (GObject *object)
{
  CjuBrowser *self = CJU_BROWSER (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  if (self->selection != NULL)
    g_signal_handlers_disconnect_by_data (self->selection, self);
  g_clear_pointer (&self->tiles, g_ptr_array_unref);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (cju_browser_parent_class)->dispose (object);
}

static void
cju_browser_finalize (GObject *object)
{
  CjuBrowser *self = CJU_BROWSER (object);

  g_clear_object (&self->selection);
  g_clear_object (&self->list);
  g_strfreev (self->class_names);
  G_OBJECT_CLASS (cju_browser_parent_class)->finalize (object);
}

static void
cju_browser_class_init (CjuBrowserClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = cju_browser_dispose;
  G_OBJECT_CLASS (class)->finalize = cju_browser_finalize;
  gtk_widget_class_install_action (widget, "browser.out", NULL, change_action);
  gtk_widget_class_install_action (widget, "browser.in", NULL, change_action);
  gtk_widget_class_install_action (widget, "browser.look", NULL, look_action);
  gtk_widget_class_install_action (widget, "browser.undo", NULL, undo_action);
  gtk_widget_class_install_action (widget, "browser.redo", NULL, undo_action);
  gtk_widget_class_install_action (widget, "browser.search", NULL, search_action);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_Delete, 0, "browser.out", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_Insert, 0, "browser.in", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_z, GDK_CONTROL_MASK, "browser.undo", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "browser.redo", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_f, GDK_CONTROL_MASK, "browser.search", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
cju_browser_init (CjuBrowser *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *middle = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->tiles = g_ptr_array_new ();
  self->class = -1;
  gtk_box_append (GTK_BOX (box), make_header (self));
  gtk_box_append (GTK_BOX (middle), make_side (self));
  gtk_box_append (GTK_BOX (middle), gtk_separator_new (GTK_ORIENTATION_VERTICAL));
  gtk_box_append (GTK_BOX (middle), make_grid (self));
  gtk_box_append (GTK_BOX (box), middle);
  gtk_box_append (GTK_BOX (box), make_bar (self));
  adw_window_set_content (ADW_WINDOW (self), box);
  gtk_window_set_default_size (GTK_WINDOW (self), 1080, 740);
}

GtkWidget *
cju_browser_new (GtkWindow *parent, CjuDocument *document)
{
  CjuBrowser *self = g_object_new (CJU_TYPE_BROWSER, "title", _ ("Samples"), "transient-for",
                                   parent, "destroy-with-parent", TRUE, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_swapped (document, "loaded", G_CALLBACK (on_loaded), self);
  on_loaded (self);
  gtk_widget_grab_focus (self->grid);
  return GTK_WIDGET (self);
}
