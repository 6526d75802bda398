/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plugins for the tests of the loader, one a variant: compiled with VARIANT_… defined as 1. */
#include "cj-layer.h"
#include "cj-plugin.h"

#include <stddef.h>
#include <stdlib.h>

#ifndef VARIANT_no_entry

static gboolean
build (CjLayerBuild *build, GError **error)
{
  const CjUnaryAttrs twice = { CJ_UNARY_AFFINE, 2, 0 };

  return cj_layer_build_simple (build, &cj_op_unary, &twice, error);
}

static const CjLayerInfo layer = {
#ifdef VARIANT_other_layer
  .abi = CJ_LAYER_ABI + 1,
#else
  .abi = CJ_LAYER_ABI,
#endif
#ifdef VARIANT_older
  .size = offsetof (CjLayerInfo, count_in), /* before that was added */
  .id = "older:twice",
  .count_in = (guint (*) (gconstpointer)) 1, /* not read */
#else
  .size = sizeof (CjLayerInfo),
#endif
#ifdef VARIANT_bad_id
  .id = "twice",
#elif defined(VARIANT_crash)
  .id = "acme:thrice",
#elif !defined(VARIANT_older)
  .id = "acme:twice",
#endif
  .title = "Twice",
#ifndef VARIANT_incomplete
  .category = "activation",
#endif
  .blurb = "Doubles every number, so that a test sees it",
  .formula = "y = 2 x",
  .version = 1,
  .build = build,
};

static const CjPluginItem items[] = { { CJ_PLUGIN_LAYER, &layer }, { CJ_PLUGIN_END, NULL } };

static const CjPlugin plugin = {
#ifdef VARIANT_other_abi
  .abi = CJ_PLUGIN_ABI + 1,
#else
  .abi = CJ_PLUGIN_ABI,
#endif
  .size = sizeof (CjPlugin),
  .name = "twice",
  .title = "Twice",
  .version = "1.0",
  .licence = "GPL-3.0-or-later",
  .items = items,
};

const CjPlugin *
cj_plugin_entry (void)
{
#ifdef VARIANT_crash
  if (getenv ("CAJAL_TEST_CRASH") != NULL)
    abort ();
#endif
  return &plugin;
}

#endif
