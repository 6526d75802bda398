/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli data: what a source, a path or a project's data hold, as words, JSON and a picture. */
#include "cli.h"

#include "cj-error.h"
#include "cjd-augment.h"
#include "cjd-reader.h"
#include "cjd-source.h"
#include "cjl-project.h"
#include "cjv-export.h"
#include "cjv-figure.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define SHEET 64   /* pictures on the contact sheet */
#define VARIANTS 7 /* augmented ones beside each picture of the preview */

static void
count_classes (const CjdDataset *dataset, gsize *count)
{
  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset); i++)
    {
      const gint32 y = cjd_dataset_get_class (dataset, i);

      if (y >= 0 && y < (gint32) dataset->n_classes)
        count[y]++;
    }
}

static gboolean
has_balance (const CjdDataset *dataset)
{
  return dataset->n_classes > 0 && dataset->y->dtype == CJ_INT32 && dataset->y->shape.n_dims == 1;
}

static void
print_words (const CjdDataset *dataset, const char *kind)
{
  g_autofree char *words = cjd_dataset_describe (dataset);
  g_autofree gsize *count = g_new0 (gsize, dataset->n_classes + 1);

  g_print (_ ("%s\nRead as: %s.%s%s\n"), words, _ (kind), dataset->note != NULL ? " " : "",
           dataset->note != NULL ? dataset->note : "");
  for (guint i = 0; i < MIN (dataset->n_channels, 8); i++)
    g_print (_ ("  channel %u: mean %.4f, deviation %.4f in training\n"), i + 1,
             (double) dataset->mean[i], (double) dataset->std[i]);
  count_classes (dataset, count);
  for (guint k = 0; k < dataset->n_classes && has_balance (dataset); k++)
    {
      g_autofree char *number = g_strdup_printf ("%u", k);

      g_print ("  %-12s %8" G_GSIZE_FORMAT "\n",
               dataset->class_names != NULL ? dataset->class_names[k] : number, count[k]);
    }
}

static GVariant *
list_numbers (const float *values, guint n)
{
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < n; i++)
    g_variant_builder_add (&list, "v", g_variant_new_double ((double) values[i]));
  return g_variant_builder_end (&list);
}

