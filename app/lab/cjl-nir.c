/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A graph of NIR becomes a network: matrices that feed neurons back go into them, several wires into a node are a
 * sum, and what a project needs besides (data, readout, loss, weights, places of cards) is added. */
#include "cjl-nir-private.h"

#include "cj-error.h"
#include "cjl-arrange.h"
#include "cjl-placeholders.h"
#include "file.h"
#include "hdf5.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <stddef.h>
#include <string.h>

#define MOMENTS 100           /* of the data that are made up */
#define MAX_FEATURES 1000000  /* that a graph takes in */
#define DATA_BYTES (64 << 20) /* of those data, about */
#define SAMPLES 1000          /* of them at most */

static const char *const methods[] = { "exact", "euler", NULL };
static const char *const resets[] = { "subtract", "zero", NULL };

const CjParam cjl_nir_params[] = {
  { .name = "dt",
    .title = "Time step in ms",
    .blurb = "How long a time step is, for the times of a NIR graph",
    .unit = "ms",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjlNirOptions, dt),
    .preset = 0.1,
    .min = 0.001,
    .max = 10000,
    .digits = 3 },
  { .name = "method",
    .title = "Method",
    .blurb
    = "What is left of a state after a time step: e^(−dt / τ), or Euler's step 1 − dt / τ, as most "
      "frameworks that write NIR take it",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (CjlNirOptions, method),
    .choices = methods,
    .max = CJL_NIR_EULER },
  { .name = "reset",
    .title = "Reset",
    .blurb
    = "After a spike the membrane is back at rest, as NIR has it, or the threshold is taken off",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (CjlNirOptions, reset),
    .choices = resets,
    .preset = CJ_RESET_ZERO,
    .max = CJ_RESET_ZERO },
  { NULL },
};

void
cjl_nir_options_init (CjlNirOptions *options)
{
  cj_params_reset (cjl_nir_params, options);
}

gboolean
cjl_nir_is_file (const char *path)
{
  return g_str_has_suffix (path, ".nir");
}

/* --- order --- */

static const CjdNirNode *
get_node (const CjlNirImport *import, guint place)
{
  return import->nir->nodes->pdata[place];
}

static gboolean
is_kind (const CjlNirImport *import, guint place, const char *type)
{
  return g_str_equal (get_node (import, place)->type, type);
}

/* Matrices with one wire in and one out, both of the same spiking neurons. */
static void
find_feedback (CjlNirImport *import)
{
  const guint n = import->nir->nodes->len;
  g_autofree int *from = g_new (int, n + 1), *to = g_new (int, n + 1);

  for (guint i = 0; i < n; i++)
    from[i] = to[i] = import->feedback[i] = -1;
  /* -2: several */
  for (guint i = 0; i < import->nir->edges->len; i++)
    {
      const CjdNirEdge *e = &g_array_index (import->nir->edges, CjdNirEdge, i);

      from[e->to] = from[e->to] == -1 ? (int) e->from : -2;
      to[e->from] = to[e->from] == -1 ? (int) e->to : -2;
    }
  for (guint i = 0; i < n; i++)
    if (cjl_nir_is_matrix (get_node (import, i)) && from[i] >= 0 && from[i] == to[i]
        && g_str_has_suffix (get_node (import, (guint) from[i])->type, "IF"))
      import->feedback[from[i]] = (int) i;
}

static gboolean
is_feedback (const CjlNirImport *import, guint place)
{
  for (guint i = 0; i < import->nir->nodes->len; i++)
    if (import->feedback[i] == (int) place)
      return TRUE;
  return FALSE;
}

/* Places of the nodes, sources first, feedback left out; NULL and the nodes of a loop. */
static GArray *
sort (const CjlNirImport *import, GError **error)
{
  const guint n = import->nir->nodes->len;
  g_autoptr (GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree guint *waits = g_new0 (guint, n + 1);
  g_autofree gboolean *out = g_new0 (gboolean, n + 1);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    if (import->feedback[i] >= 0)
      out[import->feedback[i]] = TRUE;
  for (guint i = 0; i < import->nir->edges->len; i++)
    {
      const CjdNirEdge *e = &g_array_index (import->nir->edges, CjdNirEdge, i);

      waits[e->to] += !out[e->from] && !out[e->to];
    }
  for (guint i = 0; i < n; i++)
    if (waits[i] == 0 && !out[i])
      g_array_append_val (order, i);
  for (guint k = 0; k < order->len; k++)
    for (guint i = 0; i < import->nir->edges->len; i++)
      {
        const CjdNirEdge *e = &g_array_index (import->nir->edges, CjdNirEdge, i);

        if (e->from == g_array_index (order, guint, k) && !out[e->to] && --waits[e->to] == 0)
          g_array_append_val (order, e->to);
      }
  for (guint i = 0; i < n; i++)
    if (waits[i] > 0 && !out[i])
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "",
                              get_node (import, i)->name);
  if (names->len == 0)
    return g_steal_pointer (&order);
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("There is a loop in or before %s. What can be read is a matrix from spiking "
                  "neurons back to themselves."),
               names->str);
  return NULL;
}

