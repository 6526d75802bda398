/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures [N, C, H, W] with a border, stretched, shortened or normalised by their neighbours; a token before others. */
#include "cjl-onnx-rules.h"

#include <math.h>
#include <string.h>

#define MAX_PAD 4096     /* of the layer */
#define MAX_FILTERS 4096 /* of the layer */
#define MAX_STRIDE 63    /* of the layers */
#define MAX_SIZE 16384   /* of the layer */
#define EXACT 1e-6       /* that a scale may be off from the sizes it makes */

/* A picture as the canvas has it: samples first, four dimensions; NULL: it is something else. */
static const CjArray *
find_picture (const CjlOnnxImport *import, const CjdOnnxNode *node)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));

  return x != NULL && x->dims.n == 4 && x->dims.d[0] == import->batch && import->lift == NULL
                 && cjl_onnx_flows (import, node, 0)
             ? x
             : NULL;
}

/* --- borders --- */

gboolean
cjl_onnx_read_pads (const CjlOnnxImport *import, const CjdOnnxNode *node, guint rank, gint64 *pads)
{
  const CjAttr *attr = cj_extra_node_find (node->op, "pads");
  const CjArray *given = cjl_onnx_constant (import, cjl_onnx_input (node, 1));
  double value = 0;

  if (*cjl_onnx_input (node, 3) != '\0' || cjl_onnx_get_float (node, "value", 0) != 0
      || (*cjl_onnx_input (node, 2) != '\0'
          && (!cjl_onnx_get_number (import, cjl_onnx_input (node, 2), &value) || value != 0)))
    return FALSE;
  if (attr != NULL ? attr->kind != CJ_ATTR_INTS || attr->n != 2 * rank
                   : given == NULL || given->size != 2 * rank)
    return FALSE;
  for (guint k = 0; k < 2 * rank; k++)
    {
      pads[k] = attr != NULL ? attr->ints[k] : cj_array_get_int (given, k);
      if (pads[k] < -MAX_PAD || pads[k] > MAX_PAD)
        return FALSE;
    }
  return TRUE;
}

gboolean
cjl_onnx_put_shortcut (CjlOnnxImport *import, const CjdOnnxNode *from, const CjdOnnxNode *last,
                       gint64 stride, gint64 before, gint64 behind, gboolean *handled,
                       GError **error)
{
  const CjArray *x = find_picture (import, from);
  const gint64 filters = x != NULL ? x->dims.d[1] + before + behind : 0;
  CjNode *made;

  /* the layer has one empty channel more behind than before where they are odd */
  if (x == NULL || filters > MAX_FILTERS || stride > MAX_STRIDE || before != (before + behind) / 2)
    return TRUE;
  made = cjl_onnx_put (import, "shortcut", last, cjl_onnx_input (from, 0), error, NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, "filters", "%lld", (long long) filters)
      || !cjl_onnx_set (import, made, error, "stride", "%lld", (long long) stride))
    return FALSE;
  return cjl_onnx_finish (import, last, made, handled);
}

/* The Slice that makes what a node reads, if it takes every step-th row and column of a picture; else the node. */
static const CjdOnnxNode *
find_stride (const CjlOnnxImport *import, const CjdOnnxNode *node, gint64 *stride)
{
  const CjdOnnxNode *slice = cjl_onnx_maker (import, cjl_onnx_input (node, 0));
  const CjArray *x = slice != NULL ? find_picture (import, slice) : NULL;
  const CjArray *y = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const CjArray *lists[4];

  *stride = 1;
  if (!cjl_onnx_is_op (slice, "Slice") || x == NULL || y == NULL)
    return node;
  for (guint i = 0; i < 4; i++)
    {
      lists[i] = cjl_onnx_constant (import, cjl_onnx_input (slice, i + 1));
      if (lists[i] == NULL || lists[i]->size != 2)
        return node;
    }
  /* all of axes 2 and 3 from the beginning, with the same step */
  for (guint i = 0; i < 2; i++)
    if (cj_array_get_int (lists[0], i) != 0 || cj_array_get_int (lists[2], i) != 2 + (gint64) i
        || cj_array_get_int (lists[3], i) != cj_array_get_int (lists[3], 0)
        || cj_array_get_int (lists[1], i) < x->dims.d[2 + i])
      return node;
  *stride = cj_array_get_int (lists[3], 0);
  return *stride >= 1 ? slice : node;
}

