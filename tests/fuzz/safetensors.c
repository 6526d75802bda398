/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named tensors; what can be read is written and read again. */
#include "fuzz.h"
#include "safetensors.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (data, size), again = NULL;
  g_autoptr (GPtrArray) tensors = cjd_safetensors_parse (bytes, &error), twice = NULL;

  fuzz_check (tensors != NULL, error);
  if (tensors == NULL)
    return 0;
  again = cjd_safetensors_print (tensors);
  twice = cjd_safetensors_parse (again, &error);
  fuzz_check (twice != NULL, error);
  g_assert_nonnull (twice);
  g_assert_cmpuint (twice->len, ==, tensors->len);
  return 0;
}
