/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is recorded of a layer of spiking neurons, and the frames that tell of it. */
#include "cjl-spike-figures.h"
#include "cjl-template.h"

#include <string.h>

static CjlNetwork *
make_network (CjlProject **project)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CjdDataset) dataset = NULL;
  CjlNetwork *network;

  *project = cjl_template_make (cjl_template_find ("spiking"), &error);
  g_assert_no_error (error);
  dataset = cjl_data_load (&(*project)->data, &error);
  g_assert_no_error (error);
  network = cjl_network_new_project (*project, dataset, &error);
  g_assert_no_error (error);
  return network;
}

static CjlSpikeRecord *
make_record (const CjlNetwork *network, const char *node, gsize n)
{
  g_autoptr (GError) error = NULL;
  CjlSpikeRecord *record = cjl_spike_record_new (network, node, CJD_SPLIT_VAL, n, 1, NULL, &error);

  g_assert_no_error (error);
  return record;
}

/* The same spikes as the layer gives when it is asked itself; their times and counts agree. */
static void
test_record (void)
{
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjlNetwork) network = make_network (&project);
  g_autoptr (CjlSpikeRecord) record = make_record (network, "lif1", 30);
  g_autofree double *times = g_new (double, record->t);
  guint64 all = 0, listed = 0;

  g_assert_cmpint (record->k, ==, 30);
  g_assert_cmpint (record->t, ==, 25);
  g_assert_cmpint (record->u, ==, 200);
  g_assert_false (record->lasts);
  g_assert_cmpint (record->stimulus.n_dims, ==, 3);
  for (gint64 u = 0; u < record->u; u++)
    {
      all += cjl_spike_record_count (record, u);
      for (gint64 k = 0; k < record->k; k++)
        {
          const guint n = cjl_spike_record_list (record, k, u, times);

          listed += n;
          for (guint i = 1; i < n; i++)
            g_assert_cmpfloat (times[i], >, times[i - 1]);
        }
    }
  g_assert_cmpuint (all, >, 0);
  g_assert_cmpuint (all, ==, listed);
}

/* The average of a unit is what can be added up by hand from its counts and the pictures. */
static void
test_average (void)
{
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjlNetwork) network = make_network (&project);
  g_autoptr (CjlSpikeRecord) record = make_record (network, "lif1", 40);
  g_autoptr (GArray) rank = cjl_spike_record_rank (record, 1);
  const gint64 unit = g_array_index (rank, gint64, 0), f = record->stimuli->shape.dims[1];
  g_autoptr (CjvFrame) frame = cjl_spike_record_average (record, unit);
  g_autofree double *times = g_new (double, record->t);
  const CjTensor *average = cjv_frame_get_array (frame, "average");

  g_assert_cmpint (average->shape.n_dims, ==, 4);
  for (gint64 i = 0; i < f; i += 97)
    {
      double sum = 0, mean = 0, spikes = 0;

      for (gint64 k = 0; k < record->k; k++)
        {
          const double x = (double) cj_tensor_f32 (record->stimuli)[k * f + i];
          const guint n = cjl_spike_record_list (record, k, unit, times);

          sum += n * x;
          mean += x / (double) record->k;
          spikes += n;
        }
      g_assert_cmpfloat_with_epsilon (cjv_tensor_at (average, i), sum / spikes - mean, 1e-4);
    }
}

/* Intervals are counted once each; a correlogram of a unit with itself is even. */
static void
test_trains (void)
{
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjlNetwork) network = make_network (&project);
  g_autoptr (CjlSpikeRecord) record = make_record (network, "lif1", 20);
  g_autoptr (GArray) rank = cjl_spike_record_rank (record, 1);
  const gint64 unit = g_array_index (rank, gint64, 0);
  g_autoptr (CjvFrame) intervals = cjl_spike_record_intervals (record, unit);
  g_autoptr (CjvFrame) own = cjl_spike_record_correlogram (record, unit, unit);
  const CjTensor *counts = cjv_frame_get_array (intervals, "count");
  const CjTensor *pairs = cjv_frame_get_array (own, "count");
  g_autofree double *times = g_new (double, record->t);
  const gint64 n = cjv_tensor_size (pairs);
  double counted = 0, expected = 0;

  for (gint64 k = 0; k < record->k; k++)
    expected += MAX ((int) cjl_spike_record_list (record, k, unit, times) - 1, 0);
  for (gint64 i = 0; i < cjv_tensor_size (counts); i++)
    counted += cjv_tensor_at (counts, i);
  g_assert_cmpfloat (counted, ==, expected);
  for (gint64 i = 0; i < n; i++)
    g_assert_cmpfloat (cjv_tensor_at (pairs, i), ==, cjv_tensor_at (pairs, n - 1 - i));
  g_assert_cmpfloat (cjv_tensor_at (pairs, n / 2), ==, 0);
}

