/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-retraining.h"

#include "cj-error.h"
#include "cj-rig.h"
#include "cjd-tasks.h"
#include "cjl-robustness.h"
#include "cjl-sweep.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

const CjParam cjl_retraining_params[] = {
  { .name = "dose",
    .title = N_ ("Dose"),
    .blurb = N_ ("Of the damage: of lesions the share that goes"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (CjlRetrainingOptions, dose),
    .preset = 0.5,
    .max = 1000,
    .soft_max = 1,
    .digits = 3 },
  { .name = "steps",
    .title = N_ ("Steps"),
    .blurb = N_ ("For how many steps the network learns on"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjlRetrainingOptions, n_steps),
    .preset = 300,
    .min = 1,
    .max = CJL_RETRAINING_MAX_STEPS },
  { .name = "points",
    .title = N_ ("Points"),
    .blurb = N_ ("How often it is judged on the way"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjlRetrainingOptions, n_points),
    .preset = 11,
    .min = 2,
    .max = CJL_RETRAINING_MAX_POINTS },
  { .name = "seeds",
    .title = N_ ("Seeds"),
    .blurb = N_ ("How many lesions are drawn"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (CjlRetrainingOptions, n_seeds),
    .preset = 5,
    .min = 1,
    .max = CJL_RETRAINING_MAX_SEEDS },
  { NULL },
};

void
cjl_retraining_options_init (CjlRetrainingOptions *options)
{
  *options = (CjlRetrainingOptions){ .what = "unit-loss",
                                     .split = CJD_SPLIT_TEST,
                                     .n_samples = 1000,
                                     .dose = 0.5,
                                     .n_steps = 300,
                                     .n_points = 11,
                                     .n_seeds = 5,
                                     .n_threads = 1 };
}

gboolean
cjl_retraining_suits (const char *what)
{
  return cjl_robustness_has_node (what);
}

void
cjl_retraining_free (CjlRetraining *self)
{
  cjl_curve_clear (&self->curve);
  g_free (self->node);
  g_free (self);
}

static CjlRetraining *
retraining_new (const CjlNetwork *network, const CjlRetrainingOptions *options)
{
  CjlRetraining *self = g_new0 (CjlRetraining, 1);
  CjlRetrainingOptions *o = &self->options;

  *o = *options;
  o->what = g_intern_string (options->what);
  o->n_steps = CLAMP (options->n_steps, 1, CJL_RETRAINING_MAX_STEPS);
  o->n_points = CLAMP (options->n_points, 2, MIN (CJL_RETRAINING_MAX_POINTS, o->n_steps + 1));
  o->n_seeds = CLAMP (options->n_seeds, 1, CJL_RETRAINING_MAX_SEEDS);
  self->node = g_strdup (options->node);
  o->node = self->node;
  self->before = NAN;
  cjl_curve_init (&self->curve, network, o->split, o->n_samples, o->n_points, o->n_seeds);
  for (guint i = 0; i < o->n_points; i++)
    cj_tensor_f32 (self->curve.x)[i]
        = (float) round ((double) o->n_steps * (double) i / (o->n_points - 1));
  return self;
}

static CjlRetraining *
retraining_dup (const CjlRetraining *from)
{
  CjlRetraining *self = g_memdup2 (from, sizeof *from);

  self->node = g_strdup (from->node);
  self->options.node = self->node;
  self->curve = cjl_curve_copy (&from->curve);
  return self;
}

/* --- a network that learns on under its lesion --- */

/* Behind every layer that is hit stands what was done to its answers, and does not learn. */
static gboolean
add_lesions (CjGraph *graph, const CjlDamaged *damaged, GError **error)
{
  for (guint i = 0; i < cjl_damaged_count_layers (damaged); i++)
    {
      const CjlDamagedUnits units = cjl_damaged_get_units (damaged, i);
      g_autofree char *id = g_strdup_printf ("lesion%u", i + 1);
      CjNode *node = cj_graph_find (graph, units.node), *lesion;

      lesion = cj_graph_add (graph, cj_layer_find ("formula"), id, error);
      if (lesion == NULL
          || !cj_graph_set_param (graph, lesion, "formula",
                                  "a * x + b where a = 1 per channel, b = 0 per channel", error))
        return FALSE;
      cj_graph_set_frozen (graph, lesion, TRUE);
      for (guint k = 0; k < graph->nodes->len; k++)
        {
          CjNode *reader = graph->nodes->pdata[k];

          for (guint port = 0; port < cj_node_get_n_in (reader); port++)
            if (reader->from[port].node == node && reader->from[port].port == 0
                && !cj_graph_connect (graph, lesion, 0, reader, port, error))
              return FALSE;
        }
      if (!cj_graph_connect (graph, node, 0, lesion, 0, error))
        return FALSE;
    }
  return TRUE;
}

/* The gains and offsets of the lesions. */
static gboolean
put_lesions (CjProgram *program, const CjlDamaged *damaged)
{
  for (guint i = 0; i < cjl_damaged_count_layers (damaged); i++)
    {
      const CjlDamagedUnits units = cjl_damaged_get_units (damaged, i);
      const float *const numbers[] = { units.gain, units.offset };

      for (guint k = 0; k < 2; k++)
        {
          g_autofree char *name = g_strdup_printf ("lesion%u.%s", i + 1, k == 0 ? "a" : "b");
          const CjProgramParam *param = cj_program_find_param (program, name);

          if (param == NULL || param->size != units.n_units)
            return FALSE;
          memcpy (cj_program_get_param_data (program, param), numbers[k],
                  sizeof (float) * (gsize) units.n_units);
        }
    }
  return TRUE;
}

/* What was learned, as the damage leaves it. What was pruned stays so, and what a lesion has cut is cut for
 * good. */
static gboolean
put_weights (CjRig *rig, const CjlNetwork *network, CjlDamaged *damaged, gboolean holds)
{
  const CjCheckpoint *from = network->weights;
  const float *best = cj_checkpoint_get_best_weights (from);

  for (guint i = 0; i < cj_program_get_n_params (rig->program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (rig->program, i);
      const CjTableEntry *entry = cj_table_find (from->table, param->name);
      float *to = cj_program_get_param_data (rig->program, param);
      const float *left, *was;
      g_autofree guint8 *flags = NULL;
      g_autoptr (GBytes) bytes = NULL;

      if (g_str_has_prefix (param->name, "lesion") && entry == NULL)
        continue;
      if (entry == NULL || !cj_shape_equal (&entry->shape, &param->shape))
        return FALSE;
      was = param->state ? cj_checkpoint_get_data ((CjCheckpoint *) from, entry)
                         : best + entry->offset;
      left = param->state ? NULL : cjl_damaged_get_weights (damaged, param);
      memcpy (to, left != NULL ? left : was, sizeof (float) * (gsize) param->size);
      if (param->state || param->frozen)
        continue;
      flags = from->flags != NULL ? g_memdup2 (from->flags + entry->offset, (gsize) param->size)
                                  : g_new0 (guint8, param->size);
      for (gint64 k = 0; holds && left != NULL && k < param->size; k++)
        if (left[k] == 0 && was[k] != 0)
          flags[k] |= CJ_MASK_PRUNED;
      bytes = g_bytes_new (flags, (gsize) param->size);
      cj_trainer_put_flags (rig->trainer, param->name, bytes);
    }
  return TRUE;
}

/* The network of a seed, damaged and ready to learn. */
static CjRig *
make_rig (const CjlNetwork *network, const CjTrainSetup *setup, const CjlRetrainingOptions *o,
          CjlDamaged *damaged, guint64 seed, CjFeed *feed, GError **error)
{
  g_autoptr (CjTrainSetup) own = cj_train_setup_dup (setup);
  g_autoptr (CjGraph) graph = cj_graph_dup (network->graph);
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, seed);
  const CjDamageTarget target = cj_damage_find (o->what)->target;
  g_autoptr (CjRig) rig = NULL;

  cjl_damaged_draw (damaged, o->dose, seed);
  if (!cj_train_setup_set (own, "seed", text, error)
      || !cj_train_setup_set (own, "pruning.method", "none", error)
      || !cj_train_setup_set (own, "pruning.regrow", "none", error)
      || !add_lesions (graph, damaged, error))
    return NULL;
  rig = cj_rig_new (graph, own, feed, o->n_threads, error);
  if (rig == NULL)
    return NULL;
  cj_trainer_begin_at (rig->trainer, network->weights->at.task); /* and with it, not before */
  if (put_weights (rig, network, damaged,
                   target == CJ_DAMAGE_HEADS || cjl_robustness_has_order (o->what))
      && put_lesions (rig->program, damaged))
    return g_steal_pointer (&rig);
  g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
               _ ("The weights are of another network. Train it for a step."));
  return NULL;
}

static CjlDamaged *
damage (const CjlNetwork *network, const CjlRetrainingOptions *o, GError **error)
{
  if (cjl_retraining_suits (o->what))
    return cjl_robustness_damage (network, o->what, o->order, o->node, error);
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("No network learns on under “%s”. Lesion units, heads or synapses, or damage "
                  "weights."),
               o->what);
  return NULL;
}

