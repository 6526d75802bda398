/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-versions.h"

#include "cj-error.h"
#include "cj-mask.h"
#include "cjl-quantise.h"
#include "cjl-spiking.h"
#include "cjl-sweep.h"
#include "cjv-draw.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define PERCENTILE 99.9 /* of activations, which become thresholds */

static const char *const titles[CJL_N_VERSIONS]
    = { N_ ("As it is, in floats"), N_ ("Pruned as it is"),      N_ ("Pruned anew"),
        N_ ("In 8 bits"),           N_ ("Pruned and in 8 bits"), N_ ("In spikes") };

const char *
cjl_version_get_title (CjlVersionKind kind)
{
  return titles[kind];
}

char *
cjl_version_print_setting (const CjlVersion *version)
{
  g_autofree char *share = NULL;

  if (!isfinite (version->setting))
    return NULL;
  if (version->kind == CJL_VERSION_SPIKING)
    return g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "%d time step", "%d time steps", (gulong) version->setting),
        (int) version->setting);
  share = cjv_percent_print (version->setting, 0);
  return g_strdup (share);
}

void
cjl_versions_options_init (CjlVersionsOptions *options)
{
  *options = (CjlVersionsOptions){ .split = CJD_SPLIT_TEST,
                                   .n_samples = 500,
                                   .sparsities = { 0.5, 0.8, 0.9, 0.95, 0.98 },
                                   .n_sparsities = 5,
                                   .steps = { 5, 10, 20, 50, 100 },
                                   .n_steps = 5 };
  cj_energy_table_init (&options->table);
}

void
cjl_versions_options_add_sparsity (CjlVersionsOptions *options, double sparsity)
{
  guint i = 0;

  while (i < options->n_sparsities && options->sparsities[i] < sparsity - 0.001)
    i++;
  if (!(sparsity > 0 && sparsity < 1) || options->n_sparsities == CJL_VERSIONS_MAX_SPARSITIES
      || (i < options->n_sparsities && options->sparsities[i] < sparsity + 0.001))
    return;
  memmove (&options->sparsities[i + 1], &options->sparsities[i],
           sizeof (double) * (options->n_sparsities - i));
  options->sparsities[i] = sparsity;
  options->n_sparsities++;
}

/* --- results --- */

void
cjl_versions_free (CjlVersions *self)
{
  g_clear_pointer (&self->versions, g_array_unref);
  g_clear_pointer (&self->dataset, cjd_dataset_unref);
  g_free (self->missing);
  g_free (self);
}

static CjlVersions *
versions_dup (const CjlVersions *from)
{
  CjlVersions *self = g_memdup2 (from, sizeof *from);

  self->versions = g_array_copy (from->versions);
  self->missing = g_strdup (from->missing);
  self->dataset = cjd_dataset_ref (from->dataset);
  return self;
}

static gboolean
has_zeros (const CjCheckpoint *weights)
{
  return weights->flags != NULL && cj_mask_count (weights->flags, weights->table->n_weights) > 0;
}

static void
add (CjlVersions *self, CjlVersionKind kind, double setting)
{
  const CjlVersion version = { kind, setting, NAN, NAN, { 0 } };

  g_array_append_val (self->versions, version);
}

static CjlVersions *
versions_new (const CjlNetwork *network, const CjlVersionsOptions *options)
{
  CjlVersions *self = g_new0 (CjlVersions, 1);
  const CjlVersionsOptions *o = &self->options;

  self->options = *options;
  if (cjd_dataset_count (network->dataset, options->split) == 0)
    self->options.split = CJD_SPLIT_VAL;
  self->versions = g_array_new (FALSE, TRUE, sizeof (CjlVersion));
  self->dataset = cjd_dataset_ref (network->dataset);
  self->step = network->weights->at.step;
  self->n = MIN (o->n_samples, cjd_dataset_count (network->dataset, o->split));
  add (self, CJL_VERSION_DENSE, NAN);
  if (has_zeros (network->weights))
    add (self, CJL_VERSION_MASKED, NAN);
  for (guint i = 0; i < o->n_sparsities; i++)
    add (self, CJL_VERSION_PRUNED, o->sparsities[i]);
  add (self, CJL_VERSION_INT8, NAN);
  for (guint i = 0; i < o->n_sparsities; i++)
    add (self, CJL_VERSION_SMALL, o->sparsities[i]);
  for (guint i = 0; i < o->n_steps; i++)
    add (self, CJL_VERSION_SPIKING, o->steps[i]);
  return self;
}

