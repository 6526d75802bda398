/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a card draws: the picture of its result, at every level of detail. */
#include "cju-card-private.h"

#include "cju-access.h"
#include "cjl-figures.h"
#include "cjl-receptive.h"
#include "cju-picture.h"
#include "cju-shape.h"

#include <math.h>

#define NAME_PIXELS 12.0  /* height of a name on the screen, where the card is wide enough */
#define VALUE_PIXELS 11.0 /* of a unit's value, at most */
#define LEAST_VALUE 7.5   /* pixels: there is no room for values below that */
#define VALUE_CHARS 2.7   /* widths of a value in heights of its text */
#define RADIUS 10         /* of the corners of a card */
#define MIN_PIXELS 5.0    /* nobody reads less */

void
cju_card_append_text (GtkWidget *widget, GtkSnapshot *snapshot, const char *text, float x, float y,
                      int width, const GdkRGBA *color, gboolean bold, double scale)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);
  g_autoptr (PangoAttrList) attrs = pango_attr_list_new ();

  pango_attr_list_insert (attrs, pango_attr_scale_new (scale * cju_access_fit_text (widget)));
  if (bold)
    pango_attr_list_insert (attrs, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (layout, attrs);
  pango_layout_set_width (layout, width * PANGO_SCALE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

/* Pixels for the names of the classes: the same for every sample. */
static float
find_name_room (const CjdDataset *dataset)
{
  glong longest = 1;

  for (guint i = 0; dataset->class_names != NULL && i < MIN (dataset->n_classes, 64); i++)
    longest = MAX (longest, g_utf8_strlen (dataset->class_names[i], -1));
  return CLAMP ((float) longest * 6.5f, 36, 62);
}

static void
snapshot_bars (CjuCard *self, GtkSnapshot *snapshot, const GdkRGBA *ink)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  GdkRGBA track = *ink, bar;

  track.alpha = 0.08f;
  gdk_rgba_parse (&bar, "#26a269");
  for (int b = 0; b < self->n_bars && dataset != NULL; b++)
    {
      const float y = (float) (CJU_CARD_HEADER + b * CJU_CARD_BAR_STEP);
      g_autofree char *name = cju_card_dup_class (self, self->classes[b]);
      const float room = find_name_room (dataset), full = CJU_CARD_PICTURE_WIDTH - room - 4;
      const float left = CJU_CARD_PADDING + room + 4;

      cju_card_append_text (GTK_WIDGET (self), snapshot, name, CJU_CARD_PADDING, y, room, ink,
                            b == 0, 0.8);
      gtk_snapshot_append_color (snapshot, &track, &GRAPHENE_RECT_INIT (left, y + 3, full, 9));
      gtk_snapshot_append_color (
          snapshot, &bar, &GRAPHENE_RECT_INIT (left, y + 3, MAX (full * self->bars[b], 1), 9));
    }
}

/* The loss of the run so far, thinned to the width of the card. */
static void
snapshot_curve (CjuCard *self, GtkSnapshot *snapshot)
{
  CjlSession *session = cju_document_get_session (self->document);
  const GArray *points = session != NULL ? cjl_session_read_points (session) : NULL;
  float top = 0;
  cairo_t *cr;

  if (points == NULL || points->len < 2)
    return;
  for (guint i = 0; i < points->len; i++)
    top = MAX (top, g_array_index (points, CjRunPoint, i).loss);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (CJU_CARD_PADDING, CJU_CARD_HEADER,
                                                                 CJU_CARD_PICTURE_WIDTH,
                                                                 CJU_CARD_UNITS_HEIGHT));
  cairo_set_source_rgb (cr, 0.9, 0.38, 0);
  cairo_set_line_width (cr, 1.5);
  for (int x = 0; x < CJU_CARD_PICTURE_WIDTH; x++)
    {
      const guint begin = (guint) ((guint64) points->len * (guint) x / CJU_CARD_PICTURE_WIDTH);
      const guint end = MAX (
          (guint) ((guint64) points->len * (guint) (x + 1) / CJU_CARD_PICTURE_WIDTH), begin + 1);
      double sum = 0;

      for (guint i = begin; i < end; i++)
        sum += g_array_index (points, CjRunPoint, i).loss;
      cairo_line_to (cr, CJU_CARD_PADDING + x + 0.5,
                     CJU_CARD_HEADER + CJU_CARD_UNITS_HEIGHT - 2
                         - sum / (end - begin) / MAX (top, 1e-9f) * (CJU_CARD_UNITS_HEIGHT - 6));
    }
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
snapshot_pixels (CjuCard *self, GtkSnapshot *snapshot)
{
  double left;
  const double fine = cju_card_find_picture (self, &left);

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT ((float) left, CJU_CARD_HEADER));
  gdk_paintable_snapshot (self->picture, snapshot,
                          gdk_paintable_get_intrinsic_width (self->picture) / fine,
                          gdk_paintable_get_intrinsic_height (self->picture) / fine);
  gtk_snapshot_restore (snapshot);
}

