/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The activations that a layer with weights can carry as a parameter. */
#pragma once

#include "cj-layer.h"

G_BEGIN_DECLS

/* NULL-terminated; "none" is number 0. */
extern const char *const cj_activation_names[];

#define CJ_ACTIVATION_LAST 12 /* the largest index */

/* Fields of a parameter row for an `int` index into the names. */
#define CJ_ACTIVATION_CHOICES                                                                      \
  .kind = CJ_PARAM_CHOICE, .choices = cj_activation_names, .max = CJ_ACTIVATION_LAST

/* The same with the words that layers of units have for it. */
#define CJ_ACTIVATION                                                                              \
  .name = "activation", .title = "Activation", .blurb = "What every unit does with its sum",       \
  CJ_ACTIVATION_CHOICES

/* Fields of the rows of layers in which every unit hears every input: an int, a gboolean. */
#define CJ_UNITS                                                                                   \
  .name = "units", .title = "Units", .blurb = "How many neurons the layer has",                    \
  .kind = CJ_PARAM_INT, .preset = 128, .min = 1, .max = 65536, .soft_min = 1, .soft_max = 1024,    \
  .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG

#define CJ_UNITS_BIAS                                                                              \
  .name = "bias", .title = "Bias", .blurb = "Adds one learned offset a unit",                      \
  .kind = CJ_PARAM_BOOL, .preset = TRUE, .max = 1, .flags = CJ_PARAM_RESHAPES

/* Puts activation number `index` behind `*value`; nothing for 0. */
gboolean cj_activation_emit (CjLayerBuild *build, int index, int *value, GError **error);

G_END_DECLS
