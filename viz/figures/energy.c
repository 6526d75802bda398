/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each layer costs in energy for one answer: a bar of what is computed, of what is moved of weights and of
 * activations. L layers. */
#include "cjv-axes.h"
#include "cjv-energy.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define N_PARTS 3

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "compute", CJV_WANT_ARRAY, TRUE, "[L]", N_ ("Picojoules of operations") },
  { "weights", CJV_WANT_ARRAY, TRUE, "[L]", N_ ("Picojoules of moving weights") },
  { "activations", CJV_WANT_ARRAY, TRUE, "[L]", N_ ("Picojoules of moving activations and state") },
  { "multiply-adds", CJV_WANT_ARRAY, FALSE, "[L]", N_ ("How many") },
  { "additions", CJV_WANT_ARRAY, FALSE, "[L]", N_ ("How many that spikes cause: synaptic events") },
  { "weight-bytes", CJV_WANT_ARRAY, FALSE, "[L]", N_ ("How many are moved") },
  { "activation-bytes", CJV_WANT_ARRAY, FALSE, "[L]", N_ ("How many are moved, state included") },
  { "rates", CJV_WANT_ARRAY, FALSE, "[L]",
    N_ ("Spikes for each input and time step; not a number: no spikes come in") },
  { "layers", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the layers") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Heading") },
  { "note", CJV_WANT_TEXT, FALSE, NULL, N_ ("Of which samples") },
  { NULL },
};

static const char *const parts[N_PARTS] = { "compute", "weights", "activations" };
static const char *const part_titles[N_PARTS]
    = { N_ ("operations"), N_ ("moving weights"), N_ ("moving activations") };

typedef struct
{
  const CjTensor *parts[N_PARTS];
  gint64 l, shown;
  double all, most;                           /* pJ: of the network, of the layer that takes most */
  double pad, legend, top, row, name, number; /* px */
} Plot;

static double
get_part (const Plot *plot, guint part, gint64 i)
{
  const double value = cjv_tensor_at (plot->parts[part], i);

  return isfinite (value) && value > 0 ? value : 0;
}

static double
get_layer (const Plot *plot, gint64 i)
{
  double sum = 0;

  for (guint p = 0; p < N_PARTS; p++)
    sum += get_part (plot, p, i);
  return sum;
}

static gboolean
plot_init (Plot *plot, const CjvScene *scene)
{
  *plot = (Plot){ .l = G_MAXINT64 };
  for (guint p = 0; p < N_PARTS; p++)
    {
      plot->parts[p] = cjv_frame_get_array (scene->frame, parts[p]);
      plot->l = MIN (plot->l, cjv_tensor_size (plot->parts[p]));
    }
  for (gint64 i = 0; i < plot->l; i++)
    {
      plot->all += get_layer (plot, i);
      plot->most = MAX (plot->most, get_layer (plot, i));
    }
  return plot->l > 0;
}

static void
plot_place (Plot *plot, const CjvScene *scene)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  double room;

  plot->pad = MIN (em * 0.8, scene->width / 12);
  plot->legend = plot->pad + cjv_heading_height (scene);
  plot->top = plot->legend + (scene->style->bare ? 0 : line * 1.6);
  room = MAX (scene->height - plot->top - plot->pad, 1);
  plot->shown = MIN (CLAMP ((gint64) (room / (line * 1.1)), 1, MAX (plot->l, 1)), plot->l);
  plot->row = MIN (room / (double) MAX (plot->shown, 1), line * 2.2);
  for (gint64 i = 0; i < plot->shown; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);
      g_autofree char *number = cjv_energy_print (get_layer (plot, i));

      plot->name = MAX (plot->name, cjv_text_width (scene, CJV_SIZE_NOTE, name));
      plot->number = MAX (plot->number, cjv_text_width (scene, CJV_SIZE_NOTE, number));
    }
  plot->name = MIN (plot->name, scene->width * 0.3) + em * 0.6;
  plot->number += em * 0.6;
  if (scene->style->bare)
    plot->name = plot->number = 0;
  else if (scene->width - plot->name - plot->number < em * 6)
    plot->number = 0;
}

/* Strokes across a part tell it apart without colour: none, leaning, upright. */
static void
draw_strokes (const CjvScene *scene, cairo_t *cr, guint part, const CjvRect *r)
{
  const double step = MAX (scene->style->font_size * 0.5, 3), lean = part == 1 ? r->height : 0;

  if (part == 0)
    return;
  cairo_save (cr);
  cairo_rectangle (cr, r->x, r->y, r->width, r->height);
  cairo_clip (cr);
  for (double x = r->x - lean + step / 2; x < r->x + r->width; x += step)
    {
      cairo_move_to (cr, x, r->y + r->height);
      cairo_line_to (cr, x + lean, r->y);
    }
  cjv_draw_set_color (cr, cjv_color_alpha (cjv_style_color (scene->style, CJV_BACKGROUND), 0.65));
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  cairo_restore (cr);
}

