/* SPDX-License-Identifier: GPL-3.0-or-later */
/* K eigenvalues of the Hessian. */
#include "cjv-draw.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "values", CJV_WANT_ARRAY, TRUE, "[K]",
    N_ ("Eigenvalues of the Hessian, the greatest first; not a number: not yet known") },
  { "errors", CJV_WANT_ARRAY, FALSE, "[K]", N_ ("What each may be wrong by") },
  { "noise-scale", CJV_WANT_SCALAR, FALSE, NULL,
    N_ ("Simple noise scale of the gradient, in samples; not a number: lost in the noise") },
  { "noise-error", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Its standard error") },
  { "slope", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Square of the norm of the gradient") },
  { "noise", CJV_WANT_SCALAR, FALSE, NULL,
    N_ ("Sum of the variances of the gradient of one sample") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Heading") },
  { NULL },
};

typedef struct
{
  const CjTensor *values, *errors; /* errors: or NULL */
  gint64 k, shown;
  double low, high;                              /* of the bars, 0 among them */
  double pad, top, row, left, width, line, foot; /* px; foot: top of the lines of text, 0: none */
} Bars;

static void
bars_init (Bars *b, const CjvFrame *frame)
{
  *b = (Bars){ .values = cjv_frame_get_array (frame, "values"),
               .errors = cjv_frame_get_array (frame, "errors") };
  b->k = cjv_tensor_size (b->values);
  if (cjv_tensor_size (b->errors) != b->k)
    b->errors = NULL;
  for (gint64 i = 0; i < b->k; i++)
    {
      const double v = cjv_tensor_at (b->values, i), e = fabs (cjv_tensor_at (b->errors, i));

      if (!isfinite (v))
        continue;
      b->low = MIN (b->low, v - (isfinite (e) ? e : 0));
      b->high = MAX (b->high, v + (isfinite (e) ? e : 0));
    }
  if (!(b->high - b->low > 0) || !isfinite (b->high - b->low))
    b->high = b->low + 1;
}

static char *
print_value (const Bars *b, gint64 i)
{
  g_autofree char *value = cjv_number_print (cjv_tensor_at (b->values, i), 4);
  g_autofree char *error = NULL;

  if (!isfinite (cjv_tensor_at (b->values, i)))
    return g_strdup ("–");
  if (!isfinite (cjv_tensor_at (b->errors, i)))
    return g_steal_pointer (&value);
  error = cjv_number_print (cjv_tensor_at (b->errors, i), 2);
  return g_strdup_printf ("%s ± %s", value, error);
}

static void
bars_place (Bars *b, const CjvScene *scene)
{
  const double em = scene->style->font_size;
  double numbers = 0, room;

  b->pad = MIN (em * 0.8, scene->width / 12);
  b->line = cjv_text_height (scene, CJV_SIZE_NOTE);
  b->top = b->pad + cjv_heading_height (scene);
  room = scene->height - b->top - b->pad;
  if (!scene->style->bare && room > b->line * 7)
    {
      b->foot = scene->height - b->pad - b->line * 3.2;
      room = b->foot - b->top - b->line * 0.4;
    }
  b->shown = CLAMP ((gint64) (room / (b->line * 1.1)), 1, MAX (b->k, 1));
  b->row = MIN (room / (double) b->shown, b->line * 2);
  if (b->foot > 0) /* near what it is about */
    b->foot = MIN (b->foot, b->top + b->row * (double) b->shown + b->line);
  for (gint64 i = 0; i < MIN (b->shown, b->k); i++)
    {
      g_autofree char *text = print_value (b, i);

      numbers = MAX (numbers, cjv_text_width (scene, CJV_SIZE_NOTE, text) + em * 0.6);
    }
  b->left = b->pad + em * 2;
  if (scene->width - b->left - b->pad - numbers < em * 5)
    numbers = 0;
  b->width = MAX (scene->width - b->left - b->pad - numbers, 1);
}

static double
get_x (const Bars *b, double value)
{
  return b->left + CLAMP ((value - b->low) / (b->high - b->low), 0, 1) * b->width;
}

static void
draw_row (const CjvScene *scene, cairo_t *cr, const Bars *b, gint64 i)
{
  const double v = cjv_tensor_at (b->values, i), e = cjv_tensor_at (b->errors, i);
  const double y = b->top + ((double) i + 0.5) * b->row;
  const double height = MIN (b->row * 0.6, b->line * 0.8);
  g_autofree char *name = g_strdup_printf ("λ%d", (int) i + 1);
  g_autofree char *text = print_value (b, i);

  cjv_text_draw (scene, cr, b->pad, y, 0, CJV_SIZE_NOTE, CJV_TEXT_MIDDLE,
                 cjv_style_color (scene->style, CJV_INK_DIM), name);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_SURFACE));
  cairo_rectangle (cr, b->left, y - height / 2, b->width, height);
  cairo_fill (cr);
  if (isfinite (v))
    {
      const double from = MIN (get_x (b, 0), get_x (b, v)), to = MAX (get_x (b, 0), get_x (b, v));

      cjv_draw_set_color (cr, cjv_style_signed_ink (scene->style, v));
      cairo_rectangle (cr, from, y - height / 2, MAX (to - from, 1.5), height);
      cairo_fill (cr);
    }
  if (isfinite (v) && isfinite (e))
    {
      cairo_move_to (cr, get_x (b, v - e), y);
      cairo_line_to (cr, get_x (b, v + e), y);
      for (int side = -1; side <= 1; side += 2)
        {
          cairo_move_to (cr, get_x (b, v + side * e), y - height * 0.35);
          cairo_line_to (cr, get_x (b, v + side * e), y + height * 0.35);
        }
      cairo_set_line_width (cr, 1.5);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK));
      cairo_stroke (cr);
    }
  if (b->left + b->width + b->pad < scene->width - 1)
    cjv_text_draw (scene, cr, scene->width - b->pad, y, 0, CJV_SIZE_NOTE,
                   CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, cjv_style_color (scene->style, CJV_INK), text);
}

