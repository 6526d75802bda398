/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-train-setup.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

static const char *const judges[] = { "loss", "accuracy", NULL };

const char *const cj_train_attacks[] = { "none", "fgsm", "pgd", NULL };

const CjParam cj_train_setup_params[] = {
  { .name = "epochs",
    .title = "Epochs",
    .blurb = "Passes over the training samples",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjTrainSetup, epochs),
    .preset = 5,
    .min = 1,
    .max = 100000,
    .soft_min = 1,
    .soft_max = 100,
    .flags = CJ_PARAM_LIVE },
  { .name = "batch",
    .title = "Batch size",
    .blurb = "Samples in one step",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjTrainSetup, batch),
    .preset = 64,
    .min = 1,
    .max = 65536,
    .soft_min = 1,
    .soft_max = 512,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "learning-rate",
    .title = "Learning rate",
    .blurb = "Size of a step",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjTrainSetup, learning_rate),
    .preset = 0.001,
    .min = 0,
    .max = 100,
    .soft_min = 1e-5,
    .soft_max = 1,
    .digits = 5,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_LOG },
  { .name = "warmup",
    .title = "Warm-up",
    .blurb = "Raises the learning rate along a line at the start; the schedule begins after it",
    .unit = "epochs",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjTrainSetup, warmup),
    .max = 1e6,
    .soft_max = 10,
    .digits = 2,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "warmup-start",
    .title = "Warm-up from",
    .blurb = "Share of the learning rate that the warm-up begins with",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjTrainSetup, warmup_start),
    .preset = 0.1,
    .max = 1,
    .digits = 3,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "seed",
    .title = "Seed",
    .blurb = "Chooses all random numbers of the run",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjTrainSetup, seed),
    .preset = 1,
    .min = 0,
    .max = G_MAXINT32 },
  { .name = "clip-norm",
    .title = "Clip norm",
    .blurb = "Shortens the whole gradient to at most this length; 0 lets it be",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjTrainSetup, clip_norm),
    .preset = 0,
    .min = 0,
    .max = 1e6,
    .soft_max = 10,
    .digits = 3,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "clip-value",
    .title = "Clip value",
    .blurb = "Cuts every gradient to at most this size; 0 lets it be",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjTrainSetup, clip_value),
    .preset = 0,
    .min = 0,
    .max = 1e6,
    .soft_max = 10,
    .digits = 3,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "judge",
    .title = "Judged by",
    .blurb = "What makes a validation better: for the best weights, patience and plateaus",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (CjTrainSetup, judge),
    .max = 1,
    .choices = judges,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "patience",
    .title = "Patience",
    .blurb = "Stops after so many epochs without a better validation; 0 goes on to the end",
    .unit = "epochs",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjTrainSetup, patience),
    .preset = 0,
    .min = 0,
    .max = 100000,
    .soft_max = 20,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "keep-best",
    .title = "Keep the best",
    .blurb = "Ends a run with the weights of its best validation rather than the last ones",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (CjTrainSetup, keep_best),
    .preset = TRUE,
    .max = 1,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "keep-features",
    .title = "Remember frozen layers",
    .blurb
    = "Frozen layers at the start see a sample once, not in every epoch; the results are the "
      "same, and later runs find them on the disk",
    .kind = CJ_PARAM_BOOL,
    .offset = offsetof (CjTrainSetup, keep_features),
    .preset = TRUE,
    .max = 1,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "average",
    .title = "Weight average",
    .blurb = "Validates with a moving average of the weights of this decay; 0 uses the weights",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjTrainSetup, average),
    .preset = 0,
    .min = 0,
    .max = 0.99999,
    .digits = 5,
    .flags = CJ_PARAM_ADVANCED },
  { .name = "attack",
    .title = "Attacked by",
    .blurb = "Makes every batch as hard as it can be before the network learns from it",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (CjTrainSetup, attack),
    .max = 2,
    .choices = cj_train_attacks,
    .flags = CJ_PARAM_ADVANCED },
  { .name = "attack-strength",
    .title = "Attack strength",
    .blurb = "The most that the attack changes a feature by; a pixel is from 0 to 1",
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjTrainSetup, attack_strength),
    .preset = 0.1,
    .max = 1,
    .digits = 3,
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { .name = "attack-steps",
    .title = "Attack steps",
    .blurb = "How often the attack asks for the slope of every batch",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjTrainSetup, attack_steps),
    .preset = 7,
    .min = 1,
    .max = 100,
    .soft_max = 20,
    .when = "attack=pgd",
    .flags = CJ_PARAM_LIVE | CJ_PARAM_ADVANCED },
  { NULL },
};

