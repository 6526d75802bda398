/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Weights for other programs. */
#pragma once

#include "cjl-project.h"

G_BEGIN_DECLS

/* Writes the project's learned tensors and state as `path` ends: .safetensors or .npz. Names and layouts
 * are those of PyTorch below the node's id: dense weight [out, in], convolution [O, I / groups, H, W],
 * batch-norm weight, bias, running_mean, running_var, LSTM weight_ih_l0 with gates i f g o.
 * A .safetensors file also says, in its metadata, how samples are normalised (mean, std: a number a
 * channel, of pixels from 0 to 1), their shape and the names of the classes. Replaces the file as a
 * whole. Refuses a project without weights and other endings. */
gboolean cjl_export_weights (CjlProject *project, const char *path, GError **error);

G_END_DECLS
