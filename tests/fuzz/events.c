/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recording of an event camera: by the first byte a .bin file that becomes a data set, or a .npz file; or
 * an HDF5 file of either events or lists of spikes. */
#include "events.h"
#include "fuzz.h"

#include <glib/gstdio.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const gboolean arrays = size > 0 && data[0] == 'P';
  const gboolean hdf5 = size > 0 && data[0] == 0x89;
  g_autofree char *path = fuzz_write (arrays ? "a.npz" : hdf5 ? "a.h5" : "a.bin", data, size);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) events = NULL;

  if (arrays || hdf5)
    {
      events = cjd_events_load (path, &error);
      fuzz_check (events != NULL, error);
    }
  if (hdf5)
    fuzz_reader (cjd_reader_find ("spike-lists"), path);
  else if (!arrays)
    fuzz_reader (cjd_reader_find ("events"), folder);
  g_unlink (path);
  return 0;
}
