/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record of a plate: figure.json and an array for each that the frames have, in a zip. */
#include "cjl-figure-record.h"

#include "cj-error.h"
#include "cjl-archive.h"
#include "cjl-figure-file.h"
#include "cjl-json.h"
#include "cjl-project-private.h"
#include "npz.h"
#include "safetensors.h"
#include "zip.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define FORMAT 1
#define ROOT "figure.json"
#define MAX_UNPACKED ((gsize) 512 << 20)
#define MAX_ENTRIES 256 /* of one kind in a frame */
#define MAX_NAME 64
#define MAX_NUMBER 1e15 /* of a frame: whole numbers up to there are exact, and fit 64 bits */

/* --- where it comes from --- */

/* A node without the place of its card. */
static GVariant *
strip_node (GVariant *node)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, node);
  g_variant_dict_remove (&dict, "x");
  g_variant_dict_remove (&dict, "y");
  return g_variant_dict_end (&dict);
}

/* Nodes, or blocks of them, without places. */
static GVariant *
strip_nodes (GVariant *nodes)
{
  GVariantBuilder list;
  GVariantIter iter;
  GVariant *node;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  g_variant_iter_init (&iter, nodes);
  while (g_variant_iter_next (&iter, "v", &node))
    {
      g_variant_builder_add (&list, "v",
                             g_variant_is_of_type (node, G_VARIANT_TYPE_VARDICT) ? strip_node (node)
                                                                                 : node);
      g_variant_unref (node);
    }
  return g_variant_builder_end (&list);
}

static int
compare_tensors (gconstpointer a, gconstpointer b)
{
  const CjdNamedTensor *one = *(const CjdNamedTensor *const *) a;
  const CjdNamedTensor *two = *(const CjdNamedTensor *const *) b;

  return strcmp (one->name, two->name);
}

static void
hash_tensors (GChecksum *sum, const GPtrArray *tensors)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new ();

  for (guint i = 0; i < tensors->len; i++)
    g_ptr_array_add (sorted, tensors->pdata[i]);
  g_ptr_array_sort (sorted, compare_tensors);
  for (guint i = 0; i < sorted->len; i++)
    {
      const CjdNamedTensor *named = sorted->pdata[i];
      g_autofree char *shape = cj_shape_print (&named->tensor->shape);
      const guint8 *data = named->tensor->data;

      g_checksum_update (sum, (const guchar *) named->name, -1);
      g_checksum_update (sum, (const guchar *) shape, -1);
      for (gsize left = cj_tensor_bytes (named->tensor), n; left > 0; left -= n, data += n)
        {
          n = MIN (left, G_MAXINT32 / 2);
          g_checksum_update (sum, data, (gssize) n);
        }
    }
}

char *
cjl_project_hash (CjlProject *project)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr (GVariant) settings = cjl_archive_dup_settings (project);
  g_autoptr (GVariant) graph = g_variant_lookup_value (settings, "graph", G_VARIANT_TYPE ("av"));
  g_autoptr (GVariant) rest = NULL;
  g_autofree char *json = NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, settings);
  g_variant_dict_insert_value (&dict, "graph", strip_nodes (graph));
  if (project->graph->blocks->len > 0)
    g_variant_dict_insert_value (&dict, "blocks", cj_graph_save_blocks (project->graph));
  rest = g_variant_ref_sink (g_variant_dict_end (&dict));
  json = cjl_json_print (rest, FALSE);
  g_checksum_update (sum, (const guchar *) json, -1);
  hash_tensors (sum, cjl_project_get_weights (project));
  hash_tensors (sum, project->norm);
  return g_strdup (g_checksum_get_string (sum));
}

/* When the run began that the weights are of, or NULL. You free. */
static char *
dup_date (CjlProject *project)
{
  g_autoptr (GDateTime) date = NULL;
  gint64 began;

  if (project->learned == NULL || !g_variant_lookup (project->learned, "began", "x", &began))
    return NULL;
  date = g_date_time_new_from_unix_utc (began);
  return date != NULL ? g_date_time_format_iso8601 (date) : NULL;
}

