/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-verify-private.h"

#include "cj-error.h"
#include "cjl-json.h"
#include "file.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_MANIFEST (64 << 20)

/* What runs a case of each kind. */
static const CjlVerifyKind kinds[] = {
  { "layer", cjl_verify_run_layer },
  { "optimizer", cjl_verify_run_optimizer },
  { "scheduler", cjl_verify_run_schedule },
  { "init", cjl_verify_run_init },
};

/* --- comparing --- */

void
cjl_verify_fail (CjlVerifyRow *row, char *note)
{
  row->pass = FALSE;
  if (row->note == NULL)
    row->note = note;
  else
    g_free (note);
}

gboolean
cjl_verify_compare_part (const CjlVerifyCase *c, CjlVerifyRow *row, const char *array,
                         gint64 offset, const float *values, gint64 n, double tolerance)
{
  g_autofree char *twin = g_strconcat (array, "_f64", NULL);
  const CjdNpyArray *r = cjd_npz_find (c->arrays, twin);
  double largest = 0, error = 0, limit;

  if (r == NULL)
    r = cjd_npz_find (c->arrays, array);
  if (r == NULL || offset < 0 || offset + n > r->size)
    {
      cjl_verify_fail (row, g_strdup_printf (_ ("%s is missing or too small"), array));
      return FALSE;
    }
  for (gint64 i = 0; i < r->size; i++)
    if (isfinite (cjd_npy_array_get (r, i))) /* without bounds it would allow anything */
      largest = MAX (largest, fabs (cjd_npy_array_get (r, i)));
  limit = tolerance * (1 + largest);
  for (gint64 i = 0; i < n; i++)
    {
      const double expected = cjd_npy_array_get (r, offset + i);
      const double difference = fabs ((double) values[i] - expected);

      if (isinf (expected) && (double) values[i] == expected)
        continue;
      error = isfinite (difference) ? MAX (error, difference) : INFINITY;
    }
  if (row->array == NULL || error / limit > row->error / row->limit)
    {
      g_free (row->array);
      row->array = g_strdup (array);
      row->error = error;
      row->limit = limit;
    }
  if (!(error <= limit))
    cjl_verify_fail (row, g_strdup_printf (_ ("%s is off"), array));
  return TRUE;
}

gboolean
cjl_verify_compare (const CjlVerifyCase *c, CjlVerifyRow *row, const char *array,
                    const float *values, gint64 n, double tolerance)
{
  const CjdNpyArray *r = cjd_npz_find (c->arrays, array);

  if (r != NULL && r->size != n)
    {
      cjl_verify_fail (
          row, g_strdup_printf (
                   g_dngettext (GETTEXT_PACKAGE, "%s has %lld number, the engine makes %lld",
                                "%s has %lld numbers, the engine makes %lld", (gulong) r->size),
                   array, (long long) r->size, (long long) n));
      return FALSE;
    }
  return cjl_verify_compare_part (c, row, array, 0, values, n, tolerance);
}

/* --- settings and arrays --- */

static double
to_number (GVariant *value, double preset)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return (double) g_variant_get_int64 (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return g_variant_get_double (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_get_boolean (value) ? 1 : 0;
  return preset;
}

double
cjl_verify_number (const CjlVerifyCase *c, const char *setting, guint index, double preset)
{
  g_autoptr (GVariant) value
      = c->settings != NULL ? g_variant_lookup_value (c->settings, setting, NULL) : NULL;

  if (value == NULL)
    return preset;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    {
      g_autoptr (GVariant) boxed = NULL;
      g_autoptr (GVariant) item = NULL;

      if (index >= g_variant_n_children (value))
        return preset;
      boxed = g_variant_get_child_value (value, index);
      item = g_variant_get_variant (boxed);
      return to_number (item, preset);
    }
  return to_number (value, preset);
}

int
cjl_verify_int (const CjlVerifyCase *c, const char *setting, guint index, int preset)
{
  return (int) CLAMP (cjl_verify_number (c, setting, index, preset), -1e9, 1e9);
}

gboolean
cjl_verify_bool (const CjlVerifyCase *c, const char *setting, gboolean preset)
{
  return cjl_verify_number (c, setting, 0, preset) != 0;
}

guint
cjl_verify_count (const CjlVerifyCase *c, const char *setting)
{
  g_autoptr (GVariant) list
      = c->settings != NULL ? g_variant_lookup_value (c->settings, setting, G_VARIANT_TYPE ("av"))
                            : NULL;

  return list != NULL ? (guint) g_variant_n_children (list) : 0;
}

double
cjl_verify_noted (const CjlVerifyCase *c, const char *word, double preset)
{
  const char *note = "", *at;
  double value;
  char *end;

  g_variant_lookup (c->meta, "note", "&s", &note);
  at = strstr (note, word);
  if (at == NULL)
    return preset;
  at += strlen (word);
  value = g_ascii_strtod (at, &end);
  return end != at ? value : preset;
}

const char *
cjl_verify_text (const CjlVerifyCase *c, const char *setting)
{
  const char *text = NULL;

  if (c->settings != NULL)
    g_variant_lookup (c->settings, setting, "&s", &text);
  return text;
}

gboolean
cjl_verify_has (const CjlVerifyCase *c, const char *array)
{
  return cjd_npz_find (c->arrays, array) != NULL;
}

gint64
cjl_verify_dim (const CjlVerifyCase *c, const char *array, int dim)
{
  const CjdNpyArray *a = cjd_npz_find (c->arrays, array);

  if (a != NULL && dim < 0)
    dim += (int) a->shape.n_dims;
  return a != NULL && dim >= 0 && dim < (int) a->shape.n_dims ? a->shape.dims[dim] : 0;
}

guint
cjl_verify_n_dims (const CjlVerifyCase *c, const char *array)
{
  const CjdNpyArray *a = cjd_npz_find (c->arrays, array);

  return a != NULL ? a->shape.n_dims : 0;
}

/* --- the folder --- */

static gboolean
read_meta (CjlVerifyCase *c, GError **error)
{
  const CjdNpyArray *meta = cjd_npz_find (c->arrays, "meta");

  if (meta == NULL || meta->type != CJD_NPY_UINT8)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("It has no array “meta” of bytes."));
      return FALSE;
    }
  c->meta = cjl_json_parse ((const char *) meta->data, meta->size, error);
  if (c->meta == NULL)
    return FALSE;
  if (!g_variant_is_of_type (c->meta, G_VARIANT_TYPE_VARDICT)
      || !g_variant_lookup (c->meta, "kind", "&s", &c->kind))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("Its array “meta” names no kind."));
      return FALSE;
    }
  c->settings = g_variant_lookup_value (c->meta, "settings", G_VARIANT_TYPE_VARDICT);
  c->train = TRUE;
  g_variant_lookup (c->meta, "train", "b", &c->train);
  c->module = "";
  g_variant_lookup (c->meta, "module", "&s", &c->module);
  return TRUE;
}

