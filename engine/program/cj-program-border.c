/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where learning begins. Ops before the border hear nothing but samples and frozen numbers, and are no matter of
 * chance: they give the same for a sample in every step, whatever stands beside it in the batch, so that whoever
 * knows what they gave may put it there instead of running them. N batch. */
#include "cj-program-private.h"

#include "cj-ops.h"

#include <string.h>

#define WORTH 16 /* multiply-adds before the border for each number at it, that keeping it pays */

typedef enum
{
  MOVES, /* learns, or is by chance, or hears what does */
  GIVEN, /* made of frozen numbers alone */
  FIXED  /* of the sample and of frozen numbers */
} Kind;

static CjValue *
get_value (const CjProgram *self, int value)
{
  return cj_builder_get_value (self->lowered->builder, value);
}

static guint
n_values (const CjProgram *self)
{
  return self->lowered->builder->values->len;
}

static guint
n_steps (const CjProgram *self)
{
  return self->lowered->builder->steps->len;
}

/* Whether an op gives for a sample what it gave before, if what it hears is the same. */
static gboolean
is_steady (const CjProgram *self, guint i)
{
  const CjOp *op = &cj_program_get_step (self, i)->op;

  if (op->info == &cj_op_noise)
    return self->resting[i];
  if (op->info == &cj_op_matmul && op->in_shape[0].n_dims < 3) /* rows are samples */
    return FALSE;
  if (op->blas != NULL) /* how it sums at the edges of a matrix is its own affair */
    return FALSE;
  return !op->mixes && !op->info->varies;
}

/* By value. */
static Kind *
find_kinds (const CjProgram *self, const CjGraph *graph)
{
  Kind *kinds = g_new0 (Kind, n_values (self) + 1);

  for (guint i = 0; i < n_values (self); i++)
    {
      const CjValue *v = get_value (self, (int) i);
      const CjNode *node = graph->nodes->pdata[MIN (v->node, graph->nodes->len - 1)];

      if (v->kind == CJ_VALUE_INPUT && (int) i == self->lowered->x)
        kinds[i] = FIXED;
      if ((v->kind == CJ_VALUE_PARAM || v->kind == CJ_VALUE_STATE) && node->frozen)
        kinds[i] = GIVEN;
    }
  for (guint i = 0; i < n_steps (self); i++)
    {
      const CjStep *step = cj_program_get_step (self, i);
      Kind kind = is_steady (self, i) ? GIVEN : MOVES;

      for (guint j = 0; j < step->op.n_in; j++)
        if (step->in[j] != CJ_NO_VALUE && kind != MOVES)
          kind = kinds[step->in[j]] == MOVES ? MOVES : MAX (kind, kinds[step->in[j]]);
      for (guint k = 0; k < step->op.n_out; k++)
        kinds[step->out + (int) k] = kind;
    }
  return kinds;
}

gboolean
cj_program_is_border (const CjProgram *self, int value)
{
  for (guint i = 0; i < self->border.values->len; i++)
    if (g_array_index (self->border.values, int, i) == value)
      return TRUE;
  return FALSE;
}

/* What is read behind the border; FALSE: it is no row of floats a sample. */
static gboolean
add_border (CjProgram *self, const Kind *kinds, int value)
{
  const CjValue *v = value != CJ_NO_VALUE ? get_value (self, value) : NULL;

  if (v == NULL || kinds[value] != FIXED || cj_program_is_border (self, value))
    return TRUE;
  if (v->dtype != CJ_FLOAT32 || v->shape.n_dims == 0 || v->shape.dims[0] != self->batch)
    return FALSE;
  g_array_append_val (self->border.values, value);
  self->border.floats += cj_shape_size (&v->shape) / self->batch;
  return TRUE;
}

static gboolean
find_values (CjProgram *self, const Kind *kinds)
{
  const CjLowered *lowered = self->lowered;
  gboolean good = TRUE;

  for (guint i = 0; i < n_steps (self) && good; i++)
    {
      const CjStep *step = cj_program_get_step (self, i);

      if (!self->live[i] || kinds[step->out] == FIXED)
        continue;
      for (guint j = 0; j < step->op.n_in && good; j++)
        good = add_border (self, kinds, step->in[j]);
    }
  for (guint i = 0; i < lowered->losses->len && good; i++)
    good = add_border (self, kinds, g_array_index (lowered->losses, int, i));
  for (guint i = 0; i < lowered->locals->len && good; i++)
    good = add_border (self, kinds, g_array_index (lowered->locals, int, i));
  return good && add_border (self, kinds, lowered->prediction);
}

static void
hash_text (GChecksum *sum, const char *text)
{
  g_checksum_update (sum, (const guchar *) text, (gssize) strlen (text) + 1);
}

static void
hash_number (GChecksum *sum, gint64 number)
{
  g_checksum_update (sum, (const guchar *) &number, sizeof number);
}

/* What a layer is, whatever its name. */
static void
hash_node (GChecksum *sum, const CjNode *node)
{
  hash_text (sum, node->layer->id);
  hash_number (sum, node->layer->version);
  for (const CjParam *p = node->layer->params; p != NULL && p->name != NULL; p++)
    {
      g_autofree char *text = cj_params_print (p, node->params);

      hash_text (sum, p->name);
      hash_text (sum, text != NULL ? text : "");
    }
}

static void
hash_shape (GChecksum *sum, const CjValue *v)
{
  hash_number (sum, v->kind);
  hash_number (sum, v->dtype);
  hash_number (sum, v->layout);
  hash_number (sum, v->shape.n_dims);
  for (guint a = 0; a < v->shape.n_dims; a++)
    hash_number (sum, v->shape.dims[a]);
}

