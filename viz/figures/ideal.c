/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a unit wants: N pictures made to drive it, and K places of the data that drive it most and least.
 * C channels, H W picture, h w crop. */
#include "cjv-tiles.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

#define MAX_ROWS 3

typedef struct
{
  gboolean stretch;
} Params;

static const CjParam params[] = {
  { .name = "stretch",
    .title = N_ ("Full contrast"),
    .blurb = N_ ("Stretches the made pictures from black to white, each for itself"),
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (Params, stretch),
    .preset = 1,
    .max = 1,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static const CjvWant wants[] = {
  { "pictures", CJV_WANT_ARRAY, TRUE, "[N, C, H, W]", N_ ("Pictures made to drive the unit") },
  { "answers", CJV_WANT_ARRAY, TRUE, "[N]", N_ ("What the unit answers to each") },
  { "most", CJV_WANT_ARRAY, FALSE, "[K, C, h, w]", N_ ("Crops of the data that drive it most") },
  { "most-answers", CJV_WANT_ARRAY, FALSE, "[K]", N_ ("What it answers to them") },
  { "most-samples", CJV_WANT_ARRAY, FALSE, "[K]", N_ ("Numbers of their samples in the split") },
  { "least", CJV_WANT_ARRAY, FALSE, "[K, C, h, w]", N_ ("Crops of the data that drive it least") },
  { "least-answers", CJV_WANT_ARRAY, FALSE, "[K]", N_ ("What it answers to them") },
  { "least-samples", CJV_WANT_ARRAY, FALSE, "[K]", N_ ("Numbers of their samples in the split") },
  { "pixels", CJV_WANT_SCALAR, FALSE, NULL, N_ ("Whether numbers are pixels, 0 black to 1 white") },
  { "title", CJV_WANT_TEXT, FALSE, NULL, N_ ("Layer and unit") },
  { NULL },
};

typedef struct
{
  const char *name; /* of the array */
  const CjTensor *pictures, *answers, *samples;
  gint64 n, shown, columns;
  CjvRect room; /* of the tiles */
  double width, height, gap,
      step; /* px: a tile, between tiles, from one line of them to the next */
} Row;

typedef struct
{
  Row rows[MAX_ROWS];
  guint n;
  double pad;
} Sheet;

static const char *
get_label (guint row)
{
  return row == 0 ? _ ("Made for it") : row == 1 ? _ ("Drives it most") : _ ("Drives it least");
}

static gboolean
sheet_read (Sheet *s, const CjvScene *scene)
{
  static const char *const names[MAX_ROWS][3] = { { "pictures", "answers", NULL },
                                                  { "most", "most-answers", "most-samples" },
                                                  { "least", "least-answers", "least-samples" } };

  *s = (Sheet){ .n = 0 };
  for (guint i = 0; i < MAX_ROWS; i++)
    {
      const CjTensor *pictures = cjv_frame_get_array (scene->frame, names[i][0]);
      const CjTensor *answers = cjv_frame_get_array (scene->frame, names[i][1]);

      if (pictures == NULL)
        continue;
      if (pictures->shape.n_dims != 4 || pictures->dtype != CJ_FLOAT32
          || cj_shape_size (&pictures->shape) == 0
          || cjv_tensor_size (answers) != pictures->shape.dims[0])
        return FALSE;
      s->rows[s->n++]
          = (Row){ .name = names[i][0],
                   .pictures = pictures,
                   .answers = answers,
                   .samples
                   = names[i][2] != NULL ? cjv_frame_get_array (scene->frame, names[i][2]) : NULL,
                   .n = pictures->shape.dims[0] };
    }
  return s->n > 0;
}

/* As many columns as make the tiles largest, `below` px of text under each. */
static void
place_tiles (const CjvScene *scene, Row *row, double below)
{
  const double ratio
      = (double) row->pictures->shape.dims[3] / (double) row->pictures->shape.dims[2];
  const double least = scene->style->font_size * 1.5;

  row->gap = MIN (scene->style->font_size * 0.4, scene->width / 40);
  row->height = 0;
  for (gint64 columns = 1; columns <= row->n; columns++)
    {
      const gint64 lines = (row->n + columns - 1) / columns;
      const double across = ((row->room.width + row->gap) / (double) columns - row->gap) / ratio;
      const double down = (row->room.height + row->gap) / (double) lines - row->gap - below;
      const double height = MIN (across, down);

      if (height <= row->height)
        continue;
      row->height = height;
      row->columns = columns;
    }
  row->shown = row->n;
  if (row->height < least) /* fewer are shown, as large as they must be */
    {
      row->height = MAX (MIN (least, row->room.height - below), 1);
      row->columns
          = (gint64) ((row->room.width + row->gap) / (row->height * ratio + row->gap) + 1e-6);
      row->columns = CLAMP (row->columns, 1, row->n);
      row->shown
          = row->columns
            * MAX ((gint64) ((row->room.height + row->gap) / (row->height + below + row->gap)), 1);
      row->shown = MIN (row->shown, row->n);
    }
  row->width = row->height * ratio;
  row->step = row->height + below + row->gap;
}

/* Below one another; side by side where there is more room across than down. */
static gboolean
sheet_init (Sheet *s, const CjvScene *scene)
{
  const gboolean bare = scene->style->bare;
  const double note = bare ? 0 : cjv_text_height (scene, CJV_SIZE_NOTE) * 1.2;
  const double below = bare ? 0 : cjv_text_height (scene, CJV_SIZE_TINY) * 1.3;
  double top, width, height;
  gboolean beside;

  if (!sheet_read (s, scene))
    return FALSE;
  s->pad = MIN (scene->style->font_size * 0.8, scene->width / 10);
  top = s->pad + cjv_heading_height (scene);
  beside = scene->width > 1.9 * (scene->height - top);
  width = (scene->width - 2 * s->pad) / (beside ? s->n : 1);
  height = (scene->height - top - s->pad) / (beside ? 1 : s->n);
  for (guint i = 0; i < s->n; i++)
    {
      s->rows[i].room
          = (CjvRect){ s->pad + (beside ? width * i : 0), top + note + (beside ? 0 : height * i),
                       MAX (width - (beside ? s->pad : 0), 1), MAX (height - note, 1) };
      place_tiles (scene, &s->rows[i], below);
    }
  return TRUE;
}

static CjvRect
get_tile (const Row *row, gint64 i)
{
  const gint64 columns = MAX (row->columns, 1);

  return (CjvRect){ row->room.x + (double) (i % columns) * (row->width + row->gap),
                    row->room.y + (double) (i / columns) * row->step, row->width, row->height };
}

static void
draw_tile (const CjvScene *scene, cairo_t *cr, const Row *row, gint64 i, float low, float high)
{
  const CjvRect tile = get_tile (row, i);
  const CjShape *shape = &row->pictures->shape;
  const gint64 size = shape->dims[1] * shape->dims[2] * shape->dims[3];

  cjv_tile_draw_picture (scene, cr, &tile, cj_tensor_f32 (row->pictures) + i * size,
                         shape->dims[1] == 3 ? 3 : 1, shape->dims[2], shape->dims[3], low, high);
}

static void
draw_row (const CjvScene *scene, cairo_t *cr, const Row *row, guint index)
{
  const Params *p = scene->params;
  const CjShape *shape = &row->pictures->shape;
  const gint64 size = shape->dims[1] * shape->dims[2] * shape->dims[3];
  const double tiny = cjv_text_height (scene, CJV_SIZE_TINY);
  float low, high;

  cjv_range_find (cj_tensor_f32 (row->pictures), row->n * size, CJV_MAP_GREY, &low, &high);
  if (cjv_frame_get_scalar (scene->frame, "pixels", 0) != 0)
    {
      low = 0;
      high = 1;
    }
  for (gint64 i = 0; i < row->shown; i++)
    {
      const CjvRect tile = get_tile (row, i);
      g_autofree char *answer = cjv_number_print (cjv_tensor_at (row->answers, i), 3);

      if (p->stretch && index == 0)
        cjv_range_find (cj_tensor_f32 (row->pictures) + i * size, size, CJV_MAP_GREY, &low, &high);
      draw_tile (scene, cr, row, i, low, high);
      if (!scene->style->bare)
        cjv_text_draw (scene, cr, tile.x + tile.width / 2, tile.y + tile.height + tiny * 0.15,
                       tile.width + row->gap, CJV_SIZE_TINY, CJV_TEXT_CENTER,
                       cjv_style_color (scene->style, CJV_INK_DIM), answer);
    }
  if (!scene->style->bare)
    cjv_text_draw (scene, cr, row->room.x,
                   row->room.y - cjv_text_height (scene, CJV_SIZE_NOTE) * 1.15, row->room.width,
                   CJV_SIZE_NOTE, 0, cjv_style_color (scene->style, CJV_INK_DIM),
                   get_label (index));
}

/* "made pictures reach 3.2, the data 2.1"; you free. */
static char *
print_note (const Sheet *s)
{
  double best = -INFINITY;
  g_autofree char *made = NULL, *data = NULL;

  for (gint64 i = 0; i < s->rows[0].n; i++)
    best = MAX (best, cjv_tensor_at (s->rows[0].answers, i));
  made = cjv_number_print (best, 3);
  if (s->n < 2)
    return g_strdup_printf (_ ("made pictures drive it to %s"), made);
  data = cjv_number_print (cjv_tensor_at (s->rows[1].answers, 0), 3);
  return g_strdup_printf (_ ("made pictures drive it to %s, the data to %s"), made, data);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  Sheet s;

  if (!sheet_init (&s, scene))
    return FALSE;
  for (guint i = 0; i < s.n; i++)
    draw_row (scene, cr, &s.rows[i], i);
  note = print_note (&s);
  if (cjv_heading_height (scene) > 0)
    cjv_draw_heading (scene, cr, s.pad, s.pad, scene->width - 2 * s.pad,
                      title != NULL ? title : _ ("What a unit wants"), note);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  Sheet s;

  if (!sheet_init (&s, scene))
    return FALSE;
  for (guint r = 0; r < s.n; r++)
    for (gint64 i = 0; i < s.rows[r].shown; i++)
      {
        const Row *row = &s.rows[r];
        const CjvRect tile = get_tile (row, i);
        const double sample = cjv_tensor_at (row->samples, i);
        g_autofree char *answer = cjv_number_print (cjv_tensor_at (row->answers, i), 3);

        if (!cjv_rect_contains (&tile, x, y))
          continue;
        *out = (CjvHit){
          isfinite (sample) ? (gint64) sample : -1, r, tile.x, tile.y, tile.width, tile.height, NULL
        };
        out->text = isfinite (sample) ? g_strdup_printf (_ ("sample %d: the unit answers %s"),
                                                         (int) sample, answer)
                                      : g_strdup_printf (_ ("made picture %d: the unit answers %s"),
                                                         (int) i + 1, answer);
        return TRUE;
      }
  return FALSE;
}

static void
csv (const CjvScene *scene, GString *out)
{
  Sheet s;

  g_string_append (out, "row,picture,sample,answer\r\n");
  if (!sheet_read (&s, scene))
    return;
  for (guint r = 0; r < s.n; r++)
    for (gint64 i = 0; i < s.rows[r].n; i++)
      {
        g_string_append_printf (out, "%s,%d,", s.rows[r].name, (int) i);
        if (s.rows[r].samples != NULL)
          cjv_csv_number (out, cjv_tensor_at (s.rows[r].samples, i));
        g_string_append_c (out, ',');
        cjv_csv_number (out, cjv_tensor_at (s.rows[r].answers, i));
        g_string_append (out, "\r\n");
      }
}

static char *
words (const CjvScene *scene)
{
  const char *title = cjv_frame_get_text (scene->frame, "title");
  g_autofree char *note = NULL;
  Sheet s;

  if (!sheet_read (&s, scene))
    return NULL;
  note = print_note (&s);
  /* Translators: layer and unit, then how strongly pictures drive it */
  return g_strdup_printf (_ ("%s: %s."), title != NULL ? title : _ ("What a unit wants"), note);
}

const CjvFigureInfo cjv_figure_ideal = {
  .id = "ideal",
  .title = N_ ("What a unit wants"),
  .blurb
  = N_ ("Pictures made to drive a unit, and the places of the data that drive it most and least"),
  .empty = N_ ("Choose a layer and a unit and press Make: what drives it appears here."),
  .version = 1,
  .wants = wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 720,
  .preset_height = 440,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
