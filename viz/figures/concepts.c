/* SPDX-License-Identifier: GPL-3.0-or-later */
/* C concepts, L layers: a group of bars for each layer, with what chance would give. */
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  double level;
} Params;

static const CjParam params[] = {
  { .name = "level",
    .title = N_ ("Level of significance"),
    .blurb = N_ ("Bars whose p is larger, times the number of bars, are hollow"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, level),
    .preset = 0.05,
    .min = 0.0001,
    .max = 1,
    .soft_max = 0.1,
    .digits = 4,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "scores", CJV_WANT_ARRAY, TRUE, "[C, L]",
    N_ ("Share of the samples that a concept speaks for") },
  { "deviations", CJV_WANT_ARRAY, FALSE, "[C, L]", N_ ("Deviation over random sets") },
  { "p", CJV_WANT_ARRAY, FALSE, "[C, L]", N_ ("How probable it is by chance") },
  { "accuracy", CJV_WANT_ARRAY, FALSE, "[C, L]", N_ ("How well a concept is told apart") },
  { "chance", CJV_WANT_ARRAY, FALSE, "[L]", N_ ("Scores of vectors between random sets") },
  { "concepts", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Name of each concept") },
  { "layers", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Name of each layer") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("What is asked, as “What zebra leans on”") },
  { NULL },
};

typedef struct
{
  const CjTensor *scores, *deviations, *p, *accuracy, *chance;
  gint64 concepts, layers;
  double level;
  CjvPlot plot;
  double pad, heading, legend, names, group, bar; /* px */
  gboolean turned;                                /* names of layers stand upright */
} Chart;

static const CjTensor *
get_alike (const CjvScene *scene, const char *name, gint64 size)
{
  const CjTensor *array = cjv_frame_get_array (scene->frame, name);

  return cjv_tensor_size (array) == size ? array : NULL;
}

static gboolean
chart_init (Chart *c, const CjvScene *scene)
{
  const CjTensor *scores = cjv_frame_get_array (scene->frame, "scores");
  gint64 size;

  *c = (Chart){ .scores = scores, .level = ((const Params *) scene->params)->level };
  if (scores->shape.n_dims != 2 || scores->shape.dims[0] < 1 || scores->shape.dims[1] < 1
      || scores->shape.dims[0] > 64 || scores->shape.dims[1] > 4096)
    return FALSE;
  c->concepts = scores->shape.dims[0];
  c->layers = scores->shape.dims[1];
  size = c->concepts * c->layers;
  c->deviations = get_alike (scene, "deviations", size);
  c->p = get_alike (scene, "p", size);
  c->accuracy = get_alike (scene, "accuracy", size);
  c->chance = get_alike (scene, "chance", c->layers);
  return TRUE;
}

static double
get_score (const Chart *c, gint64 concept, gint64 layer)
{
  return cjv_tensor_at (c->scores, concept * c->layers + layer);
}

/* C. Bonferroni's bound: of many bars one is soon beyond chance. */
static gboolean
is_significant (const Chart *c, gint64 concept, gint64 layer)
{
  const double p = cjv_tensor_at (c->p, concept * c->layers + layer);

  return p * (double) (c->concepts * c->layers) < c->level;
}

static void
chart_place (Chart *c, const CjvScene *scene)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  CjvRect outer;
  double widest = 0;

  c->pad = MIN (em * 0.8, scene->width / 10);
  c->heading = cjv_heading_height (scene);
  c->legend = !scene->style->bare && scene->height > em * 10 ? line * 1.7 : 0;
  outer = (CjvRect){ c->pad, c->pad + c->heading + c->legend, MAX (scene->width - 2 * c->pad, 1),
                     MAX (scene->height - 2 * c->pad - c->heading - c->legend, 1) };
  cjv_axis_init (&c->plot.x);
  cjv_axis_init (&c->plot.y);
  cjv_axis_include (&c->plot.x, 0);
  cjv_axis_include (&c->plot.x, (double) c->layers);
  cjv_axis_include (&c->plot.y, 0);
  cjv_axis_include (&c->plot.y, 1);
  c->plot.y.unit = CJV_UNIT_PERCENT;
  c->plot.y.label = scene->style->bare || scene->height < em * 14 ? NULL : _ ("TCAV score");
  for (gint64 i = 0; i < MIN (c->layers, 200); i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);

      widest = MAX (widest, cjv_text_width (scene, CJV_SIZE_NOTE, name));
    }
  c->turned = widest > outer.width * 0.9 / (double) c->layers;
  c->names = c->turned ? MIN (widest, scene->height * 0.3) + em * 0.3 : 0;
  outer.height = MAX (outer.height - MAX (c->names - line * 1.3, 0), 1);
  cjv_plot_place (&c->plot, scene, &outer, FALSE, FALSE);
  c->plot.x.low = 0;
  c->plot.x.high = (double) c->layers;
  c->plot.x.n_ticks = 0;
  c->group = c->plot.inner.width / (double) c->layers;
  c->bar = MIN (c->group * 0.84 / (double) c->concepts, em * 3);
}

