/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-export.h"
#include "sample-frames.h"

#include <glib/gstdio.h>
#include <string.h>

/* With CAJAL_VIZ_LOOK=FOLDER everything is also written there as PNG, to be looked at. */
static void
look (const char *id, CjvFrame *frame, const char *word)
{
  static const double sizes[][2] = { { 960, 320 }, { 520, 400 }, { 260, 200 } };
  const CjvFigureInfo *info = cjv_figure_find (id);
  const char *folder = g_getenv ("CAJAL_VIZ_LOOK");

  for (guint k = 0; folder != NULL && k < 2 * G_N_ELEMENTS (sizes); k++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s%s-%s-%u.png", folder, id, word,
                                               k % 2 ? "dark" : "light", k / 2);
      CjvStyle style;

      cjv_style_init (&style, k % 2);
      g_assert_true (
          cjv_export (info, frame, NULL, &style, sizes[k / 2][0], sizes[k / 2][1], path, NULL));
    }
}

/* TRUE if not all pixels are the same. */
static gboolean
has_picture (CjTensor *pixels)
{
  const guint32 *p = pixels->data;

  for (gint64 i = 1; i < cj_shape_size (&pixels->shape) / 4; i++)
    if (p[i] != p[0])
      return TRUE;
  return FALSE;
}

static void
test_draw (gconstpointer data)
{
  const CjvFigureInfo *info = data;
  g_autoptr (CjvFrame) frame = sample_frame (info->id);
  g_autoptr (CjvFrame) other = other_frame (info->id);
  static const double sizes[][2] = { { 960, 320 }, { 520, 400 }, { 120, 90 }, { 8, 8 } };

  g_assert_nonnull (frame);
  for (guint k = 0; k < 2 * G_N_ELEMENTS (sizes); k++)
    {
      CjvStyle style;
      g_autoptr (CjTensor) pixels = NULL;

      cjv_style_init (&style, k % 2);
      pixels = cjv_render_tensor (info, frame, NULL, &style, sizes[k / 2][0], sizes[k / 2][1]);
      g_assert_nonnull (pixels);
      if (k / 2 < 3)
        g_assert_true (has_picture (pixels));
    }
  look (info->id, frame, "");
  if (other != NULL)
    look (info->id, other, "-other");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; cjv_figures ()[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("/viz/%s/draw", cjv_figures ()[i]->id);

      g_test_add_data_func (path, cjv_figures ()[i], test_draw);
    }
  return g_test_run ();
}