/* --- wires --- */

/* What comes into a node: nothing, a node, or the sum of several. FALSE: an error. */
static gboolean
collect (CjlNirImport *import, guint place, CjNode **source, GError **error)
{
  g_autoptr (GPtrArray) from = g_ptr_array_new ();

  *source = NULL;
  for (guint i = 0; i < import->nir->edges->len; i++)
    {
      const CjdNirEdge *e = &g_array_index (import->nir->edges, CjdNirEdge, i);

      if (e->to == place && !is_feedback (import, e->from) && import->made[e->from] != NULL)
        g_ptr_array_add (from, import->made[e->from]);
    }
  if (from->len > 0)
    *source = from->pdata[0];
  for (guint i = 1; i < from->len;)
    {
      CjNode *sum = cjl_nir_add (import, "add", NULL, *source, error, NULL);

      for (guint port = 1; sum != NULL && port < CJ_LAYER_MAX_IN && i < from->len; port++, i++)
        if (!cj_graph_connect (import->graph, from->pdata[i], 0, sum, port, error))
          return FALSE;
      *source = sum;
      if (sum == NULL)
        return FALSE;
    }
  return TRUE;
}

/* The shape of a sample at a moment, its leading ones left out but for the last. */
static gboolean
read_shape (const CjdNirNode *node, CjShape *shape, GError **error)
{
  const CjdNpyArray *array = cjd_nir_node_find (node, "shape");
  gint64 size = 1;

  *shape = cj_shape (0, NULL);
  for (gint64 i = 0; array != NULL && i < array->size; i++)
    {
      const double dim = cjd_npy_array_get (array, i);

      if (!(dim >= 1 && dim <= MAX_FEATURES) || size * dim > MAX_FEATURES
          || shape->n_dims + 2 > CJ_MAX_DIMS)
        {
          array = NULL;
          break;
        }
      size *= (gint64) dim;
      if (dim > 1 || shape->n_dims > 0 || i + 1 == array->size || array->size <= 3)
        shape->dims[shape->n_dims++] = (gint64) dim;
    }
  if (array != NULL && shape->n_dims > 0)
    return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("“%s” has no shape of at most %d numbers that the graph takes in."), node->name,
               MAX_FEATURES);
  return FALSE;
}

/* Samples come as moments × features; pictures are made of them where something looks at pictures. */
static gboolean
add_input (CjlNirImport *import, guint place, CjShape *shape, GError **error)
{
  CjNode *node = NULL;
  gboolean pictures = FALSE, rows = FALSE;

  if (shape->n_dims > 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("“%s” is a second input. One is what can be read."),
                   get_node (import, place)->name);
      return FALSE;
    }
  if (!read_shape (get_node (import, place), shape, error))
    return FALSE;
  for (guint i = 0; i < import->nir->nodes->len; i++)
    {
      pictures |= g_str_has_suffix (get_node (import, i)->type, "2d");
      rows |= is_kind (import, i, "Conv1d");
    }
  node = cjl_nir_add (import, "input", "input", NULL, error, NULL);
  if (node != NULL && shape->n_dims == 3 && pictures)
    {
      g_autofree char *text
          = g_strdup_printf ("shape=?x%lldx%lldx%lld", (long long) shape->dims[0],
                             (long long) shape->dims[1], (long long) shape->dims[2]);

      node = cjl_nir_add (import, "reshape", NULL, node, error, text, NULL);
    }
  else if (node != NULL && shape->n_dims == 2 && rows)
    {
      g_autofree char *text = g_strdup_printf ("shape=?x%lldx1x%lld", (long long) shape->dims[0],
                                               (long long) shape->dims[1]);

      node = cjl_nir_add (import, "reshape", NULL, node, error, text, NULL);
    }
  import->made[place] = node;
  return node != NULL;
}

