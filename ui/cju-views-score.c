/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Views of how the network does on the validation samples. */
#include "cju-view-state.h"

#include "cju-access.h"
#include <glib/gi18n-lib.h>

#define SHEET 48 /* pictures on the sheet of predictions */

gboolean
cju_view_tells_classes (CjuDocument *document)
{
  const CjdDataset *dataset = cju_document_get_dataset (document);
  const CjLowered *lowered = cju_document_get_lowered (document);
  const CjShape *shape;

  if (dataset == NULL || dataset->n_classes == 0)
    return FALSE;
  if (lowered == NULL || lowered->problems->len > 0 || lowered->prediction < 0)
    return TRUE;
  shape = cj_builder_get_shape (lowered->builder, lowered->prediction);
  return shape->n_dims == 2 && shape->dims[1] == dataset->n_classes;
}

static gboolean
has_classes (CjuDocument *document)
{
  const CjdDataset *dataset = cju_document_get_dataset (document);

  return dataset != NULL && dataset->y->shape.n_dims == 1 && cju_view_tells_classes (document);
}

static gboolean
has_pictures (CjuDocument *document)
{
  const CjdDataset *dataset = cju_document_get_dataset (document);

  return dataset != NULL && cjd_dataset_get_x_shape (dataset).n_dims == 3
         && (dataset->n_classes == 0 || cju_view_tells_classes (document));
}

static gboolean
has_values (CjuDocument *document)
{
  const CjdDataset *dataset = cju_document_get_dataset (document);

  return dataset != NULL && dataset->n_classes == 0 && dataset->y->dtype == CJ_FLOAT32;
}

static const CjlEvaluation *
get_evaluation (CjuView *view)
{
  return cju_document_get_evaluation (cju_view_get_document (view));
}

/* --- confusion --- */

static CjvFrame *
make_confusion (CjuView *view)
{
  const CjlEvaluation *evaluation = get_evaluation (view);

  return evaluation != NULL ? cjl_evaluation_confusion (evaluation) : NULL;
}

/* The samples of the cell stand in the strip and on the sheet of predictions. */
static void
pick_cell (CjuView *view, const CjvHit *hit)
{
  if (hit->index >= 0 && hit->series >= 0)
    cju_document_choose_cell (cju_view_get_document (view), hit->series, hit->index);
}

const CjuViewInfo cju_view_confusion = {
  .id = "confusion",
  .title = N_ ("Confusion"),
  .blurb = N_ ("Which classes are taken for which; click a cell to see those samples"),
  .figure = "confusion",
  .triggers = CJU_VIEW_ON_EVALUATED,
  .belongs = has_classes,
  .make = make_confusion,
  .picked = pick_cell,
  .formula = "Cᵢⱼ = number of samples of class i that are given j; accuracy Σ Cᵢᵢ / Σ Cᵢⱼ, recall "
             "Cᵢᵢ / Σⱼ Cᵢⱼ, precision Cⱼⱼ / Σᵢ Cᵢⱼ",
  .source = "T. Fawcett, “An introduction to ROC analysis”, Pattern Recognition Letters 27 (2006)",
};

/* --- predictions --- */

typedef struct
{
  GArray *shown; /* guint32: sample of each picture on the sheet */
  GtkWidget *clear;
} Sheet;

static void
free_sheet (gpointer data)
{
  g_array_unref (((Sheet *) data)->shown);
  g_free (data);
}

/* The samples of a cell of the confusion matrix, or mistakes first and then the rest. */
static CjvFrame *
make_sheet (CjuView *view)
{
  const CjlEvaluation *evaluation = get_evaluation (view);
  Sheet *sheet = cju_view_get_state (view);
  g_autofree guint32 *mistakes = NULL;
  gint64 row, column;
  gsize n = 0;

  cju_document_get_cell (cju_view_get_document (view), &row, &column);
  gtk_widget_set_visible (gtk_widget_get_parent (sheet->clear), row >= 0);
  g_array_set_size (sheet->shown, 0);
  if (evaluation == NULL)
    return NULL;
  mistakes = cjl_evaluation_list_mistakes (evaluation, &n);
  if (row < 0)
    g_array_append_vals (sheet->shown, mistakes, (guint) MIN (n, SHEET));
  for (guint32 i = 0; i < evaluation->n && sheet->shown->len < SHEET; i++)
    if (row >= 0 ? evaluation->predicted != NULL && evaluation->targets[i] == row
                       && evaluation->predicted[i] == column
                 : !cjl_evaluation_is_mistake (evaluation, i))
      g_array_append_val (sheet->shown, i);
  return sheet->shown->len > 0 ? cjl_evaluation_sheet (
             evaluation, (const guint32 *) sheet->shown->data, sheet->shown->len, SHEET)
                               : NULL;
}

static void
pick_picture (CjuView *view, const CjvHit *hit)
{
  const Sheet *sheet = cju_view_get_state (view);

  if (hit->index >= 0 && hit->index < sheet->shown->len)
    cju_document_choose_sample (cju_view_get_document (view),
                                g_array_index (sheet->shown, guint32, hit->index));
}