/* What is chosen among a catalogue, with values of a table of its own. */
typedef struct
{
  const char *name, *prefix;
  gsize info, params;           /* offsets into CjTrainSetup */
  gsize info_params, info_size; /* offsets into what is chosen */
  const char *preset;           /* id */
  gconstpointer (*find) (const char *id);
  const char *refusal;
} Choice;

static gconstpointer
find_optimizer (const char *id)
{
  return cj_optimizer_find (id);
}

static gconstpointer
find_schedule (const char *id)
{
  return cj_schedule_find (id);
}

static gconstpointer
find_rule (const char *id)
{
  return cj_rule_find (id);
}

static const Choice choices[] = {
  { "optimizer", "optimizer.", offsetof (CjTrainSetup, optimizer),
    offsetof (CjTrainSetup, optimizer_params), offsetof (CjOptimizerInfo, params),
    offsetof (CjOptimizerInfo, params_size), "adam", find_optimizer,
    N_ ("There is no optimizer “%s”. “cajal-cli list optimizers” names them all.") },
  { "schedule", "schedule.", offsetof (CjTrainSetup, schedule),
    offsetof (CjTrainSetup, schedule_params), offsetof (CjScheduleInfo, params),
    offsetof (CjScheduleInfo, params_size), "constant", find_schedule,
    N_ ("There is no schedule “%s”. “cajal-cli list schedules” names them all.") },
  { "rule", "rule.", offsetof (CjTrainSetup, rule), offsetof (CjTrainSetup, rule_params),
    offsetof (CjRuleInfo, params), offsetof (CjRuleInfo, params_size), "backprop", find_rule,
    N_ ("There is no learning rule “%s”. “cajal-cli list rules” names them all.") },
};

static gconstpointer
get_info (const CjTrainSetup *setup, const Choice *choice)
{
  return G_STRUCT_MEMBER (gconstpointer, setup, choice->info);
}

static const char *
get_id (const CjTrainSetup *setup, const Choice *choice)
{
  G_STATIC_ASSERT (offsetof (CjOptimizerInfo, id) == offsetof (CjRuleInfo, id)
                   && offsetof (CjScheduleInfo, id) == offsetof (CjRuleInfo, id));
  return ((const CjRuleInfo *) get_info (setup, choice))->id;
}

static const CjParam *
get_table (const CjTrainSetup *setup, const Choice *choice)
{
  return G_STRUCT_MEMBER (const CjParam *, get_info (setup, choice), choice->info_params);
}

static gsize
get_size (const CjTrainSetup *setup, const Choice *choice)
{
  return MAX (G_STRUCT_MEMBER (gsize, get_info (setup, choice), choice->info_size), 1);
}

static gpointer *
get_values (const CjTrainSetup *setup, const Choice *choice)
{
  return &G_STRUCT_MEMBER (gpointer, (gpointer) setup, choice->params);
}

static const Choice *
find_choice (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    if (g_str_equal (choices[i].name, name))
      return &choices[i];
  return NULL;
}

gboolean
cj_train_setup_has_table (const char *word)
{
  return find_choice (word) != NULL || g_str_equal (word, "pruning")
         || g_str_equal (word, "continual");
}

static gboolean
choose (CjTrainSetup *setup, const Choice *choice, const char *id, GError **error)
{
  const gconstpointer info = choice->find (id);

  if (info == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM, _ (choice->refusal), id);
      return FALSE;
    }
  if (get_info (setup, choice) == info)
    return TRUE;
  g_free (*get_values (setup, choice));
  G_STRUCT_MEMBER (gconstpointer, setup, choice->info) = info;
  *get_values (setup, choice) = g_malloc0 (get_size (setup, choice));
  cj_params_reset (get_table (setup, choice), *get_values (setup, choice));
  return TRUE;
}

CjTrainSetup *
cj_train_setup_new (void)
{
  CjTrainSetup *setup = g_new0 (CjTrainSetup, 1);

  cj_params_reset (cj_train_setup_params, setup);
  cj_params_reset (cj_pruning_params, &setup->pruning);
  cj_params_reset (cj_continual_params, &setup->continual);
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    choose (setup, &choices[i], choices[i].preset, NULL);
  return setup;
}

CjTrainSetup *
cj_train_setup_dup (const CjTrainSetup *setup)
{
  CjTrainSetup *copy = g_memdup2 (setup, sizeof *setup);

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    *get_values (copy, &choices[i])
        = g_memdup2 (*get_values (setup, &choices[i]), get_size (setup, &choices[i]));
  return copy;
}

void
cj_train_setup_free (CjTrainSetup *setup)
{
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    g_free (*get_values (setup, &choices[i]));
  g_free (setup);
}