/* Empty channels around a picture, of which perhaps every step-th pixel was taken (He et al., 2016, option A). */
static gboolean
pad_channels (CjlOnnxImport *import, const CjdOnnxNode *node, const gint64 *pads, gboolean *handled,
              GError **error)
{
  const CjdOnnxNode *from;
  gint64 stride;

  for (guint k = 0; k < 8; k++)
    if (k % 4 != 1 && pads[k] != 0)
      return TRUE;
  if (pads[1] < 0 || pads[5] < 0)
    return TRUE;
  from = find_stride (import, node, &stride);
  return cjl_onnx_put_shortcut (import, from, node, stride, pads[1], pads[5], handled, error);
}

/* A place before the others of a sequence, and an Add that puts a token there and changes nothing else, as our own export
 * has them. */
static gboolean
pad_token (CjlOnnxImport *import, const CjdOnnxNode *node, const CjArray *x, const gint64 *pads,
           gboolean *handled, GError **error)
{
  const CjdOnnxNode *add = cjl_onnx_next_op (import, node, "Add");
  const CjArray *all
      = add != NULL
            ? cjl_onnx_constant (import, cjl_onnx_other_input (add, cjl_onnx_output (node, 0)))
            : NULL;
  const gint64 t = x->dims.d[1] + 1, e = x->dims.d[2];
  const CjShape shape = cj_shape2 (1, e);
  const CjDims dims = { 1, { e } };
  g_autoptr (CjArray) token = NULL;
  CjNode *made;

  for (guint k = 0; k < 6; k++)
    if (pads[k] != (k == 1))
      return TRUE;
  if (all == NULL || all->size != t * e || all->dims.n < 2 || all->dims.n > 3
      || all->dims.d[all->dims.n - 1] != e || all->dims.d[all->dims.n - 2] != t)
    return TRUE;
  for (gint64 i = e; i < t * e; i++)
    if (cj_array_get (all, i) != 0)
      return TRUE;
  token = cj_array_new (CJ_ARRAY_F32, &dims, error);
  made = token != NULL
             ? cjl_onnx_put (import, "class-token", node, cjl_onnx_input (node, 0), error, NULL)
             : NULL;
  if (made == NULL)
    return FALSE;
  for (gint64 i = 0; i < e; i++)
    cj_array_set (token, i, cj_array_get (all, i));
  cjl_onnx_weight (import, made, "weight", token, &shape);
  cjl_onnx_take (import, node);
  return cjl_onnx_finish (import, add, made, handled);
}

gboolean
cjl_onnx_rule_pad (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                   GError **error)
{
  static const char *const sides[] = { "top", "left", "bottom", "right" };
  static const struct
  {
    const char *mode, *border;
  } borders[] = {
    { "constant", "zeros" }, { "reflect", "reflect" }, { "edge", "edge" }, { "wrap", "circular" }
  };
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 0));
  const char *border = NULL;
  gint64 pads[8];
  CjNode *made;

  for (guint i = 0; i < G_N_ELEMENTS (borders); i++)
    if (cjl_onnx_text_is (node, "mode", "constant", borders[i].mode))
      border = borders[i].border;
  if (x == NULL || (x->dims.n != 3 && x->dims.n != 4) || x->dims.d[0] != import->batch
      || import->lift != NULL || !cjl_onnx_flows (import, node, 0) || border == NULL
      || !cjl_onnx_read_pads (import, node, x->dims.n, pads))
    return TRUE;
  if (x->dims.n == 3)
    return g_str_equal (border, "zeros") ? pad_token (import, node, x, pads, handled, error) : TRUE;
  if (g_str_equal (border, "zeros") && (pads[1] != 0 || pads[5] != 0))
    return pad_channels (import, node, pads, handled, error);
  for (guint k = 0; k < 8; k++)
    if ((k % 4 < 2 && pads[k] != 0)
        || (!g_str_equal (border, "zeros")
            && (pads[k] < 0 || (k % 4 >= 2 && pads[k] >= x->dims.d[k % 4]))))
      return TRUE;
  made = cjl_onnx_put (import, "pad-2d", node, cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, "border", "%s", border))
    return FALSE;
  for (guint k = 0; k < 4; k++)
    if (!cjl_onnx_set (import, made, error, sides[k], "%lld",
                       (long long) pads[k < 2 ? k + 2 : k + 4]))
      return FALSE;
  return cjl_onnx_finish (import, node, made, handled);
}

/* --- stretching --- */

/* How rows or columns of a picture are made longer: n become m. */
typedef struct
{
  gint64 n, m;
  double scale;
} Stretch;

