/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-param.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

static gboolean
is_text (const CjParam *param)
{
  return param->kind == CJ_PARAM_TEXT || param->kind == CJ_PARAM_FORMULA;
}

static int *
int_field (const CjParam *param, gpointer values)
{
  return (int *) ((char *) values + param->offset);
}

static double *
float_field (const CjParam *param, gpointer values)
{
  return (double *) ((char *) values + param->offset);
}

void
cj_params_reset (const CjParam *table, gpointer values)
{
  for (const CjParam *p = table; p != NULL && p->name != NULL; p++)
    if (p->kind == CJ_PARAM_FLOAT)
      *float_field (p, values) = p->preset;
    else if (p->kind == CJ_PARAM_PAIR)
      int_field (p, values)[0] = int_field (p, values)[1] = (int) p->preset;
    else if (is_text (p))
      g_strlcpy ((char *) values + p->offset, p->text != NULL ? p->text : "", CJ_PARAM_TEXT_SIZE);
    else
      *int_field (p, values) = (int) p->preset;
}

const CjParam *
cj_params_find (const CjParam *table, const char *name)
{
  for (const CjParam *p = table; p != NULL && p->name != NULL; p++)
    if (g_str_equal (p->name, name))
      return p;
  return NULL;
}

void
cj_params_set_float (const CjParam *table, gpointer values, const char *name, double value)
{
  const CjParam *param = cj_params_find (table, name);

  g_return_if_fail (param != NULL && param->kind == CJ_PARAM_FLOAT);
  *float_field (param, values) = value;
}

static gboolean
parse_choice (const CjParam *param, gpointer values, const char *text, GError **error)
{
  g_autofree char *all = NULL;

  for (int i = 0; param->choices[i] != NULL; i++)
    if (g_str_equal (param->choices[i], text))
      {
        *int_field (param, values) = i;
        return TRUE;
      }
  all = g_strjoinv (", ", (char **) param->choices);
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("%s cannot be “%s”. Choose one of: %s."),
               _ (param->title), text, all);
  return FALSE;
}

/* A word that stands for a number. */
static gboolean
parse_word (const CjParam *param, gpointer values, const char *text)
{
  for (int i = 0; param->choices != NULL && param->choices[i] != NULL; i++)
    if (g_str_equal (param->choices[i], text))
      {
        int_field (param, values)[0] = CJ_PARAM_WORD (i);
        if (param->kind == CJ_PARAM_PAIR)
          int_field (param, values)[1] = CJ_PARAM_WORD (i);
        return TRUE;
      }
  return FALSE;
}

/* The word that a field holds, or NULL. */
static const char *
get_word (const CjParam *param, int value)
{
  for (int i = 0; param->choices != NULL && param->choices[i] != NULL; i++)
    if (value == CJ_PARAM_WORD (i))
      return param->choices[i];
  return NULL;
}

/* ", or: same, valid" where there are any. You free. */
static char *
print_words (const CjParam *param)
{
  g_autofree char *all
      = param->choices != NULL ? g_strjoinv (", ", (char **) param->choices) : NULL;

  return all != NULL ? g_strdup_printf (_ (", or: %s"), all) : g_strdup ("");
}

static gboolean
parse_number (const CjParam *param, gpointer values, const char *text, GError **error)
{
  char *end = NULL;
  const double value = g_ascii_strtod (text, &end);
  const gboolean whole = param->kind == CJ_PARAM_FLOAT || value == floor (value);

  if (end == text || *end != '\0' || !isfinite (value) || !whole || value < param->min
      || value > param->max)
    {
      g_autofree char *words = print_words (param);

      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          param->kind == CJ_PARAM_FLOAT
              /* Translators: parameter, refused value, lowest and highest; then “, or: same, valid” or nothing */
              ? _ ("%s cannot be “%s”. It takes a number from %.10g to %.10g%s.")
              : _ ("%s cannot be “%s”. It takes a whole number from %.10g to %.10g%s."),
          _ (param->title), text, param->min, param->max, words);
      return FALSE;
    }
  if (param->kind == CJ_PARAM_FLOAT)
    *float_field (param, values) = value;
  else
    *int_field (param, values) = (int) value;
  return TRUE;
}

static gboolean
parse_pair (const CjParam *param, gpointer values, const char *text, GError **error)
{
  char *end = NULL;
  gint64 pair[2];

  pair[0] = pair[1] = g_ascii_strtoll (text, &end, 10);
  if (end != text && (*end == 'x' || g_str_has_prefix (end, "×")))
    {
      const char *second = end + (*end == 'x' ? 1 : strlen ("×"));

      pair[1] = g_ascii_strtoll (second, &end, 10);
      if (end == second)
        end = (char *) text;
    }
  for (guint i = 0; i < 2; i++)
    if (end == text || *end != '\0' || pair[i] < param->min || pair[i] > param->max)
      {
        g_autofree char *words = print_words (param);

        g_set_error (
            error, CJ_ERROR, CJ_ERROR_PARAM,
            _ ("%s cannot be “%s”. It takes height×width, as 3x5, or one number for both, from "
               "%.10g to %.10g%s."),
            _ (param->title), text, param->min, param->max, words);
        return FALSE;
      }
  int_field (param, values)[0] = (int) pair[0];
  int_field (param, values)[1] = (int) pair[1];
  return TRUE;
}

