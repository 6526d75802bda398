/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-labels.h"

#include "cj-ops.h"
#include "cj-surgery.h"

#include <string.h>

typedef struct
{
  CjLabels *out;
  const CjGraph *graph;
  GHashTable *ids;
  const GArray *cuts;
  const CjLabels *before;
  int *producer;     /* step by value, -1: none */
  guint *n_blocks;   /* by step: of the units that a product makes */
  guint *n_products; /* by node */
} Walk;

/* Steele, Lea and Flood, Fast splittable pseudorandom number generators, 2014. Labels have the top bit
 * set, which no place has. */
static guint64
mix (guint64 a, guint64 b)
{
  guint64 z = a * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15) + b + 1;

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return (z ^ (z >> 31)) | G_GUINT64_CONSTANT (1) << 63;
}

/* FNV-1a, 64 bits. */
static guint64
hash_text (const char *text)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (; *text != '\0'; text++)
    hash = (hash ^ (guchar) *text) * G_GUINT64_CONSTANT (0x100000001b3);
  return hash;
}

static const CjValue *
get_value (const Walk *walk, int value)
{
  return cj_builder_get_value (walk->out->lowered->builder, value);
}

static const CjStep *
get_step (const Walk *walk, guint step)
{
  return &g_array_index (walk->out->lowered->builder->steps, CjStep, step);
}

static gboolean
is_op (const CjStep *step, const char *id)
{
  return g_str_equal (step->op.info->id, id);
}

static CjAxisLabels *
axis_of (const Walk *walk, int value, guint axis)
{
  return &walk->out->axes[value * CJ_MAX_DIMS + (int) axis];
}

static guint64 *
new_labels (Walk *walk, gint64 n)
{
  guint64 *labels = g_new (guint64, n + 1);

  g_ptr_array_add (walk->out->owned, labels);
  return labels;
}

/* The parameter or state that a value is, perhaps in another shape or layout. */
static CjParamLabels *
find_param (const Walk *walk, int value)
{
  while (value != CJ_NO_VALUE)
    {
      const CjValue *v = get_value (walk, value);
      const CjStep *step;

      if (v->kind == CJ_VALUE_PARAM || v->kind == CJ_VALUE_STATE)
        return &walk->out->params[value];
      if (walk->producer[value] < 0)
        return NULL;
      step = get_step (walk, (guint) walk->producer[value]);
      if (!is_op (step, "reshape") && !is_op (step, "to-last") && !is_op (step, "to-plain"))
        return NULL;
      value = step->in[0];
    }
  return NULL;
}

/* Numbers of the units that are left after the cuts of a node; NULL if it was not cut, or if its size
 * says that something else happened to it. */
static GArray *
find_survivors (const Walk *walk, const CjParamLabels *param, gint64 units)
{
  const CjNode *node = walk->graph->nodes->pdata[param->value->node];
  const CjParamLabels *old
      = walk->before != NULL ? cj_labels_find (walk->before, param->key) : NULL;
  g_autoptr (GArray) left = g_array_new (FALSE, FALSE, sizeof (gint64));
  const gint64 n = old != NULL ? old->value->shape.dims[0] / MAX (old->n_blocks, 1) : 0;
  gboolean any = FALSE;

  for (gint64 i = 0; i < n; i++)
    g_array_append_val (left, i);
  for (guint i = 0; walk->cuts != NULL && i < walk->cuts->len; i++)
    {
      const CjUnitCut *cut = &g_array_index (walk->cuts, CjUnitCut, i);

      if (g_str_equal (cut->node, node->id) && cut->unit < left->len)
        {
          g_array_remove_index (left, cut->unit);
          any = TRUE;
        }
    }
  return any && left->len == units ? g_steal_pointer (&left) : NULL;
}

