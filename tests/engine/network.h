/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small networks for tests. */
#pragma once

#include "cj-runner.h"

/* A graph "input, CHAIN"; the chain ends with a loss where one is wanted. Fails the test on error. */
CjGraph *network_new_graph (const char *chain);

/* Compiles for pictures or vectors of shape `x` and a class of `n_classes` as target. */
CjProgram *network_compile (const char *chain, CjPurpose purpose, CjShape x, gint64 batch,
                            guint n_classes, guint threads);

/* Normal x, random classes y (or normal y). */
void network_fill (CjProgram *program, guint n_classes);

/* Every learned tensor: along a random direction v, (L (w + hv) - L (w - hv)) / 2h against gradient
 * times v, within `tolerance` times 1 + |expected|. */
void network_check_gradients (CjProgram *program, const char *what, double tolerance);

/* A feed of noisy prototypes a class: learnable, and nothing to load. Static, do not free. */
CjFeed *network_get_prototypes (void);

/* Two checkpoints have the same place, and the same bits in weights, states and memory. */
void network_assert_same (const CjCheckpoint *a, const CjCheckpoint *b);
