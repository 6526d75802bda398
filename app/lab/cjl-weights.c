/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-weights.h"

#include "cj-error.h"
#include "cjl-session-private.h"
#include "file.h"
#include "npz.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#define COUNTED ".num_batches_tracked"

static gboolean
ends_so (const char *path, const char *const *endings)
{
  for (guint i = 0; endings[i] != NULL; i++)
    if (g_str_has_suffix (path, endings[i]))
      return TRUE;
  return FALSE;
}

static const char *const pickles[] = { ".pt", ".pth", ".ckpt", NULL };

gboolean
cjl_weights_is_file (const char *path)
{
  static const char *const endings[] = { ".safetensors", ".npz", ".npy", NULL };

  return ends_so (path, endings) || ends_so (path, pickles);
}

/* --- reading --- */

/* The same numbers as float32. */
static CjTensor *
dup_floats (const CjTensor *from)
{
  CjTensor *to = cj_tensor_new (CJ_FLOAT32, &from->shape);

  for (gint64 i = 0; i < cj_shape_size (&from->shape); i++)
    cj_tensor_f32 (to)[i] = from->dtype == CJ_FLOAT32 ? cj_tensor_f32 (from)[i]
                            : from->dtype == CJ_INT32 ? (float) cj_tensor_i32 (from)[i]
                                                      : (float) ((const guint8 *) from->data)[i];
  return to;
}

static gboolean
load_safetensors (const char *path, GPtrArray *tensors, GError **error)
{
  g_autoptr (GBytes) bytes = cjd_file_read (path, CJD_NPZ_MAX_BYTES, error);
  g_autoptr (GPtrArray) read = bytes != NULL ? cjd_safetensors_parse (bytes, error) : NULL;

  if (read == NULL && bytes != NULL)
    g_prefix_error (error, "%s: ", path);
  for (guint i = 0; read != NULL && i < read->len; i++)
    {
      const CjdNamedTensor *named = read->pdata[i];

      g_ptr_array_add (tensors, cjd_named_tensor_new (named->name, dup_floats (named->tensor)));
    }
  return read != NULL;
}

static gboolean
load_npz (const char *path, GPtrArray *tensors, GError **error)
{
  g_autoptr (GPtrArray) arrays = cjd_npz_load (path, error);

  for (guint i = 0; arrays != NULL && i < arrays->len; i++)
    {
      const CjdNpyArray *array = arrays->pdata[i];

      g_ptr_array_add (tensors,
                       cjd_named_tensor_new (array->name, cjd_npy_array_dup_floats (array)));
    }
  return arrays != NULL;
}

static gboolean
load_npy (const char *path, GPtrArray *tensors, GError **error)
{
  g_autoptr (CjdNpyArray) array = cjd_npy_load (path, error);
  g_autofree char *name = g_path_get_basename (path);

  if (array == NULL)
    return FALSE;
  name[strlen (name) - strlen (".npy")] = '\0';
  g_ptr_array_add (tensors, cjd_named_tensor_new (name, cjd_npy_array_dup_floats (array)));
  return TRUE;
}

static gboolean
load (const char *path, GPtrArray *tensors, GError **error)
{
  if (g_str_has_suffix (path, ".safetensors"))
    return load_safetensors (path, tensors, error);
  if (g_str_has_suffix (path, ".npz"))
    return load_npz (path, tensors, error);
  if (g_str_has_suffix (path, ".npy"))
    return load_npy (path, tensors, error);
  if (ends_so (path, pickles))
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                 _ ("“%s” is a pickle, which may run code when it is opened. Save the weights with "
                    "safetensors.torch.save_file (model.state_dict (), \"model.safetensors\")."),
                 path);
  else
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                 _ ("“%s” holds no weights that can be read. Take a file that ends in "
                    ".safetensors, .npz or .npy."),
                 path);
  return FALSE;
}

GPtrArray *
cjl_weights_load (const char *const *paths, GError **error)
{
  g_autoptr (GPtrArray) tensors = cjd_named_tensors_new ();

  for (guint i = 0; paths[i] != NULL; i++)
    if (!load (paths[i], tensors, error))
      return NULL;
  return g_steal_pointer (&tensors);
}

/* --- matching --- */

/* What is being matched: places of the file's tensors by name, and which are taken. */
typedef struct
{
  CjlWeightsMatch *match;
  GHashTable *places; /* name to place in tensors, and 1 more */
  gboolean *used;     /* by place */
} Matching;

