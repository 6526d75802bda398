/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changes of training samples that keep what they show: each a file in augment/, in a chain that is a
 * line of text, "flip, shift amount=3". C channels, H W picture; a table is C features of 1 × 1. */
#pragma once

#include "cj-param.h"
#include "cj-rng.h"
#include "cj-tensor.h"

G_BEGIN_DECLS

/* One sample on its way through the chain. */
typedef struct
{
  gint64 c, h, w;
  float *x;           /* C H W: pixels 0..1, features as they are; to be changed in place */
  const float *other; /* another training sample, for those that ask for one */
  float *scratch;     /* C H W, free to use */
  const float *std;   /* C: deviation of each channel over the training samples */
  double keep;   /* share of the sample in the result, 1 at first; targets that are values mix */
  gboolean swap; /* the target is that of `other` (targets that are classes) */
} CjdAugmentCall;

/* What a file in augment/ fills in. */
typedef struct
{
  const char *id; /* kebab-case, never changes */
  const char *title;
  const char *blurb; /* one sentence */
  const char *formula;
  gsize params_size;
  const CjParam *params;
  gboolean pictures_only, needs_other;

  /* Any thread; all chance from `rng`. */
  void (*apply) (gconstpointer params, CjRng *rng, CjdAugmentCall *call);
} CjdAugmentInfo;

/* All augmentations, NULL-terminated, and one by id or NULL. */
const CjdAugmentInfo *const *cjd_augmentations (void);
const CjdAugmentInfo *cjd_augmentation_find (const char *id);

/* A chain of them. Immutable; atomic reference count. */
typedef struct _CjdAugmenter CjdAugmenter;

/* Reads "id name=value …, id …" for samples of a shape (C H W, or I features). Refuses names that are
 * not there and augmentations that mean nothing for such samples. */
CjdAugmenter *cjd_augmenter_parse (const char *text, const CjShape *sample, GError **error);
CjdAugmenter *cjd_augmenter_ref (CjdAugmenter *augmenter);
void cjd_augmenter_unref (CjdAugmenter *augmenter);

/* The steps in order; borrowed. */
guint cjd_augmenter_get_n (const CjdAugmenter *augmenter);
const CjdAugmentInfo *cjd_augmenter_get_info (const CjdAugmenter *augmenter, guint step);
gconstpointer cjd_augmenter_get_params (const CjdAugmenter *augmenter, guint step);

/* A chain changed in one place, as text; you free. Turns a step on (at the end, with preset values) or
 * off; moves it by places; sets one of its values, which may be refused. */
char *cjd_augment_text_toggle (const char *text, const char *id, gboolean on);
char *cjd_augment_text_move (const char *text, const char *id, int places);
char *cjd_augment_text_set (const char *text, const char *id, const char *name, const char *value,
                            GError **error);

gboolean cjd_augmenter_needs_other (const CjdAugmenter *augmenter);
void cjd_augmenter_apply (const CjdAugmenter *augmenter, CjRng *rng, CjdAugmentCall *call);

/* For files in augment/: x at row y and column x becomes what stood at (a y + b x + c, d y + e x + f),
 * measured in pixels from the middle, between pixels bilinearly; beyond the edge the edge goes on. */
void cjd_augment_warp (CjdAugmentCall *call, const double matrix[6]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjdAugmenter, cjd_augmenter_unref)

G_END_DECLS
