/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mean and sum over axes: one table, one way to build. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

typedef struct
{
  char axes[CJ_PARAM_TEXT_SIZE]; /* numbers separated by spaces or commas */
  gboolean keep;
} CjReduceParams;

extern const CjParam cj_reduce_params[];

gboolean cj_reduce_build (CjLayerBuild *build, CjReduceKind kind, GError **error);

G_END_DECLS
