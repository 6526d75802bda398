/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-recent.h"

#include "cju-access.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MIME "application/vnd.cajal.project+zip"
#define APPLICATION                                                                                \
  "Cajal" /* figures are other programs' files as well: those that were opened here */
#define MAX_SHOWN 4
#define MAX_REMAINS 2
#define MAX_IN_MENU 8
#define WIDTH 200
#define HEIGHT 104

/* --- remembering --- */

static void
add_file (const char *path, const char *mime)
{
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autofree char *uri = g_file_get_uri (file);
  GtkRecentData data = { .mime_type = (char *) mime,
                         .app_name = (char *) APPLICATION,
                         .app_exec = (char *) "cajal %f" };

  gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &data);
}

void
cju_recent_add (const char *path)
{
  add_file (path, MIME);
}

void
cju_recent_add_figure (const char *path)
{
  g_autofree char *type = g_content_type_guess (path, NULL, 0, NULL);
  g_autofree char *mime = g_content_type_get_mime_type (type);

  add_file (path, mime != NULL ? mime : "application/octet-stream");
}

static char *
dup_picture_path (const char *uri)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, uri, -1);
  g_autofree char *name = g_strconcat (hash, ".png", NULL);
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "cajal", "pictures", NULL);

  g_mkdir_with_parents (folder, 0700);
  return g_build_filename (folder, name, NULL);
}

typedef struct
{
  GtkWidget *canvas;
  char *picture;
} Drawing;

static void
free_drawing (gpointer data, GClosure *closure)
{
  Drawing *drawing = data;

  (void) closure;
  g_object_unref (drawing->canvas);
  g_free (drawing->picture);
  g_free (drawing);
}

static void
write_picture (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  (void) source;
  (void) cancellable;
  gdk_texture_save_to_png (g_object_get_data (G_OBJECT (task), "texture"), data);
}

/* Everything has its place in the frame now. */
static void
draw (GdkFrameClock *clock, gpointer data)
{
  const Drawing *drawing = data;
  GtkWidget *canvas = drawing->canvas;
  GtkNative *native = gtk_widget_get_native (canvas);
  const float width = (float) gtk_widget_get_width (canvas);
  const float height = (float) gtk_widget_get_height (canvas);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GTask) task = NULL;

  if (native != NULL && gtk_widget_get_mapped (canvas) && width > 10 && height > 10)
    {
      gtk_snapshot_scale (snapshot, 2 * WIDTH / width, 2 * WIDTH / width);
      gtk_widget_snapshot_child (gtk_widget_get_parent (canvas), canvas, snapshot);
    }
  node = gtk_snapshot_free_to_node (snapshot);
  if (node != NULL)
    {
      texture = gsk_renderer_render_texture (
          gtk_native_get_renderer (native), node,
          &GRAPHENE_RECT_INIT (0, 0, 2 * WIDTH, 2 * WIDTH * height / width));
      task = g_task_new (NULL, NULL, NULL, NULL);
      g_task_set_task_data (task, g_strdup (drawing->picture), g_free);
      g_object_set_data_full (G_OBJECT (task), "texture", g_steal_pointer (&texture),
                              g_object_unref);
      g_task_run_in_thread (task, write_picture);
    }
  g_signal_handlers_disconnect_by_data (clock, data);
}

void
cju_recent_draw (const char *path, GtkWidget *canvas)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (canvas);
  g_autoptr (GFile) file = g_file_new_for_commandline_arg (path);
  g_autofree char *uri = g_file_get_uri (file);
  Drawing *drawing;

  if (clock == NULL)
    return;
  drawing = g_new0 (Drawing, 1);
  drawing->canvas = g_object_ref (canvas);
  drawing->picture = dup_picture_path (uri);
  g_signal_connect_data (clock, "after-paint", G_CALLBACK (draw), drawing, free_drawing, 0);
  gtk_widget_queue_draw (canvas);
}

/* --- showing --- */

char *
cju_recent_print_remains (const CjlRemains *remains)
{
  g_autofree char *edits = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u edit", "%u edits", remains->n_edits), remains->n_edits);
  g_autofree char *steps
      = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%'lld step of training",
                                      "%'lld steps of training", (gulong) remains->step),
                         (long long) remains->step);

  if (remains->step == 0)
    return g_steal_pointer (&edits);
  if (remains->n_edits == 0)
    return g_steal_pointer (&steps);
  return g_strdup_printf (_ ("%s and %s"), edits, steps);
}

static void
add_label (GtkWidget *box, const char *text, const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 20);
  gtk_widget_add_css_class (label, class);
  gtk_box_append (GTK_BOX (box), label);
}

static GtkWidget *
make_button (const char *label, const char *action, const char *text)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  cju_access_name_mnemonic (button, label);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", text);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  return button;
}