CjCheckpoint *
cjl_retraining_run_one (const CjlNetwork *network, const CjTrainSetup *setup,
                        const CjlRetrainingOptions *o, guint64 seed, CjGraph **graph,
                        GError **error)
{
  g_autoptr (CjlDamaged) damaged = damage (network, o, error);
  g_autoptr (CjFeed) feed = cjd_dataset_new_run_feed (network->dataset, CJD_SPLIT_TRAIN);
  g_autoptr (CjRig) rig
      = damaged != NULL ? make_rig (network, setup, o, damaged, seed, feed, error) : NULL;
  CjStepReport report;

  for (guint step = 0; rig != NULL && step < o->n_steps; step++)
    if (!cj_trainer_step (rig->trainer, &report, error))
      return NULL;
  if (rig == NULL)
    return NULL;
  *graph = cj_graph_dup (rig->graph);
  return cj_trainer_save (rig->trainer);
}

/* --- the job --- */

typedef struct
{
  CjlNetwork *network;
  CjTrainSetup *setup;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  cjl_network_free (order->network);
  cj_train_setup_free (order->setup);
  g_free (order);
}

static Order *
order_new (CjlNetwork *network, const CjTrainSetup *setup)
{
  Order *order = g_new (Order, 1);

  *order = (Order){ network, cj_train_setup_dup (setup) };
  return order;
}

