/* SPDX-License-Identifier: GPL-3.0-or-later */
/* For tests of networks as C. */
#pragma once

#include "cjl-c-private.h"
#include "cjl-network.h"

/* A project of the network with the weights its seed gives, as if it had been trained on the data. You unref. */
CjlProject *run_c_make (CjlProject *project, CjdDataset *dataset);

/* A training sample as the caller of the C gives it, [n in], and what `program` (for one sample) says of it, [n out]. */
void run_c_ask (const CjlC *c, CjProgram *program, CjdDataset *dataset, guint32 index, float *x,
                float *answer);
/* The program that answers, for one sample. You free. */
CjProgram *run_c_compile (const CjlC *c, CjlProject *project);

/* The largest difference, relative to the largest number where that is more than 1. */
double run_c_compare (const float *a, const float *b, gint64 n);