/* A block for a graph within the graph; none where there are too many. */
static void
choose_block (CjlNirImport *import, GHashTable *blocks, const CjdNirNode *node)
{
  const char *end = node->inner ? strchr (node->name, '.') : NULL;
  g_autofree char *title = end != NULL ? g_strndup (node->name, (gsize) (end - node->name)) : NULL;
  const char *found = title != NULL ? g_hash_table_lookup (blocks, title) : NULL;
  CjBlock *block;

  if (title != NULL && found == NULL)
    {
      block = cj_graph_add_block (import->graph, title, NULL, NULL);
      if (block != NULL)
        {
          found = block->id;
          g_hash_table_insert (blocks, g_steal_pointer (&title), g_strdup (found));
        }
    }
  import->block = title != NULL || found != NULL ? found : NULL;
}

/* All layers; *shape is that of the input, *end what goes to the output. */
static gboolean
add_all (CjlNirImport *import, CjShape *shape, CjNode **end, GError **error)
{
  g_autoptr (GHashTable) blocks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GArray) order = sort (import, error);

  *end = NULL;
  for (guint i = 0; order != NULL && i < order->len; i++)
    {
      const guint place = g_array_index (order, guint, i);
      const CjdNirNode *node = get_node (import, place);
      const gboolean edge = g_str_equal (node->type, "Input") || g_str_equal (node->type, "Output");
      CjNode *source;

      choose_block (import, blocks, node);
      if (!collect (import, place, &source, error))
        return FALSE;
      if (g_str_equal (node->type, "Input") && !node->inner)
        {
          if (!add_input (import, place, shape, error))
            return FALSE;
        }
      else if (edge)
        import->made[place] = source;
      else if (source == NULL)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       _ ("“%s” (%s) hears nothing: no wire leads to it from an Input."),
                       node->name, node->type);
          return FALSE;
        }
      else if (!cjl_nir_add_layers (import, place, source, error))
        return FALSE;
      if (g_str_equal (node->type, "Output") && !node->inner && *end == NULL)
        *end = source;
    }
  import->block = NULL;
  return order != NULL;
}

static gboolean
check_input (const CjlNirImport *import, GError **error)
{
  for (guint i = 0; i < import->nir->nodes->len; i++)
    if (is_kind (import, i, "Input") && !get_node (import, i)->inner)
      return TRUE;
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("It has no node of the type Input."));
  return FALSE;
}

/* --- the project --- */

static CjDataSpec
make_spec (const CjShape *shape)
{
  const CjShape none = cj_shape (0, NULL);

  return (CjDataSpec){ .batch = 1,
                       .x_shape = cj_shape2 (MOMENTS, cj_shape_size (shape)),
                       .y_shape = none,
                       .x_dtype = CJ_FLOAT32,
                       .y_dtype = CJ_INT32 };
}

/* Numbers that the output gives at a moment, 0 where it is none of numbers in a row. */
static int
count_outputs (const CjlNirImport *import, const CjShape *shape, const CjNode *end)
{
  const CjDataSpec spec = make_spec (shape);
  g_autoptr (CjLowered) lowered = cj_lower (import->graph, &spec);
  const CjLoweredNode *node
      = end != NULL ? &lowered->nodes[cj_graph_get_index (import->graph, end)] : NULL;
  const CjShape *y
      = node != NULL && node->valid ? cj_builder_get_shape (lowered->builder, node->out[0]) : NULL;

  return y != NULL && y->n_dims == 3 && y->dims[2] <= 1000 ? (int) y->dims[2] : 0;
}

static GVariant *
make_data (const CjShape *shape, int classes)
{
  const gint64 bytes = MOMENTS * cj_shape_size (shape);
  GVariantBuilder builder;
  struct
  {
    const char *name;
    gint64 value;
  } settings[] = { { "steps", MOMENTS },
                   { "fibres", cj_shape_size (shape) },
                   { "classes", MAX (classes, 1) },
                   { "samples", CLAMP (DATA_BYTES / bytes, 4 * MAX (classes, 1), SAMPLES) } };

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    g_variant_builder_add (
        &builder, "{sv}", settings[i].name,
        g_variant_new_take_string (g_strdup_printf ("%lld", (long long) settings[i].value)));
  return g_variant_builder_end (&builder);
}

