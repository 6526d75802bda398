/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-plate.h"

#include "cjv-draw.h"

#include <math.h>

#define GAP 1.4 /* between panels, in font sizes */

/* Where a panel is drawn. */
typedef struct
{
  CjvRect drawing;
  double letter_y, caption_y;
} Place;

static void
free_panel (gpointer data)
{
  CjvPanel *panel = data;

  g_clear_pointer (&panel->frame, cjv_frame_free);
  g_clear_pointer (&panel->about, g_variant_unref);
  g_free (panel->params);
  g_free (panel->caption);
  g_free (panel);
}

CjvPlate *
cjv_plate_new (const CjvStyle *style, double width, double height)
{
  CjvPlate *plate = g_new0 (CjvPlate, 1);

  plate->style = *style;
  plate->width = width;
  plate->height = height;
  plate->columns = 1;
  plate->panels = g_ptr_array_new_with_free_func (free_panel);
  cjv_plate_set_font (plate, style->font);
  return plate;
}

void
cjv_plate_free (CjvPlate *plate)
{
  g_return_if_fail (plate != NULL);

  g_ptr_array_unref (plate->panels);
  g_free (plate->font);
  g_free (plate);
}

void
cjv_plate_set_font (CjvPlate *plate, const char *font)
{
  char *copy = g_strdup (font);

  g_free (plate->font);
  plate->style.font = plate->font = copy;
}

CjvPanel *
cjv_plate_add (CjvPlate *plate, const CjvFigureInfo *info, CjvFrame *frame, gpointer params)
{
  CjvPanel *panel;

  g_return_val_if_fail (plate->panels->len < CJV_PLATE_MAX, NULL);

  panel = g_new0 (CjvPanel, 1);
  panel->info = info;
  panel->frame = frame;
  panel->params = params;
  panel->span = 1;
  g_ptr_array_add (plate->panels, panel);
  return panel;
}

CjvPlate *
cjv_plate_dup (const CjvPlate *plate)
{
  CjvPlate *copy = cjv_plate_new (&plate->style, plate->width, plate->height);

  copy->columns = plate->columns;
  copy->letters = plate->letters;
  for (guint i = 0; i < plate->panels->len; i++)
    {
      const CjvPanel *from = plate->panels->pdata[i];
      CjvPanel *to = cjv_plate_add (
          copy, from->info, from->frame != NULL ? cjv_frame_dup (from->frame) : NULL,
          from->params != NULL ? g_memdup2 (from->params, from->info->params_size) : NULL);

      to->caption = g_strdup (from->caption);
      to->span = from->span;
      to->ratio = from->ratio;
      to->about = from->about != NULL ? g_variant_ref (from->about) : NULL;
    }
  return copy;
}

const char *
cjv_plate_get_letter (const CjvPlate *plate, guint panel)
{
  static const char letters[CJV_PLATE_MAX][2]
      = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l",
          "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x" };

  return plate->letters && panel < CJV_PLATE_MAX ? letters[panel] : "";
}

static double
get_ratio (const CjvPanel *panel)
{
  return panel->ratio > 0 ? panel->ratio
                          : (double) panel->info->preset_height / panel->info->preset_width;
}

/* The first panel of the row after that of panel `first`. */
static guint
find_next_row (const CjvPlate *plate, guint first)
{
  guint used = 0, i = first;

  while (i < plate->panels->len)
    {
      const CjvPanel *panel = plate->panels->pdata[i];
      const guint span = CLAMP (panel->span, 1, plate->columns);

      if (i > first && used + span > plate->columns)
        break;
      used += span;
      i++;
    }
  return i;
}

/* Places panels first..end-1 below y; drawings are `share` of their natural height. Returns the y below
 * the row, and the natural height of its drawings. */
static double
place_row (const CjvPlate *plate, const CjvScene *scene, guint first, guint end, double y,
           double share, Place *places, double *natural)
{
  const double gap = GAP * plate->style.font_size;
  const double cell = (plate->width - gap * (plate->columns - 1)) / plate->columns;
  const double letter
      = plate->letters ? cjv_text_height (scene, CJV_SIZE_BODY) + plate->style.font_size * 0.2 : 0;
  double tall = 0, captions = 0;
  guint column = 0;

  for (guint i = first; i < end; i++)
    {
      const CjvPanel *panel = plate->panels->pdata[i];
      const guint span = CLAMP (panel->span, 1, plate->columns);
      const double width = MAX (cell * span + gap * (span - 1), 1);

      places[i].drawing = (CjvRect){ column * (cell + gap), y + letter, width, 0 };
      places[i].letter_y = y;
      tall = MAX (tall, width * get_ratio (panel));
      column += span;
    }
  for (guint i = first; i < end; i++)
    {
      const CjvPanel *panel = plate->panels->pdata[i];
      double height = 0;

      places[i].drawing.height = tall * share;
      places[i].caption_y = y + letter + tall * share + plate->style.font_size * 0.3;
      if (panel->caption != NULL && *panel->caption != '\0')
        cjv_text_measure (scene, places[i].drawing.width, CJV_SIZE_BODY, CJV_TEXT_WRAP,
                          panel->caption, NULL, &height);
      captions = MAX (captions, height > 0 ? height + plate->style.font_size * 0.3 : 0);
    }
  *natural += tall;
  return y + letter + tall * share + captions;
}

