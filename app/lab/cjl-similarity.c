/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-similarity.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define COLLECT_SHARE 0.6                 /* of the progress of one network */
#define MOMENT_FLOATS ((gint64) 64 << 20) /* of the signatures of all moments together */

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
} pair_kinds[CJ_PAIR_N_KINDS] = {
  { "correlation", N_ ("1 − correlation") },
  { "euclidean", N_ ("Euclidean distance") },
  { "similarity", N_ ("Correlation") },
};

CjlCompareNeeds
cjl_compare_get_needs (CjlCompare with)
{
  static const CjlCompareNeeds needs[CJL_COMPARE_N_WAYS] = {
    [CJL_COMPARE_RUN] = CJL_NEEDS_RUN,
    [CJL_COMPARE_MOMENTS] = CJL_NEEDS_NODE | CJL_NEEDS_RUN,
    [CJL_COMPARE_OTHER] = CJL_NEEDS_OTHER,
    [CJL_COMPARE_SAMPLES] = CJL_NEEDS_SAMPLES | CJL_NEEDS_NODE,
    [CJL_COMPARE_SAMPLES_LAYERS] = CJL_NEEDS_SAMPLES,
    [CJL_COMPARE_SAMPLES_RUN] = CJL_NEEDS_SAMPLES | CJL_NEEDS_NODE | CJL_NEEDS_RUN,
    [CJL_COMPARE_SAMPLES_OTHER] = CJL_NEEDS_SAMPLES | CJL_NEEDS_NODE | CJL_NEEDS_OTHER,
  };

  return needs[with];
}

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
cjl_pair_find_kind (const char *id, CjPair *kind)
{
  for (guint i = 0; i < CJ_PAIR_N_KINDS; i++)
    if (g_str_equal (pair_kinds[i].id, id))
      {
        *kind = (CjPair) i;
        return TRUE;
      }
  return FALSE;
}

const char *
cjl_pair_get_title (CjPair kind)
{
  return pair_kinds[kind].title;
}

void
cjl_similarity_free (CjlSimilarity *self)
{
  g_clear_pointer (&self->classes, g_array_unref);
  g_clear_pointer (&self->samples, g_array_unref);
  g_clear_pointer (&self->steps, g_array_unref);
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

/* What the layers of a network make of the samples. */
typedef struct
{
  GPtrArray *ids;        /* of the layers */
  GPtrArray *made;       /* CjTensor of each: a signature, or a matrix of pairs of samples */
  CjlResponses *samples; /* without the answers */
} Seen;

static void
seen_free (gpointer data)
{
  Seen *seen = data;

  g_ptr_array_unref (seen->ids);
  g_ptr_array_unref (seen->made);
  cjl_responses_free (seen->samples);
  g_free (seen);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Seen, seen_free)

/* Borrows all; what is not needed is NULL. */
typedef struct
{
  const CjlSimilarityOptions *options;
  CjlCompareNeeds needs;
  const CjlNetwork *network;
  const CjRunLog *log;
  CjRing *ring;
  CjlJob *job;
} Question;

static gboolean
is_cancelled (const Question *q)
{
  return cjl_job_is_cancelled (q->job);
}

static Seen *
look (const Question *q, const CjlNetwork *network, double from, double to, GError **error)
{
  const CjlSimilarityOptions *o = q->options;
  const gboolean samples = (q->needs & CJL_NEEDS_SAMPLES) != 0;
  const guint n = samples ? MIN (o->n_samples, CJL_DISSIMILARITY_SAMPLES) : o->n_samples;
  const double middle = from + COLLECT_SHARE * (to - from);
  g_autoptr (CjProgram) program
      = cjl_network_compile (network, CJ_PURPOSE_PROBE, CJL_RESPONSES_BATCH, error);
  CjlResponses *responses;
  g_autoptr (Seen) seen = NULL;

  if (program == NULL)
    return NULL;
  responses = cjl_responses_collect (program, network->graph, network->dataset, o->split, n, q->job,
                                     from, middle, error);
  if (responses == NULL)
    return NULL;
  seen = g_new0 (Seen, 1);
  responses->step = network->weights->at.step;
  seen->samples = responses;
  seen->ids = g_ptr_array_new_with_free_func (g_free);
  seen->made = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_tensor_unref);
  for (guint i = 0; i < responses->layers->len; i++)
    {
      CjlLayerResponses *layer = responses->layers->pdata[i];

      if (is_cancelled (q))
        return NULL;
      if ((q->needs & CJL_NEEDS_NODE) == 0 || g_strcmp0 (layer->id, o->node) == 0)
        {
          g_ptr_array_add (seen->ids, g_strdup (layer->id));
          g_ptr_array_add (seen->made, samples ? cj_compare_samples (layer->x, o->pair)
                                               : cj_signature_new (layer->x, o->kind));
        }
      g_clear_pointer (&layer->x, cj_tensor_unref); /* it is much, and not needed any more */
      cjl_job_set_progress (q->job,
                            middle + (to - middle) * (i + 1) / (double) responses->layers->len);
    }
  return g_steal_pointer (&seen);
}

