/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by the files of the canvas: cju-canvas.c (the widget), -world.c (what pans and zooms), -hit.c
 * (what is where), -draw.c, -far.c (the same from far), -drag.c (mouse and touch), -add.c (quick add,
 * drops), -edit.c (actions on the selection), -menu.c (the same as a menu), -block.c (going into blocks and
 * out), -wire.c (wires while they are drawn), -glide.c (cards and view on their way). */
#pragma once

#include "cju-canvas.h"

#include "cjl-blocks.h"
#include "cju-card.h"

#include <adwaita.h>

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

/* What is drawn for a wire, or for a card and its ports, kept until it changes; in coordinates of the world,
 * or of the card. */
typedef struct
{
  GskRenderNode *node; /* the wire, or the ports; NULL: to be drawn */
  GskRenderNode *card; /* what the card drew last */
  GskRenderNode
      *picture;    /* of it all, as it is on the screen, once a frame went by without a change */
  double ends[4];  /* of the wire, as it was drawn */
  gboolean whole;  /* of a wire: as one recording, while an end is dragged */
  gboolean wiring; /* of ports: while a wire is drawn */
} CjuTrace;

/* The world is drawn at x + zoom * position. */
typedef struct
{
  double zoom, x, y;
} CjuCamera;

typedef struct
{
  AdwAnimation *animation; /* NULL before the first */
  GArray *from; /* double pairs: where cards were, then how far that is from where they belong */
  CjuCamera was, to;
} CjuGlide;

struct _CjuCanvas
{
  GtkWidget parent;
  CjuDocument *document;
  GtkWidget *world;                   /* holds the cards; carries pan and zoom */
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
  GtkEventController *motion;   /* of the pointer, borrowed */
  GPtrArray *widgets;           /* CjuCard, borrowed, for each card of the scene */
  int tallest;                  /* of them, pixels at 100 % */
  GArray *wires, *looks;        /* CjuTrace for each line and each card of the scene */
  GskRenderNode *grid;          /* a row of dots; NULL: to be drawn */
  CjuTrace far;                 /* everything as seen from far */
  double drawn_zoom, grid_step; /* what traces and far were drawn for, and the grid */
  int drawn_scale;              /* pixels a unit */

  CjuDrag drag;
  char *drag_id;    /* the card that was pressed */
  CjWire drag_from; /* the output that a new wire comes from */
  GArray *fits;     /* CjWire: inputs that it may go to, while it is drawn */
  int target;       /* among fits, when the wire is drawn by keys; -1: by the mouse */
  double start_x, start_y, from_x, from_y, at_x, at_y;
  GArray *origins; /* double pairs: where each selected card was when the drag began */
  CjuGlide glide;
};

/* What is kept is put together again; a card that changes alone does not come here. */
void cju_canvas_redraw (CjuCanvas *self);
/* The view moved; cards moved. */
void cju_canvas_moved (CjuCanvas *self);
void cju_canvas_place (CjuCanvas *self);
gboolean cju_canvas_is_in_view (CjuCanvas *self, const CjlCard *card);
CjGraph *cju_canvas_get_graph (CjuCanvas *self);
void cju_canvas_say (CjuCanvas *self, const char *text);  /* emits "message" */
void cju_canvas_hint (CjuCanvas *self, const char *text); /* emits "hint" */
void cju_canvas_sync (CjuCanvas *self);                   /* cards are those of the level */
/* Close to the units of a card, and back; FALSE: one is not there. */
void cju_canvas_zoom_to (CjuCanvas *self, const CjlCard *card);
gboolean cju_canvas_zoom_back (CjuCanvas *self);
/* A block's inside is shown, or for a layer "inside" emitted. */
void cju_canvas_go_inside (CjuCanvas *self, const CjlCard *card);
void cju_canvas_zoom_at (CjuCanvas *self, double factor, double x, double y);

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
/* Ends of a wire: x0, y0, x1, y1; of the widget, or of the world. */
void cju_canvas_get_line (CjuCanvas *self, const CjlLine *line, double ends[4]);
void cju_canvas_get_world_line (CjuCanvas *self, const CjlLine *line, double ends[4]);
/* Control points of a wire that runs to the right, drawn at a zoom: x0 y0, x1 y1, x2 y2, x3 y3. */
void cju_canvas_bend (double zoom, double x0, double y0, double x1, double y1, double points[8]);

