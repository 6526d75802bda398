/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pixels without text are the same everywhere, so they are compared with pictures kept in reference/.
 * CAJAL_VIZ_REFERENCE=write makes these anew. */
#include "cjv-axes.h"
#include "cjv-thumbnail.h"
#include "sample-frames.h"

#define WIDTH 160
#define HEIGHT 96
#define TOLERANCE 2 /* of 255, a channel */

static void
compare (const char *name, cairo_surface_t *image)
{
  g_autofree char *file = g_strdup_printf ("%s.png", name);
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "viz", "reference", file, NULL);
  cairo_surface_t *reference;

  cairo_surface_mark_dirty (image);
  if (g_strcmp0 (g_getenv ("CAJAL_VIZ_REFERENCE"), "write") == 0)
    g_assert_cmpint (cairo_surface_write_to_png (image, path), ==, CAIRO_STATUS_SUCCESS);
  reference = cairo_image_surface_create_from_png (path);
  g_assert_cmpint (cairo_surface_status (reference), ==, CAIRO_STATUS_SUCCESS);
  g_assert_cmpint (cairo_image_surface_get_width (reference), ==, WIDTH);
  g_assert_cmpint (cairo_image_surface_get_height (reference), ==, HEIGHT);
  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH * 4; x++)
      {
        const int a
            = cairo_image_surface_get_data (image)[y * cairo_image_surface_get_stride (image) + x];
        const int b = cairo_image_surface_get_data (
            reference)[y * cairo_image_surface_get_stride (reference) + x];

        g_assert_cmpint (ABS (a - b), <=, TOLERANCE);
      }
  cairo_surface_destroy (reference);
  cairo_surface_destroy (image);
}

static cairo_surface_t *
canvas (guint32 **pixels, gsize *stride)
{
  cairo_surface_t *image = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);

  *pixels = (guint32 *) cairo_image_surface_get_data (image);
  *stride = (gsize) cairo_image_surface_get_stride (image) / 4;
  return image;
}

static void
test_reference_maps (void)
{
  g_autoptr (CjvFrame) maps = frame_maps (12, 14);
  g_autoptr (CjvFrame) filters = frame_filters (24, 1, 5);
  const CjvTiles a = cjv_tiles_fit (12, 14, 14, WIDTH, HEIGHT, 2, 4);
  const CjvTiles b = cjv_tiles_fit (24, 5, 5, WIDTH, HEIGHT, 2, 4);

  for (int dark = 0; dark < 2; dark++)
    {
      cairo_surface_t *image;
      guint32 *pixels;
      gsize stride;

      image = canvas (&pixels, &stride);
      cjv_thumbnail_maps (cj_tensor_f32 (cjv_frame_get_array (maps, "maps")), 12, 14, 14, &a,
                          CJV_MAP_SEQUENTIAL, dark, TRUE, 0, 1, pixels, stride);
      compare (dark ? "maps-dark" : "maps-light", image);
      image = canvas (&pixels, &stride);
      cjv_thumbnail_maps (cj_tensor_f32 (cjv_frame_get_array (filters, "weights")), 24, 5, 5, &b,
                          CJV_MAP_SIGNED, dark, FALSE, -0.5f, 0.5f, pixels, stride);
      compare (dark ? "filters-dark" : "filters-light", image);
    }
}

static void
test_reference_image (void)
{
  g_autoptr (CjvFrame) frame = frame_filters (1, 3, 24);
  cairo_surface_t *image;
  guint32 *pixels;
  gsize stride;

  image = canvas (&pixels, &stride);
  cjv_thumbnail_image (cj_tensor_f32 (cjv_frame_get_array (frame, "weights")), 3, 24, 24, -0.5f,
                       0.5f, pixels, stride, 96, 96);
  /* Shrunk beside it. */
  cjv_thumbnail_image (cj_tensor_f32 (cjv_frame_get_array (frame, "weights")), 3, 24, 24, -0.5f,
                       0.5f, pixels + 100, stride, 10, 10);
  compare ("image", image);
}

static void
test_reference_units (void)
{
  g_autoptr (CjvFrame) frame = frame_units (60, TRUE);
  const CjvTiles tiles = cjv_tiles_fit (60, 1, 1, WIDTH, HEIGHT, 2, 4);
  cairo_surface_t *image;
  guint32 *pixels;
  gsize stride;

  image = canvas (&pixels, &stride);
  cjv_thumbnail_units (cj_tensor_f32 (cjv_frame_get_array (frame, "values")), 60, &tiles,
                       CJV_MAP_SIGNED, FALSE, -2, 2, pixels, stride);
  compare ("units", image);
}

