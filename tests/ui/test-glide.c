/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What moves by itself on the canvas: cards that are laid out, and the view. It is seen on the way, the
 * network is there at once, and whatever comes in between finds all at its place; without animations it is
 * all there at once. And two fingers on a touchpad, which no test can send: the handler of the gesture is
 * called as GTK does it. */
#include "cju-canvas.h"
#include "widgets.h"

#include "cjl-arrange.h"
#include "cjl-template.h"

#include <math.h>

typedef struct
{
  CjlProject *project;
  CjuDocument *document;
  GtkWidget *window, *canvas;
  double before[64]; /* places of the cards, as the test scattered them */
  guint n;
} Room;

static double pinch_x, pinch_y;

/* In place of GTK's: where the fingers are is all that the handler asks of the gesture. */
gboolean
gtk_gesture_get_bounding_box_center (GtkGesture *gesture, double *x, double *y)
{
  (void) gesture;
  *x = pinch_x;
  *y = pinch_y;
  return TRUE;
}

static void
set_animations (gboolean on)
{
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", on, NULL);
}

static const CjlCard *
get_card (Room *room, guint i)
{
  return cjl_scene_get (cju_canvas_get_scene (CJU_CANVAS (room->canvas)), i);
}

/* Where cards are seen. */
static void
read_places (Room *room, double *places)
{
  for (guint i = 0; i < room->n; i++)
    {
      places[2 * i] = cjl_card_get_x (get_card (room, i));
      places[2 * i + 1] = cjl_card_get_y (get_card (room, i));
    }
}

/* Where their nodes stand. */
static void
read_nodes (Room *room, double *places)
{
  for (guint i = 0; i < room->n; i++)
    {
      places[2 * i] = get_card (room, i)->node->x;
      places[2 * i + 1] = get_card (room, i)->node->y;
    }
}

static void
read_view (Room *room, double view[3])
{
  graphene_rect_t rect;

  cju_canvas_get_view (CJU_CANVAS (room->canvas), &rect);
  view[0] = cju_canvas_get_zoom (CJU_CANVAS (room->canvas));
  view[1] = rect.origin.x;
  view[2] = rect.origin.y;
}

static double
measure (const double *a, const double *b, guint n)
{
  double most = 0;

  for (guint i = 0; i < n; i++)
    most = MAX (most, fabs (a[i] - b[i]));
  return most;
}

static void
run (Room *room, const char *action)
{
  g_assert_true (gtk_widget_activate_action (room->canvas, action, NULL));
}

/* A window with the cards of a network in disorder, all of them in view. */
static void
enter (Room *room, gboolean animations)
{
  g_autoptr (GError) error = NULL;

  set_animations (animations);
  room->project = cjl_template_make (cjl_template_find ("playground"), &error);
  g_assert_no_error (error);
  room->document = cju_document_new (room->project);
  cjl_project_begin (room->project);
  for (guint i = 0; i < room->project->graph->nodes->len; i++)
    cj_graph_move (room->project->graph, room->project->graph->nodes->pdata[i], 90.0 * i,
                   i % 2 == 0 ? 0 : 400);
  cjl_project_commit (room->project, "Scatter", NULL);
  room->canvas = cju_canvas_new (room->document);
  room->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (room->window), 900, 600);
  gtk_window_set_child (GTK_WINDOW (room->window), room->canvas);
  gtk_window_present (GTK_WINDOW (room->window));
  while (cju_document_get_session (room->document) == NULL)
    g_main_context_iteration (NULL, TRUE);
  widgets_wait (200);
  room->n = cju_canvas_get_scene (CJU_CANVAS (room->canvas))->cards->len;
  g_assert_cmpuint (2 * room->n, <=, G_N_ELEMENTS (room->before));
  read_places (room, room->before);
}

static void
leave (Room *room)
{
  gtk_window_destroy (GTK_WINDOW (room->window));
  g_clear_object (&room->document);
  cjl_project_unref (room->project);
  set_animations (TRUE);
}

/* Lays out and runs the main loop until cards are between their old places and the new ones, which it gives.
 * Where the machine was too busy to show that, once more. */
static void
lay_out (Room *room, const double *from, double *to)
{
  double now[64];

  for (guint i = 0; i < 20; i++)
    {
      run (room, "canvas.layout");
      read_nodes (room, to);
      do
        {
          g_main_context_iteration (NULL, TRUE);
          read_places (room, now);
        }
      while (measure (now, from, 2 * room->n) < 1);
      if (measure (now, to, 2 * room->n) > 0)
        return;
      g_assert_true (cjl_project_undo (room->project));
    }
  g_assert_not_reached ();
}

static void
test_layout (void)
{
  double after[64], seen[64], view[3], still[64], still_view[3];
  Room room;

  enter (&room, FALSE);
  run (&room, "canvas.layout");
  read_places (&room, still);
  read_view (&room, still_view);
  read_nodes (&room, after);
  g_assert_cmpfloat (measure (still, after, 2 * room.n), ==, 0); /* no way: all is there at once */
  g_assert_cmpfloat (measure (still, room.before, 2 * room.n), >, 50);
  leave (&room);

  enter (&room, TRUE);
  run (&room, "canvas.layout");
  read_nodes (&room, after);
  read_places (&room, seen);
  g_assert_cmpfloat (measure (after, still, 2 * room.n), ==, 0); /* the network is laid out ... */
  g_assert_cmpfloat (measure (seen, room.before, 2 * room.n), <, 1e-6); /* and seen as it was */
  g_assert_cmpstr (cjl_project_get_undo_title (room.project), ==, "Arrange cards");
  g_assert_true (cjl_project_undo (room.project));
  lay_out (&room, room.before, after);
  widgets_wait (600);
  read_places (&room, seen);
  read_view (&room, view);
  g_assert_cmpfloat (measure (seen, still, 2 * room.n), ==, 0);
  g_assert_cmpfloat (measure (view, still_view, 3), ==, 0);
  g_assert_true (cjl_project_undo (room.project)); /* one entry for all of it */
  g_assert_cmpstr (cjl_project_get_undo_title (room.project), ==, "Scatter");
  read_places (&room, seen);
  g_assert_cmpfloat (measure (seen, room.before, 2 * room.n), ==, 0);
  leave (&room);
}

