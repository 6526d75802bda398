/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes wrong is seen, with the way out: numbers that are none, a journal that cannot be written; and
 * a unit is deleted and comes back. */
#include "cju-health.h"
#include "widgets.h"
#include "cju-problems.h"
#include "cju-trouble.h"

#include "cjl-recovery.h"
#include "cjl-template.h"

#include <glib/gstdio.h>

typedef struct
{
  CjuDocument *document;
  GtkWidget *window, *toasts, *bar, *problems, *health;
} Room;

/* The first widget below `root` of a type, and with that label if one is given. */
static GtkWidget *
find (GtkWidget *root, GType type, const char *label)
{
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = NULL;

      if (G_TYPE_CHECK_INSTANCE_TYPE (child, type))
        {
          g_autofree char *text = NULL;

          if (label != NULL)
            g_object_get (child, "label", &text, NULL);
          if (label == NULL || g_strcmp0 (text, label) == 0)
            return child;
        }
      found = find (child, type, label);
      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
set (CjlProject *project, const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (cjl_project_set (project, name, value, &error));
  g_assert_no_error (error);
}

static CjlProject *
new_project (void)
{
  g_autoptr (GError) error = NULL;
  CjlProject *project = cjl_template_make (cjl_template_find ("playground"), &error);

  g_assert_no_error (error);
  return project;
}

static void
enter (Room *room, CjlProject *project)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  room->document = cju_document_new (project);
  room->toasts = adw_toast_overlay_new ();
  room->bar = cju_trouble_new (room->document, ADW_TOAST_OVERLAY (room->toasts));
  room->problems = cju_problems_new (room->document);
  room->health = cju_health_new (room->document, "dense1");
  g_signal_connect_swapped (room->document, "edited", G_CALLBACK (cju_problems_update),
                            room->problems);
  gtk_box_append (GTK_BOX (box), room->bar);
  gtk_box_append (GTK_BOX (box), room->problems);
  gtk_box_append (GTK_BOX (box), room->health);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (room->toasts), box);
  room->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (room->window), room->toasts);
  gtk_window_present (GTK_WINDOW (room->window));
  while (cju_document_get_session (room->document) == NULL)
    g_main_context_iteration (NULL, TRUE);
  widgets_wait (100);
}

static void
leave (Room *room)
{
  g_signal_handlers_disconnect_by_data (room->document, room->problems);
  gtk_window_destroy (GTK_WINDOW (room->window));
  g_clear_object (&room->document);
}

/* A run whose numbers explode: the card has a problem, the list names it and leads back, and so does the
 * bar above. */
