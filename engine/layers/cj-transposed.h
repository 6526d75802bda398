/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The transpose of a convolution, for the layers that enlarge. */
#pragma once

#include "cj-window.h"

G_BEGIN_DECLS

/* One axis: kernel, stride, dilation; what is cut off on both sides; what is added at the end. */
typedef struct
{
  int kernel, stride, dilation, padding, output_padding;
} CjTransposedAxis;

/* x [N, C, H, W]; learns weight `shape` [C, filters/groups, ...], whose last dimensions are those of the
 * window, and a bias. The result goes to *out. */
gboolean cj_transposed_build (CjLayerBuild *build, int x, const CjShape *shape,
                              const CjTransposedAxis *rows, const CjTransposedAxis *columns,
                              int groups, gboolean bias, const CjStart *start, int *out,
                              GError **error);

G_END_DECLS
