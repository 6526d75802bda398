/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence that has to be counted and kept: a mouse runs past cues on the left and on the right, then along
 * an empty corridor, and at its end has to turn to the side that had more of them (Morcos and Harvey 2016; for
 * spiking networks Bellec et al. 2020). Four groups of fibres spike by chance: those of a left cue, of a right
 * cue, of the end of the corridor, and noise. T moments, 4 F fibres. */
#include "cjd-gen.h"

#define CUE 5      /* moments of a cue, and of the end of the corridor */
#define GAP 2      /* moments behind a cue */
#define LOUD 0.4   /* chance of a spike in a moment of a fibre whose cue is there */
#define QUIET 0.02 /* of noise */

enum
{
  LEFT,
  RIGHT,
  END,
  NOISE,
  GROUPS
};

typedef struct
{
  int samples, seed, cues, delay, fibres;
} Params;

static const CjParam params[] = {
  CJD_GEN_SAMPLES (Params, 2000, 100000),
  CJD_GEN_SEED (Params),
  { .name = "cues",
    .title = "Cues",
    .blurb = "How many cues there are; an odd number, so that one side has more",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, cues),
    .preset = 7,
    .min = 1,
    .max = 99,
    .soft_max = 15,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "delay",
    .title = "Delay",
    .blurb = "How long nothing comes between the last cue and the end of the corridor",
    .unit = "steps",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, delay),
    .preset = 30,
    .max = 1000,
    .soft_max = 200,
    .flags = CJ_PARAM_RESHAPES },
  { .name = "fibres",
    .title = "Fibres",
    .blurb = "How many fibres each of the four groups has",
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, fibres),
    .preset = 10,
    .min = 1,
    .max = 200,
    .soft_max = 20,
    .flags = CJ_PARAM_RESHAPES },
  { NULL },
};

/* A group for some moments. */
static void
fire (CjRng *rng, const Params *p, guint8 *x, gint64 from, gint64 moments, int group, double chance)
{
  for (gint64 t = from; t < from + moments; t++)
    for (int k = 0; k < p->fibres; k++)
      if (cjd_gen_chance (rng, chance))
        x[(t * GROUPS + group) * p->fibres + k] = 255;
}

static CjdDataset *
make (gconstpointer data, GError **error)
{
  static const char *const names[] = { "left", "right", NULL };
  const Params *p = data;
  const int cues = p->cues | 1;
  const gint64 time = (gint64) cues * (CUE + GAP) + p->delay + CUE;
  const CjShape shape = cj_shape3 (p->samples, time, GROUPS * p->fibres);
  const CjShape classes = cj_shape1 (p->samples);
  CjTensor *x = cjd_gen_tensor (CJ_UINT8, &shape, error), *y;
  CjdDataset *dataset;

  if (x == NULL)
    return NULL;
  y = cj_tensor_new (CJ_INT32, &classes);
  for (gint64 i = 0; i < p->samples; i++)
    {
      guint8 *row = (guint8 *) x->data + i * time * GROUPS * p->fibres;
      int right = 0;
      double share;
      CjRng rng;

      cjd_gen_start (&rng, p->seed, (guint64) i);
      /* one side is likelier, so that few samples are decided by a single cue */
      share = cjd_gen_chance (&rng, 0.5) ? 0.7 : 0.3;
      for (int cue = 0; cue < cues; cue++)
        {
          const gboolean is_right = cjd_gen_chance (&rng, share);

          right += is_right;
          fire (&rng, p, row, cue * (CUE + GAP), CUE, is_right ? RIGHT : LEFT, LOUD);
        }
      fire (&rng, p, row, time - CUE, CUE, END, LOUD);
      fire (&rng, p, row, 0, time, NOISE, QUIET);
      cj_tensor_i32 (y)[i] = 2 * right > cues;
    }
  dataset = cjd_gen_finish ("cues", x, y, 2, names, p->seed);
  cjd_dataset_keep_zeros (dataset);
  return dataset;
}

const CjdSourceInfo cjd_source_cues = {
  .id = "cues",
  .title = "Cues in a corridor",
  .blurb = "Spikes of cues on two sides, to be counted and kept until the end of the corridor",
  .params_size = sizeof (Params),
  .params = params,
  .make = make,
};
