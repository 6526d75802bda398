/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Convolutions and pools over height and width, or over time: there channels stand second in the model and last on
 * the canvas (cjl-onnx-views.h). */
#include "cjl-onnx-rules.h"
#include "cjl-onnx-views.h"

#include <string.h>

#define MAX_WINDOW 63    /* over height and width, of the layers */
#define MAX_STRETCH 1023 /* over time */

/* Of n axes, 1 or 2. */
typedef struct
{
  guint n;
  gint64 kernel[2], stride[2], dilation[2], pads[4]; /* pads: before by axis, then after */
  gboolean same;                                     /* the padding is on both sides alike */
  const char *axes;                                  /* over time: how the model has it laid out */
  const char *x;                                     /* what it slides over */
  gboolean padded;                                   /* with zeros, by a node of their own */
} Window;

static gboolean
read_list (const CjdOnnxNode *node, const char *name, guint n, gint64 *to)
{
  const CjAttr *attr = cj_extra_node_find (node->op, name);

  if (attr == NULL)
    return TRUE;
  if (attr->kind != CJ_ATTR_INTS || attr->n != n)
    return FALSE;
  memcpy (to, attr->ints, n * sizeof *to);
  return TRUE;
}

/* Pads by the word that says how: as large as the input over the stride. */
static void
pad_by_word (const CjlOnnxImport *import, const CjdOnnxNode *node, Window *w)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const gboolean upper = cjl_onnx_text_is (node, "auto_pad", "", "SAME_UPPER");

  for (guint k = 0; k < w->n; k++)
    {
      const gint64 size = x->dims.d[2 + k], out = (size + w->stride[k] - 1) / w->stride[k];
      const gint64 all
          = MAX ((out - 1) * w->stride[k] + (w->kernel[k] - 1) * w->dilation[k] + 1 - size, 0);

      w->pads[upper ? k : w->n + k] = all / 2;
      w->pads[upper ? w->n + k : k] = all - all / 2;
    }
}

/* Zeros that a Pad puts around height and width, or before and after a sequence, are those of the window behind it. */
static void
take_pad (const CjlOnnxImport *import, const CjdOnnxNode *node, Window *w)
{
  const CjdOnnxNode *pad = cjl_onnx_maker (import, w->x);
  const guint rank = w->n + 2;
  gint64 pads[8];

  if (!cjl_onnx_is_op (pad, "Pad") || !cjl_onnx_text_is (pad, "mode", "constant", "constant")
      || !cjl_onnx_text_is (node, "auto_pad", "NOTSET", "NOTSET")
      || !cjl_onnx_read_pads (import, pad, rank, pads))
    return;
  for (guint k = 0; k < 2 * rank; k++)
    if (pads[k] < 0 || pads[k] > MAX_STRETCH || (k % rank < 2 && pads[k] != 0))
      return;
  for (guint k = 0; k < w->n; k++)
    {
      w->pads[k] += pads[2 + k];
      w->pads[w->n + k] += pads[rank + 2 + k];
    }
  w->x = cjl_onnx_input (pad, 0);
  w->padded = TRUE;
}

/* A window over pictures of one row or column is one over time, if they are a sequence on the canvas. */
static void
lay_flat (const CjlOnnxImport *import, Window *w)
{
  const CjlOnnxView *view = cjl_onnx_find_view (import, w->x);
  const gboolean row = view != NULL && g_str_equal (view->axes, "NF1T");
  const guint flat = row ? 0 : 1, kept = row ? 1 : 0;

  w->axes = w->n == 1 ? "NFT" : NULL;
  if (w->n == 1 || view == NULL || (!row && !g_str_equal (view->axes, "NFT1"))
      || w->kernel[flat] != 1 || w->pads[flat] != 0 || w->pads[2 + flat] != 0)
    return;
  w->n = 1;
  w->axes = row ? "NF1T" : "NFT1";
  w->kernel[0] = w->kernel[kept];
  w->stride[0] = w->stride[kept];
  w->dilation[0] = w->dilation[kept];
  w->pads[0] = w->pads[kept];
  w->pads[1] = w->pads[2 + kept];
}

