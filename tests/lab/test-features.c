/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What frozen layers make of samples is remembered from epoch to epoch and from run to run: every number of a run stays as
 * it would be, whatever lies in the cache folder. */
#include "../data/files.h"
#include "cj-error.h"
#include "cjl-features.h"
#include "cjl-session.h"
#include "cjl-template.h"
#include "cjl-transfer.h"

#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#define CHAIN                                                                                      \
  "input, conv-2d 6 kernel=5, batch-norm, relu, max-pool-2d, dropout 0.2, flatten, "               \
  "dense 24 relu, dense 3, cross-entropy"
#define SAMPLES "300"
#define SIDE 64 /* of pictures that are streamed; a hundred of them are more than a MiB */

/* On a data set, or on the samples that a project has at first where it is NULL, which it becomes. */
static CjlProject *
new_project (CjdDataset **dataset, const char *setting)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjLowered) lowered = NULL;
  g_auto (GStrv) pair = g_strsplit (setting, "=", 2);
  CjlProject *project = cjl_project_new ();

  g_assert_true (cjl_graph_add_text (project->graph, CHAIN, &error));
  cjl_project_set (project, "data.samples", SAMPLES, &error);
  cjl_project_set (project, "epochs", "4", &error);
  cjl_project_set (project, "batch", "32", &error);
  g_assert_true (cjl_project_set (project, pair[0], pair[1], &error));
  if (*dataset == NULL)
    *dataset = cjl_data_load (&project->data, &error);
  g_assert_no_error (error);
  cjl_project_refit (project, *dataset);
  lowered = cjl_project_lower (project, *dataset, 32);
  g_assert_true (cjl_project_freeze_all_but (project, lowered, 1, &error));
  return project;
}

static CjlSession *
begin (CjlProject *project, CjdDataset *dataset)
{
  g_autoptr (GError) error = NULL;
  CjlSession *session = cjl_session_new (project, dataset, 2, &error);

  g_assert_no_error (error);
  return session;
}

static void
train (CjlSession *session, guint64 steps)
{
  cjl_session_train (session, steps);
  cj_runner_wait (cjl_session_get_runner (session));
  cjl_session_settle (session);
}

/* All that a run says of itself. */
typedef struct
{
  GArray *points, *epochs;
  CjlFeaturesState state;
  char *said;
} Story;

