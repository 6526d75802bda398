/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Many numbers made few: principal components, t-SNE, UMAP. */
#include "cj-gram.h"
#include "cj-pca.h"
#include "cj-rng.h"
#include "cj-spectral.h"
#include "cj-umap.h"

#include <math.h>
#include <string.h>

/* Rows around `k` far centres in `d` dimensions, one after another in turn. */
static CjTensor *
make_clusters (gint64 n, gint64 d, int k)
{
  const CjShape shape = cj_shape2 (n, d);
  CjTensor *x = cj_tensor_new (CJ_FLOAT32, &shape);
  CjRng rng;

  cj_rng_init (&rng, 7, CJ_RNG_TEST, 0);
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < d; j++)
      cj_tensor_f32 (x)[i * d + j] = 0.3f * cj_rng_normal (&rng) + (j == i % k ? 6 : 0);
  return x;
}

/* Points on a line in space, with a little noise across it: the first component is the place on the
 * line, and its share of the variance is known. */
static void
test_pca_line (void)
{
  const gint64 n = 400, d = 6;
  const CjShape shape = cj_shape2 (n, d);
  const double along[6] = { 0.1, -0.2, 0.9, 0.3, 0.1, 0.2 }, length = 1.0;
  g_autoptr (CjTensor) x = cj_tensor_new (CJ_FLOAT32, &shape);
  g_autoptr (CjTensor) y = NULL, again = NULL;
  double shares[2], norm = 0, sign;
  CjRng rng;

  cj_rng_init (&rng, 1, CJ_RNG_TEST, 1);
  for (int j = 0; j < d; j++)
    norm += along[j] * along[j];
  for (gint64 i = 0; i < n; i++)
    for (gint64 j = 0; j < d; j++)
      cj_tensor_f32 (x)[i * d + j]
          = (float) (5 + (double) (i - 200) / 100 * length * along[j] / sqrt (norm)
                     + 0.01 * cj_rng_normal (&rng));
  y = cj_pca (x, 2, 3, shares);
  again = cj_pca (x, 2, 3, NULL);
  g_assert_cmpmem (y->data, cj_tensor_bytes (y), again->data, cj_tensor_bytes (again));
  g_assert_cmpfloat (shares[0], >, 0.99);
  g_assert_cmpfloat (shares[1], <, 0.01);
  sign = cj_tensor_f32 (y)[2 * 399] > 0 ? 1 : -1;
  for (gint64 i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (sign * cj_tensor_f32 (y)[2 * i], (double) (i - 199.5) / 100,
                                    0.05);
}

/* All components together keep every distance. */
static void
test_pca_distances (void)
{
  g_autoptr (CjTensor) x = make_clusters (40, 9, 3);
  double shares[9], sum = 0;
  g_autoptr (CjTensor) y = cj_pca (x, 9, 0, shares);

  for (int j = 0; j < 9; j++)
    {
      sum += shares[j];
      g_assert_true (j == 0 || shares[j] <= shares[j - 1] + 1e-9);
    }
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-4);
  for (gint64 a = 0; a < 40; a += 7)
    for (gint64 b = 0; b < 40; b += 3)
      {
        double before = 0, after = 0;

        for (int j = 0; j < 9; j++)
          {
            before += pow (cj_tensor_f32 (x)[a * 9 + j] - cj_tensor_f32 (x)[b * 9 + j], 2);
            after += pow (cj_tensor_f32 (y)[a * 9 + j] - cj_tensor_f32 (y)[b * 9 + j], 2);
          }
        g_assert_cmpfloat_with_epsilon (sqrt (before), sqrt (after), 1e-3);
      }
}

/* Share of samples whose nearest neighbour on the map is of their own cluster. */
static double
purity (const CjTensor *map, int k)
{
  const gint64 n = map->shape.dims[0];
  const float *y = cj_tensor_f32 (map);
  int right = 0;

  for (gint64 i = 0; i < n; i++)
    {
      double best = INFINITY;
      gint64 nearest = i;

      for (gint64 j = 0; j < n; j++)
        if (j != i && hypot (y[2 * i] - y[2 * j], y[2 * i + 1] - y[2 * j + 1]) < best)
          {
            best = hypot (y[2 * i] - y[2 * j], y[2 * i + 1] - y[2 * j + 1]);
            nearest = j;
          }
      right += nearest % k == i % k;
    }
  return (double) right / (double) n;
}

static gboolean
count_steps (guint iteration, const CjTensor *map, gpointer data)
{
  g_assert_cmpint (map->shape.dims[1], ==, 2);
  *(guint *) data = iteration;
  return iteration < 20;
}

