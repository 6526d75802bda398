/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-balance.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

void
cjl_balance_free (CjlBalance *self)
{
  g_strfreev (self->layers);
  g_clear_pointer (&self->balances, g_ptr_array_unref);
  cjd_dataset_unref (self->dataset);
  g_free (self);
}

/* Layers in the order of the data, what they were shown last. */
static CjlBalance *
look (const CjProgram *program, const CjlNetwork *network)
{
  CjlBalance *self = g_new0 (CjlBalance, 1);
  g_autoptr (GPtrArray) order = cj_graph_sort (network->graph);
  g_autoptr (GStrvBuilder) layers = g_strv_builder_new ();

  self->balances = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_balance_free);
  self->dataset = cjd_dataset_ref (network->dataset);
  self->step = network->weights->at.step;
  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];
      CjBalance *balance
          = node->layer->role == CJ_ROLE_LAYER && !node->muted
                ? cj_balance_measure (program, (guint) cj_graph_get_index (network->graph, node))
                : NULL;

      if (balance == NULL)
        continue;
      g_ptr_array_add (self->balances, balance);
      g_strv_builder_add (layers, node->id);
    }
  self->layers = g_strv_builder_end (layers);
  return self;
}

CjlBalance *
cjl_balance_measure (const CjlNetwork *network, CjdSplit split, gsize sample, GError **error)
{
  g_autoptr (CjProgram) program = cjl_network_compile (network, CJ_PURPOSE_PROBE, 1, error);
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (network->dataset, split);
  g_autoptr (CjlBalance) self = NULL;
  const guint32 index = (guint32) sample;

  if (program == NULL)
    return NULL;
  if (sample >= feed->n_samples)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_PARAM,
                           _ ("The split has no such sample. Choose another, or keep a share of "
                              "the data for it."));
      return NULL;
    }
  feed->fill (feed, &index, 1, 0, 0, cj_program_get_x (program), cj_program_get_y (program));
  if (feed->problem != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
      return NULL;
    }
  cj_program_forward (program, FALSE, 1, 0, 0);
  self = look (program, network);
  self->split = split;
  self->sample = sample;
  if (self->balances->len > 0)
    return g_steal_pointer (&self);
  g_set_error_literal (error, CJ_ERROR, CJ_ERROR_GRAPH,
                       _ ("The network has no dense layer or convolution, whose weights excite or "
                          "inhibit. Add one."));
  return NULL;
}

typedef struct
{
  CjlNetwork *network;
  CjdSplit split;
  gsize sample;
} Work;

static void
free_work (gpointer data)
{
  Work *work = data;

  cjl_network_free (work->network);
  g_free (work);
}

static gpointer
run_job (CjlJob *job, gpointer data, GError **error)
{
  const Work *work = data;

  (void) job;
  return cjl_balance_measure (work->network, work->split, work->sample, error);
}

CjlJob *
cjl_balance_start (CjlNetwork *network, CjdSplit split, gsize sample)
{
  Work *work = g_new (Work, 1);

  *work = (Work){ network, split, sample };
  return cjl_job_new (run_job, work, free_work, (GDestroyNotify) cjl_balance_free);
}

/* --- the frame --- */

static void
put_units (CjvFrame *frame, const CjBalance *balance)
{
  const CjShape shape = cj_shape2 (balance->n, 2);
  CjTensor *points = cj_tensor_new (CJ_FLOAT32, &shape);
  g_autofree float *units = g_new (float, balance->n);

  for (gint64 i = 0; i < balance->n; i++)
    {
      cj_tensor_f32 (points)[2 * i] = balance->excitation[i];
      cj_tensor_f32 (points)[2 * i + 1] = balance->inhibition[i];
      units[i] = (float) balance->unit[i];
    }
  cjv_frame_take_array (frame, "points", points);
  cjv_frame_set_values (frame, "units", units, (gsize) balance->n);
}

CjvFrame *
cjl_balance_frame (const CjlBalance *self, const char *layer)
{
  const guint n = self->balances->len;
  g_autofree float *columns = g_new (float, 4 * n + 1);
  g_autofree char *note
      = g_strdup_printf (_ ("%s sample %zu"), cjl_split_get_title (self->split), self->sample);
  g_autofree char *provenance = g_strdup_printf (_ ("%s, %s, step %llu"), self->dataset->name, note,
                                                 (unsigned long long) self->step);
  CjvFrame *frame = cjv_frame_new ();
  guint chosen = 0;

  for (guint i = 0; i < n; i++)
    {
      const CjBalance *balance = self->balances->pdata[i];

      columns[i] = (float) balance->mean[0];
      columns[n + i] = (float) balance->mean[1];
      columns[2 * n + i] = (float) balance->correlation;
      columns[3 * n + i] = (float) balance->rest;
      if (g_strcmp0 (layer, self->layers[i]) == 0)
        chosen = i;
    }
  cjv_frame_set_values (frame, "excitation", columns, n);
  cjv_frame_set_values (frame, "inhibition", columns + n, n);
  cjv_frame_set_values (frame, "correlations", columns + 2 * n, n);
  cjv_frame_set_values (frame, "rests", columns + 3 * n, n);
  cjv_frame_set_strings (frame, "layers", (const char *const *) self->layers);
  put_units (frame, self->balances->pdata[chosen]);
  cjv_frame_set_scalar (frame, "chosen", chosen);
  cjv_frame_set_text (frame, "note", note);
  cjv_frame_set_provenance (frame, provenance);
  return cjv_frame_seal (frame);
}
