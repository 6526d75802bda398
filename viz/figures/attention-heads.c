/* SPDX-License-Identifier: GPL-3.0-or-later */
/* L layers of up to H heads; a layer with fewer has no number (NaN) in the rest. */
#include "cjv-axes.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

enum
{
  ENTROPY,
  DISTANCE,
  LOSS,
  N_MEASURES
};

static const struct
{
  const char *array, *title, *unit;
} measures[N_MEASURES] = {
  [ENTROPY] = { "entropy", N_ ("Entropy"), N_ ("bits") },
  [DISTANCE] = { "distance", N_ ("Mean distance"), N_ ("tokens") },
  [LOSS] = { "loss", N_ ("Loss without it"), N_ ("change") },
};

static const CjParam params[] = { { NULL } };

static const CjvWant wants[] = {
  { "entropy", CJV_WANT_ARRAY, TRUE, "[L, H]",
    N_ ("Of the weights of a query, in bits: 0 looks at one token, log₂ of their number at all "
        "alike") },
  { "distance", CJV_WANT_ARRAY, TRUE, "[L, H]", N_ ("How far a head looks, in tokens or patches") },
  { "loss", CJV_WANT_ARRAY, FALSE, "[L, H]",
    N_ ("By how much the loss grows when the head is silenced") },
  { "whole-loss", CJV_WANT_SCALAR, FALSE, NULL, N_ ("The loss with all heads") },
  { "layers", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the layers") },
  { "unit", CJV_WANT_TEXT, FALSE, NULL, N_ ("Of the distance, if it is not tokens") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Heading") },
  { NULL },
};

/* One measure of all heads, drawn as a row of bars, layer after layer. */
typedef struct
{
  int measure;
  const CjTensor *values;
  CjvAxis axis;
  CjvRect outer, inner; /* px */
  double slot, gap;     /* px: of a bar, and between layers */
} Panel;

typedef struct
{
  gint64 n_layers, n_heads;
  guint n;
  Panel panels[N_MEASURES];
} Board;

static gboolean
board_init (Board *b, const CjvFrame *frame)
{
  const CjTensor *entropy = cjv_frame_get_array (frame, "entropy");

  *b = (Board){ 0 };
  if (entropy->shape.n_dims != 2)
    return FALSE;
  b->n_layers = entropy->shape.dims[0];
  b->n_heads = entropy->shape.dims[1];
  for (int m = 0; m < N_MEASURES; m++)
    {
      const CjTensor *values = cjv_frame_get_array (frame, measures[m].array);

      if (values != NULL && cj_shape_equal (&values->shape, &entropy->shape))
        b->panels[b->n++] = (Panel){ .measure = m, .values = values };
    }
  return TRUE;
}

static void
place_panel (const CjvScene *scene, const Board *b, Panel *p)
{
  const double em = scene->style->font_size, line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const gboolean texts = !scene->style->bare && p->outer.height > em * 6;
  double width = 0;

  cjv_axis_init (&p->axis);
  cjv_axis_include (&p->axis, 0);
  for (gint64 i = 0; i < b->n_layers * b->n_heads; i++)
    cjv_axis_include (&p->axis, cjv_tensor_at (p->values, i));
  cjv_axis_place (&p->axis, (guint) CLAMP (p->outer.height / (line * 3), 2, 6), TRUE);
  for (guint i = 0; i < p->axis.n_ticks; i++)
    width = MAX (width, cjv_text_width (scene, CJV_SIZE_NOTE, p->axis.texts[i]));
  p->inner = p->outer;
  if (texts)
    {
      p->inner.x += width + em * 0.5;
      p->inner.width -= width + em * 0.5;
      p->inner.y += line * 1.5;
      p->inner.height -= line * 2.8;
    }
  p->inner.width = MAX (p->inner.width, 1);
  p->inner.height = MAX (p->inner.height, 1);
  p->gap = MIN (em * 0.8, p->inner.width / (double) (4 * b->n_layers));
  p->slot
      = MIN ((p->inner.width - p->gap * (double) b->n_layers) / (double) (b->n_layers * b->n_heads),
             em * 2.5);
}

/* Side by side in a wide figure, else one over the other. */
static void
board_place (Board *b, const CjvScene *scene)
{
  const double em = scene->style->font_size, pad = MIN (em * 0.8, scene->width / 12);
  const double heading = cjv_heading_height (scene);
  const CjvRect room = { pad, pad + heading, MAX (scene->width - 2 * pad, 1),
                         MAX (scene->height - 2 * pad - heading, 1) };
  const gboolean wide = room.width > room.height * 1.4;

  for (guint i = 0; i < b->n; i++)
    {
      Panel *p = &b->panels[i];

      p->outer = room;
      if (wide)
        {
          p->outer.width = (room.width - em * (b->n - 1)) / b->n;
          p->outer.x += (p->outer.width + em) * i;
        }
      else
        {
          p->outer.height = room.height / b->n;
          p->outer.y += p->outer.height * i;
        }
      place_panel (scene, b, p);
    }
}

static CjvRect
get_bar (const Board *b, const Panel *p, gint64 i)
{
  const gint64 layer = i / b->n_heads;
  const double v = cjv_tensor_at (p->values, i);
  const double zero = p->inner.y + p->inner.height * (1 - cjv_axis_map (&p->axis, 0));
  const double y = p->inner.y + p->inner.height * (1 - cjv_axis_map (&p->axis, v));
  const double x = p->inner.x + p->slot * (double) i + p->gap * ((double) layer + 0.5);

  return (CjvRect){ x + p->slot * 0.1, MIN (y, zero), p->slot * 0.8, MAX (fabs (y - zero), 1) };
}

static void
draw_grid (const CjvScene *scene, cairo_t *cr, const Board *b, const Panel *p)
{
  const CjvColor dim = cjv_style_color (scene->style, CJV_INK_DIM);
  const double em = scene->style->font_size;

  for (guint i = 0; i < p->axis.n_ticks; i++)
    {
      const double y = cjv_snap (
          scene->style,
          p->inner.y + p->inner.height * (1 - cjv_axis_map (&p->axis, p->axis.ticks[i])));

      cairo_move_to (cr, p->inner.x, y);
      cairo_line_to (cr, p->inner.x + p->inner.width, y);
      cairo_set_line_width (cr, 1);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_GRID));
      cairo_stroke (cr);
      if (p->inner.x > p->outer.x)
        cjv_text_draw (scene, cr, p->inner.x - em * 0.4, y, 0, CJV_SIZE_NOTE,
                       CJV_TEXT_RIGHT | CJV_TEXT_MIDDLE, dim, p->axis.texts[i]);
    }
  for (gint64 l = 0; l < b->n_layers && p->inner.x > p->outer.x; l++)
    {
      const double width = p->slot * (double) b->n_heads;
      const double x = p->inner.x + (width + p->gap) * (double) l + (width + p->gap) / 2;
      g_autofree char *name = cjv_class_dup (scene->frame, "layers", l);

      cjv_text_draw (scene, cr, x, p->inner.y + p->inner.height + 3, width + p->gap - 2,
                     CJV_SIZE_TINY, CJV_TEXT_CENTER, dim, name);
    }
}

