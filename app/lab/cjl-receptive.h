/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which pixels of the input a place on a feature map depends on. */
#pragma once

#include "cj-lower.h"

G_BEGIN_DECLS

/* Both ends are in it. */
typedef struct
{
  gint64 top, left, bottom, right;
} CjlField;

/* The smallest box of the data's pictures that holds every pixel which row, column of the maps of a node
 * (by its place in the graph) can depend on, followed back through the ops: windows by kernel, stride,
 * dilation and padding (A. Araujo, W. Norris, J. Sim, "Computing receptive fields of convolutional neural
 * networks", Distill 2019), branches by their union, anything that mixes places by the whole picture.
 * FALSE if the data are no pictures or nothing of them arrives there. */
gboolean cjl_receptive_field (const CjLowered *lowered, guint node, gint64 row, gint64 column,
                              CjlField *field);

G_END_DECLS
