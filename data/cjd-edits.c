/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-edits.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static guint
find (const GArray *edits, guint32 sample)
{
  guint low = 0, high = edits->len;

  while (low < high)
    {
      const guint middle = (low + high) / 2;

      if (g_array_index (edits, CjdEdit, middle).sample < sample)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

CjdEdit
cjd_edits_get (const GArray *edits, guint32 sample)
{
  const guint at = find (edits, sample);

  if (at < edits->len && g_array_index (edits, CjdEdit, at).sample == sample)
    return g_array_index (edits, CjdEdit, at);
  return (CjdEdit){ sample, -1, FALSE };
}

void
cjd_edits_set (GArray *edits, CjdEdit edit)
{
  const guint at = find (edits, edit.sample);
  const gboolean there
      = at < edits->len && g_array_index (edits, CjdEdit, at).sample == edit.sample;
  const gboolean nothing = edit.class < 0 && !edit.out;

  if (there && nothing)
    g_array_remove_index (edits, at);
  else if (there)
    g_array_index (edits, CjdEdit, at) = edit;
  else if (!nothing)
    g_array_insert_val (edits, at, edit);
}

/* A number up to `max` at *at, which moves behind it. */
static gboolean
read_number (const char **at, guint64 max, guint64 *value)
{
  char *end;

  if (!g_ascii_isdigit (**at))
    return FALSE;
  *value = g_ascii_strtoull (*at, &end, 10);
  *at = end;
  return *value <= max;
}

/* "17=3", "42=-", "100..199=2-" */
static gboolean
parse_word (const char *word, GArray *edits)
{
  const char *at = word;
  guint64 first, last, class = 0;
  CjdEdit edit = { 0, -1, FALSE };

  if (!read_number (&at, G_MAXINT32, &first))
    return FALSE;
  last = first;
  if (g_str_has_prefix (at, ".."))
    {
      at += 2;
      if (!read_number (&at, G_MAXINT32, &last))
        return FALSE;
    }
  if (*at++ != '=' || last < first || last - first >= CJD_EDITS_MAX - edits->len)
    return FALSE;
  if (g_ascii_isdigit (*at))
    {
      if (!read_number (&at, G_MAXINT32, &class))
        return FALSE;
      edit.class = (gint32) class;
    }
  edit.out = *at == '-';
  if (at[edit.out ? 1 : 0] != '\0' || (edit.class < 0 && !edit.out))
    return FALSE;
  for (guint64 i = first; i <= last; i++)
    {
      edit.sample = (guint32) i;
      g_array_append_val (edits, edit);
    }
  return TRUE;
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const guint32 x = ((const CjdEdit *) a)->sample, y = ((const CjdEdit *) b)->sample;

  return x < y ? -1 : x > y;
}

/* In order; of several edits of a sample the last one stays. The sort is stable. */
static void
tidy (GArray *edits)
{
  guint n = 0;

  g_array_sort (edits, compare);
  for (guint i = 0; i < edits->len; i++)
    if (i + 1 == edits->len
        || compare (&g_array_index (edits, CjdEdit, i), &g_array_index (edits, CjdEdit, i + 1))
               != 0)
      g_array_index (edits, CjdEdit, n++) = g_array_index (edits, CjdEdit, i);
  g_array_set_size (edits, n);
}

GArray *
cjd_edits_parse (const char *text, GError **error)
{
  g_autoptr (GArray) edits = g_array_new (FALSE, FALSE, sizeof (CjdEdit));
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0' && !parse_word (words[i], edits))
      {
        g_set_error (
            error, CJ_ERROR, CJ_ERROR_PARAM,
            _ ("“%s” is no change of a sample. “17=3” gives sample 17 class 3, “42=-” leaves "
               "sample 42 out, “100..199=-” a hundred."),
            words[i]);
        return NULL;
      }
  tidy (edits);
  return g_steal_pointer (&edits);
}

char *
cjd_edits_print (const GArray *edits)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < edits->len;)
    {
      const CjdEdit *edit = &g_array_index (edits, CjdEdit, i), *last = edit;

      for (i++; i < edits->len; i++, last++)
        if (last[1].sample != last->sample + 1
            || last[1].class != edit->class || last[1].out != edit->out)
          break;
      g_string_append_printf (text, "%s%u", text->len > 0 ? " " : "", edit->sample);
      if (last != edit)
        g_string_append_printf (text, "..%u", last->sample);
      g_string_append_c (text, '=');
      if (edit->class >= 0)
        g_string_append_printf (text, "%d", edit->class);
      if (edit->out)
        g_string_append_c (text, '-');
    }
  return g_string_free (text, FALSE);
}

gboolean
cjd_dataset_edit (CjdDataset *dataset, const GArray *edits, GError **error)
{
  const gsize n = cjd_dataset_get_n_samples (dataset);
  const gboolean classes
      = dataset->n_classes > 0 && dataset->y->dtype == CJ_INT32 && dataset->y->shape.n_dims == 1;

  for (guint i = 0; i < edits->len; i++)
    {
      const CjdEdit *edit = &g_array_index (edits, CjdEdit, i);

      if (edit->sample >= n || (edit->class >= 0 && !classes)
          || (edit->class >= 0 && (guint) edit->class >= dataset->n_classes))
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                       _ ("%s: Sample %u was changed by hand, but these data have %zu samples and "
                          "%u classes. Put the data back as they were, or forget the changes: "
                          "empty data.edits."),
                       dataset->name, edit->sample, n, classes ? dataset->n_classes : 0);
          return FALSE;
        }
      if (edit->class >= 0)
        cj_tensor_i32 (dataset->y)[edit->sample] = edit->class;
      if (edit->out)
        dataset->split[edit->sample] = CJD_SPLIT_OUT;
    }
  if (edits->len > 0 && cjd_dataset_count (dataset, CJD_SPLIT_TRAIN) == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("%s: Every training sample is left out. Take some of them in again."),
                   dataset->name);
      return FALSE;
    }
  if (edits->len > 0)
    cjd_dataset_split (dataset, CJD_SPLIT_VAL, 0, 0);
  return TRUE;
}
