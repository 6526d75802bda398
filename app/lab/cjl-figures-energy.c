/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of the figures "energy", "accuracy-energy" and "balance", from a project at rest. */
#include "cjl-figures-private.h"

#include "cjl-balance.h"
#include "cjl-settings.h"
#include "cjl-versions.h"

CjvFrame *
cjl_figure_of_energy (const CjlFigureRequest *r, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_network_new_project (r->project, r->dataset, error);
  const CjlEnergySamples samples
      = { r->choice->split, r->choice->n_samples > 0 ? r->choice->n_samples : CJL_ENERGY_SAMPLES,
          0 };
  g_autoptr (CjlEnergy) energy = NULL;
  CjEnergyTable table;

  cj_energy_table_init (&table);
  if (network == NULL || !cjl_settings_apply (cj_energy_params, &table, r->choice->settings, error))
    return NULL;
  energy = cjl_energy_measure (network, &table, &samples, NULL, 0, 1, error);
  return energy != NULL ? cjl_energy_frame (energy) : NULL;
}

CjvFrame *
cjl_figure_of_versions (const CjlFigureRequest *r, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_network_new_project (r->project, r->dataset, error);
  g_autoptr (CjlVersions) versions = NULL;
  CjlVersionsOptions options;

  cjl_versions_options_init (&options);
  options.split = r->choice->split;
  if (r->choice->n_samples > 0)
    options.n_samples = r->choice->n_samples;
  if (network == NULL
      || !cjl_settings_apply (cj_energy_params, &options.table, r->choice->settings, error))
    return NULL;
  versions = cjl_versions_measure (network, &options, error);
  return versions != NULL ? cjl_versions_frame (versions) : NULL;
}

CjvFrame *
cjl_figure_of_balance (const CjlFigureRequest *r, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_network_new_project (r->project, r->dataset, error);
  g_autoptr (CjlBalance) balance
      = network != NULL ? cjl_balance_measure (network, r->choice->split, r->choice->sample, error)
                        : NULL;

  return balance != NULL ? cjl_balance_frame (balance, r->choice->node) : NULL;
}