/* What comes out longer of a window that was laid flat; FALSE: its row or column would become several. */
static gboolean
lay_more_flat (const Window *w, gint64 *more)
{
  const gboolean row = w->axes != NULL && g_str_equal (w->axes, "NF1T");

  if (!row && (w->axes == NULL || !g_str_equal (w->axes, "NFT1")))
    return TRUE;
  if (more[row ? 0 : 1] != 0)
    return FALSE;
  more[0] = more[row ? 1 : 0];
  return TRUE;
}

/* A window over height and width, or over time, that a layer can have; `kernel` is that of a weight, or NULL. */
static gboolean
read_window (const CjlOnnxImport *import, const CjdOnnxNode *node, const gint64 *kernel, Window *w)
{
  const guint rank = cjl_onnx_rank_of (import, cjl_onnx_input (node, 0));
  gint64 most;

  *w = (Window){
    .n = rank - 2, .stride = { 1, 1 }, .dilation = { 1, 1 }, .x = cjl_onnx_input (node, 0)
  };
  if (rank != 3 && rank != 4)
    return FALSE;
  if (kernel != NULL)
    memcpy (w->kernel, kernel, w->n * sizeof *kernel);
  if (!read_list (node, "kernel_shape", w->n, w->kernel)
      || !read_list (node, "strides", w->n, w->stride)
      || !read_list (node, "dilations", w->n, w->dilation)
      || !read_list (node, "pads", 2 * w->n, w->pads))
    return FALSE;
  for (guint k = 0; k < w->n; k++)
    if (w->kernel[k] < 1 || w->kernel[k] > MAX_STRETCH || w->stride[k] < 1
        || w->stride[k] > MAX_STRETCH || w->dilation[k] < 1 || w->dilation[k] > MAX_STRETCH)
      return FALSE;
  if (!cjl_onnx_text_is (node, "auto_pad", "NOTSET", "NOTSET")
      && !cjl_onnx_text_is (node, "auto_pad", "", "VALID")
      && !cjl_onnx_text_is (node, "auto_pad", "", ""))
    pad_by_word (import, node, w);
  if (kernel != NULL
          ? cjl_onnx_is_op (node, "Conv")
          : cjl_onnx_is_op (node, "AveragePool") && cjl_onnx_get_int (node, "ceil_mode", 0) == 0
                && w->pads[0] + w->pads[1] + w->pads[2] + w->pads[3] == 0)
    take_pad (import, node, w);
  lay_flat (import, w);
  most = w->n == 1 ? MAX_STRETCH : MAX_WINDOW;
  w->same = TRUE;
  for (guint k = 0; k < w->n; k++)
    {
      w->same = w->same && w->pads[k] == w->pads[w->n + k];
      if (w->kernel[k] > most || w->stride[k] > most || w->dilation[k] > most || w->pads[k] < 0
          || w->pads[k] > most || w->pads[w->n + k] < 0 || w->pads[w->n + k] > most)
        return FALSE;
    }
  return TRUE;
}

/* A number for every axis of the window. */
static gboolean
set_sizes (CjlOnnxImport *import, CjNode *made, const Window *w, const char *name,
           const gint64 *sizes, GError **error)
{
  return w->n == 1 ? cjl_onnx_set (import, made, error, name, "%lld", (long long) sizes[0])
                   : cjl_onnx_set (import, made, error, name, "%lldx%lld", (long long) sizes[0],
                                   (long long) sizes[1]);
}

/* A layer on the input of a node; over time on what lies with channels last. */
static CjNode *
put_window (CjlOnnxImport *import, const CjdOnnxNode *node, const Window *w, const char *over_time,
            const char *over_picture, GError **error)
{
  CjlOnnxMade base;
  CjNode *made;

  if (w->n == 2)
    return cjl_onnx_put (import, over_picture, node, w->x, error, NULL);
  if (!cjl_onnx_turn (import, node, w->x, &base, error))
    return NULL;
  made = cjl_onnx_put (import, over_time, node, NULL, error, NULL);
  return made != NULL && cj_graph_connect (import->graph, base.node, base.port, made, 0, error)
             ? made
             : NULL;
}

/* The layer makes what `last` makes. */
static gboolean
finish_window (CjlOnnxImport *import, const CjdOnnxNode *last, const Window *w, CjNode *made,
               gboolean *handled)
{
  if (w->n == 2 || made == NULL)
    return cjl_onnx_finish (import, last, made, handled);
  cjl_onnx_take (import, last);
  cjl_onnx_note_view (import, cjl_onnx_output (last, 0), last, (CjlOnnxMade){ made, 0 }, w->axes);
  *handled = TRUE;
  return TRUE;
}

