/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-ideal.h"

#include "cj-error.h"
#include "cj-runner.h"
#include "cjl-network.h"
#include "cjl-prune.h"
#include "cjl-settings.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define FIELD_SAMPLES 48 /* that the effective receptive field is a mean over */
#define CLIMB_SHARE 0.6  /* of the progress bar */
#define EXAMPLE_SHARE 0.3

void
cjl_ideal_free (CjlIdeal *self)
{
  g_clear_pointer (&self->pictures, cj_tensor_unref);
  g_clear_pointer (&self->most, cj_tensor_unref);
  g_clear_pointer (&self->least, cj_tensor_unref);
  g_clear_pointer (&self->field, cj_tensor_unref);
  g_clear_pointer (&self->input, cj_tensor_unref);
  g_free (self->node);
  g_free (self->data);
  g_free (self->target);
  g_free (self->settings);
  g_free (self->answers);
  g_free (self->most_answers);
  g_free (self->least_answers);
  g_free (self->most_places);
  g_free (self->least_places);
  g_free (self);
}

static CjTensor *
ref_tensor (CjTensor *tensor)
{
  return tensor != NULL ? cj_tensor_ref (tensor) : NULL;
}

static CjlIdeal *
ideal_dup (const CjlIdeal *from)
{
  CjlIdeal *self = g_memdup2 (from, sizeof *from);
  const gsize n = from->pictures != NULL ? (gsize) from->pictures->shape.dims[0] : 0;
  const gsize k = from->most != NULL ? (gsize) from->most->shape.dims[0] : 0;

  self->node = g_strdup (from->node);
  self->data = g_strdup (from->data);
  self->target = g_strdup (from->target);
  self->settings = g_strdup (from->settings);
  self->pictures = ref_tensor (from->pictures);
  self->most = ref_tensor (from->most);
  self->least = ref_tensor (from->least);
  self->field = ref_tensor (from->field);
  self->input = ref_tensor (from->input);
  self->answers = g_memdup2 (from->answers, sizeof *from->answers * n);
  self->most_answers = g_memdup2 (from->most_answers, sizeof (float) * k);
  self->least_answers = g_memdup2 (from->least_answers, sizeof (float) * k);
  self->most_places = g_memdup2 (from->most_places, sizeof (guint32) * k);
  self->least_places = g_memdup2 (from->least_places, sizeof (guint32) * k);
  return self;
}

float *
cjl_direction_parse (const char *text, gint64 n, GError **error)
{
  g_auto (GStrv) words = g_strsplit_set (text, " ,;", -1);
  g_autofree float *weights = g_new0 (float, MAX (n, 1));
  guint found = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      char *end, *colon = strchr (words[i], ':');
      const gint64 unit = g_ascii_strtoll (words[i], &end, 10);
      double weight = 1;
      gboolean good = end != words[i] && unit >= 0 && unit < n && (*end == '\0' || end == colon);

      if (*words[i] == '\0')
        continue;
      if (good && colon != NULL)
        {
          weight = g_ascii_strtod (colon + 1, &end);
          good = end != colon + 1 && *end == '\0' && isfinite (weight) && fabs (weight) < 1e6;
        }
      if (!good)
        {
          g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                       _ ("“%s” is no part of a direction. Write units from 0 to %d with weights, "
                          "as “3 5:-1”."),
                       words[i], (int) n - 1);
          return NULL;
        }
      weights[unit] += (float) weight;
      found++;
    }
  if (found > 0)
    return g_steal_pointer (&weights);
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("The direction is empty. Write units with weights, as “3 5:-1”."));
  return NULL;
}

/* --- one question --- */

typedef struct
{
  CjlIdeal *self;
  CjProgram *program; /* of CJ_PURPOSE_EXPLAIN, a batch of n_pictures */
  guint node;
  CjdDataset *dataset;
  const CjlIdealOptions *options;
  gint64 batch, c, h, w;       /* of the pictures */
  gint64 units, rows, columns; /* of the answer: [N, units, rows, columns]; 1 1 for units */
  gboolean last;               /* units are the last dimension */
  float *direction;            /* [units] */
  float *want;                 /* [A]: the direction at the middle of the map, or all over it */
  double done;                 /* of the progress, before what is under way */
  CjlJob *job;                 /* or NULL */
} Task;