/* Trains a seed from point to point; FALSE: stopped, or an error. */
static gboolean
fill_seed (CjlJob *job, CjlRetraining *result, CjRig *rig, CjFeed *test, guint s, GError **error)
{
  const CjlRetrainingOptions *o = &result->options;
  guint64 step = 0;
  CjStepReport report;

  for (guint i = 0; i < o->n_points; i++)
    {
      const guint64 end = (guint64) cj_tensor_f32 (result->curve.x)[i];
      CjScore score;

      for (; step < end; step++)
        if (!cj_trainer_step (rig->trainer, &report, error)
            || !cjl_job_go_on (job, (s + (double) step / o->n_steps) / o->n_seeds))
          return FALSE;
      score = cj_trainer_evaluate (rig->trainer, test, NULL);
      if (test->problem != NULL)
        {
          g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, test->problem);
          return FALSE;
        }
      cjl_curve_put (&result->curve, s, i, score.accuracy);
      cjl_job_leave_copy (job, result, (CjlDupFunc) retraining_dup);
    }
  return TRUE;
}

static gboolean
fill (CjlJob *job, gpointer data, gpointer found, GError **error)
{
  const Order *order = data;
  CjlRetraining *result = found;
  const CjlRetrainingOptions *o = &result->options;
  CjlCurve *curve = &result->curve;
  g_autoptr (CjFeed) test = cjd_dataset_new_feed (curve->dataset, o->split);
  g_autoptr (CjFeed) feed = cjd_dataset_new_run_feed (curve->dataset, CJD_SPLIT_TRAIN);
  g_autoptr (CjlDamaged) damaged = NULL;
  CjlAttacked whole;

  if (!cjl_curve_check (curve, error))
    return FALSE;
  test->n_samples = curve->n;
  damaged = damage (order->network, o, error);
  if (damaged == NULL
      || !cjl_damaged_measure (damaged, o->split, curve->n, 0, 1, NULL, NULL, &whole, error))
    return FALSE;
  result->before = whole.accuracy;
  for (guint s = 0; s < o->n_seeds; s++)
    {
      g_autoptr (CjRig) rig
          = make_rig (order->network, order->setup, o, damaged, s + 1, feed, error);

      if (rig == NULL || !fill_seed (job, result, rig, test, s, error))
        return FALSE;
    }
  return TRUE;
}

static const CjlSweep sweep = { fill, order_free, (GDestroyNotify) cjl_retraining_free };

CjlJob *
cjl_retraining_start (CjlNetwork *network, const CjTrainSetup *setup,
                      const CjlRetrainingOptions *options)
{
  return cjl_sweep_start (&sweep, order_new (network, setup), retraining_new (network, options));
}

CjlRetraining *
cjl_retraining_project (CjlProject *project, CjdDataset *dataset,
                        const CjlRetrainingOptions *options, GError **error)
{
  CjlNetwork *network = cjl_network_new_project (project, dataset, error);

  if (network == NULL)
    return NULL;
  return cjl_sweep_run (&sweep, order_new (network, project->setup),
                        retraining_new (network, options), error);
}

/* --- frames --- */

CjvFrame *
cjl_retraining_frame (const CjlRetraining *self)
{
  const CjlRetrainingOptions *o = &self->options;
  g_autofree char *what = cjl_robustness_print (o->what, o->order, self->node);
  GString *line = g_string_new (what);
  CjvFrame *frame = cjl_curve_frame (&(const CjlCurve *){ &self->curve }, 1, _ ("Recovery"),
                                     _ ("steps of training after the damage"));

  if (isfinite (self->before))
    cjv_frame_set_scalar (frame, "before", self->before);
  if (cj_damage_find (o->what)->share) /* Translators: behind a kind of damage, its dose */
    g_string_append_printf (line, _ (", %.0f %%"), o->dose * 100);
  else
    g_string_append_printf (line, ", %.3g", o->dose);
  cjv_frame_set_strings (frame, "lines", (const char *const[]){ line->str, NULL });
  g_string_free (line, TRUE);
  return cjv_frame_seal (frame);
}
