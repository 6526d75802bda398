/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network as a module of PyTorch that a person could have written: NAME.py with the network, its data and its
 * training, NAME.safetensors with the weights, and NAME.npz with the samples that Cajal made, or with how it
 * split those of files. What PyTorch cannot say is refused by name before a file is written; what concerns
 * training only stands at the top of the module and in the note. The format is cjl_format_torch. */
#pragma once

#include "cjl-format.h"

G_BEGIN_DECLS

/* Why a layer cannot be exported, a piece of a sentence that reads on from its name; NULL: it can, but for
 * what its settings ask. FALSE in *known: there is no row for it, as of a plugin's. For tests. */
const char *cjl_torch_get_refusal (const char *layer, gboolean *known);

G_END_DECLS