GVariant *
cjl_source_new (CjlProject *project, gint64 step)
{
  g_autofree char *date = dup_date (project);
  g_autofree char *hash = cjl_project_hash (project);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "project", "s", project->title);
  g_variant_dict_insert (&dict, "uuid", "s", project->uuid);
  g_variant_dict_insert (&dict, "sha256", "s", hash);
  g_variant_dict_insert (&dict, "seed", "x", (gint64) project->setup->seed);
  g_variant_dict_insert (&dict, "step", "x", step >= 0 ? step : cjl_keep_get_last_step (project));
  if (date != NULL)
    g_variant_dict_insert (&dict, "date", "s", date);
  g_variant_dict_insert (&dict, "cajal", "s", CAJAL_VERSION);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* --- printing --- */

/* What a frame has, by kind; arrays go into `pieces`. */
static void
print_frame (const CjvFrame *frame, const char *prefix, GVariantDict *panel, GPtrArray *pieces)
{
  g_autofree const char **names = cjv_frame_list_names (frame);
  GVariantDict arrays, numbers, texts, strings;

  g_variant_dict_init (&arrays, NULL);
  g_variant_dict_init (&numbers, NULL);
  g_variant_dict_init (&texts, NULL);
  g_variant_dict_init (&strings, NULL);
  for (guint i = 0; names[i] != NULL; i++)
    {
      const CjTensor *tensor = cjv_frame_get_array (frame, names[i]);
      const double number = cjv_frame_get_scalar (frame, names[i], NAN);
      const char *text = cjv_frame_get_text (frame, names[i]);
      const char *const *list = cjv_frame_get_strings (frame, names[i], NULL);

      if (tensor != NULL)
        {
          g_autofree char *piece = g_strconcat (prefix, names[i], ".npy", NULL);
          GVariantBuilder axes;

          g_variant_builder_init (&axes, G_VARIANT_TYPE ("av"));
          for (guint d = 0; d < tensor->shape.n_dims; d++)
            {
              const char *label = cjv_frame_get_axis_label (frame, names[i], d);

              g_variant_builder_add (&axes, "v", g_variant_new_string (label != NULL ? label : ""));
            }
          g_variant_dict_insert_value (&arrays, names[i], g_variant_builder_end (&axes));
          cjd_pieces_add (pieces, piece, cjd_npy_print (tensor));
        }
      if (isfinite (number))
        g_variant_dict_insert (&numbers, names[i], "d", number);
      if (text != NULL)
        g_variant_dict_insert (&texts, names[i], "s", text);
      if (list != NULL)
        {
          GVariantBuilder items;

          g_variant_builder_init (&items, G_VARIANT_TYPE ("av"));
          for (guint k = 0; list[k] != NULL; k++)
            g_variant_builder_add (&items, "v", g_variant_new_string (list[k]));
          g_variant_dict_insert_value (&strings, names[i], g_variant_builder_end (&items));
        }
    }
  g_variant_dict_insert_value (panel, "arrays", g_variant_dict_end (&arrays));
  g_variant_dict_insert_value (panel, "numbers", g_variant_dict_end (&numbers));
  g_variant_dict_insert_value (panel, "texts", g_variant_dict_end (&texts));
  g_variant_dict_insert_value (panel, "strings", g_variant_dict_end (&strings));
  if (cjv_frame_get_provenance (frame) != NULL)
    g_variant_dict_insert (panel, "provenance", "s", cjv_frame_get_provenance (frame));
}

static void
name_prefix (const CjvPlate *plate, guint i, char prefix[3])
{
  g_snprintf (prefix, 3, "%s", "");
  if (plate->panels->len > 1)
    g_snprintf (prefix, 3, "%c/", 'a' + (int) i);
}