/* The network before the border but for its numbers: layers with their values, shapes, and what is wired to what.
 * Values have numbers of their own, so that nothing behind the border counts. */
static char *
hash_network (const CjProgram *self, const CjGraph *graph, const Kind *kinds)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree gint64 *numbers = g_new (gint64, n_values (self) + 1);
  g_autofree gboolean *seen = g_new0 (gboolean, graph->nodes->len + 1);
  gint64 next = 0;

  for (guint i = 0; i < n_values (self); i++)
    {
      const CjValue *v = get_value (self, (int) i);
      const guint at = MIN (v->node, graph->nodes->len - 1);

      numbers[i] = kinds[i] != MOVES ? next++ : -1;
      if (kinds[i] == MOVES)
        continue;
      hash_shape (sum, v);
      if (!seen[at] && v->kind != CJ_VALUE_INPUT)
        hash_node (sum, graph->nodes->pdata[at]);
      seen[at] |= v->kind != CJ_VALUE_INPUT;
    }
  for (guint i = 0; i < n_steps (self); i++)
    {
      const CjStep *step = cj_program_get_step (self, i);

      if (!self->live[i] || kinds[step->out] == MOVES)
        continue;
      hash_text (sum, step->op.info->id);
      hash_number (sum, numbers[step->out]);
      for (guint j = 0; j < step->op.n_in; j++)
        hash_number (sum, step->in[j] != CJ_NO_VALUE ? numbers[step->in[j]] : -1);
    }
  for (guint i = 0; i < self->border.values->len; i++)
    hash_number (sum, numbers[g_array_index (self->border.values, int, i)]);
  return g_strdup (g_checksum_get_string (sum));
}

/* Frozen numbers that are read before the border. */
static void
find_numbers (CjProgram *self, const Kind *kinds)
{
  g_autofree gboolean *seen = g_new0 (gboolean, n_values (self) + 1);

  for (guint i = 0; i < n_steps (self); i++)
    {
      const CjStep *step = cj_program_get_step (self, i);

      for (guint j = 0; j < step->op.n_in && self->live[i] && kinds[step->out] != MOVES; j++)
        if (step->in[j] != CJ_NO_VALUE && !seen[step->in[j]]
            && (get_value (self, step->in[j])->kind == CJ_VALUE_PARAM
                || get_value (self, step->in[j])->kind == CJ_VALUE_STATE))
          {
            seen[step->in[j]] = TRUE;
            g_array_append_val (self->border.numbers, step->in[j]);
          }
    }
}

void
cj_program_find_border (CjProgram *self, const CjGraph *graph)
{
  g_autofree Kind *kinds = NULL;
  gint64 macs = 0;

  self->border.values = g_array_new (FALSE, FALSE, sizeof (int));
  self->border.numbers = g_array_new (FALSE, FALSE, sizeof (int));
  self->border.skipped = g_new0 (gboolean, n_steps (self) + 1);
  if (self->purpose != CJ_PURPOSE_TRAIN)
    return;
  kinds = find_kinds (self, graph);
  for (guint i = 0; i < n_steps (self); i++)
    {
      const CjStep *step = cj_program_get_step (self, i);

      macs += self->live[i] && kinds[step->out] == FIXED ? step->op.macs : 0;
    }
  if (macs == 0 || !find_values (self, kinds) || self->border.floats == 0
      || macs / self->batch < WORTH * self->border.floats)
    {
      g_array_set_size (self->border.values, 0);
      self->border.floats = 0;
      return;
    }
  for (guint i = 0; i < n_steps (self); i++)
    self->border.skipped[i] = self->live[i] && kinds[cj_program_get_step (self, i)->out] == FIXED;
  find_numbers (self, kinds);
  self->border.network = hash_network (self, graph, kinds);
}

void
cj_program_clear_border (CjProgram *self)
{
  g_clear_pointer (&self->border.values, g_array_unref);
  g_clear_pointer (&self->border.numbers, g_array_unref);
  g_clear_pointer (&self->border.skipped, g_free);
  g_clear_pointer (&self->border.network, g_free);
}

gint64
cj_program_get_border (const CjProgram *self)
{
  return self->border.floats;
}

char *
cj_program_digest_border (const CjProgram *self)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  g_return_val_if_fail (self->border.floats > 0 && !self->sketch, NULL);
  hash_text (sum, cj_program_get_plan (self));
  hash_text (sum, self->border.network);
  for (guint i = 0; i < self->border.numbers->len; i++)
    {
      const int value = g_array_index (self->border.numbers, int, i);

      g_checksum_update (sum, (const guchar *) self->data[value],
                         (gssize) sizeof (float)
                             * (gssize) cj_shape_size (&get_value (self, value)->shape));
    }
  return g_strdup (g_checksum_get_string (sum));
}

/* Copies between the values at the border, one after another, and rows that have all of a sample. */
static void
copy_rows (const CjProgram *self, float *rows, gboolean out)
{
  gint64 at = 0;

  for (guint i = 0; i < self->border.values->len; i++)
    {
      const int value = g_array_index (self->border.values, int, i);
      const gint64 n = cj_shape_size (&get_value (self, value)->shape) / self->batch;

      for (gint64 k = 0; k < self->batch; k++)
        {
          float *row = rows + k * self->border.floats + at, *data = self->data[value] + k * n;

          memcpy (out ? row : data, out ? data : row, sizeof (float) * (gsize) n);
        }
      at += n;
    }
}

void
cj_program_read_border (const CjProgram *self, float *rows)
{
  copy_rows (self, rows, TRUE);
}

void
cj_program_write_border (CjProgram *self, float *rows)
{
  copy_rows (self, rows, FALSE);
}
