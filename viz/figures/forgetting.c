/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left of tasks that were learned one after another. a[i, j] is the accuracy on task j after task i.
 * Mean accuracy Σ a[T, j] / T and backward transfer Σ (a[T, j] - a[j, j]) / (T - 1): D. Lopez-Paz, M. Ranzato, "Gradient
 * episodic memory for continual learning", NeurIPS (2017), section 2. Forgetting Σ (max a[l, j] - a[T, j]) / (T - 1), of l
 * before T: A. Chaudhry et al., "Riemannian walk for incremental learning", ECCV (2018), section 3.
 * While it is under way, T is the last task that was measured. R runs. */
#include "cjv-draw.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define MAX_RUNS 64
#define MAX_TASKS 256

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "accuracy", CJV_WANT_ARRAY, TRUE, "[R, T, T]",
    N_ ("Share that is right on a task (column) after learning another (row); NaN: not measured") },
  { "runs", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the runs") },
  { "tasks", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the tasks") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Heading") },
  { NULL },
};

typedef struct
{
  CjTensor *values;
  gint64 r, t;
  double low, high;                          /* of the colours */
  double heading, pad, gap, top, left, foot; /* px; the last three of a panel */
  gint64 columns;
  double panel_w, panel_h, cell; /* px */
} Plot;

typedef struct
{
  gint64 last; /* task, -1: nothing was measured */
  double mean, transfer, forgetting;
} Summary;

static double
get (const Plot *plot, gint64 run, gint64 i, gint64 j)
{
  return cj_tensor_f32 (plot->values)[(run * plot->t + i) * plot->t + j];
}

static void
plot_clear (Plot *plot)
{
  g_clear_pointer (&plot->values, cj_tensor_unref);
}

static gboolean
plot_init (Plot *plot, const CjvScene *scene)
{
  const CjTensor *accuracy = cjv_frame_get_array (scene->frame, "accuracy");
  const CjShape *s = &accuracy->shape;
  const guint d = s->n_dims;

  *plot = (Plot){ .low = 1, .high = 1 };
  if ((d != 2 && d != 3) || s->dims[d - 1] != s->dims[d - 2] || s->dims[d - 1] < 1
      || s->dims[d - 1] > MAX_TASKS || (d == 3 && (s->dims[0] < 1 || s->dims[0] > MAX_RUNS)))
    return FALSE;
  plot->values = cjv_tensor_to_float (accuracy);
  plot->t = s->dims[d - 1];
  plot->r = d == 3 ? s->dims[0] : 1;
  for (gint64 i = 0; i < plot->r * plot->t * plot->t; i++)
    if (isfinite (cj_tensor_f32 (plot->values)[i]))
      plot->low = MIN (plot->low, cj_tensor_f32 (plot->values)[i]);
  plot->low = MIN (floor (CLAMP (plot->low, 0, 1) * 10) / 10, 0.9);
  return TRUE;
}

static Summary
summarize (const Plot *plot, gint64 run)
{
  Summary s = { -1, NAN, NAN, NAN };
  double sum = 0, transfer = 0, forgetting = 0;

  for (gint64 i = 0; i < plot->t; i++)
    if (isfinite (get (plot, run, i, i)))
      s.last = i;
  if (s.last < 0)
    return s;
  for (gint64 j = 0; j <= s.last; j++)
    {
      const double now = get (plot, run, s.last, j);
      double best = -INFINITY;

      for (gint64 i = j; i < s.last; i++)
        best = fmax (best, get (plot, run, i, j));
      sum += now;
      if (j == s.last)
        continue;
      transfer += now - get (plot, run, j, j);
      forgetting += best - now;
    }
  s.mean = sum / (double) (s.last + 1);
  if (s.last > 0)
    {
      s.transfer = transfer / (double) s.last;
      s.forgetting = forgetting / (double) s.last;
    }
  return s;
}

