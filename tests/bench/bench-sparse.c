/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When a sparse product pays: y = W x of a layer whose synapses were pruned at random, dense as the engine
 * computes it and by rows of what is left (compressed sparse rows). Processor time of one thread, the best
 * of several; prints the tables of docs/performance.md, the second of whole programs. U units, I inputs, N
 * samples. */
#include "cj-gemm.h"
#include "cj-math.h"
#include "cj-program-sparse.h"
#include "cj-rng.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define N_TRIES 7
#define SECONDS 0.03 /* a try, at least */

typedef struct
{
  gint64 u, i, n;
  float *w, *x, *x_t, *y; /* [U, I], [N, I], [I, N], [U, N] */
  float *values;
  gint32 *columns, *rows; /* what is left, and where each row begins */
  float *scratch;
} Layer;

static double
get_time (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (double) t.tv_sec + (double) t.tv_nsec / 1e9;
}

static void
thin (Layer *l, double sparsity)
{
  CjRng rng;
  gint32 n = 0;

  cj_rng_init (&rng, 1, CJ_RNG_TEST, 0);
  for (gint64 u = 0; u < l->u; u++)
    {
      l->rows[u] = n;
      for (gint64 i = 0; i < l->i; i++)
        {
          float *w = &l->w[u * l->i + i];

          *w = cj_rng_uniform (&rng) < (float) sparsity ? 0 : cj_rng_normal (&rng);
          if (*w == 0)
            continue;
          l->values[n] = *w;
          l->columns[n++] = (gint32) i;
        }
    }
  l->rows[l->u] = n;
}

CJ_CLONES static float
dot (const float *restrict a, const float *restrict b, gint64 n)
{
  float lanes[16] = { 0 }, sum = 0;
  gint64 i = 0;

  for (; i + 16 <= n; i += 16)
    for (guint k = 0; k < 16; k++)
      lanes[k] += a[i + k] * b[i + k];
  for (; i < n; i++)
    sum += a[i] * b[i];
  for (guint k = 0; k < 16; k++)
    sum += lanes[k];
  return sum;
}

static void
run_dense (Layer *l)
{
  const CjGemmMatrix w = { l->w, l->i, 1 }, x = { l->x, l->i, 1 };

  if (l->n > 1)
    cj_gemm (l->u, l->n, l->i, (CjGemmOperand){ cj_gemm_pack_matrix, &w },
             (CjGemmOperand){ cj_gemm_pack_matrix, &x }, l->y, l->n, FALSE, l->scratch);
  for (gint64 u = 0; l->n == 1 && u < l->u; u++)
    l->y[u] = dot (l->w + u * l->i, l->x, l->i);
}

/* Of one sample: four sums at a time, since the places are anywhere. */
CJ_CLONES static void
run_sparse_one (Layer *l)
{
  for (gint64 u = 0; u < l->u; u++)
    {
      float sums[4] = { 0 };
      gint32 k = l->rows[u];

      for (; k + 4 <= l->rows[u + 1]; k += 4)
        for (guint j = 0; j < 4; j++)
          sums[j] += l->values[k + (gint32) j] * l->x[l->columns[k + (gint32) j]];
      for (; k < l->rows[u + 1]; k++)
        sums[0] += l->values[k] * l->x[l->columns[k]];
      l->y[u] = sums[0] + sums[1] + sums[2] + sums[3];
    }
}

/* Of many samples side by side: one weight is heard by all of them. */
CJ_CLONES static void
run_sparse_many (Layer *l)
{
  for (gint64 u = 0; u < l->u; u++)
    {
      float *restrict y = l->y + u * l->n;

      memset (y, 0, sizeof (float) * (gsize) l->n);
      for (gint32 k = l->rows[u]; k < l->rows[u + 1]; k++)
        {
          const float *restrict x = l->x_t + l->columns[k] * l->n;
          const float v = l->values[k];

          for (gint64 j = 0; j < l->n; j++)
            y[j] += v * x[j];
        }
    }
}

static double
measure (Layer *l, void (*run) (Layer *))
{
  double best = INFINITY;

  for (guint try = 0; try < N_TRIES; try++)
    {
      const double begin = get_time ();
      guint n = 0;

      do
        run (l);
      while (++n < 3 || get_time () - begin < SECONDS);
      best = fmin (best, (get_time () - begin) / n);
    }
  return best;
}

