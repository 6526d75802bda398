/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-memory.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* A number that a file of the kernel gives, behind `name` or at its start; −1: none. */
static gint64
read_number (const char *path, const char *name)
{
  g_autofree char *text = NULL;
  const char *at;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return -1;
  at = strstr (text, name);
  if (at == NULL)
    return -1;
  at += strlen (name);
  return g_ascii_isdigit (*g_strchug ((char *) at)) ? g_ascii_strtoll (at, NULL, 10) : -1;
}

/* What the control group that Linux has put this process into leaves; what it keeps of files it gives back. */
static gint64
get_group_free (void)
{
  const gint64 limit = read_number ("/sys/fs/cgroup/memory.max", ""); /* −1 for "max" */
  const gint64 used = read_number ("/sys/fs/cgroup/memory.current", "");
  const gint64 files = read_number ("/sys/fs/cgroup/memory.stat", "\ninactive_file ");

  return limit > 0 ? MAX (limit - MAX (used, 0) + MAX (files, 0), 0) : G_MAXINT64;
}

/* What a limit of the process leaves. */
static gint64
get_own_free (void)
{
  const gint64 used = read_number ("/proc/self/statm", "") * (gint64) sysconf (_SC_PAGE_SIZE);
  struct rlimit own;

  if (getrlimit (RLIMIT_AS, &own) != 0 || own.rlim_cur == RLIM_INFINITY)
    return G_MAXINT64;
  return MAX ((gint64) MIN (own.rlim_cur, (rlim_t) G_MAXINT64) - MAX (used, 0), 0);
}

/* Bytes of main memory that this process may have beside what it has: those that nobody uses, or less where
 * a control group or a limit of the process says so. */
static gint64
get_free (void)
{
  const gint64 free = read_number ("/proc/meminfo", "MemAvailable:");
  const gint64 all = (gint64) sysconf (_SC_PHYS_PAGES) * (gint64) sysconf (_SC_PAGE_SIZE);

  return MIN (free >= 0 ? free * 1024 : all, MIN (get_group_free (), get_own_free ()));
}

gboolean
cj_memory_fits (gint64 bytes)
{
  return bytes < get_free () / 10 * 9;
}

gboolean
cj_memory_check (gint64 bytes, const char *what, gint64 batch, GError **error)
{
  if (cj_memory_fits (bytes))
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_MEMORY,
               /* Translators: what needs memory, “Training” or “The network” */
               _ ("%s needs %.1f GiB for a batch of %lld, this machine has %.1f GiB to spare. Make "
                  "the batch or the network smaller."),
               what, (double) bytes / (1 << 30), (long long) batch,
               (double) get_free () / (1 << 30));
  return FALSE;
}