/* Where number i of a stretched axis lies on the axis before, as the node says; NAN: by a rule that is not known. */
static double
find_place (const CjdOnnxNode *node, const Stretch *s, gint64 i)
{
  const gboolean old = cjl_onnx_is_op (node, "Upsample");
  const char *name = "coordinate_transformation_mode";
  const char *preset = old || node->op->opset < 11 ? "asymmetric" : "half_pixel";

  if (cjl_onnx_text_is (node, name, preset, "asymmetric"))
    return (double) i / s->scale;
  if (cjl_onnx_text_is (node, name, preset, "half_pixel")
      || (cjl_onnx_text_is (node, name, preset, "pytorch_half_pixel") && s->m > 1))
    return ((double) i + 0.5) / s->scale - 0.5;
  if (cjl_onnx_text_is (node, name, preset, "align_corners"))
    return s->m > 1 ? (double) i * (double) (s->n - 1) / (double) (s->m - 1) : 0;
  return NAN;
}

/* Whether the nearest numbers are those that the layer takes: i n / m, rounded down. Places between which rounding
 * decides are none to be sure of. */
static gboolean
is_nearest (const CjdOnnxNode *node, const Stretch *s)
{
  const gboolean old = cjl_onnx_is_op (node, "Upsample") || node->op->opset < 11;
  const char *preset = old ? "floor" : "round_prefer_floor";

  for (gint64 i = 0; i < s->m; i++)
    {
      const double at = find_place (node, s, i), half = at - floor (at) - 0.5;
      const gboolean whole = fabs (at - rint (at)) < EXACT;
      const gint64 wanted = i * s->n / s->m;
      double is;

      if (cjl_onnx_text_is (node, "nearest_mode", preset, "floor"))
        is = whole ? rint (at) : floor (at);
      else if (cjl_onnx_text_is (node, "nearest_mode", preset, "ceil"))
        is = whole ? rint (at) : ceil (at);
      else if (fabs (half) > EXACT)
        is = rint (at);
      else if (cjl_onnx_text_is (node, "nearest_mode", preset, "round_prefer_floor"))
        is = floor (at);
      else
        is = ceil (at);
      /* what is whole may come out below in another precision, unless the scale is a whole number */
      if ((whole && s->m % s->n != 0 && i != 0) || !isfinite (at)
          || CLAMP ((gint64) is, 0, s->n - 1) != wanted)
        return FALSE;
    }
  return TRUE;
}

/* Whether neighbours are mixed as the layer mixes them, from the middles of pixels or (TRUE) from corner to corner. */
static gboolean
is_linear (const CjdOnnxNode *node, const Stretch *s, gboolean aligned)
{
  for (gint64 i = 0; i < s->m; i++)
    {
      const double n = (double) s->n, m = (double) s->m, at = find_place (node, s, i);
      const double wanted = aligned ? (s->m > 1 ? (double) i * (n - 1) / (m - 1) : 0)
                                    : ((double) i + 0.5) * n / m - 0.5;

      if (!(fabs (CLAMP (at, 0, n - 1) - CLAMP (wanted, 0, n - 1)) < EXACT))
        return FALSE;
    }
  return TRUE;
}

/* The stretches of both axes; FALSE: there is more to it. */
static gboolean
read_stretches (const CjlOnnxImport *import, const CjdOnnxNode *node, Stretch *s)
{
  const CjArray *x = find_picture (import, node);
  const CjArray *y = cjl_onnx_value (import, cjl_onnx_output (node, 0));
  const gboolean old = cjl_onnx_is_op (node, "Upsample") || node->op->opset < 11;
  const char *name = cjl_onnx_input (node, old ? 1 : 2);
  const CjArray *scales = cjl_onnx_constant (import, name);

  if (x == NULL || y == NULL || y->dims.n != 4 || x->dims.d[0] != y->dims.d[0]
      || x->dims.d[1] != y->dims.d[1] || cj_extra_node_find (node->op, "axes") != NULL
      || cjl_onnx_get_int (node, "antialias", 0) != 0
      || cjl_onnx_get_int (node, "exclude_outside", 0) != 0 || (scales == NULL && *name != '\0'))
    return FALSE;
  for (guint k = 0; k < 2; k++)
    {
      s[k] = (Stretch){ x->dims.d[2 + k], y->dims.d[2 + k], 0 };
      if (s[k].n < 1 || s[k].m < 1 || s[k].m > MAX_SIZE)
        return FALSE;
      s[k].scale = (double) s[k].m / (double) s[k].n;
      if (scales != NULL && scales->size == 4)
        s[k].scale = cj_array_get (scales, 2 + k);
      else if (scales != NULL && scales->size != 0)
        return FALSE;
      /* a scale that makes a part of a pixel more is another one than that of the sizes */
      if (fabs (s[k].scale * (double) s[k].n - (double) s[k].m) > EXACT * (double) s[k].m)
        return FALSE;
    }
  return TRUE;
}

