/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What undo asks of a session: moments of its run, and bursts of training as entries of the stack. */
#include "cjl-session-private.h"

#include "cjl-archive.h"
#include "cjl-run.h"

#include <glib/gi18n-lib.h>

static gboolean
is_same_place (const CjRunState *a, const CjRunState *b)
{
  return a->step == b->step && a->last == b->last && a->n_commands == b->n_commands
         && a->n_cuts == b->n_cuts && a->n_points == b->n_points && a->good == b->good;
}

static CjlMoment *
capture (gpointer session)
{
  CjlSession *self = session;
  const CjRunState state = cj_runner_get_state (self->runner);
  CjMoment *run;
  CjCheckpoint *newest;
  guint n;

  if (self->burst != NULL)
    return cjl_moment_ref (self->burst);
  if (self->moment != NULL && self->n_told == self->moment_told && state.status != CJ_RUN_SEEKING
      && is_same_place (&state, &self->moment_state))
    return cjl_moment_ref (self->moment);
  run = cj_runner_dup_moment (self->runner, CJL_RUN_BUDGET);
  n = cj_ring_get_n (run->ring);
  newest = n > 0 ? cj_ring_peek (run->ring, n - 1) : NULL;
  g_clear_pointer (&self->moment, cjl_moment_unref);
  self->moment
      = cjl_moment_new (run, newest != NULL && newest == self->base ? self->base_moment : NULL);
  self->moment_told = self->n_told;
  self->moment_state = state;
  if (newest != NULL && newest != self->base)
    {
      g_clear_pointer (&self->base, cj_checkpoint_unref);
      g_clear_pointer (&self->base_moment, cjl_moment_unref);
      self->base = cj_checkpoint_ref (newest);
      self->base_moment = cjl_moment_ref (self->moment);
    }
  return cjl_moment_ref (self->moment);
}

gboolean
cjl_session_is_training (CjlSession *self)
{
  return self->burst != NULL && cj_runner_get_state (self->runner).status == CJ_RUN_TRAINING;
}

gboolean
cjl_session_settle (CjlSession *self)
{
  g_autoptr (CjlMoment) before = NULL;
  g_autofree char *title = NULL;
  guint64 to;

  if (self->burst == NULL || cjl_session_is_training (self))
    return FALSE;
  before = g_steal_pointer (&self->burst);
  to = cj_runner_get_state (self->runner).step;
  self->seconds += (double) (g_get_monotonic_time () - self->burst_time) / G_USEC_PER_SEC;
  if (to == self->burst_from)
    return FALSE;
  title = g_strdup_printf (_ ("Training, steps %llu–%llu"), (unsigned long long) self->burst_from,
                           (unsigned long long) to);
  cjl_project_push_run (self->project, title, before);
  return TRUE;
}

void
cjl_session_train (CjlSession *self, guint64 n_steps)
{
  cjl_session_settle (self);
  if (self->burst == NULL)
    {
      self->burst = capture (self);
      self->burst_from = self->burst->run->step;
      self->burst_time = g_get_monotonic_time ();
    }
  cj_runner_train (self->runner, n_steps);
}

/* Pauses and waits for the step under way. */
void
cjl_session_rest (CjlSession *self)
{
  if (self->burst == NULL)
    return;
  cj_runner_pause (self->runner);
  while (cjl_session_is_training (self))
    g_usleep (200);
  cjl_session_settle (self);
}

void
cjl_session_seek (CjlSession *self, guint64 step)
{
  cjl_session_rest (self);
  cj_runner_seek (self->runner, step);
}

void
cjl_session_restore (CjlSession *self, CjlMoment *moment)
{
  const guint n = moment->run->log->commands->len;
  g_autoptr (CjGraph) graph = cj_run_log_make_graph (moment->run->log, n, NULL);
  g_autoptr (CjTrainSetup) setup = cj_run_log_make_setup (moment->run->log, n, NULL);

  self->n_told++;
  self->n_cuts = G_MAXUINT;
  cj_runner_restore (self->runner, moment->run);
  if (graph != NULL && setup != NULL)
    cjl_session_note_compiled (self, graph, setup);
  cjl_session_make_probe (self);
}

/* The run as it is at its last step, wherever in it a person looks. */
void
cjl_session_archive (CjlSession *self, GVariant *settings)
{
  const CjRunState state = cj_runner_get_state (self->runner);
  g_autoptr (CjCheckpoint) last = NULL;

  if (state.last == 0)
    return;
  last = state.step == state.last ? cj_runner_save (self->runner)
                                  : cj_runner_dup_kept (self->runner, state.last);
  if (last != NULL)
    cjl_archive_add (self->project, settings, last, cjl_session_read_epochs (self), self->seconds);
}

static gboolean
hook_is_training (gpointer session)
{
  return cjl_session_is_training (session);
}

static gboolean
hook_settle (gpointer session)
{
  return cjl_session_settle (session);
}

static void
hook_rest (gpointer session)
{
  cjl_session_rest (session);
}

static void
hook_restore (gpointer session, CjlMoment *moment)
{
  cjl_session_restore (session, moment);
}

static void
hook_archive (gpointer session, GVariant *settings)
{
  cjl_session_archive (session, settings);
}

const CjlRunHooks cjl_session_hooks
    = { capture, hook_is_training, hook_settle, hook_rest, hook_restore, hook_archive };