/* Tiles stay inside, find what is under a point, and show as many as there is room for. */
static void
test_tiles (void)
{
  static const int shapes[][3]
      = { { 1, 28, 28 },  { 64, 14, 14 },    { 1000, 7, 7 }, { 10, 1, 200 },
          { 10, 200, 1 }, { 3, 1000, 1000 }, { 0, 5, 5 } };

  for (guint k = 0; k < G_N_ELEMENTS (shapes); k++)
    for (int width = 1; width < 700; width += 97)
      {
        const gint64 n = shapes[k][0], h = shapes[k][1], w = shapes[k][2];
        const CjvTiles tiles = cjv_tiles_fit (n, h, w, width, 200, 2, 6);

        g_assert_cmpint (cjv_tiles_get_width (&tiles), <=, MAX (width, 1));
        g_assert_cmpint (cjv_tiles_get_height (&tiles), <=, 200);
        g_assert_cmpint (tiles.tile_width, >=, 1);
        for (gint64 i = 0; i < MIN (n, (gint64) tiles.columns * tiles.rows); i++)
          {
            gint64 row, column;
            int x, y;

            cjv_tiles_get_origin (&tiles, i, &x, &y);
            g_assert_cmpint (cjv_tiles_find (&tiles, n, h, w, x + tiles.tile_width - 0.5,
                                             y + tiles.tile_height - 0.5, &row, &column),
                             ==, i);
            g_assert_true (row >= 0 && row < h && column >= 0 && column < w);
          }
        g_assert_cmpint (cjv_tiles_find (&tiles, n, h, w, -1, 0, NULL, NULL), ==, -1);
      }
}

static void
test_range (void)
{
  static const float some[] = { NAN, -2, 1, INFINITY }, none[] = { NAN }, same[] = { 5, 5 };
  static const float most[] = { 3.4e38f, 3.4e38f };
  float low, high;

  cjv_range_find (some, 4, CJV_MAP_SEQUENTIAL, &low, &high);
  g_assert_cmpfloat (low, ==, -2);
  g_assert_cmpfloat (high, ==, 1);
  cjv_range_find (some, 4, CJV_MAP_SIGNED, &low, &high);
  g_assert_cmpfloat (low, ==, -2);
  g_assert_cmpfloat (high, ==, 2);
  cjv_range_find (none, 1, CJV_MAP_SEQUENTIAL, &low, &high);
  g_assert_cmpfloat (low, <, high);
  cjv_range_find (same, 2, CJV_MAP_GREY, &low, &high);
  g_assert_true (low < 5 && high > 5);
  cjv_range_find (most, 2, CJV_MAP_GREY, &low, &high);
  g_assert_true (low < high && isfinite (low));
  cjv_range_find (NULL, 0, CJV_MAP_SIGNED, &low, &high);
  g_assert_cmpfloat (low, <, high);
}

/* Enlarged pixels are those of the elements; shrinking keeps the mean; what is no number is marked. */
static void
test_pixels (void)
{
  static const float two[] = { 0, 1 }, four[] = { 0, 1, 1, 0 }, nan[] = { NAN };
  const guint32 *grey = cjv_map_table (CJV_MAP_GREY, FALSE);
  guint32 pixels[8];

  cjv_thumbnail_map (two, 1, 2, CJV_MAP_GREY, FALSE, 0, 1, pixels, 4, 4, 2);
  for (int i = 0; i < 8; i++)
    g_assert_cmphex (pixels[i], ==, grey[i % 4 < 2 ? 0 : 255]);
  cjv_thumbnail_map (two, 1, 2, CJV_MAP_GREY, FALSE, 0, 1, pixels, 3, 3, 1);
  g_assert_cmphex (pixels[1], ==, grey[128]);
  cjv_thumbnail_map (four, 2, 2, CJV_MAP_GREY, FALSE, 0, 1, pixels, 1, 1, 1);
  g_assert_cmphex (pixels[0], ==, grey[128]);
  cjv_thumbnail_map (nan, 1, 1, CJV_MAP_SEQUENTIAL, FALSE, 0, 1, pixels, 1, 1, 1);
  g_assert_cmphex (pixels[0], ==, CJV_PIXEL_NAN);
}

