/* SPDX-License-Identifier: GPL-3.0-or-later */
/* N pictures, C channels, H W picture. */
#include "cjv-tiles.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  int size;
} Params;

static const CjParam params[] = {
  { .name = "size",
    .title = N_ ("Picture size"),
    .blurb = N_ ("Longer side of each picture"),
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, size),
    .preset = 72,
    .min = 8,
    .max = 1024,
    .soft_min = 24,
    .soft_max = 256,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "images", CJV_WANT_ARRAY, TRUE, "[N, C, H, W]",
    N_ ("Pictures; C is 1 or 3, else the first channel") },
  { "predicted", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Class the network gives") },
  { "labels", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("True class") },
  { "confidence", CJV_WANT_ARRAY, FALSE, "[N]", N_ ("Probability of the class given, 0..1") },
  { "classes", CJV_WANT_STRINGS, FALSE, NULL, N_ ("Names of the classes") },
  { "low", CJV_WANT_SCALAR, FALSE, NULL,
    N_ ("Value that is black; else the smallest, or 0 for bytes") },
  { "high", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Value that is white; else the largest, or 255") },
  { "group", CJV_WANT_SCALAR, FALSE, NULL,
    N_ ("How many pictures make a row, of which the first stands apart; else as many as fit") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("What the pictures are") },
  { NULL },
};

typedef struct
{
  const CjTensor *images, *predicted, *labels, *confidence;
  gint64 n, c, h, w;
  float low, high;

  double pad, heading, gap, line;          /* px */
  double image_w, image_h, cell_w, cell_h; /* px */
  int lines;                               /* of text under a picture */
  double bar;                              /* px, height of the confidence bar */
  gint64 columns, rows, shown;
  gint64 group; /* pictures of a row that belong together, or 0 */
  double apart; /* px, between the first picture of a group and the others */
} Sheet;

static const CjTensor *
one_each (const CjvScene *scene, const char *name, gint64 n)
{
  const CjTensor *tensor = cjv_frame_get_array (scene->frame, name);

  return cjv_tensor_size (tensor) == n ? tensor : NULL;
}

static gboolean
sheet_init (Sheet *s, const CjvScene *scene)
{
  const gint64 *dims;

  *s = (Sheet){ .images = cjv_frame_get_array (scene->frame, "images") };
  dims = s->images->shape.dims;
  if (s->images->shape.n_dims < 3 || s->images->shape.n_dims > 4)
    return FALSE;
  s->n = dims[0];
  s->c = s->images->shape.n_dims == 4 ? dims[1] : 1;
  s->h = dims[s->images->shape.n_dims - 2];
  s->w = dims[s->images->shape.n_dims - 1];
  s->predicted = one_each (scene, "predicted", s->n);
  s->labels = one_each (scene, "labels", s->n);
  s->confidence = one_each (scene, "confidence", s->n);
  s->group = (gint64) CLAMP (cjv_frame_get_scalar (scene->frame, "group", 0), 0, 1000);
  return TRUE;
}

static void
sheet_range (Sheet *s, const CjvScene *scene)
{
  s->low = 0;
  s->high = 255;
  if (s->images->dtype != CJ_UINT8)
    {
      g_autoptr (CjTensor) values = cjv_tensor_to_float (s->images);

      cjv_range_find (cj_tensor_f32 (values), cjv_tensor_size (values), CJV_MAP_GREY, &s->low,
                      &s->high);
    }
  s->low = (float) cjv_frame_get_scalar (scene->frame, "low", s->low);
  s->high = (float) cjv_frame_get_scalar (scene->frame, "high", s->high);
  if (!(s->high > s->low))
    s->high = s->low + 1;
}

static void
sheet_place (Sheet *s, const CjvScene *scene)
{
  const Params *p = scene->params;
  const double em = scene->style->font_size;
  const double longer = (double) MAX (s->h, s->w);
  const double pad = MIN (em * 0.8, scene->width / 12);
  double room_w, room_h, zoom, size, two;

  s->pad = pad;
  s->heading = cjv_heading_height (scene);
  s->line = cjv_text_height (scene, CJV_SIZE_TINY);
  room_w = scene->width - 2 * pad;
  room_h = scene->height - 2 * pad - s->heading;
  s->lines = s->predicted != NULL && s->labels != NULL ? 2 : s->predicted || s->labels ? 1 : 0;
  s->bar = s->confidence != NULL ? MAX (em * 0.22, 2) : 0;
  if (p->size < em * 3 || room_h < p->size + s->lines * s->line + s->bar)
    s->lines = 0;
  s->gap = s->lines > 0 ? em * 0.7 : em * 0.35;
  /* Rather two rows of somewhat smaller pictures than one and a gap. */
  size = p->size;
  two = (room_h - s->gap) / 2 - s->bar * 3 - s->lines * s->line;
  if (two < size && two > size * 0.55 && (double) s->n * size > room_w)
    size = two;
  s->apart = s->group > 1 ? em * 0.8 : 0;
  if (s->group > 1)
    size = MIN (size, MAX ((room_w - s->apart + s->gap) / (double) s->group - s->gap, 1));
  /* A small figure shows at least one whole picture. */
  zoom = MIN (size, MIN (room_w, room_h - s->bar * 3)) / longer;
  if (zoom * scene->style->scale >= 4)
    zoom = floor (zoom * scene->style->scale) / scene->style->scale;
  s->image_w = MAX (zoom * (double) s->w, 1);
  s->image_h = MAX (zoom * (double) s->h, 1);
  s->cell_w = MAX (s->image_w, s->lines > 0 ? em * 5.2 : 0) + s->gap;
  s->cell_h = s->image_h + s->bar * 3 + s->lines * s->line + s->gap;
  s->columns = MAX (1, (gint64) ((room_w + s->gap) / s->cell_w));
  if (s->group > 1)
    {
      s->columns = s->group;
      s->cell_w = MIN (s->cell_w, (room_w - s->apart + s->gap) / (double) s->group);
    }
  s->rows = MAX (1, (gint64) ((room_h + s->gap) / s->cell_h));
  s->shown = MIN (s->n, s->columns * s->rows);
}

static gboolean
is_wrong (const Sheet *s, gint64 i)
{
  return s->predicted != NULL && s->labels != NULL
         && cjv_tensor_at (s->predicted, i) != cjv_tensor_at (s->labels, i);
}

static char *
class_of (const CjvScene *scene, const CjTensor *tensor, gint64 i)
{
  const double k = cjv_tensor_at (tensor, i);

  if (!(k >= 0 && k < 1e9))
    return g_strdup ("–");
  return cjv_class_dup (scene->frame, "classes", (gint64) k);
}

static void
cell_of (const Sheet *s, gint64 i, double *x, double *y)
{
  *x = s->pad + (double) (i % s->columns) * s->cell_w + (i % s->columns > 0 ? s->apart : 0);
  *y = s->pad + s->heading + (double) (i / s->columns) * s->cell_h;
}

static void
draw_image (const CjvScene *scene, cairo_t *cr, const Sheet *s, gint64 i, double x, double y)
{
  const CjvRect room = { x, y, s->image_w, s->image_h };
  const gint64 planes = s->c == 3 ? 3 : 1, size = s->h * s->w;
  const CjShape shape = cj_shape1 (planes * size);
  g_autoptr (CjTensor) values = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 k = 0; k < planes * size; k++)
    cj_tensor_f32 (values)[k] = (float) cjv_tensor_at (s->images, i * s->c * size + k);
  cjv_tile_draw_picture (scene, cr, &room, cj_tensor_f32 (values), planes, s->h, s->w, s->low,
                         s->high);
}

