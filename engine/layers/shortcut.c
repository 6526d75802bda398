/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int filters, stride;
} Params;

static const CjParam params[] = {
  { .name = "filters",
    .title = "Filters",
    .blurb = "How many channels the result has; the added ones are empty",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, filters),
    .preset = 32,
    .min = 1,
    .max = 4096,
    .soft_max = 256,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "stride",
    .title = "Stride",
    .blurb = "Keeps one pixel in so many along each row and column",
    .unit = "px",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, stride),
    .preset = 2,
    .min = 1,
    .max = 63,
    .soft_max = 4,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  CjShortcutAttrs attrs;
  int more;
  if (x->n_dims != 4 || x->dims[1] > p->filters)
    {
      if (x->n_dims != 4)
        g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                     _ ("takes pictures of channels × height × width."));
      else
        g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                     g_dngettext (GETTEXT_PACKAGE, "cannot make %d channel of more. Raise Filters.",
                                  "cannot make %d channels of more. Raise Filters.",
                                  (gulong) p->filters),
                     p->filters);
      return FALSE;
    }
  more = p->filters - (int) x->dims[1];
  attrs = (CjShortcutAttrs){ p->stride, more / 2, more - more / 2 };
  if (p->stride > 1 || more > 0)
    return cj_layer_build_simple (build, &cj_op_shortcut, &attrs, error);
  build->out[0] = build->in[0];
  return TRUE;
}

const CjLayerInfo cj_layer_shortcut = {
  .abi = CJ_LAYER_ABI,
  .id = "shortcut",
  .title = "Shortcut",
  .category = "combine",
  .blurb
  = "Carries a picture past a few layers without learning: thinned out, with empty channels, "
    "so that Add can join both",
  .formula = "y[c, i, j] = x[c − (F − C) / 2, s i, s j], 0 where there is no such channel",
  .biology = "Fibres that skip an area of cortex and end in the one behind it",
  .synonyms = "residual skip identity",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
