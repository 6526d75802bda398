/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-card-private.h"

#include "cj-error.h"
#include "cjd-reader.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define WAIT_US 20000 /* between two looks at a training under way */

/* --- data --- */

/* Data sets that people have to get for themselves. */
static const struct
{
  const char *folder, *title, *reader, *files;
} data_sets[] = {
  { "mnist", "MNIST", "idx",
    "train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, "
    "t10k-labels-idx1-ubyte.gz (https://ossci-datasets.s3.amazonaws.com/mnist/)" },
  { "fashion-mnist", "Fashion-MNIST", "idx",
    "train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, "
    "t10k-labels-idx1-ubyte.gz (https://github.com/zalandoresearch/fashion-mnist)" },
};

static gboolean
is_there (const char *path, const char *reader)
{
  const CjdReaderInfo *info = NULL;
  g_autofree char *place
      = g_file_test (path, G_FILE_TEST_IS_DIR) ? cjd_find (path, &info, NULL) : NULL;

  return place != NULL && info != NULL && g_str_equal (info->id, reader);
}

char *
cjl_card_find_data_set (const char *name, const char *title, const char *folder, GError **error)
{
  const char *where = folder != NULL ? folder : g_getenv ("CAJAL_DATA_DIR");
  g_autofree char *where_text = NULL;
  guint i = 0;

  while (i < G_N_ELEMENTS (data_sets) && !g_str_equal (data_sets[i].folder, name))
    i++;
  g_return_val_if_fail (i < G_N_ELEMENTS (data_sets), NULL);
  if (where != NULL)
    {
      g_autofree char *inside = g_build_filename (where, name, NULL);

      if (is_there (inside, data_sets[i].reader))
        return g_steal_pointer (&inside);
      if (is_there (where, data_sets[i].reader))
        return g_strdup (where);
    }
  /* Translators: a folder */
  where_text = where != NULL ? g_strdup_printf (_ ("in %s"), where) : g_strdup (_ ("at hand"));
  /* Translators: title of a card, name of data, “in FOLDER” or “at hand”, files, name of a folder */
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
               _ ("“%s” needs %s, which is not %s. Put the files %s into a folder “%s”, and choose "
                  "the folder that it is in (for cajal-cli: --data FOLDER, or CAJAL_DATA_DIR)."),
               _ (title), data_sets[i].title, where_text, data_sets[i].files, data_sets[i].folder);
  return NULL;
}

char *
cjl_card_find_data (const CjlResultCard *card, const char *folder, GError **error)
{
  return card->data_set != NULL
             ? cjl_card_find_data_set (card->data_set, card->experiment.title, folder, error)
             : NULL;
}

CjlProject *
cjl_card_make_project (const CjlResultCard *card, const char *folder, GError **error)
{
  g_autofree char *path = NULL;
  CjlTemplate experiment = card->experiment;

  g_return_val_if_fail (experiment.network != NULL, NULL);
  if (card->data_set != NULL)
    {
      path = cjl_card_find_data (card, folder, error);
      if (path == NULL)
        return NULL;
      experiment.source = path;
    }
  return cjl_template_make (&experiment, error);
}

/* --- for procedures --- */

gboolean
cjl_card_run_is_cancelled (CjlCardRun *self)
{
  return cjl_job_is_cancelled (self->job);
}

void
cjl_card_run_progress (CjlCardRun *self, double share)
{
  cjl_job_set_progress (self->job, (self->seed + CLAMP (share, 0, 1)) / self->n_seeds);
}

gboolean
cjl_card_part_go_on (double progress, gpointer data)
{
  const CjlCardPart *part = data;

  cjl_card_run_progress (part->run, part->begin + part->share * progress);
  return !cjl_card_run_is_cancelled (part->run);
}

const CjlResultCard *
cjl_card_run_get_card (CjlCardRun *self)
{
  return self->card;
}

CjdDataset *
cjl_card_run_get_dataset (CjlCardRun *self)
{
  return self->dataset;
}

void
cjl_card_run_take_dataset (CjlCardRun *self, CjdDataset *dataset)
{
  cjd_dataset_ref (dataset);
  cjd_dataset_unref (self->dataset);
  self->dataset = dataset;
}

CjlProject *
cjl_card_run_get_project (CjlCardRun *self)
{
  return self->project;
}

guint
cjl_card_run_get_n_threads (CjlCardRun *self)
{
  return self->n_threads;
}

/* Until the run ends or is no longer wanted; FALSE: that. */
static gboolean
wait_for (CjlCardRun *self, CjRunner *runner, double from, double to)
{
  CjRunState state;

  cj_runner_watch (runner, FALSE);
  cj_runner_train (runner, G_MAXUINT64);
  do
    {
      g_usleep (WAIT_US);
      if (cjl_card_run_is_cancelled (self))
        cj_runner_pause (runner);
      state = cj_runner_get_state (runner);
      cjl_card_run_progress (
          self, from + (to - from) * (double) state.step / (double) MAX (state.n_steps, 1));
    }
  while (state.status == CJ_RUN_TRAINING);
  return !cjl_card_run_is_cancelled (self);
}

