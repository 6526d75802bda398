/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-export.h"

#include "cj-error.h"
#include "cj-file.h"
#include "cjv-label.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define MAX_PIXELS (1 << 28)
#define POINTS_PER_PX 0.75 /* 72 points and 96 px an inch */

static cairo_status_t
append (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static cairo_status_t
draw_on (const CjvPlate *plate, cairo_surface_t *surface, double scale)
{
  cairo_t *cr = cairo_create (surface);
  cairo_status_t status;

  cairo_scale (cr, scale, scale);
  cjv_plate_draw (plate, cr);
  status = cairo_status (cr);
  cairo_destroy (cr);
  return status;
}

/* A plate of one figure that borrows everything; free it with free_single. */
static CjvPlate *
borrow_single (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params,
               const CjvStyle *style, double width, double height)
{
  CjvPlate *plate = cjv_plate_new (style, width, height);

  cjv_plate_add (plate, info, (CjvFrame *) frame, (gpointer) params);
  return plate;
}

static void
free_single (CjvPlate *plate)
{
  CjvPanel *panel = plate->panels->pdata[0];

  panel->frame = NULL;
  panel->params = NULL;
  cjv_plate_free (plate);
}

cairo_surface_t *
cjv_plate_render (const CjvPlate *plate)
{
  const double scale = plate->style.scale;
  const double w = ceil (plate->width * scale), h = ceil (cjv_plate_get_height (plate) * scale);
  cairo_surface_t *surface;

  g_return_val_if_fail (scale > 0, NULL);

  if (!(w >= 1 && h >= 1 && w < 32767 && h < 32767 && w * h <= MAX_PIXELS))
    return NULL;
  surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, (int) w, (int) h);
  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS
      || draw_on (plate, surface, scale) != CAIRO_STATUS_SUCCESS)
    {
      cairo_surface_destroy (surface);
      return NULL;
    }
  cairo_surface_flush (surface);
  return surface;
}

cairo_surface_t *
cjv_render_surface (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params,
                    const CjvStyle *style, double width, double height)
{
  CjvPlate *plate;
  cairo_surface_t *surface;

  g_return_val_if_fail (info != NULL && style != NULL && style->scale > 0, NULL);

  plate = borrow_single (info, frame, params, style, width, height);
  surface = cjv_plate_render (plate);
  free_single (plate);
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

/* What a picture is called: what its figures are. */
static char *
dup_title (const CjvPlate *plate)
{
  GString *title = g_string_new (NULL);

  for (guint i = 0; i < plate->panels->len; i++)
    g_string_append_printf (title, "%s%s", i > 0 ? " · " : "",
                            _ (((const CjvPanel *) plate->panels->pdata[i])->info->title));
  return g_string_free (title, FALSE);
}

static GBytes *
print_png (const CjvPlate *plate, const CjvLabel *label, GError **error)
{
  cairo_surface_t *surface = cjv_plate_render (plate);
  g_autofree char *title = dup_title (plate), *words = cjv_plate_print_words (plate);
  GBytes *bytes = NULL;

  if (surface != NULL)
    bytes = cjv_png_print (surface, CJV_DPI * plate->style.scale, title, words, label);
  if (bytes == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_MEMORY,
                 _ ("cannot make a picture of %.0f×%.0f pixels. Choose a smaller size."),
                 plate->width * plate->style.scale,
                 cjv_plate_get_height (plate) * plate->style.scale);
  if (surface != NULL)
    cairo_surface_destroy (surface);
  return bytes;
}

/* Draws on a surface for paper, where pictures inside the drawing are finer than those on a screen, and
 * ends it. Takes the surface. */
static gboolean
draw_on_paper (const CjvPlate *plate, cairo_surface_t *surface, double scale, GError **error)
{
  CjvPlate fine = *plate;
  cairo_status_t status;

  fine.style.scale = MAX (fine.style.scale, 3);
  status = draw_on (&fine, surface, scale);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status != CAIRO_STATUS_SUCCESS)
    set_status (error, status);
  return status == CAIRO_STATUS_SUCCESS;
}

