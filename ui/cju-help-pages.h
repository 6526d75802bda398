/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pages of the help, as data; cju-help-page.c makes widgets of them. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

typedef struct
{
  char *id;            /* "layer/conv-2d" */
  const char *section; /* "Guide", "Layers: Feature"; as shown */
  const char *title;   /* as shown */
  const char *synonyms;
  const char *blurb, *biology;  /* to be translated */
  const char *formula, *source; /* not to be translated */
  const CjLayerInfo *layer;     /* for ports, else NULL */
  const CjParam *params;
  const char *const *paragraphs; /* markup, to be translated; ends with NULL */
  char *haystack;                /* everything that the search looks at, casefolded */
} CjuHelpPage;

/* All pages in reading order, made once, in the language of the program. Borrowed. */
const GPtrArray *cju_help_pages (void);
const CjuHelpPage *cju_help_find (const char *id); /* or NULL */

/* "1 to 64, usually 1 to 8, preset 3", or the words that may stand there. You free. */
char *cju_help_print_range (const CjParam *param);

G_END_DECLS
