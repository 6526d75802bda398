/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture-private.h"

#include <glib/gi18n-lib.h>
#include <png.h>
#include <string.h>

#define MAX_CHUNK (8u << 20) /* of text and colour profiles, which are skipped */
#define MAX_CHUNKS 256
#define SIGNATURE 8 /* bytes before the first chunk */
#define CHUNK 12    /* bytes of a chunk beside its data */

typedef struct
{
  const guint8 *data;
  gsize size, at;
  char *why;
  gsize n_why;
} Source;

static void
read_bytes (png_structp png, png_bytep out, png_size_t n)
{
  Source *source = png_get_io_ptr (png);

  if (n > source->size - source->at)
    png_error (png, _ ("the file is cut off"));
  memcpy (out, source->data + source->at, n);
  source->at += n;
}

static void
fail (png_structp png, png_const_charp message)
{
  Source *source = png_get_error_ptr (png);

  g_snprintf (source->why, source->n_why, _ ("%s (at byte %zu)"), message, source->at);
  png_longjmp (png, 1);
}

static void
ignore (png_structp png, png_const_charp message)
{
  (void) png;
  (void) message;
}

static void
read_pixels (png_structp png, png_infop info, CjdPicture *picture)
{
  const int passes = png_set_interlace_handling (png);

  png_set_expand (png);
  png_set_strip_16 (png);
  png_set_gray_to_rgb (png);
  png_set_add_alpha (png, 255, PNG_FILLER_AFTER);
  png_read_update_info (png, info);
  if (png_get_rowbytes (png, info) != (png_size_t) picture->width * 4)
    png_error (png, _ ("its rows are of an unknown kind"));
  for (int pass = 0; pass < passes; pass++)
    for (guint y = 0; y < picture->height; y++)
      png_read_row (png, picture->rgba + (gsize) y * picture->width * 4, NULL);
  png_read_end (png, NULL);
}

/* Whether every chunk lies within the file, up to the end or, for the header alone, the pixels. libpng
 * believes the length of a chunk, and allocates it, before it finds the end of the file. */
static gboolean
check_chunks (const Source *source, gboolean pixels)
{
  for (gsize at = SIGNATURE; source->size - at >= CHUNK;)
    {
      const guint8 *chunk = source->data + at;
      const guint32 length = (guint32) chunk[0] << 24 | (guint32) chunk[1] << 16
                             | (guint32) chunk[2] << 8 | chunk[3];

      if ((!pixels && memcmp (chunk + 4, "IDAT", 4) == 0) || memcmp (chunk + 4, "IEND", 4) == 0)
        return TRUE;
      if (length > source->size - at - CHUNK)
        {
          g_snprintf (source->why, source->n_why,
                      _ ("the file is cut off in the chunk at byte %zu"), at);
          return FALSE;
        }
      at += CHUNK + length;
    }
  return TRUE;
}

gboolean
cjd_png_read (const guint8 *data, gsize size, gboolean pixels, CjdPicture *picture, char *why,
              gsize n_why)
{
  Source source = { data, size, 0, why, n_why };
  png_structp png = png_create_read_struct (PNG_LIBPNG_VER_STRING, &source, fail, ignore);
  png_infop info = png != NULL ? png_create_info_struct (png) : NULL;
  gboolean accepted;

  if (info != NULL && !check_chunks (&source, pixels))
    {
      png_destroy_read_struct (&png, &info, NULL);
      return FALSE;
    }
  if (info == NULL || setjmp (png_jmpbuf (png)))
    {
      png_destroy_read_struct (&png, info != NULL ? &info : NULL, NULL);
      return FALSE;
    }
  png_set_read_fn (png, &source, read_bytes);
  /* cjd_picture_accept says better what is too large */
  png_set_user_limits (png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max (png, MAX_CHUNK);
  png_set_chunk_cache_max (png, MAX_CHUNKS);
  png_read_info (png, info);
  picture->width = png_get_image_width (png, info);
  picture->height = png_get_image_height (png, info);
  picture->colour = (png_get_color_type (png, info) & PNG_COLOR_MASK_COLOR) != 0;
  accepted = cjd_picture_accept (picture, pixels, why, n_why);
  if (accepted && pixels)
    read_pixels (png, info, picture);
  png_destroy_read_struct (&png, &info, NULL);
  return accepted;
}
