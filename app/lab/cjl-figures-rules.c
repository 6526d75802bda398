/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame of the figure of learning rules, from a project at rest. */
#include "cjl-figures-private.h"

#include "cjl-alignment.h"

CjvFrame *
cjl_figure_of_alignment (const CjlFigureRequest *r, GError **error)
{
  g_autoptr (CjlAlignment) alignment = cjl_alignment_project (r->project, r->dataset, error);

  return alignment != NULL ? cjl_alignment_frame (alignment) : NULL;
}