static void
story_clear (Story *story)
{
  g_clear_pointer (&story->points, g_array_unref);
  g_clear_pointer (&story->epochs, g_array_unref);
  g_clear_pointer (&story->said, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Story, story_clear)

static void
read_story (CjlSession *session, Story *story)
{
  story->points = g_array_copy ((GArray *) cjl_session_read_points (session));
  story->epochs = g_array_copy ((GArray *) cjl_session_read_epochs (session));
  story->state = cjl_session_get_features (session);
  story->said = cjl_session_print_features (session);
}

/* On these samples, taken; NULL: those of a new project. */
static Story
run_on (CjdDataset *samples, const char *setting)
{
  g_autoptr (CjdDataset) dataset = samples;
  g_autoptr (CjlProject) project = new_project (&dataset, setting);
  g_autoptr (CjlSession) session = begin (project, dataset);
  Story story = { 0 };

  train (session, G_MAXUINT64);
  read_story (session, &story);
  return story;
}

static Story
run (const char *setting)
{
  return run_on (NULL, setting);
}

static void
assert_same (const Story *a, const Story *b)
{
  g_assert_cmpuint (a->points->len, >, 20);
  g_assert_cmpuint (a->epochs->len, >=, 4);
  g_assert_cmpmem (a->points->data, a->points->len * sizeof (CjRunPoint), b->points->data,
                   b->points->len * sizeof (CjRunPoint));
  for (guint i = 0; i < MIN (a->epochs->len, b->epochs->len); i++)
    {
      const CjRunEpoch *x = &g_array_index (a->epochs, CjRunEpoch, i);
      const CjRunEpoch *y = &g_array_index (b->epochs, CjRunEpoch, i);

      g_assert_cmpfloat (x->train.loss, ==, y->train.loss);
      g_assert_cmpfloat (x->val.loss, ==, y->val.loss);
      g_assert_cmpfloat (x->val.accuracy, ==, y->val.accuracy);
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static char *
find_file (guint which)
{
  g_autofree char *folder = cjl_features_dup_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".features"))
      g_ptr_array_add (names, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (names, compare_names);
  return which < names->len ? g_strdup (names->pdata[which]) : NULL;
}

static void
empty (void)
{
  char *path;

  while ((path = find_file (0)) != NULL)
    {
      g_assert_cmpint (g_unlink (path), ==, 0);
      g_free (path);
    }
}

/* Without, computed once, and from the disk: the same bits. */
static void
test_same (void)
{
  g_auto (Story) without = { 0 }, first = { 0 }, second = { 0 };
  g_autofree char *file = NULL, *other = NULL, *third = NULL;

  empty ();
  without = run ("keep-features=false");
  g_assert_false (without.state.used);
  g_assert_null (without.said);
  g_assert_null (find_file (0));
  first = run ("keep-features=true");
  assert_same (&first, &without);
  g_assert_true (first.state.used);
  g_assert_cmpuint (first.state.n_found, ==, 0);
  g_assert_cmpuint (first.state.n_known, ==, first.state.n_samples);
  g_assert_nonnull (strstr (first.said, "computed once"));
  file = find_file (0);
  other = find_file (1); /* of validation */
  third = find_file (2);
  g_assert_nonnull (other);
  g_assert_null (third);
  second = run ("keep-features=true");
  assert_same (&second, &without);
  g_assert_cmpuint (second.state.n_found, ==, second.state.n_samples);
  g_assert_nonnull (strstr (second.said, "samples from the cache"));
}

/* What is not exactly what was written is made again. */
static void
test_damage (void)
{
  g_auto (Story) without = run ("keep-features=false");

  for (guint way = 0; way < 6; way++)
    {
      g_auto (Story) before = { 0 }, after = { 0 }, again = { 0 };
      g_autoptr (GError) error = NULL;

      empty ();
      before = run ("keep-features=true");
      for (guint i = 0; i < 2; i++)
        {
          g_autofree char *path = find_file (i), *bytes = NULL, *other = NULL;
          g_autofree char *swapped = find_file (1 - i);
          gsize size, other_size;

          g_assert_true (g_file_get_contents (path, &bytes, &size, &error));
          g_assert_true (g_file_get_contents (swapped, &other, &other_size, &error));
          if (way == 0)
            bytes[size - 3] ^= 0x10; /* a number */
          else if (way == 1)
            size -= 4;
          else if (way == 2)
            bytes[8] ^= 1; /* how many samples */
          else if (way == 3)
            bytes[97] ^= 2; /* which are known */
          else if (way == 4)
            size = 0;
          g_assert_true (way == 5 ? g_file_set_contents (path, other, (gssize) other_size, &error)
                                  : g_file_set_contents (path, bytes, (gssize) size, &error));
          g_assert_no_error (error);
          if (way == 5)
            break;
        }
      after = run ("keep-features=true");
      assert_same (&after, &without);
      g_test_message ("way %u: %u found", way, after.state.n_found);
      if (way < 5)
        g_assert_cmpuint (after.state.n_found, ==, 0);
      again = run ("keep-features=true");
      g_assert_cmpuint (again.state.n_found, ==, again.state.n_samples);
    }
}

/* A layer is unfrozen while the run goes on, a weight of a frozen one is set, and undo takes both back. */
static Story
operate (const char *setting)
{
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlProject) project = new_project (&dataset, setting);
  g_autoptr (CjlSession) session = begin (project, dataset);
  g_autoptr (CjTensor) bias = NULL;
  g_autoptr (GError) error = NULL;
  Story story = { 0 };

  train (session, 12);
  bias = cjl_session_dup_param (session, "conv1.bias");
  cj_tensor_f32 (bias)[1] += 0.5f;
  g_assert_true (
      cjl_session_put (session, "conv1.bias", cj_tensor_f32 (bias), 6, "Put", NULL, &error));
  train (session, 6);
  cjl_project_begin (project);
  cj_graph_set_frozen (project->graph, cj_graph_find (project->graph, "dense1"), FALSE);
  cjl_project_commit (project, "Unfreeze", NULL);
  g_assert_true (cjl_session_refresh (session, &error));
  cj_runner_wait (cjl_session_get_runner (session));
  train (session, 5);
  cjl_project_unfreeze (project);
  g_assert_true (cjl_session_refresh (session, &error));
  cj_runner_wait (cjl_session_get_runner (session));
  train (session, 3);
  g_assert_true (cjl_project_undo (project)); /* the steps */
  g_assert_true (cjl_project_undo (project)); /* the layers */
  g_assert_true (cjl_session_refresh (session, &error));
  cj_runner_wait (cjl_session_get_runner (session));
  train (session, G_MAXUINT64);
  read_story (session, &story);
  return story;
}

static void
test_surgery (void)
{
  g_auto (Story) without = { 0 }, with = { 0 };

  empty ();
  without = operate ("keep-features=false");
  with = operate ("keep-features=true");
  assert_same (&with, &without);
  g_assert_true (with.state.used);
}

/* A run that is saved in the middle and gone on with. */
static void
test_resume (void)
{
  g_auto (Story) without = { 0 }, with = { 0 };
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlProject) project = NULL, loaded = NULL;
  g_autoptr (CjlSession) session = NULL, later = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  empty ();
  without = run ("keep-features=false");
  project = new_project (&dataset, "keep-features=true");
  session = begin (project, dataset);
  train (session, 11);
  cjl_session_store (session, FALSE);
  bytes = cjl_project_print (project, &error);
  g_assert_no_error (error);
  loaded = cjl_project_parse (bytes, &error);
  g_assert_no_error (error);
  g_clear_pointer (&session, cjl_session_free);
  later = begin (loaded, dataset);
  train (later, G_MAXUINT64);
  read_story (later, &with);
  g_assert_cmpuint (with.state.n_found, >, 200); /* of one epoch */
  g_assert_cmpuint (with.state.n_known, ==, with.state.n_samples);
  for (guint i = 0; i < with.points->len; i++)
    {
      const CjRunPoint *point = &g_array_index (with.points, CjRunPoint, i);
      const CjRunPoint *other = &g_array_index (without.points, CjRunPoint, point->step - 1);

      g_assert_cmpmem (point, sizeof *point, other, sizeof *other);
    }
}

