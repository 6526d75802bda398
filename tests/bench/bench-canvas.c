/* SPDX-License-Identifier: GPL-3.0-or-later */
/* 1,000 cards and 1,200 wires on the canvas of a document whose network runs: processor time of the main
 * thread a frame, from the end of one frame to the end of the next, so that events, layout, recording and
 * rendering are all in it. The mouse is a real one (xdotool). */
#include "bench.h"

#include "cju-canvas.h"
#include "cju-card.h"
#include "cju-minimap.h"

#include <math.h>

#define COLUMNS 40
#define ROWS 25
#define STEP_X 195
#define STEP_Y 180
#define MOVES 160 /* of the mouse in a drag */

typedef struct
{
  GtkWidget *window, *canvas;
  CjuDocument *document;
  CjuCard *card;   /* whose picture changes */
  GArray *samples; /* double: ms a frame */
  double before;   /* thread time at the end of the last frame; NAN: none yet */
} Bench;

static CjNode *
get_node (const CjNode *nodes[ROWS][COLUMNS], int row, int column)
{
  return (CjNode *) nodes[row][column];
}

static const char *
choose_layer (int row, int column)
{
  static const char *const kinds[] = { "conv-2d", "batch-norm", "relu" };

  if (row == ROWS - 1 && column >= COLUMNS - 3)
    return ((const char *const[]){ "flatten", "dense", "cross-entropy" })[column - COLUMNS + 3];
  if (row == ROWS - 1 && column == COLUMNS - 4)
    return "add";
  if (row > 0 && (column % 5 == 4 || (row < 10 && column == COLUMNS - 3)))
    return "add";
  return row + column == 0 ? "input" : column == 0 ? "conv-2d" : kinds[column % 3];
}

/* Rows of layers, each beginning at the first card of the row above; sums take a second wire from there,
 * and the last column joins the rows. */
static CjlProject *
make_project (guint *n_wires)
{
  CjlProject *project = cjl_project_new ();
  CjGraph *graph = project->graph;
  const CjNode *nodes[ROWS][COLUMNS];

  cjl_project_begin (project);
  for (int row = 0; row < ROWS; row++)
    for (int column = 0; column < COLUMNS; column++)
      {
        const char *kind = choose_layer (row, column);
        CjNode *node = cj_graph_add (graph, cj_layer_find (kind), NULL, NULL);

        nodes[row][column] = node;
        cj_graph_move (graph, node, column * STEP_X, row * STEP_Y + column % 3 * 12);
        if (g_str_equal (kind, "conv-2d"))
          {
            cj_graph_set_param (graph, node, "filters", "2", NULL);
            cj_graph_set_param (graph, node, "kernel", "3", NULL);
            cj_graph_set_param (graph, node, "padding", "1", NULL);
          }
        else if (g_str_equal (kind, "dense"))
          cj_graph_set_param (graph, node, "units", "36", NULL);
      }
  *n_wires = 0;
  for (int row = 0; row < ROWS; row++)
    for (int column = 0; column < COLUMNS; column++)
      {
        CjNode *node = get_node (nodes, row, column);
        const gboolean last = row == ROWS - 1 && column == COLUMNS - 4;

        if (row + column > 0)
          *n_wires += cj_graph_connect (
              graph, column > 0 ? get_node (nodes, row, column - 1) : get_node (nodes, row - 1, 0),
              0, node, 0, NULL);
        if (g_str_equal (node->layer->id, "add"))
          *n_wires += cj_graph_connect (
              graph, get_node (nodes, row - 1, last ? COLUMNS - 1 : column), 0, node, 1, NULL);
      }
  cjl_project_commit (project, "Cards", NULL);
  return project;
}

static void
on_painted (GdkFrameClock *clock, gpointer data)
{
  Bench *self = data;
  const double now = bench_thread_seconds (), ms = 1e3 * (now - self->before);

  (void) clock;
  if (!isnan (self->before))
    g_array_append_val (self->samples, ms);
  self->before = now;
}

static void
report (Bench *self, BenchReport *to, const char *name, double bar)
{
  bench_report_add_samples (to, name, self->samples, "ms a frame", BENCH_AT_MOST, bar);
  g_array_set_size (self->samples, 0);
}

static void
begin (Bench *self)
{
  bench_wait (0.5);
  g_array_set_size (self->samples, 0);
  self->before = NAN;
}

static gboolean
is_over (gpointer data)
{
  return *(gboolean *) data;
}

static void
on_let_go (GObject *object, GAsyncResult *result, gpointer data)
{
  g_subprocess_wait_finish (G_SUBPROCESS (object), result, NULL);
  *(gboolean *) data = TRUE;
}

