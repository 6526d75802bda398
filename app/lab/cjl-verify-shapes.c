/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases of dense, convolution, pooling and rearranging layers. The reference reads sequences N C T, the
 * engine N T C: such cases stand between two Permute layers. */
#include "cjl-verify-private.h"

/* weight and bias under the names that both sides use. */
static void
map_weights (CjlVerifyCase *c, CjNode *node)
{
  cjl_verify_param (c, node, "weight", "param.weight", 0);
  if (cjl_verify_has (c, "param.bias"))
    cjl_verify_param (c, node, "bias", "param.bias", 0);
}

static const char *
print_bias (const CjlVerifyCase *c)
{
  return cjl_verify_has (c, "param.bias") ? "true" : "false";
}

static CjNode *
sequence_input (CjlVerifyCase *c)
{
  return cjl_verify_layer (c, "permute", cjl_verify_input (c, "in0"), "order=21");
}

static void
sequence_output (CjlVerifyCase *c, CjNode *node)
{
  cjl_verify_output (c, 0, cjl_verify_layer (c, "permute", node, "order=21"), 0);
}

/* "HxW" of a setting. You free. */
static char *
print_pair (const CjlVerifyCase *c, const char *setting, guint first, int preset)
{
  return g_strdup_printf ("%dx%d", cjl_verify_int (c, setting, first, preset),
                          cjl_verify_int (c, setting, first + 1, preset));
}

/* --- dense --- */

static void
linear (CjlVerifyCase *c)
{
  CjNode *y = cjl_verify_layer (c, "dense", cjl_verify_input (c, "in0"), "units=%d bias=%s",
                                cjl_verify_int (c, "out_features", 0, 1), print_bias (c));

  map_weights (c, y);
  cjl_verify_output (c, 0, y, 0);
}

static void
bilinear (CjlVerifyCase *c)
{
  CjNode *y = cjl_verify_layer (c, "bilinear", cjl_verify_input (c, "in0"), "units=%d bias=%s",
                                cjl_verify_int (c, "out_features", 0, 1), print_bias (c));

  cjl_verify_wire (c, cjl_verify_input (c, "in1"), 0, y, 1);
  map_weights (c, y);
  cjl_verify_output (c, 0, y, 0);
}

/* --- convolution --- */

static const char *
print_border (const CjlVerifyCase *c)
{
  const char *mode = cjl_verify_text (c, "padding_mode");

  return mode == NULL || g_str_equal (mode, "zeros")
             ? "zeros"
             : (g_str_equal (mode, "replicate") ? "edge" : mode);
}

/* Two numbers from `first` on, or the word. You free. */
static char *
print_padding (const CjlVerifyCase *c, guint first)
{
  const char *word = cjl_verify_text (c, "padding");

  return word != NULL ? g_strdup (word) : print_pair (c, "padding", first, 0);
}

static CjNode *
add_conv (CjlVerifyCase *c, const char *layer, CjNode *x, guint first, const char *more)
{
  g_autofree char *kernel = print_pair (c, "kernel_size", first, 1);
  g_autofree char *stride = print_pair (c, "stride", first, 1);
  g_autofree char *padding = print_padding (c, first);
  g_autofree char *dilation = print_pair (c, "dilation", first, 1);
  CjNode *y = cjl_verify_layer (
      c, layer, x, "filters=%d kernel=%s stride=%s padding=%s dilation=%s groups=%d bias=%s %s",
      cjl_verify_int (c, "out_channels", 0, 1), kernel, stride, padding, dilation,
      cjl_verify_int (c, "groups", 0, 1), print_bias (c), more);

  map_weights (c, y);
  return y;
}

static void
conv_2d (CjlVerifyCase *c)
{
  g_autofree char *border = g_strdup_printf ("border=%s", print_border (c));

  cjl_verify_output (c, 0, add_conv (c, "conv-2d", cjl_verify_input (c, "in0"), 0, border), 0);
}

static void
conv_3d (CjlVerifyCase *c)
{
  g_autofree char *more = g_strdup_printf (
      "depth=%d stride-depth=%d padding-depth=%d dilation-depth=%d border=%s",
      cjl_verify_int (c, "kernel_size", 0, 1), cjl_verify_int (c, "stride", 0, 1),
      cjl_verify_int (c, "padding", 0, 0), cjl_verify_int (c, "dilation", 0, 1), print_border (c));

  cjl_verify_output (c, 0, add_conv (c, "conv-3d", cjl_verify_input (c, "in0"), 1, more), 0);
}

static void
transposed_conv_2d (CjlVerifyCase *c)
{
  g_autofree char *extra = print_pair (c, "output_padding", 0, 0);
  g_autofree char *more = g_strdup_printf ("output-padding=%s", extra);

  cjl_verify_output (c, 0, add_conv (c, "transposed-conv-2d", cjl_verify_input (c, "in0"), 0, more),
                     0);
}

