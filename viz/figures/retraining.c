/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How what a damaged network gets right comes back while what is left of it learns on: L lesions, P steps, S
 * seeds. A line is the mean over seeds, the band its 95 % confidence interval (Student's t); dashed lines say
 * what was right before the damage, and what a guess gets right. */
#include "cjv-fan.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "curves", CJV_WANT_ARRAY, TRUE, "[L, S, P]",
    N_ ("Share that is right, of every seed; not a number: not yet") },
  { "x", CJV_WANT_ARRAY, TRUE, "[P]", N_ ("Steps of training after the damage") },
  { "lines", CJV_WANT_STRINGS, FALSE, NULL, N_ ("What was damaged, and how") },
  { "before", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Share that was right before the damage") },
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
  cjv_fan_draw_level (&fan, scene, cr, "before", _ ("before the damage"));
  cjv_fan_draw_titles (&fan, scene, cr, _ ("Recovery"));
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
  cjv_fan_csv (scene, "step", out);
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const double before = cjv_frame_get_scalar (scene->frame, "before", NAN);
  GString *out = g_string_new (title != NULL ? title : _ ("Recovery"));
  CjvFan fan;

  g_string_append (out, ".");
  if (!cjv_fan_init (&fan, scene->frame, CJV_FAN_CONFIDENCE))
    return g_string_free (out, FALSE);
  if (isfinite (before))
    {
      g_autofree char *share = cjv_percent_print (before, 1);

      /* Translators: a share */
      g_string_append_printf (out, _ (" Before the damage %s are right."), share);
    }
  for (gint64 k = 0; k < fan.l; k++)
    {
      const gint64 last = cjv_fan_find_last (&fan, k);
      g_autofree char *name = cjv_class_dup (scene->frame, "lines", k);
      g_autofree char *first = cjv_percent_print (cjv_fan_get (&fan, k, 0).middle, 1);
      g_autofree char *end = cjv_percent_print (cjv_fan_get (&fan, k, MAX (last, 0)).middle, 1);
      g_autofree char *steps = cjv_number_print (cjv_tensor_at (fan.x, MAX (last, 0)), 6);

      if (last >= 0)
        /* Translators: what was damaged; what is right then, after training, and its steps */
        g_string_append_printf (out, _ (" %s: %s are right at first, %s after %s steps."), name,
                                first, end, steps);
    }
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_retraining = {
  .id = "retraining",
  .title = N_ ("Recovery"),
  .blurb = N_ ("How what a damaged network gets right comes back while it learns on"),
  .empty = N_ ("Damage the network and let it learn on: how it recovers stands here."),
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
