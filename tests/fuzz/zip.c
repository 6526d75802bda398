/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Zip containers, and their start alone; what can be read is written and read again. */
#include "fuzz.h"
#include "zip.h"

#define MOST ((gsize) 16 << 20)

/* A member never says where it is put: no way out of a folder. */
static void
check_name (const char *name)
{
  g_auto (GStrv) words = g_strsplit (name, "/", -1);

  g_assert_true (name[0] != '/');
  g_assert_false (g_strv_contains ((const char *const *) words, ".."));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new (data, size), again = NULL;
  g_autoptr (GBytes) member = cjd_zip_find (bytes, "project.json", MOST);
  g_autoptr (GPtrArray) pieces = cjd_zip_parse (bytes, MOST, &error), twice = NULL;
  gsize total = 0;

  if (member != NULL)
    g_assert_cmpuint (g_bytes_get_size (member), <=, MOST);
  fuzz_check (pieces != NULL, error);
  if (pieces == NULL)
    return 0;
  for (guint i = 0; i < pieces->len; i++)
    {
      const CjdPiece *piece = pieces->pdata[i];

      total += g_bytes_get_size (piece->bytes);
      check_name (piece->name);
    }
  g_assert_cmpuint (total, <=, MOST);
  again = cjd_zip_print (pieces, &error);
  g_assert_no_error (error);
  twice = cjd_zip_parse (again, MOST, &error);
  fuzz_check (twice != NULL, error);
  g_assert_cmpuint (twice->len, ==, pieces->len);
  return 0;
}
