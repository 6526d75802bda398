/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One network in several versions, each with what it gets right and what an answer costs in energy: as it is, in
 * floats; pruned, by the mask it has and in one shot to some sparsities, the weakest weights of all layers
 * together; in whole numbers of 8 bits; and in spikes, for some lengths of time. Nothing is trained anew.
 * Accuracy and energy are of the same samples. V versions. */
#pragma once

#include "cjl-energy.h"

G_BEGIN_DECLS

typedef enum
{
  CJL_VERSION_DENSE,   /* floats; weights that are 0 count as others do */
  CJL_VERSION_MASKED,  /* the same, without the weights that are 0 */
  CJL_VERSION_PRUNED,  /* setting: sparsity */
  CJL_VERSION_INT8,    /* all weights */
  CJL_VERSION_SMALL,   /* pruned, then in 8 bits; setting: sparsity */
  CJL_VERSION_SPIKING, /* setting: moments for which a sample is shown */
  CJL_N_VERSIONS
} CjlVersionKind;

typedef struct
{
  CjlVersionKind kind;
  double setting;          /* NAN: it has none */
  double accuracy, energy; /* pJ an answer; NAN: not measured yet */
  CjEnergyCost cost;
} CjlVersion;

#define CJL_VERSIONS_MAX_SPARSITIES 8
#define CJL_VERSIONS_MAX_STEPS 8

typedef struct
{
  CjEnergyTable table;
  CjdSplit split;
  gsize n_samples;
  double sparsities[CJL_VERSIONS_MAX_SPARSITIES];
  guint n_sparsities;
  int steps[CJL_VERSIONS_MAX_STEPS];
  guint n_steps;
} CjlVersionsOptions;

/* Published prices, 500 test samples, sparsities 50 to 98 %, 5 to 100 moments. */
void cjl_versions_options_init (CjlVersionsOptions *options);
/* Adds a sparsity, 0 to 1, in its place if it is not there and there is room. */
void cjl_versions_options_add_sparsity (CjlVersionsOptions *options, double sparsity);

/* Immutable. */
typedef struct
{
  CjlVersionsOptions options;
  GArray *versions; /* CjlVersion, V; those that are not measured yet as well */
  char *missing;    /* why there is nothing in spikes or in 8 bits, in sentences; or NULL */
  gsize n;          /* samples */
  guint64 step;
  CjdDataset *dataset;
} CjlVersions;

/* A job whose results are CjlVersions, one after each version. Takes the network; copies the options. You
 * free. */
CjlJob *cjl_versions_start (CjlNetwork *network, const CjlVersionsOptions *options);
/* The same at once. Slow. NULL with the reason. You free. */
CjlVersions *cjl_versions_measure (const CjlNetwork *network, const CjlVersionsOptions *options,
                                   GError **error);
void cjl_versions_free (CjlVersions *versions);

/* "Pruned" and so on, to be translated; "sparsity 90 %" of one, or NULL, which you free. */
const char *cjl_version_get_title (CjlVersionKind kind);
char *cjl_version_print_setting (const CjlVersion *version);

/* Sealed frame of the figure "accuracy-energy". You unref. */
CjvFrame *cjl_versions_frame (const CjlVersions *versions);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlVersions, cjl_versions_free)

G_END_DECLS
