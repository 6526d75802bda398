/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Neurons and synapses of a layer: what is shown, how one moves about, and a weight that is dragged by the
 * mouse of the display. */
#include "cju-synapses-private.h"
#include "widgets.h"

#include "cjl-template.h"

#include <math.h>

typedef struct
{
  GtkWidget *window;
  CjuDocument *document;
  CjuSynapses *synapses;
  guint left;
} Bench;

static void
count (guint *n)
{
  ++*n;
}

static void
open_bench (Bench *bench, const char *template)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = cjl_template_make (cjl_template_find (template), &error);

  g_assert_no_error (error);
  g_assert_true (cjl_project_set (project, "data.samples", "360", &error));
  bench->document = cju_document_new (project);
  bench->window = gtk_window_new ();
  bench->synapses = CJU_SYNAPSES (cju_synapses_new (bench->document));
  bench->left = 0;
  g_signal_connect_swapped (bench->synapses, "leave", G_CALLBACK (count), &bench->left);
  gtk_window_set_default_size (GTK_WINDOW (bench->window), 900, 600);
  gtk_window_set_decorated (GTK_WINDOW (bench->window), FALSE);
  gtk_window_set_child (GTK_WINDOW (bench->window), GTK_WIDGET (bench->synapses));
  gtk_window_present (GTK_WINDOW (bench->window));
  while (cju_document_get_session (bench->document) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
close_bench (Bench *bench)
{
  gtk_window_destroy (GTK_WINDOW (bench->window));
  g_object_unref (bench->document);
}

/* Waits until what is shown was painted, at most 30 s. */
static void
wait_painted (Bench *bench)
{
  for (int i = 0;
       i < 600 && (bench->synapses->painted.texture == NULL || bench->synapses->painting != NULL);
       i++)
    widgets_wait (50);
  g_assert_nonnull (bench->synapses->painted.texture);
}

static void
act (Bench *bench, const char *action, const char *parameter)
{
  g_autoptr (GVariant) value
      = parameter != NULL ? g_variant_ref_sink (g_variant_new_parsed (parameter)) : NULL;

  g_assert_true (gtk_widget_activate_action_variant (GTK_WIDGET (bench->synapses), action, value));
  widgets_wait (50);
}

static void
test_show (void)
{
  Bench bench;

  open_bench (&bench, "mlp");
  g_assert_false (cju_synapses_show (bench.synapses, "flatten1"));
  g_assert_null (cju_synapses_get_node (bench.synapses));
  g_assert_true (cju_synapses_show (bench.synapses, "dense3"));
  g_assert_cmpstr (cju_synapses_get_node (bench.synapses), ==, "dense3");
  wait_painted (&bench);
  g_assert_cmpint (bench.synapses->painted.pick.shown->len, >, 100);
  g_assert_cmpint (bench.synapses->painted.pick.shown->len, <=, 2000);

  /* another layer in place of it, and one that a hidden unit of the first sends to */
  g_assert_true (cju_synapses_show (bench.synapses, "dense1"));
  wait_painted (&bench);
  g_assert_true (cju_synapses_show (bench.synapses, NULL));
  g_assert_null (cju_synapses_get_node (bench.synapses));
  close_bench (&bench);
}

static void
test_move (void)
{
  Bench bench;
  double pitch;

  open_bench (&bench, "mlp");
  g_assert_true (cju_synapses_show (bench.synapses, "dense2"));
  wait_painted (&bench);
  pitch = bench.synapses->view.pitch;
  act (&bench, "synapses.zoom-in", NULL);
  g_assert_cmpfloat (bench.synapses->view.pitch, >, pitch);
  act (&bench, "synapses.down", NULL);
  g_assert_cmpfloat (bench.synapses->view.from_at, >, 0);

  /* the synapses of one unit alone, which other views then show */
  act (&bench, "synapses.fit", NULL);
  act (&bench, "synapses.unit", "1");
  act (&bench, "synapses.unit", "1");
  wait_painted (&bench);
  g_assert_cmpint (bench.synapses->view.only_to, ==, 1);
  g_assert_cmpint (bench.synapses->painted.pick.shown->len, ==, 256);
  g_assert_cmpstr (cju_document_get_unit (bench.document).node, ==, "dense2");
  g_assert_cmpint (cju_document_get_unit (bench.document).unit, ==, 1);

  for (int i = 0; i < 60 && bench.left == 0; i++)
    act (&bench, "synapses.zoom-out", NULL);
  g_assert_cmpint (bench.left, ==, 1);
  close_bench (&bench);
}

/* A layer that is no more cannot be looked at. */
static void
test_gone (void)
{
  Bench bench;
  CjlProject *project;

  open_bench (&bench, "mlp");
  g_assert_true (cju_synapses_show (bench.synapses, "dense2"));
  project = cju_document_get_project (bench.document);
  cjl_project_begin (project);
  cj_graph_remove (project->graph, cj_graph_find (project->graph, "dense2"));
  cjl_project_commit (project, "Delete", NULL);
  widgets_wait (200);
  g_assert_cmpint (bench.left, ==, 1);
  close_bench (&bench);
}

static void
on_done (GObject *process, GAsyncResult *result, gpointer data)
{
  g_subprocess_wait_check_finish (G_SUBPROCESS (process), result, NULL);
  *(gboolean *) data = TRUE;
}

/* Down by `dy` with the button held, as a hand does. */
static void
drag (double x, double y, int dy)
{
  g_autofree char *words = g_strdup_printf ("xdotool mousemove %d %d sleep 0.2 mousedown 1 sleep "
                                            "0.1 mousemove_relative -- 0 %d sleep 0.1 "
                                            "mousemove_relative -- 0 %d sleep 0.2 mouseup 1",
                                            (int) x, (int) y, dy / 2, dy - dy / 2);
  g_auto (GStrv) args = g_strsplit (words, " ", -1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) mouse
      = g_subprocess_newv ((const char *const *) args, G_SUBPROCESS_FLAGS_NONE, &error);
  gboolean over = FALSE;

  g_assert_no_error (error);
  g_subprocess_wait_async (mouse, NULL, on_done, &over);
  while (!over)
    g_main_context_iteration (NULL, TRUE);
  widgets_wait (300);
}

static float
read_weight (Bench *bench, gint64 from, gint64 to)
{
  g_autoptr (CjTensor) weights
      = cjl_session_dup_param (cju_document_get_session (bench->document), "dense3.weight");

  return cj_tensor_f32 (weights)[to * weights->shape.dims[1] + from];
}

/* The strongest synapse of a unit is dragged down: its weight is less by what the way says, and one undo
 * brings it back. */
static void
test_drag (void)
{
  Bench bench;
  CjvSynapsePlot plot;
  const CjvSynapse *synapse;
  CjvSynapse held;
  float before;
  double x, y;

  open_bench (&bench, "mlp");
  g_assert_true (cju_synapses_show (bench.synapses, "dense3"));
  act (&bench, "synapses.unit", "1");
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (bench.synapses->buttons[CJU_TOOL_WEIGHT]), TRUE);
  wait_painted (&bench);
  g_assert_true (cju_synapses_place (bench.synapses, &plot));
  synapse = &g_array_index (bench.synapses->painted.pick.shown, CjvSynapse,
                            bench.synapses->painted.pick.shown->len - 1);
  held = *synapse;
  x = plot.from.x + plot.from.radius + 6;
  y = cjv_column_get_y (&plot.from, held.from);
  before = read_weight (&bench, held.from, held.to);
  g_assert_cmpfloat (before, ==, held.weight);
  drag (x + CJU_SYNAPSES_LEFT, y + CJU_SYNAPSES_TOP, 60);
  g_assert_cmpfloat (read_weight (&bench, held.from, held.to), <, before - 0.3 * fabsf (before));
  g_assert_true (cjl_project_undo (cju_document_get_project (bench.document)));
  widgets_wait (300);
  g_assert_cmpfloat (read_weight (&bench, held.from, held.to), ==, before);
  close_bench (&bench);
}

