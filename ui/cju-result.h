/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window of a result card: the claim and where it was published, a run with progress that can be
 * stopped, what is measured beside what was published, and the way to the project. Main thread. */
#pragma once

#include "cjl-card.h"
#include "cju-window.h"

G_BEGIN_DECLS

/* Projects open from it are shown by `window`, or by one of their own. */
void cju_result_present (CjuWindow *window, const CjlResultCard *card);

/* How long the whole card takes, "about 40 s". You free. */
char *cju_result_print_time (double seconds);

G_END_DECLS
