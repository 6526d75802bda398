/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-memory.h"

#include "cj-error.h"

#include <unistd.h>

gint64
cj_memory_get_total (void)
{
  return (gint64) sysconf (_SC_PHYS_PAGES) * (gint64) sysconf (_SC_PAGE_SIZE);
}

gboolean
cj_memory_check (gint64 bytes, const char *what, gint64 batch, GError **error)
{
  const gint64 have = cj_memory_get_total ();

  if (bytes < have / 10 * 9)
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_MEMORY,
               "%s needs %.1f GiB for a batch of %" G_GINT64_FORMAT
               ", this machine has %.1f GiB. Make the batch or the network smaller.",
               what, (double) bytes / (1 << 30), batch, (double) have / (1 << 30));
  return FALSE;
}
