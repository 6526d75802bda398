/* SPDX-License-Identifier: GPL-3.0-or-later */
/* N characters. */
#include "cjv-draw.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

#define MAX_LINES 400

typedef struct
{
  double size;
  gboolean sure;
} Params;

static const CjParam params[] = {
  { .name = "size",
    .title = N_ ("Size of letters"),
    .blurb = N_ ("As a multiple of the other text"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, size),
    .preset = 1.2,
    .min = 0.5,
    .max = 4,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "sure",
    .title = N_ ("Show certainty"),
    .blurb = N_ ("Underlays each letter the more, the less likely the network thought it"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, sure),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "text", CJV_WANT_TEXT, TRUE, NULL, N_ ("What was written, with what it began from") },
  { "probability", CJV_WANT_ARRAY, FALSE, "[N]",
    N_ ("How likely each written character was; not a number for those given") },
  { "given", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Number of characters it began from") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Heading") },
  { NULL },
};

/* One line of the layout: characters from..to of the text. */
typedef struct
{
  glong from, to;
} Line;

typedef struct
{
  const char *text;
  const CjTensor *probability; /* or NULL */
  glong n, given;
  double pad, heading, size; /* px; size as a share of the style's */
  double width, height;      /* of one letter, px: all are the same */
  Line lines[MAX_LINES];
  guint n_lines;
} Sheet;

static gboolean
sheet_init (Sheet *s, const CjvScene *scene)
{
  *s = (Sheet){ .text = cjv_frame_get_text (scene->frame, "text") };
  s->n = g_utf8_strlen (s->text, -1);
  s->probability = cjv_frame_get_array (scene->frame, "probability");
  if (cjv_tensor_size (s->probability) != s->n)
    s->probability = NULL;
  s->given = (glong) CLAMP (cjv_frame_get_scalar (scene->frame, "given", 0), 0, (double) s->n);
  return s->n > 0;
}

/* Breaks at spaces where there are any, and at ends of lines. */
static void
sheet_place (Sheet *s, const CjvScene *scene)
{
  const Params *p = scene->params;
  const double em = scene->style->font_size;
  glong from = 0, last_space = -1, i = 0, columns;

  s->pad = MIN (em * 0.8, scene->width / 10);
  s->heading = cjv_heading_height (scene);
  s->size = p->size;
  s->width = em * p->size * 0.62;
  s->height = em * p->size * 1.45;
  columns = MAX ((glong) ((scene->width - 2 * s->pad) / s->width), 1);
  for (const char *c = s->text; s->n_lines < MAX_LINES; c = g_utf8_next_char (c), i++)
    {
      const gunichar letter = g_utf8_get_char (c);

      if (letter == ' ')
        last_space = i;
      if (letter == '\0' || letter == '\n' || i - from >= columns)
        {
          const gboolean hard = letter == '\0' || letter == '\n';
          const glong end = hard || last_space <= from ? i : last_space + 1;

          s->lines[s->n_lines++] = (Line){ from, end };
          from = hard ? i + 1 : end;
          last_space = -1;
        }
      if (letter == '\0')
        return;
    }
}

/* The lines that can be seen: the last ones, where the newest letters are. */
static guint
first_line (const Sheet *s, const CjvScene *scene)
{
  const double room = scene->height - 2 * s->pad - s->heading;
  const guint fit = (guint) MAX (room / s->height, 1);

  return s->n_lines > fit ? s->n_lines - fit : 0;
}