static void
task_clear (Task *task)
{
  g_free (task->direction);
  g_free (task->want);
}

static gboolean
is_stopped (const Task *task)
{
  return cjl_job_is_cancelled (task->job);
}

static void
leave (const Task *task, double done)
{
  cjl_job_set_progress (task->job, done);
  cjl_job_leave_copy (task->job, task->self, (CjlDupFunc) ideal_dup);
}

/* Where unit, row, column stand in an answer to one picture. */
static gint64
get_place (const Task *task, gint64 unit, gint64 row, gint64 column)
{
  return task->last ? row * task->units + unit : (unit * task->rows + row) * task->columns + column;
}

static gboolean
read_shape (Task *task, GError **error)
{
  g_autoptr (CjTensor) out = cj_program_dup_output (task->program, task->node, 0);
  const CjShape *s = out != NULL ? &out->shape : NULL;

  if (out == NULL || out->dtype != CJ_FLOAT32 || s->n_dims < 2 || s->n_dims > 4
      || s->dims[0] != task->batch)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("“%s” gives no units that could want anything. Choose a layer of feature "
                      "maps or of units."),
                   task->self->node);
      return FALSE;
    }
  task->last = s->n_dims == 3;
  task->units = s->dims[task->last ? 2 : 1];
  task->rows = s->n_dims == 4 ? s->dims[2] : task->last ? s->dims[1] : 1;
  task->columns = s->n_dims == 4 ? s->dims[3] : 1;
  return TRUE;
}

/* "class dog", "channel 3" or "unit 3". */
static char *
print_unit (const Task *task)
{
  const CjlIdealOptions *o = task->options;
  const CjdDataset *d = task->dataset;

  if (o->named && d->class_names != NULL && o->unit < d->n_classes)
    return g_strdup_printf (_ ("class %s"), d->class_names[o->unit]);
  if (o->named)
    return g_strdup_printf (_ ("class %d"), (int) o->unit);
  return g_strdup_printf (o->mean && task->rows * task->columns > 1 ? _ ("channel %u")
                                                                    : _ ("unit %u"),
                          (guint) o->unit);
}

/* The direction among the units, and what it is called. */
static gboolean
read_target (Task *task, GError **error)
{
  const CjlIdealOptions *o = task->options;

  if (o->direction != NULL)
    {
      task->direction = cjl_direction_parse (o->direction, task->units, error);
      task->self->target = g_strdup (o->direction);
      return task->direction != NULL;
    }
  if (o->unit < 0 || o->unit >= task->units)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("“%s” has no unit %d. It has %u, counted from 0."), task->self->node,
                   (int) o->unit, (guint) task->units);
      return FALSE;
    }
  task->direction = g_new0 (float, task->units);
  task->direction[o->unit] = 1;
  task->self->target = print_unit (task);
  return TRUE;
}

static void
make_want (Task *task)
{
  const gint64 places = task->rows * task->columns;
  const gboolean all = task->options->mean || task->last;

  task->want = g_new0 (float, task->units *places);
  for (gint64 u = 0; u < task->units; u++)
    for (gint64 p = 0; p < places; p++)
      if (all || p == task->rows / 2 * task->columns + task->columns / 2)
        task->want[get_place (task, u, p / task->columns, p % task->columns)]
            = task->direction[u] / (float) (all ? places : 1);
}

/* --- pictures made for it --- */

static gboolean
go_on (double progress, gpointer data)
{
  const Task *task = data;

  return cjl_job_go_on (task->job, CLIMB_SHARE * progress);
}

/* Back from what the network takes to what the data hold. */
static void
undress (const Task *task, float *x, gint64 n, gint64 plane)
{
  const CjdDataset *d = task->dataset;

  for (gint64 i = 0; i < n * task->c; i++)
    for (gint64 k = 0; k < plane; k++)
      if (i % task->c < d->n_channels)
        x[i * plane + k] = x[i * plane + k] * d->std[i % task->c] + d->mean[i % task->c];
}

