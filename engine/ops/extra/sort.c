/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Numbers put in order along an axis: the largest, the unequal, running sums. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>
#include <stdlib.h>

/* A row of numbers with their places. */
typedef struct
{
  double number;
  gint64 whole; /* the same of whole numbers, exactly */
  gint64 place;
} Entry;

static int
compare_up (const void *a, const void *b)
{
  const Entry *x = a, *y = b;

  if (x->number != y->number)
    return x->number < y->number ? -1 : 1;
  if (x->whole != y->whole)
    return x->whole < y->whole ? -1 : 1;
  return x->place < y->place ? -1 : x->place > y->place;
}

static int
compare_down (const void *a, const void *b)
{
  const Entry *x = a, *y = b;

  if (x->number != y->number)
    return x->number > y->number ? -1 : 1;
  if (x->whole != y->whole)
    return x->whole > y->whole ? -1 : 1;
  return x->place < y->place ? -1 : x->place > y->place;
}

/* What is no number counts as larger than all, so that the order is one. */
static Entry
entry_of (const CjArray *x, gint64 index, gint64 place)
{
  const gboolean whole = !cj_array_type_is_float (x->type) && x->type != CJ_ARRAY_U64;

  const double number = cj_array_get (x, index);

  if (isnan (number))
    return (Entry){ INFINITY, 1, place };
  return (Entry){ number, whole ? cj_array_get_int (x, index) : 0, place };
}

static gboolean
run_top_k (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *count = cj_extra_in (call, 1);
  const gint64 k = count != NULL && count->size == 1 ? cj_array_get_int (count, 0)
                                                     : cj_extra_int (call, "k", -1);
  const gboolean largest = cj_extra_int (call, "largest", 1) != 0;
  g_autofree Entry *row = NULL;
  g_autoptr (CjArray) places = NULL;
  gint64 whole, outer, inner;
  CjDims dims = x->dims;
  CjArray *y;
  guint axis;

  if (!cj_extra_axis (cj_extra_int (call, "axis", -1), dims.n, &axis, error))
    return FALSE;
  whole = dims.d[axis];
  if (k < 0 || k > whole)
    return cj_extra_refuse_index (error);
  dims.d[axis] = k;
  y = cj_extra_out (call, 0, x->type, &dims, error);
  places = cj_array_new (CJ_ARRAY_I64, &dims, error);
  if (y == NULL || places == NULL)
    return FALSE;
  row = g_new0 (Entry, MAX (whole, 1));
  outer = cj_dims_size (&x->dims, 0, axis);
  inner = cj_dims_size (&x->dims, axis + 1, x->dims.n);
  for (gint64 o = 0; y->size > 0 && o < outer * inner; o++)
    {
      const gint64 first = o / inner * whole * inner + o % inner;

      for (gint64 i = 0; i < whole; i++)
        row[i] = entry_of (x, first + i * inner, i);
      qsort (row, (gsize) whole, sizeof *row, largest ? compare_down : compare_up);
      for (gint64 i = 0; i < k; i++)
        {
          const gint64 to = (o / inner * k + i) * inner + o % inner;

          memcpy ((guint8 *) y->data + (gsize) to * cj_array_type_size (x->type),
                  (const guint8 *) x->data
                      + (gsize) (first + row[i].place * inner) * cj_array_type_size (x->type),
                  cj_array_type_size (x->type));
          cj_array_set_int (places, to, row[i].place);
        }
    }
  return cj_extra_give (call, 1, g_steal_pointer (&places));
}

static gboolean
run_cum_sum (CjExtraCall *call, GError **error)
{
  const CjArray *x = call->in[0], *axis_in = call->in[1];
  const gboolean exclusive = cj_extra_int (call, "exclusive", 0) != 0;
  const gboolean reverse = cj_extra_int (call, "reverse", 0) != 0;
  const gboolean floats = cj_array_type_is_float (x->type);
  gint64 length, inner;
  CjArray *y;
  guint axis;

  if (axis_in->size != 1)
    return cj_extra_refuse_shapes (error);
  if (!cj_extra_axis (cj_array_get_int (axis_in, 0), x->dims.n, &axis, error))
    return FALSE;
  y = cj_extra_out (call, 0, x->type, &x->dims, error);
  if (y == NULL || y->size == 0)
    return y != NULL;
  length = x->dims.d[axis];
  inner = cj_dims_size (&x->dims, axis + 1, x->dims.n);
  for (gint64 o = 0; o < x->size / length; o++)
    {
      double sum = 0;
      guint64 whole = 0;

      for (gint64 i = 0; i < length; i++)
        {
          const gint64 at
              = o / inner * length * inner + o % inner + (reverse ? length - 1 - i : i) * inner;
          const double last = sum;
          const guint64 last_whole = whole;

          sum += floats ? cj_array_get (x, at) : 0;
          whole += floats ? 0 : (guint64) cj_array_get_int (x, at);
          if (floats)
            cj_array_set (y, at, exclusive ? last : sum);
          else
            cj_array_set_int (y, at, (gint64) (exclusive ? last_whole : whole));
        }
    }
  return TRUE;
}

/* --- unequal parts --- */

/* The slices of an axis as rows. */
typedef struct
{
  const CjArray *rows; /* [slices, elements of one] */
  gint64 width;
  gint64 *order; /* slices, sorted; of equal ones the first comes first */
} Slices;

