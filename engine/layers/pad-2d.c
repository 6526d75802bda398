/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-window.h"

#include <stddef.h>

typedef struct
{
  int top, bottom, left, right, border;
} Params;

static const CjParam params[] = {
  { .name = "top",
    .title = "Top",
    .blurb = "Pixels put above the picture; negative ones are cut off",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, top),
    .preset = 1,
    .min = -4096,
    .max = 4096,
    .soft_min = -8,
    .soft_max = 8,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "bottom",
    .title = "Bottom",
    .blurb = "Pixels put below the picture; negative ones are cut off",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, bottom),
    .preset = 1,
    .min = -4096,
    .max = 4096,
    .soft_min = -8,
    .soft_max = 8,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "left",
    .title = "Left",
    .blurb = "Pixels put left of the picture; negative ones are cut off",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, left),
    .preset = 1,
    .min = -4096,
    .max = 4096,
    .soft_min = -8,
    .soft_max = 8,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "right",
    .title = "Right",
    .blurb = "Pixels put right of the picture; negative ones are cut off",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, right),
    .preset = 1,
    .min = -4096,
    .max = 4096,
    .soft_min = -8,
    .soft_max = 8,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "border",
    .title = "Border",
    .blurb = "What the padding is made of",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, border),
    .max = CJ_WINDOW_BORDER_LAST,
    .choices = cj_window_borders,
    .flags = 0 },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjRemapAttrs attrs = { .mode = (CjRemapMode) p->border,
                               .top = p->top,
                               .bottom = p->bottom,
                               .left = p->left,
                               .right = p->right,
                               .spread_h = 1,
                               .spread_w = 1 };

  return cj_layer_build_simple (build, &cj_op_remap2d, &attrs, error);
}

const CjLayerInfo cj_layer_pad_2d = {
  .abi = CJ_LAYER_ABI,
  .id = "pad-2d",
  .title = "Pad 2D",
  .category = "shape",
  .blurb = "Puts a border around the picture, or cuts one off",
  .formula = "[C, H, W] → [C, H + top + bottom, W + left + right]",
  .synonyms = "padding zero-pad crop reflect replicate",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
