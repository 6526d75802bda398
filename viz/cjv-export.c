/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-export.h"

#include "cj-error.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define MAX_PIXELS (1 << 28)
#define POINTS_PER_PX 0.75 /* 72 points and 96 px an inch */

typedef struct
{
  const CjvFigureInfo *info;
  const CjvFrame *frame;
  gconstpointer params;
  const CjvStyle *style;
  double width, height;
} Job;

static cairo_status_t
append (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

/* Pictures inside a drawing on paper are finer than those on a screen. */
static CjvStyle
vector_style (const CjvStyle *style)
{
  CjvStyle fine = *style;

  fine.scale = MAX (fine.scale, 3);
  return fine;
}

static cairo_status_t
draw_on (const Job *job, cairo_surface_t *surface, double scale)
{
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status;

  cairo_scale (cr, scale, scale);
  cjv_figure_draw (job->info, job->frame, job->params, job->style, cr, job->width, job->height);
  status = cairo_status (cr);
  cairo_destroy (cr);
  return status;
}

cairo_surface_t *
cjv_render_surface (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params,
                    const CjvStyle *style, double width, double height)
{
  Job job = { info, frame, params, style, width, height };
  cairo_surface_t *surface;
  double w, h;

  g_return_val_if_fail (info != NULL && style != NULL && style->scale > 0, NULL);

  w = ceil (width * style->scale);
  h = ceil (height * style->scale);
  if (!(w >= 1 && h >= 1 && w < 32767 && h < 32767 && w * h <= MAX_PIXELS))
    return NULL;
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) w, (int) h);
  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS
      || draw_on (&job, surface, style->scale) != CAIRO_STATUS_SUCCESS)
    {
      cairo_surface_destroy (surface);
      return NULL;
    }
  cairo_surface_flush (surface);
  return surface;
}

CjTensor *
cjv_render_tensor (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params,
                   const CjvStyle *style, double width, double height)
{
  cairo_surface_t *surface = cjv_render_surface (info, frame, params, style, width, height);
  CjTensor *tensor;
  guint8 *out;
  CjShape shape;
  int w, h;

  if (surface == NULL)
    return NULL;
  w = cairo_image_surface_get_width (surface);
  h = cairo_image_surface_get_height (surface);
  shape = cj_shape3 (h, w, 4);
  tensor = cj_tensor_new (CJ_UINT8, &shape);
  out = tensor->data;
  for (int y = 0; y < h; y++)
    {
      const guint32 *row
          = (const guint32 *) (cairo_image_surface_get_data (surface)
                               + (gsize) y * cairo_image_surface_get_stride (surface));

      for (int x = 0; x < w; x++, out += 4)
        {
          const guint a = row[x] >> 24;

          for (int c = 0; c < 3; c++)
            out[c] = (guint8) (a > 0 ? (((row[x] >> (16 - 8 * c)) & 255) * 255 + a / 2) / a : 0);
          out[3] = (guint8) a;
        }
    }
  cairo_surface_destroy (surface);
  return tensor;
}

static void
set_status (GError **error, cairo_status_t status)
{
  g_set_error (error, CJ_ERROR, status == CAIRO_STATUS_NO_MEMORY ? CJ_ERROR_MEMORY : CJ_ERROR_FILE,
               _ ("cannot draw the figure: %s"), cairo_status_to_string (status));
}

static GByteArray *
print_png (const Job *job, GError **error)
{
  cairo_surface_t *surface = cjv_render_surface (job->info, job->frame, job->params, job->style,
                                                 job->width, job->height);
  GByteArray *bytes;
  cairo_status_t status;

  if (surface == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_MEMORY,
                   _ ("cannot make a picture of %.0f×%.0f pixels. Choose a smaller size."),
                   job->width * job->style->scale, job->height * job->style->scale);
      return NULL;
    }
  bytes = g_byte_array_new ();
  status = cairo_surface_write_to_png_stream (surface, append, bytes);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return bytes;
  set_status (error, status);
  g_byte_array_unref (bytes);
  return NULL;
}

static GByteArray *
print_pdf (const Job *job, GError **error)
{
  GByteArray *bytes = g_byte_array_new ();
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream (
      append, bytes, job->width * POINTS_PER_PX, job->height * POINTS_PER_PX);
  const char *provenance = cjv_frame_get_provenance (job->frame);
  cairo_status_t status;
  Job job_fine = *job;
  CjvStyle fine;

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, _ (job->info->title));
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR, "Cajal");
  if (provenance != NULL)
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_SUBJECT, provenance);
  fine = vector_style (job->style);
  job_fine.style = &fine;
  status = draw_on (&job_fine, surface, POINTS_PER_PX);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    return bytes;
  set_status (error, status);
  g_byte_array_unref (bytes);
  return NULL;
}