/* The units that rows of a parameter make, in blocks one after another. */
static CjAxisLabels
label_units (Walk *walk, CjParamLabels *param, gint64 n, guint n_blocks)
{
  const gint64 units = n / n_blocks;
  g_autoptr (GArray) left = NULL;
  guint64 *labels = new_labels (walk, n);
  const guint64 root = hash_text (param->key);

  param->n_blocks = n_blocks;
  left = find_survivors (walk, param, units);
  for (gint64 i = 0; i < n; i++)
    {
      const gint64 at = i % units;

      labels[i] = mix (mix (root, (guint64) (i / units)),
                       (guint64) (left != NULL ? g_array_index (left, gint64, at) : at));
    }
  return labels;
}

static void
set_axis (CjParamLabels *param, guint axis, CjAxisLabels labels)
{
  if (param == NULL || axis >= param->value->shape.n_dims)
    return;
  param->axis[axis] = labels;
  param->labelled = TRUE;
}

/* Whether the network before had all these units: then a new layer stands between them and what
 * listened to them. */
static gboolean
all_known (const Walk *walk, CjAxisLabels axis, gint64 n)
{
  gboolean all = walk->before != NULL;

  for (gint64 i = 0; all && i < n; i++)
    {
      const guint64 label = cj_label (axis, i);

      all = axis == NULL || g_hash_table_contains (walk->before->known, &label);
    }
  return all;
}

static gboolean
is_inserted (const Walk *walk, const CjParamLabels *weight)
{
  return walk->before != NULL && cj_labels_find (walk->before, weight->key) == NULL
         && walk->n_products[weight->value->node] == 1;
}

/* The labels of what comes first, then new ones. */
static CjAxisLabels
pass_on (Walk *walk, CjAxisLabels from, gint64 n_from, CjAxisLabels units, gint64 n)
{
  guint64 *labels;

  if (from == NULL && n == n_from)
    return NULL;
  labels = new_labels (walk, n);
  for (gint64 i = 0; i < n; i++)
    labels[i] = i < n_from ? cj_label (from, i) : units[i];
  return labels;
}

static void
walk_default (Walk *walk, const CjStep *step)
{
  int from = step->in[0];
  guint n;

  /* of inputs that are stretched over each other, the one that has the shape of the result */
  for (guint j = 0; j < step->op.n_in; j++)
    if (step->in[j] != CJ_NO_VALUE && find_param (walk, step->in[j]) == NULL
        && cj_shape_equal (&step->op.in_shape[j], &step->op.out_shape[0]))
      {
        from = step->in[j];
        break;
      }
  n = get_value (walk, from)->shape.n_dims;
  for (guint k = 0; k < step->op.n_out; k++)
    for (guint a = 0; a < n && n == step->op.out_shape[k].n_dims; a++)
      if (get_value (walk, from)->shape.dims[a] == step->op.out_shape[k].dims[a])
        *axis_of (walk, step->out + (int) k, a) = *axis_of (walk, from, a);
  for (guint j = 0; j < step->op.n_in; j++)
    {
      CjParamLabels *param = step->in[j] != from ? find_param (walk, step->in[j]) : NULL;
      const CjShape *x = &get_value (walk, from)->shape;
      const guint np = param != NULL ? param->value->shape.n_dims : 0;

      for (guint a = 0; a < np && np <= n; a++)
        {
          const gint64 size = param->value->shape.dims[a];
          const gboolean channels
              = np == 1 && n >= 2 && size == x->dims[1] && (n == 4 || is_op (step, "batch-norm"));
          const guint xa = channels ? 1 : n - np + a;

          if (size == x->dims[xa] && !param->labelled)
            param->axis[a] = *axis_of (walk, from, xa);
        }
      if (param != NULL)
        param->labelled = TRUE;
    }
}

/* Feedback of its own is as the weight is: what it belongs to, and what it hears. */
static void
label_feedback (Walk *walk, const CjStep *step, const CjParamLabels *weight)
{
  CjParamLabels *feedback = step->op.n_in > 3 ? find_param (walk, step->in[3]) : NULL;

  for (guint a = 0; feedback != NULL && a < weight->value->shape.n_dims; a++)
    set_axis (feedback, a, weight->axis[a]);
}

