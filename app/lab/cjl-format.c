/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-format.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>

extern const CjlFormat cjl_format_onnx;
extern const CjlFormat cjl_format_torch;
extern const CjlFormat cjl_format_weights;
extern const CjlFormat cjl_format_nir;
extern const CjlFormat cjl_format_c;
extern const CjlFormat cjl_format_svg;
extern const CjlFormat cjl_format_dot;

const CjlFormat *const cjl_formats[] = {
  &cjl_format_onnx, &cjl_format_torch, &cjl_format_weights, &cjl_format_nir,
  &cjl_format_c,    &cjl_format_svg,   &cjl_format_dot,     NULL,
};

void
cjl_exported_add (CjlExported *done, const char *path)
{
  if (done->files == NULL)
    done->files = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (done->files, g_strdup (path));
}

void
cjl_exported_clear (CjlExported *done)
{
  g_clear_pointer (&done->files, g_ptr_array_unref);
  g_clear_pointer (&done->note, g_free);
}

const CjlFormat *
cjl_format_find (const char *id)
{
  for (guint i = 0; cjl_formats[i] != NULL; i++)
    if (g_str_equal (cjl_formats[i]->id, id))
      return cjl_formats[i];
  return NULL;
}

const CjlFormat *
cjl_format_of_file (const char *path)
{
  for (guint i = 0; cjl_formats[i] != NULL; i++)
    for (guint k = 0; cjl_formats[i]->files[k].ending != NULL; k++)
      if (g_str_has_suffix (path, cjl_formats[i]->files[k].ending))
        return cjl_formats[i];
  return NULL;
}

gpointer
cjl_format_new_options (const CjlFormat *format)
{
  gpointer options;

  if (format->params == NULL)
    return NULL;
  options = g_malloc0 (format->options_size);
  cj_params_reset (format->params, options);
  return options;
}

char *
cjl_format_print_endings (void)
{
  g_autoptr (GPtrArray) endings = g_ptr_array_new ();
  GString *text = g_string_new (NULL);

  for (guint i = 0; cjl_formats[i] != NULL; i++)
    for (guint k = 0; cjl_formats[i]->files[k].ending != NULL; k++)
      g_ptr_array_add (endings, (gpointer) cjl_formats[i]->files[k].ending);
  for (guint i = 0; i < endings->len; i++)
    g_string_append_printf (text, "%s%s", (const char *) endings->pdata[i],
                            i + 2 < endings->len   ? ", "
                            : i + 1 < endings->len ? _ (" or ")
                                                   : "");
  return g_string_free (text, FALSE);
}

gboolean
cjl_export (CjlProject *project, const char *path, gconstpointer options, CjlExported *done,
            GError **error)
{
  const CjlFormat *format = cjl_format_of_file (path);
  g_autofree gpointer presets = NULL;

  if (format == NULL)
    {
      g_autofree char *endings = cjl_format_print_endings ();

      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("%s: The ending says what is written. Choose one of these endings: %s."),
                   path, endings);
      return FALSE;
    }
  if (options == NULL)
    options = presets = cjl_format_new_options (format);
  return format->save (project, path, options, done, error);
}
