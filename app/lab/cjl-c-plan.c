/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Room for the buffers of a network: as short as they live, one over the other where a kernel works in place, the
 * largest first to the lowest place that is free (best-fit by size). And the run itself. */
#include "cjl-c-private.h"

#include <string.h>

#define ALIGN 4

static gint64
get_bytes (const CjlCBuffer *buffer)
{
  const gint64 bytes = buffer->n * (buffer->type == CJL_C_INT8 ? 1 : 4);

  return (bytes + ALIGN - 1) / ALIGN * ALIGN;
}

static int
find_group (const CjlC *c, int buffer)
{
  while (cjl_c_buffer (c, buffer)->group != buffer)
    buffer = cjl_c_buffer (c, buffer)->group;
  return buffer;
}

static void
find_lives (CjlC *c)
{
  for (guint i = 0; i < c->buffers->len; i++)
    {
      cjl_c_buffer (c, (int) i)->first = cjl_c_buffer (c, (int) i)->last = -1;
      cjl_c_buffer (c, (int) i)->group = (int) i;
    }
  for (guint k = 0; k < c->calls->len; k++)
    {
      const CjlCCall *call = &g_array_index (c->calls, CjlCCall, k);

      for (guint i = 0; i < call->kernel->n; i++)
        {
          CjlCBuffer *buffer
              = call->buffers[i] != CJL_C_NONE ? cjl_c_buffer (c, call->buffers[i]) : NULL;

          if (buffer == NULL)
            continue;
          if (buffer->first < 0)
            buffer->first = (int) k;
          buffer->last = (int) k;
        }
    }
}

/* Puts the result of a call over one of its inputs, if that is not needed any more. */
static void
share (CjlC *c, const CjlCCall *call, int k)
{
  const guint result = (guint) g_bit_nth_lsf (call->kernel->writes, -1);
  const int to = find_group (c, call->buffers[result]);

  for (guint i = 0; i < result; i++)
    {
      const int from = call->buffers[i] != CJL_C_NONE ? find_group (c, call->buffers[i]) : to;
      CjlCBuffer *a = cjl_c_buffer (c, from), *b = cjl_c_buffer (c, to);

      if ((call->kernel->in_place & 1u << i) == 0 || from == to || a->place != CJL_C_ROOM
          || a->last != k || b->first != k || a->type != b->type || a->n != b->n
          || (b->place != CJL_C_ROOM && b->place != CJL_C_OUTPUT))
        continue;
      a->group = to;
      b->first = a->first;
      return;
    }
}

static int
compare_sizes (gconstpointer a, gconstpointer b, gpointer data)
{
  const CjlC *c = data;
  const int i = *(const int *) a, k = *(const int *) b;
  const gint64 x = get_bytes (cjl_c_buffer (c, i)), y = get_bytes (cjl_c_buffer (c, k));

  return x > y ? -1 : x < y ? 1 : i - k;
}

/* The lowest place where a buffer meets no other of its time. */
static gint64
find_place (const CjlC *c, const int *placed, guint n, const CjlCBuffer *buffer)
{
  gint64 at = 0;

  for (guint i = 0; i < n; i++)
    {
      const CjlCBuffer *other = cjl_c_buffer (c, placed[i]);

      if (other->first > buffer->last || other->last < buffer->first
          || at + get_bytes (buffer) <= other->offset || other->offset + get_bytes (other) <= at)
        continue;
      at = other->offset + get_bytes (other);
      i = (guint) -1; /* what was passed before may meet it here */
    }
  return at;
}

