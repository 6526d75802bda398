/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-layer.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static const CjPort one_in[] = { { "x", "Input", "N …", CJ_PORT_REQUIRED }, { NULL } };
static const CjPort one_out[] = { { "y", "Output", "N …", CJ_PORT_REQUIRED }, { NULL } };

static const CjPort *
get_inputs (const CjLayerInfo *layer)
{
  return layer->inputs != NULL ? layer->inputs : one_in;
}

static const CjPort *
get_outputs (const CjLayerInfo *layer)
{
  return layer->outputs != NULL ? layer->outputs : one_out;
}

static guint
count (const CjPort *ports)
{
  guint n = 0;

  while (ports[n].name != NULL)
    n++;
  return n;
}

CjLayerMatch
cj_layer_match (const CjLayerInfo *layer, const char *word)
{
  const char *also = layer->synonyms != NULL ? layer->synonyms : "";
  const char *colon = strchr (layer->id, ':'); /* behind the vendor of a plugin's layer */
  g_auto (GStrv) synonyms = g_strsplit (also, " ", -1);
  g_autofree char *needle = g_utf8_casefold (word, -1);
  g_autofree char *all = g_strjoin (" ", layer->id, layer->title, also, NULL);
  g_autofree char *folded = g_utf8_casefold (all, -1);

  if (g_str_equal (layer->id, needle))
    return CJ_LAYER_MATCH_ID;
  if (g_strv_contains ((const char *const *) synonyms, needle)
      || (colon != NULL && g_str_equal (colon + 1, needle)))
    return CJ_LAYER_MATCH_SYNONYM;
  if (g_str_has_prefix (layer->id, needle)
      || (colon != NULL && g_str_has_prefix (colon + 1, needle)))
    return CJ_LAYER_MATCH_PREFIX;
  for (guint i = 0; synonyms[i] != NULL; i++)
    if (g_str_has_prefix (synonyms[i], needle))
      return CJ_LAYER_MATCH_PREFIX;
  return strstr (folded, needle) != NULL ? CJ_LAYER_MATCH_PART : CJ_LAYER_MATCH_NONE;
}

guint
cj_layer_get_n_in (const CjLayerInfo *layer)
{
  return layer->role == CJ_ROLE_INPUT ? 0 : count (get_inputs (layer));
}

guint
cj_layer_get_n_out (const CjLayerInfo *layer)
{
  return count (get_outputs (layer));
}

const CjPort *
cj_layer_get_input (const CjLayerInfo *layer, guint port)
{
  const guint n = cj_layer_get_n_in (layer);

  return &get_inputs (layer)[MIN (port, MAX (n, 1) - 1)];
}

const CjPort *
cj_layer_get_output (const CjLayerInfo *layer, guint port)
{
  return &get_outputs (layer)[MIN (port, cj_layer_get_n_out (layer) - 1)];
}

gboolean
cj_layer_takes_many (const CjLayerInfo *layer)
{
  const guint n = cj_layer_get_n_in (layer);

  return n > 0 && get_inputs (layer)[n - 1].kind == CJ_PORT_MANY;
}

const CjShape *
cj_layer_build_shape (const CjLayerBuild *build, guint port)
{
  return cj_builder_get_shape (build->builder, build->in[port]);
}

int
cj_layer_build_param (CjLayerBuild *build, const char *name, const CjShape *shape, CjInit init)
{
  return cj_builder_add_param (build->builder, build->node, name, shape, init);
}

/* Only some inputs take numbers that stand for words or classes. */
static gboolean
refuse_words (CjLayerBuild *build, const CjOpInfo *info, const int *in, guint n_in, GError **error)
{
  for (guint i = 0; i < n_in; i++)
    {
      if (in[i] == CJ_NO_VALUE || (info->whole_in & 1u << i) != 0
          || cj_builder_get_value (build->builder, in[i])->dtype == CJ_FLOAT32)
        continue;
      build->mend = "embedding";
      for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
        if (build->in[port] == in[i])
          build->mend_port = port;
      g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                   _ ("expects measured values, got numbers of words. Put Embedding before it."));
      return TRUE;
    }
  return FALSE;
}

gboolean
cj_layer_build_refuse_sequence (CjLayerBuild *build, guint port, GError **error)
{
  const CjShape *x = cj_layer_build_shape (build, port);
  const gboolean words
      = cj_builder_get_value (build->builder, build->in[port])->dtype != CJ_FLOAT32;
  g_autofree char *got = cj_shape_print_sample (x);

  build->mend = words ? "embedding" : x->n_dims == 4 ? "patch-embedding" : NULL;
  build->mend_port = port;
  if (words)
    g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                 _ ("expects a sequence of vectors, got numbers of words, %s. Put %s before it."),
                 got, _ (cj_layer_find (build->mend)->title));
  else if (build->mend != NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                 _ ("expects a sequence of vectors, got %s. Put %s before it."), got,
                 _ (cj_layer_find (build->mend)->title));
  else
    g_set_error (error, CJ_ERROR, CJ_ERROR_SHAPE,
                 _ ("expects a sequence of vectors, got %s. Put Reshape to time steps × features "
                    "before it."),
                 got);
  return FALSE;
}

gboolean
cj_layer_build_emit (CjLayerBuild *build, const CjOpInfo *info, gconstpointer attrs, const int *in,
                     guint n_in, int *out, GError **error)
{
  int value;

  if (refuse_words (build, info, in, n_in, error))
    return FALSE;
  value = cj_builder_emit (build->builder, info, attrs, in, n_in, error);
  if (value == CJ_NO_VALUE)
    return FALSE;
  *out = value;
  return TRUE;
}

gboolean
cj_layer_build_simple (CjLayerBuild *build, const CjOpInfo *info, gconstpointer attrs,
                       GError **error)
{
  return cj_layer_build_emit (build, info, attrs, build->in, 1, &build->out[0], error);
}