/* Counts of one stimulus vary as much as chance has it, 1 − p for spikes that come by a chance of p in each moment;
 * those of samples of a class also as these differ. What has no chances repeats itself. */
static void
test_repeats (void)
{
  enum
  {
    REPEATS = 50,
    SAMPLES = 4
  };
  static const char *const encoders[] = { "poisson-encoder 60 rate=0.5", "direct-current 60" };

  for (guint e = 0; e < G_N_ELEMENTS (encoders); e++)
    {
      g_autofree char *text = g_strdup_printf ("input, flatten, %s, dense 36, lif, spike-readout, "
                                               "cross-entropy",
                                               encoders[e]);
      const CjlTemplate template = { .id = "test",
                                     .title = "Test",
                                     .source = "glyphs",
                                     .data = "samples=400",
                                     .network = text,
                                     .setup = "" };
      g_autoptr (GError) error = NULL;
      g_autoptr (CjlProject) project = cjl_template_make (&template, &error);
      g_autoptr (CjdDataset) dataset = cjl_data_load (&project->data, &error);
      g_autoptr (CjlNetwork) network = cjl_network_new_project (project, dataset, &error);
      g_autoptr (CjlSpikeRecord) record = NULL;
      g_autoptr (CjvFrame) frame = NULL;
      const char *node = e == 0 ? "poisson1" : "lif1";
      g_autoptr (GArray) rank = NULL;
      g_autofree double *times = g_new (double, 60);
      double fano, expected = 0, n = 0;
      gint64 unit, f;

      g_assert_no_error (error);
      record = cjl_spike_record_new (network, node, CJD_SPLIT_VAL, REPEATS * SAMPLES, REPEATS, NULL,
                                     &error);
      g_assert_no_error (error);
      g_assert_cmpint (record->k, ==, REPEATS * SAMPLES);
      g_assert_cmpint (record->repeats, ==, REPEATS);
      f = record->stimuli->shape.dims[1];
      rank = cjl_spike_record_rank (record, 1);
      unit = g_array_index (rank, gint64, 0);
      for (guint k = 0; e == 0 && k < SAMPLES; k++)
        {
          const float *x = cj_tensor_f32 (record->stimuli) + k * REPEATS * f;
          float low = x[0], high = x[0];
          guint fired = 0;

          for (gint64 i = 1; i < f; i++)
            {
              low = MIN (low, x[i]);
              high = MAX (high, x[i]);
            }
          for (guint r = 0; r < REPEATS; r++)
            fired += cjl_spike_record_list (record, k * REPEATS + r, unit, times);
          if (fired > 0)
            {
              expected += 1 - 0.5 * (double) ((x[unit] - low) / (high - low));
              n++;
            }
        }
      expected = e == 0 ? expected / n : 0;
      frame = cjl_spike_record_intervals (record, e == 0 ? unit : -1);
      fano = cjv_frame_get_scalar (frame, "fano", NAN);
      g_test_message ("%s: %g, expected %g", node, fano, expected);
      g_assert_cmpfloat_with_epsilon (fano, expected, e == 0 ? 0.15 : 1e-9);
      g_assert_cmpfloat (cjv_frame_get_scalar (frame, "repeats", 1), ==, REPEATS);
    }
}

static void
test_refuses (void)
{
  g_autoptr (CjlProject) project = NULL;
  g_autoptr (CjlNetwork) network = make_network (&project);
  g_autoptr (GError) error = NULL;

  g_assert_null (cjl_spike_record_new (network, "dense1", CJD_SPLIT_VAL, 9, 1, NULL, &error));
  g_assert_nonnull (error);
  g_assert_nonnull (strstr (error->message, "gives no spikes"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/spikes/record", test_record);
  g_test_add_func ("/lab/spikes/average", test_average);
  g_test_add_func ("/lab/spikes/trains", test_trains);
  g_test_add_func ("/lab/spikes/repeats", test_repeats);
  g_test_add_func ("/lab/spikes/refuses", test_refuses);
  return g_test_run ();
}
