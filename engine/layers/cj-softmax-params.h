/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Softmax and its logarithm: one table, one way to build. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

typedef struct
{
  int axis; /* batch is 0; -1 the last; 0 picks the channels of pictures, else the last */
  double temperature;
} CjSoftmaxParams;

extern const CjParam cj_softmax_params[];

gboolean cj_softmax_build (CjLayerBuild *build, gboolean log, GError **error);

G_END_DECLS
