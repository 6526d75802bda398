/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-draw.h"

#include <math.h>

void
cjv_draw_set_color (cairo_t *cr, CjvColor color)
{
  cairo_set_source_rgba (cr, color.r, color.g, color.b, color.a);
}

void
cjv_draw_round_rect (cairo_t *cr, double x, double y, double width, double height, double radius)
{
  radius = MAX (MIN (radius, MIN (width, height) / 2), 0);
  cairo_new_sub_path (cr);
  cairo_arc (cr, x + width - radius, y + radius, radius, -G_PI / 2, 0);
  cairo_arc (cr, x + width - radius, y + height - radius, radius, 0, G_PI / 2);
  cairo_arc (cr, x + radius, y + height - radius, radius, G_PI / 2, G_PI);
  cairo_arc (cr, x + radius, y + radius, radius, G_PI, 1.5 * G_PI);
  cairo_close_path (cr);
}

/* A closed polygon of `n` corners, or a star where `inner` is not 1. */
static void
polygon (cairo_t *cr, double x, double y, double radius, int n, double turn, double inner)
{
  const int corners = inner == 1 ? n : 2 * n;

  cairo_new_sub_path (cr);
  for (int i = 0; i < corners; i++)
    {
      const double angle = 2 * G_PI * i / corners + turn;
      const double r = inner != 1 && i % 2 == 1 ? radius * inner : radius;

      cairo_line_to (cr, x + r * cos (angle), y + r * sin (angle));
    }
  cairo_close_path (cr);
}

void
cjv_draw_marker (cairo_t *cr, guint shape, double x, double y, double radius)
{
  switch (shape % 8)
    {
    case 0:
      cairo_new_sub_path (cr);
      cairo_arc (cr, x, y, radius, 0, 2 * G_PI);
      cairo_close_path (cr);
      break;
    case 1:
      polygon (cr, x, y, radius * 1.22, 4, G_PI / 4, 1);
      break;
    case 2:
      polygon (cr, x, y + radius * 0.15, radius * 1.35, 3, -G_PI / 2, 1);
      break;
    case 3:
      polygon (cr, x, y, radius * 1.3, 4, 0, 1);
      break;
    case 4:
      polygon (cr, x, y - radius * 0.15, radius * 1.35, 3, G_PI / 2, 1);
      break;
    case 5:
      polygon (cr, x, y, radius * 1.55, 5, -G_PI / 2, 0.42);
      break;
    case 6:
      polygon (cr, x, y, radius * 1.5, 4, 0, 0.42);
      break;
    default:
      polygon (cr, x, y, radius * 1.5, 4, G_PI / 4, 0.42);
      break;
    }
}

void
cjv_draw_mark (const CjvScene *scene, cairo_t *cr, gboolean right, double x, double y,
               double radius)
{
  const CjvColor disk = cjv_style_color (scene->style, right ? CJV_GOOD : CJV_BAD);
  const double a = radius * 0.42;

  cairo_save (cr);
  cairo_new_path (cr);
  cairo_arc (cr, x, y, radius, 0, 2 * G_PI);
  cjv_draw_set_color (cr, disk);
  cairo_fill (cr);
  cjv_draw_set_color (cr, cjv_color_ink_on (disk));
  cairo_set_line_width (cr, MAX (radius * 0.28, 1));
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_ROUND);
  if (right)
    {
      cairo_move_to (cr, x - a, y + a * 0.1);
      cairo_line_to (cr, x - a * 0.2, y + a * 0.8);
      cairo_line_to (cr, x + a, y - a * 0.7);
    }
  else
    {
      cairo_move_to (cr, x - a, y - a);
      cairo_line_to (cr, x + a, y + a);
      cairo_move_to (cr, x + a, y - a);
      cairo_line_to (cr, x - a, y + a);
    }
  cairo_stroke (cr);
  cairo_restore (cr);
}

void
cjv_draw_heading (const CjvScene *scene, cairo_t *cr, double x, double y, double room,
                  const char *title, const char *note)
{
  const double em = scene->style->font_size;
  double width, body;

  if (scene->style->bare)
    return;
  cjv_text_measure (scene, 0, CJV_SIZE_BODY, CJV_TEXT_BOLD, title, &width, &body);
  cjv_text_draw (scene, cr, x, y, MAX (room, 1), CJV_SIZE_BODY, CJV_TEXT_BOLD,
                 cjv_style_color (scene->style, CJV_INK), title);
  if (note != NULL && room - width > em * 4)
    cjv_text_draw (scene, cr, x + width + em * 0.8, y + body / 2, room - width - em * 0.8,
                   CJV_SIZE_NOTE, CJV_TEXT_MIDDLE, cjv_style_color (scene->style, CJV_INK_DIM),
                   note);
}

