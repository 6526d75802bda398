/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-similarity.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define COLLECT_SHARE 0.6 /* of the progress of one network */

void
cjl_similarity_options_init (CjlSimilarityOptions *options)
{
  *options = (CjlSimilarityOptions){ .split = CJD_SPLIT_VAL, .n_samples = 500 };
}

static const struct
{
  const char *id, *title;
} kinds[CJ_SIMILARITY_N_KINDS] = {
  { "cka", N_ ("Linear CKA") },
  { "cka-unbiased", N_ ("Linear CKA, unbiased") },
  { "rsa", N_ ("RSA") },
};

static const struct
{
  const char *id, *title;
} dissimilarities[CJ_DISSIMILARITY_N_KINDS] = {
  { "correlation", N_ ("1 − correlation") },
  { "euclidean", N_ ("Euclidean distance") },
};

gboolean
cjl_similarity_find_kind (const char *id, CjSimilarity *kind)
{
  for (guint i = 0; i < CJ_SIMILARITY_N_KINDS; i++)
    if (g_str_equal (kinds[i].id, id))
      {
        *kind = (CjSimilarity) i;
        return TRUE;
      }
  return FALSE;
}

const char *
cjl_similarity_get_title (CjSimilarity kind)
{
  return kinds[kind].title;
}

gboolean
cjl_dissimilarity_find_kind (const char *id, CjDissimilarity *kind)
{
  for (guint i = 0; i < CJ_DISSIMILARITY_N_KINDS; i++)
    if (g_str_equal (dissimilarities[i].id, id))
      {
        *kind = (CjDissimilarity) i;
        return TRUE;
      }
  return FALSE;
}

const char *
cjl_dissimilarity_get_title (CjDissimilarity kind)
{
  return dissimilarities[kind].title;
}

void
cjl_similarity_free (CjlSimilarity *self)
{
  g_clear_pointer (&self->classes, g_array_unref);
  g_clear_pointer (&self->samples, g_array_unref);
  g_free (self->node);
  g_strfreev (self->rows);
  g_strfreev (self->columns);
  g_clear_pointer (&self->matrix, cj_tensor_unref);
  g_clear_pointer (&self->dataset, cjd_dataset_unref);
  g_free (self->other);
  g_free (self->origin);
  g_free (self);
}

/* --- one network --- */

/* The layers of a network as signatures. */
typedef struct
{
  guint64 step;
  GPtrArray *ids;        /* of the layers */
  GPtrArray *signatures; /* CjTensor */
  char *origin;
} Seen;

static void
seen_free (gpointer data)
{
  Seen *seen = data;

  g_ptr_array_unref (seen->ids);
  g_ptr_array_unref (seen->signatures);
  g_free (seen->origin);
  g_free (seen);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Seen, seen_free)

static Seen *
look (const CjlNetwork *network, const CjlSimilarityOptions *options, CjlJob *job, double from,
      double to, GError **error)
{
  g_autoptr (CjProgram) program
      = cjl_network_compile (network, CJ_PURPOSE_PROBE, CJL_RESPONSES_BATCH, error);
  const double middle = from + COLLECT_SHARE * (to - from);
  g_autoptr (CjlResponses) responses = NULL;
  g_autoptr (Seen) seen = NULL;

  if (program == NULL)
    return NULL;
  responses = cjl_responses_collect (program, network->graph, network->dataset, options->split,
                                     options->n_samples, job, from, middle, error);
  if (responses == NULL)
    return NULL;
  seen = g_new0 (Seen, 1);
  seen->step = responses->step = network->weights->at.step;
  seen->ids = g_ptr_array_new_with_free_func (g_free);
  seen->signatures = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_tensor_unref);
  seen->origin = cjl_responses_print_origin (responses);
  for (guint i = 0; i < responses->layers->len; i++)
    {
      CjlLayerResponses *layer = responses->layers->pdata[i];

      if (job != NULL && cjl_job_is_cancelled (job))
        return NULL;
      g_ptr_array_add (seen->ids, g_strdup (layer->id));
      g_ptr_array_add (seen->signatures, cj_signature_new (layer->x, options->kind));
      g_clear_pointer (&layer->x, cj_tensor_unref); /* it is much, and not needed any more */
      if (job != NULL)
        cjl_job_set_progress (job,
                              middle + (to - middle) * (i + 1) / (double) responses->layers->len);
    }
  return g_steal_pointer (&seen);
}

