/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-collapse.h"

#include "cj-gram.h"

#include <math.h>
#include <string.h>

/* Directions between classes that are weaker than this share of the strongest, squared, are rounding. */
#define WEAKEST 1e-6

typedef struct
{
  const CjTensor *x;
  const gint32 *classes;
  gint64 n, d, c;  /* c: classes that have samples */
  gint32 *row;     /* of a class among those, -1: no sample */
  gint32 *class;   /* and back */
  gint64 *counts;  /* c */
  CjTensor *means; /* [c, d] */
  CjTensor *m;     /* the same less their mean */
} Groups;

static void
groups_clear (Groups *g)
{
  g_free (g->row);
  g_free (g->class);
  g_free (g->counts);
  g_clear_pointer (&g->means, cj_tensor_unref);
  g_clear_pointer (&g->m, cj_tensor_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Groups, groups_clear)

static void
groups_init (Groups *g, const CjTensor *x, const gint32 *classes, guint n_classes)
{
  g_autofree double *sums = NULL;
  CjShape shape;

  *g = (Groups){ .x = x, .classes = classes, .n = x->shape.dims[0], .d = x->shape.dims[1] };
  g->row = g_new (gint32, n_classes + 1);
  g->class = g_new0 (gint32, n_classes + 1);
  g->counts = g_new0 (gint64, n_classes + 1);
  for (guint k = 0; k < n_classes; k++)
    {
      g->row[k] = -1;
      for (gint64 i = 0; i < g->n && g->row[k] < 0; i++)
        if (classes[i] == (gint32) k)
          {
            g->class[g->c] = (gint32) k;
            g->row[k] = (gint32) g->c++;
          }
    }
  shape = cj_shape2 (g->c, g->d);
  g->means = cj_tensor_new (CJ_FLOAT32, &shape);
  sums = g_new0 (double, g->c * g->d + 1);
  for (gint64 i = 0; i < g->n; i++)
    if (classes[i] >= 0 && classes[i] < (gint32) n_classes)
      {
        const gint64 row = g->row[classes[i]];

        g->counts[row]++;
        for (gint64 j = 0; j < g->d; j++)
          sums[row * g->d + j] += cj_tensor_f32 (x)[i * g->d + j];
      }
  for (gint64 i = 0; i < g->c * g->d; i++)
    cj_tensor_f32 (g->means)[i] = (float) (sums[i] / (double) g->counts[i / g->d]);
  g->m = cj_centre (g->means);
}

static gint64
get_row (const Groups *g, gint64 i)
{
  return g->classes[i] >= 0 ? g->row[g->classes[i]] : -1;
}

/* tr (S_W S_B^+) / C from products with the means alone: for the eigenvectors q and values v of M Mᵀ it is
 * the mean over samples of the sum of (qᵀ M (x - mean))² / v². */
static double
measure_variability (const Groups *g, const CjTensor *products)
{
  const gint64 c = g->c;
  g_autofree double *a = g_new (double, c *c), *q = g_new (double, c *c), *part = g_new (double, c);
  g_autoptr (CjTensor) of_means = cj_gram (g->means, g->m);
  g_autoptr (CjTensor) gram = cj_gram (g->m, g->m);
  double sum = 0, strongest = 0;
  gint64 n = 0;

  for (gint64 i = 0; i < c * c; i++)
    a[i] = cj_tensor_f32 (gram)[i];
  cj_jacobi (a, q, c);
  for (gint64 k = 0; k < c; k++)
    strongest = MAX (strongest, a[k * (c + 1)]);
  for (gint64 i = 0; i < g->n; i++)
    {
      const gint64 row = get_row (g, i);

      if (row < 0)
        continue;
      n++;
      for (gint64 k = 0; k < c; k++)
        part[k]
            = (double) cj_tensor_f32 (products)[i * c + k] - cj_tensor_f32 (of_means)[row * c + k];
      for (gint64 k = 0; k < c; k++)
        {
          const double v = a[k * (c + 1)];
          double along = 0;

          if (!(v > WEAKEST * strongest))
            continue;
          for (gint64 l = 0; l < c; l++)
            along += q[l * c + k] * part[l];
          sum += along * along / (v * v);
        }
    }
  return strongest > 0 ? sum / (double) n : NAN;
}

static void
measure_figure (const Groups *g, CjCollapse *out)
{
  const gint64 c = g->c;
  g_autoptr (CjTensor) gram = cj_gram (g->m, g->m);
  const float *v = cj_tensor_f32 (gram);
  double mean = 0, square = 0, angles = 0;

  for (gint64 i = 0; i < c; i++)
    {
      mean += sqrt (MAX (v[i * (c + 1)], 0)) / (double) c;
      square += MAX (v[i * (c + 1)], 0) / (double) c;
    }
  for (gint64 i = 0; i < c; i++)
    for (gint64 j = 0; j < c; j++)
      if (i != j)
        angles += fabs (v[i * c + j] / sqrt ((double) v[i * (c + 1)] * v[j * (c + 1)])
                        + 1 / (double) (c - 1));
  out->nc2_norms = mean > 0 ? sqrt (MAX (square - mean * mean, 0)) / mean : NAN;
  out->nc2_angles = angles / (double) (c * (c - 1));
}

static double
measure_duality (const Groups *g, const CjTensor *weights)
{
  double w2 = 0, m2 = 0, both = 0;

  for (gint64 i = 0; i < g->c; i++)
    for (gint64 j = 0; j < g->d; j++)
      {
        const double w = cj_tensor_f32 (weights)[g->class[i] * g -> d + j];
        const double m = cj_tensor_f32 (g->m)[i * g->d + j];

        w2 += w * w;
        m2 += m * m;
        both += w * m;
      }
  return w2 > 0 && m2 > 0 ? MAX (2 - 2 * both / sqrt (w2 * m2), 0) : NAN;
}

/* Share of the samples whose nearest mean is not of the class that the network chose. */
static double
measure_mismatch (const Groups *g, const gint32 *choices)
{
  g_autoptr (CjTensor) products = cj_gram (g->x, g->means), squares = cj_gram (g->means, g->means);
  double other = 0, n = 0;

  for (gint64 i = 0; i < g->n; i++)
    {
      double least = INFINITY;
      gint64 nearest = -1;

      for (gint64 k = 0; k < g->c; k++)
        {
          const double d = (double) cj_tensor_f32 (squares)[k * (g->c + 1)]
                           - 2.0 * cj_tensor_f32 (products)[i * g->c + k];

          if (d < least)
            {
              least = d;
              nearest = k;
            }
        }
      if (nearest < 0 || get_row (g, i) < 0)
        continue;
      n++;
      other += g->class[nearest] != choices[i];
    }
  return n > 0 ? other / n : NAN;
}

gboolean
cj_collapse_measure (const CjTensor *x, const gint32 *classes, guint n_classes,
                     const CjTensor *weights, const gint32 *choices, CjCollapse *out)
{
  g_auto (Groups) g = { 0 };
  g_autoptr (CjTensor) products = NULL;

  *out = (CjCollapse){ NAN, NAN, NAN, NAN, NAN };
  groups_init (&g, x, classes, n_classes);
  if (g.c < 2)
    return FALSE;
  products = cj_gram (x, g.m);
  out->nc1 = measure_variability (&g, products);
  measure_figure (&g, out);
  if (weights != NULL && weights->shape.n_dims == 2 && weights->shape.dims[0] == n_classes
      && weights->shape.dims[1] == g.d)
    out->nc3 = measure_duality (&g, weights);
  if (choices != NULL)
    out->nc4 = measure_mismatch (&g, choices);
  return TRUE;
}