/* A yellow line on a black one is seen on any picture. */
static void
snapshot_ring (GtkSnapshot *snapshot, double x, double y, double width, double height)
{
  static const struct
  {
    float line;
    GdkRGBA color;
  } rings[] = { { 2.5f, { 0, 0, 0, 1 } }, { 1.2f, { 1, 0.85f, 0.1f, 1 } } };

  for (guint i = 0; i < G_N_ELEMENTS (rings); i++)
    {
      const float w = rings[i].line;

      cju_shape_ring (snapshot,
                      &GRAPHENE_RECT_INIT ((float) x - w / 2, (float) y - w / 2, (float) width + w,
                                           (float) height + w),
                      0, w, &rings[i].color);
    }
}

const CjTensor *
cju_card_get_shown (CjuCard *self)
{
  const CjlProbeFrame *frame = cju_document_get_frame (self->document);
  const CjTensor *surface;

  if (frame == NULL || self->shown == NULL)
    return NULL;
  surface = cjl_probe_frame_find_surface (frame, self->shown);
  return self->face == CJU_FACE_MAPS && surface != NULL ? surface
                                                        : cjl_probe_frame_find (frame, self->shown);
}

int
cju_card_get_picture_height (CjuCard *self)
{
  return self->face == CJU_FACE_UNITS ? CJU_CARD_UNITS_HEIGHT : CJU_CARD_MAPS_HEIGHT;
}

gboolean
cju_card_is_fine (CjuCard *self)
{
  return self->detail >= CJU_DETAIL_MAPS;
}

double
cju_card_find_picture (CjuCard *self, double *left)
{
  const double width = gdk_paintable_get_intrinsic_width (self->picture) / self->fine;

  *left = self->detail < CJU_DETAIL_MAPS ? floor ((CJU_CARD_WIDTH - width) / 2)
                                         : (CJU_CARD_WIDTH - width) / 2;
  return self->fine;
}

/* On the card of the chosen unit: which map, and where on it. */
static void
snapshot_unit (CjuCard *self, GtkSnapshot *snapshot, const CjuUnit *unit)
{
  const CjTensor *shown = cju_card_get_shown (self);
  double left;
  const double scale = cju_card_find_picture (self, &left);
  const int height = cju_card_get_picture_height (self);
  int x, y, w, h;

  if (shown == NULL
      || !cju_picture_place (shown, (int) (CJU_CARD_PICTURE_WIDTH * scale), (int) (height * scale),
                             cju_card_is_fine (self), unit->unit, &x, &y, &w, &h))
    return;
  snapshot_ring (snapshot, left + x / scale, CJU_CARD_HEADER + y / scale, w / scale, h / scale);
  if (shown->shape.n_dims == 4 && self->face == CJU_FACE_MAPS && unit->row < shown->shape.dims[2]
      && unit->column < shown->shape.dims[3])
    {
      const double side_y = h / scale / (double) shown->shape.dims[2];
      const double side_x = w / scale / (double) shown->shape.dims[3];

      snapshot_ring (snapshot, left + x / scale + side_x * (double) unit->column,
                     CJU_CARD_HEADER + y / scale + side_y * (double) unit->row, side_x, side_y);
    }
}

/* On the card of the input: the pixels that the chosen place saw. */
static void
snapshot_field (CjuCard *self, GtkSnapshot *snapshot, const CjuUnit *unit)
{
  const CjGraph *graph = cju_document_get_project (self->document)->graph;
  const CjLowered *lowered = cju_document_get_lowered (self->document);
  CjNode *node = cj_graph_find (graph, unit->node);
  const CjTensor *shown = cju_card_get_shown (self);
  CjlField field;
  double left, side, scale;

  if (node == NULL || lowered == NULL || shown == NULL || shown->shape.n_dims != 4
      || !cjl_receptive_field (lowered, (guint) cj_graph_get_index (graph, node), unit->row,
                               unit->column, &field))
    return;
  scale = cju_card_find_picture (self, &left);
  side = gdk_paintable_get_intrinsic_width (self->picture) / scale / (double) shown->shape.dims[3];
  snapshot_ring (snapshot, left + side * (double) field.left,
                 CJU_CARD_HEADER + side * (double) field.top,
                 side * (double) (field.right - field.left + 1),
                 side * (double) (field.bottom - field.top + 1));
}