static void
test_numbers (void)
{
  g_autoptr (CjlProject) project = new_project ();
  g_autofree char *sentence = NULL, *mend = NULL;
  const CjProblem *failure;
  const CjNode *node;
  CjRunState state;
  Room room;

  set (project, "optimizer", "sgd");
  set (project, "learning-rate", "100");
  set (project, "optimizer.weight-decay", "10");
  enter (&room, project);
  g_assert_null (cju_document_get_failure (room.document));
  cju_document_train (room.document, G_MAXUINT64);
  while (cju_document_get_failure (room.document) == NULL)
    g_main_context_iteration (NULL, TRUE);
  failure = cju_document_get_failure (room.document);
  sentence = g_strdup (failure->sentence);
  g_test_message ("%s", sentence);
  g_assert_nonnull (strstr (sentence, "no longer a number in step"));
  node = cj_graph_find (project->graph, failure->node);
  g_assert_nonnull (node);
  g_assert_true (cju_document_find_problem (room.document, node) == failure);
  state = cju_document_get_state (room.document);
  mend = cju_document_print_mend (room.document, failure);
  g_assert_nonnull (find (room.problems, GTK_TYPE_LABEL, sentence));
  g_assert_nonnull (find (room.bar, GTK_TYPE_LABEL, sentence));
  g_assert_nonnull (find (room.bar, GTK_TYPE_BUTTON, mend));
  g_signal_emit_by_name (find (room.problems, GTK_TYPE_BUTTON, mend), "clicked");
  while (cju_document_get_failure (room.document) != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (find (room.problems, GTK_TYPE_LABEL, sentence));
  g_assert_cmpuint (cju_document_get_state (room.document).step, ==, state.good);
  g_assert_true (g_str_has_prefix (cjl_project_get_undo_title (project), "Go back to step"));
  g_assert_true (cjl_project_undo (project));
  while (cju_document_get_state (room.document).step != state.step)
    g_main_context_iteration (NULL, TRUE);
  leave (&room);
}

/* The sentence stands in a bar until it is closed, and then no more. */
static void
test_journal (void)
{
  g_autofree char *file = g_build_filename (g_get_tmp_dir (), "cajal-no-folder-XXXXXX", NULL);
  g_autoptr (CjlProject) project = new_project ();
  const int fd = g_mkstemp (file);
  const char *trouble;
  GtkInfoBar *bar;
  Room room;

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_setenv ("CAJAL_STATE_DIR", file, TRUE); /* a file, where no folder can be made */
  g_assert_false (cjl_project_keep (project, NULL));
  trouble = cjl_project_get_keep_trouble (project);
  g_assert_nonnull (strstr (trouble, "cannot be kept"));
  enter (&room, project);
  bar = GTK_INFO_BAR (find (room.bar, GTK_TYPE_INFO_BAR, NULL));
  g_assert_true (gtk_info_bar_get_revealed (bar));
  g_assert_nonnull (find (room.bar, GTK_TYPE_LABEL, trouble));
  gtk_info_bar_response (bar, GTK_RESPONSE_CLOSE);
  set (project, "epochs", "3");
  widgets_wait (100);
  g_assert_false (gtk_info_bar_get_revealed (bar));
  leave (&room);
  g_unlink (file);
}

static void
on_notice (CjuDocument *document, const char *text, gboolean undoable, gpointer data)
{
  char **said = data;

  (void) document;
  g_free (*said);
  *said = g_strdup_printf ("%s%s", text, undoable ? " (undo)" : "");
}

static void
test_unit (void)
{
  g_autoptr (CjlProject) project = new_project ();
  g_autofree char *said = NULL;
  GtkWidget *spin;
  CjuUnit unit;
  guint n;
  Room room;

  enter (&room, project);
  g_signal_connect (room.document, "notice", G_CALLBACK (on_notice), &said);
  cju_document_delete_unit (room.document);
  g_assert_nonnull (strstr (said, "No unit is chosen."));
  n = cjl_session_count_units (cju_document_get_session (room.document), "dense1");
  spin = find (room.health, GTK_TYPE_SPIN_BUTTON, NULL);
  while (!gtk_widget_get_mapped (spin)) /* it comes with the next look at the weights */
    g_main_context_iteration (NULL, TRUE);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), 5);
  unit = cju_document_get_unit (room.document);
  g_assert_cmpstr (unit.node, ==, "dense1");
  g_assert_cmpint (unit.unit, ==, 5);
  cju_document_delete_unit (room.document);
  g_assert_cmpstr (said, ==, "Unit 5 of dense1 is deleted. (undo)");
  g_assert_cmpuint (cjl_session_count_units (cju_document_get_session (room.document), "dense1"),
                    ==, n - 1);
  g_assert_true (cjl_project_undo (project));
  g_assert_cmpuint (cjl_session_count_units (cju_document_get_session (room.document), "dense1"),
                    ==, n);
  cju_document_choose_unit (room.document, "dense3", 1, 0, 0);
  cju_document_delete_unit (room.document);
  g_assert_nonnull (strstr (said, "classes"));
  g_signal_handlers_disconnect_by_data (room.document, &said);
  leave (&room);
}

int
main (int argc, char **argv)
{
  if (!widgets_begin (&argc, &argv))
    return 0;
  g_test_add_func ("/ui/trouble/journal", test_journal);
  g_test_add_func ("/ui/trouble/numbers", test_numbers);
  g_test_add_func ("/ui/trouble/unit", test_unit);
  return g_test_run ();
}