static int
compare_slices (gconstpointer a, gconstpointer b, gpointer data)
{
  const Slices *s = data;
  const gint64 one = *(const gint64 *) a, other = *(const gint64 *) b;

  for (gint64 i = 0; i < s->width; i++)
    {
      const double x = cj_array_get (s->rows, one * s->width + i);
      const double y = cj_array_get (s->rows, other * s->width + i);

      if (x != y)
        return x < y ? -1 : 1;
    }
  return 0;
}

/* The groups of equal slices: first[g] is the first of group g, group[s] that of slice s, count[g]. */
typedef struct
{
  gint64 n;
  gint64 *first, *group, *count;
} Groups;

static int
compare_firsts (gconstpointer a, gconstpointer b, gpointer data)
{
  const Groups *g = data;
  const gint64 one = g->first[*(const gint64 *) a], other = g->first[*(const gint64 *) b];

  return one < other ? -1 : one > other;
}

static void
find_groups (Slices *s, gint64 n, gboolean sorted, Groups *g)
{
  g_autofree gint64 *rank = g_new0 (gint64, MAX (n, 1)), *number = g_new0 (gint64, MAX (n, 1));
  g_autofree gint64 *first = g_new0 (gint64, MAX (n, 1)), *count = g_new0 (gint64, MAX (n, 1));

  for (gint64 i = 0; i < n; i++)
    s->order[i] = i;
  /* stable, so that the first of equal ones comes first */
  g_qsort_with_data (s->order, (int) n, sizeof *s->order, compare_slices, s);
  for (gint64 i = 0; i < n; i++)
    {
      if (i == 0 || compare_slices (&s->order[i - 1], &s->order[i], s) != 0)
        g->first[g->n++] = s->order[i];
      g->group[s->order[i]] = g->n - 1;
      g->count[g->n - 1]++;
    }
  for (gint64 i = 0; i < g->n; i++)
    rank[i] = i;
  if (!sorted)
    g_qsort_with_data (rank, (int) g->n, sizeof *rank, compare_firsts, g);
  for (gint64 i = 0; i < g->n; i++)
    {
      number[rank[i]] = i;
      first[i] = g->first[rank[i]];
      count[i] = g->count[rank[i]];
    }
  memcpy (g->first, first, (gsize) g->n * sizeof *first);
  memcpy (g->count, count, (gsize) g->n * sizeof *count);
  for (gint64 i = 0; i < n; i++)
    g->group[i] = number[g->group[i]];
}

static gboolean
give_groups (CjExtraCall *call, CjArray *x, const CjArray *rows, gint64 width, const guint *order,
             const Groups *g, gint64 n, GError **error)
{
  const gsize bytes = cj_array_type_size (x->type);
  guint back[CJ_ARRAY_MAX_DIMS];
  CjDims dims = { .n = x->dims.n };
  g_autoptr (CjArray) unique = NULL;

  for (guint k = 0; k < dims.n; k++)
    {
      dims.d[k] = k == 0 ? g->n : x->dims.d[order[k]];
      back[order[k]] = k;
    }
  unique = cj_array_new (x->type, &dims, error);
  if (unique == NULL)
    return FALSE;
  for (gint64 i = 0; i < g->n; i++)
    memcpy ((guint8 *) unique->data + (gsize) (i * width) * bytes,
            (const guint8 *) rows->data + (gsize) (g->first[i] * width) * bytes,
            (gsize) width * bytes);
  return cj_extra_give (call, 0, cj_array_permute (unique, back, error))
         && cj_extra_give (call, 1, cj_array_new_ints (g->first, (guint) g->n))
         && cj_extra_give (call, 2, cj_array_new_ints (g->group, (guint) n))
         && cj_extra_give (call, 3, cj_array_new_ints (g->count, (guint) g->n));
}

static gboolean
run_unique (CjExtraCall *call, GError **error)
{
  const gboolean flat = cj_extra_node_find (call->node, "axis") == NULL;
  g_autoptr (CjArray) x = NULL, rows = NULL;
  guint order[CJ_ARRAY_MAX_DIMS], axis;
  g_autofree gint64 *numbers = NULL;
  Slices slices;
  Groups groups = { 0 };
  gint64 n;

  x = flat ? cj_array_reshape (call->in[0], &(CjDims){ 1, { call->in[0]->size } })
           : cj_array_ref (call->in[0]);
  if (!cj_extra_axis (cj_extra_int (call, "axis", 0), x->dims.n, &axis, error))
    return FALSE;
  for (guint k = 0; k < x->dims.n; k++)
    order[k] = k == 0 ? axis : k <= axis ? k - 1 : k;
  rows = cj_array_permute (x, order, error);
  n = x->dims.d[axis];
  if (rows == NULL || n > G_MAXINT32 / 8)
    return rows != NULL && cj_extra_refuse_shapes (error);
  numbers = g_new0 (gint64, 4 * MAX (n, 1));
  slices = (Slices){ rows, n > 0 ? rows->size / n : 0, numbers };
  groups = (Groups){ 0, numbers + n, numbers + 2 * n, numbers + 3 * n };
  find_groups (&slices, n, cj_extra_int (call, "sorted", 1) != 0, &groups);
  return give_groups (call, x, rows, slices.width, order, &groups, n, error);
}

const CjExtraInfo cj_extra_sort[] = {
  { "CumSum", 11, 0, 2, 2, run_cum_sum },
  { "TopK", 1, 0, 1, 2, run_top_k },
  { "Unique", 11, 0, 1, 1, run_unique },
  { NULL, 0, 0, 0, 0, NULL },
};
