/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a layer of spiking neurons did for many samples. K samples, T moments, U units, F features. */
#pragma once

#include "cjl-job.h"
#include "cjl-network.h"

G_BEGIN_DECLS

#define CJL_SPIKE_SAMPLES 200              /* at most, unless said */
#define CJL_SPIKE_BYTES ((gsize) 64 << 20) /* of spikes, and of stimuli: fewer samples are taken */

/* Whether what the layer gives are spikes. */
gboolean cjl_spikes_suits (const CjNode *node);

/* What else neurons show of themselves. */
typedef enum
{
  CJL_INSIDE_MEMBRANE,   /* what the spikes come from */
  CJL_INSIDE_EXCITATION, /* conductances, in units of the leak */
  CJL_INSIDE_INHIBITION,
  CJL_N_INSIDE
} CjlInside;

/* The output of a layer of spiking neurons with that, shaped as its spikes; -1: it is none, or has none. */
int cjl_spikes_find_inside (const CjNode *node, CjlInside what);
/* How long a moment of the layer is, and in `*unit` "ms"; where it knows no time constants 1 and NULL. */
double cjl_spikes_get_moment (const CjNode *node, const char **unit);

#define CJL_SPIKE_REPEATS 100 /* of a sample, at most */

/* How samples are recorded, by name: repeats. */
typedef struct
{
  int repeats; /* 1, or R: every sample R times in a row, with new chances each time */
} CjlSpikeOptions;

extern const CjParam cjl_spike_params[];

/* Immutable. */
typedef struct
{
  char *node;
  gint64 k, t, u;
  gint64 repeats; /* R: samples k to k + R − 1 are one, for k that are multiples of R */
  guint8 *spikes; /* [K, T, U]: 1 or 0 */
  CjTensor *
      stimuli; /* [K, F], or [K, T, F] where the samples last as long as the spikes; NULL: the samples are
                      * no numbers */
  CjShape stimulus; /* shape of what one is made of */
  gboolean lasts;
  gint32 *classes; /* [K], -1: unknown; NULL: there are none */
  double dt;
  const char *unit; /* of times, or NULL: moments */
  CjdDataset *dataset;
  char *origin; /* "glyphs, validation split, 200 samples, step 120" */
} CjlSpikeRecord;

/* Runs at most `n` samples of a split, evenly spaced, or so many fewer that with their repeats they are `n`; a split
 * without samples gives way to the training split.
 * `job` may be NULL. NULL with the reason, or if it was stopped. You free. */
CjlSpikeRecord *cjl_spike_record_new (const CjlNetwork *network, const char *node, CjdSplit split,
                                      gsize n, guint repeats, CjlJob *job, GError **error);
/* A job with that as its result. Takes the network. You free. */
CjlJob *cjl_spike_record_start (CjlNetwork *network, const char *node, CjdSplit split, gsize n,
                                guint repeats);
void cjl_spike_record_free (CjlSpikeRecord *self);

/* Times of the spikes of a unit in sample k, in the record's unit, into `times` [T]; how many. */
guint cjl_spike_record_list (const CjlSpikeRecord *self, gint64 k, gint64 unit, double *times);
/* Spikes of a unit in all samples. */
guint64 cjl_spike_record_count (const CjlSpikeRecord *self, gint64 unit);
/* Units that fire most, `n` at most, the most first. Those that never fire are left out. Of gint64; you unref. */
GArray *cjl_spike_record_rank (const CjlSpikeRecord *self, guint n);
/* For which class each unit fires most, [U], -1: it never fires; NULL if there are no classes. You free. */
gint32 *cjl_spike_record_find_classes (const CjlSpikeRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlSpikeRecord, cjl_spike_record_free)

G_END_DECLS
