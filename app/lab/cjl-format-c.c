/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-c.h"
#include "cjl-format.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>

static const CjParam params[] = {
  { .name = "int8",
    .title = "Whole numbers",
    .blurb = "Products of 8-bit whole numbers, with ranges from 500 training samples: a quarter of "
             "the flash",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (CjlCOptions, int8) },
  { NULL },
};

/* What there is to say about it. You free. */
static char *
print_note (const CjlC *c, gboolean int8)
{
  const CjlCFacts *f = cjl_c_get_facts (c);
  const char *const *left = cjl_c_get_left (c);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, _ ("%.1f KiB of flash, %.1f KiB of RAM"), (double) f->flash / 1024,
                          (double) f->arena / 1024);
  if (int8)
    g_string_append_printf (text, _ ("; in floats %.1f KiB of flash"),
                            (double) f->flash_float / 1024);
  if (f->n_samples > 0 && f->is_test)
    g_string_append_printf (text, _ ("; accuracy on %u test samples %.2f %%, in floats %.2f %%"),
                            f->n_samples, 100 * f->accuracy, 100 * f->accuracy_float);
  else if (f->n_samples > 0)
    g_string_append_printf (text,
                            _ ("; accuracy on %u validation samples %.2f %%, in floats %.2f %%"),
                            f->n_samples, 100 * f->accuracy, 100 * f->accuracy_float);
  if (int8 && left[0] != NULL)
    {
      g_autofree char *names = g_strjoinv (", ", (char **) left);

      g_string_append_printf (text, _ ("; operations that stay in floats: %s"), names);
    }
  return g_string_free (text, FALSE);
}

static gboolean
save (CjlProject *project, const char *path, gconstpointer options, CjlExported *done,
      GError **error)
{
  const CjlCOptions *chosen = options;
  g_autoptr (CjlC) c = cjl_c_new (project, chosen, error);
  g_autofree char *header = cjl_c_get_header (path);

  if (c == NULL || !cjl_c_save (c, path, error))
    return FALSE;
  cjl_exported_add (done, header);
  done->note = print_note (c, chosen->int8);
  return TRUE;
}

const CjlFormat cjl_format_c = {
  .id = "c",
  .title = N_ ("_C for Microcontrollers…"),
  .heading = N_ ("Export C"),
  .blurb = N_ ("A .c and a .h that need nothing but a compiler: no heap, no globals that change."),
  .files = { { ".c", N_ ("C source, with a header beside it") } },
  .params = params,
  .options_size = sizeof (CjlCOptions),
  .save = save,
};
