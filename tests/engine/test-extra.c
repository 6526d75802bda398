/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operators of imported models, by small sums that can be done by hand. The standard's own cases are run by
 * lab/test-onnx.c where they are. */
#include "cj-error.h"
#include "cj-extra.h"

#include <math.h>
#include <string.h>

static CjArray *
new_floats (guint n_dims, const gint64 *d, const double *numbers)
{
  const CjDims dims = cj_dims (n_dims, d);
  CjArray *array = cj_array_new (CJ_ARRAY_F32, &dims, NULL);

  cj_array_write (array, 0, array->size, numbers);
  return array;
}

static CjExtraNode *
new_node (const char *op, gint64 opset)
{
  return cj_extra_node_new (op, opset);
}

static void
set_int (CjExtraNode *node, const char *name, gint64 i)
{
  CjAttr *attr = cj_attr_new (name, CJ_ATTR_INT);

  attr->i = i;
  g_ptr_array_add (node->attrs, attr);
}

static void
set_ints (CjExtraNode *node, const char *name, guint n, const gint64 *ints)
{
  CjAttr *attr = cj_attr_new (name, CJ_ATTR_INTS);

  attr->n = n;
  attr->ints = g_memdup2 (ints, n * sizeof *ints);
  g_ptr_array_add (node->attrs, attr);
}

