/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models with operators of onnxruntime, and with sequences: by hand what comes out, and that the canvas answers as the
 * evaluator does. */
#include "cj-error.h"
#include "cjl-onnx-import.h"
#include "onnx-text.h"

#include <math.h>
#include <string.h>

static void
compare (const char *name, const CjArray *a, const CjArray *b)
{
  double most = 0, away = 0;

  g_assert_true (cj_dims_equal (&a->dims, &b->dims));
  for (gint64 i = 0; i < a->size; i++)
    {
      most = fmax (most, fabs (cj_array_get (b, i)));
      away = fmax (away, fabs (cj_array_get (a, i) - cj_array_get (b, i)));
    }
  g_assert_cmpfloat (most, >, 0);
  if (!(away <= 1e-4 * most))
    g_test_fail_printf ("%s: off by %g of %g", name, away, most);
}

/* How many cards and placeholders stand among the layers. */
static guint
count_cards (const CjGraph *graph)
{
  guint n = 0;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];

      n += node->kept != NULL || g_str_equal (node->layer->id, "onnx-operator");
    }
  return n;
}

/* The canvas answers as the model does, with at most so many cards of one operator. */
static void
check (const char *name, const char *text, guint cards)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = onnx_text_print (text);
  g_autoptr (CjdOnnx) model = onnx_text_parse (text);
  g_autoptr (GPtrArray) inputs = onnx_text_inputs (model, 3), is = NULL, should = NULL;
  g_autoptr (CjlProject) project = cjl_onnx_parse (bytes, NULL, name, NULL, &error);

  g_assert_no_error (error);
  if (count_cards (project->graph) > cards)
    {
      for (guint i = 0; i < project->graph->nodes->len; i++)
        {
          const CjNode *node = project->graph->nodes->pdata[i];

          g_test_message ("%s: %s %s", name, node->id,
                          g_str_equal (node->layer->id, "onnx-operator")
                              ? (const char *) node->params
                              : node->layer->id);
        }
      g_test_fail_printf ("%s: %u cards", name, count_cards (project->graph));
    }
  should = cjl_onnx_run (model, (CjArray *const *) inputs->pdata, inputs->len, NULL, &error);
  if (should == NULL)
    g_error ("%s: %s", name, error->message);
  is = cjl_onnx_answer_on_canvas (model, (CjArray *const *) inputs->pdata, inputs->len, &error);
  if (is == NULL)
    g_error ("%s on the canvas: %s", name, error->message);
  g_assert_cmpuint (is->len, ==, should->len);
  for (guint k = 0; k < is->len; k++)
    compare (name, is->pdata[k], should->pdata[k]);
}

static void
test_fused (void)
{
  check ("conv",
         "in x -,2,6,6; w a 4,2,3,3; w b 4; com.microsoft.FusedConv x,a,b > p activation=Relu "
         "pads=1,1,1,1;"
         "w c 4,4,1,1; com.microsoft.FusedConv p,c,-,x4 > q; Flatten q > y axis=1; out y;"
         "w d 4,2,1,1; Conv x,d > x4",
         1);
  check ("gemm",
         "in x -,6; w a 6,5; w b 5; com.microsoft.FusedGemm x,a,b > p activation=Tanh;"
         "w c 4,5; com.microsoft.FusedMatMul p,d > q alpha=0.5; w d 5,3;"
         "com.microsoft.FusedMatMul p,c > r transB=1; Concat q,r > y axis=1; out y",
         1);
  check ("gelu",
         "in x -,6; w b 6; w u 6,6; com.microsoft.Gelu x > p; MatMul p,u > q;"
         "com.microsoft.BiasGelu q,b > r; com.microsoft.FastGelu r > s; MatMul s,u > t;"
         "com.microsoft.FastGelu t,b > y; out y",
         0);
  check ("quick gelu", "in x -,6; w w 6,4; MatMul x,w > t; com.microsoft.QuickGelu t > y; out y",
         1);
  check ("skip",
         "in x -,5,6; w s 6; w b 6; w w 6,6; MatMul x,w > z;"
         "com.microsoft.SkipLayerNormalization x,z,s,b > y epsilon=0.001; out y",
         0);
  check ("rms",
         "in x -,5,6; w s 6; com.microsoft.SkipSimplifiedLayerNormalization x,x,s > y "
         "epsilon=0.001; out y",
         1);
}