/* Where the bar of a layer is; its width is that of all parts together. */
static CjvRect
find_bar (const Plot *plot, const CjvScene *scene, gint64 i)
{
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const double height = cjv_snap (scene->style, MIN (plot->row * 0.66, line * 0.95));
  const double left = plot->pad + plot->name;
  const double room = MAX (scene->width - plot->pad - plot->number - left, 1);

  return (CjvRect){
    left, cjv_snap (scene->style, plot->top + ((double) i + 0.5) * plot->row - height / 2),
    plot->most > 0 ? room * get_layer (plot, i) / plot->most : 0, height
  };
}

static void
draw_row (const Plot *plot, const CjvScene *scene, cairo_t *cr, gint64 i)
{
  const double em = scene->style->font_size, y = plot->top + ((double) i + 0.5) * plot->row;
  const double layer = get_layer (plot, i);
  const CjvRect bar = find_bar (plot, scene, i);
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK);
  g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);
  g_autofree char *number = cjv_energy_print (layer);
  double x = bar.x;

  if (plot->name > 0)
    cjv_text_draw (scene, cr, bar.x - em * 0.6, y, plot->name - em * 0.6, CJV_SIZE_NOTE,
                   CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, ink, name);
  for (guint p = 0; p < N_PARTS && layer > 0; p++)
    {
      const CjvRect part = { x, bar.y, bar.width * get_part (plot, p, i) / layer, bar.height };

      cairo_rectangle (cr, part.x, part.y, part.width, part.height);
      cjv_draw_set_color (cr, cjv_style_category (scene->style, p));
      cairo_fill (cr);
      draw_strokes (scene, cr, p, &part);
      x += part.width;
    }
  if (plot->number > 0)
    cjv_text_draw (scene, cr, scene->width - plot->pad, y, plot->number, CJV_SIZE_NOTE,
                   CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, ink, number);
}

/* Small boxes that look as the parts do. */
static void
draw_legend (const Plot *plot, const CjvScene *scene, cairo_t *cr)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  double x = plot->pad;

  for (guint p = 0; p < N_PARTS; p++)
    {
      const CjvRect box = { x, plot->legend + line * 0.15, em * 1.2, line * 0.7 };
      const char *title = _ (part_titles[p]);
      const double width = cjv_text_width (scene, CJV_SIZE_NOTE, title);

      if (x + box.width + em * 0.4 + width > scene->width - plot->pad)
        break;
      cairo_rectangle (cr, box.x, box.y, box.width, box.height);
      cjv_draw_set_color (cr, cjv_style_category (scene->style, p));
      cairo_fill (cr);
      draw_strokes (scene, cr, p, &box);
      cjv_text_draw (scene, cr, x + box.width + em * 0.4, plot->legend, 0, CJV_SIZE_NOTE, 0,
                     cjv_style_color (scene->style, CJV_INK_DIM), title);
      x += box.width + width + em * 1.6;
    }
}

/* "1.2 µJ an answer, mean of 64 test samples". */
static char *
print_all (const Plot *plot, const CjvScene *scene)
{
  const char *note = cjv_frame_get_text (scene->frame, "note");
  g_autofree char *all = cjv_energy_print (plot->all);
  /* Translators: an energy */
  g_autofree char *answer = g_strdup_printf (_ ("%s an answer"), all);

  return note != NULL ? g_strdup_printf ("%s, %s", answer, note) : g_steal_pointer (&answer);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  Plot plot;

  if (!plot_init (&plot, scene))
    return FALSE;
  plot_place (&plot, scene);
  note = print_all (&plot, scene);
  if (cjv_heading_height (scene) > 0)
    cjv_draw_heading (scene, cr, plot.pad, plot.pad, scene->width - 2 * plot.pad,
                      title != NULL ? title : _ ("Energy"), note);
  if (!scene->style->bare)
    draw_legend (&plot, scene, cr);
  for (gint64 i = 0; i < plot.shown; i++)
    draw_row (&plot, scene, cr, i);
  return TRUE;
}

/* " · 235 200 multiply-adds" for each column that has something to say. */
static void
add_count (GString *text, const CjvScene *scene, const char *column, gint64 i, const char *of)
{
  const double n = cjv_tensor_at (cjv_frame_get_array (scene->frame, column), i);
  g_autofree char *number = NULL;

  if (!(n > 0))
    return;
  number = n < 1e15 ? cjv_count_print ((gint64) round (n)) : cjv_number_print (n, 3);
  g_string_append (text, "; ");
  g_string_append_printf (text, of, number);
}

