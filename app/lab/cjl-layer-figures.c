/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-layer-figures.h"

#include "cjl-receptive.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* --- activations --- */

/* Over the whole plane where the data has two features, else for the sample. */
static CjTensor *
get_answer (const CjlActivations *what)
{
  CjTensor *surface = cjl_probe_frame_find_surface (what->probe, what->node->id);

  return surface != NULL ? surface : cjl_probe_frame_find (what->probe, what->node->id);
}

const char *
cjl_activations_get_figure (const CjlActivations *what)
{
  const CjTensor *answer = get_answer (what);

  return answer != NULL && answer->shape.n_dims == 2 ? "units" : "maps";
}

/* The picture that the network was shown, or NULL. */
static CjTensor *
find_picture (const CjlActivations *what)
{
  for (guint i = 0; i < what->graph->nodes->len; i++)
    {
      const CjNode *node = what->graph->nodes->pdata[i];
      CjTensor *seen = node->layer->role == CJ_ROLE_INPUT
                           ? cjl_probe_frame_find (what->probe, node->id)
                           : NULL;

      if (seen != NULL && seen->shape.n_dims == 4 && seen->dtype == CJ_FLOAT32)
        return seen;
    }
  return NULL;
}

static void
put_unit (CjvFrame *frame, const CjlActivations *what)
{
  const int index = cj_graph_get_index (what->graph, what->node);
  const float unit[3] = { (float) what->unit, (float) what->row, (float) what->column };
  CjlField field;

  cjv_frame_set_values (frame, "unit", unit, 3);
  if (what->lowered != NULL && index >= 0
      && cjl_receptive_field (what->lowered, (guint) index, what->row, what->column, &field))
    cjv_frame_set_values (frame, "field",
                          (const float[]){ (float) field.left, (float) field.top,
                                           (float) (field.right - field.left + 1),
                                           (float) (field.bottom - field.top + 1) },
                          4);
}

CjvFrame *
cjl_activations_frame (const CjlActivations *what)
{
  CjTensor *answer = get_answer (what), *picture = find_picture (what);
  CjvFrame *frame;

  if (answer == NULL || answer->dtype != CJ_FLOAT32 || answer->shape.n_dims < 2
      || answer->shape.n_dims > 4)
    return NULL;
  frame = cjv_frame_new ();
  if (answer->shape.n_dims == 2)
    cjv_frame_set_values (frame, "values", cj_tensor_f32 (answer), (gsize) answer->shape.dims[1]);
  else
    {
      cjv_frame_set_array (frame, "maps", answer);
      if (picture != NULL)
        cjv_frame_set_array (frame, "input", picture);
    }
  if (what->unit >= 0)
    put_unit (frame, what);
  cjv_frame_set_text (frame, "title", what->node->id);
  return cjv_frame_seal (frame);
}

/* --- weights --- */

GStrv
cjl_layer_list_params (CjlSession *session, const char *node, guint least)
{
  g_autoptr (CjCheckpoint) snapshot = cj_runner_dup_snapshot (cjl_session_get_runner (session));
  g_autofree char *prefix = g_strconcat (node, ".", NULL);
  GStrvBuilder *names = g_strv_builder_new ();
  GStrv result;

  for (guint i = 0; snapshot != NULL && i < snapshot->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (snapshot->table, i);

      if (!entry->state && entry->shape.n_dims >= least && g_str_has_prefix (entry->name, prefix))
        g_strv_builder_add (names, entry->name);
    }
  result = g_strv_builder_end (names);
  g_strv_builder_unref (names);
  return result;
}

/* What the first output of a node is, NULL: not known. */
static const CjShape *
find_shape (const CjGraph *graph, const CjNode *node, const CjLowered *lowered)
{
  const int index = node != NULL && lowered != NULL ? cj_graph_get_index (graph, node) : -1;

  return index >= 0 && index < (int) lowered->n_nodes && lowered->nodes[index].valid
             ? cj_builder_get_shape (lowered->builder, lowered->nodes[index].out[0])
             : NULL;
}

/* Whether every number that comes out of a node stands for the one that came in at its place, at one moment
 * or at many: flatten, functions, encoders. */