static void
walk_dense (Walk *walk, const CjStep *step)
{
  const guint last = step->op.in_shape[0].n_dims - 1;
  const gint64 n_in = step->op.in_shape[0].dims[last], n = step->op.in_shape[1].dims[0];
  CjParamLabels *weight = find_param (walk, step->in[1]);
  CjParamLabels *bias = step->op.n_in > 2 ? find_param (walk, step->in[2]) : NULL;
  CjAxisLabels from = *axis_of (walk, step->in[0], last), units;

  for (guint a = 1; a < last; a++)
    *axis_of (walk, step->out, a) = *axis_of (walk, step->in[0], a);
  if (weight == NULL)
    return;
  units = label_units (walk, weight, n, walk->n_blocks[walk->producer[step->out]]);
  set_axis (weight, 0, units);
  set_axis (weight, 1, from);
  set_axis (bias, 0, units);
  weight->inputs = TRUE;
  label_feedback (walk, step, weight);
  if (is_inserted (walk, weight) && n >= n_in && all_known (walk, from, n_in))
    {
      weight->n_passed = n_in;
      if (bias != NULL)
        bias->n_passed = n_in;
      units = pass_on (walk, from, n_in, units, n);
    }
  *axis_of (walk, step->out, last) = units;
}

/* Dense layers in a row as one op. */
static void
walk_row (Walk *walk, const CjStep *step)
{
  CjAxisLabels from = *axis_of (walk, step->in[0], 1);

  for (guint j = 1; j < step->op.n_in; j += 2)
    {
      CjParamLabels *weight = find_param (walk, step->in[j]);
      CjAxisLabels units;

      if (weight == NULL)
        return;
      units = label_units (walk, weight, step->op.in_shape[j].dims[0], 1);
      set_axis (weight, 0, units);
      set_axis (weight, 1, from);
      set_axis (find_param (walk, step->in[j + 1]), 0, units);
      weight->inputs = TRUE;
      from = units;
    }
  *axis_of (walk, step->out, 1) = from;
}

/* Taps are counted from the middle, so that a larger kernel lies round the smaller one. */
static CjAxisLabels
label_taps (Walk *walk, gint64 n)
{
  guint64 *labels = new_labels (walk, n);

  for (gint64 i = 0; i < n; i++)
    labels[i] = mix (hash_text ("tap"), (guint64) (i - n / 2));
  return labels;
}

static gboolean
passes_through (const CjStep *step, CjParamLabels *weight)
{
  const CjConv2dAttrs *a = step->op.attrs;
  const gint64 *in = step->op.in_shape[0].dims, *out = step->op.out_shape[0].dims;
  const gint64 tap[2] = { a->pad_top / a->dilation_h, a->pad_left / a->dilation_w };

  memcpy (weight->tap, tap, sizeof tap);
  return a->stride_h == 1 && a->stride_w == 1 && in[2] == out[2] && in[3] == out[3]
         && tap[0] * a->dilation_h == a->pad_top && tap[1] * a->dilation_w == a->pad_left
         && tap[0] < a->kernel_h && tap[1] < a->kernel_w
         && (a->groups == 1 ? out[1] >= in[1] : out[1] == in[1]);
}