static GBytes *
print_pdf (const CjvPlate *plate, const CjvLabel *label, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *title = dup_title (plate), *words = cjv_plate_print_words (plate);
  g_autoptr (GString) keywords = g_string_new (NULL);
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream (
      append, bytes, plate->width * POINTS_PER_PX, cjv_plate_get_height (plate) * POINTS_PER_PX);
  const char *creator = cjv_label_get (label, "Software");
  g_autofree char *date = cjv_label_print_date (label, "%Y-%m-%dT%H:%M:%S+00:00");

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, title);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_SUBJECT, words);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR,
                                  creator != NULL ? creator : "Cajal");
  if (date != NULL) /* that of the clock is as long in most places, and not in all */
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
  for (guint i = 0; label != NULL && label->facts != NULL && label->facts[i] != NULL; i += 2)
    g_string_append_printf (keywords, "%s%s: %s", i > 0 ? "; " : "", label->facts[i],
                            label->facts[i + 1]);
  if (keywords->len > 0)
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_KEYWORDS, keywords->str);
  if (!draw_on_paper (plate, surface, POINTS_PER_PX, error))
    return NULL;
  return cjv_pdf_label (g_steal_pointer (&bytes), label);
}

static GBytes *
print_svg (const CjvPlate *plate, const CjvLabel *label, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *title = dup_title (plate), *words = cjv_plate_print_words (plate);
  cairo_surface_t *surface = cairo_svg_surface_create_for_stream (append, bytes, plate->width,
                                                                  cjv_plate_get_height (plate));

  cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
  if (!draw_on_paper (plate, surface, 1, error))
    return NULL;
  return cjv_svg_label (g_steal_pointer (&bytes), title, words, label);
}

static GBytes *
print_csv (const CjvPlate *plate, GError **error)
{
  const CjvPanel *panel = plate->panels->pdata[0];
  char *text;

  if (plate->panels->len > 1)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_FILE,
          _ ("several figures are no single table. Choose .npz, which holds the numbers of "
             "all."));
      return NULL;
    }
  text = cjv_figure_print_csv (panel->info, panel->frame, panel->params);
  return g_bytes_new_take (text, strlen (text));
}

static const struct
{
  const char *ending;
  GBytes *(*print) (const CjvPlate *plate, const CjvLabel *label, GError **error);
} kinds[] = { { "svg", print_svg }, { "pdf", print_pdf }, { "png", print_png } };

static char *
dup_ending (const char *path)
{
  const char *dot = strrchr (path, '.');

  return g_ascii_strdown (dot != NULL ? dot + 1 : "", -1);
}

gboolean
cjv_export_is_name (const char *path)
{
  g_autofree char *ending = dup_ending (path);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (ending, kinds[i].ending))
      return TRUE;
  return g_str_equal (ending, "csv");
}

GBytes *
cjv_plate_print (const CjvPlate *plate, const CjvLabel *label, const char *ending, GError **error)
{
  g_return_val_if_fail (plate != NULL && ending != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);
  g_return_val_if_fail (plate->panels->len >= 1 && plate->panels->len <= CJV_PLATE_MAX, NULL);
  g_return_val_if_fail (plate->width >= 1 && plate->width < 1e5 && plate->height < 1e5, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (ending, kinds[i].ending))
      return kinds[i].print (plate, label, error);
  if (g_str_equal (ending, "csv"))
    return print_csv (plate, error);
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("the ending says no known kind. End the name with .svg, .pdf, .png or .csv."));
  return NULL;
}

gboolean
cjv_plate_export (const CjvPlate *plate, const CjvLabel *label, const char *path, GError **error)
{
  g_autofree char *ending = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GError *local = NULL;

  g_return_val_if_fail (path != NULL, FALSE);

  ending = dup_ending (path);
  bytes = cjv_plate_print (plate, label, ending, &local);
  if (bytes == NULL)
    {
      g_propagate_prefixed_error (error, local, "%s: ", path);
      return FALSE;
    }
  return cj_file_write (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL, NULL,
                        error);
}

gboolean
cjv_export (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params,
            const CjvStyle *style, double width, double height, const char *path, GError **error)
{
  CjvPlate *plate;
  gboolean ok;

  g_return_val_if_fail (info != NULL && style != NULL && path != NULL, FALSE);
  g_return_val_if_fail (height >= 1, FALSE);

  plate = borrow_single (info, frame, params, style, width, height);
  ok = cjv_plate_export (plate, NULL, path, error);
  free_single (plate);
  return ok;
}
