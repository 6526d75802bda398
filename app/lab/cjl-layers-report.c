/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-layers-report.h"

#include "cj-code.h"
#include "cj-collapse.h"
#include "cj-linear-probe.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define COLLECT_SHARE 0.3    /* of the progress, for each of the two sets of samples */
#define DUPLICATE_ROWS 4096  /* samples and places that units are compared on */
#define DUPLICATE_UNITS 4096 /* of wider layers that is not asked */

static const struct
{
  const char *title, *blurb;
  gboolean percent;
} measures[CJL_N_MEASURES] = {
  { N_ ("Probe accuracy"), N_ ("what a linear probe reads off the layer"), TRUE },
  { N_ ("Dimensions"), N_ ("participation ratio: in how many dimensions samples spread"), FALSE },
  { N_ ("Units"), N_ ("channels of maps, features of rows"), FALSE },
  { N_ ("Lifetime sparseness"), N_ ("1: each unit answers to one sample only"), FALSE },
  { N_ ("Population sparseness"), N_ ("1: each sample is answered by one unit only"), FALSE },
  { N_ ("Dead"), N_ ("units that answer the same to every sample"), TRUE },
  { N_ ("Duplicates"), N_ ("units that say what one before them says"), TRUE },
  { N_ ("NC1"), N_ ("neural collapse: spread within classes against that between them"), FALSE },
  { N_ ("NC2 norms"), N_ ("neural collapse: how unequally far the classes lie from their middle"),
    FALSE },
  { N_ ("NC2 angles"), N_ ("neural collapse: how far classes are from the widest equal angles"),
    FALSE },
  { N_ ("NC3"), N_ ("neural collapse: readout weights against the means of the classes"), FALSE },
  { N_ ("NC4"), N_ ("neural collapse: samples that the nearest mean takes for another class"),
    TRUE },
};

void
cjl_layers_report_free (CjlLayersReport *self)
{
  g_strfreev (self->layers);
  g_clear_pointer (&self->values, cj_tensor_unref);
  cjd_dataset_unref (self->dataset);
  g_free (self->origin);
  g_free (self);
}

static CjlLayersReport *
report_dup (const CjlLayersReport *from)
{
  CjlLayersReport *self = g_memdup2 (from, sizeof *from);

  self->layers = g_strdupv (from->layers);
  self->values = cj_tensor_dup (from->values);
  self->origin = g_strdup (from->origin);
  cjd_dataset_ref (self->dataset);
  return self;
}

/* --- one layer --- */

/* Mean magnitude of each unit over its places, [N, U]. */
static CjTensor *
pool_magnitudes (const CjlLayerResponses *layer)
{
  const gint64 n = layer->x->shape.dims[0], p = layer->n_places;
  const CjShape shape = cj_shape2 (n, layer->n_units);
  CjTensor *out = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 i = 0; i < n * layer->n_units; i++)
    {
      double sum = 0;

      for (gint64 k = 0; k < p; k++)
        sum += fabs (cj_tensor_f32 (layer->x)[i * p + k]);
      cj_tensor_f32 (out)[i] = (float) (sum / (double) p);
    }
  return out;
}

/* Answers as [samples and places, U], evenly taken. */
static CjTensor *
list_places (const CjlLayerResponses *layer)
{
  const gint64 p = layer->n_places, u = layer->n_units, all = layer->x->shape.dims[0] * p;
  const gint64 n = MIN (all, DUPLICATE_ROWS);
  const CjShape shape = cj_shape2 (n, u);
  CjTensor *out = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 r = 0; r < n; r++)
    {
      const gint64 at = r * all / n, sample = at / p, place = at % p;

      for (gint64 k = 0; k < u; k++)
        cj_tensor_f32 (out)[r * u + k] = cj_tensor_f32 (layer->x)[(sample * u + k) * p + place];
    }
  return out;
}