/* What layer `id` makes of them, or NULL. */
static const CjTensor *
seen_find (const Seen *seen, const char *id)
{
  for (guint i = 0; i < seen->ids->len; i++)
    if (g_strcmp0 (seen->ids->pdata[i], id) == 0)
      return seen->made->pdata[i];
  return NULL;
}

static GStrv
dup_ids (const Seen *seen)
{
  GStrv ids = g_new0 (char *, seen->ids->len + 1);

  for (guint i = 0; i < seen->ids->len; i++)
    ids[i] = g_strdup (seen->ids->pdata[i]);
  return ids;
}

/* --- layers --- */

static float
compare (const CjTensor *a, const CjTensor *b)
{
  return a != NULL && b != NULL ? (float) cj_signature_compare (a, b) : NAN;
}

static void
compare_layers (CjlSimilarity *self, const Seen *seen, const Seen *other)
{
  const CjShape shape = cj_shape2 (seen->ids->len, other->ids->len);
  float *v;

  self->matrix = cj_tensor_new (CJ_FLOAT32, &shape);
  self->rows = dup_ids (seen);
  self->columns = dup_ids (other);
  v = cj_tensor_f32 (self->matrix);
  for (guint i = 0; i < seen->made->len; i++)
    for (guint j = 0; j < other->made->len; j++)
      *v++ = compare (seen->made->pdata[i], other->made->pdata[j]);
}

/* The layers of the other project, on the samples of this one. */
static Seen *
look_at_other (CjlSimilarity *self, const Question *q, GError **error)
{
  g_autoptr (CjlProject) project = cjl_project_load (q->options->other, error);
  g_autoptr (CjlNetwork) network
      = project != NULL ? cjl_network_new_project (project, self->dataset, error) : NULL;

  if (network == NULL)
    return NULL;
  self->other = g_strdup (project->title);
  return look (q, network, 0.5, 1, error);
}

/* --- moments of a run --- */

static CjlSimilarity *
similarity_dup (const CjlSimilarity *from)
{
  CjlSimilarity *self = g_memdup2 (from, sizeof *from);

  self->matrix = cj_tensor_dup (from->matrix);
  self->rows = g_strdupv (from->rows);
  self->columns = g_strdupv (from->columns);
  self->steps = from->steps != NULL ? g_array_copy (from->steps) : NULL;
  self->classes = from->classes != NULL ? g_array_copy (from->classes) : NULL;
  self->samples = from->samples != NULL ? g_array_copy (from->samples) : NULL;
  self->other = g_strdup (from->other);
  self->node = g_strdup (from->node);
  self->origin = g_strdup (from->origin);
  self->dataset = cjd_dataset_ref (from->dataset);
  return self;
}

static gboolean
refuse_layer (const char *node, GError **error)
{
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               _ ("“%s” computes nothing of its own for every sample. Choose another layer."),
               node != NULL ? node : _ ("The network"));
  return FALSE;
}

/* The network at moments of its run, the last of which is as it is now; NULL and an error if none but
 * that is kept. */
static GPtrArray *
list_moments (const Question *q, guint most, GError **error)
{
  const CjlNetwork *now = q->network;
  g_autoptr (GPtrArray) moments = NULL;

  if (q->ring != NULL)
    moments = cjl_network_list_run (q->log, q->ring, now->dataset, now->weights->at.step, most);
  if (moments == NULL || moments->len == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("No earlier moment of the run is kept yet. Train it further."));
      return NULL;
    }
  g_ptr_array_add (moments, cjl_network_new (now->graph, now->dataset, now->weights));
  return g_steal_pointer (&moments);
}

/* "epoch 1.5", or the step as long as it cannot be told how many an epoch has; `bare`: the number alone. */
static char *
print_moment (const CjPlace *at, const CjPlace *last, gboolean bare)
{
  const double a_epoch = last->epoch > 0 ? (double) (last->step - last->position) / last->epoch : 0;

  if (a_epoch < 1)
    return g_strdup_printf (bare ? "%llu" : _ ("step %llu"), (unsigned long long) at->step);
  return g_strdup_printf (bare ? "%.3g" : _ ("epoch %.3g"), at->epoch + at->position / a_epoch);
}