/* Weights in the shapes that the network has them; a number for all units becomes one a unit. */
static CjCheckpoint *
make_weights (const CjlNirImport *import, const CjShape *shape, GError **error)
{
  const CjDataSpec spec = make_spec (shape);
  g_autoptr (CjLowered) lowered = cj_lower (import->graph, &spec);
  g_autoptr (GHashTable) shapes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (CjTable) table = cj_table_new_empty ();
  CjCheckpoint *weights;

  for (guint i = 0; i < lowered->builder->values->len; i++)
    {
      const CjValue *value = cj_builder_get_value (lowered->builder, (int) i);

      if (value->kind == CJ_VALUE_PARAM)
        g_hash_table_insert (shapes, value->name, (gpointer) &value->shape);
    }
  for (guint i = 0; i < import->weights->len; i++)
    {
      const CjdNamedTensor *named = import->weights->pdata[i];
      const CjShape *wanted = g_hash_table_lookup (shapes, named->name);
      const gint64 size = cj_shape_size (&named->tensor->shape);

      if (wanted != NULL && size != 1 && cj_shape_size (wanted) != size)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       _ ("“%s” has %lld numbers, but %lld units are there."), named->name,
                       (long long) size, (long long) cj_shape_size (wanted));
          return NULL;
        }
      cj_table_append (table, named->name, wanted != NULL ? wanted : &named->tensor->shape, FALSE);
    }
  weights = cj_checkpoint_new (table, 0, 0);
  for (guint i = 0; i < import->weights->len; i++)
    {
      const CjdNamedTensor *named = import->weights->pdata[i];
      const CjTableEntry *entry = cj_table_find (table, named->name);
      const gboolean one = cj_shape_size (&named->tensor->shape) == 1;

      for (gint64 k = 0; k < entry->size; k++)
        cj_checkpoint_get_data (weights, entry)[k] = cj_tensor_f32 (named->tensor)[one ? 0 : k];
    }
  return weights;
}

/* Nodes of kinds that are not known become placeholders that keep their place in the graph. */
static gboolean
put_placeholders (CjlNirImport *import, char **note, GError **error)
{
  if (note != NULL)
    *note = cjl_placeholders_print (import->unknown);
  return cjl_placeholders_put (import->graph, import->unknown, error);
}

/* A readout of spikes and a loss where the answer can be a class. */
static gboolean
add_readout (CjlNirImport *import, CjNode *end, GError **error)
{
  CjNode *node = cjl_nir_add (import, "spike-readout", NULL, end, error, "measure=count", NULL);

  node = node != NULL ? cjl_nir_add (import, "cross-entropy", NULL, node, error, NULL) : NULL;
  return node != NULL;
}

static gboolean
fill_project (CjlNirImport *import, CjlProject *project, char **note, GError **error)
{
  CjShape shape = cj_shape (0, NULL);
  g_autoptr (CjCheckpoint) weights = NULL;
  CjNode *end;
  int classes;

  find_feedback (import);
  if (!check_input (import, error) || !add_all (import, &shape, &end, error))
    return FALSE;
  weights = make_weights (import, &shape, error);
  classes = count_outputs (import, &shape, end);
  if (weights == NULL || (classes > 1 && !add_readout (import, end, error))
      || !put_placeholders (import, note, error))
    return FALSE;
  cjl_arrange_levels (import->graph);
  cjl_project_set_data (project, "rate-patterns", make_data (&shape, classes));
  cjl_project_store (project, weights);
  return TRUE;
}

static CjlProject *
make_project (const CjdNirGraph *nir, const char *title, const CjlNirOptions *options, char **note,
              GError **error)
{
  g_autoptr (CjlProject) project = cjl_project_new ();
  const guint n = nir->nodes->len;
  g_autofree CjNode **made = g_new0 (CjNode *, n + 1);
  g_autofree int *feedback = g_new0 (int, n + 1);
  g_autoptr (GPtrArray) weights = cjd_named_tensors_new ();
  g_autoptr (GPtrArray) unknown = g_ptr_array_new_with_free_func (g_free);
  CjlNirImport import = { .nir = nir,
                          .options = options,
                          .graph = project->graph,
                          .weights = weights,
                          .made = made,
                          .feedback = feedback,
                          .unknown = unknown };

  cjl_project_set_title (project, title);
  return fill_project (&import, project, note, error) ? g_steal_pointer (&project) : NULL;
}

CjlProject *
cjl_nir_parse (GBytes *bytes, const char *title, const CjlNirOptions *options, char **note,
               GError **error)
{
  g_autoptr (CjdNirGraph) nir = cjd_nir_parse (bytes, error);

  return nir != NULL ? make_project (nir, title, options, note, error) : NULL;
}

CjlProject *
cjl_nir_load (const char *path, const CjlNirOptions *options, char **note, GError **error)
{
  g_autoptr (GBytes) bytes = cjd_file_read (path, CJD_HDF5_MAX_BYTES, error);
  g_autofree char *title = g_path_get_basename (path);
  CjlProject *project;

  if (bytes == NULL)
    return NULL;
  if (cjl_nir_is_file (title))
    title[strlen (title) - strlen (".nir")] = '\0';
  project = cjl_nir_parse (bytes, title, options, note, error);
  if (project == NULL)
    g_prefix_error (error, "%s: ", path);
  return project;
}
