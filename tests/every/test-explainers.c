/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Walks every explainer: words, source, parameters as text and back. What they compute is asked in
 * tests/engine/test-explain.c, of all of them as well. */
#include "cj-explainer.h"

#include <string.h>

/* Words, parameters as text, and what the help shows. */
static void
test_words (gconstpointer data)
{
  const CjExplainerInfo *info = data;
  g_autofree gpointer params = cj_explainer_new_params (info);

  g_assert_cmpuint (info->abi, ==, CJ_EXPLAINER_ABI);
  g_assert_cmpuint (info->size, ==, sizeof (CjExplainerInfo));
  g_assert_true (cj_explainer_find (info->id) == info);
  for (const char *c = info->id; *c != '\0'; c++)
    g_assert_true (g_ascii_islower (*c) || g_ascii_isdigit (*c) || *c == '-');
  g_assert_cmpint (info->version, >, 0);
  g_assert_true (info->title[0] != '\0' && info->formula[0] != '\0');
  g_assert_cmpint (strlen (info->source), >, 20);
  g_assert_cmpint (strlen (info->blurb), >, 20);
  g_assert_false (g_str_has_suffix (info->blurb, "."));
  for (const CjParam *p = info->params; p != NULL && p->name != NULL; p++)
    {
      g_autofree char *text = cj_params_print (p, params);
      g_autofree gpointer other = cj_explainer_new_params (info);
      g_autoptr (GError) error = NULL;

      g_assert_true (p->title[0] != '\0' && p->blurb[0] != '\0');
      g_assert_true (cj_params_parse (info->params, other, p->name, text, &error));
      g_assert_no_error (error);
      g_assert_cmpmem (params, info->params_size, other, info->params_size);
      g_assert_false (cj_params_parse (info->params, other, p->name, "no such value", &error));
      g_assert_cmpint (strlen (error->message), >, 10);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (const CjExplainerInfo *const *e = cj_explainers (); *e != NULL; e++)
    {
      g_autofree char *path = g_strdup_printf ("/every/explainers/%s", (*e)->id);

      g_test_add_data_func (path, *e, test_words);
    }
  return g_test_run ();
}
