/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shows one sample to a copy of the network, on a thread of its own, with weights that were published
 * by the trainer; it never touches the program that is trained. For one owner thread. */
#pragma once

#include "cj-trainer.h"
#include "cjl-spike-record.h"

G_BEGIN_DECLS

/* What is told besides, for those who look. */
typedef struct
{
  gboolean attention;
  int layer, head; /* of the attentions: to be silenced for a second answer; head -1: none */
} CjlProbeWish;

/* What every node made of the sample. Immutable; atomic reference count. */
typedef struct
{
  gint ref_count;
  guint64 step;  /* of the weights */
  gint64 sample; /* number given with the question */
  guint n_nodes;
  char **ids; /* n_nodes and NULL */
  CjTensor *
      *outputs; /* first output of each node, [1, ...] in the logical layout; NULL: not built */
  CjTensor *
      *inside[CJL_N_INSIDE]; /* what else each node of neurons shows, [1, T, ...]; NULL: nothing */
  CjTensor **surfaces;  /* for data of two features: what each unit makes of the whole plane, [1, U,
                          CJL_SURFACE_SIDE, CJL_SURFACE_SIDE], from the top; NULL: none */
  CjlProbeWish wish;    /* that was fulfilled */
  CjTensor *x;          /* the sample */
  GPtrArray *attention; /* of cjl_attention_read; NULL: nobody wished for it */
  CjTensor *answer;     /* of the network, and with the head silenced; NULL: no wish, no answer */
  CjTensor *silenced;
} CjlProbeFrame;

#define CJL_SURFACE_SIDE 48
#define CJL_SURFACE_REACH 2.2 /* the plane shown, in deviations on each side of the mean */

typedef struct _CjlProbe CjlProbe;

/* The graph is copied, and compiled on the probe's thread into a program of batch 1; `spec` is of the
 * data. Of a network that cannot be compiled the frames have no outputs. You free. */
CjlProbe *cjl_probe_new (const CjGraph *graph, const CjDataSpec *spec);
void cjl_probe_free (CjlProbe *probe);

/* Asks for a frame; a question not yet begun is replaced. `x` [1, ...] and `weights` are referenced;
 * from weights of another network the frame has no outputs. */
void cjl_probe_ask (CjlProbe *probe, CjTensor *x, CjCheckpoint *weights, gint64 sample);

/* What the frames from now on are to tell besides; nothing, to begin with. */
void cjl_probe_wish (CjlProbe *probe, CjlProbeWish wish);

/* The latest frame, or NULL. You unref. */
CjlProbeFrame *cjl_probe_dup_frame (CjlProbe *probe);
/* Number of frames made so far; tells cheaply whether there is a new one. */
guint cjl_probe_get_count (CjlProbe *probe);

CjlProbeFrame *cjl_probe_frame_ref (CjlProbeFrame *frame);
void cjl_probe_frame_unref (CjlProbeFrame *frame);
CjTensor *cjl_probe_frame_find (const CjlProbeFrame *frame, const char *id); /* borrowed, or NULL */
CjTensor *cjl_probe_frame_find_surface (const CjlProbeFrame *frame, const char *id); /* the same */
CjTensor *cjl_probe_frame_find_inside (const CjlProbeFrame *frame, CjlInside what,
                                       const char *id); /* the same */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlProbe, cjl_probe_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlProbeFrame, cjl_probe_frame_unref)

G_END_DECLS
