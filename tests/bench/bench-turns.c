/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second half of bench-live alone: the longest turns of the main loop. */
#include "turns.h"

static int
run (GtkApplication *application, gboolean json)
{
  g_autoptr (BenchReport) to = bench_report_new ("turns of the main loop, processor time");
  Turns turns = { .application = application, .to = to };

  turns_open (&turns);
  turns_measure (&turns);
  return bench_report_print (to, json) ? 0 : 1;
}

int
main (int argc, char **argv)
{
  return bench_run (run, argc, argv);
}
