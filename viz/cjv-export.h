/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures as files and pixels, drawn by the code that draws them on the screen. */
#pragma once

#include "cjv-figure.h"

G_BEGIN_DECLS

/* Writes `path` as its ending says: .svg, .pdf, .png (style->scale times as large) or .csv. The file is
 * there whole or not at all; an old one stays until the new one is complete. Any thread; slow. Fails
 * with CJ_ERROR_FILE, and with CJ_ERROR_MEMORY for a picture of more than 2^28 pixels. */
gboolean cjv_export (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params,
                     const CjvStyle *style, double width, double height, const char *path,
                     GError **error);

/* ARGB32 pixels, premultiplied, width * scale by height * scale. NULL on exhausted memory or a size
 * that is none. You free. */
cairo_surface_t *cjv_render_surface (const CjvFigureInfo *info, const CjvFrame *frame,
                                     gconstpointer params, const CjvStyle *style, double width,
                                     double height);

/* The same as uint8 [H, W, 4]: R G B A, not premultiplied. NULL as above. You free. */
CjTensor *cjv_render_tensor (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params,
                             const CjvStyle *style, double width, double height);

G_END_DECLS
