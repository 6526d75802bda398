/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-similarity.h"

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

static const char *const dissimilarities[CJ_DISSIMILARITY_N_KINDS] = { "correlation", "euclidean" };

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
    if (g_str_equal (dissimilarities[i], id))
      {
        *kind = (CjDissimilarity) i;
        return TRUE;
      }
  return FALSE;
}

void
cjl_similarity_free (CjlSimilarity *self)
{
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
        cjl_job_set_progress (job, middle
                                       + (to - middle) * (i + 1) / (double) responses->layers->len);
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

static CjlSimilarity *
measure (GPtrArray *networks, const CjlSimilarityOptions *options, CjlJob *job, GError **error)
{
  const CjlNetwork *network = networks->pdata[0];
  const double part = 1.0 / networks->len;
  g_autoptr (Seen) now = look (network, options, job, 0, part, error);
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func (seen_free);
  CjlSimilarity *self;

  if (now == NULL)
    return NULL;
  for (guint i = 1; i < networks->len; i++)
    {
      Seen *seen = look (networks->pdata[i], options, job, i * part, (i + 1) * part, error);

      if (seen == NULL)
        {
          if (error != NULL && *error != NULL && options->with == CJL_COMPARE_OTHER)
            g_prefix_error (error, "%s: ", options->other);
          return NULL;
        }
      g_ptr_array_add (others, seen);
    }
  self = g_new0 (CjlSimilarity, 1);
  self->with = options->with;
  self->kind = options->kind;
  self->other = g_strdup (options->other);
  self->origin = g_strdup (now->origin);
  self->dataset = cjd_dataset_ref (network->dataset);
  if (options->with == CJL_COMPARE_RUN)
    compare_moments (self, now, others);
  else
    compare_layers (self, now, others->len > 0 ? others->pdata[0] : now);
  return self;
}

CjlSimilarity *
cjl_similarity_measure (GPtrArray *networks, const CjlSimilarityOptions *options, GError **error)
{
  return measure (networks, options, NULL, error);
}

/* --- the job --- */

typedef struct
{
  GPtrArray *networks;
  CjlSimilarityOptions options;
  char *other;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  g_ptr_array_unref (order->networks);
  g_free (order->other);
  g_free (order);
}

static gpointer
run_order (CjlJob *job, gpointer data, GError **error)
{
  const Order *order = data;

  return measure (order->networks, &order->options, job, error);
}

CjlJob *
cjl_similarity_start (GPtrArray *networks, const CjlSimilarityOptions *options)
{
  Order *order = g_new0 (Order, 1);

  order->networks = networks;
  order->options = *options;
  order->options.other = order->other = g_strdup (options->other);
  return cjl_job_new (run_order, order, order_free, (GDestroyNotify) cjl_similarity_free);
}

/* --- frames --- */

CjvFrame *
cjl_similarity_frame (const CjlSimilarity *self)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autofree char *title = NULL;

  if (self->with == CJL_COMPARE_RUN)
    /* Translators: the measure, as Linear CKA */
    title = g_strdup_printf (_ ("%s of each layer with itself at the end"), _ (kinds[self->kind].title));
  else if (self->with == CJL_COMPARE_OTHER)
    /* Translators: the measure, as Linear CKA, and the name of a project */
    title = g_strdup_printf (_ ("%s with the layers of %s"), _ (kinds[self->kind].title),
                             self->other);
  else
    title = g_strdup_printf (_ ("%s of the layers"), _ (kinds[self->kind].title));
  cjv_frame_set_array (frame, "matrix", self->matrix);
  cjv_frame_set_strings (frame, "rows", (const char *const *) self->rows);
  cjv_frame_set_strings (frame, "columns", (const char *const *) self->columns);
  cjv_frame_set_text (frame, "title", title);
  cjv_frame_set_provenance (frame, self->origin);
  return cjv_frame_seal (frame);
}

/* Numbers of the samples in the order of their classes. */
static GArray *
sort_samples (const CjlResponses *responses)
{
  GArray *order = g_array_new (FALSE, FALSE, sizeof (guint));
  const gint32 n_classes
      = responses->classes != NULL ? (gint32) responses->dataset->n_classes : 0;

  for (gint32 k = -1; k < n_classes; k++)
    for (guint i = 0; i < responses->n; i++)
      if (responses->classes == NULL || responses->classes[i] == k)
        g_array_append_val (order, i);
  return order;
}

CjvFrame *
cjl_dissimilarity_frame (const CjlResponses *responses, const char *node, CjDissimilarity kind)
{
  const CjlLayerResponses *layer = cjl_responses_find (responses, node);
  g_autoptr (CjTensor) all = layer != NULL ? cj_dissimilarities (layer->x, kind) : NULL;
  g_autoptr (GArray) order = sort_samples (responses);
  const gint64 n = (gint64) responses->n;
  g_autofree char *title = NULL, *origin = NULL;
  g_autofree float *labels = NULL, *samples = NULL;
  CjTensor *matrix;
  CjvFrame *frame;

  if (all == NULL)
    return NULL;
  matrix = cj_tensor_new (CJ_FLOAT32, &all->shape);
  labels = g_new (float, n + 1);
  samples = g_new (float, n + 1);
  for (gint64 i = 0; i < n; i++)
    {
      const guint from = g_array_index (order, guint, i);

      labels[i] = responses->classes != NULL ? (float) responses->classes[from] : 0;
      samples[i] = (float) responses->place[from];
      for (gint64 j = 0; j < n; j++)
        cj_tensor_f32 (matrix)[i * n + j]
            = cj_tensor_f32 (all)[from * n + g_array_index (order, guint, j)];
    }
  frame = cjv_frame_new ();
  cjv_frame_take_array (frame, "matrix", matrix);
  if (responses->classes != NULL)
    cjv_frame_set_values (frame, "labels", labels, responses->n);
  cjv_frame_set_values (frame, "samples", samples, responses->n);
  if (responses->dataset->class_names != NULL)
    cjv_frame_set_strings (frame, "classes", (const char *const *) responses->dataset->class_names);
  title = g_strdup_printf (kind == CJ_DISSIMILARITY_CORRELATION
                               ? _ ("Dissimilarity of samples in %s, 1 − r")
                               : _ ("Distance of samples in %s"),
                           node);
  origin = cjl_responses_print_origin (responses);
  cjv_frame_set_text (frame, "title", title);
  cjv_frame_set_provenance (frame, origin);
  return cjv_frame_seal (frame);
}