static void
forget_row (GtkWidget *button, gpointer row)
{
  GtkWidget *list = gtk_widget_get_parent (row);

  (void) button;
  gtk_list_box_remove (GTK_LIST_BOX (list), row);
  if (gtk_widget_get_first_child (list) == NULL)
    gtk_widget_set_visible (gtk_widget_get_parent (list), FALSE);
}

/* "Title — 3 edits … not saved   [Discard] [Restore]". */
static GtkWidget *
make_remains (const CjlRemains *remains)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2), *button;
  g_autofree char *what = cju_recent_print_remains (remains);
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_local (remains->when);
  g_autofree char *when = g_date_time_format (utc, "%x %H:%M");
  g_autofree char *text = g_strdup_printf (_ ("Not saved: %s, %s"), what, when);

  add_label (words, remains->title, "heading");
  add_label (words, text, "dim-label");
  gtk_label_set_max_width_chars (GTK_LABEL (gtk_widget_get_last_child (words)), 80);
  gtk_label_set_ellipsize (GTK_LABEL (gtk_widget_get_last_child (words)), PANGO_ELLIPSIZE_NONE);
  gtk_label_set_wrap (GTK_LABEL (gtk_widget_get_last_child (words)), TRUE);
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (box), words);
  button = make_button (_ ("_Discard"), "win.discard", remains->uuid);
  cju_access_tip (button, _ ("Throw it away; the file stays as it was saved"));
  g_signal_connect_after (button, "clicked", G_CALLBACK (forget_row), row);
  gtk_box_append (GTK_BOX (box), button);
  button = make_button (_ ("_Restore"), "win.restore", remains->uuid);
  gtk_widget_add_css_class (button, "suggested-action");
  g_signal_connect_after (button, "clicked", G_CALLBACK (forget_row), row);
  gtk_box_append (GTK_BOX (box), button);
  gtk_widget_set_margin_top (box, 8);
  gtk_widget_set_margin_bottom (box, 8);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  return row;
}

static GtkWidget *
make_card (GtkRecentInfo *info)
{
  GtkWidget *button = gtk_button_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2), *picture;
  g_autofree char *picture_path = dup_picture_path (gtk_recent_info_get_uri (info));
  g_autoptr (GFile) file = g_file_new_for_uri (gtk_recent_info_get_uri (info));
  g_autofree char *path = g_file_get_path (file);
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autofree char *place = g_file_get_parse_name (folder);
  g_autofree char *name = g_strdup (gtk_recent_info_get_display_name (info));

  if (g_str_has_suffix (name, ".cajal"))
    name[strlen (name) - strlen (".cajal")] = '\0';
  picture = g_str_has_suffix (path, ".png") || g_str_has_suffix (path, ".svg")
                ? gtk_picture_new_for_filename (path)
            : g_file_test (picture_path, G_FILE_TEST_EXISTS)
                ? gtk_picture_new_for_filename (picture_path)
                : gtk_image_new_from_icon_name ("document-open-recent-symbolic");
  if (GTK_IS_PICTURE (picture))
    gtk_picture_set_content_fit (GTK_PICTURE (picture), GTK_CONTENT_FIT_COVER);
  gtk_widget_set_size_request (picture, WIDTH, HEIGHT);
  gtk_widget_add_css_class (words, "template-words");
  add_label (words, name, "heading");
  add_label (words, place, "dim-label");
  gtk_box_append (GTK_BOX (box), picture);
  gtk_box_append (GTK_BOX (box), words);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "card");
  gtk_widget_add_css_class (button, "template");
  gtk_widget_set_overflow (button, GTK_OVERFLOW_HIDDEN);
  cju_access_tip (button, path);
  cju_access_name (button, name);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.open-path");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", path);
  return button;
}

static int
compare_infos (gconstpointer a, gconstpointer b)
{
  GDateTime *x = gtk_recent_info_get_modified ((GtkRecentInfo *) a);
  GDateTime *y = gtk_recent_info_get_modified ((GtkRecentInfo *) b);

  return g_date_time_compare (y, x);
}

static GtkWidget *
make_section (GtkWidget *box, const char *title, GtkWidget *content)
{
  GtkWidget *section = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);

  add_label (section, title, "title-4");
  gtk_label_set_max_width_chars (GTK_LABEL (gtk_widget_get_first_child (section)), -1);
  gtk_box_append (GTK_BOX (section), content);
  gtk_box_append (GTK_BOX (box), section);
  return section;
}

static void
show_more (GtkWidget *button, gpointer list)
{
  for (GtkWidget *row = gtk_widget_get_first_child (list); row != NULL;
       row = gtk_widget_get_next_sibling (row))
    gtk_widget_set_visible (row, TRUE);
  gtk_widget_set_visible (button, FALSE);
}

/* The experiments must not be far down after some crashes. */
static GtkWidget *
make_more (GtkWidget *list, guint n)
{
  g_autofree char *text
      = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Show %u More", "Show %u More", n), n);
  GtkWidget *button = gtk_button_new_with_label (text);

  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_signal_connect_object (button, "clicked", G_CALLBACK (show_more), list, 0);
  return button;
}

