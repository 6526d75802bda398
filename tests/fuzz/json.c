/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON text as projects and commands hold it; what can be read is written and read again. */
#include "cjl-json.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) root = cjl_json_parse ((const char *) data, (gssize) size, &error);
  g_autofree char *text = NULL;
  g_autoptr (GVariant) again = NULL;

  fuzz_check (root != NULL, error);
  if (root == NULL)
    return 0;
  text = cjl_json_print (root, FALSE);
  again = cjl_json_parse (text, -1, &error);
  fuzz_check (again != NULL, error);
  g_assert_nonnull (again);
  return 0;
}
