/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files of Python beside this one, as embed.py writes them. */
#pragma once

#include <stddef.h>

extern const unsigned char cjl_torch_layers[], cjl_torch_data[], cjl_torch_train[];
extern const size_t cjl_torch_layers_size, cjl_torch_data_size, cjl_torch_train_size;
