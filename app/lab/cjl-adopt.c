/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-adopt.h"

#include "cjd-augment.h"
#include "cjd-reader.h"
#include "cjd-source.h"
#include "cjl-transfer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define GROWN 4 /* pictures so many times larger than those before are shrunk to them */
#define MOST_STARS 4
#define MAX_STORED 200 /* paths listed */
#define MAX_HEAP 24    /* in a folder; more are parts of something */

/* Gives every last layer the units that the compiler asks for. */
static gboolean
refit (CjGraph *graph, const CjDataSpec *spec)
{
  g_autoptr (CjLowered) lowered = cj_lower (graph, spec);
  gboolean changed = FALSE;

  for (guint i = 0; i < lowered->problems->len; i++)
    {
      const CjProblem *problem = lowered->problems->pdata[i];
      g_auto (GStrv) pair = problem->set != NULL ? g_strsplit (problem->set, "=", 2) : NULL;
      CjNode *node = pair != NULL ? cj_graph_find (graph, problem->node) : NULL;

      if (node != NULL)
        changed |= cj_graph_set_param (graph, node, pair[0], pair[1], NULL);
    }
  return changed;
}

gboolean
cjl_project_refit (CjlProject *project, const CjdDataset *dataset)
{
  const CjDataSpec spec = cjl_data_spec (dataset, project->setup->batch);
  gboolean changed;

  cjl_project_begin (project);
  changed = refit (project->graph, &spec);
  cjl_project_commit (project, _ ("Fit the last layer"), NULL);
  return changed;
}

int
cjl_project_fit_batch (CjlProject *project, const CjdDataset *dataset)
{
  const gsize n_train = cjd_dataset_count (dataset, CJD_SPLIT_TRAIN);
  g_autofree char *text = NULL;
  int batch = 1;

  if (n_train == 0 || n_train >= (gsize) project->setup->batch)
    return 0;
  while ((gsize) batch * 2 <= n_train)
    batch *= 2;
  text = g_strdup_printf ("%d", batch);
  cj_train_setup_set (project->setup, "batch", text, NULL);
  return batch;
}

/* Whether a network, its last layer fitted, can learn from data; else why not. */
static gboolean
suits (const CjGraph *graph, const CjDataSpec *spec, GError **error)
{
  g_autoptr (CjGraph) copy = cj_graph_dup (graph);
  g_autoptr (CjLowered) lowered = NULL;

  refit (copy, spec);
  lowered = cj_lower (copy, spec);
  return cj_lowered_can_train (lowered, error);
}

gboolean
cjl_find_pictures (const CjGraph *graph, CjShape *shape)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i], *from = node->from[0].node;
      g_auto (GStrv) sizes = NULL;
      guint64 size[3];
      guint n = 0;

      if (!g_str_equal (node->layer->id, "reshape") || from == NULL
          || !g_str_equal (from->layer->id, "input"))
        continue;
      sizes = g_strsplit ((const char *) node->params
                              + cj_params_find (node->layer->params, "shape")->offset,
                          "x", -1);
      while (n < 3 && sizes[n] != NULL
             && g_ascii_string_to_unsigned (sizes[n], 10, 1, G_MAXINT16, &size[n], NULL))
        n++;
      if (n < 3 || sizes[3] != NULL || (size[0] != 1 && size[0] != 3))
        continue;
      *shape = cj_shape3 ((gint64) size[0], (gint64) size[1], (gint64) size[2]);
      return TRUE;
    }
  return FALSE;
}

/* The shape pictures are to have: their own; else the size of those before; else size and channels. `stays`: the
 * channels are those before in any case. */
static void
choose_shape (const CjGraph *graph, CjDataSpec *spec, const CjShape *before, gboolean stays)
{
  const CjShape own = spec->x_shape;
  gint64 channels = own.dims[0];
  CjShape laid_out;

  if (own.n_dims == 3 && (before == NULL || before->n_dims != 3)
      && cjl_find_pictures (graph, &laid_out))
    before = &laid_out;
  if (own.n_dims != 3 || before == NULL || before->n_dims != 3)
    return;
  if (stays && (before->dims[0] == 1 || before->dims[0] == 3))
    spec->x_shape.dims[0] = channels = before->dims[0];
  if (suits (graph, spec, NULL)
      && own.dims[1] * own.dims[2] <= GROWN * before->dims[1] * before->dims[2])
    return;
  spec->x_shape = cj_shape3 (channels, before->dims[1], before->dims[2]);
  if (suits (graph, spec, NULL))
    return;
  spec->x_shape = *before;
  if (!suits (graph, spec, NULL))
    spec->x_shape = own;
}