static void
walk_conv (Walk *walk, const CjStep *step)
{
  const CjConv2dAttrs *attrs = step->op.attrs;
  const gint64 n_in = step->op.in_shape[0].dims[1], n = step->op.out_shape[0].dims[1];
  CjParamLabels *weight = find_param (walk, step->in[1]);
  CjParamLabels *bias = step->op.n_in > 2 ? find_param (walk, step->in[2]) : NULL;
  CjAxisLabels from = *axis_of (walk, step->in[0], 1), units;
  guint n_dims;

  if (weight == NULL)
    return;
  n_dims = weight->value->shape.n_dims;
  units = label_units (walk, weight, n, 1);
  if (attrs->groups == n_in && n_in > 1) /* each filter belongs to the channel it looks at */
    {
      guint64 *labels = new_labels (walk, n);

      for (gint64 i = 0; i < n; i++)
        labels[i] = mix (mix (hash_text (weight->key), cj_label (from, i / (n / n_in))),
                         (guint64) (i % (n / n_in)));
      units = labels;
    }
  set_axis (weight, 0, units);
  set_axis (bias, 0, units);
  if (attrs->groups == 1)
    set_axis (weight, 1, from);
  for (guint a = 2; a < n_dims; a++)
    set_axis (weight, a, label_taps (walk, weight->value->shape.dims[a]));
  weight->inputs = TRUE;
  label_feedback (walk, step, weight);
  if (is_inserted (walk, weight) && n_dims == 4 && all_known (walk, from, n_in)
      && passes_through (step, weight))
    {
      weight->n_passed = n_in;
      if (bias != NULL)
        bias->n_passed = n_in;
      units = pass_on (walk, from, n_in, units, n);
    }
  *axis_of (walk, step->out, 1) = units;
}

/* Labels of several axes laid out as one. */
static CjAxisLabels
flatten (Walk *walk, int value, guint begin, guint end)
{
  const CjShape *shape = &get_value (walk, value)->shape;
  gint64 size = 1;
  gboolean any = FALSE;
  guint long_axes = 0, axis = begin;
  guint64 *labels;

  for (guint a = begin; a < end; a++)
    {
      size *= shape->dims[a];
      any |= *axis_of (walk, value, a) != NULL;
      long_axes += shape->dims[a] > 1;
      if (shape->dims[a] > 1)
        axis = a;
    }
  if (!any || long_axes < 2)
    return any ? *axis_of (walk, value, axis) : NULL;
  labels = new_labels (walk, size);
  for (gint64 i = 0; i < size; i++)
    {
      gint64 rest = i;

      labels[i] = 0;
      for (guint a = end; a-- > begin; rest /= shape->dims[a])
        labels[i] = mix (labels[i], cj_label (*axis_of (walk, value, a), rest % shape->dims[a]));
    }
  return labels;
}

/* Axes whose sizes have the same product belong together; several that become one are flattened. */
static void
walk_reshape (Walk *walk, const CjStep *step)
{
  const CjShape *in = &step->op.in_shape[0], *out = &step->op.out_shape[0];
  guint i = 0, j = 0;

  while (i < in->n_dims && j < out->n_dims)
    {
      const guint begin = i, first = j;
      gint64 a = in->dims[i++], b = out->dims[j++];

      while (a != b && (a < b ? i < in->n_dims : j < out->n_dims))
        if (a < b)
          a *= in->dims[i++];
        else
          b *= out->dims[j++];
      while (j == out->n_dims && i < in->n_dims && in->dims[i] == 1)
        i++;
      if (a == b && j == first + 1)
        *axis_of (walk, step->out, first) = flatten (walk, step->in[0], begin, i);
    }
}

static void
walk_permute (Walk *walk, const CjStep *step)
{
  const CjPermuteAttrs *attrs = step->op.attrs;

  for (guint a = 0; a < step->op.out_shape[0].n_dims; a++)
    *axis_of (walk, step->out, a) = *axis_of (walk, step->in[0], (guint) attrs->axes[a]);
}

static void
walk_concat (Walk *walk, const CjStep *step)
{
  const guint axis = (guint) ((const CjAxisAttrs *) step->op.attrs)->axis;
  guint64 *labels = new_labels (walk, step->op.out_shape[0].dims[axis]), *next = labels;

  for (guint a = 0; a < step->op.out_shape[0].n_dims; a++)
    *axis_of (walk, step->out, a) = *axis_of (walk, step->in[0], a);
  for (guint j = 0; j < step->op.n_in; j++)
    {
      CjAxisLabels from = *axis_of (walk, step->in[j], axis);

      for (gint64 i = 0; i < step->op.in_shape[j].dims[axis]; i++)
        *next++ = from != NULL ? from[i] : mix (j, (guint64) i);
    }
  *axis_of (walk, step->out, axis) = labels;
}

