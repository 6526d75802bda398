/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Made-up frames of the figures about explanations: `m` explainers, `n` layers. */
#pragma once

#include "cjv-frame.h"

#include <math.h>

static const char *const explainers[] = { "Integrated gradients",
                                          "Occlusion",
                                          "DeepLIFT",
                                          "SmoothGrad",
                                          "Gradient",
                                          "Layer-CAM",
                                          "Gradient × input",
                                          "Grad-CAM",
                                          "Deconvnet",
                                          "Counterfactual",
                                          "Guided backprop",
                                          "Score-CAM",
                                          "Grad-CAM++",
                                          "LIME",
                                          NULL };

/* Where explainer `i` of `m` stands, 0 the best. */
static inline double
faithful_place (int i, int m)
{
  return (i + 0.5) / m;
}

static inline CjvFrame *
frame_trust (int m)
{
  static const float start[] = { 0.05f, 0.75f, 0.25f, 0.02f, 0.02f, -0.1f, 0.03f, 1 };
  static const float step[] = { 0.4f, -0.4f, 0.7f, 0.7f, 0.8f, 0.8f, 0.5f, 120 };
  CjvFrame *frame = cjv_frame_new ();
  const CjShape shape = cj_shape2 (m, 8);
  CjTensor *values = cj_tensor_new (CJ_FLOAT32, &shape);
  CjTensor *errors = cj_tensor_new (CJ_FLOAT32, &shape);
  g_autofree float *passes = g_new (float, m);

  for (int i = 0; i < m * 8; i++)
    {
      const float at = (float) faithful_place (i / 8 * 5 % m, m);

      cj_tensor_f32 (values)[i] = start[i % 8] + step[i % 8] * at;
      cj_tensor_f32 (errors)[i] = i % 8 == 7 ? NAN : 0.02f + 0.05f * at;
    }
  for (int i = 0; i < m; i++)
    passes[i] = i == m - 1 ? NAN : faithful_place (i, m) < 0.7;
  if (m > 2)
    cj_tensor_f32 (values)[8 + 3] = 17; /* of a method that jumps */
  cjv_frame_take_array (frame, "values", values);
  cjv_frame_take_array (frame, "errors", errors);
  cjv_frame_set_values (frame, "passes", passes, (gsize) m);
  cjv_frame_set_strings (frame, "methods", explainers);
  cjv_frame_set_scalar (frame, "samples", 16);
  cjv_frame_set_text (frame, "title", "fashion-mnist");
  cjv_frame_set_provenance (frame, "fashion-mnist, split val, 16 samples, seed 0");
  return cjv_frame_seal (frame);
}

static inline CjvFrame *
frame_sanity (int m, int n)
{
  static const char *const layers[] = { "dense3", "dense2", "dense1", "conv2", "conv1", NULL };
  CjvFrame *frame = cjv_frame_new ();
  const CjShape shape = cj_shape2 (m, n + 1);
  CjTensor *cascade = cj_tensor_new (CJ_FLOAT32, &shape);
  CjTensor *errors = cj_tensor_new (CJ_FLOAT32, &shape);
  CjTensor *alone = cj_tensor_new (CJ_FLOAT32, &shape);

  for (int i = 0; i < m; i++)
    for (int k = 0; k <= n; k++)
      {
        const double place = faithful_place (i, m), depth = (double) k / n;
        const int at = i * (n + 1) + k;

        cj_tensor_f32 (cascade)[at] = (float) (exp (-depth * 3 * (1.2 - place)) - 0.15 * depth);
        cj_tensor_f32 (errors)[at] = k == 0 ? 0 : 0.04f;
        cj_tensor_f32 (alone)[at] = (float) (k == 0 ? 1 : 0.2 + 0.7 * place - 0.1 * depth);
      }
  cjv_frame_take_array (frame, "cascade", cascade);
  cjv_frame_take_array (frame, "errors", errors);
  cjv_frame_take_array (frame, "alone", alone);
  cjv_frame_set_strings (frame, "methods", explainers);
  if (n <= 5)
    cjv_frame_set_strings (frame, "layers", layers);
  cjv_frame_set_scalar (frame, "limit", 0.5);
  cjv_frame_set_scalar (frame, "samples", 16);
  cjv_frame_set_text (frame, "title", "fashion-mnist");
  cjv_frame_set_provenance (frame, "fashion-mnist, split val, 16 samples, seed 0");
  return cjv_frame_seal (frame);
}