/* The number of columns in which panels are largest. */
static void
plot_place (Plot *plot, const CjvScene *scene)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const gboolean words = !scene->style->bare && scene->width > em * 12 && scene->height > em * 10;

  plot->pad = MIN (em * 0.8, scene->width / 10);
  plot->gap = words ? em * 1.6 : 2;
  plot->heading = cjv_heading_height (scene);
  plot->left = words ? line * 1.3 + em * 1.6 : 0;
  plot->top = words ? line * (plot->r > 1 ? 2.6 : 1.3) : 0;
  plot->foot = words ? line * 4.9 : 0;
  for (gint64 columns = 1; columns <= plot->r; columns++)
    {
      const gint64 rows = (plot->r + columns - 1) / columns;
      const double w = (scene->width - 2 * plot->pad + plot->gap) / (double) columns - plot->gap;
      const double h
          = (scene->height - 2 * plot->pad - plot->heading + plot->gap) / (double) rows - plot->gap;
      double cell = MIN ((w - plot->left) / (double) plot->t,
                         (h - plot->top - plot->foot) / (double) plot->t);

      cell = CLAMP (cell, 1, em * 6.5);
      if (columns > 1 && cell <= plot->cell)
        continue;
      plot->columns = columns;
      plot->cell = cell;
      plot->panel_w = MIN (w, MAX (plot->left + cell * (double) plot->t, words ? em * 13 : 0));
      plot->panel_h = MIN (h, plot->top + cell * (double) plot->t + plot->foot);
    }
}

/* The cells of a run; in a small picture in the middle. */
static CjvRect
place_cells (const Plot *plot, const CjvScene *scene, gint64 run)
{
  const double size = plot->cell * (double) plot->t;
  const double columns = (double) plot->columns, step = plot->panel_w + plot->gap;
  const double left
      = scene->style->bare ? (scene->width - columns * step + plot->gap) / 2 : plot->pad;

  return (CjvRect){ left + (double) (run % plot->columns) * step + plot->left,
                    plot->pad + plot->heading
                        + (double) (run / plot->columns) * (plot->panel_h + plot->gap) + plot->top,
                    size, size };
}

/* A task that was not begun is pale: what is known of it is no memory. */
static CjvColor
cell_color (const CjvScene *scene, const Plot *plot, double value, gboolean begun)
{
  const CjvMap map = cjv_style_map (scene->style, CJV_MAP_SEQUENTIAL);
  const CjvColor ground = cjv_style_color (scene->style, CJV_BACKGROUND);
  const double span = plot->high - plot->low;
  CjvColor color;

  if (!isfinite (value))
    return cjv_color_mix (ground, cjv_style_color (scene->style, CJV_SURFACE), 0.6);
  color = cjv_map_color (map, scene->style, CLAMP ((value - plot->low) / span, 0, 1));
  return begun ? color : cjv_color_mix (ground, color, 0.25);
}

static void
draw_cells (const CjvScene *scene, cairo_t *cr, const Plot *plot, gint64 run)
{
  const CjvRect room = place_cells (plot, scene, run);
  const double gap = plot->cell > 10 ? 1 : 0;
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const gboolean numbers
      = plot->cell > line * 1.2 && plot->cell > cjv_text_width (scene, CJV_SIZE_NOTE, "100.0") + 3;

  for (gint64 i = 0; i < plot->t; i++)
    for (gint64 j = 0; j < plot->t; j++)
      {
        const double value = get (plot, run, i, j);
        const CjvColor color = cell_color (scene, plot, value, j <= i);
        const double x = room.x + plot->cell * (double) j, y = room.y + plot->cell * (double) i;

        cjv_draw_set_color (cr, color);
        cairo_rectangle (cr, x, y, plot->cell - gap, plot->cell - gap);
        cairo_fill (cr);
        if (numbers && isfinite (value))
          {
            g_autofree char *text = g_strdup_printf ("%.1f", 100 * value);

            cjv_text_draw (scene, cr, x + plot->cell / 2, y + plot->cell / 2, plot->cell,
                           CJV_SIZE_NOTE, CJV_TEXT_CENTER | CJV_TEXT_MIDDLE,
                           j <= i ? cjv_color_ink_on (color)
                                  : cjv_style_color (scene->style, CJV_INK_DIM),
                           text);
          }
        if (i != j || plot->cell < 6)
          continue;
        cairo_rectangle (cr, x + 0.5, y + 0.5, plot->cell - gap - 1, plot->cell - gap - 1);
        cairo_set_line_width (cr, scene->style->line_width / 2);
        cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_INK));
        cairo_stroke (cr);
      }
}

