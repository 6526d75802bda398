/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-landscape.h"

#include "cj-error.h"
#include "cjl-run.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define BATCH 16
#define LINE_POINTS 29 /* from LINE_FROM to LINE_TO */
#define LINE_FROM (-0.2)
#define LINE_TO 1.2
#define MARGIN 0.25 /* around the path of a run, as a share of its extent */
#define MAX_RUN 24  /* checkpoints that span the plane of a run */
#define EIGENVALUES 5
#define LANCZOS_STEPS 20
#define MAX_LANCZOS ((gint64) 64 << 20) /* numbers in its vectors together */

void
cjl_landscape_options_init (CjlLandscapeOptions *options, CjlLandscapeKind kind)
{
  *options = (CjlLandscapeOptions){ .kind = kind, .n_samples = 256, .side = 17, .reach = 1 };
  if (kind == CJL_LANDSCAPE_CURVATURE) /* noise needs more to be told */
    options->n_samples = 512;
}

gboolean
cjl_landscape_has_path (CjlLandscapeKind kind)
{
  return kind == CJL_LANDSCAPE_SLICE || kind == CJL_LANDSCAPE_RUN;
}

static void
unref (CjTensor *tensor)
{
  if (tensor != NULL)
    cj_tensor_unref (tensor);
}

void
cjl_landscape_free (CjlLandscape *self)
{
  CjTensor *const all[] = { self->x,    self->loss,  self->held,   self->y,
                            self->path, self->steps, self->values, self->errors };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    unref (all[i]);
  cjd_dataset_unref (self->dataset);
  g_free (self);
}

static CjTensor *
dup (CjTensor *tensor)
{
  return tensor != NULL ? cj_tensor_dup (tensor) : NULL;
}

static CjlLandscape *
landscape_dup (const CjlLandscape *from)
{
  CjlLandscape *self = g_memdup2 (from, sizeof *from);

  cjd_dataset_ref (self->dataset);
  self->x = dup (from->x);
  self->loss = dup (from->loss);
  self->held = dup (from->held);
  self->y = dup (from->y);
  self->path = dup (from->path);
  self->steps = dup (from->steps);
  self->values = dup (from->values);
  self->errors = dup (from->errors);
  return self;
}

/* All numbers not known yet. */
static CjTensor *
new_array (guint n_dims, gint64 a, gint64 b)
{
  const CjShape shape = n_dims == 1 ? cj_shape1 (a) : cj_shape2 (a, b);
  CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 i = 0; i < cj_shape_size (&shape); i++)
    cj_tensor_f32 (tensor)[i] = NAN;
  return tensor;
}

/* What the work goes on with. */
typedef struct
{
  CjlJob *job; /* or NULL */
  const CjlNetwork *network;
  const GPtrArray *run;
  guint64 init_seed;
  CjlLandscapeOptions options;
  CjLossField *field, *held; /* training and validation samples; held: for the line, or NULL */
  gint64 n;                  /* weights */
  float *weights, *moved;
  CjlLandscape *result;
} Work;

static gboolean
is_cancelled (const Work *w)
{
  return cjl_job_is_cancelled (w->job);
}

static void
tell (const Work *w, double share, gboolean leave)
{
  cjl_job_set_progress (w->job, share);
  if (leave)
    cjl_job_leave_copy (w->job, w->result, (CjlDupFunc) landscape_dup);
}

static CjLossField *
new_field (const Work *w, CjdSplit split, GError **error)
{
  CjProgram *program = cjl_network_compile (w->network, CJ_PURPOSE_TRAIN, BATCH, error);
  g_autoptr (CjFeed) feed
      = program != NULL ? cjd_dataset_new_feed (w->network->dataset, split) : NULL;

  return program != NULL ? cj_loss_field_new (program, feed, w->options.n_samples, error) : NULL;
}

/* --- along a line --- */

static float *
dup_states (CjProgram *program, gint64 *n)
{
  const float *states = cj_program_get_states (program, n);

  return g_memdup2 (states, sizeof (float) * (gsize) MAX (*n, 1));
}