static void
snapshot_plane (CjuCard *self, GtkSnapshot *snapshot)
{
  const CjvFigureInfo *info = cjv_figure_find ("decision");
  g_autofree gpointer params = cjv_figure_new_params (info);
  gboolean dark = FALSE;
  CjvStyle style;
  cairo_t *cr;

  if (self->plane == NULL)
    return;
  g_object_get (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", &dark, NULL);
  cjv_style_init (&style, dark);
  style.transparent = TRUE;
  style.bare = TRUE;
  style.scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  cj_params_parse (info->params, params, "held", "false", NULL);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (CJU_CARD_PADDING, CJU_CARD_HEADER,
                                                                 CJU_CARD_PICTURE_WIDTH,
                                                                 CJU_CARD_MAPS_HEIGHT));
  cairo_translate (cr, CJU_CARD_PADDING, CJU_CARD_HEADER);
  cjv_figure_draw (info, self->plane, params, &style, cr, CJU_CARD_PICTURE_WIDTH,
                   CJU_CARD_MAPS_HEIGHT);
  cairo_destroy (cr);
}

/* --- values of units --- */

/* What stands for a unit: its number, or the strongest response of its map. */
static float
get_value (const CjTensor *tensor, gint64 unit)
{
  const gint64 *d = tensor->shape.dims;
  const gint64 size = tensor->shape.n_dims == 4   ? d[2] * d[3]
                      : tensor->shape.n_dims == 3 ? d[1] * d[2]
                                                  : 1;
  const float *values = (const float *) tensor->data + unit * size;
  float most = values[0];

  for (gint64 i = 1; i < size; i++)
    most = MAX (most, values[i]);
  return most;
}

/* In three characters and a sign, as long as that is enough: more are not read in a disk. */
static void
print_value (char *text, gulong size, float value)
{
  const float much = fabsf (value);

  g_snprintf (text, size, "%.*f", much == 0 || much >= 10 ? 0 : much < 1 ? 2 : 1, (double) value);
}

/* Every unit's value in the middle of its disk, or in the corner of its map, where there is room. */
static void
snapshot_values (CjuCard *self, GtkSnapshot *snapshot)
{
  const CjTensor *shown = cju_card_get_shown (self);
  const double pixel = 1 / self->zoom;
  const int height = cju_card_get_picture_height (self);
  g_autoptr (PangoLayout) layout = NULL;
  g_autoptr (PangoFontDescription) font = NULL;
  double left, size;
  const double fine = cju_card_find_picture (self, &left);
  int x, y, w, h;
  cairo_t *cr;

  if (shown == NULL || shown->dtype != CJ_FLOAT32
      || !cju_picture_place (shown, (int) (CJU_CARD_PICTURE_WIDTH * fine), (int) (height * fine),
                             TRUE, 0, &x, &y, &w, &h))
    return;
  size = MIN (VALUE_PIXELS, w / fine / pixel / VALUE_CHARS);
  if (size < LEAST_VALUE)
    return;
  layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), NULL);
  font = pango_font_description_copy (
      pango_context_get_font_description (pango_layout_get_context (layout)));
  pango_font_description_set_absolute_size (font, size * pixel * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (0, CJU_CARD_HEADER, CJU_CARD_WIDTH, (float) height + 2));
  for (gint64 unit = 0; cju_picture_place (shown, (int) (CJU_CARD_PICTURE_WIDTH * fine),
                                           (int) (height * fine), TRUE, unit, &x, &y, &w, &h);
       unit++)
    {
      char text[16];
      double across, down;
      int text_w, text_h;

      print_value (text, sizeof text, get_value (shown, unit));
      pango_layout_set_text (layout, text, -1);
      pango_layout_get_size (layout, &text_w, &text_h);
      across = left + x / fine;
      down = CJU_CARD_HEADER + y / fine;
      if (self->face == CJU_FACE_UNITS)
        {
          across += (w / fine - (double) text_w / PANGO_SCALE) / 2;
          down += (h / fine - (double) text_h / PANGO_SCALE) / 2;
        }
      cairo_move_to (cr, across, down);
      pango_cairo_layout_path (cr, layout);
      cairo_set_source_rgba (cr, 0, 0, 0, 0.85); /* read on every colour of the map */
      cairo_set_line_width (cr, 2.6 * pixel);
      cairo_set_line_join (cr, CAIRO_LINE_JOIN_ROUND);
      cairo_stroke_preserve (cr);
      cairo_set_source_rgb (cr, 1, 1, 1);
      cairo_fill (cr);
    }
  cairo_destroy (cr);
}

