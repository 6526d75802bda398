/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IDX: the input is the file of training pictures; the labels are one good byte a picture. */
#include "fuzz.h"

#include <glib/gstdio.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const uint8_t labels[] = { 0, 0, 8, 1, 0, 0, 0, 4, 0, 1, 2, 1 };
  const gboolean packed = size >= 2 && data[0] == 0x1f && data[1] == 0x8b;
  g_autofree char *images
      = fuzz_write (packed ? "train-images-idx3-ubyte.gz" : "train-images-idx3-ubyte", data, size);
  g_autofree char *sister = fuzz_write ("train-labels-idx1-ubyte", labels, sizeof labels);

  fuzz_reader (cjd_reader_find ("idx"), images);
  g_unlink (images);
  return 0;
}
