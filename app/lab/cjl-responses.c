/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-responses.h"

#include "cj-error.h"
#include "cjl-tap.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define BATCH CJL_RESPONSES_BATCH

static void
layer_free (gpointer data)
{
  CjlLayerResponses *layer = data;

  g_clear_pointer (&layer->x, cj_tensor_unref);
  g_free (layer->id);
  g_free (layer->low);
  g_free (layer->high);
  g_free (layer);
}

void
cjl_responses_free (CjlResponses *self)
{
  cjd_dataset_unref (self->dataset);
  g_ptr_array_unref (self->layers);
  g_free (self->index);
  g_free (self->place);
  g_free (self->classes);
  g_free (self->predicted);
  g_free (self);
}

const CjlLayerResponses *
cjl_responses_get (const CjlResponses *self, guint layer)
{
  return self->layers->pdata[layer];
}

const CjlLayerResponses *
cjl_responses_find (const CjlResponses *self, const char *id)
{
  for (guint i = 0; i < self->layers->len; i++)
    if (g_str_equal (cjl_responses_get (self, i)->id, id))
      return cjl_responses_get (self, i);
  return NULL;
}

gsize
cjl_samples_spread (const CjdDataset *dataset, CjdSplit split, gsize want, guint32 **index,
                    guint32 **place)
{
  const gsize all = cjd_dataset_count (dataset, split);
  gsize n = 0, seen = 0;

  want = MIN (want, all);
  *index = g_new0 (guint32, want + 1);
  *place = g_new0 (guint32, want + 1);
  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset) && n < want; i++)
    if (dataset->split[i] == split)
      {
        if (seen * want / all >= n)
          {
            (*index)[n] = (guint32) i;
            (*place)[n++] = (guint32) seen;
          }
        seen++;
      }
  return n;
}

/* --- one layer --- */

static CjlLayerResponses *
layer_new (const CjlTap *tap, const char *id, gsize n)
{
  CjlLayerResponses *layer = g_new0 (CjlLayerResponses, 1);
  const CjShape shape = cj_shape2 ((gint64) n, cjl_tap_get_width (tap));

  layer->id = g_strdup (id);
  layer->n_units = tap->units;
  layer->n_places = tap->keep_h * tap->keep_w;
  layer->of_places = tap->h * tap->w;
  layer->x = cj_tensor_new (CJ_FLOAT32, &shape);
  layer->low = g_new (float, layer->n_units);
  layer->high = g_new (float, layer->n_units);
  for (gint64 u = 0; u < layer->n_units; u++)
    {
      layer->low[u] = INFINITY;
      layer->high[u] = -INFINITY;
    }
  return layer;
}

static void
layer_take (CjlLayerResponses *layer, const CjlTap *tap, const CjTensor *values, gsize begin,
            gsize n)
{
  const gint64 size = tap->units * layer->of_places * (gint64) n;
  const float *v = cj_tensor_f32 (values);

  cjl_tap_read (tap, values, n, FALSE,
                cj_tensor_f32 (layer->x) + (gint64) begin * cjl_tap_get_width (tap));
  for (gint64 i = 0; i < size; i++)
    {
      const gint64 u = (tap->tokens ? i : i / layer->of_places) % tap->units;

      layer->low[u] = MIN (layer->low[u], v[i]);
      layer->high[u] = MAX (layer->high[u], v[i]);
    }
}

/* --- all samples --- */

static CjlResponses *
responses_new (CjdDataset *dataset, CjdSplit split, gsize n)
{
  CjlResponses *self = g_new0 (CjlResponses, 1);

  self->dataset = cjd_dataset_ref (dataset);
  self->split = split;
  self->layers = g_ptr_array_new_with_free_func (layer_free);
  self->n = cjl_samples_spread (dataset, split, n, &self->index, &self->place);
  if (dataset->n_classes > 0)
    {
      self->classes = g_new0 (gint32, self->n + 1);
      for (gsize i = 0; i < self->n; i++)
        self->classes[i] = cjd_dataset_get_class (dataset, self->index[i]);
    }
  return self;
}

/* What the network takes the samples of a batch for. */
static void
read_choices (CjlResponses *self, const CjProgram *program, gsize begin, gsize n)
{
  CjShape shape;
  const float *scores = cj_program_get_prediction (program, &shape);

  if (self->classes == NULL || scores == NULL || shape.n_dims != 2
      || shape.dims[1] != self->dataset->n_classes)
    return;
  if (self->predicted == NULL)
    self->predicted = g_new0 (gint32, self->n + 1);
  for (gsize i = 0; i < n; i++)
    {
      const float *row = scores + (gint64) i * shape.dims[1];

      for (gint32 k = 1; k < shape.dims[1]; k++)
        if (row[k] > row[self->predicted[begin + i]])
          self->predicted[begin + i] = k;
    }
}

