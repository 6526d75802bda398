/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiling: which ops run, which values want a gradient, how long each lives, and where it lies.
 * Time counts jobs, forward and then backward: what one job touches must not overlap, for its blocks of
 * samples go through its ops in any order. What lives within one job of samples has a room for the
 * samples of one block only, one a thread; there time counts phases. */
#include "cj-program-private.h"

#include "cj-blas.h"
#include "cj-error.h"
#include "cj-gemm.h"
#include "cj-memory.h"
#include "cj-ops.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif

#define BLOCK_MACS 100000 /* multiply-adds of a step from which another block of samples pays */

typedef struct
{
  float **place; /* where the address goes */
  gint64 size;   /* floats, aligned */
  guint begin, end;
  gint64 offset;
} Room;

static CjValue *
get_value (const CjProgram *self, int value)
{
  return cj_builder_get_value (self->lowered->builder, value);
}

static guint
n_steps (const CjProgram *self)
{
  return self->lowered->builder->steps->len;
}

static guint
n_values (const CjProgram *self)
{
  return self->lowered->builder->values->len;
}

static gboolean
keeps_all (const CjProgram *self)
{
  return self->purpose == CJ_PURPOSE_PROBE || self->purpose == CJ_PURPOSE_EXPLAIN;
}

/* Programs that keep everything run every op; others only what the losses and the prediction need. */
static void
find_live (CjProgram *self)
{
  gboolean *needed = self->needed = g_new0 (gboolean, n_values (self) + 1);

  self->live = g_new0 (gboolean, n_steps (self) + 1);
  for (guint i = 0; i < self->lowered->losses->len; i++)
    needed[g_array_index (self->lowered->losses, int, i)] = TRUE;
  for (guint i = 0; i < self->lowered->locals->len; i++)
    needed[g_array_index (self->lowered->locals, int, i)] = TRUE;
  if (self->lowered->prediction != CJ_NO_VALUE)
    needed[self->lowered->prediction] = TRUE;
  for (guint i = n_steps (self); i-- > 0;)
    {
      const CjStep *step = cj_program_get_step (self, i);

      self->live[i] = keeps_all (self);
      for (guint k = 0; k < step->op.n_out; k++)
        self->live[i] |= needed[step->out + (int) k];
      for (guint j = 0; self->live[i] && j < step->op.n_in; j++)
        if (step->in[j] != CJ_NO_VALUE)
          needed[step->in[j]] = TRUE;
    }
}

static void
place_params (CjProgram *self, const CjGraph *graph)
{
  for (guint i = 0; i < n_values (self); i++)
    {
      const CjValue *v = get_value (self, (int) i);
      const CjNode *node = graph->nodes->pdata[MIN (v->node, graph->nodes->len - 1)];
      const gboolean state = v->kind == CJ_VALUE_STATE;
      gint64 *end = state ? &self->n_states : &self->n_weights;
      const CjProgramParam param = {
        .name = v->name,
        .shape = v->shape,
        .state = state,
        .frozen = node->frozen,
        .rate = node->rate,
        .offset = *end,
        .size = cj_shape_size (&v->shape),
        .init = v->init,
      };

      if (v->kind != CJ_VALUE_PARAM && !state)
        continue;
      g_array_append_val (self->params, param);
      *end += cj_program_aligned (param.size);
    }
}