static void
run_line (Work *w)
{
  CjProgram *program = cj_loss_field_get_program (w->field);
  gint64 n_states;
  g_autofree float *end_states = dup_states (program, &n_states), *states = NULL;
  g_autofree float *start = NULL, *start_states = NULL;

  cj_program_init (program, w->init_seed);
  start = g_memdup2 (cj_program_get_weights (program, NULL), sizeof (float) * (gsize) w->n);
  start_states = dup_states (program, &n_states);
  states = g_memdup2 (start_states, sizeof (float) * (gsize) MAX (n_states, 1));
  w->result->x = new_array (1, LINE_POINTS, 0);
  w->result->loss = new_array (1, LINE_POINTS, 0);
  w->result->held = w->held != NULL ? new_array (1, LINE_POINTS, 0) : NULL;
  for (int i = 0; i < LINE_POINTS; i++)
    cj_tensor_f32 (w->result->x)[i]
        = (float) (LINE_FROM + (LINE_TO - LINE_FROM) * i / (LINE_POINTS - 1));
  for (int i = 0; i < LINE_POINTS && !is_cancelled (w); i++)
    {
      const double t = LINE_FROM + (LINE_TO - LINE_FROM) * i / (LINE_POINTS - 1);

      for (gint64 k = 0; k < w->n; k++)
        w->moved[k] = (float) ((1 - t) * start[k] + t * w->weights[k]);
      /* running variances stay positive */
      for (gint64 k = 0; k < n_states; k++)
        states[k]
            = (float) ((1 - CLAMP (t, 0, 1)) * start_states[k] + CLAMP (t, 0, 1) * end_states[k]);
      cj_tensor_f32 (w->result->loss)[i]
          = (float) cj_loss_field_measure (w->field, w->moved, states);
      if (w->held != NULL)
        cj_tensor_f32 (w->result->held)[i]
            = (float) cj_loss_field_measure (w->held, w->moved, states);
      tell (w, (i + 1.0) / LINE_POINTS, TRUE);
    }
}

/* --- on a plane --- */

/* Coarse first: every fourth point, every second, all. */
static void
run_plane (Work *w, const float *first, const float *second)
{
  const guint columns = (guint) w->result->x->shape.dims[0];
  const guint rows = (guint) w->result->y->shape.dims[0];
  guint done = 0;

  w->result->loss = new_array (2, rows, columns);
  for (guint stride = 4; stride > 0; stride /= 2)
    for (guint i = 0; i < rows * columns && !is_cancelled (w); i++)
      {
        const guint row = i / columns, column = i % columns;
        const double a = cj_tensor_f32 (w->result->x)[column],
                     b = cj_tensor_f32 (w->result->y)[row];
        float *loss = &cj_tensor_f32 (w->result->loss)[i];

        if (row % stride != 0 || column % stride != 0 || !isnan (*loss))
          continue;
        for (gint64 k = 0; k < w->n; k++)
          w->moved[k] = (float) (w->weights[k] + a * first[k] + b * second[k]);
        *loss = (float) cj_loss_field_measure (w->field, w->moved, NULL);
        if (isnan (*loss)) /* known to be none */
          *loss = INFINITY;
        done++;
        tell (w, (double) done / (rows * columns), done % 8 == 0);
      }
}

static CjTensor *
new_axis (guint n, double from, double to)
{
  CjTensor *axis = new_array (1, n, 0);

  for (guint i = 0; i < n; i++)
    cj_tensor_f32 (axis)[i] = (float) (from + (to - from) * i / (n - 1));
  return axis;
}

