/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-draw.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

PangoContext *
cjv_text_context_new (void)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  cairo_font_options_t *options = cairo_font_options_create ();

  /* Without hinted metrics a line is as wide on paper as it is on any screen. */
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_SLIGHT);
  cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options (context, options);
  pango_context_set_round_glyph_positions (context, FALSE);
  cairo_font_options_destroy (options);
  return context;
}

static PangoLayout *
layout_new (const CjvScene *scene, double room, double size, CjvTextFlags flags, const char *text)
{
  PangoLayout *layout = pango_layout_new (scene->pango);
  PangoFontDescription *font = pango_font_description_from_string (scene->style->font);
  PangoAttrList *attrs = pango_attr_list_new ();

  pango_font_description_set_absolute_size (font, scene->style->font_size * size * PANGO_SCALE);
  if (flags & CJV_TEXT_BOLD)
    pango_font_description_set_weight (font, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description (layout, font);
  pango_attr_list_insert (attrs, pango_attr_font_features_new ("tnum=1"));
  pango_layout_set_attributes (layout, attrs);
  pango_layout_set_text (layout, text, -1);
  if (flags & CJV_TEXT_WRAP)
    {
      pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
      if (flags & CJV_TEXT_CENTER)
        pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
    }
  else
    pango_layout_set_single_paragraph_mode (layout, TRUE);
  if (room > 0)
    {
      pango_layout_set_width (layout, (int) MIN (room * PANGO_SCALE, 1e8));
      if (!(flags & CJV_TEXT_WRAP))
        pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
    }
  pango_attr_list_unref (attrs);
  pango_font_description_free (font);
  return layout;
}

void
cjv_text_measure (const CjvScene *scene, double room, double size, CjvTextFlags flags,
                  const char *text, double *width, double *height)
{
  g_autoptr (PangoLayout) layout = layout_new (scene, room, size, flags, text);
  PangoRectangle box;

  pango_layout_get_extents (layout, NULL, &box);
  if (width != NULL)
    *width = (double) box.width / PANGO_SCALE;
  if (height != NULL)
    *height = (double) box.height / PANGO_SCALE;
}

double
cjv_text_width (const CjvScene *scene, double size, const char *text)
{
  double width;

  cjv_text_measure (scene, 0, size, 0, text, &width, NULL);
  return width;
}

double
cjv_text_widest (const CjvScene *scene, double size, const char *const *texts)
{
  double widest = 0;

  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    widest = MAX (widest, cjv_text_width (scene, size, texts[i]));
  return widest;
}

double
cjv_text_height (const CjvScene *scene, double size)
{
  double height;

  cjv_text_measure (scene, 0, size, 0, "Åg0", NULL, &height);
  return height;
}

void
cjv_text_draw (const CjvScene *scene, cairo_t *cr, double x, double y, double room, double size,
               CjvTextFlags flags, CjvColor color, const char *text)
{
  g_autoptr (PangoLayout) layout = NULL;
  PangoRectangle box;
  double left, top;

  if (text == NULL || *text == '\0' || !isfinite (x) || !isfinite (y))
    return;
  layout = layout_new (scene, room, size, flags, text);
  pango_layout_get_extents (layout, NULL, &box);
  left = -(double) box.x / PANGO_SCALE;
  if (flags & CJV_TEXT_RIGHT)
    left -= (double) box.width / PANGO_SCALE;
  else if (flags & CJV_TEXT_CENTER)
    left -= (double) box.width / PANGO_SCALE / 2;
  top = flags & CJV_TEXT_MIDDLE ? -(double) box.height / PANGO_SCALE / 2 : 0;

  cairo_save (cr);
  cairo_translate (cr, x, y);
  if (flags & CJV_TEXT_UP)
    cairo_rotate (cr, -G_PI / 2);
  cjv_draw_set_color (cr, color);
  cairo_move_to (cr, left, top);
  pango_cairo_show_layout (cr, layout);
  cairo_restore (cr);
}

/* Replaces the hyphen in front of a number by a minus sign. */
static char *
with_minus (const char *text)
{
  return text[0] == '-' ? g_strconcat ("−", text + 1, NULL) : g_strdup (text);
}

static char *
power_of_ten (int exponent)
{
  static const char *const digits[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
  g_autofree char *plain = g_strdup_printf ("%d", ABS (exponent));
  GString *out = g_string_new (exponent < 0 ? "×10⁻" : "×10");

  for (const char *c = plain; *c != '\0'; c++)
    g_string_append (out, digits[*c - '0']);
  return g_string_free (out, FALSE);
}

char *
cjv_number_print (double value, int digits)
{
  g_autofree char *text = NULL;
  g_autofree char *power = NULL;
  g_autofree char *signed_text = NULL;
  int exponent;

  if (isnan (value))
    return g_strdup (_ ("not a number"));
  if (isinf (value))
    return g_strdup (value < 0 ? "−∞" : "∞");
  if (value == 0)
    return g_strdup ("0");
  exponent = (int) floor (log10 (fabs (value)));
  /* 9.999 with two digits is 10. */
  if (fabs (value) / pow (10, exponent) >= 10 - 0.5 * pow (10, 1 - digits))
    exponent++;
  if (exponent >= -4 && exponent < 6)
    {
      text = g_strdup_printf ("%'.*f", CLAMP (digits - 1 - exponent, 0, 8), value);
      return with_minus (text);
    }
  text = g_strdup_printf ("%.*f", MAX (digits - 1, 0), value / pow (10, exponent));
  signed_text = with_minus (text);
  power = power_of_ten (exponent);
  return g_strconcat (signed_text, power, NULL);
}

char *
cjv_count_print (gint64 value)
{
  g_autofree char *text = g_strdup_printf ("%'" G_GINT64_FORMAT, value);

  return with_minus (text);
}

char *
cjv_percent_print (double share, int digits)
{
  g_autofree char *text = NULL;
  g_autofree char *number = NULL;

  if (!isfinite (share))
    return g_strdup ("–");
  text = g_strdup_printf ("%.*f", digits, 100 * share);
  number = with_minus (text);
  /* Translators: a number in percent, "90.4 %" with a narrow no-break space. */
  return g_strdup_printf (_ ("%s\u202f%%"), number);
}

void
cjv_csv_text (GString *out, const char *text)
{
  g_string_append_c (out, '"');
  for (const char *c = text != NULL ? text : ""; *c != '\0'; c++)
    {
      if (*c == '"')
        g_string_append_c (out, '"');
      g_string_append_c (out, *c);
    }
  g_string_append_c (out, '"');
}

void
cjv_csv_number (GString *out, double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    g_string_append (out, "nan");
  else if (isinf (value))
    g_string_append (out, value < 0 ? "-inf" : "inf");
  else
    g_string_append (out, g_ascii_formatd (text, sizeof text, "%.9g", value));
}

char *
cjv_class_dup (const CjvFrame *frame, const char *name, gint64 i)
{
  const char *text = cjv_frame_get_string (frame, name, i);

  return text != NULL ? g_strdup (text) : g_strdup_printf ("%" G_GINT64_FORMAT, i);
}