/* Whether a gradient is wanted for a value: learned, asked for, or computed from one that is. */
static gboolean *
find_wanted (const CjProgram *self, const CjGraph *graph, const CjDataSpec *spec)
{
  gboolean *wanted = g_new0 (gboolean, n_values (self) + 1);

  for (guint i = 0; i < n_values (self) && cj_program_goes_back (self); i++)
    {
      const CjValue *v = get_value (self, (int) i);
      const CjNode *node = graph->nodes->pdata[MIN (v->node, graph->nodes->len - 1)];

      wanted[i] = v->kind == CJ_VALUE_PARAM && !node->frozen;
    }
  for (guint i = 0; i < spec->n_inputs; i++)
    if (spec->inputs[i].wants_gradient && self->lowered->inputs[i] != CJ_NO_VALUE)
      wanted[self->lowered->inputs[i]] = cj_program_goes_back (self);
  if (self->purpose == CJ_PURPOSE_EXPLAIN && self->lowered->x != CJ_NO_VALUE)
    wanted[self->lowered->x] = spec->x_dtype == CJ_FLOAT32;
  for (guint i = 0; i < n_steps (self); i++)
    {
      const CjStep *step = cj_program_get_step (self, i);
      gboolean any = FALSE;

      for (guint j = 0; j < step->op.n_in; j++)
        any |= step->in[j] != CJ_NO_VALUE && (step->stops & 1u << j) == 0
               && (wanted[step->in[j]]
                   /* of words: what stands for them */
                   || (self->purpose == CJ_PURPOSE_EXPLAIN && step->in[j] == self->lowered->x));
      for (guint k = 0; k < step->op.n_out; k++)
        wanted[step->out + (int) k] = any && self->live[i] && step->op.info->backward[0].run != NULL
                                      && step->op.out_dtype[k] == CJ_FLOAT32;
    }
  return wanted;
}

/* Steps of frozen layers: running statistics stay and are what they use, and nothing is dropped at random. A step
 * that does what several layers did rests if the layer whose state it has is frozen. */
static void
find_resting (CjProgram *self, const CjGraph *graph)
{
  self->resting = g_new0 (gboolean, n_steps (self) + 1);
  for (guint i = 0; i < n_steps (self); i++)
    {
      const CjStep *step = cj_program_get_step (self, i);
      guint at = get_value (self, step->out)->node;

      for (guint j = 0; j < step->op.n_in; j++)
        if (step->in[j] != CJ_NO_VALUE && get_value (self, step->in[j])->kind == CJ_VALUE_STATE)
          at = get_value (self, step->in[j])->node;
      self->resting[i]
          = ((const CjNode *) graph->nodes->pdata[MIN (at, graph->nodes->len - 1)])->frozen;
    }
}

static void
add_room (GArray *rooms, float **place, gint64 floats, guint begin, guint end)
{
  const Room room = { place, cj_program_aligned (MAX (floats, 1)), begin, end, 0 };

  g_array_append_val (rooms, room);
}

/* Looks at each job that touches the numbers of a value, or its gradient. */
typedef struct
{
  guint last;       /* job */
  guint phase_last; /* phase */
  gint64 job;       /* the only one, of samples; -1: none yet, -2: there are more, or others */
} Life;

static void
touch (Life *life, const CjSpan *span)
{
  life->last = MAX (life->last, span->last);
  life->phase_last = MAX (life->phase_last, span->phase_last);
  if (!span->one || (life->job >= 0 && life->job != span->first))
    life->job = -2;
  else if (life->job == -1)
    life->job = span->first;
}

/* How long the numbers of each value are read; values[i] and, of their gradients, gradients[i]. */
static void
find_lives (const CjProgram *self, Life *values, Life *gradients)
{
  for (guint i = 0; i < n_values (self); i++)
    values[i].job = gradients[i].job = get_value (self, (int) i)->kind == CJ_VALUE_RESULT ? -1 : -2;
  for (guint i = 0; i < n_steps (self); i++)
    {
      const CjStep *step = cj_program_get_step (self, i);
      const CjSpan *forward = &self->spans[0][i], *back = &self->spans[1][i];

      for (guint j = 0; j < step->op.n_in; j++)
        if (step->in[j] != CJ_NO_VALUE)
          {
            if (self->live[i])
              touch (&values[step->in[j]], forward);
            if (self->backward[i] && (step->op.info->free_in & 1u << j) == 0)
              touch (&values[step->in[j]], back);
            if (self->backward[i] && (step->stops & 1u << j) == 0)
              touch (&gradients[step->in[j]], back);
          }
      for (guint k = 0; k < step->op.n_out; k++)
        {
          if (self->live[i])
            touch (&values[step->out + (int) k], forward);
          if (self->backward[i] && (step->op.info->free_out & 1u << k) == 0)
            touch (&values[step->out + (int) k], back);
          if (self->backward[i])
            touch (&gradients[step->out + (int) k], back);
        }
    }
  for (guint i = 0; i < self->lowered->losses->len; i++)
    values[g_array_index (self->lowered->losses, int, i)]
        = (Life){ self->jobs->len, self->phases->len, -2 };
  if (self->lowered->prediction != CJ_NO_VALUE)
    values[self->lowered->prediction] = (Life){ self->jobs->len, self->phases->len, -2 };
}