static gboolean
climb (Task *task, GError **error)
{
  const CjdDataset *d = task->dataset;
  const CjShape shape = cj_shape4 (task->batch, task->c, task->h, task->w);
  g_autofree float *ground = g_new0 (float, task->c), *reach = g_new (float, task->c);
  CjIdealCall call = { .program = task->program,
                       .node = task->node,
                       .weights = task->want,
                       .ground = ground,
                       .reach = reach,
                       .options = &task->options->climb,
                       .go_on = go_on,
                       .data = task };
  CjTensor *pictures = cj_tensor_new (CJ_FLOAT32, &shape);

  for (gint64 i = 0; i < task->c; i++)
    {
      const gboolean pixel = task->self->pixels && i < d->n_channels;

      /* from black to white round the middle, or two deviations */
      ground[i] = pixel ? (0.5f - d->mean[i]) / d->std[i] : 0;
      reach[i] = pixel ? 0.5f / d->std[i] : 2;
    }
  task->self->answers = g_new0 (float, task->batch);
  if (!cj_ideal_run (&call, cj_tensor_f32 (pictures), task->self->answers))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH,
                   _ ("Nothing leads from “%s” back to the picture, so there is none that drives "
                      "it."),
                   task->self->node);
      cj_tensor_unref (pictures);
      return FALSE;
    }
  undress (task, cj_tensor_f32 (pictures), task->batch, task->h * task->w);
  task->self->pictures = pictures;
  return TRUE;
}

/* --- examples --- */

/* A place of the data that drives the unit. */
typedef struct
{
  float answer;
  guint32 sample; /* number in the split */
  gint64 row, column;
} Example;

/* Puts an example into a list that is sorted, best first; `sign` -1: the least is best. */
static void
keep_example (Example *list, guint n, float sign, const Example *example)
{
  guint at = n;

  while (at > 0 && sign * example->answer > sign * list[at - 1].answer)
    at--;
  if (at == n)
    return;
  memmove (list + at + 1, list + at, sizeof *list * (n - at - 1));
  list[at] = *example;
}

static void
fill_batch (Task *task, CjFeed *feed, const guint32 *places)
{
  feed->fill (feed, places, (gsize) task->batch, 0, 0, cj_program_get_x (task->program),
              cj_program_get_y (task->program));
}

/* The places of one sample that drive the unit most and least. */
static void
look_at (const Task *task, const float *answer, Example found[2])
{
  found[0].answer = -INFINITY;
  found[1].answer = INFINITY;
  for (gint64 row = 0; row < task->rows; row++)
    for (gint64 column = 0; column < task->columns; column++)
      {
        double sum = 0;

        for (gint64 u = 0; u < task->units; u++)
          if (task->direction[u] != 0)
            sum += task->direction[u] * answer[get_place (task, u, row, column)];
        for (int k = 0; k < 2; k++)
          if (k == 0 ? sum > found[0].answer : sum < found[1].answer)
            {
              found[k].answer = (float) sum;
              found[k].row = row;
              found[k].column = column;
            }
      }
}

/* What the unit can see from a place, always of the size that it is in the middle, inside the picture. */
static void
find_window (const Task *task, gint64 row, gint64 column, CjlField *window)
{
  const CjlField *box = &task->self->box;
  const gint64 h = box->bottom - box->top + 1, w = box->right - box->left + 1;
  CjlField own = *box;

  cjl_receptive_field (cj_program_get_lowered (task->program), task->node, row, column, &own);
  window->top = CLAMP ((own.top + own.bottom + 1 - h) / 2, 0, task->h - h);
  window->left = CLAMP ((own.left + own.right + 1 - w) / 2, 0, task->w - w);
  window->bottom = window->top + h - 1;
  window->right = window->left + w - 1;
}

