/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-shape.h"

void
cju_shape_ring (GtkSnapshot *snapshot, const graphene_rect_t *rect, float radius, float width,
                const GdkRGBA *color)
{
  const float widths[4] = { width, width, width, width };
  const GdkRGBA colors[4] = { *color, *color, *color, *color };
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, rect, radius);
  gtk_snapshot_append_border (snapshot, &outline, widths, colors);
}

void
cju_shape_fill (GtkSnapshot *snapshot, const graphene_rect_t *rect, float radius,
                const GdkRGBA *color)
{
  const float x = rect->size.width / 2, y = rect->size.height / 2;
  const GdkRGBA colors[4] = { *color, *color, *color, *color };
  GskRoundedRect outline;

  /* a border that leaves nothing inside */
  gsk_rounded_rect_init_from_rect (&outline, rect, radius);
  gtk_snapshot_append_border (snapshot, &outline, (float[4]){ y, x, y, x }, colors);
}