/* Decides which backwards run, from the last op to the first: the first writer of a gradient, whose step
 * goes to first_written, sets it, the others add; an op that no gradient reaches does nothing. */
static void
link_backward (CjProgram *self, const gboolean *wanted, guint *first_written)
{
  g_autofree gboolean *written = g_new0 (gboolean, n_values (self) + 1);
  const guint s = n_steps (self);

  for (guint i = 0; i < n_values (self); i++)
    {
      first_written[i] = G_MAXUINT;
      if (self->seeded[i])
        {
          written[i] = TRUE;
          first_written[i] = s; /* before any */
        }
    }
  for (guint i = s; i-- > 0;)
    {
      const CjStep *step = cj_program_get_step (self, i);
      CjOpCall *call = &self->calls[i];

      for (guint k = 0; k < step->op.n_out; k++)
        self->backward[i] |= written[step->out + (int) k] && wanted[step->out + (int) k];
      for (guint j = 0; self->backward[i] && j < step->op.n_in; j++)
        {
          const int in = step->in[j];

          if (in == CJ_NO_VALUE || !wanted[in] || (step->stops & 1u << j) != 0)
            continue;
          call->add_in[j] = written[in];
          if (!written[in])
            first_written[in] = i;
          written[in] = TRUE;
        }
    }
}

/* Losses start with a gradient; in explain programs so may every output of a node. */
static void
find_seeded (CjProgram *self, const gboolean *wanted)
{
  self->seeded = g_new0 (gboolean, n_values (self) + 1);
  for (guint i = 0; i < self->lowered->losses->len && cj_program_goes_back (self); i++)
    self->seeded[g_array_index (self->lowered->losses, int, i)] = TRUE;
  for (guint i = 0; i < self->lowered->locals->len; i++)
    self->seeded[g_array_index (self->lowered->locals, int, i)] = TRUE;
  for (guint i = 0; i < self->lowered->n_nodes && self->purpose == CJ_PURPOSE_EXPLAIN; i++)
    for (guint k = 0; k < self->lowered->nodes[i].n_out; k++)
      if (self->lowered->nodes[i].valid && wanted[self->lowered->nodes[i].out[k]])
        self->seeded[self->lowered->nodes[i].out[k]] = TRUE;
}

/* Rooms in the arena, and those that each thread has for itself. */
typedef struct
{
  GArray *arena, *local;
} Rooms;

/* Whether a value lives within one job of samples, whose batch is its first dimension. */
static gboolean
fits_block (const CjProgram *self, const CjStep *step, guint k, const Life *life)
{
  const CjShape *shape = &step->op.out_shape[k];

  return !keeps_all (self) && life->job >= 0 && shape->n_dims > 0
         && shape->dims[0] == step->op.in_shape[0].dims[0];
}

static gint64
count_block (const CjOp *op, guint k)
{
  const gint64 blocks = cj_op_blocks (op), n = op->in_shape[0].dims[0];

  return cj_shape_size (&op->out_shape[k]) / n * ((n + blocks - 1) / blocks);
}

