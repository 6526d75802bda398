/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A text file for models of the next character: pieces that do not overlap, each with itself one
 * character on as the target. The last parts are for validation and test. */
#include "cj-error.h"
#include "cjd-reader.h"
#include "file.h"
#include "cjd-text.h"

#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <string.h>

#define MAX_TEXT ((gsize) 256 << 20)
#define MAX_CHARACTERS 8192 /* different ones */

static gboolean
recognise (const char *path)
{
  FILE *file = g_file_test (path, G_FILE_TEST_IS_REGULAR) ? fopen (path, "rb") : NULL;
  char start[4096];
  const char *end;
  gsize n;

  if (file == NULL)
    return FALSE;
  n = fread (start, 1, sizeof start, file);
  fclose (file);
  /* The last character may be cut by the end of what was read. */
  return n > 0 && (g_utf8_validate (start, (gssize) n, &end) || start + n - end < 6)
         && memchr (start, '\0', n) == NULL;
}

static void
cut (const gint32 *codes, gsize n, gsize length, CjTensor *x, CjTensor *y)
{
  for (gsize i = 0; i < n; i++)
    {
      memcpy (cj_tensor_i32 (x) + i * length, codes + i * length, sizeof *codes * length);
      memcpy (cj_tensor_i32 (y) + i * length, codes + i * length + 1, sizeof *codes * length);
    }
}

static CjdDataset *
load (const char *path, const CjdReadOptions *options, GError **error)
{
  g_autoptr (GBytes) bytes = cjd_file_read (path, MAX_TEXT, error);
  g_autofree char *name = g_path_get_basename (path);
  const gsize length = (gsize) options->length;
  g_autofree gunichar *text = NULL;
  g_autofree gint32 *codes = NULL;
  g_auto (GStrv) names = NULL;
  const char *start, *end;
  CjdDataset *dataset;
  gsize size, n, val, test;
  glong n_characters;
  CjShape shape;
  guint different;
  CjTensor *x, *y;

  if (bytes == NULL)
    return NULL;
  start = g_bytes_get_data (bytes, &size);
  if (size == 0 || !g_utf8_validate (start, (gssize) size, &end))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("%s: Byte %zu is not UTF-8 text. Save the file as UTF-8."), path,
                   size == 0 ? 0 : (gsize) (end - start));
      return NULL;
    }
  if (size >= 3 && memcmp (start, "\xef\xbb\xbf", 3) == 0) /* the byte order mark is no character */
    {
      start += 3;
      size -= 3;
    }
  text = g_utf8_to_ucs4_fast (start, (glong) size, &n_characters);
  n = n_characters > 0 ? ((gsize) n_characters - 1) / length : 0;
  if (n < 3)
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_FILE,
          g_dngettext (GETTEXT_PACKAGE,
                       "%s: %ld character makes less than 3 pieces of %d. Choose a smaller length.",
                       "%s: %ld characters make less than 3 pieces of %d. Choose a smaller length.",
                       (gulong) n_characters),
          path, n_characters, options->length);
      return NULL;
    }
  codes = cjd_text_encode (text, (gsize) n_characters, &names, &different);
  if (different > MAX_CHARACTERS)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("%s: There are %u different characters; up to %d make classes."), path,
                   different, MAX_CHARACTERS);
      return NULL;
    }
  shape = cj_shape2 ((gint64) n, (gint64) length);
  x = cj_tensor_new (CJ_INT32, &shape);
  y = cj_tensor_new (CJ_INT32, &shape);
  cut (codes, n, length, x, y);
  dataset = cjd_dataset_new (name, x, y, different, (const char *const *) names);
  test = n - (gsize) ((double) n * options->test_share + 0.5);
  val = test - (gsize) ((double) test * options->val_share + 0.5);
  cjd_dataset_mark (dataset, val, CJD_SPLIT_VAL);
  cjd_dataset_mark (dataset, test, CJD_SPLIT_TEST);
  dataset->has_splits = TRUE;
  return dataset;
}

const CjdReaderInfo cjd_reader_plain_text = {
  .id = "plain-text",
  .title = "Plain text",
  .blurb = "A text in UTF-8, to be continued by the character",
  .recognise = recognise,
  .load = load,
};