/* The crops of examples, [K, C, h, w]. */
static CjTensor *
cut (Task *task, CjFeed *feed, const Example *list, guint n)
{
  const CjlField *box = &task->self->box;
  const CjShape shape
      = cj_shape4 (n, task->c, box->bottom - box->top + 1, box->right - box->left + 1);
  CjTensor *crops = cj_tensor_new (CJ_FLOAT32, &shape);
  g_autofree guint32 *places = g_new (guint32, task->batch);
  float *to = cj_tensor_f32 (crops);

  for (guint i = 0; i < n; i++)
    {
      const float *x = cj_tensor_f32 (cj_program_get_x (task->program));
      CjlField window;

      for (gint64 k = 0; k < task->batch; k++)
        places[k] = list[i].sample;
      fill_batch (task, feed, places);
      find_window (task, list[i].row, list[i].column, &window);
      for (gint64 c = 0; c < task->c; c++)
        for (gint64 y = window.top; y <= window.bottom; y++)
          for (gint64 k = window.left; k <= window.right; k++)
            *to++ = x[(c * task->h + y) * task->w + k];
    }
  undress (task, cj_tensor_f32 (crops), n, shape.dims[2] * shape.dims[3]);
  return crops;
}

static void
take_list (Task *task, CjFeed *feed, const Example *list, guint n, CjTensor **crops,
           float **answers, guint32 **places)
{
  *crops = cut (task, feed, list, n);
  *answers = g_new (float, n + 1);
  *places = g_new (guint32, n + 1);
  for (guint i = 0; i < n; i++)
    {
      (*answers)[i] = list[i].answer;
      (*places)[i] = list[i].sample;
    }
}

/* Looks through samples, evenly spaced in their split. */
static gboolean
find_examples (Task *task, GError **error)
{
  const CjlIdealOptions *o = task->options;
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (task->dataset, o->split);
  const gsize n = MIN ((gsize) o->n_samples, feed->n_samples);
  const guint k = (guint) MIN ((gsize) o->n_examples, n);
  g_autofree Example *most = g_new (Example, k + 1), *least = g_new (Example, k + 1);
  g_autofree guint32 *places = g_new (guint32, task->batch);

  for (guint i = 0; i < k; i++)
    {
      most[i] = (Example){ .answer = -INFINITY };
      least[i] = (Example){ .answer = INFINITY };
    }
  for (gsize begin = 0; begin < n && feed->problem == NULL; begin += (gsize) task->batch)
    {
      g_autoptr (CjTensor) out = NULL;

      if (is_stopped (task))
        return TRUE;
      for (gint64 i = 0; i < task->batch; i++)
        places[i] = (guint32) (MIN (begin + (gsize) i, n - 1) * feed->n_samples / n);
      fill_batch (task, feed, places);
      cj_program_forward (task->program, FALSE, task->batch, 0, 0);
      out = cj_program_dup_output (task->program, task->node, 0);
      for (gint64 i = 0; i < task->batch && begin + (gsize) i < n; i++)
        {
          Example found[2] = { { .sample = places[i] }, { .sample = places[i] } };

          look_at (task, cj_tensor_f32 (out) + i * task->units * task->rows * task->columns, found);
          keep_example (most, k, 1, &found[0]);
          keep_example (least, k, -1, &found[1]);
        }
      cjl_job_set_progress (task->job, CLIMB_SHARE + EXAMPLE_SHARE * (double) begin / (double) n);
    }
  if (k > 0 && feed->problem == NULL)
    {
      take_list (task, feed, most, k, &task->self->most, &task->self->most_answers,
                 &task->self->most_places);
      take_list (task, feed, least, k, &task->self->least, &task->self->least_answers,
                 &task->self->least_places);
    }
  if (feed->problem != NULL)
    g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
  return feed->problem == NULL;
}

/* --- the receptive field --- */

/* Half of the sum lies within the radius. */
static double
find_radius (const Task *task, const float *field)
{
  const gint64 n = task->h * task->w;
  double x = 0, y = 0, sum = 0, within = 0, radius = 0;

  for (gint64 i = 0; i < n; i++)
    {
      sum += field[i];
      x += field[i] * (double) (i % task->w);
      y += field[i] * (double) (i / task->w);
    }
  x /= sum;
  y /= sum;
  while (within < sum / 2 && radius < (double) (task->h + task->w))
    {
      radius += 0.25;
      within = 0;
      for (gint64 i = 0; i < n; i++)
        if (hypot ((double) (i % task->w) - x, (double) (i / task->w) - y) <= radius)
          within += field[i];
    }
  return radius;
}