static void
layer_init (Layer *l, gint64 u, gint64 i, gint64 n)
{
  CjRng rng;

  *l = (Layer){ .u = u, .i = i, .n = n };
  l->w = g_new (float, u *i);
  l->x = g_new (float, n *i);
  l->x_t = g_new (float, n *i);
  l->y = g_new (float, u *n);
  l->values = g_new (float, u *i + 4);
  l->columns = g_new (gint32, u * i + 4);
  l->rows = g_new (gint32, u + 1);
  l->scratch = g_new (float, CJ_GEMM_SCRATCH);
  cj_rng_init (&rng, 2, CJ_RNG_TEST, 0);
  for (gint64 k = 0; k < n; k++)
    for (gint64 j = 0; j < i; j++)
      l->x[k * i + j] = l->x_t[j * n + k] = cj_rng_normal (&rng);
}

static void
layer_clear (Layer *l)
{
  g_free (l->w);
  g_free (l->x);
  g_free (l->x_t);
  g_free (l->y);
  g_free (l->values);
  g_free (l->columns);
  g_free (l->rows);
  g_free (l->scratch);
}

/* --- whole programs that answer --- */

/* Processor time of a forward through LeNet-300-100, microseconds. */
static double
measure_program (gint64 n, double share, gboolean rows)
{
  const CjDataSpec spec = { .batch = n, .x_shape = cj_shape1 (784), .n_classes = 10 };
  const char *const sparse[] = { "dense1.weight", "dense2.weight", NULL };
  g_autoptr (CjGraph) graph = cj_graph_new ();
  g_autoptr (CjProgram) program = NULL;
  double best = INFINITY;
  CjRng rng;

  cj_graph_add_chain (
      graph, NULL, "input, dense 300 activation=relu, dense 100 activation=relu, dense 10", NULL);
  program = rows ? cj_program_new_sparse (graph, &spec, 1, sparse, NULL)
                 : cj_program_new (graph, CJ_PURPOSE_INFER, &spec, 1, NULL);
  cj_program_init (program, 1);
  cj_rng_init (&rng, 3, CJ_RNG_TEST, 0);
  for (guint k = 0; sparse[k] != NULL; k++)
    {
      const CjProgramParam *param = cj_program_find_param (program, sparse[k]);
      float *w = cj_program_get_param_data (program, param);

      for (gint64 i = 0; i < param->size; i++)
        w[i] = cj_rng_uniform (&rng) < (float) share ? 0 : w[i];
    }
  for (guint try = 0; try < N_TRIES; try++)
    {
      const double begin = get_time ();
      guint runs = 0;

      do
        cj_program_forward (program, FALSE, n, 0, 0);
      while (++runs < 8 || get_time () - begin < SECONDS);
      best = fmin (best, (get_time () - begin) / runs);
    }
  return best * 1e6;
}

static void
print_programs (void)
{
  static const double shares[] = { 0.9, 0.92, 0.95, 0.98, 0.99 };

  printf ("\n| samples | dense µs |");
  for (guint s = 0; s < G_N_ELEMENTS (shares); s++)
    printf (" %.0f %% |", shares[s] * 100);
  printf ("\n| --- | --- | --- | --- | --- | --- | --- |\n");
  for (gint64 n = 1; n <= 64; n *= 8)
    {
      printf ("| %d | %.1f |", (int) n, measure_program (n, 0, FALSE));
      for (guint s = 0; s < G_N_ELEMENTS (shares); s++)
        {
          printf (" %.2f |",
                  measure_program (n, shares[s], FALSE) / measure_program (n, shares[s], TRUE));
          fflush (stdout);
        }
      printf ("\n");
    }
}

int
main (int argc, char **argv)
{
  static const gint64 layers[][2] = { { 300, 784 }, { 100, 300 }, { 1000, 1000 }, { 4096, 4096 } };
  static const double shares[] = { 0.5, 0.8, 0.9, 0.95, 0.98, 0.99 };

  if (argc > 1 && strcmp (argv[1], "programs") == 0)
    {
      print_programs ();
      return 0;
    }
  printf ("| layer | samples | dense µs |");
  for (guint s = 0; s < G_N_ELEMENTS (shares); s++)
    printf (" %.0f %% |", shares[s] * 100);
  printf ("\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (guint k = 0; k < G_N_ELEMENTS (layers); k++)
    for (gint64 n = 1; n <= 64; n *= 64)
      {
        Layer l;
        double dense;

        layer_init (&l, layers[k][0], layers[k][1], n);
        thin (&l, 0);
        dense = measure (&l, run_dense);
        printf ("| %d × %d | %d | %.1f |", (int) l.u, (int) l.i, (int) n, dense * 1e6);
        for (guint s = 0; s < G_N_ELEMENTS (shares); s++)
          {
            thin (&l, shares[s]);
            printf (" %.2f |", dense / measure (&l, n == 1 ? run_sparse_one : run_sparse_many));
            fflush (stdout);
          }
        printf ("\n");
        layer_clear (&l);
      }
  print_programs ();
  return 0;
}