static char *
print_points (double share)
{
  g_autofree char *number = cjv_number_print (100 * fabs (share), fabs (share) >= 0.1 ? 3 : 2);

  return g_strdup_printf ("%s%s", share < 0 ? "−" : "", number);
}

static void
draw_words (const CjvScene *scene, cairo_t *cr, const Plot *plot, gint64 run)
{
  const CjvRect room = place_cells (plot, scene, run);
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE), em = scene->style->font_size;
  const double left = room.x - plot->left, wide = plot->panel_w;
  const CjvColor ink = cjv_style_color (scene->style, CJV_INK),
                 dim = cjv_style_color (scene->style, CJV_INK_DIM);
  const Summary s = summarize (plot, run);
  double y = room.y + room.height + line * 0.3;

  if (plot->r > 1)
    {
      g_autofree char *name = cjv_class_dup (scene->frame, "runs", run);

      cjv_text_draw (scene, cr, left, room.y - plot->top, wide, CJV_SIZE_BODY, CJV_TEXT_BOLD, ink,
                     name);
    }
  cjv_text_draw (scene, cr, room.x + room.width / 2, room.y - line * 1.2, wide, CJV_SIZE_NOTE,
                 CJV_TEXT_CENTER, dim, _ ("accuracy on task, %"));
  cjv_text_draw (scene, cr, left, room.y + room.height / 2, room.height, CJV_SIZE_NOTE,
                 CJV_TEXT_UP | CJV_TEXT_CENTER, dim, _ ("after task"));
  for (gint64 i = 0; i < plot->t && plot->cell > line; i++)
    {
      g_autofree char *number = g_strdup_printf ("%d", (int) i + 1);

      cjv_text_draw (scene, cr, room.x - em * 0.5, room.y + plot->cell * ((double) i + 0.5),
                     em * 1.5, CJV_SIZE_NOTE, CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, dim, number);
      cjv_text_draw (scene, cr, room.x + plot->cell * ((double) i + 0.5), y, plot->cell,
                     CJV_SIZE_NOTE, CJV_TEXT_CENTER, dim, number);
    }
  y += line * 1.2;
  if (s.last < 0)
    return;
  for (guint k = 0; k < (s.last > 0 ? 3 : 1); k++, y += line * 1.1)
    {
      g_autofree char *mean = cjv_percent_print (s.mean, 1);
      g_autofree char *points = print_points (k == 1 ? s.transfer : s.forgetting);
      g_autofree char *text = k == 0   ? g_strdup_printf (_ ("mean accuracy %s"), mean)
                              : k == 1 ? g_strdup_printf (_ ("backward transfer %s points"), points)
                                       : g_strdup_printf (_ ("forgetting %s points"), points);

      cjv_text_draw (scene, cr, left, y, wide, CJV_SIZE_NOTE, k == 0 ? CJV_TEXT_BOLD : 0,
                     k == 0 ? ink : dim, text);
    }
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
  note = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d task, one after another",
                                       "%d tasks, one after another", (gulong) plot.t),
                          (int) plot.t);
  if (plot.heading > 0)
    cjv_draw_heading (scene, cr, plot.pad, plot.pad, scene->width - 2 * plot.pad,
                      title != NULL ? title : _ ("Forgetting"), note);
  for (gint64 run = 0; run < plot.r; run++)
    {
      draw_cells (scene, cr, &plot, run);
      if (plot.top > 0)
        draw_words (scene, cr, &plot, run);
    }
  plot_clear (&plot);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  gboolean found = FALSE;
  Plot plot;

  if (!plot_init (&plot, scene))
    return FALSE;
  plot_place (&plot, scene);
  for (gint64 run = 0; run < plot.r && !found; run++)
    {
      const CjvRect room = place_cells (&plot, scene, run);
      const gint64 i = CLAMP ((gint64) ((y - room.y) / plot.cell), 0, plot.t - 1);
      const gint64 j = CLAMP ((gint64) ((x - room.x) / plot.cell), 0, plot.t - 1);
      g_autofree char *share = cjv_percent_print (get (&plot, run, i, j), 1);
      g_autofree char *task = cjv_frame_get_string (scene->frame, "tasks", j) != NULL
                                  ? cjv_class_dup (scene->frame, "tasks", j)
                                  : g_strdup_printf (_ ("task %d"), (int) j + 1);

      found = cjv_rect_contains (&room, x, y);
      if (!found)
        continue;
      *out = (CjvHit){ .index = j,
                       .series = i,
                       .x = room.x + plot.cell * (double) j,
                       .y = room.y + plot.cell * (double) i,
                       .width = plot.cell,
                       .height = plot.cell };
      out->text
          = isfinite (get (&plot, run, i, j))
                ? g_strdup_printf (_ ("After task %d: %s of %s is right"), (int) i + 1, share, task)
                : g_strdup_printf (_ ("After task %d: %s was not measured"), (int) i + 1, task);
    }
  plot_clear (&plot);
  return found;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Plot plot;

  g_string_append (out, "run,after task,task,accuracy\r\n");
  if (!plot_init (&plot, scene))
    return;
  for (gint64 run = 0; run < plot.r; run++)
    for (gint64 k = 0; k < plot.t * plot.t; k++)
      {
        g_autofree char *name = cjv_class_dup (scene->frame, "runs", run);

        cjv_csv_text (out, name);
        g_string_append_printf (out, ",%d,%d,", (int) (k / plot.t) + 1, (int) (k % plot.t) + 1);
        cjv_csv_number (out, get (&plot, run, k / plot.t, k % plot.t));
        g_string_append (out, "\r\n");
      }
  plot_clear (&plot);
}

