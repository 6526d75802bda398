/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a layer file fills in. A layer is what a person drags: parameters, words, and a function that
 * emits ops. It contains no kernel and no gradient. */
#pragma once

#include "cj-builder.h"
#include "cj-param.h"

G_BEGIN_DECLS

typedef struct
{
  const char *id; /* kebab-case, never changes */
  const char *title;
  const char *category;
  const char *blurb;   /* one sentence */
  const char *formula; /* plain text */
  const char *biology; /* counterpart in the brain, NULL if there is none worth telling */
  guint version;
  guint n_inputs; /* ports */
  gsize params_size;
  const CjParam *params;

  /* Emits the ops of node `node`; the number of the output value, or -1 and a sentence that reads on
   * from the layer's name. */
  int (*build) (CjBuilder *builder, const char *node, gconstpointer params, const int *in,
                GError **error);
} CjLayerInfo;

/* All built-in layers, NULL-terminated, and one by id or NULL. */
const CjLayerInfo *const *cj_layers (void);
const CjLayerInfo *cj_layer_find (const char *id);

G_END_DECLS
