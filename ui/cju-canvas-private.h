/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of the canvas: cju-canvas.c (the widget), -world.c (what pans and zooms), -hit.c
 * (what is where), -draw.c, -drag.c (mouse and touch), -add.c (quick add, drops), -edit.c (actions on
 * the selection). */
#pragma once

#include "cju-canvas.h"

#include "cju-card.h"

G_BEGIN_DECLS

#define CJU_CANVAS_GRID 24
#define CJU_CANVAS_PORT_RADIUS 5
#define CJU_CANVAS_PORT_REACH 12
#define CJU_CANVAS_MIN_ZOOM 0.1
#define CJU_CANVAS_MAX_ZOOM 4.0
#define CJU_CANVAS_FAR                                                                             \
  0.3 /* the zoom below which cards are rectangles: titles are 4 pixels high there */

typedef enum
{
  CJU_DRAG_NONE,
  CJU_DRAG_PAN,
  CJU_DRAG_CARDS,
  CJU_DRAG_WIRE,
  CJU_DRAG_BAND
} CjuDrag;

/* What is drawn for a node besides its card, kept until it changes; in coordinates of the world. */
typedef struct
{
  struct
  {
    GskRenderNode *node; /* NULL: to be drawn */
    double ends[4];      /* x0, y0, x1, y1: where it was drawn */
    gboolean whole;      /* as one recording, while an end is dragged */
  } wires[CJ_LAYER_MAX_IN];
  GskRenderNode *ports;          /* from the corner of the card; NULL: to be drawn */
  char *shapes[CJ_LAYER_MAX_IN]; /* what comes along each wire, or NULL */
  gboolean bad;                  /* has a problem */
} CjuTrace;

struct _CjuCanvas
{
  GtkWidget parent;
  CjuDocument *document;
  GtkWidget *world;                   /* holds the cards; carries pan and zoom */
  GHashTable *cards;                  /* id to CjuCard */
  GHashTable *traces;                 /* id to CjuTrace */
  GtkWidget *popover, *entry, *found; /* quick add */
  GtkWidget *menu;                    /* of cards and ground */
  int width, height;                  /* at the last allocation */
  double zoom, x, y;                  /* world is drawn at x + zoom * position */
  gboolean fitted, space;             /* space: held, dragging pans */
  double pointer_x, pointer_y;
  GskRenderNode *grid, *far;    /* a row of dots; everything as seen from far; NULL: to be drawn */
  double drawn_zoom, grid_step; /* what traces and far were drawn for, and the grid */

  CjuDrag drag;
  CjNode *drag_node;
  guint drag_port;
  double start_x, start_y, from_x, from_y, at_x, at_y;
  GArray *origins; /* double pairs: where each selected card was when the drag began */
};

/* What is kept is put together again; a card that changes alone does not come here. */
void cju_canvas_redraw (CjuCanvas *self);
/* The view moved; cards moved. */
void cju_canvas_moved (CjuCanvas *self);
void cju_canvas_place (CjuCanvas *self);
gboolean cju_canvas_is_in_view (CjuCanvas *self, const CjNode *node);
CjGraph *cju_canvas_get_graph (CjuCanvas *self);
void cju_canvas_say (CjuCanvas *self, const char *text); /* emits "message" */
void cju_canvas_zoom_at (CjuCanvas *self, double factor, double x, double y);

/* cju-canvas-hit.c */
void cju_canvas_get_out_port (CjuCanvas *self, const CjNode *node, guint port, double *x,
                              double *y);
void cju_canvas_get_in_port (CjuCanvas *self, const CjNode *node, guint port, double *x, double *y);
CjNode *cju_canvas_find_out_port (CjuCanvas *self, double x, double y, guint *port);
CjNode *cju_canvas_find_in_port (CjuCanvas *self, double x, double y, guint *port);
CjNode *cju_canvas_find_card (CjuCanvas *self, double x, double y);
/* The node that the wire under the point leads to, and its port; NULL: no wire. */
CjNode *cju_canvas_find_wire (CjuCanvas *self, double x, double y, guint *port);
/* Control points of a wire that runs to the right, drawn at a zoom: x0 y0, x1 y1, x2 y2, x3 y3. */
void cju_canvas_bend (double zoom, double x0, double y0, double x1, double y1, double points[8]);

/* cju-canvas-world.c */
GtkWidget *cju_canvas_new_world (CjuCanvas *self);

/* cju-canvas-draw.c: below and above what is in the world, in coordinates of the widget; wires and ports
 * in those of the world; all of the world as it looks from far, in those of the widget. */
void cju_canvas_draw_ground (CjuCanvas *self, GtkSnapshot *snapshot);
void cju_canvas_draw_top (CjuCanvas *self, GtkSnapshot *snapshot);
void cju_canvas_draw_wires (CjuCanvas *self, GtkSnapshot *snapshot);
void cju_canvas_draw_ports (CjuCanvas *self, GtkSnapshot *snapshot);
void cju_canvas_draw_far (CjuCanvas *self, GtkSnapshot *snapshot);
/* After an edit: what is known of every node's wires is read again. */
void cju_canvas_read_traces (CjuCanvas *self);
/* Everything kept is thrown away: colours or the font changed. */
void cju_canvas_forget_drawn (CjuCanvas *self);

/* cju-canvas-drag.c, -add.c, -edit.c: each adds its controllers or actions. */
void cju_canvas_add_gestures (CjuCanvas *self);
void cju_canvas_add_drops (CjuCanvas *self);
void cju_canvas_install_edits (GtkWidgetClass *widget);

G_END_DECLS
