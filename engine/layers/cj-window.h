/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What layers that slide a window share: padding by number or by word, groups, borders, weights. */
#pragma once

#include "cj-start.h"

G_BEGIN_DECLS

/* Words of a padding: the result is as large as the input (divided by the stride); nothing is put
 * around; everything is put before, so that no moment sees a later one (sequences only). */
#define CJ_WINDOW_SAME CJ_PARAM_WORD (0)
#define CJ_WINDOW_VALID CJ_PARAM_WORD (1)
#define CJ_WINDOW_CAUSAL CJ_PARAM_WORD (2)
extern const char *const cj_window_paddings[];        /* same, valid */
extern const char *const cj_window_paddings_causal[]; /* same, valid, causal */

/* Word of a number of groups: as many as channels. */
extern const char *const cj_window_groups[]; /* depthwise */

/* Names of the first CjRemapModes. */
extern const char *const cj_window_borders[];
#define CJ_WINDOW_BORDER_LAST CJ_REMAP_EDGE

/* Fields of rows that convolutions share: an int, an int that may be the word of cj_window_groups, a
 * gboolean, a CjRemapMode. */
#define CJ_WINDOW_FILTERS                                                                          \
  .name = "filters", .title = "Filters", .blurb = "How many feature maps the layer makes",         \
  .kind = CJ_PARAM_INT, .preset = 16, .min = 1, .max = 4096, .soft_min = 1, .soft_max = 256,       \
  .flags = CJ_PARAM_RESHAPES | CJ_PARAM_LOG

#define CJ_WINDOW_GROUPS                                                                              \
  .name = "groups", .title = "Groups",                                                                \
  .blurb = "Splits the channels into groups that do not see each other; “depthwise” gives every " \
           "channel its own",                                                                         \
  .kind = CJ_PARAM_INT, .preset = 1, .min = 1, .max = 4096, .soft_min = 1, .soft_max = 64,            \
  .choices = cj_window_groups, .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED

#define CJ_WINDOW_BIAS                                                                             \
  .name = "bias", .title = "Bias", .blurb = "Adds one learned offset a filter",                    \
  .kind = CJ_PARAM_BOOL, .preset = TRUE, .max = 1, .flags = CJ_PARAM_RESHAPES

#define CJ_WINDOW_BORDER                                                                           \
  .name = "border", .title = "Border", .blurb = "What the padding is made of",                     \
  .kind = CJ_PARAM_CHOICE, .max = CJ_WINDOW_BORDER_LAST, .choices = cj_window_borders,             \
  .flags = CJ_PARAM_RESHAPES | CJ_PARAM_ADVANCED

/* One axis of a window; n is the size of the input. */
typedef struct
{
  gint64 n;
  int kernel, stride, dilation, padding; /* a number or a word */
} CjWindowAxis;

/* How much goes before and after; where `same` comes out odd the larger part goes after. */
void cj_window_pad (const CjWindowAxis *axis, int *before, int *after);

/* The number of groups for `channels`; 0 and a refusal if they do not divide `channels` and `filters`. */
int cj_window_get_groups (int groups, gint64 channels, int filters, GError **error);

/* A convolution over pictures: pads as `border` says, and convolves with the learned or made `weight`
 * and `bias` (CJ_NO_VALUE: none). The result goes to *out. */
gboolean cj_window_convolve (CjLayerBuild *build, int x, int weight, int bias,
                             const CjWindowAxis *rows, const CjWindowAxis *columns, int groups,
                             CjRemapMode border, int *out, GError **error);

/* The learned weight of `shape` [O, C/groups, ...], and the bias [O] or CJ_NO_VALUE. */
int cj_window_add_weight (CjLayerBuild *build, const CjShape *shape, int groups,
                          const CjStart *start);
int cj_window_add_bias (CjLayerBuild *build, gboolean wanted, gint64 filters, gint64 fan_in,
                        const CjStart *start);

/* Pictures at moments [N, T, C, H, W] as [N T, C, H, W], so that what is done to a picture is done at
 * each moment; *moments is T, or 0 where there is no time and the value is left as it is. And back. */
gboolean cj_window_fold (CjLayerBuild *build, int *value, gint64 *moments, GError **error);
gboolean cj_window_unfold (CjLayerBuild *build, gint64 moments, int *value, GError **error);

/* A pool over pictures, at each moment where in[0] has them, as out[0]. */
gboolean cj_window_pool (CjLayerBuild *build, const CjOpInfo *op, gconstpointer attrs,
                         GError **error);

/* A sequence [N, T, C] as a picture [N, C, 1, T], or a refusal. */
gboolean cj_window_to_picture (CjLayerBuild *build, int *value, GError **error);
/* And back: [N, C, 1, T] to [N, T, C]. */
gboolean cj_window_to_sequence (CjLayerBuild *build, int *value, GError **error);

G_END_DECLS
