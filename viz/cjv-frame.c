/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-frame.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  CjTensor *tensor;
  char *axis_labels[CJ_MAX_DIMS];
  gboolean has_scalar;
  double scalar;
  char *text;
  GStrv strings;
} Entry;

struct _CjvFrame
{
  gboolean sealed;
  GHashTable *entries; /* name -> Entry */
  char *provenance;
};

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  if (entry->tensor != NULL)
    cj_tensor_unref (entry->tensor);
  for (guint i = 0; i < CJ_MAX_DIMS; i++)
    g_free (entry->axis_labels[i]);
  g_free (entry->text);
  g_strfreev (entry->strings);
  g_free (entry);
}

CjvFrame *
cjv_frame_new (void)
{
  CjvFrame *frame = g_new0 (CjvFrame, 1);

  frame->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);
  return frame;
}

void
cjv_frame_free (CjvFrame *frame)
{
  g_return_if_fail (frame != NULL);

  g_hash_table_unref (frame->entries);
  g_free (frame->provenance);
  g_free (frame);
}

CjvFrame *
cjv_frame_seal (CjvFrame *frame)
{
  g_return_val_if_fail (frame != NULL, NULL);

  frame->sealed = TRUE;
  return frame;
}

static Entry *
entry_of (CjvFrame *frame, const char *name)
{
  Entry *entry = g_hash_table_lookup (frame->entries, name);

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      g_hash_table_insert (frame->entries, g_strdup (name), entry);
    }
  return entry;
}

static const Entry *
find (const CjvFrame *frame, const char *name)
{
  return frame != NULL ? g_hash_table_lookup (frame->entries, name) : NULL;
}

void
cjv_frame_take_array (CjvFrame *frame, const char *name, CjTensor *tensor)
{
  Entry *entry;

  g_return_if_fail (frame != NULL && !frame->sealed && name != NULL && tensor != NULL);

  entry = entry_of (frame, name);
  if (entry->tensor != NULL)
    cj_tensor_unref (entry->tensor);
  entry->tensor = tensor;
}

void
cjv_frame_set_array (CjvFrame *frame, const char *name, CjTensor *tensor)
{
  g_return_if_fail (frame != NULL && !frame->sealed && name != NULL && tensor != NULL);

  cjv_frame_take_array (frame, name, cj_tensor_ref (tensor));
}

void
cjv_frame_set_values (CjvFrame *frame, const char *name, const float *values, gsize n)
{
  const CjShape shape = cj_shape1 ((gint64) n);
  CjTensor *tensor;

  g_return_if_fail (frame != NULL && !frame->sealed && name != NULL);
  g_return_if_fail (values != NULL || n == 0);

  tensor = cj_tensor_new (CJ_FLOAT32, &shape);
  if (n > 0)
    memcpy (tensor->data, values, n * sizeof (float));
  cjv_frame_take_array (frame, name, tensor);
}

void
cjv_frame_set_axis_label (CjvFrame *frame, const char *name, guint axis, const char *label)
{
  Entry *entry;

  g_return_if_fail (frame != NULL && !frame->sealed && name != NULL && axis < CJ_MAX_DIMS);

  entry = entry_of (frame, name);
  g_free (entry->axis_labels[axis]);
  entry->axis_labels[axis] = g_strdup (label);
}

void
cjv_frame_set_scalar (CjvFrame *frame, const char *name, double value)
{
  Entry *entry;

  g_return_if_fail (frame != NULL && !frame->sealed && name != NULL);

  entry = entry_of (frame, name);
  entry->has_scalar = TRUE;
  entry->scalar = value;
}

void
cjv_frame_set_text (CjvFrame *frame, const char *name, const char *text)
{
  Entry *entry;

  g_return_if_fail (frame != NULL && !frame->sealed && name != NULL);

  entry = entry_of (frame, name);
  g_free (entry->text);
  entry->text = text != NULL ? g_utf8_make_valid (text, -1) : NULL;
}

void
cjv_frame_set_strings (CjvFrame *frame, const char *name, const char *const *strings)
{
  Entry *entry;

  g_return_if_fail (frame != NULL && !frame->sealed && name != NULL);

  entry = entry_of (frame, name);
  g_strfreev (entry->strings);
  entry->strings = g_strdupv ((char **) strings);
  for (guint i = 0; entry->strings != NULL && entry->strings[i] != NULL; i++)
    if (!g_utf8_validate (entry->strings[i], -1, NULL))
      {
        char *valid = g_utf8_make_valid (entry->strings[i], -1);

        g_free (entry->strings[i]);
        entry->strings[i] = valid;
      }
}