/* A frame and a cross in the corner: mistakes are found by shape as well as by colour. */
static void
draw_mistake (const CjvScene *scene, cairo_t *cr, const Sheet *s, double x, double y)
{
  const double width = MAX (scene->style->line_width, 1);
  const double radius = CLAMP (s->image_w * 0.13, 4, scene->style->font_size * 0.6);

  cairo_rectangle (cr, cjv_snap (scene->style, x) - width / 2,
                   cjv_snap (scene->style, y) - width / 2, s->image_w + width, s->image_h + width);
  cairo_set_line_width (cr, width);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_BAD));
  cairo_stroke (cr);
  cairo_arc (cr, x + s->image_w - radius * 0.8, y + radius * 0.8, radius + 1.2, 0, 2 * G_PI);
  cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_BACKGROUND));
  cairo_fill (cr);
  cjv_draw_mark (scene, cr, FALSE, x + s->image_w - radius * 0.8, y + radius * 0.8, radius);
}

static void
draw_cell (const CjvScene *scene, cairo_t *cr, const Sheet *s, gint64 i)
{
  const gboolean wrong = is_wrong (s, i);
  const double room = s->cell_w - s->gap;
  double left, top, x, y;

  cell_of (s, i, &left, &top);
  x = left + (room - s->image_w) / 2;
  draw_image (scene, cr, s, i, x, top);
  if (wrong)
    draw_mistake (scene, cr, s, x, top);
  y = top + s->image_h + s->bar * 1.2;
  if (s->confidence != NULL)
    {
      const double t = cjv_tensor_at (s->confidence, i);

      cairo_rectangle (cr, x, y, s->image_w, s->bar);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, CJV_SURFACE));
      cairo_fill (cr);
      cairo_rectangle (cr, x, y, s->image_w * (t > 0 ? MIN (t, 1) : 0), s->bar);
      cjv_draw_set_color (cr, cjv_style_color (scene->style, wrong ? CJV_BAD : CJV_ACCENT));
      cairo_fill (cr);
      y += s->bar * 1.3;
    }
  if (s->lines > 0)
    {
      g_autofree char *first = class_of (scene, s->predicted != NULL ? s->predicted : s->labels, i);

      cjv_text_draw (scene, cr, left + room / 2, y, room, CJV_SIZE_TINY, CJV_TEXT_CENTER,
                     cjv_style_color (scene->style, wrong ? CJV_BAD : CJV_INK), first);
    }
  if (s->lines > 1 && wrong)
    {
      g_autofree char *label = class_of (scene, s->labels, i);
      /* Translators: under a mistaken picture, "is Shirt": Shirt is its true class. */
      g_autofree char *text = g_strdup_printf (_ ("is %s"), label);

      cjv_text_draw (scene, cr, left + room / 2, y + s->line, room, CJV_SIZE_TINY, CJV_TEXT_CENTER,
                     cjv_style_color (scene->style, CJV_INK_DIM), text);
    }
}

