/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "picture-private.h"

#include <glib/gi18n-lib.h>
#include <setjmp.h>
#include <stdio.h>
/* needs stdio.h before it */
#include <jpeglib.h>

#define MAX_SCANS 200 /* a progressive picture needs about ten; each passes over all of it */

typedef struct
{
  struct jpeg_error_mgr manager;
  jmp_buf out;
  char *why;
  gsize n_why;
} Errors;

static void
fail (j_common_ptr jpeg)
{
  Errors *errors = (Errors *) jpeg->err;
  char message[JMSG_LENGTH_MAX];

  jpeg->err->format_message (jpeg, message);
  g_snprintf (errors->why, errors->n_why, "%s", message);
  longjmp (errors->out, 1);
}

/* The library mends what it can and warns; here a picture that had to be mended is damaged. Bytes
 * between two markers, which some cameras leave, are no damage. */
static void
emit_message (j_common_ptr jpeg, int level)
{
  char message[JMSG_LENGTH_MAX];

  if (level >= 0)
    return;
  jpeg->err->format_message (jpeg, message);
  if (!g_str_has_prefix (message, "Corrupt JPEG data: ")
      || g_strrstr (message, "extraneous") == NULL)
    fail (jpeg);
}

static void
watch_scans (j_common_ptr jpeg)
{
  Errors *errors = (Errors *) jpeg->err;

  if (((j_decompress_ptr) jpeg)->input_scan_number <= MAX_SCANS)
    return;
  g_snprintf (errors->why, errors->n_why, _ ("it has more than %d scans"), MAX_SCANS);
  longjmp (errors->out, 1);
}

/* Four inks, kept inverted as Adobe writes them, to red, green and blue. */
static void
mix_inks (guint8 *row, guint width)
{
  for (guint x = 0; x < width; x++)
    {
      guint8 *p = row + 4 * x;

      for (guint i = 0; i < 3; i++)
        p[i] = (guint8) ((p[i] * p[3] + 127) / 255);
      p[3] = 255;
    }
}

static void
read_rows (struct jpeg_decompress_struct *jpeg, CjdPicture *picture)
{
  const gboolean inks = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;

  jpeg->out_color_space = inks ? JCS_CMYK : JCS_EXT_RGBA;
  jpeg_start_decompress (jpeg);
  while (jpeg->output_scanline < jpeg->output_height)
    {
      JSAMPROW row = picture->rgba + (gsize) jpeg->output_scanline * picture->width * 4;

      jpeg_read_scanlines (jpeg, &row, 1);
      if (inks)
        mix_inks (row, picture->width);
    }
  jpeg_finish_decompress (jpeg);
}

gboolean
cjd_jpeg_read (const guint8 *data, gsize size, gboolean pixels, CjdPicture *picture, char *why,
               gsize n_why)
{
  struct jpeg_decompress_struct jpeg = { 0 };
  struct jpeg_progress_mgr progress = { .progress_monitor = watch_scans };
  Errors errors = { .why = why, .n_why = n_why };
  volatile gboolean done = FALSE; /* survives longjmp */

  jpeg.err = jpeg_std_error (&errors.manager);
  errors.manager.error_exit = fail;
  errors.manager.emit_message = emit_message;
  if (setjmp (errors.out))
    {
      jpeg_destroy_decompress (&jpeg);
      return FALSE;
    }
  jpeg_create_decompress (&jpeg);
  jpeg.progress = &progress;
  jpeg_mem_src (&jpeg, data, size);
  jpeg_read_header (&jpeg, TRUE);
  picture->width = jpeg.image_width;
  picture->height = jpeg.image_height;
  picture->colour = jpeg.num_components > 1;
  if (cjd_picture_accept (picture, pixels, why, n_why))
    {
      if (pixels)
        read_rows (&jpeg, picture);
      done = TRUE;
    }
  jpeg_destroy_decompress (&jpeg);
  return done;
}