static GVariant *
print_panel (const CjvPlate *plate, guint i, GPtrArray *pieces)
{
  const CjvPanel *panel = plate->panels->pdata[i];
  g_autofree gpointer presets = panel->params == NULL ? cjv_figure_new_params (panel->info) : NULL;
  gconstpointer values = panel->params != NULL ? panel->params : presets;
  GVariantDict dict, params;
  char prefix[3];

  name_prefix (plate, i, prefix);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_init (&params, NULL);
  g_variant_dict_insert (&dict, "figure", "s", panel->info->id);
  g_variant_dict_insert (&dict, "version", "x", (gint64) panel->info->version);
  g_variant_dict_insert (&dict, "span", "x", (gint64) panel->span);
  g_variant_dict_insert (&dict, "ratio", "d", panel->ratio);
  if (panel->caption != NULL)
    g_variant_dict_insert (&dict, "caption", "s", panel->caption);
  if (panel->about != NULL)
    g_variant_dict_insert_value (&dict, "about", panel->about);
  for (const CjParam *p = panel->info->params; p != NULL && p->name != NULL; p++)
    {
      g_autofree char *value = cj_params_print (p, values);

      g_variant_dict_insert (&params, p->name, "s", value);
    }
  g_variant_dict_insert_value (&dict, "params", g_variant_dict_end (&params));
  if (panel->frame != NULL)
    print_frame (panel->frame, prefix, &dict, pieces);
  return g_variant_dict_end (&dict);
}

static GVariant *
print_style (const CjvStyle *style)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "dark", "b", style->dark != FALSE);
  g_variant_dict_insert (&dict, "high-contrast", "b", style->high_contrast != FALSE);
  g_variant_dict_insert (&dict, "transparent", "b", style->transparent != FALSE);
  g_variant_dict_insert (&dict, "bare", "b", style->bare != FALSE);
  g_variant_dict_insert (&dict, "font", "s", style->font);
  g_variant_dict_insert (&dict, "font-size", "d", style->font_size);
  g_variant_dict_insert (&dict, "line-width", "d", style->line_width);
  g_variant_dict_insert (&dict, "scale", "d", style->scale);
  g_variant_dict_insert (&dict, "colors", "x", (gint64) style->colors);
  return g_variant_dict_end (&dict);
}

GBytes *
cjl_figure_print (const CjvPlate *plate, GVariant *source, GError **error)
{
  g_autoptr (GPtrArray) pieces = cjd_pieces_new (), all = cjd_pieces_new ();
  g_autoptr (GVariant) root = NULL;
  GVariantBuilder panels;
  GVariantDict dict;
  char *json;

  g_variant_builder_init (&panels, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < plate->panels->len; i++)
    g_variant_builder_add (&panels, "v", print_panel (plate, i, pieces));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "format", "x", (gint64) FORMAT);
  g_variant_dict_insert (&dict, "width", "d", plate->width);
  g_variant_dict_insert (&dict, "height", "d", plate->height);
  g_variant_dict_insert (&dict, "columns", "x", (gint64) plate->columns);
  g_variant_dict_insert (&dict, "letters", "b", plate->letters != FALSE);
  g_variant_dict_insert_value (&dict, "style", print_style (&plate->style));
  g_variant_dict_insert_value (&dict, "panels", g_variant_builder_end (&panels));
  if (source != NULL)
    g_variant_dict_insert_value (&dict, "source", source);
  root = g_variant_ref_sink (g_variant_dict_end (&dict));
  json = cjl_json_print (root, TRUE);
  cjd_pieces_add (all, ROOT, g_bytes_new_take (json, strlen (json)));
  for (guint i = 0; i < pieces->len; i++)
    {
      const CjdPiece *piece = pieces->pdata[i];

      cjd_pieces_share (all, piece->name, piece);
    }
  return cjd_zip_print (all, error);
}

/* --- parsing --- */

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, sentence);
  return FALSE;
}

