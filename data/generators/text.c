/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of corpus.txt, each with itself one character on as the target: a model of the next
 * character. The last parts of the text are kept for validation and test, so no piece of theirs
 * overlaps one of training. */
#include "cjd-gen.h"
#include "corpus.h"

#include <stdlib.h>

#define TEST_SHARE 0.15
#define VALIDATION_SHARE 0.1

typedef struct
{
  int samples, seed, length;
} Params;

static const CjParam params[] = {
  CJD_GEN_SAMPLES (Params, 4000, 500000),
  CJD_GEN_SEED (Params),
  { .name = "length",
    .title = "Length",
    .blurb = "How many characters the network sees at once",
    .unit = "characters",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, length),
    .preset = 64,
    .min = 1,
    .max = 1000,
    .soft_min = 8,
    .soft_max = 256,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { NULL },
};

static int
compare (const void *a, const void *b)
{
  const gunichar x = *(const gunichar *) a, y = *(const gunichar *) b;

  return x < y ? -1 : x > y;
}

/* The characters that occur, in the order of Unicode. Returns how many; `chars` is sorted. */
static guint
find_vocabulary (gunichar *chars, glong n)
{
  guint found = 0;

  qsort (chars, (size_t) n, sizeof *chars, compare);
  for (glong i = 0; i < n; i++)
    if (found == 0 || chars[i] != chars[found - 1])
      chars[found++] = chars[i];
  return found;
}

static GStrv
name_characters (const gunichar *vocabulary, guint n)
{
  char **names = g_new0 (char *, n + 1);

  for (guint i = 0; i < n; i++)
    {
      char text[7] = { 0 };

      g_unichar_to_utf8 (vocabulary[i], text);
      names[i] = g_strdup (text);
    }
  return names;
}

/* Fills the rows from `first` to `end` with pieces of the characters from `low` to `high`. */
static void
cut (const Params *p, const gint32 *codes, gsize low, gsize high, gsize first, gsize end,
     CjTensor *x, CjTensor *y)
{
  const gsize length = (gsize) p->length;

  for (gsize i = first; i < end; i++)
    {
      gsize at;
      CjRng rng;

      cjd_gen_start (&rng, p->seed, i);
      at = low + cj_rng_below (&rng, (guint32) (high - low - length));
      for (gsize t = 0; t < length; t++)
        {
          cj_tensor_i32 (x)[i * length + t] = codes[at + t];
          cj_tensor_i32 (y)[i * length + t] = codes[at + t + 1];
        }
    }
}

static CjdDataset *
make (gconstpointer data, GError **error)
{
  const Params *p = data;
  const CjShape shape = cj_shape2 (p->samples, p->length);
  glong n;
  g_autofree gunichar *text
      = g_utf8_to_ucs4_fast ((const char *) cjd_corpus, (glong) cjd_corpus_size, &n);
  g_autofree gunichar *vocabulary = g_memdup2 (text, sizeof *text * (gsize) n);
  const guint n_characters = find_vocabulary (vocabulary, n);
  g_auto (GStrv) names = name_characters (vocabulary, n_characters);
  g_autofree gint32 *codes = g_new (gint32, n);
  const gsize all = (gsize) p->samples;
  const gsize test = all - (gsize) (all * TEST_SHARE + 0.5);
  const gsize validation = test - (gsize) (all * VALIDATION_SHARE + 0.5);
  const gsize text_test = (gsize) (n * (1 - TEST_SHARE));
  const gsize text_validation = (gsize) (n * (1 - TEST_SHARE - VALIDATION_SHARE));
  CjTensor *x = cjd_gen_tensor (CJ_INT32, &shape, error), *y;
  CjdDataset *dataset;

  if (x == NULL)
    return NULL;
  y = cj_tensor_new (CJ_INT32, &shape);
  for (glong i = 0; i < n; i++)
    codes[i] = (gint32) ((gunichar *) bsearch (&text[i], vocabulary, n_characters,
                                               sizeof *vocabulary, compare)
                         - vocabulary);
  cut (p, codes, 0, text_validation, 0, validation, x, y);
  cut (p, codes, text_validation, text_test, validation, test, x, y);
  cut (p, codes, text_test, (gsize) n, test, all, x, y);
  dataset = cjd_dataset_new ("text", x, y, n_characters, (const char *const *) names);
  cjd_dataset_mark (dataset, validation, CJD_SPLIT_VAL);
  cjd_dataset_mark (dataset, test, CJD_SPLIT_TEST);
  return dataset;
}

const CjdSourceInfo cjd_source_text = {
  .id = "text",
  .title = "Text",
  .blurb = "Pieces of short essays about nerve cells and seeing, to be continued by the letter",
  .params_size = sizeof (Params),
  .params = params,
  .make = make,
};
