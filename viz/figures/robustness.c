/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How what a network gets right falls with the dose of damage: L networks or kinds of damage, P doses, S
 * seeds. A line is the mean over seeds, the band its 95 % confidence interval (Student's t). */
#include "cjv-fan.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "curves", CJV_WANT_ARRAY, TRUE, "[L, S, P]",
    N_ ("Share that is right, of every seed; not a number: not yet") },
  { "x", CJV_WANT_ARRAY, TRUE, "[P]", N_ ("Doses") },
  { "lines", CJV_WANT_STRINGS, FALSE, NULL, N_ ("What was damaged, and how") },
  { "x-share", CJV_WANT_SCALAR, FALSE, NULL, N_ ("1: doses are shown in per cent") },
  { "chance", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Share that a guess gets right") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Heading") },
  { "note", CJV_WANT_TEXT, FALSE, NULL, N_ ("Samples and seeds") },
  { NULL },
};

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  CjvFan fan;

  if (!cjv_fan_fill (&fan, scene))
    return FALSE;
  cjv_fan_draw (&fan, scene, cr);
  cjv_fan_draw_level (&fan, scene, cr, "chance", _ ("a guess"));
  cjv_fan_draw_titles (&fan, scene, cr, _ ("Robustness"));
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  CjvFan fan;

  return cjv_fan_fill (&fan, scene) && cjv_fan_hit (&fan, scene, x, y, out);
}

static void
csv (const CjvScene *scene, GString *out)
{
  cjv_fan_csv (scene, "dose", out);
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const gboolean share = cjv_frame_get_scalar (scene->frame, "x-share", 0) > 0;
  GString *out = g_string_new (title != NULL ? title : _ ("Robustness"));
  CjvFan fan;

  if (!cjv_fan_init (&fan, scene->frame, CJV_FAN_CONFIDENCE))
    return g_string_free (out, FALSE);
  g_string_append (out, ".");
  for (gint64 k = 0; k < fan.l; k++)
    {
      const gint64 last = cjv_fan_find_last (&fan, k);
      g_autofree char *name = cjv_class_dup (scene->frame, "lines", k);
      g_autofree char *first = cjv_percent_print (cjv_fan_get (&fan, k, 0).middle, 1);
      g_autofree char *end = cjv_percent_print (cjv_fan_get (&fan, k, MAX (last, 0)).middle, 1);
      const double most = cjv_tensor_at (fan.x, MAX (last, 0));
      g_autofree char *dose = share ? cjv_percent_print (most, 0) : cjv_number_print (most, 2);

      if (last >= 0)
        /* Translators: what was damaged; what is right without damage, at a dose, and that dose */
        g_string_append_printf (out, _ (" %s: %s are right without damage, %s at %s."), name, first,
                                end, dose);
    }
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_robustness = {
  .id = "robustness",
  .title = N_ ("Robustness"),
  .blurb = N_ ("How what the network gets right falls with the dose of lesions, noise or attacks"),
  .empty = N_ ("Damage the network: how much it still gets right at every dose stands here."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 640,
  .preset_height = 400,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
