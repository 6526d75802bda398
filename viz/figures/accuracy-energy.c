/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What versions of one network get right over what an answer costs them in energy. P points, V kinds of version;
 * points of a kind are joined in their order. */
#include "cjv-axes.h"
#include "cjv-energy.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_KINDS 8

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "energies", CJV_WANT_ARRAY, TRUE, "[P]", N_ ("Picojoules an answer; not a number: not yet") },
  { "accuracies", CJV_WANT_ARRAY, TRUE, "[P]", N_ ("Share that is right") },
  { "kinds", CJV_WANT_ARRAY, TRUE, "[P]", N_ ("Number of the version") },
  { "versions", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the versions") },
  { "settings", CJV_WANT_STRINGS, FALSE, NULL, N_ ("What is special about each point") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Heading") },
  { "note", CJV_WANT_TEXT, FALSE, NULL, N_ ("Of which samples") },
  { "missing", CJV_WANT_TEXT, FALSE, NULL, N_ ("Why a version is not there") },
  { NULL },
};

typedef struct
{
  const CjTensor *energies, *accuracies, *kinds;
  gint64 p;
  double unit; /* pJ of the axis' unit */
  char label[64];
  CjvPlot plot;
  double pad, legend;
} Plot;

static double
get_energy (const Plot *plot, gint64 i)
{
  return cjv_tensor_at (plot->energies, i);
}

static guint
get_kind (const Plot *plot, gint64 i)
{
  const double kind = cjv_tensor_at (plot->kinds, i);

  return kind > 0 && kind < MAX_KINDS ? (guint) kind : 0;
}

static gboolean
is_there (const Plot *plot, gint64 i)
{
  return get_energy (plot, i) > 0 && isfinite (get_energy (plot, i))
         && isfinite (cjv_tensor_at (plot->accuracies, i));
}

static gboolean
plot_init (Plot *plot, const CjvScene *scene)
{
  *plot = (Plot){ .energies = cjv_frame_get_array (scene->frame, "energies"),
                  .accuracies = cjv_frame_get_array (scene->frame, "accuracies"),
                  .kinds = cjv_frame_get_array (scene->frame, "kinds") };
  plot->p = MIN (MIN (cjv_tensor_size (plot->energies), cjv_tensor_size (plot->accuracies)),
                 cjv_tensor_size (plot->kinds));
  return plot->p > 0;
}

static void
plot_place (Plot *plot, const CjvScene *scene)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const gboolean bare = scene->style->bare;
  double most = 0, top;
  CjvRect outer;

  plot->pad = MIN (em * 0.8, scene->width / 10);
  plot->legend = plot->pad + cjv_heading_height (scene);
  top = plot->legend + (bare ? 0 : line * 1.4);
  outer = (CjvRect){ plot->pad, top, MAX (scene->width - 2 * plot->pad, 1),
                     MAX (scene->height - plot->pad - top, 1) };
  for (gint64 i = 0; i < plot->p; i++)
    if (is_there (plot, i))
      most = MAX (most, get_energy (plot, i));
  /* Translators: a unit of energy */
  g_snprintf (plot->label, sizeof plot->label, _ ("energy an answer (%s)"),
              cjv_energy_get_unit (most, &plot->unit));
  cjv_axis_init (&plot->plot.x);
  cjv_axis_init (&plot->plot.y);
  plot->plot.x.log = TRUE;
  plot->plot.x.label = plot->label;
  plot->plot.y.label = _ ("right answers");
  plot->plot.y.unit = CJV_UNIT_PERCENT;
  for (gint64 i = 0; i < plot->p; i++)
    if (is_there (plot, i))
      {
        cjv_axis_include (&plot->plot.x, get_energy (plot, i) / plot->unit * 0.9);
        cjv_axis_include (&plot->plot.x, get_energy (plot, i) / plot->unit * 1.1);
        cjv_axis_include (&plot->plot.y, cjv_tensor_at (plot->accuracies, i));
      }
  plot->plot.empty = cjv_axis_is_empty (&plot->plot.y);
  cjv_axis_include (&plot->plot.y, 1);
  cjv_plot_place (&plot->plot, scene, &outer, FALSE, TRUE);
}

static double
place_x (const Plot *plot, gint64 i)
{
  return cjv_plot_x (&plot->plot, get_energy (plot, i) / plot->unit);
}

