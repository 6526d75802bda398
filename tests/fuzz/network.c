/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks typed as text, "input, dense 10 relu, cross-entropy". */
#include "cjl-template.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_utf8_make_valid ((const char *) data, (gssize) size);
  g_autoptr (GError) error = NULL;
  g_autoptr (CjGraph) graph = cj_graph_new ();
  const gboolean done = cjl_graph_add_text (graph, text, &error);

  fuzz_check (done, error);
  return 0;
}
