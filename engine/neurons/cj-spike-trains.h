/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Statistics of spike trains. A train is a list of the times of its spikes, rising, in ms (or in moments: any unit
 * that the other times have as well). All of it for any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Times between spikes: `out` takes n − 1 of them (none of n = 0). Returns how many. */
guint cj_spikes_find_intervals (const double *times, guint n, double *out);

/* Standard deviation of the intervals by their mean: 1 of a Poisson process, 0 of a clock. NAN under two
 * intervals. */
double cj_intervals_find_cv (const double *intervals, guint n);

/* The same of neighbours alone, which a rate that drifts does not raise: mean of 2 |b − a| / (a + b) (G. Holt,
 * W. Softky, C. Koch, R. Douglas, Journal of Neurophysiology 75, 1996). NAN under two intervals. */
double cj_intervals_find_cv2 (const double *intervals, guint n);

/* Adds the spikes of each of the `n_bins` stretches of `width` from `begin` on to `counts`; those outside are
 * passed over. */
void cj_spikes_count (const double *times, guint n, double begin, double width, double *counts,
                      guint n_bins);

/* Variance (of a sample, n − 1) of counts by their mean: 1 of a Poisson process. NAN under two counts, or if all
 * are 0. U. Fano, Physical Review 72 (1947). */
double cj_counts_find_fano (const double *counts, guint n);

/* Convolves [n] with a bell of deviation `sigma` bins, whose sum is 1 also at the ends; sigma 0 copies. `out` is
 * another room than `values`. */
void cj_rates_smooth (const double *values, guint n, double sigma, double *out);

/* Cross-correlogram: adds to counts[reach + k] the pairs of a spike of `a` and one of `b` that comes k bins later,
 * for −reach ≤ k ≤ reach; bin k holds delays from (k − ½) width on, to below (k + ½) width. With a == b a spike is
 * no pair with itself. D. Perkel, G. Gerstein, G. Moore, Biophysical Journal 7 (1967). */
void cj_spikes_correlate (const double *a, guint n_a, const double *b, guint n_b, double width,
                          guint reach, double *counts);

/* What chance gives in bin k of two independent trains of steady rates that were watched for `duration`: n_a n_b
 * width (1 − |k| width / duration) / duration. */
double cj_spikes_expect (double n_a, double n_b, double duration, double width, int k);

/* Spike-triggered average: the mean stimulus before a spike, less the mean stimulus (E. de Boer, P. Kuyper, IEEE
 * Transactions on Biomedical Engineering 15, 1968). F features, L lags: at lag 0 the stimulus of the spike's own
 * moment. Of white stimuli it is the filter of a cell that is linear but for its threshold (E. Chichilnisky,
 * Network 12, 2001). */
typedef struct
{
  gint64 n_features;
  guint n_lags;
  double *sum;     /* [L, F] */
  double *spikes;  /* [L], that had a stimulus so far back */
  double *mean;    /* [F], sum of all stimuli */
  guint64 moments; /* stimuli */
} CjSpikeAverage;

CjSpikeAverage *cj_spike_average_new (gint64 n_features, guint n_lags);
void cj_spike_average_free (CjSpikeAverage *self);
/* A trial: `stimulus` [T, F], and in spikes[t * stride] how many spikes fell into each moment. */
void cj_spike_average_add (CjSpikeAverage *self, const float *stimulus, gint64 n_moments,
                           const float *spikes, gsize stride);
/* `out` [L, F]; NAN at lags that no spike reached. */
void cj_spike_average_read (const CjSpikeAverage *self, float *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjSpikeAverage, cj_spike_average_free)

G_END_DECLS