static void
write_picture (const char *folder, guint i, guint salt)
{
  g_autofree char *name = g_strdup_printf ("%c/%02u.png", "abc"[i % 3], i);
  guint8 pixels[3 * SIDE * SIDE];
  g_autoptr (GBytes) png = NULL;

  for (guint k = 0; k < sizeof pixels; k++)
    pixels[k] = (guint8) (i * 2 + salt + k * k % 53);
  png = files_print_png (SIDE, SIDE, 3, pixels);
  g_free (files_write (folder, name, g_bytes_get_data (png, NULL), g_bytes_get_size (png)));
}

static CjdDataset *
stream (const char *folder)
{
  g_autoptr (GError) error = NULL;
  CjdReadOptions options;
  CjdDataset *dataset;

  cjd_read_options_init (&options);
  options.memory = 1;
  dataset = cjd_load (folder, &options, &error);
  g_assert_no_error (error);
  g_assert_nonnull (dataset->cache);
  return dataset;
}

/* Pictures that stay in their files: found again as long as nobody wrote to one, and other ones after. */
static void
test_streamed (void)
{
  g_auto (Story) without = { 0 }, first = { 0 }, second = { 0 }, changed = { 0 },
                 as_changed = { 0 };
  char *folder = files_new_folder ();

  empty ();
  for (guint i = 0; i < 240; i++)
    write_picture (folder, i, 0);
  without = run_on (stream (folder), "keep-features=false");
  first = run_on (stream (folder), "keep-features=true");
  assert_same (&first, &without);
  g_assert_true (first.state.used);
  g_assert_cmpuint (first.state.n_found, ==, 0);
  second = run_on (stream (folder), "keep-features=true");
  assert_same (&second, &without);
  g_assert_cmpuint (second.state.n_found, ==, second.state.n_samples);

  for (guint i = 0; i < 240; i += 5)
    write_picture (folder, i, 3); /* as long as before */
  as_changed = run_on (stream (folder), "keep-features=false");
  g_assert_cmpint (memcmp (as_changed.points->data, without.points->data,
                           as_changed.points->len * sizeof (CjRunPoint)),
                   !=, 0);
  changed = run_on (stream (folder), "keep-features=true");
  assert_same (&changed, &as_changed);
  g_assert_cmpuint (changed.state.n_found, ==, 0);
  files_remove (folder);
}

