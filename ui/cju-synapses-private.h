/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cju-synapses.c (what is seen), -paint.c (synapses as a picture, by a worker) and -tools.c (what a
 * hand does). */
#pragma once

#include "cju-synapses.h"

#include "cjv-synapse-plot.h"

G_BEGIN_DECLS

#define CJU_SYNAPSES_LEFT 52 /* pixels for the tools, and above for where one is and how it goes */
#define CJU_SYNAPSES_TOP 50

typedef enum
{
  CJU_TOOL_SELECT,
  CJU_TOOL_WEIGHT,
  CJU_TOOL_PRUNE,
  CJU_TOOL_REGROW,
  CJU_TOOL_LESION,
  CJU_N_TOOLS
} CjuTool;

/* Synapses as they were painted last. */
typedef struct
{
  GdkTexture *texture; /* NULL before the first */
  CjvFrame *frame;
  CjvSynapseView view;
  CjvSynapsePick pick;
  int width, height;
} CjuPainting;

struct _CjuSynapses
{
  GtkWidget parent;
  CjuDocument *document;
  PangoContext *pango; /* that figures measure with */
  GtkWidget *bar, *trail, *title, *buttons[CJU_N_TOOLS];
  GtkWidget *what;   /* which of the layer's tensors, or of its heads of attention */
  GStrv params;      /* its tensors */
  gint64 n_heads;    /* listed behind them */
  gboolean listing;  /* the list is being filled */
  char *node;        /* id of the layer; NULL: nothing is shown */
  const char *param; /* of the tensor, one of params; NULL: a head is shown */
  gint64 head;
  CjvFrame *frame; /* newest; NULL: there is none yet */
  guint64 step;    /* of its weights */
  guint count;     /* of probe frames when it was made */
  CjvSynapseView view;
  CjuPainting painted;
  GCancellable *painting; /* the worker's; NULL: it rests */
  gboolean again;         /* what is painted has changed since it began */
  CjuTool tool;
  double x, y; /* of the pointer; -1: it is not here */
  struct
  {
    double x, y;           /* where it began */
    double from_at, to_at; /* of the view then */
    gboolean moved;
    CjvSynapse synapse; /* whose weight is dragged */
    gboolean holds;     /* one is */
    guint number;       /* of the drag: its edits become one */
    gint64 unit;        /* that a lesion took last; -1: none */
    gboolean to;        /* it is of those that receive */
  } drag;
};

/* A scene of the newest frame, of what is right of the tools and below the path. */
CjvScene cju_synapses_scene (CjuSynapses *self, CjvStyle *style);
/* Places the newest frame as it is looked at; FALSE: there is none. */
gboolean cju_synapses_place (CjuSynapses *self, CjvSynapsePlot *plot);
/* What is shown has changed. */
void cju_synapses_changed (CjuSynapses *self);

/* cju-synapses-paint.c: begins to paint, or does so as soon as the worker rests. */
void cju_synapses_paint (CjuSynapses *self);
void cju_painting_clear (CjuPainting *painting);

/* cju-synapses-tools.c */
void cju_synapses_add_gestures (CjuSynapses *self);
GtkWidget *cju_synapses_new_bar (CjuSynapses *self);
void cju_synapses_install_tools (GtkWidgetClass *widget);

G_END_DECLS