static void
collect_value (CjProgram *self, const Rooms *rooms, guint i, guint k, const Life *life)
{
  const CjStep *step = cj_program_get_step (self, i);
  const int out = step->out + (int) k;
  const CjSpan *span = &self->spans[0][i];

  if ((step->op.info->optional_out & 1u << k) != 0 && !keeps_all (self) && !self->needed[out])
    return;
  self->is_local[out] = fits_block (self, step, k, life);
  if (self->is_local[out])
    add_room (rooms->local, &self->data[out], count_block (&step->op, k), span->phase_first,
              life->phase_last);
  else
    {
      /* put there before a forward, or read after it */
      const gboolean border = cj_program_is_border (self, out);
      const guint first = border ? 0 : span->first;
      const guint last = border ? MAX (life->last, self->n_forward) : life->last;

      add_room (rooms->arena, &self->data[out], cj_shape_size (&step->op.out_shape[k]),
                keeps_all (self) ? 0 : first, keeps_all (self) ? self->jobs->len : last);
    }
}

static void
collect_gradient (CjProgram *self, const Rooms *rooms, guint i, guint k, const Life *life,
                  guint writer)
{
  const CjStep *step = cj_program_get_step (self, i);
  const int out = step->out + (int) k;
  const gboolean seeded = self->seeded[out];

  self->is_local_d[out] = !seeded && fits_block (self, step, k, life);
  if (self->is_local_d[out])
    add_room (rooms->local, &self->d_data[out], count_block (&step->op, k),
              self->spans[1][writer].phase_first, life->phase_last);
  else
    {
      const guint first = seeded ? self->n_forward : self->spans[1][writer].first;

      add_room (rooms->arena, &self->d_data[out], cj_shape_size (&step->op.out_shape[k]),
                keeps_all (self) ? 0 : first,
                keeps_all (self) ? self->jobs->len : MAX (life->last, first));
    }
}

/* Whether what an op prepares is kept from forward to forward. */
static gboolean
is_kept (const CjProgram *self, guint i)
{
  const CjSpan *span = &self->spans[0][i];

  return cj_program_keeps_prepared (self) && span->work_first != G_MAXUINT
         && g_array_index (self->jobs, CjJob, span->work_first).prepares;
}

static void
collect_workspace (CjProgram *self, const Rooms *rooms, float **places)
{
  for (guint i = 0; i < n_steps (self); i++)
    for (guint back = 0; back < 2; back++)
      {
        const CjSpan *span = &self->spans[back][i];
        const gsize bytes = cj_program_get_step (self, i)->op.workspace_bytes;

        if (bytes > 0 && span->work_first != G_MAXUINT)
          add_room (rooms->arena, &places[2 * i + back], (gint64) (bytes + 3) / 4,
                    is_kept (self, i) ? 0 : span->work_first,
                    is_kept (self, i) ? self->jobs->len : span->work_last);
      }
}

static void
collect_rooms (CjProgram *self, const Rooms *rooms, const gboolean *wanted,
               const guint *first_written, float **workspaces)
{
  g_autofree Life *values = g_new0 (Life, n_values (self) + 1);
  g_autofree Life *gradients = g_new0 (Life, n_values (self) + 1);

  find_lives (self, values, gradients);
  for (guint i = 0; i < n_steps (self); i++)
    {
      const CjStep *step = cj_program_get_step (self, i);

      if (!self->live[i])
        continue;
      for (guint k = 0; k < step->op.n_out; k++)
        {
          const int out = step->out + (int) k;

          collect_value (self, rooms, i, k, &values[out]);
          if (wanted[out] && first_written[out] != G_MAXUINT)
            collect_gradient (self, rooms, i, k, &gradients[out], first_written[out]);
        }
      if (step->op.saved_bytes > 0)
        add_room (
            rooms->arena, (float **) &self->calls[i].saved, (gint64) (step->op.saved_bytes + 3) / 4,
            is_kept (self, i) ? 0 : MIN (self->spans[0][i].first, self->spans[0][i].work_first),
            is_kept (self, i)   ? self->jobs->len
            : self->backward[i] ? self->spans[1][i].last
                                : self->spans[0][i].last);
    }
  for (guint i = 0; i < n_values (self); i++)
    if (get_value (self, (int) i)->kind == CJ_VALUE_INPUT && wanted[i])
      add_room (rooms->arena, &self->d_data[i], cj_shape_size (&get_value (self, (int) i)->shape),
                0, self->jobs->len);
  collect_workspace (self, rooms, workspaces);
}