static void
test_tsne (void)
{
  g_autoptr (CjTensor) x = make_clusters (203, 12, 5); /* 203: rows are padded */
  g_autoptr (CjTensor) map = cj_tsne (x, 15, 300, 1, NULL, NULL), stopped = NULL, again = NULL;
  double spread = 0;
  guint steps = 0;

  g_assert_cmpfloat (purity (map, 5), >, 0.97);
  for (gint64 i = 0; i < 2 * 203; i++)
    {
      g_assert_true (isfinite (cj_tensor_f32 (map)[i]));
      spread = MAX (spread, fabs (cj_tensor_f32 (map)[i]));
    }
  g_assert_cmpfloat (spread, >, 1);
  g_assert_cmpfloat (spread, <, 200);
  again = cj_tsne (x, 15, 300, 1, NULL, NULL);
  g_assert_cmpmem (map->data, cj_tensor_bytes (map), again->data, cj_tensor_bytes (again));
  stopped = cj_tsne (x, 15, 300, 1, count_steps, &steps);
  g_assert_cmpuint (steps, ==, 20);
}

/* Samples that are all the same, fewer than the perplexity wants, one feature. */
static void
test_tsne_odd (void)
{
  const CjShape same = cj_shape2 (9, 3), thin = cj_shape2 (4, 1);
  g_autoptr (CjTensor) a = cj_tensor_new (CJ_FLOAT32, &same);
  g_autoptr (CjTensor) b = cj_tensor_new (CJ_FLOAT32, &thin);
  g_autoptr (CjTensor) first = cj_tsne (a, 30, 40, 0, NULL, NULL);
  g_autoptr (CjTensor) second = NULL;

  for (int i = 0; i < 4; i++)
    cj_tensor_f32 (b)[i] = (float) i;
  second = cj_tsne (b, 30, 40, 0, NULL, NULL);
  for (int i = 0; i < 18; i++)
    g_assert_true (isfinite (cj_tensor_f32 (first)[i]));
  for (int i = 0; i < 8; i++)
    g_assert_true (isfinite (cj_tensor_f32 (second)[i]));
}

/* Distances against the sum of squares, far from the origin. */
static void
test_distances (void)
{
  g_autoptr (CjTensor) x = make_clusters (20, 7, 3);
  g_autoptr (CjTensor) d = NULL;
  float *v = cj_tensor_f32 (x);

  for (int i = 0; i < 140; i++)
    v[i] += 1000;
  d = cj_squared_distances (x);
  for (int a = 0; a < 20; a++)
    for (int b = 0; b < 20; b++)
      {
        double sum = 0;

        for (int j = 0; j < 7; j++)
          sum += pow ((double) v[a * 7 + j] - v[b * 7 + j], 2);
        g_assert_cmpfloat_with_epsilon (cj_tensor_f32 (d)[a * 20 + b], sum, 1e-3 * (1 + sum));
      }
}

