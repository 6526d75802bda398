/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Four tasks for networks with a memory. T time, L the length set.
 *
 * copy    L symbols, a mark and L - 1 blanks: from the mark on, say the symbols again (T = 2 L).
 * adding  numbers from 0 to 1, two of them marked: their sum (Hochreiter and Schmidhuber, 1997).
 * parity  bits: at each step, whether the number of ones so far is odd.
 * most    L symbols: the one that stands there most often, a class of the whole. */
#include "cjd-gen.h"

#define IGNORED -1 /* no target at this step */
#define BLANK 0
#define MARK 1
#define FIRST_SYMBOL 2
#define MAX_SYMBOLS 26

enum
{
  COPY,
  ADDING,
  PARITY,
  MOST
};

typedef struct
{
  int samples, seed, task, length, symbols;
} Params;

static const char *const tasks[] = { "copy", "adding", "parity", "most", NULL };

static const CjParam params[] = {
  CJD_GEN_SAMPLES (Params, 8000, 500000),
  CJD_GEN_SEED (Params),
  { .name = "task",
    .title = "Task",
    .blurb
    = "Copy symbols after a mark, add the two marked numbers, tell odd from even, or name the "
      "symbol that comes most often",
    .kind = CJ_PARAM_CHOICE,
    .offset = offsetof (Params, task),
    .preset = COPY,
    .max = MOST,
    .choices = tasks,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "length",
    .title = "Length",
    .blurb = "How many symbols, numbers or bits there are",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, length),
    .preset = 12,
    .min = 2,
    .max = 1000,
    .soft_min = 2,
    .soft_max = 100,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "symbols",
    .title = "Symbols",
    .blurb = "How many different symbols there are to copy or to count",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, symbols),
    .preset = 8,
    .min = 2,
    .max = MAX_SYMBOLS,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

/* Makes x and y of the given shapes, or neither. */
static gboolean
make_tensors (CjDtype dtype, const CjShape *shape, const CjShape *targets, CjTensor **x,
              CjTensor **y, GError **error)
{
  *x = cjd_gen_tensor (dtype, shape, error);
  *y = *x != NULL ? cjd_gen_tensor (dtype, targets, error) : NULL;
  if (*x != NULL && *y == NULL)
    cj_tensor_unref (*x);
  return *y != NULL;
}

static CjdDataset *
make_copy (const Params *p, GError **error)
{
  const gsize length = (gsize) p->length, time = 2 * length;
  const CjShape shape = cj_shape2 (p->samples, (gint64) time);
  g_auto (GStrv) names = g_new0 (char *, FIRST_SYMBOL + MAX_SYMBOLS + 1);
  CjTensor *x, *y;

  if (!make_tensors (CJ_INT32, &shape, &shape, &x, &y, error))
    return NULL;
  names[BLANK] = g_strdup ("blank");
  names[MARK] = g_strdup ("mark");
  for (gint i = 0; i < p->symbols; i++)
    names[FIRST_SYMBOL + i] = g_strdup_printf ("%c", 'a' + i);
  for (gsize i = 0; i < (gsize) p->samples; i++)
    {
      gint32 *in = cj_tensor_i32 (x) + i * time, *out = cj_tensor_i32 (y) + i * time;
      CjRng rng;

      cjd_gen_start (&rng, p->seed, i);
      for (gsize t = 0; t < length; t++)
        {
          in[t] = FIRST_SYMBOL + (gint32) cj_rng_below (&rng, (guint32) p->symbols);
          in[length + t] = t == 0 ? MARK : BLANK;
          out[t] = IGNORED;
          out[length + t] = in[t];
        }
    }
  return cjd_gen_finish ("copy", x, y, (guint) p->symbols + FIRST_SYMBOL,
                         (const char *const *) names, p->seed);
}

