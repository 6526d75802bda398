/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A day of training in minutes. The clock runs faster, for everything that looks at it: checkpoints are kept
 * and thinned, left in the journal's folder and saved as often as in so many hours, and all the while the run
 * is looked at as the window does. Then memory has stayed where it was after the first quarter, no point of
 * the series is missing, and the run computed again from its seed and its log has the same history, bit for
 * bit.
 *
 * torture-long HOURS SECONDS [POINTS]: so many hours in so many seconds, with so many points of the series, which
 * are as many as the window has unless said. Prints TAP. */
#include "cjl-recovery.h"
#include "cjl-runs.h"
#include "cjl-template.h"

#include <glib/gstdio.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SHARE 0.02          /* that memory may grow */
#define WARM_UP 0.25        /* of the time */
#define GRAIN 262144        /* bytes; what an allocator rounds to */
#define SAVE_SECONDS 1800.0 /* simulated */
#define EDIT_SECONDS 3600.0
#define TICK_US 2000

static double speed = 1; /* of the clock */
static guint max_points = CJ_RUNNER_POINTS;

/* The program's own, before that of the C library: GLib asks it as well. */
int
clock_gettime (clockid_t clock, struct timespec *time)
{
  const int status = (int) syscall (SYS_clock_gettime, clock, time);
  double seconds;

  if (clock != CLOCK_MONOTONIC || status != 0)
    return status;
  seconds = ((double) time->tv_sec + (double) time->tv_nsec * 1e-9) * speed;
  time->tv_sec = (time_t) seconds;
  time->tv_nsec = (long) ((seconds - (double) time->tv_sec) * 1e9);
  return 0;
}

static double
get_time (void)
{
  return (double) g_get_monotonic_time () / G_USEC_PER_SEC;
}

/* Bytes of this process that lie in memory. */
static double
read_memory (void)
{
  g_autofree char *text = NULL;
  const char *line;

  malloc_trim (0);
  if (!g_file_get_contents ("/proc/self/status", &text, NULL, NULL))
    return 0;
  line = strstr (text, "VmRSS:");
  return line != NULL ? g_ascii_strtod (line + strlen ("VmRSS:"), NULL) * 1024 : 0;
}

typedef struct
{
  CjlProject *project;
  CjlSession *session;
  char *path;
  double begin, saved, edited;
  guint n_polls, n_kept, n_saves, n_edits;
  guint seen;     /* of the probe's frames */
  GArray *memory; /* double: one value each hundredth of the time */
} Day;

static void
save (Day *day)
{
  GError *error = NULL;

  while (!cjl_session_try_store (day->session))
    g_usleep (TICK_US);
  if (!cjl_project_save (day->project, day->path, &error))
    g_error ("%s", error->message);
  day->n_saves++;
}

/* A value is changed while it trains, as one edit of many. */
static void
edit (Day *day)
{
  g_autofree char *rate = g_strdup_printf ("%g", day->n_edits % 2 == 0 ? 0.002 : 0.001);

  cjl_project_set (day->project, "learning-rate", rate, NULL);
  cjl_session_refresh (day->session, NULL);
  day->n_edits++;
}

/* What the window does at every tick of its clock. */
static void
look (Day *day)
{
  CjlProbe *probe = cjl_session_get_probe (day->session);
  g_autoptr (GArray) drawn = NULL;

  cjl_session_settle (day->session);
  day->n_kept += cjl_project_keep_run (day->project, day->session, CJL_KEEP_INTERVAL);
  drawn = cjl_thin_points (cjl_session_read_points (day->session), 2000);
  cjl_session_read_epochs (day->session);
  cjl_session_probe (day->session, CJD_SPLIT_VAL, day->n_polls % 20);
  if (cjl_probe_get_count (probe) != day->seen)
    {
      CjlProbeFrame *frame = cjl_probe_dup_frame (probe);

      day->seen = cjl_probe_get_count (probe);
      g_clear_pointer (&frame, cjl_probe_frame_unref);
    }
  day->n_polls++;
  if (get_time () - day->saved > SAVE_SECONDS)
    {
      save (day);
      day->saved = get_time ();
    }
  if (get_time () - day->edited > EDIT_SECONDS)
    {
      edit (day);
      day->edited = get_time ();
    }
}

