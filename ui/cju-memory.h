/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How much of what was freed the C library keeps for itself. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Before threads are made. */
void cju_memory_begin (void);
/* Something large is gone: gives back to the system what is free, when there is nothing else to do. */
void cju_memory_trim (void);

G_END_DECLS