static const CjdNamedTensor *
get_named (const Matching *self, guint place)
{
  return self->match->tensors->pdata[place];
}

/* Place of a name behind a prefix, or -1. */
static int
find_place (const Matching *self, const char *prefix, const char *name)
{
  g_autofree char *whole = g_strconcat (prefix, name, NULL);

  return GPOINTER_TO_INT (g_hash_table_lookup (self->places, whole)) - 1;
}

static guint
count_found (const Matching *self, const char *prefix)
{
  guint n = 0;

  for (guint i = 0; i < self->match->table->entries->len; i++)
    n += find_place (self, prefix, cj_table_get (self->match->table, i)->name) >= 0;
  return n;
}

/* The prefix with which most names of the network are in the file, the shortest of them. Tried are those that leave
 * the name of a tensor of the network. You free. */
static char *
find_prefix (const Matching *self)
{
  g_autoptr (GHashTable) tried = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  char *best = g_strdup ("");
  guint most = count_found (self, "");

  for (guint i = 0; i < self->match->tensors->len; i++)
    {
      const char *name = get_named (self, i)->name;

      for (const char *dot = strchr (name, '.'); dot != NULL; dot = strchr (dot + 1, '.'))
        {
          g_autofree char *prefix = g_strndup (name, (gsize) (dot + 1 - name));
          guint n;

          if (cj_table_find (self->match->table, dot + 1) == NULL
              || g_hash_table_contains (tried, prefix))
            continue;
          n = count_found (self, prefix);
          if (n > most || (n == most && n > 0 && strlen (prefix) < strlen (best)))
            {
              most = n;
              g_free (best);
              best = g_strdup (prefix);
            }
          g_hash_table_add (tried, g_steal_pointer (&prefix));
        }
    }
  return best;
}

static CjlWeightsRow *
get_row (const Matching *self, guint i)
{
  return &g_array_index (self->match->rows, CjlWeightsRow, i);
}

/* Ties tensor `place` of the file to row `i` of the network. */
static void
tie (Matching *self, guint i, int place)
{
  CjlWeightsRow *row = get_row (self, i);
  const CjdNamedTensor *named = get_named (self, (guint) place);

  row->there = named->name;
  row->shape_there = named->tensor->shape;
  row->tensor = named->tensor;
  row->fate = cj_shape_equal (&row->shape_here, &row->shape_there) ? CJL_WEIGHTS_TAKEN
                                                                   : CJL_WEIGHTS_SHAPE;
  self->used[place] = TRUE;
}

static void
match_names (Matching *self)
{
  for (guint i = 0; i < self->match->table->entries->len; i++)
    {
      const int place = find_place (self, self->match->prefix, get_row (self, i)->here);

      if (place >= 0)
        tie (self, i, place);
    }
}

/* --- by order --- */

/* Tensors in a row that have the name of one layer, "conv1." */
typedef struct
{
  GArray *items; /* guint: rows of the network, or places of the file */
  char *name;
} Layer;

static void
free_layer (gpointer data)
{
  Layer *layer = data;

  g_array_unref (layer->items);
  g_free (layer->name);
  g_free (layer);
}

static void
add_to_layer (GPtrArray *layers, const char *name, guint item)
{
  const char *dot = strrchr (name, '.');
  g_autofree char *of = dot != NULL ? g_strndup (name, (gsize) (dot - name)) : g_strdup ("");
  Layer *layer = NULL;

  for (guint i = layers->len; i-- > 0 && layer == NULL;)
    if (g_str_equal (((Layer *) layers->pdata[i])->name, of))
      layer = layers->pdata[i];
  if (layer == NULL)
    {
      layer = g_new0 (Layer, 1);
      layer->items = g_array_new (FALSE, FALSE, sizeof (guint));
      layer->name = g_steal_pointer (&of);
      g_ptr_array_add (layers, layer);
    }
  g_array_append_val (layer->items, item);
}

/* Names with numbers: “2” before “10”. */
static int
compare_natural (const char *a, const char *b)
{
  while (*a != '\0' && *b != '\0')
    {
      if (g_ascii_isdigit (*a) && g_ascii_isdigit (*b))
        {
          char *end_a, *end_b;
          const guint64 x = g_ascii_strtoull (a, &end_a, 10), y = g_ascii_strtoull (b, &end_b, 10);

          if (x != y)
            return x < y ? -1 : 1;
          a = end_a;
          b = end_b;
        }
      else if (*a != *b)
        return *a < *b ? -1 : 1;
      else
        {
          a++;
          b++;
        }
    }
  return (*a != '\0') - (*b != '\0');
}

