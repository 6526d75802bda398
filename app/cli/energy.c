/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cajal-cli energy: what an answer costs, and what smaller versions of the network would. */
#include "cli.h"

#include "cj-error.h"
#include "cjl-settings.h"
#include "cjl-versions.h"
#include "cjv-energy.h"

#include <glib/gi18n-lib.h>
#include <math.h>

typedef struct
{
  char *split, **settings;
  int n_samples, sample;
  double sparsity;
  gboolean compare, json;
} Options;

static CjlNetwork *
load (const char *path, GError **error)
{
  g_autoptr (CjlProject) project = cjl_project_load (path, error);
  g_autoptr (CjdDataset) dataset = project != NULL ? cjl_data_load (&project->data, error) : NULL;

  return dataset != NULL ? cjl_network_new_project (project, dataset, error) : NULL;
}

/* The split asked for; without one test samples, where there are any. */
static gboolean
find_split (const CjlNetwork *network, const Options *options, CjdSplit *split, GError **error)
{
  *split
      = cjd_dataset_count (network->dataset, CJD_SPLIT_TEST) > 0 ? CJD_SPLIT_TEST : CJD_SPLIT_VAL;
  return options->split == NULL || cli_parse_split (options->split, *split, split, error);
}

/* --- one network --- */

static void
put_cost (GVariantDict *dict, const CjEnergyCost *cost)
{
  g_variant_dict_insert (dict, "compute_pj", "d", cost->compute);
  g_variant_dict_insert (dict, "weights_pj", "d", cost->weights);
  g_variant_dict_insert (dict, "activations_pj", "d", cost->activations);
}

static GVariant *
list_layers (const CjlEnergy *energy)
{
  const double each = 1.0 / (double) energy->n;
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < energy->n_layers; i++)
    {
      const CjEnergyCount *c = &energy->counts[i];
      GVariantDict dict;

      g_variant_dict_init (&dict, NULL);
      g_variant_dict_insert (&dict, "layer", "s", energy->layers[i]);
      put_cost (&dict, &energy->costs[i]);
      g_variant_dict_insert (&dict, "multiply_adds", "d", c->multiply_adds * each);
      g_variant_dict_insert (&dict, "int8_multiply_adds", "d", c->int8_multiply_adds * each);
      g_variant_dict_insert (&dict, "synaptic_events", "d",
                             (c->additions + c->int8_additions) * each);
      g_variant_dict_insert (&dict, "operations", "d", (c->operations + c->int8_operations) * each);
      g_variant_dict_insert (&dict, "weight_bytes", "d", c->weight_bytes * each);
      g_variant_dict_insert (&dict, "activation_bytes", "d", c->activation_bytes * each);
      g_variant_dict_insert (&dict, "state_bytes", "d", c->state_bytes * each);
      if (c->inputs > 0)
        g_variant_dict_insert (&dict, "spike_rate", "d", c->spikes / c->inputs);
      g_variant_builder_add (&list, "v", g_variant_dict_end (&dict));
    }
  return g_variant_builder_end (&list);
}

static void
print_energy_json (const CjlEnergy *energy)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "energy_pj", "d", cjl_energy_get_total (energy));
  put_cost (&dict, &energy->total);
  g_variant_dict_insert (&dict, "samples", "x", (gint64) energy->n);
  if (isfinite (energy->accuracy))
    g_variant_dict_insert (&dict, "accuracy", "d", energy->accuracy);
  g_variant_dict_insert_value (&dict, "layers", list_layers (energy));
  cli_print_json (g_variant_dict_end (&dict));
}

static void
print_energy (const CjlEnergy *energy)
{
  g_autofree char *all = cjv_energy_print (cjl_energy_get_total (energy));

  for (guint i = 0; i < energy->n_layers; i++)
    {
      const CjEnergyCost *cost = &energy->costs[i];
      g_autofree char *compute = cjv_energy_print (cost->compute);
      g_autofree char *weights = cjv_energy_print (cost->weights);
      g_autofree char *others = cjv_energy_print (cost->activations);

      /* Translators: a layer and three energies */
      g_print (_ ("%-16s operations %10s  weights %10s  activations %10s\n"), energy->layers[i],
               compute, weights, others);
    }
  /* Translators: an energy, and how many samples */
  g_print (g_dngettext (GETTEXT_PACKAGE, "%s an answer (%zu sample)\n",
                        "%s an answer (mean of %zu samples)\n", energy->n),
           all, energy->n);
}

static gboolean
run_one (const CjlNetwork *network, const Options *options, const CjEnergyTable *table,
         CjdSplit split, GError **error)
{
  const gboolean one = options->sample >= 0;
  const CjlEnergySamples samples
      = { split, one ? 0 : (gsize) options->n_samples, one ? (gsize) options->sample : 0 };
  g_autoptr (CjlEnergy) energy = cjl_energy_measure (network, table, &samples, NULL, 0, 1, error);

  if (energy == NULL)
    return FALSE;
  if (options->json)
    print_energy_json (energy);
  else
    print_energy (energy);
  return TRUE;
}

/* --- versions of it --- */

