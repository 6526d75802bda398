/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Text pasted on the canvas. */
#include "cjl-arrange.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_utf8_make_valid ((const char *) data, (gssize) size);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_auto (GStrv) ids = cjl_arrange_paste (graph, text, NULL, 8, 8, &error);

  fuzz_check (ids != NULL, error);
  if (ids != NULL)
    g_assert_cmpuint (g_strv_length (ids), <=, graph->nodes->len);
  return 0;
}
