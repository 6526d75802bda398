/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures with a figure inside: SVG, PDF, PNG and the record itself; what can be read is printed and read
 * again, and says the same. An input that begins with a brace stands for the figure.json of a record. */
#include "cjl-figure-file.h"
#include "cjv-record.h"
#include "fuzz.h"
#include "zip.h"

static GBytes *
wrap (const uint8_t *data, size_t size)
{
  g_autoptr (GPtrArray) pieces = NULL;

  if (size == 0 || data[0] != '{')
    return g_bytes_new (data, size);
  pieces = cjd_pieces_new ();
  cjd_pieces_add (pieces, "figure.json", g_bytes_new (data, size));
  return cjd_zip_print (pieces, NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = wrap (data, size);
  g_autoptr (GBytes) record = cjv_record_find (bytes, &error), again = NULL, twice = NULL;
  g_autoptr (CjvPlate) plate = NULL, same = NULL;
  g_autoptr (GVariant) source = NULL;

  fuzz_check (record != NULL, error);
  if (record == NULL)
    return 0;
  plate = cjl_figure_parse (record, &source, &error);
  fuzz_check (plate != NULL, error);
  if (plate == NULL)
    return 0;
  again = cjl_figure_print (plate, source, &error);
  g_assert_no_error (error);
  same = cjl_figure_parse (again, NULL, &error);
  g_assert_no_error (error);
  twice = cjl_figure_print (same, source, &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (again, twice));
  return 0;
}
