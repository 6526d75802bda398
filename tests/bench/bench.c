/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench.h"

#include "cjl-json.h"
#include "cju-memory.h"
#include "cju-settings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef struct
{
  char *name;
  double value, tail, bar;
  const char *unit;
  BenchBar kind;
} Line;

struct _BenchReport
{
  char *title;
  GArray *lines;
};

static void
clear_line (gpointer data)
{
  g_free (((Line *) data)->name);
}

BenchReport *
bench_report_new (const char *title)
{
  BenchReport *self = g_new0 (BenchReport, 1);

  self->title = g_strdup (title);
  self->lines = g_array_new (FALSE, FALSE, sizeof (Line));
  g_array_set_clear_func (self->lines, clear_line);
  return self;
}

void
bench_report_free (BenchReport *self)
{
  g_free (self->title);
  g_array_unref (self->lines);
  g_free (self);
}

void
bench_report_add (BenchReport *self, const char *name, double value, double tail, const char *unit,
                  BenchBar kind, double bar)
{
  const Line line = { g_strdup (name), value, tail, bar, unit, kind };

  g_array_append_val (self->lines, line);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

void
bench_report_add_samples (BenchReport *self, const char *name, GArray *samples, const char *unit,
                          BenchBar kind, double bar)
{
  g_array_sort (samples, compare);
  if (samples->len == 0)
    bench_report_add (self, name, NAN, NAN, unit, kind, bar);
  else
    bench_report_add (self, name, g_array_index (samples, double, samples->len / 2),
                      g_array_index (samples, double, samples->len * 95 / 100), unit, kind, bar);
}

/* What was not measured keeps to no bar. */
static gboolean
is_good (const Line *line)
{
  return line->kind == BENCH_TOLD
         || (line->kind == BENCH_AT_MOST ? line->value <= line->bar : line->value >= line->bar);
}

static void
print_table (const BenchReport *self)
{
  g_print ("%-46s %9s %9s  %-10s %9s\n", self->title, "median", "95th", "", "bar");
  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = &g_array_index (self->lines, Line, i);
      g_autofree char *tail
          = isnan (line->tail) ? g_strdup ("") : g_strdup_printf ("%.2f", line->tail);
      g_autofree char *bar
          = line->kind == BENCH_TOLD
                ? g_strdup ("")
                : g_strdup_printf ("%s %g", line->kind == BENCH_AT_MOST ? "<=" : ">=", line->bar);

      g_print ("%-46s %9.2f %9s  %-10s %9s%s\n", line->name, line->value, tail, line->unit, bar,
               is_good (line) ? "" : "  missed");
    }
}

static void
print_json (const BenchReport *self)
{
  g_autofree char *text = NULL;
  g_autoptr (GVariant) root = NULL;
  GVariantBuilder lines;
  GVariantDict dict;

  g_variant_builder_init (&lines, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < self->lines->len; i++)
    {
      const Line *line = &g_array_index (self->lines, Line, i);

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "name", "s", line->name);
      g_variant_dict_insert (&dict, "unit", "s", line->unit);
      g_variant_dict_insert (&dict, "value", "d", line->value);
      if (!isnan (line->tail))
        g_variant_dict_insert (&dict, "95th", "d", line->tail);
      if (line->kind != BENCH_TOLD)
        {
          g_variant_dict_insert (&dict, line->kind == BENCH_AT_MOST ? "at-most" : "at-least", "d",
                                 line->bar);
          g_variant_dict_insert (&dict, "good", "b", is_good (line));
        }
      g_variant_builder_add (&lines, "v", g_variant_dict_end (&dict));
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "bench", "s", self->title);
  g_variant_dict_insert_value (&dict, "lines", g_variant_builder_end (&lines));
  root = g_variant_ref_sink (g_variant_dict_end (&dict));
  text = cjl_json_print (root, TRUE);
  g_print ("%s\n", text);
}

gboolean
bench_report_print (const BenchReport *self, gboolean json)
{
  gboolean good = TRUE;

  if (json)
    print_json (self);
  else
    print_table (self);
  for (guint i = 0; i < self->lines->len; i++)
    good &= is_good (&g_array_index (self->lines, Line, i));
  return good;
}

static double
read_clock (clockid_t id)
{
  struct timespec t;

  clock_gettime (id, &t);
  return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

double
bench_thread_seconds (void)
{
  return read_clock (CLOCK_THREAD_CPUTIME_ID);
}

double
bench_process_seconds (void)
{
  return read_clock (CLOCK_PROCESS_CPUTIME_ID);
}

double
bench_other_seconds (int pid)
{
  clockid_t id;

  return pid > 0 && clock_getcpuclockid (pid, &id) == 0 ? read_clock (id) : NAN;
}

double
bench_named_seconds (const char *prefix)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/task", 0, NULL);
  const char *id;
  double sum = 0;

  while (dir != NULL && (id = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *name_path = g_build_filename ("/proc/self/task", id, "comm", NULL);
      g_autofree char *time_path = g_build_filename ("/proc/self/task", id, "schedstat", NULL);
      g_autofree char *name = NULL, *time = NULL;

      if (g_file_get_contents (name_path, &name, NULL, NULL) && g_str_has_prefix (name, prefix)
          && g_file_get_contents (time_path, &time, NULL, NULL))
        sum += 1e-9 * g_ascii_strtod (time, NULL);
    }
  return sum;
}

int
bench_server_pid (void)
{
  const char *text = g_getenv ("CAJAL_BENCH_SERVER");

  return text != NULL ? atoi (text) : 0;
}

static double longest_turn; /* s */

void
bench_note_turn (double ms)
{
  longest_turn = MAX (longest_turn, 1e-3 * ms);
}

double
bench_take_longest_turn (void)
{
  const double ms = 1e3 * longest_turn;

  longest_turn = 0;
  return ms;
}

static gboolean
on_time (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

gboolean
bench_wait_for (double seconds, gboolean (*done) (gpointer), gpointer data)
{
  gboolean over = FALSE, good = FALSE;
  const guint source = g_timeout_add ((guint) (seconds * 1000), on_time, &over);

  while (!over && !(good = done != NULL && done (data)))
    {
      const double begin = bench_thread_seconds (); /* waiting takes none */

      g_main_context_iteration (NULL, TRUE);
      bench_note_turn (1e3 * (bench_thread_seconds () - begin));
    }
  if (!over)
    g_source_remove (source);
  return good;
}

void
bench_wait (double seconds)
{
  bench_wait_for (seconds, NULL, NULL);
}

typedef struct
{
  int (*run) (GtkApplication *application, gboolean json);
  gboolean json;
  int status;
} Start;

static void
on_activate (GtkApplication *application, gpointer data)
{
  Start *start = data;

  g_application_hold (G_APPLICATION (application));
  cju_settings_follow ();
  start->status = start->run (application, start->json);
  g_application_release (G_APPLICATION (application));
}

int
bench_run (int (*run) (GtkApplication *application, gboolean json), int argc, char **argv)
{
  Start start = { run, argc > 1 && g_str_equal (argv[1], "--json"), 1 };
  g_autoptr (AdwApplication) application = NULL;

  cju_memory_begin ();
  application = adw_application_new ("org.cajal.Cajal", G_APPLICATION_NON_UNIQUE);
  if (argc > 1 && !start.json)
    {
      g_printerr ("%s takes --json and nothing else, not “%s”.\n", argv[0], argv[1]);
      return 2;
    }
  g_signal_connect (application, "activate", G_CALLBACK (on_activate), &start);
  g_application_run (G_APPLICATION (application), 1, argv);
  return start.status;
}