/* The table and values that a name belongs to; *rest is the name within it. */
static const CjParam *
find_table (const CjTrainSetup *setup, const char *name, gpointer *values, const char **rest)
{
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    if (g_str_has_prefix (name, choices[i].prefix))
      {
        *values = *get_values (setup, &choices[i]);
        *rest = name + strlen (choices[i].prefix);
        return get_table (setup, &choices[i]);
      }
  if (g_str_has_prefix (name, "pruning."))
    {
      *values = (gpointer) &setup->pruning;
      *rest = name + strlen ("pruning.");
      return cj_pruning_params;
    }
  if (g_str_has_prefix (name, "continual."))
    {
      *values = (gpointer) &setup->continual;
      *rest = name + strlen ("continual.");
      return cj_continual_params;
    }
  *values = (gpointer) setup;
  *rest = name;
  return cj_train_setup_params;
}

gboolean
cj_train_setup_set (CjTrainSetup *setup, const char *name, const char *text, GError **error)
{
  const Choice *choice = find_choice (name);
  const CjParam *table;
  gpointer values;
  const char *rest;

  if (choice != NULL)
    return choose (setup, choice, text, error);
  table = find_table (setup, name, &values, &rest);
  return cj_params_parse (table, values, rest, text, error);
}

const CjParam *
cj_train_setup_find (const CjTrainSetup *setup, const char *name)
{
  gpointer values;
  const char *rest;
  const CjParam *table = find_table (setup, name, &values, &rest);

  return cj_params_find (table, rest);
}

gboolean
cj_train_setup_is_live (const CjTrainSetup *setup, const char *name)
{
  const CjParam *param = cj_train_setup_find (setup, name);

  return param != NULL ? (param->flags & CJ_PARAM_LIVE) != 0 : g_str_equal (name, "schedule");
}

CjSlotKinds
cj_train_setup_get_slots (const CjTrainSetup *setup)
{
  const CjPrunerInfo *method = cj_pruning_get_method (&setup->pruning);
  CjSlotKinds kinds = 0;

  if (method != NULL && (method->needs & CJ_PRUNER_MOVEMENT) != 0)
    kinds |= CJ_SLOT_MOVEMENT;
  if (method != NULL && setup->pruning.rewind == CJ_REWIND_START)
    kinds |= CJ_SLOT_START;
  if (setup->average > 0)
    kinds |= CJ_SLOT_AVERAGE;
  if (setup->continual.remedy == CJ_REMEDY_EWC || setup->continual.remedy == CJ_REMEDY_SI)
    kinds |= CJ_SLOT_ANCHOR | CJ_SLOT_IMPORTANCE;
  if (setup->continual.remedy == CJ_REMEDY_SI)
    kinds |= CJ_SLOT_PATH;
  return kinds;
}

guint
cj_slots_count (CjSlotKinds kinds)
{
  guint n = 0;

  for (guint bit = 1; bit <= CJ_SLOT_LAST; bit <<= 1)
    n += (kinds & bit) != 0;
  return n;
}

int
cj_slots_find (guint n_slots, CjSlotKinds kinds, CjSlotKinds kind)
{
  const guint after = cj_slots_count (kinds & ~(2 * (guint) kind - 1));

  return (kinds & kind) != 0 && n_slots > after ? (int) (n_slots - 1 - after) : -1;
}

CjLearning
cj_train_setup_get_learning (const CjTrainSetup *setup)
{
  return (CjLearning){ setup->rule, setup->rule_params };
}

/* The first node with something to learn whose rule's changes are to be made as they are; NULL: none. */
static const CjNode *
find_whole (const CjTrainSetup *setup, const CjGraph *graph, const CjLowered *lowered)
{
  const CjLearning learning = cj_train_setup_get_learning (setup);

  for (guint i = 0; i < lowered->builder->values->len; i++)
    {
      const CjValue *value = cj_builder_get_value (lowered->builder, (int) i);
      const CjNode *node = value->kind == CJ_VALUE_PARAM && value->node < graph->nodes->len
                               ? graph->nodes->pdata[value->node]
                               : NULL;

      if (node != NULL && !node->frozen && cj_rule_of_node (node, &learning)->whole)
        return node;
    }
  return NULL;
}

static void
note (CjLowered *lowered, const char *set, char *sentence)
{
  cj_lowered_add_problem (lowered, CJ_PROBLEM_NOTE, NULL, 0, sentence)->set = g_strdup (set);
}

