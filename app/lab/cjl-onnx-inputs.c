/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-onnx-inputs.h"

#include "cjl-onnx-views.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_SPLIT 65536 /* numbers that the layer cuts off */

/* The word that the model has for its number of samples, or NULL. */
static const char *
find_batch_name (const GPtrArray *infos)
{
  for (guint i = 0; i < infos->len; i++)
    {
      const CjdOnnxInfo *info = infos->pdata[i];

      if (info->n > 0 && info->d[0] < 0 && info->names[0] != NULL && *info->names[0] != '\0')
        return info->names[0];
    }
  return NULL;
}

static int
find_axis (const CjdOnnxInfo *info, const char *name, gint64 fixed)
{
  const guint most = info->n <= 3 ? info->n : 1; /* views have three letters */

  for (guint k = 0; name != NULL && k < most; k++)
    if (info->d[k] < 0 && g_strcmp0 (info->names[k], name) == 0)
      return (int) k;
  for (guint k = 0; k < most; k++)
    if (info->d[k] < 0 || (fixed > 0 && info->d[k] == fixed))
      return (int) k;
  return info->has_shape ? -1 : 0;
}

/* Whether a sequence is written with its moments first and its samples second: [5, free, 8], or by the word for it. */
static gboolean
is_moments_first (const CjdOnnxInfo *info)
{
  const char *first = info->names[0] != NULL ? info->names[0] : "";
  const char *second = info->names[1] != NULL ? info->names[1] : "";

  return info->n == 3 && info->d[1] < 0
         && (info->d[0] > 0
             || (strstr (second, "batch") != NULL && strstr (first, "batch") == NULL));
}

int *
cjl_onnx_find_batch_axes (const GPtrArray *infos)
{
  const char *name = find_batch_name (infos);
  const CjdOnnxInfo *first = infos->len > 0 ? infos->pdata[0] : NULL;
  int *axes = g_new0 (int, infos->len + 1);

  for (guint i = 0; infos->len > 1 && i < infos->len; i++)
    axes[i] = find_axis (infos->pdata[i], name, first->n > 0 ? first->d[0] : 0);
  if (infos->len == 1)
    axes[0] = is_moments_first (first) ? 1 : 0;
  return axes;
}

gint64
cjl_onnx_count_samples (CjArray *const *inputs, const int *axes, guint n)
{
  gint64 samples = 0;

  for (guint i = 0; i < n; i++)
    {
      if (axes[i] < 0)
        continue;
      if ((guint) axes[i] >= inputs[i]->dims.n || (axes[i] > 0 && inputs[i]->dims.n > 3)
          || (samples > 0 && inputs[i]->dims.d[axes[i]] != samples))
        return 0;
      samples = inputs[i]->dims.d[axes[i]];
    }
  return MAX (samples, 0);
}

/* Rows of `size` elements along an axis, once more the first one. */
static CjArray *
lengthen (const CjArray *x, int axis)
{
  const gint64 inner = cj_dims_size (&x->dims, (guint) axis + 1, x->dims.n);
  const gint64 outer = cj_dims_size (&x->dims, 0, (guint) axis), n = x->dims.d[axis];
  const gsize bytes = (gsize) inner * cj_array_type_size (x->type);
  CjDims dims = x->dims;
  CjArray *more;

  dims.d[axis]++;
  more = cj_array_new (x->type, &dims, NULL);
  for (gint64 o = 0; more != NULL && o < outer; o++)
    {
      const guint8 *from = (const guint8 *) x->data + (gsize) (o * n) * bytes;
      guint8 *to = (guint8 *) more->data + (gsize) (o * (n + 1)) * bytes;

      memcpy (to, from, (gsize) n * bytes);
      memcpy (to + (gsize) n * bytes, from, bytes);
    }
  return more;
}

GPtrArray *
cjl_onnx_one_more (CjArray *const *inputs, const int *axes, guint n)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_array_unref);

  for (guint i = 0; i < n; i++)
    {
      CjArray *more = axes[i] < 0 ? cj_array_ref (inputs[i]) : lengthen (inputs[i], axes[i]);

      if (more == NULL)
        return NULL;
      g_ptr_array_add (list, more);
    }
  return g_steal_pointer (&list);
}

/* Numbers of one sample of an input. */
static gint64
count_features (const CjArray *x, int axis)
{
  return axis < 0 || x->dims.d[axis] < 1 ? 0 : x->size / x->dims.d[axis];
}

