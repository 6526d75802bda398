/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The loss as a function of the weights alone: the mean over fixed samples, in evaluation mode. Vectors
 * of weights are laid out as cj_program_get_weights has them, W numbers, gaps included. For one thread
 * at a time. */
#pragma once

#include "cj-feed.h"
#include "cj-program.h"

G_BEGIN_DECLS

typedef struct _CjLossField CjLossField;

/* `program` is for training, with a batch of its own, and is taken; its states (running means) are kept as
 * they are. At most `n_samples` are copied, evenly out of the feed, in whole batches, and no more than 64
 * MiB of them. NULL and a sentence if the feed cannot be read or has less than a batch. You free. */
CjLossField *cj_loss_field_new (CjProgram *program, CjFeed *feed, gsize n_samples, GError **error);
void cj_loss_field_free (CjLossField *self);

CjProgram *cj_loss_field_get_program (CjLossField *self);     /* borrowed */
gint64 cj_loss_field_get_n_weights (const CjLossField *self); /* W */
guint cj_loss_field_get_n_batches (const CjLossField *self);
gint64 cj_loss_field_get_batch (const CjLossField *self); /* samples of each */

/* The loss at `weights`; `states` are those to use, NULL: the program's own. */
double cj_loss_field_measure (CjLossField *self, const float *weights, const float *states);

/* The same with its gradient [W]; 0 where nothing is learned. */
double cj_loss_field_slope (CjLossField *self, const float *weights, float *gradient);
/* Of the samples of one batch alone. */
double cj_loss_field_slope_batch (CjLossField *self, const float *weights, guint batch,
                                  float *gradient);

/* out [W] = H v for the Hessian H of the loss at `weights`, by central differences of gradients:
 * (g (w + h v) - g (w - h v)) / 2h. Its error is that of the differences, of the order of h², and of
 * rounding, of the order of |g| 1e-6 / h. Where the loss has kinks (ReLU) it is the mean curvature over
 * 2h. `scratch` [2 W]. */
void cj_loss_field_multiply (CjLossField *self, const float *weights, const float *v, double h,
                             float *scratch, float *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjLossField, cj_loss_field_free)

G_END_DECLS