static void
measure_code (const CjlLayerResponses *layer, float *row)
{
  g_autoptr (CjTensor) pooled = pool_magnitudes (layer);
  const gint64 n = pooled->shape.dims[0], u = layer->n_units;
  double sums[2] = { 0, 0 }, counts[2] = { 0, 0 }, dead = 0;

  for (gint64 k = 0; k < u; k++)
    {
      const double s = cj_sparseness (cj_tensor_f32 (pooled) + k, n, u);

      dead += layer->low[k] == layer->high[k];
      sums[0] += isfinite (s) ? s : 0;
      counts[0] += isfinite (s);
    }
  for (gint64 i = 0; i < n; i++)
    {
      const double s = cj_sparseness (cj_tensor_f32 (pooled) + i * u, u, 1);

      sums[1] += isfinite (s) ? s : 0;
      counts[1] += isfinite (s);
    }
  row[CJL_MEASURE_UNITS] = (float) u;
  row[CJL_MEASURE_DIMENSIONS] = (float) cj_participation_ratio (layer->x);
  row[CJL_MEASURE_LIFETIME] = (float) (counts[0] > 0 ? sums[0] / counts[0] : NAN);
  row[CJL_MEASURE_POPULATION] = (float) (counts[1] > 0 ? sums[1] / counts[1] : NAN);
  row[CJL_MEASURE_DEAD] = (float) (dead / (double) u);
  if (u <= DUPLICATE_UNITS)
    {
      g_autoptr (CjTensor) places = list_places (layer);

      row[CJL_MEASURE_DUPLICATES]
          = (float) cj_count_duplicates (places, CJL_REPORT_ALIKE) / (float) u;
    }
}

/* What the network is known by, beside the answers of its layers. */
typedef struct
{
  CjlResponses *training, *validation; /* the latter NULL without such samples */
  CjTensor *readout;                   /* weights [C, D] of the last layer, or NULL */
  char *read;                          /* id of the layer that it reads */
} Findings;

static void
findings_clear (Findings *f)
{
  g_clear_pointer (&f->training, cjl_responses_free);
  g_clear_pointer (&f->validation, cjl_responses_free);
  g_clear_pointer (&f->readout, cj_tensor_unref);
  g_clear_pointer (&f->read, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Findings, findings_clear)

static void
measure_layer (const Findings *f, guint index, float *row)
{
  const CjlLayerResponses *training = cjl_responses_get (f->training, index);
  const CjlLayerResponses *seen
      = f->validation != NULL ? cjl_responses_get (f->validation, index) : training;
  const guint n_classes = f->training->dataset->n_classes;
  const gboolean read = f->read != NULL && g_str_equal (f->read, training->id);
  CjProbeScore score;
  CjCollapse c;

  measure_code (seen, row);
  if (f->training->classes == NULL || n_classes < 2)
    return;
  if (cj_probe_classes (training->x, f->training->classes, seen->x,
                        f->validation != NULL ? f->validation->classes : f->training->classes,
                        n_classes, &score))
    row[CJL_MEASURE_PROBE] = (float) (f->validation != NULL ? score.accuracy : score.left_out);
  if (!cj_collapse_measure (training->x, f->training->classes, n_classes, read ? f->readout : NULL,
                            f->training->predicted, &c))
    return;
  row[CJL_MEASURE_NC1] = (float) c.nc1;
  row[CJL_MEASURE_NC2_NORMS] = (float) c.nc2_norms;
  row[CJL_MEASURE_NC2_ANGLES] = (float) c.nc2_angles;
  row[CJL_MEASURE_NC3] = (float) c.nc3;
  row[CJL_MEASURE_NC4] = (float) c.nc4;
}

/* --- all of them --- */

/* The weights of the layer before the loss, and the layer whose answers they weigh. */
static void
find_readout (Findings *f, CjProgram *program, const CjGraph *graph)
{
  const CjNode *last = NULL, *read;
  g_autofree char *name = NULL;
  const CjProgramParam *param;

  for (guint i = 0; i < graph->nodes->len && last == NULL; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];

      if (node->layer->role == CJ_ROLE_LOSS)
        last = node->from[0].node;
    }
  if (last == NULL)
    return;
  name = g_strconcat (last->id, ".weight", NULL);
  param = cj_program_find_param (program, name);
  if (param == NULL || param->shape.n_dims != 2)
    return;
  read = last->from[0].node; /* what only passes the answers on is no layer of the report */
  while (read != NULL && cjl_responses_find (f->training, read->id) == NULL)
    read = read->from[0].node;
  if (read == NULL)
    return;
  f->read = g_strdup (read->id);
  f->readout = cj_tensor_new (CJ_FLOAT32, &param->shape);
  memcpy (f->readout->data, cj_program_get_param_data (program, param),
          cj_tensor_bytes (f->readout));
}