CjArray *
cjl_onnx_join_inputs (CjArray *const *inputs, const int *axes, guint n, GError **error)
{
  CjDims dims = { 2, { cjl_onnx_count_samples (inputs, axes, n), 0 } };
  gboolean whole = TRUE;
  CjArray *x;
  gint64 at = 0;

  if (n == 1 && (axes[0] != 1 || inputs[0]->dims.n != 3))
    return cj_array_ref (inputs[0]);
  if (n == 1)
    return cj_array_permute (inputs[0], (const guint[]){ 1, 0, 2 }, error);
  for (guint i = 0; i < n; i++)
    {
      dims.d[1] += count_features (inputs[i], axes[i]);
      whole = whole && (axes[i] < 0 || !cj_array_type_is_float (inputs[i]->type));
    }
  x = cj_array_new (whole ? CJ_ARRAY_I64 : CJ_ARRAY_F32, &dims, error);
  for (guint i = 0; x != NULL && i < n; i++)
    {
      const gint64 features = count_features (inputs[i], axes[i]);
      const gint64 inner
          = axes[i] < 0 ? 1
                        : cj_dims_size (&inputs[i]->dims, (guint) axes[i] + 1, inputs[i]->dims.n);

      for (gint64 s = 0; features > 0 && s < dims.d[0]; s++)
        for (gint64 k = 0; k < features; k++)
          {
            const gint64 from = (k / inner * dims.d[0] + s) * inner + k % inner;

            if (whole)
              cj_array_set_int (x, s * dims.d[1] + at + k, cj_array_get_int (inputs[i], from));
            else
              cj_array_set (x, s * dims.d[1] + at + k, cj_array_get (inputs[i], from));
          }
      at += features;
    }
  return x;
}

/* --- cards --- */

static gboolean
set_sizes (CjlOnnxImport *import, CjNode *made, const CjDims *dims, int axis, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint k = 0; k < dims->n; k++)
    if ((int) k != axis)
      g_string_append_printf (text, "%s%lld", text->len > 0 ? "x" : "", (long long) dims->d[k]);
  return cjl_onnx_set (import, made, error, "shape", "%s", text->str);
}

/* Draws cards as one with a name; where that cannot be they stay as they are. */
static void
put_in_block (CjlOnnxImport *import, const char *name, CjNode *first, CjNode *second)
{
  const glong n = MIN (g_utf8_strlen (name, -1), CJ_BLOCK_TITLE_MAX);
  g_autofree char *title = g_utf8_substring (name, 0, n);
  const CjBlock *block = cj_graph_add_block (import->graph, title, NULL, NULL);

  if (block == NULL)
    return;
  cj_graph_put_node (import->graph, first, block->id);
  if (second != first)
    cj_graph_put_node (import->graph, second, block->id);
}

/* One input among several: numbers [at, at + n) of all that a sample holds. */
typedef struct
{
  const char *name;
  const CjArray *value;
  int axis; /* that counts samples */
  gint64 at, n;
} Part;

/* What a Split leaves over, and whether the next input can still be cut off it. */
typedef struct
{
  CjlOnnxMade made;
  gboolean good;
} Rest;

/* Cuts the next numbers off what is left of x: by a layer in two. FALSE: an error. */
static gboolean
split_off (CjlOnnxImport *import, const Part *part, gint64 all, Rest *rest, CjlOnnxMade *cut,
           GError **error)
{
  CjNode *made;

  *cut = rest->made;
  rest->good = rest->good && (part->at + part->n == all || part->n <= MAX_SPLIT);
  if (!rest->good || part->at + part->n == all)
    return TRUE;
  made = cjl_onnx_put_named (import, "split", part->name, error);
  if (made == NULL
      || !cj_graph_connect (import->graph, rest->made.node, rest->made.port, made, 0, error)
      || !cjl_onnx_set (import, made, error, "axis", "1")
      || !cjl_onnx_set (import, made, error, "size", "%lld", (long long) part->n))
    return FALSE;
  *cut = (CjlOnnxMade){ made, 0 };
  rest->made = (CjlOnnxMade){ made, 1 };
  return TRUE;
}

/* The same by a card of its own: of more numbers than a Split takes, or numbers of words that have to be laid out. */
static gboolean
slice_out (CjlOnnxImport *import, const Part *part, CjNode *x, CjlOnnxMade *cut, GError **error)
{
  CjNode *made = cjl_onnx_put_named (import, "onnx-operator", part->name, error);

  *cut = (CjlOnnxMade){ made, 0 };
  return made != NULL && cj_graph_connect (import->graph, x, 0, made, 0, error)
         && cjl_onnx_set (import, made, error, "operator", "%s", "Slice@1/1")
         && cjl_onnx_set (import, made, error, "attributes", "axes:I=1 starts:I=%lld ends:I=%lld",
                          (long long) part->at, (long long) (part->at + part->n));
}