static gboolean
refuse_record (GError **error)
{
  return refuse (error, _ ("The figure in the file is damaged. Export it anew."));
}

/* A number, whole or not, within its limits. */
static gboolean
read_number (GVariant *dict, const char *key, double least, double most, double *number)
{
  g_autoptr (GVariant) value = g_variant_lookup_value (dict, key, NULL);

  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    *number = (double) g_variant_get_int64 (value);
  else if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    *number = g_variant_get_double (value);
  else
    return FALSE;
  return *number >= least && *number <= most;
}

static gboolean
read_style (GVariant *root, CjvStyle *style, char **font)
{
  g_autoptr (GVariant) dict = g_variant_lookup_value (root, "style", G_VARIANT_TYPE_VARDICT);
  double colors = 0;

  cjv_style_init (style, FALSE);
  if (dict == NULL)
    return FALSE;
  g_variant_lookup (dict, "dark", "b", &style->dark);
  g_variant_lookup (dict, "high-contrast", "b", &style->high_contrast);
  g_variant_lookup (dict, "transparent", "b", &style->transparent);
  g_variant_lookup (dict, "bare", "b", &style->bare);
  if (!read_number (dict, "colors", 0, CJV_COLORS_GREY, &colors))
    return FALSE;
  style->colors = (CjvColors) colors;
  return g_variant_lookup (dict, "font", "s", font) && strlen (*font) < 256
         && read_number (dict, "font-size", 1, 400, &style->font_size)
         && read_number (dict, "line-width", 0.01, 100, &style->line_width)
         && read_number (dict, "scale", 0.05, 32, &style->scale);
}

