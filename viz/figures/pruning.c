/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many synapses of each layer are left. L layers. */
#include "cjv-draw.h"

#include <glib/gi18n-lib.h>
#include <math.h>

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "kept", CJV_WANT_ARRAY, TRUE, "[L]", N_ ("Share of the synapses that is left") },
  { "synapses", CJV_WANT_ARRAY, TRUE, "[L]", N_ ("Number of synapses at first") },
  { "units", CJV_WANT_ARRAY, FALSE, "[L]", N_ ("Number of units") },
  { "silent", CJV_WANT_ARRAY, FALSE, "[L]", N_ ("Number of units that hear nothing any more") },
  { "layers", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the layers") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Heading") },
  { NULL },
};

typedef struct
{
  const CjTensor *kept, *synapses, *units, *silent;
  gint64 l, shown;
  double pad, top, row, name, number; /* px */
} Plot;

static void
plot_init (Plot *plot, const CjvScene *scene)
{
  const CjvFrame *frame = scene->frame;

  *plot = (Plot){ .kept = cjv_frame_get_array (frame, "kept"),
                  .synapses = cjv_frame_get_array (frame, "synapses"),
                  .units = cjv_frame_get_array (frame, "units"),
                  .silent = cjv_frame_get_array (frame, "silent") };
  plot->l = MIN (cjv_tensor_size (plot->kept), cjv_tensor_size (plot->synapses));
  if (cjv_tensor_size (plot->units) < plot->l || cjv_tensor_size (plot->silent) < plot->l)
    plot->units = plot->silent = NULL;
}

static gint64
count (const CjTensor *of, gint64 i)
{
  const double n = of != NULL ? cjv_tensor_at (of, i) : 0;

  return isfinite (n) ? (gint64) CLAMP (n, 0, 9e15) : 0;
}

static gint64
count_kept (const Plot *plot, gint64 i)
{
  const double share = cjv_tensor_at (plot->kept, i);

  return isfinite (share)
             ? (gint64) round (CLAMP (share, 0, 1) * (double) count (plot->synapses, i))
             : 0;
}

/* "26 620 of 266 200 synapses are left, 10.0 %". */
static char *
print_left (gint64 kept, gint64 all)
{
  g_autofree char *left = cjv_count_print (kept), *whole = cjv_count_print (all);
  g_autofree char *share = cjv_percent_print ((double) kept / (double) MAX (all, 1), 1);

  /* Translators: two numbers of synapses, and the share in per cent */
  return g_strdup_printf (_ ("%s of %s synapses are left, %s"), left, whole, share);
}

static char *
print_all (const Plot *plot)
{
  gint64 kept = 0, all = 0;

  for (gint64 i = 0; i < plot->l; i++)
    {
      kept += count_kept (plot, i);
      all += count (plot->synapses, i);
    }
  return print_left (kept, all);
}

static char *
print_layer (const Plot *plot, const CjvScene *scene, gint64 i)
{
  g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);
  g_autofree char *left = print_left (count_kept (plot, i), count (plot->synapses, i));
  const gint64 silent = count (plot->silent, i);

  if (silent == 0)
    return g_strdup_printf (_ ("%s: %s"), name, left);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                       /* Translators: a layer; what is left of it */
                                       "%s: %s; %d of %d units is silent",
                                       "%s: %s; %d of %d units are silent", (gulong) silent),
                          name, left, (int) silent, (int) count (plot->units, i));
}

static char *
print_number (const Plot *plot, gint64 i)
{
  return cjv_percent_print (cjv_tensor_at (plot->kept, i), 1);
}

static void
plot_place (Plot *plot, const CjvScene *scene)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  double room;

  plot->pad = MIN (em * 0.8, scene->width / 12);
  plot->top = plot->pad + cjv_heading_height (scene);
  room = MAX (scene->height - plot->top - plot->pad, 1);
  plot->shown = CLAMP ((gint64) (room / (line * 1.1)), 1, MAX (plot->l, 1));
  plot->shown = MIN (plot->shown, plot->l);
  plot->row = MIN (room / (double) MAX (plot->shown, 1), line * 2);
  for (gint64 i = 0; i < plot->shown; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);
      g_autofree char *number = print_number (plot, i);

      plot->name = MAX (plot->name, cjv_text_width (scene, CJV_SIZE_NOTE, name));
      plot->number = MAX (plot->number, cjv_text_width (scene, CJV_SIZE_NOTE, number));
    }
  plot->name = MIN (plot->name, scene->width * 0.35) + em * 0.6;
  plot->number += em * 0.6;
  if (scene->width - plot->name - plot->number < em * 6)
    plot->number = 0;
}