void
cjl_c_plan (CjlC *c)
{
  g_autofree int *rooms = g_new (int, c->buffers->len + 1);
  guint n = 0;

  find_lives (c);
  for (guint k = 0; k < c->calls->len; k++)
    share (c, &g_array_index (c->calls, CjlCCall, k), (int) k);
  for (guint i = 0; i < c->buffers->len; i++)
    if (cjl_c_buffer (c, (int) i)->place == CJL_C_ROOM
        && cjl_c_buffer (c, (int) i)->group == (int) i && cjl_c_buffer (c, (int) i)->first >= 0)
      rooms[n++] = (int) i;
  g_qsort_with_data (rooms, (int) n, sizeof *rooms, compare_sizes, c);
  c->arena = 0;
  for (guint i = 0; i < n; i++)
    {
      CjlCBuffer *buffer = cjl_c_buffer (c, rooms[i]);

      buffer->offset = find_place (c, rooms, i, buffer);
      c->arena = MAX (c->arena, buffer->offset + get_bytes (buffer));
    }
  for (guint i = 0; i < c->buffers->len; i++)
    {
      CjlCBuffer *buffer = cjl_c_buffer (c, (int) i);
      const CjlCBuffer *group = cjl_c_buffer (c, find_group (c, (int) i));

      if (buffer->place != CJL_C_ROOM)
        continue;
      buffer->place = group->place;
      buffer->offset = group->offset;
    }
}

/* --- the run --- */

typedef void (*Run3) (gconstpointer, gpointer, gpointer);
typedef void (*Run2) (gconstpointer, gpointer);
typedef void (*Run4) (gconstpointer, gpointer, gpointer, gpointer);
typedef void (*Run5) (gconstpointer, gpointer, gpointer, gpointer, gpointer);
typedef void (*Run6) (gconstpointer, gpointer, gpointer, gpointer, gpointer, gpointer);
typedef void (*Run7) (gconstpointer, gpointer, gpointer, gpointer, gpointer, gpointer, gpointer);
typedef void (*Run8) (gconstpointer, gpointer, gpointer, gpointer, gpointer, gpointer, gpointer,
                      gpointer);
typedef void (*Run9) (gconstpointer, gpointer, gpointer, gpointer, gpointer, gpointer, gpointer,
                      gpointer, gpointer);

/* A kernel with n arguments, which are pointers all. */
static void
run_kernel (GCallback f, guint n, gpointer *p)
{
  switch (n)
    {
    case 2:
      ((Run2) f) (p[0], p[1]);
      break;
    case 3:
      ((Run3) f) (p[0], p[1], p[2]);
      break;
    case 4:
      ((Run4) f) (p[0], p[1], p[2], p[3]);
      break;
    case 5:
      ((Run5) f) (p[0], p[1], p[2], p[3], p[4]);
      break;
    case 6:
      ((Run6) f) (p[0], p[1], p[2], p[3], p[4], p[5]);
      break;
    case 7:
      ((Run7) f) (p[0], p[1], p[2], p[3], p[4], p[5], p[6]);
      break;
    case 8:
      ((Run8) f) (p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]);
      break;
    case 9:
      ((Run9) f) (p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8]);
      break;
    default:
      g_assert_not_reached ();
    }
}

void
cjl_c_run (const CjlC *c, const void *input, float *output)
{
  g_autofree char *arena = g_malloc ((gsize) c->arena + 1);

  for (guint k = 0; k < c->calls->len; k++)
    {
      const CjlCCall *call = &g_array_index (c->calls, CjlCCall, k);
      gpointer p[CJL_C_SHAPES + CJL_C_POINTERS];
      guint n = 0;

      for (guint i = 0; i < CJL_C_SHAPES && call->kernel->shapes[i] != NULL; i++)
        p[n++] = call->shapes[i];
      for (guint i = 0; i < call->kernel->n; i++)
        {
          const CjlCBuffer *b
              = call->buffers[i] != CJL_C_NONE ? cjl_c_buffer (c, call->buffers[i]) : NULL;

          p[n++] = b == NULL                  ? NULL
                   : b->place == CJL_C_CONST  ? b->data
                   : b->place == CJL_C_INPUT  ? (gpointer) input
                   : b->place == CJL_C_OUTPUT ? (gpointer) output
                                              : arena + b->offset;
        }
      run_kernel (call->kernel->run, n, p);
    }
}
