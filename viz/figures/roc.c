/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-ranking.h"

#include <glib/gi18n-lib.h>

static const CjParam params[] = { { NULL } };

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  return cjv_ranking_draw (scene, cr, CJV_RANKING_ROC);
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  return cjv_ranking_hit (scene, CJV_RANKING_ROC, x, y, out);
}

static void
csv (const CjvScene *scene, GString *out)
{
  cjv_ranking_csv (scene, CJV_RANKING_ROC, out);
}

static char *
words (const CjvScene *scene)
{
  return cjv_ranking_words (scene, CJV_RANKING_ROC);
}

const CjvFigureInfo cjv_figure_roc = {
  .id = "roc",
  .title = N_ ("ROC"),
  .blurb = N_ ("True against false positives of each class over all thresholds"),
  .empty = N_ ("Press Train: the curves appear with the first evaluation."),
  .version = 1,
  .wants = cjv_ranking_wants,
  .params = params,
  .preset_width = 560,
  .preset_height = 400,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
