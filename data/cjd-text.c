/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjd-text.h"

#define N_CODES 0x110000 /* of Unicode */

gint32 *
cjd_text_encode (const gunichar *text, gsize n, GStrv *names, guint *n_names)
{
  g_autofree gint32 *number = g_new0 (gint32, N_CODES); /* 1 + the place, 0: does not occur */
  gint32 *codes = g_new (gint32, n + 1);
  guint found = 0;

  for (gsize i = 0; i < n; i++)
    number[text[i]] = 1;
  for (guint code = 0; code < N_CODES; code++)
    if (number[code] != 0)
      number[code] = (gint32) ++found;
  for (gsize i = 0; i < n; i++)
    codes[i] = number[text[i]] - 1;
  *names = g_new0 (char *, found + 1);
  for (guint code = 0; code < N_CODES; code++)
    if (number[code] != 0)
      {
        char character[7] = { 0 };

        g_unichar_to_utf8 (code, character);
        (*names)[number[code] - 1] = g_strdup (character);
      }
  *n_names = found;
  return codes;
}
