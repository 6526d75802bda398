/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture-private.h"

#include "cj-error.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define START (64u << 10) /* bytes that hold most headers */

void
cjd_picture_clear (CjdPicture *picture)
{
  g_clear_pointer (&picture->rgba, g_free);
}

gboolean
cjd_picture_accept (CjdPicture *picture, gboolean pixels, char *why, gsize n_why)
{
  const guint64 n = (guint64) picture->width * picture->height;

  if (n == 0 || n > CJD_PICTURE_MAX_PIXELS || picture->width > CJD_PICTURE_MAX_SIDE
      || picture->height > CJD_PICTURE_MAX_SIDE)
    {
      g_snprintf (why, n_why,
                  _ ("its header declares %u × %u pixels; up to 64 million can be read"),
                  picture->width, picture->height);
      return FALSE;
    }
  if (!pixels)
    return TRUE;
  picture->rgba = g_try_malloc0 ((gsize) n * 4);
  if (picture->rgba == NULL)
    g_snprintf (why, n_why, _ ("there is no memory for its %u × %u pixels"), picture->width,
                picture->height);
  return picture->rgba != NULL;
}

gboolean
cjd_picture_is_name (const char *name)
{
  static const char *const endings[] = { ".png", ".jpg", ".jpeg" };
  g_autofree char *low = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (low, endings[i]))
      return TRUE;
  return FALSE;
}

static gboolean
read_jpeg (const guint8 *data, gsize size, gboolean pixels, CjdPicture *picture, char *why,
           gsize n_why)
{
#ifdef CJD_HAVE_JPEG
  return cjd_jpeg_read (data, size, pixels, picture, why, n_why);
#else
  (void) data;
  (void) size;
  (void) pixels;
  (void) picture;
  g_snprintf (why, n_why, _ ("this Cajal was built without JPEG; save it as PNG"));
  return FALSE;
#endif
}

gboolean
cjd_picture_parse (const guint8 *data, gsize size, gboolean pixels, CjdPicture *picture,
                   GError **error)
{
  static const guint8 png[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  char why[256];
  const char *sentence = _ ("The picture cannot be read: %s.");
  gboolean done = FALSE;

  *picture = (CjdPicture){ 0 };
  g_strlcpy (why, _ ("its first bytes are neither those of PNG nor of JPEG"), sizeof why);
  if (size >= sizeof png && memcmp (data, png, sizeof png) == 0)
    {
      sentence = _ ("The PNG picture cannot be read: %s.");
      done = cjd_png_read (data, size, pixels, picture, why, sizeof why);
    }
  else if (size >= 3 && data[0] == 0xff && data[1] == 0xd8 && data[2] == 0xff)
    {
      sentence = _ ("The JPEG picture cannot be read: %s.");
      done = read_jpeg (data, size, pixels, picture, why, sizeof why);
    }
  if (done)
    return TRUE;
  cjd_picture_clear (picture);
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, sentence, why);
  return FALSE;
}

gboolean
cjd_picture_load (const char *path, gboolean pixels, CjdPicture *picture, GError **error)
{
  g_autoptr (GBytes) start = pixels ? NULL : cjd_file_read_start (path, START, error);
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const guint8 *data;

  *picture = (CjdPicture){ 0 };
  if (!pixels && start == NULL)
    return FALSE;
  if (start != NULL)
    {
      data = g_bytes_get_data (start, &size);
      if (cjd_picture_parse (data, size, FALSE, picture, NULL))
        return TRUE;
    }
  bytes = cjd_file_read (path, CJD_PICTURE_MAX_FILE, error);
  if (bytes == NULL)
    return FALSE;
  data = g_bytes_get_data (bytes, &size);
  if (cjd_picture_parse (data, size, pixels, picture, error))
    return TRUE;
  g_prefix_error (error, "%s: ", path);
  return FALSE;
}

/* The weights of what lies under one pixel of the result; source pixels from..to. */
static void
find_weights (guint n, double scale, double start, guint i, float *weights, guint *from, guint *to)
{
  const double centre = start + (i + 0.5) * scale, reach = MAX (scale, 1);
  const double low = floor (centre - reach), high = ceil (centre + reach);
  double sum = 0;

  *from = (guint) CLAMP (low, 0, n - 1);
  *to = (guint) CLAMP (high, 1, n);
  for (guint j = *from; j < *to; j++)
    {
      const double weight = MAX (0, 1 - fabs (j + 0.5 - centre) / reach);

      weights[j - *from] = (float) weight;
      sum += weight;
    }
  for (guint j = *from; j < *to; j++)
    weights[j - *from] = (float) (weights[j - *from] / sum);
}

void
cjd_plane_fit (const float *plane, guint from_h, guint from_w, guint h, guint w, float *out)
{
  const double scale = MIN ((double) from_h / h, (double) from_w / w);
  const double top = (from_h - scale * h) / 2, left = (from_w - scale * w) / 2;
  g_autofree float *weights = g_new (float, MAX (from_h, from_w) + 1);
  g_autofree float *wide = NULL; /* from_h × w */
  guint from, to;

  if (from_h == h && from_w == w)
    {
      memcpy (out, plane, sizeof (float) * h * w);
      return;
    }
  wide = g_new (float, (gsize) from_h *w);
  for (guint x = 0; x < w; x++)
    {
      find_weights (from_w, scale, left, x, weights, &from, &to);
      for (guint y = 0; y < from_h; y++)
        {
          float sum = 0;

          for (guint j = from; j < to; j++)
            sum += weights[j - from] * plane[(gsize) y * from_w + j];
          wide[(gsize) y * w + x] = sum;
        }
    }
  memset (out, 0, sizeof (float) * h * w);
  for (guint y = 0; y < h; y++)
    {
      find_weights (from_h, scale, top, y, weights, &from, &to);
      for (guint j = from; j < to; j++)
        for (guint x = 0; x < w; x++)
          out[(gsize) y * w + x] += weights[j - from] * wide[(gsize) j * w + x];
    }
}

void
cjd_picture_fit (const CjdPicture *picture, guint c, guint h, guint w, guint8 *out)
{
  const gsize n = (gsize) picture->width * picture->height;
  g_autofree float *plane = g_new (float, n), *fitted = g_new (float, (gsize) h *w);

  for (guint k = 0; k < c; k++)
    {
      for (gsize i = 0; i < n; i++)
        {
          const guint8 *p = picture->rgba + 4 * i;
          const float value = c > 1 ? p[k] : 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2];

          plane[i] = 255 + (value - 255) * ((float) p[3] * (1 / 255.0f));
        }
      cjd_plane_fit (plane, picture->height, picture->width, h, w, fitted);
      for (gsize i = 0; i < (gsize) h * w; i++)
        out[k * (gsize) h * w + i] = (guint8) (CLAMP (fitted[i], 0, 255) + 0.5f);
    }
}
