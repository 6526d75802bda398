/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work on a thread of its own: partial and last results, and jobs that are let go while they work. Nothing
 * here measures a time: whoever does not wait is shown by work that ends only after it was let go. */
#include "cjl-job.h"

#include <stdio.h>

/* What a job and its owner know of each other. */
typedef struct
{
  gint begun, released, n_freed; /* atomic */
} Shared;

static void
note_freed (gpointer shared)
{
  g_atomic_int_inc (&((Shared *) shared)->n_freed);
}

static void
await (gint *flag, gint value)
{
  while (g_atomic_int_get (flag) < value)
    g_usleep (500);
}

/* Hears that it is cancelled only once it is released. */
static gpointer
work_deaf (CjlJob *job, gpointer data, GError **error)
{
  Shared *shared = data;

  (void) error;
  cjl_job_leave (job, shared);
  g_atomic_int_set (&shared->begun, 1);
  await (&shared->released, 1);
  g_assert_true (cjl_job_is_cancelled (job));
  cjl_job_set_progress (job, 1);
  return shared;
}

static gpointer
work_quick (CjlJob *job, gpointer data, GError **error)
{
  (void) job;
  g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "late");
  return data;
}

/* Abandoning comes back while the work is still shut in; then everything is freed once: the data, the
 * partial result that nobody took, and the last one. */
static void
test_abandoned (void)
{
  Shared shared = { 0 };

  cjl_job_abandon (cjl_job_new (work_deaf, &shared, note_freed, note_freed));
  g_assert_cmpint (g_atomic_int_get (&shared.released), ==, 0);
  g_atomic_int_set (&shared.released, 1);
  await (&shared.n_freed, 3);
  g_assert_cmpint (g_atomic_int_get (&shared.begun), ==, 1);
}

/* Its owner took the partial result, which therefore is the owner's. */
static void
test_abandoned_taken (void)
{
  Shared shared = { 0 };
  CjlJob *job = cjl_job_new (work_deaf, &shared, note_freed, note_freed);

  await (&shared.begun, 1);
  g_assert_true (cjl_job_take_result (job) == &shared);
  cjl_job_abandon (job);
  g_atomic_int_set (&shared.released, 1);
  await (&shared.n_freed, 2);
}

static void
test_abandoned_done (void)
{
  Shared shared = { 0 };
  CjlJob *job = cjl_job_new (work_quick, &shared, note_freed, note_freed);
  g_autoptr (GError) error = NULL;

  cjl_job_wait (job);
  error = cjl_job_dup_error (job);
  g_assert_cmpstr (error->message, ==, "late");
  g_assert_cmpint (g_atomic_int_get (&shared.n_freed), ==, 1);
  cjl_job_abandon (job);
  g_assert_cmpint (g_atomic_int_get (&shared.n_freed), ==, 2);
}

/* Many at once, each let go at another place of its work. */
static void
test_abandoned_many (void)
{
  Shared shared = { .released = 1 };
  const gint n = 200;

  for (gint i = 0; i < n; i++)
    {
      CjlJob *job = cjl_job_new (work_quick, &shared, note_freed, note_freed);

      if (i % 3 == 0)
        g_usleep (20);
      cjl_job_abandon (job);
    }
  await (&shared.n_freed, 2 * n);
}

static gpointer
work_on (CjlJob *job, gpointer data, GError **error)
{
  (void) data;
  (void) error;
  while (!cjl_job_is_cancelled (job))
    g_usleep (500);
  g_usleep (50000);
  fputs ("the work ended\n", stderr);
  return NULL;
}

/* A process does not end under the work that it abandoned. */
static void
test_exit (void)
{
  if (g_test_subprocess ())
    {
      cjl_job_abandon (cjl_job_new (work_on, NULL, NULL, NULL));
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*the work ended*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/job/abandoned", test_abandoned);
  g_test_add_func ("/lab/job/abandoned-taken", test_abandoned_taken);
  g_test_add_func ("/lab/job/abandoned-done", test_abandoned_done);
  g_test_add_func ("/lab/job/abandoned-many", test_abandoned_many);
  g_test_add_func ("/lab/job/exit", test_exit);
  return g_test_run ();
}
