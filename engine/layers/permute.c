/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>
#include <string.h>

typedef struct
{
  char order[CJ_PARAM_TEXT_SIZE];
} Params;

static const CjParam params[] = {
  { .name = "order",
    .title = "Order",
    .blurb = "The axes of a sample, counted from 1, in their new order, as 231",
    .kind = CJ_PARAM_TEXT,
    .offset = offsetof (Params, order),
    .text = "21",
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  const gsize n = strlen (p->order);
  CjPermuteAttrs attrs = { 0 };

  if (n + 1 != x->n_dims || strspn (p->order, "12345") != n)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("has the order “%s” for samples of %u axes. Name each axis once, as %.*s."),
                   p->order, x->n_dims - 1, (int) x->n_dims - 1, "12345");
      return FALSE;
    }
  for (gsize i = 0; i < n; i++)
    attrs.axes[i + 1] = p->order[i] - '0';
  return cj_layer_build_simple (build, &cj_op_permute, &attrs, error);
}

const CjLayerInfo cj_layer_permute = {
  .abi = CJ_LAYER_ABI,
  .id = "permute",
  .title = "Permute",
  .category = "shape",
  .blurb = "Puts the axes of a sample in another order",
  .formula = "y[j, i] = x[i, j] for the order 21",
  .synonyms = "transpose swap-axes",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