void
cj_train_setup_check (const CjTrainSetup *setup, const CjGraph *graph, CjLowered *lowered)
{
  const CjNode *node = find_whole (setup, graph, lowered);
  const CjLearning learning = cj_train_setup_get_learning (setup);
  g_autofree char *momentum = cj_train_setup_print (setup, "optimizer.momentum");
  const char *rule;

  if (node == NULL)
    return;
  rule = _ (cj_rule_of_node (node, &learning)->title);
  if (!g_str_equal (setup->optimizer->id, "sgd"))
    note (
        lowered, "optimizer=sgd",
        g_strdup_printf (_ ("“%s” learns by %s, which says how far every weight goes, and %s goes "
                            "as far as it likes. Choose the optimizer sgd."),
                         node->id, rule, _ (setup->optimizer->title)));
  else if (momentum != NULL && g_ascii_strtod (momentum, NULL) != 0)
    note (
        lowered, "optimizer.momentum=0",
        g_strdup_printf (_ ("“%s” learns by %s, which says how far every weight goes, and momentum "
                            "goes on. Set the momentum to 0."),
                         node->id, rule));
  if (fabs (setup->learning_rate * node->rate - 1) > 1e-6)
    note (lowered, "learning-rate=1",
          g_strdup_printf (_ ("“%s” learns by %s, which says how far every weight goes: a learning "
                              "rate of %g makes all of that so much less or more. Set it to 1."),
                           node->id, rule, setup->learning_rate * node->rate));
}

gboolean
cj_train_setup_learns_alike (const CjTrainSetup *a, const CjTrainSetup *b)
{
  return a->rule == b->rule
         && memcmp (a->rule_params, b->rule_params, MAX (a->rule->params_size, 1)) == 0;
}

guint
cj_train_setup_count_slots (const CjTrainSetup *setup)
{
  const CjOptimizerInfo *info = setup->optimizer;

  return (info->count_slots != NULL ? info->count_slots (setup->optimizer_params) : info->n_slots)
         + cj_slots_count (cj_train_setup_get_slots (setup));
}

CjRate
cj_train_setup_get_rate (const CjTrainSetup *setup, const CjScheduleTime *time, double *state)
{
  const CjScheduleInfo *info = setup->schedule;
  const double wanted = round (setup->warmup * (double) time->steps_per_epoch);
  const guint64 warmup = (guint64) MIN (wanted, (double) time->n_steps);
  CjScheduleTime at = *time;
  CjRate rate = { 0, NAN };

  at.rate = setup->learning_rate;
  at.step -= MIN (time->step, warmup);
  at.n_steps -= warmup;
  at.validated = time->validated && time->step >= warmup;
  rate.rate = info->get_rate (setup->schedule_params, &at, state);
  if (time->step < warmup)
    rate.rate
        *= setup->warmup_start + (1 - setup->warmup_start) * (double) time->step / (double) warmup;
  if (info->get_momentum != NULL)
    rate.momentum = info->get_momentum (setup->schedule_params, &at);
  return rate;
}

char *
cj_train_setup_print (const CjTrainSetup *setup, const char *name)
{
  const CjParam *param;
  gpointer values;
  const char *rest;

  if (find_choice (name) != NULL)
    return g_strdup (get_id (setup, find_choice (name)));
  param = find_table (setup, name, &values, &rest);
  param = cj_params_find (param, rest);
  return param != NULL ? cj_params_print (param, values) : NULL;
}

static void
save_table (GVariantDict *dict, const char *prefix, const CjParam *table, gconstpointer values)
{
  for (const CjParam *p = table; p != NULL && p->name != NULL; p++)
    {
      g_autofree char *name = g_strconcat (prefix, p->name, NULL);
      g_autofree char *text = cj_params_print (p, values);

      g_variant_dict_insert (dict, name, "s", text);
    }
}

GVariant *
cj_train_setup_save (const CjTrainSetup *setup)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  save_table (&dict, "", cj_train_setup_params, setup);
  save_table (&dict, "pruning.", cj_pruning_params, &setup->pruning);
  save_table (&dict, "continual.", cj_continual_params, &setup->continual);
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      save_table (&dict, choices[i].prefix, get_table (setup, &choices[i]),
                  *get_values (setup, &choices[i]));
      g_variant_dict_insert (&dict, choices[i].name, "s", get_id (setup, &choices[i]));
    }
  return g_variant_dict_end (&dict);
}

gboolean
cj_train_setup_load (CjTrainSetup *setup, GVariant *data, GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      const char *id;

      if (g_variant_lookup (data, choices[i].name, "&s", &id)
          && !choose (setup, &choices[i], id, error))
        return FALSE;
    }
  g_variant_iter_init (&iter, data);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value;
      g_autofree char *known = cj_train_setup_print (setup, name);

      if (known != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)
          && !cj_train_setup_set (setup, name, g_variant_get_string (value, NULL), error))
        return FALSE;
    }
  return TRUE;
}