static int
seen_find (const Seen *seen, const char *id)
{
  for (guint i = 0; i < seen->ids->len; i++)
    if (g_str_equal (seen->ids->pdata[i], id))
      return (int) i;
  return -1;
}

static GStrv
dup_ids (const Seen *seen)
{
  GStrv ids = g_new0 (char *, seen->ids->len + 1);

  for (guint i = 0; i < seen->ids->len; i++)
    ids[i] = g_strdup (seen->ids->pdata[i]);
  return ids;
}

/* --- what is compared --- */

/* Row `row` of the matrix: one layer against all layers of `other`. */
static void
fill_row (CjlSimilarity *self, guint row, const CjTensor *signature, const Seen *other)
{
  for (guint j = 0; j < other->signatures->len; j++)
    cj_tensor_f32 (self->matrix)[row * other->signatures->len + j]
        = (float) cj_signature_compare (signature, other->signatures->pdata[j]);
}

static void
compare_layers (CjlSimilarity *self, const Seen *seen, const Seen *other)
{
  const CjShape shape = cj_shape2 (seen->ids->len, other->ids->len);

  self->matrix = cj_tensor_new (CJ_FLOAT32, &shape);
  self->rows = dup_ids (seen);
  self->columns = dup_ids (other);
  for (guint i = 0; i < seen->signatures->len; i++)
    fill_row (self, i, seen->signatures->pdata[i], other);
}

/* A row for each moment, in which each layer stands beside itself as it is now; the last row is now. */
static void
compare_moments (CjlSimilarity *self, const Seen *now, GPtrArray *moments)
{
  const CjShape shape = cj_shape2 (moments->len + 1, now->ids->len);

  self->matrix = cj_tensor_new (CJ_FLOAT32, &shape);
  self->columns = dup_ids (now);
  self->rows = g_new0 (char *, moments->len + 2);
  for (guint i = 0; i <= moments->len; i++)
    {
      const Seen *then = i < moments->len ? moments->pdata[i] : now;

      self->rows[i] = g_strdup_printf (_ ("step %llu"), (unsigned long long) then->step);
      for (guint j = 0; j < now->ids->len; j++)
        {
          const int at = seen_find (then, now->ids->pdata[j]);

          cj_tensor_f32 (self->matrix)[i * now->ids->len + j]
              = at >= 0 ? (float) cj_signature_compare (then->signatures->pdata[at],
                                                        now->signatures->pdata[j])
                        : NAN;
        }
    }
}

/* Borrows all; what is not needed is NULL. */
typedef struct
{
  const CjlSimilarityOptions *options;
  const CjRunLog *log;
  CjRing *ring;
  CjlJob *job;
} Question;

/* The layers of the other project, on the samples of this one. */
static Seen *
look_at_other (CjlSimilarity *self, const CjlSimilarityOptions *options, CjlJob *job,
               GError **error)
{
  g_autoptr (CjlProject) project = cjl_project_load (options->other, error);
  g_autoptr (CjlNetwork) network
      = project != NULL ? cjl_network_new_project (project, self->dataset, error) : NULL;

  if (network == NULL)
    return NULL;
  self->other = g_strdup (project->title);
  return look (network, options, job, 0.5, 1, error);
}

/* The same network at moments of its run; NULL and an error if none is kept. */
static GPtrArray *
look_back (const Question *q, const CjlNetwork *network, double part, GError **error)
{
  g_autoptr (GPtrArray) moments = NULL;
  g_autoptr (GPtrArray) seen = g_ptr_array_new_with_free_func (seen_free);

  if (q->ring != NULL)
    moments = cjl_network_list_run (q->log, q->ring, network->dataset, network->weights->at.step,
                                    CJL_SIMILARITY_MOMENTS);
  if (moments == NULL || moments->len == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("No earlier moment of the run is kept yet. Train it further."));
      return NULL;
    }
  for (guint i = 0; i < moments->len; i++)
    {
      const double from = part + (1 - part) * i / moments->len;
      Seen *then = look (moments->pdata[i], q->options, q->job, from,
                         from + (1 - part) / moments->len, error);

      if (then == NULL)
        return NULL;
      g_ptr_array_add (seen, then);
    }
  return g_steal_pointer (&seen);
}