static gboolean
parse_text (const CjParam *param, gpointer values, const char *text, GError **error)
{
  if (strlen (text) >= CJ_PARAM_TEXT_SIZE || strchr (text, '\n') != NULL
      || !g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("%s takes one line of at most %d bytes of UTF-8 text."), _ (param->title),
                   CJ_PARAM_TEXT_SIZE - 1);
      return FALSE;
    }
  if (param->kind == CJ_PARAM_FORMULA && !param->check (text, error))
    {
      g_prefix_error (error, "%s, ", _ (param->title));
      return FALSE;
    }
  g_strlcpy ((char *) values + param->offset, text, CJ_PARAM_TEXT_SIZE);
  return TRUE;
}

gboolean
cj_params_applies (const CjParam *table, const CjParam *param, gconstpointer values)
{
  const char *equals = param->when != NULL ? strchr (param->when, '=') : NULL;
  const gboolean unlike = equals != NULL && equals > param->when && equals[-1] == '!';
  g_autofree char *name
      = equals != NULL ? g_strndup (param->when, (gsize) (equals - unlike - param->when)) : NULL;
  const CjParam *other = name != NULL ? cj_params_find (table, name) : NULL;
  g_autofree char *value = other != NULL ? cj_params_print (other, values) : NULL;

  return value == NULL
         || (g_str_equal (value, equals + 1) != unlike && cj_params_applies (table, other, values));
}

static void
refuse_name (const CjParam *table, const char *name, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (const CjParam *p = table; p != NULL && p->name != NULL; p++)
    g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", p->name);
  if (names->len > 0)
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("There is no parameter “%s” here. Choose one of: %s."), name, names->str);
  else
    g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                 _ ("There is no parameter “%s” here, and no other either."), name);
}

gboolean
cj_params_parse (const CjParam *table, gpointer values, const char *name, const char *text,
                 GError **error)
{
  const CjParam *param = cj_params_find (table, name);

  if (param == NULL)
    {
      refuse_name (table, name, error);
      return FALSE;
    }
  if (param->kind == CJ_PARAM_CHOICE)
    return parse_choice (param, values, text, error);
  if (parse_word (param, values, text))
    return TRUE;
  if (param->kind == CJ_PARAM_PAIR)
    return parse_pair (param, values, text, error);
  if (is_text (param))
    return parse_text (param, values, text, error);
  if (param->kind == CJ_PARAM_BOOL)
    {
      if (g_str_equal (text, "true") || g_str_equal (text, "false"))
        {
          *int_field (param, values) = g_str_equal (text, "true");
          return TRUE;
        }
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ ("%s cannot be “%s”. It is true or false."),
                   _ (param->title), text);
      return FALSE;
    }
  return parse_number (param, values, text, error);
}

/* The shortest text that reads back as the same number: 0.3, not 0.29999999999999999. */
static char *
print_float (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.15g", value);
  if (g_ascii_strtod (text, NULL) != value)
    g_ascii_dtostr (text, sizeof text, value);
  return g_strdup (text);
}

char *
cj_params_print (const CjParam *param, gconstpointer values)
{
  switch (param->kind)
    {
    case CJ_PARAM_FLOAT:
      return print_float (*float_field (param, (gpointer) values));
    case CJ_PARAM_BOOL:
      return g_strdup (*int_field (param, (gpointer) values) ? "true" : "false");
    case CJ_PARAM_CHOICE:
      return g_strdup (param->choices[*int_field (param, (gpointer) values)]);
    case CJ_PARAM_TEXT:
    case CJ_PARAM_FORMULA:
      return g_strdup ((const char *) values + param->offset);
    case CJ_PARAM_PAIR:
      {
        const int *pair = int_field (param, (gpointer) values);

        if (get_word (param, pair[0]) != NULL)
          return g_strdup (get_word (param, pair[0]));
        return pair[0] == pair[1] ? g_strdup_printf ("%d", pair[0])
                                  : g_strdup_printf ("%dx%d", pair[0], pair[1]);
      }
    case CJ_PARAM_INT:
    default:
      if (get_word (param, *int_field (param, (gpointer) values)) != NULL)
        return g_strdup (get_word (param, *int_field (param, (gpointer) values)));
      return g_strdup_printf ("%d", *int_field (param, (gpointer) values));
    }
}
