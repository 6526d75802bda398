/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-rig.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

CjDataSpec
cj_feed_get_spec (const CjFeed *feed, gint64 batch)
{
  return (CjDataSpec){ .batch = batch,
                       .x_shape = feed->x_shape,
                       .x_dtype = feed->x_dtype,
                       .y_shape = feed->y_shape,
                       .y_dtype = feed->y_dtype,
                       .n_classes = feed->n_classes,
                       .n_words = feed->n_words,
                       .heads = feed->heads,
                       .has_y = TRUE };
}

CjRig *
cj_rig_new (const CjGraph *graph, const CjTrainSetup *setup, CjFeed *feed, guint n_threads,
            GError **error)
{
  const CjLearning learning = cj_train_setup_get_learning (setup);
  CjDataSpec spec = cj_feed_get_spec (feed, setup->batch);
  g_autoptr (CjRig) self = g_new0 (CjRig, 1);

  spec.learning = &learning;
  self->feed = feed;
  self->graph = cj_graph_dup (graph);
  self->program = cj_program_new (graph, CJ_PURPOSE_TRAIN, &spec, n_threads, error);
  if (self->program == NULL)
    return NULL;
  cj_program_init (self->program, (guint64) setup->seed);
  self->trainer = cj_trainer_new (self->program, setup, feed, error);
  if (self->trainer != NULL && setup->attack > 0)
    {
      self->adversary = cj_adversary_new (graph, setup, feed, n_threads, error);
      if (self->adversary == NULL)
        return NULL;
      cj_trainer_set_adversary (self->trainer, self->adversary);
    }
  if (self->trainer != NULL && setup->continual.remedy == CJ_REMEDY_EWC && feed->n_tasks > 1)
    {
      self->fisher = cj_fisher_new (graph, feed, n_threads, error);
      if (self->fisher == NULL)
        return NULL;
      cj_trainer_set_fisher (self->trainer, self->fisher);
    }
  return self->trainer != NULL ? g_steal_pointer (&self) : NULL;
}

void
cj_rig_free (CjRig *self)
{
  g_clear_pointer (&self->trainer, cj_trainer_free);
  g_clear_pointer (&self->adversary, cj_adversary_free);
  g_clear_pointer (&self->fisher, cj_fisher_free);
  g_clear_pointer (&self->program, cj_program_free);
  g_clear_pointer (&self->graph, cj_graph_free);
  g_free (self);
}

/* With another batch size the epoch goes on at the first batch that was not seen in full. */
static void
move_place (CjPlace *at, gint64 old_batch, gint64 batch, guint steps_per_epoch)
{
  const guint position = (guint) MIN ((gint64) at->position * old_batch / batch,
                                      (gint64) MAX (steps_per_epoch, 1) - 1);

  if (batch == old_batch)
    return;
  if (at->position > 0)
    {
      at->sum.loss *= (double) position / at->position;
      at->sum.accuracy *= (double) position / at->position;
    }
  at->position = position;
}

/* Another remedy against forgetting knows nothing of what the one before found. */
static void
let_go (CjCheckpoint *to)
{
  const gsize size = sizeof (float) * (gsize) to->table->n_weights;
  float *anchor = cj_checkpoint_get_kind (to, CJ_SLOT_ANCHOR);
  float *importance = cj_checkpoint_get_kind (to, CJ_SLOT_IMPORTANCE);
  float *path = cj_checkpoint_get_kind (to, CJ_SLOT_PATH);

  if (anchor != NULL)
    memcpy (anchor, to->weights, size);
  if (importance != NULL)
    memset (importance, 0, size);
  if (path != NULL)
    memset (path, 0, size);
}

void
cj_rig_take_over (CjRig *self, CjRig *old, const GArray *cuts)
{
  const CjTrainSetup *was = cj_trainer_get_setup (old->trainer);
  const CjTrainSetup *is = cj_trainer_get_setup (self->trainer);
  const CjLearning learned = cj_train_setup_get_learning (was);
  const CjLearning learns = cj_train_setup_get_learning (is);
  const CjDataSpec spec = cj_feed_get_spec (self->feed, cj_program_get_batch (self->program));
  g_autoptr (CjSurgery) surgery
      = cj_surgery_new (old->graph, self->graph, &spec, &learned, &learns, cuts);
  g_autoptr (CjCheckpoint) from = cj_trainer_save (old->trainer);
  g_autoptr (CjCheckpoint) to = cj_trainer_save (self->trainer);
  const CjPlace start = to->at;

  cj_surgery_apply (surgery, from, to, was->optimizer == is->optimizer);
  if (was->continual.remedy != is->continual.remedy)
    let_go (to);
  to->at = from->at;
  if (was->optimizer != is->optimizer)
    memcpy (to->at.scalars, start.scalars, sizeof start.scalars);
  if (was->schedule != is->schedule)
    memcpy (to->at.schedule, start.schedule, sizeof start.schedule);
  if (!cj_table_equal (from->table, to->table)) /* the best weights are of another network */
    {
      to->at.best_loss = start.best_loss;
      to->at.best_step = from->at.step;
      to->at.n_worse = 0;
    }
  move_place (&to->at, cj_program_get_batch (old->program), spec.batch,
              cj_trainer_get_steps_per_epoch (self->trainer));
  if (!cj_trainer_load (self->trainer, to, NULL))
    g_assert_not_reached ();
}

char *
cj_rig_find_bad (CjRig *self, char **node)
{
  const CjTrainSetup *setup = cj_trainer_get_setup (self->trainer);
  const CjDataSpec spec = cj_feed_get_spec (self->feed, setup->batch);
  g_autoptr (CjCheckpoint) now = cj_trainer_save (self->trainer);
  const CjTableEntry *entry = cj_checkpoint_find_bad (now);
  g_autoptr (CjProgram) probe = NULL;
  int bad;

  *node = NULL;
  if (entry != NULL)
    {
      *node = g_strndup (entry->name, strcspn (entry->name, "."));
      return g_strdup_printf (_ ("the tensor “%s” has numbers that are not finite"), entry->name);
    }
  probe = cj_program_new (self->graph, CJ_PURPOSE_PROBE, &spec, 1, NULL);
  if (probe == NULL)
    return g_strdup (_ ("the batch cannot be looked at for want of memory"));
  cj_checkpoint_apply (now, probe);
  cj_trainer_show_batch (self->trainer);
  memcpy (cj_program_get_x (probe)->data, cj_program_get_x (self->program)->data,
          cj_tensor_bytes (cj_program_get_x (probe)));
  if (cj_program_get_y (probe) != NULL)
    memcpy (cj_program_get_y (probe)->data, cj_program_get_y (self->program)->data,
            cj_tensor_bytes (cj_program_get_y (probe)));
  cj_program_forward (probe, TRUE, spec.batch, (guint64) setup->seed, now->at.step);
  bad = cj_program_find_bad_node (probe);
  if (bad < 0)
    {
      const CjProgramParam *param = cj_program_find_bad_gradient (self->program);

      if (param == NULL)
        return g_strdup (_ ("every output and every gradient is finite, only their size is not"));
      *node = g_strndup (param->name, strcspn (param->name, "."));
      return g_strdup_printf (_ ("every output is finite, but not the gradient of “%s”"),
                              param->name);
    }
  *node = g_strdup (((CjNode *) self->graph->nodes->pdata[bad])->id);
  return g_strdup_printf (_ ("the output of “%s” is the first that is not finite"), *node);
}