static void
draw_letters (const CjvScene *scene, cairo_t *cr, const Sheet *s)
{
  const Params *p = scene->params;
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK);
  const CjvColor dim = cjv_style_color (scene->style, CJV_INK_DIM);
  const CjvColor warm = cjv_style_category (scene->style, 1);
  const guint first = first_line (s, scene);
  CjvStyle mono = *scene->style;
  CjvScene even = *scene; /* every letter has the same room */

  mono.font = "monospace";
  even.style = &mono;
  for (guint k = first; k < s->n_lines; k++)
    {
      const char *c = g_utf8_offset_to_pointer (s->text, s->lines[k].from);
      const double y = s->pad + s->heading + s->height * (k - first);

      for (glong i = s->lines[k].from; i < s->lines[k].to; i++, c = g_utf8_next_char (c))
        {
          const double x = s->pad + s->width * (double) (i - s->lines[k].from);
          const double sure = s->probability != NULL ? cjv_tensor_at (s->probability, i) : NAN;
          char letter[8] = { 0 };

          letter[g_unichar_to_utf8 (g_utf8_get_char (c), letter)] = '\0';
          if (p->sure && isfinite (sure) && i >= s->given)
            {
              cjv_draw_set_color (cr, cjv_color_alpha (warm, 0.45 * (1 - CLAMP (sure, 0, 1))));
              cairo_rectangle (cr, x, y, s->width, s->height - 1);
              cairo_fill (cr);
            }
          cjv_text_draw (&even, cr, x + s->width / 2, y + s->height * 0.1, 0, s->size,
                         CJV_TEXT_CENTER | (i < s->given ? CJV_TEXT_BOLD : 0),
                         i < s->given ? dim : ink, letter);
        }
    }
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  Sheet *s = g_new (Sheet, 1);

  if (!sheet_init (s, scene))
    {
      g_free (s);
      return FALSE;
    }
  sheet_place (s, scene);
  draw_letters (scene, cr, s);
  note = s->probability != NULL && ((const Params *) scene->params)->sure
             ? g_strdup_printf (_ ("%d letters · stronger colour: less likely"),
                                (int) (s->n - s->given))
             : g_strdup_printf (_ ("%d letters"), (int) (s->n - s->given));
  if (s->heading > 0)
    cjv_draw_heading (scene, cr, s->pad, s->pad, scene->width - 2 * s->pad,
                      title != NULL ? title : _ ("Text"), note);
  g_free (s);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  Sheet *s = g_new (Sheet, 1);
  gboolean found = FALSE;

  if (sheet_init (s, scene))
    {
      double row, column;

      sheet_place (s, scene);
      row = floor ((y - s->pad - s->heading) / s->height) + first_line (s, scene);
      column = floor ((x - s->pad) / s->width);
      found = row >= first_line (s, scene) && row < s->n_lines && column >= 0
              && column < (double) (s->lines[(int) row].to - s->lines[(int) row].from);
      if (found)
        {
          const glong i = s->lines[(int) row].from + (glong) column;
          const double sure = s->probability != NULL ? cjv_tensor_at (s->probability, i) : NAN;
          g_autofree char *share = isfinite (sure) ? cjv_percent_print (sure, 1) : NULL;

          *out = (CjvHit){ .index = i,
                           .series = -1,
                           .x = s->pad + s->width * column,
                           .y = y - fmod (y - s->pad - s->heading, s->height),
                           .width = s->width,
                           .height = s->height };
          out->text = share != NULL
                          ? g_strdup_printf (_ ("letter %d: %s likely"), (int) i + 1, share)
                          : g_strdup_printf (_ ("letter %d, given"), (int) i + 1);
        }
    }
  g_free (s);
  return found;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Sheet *s = g_new (Sheet, 1);
  glong i = 0;

  g_string_append (out, "place,letter,probability\r\n");
  if (sheet_init (s, scene))
    for (const char *c = s->text; *c != '\0'; c = g_utf8_next_char (c), i++)
      {
        char letter[8] = { 0 };

        letter[g_unichar_to_utf8 (g_utf8_get_char (c), letter)] = '\0';
        g_string_append_printf (out, "%ld,", i);
        cjv_csv_text (out, letter);
        g_string_append_c (out, ',');
        if (s->probability != NULL && i >= s->given)
          cjv_csv_number (out, cjv_tensor_at (s->probability, i));
        g_string_append (out, "\r\n");
      }
  g_free (s);
}

static char *
words (const CjvScene *scene)
{
  g_autofree Sheet *s = g_new (Sheet, 1);
  const char *begin;

  if (!sheet_init (s, scene))
    return NULL;
  begin = g_utf8_offset_to_pointer (s->text, s->given);
  return g_strdup_printf (_ ("The network wrote: %s."), begin);
}

const CjvFigureInfo cjv_figure_text = {
  .id = "text",
  .title = N_ ("Text"),
  .blurb = N_ ("What the network writes, letter by letter, and how sure it was of each"),
  .empty = N_ ("Press Train: the network writes here what it has learned so far."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 640,
  .preset_height = 320,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