static CjNode *
add_conv_1d (CjlVerifyCase *c, const char *layer, const char *more)
{
  const char *word = cjl_verify_text (c, "padding");
  g_autofree char *padding = word != NULL
                                 ? g_strdup (word)
                                 : g_strdup_printf ("%d", cjl_verify_int (c, "padding", 0, 0));
  CjNode *y = cjl_verify_layer (
      c, layer, sequence_input (c),
      "filters=%d kernel=%d stride=%d padding=%s dilation=%d groups=%d bias=%s %s",
      cjl_verify_int (c, "out_channels", 0, 1), cjl_verify_int (c, "kernel_size", 0, 1),
      cjl_verify_int (c, "stride", 0, 1), padding, cjl_verify_int (c, "dilation", 0, 1),
      cjl_verify_int (c, "groups", 0, 1), print_bias (c), more);

  map_weights (c, y);
  return y;
}

static void
conv_1d (CjlVerifyCase *c)
{
  g_autofree char *border = g_strdup_printf ("border=%s", print_border (c));

  sequence_output (c, add_conv_1d (c, "conv-1d", border));
}

static void
transposed_conv_1d (CjlVerifyCase *c)
{
  g_autofree char *more
      = g_strdup_printf ("output-padding=%d", cjl_verify_int (c, "output_padding", 0, 0));

  sequence_output (c, add_conv_1d (c, "transposed-conv-1d", more));
}

/* --- pooling --- */

static CjNode *
add_pool (CjlVerifyCase *c, const char *layer, CjNode *x, const char *more)
{
  return cjl_verify_layer (c, layer, x, "window=%d stride=%d padding=%d ceil=%s %s",
                           cjl_verify_int (c, "kernel_size", 0, 1),
                           cjl_verify_int (c, "stride", 0, 1), cjl_verify_int (c, "padding", 0, 0),
                           cjl_verify_bool (c, "ceil_mode", FALSE) ? "true" : "false", more);
}

static void
max_pool_2d (CjlVerifyCase *c)
{
  g_autofree char *more = g_strdup_printf ("dilation=%d", cjl_verify_int (c, "dilation", 0, 1));

  cjl_verify_output (c, 0, add_pool (c, "max-pool-2d", cjl_verify_input (c, "in0"), more), 0);
}

static void
max_pool_1d (CjlVerifyCase *c)
{
  g_autofree char *more = g_strdup_printf ("dilation=%d", cjl_verify_int (c, "dilation", 0, 1));

  sequence_output (c, add_pool (c, "max-pool-1d", sequence_input (c), more));
}

static const char *
print_exclude (const CjlVerifyCase *c)
{
  return cjl_verify_bool (c, "count_include_pad", TRUE) ? "exclude-padding=false"
                                                        : "exclude-padding=true";
}

static void
avg_pool_2d (CjlVerifyCase *c)
{
  cjl_verify_output (
      c, 0, add_pool (c, "avg-pool-2d", cjl_verify_input (c, "in0"), print_exclude (c)), 0);
}

static void
avg_pool_1d (CjlVerifyCase *c)
{
  sequence_output (c, add_pool (c, "avg-pool-1d", sequence_input (c), print_exclude (c)));
}

static void
adaptive_pool (CjlVerifyCase *c, const char *layer)
{
  g_autofree char *size = print_pair (c, "output_size", 0, 1);

  cjl_verify_output (c, 0,
                     cjl_verify_layer (c, layer, cjl_verify_input (c, "in0"), "size=%s", size), 0);
}

static void
adaptive_max_pool (CjlVerifyCase *c)
{
  adaptive_pool (c, "adaptive-max-pool-2d");
}

static void
adaptive_avg_pool (CjlVerifyCase *c)
{
  adaptive_pool (c, "adaptive-avg-pool-2d");
}

/* --- rearranging and combining --- */

static void
flatten (CjlVerifyCase *c)
{
  cjl_verify_output (c, 0, cjl_verify_layer (c, "flatten", cjl_verify_input (c, "in0"), "%s", ""),
                     0);
}

