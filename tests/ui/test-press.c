/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clicks, by xdotool and as short as taps on a touchpad, on a button of a program that is busy and lays its
 * window out in every frame: each of them counts. */
#include "cju-press.h"
#include "widgets.h"

#define CLICKS 100

static gboolean
on_frame (GtkWidget *label, GdkFrameClock *clock, gpointer data)
{
  int *n = data;
  g_autofree char *text = g_strdup_printf ("%d", ++*n);

  (void) clock;
  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_widget_queue_resize (label);
  return G_SOURCE_CONTINUE;
}

/* Between reading events and drawing the program is at something else. */
static gboolean
work (gpointer data)
{
  (void) data;
  g_usleep (3000);
  return G_SOURCE_CONTINUE;
}

static void
count (int *n)
{
  ++*n;
}

static void
on_clicked (GObject *process, GAsyncResult *result, gpointer data)
{
  g_subprocess_wait_check_finish (G_SUBPROCESS (process), result, NULL);
  *(gboolean *) data = TRUE;
}

static void
test_short_clicks (void)
{
  GtkWidget *window = gtk_window_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *button = gtk_button_new_with_label ("Train"), *label = gtk_label_new (NULL);
  g_autofree char *clicks = g_strdup_printf ("%d", CLICKS);
  g_autoptr (GSubprocess) mouse = NULL;
  g_autoptr (GError) error = NULL;
  int n_frames = 0, n_clicked = 0;
  gboolean over = FALSE;
  guint working;

  gtk_widget_set_vexpand (button, TRUE);
  gtk_box_append (GTK_BOX (box), button);
  gtk_box_append (GTK_BOX (box), label);
  gtk_window_set_child (GTK_WINDOW (window), box);
  gtk_window_set_default_size (GTK_WINDOW (window), 400, 300);
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  cju_press_keep (GTK_WINDOW (window));
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (count), &n_clicked);
  gtk_widget_add_tick_callback (label, on_frame, &n_frames, NULL);
  gtk_window_present (GTK_WINDOW (window));
  widgets_wait (500);
  working = g_idle_add_full (GDK_PRIORITY_EVENTS + 1, work, NULL, NULL);
  mouse
      = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "xdotool", "mousemove", "200", "100",
                          "sleep", "0.3", "click", "--repeat", clicks, "--delay", "30", "1", NULL);
  g_assert_no_error (error);
  g_subprocess_wait_async (mouse, NULL, on_clicked, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  widgets_wait (300);
  g_source_remove (working);
  g_test_message ("%d clicks of %d, %d frames", n_clicked, CLICKS, n_frames);
  g_assert_cmpint (n_clicked, ==, CLICKS);
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char **argv)
{
  g_autofree char *xdotool = g_find_program_in_path ("xdotool");

  if (!widgets_begin (&argc, &argv))
    return 0;
  if (xdotool == NULL)
    {
      g_print ("1..0 # SKIP xdotool is not installed\n");
      return 0;
    }
  g_test_add_func ("/ui/press/short-clicks", test_short_clicks);
  return g_test_run ();
}
