/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A measurement that a view makes again whenever the network, its weights or the chosen sample are others, one at a
 * time and with a rest in between, so that a run is followed as fast as that goes. A part of the state of a view;
 * main thread. */
#pragma once

#include "cjl-job.h"
#include "cjl-network.h"
#include "cju-view.h"

G_BEGIN_DECLS

typedef struct
{
  CjlJob *job;    /* under way, or NULL */
  gint64 rested;  /* when the last one ended, monotonic us */
  char *told;     /* why it cannot be measured, or NULL */
  gboolean asked; /* and then of what */
  guint64 step;
  gsize sample;
  CjdSplit split;
  const CjLowered *lowered;
} CjuViewLive;

/* A job on a network, which it takes, and the sample that is chosen. */
typedef CjlJob *(*CjuViewLiveStart) (CjuView *view, CjlNetwork *network);

/* To be called in the view's tick. What a job that ended found, which you own; NULL: nothing is new, or it failed,
 * which is told once. `of_sample`: another sample is something else. Starts none while `start` is NULL. */
gpointer cju_view_live_follow (CjuViewLive *self, CjuView *view, gboolean of_sample,
                               CjuViewLiveStart start);
/* It is to be measured anew, whatever was asked. */
void cju_view_live_forget (CjuViewLive *self);
void cju_view_live_clear (CjuViewLive *self);

G_END_DECLS
