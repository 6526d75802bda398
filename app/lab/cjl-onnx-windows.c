/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolutions and pools over height and width. */
#include "cjl-onnx-rules.h"

#include <string.h>

#define MAX_WINDOW 63

typedef struct
{
  gint64 kernel[2], stride[2], dilation[2], pads[4];
  gboolean same; /* the padding is on both sides alike */
} Window;

static gboolean
read_two (const CjdOnnxNode *node, const char *name, guint n, gint64 *to)
{
  const CjAttr *attr = cj_extra_node_find (node->op, name);

  if (attr == NULL)
    return TRUE;
  if (attr->kind != CJ_ATTR_INTS || attr->n != n)
    return FALSE;
  memcpy (to, attr->ints, n * sizeof *to);
  return TRUE;
}

/* A window over height and width that a layer can have; `kernel` is that of a weight, or NULL. */
static gboolean
read_window (const CjlOnnxImport *import, const CjdOnnxNode *node, const gint64 *kernel, Window *w)
{
  *w = (Window){ .stride = { 1, 1 }, .dilation = { 1, 1 } };
  if (kernel != NULL)
    memcpy (w->kernel, kernel, sizeof w->kernel);
  if (cjl_onnx_rank_of (import, cjl_onnx_input (node, 0)) != 4
      || !read_two (node, "kernel_shape", 2, w->kernel) || !read_two (node, "strides", 2, w->stride)
      || !read_two (node, "dilations", 2, w->dilation) || !read_two (node, "pads", 4, w->pads))
    return FALSE;
  if (!cjl_onnx_text_is (node, "auto_pad", "NOTSET", "NOTSET")
      && !cjl_onnx_text_is (node, "auto_pad", "", "VALID")
      && !cjl_onnx_text_is (node, "auto_pad", "", ""))
    {
      const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
      const gboolean upper = cjl_onnx_text_is (node, "auto_pad", "", "SAME_UPPER");

      for (guint k = 0; k < 2; k++)
        {
          const gint64 size = x->dims.d[2 + k], out = (size + w->stride[k] - 1) / w->stride[k];
          const gint64 all
              = MAX ((out - 1) * w->stride[k] + (w->kernel[k] - 1) * w->dilation[k] + 1 - size, 0);

          w->pads[upper ? k : 2 + k] = all / 2;
          w->pads[upper ? 2 + k : k] = all - all / 2;
        }
    }
  w->same = w->pads[0] == w->pads[2] && w->pads[1] == w->pads[3];
  for (guint k = 0; k < 2; k++)
    if (w->kernel[k] < 1 || w->kernel[k] > MAX_WINDOW || w->stride[k] > MAX_WINDOW
        || w->dilation[k] > MAX_WINDOW || w->pads[k] > MAX_WINDOW || w->pads[2 + k] > MAX_WINDOW)
      return FALSE;
  return TRUE;
}

static gboolean
set_pair (CjlOnnxImport *import, CjNode *made, const char *name, const gint64 *pair, GError **error)
{
  return cjl_onnx_set (import, made, error, name, "%lldx%lld", (long long) pair[0],
                       (long long) pair[1]);
}

/* The Add behind a convolution without a bias, if it adds one number a filter: *bias. */
static const CjdOnnxNode *
find_bias (const CjlOnnxImport *import, const CjdOnnxNode *node, gint64 filters, CjArray **bias)
{
  const CjdOnnxNode *add = *bias == NULL ? cjl_onnx_next_op (import, node, "Add") : NULL;
  CjArray *value = NULL;

  if (add != NULL)
    value = cjl_onnx_constant (import, cjl_onnx_other_input (add, cjl_onnx_output (node, 0)));
  /* [filters, 1, 1], with or without a dimension of one before it */
  if (value == NULL || value->size != filters || value->dims.n < 3 || value->dims.n > 4
      || value->dims.d[value->dims.n - 3] != filters)
    return NULL;
  *bias = value;
  return add;
}