static void
walk_slice (Walk *walk, const CjStep *step)
{
  const CjSliceAttrs *attrs = step->op.attrs;

  for (guint a = 0; a < step->op.out_shape[0].n_dims; a++)
    {
      CjAxisLabels from = *axis_of (walk, step->in[0], a);

      *axis_of (walk, step->out, a)
          = from != NULL && (int) a == attrs->axis ? from + attrs->begin : from;
    }
}

static void
walk_to_picture (Walk *walk, const CjStep *step)
{
  *axis_of (walk, step->out, 1) = *axis_of (walk, step->in[0], 2);
  *axis_of (walk, step->out, 3) = *axis_of (walk, step->in[0], 1);
}

static void
walk_to_tokens (Walk *walk, const CjStep *step)
{
  *axis_of (walk, step->out, 2) = *axis_of (walk, step->in[0], 1);
}

static void
walk_reduce (Walk *walk, const CjStep *step)
{
  const CjReduceAttrs *attrs = step->op.attrs;
  guint to = 0;

  for (guint a = 0; a < step->op.in_shape[0].n_dims; a++)
    if ((attrs->axes & 1u << a) == 0)
      *axis_of (walk, step->out, to++) = *axis_of (walk, step->in[0], a);
    else if (attrs->keep)
      to++;
}

/* A number becomes a sequence, or one of a sequence stands for all. */
static void
walk_encode (Walk *walk, const CjStep *step)
{
  for (guint a = 1; a < step->op.in_shape[0].n_dims; a++)
    *axis_of (walk, step->out, a + 1) = *axis_of (walk, step->in[0], a);
}

static void
walk_moment (Walk *walk, const CjStep *step)
{
  for (guint a = 1; a < step->op.out_shape[0].n_dims; a++)
    *axis_of (walk, step->out, a) = *axis_of (walk, step->in[0], a + 1);
}

/* The neurons hear one another. */
static void
walk_spikes (Walk *walk, const CjStep *step)
{
  const guint last = step->op.in_shape[0].n_dims - 1;
  CjParamLabels *weight
      = step->op.n_in > 1 && step->in[1] != CJ_NO_VALUE ? find_param (walk, step->in[1]) : NULL;

  if (weight != NULL)
    {
      set_axis (weight, 0, last == 2 ? *axis_of (walk, step->in[0], last) : NULL);
      set_axis (weight, 1, weight->axis[0]);
      weight->inputs = TRUE;
    }
  walk_default (walk, step);
}

static void
walk_matmul (Walk *walk, const CjStep *step)
{
  for (guint a = 0; a + 1 < step->op.out_shape[0].n_dims; a++)
    *axis_of (walk, step->out, a) = *axis_of (walk, step->in[0], a);
}

/* Queries, keys and values come apart or as one; the values are what is handed on. */
static void
walk_attention (Walk *walk, const CjStep *step)
{
  const gboolean packed = step->in[2] == CJ_NO_VALUE;
  CjAxisLabels from = *axis_of (walk, step->in[packed ? 0 : 2], 2);

  *axis_of (walk, step->out, 2)
      = packed && from != NULL ? from + 2 * step->op.out_shape[0].dims[2] : from;
}

static void
walk_embedding (Walk *walk, const CjStep *step)
{
  CjParamLabels *table = find_param (walk, step->in[1]);
  const CjShape *out = &step->op.out_shape[0];
  guint64 *labels;

  if (table == NULL)
    return;
  labels = new_labels (walk, out->dims[out->n_dims - 1]);
  for (gint64 i = 0; i < out->dims[out->n_dims - 1]; i++)
    labels[i] = mix (hash_text (table->key), (guint64) i);
  set_axis (table, 1, labels);
  *axis_of (walk, step->out, out->n_dims - 1) = labels;
}

