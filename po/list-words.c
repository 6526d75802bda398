/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of every catalogue item, written for xgettext: what is declared once is not marked as well.
 * A new layer, source, figure or template is there by itself. */
#include "cj-attack.h"
#include "cj-damage.h"
#include "cj-energy.h"
#include "cj-explainer.h"
#include "cj-graph.h"
#include "cj-layer.h"
#include "cj-metrics.h"
#include "cj-optimizer.h"
#include "cj-rule.h"
#include "cj-schedule.h"
#include "cj-train-setup.h"
#include "cjd-augment.h"
#include "cjd-reader.h"
#include "cjd-source.h"
#include "cjl-card.h"
#include "cjl-nir.h"
#include "cjl-zoo.h"
#include "cjv-figure.h"

#include <stdio.h>

/* One text, with what it belongs to as a remark for the translator; in UTF-8 whatever the locale. */
static void
say (const char *where, const char *what, const char *text)
{
  g_autoptr (GString) safe = g_string_new (text);

  if (text == NULL || text[0] == '\0')
    return;
  g_string_replace (safe, "\\", "\\\\", 0);
  g_string_replace (safe, "\"", "\\\"", 0);
  g_string_replace (safe, "\n", "\\n", 0);
  printf ("/* Translators: %s, %s */\nN_ (\"%s\");\n", where, what, safe->str);
}

static void
say_params (const char *where, const CjParam *table)
{
  for (const CjParam *p = table; p != NULL && p->name != NULL; p++)
    {
      g_autofree char *here = g_strdup_printf ("%s, parameter %s", where, p->name);

      say (here, "title", p->title);
      say (here, "what it is", p->blurb);
      say (here, "unit", p->unit);
      for (guint i = 0; p->choices != NULL && p->choices[i] != NULL; i++)
        say (here, "one of its values", p->choices[i]);
    }
}

static void
say_ports (const char *where, const CjPort *port)
{
  for (; port != NULL && port->name != NULL; port++)
    say (where, "name of a port", port->title);
}

static void
say_layers (void)
{
  for (const CjLayerInfo *const *l = cj_layers (); *l != NULL; l++)
    {
      g_autofree char *where = g_strdup_printf ("layer %s", (*l)->id);
      g_autofree char *category = g_strdup ((*l)->category);

      category[0] = g_ascii_toupper (category[0]);
      say (where, "category", category);
      say (where, "title", (*l)->title);
      say (where, "what it does", (*l)->blurb);
      say (where, "its counterpart in the brain", (*l)->biology);
      say_params (where, (*l)->params);
      say_ports (where, (*l)->inputs);
      say_ports (where, (*l)->outputs);
    }
  say_params ("every layer", cj_node_params);
  for (guint i = 0; i <= CJ_INIT_LAST; i++)
    {
      g_autofree char *where = g_strdup_printf ("initialiser %s", cj_inits[i].id);

      say (where, "title", cj_inits[i].title);
      say (where, "what it does", cj_inits[i].blurb);
    }
}

static void
say_training (void)
{
  say_params ("training", cj_train_setup_params);
  for (const CjOptimizerInfo *const *o = cj_optimizers (); *o != NULL; o++)
    {
      g_autofree char *where = g_strdup_printf ("optimizer %s", (*o)->id);

      say (where, "title", (*o)->title);
      say (where, "what it does", (*o)->blurb);
      say_params (where, (*o)->params);
    }
  for (const CjScheduleInfo *const *s = cj_schedules (); *s != NULL; s++)
    {
      g_autofree char *where = g_strdup_printf ("schedule of the learning rate %s", (*s)->id);

      say (where, "title", (*s)->title);
      say (where, "what it does", (*s)->blurb);
      say_params (where, (*s)->params);
    }
}

static void
say_pruning (void)
{
  say_params ("pruning", cj_pruning_params);
  say_params ("energy", cj_energy_params);
  for (const CjPrunerInfo *const *p = cj_pruners (); *p != NULL; p++)
    {
      g_autofree char *where = g_strdup_printf ("criterion of pruning %s", (*p)->id);

      say (where, "title", (*p)->title);
      say (where, "what it does", (*p)->blurb);
    }
}

static void
say_rules (void)
{
  for (const CjRuleInfo *const *r = cj_rules (); *r != NULL; r++)
    {
      g_autofree char *where = g_strdup_printf ("learning rule %s", (*r)->id);

      say (where, "title", (*r)->title);
      say (where, "what it does", (*r)->blurb);
      say (where, "what a synapse knows where it is", (*r)->local);
      say (where, "what comes to it from elsewhere", (*r)->distant);
      say_params (where, (*r)->params);
    }
}