/* cju-canvas-world.c */
GtkWidget *cju_canvas_new_world (CjuCanvas *self);
void cju_canvas_draw_world (CjuCanvas *self, GtkSnapshot *snapshot);

/* cju-canvas-draw.c: below and above what is in the world, in coordinates of the widget; wires in those of
 * the screen, from the corner of the world. */
void cju_canvas_draw_ground (CjuCanvas *self, GtkSnapshot *snapshot);
void cju_canvas_draw_top (CjuCanvas *self, GtkSnapshot *snapshot);
void cju_canvas_draw_wires (CjuCanvas *self, GtkSnapshot *snapshot);
/* Records the ports of a card where they changed; what is kept for it. */
CjuTrace *cju_canvas_trace_card (CjuCanvas *self, guint card);
/* There is a new scene; or colours or the font changed: what was drawn is thrown away. */
void cju_canvas_forget_drawn (CjuCanvas *self);
/* Red where the layer cannot take what the wire brings. */
gboolean cju_canvas_is_bad (CjuCanvas *self, const CjlLine *line);
/* A line across or down, `pen` wide. */
void cju_canvas_append_line (GtkSnapshot *snapshot, const GdkRGBA *color, double pen, double x0,
                             double y0, double x1, double y1);

/* cju-canvas-far.c: all of the world, in coordinates of the widget. */
void cju_canvas_draw_far (CjuCanvas *self, GtkSnapshot *snapshot);
void cju_canvas_forget_far (CjuCanvas *self);

/* cju-canvas-wire.c: a wire from an output is being drawn; over, or put into an input. */
void cju_canvas_begin_wire (CjuCanvas *self, CjWire from);
void cju_canvas_end_wire (CjuCanvas *self);
void cju_canvas_connect (CjuCanvas *self, CjNode *to, guint port);
gboolean cju_canvas_fits (CjuCanvas *self, const CjWire *input);
/* While a wire is drawn by keys: the next target, or 0 to connect. FALSE: none is drawn. */
gboolean cju_canvas_wire_key (CjuCanvas *self, int step);
gboolean cju_canvas_card_fits (CjuCanvas *self, const CjlCard *card);

/* cju-canvas-block.c: the card of the document's last selected id; NULL: none is seen. */
const CjlCard *cju_canvas_get_selected (CjuCanvas *self);
/* The card in the upper left; NULL: there is none. */
const CjlCard *cju_canvas_get_first (CjuCanvas *self);
/* Steps out of blocks that are no more. */
void cju_canvas_trim_path (CjuCanvas *self);

/* The menu of what is selected, at a point of the canvas. */
void cju_canvas_show_menu (CjuCanvas *self, double x, double y);

/* cju-canvas-add.c: quick add for what a wire may be drawn into. */
void cju_canvas_quick_add_after (CjuCanvas *self, CjWire from);

/* cju-canvas-glide.c: between these two, cards and view are put where they belong; then what is seen goes
 * there from where it was. */
void cju_canvas_keep_glide (CjuCanvas *self);
void cju_canvas_glide (CjuCanvas *self);
/* All is seen where it belongs, at once: before anything else moves. */
void cju_canvas_end_glide (CjuCanvas *self);
void cju_canvas_clear_glide (CjuCanvas *self); /* for dispose */

/* cju-canvas-drag.c, -add.c, -edit.c, -block.c, -wire.c: each adds its controllers or actions. */
void cju_canvas_add_gestures (CjuCanvas *self);
void cju_canvas_add_drops (CjuCanvas *self);
void cju_canvas_install_edits (GtkWidgetClass *widget);
void cju_canvas_install_blocks (GtkWidgetClass *widget);
void cju_canvas_install_wires (GtkWidgetClass *widget);

G_END_DECLS
