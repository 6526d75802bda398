/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of the figures of the loss around the weights, from a project at rest. */
#include "cjl-figures-private.h"

#include "cj-error.h"
#include "cjl-landscape.h"

#include <glib/gi18n-lib.h>

/* The plane of the run or the random one; the other figures have one kind each. */
static gboolean
find_kind (const CjlFigureRequest *r, CjlLandscapeKind *kind, GError **error)
{
  const char *method = r->choice->method;

  for (int i = 0; i < CJL_LANDSCAPE_N_KINDS; i++)
    if (i != CJL_LANDSCAPE_RUN
        && g_str_equal (r->id, cjl_landscape_get_figure ((CjlLandscapeKind) i)))
      *kind = (CjlLandscapeKind) i;
  if (method == NULL || *kind != CJL_LANDSCAPE_SLICE || g_str_equal (method, "slice"))
    return TRUE;
  if (g_str_equal (method, "run"))
    *kind = CJL_LANDSCAPE_RUN;
  else
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("There is no landscape “%s”. Choose slice or run."), method);
  return *kind == CJL_LANDSCAPE_RUN;
}

CjvFrame *
cjl_figure_of_landscape (const CjlFigureRequest *r, GError **error)
{
  g_autoptr (CjlLandscape) landscape = NULL;
  CjlLandscapeKind kind = CJL_LANDSCAPE_SLICE;
  CjlLandscapeOptions options;

  if (!find_kind (r, &kind, error))
    return NULL;
  cjl_landscape_options_init (&options, kind);
  landscape = cjl_landscape_project (r->project, r->dataset, &options, error);
  return landscape != NULL ? cjl_landscape_frame (landscape) : NULL;
}
