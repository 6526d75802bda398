/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Normalised sums that onnxruntime's optimiser writes (domain com.microsoft, its documentation
 * docs/ContribOperators.md): of an input and what skips to it, and of the embeddings of a token. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

/* Layer normalisation of x over its last dimension, by its root mean square alone if `rms`. Results are what becomes of
 * it, means, and one over the deviation; you unref all three. */
static gboolean
normalise (CjArray *x, CjArray *scale, CjArray *bias, double epsilon, gboolean rms, CjArray **out,
           GError **error)
{
  CjAttr attr = { .name = (char *) "epsilon", .kind = CJ_ATTR_FLOAT, .f = epsilon };
  g_autoptr (GPtrArray) attrs = g_ptr_array_new ();
  const CjExtraNode node
      = { (char *) (rms ? "RMSNormalization" : "LayerNormalization"), 23, attrs };
  CjArray *const in[3] = { x, scale, bias };

  g_ptr_array_add (attrs, &attr);
  return cj_extra_run (&node, rms ? 2 : 3, in, 3, out, error);
}

/* Hands results over to those that are asked for, the rest is let go: result k is out[places[k]], -1: it is none. */
static gboolean
hand_over (CjExtraCall *call, CjArray **out, guint n, const int *places)
{
  for (guint k = 0; k < n; k++)
    if (places[k] >= 0 && out[places[k]] != NULL)
      cj_extra_give (call, k, cj_array_ref (out[places[k]]));
  for (guint i = 0; i < 4; i++)
    g_clear_pointer (&out[i], cj_array_unref);
  return TRUE;
}

/* Input, skip, scale, then bias of the norm (of a layer norm only) and bias of the sum. */
static gboolean
run_skip (CjExtraCall *call, GError **error)
{
  static const int places[] = { 0, 1, 2, 3 };
  const gboolean rms = strstr (call->node->op, "Simplified") != NULL;
  CjArray *bias = cj_extra_in (call, rms ? 3 : 4), *out[4] = { NULL };
  g_autoptr (CjArray) sum = cj_extra_apply_pair ("Add", call->in[0], call->in[1], error);

  if (sum == NULL)
    return FALSE;
  if (!cj_dims_equal (&sum->dims, &call->in[0]->dims))
    return cj_extra_refuse_shapes (error);
  out[3] = bias != NULL ? cj_extra_apply_pair ("Add", sum, bias, error) : cj_array_ref (sum);
  if (out[3] == NULL || !cj_dims_equal (&out[3]->dims, &sum->dims)
      || !normalise (out[3], call->in[2], rms ? NULL : cj_extra_in (call, 3),
                     cj_extra_float (call, "epsilon", 1e-12), rms, out, error))
    {
      const gboolean said = out[3] == NULL || cj_dims_equal (&out[3]->dims, &sum->dims);

      g_clear_pointer (&out[3], cj_array_unref);
      return said ? FALSE : cj_extra_refuse_shapes (error);
    }
  return hand_over (call, out, 4, places);
}

/* By the root mean square alone; the second result is one over it. */
static gboolean
run_simplified (CjExtraCall *call, GError **error)
{
  static const int places[] = { 0, 2 };
  CjArray *out[4] = { NULL };

  if (cj_extra_int (call, "axis", -1) != -1
      && cj_extra_int (call, "axis", -1) + 1 != (gint64) call->in[0]->dims.n)
    return cj_extra_refuse_attr ("axis", error);
  return normalise (call->in[0], call->in[1], NULL, cj_extra_float (call, "epsilon", 1e-5), TRUE,
                    out, error)
         && hand_over (call, out, 2, places);
}

/* --- embeddings --- */