/* As names of arrays are: kebab-case, and no path. */
static gboolean
is_name (const char *name)
{
  const gsize length = strlen (name);

  return length > 0 && length <= MAX_NAME
         && strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

/* One member of a frame, of the kind that its reader takes. */
typedef gboolean (*ReadEntry) (CjvFrame *frame, const char *name, GVariant *value,
                               const char *prefix, const GPtrArray *pieces, GError **error);

static gboolean
read_array (CjvFrame *frame, const char *name, GVariant *value, const char *prefix,
            const GPtrArray *pieces, GError **error)
{
  g_autofree char *piece = g_strconcat (prefix, name, ".npy", NULL);
  g_autoptr (GBytes) bytes = cjd_pieces_dup (pieces, piece);
  g_autoptr (CjdNpyArray) array = NULL;
  CjTensor *tensor;

  if (bytes == NULL || !g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    return refuse_record (error);
  array = cjd_npy_parse (piece, bytes, error);
  tensor = array != NULL ? cjd_npy_array_dup_tensor (array, error) : NULL;
  if (tensor == NULL)
    return FALSE;
  cjv_frame_take_array (frame, name, tensor);
  for (gsize d = 0; d < MIN (g_variant_n_children (value), tensor->shape.n_dims); d++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (value, d);
      g_autoptr (GVariant) label = g_variant_get_variant (box);

      if (g_variant_is_of_type (label, G_VARIANT_TYPE_STRING)
          && *g_variant_get_string (label, NULL) != '\0')
        cjv_frame_set_axis_label (frame, name, (guint) d, g_variant_get_string (label, NULL));
    }
  return TRUE;
}

static gboolean
read_scalar (CjvFrame *frame, const char *name, GVariant *value, const char *prefix,
             const GPtrArray *pieces, GError **error)
{
  double number = NAN;

  (void) prefix;
  (void) pieces;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    number = g_variant_get_double (value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    number = (double) g_variant_get_int64 (value);
  if (!(fabs (number) <= MAX_NUMBER))
    return refuse_record (error);
  cjv_frame_set_scalar (frame, name, number);
  return TRUE;
}

static gboolean
read_text (CjvFrame *frame, const char *name, GVariant *value, const char *prefix,
           const GPtrArray *pieces, GError **error)
{
  (void) prefix;
  (void) pieces;
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return refuse_record (error);
  cjv_frame_set_text (frame, name, g_variant_get_string (value, NULL));
  return TRUE;
}

static gboolean
read_strings (CjvFrame *frame, const char *name, GVariant *value, const char *prefix,
              const GPtrArray *pieces, GError **error)
{
  g_autoptr (GPtrArray) strings = g_ptr_array_new_with_free_func (g_free);
  GVariantIter iter;
  GVariant *item;

  (void) prefix;
  (void) pieces;
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE ("av")))
    return refuse_record (error);
  g_variant_iter_init (&iter, value);
  while (g_variant_iter_next (&iter, "v", &item))
    {
      g_ptr_array_add (strings, g_variant_is_of_type (item, G_VARIANT_TYPE_STRING)
                                    ? g_variant_dup_string (item, NULL)
                                    : g_strdup (""));
      g_variant_unref (item);
    }
  g_ptr_array_add (strings, NULL);
  cjv_frame_set_strings (frame, name, (const char *const *) strings->pdata);
  return TRUE;
}

/* A sealed frame; *frame stays NULL for a panel that has none. */
static gboolean
read_frame (GVariant *panel, const char *prefix, const GPtrArray *pieces, CjvFrame **frame,
            GError **error)
{
  static const struct
  {
    const char *key;
    ReadEntry read;
  } kinds[] = { { "arrays", read_array },
                { "numbers", read_scalar },
                { "texts", read_text },
                { "strings", read_strings } };
  g_autoptr (CjvFrame) filled = cjv_frame_new ();
  const char *provenance;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autoptr (GVariant) dict
          = g_variant_lookup_value (panel, kinds[i].key, G_VARIANT_TYPE_VARDICT);
      GVariantIter iter;
      const char *name;
      GVariant *value;

      if (dict == NULL)
        return TRUE;
      if (g_variant_n_children (dict) > MAX_ENTRIES)
        return refuse_record (error);
      g_variant_iter_init (&iter, dict);
      while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
        {
          g_autoptr (GVariant) owned = value;

          if (!is_name (name))
            return refuse_record (error);
          if (!kinds[i].read (filled, name, value, prefix, pieces, error))
            return FALSE;
        }
    }
  if (g_variant_lookup (panel, "provenance", "&s", &provenance))
    cjv_frame_set_provenance (filled, provenance);
  *frame = cjv_frame_seal (g_steal_pointer (&filled));
  return TRUE;
}

/* Parameters that are gone, or mean something else by now, are passed over. */
static gpointer
read_params (const CjvFigureInfo *info, GVariant *panel)
{
  g_autoptr (GVariant) dict = g_variant_lookup_value (panel, "params", G_VARIANT_TYPE_VARDICT);
  gpointer params = cjv_figure_new_params (info);
  GVariantIter iter;
  const char *name;
  GVariant *value;

  if (dict == NULL || params == NULL)
    return params;
  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
          && cj_params_find (info->params, name) != NULL)
        cj_params_parse (info->params, params, name, g_variant_get_string (value, NULL), NULL);
      g_variant_unref (value);
    }
  return params;
}

static gboolean
read_panel (CjvPlate *plate, GVariant *dict, const char *prefix, const GPtrArray *pieces,
            GError **error)
{
  const CjvFigureInfo *info;
  const char *id = NULL;
  CjvFrame *frame = NULL;
  CjvPanel *panel;
  double span = 1, ratio = 0;

  if (!g_variant_is_of_type (dict, G_VARIANT_TYPE_VARDICT)
      || !g_variant_lookup (dict, "figure", "&s", &id)
      || !read_number (dict, "span", 1, CJV_PLATE_MAX_COLUMNS, &span)
      || !read_number (dict, "ratio", 0, 100, &ratio))
    return refuse_record (error);
  info = cjv_figure_find (id);
  if (info == NULL)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_FILE,
          _ ("The file holds a figure “%s”, which this Cajal does not have. A newer Cajal, "
             "or the plugin that brings it, opens it."),
          id);
      return FALSE;
    }
  if (!read_frame (dict, prefix, pieces, &frame, error))
    return FALSE;
  panel = cjv_plate_add (plate, info, frame, read_params (info, dict));
  panel->span = (guint) span;
  panel->ratio = ratio;
  panel->about = g_variant_lookup_value (dict, "about", G_VARIANT_TYPE_VARDICT);
  g_variant_lookup (dict, "caption", "s", &panel->caption);
  return TRUE;
}

