/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-checker.h"

#include <gio/gio.h>

#define PAUSE G_USEC_PER_SEC          /* between two checkups */
#define PATIENCE (2 * G_USEC_PER_SEC) /* after which nobody wants it any more */

struct _CjuChecker
{
  GObject parent;
  CjuDocument *document; /* owns this */
  CjlJob *job;
  CjlCheckup *checkup;
  CjdDataset *dataset; /* that the job is about */
  guint64 step;
  guint revision; /* of the graph */
  gint64 wanted, begun;
};

G_DEFINE_FINAL_TYPE (CjuChecker, cju_checker, G_TYPE_OBJECT)

static guint changed_signal;

static void
finish (CjuChecker *self)
{
  CjlCheckup *checkup = cjl_job_take_result (self->job);

  g_clear_pointer (&self->job, cjl_job_abandon);
  if (self->dataset != cju_document_get_dataset (self->document))
    g_clear_pointer (&checkup, cjl_checkup_free);
  if (checkup == NULL)
    return;
  g_clear_pointer (&self->checkup, cjl_checkup_free);
  self->checkup = checkup;
  g_signal_emit (self, changed_signal, 0);
}

static void
look (CjuChecker *self)
{
  CjlSession *session = cju_document_get_session (self->document);
  CjdDataset *dataset = cju_document_get_dataset (self->document);
  const CjGraph *graph = cju_document_get_project (self->document)->graph;
  const gint64 now = g_get_monotonic_time ();
  g_autoptr (CjCheckpoint) weights = NULL;

  if (self->job != NULL)
    {
      if (cjl_job_is_done (self->job))
        finish (self);
      return;
    }
  if (session == NULL || dataset == NULL || now - self->wanted > PATIENCE
      || now - self->begun < PAUSE)
    return;
  weights = cj_runner_dup_snapshot (cjl_session_get_runner (session));
  if (weights == NULL
      || (self->begun > 0 && weights->at.step == self->step && graph->revision == self->revision))
    return;
  self->step = weights->at.step;
  self->revision = graph->revision;
  self->begun = now;
  g_clear_pointer (&self->dataset, cjd_dataset_unref);
  self->dataset = cjd_dataset_ref (dataset);
  self->job = cjl_checkup_start (graph, dataset, weights);
}

static gboolean
on_timeout (gpointer data)
{
  look (data);
  return G_SOURCE_CONTINUE;
}

/* What was found out of other data is of no use. */
static void
on_loaded (CjuChecker *self)
{
  g_clear_pointer (&self->checkup, cjl_checkup_free);
  self->begun = 0;
}

static void
cju_checker_dispose (GObject *object)
{
  CjuChecker *self = CJU_CHECKER (object);

  g_source_remove_by_user_data (self);
  g_clear_pointer (&self->job, cjl_job_abandon);
  g_clear_pointer (&self->checkup, cjl_checkup_free);
  g_clear_pointer (&self->dataset, cjd_dataset_unref);
  G_OBJECT_CLASS (cju_checker_parent_class)->dispose (object);
}

static void
cju_checker_class_init (CjuCheckerClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_checker_dispose;
  changed_signal = g_signal_new ("changed", CJU_TYPE_CHECKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
cju_checker_init (CjuChecker *self)
{
  g_timeout_add (150, on_timeout, self);
}

CjuChecker *
cju_checker_get (CjuDocument *document)
{
  CjuChecker *self = g_object_get_data (G_OBJECT (document), "checker");

  if (self == NULL)
    {
      self = g_object_new (CJU_TYPE_CHECKER, NULL);
      self->document = document;
      g_signal_connect_object (document, "loaded", G_CALLBACK (on_loaded), self, G_CONNECT_SWAPPED);
      g_object_set_data_full (G_OBJECT (document), "checker", self, g_object_unref);
    }
  return self;
}

const CjlCheckup *
cju_checker_get_checkup (CjuChecker *self)
{
  self->wanted = g_get_monotonic_time ();
  return self->checkup;
}