/* Lightness goes one way along the sequential map and from the middle of the signed ones. */
static void
test_colormaps (void)
{
  for (int dark = 0; dark < 2; dark++)
    for (CjvMap map = CJV_MAP_SEQUENTIAL; map <= CJV_MAP_GREY; map++)
      {
        const guint32 *table = cjv_map_table (map, dark);

        for (int i = 1; i < CJV_MAP_SIZE; i++)
          {
            const double a = cjv_color_luminance (cjv_color_hex (table[i - 1] & 0xffffff));
            const double b = cjv_color_luminance (cjv_color_hex (table[i] & 0xffffff));
            const gboolean up = map != CJV_MAP_SIGNED || (i <= 127) != dark;

            g_assert_cmphex (table[i] >> 24, ==, 255);
            if (map != CJV_MAP_SIGNED || i != 128)
              g_assert_true (up ? b > a - 1e-3 : b < a + 1e-3);
          }
      }
}

/* Text on the background is read: 4.5 to 1 by WCAG 2. */
static void
test_contrast (void)
{
  static const CjvRole roles[] = { CJV_INK, CJV_INK_DIM, CJV_ACCENT, CJV_GOOD, CJV_BAD };

  for (int k = 0; k < 4; k++)
    {
      CjvStyle style;
      double back;

      cjv_style_init (&style, k % 2);
      style.high_contrast = k / 2;
      back = cjv_color_luminance (cjv_style_color (&style, CJV_BACKGROUND));
      for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
        {
          const double ink = cjv_color_luminance (cjv_style_color (&style, roles[i]));

          g_assert_cmpfloat ((MAX (ink, back) + 0.05) / (MIN (ink, back) + 0.05), >=, 4.5);
        }
      /* Lines and markers: 3 to 1. */
      for (guint i = 0; i < 10; i++)
        {
          const double line = cjv_color_luminance (cjv_style_category (&style, i));

          g_assert_cmpfloat ((MAX (line, back) + 0.05) / (MIN (line, back) + 0.05), >=, 2.7);
        }
    }
}

static void
test_ticks (void)
{
  static const double ranges[][2] = { { 0, 1 },          { -3, 7.2 },   { 1e-9, 2e-9 },
                                      { 5, 5 },          { 0, 0 },      { 1e15, 1e15 + 4 },
                                      { -1e300, 1e300 }, { 0.27, 2.4 }, { INFINITY, -INFINITY } };

  for (guint k = 0; k < 4 * G_N_ELEMENTS (ranges); k++)
    {
      CjvAxis axis;

      cjv_axis_init (&axis);
      axis.log = k % 2;
      cjv_axis_include (&axis, ranges[k / 4][0]);
      cjv_axis_include (&axis, ranges[k / 4][1]);
      cjv_axis_include (&axis, NAN);
      cjv_axis_place (&axis, 5, k / 2 % 2);
      g_assert_true (axis.low < axis.high);
      g_assert_true (isfinite (axis.low) && isfinite (axis.high));
      g_assert_cmpuint (axis.n_ticks, <=, CJV_MAX_TICKS);
      for (guint i = 0; i < axis.n_ticks; i++)
        {
          const double t = cjv_axis_map (&axis, axis.ticks[i]);

          g_assert_true (t > -1e-3 && t < 1 + 1e-3);
          g_assert_true (g_utf8_validate (axis.texts[i], -1, NULL));
          g_assert_true (i == 0 || axis.ticks[i] > axis.ticks[i - 1]);
        }
    }
}

static void
check_number (double value, int digits, const char *expected)
{
  g_autofree char *text = cjv_number_print (value, digits);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_numbers (void)
{
  check_number (0, 3, "0");
  check_number (-0.25, 2, "−0.25");
  check_number (2.3456, 3, "2.35");
  check_number (9.999, 2, "10");
  check_number (1e-7, 1, "1×10⁻⁷");
  check_number (-3.4e38, 2, "−3.4×10³⁸");
  check_number (9.9999e-39, 3, "1.00×10⁻³⁸");
  check_number (INFINITY, 3, "∞");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/viz/thumbnail/reference/maps", test_reference_maps);
  g_test_add_func ("/viz/thumbnail/reference/image", test_reference_image);
  g_test_add_func ("/viz/thumbnail/reference/units", test_reference_units);
  g_test_add_func ("/viz/thumbnail/tiles", test_tiles);
  g_test_add_func ("/viz/thumbnail/range", test_range);
  g_test_add_func ("/viz/thumbnail/pixels", test_pixels);
  g_test_add_func ("/viz/style/colormaps", test_colormaps);
  g_test_add_func ("/viz/style/contrast", test_contrast);
  g_test_add_func ("/viz/axes/ticks", test_ticks);
  g_test_add_func ("/viz/text/numbers", test_numbers);
  return g_test_run ();
}
