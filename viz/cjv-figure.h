/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The catalogue of figures. A figure is a pure function of a frame, its parameters, a style and a
 * size; the window, SVG, PDF and PNG run the same code. It says what is under a point, prints its
 * numbers as CSV and describes itself in words. Any thread may draw; a frame is only read. */
#pragma once

#include "cj-catalogue.h"
#include "cj-param.h"
#include "cjv-frame.h"
#include "cjv-style.h"

#include <cairo.h>
#include <pango/pango.h>

G_BEGIN_DECLS

typedef enum
{
  CJV_WANT_ARRAY,
  CJV_WANT_SCALAR,
  CJV_WANT_TEXT,
  CJV_WANT_STRINGS
} CjvWantKind;

/* One thing a figure takes from its frame. */
typedef struct
{
  const char *name; /* kebab-case, never changes; NULL ends the table */
  CjvWantKind kind;
  gboolean required;
  const char *shape; /* of an array, for people: "[K, K]" */
  const char *blurb; /* what it is, in one line */
} CjvWant;

/* Everything a figure is drawn from. */
typedef struct
{
  const CjvFrame *frame;
  gconstpointer params; /* struct of the figure's own parameter table */
  const CjvStyle *style;
  PangoContext *pango;  /* of the calling thread */
  double width, height; /* px */
} CjvScene;

/* What is under a point. */
typedef struct
{
  gint64 index;               /* of the sample, unit, map, class or point; -1 if there is none */
  gint64 series;              /* run, row of a matrix, channel; -1 if there is none */
  double x, y, width, height; /* px: where to put a ring around it */
  char *text;                 /* you free: cjv_hit_clear */
} CjvHit;

#define CJV_FIGURE_ABI 1

typedef enum
{
  CJV_ZOOM_ALL, /* everything is shown */
  CJV_ZOOM_BOX, /* what is in x, y, width, height px fills the plot */
  CJV_ZOOM_AT   /* by `factor` (over 1: in) while what is at x, y px stays there */
} CjvZoomKind;

typedef struct
{
  CjvZoomKind kind;
  double x, y, width, height, factor;
} CjvZoom;

typedef struct
{
  guint abi;         /* CJV_FIGURE_ABI, in a plugin */
  gsize size;        /* sizeof (CjvFigureInfo), in a plugin; new fields come last */
  const char *id;    /* kebab-case, never changes; in a plugin vendor:name */
  const char *title; /* two or three words */
  const char *blurb; /* one sentence */
  const char *empty; /* the sentence that stands where there is nothing to show yet */
  int version;
  const CjvWant *wants;
  const CjParam *params; /* ends with a name of NULL */
  gsize params_size;
  int preset_width, preset_height; /* px, a good size for an export */

  /* The frame has all that is required. `draw` may refuse what it cannot use (wrong shapes) by
   * returning FALSE before drawing; then the empty state is shown. */
  gboolean (*draw) (const CjvScene *scene, cairo_t *cr);
  gboolean (*hit) (const CjvScene *scene, double x, double y, CjvHit *hit); /* may be NULL */
  void (*csv) (const CjvScene *scene, GString *out);                        /* no size, no style */
  char *(*words) (const CjvScene *scene); /* no size, no style; you free */
  /* Alters `params`, which are those of the scene. FALSE: nothing was altered. NULL: there is nothing to
   * zoom. */
  gboolean (*zoom) (const CjvScene *scene, const CjvZoom *zoom, gpointer params);
} CjvFigureInfo;

/* What the two below read; plugins are added to it. */
extern CjCatalogue cjv_figure_catalogue;

const CjvFigureInfo *const *cjv_figures (void); /* ends with NULL */
const CjvFigureInfo *cjv_figure_find (const char *id);

/* A parameter struct with the presets, to be freed with g_free. NULL if the figure has none. */
gpointer cjv_figure_new_params (const CjvFigureInfo *info);

/* The first required thing the frame does not have, or NULL. */
const CjvWant *cjv_figure_get_missing (const CjvFigureInfo *info, const CjvFrame *frame);

/* Draws into 0,0 .. width,height px of `cr`. `frame` and `params` may be NULL: the empty state and the
 * presets. The state of `cr` is kept. */
void cjv_figure_draw (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params,
                      const CjvStyle *style, cairo_t *cr, double width, double height);

/* FALSE, and `hit` cleared, where there is nothing under the point. */
gboolean cjv_figure_hit (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params,
                         const CjvStyle *style, double width, double height, double x, double y,
                         CjvHit *hit);
void cjv_hit_clear (CjvHit *hit);

/* Zooms by altering `params`, of the figure's own table. FALSE where there is nothing to zoom. */
gboolean cjv_figure_zoom (const CjvFigureInfo *info, const CjvFrame *frame, gpointer params,
                          const CjvStyle *style, double width, double height, const CjvZoom *zoom);

/* The numbers as RFC 4180 text in UTF-8 with a header line; decimal points whatever the locale.
 * You free. */
char *cjv_figure_print_csv (const CjvFigureInfo *info, const CjvFrame *frame, gconstpointer params);

/* One to three sentences for who cannot see it. Never empty. You free. */
char *cjv_figure_print_words (const CjvFigureInfo *info, const CjvFrame *frame,
                              gconstpointer params);

G_END_DECLS
