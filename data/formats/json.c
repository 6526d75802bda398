/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* The four hexadecimal digits of "\\u" at text[i], or -1. */
static int
read_escape (const char *text, gsize length, gsize i)
{
  int code = 0;

  if (i + 6 > length || text[i] != '\\' || text[i + 1] != 'u')
    return -1;
  for (gsize k = i + 2; k < i + 6; k++)
    {
      if (!g_ascii_isxdigit (text[k]))
        return -1;
      code = code * 16 + g_ascii_xdigit_value (text[k]);
    }
  return code;
}

/* Moves *i from the quote that opens a string to the one that closes it. Escapes must be whole: json-glib
 * makes broken UTF-8 of half a pair, and loses memory over a string that does not end. */
static gboolean
skip_string (const char *text, gsize length, gsize *i)
{
  for (gsize k = *i + 1; k < length; k++)
    {
      if (text[k] == '"')
        {
          *i = k;
          return TRUE;
        }
      if (text[k] == '\\' && k + 1 < length && text[k + 1] == 'u')
        {
          const int code = read_escape (text, length, k);
          const int low = code >> 10 == 0x36 ? read_escape (text, length, k + 6) : -1;

          /* 0xd800 to 0xdbff and then 0xdc00 to 0xdfff make one character */
          if (code <= 0 || code >> 10 == 0x37 || (code >> 10 == 0x36 && low >> 10 != 0x37))
            return FALSE;
          k += low >= 0 ? 11 : 5;
        }
      else if (text[k] == '\\' && (++k == length || strchr ("\"\\/bfnrt", text[k]) == NULL))
        return FALSE;
    }
  return FALSE;
}

/* Moves *i to the last byte of the number that begins there. FALSE: a double does not hold it; 1e999 would
 * become infinity, for which JSON has no word. */
static gboolean
skip_number (const char *text, gsize length, gsize *i)
{
  gsize n = 0;
  char *number;
  gboolean finite;

  while (*i + n < length
         && (g_ascii_isdigit (text[*i + n]) || strchr ("+-.eE", text[*i + n]) != NULL))
    n++;
  number = g_strndup (text + *i, n);
  *i += n - 1;
  finite = isfinite (g_ascii_strtod (number, NULL));
  g_free (number);
  return finite;
}

static gboolean
check_structure (const char *text, gsize length, GError **error)
{
  guint depth = 0, values = 0;
  gboolean begun = FALSE; /* the one value that a text holds */

  for (gsize i = 0; i < length; i++)
    {
      gsize end = i;

      if ((g_ascii_isdigit (text[i]) || text[i] == '-') && !skip_number (text, length, &end))
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       _ ("A number of the JSON text, at byte %zu, is larger than any that can be "
                          "computed with. The file is damaged."),
                       i);
          return FALSE;
        }
      if (depth == 0 && !g_ascii_isspace (text[i]))
        {
          if (begun)
            {
              g_set_error (
                  error, CJ_ERROR, CJ_ERROR_FILE,
                  _ ("The JSON text goes on after its end, at byte %zu. The file is damaged."), i);
              return FALSE;
            }
          begun = TRUE;
          while (g_ascii_isalpha (text[i]) && i + 1 < length && g_ascii_isalpha (text[i + 1]))
            i++; /* true, false, null */
        }
      i = MAX (i, end);
      if (text[i] == '"' && !skip_string (text, length, &i))
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       _ ("A string of the JSON text, at byte %zu, does not end or has an escape "
                          "that is none. The file is damaged."),
                       i);
          return FALSE;
        }
      else if (text[i] == '{' || text[i] == '[')
        depth++;
      else if ((text[i] == '}' || text[i] == ']') && depth > 0)
        depth--;
      values += text[i] == ',' || text[i] == '{' || text[i] == '[';
      if (depth > CJD_JSON_MAX_DEPTH || values > CJD_JSON_MAX_VALUES)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       _ ("The JSON text is nested deeper than %d levels or holds more than %d "
                          "values, at byte %zu. The file is damaged."),
                       CJD_JSON_MAX_DEPTH, CJD_JSON_MAX_VALUES, i);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
cjd_json_check (const char *text, gsize length, GError **error)
{
  const char *end;

  if (text == NULL || length == 0 || length > CJD_JSON_MAX_BYTES)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE,
                           length == 0 || text == NULL
                               ? _ ("There is nothing in the JSON text.")
                               : _ ("There is more than can be read in the JSON text."));
      return FALSE;
    }
  if (!g_utf8_validate (text, (gssize) length, &end))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("The JSON text is no UTF-8 at byte %zu. The file is damaged."),
                   (gsize) (end - text));
      return FALSE;
    }
  return check_structure (text, length, error);
}
