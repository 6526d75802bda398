/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compiling: which ops run, which values want a gradient, how long each lives, and where it lies.
 * Time counts steps: op i runs forward at i and backward at 2 S - 1 - i. */
#include "cj-program-private.h"

#include "cj-error.h"
#include "cj-gemm.h"
#include "cj-memory.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#include <unistd.h>
#endif

typedef struct
{
  float **place; /* where the address goes */
  gint64 size;   /* floats, aligned */
  guint begin, end;
  gint64 offset;
} Room;

static CjStep *
get_step (const CjProgram *self, guint i)
{
  return &g_array_index (self->lowered->builder->steps, CjStep, i);
}

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
  if (self->lowered->prediction != CJ_NO_VALUE)
    needed[self->lowered->prediction] = TRUE;
  for (guint i = n_steps (self); i-- > 0;)
    {
      const CjStep *step = get_step (self, i);

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
      const CjStep *step = get_step (self, i);
      gboolean any = FALSE;

      for (guint j = 0; j < step->op.n_in; j++)
        any |= step->in[j] != CJ_NO_VALUE && wanted[step->in[j]];
      for (guint k = 0; k < step->op.n_out; k++)
        wanted[step->out + (int) k] = any && self->live[i] && step->op.info->backward[0].run != NULL
                                      && step->op.out_dtype[k] == CJ_FLOAT32;
    }
  return wanted;
}

static void
add_room (GArray *rooms, float **place, gint64 floats, guint begin, guint end)
{
  const Room room = { place, cj_program_aligned (MAX (floats, 1)), begin, end, 0 };

  g_array_append_val (rooms, room);
}

/* The last moment anyone reads the numbers of each value. */
static guint *
find_ends (const CjProgram *self)
{
  const guint s = n_steps (self);
  guint *ends = g_new0 (guint, n_values (self) + 1);

  for (guint i = 0; i < s; i++)
    {
      const CjStep *step = get_step (self, i);
      const guint back = 2 * s - 1 - i;

      for (guint j = 0; j < step->op.n_in && self->live[i]; j++)
        if (step->in[j] != CJ_NO_VALUE)
          {
            const gboolean read_again
                = self->backward[i] && (step->op.info->free_in & 1u << j) == 0;

            ends[step->in[j]] = MAX (ends[step->in[j]], read_again ? back : i);
          }
      for (guint k = 0; k < step->op.n_out; k++)
        {
          guint *end = &ends[step->out + (int) k];

          *end = MAX (*end, i);
          if (self->backward[i] && (step->op.info->free_out & 1u << k) == 0)
            *end = MAX (*end, back);
        }
    }
  for (guint i = 0; i < self->lowered->losses->len; i++)
    ends[g_array_index (self->lowered->losses, int, i)] = 2 * s;
  if (self->lowered->prediction != CJ_NO_VALUE)
    ends[self->lowered->prediction] = 2 * s;
  return ends;
}

