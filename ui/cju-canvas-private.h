/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of the canvas: cju-canvas.c (the widget), -hit.c (what is where), -draw.c,
 * -drag.c (mouse and touch), -add.c (quick add, drops), -edit.c (actions on the selection), -keys.c (wires
 * and the focus without a mouse). */
#pragma once

#include "cju-canvas.h"

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
  GHashTable *cards;                  /* id to CjuCard */
  GtkWidget *popover, *entry, *found; /* quick add */
  GtkWidget *menu;                    /* of cards and ground */
  int width, height;                  /* at the last allocation */
  double zoom, x, y;                  /* world is drawn at x + zoom * position */
  gboolean fitted, space;             /* space: held, dragging pans */
  double pointer_x, pointer_y;
  GskRenderNode *below, *above; /* wires and ports, kept until they change; NULL: to be drawn */

  CjuDrag drag;
  CjNode *drag_node;
  guint drag_port;
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
void cju_canvas_zoom_at (CjuCanvas *self, double factor, double x, double y);
/* Wires two cards as one edit, or says why not. */
void cju_canvas_connect (CjuCanvas *self, CjNode *from, guint port, CjNode *to, guint to_port);

/* cju-canvas-hit.c */
void cju_canvas_get_out_port (CjuCanvas *self, const CjNode *node, guint port, double *x,
                              double *y);
void cju_canvas_get_in_port (CjuCanvas *self, const CjNode *node, guint port, double *x, double *y);
CjNode *cju_canvas_find_out_port (CjuCanvas *self, double x, double y, guint *port);
CjNode *cju_canvas_find_in_port (CjuCanvas *self, double x, double y, guint *port);
CjNode *cju_canvas_find_card (CjuCanvas *self, double x, double y);
/* The node that the wire under the point leads to, and its port; NULL: no wire. */
CjNode *cju_canvas_find_wire (CjuCanvas *self, double x, double y, guint *port);
/* Control points of a wire that runs to the right: x0 y0, x1 y1, x2 y2, x3 y3. */
void cju_canvas_bend (CjuCanvas *self, double x0, double y0, double x1, double y1,
                      double points[8]);

/* cju-canvas-draw.c */
void cju_canvas_draw_below (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink, int width,
                            int height);
void cju_canvas_draw_above (CjuCanvas *self, cairo_t *cr, const GdkRGBA *ink,
                            const GdkRGBA *ground);

/* cju-canvas-keys.c */
void cju_canvas_draw_link (CjuCanvas *self, cairo_t *cr); /* the wire in hand */

/* cju-canvas-drag.c, -add.c, -edit.c, -keys.c: each adds its controllers or actions. */
void cju_canvas_add_gestures (CjuCanvas *self);
void cju_canvas_add_drops (CjuCanvas *self);
void cju_canvas_add_keys (CjuCanvas *self);
void cju_canvas_install_edits (GtkWidgetClass *widget);
void cju_canvas_install_keys (GtkWidgetClass *widget);

G_END_DECLS