static gint
compare_layers (gconstpointer a, gconstpointer b)
{
  return compare_natural ((*(Layer *const *) a)->name, (*(Layer *const *) b)->name);
}

static gboolean
is_sorted (const GPtrArray *layers)
{
  for (guint i = 1; i < layers->len; i++)
    if (strcmp (((Layer *) layers->pdata[i - 1])->name, ((Layer *) layers->pdata[i])->name) > 0)
      return FALSE;
  return TRUE;
}

static const char *
get_leaf (const char *name)
{
  const char *dot = strrchr (name, '.');

  return dot != NULL ? dot + 1 : name;
}

/* The tensor of a layer of the file for a row: that of its last name, else the first of its shape that is free; -1:
 * none. */
static int
choose (const Matching *self, const Layer *from, const gboolean *taken, const CjlWeightsRow *row)
{
  for (guint same = 2; same-- > 0;)
    for (guint k = 0; k < from->items->len; k++)
      {
        const CjdNamedTensor *named = get_named (self, g_array_index (from->items, guint, k));

        if (!taken[k] && cj_shape_equal (&named->tensor->shape, &row->shape_here)
            && (!same || g_str_equal (get_leaf (named->name), get_leaf (row->here))))
          return (int) k;
      }
  return -1;
}

/* Ties all of a layer of the network to one of the file, or nothing. */
static gboolean
tie_layer (Matching *self, const Layer *to, const Layer *from)
{
  g_autofree gboolean *taken = g_new0 (gboolean, from->items->len + 1);
  g_autofree int *found = g_new0 (int, to->items->len + 1);

  for (guint k = 0; k < to->items->len; k++)
    {
      found[k] = choose (self, from, taken, get_row (self, g_array_index (to->items, guint, k)));
      if (found[k] < 0)
        return FALSE;
      taken[found[k]] = TRUE;
    }
  for (guint k = 0; k < to->items->len; k++)
    tie (self, g_array_index (to->items, guint, k),
         (int) g_array_index (from->items, guint, found[k]));
  return TRUE;
}

static void
match_order (Matching *self)
{
  g_autoptr (GPtrArray) here = g_ptr_array_new_with_free_func (free_layer);
  g_autoptr (GPtrArray) there = g_ptr_array_new_with_free_func (free_layer);
  guint next = 0;

  for (guint i = 0; i < self->match->rows->len; i++)
    if (get_row (self, i)->fate == CJL_WEIGHTS_MISSING)
      add_to_layer (here, get_row (self, i)->here, i);
  for (guint i = 0; i < self->match->tensors->len; i++)
    if (!self->used[i])
      add_to_layer (there, get_named (self, i)->name, i);
  if (is_sorted (there))
    g_ptr_array_sort (there, compare_layers);
  for (guint i = 0; i < here->len; i++)
    for (guint k = next; k < there->len; k++)
      if (tie_layer (self, here->pdata[i], there->pdata[k]))
        {
          next = k + 1;
          break;
        }
}

CjlWeightsMatch *
cjl_weights_match (CjTable *table, GPtrArray *tensors, gboolean by_order)
{
  CjlWeightsMatch *match = g_new0 (CjlWeightsMatch, 1);
  g_autoptr (GHashTable) places = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree gboolean *used = g_new0 (gboolean, tensors->len + 1);
  Matching matching = { match, places, used };

  match->table = cj_table_ref (table);
  match->tensors = g_ptr_array_ref (tensors);
  match->rows = g_array_new (FALSE, TRUE, sizeof (CjlWeightsRow));
  for (guint i = 0; i < tensors->len; i++)
    {
      g_hash_table_insert (places, get_named (&matching, i)->name, GINT_TO_POINTER ((int) i + 1));
      used[i] = g_str_has_suffix (get_named (&matching, i)->name, COUNTED);
    }
  for (guint i = 0; i < table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (table, i);
      const CjlWeightsRow row
          = { CJL_WEIGHTS_MISSING, entry->name, NULL, entry->shape, { 0 }, NULL };

      g_array_append_val (match->rows, row);
    }
  match->prefix = find_prefix (&matching);
  match_names (&matching);
  if (by_order)
    match_order (&matching);
  for (guint i = 0; i < match->rows->len; i++)
    match->n_taken += get_row (&matching, i)->fate == CJL_WEIGHTS_TAKEN;
  for (guint i = 0; i < tensors->len; i++)
    {
      const CjdNamedTensor *named = get_named (&matching, i);
      const CjlWeightsRow row
          = { CJL_WEIGHTS_EXTRA, NULL, named->name, { 0 }, named->tensor->shape, named->tensor };

      if (!used[i])
        g_array_append_val (match->rows, row);
    }
  return match;
}

