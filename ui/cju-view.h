/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One view of the dock: a figure, made from the document whenever that moves on, with a column of its
 * own controls where it has any. What a view is stands in a const table entry. */
#pragma once

#include "cju-document.h"
#include "cju-figure-view.h"

G_BEGIN_DECLS

#define CJU_TYPE_VIEW (cju_view_get_type ())
G_DECLARE_FINAL_TYPE (CjuView, cju_view, CJU, VIEW, GtkWidget)

/* What makes a view old. */
typedef enum
{
  CJU_VIEW_ON_TICK = 1 << 0,
  CJU_VIEW_ON_SELECTED = 1 << 1, /* nodes and units */
  CJU_VIEW_ON_EVALUATED = 1 << 2 /* as long as such a view is looked at, the network is evaluated */
} CjuViewTriggers;

typedef struct
{
  const char *id; /* kebab-case; the name in actions and of exported files */
  const char *title, *blurb;
  const char *figure; /* id; make may choose another with cju_figure_view_set_figure */
  CjuViewTriggers triggers;
  gboolean calm; /* a few times a second will do */
  /* Whether the network has something to show here; NULL: always. */
  gboolean (*belongs) (CjuDocument *document);
  /* A sealed frame, or NULL: the empty state of the figure. */
  CjvFrame *(*make) (CjuView *view);
  void (*picked) (CjuView *view, const CjvHit *hit); /* a click on something; may be NULL */
  void (*build) (CjuView *view);                     /* adds controls and state; may be NULL */
  void (*tick) (CjuView *view); /* many times a second while it is seen; may be NULL */
  const char *formula, *source; /* for the help, not to be translated; may be NULL */
  /* For files of its figures (cju-view-state.h), beside the controls that are kept: adds what else was
   * set, sets it (FALSE: it has to wait, and is asked again), and computes what was shown as its button
   * does. May be NULL. */
  void (*save) (CjuView *view, GVariantDict *controls);
  gboolean (*load) (CjuView *view, GVariant *controls);
  void (*again) (CjuView *view);
  /* What is set in it is work of its own, and stays with the project (cju-view-state.h): its lists
   * are whole once it is built, and whatever is set makes its frame anew. */
  gboolean stays;
} CjuViewInfo;

/* The catalogue of views with a figure, in the order of their tabs; ends with NULL. */
const CjuViewInfo *const *cju_views (void);
extern const CjuViewInfo cju_view_curves, cju_view_decision, cju_view_activations, cju_view_weights,
    cju_view_histogram, cju_view_confusion, cju_view_predictions, cju_view_roc,
    cju_view_precision_recall, cju_view_scatter, cju_view_embedding, cju_view_text,
    cju_view_explain, cju_view_similarity, cju_view_layers, cju_view_concepts, cju_view_attention,
    cju_view_tuning, cju_view_landscape, cju_view_trust, cju_view_ideal, cju_view_alignment,
    cju_view_robustness, cju_view_pruning, cju_view_neuron, cju_view_spikes, cju_view_forgetting,
    cju_view_energy, cju_view_balance;

/* Signal: "message" (string), something to tell the person. */
GtkWidget *cju_view_new (const CjuViewInfo *info, CjuDocument *document);
const CjuViewInfo *cju_view_get_info (CjuView *view);
CjuDocument *cju_view_get_document (CjuView *view);
CjuFigureView *cju_view_get_figure (CjuView *view);
gboolean cju_view_belongs (CjuView *view);

/* Makes the frame anew, if the view is seen. */
void cju_view_refresh (CjuView *view);

/* Whether the network gives a score for each class of its samples: what draws pictures with classes does
 * not. TRUE while the network is not whole. */
gboolean cju_view_tells_classes (CjuDocument *document);

/* For the functions of an entry. */
void cju_view_add_control (CjuView *view, GtkWidget *control); /* into the column, which appears */
void cju_view_take_state (CjuView *view, gpointer state, GDestroyNotify free_state);
gpointer cju_view_get_state (CjuView *view);
void cju_view_tell (CjuView *view, const char *text);

G_END_DECLS