static void
on_clear (CjuView *view)
{
  cju_document_choose_cell (cju_view_get_document (view), -1, -1);
}

static void
build_sheet (CjuView *view)
{
  Sheet *sheet = g_new0 (Sheet, 1);

  sheet->shown = g_array_new (FALSE, FALSE, sizeof (guint32));
  sheet->clear = gtk_button_new_with_label (_ ("Show All"));
  cju_access_tip (sheet->clear, _ ("Show samples of all classes again"));
  g_signal_connect_object (sheet->clear, "clicked", G_CALLBACK (on_clear), view, G_CONNECT_SWAPPED);
  cju_view_add_control (view, sheet->clear);
  gtk_widget_set_visible (gtk_widget_get_parent (sheet->clear), FALSE);
  cju_view_take_state (view, sheet, free_sheet);
}

/* The cell of the confusion matrix whose samples are shown. */
static void
save_cell (CjuView *view, GVariantDict *controls)
{
  gint64 row, column;

  cju_document_get_cell (cju_view_get_document (view), &row, &column);
  g_variant_dict_insert (controls, "cell-row", "x", row);
  g_variant_dict_insert (controls, "cell-column", "x", column);
}

static gboolean
load_cell (CjuView *view, GVariant *controls)
{
  CjuDocument *document = cju_view_get_document (view);
  const CjdDataset *dataset = cju_document_get_dataset (document);
  gint64 row, column;

  if (g_variant_lookup (controls, "cell-row", "x", &row)
      && g_variant_lookup (controls, "cell-column", "x", &column) && row >= -1 && column >= -1
      && row < dataset->n_classes && column < dataset->n_classes)
    cju_document_choose_cell (document, row, column);
  return TRUE;
}

const CjuViewInfo cju_view_predictions = {
  .id = "predictions",
  .title = N_ ("Predictions"),
  .blurb = N_ ("Validation samples, the surest mistakes first; click one to choose it"),
  .figure = "contact-sheet",
  .triggers = CJU_VIEW_ON_EVALUATED,
  .belongs = has_pictures,
  .make = make_sheet,
  .picked = pick_picture,
  .build = build_sheet,
  .formula = "p = softmax (f (x)); mistakes, argmax p ≠ y, in the order of max p",
  .source
  = "J. Bridle (1990) for softmax; C. Guo et al., “On calibration of modern neural networks” "
    "(2017), for what so sure a number is worth",
  .save = save_cell,
  .load = load_cell,
};

/* --- rankings and values --- */

static CjvFrame *
make_ranking (CjuView *view)
{
  const CjlEvaluation *evaluation = get_evaluation (view);

  return evaluation != NULL ? cjl_evaluation_ranking (evaluation) : NULL;
}

const CjuViewInfo cju_view_roc = {
  .id = "roc",
  .title = N_ ("ROC"),
  .blurb = N_ ("True against false positives of each class"),
  .figure = "roc",
  .triggers = CJU_VIEW_ON_EVALUATED,
  .belongs = has_classes,
  .make = make_ranking,
  .formula
  = "for every threshold t: share of the class with p ≥ t against that of the others; AUC by "
    "trapezoids = P (p of one of the class > p of another)",
  .source
  = "J. Hanley, B. McNeil, Radiology 143 (1982); T. Fawcett, “An introduction to ROC analysis”, "
    "Pattern Recognition Letters 27 (2006)",
};

const CjuViewInfo cju_view_precision_recall = {
  .id = "precision-recall",
  .title = N_ ("Precision–recall"),
  .blurb = N_ ("Precision against recall of each class"),
  .figure = "precision-recall",
  .triggers = CJU_VIEW_ON_EVALUATED,
  .belongs = has_classes,
  .make = make_ranking,
  .formula
  = "precision TP / (TP + FP), recall TP / (TP + FN) for every threshold; average precision "
    "Σ (Rₙ − Rₙ₋₁) Pₙ",
  .source
  = "J. Davis, M. Goadrich, “The relationship between precision-recall and ROC curves” (2006)",
};

static CjvFrame *
make_scatter (CjuView *view)
{
  const CjlEvaluation *evaluation = get_evaluation (view);

  return evaluation != NULL ? cjl_evaluation_scatter (evaluation) : NULL;
}

static void
pick_point (CjuView *view, const CjvHit *hit)
{
  const CjlEvaluation *evaluation = get_evaluation (view);

  if (evaluation != NULL && hit->index >= 0)
    cju_document_choose_sample (cju_view_get_document (view),
                                (gsize) (hit->index / evaluation->scores->shape.dims[1]));
}

const CjuViewInfo cju_view_scatter = {
  .id = "scatter",
  .title = N_ ("Predicted–true"),
  .blurb = N_ ("Predicted against true values; click a point to choose its sample"),
  .figure = "scatter",
  .triggers = CJU_VIEW_ON_EVALUATED,
  .belongs = has_values,
  .make = make_scatter,
  .picked = pick_point,
  .formula = "ŷ = f (x) against y; on the diagonal ŷ = y",
  .source = "F. Anscombe, “Graphs in statistical analysis”, The American Statistician 27 (1973)",
};
