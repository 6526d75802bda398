/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A layer as neurons and synapses: where its two populations stand in a figure or a window, what stands beside
 * them, and what is under a point. F units on the left send, U on the right receive. */
#pragma once

#include "cjv-draw.h"
#include "cjv-synapses.h"

G_BEGIN_DECLS

/* em between two units that are told apart, and the most there is. */
#define CJV_SYNAPSE_PITCH 1.5
#define CJV_SYNAPSE_MAX_PITCH 4.4

/* What a frame of the figure "synapses" has. */
extern const CjvWant cjv_synapse_wants[];

/* Which part is seen. */
typedef struct
{
  double pitch;              /* em between two units, at least: few are spread over the height */
  double from_at, to_at;     /* the unit at the upper edge, of each population */
  gint64 only_from, only_to; /* the unit whose synapses alone are drawn; -1: all */
  guint limit;               /* of synapses drawn */
} CjvSynapseView;

typedef struct
{
  const CjvFrame *frame;
  CjvSynapses all;
  const CjTensor *kernels;                           /* [U, F, H, W], or NULL */
  const CjTensor *from_values, *to_values, *answers; /* [F], [U], [U], or NULL */
  CjvColumn from, to;
  gint64 from_begin, from_end, to_begin, to_end; /* seen */
  CjvRect area; /* of the populations: without heading and legend */
} CjvSynapsePlot;

/* Presets of a view. */
void cjv_synapse_view_init (CjvSynapseView *view);
/* Takes the arrays of a frame, and places nothing; FALSE: they do not go together. */
gboolean cjv_synapse_plot_read (CjvSynapsePlot *plot, const CjvFrame *frame);
/* Places what the scene's frame has; FALSE: its arrays do not go together. Brings `view` within bounds. */
gboolean cjv_synapse_plot_init (CjvSynapsePlot *plot, const CjvScene *scene, CjvSynapseView *view);

/* The synapses that are seen; any thread. You clear. */
void cjv_synapse_plot_pick (const CjvSynapsePlot *plot, const CjvSynapseView *view,
                            CjvSynapsePick *pick);

/* Everything but the synapses: units, names, kernels, answers, heading and legend. */
void cjv_synapse_plot_draw (const CjvSynapsePlot *plot, const CjvScene *scene,
                            const CjvSynapseView *view, const CjvSynapsePick *pick, cairo_t *cr);

/* The unit at x, y: its number, and whether it is on the right; -1: there is none. */
gint64 cjv_synapse_plot_find_unit (const CjvSynapsePlot *plot, double x, double y, gboolean *to);

/* "unit 3", or its name. You free. */
char *cjv_synapse_plot_dup_name (const CjvSynapsePlot *plot, gboolean to, gint64 unit);
/* What a person is told of a unit, and of a synapse. You free. */
char *cjv_synapse_plot_print_unit (const CjvSynapsePlot *plot, gboolean to, gint64 unit);
char *cjv_synapse_plot_print_synapse (const CjvSynapsePlot *plot, const CjvSynapse *synapse);
/* "2 000 strongest of 100 352 synapses, 486 pruned". You free. */
char *cjv_synapse_plot_print_counts (const CjvSynapsePlot *plot, const CjvSynapsePick *pick);

G_END_DECLS
