/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-plate.h"

#include "cj-error.h"
#include "cjl-json.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_FILE ((gsize) 1 << 20)
#define LEAST_SIDE 40.0 /* px */

/* --- widths, looks, colours --- */

const CjlWidth *
cjl_widths (void)
{
  /* of the instructions to authors of these journals */
  static const CjlWidth widths[] = {
    { "single", N_ ("One column, 85 mm (Cell)"), 85 },
    { "one-half", N_ ("One and a half columns, 114 mm (Cell, PNAS)"), 114 },
    { "double", N_ ("Two columns, 174 mm (Cell)"), 174 },
    { "nature-1", N_ ("One column, 89 mm (Nature)"), 89 },
    { "nature-2", N_ ("Two columns, 183 mm (Nature)"), 183 },
    { "pnas-1", N_ ("One column, 87 mm (PNAS)"), 87 },
    { "pnas-2", N_ ("Two columns, 178 mm (PNAS)"), 178 },
    { "ieee-1", N_ ("One column, 88.9 mm (IEEE)"), 88.9 },
    { "ieee-2", N_ ("Two columns, 181 mm (IEEE)"), 181 },
    { "elsevier-1", N_ ("One column, 90 mm (Elsevier)"), 90 },
    { "elsevier-2", N_ ("Two columns, 190 mm (Elsevier)"), 190 },
    { "slide", N_ ("Slide, 254 mm"), 254 },
    { NULL, NULL, 0 },
  };

  return widths;
}

gboolean
cjl_length_parse (const char *text, double *px, GError **error)
{
  static const struct
  {
    const char *unit;
    double px;
  } units[] = { { "px", 1 },
                { "", 1 },
                { "mm", CJL_PX_PER_MM },
                { "cm", 10 * CJL_PX_PER_MM },
                { "in", 96 },
                { "pt", CJL_PX_PER_PT } };
  char *end = NULL;
  const double number = g_ascii_strtod (text, &end);
  double found = 0;

  for (const CjlWidth *width = cjl_widths (); width->id != NULL; width++)
    if (g_str_equal (width->id, text))
      found = width->mm * CJL_PX_PER_MM;
  for (guint i = 0; i < G_N_ELEMENTS (units) && end != text; i++)
    if (g_str_equal (end + strspn (end, " "), units[i].unit))
      found = number * units[i].px;
  if (found >= LEAST_SIDE && found <= CJV_PLATE_MAX_SIDE)
    {
      *px = found;
      return TRUE;
    }
  g_set_error (
      error, CJ_ERROR, CJ_ERROR_PARAM,
      _ ("“%s” is no length from %.0f to %.0f px. Write 85mm, 3.5in, 240pt, 640px, or single "
         "or double for columns of a journal."),
      text, LEAST_SIDE, CJV_PLATE_MAX_SIDE);
  return FALSE;
}

const char *const cjl_looks[] = { "light", "dark", "print", NULL };
const char *const cjl_colormaps[] = { "preset", "print", "grey", NULL };

/* The place of a word in a list, or -1 and an error that names the list. */
static int
find_word (const char *const *list, const char *what, const char *word, GError **error)
{
  g_autofree char *all = NULL;

  for (int i = 0; list[i] != NULL; i++)
    if (g_str_equal (list[i], word))
      return i;
  all = g_strjoinv (", ", (char **) list);
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("“%s” cannot be “%s”. Choose one of: %s."), what,
               word, all);
  return -1;
}

gboolean
cjl_look_apply (const char *look, CjvStyle *style, GError **error)
{
  const int i = find_word (cjl_looks, "style", look, error);

  if (i < 0)
    return FALSE;
  style->dark = i == 1;
  style->high_contrast = FALSE; /* its grid is as strong as the data */
  style->colors = i == 2 ? CJV_COLORS_PRINT : CJV_COLORS_PRESET;
  style->line_width = i == 2 ? CJL_PX_PER_PT * 0.75 : style->font_size / 6;
  return TRUE;
}