/* "Noise scale 480 ± 60 samples: ..." You free. */
static char *
print_noise (const CjvFrame *frame)
{
  const double scale = cjv_frame_get_scalar (frame, "noise-scale", NAN);
  const double slope = cjv_frame_get_scalar (frame, "slope", NAN);
  const double noise = cjv_frame_get_scalar (frame, "noise", NAN);
  g_autofree char *number = cjv_number_print (scale, 3);
  g_autofree char *error = cjv_number_print (cjv_frame_get_scalar (frame, "noise-error", NAN), 2);
  g_autofree char *g = cjv_number_print (slope, 3), *s = cjv_number_print (noise, 3);

  if (!isfinite (noise))
    return g_strdup ("");
  if (!isfinite (scale))
    return g_strdup_printf (_ ("The gradient is lost in its noise: |G|² = %s, tr Σ = %s. Measure "
                               "more samples."),
                            g, s);
  return g_strdup_printf (_ ("Simple noise scale tr Σ / |G|² = %s ± %s samples; |G|² = %s, tr Σ = "
                             "%s"),
                          number, error, g, s);
}

/* What the greatest eigenvalue means for plain gradient descent. You free. */
static char *
print_step (const Bars *b)
{
  const double top = cjv_tensor_at (b->values, 0);
  g_autofree char *step = cjv_number_print (2 / top, 3);

  return isfinite (top) && top > 0 ? g_strdup_printf (
             _ ("Plain gradient descent is stable up to a rate of 2 / λ1 = %s"), step)
                                   : g_strdup ("");
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *noise = print_noise (scene->frame), *step = NULL;
  Bars b;

  bars_init (&b, scene->frame);
  bars_place (&b, scene);
  step = print_step (&b);
  if (cjv_heading_height (scene) > 0)
    cjv_draw_heading (scene, cr, b.pad, b.pad, scene->width - 2 * b.pad,
                      title != NULL ? title : _ ("Curvature"),
                      _ ("greatest eigenvalues of the Hessian"));
  for (gint64 i = 0; i < MIN (b.shown, b.k); i++)
    draw_row (scene, cr, &b, i);
  if (b.foot > 0)
    {
      cjv_text_draw (scene, cr, b.pad, b.foot, scene->width - 2 * b.pad, CJV_SIZE_NOTE, 0,
                     cjv_style_color (scene->style, CJV_INK), step);
      cjv_text_draw (scene, cr, b.pad, b.foot + b.line, scene->width - 2 * b.pad, CJV_SIZE_NOTE,
                     CJV_TEXT_WRAP, cjv_style_color (scene->style, CJV_INK), noise);
    }
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  g_autofree char *text = NULL;
  gint64 i;
  Bars b;

  bars_init (&b, scene->frame);
  bars_place (&b, scene);
  i = (gint64) floor ((y - b.top) / b.row);
  if (i < 0 || i >= MIN (b.shown, b.k) || x < b.pad || x > scene->width - b.pad)
    return FALSE;
  text = print_value (&b, i);
  *out = (CjvHit){ .index = i,
                   .series = -1,
                   .x = b.left,
                   .y = b.top + b.row * (double) i,
                   .width = b.width,
                   .height = b.row };
  out->text = g_strdup_printf (_ ("eigenvalue %d: %s"), (int) i + 1, text);
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  static const char *const scalars[] = { "noise-scale", "slope", "noise" };
  Bars b;

  bars_init (&b, scene->frame);
  g_string_append (out, "quantity,value,error\r\n");
  for (gint64 i = 0; i < b.k; i++)
    {
      g_string_append_printf (out, "eigenvalue %d,", (int) i + 1);
      cjv_csv_number (out, cjv_tensor_at (b.values, i));
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (b.errors, i));
      g_string_append (out, "\r\n");
    }
  for (guint i = 0; i < G_N_ELEMENTS (scalars); i++)
    {
      g_string_append_printf (out, "%s,", scalars[i]);
      cjv_csv_number (out, cjv_frame_get_scalar (scene->frame, scalars[i], NAN));
      g_string_append_c (out, ',');
      cjv_csv_number (out, i == 0 ? cjv_frame_get_scalar (scene->frame, "noise-error", NAN) : NAN);
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  g_autofree char *noise = print_noise (scene->frame), *step = NULL, *first = NULL;
  Bars b;

  bars_init (&b, scene->frame);
  first = print_value (&b, 0);
  step = print_step (&b);
  return g_strdup_printf (_ ("The greatest eigenvalue of the Hessian is %s. %s%s%s."), first, step,
                          step[0] != '\0' && noise[0] != '\0' ? ". " : "", noise);
}

const CjvFigureInfo cjv_figure_curvature = {
  .id = "curvature",
  .title = N_ ("Curvature"),
  .blurb = N_ ("How steeply the loss curves at the weights, and how noisy its gradient is"),
  .empty = N_ ("Measure the curvature of the loss at the weights: it stands here."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 640,
  .preset_height = 280,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