static void
name_moments (CjlSimilarity *self, const GPtrArray *moments)
{
  const CjlNetwork *last = moments->pdata[moments->len - 1];

  self->rows = g_new0 (char *, moments->len + 1);
  if (self->with == CJL_COMPARE_MOMENTS)
    self->columns = g_new0 (char *, moments->len + 1);
  self->steps = g_array_new (FALSE, FALSE, sizeof (guint64));
  for (guint i = 0; i < moments->len; i++)
    {
      const CjlNetwork *moment = moments->pdata[i];

      self->rows[i] = print_moment (&moment->weights->at, &last->weights->at, FALSE);
      if (self->with == CJL_COMPARE_MOMENTS)
        self->columns[i] = print_moment (&moment->weights->at, &last->weights->at, TRUE);
      g_array_append_val (self->steps, moment->weights->at.step);
    }
}

/* Looks at one moment after the other, beginning with the last, and hands each to `add`; what there is
 * so far is left for who waits. FALSE if it was stopped, or with an error. */
static gboolean
look_back (CjlSimilarity *self, const Question *q, const GPtrArray *moments,
           void (*add) (CjlSimilarity *self, guint moment, Seen *seen, gpointer data),
           gpointer data, GError **error)
{
  for (guint i = 0; i < moments->len; i++)
    {
      const guint moment = i == 0 ? moments->len - 1 : i - 1;
      Seen *seen = look (q, moments->pdata[moment], (double) i / moments->len,
                         (double) (i + 1) / moments->len, error);

      if (seen == NULL)
        return FALSE;
      if (i == 0 && seen->made->len == 0)
        {
          seen_free (seen);
          return refuse_layer (self->node, error);
        }
      add (self, moment, seen, data);
      if (i > 0)
        cjl_job_leave_copy (q->job, self, (CjlDupFunc) similarity_dup);
    }
  return TRUE;
}

static void
fill_nan (CjTensor *tensor)
{
  for (gint64 i = 0; i < cj_shape_size (&tensor->shape); i++)
    cj_tensor_f32 (tensor)[i] = NAN;
}

/* A row for each moment, in which each layer stands beside itself at the end; `data` keeps the end. */
static void
add_row (CjlSimilarity *self, guint moment, Seen *seen, gpointer data)
{
  Seen **end = data;

  if (*end == NULL)
    {
      const CjShape shape = cj_shape2 (self->steps->len, seen->ids->len);

      *end = seen;
      self->origin = cjl_responses_print_origin (seen->samples);
      self->columns = dup_ids (seen);
      self->matrix = cj_tensor_new (CJ_FLOAT32, &shape);
      fill_nan (self->matrix);
    }
  for (guint j = 0; j < (*end)->ids->len; j++)
    cj_tensor_f32 (self->matrix)[moment * (*end)->ids->len + j]
        = compare (seen_find (seen, (*end)->ids->pdata[j]), (*end)->made->pdata[j]);
  if (seen != *end)
    seen_free (seen);
}

/* Row and column of one moment, against those that `data` has: a Seen for each, or NULL. */
static void
add_moment (CjlSimilarity *self, guint moment, Seen *seen, gpointer data)
{
  Seen **all = data;
  const guint n = self->steps->len;

  all[moment] = seen;
  if (self->origin == NULL)
    {
      const CjShape shape = cj_shape2 (n, n);

      self->origin = cjl_responses_print_origin (seen->samples);
      self->matrix = cj_tensor_new (CJ_FLOAT32, &shape);
      fill_nan (self->matrix);
    }
  for (guint j = 0; j < n; j++)
    if (all[j] != NULL)
      cj_tensor_f32 (self->matrix)[moment * n + j] = cj_tensor_f32 (self->matrix)[j * n + moment]
          = compare (seen_find (seen, self->node), seen_find (all[j], self->node));
}

/* How many moments of one layer are held at once. */
static guint
bound_moments (const CjlSimilarityOptions *options)
{
  const gint64 pairs = (gint64) options->n_samples * (options->n_samples + 1) / 2;

  return (guint) CLAMP (MOMENT_FLOATS / MAX (pairs, 1), 2, CJ_RING_MAX);
}