/* Places all panels; returns the height. */
static double
place_all (const CjvPlate *plate, const CjvScene *scene, double share, Place *places,
           double *natural)
{
  const double gap = GAP * plate->style.font_size;
  double y = 0;

  *natural = 0;
  for (guint first = 0; first < plate->panels->len;)
    {
      const guint end = find_next_row (plate, first);

      y = place_row (plate, scene, first, end, first > 0 ? y + gap : 0, share, places, natural);
      first = end;
    }
  return y;
}

/* Places the panels in the height of the plate: drawings give or take what is missing. Returns it. */
static double
lay_out (const CjvPlate *plate, Place *places)
{
  PangoContext *pango = cjv_text_context_new ();
  const CjvScene scene = { .style = &plate->style, .pango = pango, .width = plate->width };
  double natural, height = place_all (plate, &scene, 1, places, &natural);

  if (plate->height > 0 && natural > 0)
    {
      const double share = MAX (plate->height - (height - natural), 1) / natural;

      place_all (plate, &scene, share, places, &natural);
      height = plate->height;
    }
  g_object_unref (pango);
  return CLAMP (ceil (height), 1, CJV_PLATE_MAX_SIDE);
}

double
cjv_plate_get_height (const CjvPlate *plate)
{
  Place places[CJV_PLATE_MAX];

  g_return_val_if_fail (plate != NULL && plate->panels->len <= CJV_PLATE_MAX, 1);

  return plate->height > 0 ? plate->height : lay_out (plate, places);
}

int
cjv_plate_find (const CjvPlate *plate, double x, double y)
{
  Place places[CJV_PLATE_MAX];

  g_return_val_if_fail (plate != NULL && plate->panels->len <= CJV_PLATE_MAX, -1);

  lay_out (plate, places);
  for (guint i = 0; i < plate->panels->len; i++)
    if (cjv_rect_contains (&places[i].drawing, x, y))
      return (int) i;
  return -1;
}

gboolean
cjv_plate_hit (const CjvPlate *plate, double x, double y, CjvHit *hit)
{
  const int i = cjv_plate_find (plate, x, y);
  Place places[CJV_PLATE_MAX];
  const CjvPanel *panel;
  const CjvRect *at;

  if (i < 0)
    return FALSE;
  lay_out (plate, places);
  at = &places[i].drawing;
  panel = plate->panels->pdata[i];
  if (!cjv_figure_hit (panel->info, panel->frame, panel->params, &plate->style, at->width,
                       at->height, x - at->x, y - at->y, hit))
    return FALSE;
  hit->x += at->x;
  hit->y += at->y;
  return TRUE;
}

void
cjv_plate_move_panel (CjvPlate *from, guint i, CjvPlate *to)
{
  g_return_if_fail (i < from->panels->len && to->panels->len < CJV_PLATE_MAX);

  g_ptr_array_add (to->panels, g_ptr_array_steal_index (from->panels, i));
}

void
cjv_plate_draw (const CjvPlate *plate, cairo_t *cr)
{
  Place places[CJV_PLATE_MAX];
  PangoContext *pango;
  CjvScene scene;
  CjvColor ink;
  double height;

  g_return_if_fail (plate != NULL && cr != NULL && plate->panels->len <= CJV_PLATE_MAX);

  height = lay_out (plate, places);
  pango = cjv_text_context_new ();
  scene = (CjvScene){ .style = &plate->style, .pango = pango, .width = plate->width };
  ink = cjv_style_color (&plate->style, CJV_INK);
  cairo_save (cr);
  if (!plate->style.transparent)
    {
      cjv_draw_set_color (cr, cjv_style_color (&plate->style, CJV_BACKGROUND));
      cairo_rectangle (cr, 0, 0, plate->width, height);
      cairo_fill (cr);
    }
  for (guint i = 0; i < plate->panels->len; i++)
    {
      const CjvPanel *panel = plate->panels->pdata[i];
      const Place *place = &places[i];

      cairo_save (cr);
      cairo_translate (cr, place->drawing.x, place->drawing.y);
      cjv_figure_draw (panel->info, panel->frame, panel->params, &plate->style, cr,
                       place->drawing.width, place->drawing.height);
      cairo_restore (cr);
      cjv_text_draw (&scene, cr, place->drawing.x, place->letter_y, 0, CJV_SIZE_BODY, CJV_TEXT_BOLD,
                     ink, cjv_plate_get_letter (plate, i));
      cjv_text_draw (&scene, cr, place->drawing.x, place->caption_y, place->drawing.width,
                     CJV_SIZE_BODY, CJV_TEXT_WRAP, ink, panel->caption);
    }
  cairo_restore (cr);
  g_object_unref (pango);
}

char *
cjv_plate_print_words (const CjvPlate *plate)
{
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < plate->panels->len; i++)
    {
      const CjvPanel *panel = plate->panels->pdata[i];
      const char *letter = cjv_plate_get_letter (plate, i);
      g_autofree char *own = cjv_figure_print_words (panel->info, panel->frame, panel->params);
      const char *from = cjv_frame_get_provenance (panel->frame);

      g_string_append_printf (words, "%s%s%s%s", i > 0 ? "\n" : "", letter,
                              *letter != '\0' ? ": " : "", own);
      if (panel->caption != NULL && *panel->caption != '\0')
        g_string_append_printf (words, " %s", panel->caption);
      if (from != NULL)
        g_string_append_printf (words, "\n%s", from);
    }
  return g_string_free (words, FALSE);
}