/* A padding that is not the same before and after, as the word for it that convolutions over time have; NULL: there
 * is none. */
static const char *
find_padding_word (const CjlOnnxImport *import, const Window *w)
{
  const CjArray *x = cjl_onnx_value (import, w->x);
  const gint64 reach = (w->kernel[0] - 1) * w->dilation[0];
  const gint64 size = x->dims.d[strchr (w->axes, 'T') - w->axes];
  const gint64 last = (size + w->stride[0] - 1) / w->stride[0] - 1;
  const gint64 all = MAX (0, last * w->stride[0] + reach + 1 - size);

  if (w->pads[0] == reach && w->pads[1] == 0)
    return "causal";
  return w->pads[0] == all / 2 && w->pads[1] == all - all / 2 ? "same" : NULL;
}

/* The Add behind a convolution without a bias, if it adds one number a filter: *bias. */
static const CjdOnnxNode *
find_bias (const CjlOnnxImport *import, const CjdOnnxNode *node, const Window *w, gint64 filters,
           CjArray **bias)
{
  const CjdOnnxNode *add = *bias == NULL ? cjl_onnx_next_op (import, node, "Add") : NULL;
  CjArray *value = NULL;

  if (add != NULL)
    value = cjl_onnx_constant (import, cjl_onnx_other_input (add, cjl_onnx_output (node, 0)));
  /* [filters, 1, 1] or [filters, 1], with or without a dimension of one before it */
  if (value == NULL || value->size != filters || value->dims.n < w->n + 1
      || value->dims.n > w->n + 2 || value->dims.d[value->dims.n - w->n - 1] != filters)
    return NULL;
  *bias = value;
  return add;
}

static gboolean
add_filters (CjlOnnxImport *import, const CjdOnnxNode *node, CjNode *made, const Window *w,
             gint64 filters, const CjArray *weight, CjArray *bias, gboolean *handled,
             GError **error)
{
  const CjdOnnxNode *add = find_bias (import, node, w, filters, &bias);
  const CjShape units = cj_shape1 (filters);
  const CjShape flat = cj_shape3 (weight->dims.d[0], weight->dims.d[1], w->kernel[0]);
  const gint64 groups = cjl_onnx_get_int (node, "group", 1);

  if (made == NULL || !cjl_onnx_set (import, made, error, "filters", "%lld", (long long) filters)
      || !set_sizes (import, made, w, "kernel", w->kernel, error)
      || !set_sizes (import, made, w, "stride", w->stride, error)
      || !set_sizes (import, made, w, "dilation", w->dilation, error)
      || (w->same && !set_sizes (import, made, w, "padding", w->pads, error))
      || !cjl_onnx_set (import, made, error, "groups", "%lld", (long long) groups)
      || !cjl_onnx_set (import, made, error, "bias", "%s", bias != NULL ? "true" : "false"))
    return FALSE;
  cjl_onnx_weight (import, made, "weight", weight, w->n == 1 ? &flat : NULL);
  if (bias != NULL)
    cjl_onnx_weight (import, made, "bias", bias, &units);
  cjl_onnx_take (import, node);
  return finish_window (import, add != NULL ? add : node, w, made, handled);
}

/* The convolution behind a border of another size on each side: by a word over time, by a layer over pictures. */
static gboolean
put_border (CjlOnnxImport *import, const CjdOnnxNode *node, const Window *w, CjNode **made,
            GError **error)
{
  static const char *const sides[] = { "top", "left", "bottom", "right" };
  CjNode *border;

  if (w->n == 1)
    {
      *made = put_window (import, node, w, "conv-1d", "conv-2d", error);
      return *made != NULL
             && cjl_onnx_set (import, *made, error, "padding", "%s", find_padding_word (import, w));
    }
  border = cjl_onnx_put (import, "pad-2d", node, w->x, error, NULL);
  for (guint k = 0; k < 4; k++)
    if (border == NULL
        || !cjl_onnx_set (import, border, error, sides[k], "%lld", (long long) w->pads[k]))
      return FALSE;
  *made = cjl_onnx_put (import, "conv-2d", node, NULL, error, NULL);
  return *made != NULL && cj_graph_connect (import->graph, border, 0, *made, 0, error);
}

