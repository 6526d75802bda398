/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside viz: labels put into the files of drawings. */
#pragma once

#include "cjv-export.h"

G_BEGIN_DECLS

/* The value of a fact, or NULL. Borrowed. `label` may be NULL. */
const char *cjv_label_get (const CjvLabel *label, const char *name);

/* The date of a label in UTC; NULL: none, or no date. You unref. As text of that format; you free. */
GDateTime *cjv_label_dup_date (const CjvLabel *label);
char *cjv_label_print_date (const CjvLabel *label, const char *format);

#define CJV_DATE_ISO "%Y-%m-%dT%H:%M:%SZ"

/* A PNG of premultiplied ARGB32 pixels, with its resolution; NULL on exhausted memory. You unref. */
GBytes *cjv_png_print (cairo_surface_t *surface, double dpi, const char *title, const char *words,
                       const CjvLabel *label);

/* Numbers the ids of an SVG by cairo anew and puts title, words and label into it. Takes `bytes`. */
GBytes *cjv_svg_label (GByteArray *bytes, const char *title, const char *words,
                       const CjvLabel *label);

/* Puts the date of the label in the place of those of the clock in a PDF by cairo, and attaches the record.
 * Takes `bytes`. */
GBytes *cjv_pdf_label (GByteArray *bytes, const CjvLabel *label);

G_END_DECLS