/* A matrix with known factor and solution. */
static void
test_cholesky (void)
{
  double a[9] = { 4, 12, -16, 12, 37, -43, -16, -43, 98 }; /* L = 2 0 0, 6 1 0, -8 5 3 */
  double b[3] = { -20, -43, 192 };                         /* of x = 1 2 3 */
  double not [4] = { 1, 2, 2, 1 };

  g_assert_true (cj_cholesky (a, 3));
  g_assert_cmpfloat_with_epsilon (a[0], 2, 1e-12);
  g_assert_cmpfloat_with_epsilon (a[3], 6, 1e-12);
  g_assert_cmpfloat_with_epsilon (a[6], -8, 1e-12);
  g_assert_cmpfloat_with_epsilon (a[7], 5, 1e-12);
  g_assert_cmpfloat_with_epsilon (a[8], 3, 1e-12);
  cj_cholesky_solve (a, 3, b, 1);
  for (int i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (b[i], i + 1, 1e-9);
  g_assert_false (cj_cholesky (not, 2));
}

/* a and b as the authors' program finds them. */
static void
test_umap_curve (void)
{
  static const double known[][3] = { { 0.1, 1.576943460405378, 0.8950608781227859 },
                                     { 0.5, 0.5830300205483709, 1.334166992455648 } };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    {
      double a, b;

      cj_umap_fit_curve (known[i][0], &a, &b);
      g_assert_cmpfloat_with_epsilon (a, known[i][1], 1e-4);
      g_assert_cmpfloat_with_epsilon (b, known[i][2], 1e-4);
    }
}

static void
test_umap_scale (void)
{
  const float d[] = { 0, 0.5f, 0.7f, 0.9f, 1.3f, 2, 2.1f }, same[3] = { 0 };
  double rho, sigma, sum = 0;

  cj_umap_find_scale (d, 7, &rho, &sigma);
  g_assert_cmpfloat_with_epsilon (rho, 0.5, 1e-6);
  for (int i = 0; i < 7; i++)
    sum += exp (-MAX (d[i] - rho, 0) / sigma);
  g_assert_cmpfloat_with_epsilon (sum, 3, 1e-4); /* log2 8 */
  cj_umap_find_scale (same, 3, &rho, &sigma);
  g_assert_cmpfloat (rho, ==, 0);
  g_assert_cmpfloat (sigma, >, 0);
}

static void
test_umap (void)
{
  g_autoptr (CjTensor) x = make_clusters (203, 12, 5);
  g_autoptr (CjTensor) map = NULL, again = NULL, other = NULL, stopped = NULL;
  CjUmapOptions options;
  guint steps = 0;

  cj_umap_options_init (&options);
  options.n_iterations = 200;
  map = cj_umap (x, &options, NULL, NULL);
  again = cj_umap (x, &options, NULL, NULL);
  stopped = cj_umap (x, &options, count_steps, &steps);
  g_assert_cmpuint (steps, ==, 20);
  g_assert_cmpfloat (purity (map, 5), >, 0.97);
  g_assert_cmpmem (map->data, cj_tensor_bytes (map), again->data, cj_tensor_bytes (again));
  options.seed = 1;
  other = cj_umap (x, &options, NULL, NULL);
  g_assert_true (memcmp (map->data, other->data, cj_tensor_bytes (map)) != 0);
}

/* Links of weight 1 from each of `n` nodes to the next; `ring`: and from the last to the first. */
static CjLinks
make_chain (gint64 n, gboolean ring, guint *start, guint *to, float *weight)
{
  guint at = 0;

  for (gint64 i = 0; i < n; i++)
    {
      start[i] = at;
      for (int side = -1; side <= 1; side += 2)
        if (ring || (i + side >= 0 && i + side < n))
          {
            to[at] = (guint) ((i + side + n) % n);
            weight[at++] = 1;
          }
    }
  start[n] = at;
  return (CjLinks){ n, start, to, weight };
}

/* Eigenvalues of a chain are 1 - cos (pi k / (n - 1)), with vectors D^1/2 cos (pi k i / (n - 1)); of a
 * ring 1 - cos (2 pi k / n), each twice (F. Chung, "Spectral graph theory", 1997, examples 1.4, 1.5). */
static void
test_laplacian (void)
{
  static const gint64 sizes[] = { 2, 3, 40, 600 };

  for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      const gint64 n = sizes[s];
      g_autofree guint *start = g_new (guint, n + 1), *to = g_new (guint, 2 * n);
      g_autofree float *weight = g_new (float, 2 * n);
      g_autofree double *vectors = g_new (double, 2 * n);
      CjLinks links = make_chain (n, FALSE, start, to, weight);
      double values[2], most;

      g_assert_true (cj_laplacian_vectors (&links, 2, 1, values, vectors));
      for (int k = 1; k <= MIN (n - 1, 2); k++)
        {
          g_assert_cmpfloat_with_epsilon (values[k - 1], 1 - cos (G_PI * k / (double) (n - 1)),
                                          1e-8);
          most = vectors[k - 1];
          for (gint64 i = 0; i < n && n > 3; i++)
            g_assert_cmpfloat_with_epsilon (vectors[2 * i + k - 1],
                                            most * (i % (n - 1) == 0 ? 1 : sqrt (2))
                                                * cos (G_PI * k * i / (double) (n - 1)),
                                            2e-3);
        }
      if (n < 4)
        continue;
      links = make_chain (n, TRUE, start, to, weight);
      g_assert_true (cj_laplacian_vectors (&links, 2, 1, values, vectors));
      for (int k = 0; k < 2; k++)
        g_assert_cmpfloat_with_epsilon (values[k], 1 - cos (2 * G_PI / (double) n), 1e-8);
    }
}

/* Nodes 0, 2, 4 ... and 1, 3, 5 ... are linked in two chains, and the last is alone. */
static void
test_parts (void)
{
  const guint start[] = { 0, 1, 2, 4, 5, 6, 6 }, to[] = { 2, 3, 0, 4, 1, 2 };
  const float weight[] = { 1, 1, 1, 1, 1, 1 };
  const CjLinks links = { 6, start, to, weight };
  const guint known[] = { 0, 1, 0, 1, 0, 2 };
  guint part[6];

  g_assert_cmpuint (cj_links_find_parts (&links, part), ==, 3);
  g_assert_cmpmem (part, sizeof part, known, sizeof known);
}

