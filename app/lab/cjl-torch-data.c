/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data pipeline: which reader, normalisation, augmentation, split, and the arrays beside the module. */
#include "cjl-torch-private.h"

#include "cj-error.h"
#include "cjd-augment.h"
#include "cjd-reader.h"
#include "cjd-source.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MANY_NUMBERS 64 /* more are no constants to be read */

static void
set_flag (CjlTorchExport *e, const char *flag, gboolean on)
{
  if (on)
    g_hash_table_add (e->flags, g_strdup (flag));
}

static gboolean
has_flag (const CjlTorchExport *e, const char *flag)
{
  return g_hash_table_contains (e->flags, flag);
}

static void
set_word (CjlTorchExport *e, const char *word, const char *text)
{
  g_hash_table_replace (e->words, g_strdup (word), g_strdup (text));
}

/* Readers and the pieces that read the same. */
static const struct
{
  const char *reader, *piece;
} readers[] = {
  { "idx", "read-idx" },     { "cifar", "read-cifar" },     { "image-folder", "read-folder" },
  { "table", "read-table" }, { "plain-text", "read-text" }, { "numpy", "read-numpy" },
};

static const char *
find_piece (const char *reader)
{
  for (guint i = 0; i < G_N_ELEMENTS (readers); i++)
    if (g_str_equal (readers[i].reader, reader))
      return readers[i].piece;
  return NULL;
}

/* Data that are read from files; FALSE with the reason. */
static gboolean
plan_reader (CjlTorchExport *e, GError **error)
{
  const CjdReaderInfo *reader = NULL;
  const CjlDataChoice *choice = &e->project->data;
  g_autofree char *place = cjd_find (choice->source, &reader, error);
  const char *piece = place != NULL ? find_piece (reader->id) : NULL;
  g_autofree char *base = place != NULL ? g_path_get_basename (place) : NULL;

  if (place == NULL)
    return FALSE;
  if (piece == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("%s: data of the kind “%s” cannot be read by a module of PyTorch. Export the "
                      "weights as .safetensors."),
                   choice->source, _ (reader->title));
      return FALSE;
    }
  set_word (e, "READER", piece);
  set_flag (e, "files", TRUE);
  set_flag (e, "folders", g_str_equal (reader->id, "image-folder"));
  set_flag (e, "emnist", g_ascii_strncasecmp (base, "emnist", 6) == 0);
  set_flag (e, "edits", *choice->edits != '\0');
  return TRUE;
}

static const struct
{
  const char *id, *call;
} changes[] = {
  { "brightness", "change_brightness" },
  { "crop", "crop" },
  { "cutout", "cut_out" },
  { "flip", "flip" },
  { "noise", "add_noise" },
  { "rotate", "rotate" },
  { "scale", "scale" },
  { "shift", "shift" },
};

/* "flip(x, vertical=True)" */
static char *
print_change (const CjdAugmentInfo *info, gconstpointer params)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    if (g_str_equal (changes[i].id, info->id))
      g_string_append_printf (text, "%s(x", changes[i].call);
  for (const CjParam *p = info->params; p != NULL && p->name != NULL; p++)
    {
      g_autofree char *value = cj_params_print (p, params);

      if (p->kind == CJ_PARAM_BOOL)
        g_string_append_printf (text, ", %s=%s", p->name,
                                g_str_equal (value, "true") ? "True" : "False");
      else
        g_string_append_printf (text, ", %s=%s", p->name, value);
    }
  g_string_append_c (text, ')');
  return g_strdup (text->str);
}

static gboolean
plan_augmentation (CjlTorchExport *e, GError **error)
{
  const CjdAugmenter *augmenter = e->dataset->augmenter;
  g_autoptr (GString) body = g_string_new (NULL), pieces = g_string_new (NULL);

  for (guint i = 0; augmenter != NULL && i < cjd_augmenter_get_n (augmenter); i++)
    {
      const CjdAugmentInfo *info = cjd_augmenter_get_info (augmenter, i);
      g_autofree char *change = NULL;

      if (g_str_equal (info->id, "mixup"))
        {
          g_autofree char *alpha
              = cj_params_print (info->params, cjd_augmenter_get_params (augmenter, i));

          if (i + 1 < cjd_augmenter_get_n (augmenter))
            {
              g_set_error (
                  error, CJ_ERROR, CJ_ERROR_PARAM,
                  _ ("The augmentation “%s” comes before others, which a module of PyTorch "
                     "cannot do. Put it last."),
                  info->id);
              return FALSE;
            }
          set_flag (e, "mixup", TRUE);
          set_word (e, "ALPHA", alpha);
          continue;
        }
      change = print_change (info, cjd_augmenter_get_params (augmenter, i));
      if (*change == ')')
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                       _ ("The augmentation “%s” has nothing in PyTorch. Take it out of the data."),
                       info->id);
          return FALSE;
        }
      g_string_append_printf (pieces, " %s", info->id);
      g_string_append_printf (body, "    x = %s\n", change);
    }
  set_flag (e, "augment", augmenter != NULL);
  set_word (e, "CHANGES", body->str);
  set_word (e, "CHANGE_PIECES", pieces->str);
  return TRUE;
}