static int
compare_rooms (gconstpointer a, gconstpointer b)
{
  const Room *x = *(Room *const *) a, *y = *(Room *const *) b;

  if (x->size != y->size)
    return x->size < y->size ? 1 : -1;
  return x->begin < y->begin ? -1 : x->begin > y->begin;
}

static int
compare_offsets (gconstpointer a, gconstpointer b)
{
  const Room *x = *(Room *const *) a, *y = *(Room *const *) b;

  return x->offset < y->offset ? -1 : x->offset > y->offset;
}

/* First fit, largest first: the lowest gap free during the whole life of the room. */
static gint64
assign_offsets (GArray *rooms)
{
  g_autoptr (GPtrArray) sorted = g_ptr_array_new (), placed = g_ptr_array_new ();
  gint64 total = 0;

  for (guint i = 0; i < rooms->len; i++)
    g_ptr_array_add (sorted, &g_array_index (rooms, Room, i));
  g_ptr_array_sort (sorted, compare_rooms);
  for (guint i = 0; i < sorted->len; i++)
    {
      Room *room = sorted->pdata[i];
      gint64 at = 0;

      for (guint j = 0; j < placed->len; j++)
        {
          const Room *other = placed->pdata[j];

          if (other->begin > room->end || other->end < room->begin)
            continue;
          if (other->offset >= at + room->size)
            break;
          at = MAX (at, other->offset + other->size);
        }
      room->offset = at;
      total = MAX (total, at + room->size);
      g_ptr_array_add (placed, room);
      g_ptr_array_sort (placed, compare_offsets);
    }
  return total;
}

/* Zeros, without touching whole pages where the system has a way: what a network that is only looked at
 * would need for training takes no memory then. */
static void
clear (char *data, gsize bytes)
{
#ifdef __linux__
  const gsize page = (gsize) sysconf (_SC_PAGESIZE);
  char *first = data + (page - (gsize) data % page) % page;
  char *last = data + bytes - (gsize) (data + bytes) % page;

  /* of private memory that is not locked, pages given back come again as zeros */
  if (last > first && madvise (first, (gsize) (last - first), MADV_DONTNEED) == 0)
    {
#if __has_include(<valgrind/memcheck.h>)
      (void) VALGRIND_MAKE_MEM_DEFINED (first,
                                        last - first); /* it does not know that they are zeros */
#endif
      memset (data, 0, (gsize) (first - data));
      memset (last, 0, (gsize) (data + bytes - last));
      return;
    }
#endif
  memset (data, 0, bytes);
}

static float *
new_floats (gint64 n)
{
  const gsize bytes = sizeof (float) * (gsize) cj_program_aligned (MAX (n, 1));
  float *data = aligned_alloc (64, bytes);

  if (data != NULL)
    clear ((char *) data, bytes);
  return data;
}

static gboolean
allocate (CjProgram *self, GError **error)
{
  const gint64 need = (gint64) sizeof (float) * cj_program_count_floats (self);

  if (!cj_memory_check (need, _ ("The network"), self->batch, error))
    return FALSE;
  self->weights = new_floats (self->n_weights);
  self->gradients = new_floats (cj_program_goes_back (self) ? self->n_weights : 0);
  self->states = new_floats (self->n_states);
  self->arena = new_floats (self->arena_floats);
  self->scratch = new_floats (self->scratch_floats * MAX (self->n_threads, 1));
  self->local = new_floats (self->local_floats * self->n_locals);
  if (self->weights != NULL && self->gradients != NULL && self->states != NULL
      && self->arena != NULL && self->scratch != NULL && self->local != NULL)
    return TRUE;
  g_set_error (
      error, CJ_ERROR, CJ_ERROR_MEMORY,
      _ ("The network needs %.1f GiB, which the machine does not give. Make the batch or the "
         "network smaller."),
      (double) need / (1 << 30));
  return FALSE;
}

