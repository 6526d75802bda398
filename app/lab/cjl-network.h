/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network made ready to be run on samples: that of a run at one moment, for a worker, or that of a
 * project at rest. N samples. */
#pragma once

#include "cj-ring.h"
#include "cj-run-log.h"
#include "cjl-project.h"

G_BEGIN_DECLS

/* What a worker needs to run a network while the window goes on with its own. */
typedef struct
{
  CjGraph *graph;
  CjdDataset *dataset;
  CjCheckpoint *weights;
} CjlNetwork;

/* Copies the graph, references data and weights. You free; on any thread. */
CjlNetwork *cjl_network_new (const CjGraph *graph, CjdDataset *dataset, CjCheckpoint *weights);
void cjl_network_free (CjlNetwork *network);

/* Compiles it for `batch` samples on one thread and puts the weights in; to answer only, dense layers that are mostly
 * pruned are done by sparse rows (cj-program-sparse.h). On any thread. NULL with the
 * reason if it cannot be run or the weights are of another network. You free. */
CjProgram *cjl_network_compile (const CjlNetwork *network, CjPurpose purpose, gint64 batch,
                                GError **error);

/* The same of a project, on two threads; what has no weights yet starts as the seed has it. Main
 * thread. */
CjProgram *cjl_network_compile_project (CjlProject *project, const CjdDataset *dataset,
                                        CjPurpose purpose, gint64 batch, GError **error);

/* A network to be run, from a project at rest; `dataset` may be that of another project whose samples fit.
 * Main thread. You free. */
CjlNetwork *cjl_network_new_project (CjlProject *project, CjdDataset *dataset, GError **error);

/* A new project on the data of `project`, with its setup, that has the network and its weights and learned
 * nothing before. Main thread. You unref. */
CjlProject *cjl_network_make_project (const CjlNetwork *network, CjlProject *project,
                                      const char *title, GError **error);

/* The network (CjlNetwork) at moments of a run, the earliest first: its kept checkpoints before step
 * `end`, at most `most` of them and evenly taken. Those that cannot be read are passed over. You unref. */
GPtrArray *cjl_network_list_run (const CjRunLog *log, CjRing *ring, CjdDataset *dataset,
                                 guint64 end, guint most);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlNetwork, cjl_network_free)

G_END_DECLS