/* An input of the model: cut out of x, and given its shape; both are drawn as one, which has the input's name. */
static gboolean
cut_input (CjlOnnxImport *import, CjNode *x, const Part *part, gint64 all, gboolean whole,
           Rest *rest, GError **error)
{
  const CjDims *dims = &part->value->dims;
  const gboolean laid_out = dims->n != 2 || part->axis != 0;
  char axes[CJL_ONNX_VIEW_AXES] = "NTF";
  CjlOnnxMade cut;

  if (!split_off (import, part, all, rest, &cut, error)
      || ((!rest->good || (whole && laid_out)) && !slice_out (import, part, x, &cut, error)))
    return FALSE;
  if (laid_out)
    {
      CjNode *laid = cjl_onnx_put_named (import, "reshape", part->name, error);

      if (laid == NULL || !cj_graph_connect (import->graph, cut.node, cut.port, laid, 0, error)
          || !set_sizes (import, laid, dims, part->axis, error))
        return FALSE;
      if (cut.port == 0 && cut.node != x)
        put_in_block (import, part->name, cut.node, laid);
      cut = (CjlOnnxMade){ laid, 0 };
    }
  if (part->axis == 0)
    {
      cjl_onnx_note (import, part->name, cut.node, cut.port);
      return TRUE;
    }
  /* samples second or last of two or three dimensions */
  g_strlcpy (axes, part->axis == 1 ? "TNF" : "TFN", sizeof axes);
  if (dims->n == 2)
    g_strlcpy (axes, "FN", sizeof axes);
  cjl_onnx_note_view (import, part->name, NULL, cut, axes);
  return TRUE;
}

static void
add_remark (CjlOnnxImport *import, const GString *parts, const GString *fixed, gint64 all)
{
  g_ptr_array_add (
      import->remarks,
      g_strdup_printf (_ ("The model takes in several values, and data have one x: a "
                          "sample holds them one behind the other, %s, %lld numbers in "
                          "all. Give the project data laid out so."),
                       parts->str, (long long) all));
  if (fixed->len > 0)
    g_ptr_array_add (
        import->remarks,
        g_strdup_printf (_ ("Values that do not belong to a sample stay what they were "
                            "tried with, zeros: %s."),
                         fixed->str));
}

/* Cuts x into the inputs of the model. */
static gboolean
cut_inputs (CjlOnnxImport *import, const GPtrArray *infos, CjNode *x, GError **error)
{
  g_autoptr (GString) parts = g_string_new (NULL), fixed = g_string_new (NULL);
  Rest rest = { { x, 0 }, TRUE };
  gboolean whole = TRUE;
  gint64 at = 0, all = 0;

  for (guint i = 0; i < infos->len; i++)
    {
      const CjArray *value = import->inputs->pdata[i];

      all += count_features (value, import->input_axes[i]);
      whole = whole && (import->input_axes[i] < 0 || !cj_array_type_is_float (value->type));
    }
  for (guint i = 0; i < infos->len; i++)
    {
      const char *name = ((const CjdOnnxInfo *) infos->pdata[i])->name;
      const CjArray *value = import->inputs->pdata[i];
      const gint64 n = count_features (value, import->input_axes[i]);

      if (n == 0)
        {
          g_string_append_printf (fixed, "%s“%s”", fixed->len > 0 ? ", " : "", name);
          continue;
        }
      if (!cut_input (import, x, &(Part){ name, value, import->input_axes[i], at, n }, all, whole,
                      &rest, error))
        return FALSE;
      /* Translators: one of several values, and how many numbers it has */
      g_string_append_printf (parts, _ ("%s“%s” (%lld)"), parts->len > 0 ? ", " : "", name,
                              (long long) n);
      at += n;
    }
  add_remark (import, parts, fixed, at);
  return TRUE;
}

gboolean
cjl_onnx_add_inputs (CjlOnnxImport *import, GError **error)
{
  g_autoptr (GPtrArray) infos = cjl_onnx_list_inputs (import->model->graph);
  CjNode *node = cj_graph_add (import->graph, cj_layer_find ("input"), "input", error), *input;

  if (node == NULL)
    return FALSE;
  if (import->front != NULL)
    {
      const gboolean flat = *import->front == '\0';

      input = node;
      node
          = cj_graph_add (import->graph, cj_layer_find (flat ? "flatten" : "reshape"), NULL, error);
      if (node == NULL || !cj_graph_connect (import->graph, input, 0, node, 0, error)
          || (!flat && !cj_graph_set_param (import->graph, node, "shape", import->front, error)))
        return FALSE;
    }
  if (import->channels_last)
    {
      input = node;
      node = cj_graph_add (import->graph, cj_layer_find ("permute"), NULL, error);
      if (node == NULL || !cj_graph_connect (import->graph, input, 0, node, 0, error)
          || !cj_graph_set_param (import->graph, node, "order", "231", error))
        return FALSE;
    }
  if (infos->len > 1)
    return cut_inputs (import, infos, node, error);
  if (import->input_axes[0] == 1)
    cjl_onnx_note_view (import, ((CjdOnnxInfo *) infos->pdata[0])->name, NULL,
                        (CjlOnnxMade){ node, 0 }, "TNF");
  else
    cjl_onnx_note (import, ((CjdOnnxInfo *) infos->pdata[0])->name, node, 0);
  return TRUE;
}
