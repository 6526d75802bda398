/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli figure: pictures out of projects, plates of them, and pictures drawn again from what they
 * carry. */
#include "cli.h"

#include "cj-error.h"
#include "cjl-embedding.h"
#include "cjl-figure-file.h"
#include "cjl-plate.h"
#include "file.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

typedef struct
{
  char *output, *into, *formats, *split, *width, *height, *style, *colormap, *plate, *method, *with,
      *direction, *class;
  char **settings, **nodes, **concepts;
  int sample, query, unit, samples;
  double scale, dpi, font_size;
  gboolean dark, light, bare, mistakes, run, untrained, before, data, json;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->output);
  g_free (options->into);
  g_free (options->formats);
  g_free (options->split);
  g_free (options->width);
  g_free (options->height);
  g_free (options->style);
  g_free (options->colormap);
  g_free (options->plate);
  g_free (options->method);
  g_free (options->with);
  g_free (options->direction);
  g_free (options->class);
  g_strfreev (options->concepts);
  g_strfreev (options->settings);
  g_strfreev (options->nodes);
}

/* What the words of the command name. */
typedef struct
{
  GPtrArray *files, *ids; /* borrowed strings */
} Words;

static void
words_clear (Words *words)
{
  g_clear_pointer (&words->files, g_ptr_array_unref);
  g_clear_pointer (&words->ids, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Words, words_clear)

/* --- one picture --- */

/* Style and size as the options say; those not given stay as they are. */
static gboolean
apply_page (CjvPlate *plate, const Options *options, GError **error)
{
  const double before = plate->width;

  if (options->dark || options->light)
    plate->style.dark = options->dark;
  if (options->style != NULL && !cjl_look_apply (options->style, &plate->style, error))
    return FALSE;
  if (options->colormap != NULL && !cjl_colormap_apply (options->colormap, &plate->style, error))
    return FALSE;
  if (options->width != NULL && !cjl_length_parse (options->width, &plate->width, error))
    return FALSE;
  if (options->height != NULL && !cjl_length_parse (options->height, &plate->height, error))
    return FALSE;
  if (options->width != NULL && options->height == NULL) /* in proportion; 0 stays 0 */
    plate->height *= plate->width / before;
  if (options->font_size > 0)
    cjl_style_set_points (&plate->style, options->font_size);
  if (options->scale > 0)
    plate->style.scale = options->scale;
  if (options->dpi > 0)
    plate->style.scale = options->dpi / 96;
  plate->style.bare = plate->style.bare || options->bare;
  return TRUE;
}

/* Whether a setting says how the numbers of figure `id` are found, not how they are drawn. */
static gboolean
is_asked (const char *id, const char *setting)
{
  g_auto (GStrv) pair = g_strsplit (setting, "=", 2);
  const CjParam *table = cjl_figure_get_settings (id, NULL);

  return table != NULL && pair[0] != NULL && cj_params_find (table, pair[0]) != NULL;
}

/* Those of the settings that say how the numbers of the figure are found; borrowed strings. */
static GPtrArray *
list_asked (const char *id, char **settings)
{
  GPtrArray *asked = g_ptr_array_new ();

  for (guint i = 0; settings != NULL && settings[i] != NULL; i++)
    if (is_asked (id, settings[i]))
      g_ptr_array_add (asked, settings[i]);
  g_ptr_array_add (asked, NULL);
  return asked;
}

/* Sets how a picture is drawn; `id`: what has been asked for it is passed over, NULL: nothing has. */
static gboolean
apply_settings (CjvPlate *plate, const char *id, char **settings, GError **error)
{
  for (guint i = 0; settings != NULL && settings[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (settings[i], "=", 2); /* "" has no parts at all */
      const char *name = pair[0] != NULL ? pair[0] : "";
      const char *text = *name != '\0' && pair[1] != NULL ? pair[1] : "";

      if (id != NULL && is_asked (id, settings[i]))
        continue;
      for (guint k = 0; k < plate->panels->len; k++)
        if (!cjl_panel_set (plate->panels->pdata[k], name, text, error))
          return FALSE;
    }
  return TRUE;
}

/* Writes the picture in each of the formats, or as the output ends, and says so. `id` as in
 * apply_settings. */
static gboolean
write_plate (CjvPlate *plate, GVariant *source, const char *id, const char *path,
             const Options *options, GError **error)
{
  if (!apply_page (plate, options, error) || !apply_settings (plate, id, options->settings, error)
      || !cjl_figure_save (plate, source, path, error)
      || (options->data && !cjl_figure_save_data (plate, source, path, error)))
    return FALSE;
  cli_print_file (path, options->json);
  return TRUE;
}

/* --- pictures out of a project --- */

typedef struct
{
  CjlProject *project;
  CjdDataset *dataset; /* when the first figure asks for it */
  GVariant *source;
  const char *path;
} Opened;

static void
opened_clear (Opened *opened)
{
  g_clear_pointer (&opened->project, cjl_project_unref);
  g_clear_pointer (&opened->dataset, cjd_dataset_unref);
  g_clear_pointer (&opened->source, g_variant_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Opened, opened_clear)

static gboolean
draw (Opened *opened, const char *id, const char *node, const char *path, const Options *options,
      GError **error)
{
  const CjvFigureInfo *info = cjv_figure_find (id);
  g_autoptr (GPtrArray) asked = list_asked (id, options->settings);
  CjlFigureChoice choice = { .node = node,
                             .sample = (gsize) options->sample,
                             .mistakes = options->mistakes,
                             .method = options->method,
                             .n_samples = (gsize) options->samples,
                             .query = options->query,
                             .other = options->with,
                             .run = options->run,
                             .unit = options->unit,
                             .direction = options->direction,
                             .untrained = options->untrained,
                             .before = options->before,
                             .settings = (const char *const *) asked->pdata,
                             .concepts = (const char *const *) options->concepts,
                             .target = options->class };
  g_autoptr (CjvPlate) plate = NULL;
  CjvStyle style;

  if (!cjd_file_can_write (path, error)
      || !cli_parse_split (options->split, CJD_SPLIT_VAL, &choice.split, error))
    return FALSE;
  cjv_style_init (&style, FALSE);
  style.scale = 2;
  plate = cjv_plate_new (&style, info != NULL ? info->preset_width : 1,
                         info != NULL ? info->preset_height : 1);
  if (info != NULL && opened->dataset == NULL && cjl_figure_needs_data (id))
    {
      opened->dataset = cjl_data_load (&opened->project->data, error);
      if (opened->dataset == NULL)
        return FALSE;
    }
  return cjl_plate_add (plate, opened->project, opened->dataset, id, &choice, error) != NULL
         && write_plate (plate, opened->source, id, path, options, error);
}

/* "PROJECT-ID-NODE.svg" in the folder. You free. */
static char *
name_file (const Opened *opened, const char *id, const char *node, const char *format,
           const Options *options)
{
  g_autofree char *base = g_path_get_basename (opened->path);
  g_autofree char *name = NULL;
  char *dot = strrchr (base, '.');

  if (dot != NULL && dot != base)
    *dot = '\0';
  name = g_strdup_printf ("%s-%s%s%s.%s", base, id, node != NULL ? "-" : "",
                          node != NULL ? node : "", format);
  g_strdelimit (name, "/:", '-');
  return g_build_filename (options->into != NULL ? options->into : ".", name, NULL);
}

/* Says why one of many pictures is missing; the others follow. */
static int
tell (GError *error)
{
  g_printerr ("cajal-cli: %s\n", error->message);
  g_error_free (error);
  return 1;
}

/* Every figure of a project for every node in every format. */
static int
draw_all (Opened *opened, const Words *words, const Options *options)
{
  g_auto (GStrv) formats
      = g_strsplit (options->formats != NULL ? options->formats : "svg", ",", -1);
  const guint n_nodes = options->nodes != NULL ? g_strv_length (options->nodes) : 0;
  int status = 0;

  for (guint i = 0; i < words->ids->len; i++)
    for (guint k = 0; k < MAX (n_nodes, 1); k++)
      for (guint f = 0; formats[f] != NULL; f++)
        {
          const char *node = n_nodes > 0 ? options->nodes[k] : NULL;
          g_autofree char *path
              = name_file (opened, words->ids->pdata[i], node, g_strstrip (formats[f]), options);
          GError *error = NULL;

          if (!draw (opened, words->ids->pdata[i], node, path, options, &error))
            status = tell (error);
        }
  return status;
}

static gboolean
open_project (Opened *opened, const char *path, GError **error)
{
  opened->path = path;
  opened->project = cjl_project_load (path, error);
  if (opened->project == NULL)
    return FALSE;
  opened->source = cjl_source_new (opened->project, -1);
  return TRUE;
}

static int
draw_many (const Words *words, const Options *options)
{
  int status = 0;

  if (options->into != NULL && g_mkdir_with_parents (options->into, 0777) != 0)
    {
      g_printerr (_ ("cajal-cli figure: %s: The folder cannot be made: %s.\n"), options->into,
                  g_strerror (errno));
      return 1;
    }
  for (guint i = 0; i < words->files->len; i++)
    {
      g_auto (Opened) opened = { NULL };
      GError *error = NULL;

      if (!open_project (&opened, words->files->pdata[i], &error))
        status = tell (error);
      else
        status = MAX (draw_all (&opened, words, options), status);
    }
  return status;
}

static gboolean
draw_one (const Words *words, const Options *options, GError **error)
{
  g_auto (Opened) opened = { NULL };
  const char *id = words->ids->pdata[0];
  g_autofree char *path
      = options->output != NULL ? g_strdup (options->output) : g_strconcat (id, ".svg", NULL);

  return open_project (&opened, words->files->pdata[0], error)
         && draw (&opened, id, options->nodes != NULL ? options->nodes[0] : NULL, path, options,
                  error);
}

static gboolean
draw_plate (const Words *words, const Options *options, GError **error)
{
  g_auto (Opened) opened = { NULL };
  g_autoptr (CjvPlate) plate = NULL;
  const char *path = options->output != NULL ? options->output : "plate.svg";

  if (!cjd_file_can_write (path, error) || !open_project (&opened, words->files->pdata[0], error))
    return FALSE;
  plate = cjl_plate_load (options->plate, opened.project, error);
  return plate != NULL && write_plate (plate, opened.source, NULL, path, options, error);
}

/* --- pictures that carry what they are drawn from --- */

static void
print_origin (const CjvPlate *plate, GVariant *source, gboolean json)
{
  GVariantBuilder panels;
  GVariantDict dict;

  if (!json)
    {
      g_autofree char *text = cjl_source_print (source);
      const char *hash = NULL;

      g_print ("%s\n", text);
      if (source != NULL && g_variant_lookup (source, "sha256", "&s", &hash))
        g_print ("SHA-256 %s\n", hash);
    }
  g_variant_builder_init (&panels, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < plate->panels->len; i++)
    {
      const CjvPanel *panel = plate->panels->pdata[i];
      g_autofree char *words = cjv_figure_print_words (panel->info, panel->frame, panel->params);
      GVariantDict one;

      if (!json)
        g_print ("%s: %s\n", panel->info->id, words);
      g_variant_dict_init (&one, NULL);
      g_variant_dict_insert (&one, "figure", "s", panel->info->id);
      g_variant_dict_insert (&one, "words", "s", words);
      if (panel->about != NULL)
        g_variant_dict_insert_value (&one, "about", panel->about);
      g_variant_builder_add (&panels, "v", g_variant_dict_end (&one));
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "panels", g_variant_builder_end (&panels));
  if (source != NULL)
    g_variant_dict_insert_value (&dict, "source", source);
  if (json)
    cli_print_json (g_variant_dict_end (&dict));
  else
    g_variant_dict_clear (&dict);
}

static gboolean
draw_again (const char *from, const Options *options, GError **error)
{
  g_autoptr (GVariant) source = NULL;
  g_autoptr (CjvPlate) plate = cjl_figure_load (from, &source, error);

  if (plate == NULL)
    return FALSE;
  if (options->output != NULL)
    return cjd_file_can_write (options->output, error)
           && write_plate (plate, source, NULL, options->output, options, error);
  print_origin (plate, source, options->json);
  return TRUE;
}

/* --- the command --- */

/* Files come first; what follows and is no file names figures. */
static Words
sort_words (int n, char **words)
{
  Words sorted = { g_ptr_array_new (), g_ptr_array_new () };

  for (int i = 0; i < n; i++)
    {
      const gboolean file
          = i == 0
            || (cjv_figure_find (words[i]) == NULL && sorted.ids->len == 0
                && (g_str_has_suffix (words[i], ".cajal") || strchr (words[i], '/') != NULL));

      g_ptr_array_add (file ? sorted.files : sorted.ids, words[i]);
    }
  return sorted;
}

static int
refuse (const char *sentence)
{
  g_printerr ("cajal-cli figure: %s\n", sentence);
  return 2;
}

static int
run_words (const Words *words, const Options *options)
{
  const gboolean many = words->files->len > 1 || words->ids->len > 1 || options->into != NULL
                        || (options->nodes != NULL && g_strv_length (options->nodes) > 1)
                        || options->formats != NULL;
  GError *error = NULL;
  gboolean done;

  if (options->dark && options->light)
    return refuse (_ ("choose one of --dark and --light."));
  if (options->plate != NULL && (words->ids->len > 0 || words->files->len > 1))
    return refuse (_ ("--plate takes one project and names its figures itself."));
  if (options->plate == NULL && words->ids->len == 0
      && (words->files->len > 1 || many || g_str_has_suffix (words->files->pdata[0], ".cajal")))
    return refuse (_ ("name a figure behind the projects. “cajal-cli list figures” names them."));
  if (many && options->output != NULL)
    return refuse (_ ("-o names one picture. For several choose a folder with --into."));
  if (options->plate != NULL)
    done = draw_plate (words, options, &error);
  else if (words->ids->len == 0)
    done = draw_again (words->files->pdata[0], options, &error);
  else if (many)
    return draw_many (words, options);
  else
    done = draw_one (words, options, &error);
  return done ? 0 : cli_fail (error);
}

/* Whether all numbers lie within their limits; else says which does not. */
static gboolean
check_numbers (const Options *options, int *status)
{
  return cli_check_number (&cli_figure, "--sample", options->sample, 0, 0, G_MAXINT, status)
         && cli_check_number (&cli_figure, "--unit", options->unit, -1, 0, G_MAXINT, status)
         && cli_check_number (&cli_figure, "--samples", options->samples, 0, 4, CJL_EMBED_MAX,
                              status)
         && cli_check_number (&cli_figure, "--query", options->query, -1, 0, G_MAXINT, status)
         && cli_check_number (&cli_figure, "--font-size", options->font_size, 0, 3, 72, status)
         && cli_check_number (&cli_figure, "--dpi", options->dpi, 0, 24, 2400, status)
         && cli_check_number (&cli_figure, "--scale", options->scale, 0, 0.25, 25, status);
}

/* One run of the program has one set of them. */
static Options options = { .query = -1, .unit = -1 };

static const GOptionEntry entries[] = {
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
    N_ ("File to write: .svg, .pdf, .png, .npz or .csv; none: ID.svg"), "X.svg" },
  { "into", 0, 0, G_OPTION_ARG_FILENAME, &options.into,
    N_ ("Folder for several pictures, PROJECT-ID-NODE.svg"), N_ ("FOLDER") },
  { "format", 0, 0, G_OPTION_ARG_STRING, &options.formats,
    N_ ("Endings of several pictures, with commas: svg (the preset), pdf …"), "svg,pdf" },
  { "data", 0, 0, G_OPTION_ARG_NONE, &options.data,
    N_ ("Writes the numbers beside the picture, as .csv and .npz"), NULL },
  { "plate", 0, 0, G_OPTION_ARG_FILENAME, &options.plate,
    N_ ("Several figures on one page, as this file describes"), "P.json" },
  { "node", 'n', 0, G_OPTION_ARG_STRING_ARRAY, &options.nodes,
    N_ ("Layer that is drawn, once or more; none: the first that fits"), "ID" },
  { "split", 0, 0, G_OPTION_ARG_STRING, &options.split, N_ ("train, val (the preset) or test"),
    "S" },
  { "sample", 0, 0, G_OPTION_ARG_INT, &options.sample,
    N_ ("For maps, units, bars, attention and receptive-field: its number in the split, from 0"),
    "N" },
  { "query", 0, 0, G_OPTION_ARG_INT, &options.query,
    N_ ("For attention: the token that looks, from 0"), "N" },
  { "mistakes", 0, 0, G_OPTION_ARG_NONE, &options.mistakes,
    N_ ("For contact-sheet: only what got a wrong class, the surest first"), NULL },
  { "method", 'm', 0, G_OPTION_ARG_STRING, &options.method,
    N_ ("For embedding: t-sne, umap or pca, with settings, as “umap neighbours=30 start=pca”; for "
        "similarity: cka, cka-unbiased or rsa; for "
        "dissimilarity: correlation, euclidean or similarity; for attention: heads, mean, rollout "
        "or flow; "
        "for "
        "tuning, orientation-map and selectivity: drifting or static gratings, or bars; for "
        "landscape: slice or run; for robustness and retraining: a damage or attack, as "
        "unit-loss:clustered; "
        "for ideal and receptive-field: middle of a map (a unit) or mean "
        "(a channel)"),
    "ID" },
  { "samples", 0, 0, G_OPTION_ARG_INT, &options.samples,
    N_ ("For embedding, similarity and dissimilarity: how many samples at most, up to 2000"), "N" },
  { "unit", 'u', 0, G_OPTION_ARG_INT, &options.unit,
    N_ ("For tuning, orientation-map, ideal and receptive-field: the unit of the layer, from 0"),
    "N" },
  { "direction", 0, 0, G_OPTION_ARG_STRING, &options.direction,
    N_ ("For ideal and receptive-field: a sum of units, as “3 5:-1”, in place of one"), "TEXT" },
  { "untrained", 0, 0, G_OPTION_ARG_NONE, &options.untrained,
    N_ ("For tuning, orientation-map, selectivity and gabor: with the weights before training"),
    NULL },
  { "before", 0, 0, G_OPTION_ARG_NONE, &options.before,
    N_ ("For tuning, orientation-map and gabor: what was there before training beside it"), NULL },
  { "with", 0, 0, G_OPTION_ARG_FILENAME, &options.with,
    N_ ("For similarity and dissimilarity: another project, whose layers these are compared with; "
        "for selectivity: other layers, with commas, in place of before training; for robustness: "
        "other projects, with commas"),
    "G.cajal" },
  { "run", 0, 0, G_OPTION_ARG_NONE, &options.run,
    N_ ("For similarity: each layer with itself at the end of the run, or, with --node, one at "
        "every kept moment with every other; for dissimilarity: the samples at moments of the run"),
    NULL },
  { "class", 0, 0, G_OPTION_ARG_STRING, &options.class,
    N_ ("For concepts, ideal and receptive-field: the class that is asked about"), "NAME" },
  { "concept", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.concepts,
    N_ ("For concepts: a folder of pictures, a class of the data, or samples of it, as "
        "“round=val:3,8,20”; may be given several times"),
    "X" },
  { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &options.settings,
    N_ ("A parameter of the figure, or of how it is made; “cajal-cli describe ID” names them"),
    "NAME=VALUE" },
  { "style", 0, 0, G_OPTION_ARG_STRING, &options.style,
    N_ ("light (the preset), dark or print: white, thin lines, read without colours"), "S" },
  { "colormap", 0, 0, G_OPTION_ARG_STRING, &options.colormap, N_ ("preset, print or grey"), "C" },
  { "dark", 0, 0, G_OPTION_ARG_NONE, &options.dark, N_ ("Light ink on a dark ground"), NULL },
  { "light", 0, 0, G_OPTION_ARG_NONE, &options.light,
    N_ ("Dark ink on a light ground (the preset)"), NULL },
  { "bare", 0, 0, G_OPTION_ARG_NONE, &options.bare,
    N_ ("The drawing alone, for a small picture: no heading, axes or scale"), NULL },
  { "width", 0, 0, G_OPTION_ARG_STRING, &options.width,
    N_ ("Width: 85mm, 3.5in, 640px, single, double …; none: a good one"), "W" },
  { "height", 0, 0, G_OPTION_ARG_STRING, &options.height, N_ ("Height; none: in proportion"), "H" },
  { "font-size", 0, 0, G_OPTION_ARG_DOUBLE, &options.font_size,
    N_ ("Size of the text in points (the preset: 9)"), "PT" },
  { "dpi", 0, 0, G_OPTION_ARG_DOUBLE, &options.dpi,
    N_ ("Pixels an inch of a .png (the preset: 192)"), "N" },
  { "scale", 0, 0, G_OPTION_ARG_DOUBLE, &options.scale,
    N_ ("The same in pixels for each px of the size (the preset: 2)"), "N" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Name the files in JSON objects"), NULL },
  { NULL },
};

static int
run_figure (int argc, char **argv)
{
  g_auto (Words) words = { NULL, NULL };
  int status = 0;

  if (!cli_parse_words (&cli_figure, entries, &argc, &argv, 1, 4096, &status)
      || !check_numbers (&options, &status))
    return status;
  words = sort_words (argc - 1, argv + 1);
  status = run_words (&words, &options);
  options_clear (&options);
  return status;
}

const CliCommand cli_figure = {
  "figure",
  "F.cajal… ID… -o X.{svg,pdf,png,npz,csv}",
  N_ ("Draws what a project learned and how well"),
  run_figure,
  N_ ("ID is one of “cajal-cli list figures”: curves; filters and histogram of a layer's\n"
      "weights; confusion, roc, precision-recall, contact-sheet and scatter of a split; maps,\n"
      "units and bars of one sample; embedding, similarity, dissimilarity, layers and\n"
      "concepts of many; attention, attention-arcs, attention-patches, attention-heads and\n"
      "logit-lens of a transformer; tuning, orientation-map, selectivity, gabor, ideal and\n"
      "receptive-field of layers that look at pictures; landscape, interpolation and curvature\n"
      "of the loss; alignment of learning rules with it; robustness against lesions, noise and\n"
      "attacks, and retraining after them; pruning and forgetting in the run; energy,\n"
      "accuracy-energy and balance of what a network does; raster, membrane, isi,\n"
      "cross-correlogram and spike-triggered-average of spiking layers; decision for data of\n"
      "two numbers. A .csv holds the numbers of the picture, a .npz the arrays.\n\n"
      "  cajal-cli figure signs.cajal maps --node conv2 --sample 7 --dark -o maps.png\n"
      "  cajal-cli figure signs.cajal tuning --node conv1 --unit 3 --before -o tuning.svg\n"
      "  cajal-cli figure signs.cajal ideal --class Q --set jitter=4 --set diversity=2 -o q.png\n"
      "  cajal-cli figure signs.cajal contact-sheet --split test --mistakes -o mistakes.pdf\n"
      "  cajal-cli figure a.cajal b.cajal curves confusion --into figures --format pdf,png\n"
      "  cajal-cli figure signs.cajal --plate plate.json -o figure-1.pdf --data\n\n"
      "A picture carries what it was drawn from. Given in place of a project it says where it\n"
      "comes from, or is drawn again, exactly or with other options:\n\n"
      "  cajal-cli figure figure-1.pdf\n"
      "  cajal-cli figure figure-1.pdf --style print --width single -o figure-1.svg"),
};