double
cjv_heading_height (const CjvScene *scene)
{
  if (scene->style->bare || scene->height <= scene->style->font_size * 6)
    return 0;
  return cjv_text_height (scene, CJV_SIZE_BODY) * 1.5;
}

void
cjv_draw_empty (const CjvScene *scene, cairo_t *cr, const char *title, const char *text)
{
  const double room
      = MAX (MIN (scene->width - 2 * scene->style->font_size, scene->style->font_size * 30), 1);
  double title_height = cjv_text_height (scene, CJV_SIZE_BODY);
  double text_height, top;

  cjv_text_measure (scene, room, CJV_SIZE_BODY, CJV_TEXT_WRAP | CJV_TEXT_CENTER, text, NULL,
                    &text_height);
  if (title_height * 1.4 + text_height > scene->height)
    title_height = 0;
  top = MAX ((scene->height - title_height * 1.4 - text_height) / 2, 0);
  if (title_height > 0)
    cjv_text_draw (scene, cr, scene->width / 2, top, room, CJV_SIZE_BODY,
                   CJV_TEXT_CENTER | CJV_TEXT_BOLD, cjv_style_color (scene->style, CJV_INK), title);
  cjv_text_draw (scene, cr, scene->width / 2, top + title_height * 1.4, room, CJV_SIZE_BODY,
                 CJV_TEXT_CENTER | CJV_TEXT_WRAP, cjv_style_color (scene->style, CJV_INK_DIM),
                 text);
}

static void
color_bar_texts (double low, double high, char *texts[2])
{
  texts[0] = cjv_number_print (low, 2);
  texts[1] = cjv_number_print (high, 2);
}

double
cjv_color_bar_width (const CjvScene *scene, double low, double high)
{
  const double em = scene->style->font_size;
  char *texts[3] = { NULL };
  double width;

  color_bar_texts (low, high, texts);
  width = em * 1.2 + cjv_text_widest (scene, CJV_SIZE_NOTE, (const char *const *) texts);
  g_free (texts[0]);
  g_free (texts[1]);
  return width;
}

void
cjv_draw_color_bar (const CjvScene *scene, cairo_t *cr, const CjvRect *rect, CjvMap map, double low,
                    double high)
{
  const double em = scene->style->font_size;
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const guint32 *table = cjv_map_table (map, scene->style->dark);
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK_DIM);
  cairo_pattern_t *pattern;
  char *texts[2];

  if (rect->height < 2 * line)
    return;
  pattern = cairo_pattern_create_linear (0, rect->y + rect->height, 0, rect->y);
  for (int i = 0; i < CJV_MAP_SIZE; i += 15)
    {
      const CjvColor c = cjv_color_hex (table[i]);

      cairo_pattern_add_color_stop_rgb (pattern, i / (CJV_MAP_SIZE - 1.0), c.r, c.g, c.b);
    }
  cairo_save (cr);
  cjv_draw_round_rect (cr, rect->x, rect->y, em * 0.7, rect->height, em * 0.2);
  cairo_set_source (cr, pattern);
  cairo_fill_preserve (cr);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_GRID));
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  cairo_restore (cr);
  cairo_pattern_destroy (pattern);

  color_bar_texts (low, high, texts);
  cjv_text_draw (scene, cr, rect->x + em * 1.2, rect->y, 0, CJV_SIZE_NOTE, 0, ink, texts[1]);
  cjv_text_draw (scene, cr, rect->x + em * 1.2, rect->y + rect->height - line, 0, CJV_SIZE_NOTE, 0,
                 ink, texts[0]);
  if (cjv_map_is_signed (map) && rect->height > 4 * line)
    cjv_text_draw (scene, cr, rect->x + em * 1.2, rect->y + rect->height / 2, 0, CJV_SIZE_NOTE,
                   CJV_TEXT_MIDDLE, ink, "0");
  g_free (texts[0]);
  g_free (texts[1]);
}

double
cjv_snap (const CjvStyle *style, double v)
{
  return round (v * style->scale) / style->scale;
}

gboolean
cjv_rect_contains (const CjvRect *rect, double x, double y)
{
  return x >= rect->x && y >= rect->y && x < rect->x + rect->width && y < rect->y + rect->height;
}
