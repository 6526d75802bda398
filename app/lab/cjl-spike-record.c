/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-spike-record.h"

#include "cj-error.h"
#include "cjl-responses.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>
#include <string.h>

#define BATCH 20

int
cjl_spikes_find_inside (const CjNode *node, CjlInside what)
{
  static const char *const names[CJL_N_INSIDE] = { "v", "e", "i" };

  if (node->muted || !g_str_equal (node->layer->category, "spiking"))
    return -1;
  for (guint port = 1; port < cj_layer_get_n_out (node->layer); port++)
    if (g_str_equal (cj_layer_get_output (node->layer, port)->name, names[what]))
      return (int) port;
  return -1;
}

gboolean
cjl_spikes_suits (const CjNode *node)
{
  static const char *const encoders[] = { "poisson-encoder", "latency-encoder", NULL };

  return cjl_spikes_find_inside (node, CJL_INSIDE_MEMBRANE) > 0
         || (g_strv_contains (encoders, node->layer->id) && !node->muted);
}

/* A number of the node's parameters, or the fallback. */
static double
get_number (const CjNode *node, const char *name, double fallback)
{
  const CjParam *p = cj_params_find (node->layer->params, name);

  return p != NULL && p->kind == CJ_PARAM_FLOAT
             ? *(const double *) (gconstpointer) ((const char *) node->params + p->offset)
             : fallback;
}

double
cjl_spikes_get_moment (const CjNode *node, const char **unit)
{
  const double dt = get_number (node, "dt", 0);
  const gboolean timed = get_number (node, "tau", 0) > 0 || get_number (node, "synapse", 0) > 0
                         || get_number (node, "tau-excitatory", 0) > 0;

  *unit = timed && dt > 0 ? "ms" : NULL;
  return *unit != NULL ? dt : 1;
}

const CjParam cjl_spike_params[] = {
  { .name = "repeats",
    .title = N_ ("Repeats"),
    .blurb = N_ ("How often every sample is shown, for the Fano factor of one stimulus where "
                 "chance has a say; at 1 it is that of the samples of a class"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjlSpikeOptions, repeats),
    .preset = 1,
    .min = 1,
    .max = CJL_SPIKE_REPEATS,
    .soft_max = 50 },
  { NULL },
};

/* --- recording --- */

void
cjl_spike_record_free (CjlSpikeRecord *self)
{
  if (self == NULL)
    return;
  g_free (self->node);
  g_free (self->spikes);
  g_free (self->classes);
  g_free (self->origin);
  g_clear_pointer (&self->stimuli, cj_tensor_unref);
  g_clear_pointer (&self->dataset, cjd_dataset_unref);
  g_free (self);
}

/* Room for as many samples as are kept, now that the shape of the spikes is known. */
static void
make_room (CjlSpikeRecord *self, const CjTensor *spikes, gsize n)
{
  const CjShape x = cjd_dataset_get_x_shape (self->dataset);
  const gint64 features = cj_shape_size (&x);

  self->t = spikes->shape.dims[1];
  self->u = cj_shape_size (&spikes->shape) / spikes->shape.dims[0] / self->t;
  n = MIN (n, MAX (CJL_SPIKE_BYTES / (gsize) (self->t * self->u), 1));
  if (self->dataset->x_dtype != CJ_INT32)
    n = MIN (n, MAX (CJL_SPIKE_BYTES / sizeof (float) / (gsize) MAX (features, 1), 1));
  if (n < (gsize) self->repeats)
    self->repeats = (gint64) n;
  n -= n % (gsize) self->repeats;
  self->k = (gint64) n;
  self->spikes = g_malloc0 (n * (gsize) (self->t * self->u));
  self->classes = self->dataset->n_classes > 0 ? g_new0 (gint32, n) : NULL;
  self->lasts = (x.n_dims == 2 || x.n_dims == 4) && x.dims[0] == self->t;
  self->stimulus = self->lasts ? cj_shape (x.n_dims - 1, x.dims + 1) : x;
  if (self->dataset->x_dtype != CJ_INT32)
    {
      const CjShape shape = cj_shape2 ((gint64) n, features);

      self->stimuli = cj_tensor_new (CJ_FLOAT32, &shape);
    }
}