void
cjv_frame_set_provenance (CjvFrame *frame, const char *text)
{
  g_return_if_fail (frame != NULL && !frame->sealed);

  g_free (frame->provenance);
  frame->provenance = text != NULL ? g_utf8_make_valid (text, -1) : NULL;
}

const CjTensor *
cjv_frame_get_array (const CjvFrame *frame, const char *name)
{
  const Entry *entry = find (frame, name);

  return entry != NULL ? entry->tensor : NULL;
}

const char *
cjv_frame_get_axis_label (const CjvFrame *frame, const char *name, guint axis)
{
  const Entry *entry = find (frame, name);

  return entry != NULL && axis < CJ_MAX_DIMS ? entry->axis_labels[axis] : NULL;
}

double
cjv_frame_get_scalar (const CjvFrame *frame, const char *name, double fallback)
{
  const Entry *entry = find (frame, name);

  return entry != NULL && entry->has_scalar ? entry->scalar : fallback;
}

const char *
cjv_frame_get_text (const CjvFrame *frame, const char *name)
{
  const Entry *entry = find (frame, name);

  return entry != NULL ? entry->text : NULL;
}

const char *const *
cjv_frame_get_strings (const CjvFrame *frame, const char *name, guint *n)
{
  const Entry *entry = find (frame, name);
  const GStrv strings = entry != NULL ? entry->strings : NULL;

  if (n != NULL)
    *n = strings != NULL ? g_strv_length (strings) : 0;
  return (const char *const *) strings;
}

const char *
cjv_frame_get_string (const CjvFrame *frame, const char *name, gint64 i)
{
  guint n = 0;
  const char *const *strings = cjv_frame_get_strings (frame, name, &n);

  return i >= 0 && i < (gint64) n ? strings[i] : NULL;
}

const char *
cjv_frame_get_provenance (const CjvFrame *frame)
{
  return frame != NULL ? frame->provenance : NULL;
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

const char **
cjv_frame_list_names (const CjvFrame *frame)
{
  const char **names;
  guint n;

  g_return_val_if_fail (frame != NULL, NULL);

  names = (const char **) g_hash_table_get_keys_as_array (frame->entries, &n);
  qsort (names, n, sizeof *names, compare_names);
  return names;
}

CjvFrame *
cjv_frame_dup (const CjvFrame *frame)
{
  CjvFrame *copy = cjv_frame_new ();
  GHashTableIter iter;
  gpointer name, value;

  g_return_val_if_fail (frame != NULL && frame->sealed, copy);

  g_hash_table_iter_init (&iter, frame->entries);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      const Entry *entry = value;
      Entry *own = entry_of (copy, name);

      *own = *entry;
      own->tensor = entry->tensor != NULL ? cj_tensor_ref (entry->tensor) : NULL;
      for (guint i = 0; i < CJ_MAX_DIMS; i++)
        own->axis_labels[i] = g_strdup (entry->axis_labels[i]);
      own->text = g_strdup (entry->text);
      own->strings = g_strdupv (entry->strings);
    }
  copy->provenance = g_strdup (frame->provenance);
  return cjv_frame_seal (copy);
}

double
cjv_tensor_at (const CjTensor *tensor, gint64 i)
{
  if (tensor == NULL || i < 0 || i >= cj_shape_size (&tensor->shape))
    return NAN;
  switch (tensor->dtype)
    {
    case CJ_FLOAT32:
      return ((const float *) tensor->data)[i];
    case CJ_INT32:
      return ((const gint32 *) tensor->data)[i];
    case CJ_UINT8:
      return ((const guint8 *) tensor->data)[i];
    default:
      return NAN;
    }
}

gint64
cjv_tensor_size (const CjTensor *tensor)
{
  return tensor != NULL ? cj_shape_size (&tensor->shape) : 0;
}

CjTensor *
cjv_tensor_to_float (const CjTensor *tensor)
{
  CjTensor *copy;
  float *values;

  g_return_val_if_fail (tensor != NULL, NULL);

  if (tensor->dtype == CJ_FLOAT32)
    return cj_tensor_ref ((CjTensor *) tensor);
  copy = cj_tensor_new (CJ_FLOAT32, &tensor->shape);
  values = cj_tensor_f32 (copy);
  for (gint64 i = 0; i < cj_shape_size (&tensor->shape); i++)
    values[i] = (float) cjv_tensor_at (tensor, i);
  return copy;
}
