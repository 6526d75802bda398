/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A zip of arrays of NumPy as a data set. */
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *path = fuzz_write ("set.npz", data, size);

  fuzz_reader (cjd_reader_find ("numpy"), path);
  return 0;
}