/* What the command line asks for where the samples are. */
static const char *
print_argument (const CjlTorchExport *e, gboolean made)
{
  if (made)
    return "nargs=\"?\", help=\"a .npz file like that beside this module\"";
  if (has_flag (e, "folders"))
    return "nargs=\"+\", help=\"a folder with one for every class, or those of the classes\"";
  return "help=\"what the network is to see: a file or folder\"";
}

/* Bytes as pictures have them; else floats, or words. */
gboolean
cjl_torch_plan_data (CjlTorchExport *e, GError **error)
{
  const CjdDataset *dataset = e->dataset;
  const gboolean made = cjd_source_find (e->project->data.source) != NULL;

  set_flag (e, "classes", dataset->n_classes > 0);
  set_flag (e, "words", dataset->x_dtype == CJ_INT32);
  set_flag (e, "bytes", dataset->x_dtype == CJ_UINT8);
  set_flag (e, "floats", dataset->x_dtype == CJ_FLOAT32);
  set_flag (e, "norm", dataset->n_channels > 0);
  set_word (e, "TARGET_TYPE", dataset->y->dtype == CJ_INT32 ? "long" : "float32");
  if (made)
    set_word (e, "READER", "read-npz");
  else if (!plan_reader (e, error))
    return FALSE;
  set_word (e, "DATA_ARGUMENT", print_argument (e, made));
  return plan_augmentation (e, error);
}

/* --- constants --- */

static void
put_floats (GString *out, const char *name, const float *values, guint n)
{
  g_autoptr (GString) line = g_string_new (name);

  g_string_append (line, " = [");
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *number = cjl_torch_print_number ((double) values[i]);

      g_string_append_printf (line, "%s%s", i > 0 ? ", " : "", number);
    }
  g_string_append_c (line, ']');
  cjl_torch_put_line (out, 0, line->str, NULL);
}

/* Names of one letter each as a string, others as a list. */
static void
put_classes (const CjlTorchExport *e, GString *out)
{
  const CjdDataset *dataset = e->dataset;
  g_autoptr (GString) line = g_string_new ("CLASSES = [");
  g_autoptr (GString) letters = g_string_new ("");

  if (dataset->class_names == NULL)
    {
      g_string_append_printf (out, "CLASSES = [str(k) for k in range(%u)]\n", dataset->n_classes);
      return;
    }
  for (guint i = 0; i < dataset->n_classes; i++)
    {
      g_autofree char *quoted = cjl_torch_quote (dataset->class_names[i]);

      if (g_utf8_strlen (dataset->class_names[i], -1) == 1)
        g_string_append (letters, dataset->class_names[i]);
      g_string_append_printf (line, "%s%s", i > 0 ? ", " : "", quoted);
    }
  g_string_append_c (line, ']');
  if (g_utf8_strlen (letters->str, -1) == (glong) dataset->n_classes)
    {
      g_autofree char *quoted = cjl_torch_quote (letters->str);
      g_autofree char *list = g_strdup_printf ("CLASSES = list(%s)", quoted);

      cjl_torch_put_line (out, 0, list, NULL);
      return;
    }
  cjl_torch_put_line (out, 0, line->str, NULL);
}

static void
put_shape (const CjlTorchExport *e, GString *out)
{
  const CjShape x = cjd_dataset_get_x_shape (e->dataset);
  g_autoptr (GString) line = g_string_new ("SHAPE = (");

  for (guint i = 0; i < x.n_dims; i++)
    g_string_append_printf (line, "%s%lld", i > 0 ? ", " : "", (long long) x.dims[i]);
  if (x.n_dims == 1)
    g_string_append_c (line, ',');
  g_string_append_c (line, ')');
  cjl_torch_put_line (out, 0, line->str, "of a sample, without the batch");
}

static const float *
find_norm (const CjlTorchExport *e, const char *name, const float *measured)
{
  const CjTensor *tensor = cjd_named_tensors_find (e->project->norm, name);
  const gboolean fits = tensor != NULL && tensor->dtype == CJ_FLOAT32
                        && cj_shape_size (&tensor->shape) == (gint64) e->dataset->n_channels;

  return fits ? cj_tensor_f32 (tensor) : measured;
}