/* Parameters of reading that give pictures of the shape. */
static GVariant *
print_params (const CjShape *own, const CjShape *shape)
{
  GVariantBuilder params;

  g_variant_builder_init (&params, G_VARIANT_TYPE_VARDICT);
  if (shape->n_dims == 3 && (shape->dims[1] != own->dims[1] || shape->dims[2] != own->dims[2]))
    {
      g_autofree char *size
          = g_strdup_printf ("%lldx%lld", (long long) shape->dims[1], (long long) shape->dims[2]);

      g_variant_builder_add (&params, "{sv}", "size", g_variant_new_string (size));
    }
  if (shape->n_dims == 3 && shape->dims[0] != own->dims[0])
    g_variant_builder_add (&params, "{sv}", "channels",
                           g_variant_new_string (shape->dims[0] == 1 ? "grey" : "colour"));
  return g_variant_builder_end (&params);
}

/* Everything but the edit around it. */
static void
adopt (CjlProject *project, const char *source, const CjdDataset *base, const CjShape *before,
       gboolean stays, CjlAdoption *adoption)
{
  CjDataSpec spec = cjl_data_spec (base, 1);
  const CjShape own = spec.x_shape;
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdAugmenter) augmenter = NULL;

  *adoption = (CjlAdoption){ 0 };
  choose_shape (project->graph, &spec, before, stays);
  adoption->shape = spec.x_shape;
  adoption->resized = !cj_shape_equal (&own, &spec.x_shape);
  cjl_project_set_data (project, source, print_params (&own, &spec.x_shape));
  adoption->refitted = refit (project->graph, &spec);
  if (!suits (project->graph, &spec, &error))
    adoption->problem = g_strdup (error->message);
  adoption->batch = cjl_project_fit_batch (project, base);
  if (*project->data.augment == '\0')
    return;
  if (base->x_dtype != CJ_INT32)
    augmenter = cjd_augmenter_parse (project->data.augment, &spec.x_shape, NULL);
  if (augmenter == NULL)
    {
      g_free (project->data.augment);
      project->data.augment = g_strdup ("");
    }
}

static void
adopt_as_edit (CjlProject *project, const char *source, const CjdDataset *base,
               const CjShape *before, gboolean stays, CjlAdoption *adoption)
{
  /* Translators: title of an edit; %s is the name of a data set */
  g_autofree char *title = g_strdup_printf (_ ("Use %s"), base->name);

  cjl_project_begin (project);
  adopt (project, source, base, before, stays, adoption);
  cjl_project_commit (project, title, NULL);
}

void
cjl_project_adopt (CjlProject *project, const char *source, const CjdDataset *base,
                   const CjShape *before, CjlAdoption *adoption)
{
  adopt_as_edit (project, source, base, before, cjl_project_is_frozen (project), adoption);
}

void
cjl_project_adopt_for_body (CjlProject *project, const char *source, const CjdDataset *base,
                            const CjShape *before, CjlAdoption *adoption)
{
  adopt_as_edit (project, source, base, before, TRUE, adoption);
}