static double
place_y (const Plot *plot, gint64 i)
{
  return cjv_plot_y (&plot->plot, cjv_tensor_at (plot->accuracies, i));
}

static void
draw_kind (const Plot *plot, const CjvScene *scene, cairo_t *cr, guint kind)
{
  const CjvColor color = cjv_style_category (scene->style, kind);

  cairo_new_path (cr);
  for (gint64 i = 0; i < plot->p; i++)
    if (get_kind (plot, i) == kind && is_there (plot, i))
      cairo_line_to (cr, place_x (plot, i), place_y (plot, i));
  cjv_draw_set_color (cr, cjv_color_alpha (color, 0.6));
  cairo_set_line_width (cr, scene->style->line_width * 0.75);
  cairo_stroke (cr);
  for (gint64 i = 0; i < plot->p; i++)
    {
      const double x = place_x (plot, i), y = place_y (plot, i);

      if (get_kind (plot, i) != kind || !is_there (plot, i))
        continue;
      cjv_draw_marker (cr, kind, x, y, scene->style->line_width * 2.2);
      cjv_draw_set_color (cr, color);
      cairo_fill (cr);
    }
}

/* What is special about a point, beside it where nothing else stands. */
static void
draw_settings (const Plot *plot, const CjvScene *scene, cairo_t *cr)
{
  const double height = cjv_text_height (scene, CJV_SIZE_TINY), gap = scene->style->line_width * 3;
  g_autoptr (GArray) taken = g_array_new (FALSE, FALSE, sizeof (CjvRect));

  for (gint64 i = 0; i < plot->p; i++)
    {
      const char *text = cjv_frame_get_string (scene->frame, "settings", i);
      gboolean free = text != NULL && *text != '\0' && is_there (plot, i);
      CjvRect r;

      if (!free)
        continue;
      r = (CjvRect){ place_x (plot, i) + gap, place_y (plot, i) - height / 2,
                     cjv_text_width (scene, CJV_SIZE_TINY, text), height };
      free = r.x + r.width < plot->plot.inner.x + plot->plot.inner.width;
      for (guint k = 0; k < taken->len && free; k++)
        {
          const CjvRect *t = &g_array_index (taken, CjvRect, k);

          free = r.x + r.width < t->x || t->x + t->width < r.x || r.y + r.height < t->y
                 || t->y + t->height < r.y;
        }
      for (gint64 k = 0; k < plot->p && free; k++)
        if (k != i && is_there (plot, k))
          free = !(place_x (plot, k) > r.x - gap && place_x (plot, k) < r.x + r.width + gap
                   && fabs (place_y (plot, k) - place_y (plot, i)) < height);
      if (!free)
        continue;
      g_array_append_val (taken, r);
      cjv_text_draw (scene, cr, r.x, r.y, 0, CJV_SIZE_TINY, 0,
                     cjv_style_color (scene->style, CJV_INK_DIM), text);
    }
}

static void
draw_legend (const Plot *plot, const CjvScene *scene, cairo_t *cr)
{
  CjvLegendItem items[MAX_KINDS];
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  guint n = 0;

  for (guint kind = 0; kind < MAX_KINDS; kind++)
    {
      gboolean some = FALSE;

      for (gint64 i = 0; i < plot->p; i++)
        some = some || (get_kind (plot, i) == kind && is_there (plot, i));
      if (!some)
        continue;
      g_ptr_array_add (names, cjv_class_dup (scene->frame, "versions", kind));
      items[n++] = (CjvLegendItem){ .color = cjv_style_category (scene->style, kind),
                                    .text = g_ptr_array_index (names, names->len - 1),
                                    .marker = (int) kind };
    }
  cjv_legend_draw (scene, cr, plot->pad, plot->legend, scene->width - 2 * plot->pad, items, n);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  const char *note = cjv_frame_get_text (scene->frame, "note");
  const char *missing = cjv_frame_get_text (scene->frame, "missing");
  g_autofree char *all = NULL;
  Plot plot;

  if (!plot_init (&plot, scene))
    return FALSE;
  plot_place (&plot, scene);
  cjv_plot_draw_grid (&plot.plot, scene, cr, TRUE);
  for (guint kind = 0; kind < MAX_KINDS; kind++)
    draw_kind (&plot, scene, cr, kind);
  if (!scene->style->bare)
    {
      draw_settings (&plot, scene, cr);
      draw_legend (&plot, scene, cr);
    }
  all = note != NULL && missing != NULL ? g_strdup_printf ("%s. %s", note, missing)
                                        : g_strdup (note);
  if (cjv_heading_height (scene) > 0)
    cjv_draw_heading (scene, cr, plot.pad, plot.pad, scene->width - 2 * plot.pad,
                      title != NULL ? title : _ ("Accuracy and energy"), all);
  return TRUE;
}

