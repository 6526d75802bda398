/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-synapses.h"

#include "cj-error.h"
#include "cjl-acting.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

GStrv
cjl_synapses_list (const CjLowered *lowered, const char *node)
{
  const GArray *values = lowered->builder->values;
  g_autofree char *prefix = g_strconcat (node, ".", NULL);
  GStrvBuilder *names = g_strv_builder_new ();
  GStrv result;

  for (guint i = 0; i < values->len; i++)
    {
      const CjValue *value = &g_array_index (values, CjValue, i);

      if (value->kind == CJ_VALUE_PARAM && g_str_has_prefix (value->name, prefix)
          && value->shape.n_dims >= 2 && value->shape.n_dims <= 4
          && cj_shape_size (&value->shape) > 0 && cj_init_connects (&value->init))
        g_strv_builder_add (names, value->name);
    }
  result = g_strv_builder_end (names);
  g_strv_builder_unref (names);
  return result;
}

/* Numbers of one synapse. */
static gint64
count_taps (const CjShape *shape)
{
  gint64 n = 1;

  for (guint d = 2; d < shape->n_dims; d++)
    n *= shape->dims[d];
  return n;
}

gint64
cjl_synapses_locate (const CjShape *shape, gint64 from, gint64 to, gint64 *n)
{
  *n = count_taps (shape);
  return (to * shape->dims[1] + from) * *n;
}

/* --- arrays --- */

static CjTensor *
make_strengths (const CjTensor *weights)
{
  const gint64 taps = count_taps (&weights->shape);
  const CjShape shape = cj_shape2 (weights->shape.dims[0], weights->shape.dims[1]);
  CjTensor *strengths = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 i = 0; i < cj_shape_size (&shape); i++)
    {
      const float *w = (const float *) weights->data + i * taps;
      double sum = 0, squares = 0;

      for (gint64 t = 0; t < taps; t++)
        {
          sum += w[t];
          squares += (double) w[t] * w[t];
        }
      cj_tensor_f32 (strengths)[i] = (float) copysign (sqrt (squares), sum);
    }
  return strengths;
}

static CjTensor *
make_kept (const CjTensor *kept)
{
  const gint64 taps = count_taps (&kept->shape);
  const CjShape shape = cj_shape2 (kept->shape.dims[0], kept->shape.dims[1]);
  CjTensor *any = cj_tensor_new (CJ_UINT8, &shape);

  for (gint64 i = 0; i < cj_shape_size (&shape); i++)
    {
      const guint8 *k = (const guint8 *) kept->data + i * taps;
      guint8 found = 0;

      for (gint64 t = 0; t < taps; t++)
        found |= k[t] != 0;
      ((guint8 *) any->data)[i] = found;
    }
  return any;
}

/* One number for each of `n` units from what a layer made, or NULL where that has no such units. */
static CjTensor *
find_activity (const CjTensor *values, gint64 n)
{
  const CjShape shape = cj_shape1 (n);
  const gint64 all = values != NULL ? cj_shape_size (&values->shape) : 0;
  gboolean maps;
  CjTensor *activity;

  if (values == NULL || values->dtype != CJ_FLOAT32 || all == 0 || all % n != 0)
    return NULL;
  maps = values->shape.n_dims == 4 && values->shape.dims[1] == n;
  if (!maps && values->shape.dims[values->shape.n_dims - 1] != n && all != n)
    return NULL;
  activity = cj_tensor_new (CJ_FLOAT32, &shape);
  for (gint64 i = 0; i < n; i++)
    {
      const gint64 area = maps ? all / n : 1;
      const float *from = (const float *) values->data + (maps ? i * area : all - n + i);
      double sum = 0;

      for (gint64 p = 0; p < area; p++)
        sum += from[p];
      cj_tensor_f32 (activity)[i] = (float) (sum / (double) area);
    }
  return activity;
}

/* Shares from logits. */
static void
put_answers (CjvFrame *frame, const CjTensor *logits)
{
  const gint64 n = logits->shape.dims[0];
  g_autofree float *shares = g_memdup2 (logits->data, sizeof *shares * (gsize) n);
  float largest = shares[0];
  double sum = 0;

  for (gint64 i = 1; i < n; i++)
    largest = MAX (largest, shares[i]);
  for (gint64 i = 0; i < n; i++)
    sum += shares[i] = expf (shares[i] - largest);
  for (gint64 i = 0; i < n; i++)
    shares[i] = (float) (shares[i] / sum);
  cjv_frame_set_values (frame, "answers", shares, (gsize) n);
}