static guint
count_gates (const CjStep *step)
{
  const CjRecurrentAttrs *attrs = step->op.attrs;

  return attrs->cell == CJ_CELL_LSTM ? 4 : attrs->cell == CJ_CELL_GRU ? 3 : 1;
}

static void
walk_recurrent (Walk *walk, const CjStep *step)
{
  CjParamLabels *weight = find_param (walk, step->in[1]);
  const gint64 n = step->op.out_shape[0].dims[2];
  guint64 *labels;

  if (weight == NULL)
    return;
  labels = new_labels (walk, n);
  for (gint64 i = 0; i < n; i++)
    labels[i] = mix (hash_text (weight->key), (guint64) i);
  set_axis (weight, 0,
            label_units (walk, weight, weight->value->shape.dims[0], count_gates (step)));
  set_axis (weight, 1, labels);
  weight->inputs = TRUE;
  if (step->op.n_in > 2)
    set_axis (find_param (walk, step->in[2]), 0, weight->axis[0]);
  if (step->op.n_in > 5)
    set_axis (find_param (walk, step->in[5]), 0, labels);
  *axis_of (walk, step->out, 2) = *axis_of (walk, step->out + 1, 1) = labels;
}

static const struct
{
  const char *op;
  void (*walk) (Walk *walk, const CjStep *step);
} walks[] = {
  { "attention", walk_attention },   { "concat", walk_concat },
  { "conv2d", walk_conv },           { "dense", walk_dense },
  { "embedding", walk_embedding },   { "encode", walk_encode },
  { "equilibrium", walk_row },       { "matmul", walk_matmul },
  { "moment", walk_moment },         { "permute", walk_permute },
  { "predictive", walk_row },        { "recurrent", walk_recurrent },
  { "reduce", walk_reduce },         { "reshape", walk_reshape },
  { "slice", walk_slice },           { "spikes", walk_spikes },
  { "to-picture", walk_to_picture }, { "to-tokens", walk_to_tokens },
};

/* The dense step that made a value, if it only passed element-wise ops since. */
static int
find_product (const Walk *walk, int value)
{
  int step = walk->producer[value];

  while (step >= 0 && !is_op (get_step (walk, (guint) step), "dense"))
    {
      const CjStep *s = get_step (walk, (guint) step);

      if (!cj_shape_equal (&s->op.in_shape[0], &s->op.out_shape[0]))
        return -1;
      step = walk->producer[s->in[0]];
    }
  return step;
}

/* Products whose units are taken apart afterwards: into gates, or query, key and value. */
static void
find_blocks (Walk *walk, guint i)
{
  const CjStep *step = get_step (walk, i);
  const CjSliceAttrs *slice = is_op (step, "slice") ? step->op.attrs : NULL;
  const int product = find_product (walk, step->in[0]);
  const guint last = step->op.in_shape[0].n_dims - 1;

  if (product < 0)
    return;
  if (is_op (step, "recurrent"))
    walk->n_blocks[product] = count_gates (step);
  else if (is_op (step, "attention") && step->in[1] == CJ_NO_VALUE)
    walk->n_blocks[product] = 3;
  else if (slice != NULL && slice->axis == (int) last && slice->begin % slice->length == 0
           && step->op.in_shape[0].dims[last] % slice->length == 0)
    walk->n_blocks[product] = (guint) (step->op.in_shape[0].dims[last] / slice->length);
}

