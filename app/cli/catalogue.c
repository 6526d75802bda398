/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli list, describe and templates: the catalogue as text, from the descriptors. */
#include "cli.h"

#include "cj-layer.h"
#include "cj-train-setup.h"
#include "cjd-source.h"
#include "cjl-template.h"
#include "cjv-figure.h"

/* One item of any catalogue. */
typedef struct
{
  const char *kind, *id, *title, *blurb, *formula, *note;
  const CjParam *params;
  gsize params_size;
  double rate; /* learning rate to begin with, 0: has none */
} Item;

static GArray *
collect (void)
{
  GArray *items = g_array_new (FALSE, FALSE, sizeof (Item));

  for (const CjLayerInfo *const *i = cj_layers (); *i != NULL; i++)
    {
      const Item item = { (*i)->role == CJ_ROLE_LOSS ? "losses" : "layers",
                          (*i)->id,
                          (*i)->title,
                          (*i)->blurb,
                          (*i)->formula,
                          (*i)->biology,
                          (*i)->params,
                          (*i)->params_size };

      g_array_append_val (items, item);
    }
  for (const CjOptimizerInfo *const *i = cj_optimizers (); *i != NULL; i++)
    {
      const Item item = { "optimizers", (*i)->id,     (*i)->title,       (*i)->blurb, (*i)->formula,
                          (*i)->source, (*i)->params, (*i)->params_size, (*i)->rate };

      g_array_append_val (items, item);
    }
  for (const CjScheduleInfo *const *i = cj_schedules (); *i != NULL; i++)
    {
      const Item item = { "schedules",   (*i)->id,     (*i)->title,  (*i)->blurb,
                          (*i)->formula, (*i)->source, (*i)->params, (*i)->params_size };

      g_array_append_val (items, item);
    }
  for (const CjdSourceInfo *const *i = cjd_sources (); *i != NULL; i++)
    {
      const Item item = { "sources", (*i)->id, (*i)->title,  (*i)->blurb,
                          NULL,      NULL,     (*i)->params, (*i)->params_size };

      g_array_append_val (items, item);
    }
  for (const CjvFigureInfo *const *i = cjv_figures (); *i != NULL; i++)
    {
      const Item item = { "figures", (*i)->id, (*i)->title,  (*i)->blurb,
                          NULL,      NULL,     (*i)->params, (*i)->params_size };

      g_array_append_val (items, item);
    }
  return items;
}

static int
run_list (int argc, char **argv)
{
  g_autoptr (GArray) items = collect ();
  const char *kind;
  int status = 0;
  guint shown = 0;

  if (!cli_parse_words (&cli_list, NULL, &argc, &argv, 0, 1, &status))
    return status;
  kind = argc > 1 ? argv[1] : NULL;
  for (guint i = 0; i < items->len; i++)
    {
      const Item *item = &g_array_index (items, Item, i);

      if (kind != NULL && !g_str_equal (kind, item->kind))
        continue;
      g_print ("%-11s %-18s %s\n", item->kind, item->id, item->blurb);
      shown++;
    }
  if (shown > 0)
    return 0;
  g_printerr ("cajal-cli: there is no kind “%s”. There are layers, losses, optimizers, schedules, "
              "sources and figures.\n",
              kind);
  return 1;
}

static void
describe_param (const CjParam *param, gconstpointer values)
{
  g_autofree char *preset = cj_params_print (param, values);
  g_autofree char *choices
      = param->choices != NULL ? g_strjoinv (", ", (char **) param->choices) : NULL;

  g_print ("  %-14s %s", param->name, param->blurb);
  if (choices != NULL && param->kind == CJ_PARAM_CHOICE)
    g_print (" (%s; preset %s)\n", choices, preset);
  else if (param->kind == CJ_PARAM_BOOL)
    g_print (" (true or false; preset %s)\n", preset);
  else if (param->kind == CJ_PARAM_TEXT)
    g_print (" (text; preset “%s”)\n", preset);
  else
    g_print (" (%g to %g%s%s%s%s; preset %s)\n", param->min, param->max,
             param->unit != NULL ? " " : "", param->unit != NULL ? param->unit : "",
             choices != NULL ? ", or " : "", choices != NULL ? choices : "", preset);
}

static void
describe_item (const Item *item)
{
  const gboolean has_source
      = g_str_equal (item->kind, "optimizers") || g_str_equal (item->kind, "schedules");
  g_autofree gpointer values = g_malloc0 (MAX (item->params_size, 1));

  cj_params_reset (item->params, values);
  g_print ("%s (%s, %s)\n%s.\n", item->title, item->id, item->kind, item->blurb);
  if (item->formula != NULL)
    g_print ("\n  %s\n", item->formula);
  if (item->note != NULL)
    g_print ("\n%s: %s.\n", has_source ? "Source" : "In the brain", item->note);
  if (item->rate > 0)
    g_print ("Learning rate to begin with: %g.\n", item->rate);
  if (item->params != NULL && item->params->name != NULL)
    g_print ("\nParameters:\n");
  for (const CjParam *p = item->params; p != NULL && p->name != NULL; p++)
    describe_param (p, values);
}

static int
run_describe (int argc, char **argv)
{
  g_autoptr (GArray) items = collect ();
  guint shown = 0;
  int status = 0;

  if (!cli_parse_words (&cli_describe, NULL, &argc, &argv, 1, 1, &status))
    return status;
  for (guint i = 0; i < items->len; i++)
    if (g_str_equal (g_array_index (items, Item, i).id, argv[1]))
      {
        if (shown++ > 0)
          g_print ("\n");
        describe_item (&g_array_index (items, Item, i));
      }
  if (shown > 0)
    return 0;
  g_printerr ("cajal-cli: there is nothing called “%s”. “cajal-cli list” names everything.\n",
              argv[1]);
  return 1;
}

static int
run_templates (int argc, char **argv)
{
  int status = 0;

  if (!cli_parse_words (&cli_templates, NULL, &argc, &argv, 0, 0, &status))
    return status;
  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    g_print ("%-12s %-18s %s (%s)\n", t->id, t->title, t->blurb, t->expected);
  return 0;
}

const CliCommand cli_list
    = { "list", "[KIND]", "Names layers, losses, optimizers, schedules, sources, figures",
        run_list };
const CliCommand cli_describe
    = { "describe", "ID", "Shows one of them: formula, parameters, ranges", run_describe };
const CliCommand cli_templates = { "templates", "", "Names the ready experiments", run_templates };
