/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chains of augmentations as text: steps that commas part, of words that spaces part. */
#include "cjd-augment.h"

#include <string.h>

/* The steps, stripped, without empty ones. You unref. */
static GPtrArray *
split (const char *text)
{
  GPtrArray *steps = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_ptr_array_add (steps, g_strdup (parts[i]));
  return steps;
}

static char *
join (const GPtrArray *steps)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < steps->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", (const char *) steps->pdata[i]);
  return g_string_free (text, FALSE);
}

/* Place of the step, or the number of steps. */
static guint
find (const GPtrArray *steps, const char *id)
{
  const gsize n = strlen (id);
  guint at = 0;

  while (at < steps->len
         && !(g_str_has_prefix (steps->pdata[at], id)
              && strchr (" \t\n", ((const char *) steps->pdata[at])[n]) != NULL))
    at++;
  return at;
}

char *
cjd_augment_text_toggle (const char *text, const char *id, gboolean on)
{
  g_autoptr (GPtrArray) steps = split (text);
  const guint at = find (steps, id);

  if (on && at == steps->len)
    g_ptr_array_add (steps, g_strdup (id));
  else if (!on && at < steps->len)
    g_ptr_array_remove_index (steps, at);
  return join (steps);
}

char *
cjd_augment_text_move (const char *text, const char *id, int places)
{
  g_autoptr (GPtrArray) steps = split (text);
  const guint at = find (steps, id);
  const int to = CLAMP ((int) at + places, 0, (int) steps->len - 1);

  if (at < steps->len)
    {
      char *step = g_ptr_array_steal_index (steps, at);

      g_ptr_array_insert (steps, to, step);
    }
  return join (steps);
}

char *
cjd_augment_text_set (const char *text, const char *id, const char *name, const char *value,
                      GError **error)
{
  g_autoptr (GPtrArray) steps = split (text);
  const guint at = find (steps, id);
  const CjShape picture = cj_shape3 (1, 1, 1); /* on which all augmentations mean something */
  g_autoptr (CjdAugmenter) parsed = NULL;
  g_auto (GStrv) words = NULL;
  g_autoptr (GString) step = g_string_new (id);
  g_autofree char *set = g_strconcat (name, "=", NULL), *changed = NULL;

  words = g_strsplit_set (at < steps->len ? steps->pdata[at] : id, " \t\n", -1);
  for (guint i = 1; words[i] != NULL; i++)
    if (*words[i] != '\0' && !g_str_has_prefix (words[i], set))
      g_string_append_printf (step, " %s", words[i]);
  g_string_append_printf (step, " %s%s", set, value);
  if (at < steps->len)
    {
      g_free (steps->pdata[at]);
      steps->pdata[at] = g_strdup (step->str);
    }
  else
    g_ptr_array_add (steps, g_strdup (step->str));
  changed = join (steps);
  parsed = cjd_augmenter_parse (changed, &picture, error);
  return parsed != NULL ? g_steal_pointer (&changed) : NULL;
}
