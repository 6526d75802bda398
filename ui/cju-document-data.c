/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data of a document: read by a worker, and the sample of them, or of one's own, that is shown. */
#include "cju-document-private.h"

#include "cju-memory.h"
#include "cju-picture.h"
#include "cju-settings.h"
#include "cju-task.h"

/* What a worker needs to load data and to make a session for them, and what it made. */
typedef struct
{
  CjlDataChoice choice;
  CjdDataset *base, *dataset;
  CjlProject *copy; /* the project as it was when the worker began */
  guint n_threads;
  CjlSession *session; /* of the copy */
  GError *refusal;     /* why there is none */
} LoadTask;

static void
free_load_task (gpointer data)
{
  LoadTask *task = data;

  cjl_data_choice_clear (&task->choice);
  g_clear_pointer (&task->session, cjl_session_free);
  g_clear_pointer (&task->copy, cjl_project_unref);
  g_clear_pointer (&task->base, cjd_dataset_unref);
  g_clear_pointer (&task->dataset, cjd_dataset_unref);
  g_clear_error (&task->refusal);
  g_free (task);
}

static void
load_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  LoadTask *load = data;
  GError *error = NULL;

  (void) source;
  if (load->base == NULL && load->dataset == NULL)
    load->base = cjl_data_load_base (&load->choice, &error);
  if (load->base != NULL && load->dataset == NULL)
    load->dataset = cjl_data_dress (load->base, &load->choice, &error);
  if (load->dataset != NULL && !g_cancellable_is_cancelled (cancellable))
    load->session = cjl_session_new (load->copy, load->dataset, load->n_threads, &load->refusal);
  if (load->dataset != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
run_task (CjuDocument *self, LoadTask *load, GAsyncReadyCallback done)
{
  g_autoptr (GTask) task = cju_task_new (self, self->loading, done, NULL);

  load->copy = cjl_project_dup_for_worker (self->project);
  load->n_threads = cju_settings_get_threads ();
  g_task_set_task_data (task, load, free_load_task);
  g_task_run_in_thread (task, load_thread);
}

/* The session for the project as it is by now. */
static void
take_session (CjuDocument *self, LoadTask *load)
{
  if (load->session == NULL && load->refusal != NULL && !self->edited_since)
    self->refusal = g_strdup (load->refusal->message);
  self->starting = FALSE;
  if (load->session != NULL)
    {
      self->session = g_steal_pointer (&load->session);
      cjl_session_move (self->session, self->project, NULL);
      cjl_session_limit (self->session, self->speed);
    }
  cju_document_follow (self);
}

/* Training that waited for a session. */
static void
train_on (CjuDocument *self)
{
  const gboolean wanted = self->train_on;

  self->train_on = FALSE;
  if (wanted)
    cju_document_train (self, G_MAXUINT64); /* which waits on if a session is on its way */
}

static void
start_done (GObject *object, GAsyncResult *result, gpointer data)
{
  CjuDocument *self = CJU_DOCUMENT (object);
  LoadTask *load = g_task_get_task_data (G_TASK (result));

  (void) data;
  if (!g_task_propagate_boolean (G_TASK (result), NULL)) /* other data are on their way */
    return;
  take_session (self, load);
  train_on (self);
  cju_document_emit (self, CJU_DOCUMENT_EDITED);
}

void
cju_document_begin (CjuDocument *self)
{
  LoadTask *load;

  if (self->starting)
    return;
  self->starting = TRUE;
  self->edited_since = FALSE;
  load = g_new0 (LoadTask, 1);
  load->dataset = cjd_dataset_ref (self->dataset);
  run_task (self, load, start_done);
}

/* A sample of one's own that does not fit the data is gone. */
static void
forget_own (CjuDocument *self)
{
  const CjShape shape
      = self->dataset != NULL ? cjd_dataset_get_x_shape (self->dataset) : cj_shape1 (0);
  const CjShape one = cj_shape_batched (&shape, 1);

  if (self->own == NULL || cj_shape_equal (&one, &self->own->shape))
    return;
  g_clear_pointer (&self->own, cj_tensor_unref);
  g_clear_pointer (&self->own_name, g_free);
}

static void
load_done (GObject *object, GAsyncResult *result, gpointer data)
{
  CjuDocument *self = CJU_DOCUMENT (object);
  LoadTask *load = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  (void) data;
  g_task_propagate_boolean (G_TASK (result), &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (load->base != NULL)
    cju_document_put_base (self, &load->choice, load->base);
  self->pending = FALSE;
  g_clear_pointer (&self->dataset, cjd_dataset_unref);
  self->dataset = g_steal_pointer (&load->dataset);
  forget_own (self);
  if (self->dataset != NULL)
    take_session (self, load);
  else
    cju_document_set_trouble (self, error->message);
  train_on (self);
  cju_memory_trim (); /* what reading took */
  cju_document_emit (self, CJU_DOCUMENT_LOADED);
  cju_document_emit (self, CJU_DOCUMENT_EDITED);
}

void
cju_document_put_base (CjuDocument *self, const CjlDataChoice *choice, CjdDataset *base)
{
  const CjlDataChoice copy = cjl_data_choice_copy (choice);

  cjd_dataset_ref (base);
  g_clear_pointer (&self->base, cjd_dataset_unref);
  cjl_data_choice_clear (&self->base_choice);
  self->base = base;
  self->base_choice = copy;
}

void
cju_document_load (CjuDocument *self)
{
  CjlDataChoice before = self->loaded;
  LoadTask *load = g_new0 (LoadTask, 1);

  if (self->loading != NULL)
    g_cancellable_cancel (self->loading);
  g_clear_object (&self->loading);
  /* what was trained stays with undo; the weights go on to the next run */
  self->train_on
      = self->train_on || (self->session != NULL && self->state.status == CJ_RUN_TRAINING);
  g_clear_pointer (&self->session, cjl_session_leave);
  g_clear_pointer (&self->evaluation, cjl_evaluation_free);
  g_clear_pointer (&self->refusal, g_free);
  self->loaded = cjl_data_choice_copy (&self->project->data);
  self->loading = g_cancellable_new ();
  self->pending = TRUE;
  self->starting = self->edited_since = FALSE;
  cju_document_set_trouble (self, NULL); /* of the data before; of these nothing is known yet */
  if (before.source == NULL || !cjl_data_choice_same_base (&before, &self->loaded))
    {
      /* what is shown of the old data stays only as long as they are nearly the same */
      g_clear_pointer (&self->dataset, cjd_dataset_unref);
      g_clear_pointer (&self->lowered, cj_lowered_free);
      g_clear_pointer (&self->frame, cjl_probe_frame_unref);
      self->sample = 0;
    }
  cjl_data_choice_clear (&before);
  self->evaluated_step = G_MAXUINT64;
  self->evaluated_epoch = 0;
  load->choice = cjl_data_choice_copy (&self->project->data);
  if (self->base != NULL && cjl_data_choice_same_base (&self->base_choice, &load->choice))
    load->base = cjd_dataset_ref (self->base);
  run_task (self, load, load_done);
}

/* One's own sample as the data are normalised. You unref. */
static CjTensor *
normalise_own (CjuDocument *self)
{
  CjTensor *x = cj_tensor_new (CJ_FLOAT32, &self->own->shape);
  const gint64 c = self->own->shape.dims[1], plane = cj_shape_size (&self->own->shape) / c;

  for (gint64 i = 0; i < c * plane; i++)
    cj_tensor_f32 (x)[i] = (cj_tensor_f32 (self->own)[i] - self->dataset->mean[i / plane])
                           / self->dataset->std[i / plane];
  return x;
}

gboolean
cju_document_ask (CjuDocument *self)
{
  g_autoptr (CjTensor) x = NULL;

  if (self->own == NULL)
    return cjl_session_probe (self->session, self->split, self->sample);
  x = normalise_own (self);
  return cjl_session_probe_tensor (self->session, x);
}

void
cju_document_clear_data (CjuDocument *self)
{
  g_clear_pointer (&self->base, cjd_dataset_unref);
  cjl_data_choice_clear (&self->base_choice);
  cjl_data_choice_clear (&self->loaded);
  g_clear_pointer (&self->own, cj_tensor_unref);
  g_clear_pointer (&self->own_name, g_free);
}

void
cju_document_choose_from (CjuDocument *self, CjdSplit split, gsize index)
{
  self->split = split;
  self->sample = index;
  self->ask_again = TRUE;
  g_clear_pointer (&self->own, cj_tensor_unref);
  g_clear_pointer (&self->own_name, g_free);
  cju_document_emit (self, CJU_DOCUMENT_SAMPLE);
}

void
cju_document_choose_sample (CjuDocument *self, gsize index)
{
  cju_document_choose_from (self, CJD_SPLIT_VAL, index);
}

gsize
cju_document_get_sample (CjuDocument *self)
{
  return self->sample;
}

CjdSplit
cju_document_get_split (CjuDocument *self)
{
  return self->split;
}

gboolean
cju_document_find_sample (CjuDocument *self, gsize *sample)
{
  const gsize n = self->dataset != NULL ? cjd_dataset_get_n_samples (self->dataset) : 0;
  gsize left = self->sample;

  for (*sample = 0; *sample < n && self->own == NULL; (*sample)++)
    if (self->dataset->split[*sample] == self->split && left-- == 0)
      return TRUE;
  return FALSE;
}

void
cju_document_take_own (CjuDocument *self, CjTensor *x, const char *name)
{
  g_clear_pointer (&self->own, cj_tensor_unref);
  g_free (self->own_name);
  self->own_name = g_strdup (name);
  self->own = x;
  forget_own (self);
  self->ask_again = TRUE;
  cju_document_emit (self, CJU_DOCUMENT_SAMPLE);
}

CjTensor *
cju_document_get_own (CjuDocument *self)
{
  return self->own;
}

const char *
cju_document_get_own_name (CjuDocument *self)
{
  return self->own_name;
}

CjTensor *
cju_document_dup_picture (CjuDocument *self)
{
  gsize sample;

  if (self->own != NULL)
    return cj_tensor_ref (self->own);
  return cju_document_find_sample (self, &sample) ? cju_picture_read (self->dataset, sample) : NULL;
}
