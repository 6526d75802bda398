/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every figure, light and dark, beside a picture of it that is kept in reference/. Fonts are not the same
 * everywhere, so figures are drawn bare; those that are made of text even then are compared where there is the
 * font of the pictures. CAJAL_VIZ_REFERENCE=write makes them anew. */
#include "cjv-export.h"
#include "sample-frames.h"

#include <pango/pangocairo.h>

#define WIDTH 240
#define HEIGHT 160
#define FONT "Cantarell"
#define MONOSPACE "DejaVu Sans Mono"
#define TOLERANCE 24  /* of 255, a channel: an edge that another cairo draws a little differently */
#define MOST_OFF 0.01 /* share of the pixels that may be further off */
#define TEXT_OFF 0.04 /* the same of figures with text: its edges are not drawn alike everywhere */

/* Fontconfig keeps what it has read until the end; every leak of our own is still found. */
const char *__lsan_default_suppressions (void);

const char *
__lsan_default_suppressions (void)
{
  return "leak:libfontconfig\n";
}

static gboolean
has_text (const CjvFigureInfo *info)
{
  static const char *const ids[]
      = { "attention-arcs", "bars",     "confusion",  "contact-sheet", "curvature",  "explanations",
          "interpolation",  "layers",   "logit-lens", "scatter",       "similarity", "text",
          "trust",          "synapses", "card",       "alignment",     "robustness", "retraining" };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    if (g_str_equal (ids[i], info->id))
      return TRUE;
  return FALSE;
}

/* Whether text in one family is drawn in another. */
static gboolean
is_drawn_in (const char *family, const char *other)
{
  PangoFontMap *map = pango_cairo_font_map_get_default ();
  PangoContext *context = pango_font_map_create_context (map);
  PangoFontDescription *asked = pango_font_description_from_string (family), *got;
  PangoFont *font = pango_font_map_load_font (map, context, asked);
  gboolean same = FALSE;

  if (font != NULL)
    {
      got = pango_font_describe (font);
      same = g_str_equal (pango_font_description_get_family (got), other);
      pango_font_description_free (got);
    }
  g_clear_object (&font);
  g_object_unref (context);
  pango_font_description_free (asked);
  return same;
}

static const guint8 *
get_row (cairo_surface_t *image, int y)
{
  return cairo_image_surface_get_data (image) + y * cairo_image_surface_get_stride (image);
}

/* The share of the pixels that are further apart than the tolerance. */
static double
find_off (cairo_surface_t *a, cairo_surface_t *b)
{
  int off = 0;

  for (int y = 0; y < HEIGHT; y++)
    for (int x = 0; x < WIDTH; x++)
      {
        const guint8 *p = get_row (a, y) + 4 * x, *q = get_row (b, y) + 4 * x;

        off += ABS (p[0] - q[0]) > TOLERANCE || ABS (p[1] - q[1]) > TOLERANCE
               || ABS (p[2] - q[2]) > TOLERANCE;
      }
  return (double) off / (WIDTH * HEIGHT);
}

static void
test_reference (gconstpointer data)
{
  const CjvFigureInfo *info = data;
  g_autoptr (CjvFrame) frame = sample_frame (info->id);

  if (has_text (info) && (!is_drawn_in (FONT, FONT) || !is_drawn_in ("Monospace", MONOSPACE)))
    {
      g_test_skip ("the fonts " FONT " and " MONOSPACE " are not installed");
      return;
    }
  for (int dark = 0; dark < 2; dark++)
    {
      g_autofree char *file
          = g_strdup_printf ("figure-%s-%s.png", info->id, dark ? "dark" : "light");
      g_autofree char *path = g_test_build_filename (G_TEST_DIST, "viz", "reference", file, NULL);
      cairo_surface_t *image, *reference;
      CjvStyle style;
      double off;

      cjv_style_init (&style, dark);
      style.bare = TRUE;
      style.font = FONT;
      image = cjv_render_surface (info, frame, NULL, &style, WIDTH, HEIGHT);
      g_assert_nonnull (image);
      if (g_strcmp0 (g_getenv ("CAJAL_VIZ_REFERENCE"), "write") == 0)
        g_assert_cmpint (cairo_surface_write_to_png (image, path), ==, CAIRO_STATUS_SUCCESS);
      reference = cairo_image_surface_create_from_png (path);
      if (cairo_surface_status (reference) != CAIRO_STATUS_SUCCESS)
        g_error ("There is no %s yet. Run this with CAJAL_VIZ_REFERENCE=write and look at it.",
                 file);
      g_assert_cmpint (cairo_image_surface_get_width (reference), ==, WIDTH);
      g_assert_cmpint (cairo_image_surface_get_height (reference), ==, HEIGHT);
      off = find_off (image, reference);
      cairo_surface_destroy (image);
      cairo_surface_destroy (reference);
      g_test_message ("%s: %.4f of the pixels are off", file, off);
      g_assert_cmpfloat (off, <=, has_text (info) ? TEXT_OFF : MOST_OFF);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; cjv_figures ()[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("/viz/reference/%s", cjv_figures ()[i]->id);

      g_test_add_data_func (path, cjv_figures ()[i], test_reference);
    }
  return g_test_run ();
}
