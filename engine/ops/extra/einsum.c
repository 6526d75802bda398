/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sums of products by a formula of letters: "bij,bjk->bik". A letter is a dimension; those that are not in the
 * result are summed over. "..." stands for all other dimensions, stretched to each other. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

#define MAX_TERMS 4
#define MAX_LETTERS 24
#define FIRST_MORE 128 /* letters from here on are the dimensions of "...", counted from the last */

typedef struct
{
  guint n;
  guint8 letters[2 * CJ_ARRAY_MAX_DIMS];
} Term;

typedef struct
{
  guint n_terms;
  Term terms[MAX_TERMS], out;
  guint n_more; /* dimensions that "..." stands for, at most */
  /* letters in order: those of the result, then those that are summed over */
  guint n, n_out;
  guint8 letters[MAX_LETTERS];
  gint64 size[MAX_LETTERS];
  gint64 stride[MAX_LETTERS][MAX_TERMS];
} Formula;

/* One term, up to `end`; `rank` dimensions, or that of the result with rank -1. */
static gboolean
read_term (const char *text, const char *end, int rank, guint more, Term *term)
{
  guint named = 0;
  gboolean dots = FALSE;

  for (const char *c = text; c < end; c++)
    named += g_ascii_isalpha (*c);
  if (rank >= 0)
    {
      if (named > (guint) rank)
        return FALSE;
      more = (guint) rank - named;
    }
  if (named + more > CJ_ARRAY_MAX_DIMS)
    return FALSE;
  for (const char *c = text; c < end; c++)
    if (g_ascii_isalpha (*c))
      term->letters[term->n++] = (guint8) *c;
    else if (*c == '.' && end - c >= 3 && c[1] == '.' && c[2] == '.' && !dots)
      {
        for (guint k = more; k-- > 0;)
          term->letters[term->n++] = (guint8) (FIRST_MORE + k);
        c += 2;
        dots = TRUE;
      }
    else if (*c != ' ')
      return FALSE;
  return dots || rank < 0 || more == 0;
}

/* How often a letter stands in the terms. */
static guint
count (const Formula *f, guint8 letter)
{
  guint n = 0;

  for (guint t = 0; t < f->n_terms; t++)
    for (guint k = 0; k < f->terms[t].n; k++)
      n += f->terms[t].letters[k] == letter;
  return n;
}

/* Without "->" the result has the letters that stand once, in the order of the alphabet, behind "...". */
static void
imply_out (Formula *f)
{
  for (guint k = f->n_more; k-- > 0;)
    f->out.letters[f->out.n++] = (guint8) (FIRST_MORE + k);
  for (guint c = 'A'; c <= 'z'; c++)
    if (count (f, (guint8) c) == 1 && f->out.n < CJ_ARRAY_MAX_DIMS)
      f->out.letters[f->out.n++] = (guint8) c;
}

static gboolean
parse (const CjExtraCall *call, Formula *f)
{
  const char *text = cj_extra_text (call, "equation", "");
  const char *arrow = strstr (text, "->"), *stop = arrow != NULL ? arrow : text + strlen (text);

  while (f->n_terms < call->n_in)
    {
      const char *comma = memchr (text, ',', (gsize) (stop - text));
      const char *end = comma != NULL ? comma : stop;
      const CjArray *x = call->in[f->n_terms];
      Term *term = &f->terms[f->n_terms++];

      if (x == NULL || !read_term (text, end, (int) x->dims.n, 0, term))
        return FALSE;
      for (guint k = 0; k < term->n; k++)
        if (term->letters[k] >= FIRST_MORE)
          f->n_more = MAX (f->n_more, term->letters[k] - FIRST_MORE + 1u);
      if ((comma == NULL) != (f->n_terms == call->n_in))
        return FALSE;
      text = end + 1;
    }
  if (arrow == NULL)
    imply_out (f);
  else if (!read_term (arrow + 2, arrow + strlen (arrow), -1, f->n_more, &f->out))
    return FALSE;
  for (guint k = 0; k < f->out.n; k++)
    if (count (f, f->out.letters[k]) == 0)
      return FALSE;
  return TRUE;
}

