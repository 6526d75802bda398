/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counter-based random numbers: Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy
 * as 1, 2, 3", SC 2011). A value depends only on (seed, purpose, index, position), never on how many
 * values were drawn before elsewhere, so any thread can draw any part and the bits stay the same. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One stream a purpose; the numbers are part of the file format and never change. */
typedef enum
{
  CJ_RNG_INIT = 1,    /* initial weights */
  CJ_RNG_SHUFFLE = 2, /* order of samples */
  CJ_RNG_DROPOUT = 3, /* masks and noise inside the network */
  CJ_RNG_AUGMENT = 4, /* augmentation of samples */
  CJ_RNG_SPLIT = 5,   /* train, validation, test */
  CJ_RNG_DATA = 6,    /* generated data sets */
  CJ_RNG_TEST = 7,    /* tests and benchmarks */
  CJ_RNG_PRUNE = 8,   /* synapses that go or grow by chance */
  CJ_RNG_SPIKES = 20, /* trains of spikes */
  CJ_RNG_ATTACK = 12, /* starts of attacks */
  CJ_RNG_TASKS = 24,  /* permutations of tasks */
  CJ_RNG_REPLAY = 25, /* what a memory of earlier tasks keeps, and what of it is seen again */
  CJ_RNG_FISHER = 26, /* samples and classes that the Fisher information is asked with */
  CJ_RNG_DAMAGE = 13  /* lesions and noise that are done to a network that has learned */
} CjRngPurpose;

typedef struct
{
  guint32 key[2];
  guint32 counter[4];
  guint32 block[4];
  guint used; /* words of block already handed out, 4: none left */
} CjRng;

/* The raw block function: ten rounds of Philox on `counter` under `key` into `out`. Any thread. */
void cj_philox4x32 (const guint32 counter[4], const guint32 key[2], guint32 out[4]);

/* Starts the stream of one purpose; `index` separates independent parts (a sample, a node, a step). */
void cj_rng_init (CjRng *rng, guint64 seed, CjRngPurpose purpose, guint64 index);

/* Words [first, first + n) of a stream of which none was taken: what cj_rng_next would give, many
 * at a time. */
void cj_rng_fill (const CjRng *rng, guint64 first, gsize n, guint32 *words);

guint32 cj_rng_next (CjRng *rng);                       /* 32 random bits */
float cj_rng_uniform (CjRng *rng);                      /* uniform in [0, 1), 24 bits */
float cj_rng_range (CjRng *rng, float low, float high); /* uniform in [low, high) */
float cj_rng_normal (CjRng *rng);                       /* standard normal, Box-Muller */
guint32 cj_rng_below (CjRng *rng, guint32 n);           /* uniform in 0 .. n-1, n > 0, unbiased */

/* Fisher-Yates shuffle of `n` numbers in place. */
void cj_rng_shuffle (CjRng *rng, guint32 *values, gsize n);

G_END_DECLS