static void
upsample (CjlVerifyCase *c)
{
  const char *mode = cjl_verify_text (c, "mode");
  char factor[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *size = print_pair (c, "size", 0, 0);

  g_ascii_dtostr (factor, sizeof factor, cjl_verify_number (c, "scale_factor", 0, 1));
  cjl_verify_output (
      c, 0,
      cjl_verify_layer (c, "upsample", cjl_verify_input (c, "in0"),
                        "factor=%s size=%s mode=%s align-corners=%s", factor, size,
                        mode != NULL ? mode : "nearest",
                        cjl_verify_bool (c, "align_corners", FALSE) ? "true" : "false"),
      0);
}

static void
pixel_shuffle (CjlVerifyCase *c)
{
  cjl_verify_output (c, 0,
                     cjl_verify_layer (c, "pixel-shuffle", cjl_verify_input (c, "in0"), "factor=%d",
                                       cjl_verify_int (c, "upscale_factor", 0, 1)),
                     0);
}

static void
join_two (CjlVerifyCase *c, const char *layer)
{
  CjNode *y = cjl_verify_layer (c, layer, cjl_verify_input (c, "in0"), "%s", "");

  cjl_verify_wire (c, cjl_verify_input (c, "in1"), 0, y, 1);
  cjl_verify_output (c, 0, y, 0);
}

static void
concat (CjlVerifyCase *c)
{
  join_two (c, "concat");
}

static void
add (CjlVerifyCase *c)
{
  join_two (c, "add");
}

static void
multiply (CjlVerifyCase *c)
{
  join_two (c, "multiply");
}

static void
matrix_product (CjlVerifyCase *c)
{
  join_two (c, "matrix-product");
}

/* The order in which the axes behind the batch stand in the result, by their sizes; of axes of one size
 * the first that is left. */
static void
permute (CjlVerifyCase *c)
{
  const int n = (int) MIN (cjl_verify_n_dims (c, "in0"), cjl_verify_n_dims (c, "out0"));
  g_autoptr (GString) order = g_string_new (NULL);
  guint taken = 0;

  for (int i = 1; i < n; i++)
    for (int k = 1; k < n; k++)
      if ((taken & 1u << k) == 0 && cjl_verify_dim (c, "in0", k) == cjl_verify_dim (c, "out0", i))
        {
          taken |= 1u << k;
          g_string_append_printf (order, "%d", k);
          break;
        }
  cjl_verify_output (
      c, 0, cjl_verify_layer (c, "permute", cjl_verify_input (c, "in0"), "order=%s", order->str),
      0);
}

/* --- small networks --- */

/* A layer with weights that the reference calls `name`. */
static CjNode *
add_named (CjlVerifyCase *c, const char *layer, CjNode *x, const char *name, const char *size,
           const char *more)
{
  g_autofree char *weight = g_strdup_printf ("param.%s.weight", name);
  g_autofree char *bias = g_strdup_printf ("param.%s.bias", name);
  CjNode *y
      = cjl_verify_layer (c, layer, x, "%s=%d %s", size, (int) cjl_verify_dim (c, weight, 0), more);

  cjl_verify_param (c, y, "weight", weight, 0);
  cjl_verify_param (c, y, "bias", bias, 0);
  return y;
}

static void
mlp (CjlVerifyCase *c)
{
  CjNode *y = cjl_verify_input (c, "in0");

  y = add_named (c, "dense", y, "0", "units", "activation=tanh");
  y = add_named (c, "dense", y, "2", "units", "activation=relu");
  cjl_verify_output (c, 0, add_named (c, "dense", y, "4", "units", ""), 0);
}

static void
lenet (CjlVerifyCase *c)
{
  CjNode *y = cjl_verify_input (c, "in0");

  y = add_named (c, "conv-2d", y, "conv1", "filters", "kernel=5 padding=2 activation=tanh");
  y = cjl_verify_layer (c, "max-pool-2d", y, "window=2 stride=2");
  y = add_named (c, "conv-2d", y, "conv2", "filters", "kernel=5 activation=tanh");
  y = cjl_verify_layer (c, "max-pool-2d", y, "window=2 stride=2");
  y = cjl_verify_layer (c, "flatten", y, "%s", "");
  y = add_named (c, "dense", y, "fc1", "units", "activation=tanh");
  cjl_verify_output (c, 0, add_named (c, "dense", y, "fc2", "units", ""), 0);
}

const CjlVerifyLayer cjl_verify_shapes[] = {
  { "Linear", linear },
  { "Bilinear", bilinear },
  { "Conv1d", conv_1d },
  { "Conv2d", conv_2d },
  { "Conv3d", conv_3d },
  { "ConvTranspose1d", transposed_conv_1d },
  { "ConvTranspose2d", transposed_conv_2d },
  { "MaxPool1d", max_pool_1d },
  { "MaxPool2d", max_pool_2d },
  { "AvgPool1d", avg_pool_1d },
  { "AvgPool2d", avg_pool_2d },
  { "AdaptiveMaxPool2d", adaptive_max_pool },
  { "AdaptiveAvgPool2d", adaptive_avg_pool },
  { "Flatten", flatten },
  { "Upsample", upsample },
  { "PixelShuffle", pixel_shuffle },
  { "concat_channels", concat },
  { "add_broadcast", add },
  { "mul_broadcast", multiply },
  { "matmul_batched", matrix_product },
  { "transpose_permute", permute },
  { "mlp_3_layers", mlp },
  { "LeNet", lenet },
  { NULL },
};
