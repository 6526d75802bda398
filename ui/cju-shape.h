/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shapes of one colour for snapshots, without cairo: the cairo renderer draws what cairo recorded through a
 * picture of its own that is as large as the recording, these it draws at once. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A filled rectangle whose corners have a radius; a circle where that is half of its side. */
void cju_shape_fill (GtkSnapshot *snapshot, const graphene_rect_t *rect, float radius,
                     const GdkRGBA *color);
/* A line of `width` along the inside of its edge. */
void cju_shape_ring (GtkSnapshot *snapshot, const graphene_rect_t *rect, float radius, float width,
                     const GdkRGBA *color);

G_END_DECLS
