/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The figures "tuning", "orientation-map", "selectivity" and "gabor" of a layer of a project. */
#pragma once

#include "cjl-figures.h"

G_BEGIN_DECLS

/* The figures "ideal" and "receptive-field" of a unit. */
CjvFrame *cjl_unit_figure (CjlProject *project, CjdDataset *dataset, const char *id,
                           const CjlFigureChoice *choice, GError **error);

/* A sealed frame of figure `id`, one of those four. Slow. Main thread. You unref. Errors say what is
 * missing. */
CjvFrame *cjl_bench_figure (CjlProject *project, CjdDataset *dataset, const char *id,
                            const CjlFigureChoice *choice, GError **error);

G_END_DECLS