static void
print_versions_json (const CjlVersions *versions)
{
  static const char *const kinds[CJL_N_VERSIONS]
      = { "dense", "masked", "pruned", "int8", "pruned-int8", "spiking" };
  GVariantBuilder list;
  GVariantDict dict;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < versions->versions->len; i++)
    {
      const CjlVersion *version = &g_array_index (versions->versions, CjlVersion, i);
      GVariantDict one;

      g_variant_dict_init (&one, NULL);
      g_variant_dict_insert (&one, "version", "s", kinds[version->kind]);
      if (isfinite (version->setting))
        g_variant_dict_insert (&one, version->kind == CJL_VERSION_SPIKING ? "moments" : "sparsity",
                               "d", version->setting);
      if (isfinite (version->accuracy))
        g_variant_dict_insert (&one, "accuracy", "d", version->accuracy);
      g_variant_dict_insert (&one, "energy_pj", "d", version->energy);
      put_cost (&one, &version->cost);
      g_variant_builder_add (&list, "v", g_variant_dict_end (&one));
    }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "samples", "x", (gint64) versions->n);
  g_variant_dict_insert_value (&dict, "versions", g_variant_builder_end (&list));
  if (versions->missing != NULL)
    g_variant_dict_insert (&dict, "missing", "s", versions->missing);
  cli_print_json (g_variant_dict_end (&dict));
}

static void
print_versions (const CjlVersions *versions)
{
  for (guint i = 0; i < versions->versions->len; i++)
    {
      const CjlVersion *version = &g_array_index (versions->versions, CjlVersion, i);
      g_autofree char *energy = cjv_energy_print (version->energy);
      g_autofree char *setting = cjl_version_print_setting (version);

      g_print ("%-24s %-12s %7.2f %%  %10s\n", _ (cjl_version_get_title (version->kind)),
               setting != NULL ? setting : "", version->accuracy * 100, energy);
    }
  if (versions->missing != NULL)
    g_print ("%s\n", versions->missing);
}

static gboolean
run_versions (const CjlNetwork *network, const Options *options, const CjEnergyTable *table,
              CjdSplit split, GError **error)
{
  g_autoptr (CjlVersions) versions = NULL;
  CjlVersionsOptions wanted;

  cjl_versions_options_init (&wanted);
  wanted.table = *table;
  wanted.split = split;
  wanted.n_samples = (gsize) options->n_samples;
  cjl_versions_options_add_sparsity (&wanted, options->sparsity);
  versions = cjl_versions_measure (network, &wanted, error);
  if (versions == NULL)
    return FALSE;
  if (options->json)
    print_versions_json (versions);
  else
    print_versions (versions);
  return TRUE;
}

/* --- the command --- */

static gboolean
energy (const char *path, const Options *options, GError **error)
{
  g_autoptr (CjlNetwork) network = NULL;
  CjEnergyTable table;
  CjdSplit split;

  cj_energy_table_init (&table);
  if (!cjl_settings_apply (cj_energy_params, &table, (const char *const *) options->settings,
                           error))
    return FALSE;
  network = load (path, error);
  if (network == NULL || !find_split (network, options, &split, error))
    return FALSE;
  return (options->compare ? run_versions : run_one) (network, options, &table, split, error);
}

static int
run_energy (int argc, char **argv)
{
  Options options = { .n_samples = 0, .sample = -1 };
  const GOptionEntry entries[] = {
    { "compare", 0, 0, G_OPTION_ARG_NONE, &options.compare,
      N_ ("Compare with versions that are pruned, in 8 bits and in spikes"), NULL },
    { "split", 0, 0, G_OPTION_ARG_STRING, &options.split, N_ ("train, val or test"), "SPLIT" },
    { "samples", 'n', 0, G_OPTION_ARG_INT, &options.n_samples,
      N_ ("How many samples, evenly spaced; 64 unless given, 500 to compare"), "N" },
    { "sample", 0, 0, G_OPTION_ARG_INT, &options.sample, N_ ("One sample of the split"), "N" },
    { "sparsity", 0, 0, G_OPTION_ARG_DOUBLE, &options.sparsity,
      N_ ("One more share of weights to prune, from 0 to 1"), "S" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.settings,
      N_ ("A price or rule of the table, as dram=2600"), "NAME=VALUE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("One JSON object"), NULL },
    { NULL },
  };
  GError *error = NULL;
  int status = 0;

  if (!cli_parse_words (&cli_energy, entries, &argc, &argv, 1, 1, &status)
      || !cli_check_number (&cli_energy, "--samples", options.n_samples, 0, 1, 1e7, &status)
      || !cli_check_number (&cli_energy, "--sample", options.sample, -1, 0, 1e9, &status)
      || !cli_check_number (&cli_energy, "--sparsity", options.sparsity, 0, 0.001, 0.999, &status))
    return status;
  if (options.n_samples == 0)
    options.n_samples = options.compare ? 500 : CJL_ENERGY_SAMPLES;
  status = energy (argv[1], &options, &error) ? 0 : cli_fail (error);
  g_free (options.split);
  g_strfreev (options.settings);
  return status;
}

const CliCommand cli_energy = {
  "energy",
  "F.cajal",
  N_ ("Counts what an answer costs in energy"),
  run_energy,
  N_ ("Multiply-adds, synaptic events and bytes that move are counted for every layer and priced\n"
      "as published for 45 nm (Horowitz 2014); “cajal-cli describe energy” lists the prices.\n\n"
      "  cajal-cli energy digits.cajal\n"
      "  cajal-cli energy digits.cajal --set dram=2600 --set weights-in=dram --json\n"
      "  cajal-cli energy digits.cajal --compare --sparsity 0.93"),
};