static void
test_heads (void)
{
  check ("attention",
         "in x -,5,6; w w 6,18; w b 18; com.microsoft.Attention x,w,b > p num_heads=2;"
         "w v 6,4; MatMul p,v > y; out y",
         1);
  check ("several",
         "in x -,5,6; w q 6,6; w k 6,6; w v 6,6; MatMul x,q > a; MatMul x,k > b; MatMul x,v > c;"
         "com.microsoft.MultiHeadAttention a,b,c > y num_heads=3; out y",
         1);
  check ("shared",
         "in x -,5,8; w q 8,8; w k 8,4; w v 8,4; MatMul x,q > a; MatMul x,k > b; MatMul x,v > c;"
         "l last 4,4,4; l n 5; com.microsoft.GroupQueryAttention a,b,c,-,-,last,n,-,-,-,-,- > y "
         "num_heads=2 kv_num_heads=1; out y",
         1);
}

#define HALF "n s 0.05; u8 z 128; "
static void
test_few_bits (void)
{
  check ("sum",
         HALF "in x -,6; QuantizeLinear x,s,z > a; n t 0.03; u8 o 100;"
              "com.microsoft.QLinearMul a,s,z,a,s,z,t,o > b;"
              "com.microsoft.QLinearAdd a,s,z,b,t,o,s,z > c; DequantizeLinear c,s,z > y; out y",
         0);
  check ("one",
         HALF "in x -,6; QuantizeLinear x,s,z > a; n t 0.00390625; u8 o 0;"
              "com.microsoft.QLinearSigmoid a,s,z,t,o > b; com.microsoft.QLinearLeakyRelu "
              "a,s,z,s,z > c alpha=0.1; com.microsoft.QLinearConcat s,z,b,t,o,c,s,z > d axis=1;"
              "DequantizeLinear d,s,z > y; out y",
         0);
  check ("pool",
         HALF "in x -,2,4,4; QuantizeLinear x,s,z > a; com.microsoft.QLinearGlobalAveragePool "
              "a,s,z,s,z > b; DequantizeLinear b,s,z > c; Flatten c > y axis=1; out y",
         0);
  check ("gemm",
         HALF "in x -,6; QuantizeLinear x,s,z > a; int8 w 6,4; n t 0.01; i8 o 0;"
              "com.microsoft.QGemm a,s,z,w,t,o,-,s,z > b; DequantizeLinear b,s,z > y; out y",
         0);
  check ("dynamic",
         "in x -,6; int8 w 6,4; n t 0.01; i8 o 0; w b 4;"
         "com.microsoft.DynamicQuantizeMatMul x,w,t,o,b > y; out y",
         1);
}

/* Functions that ask whether an input was given, once with it and once without. */
static void
test_optional (void)
{
  check ("asked",
         "function Dense x,w,b > y {MatMul x,w > p; OptionalHasElement b > h; If h > y "
         "{Add p,b > q; out q|Identity p > r; out r}};"
         "in x -,6; w w 6,4; w v 4,3; w b 4; mine.Dense x,w,b > p; Tanh p > q; mine.Dense q,v > y;"
         "out y",
         4);
}

static void
test_sequences (void)
{
  check ("joined",
         "in x -,6; Relu x > a; Tanh x > b; SequenceConstruct a,b > s; SequenceInsert s,x > t;"
         "ConcatFromSequence t > y axis=1; out y",
         0);
  check ("stacked",
         "in x -,6; Relu x > a; Tanh x > b; SequenceEmpty > e; SequenceInsert e,a > s;"
         "SequenceInsert s,b > t; ConcatFromSequence t > y axis=1 new_axis=1; out y",
         0);
  check ("one of them",
         "in x -,6; Relu x > a; Tanh x > b; SequenceConstruct a,b > s; l i -1; SequenceAt s,i > y;"
         "out y",
         0);
  check ("parts",
         "in x -,4,6; SplitToSequence x > s axis=1 keepdims=0; n k 0; Cast k > j to=7;"
         "SequenceAt s,j > y; out y",
         0);
}

/* A row of numbers in, one answer; the text reads x. */
static CjArray *
answer (const char *text, const double *numbers, guint n)
{
  g_autoptr (CjdOnnx) model = onnx_text_parse (text);
  g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) cj_array_unref),
                        outputs = NULL;
  g_autoptr (GError) error = NULL;
  const CjDims dims = { 1, { n } };
  CjArray *x = cj_array_new (CJ_ARRAY_F32, &dims, NULL);

  cj_array_write (x, 0, n, numbers);
  g_ptr_array_add (inputs, x);
  outputs = cjl_onnx_run (model, (CjArray *const *) inputs->pdata, 1, NULL, &error);
  if (outputs == NULL)
    {
      g_test_message ("%s", error->message);
      return NULL;
    }
  return cj_array_ref (outputs->pdata[0]);
}

