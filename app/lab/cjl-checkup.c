/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-checkup.h"

#include "cj-ops.h"
#include "cjl-network.h"
#include "safetensors.h"

#include <math.h>
#include <string.h>

#define MAX_ANSWERS 65536
#define FULL_SHARE 0.95 /* of its answers are at an end: then a unit is saturated */

void
cjl_checkup_free (CjlCheckup *self)
{
  g_ptr_array_unref (self->layers);
  g_ptr_array_unref (self->gradients);
  g_free (self);
}

static void
layer_free (gpointer data)
{
  CjlLayerHealth *layer = data;

  g_clear_pointer (&layer->answers, cj_tensor_unref);
  g_free (layer->id);
  g_free (layer);
}

const CjlLayerHealth *
cjl_checkup_find (const CjlCheckup *self, const char *node)
{
  for (guint i = 0; i < self->layers->len; i++)
    if (g_str_equal (((CjlLayerHealth *) self->layers->pdata[i])->id, node))
      return self->layers->pdata[i];
  return NULL;
}

CjTensor *
cjl_checkup_find_gradient (const CjlCheckup *self, const char *param)
{
  return cjd_named_tensors_find (self->gradients, param);
}

/* The element-wise op that a node ends with; NULL if it ends with another. */
static const CjUnaryAttrs *
find_activation (const CjLowered *lowered, guint node)
{
  int value = lowered->nodes[node].out[0];

  for (guint i = lowered->builder->steps->len; i-- > 0;)
    {
      const CjStep *step = &g_array_index (lowered->builder->steps, CjStep, i);

      if (step->out != value)
        continue;
      if (step->op.info == &cj_op_to_last || step->op.info == &cj_op_to_plain)
        value = step->in[0];
      else
        return step->op.info == &cj_op_unary ? step->op.attrs : NULL;
    }
  return NULL;
}

/* The ends of an activation that has two; FALSE for the others. */
static gboolean
find_ends (const CjUnaryAttrs *attrs, double *low, double *high)
{
  *high = 1;
  *low = attrs != NULL && (attrs->kind == CJ_UNARY_TANH || attrs->kind == CJ_UNARY_SOFTSIGN) ? -1
                                                                                             : 0;
  return attrs != NULL
         && (attrs->kind == CJ_UNARY_TANH || attrs->kind == CJ_UNARY_SOFTSIGN
             || attrs->kind == CJ_UNARY_SIGMOID || attrs->kind == CJ_UNARY_HARDSIGMOID);
}

/* Element `k` of unit `u` for the shapes [N, U], [N, T, U] and [N, U, H, W]. */
static float
get_answer (const CjTensor *out, gint64 u, gint64 k)
{
  const CjShape *s = &out->shape;
  const float *v = cj_tensor_f32 (out);

  if (s->n_dims == 4)
    {
      const gint64 plane = s->dims[2] * s->dims[3];

      return v[(k / plane * s->dims[1] + u) * plane + k % plane];
    }
  return v[k * s->dims[s->n_dims - 1] + u];
}

static CjTensor *
take_answers (const CjTensor *out)
{
  const gint64 size = cj_shape_size (&out->shape), n = MIN (size, MAX_ANSWERS);
  const CjShape shape = cj_shape1 (n);
  CjTensor *answers = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 i = 0; i < n; i++)
    cj_tensor_f32 (answers)[i] = cj_tensor_f32 (out)[i * size / n];
  return answers;
}

static CjlLayerHealth *
examine (const CjTensor *out, const CjUnaryAttrs *activation, const char *id)
{
  CjlLayerHealth *layer = g_new0 (CjlLayerHealth, 1);
  const CjShape *s = &out->shape;
  double low, high;
  gint64 each;

  layer->id = g_strdup (id);
  layer->n_units = (guint) s->dims[s->n_dims == 4 ? 1 : s->n_dims - 1];
  layer->bounded = find_ends (activation, &low, &high);
  layer->cut = activation != NULL && activation->kind == CJ_UNARY_RELU;
  layer->answers = take_answers (out);
  each = cj_shape_size (s) / MAX (layer->n_units, 1);
  for (gint64 u = 0; u < layer->n_units; u++)
    {
      gint64 zero = 0, full = 0;

      for (gint64 k = 0; k < each; k++)
        {
          const double v = get_answer (out, u, k), edge = 0.01 * (high - low);

          zero += v == 0;
          full += v > high - edge || v < low + edge;
        }
      layer->n_silent += zero == each;
      layer->n_full += (double) full >= FULL_SHARE * (double) each;
    }
  return layer;
}

static CjlCheckup *
look (const CjGraph *graph, CjProgram *program, CjdDataset *dataset)
{
  CjlCheckup *self = g_new0 (CjlCheckup, 1);
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  guint32 indices[CJL_CHECKUP_BATCH];

  self->n_samples = (guint) MIN (feed->n_samples, CJL_CHECKUP_BATCH);
  self->layers = g_ptr_array_new_with_free_func (layer_free);
  self->gradients = cjd_named_tensors_new ();
  for (guint i = 0; i < CJL_CHECKUP_BATCH; i++)
    indices[i] = MIN (i, MAX (self->n_samples, 1) - 1);
  if (self->n_samples == 0)
    return self;
  feed->fill (feed, indices, CJL_CHECKUP_BATCH, 0, 0, cj_program_get_x (program),
              cj_program_get_y (program));
  cj_program_forward (program, FALSE, self->n_samples, 0, 0);
  cj_program_backward (program);
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      g_autoptr (CjTensor) out = cj_program_dup_output (program, i, 0);

      if (node->layer->role == CJ_ROLE_LAYER && out != NULL && out->dtype == CJ_FLOAT32
          && out->shape.n_dims >= 2 && out->shape.n_dims <= 4)
        g_ptr_array_add (
            self->layers,
            examine (out, find_activation (cj_program_get_lowered (program), i), node->id));
    }
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      const float *gradient = cj_program_get_param_gradient (program, param);
      CjTensor *tensor;

      if (gradient == NULL)
        continue;
      tensor = cj_tensor_new (CJ_FLOAT32, &param->shape);
      memcpy (tensor->data, gradient, cj_tensor_bytes (tensor));
      g_ptr_array_add (self->gradients, cjd_named_tensor_new (param->name, tensor));
    }
  return self;
}

static gpointer
run (CjlJob *job, gpointer data, GError **error)
{
  const CjlNetwork *network = data;
  g_autoptr (CjProgram) program
      = cjl_network_compile (network, CJ_PURPOSE_EXPLAIN, CJL_CHECKUP_BATCH, error);
  CjlCheckup *checkup;

  if (program == NULL || cjl_job_is_cancelled (job))
    return NULL;
  checkup = look (network->graph, program, network->dataset);
  checkup->step = network->weights->at.step;
  return checkup;
}

CjlJob *
cjl_checkup_start (const CjGraph *graph, CjdDataset *dataset, CjCheckpoint *weights)
{
  return cjl_job_new (run, cjl_network_new (graph, dataset, weights),
                      (GDestroyNotify) cjl_network_free, (GDestroyNotify) cjl_checkup_free);
}
