/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a pair of spikes changes a synapse. N delays. */
#include "cjv-xy.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "delay", CJV_WANT_ARRAY, TRUE, "[N]", N_ ("From the synapse's spike to the neuron's, ms") },
  { "change", CJV_WANT_ARRAY, TRUE, "[N]", N_ ("Of the weight, as a share of the largest one") },
  { "balance", CJV_WANT_SCALAR, FALSE, NULL,
    N_ ("Area of what weakens by that of what strengthens") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the rule") },
  { NULL },
};

static const CjvXyRow rows[] = { { "change", NULL, FALSE, FALSE, 0 }, { NULL } };

static const CjvXyInfo info = { .x = "delay", .rows = rows, .cross = TRUE, .x_csv = "delay" };

static gboolean
init (CjvXy *xy, const CjvScene *scene)
{
  return cjv_xy_init (xy, scene, &info, _ ("Delay of the neuron's spike (ms)"),
                      _ ("Change of the weight"));
}

static char *
print_balance (const CjvFrame *frame)
{
  const double balance = cjv_frame_get_scalar (frame, "balance", NAN);
  g_autofree char *number = cjv_number_print (balance, 3);

  return isfinite (balance) ? g_strdup_printf (_ ("weakens %s times what it strengthens"), number)
                            : NULL;
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = print_balance (scene->frame);
  CjvXy xy;

  if (!init (&xy, scene))
    return FALSE;
  cjv_xy_draw (&xy, scene, cr, title != NULL ? title : _ ("STDP window"), note);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  CjvXy xy;

  return init (&xy, scene) && cjv_xy_hit (&xy, x, y, out);
}

static void
csv (const CjvScene *scene, GString *out)
{
  CjvXy xy;

  if (init (&xy, scene))
    cjv_xy_csv (&xy, out);
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *most = NULL, *least = NULL;
  CjvXy xy;

  if (!init (&xy, scene))
    return NULL;
  most = cjv_number_print (cjv_tensor_at (xy.y[0], cjv_xy_find_extreme (&xy, 0, 1)), 3);
  least = cjv_number_print (cjv_tensor_at (xy.y[0], cjv_xy_find_extreme (&xy, 0, -1)), 3);
  return g_strdup_printf (_ ("%s: a pair of spikes changes a weight by %s at most and %s at "
                             "least, as a share of the largest weight."),
                          title != NULL ? title : _ ("STDP window"), most, least);
}

const CjvFigureInfo cjv_figure_stdp_window = {
  .id = "stdp-window",
  .title = N_ ("STDP window"),
  .blurb = N_ ("How much a pair of spikes changes a synapse, by the time between them"),
  .empty = N_ ("Here stands how a synapse learns from the times of spikes."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 560,
  .preset_height = 320,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
