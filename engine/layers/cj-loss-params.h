/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tables and ports of losses share. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

/* NULL-terminated, in the order of CjReduction. */
extern const char *const cj_reduction_names[];

/* Fields of a parameter row for an `int` that is a CjReduction. */
#define CJ_REDUCTION_CHOICES                                                                       \
  .name = "reduction", .title = "Reduction",                                                       \
  .blurb = "How the single losses become one number; only none keeps them apart, to look at",      \
  .kind = CJ_PARAM_CHOICE, .choices = cj_reduction_names, .max = CJ_REDUCTION_BATCH_MEAN,          \
  .flags = CJ_PARAM_ADVANCED | CJ_PARAM_RESHAPES

/* Fields of rows of losses that judge classes: text, an int. */
#define CJ_LOSS_CLASS_WEIGHTS                                                                      \
  .name = "weights", .title = "Class weights",                                                     \
  .blurb                                                                                           \
      = "One number a class, as “1 2.5 1”: mistakes on a class count so much; empty: all alike",   \
  .kind = CJ_PARAM_TEXT, .flags = CJ_PARAM_ADVANCED

#define CJ_LOSS_IGNORE                                                                             \
  .name = "ignore", .title = "Ignored class",                                                      \
  .blurb = "Samples of this class do not count; −1: all count", .kind = CJ_PARAM_INT,              \
  .preset = -1, .min = -1, .max = G_MAXINT32, .soft_min = -1, .soft_max = 100,                     \
  .flags = CJ_PARAM_ADVANCED

/* Ports "x" and "target" in, "loss" out. */
extern const CjPort cj_loss_inputs[];
extern const CjPort cj_loss_outputs[];

/* A row of weights of 0 or more, separated by spaces or commas, none for empty text. FALSE with a
 * sentence that reads on from the layer's name. */
gboolean cj_weights_parse (const char *text, CjWeights *weights, GError **error);

/* For build functions: where input 0 comes from op `info` for which `is` holds, what goes into that op
 * takes its place, and the note says so. */
void cj_loss_fold (CjLayerBuild *build, const CjOpInfo *info, gboolean (*is) (const CjOp *op),
                   const char *note);

/* For build functions: cross-entropy of inputs 0 and 1 over the classes, which are the channels of
 * pictures and the last dimension of everything else; completes `attrs`. */
gboolean cj_loss_build_classes (CjLayerBuild *build, CjCrossEntropyAttrs *attrs,
                                const char *weights, GError **error);

/* For build functions: one pair loss on inputs 0 and 1. */
gboolean cj_loss_build_pair (CjLayerBuild *build, CjPairKind kind, int reduction, double a,
                             GError **error);

G_END_DECLS