/* Where not all units have room, how many do. */
static void
snapshot_count (CjuCard *self, GtkSnapshot *snapshot, const GdkRGBA *ink)
{
  const CjTensor *shown = cju_card_get_shown (self);
  const int height = cju_card_get_picture_height (self);
  const gint64 n = shown != NULL && (shown->shape.n_dims == 2 || shown->shape.n_dims == 4)
                       ? shown->shape.dims[1]
                       : 0;
  gint64 seen = 0;
  int x, y, w, h;
  g_autofree char *words = NULL;

  while (seen < n
         && cju_picture_place (shown, (int) (CJU_CARD_PICTURE_WIDTH * self->fine),
                               (int) (height * self->fine), cju_card_is_fine (self), seen, &x, &y,
                               &w, &h))
    seen++;
  if (seen == n)
    return;
  words = g_strdup_printf ("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, seen, n);
  cju_card_append_text (GTK_WIDGET (self), snapshot, words, CJU_CARD_PADDING,
                        (float) (CJU_CARD_HEADER + height), CJU_CARD_PICTURE_WIDTH, ink, FALSE,
                        0.45);
}

static void
snapshot_picture (CjuCard *self, GtkSnapshot *snapshot, const GdkRGBA *ink)
{
  const CjuUnit unit = cju_document_get_unit (self->document);

  snapshot_pixels (self, snapshot);
  if (self->detail == CJU_DETAIL_UNITS && self->face != CJU_FACE_IMAGE)
    snapshot_values (self, snapshot);
  if (cju_card_is_fine (self) && self->face != CJU_FACE_IMAGE)
    snapshot_count (self, snapshot, ink);
  if (unit.node != NULL && g_strcmp0 (unit.node, self->shown) == 0)
    snapshot_unit (self, snapshot, &unit);
  else if (unit.node != NULL && self->face == CJU_FACE_IMAGE)
    snapshot_field (self, snapshot, &unit);
}

void
cju_card_snapshot_face (CjuCard *self, GtkSnapshot *snapshot, const GdkRGBA *ink)
{
  if (self->face == CJU_FACE_BARS)
    snapshot_bars (self, snapshot, ink);
  else if (self->face == CJU_FACE_CURVE)
    snapshot_curve (self, snapshot);
  else if (self->face == CJU_FACE_PLANE)
    snapshot_plane (self, snapshot);
  else if (self->picture != NULL)
    snapshot_picture (self, snapshot, ink);
}

/* `over` drawn on `ground`, which hides what is under it. */
static GdkRGBA
blend (const GdkRGBA *over, float alpha, const GdkRGBA *ground)
{
  return (GdkRGBA){ over->red * alpha + ground->red * (1 - alpha),
                    over->green * alpha + ground->green * (1 - alpha),
                    over->blue * alpha + ground->blue * (1 - alpha), 1 };
}

static void
snapshot_sheet (GtkSnapshot *snapshot, float x, float y, float w, float h, float pen,
                const GdkRGBA *line, const GdkRGBA *ground)
{
  cju_shape_fill (snapshot, &GRAPHENE_RECT_INIT (x, y, w, h), RADIUS, line);
  cju_shape_fill (snapshot, &GRAPHENE_RECT_INIT (x + pen, y + pen, w - 2 * pen, h - 2 * pen),
                  RADIUS - pen, ground);
}

/* What a style sheet would say in fewer words, but the cairo renderer takes 0.3 ms a card for a blurred
 * shadow and round corners. */
void
cju_card_snapshot_body (CjuCard *self, GtkSnapshot *snapshot, const GdkRGBA *ink)
{
  const float w = CJU_CARD_WIDTH, h = (float) cju_card_get_height (self);
  const float pen = self->selected ? 2 : 1;
  GtkStyleContext *style = gtk_widget_get_style_context (GTK_WIDGET (self));
  GdkRGBA ground = { 1, 1, 1, 1 }, line;

  gtk_style_context_lookup_color (style, "card_bg_color", &ground);
  if (ink->red > 0.5)
    ground = (GdkRGBA){ 0.21f, 0.21f, 0.22f, 1 };
  line = blend (ink, cju_access_is_high_contrast () ? 0.5f : 0.15f, &ground);
  for (int i = self->is_block ? 2 : 0; i > 0; i--) /* more cards under it */
    snapshot_sheet (snapshot, (float) (3 * i), (float) (3 * i), w, h, 1, &line, &ground);
  if (self->selected)
    gtk_style_context_lookup_color (style, "accent_bg_color", &line);
  for (guint i = 0; i < 2; i++)
    gtk_snapshot_append_color (snapshot, &(GdkRGBA){ 0, 0, 0, i == 0 ? 0.08f : 0.04f },
                               &GRAPHENE_RECT_INIT (RADIUS, h + (float) i, w - 2 * RADIUS, 1));
  snapshot_sheet (snapshot, 0, 0, w, h, pen, &line, &ground);
}

/* Two red strokes, dashed as whatever does not act; the words say it as well. */
void
cju_card_snapshot_lesion (CjuCard *self, GtkSnapshot *snapshot)
{
  const double w = CJU_CARD_WIDTH, h = cju_card_get_height (self), pixel = 1 / self->zoom;
  const double pen = MAX (3, 2 * pixel), dash = 4 * pen;
  cairo_t *cr
      = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, (float) w, (float) h));

  cairo_set_source_rgba (cr, 0.88, 0.11, 0.14, 0.75);
  cairo_set_line_width (cr, pen);
  cairo_set_dash (cr, (const double[]){ dash, dash / 2 }, 2, 0);
  cairo_move_to (cr, 8, CJU_CARD_HEADER - 2);
  cairo_line_to (cr, w - 8, h - 8);
  cairo_move_to (cr, 8, h - 8);
  cairo_line_to (cr, w - 8, CJU_CARD_HEADER - 2);
  cairo_stroke (cr);
  cairo_rectangle (cr, pen / 2, pen / 2, w - pen, h - pen);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

