/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-responses.h"

#include "cj-error.h"

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

/* --- which layers, and how much of them --- */

/* A layer on its way: rows [B, U P] of the program come as U planes of h by w, or as h tokens of U. */
typedef struct
{
  CjlLayerResponses *layer; /* owned by the responses */
  guint node;
  gint64 h, w, keep_h, keep_w;
  gboolean tokens;
} Tap;

/* Whether the layer computes anything when it answers. */
static gboolean
answers (const CjNode *node)
{
  static const char *const rearrange[] = { "flatten", "reshape", "permute", NULL };

  return node->layer->role == CJ_ROLE_LAYER && !node->muted
         && !g_str_equal (node->layer->category, "regularisation")
         && !g_strv_contains (rearrange, node->layer->id);
}

static gboolean
tap_init (Tap *tap, const CjProgram *program, guint index, const CjNode *node)
{
  g_autoptr (CjTensor) out = cj_program_dup_output (program, index, 0);
  const gint64 *d = out != NULL ? out->shape.dims : NULL;
  gint64 units;

  if (out == NULL || out->dtype != CJ_FLOAT32 || out->shape.n_dims < 2 || d[0] != BATCH)
    return FALSE;
  units = out->shape.n_dims == 3 ? d[2] : d[1];
  *tap = (Tap){ .node = index, .h = 1, .w = 1, .tokens = out->shape.n_dims == 3 };
  if (tap->tokens)
    tap->h = d[1];
  for (guint i = 2; i < out->shape.n_dims && !tap->tokens; i++)
    {
      tap->h *= tap->w;
      tap->w = d[i];
    }
  if (units * tap->h * tap->w == 0)
    return FALSE;
  tap->layer = g_new0 (CjlLayerResponses, 1);
  tap->layer->id = g_strdup (node->id);
  tap->layer->n_units = units;
  tap->layer->of_places = tap->h * tap->w;
  return TRUE;
}

/* Places that are kept of a layer that may have `limit` numbers a sample. */
static void
tap_limit (Tap *tap, double limit)
{
  const double whole = (double) (tap->layer->n_units * tap->h * tap->w);
  const double side = limit < whole ? sqrt (limit / whole) : 1;

  tap->keep_w = CLAMP ((gint64) ((double) tap->w * side), 1, tap->w);
  tap->keep_h = CLAMP ((gint64) (limit / (double) (tap->layer->n_units * tap->keep_w)), 1, tap->h);
}

/* The largest limit with which `n` samples of all layers fit. */
static void
limit_taps (GArray *taps, gsize n)
{
  double low = 1, high = (double) CJL_RESPONSES_FLOATS;

  for (int tries = 0; tries <= 40; tries++)
    {
      const double limit = tries == 0 ? high : tries == 40 ? low : (low + high) / 2;
      double whole = 0;

      for (guint i = 0; i < taps->len; i++)
        {
          Tap *tap = &g_array_index (taps, Tap, i);

          tap_limit (tap, limit);
          whole += (double) (tap->layer->n_units * tap->keep_h * tap->keep_w);
        }
      if (whole * (double) n <= (double) CJL_RESPONSES_FLOATS)
        {
          if (tries == 0)
            return;
          low = limit;
        }
      else
        high = limit;
    }
}

static void
tap_start (Tap *tap, gsize n)
{
  CjlLayerResponses *layer = tap->layer;
  const gint64 kept = tap->keep_h * tap->keep_w;
  const CjShape shape = cj_shape2 ((gint64) n, layer->n_units * kept);

  layer->n_places = kept;
  layer->x = cj_tensor_new (CJ_FLOAT32, &shape);
  layer->low = g_new (float, layer->n_units);
  layer->high = g_new (float, layer->n_units);
  for (gint64 u = 0; u < layer->n_units; u++)
    {
      layer->low[u] = INFINITY;
      layer->high[u] = -INFINITY;
    }
}

/* Means of the kept places of one unit, whose first number is `from` and whose next place is `stride`
 * further. */
