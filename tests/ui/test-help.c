/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of the help and settings, without a display. */
#include "cj-layer.h"
#include "cj-explainer.h"
#include "cj-optimizer.h"
#include "cj-rule.h"
#include "cj-schedule.h"
#include "cju-dock.h"
#include "cju-help-guide.h"
#include "cju-help-pages.h"
#include "cju-settings.h"

#include <string.h>

static void
expect_page (const char *kind, const char *id)
{
  g_autofree char *topic = g_strconcat (kind, "/", id, NULL);
  const CjuHelpPage *page = cju_help_find (topic);

  if (page == NULL)
    g_test_message ("there is no page %s", topic);
  g_assert_nonnull (page);
  g_assert_cmpstr (page->title, !=, "");
  g_assert_nonnull (page->blurb);
  g_assert_cmpint (strlen (page->haystack), >, strlen (page->title));
}

static void
test_every_item (void)
{
  CjuDockView view;

  for (const CjLayerInfo *const *l = cj_layers (); *l != NULL; l++)
    expect_page ("layer", (*l)->id);
  for (const CjOptimizerInfo *const *o = cj_optimizers (); *o != NULL; o++)
    expect_page ("optimizer", (*o)->id);
  for (const CjExplainerInfo *const *e = cj_explainers (); *e != NULL; e++)
    expect_page ("explainer", (*e)->id);
  for (const CjScheduleInfo *const *s = cj_schedules (); *s != NULL; s++)
    expect_page ("schedule", (*s)->id);
  for (const CjRuleInfo *const *r = cj_rules (); *r != NULL; r++)
    expect_page ("rule", (*r)->id);
  for (guint i = 0; cju_dock_describe (i, &view); i++)
    expect_page ("view", view.id);
}

static void
expect_origin (const char *kind, const char *id)
{
  g_autofree char *topic = g_strconcat (kind, "/", id, NULL);
  const CjuHelpPage *page = cju_help_find (topic);

  g_test_message ("%s", topic);
  g_assert_nonnull (page);
  g_assert_cmpstr (page->title, !=, "");
  g_assert_cmpstr (page->blurb, !=, "");
  g_assert_nonnull (page->formula);
  g_assert_cmpuint (strlen (page->formula), >, 5);
  g_assert_nonnull (page->source);
  g_assert_nonnull (strpbrk (page->source, "0123456789")); /* a year */
}

/* Every explainer, and every view that draws a figure of the tree, by what is computed and whose it is. */
static void
test_origins (void)
{
  guint n = 0;

  for (const CjExplainerInfo *const *e = cj_explainers (); *e != NULL; e++, n++)
    expect_origin ("explainer", (*e)->id);
  g_assert_cmpuint (n, >=, 23);
  for (const CjuViewInfo *const *view = cju_views (); *view != NULL; view++)
    if (strchr ((*view)->id, ':') == NULL) /* plugins say what they say */
      expect_origin ("view", (*view)->id);
}

/* Every view has its picture among those that ./dev shot takes. */
static void
test_shots (void)
{
  static const char *const others[][2] = { { "curves", "lab" },
                                           { "decision", "playground" },
                                           { "ideal", "wants" },
                                           { "problems", "invalid" } };
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "ui", "shot.sh", NULL);
  g_autofree char *script = NULL;
  CjuDockView view;

  g_assert_true (g_file_get_contents (path, &script, NULL, NULL));
  for (guint i = 0; cju_dock_describe (i, &view); i++)
    {
      const char *name = view.id;
      g_autofree char *line = NULL, *several = NULL;

      for (guint k = 0; k < G_N_ELEMENTS (others); k++)
        if (g_str_equal (view.id, others[k][0]))
          name = others[k][1];
      line = g_strdup_printf ("picture %s ", name);
      several = g_strdup_printf ("picture \"%s$", name); /* light and dark */
      if (strchr (view.id, ':') == NULL && strstr (script, line) == NULL
          && strstr (script, several) == NULL)
        g_error ("no picture of the view %s is taken", view.id);
    }
}

