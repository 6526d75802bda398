/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the procedures of several result cards do. On the job's thread. */
#pragma once

#include "cjl-attack.h"
#include "cjl-card.h"

G_BEGIN_DECLS

/* The first `samples` test samples (0: all) under an attack at `n` strengths, its parameter "epsilon", with presets or `setting`, such
 * as "steps=40", for the rest; the seed's progress goes from `from` to 1. FALSE: cancelled, or an error. */
gboolean cjl_card_run_attack (CjlCardRun *run, const CjlNetwork *network, const char *attack,
                              const char *setting, const double *strengths, guint n, gsize samples,
                              guint64 seed, double from, CjlAttacked *attacked, GError **error);

/* The share of the test samples that a network gets right; NAN with the reason. */
double cjl_card_measure_accuracy (const CjlNetwork *network, GError **error);

/* Trains, and notes that share as `value`. FALSE: an error; what was cancelled is none. */
gboolean cjl_card_run_train_and_test (CjlCardRun *run, const char *value, GError **error);

G_END_DECLS
