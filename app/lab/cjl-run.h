/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The run of a project in its file: run/log.json (what was done at which step, and where each kept
 * checkpoint stands) and run/NUMBER.safetensors, one a checkpoint, read when it is asked for. */
#pragma once

#include "cj-runner.h"
#include "cjl-project.h"

G_BEGIN_DECLS

#define CJL_RUN_BUDGET                                                                             \
  ((gsize) 64 << 20) /* bytes of kept checkpoints in a file; one is always kept */

/* Takes log and kept checkpoints of a run, thinned to `budget` bytes, into the project, by reference; they
 * are printed by whoever writes the file. Gives the kept one nearest to where the run was at that
 * moment, or NULL; you unref. */
CjCheckpoint *cjl_run_store (CjlProject *project, CjRunner *runner, gsize budget);

/* The same from log and ring, all of it; any thread that has the project alone. */
void cjl_run_put (CjlProject *project, const CjRunLog *log, CjRing *ring);

/* The run of the project, and back; FALSE and no error if it has none. Damage is an error. You free. */
gboolean cjl_run_load (CjlProject *project, CjRunLog **log, CjRing **ring, GError **error);

G_END_DECLS
