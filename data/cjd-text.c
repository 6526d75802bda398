/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-text.h"

#include <stdlib.h>

static int
compare (const void *a, const void *b)
{
  const gunichar x = *(const gunichar *) a, y = *(const gunichar *) b;

  return x < y ? -1 : x > y;
}

gint32 *
cjd_text_encode (const gunichar *text, gsize n, GStrv *names, guint *n_names)
{
  g_autofree gunichar *vocabulary = g_memdup2 (text, sizeof *text * n);
  gint32 *codes = g_new (gint32, n + 1);
  guint found = 0;

  qsort (vocabulary, n, sizeof *vocabulary, compare);
  for (gsize i = 0; i < n; i++)
    if (found == 0 || vocabulary[i] != vocabulary[found - 1])
      vocabulary[found++] = vocabulary[i];
  for (gsize i = 0; i < n; i++)
    codes[i]
        = (gint32) ((gunichar *) bsearch (&text[i], vocabulary, found, sizeof *vocabulary, compare)
                    - vocabulary);
  *names = g_new0 (char *, found + 1);
  for (guint i = 0; i < found; i++)
    {
      char character[7] = { 0 };

      g_unichar_to_utf8 (vocabulary[i], character);
      (*names)[i] = g_strdup (character);
    }
  *n_names = found;
  return codes;
}
