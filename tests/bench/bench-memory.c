/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is resident while a template is open and nothing happens, without its data set; and how much of it
 * is not of files, which other programs share. */
#include "bench.h"

#include "cjl-recovery.h"
#include "cju-window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CALM_SECONDS 3.0

static gboolean
is_loaded (gpointer data)
{
  return cju_document_get_frame (data) != NULL;
}

/* Of /proc/self/smaps_rollup, MiB. */
static double
read_memory (const char *name)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/smaps_rollup", &text, NULL, NULL)
      || (line = strstr (text, name)) == NULL)
    return NAN;
  return atof (line + strlen (name)) / 1024;
}

static int
run (GtkApplication *application, gboolean json)
{
  static const char *const templates[] = { "playground", "lenet-5", "mlp", "fashion-cnn" };
  g_autoptr (BenchReport) to = bench_report_new ("memory: idle, with a template open");

  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    {
      CjuWindow *window = CJU_WINDOW (cju_window_new (application));
      g_autofree char *all = g_strdup_printf ("%s: resident", templates[i]);
      g_autofree char *own = g_strdup_printf ("%s: of that not of files", templates[i]);
      CjuDocument *document;
      double data;

      gtk_window_present (GTK_WINDOW (window));
      cju_window_open_template (window, templates[i]);
      document = cju_window_get_document (window);
      bench_wait_for (60, is_loaded, document);
      bench_wait (CALM_SECONDS);
      data = (double) cj_tensor_bytes (cju_document_get_dataset (document)->x) / (1 << 20);
      bench_report_add (to, all, read_memory ("Rss:") - data, NAN, "MiB", BENCH_AT_MOST, 150);
      bench_report_add (to, own, read_memory ("Anonymous:") - data, NAN, "MiB", BENCH_TOLD, 0);
      cjl_project_forget_unsaved (cju_document_get_project (document));
      gtk_window_destroy (GTK_WINDOW (window));
      bench_wait (1);
    }
  return bench_report_print (to, json) ? 0 : 1;
}

int
main (int argc, char **argv)
{
  return bench_run (run, argc, argv);
}
