/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a file in generators/ fills in: a data set made from a seed, with no file at all. */
#pragma once

#include "cj-param.h"
#include "cjd-dataset.h"

G_BEGIN_DECLS

typedef struct
{
  const char *id; /* kebab-case, never changes */
  const char *title;
  const char *blurb; /* one sentence */
  gsize params_size;
  const CjParam *params; /* always with "samples" and "seed" */

  /* Makes the data set, split into training, validation and test. The same parameters give the same
   * bytes on every machine. */
  CjdDataset *(*make) (gconstpointer params, GError **error);
} CjdSourceInfo;

/* All built-in sources, NULL-terminated, and one by id or NULL. */
const CjdSourceInfo *const *cjd_sources (void);
const CjdSourceInfo *cjd_source_find (const char *id);

G_END_DECLS
