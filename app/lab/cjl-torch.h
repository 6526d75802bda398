/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network as a module of PyTorch that a person would have written: NAME.py with the network, its data and
 * its training, NAME.safetensors with the weights and, where samples were made or split by Cajal, NAME.npz
 * with these. */
#pragma once

#include "cjl-project.h"

G_BEGIN_DECLS

/* Writes the module at `path`, which ends in .py, and its companions beside it; each file is replaced as a
 * whole. What cannot be said in PyTorch is refused by name before a file is written; what concerns training
 * only stands at the top of the module and, a sentence a line, in *remarks (NULL: not wanted; you free),
 * which is empty if there is nothing to say. Main thread; loads the data, so it may be slow. */
gboolean cjl_torch_save (CjlProject *project, const char *path, char **remarks, GError **error);

/* Why a layer cannot be exported, a piece of a sentence that reads on from its name; NULL: it can, but for
 * what its settings ask. FALSE in *known: there is no row for it, as of a plugin's. For tests. */
const char *cjl_torch_get_refusal (const char *layer, gboolean *known);

G_END_DECLS
