/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cju-card.c (the widget and its words) and cju-card-face.c (what it draws). */
#pragma once

#include "cju-card.h"

#include "cjv-figure.h"

G_BEGIN_DECLS

#define CJU_CARD_HEADER 44
#define CJU_CARD_PADDING 10
#define CJU_CARD_LOCK 10 /* wide */
#define CJU_CARD_PICTURE_WIDTH (CJU_CARD_WIDTH - 2 * CJU_CARD_PADDING)
#define CJU_CARD_MAPS_HEIGHT 98
#define CJU_CARD_UNITS_HEIGHT 64
#define CJU_CARD_BARS 5
#define CJU_CARD_BAR_STEP 17
#define CJU_CARD_FOOTER 17 /* of a block: its second line of words */
#define CJU_CARD_MEND 34   /* the button that mends, with its margins */

typedef enum
{
  CJU_FACE_PLAIN,
  CJU_FACE_TROUBLE,
  CJU_FACE_LETTERS, /* of a sample of text, or its symbols */
  CJU_FACE_IMAGE,
  CJU_FACE_MAPS,
  CJU_FACE_UNITS,
  CJU_FACE_BARS,
  CJU_FACE_PLANE, /* what the network makes of every point of two-feature data */
  CJU_FACE_CURVE
} CjuFace;

/* What a card of a size on the screen shows, by the height of its text. */
typedef enum
{
  CJU_DETAIL_NAME,      /* colour and name */
  CJU_DETAIL_THUMBNAIL, /* with words and a picture */
  CJU_DETAIL_MAPS,      /* the picture is finer: all maps there are */
  CJU_DETAIL_UNITS      /* and every unit with its value */
} CjuDetail;

struct _CjuCard
{
  GtkWidget parent;
  CjuDocument *document;
  char *id;    /* of the node or block */
  char *shown; /* the node whose result it shows; NULL: none */
  gboolean is_block, selected;
  char *title, *subtitle, *footer, *trouble;
  char *words;       /* its accessible name */
  char *letters;     /* of CJU_FACE_LETTERS */
  gboolean grave;    /* the trouble is an error */
  gboolean lesioned; /* all its layers are */
  gboolean frozen;   /* all that learn in it */
  GtkWidget *mend;   /* button, NULL: nothing is offered */
  guint n_ports;     /* on the side with more of them */
  CjuFace face;
  double zoom; /* as the card was last seen */
  CjuDetail detail;
  double fine; /* pixels of the picture a pixel at 100 % */
  GdkPaintable *picture;
  float bars[CJU_CARD_BARS];
  int classes[CJU_CARD_BARS];
  int n_bars;
  int told;        /* class that the description calls most likely, -1: none */
  CjvFrame *plane; /* of CJU_FACE_PLANE */
};

/* The name of a class of the data. You free. */
char *cju_card_dup_class (CjuCard *self, int class);
/* What the card's picture shows: over the plane where the data has two features. Borrowed. */
const CjTensor *cju_card_get_shown (CjuCard *self);
int cju_card_get_picture_height (CjuCard *self);
gboolean cju_card_is_fine (CjuCard *self); /* whether all maps are drawn */
/* The left edge of the picture on the card; its pixels a pixel at 100 %. */
double cju_card_find_picture (CjuCard *self, double *left);

void cju_card_append_text (GtkWidget *widget, GtkSnapshot *snapshot, const char *text, float x,
                           float y, int width, const GdkRGBA *color, gboolean bold, double scale);
/* What lies under everything else: ground, edge, shadow. */
void cju_card_snapshot_body (CjuCard *self, GtkSnapshot *snapshot, const GdkRGBA *ink);
/* The picture, whatever it is. */
void cju_card_snapshot_face (CjuCard *self, GtkSnapshot *snapshot, const GdkRGBA *ink);
/* A padlock at the end of the first line: the layer is frozen. */
void cju_card_snapshot_lock (CjuCard *self, GtkSnapshot *snapshot, const GdkRGBA *ink);
/* Over all of it: that the layer is lesioned. */
void cju_card_snapshot_lesion (CjuCard *self, GtkSnapshot *snapshot);
/* The whole card, where words are too small to read. */
void cju_card_snapshot_name (CjuCard *self, GtkSnapshot *snapshot, const GdkRGBA *accent);

G_END_DECLS
