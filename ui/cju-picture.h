/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a tensor looks like on a card. */
#pragma once

#include "cj-tensor.h"

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* [1, C, H, W] as feature maps (`image`: as a grey or colour picture), [1, U] as disks, at most width
 * by height pixels. NULL where there is nothing to draw. You unref. */
GdkTexture *cju_picture_new (const CjTensor *tensor, gboolean image, gboolean dark, int width,
                             int height);

/* Colour of a layer's category. */
GdkRGBA cju_category_color (const char *category);

G_END_DECLS
