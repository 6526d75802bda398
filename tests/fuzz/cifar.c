/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CIFAR-10: the input is the file of training records; runs of one byte stand for the pixels, so that
 * small inputs make whole records: bytes b, n unpack to 16 n times b, or to one b. */
#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autofree char *path = NULL, *folder = NULL;

  for (size_t i = 0; i + 1 < size && file->len < 10000; i += 2)
    {
      const guint at = file->len, n = data[i + 1] == 0 ? 1 : data[i + 1] * 16u;

      g_byte_array_set_size (file, at + n);
      memset (file->data + at, data[i], n);
    }
  path = fuzz_write ("data_batch_1.bin", file->data, file->len);
  folder = g_path_get_dirname (path);
  fuzz_reader (cjd_reader_find ("cifar"), folder);
  return 0;
}