void
cjl_style_set_points (CjvStyle *style, double points)
{
  const double size = points * CJL_PX_PER_PT;

  if (style->colors != CJV_COLORS_PRINT)
    style->line_width *= size / style->font_size;
  style->font_size = size;
}

gboolean
cjl_colormap_apply (const char *name, CjvStyle *style, GError **error)
{
  const int i = find_word (cjl_colormaps, "colormap", name, error);

  if (i >= 0)
    style->colors = (CjvColors) i;
  return i >= 0;
}

/* --- panels --- */

gboolean
cjl_panel_set (CjvPanel *panel, const char *name, const char *text, GError **error)
{
  const CjvFigureInfo *info = panel->info;

  if (info->params == NULL || cj_params_find (info->params, name) == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("Figure “%s” has no “%s”. “cajal-cli describe %s” names what it has."),
                   info->id, name, info->id);
      return FALSE;
    }
  return cj_params_parse (info->params, panel->params, name, text, error);
}

static GVariant *
describe_choice (const char *id, const CjlFigureChoice *choice)
{
  static const char *const splits[CJD_N_SPLITS] = { "train", "val", "test" };
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  if (choice->node != NULL)
    g_variant_dict_insert (&dict, "node", "s", choice->node);
  if (cjl_figure_needs_data (id))
    {
      g_variant_dict_insert (&dict, "split", "s", splits[choice->split]);
      g_variant_dict_insert (&dict, "sample", "x", (gint64) choice->sample);
      if (choice->mistakes)
        g_variant_dict_insert (&dict, "mistakes", "b", TRUE);
    }
  if (choice->method != NULL)
    g_variant_dict_insert (&dict, "method", "s", choice->method);
  if (choice->other != NULL)
    {
      g_autofree char *name
          = g_path_get_basename (choice->other); /* folders are nobody's business */

      g_variant_dict_insert (&dict, "with", "s", name);
    }
  if (choice->run)
    g_variant_dict_insert (&dict, "run", "b", TRUE);
  if (choice->query >= 0)
    g_variant_dict_insert (&dict, "query", "x", choice->query);
  if (choice->unit >= 0)
    g_variant_dict_insert (&dict, "unit", "x", choice->unit);
  if (choice->direction != NULL)
    g_variant_dict_insert (&dict, "direction", "s", choice->direction);
  if (choice->n_samples > 0)
    g_variant_dict_insert (&dict, "samples", "x", (gint64) choice->n_samples);
  if (choice->before)
    g_variant_dict_insert (&dict, "before", "b", TRUE);
  if (choice->settings != NULL && choice->settings[0] != NULL)
    {
      g_autofree char *settings = g_strjoinv (", ", (char **) choice->settings);

      g_variant_dict_insert (&dict, "settings", "s", settings);
    }
  if (choice->untrained)
    g_variant_dict_insert (&dict, "untrained", "b", TRUE);
  if (choice->concepts != NULL)
    {
      g_autoptr (GString) concepts = g_string_new (NULL);

      for (guint i = 0; choice->concepts[i] != NULL; i++)
        {
          g_autofree char *name = g_path_get_basename (choice->concepts[i]);

          g_string_append_printf (concepts, "%s%s", i > 0 ? ", " : "", name);
        }
      g_variant_dict_insert (&dict, "concepts", "s", concepts->str);
    }
  if (choice->target != NULL)
    g_variant_dict_insert (&dict, "class", "s", choice->target);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

CjvPanel *
cjl_plate_add (CjvPlate *plate, CjlProject *project, CjdDataset *dataset, const char *id,
               const CjlFigureChoice *choice, GError **error)
{
  const CjvFigureInfo *info = cjv_figure_find (id);
  CjvPanel *panel;
  CjvFrame *frame;

  if (info == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("There is no figure “%s”. “cajal-cli list figures” names them."), id);
      return NULL;
    }
  if (plate->panels->len >= CJV_PLATE_MAX)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("A plate has at most %d figures."),
                   CJV_PLATE_MAX);
      return NULL;
    }
  frame = cjl_figure_frame (project, dataset, id, choice, error);
  if (frame == NULL)
    return NULL;
  panel = cjv_plate_add (plate, info, frame, cjv_figure_new_params (info));
  panel->about = describe_choice (id, choice);
  if (g_str_equal (id, "curves")) /* a project keeps epochs, which are smooth already */
    cj_params_parse (info->params, panel->params, "smoothing", "0", NULL);
  return panel;
}