/* The weights of the run as this network has them, the newest last; steps go to `steps`. */
static GPtrArray *
list_points (const Work *w, GArray *steps)
{
  g_autoptr (CjProgram) program = cjl_network_compile (w->network, CJ_PURPOSE_INFER, BATCH, NULL);
  GPtrArray *points = g_ptr_array_new_with_free_func (g_free);
  float last = (float) w->result->step;

  for (guint i = 0; program != NULL && w->run != NULL && i < w->run->len; i++)
    {
      const CjlNetwork *moment = w->run->pdata[i];
      const float step = (float) moment->weights->at.step;
      gint64 n;
      const float *weights;

      /* the network may have been another one then */
      if (!cj_checkpoint_apply (moment->weights, program))
        continue;
      weights = cj_program_get_weights (program, &n);
      if (n != w->n || moment->weights->at.step == w->result->step)
        continue;
      g_ptr_array_add (points, g_memdup2 (weights, sizeof (float) * (gsize) n));
      g_array_append_val (steps, step);
    }
  g_ptr_array_add (points, g_memdup2 (w->weights, sizeof (float) * (gsize) w->n));
  g_array_append_val (steps, last);
  return points;
}

/* Takes note of the path, whose places are in the plane that is measured. */
static void
put_path (Work *w, const double *places, const GArray *steps)
{
  w->result->path = new_array (2, steps->len, 2);
  w->result->steps = new_array (1, steps->len, 0);
  for (guint i = 0; i < 2 * steps->len; i++)
    cj_tensor_f32 (w->result->path)[i] = (float) places[i];
  memcpy (w->result->steps->data, steps->data, sizeof (float) * steps->len);
}

/* With as much of the path as lies in it, where earlier moments are kept. */
static void
run_slice (Work *w, float *first, float *second)
{
  const CjProgram *program = cj_loss_field_get_program (w->field);
  const double reach = w->options.reach;
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GPtrArray) points = list_points (w, steps);
  g_autofree double *places = g_new0 (double, 2 * points->len);

  cj_landscape_direction (program, w->weights, 2 * w->options.seed, first);
  cj_landscape_direction (program, w->weights, 2 * w->options.seed + 1, second);
  if (points->len > 1
      && cj_landscape_place ((const float *const *) points->pdata, points->len, w->n, first, second,
                             places, w->result->shares))
    put_path (w, places, steps);
  w->result->x = new_axis (w->options.side, -reach, reach);
  w->result->y = new_axis (w->options.side, -reach, reach);
  run_plane (w, first, second);
}

/* An axis around the places of the path along one direction. */
static CjTensor *
new_path_axis (const Work *w, const double *places, guint n, int direction)
{
  double low = 0, high = 0, margin;

  for (guint i = 0; i < n; i++)
    {
      low = MIN (low, places[2 * i + (guint) direction]);
      high = MAX (high, places[2 * i + (guint) direction]);
    }
  margin = MARGIN * MAX (high - low, 1e-6);
  return new_axis (w->options.side, low - margin, high + margin);
}

static gboolean
run_run (Work *w, float *first, float *second, GError **error)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (float));
  g_autoptr (GPtrArray) points = list_points (w, steps);
  g_autofree double *places = g_new0 (double, 2 * points->len);

  if (points->len < 3
      || !cj_landscape_plane ((const float *const *) points->pdata, points->len, w->n, first,
                              second, places, w->result->shares))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("The run has kept too few moments of this network to span a plane. Train on "
                      "for a while, or choose the random slice."));
      return FALSE;
    }
  put_path (w, places, steps);
  w->result->x = new_path_axis (w, places, points->len, 0);
  w->result->y = new_path_axis (w, places, points->len, 1);
  run_plane (w, first, second);
  return TRUE;
}

/* --- curvature --- */

static gboolean
on_noise (double share, gpointer data)
{
  tell (data, 0.2 * share, FALSE);
  return !is_cancelled (data);
}

static gboolean
on_lanczos (double share, gpointer data)
{
  tell (data, 0.2 + 0.8 * share, FALSE);
  return !is_cancelled (data);
}