static char *
words (const CjvScene *scene)
{
  g_autoptr (GString) out = g_string_new (NULL);
  Plot plot;

  if (!plot_init (&plot, scene))
    return NULL;
  g_string_append_printf (out,
                          g_dngettext (GETTEXT_PACKAGE, "%d task, learned one after another.",
                                       "%d tasks, learned one after another.", (gulong) plot.t),
                          (int) plot.t);
  for (gint64 run = 0; run < MIN (plot.r, 6); run++)
    {
      const Summary s = summarize (&plot, run);
      g_autofree char *name = cjv_class_dup (scene->frame, "runs", run);
      g_autofree char *mean = cjv_percent_print (s.mean, 1);
      g_autofree char *lost = print_points (s.forgetting);

      g_string_append_c (out, ' ');
      if (plot.r > 1)
        g_string_append_printf (out, "%s: ", name);
      if (s.last < 0)
        g_string_append (out, _ ("No task is done yet."));
      else if (s.last == 0)
        g_string_append_printf (out, _ ("After task 1 the accuracy is %s."), mean);
      else
        g_string_append_printf (out,
                                _ ("After task %d the mean accuracy is %s, %s points of the "
                                   "earlier tasks are forgotten."),
                                (int) s.last + 1, mean, lost);
    }
  plot_clear (&plot);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

const CjvFigureInfo cjv_figure_forgetting = {
  .id = "forgetting",
  .title = N_ ("Forgetting"),
  .blurb = N_ ("How well each task is still done after every later one was learned"),
  .empty = N_ ("Give the data tasks and press Train: a row fills after each task."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 560,
  .preset_height = 600,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
