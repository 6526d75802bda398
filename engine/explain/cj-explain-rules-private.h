/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rules use to run an op aside: rooms of their own, freed together when the rule is done. */
#pragma once

#include "cj-explain-rules.h"

G_BEGIN_DECLS

GPtrArray *cj_rules_new_rooms (void);                   /* you unref */
float *cj_rules_take (GPtrArray *rooms, gint64 floats); /* zeroed; borrowed from the rooms */
void cj_rules_put (const CjOpCall *call, guint in,
                   const float *from); /* into d_in, if it is wanted */
/* Rooms of its own for what a forward writes, so that what the program holds stays. */
void cj_rules_move (CjOpCall *call, GPtrArray *rooms);

G_END_DECLS