static gboolean
put_upsample (CjlOnnxImport *import, const CjdOnnxNode *node, const CjdOnnxNode *last,
              const Stretch *s, gboolean linear, gboolean aligned, gboolean *handled,
              GError **error)
{
  const gint64 factor = s[0].m / s[0].n;
  const gboolean times
      = factor >= 1 && factor <= 64 && factor * s[0].n == s[0].m && factor * s[1].n == s[1].m;
  CjNode *made = cjl_onnx_put (import, "upsample", last, cjl_onnx_input (node, 0), error,
                               linear ? "mode=bilinear" : "mode=nearest",
                               aligned ? "align-corners=true" : NULL, NULL);

  if (made == NULL
      || !(times ? cjl_onnx_set (import, made, error, "factor", "%lld", (long long) factor)
                 : cjl_onnx_set (import, made, error, "size", "%lldx%lld", (long long) s[0].m,
                                 (long long) s[1].m)))
    return FALSE;
  return cjl_onnx_finish (import, last, made, handled);
}

gboolean
cjl_onnx_rule_resize (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                      GError **error)
{
  const gboolean linear = cjl_onnx_text_is (node, "mode", "nearest", "linear");
  Stretch s[2];

  if (!read_stretches (import, node, s)
      || (!linear && !cjl_onnx_text_is (node, "mode", "nearest", "nearest")))
    return TRUE;
  for (guint aligned = 0; linear && aligned < 2; aligned++)
    if (is_linear (node, &s[0], aligned != 0) && is_linear (node, &s[1], aligned != 0))
      return put_upsample (import, node, node, s, TRUE, aligned != 0, handled, error);
  if (!linear && is_nearest (node, &s[0]) && is_nearest (node, &s[1]))
    return put_upsample (import, node, node, s, FALSE, FALSE, handled, error);
  return TRUE;
}

/* Rows by their numbers, then columns: stretched to the nearest, or what goes out on one side comes in on the other. */
gboolean
cjl_onnx_rule_gather_rows (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                           GError **error)
{
  static const char *const sides[2][2] = { { "top", "bottom" }, { "left", "right" } };
  const CjdOnnxNode *pair[2] = { node, cjl_onnx_next_op (import, node, "Gather") };
  const CjArray *x = find_picture (import, node);
  gboolean nearest = TRUE, circular = TRUE;
  gint64 before[2];
  Stretch s[2];
  CjNode *made;

  if (x == NULL || pair[1] == NULL)
    return TRUE;
  for (guint k = 0; k < 2; k++)
    {
      const CjArray *at = cjl_onnx_constant (import, cjl_onnx_input (pair[k], 1));

      if (at == NULL || at->dims.n != 1 || at->size < 1 || at->size > MAX_SIZE
          || x->dims.d[2 + k] < 1 || cjl_onnx_get_int (pair[k], "axis", 0) != 2 + (gint64) k
          || !g_str_equal (cjl_onnx_input (pair[1], 0), cjl_onnx_output (node, 0)))
        return TRUE;
      s[k] = (Stretch){ x->dims.d[2 + k], at->size, 0 };
      before[k] = (s[k].n - cj_array_get_int (at, 0)) % s[k].n;
      for (gint64 i = 0; i < at->size; i++)
        {
          const gint64 is = cj_array_get_int (at, i);

          nearest = nearest && is == i * s[k].n / s[k].m;
          circular = circular && is == (i + s[k].n - before[k]) % s[k].n;
        }
      circular = circular && s[k].m >= s[k].n + before[k] && s[k].m - s[k].n <= s[k].n;
    }
  if (nearest)
    return put_upsample (import, node, pair[1], s, FALSE, FALSE, handled, error);
  if (!circular)
    return TRUE;
  made = cjl_onnx_put (import, "pad-2d", node, cjl_onnx_input (node, 0), error, "border=circular",
                       NULL);
  for (guint k = 0; k < 2; k++)
    if (made == NULL
        || !cjl_onnx_set (import, made, error, sides[k][0], "%lld", (long long) before[k])
        || !cjl_onnx_set (import, made, error, sides[k][1], "%lld",
                          (long long) (s[k].m - s[k].n - before[k])))
      return FALSE;
  return cjl_onnx_finish (import, pair[1], made, handled);
}

