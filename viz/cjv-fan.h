/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Curves that were measured several times, as a frame has them: L lines of P points, each from S seeds. A
 * line is their middle, a band around it says how far they lie apart; beside them may stand published
 * points. */
#pragma once

#include "cjv-axes.h"

G_BEGIN_DECLS

#define CJV_FAN_MAX_LINES 8

typedef enum
{
  CJV_FAN_RANGE,     /* median; from the least to the most */
  CJV_FAN_CONFIDENCE /* mean; its 95 % confidence interval by Student's t, none of one seed */
} CjvFanKind;

/* Of those seeds that are there; NAN: none is. */
typedef struct
{
  double middle, low, high;
} CjvSpread;

typedef struct
{
  CjvFanKind kind;
  const CjTensor *curves, *x, *papers; /* [L, S, P], [P], [L, P] or NULL */
  gint64 l, s, p;                      /* l is 0 where there are no curves */
  CjvPlot plot;
} CjvFan;

/* Of `n` numbers of an array, `stride` apart. */
CjvSpread cjv_spread_new (const CjTensor *array, gint64 first, gint64 stride, gint64 n,
                          CjvFanKind kind);

/* Reads "curves", "x" and "published-curves". FALSE: there are no such curves, or they do not fit. */
gboolean cjv_fan_init (CjvFan *fan, const CjvFrame *frame, CjvFanKind kind);
/* Whether anything is there to be drawn: a measured point, or `n_papers` published ones. */
gboolean cjv_fan_has_points (const CjvFan *fan, guint n_papers);
CjvSpread cjv_fan_get (const CjvFan *fan, gint64 line, gint64 point);
double cjv_fan_get_paper (const CjvFan *fan, gint64 line, gint64 point); /* NAN: none */

/* Axes as the scalars "curves-share" and "x-share" (1: in per cent) and the axis labels 2 and 0 of "curves"
 * say. Set what else they are to hold before. */
void cjv_fan_place (CjvFan *fan, const CjvScene *scene, const CjvRect *outer);
void cjv_fan_draw (const CjvFan *fan, const CjvScene *scene, cairo_t *cr);
/* The names of the lines, from the strings "lines". */
void cjv_fan_draw_legend (const CjvFan *fan, const CjvScene *scene, cairo_t *cr, double x, double y,
                          double room);
/* --- a whole figure of them: means with their 95 % confidence intervals --- */

/* Reads and places it, below a heading and a legend; FALSE as cjv_fan_init. */
gboolean cjv_fan_fill (CjvFan *fan, const CjvScene *scene);
/* A dashed line all along at the scalar `name`, with words; nothing if there is none. */
void cjv_fan_draw_level (const CjvFan *fan, const CjvScene *scene, cairo_t *cr, const char *name,
                         const char *words);
/* The texts "title" (or `title`) and "note", and the legend. */
void cjv_fan_draw_titles (const CjvFan *fan, const CjvScene *scene, cairo_t *cr, const char *title);
/* Lines "line,AT,mean,low,high,seed_1 …". */
void cjv_fan_csv (const CjvScene *scene, const char *at, GString *out);
/* The last point of a line that was measured, -1: none. */
gint64 cjv_fan_find_last (const CjvFan *fan, gint64 line);

/* The nearest point where the pointer is in the plot: index the point, series the line. */
gboolean cjv_fan_hit (const CjvFan *fan, const CjvScene *scene, double x, double y, CjvHit *hit);

G_END_DECLS
