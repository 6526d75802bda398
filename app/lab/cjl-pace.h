/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How long a template trains on this machine: what it takes is stored in samples of a yardstick, and how
 * many of those a second this machine trains is measured. */
#pragma once

#include "cjl-template.h"

G_BEGIN_DECLS

/* Trains a template on a few samples of its data for about so many seconds: samples a second, 0 if it
 * cannot be trained. For a worker or the main thread, with nothing else under way. */
double cjl_pace_measure (const CjlTemplate *info, double seconds, guint n_threads);

/* The yardstick: the template that `work` of all others is counted in. */
const CjlTemplate *cjl_pace_yardstick (void);

/* Seconds that the whole training takes where the yardstick trains `pace` samples a second; NAN if the
 * template was not measured. */
double cjl_pace_estimate (const CjlTemplate *info, double pace);

G_END_DECLS
