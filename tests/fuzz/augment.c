/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chains of augmentations typed as text, applied to a small picture. */
#include "cjd-augment.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const float std[3] = { 0.2f, 0.2f, 0.2f };
  const CjShape sample = cj_shape3 (3, 6, 5);
  g_autofree char *text = g_utf8_make_valid ((const char *) data, (gssize) size);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdAugmenter) augmenter = cjd_augmenter_parse (text, &sample, &error);
  float x[90] = { 0 }, other[90] = { 1 }, scratch[90];
  CjdAugmentCall call = { 3, 6, 5, x, other, scratch, std, 1, FALSE };
  CjRng rng;

  fuzz_check (augmenter != NULL, error);
  if (augmenter == NULL)
    return 0;
  cj_rng_init (&rng, 1, CJ_RNG_AUGMENT, 1);
  cjd_augmenter_apply (augmenter, &rng, &call);
  g_assert_true (call.keep >= 0 && call.keep <= 1);
  return 0;
}
