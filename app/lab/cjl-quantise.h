/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A trained network in whole numbers of 8 bits, without training anything anew: weights become levels of the
 * scale of their channel, and before every dense layer and convolution stands a Quantise whose range is
 * calibrated on training samples (cj-quant.h). The network still runs in floats, but all it multiplies there
 * are levels, whose products and sums floats hold exactly up to 2^24 levels: what integer arithmetic gives, to
 * rounding. That is the form of QuantizeLinear and DequantizeLinear pairs in ONNX. */
#pragma once

#include "cjl-network.h"

G_BEGIN_DECLS

typedef struct
{
  int bits;          /* of weights and activations, 2 .. 8 */
  double percentile; /* of the activations that the range holds; 100: all that were seen */
} CjlQuantiseOptions;

/* 8 bits, 99.99 %. */
void cjl_quantise_options_init (CjlQuantiseOptions *options);

/* What the network would be; a network without dense layer or convolution is refused. Slow: for a worker. You
 * free. */
CjlNetwork *cjl_quantise_new (const CjlNetwork *network, const CjlQuantiseOptions *options,
                              GError **error);
/* The same for a project at rest, as a new project on the same data. Main thread. You unref. */
CjlProject *cjl_quantise_new_project (CjlProject *project, const CjlQuantiseOptions *options,
                                      GError **error);

G_END_DECLS