static gint64
count_wrong (const Sheet *s)
{
  gint64 wrong = 0;

  for (gint64 i = 0; i < s->n; i++)
    wrong += is_wrong (s, i);
  return wrong;
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  GString *note;
  Sheet s;

  if (!sheet_init (&s, scene))
    return FALSE;
  sheet_range (&s, scene);
  sheet_place (&s, scene);
  for (gint64 i = 0; i < s.shown; i++)
    draw_cell (scene, cr, &s, i);
  note = g_string_new (NULL);
  if (s.shown < s.n)
    g_string_append_printf (note, _ ("%d of %d shown"), (int) s.shown, (int) s.n);
  else
    g_string_append_printf (note, _ ("%d pictures"), (int) s.n);
  if (s.predicted != NULL && s.labels != NULL)
    g_string_append_printf (note, _ (" · %d mistaken"), (int) count_wrong (&s));
  if (s.heading > 0)
    cjv_draw_heading (scene, cr, s.pad, s.pad, scene->width - 2 * s.pad,
                      title != NULL ? title : _ ("Samples"), note->str);
  g_string_free (note, TRUE);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  double left, top;
  gint64 column, row, i;
  GString *text;
  Sheet s;

  if (!sheet_init (&s, scene))
    return FALSE;
  sheet_place (&s, scene);
  if (x >= s.pad + s.cell_w)
    x = MAX (x - s.apart, s.pad + s.cell_w - 1);
  column = (gint64) floor ((x - s.pad) / s.cell_w);
  row = (gint64) floor ((y - s.pad - s.heading) / s.cell_h);
  i = row * s.columns + column;
  if (column < 0 || row < 0 || column >= s.columns || i >= s.shown)
    return FALSE;
  cell_of (&s, i, &left, &top);
  *out = (CjvHit){ .index = i,
                   .series = -1,
                   .x = left,
                   .y = top,
                   .width = s.cell_w - s.gap,
                   .height = s.cell_h - s.gap };
  text = g_string_new (NULL);
  g_string_append_printf (text, _ ("picture %d"), (int) i);
  if (s.predicted != NULL)
    {
      g_autofree char *name = class_of (scene, s.predicted, i);

      g_string_append_printf (text, _ (", taken for %s"), name);
    }
  if (s.confidence != NULL)
    {
      g_autofree char *percent = cjv_percent_print (cjv_tensor_at (s.confidence, i), 1);

      g_string_append_printf (text, " (%s)", percent);
    }
  if (s.labels != NULL)
    {
      g_autofree char *name = class_of (scene, s.labels, i);

      g_string_append_printf (text, is_wrong (&s, i) ? _ (", but is %s") : _ (", is %s"), name);
    }
  out->text = g_string_free (text, FALSE);
  return TRUE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Sheet s;

  g_string_append (out, "picture,predicted,true,confidence\r\n");
  if (!sheet_init (&s, scene))
    return;
  for (gint64 i = 0; i < s.n; i++)
    {
      g_autofree char *predicted = s.predicted ? class_of (scene, s.predicted, i) : NULL;
      g_autofree char *label = s.labels ? class_of (scene, s.labels, i) : NULL;

      g_string_append_printf (out, "%" G_GINT64_FORMAT ",", i);
      cjv_csv_text (out, predicted);
      g_string_append_c (out, ',');
      cjv_csv_text (out, label);
      g_string_append_c (out, ',');
      if (s.confidence != NULL)
        cjv_csv_number (out, cjv_tensor_at (s.confidence, i));
      g_string_append (out, "\r\n");
    }
}

static char *
words (const CjvScene *scene)
{
  Sheet s;

  if (!sheet_init (&s, scene))
    return NULL;
  if (s.predicted == NULL || s.labels == NULL)
    return g_strdup_printf (_ ("%d pictures of %d by %d."), (int) s.n, (int) s.h, (int) s.w);
  return g_strdup_printf (_ ("%d pictures of %d by %d, %d of them mistaken."), (int) s.n, (int) s.h,
                          (int) s.w, (int) count_wrong (&s));
}

const CjvFigureInfo cjv_figure_contact_sheet = {
  .id = "contact-sheet",
  .title = N_ ("Contact sheet"),
  .blurb = N_ ("Pictures with the class the network gives them; mistakes are framed and crossed"),
  .empty = N_ ("There is no sample to show yet. Press Train, or choose other samples."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 720,
  .preset_height = 480,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
