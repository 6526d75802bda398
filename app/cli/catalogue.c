/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli list, describe and templates: the catalogue as text, from the descriptors. */
#include "cli.h"

#include "cj-attack.h"
#include "cj-damage.h"
#include "cj-explainer.h"
#include "cj-layer.h"
#include "cj-metrics.h"
#include "cj-neuron.h"
#include "cj-train-setup.h"
#include "cjd-augment.h"
#include "cjd-reader.h"
#include "cjd-source.h"
#include "cjl-card.h"
#include "cjl-figures.h"
#include "cjl-zoo.h"
#include "cjv-figure.h"

#include <glib/gi18n-lib.h>

/* One item of any catalogue. */
typedef struct
{
  const char *kind, *id, *title, *blurb, *formula, *note;
  const CjParam *params;
  gsize params_size;
  double rate;    /* learning rate to begin with, 0: has none */
  double seconds; /* that it takes, 0: not said */
} Item;

/* What networks are made of and trained with. */
static GArray *
collect_engine (void)
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
  for (const CjPrunerInfo *const *i = cj_pruners (); *i != NULL; i++)
    {
      const Item item = { "pruners",     (*i)->id,     (*i)->title,       (*i)->blurb,
                          (*i)->formula, (*i)->source, cj_pruning_params, sizeof (CjPruning) };

      g_array_append_val (items, item);
    }
  for (const CjRuleInfo *const *i = cj_rules (); *i != NULL; i++)
    {
      const Item item = { "rules",       (*i)->id,     (*i)->title,  (*i)->blurb,
                          (*i)->formula, (*i)->source, (*i)->params, (*i)->params_size };

      g_array_append_val (items, item);
    }
  for (guint i = 0; i <= CJ_INIT_LAST; i++)
    {
      const CjInitInfo *init = &cj_inits[i];
      const Item item
          = { "initialisers", init->id, init->title, init->blurb, init->formula, init->source };

      g_array_append_val (items, item);
    }
  for (const CjMetricInfo *m = cj_metric_infos; m->id != NULL; m++)
    {
      const Item item = { "metrics", m->id, m->title, m->blurb, m->formula };

      g_array_append_val (items, item);
    }
  return items;
}

/* Adds explainers, data, figures, templates and cards. */
static void
collect_rest (GArray *items)
{
  for (const CjExplainerInfo *const *i = cj_explainers (); *i != NULL; i++)
    {
      const Item item = { "explainers",  (*i)->id,     (*i)->title,  (*i)->blurb,
                          (*i)->formula, (*i)->source, (*i)->params, (*i)->params_size };

      g_array_append_val (items, item);
    }
  for (const CjdSourceInfo *const *i = cjd_sources (); *i != NULL; i++)
    {
      const Item item = { "sources", (*i)->id, (*i)->title,  (*i)->blurb,
                          NULL,      NULL,     (*i)->params, (*i)->params_size };

      g_array_append_val (items, item);
    }
  for (const CjdReaderInfo *const *i = cjd_readers (); *i != NULL; i++)
    {
      const Item item = { "readers", (*i)->id, (*i)->title,     (*i)->blurb,
                          NULL,      NULL,     cjd_read_params, sizeof (CjdReadOptions) };

      g_array_append_val (items, item);
    }
  for (const CjdAugmentInfo *const *i = cjd_augmentations (); *i != NULL; i++)
    {
      const Item item = { "augmentations", (*i)->id, (*i)->title,  (*i)->blurb,
                          (*i)->formula,   NULL,     (*i)->params, (*i)->params_size };

      g_array_append_val (items, item);
    }
  for (const CjvFigureInfo *const *i = cjv_figures (); *i != NULL; i++)
    {
      const Item item = { "figures", (*i)->id, (*i)->title,  (*i)->blurb,
                          NULL,      NULL,     (*i)->params, (*i)->params_size };

      g_array_append_val (items, item);
    }
  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    {
      const Item item = { "templates", t->id, t->title, t->blurb, t->network, t->teaches };

      g_array_append_val (items, item);
    }
  for (const CjlZooNet *net = cjl_zoo (); net->experiment.id != NULL; net++)
    {
      const CjlTemplate *t = &net->experiment;
      const Item item = { "zoo", t->id, t->title, t->blurb, t->network, net->licence };

      g_array_append_val (items, item);
    }
  for (const CjlResultCard *const *c = cjl_cards (); *c != NULL; c++)
    {
      const CjlTemplate *t = &(*c)->experiment;
      const Item item = { .kind = "cards",
                          .id = t->id,
                          .title = t->title,
                          .blurb = t->blurb,
                          .formula = t->network,
                          .note = (*c)->paper,
                          .seconds = (*c)->seconds };

      g_array_append_val (items, item);
    }
}

