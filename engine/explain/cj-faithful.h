/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is the explanation true? What a map says is held against what the network does, and against the map of
 * networks that learned nothing. All of this asks the network many times: for a worker, and one thread at
 * a time. D features, P pixels (words, numbers of a table), L layers that learn. A function that returns
 * FALSE was stopped by call->go_on, or sets an error. */
#pragma once

#include "cj-explainer.h"

G_BEGIN_DECLS

/* --- curves --- */

#define CJ_FAITHFUL_STEPS 32 /* preset of n below */

/* Deletion and insertion (Petsiuk, Das and Saenko, "RISE", 2018, section 3.2): how sure the network is of
 * the target while the pixels that the map holds most of are taken away, or given back, in n steps of
 * equal shares. */
typedef struct
{
  guint n;
  float *deletion, *insertion;          /* n + 1: after k steps, k / n of the pixels */
  double deletion_area, insertion_area; /* by trapezoids; low and high are good */
} CjFaithfulCurves;

/* Pixels are ranked by the sum of the map over their channels, with its sign, and equal ones fall in an
 * order drawn from the seed. What is taken away becomes black; insertion begins with a blurred picture,
 * of what is no picture with black (see cj_explain_baseline). Sure is the target's share of the softmax
 * of its row of scores; of a network with a single score, or a unit of a layer, its value. */
gboolean cj_faithful_curves (const CjExplainCall *call, const CjTensor *map, guint n,
                             CjFaithfulCurves *curves);
void cj_faithful_curves_clear (CjFaithfulCurves *curves);

/* --- fidelity --- */

#define CJ_FAITHFUL_PERTURBATIONS 128 /* presets of n */
#define CJ_FAITHFUL_NEIGHBOURS 8
#define CJ_FAITHFUL_RADIUS 0.02

/* Infidelity (Yeh, Hsieh, Suggala, Inouye and Ravikumar, "On the (in)fidelity and sensitivity of
 * explanations", 2019, definition 2.1), E [(β s − Δf)²] / E [Δf²] over n perturbations: Δf is the fall of
 * the target when a random square of the picture (1/8 to 1/2 of its side), or a random set of other
 * features, turns black, s what the map says of it: the sum of its numbers there, of slopes each times
 * the change of its feature. β is the scale that fits best, so a map is not blamed for its unit: 0 is
 * perfect, 1 says nothing. NAN where the target never moves. */
gboolean cj_faithful_infidelity (const CjExplainerInfo *info, const CjExplainCall *call,
                                 const CjTensor *map, guint n, double *infidelity);

/* Max-sensitivity (the same, definition 3.1): the largest |Φ (y) − Φ (x)| / |Φ (x)| among n neighbours y
 * drawn evenly from within ±radius times the range of x. 0 is steady; NAN for a map of zeros. Random
 * methods draw the same numbers each time, so it is not their noise that is measured. */
gboolean cj_faithful_sensitivity (const CjExplainerInfo *info, const CjExplainCall *call,
                                  const CjTensor *map, guint n, double radius, double *sensitivity,
                                  GError **error);

/* --- sanity --- */

/* How alike two maps are. Spearman's correlation of the ranks of a and b, or with `sizes` of |a| and
 * |b|, ties with their mean rank; NAN where one of the two is the same everywhere. */
double cj_faithful_rank_correlation (const float *a, const float *b, gint64 n, gboolean sizes);
/* Mean structural similarity (Wang, Bovik, Sheikh and Simoncelli, 2004, equation 13) of the pictures
 * [h, w]: a Gaussian window of 11 × 11 pixels, deviation 1.5 (smaller ones have as many as fit, an odd
 * number each way), only where it lies within the picture; K₁ = 0.01, K₂ = 0.03, both pictures stretched
 * to 0..1 before, L = 1. */
double cj_faithful_ssim (const float *a, const float *b, gint64 h, gint64 w);

/* The layers that learn, from the output down: L ids of nodes. An embedding that makes features of words
 * is not among them, as explanations begin behind it. You free. */
GStrv cj_faithful_list_layers (CjExplained *network);

/* Model parameter randomisation (Adebayo, Gilmer, Muelly, Goodfellow, Hardt and Kim, "Sanity checks for
 * saliency maps", 2018, section 4): the map again, from the same network with weights drawn anew as each
 * layer's initialiser does (state as well: running means), and how alike it is to the first one. Maps
 * that tell for from against are compared with their signs, others by size. Ranks
 * are compared where the sample is not black, as what is multiplied by nothing is alike whatever the
 * network does. Where the method refuses such a network, or its map is the same everywhere, nothing is
 * alike: 0. All are NAN where the first map is the same everywhere. */
typedef struct
{
  guint n;                             /* L */
  double *cascade_rank, *cascade_ssim; /* L: the top k + 1 layers are drawn anew */
  double *alone_rank, *alone_ssim;     /* L: only layer k is */
} CjSanity;

/* With `alone` FALSE the last two stay NULL. The network has its own weights again when this returns,
 * whatever comes. */
gboolean cj_faithful_sanity (const CjExplainerInfo *info, const CjExplainCall *call,
                             const CjTensor *map, gboolean alone, CjSanity *sanity);
void cj_sanity_clear (CjSanity *sanity);

typedef enum
{
  CJ_SANITY_UNKNOWN, /* no layer learns, or nothing could be compared */
  CJ_SANITY_PASSES,
  CJ_SANITY_FAILS
} CjSanityVerdict;

/* The mean of cascade_rank: the area under the line of figure "sanity". */
double cj_sanity_get_mean (const CjSanity *sanity);

/* A method whose maps hardly change as what was learned is taken away from the top down does not explain
 * what was learned. It fails if that mean, over samples, is 0.5 or more: then the ranks of its maps have
 * more in common with what they were than not, though no class is told from another any more once the
 * first layer is gone. The end of the cascade alone would not do: a method that follows the edges of the
 * picture through any weights loses them only with the lowest filters. Measured after a short training, LeNet-5
 * on MNIST and two wide convolutions on Fashion-MNIST: gradient 0.18 and -0.01, integrated gradients
 * 0.21 and -0.02, Grad-CAM 0.07 and 0.03, relevance propagation 0.38 and 0.00; guided backprop 0.80
 * and 0.75, Grad-CAM++ 0.59 and 0.87. Between lie deconvnet, 0.52 and 0.25, and guided Grad-CAM, 0.68
 * and 0.49, which depend on the network. */
#define CJ_SANITY_LIMIT 0.5
CjSanityVerdict cj_sanity_judge (double mean);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjFaithfulCurves, cj_faithful_curves_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjSanity, cj_sanity_clear)

G_END_DECLS
