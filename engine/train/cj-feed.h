/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine knows of data: something that fills a batch. Declared here, implemented in data/.
 * N samples in a batch; x [N, sample shape]; y [N] int32 class numbers, or [N, target shape] float. */
#pragma once

#include "cj-rng.h"
#include "cj-tensor.h"

G_BEGIN_DECLS

#define CJ_TASKS_MAX 32 /* tasks of a feed */

typedef struct _CjFeed CjFeed;

struct _CjFeed
{
  gsize n_samples; /* of all tasks */
  CjShape x_shape; /* of one sample, C H W, T C or I */
  CjDtype x_dtype;
  CjShape y_shape;                /* of one target; a class number is a scalar (n_dims 0) */
  CjDtype y_dtype;                /* CJ_INT32: class numbers, CJ_FLOAT32: values */
  guint n_classes;                /* 0 if the target is not a class */
  guint n_words;                  /* size of the vocabulary where x is words, or 0 */
  const char *const *class_names; /* n_classes strings and NULL, or NULL; owned by the feed */
  /* x is (value − mean) / deviation, one of each a channel; values of pictures, C H W, are from 0 to 1.
   * n_channels 0: x is what it is. Owned by the feed. */
  guint n_channels;
  const float *mean, *deviation;
  /* Tasks that are learned one after another: the samples of task t are `tasks`[t] to `tasks`[t + 1].
   * n_tasks 0: there is but one thing to learn. Owned by the feed. */
  guint n_tasks;
  const gsize *tasks;    /* n_tasks + 1 */
  const gint32 *classes; /* n_samples: of each, to choose by; NULL: not known */
  const guint8 *heads;   /* n_classes: the head of each class, see CjDataSpec; NULL: one head */

  /* Writes the samples `indices[0..n)` into the first n rows of x and y (NULL: the network learns
   * from something else). `epoch` and `seed` choose the augmentation, so the same call gives the same bits. Any one thread at a time. */
  void (*fill) (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed,
                CjTensor *x, CjTensor *y);
  /* Says what `fill` will most likely be asked next, so that it can be prepared; may be NULL. */
  void (*expect) (CjFeed *feed, const guint32 *indices, guint n, guint64 epoch, guint64 seed);

  /* A feed may remember what frozen layers make of its samples; NULL, all three: it does not. Any one thread at a
   * time. `remember` says of which network (text that is the same for the same numbers; NULL: of none) rows of
   * `n_floats` are asked for and kept from here on; FALSE: nothing is remembered. Quick if nothing changed. */
  gboolean (*remember) (CjFeed *feed, const char *network, gsize n_floats);
  /* The rows of samples, one after another, and their targets (y may be NULL), as `fill` would give them; FALSE:
   * not all are known, and nothing was written. */
  gboolean (*recall) (CjFeed *feed, const guint32 *indices, guint n, float *rows, CjTensor *y);
  void (*keep) (CjFeed *feed, const guint32 *indices, guint n, const float *rows);
  void (*free) (CjFeed *feed);

  const char *problem; /* set by `fill`: a sentence why a sample could not be read, or NULL */
};

static inline void
cj_feed_free (CjFeed *feed)
{
  feed->free (feed);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjFeed, cj_feed_free)

G_END_DECLS