static gboolean
add_filters (CjlOnnxImport *import, const CjdOnnxNode *node, CjNode *made, const Window *w,
             gint64 filters, const CjArray *weight, CjArray *bias, gboolean *handled,
             GError **error)
{
  const CjdOnnxNode *add = find_bias (import, node, filters, &bias);
  const CjShape units = cj_shape1 (filters);
  const gint64 groups = cjl_onnx_get_int (node, "group", 1);

  if (made == NULL || !cjl_onnx_set (import, made, error, "filters", "%lld", (long long) filters)
      || !set_pair (import, made, "kernel", w->kernel, error)
      || !set_pair (import, made, "stride", w->stride, error)
      || !set_pair (import, made, "dilation", w->dilation, error)
      || (w->same && !set_pair (import, made, "padding", w->pads, error))
      || !cjl_onnx_set (import, made, error, "groups", "%lld", (long long) groups)
      || !cjl_onnx_set (import, made, error, "bias", "%s", bias != NULL ? "true" : "false"))
    return FALSE;
  cjl_onnx_weight (import, made, "weight", weight, NULL);
  if (bias != NULL)
    cjl_onnx_weight (import, made, "bias", bias, &units);
  cjl_onnx_take (import, node);
  return cjl_onnx_finish (import, add != NULL ? add : node, made, handled);
}

gboolean
cjl_onnx_rule_conv (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                    GError **error)
{
  const CjArray *weight = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  const char *x = cjl_onnx_input (node, 0);
  CjNode *made, *border;
  CjArray *bias;
  Window w;

  if (weight == NULL || weight->dims.n != 4 || weight->dims.d[0] > 4096
      || !read_window (import, node, weight->dims.d + 2, &w)
      || !cjl_onnx_read_bias (import, node, weight->dims.d[0], &bias))
    return TRUE;
  if (w.same)
    made = cjl_onnx_put (import, "conv-2d", node, x, error, NULL);
  else
    {
      border = cjl_onnx_put (import, "pad-2d", node, x, error, NULL);
      if (border == NULL
          || !cjl_onnx_set (import, border, error, "top", "%lld", (long long) w.pads[0])
          || !cjl_onnx_set (import, border, error, "left", "%lld", (long long) w.pads[1])
          || !cjl_onnx_set (import, border, error, "bottom", "%lld", (long long) w.pads[2])
          || !cjl_onnx_set (import, border, error, "right", "%lld", (long long) w.pads[3]))
        return FALSE;
      made = cjl_onnx_put (import, "conv-2d", node, NULL, error, NULL);
      if (made == NULL || !cj_graph_connect (import->graph, border, 0, made, 0, error))
        return FALSE;
    }
  return add_filters (import, node, made, &w, weight->dims.d[0], weight, bias, handled, error);
}

gboolean
cjl_onnx_rule_conv_transpose (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                              GError **error)
{
  const CjArray *weight = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  const gint64 groups = cjl_onnx_get_int (node, "group", 1);
  gint64 more[2] = { 0, 0 };
  CjArray *bias;
  CjNode *made;
  Window w;

  if (weight == NULL || weight->dims.n != 4 || weight->dims.d[1] * groups > 4096
      || !cjl_onnx_text_is (node, "auto_pad", "NOTSET", "NOTSET")
      || cj_extra_node_find (node->op, "output_shape") != NULL
      || !read_two (node, "output_padding", 2, more)
      || !read_window (import, node, weight->dims.d + 2, &w) || !w.same
      || !cjl_onnx_read_bias (import, node, weight->dims.d[1] * groups, &bias))
    return TRUE;
  made = cjl_onnx_put (import, "transposed-conv-2d", node, cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !set_pair (import, made, "output-padding", more, error))
    return FALSE;
  return add_filters (import, node, made, &w, weight->dims.d[1] * groups, weight, bias, handled,
                      error);
}

gboolean
cjl_onnx_rule_pool (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                    GError **error)
{
  const gboolean largest = cjl_onnx_is_op (node, "MaxPool");
  CjNode *made;
  Window w;

  if (!read_window (import, node, NULL, &w) || !w.same || 2 * w.pads[0] > w.kernel[0]
      || 2 * w.pads[1] > w.kernel[1] || cjl_onnx_get_int (node, "storage_order", 0) != 0
      || *cjl_onnx_output (node, 1) != '\0'
      || (!largest && (w.dilation[0] != 1 || w.dilation[1] != 1)))
    return TRUE;
  made = cjl_onnx_put (import, largest ? "max-pool-2d" : "avg-pool-2d", node,
                       cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !set_pair (import, made, "window", w.kernel, error)
      || !set_pair (import, made, "stride", w.stride, error)
      || !set_pair (import, made, "padding", w.pads, error)
      || (largest && !set_pair (import, made, "dilation", w.dilation, error))
      || (cjl_onnx_get_int (node, "ceil_mode", 0) != 0
          && !cjl_onnx_set (import, made, error, "ceil", "%s", "true"))
      || (!largest && cjl_onnx_get_int (node, "count_include_pad", 0) == 0
          && !cjl_onnx_set (import, made, error, "exclude-padding", "%s", "true")))
    return FALSE;
  return cjl_onnx_finish (import, node, made, handled);
}