static CjvRect
place_bar (const Chart *c, gint64 concept, gint64 layer)
{
  const double middle = c->plot.inner.x + ((double) layer + 0.5) * c->group;
  const double score = CLAMP (get_score (c, concept, layer), 0, 1);
  const double top = cjv_plot_y (&c->plot, isfinite (score) ? score : 0);

  return (CjvRect){ middle + ((double) concept - (double) c->concepts / 2) * c->bar, top,
                    MAX (c->bar - 1, 0.5),
                    MAX (c->plot.inner.y + c->plot.inner.height - top, 0.5) };
}

static void
draw_bar (const Chart *c, const CjvScene *scene, cairo_t *cr, gint64 concept, gint64 layer)
{
  const double score = get_score (c, concept, layer);
  const double deviation = cjv_tensor_at (c->deviations, concept * c->layers + layer);
  const CjvColor color = cjv_style_category (scene->style, (guint) concept);
  const CjvRect place = place_bar (c, concept, layer);
  const double middle = place.x + place.width / 2;

  if (!isfinite (score))
    return;
  cairo_rectangle (cr, place.x, place.y, place.width, place.height);
  cjv_draw_set_color (cr,
                      is_significant (c, concept, layer) ? color : cjv_color_alpha (color, 0.12));
  cairo_fill_preserve (cr);
  cjv_draw_set_color (cr, color);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  if (!isfinite (deviation) || !(deviation > 0))
    return;
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK));
  cairo_move_to (cr, middle, cjv_plot_y (&c->plot, CLAMP (score - deviation, 0, 1)));
  cairo_line_to (cr, middle, cjv_plot_y (&c->plot, CLAMP (score + deviation, 0, 1)));
  cairo_stroke (cr);
}

static void
draw_chance (const Chart *c, const CjvScene *scene, cairo_t *cr)
{
  static const double dashes[] = { 4, 3 };

  cairo_save (cr);
  cairo_set_dash (cr, dashes, 2, 0);
  cairo_set_line_width (cr, scene->style->line_width * 0.75);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK_DIM));
  for (gint64 i = 0; i < c->layers; i++)
    {
      const double v = cjv_tensor_at (c->chance, i);
      const double y = cjv_plot_y (&c->plot, CLAMP (v, 0, 1));

      if (!isfinite (v))
        continue;
      cairo_move_to (cr, c->plot.inner.x + c->group * ((double) i + 0.04), y);
      cairo_line_to (cr, c->plot.inner.x + c->group * ((double) i + 0.96), y);
    }
  cairo_stroke (cr);
  cairo_restore (cr);
}

static void
draw_names (const Chart *c, const CjvScene *scene, cairo_t *cr)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const double bottom = c->plot.inner.y + c->plot.inner.height + em * 0.3;
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK_DIM);
  double free_from = -1e9;

  for (gint64 i = 0; i < c->layers && !scene->style->bare; i++)
    {
      const double x = c->plot.inner.x + ((double) i + 0.5) * c->group;
      g_autofree char *name = NULL;

      if (x < free_from)
        continue;
      free_from = x + line * 0.9;
      name = cjv_class_dup (scene->frame, "layers", i);
      if (c->turned)
        cjv_text_draw (scene, cr, x - line / 2, bottom, c->names - em * 0.3, CJV_SIZE_NOTE,
                       CJV_TEXT_UP | CJV_TEXT_RIGHT, ink, name);
      else
        cjv_text_draw (scene, cr, x, bottom, c->group, CJV_SIZE_NOTE, CJV_TEXT_CENTER, ink, name);
    }
}