/* --- versions --- */

/* The weights with the weakest of them gone, of all layers together (S. Han, J. Pool, J. Tran, W. Dally,
 * "Learning both weights and connections for efficient neural networks", NeurIPS 2015). */
static CjlNetwork *
prune (const CjlNetwork *network, double sparsity, GError **error)
{
  g_autoptr (CjProgram) program = cjl_network_compile (network, CJ_PURPOSE_INFER, 1, error);
  g_autoptr (CjMask) mask = program != NULL ? cj_mask_new (program) : NULL;
  g_autoptr (CjCheckpoint) weights = NULL;
  const CjPrunerInfo *const *pruners = cj_pruners ();
  const CjPruneDue due = { .prunes = TRUE, .sparsity = sparsity, .last = sparsity };
  CjPruning pruning;
  guint8 *flags;

  if (program == NULL)
    return NULL;
  cj_params_reset (cj_pruning_params, &pruning);
  pruning.method = 1;
  while (!g_str_equal (pruners[pruning.method - 1]->id, "magnitude"))
    pruning.method++;
  pruning.scope = CJ_PRUNE_GLOBAL;
  pruning.pattern = CJ_PRUNE_SYNAPSE;
  cj_mask_prune (mask, &pruning, &due,
                 &(CjMaskView){ .w = cj_program_get_weights (program, NULL) });
  weights = cj_checkpoint_new (network->weights->table, 0, 0);
  weights->at.step = network->weights->at.step;
  memcpy (weights->states, network->weights->states,
          sizeof (float) * (gsize) weights->table->n_states);
  flags = cj_checkpoint_add_flags (weights);
  for (guint i = 0; i < weights->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (weights->table, i);
      const CjProgramParam *param = cj_program_find_param (program, entry->name);

      if (entry->state || param == NULL)
        continue;
      memcpy (cj_checkpoint_get_data (weights, entry), cj_program_get_param_data (program, param),
              sizeof (float) * (gsize) entry->size);
      memcpy (flags + entry->offset, cj_mask_get_flags (mask) + param->offset, (gsize) entry->size);
    }
  return cjl_network_new (network->graph, network->dataset, weights);
}

static CjlNetwork *
quantise (const CjlNetwork *network, GError **error)
{
  CjlQuantiseOptions options;

  cjl_quantise_options_init (&options);
  return cjl_quantise_new (network, &options, error);
}

/* The network as a version has it; NULL with the reason. */
static CjlNetwork *
make (const CjlNetwork *network, const CjlVersion *version, GError **error)
{
  g_autoptr (CjlNetwork) pruned = NULL;

  switch (version->kind)
    {
    case CJL_VERSION_PRUNED:
      return prune (network, version->setting, error);
    case CJL_VERSION_INT8:
      return quantise (network, error);
    case CJL_VERSION_SMALL:
      pruned = prune (network, version->setting, error);
      return pruned != NULL ? quantise (pruned, error) : NULL;
    case CJL_VERSION_SPIKING:
      return cjl_spiking_new (network, &(CjlSpikingOptions){ (int) version->setting, PERCENTILE },
                              error);
    default:
      return cjl_network_new (network->graph, network->dataset, network->weights);
    }
}

/* --- the job --- */

/* What cannot be is left out, with the reason once. */
static void
leave_out (CjlVersions *result, guint *i, const GError *reason)
{
  const CjlVersionKind kind = g_array_index (result->versions, CjlVersion, *i).kind;

  g_assert (reason != NULL);
  if (result->missing == NULL)
    result->missing = g_strdup (reason->message);
  else if (strstr (result->missing, reason->message) == NULL)
    {
      g_autofree char *before = result->missing;

      result->missing = g_strconcat (before, " ", reason->message, NULL);
    }
  for (guint k = result->versions->len; k-- > *i;)
    if (g_array_index (result->versions, CjlVersion, k).kind == kind)
      g_array_remove_index (result->versions, k);
  (*i)--;
}