static gboolean
compare_run (CjlSimilarity *self, const Question *q, GError **error)
{
  const gboolean layers = self->with == CJL_COMPARE_RUN;
  g_autoptr (GPtrArray) moments
      = list_moments (q, layers ? CJL_SIMILARITY_MOMENTS : bound_moments (q->options), error);
  g_autofree Seen **all = NULL;
  gboolean done;

  if (moments == NULL)
    return FALSE;
  name_moments (self, moments);
  all = g_new0 (Seen *, moments->len);
  done = look_back (self, q, moments, layers ? add_row : add_moment, all, error);
  for (guint i = 0; i < moments->len; i++)
    g_clear_pointer (&all[i], seen_free);
  return done;
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
name_samples (CjlSimilarity *self, const CjlResponses *responses, const GArray *order)
{
  self->origin = cjl_responses_print_origin (responses);
  self->samples = g_array_new (FALSE, FALSE, sizeof (float));
  if (responses->classes != NULL)
    self->classes = g_array_new (FALSE, FALSE, sizeof (float));
  for (guint i = 0; i < order->len; i++)
    {
      const guint from = g_array_index (order, guint, i);
      const float place = (float) responses->place[from];

      g_array_append_val (self->samples, place);
      if (self->classes != NULL)
        {
          const float class = (float) responses->classes[from];

          g_array_append_val (self->classes, class);
        }
    }
}

/* The first matrix makes room for `of`; one that is NULL stays not known. */
static void
put_samples (CjlSimilarity *self, const Seen *seen, guint at, guint of, const CjTensor *pairs)
{
  g_autoptr (GArray) order = sort_samples (seen->samples);
  const gint64 n = (gint64) order->len;
  const CjShape shape = cj_shape3 (of, n, n);

  if (self->matrix == NULL)
    {
      name_samples (self, seen->samples, order);
      self->matrix = cj_tensor_new (CJ_FLOAT32, &shape);
      fill_nan (self->matrix);
    }
  for (gint64 i = 0; i < n && pairs != NULL; i++)
    for (gint64 j = 0; j < n; j++)
      cj_tensor_f32 (self->matrix)[(at * n + i) * n + j] = cj_tensor_f32 (
          pairs)[g_array_index (order, guint, i) * n + g_array_index (order, guint, j)];
}

static void
add_samples (CjlSimilarity *self, guint moment, Seen *seen, gpointer data)
{
  (void) data;
  put_samples (self, seen, moment, self->steps->len, seen_find (seen, self->node));
  seen_free (seen);
}

static gboolean
compare_samples_over_run (CjlSimilarity *self, const Question *q, GError **error)
{
  g_autoptr (GPtrArray) moments = list_moments (q, CJL_DISSIMILARITY_MOMENTS - 1, error);

  if (moments == NULL)
    return FALSE;
  name_moments (self, moments);
  return look_back (self, q, moments, add_samples, NULL, error);
}

/* The layers from the input on; of more than can be shown, evenly taken. */
static void
compare_samples_by_layer (CjlSimilarity *self, const Seen *seen)
{
  const guint n = seen->ids->len, shown = MIN (n, CJL_DISSIMILARITY_PANELS);

  self->rows = g_new0 (char *, shown + 1);
  for (guint i = 0; i < shown; i++)
    {
      const guint at = shown > 1 ? i * (n - 1) / (shown - 1) : 0;

      self->rows[i] = g_strdup (seen->ids->pdata[at]);
      put_samples (self, seen, i, shown, seen->made->pdata[at]);
    }
}

static gboolean
compare_samples_here (CjlSimilarity *self, const Question *q, const Seen *now, GError **error)
{
  const char *node = q->options->node;
  g_autoptr (Seen) other = NULL;

  if (self->with == CJL_COMPARE_SAMPLES_LAYERS)
    compare_samples_by_layer (self, now);
  else if (self->with == CJL_COMPARE_SAMPLES)
    put_samples (self, now, 0, 1, now->made->pdata[0]);
  else
    {
      other = look_at_other (self, q, error);
      if (other == NULL)
        return FALSE;
      if (other->made->len == 0)
        {
          /* Translators: the title of a project, and the name of a layer */
          g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                       _ ("“%s” has no layer “%s”. Choose a layer that both have."), self->other,
                       node);
          return FALSE;
        }
      self->rows = g_new0 (char *, 3);
      self->rows[0] = g_strdup (_ ("here"));
      self->rows[1] = g_strdup (self->other);
      put_samples (self, now, 0, 2, now->made->pdata[0]);
      put_samples (self, other, 1, 2, other->made->pdata[0]);
    }
  return TRUE;
}

/* --- all of it --- */