static void
test_ids (void)
{
  const GPtrArray *pages = cju_help_pages ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < pages->len; i++)
    g_assert_true (g_hash_table_add (seen, ((CjuHelpPage *) pages->pdata[i])->id));
  g_assert_null (cju_help_find ("layer/no-such-layer"));
  g_assert_null (cju_help_find (NULL));
}

/* Every link of the guide leads to a page, and its markup is right but for the links. */
static void
test_links (void)
{
  g_autoptr (GRegex) link = g_regex_new ("<a href=\"([^\"]*)\">|</a>", 0, 0, NULL);

  for (const CjuHelpGuide *g = cju_help_guide; g->id != NULL; g++)
    for (guint i = 0; g->paragraphs[i] != NULL; i++)
      {
        g_autoptr (GMatchInfo) match = NULL;
        g_autoptr (GError) error = NULL;
        g_autofree char *bare
            = g_regex_replace_literal (link, g->paragraphs[i], -1, 0, "", 0, NULL);

        pango_parse_markup (bare, -1, 0, NULL, NULL, NULL, &error);
        g_assert_no_error (error);
        g_regex_match (link, g->paragraphs[i], 0, &match);
        for (; g_match_info_matches (match); g_match_info_next (match, NULL))
          {
            g_autofree char *to = g_match_info_fetch (match, 1);

            if (to[0] != '\0' && cju_help_find (to) == NULL)
              g_error ("guide/%s leads to %s, which is not there", g->id, to);
          }
      }
}

static void
test_ranges (void)
{
  const CjLayerInfo *conv = cj_layer_find ("conv-2d");
  g_autofree char *filters = cju_help_print_range (cj_params_find (conv->params, "filters"));
  g_autofree char *bias = cju_help_print_range (cj_params_find (conv->params, "bias"));
  g_autofree char *padding = cju_help_print_range (cj_params_find (conv->params, "padding"));

  g_assert_cmpstr (filters, ==, "1 to 4096, usually 1 to 256; preset 16");
  g_assert_cmpstr (bias, ==, "On or off; preset on");
  g_assert_cmpstr (padding, ==, "0 to 63, or same, valid");
}

/* The presets without a schema are those of the schema, key by key. */
static void
test_presets (void)
{
  GSettings *settings = cju_settings_get ();
  g_autoptr (GSettingsSchema) schema = NULL;
  g_auto (GStrv) keys = NULL;
  const char *const *presets = cju_settings_presets ();
  guint n = 0;

  g_assert_nonnull (settings);
  g_object_get (settings, "settings-schema", &schema, NULL);
  keys = g_settings_schema_list_keys (schema);
  for (; presets[2 * n] != NULL; n++)
    {
      g_autoptr (GVariant) preset = g_settings_get_default_value (settings, presets[2 * n]);
      g_autofree char *text = g_variant_print (preset, FALSE);

      g_assert_cmpstr (text, ==, presets[2 * n + 1]);
    }
  g_assert_cmpuint (n, ==, g_strv_length (keys));
}

static void
test_settings (void)
{
  cju_settings_set_number ("threads", 3);
  g_assert_cmpint (cju_settings_get_threads (), ==, 3);
  cju_settings_set_number ("threads", 0);
  g_assert_cmpint (cju_settings_get_threads (), >=, 1);
  cju_settings_set_text ("style", "dark");
  g_assert_cmpint (cju_settings_get_style (), ==, CJU_STYLE_DARK);
  cju_settings_set_text ("style", "system");
  cju_settings_set_flag ("notify", FALSE);
  g_assert_false (cju_settings_get_flag ("notify"));
  cju_settings_set_flag ("notify", TRUE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/help/every-item", test_every_item);
  g_test_add_func ("/ui/help/origins", test_origins);
  g_test_add_func ("/ui/help/shots", test_shots);
  g_test_add_func ("/ui/help/ids", test_ids);
  g_test_add_func ("/ui/help/links", test_links);
  g_test_add_func ("/ui/help/ranges", test_ranges);
  g_test_add_func ("/ui/settings/presets", test_presets);
  g_test_add_func ("/ui/settings/set", test_settings);
  return g_test_run ();
}
