/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json.h"

#include "cj-error.h"

gboolean
cjd_json_check (const char *text, gsize length, GError **error)
{
  gboolean in_string = FALSE;
  guint depth = 0;

  if (text == NULL || length == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "There is nothing in the JSON text.");
      return FALSE;
    }
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
      if (depth > CJD_JSON_MAX_DEPTH)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                       "The JSON text is nested deeper than %d levels. The file is damaged.",
                       CJD_JSON_MAX_DEPTH);
          return FALSE;
        }
    }
  return TRUE;
}
