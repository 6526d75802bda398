/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What programs that look into widgets share: a widget by the name of its type, time for the window to lay
 * itself out, and a start that is skipped without a display. Main thread. */
#pragma once

#include <adwaita.h>

/* The first widget of a type, `root` itself or below it; NULL: there is none. */
static inline GtkWidget *
widgets_find (GtkWidget *root, const char *type)
{
  GtkWidget *found = NULL;

  if (g_str_equal (G_OBJECT_TYPE_NAME (root), type))
    return root;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = widgets_find (child, type);
  return found;
}

static inline gboolean
widgets_on_time (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

/* How many times slower than usual programs run, CAJAL_TEST_PATIENCE. */
static inline guint
widgets_get_patience (void)
{
  const char *patience = g_getenv ("CAJAL_TEST_PATIENCE");

  return patience != NULL ? (guint) CLAMP (g_ascii_strtoull (patience, NULL, 10), 1, 100) : 1;
}

/* Runs the main loop for so long, or longer where programs run slower. */
static inline void
widgets_wait (guint ms)
{
  gboolean over = FALSE;

  g_timeout_add (ms * widgets_get_patience (), widgets_on_time, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
}

/* For main, before tests are added: criticals are fatal. FALSE, after saying that all is skipped, where
 * there is no display. */
static inline gboolean
widgets_begin (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP there is no display\n");
      return FALSE;
    }
  adw_init ();
  return TRUE;
}