static gboolean
keeps_places (const CjGraph *graph, const CjNode *node, const CjLowered *lowered)
{
  static const char *const kinds[]
      = { "activation", "normalisation", "regularisation", "circuit", "spiking", NULL };
  const CjShape *out = find_shape (graph, node, lowered);
  const CjShape *in = find_shape (graph, node->from[0].node, lowered);

  if (node->muted || g_str_equal (node->layer->id, "flatten"))
    return TRUE;
  return g_strv_contains (kinds, node->layer->category) && in != NULL && out != NULL
         && out->n_dims > 1
         && (cj_shape_size (out) == cj_shape_size (in)
             || (out->n_dims == in->n_dims + 1
                 && cj_shape_size (out) == cj_shape_size (in) * out->dims[1]));
}

/* Shape of a sample of what comes into the node's first port, as it was where its numbers were made; n_dims
 * 0: not known. */
static CjShape
find_input_shape (const CjGraph *graph, const CjNode *node, const CjLowered *lowered)
{
  const CjNode *from = node != NULL ? node->from[0].node : NULL;
  const CjShape *shape;

  while (from != NULL && from->from[0].node != NULL && keeps_places (graph, from, lowered))
    from = from->from[0].node;
  shape = find_shape (graph, from, lowered);
  return shape != NULL && shape->n_dims > 0 ? cj_shape (shape->n_dims - 1, shape->dims + 1)
                                            : cj_shape (0, NULL);
}

/* Whether a row of weights [U, I] can be drawn as the picture it looks at. */
static gboolean
looks_at_picture (const CjTensor *weights, const CjShape *input)
{
  return weights->shape.n_dims == 2 && input->n_dims == 3
         && (input->dims[0] == 1 || input->dims[0] == 3)
         && cj_shape_size (input) == weights->shape.dims[1];
}

const char *
cjl_weights_get_figure (const CjTensor *weights, const CjGraph *graph, const CjNode *node,
                        const CjLowered *lowered)
{
  const CjShape input = find_input_shape (graph, node, lowered);

  return weights->shape.n_dims >= 3 || looks_at_picture (weights, &input) ? "filters" : "heatmap";
}

/* The same numbers under another shape. */
static CjTensor *
reshape (const CjTensor *tensor, CjShape shape)
{
  CjTensor *other = cj_tensor_new (CJ_FLOAT32, &shape);

  memcpy (other->data, tensor->data, cj_tensor_bytes (other));
  return other;
}

CjvFrame *
cjl_weights_frame (const CjTensor *weights, const char *name, gint64 unit, const CjGraph *graph,
                   const CjNode *node, const CjLowered *lowered)
{
  const CjShape input = find_input_shape (graph, node, lowered);
  const gint64 *d = weights->shape.dims;
  CjvFrame *frame = cjv_frame_new ();

  if (weights->shape.n_dims == 3) /* of a convolution over time */
    cjv_frame_take_array (frame, "weights", reshape (weights, cj_shape4 (d[0], d[1], 1, d[2])));
  else if (weights->shape.n_dims == 5) /* over space and depth: depths count as channels */
    cjv_frame_take_array (frame, "weights",
                          reshape (weights, cj_shape4 (d[0], d[1] * d[2], d[3], d[4])));
  else
    cjv_frame_set_array (frame, "weights", (CjTensor *) weights);
  if (looks_at_picture (weights, &input))
    cjv_frame_set_values (
        frame, "input-shape",
        (const float[]){ (float) input.dims[0], (float) input.dims[1], (float) input.dims[2] }, 3);
  if (unit >= 0)
    cjv_frame_set_scalar (frame, "unit", (double) unit);
  cjv_frame_set_text (frame, "title", name);
  return cjv_frame_seal (frame);
}

/* --- how numbers are spread --- */

CjvFrame *
cjl_spread_frame (CjTensor *weights, const char *name, const CjlCheckup *checkup)
{
  CjTensor *gradient = checkup != NULL ? cjl_checkup_find_gradient (checkup, name) : NULL;
  CjvFrame *frame = cjv_frame_new ();

  cjv_frame_set_array (frame, "weights", weights);
  if (gradient != NULL)
    cjv_frame_set_array (frame, "gradients", gradient);
  cjv_frame_set_text (frame, "title", name);
  return cjv_frame_seal (frame);
}

CjvFrame *
cjl_answers_frame (const CjlCheckup *checkup, const char *node)
{
  const CjlLayerHealth *layer = cjl_checkup_find (checkup, node);
  CjvFrame *frame;

  if (layer == NULL || layer->answers == NULL)
    return NULL;
  frame = cjv_frame_new ();
  cjv_frame_set_array (frame, "weights", layer->answers);
  cjv_frame_set_text (frame, "weights-name", _ ("activations"));
  cjv_frame_set_text (frame, "title", node);
  return cjv_frame_seal (frame);
}