static void
print_json (const CjdDataset *dataset, const char *kind)
{
  const CjShape sample = cjd_dataset_get_x_shape (dataset);
  g_autofree gsize *count = g_new0 (gsize, dataset->n_classes + 1);
  GVariantBuilder shape, classes;
  GVariantDict dict;

  count_classes (dataset, count);
  g_variant_builder_init (&shape, G_VARIANT_TYPE ("av"));
  for (guint d = 0; d < sample.n_dims; d++)
    g_variant_builder_add (&shape, "v", g_variant_new_int64 (sample.dims[d]));
  g_variant_builder_init (&classes, G_VARIANT_TYPE ("av"));
  for (guint k = 0; k < dataset->n_classes; k++)
    {
      g_autofree char *number = g_strdup_printf ("%u", k);
      GVariantDict item;

      g_variant_dict_init (&item, NULL);
      g_variant_dict_insert (&item, "name", "s",
                             dataset->class_names != NULL ? dataset->class_names[k] : number);
      if (has_balance (dataset))
        g_variant_dict_insert (&item, "samples", "x", (gint64) count[k]);
      g_variant_builder_add (&classes, "v", g_variant_dict_end (&item));
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", dataset->name);
  g_variant_dict_insert (&dict, "kind", "s", kind);
  g_variant_dict_insert (&dict, "note", "s", dataset->note != NULL ? dataset->note : "");
  g_variant_dict_insert (&dict, "streamed", "b", dataset->x == NULL);
  g_variant_dict_insert (&dict, "samples", "x", (gint64) cjd_dataset_get_n_samples (dataset));
  g_variant_dict_insert (&dict, "train", "x",
                         (gint64) cjd_dataset_count (dataset, CJD_SPLIT_TRAIN));
  g_variant_dict_insert (&dict, "val", "x", (gint64) cjd_dataset_count (dataset, CJD_SPLIT_VAL));
  g_variant_dict_insert (&dict, "test", "x", (gint64) cjd_dataset_count (dataset, CJD_SPLIT_TEST));
  g_variant_dict_insert_value (&dict, "shape", g_variant_builder_end (&shape));
  g_variant_dict_insert_value (&dict, "classes", g_variant_builder_end (&classes));
  g_variant_dict_insert_value (&dict, "mean", list_numbers (dataset->mean, dataset->n_channels));
  g_variant_dict_insert_value (&dict, "deviation",
                               list_numbers (dataset->std, dataset->n_channels));
  cli_print_json (g_variant_dict_end (&dict));
}

/* The first training pictures as floats 0..1; or, augmented, each beside what becomes of it in the
 * first epochs. The order is that of the classes, as far as there are some. */
static CjvFrame *
make_sheet (CjdDataset *dataset, GError **error)
{
  g_autoptr (CjFeed) plain = cjd_dataset_new_feed (dataset, CJD_SPLIT_TRAIN);
  g_autoptr (CjFeed) changed = cjd_dataset_new_training_feed (dataset);
  const guint a_picture = dataset->augmenter != NULL ? 1 + VARIANTS : 1;
  const gsize n = MIN (plain->n_samples, SHEET / a_picture) * a_picture;
  const CjShape x_shape = cj_shape_batched (&plain->x_shape, 1);
  const CjShape y_shape = cj_shape_batched (&plain->y_shape, 1);
  const CjShape all = cj_shape_batched (&plain->x_shape, (gint64) n);
  const gint64 size = cj_shape_size (&plain->x_shape), c = dataset->n_channels;
  g_autoptr (CjTensor) x = NULL, y = NULL, images = NULL;
  g_autofree float *labels = g_new0 (float, n + 1);
  CjvFrame *frame;

  if (plain->x_shape.n_dims != 3 || plain->x_dtype != CJ_FLOAT32 || n == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("%s holds no pictures for a contact sheet."),
                   dataset->name);
      return NULL;
    }
  x = cj_tensor_new (plain->x_dtype, &x_shape);
  y = cj_tensor_new (plain->y_dtype, &y_shape);
  images = cj_tensor_new (CJ_FLOAT32, &all);
  for (gsize i = 0; i < n; i++)
    {
      CjFeed *feed = i % a_picture == 0 ? plain : changed;
      const guint32 sample = (guint32) (i / a_picture * (plain->n_samples / (n / a_picture)));

      feed->fill (feed, &sample, 1, i % a_picture, 1, x, y);
      if (feed->problem != NULL)
        {
          g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
          return NULL;
        }
      for (gint64 j = 0; j < size; j++)
        cj_tensor_f32 (images)[(gint64) i * size + j]
            = cj_tensor_f32 (x)[j] * dataset->std[j / (size / c)] + dataset->mean[j / (size / c)];
      if (has_balance (dataset))
        labels[i] = (float) cj_tensor_i32 (y)[0];
    }
  frame = cjv_frame_new ();
  cjv_frame_set_array (frame, "images", images);
  cjv_frame_set_scalar (frame, "low", 0);
  if (dataset->x_dtype == CJ_UINT8)
    cjv_frame_set_scalar (frame, "high", 1);
  if (has_balance (dataset))
    cjv_frame_set_values (frame, "labels", labels, n);
  if (dataset->class_names != NULL)
    cjv_frame_set_strings (frame, "classes", (const char *const *) dataset->class_names);
  if (dataset->augmenter != NULL)
    {
      g_autofree char *title = g_strdup_printf (
          _ ("%s: as it is, then as training sees it in %d epochs"), dataset->name, VARIANTS);

      cjv_frame_set_scalar (frame, "group", a_picture);
      cjv_frame_set_text (frame, "title", title);
    }
  else
    cjv_frame_set_text (frame, "title", dataset->name);
  return cjv_frame_seal (frame);
}