static void
draw_row (const Plot *plot, const CjvScene *scene, cairo_t *cr, gint64 i)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const double y = plot->top + ((double) i + 0.5) * plot->row;
  const double left = plot->pad + plot->name;
  const double width = MAX (scene->width - plot->pad - plot->number - left, 1);
  const double height = cjv_snap (scene->style, MIN (plot->row * 0.62, line * 0.8));
  const double top = cjv_snap (scene->style, y - height / 2);
  const double share = cjv_tensor_at (plot->kept, i);
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK);
  g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);
  g_autofree char *number = print_number (plot, i);

  cjv_text_draw (scene, cr, left - em * 0.6, y, plot->name - em * 0.6, CJV_SIZE_NOTE,
                 CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, ink, name);
  cjv_draw_round_rect (cr, left, top, width, height, height / 4);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_SURFACE));
  cairo_fill_preserve (cr);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  if (isfinite (share) && share > 0)
    {
      cjv_draw_round_rect (cr, left, top, MAX (MIN (share, 1) * width, 1.5), height, height / 4);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_ACCENT));
      cairo_fill (cr);
    }
  if (plot->number > 0)
    cjv_text_draw (scene, cr, scene->width - plot->pad, y, plot->number, CJV_SIZE_NOTE,
                   CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, ink, number);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  Plot plot;

  plot_init (&plot, scene);
  if (plot.l == 0)
    return FALSE;
  plot_place (&plot, scene);
  note = print_all (&plot);
  if (cjv_heading_height (scene) > 0)
    cjv_draw_heading (scene, cr, plot.pad, plot.pad, scene->width - 2 * plot.pad,
                      title != NULL ? title : _ ("Pruning"), note);
  for (gint64 i = 0; i < plot.shown; i++)
    draw_row (&plot, scene, cr, i);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  Plot plot;
  gint64 i;

  (void) x;
  plot_init (&plot, scene);
  if (plot.l == 0)
    return FALSE;
  plot_place (&plot, scene);
  i = (gint64) floor ((y - plot.top) / plot.row);
  if (i < 0 || i >= plot.shown)
    return FALSE;
  *out = (CjvHit){ .index = i,
                   .series = -1,
                   .x = plot.pad,
                   .y = plot.top + (double) i * plot.row,
                   .width = scene->width - 2 * plot.pad,
                   .height = plot.row };
  out->text = print_layer (&plot, scene, i);
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Plot plot;

  plot_init (&plot, scene);
  g_string_append (out, "layer,synapses,kept,share,units,silent\r\n");
  for (gint64 i = 0; i < plot.l; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);

      cjv_csv_text (out, name);
      g_string_append_printf (out, ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",",
                              count (plot.synapses, i), count_kept (&plot, i));
      cjv_csv_number (out, cjv_tensor_at (plot.kept, i));
      g_string_append_printf (out, ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT "\r\n",
                              count (plot.units, i), count (plot.silent, i));
    }
}

static char *
words (const CjvScene *scene)
{
  GString *out = g_string_new (NULL);
  g_autofree char *all = NULL;
  Plot plot;

  plot_init (&plot, scene);
  all = print_all (&plot);
  g_string_append_printf (out, "%s.", all);
  for (gint64 i = 0; i < plot.l; i++)
    {
      g_autofree char *one = print_layer (&plot, scene, i);

      g_string_append_printf (out, " %s.", one);
    }
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_pruning = {
  .id = "pruning",
  .title = N_ ("Pruning"),
  .blurb = N_ ("How many synapses of each layer are left, and how many of its units are silent"),
  .empty
  = N_ ("Draw a network with layers that learn: what is left of their synapses stands here."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 520,
  .preset_height = 260,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