/* The picture that the field is drawn on. */
static gboolean
take_input (Task *task, GError **error)
{
  const CjlIdealOptions *o = task->options;
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (task->dataset, o->on);
  const CjShape shape = cj_shape3 (task->c, task->h, task->w);
  g_autofree guint32 *places = g_new (guint32, task->batch);

  if (feed->n_samples == 0)
    return TRUE;
  for (gint64 i = 0; i < task->batch; i++)
    places[i] = (guint32) MIN (o->sample, feed->n_samples - 1);
  fill_batch (task, feed, places);
  if (feed->problem != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
      return FALSE;
    }
  task->self->input = cj_tensor_new (CJ_FLOAT32, &shape);
  memcpy (task->self->input->data, cj_tensor_f32 (cj_program_get_x (task->program)),
          cj_tensor_bytes (task->self->input));
  undress (task, cj_tensor_f32 (task->self->input), 1, task->h * task->w);
  return TRUE;
}

/* The mean squared slope of what is asked for at the middle of the map: W. Luo et al., "Understanding the
 * effective receptive field in deep convolutional neural networks", NIPS 2016. */
static gboolean
find_field (Task *task, GError **error)
{
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed (task->dataset, task->options->split);
  const gsize n = MIN (FIELD_SAMPLES, feed->n_samples);
  const gint64 plane = task->h * task->w, answer = task->units * task->rows * task->columns;
  const CjShape shape = cj_shape2 (task->h, task->w);
  g_autofree guint32 *places = g_new (guint32, task->batch);
  g_autofree float *seed = g_new0 (float, task->batch *answer);
  g_autoptr (CjTensor) field = cj_tensor_new (CJ_FLOAT32, &shape);
  float *sum = cj_tensor_f32 (field), largest = 0;

  for (gsize begin = 0; begin < n && !is_stopped (task); begin += (gsize) task->batch)
    {
      g_autoptr (CjTensor) slope = NULL;

      for (gint64 i = 0; i < task->batch; i++)
        {
          places[i] = (guint32) (MIN (begin + (gsize) i, n - 1) * feed->n_samples / n);
          if (begin + (gsize) i < n)
            memcpy (seed + i * answer, task->want, sizeof *seed * (gsize) answer);
          else
            memset (seed + i * answer, 0, sizeof *seed * (gsize) answer);
        }
      fill_batch (task, feed, places);
      cj_program_forward (task->program, FALSE, task->batch, 0, 0);
      cj_program_seed_gradient (task->program, task->node, 0, seed);
      cj_program_backward (task->program);
      slope = cj_program_dup_value_gradient (task->program,
                                             cj_program_get_lowered (task->program)->x);
      for (gint64 i = 0; slope != NULL && i < task->batch * task->c; i++)
        for (gint64 k = 0; k < plane; k++)
          sum[k] += cj_tensor_f32 (slope)[i * plane + k] * cj_tensor_f32 (slope)[i * plane + k];
    }
  if (feed->problem != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_FILE, feed->problem);
      return FALSE;
    }
  for (gint64 k = 0; k < plane; k++)
    largest = MAX (largest, sum[k]);
  if (!(largest > 0) || !isfinite (largest) || is_stopped (task))
    return TRUE;
  for (gint64 k = 0; k < plane; k++)
    sum[k] /= largest;
  task->self->radius = find_radius (task, sum);
  task->self->field = g_steal_pointer (&field);
  return TRUE;
}

/* --- all of it --- */

