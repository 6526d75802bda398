/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Work on a thread of its own: partial and last results, and jobs that are let go while they work. Nothing
 * here measures a time: whoever does not wait is shown by work that ends only after it was let go. */
#include "cjl-sweep.h"

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

/* --- sweeps --- */

#define POINTS 4

/* How a sweep of four points goes: the one at which it fails or is held up, -1: none. */
typedef struct
{
  Shared *shared;
  int fails, waits;
} Order;

typedef struct
{
  Shared *shared;
  int n; /* points that were found */
} Found;

static void
order_free (gpointer data)
{
  note_freed (((Order *) data)->shared);
  g_free (data);
}

static void
found_free (gpointer data)
{
  note_freed (((Found *) data)->shared);
  g_free (data);
}

static gpointer
found_dup (gconstpointer found)
{
  return g_memdup2 (found, sizeof (Found));
}

static gboolean
fill (CjlJob *job, gpointer data, gpointer found, GError **error)
{
  const Order *order = data;
  Found *result = found;

  for (int i = 0; i < POINTS; i++)
    {
      if (i == order->fails)
        {
          g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "here");
          return FALSE;
        }
      if (i == order->waits)
        {
          g_atomic_int_set (&order->shared->begun, 1);
          await (&order->shared->released, 1);
        }
      if (!cjl_job_go_on (job, (double) i / POINTS))
        return FALSE;
      result->n++;
      cjl_job_leave_copy (job, result, found_dup);
    }
  return TRUE;
}

static const CjlSweep sweep = { fill, order_free, found_free };

static Order *
order_new (Shared *shared, int fails, int waits)
{
  Order *order = g_new (Order, 1);

  *order = (Order){ shared, fails, waits };
  return order;
}

static Found *
found_new (Shared *shared)
{
  Found *found = g_new0 (Found, 1);

  found->shared = shared;
  return found;
}

/* Without a job nobody looks on: the whole result, or none with the reason; all else is freed
 * once. */
static void
test_sweep_at_once (void)
{
  Shared shared = { 0 };
  g_autoptr (GError) error = NULL;
  Found *found = cjl_sweep_run (&sweep, order_new (&shared, -1, -1), found_new (&shared), &error);

  g_assert_no_error (error);
  g_assert_cmpint (found->n, ==, POINTS);
  g_assert_cmpint (g_atomic_int_get (&shared.n_freed), ==, 1);
  found_free (found);
  found = cjl_sweep_run (&sweep, order_new (&shared, 2, -1), found_new (&shared), &error);
  g_assert_null (found);
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED);
  g_assert_cmpint (g_atomic_int_get (&shared.n_freed), ==, 4);
}

/* What was found before it was cancelled is the result. */
static void
test_sweep_cancelled (void)
{
  Shared shared = { 0 };
  CjlJob *job = cjl_sweep_start (&sweep, order_new (&shared, -1, 2), found_new (&shared));
  Found *found;

  await (&shared.begun, 1);
  found = cjl_job_take_result (job);
  g_assert_cmpint (found->n, ==, 2);
  found_free (found);
  cjl_job_cancel (job);
  g_atomic_int_set (&shared.released, 1);
  cjl_job_wait (job);
  g_assert_null (cjl_job_dup_error (job));
  found = cjl_job_take_result (job);
  g_assert_cmpint (found->n, ==, 2);
  found_free (found);
  cjl_job_free (job);
  /* the order, the copy of the first point, and both that were taken */
  g_assert_cmpint (g_atomic_int_get (&shared.n_freed), ==, 4);
}

/* A sweep that fails leaves what it left on the way, and tells why it ended. */
static void
test_sweep_failed (void)
{
  Shared shared = { 0 };
  CjlJob *job = cjl_sweep_start (&sweep, order_new (&shared, 1, -1), found_new (&shared));
  g_autoptr (GError) error = NULL;
  Found *found;

  cjl_job_wait (job);
  error = cjl_job_dup_error (job);
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED);
  found = cjl_job_take_result (job);
  g_assert_cmpint (found->n, ==, 1);
  found_free (found);
  cjl_job_free (job);
  g_assert_cmpint (g_atomic_int_get (&shared.n_freed), ==, 3);
}

/* A part goes on where the whole is, and hears that it is cancelled. */
static void
test_part (void)
{
  Shared shared = { 0 };
  CjlJob *job = cjl_sweep_start (&sweep, order_new (&shared, -1, 0), found_new (&shared));
  CjlJobPart part = { job, 0.5, 0.25 }, alone = { NULL, 0, 1 };

  await (&shared.begun, 1);
  g_assert_true (cjl_job_part_go_on (0.5, &part));
  g_assert_cmpfloat (cjl_job_get_progress (job), ==, 0.625);
  g_assert_true (cjl_job_part_go_on (0.5, &alone));
  cjl_job_cancel (job);
  g_assert_false (cjl_job_part_go_on (1, &part));
  g_atomic_int_set (&shared.released, 1);
  cjl_job_free (job);
  g_assert_cmpint (g_atomic_int_get (&shared.n_freed), ==, 2);
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
  g_test_add_func ("/lab/job/sweep-at-once", test_sweep_at_once);
  g_test_add_func ("/lab/job/sweep-cancelled", test_sweep_cancelled);
  g_test_add_func ("/lab/job/sweep-failed", test_sweep_failed);
  g_test_add_func ("/lab/job/part", test_part);
  return g_test_run ();
}