static gboolean
find (Findings *f, const CjlNetwork *network, CjlJob *job, GError **error)
{
  g_autoptr (CjProgram) program
      = cjl_network_compile (network, CJ_PURPOSE_PROBE, CJL_RESPONSES_BATCH, error);
  CjdDataset *dataset = network->dataset;

  if (program == NULL)
    return FALSE;
  f->training = cjl_responses_collect (program, network->graph, dataset, CJD_SPLIT_TRAIN,
                                       CJL_REPORT_SAMPLES, job, 0, COLLECT_SHARE, error);
  if (f->training == NULL)
    return FALSE;
  f->training->step = network->weights->at.step;
  find_readout (f, program, network->graph);
  if (cjd_dataset_count (dataset, CJD_SPLIT_VAL) < 4)
    return TRUE;
  f->validation
      = cjl_responses_collect (program, network->graph, dataset, CJD_SPLIT_VAL, CJL_REPORT_SAMPLES,
                               job, COLLECT_SHARE, 2 * COLLECT_SHARE, error);
  if (f->validation != NULL)
    f->validation->step = f->training->step;
  return f->validation != NULL;
}

static CjlLayersReport *
report_new (const Findings *f)
{
  CjlLayersReport *self = g_new0 (CjlLayersReport, 1);
  const guint n = f->training->layers->len;
  const CjShape shape = cj_shape2 (n, CJL_N_MEASURES);

  self->layers = g_new0 (char *, n + 1);
  self->values = cj_tensor_new (CJ_FLOAT32, &shape);
  self->dataset = cjd_dataset_ref (f->training->dataset);
  self->origin = cjl_responses_print_origin (f->validation != NULL ? f->validation : f->training);
  for (guint i = 0; i < n; i++)
    self->layers[i] = g_strdup (cjl_responses_get (f->training, i)->id);
  for (guint i = 0; i < n * CJL_N_MEASURES; i++)
    cj_tensor_f32 (self->values)[i] = NAN;
  return self;
}

static CjlLayersReport *
measure (const CjlNetwork *network, CjlJob *job, GError **error)
{
  g_auto (Findings) f = { 0 };
  CjlLayersReport *self;

  if (!find (&f, network, job, error))
    return NULL;
  self = report_new (&f);
  for (guint i = 0; i < f.training->layers->len; i++)
    {
      if (cjl_job_is_cancelled (job))
        break;
      measure_layer (&f, i, cj_tensor_f32 (self->values) + i * CJL_N_MEASURES);
      self->n_done = i + 1;
      cjl_job_set_progress (
          job,
          2 * COLLECT_SHARE + (1 - 2 * COLLECT_SHARE) * (i + 1) / (double) f.training->layers->len);
      cjl_job_leave_copy (job, self, (CjlDupFunc) report_dup);
    }
  return self;
}

CjlLayersReport *
cjl_layers_report_measure (const CjlNetwork *network, GError **error)
{
  return measure (network, NULL, error);
}

static gpointer
run (CjlJob *job, gpointer data, GError **error)
{
  return measure (data, job, error);
}

CjlJob *
cjl_layers_report_start (CjlNetwork *network)
{
  return cjl_job_new (run, network, (GDestroyNotify) cjl_network_free,
                      (GDestroyNotify) cjl_layers_report_free);
}

CjvFrame *
cjl_layers_report_frame (const CjlLayersReport *self)
{
  const char *titles[CJL_N_MEASURES + 1] = { NULL }, *blurbs[CJL_N_MEASURES + 1] = { NULL };
  float percents[CJL_N_MEASURES];
  CjvFrame *frame = cjv_frame_new ();

  for (guint i = 0; i < CJL_N_MEASURES; i++)
    {
      titles[i] = _ (measures[i].title);
      blurbs[i] = _ (measures[i].blurb);
      percents[i] = (float) measures[i].percent;
    }
  cjv_frame_set_array (frame, "values", self->values);
  cjv_frame_set_values (frame, "percents", percents, CJL_N_MEASURES);
  cjv_frame_set_strings (frame, "layers", (const char *const *) self->layers);
  cjv_frame_set_strings (frame, "measures", titles);
  cjv_frame_set_strings (frame, "blurbs", blurbs);
  cjv_frame_set_provenance (frame, self->origin);
  return cjv_frame_seal (frame);
}