static void
draw_panel (const CjvScene *scene, cairo_t *cr, const Board *b, const Panel *p)
{
  const double line = cjv_text_height (scene, CJV_SIZE_NOTE);
  const char *unit = cjv_frame_get_text (scene->frame, "unit");

  draw_grid (scene, cr, b, p);
  for (gint64 i = 0; i < b->n_layers * b->n_heads; i++)
    {
      const double v = cjv_tensor_at (p->values, i);
      const CjvRect bar = get_bar (b, p, i);

      if (!isfinite (v))
        continue;
      cairo_rectangle (cr, bar.x, bar.y, MAX (bar.width, 0.5), bar.height);
      cjv_draw_set_color (cr, p->measure == LOSS
                                  ? cjv_style_signed_ink (scene->style, v)
                                  : cjv_style_category (scene->style, (guint) (i % b->n_heads)));
      cairo_fill (cr);
    }
  if (p->inner.x > p->outer.x)
    {
      /* Translators: a measure and its unit */
      g_autofree char *title = g_strdup_printf (
          _ ("%s (%s)"), _ (measures[p->measure].title),
          p->measure == DISTANCE && unit != NULL ? unit : _ (measures[p->measure].unit));

      cjv_text_draw (scene, cr, p->outer.x, p->inner.y - line * 1.4, p->outer.width, CJV_SIZE_NOTE,
                     0, cjv_style_color (scene->style, CJV_INK), title);
    }
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  Board b;

  if (!board_init (&b, scene->frame))
    return FALSE;
  board_place (&b, scene);
  for (guint i = 0; i < b.n; i++)
    draw_panel (scene, cr, &b, &b.panels[i]);
  note = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d layer, a bar for each head",
                                       "%d layers, a bar for each head", (gulong) b.n_layers),
                          (int) b.n_layers);
  if (cjv_heading_height (scene) > 0)
    cjv_draw_heading (scene, cr, b.panels[0].outer.x,
                      b.panels[0].outer.y - cjv_heading_height (scene),
                      scene->width - 2 * b.panels[0].outer.x,
                      title != NULL ? title : _ ("Heads of attention"), note);
  return TRUE;
}