/* The only node that reads the numbers of a value, not just its shape, if it is of this kind; NULL: it is not. */
static const CjdOnnxNode *
find_reader (const CjlOnnxImport *import, const char *name, const char *op)
{
  const GPtrArray *users = g_hash_table_lookup (import->users, name);
  const CjdOnnxNode *reader = NULL;

  if (g_hash_table_contains (import->ends, name))
    return NULL;
  for (guint i = 0; users != NULL && i < users->len; i++)
    {
      if (cjl_onnx_is_op (users->pdata[i], "Shape"))
        continue;
      if (reader != NULL)
        return NULL;
      reader = users->pdata[i];
    }
  return cjl_onnx_is_op (reader, op) ? reader : NULL;
}

/* What turns the maps of a convolution by patches into tokens: the last node of it, or NULL (Dosovitskiy et al., 2021). */
static const CjdOnnxNode *
find_tokens (const CjlOnnxImport *import, const CjdOnnxNode *node, const Window *w)
{
  const CjArray *y = cjl_onnx_value (import, cjl_onnx_output (node, 0)), *flat;
  const CjdOnnxNode *reshape = find_reader (import, cjl_onnx_output (node, 0), "Reshape"), *turn;
  const CjAttr *perm;

  if (w->n != 2 || w->kernel[0] < 2 || w->kernel[0] > MAX_WINDOW || reshape == NULL || y == NULL
      || cjl_onnx_get_int (node, "group", 1) != 1)
    return NULL;
  for (guint k = 0; k < 4; k++)
    if (w->pads[k] != 0 || w->kernel[k / 2] != w->kernel[0] || w->stride[k / 2] != w->kernel[0]
        || w->dilation[k / 2] != 1)
      return NULL;
  flat = cjl_onnx_value (import, cjl_onnx_output (reshape, 0));
  turn = find_reader (import, cjl_onnx_output (reshape, 0), "Transpose");
  perm = turn != NULL ? cj_extra_node_find (turn->op, "perm") : NULL;
  return flat != NULL && flat->dims.n == 3 && flat->dims.d[0] == y->dims.d[0]
                 && flat->dims.d[1] == y->dims.d[1] && y->dims.d[0] == import->batch && perm != NULL
                 && perm->kind == CJ_ATTR_INTS && perm->n == 3 && perm->ints[0] == 0
                 && perm->ints[1] == 2
             ? turn
             : NULL;
}

static gboolean
put_patches (CjlOnnxImport *import, const CjdOnnxNode *node, const CjdOnnxNode *last,
             const Window *w, const CjArray *weight, const CjArray *bias, gboolean *handled,
             GError **error)
{
  const CjShape units = cj_shape1 (weight->dims.d[0]);
  const CjDims row = { 1, { weight->dims.d[0] } };
  g_autoptr (CjArray) zeros = cj_array_new (CJ_ARRAY_F32, &row, error);
  CjNode *made
      = zeros != NULL ? cjl_onnx_put (import, "patch-embedding", node, w->x, error, NULL) : NULL;

  if (made == NULL
      || !cjl_onnx_set (import, made, error, "features", "%lld", (long long) weight->dims.d[0])
      || !cjl_onnx_set (import, made, error, "patch", "%lld", (long long) w->kernel[0]))
    return FALSE;
  cjl_onnx_weight (import, made, "weight", weight, NULL);
  cjl_onnx_weight (import, made, "bias", bias != NULL ? bias : zeros, &units);
  cjl_onnx_take (import, node);
  cjl_onnx_take (import, cjl_onnx_maker (import, cjl_onnx_input (last, 0)));
  return cjl_onnx_finish (import, last, made, handled);
}

