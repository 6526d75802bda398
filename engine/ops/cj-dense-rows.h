/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dense layers whose weight is mostly zeros, put in by the plan of programs that only answer. */
#pragma once

#include "cj-op.h"

G_BEGIN_DECLS

#define CJ_DENSE_ROWS_ROOM 8 /* one in so many weights of a panel of units has room */

/* As cj_op_dense and cj_op_dense_relu, forward only, without feedback. */
extern const CjOpInfo cj_op_dense_rows;
extern const CjOpInfo cj_op_dense_rows_relu;

G_END_DECLS