/* Models of one neuron, for study. */
static void
collect_neurons (GArray *items)
{
  for (const CjNeuronInfo *const *i = cj_neurons (); *i != NULL; i++)
    {
      const Item item = { "neurons",     (*i)->id,      (*i)->title,  (*i)->blurb,
                          (*i)->formula, (*i)->biology, (*i)->params, (*i)->params_size };

      g_array_append_val (items, item);
    }
}

/* What is done to networks that have learned. */
static void
collect_damage (GArray *items)
{
  for (const CjDamageInfo *const *i = cj_damages (); *i != NULL; i++)
    {
      const Item item = { "damages",     (*i)->id,     (*i)->title,  (*i)->blurb,
                          (*i)->formula, (*i)->source, (*i)->params, (*i)->params_size };

      g_array_append_val (items, item);
    }
  for (const CjAttackInfo *const *i = cj_attacks (); *i != NULL; i++)
    {
      const Item item = { "attacks",     (*i)->id,     (*i)->title,  (*i)->blurb,
                          (*i)->formula, (*i)->source, (*i)->params, (*i)->params_size };

      g_array_append_val (items, item);
    }
}

static GArray *
collect (void)
{
  GArray *items = collect_engine ();

  collect_damage (items);
  collect_neurons (items);
  collect_rest (items);
  return items;
}

/* id, title, blurb: what every item has. Takes what is in `dict`. */
static void
put_words (GVariantDict *dict, const Item *item)
{
  g_variant_dict_insert (dict, "kind", "s", item->kind);
  g_variant_dict_insert (dict, "id", "s", item->id);
  g_variant_dict_insert (dict, "title", "s", item->title);
  g_variant_dict_insert (dict, "blurb", "s", item->blurb);
}

static void
list_item (const Item *item, gboolean json)
{
  GVariantDict dict;

  if (!json)
    {
      g_print ("%-13s %-20s %s\n", item->kind, item->id, _ (item->blurb));
      return;
    }
  g_variant_dict_init (&dict, NULL);
  put_words (&dict, item);
  if (item->seconds > 0)
    g_variant_dict_insert (&dict, "seconds", "d", item->seconds);
  cli_print_json (g_variant_dict_end (&dict));
}

static const GOptionEntry *
json_option (gboolean *json)
{
  static GOptionEntry entries[2];

  entries[0] = (GOptionEntry){ "json", 0, 0, G_OPTION_ARG_NONE, json, N_ ("One JSON object a line"),
                               NULL };
  return entries;
}

static int
run_list (int argc, char **argv)
{
  g_autoptr (GArray) items = collect ();
  const char *kind;
  gboolean json = FALSE;
  int status = 0;
  guint shown = 0;

  if (!cli_parse_words (&cli_list, json_option (&json), &argc, &argv, 0, 1, &status))
    return status;
  kind = argc > 1 ? argv[1] : NULL;
  for (guint i = 0; i < items->len; i++)
    {
      const Item *item = &g_array_index (items, Item, i);

      if (kind != NULL && !g_str_equal (kind, item->kind))
        continue;
      list_item (item, json);
      shown++;
    }
  if (shown > 0)
    return 0;
  g_printerr (
      _ ("cajal-cli: there is no kind “%s”. There are layers, losses, optimizers, schedules, "
         "rules, pruners, initialisers, metrics, explainers, attacks, damages, neurons, "
         "sources, readers, augmentations, figures, templates, zoo and cards.\n"),
      kind);
  return 1;
}

static const char *
name_kind (const CjParam *param)
{
  static const char *const names[]
      = { "int", "float", "bool", "choice", "pair", "text", "formula" };

  return names[param->kind];
}

