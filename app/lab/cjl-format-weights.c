/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-format.h"

#include "cj-error.h"
#include "cjl-json.h"
#include "file.h"
#include "npz.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>

/* "0.1307 0.25": a number a channel. */
static char *
print_numbers (const CjTensor *tensor)
{
  GString *text = g_string_new (NULL);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  for (gint64 i = 0; i < cj_shape_size (&tensor->shape); i++)
    g_string_append_printf (
        text, "%s%s", i > 0 ? " " : "",
        g_ascii_formatd (number, sizeof number, "%.9g", (double) cj_tensor_f32 (tensor)[i]));
  return g_string_free (text, FALSE);
}

static void
add_note (GPtrArray *notes, const char *name, char *text)
{
  g_ptr_array_add (notes, g_strdup (name));
  g_ptr_array_add (notes, text);
}

static GBytes *
print_safetensors (CjlProject *project)
{
  static const char *const facts[] = { "shape", "classes" };
  static const char *const norms[] = { "mean", "std" };
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);

  add_note (notes, "format", g_strdup ("pt")); /* layouts of PyTorch, as readers understand it */
  add_note (notes, "title", g_strdup (project->title));
  for (guint i = 0; i < G_N_ELEMENTS (norms); i++)
    {
      const CjTensor *tensor = cjd_named_tensors_find (project->norm, norms[i]);

      if (tensor != NULL && tensor->dtype == CJ_FLOAT32)
        add_note (notes, norms[i], print_numbers (tensor));
    }
  for (guint i = 0; i < G_N_ELEMENTS (facts) && project->learned != NULL; i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (project->learned, facts[i], NULL);

      if (value != NULL)
        add_note (notes, facts[i], cjl_json_print (value, FALSE));
    }
  g_ptr_array_add (notes, NULL);
  return cjd_safetensors_print_noted (cjl_project_get_weights (project),
                                      (const char *const *) notes->pdata);
}

static gboolean
save_weights (CjlProject *project, const char *path, gconstpointer options, CjlExported *done,
              GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  (void) options;
  (void) done;
  if (cjl_project_get_weights (project)->len == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("“%s” has no weights yet. Train it first."),
                   project->title);
      return FALSE;
    }
  bytes = g_str_has_suffix (path, ".npz") ? cjd_npz_print (cjl_project_get_weights (project), error)
                                          : print_safetensors (project);
  return bytes != NULL
         && cjd_file_write (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
}

/* Names and layouts are those of PyTorch below the node's id: dense weight [out, in], convolution
 * [O, I / groups, H, W], batch-norm weight, bias, running_mean, running_var, LSTM weight_ih_l0 with gates
 * i f g o. A .safetensors file also says, in its metadata, how samples are normalised (mean, std: a number
 * a channel, of pixels from 0 to 1), their shape and the names of the classes. */
const CjlFormat cjl_format_weights = {
  .id = "weights",
  .title = N_ ("_Weights…"),
  .heading = N_ ("Export Weights"),
  .blurb = N_ ("All weights under the names and in the layouts of PyTorch."),
  .files
  = { { ".safetensors", N_ ("Weights as safetensors") }, { ".npz", N_ ("Weights for NumPy") } },
  .save = save_weights,
};
