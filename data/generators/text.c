/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pieces of corpus.txt, each with itself one character on as the target: a model of the next
 * character. The last parts of the text are kept for validation and test, so no piece of theirs
 * overlaps one of training. */
#include "cjd-gen.h"
#include "cjd-text.h"
#include "corpus.h"

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
  guint n_characters;
  g_auto (GStrv) names = NULL;
  g_autofree gint32 *codes = cjd_text_encode (text, (gsize) n, &names, &n_characters);
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
