/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fibres that tell classes by how often they fire: of every class some fibres, chosen by chance, are loud
 * and the others quiet, and each spikes by chance at its rate. What a spiking network can be driven with
 * before there are recordings for it. T moments, F fibres. */
#include "cjd-gen.h"

#define LOUD 0.3   /* chance of a spike in a moment */
#define QUIET 0.03 /* of the others */
#define SHARE 0.33 /* of the fibres that are loud */

typedef struct
{
  int samples, seed, steps, fibres, classes;
} Params;

static const CjParam params[] = {
  CJD_GEN_SAMPLES (Params, 1000, 100000),
  CJD_GEN_SEED (Params),
  { .name = "steps",
    .title = "Time steps",
    .blurb = "How long a sample is",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, steps),
    .preset = 50,
    .min = 1,
    .max = 10000,
    .soft_max = 200,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "fibres",
    .title = "Fibres",
    .blurb = "How many fibres carry spikes",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, fibres),
    .preset = 40,
    .min = 1,
    .max = 1000000,
    .soft_max = 1000,
    .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG },
  { .name = "classes",
    .title = "Classes",
    .blurb = "How many patterns of rates there are to be told apart",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, classes),
    .preset = 5,
    .min = 1,
    .max = 1000,
    .soft_max = 20,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

/* Whether a fibre is loud in a class, [K, F]. */
static guint8 *
choose_loud (const Params *p)
{
  guint8 *loud = g_malloc ((gsize) p->classes * (gsize) p->fibres);

  for (int k = 0; k < p->classes; k++)
    {
      CjRng rng;

      cjd_gen_start (&rng, p->seed, CJD_GEN_COMMON + (guint64) k);
      for (int i = 0; i < p->fibres; i++)
        loud[(gsize) k * (gsize) p->fibres + (gsize) i] = cjd_gen_chance (&rng, SHARE);
    }
  return loud;
}

static CjdDataset *
make (gconstpointer data, GError **error)
{
  const Params *p = data;
  const CjShape shape = cj_shape3 (p->samples, p->steps, p->fibres);
  const CjShape classes = cj_shape1 (p->samples);
  const gsize moment = (gsize) p->fibres;
  CjTensor *x = cjd_gen_tensor (CJ_UINT8, &shape, error), *y;
  g_autofree guint8 *loud = NULL;
  g_auto (GStrv) names = NULL;
  CjdDataset *dataset;

  if (x == NULL)
    return NULL;
  loud = choose_loud (p);
  y = cj_tensor_new (CJ_INT32, &classes);
  for (int i = 0; i < p->samples; i++)
    {
      const int class = i % p->classes;
      const guint8 *pattern = loud + (gsize) class * moment;
      guint8 *to = (guint8 *) x->data + (gsize) i * (gsize) p->steps * moment;
      CjRng rng;

      cjd_gen_start (&rng, p->seed, (guint64) i);
      for (gsize at = 0; at < (gsize) p->steps * moment; at++)
        if (cjd_gen_chance (&rng, pattern[at % moment] != 0 ? LOUD : QUIET))
          to[at] = 255;
      cj_tensor_i32 (y)[i] = class;
    }
  names = g_new0 (char *, (gsize) p->classes + 1);
  for (int k = 0; k < p->classes; k++)
    names[k] = g_strdup_printf ("pattern %d", k + 1);
  dataset = cjd_gen_finish ("rate patterns", x, y, (guint) p->classes, (const char *const *) names,
                            p->seed);
  cjd_dataset_keep_zeros (dataset);
  return dataset;
}

const CjdSourceInfo cjd_source_rate_patterns = {
  .id = "rate-patterns",
  .title = "Rate patterns",
  .blurb
  = "Spikes by chance of fibres that are loud or quiet, in a pattern of its own for every class",
  .params_size = sizeof (Params),
  .params = params,
  .make = make,
};
