/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-error.h"

G_DEFINE_QUARK (cj-error, cj_error)
