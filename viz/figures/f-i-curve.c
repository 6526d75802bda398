/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How fast a neuron fires for how much current. N currents. */
#include "cjv-xy.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "current", CJV_WANT_ARRAY, TRUE, "[N]", N_ ("What was injected") },
  { "steady", CJV_WANT_ARRAY, TRUE, "[N]", N_ ("Rate as it goes on, Hz; NaN: not known yet") },
  { "onset", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Rate of the first interval, Hz") },
  { "current-name", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the current, with its unit") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Name of the neuron") },
  { NULL },
};

static const CjvXyRow rows[] = {
  { "steady", N_ ("as it goes on"), FALSE, FALSE, 0 },
  { "onset", N_ ("first interval"), FALSE, TRUE, 1 },
  { NULL },
};

static const CjvXyInfo info
    = { .x = "current", .rows = rows, .from_zero = TRUE, .x_csv = "current" };

static gboolean
init (CjvXy *xy, const CjvScene *scene)
{
  const char *current = cjv_frame_get_text (scene->frame, "current-name");

  return cjv_xy_init (xy, scene, &info, current != NULL ? current : "I", _ ("Rate (Hz)"));
}

/* The least current that it goes on firing with; -1: none does. */
static gint64
find_first (const CjvXy *xy)
{
  for (gint64 i = 0; i < xy->n; i++)
    if (cjv_tensor_at (xy->y[0], i) > 0)
      return i;
  return -1;
}

static char *
print_first (const CjvXy *xy)
{
  const gint64 at = find_first (xy);
  g_autofree char *current = cjv_number_print (cjv_tensor_at (xy->x, at), 3);

  return at < 0 ? g_strdup (_ ("it never goes on firing"))
                : g_strdup_printf (_ ("it goes on firing from %s on"), current);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  CjvXy xy;

  if (!init (&xy, scene))
    return FALSE;
  note = print_first (&xy);
  cjv_xy_draw (&xy, scene, cr, title != NULL ? title : _ ("Neuron"), note);
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
  g_autofree char *first = NULL, *most = NULL;
  CjvXy xy;

  if (!init (&xy, scene))
    return NULL;
  first = print_first (&xy);
  most = cjv_number_print (cjv_tensor_at (xy.y[0], cjv_xy_find_extreme (&xy, 0, 1)), 3);
  return g_strdup_printf (_ ("%s: %s; the fastest is %s Hz."),
                          title != NULL ? title : _ ("A neuron"), first, most);
}

const CjvFigureInfo cjv_figure_f_i_curve = {
  .id = "f-i-curve",
  .title = N_ ("f–I curve"),
  .blurb = N_ ("How fast a neuron fires for how much current, at first and as it goes on"),
  .empty = N_ ("Here stands how the rate of a neuron follows its current."),
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
