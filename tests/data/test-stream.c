/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures that stay on the disk: the cache keeps to its budget, and what comes to the trainer is the same
 * bits with a cache or without, and for one loader thread or three. */
#include "cjd-augment.h"
#include "files.h"

#include <glib/gstdio.h>
#include <string.h>

#define N 100 /* pictures; together a little more than a MiB, the smallest budget above none */
#define SIDE 64
#define BYTES (3 * SIDE * SIDE) /* of one */
#define BATCH 16

/* N pictures of two classes, each with pixels of its own. */
static char *
write_pictures (void)
{
  char *folder = files_new_folder ();

  for (guint i = 0; i < N; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%02u.png", i % 2 == 0 ? "even" : "odd", i);
      guint8 pixels[BYTES];
      g_autoptr (GBytes) png = NULL;

      for (guint k = 0; k < sizeof pixels; k++)
        pixels[k] = (guint8) (i * 2 + k * k % 53);
      png = files_print_png (SIDE, SIDE, 3, pixels);
      g_free (files_write (folder, name, g_bytes_get_data (png, NULL), g_bytes_get_size (png)));
    }
  return folder;
}

/* With `memory` MiB: what does not fit is streamed. */
static CjdDataset *
load (const char *folder, int memory, const char *chain)
{
  CjdReadOptions options;
  CjdDataset *dataset;

  cjd_read_options_init (&options);
  options.memory = memory;
  options.val_share = options.test_share = 0;
  dataset = cjd_load (folder, &options, NULL);
  g_assert_nonnull (dataset);
  g_assert_true ((dataset->x == NULL) == (memory < 2));
  if (dataset->x == NULL)
    g_assert_nonnull (strstr (dataset->note, "Streamed"));
  if (chain != NULL)
    {
      const CjShape sample = cjd_dataset_get_x_shape (dataset);

      dataset->augmenter = cjd_augmenter_parse (chain, &sample, NULL);
    }
  return dataset;
}

/* Two epochs in an order of their own through the feed that a trainer gets, each batch expected or not. */
static GByteArray *
read_epochs (CjdDataset *dataset, guint n_threads, gboolean expected)
{
  g_autoptr (CjFeed) feed = NULL;
  GByteArray *all = g_byte_array_new ();
  const CjShape x_shape = cj_shape4 (BATCH, 3, SIDE, SIDE), y_shape = cj_shape1 (BATCH);
  g_autoptr (CjTensor) x = cj_tensor_new (CJ_FLOAT32, &x_shape);
  g_autoptr (CjTensor) y = cj_tensor_new (CJ_INT32, &y_shape);
  guint32 order[N];

  for (guint32 i = 0; i < N; i++)
    order[i] = i * 7 % N;
  dataset->n_loaders = n_threads;
  feed = cjd_dataset_new_training_feed (dataset);
  g_assert_cmpuint (feed->n_samples, ==, N);
  for (guint epoch = 0; epoch < 2; epoch++)
    for (guint at = 0; at < N; at += BATCH)
      {
        const guint n = MIN (BATCH, N - at);

        feed->fill (feed, order + at, n, epoch, 3, x, y);
        g_assert_null (feed->problem);
        if (expected && feed->expect != NULL && at + BATCH < N)
          feed->expect (feed, order + at + n, MIN (BATCH, N - at - n), epoch, 3);
        g_byte_array_append (all, x->data, n * BYTES * (guint) sizeof (float));
        g_byte_array_append (all, y->data, n * (guint) sizeof (gint32));
      }
  return all;
}

static void
test_same_bits (void)
{
  static const char *const chains[]
      = { NULL, "flip, shift amount=2, rotate angle=15, mixup alpha=1, noise, cutout size=3" };
  static const int memories[] = { 0, 1, 100 };
  static const gsize kept[] = { 0, (1 << 20) / BYTES * BYTES };
  char *folder = write_pictures ();

  for (guint c = 0; c < G_N_ELEMENTS (chains); c++)
    {
      g_autoptr (GByteArray) reference = NULL;

      for (guint m = 0; m < G_N_ELEMENTS (memories); m++)
        for (guint n_threads = 1; n_threads <= 3; n_threads++)
          {
            g_autoptr (CjdDataset) dataset = load (folder, memories[m], chains[c]);
            g_autoptr (GByteArray) all = read_epochs (dataset, n_threads, n_threads != 2);

            if (dataset->cache != NULL)
              g_assert_cmpuint (cjd_cache_get_bytes (dataset->cache), ==, kept[m]);
            if (reference == NULL)
              reference = g_steal_pointer (&all);
            else
              g_assert_cmpmem (all->data, all->len, reference->data, reference->len);
          }
    }
  files_remove (folder);
}

/* Another seed, another epoch and another sample are augmented in another way; the same in the same. */
static void
test_chance (void)
{
  char *folder = write_pictures ();
  g_autoptr (CjdDataset) dataset = load (folder, 1, "noise amount=1");
  g_autoptr (CjFeed) feed = cjd_dataset_new_training_feed (dataset);
  const CjShape x_shape = cj_shape4 (1, 3, SIDE, SIDE);
  const struct
  {
    guint64 epoch, seed;
  } calls[] = { { 1, 1 }, { 1, 1 }, { 2, 1 }, { 1, 2 } };
  CjTensor *x[G_N_ELEMENTS (calls)];
  const guint32 index = 4;
  const gsize size = BYTES * sizeof (float);

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      x[i] = cj_tensor_new (CJ_FLOAT32, &x_shape);
      feed->fill (feed, &index, 1, calls[i].epoch, calls[i].seed, x[i], NULL);
    }
  g_assert_cmpmem (x[0]->data, size, x[1]->data, size);
  g_assert_cmpint (memcmp (x[0]->data, x[2]->data, size), !=, 0);
  g_assert_cmpint (memcmp (x[0]->data, x[3]->data, size), !=, 0);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    cj_tensor_unref (x[i]);
  files_remove (folder);
}

/* A file that is deleted while a network trains: the feed says which. */
static void
test_deleted (void)
{
  char *folder = write_pictures ();
  g_autoptr (CjdDataset) dataset = load (folder, 1, NULL);
  g_autofree char *path = g_build_filename (folder, "odd", "99.png", NULL);
  const CjShape x_shape = cj_shape4 (N, 3, SIDE, SIDE), y_shape = cj_shape1 (N);
  g_autoptr (CjTensor) x = cj_tensor_new (CJ_FLOAT32, &x_shape);
  g_autoptr (CjTensor) y = cj_tensor_new (CJ_INT32, &y_shape);
  guint32 indices[N];

  for (guint32 i = 0; i < N; i++)
    indices[i] = i;
  g_assert_cmpint (g_remove (path), ==, 0);
  for (guint n_threads = 1; n_threads <= 3; n_threads++)
    for (guint expected = 0; expected < 2; expected++)
      {
        g_autoptr (CjFeed) feed = NULL;

        dataset->n_loaders = n_threads;
        feed = cjd_dataset_new_training_feed (dataset);
        if (expected)
          feed->expect (feed, indices, N, 0, 1);
        feed->fill (feed, indices, N, 0, 1, x, y);
        g_assert_nonnull (feed->problem);
        g_assert_nonnull (strstr (feed->problem, "odd/99.png: The file cannot be opened"));
      }
  files_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/stream/same-bits", test_same_bits);
  g_test_add_func ("/data/stream/chance", test_chance);
  g_test_add_func ("/data/stream/deleted", test_deleted);
  return g_test_run ();
}