CjvFrame *
cjl_synapses_frame (const CjlSynapses *what)
{
  const CjShape *shape = &what->weights->shape;
  CjvFrame *frame = cjv_frame_new ();
  CjTensor *from = find_activity (what->from, shape->dims[1]);
  CjTensor *to = find_activity (what->to, shape->dims[0]);

  cjv_frame_take_array (frame, "weights", make_strengths (what->weights));
  if (what->kept != NULL)
    cjv_frame_take_array (frame, "kept", make_kept (what->kept));
  if (shape->n_dims > 2)
    {
      const CjShape kernels
          = cj_shape4 (shape->dims[0], shape->dims[1], shape->n_dims > 3 ? shape->dims[2] : 1,
                       shape->dims[shape->n_dims - 1]);
      CjTensor *copy = cj_tensor_new (CJ_FLOAT32, &kernels);

      memcpy (copy->data, what->weights->data, cj_tensor_bytes (copy));
      cjv_frame_take_array (frame, "kernels", copy);
    }
  if (what->answers && to != NULL && what->dataset != NULL
      && (gint64) what->dataset->n_classes == shape->dims[0])
    {
      put_answers (frame, to);
      if (what->dataset->class_names != NULL)
        cjv_frame_set_strings (frame, "to-names", (const char *const *) what->dataset->class_names);
    }
  if (from != NULL)
    cjv_frame_take_array (frame, "from-values", from);
  if (to != NULL)
    cjv_frame_take_array (frame, "to-values", to);
  cjv_frame_set_text (frame, "title", what->node);
  if (what->sender != NULL)
    cjv_frame_set_text (frame, "from-title", what->sender);
  return cjv_frame_seal (frame);
}

CjvFrame *
cjl_synapses_of_head (const CjlAttentionLayer *layer, gint64 head, const char *const *tokens)
{
  const gint64 *d = layer->maps->shape.dims;
  const CjShape shape = cj_shape2 (d[2], d[3]);
  CjTensor *weights = cj_tensor_new (CJ_FLOAT32, &shape);
  CjvFrame *frame = cjv_frame_new ();
  g_autofree char *title = g_strdup_printf (_ ("%s, head %d"), layer->name, (int) head + 1);

  memcpy (weights->data, cj_tensor_f32 (layer->maps) + head * d[2] * d[3],
          cj_tensor_bytes (weights));
  cjv_frame_take_array (frame, "weights", weights);
  if (tokens != NULL && g_strv_length ((char **) tokens) == (guint) d[2] && layer->self)
    {
      cjv_frame_set_strings (frame, "from-names", tokens);
      cjv_frame_set_strings (frame, "to-names", tokens);
    }
  cjv_frame_set_text (frame, "title", title);
  cjv_frame_set_text (frame, "from-title", _ ("What is looked at"));
  return cjv_frame_seal (frame);
}

/* --- of a project --- */

/* The chosen node, or the last that has weights between populations. */
static const CjNode *
find_node (const CjlFigureRequest *r, CjProgram *program, const CjProgramParam **param,
           GError **error)
{
  g_autoptr (GPtrArray) order = cj_graph_sort (r->project->graph);

  for (guint i = order->len; i-- > 0;)
    {
      const CjNode *node = order->pdata[i];
      g_auto (GStrv) names = cjl_synapses_list (cj_program_get_lowered (program), node->id);

      if (names[0] == NULL || (r->choice->node != NULL && !g_str_equal (node->id, r->choice->node)))
        continue;
      *param = cj_program_find_param (program, names[0]);
      if (*param != NULL)
        return node;
    }
  g_set_error (
      error, CJ_ERROR, CJ_ERROR_PARAM,
      r->choice->node != NULL
          ? _ ("Layer “%s” has no synapses. Choose one with weights, as a Dense layer or a "
               "convolution, with --node.")
          : _ ("The network has no layer with synapses. Add a Dense layer or a convolution."),
      r->choice->node);
  return NULL;
}

CjvFrame *
cjl_figure_of_synapses (const CjlFigureRequest *r, GError **error)
{
  g_autoptr (CjProgram) program = cjl_figure_run_sample (r, error);
  g_autofree char *place = cjl_figure_print_place (r);
  g_autoptr (CjTensor) weights = NULL, from = NULL, to = NULL;
  const CjProgramParam *param = NULL;
  const CjNode *node, *sender;
  const CjLowered *lowered;
  int index;

  node = program != NULL ? find_node (r, program, &param, error) : NULL;
  if (node == NULL)
    return NULL;
  sender = node->from[0].node;
  index = cj_graph_get_index (r->project->graph, node);
  lowered = cj_program_get_lowered (program);
  weights = cjl_acting_dup (program, param);
  to = cj_program_dup_output (program, (guint) index, 0);
  if (sender != NULL)
    from = cj_program_dup_output (program, (guint) cj_graph_get_index (r->project->graph, sender),
                                  node->from[0].port);
  return cjl_synapses_frame (
      &(CjlSynapses){ .node = node->id,
                      .sender = sender != NULL ? sender->id : NULL,
                      .weights = weights,
                      .from = from,
                      .to = to,
                      .dataset = r->dataset,
                      .answers = lowered->nodes[index].out[0] == lowered->prediction });
}