/* Every tensor is small enough that no sum of sizes can overflow. */
static gboolean
check_sizes (const CjProgram *self, GError **error)
{
  for (guint i = 0; i < n_values (self); i++)
    {
      const CjValue *v = get_value (self, (int) i);
      g_autofree char *shape = cj_shape_print (&v->shape);
      gsize bytes;

      if (cj_shape_bytes (&v->shape, CJ_FLOAT32, &bytes) && bytes < G_GUINT64_CONSTANT (1) << 42)
        continue;
      g_set_error (error, CJ_ERROR, CJ_ERROR_MEMORY,
                   _ ("The network has a tensor of %s, more than can be kept. Make it smaller."),
                   shape);
      return FALSE;
    }
  return TRUE;
}

static void
fill_calls (CjProgram *self)
{
  for (guint i = 0; i < n_steps (self); i++)
    {
      CjStep *step = cj_program_get_step (self, i);
      CjOpCall *call = &self->calls[i];

      for (guint j = 0; j < step->op.n_in; j++)
        if (step->in[j] != CJ_NO_VALUE)
          {
            call->in[j] = self->data[step->in[j]];
            call->d_in[j] = (step->stops & 1u << j) == 0 ? self->d_data[step->in[j]] : NULL;
          }
      for (guint k = 0; k < step->op.n_out; k++)
        {
          call->out[k] = self->data[step->out + (int) k];
          call->d_out[k] = self->d_data[step->out + (int) k];
        }
    }
  for (guint i = 0; i < self->phases->len; i++)
    {
      CjJobPhase *phase = &g_array_index (self->phases, CjJobPhase, i);
      float *workspace = phase->call.workspace;

      phase->call = self->calls[phase->step];
      phase->call.workspace = workspace;
      phase->call.scratch = self->scratch;
    }
}

static void
bind_params (CjProgram *self, const gboolean *wanted)
{
  guint next = 0;

  for (guint i = 0; i < n_values (self); i++)
    {
      const CjValue *v = get_value (self, (int) i);
      const CjProgramParam *param;

      if (v->kind != CJ_VALUE_PARAM && v->kind != CJ_VALUE_STATE)
        continue;
      param = &g_array_index (self->params, CjProgramParam, next++);
      self->data[i] = (param->state ? self->states : self->weights) + param->offset;
      if (wanted[i])
        self->d_data[i] = self->gradients + param->offset;
    }
}

static void
bind_seeds (CjProgram *self)
{
  self->seeds = g_array_new (FALSE, FALSE, sizeof (CjSeed));
  for (guint i = 0; i < n_values (self); i++)
    {
      const gsize size = (gsize) cj_shape_size (&get_value (self, (int) i)->shape);
      const CjSeed seed = { (int) i, sizeof (float) * size };

      if (self->seeded[i] && self->d_data[i] != NULL)
        g_array_append_val (self->seeds, seed);
    }
}

static CjTensor *
bind_input (CjProgram *self, int value)
{
  CjTensor *tensor;

  if (value == CJ_NO_VALUE)
    return NULL;
  tensor = cj_tensor_new (get_value (self, value)->dtype, &get_value (self, value)->shape);
  self->data[value] = tensor->data;
  return tensor;
}

/* How many blocks of samples: few where there is little to share, for each costs a call of every op. */
static void
choose_blocks (CjProgram *self)
{
  gint64 macs = 0, scratch = 0;

  for (guint i = 0; i < n_steps (self); i++)
    macs += self->live[i] ? cj_program_get_step (self, i)->op.macs : 0;
  for (guint i = 0; i < n_steps (self); i++)
    {
      CjOp *op = &cj_program_get_step (self, i)->op;

      op->blocks = (guint) CLAMP (macs / BLOCK_MACS, 1, CJ_OP_MAX_BLOCKS);
      op->answers = self->purpose == CJ_PURPOSE_INFER;
      op->blas = !self->sketch && self->live[i] && cj_dense_is_large (op) ? cj_blas_get () : NULL;
      if (op->info->infer != NULL)
        op->info->infer (op, NULL);
      scratch = MAX (scratch, (gint64) (op->scratch_bytes + 3) / 4);
    }
  self->scratch_floats = cj_program_aligned (MAX (scratch, CJ_GEMM_SCRATCH));
}