static gboolean
measure_layers (CjlSimilarity *self, const Question *q, const CjlNetwork *network, GError **error)
{
  const double part = self->with == CJL_COMPARE_LAYERS  ? 1
                      : self->with == CJL_COMPARE_OTHER ? 0.5
                                                        : 1.0 / CJL_SIMILARITY_MOMENTS;
  g_autoptr (Seen) now = look (network, q->options, q->job, 0, part, error);
  g_autoptr (Seen) other = NULL;
  g_autoptr (GPtrArray) moments = NULL;

  if (now == NULL)
    return FALSE;
  self->origin = g_strdup (now->origin);
  if (self->with == CJL_COMPARE_LAYERS)
    compare_layers (self, now, now);
  else if (self->with == CJL_COMPARE_OTHER)
    {
      other = look_at_other (self, q->options, q->job, error);
      if (other == NULL)
        return FALSE;
      compare_layers (self, now, other);
    }
  else
    {
      moments = look_back (q, network, part, error);
      if (moments == NULL)
        return FALSE;
      compare_moments (self, now, moments);
    }
  return TRUE;
}

/* --- samples --- */

/* Numbers of the samples in the order of their classes. */
static GArray *
sort_samples (const CjlResponses *responses)
{
  GArray *order = g_array_new (FALSE, FALSE, sizeof (guint));
  const gint32 n_classes = responses->classes != NULL ? (gint32) responses->dataset->n_classes : 0;

  for (gint32 k = -1; k < n_classes; k++)
    for (guint i = 0; i < responses->n; i++)
      if (responses->classes == NULL ? k < 0 : responses->classes[i] == k)
        g_array_append_val (order, i);
  return order;
}

static void
fill_samples (CjlSimilarity *self, const CjlResponses *responses, const CjTensor *all)
{
  g_autoptr (GArray) order = sort_samples (responses);
  const gint64 n = (gint64) responses->n;

  self->matrix = cj_tensor_new (CJ_FLOAT32, &all->shape);
  self->samples = g_array_new (FALSE, FALSE, sizeof (float));
  if (responses->classes != NULL)
    self->classes = g_array_new (FALSE, FALSE, sizeof (float));
  for (gint64 i = 0; i < n; i++)
    {
      const guint from = g_array_index (order, guint, i);
      const float place = (float) responses->place[from];

      g_array_append_val (self->samples, place);
      if (self->classes != NULL)
        {
          const float class = (float) responses->classes[from];

          g_array_append_val (self->classes, class);
        }
      for (gint64 j = 0; j < n; j++)
        cj_tensor_f32 (self->matrix)[i * n + j]
            = cj_tensor_f32 (all)[from * n + g_array_index (order, guint, j)];
    }
}

static gboolean
measure_samples (CjlSimilarity *self, const CjlNetwork *network,
                 const CjlSimilarityOptions *options, CjlJob *job, GError **error)
{
  g_autoptr (CjProgram) program
      = cjl_network_compile (network, CJ_PURPOSE_PROBE, CJL_RESPONSES_BATCH, error);
  const gsize n = MIN (options->n_samples, CJL_DISSIMILARITY_SAMPLES);
  g_autoptr (CjlResponses) responses = NULL;
  g_autoptr (CjTensor) all = NULL;
  const CjlLayerResponses *layer;

  if (program != NULL)
    responses = cjl_responses_collect (program, network->graph, network->dataset, options->split, n,
                                       job, 0, 1, error);
  if (responses == NULL)
    return FALSE;
  responses->step = network->weights->at.step;
  layer = cjl_responses_find (responses, options->node);
  if (layer == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("“%s” computes nothing of its own for every sample. Choose another layer."),
                   options->node);
      return FALSE;
    }
  self->node = g_strdup (options->node);
  self->origin = cjl_responses_print_origin (responses);
  all = cj_dissimilarities (layer->x, options->apart);
  fill_samples (self, responses, all);
  return TRUE;
}