/* FALSE: what the layer gives are no spikes. */
static gboolean
keep (CjlSpikeRecord *self, const CjTensor *spikes, const CjTensor *x, gsize begin, gsize n)
{
  const gsize size = (gsize) (self->t * self->u);
  const float *values = cj_tensor_f32 (spikes);

  for (gsize i = 0; i < n * size; i++)
    {
      if (values[i] != 0 && values[i] != 1)
        return FALSE;
      self->spikes[begin * size + i] = values[i] > 0;
    }
  if (self->stimuli != NULL && x->dtype == CJ_FLOAT32)
    {
      const gsize features = (gsize) self->stimuli->shape.dims[1];

      memcpy (cj_tensor_f32 (self->stimuli) + begin * features, x->data,
              sizeof (float) * n * features);
    }
  return TRUE;
}

static gboolean
refuse (const char *node, GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               _ ("“%s” gives no spikes. Choose a layer of spiking neurons, as LIF."), node);
  return FALSE;
}

/* The samples of a batch, the last one again where there are fewer; `begin` makes its chances its own. */
static CjTensor *
run_batch (CjProgram *program, const CjFeed *feed, guint node, const guint32 *place, gsize n,
           gsize begin)
{
  guint32 indices[BATCH];

  for (gsize i = 0; i < BATCH; i++)
    indices[i] = place[MIN (i, n - 1)];
  feed->fill ((CjFeed *) feed, indices, BATCH, 0, 0, cj_program_get_x (program),
              cj_program_get_y (program));
  cj_program_forward (program, FALSE, (gint64) n, 0, begin);
  return cj_program_dup_output (program, node, 0);
}

static gboolean
record (CjlSpikeRecord *self, CjProgram *program, guint node, const CjFeed *feed,
        const guint32 *index, const guint32 *place, gsize n, CjlJob *job, GError **error)
{
  for (gsize begin = 0; begin < n; begin += BATCH)
    {
      const gsize valid = MIN (BATCH, n - begin);
      g_autoptr (CjTensor) spikes = NULL;

      if (cjl_job_is_cancelled (job))
        return FALSE;
      spikes = run_batch (program, feed, node, place + begin, valid, begin);
      if (feed->problem != NULL)
        {
          g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
          return FALSE;
        }
      if (spikes == NULL || spikes->dtype != CJ_FLOAT32 || spikes->shape.n_dims < 3)
        return refuse (self->node, error);
      if (begin == 0)
        {
          make_room (self, spikes, n);
          n = (gsize) self->k;
        }
      if (!keep (self, spikes, cj_program_get_x (program), begin, MIN (valid, n - begin)))
        return refuse (self->node, error);
      for (gsize i = begin; self->classes != NULL && i < MIN (begin + valid, n); i++)
        self->classes[i] = cjd_dataset_get_class (self->dataset, index[i]);
      cjl_job_set_progress (job, (double) MIN (begin + valid, n) / (double) n);
    }
  return TRUE;
}

/* Every one of two lists `repeats` times in a row; how many that are. */
static gsize
repeat (gsize n, guint repeats, guint32 **index, guint32 **place)
{
  guint32 **lists[] = { index, place };

  for (guint l = 0; repeats > 1 && l < G_N_ELEMENTS (lists); l++)
    {
      guint32 *longer = g_new (guint32, n * repeats + 1);

      for (gsize i = 0; i < n * repeats; i++)
        longer[i] = (*lists[l])[i / repeats];
      g_free (*lists[l]);
      *lists[l] = longer;
    }
  return n * repeats;
}

CjlSpikeRecord *
cjl_spike_record_new (const CjlNetwork *network, const char *node, CjdSplit split, gsize n,
                      guint repeats, CjlJob *job, GError **error)
{
  const CjNode *found = cj_graph_find (network->graph, node);
  g_autoptr (CjProgram) program = NULL;
  g_autoptr (CjFeed) feed = NULL;
  g_autoptr (CjlSpikeRecord) self = NULL;
  g_autofree guint32 *index = NULL, *place = NULL;

  if (found == NULL || !cjl_spikes_suits (found))
    {
      refuse (node, error);
      return NULL;
    }
  program = cjl_network_compile (network, CJ_PURPOSE_PROBE, BATCH, error);
  if (program == NULL)
    return NULL;
  if (cjd_dataset_count (network->dataset, split) == 0)
    split = CJD_SPLIT_TRAIN;
  repeats = CLAMP (repeats, 1, CJL_SPIKE_REPEATS);
  n = cjl_samples_spread (network->dataset, split, MAX (n / repeats, 1), &index, &place);
  n = repeat (n, repeats, &index, &place);
  feed = cjd_dataset_new_feed (network->dataset, split);
  self = g_new0 (CjlSpikeRecord, 1);
  self->node = g_strdup (node);
  self->repeats = repeats;
  self->dataset = cjd_dataset_ref (network->dataset);
  self->dt = cjl_spikes_get_moment (found, &self->unit);
  if (!record (self, program, (guint) cj_graph_get_index (network->graph, found), feed, index,
               place, n, job, error))
    return NULL;
  if (self->spikes == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("%s has no samples to record. Choose other data."), network->dataset->name);
      return NULL;
    }
  if (self->repeats > 1)
    self->origin = g_strdup_printf (_ ("%s, %s split, %d samples %d times each, step %llu"),
                                    network->dataset->name, cjl_split_get_title (split),
                                    (int) (self->k / self->repeats), (int) self->repeats,
                                    (unsigned long long) network->weights->at.step);
  else
    self->origin = g_strdup_printf (_ ("%s, %s split, %d samples, step %llu"),
                                    network->dataset->name, cjl_split_get_title (split),
                                    (int) self->k, (unsigned long long) network->weights->at.step);
  return g_steal_pointer (&self);
}

