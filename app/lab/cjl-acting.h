/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights as they act on what comes in (cj-acting.h), for people to look at and to change. */
#pragma once

#include "cj-program.h"
#include "cjl-session.h"

G_BEGIN_DECLS

/* The newest numbers that act where a run learns the parameter `name`, shaped as that: of a layer under Dale's
 * law its weights with their signs, of most layers what is learned. `lowered` is of the network that is drawn
 * (NULL: not known). NULL if there is no such parameter. You unref. */
CjTensor *cjl_session_dup_acting (CjlSession *session, const CjLowered *lowered, const char *name);

/* A project's network over one sample such as those that it has learned from; NULL: not known. You free. */
CjLowered *cjl_project_lower_learned (const CjlProject *project);

/* Those weights of a project at rest, from what it has learned. */
CjTensor *cjl_project_dup_acting (CjlProject *project, const char *name);

/* The same of a program that answers. */
CjTensor *cjl_acting_dup (CjProgram *program, const CjProgramParam *param);

/* Makes number `at` of `learned`, all that is learned under `name`, one that acts as `strength`; a number of
 * the other sign than its sender's, or where there is no such number, becomes 0. FALSE, and nothing is
 * changed, where what acts is no multiple of one number alone. */
gboolean cjl_acting_put (const CjLowered *lowered, const char *name, CjTensor *learned, gint64 at,
                         float strength);

G_END_DECLS
