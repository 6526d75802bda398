/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-figure-file.h"

#include "cj-error.h"
#include "cjl-figure-record.h"
#include "cjl-json.h"
#include "cjv-record.h"
#include "file.h"
#include "json.h"
#include "zip.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* --- facts, for people and other programs --- */

static void
add_fact (GPtrArray *facts, const char *name, char *value)
{
  g_ptr_array_add (facts, g_strdup (name));
  g_ptr_array_add (facts, value);
}

static void
add_source (GPtrArray *facts, GVariant *source)
{
  static const struct
  {
    const char *key, *name;
  } rows[] = { { "project", "Project" },   { "sha256", "Project SHA-256" },
               { "uuid", "Project UUID" }, { "seed", "Seed" },
               { "step", "Step" },         { "date", CJV_FACT_DATE } };
  const char *version = "";

  if (source != NULL)
    g_variant_lookup (source, "cajal", "&s", &version);
  add_fact (facts, "Software", g_strdup_printf ("Cajal%s%s", *version != '\0' ? " " : "", version));
  for (guint i = 0; i < G_N_ELEMENTS (rows) && source != NULL; i++)
    {
      g_autoptr (GVariant) value = g_variant_lookup_value (source, rows[i].key, NULL);

      if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
        add_fact (facts, rows[i].name, g_variant_dup_string (value, NULL));
      else if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
        add_fact (facts, rows[i].name,
                  g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (value)));
    }
}

/* maps 1 ({"node":"conv2"} columns=0, each=false) */
static void
print_panel (GString *text, const CjvPanel *panel)
{
  g_autofree gpointer presets = panel->params == NULL ? cjv_figure_new_params (panel->info) : NULL;
  gconstpointer params = panel->params != NULL ? panel->params : presets;
  const char *between = "";

  g_string_append_printf (text, "%s %d (", panel->info->id, panel->info->version);
  if (panel->about != NULL)
    {
      g_autofree char *about = cjl_json_print (panel->about, FALSE); /* in order of the alphabet */

      g_string_append (text, about);
      between = " ";
    }
  for (const CjParam *p = panel->info->params; p != NULL && p->name != NULL; p++)
    {
      g_autofree char *value = cj_params_print (p, params);

      g_string_append_printf (text, "%s%s=%s", between, p->name, value);
      between = ", ";
    }
  g_string_append_c (text, ')');
}

static GPtrArray *
list_facts (const CjvPlate *plate, GVariant *source)
{
  GPtrArray *facts = g_ptr_array_new_with_free_func (g_free);
  GString *panels = g_string_new (NULL);

  add_source (facts, source);
  for (guint i = 0; i < plate->panels->len; i++)
    {
      g_string_append (panels, i > 0 ? "; " : "");
      print_panel (panels, plate->panels->pdata[i]);
    }
  add_fact (facts, "Figure", g_string_free (panels, FALSE));
  g_ptr_array_add (facts, NULL);
  return facts;
}

char *
cjl_source_print (GVariant *source)
{
  const char *project = "";
  gint64 step = 0, seed = 0;

  if (source == NULL || !g_variant_lookup (source, "project", "&s", &project))
    return g_strdup (_ ("The figure does not say which project it comes from."));
  g_variant_lookup (source, "step", "x", &step);
  g_variant_lookup (source, "seed", "x", &seed);
  return g_strdup_printf (_ ("Project “%s”, step %'lld, seed %lld"), project, (long long) step,
                          (long long) seed);
}

#define START ((gsize) 8 << 20) /* of a project: project.json comes first */

char *
cjl_source_find_project (GVariant *source, const char *const *paths)
{
  const char *uuid;

  if (source == NULL || !g_variant_lookup (source, "uuid", "&s", &uuid))
    return NULL;
  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (GBytes) start = cjd_file_read_start (paths[i], START, NULL);
      g_autoptr (GBytes) json
          = start != NULL ? cjd_zip_find (start, "project.json", CJD_JSON_MAX_BYTES) : NULL;
      g_autoptr (GVariant) root = json != NULL
                                      ? cjl_json_parse (g_bytes_get_data (json, NULL),
                                                        (gssize) g_bytes_get_size (json), NULL)
                                      : NULL;
      const char *its = NULL;

      if (root != NULL && g_variant_is_of_type (root, G_VARIANT_TYPE_VARDICT)
          && g_variant_lookup (root, "uuid", "&s", &its) && g_str_equal (its, uuid))
        return g_strdup (paths[i]);
    }
  return NULL;
}

/* --- files --- */

static gboolean
ends (const char *path, const char *with)
{
  g_autofree char *lower = g_ascii_strdown (path, -1);

  return g_str_has_suffix (lower, with);
}

gboolean
cjl_figure_is_file (const char *path)
{
  g_autoptr (GBytes) start = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return FALSE;
  start = cjd_file_read_start (path, CJV_RECORD_HEAD, NULL);
  return start != NULL && (cjv_record_is_picture (start) || cjl_figure_is_record (start));
}

CjvPlate *
cjl_figure_load (const char *path, GVariant **source, GError **error)
{
  g_autoptr (GBytes) bytes = cjd_file_read (path, CJV_RECORD_MAX_FILE, error);
  g_autoptr (GBytes) record = NULL;
  CjvPlate *plate;

  if (bytes == NULL)
    return NULL;
  record = cjv_record_find (bytes, error);
  plate = record != NULL ? cjl_figure_parse (record, source, error) : NULL;
  if (plate == NULL)
    g_prefix_error (error, "%s: ", path);
  return plate;
}

gboolean
cjl_figure_save (const CjvPlate *plate, GVariant *source, const char *path, GError **error)
{
  g_autoptr (GPtrArray) facts = NULL;
  g_autoptr (GBytes) record = NULL;
  CjvLabel label;

  if (ends (path, ".csv"))
    return cjv_plate_export (plate, NULL, path, error);
  if (!cjv_export_is_name (path) && !ends (path, ".npz"))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("%s: the ending says no known kind. End the name with .svg, .pdf, .png, .csv "
                      "or .npz."),
                   path);
      return FALSE;
    }
  record = cjl_figure_print (plate, source, error);
  if (record == NULL)
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }
  if (ends (path, ".npz"))
    return cjd_file_write (path, g_bytes_get_data (record, NULL), g_bytes_get_size (record), error);
  facts = list_facts (plate, source);
  label = (CjvLabel){ (const char *const *) facts->pdata, record };
  return cjv_plate_export (plate, &label, path, error);
}

static gboolean
save_csv (const CjvPlate *plate, guint i, const char *stem, GError **error)
{
  const CjvPanel *panel = plate->panels->pdata[i];
  g_autofree char *text = cjv_figure_print_csv (panel->info, panel->frame, panel->params);
  g_autofree char *path = plate->panels->len > 1
                              ? g_strdup_printf ("%s-%c.csv", stem, 'a' + (int) i)
                              : g_strdup_printf ("%s.csv", stem);

  return cjd_file_write (path, text, strlen (text), error);
}

gboolean
cjl_figure_save_data (const CjvPlate *plate, GVariant *source, const char *path, GError **error)
{
  const char *dot = strrchr (path, '.'), *slash = strrchr (path, G_DIR_SEPARATOR);
  g_autofree char *stem = g_strndup (
      path, dot != NULL && (slash == NULL || dot > slash) ? (gsize) (dot - path) : strlen (path));
  g_autofree char *npz = g_strconcat (stem, ".npz", NULL);

  for (guint i = 0; i < plate->panels->len; i++)
    if (!save_csv (plate, i, stem, error))
      return FALSE;
  return cjl_figure_save (plate, source, npz, error);
}
