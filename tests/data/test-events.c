/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "events.h"
#include "files.h"
#include "npz.h"
#include "safetensors.h"

#include <string.h>

/* Five bytes of one event each. */
static const guint8 first[] = { 1, 2, 0x80, 0x00, 0x64,   /* x 1, y 2, on, 100 µs */
                                3, 0, 0x00, 0x27, 0x10,   /* x 3, y 0, off, 10,000 µs */
                                1, 2, 0x80, 0x4e, 0x20 }; /* x 1, y 2, on, 20,000 µs */
static const guint8 second[] = { 0, 1, 0x00, 0x00, 0x00 };

static guint8
get (const CjdDataset *dataset, gsize sample, gsize t, gsize at)
{
  const gsize moment = (gsize) dataset->x_shape.dims[2];

  return ((const guint8 *)
              dataset->x->data)[sample * cjd_dataset_sample_bytes (dataset) + t * moment + at];
}

static char *
write_recordings (void)
{
  char *folder = files_new_folder ();

  g_free (files_write (folder, "train/zero/1.bin", first, sizeof first));
  g_free (files_write (folder, "train/one/2.bin", second, sizeof second));
  g_free (files_write (folder, "test/one/3.bin", second, sizeof second));
  return folder;
}

static void
test_moments (void)
{
  char *folder = write_recordings ();
  g_autoptr (CjdDataset) dataset = files_load (folder, "events", NULL);
  guint set = 0;

  /* 3 moments of 10 ms, 2 polarities of 3×4 */
  g_assert_true (cj_shape_equal (&dataset->x_shape, &(CjShape){ 3, { 3, 3, 24 } }));
  g_assert_cmpuint (cjd_dataset_count (dataset, CJD_SPLIT_TEST), ==, 1);
  g_assert_cmpstr (dataset->class_names[1], ==, "zero");
  g_assert_cmpint (cjd_dataset_get_class (dataset, 1), ==, 1);
  g_assert_cmpuint (get (dataset, 1, 0, 12 + 2 * 4 + 1), ==, 255);
  g_assert_cmpuint (get (dataset, 1, 1, 3), ==, 255);
  g_assert_cmpuint (get (dataset, 1, 2, 12 + 2 * 4 + 1), ==, 255);
  g_assert_cmpuint (get (dataset, 0, 0, 4), ==, 255);
  for (gsize i = 0; i < 3 * cjd_dataset_sample_bytes (dataset); i++)
    set += ((const guint8 *) dataset->x->data)[i] != 0;
  g_assert_cmpuint (set, ==, 5);
  files_remove (folder);
}

/* Nothing happening stays 0 and an event 1, whatever was measured. */
static void
test_not_centred (void)
{
  char *folder = write_recordings ();
  g_autoptr (CjdDataset) dataset = files_load (folder, "events", NULL);
  g_autoptr (CjFeed) feed = NULL;
  const CjShape x_shape = cj_shape3 (1, 3, 24), y_shape = cj_shape1 (1);
  g_autoptr (CjTensor) x = cj_tensor_new (CJ_FLOAT32, &x_shape);
  g_autoptr (CjTensor) y = cj_tensor_new (CJ_INT32, &y_shape);
  const guint32 which = 1;

  cjd_dataset_split (dataset, CJD_SPLIT_VAL, 0, 1);
  feed = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  feed->fill (feed, &which, 1, 0, 1, x, y);
  for (guint i = 0; i < 72; i++)
    g_assert_cmpfloat (cj_tensor_f32 (x)[i], ==, get (dataset, 1, i / 24, i % 24) / 255);
  files_remove (folder);
}