static CjvPlate *
read_root (GVariant *root, const GPtrArray *pieces, GError **error)
{
  g_autoptr (GVariant) panels = g_variant_lookup_value (root, "panels", G_VARIANT_TYPE ("av"));
  const gsize n = panels != NULL ? g_variant_n_children (panels) : 0;
  g_autoptr (CjvPlate) plate = NULL;
  g_autofree char *font = NULL;
  double width, height, columns;
  CjvStyle style;

  if (n < 1 || n > CJV_PLATE_MAX || !read_style (root, &style, &font)
      || !read_number (root, "width", 1, CJV_PLATE_MAX_SIDE, &width)
      || !read_number (root, "height", 0, CJV_PLATE_MAX_SIDE, &height)
      || !read_number (root, "columns", 1, CJV_PLATE_MAX_COLUMNS, &columns)
      || (height > 0 && height < 1))
    {
      refuse_record (error);
      return NULL;
    }
  plate = cjv_plate_new (&style, width, height);
  cjv_plate_set_font (plate, font);
  plate->columns = (guint) columns;
  g_variant_lookup (root, "letters", "b", &plate->letters);
  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GVariant) box = g_variant_get_child_value (panels, i);
      g_autoptr (GVariant) panel = g_variant_get_variant (box);
      char prefix[3] = { n > 1 ? (char) ('a' + (int) i) : '\0', '/', '\0' };

      if (!read_panel (plate, panel, prefix, pieces, error))
        return NULL;
    }
  return g_steal_pointer (&plate);
}

CjvPlate *
cjl_figure_parse (GBytes *record, GVariant **source, GError **error)
{
  g_autoptr (GPtrArray) pieces = cjd_zip_parse (record, MAX_UNPACKED, error);
  g_autoptr (GBytes) json = NULL;
  g_autoptr (GVariant) root = NULL;
  gint64 format = 0;
  CjvPlate *plate;

  if (pieces == NULL)
    return NULL;
  json = cjd_pieces_dup (pieces, ROOT);
  if (json == NULL)
    {
      refuse (error, _ ("The file holds arrays, but no figure of Cajal."));
      return NULL;
    }
  root = cjl_json_parse (g_bytes_get_data (json, NULL), (gssize) g_bytes_get_size (json), error);
  if (root == NULL)
    return NULL;
  if (!g_variant_is_of_type (root, G_VARIANT_TYPE_VARDICT)
      || !g_variant_lookup (root, "format", "x", &format) || format < 1)
    {
      refuse_record (error);
      return NULL;
    }
  if (format > FORMAT)
    {
      refuse (error, _ ("A newer Cajal wrote this figure, and can open it."));
      return NULL;
    }
  plate = read_root (root, pieces, error);
  if (plate != NULL && source != NULL)
    *source = g_variant_lookup_value (root, "source", G_VARIANT_TYPE_VARDICT);
  return plate;
}

gboolean
cjl_figure_is_record (GBytes *bytes)
{
  /* a member of a zip begins with 30 bytes, then its name (APPNOTE.TXT 4.3.7) */
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  return size > 30 + strlen (ROOT) && memcmp (data, "PK\x03\x04", 4) == 0
         && memcmp (data + 30, ROOT, strlen (ROOT)) == 0;
}
