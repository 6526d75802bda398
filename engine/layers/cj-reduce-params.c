/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-reduce-params.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

const CjParam cj_reduce_params[] = {
  { .name = "axes",
    .title = "Axes",
    .blurb = "Dimensions that go, the batch being 0 and the last −1: “1” for the time steps of a "
             "sequence, “2 3” for the pixels of a picture",
    .kind = CJ_PARAM_TEXT,
    .offset = offsetof (CjReduceParams, axes),
    .text = "1",
    .flags = CJ_PARAM_RESHAPES },
  { .name = "keep",
    .title = "Keep",
    .blurb = "Leaves the dimensions with size 1",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (CjReduceParams, keep),
    .max = 1,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED },
  { NULL },
};

gboolean
cj_reduce_build (CjLayerBuild *build, CjReduceKind kind, GError **error)
{
  const CjReduceParams *p = build->params;
  const gint64 n_dims = cj_layer_build_shape (build, 0)->n_dims;
  g_auto (GStrv) words = g_strsplit_set (p->axes, " ,;", -1);
  CjReduceAttrs attrs = { .kind = kind, .keep = p->keep };

  for (guint i = 0; words[i] != NULL; i++)
    {
      char *end;
      gint64 axis = g_ascii_strtoll (words[i], &end, 10);

      if (*words[i] == '\0')
        continue;
      axis += axis < 0 ? n_dims : 0;
      if (*end != '\0' || axis < 1 || axis >= n_dims)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                       _ ("cannot add up along axis “%s”. Its input has the axes 1 to %d."),
                       words[i], (int) n_dims - 1);
          return FALSE;
        }
      attrs.axes |= 1u << axis;
    }
  return cj_layer_build_simple (build, &cj_op_reduce, &attrs, error);
}
