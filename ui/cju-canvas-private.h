/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of the canvas: cju-canvas.c (the widget), -hit.c (what is where), -draw.c,
 * -drag.c (mouse and touch), -add.c (quick add, drops), -edit.c (actions on the selection), -block.c
 * (going into blocks and out), -wire.c (wires while they are drawn), -keys.c (wires and the focus without
 * a mouse). */
#pragma once

#include "cju-canvas.h"

#include "cjl-blocks.h"
#include "cju-card.h"

G_BEGIN_DECLS

#define CJU_CANVAS_GRID 24
#define CJU_CANVAS_PORT_RADIUS 5
#define CJU_CANVAS_PORT_REACH 12
#define CJU_CANVAS_MIN_ZOOM 0.1
#define CJU_CANVAS_MAX_ZOOM 4.0

typedef enum
{
  CJU_DRAG_NONE,
  CJU_DRAG_PAN,
  CJU_DRAG_CARDS,
  CJU_DRAG_WIRE,
  CJU_DRAG_BAND
} CjuDrag;

struct _CjuCanvas
{
  GtkWidget parent;
  CjuDocument *document;
  CjlScene *scene;                    /* what is seen of the network */
  GPtrArray *path;                    /* ids of the blocks one is in, outermost first */
  GHashTable *views;                  /* id of a block, "" outside: zoom, x, y when it was left */
  GHashTable *cards;                  /* id to CjuCard */
  GtkWidget *popover, *entry, *found; /* quick add */
  GPtrArray *own;                     /* CjlOwnBlock that quick add knows; NULL before the first */
  GtkWidget *menu;                    /* of cards and ground */
  GtkWidget *naming, *name_entry;     /* a block's name */
  char *renamed;                      /* that block */
  int width, height;                  /* at the last allocation */
  double zoom, x, y;                  /* world is drawn at x + zoom * position */
  gboolean fitted, space;             /* space: held, dragging pans */
  gboolean came_out;                  /* of a block that is no more: the view is to be brought */
  gboolean close;                     /* at the units of a card; was_* is the view before */
  double was_zoom, was_x, was_y;
  CjWire quick_from; /* what quick add wires to; its node NULL: the selection */
  double pointer_x, pointer_y;
  GskRenderNode *below, *above; /* wires and ports, kept until they change; NULL: to be drawn */

  CjuDrag drag;
  char *drag_id;    /* the card that was pressed */
  CjWire drag_from; /* the output that a new wire comes from */
  GArray *fits;     /* CjWire: inputs that it may go to, while it is drawn */
  double start_x, start_y, from_x, from_y, at_x, at_y;
  char *link;      /* id of the card whose wire is in hand, by the keyboard; NULL: none */
  guint link_port; /* output there */
  GArray *origins; /* double pairs: where each selected card was when the drag began */
};

/* Wires and ports are drawn again; a card that changes alone does not come here. */
void cju_canvas_redraw (CjuCanvas *self);
/* The view moved: cards are placed again. */
void cju_canvas_moved (CjuCanvas *self);
CjGraph *cju_canvas_get_graph (CjuCanvas *self);
void cju_canvas_say (CjuCanvas *self, const char *text); /* emits "message" */
void cju_canvas_sync (CjuCanvas *self);                  /* cards are those of the level */
/* Close to the units of a card, and back; FALSE: one is not there. */
void cju_canvas_zoom_to (CjuCanvas *self, const CjlCard *card);
gboolean cju_canvas_zoom_back (CjuCanvas *self);
void cju_canvas_zoom_at (CjuCanvas *self, double factor, double x, double y);
/* Wires two nodes as one edit, or says why not. */
void cju_canvas_connect (CjuCanvas *self, CjNode *from, guint port, CjNode *to, guint to_port);

/* cju-canvas-hit.c: cards and lines are of the scene. */
void cju_canvas_get_out_port (CjuCanvas *self, const CjlCard *card, guint port, double *x,
                              double *y);
void cju_canvas_get_in_port (CjuCanvas *self, const CjlCard *card, guint port, double *x,
                             double *y);
const CjlCard *cju_canvas_find_out_port (CjuCanvas *self, double x, double y, guint *port);
const CjlCard *cju_canvas_find_in_port (CjuCanvas *self, double x, double y, guint *port);
const CjlCard *cju_canvas_find_card (CjuCanvas *self, double x, double y);
/* Where an output of a node is seen; FALSE: it is not. */
gboolean cju_canvas_find_output (CjuCanvas *self, CjWire output, double *x, double *y);
const CjlLine *cju_canvas_find_wire (CjuCanvas *self, double x, double y);
/* Ends of a wire: x0, y0, x1, y1. */
void cju_canvas_get_line (CjuCanvas *self, const CjlLine *line, double ends[4]);
/* Control points of a wire that runs to the right: x0 y0, x1 y1, x2 y2, x3 y3. */
void cju_canvas_bend (CjuCanvas *self, double x0, double y0, double x1, double y1,
                      double points[8]);

/* cju-canvas-draw.c */
void cju_canvas_draw_below (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, int width,
                            int height);
void cju_canvas_draw_above (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink,
                            const GdkRGBA *ground);

/* cju-canvas-wire.c: a wire is drawn from an output, by the mouse or by keys: what it fits is lit. */
void cju_canvas_begin_wire (CjuCanvas *self, CjWire from);
void cju_canvas_end_wire (CjuCanvas *self);
gboolean cju_canvas_is_wiring (CjuCanvas *self);
gboolean cju_canvas_fits (CjuCanvas *self, const CjWire *input);
gboolean cju_canvas_card_fits (CjuCanvas *self, const CjlCard *card);
/* Where a wire goes that no port was named for: an input that it fits, a free one first. Its node is
 * NULL if the card has none. */
CjWire cju_canvas_choose_input (CjuCanvas *self, const CjlCard *card);

/* cju-canvas-block.c: the card of the document's last selected id; NULL: none is seen. */
const CjlCard *cju_canvas_get_selected (CjuCanvas *self);
/* The card in the upper left; NULL: there is none. */
const CjlCard *cju_canvas_get_first (CjuCanvas *self);
/* Steps out of blocks that are no more. */
void cju_canvas_trim_path (CjuCanvas *self);

/* cju-canvas-add.c: quick add for what a wire may be drawn into. */
void cju_canvas_quick_add_after (CjuCanvas *self, CjWire from);

/* cju-canvas-keys.c */
void cju_canvas_draw_link (CjuCanvas *self, cairo_t *cr); /* the wire in hand */
void cju_canvas_let_go (CjuCanvas *self);

/* cju-canvas-drag.c, -add.c, -edit.c, -block.c, -keys.c: each adds its controllers or actions. */
void cju_canvas_add_gestures (CjuCanvas *self);
void cju_canvas_add_drops (CjuCanvas *self);
void cju_canvas_add_keys (CjuCanvas *self);
void cju_canvas_install_edits (GtkWidgetClass *widget);
void cju_canvas_install_blocks (GtkWidgetClass *widget);
void cju_canvas_install_keys (GtkWidgetClass *widget);

G_END_DECLS
