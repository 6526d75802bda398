/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Another program in the display: a small window from which files can be dragged together, and whose picture lies
 * on the clipboard if the first is one. feed PATH…; feed --clipboard prints the text that lies there. */
#include <gtk/gtk.h>

static void
activate (GtkApplication *application, gpointer data)
{
  char **paths = data; /* NULL-terminated */
  GtkWidget *window = gtk_application_window_new (application);
  GtkWidget *label = gtk_label_new ("drag me");
  GtkDragSource *source = gtk_drag_source_new ();
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GdkContentProvider) content = NULL;
  g_autoptr (GdkTexture) texture = g_file_test (paths[0], G_FILE_TEST_IS_REGULAR)
                                       ? gdk_texture_new_from_filename (paths[0], NULL)
                                       : NULL;
  GdkFileList *list;

  for (guint i = 0; paths[i] != NULL; i++)
    g_ptr_array_add (files, g_file_new_for_path (paths[i]));
  list = gdk_file_list_new_from_array ((GFile **) files->pdata, files->len);
  content = gdk_content_provider_new_typed (GDK_TYPE_FILE_LIST, list);
  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  gtk_drag_source_set_content (source, content);
  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  gtk_widget_add_controller (label, GTK_EVENT_CONTROLLER (source));
  gtk_window_set_child (GTK_WINDOW (window), label);
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_title (GTK_WINDOW (window), "feed");
  gtk_window_set_default_size (GTK_WINDOW (window), 160, 100);
  gtk_window_present (GTK_WINDOW (window));
  if (texture != NULL)
    gdk_clipboard_set_texture (gtk_widget_get_clipboard (window), texture);
}

static void
on_text (GObject *clipboard, GAsyncResult *result, gpointer loop)
{
  g_autofree char *text = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (clipboard), result, NULL);

  g_print ("%s", text != NULL ? text : "");
  g_main_loop_quit (loop);
}

static int
print_clipboard (void)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);

  gtk_init ();
  gdk_clipboard_read_text_async (gdk_display_get_clipboard (gdk_display_get_default ()), NULL,
                                 on_text, loop);
  g_main_loop_run (loop);
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GtkApplication) application
      = gtk_application_new ("org.cajal.Feed", G_APPLICATION_NON_UNIQUE);

  if (argc < 2)
    return 2;
  if (g_str_equal (argv[1], "--clipboard"))
    return print_clipboard ();
  g_signal_connect (application, "activate", G_CALLBACK (activate), argv + 1);
  return g_application_run (G_APPLICATION (application), 1, argv);
}
