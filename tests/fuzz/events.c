/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording of an event camera: by the first byte a .bin file that becomes a data set, or a .npz file. */
#include "events.h"
#include "fuzz.h"

#include <glib/gstdio.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const gboolean arrays = size > 0 && data[0] == 'P';
  g_autofree char *path = fuzz_write (arrays ? "a.npz" : "a.bin", data, size);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) events = NULL;

  if (arrays)
    {
      events = cjd_events_load (path, &error);
      fuzz_check (events != NULL, error);
    }
  else
    fuzz_reader (cjd_reader_find ("events"), folder);
  g_unlink (path);
  return 0;
}
