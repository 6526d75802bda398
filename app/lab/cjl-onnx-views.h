/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values that lie on the canvas in another layout than in the model. Layers take samples first, then moments, then
 * features: [N, T, F]; models have moments first [T, N, F] around recurrent cells, channels before moments [N, F, T]
 * around convolutions, a dimension for directions, and samples and moments in one around products of matrices. What only lays numbers out anew makes no card as long as
 * whoever reads it knows the layout; where somebody does not, the value is laid out by layers. */
#pragma once

#include "cjl-onnx-import-private.h"

G_BEGIN_DECLS

#define CJL_ONNX_VIEW_AXES 7 /* letters of a view and the end */

typedef struct
{
  CjlOnnxMade base; /* [N, T, F], or [N, F] where no letter is T; node NULL: a state not made yet */
  /* of the value, in order: N, T, F; D H: F apart; M: N and T in one, R: T and N; 1: of size one */
  char axes[CJL_ONNX_VIEW_AXES];
  gint64 dirs;             /* size of D */
  gint64 from, n, all;     /* features [from, from + n) of all that the base has */
  CjNode *cell;            /* a state: whose, */
  guint port;              /* and which of its results [D, N, H] it is */
  const CjdOnnxNode *node; /* that the view comes from, for names */
} CjlOnnxView;

/* What is known of a recurrent layer on the canvas. */
typedef struct
{
  const CjdOnnxNode *first,
      *back; /* of the lowest layer; back: its other direction as a node of its own, or NULL */
  const CjdOnnxNode *last, *last_back; /* of the top one */
  gint64 units, dirs;
  int layers;
  gboolean bias, ends;  /* ends: its results are those of the last moment */
  CjlOnnxMade state[3]; /* by port: [N, D H], once made */
} CjlOnnxCell;

/* The view of a name that is not on the canvas as it is, or NULL. */
const CjlOnnxView *cjl_onnx_find_view (const CjlOnnxImport *import, const char *name);
/* Notes that `name` is the value of a port, whose dimensions are N T F (or N F), laid out as `axes` says. */
void cjl_onnx_note_view (CjlOnnxImport *import, const char *name, const CjdOnnxNode *node,
                         CjlOnnxMade base, const char *axes);
void cjl_onnx_take_view (CjlOnnxImport *import, const char *name, const CjlOnnxView *view);
/* The value of a view in the layout of the canvas, with its features alone. FALSE: an error. */
gboolean cjl_onnx_view_base (CjlOnnxImport *import, const CjlOnnxView *view, CjlOnnxMade *base,
                             GError **error);
/* Lays the value of a name out as the model has it, by layers where they can; then it is among those made. */
gboolean cjl_onnx_lay_out (CjlOnnxImport *import, const char *name, GError **error);

/* A layer on a value, named for a node (NULL: for itself); NULL: an error. */
CjNode *cjl_onnx_put_on (CjlOnnxImport *import, const char *layer, const CjdOnnxNode *node,
                         CjlOnnxMade x, GError **error);
/* One moment of a sequence, −1: the last. */
gboolean cjl_onnx_pick_moment (CjlOnnxImport *import, const CjdOnnxNode *node, CjlOnnxMade x,
                               gint64 index, CjlOnnxMade *token, GError **error);
/* Whether letters have samples and moments in one dimension. */
gboolean cjl_onnx_joins_rows (const char *axes);

/* The value of a name [N, C, T], or a view of one with dimensions of one between, as [N, T, C]. */
gboolean cjl_onnx_turn (CjlOnnxImport *import, const CjdOnnxNode *node, const char *name,
                        CjlOnnxMade *base, GError **error);

/* Which input of a Concat along the first dimension its element *index is of, and there which: the name, or NULL. */
const char *cjl_onnx_find_joined (const CjlOnnxImport *import, const CjdOnnxNode *concat,
                                  gint64 *index);
/* Nodes that lay out anew: makes a view where one of the inputs or the result is one. */
gboolean cjl_onnx_rule_view (CjlOnnxImport *import, const CjdOnnxNode *node, gboolean *handled,
                             GError **error);
/* The layout that all inputs of a node on the canvas have in common, where a rule for rows of features may work on
 * them as they lie there; NULL: there is none. */
const char *cjl_onnx_find_lift (const CjlOnnxImport *import, const CjdOnnxNode *node);
/* Begins and ends the work of a rule on what lies in that layout. */
gboolean cjl_onnx_lift (CjlOnnxImport *import, const CjdOnnxNode *node, const char *axes,
                        GError **error);
void cjl_onnx_unlift (CjlOnnxImport *import);

G_END_DECLS
