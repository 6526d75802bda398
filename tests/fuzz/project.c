/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files of projects; what can be opened can be saved and opened again. An input that begins with a brace
 * stands for the project.json of a container that is sound. */
#include "cjl-project.h"
#include "fuzz.h"
#include "zip.h"

#define MIMETYPE "application/vnd.cajal.project+zip"

static GBytes *
wrap (const uint8_t *data, size_t size)
{
  g_autoptr (GPtrArray) pieces = NULL;

  if (size == 0 || data[0] != '{')
    return g_bytes_new (data, size);
  pieces = cjd_pieces_new ();
  cjd_pieces_add (pieces, "mimetype", g_bytes_new_static (MIMETYPE, strlen (MIMETYPE)));
  cjd_pieces_add (pieces, "project.json", g_bytes_new (data, size));
  return cjd_zip_print (pieces, NULL);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = wrap (data, size), again = NULL;
  g_autoptr (CjlProject) project = cjl_project_parse (bytes, &error), twice = NULL;

  fuzz_check (project != NULL, error);
  if (project == NULL)
    return 0;
  again = cjl_project_print (project, &error);
  g_assert_no_error (error);
  twice = cjl_project_parse (again, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (twice->graph->nodes->len, ==, project->graph->nodes->len);
  return 0;
}