gboolean
cjl_onnx_rule_conv (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                    GError **error)
{
  const CjArray *weight = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  const CjdOnnxNode *tokens;
  CjNode *made;
  CjArray *bias;
  Window w;

  if (weight == NULL || weight->dims.n != cjl_onnx_rank_of (import, cjl_onnx_input (node, 0))
      || weight->dims.d[0] > 4096 || !read_window (import, node, weight->dims.d + 2, &w)
      || !cjl_onnx_read_bias (import, node, weight->dims.d[0], &bias)
      || (w.n == 1 && !w.same && find_padding_word (import, &w) == NULL))
    return TRUE;
  tokens = find_tokens (import, node, &w);
  if (tokens != NULL)
    return put_patches (import, node, tokens, &w, weight, bias, handled, error);
  if (w.same)
    made = put_window (import, node, &w, "conv-1d", "conv-2d", error);
  else if (!put_border (import, node, &w, &made, error))
    return FALSE;
  return add_filters (import, node, made, &w, weight->dims.d[0], weight, bias, handled, error);
}

/* Over depth, height and width, [N, C, D, H, W]. */
gboolean
cjl_onnx_rule_conv_3d (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                       GError **error)
{
  static const struct
  {
    const char *deep, *flat;
  } names[] = { { "depth", "kernel" },
                { "stride-depth", "stride" },
                { "dilation-depth", "dilation" },
                { "padding-depth", "padding" } };
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const CjArray *weight = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  gint64 n[15] = { 0, 0, 0, 1, 1, 1, 1, 1, 1 }; /* kernel, strides, dilations, pads before, after */
  CjArray *bias;
  CjNode *made;

  if (x == NULL || weight == NULL || x->dims.n != 5 || weight->dims.n != 5 || import->lift != NULL
      || x->dims.d[0] != import->batch || !cjl_onnx_flows (import, node, 0)
      || weight->dims.d[0] > 4096 || !cjl_onnx_text_is (node, "auto_pad", "NOTSET", "NOTSET")
      || !cjl_onnx_read_bias (import, node, weight->dims.d[0], &bias))
    return TRUE;
  memcpy (n, weight->dims.d + 2, 3 * sizeof *n);
  if (!read_list (node, "kernel_shape", 3, n) || !read_list (node, "strides", 3, n + 3)
      || !read_list (node, "dilations", 3, n + 6) || !read_list (node, "pads", 6, n + 9))
    return TRUE;
  for (guint k = 0; k < 12; k++)
    if (n[k] < (k < 9 ? 1 : 0) || n[k] > MAX_WINDOW || (k >= 9 && n[k] != n[k + 3]))
      return TRUE;
  made = cjl_onnx_put (import, "conv-3d", node, cjl_onnx_input (node, 0), error,
                       bias != NULL ? "bias=true" : "bias=false", NULL);
  if (made == NULL
      || !cjl_onnx_set (import, made, error, "filters", "%lld", (long long) weight->dims.d[0])
      || !cjl_onnx_set (import, made, error, "groups", "%lld",
                        (long long) cjl_onnx_get_int (node, "group", 1)))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (!cjl_onnx_set (import, made, error, names[i].deep, "%lld", (long long) n[3 * i])
        || !cjl_onnx_set (import, made, error, names[i].flat, "%lldx%lld", (long long) n[3 * i + 1],
                          (long long) n[3 * i + 2]))
      return FALSE;
  cjl_onnx_weight (import, made, "weight", weight, NULL);
  if (bias != NULL)
    cjl_onnx_weight (import, made, "bias", bias, NULL);
  return cjl_onnx_finish (import, node, made, handled);
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

  if (weight == NULL || weight->dims.n != cjl_onnx_rank_of (import, cjl_onnx_input (node, 0))
      || weight->dims.n < 3 || weight->dims.d[1] * groups > 4096
      || !cjl_onnx_text_is (node, "auto_pad", "NOTSET", "NOTSET")
      || cj_extra_node_find (node->op, "output_shape") != NULL
      || !read_window (import, node, weight->dims.d + 2, &w) || !w.same
      || !read_list (node, "output_padding", weight->dims.n - 2, more) || !lay_more_flat (&w, more)
      || !cjl_onnx_read_bias (import, node, weight->dims.d[1] * groups, &bias))
    return TRUE;
  made = put_window (import, node, &w, "transposed-conv-1d", "transposed-conv-2d", error);
  if (made == NULL || !set_sizes (import, made, &w, "output-padding", more, error))
    return FALSE;
  return add_filters (import, node, made, &w, weight->dims.d[1] * groups, weight, bias, handled,
                      error);
}

/* Whether padding behind that is more than before only lets the last windows hang over, as the layers can: as many
 * windows come out. What they do not see is no number to a maximum, or to a mean of what is there. */