static void
live (Day *day, double seconds)
{
  double share = 0;

  day->begin = day->saved = day->edited = get_time ();
  /* the first save, which takes memory that stays, belongs to the warm-up */
  day->saved -= MAX (SAVE_SECONDS - WARM_UP / 2 * seconds, 0);
  cj_runner_limit_points (cjl_session_get_runner (day->session), max_points);
  cjl_session_train (day->session, G_MAXUINT64);
  while (share < 1)
    {
      look (day);
      g_usleep (TICK_US);
      share = (get_time () - day->begin) / seconds;
      while (day->memory->len < 100 && share >= (day->memory->len + 1) / 100.0)
        {
          const double now = read_memory ();

          g_array_append_val (day->memory, now);
        }
    }
  cj_runner_pause (cjl_session_get_runner (day->session));
  cj_runner_wait (cjl_session_get_runner (day->session));
  cjl_session_settle (day->session);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* The median between two parts of the time. */
static double
find_median (const GArray *memory, double from, double to)
{
  const guint first = (guint) (from * memory->len), n = (guint) (to * memory->len) - first;
  g_autofree double *values
      = g_memdup2 (&g_array_index (memory, double, first), sizeof (double) * n);

  qsort (values, n, sizeof (double), compare_doubles);
  return values[n / 2];
}

static gboolean
is_flat (const Day *day)
{
  const double before = find_median (day->memory, WARM_UP, 0.5);
  const double after = find_median (day->memory, 0.75, 1);

  printf ("# memory every tenth, MiB:");
  for (guint i = 9; i < day->memory->len; i += 10)
    printf (" %.2f", g_array_index (day->memory, double, i) / (1 << 20));
  printf ("\n# %.2f MiB in the second quarter, %.2f MiB in the last: %+.1f %%\n",
          before / (1 << 20), after / (1 << 20), 100 * (after / before - 1));
  return after <= before * (1 + SHARE) + GRAIN;
}

/* From the first step to the last at one distance, a power of two; epochs one after the other. */
static gboolean
is_complete (Day *day)
{
  const GArray *points = cjl_session_read_points (day->session);
  const GArray *epochs = cjl_session_read_epochs (day->session);
  const guint64 last = cj_runner_get_state (cjl_session_get_runner (day->session)).last;
  guint64 stride = 1;

  while (last / stride > max_points)
    stride *= 2;
  printf ("# %llu steps, %u points %llu apart, %u epochs\n", (unsigned long long) last, points->len,
          (unsigned long long) stride, epochs->len);
  if (points->len != last / stride)
    return FALSE;
  for (guint i = 0; i < points->len; i++)
    if (g_array_index (points, CjRunPoint, i).step != (i + 1) * stride)
      return FALSE;
  for (guint i = 0; i < epochs->len; i++)
    if (g_array_index (epochs, CjRunEpoch, i).epoch != i + 1)
      return FALSE;
  return epochs->len > 0;
}

static gboolean
same_points (const GArray *a, const GArray *b)
{
  return a->len == b->len && memcmp (a->data, b->data, a->len * sizeof (CjRunPoint)) == 0;
}

/* Bit for bit, but for the gaps between the members. */
static gboolean
same_epochs (const GArray *a, const GArray *b)
{
  for (guint i = 0; i < MIN (a->len, b->len); i++)
    {
      const CjRunEpoch *x = &g_array_index (a, CjRunEpoch, i),
                       *y = &g_array_index (b, CjRunEpoch, i);

      if (x->epoch != y->epoch || x->step != y->step
          || memcmp (&x->train, &y->train, sizeof x->train) != 0
          || memcmp (&x->val, &y->val, sizeof x->val) != 0
          || memcmp (&x->val_f1, &y->val_f1, sizeof x->val_f1) != 0)
        return FALSE;
    }
  return a->len == b->len;
}

static gboolean
same_weights (CjCheckpoint *a, CjCheckpoint *b)
{
  return a->at.step == b->at.step && a->table->n_weights == b->table->n_weights
         && memcmp (a->weights, b->weights, sizeof (float) * (gsize) a->table->n_weights) == 0;
}

/* The file that was saved last, gone back to the start, trained as its log says. */
static gboolean
is_replayed (Day *day)
{
  CjRunner *runner = cjl_session_get_runner (day->session), *other;
  const guint64 last = cj_runner_get_state (runner).last;
  g_autoptr (GError) error = NULL;
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlSession) again = NULL, fresh = NULL;
  g_autoptr (CjCheckpoint) end = cj_runner_save (runner), its_end = NULL, start = NULL, seed = NULL;
  gboolean good[4];

  save (day);
  project = cjl_project_load (day->path, &error);
  dataset = project != NULL ? cjl_data_load (&project->data, &error) : NULL;
  again = dataset != NULL ? cjl_session_new (project, dataset, 1, &error) : NULL;
  if (again == NULL)
    g_error ("%s", error->message);
  other = cjl_session_get_runner (again);
  cj_runner_limit_points (other, max_points);
  cj_runner_seek (other, 0);
  cj_runner_wait (other);
  start = cj_runner_save (other);
  cj_runner_train (other, last);
  cj_runner_wait (other);
  its_end = cj_runner_save (other);
  cjl_project_forget (project);
  fresh = cjl_session_new (project, dataset, 1, &error);
  seed = cj_runner_save (cjl_session_get_runner (fresh));
  printf ("# %u commands in the log\n", cj_runner_get_state (runner).n_commands);
  good[0] = same_weights (start, seed);
  good[1] = same_weights (end, its_end);
  good[2] = same_points (cjl_session_read_points (day->session), cjl_session_read_points (again));
  good[3] = same_epochs (cjl_session_read_epochs (day->session), cjl_session_read_epochs (again));
  printf ("# the same: start %d, end %d, points %d, epochs %d\n", good[0], good[1], good[2],
          good[3]);
  return good[0] && good[1] && good[2] && good[3];
}

