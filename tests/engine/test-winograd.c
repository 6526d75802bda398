/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Winograd's convolution against plain loops in double precision: how exact it is, at sizes that leave
 * tiles and vectors half empty; the op by it and without it; and the word in the plan. */
#include "network.h"
#include "op-check.h"

#include "cj-isa.h"
#include "cj-winograd.h"

#include <math.h>
#include <string.h>

/* Root mean square and largest error over the root mean square of the result: what is written in
 * conv2d-winograd.c, with some room. */
#define COMMON_ERROR 4e-6
#define LARGEST_ERROR 6e-5

typedef struct
{
  gint64 n;
  CjWinograd g;
  gboolean relu;
} Case;

static const Case cases[] = {
  { 1, { 1, 1, 1, 1, 1, 1, 1, 1 }, FALSE },    { 3, { 19, 5, 9, 1, 1, 37, 5, 9 }, FALSE },
  { 2, { 32, 7, 7, 1, 1, 64, 7, 7 }, TRUE },   { 1, { 32, 26, 26, 0, 0, 64, 24, 24 }, FALSE },
  { 2, { 33, 6, 8, 3, 0, 16, 10, 8 }, TRUE },  { 2, { 5, 6, 8, 2, 5, 48, 6, 16 }, TRUE },
  { 3, { 128, 8, 8, 1, 1, 96, 8, 8 }, FALSE }, { 4, { 70, 16, 16, 1, 1, 100, 16, 16 }, TRUE },
};

typedef struct
{
  const Case *c;
  gint64 nx, ny, nw;
  float *x, *w, *bias, *dy;     /* drawn */
  float *y, *dx, *dw, *db;      /* computed, dw as w */
  double *y2, *dx2, *dw2, *db2; /* by plain loops */
} Trial;

static float *
draw (CjRng *rng, gint64 n, double scale)
{
  float *x = g_new (float, n);

  for (gint64 i = 0; i < n; i++)
    x[i] = (float) scale * cj_rng_normal (rng);
  return x;
}

static Trial
new_trial (const Case *c)
{
  const CjWinograd *g = &c->g;
  Trial t = { .c = c,
              .nx = c->n * g->h * g->w * g->c,
              .ny = c->n * g->oh * g->ow * g->o,
              .nw = g->o * g->c * 9 };
  CjRng rng;

  cj_rng_init (&rng, 7, CJ_RNG_TEST, (guint64) t.nw);
  t.x = draw (&rng, t.nx, 1);
  t.w = draw (&rng, t.nw, 1 / sqrt (9.0 * (double) g->c));
  t.bias = draw (&rng, g->o, 1);
  t.dy = draw (&rng, t.ny, 1);
  t.y = g_new0 (float, t.ny);
  t.dx = g_new0 (float, t.nx);
  t.dw = g_new0 (float, t.nw);
  t.db = g_new0 (float, g->o);
  t.y2 = g_new0 (double, t.ny);
  t.dx2 = g_new0 (double, t.nx);
  t.dw2 = g_new0 (double, t.nw);
  t.db2 = g_new0 (double, g->o);
  return t;
}

static void
free_trial (Trial *t)
{
  gpointer all[]
      = { t->x, t->w, t->bias, t->dy, t->y, t->dx, t->dw, t->db, t->y2, t->dx2, t->dw2, t->db2 };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    g_free (all[i]);
}

static float *
pack (const CjWinograd *g, const float *w, gboolean turned, float *scratch)
{
  float *packed = g_aligned_alloc ((gsize) cj_winograd_count_weight (g), sizeof (float), 64);

  for (guint panel = 0; panel < cj_winograd_panels (g); panel++)
    cj_winograd_pack (g, w, turned, panel, packed, scratch);
  return packed;
}

/* [panel, 9 C + 1, width] to [O, C, 3, 3] and [O]. */
static void
unpack_gradient (Trial *t, const float *sums, gint64 width)
{
  const CjWinograd *g = &t->c->g;

  for (gint64 o = 0; o < g->o; o++)
    for (gint64 q = 0; q <= 9 * g->c; q++)
      {
        const float value = sums[(o / width * (9 * g->c + 1) + q) * width + o % width];

        if (q == 9 * g->c)
          t->db[o] = value;
        else
          t->dw[(o * g->c + q % g->c) * 9 + q / g->c] = value;
      }
}

