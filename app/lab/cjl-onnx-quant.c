/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole numbers of few bits. Weights that lie so in the model are dequantised where they are constants. What is rounded
 * between layers, QuantizeLinear and DequantizeLinear in turn, is a Quantise layer, which makes the same levels
 * (Jacob et al., 2018). */
#include "cjl-onnx-rules.h"
#include "cjl-onnx-trail.h"
#include "cjl-onnx-views.h"

#include "cj-quant.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MOST 1e6       /* bounds of the layer */
#define MAX_BETWEEN 16 /* nodes that only move what was rounded */

/* Levels of a node: scale · (q − zero), q from least to most. */
typedef struct
{
  double scale, zero, least, most;
  int bits;
} Levels;

static gboolean
read_type (CjArrayType type, Levels *levels)
{
  const gboolean wide = type == CJ_ARRAY_U16 || type == CJ_ARRAY_I16;
  const gboolean whole = type == CJ_ARRAY_I8 || type == CJ_ARRAY_I16;

  levels->bits = wide ? 16 : 8;
  levels->least = whole ? (wide ? G_MININT16 : G_MININT8) : 0;
  levels->most = levels->least + (wide ? G_MAXUINT16 : G_MAXUINT8);
  return wide || type == CJ_ARRAY_I8 || type == CJ_ARRAY_U8;
}

/* One scale and one zero for all numbers; FALSE: it has others. */
static gboolean
read_levels (const CjlOnnxImport *import, const CjdOnnxNode *node, CjArrayType type, Levels *levels)
{
  levels->zero = 0;
  return read_type (type, levels)
         && cjl_onnx_get_number (import, cjl_onnx_input (node, 1), &levels->scale)
         && levels->scale > 0
         && (*cjl_onnx_input (node, 2) == '\0'
             || cjl_onnx_get_number (import, cjl_onnx_input (node, 2), &levels->zero));
}

static gboolean
put_levels (CjlOnnxImport *import, CjNode *made, const Levels *levels, GError **error)
{
  return cjl_onnx_set (import, made, error, "bits", "%d", levels->bits)
         && cjl_onnx_set (import, made, error, "low", "%.17g",
                          levels->scale * (levels->least - levels->zero))
         && cjl_onnx_set (import, made, error, "high", "%.17g",
                          levels->scale * (levels->most - levels->zero));
}

/* Whether a value is at these levels already: rounded before, and only moved since. */
static gboolean
is_rounded (const CjlOnnxImport *import, const char *name, CjArrayType type, const Levels *levels)
{
  for (guint i = 0; i < MAX_BETWEEN; i++)
    {
      const CjdOnnxNode *node = cjl_onnx_maker (import, name);
      Levels before;

      if (cjl_onnx_is_op (node, "DequantizeLinear"))
        return read_levels (import, node, type, &before) && before.scale == levels->scale
               && before.zero == levels->zero;
      if (node == NULL || (!cjl_onnx_moves (import, node) && !cjl_onnx_is_op (node, "MaxPool")))
        return FALSE;
      name = cjl_onnx_input (node, 0);
    }
  return FALSE;
}

/* What one name is on the canvas, another is as well. */
static void
note_same (CjlOnnxImport *import, const char *name, const char *as)
{
  const CjlOnnxMade *made = g_hash_table_lookup (import->made, as);
  const CjlOnnxView *view = g_hash_table_lookup (import->views, as);
  const char *lift = import->lift;

  import->lift = NULL;
  if (view != NULL)
    cjl_onnx_take_view (import, name, view);
  else if (made != NULL)
    cjl_onnx_note (import, name, made->node, made->port);
  import->lift = lift;
}

/* The layer for a node, noted as what its levels stand for; its own result, the whole numbers, is for a card if anybody
 * reads them. */
gboolean
cjl_onnx_rule_quantise (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                        GError **error)
{
  const CjArray *y = cjl_onnx_value (import, cjl_onnx_output (node, 0));
  const char *x = cjl_onnx_input (node, 0);
  const GPtrArray *users = g_hash_table_lookup (import->users, cjl_onnx_output (node, 0));
  CjNode *made = NULL;
  Levels levels, back;

  if (y == NULL || !cjl_onnx_flows (import, node, 0)
      || !read_levels (import, node, y->type, &levels) || levels.bits > CJ_QUANT_MAX_BITS
      || levels.scale * (levels.least - levels.zero) < -MOST
      || levels.scale * (levels.most - levels.zero) > MOST)
    return TRUE;
  for (guint i = 0; users != NULL && i < users->len; i++)
    {
      const CjdOnnxNode *user = users->pdata[i];

      if (g_hash_table_contains (import->done, user) || !cjl_onnx_is_op (user, "DequantizeLinear")
          || !read_levels (import, user, y->type, &back) || back.scale != levels.scale
          || back.zero != levels.zero)
        continue;
      if (is_rounded (import, x, y->type, &levels))
        {
          note_same (import, cjl_onnx_output (user, 0), x);
          cjl_onnx_take (import, user);
          continue;
        }
      if (made == NULL
          && ((made = cjl_onnx_put (import, "quantise", node, x, error, NULL)) == NULL
              || !put_levels (import, made, &levels, error)))
        return FALSE;
      cjl_onnx_note (import, cjl_onnx_output (user, 0), made, 0);
      cjl_onnx_take (import, user);
    }
  (void) handled;
  return TRUE;
}

void
cjl_onnx_remark_bits (CjlOnnxImport *import)
{
  const CjdOnnxGraph *graph = import->model->graph;
  guint weights = 0, layers = 0, dynamic = 0;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjdOnnxNode *node = graph->nodes->pdata[i];

      weights += cjl_onnx_is_op (node, "DequantizeLinear") && !cjl_onnx_flows (import, node, 0);
      dynamic += cjl_onnx_is_op (node, "DynamicQuantizeLinear");
    }
  for (guint i = 0; i < import->graph->nodes->len; i++)
    layers
        += g_str_equal (((const CjNode *) import->graph->nodes->pdata[i])->layer->id, "quantise");
  if (weights > 0)
    g_ptr_array_add (
        import->remarks,
        g_strdup_printf (ngettext ("%u weight lies in the model as whole numbers of few "
                                   "bits; here it is the numbers they stand for.",
                                   "%u weights lie in the model as whole numbers of "
                                   "few bits; here they are the numbers they stand for.",
                                   weights),
                         weights));
  if (layers > 0)
    g_ptr_array_add (
        import->remarks,
        g_strdup (_ ("What the model rounds between its layers, cards of Quantise round "
                     "here. Delete them to go on without.")));
  if (dynamic > 0)
    g_ptr_array_add (
        import->remarks,
        g_strdup_printf (ngettext ("%u value is rounded by the least and the most of what comes "
                                   "in, as no layer does: what is around stays cards of single "
                                   "operators, through which nothing is trained.",
                                   "%u values are rounded by the least and the most of what comes "
                                   "in, as no layer does: what is around stays cards of single "
                                   "operators, through which nothing is trained.",
                                   dynamic),
                         dynamic));
}