static gboolean
measure_version (CjlJob *job, CjlVersions *result, const CjlNetwork *network, guint i,
                 GError **error)
{
  CjlVersion *version = &g_array_index (result->versions, CjlVersion, i);
  const double share = 1.0 / result->versions->len;
  const CjlEnergySamples samples = { result->options.split, MAX (result->n, 1), 0 };
  CjEnergyTable table = result->options.table;
  g_autoptr (CjlEnergy) energy = NULL;

  table.skip_zeros = version->kind != CJL_VERSION_DENSE;
  energy = cjl_energy_measure (network, &table, &samples, job, share * i, share * (i + 1), error);
  if (energy == NULL)
    return FALSE;
  version->accuracy = energy->accuracy;
  version->energy = cjl_energy_get_total (energy);
  version->cost = energy->total;
  return TRUE;
}

static gboolean
fill (CjlJob *job, gpointer order, gpointer data, GError **error)
{
  CjlVersions *result = data;

  for (guint i = 0; i < result->versions->len; i++)
    {
      const CjlVersion *version = &g_array_index (result->versions, CjlVersion, i);
      g_autoptr (GError) reason = NULL;
      g_autoptr (CjlNetwork) network = make (order, version, &reason);

      if (network == NULL && version->kind <= CJL_VERSION_PRUNED)
        {
          g_propagate_error (error, g_steal_pointer (&reason));
          return FALSE;
        }
      if (network == NULL)
        leave_out (result, &i, reason);
      else if (!measure_version (job, result, network, i, error))
        return FALSE;
      cjl_job_leave_copy (job, result, (CjlDupFunc) versions_dup);
    }
  return TRUE;
}

static const CjlSweep sweep
    = { fill, (GDestroyNotify) cjl_network_free, (GDestroyNotify) cjl_versions_free };

CjlJob *
cjl_versions_start (CjlNetwork *network, const CjlVersionsOptions *options)
{
  return cjl_sweep_start (&sweep, network, versions_new (network, options));
}

CjlVersions *
cjl_versions_measure (const CjlNetwork *network, const CjlVersionsOptions *options, GError **error)
{
  return cjl_sweep_run (&sweep,
                        cjl_network_new (network->graph, network->dataset, network->weights),
                        versions_new (network, options), error);
}

/* --- the frame --- */

CjvFrame *
cjl_versions_frame (const CjlVersions *self)
{
  const guint n = self->versions->len;
  g_autofree float *energies = g_new (float, n + 1), *accuracies = g_new (float, n + 1);
  g_autofree float *kinds = g_new (float, n + 1);
  g_autoptr (GStrvBuilder) labels = g_strv_builder_new ();
  g_auto (GStrv) settings = NULL;
  const char *lines[CJL_N_VERSIONS + 1] = { NULL };
  g_autofree char *note = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, /* Translators: how many samples, of “training” and so on */
                   "%zu %s sample", "%zu %s samples", self->n),
      self->n, cjl_split_get_title (self->options.split));
  g_autofree char *table = cjl_energy_table_print (&self->options.table);
  g_autofree char *provenance = g_strdup_printf (
      _ ("%s, %s, step %llu; prices: %s"), self->dataset->name, note,
      (unsigned long long) self->step, table != NULL ? table : _ ("Horowitz 2014, 45 nm"));
  CjvFrame *frame = cjv_frame_new ();

  for (guint i = 0; i < CJL_N_VERSIONS; i++)
    lines[i] = _ (titles[i]);
  for (guint i = 0; i < n; i++)
    {
      const CjlVersion *version = &g_array_index (self->versions, CjlVersion, i);
      g_autofree char *setting = cjl_version_print_setting (version);

      energies[i] = (float) version->energy;
      accuracies[i] = (float) version->accuracy;
      kinds[i] = (float) version->kind;
      g_strv_builder_add (labels, setting != NULL ? setting : "");
    }
  settings = g_strv_builder_end (labels);
  cjv_frame_set_values (frame, "energies", energies, n);
  cjv_frame_set_values (frame, "accuracies", accuracies, n);
  cjv_frame_set_values (frame, "kinds", kinds, n);
  cjv_frame_set_strings (frame, "versions", lines);
  cjv_frame_set_strings (frame, "settings", (const char *const *) settings);
  cjv_frame_set_text (frame, "note", note);
  if (self->missing != NULL)
    cjv_frame_set_text (frame, "missing", self->missing);
  cjv_frame_set_provenance (frame, provenance);
  return cjv_frame_seal (frame);
}
