/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures and plates as files and pixels, drawn by the code that draws them on the screen. The same
 * plate and label give the same bytes, in every process: ids of SVG are numbered anew, the date is that
 * of the label and never of the clock, and nothing else depends on what was drawn before. */
#pragma once

#include "cjv-plate.h"

G_BEGIN_DECLS

/* What a picture carries beside the drawing, for people and programs to read. */
typedef struct
{
  const char *const *facts; /* name, value, name, value ..., NULL; or NULL */
  GBytes *record;           /* what the picture is drawn from, of any kind; NULL: none */
} CjvLabel;

/* The fact that dates a picture, in ISO 8601: the keyword of PNG (11.3.3.2), which becomes its tIME as
 * well, CreationDate of PDF and dc:date of SVG. Without it a picture has no date. */
#define CJV_FACT_DATE "Creation Time"

/* Where the record is: an element of this name in the <metadata> of SVG, in base64; a text chunk of PNG
 * with this keyword, in base64; an attached file of PDF with this type. */
#define CJV_RECORD_ELEMENT "cajal:record"
#define CJV_RECORD_NAMESPACE "https://cajal.org/figure/1"
#define CJV_RECORD_KEYWORD "Cajal record"
#define CJV_RECORD_SUBTYPE "/Subtype /application#2Fvnd.cajal.figure+zip"

#define CJV_DPI 96.0 /* of a style whose scale is 1 */

/* Whether the ending of a path is one that is written: svg, pdf, png or csv. */
gboolean cjv_export_is_name (const char *path);

/* The bytes of a file with this ending: "svg", "pdf", "png" (style->scale times as large) or "csv" (of a
 * plate with one panel). `label` may be NULL. Any thread; slow. Fails with CJ_ERROR_FILE, and with
 * CJ_ERROR_MEMORY for a picture of more than 2^28 pixels. You unref. */
GBytes *cjv_plate_print (const CjvPlate *plate, const CjvLabel *label, const char *ending,
                         GError **error);

/* Writes `path` as its ending says. The file is there whole or not at all; an old one stays until the new
 * one is complete. Any thread; slow. Fails as cjv_plate_print; errors name the file. */
gboolean cjv_plate_export (const CjvPlate *plate, const CjvLabel *label, const char *path,
                           GError **error);

/* The same of one figure without a label. */
gboolean cjv_export (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params,
                     const CjvStyle *style, double width, double height, const char *path,
                     GError **error);

/* ARGB32 pixels, premultiplied, width * scale by height * scale. NULL on exhausted memory or a size
 * that is none. You free. */
cairo_surface_t *cjv_plate_render (const CjvPlate *plate);
cairo_surface_t *cjv_render_surface (const CjvFigureInfo *info, const CjvFrame *frame,
                                     gconstpointer params, const CjvStyle *style, double width,
                                     double height);

/* The same as uint8 [H, W, 4]: R G B A, not premultiplied. NULL as above. You free. */
CjTensor *cjv_render_tensor (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params,
                             const CjvStyle *style, double width, double height);

G_END_DECLS