static gboolean
fill (CjlSimilarity *self, const Question *q, GError **error)
{
  const gboolean alone = (q->needs & CJL_NEEDS_OTHER) == 0;
  g_autoptr (Seen) now = NULL, other = NULL;

  if (q->needs & CJL_NEEDS_RUN)
    return q->needs & CJL_NEEDS_SAMPLES ? compare_samples_over_run (self, q, error)
                                        : compare_run (self, q, error);
  now = look (q, q->network, 0, alone ? 1 : 0.5, error);
  if (now == NULL)
    return FALSE;
  if (now->made->len == 0)
    return refuse_layer (self->node, error);
  if (q->needs & CJL_NEEDS_SAMPLES)
    return compare_samples_here (self, q, now, error);
  self->origin = cjl_responses_print_origin (now->samples);
  if (!alone && (other = look_at_other (self, q, error)) == NULL)
    return FALSE;
  compare_layers (self, now, alone ? now : other);
  return TRUE;
}

static CjlSimilarity *
measure (const Question *q, GError **error)
{
  CjlSimilarity *self = g_new0 (CjlSimilarity, 1);

  self->with = q->options->with;
  self->kind = q->options->kind;
  self->pair = q->options->pair;
  self->dataset = cjd_dataset_ref (q->network->dataset);
  if (q->needs & CJL_NEEDS_NODE)
    self->node = g_strdup (q->options->node != NULL ? q->options->node : "");
  if (!fill (self, q, error))
    g_clear_pointer (&self, cjl_similarity_free);
  return self;
}

static Question
ask (const CjlSimilarityOptions *options, const CjlNetwork *network, const CjRunLog *log,
     CjRing *ring, CjlJob *job)
{
  return (Question){ .options = options,
                     .needs = cjl_compare_get_needs (options->with),
                     .network = network,
                     .log = log,
                     .ring = ring,
                     .job = job };
}

CjlSimilarity *
cjl_similarity_measure (const CjlNetwork *network, const CjRunLog *log, CjRing *ring,
                        const CjlSimilarityOptions *options, GError **error)
{
  const Question question = ask (options, network, log, ring, NULL);

  return measure (&question, error);
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
  const Question question = ask (&order->options, order->network, order->log, order->ring, job);

  return measure (&question, error);
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
  return self->samples != NULL ? "dissimilarity" : "similarity";
}

static char *
print_title (const CjlSimilarity *self)
{
  const char *kind = _ (kinds[self->kind].title), *pair = _ (pair_kinds[self->pair].title);

  switch (self->with)
    {
    case CJL_COMPARE_RUN:
      /* Translators: the measure, as Linear CKA */
      return g_strdup_printf (_ ("%s of each layer with itself at the end"), kind);
    case CJL_COMPARE_MOMENTS:
      /* Translators: the measure, as Linear CKA, and a layer */
      return g_strdup_printf (_ ("%s of %s over the run"), kind, self->node);
    case CJL_COMPARE_OTHER:
      /* Translators: the measure, as Linear CKA, and the name of a project */
      return g_strdup_printf (_ ("%s with the layers of %s"), kind, self->other);
    case CJL_COMPARE_SAMPLES_LAYERS:
      /* Translators: the measure, as 1 − correlation */
      return g_strdup_printf (_ ("%s of samples, layer by layer"), pair);
    case CJL_COMPARE_SAMPLES:
    case CJL_COMPARE_SAMPLES_RUN:
    case CJL_COMPARE_SAMPLES_OTHER:
      /* Translators: the measure, as 1 − correlation, and a layer */
      return g_strdup_printf (_ ("%s of samples in %s"), pair, self->node);
    default:
      return g_strdup_printf (_ ("%s of the layers"), kind);
    }
}

static void
put_samples_frame (CjvFrame *frame, const CjlSimilarity *self)
{
  cjv_frame_set_values (frame, "samples", (const float *) self->samples->data, self->samples->len);
  if (self->classes != NULL)
    cjv_frame_set_values (frame, "labels", (const float *) self->classes->data, self->classes->len);
  if (self->dataset->class_names != NULL)
    cjv_frame_set_strings (frame, "classes", (const char *const *) self->dataset->class_names);
  if (self->pair == CJ_PAIR_CORRELATION)
    cjv_frame_set_scalar (frame, "alike", 1);
  if (self->rows != NULL)
    cjv_frame_set_strings (frame, "panels", (const char *const *) self->rows);
}

CjvFrame *
cjl_similarity_frame (const CjlSimilarity *self)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autofree char *title = print_title (self);

  cjv_frame_set_array (frame, "matrix", self->matrix);
  cjv_frame_set_text (frame, "title", title);
  cjv_frame_set_provenance (frame, self->origin);
  if (self->samples != NULL)
    put_samples_frame (frame, self);
  else
    {
      cjv_frame_set_strings (frame, "rows", (const char *const *) self->rows);
      cjv_frame_set_strings (frame, "columns", (const char *const *) self->columns);
    }
  return cjv_frame_seal (frame);
}
