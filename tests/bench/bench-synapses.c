/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often synapses are painted anew while a network is trained: 784 units that send to 128, in a picture of
 * 940 x 610; and the same by cairo, for the ratio. Times are those on the clock: of many synapses two threads
 * paint a half each. */
#include "bench.h"

#include "cjv-synapses.h"

#include <math.h>

#define F 784
#define U 128
#define WIDTH 940
#define HEIGHT 610
#define ROUNDS 9

static const CjvColumn from = { .x = 30, .pitch = (double) HEIGHT / F, .radius = 1 };
static const CjvColumn to = { .x = 900, .pitch = (double) HEIGHT / U, .radius = 2 };

static double
measure_cairo (const CjvSynapsePick *pick, const CjvStyle *style)
{
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (image);
  double began = bench_thread_seconds ();

  cjv_synapses_draw (pick, &from, &to, style, cr);
  cairo_surface_flush (image);
  began = bench_thread_seconds () - began;
  cairo_destroy (cr);
  cairo_surface_destroy (image);
  return began;
}

static void
measure (BenchReport *report, const CjvSynapses *all, guint n, double least)
{
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  g_autofree guint32 *pixels = g_new (guint32, WIDTH * HEIGHT);
  g_autofree char *name = g_strdup_printf ("%u synapses: updates", n);
  g_autofree char *ratio = g_strdup_printf ("%u synapses: as fast as cairo, times", n);
  double cairo = 0, ours = 0;
  CjvSynapsePick pick;
  CjvStyle style;

  cjv_style_init (&style, FALSE);
  for (int i = 0; i < ROUNDS; i++)
    {
      const gint64 began = g_get_monotonic_time ();
      double rate;

      cjv_synapses_pick (all, 0, F, 0, U, -1, -1, n, &pick);
      cjv_synapses_paint (&pick, &from, &to, &style, 1, pixels, WIDTH, HEIGHT, WIDTH);
      ours = (double) (g_get_monotonic_time () - began) / G_USEC_PER_SEC;
      rate = 1 / ours;
      g_array_append_val (times, rate);
      if (i + 1 == ROUNDS)
        cairo = measure_cairo (&pick, &style);
      cjv_synapse_pick_clear (&pick);
    }
  bench_report_add_samples (report, name, times, "/s", BENCH_AT_LEAST, least);
  bench_report_add (report, ratio, cairo / ours, NAN, "×", BENCH_TOLD, 0);
}

static int
run (GtkApplication *application, gboolean json)
{
  g_autoptr (BenchReport) report = bench_report_new ("synapses: painted anew");
  g_autofree float *weights = g_new (float, F *U);
  const CjvSynapses all = { .n_from = F, .n_to = U, .weights = weights };

  (void) application;
  for (int i = 0; i < F * U; i++)
    weights[i] = (float) (sin (i * 12.9898) * sin (i * 0.377));
  measure (report, &all, 2000, 30);
  measure (report, &all, 20000, 5);
  return bench_report_print (report, json) ? 0 : 1;
}

int
main (int argc, char **argv)
{
  return bench_run (run, argc, argv);
}