static void
compute (Trial *t)
{
  const gint64 n = t->c->n;
  const CjWinograd *g = &t->c->g, turned = cj_winograd_turn (g);
  const CjKernel *kernel = cj_kernel_get (g->o);
  const gint64 width = MIN (cj_kernel_pad (kernel, g->o), 2 * kernel->lanes);
  const gint64 runs = MAX (cj_winograd_count_run (g, n), cj_winograd_count_run (&turned, n));
  const gint64 size = MAX (MAX (runs, cj_winograd_count_run_weight (g, n)), CJ_WINOGRAD_PACK);
  float *scratch = g_aligned_alloc ((gsize) size, sizeof (float), 64);
  float *there = pack (g, t->w, FALSE, scratch), *back = pack (&turned, t->w, TRUE, scratch);
  float *sums = g_new (float, cj_winograd_panels (g) * (9 * g->c + 1) * width);
  const float *mask = t->c->relu ? t->y : NULL;

  cj_winograd_run (g, &(CjWinogradRun){ t->x, NULL, there, t->bias, t->c->relu, FALSE, t->y }, n,
                   scratch);
  cj_winograd_run (&turned, &(CjWinogradRun){ t->dy, mask, back, NULL, FALSE, FALSE, t->dx }, n,
                   scratch);
  cj_winograd_run_weight (g, t->x, t->dy, mask, n, sums, scratch);
  unpack_gradient (t, sums, width);
  g_free (sums);
  g_aligned_free (there);
  g_aligned_free (back);
  g_aligned_free (scratch);
}

/* Output number `at`, and its share of the gradients. */
static void
compute_plain (Trial *t, gint64 at)
{
  const CjWinograd *g = &t->c->g;
  const gint64 o = at % g->o, column = at / g->o % g->ow, row = at / g->o / g->ow % g->oh;
  const gint64 n = at / g->o / g->ow / g->oh;
  /* where a sum is almost 0 the sign is that of the rounding */
  const double dy = t->c->relu && !(t->y[at] > 0) ? 0 : t->dy[at];
  double sum = t->bias[o];

  t->db2[o] += dy;
  for (gint64 k = 0; k < 9; k++)
    {
      const gint64 y = row + k / 3 - g->top, x = column + k % 3 - g->left;

      if (y < 0 || y >= g->h || x < 0 || x >= g->w)
        continue;
      for (gint64 c = 0; c < g->c; c++)
        {
          const gint64 i = ((n * g->h + y) * g->w + x) * g->c + c, j = (o * g->c + c) * 9 + k;

          sum += (double) t->w[j] * t->x[i];
          t->dx2[i] += dy * t->w[j];
          t->dw2[j] += dy * t->x[i];
        }
    }
  t->y2[at] = t->c->relu ? MAX (sum, 0) : sum;
}

static void
compare (const Case *c, const char *what, const float *fast, const double *slow, gint64 n)
{
  double errors = 0, squares = 0, largest = 0;

  for (gint64 i = 0; i < n; i++)
    {
      const double error = fabs (fast[i] - slow[i]);

      errors += error * error;
      squares += slow[i] * slow[i];
      largest = MAX (largest, error);
    }
  squares = sqrt (squares / (double) n);
  errors = sqrt (errors / (double) n) / squares;
  largest /= squares;
  g_test_message ("%d -> %d at %dx%d, %s: %.1e, largest %.1e", (int) c->g.c, (int) c->g.o,
                  (int) c->g.oh, (int) c->g.ow, what, errors, largest);
  g_assert_cmpfloat (errors, <, COMMON_ERROR);
  g_assert_cmpfloat (largest, <, LARGEST_ERROR);
}

