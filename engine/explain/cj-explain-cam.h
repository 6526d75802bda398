/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What class activation maps share: maps A [C, h, w] of a layer, weighed and summed. */
#pragma once

#include "cj-explain-tools.h"

G_BEGIN_DECLS

typedef struct
{
  int layer;
  gint64 c, n; /* channels, pixels of a map */
  gint64 h, w;
  CjTensor *maps;   /* A [batch, C, h, w]: the first row is of the sample */
  CjTensor *slopes; /* ∂f / ∂A, the same; NULL: the target does not lean on the layer */
  double answer;
} CjCam;

/* Runs the sample forward and back. Refuses a network without maps. Clear it, whatever comes. */
gboolean cj_cam_open (CjCam *cam, const CjExplainCall *call, GError **error);
void cj_cam_clear (CjCam *cam);

/* Σ_c weights[c] A[c], what is below 0 left out if `positive`; into a new map [h, w]. */
CjTensor *cj_cam_sum (const CjCam *cam, const double *weights, gboolean positive);

/* The map as an explanation; takes it. */
void cj_cam_finish (const CjCam *cam, const CjExplainCall *call, CjTensor *coarse,
                    CjExplanation *explanation);

/* Grad-CAM's map: weights are the means of ∂f / ∂A over each map. */
CjTensor *cj_cam_grad_cam (const CjCam *cam, gboolean positive);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjCam, cj_cam_clear)

G_END_DECLS
