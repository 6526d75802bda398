/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What samples say of a network in int8: the range of every value, and how well it does compared with the floats. */
#include "cjl-c-private.h"

#include "cj-error.h"
#include "cjd-dataset.h"
#include "cjl-quantise.h"
#include "cjl-responses.h"

#include <string.h>

#define SAMPLES 500 /* on which ranges are calibrated, at most */
#define LEAST_SAMPLES 20
#define WORK 4e9        /* multiply-adds that may be spent */
#define MOST_VALUES 400 /* of one value that a sample adds, evenly taken */
#define MEASURED 1000   /* samples on which accuracy is measured, at most */

static guint
count_samples (const CjlC *c, guint most)
{
  const CjProgramCost cost = cj_program_get_cost (c->program);

  return (guint) CLAMP (WORK / (double) MAX (cost.macs, 1), LEAST_SAMPLES, most);
}

/* One sample goes through the network in floats. */
static gboolean
run_floats (const CjlC *c, CjFeed *feed, guint32 index, GError **error)
{
  feed->fill (feed, &index, 1, 0, 0, cj_program_get_x (c->program), cj_program_get_y (c->program));
  if (feed->problem != NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, "%s", feed->problem);
      return FALSE;
    }
  cj_program_forward (c->program, FALSE, 1, 0, 0);
  return TRUE;
}

/* --- ranges --- */

static void
look (const CjlC *c, int value, GArray **seen)
{
  g_autoptr (CjTensor) x = cj_program_dup_value (c->program, value);
  gint64 size;

  if (x == NULL || x->dtype != CJ_FLOAT32)
    return;
  if (seen[value] == NULL)
    seen[value] = g_array_new (FALSE, FALSE, sizeof (float));
  size = cj_shape_size (&x->shape);
  for (gint64 i = 0, step = MAX (1, size / MOST_VALUES); i < size; i += step)
    g_array_append_val (seen[value], cj_tensor_f32 (x)[i]);
}

static void
look_all (const CjlC *c, GArray **seen)
{
  const int x = cj_program_get_lowered (c->program)->x;

  if (c->quants[x].bits == 0)
    look (c, x, seen);
  for (guint i = 0; i < c->steps->len; i++)
    {
      const CjlCStep *step = cjl_c_step (c, i);

      for (guint k = 0; k < step->step->op.n_out && step->needed; k++)
        if (c->quants[step->step->out + (int) k].bits == 0
            && c->uses[step->step->out + (int) k] > 0)
          look (c, step->step->out + (int) k, seen);
    }
}

gboolean
cjl_c_calibrate (CjlC *c, const CjdDataset *dataset, GError **error)
{
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed ((CjdDataset *) dataset, CJD_SPLIT_TRAIN);
  g_autofree guint32 *index = NULL, *place = NULL;
  const gsize n
      = cjl_samples_spread (dataset, CJD_SPLIT_TRAIN, count_samples (c, SAMPLES), &index, &place);
  g_autofree GArray **seen = g_new0 (GArray *, c->n_values + 1);
  CjlQuantiseOptions options;
  gboolean good = TRUE;

  cjl_quantise_options_init (&options);
  for (gsize i = 0; i < n && good; i++)
    {
      good = run_floats (c, feed, place[i], error);
      if (good)
        look_all (c, seen);
    }
  for (guint i = 0; i < c->n_values; i++)
    {
      if (seen[i] == NULL)
        continue;
      c->quants[i] = cj_quant_fit_values ((float *) (void *) seen[i]->data, seen[i]->len,
                                          options.percentile, CJ_QUANT_MAX_BITS);
      g_array_unref (seen[i]);
    }
  return good;
}

/* --- accuracy --- */

static guint
find_largest (const float *x, gint64 n)
{
  guint best = 0;

  for (gint64 i = 1; i < n; i++)
    if (x[i] > x[best])
      best = (guint) i;
  return best;
}

/* The sample as the caller would give it: not normalised. */
static gconstpointer
undo_norm (const CjlC *c, float *room)
{
  const CjTensor *x = cj_program_get_x (c->program);
  const CjlIntake *e = &c->intake;
  const gint64 n = cj_shape_size (&x->shape);

  if (e->n_channels == 0)
    return x->data;
  for (gint64 i = 0; i < n; i++)
    {
      const gint64 k = i / (n / e->n_channels);

      room[i] = cj_tensor_f32 (x)[i] * e->std[k] + e->mean[k];
    }
  return room;
}

static void
compare (CjlC *c, const CjdDataset *dataset, CjdSplit split)
{
  g_autoptr (CjFeed) feed = cjd_dataset_new_feed ((CjdDataset *) dataset, split);
  g_autofree guint32 *index = NULL, *place = NULL;
  const gsize n = cjl_samples_spread (dataset, split, count_samples (c, MEASURED), &index, &place);
  const gint64 k = cjl_c_get_n_out (c);
  g_autofree float *room = g_new (float, cjl_c_get_n_in (c)), *answer = g_new (float, k);
  guint right = 0, right_float = 0, done = 0;

  for (gsize i = 0; i < n && run_floats (c, feed, place[i], NULL); i++, done++)
    {
      const CjTensor *y = cj_program_get_y (c->program);
      const guint class = (guint) cj_tensor_i32 ((CjTensor *) y)[0];

      right_float += find_largest (cj_program_get_prediction (c->program, NULL), k) == class;
      cjl_c_run (c, undo_norm (c, room), answer);
      right += find_largest (answer, k) == class;
    }
  if (done == 0)
    return;
  c->facts.n_samples = done;
  c->facts.is_test = split == CJD_SPLIT_TEST;
  c->facts.accuracy = (double) right / done;
  c->facts.accuracy_float = (double) right_float / done;
}

void
cjl_c_find_facts (CjlC *c, const CjdDataset *dataset)
{
  const CjdSplit split = dataset != NULL && cjd_dataset_count (dataset, CJD_SPLIT_TEST) > 0
                             ? CJD_SPLIT_TEST
                             : CJD_SPLIT_VAL;
  const CjTensor *y = cj_program_get_y (c->program);

  c->facts.arena = c->arena;
  c->facts.macs = c->macs;
  for (guint i = 0; i < c->buffers->len; i++)
    {
      const CjlCBuffer *b = cjl_c_buffer (c, (int) i);

      if (b->place == CJL_C_CONST && b->first >= 0)
        c->facts.flash += b->n * (b->type == CJL_C_INT8 ? 1 : 4);
    }
  c->facts.flash_float = c->facts.flash;
  if (c->int8)
    c->facts.flash_float = 4 * cj_program_get_cost (c->program).n_params;
  if (dataset != NULL && c->classes && y != NULL && y->dtype == CJ_INT32)
    compare (c, dataset, split);
}
