/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often one neuron fires how long after another. L lags. */
#include "cjv-xy.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "lag", CJV_WANT_ARRAY, TRUE, "[L]", N_ ("Delay from a spike of the first neuron") },
  { "count", CJV_WANT_ARRAY, TRUE, "[L]", N_ ("Spikes of the second neuron at that delay") },
  { "expected", CJV_WANT_ARRAY, FALSE, "[L]", N_ ("By chance") },
  { "shifted", CJV_WANT_ARRAY, FALSE, "[L]",
    N_ ("With the second neuron's spikes of another sample: what the stimulus alone makes") },
  { "time-unit", CJV_WANT_TEXT, FALSE, NULL, N_ ("Unit of the times") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Which neurons they are") },
  { "note", CJV_WANT_TEXT, FALSE, NULL, N_ ("Of how many spikes") },
  { NULL },
};

static const CjvXyRow rows[] = {
  { "count", N_ ("pairs of spikes"), TRUE, FALSE, 0 },
  { "expected", N_ ("chance"), FALSE, TRUE, 1 },
  { "shifted", N_ ("other samples"), FALSE, FALSE, 2 },
  { NULL },
};

static const CjvXyInfo info
    = { .x = "lag", .rows = rows, .whole = TRUE, .from_zero = TRUE, .x_csv = "lag" };

static gboolean
init (CjvXy *xy, const CjvScene *scene, char **label)
{
  const char *unit = cjv_frame_get_text (scene->frame, "time-unit");

  *label = g_strdup_printf (/* Translators: %s is a unit of time */ _ ("Delay (%s)"),
                            unit != NULL ? unit : "ms");
  return cjv_xy_init (xy, scene, &info, *label, _ ("Pairs of spikes"));
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *label = NULL;
  CjvXy xy;

  if (!init (&xy, scene, &label))
    return FALSE;
  cjv_xy_draw (&xy, scene, cr, title != NULL ? title : _ ("Cross-correlogram"),
               cjv_frame_get_text (scene->frame, "note"));
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  g_autofree char *label = NULL;
  CjvXy xy;

  return init (&xy, scene, &label) && cjv_xy_hit (&xy, x, y, out);
}

static void
csv (const CjvScene *scene, GString *out)
{
  g_autofree char *label = NULL;
  CjvXy xy;

  if (init (&xy, scene, &label))
    cjv_xy_csv (&xy, out);
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const char *unit = cjv_frame_get_text (scene->frame, "time-unit");
  g_autofree char *label = NULL, *count = NULL, *lag = NULL, *chance = NULL;
  gint64 at;
  CjvXy xy;

  if (!init (&xy, scene, &label))
    return NULL;
  at = cjv_xy_find_extreme (&xy, 0, 1);
  count = cjv_number_print (cjv_tensor_at (xy.y[0], at), 4);
  lag = cjv_number_print (cjv_tensor_at (xy.x, at), 4);
  chance = cjv_number_print (xy.y[1] != NULL ? cjv_tensor_at (xy.y[1], at) : NAN, 3);
  return g_strdup_printf (_ ("%s: most pairs of spikes, %s, at a delay of %s %s, where chance "
                             "would give %s."),
                          title != NULL ? title : _ ("Cross-correlogram"), count, lag,
                          unit != NULL ? unit : "ms", chance);
}

const CjvFigureInfo cjv_figure_cross_correlogram = {
  .id = "cross-correlogram",
  .title = N_ ("Cross-correlogram"),
  .blurb = N_ ("How often one neuron fires how long after another, beside what chance would give"),
  .empty = N_ ("Here stands when one neuron fires after another, as soon as both have fired."),
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
