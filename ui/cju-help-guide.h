/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The written pages of the help. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *id, *title, *blurb; /* title and blurb to be translated */
  const char *paragraphs[8];      /* markup with links to other pages; ends with NULL */
} CjuHelpGuide;

extern const CjuHelpGuide cju_help_guide[]; /* ends with an id of NULL */

G_END_DECLS