static void
test_exact (gconstpointer data)
{
  Trial t = new_trial (data);

  compute (&t);
  for (gint64 i = 0; i < t.ny; i++)
    compute_plain (&t, i);
  compare (t.c, "forward", t.y, t.y2, t.ny);
  compare (t.c, "gradient of the input", t.dx, t.dx2, t.nx);
  compare (t.c, "of the weight", t.dw, t.dw2, t.nw);
  compare (t.c, "of the bias", t.db, t.db2, t.c->g.o);
  free_trial (&t);
}

/* Vectors of 8 and 16 floats give the same bits, as the plan promises. */
static void
test_width (gconstpointer data)
{
  const CjIsa isa = cj_isa_get ();
  Trial narrow = new_trial (data), wide = new_trial (data);
  const Trial *n = &narrow, *w = &wide;

  if (cj_isa_force (CJ_ISA_AVX512))
    {
      compute (&wide);
      cj_isa_force (CJ_ISA_AVX2);
      compute (&narrow);
      g_assert_cmpmem (n->y, (gsize) n->ny * 4, w->y, (gsize) w->ny * 4);
      g_assert_cmpmem (n->dx, (gsize) n->nx * 4, w->dx, (gsize) w->nx * 4);
      g_assert_cmpmem (n->dw, (gsize) n->nw * 4, w->dw, (gsize) w->nw * 4);
      g_assert_cmpmem (n->db, (gsize) n->c->g.o * 4, w->db, (gsize) w->c->g.o * 4);
      cj_isa_force (isa);
    }
  else
    g_test_skip ("The machine has no AVX-512.");
  free_trial (&narrow);
  free_trial (&wide);
}

/* The op in blocks of one sample and of two, with and without ReLU. */
static void
test_op (gconstpointer data)
{
  static const gint64 samples[] = { 2, 9 };
  const gboolean before = cj_conv2d_allows_winograd ();
  const CjConv2dAttrs attrs = { 3, 3, 1, 1, 1, 0, 2, 1, 1, 1, 1 };

  cj_conv2d_allow_winograd (GPOINTER_TO_INT (data));
  for (guint i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      const OpCheckInput in[3] = { { .shape = cj_shape4 (samples[i], 17, 10, 14), .given = TRUE },
                                   { .shape = cj_shape4 (20, 17, 3, 3), .given = TRUE },
                                   { .shape = cj_shape1 (20), .given = TRUE } };

      op_check ("winograd", &cj_op_conv2d, &attrs, in, 2, i);
      op_check ("winograd and ReLU", &cj_op_conv2d_relu, &attrs, in, 3, i);
    }
  cj_conv2d_allow_winograd (before);
}

static void
test_plan (void)
{
  const char *chain = "conv-2d filters=16 kernel=3 padding=1, relu, conv-2d filters=24 kernel=3 "
                      "padding=1, relu, flatten, dense 3, cross-entropy";
  const gboolean before = cj_conv2d_allows_winograd ();

  for (guint on = 0; on < 2; on++)
    {
      g_autoptr (CjProgram) program = NULL;

      cj_conv2d_allow_winograd (on == 1);
      program = network_compile (chain, CJ_PURPOSE_TRAIN, cj_shape3 (3, 12, 11), 5, 3, 2);
      g_assert_cmpint (g_str_has_suffix (cj_program_get_plan (program), ", winograd"), ==, on);
      cj_program_init (program, 5);
      network_fill (program, 3);
      network_check_gradients (program, chain, 2e-3);
    }
  cj_conv2d_allow_winograd (before);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *exact = g_strdup_printf ("/engine/ops/winograd/exact/%u", i);
      g_autofree char *width = g_strdup_printf ("/engine/ops/winograd/width/%u", i);

      g_test_add_data_func (exact, &cases[i], test_exact);
      g_test_add_data_func (width, &cases[i], test_width);
    }
  g_test_add_data_func ("/engine/ops/winograd/op/on", GINT_TO_POINTER (TRUE), test_op);
  g_test_add_data_func ("/engine/ops/winograd/op/off", GINT_TO_POINTER (FALSE), test_op);
  g_test_add_func ("/engine/ops/winograd/plan", test_plan);
  return g_test_run ();
}
