/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dense layers with OpenBLAS against the twin, against our own kernels, and left alone where it is not
 * needed. Without the library only the last is tested. */
#include "network.h"
#include "op-check.h"

#include "cj-isa.h"

#include <math.h>
#include <string.h>

#define WIDTH 4096 /* inputs and units of the smallest layer that is given to the library */
#define SAMPLES 512

/* No kink: where a sum is next to 0 both may be right. */
static const char chain[] = "dense 4096, tanh, dense 3, cross-entropy";

static gboolean
is_open (void)
{
  g_autofree char *maps = NULL;

  return g_file_get_contents ("/proc/self/maps", &maps, NULL, NULL)
         && strstr (maps, "libopenblas") != NULL;
}

static CjProgram *
train (gint64 samples, guint threads)
{
  CjProgram *program
      = network_compile (chain, CJ_PURPOSE_TRAIN, cj_shape1 (WIDTH), samples, 3, threads);

  cj_program_init (program, 5);
  network_fill (program, 3);
  cj_program_forward (program, TRUE, samples, 1, 1);
  cj_program_backward (program);
  return program;
}

/* One sample less, and the library is neither named nor opened. */
static void
test_small (void)
{
  g_autoptr (CjProgram) program = NULL;

  cj_blas_allow (TRUE);
  program = network_compile (chain, CJ_PURPOSE_TRAIN, cj_shape1 (WIDTH), SAMPLES - 1, 3, 1);
  g_assert_null (strstr (cj_program_get_plan (program), "openblas"));
  g_assert_false (is_open ());
}

static gboolean
has_library (void)
{
  cj_blas_allow (TRUE);
  if (cj_blas_get () != NULL)
    return TRUE;
  g_test_skip ("OpenBLAS (libopenblas.so.0, not of OpenMP) or AVX2 is not there");
  return FALSE;
}

static void
test_switch (void)
{
  if (!has_library ())
    return;
  g_assert_true (g_str_has_prefix (cj_blas_get_name (cj_blas_get ()), "openblas "));
  cj_blas_allow (FALSE);
  g_assert_null (cj_blas_get ());
}

/* Two chunks of units and two of inputs, the last not whole. */
static void
test_twin (void)
{
  const OpCheckInput in[3] = { { .shape = cj_shape2 (7, 523), .given = TRUE },
                               { .shape = cj_shape2 (541, 523), .given = TRUE },
                               { .shape = cj_shape1 (541), .given = TRUE } };

  if (!has_library ())
    return;
  op_check_blas = cj_blas_get ();
  op_check ("dense, OpenBLAS", &cj_op_dense, NULL, in, 2, 1);
  op_check ("dense with bias, OpenBLAS", &cj_op_dense, NULL, in, 3, 2);
  op_check ("dense and ReLU, OpenBLAS", &cj_op_dense_relu, NULL, in, 3, 3);
  op_check_blas = NULL;
}

/* The gradients of both are within `tolerance` of the largest of each tensor; 0: the same bits. */
static void
compare (CjProgram *a, CjProgram *b, double tolerance)
{
  for (guint p = 0; p < cj_program_get_n_params (a); p++)
    {
      const gint64 size = cj_program_get_param (a, p)->size;
      const float *x = cj_program_get_param_gradient (a, cj_program_get_param (a, p));
      const float *y = cj_program_get_param_gradient (b, cj_program_get_param (b, p));
      double largest = 0, apart = 0;

      for (gint64 j = 0; j < size; j++)
        {
          largest = fmax (largest, fabs (x[j]));
          apart = fmax (apart, fabs ((double) x[j] - y[j]));
        }
      g_assert_cmpfloat (largest, >, 0);
      g_assert_cmpfloat (apart, <=, tolerance * largest);
    }
}

static void
test_large (void)
{
  g_autoptr (CjProgram) one = NULL;
  g_autoptr (CjProgram) other = NULL;

  if (!has_library ())
    return;
  one = train (SAMPLES, 1);
  other = train (SAMPLES, 2);
  g_assert_true (g_str_has_suffix (cj_program_get_plan (one), cj_blas_get_name (cj_blas_get ())));
  compare (one, other, 0);
  g_clear_pointer (&other, cj_program_free);
  cj_blas_allow (FALSE);
  other = train (SAMPLES, 2);
  g_assert_null (strstr (cj_program_get_plan (other), "openblas"));
  compare (one, other, 1e-4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/tensor/blas/small", test_small);
  g_test_add_func ("/engine/tensor/blas/switch", test_switch);
  g_test_add_func ("/engine/tensor/blas/twin", test_twin);
  g_test_add_func ("/engine/tensor/blas/large", test_large);
  return g_test_run ();
}
