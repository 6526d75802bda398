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

/* Puts activation number `index` behind `*value`; nothing for 0. */
gboolean cj_activation_emit (CjLayerBuild *build, int index, int *value, GError **error);

G_END_DECLS