static void
draw_legend (const Chart *c, const CjvScene *scene, cairo_t *cr)
{
  const guint n = (guint) MIN (c->concepts, 16);
  CjvLegendItem items[17];
  char *names[16];

  for (guint i = 0; i < n; i++)
    {
      names[i] = cjv_class_dup (scene->frame, "concepts", i);
      items[i] = (CjvLegendItem){ .color = cjv_style_category (scene->style, i),
                                  .text = names[i],
                                  .marker = 1 };
    }
  items[n] = (CjvLegendItem){ .color = cjv_style_color (scene->style, CJV_INK_DIM),
                              .text = _ ("by chance"),
                              .marker = CJV_LEGEND_LINE,
                              .dash = TRUE };
  cjv_legend_draw (scene, cr, c->pad, c->pad + c->heading + c->legend * 0.4,
                   scene->width - 2 * c->pad, items, n + (c->chance != NULL));
  for (guint i = 0; i < n; i++)
    g_free (names[i]);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  Chart c;

  if (!chart_init (&c, scene))
    return FALSE;
  chart_place (&c, scene);
  cjv_plot_draw_grid (&c.plot, scene, cr, FALSE);
  for (gint64 i = 0; i < c.concepts; i++)
    for (gint64 j = 0; j < c.layers; j++)
      draw_bar (&c, scene, cr, i, j);
  draw_chance (&c, scene, cr);
  draw_names (&c, scene, cr);
  if (c.legend > 0)
    draw_legend (&c, scene, cr);
  if (c.heading > 0)
    cjv_draw_heading (scene, cr, c.pad, c.pad, scene->width - 2 * c.pad,
                      title != NULL ? title : _ ("Concepts"),
                      c.p != NULL ? _ ("hollow: may be chance") : NULL);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  g_autofree char *concept = NULL, *layer = NULL, *score = NULL, *p = NULL, *told = NULL;
  gint64 i, j;
  double along;
  Chart c;

  if (!chart_init (&c, scene))
    return FALSE;
  chart_place (&c, scene);
  if (!cjv_rect_contains (&c.plot.inner, x, y))
    return FALSE;
  j = CLAMP ((gint64) ((x - c.plot.inner.x) / c.group), 0, c.layers - 1);
  along = (x - c.plot.inner.x - ((double) j + 0.5) * c.group) / c.bar + (double) c.concepts / 2;
  if (!(along >= 0 && along < (double) c.concepts))
    return FALSE;
  i = CLAMP ((gint64) along, 0, c.concepts - 1);
  concept = cjv_class_dup (scene->frame, "concepts", i);
  layer = cjv_class_dup (scene->frame, "layers", j);
  score = cjv_percent_print (get_score (&c, i, j), 0);
  p = cjv_number_print (cjv_tensor_at (c.p, i * c.layers + j), 2);
  told = cjv_percent_print (cjv_tensor_at (c.accuracy, i * c.layers + j), 0);
  *out = (CjvHit){ .index = j, .series = i };
  {
    const CjvRect place = place_bar (&c, i, j);

    out->x = place.x;
    out->y = place.y;
    out->width = place.width;
    out->height = place.height;
  }
  if (c.p != NULL && c.accuracy != NULL)
    /* Translators: a concept, a layer, a share of samples, a probability, an accuracy */
    out->text = g_strdup_printf (_ ("%s in %s: %s of the samples, p = %s; told apart: %s"), concept,
                                 layer, score, p, told);
  else
    /* Translators: a concept, a layer, a share of samples */
    out->text = g_strdup_printf (_ ("%s in %s: %s of the samples"), concept, layer, score);
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Chart c;

  g_string_append (out, "concept,layer,score,deviation,p,accuracy,chance\r\n");
  if (!chart_init (&c, scene))
    return;
  for (gint64 k = 0; k < c.concepts * c.layers; k++)
    {
      g_autofree char *concept = cjv_class_dup (scene->frame, "concepts", k / c.layers);
      g_autofree char *layer = cjv_class_dup (scene->frame, "layers", k % c.layers);
      const double numbers[]
          = { cjv_tensor_at (c.scores, k), cjv_tensor_at (c.deviations, k), cjv_tensor_at (c.p, k),
              cjv_tensor_at (c.accuracy, k), cjv_tensor_at (c.chance, k % c.layers) };

      cjv_csv_text (out, concept);
      g_string_append_c (out, ',');
      cjv_csv_text (out, layer);
      for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
        {
          g_string_append_c (out, ',');
          cjv_csv_number (out, numbers[i]);
        }
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  gint64 best = -1, n = 0;
  Chart c;

  if (!chart_init (&c, scene))
    return NULL;
  if (title == NULL)
    title = _ ("Concepts");
  for (gint64 k = 0; k < c.concepts * c.layers; k++)
    {
      if (!is_significant (&c, k / c.layers, k % c.layers))
        continue;
      n++;
      if (best < 0
          || fabs (cjv_tensor_at (c.scores, k) - 0.5) > fabs (cjv_tensor_at (c.scores, best) - 0.5))
        best = k;
    }
  if (best < 0)
    return g_strdup_printf (_ ("%s: %d concepts in %d layers, none of them beyond chance."), title,
                            (int) c.concepts, (int) c.layers);
  {
    g_autofree char *concept = cjv_class_dup (scene->frame, "concepts", best / c.layers);
    g_autofree char *layer = cjv_class_dup (scene->frame, "layers", best % c.layers);
    g_autofree char *score = cjv_percent_print (cjv_tensor_at (c.scores, best), 0);

    return g_strdup_printf (
        _ ("%s: %d concepts in %d layers, %d bars beyond chance; the clearest is "
           "%s in %s, which speaks for the class in %s of its samples."),
        title, (int) c.concepts, (int) c.layers, (int) n, concept, layer, score);
  }
}

const CjvFigureInfo cjv_figure_concepts = {
  .id = "concepts",
  .title = N_ ("Concepts"),
  .blurb = N_ ("How often what was shown by examples speaks for a class, in every layer"),
  .empty = N_ ("Add a concept, a class, a folder of pictures or samples, and press Ask."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 720,
  .preset_height = 400,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