static gboolean
run_kind (CjlVerifyCase *c, CjlVerifyRow *row, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, c->kind))
      return kinds[i].run (c, row, error);
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("not supported: no case of kind “%s” can be run"),
               c->kind);
  return FALSE;
}

static void
run_case (const char *folder, guint n_threads, const char *name, CjlVerifyRow *row)
{
  g_autofree char *file = g_strconcat (name, ".npz", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GError) error = NULL;
  CjlVerifyCase c = { .name = name, .n_threads = n_threads, .tolerance = CJL_VERIFY_STRICT };

  row->name = name;
  row->pass = TRUE;
  c.arrays = cjd_npz_load (path, &error);
  if (c.arrays == NULL || !read_meta (&c, &error) || !run_kind (&c, row, &error))
    cjl_verify_fail (row, g_strdup (error->message));
  else if (row->array == NULL)
    cjl_verify_fail (row, g_strdup (_ ("nothing was compared")));
  g_clear_error (&c.mistake);
  g_clear_pointer (&c.settings, g_variant_unref);
  g_clear_pointer (&c.meta, g_variant_unref);
  g_clear_pointer (&c.arrays, g_ptr_array_unref);
}

static GVariant *
load_manifest (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "manifest.json", NULL);
  g_autoptr (GBytes) text = cjd_file_read (path, MAX_MANIFEST, error);
  g_autoptr (GVariant) manifest = NULL;
  GVariant *cases = NULL;

  if (text == NULL)
    return NULL;
  manifest
      = cjl_json_parse (g_bytes_get_data (text, NULL), (gssize) g_bytes_get_size (text), error);
  if (manifest != NULL && g_variant_is_of_type (manifest, G_VARIANT_TYPE_VARDICT))
    cases = g_variant_lookup_value (manifest, "cases", G_VARIANT_TYPE ("av"));
  if (cases == NULL && error != NULL && *error == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("It lists no cases."));
  if (cases == NULL)
    g_prefix_error (error, "%s: ", path);
  return cases;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Every .npz of a folder without a manifest that holds explanations; FALSE: there is none. */
static gboolean
run_attributions (const char *folder, guint n_threads, CjlVerifyFunc func, gpointer data,
                  CjlVerifyCount *count)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  gboolean any = FALSE;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".npz"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, names->pdata[i], NULL);
      g_autofree char *file = g_strndup (names->pdata[i], strlen (names->pdata[i]) - 4);
      g_autoptr (GPtrArray) arrays = cjd_npz_load (path, NULL);

      if (arrays == NULL || !cjl_verify_is_attributions (arrays))
        continue;
      any = TRUE;
      cjl_verify_run_attributions (arrays, file, n_threads, func, data, count);
    }
  return any;
}

gboolean
cjl_verify (const char *folder, guint n_threads, CjlVerifyFunc func, gpointer data,
            CjlVerifyCount *count, GError **error)
{
  g_autofree char *manifest = g_build_filename (folder, "manifest.json", NULL);
  g_autoptr (GVariant) cases = NULL;
  GVariantIter iter;
  GVariant *item;

  if (!g_file_test (manifest, G_FILE_TEST_EXISTS)
      && run_attributions (folder, n_threads, func, data, count))
    return TRUE;
  cases = load_manifest (folder, error);
  if (cases == NULL)
    return FALSE;
  g_variant_iter_init (&iter, cases);
  while (g_variant_iter_next (&iter, "v", &item))
    {
      CjlVerifyRow row = { 0 };
      const char *name = NULL;

      if (g_variant_is_of_type (item, G_VARIANT_TYPE_VARDICT))
        g_variant_lookup (item, "name", "&s", &name);
      if (name != NULL && strchr (name, G_DIR_SEPARATOR) == NULL)
        run_case (folder, n_threads, name, &row);
      else
        {
          row.name = "?";
          cjl_verify_fail (&row, g_strdup (_ ("the manifest has a case without a usable name")));
        }
      func (&row, data);
      count->n_passed += row.pass;
      count->n_failed += !row.pass;
      g_free (row.array);
      g_free (row.note);
      g_variant_unref (item);
    }
  return TRUE;
}