static char *
print_layer (const Plot *plot, const CjvScene *scene, gint64 i)
{
  const double rate = cjv_tensor_at (cjv_frame_get_array (scene->frame, "rates"), i);
  g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);
  g_autofree char *all = cjv_energy_print (get_layer (plot, i));
  g_autofree char *compute = cjv_energy_print (get_part (plot, 0, i));
  g_autofree char *weights = cjv_energy_print (get_part (plot, 1, i));
  g_autofree char *others = cjv_energy_print (get_part (plot, 2, i));
  GString *text = g_string_new (NULL);

  g_string_printf (
      /* Translators: a layer, its energy, and three parts of that */
      text, _ ("%s: %s, of it operations %s, moving weights %s, moving activations %s"), name, all,
      compute, weights, others);
  add_count (text, scene, "multiply-adds", i, /* Translators: how many */ _ ("%s multiply-adds"));
  add_count (text, scene, "additions", i, /* Translators: how many */ _ ("%s synaptic events"));
  add_count (text, scene, "weight-bytes", i, /* Translators: how many */ _ ("%s bytes of weights"));
  add_count (text, scene, "activation-bytes", i,
             /* Translators: how many */ _ ("%s bytes of activations"));
  if (isfinite (rate))
    {
      g_autofree char *number = cjv_number_print (rate, 3);

      /* Translators: a number */
      g_string_append_printf (text, _ ("; %s spikes an input and time step"), number);
    }
  return g_string_free (text, FALSE);
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  Plot plot;
  gint64 i;

  if (!plot_init (&plot, scene))
    return FALSE;
  plot_place (&plot, scene);
  i = (gint64) floor ((y - plot.top) / plot.row);
  if (i < 0 || i >= plot.shown || x < 0)
    return FALSE;
  *out = (CjvHit){ .index = i,
                   .series = -1,
                   .x = plot.pad,
                   .y = plot.top + (double) i * plot.row,
                   .width = scene->width - 2 * plot.pad,
                   .height = plot.row,
                   .text = print_layer (&plot, scene, i) };
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  static const char *const columns[]
      = { "compute",   "weights",      "activations",      "multiply-adds",
          "additions", "weight-bytes", "activation-bytes", "rates" };
  Plot plot;

  g_string_append (out, "layer,compute_pj,weights_pj,activations_pj,multiply_adds,additions,"
                        "weight_bytes,activation_bytes,spike_rate\r\n");
  if (!plot_init (&plot, scene))
    return;
  for (gint64 i = 0; i < plot.l; i++)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "layers", i);

      cjv_csv_text (out, name);
      for (guint c = 0; c < G_N_ELEMENTS (columns); c++)
        {
          g_string_append_c (out, ',');
          cjv_csv_number (out, cjv_tensor_at (cjv_frame_get_array (scene->frame, columns[c]), i));
        }
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  g_autofree char *all = NULL, *name = NULL, *layer = NULL;
  char *shares[N_PARTS];
  char *text;
  gint64 most = 0;
  Plot plot;

  if (!plot_init (&plot, scene))
    return NULL;
  all = print_all (&plot, scene);
  for (gint64 i = 1; i < plot.l; i++)
    if (get_layer (&plot, i) > get_layer (&plot, most))
      most = i;
  for (guint p = 0; p < N_PARTS; p++)
    {
      double sum = 0;

      for (gint64 i = 0; i < plot.l; i++)
        sum += get_part (&plot, p, i);
      shares[p] = cjv_percent_print (plot.all > 0 ? sum / plot.all : 0, 0);
    }
  name = cjv_class_dup (scene->frame, "layers", most);
  layer = cjv_energy_print (get_layer (&plot, most));
  text = g_strdup_printf (
      /* Translators: “1.2 µJ an answer”, three shares, a layer and its energy */
      _ ("Energy: %s; %s of it for operations, %s for moving weights, %s for moving activations. "
         "%s takes most, %s."),
      all, shares[0], shares[1], shares[2], name, layer);
  for (guint p = 0; p < N_PARTS; p++)
    g_free (shares[p]);
  return text;
}

const CjvFigureInfo cjv_figure_energy = {
  .id = "energy",
  .title = N_ ("Energy"),
  .blurb = N_ ("What each layer costs in energy for one answer: operations and moving numbers"),
  .empty = N_ ("Draw a network and choose a sample: what its layers cost in energy stands here."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 640,
  .preset_height = 320,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