/* --- the description of a plate --- */

typedef struct
{
  CjlProject *project;
  CjdDataset *dataset; /* when the first panel asks for it */
} Making;

/* Refuses keys that mean nothing, so that a slip is not passed over. */
static gboolean
check_keys (GVariant *dict, const char *const *known, GError **error)
{
  GVariantIter iter;
  const char *key;

  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_next (&iter, "{&sv}", &key, NULL))
    if (!g_strv_contains (known, key))
      {
        g_autofree char *all = g_strjoinv (", ", (char **) known);

        g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                     _ ("There is no key “%s” here; known are: %s."), key, all);
        return FALSE;
      }
  return TRUE;
}

/* A value of JSON as a person would write it; NULL for lists and objects. You free. */
static char *
print_value (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    return g_strdup_printf ("%" G_GINT64_FORMAT, g_variant_get_int64 (value));
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_strdup (g_variant_get_boolean (value) ? "true" : "false");
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    {
      char text[G_ASCII_DTOSTR_BUF_SIZE];

      return g_strdup (g_ascii_dtostr (text, sizeof text, g_variant_get_double (value)));
    }
  return NULL;
}

/* A number of the description; absent: unchanged. */
static gboolean
take_number (GVariant *dict, const char *key, double least, double most, double *number,
             GError **error)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (dict, key, NULL);
  g_autofree char *text = value != NULL ? print_value (value) : NULL;
  char *end = NULL;
  double read;

  if (value == NULL)
    return TRUE;
  read = text != NULL ? g_ascii_strtod (text, &end) : 0;
  if (text == NULL || end == text || *end != '\0' || !(read >= least && read <= most))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("“%s” takes a number from %.10g to %.10g."),
                   key, least, most);
      return FALSE;
    }
  *number = read;
  return TRUE;
}

/* A width or height: a name or a length with its unit, or mm. */
static gboolean
take_length (GVariant *dict, const char *key, double *px, GError **error)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (dict, key, NULL);

  if (value == NULL)
    return TRUE;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return cjl_length_parse (g_variant_get_string (value, NULL), px, error);
  if (!take_number (dict, key, 10, 5000, px, error))
    return FALSE;
  *px *= CJL_PX_PER_MM;
  return TRUE;
}

/* What of "set" says how the figure's numbers are found, "jitter=4"; you free. */
static GStrv
dup_settings (GVariant *dict, const char *id)
{
  g_autoptr (GVariant) set = g_variant_lookup_value (dict, "set", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  const CjParam *table = cjl_figure_get_settings (id, NULL);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (set != NULL)
    g_variant_iter_init (&iter, set);
  while (set != NULL && g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autofree char *text = print_value (value);
      g_autofree char *setting = g_strconcat (name, "=", text != NULL ? text : "", NULL);

      g_variant_unref (value);
      if (table != NULL && cj_params_find (table, name) != NULL)
        g_strv_builder_add (builder, setting);
    }
  return g_strv_builder_end (builder);
}

/* Sets the rest of "set". */
static gboolean
set_params (CjvPanel *panel, GVariant *dict, GError **error)
{
  const CjParam *asked = cjl_figure_get_settings (panel->info->id, NULL);
  g_autoptr (GVariant) set = g_variant_lookup_value (dict, "set", G_VARIANT_TYPE_VARDICT);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (set == NULL)
    return TRUE;
  g_variant_iter_init (&iter, set);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autofree char *text = print_value (value);

      g_variant_unref (value);
      if ((asked == NULL || cj_params_find (asked, name) == NULL)
          && !cjl_panel_set (panel, name, text != NULL ? text : "", error))
        return FALSE;
    }
  return TRUE;
}