static guint8
read_flag (Bench *bench, const char *param, gint64 at)
{
  g_autoptr (CjTensor) flags
      = cjl_session_dup_flags (cju_document_get_session (bench->document), param);

  return flags != NULL ? ((const guint8 *) flags->data)[at] : 0;
}

/* A brush over a synapse prunes it, another lets it grow, a lesion cuts all of a unit; each is one edit. */
static void
test_prune (void)
{
  CjlProject *project;
  CjvSynapsePlot plot;
  CjvSynapse held;
  Bench bench;
  double x, y;
  gint64 at;

  open_bench (&bench, "mlp");
  project = cju_document_get_project (bench.document);
  g_assert_true (cju_synapses_show (bench.synapses, "dense3"));
  act (&bench, "synapses.unit", "1");
  act (&bench, "synapses.tool", "2");
  g_assert_cmpint (bench.synapses->tool, ==, CJU_TOOL_PRUNE);
  wait_painted (&bench);
  g_assert_true (cju_synapses_place (bench.synapses, &plot));
  held = g_array_index (bench.synapses->painted.pick.shown, CjvSynapse,
                        bench.synapses->painted.pick.shown->len - 1);
  at = (gint64) held.to * plot.all.n_from + held.from;
  x = plot.from.x + plot.from.radius + 6 + CJU_SYNAPSES_LEFT;
  y = cjv_column_get_y (&plot.from, held.from) + CJU_SYNAPSES_TOP;
  drag (x, y - 8, 16);
  g_assert_cmpint (read_flag (&bench, "dense3.weight", at) & CJ_MASK_PRUNED, !=, 0);
  g_assert_cmpfloat (read_weight (&bench, held.from, held.to), ==, 0);
  g_assert_true (cjl_project_undo (project));
  widgets_wait (300);
  g_assert_cmpint (read_flag (&bench, "dense3.weight", at) & CJ_MASK_PRUNED, ==, 0);
  g_assert_cmpfloat (read_weight (&bench, held.from, held.to), ==, held.weight);

  act (&bench, "synapses.lesion", NULL);
  widgets_wait (300);
  for (gint64 i = 0; i < plot.all.n_from; i++)
    g_assert_cmpfloat (read_weight (&bench, i, 0), ==, 0);
  g_assert_cmpint (read_flag (&bench, "dense3.bias", 0) & CJ_MASK_PRUNED, !=, 0);
  act (&bench, "synapses.lesion", NULL);
  widgets_wait (300);
  g_assert_cmpint (read_flag (&bench, "dense3.weight", 0) & CJ_MASK_PRUNED, ==, 0);
  g_assert_true (cjl_project_undo (project));
  g_assert_true (cjl_project_undo (project));
  widgets_wait (300);
  g_assert_cmpfloat (read_weight (&bench, held.from, held.to), ==, held.weight);
  close_bench (&bench);
}

int
main (int argc, char **argv)
{
  if (!widgets_begin (&argc, &argv))
    return 0;
  g_test_add_func ("/ui/synapses/show", test_show);
  g_test_add_func ("/ui/synapses/move", test_move);
  g_test_add_func ("/ui/synapses/gone", test_gone);
  g_test_add_func ("/ui/synapses/drag", test_drag);
  g_test_add_func ("/ui/synapses/prune", test_prune);
  return g_test_run ();
}
