/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases of normalising layers, softmax and sums over axes. */
#include "cjl-verify-private.h"

/* Learned scale and offset, where the case has them. */
static void
map_affine (CjlVerifyCase *c, CjNode *node)
{
  if (cjl_verify_has (c, "param.weight"))
    cjl_verify_param (c, node, "weight", "param.weight", 0);
  if (cjl_verify_has (c, "param.bias"))
    cjl_verify_param (c, node, "bias", "param.bias", 0);
}

static const char *
print_affine (const CjlVerifyCase *c)
{
  return cjl_verify_has (c, "param.weight") ? "true" : "false";
}

static double
get_eps (const CjlVerifyCase *c)
{
  return cjl_verify_number (c, "eps", 0, 1e-5);
}

static void
batch_norm (CjlVerifyCase *c)
{
  CjNode *y
      = cjl_verify_layer (c, "batch-norm", cjl_verify_input (c, "in0"),
                          "momentum=%.17g eps=%.17g affine=%s channels=second",
                          cjl_verify_number (c, "momentum", 0, 0.1), get_eps (c), print_affine (c));

  map_affine (c, y);
  cjl_verify_param (c, y, "running_mean", "buffer.running_mean", 0);
  cjl_verify_param (c, y, "running_var", "buffer.running_var", 0);
  cjl_verify_output (c, 0, y, 0);
}

static void
layer_norm (CjlVerifyCase *c)
{
  const guint dims = MAX (cjl_verify_count (c, "normalized_shape"), 1);
  CjNode *y = cjl_verify_layer (c, "layer-norm", cjl_verify_input (c, "in0"),
                                "dims=%u eps=%.17g affine=%s", dims, get_eps (c), print_affine (c));

  map_affine (c, y);
  cjl_verify_output (c, 0, y, 0);
}

static void
group_norm (CjlVerifyCase *c)
{
  CjNode *y = cjl_verify_layer (
      c, "group-norm", cjl_verify_input (c, "in0"), "groups=%d eps=%.17g affine=%s",
      cjl_verify_int (c, "num_groups", 0, 1), get_eps (c), print_affine (c));

  map_affine (c, y);
  cjl_verify_output (c, 0, y, 0);
}

static void
instance_norm (CjlVerifyCase *c)
{
  CjNode *y = cjl_verify_layer (c, "instance-norm", cjl_verify_input (c, "in0"),
                                "eps=%.17g affine=%s", get_eps (c), print_affine (c));

  map_affine (c, y);
  cjl_verify_output (c, 0, y, 0);
}

/* Its weight comes as a second input of the case, its eps in the note. */
static void
rms_norm (CjlVerifyCase *c)
{
  CjNode *y = cjl_verify_layer (c, "rms-norm", cjl_verify_input (c, "in0"), "eps=%.17g",
                                cjl_verify_noted (c, "eps", 1e-6));

  cjl_verify_param (c, y, "weight", "in1", 0);
  cjl_verify_output (c, 0, y, 0);
}

static void
local_response_norm (CjlVerifyCase *c)
{
  CjNode *y
      = cjl_verify_layer (c, "local-response-norm", cjl_verify_input (c, "in0"),
                          "size=%d alpha=%.17g beta=%.17g k=%.17g",
                          cjl_verify_int (c, "size", 0, 5), cjl_verify_number (c, "alpha", 0, 1e-4),
                          cjl_verify_number (c, "beta", 0, 0.75), cjl_verify_number (c, "k", 0, 1));

  cjl_verify_output (c, 0, y, 0);
}

static int
get_axis (const CjlVerifyCase *c)
{
  return cjl_verify_int (c, "dim", 0, -1);
}

static void
softmax (CjlVerifyCase *c)
{
  cjl_verify_output (
      c, 0, cjl_verify_layer (c, "softmax", cjl_verify_input (c, "in0"), "axis=%d", get_axis (c)),
      0);
}

