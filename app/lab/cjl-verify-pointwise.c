/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases of layers that work element by element. */
#include "cjl-verify-private.h"

static const struct
{
  const char *module, *layer, *settings[2], *params[2]; /* a setting's name here */
} plain[] = {
  { "ReLU", "relu" },
  { "ReLU6", "relu6" },
  { "Sigmoid", "sigmoid" },
  { "Tanh", "tanh" },
  { "SiLU", "silu" },
  { "Mish", "mish" },
  { "Softplus", "softplus", { "beta", "threshold" }, { "sharpness", "linear" } },
  { "ELU", "elu", { "alpha" }, { "depth" } },
  { "SELU", "selu" },
  { "CELU", "celu", { "alpha" }, { "depth" } },
  { "Hardsigmoid", "hardsigmoid" },
  { "Hardswish", "hardswish" },
  { "Hardtanh", "hardtanh", { "min_val", "max_val" }, { "lowest", "highest" } },
  { "Softsign", "softsign" },
  { "LogSigmoid", "log-sigmoid" },
  { "Tanhshrink", "tanhshrink" },
  { "LeakyReLU", "leaky-relu", { "negative_slope" }, { "slope" } },
  { "Dropout", "dropout", { "p" }, { "rate" } },
  { "Dropout2d", "spatial-dropout", { "p" }, { "rate" } },
};

static CjNode *
add_plain (CjlVerifyCase *c, CjNode *x)
{
  for (guint i = 0; i < G_N_ELEMENTS (plain); i++)
    if (g_str_equal (plain[i].module, c->module))
      {
        g_autoptr (GString) text = g_string_new ("");
        char number[G_ASCII_DTOSTR_BUF_SIZE];

        for (guint j = 0; j < 2 && plain[i].settings[j] != NULL; j++)
          g_string_append_printf (
              text, "%s=%s ", plain[i].params[j],
              g_ascii_dtostr (number, sizeof number,
                              cjl_verify_number (c, plain[i].settings[j], 0, 1)));
        return cjl_verify_layer (c, plain[i].layer, x, "%s", text->str);
      }
  g_assert_not_reached ();
}

static void
pointwise (CjlVerifyCase *c)
{
  cjl_verify_output (c, 0, add_plain (c, cjl_verify_input (c, "in0")), 0);
}

static void
gelu (CjlVerifyCase *c)
{
  const char *form = cjl_verify_text (c, "approximate");

  cjl_verify_output (c, 0,
                     cjl_verify_layer (c, "gelu", cjl_verify_input (c, "in0"), "form=%s",
                                       g_strcmp0 (form, "tanh") == 0 ? "tanh" : "erf"),
                     0);
}

static void
prelu (CjlVerifyCase *c)
{
  CjNode *y = cjl_verify_layer (c, "prelu", cjl_verify_input (c, "in0"), "shared=%s",
                                cjl_verify_dim (c, "param.weight", 0) == 1 ? "true" : "false");

  cjl_verify_param (c, y, "weight", "param.weight", 0);
  cjl_verify_output (c, 0, y, 0);
}

static void
glu (CjlVerifyCase *c)
{
  cjl_verify_output (c, 0,
                     cjl_verify_layer (c, "glu", cjl_verify_input (c, "in0"), "axis=%d",
                                       cjl_verify_int (c, "dim", 0, -1)),
                     0);
}

/* silu (in0) · in1 */
static void
swiglu (CjlVerifyCase *c)
{
  CjNode *gate = cjl_verify_layer (c, "silu", cjl_verify_input (c, "in0"), "%s", "");
  CjNode *y = cjl_verify_layer (c, "multiply", gate, "%s", "");

  cjl_verify_wire (c, cjl_verify_input (c, "in1"), 0, y, 1);
  cjl_verify_output (c, 0, y, 0);
}

const CjlVerifyLayer cjl_verify_pointwise[] = {
  { "ReLU", pointwise },        { "ReLU6", pointwise },
  { "Sigmoid", pointwise },     { "Tanh", pointwise },
  { "SiLU", pointwise },        { "Mish", pointwise },
  { "Softplus", pointwise },    { "ELU", pointwise },
  { "SELU", pointwise },        { "CELU", pointwise },
  { "Hardsigmoid", pointwise }, { "Hardswish", pointwise },
  { "Hardtanh", pointwise },    { "Softsign", pointwise },
  { "LogSigmoid", pointwise },  { "Tanhshrink", pointwise },
  { "LeakyReLU", pointwise },   { "Dropout", pointwise },
  { "Dropout2d", pointwise },   { "GELU", gelu },
  { "PReLU", prelu },           { "GLU", glu },
  { "swiglu_by_hand", swiglu }, { NULL },
};