static char *
print_value (int measure, double value)
{
  g_autofree char *number = cjv_number_print (value, 3);

  switch (measure)
    {
    case ENTROPY:
      return g_strdup_printf (_ ("entropy %s bits"), number);
    case DISTANCE:
      return g_strdup_printf (_ ("looks %s far"), number);
    default:
      return g_strdup_printf (_ ("without it the loss changes by %s"), number);
    }
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  Board b;

  if (!board_init (&b, scene->frame))
    return FALSE;
  board_place (&b, scene);
  for (guint k = 0; k < b.n; k++)
    for (gint64 i = 0; i < b.n_layers * b.n_heads; i++)
      {
        const Panel *p = &b.panels[k];
        const CjvRect bar = get_bar (&b, p, i);
        const CjvRect column = { bar.x, p->inner.y, bar.width, p->inner.height };
        g_autofree char *layer = NULL, *value = NULL;

        if (!cjv_rect_contains (&column, x, y) || !isfinite (cjv_tensor_at (p->values, i)))
          continue;
        layer = cjv_class_dup (scene->frame, "layers", i / b.n_heads);
        value = print_value (p->measure, cjv_tensor_at (p->values, i));
        *out = (CjvHit){ .index = i % b.n_heads,
                         .series = i / b.n_heads,
                         .x = bar.x,
                         .y = bar.y,
                         .width = MAX (bar.width, 1),
                         .height = bar.height };
        out->text
            = g_strdup_printf (_ ("%s, head %d: %s"), layer, (int) (i % b.n_heads) + 1, value);
        return TRUE;
      }
  return FALSE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Board b;

  g_string_append (out, "layer,head,entropy,distance,loss\r\n");
  if (!board_init (&b, scene->frame))
    return;
  for (gint64 i = 0; i < b.n_layers * b.n_heads; i++)
    {
      g_autofree char *layer = cjv_class_dup (scene->frame, "layers", i / b.n_heads);

      cjv_csv_text (out, layer);
      g_string_append_printf (out, ",%d", (int) (i % b.n_heads) + 1);
      for (int m = 0; m < N_MEASURES; m++)
        {
          g_string_append_c (out, ',');
          cjv_csv_number (out,
                          cjv_tensor_at (cjv_frame_get_array (scene->frame, measures[m].array), i));
        }
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  const double whole = cjv_frame_get_scalar (scene->frame, "whole-loss", NAN);
  GString *out;
  Board b;

  if (!board_init (&b, scene->frame))
    return NULL;
  out = g_string_new (NULL);
  g_string_append_printf (out, _ ("%d layers of up to %d heads of attention."), (int) b.n_layers,
                          (int) b.n_heads);
  for (guint k = 0; k < b.n; k++)
    {
      const Panel *p = &b.panels[k];
      gint64 best = -1;
      g_autofree char *layer = NULL, *value = NULL;

      for (gint64 i = 0; i < b.n_layers * b.n_heads; i++)
        if (isfinite (cjv_tensor_at (p->values, i))
            && (best < 0 || cjv_tensor_at (p->values, i) > cjv_tensor_at (p->values, best)))
          best = i;
      if (best < 0)
        continue;
      layer = cjv_class_dup (scene->frame, "layers", best / b.n_heads);
      value = cjv_number_print (cjv_tensor_at (p->values, best), 3);
      /* Translators: a measure, its largest value, and the layer and head that has it */
      g_string_append_printf (out, _ (" %s is largest with %s in %s, head %d."),
                              _ (measures[p->measure].title), value, layer,
                              (int) (best % b.n_heads) + 1);
    }
  if (isfinite (whole))
    {
      g_autofree char *loss = cjv_number_print (whole, 4);

      g_string_append_printf (out, _ (" The loss with all heads is %s."), loss);
    }
  return g_string_free (out, FALSE);
}

const CjvFigureInfo cjv_figure_attention_heads = {
  .id = "attention-heads",
  .title = N_ ("Heads of attention"),
  .blurb = N_ ("How widely and how far every head looks, and what the loss is without it"),
  .empty = N_ ("Here stands what the heads of a network with attention do, as soon as its data is "
               "loaded."),
  .version = 1,
  .wants = wants,
  .params = params,
  .preset_width = 760,
  .preset_height = 320,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
