/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of text. */
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *path = fuzz_write ("table.csv", data, size);

  fuzz_reader (cjd_reader_find ("table"), path);
  return 0;
}
