/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph of NIR as a project, by both methods. */
#include "cjl-nir.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);

  for (int method = CJL_NIR_EXACT; method <= CJL_NIR_EULER; method++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (CjlProject) project = NULL;
      CjlNirOptions options;
      g_autofree char *note = NULL;

      cjl_nir_options_init (&options);
      options.method = method;
      project = cjl_nir_parse (bytes, "fuzz", &options, &note, &error);
      fuzz_check (project != NULL, error);
    }
  return 0;
}