static void
say_metrics (void)
{
  for (const CjMetricInfo *m = cj_metric_infos; m->id != NULL; m++)
    {
      g_autofree char *where = g_strdup_printf ("metric %s", m->id);

      say (where, "title", m->title);
      say (where, "what it says", m->blurb);
    }
}

static void
say_explainers (void)
{
  for (const CjExplainerInfo *const *e = cj_explainers (); *e != NULL; e++)
    {
      g_autofree char *where = g_strdup_printf ("explainer %s", (*e)->id);

      say (where, "title", (*e)->title);
      say (where, "what its numbers mean", (*e)->blurb);
      say (where, "formula", (*e)->formula);
      say_params (where, (*e)->params);
    }
}

static void
say_attacks (void)
{
  for (const CjAttackInfo *const *a = cj_attacks (); *a != NULL; a++)
    {
      g_autofree char *where = g_strdup_printf ("attack %s", (*a)->id);

      say (where, "title", (*a)->title);
      say (where, "what it does", (*a)->blurb);
      say_params (where, (*a)->params);
    }
  for (const CjDamageInfo *const *d = cj_damages (); *d != NULL; d++)
    {
      g_autofree char *where = g_strdup_printf ("damage %s", (*d)->id);

      say (where, "title", (*d)->title);
      say (where, "what it does", (*d)->blurb);
      say (where, "what its dose is", (*d)->dose);
      say_params (where, (*d)->params);
    }
}

static void
say_data (void)
{
  for (const CjdSourceInfo *const *s = cjd_sources (); *s != NULL; s++)
    {
      g_autofree char *where = g_strdup_printf ("source of data %s", (*s)->id);

      say (where, "title", (*s)->title);
      say (where, "what it is", (*s)->blurb);
      say_params (where, (*s)->params);
    }
  for (const CjdReaderInfo *const *r = cjd_readers (); *r != NULL; r++)
    {
      g_autofree char *where = g_strdup_printf ("reader of files %s", (*r)->id);

      say (where, "title", (*r)->title);
      say (where, "what it reads", (*r)->blurb);
    }
  say_params ("reading files", cjd_read_params);
  say_params ("NIR graphs", cjl_nir_params);
  for (const CjdAugmentInfo *const *a = cjd_augmentations (); *a != NULL; a++)
    {
      g_autofree char *where = g_strdup_printf ("augmentation %s", (*a)->id);

      say (where, "title", (*a)->title);
      say (where, "what it does", (*a)->blurb);
      say_params (where, (*a)->params);
    }
}

static void
say_experiment (const char *where, const CjlTemplate *t)
{
  say (where, "title", t->title);
  say (where, "category", t->category);
  say (where, "what it is", t->blurb);
  say (where, "what to look at", t->teaches);
  say (where, "how well it does", t->expected);
}

static void
say_cards (void)
{
  for (const CjlResultCard *const *c = cjl_cards (); *c != NULL; c++)
    {
      g_autofree char *where = g_strdup_printf ("result card %s", (*c)->experiment.id);

      say_experiment (where, &(*c)->experiment);
      say (where, "what counts as reproduced", (*c)->passes);
      say (where, "along the curves", (*c)->x_title);
      say (where, "height of the curves", (*c)->y_title);
      for (const CjlCardValue *v = (*c)->values; v->name != NULL; v++)
        say (where, "what is measured", v->title);
      for (const CjlCardLine *l = (*c)->lines; l != NULL && l->name != NULL; l++)
        say (where, "a curve", l->title);
    }
}

static void
say_lab (void)
{
  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    {
      g_autofree char *where = g_strdup_printf ("experiment %s", t->id);

      say_experiment (where, t);
    }
  for (const CjlZooNet *net = cjl_zoo (); net->experiment.id != NULL; net++)
    {
      g_autofree char *where = g_strdup_printf ("pre-trained network %s", net->experiment.id);

      say_experiment (where, &net->experiment);
      say (where, "data and their licence", net->licence);
    }
  for (const CjvFigureInfo *const *f = cjv_figures (); *f != NULL; f++)
    {
      g_autofree char *where = g_strdup_printf ("figure %s", (*f)->id);

      say (where, "title", (*f)->title);
      say (where, "what it shows", (*f)->blurb);
      say (where, "where there is nothing to show yet", (*f)->empty);
      say_params (where, (*f)->params);
    }
}

int
main (void)
{
  say_layers ();
  say_training ();
  say_rules ();
  say_pruning ();
  say_metrics ();
  say_explainers ();
  say_attacks ();
  say_data ();
  say_lab ();
  say_cards ();
  return 0;
}