/* Samples along a line that winds in the plane: the smoothest function on their graph unwinds it, which
 * no projection does. Of clusters that no link joins each lies alone. */
static void
test_umap_starts (void)
{
  const gint64 n = 300;
  const CjShape shape = cj_shape2 (n, 2);
  g_autoptr (CjTensor) spiral = cj_tensor_new (CJ_FLOAT32, &shape);
  g_autoptr (CjTensor) clusters = make_clusters (120, 6, 4), start = NULL;
  CjUmapOptions options;

  for (gint64 i = 0; i < n; i++)
    {
      const double turn = 3 * G_PI * sqrt (0.1 + 0.9 * (double) i / (double) n);

      cj_tensor_f32 (spiral)[2 * i] = (float) (turn * cos (turn));
      cj_tensor_f32 (spiral)[2 * i + 1] = (float) (turn * sin (turn));
    }
  cj_umap_options_init (&options);
  options.n_neighbours = 6;
  for (guint kind = 0; kind < CJ_UMAP_N_STARTS; kind++)
    {
      g_autoptr (CjTensor) y = NULL, again = NULL, map = NULL;
      const float *v;
      int turns = 0;
      double most = 0;

      options.start = (CjUmapStart) kind;
      y = cj_umap_begin (spiral, &options);
      again = cj_umap_begin (spiral, &options);
      g_assert_cmpmem (y->data, cj_tensor_bytes (y), again->data, cj_tensor_bytes (again));
      v = cj_tensor_f32 (y);
      for (gint64 i = 0; i < 2 * n; i++)
        most = MAX (most, fabs (v[i]));
      g_assert_cmpfloat_with_epsilon (most, 10, 0.1);
      for (gint64 i = 40; i + 40 < n; i += 10) /* does the first axis go back? */
        turns += (v[2 * i + 20] - v[2 * i]) * (v[2 * i] - v[2 * i - 20]) < 0;
      if (kind == CJ_UMAP_SPECTRAL)
        g_assert_cmpint (turns, ==, 0);
      else
        g_assert_cmpint (turns, >, 0);
      map = cj_umap (clusters, &options, NULL, NULL);
      g_assert_cmpfloat (purity (map, 4), >, 0.97);
    }
  options.start = CJ_UMAP_SPECTRAL;
  start = cj_umap_begin (clusters, &options);
  g_assert_cmpfloat (purity (start, 4), >, 0.97);
}

/* Samples that are all the same, and fewer than there should be neighbours. */
static void
test_umap_odd (void)
{
  const CjShape same = cj_shape2 (9, 3), thin = cj_shape2 (4, 1);
  g_autoptr (CjTensor) a = cj_tensor_new (CJ_FLOAT32, &same);
  g_autoptr (CjTensor) b = cj_tensor_new (CJ_FLOAT32, &thin);
  g_autoptr (CjTensor) first = NULL, second = NULL;
  CjUmapOptions options;

  cj_umap_options_init (&options);
  for (int i = 0; i < 4; i++)
    cj_tensor_f32 (b)[i] = (float) i;
  first = cj_umap (a, &options, NULL, NULL);
  second = cj_umap (b, &options, NULL, NULL);
  for (int i = 0; i < 18; i++)
    g_assert_true (isfinite (cj_tensor_f32 (first)[i]));
  for (int i = 0; i < 8; i++)
    g_assert_true (isfinite (cj_tensor_f32 (second)[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/explain/gram/distances", test_distances);
  g_test_add_func ("/engine/explain/gram/cholesky", test_cholesky);
  g_test_add_func ("/engine/explain/pca/line", test_pca_line);
  g_test_add_func ("/engine/explain/pca/distances", test_pca_distances);
  g_test_add_func ("/engine/explain/tsne", test_tsne);
  g_test_add_func ("/engine/explain/tsne/odd", test_tsne_odd);
  g_test_add_func ("/engine/explain/umap", test_umap);
  g_test_add_func ("/engine/explain/umap/curve", test_umap_curve);
  g_test_add_func ("/engine/explain/umap/scale", test_umap_scale);
  g_test_add_func ("/engine/explain/spectral/laplacian", test_laplacian);
  g_test_add_func ("/engine/explain/spectral/parts", test_parts);
  g_test_add_func ("/engine/explain/umap/starts", test_umap_starts);
  g_test_add_func ("/engine/explain/umap/odd", test_umap_odd);
  return g_test_run ();
}
