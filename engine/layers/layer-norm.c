/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-norm-params.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

typedef struct
{
  int dims;
  double eps;
  gboolean affine;
} Params;

static const CjParam params[] = {
  { .name = "dims",
    .title = "Dimensions",
    .blurb = "How many of the last dimensions are normalised together",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, dims),
    .preset = 1,
    .min = 1,
    .max = 5,
    .soft_min = 1,
    .soft_max = 3,
    .flags = CJ_PARAM_RESHAPES },
  { .offset = offsetof (Params, eps), CJ_NORM_EPS },
  { .offset = offsetof (Params, affine), CJ_NORM_AFFINE },
  { NULL },
};

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  /* never the batch */
  const guint n = MIN ((guint) p->dims, MAX (x->n_dims, 2) - 1), first = MAX (x->n_dims, n) - n;
  const CjShape over = cj_shape (n, &x->dims[first]);
  const CjRowNormAttrs attrs = { .row = cj_shape_size (&over), .per = 1, .eps = p->eps };

  if ((guint) p->dims > n)
    {
      build->set = g_strdup_printf ("dims=%u", n);
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("normalises %d dimensions, but a sample has %u. Set its dimensions to %u."),
                   p->dims, n, n);
      return FALSE;
    }
  return cj_norm_build_rows (build, &attrs, &over, p->affine, p->affine, error);
}

const CjLayerInfo cj_layer_layer_norm = {
  .abi = CJ_LAYER_ABI,
  .id = "layer-norm",
  .title = "Layer norm",
  .category = "normalisation",
  .blurb = "Gives the features of every sample or token mean 0 and deviation 1",
  .formula = "y = w · (x − mean) / √(var + ε) + b, mean and var over the features of one sample",
  .biology = "Divisive normalisation: the pooled activity of a population divides each response",
  .synonyms = "ln layernorm normalization",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