static void
find_layers (CjlResponses *self, const CjProgram *program, const CjGraph *graph, gsize n,
             GArray *taps)
{
  g_autoptr (GPtrArray) order = cj_graph_sort (graph);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];
      const guint index = (guint) cj_graph_get_index (graph, node);
      g_autoptr (CjTensor) values = NULL;
      CjlTap tap;

      if (cjl_tap_suits (node))
        values = cj_program_dup_output (program, index, 0);
      if (!cjl_tap_init (&tap, index, values, BATCH))
        continue;
      g_ptr_array_add (ids, node->id);
      g_array_append_val (taps, tap);
    }
  /* as many as were asked for: the same places of every split */
  cjl_taps_limit ((CjlTap *) taps->data, taps->len, n, (double) CJL_RESPONSES_FLOATS);
  for (guint i = 0; i < taps->len; i++)
    g_ptr_array_add (self->layers,
                     layer_new (&g_array_index (taps, CjlTap, i), ids->pdata[i], self->n));
}

static gboolean
check (const CjlResponses *self, const CjFeed *feed, GError **error)
{
  if (feed->problem != NULL)
    g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
  else if (self->layers->len == 0)
    g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                 _ ("No layer of the network gives numbers for every sample. Wire one to the "
                    "data."));
  else
    return TRUE;
  return FALSE;
}

CjlResponses *
cjl_responses_collect (CjProgram *program, const CjGraph *graph, CjdDataset *dataset,
                       CjdSplit split, gsize n, CjlJob *job, double from, double to, GError **error)
{
  g_autoptr (CjlResponses) self = responses_new (dataset, split, n);
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (dataset, split);
  g_autoptr (GArray) taps = g_array_new (FALSE, FALSE, sizeof (CjlTap));
  guint32 indices[BATCH];

  if (self->n < 4)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("This split of %s has fewer than four samples. Choose another one."),
                   dataset->name);
      return NULL;
    }
  for (gsize begin = 0; begin < self->n; begin += BATCH)
    {
      const gsize valid = MIN (BATCH, self->n - begin);

      if (cjl_job_is_cancelled (job))
        return NULL;
      for (gsize i = 0; i < BATCH; i++)
        indices[i] = self->place[begin + MIN (i, valid - 1)];
      feed->fill (feed, indices, BATCH, 0, 0, cj_program_get_x (program),
                  cj_program_get_y (program));
      cj_program_forward (program, FALSE, (gint64) valid, 0, 0);
      if (begin == 0)
        find_layers (self, program, graph, n, taps);
      if (!check (self, feed, error))
        return NULL;
      for (guint i = 0; i < taps->len; i++)
        {
          const CjlTap *tap = &g_array_index (taps, CjlTap, i);
          g_autoptr (CjTensor) values = cj_program_dup_output (program, tap->node, 0);

          layer_take (self->layers->pdata[i], tap, values, begin, valid);
        }
      read_choices (self, program, begin, valid);
      cjl_job_set_progress (job, from + (to - from) * (double) (begin + valid) / (double) self->n);
    }
  return g_steal_pointer (&self);
}

char *
cjl_responses_print_origin (const CjlResponses *self)
{
  GString *out = g_string_new (NULL);
  gboolean first = TRUE;

  /* Translators: data set, “training”, “validation” or “test”, number of samples, step */
  g_string_append_printf (out, _ ("%s, %s split, %zu samples, step %llu"), self->dataset->name,
                          cjl_split_get_title (self->split), self->n,
                          (unsigned long long) self->step);
  for (guint i = 0; i < self->layers->len; i++)
    {
      const CjlLayerResponses *layer = cjl_responses_get (self, i);

      if (layer->n_places == layer->of_places)
        continue;
      /* Translators: a list follows, of layers with numbers of places of their maps */
      g_string_append (out, first ? _ ("; maps averaged: ") : ", ");
      g_string_append_printf (out, _ ("%s to %d of %d places"), layer->id, (int) layer->n_places,
                              (int) layer->of_places);
      first = FALSE;
    }
  return g_string_free (out, FALSE);
}
