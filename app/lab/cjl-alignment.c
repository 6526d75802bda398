/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-alignment.h"

#include "cjl-run.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define SAMPLES 128
#define MAX_MOMENTS 40

void
cjl_alignment_free (CjlAlignment *self)
{
  cjd_dataset_unref (self->dataset);
  g_free (self->rule);
  g_free (self->sign);
  g_strfreev (self->nodes);
  g_array_unref (self->steps);
  g_array_unref (self->angles);
  g_free (self);
}

typedef struct
{
  CjlNetwork *network;
  CjTrainSetup *setup;
  CjRunLog *log; /* or NULL, with the ring */
  CjRing *ring;
  CjlAlignment *known; /* or NULL */
  gboolean rests; /* the weights at hand are the best of the run, at a step that is not known */
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  cjl_network_free (order->network);
  cj_train_setup_free (order->setup);
  g_clear_pointer (&order->log, cj_run_log_free);
  g_clear_pointer (&order->ring, cj_ring_free);
  g_clear_pointer (&order->known, cjl_alignment_free);
  g_free (order);
}

/* Network, rules and seed as text: what the numbers depend on besides weights and samples. You free. */
static char *
sign (const Order *order)
{
  g_autoptr (CjGraph) graph = cj_graph_dup (order->network->graph);
  g_autoptr (GVariant) nodes = NULL;
  GString *text = g_string_new (order->setup->rule->id);

  for (guint i = 0; i < graph->nodes->len; i++)
    cj_graph_move (graph, graph->nodes->pdata[i], 0, 0);
  nodes = g_variant_ref_sink (cj_graph_save (graph));
  for (const CjParam *p = order->setup->rule->params; p != NULL && p->name != NULL; p++)
    {
      g_autofree char *value = cj_params_print (p, order->setup->rule_params);

      g_string_append_printf (text, " %s=%s", p->name, value);
    }
  g_string_append_printf (text, " seed=%d ", order->setup->seed);
  g_variant_print_string (nodes, text, FALSE);
  return g_string_free (text, FALSE);
}

static CjlAlignment *
new_result (const Order *order, const CjAlignment *alignment, gsize n_samples)
{
  CjlAlignment *self = g_new0 (CjlAlignment, 1);
  GStrvBuilder *nodes = g_strv_builder_new ();

  for (guint i = 0; i < cj_alignment_get_n (alignment); i++)
    g_strv_builder_add (nodes, cj_alignment_get_node (alignment, i));
  self->dataset = cjd_dataset_ref (order->network->dataset);
  self->rule = g_strdup (order->setup->rule->title);
  self->n_samples = n_samples;
  self->sign = sign (order);
  self->nodes = g_strv_builder_end (nodes);
  self->steps = g_array_new (FALSE, FALSE, sizeof (double));
  self->angles = g_array_new (FALSE, FALSE, sizeof (float));
  g_strv_builder_unref (nodes);
  return self;
}

static CjlAlignment *
dup (const CjlAlignment *from)
{
  CjlAlignment *self = g_memdup2 (from, sizeof *from);

  self->dataset = cjd_dataset_ref (from->dataset);
  self->rule = g_strdup (from->rule);
  self->sign = g_strdup (from->sign);
  self->nodes = g_strdupv (from->nodes);
  self->steps = g_array_copy (from->steps);
  self->angles = g_array_copy (from->angles);
  return self;
}

/* Takes over what is known of moments before `end`. */
static void
take_known (CjlAlignment *self, const CjlAlignment *known, double end)
{
  const guint n = g_strv_length (self->nodes);

  if (known == NULL || !g_str_equal (known->sign, self->sign) || known->dataset != self->dataset
      || g_strv_length (known->nodes) != n)
    return;
  for (guint i = 0; i < known->steps->len && g_array_index (known->steps, double, i) < end; i++)
    {
      g_array_append_val (self->steps, g_array_index (known->steps, double, i));
      g_array_append_vals (self->angles, &g_array_index (known->angles, float, i *n), n);
    }
}

/* Measures one moment later than all so far; one of another network is passed over. */
static void
add_moment (CjlAlignment *self, CjAlignment *alignment, const CjCheckpoint *weights)
{
  const guint n = cj_alignment_get_n (alignment);
  const double step = (double) weights->at.step;
  g_autofree double *angles = g_new (double, n + 1);

  if (self->steps->len > 0 && g_array_index (self->steps, double, self->steps->len - 1) >= step)
    return;
  if (!cj_alignment_measure (alignment, weights, angles))
    return;
  g_array_append_val (self->steps, step);
  for (guint i = 0; i < n; i++)
    {
      const float angle = (float) angles[i];

      g_array_append_val (self->angles, angle);
    }
}