static gboolean
hangs_over (const CjlOnnxImport *import, const CjdOnnxNode *node, const Window *w)
{
  const CjArray *x = cjl_onnx_value (import, w->x);
  const CjArray *y = cjl_onnx_value (import, cjl_onnx_output (node, 0));
  const gboolean plain = w->axes == NULL ? w->n == 2 : g_str_equal (w->axes, "NFT");

  if (w->padded || !plain)
    return FALSE;
  if (x == NULL || y == NULL || x->dims.n != w->n + 2 || y->dims.n != w->n + 2)
    return FALSE;
  for (guint k = 0; k < w->n; k++)
    {
      const gint64 room
          = x->dims.d[2 + k] + 2 * w->pads[k] - (w->kernel[k] - 1) * w->dilation[k] - 1;
      gint64 n = room < 0 ? 0 : (room + w->stride[k] - 1) / w->stride[k] + 1;

      /* one that ceil adds begins inside or in the padding before */
      n -= n > 1 && (n - 1) * w->stride[k] >= x->dims.d[2 + k] + w->pads[k];
      if (w->pads[w->n + k] < w->pads[k] || n != y->dims.d[2 + k])
        return FALSE;
    }
  return TRUE;
}

gboolean
cjl_onnx_rule_pool (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                    GError **error)
{
  const gboolean largest = cjl_onnx_is_op (node, "MaxPool");
  const gboolean whole = !largest && cjl_onnx_get_int (node, "count_include_pad", 0) != 0;
  CjNode *made;
  Window w;

  if (!read_window (import, node, NULL, &w)
      || (!w.same && (whole || !hangs_over (import, node, &w)))
      || *cjl_onnx_output (node, 1) != '\0' || cjl_onnx_get_int (node, "storage_order", 0) != 0)
    return TRUE;
  for (guint k = 0; k < w.n; k++)
    if (2 * w.pads[k] > w.kernel[k] || (!largest && w.dilation[k] != 1))
      return TRUE;
  made = put_window (import, node, &w, largest ? "max-pool-1d" : "avg-pool-1d",
                     largest ? "max-pool-2d" : "avg-pool-2d", error);
  if (made == NULL || !set_sizes (import, made, &w, "window", w.kernel, error)
      || !set_sizes (import, made, &w, "stride", w.stride, error)
      || !set_sizes (import, made, &w, "padding", w.pads, error)
      || (largest && !set_sizes (import, made, &w, "dilation", w.dilation, error))
      || ((!w.same || cjl_onnx_get_int (node, "ceil_mode", 0) != 0)
          && !cjl_onnx_set (import, made, error, "ceil", "%s", "true"))
      || (!largest && !w.padded && !whole
          && !cjl_onnx_set (import, made, error, "exclude-padding", "%s", "true")))
    return FALSE;
  return finish_window (import, node, &w, made, handled);
}

gboolean
cjl_onnx_rule_pool_all (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                        GError **error)
{
  const gboolean reduced = cjl_onnx_is_op (node, "ReduceMax"),
                 gone = reduced && cjl_onnx_get_int (node, "keepdims", 1) == 0;
  const gboolean largest = reduced || cjl_onnx_is_op (node, "GlobalMaxPool");
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const Window w
      = { .n = 1, .kernel = { x->dims.d[2] }, .axes = "NFT", .x = cjl_onnx_input (node, 0) };
  CjNode *made;

  if (w.kernel[0] < 1 || (largest && w.kernel[0] > MAX_STRETCH))
    return TRUE;
  made = put_window (import, node, &w, largest ? "max-pool-1d" : "mean", "", error);
  if (made == NULL)
    return FALSE;
  if (largest)
    {
      CjNode *flat = cjl_onnx_put (import, "flatten", node, NULL, error, NULL);

      if (flat == NULL || !cj_graph_connect (import->graph, made, 0, flat, 0, error)
          || !set_sizes (import, made, &w, "window", w.kernel, error)
          || !set_sizes (import, made, &w, "stride", w.kernel, error))
        return FALSE;
      made = flat;
    }
  cjl_onnx_take (import, node);
  cjl_onnx_note_view (import, cjl_onnx_output (node, 0), node, (CjlOnnxMade){ made, 0 },
                      gone ? "NF" : "NF1");
  *handled = TRUE;
  return TRUE;
}