/* The case does not say its temperature; it is a quarter. */
static void
softmax_temperature (CjlVerifyCase *c)
{
  cjl_verify_output (
      c, 0,
      cjl_verify_layer (c, "softmax", cjl_verify_input (c, "in0"), "axis=-1 temperature=0.25"), 0);
}

static void
log_softmax (CjlVerifyCase *c)
{
  cjl_verify_output (
      c, 0,
      cjl_verify_layer (c, "log-softmax", cjl_verify_input (c, "in0"), "axis=%d", get_axis (c)), 0);
}

/* The axes that a reduction went over, as the shapes tell: those that became 1, or, where the result has
 * fewer axes, the last ones. You free. */
static char *
print_axes (const CjlVerifyCase *c)
{
  const int from = (int) cjl_verify_n_dims (c, "in0"), to = (int) cjl_verify_n_dims (c, "out0");
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; i < from; i++)
    if (to < from ? i >= to : cjl_verify_dim (c, "out0", i) != cjl_verify_dim (c, "in0", i))
      g_string_append_printf (text, "%s%d", text->len > 0 ? "," : "", i);
  return g_strdup_printf ("axes=%s keep=%s", text->str, to < from ? "false" : "true");
}

static void
reduce (CjlVerifyCase *c, const char *layer)
{
  g_autofree char *axes = print_axes (c);

  cjl_verify_output (c, 0, cjl_verify_layer (c, layer, cjl_verify_input (c, "in0"), "%s", axes), 0);
}

static void
mean_axis (CjlVerifyCase *c)
{
  reduce (c, "mean");
}

static void
sum_axis (CjlVerifyCase *c)
{
  reduce (c, "sum");
}

/* One convolution of the block and its batch norm, with tensors conv<k> and bn<k>. */
static CjNode *
add_half (CjlVerifyCase *c, CjNode *x, int k)
{
  g_autofree char *weight = g_strdup_printf ("param.conv%d.weight", k);
  CjNode *conv = cjl_verify_layer (c, "conv-2d", x, "filters=%d kernel=3 padding=1 bias=false",
                                   (int) cjl_verify_dim (c, weight, 0));
  CjNode *norm = cjl_verify_layer (c, "batch-norm", conv, "%s", "");
  static const struct
  {
    const char *kind, *name;
  } tensors[] = {
    { "param", "weight" },
    { "param", "bias" },
    { "buffer", "running_mean" },
    { "buffer", "running_var" },
  };

  cjl_verify_param (c, conv, "weight", weight, 0);
  for (guint i = 0; i < G_N_ELEMENTS (tensors); i++)
    {
      g_autofree char *array = g_strdup_printf ("%s.bn%d.%s", tensors[i].kind, k, tensors[i].name);

      cjl_verify_param (c, norm, tensors[i].name, array, 0);
    }
  return norm;
}

static void
residual (CjlVerifyCase *c)
{
  CjNode *x = cjl_verify_input (c, "in0");
  CjNode *y = add_half (c, cjl_verify_layer (c, "relu", add_half (c, x, 1), "%s", ""), 2);
  CjNode *sum = cjl_verify_layer (c, "add", y, "%s", "");

  cjl_verify_wire (c, x, 0, sum, 1);
  cjl_verify_output (c, 0, cjl_verify_layer (c, "relu", sum, "%s", ""), 0);
}

const CjlVerifyLayer cjl_verify_norms[] = {
  { "BatchNorm1d", batch_norm },
  { "BatchNorm2d", batch_norm },
  { "LayerNorm", layer_norm },
  { "GroupNorm", group_norm },
  { "InstanceNorm2d", instance_norm },
  { "rmsnorm_by_hand", rms_norm },
  { "LocalResponseNorm", local_response_norm },
  { "Softmax", softmax },
  { "softmax_temperature", softmax_temperature },
  { "LogSoftmax", log_softmax },
  { "mean_axis", mean_axis },
  { "sum_axis_keep", sum_axis },
  { "Residual", residual },
  { NULL },
};
