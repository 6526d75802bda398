/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-train-setup.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

static const char *const judges[] = { "loss", "accuracy", NULL };

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
  { NULL },
};

static void
choose_optimizer (CjTrainSetup *setup, const CjOptimizerInfo *info)
{
  if (setup->optimizer == info)
    return;
  g_free (setup->optimizer_params);
  setup->optimizer = info;
  setup->optimizer_params = g_malloc0 (MAX (info->params_size, 1));
  cj_params_reset (info->params, setup->optimizer_params);
}

static void
choose_schedule (CjTrainSetup *setup, const CjScheduleInfo *info)
{
  if (setup->schedule == info)
    return;
  g_free (setup->schedule_params);
  setup->schedule = info;
  setup->schedule_params = g_malloc0 (MAX (info->params_size, 1));
  cj_params_reset (info->params, setup->schedule_params);
}

CjTrainSetup *
cj_train_setup_new (void)
{
  CjTrainSetup *setup = g_new0 (CjTrainSetup, 1);

  cj_params_reset (cj_train_setup_params, setup);
  cj_params_reset (cj_pruning_params, &setup->pruning);
  choose_optimizer (setup, cj_optimizer_find ("adam"));
  choose_schedule (setup, cj_schedule_find ("constant"));
  return setup;
}

CjTrainSetup *
cj_train_setup_dup (const CjTrainSetup *setup)
{
  CjTrainSetup *copy = g_memdup2 (setup, sizeof *setup);

  copy->optimizer_params
      = g_memdup2 (setup->optimizer_params, MAX (setup->optimizer->params_size, 1));
  copy->schedule_params = g_memdup2 (setup->schedule_params, MAX (setup->schedule->params_size, 1));
  return copy;
}

void
cj_train_setup_free (CjTrainSetup *setup)
{
  g_free (setup->optimizer_params);
  g_free (setup->schedule_params);
  g_free (setup);
}

gboolean
cj_train_setup_has_table (const char *word)
{
  return g_str_equal (word, "optimizer") || g_str_equal (word, "schedule")
         || g_str_equal (word, "pruning");
}

/* The table and values that a name belongs to; *rest is the name within it. */
static const CjParam *
find_table (const CjTrainSetup *setup, const char *name, gpointer *values, const char **rest)
{
  if (g_str_has_prefix (name, "optimizer."))
    {
      *values = setup->optimizer_params;
      *rest = name + strlen ("optimizer.");
      return setup->optimizer->params;
    }
  if (g_str_has_prefix (name, "schedule."))
    {
      *values = setup->schedule_params;
      *rest = name + strlen ("schedule.");
      return setup->schedule->params;
    }
  if (g_str_has_prefix (name, "pruning."))
    {
      *values = (gpointer) &setup->pruning;
      *rest = name + strlen ("pruning.");
      return cj_pruning_params;
    }
  *values = (gpointer) setup;
  *rest = name;
  return cj_train_setup_params;
}

gboolean
cj_train_setup_set (CjTrainSetup *setup, const char *name, const char *text, GError **error)
{
  const CjParam *table;
  gpointer values;
  const char *rest;

  if (g_str_equal (name, "optimizer") && cj_optimizer_find (text) != NULL)
    choose_optimizer (setup, cj_optimizer_find (text));
  else if (g_str_equal (name, "schedule") && cj_schedule_find (text) != NULL)
    choose_schedule (setup, cj_schedule_find (text));
  else if (g_str_equal (name, "optimizer") || g_str_equal (name, "schedule"))
    {
      g_set_error (
          error, CJ_ERROR, CJ_ERROR_PARAM,
          g_str_equal (name, "optimizer")
              ? _ ("There is no optimizer “%s”. “cajal-cli list optimizers” names them all.")
              : _ ("There is no schedule “%s”. “cajal-cli list schedules” names them all."),
          text);
      return FALSE;
    }
  else
    {
      table = find_table (setup, name, &values, &rest);
      if (!cj_params_parse (table, values, rest, text, error))
        return FALSE;
    }
  return TRUE;
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
  return kinds;
}

guint
cj_slots_count (CjSlotKinds kinds)
{
  guint n = 0;

  for (guint bit = 1; bit <= CJ_SLOT_AVERAGE; bit <<= 1)
    n += (kinds & bit) != 0;
  return n;
}

int
cj_slots_find (guint n_slots, CjSlotKinds kinds, CjSlotKinds kind)
{
  const guint after = cj_slots_count (kinds & ~(2 * (guint) kind - 1));

  return (kinds & kind) != 0 && n_slots > after ? (int) (n_slots - 1 - after) : -1;
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

  if (g_str_equal (name, "optimizer"))
    return g_strdup (setup->optimizer->id);
  if (g_str_equal (name, "schedule"))
    return g_strdup (setup->schedule->id);
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
  save_table (&dict, "optimizer.", setup->optimizer->params, setup->optimizer_params);
  save_table (&dict, "schedule.", setup->schedule->params, setup->schedule_params);
  save_table (&dict, "pruning.", cj_pruning_params, &setup->pruning);
  g_variant_dict_insert (&dict, "optimizer", "s", setup->optimizer->id);
  g_variant_dict_insert (&dict, "schedule", "s", setup->schedule->id);
  return g_variant_dict_end (&dict);
}

gboolean
cj_train_setup_load (CjTrainSetup *setup, GVariant *data, GError **error)
{
  static const char *const first[] = { "optimizer", "schedule" };
  GVariantIter iter;
  const char *name;
  GVariant *value;

  for (guint i = 0; i < G_N_ELEMENTS (first); i++)
    {
      const char *id;

      if (g_variant_lookup (data, first[i], "&s", &id)
          && !cj_train_setup_set (setup, first[i], id, error))
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
