/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json.h"

#include "cj-error.h"

static gboolean
check_structure (const char *text, gsize length, GError **error)
{
  gboolean in_string = FALSE;
  guint depth = 0, values = 0;

  for (gsize i = 0; i < length; i++)
    {
      if (in_string && text[i] == '\\')
        i++;
      else if (text[i] == '"')
        in_string = !in_string;
      else if (!in_string && (text[i] == '{' || text[i] == '['))
        depth++;
      else if (!in_string && (text[i] == '}' || text[i] == ']') && depth > 0)
        depth--;
      values += !in_string && (text[i] == ',' || text[i] == '{' || text[i] == '[');
      if (depth > CJD_JSON_MAX_DEPTH || values > CJD_JSON_MAX_VALUES)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       "The JSON text is nested deeper than %d levels or holds more than %d "
                       "values, at byte %" G_GSIZE_FORMAT ". The file is damaged.",
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
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "There is %s in the JSON text.",
                   length == 0 || text == NULL ? "nothing" : "more than can be read");
      return FALSE;
    }
  if (!g_utf8_validate (text, (gssize) length, &end))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   "The JSON text is no UTF-8 at byte %" G_GSIZE_FORMAT ". The file is damaged.",
                   (gsize) (end - text));
      return FALSE;
    }
  return check_structure (text, length, error);
}
