/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules that do not care in which layout a value lies work on it as it lies on the canvas. */
#include "cjl-onnx-rules.h"
#include "cjl-onnx-views.h"

#include <string.h>

/* Rules that do the same to every number, and those that need the features last or the channels second. */
static const struct
{
  const char *op, *axes; /* NULL: any; "F": the last */
} lifted[] = {
  { "LeakyRelu", NULL },
  { "Elu", NULL },
  { "Celu", NULL },
  { "Clip", NULL },
  { "Mul", NULL },
  { "Add", NULL },
  { "Concat", NULL },
  { "QuantizeLinear", NULL },
  { "Softmax", NULL },
  { "LogSoftmax", NULL },
  { "MatMul", "F" },
  { "LayerNormalization", "F" },
  { "Gemm", "F" },
  { "ReduceMean", "F" },
  { "BatchNormalization", "NFT" },
  { "PRelu", "NFT" },
};

/* A value as a view, whether it is on the canvas as it is besides or not. */
static gboolean
peek (const CjlOnnxImport *import, const char *name, CjlOnnxView *view)
{
  const CjlOnnxView *known = g_hash_table_lookup (import->views, name);
  const CjlOnnxMade *turned = g_hash_table_lookup (import->turned, name);
  const CjArray *value = cjl_onnx_value (import, name);

  if (known != NULL)
    *view = *known;
  else if (turned != NULL && value != NULL && value->dims.n == 3)
    *view = (CjlOnnxView){
      .base = *turned, .axes = "NFT", .dirs = 1, .n = value->dims.d[1], .all = value->dims.d[1]
    };
  return known != NULL || turned != NULL;
}

const char *
cjl_onnx_find_lift (const CjlOnnxImport *import, const CjdOnnxNode *node)
{
  static const char *const layouts[] = { "NTF", "NFT", "TNF", "TFN", "FNT", "FTN", "MF", "RF" };
  CjlOnnxView first = { .axes = "" }, view;
  const char *wanted = NULL;
  gboolean known = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (lifted) && !known; i++)
    if ((known = cjl_onnx_is_op (node, lifted[i].op)))
      wanted = lifted[i].axes;
  for (guint i = 0; known && i < node->inputs->len; i++)
    if (cjl_onnx_flows (import, node, i))
      {
        if (!peek (import, cjl_onnx_input (node, i), &view)
            || (*first.axes != '\0' && !g_str_equal (first.axes, view.axes)))
          return NULL;
        first = view;
      }
  for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
    if (g_str_equal (layouts[i], first.axes)
        && (wanted == NULL || g_str_equal (wanted, first.axes)
            || (g_str_equal (wanted, "F") && g_str_has_suffix (first.axes, "F"))))
      return layouts[i];
  return NULL;
}

/* For the time of a rule the bases are what the names stand for; what they stood for is kept. */
gboolean
cjl_onnx_lift (CjlOnnxImport *import, const CjdOnnxNode *node, const char *axes, GError **error)
{
  for (guint i = 0; i < node->inputs->len; i++)
    {
      const char *name = cjl_onnx_input (node, i);
      const CjlOnnxMade *made = g_hash_table_lookup (import->made, name);
      CjlOnnxView view;
      CjlOnnxMade base;

      if (!cjl_onnx_flows (import, node, i) || g_hash_table_contains (import->lowered, name)
          || !peek (import, name, &view))
        continue;
      if (!cjl_onnx_view_base (import, &view, &base, error))
        return FALSE;
      g_hash_table_insert (import->lowered, (gpointer) name,
                           made != NULL ? g_memdup2 (made, sizeof *made) : NULL);
      cjl_onnx_note (import, name, base.node, base.port);
    }
  import->lift = axes;
  return TRUE;
}

void
cjl_onnx_unlift (CjlOnnxImport *import)
{
  GHashTableIter iter;
  gpointer name, made;

  import->lift = NULL;
  g_hash_table_iter_init (&iter, import->lowered);
  while (g_hash_table_iter_next (&iter, &name, &made))
    {
      if (made != NULL)
        cjl_onnx_note (import, name, ((CjlOnnxMade *) made)->node, ((CjlOnnxMade *) made)->port);
      else
        g_hash_table_remove (import->made, name);
    }
  g_hash_table_remove_all (import->lowered);
}