CjlNetwork *
cjl_card_run_train (CjlCardRun *self, double from, double to, GError **error)
{
  g_autoptr (CjlSession) session = NULL;
  g_autofree char *failure = NULL;
  CjRunner *runner;

  cjl_project_begin_anew (self->project);
  session = cjl_session_new (self->project, self->dataset, self->n_threads, error);
  if (session == NULL)
    return NULL;
  runner = cjl_session_get_runner (session);
  if (!wait_for (self, runner, from, to))
    return NULL;
  failure = cj_runner_dup_error (runner);
  if (failure != NULL)
    {
      g_set_error_literal (error, CJ_ERROR, CJ_ERROR_NUMBER, failure);
      return NULL;
    }
  cjl_session_store (session, TRUE);
  self->step = cj_runner_get_state (runner).step;
  return cjl_network_new_project (self->project, self->dataset, error);
}

void
cjl_card_run_set (CjlCardRun *self, const char *value, double number)
{
  guint i = 0;

  while (i < self->n_values && !g_str_equal (self->card->values[i].name, value))
    i++;
  g_return_if_fail (i < self->n_values);
  self->measured[i * self->n_seeds + self->seed] = (float) number;
  cjl_job_leave (self->job, cjl_card_run_report (self, self->seed));
}

void
cjl_card_run_set_point (CjlCardRun *self, const char *line, guint point, double number)
{
  guint i = 0;

  while (i < self->n_lines && !g_str_equal (self->card->lines[i].name, line))
    i++;
  g_return_if_fail (i < self->n_lines && point < self->card->n_points);
  self->curves[(i * self->n_seeds + self->seed) * self->card->n_points + point] = (float) number;
  cjl_job_leave (self->job, cjl_card_run_report (self, self->seed));
}

void
cjl_card_run_take_figure (CjlCardRun *self, const char *figure, CjvFrame *frame)
{
  const CjvFigureInfo *info = cjv_figure_find (figure);

  if (self->seed > 0 || info == NULL)
    {
      g_warn_if_fail (info != NULL);
      cjv_frame_free (frame);
      return;
    }
  g_clear_pointer (&self->frame, cjv_frame_free);
  self->figure = info;
  self->frame = frame;
  cjl_job_leave (self->job, cjl_card_run_report (self, self->seed));
}

/* --- the job --- */

static void
free_run (gpointer data)
{
  CjlCardRun *self = data;

  g_clear_pointer (&self->dataset, cjd_dataset_unref);
  g_clear_pointer (&self->project, cjl_project_unref);
  g_clear_pointer (&self->first, cjl_project_unref);
  g_clear_pointer (&self->frame, cjv_frame_free);
  g_free (self->measured);
  g_free (self->curves);
  g_free (self->folder);
  g_free (self);
}

static gboolean
begin_seed (CjlCardRun *self, guint64 seed, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, seed);

  if (self->card->experiment.network == NULL)
    return TRUE;
  g_clear_pointer (&self->project, cjl_project_unref);
  self->project = cjl_card_make_project (self->card, self->folder, error);
  if (self->project == NULL || !cjl_project_set (self->project, "seed", text, error))
    return FALSE;
  if (self->dataset == NULL)
    self->dataset = cjl_data_load (&self->project->data, error);
  if (self->dataset == NULL)
    return FALSE;
  cjl_project_refit (self->project, self->dataset);
  return TRUE;
}

static gpointer
run_job (CjlJob *job, gpointer data, GError **error)
{
  CjlCardRun *self = data;

  self->job = job;
  self->begin = g_get_monotonic_time ();
  for (self->seed = 0; self->seed < self->n_seeds; self->seed++)
    {
      if (!begin_seed (self, self->seed + 1, error)
          || !self->card->run (self, self->seed + 1, error))
        return NULL;
      if (cjl_job_is_cancelled (job))
        break;
      if (self->first == NULL && self->project != NULL)
        self->first = g_steal_pointer (&self->project);
      cjl_job_set_progress (job, (double) (self->seed + 1) / self->n_seeds);
    }
  return cjl_card_run_report (self, self->seed);
}

static guint
count_values (const CjlResultCard *card)
{
  guint n = 0;

  while (card->values[n].name != NULL)
    n++;
  return n;
}

static guint
count_lines (const CjlResultCard *card)
{
  guint n = 0;

  while (card->lines != NULL && card->lines[n].name != NULL)
    n++;
  return n;
}

static float *
make_numbers (gsize n)
{
  float *numbers = g_new (float, n + 1);

  for (gsize i = 0; i < n; i++)
    numbers[i] = NAN;
  return numbers;
}

static CjlCardRun *
new_run (const CjlResultCard *card, guint n_seeds)
{
  CjlCardRun *self = g_new0 (CjlCardRun, 1);

  self->card = card;
  self->n_seeds = CLAMP (n_seeds > 0 ? n_seeds : card->n_seeds, 1, CJL_CARD_MAX_SEEDS);
  self->n_values = count_values (card);
  self->n_lines = count_lines (card);
  self->measured = make_numbers ((gsize) self->n_values * self->n_seeds);
  self->curves = make_numbers ((gsize) self->n_lines * self->n_seeds * card->n_points);
  return self;
}

CjvFrame *
cjl_card_new_frame (const CjlResultCard *card)
{
  CjlCardRun *run = new_run (card, 0);
  CjvFrame *frame = cjl_card_run_frame (run, 0, FALSE);

  free_run (run);
  return frame;
}

CjlJob *
cjl_card_start (const CjlResultCard *card, const char *folder, guint n_seeds, guint n_threads)
{
  CjlCardRun *self = new_run (card, n_seeds);

  self->folder = g_strdup (folder);
  self->n_threads = MAX (n_threads, 1);
  return cjl_job_new (run_job, self, free_run, (GDestroyNotify) cjl_card_result_free);
}