static CjlSimilarity *
measure (const Question *q, const CjlNetwork *network, GError **error)
{
  CjlSimilarity *self = g_new0 (CjlSimilarity, 1);

  self->with = q->options->with;
  self->kind = q->options->kind;
  self->apart = q->options->apart;
  self->dataset = cjd_dataset_ref (network->dataset);
  if (self->with == CJL_COMPARE_SAMPLES
          ? !measure_samples (self, network, q->options, q->job, error)
          : !measure_layers (self, q, network, error))
    g_clear_pointer (&self, cjl_similarity_free);
  return self;
}

CjlSimilarity *
cjl_similarity_measure (const CjlNetwork *network, const CjRunLog *log, CjRing *ring,
                        const CjlSimilarityOptions *options, GError **error)
{
  const Question question = { options, log, ring, NULL };

  return measure (&question, network, error);
}

/* --- the job --- */

typedef struct
{
  CjlNetwork *network;
  CjRunLog *log;
  CjRing *ring;
  CjlSimilarityOptions options;
  char *other, *node;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  cjl_network_free (order->network);
  g_clear_pointer (&order->log, cj_run_log_free);
  g_clear_pointer (&order->ring, cj_ring_free);
  g_free (order->other);
  g_free (order->node);
  g_free (order);
}

static gpointer
run_order (CjlJob *job, gpointer data, GError **error)
{
  const Order *order = data;
  const Question question = { &order->options, order->log, order->ring, job };

  return measure (&question, order->network, error);
}

CjlJob *
cjl_similarity_start (CjlNetwork *network, CjRunLog *log, CjRing *ring,
                      const CjlSimilarityOptions *options)
{
  Order *order = g_new0 (Order, 1);

  order->network = network;
  order->log = log;
  order->ring = ring;
  order->options = *options;
  order->options.other = order->other = g_strdup (options->other);
  order->options.node = order->node = g_strdup (options->node);
  return cjl_job_new (run_order, order, order_free, (GDestroyNotify) cjl_similarity_free);
}

/* --- frames --- */

const char *
cjl_similarity_get_figure (const CjlSimilarity *self)
{
  return self->with == CJL_COMPARE_SAMPLES ? "dissimilarity" : "similarity";
}

static char *
print_title (const CjlSimilarity *self)
{
  const char *kind = _ (kinds[self->kind].title);

  if (self->with == CJL_COMPARE_SAMPLES)
    /* Translators: the measure, as 1 − correlation, and a layer */
    return g_strdup_printf (_ ("%s of samples in %s"), _ (dissimilarities[self->apart].title),
                            self->node);
  if (self->with == CJL_COMPARE_RUN)
    /* Translators: the measure, as Linear CKA */
    return g_strdup_printf (_ ("%s of each layer with itself at the end"), kind);
  if (self->with == CJL_COMPARE_OTHER)
    /* Translators: the measure, as Linear CKA, and the name of a project */
    return g_strdup_printf (_ ("%s with the layers of %s"), kind, self->other);
  return g_strdup_printf (_ ("%s of the layers"), kind);
}

CjvFrame *
cjl_similarity_frame (const CjlSimilarity *self)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autofree char *title = print_title (self);

  cjv_frame_set_array (frame, "matrix", self->matrix);
  cjv_frame_set_text (frame, "title", title);
  cjv_frame_set_provenance (frame, self->origin);
  if (self->rows != NULL)
    {
      cjv_frame_set_strings (frame, "rows", (const char *const *) self->rows);
      cjv_frame_set_strings (frame, "columns", (const char *const *) self->columns);
    }
  if (self->samples != NULL)
    cjv_frame_set_values (frame, "samples", (const float *) self->samples->data,
                          self->samples->len);
  if (self->classes != NULL)
    cjv_frame_set_values (frame, "labels", (const float *) self->classes->data, self->classes->len);
  if (self->dataset->class_names != NULL)
    cjv_frame_set_strings (frame, "classes", (const char *const *) self->dataset->class_names);
  return cjv_frame_seal (frame);
}
