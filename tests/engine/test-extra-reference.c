/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators of imported models against what NumPy and PyTorch compute (extra-reference.py), and the same with inputs and
 * attributes that make no sense: those end in a sentence. */
#include "cj-card.h"
#include "cj-error.h"

#include <math.h>
#include <string.h>

#define MAX_IN 16
#define MAX_OUT 5

typedef struct
{
  const char *op; /* "Conv@13" */
  const char *attrs;
  const char *in[MAX_IN],
      *out[MAX_OUT]; /* "float[2]=1,2", "-" for one that is not given; NULL behind the last */
} Case;

#include "extra-reference.h"

static CjArrayType
find_type (const char *name)
{
  for (int type = CJ_ARRAY_F32; type <= CJ_ARRAY_U4; type++)
    if (g_str_equal (cj_array_type_get_name ((CjArrayType) type), name))
      return (CjArrayType) type;
  g_assert_not_reached ();
}

static CjArray *
read_array (const char *word)
{
  g_auto (GStrv) halves = g_strsplit (word, "=", 2), head = NULL, sizes = NULL, numbers = NULL;
  CjDims dims = { 0 };
  CjArray *array;

  if (g_str_equal (word, "-"))
    return NULL;
  head = g_strsplit_set (halves[0], "[]", -1);
  sizes = g_strsplit (head[1], "x", -1);
  for (guint i = 0; sizes[i] != NULL && *sizes[i] != '\0'; i++)
    dims.d[dims.n++] = g_ascii_strtoll (sizes[i], NULL, 10);
  array = cj_array_new (find_type (head[0]), &dims, NULL);
  numbers = g_strsplit (halves[1], ",", -1);
  for (gint64 i = 0; i < array->size; i++)
    cj_array_set (array, i, g_ascii_strtod (numbers[i], NULL));
  return array;
}

static guint
read_arrays (const char *const *words, CjArray **arrays)
{
  guint n = 0;

  for (; words[n] != NULL; n++)
    arrays[n] = read_array (words[n]);
  return n;
}

static void
clear_arrays (CjArray **arrays, guint n)
{
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&arrays[i], cj_array_unref);
}

static CjCard *
read_node (const Case *c)
{
  CjCardText text = { { 0 } };
  g_autoptr (GError) error = NULL;
  CjCard *card;

  g_strlcpy (text.op, c->op, sizeof text.op);
  g_strlcpy (text.attrs, c->attrs, sizeof text.attrs);
  card = cj_card_parse (&text, &error);
  g_assert_no_error (error);
  return card;
}

static void
compare (const Case *c, guint k, const CjArray *is, const CjArray *should)
{
  g_assert_nonnull (is);
  if (!cj_dims_equal (&is->dims, &should->dims) || is->type != should->type)
    g_error ("%s %s, result %u: another shape or type", c->op, c->attrs, k);
  for (gint64 i = 0; i < is->size; i++)
    if (!(fabs (cj_array_get (is, i) - cj_array_get (should, i))
          <= 2e-5 * (1 + fabs (cj_array_get (should, i)))))
      g_error ("%s %s, result %u, number %d: %g, not %g", c->op, c->attrs, k, (int) i,
               cj_array_get (is, i), cj_array_get (should, i));
}

static void
test_reference (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      CjArray *in[MAX_IN] = { NULL }, *out[MAX_OUT] = { NULL }, *should[MAX_OUT] = { NULL };
      const guint n_in = read_arrays (c->in, in), n_out = read_arrays (c->out, should);
      g_autoptr (CjCard) card = read_node (c);
      g_autoptr (GError) error = NULL;

      if (!cj_extra_run (card->node, n_in, in, n_out, out, &error))
        g_error ("%s %s: %s", c->op, c->attrs, error->message);
      for (guint k = 0; k < n_out; k++)
        compare (c, k, out[k], should[k]);
      clear_arrays (in, n_in);
      clear_arrays (out, n_out);
      clear_arrays (should, n_out);
    }
}

/* --- what makes no sense --- */