/* There and back with a button held, one move a frame. */
static void
drag (int button, double x, double y, int dx, int dy)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GSubprocess) mouse = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *line = g_strdup_printf (
      "xdotool mousemove %d %d sleep 0.2 mousedown %d sleep 0.2", (int) x, (int) y, button);
  g_auto (GStrv) first = g_strsplit (line, " ", -1);
  gboolean over = FALSE;

  for (guint i = 0; first[i] != NULL; i++)
    g_ptr_array_add (words, g_strdup (first[i]));
  for (int i = 0; i < MOVES; i++)
    {
      const int sign = i < MOVES / 2 ? 1 : -1;

      g_ptr_array_add (words, g_strdup ("mousemove_relative"));
      g_ptr_array_add (words, g_strdup ("--"));
      g_ptr_array_add (words, g_strdup_printf ("%d", sign * dx));
      g_ptr_array_add (words, g_strdup_printf ("%d", sign * dy));
      g_ptr_array_add (words, g_strdup ("sleep"));
      g_ptr_array_add (words, g_strdup ("0.017"));
    }
  g_ptr_array_add (words, g_strdup ("mouseup"));
  g_ptr_array_add (words, g_strdup_printf ("%d", button));
  g_ptr_array_add (words, NULL);
  mouse = g_subprocess_newv ((const char *const *) words->pdata, G_SUBPROCESS_FLAGS_NONE, &error);
  if (mouse == NULL)
    {
      g_printerr ("%s\n", error->message);
      return;
    }
  g_subprocess_wait_async (mouse, NULL, on_let_go, &over);
  bench_wait_for (30, is_over, &over);
}

static CjuCard *
find_card (GtkWidget *widget, const char *id)
{
  CjuCard *found = NULL;

  if (CJU_IS_CARD (widget) && g_str_equal (cju_card_get_id (CJU_CARD (widget)), id))
    return CJU_CARD (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_card (child, id);
  return found;
}

static gboolean
on_tick (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  (void) widget;
  (void) clock;
  cju_card_update_picture (data);
  return G_SOURCE_CONTINUE;
}

static gboolean
has_frame (gpointer data)
{
  return cju_document_get_frame (((Bench *) data)->document) != NULL;
}

static void
measure (Bench *self, BenchReport *to, const CjNode *node)
{
  const double middle_x = gtk_widget_get_width (self->canvas) / 2.0;
  const double middle_y = gtk_widget_get_height (self->canvas) / 2.0;
  guint tick;

  cju_canvas_zoom (CJU_CANVAS (self->canvas), 0);
  cju_canvas_center (CJU_CANVAS (self->canvas), node->x + 50, node->y + 50);
  begin (self);
  tick = gtk_widget_add_tick_callback (self->canvas, on_tick, self->card, NULL);
  bench_wait (3);
  gtk_widget_remove_tick_callback (self->canvas, tick);
  report (self, to, "one thumbnail changes", 2);
  begin (self);
  drag (2, middle_x, middle_y, 5, 3);
  report (self, to, "panning at 100 %", 8);
  begin (self);
  drag (1, middle_x, middle_y, 3, 2);
  report (self, to, "dragging a card", 4);
  cju_canvas_fit (CJU_CANVAS (self->canvas));
  begin (self);
  drag (2, middle_x, middle_y, 2, 1);
  report (self, to, "panning with all 1,000 in view", 12);
}

static int
run (GtkApplication *application, gboolean json)
{
  Bench self = { .samples = g_array_new (FALSE, FALSE, sizeof (double)), .before = NAN };
  GtkWidget *overlay = gtk_overlay_new (), *map;
  g_autoptr (BenchReport) to = bench_report_new ("canvas: processor time of the main thread");
  guint n_wires;
  CjlProject *project = make_project (&n_wires);
  const CjNode *node = cj_graph_find (project->graph, "conv100");
  GdkFrameClock *clock;
  gboolean good;

  if (project->graph->nodes->len != ROWS * COLUMNS || n_wires != 1200)
    g_error ("%u cards and %u wires", project->graph->nodes->len, n_wires);
  self.document = cju_document_new (project);
  self.window = gtk_application_window_new (application);
  self.canvas = cju_canvas_new (self.document);
  map = cju_minimap_new (CJU_CANVAS (self.canvas), self.document);
  gtk_widget_set_halign (map, GTK_ALIGN_END);
  gtk_widget_set_valign (map, GTK_ALIGN_END);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), self.canvas);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), map);
  gtk_window_set_child (GTK_WINDOW (self.window), overlay);
  gtk_window_fullscreen (GTK_WINDOW (self.window));
  gtk_window_present (GTK_WINDOW (self.window));
  clock = gtk_widget_get_frame_clock (self.window);
  g_signal_connect (clock, "after-paint", G_CALLBACK (on_painted), &self);
  if (!bench_wait_for (60, has_frame, &self))
    g_printerr ("The cards are empty: %s\n", cju_document_get_trouble (self.document) != NULL
                                                 ? cju_document_get_trouble (self.document)
                                                 : "no answer in time");
  self.card = find_card (self.canvas, node->id);
  bench_wait (2);
  measure (&self, to, node);
  good = bench_report_print (to, json);
  g_signal_handlers_disconnect_by_data (clock, &self);
  gtk_window_destroy (GTK_WINDOW (self.window));
  g_object_unref (self.document);
  cjl_project_unref (project);
  g_array_unref (self.samples);
  return good ? 0 : 1;
}

int
main (int argc, char **argv)
{
  return bench_run (run, argc, argv);
}
