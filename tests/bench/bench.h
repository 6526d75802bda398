/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the measuring programs share: processor time, a window in which time runs on, and a report of
 * measured values beside their bars, as a table or as JSON. For the main thread. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef enum
{
  BENCH_AT_MOST,
  BENCH_AT_LEAST,
  BENCH_TOLD /* no bar */
} BenchBar;

typedef struct _BenchReport BenchReport;

BenchReport *bench_report_new (const char *title);
void bench_report_free (BenchReport *report);
/* One line: `value`, and `tail` (the 95th of a hundred; NAN: there is none), in `unit`. */
void bench_report_add (BenchReport *report, const char *name, double value, double tail,
                       const char *unit, BenchBar kind, double bar);
/* From samples (double): their median and 95th. Sorts them. */
void bench_report_add_samples (BenchReport *report, const char *name, GArray *samples,
                               const char *unit, BenchBar kind, double bar);
/* Prints to stdout; whether all values keep to their bars. */
gboolean bench_report_print (const BenchReport *report, gboolean json);

/* Processor seconds of the calling thread, of this process, and of another one (from /proc). */
double bench_thread_seconds (void);
double bench_process_seconds (void);
double bench_other_seconds (int pid);
/* The process that serves $DISPLAY, as the starting script says; 0: unknown. */
int bench_server_pid (void);

/* Processor seconds of those threads of this process whose names begin so. */
double bench_named_seconds (const char *prefix);

/* Turns of the main loop are timed while it runs through bench_wait: since the last call the longest,
 * in processor ms. Longer ones that happen elsewhere are noted by hand. */
double bench_take_longest_turn (void);
void bench_note_turn (double ms);

/* Runs the main loop for so many seconds, or until `done` says so; FALSE: time was up before. */
void bench_wait (double seconds);
gboolean bench_wait_for (double seconds, gboolean (*done) (gpointer), gpointer data);

/* Starts an application that is not unique, so that styles and icons are there, and calls `run` once;
 * its result is the exit status. */
int bench_run (int (*run) (GtkApplication *application, gboolean json), int argc, char **argv);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchReport, bench_report_free)

G_END_DECLS
