/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs projects that come from NIR graphs or become some. */
#pragma once

#include "cj-program.h"
#include "cjl-nir.h"

/* Moments of `dt` ms, a reset to zero. */
CjlNirOptions run_nir_options (double dt, CjlNirMethod method);

/* The project's network with its weights on `t` moments of `f` numbers, run once; you free. */
CjProgram *run_nir (CjlProject *project, const float *x, gint64 t, gint64 f);

/* What a node gave at a port; you unref. */
CjTensor *run_nir_get_output (CjlProject *project, const CjProgram *program, const char *id,
                              guint port);