static void
fill_remains (GtkWidget *box)
{
  g_autoptr (GPtrArray) all = cjl_recovery_list (NULL);
  GtkWidget *list;

  if (all == NULL || all->len == 0)
    return;
  list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  for (guint i = 0; i < all->len; i++)
    {
      GtkWidget *row = make_remains (all->pdata[i]);

      gtk_widget_set_visible (row, i < MAX_REMAINS || all->len == MAX_REMAINS + 1);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  make_section (box, _ ("Not saved"), list);
  if (all->len > MAX_REMAINS + 1)
    gtk_box_append (GTK_BOX (gtk_widget_get_parent (list)),
                    make_more (list, all->len - MAX_REMAINS));
}

static gboolean
is_project (GtkRecentInfo *info)
{
  return g_strcmp0 (gtk_recent_info_get_mime_type (info), MIME) == 0;
}

/* Projects and figures that are still there, the newest first; free with free_files. */
static GList *
list_files (void)
{
  GList *items = gtk_recent_manager_get_items (gtk_recent_manager_get_default ()), *all = NULL;

  for (GList *l = items; l != NULL; l = l->next)
    if ((is_project (l->data) || gtk_recent_info_has_application (l->data, APPLICATION))
        && gtk_recent_info_is_local (l->data) && gtk_recent_info_exists (l->data))
      all = g_list_insert_sorted (all, gtk_recent_info_ref (l->data), compare_infos);
  g_list_free_full (items, (GDestroyNotify) gtk_recent_info_unref);
  return all;
}

static void
free_files (GList *files)
{
  g_list_free_full (files, (GDestroyNotify) gtk_recent_info_unref);
}

GPtrArray *
cju_recent_list_projects (void)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  GList *files = list_files ();

  for (GList *l = files; l != NULL; l = l->next)
    if (is_project (l->data))
      g_ptr_array_add (paths, g_filename_from_uri (gtk_recent_info_get_uri (l->data), NULL, NULL));
  free_files (files);
  return paths;
}

static void
fill_files (GtkWidget *box)
{
  GList *files = list_files ();
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 18);
  guint n = 0;

  for (GList *l = files; l != NULL && n < MAX_SHOWN; l = l->next, n++)
    gtk_box_append (GTK_BOX (row), make_card (l->data));
  free_files (files);
  if (n > 0)
    make_section (box, _ ("Recent"), row);
  else
    g_object_unref (g_object_ref_sink (row));
}

/* Underlines of a name would be taken for keys of the menu. */
static char *
dup_label (GtkRecentInfo *info)
{
  g_auto (GStrv) parts = g_strsplit (gtk_recent_info_get_display_name (info), "_", -1);

  return g_strjoinv ("__", parts);
}

static void
fill_menu (GtkRecentManager *manager, GMenu *menu)
{
  GList *files = list_files ();
  guint n = 0;

  (void) manager;
  g_menu_remove_all (menu);
  for (GList *l = files; l != NULL && n < MAX_IN_MENU; l = l->next, n++)
    {
      g_autoptr (GFile) file = g_file_new_for_uri (gtk_recent_info_get_uri (l->data));
      g_autofree char *path = g_file_get_path (file), *label = dup_label (l->data);
      g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

      g_menu_item_set_action_and_target (item, "win.open-path", "s", path);
      g_menu_append_item (menu, item);
    }
  if (n == 0)
    g_menu_append (menu, _ ("No project was opened yet"), "win.none");
  free_files (files);
}

/* After the first frame, as the start page. */
static gboolean
begin_menu (gpointer menu)
{
  GtkRecentManager *manager = gtk_recent_manager_get_default ();

  fill_menu (manager, menu);
  g_signal_connect_object (manager, "changed", G_CALLBACK (fill_menu), menu, 0);
  return G_SOURCE_REMOVE;
}

GMenuModel *
cju_recent_new_menu (void)
{
  GMenu *menu = g_menu_new ();

  g_idle_add_full (G_PRIORITY_LOW, begin_menu, g_object_ref (menu), g_object_unref);
  return G_MENU_MODEL (menu);
}

/* After the first frame: reading the journal must not keep the window waiting. */
static gboolean
fill (gpointer data)
{
  GtkWidget *box = data, *child;

  while ((child = gtk_widget_get_first_child (box)) != NULL)
    gtk_box_remove (GTK_BOX (box), child);
  fill_remains (box);
  fill_files (box);
  return G_SOURCE_REMOVE;
}

static void
on_map (GtkWidget *box)
{
  g_idle_add_full (G_PRIORITY_LOW, fill, g_object_ref (box), g_object_unref);
}

GtkWidget *
cju_recent_new (void)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);

  gtk_widget_set_margin_top (box, 8);
  g_signal_connect (box, "map", G_CALLBACK (on_map), NULL);
  return box;
}