/* "In spikes, 20 time steps: 97.1 % right for 1.2 µJ". */
static char *
print_point (const Plot *plot, const CjvScene *scene, gint64 i)
{
  const char *setting = cjv_frame_get_string (scene->frame, "settings", i);
  g_autofree char *name = cjv_class_dup (scene->frame, "versions", get_kind (plot, i));
  g_autofree char *share = cjv_percent_print (cjv_tensor_at (plot->accuracies, i), 1);
  g_autofree char *energy = cjv_energy_print (get_energy (plot, i));

  if (setting != NULL && *setting != '\0')
    /* Translators: a version of a network, its sparsity or time, a share, an energy */
    return g_strdup_printf (_ ("%s, %s: %s right for %s"), name, setting, share, energy);
  /* Translators: a version of a network, a share, an energy */
  return g_strdup_printf (_ ("%s: %s right for %s"), name, share, energy);
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  double nearest = INFINITY;
  gint64 found = -1;
  Plot plot;

  if (!plot_init (&plot, scene))
    return FALSE;
  plot_place (&plot, scene);
  if (!cjv_rect_contains (&plot.plot.inner, x, y))
    return FALSE;
  for (gint64 i = 0; i < plot.p; i++)
    {
      const double d
          = is_there (&plot, i) ? hypot (place_x (&plot, i) - x, place_y (&plot, i) - y) : INFINITY;

      if (d < nearest)
        {
          nearest = d;
          found = i;
        }
    }
  if (found < 0)
    return FALSE;
  *out = (CjvHit){ .index = found,
                   .series = get_kind (&plot, found),
                   .x = place_x (&plot, found) - 5,
                   .y = place_y (&plot, found) - 5,
                   .width = 10,
                   .height = 10,
                   .text = print_point (&plot, scene, found) };
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Plot plot;

  g_string_append (out, "version,setting,accuracy,energy_pj\r\n");
  if (!plot_init (&plot, scene))
    return;
  for (gint64 i = 0; i < plot.p; i++)
    {
      const char *setting = cjv_frame_get_string (scene->frame, "settings", i);
      g_autofree char *name = cjv_class_dup (scene->frame, "versions", get_kind (&plot, i));

      cjv_csv_text (out, name);
      g_string_append_c (out, ',');
      cjv_csv_text (out, setting != NULL ? setting : "");
      g_string_append_c (out, ',');
      cjv_csv_number (out, cjv_tensor_at (plot.accuracies, i));
      g_string_append_c (out, ',');
      cjv_csv_number (out, get_energy (&plot, i));
      g_string_append (out, "\r\n");
    }
}

/* The first version, and of each kind the one that gets most right. */
static char *
words (const CjvScene *scene)
{
  GString *out = g_string_new (_ ("Accuracy and energy."));
  Plot plot;

  if (!plot_init (&plot, scene))
    return g_string_free (out, FALSE);
  for (guint kind = 0; kind < MAX_KINDS; kind++)
    {
      g_autofree char *text = NULL;
      gint64 best = -1;

      for (gint64 i = 0; i < plot.p; i++)
        if (get_kind (&plot, i) == kind && is_there (&plot, i)
            && (best < 0
                || cjv_tensor_at (plot.accuracies, i) > cjv_tensor_at (plot.accuracies, best)))
          best = i;
      if (best < 0)
        continue;
      text = print_point (&plot, scene, best);
      g_string_append_printf (out, " %s.", text);
    }
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_accuracy_energy = {
  .id = "accuracy-energy",
  .title = N_ ("Accuracy and energy"),
  .blurb = N_ ("What a network gets right over what an answer costs: dense, pruned, in 8 bits and "
               "in spikes"),
  .empty = N_ ("Compare versions of the network: what each gets right and costs stands here."),
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