static void
expect (const char *text, guint n, const double *should)
{
  g_autoptr (CjArray) y = answer (text, (const double[]){ 1, 2, 3, 4, 5 }, 5);

  g_assert_nonnull (y);
  g_assert_cmpint (y->size, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpfloat (cj_array_get (y, i), ==, should[i]);
}

static void
test_lists (void)
{
  expect ("in x 5; l n 2,3; SplitToSequence x,n > s; l i -1; SequenceAt s,i > y; out y", 3,
          (const double[]){ 3, 4, 5 });
  expect (
      "in x 5; l n 2,3; SplitToSequence x,n > s; SequenceErase s > t; SequenceLength t > y; out "
      "y",
      1, (const double[]){ 1 });
  expect (
      "in x 5; SplitToSequence x > s; l i 1; SequenceErase s,i > t; l j 0; SequenceInsert t,x,j "
      "> u; ConcatFromSequence u > y axis=0; out y",
      9, (const double[]){ 1, 2, 3, 4, 5, 1, 3, 4, 5 });
  expect ("in x 5; Optional > o; OptionalHasElement o > y; out y", 1, (const double[]){ 0 });
  expect ("in x 5; Optional x > o; OptionalGetElement o > y; out y", 5,
          (const double[]){ 1, 2, 3, 4, 5 });
  /* a list that grows as a loop goes round */
  expect ("in x 5; n r 3; Cast r > n to=7; b c 1; SequenceEmpty > e; Loop n,c,e > s "
          "{in i; in k; in t; SequenceInsert t,x > u; Identity k > l; out l; out u};"
          "SequenceLength s > y; out y",
          1, (const double[]){ 3 });
  /* a value that is not there before the first round */
  expect ("in x 5; n r 2; Cast r > n to=7; b c 1; Loop n,c,-,x > o,y "
          "{in i; in k; in s; in t; Identity k > l; OptionalHasElement s > h; If h > u "
          "{Add t,t > p; out p|Neg t > q; out q}; Identity t > v; out l; out v; out u};"
          "out y",
          5, (const double[]){ -2, -4, -6, -8, -10 });
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "in x 5; Optional > o; OptionalGetElement o > y; out y",
    "in x 5; SequenceConstruct x,x > s; Relu s > y; out y",
    "in x 5; SequenceConstruct x,x > s; l i 2; SequenceAt s,i > y; out y",
    "in x 5; SequenceConstruct x,x > s; l i -3; SequenceErase s,i > y; out y",
    "in x 5; SequenceAt x,x > y; out y",
    "in x 5; SequenceEmpty > s; ConcatFromSequence s > y axis=0; out y",
    "in x 5; SequenceEmpty > s dtype=99; SequenceLength s > y; out y",
    "in x 5; SequenceConstruct x,x > s; ConcatFromSequence s > y axis=7; out y",
    "in x 5; SequenceConstruct x,x > s; SequenceConstruct s,s > y; out y",
    "in x 5; l n 2,4; SplitToSequence x,n > s; SequenceLength s > y; out y",
    "in x 5; l n 6,-1; SplitToSequence x,n > s; SequenceLength s > y; out y",
    "in x 5; SplitToSequence x > s axis=1; SequenceLength s > y; out y",
    "in x 5; SequenceLength > y; out y",
    "in x 5; com.microsoft.NoSuchThing x > y; out y",
    "in x 5; com.microsoft.Relu x > y; out y",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (CjArray) y = answer (texts[i], (const double[]){ 1, 2, 3, 4, 5 }, 5);

      if (y != NULL)
        g_test_fail_printf ("it runs: %s", texts[i]);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/onnx-others/fused", test_fused);
  g_test_add_func ("/lab/onnx-others/heads", test_heads);
  g_test_add_func ("/lab/onnx-others/few-bits", test_few_bits);
  g_test_add_func ("/lab/onnx-others/optional", test_optional);
  g_test_add_func ("/lab/onnx-others/sequences", test_sequences);
  g_test_add_func ("/lab/onnx-others/lists", test_lists);
  g_test_add_func ("/lab/onnx-others/refused", test_refused);
  return g_test_run ();
}