/* One number is marked in the first half and one in the second. */
static CjdDataset *
make_adding (const Params *p, GError **error)
{
  const gsize time = (gsize) p->length, half = time / 2;
  const CjShape shape = cj_shape3 (p->samples, p->length, 2), sums = cj_shape2 (p->samples, 1);
  CjTensor *x, *y;

  if (!make_tensors (CJ_FLOAT32, &shape, &sums, &x, &y, error))
    return NULL;
  for (gsize i = 0; i < (gsize) p->samples; i++)
    {
      float *in = cj_tensor_f32 (x) + i * time * 2;
      gsize first, second;
      CjRng rng;

      cjd_gen_start (&rng, p->seed, i);
      for (gsize t = 0; t < time; t++)
        in[2 * t] = cj_rng_uniform (&rng);
      first = cj_rng_below (&rng, (guint32) half);
      second = half + cj_rng_below (&rng, (guint32) (time - half));
      in[2 * first + 1] = 1;
      in[2 * second + 1] = 1;
      cj_tensor_f32 (y)[i] = in[2 * first] + in[2 * second];
    }
  return cjd_gen_finish ("adding", x, y, 0, NULL, p->seed);
}

static CjdDataset *
make_parity (const Params *p, GError **error)
{
  static const char *const names[] = { "even", "odd", NULL };
  const CjShape shape = cj_shape2 (p->samples, p->length);
  const gsize time = (gsize) p->length;
  CjTensor *x, *y;

  if (!make_tensors (CJ_INT32, &shape, &shape, &x, &y, error))
    return NULL;
  for (gsize i = 0; i < (gsize) p->samples; i++)
    {
      gint32 odd = 0;
      CjRng rng;

      cjd_gen_start (&rng, p->seed, i);
      for (gsize t = i * time; t < (i + 1) * time; t++)
        {
          cj_tensor_i32 (x)[t] = (gint32) (cj_rng_next (&rng) >> 31);
          odd ^= cj_tensor_i32 (x)[t];
          cj_tensor_i32 (y)[t] = odd;
        }
    }
  return cjd_gen_finish ("parity", x, y, 2, names, p->seed);
}

/* The symbol that comes most often, −1 if it is not alone in that. */
static gint32
find_most (const gint32 *in, gsize n, guint n_symbols)
{
  guint count[MAX_SYMBOLS] = { 0 }, most = 0, equal = 0;

  for (gsize t = 0; t < n; t++)
    count[in[t]]++;
  for (guint k = 1; k < n_symbols; k++)
    if (count[k] > count[most])
      most = k;
  for (guint k = 0; k < n_symbols; k++)
    equal += count[k] == count[most];
  return equal == 1 ? (gint32) most : -1;
}

static CjdDataset *
make_most (const Params *p, GError **error)
{
  const CjShape shape = cj_shape2 (p->samples, p->length), classes = cj_shape1 (p->samples);
  const gsize time = (gsize) p->length;
  g_auto (GStrv) names = g_new0 (char *, MAX_SYMBOLS + 1);
  CjTensor *x, *y;

  if (!make_tensors (CJ_INT32, &shape, &classes, &x, &y, error))
    return NULL;
  for (gint i = 0; i < p->symbols; i++)
    names[i] = g_strdup_printf ("%c", 'a' + i);
  for (gsize i = 0; i < (gsize) p->samples; i++)
    {
      gint32 *in = cj_tensor_i32 (x) + i * time, most;
      CjRng rng;

      cjd_gen_start (&rng, p->seed, i);
      for (gsize t = 0; t < time; t++)
        in[t] = (gint32) cj_rng_below (&rng, (guint32) p->symbols);
      /* one more of any, where several come equally often, until one is alone */
      while ((most = find_most (in, time, (guint) p->symbols)) < 0)
        in[cj_rng_below (&rng, (guint32) time)]
            = (gint32) cj_rng_below (&rng, (guint32) p->symbols);
      cj_tensor_i32 (y)[i] = most;
    }
  return cjd_gen_finish ("most", x, y, (guint) p->symbols, (const char *const *) names, p->seed);
}

static CjdDataset *
make (gconstpointer data, GError **error)
{
  const Params *p = data;

  if (p->task == COPY)
    return make_copy (p, error);
  if (p->task == MOST)
    return make_most (p, error);
  return p->task == ADDING ? make_adding (p, error) : make_parity (p, error);
}

const CjdSourceInfo cjd_source_sequences = {
  .id = "sequences",
  .title = "Sequences",
  .blurb = "Small tasks that need a memory: copying, adding, telling odd from even, counting",
  .params_size = sizeof (Params),
  .params = params,
  .make = make,
};