/* Undo, an edit, another layout, and the end of the window: each in the middle. */
static void
test_interrupted (void)
{
  double after[64], seen[64], still[64];
  Room room;

  enter (&room, TRUE);
  lay_out (&room, room.before, after);
  g_assert_true (cjl_project_undo (room.project));
  read_places (&room, seen);
  g_assert_cmpfloat (measure (seen, room.before, 2 * room.n), ==, 0);
  widgets_wait (400);
  read_places (&room, seen);
  g_assert_cmpfloat (measure (seen, room.before, 2 * room.n), ==, 0);

  lay_out (&room, room.before, after);
  read_places (&room, seen);
  run (&room, "canvas.layout"); /* goes on from where cards are seen */
  read_places (&room, still);
  g_assert_cmpfloat (measure (seen, still, 2 * room.n), <, 1e-6);
  widgets_wait (600);
  read_places (&room, seen);
  g_assert_cmpfloat (measure (seen, after, 2 * room.n), ==, 0);
  g_assert_true (cjl_project_undo (room.project));
  g_assert_cmpstr (cjl_project_get_undo_title (room.project), ==, "Scatter");

  lay_out (&room, room.before, after);
  g_assert_true (cjl_project_set (room.project, "dense1.units", "5", NULL));
  read_places (&room, seen);
  g_assert_cmpfloat (measure (seen, after, 2 * room.n), ==, 0);
  g_assert_true (cjl_project_undo (room.project));
  g_assert_true (cjl_project_undo (room.project));
  lay_out (&room, room.before, after);
  leave (&room);
}

/* The view goes to what is chosen, and where a wheel or a minimap wants it even on the way. */
static void
test_view (void)
{
  double from[3], to[3], now[3], still[3];
  Room room;

  enter (&room, FALSE);
  cju_document_select (room.document, get_card (&room, 0)->id);
  run (&room, "canvas.selection");
  read_view (&room, still);
  leave (&room);

  enter (&room, TRUE);
  cju_document_select (room.document, get_card (&room, 0)->id);
  read_view (&room, from);
  run (&room, "canvas.selection");
  read_view (&room, now);
  g_assert_cmpfloat (measure (now, from, 3), <, 1e-3);
  widgets_wait (600);
  read_view (&room, to);
  g_assert_cmpfloat (measure (to, still, 3), ==, 0);
  run (&room, "canvas.fit");
  widgets_wait (60);
  cju_canvas_center (CJU_CANVAS (room.canvas), 0, 0);
  read_view (&room, now);
  widgets_wait (500);
  read_view (&room, to);
  g_assert_cmpfloat (measure (now, to, 3), ==, 0);
  g_assert_cmpfloat (measure (now, from, 1), <, 1e-9); /* at the zoom that was asked for before */
  leave (&room);
}

static GtkGesture *
find_pinch (GtkWidget *canvas)
{
  g_autoptr (GListModel) all = gtk_widget_observe_controllers (canvas);

  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr (GObject) controller = g_list_model_get_item (all, i);

      if (GTK_IS_GESTURE_ZOOM (controller))
        return GTK_GESTURE (controller);
    }
  return NULL;
}

/* What lies between the fingers stays there; the scale counts from where they were put down. */
static void
test_pinch (void)
{
  double before[3], now[3];
  GtkGesture *pinch;
  Room room;

  enter (&room, FALSE);
  pinch = find_pinch (room.canvas);
  g_assert_nonnull (pinch);
  run (&room, "canvas.zoom-100");
  read_view (&room, before);
  pinch_x = 300;
  pinch_y = 200;
  g_signal_emit_by_name (pinch, "begin", NULL);
  for (double scale = 1; scale <= 1.5; scale += 0.125)
    {
      g_signal_emit_by_name (pinch, "scale-changed", scale);
      read_view (&room, now);
      g_assert_cmpfloat_with_epsilon (now[0], before[0] * scale, 1e-9);
      g_assert_cmpfloat_with_epsilon (now[1] + 300 / now[0], before[1] + 300 / before[0], 1e-3);
      g_assert_cmpfloat_with_epsilon (now[2] + 200 / now[0], before[2] + 200 / before[0], 1e-3);
    }
  g_signal_emit_by_name (pinch, "begin", NULL);
  g_signal_emit_by_name (pinch, "scale-changed", 0.5);
  read_view (&room, now);
  g_assert_cmpfloat_with_epsilon (now[0], 0.75, 1e-9);
  g_signal_emit_by_name (pinch, "scale-changed", 100.0);
  read_view (&room, now);
  g_assert_cmpfloat_with_epsilon (now[0], 4, 1e-9); /* no nearer than that */
  leave (&room);
}

int
main (int argc, char **argv)
{
  if (!widgets_begin (&argc, &argv))
    return 0;
  g_test_add_func ("/ui/glide/layout", test_layout);
  g_test_add_func ("/ui/glide/interrupted", test_interrupted);
  g_test_add_func ("/ui/glide/view", test_view);
  g_test_add_func ("/ui/glide/pinch", test_pinch);
  return g_test_run ();
}
