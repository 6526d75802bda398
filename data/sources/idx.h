/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "cjd-dataset.h"

G_BEGIN_DECLS

/* Loads a folder in MNIST's layout, files plain or .gz: train-images-idx3-ubyte,
 * train-labels-idx1-ubyte, t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte. Errors name the file. */
CjdDataset *cjd_idx_load (const char *folder, GError **error);

G_END_DECLS