void
cjl_weights_match_free (CjlWeightsMatch *match)
{
  cj_table_unref (match->table);
  g_ptr_array_unref (match->tensors);
  g_array_unref (match->rows);
  g_free (match->prefix);
  g_free (match);
}

/* --- words --- */

char *
cjl_weights_match_print (const CjlWeightsMatch *match)
{
  const guint n = match->table->entries->len;
  GString *text = g_string_new (NULL);

  g_string_printf (text,
                   g_dngettext (GETTEXT_PACKAGE, "%u of %u tensor of the network is from the file.",
                                "%u of %u tensors of the network are from the file.", n),
                   match->n_taken, n);
  if (*match->prefix != '\0')
    g_string_append_printf (text, /* Translators: %s is the beginning of names, as “module.” */
                            _ (" Names there begin with “%s”."), match->prefix);
  return g_string_free (text, FALSE);
}

char *
cjl_weights_row_print (const CjlWeightsRow *row)
{
  g_autofree char *here = cj_shape_print (&row->shape_here);
  g_autofree char *there = cj_shape_print (&row->shape_there);

  switch (row->fate)
    {
    case CJL_WEIGHTS_SHAPE:
      return g_strdup_printf (/* Translators: name of a tensor and two shapes, as 10×84 */
                              _ ("“%s” is %s here and %s in the file."), row->here, here, there);
    case CJL_WEIGHTS_MISSING:
      return g_strdup_printf (/* Translators: name and shape of a tensor */
                              _ ("“%s” (%s) is not in the file."), row->here, here);
    case CJL_WEIGHTS_EXTRA:
      return g_strdup_printf (/* Translators: name and shape of a tensor */
                              _ ("“%s” (%s) of the file is nothing that the network has."),
                              row->there, there);
    default:
      return g_str_equal (row->here, row->there)
                 ? g_strdup_printf (/* Translators: name and shape of a tensor */
                                    _ ("“%s” (%s) is from the file."), row->here, here)
                 : g_strdup_printf (/* Translators: name and shape of a tensor, and its other name */
                                    _ ("“%s” (%s) is “%s” of the file."), row->here, here,
                                    row->there);
    }
}

/* --- taking --- */

CjTable *
cjl_session_dup_table (CjlSession *self)
{
  g_autoptr (CjCheckpoint) now = cj_runner_dup_snapshot (self->runner);

  return now != NULL ? cj_table_ref (now->table) : NULL;
}

/* Says why, and whether the order would help. */
static gboolean
refuse_match (const CjlWeightsMatch *match, GError **error)
{
  g_autoptr (CjlWeightsMatch) ordered = cjl_weights_match (match->table, match->tensors, TRUE);

  if (ordered->n_taken > 0)
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                 g_dngettext (GETTEXT_PACKAGE,
                              "Nothing in the file has name and shape of a tensor of the network, "
                              "which stays as it is. Matched by order, %u would fit.",
                              "Nothing in the file has name and shape of a tensor of the network, "
                              "which stays as it is. Matched by order, %u would fit.",
                              ordered->n_taken),
                 ordered->n_taken);
  else
    g_set_error (
        error, CJ_ERROR, CJ_ERROR_FILE,
        _ ("Nothing in the file has name and shape of a tensor of the network, which stays "
           "as it is."));
  return FALSE;
}

gboolean
cjl_session_take_weights (CjlSession *self, const CjlWeightsMatch *match, GError **error)
{
  g_autoptr (CjTable) now = cjl_session_dup_table (self);

  if (match->n_taken == 0)
    return refuse_match (match, error);
  if (now == NULL || !cj_table_equal (now, match->table))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("The network was changed meanwhile. Load the weights again."));
      return FALSE;
    }
  cjl_project_begin (self->project);
  for (guint i = 0; i < match->rows->len; i++)
    {
      const CjlWeightsRow *row = &g_array_index (match->rows, CjlWeightsRow, i);

      if (row->fate == CJL_WEIGHTS_TAKEN)
        cjl_session_put (self, row->here, cj_tensor_f32 (row->tensor),
                         (gsize) cj_shape_size (&row->shape_here), "", NULL, NULL);
    }
  cjl_project_commit (self->project, _ ("Load weights"), NULL);
  return TRUE;
}