/* Adds to y [B, S, H] the rows of a table [rows, H] that `ids` [B, S] or [1, S] name; NULL: row s for token s. */
static gboolean
add_rows (CjArray *y, const CjArray *table, const CjArray *ids, GError **error)
{
  const gint64 tokens = y->dims.d[1], width = y->dims.d[2];

  if (table->dims.n != 2 || table->dims.d[1] != width
      || (ids != NULL && ids->size != tokens && ids->size != y->dims.d[0] * tokens))
    return cj_extra_refuse_shapes (error);
  for (gint64 i = 0; i < y->dims.d[0] * tokens; i++)
    {
      const gint64 row = ids != NULL ? cj_array_get_int (ids, i % ids->size) : i % tokens;

      if (row < 0 || row >= table->dims.d[0])
        return cj_extra_refuse_index (error);
      for (gint64 k = 0; k < width; k++)
        cj_array_set (y, i * width + k,
                      cj_array_get (y, i * width + k) + cj_array_get (table, row * width + k));
    }
  return TRUE;
}

/* How many tokens of each sample the mask [B, S] leaves, 0 without one. */
static CjArray *
count_seen (const CjArray *ids, const CjArray *mask, GError **error)
{
  const CjDims dims = { 1, { ids->dims.d[0] } };
  CjArray *counts = cj_array_new (CJ_ARRAY_I32, &dims, error);

  for (gint64 i = 0; counts != NULL && mask != NULL && i < mask->size; i++)
    if (cj_array_get_int (mask, i) == 1)
      {
        const gint64 sample = i / ids->dims.d[1];

        cj_array_set_int (counts, sample, cj_array_get_int (counts, sample) + 1);
      }
  return counts;
}

/* Devlin et al. (2019), "BERT": ids of words and of segments, tables of words, places and segments, scale and bias of
 * the norm, mask, places. */
static gboolean
run_embed (CjExtraCall *call, GError **error)
{
  static const int places[] = { 0, 3, 2 };
  const CjArray *ids = call->in[0], *segments = cj_extra_in (call, 1);
  const CjArray *table = cj_extra_in (call, 4), *mask = cj_extra_in (call, 7);
  CjArray *out[4] = { NULL };
  g_autoptr (CjArray) sum = NULL;
  CjDims dims;

  /* segments and their table may be missing among those that may not */
  for (guint i = 2; i < 7; i++)
    if (i != 4 && cj_extra_in (call, i) == NULL)
      return cj_extra_refuse_shapes (error);
  if (ids->dims.n != 2 || call->in[2]->dims.n != 2 || (mask != NULL && mask->size != ids->size)
      || (segments != NULL && table == NULL))
    return cj_extra_refuse_shapes (error);
  dims = (CjDims){ 3, { ids->dims.d[0], ids->dims.d[1], call->in[2]->dims.d[1] } };
  sum = cj_array_new (call->in[2]->type, &dims, error);
  if (sum == NULL || !add_rows (sum, call->in[2], ids, error)
      || !add_rows (sum, call->in[3], cj_extra_in (call, 8), error)
      || (segments != NULL && !add_rows (sum, table, segments, error))
      || !normalise (sum, call->in[5], call->in[6], cj_extra_float (call, "epsilon", 1e-12), FALSE,
                     out, error))
    return FALSE;
  /* its second result counts tokens, its third is the sum */
  g_clear_pointer (&out[2], cj_array_unref);
  out[2] = cj_array_ref (sum);
  out[3] = count_seen (ids, mask, error);
  if (out[3] != NULL)
    return hand_over (call, out, 3, places);
  for (guint i = 0; i < 3; i++)
    g_clear_pointer (&out[i], cj_array_unref);
  return FALSE;
}

const CjExtraInfo cj_extra_embed[] = {
  /* onnxruntime wrote this one into the standard's domain too */
  { "SimplifiedLayerNormalization", 1, 0, 2, 2, run_simplified },
  { CJ_EXTRA_MS "EmbedLayerNormalization", 1, 0, 1, 9, run_embed },
  { CJ_EXTRA_MS "SimplifiedLayerNormalization", 1, 0, 2, 2, run_simplified },
  { CJ_EXTRA_MS "SkipLayerNormalization", 1, 0, 3, 5, run_skip },
  { CJ_EXTRA_MS "SkipSimplifiedLayerNormalization", 1, 0, 3, 4, run_skip },
  { NULL, 0, 0, 0, 0, NULL },
};