/* Runs a node, which may refuse. */
static void
try_node (const CjCard *card, guint n_in, CjArray *const *in, guint n_out)
{
  CjArray *out[MAX_OUT] = { NULL };
  GError *error = NULL;
  const gboolean done = cj_extra_run (card->node, n_in, in, n_out, out, &error);

  g_assert_true (done == (error == NULL));
  for (guint k = 0; k < n_out; k++)
    g_assert_true (done || out[k] == NULL);
  g_clear_error (&error);
  clear_arrays (out, n_out);
}

/* Others in the place of an input: none, an empty one, a number, one with a dimension more, one number less, and for
 * whole numbers those at the bounds. */
static CjArray *
spoil (const CjArray *x, guint way)
{
  const gint64 ends[] = { -1, 0, G_MAXINT64, G_MININT64 };
  const CjDims none = { 2, { 0, 3 } };
  CjDims dims = x->dims;
  CjArray *y;

  if (way == 0)
    return NULL;
  if (way == 1)
    return cj_array_new (x->type, &none, NULL);
  if (way == 2)
    return cj_array_new (x->type, &(CjDims){ 0 }, NULL);
  if (way == 3 && dims.n < CJ_ARRAY_MAX_DIMS)
    dims.d[dims.n++] = 1;
  if (way == 4 && dims.n > 0 && dims.d[dims.n - 1] > 0)
    dims.d[dims.n - 1]--;
  y = cj_array_new (x->type, &dims, NULL);
  for (gint64 i = 0; i < y->size; i++)
    if (way >= 5)
      cj_array_set_int (y, i, ends[(way - 5 + i) % 4]);
    else if (i < x->size)
      cj_array_set (y, i, cj_array_get (x, i));
  return y;
}

static void
spoil_inputs (const CjCard *card, guint n_in, CjArray **in, guint n_out)
{
  for (guint i = 0; i < n_in; i++)
    for (guint way = 0; in[i] != NULL && way < 9; way++)
      {
        CjArray *kept = in[i];

        in[i] = spoil (kept, way);
        try_node (card, n_in, in, n_out);
        g_clear_pointer (&in[i], cj_array_unref);
        in[i] = kept;
      }
  for (guint n = 0; n < n_in; n++)
    try_node (card, n, in, n_out);
}

static void
spoil_attrs (const CjCard *card, guint n_in, CjArray **in, guint n_out)
{
  const gint64 ends[] = { -1, 0, 7, G_MAXINT64, G_MININT64 };

  for (guint a = 0; a < card->node->attrs->len; a++)
    {
      CjAttr *attr = card->node->attrs->pdata[a];
      const guint places = attr->kind == CJ_ATTR_INT ? 1 : attr->kind == CJ_ATTR_INTS ? attr->n : 0;

      for (guint k = 0; k < places; k++)
        for (guint e = 0; e < G_N_ELEMENTS (ends); e++)
          {
            gint64 *to = attr->kind == CJ_ATTR_INT ? &attr->i : &attr->ints[k];
            const gint64 kept = *to;

            *to = ends[e];
            try_node (card, n_in, in, n_out);
            *to = kept;
          }
      if (attr->kind == CJ_ATTR_INTS && attr->n > 0)
        {
          attr->n--;
          try_node (card, n_in, in, n_out);
          attr->n++;
        }
      if (attr->kind == CJ_ATTR_TEXT)
        {
          *attr->text = 'X';
          try_node (card, n_in, in, n_out);
        }
    }
}

static void
test_hostile (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const Case *c = &cases[i];
      CjArray *in[MAX_IN] = { NULL };
      const guint n_in = read_arrays (c->in, in);
      g_autoptr (CjCard) card = read_node (c);
      guint n_out = 0;

      while (c->out[n_out] != NULL)
        n_out++;
      g_test_message ("%s %s", c->op, c->attrs);
      spoil_inputs (card, n_in, in, n_out);
      spoil_attrs (card, n_in, in, n_out);
      clear_arrays (in, n_in);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/extra/reference", test_reference);
  g_test_add_func ("/engine/extra/hostile", test_hostile);
  return g_test_run ();
}