static void
run_curvature (Work *w)
{
  const guint most = (guint) CLAMP (MAX_LANCZOS / MAX (w->n, 1) - 1, 2, LANCZOS_STEPS);
  const guint n = MIN (EIGENVALUES, most);
  double values[EIGENVALUES], errors[EIGENVALUES];
  guint found;

  w->result->values = new_array (1, n, 0);
  w->result->errors = new_array (1, n, 0);
  if (!cj_landscape_noise (w->field, w->weights, on_noise, w, &w->result->noise))
    w->result->noise.n_groups = 0;
  tell (w, 0.2, TRUE);
  found = is_cancelled (w)
              ? 0
              : cj_landscape_eigenvalues (w->field, w->weights, n, most, w->options.seed,
                                          on_lanczos, w, values, errors);
  for (guint i = 0; i < found; i++)
    {
      cj_tensor_f32 (w->result->values)[i] = (float) values[i];
      cj_tensor_f32 (w->result->errors)[i] = (float) errors[i];
    }
}

/* --- the job --- */

static gboolean
run_kind (Work *w, GError **error)
{
  const gsize size = (gsize) MAX (w->n, 1);
  g_autofree float *first = g_new0 (float, size), *second = g_new0 (float, size);

  switch (w->options.kind)
    {
    case CJL_LANDSCAPE_LINE:
      run_line (w);
      return TRUE;
    case CJL_LANDSCAPE_SLICE:
      run_slice (w, first, second);
      return TRUE;
    case CJL_LANDSCAPE_RUN:
      return run_run (w, first, second, error);
    default:
      run_curvature (w);
      return TRUE;
    }
}

static gpointer
run (Work *w, GError **error)
{
  g_autoptr (CjLossField) field = NULL, held = NULL;
  g_autoptr (CjlLandscape) result = NULL;
  g_autofree float *weights = NULL, *moved = NULL;

  w->field = field = new_field (w, CJD_SPLIT_TRAIN, error);
  if (field == NULL)
    return NULL;
  if (w->options.kind == CJL_LANDSCAPE_LINE)
    w->held = held = new_field (w, CJD_SPLIT_VAL, NULL);
  w->n = cj_loss_field_get_n_weights (field);
  weights = g_memdup2 (cj_program_get_weights (cj_loss_field_get_program (field), NULL),
                       sizeof (float) * (gsize) MAX (w->n, 1));
  moved = g_memdup2 (weights, sizeof (float) * (gsize) MAX (w->n, 1));
  w->weights = weights;
  w->moved = moved;
  w->result = result = g_new0 (CjlLandscape, 1);
  result->kind = w->options.kind;
  result->step = w->network->weights->at.step;
  result->dataset = cjd_dataset_ref (w->network->dataset);
  result->n_samples = cj_loss_field_get_n_batches (field) * (gsize) BATCH;
  return run_kind (w, error) ? g_steal_pointer (&result) : NULL;
}

typedef struct
{
  CjlNetwork *network;
  CjRunLog *log; /* or NULL, with the ring */
  CjRing *ring;
  guint64 init_seed;
  CjlLandscapeOptions options;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  cjl_network_free (order->network);
  g_clear_pointer (&order->log, cj_run_log_free);
  g_clear_pointer (&order->ring, cj_ring_free);
  g_free (order);
}

static gpointer
run_order (CjlJob *job, gpointer data, GError **error)
{
  const Order *order = data;
  const guint64 step = order->network->weights->at.step;
  g_autoptr (GPtrArray) moments = NULL;
  Work work = {
    .job = job, .network = order->network, .init_seed = order->init_seed, .options = order->options
  };

  if (cjl_landscape_has_path (order->options.kind) && order->ring != NULL)
    moments
        = cjl_network_list_run (order->log, order->ring, order->network->dataset, step, MAX_RUN);
  work.run = moments;
  return run (&work, error);
}

CjlJob *
cjl_landscape_start (CjlNetwork *network, CjRunLog *log, CjRing *ring, guint64 init_seed,
                     const CjlLandscapeOptions *options)
{
  Order *order = g_new0 (Order, 1);

  order->network = network;
  order->log = log;
  order->ring = ring;
  order->init_seed = init_seed;
  order->options = *options;
  return cjl_job_new (run_order, order, order_free, (GDestroyNotify) cjl_landscape_free);
}