static gboolean
add_letter (Formula *f, guint8 letter)
{
  for (guint k = 0; k < f->n; k++)
    if (f->letters[k] == letter)
      return TRUE;
  if (f->n == MAX_LETTERS)
    return FALSE;
  f->size[f->n] = 1;
  f->letters[f->n++] = letter;
  return TRUE;
}

/* Sizes and strides of all letters. */
static gboolean
measure (Formula *f, const CjExtraCall *call)
{
  for (guint k = 0; k < f->out.n; k++)
    if (!add_letter (f, f->out.letters[k]) || f->n != k + 1)
      return FALSE;
  f->n_out = f->n;
  for (guint t = 0; t < f->n_terms; t++)
    for (guint k = 0; k < f->terms[t].n; k++)
      if (!add_letter (f, f->terms[t].letters[k]))
        return FALSE;
  for (guint t = 0; t < f->n_terms; t++)
    for (guint k = 0; k < f->terms[t].n; k++)
      {
        const CjDims *dims = &call->in[t]->dims;
        guint at = 0;

        while (f->letters[at] != f->terms[t].letters[k])
          at++;
        if (dims->d[k] == 1)
          continue;
        if (f->size[at] != 1 && f->size[at] != dims->d[k])
          return FALSE;
        f->size[at] = dims->d[k];
        f->stride[at][t] += cj_dims_size (dims, k + 1, dims->n);
      }
  return TRUE;
}

/* The sum for one element of the result, whose factors begin at `at`. */
static double
sum_products (const Formula *f, const CjExtraCall *call, const gint64 *at)
{
  gint64 index[MAX_LETTERS] = { 0 }, place[MAX_TERMS];
  gboolean more = TRUE;
  double sum = 0;

  for (guint k = f->n_out; k < f->n; k++)
    if (f->size[k] == 0)
      return 0;
  memcpy (place, at, sizeof place);
  while (more)
    {
      double product = 1;

      for (guint t = 0; t < f->n_terms; t++)
        product *= cj_array_get (call->in[t], place[t]);
      sum += product;
      more = FALSE;
      for (guint k = f->n; !more && k-- > f->n_out;)
        {
          for (guint t = 0; t < f->n_terms; t++)
            place[t] += f->stride[k][t];
          more = ++index[k] < f->size[k];
          if (more)
            break;
          for (guint t = 0; t < f->n_terms; t++)
            place[t] -= index[k] * f->stride[k][t];
          index[k] = 0;
        }
    }
  return sum;
}

static gboolean
run_einsum (CjExtraCall *call, GError **error)
{
  Formula f = { 0 };
  gint64 index[MAX_LETTERS] = { 0 }, at[MAX_TERMS] = { 0 };
  CjDims dims;
  CjArray *y;

  if (call->n_in > MAX_TERMS)
    return cj_extra_refuse_attr ("equation", error);
  if (!parse (call, &f) || !measure (&f, call))
    return cj_extra_refuse_shapes (error);
  dims = cj_dims (f.n_out, f.size);
  y = cj_extra_out (call, 0, call->in[0]->type, &dims, error);
  for (gint64 i = 0; y != NULL && i < y->size; i++)
    {
      cj_array_set (y, i, sum_products (&f, call, at));
      for (guint k = f.n_out; k-- > 0;)
        {
          for (guint t = 0; t < f.n_terms; t++)
            at[t] += f.stride[k][t];
          if (++index[k] < f.size[k])
            break;
          for (guint t = 0; t < f.n_terms; t++)
            at[t] -= index[k] * f.stride[k][t];
          index[k] = 0;
        }
    }
  return y != NULL;
}

const CjExtraInfo cj_extra_einsum[] = {
  { "Einsum", 12, 0, 1, MAX_TERMS, run_einsum },
  { NULL, 0, 0, 0, 0, NULL },
};
