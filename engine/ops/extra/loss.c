/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Losses as exported models have them: scores N C space, labels N space, a weight for each class. */
#include "cj-extra-private.h"

#include <glib/gi18n-lib.h>

/* log softmax over C, as a new value. */
static CjArray *
log_softmax (const CjArray *x, GError **error)
{
  const gint64 classes = x->dims.d[1], inner = cj_dims_size (&x->dims, 2, x->dims.n);
  CjArray *y = cj_array_new (x->type, &x->dims, error);

  for (gint64 o = 0; y != NULL && y->size > 0 && o < x->size / classes; o++)
    {
      const gint64 first = o / inner * classes * inner + o % inner;
      double top = -INFINITY, sum = 0;

      for (gint64 c = 0; c < classes; c++)
        top = fmax (top, cj_array_get (x, first + c * inner));
      for (gint64 c = 0; c < classes; c++)
        sum += exp (cj_array_get (x, first + c * inner) - top);
      for (gint64 c = 0; c < classes; c++)
        cj_array_set (y, first + c * inner, cj_array_get (x, first + c * inner) - top - log (sum));
    }
  return y;
}

/* Minus the logarithm at the label, weighed; summed, averaged over the weights or as it is. */
static gboolean
give_loss (CjExtraCall *call, const CjArray *x, GError **error)
{
  const CjArray *labels = call->in[1], *weights = cj_extra_in (call, 2);
  const CjAttr *ignore = cj_extra_node_find (call->node, "ignore_index");
  const char *reduction = cj_extra_text (call, "reduction", "mean");
  const gboolean none = g_str_equal (reduction, "none"), mean = g_str_equal (reduction, "mean");
  const gint64 classes = x->dims.d[1], inner = cj_dims_size (&x->dims, 2, x->dims.n);
  double sum = 0, all = 0;
  CjArray *y;

  if (labels->size * classes != x->size || (weights != NULL && weights->size != classes))
    return cj_extra_refuse_shapes (error);
  y = cj_extra_out (call, 0, x->type, none ? &labels->dims : &(CjDims){ 0 }, error);
  for (gint64 i = 0; y != NULL && i < labels->size; i++)
    {
      const gint64 label = cj_array_get_int (labels, i);
      double weight, one;

      if (ignore != NULL && label == ignore->i)
        continue;
      if (label < 0 || label >= classes)
        return cj_extra_refuse_index (error);
      weight = weights != NULL ? cj_array_get (weights, label) : 1;
      one = -weight * cj_array_get (x, (i / inner * classes + label) * inner + i % inner);
      if (none)
        cj_array_set (y, i, one);
      sum += one;
      all += weight;
    }
  if (y != NULL && !none)
    cj_array_set (y, 0, mean ? sum / all : sum);
  return y != NULL;
}

static gboolean
run_nll (CjExtraCall *call, GError **error)
{
  if (call->in[0]->dims.n < 2)
    return cj_extra_refuse_shapes (error);
  return give_loss (call, call->in[0], error);
}

static gboolean
run_cross_entropy (CjExtraCall *call, GError **error)
{
  g_autoptr (CjArray) logs = NULL;

  if (call->in[0]->dims.n < 2)
    return cj_extra_refuse_shapes (error);
  logs = log_softmax (call->in[0], error);
  return logs != NULL && give_loss (call, logs, error)
         && cj_extra_give (call, 1, g_steal_pointer (&logs));
}

const CjExtraInfo cj_extra_loss[] = {
  { "NegativeLogLikelihoodLoss", 12, 0, 2, 3, run_nll },
  { "SoftmaxCrossEntropyLoss", 12, 0, 2, 3, run_cross_entropy },
  { NULL, 0, 0, 0, 0, NULL },
};