static void
describe_param (const CjParam *param, gconstpointer values)
{
  g_autofree char *preset = cj_params_print (param, values);
  g_autofree char *choices
      = param->choices != NULL ? g_strjoinv (", ", (char **) param->choices) : NULL;

  g_print ("  %-14s %s", param->name, _ (param->blurb));
  if (param->kind == CJ_PARAM_CHOICE)
    g_print (_ (" (%s; preset %s)\n"), choices, preset);
  else if (param->kind == CJ_PARAM_BOOL)
    g_print (_ (" (true or false; preset %s)\n"), preset);
  else if (param->kind == CJ_PARAM_TEXT || param->kind == CJ_PARAM_FORMULA)
    g_print (_ (" (%s; preset “%s”)\n"), name_kind (param), preset);
  else
    {
      g_autofree char *words = choices != NULL ? g_strdup_printf (_ (", or: %s"), choices) : NULL;

      /* Translators: lowest, highest, a blank and the unit if it has one, “, or: same, valid” or nothing, preset */
      g_print (_ (" (%g to %g%s%s%s; preset %s)\n"), param->min, param->max,
               param->unit != NULL ? " " : "", param->unit != NULL ? _ (param->unit) : "",
               words != NULL ? words : "", preset);
    }
}

static GVariant *
param_to_data (const CjParam *param, gconstpointer values)
{
  g_autofree char *preset = cj_params_print (param, values);
  const gboolean number = param->kind == CJ_PARAM_INT || param->kind == CJ_PARAM_FLOAT
                          || param->kind == CJ_PARAM_PAIR;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", param->name);
  g_variant_dict_insert (&dict, "title", "s", param->title);
  g_variant_dict_insert (&dict, "blurb", "s", param->blurb);
  g_variant_dict_insert (&dict, "kind", "s", name_kind (param));
  g_variant_dict_insert (&dict, "preset", "s", preset);
  if (param->unit != NULL)
    g_variant_dict_insert (&dict, "unit", "s", param->unit);
  if (number)
    {
      g_variant_dict_insert (&dict, "min", "d", param->min);
      g_variant_dict_insert (&dict, "max", "d", param->max);
    }
  if (param->choices != NULL)
    {
      GVariantBuilder choices;

      g_variant_builder_init (&choices, G_VARIANT_TYPE ("av"));
      for (guint i = 0; param->choices[i] != NULL; i++)
        g_variant_builder_add (&choices, "v", g_variant_new_string (param->choices[i]));
      g_variant_dict_insert_value (&dict, "choices", g_variant_builder_end (&choices));
    }
  return g_variant_dict_end (&dict);
}

/* A table with its presets, as data. */
static void
add_params (GVariantBuilder *builder, const CjParam *table, gsize size)
{
  g_autofree gpointer values = g_malloc0 (MAX (size, 1));

  cj_params_reset (table, values);
  for (const CjParam *p = table; p != NULL && p->name != NULL; p++)
    g_variant_builder_add (builder, "v", param_to_data (p, values));
}

/* What may be set of how a figure's numbers are found; NULL for everything else. */
static const CjParam *
find_settings (const Item *item, gsize *size)
{
  return g_str_equal (item->kind, "figures") ? cjl_figure_get_settings (item->id, size) : NULL;
}

static void
describe_json (const Item *item)
{
  gsize size = 0;
  const CjParam *settings = find_settings (item, &size);
  GVariantBuilder params;
  GVariantDict dict;

  g_variant_builder_init (&params, G_VARIANT_TYPE ("av"));
  add_params (&params, item->params, item->params_size);
  add_params (&params, settings, size);
  g_variant_dict_init (&dict, NULL);
  put_words (&dict, item);
  if (item->formula != NULL)
    g_variant_dict_insert (&dict, "formula", "s", item->formula);
  if (item->note != NULL)
    g_variant_dict_insert (&dict, "note", "s", item->note);
  if (item->rate > 0)
    g_variant_dict_insert (&dict, "learning-rate", "d", item->rate);
  g_variant_dict_insert_value (&dict, "parameters", g_variant_builder_end (&params));
  cli_print_json (g_variant_dict_end (&dict));
}

static const char *
name_note (const Item *item)
{
  if (g_str_equal (item->kind, "optimizers") || g_str_equal (item->kind, "schedules")
      || g_str_equal (item->kind, "rules") || g_str_equal (item->kind, "pruners")
      || g_str_equal (item->kind, "initialisers") || g_str_equal (item->kind, "explainers")
      || g_str_equal (item->kind, "attacks") || g_str_equal (item->kind, "damages")
      || g_str_equal (item->kind, "cards"))
    return _ ("Source");
  if (g_str_equal (item->kind, "zoo"))
    return _ ("Data and their licence");
  return g_str_equal (item->kind, "templates") ? _ ("What to look at") : _ ("In the brain");
}