static gboolean
draw (CjdDataset *dataset, const char *path, GError **error)
{
  g_autoptr (CjvFrame) frame = make_sheet (dataset, error);
  CjvStyle style;

  cjv_style_init (&style, FALSE);
  return frame != NULL
         && cjv_export (cjv_figure_find ("contact-sheet"), frame, NULL, &style, 640,
                        dataset->augmenter != NULL ? 760 : 640, path, error);
}

/* The choice that the words describe: a project's, or a source or path of its own. */
static gboolean
choose (CjlProject **project, const char *word, char **settings, const char *chain, GError **error)
{
  if (g_str_has_suffix (word, ".cajal"))
    *project = cjl_project_load (word, error);
  else
    {
      *project = cjl_project_new ();
      cjl_project_set_data (*project, word, NULL);
    }
  if (*project == NULL)
    return FALSE;
  for (guint i = 0; settings != NULL && settings[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (settings[i], "=", 2);
      g_autofree char *name = g_strconcat ("data.", pair[0], NULL);

      if (!cjl_project_set (*project, name, pair[1] != NULL ? pair[1] : "", error))
        return FALSE;
    }
  return chain == NULL || cjl_project_set (*project, "data.augment", chain, error);
}

static int
run_data (int argc, char **argv)
{
  g_autofree char *output = NULL, *chain = NULL;
  g_auto (GStrv) settings = NULL;
  gboolean json = FALSE;
  const GOptionEntry entries[] = {
    { "augment", 'a', 0, G_OPTION_ARG_STRING, &chain,
      N_ ("Show what augmentations make of it, as “flip, shift amount=3”"), "CHAIN" },
    { "set", 's', 0, G_OPTION_ARG_STRING_ARRAY, &settings,
      N_ ("Read it so: “cajal-cli list” and “describe” name what sources and files take"),
      "NAME=VALUE" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
      N_ ("Draw training pictures; with augmentations, each beside what becomes of it"), "F.png" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("One JSON object"), NULL },
    { NULL },
  };
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  g_autofree char *place = NULL;
  const CjdReaderInfo *reader = NULL;
  const CjdSourceInfo *source;
  const char *kind;
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_data, entries, &argc, &argv, 1, 1, &status))
    return status;
  if ((output != NULL && !cjd_file_can_write (output, &error))
      || !choose (&project, argv[1], settings, chain, &error))
    return cli_fail (error);
  source = cjd_source_find (project->data.source);
  place = source == NULL ? cjd_find (project->data.source, &reader, &error) : NULL;
  if (source == NULL && place == NULL)
    return cli_fail (error);
  dataset = cjl_data_load (&project->data, &error);
  if (dataset == NULL || (output != NULL && !draw (dataset, output, &error)))
    return cli_fail (error);
  kind = source != NULL ? source->title : reader->title;
  if (json)
    print_json (dataset, source != NULL ? source->id : reader->id);
  else
    print_words (dataset, kind);
  return 0;
}

const CliCommand cli_data = {
  "data",
  "SOURCE|PATH|F.cajal",
  N_ ("Says what data hold, and draws them"),
  run_data,
  N_ ("A path may be a folder of IDX files (MNIST and its like, plain or .gz), of CIFAR in\n"
      "the binary layout, of PNG or JPEG pictures in one folder a class (with train, val and\n"
      "test above if there are), or of .npy arrays; a .npz file; a table (.csv, .tsv, .tab,\n"
      ".data); a plain text; or a folder with one of these in it. Of a project, its data are\n"
      "shown. “cajal-cli list readers” and “list sources” name them, “list augmentations”\n"
      "what CHAIN may hold.\n\n"
      "NAME=VALUE may be size=HEIGHTxWIDTH and channels=grey or colour for pictures,\n"
      "label=COLUMN for tables, length=CHARACTERS for text, memory=MIB (pictures that take\n"
      "more are read from the disk while training), normalise=measured, as-is, centred or\n"
      "custom, or a parameter of a source.\n\n"
      "  cajal-cli data ../mnist -o sheet.png\n"
      "  cajal-cli data ../pets --set size=64 --augment \"flip, shift amount=4\" -o sheet.png"),
};