typedef struct
{
  CjlNetwork *network;
  char *node;
  CjdSplit split;
  gsize n;
  guint repeats;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  cjl_network_free (work->network);
  g_free (work->node);
  g_free (work);
}

static gpointer
run (CjlJob *job, gpointer data, GError **error)
{
  const Work *work = data;

  return cjl_spike_record_new (work->network, work->node, work->split, work->n, work->repeats, job,
                               error);
}

CjlJob *
cjl_spike_record_start (CjlNetwork *network, const char *node, CjdSplit split, gsize n,
                        guint repeats)
{
  Work *work = g_new (Work, 1);

  *work = (Work){ network, g_strdup (node), split, n, repeats };
  return cjl_job_new (run, work, work_free, (GDestroyNotify) cjl_spike_record_free);
}

/* --- reading --- */

guint
cjl_spike_record_list (const CjlSpikeRecord *self, gint64 k, gint64 unit, double *times)
{
  const guint8 *spikes = self->spikes + (k * self->t) * self->u + unit;
  guint n = 0;

  for (gint64 t = 0; t < self->t; t++)
    if (spikes[t * self->u])
      times[n++] = (double) t * self->dt;
  return n;
}

guint64
cjl_spike_record_count (const CjlSpikeRecord *self, gint64 unit)
{
  guint64 n = 0;

  for (gint64 i = 0; i < self->k * self->t; i++)
    n += self->spikes[i * self->u + unit];
  return n;
}

static int
compare_counts (gconstpointer a, gconstpointer b, gpointer data)
{
  const guint64 *counts = data;
  const gint64 i = *(const gint64 *) a, j = *(const gint64 *) b;

  return counts[i] != counts[j] ? (counts[i] > counts[j] ? -1 : 1) : i < j ? -1 : i > j;
}

GArray *
cjl_spike_record_rank (const CjlSpikeRecord *self, guint n)
{
  g_autofree guint64 *counts = g_new0 (guint64, self->u);
  GArray *order = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (gint64 i = 0; i < self->k * self->t; i++)
    for (gint64 u = 0; u < self->u; u++)
      counts[u] += self->spikes[i * self->u + u];
  for (gint64 u = 0; u < self->u; u++)
    if (counts[u] > 0)
      g_array_append_val (order, u);
  g_array_sort_with_data (order, compare_counts, counts);
  g_array_set_size (order, MIN (order->len, n));
  return order;
}

gint32 *
cjl_spike_record_find_classes (const CjlSpikeRecord *self)
{
  const gint64 c = self->dataset->n_classes, size = self->t * self->u;
  g_autofree double *counts = NULL, *members = NULL;
  gint32 *best;

  if (self->classes == NULL || c <= 0)
    return NULL;
  counts = g_new0 (double, c * self->u);
  members = g_new0 (double, c);
  best = g_new (gint32, self->u);
  for (gint64 k = 0; k < self->k; k++)
    {
      if (self->classes[k] < 0 || self->classes[k] >= c)
        continue;
      members[self->classes[k]]++;
      for (gint64 i = 0; i < size; i++)
        counts[self->classes[k] * self->u + i % self->u] += self->spikes[k * size + i];
    }
  for (gint64 u = 0; u < self->u; u++)
    {
      double most = 0;

      best[u] = -1;
      for (gint64 k = 0; k < c; k++)
        if (members[k] > 0 && counts[k * self->u + u] / members[k] > most)
          {
            most = counts[k * self->u + u] / members[k];
            best[u] = (gint32) k;
          }
    }
  return best;
}
