/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long the times between spikes are. B bins. */
#include "cjv-xy.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "interval", CJV_WANT_ARRAY, TRUE, "[B]", N_ ("Middle of each bin") },
  { "count", CJV_WANT_ARRAY, TRUE, "[B]", N_ ("Intervals in each bin") },
  { "expected", CJV_WANT_ARRAY, FALSE, "[B]",
    N_ ("Those of a Poisson process with the same mean") },
  { "time-unit", CJV_WANT_TEXT, FALSE, NULL, N_ ("Unit of the times") },
  { "cv", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Coefficient of variation of the intervals") },
  { "cv2", CJV_WANT_SCALAR, FALSE, NULL, N_ ("The same of neighbouring intervals") },
  { "fano", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Variance of counts by their mean") },
  { "repeats", CJV_WANT_SCALAR, FALSE, NULL,
    N_ ("Of one stimulus, that the counts are of; 1 or none: they are of samples of a class") },
  { "mean", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Mean interval") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Whose spikes they are") },
  { NULL },
};

static const CjvXyRow rows[] = {
  { "count", N_ ("intervals"), TRUE, FALSE, 0 },
  { "expected", N_ ("Poisson process"), FALSE, TRUE, 1 },
  { NULL },
};

static const CjvXyInfo info
    = { .x = "interval", .rows = rows, .whole = TRUE, .from_zero = TRUE, .x_csv = "interval" };

static gboolean
init (CjvXy *xy, const CjvScene *scene, char **label)
{
  const char *unit = cjv_frame_get_text (scene->frame, "time-unit");

  *label = g_strdup_printf (/* Translators: %s is a unit of time */ _ ("Interval (%s)"),
                            unit != NULL ? unit : "ms");
  return cjv_xy_init (xy, scene, &info, *label, _ ("Intervals"));
}

static gint64
count_all (const CjvXy *xy)
{
  double sum = 0;

  for (gint64 i = 0; i < xy->n; i++)
    sum += cjv_tensor_at (xy->y[0], i);
  return isfinite (sum) && fabs (sum) < 1e15 ? llround (sum) : 0;
}

/* "CV 0.98 · CV₂ 1.01 · Fano factor 1.02"; what is not known is left out. */
static char *
print_measures (const CjvFrame *frame)
{
  static const struct
  {
    const char *id, *name;
  } all[] = { { "cv", "CV" }, { "cv2", "CV₂" }, { "fano", N_ ("Fano factor") } };
  const double repeats = cjv_frame_get_scalar (frame, "repeats", 1);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      const double value = cjv_frame_get_scalar (frame, all[i].id, NAN);
      g_autofree char *number = cjv_number_print (value, 3);

      if (isfinite (value))
        g_string_append_printf (text, "%s%s %s", text->len > 0 ? " · " : "", _ (all[i].name),
                                number);
    }
  if (repeats > 1 && repeats < 1e6 && isfinite (cjv_frame_get_scalar (frame, "fano", NAN)))
    g_string_append_printf (text, /* Translators: behind a Fano factor */
                            _ (" over %d repeats of a sample"), (int) repeats);
  return g_string_free (text, FALSE);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *label = NULL, *measures = print_measures (scene->frame);
  CjvXy xy;

  if (!init (&xy, scene, &label))
    return FALSE;
  cjv_xy_draw (&xy, scene, cr, title != NULL ? title : _ ("Intervals"), measures);
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
  g_autofree char *label = NULL, *measures = print_measures (scene->frame), *mean = NULL;
  CjvXy xy;
  gint64 n;

  if (!init (&xy, scene, &label))
    return NULL;
  n = count_all (&xy);
  mean = cjv_number_print (cjv_frame_get_scalar (scene->frame, "mean", NAN), 3);
  return g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%s: %d interval between spikes, mean %s %s%s%s.",
                   "%s: %d intervals between spikes, mean %s %s%s%s.", (gulong) MAX (n, 0)),
      title != NULL ? title : _ ("Intervals"), (int) n, mean, unit != NULL ? unit : "ms",
      *measures != '\0' ? "; " : "", measures);
}

const CjvFigureInfo cjv_figure_isi = {
  .id = "isi",
  .title = N_ ("Intervals"),
  .blurb = N_ ("How long the times between spikes are, and how regular that makes the trains"),
  .empty = N_ ("Here stand the times between spikes, as soon as a neuron has fired twice."),
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