static void
test_reasons (void)
{
  static const struct
  {
    const char *setting, *words;
  } reasons[] = {
    { "data.augment=shift", "augmented" },
    { "attack=fgsm", "attack" },
    { "pruning.method=magnitude", "pruned" },
    { "keep-features=false", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    {
      g_auto (Story) story = { 0 };

      empty ();
      story = run (reasons[i].setting);
      g_test_message ("%s: %s", reasons[i].setting, story.said != NULL ? story.said : "-");
      g_assert_false (story.state.used);
      g_assert_null (find_file (0));
      if (reasons[i].words != NULL)
        g_assert_nonnull (strstr (story.said, reasons[i].words));
      else
        g_assert_null (story.said);
    }
}

static char *
make_file (const char *folder, char digit, const char *suffix, gint64 days)
{
  g_autofree char *digits = g_strnfill (64, digit), *name = g_strconcat (digits, suffix, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  struct utimbuf times = { .actime = now - days * 86400, .modtime = now - days * 86400 };

  g_assert_true (g_file_set_contents (path, "12345678", 8, NULL));
  g_assert_cmpint (g_utime (path, &times), ==, 0);
  return g_steal_pointer (&path);
}

/* The least used go until there is room, and what nobody used for long; the files of others stay. */
static void
test_trim (void)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *a = make_file (folder, 'a', ".features", 3);
  g_autofree char *b = make_file (folder, 'b', ".features", 2);
  g_autofree char *c = make_file (folder, 'c', ".features", 61);
  g_autofree char *d = make_file (folder, 'd', ".txt", 90);

  cjl_features_trim (folder, 100);
  g_assert_true (g_file_test (a, G_FILE_TEST_EXISTS) && g_file_test (b, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (c, G_FILE_TEST_EXISTS));
  cjl_features_trim (folder, CJL_FEATURES_BUDGET - 10);
  g_assert_false (g_file_test (a, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (b, G_FILE_TEST_EXISTS));
  cjl_features_trim (folder, CJL_FEATURES_BUDGET);
  g_assert_false (g_file_test (b, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (d, G_FILE_TEST_EXISTS));
  g_unlink (d);
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_autofree char *home = g_dir_make_tmp ("cajal-home-XXXXXX", NULL);
  g_autofree char *cajal = g_build_filename (home, "cajal", NULL), *folder = NULL;
  int failed;

  g_setenv ("XDG_CACHE_HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  folder = cjl_features_dup_folder ();
  g_test_add_func ("/lab/features/same", test_same);
  g_test_add_func ("/lab/features/damage", test_damage);
  g_test_add_func ("/lab/features/surgery", test_surgery);
  g_test_add_func ("/lab/features/resume", test_resume);
  g_test_add_func ("/lab/features/streamed", test_streamed);
  g_test_add_func ("/lab/features/reasons", test_reasons);
  g_test_add_func ("/lab/features/trim", test_trim);
  failed = g_test_run ();
  empty ();
  g_rmdir (folder);
  g_rmdir (cajal);
  g_rmdir (home);
  return failed;
}