/* Runs a node with one result, which must have these numbers. */
static void
expect (const CjExtraNode *node, guint n_in, CjArray *const *in, guint n, const double *numbers)
{
  g_autoptr (GError) error = NULL;
  CjArray *out = NULL;

  g_assert_true (cj_extra_run (node, n_in, in, 1, &out, &error));
  g_assert_no_error (error);
  g_assert_cmpint (out->size, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (cj_array_get (out, i), numbers[i], 1e-5);
  cj_array_unref (out);
}

static void
refuse (const CjExtraNode *node, guint n_in, CjArray *const *in, int code)
{
  g_autoptr (GError) error = NULL;
  CjArray *out = NULL;

  g_assert_false (cj_extra_run (node, n_in, in, 1, &out, &error));
  g_assert_error (error, CJ_ERROR, code);
  g_assert_nonnull (strstr (error->message, node->op));
  g_assert_null (out);
}

static void
test_broadcast (void)
{
  const gint64 tall[] = { 2, 1 }, wide[] = { 3 }, other[] = { 2 };
  g_autoptr (CjArray) a = new_floats (2, tall, (double[]){ 10, 20 });
  g_autoptr (CjArray) b = new_floats (1, wide, (double[]){ 1, 2, 3 });
  g_autoptr (CjArray) c = new_floats (1, other, (double[]){ 1, 2 });
  g_autoptr (CjExtraNode) add = new_node ("Add", 13);
  CjArray *in[2] = { a, b };

  expect (add, 2, in, 6, (double[]){ 11, 12, 13, 21, 22, 23 });
  in[0] = c;
  refuse (add, 2, in, CJ_ERROR_SHAPE);
  in[1] = NULL;
  refuse (add, 2, in, CJ_ERROR_GRAPH);
}

/* What whole numbers must not do: divide by zero, run over. */
static void
test_whole (void)
{
  g_autoptr (CjArray) a = cj_array_new_ints ((gint64[]){ 7, -7, G_MININT64, 5 }, 4);
  g_autoptr (CjArray) b = cj_array_new_ints ((gint64[]){ 2, 2, -1, 0 }, 4);
  g_autoptr (CjExtraNode) divide = new_node ("Div", 13), rest = new_node ("Mod", 13);
  CjArray *in[2] = { a, b }, *out = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (cj_extra_run (divide, 2, in, 1, &out, &error));
  g_assert_cmpint (cj_array_get_int (out, 0), ==, 3);
  g_assert_cmpint (cj_array_get_int (out, 1), ==, -3);
  g_assert_cmpint (cj_array_get_int (out, 2), ==, G_MININT64);
  g_assert_cmpint (cj_array_get_int (out, 3), ==, 0);
  g_clear_pointer (&out, cj_array_unref);
  expect (rest, 2, in, 4, (double[]){ 1, 1, 0, 0 });
}

/* The same operator in two versions: axes were an attribute, keys changed. */
static void
test_versions (void)
{
  const gint64 d[] = { 2, 2 }, axes[] = { 1 };
  g_autoptr (CjArray) x = new_floats (2, d, (double[]){ 1, 2, 3, 4 });
  g_autoptr (CjArray) axis = cj_array_new_ints (axes, 1);
  g_autoptr (CjExtraNode) old = new_node ("ReduceSum", 11), new = new_node ("ReduceSum", 13);
  g_autoptr (CjExtraNode) soft_old = new_node ("Softmax", 11), unknown = new_node ("Foo", 13);
  CjArray *in[2] = { x, axis };
  const double e = exp (-1) / (1 + exp (-1));

  set_ints (old, "axes", 1, axes);
  expect (old, 1, in, 2, (double[]){ 3, 7 });
  expect (new, 2, in, 2, (double[]){ 3, 7 });
  set_int (soft_old, "axis", 1);
  expect (soft_old, 1, in, 4, (double[]){ e, 1 - e, e, 1 - e });
  refuse (unknown, 1, in, CJ_ERROR_PARAM);
}

/* Sums over windows: a kernel of ones on 1 .. 9, and what is added back by its transpose. */
static void
test_convolution (void)
{
  const gint64 picture[] = { 1, 1, 3, 3 }, kernel[] = { 1, 1, 2, 2 };
  g_autoptr (CjArray) x = new_floats (4, picture, (double[]){ 1, 2, 3, 4, 5, 6, 7, 8, 9 });
  g_autoptr (CjArray) w = new_floats (4, kernel, (double[]){ 1, 1, 1, 1 });
  g_autoptr (CjExtraNode) conv = new_node ("Conv", 11), back = new_node ("ConvTranspose", 11);
  CjArray *in[2] = { x, w };

  expect (conv, 2, in, 4, (double[]){ 12, 16, 24, 28 });
  expect (back, 2, in, 16, (double[]){ 1, 3, 5, 3, 5, 12, 16, 9, 11, 24, 28, 15, 7, 15, 17, 9 });
}

/* Indices outside are refused, whatever operator takes them. */
static void
test_indices (void)
{
  const gint64 d[] = { 3 };
  g_autoptr (CjArray) x = new_floats (1, d, (double[]){ 5, 6, 7 });
  g_autoptr (CjArray) good = cj_array_new_ints ((gint64[]){ 2, -3 }, 2);
  g_autoptr (CjArray) bad = cj_array_new_ints ((gint64[]){ 3 }, 1);
  g_autoptr (CjArray) far = cj_array_new_ints ((gint64[]){ G_MININT64 }, 1);
  g_autoptr (CjExtraNode) gather = new_node ("Gather", 13);
  g_autoptr (CjExtraNode) elements = new_node ("GatherElements", 13);
  CjArray *in[2] = { x, good };

  expect (gather, 2, in, 2, (double[]){ 7, 5 });
  expect (elements, 2, in, 2, (double[]){ 7, 5 });
  in[1] = bad;
  refuse (gather, 2, in, CJ_ERROR_SHAPE);
  refuse (elements, 2, in, CJ_ERROR_SHAPE);
  in[1] = far;
  refuse (gather, 2, in, CJ_ERROR_SHAPE);
}

/* A shape from a file is refused before there is memory for it. */
static void
test_large (void)
{
  g_autoptr (CjArray) shape = cj_array_new_ints ((gint64[]){ 1 << 20, 1 << 20 }, 2);
  g_autoptr (CjArray) negative = cj_array_new_ints ((gint64[]){ -1 }, 1);
  g_autoptr (CjExtraNode) fill = new_node ("ConstantOfShape", 9);

  refuse (fill, 1, &shape, CJ_ERROR_MEMORY);
  refuse (fill, 1, &negative, CJ_ERROR_MEMORY);
}

/* Halves there and back, all of them. */
static void
test_halves (void)
{
  const gint64 d = 65536;
  const CjDims dims = cj_dims (1, &d);
  g_autoptr (CjArray) half = cj_array_new (CJ_ARRAY_F16, &dims, NULL);
  g_autoptr (CjArray) wide = NULL, back = NULL;

  for (guint i = 0; i < 65536; i++)
    ((guint16 *) half->data)[i] = (guint16) i;
  wide = cj_array_cast (half, CJ_ARRAY_F32, NULL);
  back = cj_array_cast (wide, CJ_ARRAY_F16, NULL);
  for (guint i = 0; i < 65536; i++)
    if ((i & 0x7c00) != 0x7c00 || (i & 0x3ff) == 0)
      g_assert_cmpint (((guint16 *) back->data)[i], ==, i);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/ops/extra/broadcast", test_broadcast);
  g_test_add_func ("/engine/ops/extra/whole", test_whole);
  g_test_add_func ("/engine/ops/extra/versions", test_versions);
  g_test_add_func ("/engine/ops/extra/convolution", test_convolution);
  g_test_add_func ("/engine/ops/extra/indices", test_indices);
  g_test_add_func ("/engine/ops/extra/large", test_large);
  g_test_add_func ("/engine/ops/extra/halves", test_halves);
  return g_test_run ();
}