static void
prepare (Walk *walk)
{
  const CjBuilder *builder = walk->out->lowered->builder;

  walk->producer = g_new (int, builder->values->len + 1);
  walk->n_blocks = g_new (guint, builder->steps->len + 1);
  walk->n_products = g_new0 (guint, walk->graph->nodes->len + 1);
  for (guint i = 0; i < builder->values->len; i++)
    walk->producer[i] = -1;
  for (guint i = 0; i < builder->steps->len; i++)
    {
      const CjStep *step = get_step (walk, i);

      walk->n_blocks[i] = 1;
      for (guint k = 0; k < step->op.n_out; k++)
        walk->producer[step->out + (int) k] = (int) i;
      if (is_op (step, "dense") || is_op (step, "conv2d"))
        walk->n_products[get_value (walk, step->out)->node]++;
      find_blocks (walk, i);
    }
}

static void
note_known (Walk *walk, CjAxisLabels axis, const CjValue *value, guint number)
{
  for (gint64 i = 0; i < value->shape.dims[number]; i++)
    if (!g_hash_table_contains (walk->out->known, &axis[i]))
      g_hash_table_add (walk->out->known, (gpointer) &axis[i]);
}

static void
name_params (Walk *walk)
{
  CjLabels *self = walk->out;

  for (guint i = 0; i < self->n_values; i++)
    {
      const CjValue *v = get_value (walk, (int) i);
      const CjNode *node = walk->graph->nodes->pdata[MIN (v->node, walk->graph->nodes->len - 1)];
      const char *old = walk->ids != NULL ? g_hash_table_lookup (walk->ids, node->id) : NULL;

      self->params[i].value = v;
      self->params[i].n_blocks = 1;
      if (v->kind != CJ_VALUE_PARAM && v->kind != CJ_VALUE_STATE)
        continue;
      self->params[i].key = old != NULL && g_str_has_prefix (v->name, node->id)
                                ? g_strconcat (old, v->name + strlen (node->id), NULL)
                                : g_strdup (v->name);
    }
}

CjLabels *
cj_labels_new (const CjGraph *graph, const CjDataSpec *spec, GHashTable *ids, const GArray *cuts,
               const CjLabels *before)
{
  CjLabels *self = g_new0 (CjLabels, 1);
  Walk walk = { .out = self, .graph = graph, .ids = ids, .cuts = cuts, .before = before };
  const CjBuilder *builder;

  self->lowered = cj_lower (graph, spec);
  builder = self->lowered->builder;
  self->n_values = builder->values->len;
  self->params = g_new0 (CjParamLabels, self->n_values + 1);
  self->axes = g_new0 (CjAxisLabels, self->n_values * CJ_MAX_DIMS + 1);
  self->known = g_hash_table_new (g_int64_hash, g_int64_equal);
  self->owned = g_ptr_array_new_with_free_func (g_free);
  prepare (&walk);
  name_params (&walk);
  for (guint i = 0; i < builder->steps->len; i++)
    {
      const CjStep *step = get_step (&walk, i);
      void (*go) (Walk *, const CjStep *) = walk_default;

      for (guint k = 0; k < G_N_ELEMENTS (walks); k++)
        if (is_op (step, walks[k].op))
          go = walks[k].walk;
      go (&walk, step);
    }
  for (guint i = 0; i < self->n_values * CJ_MAX_DIMS; i++)
    if (self->axes[i] != NULL)
      note_known (&walk, self->axes[i], get_value (&walk, (int) (i / CJ_MAX_DIMS)),
                  i % CJ_MAX_DIMS);
  g_free (walk.producer);
  g_free (walk.n_blocks);
  g_free (walk.n_products);
  return self;
}

void
cj_labels_free (CjLabels *self)
{
  for (guint i = 0; i < self->n_values; i++)
    g_free (self->params[i].key);
  g_free (self->params);
  g_free (self->axes);
  g_hash_table_unref (self->known);
  g_ptr_array_unref (self->owned);
  cj_lowered_free (self->lowered);
  g_free (self);
}

const CjParamLabels *
cj_labels_find (const CjLabels *self, const char *key)
{
  for (guint i = 0; i < self->n_values; i++)
    if (g_strcmp0 (self->params[i].key, key) == 0)
      return &self->params[i];
  return NULL;
}
