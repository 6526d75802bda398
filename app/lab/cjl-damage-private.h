/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between cjl-attack.c and cjl-damage.c. D features. */
#pragma once

#include "cjl-attack.h"

G_BEGIN_DECLS

#define CJL_DAMAGE_BATCH 100 /* samples that go through together */

/* cj_feed_get_range of a feed. */
typedef struct
{
  float *low, *high, *unit; /* D each */
} CjlRange;

CjlRange cjl_range_new (const CjFeed *feed);
void cjl_range_clear (CjlRange *range);

/* Counts the first n answers of a program's last forward, [N, K]; then makes means of the sums. */
void cjl_attacked_add (CjlAttacked *sum, CjProgram *program, const gint32 *y, gint64 n);
void cjl_attacked_end (CjlAttacked *sum);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjlRange, cjl_range_clear)

G_END_DECLS
