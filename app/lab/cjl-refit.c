/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-refit.h"

#include "cjd-reader.h"
#include "cjl-adopt.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Height, width and channels of the pictures that the network takes now; FALSE if it takes none or
 * nobody knows. */
static gboolean
find_picture (CjlProject *project, gint64 shape[3])
{
  g_autoptr (GVariant) list
      = project->learned != NULL
            ? g_variant_lookup_value (project->learned, "shape", G_VARIANT_TYPE ("av"))
            : NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  CjShape sample;

  if (list != NULL && g_variant_n_children (list) == 3)
    {
      for (gsize i = 0; i < 3; i++)
        {
          g_autoptr (GVariant) box = g_variant_get_child_value (list, i);
          g_autoptr (GVariant) item = g_variant_get_variant (box);

          if (!g_variant_is_of_type (item, G_VARIANT_TYPE_INT64))
            return FALSE;
          shape[i] = g_variant_get_int64 (item);
        }
      return TRUE;
    }
  dataset = list == NULL ? cjl_data_load (&project->data, NULL) : NULL;
  if (dataset != NULL)
    sample = cjd_dataset_get_x_shape (dataset);
  if ((dataset == NULL || sample.n_dims != 3) && !cjl_find_pictures (project->graph, &sample))
    return FALSE;
  memcpy (shape, sample.dims, sizeof *shape * 3);
  return TRUE;
}

/* How files are to be read, where it does not belong to the old ones. */
static GVariant *
choose_params (CjlProject *project, const gint64 *picture)
{
  static const char *const kept[] = { "length", "memory" };
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      const char *value = NULL;

      if (g_variant_lookup (project->data.params, kept[i], "&s", &value))
        g_variant_dict_insert (&dict, kept[i], "s", value);
    }
  if (picture != NULL && (picture[0] == 1 || picture[0] == 3))
    {
      g_autofree char *size = g_strdup_printf ("%dx%d", (int) picture[1], (int) picture[2]);

      g_variant_dict_insert (&dict, "size", "s", size);
      g_variant_dict_insert (&dict, "channels", "s", picture[0] == 1 ? "grey" : "colour");
    }
  return g_variant_dict_end (&dict);
}

/* Size and channels mean nothing for what is no picture. */
static void
drop_size (CjlProject *project)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, project->data.params);
  g_variant_dict_remove (&dict, "size");
  g_variant_dict_remove (&dict, "channels");
  g_variant_unref (project->data.params);
  project->data.params = g_variant_ref_sink (g_variant_dict_end (&dict));
}

CjdDataset *
cjl_refit_data (CjlProject *project, const char *source, GPtrArray *said, GError **error)
{
  CjlDataChoice before = cjl_data_choice_copy (&project->data);
  CjdDataset *dataset;
  gint64 picture[3] = { 0 };
  const gboolean fits = find_picture (project, picture);

  cjl_project_begin (project);
  cjl_project_set_data (project, source, choose_params (project, fits ? picture : NULL));
  dataset = cjl_data_load (&project->data, error);
  if (dataset == NULL)
    {
      cjl_data_choice_clear (&project->data);
      project->data = cjl_data_choice_copy (&before);
    }
  else if (cjd_dataset_get_x_shape (dataset).n_dims != 3)
    drop_size (project);
  if (dataset != NULL && dataset->note != NULL)
    g_ptr_array_add (said, g_strdup (dataset->note));
  cjl_project_commit (project, _ ("Change data"), NULL);
  cjl_data_choice_clear (&before);
  return dataset;
}