/* --- axis by axis --- */

/* What a number of an axis is made of, as layers that stretch or pool make it: the share of number k in number i. */
typedef double (*Share) (const Stretch *s, gint64 i, gint64 k);

static double
share_of_window (const Stretch *s, gint64 i, gint64 k)
{
  const gint64 begin = i * s->n / s->m, end = ((i + 1) * s->n + s->m - 1) / s->m;

  return k >= begin && k < end ? 1 / (double) (end - begin) : 0;
}

static double
share_of_neighbour (const Stretch *s, gint64 k, double at)
{
  const gint64 first = MIN ((gint64) at, s->n - 1), next = MIN (first + 1, s->n - 1);
  const double part = at - (double) first;

  return (k == first ? 1 - part : 0) + (k == next ? part : 0);
}

static double
share_by_middles (const Stretch *s, gint64 i, gint64 k)
{
  const double at = ((double) i + 0.5) * (double) s->n / (double) s->m - 0.5;

  return share_of_neighbour (s, k, fmax (at, 0));
}

static double
share_by_corners (const Stretch *s, gint64 i, gint64 k)
{
  return share_of_neighbour (s, k,
                             s->m > 1 ? (double) i * (double) (s->n - 1) / (double) (s->m - 1) : 0);
}

/* Whether a matrix [M, N], or turned [N, M], has these shares. */
static gboolean
has_shares (const CjArray *matrix, gboolean turned, const Stretch *s, Share share)
{
  for (gint64 i = 0; i < s->m; i++)
    for (gint64 k = 0; k < s->n; k++)
      if (!(fabs (cj_array_get (matrix, turned ? k * s->m + i : i * s->n + k) - share (s, i, k))
            <= EXACT))
        return FALSE;
  return TRUE;
}

/* A x Bᵀ with matrices of an axis each, as our own export has it where ONNX pools or stretches by other rules. */
gboolean
cjl_onnx_rule_axes (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                    GError **error)
{
  static const struct
  {
    const char *layer, *settings[2];
    Share share;
  } kinds[] = { { "adaptive-avg-pool-2d", { NULL }, share_of_window },
                { "upsample", { "mode=bilinear", NULL }, share_by_middles },
                { "upsample", { "mode=bilinear", "align-corners=true" }, share_by_corners } };
  const CjdOnnxNode *next = cjl_onnx_next_op (import, node, "MatMul");
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (node, 1)), *sides[2];
  Stretch s[2];
  CjNode *made;

  if (next == NULL || x == NULL || x->dims.n != 4 || x->dims.d[0] != import->batch
      || import->lift != NULL || !cjl_onnx_flows (import, node, 1)
      || !g_str_equal (cjl_onnx_input (next, 0), cjl_onnx_output (node, 0)))
    return TRUE;
  sides[0] = cjl_onnx_constant (import, cjl_onnx_input (node, 0));
  sides[1] = cjl_onnx_constant (import, cjl_onnx_input (next, 1));
  for (guint k = 0; k < 2; k++)
    {
      if (sides[k] == NULL || sides[k]->dims.n != 2 || sides[k]->dims.d[1 - k] != x->dims.d[2 + k])
        return TRUE;
      s[k] = (Stretch){ x->dims.d[2 + k], sides[k]->dims.d[k], 0 };
      if (s[k].n < 1 || s[k].m < 1 || s[k].m > MAX_SIZE)
        return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (has_shares (sides[0], FALSE, &s[0], kinds[i].share)
        && has_shares (sides[1], TRUE, &s[1], kinds[i].share))
      {
        made = cjl_onnx_put (import, kinds[i].layer, next, cjl_onnx_input (node, 1), error,
                             kinds[i].settings[0], kinds[i].settings[1], NULL);
        if (made == NULL
            || !cjl_onnx_set (import, made, error, "size", "%lldx%lld", (long long) s[0].m,
                              (long long) s[1].m))
          return FALSE;
        return cjl_onnx_finish (import, next, made, handled);
      }
  return TRUE;
}

/* The node behind a Gather along an axis that takes the largest of windows of a pool of m sizes that do not divide:
 * their numbers are laid out window by window, the last one again where a window is smaller. NULL: it is another one. */
