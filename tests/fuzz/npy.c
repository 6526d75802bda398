/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One array of NumPy. */
#include "fuzz.h"
#include "npz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (CjdNpyArray) array = cjd_npy_parse ("x", bytes, &error);
  g_autoptr (CjTensor) tensor = NULL;
  double sum = 0;

  fuzz_check (array != NULL, error);
  if (array == NULL)
    return 0;
  for (gint64 i = 0; i < array->size; i++)
    sum += cjd_npy_array_get (array, i);
  tensor = cjd_npy_array_dup_tensor (array, &error);
  fuzz_check (tensor != NULL, error);
  g_assert_true (sum != 0 || array->size >= 0);
  return 0;
}
