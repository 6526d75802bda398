/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "events.h"
#include "files.h"
#include "hdf5.h"
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

/* A seed of the fuzz target under a name with the ending of its kind, in a folder of its own. */
static char *
copy_seed (const char *folder, const char *seed, const char *name)
{
  g_autofree char *path
      = g_test_build_filename (G_TEST_DIST, "fuzz", "seeds", "events", seed, NULL);
  g_autofree char *bytes = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  return files_write (folder, name, bytes, size);
}

/* Events in HDF5, in a group and in chunks, are those of the .bin file. */
static void
test_hdf5 (void)
{
  char *folder = files_new_folder ();
  g_autofree char *path = copy_seed (folder, "camera", "one/a.h5");
  g_autofree char *other = copy_seed (folder, "camera", "two/b.hdf5");
  g_autofree char *odd = copy_seed (folder, "digits", "odd.h5");
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) events = cjd_events_load (path, &error);
  g_autoptr (GBytes) plain = g_bytes_new_static (first, sizeof first);
  g_autoptr (GArray) same = cjd_events_parse (plain, NULL);
  g_autoptr (CjdDataset) dataset = files_load (folder, "events", NULL);

  g_assert_no_error (error);
  g_assert_cmpuint (events->len, ==, same->len);
  for (guint i = 0; i < events->len; i++)
    {
      const CjdEvent *a = &g_array_index (events, CjdEvent, i);
      const CjdEvent *b = &g_array_index (same, CjdEvent, i);

      g_assert_true (a->x == b->x && a->y == b->y && a->t == b->t && a->on == b->on);
    }
  g_assert_true (cj_shape_equal (&dataset->x_shape, &(CjShape){ 3, { 2, 3, 24 } }));
  g_assert_null (cjd_events_load (odd, &error));
  g_assert_nonnull (strstr (error->message, "“x” is missing"));
  files_remove (folder);
}

/* Rows of times and units: seconds become moments. */
static void
check_spikes (const CjdDataset *dataset, gsize at)
{
  static const gsize set[][2] = { { 0, 0 }, { 1, 2 }, { 2, 4 } };
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (set); i++)
    g_assert_cmpuint (get (dataset, at, set[i][0], set[i][1]), ==, 255);
  g_assert_cmpuint (get (dataset, at + 2, 0, 3), ==, 255);
  g_assert_cmpuint (get (dataset, at + 2, 0, 1), ==, 255);
  for (gsize i = 0; i < 3 * 15; i++)
    n += get (dataset, at + i / 15, i % 15 / 5, i % 5) != 0;
  g_assert_cmpuint (n, ==, 5);
  g_assert_cmpint (cjd_dataset_get_class (dataset, at + 2), ==, 1);
}

static void
test_lists (void)
{
  char *folder = files_new_folder ();
  g_autofree char *path = copy_seed (folder, "digits", "shd_train.h5");
  g_autofree char *cut = files_write (folder, "cut.h5", "\x89HDF\r\n\x1a\n", 8);
  g_autofree char *test = NULL;
  g_autoptr (CjdDataset) dataset = files_load (path, "spike-lists", NULL), both = NULL;
  g_autoptr (CjdDataset) streamed = NULL;
  g_autofree guint8 *sample = NULL;
  g_autoptr (GError) error = NULL;
  CjdReadOptions options;

  g_assert_true (cj_shape_equal (&dataset->x_shape, &(CjShape){ 3, { 3, 3, 5 } }));
  check_spikes (dataset, 0);
  test = copy_seed (folder, "digits", "shd_test.h5");
  both = files_load (folder, "spike-lists", NULL);
  g_assert_cmpuint (cjd_dataset_count (both, CJD_SPLIT_TEST), ==, 3);
  check_spikes (both, 3);
  cjd_read_options_init (&options);
  options.memory = 0;
  streamed = cjd_load (folder, &options, &error);
  g_assert_no_error (error);
  g_assert_nonnull (streamed->cache);
  sample = g_malloc (15);
  for (gsize i = 0; i < 6; i++)
    {
      g_assert_true (cjd_dataset_read (streamed, i, sample, NULL));
      g_assert_cmpmem (sample, 15, (const guint8 *) both->x->data + i * 15, 15);
    }
  options.moment = 0.0001;
  g_assert_null (cjd_load (path, &options, &error));
  g_assert_nonnull (strstr (error->message, "Make a time step longer"));
  g_clear_error (&error);
  g_assert_null (cjd_reader_find ("spike-lists")->load (cut, &options, &error));
  g_assert_nonnull (strstr (error->message, "cut.h5: It is damaged"));
  files_remove (folder);
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
  if (cjd_hdf5_is_built ())
    {
      g_test_add_func ("/data/events/hdf5", test_hdf5);
      g_test_add_func ("/data/events/lists", test_lists);
    }
  return g_test_run ();
}
