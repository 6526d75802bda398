/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-layer.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>
#include <string.h>

typedef struct
{
  char shape[CJ_PARAM_TEXT_SIZE];
} Params;

static const CjParam params[] = {
  { .name = "shape",
    .title = "Shape",
    .blurb = "New sizes of a sample, as 16x7x7; one may be ? and takes what is left",
    .kind = CJ_PARAM_TEXT,
    .offset = offsetof (Params, shape),
    .text = "?",
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

static gboolean
refuse (const char *text, GError **error)
{
  g_set_error (
      error, CJ_ERROR, CJ_ERROR_SHAPE,
      _ ("cannot read the shape “%s”. Write up to five sizes, as 16x7x7, one of them ? for "
         "what is left."),
      text);
  return FALSE;
}

/* Sizes behind the batch; *open is the place of the “?”, 0 if there is none. */
static gboolean
parse (const char *text, CjShape *shape, guint *open, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, "x", -1);

  if (g_strv_length (words) >= CJ_MAX_DIMS)
    return refuse (text, error);
  for (guint i = 0; words[i] != NULL; i++)
    {
      guint64 size = 1;

      if (g_str_equal (words[i], "?") && *open == 0)
        *open = shape->n_dims;
      else if (!g_ascii_string_to_unsigned (words[i], 10, 1, G_MAXINT32, &size, NULL))
        return refuse (text, error);
      shape->dims[shape->n_dims++] = (gint64) size;
    }
  return TRUE;
}

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const Params *p = build->params;
  const CjShape *x = cj_layer_build_shape (build, 0);
  CjReshapeAttrs attrs = { cj_shape1 (x->n_dims > 0 ? x->dims[0] : 1) };
  guint open = 0;
  double known = 1;

  if (!parse (p->shape, &attrs.shape, &open, error))
    return FALSE;
  for (guint i = 0; i < attrs.shape.n_dims; i++)
    known *= (double) attrs.shape.dims[i];
  if (known > (double) cj_shape_size (x))
    {
      g_autofree char *got = cj_shape_print_sample (x);

      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("cannot make %s of a sample of %s. Choose a shape of the same size."),
                   p->shape, got);
      return FALSE;
    }
  if (open > 0)
    attrs.shape.dims[open] = cj_shape_size (x) / (gint64) known;
  return cj_layer_build_simple (build, &cj_op_reshape, &attrs, error);
}

const CjLayerInfo cj_layer_reshape = {
  .abi = CJ_LAYER_ABI,
  .id = "reshape",
  .title = "Reshape",
  .category = "shape",
  .blurb = "Reads the numbers of a sample in the same order with other sizes",
  .formula = "[C, H, W] → any shape of as many numbers",
  .synonyms = "view",
  .version = 1,
  .params_size = sizeof (Params),
  .params = params,
  .build = build,
};