static void
tell (gboolean holds, int number, const char *what)
{
  printf ("%s %d %s\n", holds ? "ok" : "not ok", number, what);
  fflush (stdout);
}

static void
set (CjlProject *project, const char *name, const char *value)
{
  GError *error = NULL;

  if (!cjl_project_set (project, name, value, &error))
    g_error ("%s", error->message);
}

int
main (int argc, char **argv)
{
  const double hours = argc > 1 ? g_ascii_strtod (argv[1], NULL) : 24;
  const double seconds = argc > 2 ? g_ascii_strtod (argv[2], NULL) : 300;
  g_autofree char *folder = g_dir_make_tmp ("cajal-long-XXXXXX", NULL);
  g_autoptr (CjdDataset) dataset = NULL;
  GError *error = NULL;
  gboolean good[3];
  Day day = { .memory = g_array_new (FALSE, FALSE, sizeof (double)) };

  if (argc > 3)
    max_points = (guint) atoi (argv[3]);
  speed = hours * 3600 / seconds;
  g_setenv ("CAJAL_STATE_DIR", folder, TRUE);
  day.path = g_build_filename (folder, "day.cajal", NULL);
  day.project = cjl_template_make (cjl_template_find ("playground"), &error);
  set (day.project, "epochs", "100000");
  set (day.project, "data.samples", "50000");
  set (day.project, "dense1.units", "64");
  if (!cjl_project_save (day.project, day.path, &error) || !cjl_project_keep (day.project, &error))
    g_error ("%s", error->message);
  dataset = cjl_data_load (&day.project->data, &error);
  day.session = cjl_session_new (day.project, dataset, 1, &error);
  if (day.session == NULL)
    g_error ("%s", error->message);
  printf ("1..3\n");
  live (&day, hours * 3600);
  printf ("# %.1f hours in %.0f s: looked at %u times, %u checkpoints in the journal, %u saves, %u "
          "edits\n",
          hours, seconds, day.n_polls, day.n_kept, day.n_saves, day.n_edits);
  tell (good[0] = is_flat (&day), 1, "flat memory");
  tell (good[1] = is_complete (&day), 2, "no point lost");
  tell (good[2] = is_replayed (&day), 3, "the same history from seed and log");
  cjl_project_forget_unsaved (day.project);
  g_clear_pointer (&day.session, cjl_session_free);
  g_clear_pointer (&day.project, cjl_project_unref);
  g_array_unref (day.memory);
  g_free (day.path);
  {
    const char *const words[] = { "rm", "-r", folder, NULL };

    g_spawn_sync (NULL, (char **) words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                  NULL);
  }
  return good[0] && good[1] && good[2] ? 0 : 1;
}
