/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plain text for models of characters. */
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *path = fuzz_write ("corpus.txt", data, size);

  fuzz_reader (cjd_reader_find ("plain-text"), path);
  return 0;
}
