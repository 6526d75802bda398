/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-gen.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define TEST_SHARE 0.15
#define VALIDATION_SHARE 0.1
#define MAX_BYTES ((gsize) 1 << 30)

void
cjd_gen_start (CjRng *rng, int seed, guint64 index)
{
  cj_rng_init (rng, (guint64) seed, CJ_RNG_DATA, index);
}

double
cjd_gen_normal (CjRng *rng)
{
  gint32 sum = 0;

  for (guint i = 0; i < 6; i++)
    {
      const guint32 word = cj_rng_next (rng);

      sum += (gint32) (word >> 16) + (gint32) (word & 0xffff);
    }
  return (sum - 6 * 0xffff) * 0x1p-16;
}

double
cjd_gen_grain (CjRng *rng)
{
  const guint32 word = cj_rng_next (rng);
  const gint32 sum = (gint32) (word >> 24) + (gint32) (word >> 16 & 0xff)
                     + (gint32) (word >> 8 & 0xff) + (gint32) (word & 0xff);

  return (sum - 2 * 0xff) * (1 / 147.8);
}

double
cjd_gen_range (CjRng *rng, double low, double high)
{
  return low + (high - low) * (cj_rng_next (rng) * 0x1p-32);
}

gboolean
cjd_gen_chance (CjRng *rng, double share)
{
  return cj_rng_next (rng) * 0x1p-32 < share;
}

double
cjd_gen_sin (double turns)
{
  double x = turns - floor (turns + 0.5), square;

  if (x > 0.25)
    x = 0.5 - x;
  else if (x < -0.25)
    x = -0.5 - x;
  x *= 2 * G_PI;
  square = x * x;
  /* The series to x^15: the next term is below 1e-11 at a quarter turn. */
  return x
         * (1
            - square / 6
                  * (1
                     - square / 20
                           * (1
                              - square / 42
                                    * (1
                                       - square / 72
                                             * (1
                                                - square / 110
                                                      * (1
                                                         - square / 156 * (1 - square / 210)))))));
}

double
cjd_gen_cos (double turns)
{
  return cjd_gen_sin (turns + 0.25);
}

double
cjd_gen_exp (double x)
{
  double power = 1, part;

  if (x < -60)
    return 0;
  /* The series at x / 256, where six terms are enough, then squared eight times. */
  part = x / 256;
  power
      += part * (1 + part / 2 * (1 + part / 3 * (1 + part / 4 * (1 + part / 5 * (1 + part / 6)))));
  for (guint i = 0; i < 8; i++)
    power *= power;
  return power;
}

guint8
cjd_gen_byte (double value)
{
  return (guint8) (CLAMP (value, 0.0, 1.0) * 255 + 0.5);
}

CjTensor *
cjd_gen_tensor (CjDtype dtype, const CjShape *shape, GError **error)
{
  gsize bytes;

  if (!cj_shape_bytes (shape, dtype, &bytes) || bytes > MAX_BYTES)
    {
      g_autofree char *text = cj_shape_print (shape);

      g_set_error (error, CJ_ERROR, CJ_ERROR_MEMORY,
                   _ ("%s numbers take more than 1 GiB. Choose fewer samples."), text);
      return NULL;
    }
  return cj_tensor_new (dtype, shape);
}

CjdDataset *
cjd_gen_finish (const char *name, CjTensor *x, CjTensor *y, guint n_classes,
                const char *const *class_names, int seed)
{
  CjdDataset *dataset = cjd_dataset_new (name, x, y, n_classes, class_names);

  cjd_dataset_split (dataset, CJD_SPLIT_TEST, TEST_SHARE, (guint64) seed);
  cjd_dataset_split (dataset, CJD_SPLIT_VAL, VALIDATION_SHARE / (1 - TEST_SHARE), (guint64) seed);
  return dataset;
}
