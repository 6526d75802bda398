/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-view-live.h"

#define PAUSE_US 350000 /* between two measurements, which take a processor from the training */

static void
start_job (CjuViewLive *self, CjuView *view, guint64 step, CjuViewLiveStart start)
{
  CjuDocument *document = cju_view_get_document (view);
  g_autoptr (CjCheckpoint) weights
      = cj_runner_dup_snapshot (cjl_session_get_runner (cju_document_get_session (document)));

  if (weights == NULL)
    return;
  self->asked = TRUE;
  self->step = step;
  self->sample = cju_document_get_sample (document);
  self->split = cju_document_get_split (document);
  self->lowered = cju_document_get_lowered (document);
  self->job = start (view, cjl_network_new (cju_document_get_project (document)->graph,
                                            cju_document_get_dataset (document), weights));
}

static gpointer
take (CjuViewLive *self, CjuView *view)
{
  g_autoptr (GError) error = NULL;
  gpointer fresh;

  if (!cjl_job_is_done (self->job))
    return NULL;
  fresh = cjl_job_take_result (self->job);
  error = cjl_job_dup_error (self->job);
  g_clear_pointer (&self->job, cjl_job_abandon);
  self->rested = g_get_monotonic_time ();
  if (error != NULL && g_strcmp0 (error->message, self->told) != 0)
    {
      g_free (self->told);
      self->told = g_strdup (error->message);
      cju_view_tell (view, error->message);
    }
  return fresh;
}

gpointer
cju_view_live_follow (CjuViewLive *self, CjuView *view, gboolean of_sample, CjuViewLiveStart start)
{
  CjuDocument *document = cju_view_get_document (view);
  CjlSession *session = cju_document_get_session (document);
  guint64 step;

  if (self->job != NULL)
    return take (self, view);
  if (start == NULL || session == NULL || cju_document_get_dataset (document) == NULL
      || g_get_monotonic_time () - self->rested < PAUSE_US)
    return NULL;
  step = cj_runner_get_state (cjl_session_get_runner (session)).step;
  if (!self->asked || step != self->step || self->split != cju_document_get_split (document)
      || self->lowered != cju_document_get_lowered (document)
      || (of_sample && self->sample != cju_document_get_sample (document)))
    start_job (self, view, step, start);
  return NULL;
}

void
cju_view_live_forget (CjuViewLive *self)
{
  self->asked = FALSE;
}

void
cju_view_live_clear (CjuViewLive *self)
{
  g_clear_pointer (&self->job, cjl_job_abandon);
  g_clear_pointer (&self->told, g_free);
}