/* The strings of a list; NULL: there is no such key. You free. */
static GStrv
dup_list (GVariant *dict, const char *key)
{
  g_autoptr (GVariant) list = g_variant_lookup_value (dict, key, G_VARIANT_TYPE ("av"));
  g_autoptr (GPtrArray) strings = g_ptr_array_new ();
  GVariantIter iter;
  GVariant *item;

  if (list == NULL)
    return NULL;
  g_variant_iter_init (&iter, list);
  while (g_variant_iter_next (&iter, "v", &item))
    {
      if (g_variant_is_of_type (item, G_VARIANT_TYPE_STRING))
        g_ptr_array_add (strings, g_variant_dup_string (item, NULL));
      g_variant_unref (item);
    }
  g_ptr_array_add (strings, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&strings), FALSE);
}

static gboolean
read_choice (GVariant *dict, CjlFigureChoice *choice, GError **error)
{
  static const char *const splits[] = { "train", "val", "test", NULL };
  const char *split = "val";
  double sample = 0, query = -1, unit = -1, samples = 0;
  int found;

  g_variant_lookup (dict, "split", "&s", &split);
  found = find_word (splits, "split", split, error);
  if (found < 0 || !take_number (dict, "sample", 0, G_MAXINT32, &sample, error)
      || !take_number (dict, "query", 0, G_MAXINT32, &query, error)
      || !take_number (dict, "unit", 0, G_MAXINT32, &unit, error)
      || !take_number (dict, "samples", 1, G_MAXINT32, &samples, error))
    return FALSE;
  choice->split = (CjdSplit) found;
  choice->sample = (gsize) sample;
  choice->query = (gint64) query;
  choice->unit = (gint64) unit;
  choice->n_samples = (gsize) samples;
  g_variant_lookup (dict, "node", "&s", &choice->node);
  g_variant_lookup (dict, "mistakes", "b", &choice->mistakes);
  g_variant_lookup (dict, "method", "&s", &choice->method);
  g_variant_lookup (dict, "with", "&s", &choice->other);
  g_variant_lookup (dict, "run", "b", &choice->run);
  g_variant_lookup (dict, "untrained", "b", &choice->untrained);
  g_variant_lookup (dict, "before", "b", &choice->before);
  g_variant_lookup (dict, "class", "&s", &choice->target);
  g_variant_lookup (dict, "direction", "&s", &choice->direction);
  return TRUE;
}

static gboolean
add_panel (CjvPlate *plate, GVariant *dict, Making *making, GError **error)
{
  static const char *const known[]
      = { "figure",    "caption",  "span",     "height",    "node",    "split",  "sample",
          "set",       "mistakes", "method",   "with",      "run",     "query",  "unit",
          "untrained", "class",    "concepts", "direction", "samples", "before", NULL };
  CjlFigureChoice choice = { .split = CJD_SPLIT_VAL, .query = -1, .unit = -1 };
  g_auto (GStrv) concepts = dup_list (dict, "concepts"), settings = NULL;
  double span = 1, height = 0, width;
  const char *id = "";
  CjvPanel *panel;

  if (!check_keys (dict, known, error)
      || !take_number (dict, "span", 1, plate->columns, &span, error)
      || !take_length (dict, "height", &height, error) || !read_choice (dict, &choice, error))
    return FALSE;
  choice.concepts = (const char *const *) concepts;
  g_variant_lookup (dict, "figure", "&s", &id);
  settings = dup_settings (dict, id);
  choice.settings = (const char *const *) settings;
  if (making->dataset == NULL && cjl_figure_needs_data (id))
    {
      making->dataset = cjl_data_load (&making->project->data, error);
      if (making->dataset == NULL)
        return FALSE;
    }
  panel = cjl_plate_add (plate, making->project, making->dataset, id, &choice, error);
  if (panel == NULL || !set_params (panel, dict, error))
    return FALSE;
  g_variant_lookup (dict, "caption", "s", &panel->caption);
  panel->span = (guint) span;
  width = plate->width * span / plate->columns;
  panel->ratio = height > 0 ? height / width : 0;
  return TRUE;
}

