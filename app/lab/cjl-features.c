/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-features.h"

#include "cj-memory.h"
#include "cjd-tasks.h"
#include "cjl-features-private.h"
#include "cjl-transfer.h"

#include <glib/gi18n-lib.h>
#include <pthread.h>
#include <string.h>

struct _CjlFeatures
{
  gint ref_count;
  CjdDataset *dataset;
  char *data[CJD_N_SPLITS]; /* what its samples are; the run's thread */
  pthread_mutex_t lock;
  CjlFeaturesState state; /* with lock */
};

typedef struct
{
  CjFeed feed;
  CjFeed *base;
  CjlFeatures *features;
  CjdSplit split;
  guint32 *samples; /* positions in the data set */
  char *network;    /* that is remembered of, or that nothing is; NULL: of none */
  CjlFeatureFile *file;
} FeatureFeed;

CjlFeatures *
cjl_features_new (CjdDataset *dataset)
{
  CjlFeatures *self = g_new0 (CjlFeatures, 1);

  self->ref_count = 1;
  self->dataset = cjd_dataset_ref (dataset);
  pthread_mutex_init (&self->lock, NULL);
  return self;
}

CjlFeatures *
cjl_features_ref (CjlFeatures *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
cjl_features_unref (CjlFeatures *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  for (guint i = 0; i < CJD_N_SPLITS; i++)
    g_free (self->data[i]);
  cjd_dataset_unref (self->dataset);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

/* SHA-256 of the samples of a split as the network sees them, or of what decides about them where they are streamed: reading
 * them all would take as long as an epoch. */
static const char *
get_data (CjlFeatures *self, CjdSplit split, const guint32 *samples, gsize n)
{
  const CjdDataset *dataset = self->dataset;
  const gsize bytes = cjd_dataset_sample_bytes (dataset);
  const gsize norm = sizeof (float) * dataset->n_channels;
  const CjShape shape = cjd_dataset_get_x_shape (dataset);
  g_autoptr (GChecksum) sum = NULL;

  if (self->data[split] != NULL)
    return self->data[split];
  sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (sum, (const guchar *) &dataset->x_dtype, sizeof dataset->x_dtype);
  for (guint a = 0; a < shape.n_dims; a++)
    g_checksum_update (sum, (const guchar *) &shape.dims[a], sizeof shape.dims[a]);
  if (norm > 0)
    {
      g_checksum_update (sum, (const guchar *) dataset->mean, (gssize) norm);
      g_checksum_update (sum, (const guchar *) dataset->std, (gssize) norm);
    }
  for (gsize i = 0; i < n; i++)
    if (dataset->x == NULL)
      cjd_cache_identify (dataset->cache, samples[i], sum);
    else
      g_checksum_update (sum, (const guchar *) dataset->x->data + samples[i] * bytes,
                         (gssize) bytes);
  self->data[split] = g_strdup (g_checksum_get_string (sum));
  return self->data[split];
}

/* For the training samples: those of validation go along. */
static void
note (FeatureFeed *self, const CjlFeaturesState *state)
{
  if (self->split != CJD_SPLIT_TRAIN)
    return;
  pthread_mutex_lock (&self->features->lock);
  self->features->state = *state;
  pthread_mutex_unlock (&self->features->lock);
}

static void
note_known (FeatureFeed *self, gsize n_known)
{
  if (self->split != CJD_SPLIT_TRAIN)
    return;
  pthread_mutex_lock (&self->features->lock);
  self->features->state.n_known = (guint) n_known;
  pthread_mutex_unlock (&self->features->lock);
}

static void
open_file (FeatureFeed *self, gsize n_floats)
{
  const gsize n = self->feed.n_samples;
  CjlFeaturesState state = { .asked = TRUE, .n_samples = (guint) n };
  const char *data = NULL;

  if (self->network == NULL || n == 0)
    {
      note (self, &state);
      return;
    }
  state.too_big = n_floats > CJL_FEATURES_MAX / sizeof (float) / n;
  state.bytes = state.too_big ? G_MAXSIZE : sizeof (float) * n_floats * n;
  state.too_big = state.too_big || !cj_memory_check ((gint64) state.bytes, "", 1, NULL);
  if (!state.too_big)
    {
      data = get_data (self->features, self->split, self->samples, n);
      self->file = cjl_feature_file_open (self->network, data, n, n_floats);
      state.used = self->file != NULL;
    }
  state.n_found = state.n_known = state.used ? (guint) self->file->n_known : 0;
  note (self, &state);
}

static gboolean
remember (CjFeed *feed, const char *network, gsize n_floats)
{
  FeatureFeed *self = (FeatureFeed *) feed;
  const gboolean asked = self->network != NULL || self->file != NULL;

  if (asked && g_strcmp0 (network, self->network) == 0)
    return self->file != NULL;
  g_clear_pointer (&self->file, cjl_feature_file_close);
  g_free (self->network);
  self->network = g_strdup (network);
  open_file (self, n_floats);
  return self->file != NULL;
}

static void
copy_targets (const FeatureFeed *self, const guint32 *indices, guint n, CjTensor *y)
{
  const gsize bytes
      = (gsize) cj_shape_size (&self->feed.y_shape) * cj_dtype_size (self->feed.y_dtype);
  const char *from = self->features->dataset->y->data;

  for (guint i = 0; i < n; i++)
    memcpy ((char *) y->data + i * bytes, from + self->samples[indices[i]] * bytes, bytes);
}

static gboolean
recall (CjFeed *feed, const guint32 *indices, guint n, float *rows, CjTensor *y)
{
  const FeatureFeed *self = (FeatureFeed *) feed;
  const CjlFeatureFile *file = self->file;

  for (guint i = 0; i < n; i++)
    if (!file->known[indices[i]])
      return FALSE;
  for (guint i = 0; i < n; i++)
    memcpy (rows + i * file->n_floats, file->rows + indices[i] * file->n_floats,
            sizeof (float) * file->n_floats);
  if (y != NULL)
    copy_targets (self, indices, n, y);
  return TRUE;
}

static void
keep (CjFeed *feed, const guint32 *indices, guint n, const float *rows)
{
  FeatureFeed *self = (FeatureFeed *) feed;

  cjl_feature_file_keep (self->file, indices, n, rows);
  note_known (self, self->file->n_known);
}

static void
fill (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed, CjTensor *x,
      CjTensor *y)
{
  FeatureFeed *self = (FeatureFeed *) feed;

  self->base->fill (self->base, indices, n, epoch, seed, x, y);
  feed->problem = self->base->problem;
}

/* What is remembered need not be prepared. */
static void
expect (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed)
{
  FeatureFeed *self = (FeatureFeed *) feed;
  gboolean known = self->file != NULL;

  for (guint i = 0; i < n && known; i++)
    known = self->file->known[indices[i]] != 0;
  if (!known)
    self->base->expect (self->base, indices, n, epoch, seed);
}

static void
free_feed (CjFeed *feed)
{
  FeatureFeed *self = (FeatureFeed *) feed;

  g_clear_pointer (&self->file, cjl_feature_file_close);
  cj_feed_free (self->base);
  cjl_features_unref (self->features);
  g_free (self->samples);
  g_free (self->network);
  g_free (self);
}

CjFeed *
cjl_features_new_feed (CjlFeatures *features, CjdSplit split)
{
  CjdDataset *dataset = features->dataset;
  CjFeed *base = cjd_dataset_new_run_feed (dataset, split);
  FeatureFeed *self;
  gsize n = 0;

  if (base->n_tasks > 0 || dataset->augmenter != NULL)
    return base;
  self = g_new0 (FeatureFeed, 1);
  self->feed = *base;
  self->base = base;
  self->features = cjl_features_ref (features);
  self->split = split;
  self->samples = g_new (guint32, base->n_samples + 1);
  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset) && n < base->n_samples; i++)
    if (dataset->split[i] == split)
      self->samples[n++] = (guint32) i;
  self->feed.fill = fill;
  self->feed.expect = base->expect != NULL ? expect : NULL;
  self->feed.remember = remember;
  self->feed.recall = recall;
  self->feed.keep = keep;
  self->feed.free = free_feed;
  return &self->feed;
}