static void
test_options (void)
{
  char *folder = write_recordings ();
  g_autoptr (CjdDataset) dataset = NULL, streamed = NULL;
  g_autofree guint8 *sample = NULL;
  CjdReadOptions options;

  cjd_read_options_init (&options);
  options.moment = 5;
  options.polarity = CJD_POLARITY_ONE;
  dataset = cjd_load (folder, &options, NULL);
  g_assert_true (cj_shape_equal (&dataset->x_shape, &(CjShape){ 3, { 3, 5, 12 } }));
  options.memory = 0;
  streamed = cjd_load (folder, &options, NULL);
  g_assert_nonnull (streamed->cache);
  g_assert_true (streamed->sparse);
  sample = g_malloc (cjd_dataset_sample_bytes (streamed));
  for (gsize i = 0; i < 3; i++)
    {
      g_assert_true (cjd_dataset_read (streamed, i, sample, NULL));
      g_assert_cmpmem (sample, cjd_dataset_sample_bytes (streamed),
                       (const guint8 *) dataset->x->data + i * cjd_dataset_sample_bytes (dataset),
                       cjd_dataset_sample_bytes (dataset));
    }
  files_remove (folder);
}

static GBytes *
print_arrays (const gint32 *x, const gint32 *y, const gint32 *t, const gint32 *p, gint64 n)
{
  const gint32 *const columns[] = { x, y, t, p };
  static const char *const names[] = { "x", "y", "t", "p" };
  g_autoptr (GPtrArray) tensors = cjd_named_tensors_new ();
  const CjShape shape = cj_shape1 (n);
  GBytes *bytes;

  for (guint k = 0; k < 4; k++)
    {
      CjTensor *tensor = cj_tensor_new (CJ_INT32, &shape);

      memcpy (tensor->data, columns[k], sizeof (gint32) * (gsize) n);
      g_ptr_array_add (tensors, cjd_named_tensor_new (names[k], tensor));
    }
  bytes = cjd_npz_print (tensors, NULL);
  g_assert_nonnull (bytes);
  return bytes;
}

static void
test_arrays (void)
{
  static const gint32 x[] = { 1, 3 }, y[] = { 2, 0 }, t[] = { 100, 10000 }, p[] = { 1, -1 };
  static const gint32 odd[] = { 1, 2 };
  char *folder = files_new_folder ();
  g_autoptr (GBytes) good = print_arrays (x, y, t, p, 2), bad = print_arrays (x, y, t, odd, 2);
  g_autofree char *path
      = files_write (folder, "good.npz", g_bytes_get_data (good, NULL), g_bytes_get_size (good));
  g_autofree char *wrong
      = files_write (folder, "bad.npz", g_bytes_get_data (bad, NULL), g_bytes_get_size (bad));
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) events = cjd_events_load (path, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, 2);
  g_assert_cmpuint (g_array_index (events, CjdEvent, 0).on, ==, 1);
  g_assert_cmpuint (g_array_index (events, CjdEvent, 1).on, ==, 0);
  g_assert_cmpuint (g_array_index (events, CjdEvent, 1).t, ==, 10000);
  g_assert_null (cjd_events_load (wrong, &error));
  g_assert_nonnull (strstr (error->message, "p of event 1 is 2"));
  files_remove (folder);
}

static void
test_broken (void)
{
  char *folder = write_recordings ();

  g_free (files_write (folder, "train/zero/4.bin", first, 7));
  files_refuse (folder, "4.bin", "not a whole number of events");
  files_remove (folder);
}

/* The part of N-MNIST that is in the test data. */
static void
test_published (void)
{
  g_autofree char *folder = files_find ("nmnist-small");
  g_autoptr (CjdDataset) dataset = NULL;

  if (folder == NULL)
    return;
  dataset = files_load (folder, "events", NULL);
  g_assert_cmpuint (dataset->n_classes, ==, 10);
  g_assert_cmpint (dataset->x_shape.dims[0], ==, 400);
  g_assert_cmpint (dataset->x_shape.dims[2], ==, 2 * 34 * 34);
  g_assert_cmpuint (cjd_dataset_count (dataset, CJD_SPLIT_TEST), ==, 100);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/events/moments", test_moments);
  g_test_add_func ("/data/events/not-centred", test_not_centred);
  g_test_add_func ("/data/events/options", test_options);
  g_test_add_func ("/data/events/arrays", test_arrays);
  g_test_add_func ("/data/events/broken", test_broken);
  g_test_add_func ("/data/events/published", test_published);
  return g_test_run ();
}