/* What XML 1.0 can hold, escaped. */
static char *
xml_text (const char *text)
{
  g_autofree char *clean = g_strdup (text);

  for (char *c = clean; *c != '\0'; c++)
    if ((guchar) *c < 32 && *c != '\n' && *c != '\t')
      *c = ' ';
  return g_markup_escape_text (clean, -1);
}

/* Puts the title and the description for screen readers behind the opening tag of the picture. */
static void
describe_svg (const Job *job, GByteArray *bytes)
{
  const char *open = g_strstr_len ((const char *) bytes->data, bytes->len, "<svg");
  const char *end
      = open != NULL ? memchr (open, '>', bytes->len - (open - (const char *) bytes->data)) : NULL;
  const char *provenance = cjv_frame_get_provenance (job->frame);
  g_autofree char *words = cjv_figure_print_words (job->info, job->frame, job->params);
  g_autofree char *title = xml_text (_ (job->info->title));
  g_autofree char *words_text = xml_text (words);
  g_autofree char *from_text = xml_text (provenance != NULL ? provenance : "");
  g_autofree char *tags = g_strdup_printf ("\n<title>%s</title>\n<desc>%s%s%s</desc>", title,
                                           words_text, *from_text != '\0' ? "\n" : "", from_text);
  const gsize length = strlen (tags);
  gsize at;

  if (end == NULL)
    return;
  at = (gsize) (end + 1 - (const char *) bytes->data);
  g_byte_array_set_size (bytes, bytes->len + (guint) length);
  memmove (bytes->data + at + length, bytes->data + at, bytes->len - at - length);
  memcpy (bytes->data + at, tags, length);
}

static GByteArray *
print_svg (const Job *job, GError **error)
{
  GByteArray *bytes = g_byte_array_new ();
  cairo_surface_t *surface
      = cairo_svg_surface_create_for_stream (append, bytes, job->width, job->height);
  cairo_status_t status;
  Job job_fine = *job;
  CjvStyle fine;

  cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
  fine = vector_style (job->style);
  job_fine.style = &fine;
  status = draw_on (&job_fine, surface, 1);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    {
      describe_svg (job, bytes);
      return bytes;
    }
  set_status (error, status);
  g_byte_array_unref (bytes);
  return NULL;
}

static GByteArray *
print_csv (const Job *job)
{
  g_autofree char *text = cjv_figure_print_csv (job->info, job->frame, job->params);
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text));
  return bytes;
}

gboolean
cjv_export (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params,
            const CjvStyle *style, double width, double height, const char *path, GError **error)
{
  const Job job = { info, frame, params, style, width, height };
  g_autofree char *lower = NULL;
  GByteArray *bytes = NULL;
  GError *local = NULL;
  gboolean ok;
  int number;

  g_return_val_if_fail (info != NULL && style != NULL && path != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);
  g_return_val_if_fail (width >= 1 && height >= 1 && width < 1e5 && height < 1e5, FALSE);

  lower = g_ascii_strdown (path, -1);
  if (g_str_has_suffix (lower, ".svg"))
    bytes = print_svg (&job, &local);
  else if (g_str_has_suffix (lower, ".pdf"))
    bytes = print_pdf (&job, &local);
  else if (g_str_has_suffix (lower, ".png"))
    bytes = print_png (&job, &local);
  else if (g_str_has_suffix (lower, ".csv"))
    bytes = print_csv (&job);
  else
    g_set_error (&local, CJ_ERROR, CJ_ERROR_FILE,
                 _ ("the ending says no known kind. End the name with .svg, .pdf, .png or .csv."));

  errno = 0;
  ok = bytes != NULL
       && g_file_set_contents_full (path, (const char *) bytes->data, bytes->len,
                                    G_FILE_SET_CONTENTS_CONSISTENT, 0666, &local);
  number = errno;
  if (bytes != NULL)
    g_byte_array_unref (bytes);
  if (local != NULL && local->domain == G_FILE_ERROR) /* its words name a file that is not ours */
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("%s: The file cannot be written: %s."), path,
                   g_strerror (number != 0 ? number : EIO));
      g_error_free (local);
    }
  else if (local != NULL)
    g_propagate_prefixed_error (error, local, "%s: ", path);
  return ok;
}