/* On the samples of training, the same ones at every moment. `job` may be NULL. */
static CjlAlignment *
measure (CjlJob *job, const Order *order, GError **error)
{
  const CjLearning learning = cj_train_setup_get_learning (order->setup);
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (order->network->dataset, CJD_SPLIT_TRAIN);
  const gsize n_samples = CLAMP (feed->n_samples, 1, SAMPLES);
  CjDataSpec spec = cjl_data_spec (order->network->dataset, (gint64) n_samples);
  g_autoptr (CjAlignment) alignment = NULL;
  g_autoptr (CjlAlignment) result = NULL;
  g_autoptr (GPtrArray) moments = NULL;
  const guint64 now = order->network->weights->at.step;

  spec.learning = &learning;
  alignment
      = cj_alignment_new (order->network->graph, &spec, (guint64) order->setup->seed, 1, error);
  if (alignment == NULL || !cj_alignment_take_samples (alignment, feed, 0, 1, error))
    return NULL;
  result = new_result (order, alignment, n_samples);
  take_known (result, order->known, (double) now);
  if (order->ring != NULL)
    moments = cjl_network_list_run (order->log, order->ring, order->network->dataset,
                                    order->rests ? G_MAXUINT64 : now, MAX_MOMENTS);
  for (guint i = 0; moments != NULL && i < moments->len; i++)
    {
      if (cjl_job_is_cancelled (job))
        return NULL;
      add_moment (result, alignment, ((const CjlNetwork *) moments->pdata[i])->weights);
      cjl_job_set_progress (job, (i + 1.0) / (moments->len + 1));
      cjl_job_leave_copy (job, result, (CjlDupFunc) dup);
    }
  if (!order->rests || result->steps->len == 0)
    add_moment (result, alignment, order->network->weights);
  return g_steal_pointer (&result);
}

static gpointer
run (CjlJob *job, gpointer data, GError **error)
{
  return measure (job, data, error);
}

CjlJob *
cjl_alignment_start (CjlNetwork *network, const CjTrainSetup *setup, CjRunLog *log, CjRing *ring,
                     const CjlAlignment *known)
{
  Order *order = g_new0 (Order, 1);

  order->network = network;
  order->setup = cj_train_setup_dup (setup);
  order->log = log;
  order->ring = ring;
  order->known = known != NULL ? dup (known) : NULL;
  return cjl_job_new (run, order, order_free, (GDestroyNotify) cjl_alignment_free);
}

CjlAlignment *
cjl_alignment_project (CjlProject *project, CjdDataset *dataset, GError **error)
{
  CjlNetwork *network = cjl_network_new_project (project, dataset, error);
  Order *order;
  CjlAlignment *result = NULL;
  GError *local = NULL;

  if (network == NULL)
    return NULL;
  order = g_new0 (Order, 1);
  order->network = network;
  order->setup = cj_train_setup_dup (project->setup);
  order->rests = TRUE;
  if (cjl_run_load (project, &order->log, &order->ring, &local) || local == NULL)
    result = measure (NULL, order, error);
  else
    g_propagate_error (error, local);
  order_free (order);
  return result;
}

double
cjl_alignment_find_angle (const CjlNetwork *network, const CjTrainSetup *setup, const char *node,
                          gsize batch, GError **error)
{
  const CjLearning learning = cj_train_setup_get_learning (setup);
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (network->dataset, CJD_SPLIT_TRAIN);
  const gsize most = CLAMP (feed->n_samples, 1, SAMPLES), each = CLAMP (batch, 1, most);
  const guint n = (guint) (most / each);
  CjDataSpec spec = cjl_data_spec (network->dataset, (gint64) each);
  g_autoptr (CjAlignment) alignment = NULL;
  g_autofree double *angles = NULL;
  double sum = 0;
  guint found = 0;

  spec.learning = &learning;
  alignment = cj_alignment_new (network->graph, &spec, (guint64) setup->seed, 1, error);
  if (alignment == NULL)
    return NAN;
  angles = g_new0 (double, cj_alignment_get_n (alignment) + 1);
  for (guint i = 0; i < n; i++)
    {
      if (!cj_alignment_take_samples (alignment, feed, i, n, error))
        return NAN;
      if (!cj_alignment_measure (alignment, network->weights, angles))
        break;
      for (guint l = 0; l < cj_alignment_get_n (alignment); l++)
        if (g_str_equal (cj_alignment_get_node (alignment, l), node) && isfinite (angles[l]))
          {
            sum += angles[l];
            found++;
          }
    }
  return found > 0 ? sum / found : NAN;
}

CjvFrame *
cjl_alignment_frame (const CjlAlignment *self)
{
  const guint n = g_strv_length (self->nodes), n_moments = self->steps->len;
  const CjShape shape = cj_shape2 (n, n_moments), line = cj_shape1 (n_moments);
  CjTensor *angles = cj_tensor_new (CJ_FLOAT32, &shape), *steps = cj_tensor_new (CJ_FLOAT32, &line);
  CjvFrame *frame = cjv_frame_new ();
  const guint64 last
      = n_moments > 0 ? (guint64) g_array_index (self->steps, double, n_moments - 1) : 0;
  g_autofree char *provenance
      = g_strdup_printf (_ ("%s, %zu training samples, %s, step %llu"), self->dataset->name,
                         self->n_samples, _ (self->rule), (unsigned long long) last);

  for (guint p = 0; p < n_moments; p++)
    {
      cj_tensor_f32 (steps)[p] = (float) g_array_index (self->steps, double, p);
      for (guint l = 0; l < n; l++)
        cj_tensor_f32 (angles)[l * n_moments + p] = g_array_index (self->angles, float, p *n + l);
    }
  cjv_frame_take_array (frame, "angle", angles);
  cjv_frame_take_array (frame, "step", steps);
  cjv_frame_set_strings (frame, "layers", (const char *const *) self->nodes);
  cjv_frame_set_text (frame, "rule", _ (self->rule));
  cjv_frame_set_provenance (frame, provenance);
  return cjv_frame_seal (frame);
}