/* What a table and a text need to be read alike. */
static void
put_reading (const CjlTorchExport *e, GString *out)
{
  const char *reader = g_hash_table_lookup (e->words, "READER");
  const CjShape x = cjd_dataset_get_x_shape (e->dataset);

  if (g_str_equal (reader, "read-text") || has_flag (e, "text"))
    g_string_append_printf (out, "LENGTH = %lld  # letters that the network sees at once\n",
                            (long long) x.dims[0]);
  if (g_str_equal (reader, "read-table"))
    {
      g_autoptr (GVariant) label
          = g_variant_lookup_value (e->project->data.params, "label", G_VARIANT_TYPE_STRING);
      g_autofree char *quoted
          = cjl_torch_quote (label != NULL ? g_variant_get_string (label, NULL) : "");

      g_string_append_printf (out, "TARGET = %s  # column to predict\n", quoted);
    }
}

void
cjl_torch_put_data_constants (CjlTorchExport *e, GString *out)
{
  const guint n = e->dataset->n_channels;
  g_autofree char *val = cjl_torch_print_number (e->project->data.val_share);
  g_autofree char *test = cjl_torch_print_number (e->project->data.test_share);

  put_shape (e, out);
  if (e->dataset->n_classes > 0)
    put_classes (e, out);
  if (n > 0 && n <= MANY_NUMBERS)
    {
      put_floats (out, "MEAN", find_norm (e, "mean", e->dataset->mean), n);
      put_floats (out, "STD", find_norm (e, "std", e->dataset->std), n);
    }
  else if (n > 0)
    g_string_append (out, "with np.load(SAMPLES) as arrays:\n"
                          "    MEAN, STD = arrays[\"mean\"], arrays[\"std\"]\n");
  if (has_flag (e, "mixup"))
    g_string_append_printf (out, "ALPHA = %s  # of mixup\n",
                            (const char *) g_hash_table_lookup (e->words, "ALPHA"));
  put_reading (e, out);
  if (has_flag (e, "files"))
    g_string_append_printf (out, "VAL_SHARE, TEST_SHARE = %s, %s\n", val, test);
}

void
cjl_torch_put_data (CjlTorchExport *e, GString *out)
{
  g_autofree char *names = g_strdup_printf (
      "weights %s dataset%s%s%s", (const char *) g_hash_table_lookup (e->words, "READER"),
      has_flag (e, "files") ? " choose-split" : "",
      (const char *) g_hash_table_lookup (e->words, "CHANGE_PIECES"),
      has_flag (e, "mixup") ? " mixup" : "");

  cjl_torch_put_pieces (e, out, names);
  if (has_flag (e, "augment"))
    g_string_append_printf (out,
                            "\n\ndef augment(x):\n"
                            "    \"\"\"Changes a training sample by chance, keeping what it shows."
                            "\"\"\"\n%s    return x\n",
                            (const char *) g_hash_table_lookup (e->words, "CHANGES"));
}

/* --- arrays --- */

static CjTensor *
read_samples (const CjdDataset *dataset, GError **error)
{
  g_autoptr (CjTensor) x = cj_tensor_new (dataset->x_dtype, &dataset->x_shape);
  const gsize bytes = cjd_dataset_sample_bytes (dataset);

  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset); i++)
    if (!cjd_dataset_read (dataset, i, (char *) x->data + i * bytes, error))
      return NULL;
  return g_steal_pointer (&x);
}

static void
add_numbers (GPtrArray *arrays, const char *name, const float *values, guint n)
{
  const CjShape shape = cj_shape1 (n);
  CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &shape);

  memcpy (tensor->data, values, sizeof *values * n);
  g_ptr_array_add (arrays, cjd_named_tensor_new (name, tensor));
}

GPtrArray *
cjl_torch_make_arrays (CjlTorchExport *e, GError **error)
{
  const CjdDataset *dataset = e->dataset;
  const CjShape shape = cj_shape1 ((gint64) cjd_dataset_get_n_samples (dataset));
  g_autoptr (GPtrArray) arrays = cjd_named_tensors_new ();
  CjTensor *split = cj_tensor_new (CJ_UINT8, &shape);

  memcpy (split->data, dataset->split, cjd_dataset_get_n_samples (dataset));
  g_ptr_array_add (arrays, cjd_named_tensor_new ("split", split));
  if (!has_flag (e, "files"))
    {
      CjTensor *x = read_samples (dataset, error);

      if (x == NULL)
        return NULL;
      g_ptr_array_add (arrays, cjd_named_tensor_new ("x", x));
    }
  if (!has_flag (e, "files") || has_flag (e, "edits"))
    g_ptr_array_add (arrays, cjd_named_tensor_new ("y", cj_tensor_dup (dataset->y)));
  if (dataset->n_channels > MANY_NUMBERS)
    {
      add_numbers (arrays, "mean", find_norm (e, "mean", dataset->mean), dataset->n_channels);
      add_numbers (arrays, "std", find_norm (e, "std", dataset->std), dataset->n_channels);
    }
  return g_steal_pointer (&arrays);
}