static guint
count_locals (const CjProgram *self)
{
  guint blocks = 1;

  for (guint i = 0; i < self->jobs->len; i++)
    if (g_array_index (self->jobs, CjJob, i).samples)
      blocks = MAX (blocks, g_array_index (self->jobs, CjJob, i).n_chunks);
  return MIN (blocks, MAX (self->n_threads, 1));
}

static void
set_places (const GArray *rooms, float *base)
{
  for (guint i = 0; i < rooms->len; i++)
    {
      const Room *room = &g_array_index (rooms, Room, i);

      *room->place = base + room->offset;
    }
}

/* Gives every value its room; FALSE if there is not enough memory for them. */
static gboolean
place_values (CjProgram *self, const gboolean *wanted, const guint *first_written, GError **error)
{
  g_autoptr (GArray) arena = g_array_new (FALSE, FALSE, sizeof (Room));
  g_autoptr (GArray) local = g_array_new (FALSE, FALSE, sizeof (Room));
  g_autofree float **workspaces = g_new0 (float *, 2 * n_steps (self) + 1);

  collect_rooms (self, &(Rooms){ arena, local }, wanted, first_written, workspaces);
  self->arena_floats = assign_offsets (arena);
  self->local_floats = assign_offsets (local);
  self->n_locals = count_locals (self);
  if (self->sketch)
    return TRUE;
  if (!allocate (self, error))
    return FALSE;
  set_places (arena, self->arena);
  set_places (local, self->local);
  for (guint i = 0; i < self->phases->len; i++)
    {
      CjJobPhase *phase = &g_array_index (self->phases, CjJobPhase, i);

      phase->call.workspace = workspaces[2 * phase->step + phase->back];
    }
  return TRUE;
}

gboolean
cj_program_plan (CjProgram *self, const CjGraph *graph, const CjDataSpec *spec, GError **error)
{
  g_autofree gboolean *wanted = NULL;
  g_autofree guint *first_written = g_new0 (guint, n_values (self) + 1);

  if (!check_sizes (self, error))
    return FALSE;
  self->data = g_new0 (float *, n_values (self) + 1);
  self->d_data = g_new0 (float *, n_values (self) + 1);
  self->is_local = g_new0 (gboolean, n_values (self) + 1);
  self->is_local_d = g_new0 (gboolean, n_values (self) + 1);
  self->calls = g_new0 (CjOpCall, n_steps (self) + 1);
  self->backward = g_new0 (gboolean, n_steps (self) + 1);
  self->given = g_new0 (gboolean, n_values (self) + 1);
  find_live (self);
  choose_blocks (self);
  place_params (self, graph);
  find_resting (self, graph);
  wanted = find_wanted (self, graph, spec);
  find_seeded (self, wanted);
  link_backward (self, wanted, first_written);
  cj_program_find_border (self, graph);
  cj_program_make_jobs (self);
  if (!place_values (self, wanted, first_written, error) || self->sketch)
    return self->sketch;
  bind_params (self, wanted);
  bind_seeds (self);
  self->x = bind_input (self, self->lowered->x);
  self->y = bind_input (self, self->lowered->y);
  self->n_inputs = spec->n_inputs;
  self->inputs = g_new0 (CjTensor *, spec->n_inputs + 1);
  for (guint i = 0; i < spec->n_inputs; i++)
    self->inputs[i] = bind_input (self, self->lowered->inputs[i]);
  fill_calls (self);
  cj_program_place_jobs (self);
  return TRUE;
}
