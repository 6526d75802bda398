/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"

/* clang-format off */
G_DEFINE_QUARK (cj-error, cj_error)
/* clang-format on */
