/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures with their channels last [N, H, W, C], as between the norms of ConvNeXt: a product with a matrix is a convolution
 * of one pixel, numbers a channel are one that has a group for each. Layers have the channels first; what turns the axes
 * there and back again goes where two such layers meet. */
#include "cjl-onnx-rules.h"
#include "cjl-onnx-views.h"

#include <string.h>

#define MAX_CHANNELS 4096 /* of the layer */

/* A convolution of one pixel; what `last` makes is its result with the channels last. NULL: an error. */
static CjNode *
put_pixels (CjlOnnxImport *import, const CjdOnnxNode *node, const CjdOnnxNode *last, const char *x,
            gint64 filters, gint64 groups, gboolean bias, gboolean *handled, GError **error)
{
  CjNode *conv, *turned;
  CjlOnnxMade base;

  conv = cjl_onnx_put (import, "conv-2d", node, NULL, error, "kernel=1", "padding=0", NULL);
  if (conv == NULL || !cjl_onnx_order_axes (import, node, x, "312", &base, error)
      || !cj_graph_connect (import->graph, base.node, base.port, conv, 0, error)
      || !cjl_onnx_set (import, conv, error, "filters", "%lld", (long long) filters)
      || !cjl_onnx_set (import, conv, error, "groups", "%lld", (long long) groups)
      || !cjl_onnx_set (import, conv, error, "bias", "%s", bias ? "true" : "false"))
    return NULL;
  turned = cjl_onnx_put_on (import, "permute", last, (CjlOnnxMade){ conv, 0 }, error);
  if (turned == NULL || !cjl_onnx_set (import, turned, error, "order", "%s", "231")
      || !cjl_onnx_finish (import, last, turned, handled))
    return NULL;
  cjl_onnx_take (import, node);
  return conv;
}

/* Whether a value is pictures with their channels last, for all that can be seen. */
static gboolean
is_picture (const CjlOnnxImport *import, const char *name)
{
  const CjArray *x = cjl_onnx_value (import, name);

  return import->lift == NULL && x != NULL && x->dims.n == 4 && x->dims.d[0] == import->batch
         && cj_array_type_is_float (x->type) && g_hash_table_contains (import->made, name)
         && x->dims.d[3] <= MAX_CHANNELS;
}

gboolean
cjl_onnx_rule_pixels (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                      GError **error)
{
  const char *x = cjl_onnx_input (node, 0);
  const CjArray *weight = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  const CjdOnnxNode *add;
  CjArray *bias;
  CjShape shape;
  CjNode *conv;

  if (!is_picture (import, x) || !cjl_onnx_flows (import, node, 0) || weight == NULL
      || weight->dims.n != 2 || weight->dims.d[1] > MAX_CHANNELS)
    return TRUE;
  shape = cj_shape4 (weight->dims.d[1], weight->dims.d[0], 1, 1);
  add = cjl_onnx_find_bias (import, node, weight->dims.d[1], 4, &bias);
  conv = put_pixels (import, node, add != NULL ? add : node, x, weight->dims.d[1], 1, bias != NULL,
                     handled, error);
  if (conv == NULL)
    return FALSE;
  cjl_onnx_weight_turned (import, conv, "weight", weight, &shape);
  shape = cj_shape1 (weight->dims.d[1]);
  if (bias != NULL)
    cjl_onnx_weight (import, conv, "bias", bias, &shape);
  return TRUE;
}

gboolean
cjl_onnx_rule_channel_scale (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                             GError **error)
{
  const guint i = cjl_onnx_flows (import, node, 0) ? 0 : 1;
  const char *x = cjl_onnx_input (node, i);
  const CjArray *value = cjl_onnx_value (import, x);
  const CjArray *scale = cjl_onnx_constant (import, cjl_onnx_input (node, 1 - i));
  CjShape shape;
  CjNode *conv;

  if (!is_picture (import, x) || scale == NULL || scale->size < 2 || scale->dims.n > 4
      || scale->size != value->dims.d[3] || scale->dims.d[scale->dims.n - 1] != scale->size)
    return TRUE;
  conv = put_pixels (import, node, node, x, scale->size, scale->size, FALSE, handled, error);
  if (conv == NULL)
    return FALSE;
  shape = cj_shape4 (scale->size, 1, 1, 1);
  cjl_onnx_weight (import, conv, "weight", scale, &shape);
  return TRUE;
}