CjlLandscape *
cjl_landscape_project (CjlProject *project, CjdDataset *dataset, const CjlLandscapeOptions *options,
                       GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_network_new_project (project, dataset, error);
  g_autoptr (GPtrArray) moments = NULL;
  g_autoptr (CjRunLog) log = NULL;
  g_autoptr (CjRing) ring = NULL;
  GError *local = NULL;
  Work work
      = { .network = network, .init_seed = (guint64) project->setup->seed, .options = *options };

  if (network == NULL)
    return NULL;
  if (cjl_landscape_has_path (options->kind) && cjl_run_load (project, &log, &ring, &local))
    moments = cjl_network_list_run (log, ring, dataset, G_MAXUINT64, MAX_RUN);
  if (local != NULL)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  work.run = moments;
  return run (&work, error);
}

/* --- frames --- */

const char *
cjl_landscape_get_figure (CjlLandscapeKind kind)
{
  static const char *const figures[CJL_LANDSCAPE_N_KINDS] = {
    [CJL_LANDSCAPE_LINE] = "interpolation",
    [CJL_LANDSCAPE_SLICE] = "landscape",
    [CJL_LANDSCAPE_RUN] = "landscape",
    [CJL_LANDSCAPE_CURVATURE] = "curvature",
  };

  return figures[kind];
}

static void
put (CjvFrame *frame, const char *name, CjTensor *tensor)
{
  if (tensor != NULL)
    cjv_frame_set_array (frame, name, tensor);
}

/* With the share of the path that lies along it, which tells that most of the path is not seen. */
static char *
print_random (const CjlLandscape *self, int direction, const char *name)
{
  if (self->path == NULL)
    return g_strdup (name);
  /* Translators: a direction in the space of weights, and the share in percent of the path of the run
   * that lies along it */
  return g_strdup_printf (_ ("%s, %.2g %% of the run"), name, 100 * self->shares[direction]);
}

static void
put_labels (CjvFrame *frame, const CjlLandscape *self)
{
  if (self->kind == CJL_LANDSCAPE_SLICE)
    {
      g_autofree char *x = print_random (self, 0, _ ("first random direction"));
      g_autofree char *y = print_random (self, 1, _ ("second random direction"));

      cjv_frame_set_text (frame, "title", _ ("Random slice"));
      cjv_frame_set_text (frame, "x-label", x);
      cjv_frame_set_text (frame, "y-label", y);
    }
  else if (self->kind == CJL_LANDSCAPE_RUN)
    {
      /* Translators: a direction in the space of weights, and the share in percent of the path of the
       * run that lies along it */
      g_autofree char *x
          = g_strdup_printf (_ ("first direction of the run, %.0f %%"), 100 * self->shares[0]);
      g_autofree char *y
          = g_strdup_printf (_ ("second direction of the run, %.0f %%"), 100 * self->shares[1]);

      cjv_frame_set_text (frame, "title", _ ("Plane of the run"));
      cjv_frame_set_text (frame, "x-label", x);
      cjv_frame_set_text (frame, "y-label", y);
    }
}

CjvFrame *
cjl_landscape_frame (const CjlLandscape *self)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autofree char *provenance
      = g_strdup_printf (_ ("%s, %zu training samples, step %llu"), self->dataset->name,
                         self->n_samples, (unsigned long long) self->step);

  put (frame, "x", self->x);
  put (frame, "y", self->y);
  put (frame, "loss", self->loss);
  put (frame, "held", self->held);
  put (frame, "path", self->path);
  put (frame, "steps", self->steps);
  put (frame, "values", self->values);
  put (frame, "errors", self->errors);
  put_labels (frame, self);
  if (self->noise.n_groups > 0)
    {
      cjv_frame_set_scalar (frame, "noise-scale", self->noise.scale);
      cjv_frame_set_scalar (frame, "noise-error", self->noise.error);
      cjv_frame_set_scalar (frame, "slope", self->noise.slope);
      cjv_frame_set_scalar (frame, "noise", self->noise.noise);
    }
  cjv_frame_set_provenance (frame, provenance);
  return cjv_frame_seal (frame);
}
