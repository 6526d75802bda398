/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-memory.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* What the control group allows that Linux has put this process into; the machine's if it does not
 * say. */
static gint64
get_group_limit (void)
{
  g_autofree char *text = NULL;
  gint64 limit;

  if (!g_file_get_contents ("/sys/fs/cgroup/memory.max", &text, NULL, NULL))
    return G_MAXINT64;
  limit = g_ascii_strtoll (text, NULL, 10);
  return limit > 0 ? limit : G_MAXINT64; /* "max" */
}

/* Bytes of main memory that this process may have: the machine's, or less where a control group or
 * limit of the process says so. */
static gint64
get_total (void)
{
  const gint64 machine = (gint64) sysconf (_SC_PHYS_PAGES) * (gint64) sysconf (_SC_PAGE_SIZE);
  const gint64 group = get_group_limit ();
  struct rlimit own;
  gint64 total = MIN (machine, group);

  if (getrlimit (RLIMIT_AS, &own) == 0 && own.rlim_cur != RLIM_INFINITY)
    total = MIN (total, (gint64) MIN (own.rlim_cur, (rlim_t) G_MAXINT64));
  return total;
}

gboolean
cj_memory_check (gint64 bytes, const char *what, gint64 batch, GError **error)
{
  const gint64 have = get_total ();

  if (bytes < have / 10 * 9)
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_MEMORY,
               /* Translators: what needs memory, “Training” or “The network” */
               _ ("%s needs %.1f GiB for a batch of %lld, this machine has %.1f GiB. Make the "
                  "batch or the network smaller."),
               what, (double) bytes / (1 << 30), (long long) batch, (double) have / (1 << 30));
  return FALSE;
}