static gboolean
read_page (CjvPlate *plate, GVariant *root, GError **error)
{
  static const char *const known[]
      = { "width",    "height", "columns", "font",   "font-size", "style",
          "colormap", "dpi",    "letters", "panels", NULL };
  double columns = 2, points = 7, dpi = 300;
  const char *look = "light", *colormap = NULL, *font = NULL;

  if (!check_keys (root, known, error) || !take_length (root, "width", &plate->width, error)
      || !take_length (root, "height", &plate->height, error)
      || !take_number (root, "columns", 1, CJV_PLATE_MAX_COLUMNS, &columns, error)
      || !take_number (root, "font-size", 3, 72, &points, error)
      || !take_number (root, "dpi", 24, 2400, &dpi, error))
    return FALSE;
  cjl_style_set_points (&plate->style, points);
  g_variant_lookup (root, "style", "&s", &look);
  g_variant_lookup (root, "colormap", "&s", &colormap);
  if (!cjl_look_apply (look, &plate->style, error)
      || (colormap != NULL && !cjl_colormap_apply (colormap, &plate->style, error)))
    return FALSE;
  if (g_variant_lookup (root, "font", "&s", &font) && strlen (font) < 256)
    cjv_plate_set_font (plate, font);
  plate->columns = (guint) columns;
  plate->style.scale = dpi / 96;
  plate->letters = TRUE;
  g_variant_lookup (root, "letters", "b", &plate->letters);
  return TRUE;
}

static gboolean
add_panels (CjvPlate *plate, GVariant *root, CjlProject *project, GError **error)
{
  g_autoptr (GVariant) panels = g_variant_lookup_value (root, "panels", G_VARIANT_TYPE ("av"));
  const gsize n = panels != NULL ? g_variant_n_children (panels) : 0;
  Making making = { project, NULL };
  gboolean done = TRUE;

  if (n == 0 || n > CJV_PLATE_MAX)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("A plate needs a list “panels” of 1 to %d figures."), CJV_PLATE_MAX);
      return FALSE;
    }
  for (gsize i = 0; i < n && done; i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (panels, i);
      g_autoptr (GVariant) panel = g_variant_get_variant (box);

      done = g_variant_is_of_type (panel, G_VARIANT_TYPE_VARDICT)
             && add_panel (plate, panel, &making, error);
      if (!done && error != NULL && *error == NULL)
        g_set_error_literal (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("This is no object of JSON."));
      if (!done)
        g_prefix_error (error, _ ("Panel %zu: "), i + 1);
    }
  g_clear_pointer (&making.dataset, cjd_dataset_unref);
  return done;
}

CjvPlate *
cjl_plate_parse (const char *text, gsize length, CjlProject *project, GError **error)
{
  g_autoptr (GVariant) root = cjl_json_parse (text, (gssize) length, error);
  g_autoptr (CjvPlate) plate = NULL;
  CjvStyle style;

  if (root == NULL)
    return NULL;
  if (!g_variant_is_of_type (root, G_VARIANT_TYPE_VARDICT))
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("This is no object of JSON."));
      return NULL;
    }
  cjv_style_init (&style, FALSE);
  plate = cjv_plate_new (&style, 174 * CJL_PX_PER_MM, 0);
  if (!read_page (plate, root, error) || !add_panels (plate, root, project, error))
    return NULL;
  return g_steal_pointer (&plate);
}

CjvPlate *
cjl_plate_load (const char *path, CjlProject *project, GError **error)
{
  g_autoptr (GBytes) bytes = cjd_file_read (path, MAX_FILE, error);
  CjvPlate *plate;

  if (bytes == NULL)
    return NULL;
  plate
      = cjl_plate_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), project, error);
  if (plate == NULL)
    g_prefix_error (error, "%s: ", path);
  return plate;
}
