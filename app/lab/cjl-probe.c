/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-probe.h"

#include "cj-pool.h"
#include "cjl-attention.h"

#include <pthread.h>
#include <string.h>

struct _CjlProbe
{
  CjGraph *graph;
  CjDataSpec spec;
  CjProgram *program; /* the thread's own; NULL: the network cannot be compiled */
  CjProgram *plane;   /* the same for every point of the plane, or NULL */
  pthread_t thread;

  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t wake;
  gboolean quit;
  CjTensor *x;
  CjCheckpoint *weights;
  gint64 sample;
  CjlProbeWish wish;
  CjlProbeFrame *frame;
  guint count;
};

CjlProbeFrame *
cjl_probe_frame_ref (CjlProbeFrame *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
cjl_probe_frame_unref (CjlProbeFrame *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  for (guint i = 0; i < self->n_nodes; i++)
    {
      g_clear_pointer (&self->outputs[i], cj_tensor_unref);
      for (guint k = 0; k < CJL_N_INSIDE; k++)
        g_clear_pointer (&self->inside[k][i], cj_tensor_unref);
      g_clear_pointer (&self->surfaces[i], cj_tensor_unref);
    }
  g_clear_pointer (&self->x, cj_tensor_unref);
  g_clear_pointer (&self->attention, g_ptr_array_unref);
  g_clear_pointer (&self->answer, cj_tensor_unref);
  g_clear_pointer (&self->silenced, cj_tensor_unref);
  for (guint k = 0; k < CJL_N_INSIDE; k++)
    g_free (self->inside[k]);
  g_free (self->surfaces);
  g_strfreev (self->ids);
  g_free (self->outputs);
  g_free (self);
}

/* Ids are in order, as the nodes of the graph are. */
static CjTensor *
find (const CjlProbeFrame *self, CjTensor *const *tensors, const char *id)
{
  guint low = 0, high = self->n_nodes;

  while (low < high)
    {
      const guint middle = low + (high - low) / 2;
      const int order = strcmp (self->ids[middle], id);

      if (order == 0)
        return tensors[middle];
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

CjTensor *
cjl_probe_frame_find (const CjlProbeFrame *self, const char *id)
{
  return find (self, self->outputs, id);
}

CjTensor *
cjl_probe_frame_find_surface (const CjlProbeFrame *self, const char *id)
{
  return find (self, self->surfaces, id);
}

CjTensor *
cjl_probe_frame_find_inside (const CjlProbeFrame *self, CjlInside what, const char *id)
{
  return find (self, self->inside[what], id);
}

/* [points, U] to [1, U, side, side] */
static CjTensor *
turn (const CjTensor *values)
{
  const gint64 points = CJL_SURFACE_SIDE * CJL_SURFACE_SIDE, u = values->shape.dims[1];
  const CjShape shape = cj_shape4 (1, u, CJL_SURFACE_SIDE, CJL_SURFACE_SIDE);
  CjTensor *surface = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 p = 0; p < points; p++)
    for (gint64 k = 0; k < u; k++)
      cj_tensor_f32 (surface)[k * points + p] = cj_tensor_f32 (values)[p * u + k];
  return surface;
}

static void
make_surfaces (CjlProbe *self, const CjCheckpoint *weights, CjlProbeFrame *frame)
{
  float *x = cj_tensor_f32 (cj_program_get_x (self->plane));

  cj_checkpoint_apply (weights, self->plane);
  for (int row = 0; row < CJL_SURFACE_SIDE; row++)
    for (int column = 0; column < CJL_SURFACE_SIDE; column++)
      {
        const double step = 2 * CJL_SURFACE_REACH / CJL_SURFACE_SIDE;

        *x++ = (float) (-CJL_SURFACE_REACH + step * (column + 0.5));
        *x++ = (float) (CJL_SURFACE_REACH - step * (row + 0.5));
      }
  cj_program_forward (self->plane, FALSE, cj_program_get_batch (self->plane), 0, 0);
  for (guint i = 0; i < frame->n_nodes; i++)
    {
      g_autoptr (CjTensor) values = cj_program_dup_output (self->plane, i, 0);

      if (values != NULL && values->shape.n_dims == 2 && values->dtype == CJ_FLOAT32)
        frame->surfaces[i] = turn (values);
    }
}

static CjTensor *
dup_answer (const CjProgram *program)
{
  CjTensor *answer;
  const float *values;
  CjShape shape;

  if (cj_program_get_lowered (program)->prediction == CJ_NO_VALUE)
    return NULL;
  values = cj_program_get_prediction (program, &shape);
  answer = cj_tensor_new (CJ_FLOAT32, &shape);
  memcpy (answer->data, values, cj_tensor_bytes (answer));
  return answer;
}

/* What the heads do, and the answer without one of them. */
static void
make_attention (CjlProbe *self, CjlProbeFrame *frame)
{
  const CjlProbeWish *wish = &frame->wish;
  g_autoptr (GArray) all = cj_attention_find (self->program);

  frame->attention = cjl_attention_read (self->graph, self->program);
  frame->answer = dup_answer (self->program);
  if (wish->head < 0 || wish->layer < 0 || wish->layer >= (int) all->len
      || wish->head >= g_array_index (all, CjAttention, wish->layer).heads
      || !cj_attention_silence (self->program, &g_array_index (all, CjAttention, wish->layer),
                                (guint) wish->head))
    return;
  /* the next frame begins with putting the weights in again */
  cj_program_forward (self->program, FALSE, 1, 0, 0);
  frame->silenced = dup_answer (self->program);
}

static CjlProbeFrame *
make_frame (CjlProbe *self, CjTensor *x, const CjCheckpoint *weights, gint64 sample,
            CjlProbeWish wish)
{
  CjlProbeFrame *frame = g_new0 (CjlProbeFrame, 1);
  CjTensor *in = self->program != NULL ? cj_program_get_x (self->program) : NULL;

  frame->ref_count = 1;
  frame->step = weights->at.step;
  frame->sample = sample;
  frame->wish = wish;
  frame->x = cj_tensor_ref (x);
  frame->n_nodes = self->graph->nodes->len;
  frame->ids = g_new0 (char *, frame->n_nodes + 1);
  frame->outputs = g_new0 (CjTensor *, frame->n_nodes + 1);
  for (guint k = 0; k < CJL_N_INSIDE; k++)
    frame->inside[k] = g_new0 (CjTensor *, frame->n_nodes + 1);
  frame->surfaces = g_new0 (CjTensor *, frame->n_nodes + 1);
  for (guint i = 0; i < frame->n_nodes; i++)
    frame->ids[i] = g_strdup (((CjNode *) self->graph->nodes->pdata[i])->id);
  if (in == NULL || cj_tensor_bytes (in) != cj_tensor_bytes (x)
      || !cj_checkpoint_apply (weights, self->program))
    return frame;
  memcpy (in->data, x->data, cj_tensor_bytes (x));
  cj_program_forward (self->program, FALSE, 1, 0, 0);
  for (guint i = 0; i < frame->n_nodes; i++)
    {
      frame->outputs[i] = cj_program_dup_output (self->program, i, 0);
      for (guint k = 0; k < CJL_N_INSIDE; k++)
        {
          const int port = cjl_spikes_find_inside (self->graph->nodes->pdata[i], (CjlInside) k);

          if (port > 0)
            frame->inside[k][i] = cj_program_dup_output (self->program, i, (guint) port);
        }
    }
  if (self->plane != NULL)
    make_surfaces (self, weights, frame);
  if (wish.attention)
    make_attention (self, frame);
  return frame;
}

static void
compile (CjlProbe *self)
{
  const CjShape *x = &self->spec.x_shape;
  CjDataSpec spec = self->spec;

  spec.batch = 1;
  self->program = cj_program_new (self->graph, CJ_PURPOSE_PROBE, &spec, 1, NULL);
  spec.batch = CJL_SURFACE_SIDE * CJL_SURFACE_SIDE;
  if (x->n_dims == 1 && x->dims[0] == 2 && spec.x_dtype == CJ_FLOAT32 && self->program != NULL)
    self->plane = cj_program_new (self->graph, CJ_PURPOSE_PROBE, &spec, 1, NULL);
}

static gpointer
run_thread (gpointer data)
{
  CjlProbe *self = data;

  cj_pool_name_thread ("cjl-probe");
  compile (self);
  pthread_mutex_lock (&self->lock);
  while (!self->quit)
    {
      CjTensor *x = g_steal_pointer (&self->x);
      CjCheckpoint *weights = g_steal_pointer (&self->weights);
      const gint64 sample = self->sample;
      const CjlProbeWish wish = self->wish;
      CjlProbeFrame *frame, *old;

      if (x == NULL)
        {
          pthread_cond_wait (&self->wake, &self->lock);
          continue;
        }
      pthread_mutex_unlock (&self->lock);
      frame = make_frame (self, x, weights, sample, wish);
      cj_tensor_unref (x);
      cj_checkpoint_unref (weights);
      pthread_mutex_lock (&self->lock);
      old = self->frame;
      self->frame = frame;
      self->count++;
      g_clear_pointer (&old, cjl_probe_frame_unref);
    }
  pthread_mutex_unlock (&self->lock);
  return NULL;
}

CjlProbe *
cjl_probe_new (const CjGraph *graph, const CjDataSpec *spec)
{
  CjlProbe *self = g_new0 (CjlProbe, 1);

  self->graph = cj_graph_dup (graph);
  self->spec = *spec;
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->wake, NULL);
  if (pthread_create (&self->thread, NULL, run_thread, self) != 0)
    g_error ("no thread could be made for the probe");
  return self;
}

void
cjl_probe_free (CjlProbe *self)
{
  pthread_mutex_lock (&self->lock);
  self->quit = TRUE;
  pthread_cond_broadcast (&self->wake);
  pthread_mutex_unlock (&self->lock);
  pthread_join (self->thread, NULL);
  g_clear_pointer (&self->program, cj_program_free);
  g_clear_pointer (&self->plane, cj_program_free);
  g_clear_pointer (&self->x, cj_tensor_unref);
  g_clear_pointer (&self->weights, cj_checkpoint_unref);
  g_clear_pointer (&self->frame, cjl_probe_frame_unref);
  pthread_cond_destroy (&self->wake);
  pthread_mutex_destroy (&self->lock);
  cj_graph_free (self->graph);
  g_free (self);
}

void
cjl_probe_ask (CjlProbe *self, CjTensor *x, CjCheckpoint *weights, gint64 sample)
{
  pthread_mutex_lock (&self->lock);
  g_clear_pointer (&self->x, cj_tensor_unref);
  g_clear_pointer (&self->weights, cj_checkpoint_unref);
  self->x = cj_tensor_ref (x);
  self->weights = cj_checkpoint_ref (weights);
  self->sample = sample;
  pthread_cond_broadcast (&self->wake);
  pthread_mutex_unlock (&self->lock);
}

void
cjl_probe_wish (CjlProbe *self, CjlProbeWish wish)
{
  pthread_mutex_lock (&self->lock);
  self->wish = wish;
  pthread_mutex_unlock (&self->lock);
}

CjlProbeFrame *
cjl_probe_dup_frame (CjlProbe *self)
{
  CjlProbeFrame *frame;

  pthread_mutex_lock (&self->lock);
  frame = self->frame != NULL ? cjl_probe_frame_ref (self->frame) : NULL;
  pthread_mutex_unlock (&self->lock);
  return frame;
}

guint
cjl_probe_get_count (CjlProbe *self)
{
  guint count;

  pthread_mutex_lock (&self->lock);
  count = self->count;
  pthread_mutex_unlock (&self->lock);
  return count;
}