CjlFeaturesState
cjl_features_get_state (CjlFeatures *self)
{
  CjlFeaturesState state;

  pthread_mutex_lock (&self->lock);
  state = self->state;
  pthread_mutex_unlock (&self->lock);
  return state;
}

/* Why nothing can be remembered of the project, whatever is frozen; NULL: it can. */
static const char *
find_reason (const CjlFeatures *self, const CjlProject *project)
{
  if (self->dataset->augmenter != NULL)
    return _ ("Frozen layers are computed in every epoch: samples are augmented, so they are never "
              "the same.");
  if (self->dataset->tasks != NULL)
    return _ ("Frozen layers are computed in every epoch: there are tasks to be learned one after "
              "another.");
  if (project->setup->attack > 0)
    return _ ("Frozen layers are computed in every epoch: an attack changes every batch.");
  if (project->setup->pruning.method > 0)
    return _ ("Frozen layers are computed in every epoch: the network is pruned meanwhile.");
  return NULL;
}

char *
cjl_features_print (CjlFeatures *self, const CjlProject *project)
{
  const CjlFeaturesState state = cjl_features_get_state (self);
  const char *reason = find_reason (self, project);
  g_autofree char *size = NULL;

  if (!cjl_project_is_frozen (project) || !project->setup->keep_features)
    return NULL;
  if (reason != NULL)
    return g_strdup (reason);
  if (!state.asked)
    return NULL;
  if (state.too_big)
    {
      size = g_format_size_full (CJL_FEATURES_MAX, G_FORMAT_SIZE_IEC_UNITS);
      return g_strdup_printf (_ ("Frozen layers are computed in every epoch: what they make of the "
                                 "samples takes more than %s, or than there is memory."),
                              size);
    }
  if (!state.used)
    return g_strdup (_ ("Frozen layers are computed in every epoch: they do not come first, one of "
                        "them is recurrent or by chance, or there is too little to save."));
  if (state.n_found > 0)
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Features of %u sample from the cache.",
                                         "Features of %u samples from the cache.", state.n_found),
                            state.n_found);
  return g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "Features of %u sample are computed once and kept.",
                   "Features of %u samples are computed once and kept.", state.n_samples),
      state.n_samples);
}