void
cju_card_snapshot_lock (CjuCard *self, GtkSnapshot *snapshot, const GdkRGBA *ink)
{
  const float far = self->detail == CJU_DETAIL_NAME ? (float) MIN (1 / self->zoom, 3) : 1;
  const float w = CJU_CARD_LOCK * far, x = CJU_CARD_WIDTH - CJU_CARD_PADDING - w, y = 8;
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (x, y, w, w * 1.3f));

  gdk_cairo_set_source_rgba (cr, ink);
  cairo_translate (cr, (double) x, (double) y);
  cairo_scale (cr, (double) w / 10, (double) w / 10);
  cairo_rectangle (cr, 0.5, 5.5, 9, 7);
  cairo_fill (cr);
  cairo_set_line_width (cr, 1.6);
  cairo_move_to (cr, 2.5, 6);
  cairo_line_to (cr, 2.5, 3.5);
  cairo_arc (cr, 5, 3.5, 2.5, G_PI, 0);
  cairo_line_to (cr, 7.5, 6);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

/* --- far away --- */

void
cju_card_snapshot_name (CjuCard *self, GtkSnapshot *snapshot, const GdkRGBA *accent)
{
  const int height = cju_card_get_height (self);
  const GdkRGBA white = { 1, 1, 1, 1 }, red = { 0.88f, 0.11f, 0.14f, 1 };
  g_autoptr (PangoLayout) layout = NULL;
  g_autoptr (PangoFontDescription) font = NULL;
  double size = NAME_PIXELS / self->zoom;
  int w, h;

  gtk_snapshot_append_color (snapshot, accent,
                             &GRAPHENE_RECT_INIT (0, 0, CJU_CARD_WIDTH, (float) height));
  if (self->trouble != NULL && self->grave)
    gtk_snapshot_append_color (
        snapshot, &red,
        &GRAPHENE_RECT_INIT (0, (float) height * 0.85f, CJU_CARD_WIDTH, (float) height * 0.15f));
  layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), self->title);
  font = pango_font_description_copy (
      pango_context_get_font_description (pango_layout_get_context (layout)));
  pango_font_description_set_weight (font, PANGO_WEIGHT_BOLD);
  pango_layout_set_width (layout, (CJU_CARD_WIDTH - 8) * PANGO_SCALE);
  pango_layout_set_alignment (layout, PANGO_ALIGN_CENTER);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD);
  for (;; size *= 0.85) /* the largest that fits */
    {
      pango_font_description_set_absolute_size (font, size * PANGO_SCALE);
      pango_layout_set_font_description (layout, font);
      pango_layout_get_pixel_size (layout, &w, &h);
      if (size * self->zoom < MIN_PIXELS)
        return;
      if (w <= CJU_CARD_WIDTH - 8 && h <= height - 4)
        break;
    }
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (4, (float) (height - h) / 2));
  gtk_snapshot_append_layout (snapshot, layout, &white);
  gtk_snapshot_restore (snapshot);
}