static void
tap_unit (const Tap *tap, const float *from, gint64 stride, gint64 unit, float *to)
{
  float low = tap->layer->low[unit], high = tap->layer->high[unit];

  for (gint64 r = 0; r < tap->keep_h; r++)
    for (gint64 c = 0; c < tap->keep_w; c++)
      {
        const gint64 top = r * tap->h / tap->keep_h, bottom = (r + 1) * tap->h / tap->keep_h;
        const gint64 left = c * tap->w / tap->keep_w, right = (c + 1) * tap->w / tap->keep_w;
        double sum = 0;

        for (gint64 y = top; y < bottom; y++)
          for (gint64 x = left; x < right; x++)
            {
              const float v = from[(y * tap->w + x) * stride];

              sum += v;
              low = MIN (low, v);
              high = MAX (high, v);
            }
        *to++ = (float) (sum / (double) ((bottom - top) * (right - left)));
      }
  tap->layer->low[unit] = low;
  tap->layer->high[unit] = high;
}

static void
tap_read (const Tap *tap, const CjProgram *program, gsize begin, gsize n)
{
  g_autoptr (CjTensor) out = cj_program_dup_output (program, tap->node, 0);
  const gint64 units = tap->layer->n_units, kept = tap->layer->n_places;
  const gint64 places = tap->layer->of_places;

  for (gsize i = 0; i < n; i++)
    for (gint64 u = 0; u < units; u++)
      {
        const float *sample = cj_tensor_f32 (out) + (gint64) i * units * places;
        float *to = cj_tensor_f32 (tap->layer->x) + ((gint64) (begin + i) * units + u) * kept;

        tap_unit (tap, tap->tokens ? sample + u : sample + u * places, tap->tokens ? units : 1, u,
                  to);
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
find_taps (CjlResponses *self, const CjProgram *program, const CjGraph *graph, gsize n,
           GArray *taps)
{
  g_autoptr (GPtrArray) order = cj_graph_sort (graph);

  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];
      Tap tap;

      if (!answers (node)
          || !tap_init (&tap, program, (guint) cj_graph_get_index (graph, node), node))
        continue;
      g_ptr_array_add (self->layers, tap.layer);
      g_array_append_val (taps, tap);
    }
  limit_taps (taps, n); /* as asked for: the same places of every split */
  for (guint i = 0; i < taps->len; i++)
    tap_start (&g_array_index (taps, Tap, i), self->n);
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
  g_autoptr (GArray) taps = g_array_new (FALSE, FALSE, sizeof (Tap));
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

      if (job != NULL && cjl_job_is_cancelled (job))
        return NULL;
      for (gsize i = 0; i < BATCH; i++)
        indices[i] = self->place[begin + MIN (i, valid - 1)];
      feed->fill (feed, indices, BATCH, 0, 0, cj_program_get_x (program),
                  cj_program_get_y (program));
      cj_program_forward (program, FALSE, (gint64) valid, 0, 0);
      if (begin == 0)
        find_taps (self, program, graph, n, taps);
      if (!check (self, feed, error))
        return NULL;
      for (guint i = 0; i < taps->len; i++)
        tap_read (&g_array_index (taps, Tap, i), program, begin, valid);
      read_choices (self, program, begin, valid);
      if (job != NULL)
        cjl_job_set_progress (job,
                              from + (to - from) * (double) (begin + valid) / (double) self->n);
    }
  return g_steal_pointer (&self);
}

char *
cjl_responses_print_origin (const CjlResponses *self)
{
  static const char *const splits[CJD_N_SPLITS]
      = { N_ ("training"), N_ ("validation"), N_ ("test") };
  GString *out = g_string_new (NULL);
  gboolean first = TRUE;

  /* Translators: data set, “training”, “validation” or “test”, number of samples, step */
  g_string_append_printf (out, _ ("%s, %s split, %zu samples, step %llu"), self->dataset->name,
                          _ (splits[self->split]), self->n, (unsigned long long) self->step);
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