/* Decides which backwards run, from the last op to the first: the first writer of a gradient sets it,
 * the others add; an op that no gradient reaches does nothing. */
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
          first_written[i] = s;
        }
    }
  for (guint i = s; i-- > 0;)
    {
      const CjStep *step = get_step (self, i);
      CjOpCall *call = &self->calls[i];

      for (guint k = 0; k < step->op.n_out; k++)
        self->backward[i] |= written[step->out + (int) k] && wanted[step->out + (int) k];
      for (guint j = 0; self->backward[i] && j < step->op.n_in; j++)
        {
          const int in = step->in[j];

          if (in == CJ_NO_VALUE || !wanted[in])
            continue;
          call->add_in[j] = written[in];
          if (!written[in])
            first_written[in] = 2 * s - 1 - i;
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
  for (guint i = 0; i < self->lowered->n_nodes && self->purpose == CJ_PURPOSE_EXPLAIN; i++)
    for (guint k = 0; k < self->lowered->nodes[i].n_out; k++)
      if (self->lowered->nodes[i].valid && wanted[self->lowered->nodes[i].out[k]])
        self->seeded[self->lowered->nodes[i].out[k]] = TRUE;
}

static void
collect_rooms (CjProgram *self, GArray *rooms, const gboolean *wanted, const guint *first_written)
{
  const guint s = n_steps (self), last = 2 * s;
  const gboolean all = keeps_all (self);
  g_autofree guint *ends = find_ends (self);
  gint64 workspace = 0;

  self->scratch_floats = CJ_GEMM_SCRATCH;
  for (guint i = 0; i < s; i++)
    {
      const CjStep *step = get_step (self, i);
      const guint back = 2 * s - 1 - i;

      if (!self->live[i])
        continue;
      for (guint k = 0; k < step->op.n_out; k++)
        {
          const int out = step->out + (int) k;
          const gint64 size = cj_shape_size (&step->op.out_shape[k]);

          if ((step->op.info->optional_out & 1u << k) != 0 && !all && !self->needed[out])
            continue;
          add_room (rooms, &self->data[out], size, all ? 0 : i, all ? last : ends[out]);
          if (wanted[out] && first_written[out] != G_MAXUINT)
            add_room (rooms, &self->d_data[out], size, all ? 0 : first_written[out],
                      all ? last : MAX (back, first_written[out]));
        }
      if (step->op.saved_bytes > 0)
        add_room (rooms, (float **) &self->calls[i].saved, (gint64) (step->op.saved_bytes + 3) / 4,
                  i, self->backward[i] ? back : i);
      workspace = MAX (workspace, (gint64) (step->op.workspace_bytes + 3) / 4);
      self->scratch_floats = MAX (self->scratch_floats, (gint64) (step->op.scratch_bytes + 3) / 4);
    }
  for (guint i = 0; i < n_values (self); i++)
    if (get_value (self, (int) i)->kind == CJ_VALUE_INPUT && wanted[i])
      add_room (rooms, &self->d_data[i], cj_shape_size (&get_value (self, (int) i)->shape), 0,
                last);
  self->scratch_floats = cj_program_aligned (self->scratch_floats);
  if (s > 0)
    add_room (rooms, &self->calls[0].workspace, workspace, 0, last);
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
  if (self->weights != NULL && self->gradients != NULL && self->states != NULL
      && self->arena != NULL && self->scratch != NULL)
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
      CjStep *step = get_step (self, i);
      CjOpCall *call = &self->calls[i];

      call->op = &step->op;
      call->workspace = self->calls[0].workspace;
      for (guint j = 0; j < step->op.n_in; j++)
        if (step->in[j] != CJ_NO_VALUE)
          {
            call->in[j] = self->data[step->in[j]];
            call->d_in[j] = self->d_data[step->in[j]];
          }
      for (guint k = 0; k < step->op.n_out; k++)
        {
          call->out[k] = self->data[step->out + (int) k];
          call->d_out[k] = self->d_data[step->out + (int) k];
        }
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

gboolean
cj_program_plan (CjProgram *self, const CjGraph *graph, const CjDataSpec *spec, GError **error)
{
  g_autoptr (GArray) rooms = g_array_new (FALSE, FALSE, sizeof (Room));
  g_autofree gboolean *wanted = NULL;
  g_autofree guint *first_written = g_new0 (guint, n_values (self) + 1);

  if (!check_sizes (self, error))
    return FALSE;
  self->data = g_new0 (float *, n_values (self) + 1);
  self->d_data = g_new0 (float *, n_values (self) + 1);
  self->calls = g_new0 (CjOpCall, n_steps (self) + 1);
  self->backward = g_new0 (gboolean, n_steps (self) + 1);
  self->given = g_new0 (gboolean, n_values (self) + 1);
  find_live (self);
  place_params (self, graph);
  wanted = find_wanted (self, graph, spec);
  find_seeded (self, wanted);
  link_backward (self, wanted, first_written);
  collect_rooms (self, rooms, wanted, first_written);
  self->arena_floats = assign_offsets (rooms);
  if (self->sketch)
    return TRUE;
  if (!allocate (self, error))
    return FALSE;
  for (guint i = 0; i < rooms->len; i++)
    {
      const Room *room = &g_array_index (rooms, Room, i);

      *room->place = self->arena + room->offset;
    }
  bind_params (self, wanted);
  self->x = bind_input (self, self->lowered->x);
  self->y = bind_input (self, self->lowered->y);
  self->n_inputs = spec->n_inputs;
  self->inputs = g_new0 (CjTensor *, spec->n_inputs + 1);
  for (guint i = 0; i < spec->n_inputs; i++)
    self->inputs[i] = bind_input (self, self->lowered->inputs[i]);
  fill_calls (self);
  return TRUE;
}