/* Takes `self`. */
static CjlIdeal *
answer_all (CjlIdeal *self, CjProgram *program, guint node, CjdDataset *dataset,
            const CjlIdealOptions *options, CjlJob *job, GError **error)
{
  const CjShape shape = cjd_dataset_get_x_shape (dataset);
  g_autoptr (CjlIdeal) owned = self;
  Task task = { .self = self,
                .program = program,
                .node = node,
                .dataset = dataset,
                .options = options,
                .batch = cj_program_get_batch (program),
                .c = shape.dims[0],
                .h = shape.dims[1],
                .w = shape.dims[2],
                .job = job };
  gboolean good;

  self->box = (CjlField){ 0, 0, task.h - 1, task.w - 1 };
  self->pixels = dataset->x_dtype == CJ_UINT8;
  good = read_shape (&task, error) && read_target (&task, error);
  if (good)
    {
      make_want (&task);
      if (!options->mean && !task.last)
        cjl_receptive_field (cj_program_get_lowered (program), node, task.rows / 2,
                             task.columns / 2, &self->box);
      good = climb (&task, error);
    }
  if (good && !is_stopped (&task))
    {
      leave (&task, CLIMB_SHARE);
      good = options->n_samples == 0 || find_examples (&task, error);
    }
  if (good && !is_stopped (&task))
    {
      leave (&task, CLIMB_SHARE + EXAMPLE_SHARE);
      good = find_field (&task, error) && take_input (&task, error);
    }
  task_clear (&task);
  return good ? g_steal_pointer (&owned) : NULL;
}

static CjlIdeal *
ideal_new (const CjdDataset *dataset, const CjlIdealOptions *options, guint64 step)
{
  CjlIdeal *self = g_new0 (CjlIdeal, 1);

  self->node = g_strdup (options->node);
  self->data = g_strdup (dataset->name);
  self->step = step;
  self->settings = cjl_settings_print (cjl_ideal_params, options, sizeof *options);
  return self;
}

typedef struct
{
  CjlNetwork *network;
  CjlIdealOptions options;
  char *node, *direction;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  cjl_network_free (order->network);
  g_free (order->node);
  g_free (order->direction);
  g_free (order);
}

static gpointer
run_order (CjlJob *job, gpointer data, GError **error)
{
  const Order *order = data;
  const CjlNetwork *network = order->network;
  const int node = cjl_graph_prune (network->graph, network->dataset, order->node, error);
  g_autoptr (CjProgram) program
      = node >= 0 ? cjl_network_compile (network, CJ_PURPOSE_EXPLAIN,
                                         MAX (order->options.n_pictures, 1), error)
                  : NULL;

  if (program == NULL)
    return NULL;
  return answer_all (ideal_new (network->dataset, &order->options, network->weights->at.step),
                     program, (guint) node, network->dataset, &order->options, job, error);
}

CjlJob *
cjl_ideal_start (const CjGraph *graph, CjdDataset *dataset, CjCheckpoint *weights,
                 const CjlIdealOptions *options)
{
  Order *order = g_new0 (Order, 1);

  order->network = cjl_network_new (graph, dataset, weights);
  order->options = *options;
  order->options.node = order->node = g_strdup (options->node);
  order->options.direction = order->direction = g_strdup (options->direction);
  return cjl_job_new (run_order, order, order_free, (GDestroyNotify) cjl_ideal_free);
}

CjlIdeal *
cjl_ideal_project (CjlProject *project, CjdDataset *dataset, const CjlIdealOptions *options,
                   GError **error)
{
  const CjDataSpec spec = cjl_data_spec (dataset, MAX (options->n_pictures, 1));
  g_autoptr (CjGraph) graph = cj_graph_dup (project->graph);
  g_autoptr (GArray) epochs = cjl_project_read_history (project);
  const int node = cjl_graph_prune (graph, dataset, options->node, error);
  g_autoptr (CjProgram) program
      = node >= 0 ? cj_program_new (graph, CJ_PURPOSE_EXPLAIN, &spec, 2, error) : NULL;
  const guint64 step
      = epochs->len > 0 ? g_array_index (epochs, CjRunEpoch, epochs->len - 1).step : 0;

  if (program == NULL)
    return NULL;
  cj_program_init (program, (guint64) project->setup->seed);
  cjl_project_apply_weights (project, program);
  return answer_all (ideal_new (dataset, options, step), program, (guint) node, dataset, options,
                     NULL, error);
}
