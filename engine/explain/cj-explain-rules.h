/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How gradients pass ops by rules other than their own: tables for cj_explained_slope. */
#pragma once

#include "cj-explained.h"

G_BEGIN_DECLS

/* A rectifier lets pass what is positive and met something positive (Springenberg et al., 2015), or
 * what is positive whatever it met (Zeiler and Fergus, 2014). No data. */
extern const CjBackwardRule cj_rules_guided[];
extern const CjBackwardRule cj_rules_deconvnet[];

/* DeepLIFT's rescale rule (Shrikumar et al., 2017), and what stands for it of functions of several
 * numbers: the rows of the first half of the batch against those of the second. No data. */
extern const CjBackwardRule cj_rules_rescale[];

/* Layer-wise relevance propagation (Bach et al., 2015): what arrives is relevance, not a gradient. */
typedef enum
{
  CJ_LRP_EPSILON, /* z + epsilon rms (z) sign z below the line; biases absorb their share */
  CJ_LRP_GAMMA,   /* weights w + gamma max (w, 0) */
  CJ_LRP_ALPHA_BETA,
  CJ_LRP_COMPOSITE /* gamma in convolutions, epsilon in dense layers (Montavon et al., 2019) */
} CjLrpRule;

typedef struct
{
  CjLrpRule rule;
  double epsilon, gamma, alpha; /* beta = alpha - 1 */
} CjLrp;

extern const CjBackwardRule cj_rules_lrp[]; /* data: const CjLrp */

G_END_DECLS