/* What a sample of the template's own data is, from a few of them. */
static CjdDataset *
make_few (const CjlTemplate *info)
{
  const CjdSourceInfo *source = cjd_source_find (info->source);
  g_autofree gpointer params = NULL;
  g_auto (GStrv) settings = g_strsplit (info->data != NULL ? info->data : "", " ", -1);

  if (source == NULL)
    return NULL;
  params = g_malloc0 (MAX (source->params_size, 1));
  cj_params_reset (source->params, params);
  cj_params_parse (source->params, params, "samples", "64", NULL);
  for (guint i = 0; settings[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (settings[i], "=", 2);

      if (pair[0] != NULL && pair[1] != NULL)
        cj_params_parse (source->params, params, pair[0], pair[1], NULL);
    }
  return source->make (params, NULL);
}

/* How well data suit a template, 0: not at all. */
static int
rate (const CjlTemplate *info, const CjdDataset *base)
{
  g_autoptr (CjdDataset) few = make_few (info);
  g_autoptr (CjlProject) project = few != NULL ? cjl_template_make (info, NULL) : NULL;
  CjDataSpec spec = cjl_data_spec (base, 1);
  CjShape was;
  int stars = 1;

  if (project == NULL || spec.x_shape.n_dims != few->x_shape.n_dims - 1
      || (base->x_dtype == CJ_INT32) != (few->x_dtype == CJ_INT32)
      || base->y->shape.n_dims != few->y->shape.n_dims)
    return 0;
  was = cjd_dataset_get_x_shape (few);
  choose_shape (project->graph, &spec, &was, FALSE);
  if (!suits (project->graph, &spec, NULL))
    return 0;
  stars += base->n_classes > 0 && few->n_classes > 0 && !g_str_equal (info->id, "autoencoder");
  stars += cj_shape_equal (&spec.x_shape, &was) ? 2 : spec.x_shape.dims[0] == was.dims[0];
  return stars;
}

const CjlTemplate **
cjl_templates_for (const CjdDataset *base)
{
  GPtrArray *found = g_ptr_array_new ();
  g_autoptr (GArray) stars = g_array_new (FALSE, FALSE, sizeof (int));
  const CjlTemplate *all = cjl_templates ();

  for (guint i = 0; all[i].id != NULL; i++)
    {
      const int n = rate (&all[i], base);

      g_array_append_val (stars, n);
    }
  for (int n = MOST_STARS; n > 0; n--)
    for (guint i = 0; i < stars->len; i++)
      if (g_array_index (stars, int, i) == n)
        g_ptr_array_add (found, (gpointer) &all[i]);
  g_ptr_array_add (found, NULL);
  return (const CjlTemplate **) g_ptr_array_free (found, FALSE);
}

CjlProject *
cjl_template_make_for (const CjlTemplate *info, const char *source, const CjdDataset *base,
                       GError **error)
{
  g_autoptr (CjlProject) project = cjl_template_make (info, error);
  g_autoptr (CjdDataset) few = make_few (info);
  CjlAdoption adoption;
  CjShape before;

  if (project == NULL)
    return NULL;
  if (few != NULL)
    before = cjd_dataset_get_x_shape (few);
  adopt (project, source, base, few != NULL ? &before : NULL, FALSE, &adoption);
  g_free (adoption.problem);
  cjl_project_set_title (project, base->name);
  return g_steal_pointer (&project);
}

static gint
compare_paths (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Whether a file is there for its data: any text can be read, but not all are meant to be. */
static gboolean
is_meant (const char *path)
{
  static const char *const endings[] = { ".csv", ".tsv", ".tab", ".data", ".npz", ".txt" };
  g_autofree char *name = g_path_get_basename (path);

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]))
      return !g_str_has_prefix (name, "README") && !g_str_has_prefix (name, "LICENSE");
  return FALSE;
}

/* What readers recognise in a folder, or in the folders in it, those apart that hold heaps of files. */
static void
collect (GPtrArray *paths, const char *folder, guint depth)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL && paths->len < MAX_STORED
         && found->len <= MAX_HEAP)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *place = *name != '.' && is_meant (path) ? cjd_find (path, NULL, NULL) : NULL;

      if (place != NULL)
        g_ptr_array_add (found, g_steal_pointer (&place));
      else if (depth > 0 && *name != '.' && g_file_test (path, G_FILE_TEST_IS_DIR))
        collect (paths, path, depth - 1);
    }
  for (guint i = 0; i < found->len && found->len <= MAX_HEAP; i++)
    g_ptr_array_add (paths, g_strdup (found->pdata[i]));
}

GStrv
cjl_data_list_stored (void)
{
  const char *folder = g_getenv ("CAJAL_DATA_DIR");
  GPtrArray *paths = g_ptr_array_new ();

  if (folder != NULL)
    collect (paths, folder, 1);
  g_ptr_array_sort (paths, compare_paths);
  g_ptr_array_add (paths, NULL);
  return (GStrv) g_ptr_array_free (paths, FALSE);
}