/* The rows of a table below a heading, if it has any. */
static void
describe_params (const CjParam *table, gsize size, const char *heading)
{
  g_autofree gpointer values = g_malloc0 (MAX (size, 1));

  cj_params_reset (table, values);
  if (table != NULL && table->name != NULL)
    g_print ("%s", heading);
  for (const CjParam *p = table; p != NULL && p->name != NULL; p++)
    describe_param (p, values);
}

static void
describe_item (const Item *item, gboolean json)
{
  gsize size = 0;
  const CjParam *settings = find_settings (item, &size);

  if (json)
    {
      describe_json (item);
      return;
    }
  g_print ("%s (%s, %s)\n%s.\n", _ (item->title), item->id, item->kind, _ (item->blurb));
  if (item->formula != NULL)
    g_print ("\n  %s\n",
             g_str_equal (item->kind, "explainers") ? _ (item->formula) : item->formula);
  if (item->note != NULL)
    g_print ("\n%s: %s.\n", name_note (item), _ (item->note));
  if (item->rate > 0)
    g_print (_ ("Learning rate to begin with: %g.\n"), item->rate);
  describe_params (item->params, item->params_size, _ ("\nParameters:\n"));
  describe_params (settings, size, _ ("\nHow its numbers are found:\n"));
}

static int
run_describe (int argc, char **argv)
{
  g_autoptr (GArray) items = collect ();
  gboolean json = FALSE;
  guint shown = 0;
  int status = 0;

  if (!cli_parse_words (&cli_describe, json_option (&json), &argc, &argv, 1, 1, &status))
    return status;
  for (guint i = 0; i < items->len; i++)
    if (g_str_equal (g_array_index (items, Item, i).id, argv[1]))
      {
        if (shown++ > 0 && !json)
          g_print ("\n");
        describe_item (&g_array_index (items, Item, i), json);
      }
  if (shown > 0)
    return 0;
  g_printerr (_ ("cajal-cli: there is nothing called “%s”. “cajal-cli list” names everything.\n"),
              argv[1]);
  return 1;
}

static void
print_template (const CjlTemplate *t, gboolean json)
{
  GVariantDict dict;

  if (!json)
    {
      g_print ("%-12s %-24s %s (%s)\n", t->id, _ (t->title), _ (t->blurb), _ (t->expected));
      return;
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", t->id);
  g_variant_dict_insert (&dict, "title", "s", t->title);
  g_variant_dict_insert (&dict, "category", "s", t->category);
  g_variant_dict_insert (&dict, "blurb", "s", t->blurb);
  g_variant_dict_insert (&dict, "teaches", "s", t->teaches);
  g_variant_dict_insert (&dict, "expected", "s", t->expected);
  g_variant_dict_insert (&dict, "source", "s", t->source);
  g_variant_dict_insert (&dict, "network", "s", t->network);
  g_variant_dict_insert (&dict, "training", "s", t->setup);
  if (t->task != NULL)
    g_variant_dict_insert (&dict, "task", "s", t->task);
  cli_print_json (g_variant_dict_end (&dict));
}

static int
run_templates (int argc, char **argv)
{
  gboolean json = FALSE;
  int status = 0;

  if (!cli_parse_words (&cli_templates, json_option (&json), &argc, &argv, 0, 0, &status))
    return status;
  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    print_template (t, json);
  return 0;
}

const CliCommand cli_list = {
  "list",
  "[KIND]",
  N_ ("Names layers, losses, optimizers, metrics, explainers, sources, figures …"),
  run_list,
  N_ ("KIND is one of them; without it everything is named."),
};
const CliCommand cli_describe = {
  "describe",
  "ID",
  N_ ("Shows one of them: formula, parameters, ranges"),
  run_describe,
  N_ ("ID is a name of “cajal-cli list”. A parameter is set as node.name=value, in “cajal-cli\n"
      "set” or with --set.\n\n"
      "  cajal-cli describe conv-2d"),
};
const CliCommand cli_templates = {
  "templates",
  "",
  N_ ("Names the ready experiments"),
  run_templates,
  N_ ("“cajal-cli new ID” makes a project of one."),
};
