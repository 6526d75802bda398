/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lanes of two vectors in the order of a mask. GCC makes one instruction of a mask that it can see; clang,
 * which the fuzz targets and the analysis are built with, has no such word and goes lane by lane. */
#pragma once

#ifdef __clang__
#define CJ_SHUFFLE(a, b, mask)                                                                     \
  ({                                                                                               \
    __typeof__ (+(a)) shuffled_;                                                                   \
    const int lanes_ = (int) (sizeof shuffled_ / sizeof shuffled_[0]);                             \
    for (int lane_ = 0; lane_ < lanes_; lane_++)                                                   \
      shuffled_[lane_]                                                                             \
          = (mask)[lane_] < lanes_ ? (a)[(mask)[lane_]] : (b)[(mask)[lane_] - lanes_];             \
    shuffled_;                                                                                     \
  })
#else
#define CJ_SHUFFLE(a, b, mask) __builtin_shuffle (a, b, mask)
#endif