static const CjdOnnxNode *
find_largest (const CjlOnnxImport *import, const CjdOnnxNode *gather, gint64 axis, Stretch *s)
{
  const CjArray *x = cjl_onnx_value (import, cjl_onnx_input (gather, 0));
  const CjArray *at = cjl_onnx_constant (import, cjl_onnx_input (gather, 1));
  const CjdOnnxNode *largest = cjl_onnx_next_op (import, gather, "ReduceMax");
  guint bits;

  if (largest == NULL || x == NULL || x->dims.n != 4 || at == NULL || at->dims.n != 2
      || at->size < 1 || cjl_onnx_get_int (gather, "axis", 0) != axis
      || cjl_onnx_get_int (largest, "keepdims", 1) != 0
      || !cjl_onnx_read_axes (import, largest, 5, &bits) || bits != 1u << (axis + 1))
    return NULL;
  *s = (Stretch){ x->dims.d[axis], at->dims.d[0], 0 };
  for (gint64 i = 0; i < at->size; i++)
    {
      const gint64 m = i / at->dims.d[1], begin = m * s->n / s->m,
                   last = ((m + 1) * s->n + s->m - 1) / s->m - 1;

      if (at->dims.d[1] < last - begin + 1
          || cj_array_get_int (at, i) != MIN (begin + i % at->dims.d[1], last))
        return NULL;
    }
  return s->m <= s->n ? largest : NULL;
}

/* The largest of such windows of rows, then of columns. */
gboolean
cjl_onnx_rule_largest_of (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                          GError **error)
{
  const CjdOnnxNode *rows = NULL, *gather = NULL, *last = NULL;
  Stretch s[2];
  CjNode *made;

  if (find_picture (import, node) != NULL)
    rows = find_largest (import, node, 2, &s[0]);
  gather = rows != NULL ? cjl_onnx_next_op (import, rows, "Gather") : NULL;
  last = gather != NULL ? find_largest (import, gather, 3, &s[1]) : NULL;
  if (last == NULL)
    return TRUE;
  made = cjl_onnx_put (import, "adaptive-max-pool-2d", last, cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL
      || !cjl_onnx_set (import, made, error, "size", "%lldx%lld", (long long) s[0].m,
                        (long long) s[1].m))
    return FALSE;
  cjl_onnx_take (import, node);
  cjl_onnx_take (import, rows);
  cjl_onnx_take (import, gather);
  return cjl_onnx_finish (import, last, made, handled);
}

/* --- neighbours --- */

gboolean
cjl_onnx_rule_pixel_shuffle (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                             GError **error)
{
  const gint64 factor = cjl_onnx_get_int (node, "blocksize", 0);
  CjNode *made;

  /* the other mode has the channels of a square farther apart */
  if (find_picture (import, node) == NULL || factor < 1 || factor > 16
      || !cjl_onnx_text_is (node, "mode", "DCR", "CRD"))
    return TRUE;
  made = cjl_onnx_put (import, "pixel-shuffle", node, cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, "factor", "%lld", (long long) factor))
    return FALSE;
  return cjl_onnx_finish (import, node, made, handled);
}

/* Windows of an even number of channels lie elsewhere in the layer. */
gboolean
cjl_onnx_rule_lrn (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                   GError **error)
{
  const gint64 size = cjl_onnx_get_int (node, "size", 0);
  const double alpha = cjl_onnx_get_float (node, "alpha", 1e-4),
               beta = cjl_onnx_get_float (node, "beta", 0.75),
               k = cjl_onnx_get_float (node, "bias", 1);
  CjNode *made;

  if (find_picture (import, node) == NULL || size < 1 || size > 255 || size % 2 == 0
      || !(alpha >= 0 && alpha <= 1000 && beta >= 0 && beta <= 10 && k >= 1e-6 && k <= 1000))
    return TRUE;
  made = cjl_onnx_put (import, "local-response-norm", node, cjl_onnx_input (node, 0), error, NULL);
  if (made == NULL || !cjl_onnx_set (import, made, error, "size", "%lld", (long long) size)
      || !cjl_onnx_set (import, made, error, "alpha", "%.9g", alpha)
      || !cjl_onnx_set (import, made, error, "beta", "%.9g", beta)
      || !cjl_onnx_set (import, made, error, "k", "%.9g", k))
    return FALSE;
  return cjl_onnx_finish (import, node, made, handled);
}
