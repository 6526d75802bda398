/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"
#include "cj-layer.h"
#include "cj-param.h"
#include "cj-pool.h"
#include "cj-rng.h"
#include "cj-tensor.h"
#include "cj-variant.h"

#include <string.h>

/* Known answers published with Random123 (kat_vectors, philox4x32 with 10 rounds). */
static void
test_philox (void)
{
  static const struct
  {
    guint32 counter[4], key[2], out[4];
  } cases[] = {
    { { 0 }, { 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
    { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff },
      { 0xffffffff, 0xffffffff },
      { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
    { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 },
      { 0xa4093822, 0x299f31d0 },
      { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint32 out[4];

      cj_philox4x32 (cases[i].counter, cases[i].key, out);
      g_assert_cmpmem (out, sizeof out, cases[i].out, sizeof out);
    }
}

/* A run of words is what one after another gives, wherever it begins, also where the counter turns
 * over. */
static void
test_fill (void)
{
  static const guint64 begins[] = { 0, 1, 3, 4, 6, 4 * (guint64) 0xFFFFFFFD + 2 };
  guint32 words[133];

  for (guint i = 0; i < G_N_ELEMENTS (begins); i++)
    for (gsize n = 0; n <= G_N_ELEMENTS (words); n += n < 40 ? 1 : 31)
      {
        CjRng rng;

        cj_rng_init (&rng, 0x123456789ABCDEF, CJ_RNG_TEST, 77);
        memset (words, 0, sizeof words);
        cj_rng_fill (&rng, begins[i], n, words);
        rng.counter[0] = (guint32) (begins[i] / 4);
        for (guint k = 0; k < begins[i] % 4; k++)
          cj_rng_next (&rng);
        for (gsize k = 0; k < G_N_ELEMENTS (words); k++)
          g_assert_cmpuint (words[k], ==, k < n ? cj_rng_next (&rng) : 0);
      }
}

/* As one draw a value would, and so is what is drawn next, wherever in a block of four it began. */
static void
test_shuffle (void)
{
  for (guint n = 0; n < 200; n += 7)
    for (guint before = 0; before < 5; before++)
      {
        guint32 values[200], other[200];
        CjRng a, b;

        cj_rng_init (&a, 11, CJ_RNG_TEST, n);
        for (guint i = 0; i < before; i++)
          cj_rng_next (&a);
        b = a;
        for (guint i = 0; i < n; i++)
          values[i] = other[i] = i;
        cj_rng_shuffle (&a, values, n);
        for (guint i = n; i > 1; i--)
          {
            const guint32 j = cj_rng_below (&b, i), swap = other[i - 1];

            other[i - 1] = other[j];
            other[j] = swap;
          }
        for (guint i = 0; i < n; i++)
          g_assert_cmpuint (values[i], ==, other[i]);
        for (guint i = 0; i < 5; i++)
          g_assert_cmpuint (cj_rng_next (&a), ==, cj_rng_next (&b));
      }
}

static void
test_normal (void)
{
  double sum = 0, squares = 0;
  const int n = 100000;
  CjRng rng;

  cj_rng_init (&rng, 7, CJ_RNG_TEST, 0);
  for (int i = 0; i < n; i++)
    {
      const double x = cj_rng_normal (&rng);

      sum += x;
      squares += x * x;
    }
  g_assert_cmpfloat_with_epsilon (sum / n, 0, 0.02);
  g_assert_cmpfloat_with_epsilon (squares / n, 1, 0.02);
}

static void
count_chunk (gpointer context, guint chunk, guint thread)
{
  g_assert_cmpuint (thread, <, 4);
  g_atomic_int_inc (&((gint *) context)[chunk]);
}

static void
test_pool (void)
{
  for (guint threads = 1; threads <= 4; threads++)
    {
      g_autoptr (CjPool) pool = cj_pool_new (threads);

      for (guint round = 0; round < 500; round++)
        {
          gint seen[37] = { 0 };
          const guint n = round % 38;

          cj_pool_run (pool, n, count_chunk, seen);
          for (guint i = 0; i < 37; i++)
            g_assert_cmpint (seen[i], ==, i < n ? 1 : 0);
        }
    }
}

/* Every parameter of every layer: words present, preset in range, text reads back to itself. */
static void
test_every_param (void)
{
  for (const CjLayerInfo *const *layer = cj_layers (); *layer != NULL; layer++)
    {
      g_autofree gpointer values = g_malloc0 (MAX ((*layer)->params_size, 1));

      g_assert_true (cj_layer_find ((*layer)->id) == *layer);
      g_assert_nonnull ((*layer)->title);
      g_assert_nonnull ((*layer)->blurb);
      g_assert_nonnull ((*layer)->formula);
      cj_params_reset ((*layer)->params, values);
      for (const CjParam *p = (*layer)->params; p != NULL && p->name != NULL; p++)
        {
          g_autoptr (GError) error = NULL;
          g_autofree char *text = cj_params_print (p, values);
          g_autofree char *again = NULL;
          g_autofree char *bad = g_strnfill (2 * CJ_PARAM_TEXT_SIZE, 'x'); /* no number, no text */

          g_assert_nonnull (p->title);
          g_assert_nonnull (p->blurb);
          g_assert_cmpfloat (p->preset, >=, p->min);
          g_assert_cmpuint (p->offset, <, (*layer)->params_size);
          g_assert_true (cj_params_parse ((*layer)->params, values, p->name, text, &error));
          again = cj_params_print (p, values);
          g_assert_cmpstr (text, ==, again);
          g_assert_false (cj_params_parse ((*layer)->params, values, p->name, bad, &error));
          g_assert_error (error, CJ_ERROR, CJ_ERROR_PARAM);
        }
    }
}

/* Numbers are written as short as they can be, and read back exactly. */
static void
test_print_float (void)
{
  static const CjParam param = { .name = "x", .kind = CJ_PARAM_FLOAT, .max = 1e300 };
  static const double values[] = { 0.3, 1.0 / 3, 1e-10, 0.1 + 0.2, 123456789.125, 5e-324, 0 };

  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    {
      g_autofree char *text = cj_params_print (&param, &values[i]);

      g_assert_cmpfloat (g_ascii_strtod (text, NULL), ==, values[i]);
      if (i == 0)
        g_assert_cmpstr (text, ==, "0.3");
    }
}

static void
test_shape_bytes (void)
{
  const CjShape huge = cj_shape3 (G_MAXINT64 / 2, 4, 4), negative = cj_shape1 (-1);
  const CjShape fine = cj_shape2 (3, 5);
  gsize bytes = 0;

  g_assert_false (cj_shape_bytes (&huge, CJ_FLOAT32, &bytes));
  g_assert_false (cj_shape_bytes (&negative, CJ_FLOAT32, &bytes));
  g_assert_true (cj_shape_bytes (&fine, CJ_FLOAT32, &bytes));
  g_assert_cmpuint (bytes, ==, 60);
}

/* What is borrowed from a settled variant lies in its bytes, and stays when they are asked for. */
static void
test_settled (void)
{
  GVariantDict inner, outer;
  g_autoptr (GVariant) variant = NULL, item = NULL;
  const char *name = NULL, *data;

  g_variant_dict_init (&inner, NULL);
  g_variant_dict_insert (&inner, "name", "s", "conv1");
  g_variant_dict_init (&outer, NULL);
  g_variant_dict_insert_value (&outer, "node", g_variant_dict_end (&inner));
  variant = cj_variant_settle (g_variant_ref_sink (g_variant_dict_end (&outer)));
  item = g_variant_lookup_value (variant, "node", G_VARIANT_TYPE_VARDICT);
  g_assert_true (g_variant_lookup (item, "name", "&s", &name));
  data = g_variant_get_data (variant);
  g_assert_true (name >= data && name < data + g_variant_get_size (variant));
  g_assert_cmpstr (name, ==, "conv1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/base/rng/philox-known-answers", test_philox);
  g_test_add_func ("/engine/base/rng/fill", test_fill);
  g_test_add_func ("/engine/base/rng/shuffle", test_shuffle);
  g_test_add_func ("/engine/base/rng/normal", test_normal);
  g_test_add_func ("/engine/base/pool/every-chunk-once", test_pool);
  g_test_add_func ("/engine/base/param/every-layer", test_every_param);
  g_test_add_func ("/engine/base/param/print-float", test_print_float);
  g_test_add_func ("/engine/base/variant/settled", test_settled);
  g_test_add_func ("/engine/tensor/shape/bytes", test_shape_bytes);
  return g_test_run ();
}
