/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Something slow on a thread of its own: an embedding, an explanation, a text that is written. It says
 * how far it is, leaves partial results, and stops when asked. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _CjlJob CjlJob;

/* The work; on the job's thread. Returns the result, or NULL and an error. Looks at
 * cjl_job_is_cancelled often and then returns what there is, or NULL without an error. */
typedef gpointer (*CjlJobFunc) (CjlJob *job, gpointer data, GError **error);

/* Starts. `data` is freed with `free_data` when the work is done, results that nobody took with
 * `free_result`, both on any thread. You free, which cancels and waits for the thread; or abandon, which
 * cancels and does not wait: the thread frees the job as soon as its work has stopped. A process that
 * ends waits for those it abandoned. */
CjlJob *cjl_job_new (CjlJobFunc func, gpointer data, GDestroyNotify free_data,
                     GDestroyNotify free_result);
void cjl_job_free (CjlJob *job);
void cjl_job_abandon (CjlJob *job);

/* For the owner. */
void cjl_job_cancel (CjlJob *job);
gboolean cjl_job_is_done (CjlJob *job);
double cjl_job_get_progress (CjlJob *job);     /* 0..1 */
double cjl_job_get_seconds_left (CjlJob *job); /* NAN as long as that cannot be told */
/* The newest result that was not taken before, partial or final; NULL: none. You free. */
gpointer cjl_job_take_result (CjlJob *job);
/* Why it failed, once it is done; NULL: it did not. You free. */
GError *cjl_job_dup_error (CjlJob *job);
/* Returns when it is done. */
void cjl_job_wait (CjlJob *job);

/* For the work. NULL is work that is done at once, on the thread of who wants it: nobody cancels
 * it, and nobody looks before it is done. */
gboolean cjl_job_is_cancelled (CjlJob *job);
void cjl_job_set_progress (CjlJob *job, double progress);
/* Both: says how far it is; FALSE: it is cancelled. */
gboolean cjl_job_go_on (CjlJob *job, double progress);
/* Leaves a partial result in place of one that nobody took; the job, which is not NULL, takes
 * it. */
void cjl_job_leave (CjlJob *job, gpointer partial);
/* Leaves a copy of what is found so far, which `dup` makes; of NULL nothing. */
typedef gpointer (*CjlDupFunc) (gconstpointer result);
void cjl_job_leave_copy (CjlJob *job, gconstpointer result, CjlDupFunc dup);

/* A part of the work of a job, for what tells its own progress from 0 to 1: goes on as above
 * from `begin`. */
typedef struct
{
  CjlJob *job; /* or NULL */
  double begin, share;
} CjlJobPart;

gboolean cjl_job_part_go_on (double progress, gpointer part);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlJob, cjl_job_free)

G_END_DECLS
