/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Models of others over pictures: which layers they become, and that these answer as the evaluator does. */
#include "onnx-canvas.h"

static void
test_borders (void)
{
  static const OnnxCase cases[] = {
    { "copies of the edge", "in x -,2,6,7; l p 0,0,1,2,0,0,3,0; Pad x,p > y mode=edge; out y",
      "pad-2d reshape" },
    { "reflected", "in x -,2,6,7; l p 0,0,1,2,0,0,3,0; Pad x,p > y mode=reflect; out y",
      "pad-2d reshape" },
    { "of another number", "in x -,2,6,7; l p 0,0,1,2,0,0,3,0; n v 0.5; Pad x,p,v > y; out y",
      "[Pad] reshape" },
    { "a window cut out", "in x -,2,6,7; l b 1,2; l e -1,7; l a 2,3; Slice x,b,e,a > y; out y",
      "pad-2d reshape" },
    { "every second row", "in x -,2,6,7; l b 0; l e 99; l a 2; l s 2; Slice x,b,e,a,s > y; out y",
      "[Slice] reshape" },
    { "every second pixel",
      "in x -,2,6,7; l b 0,0; l e 99,99; l a 2,3; l s 2,2; Slice x,b,e,a,s > y; out y",
      "reshape shortcut" },
    { "every second but the first",
      "in x -,2,6,7; l b 1,0; l e 99,99; l a 2,3; l s 2,2; Slice x,b,e,a,s > y; out y",
      "[Slice] reshape" },
    { "empty channels", "in x -,3,6,7; l p 0,1,0,0,0,2,0,0; Pad x,p > y; out y",
      "reshape shortcut" },
    { "more of them before than behind", "in x -,3,6,7; l p 0,2,0,0,0,1,0,0; Pad x,p > y; out y",
      "[Pad] reshape" },
    { "a token that is added with others",
      "in x -,5,4; l p 0,1,0,0,0,0; w a 6,4; Pad x,p > z; Add z,a > y; out y",
      "[Pad] learned-position" },
    { "a place behind the others", "in x -,5,4; l p 0,0,0,0,1,0; Pad x,p > y; out y", "[Pad]" },
  };

  onnx_canvas_check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_sizes (void)
{
#define SIZES                                                                                      \
  "in x -,2,6,7; l z 0; l two 2; l more 12,21; Shape x > sh; Slice sh,z,two > n; Concat n,more > " \
  "s axis=0;"
  static const OnnxCase cases[] = {
    { "nearest, as PyTorch 1 has it",
      SIZES "Resize x,-,-,s > y mode=nearest coordinate_transformation_mode=asymmetric "
            "nearest_mode=floor; out y",
      "reshape upsample" },
    { "nearest by the middles", SIZES "Resize x,-,-,s > y mode=nearest; out y",
      "reshape upsample" },
    { "nearest rounded up",
      SIZES "Resize x,-,-,s > y mode=nearest coordinate_transformation_mode=asymmetric "
            "nearest_mode=ceil; out y",
      "[Resize] reshape" },
    { "linear, as PyTorch has it",
      SIZES "Resize x,-,-,s > y mode=linear coordinate_transformation_mode=pytorch_half_pixel; out "
            "y",
      "reshape upsample" },
    { "from corner to corner",
      SIZES "Resize x,-,-,s > y mode=linear coordinate_transformation_mode=align_corners; out y",
      "reshape upsample" },
    { "from the first corners",
      SIZES "Resize x,-,-,s > y mode=linear coordinate_transformation_mode=asymmetric; out y",
      "[Resize] reshape" },
    { "cubic", SIZES "Resize x,-,-,s > y mode=cubic; out y", "[Resize] reshape" },
    { "smaller",
      "in x -,2,6,8; ones o 4; n h 0.5; ones q 2; Mul q,h > k; ones p 2; Concat p,k > s axis=0; "
      "Resize x,-,s > y mode=linear; out y",
      "reshape upsample" },
  };

  onnx_canvas_check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_windows (void)
{
  static const OnnxCase cases[] = {
    { "transposed",
      "in x -,4,6,7; w a 4,3,3,4; w b 3; ConvTranspose x,a,b > y strides=2,3 "
      "pads=1,0,1,0 output_padding=1,2 dilations=2,1; out y",
      "reshape transposed-conv-2d" },
    { "transposed, uneven", "in x -,4,6,7; w a 4,3,3,4; ConvTranspose x,a > y pads=1,0,0,0; out y",
      "[ConvTranspose] reshape" },
    { "transposed, of a size told",
      "in x -,4,6,7; w a 4,3,3,4; ConvTranspose x,a > y strides=2,2 output_shape=13,16; out y",
      "[ConvTranspose] reshape" },
    { "transposed over a row",
      "in x -,9,4; w a 4,3,1,4; l n -1,4,1,9; l m -1,3,18; Transpose x > t perm=0,2,1; Reshape t,n "
      "> p; ConvTranspose p,a > q strides=1,2 pads=0,1,0,1; Reshape q,m > u; Transpose u > y "
      "perm=0,2,1; out y",
      "transposed-conv-1d" },
    { "the largest, as large as before",
      "in x -,2,6,7; MaxPool x > y kernel_shape=3,3 strides=2,2 auto_pad=SAME_UPPER; out y",
      "max-pool-2d reshape" },
    { "the same with more before",
      "in x -,2,6,7; MaxPool x > y kernel_shape=3,3 strides=2,2 auto_pad=SAME_LOWER; out y",
      "[MaxPool] reshape" },
    { "means of what is there",
      "in x -,2,6,7; AveragePool x > y kernel_shape=3,3 strides=2,2 pads=0,0,1,0; out y",
      "avg-pool-2d reshape" },
    { "means with the border",
      "in x -,2,6,7; AveragePool x > y kernel_shape=3,3 strides=2,2 pads=0,0,1,0 "
      "count_include_pad=1; out y",
      "[AveragePool] reshape" },
    { "over depth",
      "in x -,2,5,6,7; w a 4,1,3,2,3; w b 4; Conv x,a,b > y strides=2,1,2 pads=1,0,1,1,0,1 "
      "dilations=1,2,1 group=2; out y",
      "conv-3d reshape" },
    { "the largest over depth, and what is uneven there",
      "in x -,2,5,6,7; w a 4,2,3,2,3; Conv x,a > c pads=1,0,0,0,0,0; MaxPool c > m "
      "kernel_shape=2,2,2; AveragePool m > y kernel_shape=2,2,2; out y",
      "[AveragePool] [Conv] [MaxPool] reshape" },
  };

  onnx_canvas_check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_norms (void)
{
  static const OnnxCase cases[] = {
    { "channel by channel",
      "in x -,4,6,7; w s 4; w b 4; InstanceNormalization x,s,b > y epsilon=0.001; out y",
      "instance-norm reshape" },
    { "groups, as PyTorch has them",
      "in x -,6,5,4; ones s 3; zeros b 3; w g 6,1,1; w h 6,1,1; l n 0,3,-1; Shape x > z; Reshape "
      "x,n > a; InstanceNormalization a,s,b > c; Reshape c,z > d; Mul d,g > e; Add e,h > y; out y",
      "group-norm reshape" },
    { "groups with factors of their own",
      "in x -,6,5,4; w s 3; zeros b 3; l n 0,3,-1; Shape x > z; Reshape x,n > a; "
      "InstanceNormalization a,s,b > c; Reshape c,z > y; out y",
      "[InstanceNormalization] reshape 3" },
    { "by neighbours", "in x -,6,5,4; LRN x > y size=5 alpha=0.01 beta=0.5 bias=2.0; out y",
      "local-response-norm reshape" },
    { "by an even number of them", "in x -,6,5,4; LRN x > y size=4; out y", "[LRN] reshape" },
  };

  onnx_canvas_check_cases (cases, G_N_ELEMENTS (cases));
}

static void
test_pieces (void)
{
  static const OnnxCase cases[] = {
    { "three of one",
      "in x -,6,5,4; l n 1,3,2; Split x,n > a,b,c axis=1; Relu a > d; Tanh b > e; Sigmoid c > f; "
      "Concat f,e,d > y axis=1; out y",
      "concat relu reshape sigmoid split 2 tanh" },
    { "pieces side by side",
      "in x -,9; l 0 0; l 3 3; l 5 5; l 9 9; l one 1; Slice x,0,3,one > a; Slice x,3,5,one > b; "
      "Slice x,5,9,one > c; Tanh b > e; Concat c,e,a > y axis=1; out y",
      "concat flatten split 2 tanh" },
    { "pieces that overlap",
      "in x -,9; l 2 2; l 3 3; l 5 5; l 9 9; l one 1; Slice x,2,5,one > a; Slice x,3,9,one > b; "
      "Tanh b > e; Concat e,a > y axis=1; out y",
      "concat flatten split 3 tanh" },
    { "a gate", "in x -,8; Split x > a,b axis=1; Sigmoid b > c; Mul a,c > y; out y",
      "flatten glu" },
    { "a gate the other way round",
      "in x -,8; Split x > a,b axis=1; Sigmoid a > c; Mul b,c > y; "
      "out y",
      "flatten multiply sigmoid split" },
  };

  onnx_canvas_check_cases (cases, G_N_ELEMENTS (cases));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/onnx-pictures/borders", test_borders);
  g_test_add_func ("/lab/onnx-pictures/sizes", test_sizes);
  g_test_add_func ("/lab/onnx-pictures/windows", test_windows);
  g_test_add_func ("/lab/onnx-pictures/norms", test_norms);
  g_test_add_func ("/lab/onnx-pictures/pieces", test_pieces);
  return g_test_run ();
}
